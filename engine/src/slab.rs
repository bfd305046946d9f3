//! Dense storage whose ids notice when their object is gone.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;
use core::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

/// The id of a `T` in its [`Slab`]: a slot, and how often that slot was reused.
///
/// An id of an object that is gone never names another one.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Id<T> {
    slot: u32,
    generation: u32,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// The slot: small and dense, to index tables that stand beside the slab.
    #[must_use]
    pub const fn slot(self) -> usize {
        self.slot as usize
    }

    /// How often the slot had been reused when the object was made.
    #[must_use]
    pub const fn generation(self) -> u32 {
        self.generation
    }

    /// An id from its parts, as read back from a journal.
    #[must_use]
    pub const fn from_parts(slot: u32, generation: u32) -> Self {
        Self {
            slot,
            generation,
            of: PhantomData,
        }
    }
}

// Derived impls would ask the same of `T`.
impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.slot, self.generation) == (other.slot, other.generation)
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        (self.slot, self.generation).cmp(&(other.slot, other.generation))
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.slot, self.generation).hash(state);
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.slot, self.generation)
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A flat vector of objects with free slots reused last in, first out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Slab<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

/// What is kept of a slot. Its tag stands beside the generation: were it hidden in `T`,
/// each look at an object would take twice as long to find out whether it is there.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[repr(u32)]
enum Slot<T> {
    Free { generation: u32 },
    Taken { generation: u32, value: T },
}

impl<T> Slot<T> {
    /// The object, if it is of this generation.
    #[inline]
    const fn of(&self, wanted: u32) -> Option<&T> {
        match self {
            Self::Taken { generation, value } if *generation == wanted => Some(value),
            _ => None,
        }
    }

    #[inline]
    const fn of_mut(&mut self, wanted: u32) -> Option<&mut T> {
        match self {
            Self::Taken { generation, value } if *generation == wanted => Some(value),
            _ => None,
        }
    }
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    /// Stores `value` and names it.
    ///
    /// # Panics
    /// When four thousand million objects live at once.
    #[inline(always)]
    pub fn insert(&mut self, value: T) -> Id<T> {
        if let Some(slot) = self.free.pop()
            && let entry @ &mut Slot::Free { generation } = &mut self.slots[slot as usize]
        {
            *entry = Slot::Taken { generation, value };
            return Id::from_parts(slot, generation);
        }
        let slot = u32::try_from(self.slots.len()).expect("slots fit in 32 bits");
        self.slots.push(Slot::Taken {
            generation: 0,
            value,
        });
        Id::from_parts(slot, 0)
    }

    /// Takes the object out; its id is stale from now on.
    pub fn remove(&mut self, id: Id<T>) -> Option<T> {
        let entry = self.slots.get_mut(id.slot())?;
        entry.of(id.generation)?;
        let free = Slot::Free {
            generation: id.generation.wrapping_add(1),
        };
        self.free.push(id.slot);
        match core::mem::replace(entry, free) {
            Slot::Taken { value, .. } => Some(value),
            Slot::Free { .. } => None,
        }
    }

    /// The object, unless it is gone.
    #[inline]
    #[must_use]
    pub fn get(&self, id: Id<T>) -> Option<&T> {
        self.slots.get(id.slot())?.of(id.generation)
    }

    /// The object to change, unless it is gone.
    #[inline]
    pub fn get_mut(&mut self, id: Id<T>) -> Option<&mut T> {
        self.slots.get_mut(id.slot())?.of_mut(id.generation)
    }

    /// Whether the object is still there.
    #[must_use]
    pub fn contains(&self, id: Id<T>) -> bool {
        self.get(id).is_some()
    }

    /// Every object, by slot.
    pub fn iter(&self) -> impl Iterator<Item = (Id<T>, &T)> {
        (0..)
            .zip(&self.slots)
            .filter_map(|(slot, entry)| match entry {
                Slot::Free { .. } => None,
                Slot::Taken { generation, value } => {
                    Some((Id::from_parts(slot, *generation), value))
                }
            })
    }

    /// The ids of every object, by slot.
    #[must_use]
    pub fn ids(&self) -> Vec<Id<T>> {
        self.iter().map(|(id, _)| id).collect()
    }

    /// How many objects there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Access by an id that its holder knows to be alive: panics where it is stale.
impl<T> Index<Id<T>> for Slab<T> {
    type Output = T;
    fn index(&self, id: Id<T>) -> &T {
        self.get(id).expect("the id names a living object")
    }
}

impl<T> IndexMut<Id<T>> for Slab<T> {
    fn index_mut(&mut self, id: Id<T>) -> &mut T {
        self.get_mut(id).expect("the id names a living object")
    }
}
