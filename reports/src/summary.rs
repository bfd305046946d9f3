//! The figures of a run over all its replications.

use std::sync::Arc;

use crate::estimate::{Estimate, Moments};
use crate::figure::{Figure, Figures};
use crate::layout::{Interval, Layout};
use crate::tally::Tally;
use crate::waits::Waits;

/// Every figure as its mean over replications, with its confidence interval.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What was counted.
    pub layout: Arc<Layout>,
    /// How many replications there were.
    pub replications: u64,
    /// The intervals that figures are given for, in order.
    pub intervals: Vec<Interval>,
    /// Every queue, in the order of the layout.
    pub queues: Vec<QueueSummary>,
    /// All queues together; named "All".
    pub all: QueueSummary,
    /// Every group of agents, in the order of the layout.
    pub groups: Vec<GroupSummary>,
}

/// A queue, or all of them together.
#[derive(Clone, Debug, Default)]
pub struct QueueSummary {
    /// Its name.
    pub name: String,
    /// Over the whole counted time.
    pub total: Row,
    /// In every interval, in the order of [`Summary::intervals`]. Where they
    /// are folded, counts are those of a day on average.
    pub intervals: Vec<Row>,
    /// How long callers waited: calls of all replications.
    pub waits: Waits,
}

/// A group of agents.
#[derive(Clone, Debug, Default)]
pub struct GroupSummary {
    /// Its name.
    pub name: String,
    /// [`Figure::Answered`], [`Figure::Occupancy`] and [`Figure::Agents`] of
    /// its agents over the whole counted time; the others are unknown.
    pub total: Row,
}

/// All figures of something.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Row([Estimate; Figure::COUNT]);

impl Row {
    /// One of them.
    #[must_use]
    pub const fn get(&self, figure: Figure) -> Estimate {
        self.0[figure as usize]
    }

    /// Whether agents were there to serve. Where less than one was, and busy
    /// all of the time, somebody ended a last call after the shift: that says
    /// nothing about staffing and occupancy.
    pub(crate) fn is_staffed(&self) -> bool {
        let agents = self.get(Figure::Agents).mean;
        let busy = self.get(Figure::Occupancy).mean;
        agents > Some(0.0) && (agents >= Some(1.0) || busy < Some(0.9999))
    }

    /// Whether it is worth showing: what few queues have only where it was.
    pub(crate) fn tells_of(&self, figure: Figure) -> bool {
        let was = |figure| self.get(figure).mean > Some(0.0);
        match figure {
            Figure::MeanHold => was(figure),
            _ if Figure::OF_CALLBACKS.contains(&figure) => was(Figure::Callbacks),
            _ => true,
        }
    }

    /// Neither calls nor agents: there is nothing to say.
    pub(crate) fn is_quiet(&self) -> bool {
        self.get(Figure::Offered)
            .mean
            .is_none_or(|calls| calls == 0.0)
            && !self.is_staffed()
    }
}

/// Makes a [`Summary`] of replications that are handed in one by one, so that
/// they need not be kept. They must come in the order of their numbers: then,
/// and only then, equal runs give figures that are equal to the last bit.
#[derive(Clone, Debug)]
pub struct SummaryBuilder {
    layout: Arc<Layout>,
    intervals: Vec<Interval>,
    replications: u64,
    /// The queues, and last, where they are several, all of them together.
    scopes: Vec<Scope>,
    groups: Vec<Sums>,
}

#[derive(Clone, Debug)]
struct Scope {
    queue: Option<usize>,
    total: Sums,
    intervals: Vec<Sums>,
    waits: Waits,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums([Moments; Figure::COUNT]);

impl Sums {
    fn add(&mut self, figures: &Figures) {
        for (moments, value) in self.0.iter_mut().zip(figures.values()) {
            if let Some(value) = *value {
                moments.add(value);
            }
        }
    }

    fn row(&self) -> Row {
        Row(self.0.map(|moments| moments.estimate()))
    }
}

impl Scope {
    fn summary(&self, name: &str) -> QueueSummary {
        QueueSummary {
            name: name.to_owned(),
            total: self.total.row(),
            intervals: self.intervals.iter().map(Sums::row).collect(),
            waits: self.waits.clone(),
        }
    }
}

impl SummaryBuilder {
    /// No replication yet.
    #[must_use]
    pub fn new(layout: Arc<Layout>) -> Self {
        let intervals = layout.intervals();
        let scope = |queue| Scope {
            queue,
            total: Sums::default(),
            intervals: vec![Sums::default(); intervals.len()],
            waits: Waits::default(),
        };
        let queues = layout.queues.len();
        let all = (queues != 1).then_some(None);
        let scopes = (0..queues).map(Some).chain(all).map(scope).collect();
        let groups = vec![Sums::default(); layout.groups.len()];
        Self {
            layout,
            intervals,
            replications: 0,
            scopes,
            groups,
        }
    }

    /// Takes the next replication in; its tally must have been closed.
    pub fn add(&mut self, tally: &Tally) {
        self.replications += 1;
        for scope in &mut self.scopes {
            scope.total.add(&tally.figures(scope.queue));
            for (sums, figures) in scope
                .intervals
                .iter_mut()
                .zip(tally.interval_figures(scope.queue))
            {
                sums.add(&figures);
            }
            let queues = 0..self.layout.queues.len();
            for queue in scope.queue.map_or(queues, |queue| queue..queue + 1) {
                scope.waits.merge(tally.waits(queue));
            }
        }
        for (group, sums) in self.groups.iter_mut().enumerate() {
            sums.add(&tally.group_figures(group));
        }
    }

    /// The figures of the replications so far.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let queues: Vec<QueueSummary> = self
            .scopes
            .iter()
            .zip(&self.layout.queues)
            .map(|(scope, queue)| scope.summary(&queue.name))
            .collect();
        // With one queue, the last scope is that queue.
        let all = self
            .scopes
            .last()
            .map(|scope| scope.summary("All"))
            .unwrap_or_default();
        let groups = self
            .layout
            .groups
            .iter()
            .zip(&self.groups)
            .map(|(name, sums)| GroupSummary {
                name: name.clone(),
                total: sums.row(),
            })
            .collect();
        Summary {
            layout: Arc::clone(&self.layout),
            replications: self.replications,
            intervals: self.intervals.clone(),
            queues,
            all,
            groups,
        }
    }
}

impl Summary {
    /// The figures of replications in the order of their numbers, all with
    /// the same layout.
    #[must_use]
    pub fn of(layout: Arc<Layout>, tallies: &[Tally]) -> Self {
        let mut builder = SummaryBuilder::new(layout);
        for tally in tallies {
            builder.add(tally);
        }
        builder.summary()
    }
}
