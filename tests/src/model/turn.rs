//! Who talks to a caller goes elsewhere without him, as the caller of a call of his own.

use tandem_engine::{AgentId, CallId, Effect, EndReason, Event, Input, LegId, PublicId, QueueId};

use super::state::Call;
use super::{Checked, Law, Model, known};

/// Who is to be a caller in this entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    call: CallId,
    leg: LegId,
    agent: AgentId,
    /// The queue whose caller he talked to.
    queue: Option<QueueId>,
}

impl Model {
    /// Who talks leaves his caller, who is asked how it was or is let go.
    pub(super) fn begin_turn(&mut self, call: CallId) -> Checked {
        let queue = self.concerns(call);
        let leg = known(self.talking_leg(call), "a conversation")?;
        let parks = matches!(self.entry.input, Input::ParkCall { .. });
        if parks || !self.asks_parked(call) {
            self.entry.parted.insert(call, EndReason::AgentHungUp);
        }
        let agent = self.let_go(call)?;
        self.entry.turn = Some(Turn {
            call,
            leg,
            agent,
            queue,
        });
        Ok(())
    }

    /// Who talked is a caller, and goes where he is to go.
    pub(super) fn agent_turned(&mut self, event: &Event) -> Checked {
        let &Event::AgentTurned {
            call,
            leg,
            agent,
            turned,
            public,
        } = event
        else {
            return known(None, "somebody who leaves his caller");
        };
        let turn = known(self.entry.turn.take(), "somebody who is to leave")?;
        let right = (turn.call, turn.leg, turn.agent) == (call, leg, agent);
        self.law(Law::Routes, right, || format!("{event:?}, not {turn:?}"))?;
        self.begins(turned, public, agent)?;
        self.entry
            .to_play
            .push(Effect::TurnLeg { leg, call: turned });
        self.seen.turned += 1;
        match self.entry.input.clone() {
            Input::ParkCall { by, .. } => self.begin_parking(by, (turned, turn.queue), agent),
            Input::TransferCall { to, .. } => self.begin_transfer((turned, turn.queue), to),
            _ => known(None, "an input that parks or transfers"),
        }
    }

    /// Who was to leave has left, and whose call was to end is off the line.
    pub(super) fn everybody_has_parted(&self) -> Checked {
        let stays = self.entry.turn;
        self.law(Law::Routes, stays.is_none(), || format!("{stays:?} stays"))?;
        let mut parted = self.entry.parted.keys();
        let stays = parted.find(|call| self.calls.contains_key(call));
        self.law(Law::Outcomes, stays.is_none(), || {
            format!("call {stays:?} goes on, and nobody talks to its caller")
        })
    }

    fn begins(&mut self, turned: CallId, public: PublicId, agent: AgentId) -> Checked {
        self.is_named(turned, public)?;
        let number = known(self.persons.get(&agent), "an extension")?.number;
        let call = Call {
            origin: Some(agent),
            taken: true,
            ..Call::new(public, number)
        };
        let fresh = self.calls.insert(turned, call).is_none();
        known(fresh.then_some(()), "an id used twice")
    }
}
