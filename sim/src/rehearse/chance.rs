//! Chance in a rehearsal: what a draw is for decides its value, so that a world
//! with one act less is the same world in all else.

use tandem_engine::Span;

use crate::random::{Key, Purpose, Uniforms};

/// A quarter of a second. Most lengths are short multiples of it, so that things
/// often happen in the same instant.
pub(super) const QUARTER_US: u64 = 250_000;

/// What is drawn. The numbers are part of every saved world: a new one gets a new
/// number, an old one never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// The centre and the list of acts.
    Plan = 0,
    /// What becomes of a ring.
    Ring = 1,
    /// What becomes of a connection.
    Bridge = 2,
    /// What becomes of something that is told.
    Told = 3,
    /// What becomes of a kept effect.
    Kept = 4,
    /// Whether a deadline is carried out late.
    Tick = 5,
    /// Which keys a caller presses.
    Key = 6,
}

/// A short stream of draws.
#[derive(Clone, Debug)]
pub(super) struct Chance(Uniforms);

impl Chance {
    /// The draws about `object`, for the `attempt`-th time.
    pub(super) fn new(seed: u64, what: What, object: u64, attempt: u32) -> Self {
        let attempt = (what as u64) << 32 | u64::from(attempt);
        let purpose = Purpose::Rehearsal;
        Self(
            Key {
                seed,
                purpose,
                object,
                attempt,
            }
            .uniforms(),
        )
    }

    /// Any number.
    pub(super) fn any(&mut self) -> u64 {
        self.0.next_word()
    }

    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    /// A number from `least` to `most`.
    pub(super) fn within(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// True so many times of a hundred.
    pub(super) fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    /// True so many times of a thousand.
    pub(super) fn per_mille(&mut self, share: u16) -> bool {
        self.below(1_000) < u64::from(share)
    }

    /// One of these.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let place = self.below(u64::try_from(of.len()).unwrap_or(u64::MAX));
        of.get(usize::try_from(place).unwrap_or(usize::MAX))
    }

    /// One of these, which are not none.
    pub(super) fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        *self.pick(of).expect("there is something to pick from")
    }

    /// One of these, each as often as the number beside it says.
    pub(super) fn weighted<T: Copy>(&mut self, of: &[(u64, T)]) -> T {
        let sum = of.iter().map(|(weight, _)| weight).sum();
        let mut place = self.below(sum);
        for &(weight, one) in of {
            if place < weight {
                return one;
            }
            place -= weight;
        }
        unreachable!("the weights sum up to the bound")
    }

    /// A length of so many quarters of a second.
    pub(super) fn quarters(&mut self, least: u64, most: u64) -> Span {
        Span::from_micros(self.within(least, most) * QUARTER_US)
    }
}
