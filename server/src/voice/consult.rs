//! Consultations: who talks to a caller asks somebody at another telephone first. That one
//! has a side of its own in the media of the call, which stays his when the caller is
//! transferred to him.

use tandem_engine::{CallId, Event, LegId};

use super::exchange::{Exchange, Party};
use crate::media::Side;

impl Exchange {
    /// Who asks whom this leg rings, if it rings for a consultation.
    pub(super) fn who_asks(&self, call: CallId, leg: LegId, beside: &[Event]) -> Option<LegId> {
        let mut events = beside.iter();
        let consults = events.any(|event| match event {
            Event::ConsultationRung { leg: rung, .. } => *rung == leg,
            _ => false,
        });
        consults.then(|| self.talks_to(call)).flatten()
    }

    /// The leg on which somebody talks to a caller, or holds him.
    pub(super) fn talks_to(&self, call: CallId) -> Option<LegId> {
        let mut legs = self.legs.iter();
        let talks = legs.find(|(_, leg)| leg.call == call && leg.is_bridged());
        talks.map(|(&id, _)| id)
    }

    /// The side beside that of who asks.
    pub(super) fn beside(&self, asking: LegId) -> Side {
        match self.side_of(Party::Leg(asking)) {
            Side::Third => Side::Agent,
            Side::Agent | Side::Caller => Side::Third,
        }
    }

    /// Who asks hears that the other telephone rings.
    pub(super) fn alert_asking(&self, asking: LegId) {
        if let Some(leg) = self.legs.get(&asking) {
            leg.media.play(leg.side, self.music.ringback());
        }
    }

    /// Lets who asks and who is asked hear each other. Where either has gone, the engine
    /// hears of it, and says what becomes of the other.
    pub(super) fn consult(&mut self, id: LegId) {
        let asking = self.legs.get(&id).and_then(|leg| leg.alerts);
        let Some(media) = self.take_up(id) else {
            return;
        };
        if let Some(Party::Leg(asking)) = asking
            && let Some(asking) = self.legs.get(&asking)
        {
            media.connect(asking.side, self.side_of(Party::Leg(id)));
        }
    }
}
