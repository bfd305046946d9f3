//! What the clock on the wall shows while a scenario goes on.

use std::sync::Arc;

use tandem_engine::{Span, Timestamp};

use crate::table::DAY_S;

/// The clock on the wall along the timeline. It counts from the midnight before
/// the beginning and is put forward and back where the law says so. Cloning it
/// copies no list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WallClock {
    /// From each of these times on, the clock is so many microseconds ahead of
    /// the timeline. The first one is the beginning.
    ahead: Arc<[(Timestamp, i64)]>,
}

impl Default for WallClock {
    /// A clock that shows midnight at the beginning.
    fn default() -> Self {
        Self::new(0, [])
    }
}

impl WallClock {
    /// A clock that is ahead of the timeline by so many microseconds, and from
    /// each of the times of `changes` on, which rise, by so many instead.
    #[must_use]
    pub fn new(ahead: i64, changes: impl IntoIterator<Item = (Timestamp, i64)>) -> Self {
        let ahead = [(Timestamp::ZERO, ahead)];
        Self {
            ahead: ahead.into_iter().chain(changes).collect(),
        }
    }

    /// Microseconds since the first midnight, and when the clock is changed
    /// next.
    pub(super) fn at(&self, at: Timestamp) -> (i64, Option<Timestamp>) {
        let begun = self.ahead.partition_point(|(from, _)| *from <= at);
        let ahead = self.ahead[begun.saturating_sub(1)].1;
        let micros = i64::try_from(at.micros()).unwrap_or(i64::MAX);
        let next = self.ahead.get(begun).map(|(from, _)| *from);
        (micros.saturating_add(ahead), next)
    }

    /// The day on the calendar, from 0, and when it is over.
    pub(super) fn day(&self, at: Timestamp) -> (u64, Timestamp) {
        let (shown, change) = self.at(at);
        let day = micros(Span::from_secs(DAY_S));
        let left = day - shown.rem_euclid(day);
        let midnight = at + Span::from_micros(left.unsigned_abs());
        let end = change.map_or(midnight, |change| change.min(midnight));
        (u64::try_from(shown.div_euclid(day)).unwrap_or(0), end)
    }
}

/// A span that may be subtracted from.
pub(super) fn micros(span: Span) -> i64 {
    i64::try_from(span.micros()).unwrap_or(i64::MAX)
}
