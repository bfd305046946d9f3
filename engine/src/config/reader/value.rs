//! One value of a file, and what it can be read as.

use core::fmt::Display;
use core::ops::{Range, RangeInclusive};
use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeInteger, DeValue};

use super::problem::quoted;
use super::{Document, Table, range_words, suggestion};
use crate::time::{SECOND_US, Span};

/// Digits of a decimal's fraction that make a microsecond.
const FRACTION_DIGITS: usize = 6;

/// What a value looks like, for keys that take several kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `["a", "b"]`.
    Array,
    /// `true` or `false`.
    Bool,
    /// A date, a time, or both.
    Datetime,
    /// `1.5`.
    Decimal,
    /// `15`.
    Integer,
    /// `"text"`.
    Str,
    /// `{ key = 1 }`, or a table under its own header.
    Table,
}

/// A whole number that [`Value::integer`] can read.
pub trait Integer: Copy + Display + PartialOrd + TryFrom<i128> {}

impl<T: Copy + Display + PartialOrd + TryFrom<i128>> Integer for T {}

/// A value of the file, with its place. Each method that reads it reports
/// what does not fit and then returns nothing.
#[derive(Clone, Copy, Debug)]
pub struct Value<'d> {
    document: &'d Document<'d>,
    key: &'d str,
    value: &'d Spanned<DeValue<'d>>,
    /// Whether it is an element of the key's array.
    item: bool,
}

impl<'d> Value<'d> {
    pub(super) fn new(
        document: &'d Document<'d>,
        key: &'d str,
        value: &'d Spanned<DeValue<'d>>,
        item: bool,
    ) -> Self {
        Self {
            document,
            key,
            value,
            item,
        }
    }

    /// No elements, as the type that [`array`](Self::array) returns.
    pub(super) fn none(document: &'d Document<'d>) -> Items<'d> {
        Items {
            document,
            key: "",
            items: [].iter(),
        }
    }

    /// The place of the value.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.value.span()
    }

    /// What the value looks like.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.value.get_ref() {
            DeValue::Array(_) => Kind::Array,
            DeValue::Boolean(_) => Kind::Bool,
            DeValue::Datetime(_) => Kind::Datetime,
            DeValue::Float(_) => Kind::Decimal,
            DeValue::Integer(_) => Kind::Integer,
            DeValue::String(_) => Kind::Str,
            DeValue::Table(_) => Kind::Table,
        }
    }

    /// A text.
    #[must_use]
    pub fn str(self) -> Option<&'d str> {
        let DeValue::String(text) = self.value.get_ref() else {
            self.wrong_kind("a text in quotes");
            return None;
        };
        Some(text)
    }

    /// `true` or `false`.
    #[must_use]
    pub fn bool(self) -> Option<bool> {
        let &DeValue::Boolean(truth) = self.value.get_ref() else {
            self.wrong_kind("true or false");
            return None;
        };
        Some(truth)
    }

    /// A whole number within `range`.
    #[must_use]
    pub fn integer<T: Integer>(self, range: RangeInclusive<T>) -> Option<T> {
        let wanted = || format!("a whole number from {}", range_words(&range));
        let DeValue::Integer(integer) = self.value.get_ref() else {
            self.wrong_kind(&wanted());
            return None;
        };
        let number = parse_integer(integer).and_then(|number| T::try_from(number).ok());
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            self.wrong_kind(&wanted());
        }
        number
    }

    /// A number, as the text that a decimal parser reads: an integer or a
    /// decimal, perhaps with an exponent; not `inf`, not `nan`.
    #[must_use]
    pub fn number(self) -> Option<Cow<'d, str>> {
        let text = self.number_text();
        if text.is_none() {
            self.wrong_kind("a number");
        }
        text
    }

    fn number_text(self) -> Option<Cow<'d, str>> {
        let text = match self.value.get_ref() {
            DeValue::Integer(integer) if integer.radix() == 10 => {
                Some(Cow::Borrowed(integer.as_str()))
            }
            DeValue::Integer(integer) => {
                parse_integer(integer).map(|number| Cow::Owned(number.to_string()))
            }
            DeValue::Float(float) => Some(Cow::Borrowed(float.as_str())),
            _ => None,
        };
        text.filter(|text| text.bytes().any(|b| b.is_ascii_digit()))
    }

    /// A length of time in seconds within `range`, with up to six decimals,
    /// to the microsecond.
    #[must_use]
    pub fn seconds(self, range: RangeInclusive<u64>) -> Option<Span> {
        let limits = (*range.start() * SECOND_US)..=(*range.end() * SECOND_US);
        let text = self.number_text();
        let micros = text.as_deref().and_then(parse_micros);
        let span = micros
            .filter(|micros| limits.contains(micros))
            .map(Span::from_micros);
        if span.is_none() {
            let mut wanted = format!("a number of seconds from {}", range_words(&range));
            let decimals = text.is_some_and(|text| text.contains(['.', 'e', 'E']));
            if decimals && micros.is_none() {
                wanted.push_str(", with at most six decimals");
            }
            self.wrong_kind(&wanted);
        }
        span
    }

    /// What a word stands for, out of a list of words.
    #[must_use]
    pub fn one_of<T: Copy>(self, words: &[(&str, T)]) -> Option<T> {
        let known = words.iter().map(|&(word, _)| word);
        let DeValue::String(text) = self.value.get_ref() else {
            let list: Vec<_> = known.map(quoted).collect();
            self.wrong_kind(&format!("one of {}", list.join(", ")));
            return None;
        };
        let found = words.iter().find(|(word, _)| word == text);
        if found.is_none() {
            self.document.report_with(self.span(), || {
                let can_not = if self.item {
                    "can not hold"
                } else {
                    "can not be"
                };
                let what = format!("{} {can_not} {}", quoted(self.key), quoted(text));
                (what, Some(suggestion(text, known, "possible")))
            });
        }
        found.map(|&(_, value)| value)
    }

    /// The elements of an array; none where it is no array.
    pub fn array(self) -> Items<'d> {
        let DeValue::Array(items) = self.value.get_ref() else {
            self.wrong_kind("an array: [ … ]");
            return Self::none(self.document);
        };
        Items {
            document: self.document,
            key: self.key,
            items: items.iter(),
        }
    }

    /// A table. [`Table::finish`] must be called on it.
    #[must_use]
    pub fn table(self) -> Option<Table<'d>> {
        let DeValue::Table(table) = self.value.get_ref() else {
            let what = format!("{} must be a table, not {}", self.name(), self.shown());
            let is_list = self.document.text(self.span()).starts_with("[[");
            self.wrong(what, is_list.then(|| format!("write [{}], once", self.key)));
            return None;
        };
        Some(Table {
            document: self.document,
            table,
            place: self.span(),
            asked: Vec::new(),
        })
    }

    /// Reports something that is wrong with this value.
    pub fn wrong(&self, what: impl Into<String>, hint: Option<String>) {
        self.document.report(self.span(), what, hint);
    }

    /// Reports that this value should be `wanted`: `"name" must be …, not …`.
    pub fn wrong_kind(&self, wanted: &str) {
        self.document.report_with(self.span(), || {
            let what = format!("{} must be {wanted}, not {}", self.name(), self.shown());
            (what, self.quote_hint(wanted))
        });
    }

    /// What messages call the value: its key.
    #[must_use]
    pub fn name(&self) -> String {
        let of = if self.item { "each element of " } else { "" };
        format!("{of}{}", quoted(self.key))
    }

    /// The value as a message shows it.
    fn shown(&self) -> String {
        match self.value.get_ref() {
            DeValue::Array(_) => "an array".to_owned(),
            DeValue::Boolean(truth) => truth.to_string(),
            DeValue::Datetime(_) => "a date or time".to_owned(),
            DeValue::Float(float) => quoted(float.as_str()).trim_matches('"').to_owned(),
            DeValue::Integer(integer) => quoted(&integer.to_string()).trim_matches('"').to_owned(),
            DeValue::String(text) => format!("the text {}", quoted(text)),
            DeValue::Table(_) => "a table".to_owned(),
        }
    }

    /// Whether quotes too many or too few are all that is wrong.
    fn quote_hint(&self, wanted: &str) -> Option<String> {
        let wants_text = wanted == "a text in quotes";
        match self.value.get_ref() {
            DeValue::Integer(_) | DeValue::Float(_) if wants_text => {
                Some(format!("write \"{}\"", self.shown()))
            }
            DeValue::String(text) if !wants_text => {
                let text = text.trim();
                let number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
                let truth = matches!(text, "true" | "false") && wanted.starts_with("true");
                let fits = truth || number && wanted.contains("number");
                fits.then(|| format!("write {} without quotes", quoted(text).trim_matches('"')))
            }
            _ => None,
        }
    }
}

/// The elements of an array.
#[derive(Clone, Debug)]
pub struct Items<'d> {
    document: &'d Document<'d>,
    key: &'d str,
    items: core::slice::Iter<'d, Spanned<DeValue<'d>>>,
}

impl<'d> Iterator for Items<'d> {
    type Item = Value<'d>;

    fn next(&mut self) -> Option<Value<'d>> {
        let value = self.items.next()?;
        Some(Value {
            document: self.document,
            key: self.key,
            value,
            item: true,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

impl ExactSizeIterator for Items<'_> {}

/// The number, if it is not absurdly large.
fn parse_integer(integer: &DeInteger<'_>) -> Option<i128> {
    i128::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// Microseconds of a decimal number of seconds: exact, or nothing.
fn parse_micros(text: &str) -> Option<u64> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > FRACTION_DIGITS || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // The digit in front lets an empty fraction be a number too.
    let part: u64 = format!("0{fraction:0<FRACTION_DIGITS$}").parse().ok()?;
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(SECOND_US)?
        .checked_add(part)
}
