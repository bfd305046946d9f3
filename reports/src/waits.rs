//! How long callers waited, as a histogram.

use tandem_engine::{SECOND_US, Span};

const FINE_S: u64 = Waits::FINE_S;
/// Bins of one minute reach from there to here; the last bin takes the rest.
const COARSE_S: u64 = 7_200;
const MINUTE_S: u64 = 60;
#[expect(clippy::cast_possible_truncation, reason = "a few hundred bins")]
const BINS: usize = (FINE_S + (COARSE_S - FINE_S) / MINUTE_S + 1) as usize;

/// Counts of calls by the time that their callers waited, in fixed bins: one
/// second each up to ten minutes, one minute each up to two hours, then one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
    answered: Vec<u64>,
    left: Vec<u64>,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            answered: vec![0; BINS],
            left: vec![0; BINS],
        }
    }
}

impl Waits {
    /// Bins of one second reach to here.
    pub const FINE_S: u64 = 600;

    /// Counts one call.
    pub(crate) fn count(&mut self, waited: Span, answered: bool) {
        let bins = if answered {
            &mut self.answered
        } else {
            &mut self.left
        };
        bins[bin(waited)] += 1;
    }

    /// Adds the counts of `other`.
    pub(crate) fn merge(&mut self, other: &Self) {
        let both = [
            (&mut self.answered, &other.answered),
            (&mut self.left, &other.left),
        ];
        for (mine, others) in both {
            for (count, more) in mine.iter_mut().zip(others) {
                *count += more;
            }
        }
    }

    /// Every bin in order: where it begins (seconds), the calls in it that
    /// were answered, and those that were not.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64, u64)> {
        let starts = (0..FINE_S).chain((FINE_S..=COARSE_S).step_by(60));
        starts
            .zip(self.answered.iter().zip(&self.left))
            .map(|(s, (&a, &l))| (s, a, l))
    }
}

fn bin(waited: Span) -> usize {
    let seconds = waited.micros() / SECOND_US;
    let bin = if seconds < FINE_S {
        seconds
    } else {
        FINE_S + (seconds.min(COARSE_S) - FINE_S) / MINUTE_S
    };
    usize::try_from(bin).expect("a bin's number is small")
}
