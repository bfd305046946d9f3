//! Notes of queue calls: who may write them, and what is told of them.

use tandem_engine::config::rights::Right;
use tandem_engine::records::notes::{Note, Noted};
use tandem_engine::records::processing::LoggedCall;
use tandem_engine::{AgentId, By, CallId, Event, Input, Number, PublicId, QueueId, Reject};

use super::{Checked, Model, known};

impl Model {
    /// Why the note at hand must be refused, if it must.
    pub(super) fn note_refusal(&self) -> Option<Reject> {
        let (may, note) = match &self.entry.input {
            Input::CallNoted { by, call, note } => {
                let Some((queue, agent)) = self.talks_for(*call) else {
                    return Some(Reject::Stale);
                };
                (self.may_note(*by, queue, Some(agent)), note)
            }
            Input::CallLogNoted { by, log, note } => {
                let queue = self.numbers.get(&log.queue).copied();
                let agent = log.agent.and_then(|number| self.person(number));
                let may = match queue {
                    Some(queue) => self.may_note(*by, queue, agent),
                    None => self.administers(*by),
                };
                (may, note)
            }
            _ => return None,
        };
        let names = &self.options.dispositions;
        match note.dispositions.iter().all(|name| names.contains(name)) {
            _ if !may => Some(Reject::Denied),
            false => Some(Reject::UnknownDisposition),
            true => None,
        }
    }

    /// For which queue somebody talks in a call, and who.
    fn talks_for(&self, call: CallId) -> Option<(QueueId, AgentId)> {
        let visit = self.calls.get(&call)?.visit.as_ref()?;
        Some((visit.queue, visit.answered?.agent))
    }

    /// A queue's managers may who have the right, and of its agents the one who answered.
    fn may_note(&self, by: By, queue: QueueId, answered: Option<AgentId>) -> bool {
        let By::Person(number) = by else { return true };
        let (Some(person), Some(queue)) = (self.person(number), self.queues.get(&queue)) else {
            return self.administers(by);
        };
        let rights = &queue.config.permissions;
        let manages = queue.config.managers.contains(&number);
        let answered_it = answered == Some(person) && queue.member(person).is_some();
        self.administers(by)
            || manages && rights.managers.has(Right::CallNotes)
            || answered_it && rights.agents.has(Right::CallNotes)
    }

    /// The note of a live call must be told.
    pub(super) fn begin_note(&mut self, by: By, id: CallId, note: &Note) -> Checked {
        let call = known(self.calls.get(&id), "a call")?;
        let visit = known(call.visit.as_ref(), "a visit")?;
        let name = (call.public, visit.number);
        self.must_be_noted(by, name, call.number, note)
    }

    /// The note of a call that is over must be told.
    pub(super) fn begin_late_note(&mut self, by: By, log: &LoggedCall, note: &Note) -> Checked {
        self.must_be_noted(by, (log.call, log.visit), log.caller, note)
    }

    fn must_be_noted(
        &mut self,
        by: By,
        (call, visit): (PublicId, u16),
        caller: Number,
        note: &Note,
    ) -> Checked {
        let mut dispositions = self.options.dispositions.clone();
        dispositions.retain(|name| note.dispositions.contains(name));
        let note = Note {
            dispositions,
            remark: note.remark.clone(),
        };
        self.seen.notes += 1;
        self.entry.facts.push(Event::CallNoted(Box::new(Noted {
            call,
            visit,
            caller,
            by,
            note,
        })));
        Ok(())
    }
}
