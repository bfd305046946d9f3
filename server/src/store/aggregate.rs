//! Sums per queue and interval, for what shows many calls at once.

use serde::{Deserialize, Serialize};
use tandem_engine::Span;
use tandem_engine::records::{Outcome, QueueCall};

/// Length of an interval, in seconds. Intervals begin at multiples of it since
/// the Unix epoch, and every time zone differs from UTC by whole ones.
pub const INTERVAL_S: i64 = 900;

/// What became of the calls that joined a queue in one interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aggregate {
    /// Visits that began in the interval and are over; the sum of the next
    /// three.
    pub offered: u64,
    /// Answered by an agent.
    pub answered: u64,
    /// The caller hung up.
    pub abandoned: u64,
    /// Everything else.
    pub missed: u64,
    /// Answered within the queue's service-level time as it was then.
    pub met: u64,
    /// Waiting time of all, in microseconds.
    pub waited_us: u64,
    /// Waiting time of those answered, in microseconds.
    pub waited_answered_us: u64,
    /// The longest waiting time, in microseconds.
    pub waited_us_max: u64,
    /// Talking time, in microseconds.
    pub talked_us: u64,
    /// Time of that in which callers were on hold, in microseconds.
    pub held_us: u64,
    /// Those whose callers were to be called back.
    pub callbacks: u64,
    /// Of these, those in which agent and customer talked; the others failed.
    pub called_back: u64,
    /// Waiting time of those to be called back, in microseconds.
    pub waited_callback_us: u64,
}

impl Aggregate {
    /// The sums of one call, under this service-level time.
    #[must_use]
    pub fn of(call: &QueueCall, sla_time: Span) -> Self {
        let is = |outcome| u64::from(call.outcome == outcome);
        let answered = is(Outcome::Answered);
        let waited_us = call.waited.micros();
        let callbacks = u64::from(call.callback);
        Self {
            offered: 1,
            answered,
            abandoned: is(Outcome::Abandoned),
            missed: is(Outcome::Missed),
            met: u64::from(call.met(sla_time)),
            waited_us,
            waited_answered_us: waited_us * answered,
            waited_us_max: waited_us,
            talked_us: call.talked.micros(),
            held_us: call.held.micros(),
            callbacks,
            called_back: callbacks * answered,
            waited_callback_us: waited_us * callbacks,
        }
    }

    /// The sums of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            offered: self.offered + other.offered,
            answered: self.answered + other.answered,
            abandoned: self.abandoned + other.abandoned,
            missed: self.missed + other.missed,
            met: self.met + other.met,
            waited_us: self.waited_us.saturating_add(other.waited_us),
            waited_answered_us: (self.waited_answered_us).saturating_add(other.waited_answered_us),
            waited_us_max: self.waited_us_max.max(other.waited_us_max),
            talked_us: self.talked_us.saturating_add(other.talked_us),
            held_us: self.held_us.saturating_add(other.held_us),
            callbacks: self.callbacks + other.callbacks,
            called_back: self.called_back + other.called_back,
            waited_callback_us: (self.waited_callback_us).saturating_add(other.waited_callback_us),
        }
    }
}

/// The beginning of the interval that holds this moment, given in microseconds
/// of Unix time; in seconds.
#[must_use]
pub const fn interval_of(unix_us: i64) -> i64 {
    let seconds = unix_us.div_euclid(1_000_000);
    seconds - seconds.rem_euclid(INTERVAL_S)
}
