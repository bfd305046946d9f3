//! Stand-in.
use crate::distribution::Distribution;
use crate::random::{Key, Purpose};
use tandem_engine::{Span, Timestamp};
/// x
#[derive(Clone, Debug)]
pub struct Arrivals(pub Distribution);
/// x
#[derive(Clone, Debug)]
pub struct ArrivalTimes {
    d: Distribution,
    seed: u64,
    stream: u64,
    k: u64,
    at: Timestamp,
}
impl Arrivals {
    /// x
    pub fn times(&self, seed: u64, stream: u64) -> ArrivalTimes {
        ArrivalTimes {
            d: self.0.clone(),
            seed,
            stream,
            k: 0,
            at: Timestamp::ZERO,
        }
    }
}
impl Iterator for ArrivalTimes {
    type Item = Timestamp;
    fn next(&mut self) -> Option<Timestamp> {
        let gap: Span = self.d.sample_span(
            &mut Key {
                seed: self.seed,
                purpose: Purpose::Arrival,
                object: self.stream,
                attempt: self.k,
            }
            .uniforms(),
        );
        self.k += 1;
        self.at = self.at + gap;
        Some(self.at)
    }
}
