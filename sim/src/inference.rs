//! What a call log tells about what it does not contain: when agents were
//! there, how long services last, how long callers are willing to wait.

mod availability;
mod patience;

use core::fmt;

use crate::call_log::{CallLog, Outcome};
use crate::distribution::{Distribution, DistributionError, seconds};
pub use availability::{AgentDay, AvailabilityOptions, Presence, availability};
pub use patience::{Observation, Patience};

/// Why something can not be inferred from a log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum InferenceError {
    /// No call was answered.
    NoAnswered,
    /// Nobody hung up after some wait, so nothing is known about patience.
    NoAbandonment,
    /// The times make no distribution.
    Distribution(DistributionError),
}

impl fmt::Display for InferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswered => f.write_str("the log has no answered calls of this kind"),
            Self::NoAbandonment => f.write_str("nobody in the log hung up after waiting"),
            Self::Distribution(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for InferenceError {}

/// The empirical distribution of the services of answered calls, of one kind
/// (an index into [`CallLog::kinds`]) or of all.
///
/// # Errors
///
/// [`InferenceError::NoAnswered`] where there are none, and
/// [`InferenceError::Distribution`] where there are more than a distribution
/// may have.
pub fn handle_times(log: &CallLog, kind: Option<u32>) -> Result<Distribution, InferenceError> {
    let times: Vec<f64> = log
        .calls
        .iter()
        .filter(|call| call.outcome == Outcome::Answered)
        .filter(|call| kind.is_none() || call.kind == kind)
        .map(|call| seconds(call.talk))
        .collect();
    if times.is_empty() {
        return Err(InferenceError::NoAnswered);
    }
    Distribution::empirical(&times).map_err(InferenceError::Distribution)
}
