//! Ring strategies: the order in which free agents are rung. To add one: a
//! variant of [`Strategy`], its rank in [`rank`], and, where the least rank is
//! not simply the next, its way of picking in [`Step::first`].

use crate::acd::line::visit;
use crate::config::model::{MemberKind, Strategy};
use crate::draw::{Purpose, below, draw};
use crate::ids::{CallId, MemberId, QueueId};
use crate::state::{Member, Queue, Rank, State, Visit};
use crate::step::Step;
use crate::trace::Standing;

/// Where a member stands in the order of the queue's strategy: behind everybody of a
/// better skill level. Whatever changes it while he is listed calls `Step::rerank`
/// for him in every queue concerned.
fn rank(queue: &Queue, member: &Member) -> Rank {
    let (level, position) = (member.level, member.position);
    let since = queue.config.fewest_calls_since;
    let (first, second) = match queue.config.strategy {
        Strategy::FewestCalls => (member.served.since(since).calls, member.last_rung),
        Strategy::LeastRecent | Strategy::RingProgressively => (0, member.last_rung),
        Strategy::LeastTalkTime => (0, member.served.since(since).talked.micros()),
        Strategy::Linear => (0, linear_order(queue, member)),
        Strategy::Random | Strategy::RingAll | Strategy::WeightedRandom => (0, 0),
        Strategy::Rrmemory => (tier(member), round_order(member)),
    };
    Rank::new(level, first, second, position)
}

/// What the strategies may order a member by, for a trace.
pub(crate) fn standing(s: &State, call: CallId, id: MemberId) -> Standing {
    let member = &s.members[id];
    let queue = &s.queues[member.queue];
    let visit = s.calls.get(call).and_then(|call| call.visit.as_ref());
    let (strategy, since) = (queue.config.strategy, queue.config.fewest_calls_since);
    let served = member.served.since(since);
    Standing {
        tried: visit.map_or(0, |visit| visit.tried_in(id)),
        level: member.level,
        completed: (strategy == Strategy::FewestCalls).then_some(served.calls),
        talked: (strategy == Strategy::LeastTalkTime).then_some(served.talked),
        last_rung: member.last_rung,
    }
}

/// Linear: the list where everybody is static, the order of logins where not.
fn linear_order(queue: &Queue, member: &Member) -> u64 {
    let all_static = queue.static_members as usize == queue.members.len();
    if all_static {
        u64::from(member.position)
    } else {
        member.login_order
    }
}

/// Round robin: static agents come before dynamic ones.
const fn tier(member: &Member) -> u32 {
    match member.kind {
        MemberKind::Static => 0,
        MemberKind::Dynamic => 1,
    }
}

/// Round robin, within a tier: the list, and the order of logins.
fn round_order(member: &Member) -> u64 {
    match member.kind {
        MemberKind::Static => u64::from(member.position),
        MemberKind::Dynamic => member.login_order,
    }
}

/// Those among whom round robin goes round: agents of one skill level and kind.
const fn round_of(member: &Member) -> (u8, u32) {
    (member.level, tier(member))
}

/// Every free agent of a queue, in the order of its strategy.
pub(crate) fn free_members(queue: &Queue) -> impl Iterator<Item = MemberId> {
    (queue.free.iter()).map(|rank| queue.members[rank.position()])
}

/// Lists a member as free in his queue.
pub(crate) fn list(s: &mut State, id: MemberId) {
    let member = &mut s.members[id];
    let queue = &mut s.queues[member.queue];
    let rank = rank(queue, member);
    queue.free.insert(rank);
    member.listed = Some(rank);
}

/// Takes a member off his queue's list of free agents, if he is on it.
pub(crate) fn unlist(s: &mut State, id: MemberId) {
    let member = &mut s.members[id];
    if let Some(rank) = member.listed.take() {
        s.queues[member.queue].free.remove(rank);
    }
}

/// Lists a queue's free agents anew: what they are ordered by has changed.
pub(crate) fn relist(s: &mut State, queue: QueueId) {
    let free: Vec<_> = free_members(&s.queues[queue]).collect();
    for &member in &free {
        unlist(s, member);
    }
    for &member in &free {
        list(s, member);
    }
}

/// Whether a free member is listed where he believes he is, and as his queue's
/// strategy orders him now: a law, for tests.
pub(crate) fn is_listed_rightly(s: &State, id: MemberId) -> bool {
    let member = &s.members[id];
    let queue = &s.queues[member.queue];
    let listed = |rank| rank == self::rank(queue, member) && queue.free.contains(rank);
    member.listed.is_some_and(listed)
}

impl<T> Step<'_, T> {
    /// The free agent who is rung next for `call`: by the strategy, among those of
    /// the earliest round whom the call may be served by. Who was never rung for it
    /// comes first; see [`Visit::remember_try`].
    pub(crate) fn pick(&self, call: CallId) -> Option<MemberId> {
        let visit = self.s.calls[call].visit.as_ref()?;
        let queue = &self.s.queues[visit.queue];
        self.pick_within(call, queue.worst_level(visit.joined_at, self.now))
    }

    /// The same among agents whose skill level is not worse than this.
    pub(crate) fn pick_within(&self, call: CallId, worst: u8) -> Option<MemberId> {
        let visit = self.s.calls[call].visit.as_ref()?;
        let queue = &self.s.queues[visit.queue];
        if visit.tried.is_empty() {
            return self.first(call, queue, |rank| rank.level() <= worst);
        }
        let round = self.earliest_round(visit, worst)?;
        self.first(call, queue, |rank| {
            let member = queue.members[rank.position()];
            rank.level() <= worst && visit.tried_in(member) == round
        })
    }

    /// The earliest round in which a free agent stands who may serve the call.
    fn earliest_round(&self, visit: &Visit, worst: u8) -> Option<u32> {
        let queue = &self.s.queues[visit.queue];
        let able = queue.free.iter().take_while(|rank| rank.level() <= worst);
        let rounds = able.map(|rank| visit.tried_in(queue.members[rank.position()]));
        rounds.min()
    }

    /// The agents who ring for `call` where all do: of the free ones who may serve
    /// it, those of the best level that has somebody who was not silent for it yet,
    /// and of all better ones.
    pub(crate) fn pick_all(&self, call: CallId) -> Vec<MemberId> {
        let Some(visit) = &self.s.calls[call].visit else {
            return Vec::new();
        };
        let queue = &self.s.queues[visit.queue];
        let worst = queue.worst_level(visit.joined_at, self.now);
        let round = self.earliest_round(visit, worst).unwrap_or_default();
        let in_turn = |rank: &Rank| visit.tried_in(queue.members[rank.position()]) == round;
        let Some(level) = queue.free.iter().find(in_turn).map(|rank| rank.level()) else {
            return Vec::new();
        };
        let ringing = queue.free.iter().take_while(|rank| rank.level() <= level);
        ringing.map(|rank| queue.members[rank.position()]).collect()
    }

    /// The first free agent by the queue's strategy, of those who are `wanted`.
    fn first(
        &self,
        call: CallId,
        queue: &Queue,
        wanted: impl Fn(&Rank) -> bool,
    ) -> Option<MemberId> {
        let next = match queue.config.strategy {
            Strategy::Random => self.draw_one(call, queue, wanted),
            Strategy::Rrmemory => next_in_round(queue, wanted),
            Strategy::WeightedRandom => self.draw_by_weight(call, queue, wanted),
            _ => queue.free.iter().find(wanted),
        };
        next.map(|rank| queue.members[rank.position()])
    }

    /// Draws one of the best skill level.
    fn draw_one(
        &self,
        call: CallId,
        queue: &Queue,
        wanted: impl Fn(&Rank) -> bool,
    ) -> Option<Rank> {
        let level = queue.free.iter().find(&wanted)?.level();
        if visit(self.s, call).tried.is_empty() {
            let among = queue.free.place(Rank::first_behind(level));
            return queue.free.nth(self.draw_below(call, among));
        }
        let among = of_level(queue, level, wanted);
        among.get(self.draw_below(call, among.len())).copied()
    }

    /// Draws one of the best skill level, each as likely as he weighs.
    fn draw_by_weight(
        &self,
        call: CallId,
        queue: &Queue,
        wanted: impl Fn(&Rank) -> bool,
    ) -> Option<Rank> {
        let level = queue.free.iter().find(&wanted)?.level();
        let among = of_level(queue, level, wanted);
        let weight =
            |rank: &Rank| usize::from(self.s.members[queue.members[rank.position()]].weight);
        let mut drawn = self.draw_below(call, among.iter().map(weight).sum());
        among.iter().copied().find(|rank| {
            let weight = weight(rank);
            let is_his = drawn < weight;
            drawn = drawn.saturating_sub(weight);
            is_his
        })
    }

    /// Draws a number below `bound`, keyed by the call and its offers so far: no
    /// other call changes the number drawn, though it may change what it means.
    fn draw_below(&self, call: CallId, bound: usize) -> usize {
        let visit = visit(self.s, call);
        let public = self.s.calls[call].public;
        let object = public.counter ^ u64::from(public.epoch).rotate_right(32);
        let attempt = u64::from(visit.number) << 32 | u64::from(visit.offers);
        let bits = draw(self.s.seed, Purpose::RandomAgent as u64, object, attempt);
        usize::try_from(below(bits, bound as u64)).expect("below a length in memory")
    }
}

/// The free agents of one skill level who are wanted.
fn of_level(queue: &Queue, level: u8, wanted: impl Fn(&Rank) -> bool) -> Vec<Rank> {
    let all = queue.free.range(Rank::first_of(level), Rank::LAST);
    let of_level = all.take_while(|rank| rank.level() == level);
    of_level.filter(wanted).collect()
}

/// The one after him who was tried last among those of his skill level and kind:
/// better levels before worse ones, static agents before dynamic ones.
fn next_in_round(queue: &Queue, wanted: impl Fn(&Rank) -> bool) -> Option<Rank> {
    let mut least = Rank::first_of(0);
    // Each time, all of one level and kind are looked at.
    while let Some(first) = queue.free.range(least, Rank::LAST).next() {
        let (level, tier) = (first.level(), first.first());
        let last_rung = queue.last_rung_of((level, tier)).unwrap_or(NOBODY);
        let behind = Rank::new(level, tier, last_rung, u32::MAX);
        let (first, last) = (
            Rank::new(level, tier, 0, 0),
            Rank::new(level, tier, u64::MAX, u32::MAX),
        );
        let after = queue.free.range(behind, last);
        let mut round = after.chain(queue.free.range(first, behind));
        if let Some(next) = round.find(&wanted) {
            return Some(next);
        }
        least = Rank::new(level, tier + 1, 0, 0);
    }
    None
}

/// Nobody of a round was rung yet: the search wraps to the first.
const NOBODY: u64 = u64::MAX;

/// Remembers that `member` was rung: the memory of least recent and round
/// robin. He must not be listed.
#[inline]
pub(crate) fn remember_ring(s: &mut State, id: MemberId) {
    let member = &mut s.members[id];
    let queue = &mut s.queues[member.queue];
    queue.rings += 1;
    member.last_rung = queue.rings;
    let (round, order) = (round_of(member), round_order(member));
    match queue
        .round_robin
        .binary_search_by_key(&round, |&(of, _)| of)
    {
        Ok(place) => queue.round_robin[place].1 = order,
        Err(place) => queue.round_robin.insert(place, (round, order)),
    }
}

/// Who was rung last of each round or, where he does not stay in it, the nearest
/// before him who `stays`: what round robin remembers across a change of the list.
pub(crate) fn last_of_rounds(
    s: &State,
    queue: QueueId,
    stays: impl Fn(MemberId) -> bool,
) -> Vec<MemberId> {
    let entry = &s.queues[queue];
    let last = |&(round, bound): &((u8, u32), u64)| {
        (entry.members.iter().copied())
            .filter(|&id| round_of(&s.members[id]) == round && stays(id))
            .map(|id| (round_order(&s.members[id]), id))
            .filter(|&(order, _)| order <= bound)
            .max()
            .map(|(_, id)| id)
    };
    entry.round_robin.iter().filter_map(last).collect()
}

/// Points round robin at these members, one of each round in the order of the
/// rounds, after a change of the list.
pub(crate) fn point_round_robin(s: &mut State, queue: QueueId, last: Vec<MemberId>) {
    let members = last.into_iter().filter_map(|id| s.members.get(id));
    let rounds = members.map(|member| (round_of(member), round_order(member)));
    s.queues[queue].round_robin = rounds.collect();
}
