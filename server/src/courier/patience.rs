//! How often something is tried.

use std::time::Duration;

/// When what could not be delivered is tried again, and when no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The first pause; each one after it is twice as long.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// After so long, from the first attempt on, it is given up.
    pub all: Duration,
}

impl Default for Patience {
    /// Soon at first, as most troubles pass; for a day, as an outage may last a night.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(5),
            longest: Duration::from_secs(600),
            all: Duration::from_secs(24 * 3_600),
        }
    }
}

impl Patience {
    /// How long to wait after so many attempts in vain, where all pauses before took
    /// `waited`; `None`: it is given up.
    pub(super) fn pause(&self, attempts: u32, waited: Duration) -> Option<Duration> {
        let doubled = 1_u32
            .checked_shl(attempts.saturating_sub(1))
            .unwrap_or(u32::MAX);
        let pause = self.first.saturating_mul(doubled).min(self.longest);
        (waited + pause <= self.all).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_end() {
        let patience = Patience {
            first: Duration::from_secs(5),
            longest: Duration::from_secs(30),
            all: Duration::from_secs(100),
        };
        let (mut waited, mut pauses) = (Duration::ZERO, Vec::new());
        for attempts in 1.. {
            let Some(pause) = patience.pause(attempts, waited) else {
                break;
            };
            waited += pause;
            pauses.push(pause.as_secs());
        }
        assert_eq!(pauses, [5, 10, 20, 30, 30]);
        assert_eq!(
            patience.pause(u32::MAX, Duration::ZERO),
            Some(patience.longest)
        );
    }
}
