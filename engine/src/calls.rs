//! A call from its arrival to its end: where it goes, who talks, who hung up.

use crate::acd::line::{visit, visit_mut};
use crate::acd::offer::RingEnd;
use crate::config::model::{Destination, Rests};
use crate::consult::consulted;
use crate::directory::Target;
use crate::effect::{CancelReason, Effect, HangUpCause};
use crate::event::{EndReason, Event, OfferEnd};
use crate::ids::{AgentId, CallId, LegId, MemberId, PublicId, QueueId};
use crate::input::{Caller, Cause};
use crate::limits::{CALL_HOPS_MAX, CALLS_MAX};
use crate::mark::Mark;
use crate::number::Number;
use crate::outbox::Reject;
use crate::records::{LeaveReason, Outcome};
use crate::state::{Call, Party, Passing, Purpose, Stage, State, Then, caller_gone};
use crate::step::Step;
use crate::supervise::{promised, talk_leg};
use crate::time::{Span, Timestamp};
use crate::timer::Timer;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// A call came in and goes where its number leads.
    pub(crate) fn call_arrived(
        &mut self,
        key: u128,
        from: &Caller,
        dialled: Number,
    ) -> Result<(), Reject> {
        let Some(target) = self.s.directory.get(dialled) else {
            return self.special_dialled(key, from, dialled);
        };
        let call = self.let_in(key, from)?;
        self.send(call, Goal::Target(target));
        Ok(())
    }

    /// Nobody has the number that was dialled: it may be the slot of a parked caller, or
    /// a code.
    #[cold]
    #[inline(never)]
    fn special_dialled(&mut self, key: u128, from: &Caller, dialled: Number) -> Result<(), Reject> {
        match self.parked_in(from, dialled) {
            Some(parked) => {
                let call = self.let_in(key, from)?;
                self.retrieve(call, parked);
                Ok(())
            }
            None => self.code_dialled(key, from, dialled),
        }
    }

    /// A call comes to be; whoever calls from inside is on it.
    #[inline(always)]
    pub(crate) fn let_in(&mut self, key: u128, from: &Caller) -> Result<CallId, Reject> {
        let origin = from
            .extension
            .map(|number| self.agent_of(number))
            .transpose()?;
        let (call, public) = self.add_call(from, origin)?;
        self.tell(Event::CallArrived { call, public, key });
        if let Some(origin) = origin {
            self.makes_call(origin);
        }
        Ok(call)
    }

    /// A call comes to be, and has its name for ever.
    #[inline(always)]
    pub(crate) fn add_call(
        &mut self,
        from: &Caller,
        origin: Option<AgentId>,
    ) -> Result<(CallId, PublicId), Reject> {
        if self.s.calls.len() >= CALLS_MAX {
            return Err(Reject::TooMany {
                limit: "CALLS_MAX".to_owned(),
            });
        }
        let party = self.s.parties.insert(Party {
            number: from.number,
            name: from.name.clone(),
        });
        let public = self.s.next_public;
        self.s.next_public = PublicId {
            counter: public.counter + 1,
            ..public
        };
        let call = self.s.calls.insert(Call {
            public,
            party,
            origin,
            stage: Stage::AwaitingAnswer,
            taken: false,
            passing: None,
            visit: None,
            visits: 0,
            hops: 0,
            legs: None,
            extra: None,
        });
        Ok((call, public))
    }

    /// Sends a call somewhere, and on from there where that refuses it. A call
    /// that is sent on too often ends: destinations may form a loop.
    pub(crate) fn send(&mut self, id: CallId, mut goal: Goal) {
        loop {
            let call = &mut self.s.calls[id];
            call.hops += 1;
            if call.hops > CALL_HOPS_MAX {
                goal = Goal::End(EndReason::TooManyHops);
                self.sometimes(Mark::TooManyHops);
            }
            match goal {
                Goal::End(reason) => {
                    self.sometimes_if(Mark::NoDestination, |_| reason == EndReason::NoDestination);
                    return self.close(id, reason, Some(UNANSWERED));
                }
                Goal::Outside { trunk, number } => return self.call_outside(id, trunk, number),
                Goal::Prompt { prompt, then } => {
                    return self.play_prompt(id, prompt, Then::Go(then));
                }
                Goal::Target(Target::Extension(agent)) => return self.ring_extension(id, agent),
                Goal::Target(Target::Point(point)) => match self.reach(id, point) {
                    Ok(()) => return,
                    Err(elsewhere) => goal = elsewhere,
                },
                Goal::Target(Target::Queue(queue)) => match self.join(id, queue) {
                    Ok(()) => return,
                    Err(elsewhere) => goal = elsewhere,
                },
                Goal::Voicemail(mailbox) => return self.open_mailbox(id, mailbox),
            }
        }
    }

    /// Lets a caller hear a prompt; then the call goes on.
    pub(crate) fn play_prompt(&mut self, id: CallId, prompt: usize, then: Then) {
        let over = self.say_prompt(id, prompt);
        self.hears(id, over, then);
    }

    /// Has a prompt played; tells when it will be over.
    pub(crate) fn say_prompt(&mut self, id: CallId, prompt: usize) -> Timestamp {
        let prompt = &self.s.options.prompts[prompt];
        let (name, over) = (prompt.name.clone(), self.now + prompt.length);
        self.s.calls[id].taken = true;
        self.emit(Effect::PlayPrompt {
            call: id,
            prompt: name.clone(),
        });
        self.tell(Event::PromptStarted {
            call: id,
            prompt: name,
        });
        over
    }

    /// The caller's side is answered, and hears something until then.
    pub(crate) fn hears(&mut self, id: CallId, over: Timestamp, then: Then) {
        let timer = self.s.timers.arm(over, Timer::PromptOver(id));
        let call = &mut self.s.calls[id];
        call.stage = Stage::AwaitingPrompt;
        call.taken = true;
        call.passing = Some(Box::new(Passing::Prompt { timer, then }));
    }

    /// The caller has heard a prompt: the call goes where it was to go, as far as
    /// that is still there.
    pub(crate) fn prompt_over(&mut self, id: CallId) {
        let passing = self.s.calls[id].passing.take().map(|passing| *passing);
        let Some(Passing::Prompt { then, .. }) = passing else {
            unreachable!("the timer belongs to a prompt");
        };
        match then {
            Then::End(reason) => self.close(id, reason, Some(HangUpCause::Normal)),
            Then::Go(destination) => self.send(id, goal(self.s, &destination)),
            Then::Record(mailbox) => self.record_message(id, mailbox),
            Then::Step(point, step) => {
                if let Err(elsewhere) = self.flow_from(id, point, step) {
                    self.send(id, elsewhere);
                }
            }
        }
    }

    /// Rings an extension for a call that is not a queue's. Whether a busy
    /// telephone rings is for the telephone to say.
    fn ring_extension(&mut self, id: CallId, agent: AgentId) {
        if !self.s.agents[agent].up {
            return self.end_failed(id, Cause::Unreachable);
        }
        self.s.calls[id].stage = Stage::AwaitingAnswer;
        self.ring_directly(id, agent, self.s.agents[agent].ring_timeout);
    }

    /// Rings a telephone that need not belong to an agent of a queue.
    pub(crate) fn ring_directly(&mut self, id: CallId, agent: AgentId, timeout: Span) {
        let leg = self.ring(id, agent, None, timeout);
        self.s.agents[agent].engaged += 1;
        self.agent_engaged(agent);
        self.tell(Event::ExtensionRung {
            call: id,
            agent,
            leg,
        });
    }

    /// A ringing leg was answered.
    pub(crate) fn leg_answered(&mut self, id: LegId) -> Result<(), Reject> {
        let leg = self.s.legs.get(id).filter(|leg| leg.timeout.is_some());
        let Some(leg) = leg else {
            self.sometimes(Mark::AnswerCrossesEnd);
            return Err(Reject::Stale);
        };
        let (call, agent, of_queue) = (leg.call, leg.agent, leg.member.is_some());
        if leg.purpose != Purpose::Talk {
            self.supervisor_answered(id);
        } else if of_queue {
            self.answer_offer(id);
        } else {
            self.answer_leg(id);
            if self.s.calls[call].passing.is_some() {
                self.answer_group(call);
            }
            self.s.calls[call].stage = Stage::AwaitingEnd;
            self.s.calls[call].taken = true;
            self.emit(Effect::Bridge { call, leg: id });
            self.tell(Event::ExtensionAnswered {
                call,
                agent,
                leg: id,
            });
        }
        Ok(())
    }

    /// A ringing leg could not be rung, or was refused.
    pub(crate) fn leg_failed(&mut self, id: LegId, cause: Cause) -> Result<(), Reject> {
        let leg = self.s.legs.get(id).ok_or(Reject::Stale)?;
        if leg.timeout.is_none() {
            return Err(Reject::Stale);
        }
        self.ring_ended(id, RingEnd::ByTelephone(cause));
        Ok(())
    }

    /// A leg ended at the far side.
    pub(crate) fn leg_ended(&mut self, id: LegId) -> Result<(), Reject> {
        let leg = self.s.legs.get(id).ok_or(Reject::Stale)?;
        let call = leg.call;
        if leg.timeout.is_some() {
            self.ring_ended(id, RingEnd::ByTelephone(Cause::Unreachable));
            return Ok(());
        }
        if leg.purpose != Purpose::Talk {
            self.off_the_line(id);
            return Ok(());
        }
        if self.is_briefed(call) {
            self.sometimes(Mark::LeftBriefed);
            return self.bridge_failed(call);
        }
        if self.s.calls[call].extra.is_some()
            && let Some(asked) = consulted(self.s, call)
            && self.s.legs[asked].timeout.is_none()
        {
            self.hung_up_consulting(call, id, asked);
            return Ok(());
        }
        if let Some(about) = self.to_rate(call) {
            self.part_and_ask(call, id, about);
            return Ok(());
        }
        self.finish_talk(call);
        let leg = self.drop_leg(id);
        self.refresh_agent(leg.agent);
        self.close(call, EndReason::AgentHungUp, Some(HangUpCause::Normal));
        Ok(())
    }

    /// Whether who answered a queue's call does not hear the caller yet.
    fn is_briefed(&self, call: CallId) -> bool {
        let extra = self.s.calls[call].extra.as_ref();
        extra.is_some_and(|extra| self.now < extra.briefed_until && extra.hold.is_none())
    }

    /// The caller's side ended.
    #[inline(always)]
    pub(crate) fn caller_hung_up(&mut self, id: CallId) -> Result<(), Reject> {
        let call = self.s.calls.get(id).ok_or(Reject::Stale)?;
        match call.stage {
            Stage::AwaitingAgent if caller_gone(call) => return Err(Reject::Stale),
            Stage::AwaitingCaller | Stage::AwaitingCustomer => return Err(Reject::Stale),
            _ => {}
        }
        let asks = call.stage == Stage::AwaitingAgent && visit(self.s, id).callback.is_some();
        if asks && self.leaves_promise(id) {
            // His call goes on without him.
            return Ok(());
        }
        self.caller_leaves(id);
        self.close(id, EndReason::CallerHungUp, None);
        Ok(())
    }

    /// The extension that calls is deleted. He has said nothing with that, so what he had
    /// keyed in does not count; what he was promised goes on without him.
    pub(crate) fn caller_is_gone(&mut self, id: CallId) {
        if self.s.calls[id].stage == Stage::AwaitingAgent && promised(self.s, id) {
            return self.let_caller_go(id, false);
        }
        self.caller_leaves(id);
        self.close(id, EndReason::CallerHungUp, None);
    }

    /// A caller leaves whatever his call is at, which has its outcome with that.
    pub(crate) fn caller_leaves(&mut self, id: CallId) {
        match self.s.calls[id].stage {
            Stage::AwaitingAgent => {
                self.keep_place(id, self.now);
                self.leave(id, Outcome::Abandoned, LeaveReason::CallerHungUp);
            }
            Stage::AwaitingAnswer
            | Stage::AwaitingCaller
            | Stage::AwaitingCustomer
            | Stage::AwaitingKey
            | Stage::AwaitingPrompt
            | Stage::AwaitingRetrieval => {}
            Stage::AwaitingEnd => self.finish_talk(id),
            Stage::AwaitingMessage => self.finish_message(id),
        }
    }

    /// The extension that a call was sent to did not take it; where it still
    /// rings, it is cancelled.
    pub(crate) fn extension_failed(
        &mut self,
        id: LegId,
        cause: Cause,
        cancel: Option<CancelReason>,
    ) {
        let leg = self.drop_leg(id);
        self.refresh_agent(leg.agent);
        if let Some(why) = cancel {
            self.emit(Effect::CancelRing { leg: id, why });
        }
        if self.s.calls[leg.call].passing.is_some() {
            return self.group_ring_ended(id, &leg, OfferEnd::of(cause, cancel));
        }
        self.end_failed(leg.call, cause);
    }

    pub(crate) fn end_failed(&mut self, id: CallId, cause: Cause) {
        let told = Some(HangUpCause::ExtensionFailed(cause));
        self.close(id, EndReason::ExtensionFailed(cause), told);
    }

    /// The caller and who answered could not be connected. A queue's caller goes
    /// back to where he stood; every other call ends.
    pub(crate) fn bridge_failed(&mut self, id: CallId) -> Result<(), Reject> {
        let call = self.s.calls.get(id).ok_or(Reject::Stale)?;
        if call.stage != Stage::AwaitingEnd {
            return Err(Reject::Stale);
        }
        let Some(leg) = talk_leg(self.s, id) else {
            self.join_failed(id);
            return Ok(());
        };
        self.dismiss_supervisors(id);
        if self.s.calls[id].extra.is_some() {
            // Nobody talked, so nobody was on hold.
            self.end_extras(id);
        }
        let leg = self.drop_leg(leg);
        let own = self.s.calls[id].visit.as_mut();
        let answered = own.and_then(|own| Some((own.queue, own.answered.take()?)));
        let Some((queue, answered)) = answered else {
            self.sometimes(Mark::ConnectionFailedDirect);
            self.refresh_agent(leg.agent);
            self.end_failed(id, Cause::Unreachable);
            return Ok(());
        };
        // Before he is looked at as somebody who might be free.
        let rest = (self.s.queues.get(queue)).map_or(Rests::default(), |queue| queue.config.rests);
        self.rest(leg.agent, rest.failure);
        self.refresh_agent(leg.agent);
        self.tell(Event::ConnectionFailed {
            call: id,
            queue,
            agent: leg.agent,
        });
        // Who was called back is not made to wait again.
        let called_back = visit(self.s, id).promise().is_some();
        if self.s.queues.contains(queue) && !called_back {
            self.wait_again(id, queue, answered.member);
        } else {
            self.sometimes_if(Mark::ConnectionFailedDeleted, |_| !called_back);
            let reason = match called_back {
                true => LeaveReason::CallbackAgentHungUp,
                false => LeaveReason::QueueRemoved,
            };
            self.end_visit(id, Outcome::Missed, reason, Span::ZERO);
            self.end_failed(id, Cause::Unreachable);
        }
        Ok(())
    }

    /// A caller whom an agent could not be connected with takes his old place.
    fn wait_again(&mut self, id: CallId, queue: QueueId, tried: Option<MemberId>) {
        self.s.calls[id].stage = Stage::AwaitingAgent;
        self.reinsert(id, queue);
        if let Some(tried) = tried {
            visit_mut(&mut self.s.calls[id]).remember_try(tried);
        }
        self.entertain(id, queue);
        if self.s.queues[queue].config.speaks() {
            self.plan_announcements(id);
        }
        self.sort_in(id);
        self.put_out_if_empty(queue);
    }

    /// The conversation is over: a queue's call gets its outcome, its agent
    /// his wrap-up. The leg is still there, so that he is not free before.
    pub(crate) fn finish_talk(&mut self, id: CallId) {
        let held = match self.s.calls[id].extra {
            Some(_) => self.end_extras(id),
            None => Span::ZERO,
        };
        if self.s.calls[id].visit.is_none() {
            return;
        }
        if self.s.calls[id].stage == Stage::AwaitingCustomer {
            return self.customer_lost(id, LeaveReason::CallbackAgentHungUp);
        }
        let own = visit(self.s, id);
        let (queue, answered) = (own.queue, own.answered.expect("the call was answered"));
        let config = self.s.queues.get(queue).map(|queue| &queue.config);
        if config.is_some_and(|config| !config.preferred_wait.is_zero()) {
            self.remember_agent(id, answered.agent);
        }
        self.end_visit(id, Outcome::Answered, LeaveReason::Answered, held);
        if let Some(entry) = self.s.queues.get_mut(queue) {
            let work = &mut entry.learned.work;
            work.spend(self.now - answered.at + entry.config.wrap_up);
            work.count();
        }
        // Somebody else may have taken the call.
        let Some(id) = answered.member else { return };
        // Neither the membership nor the queue need have outlived the call.
        let Some(member) = self.s.members.get_mut(id) else {
            return self.sometimes(Mark::MemberGone);
        };
        member.served.add(self.now - answered.at);
        self.rerank(id);
        let wrap_up = self.s.queues[queue].config.wrap_up;
        if !wrap_up.is_zero() {
            // Of two calls at once, the wrap-up that lasts longer holds.
            let running = self.s.members[id].wrap_up;
            let running = running.and_then(|timer| self.s.timers.due(timer));
            let due = (self.now + wrap_up).max(running.unwrap_or(self.now));
            let timer = self.s.timers.arm(due, Timer::WrapUp(id));
            let running = self.s.members[id].wrap_up.replace(timer);
            match running {
                Some(running) => {
                    self.sometimes(Mark::WrapUpLengthened);
                    self.s.timers.cancel(running);
                }
                None => {
                    let agent = answered.agent;
                    self.s.agents[agent].wraps_up += 1;
                    self.tell(Event::WrapUpStarted { agent, queue });
                }
            }
        }
    }

    /// The call is over: whatever is left of it ends.
    pub(crate) fn close(&mut self, id: CallId, reason: EndReason, told: Option<HangUpCause>) {
        let told = told.filter(|_| !caller_gone(&self.s.calls[id]));
        let joined = match self.s.calls[id].extra {
            Some(_) => self.close_extras(id),
            None => None,
        };
        while let Some(leg) = self.s.calls[id].legs {
            let entry = self.drop_leg(leg);
            self.emit(match entry.timeout {
                Some(_) => {
                    let why = CancelReason::Withdrawn;
                    Effect::CancelRing { leg, why }
                }
                None => Effect::HangUpLeg { leg },
            });
            self.refresh_agent(entry.agent);
        }
        if let Some(cause) = told {
            self.emit(Effect::HangUpCaller { call: id, cause });
        }
        let call = self.s.calls.remove(id).expect("the call is alive");
        self.s.parties.remove(call.party);
        if let Some(timer) = call.passing.and_then(|passing| passing.timer()) {
            self.s.timers.cancel(timer);
        }
        self.tell(Event::CallEnded {
            call: id,
            public: call.public,
            reason,
        });
        if let Some(origin) = call.origin.filter(|&origin| self.s.agents.contains(origin)) {
            self.s.agents[origin].engaged -= 1;
            self.refresh_agent(origin);
        }
        if let Some(with) = joined {
            self.close_joined(with, reason);
        }
    }
}

/// Where a destination leads a call.
#[derive(Clone, Debug)]
pub(crate) enum Goal {
    /// It ends for this reason.
    End(EndReason),
    /// A number outside is called.
    Outside {
        /// Name of the trunk.
        trunk: String,
        /// What is dialled there.
        number: Number,
    },
    /// The caller hears a prompt, and the call goes on.
    Prompt {
        /// The prompt's place among all.
        prompt: usize,
        /// Where to.
        then: Destination,
    },
    /// Somewhere that has a number.
    Target(Target),
    /// The caller leaves a message in the box of this number.
    Voicemail(Number),
}

/// Where a destination leads now.
pub(crate) fn goal(s: &State, destination: &Destination) -> Goal {
    let nowhere = Goal::End(EndReason::NoDestination);
    match destination {
        Destination::HangUp => Goal::End(EndReason::Unanswered),
        Destination::CallFlow(number)
        | Destination::Extension(number)
        | Destination::Menu(number)
        | Destination::Queue(number)
        | Destination::RingGroup(number) => s.directory.get(*number).map_or(nowhere, Goal::Target),
        Destination::External { trunk, .. } if !s.options.calls_out(trunk) => nowhere,
        Destination::External { number, trunk } => Goal::Outside {
            trunk: trunk.clone(),
            number: *number,
        },
        Destination::Voicemail(number) if s.directory.get(*number).is_none() => nowhere,
        Destination::Voicemail(number) => Goal::Voicemail(*number),
        Destination::Prompt(name) => prompt_named(s, name).map_or(nowhere, |prompt| Goal::Prompt {
            prompt,
            then: Destination::HangUp,
        }),
    }
}

/// The place of the prompt with this name.
pub(crate) fn prompt_named(s: &State, name: &str) -> Option<usize> {
    let mut prompts = s.options.prompts.iter();
    prompts.position(|prompt| prompt.name == name)
}

/// What a caller is told whom nobody answered.
pub(crate) const UNANSWERED: HangUpCause = HangUpCause::Unanswered;
