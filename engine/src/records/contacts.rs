//! Who a caller is: whether a number is one of a contact's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::model::ContactConfig;
use crate::limits::{CONTACT_DIGITS_MAX, CONTACT_DIGITS_MIN};
use crate::number::Number;

/// When the number of a caller is that of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactMatching {
    /// How much of it must be the same.
    pub by: MatchBy,
    /// Whether only digits count, of both.
    pub ignore_symbols: bool,
}

/// How much of two numbers must be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MatchBy {
    /// All of it.
    Exact,
    /// So many symbols at the end. A number that is no longer than that must be the
    /// whole other one: short numbers are extensions and services.
    LastDigits(u8),
    /// Nothing is ever: callers have no names of contacts.
    Nothing,
}

impl Default for ContactMatching {
    fn default() -> Self {
        Self {
            by: MatchBy::LastDigits(7),
            ignore_symbols: false,
        }
    }
}

impl ContactMatching {
    /// Whether a caller's number is this one of a contact.
    #[must_use]
    pub fn matches(&self, caller: &str, contact: &str) -> bool {
        let (Some(key), Some(other)) = (self.key(caller), self.key(contact)) else {
            return false;
        };
        key == other
    }

    /// What numbers that match have in common, and no others: contacts are found by it.
    /// `None` where nothing matches this number.
    #[must_use]
    pub fn key(&self, number: &str) -> Option<String> {
        let is_digit = |c: &char| c.is_ascii_digit();
        let mut number = match self.ignore_symbols {
            true => number.chars().filter(is_digit).collect(),
            false => number.trim().to_owned(),
        };
        let many = match self.by {
            MatchBy::Nothing => return None,
            MatchBy::Exact => usize::MAX,
            MatchBy::LastDigits(many) => usize::from(many),
        };
        let long = number
            .chars()
            .count()
            .checked_sub(many)
            .filter(|&more| more > 0);
        if let Some(more) = long {
            // What was cut must not be taken for a whole number.
            let rest: String = number.chars().skip(more).collect();
            number = format!("…{rest}");
        }
        (!number.is_empty()).then_some(number)
    }

    /// Whether so many symbols may be compared.
    #[must_use]
    pub const fn is_possible(&self) -> bool {
        match self.by {
            MatchBy::Exact | MatchBy::Nothing => true,
            MatchBy::LastDigits(many) => CONTACT_DIGITS_MIN <= many && many <= CONTACT_DIGITS_MAX,
        }
    }
}

/// Where contacts stand in their list, by the keys of their numbers.
#[derive(Clone, Debug, Default)]
pub struct ContactIndex {
    places: BTreeMap<String, usize>,
    /// Whether telephones ring for some of them otherwise than for others.
    some_ring_apart: bool,
}

impl ContactIndex {
    /// Of these contacts, whose numbers have keys of their own.
    #[must_use]
    pub fn of(contacts: &[ContactConfig], matching: ContactMatching) -> Self {
        let numbers = (0..).zip(contacts).flat_map(|(place, contact)| {
            let numbers = contact.numbers.iter();
            numbers.map(move |number| (number, place))
        });
        let places = numbers.filter_map(|(number, place)| {
            let key = matching.key(&number.to_string())?;
            Some((key, place))
        });
        Self {
            places: places.collect(),
            some_ring_apart: contacts.iter().any(|contact| contact.alert_info.is_some()),
        }
    }

    /// Whether telephones ring for some of them otherwise than for others.
    #[must_use]
    pub const fn some_ring_apart(&self) -> bool {
        self.some_ring_apart
    }

    /// The place of the contact who calls from this number.
    #[must_use]
    pub fn find(&self, caller: Number, matching: ContactMatching) -> Option<usize> {
        if self.places.is_empty() || caller.is_none() {
            return None;
        }
        let key = matching.key(&caller.to_string())?;
        self.places.get(&key).copied()
    }
}
