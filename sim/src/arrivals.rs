//! When calls arrive.
//!
//! A [`Profile`] says how many calls are expected when; [`Arrivals`] turns it
//! into arrival times of a Poisson process, or replays given times. The k-th
//! gap of a stream is a function of the replication, the stream and k alone, so
//! a variant with other agents meets the same arrivals, and one with a tenth
//! more calls meets them earlier.

mod counts;
mod profile;
mod wall_clock;

use core::fmt;
use std::sync::Arc;

use tandem_engine::{Span, Timestamp};

use crate::distribution::{Distribution, DistributionError, exponential_standard};
use crate::random::{Key, Purpose};
use crate::table::DAY_S;
pub use counts::{CountColumns, Counts, CountsError, read_counts};
use profile::Piece;
pub use profile::{Profile, Repeat};
pub use wall_clock::WallClock;

/// The most calls expected in a second. It keeps a typing error from filling
/// the memory; a big centre has less than a hundred.
pub const ARRIVALS_PER_S_MAX: f64 = 10_000.0;
/// The most intervals of a profile: a year and a half of five minutes each.
pub const INTERVALS_MAX: usize = 160_000;
/// The shortest interval, in seconds.
pub const INTERVAL_S_MIN: u64 = 1;
/// After so many days no process has arrivals any more.
pub const HORIZON_DAYS_MAX: u64 = 3_660;
/// The most times that are replayed.
pub const REPLAY_TIMES_MAX: usize = 10_000_000;
/// The largest coefficient of variation of a day's factor.
pub const BUSY_DAYS_CV_MAX: f64 = 3.0;

/// Why arrivals can not be generated.
#[derive(Clone, Debug, PartialEq)]
pub enum ArrivalsError {
    /// The variation of the days is no number above zero and up to
    /// [`BUSY_DAYS_CV_MAX`].
    BusyDays {
        /// The coefficient of variation that was asked for.
        cv: f64,
        /// What is wrong with it.
        cause: Option<DistributionError>,
    },
    /// An expected count is negative, no number, or beyond
    /// [`ARRIVALS_PER_S_MAX`].
    Count {
        /// The interval, from 0.
        interval: usize,
        /// What is expected in it.
        count: f64,
        /// What may be expected in an interval of this length.
        max: f64,
    },
    /// The interval is shorter than [`INTERVAL_S_MIN`] or longer than
    /// [`HORIZON_DAYS_MAX`].
    Interval {
        /// Its length.
        interval: Span,
    },
    /// There is no interval.
    NoIntervals,
    /// The time at this index lies before its predecessor.
    Order {
        /// The index, from 0.
        index: usize,
    },
    /// The intervals are longer than what is repeated.
    Overlap {
        /// The length of all intervals.
        length: Span,
        /// The period of the repetition.
        period: Span,
    },
    /// More intervals than [`INTERVALS_MAX`].
    TooManyIntervals {
        /// How many there are.
        count: usize,
    },
    /// More times than [`REPLAY_TIMES_MAX`].
    TooManyTimes {
        /// How many there are.
        count: usize,
    },
}

impl fmt::Display for ArrivalsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BusyDays { cv, cause } => {
                write!(f, "the variation of days is {cv}, but must be ")?;
                match cause {
                    Some(cause) => write!(f, "sensible: {cause}"),
                    None => write!(f, "above 0 and at most {BUSY_DAYS_CV_MAX}"),
                }
            }
            Self::Count {
                interval,
                count,
                max,
            } => {
                write!(
                    f,
                    "interval {interval} expects {count} calls, but 0 to {max} are allowed"
                )
            }
            Self::Interval { interval } => write!(
                f,
                "an interval lasts {interval}, but must last {INTERVAL_S_MIN}s to \
                 {HORIZON_DAYS_MAX} days"
            ),
            Self::NoIntervals => f.write_str("there is no interval"),
            Self::Order { index } => write!(f, "time {index} lies before the one above it"),
            Self::Overlap { length, period } => {
                write!(
                    f,
                    "the intervals last {length}, but are repeated every {period}"
                )
            }
            Self::TooManyIntervals { count } => {
                write!(
                    f,
                    "{count} intervals are too many, at most {INTERVALS_MAX} are allowed"
                )
            }
            Self::TooManyTimes { count } => {
                write!(
                    f,
                    "{count} times are too many, at most {REPLAY_TIMES_MAX} are allowed"
                )
            }
        }
    }
}

impl core::error::Error for ArrivalsError {}

/// Days that are busier or quieter than expected, as a whole.
///
/// Counts of real centres vary more than Poisson counts do, because the rate
/// itself varies from day to day. Each day's rates are multiplied by a gamma
/// factor of mean 1. Days begin when the profile's clock shows midnight.
#[derive(Clone, Debug, PartialEq)]
pub struct BusyDays {
    factor: Distribution,
    group: u64,
}

impl BusyDays {
    /// Days whose factor has this coefficient of variation. Streams of the same
    /// `group` are busy on the same days.
    ///
    /// # Errors
    ///
    /// [`ArrivalsError::BusyDays`] where `cv` is out of its range.
    pub fn new(cv: f64, group: u64) -> Result<Self, ArrivalsError> {
        if !(cv > 0.0 && cv <= BUSY_DAYS_CV_MAX) {
            return Err(ArrivalsError::BusyDays { cv, cause: None });
        }
        let factor = Distribution::gamma(1.0, cv).map_err(|cause| ArrivalsError::BusyDays {
            cv,
            cause: Some(cause),
        })?;
        Ok(Self { factor, group })
    }

    /// The factor of a day of a replication; days count from 0.
    #[must_use]
    pub fn factor(&self, seed: u64, day: u64) -> f64 {
        let purpose = Purpose::BusyDay;
        let key = Key {
            seed,
            purpose,
            object: self.group,
            attempt: day,
        };
        self.factor.sample(&mut key.uniforms())
    }
}

/// The arrival times of one stream of calls, in order. A clone shares the
/// profile or the list and goes on from the same place.
#[derive(Clone, Debug)]
pub struct Arrivals(Process);

#[derive(Clone, Debug)]
enum Process {
    Poisson(Poisson),
    Replay {
        times: Arc<[Timestamp]>,
        next: usize,
    },
}

/// A Poisson process with a rate that changes in steps.
///
/// A unit-rate process is run and its time translated by the inverse of the
/// cumulative rate, so nothing is thinned out. What is left of the present gap
/// is consumed piece by piece: unlike a running total of the cumulative rate,
/// that loses no precision however long the run is.
#[derive(Clone, Debug)]
struct Poisson {
    profile: Profile,
    busy_days: Option<BusyDays>,
    seed: u64,
    stream: u64,
    /// The index of the next arrival.
    next: u64,
    /// The piece of the profile in which the process stands, with the day's
    /// factor in its rate; none after the end.
    piece: Option<Piece>,
    /// How far into the piece, in seconds.
    offset_s: f64,
}

impl Arrivals {
    /// Poisson arrivals by a profile. `seed` is that of the replication,
    /// `stream` tells apart the streams of a scenario.
    #[must_use]
    pub fn poisson(profile: Profile, seed: u64, stream: u64) -> Self {
        Self::doubly_stochastic(profile, None, seed, stream)
    }

    /// As [`Self::poisson`], with days that are busier or quieter as a whole.
    #[must_use]
    pub fn with_busy_days(profile: Profile, days: BusyDays, seed: u64, stream: u64) -> Self {
        Self::doubly_stochastic(profile, Some(days), seed, stream)
    }

    fn doubly_stochastic(
        profile: Profile,
        busy_days: Option<BusyDays>,
        seed: u64,
        stream: u64,
    ) -> Self {
        let (next, piece, offset_s) = (0, None, 0.0);
        let mut process = Poisson {
            profile,
            busy_days,
            seed,
            stream,
            next,
            piece,
            offset_s,
        };
        process.piece = process.piece_at(Timestamp::ZERO);
        Self(Process::Poisson(process))
    }

    /// Exactly these arrivals.
    ///
    /// # Errors
    ///
    /// [`ArrivalsError::Order`] where a time lies before its predecessor,
    /// [`ArrivalsError::TooManyTimes`].
    pub fn replay(times: impl Into<Arc<[Timestamp]>>) -> Result<Self, ArrivalsError> {
        let times = times.into();
        if times.len() > REPLAY_TIMES_MAX {
            return Err(ArrivalsError::TooManyTimes { count: times.len() });
        }
        if let Some(before) = times.windows(2).position(|pair| pair[0] > pair[1]) {
            return Err(ArrivalsError::Order { index: before + 1 });
        }
        Ok(Self(Process::Replay { times, next: 0 }))
    }
}

impl Iterator for Arrivals {
    type Item = Timestamp;

    /// The next arrival, never before the previous one; none after the last.
    fn next(&mut self) -> Option<Timestamp> {
        match &mut self.0 {
            Process::Poisson(process) => process.next(),
            Process::Replay { times, next } => {
                let time = times.get(*next).copied()?;
                *next += 1;
                Some(time)
            }
        }
    }
}

impl Poisson {
    fn next(&mut self) -> Option<Timestamp> {
        let key = Key {
            seed: self.seed,
            purpose: Purpose::Arrival,
            object: self.stream,
            attempt: self.next,
        };
        let mut gap = exponential_standard(&mut key.uniforms());
        self.next += 1;
        loop {
            let piece = self.piece.as_ref()?;
            let left = piece.per_s * (piece.length_s() - self.offset_s);
            if gap < left {
                self.offset_s += gap / piece.per_s;
                return Some(piece.at(self.offset_s));
            }
            // An offset rounded to just past the end leaves less than nothing.
            gap -= left.max(0.0);
            self.piece = self.piece_at(piece.to);
            self.offset_s = 0.0;
        }
    }

    /// The piece that begins at this time, cut at midnight where days differ.
    fn piece_at(&self, from: Timestamp) -> Option<Piece> {
        if from.micros() / Span::from_secs(DAY_S).micros() >= HORIZON_DAYS_MAX {
            return None;
        }
        let mut piece = self.profile.piece_at(from)?;
        if let Some(days) = &self.busy_days {
            let (day, end) = self.profile.clock().day(from);
            piece.to = piece.to.min(end);
            if piece.per_s > 0.0 {
                piece.per_s *= days.factor(self.seed, day);
            }
        }
        Some(piece)
    }
}
