//! Queue calls that are over, as a store keeps them, with how far people have come with
//! each: the engine holds none of them, and is brought what an input is about.

use std::collections::VecDeque;

use tandem_engine::records::QueueCall;
use tandem_engine::records::notes::Note;
use tandem_engine::records::processing::{LoggedCall, Processed};
use tandem_engine::{By, Engine, Entry, Event, Input, Number, Outbox, PublicId};

use super::plan::Deed;

/// How many are kept: the last ones. That many can be deleted, or follow, at once.
const CALLS_KEPT: usize = 64;

/// What is kept, the last one first.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    calls: VecDeque<LoggedCall>,
    wall_offset: i64,
}

impl Shelf {
    /// Keeps what an entry has left, and what it changed about that.
    pub(super) fn hear(&mut self, entry: &Entry, out: &Outbox, engine: &Engine) {
        match entry.input {
            Input::WallOffset { micros } => self.wall_offset = micros,
            Input::PersonErased { number, .. } if out.reject.is_none() => self.erase(number),
            _ => {}
        }
        for event in &out.events {
            match event {
                Event::CallLogDeleted { call, visit, .. } => self.delete((*call, *visit)),
                Event::CallLogProcessed(processed) => self.process(processed),
                Event::QueueCallEnded(record) => self.keep(record, engine),
                _ => {}
            }
        }
    }

    /// Calls of queues and agents that were deleted in the same entry have no number left.
    fn keep(&mut self, record: &QueueCall, engine: &Engine) {
        let Some(queue) = engine.queue(record.queue) else {
            return;
        };
        let agent = record.agent.map(|agent| engine.agent(agent));
        let agent = match agent {
            Some(None) => return,
            Some(Some(agent)) => Some(agent.number),
            None => None,
        };
        let micros = i64::try_from(record.joined_at.micros()).unwrap_or(i64::MAX);
        let joined_us = self.wall_offset.saturating_add(micros);
        let log = LoggedCall::new(record, queue.config.number, agent, joined_us);
        self.calls.push_front(log);
        self.calls.truncate(CALLS_KEPT);
    }

    fn process(&mut self, processed: &Processed) {
        let name = (processed.call, processed.visit);
        let call = self.calls.iter_mut().find(|log| log.name() == name);
        if let Some(log) = call {
            log.processing = processed.result;
        }
    }

    fn delete(&mut self, name: (PublicId, u16)) {
        self.calls.retain(|log| log.name() != name);
    }

    fn erase(&mut self, person: Number) {
        for log in self.calls.iter_mut().filter(|log| log.caller == person) {
            log.caller = Number::NONE;
        }
    }

    /// What the engine is told of who does something with the call in this place, wrapped
    /// round; nothing where there is none. Which others follow it is for the engine to say.
    pub(super) fn input(
        &self,
        by: By,
        place: u16,
        deed: Deed,
        note: impl FnOnce(u8) -> Note,
    ) -> Option<Input> {
        let place = usize::from(place) % self.calls.len().max(1);
        let log = Box::new(*self.calls.get(place)?);
        Some(match deed {
            Deed::Delete(more) => {
                let logs = self.calls.iter().skip(place).take(usize::from(more) + 1);
                let logs = logs.copied().collect();
                Input::CallLogsDeleted { by, logs }
            }
            Deed::Note(which) => Input::CallLogNoted {
                by,
                log,
                note: Box::new(note(which)),
            },
            Deed::Process(result) => Input::CallLogProcessed {
                by,
                log,
                result,
                same_caller: self.calls.iter().copied().collect(),
            },
        })
    }
}
