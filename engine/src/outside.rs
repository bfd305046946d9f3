//! Calls to the outside, to which callers are sent: the number is the caller's side of a
//! call of its own. When it answers, both callers are connected with each other, as one who
//! was parked is with who fetches him.

use crate::effect::Effect;
use crate::event::Event;
use crate::ids::CallId;
use crate::input::{Caller, Cause};
use crate::limits::EXTERNAL_RING_S;
use crate::mark::Mark;
use crate::number::Number;
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
            leg: None,
            queue: None,
            trunk,
            number,
            timeout,
        });
        let due = self.now + timeout;
        let timer = self.s.timers.arm(due, Timer::CallerRing(outside));
        let entry = &mut self.s.calls[outside];
        entry.stage = Stage::AwaitingCaller;
        let extra = entry.extra();
        extra.joined = Some(id);
        extra.rung = Some(CallerRung { ring, timer });
        self.tell(Event::OutsideRung {
            call: id,
            outside,
            public,
            number,
        });
    }

    /// The number that was called for another caller has answered.
    #[cold]
    #[inline(never)]
    pub(crate) fn outside_answered(&mut self, outside: CallId) {
        let extra = self.s.calls[outside].extra();
        let call = extra.joined.expect("it is called for another caller");
        if let Some(rung) = extra.rung.take() {
            self.s.timers.cancel(rung.timer);
        }
        self.join_callers(outside, call);
        self.tell(Event::OutsideAnswered { call, outside });
    }

    /// The number that was called for another caller did not answer in time.
    pub(crate) fn caller_rang_out(&mut self, outside: CallId) {
        self.sometimes(Mark::OutsideSilent);
        self.end_failed(outside, Cause::NoAnswer);
    }
}

/// Whether the caller of a call is being called, for another one.
pub(crate) fn is_rung(s: &State, call: CallId) -> bool {
    let call = s.calls.get(call);
    call.is_some_and(|call| call.stage == Stage::AwaitingCaller)
}
