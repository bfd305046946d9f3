//! A ring from its beginning to its end.

use crate::acd::callback::called_at;
use crate::acd::line::{visit, visit_mut};
use crate::acd::strategy;
use crate::config::model::{Rests, Strategy};
use crate::effect::{CancelReason, Effect};
use crate::event::{Event, OfferEnd, ReservationEnd};
use crate::ids::{AgentId, CallId, LegId, MemberId, QueueId};
use crate::input::{By, Cause, Recording};
use crate::mark::Mark;
use crate::state::{Answered, Leg, Purpose, Stage, caller_gone};
use crate::step::Step;
use crate::time::Span;
use crate::timer::Timer;
use crate::trace::Trace;

/// How a ring ended without an answer, and not because the call or the agent
/// was wanted elsewhere.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RingEnd {
    /// The telephone ended it: it could not be rung, refused, or stopped ringing
    /// by itself. There is nothing to cancel, and the agent rests.
    ByTelephone(Cause),
    /// It rang as long as allowed, and is cancelled.
    TimedOut,
}

impl RingEnd {
    /// Why the call was not answered.
    const fn cause(self) -> Cause {
        match self {
            Self::ByTelephone(cause) => cause,
            Self::TimedOut => Cause::NoAnswer,
        }
    }

    /// How an offer ended by this. A telephone that stops ringing by itself
    /// missed the call, no more.
    const fn of_offer(self) -> OfferEnd {
        match self.cause() {
            Cause::NoAnswer => OfferEnd::TimedOut,
            cause => OfferEnd::Failed(cause),
        }
    }

    /// How long the agent is left alone.
    const fn rest(self, rests: &Rests) -> Span {
        match self {
            Self::ByTelephone(Cause::Busy) => rests.busy,
            Self::ByTelephone(Cause::Rejected) => rests.rejection,
            Self::ByTelephone(Cause::NoAnswer | Cause::Unreachable) => rests.failure,
            Self::TimedOut => rests.no_answer,
        }
    }

    /// What to tell a telephone that still rings.
    const fn cancel(self) -> Option<CancelReason> {
        match self {
            Self::ByTelephone(_) => None,
            Self::TimedOut => Some(CancelReason::TimedOut),
        }
    }
}

impl<T: Trace> Step<'_, T> {
    /// Offers a waiting call to a free member.
    pub(crate) fn offer(&mut self, call: CallId, member: MemberId) {
        let (queue, agent) = (self.s.members[member].queue, self.s.members[member].agent);
        let level = self.s.members[member].level;
        let timeout = self.s.queues[queue].config.agent_timeout;
        let leg = self.ring(call, agent, Some(member), timeout);
        self.s.agents[agent].offer = Some(leg);
        self.refresh_agent(agent);
        strategy::remember_ring(self.s, member);
        let seq = self.seq;
        let own = visit_mut(&mut self.s.calls[call]);
        own.ringing_level = match own.ringing {
            0 => level,
            _ => own.ringing_level.max(level),
        };
        own.ringing += 1;
        own.offers += 1;
        own.offered_at_once |= own.joined_in == seq;
        let config = &self.s.queues[queue].config;
        if config.strategy == Strategy::RingProgressively {
            self.await_next_ring(call, config.ring_more_every);
        }
        self.sort_in(call);
        self.tell(Event::CallOffered {
            call,
            queue,
            agent,
            leg,
        });
    }

    /// Nobody else rings for a call for a while, but then one more does.
    #[cold]
    #[inline(never)]
    fn await_next_ring(&mut self, call: CallId, after: Span) {
        let timer = self.s.timers.arm(self.now + after, Timer::Retry(call));
        let own = visit_mut(&mut self.s.calls[call]);
        debug_assert!(own.retry.is_none(), "nobody is rung in a pause");
        (own.retry, own.growing) = (Some(timer), true);
    }

    /// Where nobody rings any more, nobody waits for one who rings with him.
    pub(crate) fn stop_growing_if_silent(&mut self, call: CallId) {
        let own = visit_mut(&mut self.s.calls[call]);
        if own.growing && own.ringing == 0 {
            own.growing = false;
            if let Some(timer) = own.retry.take() {
                self.sometimes(Mark::RingStopsGrowing);
                self.s.timers.cancel(timer);
            }
        }
    }

    /// Makes a leg that rings.
    pub(crate) fn ring(
        &mut self,
        call: CallId,
        agent: AgentId,
        member: Option<MemberId>,
        timeout: Span,
    ) -> LegId {
        let next = self.s.calls[call].legs;
        let leg = self.s.legs.insert(Leg {
            call,
            agent,
            member,
            purpose: Purpose::Talk,
            ring: crate::effect::EffectId::default(),
            rung_at: self.now,
            timeout: None,
            before: None,
            after: next,
        });
        if let Some(next) = next {
            self.s.legs[next].before = Some(leg);
        }
        self.s.calls[call].legs = Some(leg);
        let queue = member.map(|member| self.s.members[member].queue);
        let customer = caller_gone(&self.s.calls[call]).then(|| called_at(self.s, call));
        let ring = self.emit(Effect::Ring {
            leg,
            call,
            agent,
            queue,
            customer,
            alert_info: self.alert_info(call, queue),
            timeout,
        });
        let timer = self
            .s
            .timers
            .arm(self.now + timeout, Timer::RingTimeout(leg));
        let entry = &mut self.s.legs[leg];
        (entry.ring, entry.timeout) = (ring, Some(timer));
        leg
    }

    /// By what a telephone chooses its melody: a contact's own goes before the queue's.
    fn alert_info(&self, call: CallId, queue: Option<QueueId>) -> Option<Box<str>> {
        let own = self.s.contacts.some_ring_apart().then_some(call);
        let own = own.and_then(|call| self.contact_of(call)?.alert_info.as_deref());
        let of_queue = || self.s.queues[queue?].config.alert_info.as_deref();
        own.or_else(of_queue).map(Box::from)
    }

    /// Takes a leg out of its call and its agent; returns what it was.
    pub(crate) fn drop_leg(&mut self, id: LegId) -> Leg {
        let leg = self.s.legs.remove(id).expect("the leg is alive");
        match leg.before {
            Some(before) => self.s.legs[before].after = leg.after,
            None => self.s.calls[leg.call].legs = leg.after,
        }
        if let Some(after) = leg.after {
            self.s.legs[after].before = leg.before;
        }
        if let Some(timer) = leg.timeout {
            self.s.timers.cancel(timer);
        }
        let agent = &mut self.s.agents[leg.agent];
        if agent.offer == Some(id) {
            agent.offer = None;
        } else {
            agent.engaged -= 1;
        }
        leg
    }

    /// Ends an offer without an answer; where the telephone still rings, it is
    /// cancelled. What becomes of the waiting call is decided where this is called.
    fn end_offer(&mut self, id: LegId, end: OfferEnd, cancel: Option<CancelReason>) -> Leg {
        let leg = self.drop_leg(id);
        let own = visit_mut(&mut self.s.calls[leg.call]);
        own.ringing -= 1;
        let queue = own.queue;
        if let Some(why) = cancel {
            self.emit(Effect::CancelRing { leg: id, why });
        }
        let rang = self.now - leg.rung_at;
        if matches!(end, OfferEnd::Failed(_) | OfferEnd::TimedOut) {
            self.s.queues[queue].learned.work.spend(rang);
        }
        let Leg { call, agent, .. } = leg;
        self.tell(Event::OfferEnded {
            call,
            queue,
            agent,
            leg: id,
            end,
            rang,
        });
        leg
    }

    /// Takes back every ring for a call: it goes elsewhere.
    pub(crate) fn withdraw_rings(&mut self, call: CallId, end: OfferEnd, why: CancelReason) {
        let mut next = self.s.calls[call].legs;
        while let Some(id) = next {
            next = self.s.legs[id].after;
            if self.s.legs[id].timeout.is_none() {
                continue;
            }
            if self.s.legs[id].purpose == Purpose::Talk {
                let leg = self.end_offer(id, end, Some(why));
                self.refresh_agent(leg.agent);
            } else {
                self.sometimes(Mark::PickUpOvertaken);
                self.emit(Effect::CancelRing { leg: id, why });
                self.supervisor_leaves(id);
            }
        }
    }

    /// An offer is taken back because the agent may not take the call any
    /// more: the caller is ready for somebody else at once.
    pub(crate) fn withdraw_offer(&mut self, id: LegId) {
        self.sometimes(Mark::OfferWithdrawn);
        let leg = self.end_offer(id, OfferEnd::Withdrawn, Some(CancelReason::Withdrawn));
        self.stop_growing_if_silent(leg.call);
        self.refresh_agent(leg.agent);
        self.sort_in(leg.call);
    }

    /// An agent did not answer: the next is rung after the retry interval.
    fn offer_unsuccessful(&mut self, id: LegId, end: RingEnd) {
        let leg = self.end_offer(id, end.of_offer(), end.cancel());
        let own = visit(self.s, leg.call);
        let queue = &self.s.queues[own.queue];
        let interval = queue.config.retry_interval;
        let rest = end.rest(&queue.config.rests);
        let member = leg.member.expect("offers are made to members");
        // Where all ring, who was silent matters for the next skill level alone.
        let remembers = queue.config.strategy != Strategy::RingAll || queue.has_levels;
        let own = visit_mut(&mut self.s.calls[leg.call]);
        if remembers {
            own.remember_try(member);
        }
        self.pause_call(leg.call, interval);
        if visit(self.s, leg.call).reserved.is_some() {
            self.sometimes(Mark::ReservationNotAnswered);
            self.end_reservation(leg.call, ReservationEnd::NotAnswered);
        }
        // After the call's pause: where both end in one instant, the caller is
        // ready when the agent is, and no later caller is served before him.
        self.rest(leg.agent, rest);
        self.sort_in(leg.call);
        self.refresh_agent(leg.agent);
        if end.cause() == Cause::NoAnswer {
            self.missed(member);
        }
    }

    /// A ring for a call was in vain, and the next one follows after this time. A pause that
    /// runs, as another telephone refused before, is over with that.
    fn pause_call(&mut self, call: CallId, interval: Span) {
        let own = visit(self.s, call);
        if interval.is_zero() && own.growing {
            return self.stop_growing_if_silent(call);
        }
        let (running, growing) = (own.retry, own.growing);
        self.sometimes_if(Mark::RetryMeetsRing, |_| running.is_some() && !growing);
        if let Some(timer) = running {
            self.s.timers.cancel(timer);
        }
        let due = (!interval.is_zero()).then(|| self.now + interval);
        let timer = due.map(|due| self.s.timers.arm(due, Timer::Retry(call)));
        let own = visit_mut(&mut self.s.calls[call]);
        (own.retry, own.growing) = (timer, false);
    }

    /// Leaves an agent alone for a while, and not shorter than he was to be before.
    /// Without this, a telephone which refuses at once would be rung in a loop.
    pub(crate) fn rest(&mut self, agent: AgentId, rest: Span) {
        if rest.is_zero() {
            return;
        }
        let mut due = self.now + rest;
        if let Some(timer) = self.s.agents[agent].rest.take() {
            self.sometimes(Mark::RestOnceMore);
            due = due.max(self.s.timers.due(timer).unwrap_or(due));
            self.s.timers.cancel(timer);
        }
        self.s.agents[agent].rest = Some(self.s.timers.arm(due, Timer::Rest(agent)));
    }

    /// A member missed a call. After so many in a row his queue pauses him, unless
    /// all ring there.
    fn missed(&mut self, id: MemberId) {
        let member = &mut self.s.members[id];
        member.missed_in_a_row += 1;
        let config = &self.s.queues[member.queue].config;
        let most = config.auto_pause_after;
        let spares = most == 0 || config.strategy == Strategy::RingAll;
        if spares || member.missed_in_a_row < most || member.paused.is_some() {
            return;
        }
        let (agent, queue) = (member.agent, member.queue);
        self.sometimes(Mark::AutoPaused);
        self.pause(id, None, By::System);
        self.emit(Effect::MailAgent { agent, queue });
    }

    /// A leg rang as long as allowed.
    pub(crate) fn ring_timed_out(&mut self, id: LegId) {
        self.s.legs[id].timeout = None;
        self.ring_ended(id, RingEnd::TimedOut);
    }

    /// A leg stopped ringing without an answer.
    pub(crate) fn ring_ended(&mut self, id: LegId, end: RingEnd) {
        if self.s.legs[id].member.is_some() {
            self.offer_unsuccessful(id, end);
        } else if self.s.legs[id].purpose != Purpose::Talk {
            if let Some(why) = end.cancel() {
                self.emit(Effect::CancelRing { leg: id, why });
            }
            self.off_the_line(id);
        } else {
            self.extension_failed(id, end.cause(), end.cancel());
        }
    }

    /// An agent answered: he gets the caller, all others stop ringing.
    pub(crate) fn answer_offer(&mut self, id: LegId) {
        let (call, agent, member) = (
            self.s.legs[id].call,
            self.s.legs[id].agent,
            self.s.legs[id].member,
        );
        let member = member.expect("offers are made to members");
        self.answer_leg(id);
        visit_mut(&mut self.s.calls[call]).ringing -= 1;
        self.s.agents[agent].offer = None;
        self.s.agents[agent].engaged += 1;
        self.take_caller(id, Some(member));
    }

    /// Whoever has answered on this leg gets the caller who waits, as this member of the
    /// queue, or as none; all others stop ringing.
    pub(crate) fn take_caller(&mut self, id: LegId, member: Option<MemberId>) {
        let (call, agent) = (self.s.legs[id].call, self.s.legs[id].agent);
        if let Some(member) = member {
            self.s.members[member].missed_in_a_row = 0;
        }
        let gone = caller_gone(&self.s.calls[call]);
        if !gone {
            self.emit(Effect::Bridge { call, leg: id });
        }
        self.sometimes_if(Mark::ReservedAnswered, |s| {
            let reserved = visit(s, call).reserved.as_ref();
            reserved.is_some_and(|reserved| s.members[reserved.member].agent == agent)
        });
        self.sometimes_if(Mark::ChoirCancelled, |s| visit(s, call).ringing > 0);
        self.withdraw_rings(
            call,
            OfferEnd::CompletedElsewhere,
            CancelReason::CompletedElsewhere,
        );
        self.unlink(call);
        let rang = self.now - self.s.legs[id].rung_at;
        let queue = visit(self.s, call).queue;
        let learned = &mut self.s.queues[queue].learned;
        learned.answer.spend(rang);
        learned.answer.count();
        learned.work.spend(rang);
        if gone {
            self.call_customer(id, member);
        } else {
            self.connected(id, member);
        }
    }

    /// Caller and agent talk from now on.
    #[inline]
    pub(crate) fn connected(&mut self, id: LegId, member: Option<MemberId>) {
        let (call, agent) = (self.s.legs[id].call, self.s.legs[id].agent);
        self.s.calls[call].stage = Stage::AwaitingEnd;
        self.s.calls[call].taken = true;
        let at = self.now;
        let own = visit_mut(&mut self.s.calls[call]);
        own.answered = Some(Answered { at, agent, member });
        let (queue, waited) = (own.queue, at - own.came_at());
        self.level_decided(call);
        self.refresh_agent(agent);
        let config = self.s.queues.get(queue).map(|queue| &queue.config);
        if config.is_some_and(|config| config.announcements.is_some()) {
            self.brief(call, id);
        }
        self.tell(Event::CallAnswered {
            call,
            queue,
            agent,
            leg: id,
            waited,
        });
        let config = self.s.queues.get(queue).map(|queue| &queue.config);
        if config.is_some_and(|config| config.record) {
            self.record(call, Recording::On, By::System);
        }
    }

    /// A leg does not ring any more, it talks.
    pub(crate) fn answer_leg(&mut self, id: LegId) {
        if let Some(timer) = self.s.legs[id].timeout.take() {
            self.s.timers.cancel(timer);
        }
    }
}
