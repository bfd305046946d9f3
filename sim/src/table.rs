//! Tables that users bring: delimited text with a header row.
//!
//! Whatever is wrong with a table is told with the line, the column and what
//! was expected there.

use core::fmt;
use std::fs::File;
use std::io::{self, Chain, Cursor, Read};
use std::path::Path;

use csv::{ByteRecord, Position, ReaderBuilder};
use jiff::civil::{Date, DateTime};
use lzma_rust2::XzReader;
use tandem_engine::{SECOND_US, Span};

use crate::distribution::span_from_seconds;

/// Seconds in a day. Days of local time all count as 24 hours here: a clock
/// that is put forward leaves a gap, one that is put back doubles an hour.
pub const DAY_S: u64 = 86_400;
/// The longest table, in bytes of text, after it was decompressed.
pub const TABLE_BYTES_MAX: u64 = 1 << 30;
/// The longest time of one field, in seconds: ten years.
pub const FIELD_S_MAX: f64 = 3_660.0 * 86_400.0;
/// The most memory that a compressed table may ask for, in KiB: four times what
/// the strongest setting of `xz` needs.
pub const XZ_MEMORY_KIB_MAX: u32 = 256 << 10;
/// The first bytes of every `.xz` file.
const XZ_MAGIC: [u8; 6] = [0xFD, b'7', b'z', b'X', b'Z', 0];
/// How much of a wrong field is quoted, in characters.
const QUOTED_CHARS_MAX: usize = 40;
/// Nanoseconds in a microsecond.
const NANOS_PER_MICRO: u64 = 1_000;

/// A field that does not say what its column is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadField {
    /// The line in the text, from 1.
    pub line: u64,
    /// The name of the column.
    pub column: String,
    /// What stands there, shortened.
    pub found: String,
    /// What could stand there.
    pub expected: &'static str,
}

impl fmt::Display for BadField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            found,
            expected,
        } = self;
        write!(
            f,
            "line {line}, column `{column}`: expected {expected}, found {found:?}"
        )
    }
}

/// Why a table can not be read at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableError {
    /// There is not even a header.
    Empty {
        /// The columns that are needed.
        expected: String,
    },
    /// A field is wrong, in a table where that can not be passed over.
    Field(BadField),
    /// The header has another column here.
    Header {
        /// The line of the header.
        line: u64,
        /// Which column, from 1.
        column: usize,
        /// What stands there, shortened; empty where the header ends.
        found: String,
        /// What must stand there.
        expected: String,
    },
    /// No column has this name.
    MissingColumn {
        /// The line of the header.
        line: u64,
        /// The name that is needed.
        expected: String,
        /// The names that are there, shortened.
        found: String,
    },
    /// Two columns have this name.
    RepeatedColumn {
        /// The line of the header.
        line: u64,
        /// The name.
        name: String,
        /// The second column of that name, from 1.
        column: usize,
    },
    /// The text is longer than [`TABLE_BYTES_MAX`].
    TooLarge,
    /// The file could not be opened, read or decompressed.
    Unreadable {
        /// What the system said.
        cause: String,
    },
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { expected } => {
                write!(
                    f,
                    "line 1: the table is empty, expected a header with {expected}"
                )
            }
            Self::Field(field) => field.fmt(f),
            Self::Header {
                line,
                column,
                found,
                expected,
            } => {
                write!(
                    f,
                    "line {line}, column {column}: expected `{expected}`, found {found:?}"
                )
            }
            Self::MissingColumn {
                line,
                expected,
                found,
            } => {
                write!(
                    f,
                    "line {line}: expected a column {expected}, found {found}"
                )
            }
            Self::RepeatedColumn { line, name, column } => {
                write!(
                    f,
                    "line {line}, column {column}: there is a column `{name}` already"
                )
            }
            Self::TooLarge => {
                write!(
                    f,
                    "the table is longer than {} MiB of text",
                    TABLE_BYTES_MAX >> 20
                )
            }
            Self::Unreadable { cause } => write!(f, "can not be read: {cause}"),
        }
    }
}

impl core::error::Error for TableError {}

impl From<BadField> for TableError {
    fn from(field: BadField) -> Self {
        Self::Field(field)
    }
}

impl From<io::Error> for TableError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::FileTooLarge {
            Self::TooLarge
        } else {
            Self::Unreadable {
                cause: error.to_string(),
            }
        }
    }
}

impl From<csv::Error> for TableError {
    fn from(error: csv::Error) -> Self {
        // Tables are read as bytes with any number of fields, so nothing but
        // reading can fail.
        let cause = error.to_string();
        match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            _ => Self::Unreadable { cause },
        }
    }
}

/// How the fields of a table are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Commas, with double quotes where needed (RFC 4180).
    Commas,
    /// Tabs, no quotes.
    Tabs,
}

/// Text that may have been compressed.
pub(crate) enum Decompressed<R: Read> {
    /// It was not.
    Plain(Chain<Cursor<Vec<u8>>, R>),
    /// It was, by `xz`.
    Xz(Box<XzReader<Chain<Cursor<Vec<u8>>, R>>>),
}

/// Looks whether bytes are an `.xz` file, and if so decompresses them.
pub(crate) fn decompressed<R: Read>(mut inner: R) -> Result<Decompressed<R>, TableError> {
    let mut magic = Vec::new();
    inner
        .by_ref()
        .take(XZ_MAGIC.len() as u64)
        .read_to_end(&mut magic)?;
    let is_xz = magic == XZ_MAGIC;
    let whole = Cursor::new(magic).chain(inner);
    Ok(if is_xz {
        Decompressed::Xz(Box::new(XzReader::new_mem_limit(
            whole,
            true,
            XZ_MEMORY_KIB_MAX,
        )))
    } else {
        Decompressed::Plain(whole)
    })
}

impl<R: Read> Read for Decompressed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(plain) => plain.read(buffer),
            Self::Xz(xz) => xz.read(buffer),
        }
    }
}

/// Opens a file to be read as a table.
///
/// # Errors
///
/// [`TableError::Unreadable`] with the path and what the system said.
pub fn open(path: &Path) -> Result<File, TableError> {
    File::open(path).map_err(|error| TableError::Unreadable {
        cause: format!("{}: {error}", path.display()),
    })
}

/// Passes on what it reads, and an error once that is too much.
struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => return Err(io::ErrorKind::FileTooLarge.into()),
        }
        Ok(count)
    }
}

/// A table that is read row by row.
pub(crate) struct Table<R> {
    reader: csv::Reader<Limited<R>>,
    header: Vec<String>,
    header_line: u64,
    record: ByteRecord,
}

/// One row of a table.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    record: &'a ByteRecord,
    header: &'a [String],
}

impl<R: Read> Table<R> {
    /// Reads the header. `expected` says which columns there should be.
    pub fn new(inner: R, dialect: Dialect, expected: &str) -> Result<Self, TableError> {
        let (delimiter, quoting) = match dialect {
            Dialect::Commas => (b',', true),
            Dialect::Tabs => (b'\t', false),
        };
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(quoting)
            .flexible(true)
            .has_headers(false)
            .from_reader(Limited {
                inner,
                left: TABLE_BYTES_MAX,
            });
        let mut record = ByteRecord::new();
        if !reader.read_byte_record(&mut record)? {
            return Err(TableError::Empty {
                expected: expected.to_owned(),
            });
        }
        let name = |field: &[u8]| String::from_utf8_lossy(field).trim().to_owned();
        let header = record.iter().map(name).collect();
        Ok(Self {
            reader,
            header,
            header_line: line_of(&record),
            record,
        })
    }

    /// Checks that the header has exactly these columns.
    pub fn require_columns(&self, expected: &[&str]) -> Result<(), TableError> {
        for index in 0..self.header.len().max(expected.len()) {
            let found = self.header.get(index).map_or("", String::as_str);
            let expected = expected.get(index).copied().unwrap_or("");
            if found != expected {
                return Err(TableError::Header {
                    line: self.header_line,
                    column: index + 1,
                    found: shortened(found),
                    expected: expected.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// The index of the column of this name, if there is one.
    pub fn find_column(&self, name: &str) -> Result<Option<usize>, TableError> {
        let mut named = (0..self.header.len()).filter(|index| self.header[*index] == name);
        let first = named.next();
        if let Some(second) = named.next() {
            let (line, name) = (self.header_line, name.to_owned());
            return Err(TableError::RepeatedColumn {
                line,
                name,
                column: second + 1,
            });
        }
        Ok(first)
    }

    /// The index of the column of this name.
    pub fn column(&self, name: &str) -> Result<usize, TableError> {
        self.find_column(name)?
            .ok_or_else(|| self.missing(&format!("`{name}`")))
    }

    /// The error for a column that is not there.
    pub fn missing(&self, expected: &str) -> TableError {
        TableError::MissingColumn {
            line: self.header_line,
            expected: expected.to_owned(),
            found: shortened(&self.header.join(", ")),
        }
    }

    /// The next row, if there is one. Empty lines are passed over.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, TableError> {
        let more = self.reader.read_byte_record(&mut self.record)?;
        Ok(more.then_some(Row {
            record: &self.record,
            header: &self.header,
        }))
    }
}

impl<'a> Row<'a> {
    /// The line on which the row begins, from 1.
    pub fn line(self) -> u64 {
        line_of(self.record)
    }

    /// Complains about a column of this row.
    pub fn bad(self, column: usize, expected: &'static str) -> BadField {
        let found = self
            .record
            .get(column)
            .map(String::from_utf8_lossy)
            .unwrap_or_default();
        // A column beyond the header has a number only.
        let name = self
            .header
            .get(column)
            .cloned()
            .unwrap_or_else(|| (column + 1).to_string());
        BadField {
            line: self.line(),
            column: name,
            found: shortened(&found),
            expected,
        }
    }

    /// Checks that the row has as many columns as the header.
    pub fn require_width(self) -> Result<Self, BadField> {
        if self.record.len() == self.header.len() {
            return Ok(self);
        }
        let column = self.record.len().min(self.header.len());
        Err(self.bad(column, "as many columns as in the header"))
    }

    /// The text of a column without surrounding spaces.
    pub fn text(self, column: usize) -> Result<&'a str, BadField> {
        let field = self.record.get(column).unwrap_or_default();
        core::str::from_utf8(field)
            .map(str::trim)
            .map_err(|_| self.bad(column, "text in UTF-8"))
    }

    /// A number from 0 to `max`.
    pub fn number(self, column: usize, max: f64, what: &'static str) -> Result<f64, BadField> {
        let parsed = self.text(column)?.parse::<f64>();
        match parsed {
            Ok(number) if (0.0..=max).contains(&number) => Ok(number),
            _ => Err(self.bad(column, what)),
        }
    }

    /// A length of time in seconds, rounded to the microsecond.
    pub fn seconds(self, column: usize) -> Result<Span, BadField> {
        let seconds = self.number(column, FIELD_S_MAX, "seconds, 0 or more")?;
        Ok(span_from_seconds(seconds))
    }

    /// A local date and time as ISO 8601 writes it, or the date alone.
    pub fn date_time(self, column: usize) -> Result<(Date, Span), BadField> {
        match self.text(column)?.parse::<DateTime>() {
            Ok(moment) => Ok((moment.date(), time_of_day(moment.time()))),
            Err(_) => Err(self.bad(column, "a local date and time such as 2026-11-23 08:30:00")),
        }
    }
}

/// The line on which a record begins.
fn line_of(record: &ByteRecord) -> u64 {
    record.position().map_or(1, Position::line)
}

/// The first characters of a text.
fn shortened(text: &str) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(QUOTED_CHARS_MAX).collect();
    if chars.next().is_some() {
        head + "…"
    } else {
        head
    }
}

/// Time since midnight, cut to microseconds.
pub(crate) fn time_of_day(time: jiff::civil::Time) -> Span {
    let part = |value: i8| u64::from(value.unsigned_abs());
    let seconds = part(time.hour()) * 3_600 + part(time.minute()) * 60 + part(time.second());
    let nanos = u64::from(time.subsec_nanosecond().unsigned_abs());
    Span::from_micros(seconds * SECOND_US + nanos / NANOS_PER_MICRO)
}

/// Days from one date to another; negative where that lies before.
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}
