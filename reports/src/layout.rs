//! What a run is about: its queues, its agents, and how its time is divided.

use tandem_engine::{QueueId, Span, Timestamp};

/// The queues and agents that are counted, and the times between which they
/// are. One layout serves every replication of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Where interval zero begins; calls and work before it are not counted.
    /// Zero in a simulation, midnight in a live system.
    pub origin: Timestamp,
    /// Counted from the origin: nothing before it is counted.
    pub warm_up: Span,
    /// Counted from the origin: nothing from it on is counted.
    pub horizon: Span,
    /// Length of the intervals that figures are given for; zero: one interval
    /// as long as everything.
    pub interval: Span,
    /// Intervals this far apart are counted as one, such as the same time of
    /// every day.
    pub fold: Option<Span>,
    /// The queues by the slots of their ids; those of other ids are ignored.
    pub queues: Vec<QueueLayout>,
    /// The names of the groups of agents.
    pub groups: Vec<String>,
    /// The place in `groups` of each agent who was there first under his slot.
    /// Others belong to no group.
    pub agent_groups: Vec<usize>,
    /// Whether telephones count as reachable before the first event that says
    /// whether they are.
    pub telephones_start_up: bool,
}

/// What is to be known of a queue to count its calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueLayout {
    /// The generation of its id.
    pub generation: u32,
    /// Its name, unique among the queues.
    pub name: String,
    /// A call answered in less than this meets the service level.
    pub sla_time: Span,
}

/// One of the intervals that figures are given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Counted from the origin; folded, from the beginning of the day.
    pub start: Span,
    /// Where the next one begins.
    pub end: Span,
    /// How much of it lies in the counted time, every day of it added up.
    /// Zero: nothing can be known of it.
    pub observed: Span,
}

impl Interval {
    /// From its start to its end.
    #[must_use]
    pub fn length(&self) -> Span {
        Span::from_micros(self.end.micros() - self.start.micros())
    }
}

impl Layout {
    /// The place of a queue, if it is counted.
    #[must_use]
    #[inline]
    pub fn place(&self, queue: QueueId) -> Option<usize> {
        let known = self.queues.get(queue.slot())?;
        (known.generation == queue.generation()).then(|| queue.slot())
    }

    /// When counting begins.
    #[must_use]
    pub fn begin(&self) -> Timestamp {
        self.origin + self.warm_up
    }

    /// When counting ends.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.origin + self.horizon
    }

    /// The intervals in their order, those outside of the counted time too.
    #[must_use]
    pub fn intervals(&self) -> Vec<Interval> {
        let grid = Grid::new(self);
        let mut intervals: Vec<Interval> = (0..grid.count)
            .map(|index| {
                let start = index as u64 * grid.interval;
                let end = if self.fold.is_some() {
                    (start + grid.interval).min(grid.period)
                } else {
                    start + grid.interval
                };
                Interval {
                    start: Span::from_micros(start),
                    end: Span::from_micros(end),
                    observed: Span::ZERO,
                }
            })
            .collect();
        grid.split(grid.begin, grid.end, |index, length| {
            let observed = &mut intervals[index].observed;
            *observed = *observed + Span::from_micros(length);
        });
        intervals
    }

    /// How often the interval came to pass in the counted time, in parts where
    /// the warm-up or the horizon cut it. Folded counts are divided by it, so
    /// that they read as those of one day. Without a fold nothing is divided.
    pub(crate) fn occurrences(&self, interval: &Interval) -> f64 {
        if self.fold.is_none() {
            return 1.0;
        }
        interval.observed.micros() as f64 / interval.length().micros() as f64
    }
}

/// The division of time in integers, all in microseconds from the origin.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    /// First counted moment.
    pub(crate) begin: u64,
    /// First moment that is counted no more.
    pub(crate) end: u64,
    /// How many intervals there are.
    pub(crate) count: usize,
    interval: u64,
    period: u64,
    /// The cell of the present, which spares most look-ups a division.
    cursor: Cell,
}

/// An occurrence of an interval.
#[derive(Clone, Copy, Debug)]
struct Cell {
    start: u64,
    end: u64,
    index: usize,
}

impl Grid {
    pub(crate) fn new(layout: &Layout) -> Self {
        let horizon = layout.horizon.micros().max(1);
        let period = layout.fold.map_or(horizon, Span::micros).max(1);
        let interval = match layout.interval.micros() {
            0 => period,
            length => length.min(period),
        };
        let count = usize::try_from(period.div_ceil(interval)).expect("intervals fit in memory");
        let mut grid = Self {
            begin: layout.warm_up.micros(),
            end: layout.horizon.micros(),
            count,
            interval,
            period: if layout.fold.is_some() {
                period
            } else {
                u64::MAX
            },
            cursor: Cell {
                start: 0,
                end: 0,
                index: 0,
            },
        };
        grid.cursor = grid.cell(0);
        grid
    }

    fn cell(&self, at: u64) -> Cell {
        let day = at - at % self.period;
        let steps = (at - day) / self.interval;
        let start = day + steps * self.interval;
        let end = (start + self.interval).min(day.saturating_add(self.period));
        let index = usize::try_from(steps).expect("intervals fit in memory");
        Cell { start, end, index }
    }

    /// Moves the present on.
    pub(crate) fn advance(&mut self, now: u64) {
        if now >= self.cursor.end {
            self.cursor = self.cell(now);
        }
    }

    /// The interval in which a counted moment lies.
    pub(crate) fn index(&self, at: u64) -> usize {
        if at >= self.cursor.start && at < self.cursor.end {
            return self.cursor.index;
        }
        self.cell(at).index
    }

    /// Hands every piece of a stretch of counted time to `add`, with the
    /// interval that it lies in.
    pub(crate) fn split(&self, from: u64, to: u64, mut add: impl FnMut(usize, u64)) {
        let (mut from, to) = (from.max(self.begin), to.min(self.end));
        if from >= self.cursor.start && to <= self.cursor.end {
            if from < to {
                add(self.cursor.index, to - from);
            }
            return;
        }
        while from < to {
            let cell = self.cell(from);
            let until = cell.end.min(to);
            add(cell.index, until - from);
            from = until;
        }
    }
}
