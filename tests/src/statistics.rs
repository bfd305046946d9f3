//! Statistics that tests judge samples by. Seeds are fixed before the first
//! run; a value out of bounds is explained, never re-drawn.

use std::fmt::Write as _;

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
pub struct Deviations(Vec<(String, f64)>);

impl Deviations {
    /// Notes that `what` deviates by `z` standard errors.
    pub fn note(&mut self, what: impl Into<String>, z: f64) {
        self.0.push((what.into(), z));
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
        let sizes = self.0.iter().map(|(_, z)| z.abs());
        let worst = sizes.clone().fold(0.0, f64::max);
        let rare = sizes.filter(|z| *z > DEVIATION_RARE).count();
        format!(
            "{} values, the worst {worst:.2} standard errors off, {rare} beyond {DEVIATION_RARE}",
            self.0.len()
        )
    }

    /// Asserts that none is beyond [`DEVIATION_MAX`] and at most 2 of 60 (never
    /// fewer than 2) are beyond [`DEVIATION_RARE`].
    ///
    /// # Panics
    ///
    /// Where that does not hold, with every deviation.
    pub fn assert_plausible(&self) {
        let beyond = |limit: f64| {
            self.0
                .iter()
                .filter(|(_, z)| z.is_nan() || z.abs() > limit)
                .count()
        };
        let mut table = String::new();
        for (what, z) in &self.0 {
            let _ = writeln!(table, "{z:8.3}  {what}");
        }
        assert!(!self.0.is_empty(), "nothing was noted");
        assert_eq!(
            beyond(DEVIATION_MAX),
            0,
            "beyond {DEVIATION_MAX} standard errors:\n{table}"
        );
        let allowed = (self.0.len() * RARE_ALLOWED / RARE_OF).max(RARE_ALLOWED);
        assert!(
            beyond(DEVIATION_RARE) <= allowed,
            "too many rare deviations:\n{table}"
        );
    }
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
