//! Logs of queue calls that are over, as a store would hold them: a test brings them in
//! inputs that are about such calls.

use tandem_engine::records::Outcome;
use tandem_engine::records::processing::{LoggedCall, Processing};
use tandem_engine::{AgentId, By, Event, Input, Number, QueueId};

/// Logs, in the order in which their calls were over.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    logs: Vec<LoggedCall>,
    wall_offset: i64,
}

impl Shelf {
    /// What came out of an entry is stored. Who was whom at that time is asked.
    pub fn store(
        &mut self,
        event: &Event,
        queue: impl Fn(QueueId) -> Option<Number>,
        agent: impl Fn(AgentId) -> Option<Number>,
    ) {
        match event {
            Event::QueueCallEnded(record) => {
                let answered = record.agent.and_then(agent);
                let of = queue(record.queue);
                let joined = i64::try_from(record.joined_at.micros()).unwrap_or(i64::MAX);
                let joined = joined.saturating_add(self.wall_offset);
                let log = of.map(|of| LoggedCall::new(record, of, answered, joined));
                self.logs.extend(log);
            }
            Event::CallLogProcessed(processed) => {
                let name = (processed.call, processed.visit);
                for log in self.logs.iter_mut().filter(|log| log.name() == name) {
                    log.processing = processed.result;
                }
            }
            Event::CallLogDeleted { call, visit, .. } => {
                self.logs.retain(|log| log.name() != (*call, *visit));
            }
            _ => {}
        }
    }

    /// What an accepted input says itself: the clock is put, a person is erased.
    pub fn hear(&mut self, input: &Input) {
        match input {
            Input::WallOffset { micros } => self.wall_offset = *micros,
            Input::PersonErased { number, .. } => {
                for log in self.logs.iter_mut().filter(|log| log.caller == *number) {
                    log.caller = Number::NONE;
                }
            }
            _ => {}
        }
    }

    /// The last log for which this holds.
    pub fn last(&self, wanted: impl Fn(&LoggedCall) -> bool) -> Option<&LoggedCall> {
        self.logs.iter().rev().find(|log| wanted(log))
    }

    /// The log with this place, counted from the last one on.
    pub fn pick(&self, place: u8) -> Option<&LoggedCall> {
        let place = usize::from(place) % self.logs.len().max(1);
        self.logs.iter().rev().nth(place)
    }

    /// The input that says how far a call is dealt with.
    pub fn process(&self, by: By, log: &LoggedCall, result: Processing) -> Input {
        let others = self.logs.iter().filter(|other| {
            let missed = other.outcome != Outcome::Answered;
            other.caller == log.caller && other.queue == log.queue && missed
        });
        Input::CallLogProcessed {
            by,
            log: Box::new(*log),
            result,
            same_caller: others.copied().collect(),
        }
    }
}
