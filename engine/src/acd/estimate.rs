//! How long a caller has to wait yet, as far as it can be told: an expectation, and a
//! band in which four of five such waits end.
//!
//! Who stands at place n waits for n departures from before him: an agent who is
//! done with a call takes the next one, or a caller ahead gives up. With k callers
//! ahead, s agents who need the time w for a call, and a patience p, the next
//! departure takes 1 / (s / w + k / p) on the average, and the wait is the sum over
//! k. Its spread is reckoned as if departures came at random, and the band is that of
//! a gamma distribution (Wilson and Hilferty).
//!
//! Where agents serve other queues too, callers ahead there count as some of this queue:
//! as many as those agents take, if who came first is served first everywhere. Callers
//! who will yet come and go before him count by how often they have come of late.
//!
//! The estimate of a caller grows only when something puts him back: an agent who
//! leaves, a ring in vain, somebody who comes before him, or a caller who joins,
//! with whom all that was learned since is taken into account. It never grows while
//! the queue only shrinks.

use core::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::acd::line::visit;
use crate::ids::{CallId, QueueId};
use crate::state::{Agent, Member, Queue, Stage, State};
use crate::time::{Span, Timestamp};

/// A wait that is still to come, until an agent answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The average of such waits.
    pub expected: Span,
    /// One wait in ten is shorter.
    pub low: Span,
    /// One wait in ten is longer.
    pub high: Span,
}

/// Fewer completed calls say nothing about a queue.
const CALLS_MIN: u32 = 5;
/// An average is that of so many at most; when there are as many, half of them are
/// forgotten, each by half.
const AVERAGE_OF_MAX: u32 = 512;
/// Times are reckoned in milliseconds up to this, and in parts of them.
const TIME_MS_MAX: u64 = 1 << 27;
const PARTS_OF_MS: u64 = 1 << 8;
/// Shares of agents are counted in these.
const PARTS_OF_AGENT: i128 = 1 << 16;
/// Parts of a variance.
const WIDER_BY_ONE: u128 = 1 << 8;
/// However many callers come and go first, this part of a queue's agents is left for
/// those who wait.
const LEFT_OF_AGENTS: i128 = 8;
/// From this place on, so many callers are reckoned together, and of those behind
/// more and more: they differ by less and less.
const TOGETHER_FROM: u64 = 32;
/// One in the reckoning of the band.
const ONE: u128 = 1 << 16;
/// What varies more, by the square of its mean, is taken to vary so much: the band of the
/// approximation would shrink again.
const RELATIVE_MAX: u128 = 4 * ONE;
/// A third of the tenth percentile of the normal distribution.
const THIRD_OF_DECILE: u128 = 27_997;

/// Time per occurrence, over the last ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Average {
    time: Span,
    of: u32,
}

impl Average {
    /// Time went by.
    pub(crate) fn spend(&mut self, time: Span) {
        self.time = self.time + time;
    }

    /// And it occurred once more.
    pub(crate) fn count(&mut self) {
        self.of += 1;
        if self.of >= AVERAGE_OF_MAX {
            self.of /= 2;
            self.time = Span::from_micros(self.time.micros() / 2);
        }
    }

    /// Milliseconds for each of `least` at least.
    fn millis(&self, least: u32) -> Option<u64> {
        let mean = (self.of >= least).then(|| self.time.micros() / 1_000 / u64::from(self.of))?;
        Some(mean.clamp(1, TIME_MS_MAX))
    }
}

/// What a queue has learned of the time that its calls take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pace {
    /// Time of agents, rings in vain and wrap-up included, for each call completed.
    pub(crate) work: Average,
    /// Ringing, for each answer.
    pub(crate) answer: Average,
    /// Waiting of all callers, for each who gave up.
    pub(crate) patience: Average,
}

/// How often callers come to a queue that goes before others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Arrivals {
    /// When the last one joined.
    last: Timestamp,
    /// Time from one to the next.
    gaps: Average,
}

impl Arrivals {
    /// One more has joined.
    pub(crate) fn count(arrivals: &mut Option<Box<Self>>, now: Timestamp) {
        let Some(known) = arrivals else {
            let gaps = Average::default();
            *arrivals = Some(Box::new(Self { last: now, gaps }));
            return;
        };
        known.gaps.spend(now - known.last);
        known.gaps.count();
        known.last = now;
    }
}

/// How long a waiting caller waits yet. `None` where he does not wait, where nobody
/// serves his queue, or where it has not seen calls enough.
pub(crate) fn of_call(s: &State, id: CallId, now: Timestamp) -> Option<Estimate> {
    let call = s.calls.get(id)?;
    let own = call.visit.as_ref();
    let own = own.filter(|_| call.stage == Stage::AwaitingAgent)?;
    let queue = &s.queues[own.queue];
    let place = match own.ringing {
        0 => 1 + unserved_before(s, own.before),
        _ => 0,
    };
    let order = (Reverse(queue.weight(own.joined_at, now)), own.join_number);
    reckon(s, own.queue, &queue.pace, place, order, now)
}

/// How long somebody would wait who joined the queue now.
pub(crate) fn of_next(s: &State, id: QueueId, now: Timestamp) -> Option<Estimate> {
    let queue = s.queues.get(id)?;
    let place = u64::from(queue.callers) + 1 - rung(s, queue);
    let order = (Reverse(queue.weight(now, now)), u64::MAX);
    reckon(s, id, &queue.learned, place, order, now)
}

/// Callers from `next` to the head of the line for whom nobody rings.
fn unserved_before(s: &State, mut next: Option<CallId>) -> u64 {
    let mut count = 0;
    while let Some(id) = next {
        let other = visit(s, id);
        count += u64::from(other.ringing == 0);
        next = other.before;
    }
    count
}

/// Callers of a queue for whom somebody rings.
fn rung(s: &State, queue: &Queue) -> u64 {
    let offers = queue.members.iter().filter_map(|&id| {
        let leg = &s.legs[s.agents[s.members[id].agent].offer?];
        (leg.member == Some(id)).then_some(leg.call)
    });
    offers.collect::<BTreeSet<_>>().len() as u64
}

/// Whether a member takes calls of his queue, now or when he is done with another.
pub(crate) fn serves(member: &Member, agent: &Agent) -> bool {
    member.logged_in && member.paused.is_none() && agent.up
}

fn serving<'s>(s: &'s State, queue: &'s Queue) -> impl Iterator<Item = &'s Agent> {
    let members = queue.members.iter().map(|&id| &s.members[id]);
    let with_agents = members.map(|member| (member, &s.agents[member.agent]));
    with_agents.filter_map(|(member, agent)| serves(member, agent).then_some(agent))
}

/// What calls of several queues are ordered by: weight, then joining.
type Order = (Reverse<u64>, u64);

fn reckon(
    s: &State,
    id: QueueId,
    pace: &Pace,
    place: u64,
    order: Order,
    now: Timestamp,
) -> Option<Estimate> {
    let queue = &s.queues[id];
    let work = pace.work.millis(CALLS_MIN)?;
    let answer = pace.answer.millis(1)? * PARTS_OF_MS;
    let agents = serving(s, queue).count() as u64;
    let free = queue.free.len() as u64;
    let (mut mean, mut variance) = (0, 0);
    if agents == 0 {
        return None;
    } else if place > free {
        let ahead = ahead(s, id, work, place - free, order, now);
        (mean, variance) = departures(ahead.calls, agents, work, pace.patience.millis(1));
        variance = variance * ahead.wider / WIDER_BY_ONE;
        // The average itself is known no better than this.
        variance += square(mean) / u128::from(pace.work.of);
    }
    Some(band(mean + answer, variance + square(answer)))
}

/// What another queue takes of this one's agents.
struct Share {
    /// Time that its callers need who come first, in parts of milliseconds.
    load: i128,
    /// What of it its other agents see to, while it lasts: so many of them, in parts. Where
    /// it has no others, what is less than none is for those who are yet to come.
    alone: i128,
    /// So many agents, in parts, are for those who are yet to come and go first.
    coming: i128,
}

/// What is before a caller.
struct Ahead {
    /// Departures of the queue's agents.
    calls: u64,
    /// How much wider they vary than departures do by themselves, in parts of the variance.
    wider: u128,
}

/// So many departures a caller waits for who is served behind `own` callers of his queue, of
/// those agents who serve it: other queues' callers count as theirs.
///
/// Who came first is served first, so the callers ahead are through at the same time t in all
/// queues that share agents. With s agents here who need w for a call, and nᵢ callers ahead
/// in another queue that needs wᵢ and has aᵢ agents of its own, t = (own w + Σ nᵢ wᵢ) /
/// (s + Σ aᵢ). Queues whose own agents are through earlier take nobody of these: the sums
/// are over those that make t longer.
///
/// Where a share ρ of the agents' time is for callers who will come and go first, the wait is
/// a busy period: of 1 / (1 - ρ) times as many departures, whose variance is
/// (1 + ρ) / (1 - ρ)² times that (M/M/1).
fn ahead(s: &State, id: QueueId, work: u64, own: u64, order: Order, now: Timestamp) -> Ahead {
    let agents = i128::from(serving(s, &s.queues[id]).count() as u64);
    let (mut shares, alone) = shares(s, id, work, own, order, now);
    // By how long each would take alone, the longest first.
    shares.sort_by(|one, other| match (one.alone > 0, other.alone > 0) {
        (true, true) => (other.load * one.alone).cmp(&(one.load * other.alone)),
        (slower, faster) => slower.cmp(&faster),
    });
    let (for_ever, for_a_while) = shares.split_at(shares.partition_point(|one| one.alone <= 0));
    let (own, work) = (i128::from(own), i128::from(work));
    let whole = agents * PARTS_OF_AGENT;
    let (mut load, mut hands, mut coming) = (own * work * PARTS_OF_AGENT, whole, 0);
    for share in for_ever {
        load += share.load;
        hands += share.alone;
        coming += share.coming;
    }
    hands = hands.max(whole / LEFT_OF_AGENTS);
    let wider = wider((hands + coming).min(whole), hands);
    for share in for_a_while {
        if share.load * hands > load * share.alone {
            load += share.load;
            hands += share.alone;
        }
    }
    let mut calls = rounded(load * agents, hands * work);
    if alone > 0 {
        // Agents who serve nobody else see to it that it takes no longer.
        calls = calls.min(rounded(own * agents, i128::from(alone)));
    }
    Ahead {
        calls: u64::try_from(calls).unwrap_or(u64::MAX),
        wider,
    }
}

/// By how much the wait for departures varies wider where only `hands` of `all` are left for
/// those who wait already.
fn wider(all: i128, hands: i128) -> u128 {
    let all = all.max(hands).unsigned_abs();
    let hands = hands.unsigned_abs().max(1);
    (2 * all - hands) * all * WIDER_BY_ONE / (hands * hands)
}

const fn rounded(dividend: i128, divisor: i128) -> i128 {
    (2 * dividend + divisor) / (2 * divisor)
}

/// What other queues take of this one's agents, and how many of those serve it alone.
fn shares(
    s: &State,
    id: QueueId,
    work: u64,
    own: u64,
    order: Order,
    now: Timestamp,
) -> (Vec<Share>, u64) {
    let mut shared: BTreeMap<QueueId, u64> = BTreeMap::new();
    let mut alone = 0;
    for agent in serving(s, &s.queues[id]) {
        let others = agent.members.iter().map(|&member| &s.members[member]);
        let others = others.filter(|member| member.queue != id && serves(member, agent));
        let mut serves_others = false;
        for member in others.filter(|member| counts(&s.queues[member.queue])) {
            *shared.entry(member.queue).or_default() += 1;
            serves_others = true;
        }
        alone += u64::from(!serves_others);
    }
    let shares = shared.into_iter().map(|(other, agents)| {
        let queue = &s.queues[other];
        let all = serving(s, queue).count() as u64;
        let its_work = queue.pace.work.millis(CALLS_MIN).unwrap_or(work);
        let (calls, taken, gap) = match apart(s, id, queue) {
            Some(wrap_ups) => {
                let whole = (Reverse(0), u64::MAX);
                let calls = unserved_until(s, queue, whole, now).min(own);
                let taken = its_work.saturating_sub(wrap_ups).max(its_work / 2).max(1);
                (calls, taken, None)
            }
            None => {
                let first = Reverse(queue.weight(now, now)) < order.0;
                let gap = first.then(|| arrivals(queue)).flatten();
                (unserved_until(s, queue, order, now), its_work, gap)
            }
        };
        let taken = PARTS_OF_AGENT * i128::from(taken);
        let coming = gap.map_or(0, |gap| taken / i128::from(gap));
        let others = i128::from(all - agents) * taken / i128::from(its_work);
        let alone = match others {
            0 => -coming,
            others => (others - coming).max(1),
        };
        Share {
            load: i128::from(calls) * taken,
            alone,
            coming,
        }
    });
    (shares.collect(), alone)
}

/// Where each queue's wrap-up is its own, an agent who is done with a call of one takes one
/// of the other next, whoever came first: both take turns. And while he wraps up for the one
/// he works for the other, so that both wrap-ups, in milliseconds, take nothing of him.
fn apart(s: &State, id: QueueId, other: &Queue) -> Option<u64> {
    let wrap_ups = s.queues[id].config.wrap_up + other.config.wrap_up;
    let apart = !s.options.shared_wrap_up && !wrap_ups.is_zero();
    apart.then(|| wrap_ups.micros() / 1_000)
}

/// Whether somebody waits in a queue, or others will come who go first.
fn counts(queue: &Queue) -> bool {
    queue.line.is_some() || queue.arrivals.is_some()
}

/// Milliseconds from one caller to the next, where that was learned.
fn arrivals(queue: &Queue) -> Option<u64> {
    queue.arrivals.as_ref()?.gaps.millis(CALLS_MIN)
}

/// Callers of a queue for whom nobody rings and who come before `order`.
fn unserved_until(s: &State, queue: &Queue, order: Order, now: Timestamp) -> u64 {
    let (mut count, mut next) = (0, queue.line.map(|(first, _)| first));
    while let Some(id) = next {
        let other = visit(s, id);
        let its = (
            Reverse(queue.weight(other.joined_at, now)),
            other.join_number,
        );
        if its > order {
            break;
        }
        count += u64::from(other.ringing == 0);
        next = other.after;
    }
    count
}

/// Mean and variance of the time until so many departures, in parts of milliseconds.
fn departures(calls: u64, agents: u64, work: u64, patience: Option<u64>) -> (u64, u128) {
    let (mut mean, mut variance, mut ahead) = (0, 0, 0);
    while ahead < calls {
        let together = (ahead / TOGETHER_FROM + 1).min(calls - ahead);
        let middle = ahead + together / 2;
        let step = match patience {
            None => work * PARTS_OF_MS / agents,
            Some(patience) => work * PARTS_OF_MS * patience / (agents * patience + middle * work),
        };
        mean += step * together;
        variance += square(step) * u128::from(together);
        ahead += together;
    }
    (mean, variance)
}

fn square(value: u64) -> u128 {
    u128::from(value) * u128::from(value)
}

/// The estimate with this mean and variance.
fn band(mean: u64, variance: u128) -> Estimate {
    let span = |parts: u128| {
        let micros = parts * 1_000 / u128::from(PARTS_OF_MS);
        Span::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    };
    let relative = (variance * ONE / square(mean).max(1)).min(RELATIVE_MAX);
    let spread = (relative * ONE).isqrt() * THIRD_OF_DECILE / ONE;
    let middle = ONE.saturating_sub(relative / 9);
    let at = |root: u128| span(u128::from(mean) * root / ONE * root / ONE * root / ONE);
    Estimate {
        expected: span(u128::from(mean)),
        low: at(middle.saturating_sub(spread)),
        high: at(middle + spread),
    }
}
