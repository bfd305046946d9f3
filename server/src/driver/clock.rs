//! Where time comes from.

use std::fmt::Debug;

use rustix::time::{ClockId, Timespec, clock_gettime};
use tandem_engine::Timestamp;

/// Two clocks. The machine's own is [`SystemClock`]; tests bring theirs.
pub trait Clock: Debug + Send + Sync {
    /// Microseconds of a clock that nobody sets and that never goes back, from
    /// any zero that holds as long as the process.
    fn monotonic(&self) -> u64;

    /// Microseconds since the Unix epoch, as the machine believes at present.
    fn wall(&self) -> i64;
}

/// `CLOCK_MONOTONIC` and `CLOCK_REALTIME`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn monotonic(&self) -> u64 {
        let micros = micros(clock_gettime(ClockId::Monotonic));
        u64::try_from(micros).expect("the monotonic clock is not negative")
    }

    fn wall(&self) -> i64 {
        micros(clock_gettime(ClockId::Realtime))
    }
}

fn micros(time: Timespec) -> i64 {
    time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
}

/// The engine's timeline, laid on a monotonic clock: it goes on where the run
/// before ended, as if no time had passed in between.
#[derive(Debug)]
pub(crate) struct Timeline {
    clock: Box<dyn Clock>,
    /// What the clock showed at `from`.
    zero: u64,
    from: Timestamp,
}

/// Reading both clocks may take so long, in microseconds; else somebody else
/// ran in between, and the difference says nothing.
const READING_US_MAX: u64 = 1_000;
/// How often both clocks are read at most to know their difference.
const READINGS_MAX: usize = 5;

impl Timeline {
    /// A timeline on which it is `from` now.
    pub(crate) fn new(clock: Box<dyn Clock>, from: Timestamp) -> Self {
        let zero = clock.monotonic();
        Self { clock, zero, from }
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Timestamp {
        self.at(self.clock.monotonic())
    }

    fn at(&self, monotonic: u64) -> Timestamp {
        let passed = monotonic.saturating_sub(self.zero);
        Timestamp::from_micros(self.from.micros().saturating_add(passed))
    }

    /// Microseconds from the Unix epoch to the timeline's zero; `None` where
    /// the machine is too busy to tell.
    pub(crate) fn wall_offset(&self) -> Option<i64> {
        (0..READINGS_MAX).find_map(|_| {
            let before = self.clock.monotonic();
            let wall = self.clock.wall();
            let took = self.clock.monotonic().saturating_sub(before);
            let at = i64::try_from(self.at(before).micros()).ok()?;
            (took <= READING_US_MAX).then(|| wall.saturating_sub(at))
        })
    }
}
