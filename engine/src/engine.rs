//! The engine: one state, one function.

use crate::input::Entry;
use crate::outbox::{Outbox, Reject};
use crate::state::State;
use crate::time::Timestamp;
use crate::timer::Timer;

/// A contact centre.
#[derive(Clone, Debug)]
pub struct Engine {
    state: State,
}

impl Engine {
    /// A centre without queues and agents, at time zero. `seed` is the key of
    /// every draw that the engine makes.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { state: State { seed, ..State::default() } }
    }

    /// Applies one entry and writes what follows from it to `out`.
    pub fn apply(&mut self, entry: &Entry, out: &mut Outbox) {
        let _ = &self.state;
        let _ = entry;
        out.clear();
        out.reject = Some(Reject::TooEarly);
    }

    /// When the driver must send a `Tick` next, and for which timer.
    #[must_use]
    pub fn next_deadline(&self) -> Option<(Timestamp, Timer)> {
        self.state.timers.first()
    }
}
