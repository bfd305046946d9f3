//! Calls whose caller's side is called. Numbers outside to which callers are sent: each is
//! in a call of its own, which is tied to the call that it is for. And who has a call placed.

use tandem_engine::limits::EXTERNAL_RING_S;
use tandem_engine::{
    AgentId, By, CallId, CalledFor, Effect, Event, Input, LegId, Number, PublicId, Side, Span,
};

use super::{Books, Call, Court, Seen, known};
use crate::rehearse::laws::{Checked, Law};

impl Books {
    pub(super) fn of_outside(
        &mut self,
        seen: &Seen<'_>,
        event: &Event,
        court: &mut Court<'_>,
    ) -> Checked {
        match event {
            Event::AgentTurned {
                call,
                leg,
                agent,
                turned,
                public,
            } => self.turned(seen, (*call, *leg, *agent), *turned, *public, court),
            Event::CallPlaced {
                call,
                public,
                agent,
            } => self.placed(seen, *call, *public, *agent, court),
            Event::CallerAnswered { call, agent } => {
                let told = seen.entry.input == Input::CustomerAnswered { call: *call };
                let entry = known(self.calls.get_mut(call), Law::Calls, || format!("{call}"))?;
                let placed = core::mem::take(&mut entry.placed) && entry.origin == Some(*agent);
                court.law(Law::Calls, told && placed, || format!("{event:?}"))
            }
            Event::OutsideAnswered { call, outside } => {
                self.outside_answered(seen, *call, *outside, court)
            }
            Event::OutsideRung {
                call,
                outside,
                public,
                number,
            } => self.outside_rung(*call, *outside, *public, *number, court),
            _ => unreachable!("all others are not about numbers outside"),
        }
    }

    fn outside_rung(
        &mut self,
        call: CallId,
        outside: CallId,
        public: PublicId,
        number: Number,
        court: &mut Court<'_>,
    ) -> Checked {
        let named = self.last_public.is_some_and(|last| last < public);
        let fresh = named && !self.calls.contains_key(&outside);
        self.last_public = Some(public);
        self.publics.insert(public, outside);
        let mut new = Call::new(public, number, None);
        new.called_for = Some(call);
        self.calls.insert(outside, new);
        self.entry.customers.push(outside);
        let waits =
            (self.calls.get(&call)).is_some_and(|it| it.visit.is_none() && it.joined.is_none());
        court.law(Law::Calls, fresh && waits, || {
            format!("{outside} {public} is called for {call}")
        })
    }

    /// Somebody has a call placed, for himself.
    fn placed(
        &mut self,
        seen: &Seen<'_>,
        call: CallId,
        public: PublicId,
        agent: AgentId,
        court: &mut Court<'_>,
    ) -> Checked {
        let number = self.numbers.get(&agent).copied().unwrap_or_default();
        let own = matches!(seen.entry.input, Input::PlaceCall { by: By::Person(who), .. }
            if who == number);
        let up = self.people.get(&agent).is_some_and(|person| person.up);
        let fresh = self.last_public.is_none_or(|last| last < public);
        let fresh = fresh && !self.calls.contains_key(&call);
        self.last_public = Some(public);
        self.publics.insert(public, call);
        let mut new = Call::new(public, number, Some(agent));
        new.placed = true;
        self.calls.insert(call, new);
        self.entry.customers.push(call);
        court.law(Law::Permissions, own && up && fresh, || {
            format!("{call} {public} is placed for {agent}")
        })
    }

    /// Who talked to a caller is one himself, on the leg that he had.
    fn turned(
        &mut self,
        seen: &Seen<'_>,
        (call, leg, agent): (CallId, LegId, AgentId),
        turned: CallId,
        public: PublicId,
        court: &mut Court<'_>,
    ) -> Checked {
        let asked = match seen.entry.input {
            Input::ParkCall { call: of, side, .. } | Input::TransferCall { call: of, side, .. } => {
                side == Side::Agent && of == call
            }
            _ => false,
        };
        let talked = self.legs.get(&leg);
        let talked = talked.is_some_and(|it| it.converses(call) && it.agent == agent);
        let number = self.numbers.get(&agent).copied().unwrap_or_default();
        let fresh = self.last_public.is_none_or(|last| last < public);
        let fresh = fresh && !self.calls.contains_key(&turned);
        self.last_public = Some(public);
        self.publics.insert(public, turned);
        let new = Call::new(public, number, Some(agent));
        self.calls.insert(turned, new);
        self.leg_over(seen, leg);
        court.law(Law::Calls, asked && talked && fresh, || {
            format!("{agent} leaves {call} on {leg} for {turned} {public}")
        })
    }

    fn outside_answered(
        &mut self,
        seen: &Seen<'_>,
        call: CallId,
        outside: CallId,
        court: &mut Court<'_>,
    ) -> Checked {
        let told = seen.entry.input == Input::CustomerAnswered { call: outside };
        let called = self.calls.get_mut(&outside);
        let called = known(called, Law::Calls, || format!("{outside} answers"))?;
        let waited = called.called_for.take() == Some(call);
        self.joins_with(call, outside)?;
        court.law(Law::Calls, told && waited, || {
            format!("{outside} answers for {call}")
        })
    }

    /// Two callers talk to each other from now on.
    pub(super) fn joins_with(&mut self, call: CallId, with: CallId) -> Checked {
        for (one, other) in [(call, with), (with, call)] {
            let one = known(self.calls.get_mut(&one), Law::Calls, || format!("{one}"))?;
            one.joined = Some(other);
        }
        Ok(())
    }

    /// Who is called is called as was told: a number outside for as long as all of them, an
    /// extension for its own time.
    pub(super) fn outside_is_called(
        &mut self,
        call: CallId,
        effect: &Effect,
        court: &mut Court<'_>,
    ) -> Checked {
        let place = self.entry.customers.iter().position(|due| *due == call);
        let told = place.map(|place| self.entry.customers.remove(place));
        let outside = Span::from_secs(EXTERNAL_RING_S);
        let now = self.acted_at;
        let people = &self.config.extensions;
        let entry = self.calls.get_mut(&call);
        let own = entry.is_some_and(|entry| {
            let ring_time = match effect {
                Effect::RingCaller { timeout, .. } => {
                    let mut own = people.iter().filter(|it| it.number == entry.number);
                    let right = own.any(|it| it.ring_timeout == *timeout);
                    right.then_some(*timeout)
                }
                Effect::RingCustomer {
                    called_for: CalledFor::Caller(caller),
                    number,
                    timeout,
                    ..
                } => {
                    let right = entry.called_for == Some(*caller) && *number == entry.number;
                    (right && *timeout == outside).then_some(*timeout)
                }
                _ => None,
            };
            entry.rung = ring_time.map(|timeout| (now, timeout));
            ring_time.is_some()
        });
        // A call that ended at once need not be known any more.
        let over = self.entry.ended.contains_key(&call);
        court.law(Law::Effects, told.is_some() && (own || over), || {
            format!("{effect:?}")
        })
    }

    /// Who is called is called for somebody.
    pub(super) fn nobody_is_called_for_nobody(&self, court: &mut Court<'_>) -> Checked {
        let lost = self.calls.iter().find(|(_, call)| {
            let other = call.called_for.or(call.joined);
            other.is_some_and(|other| !self.calls.contains_key(&other))
        });
        court.law(Law::Calls, lost.is_none(), || {
            format!("{lost:?} is on the line, and the other caller is gone")
        })
    }
}
