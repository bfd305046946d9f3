//! What people note about a queue's call: which of the configured dispositions it came
//! to, and a remark.

use serde::{Deserialize, Serialize};

use crate::ids::PublicId;
use crate::input::By;
use crate::number::Number;

/// The note of a call. An empty one takes back what was noted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Note {
    /// Names of configured dispositions.
    pub dispositions: Vec<String>,
    /// In the words of who wrote it.
    pub remark: String,
}

impl Note {
    /// Whether it says nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.dispositions.is_empty() && self.remark.is_empty()
    }
}

/// That somebody wrote the note of a call. The last one counts, as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// Which call.
    pub call: PublicId,
    /// Which of its visits to a queue.
    pub visit: u16,
    /// The caller's number: his note is erased with him. Blank where it is withheld or was
    /// erased before.
    pub caller: Number,
    /// Who wrote it.
    pub by: By,
    /// What. Its dispositions are in the order of the configuration, each once.
    pub note: Note,
}

impl Noted {
    /// Which of all queue calls it is about.
    #[must_use]
    pub const fn name(&self) -> (PublicId, u16) {
        (self.call, self.visit)
    }
}
