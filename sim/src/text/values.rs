//! Values that several tables have: lengths of time, times of day, numbers,
//! distributions.

use std::ops::RangeInclusive;

use tandem_engine::config::reader::{Kind, Table, Value};
use tandem_engine::{SECOND_US, Span};

use super::DAY_S;
use crate::distribution::{Branch, Distribution, Law};

const UNITS: [(char, u64); 4] = [('d', DAY_S), ('h', 3_600), ('m', 60), ('s', 1)];

/// Reports those of the keys that are there although they say nothing here.
pub(super) fn refuse<'d>(table: &mut Table<'d>, keys: &[&'d str], why: &str) {
    for value in keys.iter().filter_map(|key| table.get(key)) {
        value.wrong(format!("{} {why}", value.name()), None);
    }
}

/// A name that fits on a line.
pub(super) fn name(value: Value<'_>, chars_max: usize) -> Option<&str> {
    let name = value.str()?.trim();
    let fits = (1..=chars_max).contains(&name.chars().count());
    if !fits || name.chars().any(char::is_control) {
        let what = format!("{} must be 1 to {chars_max} characters long", value.name());
        value.wrong(what, Some("and stand on one line".to_owned()));
        return None;
    }
    Some(name)
}

/// A length of time: `"1d 12h"`, `"30m"`, or a number of seconds.
pub(super) fn length(value: Value<'_>, range: RangeInclusive<u64>) -> Option<Span> {
    if value.kind() != Kind::Str {
        return value.seconds(range);
    }
    let Some(seconds) = parse_length(value.str()?) else {
        let hint = "as \"90s\", \"30m\", \"8h\" or \"1d 12h\"".to_owned();
        value.wrong(format!("{} is no length of time", value.name()), Some(hint));
        return None;
    };
    if !range.contains(&seconds) {
        let (least, most) = (in_units(*range.start()), in_units(*range.end()));
        value.wrong(
            format!("{} must last {least} to {most}", value.name()),
            None,
        );
        return None;
    }
    Some(Span::from_secs(seconds))
}

fn parse_length(text: &str) -> Option<u64> {
    let mut parts = text.split_whitespace().peekable();
    parts.peek()?;
    parts.try_fold(0_u64, |sum, part| {
        let (_, factor) = UNITS.iter().find(|(unit, _)| part.ends_with(*unit))?;
        let count: u64 = part[..part.len() - 1].parse().ok()?;
        sum.checked_add(count.checked_mul(*factor)?)
    })
}

/// A length as it is written in a file.
fn in_units(seconds: u64) -> String {
    let fits = |(_, length): &&(char, u64)| seconds >= *length && seconds.is_multiple_of(*length);
    let (unit, length) = UNITS.iter().find(fits).unwrap_or(&('s', 1));
    format!("{}{unit}", seconds / length)
}

/// A time of day in seconds: `"08:30"`, `"08:30:15"`, up to `"24:00"`.
pub(super) fn parse_time_of_day(text: &str) -> Option<u64> {
    let mut seconds = 0;
    let mut parts = text.trim().split(':');
    for (length, most) in [(3_600, 24), (60, 59), (1, 59)] {
        let Some(digits) = parts.next() else {
            // Only the seconds may be left out.
            return (length == 1).then_some(seconds);
        };
        let plain = matches!(digits.len(), 1 | 2) && digits.bytes().all(|b| b.is_ascii_digit());
        let part: u64 = digits.parse().ok().filter(|part| plain && *part <= most)?;
        seconds += part * length;
    }
    (parts.next().is_none() && seconds <= DAY_S).then_some(seconds)
}

/// A time of day.
pub(super) fn time_of_day(value: Value<'_>) -> Option<u64> {
    let time = parse_time_of_day(value.str()?);
    if time.is_none() {
        let what = format!("{} is no time of day", value.name());
        value.wrong(what, Some("as \"08:30\"".to_owned()));
    }
    time
}

/// A number within a range.
pub(super) fn float(value: Value<'_>, range: RangeInclusive<f64>) -> Option<f64> {
    let number: Option<f64> = value.number()?.parse().ok();
    let number = number.filter(|number| range.contains(number));
    if number.is_none() {
        let (least, most) = (range.start(), range.end());
        value.wrong_kind(&format!("a number from {least} to {most}"));
    }
    number
}

/// Any number that can be held.
pub(super) fn any_float(value: Value<'_>) -> Option<f64> {
    let number: Option<f64> = value.number()?.parse().ok();
    let number = number.filter(|number| number.is_finite());
    if number.is_none() {
        value.wrong_kind("a number that is not endless");
    }
    number
}

/// A parameter that the distribution itself will check.
fn parameter(table: &mut Table<'_>, key: &'static str) -> Option<f64> {
    table.required(key).and_then(any_float)
}

/// Two parameters, both of which are read even if one is wrong.
fn parameters(table: &mut Table<'_>, keys: [&'static str; 2]) -> Option<(f64, f64)> {
    let [first, second] = keys.map(|key| parameter(table, key));
    first.zip(second)
}

#[derive(Clone, Copy)]
enum Shape {
    Deterministic,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    HyperExponential,
    LogNormal,
    Uniform,
    Weibull,
}

const SHAPES: [(&str, Shape); 9] = [
    ("deterministic", Shape::Deterministic),
    ("empirical", Shape::Empirical),
    ("erlang", Shape::Erlang),
    ("exponential", Shape::Exponential),
    ("gamma", Shape::Gamma),
    ("hyper_exponential", Shape::HyperExponential),
    ("log_normal", Shape::LogNormal),
    ("uniform", Shape::Uniform),
    ("weibull", Shape::Weibull),
];

/// A distribution of durations: a table, or a number of seconds that it always
/// is.
pub(super) fn distribution(value: Value<'_>) -> Option<Distribution> {
    if matches!(value.kind(), Kind::Integer | Kind::Decimal) {
        let span = value.seconds(0..=DAY_S)?;
        #[expect(
            clippy::cast_precision_loss,
            reason = "a day has fewer than 2^53 microseconds"
        )]
        let value_s = span.micros() as f64 / SECOND_US as f64;
        return Distribution::deterministic(value_s).ok();
    }
    let mut table = value.table()?;
    let shape = table.required("distribution")?.one_of(&SHAPES)?;
    let law = law(shape, &mut table);
    table.finish();
    Distribution::new(&law?)
        .map_err(|why| value.wrong(why.to_string(), None))
        .ok()
}

fn law(shape: Shape, table: &mut Table<'_>) -> Option<Law> {
    Some(match shape {
        Shape::Deterministic => Law::Deterministic {
            value_s: parameter(table, "value_s")?,
        },
        Shape::Empirical => {
            let values = table.required("values_s")?.array();
            let values: Option<Vec<f64>> = values.map(any_float).collect();
            Law::Empirical {
                values_s: values?.into(),
            }
        }
        Shape::Erlang => {
            let k = table.required("k").and_then(|k| k.integer(1..=u32::MAX));
            let mean_s = parameter(table, "mean_s");
            let (k, mean_s) = k.zip(mean_s)?;
            Law::Erlang { k, mean_s }
        }
        Shape::Exponential => Law::Exponential {
            mean_s: parameter(table, "mean_s")?,
        },
        Shape::Gamma => {
            let (mean_s, sd_s) = parameters(table, ["mean_s", "sd_s"])?;
            Law::Gamma { mean_s, sd_s }
        }
        Shape::HyperExponential => {
            let branches = table.required("branches")?.array();
            let branches: Option<Vec<Branch>> = branches.map(branch).collect();
            Law::HyperExponential {
                branches: branches?,
            }
        }
        Shape::LogNormal => {
            let (mean_s, sd_s) = parameters(table, ["mean_s", "sd_s"])?;
            Law::LogNormal { mean_s, sd_s }
        }
        Shape::Uniform => {
            let (low_s, high_s) = parameters(table, ["low_s", "high_s"])?;
            Law::Uniform { low_s, high_s }
        }
        Shape::Weibull => {
            let (shape, mean_s) = parameters(table, ["shape", "mean_s"])?;
            Law::Weibull { shape, mean_s }
        }
    })
}

fn branch(value: Value<'_>) -> Option<Branch> {
    let mut table = value.table()?;
    let branch = parameters(&mut table, ["share", "mean_s"]);
    table.finish();
    let (probability, mean_s) = branch?;
    Some(Branch {
        probability,
        mean_s,
    })
}
