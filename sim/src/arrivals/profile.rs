//! How many calls are expected when.

use std::sync::Arc;

use tandem_engine::{SECOND_US, Span, Timestamp};

use super::wall_clock::{WallClock, micros};
use super::{ARRIVALS_PER_S_MAX, ArrivalsError, HORIZON_DAYS_MAX, INTERVAL_S_MIN, INTERVALS_MAX};
use crate::distribution::{float, seconds};
use crate::table::DAY_S;

/// Seconds in an hour.
const HOUR_S: f64 = 3_600.0;

/// What comes after the last interval of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// The same again, 24 hours after it began.
    Daily,
    /// No more calls.
    Never,
    /// The same again, seven days after it began.
    Weekly,
}

impl Repeat {
    /// From one beginning to the next.
    #[must_use]
    pub const fn period(self) -> Option<Span> {
        match self {
            Self::Daily => Some(Span::from_secs(DAY_S)),
            Self::Never => None,
            Self::Weekly => Some(Span::from_secs(7 * DAY_S)),
        }
    }
}

/// Rates that are constant within intervals of equal length. Its times are those
/// of a clock on the wall, which shows midnight at the beginning of the timeline
/// unless [told otherwise](Self::by_clock). Cloning it copies no list.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// When the first interval begins, in microseconds from the first midnight;
    /// before it, nothing arrives.
    first: i64,
    interval: Span,
    /// Of each interval, in calls a second.
    per_s: Arc<[f64]>,
    repeat: Repeat,
    /// The sum of all intervals' expected counts.
    expected: f64,
    clock: WallClock,
}

/// A stretch of the timeline with one rate.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub from: Timestamp,
    pub to: Timestamp,
    /// Calls a second.
    pub per_s: f64,
}

impl Piece {
    /// Its length in seconds.
    pub fn length_s(&self) -> f64 {
        seconds(self.to - self.from)
    }

    /// The time `offset_s` seconds into the piece, never outside of it. It is
    /// cut to the microsecond, so that an arrival stays in its interval.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "the offset is between nothing and the piece's length"
    )]
    pub fn at(&self, offset_s: f64) -> Timestamp {
        let last = (self.to - self.from).micros() - 1;
        let offset = (offset_s * SECOND_US as f64) as u64;
        self.from + Span::from_micros(offset.min(last))
    }
}

impl Profile {
    /// The same rate for ever.
    ///
    /// # Errors
    ///
    /// [`ArrivalsError::Count`] where the rate is out of its range.
    pub fn constant(per_hour: f64) -> Result<Self, ArrivalsError> {
        let day = Span::from_secs(DAY_S);
        Self::from_rates(Span::ZERO, day, &[per_hour], Repeat::Daily)
    }

    /// Rates in calls an hour, one for each interval; `first` says when the
    /// first interval begins.
    ///
    /// # Errors
    ///
    /// As [`Self::from_counts`].
    pub fn from_rates(
        first: Span,
        interval: Span,
        per_hour: &[f64],
        repeat: Repeat,
    ) -> Result<Self, ArrivalsError> {
        let hours = seconds(interval) / HOUR_S;
        let counts: Vec<f64> = per_hour.iter().map(|rate| rate * hours).collect();
        Self::from_counts(first, interval, &counts, repeat)
    }

    /// Expected counts, one for each interval; `first` says when the first
    /// interval begins.
    ///
    /// # Errors
    ///
    /// [`ArrivalsError::Interval`], [`ArrivalsError::NoIntervals`],
    /// [`ArrivalsError::TooManyIntervals`], [`ArrivalsError::Overlap`] and
    /// [`ArrivalsError::Count`].
    pub fn from_counts(
        first: Span,
        interval: Span,
        counts: &[f64],
        repeat: Repeat,
    ) -> Result<Self, ArrivalsError> {
        let horizon = Span::from_secs(HORIZON_DAYS_MAX * DAY_S);
        if interval < Span::from_secs(INTERVAL_S_MIN) || interval > horizon {
            return Err(ArrivalsError::Interval { interval });
        }
        if counts.is_empty() {
            return Err(ArrivalsError::NoIntervals);
        }
        if counts.len() > INTERVALS_MAX {
            return Err(ArrivalsError::TooManyIntervals {
                count: counts.len(),
            });
        }
        let length = Span::from_micros(interval.micros().saturating_mul(counts.len() as u64));
        if let Some(period) = repeat.period().filter(|period| *period < length) {
            return Err(ArrivalsError::Overlap { length, period });
        }
        let length_s = seconds(interval);
        let max = ARRIVALS_PER_S_MAX * length_s;
        let wrong = |count: &f64| !(0.0..=max).contains(count);
        if let Some(interval) = counts.iter().position(wrong) {
            return Err(ArrivalsError::Count {
                interval,
                count: counts[interval],
                max,
            });
        }
        let per_s = counts.iter().map(|count| count / length_s).collect();
        Ok(Self {
            first: micros(first),
            interval,
            per_s,
            repeat,
            expected: counts.iter().sum(),
            clock: WallClock::default(),
        })
    }

    /// The same profile by another clock.
    #[must_use]
    pub fn by_clock(self, clock: WallClock) -> Self {
        Self { clock, ..self }
    }

    /// The same profile so many days later or, where negative, earlier.
    #[must_use]
    pub fn later_by_days(self, days: i64) -> Self {
        let later = micros(Span::from_secs(DAY_S)).saturating_mul(days);
        Self {
            first: self.first.saturating_add(later),
            ..self
        }
    }

    /// Whether a call may come before this time.
    #[must_use]
    pub fn has_calls_before(&self, end: Timestamp) -> bool {
        let mut at = Timestamp::ZERO;
        while let Some(piece) = self.piece_at(at).filter(|_| at < end) {
            if piece.per_s > 0.0 {
                return true;
            }
            at = piece.to;
        }
        false
    }

    /// The clock by which it goes.
    pub(super) const fn clock(&self) -> &WallClock {
        &self.clock
    }

    /// The rate at this time, in calls a second, on an average day.
    #[must_use]
    pub fn rate_per_s(&self, at: Timestamp) -> f64 {
        self.piece_at(at).map_or(0.0, |piece| piece.per_s)
    }

    /// How many calls are expected from one beginning to the next, or in all
    /// where nothing is repeated.
    #[must_use]
    pub const fn expected(&self) -> f64 {
        self.expected
    }

    /// The average rate of the intervals, in calls an hour.
    #[must_use]
    pub fn mean_per_hour(&self) -> f64 {
        self.expected / float(self.per_s.len()) / seconds(self.interval) * HOUR_S
    }

    /// From this time to the next change of the rate or the clock; none where
    /// no call ever comes any more.
    pub(super) fn piece_at(&self, from: Timestamp) -> Option<Piece> {
        if self.expected == 0.0 {
            return None;
        }
        let (shown, change) = self.clock.at(from);
        let since = shown.saturating_sub(self.first);
        let (per_s, left) = match self.interval_at(since) {
            Some((per_s, left)) => (per_s, Some(left)),
            // A clock that is put back may come to an interval again.
            None if change.is_some() => (0.0, None),
            None => return None,
        };
        let end = left.map(|left| from + Span::from_micros(left));
        let to = [end, change].into_iter().flatten().min()?;
        Some(Piece { from, to, per_s })
    }

    /// The rate so many microseconds after the first interval began, and for
    /// how many more; none after the last interval.
    fn interval_at(&self, since: i64) -> Option<(f64, u64)> {
        let Ok(since) = u64::try_from(since) else {
            return Some((0.0, since.unsigned_abs()));
        };
        let period = self.repeat.period().map_or(u64::MAX, Span::micros);
        let within = since % period;
        let index = within / self.interval.micros();
        let rate = usize::try_from(index)
            .ok()
            .and_then(|index| self.per_s.get(index));
        match rate {
            Some(&per_s) => Some((per_s, (index + 1) * self.interval.micros() - within)),
            None if self.repeat == Repeat::Never => None,
            None => Some((0.0, period - within)),
        }
    }
}
