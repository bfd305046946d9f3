//! Business hours and holidays, as values and as a file spells them.

use core::fmt;
use core::str::FromStr;

use jiff::civil;
use serde::{Deserialize, Serialize};

/// Minutes of a day; a span may end there: `24:00`.
pub const DAY_MINUTES: u16 = 24 * 60;

/// The days of a week as a file names them, in the order of [`HoursConfig::week`].
pub const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// A calendar: when whoever keeps it is open for calls.
///
/// It speaks of the time on the wall alone. An hour that a change of the clock
/// repeats is open twice, and one that it skips never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoursConfig {
    /// As shown to people and named by queues; unique.
    pub name: String,
    /// IANA name; `None`: that of the common settings.
    pub time_zone: Option<String>,
    /// Business hours of each day, Monday first; a day without any is closed.
    pub week: [Vec<DaySpan>; 7],
    /// Days that are no business days. Of several that hold one day, the first.
    pub holidays: Vec<Holiday>,
}

/// A part of a day, in minutes after its midnight: `09:00-17:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DaySpan {
    /// The first minute.
    pub from: u16,
    /// The minute after the last one.
    pub to: u16,
}

/// One day or several in a row, once or every year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// As shown to people.
    pub name: String,
    /// The first day.
    pub from: HolidayDate,
    /// The last day: it has a year where the first one has. Without years it may
    /// stand before the first one, and is then of the next year.
    pub to: HolidayDate,
    /// Name of what callers hear on it; `None`: they go on at once.
    pub prompt: Option<String>,
}

/// A day of one year, `2026-12-25`, or of every year, `12-25`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidayDate {
    /// `None`: every year.
    pub year: Option<i16>,
    /// From 1 to 12.
    pub month: i8,
    /// From 1 on.
    pub day: i8,
}

impl HoursConfig {
    /// The holiday on a day, if it is one.
    #[must_use]
    pub fn holiday(&self, date: civil::Date) -> Option<&Holiday> {
        self.holidays.iter().find(|holiday| holiday.holds(date))
    }

    /// Whether a time of the week lies in the business hours.
    #[must_use]
    pub fn is_business_time(&self, wall: civil::DateTime) -> bool {
        let day = usize::try_from(wall.weekday().to_monday_zero_offset());
        let spans = day.ok().and_then(|day| self.week.get(day));
        let minute =
            u16::from(wall.hour().unsigned_abs()) * 60 + u16::from(wall.minute().unsigned_abs());
        spans.is_some_and(|spans| spans.iter().any(|span| span.holds(minute)))
    }
}

impl DaySpan {
    /// Whether a minute of the day lies in it.
    #[must_use]
    pub const fn holds(self, minute: u16) -> bool {
        self.from <= minute && minute < self.to
    }

    /// Whether it has a minute that another one has too.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }
}

impl Holiday {
    /// Whether a day is this holiday.
    #[must_use]
    pub fn holds(&self, date: civil::Date) -> bool {
        let (from, to) = (self.from, self.to);
        let day = (date.month(), date.day());
        let (first, last) = ((from.month, from.day), (to.month, to.day));
        match (from.year, to.year) {
            (Some(from), Some(to)) => {
                (from, first) <= (date.year(), day) && (date.year(), day) <= (to, last)
            }
            (None, None) if first <= last => first <= day && day <= last,
            // From December into January.
            (None, None) => first <= day || day <= last,
            _ => false,
        }
    }
}

impl HolidayDate {
    /// Whether there is such a day; the 29th of February is one of every year
    /// that has it.
    #[must_use]
    pub fn exists(self) -> bool {
        const LEAP_YEAR: i16 = 2000;
        let year = self.year.unwrap_or(LEAP_YEAR);
        civil::Date::new(year, self.month, self.day).is_ok()
    }
}

/// A text that is no span of a day, or no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoursError;

impl fmt::Display for HoursError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is written in another way")
    }
}

impl core::error::Error for HoursError {}

impl FromStr for DaySpan {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        let (from, to) = text.split_once('-').ok_or(HoursError)?;
        Ok(Self {
            from: minute(from.trim())?,
            to: minute(to.trim())?,
        })
    }
}

impl FromStr for HolidayDate {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        let (rest, day) = text.rsplit_once('-').ok_or(HoursError)?;
        let (year, month) = match rest.split_once('-') {
            Some((year, month)) => (Some(digits(year, 4)?), month),
            None => (None, rest),
        };
        Ok(Self {
            year,
            month: digits(month, 2)?,
            day: digits(day, 2)?,
        })
    }
}

/// `09:00` in minutes; the day's end is `24:00`.
fn minute(text: &str) -> Result<u16, HoursError> {
    let (hour, minute) = text.split_once(':').ok_or(HoursError)?;
    let (hour, minute): (u16, u16) = (digits(hour, 2)?, digits(minute, 2)?);
    let of_day = hour * 60 + minute;
    (minute < 60 && of_day <= DAY_MINUTES)
        .then_some(of_day)
        .ok_or(HoursError)
}

/// A number of so many digits.
fn digits<T: FromStr>(text: &str, count: usize) -> Result<T, HoursError> {
    let right = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    right.then(|| text.parse().ok()).flatten().ok_or(HoursError)
}

impl fmt::Display for DaySpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        let (hour, minute) = (from / 60, from % 60);
        write!(f, "{hour:02}:{minute:02}-{:02}:{:02}", to / 60, to % 60)
    }
}

impl fmt::Display for HolidayDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(year) = self.year {
            write!(f, "{year:04}-")?;
        }
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}
