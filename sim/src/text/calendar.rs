//! Where a scenario stands on the calendar.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span as Duration, Timestamp as Instant, Unit};
use tandem_engine::calendar::time_zone;
use tandem_engine::config::reader::Value;
use tandem_engine::{Span, Timestamp};
use tandem_reports::CalendarStart;

use super::values::parse_time_of_day;
use crate::arrivals::WallClock;

/// The first day where a scenario names none: some Monday, so that the days of
/// the week count from there.
const SOME_MONDAY: Date = Date::constant(1970, 1, 5);
const EPOCH: Date = Date::constant(1970, 1, 1);

const SECOND_US: i64 = 1_000_000;
const DAY_S: u64 = super::DAY_S;
const DAY_US: i64 = DAY_S.cast_signed() * SECOND_US;

/// When a scenario begins, as far as its file says it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Start {
    pub(super) date: Option<Date>,
    /// Seconds since midnight.
    pub(super) second_of_day: u64,
}

impl Start {
    /// `"2026-11-23 07:00"`, `"2026-11-23"` or `"07:00"`.
    pub(super) fn read(value: Value<'_>) -> Option<Self> {
        let text = value.str()?.trim();
        let (date, time) = match text.split_once([' ', 'T']) {
            Some((date, time)) => (Some(date), Some(time)),
            None if text.contains(':') => (None, Some(text)),
            None => (Some(text), None),
        };
        let date = date.map_or(Some(None), |date| day(date).map(Some));
        let second = time.map_or(Some(0), parse_time_of_day);
        let second = second.filter(|second| *second < DAY_S);
        if date.is_none() || second.is_none() {
            let what = format!("{} is no time of the calendar", value.name());
            let hint = "as \"2026-11-23 07:00\" or \"07:00\"".to_owned();
            value.wrong(what, Some(hint));
        }
        Some(Self {
            date: date?,
            second_of_day: second?,
        })
    }
}

/// A day whose time zones are known.
fn day(text: &str) -> Option<Date> {
    let date: Option<Date> = text.trim().parse().ok();
    date.filter(|date| (1970..2400).contains(&date.year()))
}

/// The local time at which a scenario begins, and the clock from there on.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    /// The day, where the scenario names one.
    date: Option<Date>,
    zone: TimeZone,
    /// Microseconds from the Unix epoch to the beginning.
    begin: i64,
    /// Microseconds from midnight to the beginning, as the clock shows it.
    ahead: i64,
}

impl Calendar {
    /// A scenario without a date knows no changes to and from summer time
    /// either.
    pub(super) fn new(start: Start, zone: &str) -> Self {
        let zone = start.date.and_then(|_| time_zone(zone));
        let mut calendar = Self {
            date: start.date,
            zone: zone.unwrap_or(TimeZone::UTC),
            begin: 0,
            ahead: 0,
        };
        let begin = calendar.instant(0, start.second_of_day);
        calendar.begin = begin.as_microsecond();
        // A time that the change to summer time leaves out is one of the next
        // hour, so the clock may show another one than the file.
        let midnight = days_between(EPOCH, calendar.first_day()) * DAY_US;
        calendar.ahead = calendar.begin + calendar.offset(begin) - midnight;
        calendar
    }

    fn first_day(&self) -> Date {
        self.date.unwrap_or(SOME_MONDAY)
    }

    /// As a report's labels need it.
    pub(super) fn start(&self) -> CalendarStart {
        let second = self.ahead / SECOND_US;
        CalendarStart {
            date: self.date.map(|date| days_between(EPOCH, date)),
            second_of_day: u64::try_from(second).unwrap_or(0),
        }
    }

    /// Microseconds from the Unix epoch to the beginning.
    pub(super) const fn wall_offset(&self) -> i64 {
        self.begin
    }

    /// The point on the scenario's timeline at which the clock shows this, on
    /// the day that many days after the first; `None` before the beginning.
    pub(super) fn at(&self, day: u64, second_of_day: u64) -> Option<Timestamp> {
        let micros = self.instant(day, second_of_day).as_microsecond() - self.begin;
        u64::try_from(micros).ok().map(Timestamp::from_micros)
    }

    /// The day of the week that many days after the first; Monday is 0.
    pub(super) fn weekday(&self, day: u64) -> usize {
        let first = self.first_day().weekday().to_monday_zero_offset();
        (usize::try_from(day % 7).unwrap_or(0) + usize::try_from(first).unwrap_or(0)) % 7
    }

    /// How many days after `date` the scenario begins; 0 where it names no day.
    pub(super) fn days_since(&self, date: Date) -> i64 {
        self.date.map_or(0, |first| days_between(date, first))
    }

    /// Microseconds from the midnight of `date` to the beginning, as the clock
    /// shows it.
    pub(super) fn ahead_of(&self, date: Date) -> i64 {
        self.days_since(date) * DAY_US + self.ahead
    }

    /// The clock on the wall, counted from the midnight before the beginning.
    pub(super) fn clock(&self, horizon: Span) -> WallClock {
        let begin = Instant::from_microsecond(self.begin).unwrap_or(Instant::UNIX_EPOCH);
        let first = self.offset(begin);
        let change = |instant: Instant| {
            let after = u64::try_from(instant.as_microsecond() - self.begin).ok()?;
            let ahead = self.ahead + self.offset(instant) - first;
            Some((Timestamp::from_micros(after), ahead))
        };
        let end = Timestamp::ZERO + horizon;
        let changes = (self.zone.following(begin))
            .map_while(|transition| change(transition.timestamp()))
            .take_while(|(at, _)| *at < end);
        WallClock::new(self.ahead, changes)
    }

    /// By how much local time is ahead of UTC, in microseconds.
    fn offset(&self, instant: Instant) -> i64 {
        i64::from(self.zone.to_offset(instant).seconds()) * SECOND_US
    }

    fn instant(&self, day: u64, second_of_day: u64) -> Instant {
        let days = Duration::new().days(i64::try_from(day).unwrap_or(0));
        let seconds = Duration::new().seconds(i64::try_from(second_of_day).unwrap_or(0));
        let midnight = self.first_day().saturating_add(days).at(0, 0, 0, 0);
        (midnight.saturating_add(seconds).to_zoned(self.zone.clone()))
            .map_or(Instant::MAX, |zoned| zoned.timestamp())
    }
}

/// From one day to another.
fn days_between(from: Date, to: Date) -> i64 {
    to.since((Unit::Day, from))
        .map_or(0, |span| i64::from(span.get_days()))
}
