//! Statistics that tests judge samples by. Seeds are fixed before the first
//! run; a value out of bounds is explained, never re-drawn.

use std::fmt::Write as _;

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// No value may lie further from its expectation than this, in standard errors.
pub const DEVIATION_MAX: f64 = 4.5;
/// Few values may lie further from their expectation than this.
pub const DEVIATION_RARE: f64 = 3.0;
/// Of so many values …
const RARE_OF: usize = 60;
/// … so many may be rare ones.
const RARE_ALLOWED: usize = 2;

/// Deviations of one test, each in standard errors, judged together.
#[derive(Debug, Default)]
pub struct Deviations {
    /// They do not depend on one another.
    own: Vec<(String, f64)>,
    /// They follow from others, in part or altogether.
    following: Vec<(String, f64)>,
}

impl Deviations {
    /// Notes that `what` deviates by `z` standard errors, whatever the others
    /// do.
    pub fn note(&mut self, what: impl Into<String>, z: f64) {
        self.own.push((what.into(), z));
    }

    /// Notes that `what` deviates by `z` standard errors, where some of that
    /// may follow from what others deviate by. It may be as far off as any
    /// other, but is not counted among the few: several that follow from one
    /// chance would be rare together.
    pub fn note_following(&mut self, what: impl Into<String>, z: f64) {
        self.following.push((what.into(), z));
    }

    /// Notes `observed` against what was expected of it.
    pub fn compare(&mut self, what: impl Into<String>, observed: f64, expected: f64, se: f64) {
        self.note(what, (observed - expected) / se);
    }

    /// Notes a chi-square statistic as a normal deviate, by the cube root of
    /// Wilson and Hilferty (1931). Too good a fit counts as a deviation too.
    pub fn chi_square(&mut self, what: impl Into<String>, statistic: f64, freedom: f64) {
        let spread = 2.0 / (9.0 * freedom);
        self.note(
            what,
            ((statistic / freedom).cbrt() - (1.0 - spread)) / spread.sqrt(),
        );
    }

    /// How many there are, the largest, and how many are beyond
    /// [`DEVIATION_RARE`].
    #[must_use]
    pub fn summary(&self) -> String {
        let sizes = self.all().map(|(_, z)| z.abs());
        let worst = sizes.fold(0.0, f64::max);
        let rare = beyond(self.own.iter(), DEVIATION_RARE);
        format!(
            "{} values, the worst {worst:.2} standard errors off; {} of their own, {rare} beyond \
             {DEVIATION_RARE}",
            self.all().count(),
            self.own.len()
        )
    }

    fn all(&self) -> impl Iterator<Item = &(String, f64)> {
        self.own.iter().chain(&self.following)
    }

    /// Asserts that none is beyond [`DEVIATION_MAX`] and that, of those of their
    /// own, at most 2 of 60 (never fewer than 2) are beyond [`DEVIATION_RARE`].
    ///
    /// # Panics
    ///
    /// Where that does not hold, with every deviation.
    pub fn assert_plausible(&self) {
        let mut table = String::new();
        for (what, z) in self.all() {
            let _ = writeln!(table, "{z:8.3}  {what}");
        }
        assert!(!table.is_empty(), "nothing was noted");
        assert_eq!(
            beyond(self.all(), DEVIATION_MAX),
            0,
            "beyond {DEVIATION_MAX} standard errors:\n{table}"
        );
        let allowed = (self.own.len() * RARE_ALLOWED / RARE_OF).max(RARE_ALLOWED);
        assert!(
            beyond(self.own.iter(), DEVIATION_RARE) <= allowed,
            "too many rare deviations:\n{table}"
        );
    }
}

fn beyond<'d>(deviations: impl Iterator<Item = &'d (String, f64)>, limit: f64) -> usize {
    deviations
        .filter(|(_, z)| z.is_nan() || z.abs() > limit)
        .count()
}

/// A figure of which so much of the variance is explained by others says
/// nothing of its own: it follows from them, but for the last digits, and there
/// the bias of a mean of ratios is no longer small.
const EXPLAINED_MAX: f64 = 0.9;

/// A figure that the same runs gave as others, to be judged with them.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its value in every run.
    pub values: Vec<f64>,
    /// What is expected of it.
    pub expected: f64,
}

/// How far the means of figures of the same runs lie from what is expected,
/// each beyond what follows from those before it; `None` where next to all of
/// it follows. If by chance the callers of some runs talk for long, then others
/// wait longer, and more of them, and give up: one chance, not four. What is
/// returned are standard normal deviates that do not depend on one another,
/// exactly so where figures are normal.
///
/// That is the step-down procedure (J. Roy, Annals of Mathematical Statistics
/// 29, 1958): the regression of each figure on those before it, its intercept
/// against the expected one, by Student's t. Done by the method of Gram and
/// Schmidt.
///
/// # Panics
/// Where there are not at least two runs more than figures.
#[must_use]
pub fn step_down(samples: &[Sample]) -> Vec<Option<f64>> {
    let mut known: Vec<Residual> = Vec::new();
    let mut deviate = |sample: &Sample| {
        let whole = Residual::of(sample);
        let own = known.iter().fold(whole.clone(), Residual::without);
        if own.squares <= (1.0 - EXPLAINED_MAX) * whole.squares {
            return None;
        }
        let runs = count(sample.values.len());
        let freedom = runs - 1.0 - count(known.len());
        let explained = known.iter().map(|one| one.off * one.off / one.squares);
        let spread = 1.0 / runs + explained.sum::<f64>();
        let t = own.off / (own.squares / freedom * spread).sqrt();
        known.push(own);
        Some(normal_of_student(t, freedom))
    };
    samples.iter().map(&mut deviate).collect()
}

/// What is left of a figure once it is free of others.
#[derive(Clone, Debug)]
struct Residual {
    /// In every run, less its mean.
    around: Vec<f64>,
    /// The sum of the squares of these.
    squares: f64,
    /// How far the mean is off.
    off: f64,
}

impl Residual {
    fn of(sample: &Sample) -> Self {
        let mean = sample.values.iter().sum::<f64>() / count(sample.values.len());
        let around = sample.values.iter().map(|value| value - mean).collect();
        Self::new(around, mean - sample.expected)
    }

    fn new(around: Vec<f64>, off: f64) -> Self {
        let squares = around.iter().map(|value| value * value).sum();
        Self {
            around,
            squares,
            off,
        }
    }

    fn without(self, other: &Self) -> Self {
        let both = self.around.iter().zip(&other.around);
        let slope = both.map(|(a, b)| a * b).sum::<f64>() / other.squares;
        let left = self.around.iter().zip(&other.around);
        let around = left.map(|(a, b)| a - slope * b).collect();
        Self::new(around, self.off - slope * other.off)
    }
}

/// The standard normal deviate that is as rare as `t` is with so many degrees
/// of freedom.
fn normal_of_student(t: f64, freedom: f64) -> f64 {
    let student = StudentsT::new(0.0, 1.0, freedom).expect("there are more runs than figures");
    let normal = Normal::new(0.0, 1.0).expect("the standard normal");
    let tail = student.sf(t.abs());
    normal.inverse_cdf(tail).abs().copysign(t)
}

/// Mean, variance and the standard error of the variance of a sample.
#[must_use]
pub fn moments(sample: &[f64]) -> (f64, f64, f64) {
    let n = count(sample.len());
    let mean = sample.iter().sum::<f64>() / n;
    let central = |power: i32| sample.iter().map(|x| (x - mean).powi(power)).sum::<f64>() / n;
    let variance = central(2);
    (
        mean,
        variance,
        ((central(4) - variance * variance) / n).sqrt(),
    )
}

/// Pearson's correlation of two samples of the same length.
#[must_use]
pub fn correlation(xs: &[f64], ys: &[f64]) -> f64 {
    let ((mean_x, var_x, _), (mean_y, var_y, _)) = (moments(xs), moments(ys));
    let products: f64 = xs
        .iter()
        .zip(ys)
        .map(|(x, y)| (x - mean_x) * (y - mean_y))
        .sum();
    products / count(xs.len()) / (var_x * var_y).sqrt()
}

/// Kolmogorov's √n × the largest distance between the sample's distribution and
/// `cdf`, looked at on both sides of each value, so that lumps are right too.
#[must_use]
pub fn kolmogorov_smirnov(sample: &[f64], cdf: impl Fn(f64) -> f64) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = count(sorted.len());
    let mut distance = 0.0_f64;
    let mut at = 0;
    while at < sorted.len() {
        let value = sorted[at];
        let next = at + sorted[at..].partition_point(|x| *x <= value);
        distance = distance.max((cdf(value.next_down()) - count(at) / n).abs());
        distance = distance.max((cdf(value) - count(next) / n).abs());
        at = next;
    }
    distance * n.sqrt()
}

/// The probability that Kolmogorov's statistic is larger than this, for large
/// samples (his series of 1933). Four terms suffice where it is above 0.3, and
/// below that the probability is 1 to five digits.
#[must_use]
pub fn kolmogorov_tail(statistic: f64) -> f64 {
    if statistic < 0.3 {
        return 1.0;
    }
    let term = |k: f64| (-2.0 * k * k * statistic * statistic).exp();
    (2.0 * (term(1.0) - term(2.0) + term(3.0) - term(4.0))).clamp(0.0, 1.0)
}

/// Pearson's statistic of counts against expected counts.
#[must_use]
pub fn chi_square(observed: &[f64], expected: &[f64]) -> f64 {
    observed
        .iter()
        .zip(expected)
        .map(|(o, e)| (o - e) * (o - e) / e)
        .sum()
}

/// A count as a number.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "samples have far fewer than 2⁵³ values"
)]
pub const fn count(n: usize) -> f64 {
    n as f64
}
