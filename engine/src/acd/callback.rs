//! Callbacks: a caller who would rather be called than wait says at which number, hangs up,
//! and keeps his place. When his turn comes, an agent is rung as for everybody; when he has
//! answered, the customer is called, and both talk when he answers, too.
//!
//! His call goes on without him: `caller_gone` says so. It hears nothing, and nothing puts
//! it out of the line but its own time, an agent, a supervisor, or the end of its queue.

use crate::acd::line::{visit, visit_mut};
use crate::calls::{UNANSWERED, goal, prompt_named};
use crate::config::callback::CallbackConfig;
use crate::config::model::Notice;
use crate::effect::{CalledFor, CancelReason, Effect, HangUpCause};
use crate::event::{Announced, EndReason, Event, OfferEnd, ReservationEnd};
use crate::ids::{AgentId, CallId, LegId, MemberId, QueueId};
use crate::input::Cause;
use crate::key::Key;
use crate::limits::{CALLBACK_ANSWER_S, CALLBACK_CONFIRM_S, CALLBACK_DIGITS_MIN};
use crate::mark::Mark;
use crate::number::Number;
use crate::outbox::Reject;
use crate::outside::is_rung;
use crate::records::callbacks::{self, CallbackEnd};
use crate::records::{LeaveReason, Outcome};
use crate::state::{Callback, Progress, Promise, Stage, State};
use crate::step::Step;
use crate::supervise::talk_leg;
use crate::time::{Span, Timestamp};
use crate::timer::Timer;
use crate::trace::Trace;

/// While the caller is on the line.
impl<T: Trace> Step<'_, T> {
    /// A waiting caller wants to be called back, and is asked at which number. Nobody is
    /// rung for him meanwhile, and his place stays.
    #[cold]
    pub(crate) fn ask_for_callback(&mut self, id: CallId) {
        self.sometimes_if(Mark::CallbackAskedRinging, |s| visit(s, id).ringing > 0);
        self.withdraw_rings(id, OfferEnd::Withdrawn, CancelReason::Withdrawn);
        self.stop_growing_if_silent(id);
        let queue = visit(self.s, id).queue;
        self.tell(Event::CallbackAsked {
            call: id,
            queue,
            crowded: false,
        });
        if let Some(own) = visit_mut(&mut self.s.calls[id]).announcing.take() {
            self.s.timers.cancel(own.timer);
        }
        let over = self.say(id, |callback| callback.confirm.as_ref());
        if over.is_none() {
            self.emit(Effect::StopPrompt { call: id });
        }
        let over = over.unwrap_or(self.now);
        self.await_digit(id, Number::NONE, over, over + ANSWER, false);
        self.end_reservation(id, ReservationEnd::AskedForCallback);
        self.sort_in(id);
    }

    /// Whether who finds a queue too crowded is offered a callback there.
    pub(crate) fn offers_callback(&self, queue: QueueId) -> bool {
        let offer = settings(self.s, queue).and_then(|callback| callback.crowded.as_ref());
        offer.is_some_and(|name| prompt_named(self.s, name).is_some())
    }

    /// Who finds a queue too crowded stands in the line as long as he is asked whether he
    /// wants to be called back, and where. Nobody is rung for him, and who says nothing
    /// goes elsewhere.
    #[cold]
    pub(crate) fn offer_callback(&mut self, id: CallId) {
        self.sometimes(Mark::CrowdedOffered);
        let queue = visit(self.s, id).queue;
        self.tell(Event::CallbackAsked {
            call: id,
            queue,
            crowded: true,
        });
        let over = self.say(id, |callback| callback.crowded.as_ref());
        let over = over.unwrap_or(self.now);
        self.await_digit(id, Number::NONE, over, over + ANSWER, true);
    }

    /// Plays one of the prompts of a caller's queue, if it is there; tells when it is over.
    fn say(
        &mut self,
        id: CallId,
        which: impl Fn(&CallbackConfig) -> Option<&String>,
    ) -> Option<Timestamp> {
        let name = settings(self.s, visit(self.s, id).queue).and_then(which);
        let prompt = name.and_then(|name| prompt_named(self.s, name));
        prompt.map(|prompt| self.say_prompt(id, prompt))
    }

    fn await_digit(
        &mut self,
        id: CallId,
        typed: Number,
        over: Timestamp,
        until: Timestamp,
        crowded: bool,
    ) {
        let timer = self.s.timers.arm(until, Timer::Callback(id));
        let asked = Callback::Asked {
            typed,
            over,
            timer,
            crowded,
        };
        visit_mut(&mut self.s.calls[id]).callback = Some(Box::new(asked));
    }

    /// A caller who asks for a callback, or was promised one, presses a key.
    #[cold]
    pub(crate) fn key_in_callback(&mut self, id: CallId, key: Key) {
        let own = visit(self.s, id);
        let Some(&Callback::Asked {
            typed,
            over,
            timer,
            crowded,
        }) = own.callback.as_deref()
        else {
            return self.sometimes(Mark::KeyWithoutMeaning);
        };
        self.s.timers.cancel(timer);
        if self.now < over {
            self.emit(Effect::StopPrompt { call: id });
        }
        let Some(confirms) = settings(self.s, visit(self.s, id).queue).map(|it| it.key) else {
            return self.forgo_callback(id);
        };
        if key == Key::Pound {
            return self.settle_number(id, typed);
        }
        let Some(typed) = typed.and(key) else {
            return self.refuse_number(id);
        };
        let patience = match is_key(typed, confirms) {
            true => Span::from_secs(CALLBACK_CONFIRM_S),
            false => ANSWER,
        };
        self.await_digit(id, typed, self.now, self.now + patience, crowded);
    }

    /// The caller has said where he wants to be called.
    fn settle_number(&mut self, id: CallId, typed: Number) {
        let Some(callback) = settings(self.s, visit(self.s, id).queue) else {
            return self.forgo_callback(id);
        };
        match self.callable(id, callback, typed) {
            Some(number) => {
                self.promise_callback(id, number);
                self.thank(id);
            }
            None => self.refuse_number(id),
        }
    }

    /// Where a caller wants to be called who keyed this in, if he can be called there: where
    /// it is nothing, or the key that confirms, at the number that he calls from.
    fn callable(&self, id: CallId, callback: &CallbackConfig, typed: Number) -> Option<Number> {
        let own = self.s.parties[self.s.calls[id].party].number;
        let number = match typed.is_none() || is_key(typed, callback.key) {
            true => own,
            false => typed,
        };
        dialled(callback.prefix, number).and(Some(number))
    }

    /// A caller of a queue hangs up who asks for a callback, or was promised one. Whether his
    /// call goes on without him: what he had keyed in counts, as with `#`.
    #[cold]
    #[inline(never)]
    pub(crate) fn leaves_promise(&mut self, id: CallId) -> bool {
        let own = visit(self.s, id);
        let (typed, timer) = match own.callback.as_deref() {
            None => return false,
            Some(Callback::Promised(_)) => {
                self.let_caller_go(id, false);
                return true;
            }
            Some(&Callback::Asked { typed, timer, .. }) => (typed, timer),
        };
        let Some(callback) = settings(self.s, own.queue).filter(|_| !typed.is_none()) else {
            return false;
        };
        let Some(number) = self.callable(id, callback, typed) else {
            self.tell_invalid(id);
            return false;
        };
        self.sometimes(Mark::CallbackHungUp);
        self.s.timers.cancel(timer);
        self.promise_callback(id, number);
        self.let_caller_go(id, false);
        true
    }

    /// What the caller gave can not be called: he waits on, or goes elsewhere.
    fn refuse_number(&mut self, id: CallId) {
        self.tell_invalid(id);
        let queue = visit(self.s, id).queue;
        let told = settings(self.s, queue).and_then(|callback| callback.invalid.clone());
        self.wait_on(id, told);
    }

    /// It was no valid request.
    fn tell_invalid(&mut self, id: CallId) {
        self.sometimes(Mark::CallbackInvalid);
        let call = &self.s.calls[id];
        let own = visit(self.s, id);
        let invalid = callbacks::Callback {
            call: call.public,
            visit: own.number,
            queue: own.queue,
            caller: self.s.parties[call.party].number,
            joined_at: own.came_at(),
            at: self.now,
            number: Number::NONE,
            end: CallbackEnd::InvalidNumber,
        };
        self.tell(Event::CallbackEnded(invalid));
    }

    /// The caller has said nothing, or callbacks were taken off the queue meanwhile.
    fn forgo_callback(&mut self, id: CallId) {
        self.sometimes(Mark::CallbackForgone);
        let queue = visit(self.s, id).queue;
        self.tell(Event::CallbackForgone { call: id, queue });
        self.wait_on(id, None);
    }

    /// A caller waits on as if he had never asked, and hears this first; or he found the
    /// queue too crowded, and goes elsewhere.
    fn wait_on(&mut self, id: CallId, prompt: Option<String>) {
        let own = visit_mut(&mut self.s.calls[id]);
        let (queue, crowded) = (own.queue, own.found_it_crowded());
        own.callback = None;
        let entry = self.s.queues.get(queue).filter(|_| crowded);
        if let Some(limits) = entry.and_then(|entry| entry.config.crowded.as_ref()) {
            let elsewhere = goal(self.s, &limits.destination);
            self.sometimes(Mark::CrowdedDeclined);
            self.leave(id, Outcome::Missed, LeaveReason::QueueCrowded);
            return self.send(id, elsewhere);
        }
        let told = prompt.is_some_and(|it| self.tell_waiting(id, Announced::NotCalledBack, it));
        if !told {
            self.entertain(id, queue);
            self.plan_announcements(id);
        }
        self.sort_in(id);
    }

    /// The caller will be called back.
    fn promise_callback(&mut self, id: CallId, number: Number) {
        let queue = visit(self.s, id).queue;
        let config = &self.s.queues[queue].config;
        let own = settings(self.s, queue).map_or(Span::ZERO, |callback| callback.timeout);
        let timeout = if own.is_zero() {
            config.max_waiting
        } else {
            own
        };
        let wanted = config.notify_managers.contains(&Notice::CallbackRequested);
        let until = (!timeout.is_zero()).then(|| self.now + timeout);
        let promise = Promise {
            number,
            requested_at: self.now,
            until,
            progress: Progress::Thanked,
            timer: None,
        };
        let entry = &mut self.s.calls[id];
        visit_mut(entry).callback = Some(Box::new(Callback::Promised(promise)));
        let (call, caller) = (entry.public, self.s.parties[entry.party].number);
        self.s.queues[queue].promised += 1;
        self.limit_others(queue);
        self.tell(Event::CallbackRequested {
            call: id,
            queue,
            caller,
            number,
            until,
        });
        if wanted {
            self.emit(Effect::Mail {
                queue,
                notice: Notice::CallbackRequested,
                call,
            });
        }
    }

    /// The caller is told that he will be called back, and hung up.
    fn thank(&mut self, id: CallId) {
        match self.say(id, |callback| callback.thanks.as_ref()) {
            Some(over) => {
                let timer = self.s.timers.arm(over, Timer::Callback(id));
                promise_mut(self.s, id).timer = Some(timer);
            }
            None => self.let_caller_go(id, true),
        }
    }

    /// The caller is off the line, and his call goes on without him; whether he is to be
    /// hung up, or has done so himself.
    pub(crate) fn let_caller_go(&mut self, id: CallId, hang_up: bool) {
        if hang_up {
            self.emit(Effect::HangUpCaller {
                call: id,
                cause: HangUpCause::Normal,
            });
        }
        let call = &mut self.s.calls[id];
        call.extra().caller_gone = true;
        if let Some(origin) = call.origin.take() {
            self.s.agents[origin].engaged -= 1;
            self.refresh_agent(origin);
        }
        let until = promise_mut(self.s, id).until;
        let due = until.map(|until| until.max(self.now));
        let timer = due.map(|due| self.s.timers.arm(due, Timer::Callback(id)));
        let promise = promise_mut(self.s, id);
        promise.progress = Progress::Reserved;
        if let Some(before) = std::mem::replace(&mut promise.timer, timer) {
            self.s.timers.cancel(before);
        }
        self.sort_in(id);
    }
}

/// When he has hung up.
impl<T: Trace> Step<'_, T> {
    /// The time of a part of a callback is over.
    pub(crate) fn callback_due(&mut self, id: CallId) {
        let progress = match visit(self.s, id).callback.as_deref() {
            Some(&Callback::Asked { typed, .. }) => return self.silent_in_callback(id, typed),
            Some(Callback::Promised(promise)) => promise.progress,
            None => unreachable!("the timer belongs to a callback"),
        };
        promise_mut(self.s, id).timer = None;
        match progress {
            Progress::Thanked => self.let_caller_go(id, true),
            Progress::Reserved => {
                self.sometimes_if(Mark::CallbackOverRinging, |s| visit(s, id).ringing > 0);
                self.fail_callback(id, LeaveReason::CallbackNoAgent);
            }
            Progress::Ringing { .. } => {
                self.customer_lost(id, LeaveReason::CallbackUnanswered);
                self.close(id, EndReason::CallbackFailed, Some(UNANSWERED));
            }
            Progress::Connected => unreachable!("nothing is awaited of who talks"),
        }
    }

    /// Nothing more is keyed in: what was counts, as with `#`.
    fn silent_in_callback(&mut self, id: CallId, typed: Number) {
        match typed.is_none() {
            true => self.forgo_callback(id),
            false => self.settle_number(id, typed),
        }
    }

    /// A caller leaves the line: what he asked for is over, what he was promised goes on
    /// elsewhere, or fails.
    #[cold]
    #[inline(never)]
    pub(crate) fn unlink_callback(&mut self, id: CallId) {
        let own = visit_mut(&mut self.s.calls[id]);
        let queue = own.queue;
        let timer = match own.callback.as_deref_mut() {
            Some(Callback::Promised(promise)) => {
                self.s.queues[queue].promised -= 1;
                if promise.progress == Progress::Thanked {
                    // Whoever takes him finds him on the line.
                    promise.progress = Progress::Connected;
                }
                promise.timer.take()
            }
            _ => own.callback.take().and_then(|asked| asked.timer()),
        };
        if let Some(timer) = timer {
            self.s.timers.cancel(timer);
        }
    }

    /// A callback that stands in the line fails, and with it the call.
    pub(crate) fn fail_callback(&mut self, id: CallId, reason: LeaveReason) {
        self.leave(id, Outcome::Missed, reason);
        self.close(id, EndReason::CallbackFailed, Some(UNANSWERED));
    }

    /// An agent has answered for a caller who is gone: the customer is called, if he may.
    #[cold]
    #[inline(never)]
    pub(crate) fn call_customer(&mut self, leg: LegId, member: Option<MemberId>) {
        let (call, agent) = (self.s.legs[leg].call, self.s.legs[leg].agent);
        let queue = visit(self.s, call).queue;
        let Some((trunk, number, timeout)) = self.way_out(call, agent) else {
            self.sometimes(Mark::CallbackNotPermitted);
            self.tell(Event::CallbackNotPermitted {
                call,
                queue,
                agent,
                leg,
            });
            let reason = LeaveReason::CallbackNotPermitted;
            self.end_visit(call, Outcome::Missed, reason, Span::ZERO);
            return self.close(call, EndReason::CallbackFailed, None);
        };
        let ring = self.emit(Effect::RingCustomer {
            call,
            called_for: CalledFor::Agent { leg, queue },
            trunk,
            number,
            timeout,
        });
        let timer = self.s.timers.arm(self.now + timeout, Timer::Callback(call));
        let since = self.now;
        let promise = promise_mut(self.s, call);
        promise.timer = Some(timer);
        promise.progress = Progress::Ringing {
            member,
            ring,
            since,
        };
        let entry = &mut self.s.calls[call];
        entry.stage = Stage::AwaitingCustomer;
        entry.taken = false;
        entry.extra().caller_gone = false;
        self.refresh_agent(agent);
        self.tell(Event::CustomerRung {
            call,
            queue,
            agent,
            leg,
            number,
        });
    }

    /// On which trunk a customer can be called for an agent, what is dialled there, and how
    /// long it rings.
    fn way_out(&self, call: CallId, agent: AgentId) -> Option<(String, Number, Span)> {
        let own = visit(self.s, call);
        let callback = settings(self.s, own.queue)?;
        let mut trunks = self.s.options.trunks.iter();
        let trunk = trunks.find(|trunk| trunk.name == callback.trunk)?;
        trunk.outbound.as_ref()?;
        let number = dialled(callback.prefix, own.promise()?.number)?;
        let permitted = self.s.agents[agent].outbound;
        permitted.then(|| (trunk.name.clone(), number, callback.customer_ring))
    }

    /// The customer of a callback has answered: he talks to the agent from now on. Or who is
    /// called otherwise has.
    pub(crate) fn customer_answered(&mut self, id: CallId) -> Result<(), Reject> {
        if is_rung(self.s, id) {
            self.caller_answered(id);
            return Ok(());
        }
        let member = self.calls_customer(id)?;
        let leg = talk_leg(self.s, id).expect("an agent waits for the customer");
        self.end_ringing(id);
        promise_mut(self.s, id).progress = Progress::Connected;
        self.emit(Effect::Bridge { call: id, leg });
        self.connected(leg, member);
        Ok(())
    }

    /// The customer of a callback could not be called, refused, or did not answer; or who
    /// is called otherwise.
    pub(crate) fn customer_failed(&mut self, id: CallId, cause: Cause) -> Result<(), Reject> {
        if is_rung(self.s, id) {
            self.close(id, EndReason::ExtensionFailed(cause), None);
            return Ok(());
        }
        self.calls_customer(id)?;
        self.customer_lost(id, LeaveReason::CallbackUnanswered);
        self.close(id, EndReason::CallbackFailed, None);
        Ok(())
    }

    /// As whom the agent answered who waits for this customer.
    fn calls_customer(&self, id: CallId) -> Result<Option<MemberId>, Reject> {
        let call = self.s.calls.get(id).ok_or(Reject::Stale)?;
        let promise = call.visit.as_ref().and_then(|own| own.promise());
        match promise.map(|promise| promise.progress) {
            Some(Progress::Ringing { member, .. }) => Ok(member),
            _ => Err(Reject::Stale),
        }
    }

    /// The customer is not called any more. That the agent waited was work.
    fn end_ringing(&mut self, id: CallId) {
        let promise = promise_mut(self.s, id);
        let Progress::Ringing { since, .. } = promise.progress else {
            unreachable!("the customer is being called");
        };
        if let Some(timer) = promise.timer.take() {
            self.s.timers.cancel(timer);
        }
        let queue = visit(self.s, id).queue;
        if let Some(entry) = self.s.queues.get_mut(queue) {
            entry.learned.work.spend(self.now - since);
        }
    }

    /// Agent and customer do not come together. Both legs are still there.
    #[cold]
    #[inline(never)]
    pub(crate) fn customer_lost(&mut self, id: CallId, reason: LeaveReason) {
        self.end_ringing(id);
        self.end_visit(id, Outcome::Missed, reason, Span::ZERO);
    }

    /// The call of a caller who is to be called back in this queue, and calls again.
    #[cold]
    #[inline(never)]
    pub(crate) fn promised_to(&self, id: CallId, queue: QueueId) -> Option<CallId> {
        let number = |call: CallId| self.s.parties[self.s.calls[call].party].number;
        let caller = number(id);
        let mut next = self.s.queues[queue].line.map(|(first, _)| first);
        while let Some(call) = next.filter(|_| !caller.is_none()) {
            let own = visit(self.s, call);
            let promise = own.promise();
            let gone = promise.filter(|promise| promise.progress == Progress::Reserved);
            if gone.is_some_and(|promise| promise.number == caller || number(call) == caller) {
                return Some(call);
            }
            next = own.after;
        }
        None
    }

    /// The system starts again, and a promised callback stays: nobody is rung for it before
    /// the system is there.
    pub(crate) fn keep_promise(&mut self, id: CallId) {
        self.sometimes(Mark::RestartCallback);
        if !self.s.calls[id].extra().caller_gone {
            self.let_caller_go(id, false);
        }
        self.withdraw_rings(id, OfferEnd::Withdrawn, CancelReason::Withdrawn);
        let due = self.s.received_at;
        let timer = self.s.timers.arm(due, Timer::Retry(id));
        let own = visit_mut(&mut self.s.calls[id]);
        own.growing = false;
        if let Some(before) = own.retry.replace(timer) {
            self.s.timers.cancel(before);
        }
        self.sort_in(id);
    }

    /// A person is erased: where he was to be called back, nobody knows any more. Tells
    /// whose callbacks come to nothing with that.
    pub(crate) fn forget_promises(&mut self, number: Number) -> Vec<CallId> {
        let mut lost = Vec::new();
        for id in self.s.calls.ids() {
            let own = self.s.parties[self.s.calls[id].party].number == number;
            let visit = self.s.calls[id].visit.as_mut();
            let callback = visit.and_then(|visit| visit.callback.as_deref_mut());
            if let Some(Callback::Promised(promise)) = callback
                && (own || promise.number == number)
            {
                promise.number = Number::NONE;
                if matches!(promise.progress, Progress::Reserved | Progress::Thanked) {
                    lost.push(id);
                }
            }
        }
        lost
    }
}

const ANSWER: Span = Span::from_secs(CALLBACK_ANSWER_S);

/// How callers of a queue can ask for callbacks, if they can.
fn settings(s: &State, queue: QueueId) -> Option<&CallbackConfig> {
    s.queues.get(queue)?.config.callback.as_deref()
}

/// Where the caller of a callback, who is gone, is to be called.
#[cold]
pub(crate) fn called_at(s: &State, call: CallId) -> Number {
    let visit = s.calls[call].visit.as_ref();
    let promise = visit.and_then(|visit| visit.promise());
    promise.map_or(Number::NONE, |promise| promise.number)
}

fn promise_mut(s: &mut State, id: CallId) -> &mut Promise {
    match visit_mut(&mut s.calls[id]).callback.as_deref_mut() {
        Some(Callback::Promised(promise)) => promise,
        _ => unreachable!("a callback was promised"),
    }
}

/// Whether a caller has keyed in this key alone.
fn is_key(typed: Number, key: Key) -> bool {
    Number::NONE.and(key) == Some(typed)
}

/// What is dialled to call a number; `None` where it can not be called. Behind a prefix the
/// `+` at its beginning is left out.
fn dialled(prefix: Number, number: Number) -> Option<Number> {
    let digits = number.plain_digits()?;
    if digits.symbols() < CALLBACK_DIGITS_MIN {
        return None;
    }
    match prefix.is_none() {
        true => Some(number),
        false => prefix.followed_by(digits),
    }
}
