//! What callers thought of the service.

use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::ids::{AgentId, PublicId, QueueId};
use crate::key::Key;
use crate::time::Timestamp;

/// A caller's answer to a satisfaction survey. Whoever gives none leaves none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyAnswer {
    /// The call.
    pub call: PublicId,
    /// About which of its visits to a queue the caller was asked.
    pub visit: u16,
    /// The queue.
    pub queue: QueueId,
    /// Who answered that call.
    pub agent: AgentId,
    /// When the caller had joined.
    pub joined_at: Timestamp,
    /// The key that he pressed.
    pub key: Key,
    /// What it was worth then; below zero where it was set so.
    pub points: i16,
}

impl SurveyAnswer {
    /// The answer that an event tells, if it tells one.
    #[must_use]
    pub const fn from_event(event: &Event) -> Option<Self> {
        match event {
            Event::SurveyAnswered(answer) => Some(*answer),
            _ => None,
        }
    }
}
