//! Ring strategies: the order in which free agents are rung. To add one: a
//! variant of [`Strategy`], its rank in [`rank`], and, where the least rank is
//! not simply the next, its way of picking in [`first`]; or, where no order helps,
//! another kind of [`Free`].

use crate::config::model::{CountSince, MemberKind, Strategy};
use crate::draw::{Purpose, below, draw};
use crate::ids::{CallId, MemberId, QueueId};
use crate::sorted_set::SortedSet;
use crate::state::{Free, Listed, Member, Queue, Rank, State, Visit};
use crate::step::Step;
use crate::trace::Standing;

/// Nobody was rung yet, for [`Queue::round_robin`]: the search wraps to the first.
pub(crate) const NOBODY: u64 = u64::MAX;

/// Where a member stands in the order of the queue's strategy. Whatever changes
/// it while he is listed calls `Step::rerank` for him in every queue concerned.
fn rank(queue: &Queue, member: &Member) -> Rank {
    let position = member.position;
    match queue.config.strategy {
        Strategy::FewestCalls => {
            let count = match queue.config.fewest_calls_since {
                CountSince::Ever => member.completed.ever,
                CountSince::Login => member.completed.since_login,
                CountSince::Midnight => member.completed.since_midnight,
            };
            Rank::new(count, member.last_rung, position)
        }
        Strategy::LeastRecent => Rank::new(0, member.last_rung, position),
        Strategy::Linear => Rank::new(0, linear_order(queue, member), position),
        Strategy::Random | Strategy::RingAll => Rank::new(0, 0, position),
        Strategy::Rrmemory => Rank::new(tier(member), round_order(member), position),
    }
}

/// What the strategies may order a member by, for a trace.
pub(crate) fn standing(s: &State, call: CallId, id: MemberId) -> Standing {
    let member = &s.members[id];
    let queue = &s.queues[member.queue];
    let visit = s.calls.get(call).and_then(|call| call.visit.as_ref());
    let by_calls = queue.config.strategy == Strategy::FewestCalls;
    Standing {
        tried: visit.map_or(0, |visit| visit.tried_in(id)),
        completed: by_calls.then(|| rank(queue, member).first()),
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

/// An empty set of free agents, of the kind that `strategy` needs.
pub(crate) fn nobody_free(strategy: Strategy) -> Free {
    match strategy {
        Strategy::Random => Free::Pool(Vec::new()),
        _ => Free::Ranked(SortedSet::default()),
    }
}

impl Free {
    /// Whether nobody is free.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Pool(pool) => pool.is_empty(),
            Self::Ranked(set) => set.is_empty(),
        }
    }

    /// How many agents are free.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Pool(pool) => pool.len(),
            Self::Ranked(set) => set.len(),
        }
    }

    /// Every free agent, in the order of the set; `list` is the queue's.
    pub(crate) fn members(&self, list: &[MemberId]) -> Vec<MemberId> {
        match self {
            Self::Pool(pool) => pool.clone(),
            Self::Ranked(set) => set.iter().map(|rank| list[rank.position()]).collect(),
        }
    }
}

/// Lists a member as free in his queue.
pub(crate) fn list(s: &mut State, id: MemberId) {
    let member = &mut s.members[id];
    let queue = &mut s.queues[member.queue];
    let rank = rank(queue, member);
    member.listed = Some(match &mut queue.free {
        Free::Pool(pool) => {
            pool.push(id);
            Listed::Pool(u32::try_from(pool.len() - 1).expect("members fit in 32 bits"))
        }
        Free::Ranked(set) => {
            set.insert(rank);
            Listed::Rank(rank)
        }
    });
}

/// Takes a member off his queue's list of free agents, if he is on it.
pub(crate) fn unlist(s: &mut State, id: MemberId) {
    let member = &mut s.members[id];
    let queue = &mut s.queues[member.queue];
    match (member.listed.take(), &mut queue.free) {
        (None, _) => {}
        (Some(Listed::Pool(place)), Free::Pool(pool)) => {
            pool.swap_remove(place as usize);
            if let Some(&moved) = pool.get(place as usize) {
                s.members[moved].listed = Some(Listed::Pool(place));
            }
        }
        (Some(Listed::Rank(rank)), Free::Ranked(set)) => {
            set.remove(rank);
        }
        (Some(_), _) => unreachable!("members are listed as their queue's strategy needs"),
    }
}

/// Lists a queue's free agents anew: what they are ordered by has changed.
pub(crate) fn relist(s: &mut State, queue: QueueId) {
    let entry = &s.queues[queue];
    let free = entry.free.members(&entry.members);
    for &member in &free {
        unlist(s, member);
    }
    s.queues[queue].free = nobody_free(s.queues[queue].config.strategy);
    for &member in &free {
        list(s, member);
    }
}

/// Whether a free member is listed where he believes he is, and as his queue's
/// strategy orders him now: a law, for tests.
pub(crate) fn is_listed_rightly(s: &State, id: MemberId) -> bool {
    let member = &s.members[id];
    let queue = &s.queues[member.queue];
    match (member.listed, &queue.free) {
        (Some(Listed::Pool(index)), Free::Pool(pool)) => pool.get(index as usize) == Some(&id),
        (Some(Listed::Rank(listed)), Free::Ranked(set)) => {
            listed == rank(queue, member) && set.contains(listed)
        }
        _ => false,
    }
}

impl<T> Step<'_, T> {
    /// The free agent who is rung next for `call`: by the strategy, among those of
    /// the earliest round. Who was never rung for it comes first; see
    /// [`Visit::remember_try`].
    pub(crate) fn pick(&self, call: CallId) -> Option<MemberId> {
        let visit = self.s.calls[call].visit.as_ref()?;
        let queue = &self.s.queues[visit.queue];
        if visit.tried.is_empty() {
            return match &queue.free {
                Free::Pool(pool) => self.draw_one(call, visit, pool),
                Free::Ranked(set) => first(queue, set, |_| true),
            };
        }
        let free = queue.free.members(&queue.members);
        // Some have not been rung for it at all where more are free than were.
        let round = match visit.tried.len() < free.len() {
            true => 0,
            false => free.iter().map(|&member| visit.tried_in(member)).min()?,
        };
        let in_turn = |member: MemberId| visit.tried_in(member) == round;
        match &queue.free {
            Free::Pool(_) => {
                let in_turn: Vec<_> = free.into_iter().filter(|&m| in_turn(m)).collect();
                self.draw_one(call, visit, &in_turn)
            }
            Free::Ranked(set) => first(queue, set, in_turn),
        }
    }

    /// Draws a member, keyed by the call and its offers so far: no other call
    /// changes the number drawn, though it may change who there is to draw from.
    fn draw_one(&self, call: CallId, visit: &Visit, among: &[MemberId]) -> Option<MemberId> {
        let public = self.s.calls[call].public;
        let object = public.counter ^ u64::from(public.epoch).rotate_right(32);
        let attempt = u64::from(visit.number) << 32 | u64::from(visit.offers);
        let bits = draw(self.s.seed, Purpose::RandomAgent as u64, object, attempt);
        let one = usize::try_from(below(bits, among.len() as u64));
        among.get(one.expect("below the length of a list")).copied()
    }
}

/// The first free agent by the queue's strategy, of those who are `wanted`.
fn first(
    queue: &Queue,
    set: &SortedSet<Rank>,
    wanted: impl Fn(MemberId) -> bool,
) -> Option<MemberId> {
    let wanted = |rank: &Rank| wanted(queue.members[rank.position()]);
    let next = match queue.config.strategy {
        Strategy::Rrmemory => next_in_round(set, queue.round_robin, wanted),
        _ => set.iter().find(wanted),
    };
    next.map(|rank| queue.members[rank.position()])
}

/// The one after him who was tried last, static agents before dynamic ones.
fn next_in_round(
    set: &SortedSet<Rank>,
    round_robin: [u64; 2],
    wanted: impl Fn(&Rank) -> bool,
) -> Option<Rank> {
    (0..2).find_map(|tier: u32| {
        let behind = Rank::new(tier, round_robin[tier as usize], u32::MAX);
        let first = Rank::new(tier, 0, 0);
        let last = Rank::new(tier, u64::MAX, u32::MAX);
        let after = set.range(behind, last);
        after.chain(set.range(first, behind)).find(&wanted)
    })
}

/// Remembers that `member` was rung: the memory of least recent and round
/// robin. He must not be listed.
pub(crate) fn remember_ring(s: &mut State, id: MemberId) {
    let member = &mut s.members[id];
    let queue = &mut s.queues[member.queue];
    queue.rings += 1;
    member.last_rung = queue.rings;
    queue.round_robin[tier(member) as usize] = round_order(member);
}

/// Which member of each tier was rung last, or the nearest before him who
/// `stays` in it: what round robin remembers across a change of the list.
pub(crate) fn round_robin_members(
    s: &State,
    queue: QueueId,
    stays: impl Fn(MemberId) -> bool,
) -> [Option<MemberId>; 2] {
    let entry = &s.queues[queue];
    let last = |wanted: u32| {
        let bound = entry.round_robin[wanted as usize];
        (entry.members.iter().copied())
            .filter(|&id| bound != NOBODY && tier(&s.members[id]) == wanted && stays(id))
            .map(|id| (round_order(&s.members[id]), id))
            .filter(|&(order, _)| order <= bound)
            .max()
            .map(|(_, id)| id)
    };
    [last(0), last(1)]
}

/// Points round robin at these members after a change of the list.
pub(crate) fn point_round_robin(s: &mut State, queue: QueueId, last: [Option<MemberId>; 2]) {
    let order = |member: Option<MemberId>| {
        member
            .and_then(|id| s.members.get(id))
            .map_or(NOBODY, round_order)
    };
    s.queues[queue].round_robin = [order(last[0]), order(last[1])];
}
