//! Which number leads where.

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, PointId, QueueId};
use crate::number::Number;

/// What a number leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Target {
    Extension(AgentId),
    Point(PointId),
    Queue(QueueId),
}

/// What every internal number leads to, sorted by number: it is asked with
/// every call and changed with the configuration alone.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Directory(Vec<(Number, Target)>);

impl Directory {
    #[inline]
    pub(crate) fn get(&self, number: Number) -> Option<Target> {
        self.place(number).ok().map(|place| self.0[place].1)
    }

    /// Whether an extension has a number that begins so and is longer.
    pub(crate) fn has_longer_extension(&self, beginning: Number) -> bool {
        let behind = self.0.partition_point(|&(number, _)| number <= beginning);
        let mut longer = self.0[behind..].iter();
        longer
            .by_ref()
            .take_while(|(number, _)| number.starts_with(beginning))
            .any(|(_, target)| matches!(target, Target::Extension(_)))
    }

    /// Leads a number somewhere, from now on.
    pub(crate) fn insert(&mut self, number: Number, target: Target) {
        match self.place(number) {
            Ok(place) => self.0[place].1 = target,
            Err(place) => self.0.insert(place, (number, target)),
        }
    }

    /// The number leads nowhere any more; returns where it led.
    pub(crate) fn remove(&mut self, number: Number) -> Option<Target> {
        let place = self.place(number).ok()?;
        Some(self.0.remove(place).1)
    }

    fn place(&self, number: Number) -> Result<usize, usize> {
        self.0.binary_search_by_key(&number, |&(number, _)| number)
    }
}
