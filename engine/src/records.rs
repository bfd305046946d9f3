//! What remains of a call: records, and the pure functions that make and
//! change them. The driver stores them; no live state is needed to read one.

pub mod callbacks;
pub mod contacts;
pub mod notes;
pub mod processing;
pub mod survey;

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::ids::{AgentId, PublicId, QueueId};
use crate::input::Input;
use crate::number::Number;
use crate::time::{Span, Timestamp};

/// One visit of a call to a queue, from joining to its one outcome. A call
/// that fails over to another queue leaves one record in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueCall {
    /// The call.
    pub call: PublicId,
    /// Which of its visits to a queue, from zero.
    pub visit: u16,
    /// The queue.
    pub queue: QueueId,
    /// The caller's number; blank where it is withheld or was erased.
    pub caller: Number,
    /// When the caller joined, or was refused.
    pub joined_at: Timestamp,
    /// From joining to the answer, or to leaving without one.
    pub waited: Span,
    /// From the answer to the end; zero where nobody answered.
    pub talked: Span,
    /// How long of that the caller was on hold; never more.
    pub held: Span,
    /// Its one outcome.
    pub outcome: Outcome,
    /// Why it has that outcome.
    pub reason: LeaveReason,
    /// Who answered.
    pub agent: Option<AgentId>,
    /// How often a telephone rang for it.
    pub offers: u32,
    /// Whether a telephone rang in the instant of joining.
    pub offered_at_once: bool,
    /// Whether the caller was to be called back.
    pub callback: bool,
}

/// What became of a queue call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Outcome {
    /// The caller hung up while waiting.
    Abandoned,
    /// The caller talked to an agent.
    Answered,
    /// Everything else.
    Missed,
}

/// Why a call left a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LeaveReason {
    /// A timer of the call could not be carried out.
    Aborted,
    /// An agent answered.
    Answered,
    /// The agent hung up before the customer of a callback had answered.
    CallbackAgentHungUp,
    /// No agent was found in time for a callback.
    CallbackNoAgent,
    /// The agent may not call outside, or no trunk can be called out on.
    CallbackNotPermitted,
    /// The customer of a callback did not answer.
    CallbackUnanswered,
    /// Who had asked for a callback called again himself, or was erased.
    CallbackWithdrawn,
    /// The caller hung up.
    CallerHungUp,
    /// A supervisor hung up.
    HungUpBySupervisor,
    /// The caller pressed a key that leads elsewhere.
    KeyPressed,
    /// Too many callers waited, or would have made this one wait too long.
    QueueCrowded,
    /// Nobody was there to take calls when the caller came, or later.
    QueueEmpty,
    /// As many callers as allowed were there already.
    QueueFull,
    /// The queue was deleted.
    QueueRemoved,
    /// A supervisor sent the caller somewhere else.
    Redirected,
    /// The system went down.
    SystemRestart,
    /// The longest allowed waiting time was over.
    TimedOut,
}

/// A message that a caller left. A call leaves one at most, and ends with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The call, which names the message.
    pub call: PublicId,
    /// The number of the extension, queue, ring group or voicemail group whose box it
    /// lies in.
    pub mailbox: Number,
    /// The caller's number; blank where it is withheld or was erased.
    pub caller: Number,
    /// When the caller began to speak.
    pub since: Timestamp,
    /// How long it is.
    pub length: Span,
}

impl Message {
    /// The message that an event makes, if it makes one.
    #[must_use]
    pub const fn from_event(event: &Event) -> Option<Self> {
        match event {
            Event::MessageLeft(message) => Some(*message),
            _ => None,
        }
    }

    /// The message as it is after `input`, which may concern one that was left. Only
    /// for inputs that the engine did not refuse.
    #[must_use]
    pub fn apply(self, input: &Input) -> Self {
        match input {
            Input::PersonErased { number, .. } if self.caller == *number => Self {
                caller: Number::NONE,
                ..self
            },
            _ => self,
        }
    }
}

impl QueueCall {
    /// The record that an event makes, if it makes one.
    #[must_use]
    pub fn from_event(event: &Event) -> Option<Self> {
        match event {
            Event::QueueCallEnded(record) => Some(*record),
            _ => None,
        }
    }

    /// Whether the call met the service level: answered in less than
    /// `sla_time`.
    #[must_use]
    pub fn met(&self, sla_time: Span) -> bool {
        self.outcome == Outcome::Answered && self.waited < sla_time
    }

    /// When the call left the queue or, once answered, ended.
    #[must_use]
    pub fn ended_at(&self) -> Timestamp {
        self.joined_at + self.waited + self.talked
    }
}

/// The record as it is after `input`, which may concern a finished call. Only
/// for inputs that the engine did not refuse.
#[must_use]
pub fn apply(record: QueueCall, input: &Input) -> QueueCall {
    match input {
        Input::PersonErased { number, .. } if record.caller == *number => QueueCall {
            caller: Number::NONE,
            ..record
        },
        _ => record,
    }
}
