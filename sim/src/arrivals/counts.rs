//! Expected counts from a table.

use core::fmt;
use std::collections::BTreeMap;
use std::io::Read;

use jiff::civil::{Date, Time};
use tandem_engine::Span;

use super::{ArrivalsError, INTERVALS_MAX, Profile, Repeat};
use crate::table::{
    BadField, DAY_S, Dialect, Row, Table, TableError, days_between, decompressed, time_of_day,
};

/// The largest count of a field; what an interval may expect is checked later.
const COUNT_MAX: f64 = 1e12;

/// Which columns of a table say what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountColumns {
    /// The beginning of the interval: a local date and time, or a time of day.
    /// Without it, each row is the interval after the one above it, the first
    /// one beginning at midnight.
    pub time: Option<String>,
    /// How many calls are expected in it.
    pub count: String,
}

/// Expected counts, read from a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    /// The day on whose midnight the timeline begins, where the table has dates.
    pub start: Option<Date>,
    /// The counts. Intervals that the table leaves out expect no calls.
    pub profile: Profile,
}

/// Why a table has no usable counts.
#[derive(Clone, Debug, PartialEq)]
pub enum CountsError {
    /// The table as such is wrong, or a field of it.
    Table(TableError),
    /// The counts make no profile.
    Arrivals(ArrivalsError),
}

impl fmt::Display for CountsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(error) => error.fmt(f),
            Self::Arrivals(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for CountsError {}

impl From<TableError> for CountsError {
    fn from(error: TableError) -> Self {
        Self::Table(error)
    }
}

impl From<BadField> for CountsError {
    fn from(error: BadField) -> Self {
        Self::Table(error.into())
    }
}

impl From<ArrivalsError> for CountsError {
    fn from(error: ArrivalsError) -> Self {
        Self::Arrivals(error)
    }
}

/// A row: which day, if it says, when on that day, how many calls.
struct Count {
    line: u64,
    /// What stands in the column of the time, for complaints.
    text: String,
    day: Option<Date>,
    time: Span,
    count: f64,
}

/// Reads expected counts per interval from comma-separated text with a header,
/// which may be compressed by `xz`.
///
/// A profile is configuration, so every wrong field is an error.
///
/// # Errors
///
/// [`CountsError::Table`] with line and column where a field is wrong: no
/// number, no time, a time that is no multiple of the interval since midnight,
/// a time that was there before. [`CountsError::Arrivals`] where the counts
/// make no profile.
pub fn read_counts(
    text: impl Read,
    columns: &CountColumns,
    interval: Span,
    repeat: Repeat,
) -> Result<Counts, CountsError> {
    // Fails early on an interval by which nothing can be divided.
    Profile::from_counts(Span::ZERO, interval, &[0.0], Repeat::Never)?;
    let expected = match &columns.time {
        Some(time) => format!("`{time}` and `{}`", columns.count),
        None => format!("`{}`", columns.count),
    };
    let mut table = Table::new(decompressed(text)?, Dialect::Commas, &expected)?;
    let count_column = table.column(&columns.count)?;
    let time_column = columns
        .time
        .as_ref()
        .map(|name| table.column(name))
        .transpose()?;
    let mut rows = Vec::new();
    while let Some(row) = table.next_row()? {
        let after = Span::from_micros(interval.micros().saturating_mul(rows.len() as u64));
        rows.push(read_row(row, count_column, time_column, after)?);
        if rows.len() > INTERVALS_MAX {
            return Err(ArrivalsError::TooManyIntervals { count: rows.len() }.into());
        }
    }
    let start = rows.iter().filter_map(|row| row.day).min();
    let placed = placed(
        &rows,
        start,
        interval,
        time_column.is_some().then_some(columns),
    )?;
    let (Some(&first), Some(&last)) = (placed.keys().next(), placed.keys().next_back()) else {
        return Err(ArrivalsError::NoIntervals.into());
    };
    let count = usize::try_from(last - first)
        .unwrap_or(usize::MAX)
        .saturating_add(1);
    if count > INTERVALS_MAX {
        return Err(ArrivalsError::TooManyIntervals { count }.into());
    }
    let counts: Vec<f64> = (first..=last)
        .map(|index| placed.get(&index).copied().unwrap_or(0.0))
        .collect();
    let first = Span::from_micros(first * interval.micros());
    let profile = Profile::from_counts(first, interval, &counts, repeat)?;
    Ok(Counts { start, profile })
}

/// Reads one row; `after` is when the row above ends.
fn read_row(
    row: Row<'_>,
    count_column: usize,
    time_column: Option<usize>,
    after: Span,
) -> Result<Count, BadField> {
    let row = row.require_width()?;
    let count = row.number(count_column, COUNT_MAX, "a number of calls, 0 or more")?;
    let Some(column) = time_column else {
        return Ok(Count {
            line: row.line(),
            text: String::new(),
            day: None,
            time: after,
            count,
        });
    };
    let text = row.text(column)?;
    // `12` alone would be an hour to the parser of times.
    let of_day = text
        .contains(':')
        .then(|| text.parse::<Time>().ok())
        .flatten();
    let (day, time) = match (row.date_time(column), of_day) {
        (Ok((day, time)), _) => (Some(day), time),
        (Err(_), Some(time)) => (None, time_of_day(time)),
        (Err(_), None) => {
            let what = "a local date and time such as 2026-11-23 08:30, or a time of day";
            return Err(row.bad(column, what));
        }
    };
    Ok(Count {
        line: row.line(),
        text: text.to_owned(),
        day,
        time,
        count,
    })
}

/// The counts by the number of their interval since midnight of `start`.
fn placed(
    rows: &[Count],
    start: Option<Date>,
    interval: Span,
    columns: Option<&CountColumns>,
) -> Result<BTreeMap<u64, f64>, BadField> {
    let column = || {
        columns
            .and_then(|columns| columns.time.clone())
            .unwrap_or_default()
    };
    let bad = |row: &Count, expected: &'static str| BadField {
        line: row.line,
        column: column(),
        found: row.text.clone(),
        expected,
    };
    let mut placed = BTreeMap::new();
    for row in rows {
        let days = match (start, row.day) {
            (Some(start), Some(day)) => days_between(start, day).unsigned_abs(),
            (None, None) => 0,
            _ => return Err(bad(row, "a date in every row, or in none")),
        };
        let day_us = Span::from_secs(days * DAY_S).micros();
        let since = day_us + row.time.micros();
        if !since.is_multiple_of(interval.micros()) {
            return Err(bad(
                row,
                "the beginning of an interval, counted from the first midnight",
            ));
        }
        let index = since / interval.micros();
        if placed.insert(index, row.count).is_some() {
            return Err(bad(row, "every interval once"));
        }
    }
    Ok(placed)
}
