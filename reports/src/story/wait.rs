//! A caller who waits, while his story is told.

use std::collections::BTreeMap;

use tandem_engine::{AgentId, CallId, PublicId, QueueId, Timestamp};

/// The caller waits.
#[derive(Debug)]
pub(crate) struct Wait {
    pub(crate) queue: QueueId,
    pub(crate) joined_at: Timestamp,
    /// Callers who stand before, with their names for ever.
    pub(crate) ahead: BTreeMap<CallId, PublicId>,
    /// What the wait has been since `since`.
    pub(crate) mood: Mood,
    pub(crate) since: Timestamp,
    pub(crate) meanwhile: Gap,
}

/// What a wait consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Behind,
    Reserved,
    NobodyFree,
    Pausing,
    Ringing,
}

/// What became of others since the caller's last own moment.
#[derive(Debug, Default)]
pub(crate) struct Gap {
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Timestamp,
    pub(crate) served: BTreeMap<AgentId, u32>,
    pub(crate) left: u32,
    pub(crate) overtook: u32,
    pub(crate) elsewhere: BTreeMap<QueueId, u32>,
}

impl Wait {
    pub(crate) fn new(queue: QueueId, joined_at: Timestamp) -> Self {
        Self {
            queue,
            joined_at,
            ahead: BTreeMap::new(),
            mood: Mood::NobodyFree,
            since: joined_at,
            meanwhile: Gap {
                last: joined_at,
                ..Gap::default()
            },
        }
    }
}

impl Gap {
    pub(crate) fn touch(&mut self, at: Timestamp) {
        self.first.get_or_insert(at);
        self.last = at;
    }
}
