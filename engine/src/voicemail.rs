//! Voicemail: a caller hears the greeting, leaves a message, and the call ends.

use crate::calls::prompt_named;
use crate::effect::{Effect, HangUpCause};
use crate::event::{EndReason, Event};
use crate::ids::CallId;
use crate::key::Key;
use crate::mark::Mark;
use crate::number::Number;
use crate::records::Message;
use crate::state::{Passing, Stage, Then};
use crate::step::Step;
use crate::timer::Timer;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// A call comes to the box of a number: after the greeting the caller may speak.
    #[inline(never)]
    pub(crate) fn open_mailbox(&mut self, id: CallId, mailbox: Number) {
        let greeting = self.s.options.voicemail.greeting.as_deref();
        match greeting.and_then(|name| prompt_named(self.s, name)) {
            Some(prompt) => self.play_prompt(id, prompt, Then::Record(mailbox)),
            None => self.record_message(id, mailbox),
        }
    }

    /// The caller may speak.
    pub(crate) fn record_message(&mut self, id: CallId, mailbox: Number) {
        let due = self.now + self.s.options.voicemail.longest;
        let timer = self.s.timers.arm(due, Timer::MessageOver(id));
        let since = self.now;
        let call = &mut self.s.calls[id];
        let public = call.public;
        call.stage = Stage::AwaitingMessage;
        call.taken = true;
        call.passing = Some(Box::new(Passing::Message {
            mailbox,
            since,
            timer,
        }));
        self.emit(Effect::RecordMessage {
            call: id,
            public,
            mailbox,
        });
        self.tell(Event::MessageStarted { call: id, mailbox });
    }

    /// The message is as long as it may be.
    pub(crate) fn message_over(&mut self, id: CallId) {
        self.sometimes(Mark::MessageFull);
        self.end_message(id);
    }

    /// Who leaves a message ends it with `#`.
    pub(crate) fn key_in_message(&mut self, id: CallId, key: Key) {
        match key {
            Key::Pound => self.end_message(id),
            _ => self.sometimes(Mark::KeyWithoutMeaning),
        }
    }

    /// The message ends, and the call with it.
    pub(crate) fn end_message(&mut self, id: CallId) {
        self.finish_message(id);
        self.close(id, EndReason::MessageLeft, Some(HangUpCause::Normal));
    }

    /// What the caller said until now is his message, if it is long enough for one.
    /// How the call ends is decided where this is called.
    pub(crate) fn finish_message(&mut self, id: CallId) {
        let passing = self.s.calls[id].passing.take().map(|passing| *passing);
        let Some(Passing::Message {
            mailbox,
            since,
            timer,
        }) = passing
        else {
            unreachable!("the caller leaves a message");
        };
        // A deadline that was due before the system started again comes too late.
        let due = self.s.timers.due(timer);
        let over = due.map_or(self.now, |due| due.min(self.now));
        self.s.timers.cancel(timer);
        let (public, party) = (self.s.calls[id].public, self.s.calls[id].party);
        let length = over - since;
        let keep = length >= self.s.options.voicemail.shortest;
        self.emit(Effect::StopRecording {
            call: id,
            public,
            keep,
        });
        if !keep {
            self.sometimes(Mark::MessageTooShort);
            return self.tell(Event::MessageDiscarded { call: id, mailbox });
        }
        self.emit(Effect::MailMessage {
            mailbox,
            call: public,
        });
        self.tell(Event::MessageLeft(Message {
            call: public,
            mailbox,
            caller: self.s.parties[party].number,
            since,
            length,
        }));
    }
}
