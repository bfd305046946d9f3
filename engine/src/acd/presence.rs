//! Keeping what is derived from an agent's status up to date: the lists of
//! free agents, and whether a queue counts as empty.

use crate::acd::eligible::{obstacle, wraps_up};
use crate::acd::line::first_limited;
use crate::acd::strategy;
use crate::config::model::EmptyStates;
use crate::ids::{AgentId, MemberId, QueueId};
use crate::mark::Mark;
use crate::state::{Agent, Member, State};
use crate::step::Step;
use crate::timer::Timer;
use crate::trace::Trace;

/// So many memberships of an agent are looked at before anything is done about them: the
/// memory brings those that it is asked for together in the time of one.
const TOGETHER: usize = 16;

/// What becomes of a member among the free ones of his queue.
#[derive(Clone, Copy)]
enum Listing {
    /// Of this queue.
    Comes(QueueId),
    Goes,
    Stays,
}

#[inline]
fn listing(s: &State, id: MemberId) -> Listing {
    let member = &s.members[id];
    match (obstacle(s, member), member.listed) {
        (None, None) => Listing::Comes(member.queue),
        (Some(_), Some(_)) => Listing::Goes,
        (None, Some(_)) | (Some(_), None) => Listing::Stays,
    }
}

impl<T: Trace> Step<'_, T> {
    /// Call after anything about an agent has changed.
    pub(crate) fn refresh_agent(&mut self, agent: AgentId) {
        let members = &self.s.agents[agent].members;
        match *members.as_slice() {
            [] => {}
            [member] => self.refresh_member(member),
            _ => self.refresh_members(agent),
        }
    }

    /// The same for one who is in several queues.
    #[inline(never)]
    fn refresh_members(&mut self, agent: AgentId) {
        let mut place = 0;
        while let Some(members) = self.s.agents[agent].members.get(place..)
            && !members.is_empty()
        {
            let mut looked_at = [None; TOGETHER];
            for (seen, &member) in looked_at.iter_mut().zip(members) {
                *seen = Some((member, listing(self.s, member)));
            }
            for (member, listing) in looked_at.into_iter().flatten() {
                self.relist(member, listing);
            }
            place += TOGETHER;
        }
    }

    /// Call after anything about a member has changed.
    pub(crate) fn refresh_member(&mut self, id: MemberId) {
        self.relist(id, listing(self.s, id));
    }

    fn relist(&mut self, id: MemberId, listing: Listing) {
        match listing {
            Listing::Comes(queue) => {
                strategy::list(self.s, id);
                self.mark_if_waited_for(queue, id);
            }
            Listing::Goes => strategy::unlist(self.s, id),
            Listing::Stays => {}
        }
        let config = &self.s.queues[self.s.members[id].queue].config;
        if config.disallow_join_when_empty.is_some() || config.leave_when_empty.is_some() {
            self.count_presence(id);
        }
    }

    /// Call when a member's rank may have changed while he is free.
    pub(crate) fn rerank(&mut self, id: MemberId) {
        if self.s.members[id].listed.is_some() {
            strategy::unlist(self.s, id);
            strategy::list(self.s, id);
        }
    }

    fn mark_if_waited_for(&mut self, queue: QueueId, member: MemberId) {
        let entry = &self.s.queues[queue];
        if !entry.reserved.is_empty() && entry.reserved.contains_key(&member) {
            self.want(queue, member);
        } else if !entry.ready.is_empty() || !entry.joinable.is_empty() {
            self.mark(queue);
        }
    }

    /// Counts a member among those who keep his queue from being empty, or no more.
    #[inline(never)]
    fn count_presence(&mut self, id: MemberId) {
        let member = &self.s.members[id];
        let config = &self.s.queues[member.queue].config;
        let agent = &self.s.agents[member.agent];
        let shared = self.s.options.shared_wrap_up;
        let to_join = keeps_from_empty(config.disallow_join_when_empty, shared, member, agent);
        let to_stay = keeps_from_empty(config.leave_when_empty, shared, member, agent);
        let member = &mut self.s.members[id];
        let queue = &mut self.s.queues[member.queue];
        queue.present_to_join += u32::from(to_join);
        queue.present_to_join -= u32::from(member.present_to_join);
        queue.present_to_stay += u32::from(to_stay);
        queue.present_to_stay -= u32::from(member.present_to_stay);
        (member.present_to_join, member.present_to_stay) = (to_join, to_stay);
        let queue = member.queue;
        self.put_out_if_empty(queue);
    }

    /// Counts a queue's members anew, after a change of its configuration.
    pub(crate) fn recount_presence(&mut self, queue: QueueId) {
        let members = self.s.queues[queue].members.clone();
        for &id in &members {
            let member = &mut self.s.members[id];
            (member.present_to_join, member.present_to_stay) = (false, false);
        }
        let entry = &mut self.s.queues[queue];
        (entry.present_to_join, entry.present_to_stay) = (0, 0);
        let (join, stay) = (
            entry.config.disallow_join_when_empty,
            entry.config.leave_when_empty,
        );
        for id in members {
            let member = &self.s.members[id];
            let agent = &self.s.agents[member.agent];
            let shared = self.s.options.shared_wrap_up;
            let to_join = keeps_from_empty(join, shared, member, agent);
            let to_stay = keeps_from_empty(stay, shared, member, agent);
            let member = &mut self.s.members[id];
            (member.present_to_join, member.present_to_stay) = (to_join, to_stay);
            let entry = &mut self.s.queues[queue];
            entry.present_to_join += u32::from(to_join);
            entry.present_to_stay += u32::from(to_stay);
        }
        self.put_out_if_empty(queue);
    }

    /// Begins to put callers out where the queue has become empty. That is a
    /// timer of its own, due at once, so that an entry stays short however
    /// many callers wait.
    #[inline]
    pub(crate) fn put_out_if_empty(&mut self, queue: QueueId) {
        let allowed = stays_allowed(self.s, queue);
        match self.s.queues[queue].put_out {
            Some(_) if allowed => self.call_off_put_out(queue),
            None if !allowed => self.begin_put_out(queue),
            _ => {}
        }
    }

    #[cold]
    fn begin_put_out(&mut self, queue: QueueId) {
        if first_limited(self.s, queue).is_some() {
            let timer = self.s.timers.arm(self.now, Timer::PutOut(queue));
            self.s.queues[queue].put_out = Some(timer);
        }
    }

    #[cold]
    fn call_off_put_out(&mut self, queue: QueueId) {
        self.sometimes(Mark::PutOutCalledOff);
        if let Some(timer) = self.s.queues[queue].put_out.take() {
            self.s.timers.cancel(timer);
        }
        self.look_again(queue);
    }
}

/// Whether callers may go on waiting in the queue.
#[inline]
pub(crate) fn stays_allowed(s: &State, queue: QueueId) -> bool {
    let entry = &s.queues[queue];
    !entry.removed && (entry.config.leave_when_empty.is_none() || entry.present_to_stay > 0)
}

/// Whether somebody may join the queue, as far as agents are concerned.
pub(crate) fn join_allowed(s: &State, queue: QueueId) -> bool {
    let entry = &s.queues[queue];
    entry.config.disallow_join_when_empty.is_none() || entry.present_to_join > 0
}

/// Whether a member is logged in and in none of the states that count as
/// empty. Without such states nobody is counted.
pub(crate) fn keeps_from_empty(
    states: Option<EmptyStates>,
    shared_wrap_up: bool,
    member: &Member,
    agent: &Agent,
) -> bool {
    let Some(states) = states else { return false };
    let counts_as_empty = (states.unavailable && !agent.up)
        || (states.paused && member.paused.is_some())
        || (states.busy && agent.engaged > 0)
        || (states.busy && states.wrap_up && wraps_up(shared_wrap_up, member, agent));
    member.logged_in && !counts_as_empty
}
