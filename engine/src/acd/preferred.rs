//! Callers who are reserved for the agent whom they know: for a while nobody else is rung
//! for them. A caller who is reserved stands in the line as all do, but in none of the sets
//! in which others are looked for: however many are reserved, nobody else pays for it.

use crate::acd::estimate::serves;
use crate::acd::line::{visit, visit_mut};
use crate::config::model::ContactConfig;
use crate::directory::Target;
use crate::event::{Event, ReservationEnd};
use crate::ids::{AgentId, CallId, MemberId, QueueId};
use crate::limits::{LAST_AGENT_KEPT_DAYS, LAST_AGENTS_MAX};
use crate::mark::Mark;
use crate::state::{Queue, Reserved};
use crate::step::Step;
use crate::time::Span;
use crate::timer::Timer;
use crate::trace::Trace;

/// How long it is remembered with whom a caller talked last.
const LAST_AGENT_KEPT: Span = Span::from_secs(LAST_AGENT_KEPT_DAYS * 86_400);

impl<T: Trace> Step<'_, T> {
    /// Somebody may be rung for a caller from now on: if he knows an agent who takes
    /// calls of the queue, he is reserved for him.
    #[cold]
    #[inline(never)]
    pub(crate) fn reserve(&mut self, call: CallId) {
        let Some((member, mark)) = self.preferred(call) else {
            return;
        };
        self.sometimes(mark);
        let (queue, agent) = (self.s.members[member].queue, self.s.members[member].agent);
        let until = self.now + self.s.queues[queue].config.preferred_wait;
        let timer = self.s.timers.arm(until, Timer::PreferredWait(call));
        let own = visit_mut(&mut self.s.calls[call]);
        own.reserved = Some(Box::new(Reserved { member, timer }));
        let calls = self.s.queues[queue].reserved.entry(member).or_default();
        calls.insert(own.join_number, call);
        self.tell(Event::CallReserved {
            call,
            queue,
            agent,
            until,
        });
        if self.s.members[member].listed.is_some() {
            self.want(queue, member);
        }
    }

    /// Whom a caller knows: the owner of his contact, else who talked with him last, if
    /// that one takes calls of the caller's queue now or when he is done with others.
    fn preferred(&self, call: CallId) -> Option<(MemberId, Mark)> {
        let entry = &self.s.calls[call];
        let (queue, number) = (
            visit(self.s, call).queue,
            self.s.parties[entry.party].number,
        );
        let owner = self.contact_of(call).and_then(|contact| contact.owner);
        let owner = owner.and_then(|number| self.agent_of(number).ok());
        let last = self.s.last_agents.get(number, self.now);
        let known = [
            (owner, Mark::ReservedByContact),
            (last, Mark::ReservedByLastTalk),
        ];
        known.into_iter().find_map(|(agent, mark)| {
            // Nobody waits for himself.
            let agent = agent.filter(|_| agent != entry.origin)?;
            Some((self.serving_as(agent, queue)?, mark))
        })
    }

    /// The contact who calls, if the caller is one.
    pub(crate) fn contact_of(&self, call: CallId) -> Option<&ContactConfig> {
        let number = self.s.parties[self.s.calls[call].party].number;
        let options = &self.s.options;
        let place = self.s.contacts.find(number, options.contact_matching)?;
        options.contacts.get(place)
    }

    /// As whom an agent takes calls of a queue, if he does and is not being deleted.
    fn serving_as(&self, id: AgentId, queue: QueueId) -> Option<MemberId> {
        let agent = self.s.agents.get(id)?;
        if self.s.directory.get(agent.number) != Some(Target::Extension(id)) {
            return None;
        }
        let mut members = agent.members.iter().copied();
        members.find(|&id| {
            let member = &self.s.members[id];
            member.queue == queue && serves(member, agent)
        })
    }

    /// A caller has talked with an agent: next time he knows him.
    #[cold]
    #[inline(never)]
    pub(crate) fn remember_agent(&mut self, call: CallId, agent: AgentId) {
        let number = self.s.parties[self.s.calls[call].party].number;
        if !number.is_none() {
            let (now, until) = (self.now, self.now + LAST_AGENT_KEPT);
            let agents = &mut self.s.last_agents;
            agents.insert(number, agent, until, now, LAST_AGENTS_MAX);
        }
    }

    /// Has those looked at who are reserved for a member who is free.
    pub(crate) fn want(&mut self, queue: QueueId, member: MemberId) {
        self.s.queues[queue].wanted.push(member);
        self.mark(queue);
    }

    /// Has everybody looked at who waits in a queue: it was not, as its callers were to
    /// be put out.
    pub(crate) fn look_again(&mut self, queue: QueueId) {
        let entry = &mut self.s.queues[queue];
        let members = entry.reserved.keys().copied();
        let free = members.filter(|&id| self.s.members[id].listed.is_some());
        entry.wanted.extend(free);
        self.mark(queue);
    }

    /// Of the callers who are reserved for members who became free, the one who joined
    /// first, and for whom he is reserved.
    #[cold]
    #[inline(never)]
    pub(crate) fn first_reserved(&self, queue: &Queue) -> Option<(u64, CallId, MemberId)> {
        // Who became free may have been taken out of the queue since, or rung.
        let is_free = |id: &MemberId| {
            let member = self.s.members.get(*id);
            member.is_some_and(|member| member.listed.is_some())
        };
        let free = queue.wanted.iter().copied().filter(is_free);
        let firsts = free.filter_map(|id| {
            let (order, call) = queue.reserved.get(&id)?.first()?;
            Some((order, call, id))
        });
        firsts.min_by_key(|&(order, ..)| order)
    }

    /// A caller is reserved no more: anybody may be rung for him.
    #[cold]
    #[inline(never)]
    pub(crate) fn end_reservation(&mut self, call: CallId, how: ReservationEnd) {
        let Some(member) = self.let_go(call) else {
            return;
        };
        let (queue, agent) = (self.s.members[member].queue, self.s.members[member].agent);
        self.tell(Event::ReservationEnded {
            call,
            queue,
            agent,
            how,
        });
        self.sort_in(call);
    }

    /// Takes a caller from those who are reserved; for whom he was.
    #[cold]
    #[inline(never)]
    pub(crate) fn let_go(&mut self, call: CallId) -> Option<MemberId> {
        let own = visit_mut(&mut self.s.calls[call]);
        let Reserved { member, timer } = *own.reserved.take()?;
        let reserved = &mut self.s.queues[own.queue].reserved;
        if let Some(calls) = reserved.get_mut(&member) {
            calls.remove(own.join_number);
            if calls.is_empty() {
                reserved.remove(&member);
            }
        }
        self.s.timers.cancel(timer);
        Some(member)
    }

    /// A caller has been reserved for as long as allowed. If the agent rings for him, he
    /// rings on as anybody.
    pub(crate) fn preferred_wait_over(&mut self, call: CallId) {
        self.sometimes_if(Mark::ReservationOverRinging, |s| visit(s, call).ringing > 0);
        self.sometimes(Mark::ReservationOver);
        self.end_reservation(call, ReservationEnd::TimeOver);
    }

    /// A member takes no more calls: nobody waits for him.
    pub(crate) fn end_reservations_for(&mut self, member: MemberId) {
        let reserved = &self.s.queues[self.s.members[member].queue].reserved;
        let Some(calls) = reserved.get(&member) else {
            return;
        };
        let calls: Vec<CallId> = calls.iter().map(|(_, call)| call).collect();
        self.sometimes(Mark::ReservationAgentLeft);
        for call in calls {
            self.end_reservation(call, ReservationEnd::AgentLeft);
        }
    }
}
