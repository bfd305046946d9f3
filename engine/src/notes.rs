//! Notes of queue calls, written while somebody talks, while he wraps up, and later from
//! the log. Nothing of them is in the state: what was written before is with the records.

use crate::event::Event;
use crate::ids::{CallId, PublicId};
use crate::input::By;
use crate::limits::{DISPOSITIONS_MAX, REMARK_CHARS_MAX};
use crate::mark::Mark;
use crate::number::Number;
use crate::outbox::Reject;
use crate::permissions;
use crate::records::notes::{Note, Noted};
use crate::records::processing::LoggedCall;
use crate::step::Step;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// Somebody writes the note of a queue's call in which somebody talks.
    #[cold]
    pub(crate) fn note_call(&mut self, by: By, id: CallId, note: &Note) -> Result<(), Reject> {
        let call = self.s.calls.get(id).ok_or(Reject::Stale)?;
        let visit = call.visit.as_ref().ok_or(Reject::Stale)?;
        let agent = visit.answered.ok_or(Reject::Stale)?.agent;
        permissions::note_call(self.s, by, visit.queue, agent).ok_or(Reject::Denied)?;
        let name = (call.public, visit.number);
        let caller = self.s.parties[call.party].number;
        self.write_note(by, name, caller, note)
    }

    /// Somebody writes the note of a queue's call that is over.
    #[cold]
    pub(crate) fn note_call_log(
        &mut self,
        by: By,
        log: &LoggedCall,
        note: &Note,
    ) -> Result<(), Reject> {
        permissions::note_call_log(self.s, by, log).ok_or(Reject::Denied)?;
        self.write_note(by, log.name(), log.caller, note)?;
        self.sometimes(Mark::NotedLate);
        Ok(())
    }

    fn write_note(
        &mut self,
        by: By,
        (call, visit): (PublicId, u16),
        caller: Number,
        note: &Note,
    ) -> Result<(), Reject> {
        let note = self.as_configured(note)?;
        self.sometimes_if(Mark::NoteTakenBack, |_| note.is_empty());
        self.tell(Event::CallNoted(Box::new(Noted {
            call,
            visit,
            caller,
            by,
            note,
        })));
        Ok(())
    }

    /// A note with its dispositions in the order of the configuration, each once; if all
    /// of them are there, and it is not too long.
    fn as_configured(&self, note: &Note) -> Result<Note, Reject> {
        let too_many = |limit: &str| Reject::TooMany {
            limit: limit.to_owned(),
        };
        if note.dispositions.len() > DISPOSITIONS_MAX {
            return Err(too_many("DISPOSITIONS_MAX"));
        }
        if note.remark.chars().count() > REMARK_CHARS_MAX {
            return Err(too_many("REMARK_CHARS_MAX"));
        }
        let known = &self.s.options.dispositions;
        if !note.dispositions.iter().all(|name| known.contains(name)) {
            return Err(Reject::UnknownDisposition);
        }
        let chosen = known.iter().filter(|name| note.dispositions.contains(name));
        Ok(Note {
            dispositions: chosen.cloned().collect(),
            remark: note.remark.clone(),
        })
    }
}
