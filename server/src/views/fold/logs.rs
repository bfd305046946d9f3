//! What people do about the records of calls: they deal with them, note and delete them.
//! No row of the screen shows that; whoever shows records is told of it as it happens.

use std::sync::Arc;

use tandem_engine::records::processing::LoggedCall;
use tandem_engine::{By, Event, Input, Number, PublicId, Timestamp};
use tandem_reports::result_word;

use super::{Fold, Stage};
use crate::store::{LogKey, RecordKey};
use crate::views::screen::{Change, LogChange, NoteShown};

/// What is known of a call when something is done about its record.
struct Of {
    queue: Number,
    /// Who answered.
    agent: Option<Number>,
    /// When its caller joined, in microseconds of Unix time, if it is over.
    joined_us: Option<i64>,
}

impl From<&LoggedCall> for Of {
    fn from(log: &LoggedCall) -> Self {
        Self {
            queue: log.queue,
            agent: log.agent,
            joined_us: Some(log.joined_us),
        }
    }
}

impl Fold {
    /// What was done about records since this was asked the last time, the oldest first.
    pub fn take_logged(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.logged)
    }

    /// Somebody has done something about the record of a call.
    pub(super) fn log(&mut self, event: &Event, input: &Input, at: Timestamp) {
        let (call, visit, by) = match event {
            Event::CallLogDeleted {
                call, visit, by, ..
            } => (*call, *visit, *by),
            Event::CallLogProcessed(done) => (done.call, done.visit, done.by),
            Event::CallNoted(noted) => (noted.call, noted.visit, noted.by),
            _ => return,
        };
        let Some(of) = self.known_of((call, visit), input) else {
            return;
        };
        let log = of.joined_us.map(|joined_us| {
            let key = RecordKey {
                joined_us,
                call,
                visit,
            };
            let queue = of.queue;
            LogKey { queue, key }.to_string()
        });
        let mut change = LogChange {
            id: call,
            visit,
            queue: of.queue,
            log,
            agent: of.agent,
            by: match by {
                By::Person(number) => Some(number),
                By::System => None,
            },
            at: self.unix_ms(at),
            deleted: false,
            processing: None,
            auto_sync: false,
            note: None,
        };
        match event {
            Event::CallLogProcessed(done) => {
                change.processing = Some(result_word(done.result));
                change.auto_sync = done.auto_sync;
            }
            Event::CallNoted(noted) => {
                change.note = Some(NoteShown {
                    dispositions: noted.note.dispositions.clone(),
                    remark: noted.note.remark.clone(),
                });
            }
            _ => change.deleted = true,
        }
        self.logged.push(Change::Log(Arc::new(change)));
    }

    /// What the input brought of a call, or what is seen of it as it goes on.
    fn known_of(&self, name: (PublicId, u16), input: &Input) -> Option<Of> {
        match input {
            Input::CallLogNoted { log, .. } => Some((&**log).into()),
            Input::CallLogProcessed {
                log, same_caller, ..
            } => {
                let mut logs = same_caller.iter().chain([&**log]);
                logs.find(|log| log.name() == name).map(Of::from)
            }
            Input::CallLogsDeleted { logs, .. } => {
                logs.iter().find(|log| log.name() == name).map(Of::from)
            }
            Input::CallNoted { call, .. } => match self.calls.get(call)?.stage {
                Stage::AwaitingEnd {
                    queue: Some(queue),
                    agent,
                    ..
                } => Some(Of {
                    queue: self.facts.get(&queue)?.number,
                    agent: Some(self.directory.agents.get(&agent)?.number),
                    joined_us: None,
                }),
                _ => None,
            },
            _ => None,
        }
    }
}
