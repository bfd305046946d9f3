//! Who talks to a caller goes elsewhere without him: on the leg that he has he becomes the
//! caller of a call of his own, which is then transferred or parked as any other.

use crate::effect::{Effect, HangUpCause};
use crate::event::{CallAct, EndReason, Event};
use crate::ids::{CallId, LegId, PublicId};
use crate::input::By;
use crate::mark::Mark;
use crate::outbox::Reject;
use crate::step::Step;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// Who talks to a caller on this leg leaves him. The caller is asked how it was, or his
    /// call is over. Returns the call of who has left.
    pub(crate) fn leave_caller(
        &mut self,
        by: By,
        call: CallId,
        leg: LegId,
    ) -> Result<CallId, Reject> {
        let own = self.own_call(leg)?;
        self.handled(call, by, CallAct::TransferredAgent);
        let about = self.to_rate(call);
        let own = self.turn(call, leg, own);
        match about {
            Some(about) => self.ask(call, about),
            None => self.close(call, EndReason::AgentHungUp, Some(HangUpCause::Normal)),
        }
        Ok(own)
    }

    /// A call for who talks on this leg.
    pub(crate) fn own_call(&mut self, leg: LegId) -> Result<(CallId, PublicId), Reject> {
        self.call_of(self.s.legs[leg].agent)
    }

    /// Who talked to a caller on this leg is the caller of his own call from now on.
    pub(crate) fn turn(&mut self, call: CallId, leg: LegId, own: (CallId, PublicId)) -> CallId {
        self.sometimes(Mark::AgentTurned);
        let agent = self.s.legs[leg].agent;
        let (turned, public) = own;
        self.part(call);
        // His telephone is in use all along.
        self.s.agents[agent].engaged += 1;
        self.drop_talk(leg);
        self.s.calls[turned].taken = true;
        self.emit(Effect::TurnLeg { leg, call: turned });
        self.tell(Event::AgentTurned {
            call,
            leg,
            agent,
            turned,
            public,
        });
        turned
    }
}
