//! What people do about missed and abandoned calls that are over: they deal with them,
//! and say so, lest two call the same person back.
//!
//! The engine holds no call that is over. An input brings what the driver loaded of it
//! from the store, and the events say what to write there.

use serde::{Deserialize, Serialize};

use super::{Outcome, QueueCall};
use crate::ids::PublicId;
use crate::input::By;
use crate::number::Number;
use crate::time::Span;

/// How far people have come with a missed or abandoned call, in this order.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Processing {
    /// Nobody has looked at it yet.
    #[default]
    NotDealt,
    /// Somebody is at it.
    Dealing,
    /// It is settled.
    Dealt,
}

impl Processing {
    /// Every result, in order.
    pub const ALL: [Self; 3] = [Self::NotDealt, Self::Dealing, Self::Dealt];
}

/// What an input has to bring of a queue call that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedCall {
    /// Which call.
    pub call: PublicId,
    /// Which of its visits to a queue.
    pub visit: u16,
    /// The queue's number; its id may be another's by now.
    pub queue: Number,
    /// The caller's number.
    pub caller: Number,
    /// When the caller joined, or was refused, in microseconds of Unix time: so the store
    /// knows it, whatever has become of the clock since.
    pub joined_us: i64,
    /// Its outcome.
    pub outcome: Outcome,
    /// The number of who answered.
    pub agent: Option<Number>,
    /// How far people have come with it.
    pub processing: Processing,
}

impl LoggedCall {
    /// From a record that nobody has dealt with; `queue` and `agent` are the numbers that
    /// its ids meant, `joined_us` is when its caller joined, in Unix time.
    #[must_use]
    pub const fn new(
        record: &QueueCall,
        queue: Number,
        agent: Option<Number>,
        joined_us: i64,
    ) -> Self {
        Self {
            call: record.call,
            visit: record.visit,
            queue,
            caller: record.caller,
            joined_us,
            outcome: record.outcome,
            agent,
            processing: Processing::NotDealt,
        }
    }

    /// Which of all queue calls it is.
    #[must_use]
    pub const fn name(&self) -> (PublicId, u16) {
        (self.call, self.visit)
    }
}

/// Another processing result of a queue call, and how it came to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Processed {
    /// Which call.
    pub call: PublicId,
    /// Which of its visits to a queue.
    pub visit: u16,
    /// The queue's number.
    pub queue: Number,
    /// When the caller joined, in microseconds of Unix time.
    pub joined_us: i64,
    /// What it is now.
    pub result: Processing,
    /// Who did it.
    pub by: By,
    /// Whether it followed another call of the same caller by itself.
    pub auto_sync: bool,
}

impl Processed {
    pub(crate) const fn new(log: &LoggedCall, result: Processing, by: By, auto_sync: bool) -> Self {
        Self {
            call: log.call,
            visit: log.visit,
            queue: log.queue,
            joined_us: log.joined_us,
            result,
            by,
            auto_sync,
        }
    }
}

/// Whether a call follows when another one comes to `result` by hand at `now`, in
/// microseconds of Unix time: one that the same caller missed in the same queue, received
/// no longer ago than `within`, and not as far yet. A step back takes nobody along.
#[must_use]
pub fn follows(
    log: &LoggedCall,
    result: Processing,
    other: &LoggedCall,
    within: Span,
    now: i128,
) -> bool {
    let forwards = result > log.processing && result > other.processing;
    let same = other.queue == log.queue && other.caller == log.caller && !log.caller.is_none();
    let ago = now - i128::from(other.joined_us);
    let recent = (0..=i128::from(within.micros())).contains(&ago);
    let missed = other.outcome != Outcome::Answered;
    !within.is_zero() && forwards && same && recent && missed && other.name() != log.name()
}
