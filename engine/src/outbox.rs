//! What one entry gives back.

use serde::{Deserialize, Serialize};

use crate::config::check::Fault;
use crate::effect::{Effect, EffectId};
use crate::event::Event;
use crate::time::Timestamp;

/// The whole output of one entry. Cleared by [`Engine::apply`](crate::Engine)
/// before it writes, so that one outbox serves for ever.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    /// When the entry acted: a `Tick` or `Abort` when its deadline was due, a
    /// restart when the system was last seen alive, every other when it was
    /// received. It never goes back from entry to entry.
    pub acted_at: Timestamp,
    /// What is to be done, in order.
    pub effects: Vec<(EffectId, Effect)>,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Why the input was refused. Then nothing else is in here, and nothing has
    /// changed but the number and the time of the last entry.
    pub reject: Option<Reject>,
}

impl Outbox {
    pub(crate) fn begin(&mut self, acted_at: Timestamp) {
        self.acted_at = acted_at;
        self.effects.clear();
        self.events.clear();
        self.reject = None;
    }
}

/// Why an input was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reject {
    /// The call was answered: there is nothing to deal with.
    Answered,
    /// The change of configuration would leave it wrong; all causes.
    Configuration(Vec<Fault>),
    /// The changes were made against another revision than this.
    Conflict {
        /// The revision in force.
        revision: u64,
    },
    /// The person may not do this.
    Denied,
    /// No agent or extension talks in this call: its caller talks to a number outside, or
    /// to another caller. It can be hung up, and nothing else.
    NoAgent,
    /// The input changes nothing: the status is that already.
    NoChange,
    /// No slot is free to park the caller in, or there are none.
    NoSlot,
    /// The agent serves no such queue.
    NotAMember,
    /// The call, leg or effect is over, or is not in that stage any more.
    Stale,
    /// Static agents do not log in or out.
    StaticAgent,
    /// No deadline has come, or another timer than this is next.
    TooEarly,
    /// A named limit is reached.
    TooMany {
        /// Its name in [`limits`](crate::limits).
        limit: String,
    },
    /// No such disposition is configured.
    UnknownDisposition,
    /// Nobody has this number.
    UnknownNumber,
    /// No such pause reason is configured.
    UnknownReason,
    /// The telephone of whoever asks can not be rung.
    Unreachable,
}
