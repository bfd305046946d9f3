//! What is wrong with a file, where, and how it is shown.

use core::fmt;
use core::ops::Range;

use crate::limits::PROBLEMS_MAX;

/// Characters of a source line that are shown around a problem.
const EXCERPT_CHARS_MAX: usize = 100;
/// Of these, how many stand before the place itself, where a line is cut.
const EXCERPT_CHARS_BEFORE: usize = 40;
/// Characters of the user's text that a message repeats.
const QUOTED_CHARS_MAX: usize = 60;

/// One thing that is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, in one sentence without a full stop.
    pub what: String,
    /// What would be right, where that can be said.
    pub hint: Option<String>,
    excerpt: Excerpt,
}

/// The part of a source line that a problem shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Excerpt {
    text: String,
    /// Characters of `text` before the place.
    before: usize,
    /// Characters of the place, at least one.
    marked: usize,
}

/// Everything that is wrong with one file, by place.
///
/// Shown as `file:line:column: what`, the line with the place marked, and the
/// hint, for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// The file's name as it was given.
    pub file: String,
    /// The problems, by place; at most [`PROBLEMS_MAX`].
    pub list: Vec<Problem>,
    /// How many more were found.
    pub more: usize,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.list {
            let Problem {
                line,
                column,
                what,
                hint,
                excerpt,
            } = problem;
            writeln!(f, "{}:{line}:{column}: {what}", self.file)?;
            if !excerpt.text.is_empty() {
                writeln!(f, "{line:>5} | {}", excerpt.text)?;
                let marks = "^".repeat(excerpt.marked);
                writeln!(f, "      | {:before$}{marks}", "", before = excerpt.before)?;
            }
            if let Some(hint) = hint {
                writeln!(f, "help: {hint}")?;
            }
        }
        match self.more {
            0 => Ok(()),
            1 => writeln!(f, "{}: and one more problem", self.file),
            more => writeln!(f, "{}: and {more} more problems", self.file),
        }
    }
}

impl core::error::Error for Problems {}

/// A problem whose place is a range of bytes.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) span: Range<usize>,
    pub(super) what: String,
    pub(super) hint: Option<String>,
}

/// Collects problems in the order in which they are found.
#[derive(Debug, Default)]
pub(super) struct Collector {
    pub(super) found: Vec<Found>,
    pub(super) more: usize,
    /// Parts of the text that a syntax error made unreadable: what is found
    /// there is only a consequence.
    pub(super) unreadable: Vec<Range<usize>>,
}

impl Collector {
    /// Adds a problem; `what` is asked for its text only if that will be kept.
    pub(super) fn add(
        &mut self,
        span: Range<usize>,
        what: impl FnOnce() -> (String, Option<String>),
    ) {
        let follows = |part: &Range<usize>| part.contains(&span.start);
        // What the parser makes up in the place of a value has no place.
        let made_up = span == (0..0);
        if !self.unreadable.is_empty() && (made_up || self.unreadable.iter().any(follows)) {
            return;
        }
        if self.is_full() {
            self.more += 1;
            return;
        }
        let (what, hint) = what();
        self.found.push(Found { span, what, hint });
    }

    /// Whether what is added now will only be counted.
    pub(super) fn is_full(&self) -> bool {
        self.found.len() >= PROBLEMS_MAX
    }

    /// What was found, with lines and columns; `None` where nothing was.
    pub(super) fn finish(mut self, file: &str, text: &str) -> Option<Problems> {
        if self.found.is_empty() && self.more == 0 {
            return None;
        }
        self.found
            .sort_by_key(|found| (found.span.start, found.span.end));
        let mut place = Place {
            text,
            offset: 0,
            line: 1,
            line_start: 0,
            column: 1,
        };
        let list = self
            .found
            .into_iter()
            .map(|found| place.locate(found))
            .collect();
        Some(Problems {
            file: file.to_owned(),
            list,
            more: self.more,
        })
    }
}

/// A place in the text that only moves forward, so that locating all problems
/// together passes over the text once.
struct Place<'t> {
    text: &'t str,
    offset: usize,
    line: usize,
    line_start: usize,
    /// From 1, of `offset`.
    column: usize,
}

impl Place<'_> {
    fn locate(&mut self, found: Found) -> Problem {
        let Found { span, what, hint } = found;
        self.advance(floor_char(self.text, span.start));
        let excerpt = self.excerpt(span.end);
        Problem {
            line: self.line,
            column: self.column,
            what,
            hint,
            excerpt,
        }
    }

    fn advance(&mut self, to: usize) {
        let passed = &self.text[self.offset..to];
        if let Some(last) = passed.rfind('\n') {
            self.line += passed.bytes().filter(|&b| b == b'\n').count();
            self.line_start = self.offset + last + 1;
            self.column = 1;
        }
        let from = self.line_start.max(self.offset);
        let fresh = &self.text[from..to];
        // A byte order mark takes no place on the screen.
        let mark = usize::from(from == 0 && fresh.starts_with('\u{feff}'));
        self.column += fresh.chars().count() - mark;
        self.offset = to;
    }

    /// The line around `offset`, cut to a readable length.
    fn excerpt(&self, end: usize) -> Excerpt {
        let back = self.text[self.line_start..self.offset].char_indices().rev();
        let cut_left = self.column > EXCERPT_CHARS_MAX / 2 + EXCERPT_CHARS_BEFORE;
        let keep = if cut_left {
            EXCERPT_CHARS_BEFORE
        } else {
            usize::MAX
        };
        let start = back
            .take(keep)
            .last()
            .map_or(self.offset, |(at, _)| self.line_start + at);
        let before = self.text[start..self.offset].trim_start_matches('\u{feff}');

        let mut text = String::from(if cut_left { "…" } else { "" });
        text.extend(before.chars().map(visible));
        let before = text.chars().count();
        let mut marked = 0;
        let rest = self.text[self.offset..].char_indices();
        for (at, c) in rest.take_while(|&(_, c)| c != '\n' && c != '\r') {
            if text.chars().count() >= EXCERPT_CHARS_MAX {
                text.push('…');
                break;
            }
            marked += usize::from(self.offset + at < end);
            text.push(visible(c));
        }
        Excerpt {
            text,
            before,
            marked: marked.max(1),
        }
    }
}

/// The last place at or before `at` where a character begins.
fn floor_char(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The character as it may be sent to a terminal, one column wide.
fn visible(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

/// The user's own text in a message: quoted, escaped, and not endless.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for (count, c) in text.chars().enumerate() {
        if count == QUOTED_CHARS_MAX {
            out.push('…');
            break;
        }
        match c {
            '\'' => out.push(c),
            c => out.extend(c.escape_debug()),
        }
    }
    out.push('"');
    out
}
