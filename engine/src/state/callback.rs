//! The callback of a caller who waits.

use serde::{Deserialize, Serialize};

use crate::effect::EffectId;
use crate::ids::MemberId;
use crate::number::Number;
use crate::time::Timestamp;
use crate::timer::TimerId;

/// A callback of a caller who waits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Callback {
    /// He is to say at which number.
    Asked {
        /// What he keyed in so far.
        typed: Number,
        /// When the prompt that asks is over.
        over: Timestamp,
        /// Nothing more is awaited when this timer fires.
        timer: TimerId,
        /// Whether the queue was too crowded for him: he is let in for a callback alone.
        crowded: bool,
    },
    /// He was promised one, and keeps his place.
    Promised(Promise),
}

impl Callback {
    /// The timer that it waits for, if it does.
    pub(crate) const fn timer(&self) -> Option<TimerId> {
        match self {
            Self::Asked { timer, .. } => Some(*timer),
            Self::Promised(promise) => promise.timer,
        }
    }
}

/// A callback that a caller was promised.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Promise {
    /// Where he is called.
    pub(crate) number: Number,
    pub(crate) requested_at: Timestamp,
    /// An agent must be found before; `None`: whenever one is.
    pub(crate) until: Option<Timestamp>,
    pub(crate) progress: Progress,
    /// Ends the present part, if time does.
    pub(crate) timer: Option<TimerId>,
}

/// How far a callback has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Progress {
    /// He hears that he will be called.
    Thanked,
    /// He has hung up, and waits for an agent.
    Reserved,
    /// An agent has answered, and he is called.
    Ringing {
        /// As whom the agent answered; `None`: he is not of the queue.
        member: Option<MemberId>,
        /// The effect that calls him.
        ring: EffectId,
        /// Since when the agent waits for him.
        since: Timestamp,
    },
    /// Both talk.
    Connected,
}
