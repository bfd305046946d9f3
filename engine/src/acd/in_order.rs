//! Some of a queue's waiting calls, by the order of joining.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::CallId;

/// Calls by the order in which they joined. The first stands outside of the
/// tree: where agents are free, a call comes and goes within one entry, and
/// never sees the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InOrder {
    first: Option<(u64, CallId)>,
    /// All others, each behind the first.
    others: BTreeMap<u64, CallId>,
}

impl InOrder {
    /// The call that joined before all others, and when.
    #[inline]
    pub(crate) fn first(&self) -> Option<(u64, CallId)> {
        self.first
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(crate) fn insert(&mut self, order: u64, call: CallId) {
        let later = match self.first {
            Some((first, _)) if first < order => Some((order, call)),
            _ => self.first.replace((order, call)),
        };
        if let Some((order, call)) = later {
            self.others.insert(order, call);
        }
    }

    pub(crate) fn remove(&mut self, order: u64) {
        if self.first.is_some_and(|(first, _)| first == order) {
            self.first = self.others.pop_first();
        } else {
            self.others.remove(&order);
        }
    }

    /// Every call, with when it joined.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, CallId)> {
        let others = self.others.iter().map(|(&order, &call)| (order, call));
        self.first.into_iter().chain(others)
    }
}
