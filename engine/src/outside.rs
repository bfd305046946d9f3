//! Calls whose caller's side is called by the engine: a number outside to which another
//! caller is sent, or the telephone of who has a call placed from a screen. When the number
//! answers, both callers are connected with each other, as one who was parked is with who
//! fetches him; when the telephone does, the call goes where it is to go.

use crate::calls::goal;
use crate::config::model::Destination;
use crate::effect::{CalledFor, Effect, EffectId};
use crate::event::Event;
use crate::ids::{AgentId, CallId, PublicId};
use crate::input::{By, Caller, Cause};
use crate::limits::EXTERNAL_RING_S;
use crate::mark::Mark;
use crate::number::Number;
use crate::outbox::Reject;
use crate::state::{CallerRung, Stage, State};
use crate::step::Step;
use crate::time::Span;
use crate::timer::Timer;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// Calls a number outside for a caller. Where there are too many calls already, his ends.
    #[cold]
    #[inline(never)]
    pub(crate) fn call_outside(&mut self, id: CallId, trunk: String, number: Number) {
        let called = Caller {
            number,
            ..Caller::default()
        };
        let Ok((outside, public)) = self.add_call(&called, None) else {
            return self.end_failed(id, Cause::Unreachable);
        };
        let entry = &mut self.s.calls[id];
        entry.stage = Stage::AwaitingAnswer;
        entry.extra().joined = Some(outside);
        self.emit(Effect::AlertCaller { call: id });
        let timeout = Span::from_secs(EXTERNAL_RING_S);
        let ring = self.emit(Effect::RingCustomer {
            call: outside,
            called_for: CalledFor::Caller(id),
            trunk,
            number,
            timeout,
        });
        self.await_caller(outside, ring, timeout, None);
        self.s.calls[outside].extra().joined = Some(id);
        self.tell(Event::OutsideRung {
            call: id,
            outside,
            public,
            number,
        });
    }

    /// Rings whoever asks, as the caller of a new call that goes there when he answers.
    #[cold]
    pub(crate) fn place_call(&mut self, by: By, to: &Destination) -> Result<(), Reject> {
        let agent = self.telephone_of(by)?;
        self.goal_of(by, to)?;
        let timeout = self.s.agents[agent].ring_timeout;
        let (call, public) = self.call_of(agent)?;
        let ring = self.emit(Effect::RingCaller {
            call,
            agent,
            to: to.clone(),
            timeout,
        });
        self.await_caller(call, ring, timeout, Some(to.clone()));
        self.tell(Event::CallPlaced {
            call,
            public,
            agent,
        });
        self.makes_call(agent);
        Ok(())
    }

    /// A call whose caller is an extension.
    pub(crate) fn call_of(&mut self, agent: AgentId) -> Result<(CallId, PublicId), Reject> {
        let number = self.s.agents[agent].number;
        let from = Caller {
            number,
            extension: Some(number),
            ..Caller::default()
        };
        self.add_call(&from, Some(agent))
    }

    /// The caller's side of a call rings from now on.
    fn await_caller(
        &mut self,
        call: CallId,
        ring: EffectId,
        timeout: Span,
        to: Option<Destination>,
    ) {
        let due = self.now + timeout;
        let timer = self.s.timers.arm(due, Timer::CallerRing(call));
        let entry = &mut self.s.calls[call];
        entry.stage = Stage::AwaitingCaller;
        entry.extra().rung = Some(Box::new(CallerRung { ring, timer, to }));
    }

    /// The caller's side of a call has answered.
    #[cold]
    #[inline(never)]
    pub(crate) fn caller_answered(&mut self, id: CallId) {
        let entry = &mut self.s.calls[id];
        entry.taken = true;
        let (origin, extra) = (entry.origin, entry.extra());
        let rung = extra.rung.take().expect("the caller is called");
        self.s.timers.cancel(rung.timer);
        match (rung.to, extra.joined, origin) {
            (Some(to), _, Some(agent)) => {
                self.tell(Event::CallerAnswered { call: id, agent });
                self.send_anew(id, goal(self.s, &to));
            }
            (_, Some(call), _) => {
                self.join_callers(id, call);
                self.tell(Event::OutsideAnswered { call, outside: id });
            }
            _ => unreachable!("whoever is called is called for something"),
        }
    }

    /// The caller's side of a call did not answer in time.
    pub(crate) fn caller_rang_out(&mut self, id: CallId) {
        self.sometimes_if(Mark::OutsideSilent, |s| s.calls[id].origin.is_none());
        self.sometimes_if(Mark::PlacedSilent, |s| s.calls[id].origin.is_some());
        self.end_failed(id, Cause::NoAnswer);
    }
}

/// Whether the caller of a call is being called, but for a callback.
pub(crate) fn is_rung(s: &State, call: CallId) -> bool {
    let call = s.calls.get(call);
    call.is_some_and(|call| call.stage == Stage::AwaitingCaller)
}
