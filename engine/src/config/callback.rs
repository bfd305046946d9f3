//! Callbacks as configured: what a queue offers to callers who would rather be called
//! than wait, and the lines on which they are called.

use serde::{Deserialize, Serialize};

use crate::key::Key;
use crate::number::Number;
use crate::time::Span;

/// How a queue's callers can ask to be called back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackConfig {
    /// The key by which a waiting caller asks for it, and by which he confirms that he is
    /// called at the number that he calls from.
    pub key: Key,
    /// So long after joining, it is offered by itself, and the key works from then on;
    /// zero: the key works at once, and nothing is offered.
    pub after: Span,
    /// Name of the trunk that customers are called on.
    pub trunk: String,
    /// What is dialled there before the customer's number; [`Number::NONE`]: nothing.
    pub prefix: Number,
    /// A callback for which no agent was found in this time from the request on has
    /// failed; zero: the queue's longest waiting time.
    pub timeout: Span,
    /// How long the customer's telephone rings.
    pub customer_ring: Span,
    /// Name of the prompt that offers a callback; `None`: none is played.
    pub offer: Option<String>,
    /// Name of the prompt that asks who finds the queue too crowded where he wants to be
    /// called, before he goes elsewhere; `None`: he goes there at once.
    pub crowded: Option<String>,
    /// Name of the prompt that asks for the number; `None`: none is played.
    pub confirm: Option<String>,
    /// Name of the prompt that is played before who asked is hung up; `None`: none is.
    pub thanks: Option<String>,
    /// Name of the prompt for who gave a number that can not be called, before he waits
    /// on; `None`: none is played.
    pub invalid: Option<String>,
}

impl CallbackConfig {
    /// Callbacks on this trunk, with the defaults.
    #[must_use]
    pub fn new(trunk: &str) -> Self {
        Self {
            key: Key::One,
            after: Span::ZERO,
            trunk: trunk.to_owned(),
            prefix: Number::NONE,
            timeout: Span::ZERO,
            customer_ring: Span::from_secs(30),
            offer: None,
            crowded: None,
            confirm: None,
            thanks: None,
            invalid: None,
        }
    }

    /// The prompts that it names, with their keys.
    pub fn prompts(&self) -> impl Iterator<Item = (&'static str, &Option<String>)> {
        [
            ("offer", &self.offer),
            ("crowded", &self.crowded),
            ("confirm", &self.confirm),
            ("thanks", &self.thanks),
            ("invalid", &self.invalid),
        ]
        .into_iter()
    }
}

/// That a trunk can be called out on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbound {
    /// The number that is shown to who is called; `None`: that of the queue that calls back,
    /// or of the caller who is sent there.
    pub number: Option<Number>,
    /// The user as whom the trunk knows us (RFC 3261, section 22.2), whose password the
    /// server keeps apart from the configuration; `None`: it asks for none.
    pub user: Option<String>,
}
