//! Means over replications, and how far they can be trusted.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// A figure over all replications.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// Mean of the replications in which the figure is known; `None`: in none.
    pub mean: Option<f64>,
    /// The 95 % confidence interval of the mean; `None` where fewer than two
    /// replications know the figure. It is symmetric, so that it may reach
    /// beyond what the figure can be.
    pub ci95: Option<(f64, f64)>,
    /// How many replications know the figure.
    pub count: u64,
}

impl Estimate {
    /// Half the width of the confidence interval.
    #[must_use]
    pub fn half_width(&self) -> Option<f64> {
        self.ci95.map(|(low, high)| (high - low) / 2.0)
    }

    /// The standard error of the mean, s / √n; `None` where there is no
    /// confidence interval.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        let half = self.half_width()?;
        Some(half / t_quantile(self.count as f64 - 1.0))
    }

    /// Where 95 % of single replications lie, if they are spread normally:
    /// the t interval of the next one, mean ± t(0.975, n − 1) · s · √(1 + 1/n).
    /// It narrows no further with more replications, as days differ anyway.
    #[must_use]
    pub fn single_runs(&self) -> Option<(f64, f64)> {
        let (mean, half) = (self.mean?, self.half_width()?);
        let half = half * (self.count as f64 + 1.0).sqrt();
        Some((mean - half, mean + half))
    }
}

/// Running mean and variance, after Welford: B. P. Welford, Note on a method
/// for calculating corrected sums of squares and products, Technometrics 4
/// (1962). Values must come in a fixed order for equal bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Takes one more value in.
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
    }

    /// Mean, and Student's t interval: mean ± t(0.975, n − 1) · s / √n.
    #[must_use]
    pub fn estimate(&self) -> Estimate {
        if self.count == 0 {
            return Estimate::default();
        }
        let ci95 = (self.count > 1).then(|| {
            let n = self.count as f64;
            let error = (self.squares / (n - 1.0) / n).sqrt();
            let half = if error > 0.0 {
                t_quantile(n - 1.0) * error
            } else {
                0.0
            };
            (self.mean - half, self.mean + half)
        });
        Estimate {
            mean: Some(self.mean),
            ci95,
            count: self.count,
        }
    }
}

/// The 97.5 % quantile of Student's t distribution.
fn t_quantile(freedom: f64) -> f64 {
    let t = StudentsT::new(0.0, 1.0, freedom).expect("degrees of freedom are positive");
    t.inverse_cdf(0.975)
}
