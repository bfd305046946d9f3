//! What is ordered: in order, once, and for a cause.

use std::collections::BTreeSet;

use tandem_engine::{
    Awaiting, CallId, CancelReason, Effect, EffectId, EffectKind, EndReason, Engine, Event,
    HangUpCause, Input, LegId, OfferEnd,
};

use super::callbacks::Callback;
use super::state::{LegStage, Sound};
use super::{Checked, Law, Model, known};

impl Model {
    /// Reads the effects of an entry, after its events.
    pub(super) fn effects(&mut self, effects: &[(EffectId, Effect)]) -> Checked {
        self.everybody_is_rung()?;
        self.ids_are_new(effects)?;
        if matches!(self.entry.input, Input::Restarted { .. }) {
            return self.effects_of_restart(effects);
        }
        let mut kept = Vec::new();
        for (id, effect) in effects {
            match effect.kind() {
                EffectKind::Kept => {
                    self.kept.insert(*id, effect.clone());
                    kept.push(effect.clone());
                }
                EffectKind::Awaited | EffectKind::Told => self.effect(effect)?,
            }
        }
        let wanted = std::mem::take(&mut self.entry.to_keep);
        self.law(Law::Kept, kept == wanted, || {
            format!("kept effects are {kept:?}, and should be {wanted:?}")
        })?;
        self.nothing_was_forgotten()
    }

    fn ids_are_new(&self, effects: &[(EffectId, Effect)]) -> Checked {
        let ids: BTreeSet<EffectId> = effects.iter().map(|(id, _)| *id).collect();
        let again = matches!(self.entry.input, Input::Restarted { .. });
        let own = |id: &EffectId| id.seq == self.entry.seq || again && self.kept.contains_key(id);
        let good = ids.len() == effects.len() && ids.iter().all(own);
        self.law(Law::Legs, good, || format!("effects have the ids {ids:?}"))
    }

    /// After a restart nobody is there to be told anything; what can be done
    /// twice is ordered again, and what is new is new.
    fn effects_of_restart(&mut self, effects: &[(EffectId, Effect)]) -> Checked {
        let mut new = Vec::new();
        let mut again = BTreeSet::new();
        for (id, effect) in effects {
            let kept = effect.kind() == EffectKind::Kept;
            self.law(Law::Kept, kept, || {
                format!("{effect:?} is ordered at a restart")
            })?;
            match self.kept.get(id) {
                Some(known) if known == effect => drop(again.insert(*id)),
                _ => new.push((*id, effect.clone())),
            }
        }
        let all = self.kept.keys().all(|id| again.contains(id));
        self.law(Law::Kept, all, || {
            format!("of {:?} only {again:?} is ordered again", self.kept)
        })?;
        let wanted = std::mem::take(&mut self.entry.to_keep);
        let ordered: Vec<&Effect> = new.iter().map(|(_, effect)| effect).collect();
        let equal = ordered.iter().copied().eq(&wanted);
        self.law(Law::Kept, equal, || {
            format!("a restart orders {ordered:?}, and should {wanted:?}")
        })?;
        self.kept.extend(new);
        self.entry.to_play.clear();
        Ok(())
    }

    fn effect(&mut self, effect: &Effect) -> Checked {
        match effect {
            Effect::Ring { .. } => self.rings_as_told(effect),
            Effect::CancelRing { leg, .. } => {
                self.goes_on(*leg, Sound::Ringing, Sound::Over, effect)
            }
            Effect::Bridge { call, leg } => {
                let fits = self.legs.get(leg).is_some_and(|leg| leg.call == *call);
                self.law(Law::Legs, fits, || format!("{effect:?} is of another call"))?;
                self.goes_on(*leg, Sound::Answered, Sound::Bridged, effect)
            }
            Effect::SaySlot {
                call,
                leg,
                slot,
                prompts,
            } => {
                self.law(Law::Legs, self.slot_prompts(*slot) == *prompts, || {
                    format!("{effect:?} is not what is to be said")
                })?;
                match leg {
                    Some(leg) => self.goes_on(*leg, Sound::Bridged, Sound::Over, effect),
                    None => self.caller_is_let_go(*call),
                }
            }
            Effect::HangUpLeg { leg } => self.goes_on(*leg, Sound::Bridged, Sound::Over, effect),
            Effect::TurnLeg { leg, call } => {
                self.goes_on(*leg, Sound::Bridged, Sound::Over, effect)?;
                self.is_due(*call, effect)
            }
            Effect::HangUpCaller { call, .. } => self.caller_is_let_go(*call),
            Effect::RingCaller { call, .. }
            | Effect::RingCustomer { call, .. }
            | Effect::AlertCaller { call }
            | Effect::Announce { call, .. }
            | Effect::Brief { call, .. }
            | Effect::Consult { call, .. }
            | Effect::Join { call, .. }
            | Effect::Mix { call, .. }
            | Effect::PlayHoldMusic { call, .. }
            | Effect::PlayMusic { call, .. }
            | Effect::PlayPrompt { call, .. }
            | Effect::PlayTone { call, .. }
            | Effect::Record { call, .. }
            | Effect::RecordMessage { call, .. }
            | Effect::StopPrompt { call }
            | Effect::StopRecording { call, .. } => self.is_due(*call, effect),
            Effect::Mail { .. }
            | Effect::MailAgent { .. }
            | Effect::MailMessage { .. }
            | Effect::MailServiceLevel { .. }
            | Effect::PushRecord { .. } => Ok(()),
        }
    }

    fn caller_is_let_go(&mut self, call: CallId) -> Checked {
        let due = self.entry.to_hang_up.iter().position(|due| *due == call);
        let found = due.map(|place| self.entry.to_hang_up.remove(place));
        self.law(Law::Legs, found.is_some(), || {
            format!("caller {call} is hung up for no reason, or twice")
        })
    }

    /// What a caller hears, or who hears him, is what follows from the events.
    fn is_due(&mut self, call: CallId, effect: &Effect) -> Checked {
        if let Effect::Consult { leg, .. } | Effect::Mix { leg, .. } = effect {
            self.sounds.insert(*leg, Sound::Bridged);
        }
        let due = self.entry.to_play.iter().position(|due| due == effect);
        let found = due.map(|place| self.entry.to_play.remove(place));
        self.law(Law::Legs, found.is_some(), || {
            format!("caller {call} hears {effect:?} for no reason, or twice")
        })
    }

    /// A telephone rings as events told.
    fn rings_as_told(&mut self, effect: &Effect) -> Checked {
        let Effect::Ring {
            leg,
            call,
            agent,
            queue,
            customer,
            alert_info,
            timeout,
        } = effect
        else {
            return known(None, "a ring");
        };
        let caller = self.calls.get(call).map(|call| call.number);
        let contact = caller.and_then(|caller| self.contact_of(caller));
        let melodies = [
            contact.and_then(|contact| contact.alert_info.clone()),
            queue.and_then(|queue| self.queues.get(&queue)?.config.alert_info.clone()),
        ];
        let melody = melodies.into_iter().flatten().next();
        self.law(
            Law::Legs,
            melody.as_deref() == alert_info.as_deref(),
            || format!("{effect:?} has another melody than {melody:?}"),
        )?;
        let next = (!self.entry.rung.is_empty()).then(|| self.entry.rung.remove(0));
        let known_leg = known(self.legs.get(leg), "a ring that no event tells of")?;
        let told = (
            known_leg.call,
            known_leg.agent,
            known_leg.queue,
            known_leg.due,
        );
        let wanted = (*call, *agent, *queue, self.entry.now + *timeout);
        let callback = self.callback_of(*call);
        let called = *customer == callback.and_then(Callback::called_at);
        let fits = next == Some(*leg) && told == wanted && called;
        self.law(Law::Legs, fits, || {
            format!("{effect:?} is not what was told")
        })?;
        self.sounds.insert(*leg, Sound::Ringing);
        Ok(())
    }

    /// A leg goes from one sound to the next.
    fn goes_on(&mut self, leg: LegId, from: Sound, to: Sound, effect: &Effect) -> Checked {
        let sound = self.sounds.get(&leg).copied();
        self.law(Law::Legs, sound == Some(from), || {
            format!("{effect:?} is ordered of a leg that is {sound:?}")
        })?;
        self.sounds.insert(leg, to);
        Ok(())
    }

    /// What had to be ordered was.
    fn nothing_was_forgotten(&mut self) -> Checked {
        let (rung, hang_up, play) = (
            &self.entry.rung,
            &self.entry.to_hang_up,
            &self.entry.to_play,
        );
        // A caller who left at once need not hear anything.
        let stays = |effect: &&Effect| match effect {
            Effect::AlertCaller { call }
            | Effect::Announce { call, .. }
            | Effect::PlayMusic { call, .. }
            | Effect::PlayHoldMusic { call, .. }
            | Effect::PlayPrompt { call, .. }
            | Effect::PlayTone { call, .. } => self.calls.contains_key(call),
            Effect::Brief { .. }
            | Effect::Consult { .. }
            | Effect::Join { .. }
            | Effect::RingCaller { .. }
            | Effect::RingCustomer { .. }
            | Effect::Mix { .. }
            | Effect::Record { .. }
            | Effect::RecordMessage { .. }
            | Effect::StopPrompt { .. }
            | Effect::StopRecording { .. }
            | Effect::TurnLeg { .. } => true,
            _ => false,
        };
        let play: Vec<_> = play.iter().filter(stays).collect();
        let nothing = rung.is_empty() && hang_up.is_empty() && play.is_empty();
        self.law(Law::Legs, nothing, || {
            format!("not ordered: rings {rung:?}, hang-ups {hang_up:?}, music {play:?}")
        })
    }

    /// What legs were told to do is what they do; and what has not ended is
    /// what is awaited.
    pub(super) fn awaited(&self, engine: &Engine) -> Checked {
        for (id, leg) in &self.legs {
            let sound = self.sounds.get(id).copied();
            let fits = match leg.stage {
                LegStage::Ringing => sound == Some(Sound::Ringing),
                LegStage::Talking if self.customer_rings(leg.call) => {
                    sound == Some(Sound::Answered)
                }
                LegStage::Talking => sound == Some(Sound::Bridged),
                LegStage::Over => sound == Some(Sound::Over),
            };
            self.law(Law::Legs, fits, || {
                format!("leg {id} is {:?}, and its telephone {sound:?}", leg.stage)
            })?;
        }
        let ringing = self
            .legs
            .iter()
            .filter(|(_, leg)| leg.stage == LegStage::Ringing);
        let ringing: BTreeSet<LegId> = ringing.map(|(id, _)| *id).collect();
        let (mut rings, mut kept, mut customers) = (Vec::new(), Vec::new(), Vec::new());
        for awaiting in engine.awaiting() {
            match awaiting {
                Awaiting::Customer { call, .. } => customers.push(call),
                Awaiting::Ring { leg, .. } => rings.push(leg),
                Awaiting::Kept { effect, order } => kept.push((effect, order)),
            }
        }
        customers.sort_unstable();
        let called = self.calls.keys().copied();
        let called: Vec<CallId> = called.filter(|id| self.customer_rings(*id)).collect();
        self.law(Law::Legs, customers == called, || {
            format!("{customers:?} are awaited, and {called:?} are called")
        })?;
        let same = rings.len() == ringing.len() && rings.iter().all(|leg| ringing.contains(leg));
        self.law(Law::Legs, same, || {
            format!("{rings:?} are awaited, and {ringing:?} ring")
        })?;
        let same = kept
            .iter()
            .copied()
            .eq(self.kept.iter().map(|(id, effect)| (*id, effect)));
        self.law(Law::Kept, same, || {
            format!("kept are {kept:?}, and should be {:?}", self.kept)
        })
    }

    /// A cancelled ring says whether the telephone shows a missed call, a
    /// caller why he is hung up: as the events of the same entry do.
    pub(super) fn reasons_agree(
        &self,
        events: &[Event],
        effects: &[(EffectId, Effect)],
    ) -> Checked {
        for event in events {
            let (fits, what) = match event {
                Event::ExtensionRingEnded { leg, end, .. } | Event::OfferEnded { leg, end, .. } => {
                    let wanted = match end {
                        OfferEnd::CompletedElsewhere => Some(CancelReason::CompletedElsewhere),
                        OfferEnd::TimedOut => Some(CancelReason::TimedOut),
                        OfferEnd::Withdrawn => Some(CancelReason::Withdrawn),
                        OfferEnd::Failed(_) => None,
                    };
                    let told = effects.iter().find_map(|(_, effect)| match effect {
                        Effect::CancelRing { leg: of, why } if of == leg => Some(*why),
                        _ => None,
                    });
                    (told.is_none() || told == wanted, format!("{told:?}"))
                }
                Event::CallEnded { call, reason, .. } => {
                    let told = effects.iter().find_map(|(_, effect)| match effect {
                        Effect::HangUpCaller { call: of, cause } if of == call => Some(*cause),
                        _ => None,
                    });
                    let wanted = match reason {
                        EndReason::ExtensionFailed(cause) => HangUpCause::ExtensionFailed(*cause),
                        EndReason::AgentHungUp
                        | EndReason::CallerHungUp
                        | EndReason::CodeDialled
                        | EndReason::HungUpBySupervisor
                        | EndReason::MessageLeft
                        | EndReason::SurveyOver => HangUpCause::Normal,
                        _ => HangUpCause::Unanswered,
                    };
                    (told.is_none_or(|told| told == wanted), format!("{told:?}"))
                }
                _ => continue,
            };
            self.law(Law::Legs, fits, || format!("{event:?} goes with {what}"))?;
        }
        Ok(())
    }
}
