//! How long callers wait yet, reckoned once more from the books, with floats.

use tandem_engine::acd::estimate::Estimate;
use tandem_engine::{CallId, Engine, Event, Outbox, QueueId, Span};

use super::state::{Member, Queue, Visit};
use super::{Checked, Law, Model};

/// Calls that a queue must have completed before it is believed.
const BELIEVED_FROM: u32 = 5;
/// When so many are counted, half of them are forgotten.
const FORGET_AT: u32 = 128;
/// How far a tenth of a normal distribution lies from its middle.
const DECILE: f64 = 1.281_552;

/// Seconds, and how often something occurred in them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Average {
    seconds: f64,
    of: u32,
}

impl Average {
    pub(super) fn spend(&mut self, time: Span) {
        self.seconds += seconds(time);
    }

    pub(super) fn count(&mut self) {
        self.of += 1;
        if self.of >= FORGET_AT {
            (self.of, self.seconds) = (self.of / 2, self.seconds / 2.0);
        }
    }

    fn mean(&self, least: u32) -> Option<f64> {
        let mean = (self.of >= least).then(|| self.seconds / f64::from(self.of))?;
        Some(mean.max(0.001))
    }
}

/// What a queue has seen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    pub(super) work: Average,
    pub(super) answer: Average,
    pub(super) patience: Average,
}

fn seconds(time: Span) -> f64 {
    time.micros() as f64 / 1e6
}

impl Model {
    /// The estimates of everybody who waits and of who would join are those of the
    /// books.
    pub(super) fn estimates_are_right(&self, engine: &Engine) -> Checked {
        if !self.laws.contains(&Law::Estimates) {
            return Ok(());
        }
        for (id, call) in &self.calls {
            let told = engine.estimate(*id);
            let right = match call.waiting() {
                None => told.is_none(),
                Some(visit) => self.fits(visit.queue, Some(visit), told),
            };
            self.law(Law::Estimates, right, || {
                format!("call {id} is told to wait for {told:?}")
            })?;
        }
        for id in self.queues.keys() {
            let told = engine.estimate_of_next(*id);
            self.law(Law::Estimates, self.fits(*id, None, told), || {
                format!("the next caller of queue {id} is told to wait for {told:?}")
            })?;
        }
        Ok(())
    }

    /// Whether an estimate is what the books say of a caller, or of the next one.
    fn fits(&self, id: QueueId, visit: Option<&Visit>, told: Option<Estimate>) -> bool {
        match (self.reckoned(id, visit), told) {
            (None, None) => true,
            (Some(reckoned), Some(told)) => {
                let fits = |&(mean, variance): &(f64, f64)| is_band(told, mean, variance);
                reckoned.iter().any(fits)
            }
            _ => false,
        }
    }

    /// Whether the next caller of a queue would wait for longer than this.
    pub(super) fn next_waits_longer(&self, id: QueueId, limit: Span) -> bool {
        let reckoned = self.reckoned(id, None);
        reckoned.is_some_and(|[(mean, _), _]| mean > seconds(limit))
    }

    /// Mean and variance of a caller's wait, or the next one's; parts of calls are
    /// rounded, and a little less or more may decide how.
    fn reckoned(&self, id: QueueId, visit: Option<&Visit>) -> Option<[(f64, f64); 2]> {
        let queue = self.queues.get(&id)?;
        let pace = match visit {
            Some(_) => queue.pace,
            None => queue.learned,
        };
        let agents = self.serving(queue).count() as f64;
        let means = pace.work.mean(BELIEVED_FROM).zip(pace.answer.mean(1));
        let (work, answer) = means.filter(|_| agents > 0.0)?;
        let line = self.line(id).into_iter().map(|(_, other)| other);
        let ahead = line.filter(|other| other.rings.is_empty());
        let ahead = match visit {
            Some(own) => ahead.filter(|other| other.order < own.order).count(),
            None => ahead.count(),
        };
        let rung = visit.is_some_and(|own| !own.rings.is_empty());
        let place = (ahead + 1).saturating_sub(self.free(queue).count());
        let elsewhere = self.elsewhere(id, visit, work);
        Some([elsewhere - 0.02, elsewhere + 0.02].map(|calls| {
            let calls = if rung || place == 0 {
                0.0
            } else {
                place as f64 + calls.max(0.0)
            };
            let steps = (0..).map(f64::from).take_while(|k| k + 0.5 <= calls);
            let steps = steps.map(|k| {
                let giving_up = pace.patience.mean(1).map_or(0.0, |p| k / p);
                1.0 / (agents / work + giving_up)
            });
            let (mean, mut variance) = steps.fold((0.0, 0.0), |(m, v), t| (m + t, v + t * t));
            variance += mean * mean / f64::from(pace.work.of) + answer * answer;
            (mean + answer, variance)
        }))
    }

    /// Callers of other queues who come first and whom agents of this queue serve too.
    fn elsewhere(&self, id: QueueId, visit: Option<&Visit>, work: f64) -> f64 {
        let Some(queue) = self.queues.get(&id) else {
            return 0.0;
        };
        let own = match visit {
            Some(visit) => self.precedence(visit),
            None => (
                std::cmp::Reverse(u64::from(queue.config.priority)),
                u64::MAX,
            ),
        };
        let others = self.queues.iter().filter(|(other, _)| **other != id);
        let calls = others.map(|(other, entry)| {
            let all: Vec<_> = self.serving(entry).map(|member| member.agent).collect();
            let mine = self.serving(queue).map(|member| member.agent);
            let shared = mine.filter(|agent| all.contains(agent)).count();
            let before = self
                .line(*other)
                .into_iter()
                .filter(|(_, visit)| visit.rings.is_empty() && self.precedence(visit) < own);
            let share = shared as f64 / all.len().max(1) as f64;
            let its_work = entry.pace.work.mean(BELIEVED_FROM).unwrap_or(work);
            before.count() as f64 * share * its_work / work
        });
        calls.sum()
    }

    /// Members who take calls of their queue, now or when they are done.
    fn serving<'m>(&'m self, queue: &'m Queue) -> impl Iterator<Item = &'m Member> {
        queue.members.iter().filter(|member| {
            let up = self
                .persons
                .get(&member.agent)
                .is_some_and(|person| person.up);
            member.logged_in && member.paused.is_none() && up
        })
    }

    /// What waiting callers are told, where everybody in their queues is busy and
    /// weights do not change by themselves.
    pub(super) fn estimates_before(&self, engine: &Engine) -> Vec<(CallId, Estimate)> {
        let steady = |queue: &Queue| queue.config.priority_acceleration.is_zero();
        if !self.laws.contains(&Law::Estimates) || !self.queues.values().all(steady) {
            return Vec::new();
        }
        let waiting = self.calls.iter().filter_map(|(id, call)| {
            let queue = self.queues.get(&call.waiting()?.queue)?;
            let busy = self.free(queue).next().is_none();
            busy.then(|| Some((*id, engine.estimate(*id)?)))?
        });
        waiting.collect()
    }

    /// While the queue only shrinks, nobody is told to wait longer than before.
    pub(super) fn estimates_do_not_grow(&self, engine: &Engine, out: &Outbox) -> Checked {
        let sets_back = |event: &Event| {
            matches!(
                event,
                Event::AgentStatusChanged { .. }
                    | Event::CallJoined { .. }
                    | Event::ConfigurationChanged { .. }
                    | Event::ConnectionFailed { .. }
                    | Event::DeviceChanged { .. }
                    | Event::OfferEnded { .. }
            )
        };
        if out.events.iter().any(sets_back) {
            return Ok(());
        }
        for (id, before) in &self.entry.estimates {
            let Some(after) = engine.estimate(*id) else {
                continue;
            };
            let grows = after.expected > before.expected || after.high > before.high;
            self.law(Law::Estimates, !grows, || {
                format!("call {id} was told {before:?}, and now {after:?}")
            })?;
        }
        Ok(())
    }
}

/// Whether an estimate is the band of a gamma distribution, by its cube root.
fn is_band(told: Estimate, mean: f64, variance: f64) -> bool {
    let relative = variance / (mean * mean);
    let middle = (1.0 - relative / 9.0).max(0.0);
    let spread = DECILE * relative.sqrt() / 3.0;
    let cube = |root: f64| mean * root.max(0.0).powi(3);
    let near =
        |told: Span, reckoned: f64| (seconds(told) - reckoned).abs() <= 0.01 + reckoned / 50.0;
    near(told.expected, mean)
        && near(told.low, cube(middle - spread))
        && near(told.high, cube(middle + spread))
}
