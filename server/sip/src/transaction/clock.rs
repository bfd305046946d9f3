//! The timers of a machine: in each state at most one that repeats a message, and
//! one that ends the state.

use core::time::Duration;

use crate::time::Time;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clock {
    /// When to send again, and the interval that led there (timers A, E, G).
    repeat: Option<(Time, Duration)>,
    /// When the state ends (timers B, D, F, H, I, J, K, L, M).
    end: Option<Time>,
}

impl Clock {
    pub(super) fn repeat_after(&mut self, now: Time, interval: Duration) {
        self.repeat = Some((now + interval, interval));
    }

    /// Enters a state that repeats nothing and lasts so long.
    pub(super) fn only_end(&mut self, end: Option<Time>) {
        *self = Self { repeat: None, end };
    }

    pub(super) fn end_at(&mut self, end: Time) {
        self.end = Some(end);
    }

    pub(super) fn deadline(&self) -> Option<Time> {
        let repeat = self.repeat.map(|(at, _)| at);
        [repeat, self.end].into_iter().flatten().min()
    }

    pub(super) fn has_ended(&self, now: Time) -> bool {
        self.end.is_some_and(|end| end <= now)
    }

    /// Whether it is time to send again. The next interval is twice as long, at most
    /// `max`.
    pub(super) fn repeats(&mut self, now: Time, max: Duration) -> bool {
        let Some((at, interval)) = self.repeat.filter(|(at, _)| *at <= now) else {
            return false;
        };
        let next = interval.saturating_mul(2).min(max);
        // Late calls do not send in bursts: whole intervals that passed are skipped.
        let from = if now.since(at) > next { now } else { at };
        self.repeat = Some((from + next, next));
        true
    }
}
