//! The names of things: internal ids, and the public ids of calls.

use core::fmt;

use serde::{Deserialize, Serialize};

pub use crate::slab::Id;
use crate::state;

/// A live call.
pub type CallId = Id<state::Call>;
/// One party's connection in a call, other than the caller's own.
pub type LegId = Id<state::Leg>;
/// An extension: a telephone and the agent behind it.
pub type AgentId = Id<state::Agent>;
/// A queue.
pub type QueueId = Id<state::Queue>;
/// An agent's membership in a queue.
pub type MemberId = Id<state::Member>;
/// A route point.
pub type PointId = Id<state::Point>;
/// The digits and the name of somebody in a live call.
pub type PartyId = Id<state::Party>;

/// A call's name for ever, in records, reports and the API.
///
/// The epoch rises with every restore of a backup, so that calls made after
/// the backup never share a name with calls made after the restore.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct PublicId {
    /// That of the last restart.
    pub epoch: u32,
    /// Counts up within the epoch.
    pub counter: u64,
}

impl fmt::Display for PublicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.epoch, self.counter)
    }
}

impl core::str::FromStr for PublicId {
    type Err = PublicIdError;

    fn from_str(text: &str) -> Result<Self, PublicIdError> {
        let (epoch, counter) = text.split_once('-').ok_or(PublicIdError)?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(epoch) || !digits(counter) {
            return Err(PublicIdError);
        }
        Ok(Self {
            epoch: epoch.parse().map_err(|_| PublicIdError)?,
            counter: counter.parse().map_err(|_| PublicIdError)?,
        })
    }
}

/// A text is no [`PublicId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicIdError;

impl fmt::Display for PublicIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a call is named by two numbers, such as 0-204")
    }
}

impl core::error::Error for PublicIdError {}
