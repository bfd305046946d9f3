//! Values that several tables have: lengths of time, times of day, numbers,
//! distributions.

use std::ops::RangeInclusive;

use tandem_engine::config::reader::{Kind, Table, Value};
use tandem_engine::{SECOND_US, Span};

use crate::distribution::{Branch, Distribution, Law};

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// A length of time: `"1d 12h"`, `"30m"`, or a number of seconds.
pub(super) fn length(value: Value<'_>, range: RangeInclusive<u64>) -> Option<Span> {
    if value.kind() != Kind::Str {
        return value.seconds(range);
    }
    let text = value.clone().str()?;
    let Some(seconds) = parse_length(text) else {
        let hint = "as \"90s\", \"30m\", \"8h\" or \"1d 12h\"".to_owned();
        value.wrong(format!("{} is no length of time", value.name()), Some(hint));
        return None;
    };
    if !range.contains(&seconds) {
        let (least, most) = (range.start(), range.end());
        value.wrong(
            format!("{} must last {least} to {most} seconds", value.name()),
            None,
        );
        return None;
    }
    Some(Span::from_secs(seconds))
}

fn parse_length(text: &str) -> Option<u64> {
    let mut seconds = 0_u64;
    let mut parts = 0;
    for part in text.split_whitespace() {
        let unit = part.chars().next_back()?;
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let count: u64 = part.strip_suffix(unit)?.parse().ok()?;
        seconds = seconds.checked_add(count.checked_mul(*factor)?)?;
        parts += 1;
    }
    (parts > 0).then_some(seconds)
}

/// A time of day in seconds: `"08:30"`, `"08:30:15"`, up to `"24:00"`.
pub(super) fn parse_time_of_day(text: &str) -> Option<u64> {
    let mut parts = text.trim().split(':');
    let mut part = |most: u64| {
        let digits = parts.next()?;
        let plain = matches!(digits.len(), 1 | 2) && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse().ok().filter(|value| plain && *value <= most)
    };
    let (hours, minutes): (u64, u64) = (part(24)?, part(59)?);
    let seconds = part(59);
    let rest = text.trim().split(':').count();
    let seconds = if rest == 3 { seconds? } else { 0 };
    let total = hours * 3_600 + minutes * 60 + seconds;
    (rest <= 3 && total <= 86_400).then_some(total)
}

/// A time of day.
pub(super) fn time_of_day(value: Value<'_>) -> Option<u64> {
    let text = value.clone().str()?;
    let time = parse_time_of_day(text);
    if time.is_none() {
        let what = format!("{} is no time of day", value.name());
        value.wrong(what, Some("as \"08:30\"".to_owned()));
    }
    time
}

/// A number within a range.
pub(super) fn float(value: Value<'_>, range: RangeInclusive<f64>) -> Option<f64> {
    let text = value.clone().number()?;
    let number: Option<f64> = text.parse().ok();
    let number = number.filter(|number| range.contains(number));
    if number.is_none() {
        value.wrong_kind(&format!(
            "a number from {} to {}",
            range.start(),
            range.end()
        ));
    }
    number
}

/// A parameter that the distribution itself will check.
fn parameter(table: &mut Table<'_>, key: &'static str) -> Option<f64> {
    float(table.required(key)?, -f64::MAX..=f64::MAX)
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
        let span = value.seconds(0..=86_400)?;
        #[expect(
            clippy::cast_precision_loss,
            reason = "a day has fewer than 2^53 microseconds"
        )]
        let value_s = span.micros() as f64 / SECOND_US as f64;
        return Distribution::deterministic(value_s).ok();
    }
    let place = value.span();
    let mut table = value.table()?;
    let shape = table
        .required("distribution")
        .and_then(|shape| shape.one_of(&SHAPES));
    let law = shape.and_then(|shape| law(shape, &mut table));
    let document = table.document();
    if shape.is_some() {
        table.finish();
    }
    match Distribution::new(&law?) {
        Ok(distribution) => Some(distribution),
        Err(why) => {
            document.report(place, why.to_string(), None);
            None
        }
    }
}

fn law(shape: Shape, table: &mut Table<'_>) -> Option<Law> {
    Some(match shape {
        Shape::Deterministic => Law::Deterministic {
            value_s: parameter(table, "value_s")?,
        },
        Shape::Empirical => {
            let values: Option<Vec<f64>> = (table.required("values_s")?.array())
                .map(|value| float(value, -f64::MAX..=f64::MAX))
                .collect();
            Law::Empirical {
                values_s: values?.into(),
            }
        }
        Shape::Erlang => {
            let k = table.required("k").and_then(|k| k.integer(1..=u32::MAX));
            let mean_s = parameter(table, "mean_s");
            Law::Erlang {
                k: k?,
                mean_s: mean_s?,
            }
        }
        Shape::Exponential => Law::Exponential {
            mean_s: parameter(table, "mean_s")?,
        },
        Shape::Gamma => {
            let (mean_s, sd_s) = (parameter(table, "mean_s"), parameter(table, "sd_s"));
            Law::Gamma {
                mean_s: mean_s?,
                sd_s: sd_s?,
            }
        }
        Shape::HyperExponential => {
            let branches: Option<Vec<Branch>> =
                table.required("branches")?.array().map(branch).collect();
            Law::HyperExponential {
                branches: branches?,
            }
        }
        Shape::LogNormal => {
            let (mean_s, sd_s) = (parameter(table, "mean_s"), parameter(table, "sd_s"));
            Law::LogNormal {
                mean_s: mean_s?,
                sd_s: sd_s?,
            }
        }
        Shape::Uniform => {
            let (low_s, high_s) = (parameter(table, "low_s"), parameter(table, "high_s"));
            Law::Uniform {
                low_s: low_s?,
                high_s: high_s?,
            }
        }
        Shape::Weibull => {
            let (shape, mean_s) = (parameter(table, "shape"), parameter(table, "mean_s"));
            Law::Weibull {
                shape: shape?,
                mean_s: mean_s?,
            }
        }
    })
}

fn branch(value: Value<'_>) -> Option<Branch> {
    let mut table = value.table()?;
    let (probability, mean_s) = (
        parameter(&mut table, "share"),
        parameter(&mut table, "mean_s"),
    );
    table.finish();
    Some(Branch {
        probability: probability?,
        mean_s: mean_s?,
    })
}
