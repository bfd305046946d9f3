//! The log of the "Anonymous Bank": every call to the centre of an Israeli bank
//! in 1999, 17 columns separated by tabs.
//!
//! What its columns mean here:
//!
//! - A call joins the queue when it leaves the announcement (`vru_exit`), or at
//!   `q_start` if it queued. It waits `q_time`, which is 0 where an agent was
//!   free, and then talks for `ser_time`.
//! - The clocks of queue and service differ: a service usually "starts" a second
//!   before the queue is left, and an announcement may "end" before it began.
//!   Durations are taken as they are, and the service is laid where the wait
//!   ends, so that a call's stages neither overlap nor leave holes.
//! - A service that is said to start over [`CLOCK_SLACK_S`] before its call came
//!   is counted as contradictory; of it only what lies after the wait counts.
//! - `HANG` without queueing never joined the queue. `HANG` with a service
//!   beside it is contradictory: the outcome is believed, not the service.
//! - `AGENT` without times of service (0.2 %) is a service of no length.
//! - The length of the announcement (`vru_time`) is not used; it may be negative.
//! - A time of day may belong to the day after the row's date, for a call that
//!   came shortly before midnight.

use std::io::Read;

use jiff::civil::Date;
use tandem_engine::Span;

use super::builder::{Builder, RowCall, RowIs, name};
use super::{CallLog, CallLogError, Outcome};
use crate::table::{BadField, DAY_S, Row, Table};

/// The header.
pub(super) const COLUMNS: [&str; 17] = [
    "vru+line",
    "call_id",
    "customer_id",
    "priority",
    "type",
    "date",
    "vru_entry",
    "vru_exit",
    "vru_time",
    "q_start",
    "q_exit",
    "q_time",
    "outcome",
    "ser_start",
    "ser_exit",
    "ser_time",
    "server",
];
const TYPE: usize = 4;
const DATE: usize = 5;
const VRU_ENTRY: usize = 6;
const VRU_EXIT: usize = 7;
const Q_START: usize = 9;
const Q_TIME: usize = 11;
const OUTCOME: usize = 12;
const SER_START: usize = 13;
const SER_EXIT: usize = 14;
const SER_TIME: usize = 15;
const SERVER: usize = 16;

/// How far the start of a service may lie before its call's arrival, in
/// seconds, before the row is taken for contradictory.
pub(super) const CLOCK_SLACK_S: u64 = 60;
/// The longest duration of a row, in seconds.
const DURATION_S_MAX: f64 = 86_400.0;
/// Stands for an agent who is not known.
const NO_SERVER: &str = "NO_SERVER";
/// Two-digit years from this one on belong to the last century.
const CENTURY_TURNS_AT: i16 = 70;

/// Reads such a log.
pub(super) fn read<R: Read>(mut table: Table<R>) -> Result<CallLog, CallLogError> {
    table.require_columns(&COLUMNS)?;
    let mut builder = Builder::new("server", "type");
    while let Some(row) = table.next_row()? {
        builder.add(classify(row))?;
    }
    builder.finish()
}

/// Reads one row.
fn classify(row: Row<'_>) -> Result<RowIs<'_>, BadField> {
    let row = row.require_width()?;
    let queued_s = duration_s(row, Q_TIME)?;
    match row.text(OUTCOME)? {
        "AGENT" => answered(row, queued_s).map(RowIs::Call),
        "HANG" if queued_s == 0 => Ok(RowIs::NeverJoined),
        "HANG" => abandoned(row, queued_s).map(RowIs::Call),
        "PHANTOM" => Ok(RowIs::Phantom),
        _ => Err(row.bad(OUTCOME, "AGENT, HANG or PHANTOM")),
    }
}

fn abandoned(row: Row<'_>, queued_s: u64) -> Result<RowCall<'_>, BadField> {
    Ok(RowCall {
        date: Some(day(row)?),
        time: Span::from_secs(joined_s(row, queued_s)?),
        wait: Span::from_secs(queued_s),
        outcome: Outcome::Abandoned,
        talk: Span::ZERO,
        agent: "",
        kind: name(row, TYPE)?,
        contradictory: duration_s(row, SER_TIME)? > 0,
    })
}

fn answered(row: Row<'_>, queued_s: u64) -> Result<RowCall<'_>, BadField> {
    let joined_s = joined_s(row, queued_s)?;
    let (start_s, exit_s) = (
        time_of_day_s(row, SER_START)?,
        time_of_day_s(row, SER_EXIT)?,
    );
    let service_s = duration_s(row, SER_TIME)?;
    let too_early = service_s > 0 && is_before(start_s + CLOCK_SLACK_S, joined_s);
    let after_wait_s = joined_s + queued_s;
    let talk_s = if !too_early {
        service_s
    } else if is_before(exit_s, after_wait_s) {
        0
    } else {
        ahead_s(exit_s, after_wait_s)
    };
    let server = name(row, SERVER)?;
    Ok(RowCall {
        date: Some(day(row)?),
        time: Span::from_secs(joined_s),
        wait: Span::from_secs(queued_s),
        outcome: Outcome::Answered,
        talk: Span::from_secs(talk_s),
        agent: if server == NO_SERVER { "" } else { server },
        kind: name(row, TYPE)?,
        contradictory: too_early,
    })
}

/// When the call joined the queue, in seconds since midnight of the row's date.
fn joined_s(row: Row<'_>, queued_s: u64) -> Result<u64, BadField> {
    let entered_s = time_of_day_s(row, VRU_ENTRY)?;
    let column = if queued_s > 0 { Q_START } else { VRU_EXIT };
    let joined_s = time_of_day_s(row, column)?;
    // A time far before the beginning is one of the next day; a little before
    // it, the clock was put right.
    let after_midnight = joined_s + DAY_S / 2 < entered_s;
    Ok(joined_s + if after_midnight { DAY_S } else { 0 })
}

/// How far a time of day lies ahead of another one, on a clock that goes round.
const fn ahead_s(time_s: u64, other_s: u64) -> u64 {
    (time_s + DAY_S - other_s % DAY_S) % DAY_S
}

/// Whether a time of day lies before another one, rather than less than half a
/// day ahead of it.
const fn is_before(time_s: u64, other_s: u64) -> bool {
    ahead_s(time_s, other_s) >= DAY_S / 2
}

/// `h:mm:ss` in seconds.
fn time_of_day_s(row: Row<'_>, column: usize) -> Result<u64, BadField> {
    let text = row.text(column)?;
    let mut parts = text.split(':').map(str::parse::<u64>);
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(Ok(h)), Some(Ok(m)), Some(Ok(s)), None) if h < 24 && m < 60 && s < 60 => {
            Ok(h * 3_600 + m * 60 + s)
        }
        _ => Err(row.bad(column, "a time of day such as 7:05:09")),
    }
}

/// A number of whole seconds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number is between 0 and a day"
)]
fn duration_s(row: Row<'_>, column: usize) -> Result<u64, BadField> {
    let what = "seconds from 0 to 86400";
    let seconds = row.number(column, DURATION_S_MAX, what)?;
    if seconds.fract() == 0.0 {
        Ok(seconds as u64)
    } else {
        Err(row.bad(column, what))
    }
}

/// `yymmdd` as a date.
fn day(row: Row<'_>) -> Result<Date, BadField> {
    let bad = || row.bad(DATE, "a date such as 990131");
    let text = row.text(DATE)?;
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad());
    }
    let year: i16 = text[..2].parse().map_err(|_| bad())?;
    let month: i8 = text[2..4].parse().map_err(|_| bad())?;
    let day: i8 = text[4..].parse().map_err(|_| bad())?;
    let century = if year >= CENTURY_TURNS_AT {
        1_900
    } else {
        2_000
    };
    Date::new(century + year, month, day).map_err(|_| bad())
}
