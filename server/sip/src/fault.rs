//! What a peer did wrong, and what it is owed for it.

use core::fmt;

use crate::status::Status;

/// A peer's mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The status a request with this mistake deserves; nothing where the
    /// message must be dropped in silence.
    pub status: Option<Status>,
    /// What is wrong, for logs and, after the status code, for the peer.
    pub why: String,
}

impl Fault {
    /// The request deserves this status.
    pub fn answer(status: Status, why: impl Into<String>) -> Self {
        Self {
            status: Some(status),
            why: why.into(),
        }
    }

    /// The request does not follow the grammar (RFC 3261 21.4.1).
    pub fn bad(why: impl Into<String>) -> Self {
        Self::answer(Status::BAD_REQUEST, why)
    }

    /// No answer is possible or allowed.
    pub fn silence(why: impl Into<String>) -> Self {
        Self {
            status: None,
            why: why.into(),
        }
    }

    /// The same fault, with the place it was found in front.
    #[must_use]
    pub fn within(mut self, place: &str) -> Self {
        self.why = format!("{place}: {}", self.why);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => write!(f, "{} ({})", self.why, status.code()),
            None => write!(f, "{} (dropped)", self.why),
        }
    }
}

impl core::error::Error for Fault {}
