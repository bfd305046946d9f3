//! What remains of a callback: who asked for it, and what became of it.

use serde::{Deserialize, Serialize};

use super::{LeaveReason, Outcome, QueueCall};
use crate::event::Event;
use crate::ids::{PublicId, QueueId};
use crate::input::Input;
use crate::number::Number;
use crate::time::{Span, Timestamp};

/// A callback that is over, or for which no number was given that can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// The call that asked for it.
    pub call: PublicId,
    /// Which of its visits to a queue.
    pub visit: u16,
    /// The queue.
    pub queue: QueueId,
    /// The number that the caller called from; blank where it is withheld or was erased.
    pub caller: Number,
    /// When the caller had joined.
    pub joined_at: Timestamp,
    /// When the customer answered, or when it failed.
    pub at: Timestamp,
    /// Where he was to be called.
    pub number: Number,
    /// What became of it.
    pub end: CallbackEnd,
}

/// What became of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CallbackEnd {
    /// Agent and customer talked.
    Connected,
    /// It failed, for this reason.
    Failed(LeaveReason),
    /// A number was given that can not be called: it was no valid request.
    InvalidNumber,
}

impl Callback {
    /// The callback that an event ends, if it ends one.
    #[must_use]
    pub const fn from_event(event: &Event) -> Option<Self> {
        match event {
            Event::CallbackEnded(callback) => Some(*callback),
            _ => None,
        }
    }

    /// That of a finished queue call.
    pub(crate) fn of(record: &QueueCall, number: Number) -> Self {
        Self {
            call: record.call,
            visit: record.visit,
            queue: record.queue,
            caller: record.caller,
            joined_at: record.joined_at,
            at: record.joined_at + record.waited,
            number,
            end: match record.outcome {
                Outcome::Answered => CallbackEnd::Connected,
                Outcome::Abandoned | Outcome::Missed => CallbackEnd::Failed(record.reason),
            },
        }
    }

    /// From joining to the callback, or to its failure.
    #[must_use]
    pub fn waited(&self) -> Span {
        self.at - self.joined_at
    }

    /// The callback as it is after `input`, which may concern one that is over. Only for
    /// inputs that the engine did not refuse.
    #[must_use]
    pub fn apply(self, input: &Input) -> Self {
        match input {
            Input::PersonErased { number, .. } if self.caller == *number => Self {
                caller: Number::NONE,
                number: Number::NONE,
                ..self
            },
            Input::PersonErased { number, .. } if self.number == *number => Self {
                number: Number::NONE,
                ..self
            },
            _ => self,
        }
    }
}
