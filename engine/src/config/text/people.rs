//! Numbers, and texts that stand for several.

use crate::config::reader::{Kind, Value};
use crate::config::rights::OwnRecording;
use crate::limits::NUMBER_SYMBOLS_MAX;
use crate::number::{Number, NumberError};

/// The words of a file for how somebody may switch the recording of his own calls.
pub(super) const OWN_RECORDINGS: &[(&str, OwnRecording)] = &[
    ("no", OwnRecording::No),
    ("pause_resume", OwnRecording::PauseResume),
    ("start_pause_resume", OwnRecording::Start),
];

/// A number.
pub fn number(value: Value<'_>) -> Option<Number> {
    read_number(value, str::parse)
}

/// A number outside, as people write it.
pub(super) fn written_number(value: Value<'_>) -> Option<Number> {
    read_number(value, Number::written)
}

fn read_number(
    value: Value<'_>,
    read: impl Fn(&str) -> Result<Number, NumberError>,
) -> Option<Number> {
    let number = read(value.str()?);
    if let Err(why) = number {
        value.wrong(format!("{} is no number: {why}", value.name()), None);
    }
    number.ok()
}

/// A range of numbers as its ends: `"6400-6499"`.
pub(super) fn range(value: Value<'_>) -> Option<(Number, Number)> {
    if value.kind() != Kind::Str {
        value.wrong_kind("a range in quotes, as \"6400-6499\"");
        return None;
    }
    let parts = value.str()?.split_once('-');
    let ends = parts
        .and_then(|(first, last)| Some((first.trim().parse().ok()?, last.trim().parse().ok()?)));
    if ends.is_none() {
        let what = format!("{} must be a range of numbers", value.name());
        value.wrong(what, Some("as \"6400-6499\"".to_owned()));
    }
    ends
}

/// Calls `found` with each number that `value` stands for, one or a range of
/// them; at most `room` times.
pub fn for_each_number(value: Value<'_>, room: usize, found: impl FnMut(Number)) {
    if value.kind() != Kind::Str {
        value.wrong_kind("a text in quotes");
        return;
    }
    if let Some(text) = value.str() {
        for_each_number_of(value, text, room, found);
    }
}

/// The same for the part of a text value that holds the numbers.
pub(super) fn for_each_number_of(
    value: Value<'_>,
    text: &str,
    room: usize,
    mut found: impl FnMut(Number),
) {
    let Some((first, last)) = text.split_once('-') else {
        match text.parse() {
            Ok(number) => found(number),
            Err(why) => value.wrong(format!("{} is no number: {why}", value.name()), None),
        }
        return;
    };
    match Run::new(first.trim(), last.trim()) {
        Ok(run) => run.take(room).for_each(found),
        Err(why) => value.wrong(
            format!("{} can not be this range: {why}", value.name()),
            Some("as \"1001-1050\"".to_owned()),
        ),
    }
}

/// The numbers from one to another, all with as many digits.
struct Run {
    digits: [u8; NUMBER_SYMBOLS_MAX],
    len: usize,
    /// How many are to come.
    left: u128,
}

impl Run {
    fn new(first: &str, last: &str) -> Result<Self, &'static str> {
        let is_number = |text: &str| {
            (1..=NUMBER_SYMBOLS_MAX).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_digit())
        };
        if !is_number(first) || !is_number(last) {
            return Err("both ends are numbers of digits");
        }
        if first.len() != last.len() {
            return Err("both ends have the same number of digits");
        }
        let value = |text: &str| text.parse::<u128>().expect("31 digits fit in 128 bits");
        let Some(steps) = value(last).checked_sub(value(first)) else {
            return Err("the first number is not above the last");
        };
        let mut digits = [0; NUMBER_SYMBOLS_MAX];
        digits[..first.len()].copy_from_slice(first.as_bytes());
        Ok(Self {
            digits,
            len: first.len(),
            left: steps + 1,
        })
    }

    /// Counts up in place: parsing and formatting each number anew would be
    /// most of the time that a large file takes.
    fn count_up(&mut self) {
        for digit in self.digits[..self.len].iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                return;
            }
            *digit = b'0';
        }
    }
}

impl Iterator for Run {
    type Item = Number;

    fn next(&mut self) -> Option<Number> {
        self.left = self.left.checked_sub(1)?;
        let text = core::str::from_utf8(&self.digits[..self.len]).expect("digits are text");
        let number = text.parse().expect("digits are a number");
        self.count_up();
        Some(number)
    }
}
