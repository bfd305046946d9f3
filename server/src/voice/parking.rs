//! Parked callers: who parked one is told the slot, and who dials it shares his media. Two
//! callers who talk to each other.

use std::time::Duration;

use tandem_engine::{CallId, HangUpCause, Input};
use tandem_sip::Time;
use tandem_sip::sdp as description;

use super::exchange::{Exchange, Party};
use super::sdp;
use crate::media::{Session, Side};

impl Exchange {
    /// Tells one side of a conversation where the other is parked, and lets him go then. Who is
    /// parked hears music meanwhile.
    pub(super) fn say_slot(&mut self, told: Party, prompts: &[String]) {
        let (text, length) = self.text_of(prompts);
        match (self.voice_of(told), text) {
            (Some((media, side)), Some(text)) => {
                media.play_once(side, &text);
                let until = self.now() + Duration::from_micros(length.micros());
                self.told.push((until, told));
            }
            _ => self.let_go(told),
        }
    }

    /// Where who talks is heard, and hears.
    fn voice_of(&self, party: Party) -> Option<(&Session, Side)> {
        match party {
            Party::Caller(call) => self.callers.get(&call).map(|it| (&it.media, it.side)),
            Party::Leg(leg) => {
                let leg = self.legs.get(&leg).filter(|leg| leg.is_bridged())?;
                Some((&leg.media, leg.side))
            }
        }
    }

    fn let_go(&mut self, party: Party) {
        match party {
            Party::Caller(call) => self.hang_up_caller(call, HangUpCause::Normal),
            Party::Leg(leg) => self.hang_up_leg(leg),
        }
    }

    /// Lets those go who have been told a slot.
    pub(super) fn let_told_go(&mut self, now: Time) {
        let (over, more) = (self.told.drain(..)).partition(|&(until, _)| until <= now);
        self.told = more;
        let over: Vec<(Time, Party)> = over;
        for (_, told) in over {
            self.let_go(told);
        }
    }

    /// Somebody else is to talk to this caller: who is still told his slot, in the same media,
    /// is let go.
    pub(super) fn let_told_of(&mut self, call: CallId) {
        let legs = &self.legs;
        let of_call = |told: &Party| match told {
            Party::Caller(_) => false,
            Party::Leg(leg) => legs.get(leg).is_some_and(|leg| leg.call == call),
        };
        let over: Vec<Party> = (self.told.iter().map(|(_, told)| *told))
            .filter(of_call)
            .collect();
        self.told.retain(|(_, told)| !over.contains(told));
        for told in over {
            self.let_go(told);
        }
    }

    /// Connects two callers: a parked one with the telephone that dialled his slot, or one
    /// who was called outside with whom he was called for, and has shared the media with
    /// since then.
    pub(super) fn join(&mut self, call: CallId, with: CallId) {
        self.let_told_of(call);
        let media = |of: CallId| self.callers.get(&of).map(|caller| &caller.media);
        let shared = media(call).zip(media(with));
        let shared = shared.filter(|(one, other)| one.id() == other.id());
        let shared = shared.map(|(media, _)| media.clone());
        if let Some(media) = shared {
            self.connect(call, with, &media);
        } else if !self.shares_media(call, with) {
            self.tell(Input::BridgeFailed { call });
        }
    }

    /// Two callers who share their media hear each other from now on.
    fn connect(&mut self, call: CallId, with: CallId, media: &Session) {
        if self.answer_caller(with) {
            for call in [call, with] {
                if let Some(caller) = self.callers.get_mut(&call) {
                    caller.listens = false;
                }
            }
            media.bridge();
        }
    }

    /// Nobody has answered that telephone yet: so it is told to send its voice to where
    /// the parked caller's agent would. False where it can not.
    fn shares_media(&mut self, call: CallId, with: CallId) -> bool {
        let serial = self.next_serial();
        let parked = self.callers.get(&call);
        let Some((media, codec)) = parked.map(|it| (it.media.clone(), it.codec())) else {
            // He has gone, which the engine hears in a moment.
            return true;
        };
        let Some(caller) = self.callers.get_mut(&with) else {
            return true;
        };
        let local = sdp::local(&media, Side::Agent, codec, serial);
        let answer = |offered| description::answer(&local, &offered).ok();
        let invite = caller.invite.as_ref();
        let Some(agreed) = invite.and_then(|(_, invite)| sdp::offered(invite).ok()) else {
            return false;
        };
        let agreed = match agreed.map(answer) {
            Some(None) => return false,
            Some(agreed) => agreed,
            None => None,
        };
        if let Some((_, agreement)) = &agreed {
            media.set_remote(Side::Agent, sdp::remote_of_offer(agreement));
        }
        let own = std::mem::replace(&mut caller.media, media.clone());
        (caller.local, caller.agreed, caller.side) = (local, agreed, Side::Agent);
        self.sessions.remove(&own.id());
        self.connect(call, with, &media);
        true
    }
}
