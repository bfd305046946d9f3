//! How long callers wait yet, reckoned once more from the books, with floats.

use tandem_engine::acd::estimate::Estimate;
use tandem_engine::{CallId, Engine, Event, Outbox, QueueId, Span, Timestamp};

use super::state::{Member, Queue, Visit};
use super::{Checked, Law, Model};

/// Calls that a queue must have completed before it is believed.
const BELIEVED_FROM: u32 = 5;
/// When so many are counted, half of them are forgotten.
const FORGET_AT: u32 = 512;
/// This share of a queue's agents is left for those who wait, whoever comes first.
const LEFT: f64 = 1.0 / 8.0;
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

    /// In whole milliseconds: what is told is reckoned from those, and where those who come
    /// first leave nearly nothing of the agents, they decide much.
    fn mean(&self, least: u32) -> Option<f64> {
        let mean = (self.of >= least).then(|| self.seconds * 1e3 / f64::from(self.of))?;
        Some((mean + 1e-6).floor().max(1.0) / 1e3)
    }
}

/// What a queue has seen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    pub(super) work: Average,
    pub(super) answer: Average,
    pub(super) patience: Average,
}

/// When the last caller joined a queue with a priority, and the time between them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrivals {
    last: Timestamp,
    gaps: Average,
}

impl Arrivals {
    pub(super) fn after(before: Option<Self>, now: Timestamp) -> Self {
        let mut gaps = Average::default();
        if let Some(before) = before {
            gaps = before.gaps;
            gaps.spend(now.since(before.last));
            gaps.count();
        }
        Self { last: now, gaps }
    }
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
                let books = call
                    .waiting()
                    .map(|visit| self.reckoned(visit.queue, Some(visit)));
                format!("call {id} is told to wait for {told:?}, and the books say {books:?}")
            })?;
        }
        for id in self.queues.keys() {
            let told = engine.estimate_of_next(*id);
            self.law(Law::Estimates, self.fits(*id, None, told), || {
                let books = self.reckoned(*id, None);
                format!("the next of queue {id} is told {told:?}, and the books say {books:?}")
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
        let place = place as f64;
        let (before, wider) = self.before(id, visit, place, work);
        Some([before - 0.02, before + 0.02].map(|calls| {
            let calls = match rung || place == 0.0 {
                true => 0.0,
                false => calls,
            };
            let steps = (0..).map(f64::from).take_while(|k| k + 0.5 <= calls);
            let steps = steps.map(|k| {
                let giving_up = pace.patience.mean(1).map_or(0.0, |p| k / p);
                1.0 / (agents / work + giving_up)
            });
            let (mean, mut variance) = steps.fold((0.0, 0.0), |(m, v), t| (m + t, v + t * t));
            variance *= wider;
            variance += mean * mean / f64::from(pace.work.of) + answer * answer;
            (mean + answer, variance)
        }))
    }

    /// How many departures somebody waits for: those of his own queue before him, and what
    /// other queues take of the agents who serve it. And how many times wider they vary, for
    /// those who will come and go first.
    fn before(&self, id: QueueId, visit: Option<&Visit>, place: f64, work: f64) -> (f64, f64) {
        let Some(queue) = self.queues.get(&id) else {
            return (0.0, 1.0);
        };
        let own = match visit {
            Some(visit) => self.precedence(visit),
            None => (
                std::cmp::Reverse(u64::from(queue.config.priority)),
                u64::MAX,
            ),
        };
        let mine: Vec<_> = self.serving(queue).map(|member| member.agent).collect();
        let agents = mine.len() as f64;
        let mut alone = mine.clone();
        // What each other queue's callers need, and how much of it a second takes away.
        let mut others = Vec::new();
        let mut coming = 0.0;
        for (other, entry) in self.queues.iter().filter(|(other, _)| **other != id) {
            let line = self.line(*other);
            if line.is_empty() && entry.arrivals.is_none() {
                continue;
            }
            let all: Vec<_> = self.serving(entry).map(|member| member.agent).collect();
            alone.retain(|agent| !all.contains(agent));
            let shared = mine.iter().filter(|agent| all.contains(agent)).count();
            if shared == 0 {
                continue;
            }
            let unserved = line.into_iter().map(|(_, visit)| visit);
            let unserved = unserved.filter(|visit| visit.rings.is_empty());
            let its_work = entry.pace.work.mean(BELIEVED_FROM).unwrap_or(work);
            let wrap_ups = seconds(queue.config.wrap_up) + seconds(entry.config.wrap_up);
            let takes_turns = !self.options.shared_wrap_up && wrap_ups > 0.0;
            let (calls, taken) = if takes_turns {
                let calls = (unserved.count() as f64).min(place);
                (calls, (its_work - wrap_ups).max(its_work / 2.0))
            } else {
                let first = unserved.filter(|visit| self.precedence(visit) < own);
                (first.count() as f64, its_work)
            };
            let mut a_second = (all.len() - shared) as f64 * taken / its_work;
            let gap = entry
                .arrivals
                .and_then(|seen| seen.gaps.mean(BELIEVED_FROM));
            let first = std::cmp::Reverse(u64::from(entry.config.priority)) < own.0;
            if let Some(gap) = gap.filter(|_| first && !takes_turns) {
                let nobody_else = all.len() == shared;
                a_second -= taken / gap;
                if nobody_else {
                    coming += taken / gap;
                } else {
                    a_second = a_second.max(1.0 / 65_536.0);
                }
            }
            others.push((calls * taken, a_second));
        }
        let time = time_taken(place * work, agents, &others);
        let calls = time * agents / work;
        let left = 1.0 - (coming / agents).min(1.0 - LEFT);
        let wider = (2.0 - left) / (left * left);
        match alone.len() {
            0 => (calls, wider),
            alone => (calls.min(place * agents / alone as f64), wider),
        }
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

/// How long so many agents need for a load of their own queue, where others take of them what
/// their own do not see to: their loads, and what of it a second takes away. Found by halving.
fn time_taken(load: f64, agents: f64, others: &[(f64, f64)]) -> f64 {
    let (ever, passing): (Vec<_>, Vec<_>) = others
        .iter()
        .copied()
        .partition(|&(_, a_second)| a_second <= 0.0);
    let load = load + ever.iter().map(|(load, _)| load).sum::<f64>();
    let hands = agents + ever.iter().map(|(_, a_second)| a_second).sum::<f64>();
    let hands = hands.max(agents * LEFT);
    let left = |time: f64| {
        let passing = passing.iter();
        let taken = passing.map(|(load, a_second)| (load - a_second * time).max(0.0));
        load + taken.sum::<f64>() - hands * time
    };
    let (mut low, mut high) = (0.0, 1.0);
    while left(high) > 0.0 {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if left(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// Whether an estimate is the band of a gamma distribution, by its cube root. What is told is
/// reckoned in parts, and may have this mean and this variance but for one in fifty and one
/// in a hundred: where the band is so wide that it begins near nothing, that decides much.
fn is_band(told: Estimate, mean: f64, variance: f64) -> bool {
    let at = |deciles: f64, more: f64| {
        let relative = (variance * more / (mean * mean)).min(4.0);
        let middle = (1.0 - relative / 9.0).max(0.0);
        mean * (middle + deciles * DECILE * relative.sqrt() / 3.0)
            .max(0.0)
            .powi(3)
    };
    let near = |told: Span, deciles: f64| {
        let ends = [0.99, 1.01].map(|more| at(deciles, more));
        let (least, most) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
        (least * 0.98 - 0.01..=most * 1.02 + 0.01).contains(&seconds(told))
    };
    let is_expected = (seconds(told.expected) - mean).abs() <= 0.01 + mean / 50.0;
    is_expected && near(told.low, -1.0) && near(told.high, 1.0)
}
