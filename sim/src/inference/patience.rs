//! How long callers are willing to wait.

use std::sync::Arc;

use tandem_engine::Span;

use super::InferenceError;
use crate::call_log::{CallLog, LoggedCall, Outcome};
use crate::distribution::{float, seconds, span_from_seconds};
use crate::random::Uniforms;

/// What one call tells about its caller's patience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// How long the caller waited.
    pub wait: Span,
    /// Whether the caller then hung up. Otherwise patience was at least that
    /// long, but it is not known how long.
    pub abandoned: bool,
}

/// The distribution of patience, estimated from waits that mostly ended before
/// patience did.
///
/// The estimate is that of Kaplan and Meier, "Nonparametric estimation from
/// incomplete observations", Journal of the American Statistical Association 53
/// (1958) 457–481: the survival function falls at each time t at which somebody
/// hung up, by the factor 1 − (hung up at t) / (waited t or longer). Whoever was
/// answered at that very time counts as having waited it out.
///
/// After the last time at which somebody hung up nothing is known. There an
/// exponential tail takes over, whose mean is that of an exponential patience:
/// all waiting divided by the number of callers who hung up. So the estimate is
/// a proper distribution, and every wait can be exceeded.
///
/// Cloning it copies no list.
#[derive(Clone, Debug, PartialEq)]
pub struct Patience {
    /// Times at which somebody hung up, in µs, rising.
    times: Arc<[u64]>,
    /// The share of callers whose patience exceeds each of the times, falling.
    survival: Arc<[f64]>,
    tail_mean_s: f64,
}

impl Patience {
    /// Estimates patience from a log: calls that were abandoned show it, all
    /// others cut the observation off.
    ///
    /// # Errors
    ///
    /// [`InferenceError::NoAbandonment`] where nobody hung up after waiting.
    pub fn from_log(log: &CallLog) -> Result<Self, InferenceError> {
        let observation = |call: &LoggedCall| Observation {
            wait: call.wait,
            abandoned: call.outcome == Outcome::Abandoned,
        };
        Self::kaplan_meier(log.calls.iter().map(observation).collect())
    }

    /// Estimates patience from observations in any order.
    ///
    /// # Errors
    ///
    /// [`InferenceError::NoAbandonment`] where nobody hung up after waiting.
    pub fn kaplan_meier(mut observations: Vec<Observation>) -> Result<Self, InferenceError> {
        let hung_up = observations
            .iter()
            .filter(|observation| observation.abandoned)
            .count();
        let waited_s: f64 = observations
            .iter()
            .map(|observation| seconds(observation.wait))
            .sum();
        if hung_up == 0 || waited_s == 0.0 {
            return Err(InferenceError::NoAbandonment);
        }
        observations.sort_unstable_by_key(|observation| observation.wait);
        let (mut times, mut survival) = (Vec::new(), Vec::new());
        let mut surviving = 1.0;
        let mut left = observations.as_slice();
        while let Some(first) = left.first() {
            let same = left.partition_point(|observation| observation.wait <= first.wait);
            let hung_up = left[..same]
                .iter()
                .filter(|observation| observation.abandoned)
                .count();
            if hung_up > 0 {
                surviving *= float(left.len() - hung_up) / float(left.len());
                times.push(first.wait.micros());
                survival.push(surviving);
            }
            left = &left[same..];
        }
        let tail_mean_s = waited_s / float(hung_up);
        Ok(Self {
            times: times.into(),
            survival: survival.into(),
            tail_mean_s,
        })
    }

    /// The share of callers whose patience exceeds this wait.
    #[must_use]
    pub fn survival(&self, wait: Span) -> f64 {
        let passed = self.times.partition_point(|time| *time <= wait.micros());
        let Some(last) = passed.checked_sub(1) else {
            return 1.0;
        };
        let tail = passed == self.times.len();
        let beyond = if tail {
            span_between(self.last_time(), wait)
        } else {
            Span::ZERO
        };
        self.survival[last] * libm::exp(-seconds(beyond) / self.tail_mean_s)
    }

    /// The times at which the estimate falls, with the share of callers whose
    /// patience exceeds each.
    pub fn steps(&self) -> impl Iterator<Item = (Span, f64)> + '_ {
        let times = self.times.iter().copied().map(Span::from_micros);
        times.zip(self.survival.iter().copied())
    }

    /// The mean of the exponential tail, in seconds.
    #[must_use]
    pub const fn tail_mean_s(&self) -> f64 {
        self.tail_mean_s
    }

    /// The mean patience in seconds: the area below the survival function.
    #[must_use]
    pub fn mean_s(&self) -> f64 {
        let (mut area, mut height, mut from) = (0.0, 1.0, Span::ZERO);
        for (time, survival) in self.steps() {
            area += height * seconds(span_between(from, time));
            (height, from) = (survival, time);
        }
        area + height * self.tail_mean_s
    }

    /// A caller's patience. One word is used.
    #[must_use]
    pub fn sample(&self, uniforms: &mut Uniforms) -> Span {
        self.at_level(1.0 - uniforms.open01())
    }

    /// The patience of a caller who is known to have waited `wait` without
    /// hanging up: always longer than that. One word is used.
    ///
    /// Like [`Self::sample`], it rises with the uniform.
    #[must_use]
    pub fn patience_beyond(&self, wait: Span, uniforms: &mut Uniforms) -> Span {
        let open = 1.0 - uniforms.open01();
        if wait >= self.last_time() {
            let extra = span_from_seconds(-self.tail_mean_s * libm::log(open));
            return wait + extra.max(Span::from_micros(1));
        }
        self.at_level(self.survival(wait) * open)
    }

    /// The first time at which survival is at most `level`.
    fn at_level(&self, level: f64) -> Span {
        let step = self.survival.partition_point(|survival| *survival > level);
        if let Some(time) = self.times.get(step) {
            return Span::from_micros(*time);
        }
        let last = self.survival.last().copied().unwrap_or(1.0);
        let beyond_s = self.tail_mean_s * libm::log(last / level);
        self.last_time() + span_from_seconds(beyond_s)
    }

    /// The last time at which somebody hung up.
    fn last_time(&self) -> Span {
        Span::from_micros(self.times.last().copied().unwrap_or(0))
    }
}

/// From one wait to a longer one.
fn span_between(from: Span, to: Span) -> Span {
    Span::from_micros(to.micros().saturating_sub(from.micros()))
}
