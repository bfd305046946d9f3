//! Messages that callers leave: one a call at most, as long as the caller spoke.

use tandem_engine::{CallId, Effect, EffectId, Event, PublicId};

use super::{Books, Court, Seen, known};
use crate::rehearse::laws::{Checked, Law};

impl Books {
    /// A message begins or ends.
    pub(super) fn of_message(&mut self, event: &Event, court: &mut Court<'_>) -> Checked {
        let now = self.acted_at;
        let voicemail = &self.config.options.voicemail;
        let (longest, shortest) = (voicemail.longest, voicemail.shortest);
        match event {
            Event::MessageStarted { call, mailbox } => {
                let call = self.calls.get_mut(call);
                let call = known(call, Law::Outcomes, || format!("{event:?}"))?;
                let first = call.message.replace((*mailbox, now, longest)).is_none();
                court.law(Law::Outcomes, first && call.visit.is_none(), || {
                    format!("{event:?}: {call:?}")
                })
            }
            Event::MessageLeft(message) => {
                let id = self.publics.get(&message.call).copied();
                let call = id.and_then(|id| self.calls.get_mut(&id));
                let call = known(call, Law::Outcomes, || format!("{event:?}"))?;
                let (mailbox, since, most) = known(call.message.take(), Law::Outcomes, || {
                    format!("{event:?} without a beginning")
                })?;
                self.entry.messages.insert(message.call);
                let right = (message.mailbox, message.caller) == (mailbox, call.number)
                    && (message.since, message.length) == (since, (now - since).min(most))
                    && message.length >= shortest;
                court.law(Law::Outcomes, right, || {
                    format!("{message:?} since {since}")
                })
            }
            Event::MessageDiscarded { call, mailbox } => {
                let call = self.calls.get_mut(call);
                let call = known(call, Law::Outcomes, || format!("{event:?}"))?;
                let right = call
                    .message
                    .take()
                    .is_some_and(|(of, since, _)| of == *mailbox && now - since < shortest);
                court.law(Law::Outcomes, right, || format!("{event:?}: {call:?}"))
            }
            _ => unreachable!("all others are not about messages"),
        }
    }

    /// A prompt is heard by somebody; recording begins and ends with the message, and
    /// whoever shall know is told.
    pub(super) fn is_heard(
        &mut self,
        seen: &Seen<'_>,
        id: EffectId,
        effect: &Effect,
        court: &mut Court<'_>,
    ) -> Checked {
        let speaks = |books: &Self, call: &CallId| {
            let call = books.calls.get(call);
            call.is_some_and(|call| call.message.is_some())
        };
        let left = |books: &Self, public: &PublicId| books.entry.messages.contains(public);
        let right = match effect {
            Effect::Announce { call, .. }
            | Effect::PlayPrompt { call, .. }
            | Effect::PlayTone { call, .. }
            | Effect::StopPrompt { call } => self.hears(*call),
            Effect::RecordMessage { call, .. } => speaks(self, call),
            Effect::StopRecording { call, public, keep } => {
                !speaks(self, call) && left(self, public) == *keep
            }
            Effect::MailMessage { call, .. } => {
                let fresh = id.seq == seen.entry.seq && self.kept.insert(id);
                fresh && left(self, call)
            }
            _ => unreachable!("all others are not about messages"),
        };
        court.law(Law::Effects, right, || format!("{effect:?}"))
    }
}
