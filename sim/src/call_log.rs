//! Logs of real or simulated calls.
//!
//! Two formats are read, told apart by their header, both also compressed by
//! `xz`:
//!
//! - comma-separated text with the columns `arrival` (a local date and time, or
//!   seconds) or `arrival_s`, `wait_s`, `outcome` (`answered`, `abandoned`,
//!   `missed`), `talk_s`, and if wanted `queue` and `agent`, in any order,
//!   among any others;
//! - the log of the "Anonymous Bank" (Guedj and Mandelbaum, Technion, 2000).
//!
//! A malformed row is counted and described, but does not spoil the log, unless
//! there are too many.

mod bank;
mod builder;
mod plain;

use core::fmt;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use jiff::civil::Date;
use tandem_engine::{Span, Timestamp};

use crate::distribution::{float, seconds};
use crate::table::{self, BadField, Dialect, Table, TableError, decompressed};

/// The most calls of a log.
pub const CALLS_MAX: usize = 10_000_000;
/// The most days that a log may cover, from its first to its last call.
pub const DAYS_MAX: u32 = 3_660;
/// The most different agents of a log, and the most different kinds of calls.
pub const NAMES_MAX: usize = 10_000;
/// The longest name of an agent or a kind, in bytes.
pub const NAME_BYTES_MAX: usize = 200;
/// A log with a larger share of malformed rows is refused.
pub const MALFORMED_SHARE_MAX: f64 = 0.05;
/// So many malformed rows are described, the rest only counted.
pub const MALFORMED_TOLD_MAX: usize = 20;
/// The longest header that is looked at to tell the formats apart, in bytes.
const HEADER_BYTES_MAX: u64 = 64 << 10;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The caller hung up while waiting.
    Abandoned,
    /// An agent answered.
    Answered,
    /// The centre gave up: closed, full, or nobody there.
    Missed,
}

/// One call of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoggedCall {
    /// When it joined the queue, counted from midnight of the log's first day,
    /// or from wherever a log in seconds counts.
    pub arrival: Timestamp,
    /// How long it waited, until it was answered or given up.
    pub wait: Span,
    /// How it ended.
    pub outcome: Outcome,
    /// How long the service lasted; nothing where it was not answered.
    pub talk: Span,
    /// Who answered: an index into [`CallLog::agents`].
    pub agent: Option<u32>,
    /// What it was about: an index into [`CallLog::kinds`].
    pub kind: Option<u32>,
}

impl LoggedCall {
    /// When the waiting ended, and the service began if there was one.
    #[must_use]
    pub fn wait_end(&self) -> Timestamp {
        self.arrival + self.wait
    }

    /// When the call ended.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.wait_end() + self.talk
    }
}

/// What became of the rows of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// Rows below the header.
    pub rows: u64,
    /// Rows that could not be read, and were left out.
    pub malformed: u64,
    /// Rows of no real call (`PHANTOM`), left out.
    pub phantom: u64,
    /// Callers who hung up in the announcement before the queue, left out.
    pub never_joined: u64,
    /// Calls whose times contradict each other; they were kept, and the module
    /// of the format says how.
    pub contradictory: u64,
}

/// A log of calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallLog {
    /// The day of the first call; none where the log counts seconds.
    pub start: Option<Date>,
    /// How many days it covers, from its start to its last arrival.
    pub days: u32,
    /// The calls in order of their arrival.
    pub calls: Vec<LoggedCall>,
    /// The names of the agents, sorted.
    pub agents: Vec<String>,
    /// The names of the queues, or of the kinds of calls, sorted.
    pub kinds: Vec<String>,
    /// What became of the rows.
    pub rows: RowCounts,
    /// The first malformed rows.
    pub malformed: Vec<BadField>,
}

/// Why a log can not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallLogError {
    /// The header is wrong, or the text can not be read.
    Table(TableError),
    /// More rows than [`CALLS_MAX`].
    TooManyCalls,
    /// From the first to the last call there are more days than [`DAYS_MAX`].
    TooManyDays {
        /// How many there are.
        days: u64,
    },
    /// Over [`MALFORMED_SHARE_MAX`] of the rows are malformed.
    TooManyMalformed {
        /// How many are.
        malformed: u64,
        /// Of so many rows.
        rows: u64,
        /// The first of them.
        first: BadField,
    },
    /// More names than [`NAMES_MAX`] in one column.
    TooManyNames {
        /// The column.
        column: &'static str,
    },
}

impl fmt::Display for CallLogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(error) => error.fmt(f),
            Self::TooManyCalls => write!(f, "the log has more than {CALLS_MAX} rows"),
            Self::TooManyDays { days } => {
                write!(
                    f,
                    "the log covers {days} days, at most {DAYS_MAX} are allowed"
                )
            }
            Self::TooManyMalformed {
                malformed,
                rows,
                first,
            } => {
                write!(
                    f,
                    "{malformed} of {rows} rows are malformed; the first: {first}"
                )
            }
            Self::TooManyNames { column } => {
                write!(
                    f,
                    "column `{column}` has more than {NAMES_MAX} different names"
                )
            }
        }
    }
}

impl core::error::Error for CallLogError {}

impl From<TableError> for CallLogError {
    fn from(error: TableError) -> Self {
        Self::Table(error)
    }
}

/// Figures of a log, to be compared with a simulation's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LogSummary {
    /// How many calls joined the queue.
    pub calls: usize,
    /// How many of them an agent answered.
    pub answered: usize,
    /// How many callers hung up.
    pub abandoned: usize,
    /// How many calls waited at all.
    pub waited: usize,
    /// The mean wait of all calls, in seconds; 0 where there are none.
    pub mean_wait_s: f64,
    /// The mean service of the answered calls, in seconds; 0 where there are none.
    pub mean_talk_s: f64,
}

impl LogSummary {
    /// The share of calls that were abandoned; 0 where there are none.
    #[must_use]
    pub fn abandoned_share(&self) -> f64 {
        share(self.abandoned, self.calls)
    }

    /// The share of calls that waited; 0 where there are none.
    #[must_use]
    pub fn waited_share(&self) -> f64 {
        share(self.waited, self.calls)
    }
}

impl CallLog {
    /// Counts and averages of the log.
    #[must_use]
    pub fn summary(&self) -> LogSummary {
        let mut summary = LogSummary {
            calls: self.calls.len(),
            ..LogSummary::default()
        };
        let (mut wait_s, mut talk_s) = (0.0, 0.0);
        for call in &self.calls {
            summary.answered += usize::from(call.outcome == Outcome::Answered);
            summary.abandoned += usize::from(call.outcome == Outcome::Abandoned);
            summary.waited += usize::from(!call.wait.is_zero());
            wait_s += seconds(call.wait);
            talk_s += seconds(call.talk);
        }
        summary.mean_wait_s = wait_s / float(summary.calls.max(1));
        summary.mean_talk_s = talk_s / float(summary.answered.max(1));
        summary
    }
}

/// One number as a share of another.
fn share(part: usize, whole: usize) -> f64 {
    float(part) / float(whole.max(1))
}

/// Reads a log in either format, compressed or not.
///
/// # Errors
///
/// [`CallLogError`]; a wrong header is told with line, column and what was
/// expected.
pub fn read(bytes: impl Read) -> Result<CallLog, CallLogError> {
    let mut text = BufReader::new(decompressed(bytes)?);
    let mut header = Vec::new();
    text.by_ref()
        .take(HEADER_BYTES_MAX)
        .read_until(b'\n', &mut header)
        .map_err(TableError::from)?;
    let is_bank = header.contains(&b'\t');
    let whole = Cursor::new(header).chain(text);
    if is_bank {
        bank::read(Table::new(whole, Dialect::Tabs, &bank::COLUMNS.join(", "))?)
    } else {
        plain::read(Table::new(whole, Dialect::Commas, plain::EXPECTED)?)
    }
}

/// Opens a file and [`read`]s it.
///
/// # Errors
///
/// As [`read`], and where the file can not be opened.
pub fn open(path: &Path) -> Result<CallLog, CallLogError> {
    read(table::open(path)?)
}
