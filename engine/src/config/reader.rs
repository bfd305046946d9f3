//! Reading values out of a file so that everything wrong with it is told at
//! once, each with its place and a way out.
//!
//! Serde stops at the first error; this goes on. A [`Document`] is asked for
//! its [`root`](Document::root) table, tables for their keys, and keys for
//! [`Value`]s. Whatever does not fit is noted in the document and read as
//! nothing. In the end [`Document::finish`] tells whether anything was noted.
//!
//! ```
//! use tandem_engine::config::reader::Source;
//!
//! let source = Source::new("office.toml", "[office]\nflors = 3\n");
//! let document = source.parse();
//! let mut root = document.root();
//! if let Some(mut office) = root.get("office").and_then(|value| value.table()) {
//!     let _floors = office.integer("floors", 1..=200_u8);
//!     office.finish();
//! }
//! root.finish();
//! let problems = document.finish().unwrap_err().to_string();
//! assert!(problems.contains("office.toml:2:1: unknown key \"flors\" in [office]"));
//! assert!(problems.contains("did you mean \"floors\"?"));
//! ```

mod problem;
mod syntax;
mod value;

use core::cell::RefCell;
use core::fmt::Display;
use core::ops::{Range, RangeInclusive};

use toml::de::{DeTable, DeValue};

use super::nearest::nearest;
use crate::limits::FILE_BYTES_MAX;
use problem::{Collector, quoted};
pub use problem::{Problem, Problems};
pub use value::{Integer, Items, Kind, Value};

/// Up to this size a text with a syntax error is read further, to find what
/// else is wrong. Beyond it nobody writes by hand, and the errors of a text
/// that is no TOML at all would fill the memory.
const RECOVER_BYTES_MAX: usize = 1 << 20;

/// A text and the name of the file that it came from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'t> {
    name: &'t str,
    text: &'t str,
}

impl<'t> Source<'t> {
    /// The text `text` of a file that messages shall call `name`.
    #[must_use]
    pub fn new(name: &'t str, text: &'t str) -> Self {
        Self { name, text }
    }

    /// Reads the text as TOML. What is wrong is noted in the document.
    #[must_use]
    pub fn parse(self) -> Document<'t> {
        let mut document = Document {
            source: self,
            tree: DeTable::new(),
            whole: false,
            problems: RefCell::default(),
        };
        if self.text.len() > FILE_BYTES_MAX {
            let mib = FILE_BYTES_MAX >> 20;
            document.report(0..0, format!("the file is larger than {mib} MiB"), None);
            return document;
        }
        let scan = syntax::scan(self.text);
        let problems = document.problems.get_mut();
        problems.more = scan.more;
        problems.found = scan.errors;
        problems.found.extend(scan.refused.clone());
        if scan.refused.is_some() || scan.more > 0 {
            return document;
        }
        if self.text.len() <= RECOVER_BYTES_MAX {
            document.grow_recovering(scan.reported, &scan.unreadable);
        } else if scan.reported == 0 {
            document.grow();
        }
        document
    }
}

/// A text as a tree, and what was found wrong with it so far.
#[derive(Debug)]
pub struct Document<'t> {
    source: Source<'t>,
    tree: DeTable<'t>,
    /// Whether the tree holds all that the text says.
    whole: bool,
    problems: RefCell<Collector>,
}

impl<'t> Document<'t> {
    /// The table that holds all others. [`Table::finish`] must be called on it
    /// as on each.
    pub fn root(&self) -> Table<'_> {
        Table {
            document: self,
            table: &self.tree,
            place: 0..0,
            asked: Vec::new(),
        }
    }

    /// Notes a problem at a place that a [`Value`] or [`Table`] told.
    pub fn report(&self, span: Range<usize>, what: impl Into<String>, hint: Option<String>) {
        self.report_with(span, || (what.into(), hint));
    }

    /// As [`report`](Self::report), but makes the sentences only if they will
    /// be shown: finding a good hint can be dear.
    pub fn report_with(
        &self,
        span: Range<usize>,
        what_and_hint: impl FnOnce() -> (String, Option<String>),
    ) {
        self.problems.borrow_mut().add(span, what_and_hint);
    }

    /// Counts problems that nobody described.
    pub fn report_more(&self, count: usize) {
        self.problems.borrow_mut().more += count;
    }

    /// Whether all of the text could be read as TOML. Where it could not,
    /// something that seems to be missing may just be unreadable.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Whether nothing wrong was found so far.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        let problems = self.problems.borrow();
        problems.found.is_empty() && problems.more == 0
    }

    /// The line of a place in the text, from 1.
    #[must_use]
    pub fn line(&self, at: usize) -> usize {
        let before = &self.source.text.as_bytes()[..at.min(self.source.text.len())];
        1 + before.iter().filter(|&&b| b == b'\n').count()
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// Everything that was found wrong.
    pub fn finish(self) -> Result<(), Problems> {
        let problems = self
            .problems
            .into_inner()
            .finish(self.source.name, self.source.text);
        problems.map_or(Ok(()), Err)
    }

    /// Builds the tree of a text that need not be right.
    fn grow_recovering(&mut self, reported: usize, unreadable: &[Range<usize>]) {
        let text = self.source.text;
        let (tree, errors) = DeTable::parse_recoverable(text);
        self.tree = tree.into_inner();
        self.whole = errors.is_empty();
        self.problems.get_mut().unreadable = unreadable.to_vec();
        // The first ones are those that the first pass described better.
        for error in errors.iter().skip(reported) {
            self.report_error(error);
        }
        let problems = self.problems.get_mut();
        let bad = unreadable
            .iter()
            .cloned()
            .chain(problems.found.iter().map(|f| f.span.clone()));
        problems.unreadable = bad.map(|part| syntax::lines_of(text, part)).collect();
        if problems.more > 0 {
            self.tree = DeTable::new();
        }
    }

    /// Builds the tree of a text that is right as far as the first pass saw.
    fn grow(&mut self) {
        match DeTable::parse(self.source.text) {
            Ok(tree) => {
                self.tree = tree.into_inner();
                self.whole = true;
            }
            Err(error) => self.report_error(&error),
        }
    }

    /// The part of the text at a place.
    fn text(&self, span: Range<usize>) -> &'t str {
        self.source.text.get(span).unwrap_or_default()
    }

    /// Notes an error that the parser found when it built the tree.
    fn report_error(&mut self, error: &toml::de::Error) {
        let span = error.span().unwrap_or(0..0);
        let message = error.message();
        if message.starts_with("invalid multi-line") && span.start == self.source.text.len() {
            self.report_open_quotes(if message.contains("basic") {
                "\"\"\""
            } else {
                "\'\'\'"
            });
            return;
        }
        self.report_with(span.clone(), || {
            syntax::explained(message, self.text(span).trim_matches(['"', '\'']))
        });
    }

    /// Notes that a text in three quotes goes on to the end of the file. The
    /// parser tells the end; what helps is the beginning.
    fn report_open_quotes(&mut self, quotes: &str) {
        let end = self.source.text.len();
        let open = self.source.text.rfind(quotes).unwrap_or(end);
        self.report(
            open..open + quotes.len(),
            "these quotes are never closed",
            None,
        );
        self.problems.get_mut().unreadable.push(open..end + 1);
    }
}

/// A table of the file. It remembers the keys that it was asked for; the
/// others are unknown to the program and are reported by [`finish`](Self::finish).
#[derive(Debug)]
#[must_use = "a table must be finished, or unknown keys go unnoticed"]
pub struct Table<'d> {
    document: &'d Document<'d>,
    table: &'d DeTable<'d>,
    place: Range<usize>,
    asked: Vec<&'d str>,
}

impl<'d> Table<'d> {
    /// The value of a key, where the file has it.
    pub fn get(&mut self, key: &'d str) -> Option<Value<'d>> {
        self.asked.push(key);
        let value = self.table.get(key)?;
        Some(Value::new(self.document, key, value, false))
    }

    /// The value of a key; its absence is a problem.
    pub fn required(&mut self, key: &'d str) -> Option<Value<'d>> {
        let value = self.get(key);
        if value.is_none() && self.document.whole {
            let what = || (format!("{} has no {}", self.name(), quoted(key)), None);
            self.document.report_with(self.span(), what);
        }
        value
    }

    /// The text of a key: nothing where it is absent or no text.
    pub fn str(&mut self, key: &'d str) -> Option<&'d str> {
        self.get(key)?.str()
    }

    /// The truth of a key: nothing where it is absent or neither true nor false.
    pub fn bool(&mut self, key: &'d str) -> Option<bool> {
        self.get(key)?.bool()
    }

    /// The whole number of a key: nothing where it is absent, none, or out of
    /// range.
    pub fn integer<T: Integer>(&mut self, key: &'d str, range: RangeInclusive<T>) -> Option<T> {
        self.get(key)?.integer(range)
    }

    /// The value that the word of a key stands for: nothing where it is absent
    /// or none of the words.
    pub fn one_of<T: Copy>(&mut self, key: &'d str, words: &[(&str, T)]) -> Option<T> {
        self.get(key)?.one_of(words)
    }

    /// The elements of a key: none where it is absent or no array.
    pub fn array(&mut self, key: &'d str) -> Items<'d> {
        self.get(key)
            .map_or_else(|| Value::none(self.document), Value::array)
    }

    /// The tables of a key that is written `[[key]]`. What else stands in its
    /// array is a problem.
    pub fn tables(&mut self, key: &'d str) -> impl Iterator<Item = Table<'d>> + use<'d> {
        let value = self.get(key);
        let array = value.and_then(|value| match value.kind() {
            Kind::Array => Some(value.array()),
            _ => {
                let what = format!("{} is a list: write it with two brackets", value.name());
                value.wrong(what, Some(format!("[[{key}]], once for each")));
                None
            }
        });
        array
            .unwrap_or_else(|| Value::none(self.document))
            .filter_map(Value::table)
    }

    /// Every key with its value in the order of the file, for tables whose
    /// keys are names that the user gives. All of them count as asked for, so
    /// ask for keys of the program's own first or not at all.
    pub fn entries(&mut self) -> Vec<(&'d str, Value<'d>)> {
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let document = self.document;
        let entries: Vec<_> = entries
            .into_iter()
            .map(|(key, value)| {
                (
                    &**key.get_ref(),
                    Value::new(document, key.get_ref(), value, false),
                )
            })
            .collect();
        self.asked.extend(entries.iter().map(|&(key, _)| key));
        entries
    }

    /// The place of a key's name; that of the table where the key is absent.
    #[must_use]
    pub fn key_span(&self, key: &str) -> Range<usize> {
        self.table
            .get_key_value(key)
            .map_or_else(|| self.span(), |(key, _)| key.span())
    }

    /// The place of the table's header.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.place.clone()
    }

    /// The document that the table is part of.
    #[must_use]
    pub fn document(&self) -> &'d Document<'d> {
        self.document
    }

    /// What messages call the table: its header, if it has one.
    #[must_use]
    pub fn name(&self) -> String {
        let text = self.document.source.text;
        match text.get(self.place.clone()) {
            None | Some("") => "the file".to_owned(),
            Some(header) if header.starts_with('[') => clipped(header),
            Some(table) if table.starts_with('{') => "this table".to_owned(),
            Some(key) => format!("table {}", clipped(key)),
        }
    }

    /// Reports every key that was not asked for.
    pub fn finish(self) {
        let mut asked = self.asked.clone();
        asked.sort_unstable();
        let known = |key: &str| asked.binary_search(&key).is_ok();
        let entries = self.table.iter();
        let mut unknown: Vec<_> = entries.filter(|(key, _)| !known(key.get_ref())).collect();
        unknown.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in unknown {
            let what = || self.unknown(key.get_ref(), value.get_ref());
            self.document.report_with(key.span(), what);
        }
    }

    fn unknown(&self, key: &str, value: &DeValue<'_>) -> (String, Option<String>) {
        let kind = if holds_tables(value) { "table" } else { "key" };
        let what = format!("unknown {kind} {} in {}", quoted(key), self.name());
        let mut known: Vec<&str> = Vec::new();
        for &key in &self.asked {
            if !known.contains(&key) {
                known.push(key);
            }
        }
        (what, Some(suggestion(key, known.into_iter(), "known here")))
    }
}

/// Whether a value is a table or an array of them.
fn holds_tables(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::Table(_) => true,
        DeValue::Array(items) => items.iter().any(|item| item.get_ref().is_table()),
        _ => false,
    }
}

/// `did you mean "a"? known here: "a", "b"`, for a word that is not known.
fn suggestion<'w>(word: &str, known: impl Iterator<Item = &'w str> + Clone, label: &str) -> String {
    let list: Vec<_> = known.clone().map(quoted).collect();
    let list = if list.is_empty() {
        "nothing".to_owned()
    } else {
        list.join(", ")
    };
    match nearest(word, known) {
        Some(near) => format!("did you mean {}? {label}: {list}", quoted(near)),
        None => format!("{label}: {list}"),
    }
}

/// The user's own text without quotes, and not endless.
fn clipped(text: &str) -> String {
    let text = quoted(text);
    text.trim_matches('"').to_owned()
}

/// `1 to 600`.
fn range_words<T: Display>(range: &RangeInclusive<T>) -> String {
    format!("{} to {}", range.start(), range.end())
}
