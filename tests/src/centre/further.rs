//! What few queues have, drawn together.

use proptest::option;
use proptest::prelude::*;
use tandem_engine::config::model::{Crowded, Destination, QueueConfig};

use super::{Failover, failover, quarters};

/// What few queues have.
#[derive(Clone, Debug)]
pub(super) struct Further {
    /// Callers, quarters of a second of expected wait, and where to.
    crowded: Option<(u32, u64, Failover)>,
    /// Quarters of a second until one more rings.
    ring_more_every: u64,
    /// Quarters of a second for which a place is kept.
    place_kept: u64,
    /// Quarters of a second for which callers are reserved for whom they know.
    preferred_wait: u64,
}

pub(super) fn further(limits: bool) -> impl Strategy<Value = Further> {
    let crowded = prop_oneof![
        1 => (1..=3_u32, Just(0)),
        2 => (Just(0_u32), 1..=40_u64),
        1 => (2..=3_u32, 1..=40_u64),
    ];
    let crowded = (crowded, failover()).prop_map(|((callers, wait), to)| (callers, wait, to));
    let crowded =
        option::weighted(0.25, crowded).prop_map(move |crowded| crowded.filter(|_| limits));
    let kept = prop_oneof![1 => Just(0_u64), 1 => 4..=60_u64];
    let reserved = prop_oneof![3 => Just(0_u64), 2 => 4..=60_u64];
    (crowded, 4..=12_u64, kept, reserved).prop_map(
        |(crowded, ring_more_every, place_kept, preferred_wait)| Further {
            crowded,
            ring_more_every,
            place_kept,
            preferred_wait,
        },
    )
}

impl Further {
    /// Gives it to a queue.
    pub(super) fn lay_over(
        &self,
        config: &mut QueueConfig,
        destination: impl Fn(Failover) -> Destination,
    ) {
        config.ring_more_every = quarters(self.ring_more_every);
        config.place_kept = quarters(self.place_kept);
        config.preferred_wait = quarters(self.preferred_wait);
        config.crowded = self.crowded.map(|(callers, wait, to)| Crowded {
            callers,
            wait: quarters(wait),
            destination: destination(to),
        });
    }
}
