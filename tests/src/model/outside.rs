//! Calls whose caller's side is called: numbers outside that callers are sent to, each in a
//! call of its own; and who has a call placed.

use tandem_engine::config::model::Destination;
use tandem_engine::limits::EXTERNAL_RING_S;
use tandem_engine::{
    AgentId, By, CallId, CalledFor, Cause, Effect, EndReason, Event, Input, Number, PublicId,
    Reject, Span, Timer,
};

use super::state::Call;
use super::{Checked, Law, Model, known};

impl Model {
    /// Reads an event of somebody who is called.
    pub(super) fn fold_outside(&mut self, event: &Event) -> Checked {
        match event {
            Event::CallPlaced {
                call,
                public,
                agent,
            } => self.call_placed(*call, *public, *agent),
            Event::CallerAnswered { call, agent } => self.caller_answered(*call, *agent),
            Event::CallbackNotPermitted { .. } | Event::CustomerRung { .. } => {
                self.fold_callback(event)
            }
            Event::OutsideAnswered { call, outside } => self.outside_answered(*call, *outside),
            Event::OutsideRung {
                call,
                outside,
                public,
                number,
            } => self.outside_rung(*call, *outside, *public, *number),
            _ => unreachable!("all others are read elsewhere"),
        }
    }

    fn outside_rung(
        &mut self,
        id: CallId,
        outside: CallId,
        public: PublicId,
        number: Number,
    ) -> Checked {
        let sent = known(self.calls.get(&id), "a call")?.goes_to.clone();
        let Some(Destination::External { trunk, number: to }) = sent else {
            return known(None, "a call that is sent outside");
        };
        let at = Destination::External {
            number,
            trunk: trunk.clone(),
        };
        self.arrives(id, at)?;
        let calls_out = self.calls_out(&trunk);
        self.law(Law::Routes, calls_out && to == number, || {
            format!("{number} is called on {trunk:?} for call {id}")
        })?;
        self.is_named(outside, public)?;
        let timeout = Span::from_secs(EXTERNAL_RING_S);
        let called = Call {
            joined: Some(id),
            outside: true,
            rings_until: Some(self.entry.now + timeout),
            ..Call::new(public, number)
        };
        let fresh = self.calls.insert(outside, called).is_none();
        let call = known(self.calls.get_mut(&id), "a call")?;
        call.joined = Some(outside);
        let alert = Effect::AlertCaller { call: id };
        self.entry.to_play.push(alert);
        self.entry.to_play.push(Effect::RingCustomer {
            call: outside,
            called_for: CalledFor::Caller(id),
            trunk,
            number,
            timeout,
        });
        self.seen.outside += 1;
        known(fresh.then_some(()), "an id used twice")
    }

    fn call_placed(&mut self, id: CallId, public: PublicId, agent: AgentId) -> Checked {
        let Input::PlaceCall {
            by: By::Person(asks),
            to,
        } = self.entry.input.clone()
        else {
            return known(None, "somebody who wants a call placed");
        };
        let person = known(self.persons.get(&agent), "an extension")?;
        let (number, timeout) = (person.number, person.ring_timeout);
        self.law(Law::Routes, number == asks, || {
            format!("{asks} wants a call placed, and {number} has it")
        })?;
        self.is_named(id, public)?;
        self.calls_himself(agent);
        let call = Call {
            origin: Some(agent),
            rings_until: Some(self.entry.now + timeout),
            placed: Some(to.clone()),
            ..Call::new(public, number)
        };
        let fresh = self.calls.insert(id, call).is_none();
        self.entry.to_play.push(Effect::RingCaller {
            call: id,
            agent,
            to,
            timeout,
        });
        self.seen.placed += 1;
        known(fresh.then_some(()), "an id used twice")
    }

    fn caller_answered(&mut self, id: CallId, agent: AgentId) -> Checked {
        let asked = self.entry.input == Input::CustomerAnswered { call: id };
        let entry = known(self.calls.get_mut(&id), "a call")?;
        let rang = entry.rings_until.take().is_some() && entry.origin == Some(agent);
        entry.taken = true;
        let to = known(entry.placed.take(), "a call that is placed")?;
        self.goes_anew(id, to)?;
        self.seen.placed_answers += 1;
        self.law(Law::Outcomes, asked && rang, || {
            format!("{agent} answers for call {id}")
        })
    }

    /// Why somebody can not have a call placed, if he can not.
    pub(super) fn place_refusal(&self, by: By, to: &Destination) -> Option<Reject> {
        let By::Person(number) = by else {
            return Some(Reject::Denied);
        };
        let Some(agent) = self.person(number) else {
            return Some(Reject::UnknownNumber);
        };
        let up = self.persons.get(&agent).is_some_and(|person| person.up);
        if up {
            self.unknown(by, to)
        } else {
            Some(Reject::Unreachable)
        }
    }

    fn outside_answered(&mut self, call: CallId, outside: CallId) -> Checked {
        let asked = self.entry.input == Input::CustomerAnswered { call: outside };
        let entry = known(self.calls.get_mut(&outside), "a call")?;
        let rang = entry.rings_until.take().is_some() && entry.joined == Some(call);
        entry.taken = true;
        known(self.calls.get_mut(&call), "a call")?.taken = true;
        self.entry.to_play.push(Effect::Join {
            call: outside,
            with: call,
        });
        self.seen.outside_answers += 1;
        self.law(Law::Outcomes, asked && rang, || {
            format!("{outside} answers for call {call}")
        })
    }

    /// Whether calls can be placed on the trunk with this name.
    pub(super) fn calls_out(&self, trunk: &str) -> bool {
        let mut trunks = self.options.trunks.iter();
        trunks.any(|it| it.name == trunk && it.outbound.is_some())
    }

    /// Whether who is called outside has not answered.
    pub(super) fn rings_outside(&self, call: CallId) -> bool {
        let call = self.calls.get(&call);
        call.is_some_and(|call| call.rings_until.is_some())
    }

    /// The other caller with whom one talks.
    pub(super) fn talks_with(&self, call: CallId) -> Option<CallId> {
        let with = self.calls.get(&call)?.joined?;
        let rings = self.rings_outside(call) || self.rings_outside(with);
        (!rings).then_some(with)
    }

    /// Whether one talks outside, or is who is talked to there.
    pub(super) fn talks_outside(&self, call: CallId) -> bool {
        let with = self.talks_with(call);
        let pair = [Some(call), with].map(|call| self.calls.get(&call?));
        with.is_some() && pair.into_iter().flatten().any(|call| call.outside)
    }

    /// Whether a number outside has a cause to be called no more, for this one.
    pub(super) fn fails_outside(&self, call: CallId, cause: Cause) -> bool {
        match &self.entry.input {
            Input::CustomerFailed {
                call: of,
                cause: why,
            } => *of == call && *why == cause,
            Input::Tick => {
                let fired = self.entry.first.map(|(_, timer)| timer);
                fired == Some(Timer::CallerRing(call)) && cause == Cause::NoAnswer
            }
            Input::Configure { .. } => {
                let origin = self.calls.get(&call).and_then(|call| call.origin);
                let gone = origin.is_some_and(|origin| self.entry.gone.contains(&origin));
                gone && cause == Cause::Unreachable
            }
            _ => false,
        }
    }

    /// Why a call ends that was connected with one that ends so.
    pub(super) const fn ends_with(reason: EndReason) -> EndReason {
        match reason {
            EndReason::CallerHungUp => EndReason::AgentHungUp,
            other => other,
        }
    }
}
