//! Where in a file everything was read, so that what is found wrong later can
//! be shown there.

use core::ops::Range;
use std::collections::BTreeMap;

use crate::config::check::Subject;
use crate::config::reader::{Table, Value};

/// A range of bytes; a file is far smaller than 4 GiB.
type Bytes = Range<u32>;

/// Where in a file each object, key and element was read.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Objects with the index of their place: those of a range share one.
    objects: BTreeMap<Subject, usize>,
    places: Vec<Recorder>,
}

impl Places {
    /// The place of an element, else of its key, else of its object, in bytes.
    #[must_use]
    pub fn find(&self, subject: Subject, key: &str, item: Option<usize>) -> Range<usize> {
        let place = self
            .objects
            .get(&subject)
            .and_then(|&index| self.places.get(index));
        place.map_or(0..0, |place| place.find(key, item))
    }

    /// The place of an object's header, in bytes.
    #[must_use]
    pub fn header(&self, subject: Subject) -> Option<Range<usize>> {
        let index = *self.objects.get(&subject)?;
        // An object of the range that is being read has no place yet.
        Some(
            self.places
                .get(index)
                .map_or(0..0, |place| bytes(&place.header)),
        )
    }

    pub(super) fn add(&mut self, subject: Subject, place: Recorder) {
        self.add_shared(subject);
        self.share(place);
    }

    /// Adds an object whose place is the next one that is shared.
    pub(super) fn add_shared(&mut self, subject: Subject) {
        self.objects.insert(subject, self.places.len());
    }

    pub(super) fn share(&mut self, place: Recorder) {
        self.places.push(place);
    }
}

/// Where an object was read.
#[derive(Clone, Debug)]
pub(super) struct Recorder {
    header: Bytes,
    keys: Vec<(&'static str, Bytes)>,
    /// Key, first element of the model that was read there, place.
    items: Vec<(&'static str, u32, Bytes)>,
}

impl Recorder {
    pub(super) fn new(table: &Table<'_>) -> Self {
        Self {
            header: packed(table.span()),
            keys: Vec::new(),
            items: Vec::new(),
        }
    }

    /// Takes a key from the table, and keeps in mind where it is.
    pub(super) fn key<'d>(
        &mut self,
        table: &mut Table<'d>,
        key: &'static str,
    ) -> Option<Value<'d>> {
        let value = table.get(key);
        if let Some(value) = value {
            self.keys.push((key, packed(value.span())));
        }
        value
    }

    /// Says that what the model calls `key` is written here.
    pub(super) fn alias(&mut self, key: &'static str, span: Range<usize>) {
        self.keys.push((key, packed(span)));
    }

    /// Says that the elements of the model from `first` on are written here.
    /// A key's elements come in their order.
    pub(super) fn item(&mut self, key: &'static str, first: usize, span: Range<usize>) {
        let first = u32::try_from(first).expect("a file holds fewer elements");
        self.items.push((key, first, packed(span)));
    }

    /// Says that what the model calls `key` is written where `other` is.
    pub(super) fn same(&mut self, key: &'static str, other: &str) {
        self.forget(key);
        let keys: Vec<_> = (self.keys.iter())
            .filter(|(name, _)| *name == other)
            .map(|(_, place)| (key, place.clone()))
            .collect();
        self.keys.extend(keys);
        let items: Vec<_> = (self.items.iter())
            .filter(|(name, ..)| *name == other)
            .map(|(_, first, place)| (key, *first, place.clone()))
            .collect();
        self.items.extend(items);
    }

    /// What the model calls `key` is written elsewhere.
    pub(super) fn forget(&mut self, key: &str) {
        self.keys.retain(|(name, _)| *name != key);
        self.items.retain(|(name, ..)| *name != key);
    }

    pub(super) fn find(&self, key: &str, item: Option<usize>) -> Range<usize> {
        let item = item.and_then(|item| {
            let of_key = self.items.iter().filter(|&&(name, ..)| name == key);
            of_key
                .take_while(|&&(_, first, _)| first as usize <= item)
                .last()
        });
        let place = item.map(|(_, _, place)| place);
        let place = place.or_else(|| self.keys.iter().find(|(n, _)| *n == key).map(|(_, p)| p));
        bytes(place.unwrap_or(&self.header))
    }
}

fn packed(span: Range<usize>) -> Bytes {
    let packed = |at| u32::try_from(at).unwrap_or(u32::MAX);
    packed(span.start)..packed(span.end)
}

fn bytes(span: &Bytes) -> Range<usize> {
    span.start as usize..span.end as usize
}
