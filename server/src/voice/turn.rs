//! Who talks to a caller goes elsewhere without him: he keeps his line and his ports, and is
//! the caller of a call of his own. Whoever he leaves stays in the media of theirs.

use tandem_engine::{AgentId, CallId, Input, LegId, Number};

use super::callers::Caller;
use super::exchange::{Exchange, Party};
use crate::media::Side;

impl Exchange {
    /// Who is on this leg is the caller of this call from now on.
    pub(super) fn turn_leg(&mut self, leg: LegId, call: CallId) {
        let Some(caller) = self.turned(leg) else {
            // He has hung up in the same moment, or there are no ports for who would talk to
            // him.
            self.hang_up_leg(leg);
            return self.tell(Input::CallerHungUp { call });
        };
        self.sessions.insert(caller.media.id(), call);
        if let Some(dialog) = &caller.dialog {
            self.parties
                .insert(dialog.id().clone(), Party::Caller(call));
        }
        self.callers.insert(call, caller);
    }

    /// Who talked on this leg, as a caller. `None`: he is there no more, or can not be one.
    fn turned(&mut self, id: LegId) -> Option<Caller> {
        let leg = self.legs.get(&id).filter(|leg| leg.is_bridged())?;
        let (number, name) = self.known_as(leg.agent)?;
        let events = self.media_events.clone();
        let media = self.media.part(&leg.media, leg.side, events).ok()?;
        let leg = self.legs.remove(&id)?;
        let device = leg.answered?;
        Some(Caller {
            invite: None,
            number,
            name,
            source: device.source,
            media,
            side: Side::Caller,
            local: leg.local,
            agreed: Some(device.agreed),
            dialog: Some(device.dialog),
            listens: true,
            gone: false,
            row: device.row,
        })
    }

    /// What others see of who calls from an extension.
    pub(super) fn known_as(&self, agent: AgentId) -> Option<(Number, Option<String>)> {
        let own = self.directory.agents.get(&agent)?;
        let name = Some(own.name.clone()).filter(|name| !name.is_empty());
        Some((own.number, name))
    }
}
