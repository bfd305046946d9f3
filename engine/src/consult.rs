//! Consultations: who talks to a caller asks somebody else first, while the caller hears
//! music; then he transfers him there, or talks to him again.

use crate::config::rights::Right;
use crate::effect::Effect;
use crate::event::{CallAct, Event};
use crate::ids::{AgentId, CallId, LegId};
use crate::input::{By, Input};
use crate::mark::Mark;
use crate::number::Number;
use crate::outbox::Reject;
use crate::state::{Purpose, Stage, State};
use crate::step::Step;
use crate::supervise::{leg_of, legs, queue_of, talk_leg};
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// What is wanted of a consultation.
    #[cold]
    pub(crate) fn consultation(&mut self, input: &Input) -> Result<(), Reject> {
        match *input {
            Input::ConsultCall { by, call, to } => self.consult_call(by, call, to),
            Input::EndConsultation { by, call, transfer } => {
                self.end_consultation(by, call, transfer)
            }
            _ => unreachable!("all others are not about consultations"),
        }
    }

    /// Rings an extension, for who talks to a caller to ask it something. The caller is on
    /// hold from now on.
    #[cold]
    pub(crate) fn consult_call(&mut self, by: By, call: CallId, to: Number) -> Result<(), Reject> {
        let granted = self.granted(by, call, Right::Distribution)?;
        let (call, leg) = self.in_talk(&granted)?;
        self.on_this_side(by, call)?;
        let asked = self.agent_of(to)?;
        if !self.s.agents[asked].up {
            return Err(Reject::Unreachable);
        }
        let takes_part = self.s.calls[call].origin == Some(asked);
        if takes_part || leg_of(self.s, call, asked).is_some() || consulted(self.s, call).is_some()
        {
            return Err(Reject::NoChange);
        }
        self.handled(call, by, CallAct::Consulted);
        let entry = &mut self.s.calls[call];
        let queue = queue_of(entry);
        if entry.extra().hold.begin(self.now) {
            let agent = self.s.legs[leg].agent;
            self.emit(Effect::PlayHoldMusic { call, queue });
            self.tell(Event::CallHeld { call, agent });
        }
        let timeout = self.s.agents[asked].ring_timeout;
        let leg = self.ring(call, asked, None, timeout);
        self.s.legs[leg].purpose = Purpose::Consult;
        self.s.agents[asked].engaged += 1;
        self.agent_engaged(asked);
        self.tell(Event::ConsultationRung {
            call,
            agent: asked,
            leg,
        });
        Ok(())
    }

    /// Callers consult nobody, nor end a consultation about themselves: it is they who would
    /// be on hold.
    fn on_this_side(&self, by: By, call: CallId) -> Result<(), Reject> {
        let calls = self.calls_himself(by, call);
        (!calls).then_some(()).ok_or(Reject::Denied)
    }

    /// Who is consulted has answered: both talk, and the caller does not hear them.
    pub(crate) fn consulted_answers(&mut self, leg: LegId) {
        let (call, agent) = (self.s.legs[leg].call, self.s.legs[leg].agent);
        self.answer_leg(leg);
        self.emit(Effect::Consult { call, leg });
        self.tell(Event::ConsultationAnswered { call, agent, leg });
    }

    /// A consultation is over: the caller goes to who was consulted, or is talked to again.
    #[cold]
    pub(crate) fn end_consultation(
        &mut self,
        by: By,
        call: CallId,
        transfer: bool,
    ) -> Result<(), Reject> {
        let granted = self.granted(by, call, Right::Distribution)?;
        let (call, leg) = self.in_talk(&granted)?;
        self.on_this_side(by, call)?;
        let asked = consulted(self.s, call).ok_or(Reject::Stale)?;
        if transfer {
            self.handled(call, by, CallAct::Transferred);
            self.sometimes_if(Mark::ConsultationTransferredRinging, |s| {
                s.legs[asked].timeout.is_some()
            });
            self.pass_on(call, leg, asked, true);
        } else {
            self.handled(call, by, CallAct::Returned);
            self.dismiss(asked);
            self.talk_again(call);
        }
        Ok(())
    }

    /// Who talks to a caller, on this leg, hangs up while he asks somebody who has answered:
    /// that completes the transfer.
    #[cold]
    #[inline(never)]
    pub(crate) fn hung_up_consulting(&mut self, call: CallId, leg: LegId, asked: LegId) {
        self.sometimes(Mark::ConsultationHungUp);
        let by = By::Person(self.s.agents[self.s.legs[leg].agent].number);
        self.handled(call, by, CallAct::Transferred);
        self.pass_on(call, leg, asked, false);
    }

    /// The caller is from now on that of who was consulted; where he rings yet, he rings
    /// for the caller, who hears music as before. Who talked to him is let go, or has gone.
    fn pass_on(&mut self, call: CallId, leg: LegId, asked: LegId, hang_up: bool) {
        // Before those are sent away who have nothing more to do there.
        self.s.legs[asked].purpose = Purpose::Talk;
        self.part(call);
        self.drop_talk(leg);
        if hang_up {
            self.emit(Effect::HangUpLeg { leg });
        }
        let (agent, rings) = (
            self.s.legs[asked].agent,
            self.s.legs[asked].timeout.is_some(),
        );
        if rings {
            self.s.calls[call].stage = Stage::AwaitingAnswer;
        } else {
            self.emit(Effect::Bridge { call, leg: asked });
        }
        self.tell(Event::ConsultationEnded {
            call,
            agent,
            leg: asked,
            transferred: true,
            talks: !rings,
        });
    }

    /// Who was beside a conversation leaves it by himself. If he was consulted, the caller is
    /// talked to again.
    #[cold]
    #[inline(never)]
    pub(crate) fn off_the_line(&mut self, leg: LegId) {
        let (call, purpose) = (self.s.legs[leg].call, self.s.legs[leg].purpose);
        self.supervisor_leaves(leg);
        if purpose == Purpose::Consult {
            self.talk_again(call);
        }
    }

    /// The caller is on hold no more, as the consultation is over.
    pub(crate) fn talk_again(&mut self, call: CallId) {
        let leg = talk_leg(self.s, call).expect("a consultation is beside a conversation");
        let agent = self.s.legs[leg].agent;
        self.s.calls[call].extra().hold.end(self.now);
        self.emit(Effect::Bridge { call, leg });
        self.tell(Event::CallResumed { call, agent });
    }

    /// Tells that who was consulted is off the line.
    pub(crate) fn consulted_left(&mut self, call: CallId, agent: AgentId, leg: LegId) {
        self.tell(Event::ConsultationEnded {
            call,
            agent,
            leg,
            transferred: false,
            talks: false,
        });
    }
}

/// The leg of who is consulted in a call, or is rung for that.
pub(crate) fn consulted(s: &State, call: CallId) -> Option<LegId> {
    legs(s, call).find(|&leg| s.legs[leg].purpose == Purpose::Consult)
}
