//! How long a caller is on hold.

use serde::{Deserialize, Serialize};

use super::Call;
use crate::time::{Span, Timestamp};

/// A caller on hold, now or earlier in the same conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hold {
    /// Since when he is, if he is.
    since: Option<Timestamp>,
    /// How long he was before, all in all.
    before: Span,
}

impl Hold {
    /// He is from now on; says whether he was not.
    pub(crate) fn begin(&mut self, now: Timestamp) -> bool {
        let begins = self.since.is_none();
        self.since.get_or_insert(now);
        begins
    }

    /// He is no more.
    pub(crate) fn end(&mut self, now: Timestamp) {
        self.before = self.until(now);
        self.since = None;
    }

    /// How long he was, all in all, where the conversation ends now.
    pub(crate) fn until(self, now: Timestamp) -> Span {
        let last = self.since.map_or(Span::ZERO, |since| now - since);
        self.before + last
    }

    /// Whether he never was.
    pub(crate) fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// Whether who talks to a caller has put him on hold.
pub(crate) fn is_held(call: &Call) -> bool {
    let extra = call.extra.as_ref();
    extra.is_some_and(|extra| extra.hold.since.is_some())
}
