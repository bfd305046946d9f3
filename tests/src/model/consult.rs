//! Consultations: who is asked about a caller, and whose the caller is then.

use tandem_engine::{AgentId, By, CallAct, CallId, Effect, Event, Input, LegId, Number, Reject};

use super::state::{Helps, Leg, LegStage, Sound};
use super::{Checked, Law, Model, known};

impl Model {
    /// The leg of who is asked about a caller.
    pub(super) fn consulted(&self, call: CallId) -> Option<LegId> {
        let mut legs = self.legs_of(call);
        let leg = legs.find(|(_, leg)| matches!(leg.helps, Helps::Consulted(_)));
        leg.map(|(id, _)| id)
    }

    pub(super) fn consult_refusal(&self, call: CallId, to: Number) -> Option<Reject> {
        let Some(asked) = self.person(to) else {
            return Some(Reject::UnknownNumber);
        };
        if !self.persons.get(&asked).is_some_and(|person| person.up) {
            return Some(Reject::Unreachable);
        }
        let calls = self.calls.get(&call).and_then(|call| call.origin) == Some(asked);
        let there = self.legs_of(call).any(|(_, leg)| leg.agent == asked);
        let busy = calls || there || self.consulted(call).is_some();
        busy.then_some(Reject::NoChange)
    }

    /// The caller is put on hold, unless he is already.
    pub(super) fn begin_consultation(&mut self, call: CallId) -> Checked {
        let queue = self.concerns(call);
        let leg = known(self.talking_leg(call), "a conversation")?;
        let agent = known(self.legs.get(&leg), "a leg")?.agent;
        let now = self.entry.now;
        if known(self.calls.get_mut(&call), "a call")?.hold(now, true) {
            self.entry.facts.push(Event::CallHeld { call, agent });
            let music = Effect::PlayHoldMusic { call, queue };
            self.entry.to_play.push(music);
        }
        Ok(())
    }

    pub(super) fn consultation_rung(
        &mut self,
        call: CallId,
        agent: AgentId,
        leg: LegId,
    ) -> Checked {
        let wanted = match self.entry.input {
            Input::ConsultCall { call: of, to, .. } => of == call && self.person(to) == Some(agent),
            _ => false,
        };
        self.law(Law::Offers, wanted, || {
            format!("agent {agent} is consulted about call {call} unasked")
        })?;
        let talk = known(self.talking_leg(call), "a conversation")?;
        let timeout = known(self.persons.get(&agent), "an agent")?.ring_timeout;
        let now = self.entry.now;
        self.seen.consulted += 1;
        self.rings(
            leg,
            Leg {
                call,
                agent,
                queue: None,
                helps: Helps::Consulted(talk),
                in_use: true,
                rung_at: now,
                due: now + timeout,
                stage: LegStage::Ringing,
            },
        )
    }

    /// A leg was answered: if it is of who is consulted, both talk.
    pub(super) fn consulted_answers(&mut self, id: LegId) -> Checked {
        let leg = known(self.legs.get_mut(&id), "a leg")?;
        if let Helps::Consulted(_) = leg.helps {
            leg.stage = LegStage::Talking;
            let (call, agent) = (leg.call, leg.agent);
            self.entry.to_play.push(Effect::Consult { call, leg: id });
            self.entry.facts.push(Event::ConsultationAnswered {
                call,
                agent,
                leg: id,
            });
        }
        Ok(())
    }

    /// The caller parts with who talked to him, and will be that of who was consulted.
    pub(super) fn begin_passing_on(&mut self, call: CallId) -> Checked {
        self.rate_later(call);
        self.let_go(call)?;
        Ok(())
    }

    /// Who talked hangs up: says whether that completes a transfer, as who is consulted has
    /// answered.
    pub(super) fn hangs_up_consulting(&mut self, call: CallId, leg: LegId) -> Result<bool, String> {
        let asked = self.consulted(call).and_then(|leg| self.legs.get(&leg));
        if asked.is_none_or(|asked| asked.stage != LegStage::Talking) {
            return Ok(false);
        }
        let agent = known(self.legs.get(&leg), "a leg")?.agent;
        let by = By::Person(known(self.persons.get(&agent), "an agent")?.number);
        let act = CallAct::Transferred;
        self.entry.facts.push(Event::CallHandled { call, by, act });
        self.begin_passing_on(call)?;
        Ok(true)
    }

    /// Who was consulted is off the line, or has the caller from now on.
    pub(super) fn consultation_ended(
        &mut self,
        call: CallId,
        id: LegId,
        transferred: (bool, bool),
        event: &Event,
    ) -> Checked {
        let leg = known(self.legs.get_mut(&id), "a leg")?;
        let (helps, agent, stage) = (leg.helps, leg.agent, leg.stage);
        let Helps::Consulted(talk) = helps else {
            return self.law(Law::Legs, false, || {
                format!("{event:?} of a leg that is none")
            });
        };
        let (transferred, talks) = transferred;
        if transferred {
            leg.helps = Helps::No;
            let wanted = match self.entry.input {
                Input::EndConsultation {
                    call: of, transfer, ..
                } => of == call && transfer,
                Input::LegEnded { leg } => leg == talk && stage == LegStage::Talking,
                _ => false,
            };
            if stage == LegStage::Talking {
                // He is to be connected with the caller.
                self.sounds.insert(id, Sound::Answered);
            }
            self.seen.passed_on += 1;
            let wanted = wanted && talks == (stage == LegStage::Talking);
            return self.law(Law::Routes, wanted, || format!("{event:?} unasked"));
        }
        leg.stage = LegStage::Over;
        let fits = leg.call == call && stage != LegStage::Over;
        self.entry.dismissed.push((id, call, agent, helps));
        let failed = self.entry.input == Input::BridgeFailed { call };
        if self.talking_leg(call) == Some(talk) && !failed {
            let agent = known(self.legs.get(&talk), "a leg")?.agent;
            let now = self.entry.now;
            known(self.calls.get_mut(&call), "a call")?.hold(now, false);
            self.entry.facts.push(Event::CallResumed { call, agent });
            // The caller is to be connected once more.
            self.sounds.insert(talk, Sound::Answered);
        }
        self.law(Law::Legs, fits, || format!("{event:?} of another call"))
    }
}
