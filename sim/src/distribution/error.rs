//! Why a distribution's parameters are refused.

use core::fmt;

use super::PROBABILITY_SUM_TOLERANCE;

/// Why a [`Law`](super::Law) is none. Values are in seconds where the parameter
/// is a duration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DistributionError {
    /// The list has no entry.
    EmptyList {
        /// Which list.
        parameter: &'static str,
    },
    /// The value is below zero.
    Negative {
        /// Which parameter.
        parameter: &'static str,
        /// Its value.
        value: f64,
    },
    /// The value is not a number, or infinite.
    NotFinite {
        /// Which parameter.
        parameter: &'static str,
    },
    /// The value must be above zero.
    NotPositive {
        /// Which parameter.
        parameter: &'static str,
        /// Its value.
        value: f64,
    },
    /// The probabilities do not sum up to 1.
    ProbabilitySum {
        /// What they sum up to.
        sum: f64,
    },
    /// The lower bound lies above the upper one.
    Reversed {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
    },
    /// The value is above its limit.
    TooLarge {
        /// Which parameter.
        parameter: &'static str,
        /// Its value.
        value: f64,
        /// The limit.
        max: f64,
    },
    /// The list has too many entries.
    TooMany {
        /// Which list.
        parameter: &'static str,
        /// How many entries it has.
        count: usize,
        /// How many it may have.
        max: usize,
    },
    /// The value is below its limit.
    TooSmall {
        /// Which parameter.
        parameter: &'static str,
        /// Its value.
        value: f64,
        /// The limit.
        min: f64,
    },
}

impl fmt::Display for DistributionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyList { parameter } => write!(f, "{parameter}: at least one is needed"),
            Self::Negative { parameter, value } => {
                write!(f, "{parameter} is {value}, but must not be negative")
            }
            Self::NotFinite { parameter } => write!(f, "{parameter} must be a finite number"),
            Self::NotPositive { parameter, value } => {
                write!(f, "{parameter} is {value}, but must be above zero")?;
                let hint = if *parameter == "sd" {
                    " (a fixed value is `deterministic`)"
                } else {
                    ""
                };
                f.write_str(hint)
            }
            Self::ProbabilitySum { sum } => write!(
                f,
                "the probabilities sum up to {sum}, but must to 1 (within \
                 {PROBABILITY_SUM_TOLERANCE})"
            ),
            Self::Reversed { low, high } => {
                write!(f, "low is {low}, which is above high, {high}")
            }
            Self::TooLarge {
                parameter,
                value,
                max,
            } => {
                write!(f, "{parameter} is {value}, but may be at most {max}")
            }
            Self::TooMany {
                parameter,
                count,
                max,
            } => {
                write!(
                    f,
                    "{parameter}: {count} are too many, at most {max} are allowed"
                )
            }
            Self::TooSmall {
                parameter,
                value,
                min,
            } => {
                write!(f, "{parameter} is {value}, but must be at least {min}")
            }
        }
    }
}

impl core::error::Error for DistributionError {}
