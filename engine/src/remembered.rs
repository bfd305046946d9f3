//! What is remembered of callers by their numbers: each until a time of its own, and
//! of no more callers than so many.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::number::Number;
use crate::time::Timestamp;

/// Values by numbers. What is over goes when something else comes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Remembered<T> {
    of: BTreeMap<Number, (Timestamp, T)>,
    /// The same, by when it is over.
    by_time: BTreeSet<(Timestamp, Number)>,
}

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self {
            of: BTreeMap::new(),
            by_time: BTreeSet::new(),
        }
    }
}

impl<T: Copy> Remembered<T> {
    /// What is remembered of a number at `now`.
    pub(crate) fn get(&self, number: Number, now: Timestamp) -> Option<T> {
        let &(until, value) = self.of.get(&number)?;
        (now < until).then_some(value)
    }

    /// Remembers something of a number until then, instead of what was. Where there are
    /// `most` others already, what is over first is forgotten.
    pub(crate) fn insert(
        &mut self,
        number: Number,
        value: T,
        until: Timestamp,
        now: Timestamp,
        most: usize,
    ) {
        self.forget(number);
        while let Some(&(first, other)) = self.by_time.first()
            && (first <= now || self.of.len() >= most)
        {
            self.forget(other);
        }
        self.of.insert(number, (until, value));
        self.by_time.insert((until, number));
    }

    /// Forgets what is remembered of a number.
    pub(crate) fn forget(&mut self, number: Number) {
        if let Some((until, _)) = self.of.remove(&number) {
            self.by_time.remove(&(until, number));
        }
    }
}
