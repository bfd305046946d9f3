//! What people do with queue calls that are over: who may, and what follows from it.

use std::collections::VecDeque;

use tandem_engine::config::model::QueueConfig;
use tandem_engine::config::rights::Right;
use tandem_engine::records::Outcome;
use tandem_engine::records::notes::{Note, Noted};
use tandem_engine::records::processing::{LoggedCall, Processed, Processing};
use tandem_engine::{By, Event, Input, Number};

use super::{Books, Court, Seen};
use crate::rehearse::laws::{Checked, Law};

/// A person in a queue, as far as logs are concerned.
struct Reader<'b> {
    number: Number,
    queue: &'b QueueConfig,
}

impl Reader<'_> {
    fn manages_with(&self, right: Right) -> bool {
        self.queue.managers.contains(&self.number) && self.queue.permissions.managers.has(right)
    }

    fn serves(&self) -> bool {
        let mut members = self.queue.members.iter();
        members.any(|member| member.extension == self.number)
    }

    /// Whether he sees as an agent what agents of the queue see.
    fn views(&self) -> bool {
        let viewers = self.queue.permissions.agent_logs.viewers.as_ref();
        self.serves() && viewers.is_none_or(|viewers| viewers.contains(&self.number))
    }

    fn may_process(&self) -> bool {
        let shown = self.queue.permissions.agent_logs.missed;
        self.manages_with(Right::MissedCallLogs) || shown && self.views()
    }

    fn may_delete(&self, log: &LoggedCall) -> bool {
        let shown = self.queue.permissions.agent_logs.answered;
        match log.agent {
            None => self.manages_with(Right::DeleteMissedCallLogs),
            Some(agent) => {
                let sees = self.manages_with(Right::Panel) || shown && self.views();
                agent == self.number && sees
            }
        }
    }

    fn may_note(&self, log: &LoggedCall) -> bool {
        let own = log.agent == Some(self.number) && self.serves();
        let allowed = self.queue.permissions.agents.has(Right::CallNotes);
        self.manages_with(Right::CallNotes) || own && allowed
    }
}

impl Books {
    /// Whether somebody may do something with logs of this queue. Where it is deleted,
    /// administrators alone may.
    fn may(&self, by: By, queue: Number, act: impl FnOnce(&Reader<'_>) -> bool) -> bool {
        let By::Person(number) = by else {
            return true;
        };
        let Some(person) = self.extension(number) else {
            return false;
        };
        let mut queues = self.queues.values();
        let queue = queues.find(|known| known.number == queue);
        person.administrator || queue.is_some_and(|queue| act(&Reader { number, queue }))
    }

    /// Whether an input about logs is accepted; nothing of other inputs.
    pub(super) fn is_in_order(&self, input: &Input) -> Option<bool> {
        Some(match input {
            Input::CallLogNoted { by, log, note } => {
                let known = &self.config.options.dispositions;
                let all = note.dispositions.iter().all(|name| known.contains(name));
                all && self.may(*by, log.queue, |reader| reader.may_note(log))
            }
            Input::CallLogProcessed {
                by, log, result, ..
            } => {
                let changes = log.outcome != Outcome::Answered && log.processing != *result;
                changes && self.may(*by, log.queue, |reader| reader.may_process())
            }
            Input::CallLogsDeleted { by, logs } => {
                let may =
                    |log: &LoggedCall| self.may(*by, log.queue, |reader| reader.may_delete(log));
                !logs.is_empty() && logs.iter().all(may)
            }
            _ => return None,
        })
    }

    /// What an accepted input about logs leads to.
    pub(super) fn logs_change(&mut self, input: &Input) {
        self.entry.logs = match input {
            Input::CallLogNoted { by, log, note } => {
                let note = self.as_configured(note);
                [Event::CallNoted(Box::new(Noted {
                    call: log.call,
                    visit: log.visit,
                    caller: log.caller,
                    by: *by,
                    note,
                }))]
                .into()
            }
            Input::CallLogProcessed {
                by,
                log,
                result,
                same_caller,
            } => {
                let of = |other: &LoggedCall| self.goes_along(log, *result, other);
                let others = same_caller.iter().filter(|other| of(other));
                let all = [(&**log, false)]
                    .into_iter()
                    .chain(others.map(|log| (log, true)));
                let events = all.map(|(log, auto_sync)| {
                    Event::CallLogProcessed(Processed {
                        call: log.call,
                        visit: log.visit,
                        queue: log.queue,
                        joined_us: log.joined_us,
                        result: *result,
                        by: *by,
                        auto_sync,
                    })
                });
                events.collect()
            }
            Input::CallLogsDeleted { by, logs } => {
                let gone = |log: &LoggedCall| Event::CallLogDeleted {
                    call: log.call,
                    visit: log.visit,
                    queue: log.queue,
                    joined_us: log.joined_us,
                    by: *by,
                };
                logs.iter().map(gone).collect()
            }
            _ => VecDeque::new(),
        };
    }

    fn as_configured(&self, note: &Note) -> Note {
        let known = self.config.options.dispositions.iter();
        Note {
            dispositions: known
                .filter(|name| note.dispositions.contains(name))
                .cloned()
                .collect(),
            remark: note.remark.clone(),
        }
    }

    /// Whether a call that the same caller missed in the same queue in the last hours comes
    /// as far as this one. Nobody is taken back, and nobody goes along with who is.
    fn goes_along(&self, log: &LoggedCall, result: Processing, other: &LoggedCall) -> bool {
        let hours = i128::from(self.config.options.sync_results_h);
        let now = i128::from(self.acted_at.micros()) + i128::from(self.wall_offset);
        let ago = now - i128::from(other.joined_us);
        let another = (other.call, other.visit) != (log.call, log.visit);
        let alike = !log.caller.is_none() && (other.caller, other.queue) == (log.caller, log.queue);
        let ahead = other.outcome != Outcome::Answered && other.processing < result;
        let recent = hours > 0 && ago >= 0 && ago <= hours * 3_600_000_000;
        another && alike && ahead && log.processing < result && recent
    }

    /// What was due about logs is told, in order.
    pub(super) fn of_log(&mut self, event: &Event, court: &mut Court<'_>) -> Checked {
        let due = self.entry.logs.pop_front();
        court.law(Law::Logs, due.as_ref() == Some(event), || {
            format!("{event:?}, and due was {due:?}")
        })
    }

    /// Nothing more is due about logs.
    pub(super) fn logs_are_told(&self, seen: &Seen<'_>, court: &mut Court<'_>) -> Checked {
        court.law(Law::Logs, self.entry.logs.is_empty(), || {
            let due = &self.entry.logs;
            format!("{:?} does not lead to {due:?}", seen.entry.input)
        })
    }
}
