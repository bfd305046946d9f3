//! Numbers as people read them.

use crate::estimate::Estimate;
use crate::figure::{Figure, Unit};

/// How the values of a column, a row or an axis are written: alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    /// Values are multiplied by it.
    times: f64,
    decimals: usize,
    /// The unit, as shown; empty for counts.
    pub(crate) unit: &'static str,
    /// Seconds are written as minutes and seconds.
    minutes: bool,
}

/// The signs that plain terminals may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signs {
    pub(crate) plus_minus: &'static str,
    pub(crate) dash: &'static str,
    pub(crate) cut: &'static str,
}

pub(crate) const UNICODE: Signs = Signs {
    plus_minus: "±",
    dash: "–",
    cut: "…",
};
pub(crate) const ASCII: Signs = Signs {
    plus_minus: "+/-",
    dash: "-",
    cut: "~",
};

/// From here on, seconds are written as minutes and seconds.
const MINUTES_FROM_S: f64 = 600.0;

impl Scale {
    /// For a figure that stands by itself, or is the greatest of those that
    /// are written alike.
    pub(crate) fn of(figure: Figure, greatest: f64) -> Self {
        let plain = Self {
            times: 1.0,
            decimals: usize::from(greatest < 100.0),
            unit: "",
            minutes: false,
        };
        match figure.unit() {
            Unit::Agents | Unit::Calls => plain,
            Unit::Share => Self {
                times: 100.0,
                decimals: 1,
                unit: "%",
                ..plain
            },
            Unit::Seconds if greatest >= MINUTES_FROM_S => Self {
                decimals: 0,
                unit: "min",
                minutes: true,
                ..plain
            },
            // The longest wait of all is a matter of chance, not of decimals.
            Unit::Seconds if figure == Figure::MaxWait && greatest >= 10.0 => Self {
                decimals: 0,
                unit: "s",
                ..plain
            },
            Unit::Seconds => Self { unit: "s", ..plain },
        }
    }

    /// For several estimates of a figure.
    pub(crate) fn of_all(figure: Figure, estimates: impl Iterator<Item = Estimate>) -> Self {
        let means: Vec<f64> = estimates.filter_map(|estimate| estimate.mean).collect();
        Self::of_values(figure, &means)
    }

    /// For several values of a figure.
    fn of_values(figure: Figure, values: &[f64]) -> Self {
        let greatest = values.iter().copied().fold(0.0, f64::max);
        let scale = Self::of(figure, greatest);
        // Counts of a single run are whole, and look odd with a fraction.
        let whole = figure.unit() == Unit::Calls && values.iter().all(|value| value.fract() == 0.0);
        let decimals = match scale.minutes || whole {
            true => 0,
            false if figure == Figure::MaxWait => scale.decimals,
            // The small values of a column would lose too much.
            false if values.len() > 1 && greatest < 1000.0 => 1,
            false => scale.decimals,
        };
        Self { decimals, ..scale }
    }

    /// The bare number.
    pub(crate) fn number(&self, value: f64) -> String {
        if self.minutes {
            return minutes(value);
        }
        // Zero has no sign, even where it is a little less than zero.
        let text = format!("{:.*}", self.decimals, (value * self.times).abs());
        let negative = value < 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit));
        let sign = if negative { "-" } else { "" };
        format!("{sign}{}", group(&text))
    }

    /// The number with its unit.
    pub(crate) fn text(&self, value: f64) -> String {
        with_unit(&self.number(value), self.unit)
    }

    /// `81.2 ± 0.4 %`; the interval only where it is known.
    pub(crate) fn estimate(&self, estimate: Estimate, signs: Signs) -> String {
        let Some(mean) = estimate.mean else {
            return signs.dash.to_owned();
        };
        // What came out the same every time needs no interval.
        let Some(half) = estimate.half_width().filter(|half| *half > 0.0) else {
            return self.text(mean);
        };
        let both = format!(
            "{} {} {}",
            self.number(mean),
            signs.plus_minus,
            self.number(half)
        );
        with_unit(&both, self.unit)
    }
}

/// One figure by itself.
pub(crate) fn value(figure: Figure, value: f64) -> String {
    Scale::of_values(figure, &[value]).text(value)
}

/// A bound that somebody chose: without the decimals that it does not have.
pub(crate) fn bound(figure: Figure, bound: f64) -> String {
    let scale = Scale::of(figure, bound);
    let text = scale.number(bound);
    with_unit(text.strip_suffix(".0").unwrap_or(&text), scale.unit)
}

fn with_unit(number: &str, unit: &str) -> String {
    if unit.is_empty() {
        number.to_owned()
    } else {
        format!("{number} {unit}")
    }
}

/// `12:05`, from seconds.
fn minutes(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a time far under 2^63 seconds, rounded"
    )]
    let whole = seconds.round() as i64;
    let sign = if whole < 0 { "-" } else { "" };
    let whole = whole.unsigned_abs();
    format!(
        "{sign}{}:{:02}",
        group(&(whole / 60).to_string()),
        whole % 60
    )
}

/// A comma after every three digits before the point.
pub(crate) fn group(digits: &str) -> String {
    let whole = digits.find('.').unwrap_or(digits.len());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place < whole && (whole - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The text, cut off where it is longer than `most` characters.
pub(crate) fn cut(text: &str, most: usize, signs: Signs) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{}{}", kept.trim_end(), signs.cut)
}
