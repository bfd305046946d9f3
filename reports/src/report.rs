//! What a report shows: the figures, and what there is to say about them.

use tandem_engine::{SECOND_US, Span};

use crate::clock;
use crate::figure::{Figure, Figures};
use crate::summary::Summary;
use crate::tally::Tally;

/// A report, to be rendered.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// What was simulated.
    pub about: &'a About,
    /// The figures.
    pub summary: &'a Summary,
    /// What was expected of the figures, and whether it came true.
    pub expectations: &'a [Expectation],
    /// What really happened at that time, to stand beside the figures.
    pub actual: &'a [Actual],
}

/// What was simulated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// The scenario's name.
    pub scenario: String,
    /// What it is about; may be empty.
    pub description: String,
    /// Key of all randomness.
    pub seed: u64,
    /// The calendar's time at the origin of the layout, where it is known.
    pub start: Option<CalendarStart>,
    /// The service level that each queue ought to reach (share), in the order
    /// of the layout; shorter or `None`: no target is drawn.
    pub targets: Vec<Option<f64>>,
}

/// A point of the calendar as the clock on the wall shows it. Changes to and
/// from daylight-saving time after it are not in the labels made from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarStart {
    /// Days since 1 January 1970; `None`: only the time of day is known.
    pub date: Option<i64>,
    /// Seconds since midnight.
    pub second_of_day: u64,
}

/// Something that was expected of the figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// As it was written.
    pub text: String,
    /// [`Figure::key`] of the figure, or another name.
    pub figure: String,
    /// The bound, in the figure's unit.
    pub wanted: f64,
    /// What came out; `None`: the figure is unknown.
    pub seen: Option<f64>,
    /// Whether it came true.
    pub met: bool,
}

/// What really happened in a queue, or in all. What a call log does not tell,
/// such as the occupancy of agents, is unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Actual {
    /// Its place in the layout; `None`: all queues together.
    pub queue: Option<usize>,
    /// Over the whole counted time.
    pub total: Figures,
    /// In every interval, in the order of [`Summary::intervals`].
    pub intervals: Vec<Figures>,
}

impl Actual {
    /// From a tally of the records in a call log, which has the same layout.
    #[must_use]
    pub fn of(tally: &Tally, queue: Option<usize>) -> Self {
        // Records say nothing about agents who are free, and logs nothing about callbacks and
        // holds.
        let told = |mut figures: Figures| {
            figures.set(Figure::Agents, None);
            figures.set(Figure::Occupancy, None);
            figures.set(Figure::MeanHold, None);
            for figure in Figure::OF_CALLBACKS {
                figures.set(figure, None);
            }
            figures
        };
        let intervals = tally.interval_figures(queue).into_iter();
        Self {
            queue,
            total: told(tally.figures(queue)),
            intervals: intervals.map(told).collect(),
        }
    }
}

impl Report<'_> {
    /// What really happened in a queue, or in all (`None`), where it is known.
    pub(crate) fn actual(&self, queue: Option<usize>) -> Option<&Actual> {
        let only = self.summary.queues.len() == 1;
        // With one queue, all and that queue are the same.
        (self.actual.iter())
            .find(|actual| actual.queue == queue || (only && actual.queue.is_none()))
    }
}

const DAY_S: u64 = 86_400;

impl CalendarStart {
    /// A date of the Gregorian calendar, and the seconds since its midnight.
    #[must_use]
    pub const fn on(year: i64, month: u8, day: u8, second_of_day: u64) -> Self {
        Self {
            date: Some(clock::days(year, month, day)),
            second_of_day,
        }
    }

    /// The time of day alone.
    #[must_use]
    pub const fn at(second_of_day: u64) -> Self {
        Self {
            date: None,
            second_of_day,
        }
    }

    /// `2026-03-02T08:30`, or where no date is known or wanted `08:30`.
    #[must_use]
    pub fn text(&self, after: Span, with_date: bool) -> String {
        let seconds = self.second_of_day + after.micros() / SECOND_US;
        let (day, time) = (seconds / DAY_S, clock::time_of_day(seconds % DAY_S));
        match self.date {
            Some(date) if with_date => {
                let (year, month, day) = clock::civil(date.saturating_add_unsigned(day));
                format!("{year:04}-{month:02}-{day:02}T{time}")
            }
            _ => time,
        }
    }
}
