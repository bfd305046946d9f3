//! The auditor's figures beside the product's, to the unit: a mean is multiplied
//! out again, and must then be the auditor's whole number.

use std::sync::Arc;

use tandem_engine::records::Outcome;
use tandem_engine::{Engine, Event, Span, Timestamp};
use tandem_reports::{Figure, Figures, Layout, QueueLayout, Tally};

use super::Auditor;
use super::figures::{Sums, Window};
use crate::rehearse::laws::{Checked, Checks, Law};

/// Figures are compared for parts of this length too.
const INTERVAL_S: u64 = 6 * 3_600;

/// What the product makes of a world.
#[derive(Debug)]
pub struct Product {
    layout: Arc<Layout>,
    tally: Tally,
}

impl Product {
    /// The product's figures of a centre that has just been set up, and that is
    /// watched up to here.
    pub(in crate::rehearse) fn new(engine: &Engine, until: Timestamp) -> Self {
        let queue = |id| {
            let config = engine.queue(id).expect("it was just set up").config;
            QueueLayout {
                generation: 0,
                name: config.name.clone(),
                sla_time: config.sla_time,
            }
        };
        let agents = engine.agents().len();
        let horizon = until - Timestamp::ZERO;
        let layout = Arc::new(Layout {
            warm_up: Span::from_micros(horizon.micros() / 10),
            horizon,
            interval: Span::from_secs(INTERVAL_S),
            queues: engine.queues().into_iter().map(queue).collect(),
            // Each agent is a group, so that there are figures of each.
            groups: (0..agents).map(|agent| agent.to_string()).collect(),
            agent_groups: (0..agents).collect(),
            ..Layout::default()
        });
        let tally = Tally::new(Arc::clone(&layout));
        Self { layout, tally }
    }

    /// Shows it an event.
    pub(in crate::rehearse) fn observe(&mut self, at: Timestamp, event: &Event) {
        self.tally.observe(at, event);
    }

    /// Holds all figures against the auditor's.
    ///
    /// # Errors
    /// The first that differs.
    pub(in crate::rehearse) fn compare(
        &mut self,
        auditor: &Auditor,
        end: Timestamp,
        checks: &mut Checks,
    ) -> Checked {
        self.tally.close(end);
        let (from, to) = (self.layout.begin(), self.layout.end());
        let all = Window { from, to };
        let places = (0..self.layout.queues.len()).map(Some);
        for queue in places.chain([None]) {
            let of = queue.map_or("all queues".to_owned(), |place| format!("queue {place}"));
            let mut row = Row { of, checks };
            row.of_calls(&self.tally.figures(queue), &auditor.sums(queue, all))?;
            row.of_work(&self.tally.figures(queue), &auditor.sums(queue, all), all)?;
            let figures = self.tally.interval_figures(queue);
            for (interval, figures) in self.layout.intervals().iter().zip(&figures) {
                let window = Window {
                    from: (Timestamp::ZERO + interval.start).max(all.from),
                    to: (Timestamp::ZERO + interval.end).min(all.to),
                };
                if !interval.observed.is_zero() {
                    let sums = auditor.sums(queue, window);
                    row.of_calls(figures, &sums)?;
                    row.of_work(figures, &sums, window)?;
                }
            }
        }
        for (place, &agent) in auditor.first.iter().enumerate() {
            let of = format!("agent {place}");
            let (figures, sums) = (self.tally.group_figures(place), auditor.sums_of(agent, all));
            let mut row = Row { of, checks };
            row.count(&figures, Figure::Answered, sums.answered)?;
            row.of_work(&figures, &sums, all)?;
        }
        self.compare_waits(auditor, all, checks)
    }

    /// The histograms of waits.
    fn compare_waits(&self, auditor: &Auditor, all: Window, checks: &mut Checks) -> Checked {
        for queue in 0..self.layout.queues.len() {
            let mut waits: Vec<(u64, bool)> = auditor
                .visits_in(Some(queue), all)
                .map(|visit| (visit.waited.micros(), visit.outcome == Outcome::Answered))
                .collect();
            waits.sort_unstable();
            let bins: Vec<(u64, u64, u64)> = self.tally.waits(queue).iter().collect();
            let starts = bins.iter().skip(1).map(|&(start, ..)| start * 1_000_000);
            let ends = starts.chain([u64::MAX]);
            let mut rest = waits.as_slice();
            for (&(start, answered, left), end) in bins.iter().zip(ends) {
                let here;
                (here, rest) = rest.split_at(rest.partition_point(|&(wait, _)| wait < end));
                let ours = here.iter().filter(|(_, answered)| *answered).count() as u64;
                let others = here.len() as u64 - ours;
                checks.law(Law::Figures, (answered, left) == (ours, others), || {
                    let theirs = format!("{answered} answered, {left} left");
                    format!("queue {queue}, waits from {start} s: {theirs}, not {ours}, {others}")
                })?;
            }
        }
        Ok(())
    }
}

/// The figures of one row, one by one.
struct Row<'c> {
    of: String,
    checks: &'c mut Checks,
}

impl Row<'_> {
    fn of_calls(&mut self, theirs: &Figures, ours: &Sums) -> Checked {
        self.count(theirs, Figure::Offered, ours.offered)?;
        self.count(theirs, Figure::Answered, ours.answered)?;
        self.count(theirs, Figure::Abandoned, ours.abandoned)?;
        self.count(theirs, Figure::Missed, ours.missed)?;
        self.share(theirs, Figure::ServiceLevel, ours.met, ours.offered)?;
        self.share(
            theirs,
            Figure::ProbabilityOfWait,
            ours.had_to_wait,
            ours.offered,
        )?;
        self.share(theirs, Figure::Abandonment, ours.abandoned, ours.offered)?;
        self.seconds(theirs, Figure::MeanWait, ours.waited, ours.offered)?;
        self.seconds(
            theirs,
            Figure::MeanWaitAnswered,
            ours.waited_answered,
            ours.answered,
        )?;
        self.seconds(theirs, Figure::MaxWait, ours.longest, ours.offered.min(1))?;
        self.seconds(theirs, Figure::MeanTalk, ours.talked, ours.answered)?;
        self.seconds(theirs, Figure::MeanHold, ours.held, ours.answered)?;
        let failed = ours.callbacks - ours.called_back;
        self.count(theirs, Figure::Callbacks, ours.callbacks)?;
        self.count(theirs, Figure::CalledBack, ours.called_back)?;
        self.count(theirs, Figure::CallbacksFailed, failed)?;
        self.seconds(
            theirs,
            Figure::MeanCallbackWait,
            ours.waited_callback,
            ours.callbacks,
        )
    }

    fn of_work(&mut self, theirs: &Figures, ours: &Sums, window: Window) -> Checked {
        self.share(theirs, Figure::Occupancy, ours.busy, ours.on_duty)?;
        self.share(theirs, Figure::Agents, ours.on_duty, window.micros())
    }

    fn count(&mut self, theirs: &Figures, figure: Figure, ours: u64) -> Checked {
        self.same(theirs, figure, ours, 1, 1.0)
    }

    fn share(&mut self, theirs: &Figures, figure: Figure, ours: u64, whole: u64) -> Checked {
        self.same(theirs, figure, ours, whole, 1.0)
    }

    fn seconds(&mut self, theirs: &Figures, figure: Figure, ours: u64, count: u64) -> Checked {
        self.same(theirs, figure, ours, count, 1e6)
    }

    /// A figure is unknown where there is nothing to divide by.
    #[expect(
        clippy::cast_precision_loss,
        reason = "sums over some days lie far below the last whole number of a double"
    )]
    fn same(&mut self, theirs: &Figures, figure: Figure, ours: u64, by: u64, unit: f64) -> Checked {
        let seen = theirs.get(figure);
        let holds = match seen {
            None => by == 0,
            Some(seen) => by > 0 && (seen * by as f64 * unit - ours as f64).abs() < 0.5,
        };
        self.checks.law(Law::Figures, holds, || {
            format!(
                "{}, {}: the product says {seen:?}, the auditor {ours} of {by}",
                self.of,
                figure.key()
            )
        })
    }
}
