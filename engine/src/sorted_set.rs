//! A set in its order, for some or for thousands.

use serde::{Deserialize, Serialize};

/// So many stand side by side; one more, and they are parted. Whoever comes or
/// goes moves those of his part, however many there are in all.
pub const PART_MAX: usize = 128;

/// Values in their order, in sorted parts of which each stands before the next.
/// It finds its way as a tree does, and small ones need none.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Vec<T>", into = "Vec<T>")]
#[serde(bound(serialize = "T: Copy + Ord + Serialize"))]
#[serde(bound(deserialize = "T: Copy + Ord + Deserialize<'de>"))]
pub struct SortedSet<T> {
    /// None is empty, but for one that stands alone.
    parts: Vec<Vec<T>>,
}

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self { parts: Vec::new() }
    }
}

impl<T: Copy + Ord> SortedSet<T> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.first().is_none_or(Vec::is_empty)
    }

    /// The first of them.
    #[inline]
    #[must_use]
    pub fn first(&self) -> Option<T> {
        self.parts.first()?.first().copied()
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn contains(&self, value: T) -> bool {
        let part = self.part(value);
        (self.parts.get(part)).is_some_and(|part| part.binary_search(&value).is_ok())
    }

    /// Adds one, unless it is there.
    pub fn insert(&mut self, value: T) {
        // Behind all others it stands in the last part.
        let at = self.part(value).min(self.parts.len().saturating_sub(1));
        if self.parts.is_empty() {
            self.parts.push(Vec::new());
        }
        let part = &mut self.parts[at];
        if let Err(place) = part.binary_search(&value) {
            part.insert(place, value);
        }
        if part.len() > PART_MAX {
            let upper = part.split_off(PART_MAX / 2);
            self.parts.insert(at + 1, upper);
        }
    }

    /// Takes one out, if it is there.
    pub fn remove(&mut self, value: T) {
        let at = self.part(value);
        let Some(part) = self.parts.get_mut(at) else {
            return;
        };
        if let Ok(place) = part.binary_search(&value) {
            part.remove(place);
        }
        if part.is_empty() && self.parts.len() > 1 {
            self.parts.remove(at);
        }
    }

    /// How many stand before a value, which need not be one of them.
    #[must_use]
    pub fn place(&self, value: T) -> usize {
        let part = self.part(value);
        let before: usize = self.parts[..part].iter().map(Vec::len).sum();
        let within = self.parts.get(part);
        before + within.map_or(0, |part| part.partition_point(|&other| other < value))
    }

    /// The one before whom so many stand.
    #[must_use]
    pub fn nth(&self, mut place: usize) -> Option<T> {
        for part in &self.parts {
            match part.get(place) {
                Some(&value) => return Some(value),
                None => place -= part.len(),
            }
        }
        None
    }

    /// All of them, in their order.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = T> {
        self.parts.iter().flatten().copied()
    }

    /// Those from `first` to `last`, both included.
    pub fn range(&self, first: T, last: T) -> impl Iterator<Item = T> {
        let parts = &self.parts[self.part(first)..];
        let skipped = (parts.first()).map_or(0, |part| part.partition_point(|&v| v < first));
        let values = parts.iter().flatten().copied().skip(skipped);
        values.take_while(move |&value| value <= last)
    }

    /// The part in which a value stands, or would.
    #[inline]
    fn part(&self, value: T) -> usize {
        self.parts
            .partition_point(|part| part.last().is_some_and(|&last| last < value))
    }
}

impl<T: Copy + Ord> From<Vec<T>> for SortedSet<T> {
    fn from(values: Vec<T>) -> Self {
        let mut set = Self::default();
        for value in values {
            set.insert(value);
        }
        set
    }
}

impl<T: Copy + Ord> From<SortedSet<T>> for Vec<T> {
    fn from(set: SortedSet<T>) -> Self {
        set.iter().collect()
    }
}
