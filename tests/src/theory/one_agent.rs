//! Queues with one agent and any distribution of service.

use super::Exact;

/// What is to be known of a service: the first moments of its distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Service {
    /// Its mean, in seconds.
    pub mean_s: f64,
    /// Its variance, in square seconds.
    pub variance_s2: f64,
}

impl Service {
    /// The mean of its square, in square seconds.
    #[must_use]
    pub fn square_s2(self) -> f64 {
        self.mean_s * self.mean_s + self.variance_s2
    }

    /// Several things one after the other, none of which depends on another.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self {
            mean_s: self.mean_s + next.mean_s,
            variance_s2: self.variance_s2 + next.variance_s2,
        }
    }

    /// How long a queue with this service and one agent remembers, in seconds:
    /// the relaxation time of reflected Brownian motion with the same drift
    /// −(1 − ρ) and variance λE[S²], which is 2λE[S²]/(1 − ρ)². For exponential
    /// service it is 4ρs/(1 − ρ)², a little above the exact s/(1 − √ρ)².
    #[must_use]
    pub fn relaxation_s(self, load: f64) -> f64 {
        2.0 * load / self.mean_s * self.square_s2() / (1.0 - load).powi(2)
    }
}

/// One agent, service of any distribution, nobody gives up (M/G/1): the mean
/// wait is λE[S²] / (2(1 − ρ)). F. Pollaczek (1930), A. Y. Khinchine (1932). How
/// many are answered `within` a time depends on more than the moments, and is
/// handed in.
#[must_use]
pub fn pollaczek_khinchine(service: Service, load: f64, within: f64) -> Exact {
    assert!(load < 1.0, "the queue grows for ever");
    let wait_s = load / service.mean_s * service.square_s2() / (2.0 * (1.0 - load));
    Exact {
        waits: load,
        abandons: 0.0,
        missed: 0.0,
        within,
        mean_wait_s: wait_s,
        mean_wait_answered_s: wait_s,
        occupancy: load,
    }
}

/// The share that one agent answers within a time, where every service lasts
/// equally long (M/D/1): (1 − ρ) Σ e^u (−u)^k / k! with u = λ(t − ks), over the
/// k with ks ≤ t. A. K. Erlang (1909). The terms alternate, so t may be a few
/// services only.
#[must_use]
pub fn within_m_d_1(service_s: f64, load: f64, within_s: f64) -> f64 {
    assert!(
        within_s < 10.0 * service_s,
        "too many digits would be lost there"
    );
    let (mut sum, mut factorial) = (0.0, 1.0);
    for k in 0_u8.. {
        let left_s = within_s - f64::from(k) * service_s;
        if left_s < 0.0 {
            break;
        }
        factorial *= f64::from(k.max(1));
        let load = load * left_s / service_s;
        sum += load.exp() * (-load).powi(i32::from(k)) / factorial;
    }
    (1.0 - load) * sum
}

/// The share that one agent answers within a time, where service is exponential
/// with one of two means (M/H₂/1). By partial fractions of the transform of
/// Pollaczek and Khinchine, (1 − ρ)s / (s − λ + λ E e^(−sS)): its poles −r are
/// the roots of s² + (μ₁ + μ₂ − λ)s + μ₁μ₂ − λ(p₁μ₂ + p₂μ₁), and r₁ has the
/// weight (1 − ρ)(μ₁ − r₁)(μ₂ − r₁) / (r₁(r₂ − r₁)).
#[must_use]
pub fn within_m_h2_1(branches: [(f64, f64); 2], load: f64, within_s: f64) -> f64 {
    let [(share_1, mean_1), (share_2, mean_2)] = branches;
    let arrivals = load / (share_1 * mean_1 + share_2 * mean_2);
    let (rate_1, rate_2) = (1.0 / mean_1, 1.0 / mean_2);
    let half = (rate_1 + rate_2 - arrivals) / 2.0;
    let product = rate_1 * rate_2 - arrivals * (share_1 * rate_2 + share_2 * rate_1);
    let spread = (half * half - product).sqrt();
    let (fast, slow) = (half + spread, product / (half + spread));
    let beyond = |root: f64, other: f64| {
        let weight = (rate_1 - root) * (rate_2 - root) / (root * (other - root));
        (1.0 - load) * weight * (-root * within_s).exp()
    };
    1.0 - beyond(fast, slow) - beyond(slow, fast)
}

/// The mean time in which a telephone rings before it is answered, and its
/// variance, where a share `missed` of the rings is let ring out after
/// `timeout_s` and the telephone rings again at once: a geometric number of
/// whole rings, m/(1 − m) on average with variance m/(1 − m)².
#[must_use]
pub fn ringing(missed: f64, timeout_s: f64) -> Service {
    let rings = missed / (1.0 - missed);
    Service {
        mean_s: rings * timeout_s,
        variance_s2: rings / (1.0 - missed) * timeout_s * timeout_s,
    }
}
