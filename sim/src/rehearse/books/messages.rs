//! Messages that callers leave: one a call at most, as long as the caller spoke.

use tandem_engine::config::model::Change;
use tandem_engine::{CallId, Effect, EffectId, Event, Input, PublicId, Span};

use super::{Books, Court, Seen, known};
use crate::rehearse::laws::{Checked, Law};

impl Books {
    /// A message begins or ends.
    pub(super) fn of_message(
        &mut self,
        seen: &Seen<'_>,
        event: &Event,
        court: &mut Court<'_>,
    ) -> Checked {
        let now = self.acted_at;
        let longest = self.config.options.voicemail.longest;
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
                let shortest = self.shortest_message(seen, id);
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
                let shortest = self.shortest_message(seen, Some(*call));
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

    /// How long a message has to be. Where a change of the configuration ends it, as the
    /// extension that speaks is deleted, what stands before that in the change counts.
    fn shortest_message(&self, seen: &Seen<'_>, id: Option<CallId>) -> Span {
        let before = self.config.options.voicemail.shortest;
        let Input::Configure { changes, .. } = &seen.entry.input else {
            return before;
        };
        let origin = id.and_then(|id| self.calls.get(&id)?.origin);
        let speaker = origin.and_then(|origin| self.numbers.get(&origin));
        let deleted =
            |change: &&Change| matches!(change, Change::RemoveExtension(it) if Some(it) == speaker);
        let changes = changes.iter().take_while(|change| !deleted(change));
        changes.fold(before, |before, change| match change {
            Change::PutOptions(options) => options.voicemail.shortest,
            _ => before,
        })
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
