//! Logs as comma-separated text with named columns.

use std::io::Read;

use tandem_engine::Span;

use super::builder::{Builder, RowCall, RowIs, name};
use super::{CallLog, CallLogError, Outcome};
use crate::table::{BadField, Row, Table, TableError};

/// The columns that are needed.
pub(super) const EXPECTED: &str = "`arrival` or `arrival_s`, `wait_s`, `outcome`, `talk_s`";

/// Which columns say what.
struct Columns {
    arrival: usize,
    wait: usize,
    outcome: usize,
    talk: usize,
    queue: Option<usize>,
    agent: Option<usize>,
}

/// How arrivals are written. The first row decides for all: a log can not
/// count from midnight in one row and from its start in another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrival {
    Dated,
    Seconds,
}

/// Reads such a log.
pub(super) fn read<R: Read>(mut table: Table<R>) -> Result<CallLog, CallLogError> {
    let (columns, mut written) = find(&table)?;
    let mut builder = Builder::new("agent", "queue");
    while let Some(row) = table.next_row()? {
        builder.add(call(row, &columns, &mut written).map(RowIs::Call))?;
    }
    builder.finish()
}

/// Finds the columns; `arrival_s` says at once how arrivals are written.
fn find<R: Read>(table: &Table<R>) -> Result<(Columns, Option<Arrival>), TableError> {
    let (arrival, written) = match (
        table.find_column("arrival")?,
        table.find_column("arrival_s")?,
    ) {
        (None, None) => return Err(table.missing("`arrival` or `arrival_s`")),
        (Some(_), Some(_)) => return Err(table.missing("`arrival` or `arrival_s`, not both")),
        (Some(column), None) => (column, None),
        (None, Some(column)) => (column, Some(Arrival::Seconds)),
    };
    let columns = Columns {
        arrival,
        wait: table.column("wait_s")?,
        outcome: table.column("outcome")?,
        talk: table.column("talk_s")?,
        queue: table.find_column("queue")?,
        agent: table.find_column("agent")?,
    };
    Ok((columns, written))
}

/// Reads one row.
fn call<'a>(
    row: Row<'a>,
    columns: &Columns,
    written: &mut Option<Arrival>,
) -> Result<RowCall<'a>, BadField> {
    let row = row.require_width()?;
    let column = columns.arrival;
    let in_seconds = || row.seconds(column).map(|time| (None, time));
    let dated = || row.date_time(column).map(|(date, time)| (Some(date), time));
    let (date, time) = match *written {
        Some(Arrival::Dated) => dated()?,
        Some(Arrival::Seconds) => in_seconds()?,
        None => in_seconds()
            .or_else(|_| dated())
            .map_err(|_| row.bad(column, "a local date and time, or seconds"))?,
    };
    let outcome = match row.text(columns.outcome)? {
        "abandoned" => Outcome::Abandoned,
        "answered" => Outcome::Answered,
        "missed" => Outcome::Missed,
        _ => return Err(row.bad(columns.outcome, "answered, abandoned or missed")),
    };
    let call = RowCall {
        date,
        time,
        wait: row.seconds(columns.wait)?,
        outcome,
        talk: talk(row, columns.talk, outcome)?,
        agent: columns.agent.map_or(Ok(""), |column| name(row, column))?,
        kind: columns.queue.map_or(Ok(""), |column| name(row, column))?,
        contradictory: false,
    };
    // Only a sound row may decide for the others.
    let decided = if date.is_some() {
        Arrival::Dated
    } else {
        Arrival::Seconds
    };
    written.get_or_insert(decided);
    Ok(call)
}

/// The length of the service: nothing, or no text, where there was none.
fn talk(row: Row<'_>, column: usize, outcome: Outcome) -> Result<Span, BadField> {
    if outcome == Outcome::Answered {
        return row.seconds(column);
    }
    if row.text(column)?.is_empty() || row.seconds(column)?.is_zero() {
        return Ok(Span::ZERO);
    }
    Err(row.bad(column, "0 or nothing where the call was not answered"))
}
