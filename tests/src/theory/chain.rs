//! Birth–death chains: how often they are in which state, how fast they forget,
//! and how far an average over time may lie from the long run.

/// States less likely than this, against the likeliest, are left out; the
/// logarithm of it.
const LOG_WEIGHT_MIN: f64 = -60.0;

/// A chain on the states 0, 1, 2, … that moves up at one rate and down at rates
/// that depend on the state, all per second. It is in the long run.
#[derive(Clone, Debug)]
pub struct BirthDeath {
    births: f64,
    /// Of every state; of state 0 it is zero.
    deaths: Vec<f64>,
    shares: Vec<f64>,
}

impl BirthDeath {
    /// A chain that ends at the state `last`, or where the states above it are
    /// less likely than e^−60 of the likeliest.
    #[must_use]
    pub fn new(births: f64, deaths: impl Fn(usize) -> f64, last: Option<usize>) -> Self {
        let (mut rates, mut logs, mut highest) = (vec![0.0], vec![0.0_f64], 0.0_f64);
        let mut log = 0.0;
        loop {
            let next = logs.len();
            let down = deaths(next);
            let negligible = births < down && log < highest + LOG_WEIGHT_MIN;
            if last.map_or(negligible, |last| next > last) {
                break;
            }
            log += (births / down).ln();
            highest = highest.max(log);
            rates.push(down);
            logs.push(log);
        }
        let weights: Vec<f64> = logs.iter().map(|log| (log - highest).exp()).collect();
        let total: f64 = weights.iter().sum();
        let shares = weights.iter().map(|weight| weight / total).collect();
        Self {
            births,
            deaths: rates,
            shares,
        }
    }

    /// The share of time in each state, from the balance births · p(i) =
    /// deaths(i+1) · p(i+1).
    #[must_use]
    pub fn shares(&self) -> Vec<f64> {
        self.shares.clone()
    }

    /// The relaxation time in seconds: after k of them, what the chain
    /// remembers of its beginning has faded to about e^−k. It is one over the
    /// least eigenvalue above zero of the generator, which is as symmetric as
    /// its tridiagonal matrix can be made (W. Ledermann and G. E. H. Reuter,
    /// Philosophical Transactions A 246, 1954). Found by bisection on the number
    /// of eigenvalues below a bound, which a Sturm sequence gives.
    #[must_use]
    pub fn relaxation_s(&self) -> f64 {
        let (mut low, mut high) = (0.0, 2.0 * (self.births + self.deaths[1]));
        while self.eigenvalues_below(high) < 2 {
            high *= 2.0;
        }
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if self.eigenvalues_below(middle) < 2 {
                low = middle;
            } else {
                high = middle;
            }
        }
        2.0 / (low + high)
    }

    fn eigenvalues_below(&self, bound: f64) -> usize {
        let last = self.deaths.len() - 1;
        let (mut below, mut before) = (0, f64::INFINITY);
        for (state, down) in self.deaths.iter().enumerate() {
            let up = if state < last { self.births } else { 0.0 };
            let beside = self.births * down;
            before = up + down - bound - beside / before;
            if before == 0.0 {
                before = f64::MIN_POSITIVE;
            }
            below += usize::from(before < 0.0);
        }
        below
    }

    /// The long-run average of a function of the state.
    #[must_use]
    pub fn mean(&self, value: impl Fn(usize) -> f64) -> f64 {
        let terms = self.shares.iter().enumerate();
        terms.map(|(state, share)| value(state) * share).sum()
    }

    /// How the average of a function of the state over a long time t varies:
    /// its variance is this over t, with the seconds as unit of t. With F(i) =
    /// Σ (f(j) − mean) p(j), j ≤ i, it is 2 Σ F(i)² / (births · p(i)): W. Whitt,
    /// "Asymptotic formulas for Markov processes with applications to
    /// simulation", Operations Research 40 (1992), formula (6).
    #[must_use]
    pub fn variance_of_average_s(&self, value: impl Fn(usize) -> f64) -> f64 {
        let mean = self.mean(&value);
        let terms: Vec<f64> = (self.shares.iter().enumerate())
            .map(|(state, share)| (value(state) - mean) * share)
            .collect();
        // Both ends are summed from outside, where the terms are small, so
        // that the sums keep their digits.
        let middle = (self.shares.iter().enumerate())
            .max_by(|a, b| a.1.total_cmp(b.1))
            .map_or(0, |(state, _)| state);
        let square = |sum: f64, share: f64| match share > 0.0 {
            true => sum * sum / (self.births * share),
            false => 0.0,
        };
        let (mut total, mut sum) = (0.0, 0.0);
        for (term, share) in terms.iter().zip(&self.shares).take(middle) {
            sum += term;
            total += square(sum, *share);
        }
        sum = 0.0;
        for state in (middle..terms.len() - 1).rev() {
            sum += terms[state + 1];
            total += square(sum, self.shares[state]);
        }
        2.0 * total
    }
}
