//! Distributions of durations: handle times, patience, delays.
//!
//! A [`Law`] says which distribution, in the parameters that a person knows
//! (mean and standard deviation of the duration itself). [`Distribution::new`]
//! checks it and precomputes what a sample needs. Where a law's quantile can be
//! computed, a sample is that quantile of one uniform and rises with it, so two
//! laws that are fed the same draw give a long duration for the same callers.

mod error;

use std::sync::Arc;

use tandem_engine::Span;

use crate::random::Uniforms;
use crate::special::{gamma_p, normal_cdf, normal_quantile};
pub use error::DistributionError;

/// The longest mean, standard deviation, bound or single value, in seconds: a
/// leap year. A call centre has no longer durations; a typing error has.
pub const DURATION_S_MAX: f64 = 366.0 * 86_400.0;
/// The most stages of an Erlang distribution: at a thousand it varies by 3 %.
pub const ERLANG_K_MAX: u32 = 1_000;
/// The most branches of a hyper-exponential distribution.
pub const HYPER_BRANCHES_MAX: usize = 16;
/// The most values of an empirical distribution.
pub const EMPIRICAL_VALUES_MAX: usize = 1_000_000;
/// The smallest ratio of standard deviation to mean; below it, the value may as
/// well be fixed.
pub const CV_MIN: f64 = 1e-3;
/// The largest ratio of standard deviation to mean.
pub const CV_MAX: f64 = 100.0;
/// The smallest shape of a Weibull distribution: the mean is Γ(11) scales.
pub const WEIBULL_SHAPE_MIN: f64 = 0.1;
/// The largest shape of a Weibull distribution: it varies by about 1 %.
pub const WEIBULL_SHAPE_MAX: f64 = 100.0;
/// How far the probabilities of the branches may sum up from 1.
pub const PROBABILITY_SUM_TOLERANCE: f64 = 1e-9;

/// Uniforms multiplied before a logarithm is taken. Each is at least 2⁻⁵³, so
/// the product of 16 stays a normal number.
const ERLANG_BATCH: u32 = 16;

/// Microseconds in a second.
const MICROS_PER_S: f64 = 1e6;

/// One branch of a hyper-exponential distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Branch {
    /// The share of the samples that take this branch.
    pub probability: f64,
    /// Their mean, in seconds.
    pub mean_s: f64,
}

/// Which distribution, by parameters that are not yet checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Always the same value.
    Deterministic {
        /// The value, in seconds; it may be zero.
        value_s: f64,
    },
    /// One of the given values, each as likely as the others. Nothing is
    /// interpolated: mean and variance are exactly those of the values, and
    /// lumps (services of a few seconds, whole seconds) stay lumps.
    Empirical {
        /// The values, in seconds and any order.
        values_s: Arc<[f64]>,
    },
    /// The sum of `k` exponential stages.
    Erlang {
        /// The number of stages.
        k: u32,
        /// The mean of the sum, in seconds.
        mean_s: f64,
    },
    /// No memory: the time still to come never depends on the time passed.
    Exponential {
        /// The mean, in seconds.
        mean_s: f64,
    },
    /// Gamma.
    Gamma {
        /// The mean, in seconds.
        mean_s: f64,
        /// The standard deviation, in seconds.
        sd_s: f64,
    },
    /// A mixture of exponential distributions.
    HyperExponential {
        /// The branches; their probabilities sum up to 1.
        branches: Vec<Branch>,
    },
    /// The logarithm is normal. Handle times usually look like this.
    LogNormal {
        /// The mean of the duration itself, not of its logarithm, in seconds.
        mean_s: f64,
        /// The standard deviation of the duration itself, in seconds.
        sd_s: f64,
    },
    /// Anything between two bounds.
    Uniform {
        /// The lower bound, in seconds.
        low_s: f64,
        /// The upper bound, in seconds.
        high_s: f64,
    },
    /// Weibull.
    Weibull {
        /// Below 1 the hazard falls with time, above 1 it rises.
        shape: f64,
        /// The mean, in seconds.
        mean_s: f64,
    },
}

/// A distribution that has been checked and is ready to be sampled. Cloning it
/// copies no list.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    sampler: Sampler,
    mean_s: f64,
    variance_s2: f64,
}

/// What a sample needs, precomputed.
#[derive(Clone, Debug, PartialEq)]
enum Sampler {
    Deterministic {
        value: f64,
    },
    Empirical {
        sorted: Arc<[f64]>,
    },
    Erlang {
        k: u32,
        stage_mean: f64,
    },
    Exponential {
        mean: f64,
    },
    Gamma(GammaSampler),
    HyperExponential {
        branches: Arc<[Branch]>,
    },
    LogNormal {
        mu: f64,
        sigma: f64,
    },
    Uniform {
        low: f64,
        width: f64,
    },
    Weibull {
        shape: f64,
        inverse_shape: f64,
        scale: f64,
    },
}

/// Marsaglia and Tsang's constants.
#[derive(Clone, Debug, PartialEq)]
struct GammaSampler {
    shape: f64,
    scale: f64,
    /// Shape − 1/3, after the boost.
    d: f64,
    /// 1 / √(9 d).
    c: f64,
    /// 1 / shape where the shape is below 1 and needs the boost.
    boost: Option<f64>,
}

impl Distribution {
    /// Checks a law and prepares it for sampling.
    ///
    /// # Errors
    ///
    /// [`DistributionError`] says which parameter is wrong and what is allowed.
    pub fn new(law: &Law) -> Result<Self, DistributionError> {
        match law {
            Law::Deterministic { value_s } => Self::deterministic(*value_s),
            Law::Empirical { values_s } => Self::empirical(values_s),
            Law::Erlang { k, mean_s } => Self::erlang(*k, *mean_s),
            Law::Exponential { mean_s } => Self::exponential(*mean_s),
            Law::Gamma { mean_s, sd_s } => Self::gamma(*mean_s, *sd_s),
            Law::HyperExponential { branches } => Self::hyper_exponential(branches),
            Law::LogNormal { mean_s, sd_s } => Self::log_normal(*mean_s, *sd_s),
            Law::Uniform { low_s, high_s } => Self::uniform(*low_s, *high_s),
            Law::Weibull { shape, mean_s } => Self::weibull(*shape, *mean_s),
        }
    }

    /// [`Law::Deterministic`]. Errors as [`Self::new`].
    pub fn deterministic(value_s: f64) -> Result<Self, DistributionError> {
        let value = duration("value", value_s)?;
        Ok(Self {
            sampler: Sampler::Deterministic { value },
            mean_s: value,
            variance_s2: 0.0,
        })
    }

    /// [`Law::Empirical`]. Errors as [`Self::new`].
    pub fn empirical(values_s: &[f64]) -> Result<Self, DistributionError> {
        count("values", values_s.len(), EMPIRICAL_VALUES_MAX)?;
        let mut sorted = values_s.to_vec();
        for value in &sorted {
            duration("values", *value)?;
        }
        // Minus zero would sort apart from zero and change a golden value.
        sorted.iter_mut().for_each(|value| *value += 0.0);
        sorted.sort_unstable_by(f64::total_cmp);
        let n = float(sorted.len());
        let mean_s = sorted.iter().sum::<f64>() / n;
        let variance_s2 = sorted
            .iter()
            .map(|v| (v - mean_s) * (v - mean_s))
            .sum::<f64>()
            / n;
        Ok(Self {
            sampler: Sampler::Empirical {
                sorted: sorted.into(),
            },
            mean_s,
            variance_s2,
        })
    }

    /// [`Law::Erlang`]. Errors as [`Self::new`].
    pub fn erlang(k: u32, mean_s: f64) -> Result<Self, DistributionError> {
        let mean_s = positive("mean", mean_s)?;
        if k == 0 {
            return Err(DistributionError::NotPositive {
                parameter: "k",
                value: 0.0,
            });
        }
        if k > ERLANG_K_MAX {
            let (value, max) = (f64::from(k), f64::from(ERLANG_K_MAX));
            return Err(DistributionError::TooLarge {
                parameter: "k",
                value,
                max,
            });
        }
        let stage_mean = mean_s / f64::from(k);
        let sampler = Sampler::Erlang { k, stage_mean };
        Ok(Self {
            sampler,
            mean_s,
            variance_s2: mean_s * stage_mean,
        })
    }

    /// [`Law::Exponential`]. Errors as [`Self::new`].
    pub fn exponential(mean_s: f64) -> Result<Self, DistributionError> {
        let mean = positive("mean", mean_s)?;
        let sampler = Sampler::Exponential { mean };
        Ok(Self {
            sampler,
            mean_s: mean,
            variance_s2: mean * mean,
        })
    }

    /// [`Law::Gamma`]. Errors as [`Self::new`].
    pub fn gamma(mean_s: f64, sd_s: f64) -> Result<Self, DistributionError> {
        let (mean_s, sd_s) = mean_and_sd(mean_s, sd_s)?;
        let (shape, scale) = ((mean_s / sd_s) * (mean_s / sd_s), sd_s * sd_s / mean_s);
        let boost = (shape < 1.0).then(|| 1.0 / shape);
        let d = if boost.is_some() { shape + 1.0 } else { shape } - 1.0 / 3.0;
        let sampler = GammaSampler {
            shape,
            scale,
            d,
            c: 1.0 / (9.0 * d).sqrt(),
            boost,
        };
        Ok(Self {
            sampler: Sampler::Gamma(sampler),
            mean_s,
            variance_s2: sd_s * sd_s,
        })
    }

    /// [`Law::HyperExponential`]. Errors as [`Self::new`].
    pub fn hyper_exponential(branches: &[Branch]) -> Result<Self, DistributionError> {
        count("branches", branches.len(), HYPER_BRANCHES_MAX)?;
        for branch in branches {
            positive("mean", branch.mean_s)?;
            finite("probability", branch.probability)?;
            if branch.probability < 0.0 {
                let value = branch.probability;
                return Err(DistributionError::Negative {
                    parameter: "probability",
                    value,
                });
            }
        }
        let sum: f64 = branches.iter().map(|branch| branch.probability).sum();
        if (sum - 1.0).abs() > PROBABILITY_SUM_TOLERANCE {
            return Err(DistributionError::ProbabilitySum { sum });
        }
        let scaled = |b: &Branch| Branch {
            probability: b.probability / sum,
            mean_s: b.mean_s,
        };
        let branches: Arc<[Branch]> = branches.iter().map(scaled).collect();
        let moment = |n: i32| -> f64 {
            branches
                .iter()
                .map(|b| b.probability * libm::pow(b.mean_s, f64::from(n)))
                .sum()
        };
        let mean_s = moment(1);
        let variance_s2 = 2.0 * moment(2) - mean_s * mean_s;
        Ok(Self {
            sampler: Sampler::HyperExponential { branches },
            mean_s,
            variance_s2,
        })
    }

    /// [`Law::LogNormal`]. With variation v = sd / mean, the logarithm has
    /// variance ln(1 + v²) and mean ln(mean) − variance / 2. Errors as
    /// [`Self::new`].
    pub fn log_normal(mean_s: f64, sd_s: f64) -> Result<Self, DistributionError> {
        let (mean_s, sd_s) = mean_and_sd(mean_s, sd_s)?;
        let variation = sd_s / mean_s;
        let variance = libm::log1p(variation * variation);
        let (mu, sigma) = (libm::log(mean_s) - variance / 2.0, variance.sqrt());
        Ok(Self {
            sampler: Sampler::LogNormal { mu, sigma },
            mean_s,
            variance_s2: sd_s * sd_s,
        })
    }

    /// [`Law::Uniform`]. Errors as [`Self::new`].
    pub fn uniform(low_s: f64, high_s: f64) -> Result<Self, DistributionError> {
        let (low, high) = (duration("low", low_s)?, duration("high", high_s)?);
        if low > high {
            return Err(DistributionError::Reversed { low, high });
        }
        let width = high - low;
        let sampler = Sampler::Uniform { low, width };
        Ok(Self {
            sampler,
            mean_s: low + width / 2.0,
            variance_s2: width * width / 12.0,
        })
    }

    /// [`Law::Weibull`]: the mean is scale × Γ(1 + 1/shape). Errors as
    /// [`Self::new`].
    pub fn weibull(shape: f64, mean_s: f64) -> Result<Self, DistributionError> {
        let mean_s = positive("mean", mean_s)?;
        within("shape", shape, WEIBULL_SHAPE_MIN, WEIBULL_SHAPE_MAX)?;
        let inverse_shape = 1.0 / shape;
        let scale = mean_s / libm::tgamma(1.0 + inverse_shape);
        let second_moment = scale * scale * libm::tgamma(1.0 + 2.0 * inverse_shape);
        let sampler = Sampler::Weibull {
            shape,
            inverse_shape,
            scale,
        };
        Ok(Self {
            sampler,
            mean_s,
            variance_s2: second_moment - mean_s * mean_s,
        })
    }

    /// A duration in seconds: finite or, for absurd spreads, infinite; never
    /// negative.
    ///
    /// One word of `uniforms` is used, except for gamma (two or more), Erlang
    /// (one a stage) and hyper-exponential (two). A fixed value uses none.
    #[inline]
    #[must_use]
    pub fn sample(&self, uniforms: &mut Uniforms) -> f64 {
        match &self.sampler {
            Sampler::Deterministic { value } => *value,
            Sampler::Empirical { sorted } => sorted[index_below(uniforms, sorted.len())],
            Sampler::Erlang { k, stage_mean } => stage_mean * erlang_standard(*k, uniforms),
            Sampler::Exponential { mean } => mean * exponential_standard(uniforms),
            Sampler::Gamma(gamma) => gamma.sample(uniforms),
            Sampler::HyperExponential { branches } => hyper_exponential_sample(branches, uniforms),
            Sampler::LogNormal { mu, sigma } => {
                libm::exp(mu + sigma * normal_quantile(uniforms.open01()))
            }
            Sampler::Uniform { low, width } => low + width * uniforms.open01(),
            Sampler::Weibull {
                inverse_shape,
                scale,
                ..
            } => scale * libm::pow(exponential_standard(uniforms), *inverse_shape),
        }
    }

    /// [`Self::sample`] rounded to the microsecond.
    #[inline]
    #[must_use]
    pub fn sample_span(&self, uniforms: &mut Uniforms) -> Span {
        span_from_seconds(self.sample(uniforms))
    }

    /// The expected value, in seconds.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean_s
    }

    /// The variance, in square seconds.
    #[must_use]
    pub const fn variance(&self) -> f64 {
        self.variance_s2
    }

    /// The probability that a sample is at most `x_s` seconds.
    #[must_use]
    pub fn cdf(&self, x_s: f64) -> f64 {
        if x_s < 0.0 {
            return 0.0;
        }
        match &self.sampler {
            Sampler::Deterministic { value } => f64::from(u8::from(x_s >= *value)),
            Sampler::Empirical { sorted } => {
                float(sorted.partition_point(|value| *value <= x_s)) / float(sorted.len())
            }
            Sampler::Erlang { k, stage_mean } => gamma_p(f64::from(*k), x_s / stage_mean),
            Sampler::Exponential { mean } => -libm::expm1(-x_s / mean),
            Sampler::Gamma(gamma) => gamma_p(gamma.shape, x_s / gamma.scale),
            Sampler::HyperExponential { branches } => branches
                .iter()
                .map(|b| -b.probability * libm::expm1(-x_s / b.mean_s))
                .sum(),
            Sampler::LogNormal { mu, sigma } => normal_cdf((libm::log(x_s) - mu) / sigma),
            Sampler::Uniform { low, width } => {
                let above = x_s - low;
                if above < 0.0 {
                    0.0
                } else if above >= *width {
                    1.0
                } else {
                    above / width
                }
            }
            Sampler::Weibull { shape, scale, .. } => -libm::expm1(-libm::pow(x_s / scale, *shape)),
        }
    }
}

impl GammaSampler {
    /// G. Marsaglia and W. W. Tsang, "A simple method for generating gamma
    /// variables", ACM Transactions on Mathematical Software 26 (2000) 363–372.
    /// A shape below 1 is raised by 1 and the sample multiplied by U^(1/shape),
    /// as in their section 6.
    fn sample(&self, uniforms: &mut Uniforms) -> f64 {
        let boosted = self
            .boost
            .map_or(1.0, |power| libm::pow(uniforms.open01(), power));
        self.scale * boosted * self.standard(uniforms)
    }

    /// A sample of shape d + 1/3 and scale 1. Over 95 % of the candidates are
    /// accepted, whatever the shape.
    fn standard(&self, uniforms: &mut Uniforms) -> f64 {
        loop {
            let x = normal_quantile(uniforms.open01());
            let root = 1.0 + self.c * x;
            let u = uniforms.open01();
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            let x2 = x * x;
            if u < 1.0 - 0.0331 * x2 * x2
                || libm::log(u) < 0.5 * x2 + self.d * (1.0 - v + libm::log(v))
            {
                return self.d * v;
            }
        }
    }
}

/// A duration in seconds as a span: rounded to the microsecond, nothing where
/// it is negative or no number, the longest span where it is longer.
#[inline]
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from a float saturates at both ends and turns NaN into 0, as documented"
)]
pub fn span_from_seconds(seconds: f64) -> Span {
    Span::from_micros(libm::rint(seconds * MICROS_PER_S) as u64)
}

/// A span in seconds.
#[inline]
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "exact below 2⁵³ microseconds, which are 285 years"
)]
pub const fn seconds(span: Span) -> f64 {
    span.micros() as f64 / MICROS_PER_S
}

/// The exponential quantile of one uniform, for mean 1. It is written in 1 − u
/// so that it rises with u, as all quantiles do.
#[inline]
pub(crate) fn exponential_standard(uniforms: &mut Uniforms) -> f64 {
    -libm::log(1.0 - uniforms.open01())
}

/// The sum of `k` exponentials of mean 1, as the logarithm of a product.
fn erlang_standard(k: u32, uniforms: &mut Uniforms) -> f64 {
    let mut sum = 0.0;
    let mut left = k;
    while left > 0 {
        let batch = left.min(ERLANG_BATCH);
        let product = (0..batch).fold(1.0, |product, _| product * (1.0 - uniforms.open01()));
        sum -= libm::log(product);
        left -= batch;
    }
    sum
}

/// Picks a branch by the first word, its duration by the second.
fn hyper_exponential_sample(branches: &[Branch], uniforms: &mut Uniforms) -> f64 {
    let mut left = uniforms.open01();
    let mut mean = 0.0;
    for branch in branches.iter().filter(|branch| branch.probability > 0.0) {
        mean = branch.mean_s;
        left -= branch.probability;
        if left < 0.0 {
            break;
        }
    }
    mean * exponential_standard(uniforms)
}

/// An index below `len`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the result is below a usize"
)]
fn index_below(uniforms: &mut Uniforms, len: usize) -> usize {
    uniforms.below(len as u64) as usize
}

/// A count as a number.
#[expect(
    clippy::cast_precision_loss,
    reason = "lists have at most a million entries"
)]
pub(crate) const fn float(count: usize) -> f64 {
    count as f64
}

/// Neither NaN nor infinite.
fn finite(parameter: &'static str, value: f64) -> Result<f64, DistributionError> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(DistributionError::NotFinite { parameter })
    }
}

/// A duration from zero to [`DURATION_S_MAX`].
fn duration(parameter: &'static str, value: f64) -> Result<f64, DistributionError> {
    finite(parameter, value)?;
    if value < 0.0 {
        return Err(DistributionError::Negative { parameter, value });
    }
    if value > DURATION_S_MAX {
        return Err(DistributionError::TooLarge {
            parameter,
            value,
            max: DURATION_S_MAX,
        });
    }
    Ok(value)
}

/// A duration above zero.
fn positive(parameter: &'static str, value: f64) -> Result<f64, DistributionError> {
    if value == 0.0 {
        return Err(DistributionError::NotPositive { parameter, value });
    }
    duration(parameter, value)
}

/// A number between two limits.
fn within(
    parameter: &'static str,
    value: f64,
    min: f64,
    max: f64,
) -> Result<f64, DistributionError> {
    finite(parameter, value)?;
    if value < min {
        return Err(DistributionError::TooSmall {
            parameter,
            value,
            min,
        });
    }
    if value > max {
        return Err(DistributionError::TooLarge {
            parameter,
            value,
            max,
        });
    }
    Ok(value)
}

/// A mean and a standard deviation that stand in a sensible ratio.
fn mean_and_sd(mean_s: f64, sd_s: f64) -> Result<(f64, f64), DistributionError> {
    let (mean, sd) = (positive("mean", mean_s)?, finite("sd", sd_s)?);
    if sd <= 0.0 {
        return Err(DistributionError::NotPositive {
            parameter: "sd",
            value: sd,
        });
    }
    within("sd / mean", sd / mean, CV_MIN, CV_MAX)?;
    Ok((mean, sd))
}

/// A list that is neither empty nor too long.
fn count(parameter: &'static str, len: usize, max: usize) -> Result<(), DistributionError> {
    if len == 0 {
        return Err(DistributionError::EmptyList { parameter });
    }
    if len > max {
        return Err(DistributionError::TooMany {
            parameter,
            count: len,
            max,
        });
    }
    Ok(())
}
