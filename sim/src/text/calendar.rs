//! Where a scenario stands on the calendar.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use tandem_engine::Timestamp;
use tandem_engine::calendar::time_zone;
use tandem_engine::config::reader::Value;
use tandem_reports::CalendarStart;

use super::values::parse_time_of_day;

/// The local time at which a scenario begins.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    /// The day; an arbitrary one where the scenario names none.
    date: Date,
    dated: bool,
    second_of_day: u64,
    zone: TimeZone,
}

impl Default for Calendar {
    fn default() -> Self {
        // A Monday, so that the days of the week count from there.
        let date = Date::constant(1970, 1, 5);
        Self {
            date,
            dated: false,
            second_of_day: 0,
            zone: TimeZone::UTC,
        }
    }
}

impl Calendar {
    /// Midnight of a day.
    pub(super) fn new(date: Date, zone: &str) -> Self {
        let zone = time_zone(zone).unwrap_or(TimeZone::UTC);
        Self {
            date,
            dated: true,
            second_of_day: 0,
            zone,
        }
    }

    /// `"2026-11-23 07:00"`, `"2026-11-23"` or `"07:00"`.
    pub(super) fn read(value: Value<'_>, zone: &str) -> Option<Self> {
        let text = value.clone().str()?.trim();
        let (date, time) = match text.split_once([' ', 'T']) {
            Some((date, time)) => (Some(date), Some(time)),
            None if text.contains(':') => (None, Some(text)),
            None => (Some(text), None),
        };
        let second_of_day = time.map_or(Some(0), parse_time_of_day);
        let day: Option<Option<Date>> = date.map(|date| date.parse().ok());
        match (second_of_day, day) {
            (Some(second_of_day), None) => Some(Self {
                second_of_day,
                ..Self::default()
            }),
            (Some(second_of_day), Some(Some(date))) if (1970..2400).contains(&date.year()) => {
                Some(Self {
                    second_of_day,
                    ..Self::new(date, zone)
                })
            }
            _ => {
                let what = format!("{} is no time of the calendar", value.name());
                value.wrong(
                    what,
                    Some("as \"2026-11-23 07:00\" or \"07:00\"".to_owned()),
                );
                None
            }
        }
    }

    /// As a report's labels need it.
    pub(super) fn start(&self) -> CalendarStart {
        let epoch = Date::constant(1970, 1, 1);
        let days = self
            .date
            .since((jiff::Unit::Day, epoch))
            .map(|span| span.get_days());
        CalendarStart {
            date: days.ok().filter(|_| self.dated).map(i64::from),
            second_of_day: self.second_of_day,
        }
    }

    /// Microseconds from the Unix epoch to the beginning.
    pub(super) fn wall_offset(&self) -> i64 {
        self.unix_micros(0, self.second_of_day)
    }

    /// The point on the scenario's timeline at which the clock shows this, on
    /// the day that many days after the first; `None` before the beginning.
    pub(super) fn at(&self, day: u64, second_of_day: u64) -> Option<Timestamp> {
        let micros = self.unix_micros(day, second_of_day) - self.wall_offset();
        u64::try_from(micros).ok().map(Timestamp::from_micros)
    }

    /// The day of the week that many days after the first; Monday is 0.
    pub(super) fn weekday(&self, day: u64) -> usize {
        let first = self.date.weekday().to_monday_zero_offset();
        (usize::try_from(day % 7).unwrap_or(0) + usize::try_from(first).unwrap_or(0)) % 7
    }

    fn unix_micros(&self, day: u64, second_of_day: u64) -> i64 {
        let days = i64::try_from(day).unwrap_or(i64::MAX / 2);
        let seconds = i64::try_from(second_of_day).unwrap_or(0);
        let midnight = (self.date.checked_add(jiff::Span::new().days(days)))
            .map_or(DateTime::MAX, |date| date.at(0, 0, 0, 0));
        let local = midnight.saturating_add(jiff::Span::new().seconds(seconds));
        (local.to_zoned(self.zone.clone()))
            .map_or(i64::MAX / 2, |zoned| zoned.timestamp().as_microsecond())
    }
}
