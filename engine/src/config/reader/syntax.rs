//! The first pass over a text: is it TOML at all, and is it safe to build a
//! tree from it? Nothing is built here, so that no input can exhaust the stack
//! or the memory.

use core::ops::Range;

use toml_parser::lexer::{Token, TokenKind};
use toml_parser::parser::{ValidateWhitespace, parse_document};
use toml_parser::{ErrorSink, Expected, ParseError, Source, Span};

use super::problem::{Found, quoted};
use crate::limits::{FILE_NESTING_MAX, FILE_TOKENS_MAX, PROBLEMS_MAX};

/// What the first pass found.
#[derive(Default)]
pub(super) struct Scan {
    /// Syntax errors, at most [`PROBLEMS_MAX`].
    pub(super) errors: Vec<Found>,
    /// How many more of these there are.
    pub(super) more: usize,
    /// How many the parser reported, consequences included.
    pub(super) reported: usize,
    /// Parts of the text that can not be read.
    pub(super) unreadable: Vec<Range<usize>>,
    /// Why no tree may be built.
    pub(super) refused: Option<Found>,
}

/// Reads `text` without building anything.
pub(super) fn scan(text: &str) -> Scan {
    let source = Source::new(text);
    let mut scan = Scan::default();
    let mut nesting = Nesting::default();
    let mut tokens = Vec::new();
    for token in source.lex() {
        scan.refused = nesting
            .refuses(&token)
            .or_else(|| too_many(tokens.len(), &token));
        if scan.refused.is_some() {
            return scan;
        }
        tokens.push(token);
    }
    let mut errors = Errors::default();
    let mut nobody = ();
    let mut receiver = ValidateWhitespace::new(&mut nobody, source);
    parse_document(&tokens, &mut receiver, &mut errors);
    scan.reported = errors.reported;
    errors.sort_out(&mut scan, text);
    scan
}

/// Refuses the token that is one too many.
fn too_many(before: usize, token: &Token) -> Option<Found> {
    (before >= FILE_TOKENS_MAX).then(|| Found {
        span: token.span().start()..token.span().end(),
        what: format!("the file has more than {FILE_TOKENS_MAX} words and signs"),
        hint: Some("write numbers in a row as one range: \"1001-1050\"".to_owned()),
    })
}

/// Keeps the first errors and counts the others.
#[derive(Default)]
struct Errors {
    kept: Vec<ParseError>,
    reported: usize,
    /// The first bracket that is never closed.
    unclosed: Option<Span>,
}

impl ErrorSink for Errors {
    fn report_error(&mut self, error: ParseError) {
        self.reported += 1;
        if is_unclosed(&error)
            && let Some(open) = error.context()
        {
            let first = self.unclosed.is_none_or(|span| open.start() < span.start());
            if first {
                self.unclosed = Some(open);
                self.kept.retain(|kept| start(kept) < open.start());
                self.kept.push(error);
            }
            return;
        }
        if self.kept.len() < PROBLEMS_MAX {
            self.kept.push(error);
        }
    }
}

impl Errors {
    /// Turns the errors into problems. Behind a bracket that is never closed
    /// everything looks wrong: that is one problem, at the bracket.
    fn sort_out(self, scan: &mut Scan, text: &str) {
        let kept = self.kept.len().min(PROBLEMS_MAX);
        for error in &self.kept[self.kept.len() - kept..] {
            let span = place(error);
            let bad = if is_unclosed(error) {
                span.start..text.len() + 1
            } else {
                span.clone()
            };
            scan.unreadable.push(bad);
            scan.errors.push(Found {
                span,
                what: message(error),
                hint: None,
            });
        }
        if self.unclosed.is_none() {
            scan.more = self.reported - kept;
        }
    }
}

/// Whether a bracket is open at the end of the text.
fn is_unclosed(error: &ParseError) -> bool {
    matches!(
        error.description(),
        "unclosed array" | "unclosed inline table"
    )
}

/// Where an error is, as the parser says.
fn start(error: &ParseError) -> usize {
    error
        .unexpected()
        .or(error.context())
        .map_or(0, |span| span.start())
}

/// Where an error is shown.
fn place(error: &ParseError) -> Range<usize> {
    let span = if is_unclosed(error) {
        error.context()
    } else {
        error.unexpected()
    };
    span.or(error.context())
        .map_or(0..0, |span| span.start()..span.end())
}

/// The error in words, as the library puts it.
fn message(error: &ParseError) -> String {
    let mut text = error.description().to_owned();
    for (count, expected) in error.expected().unwrap_or_default().iter().enumerate() {
        text.push_str(if count == 0 { ", expected " } else { " or " });
        match expected {
            Expected::Literal("\n") => text.push_str("the end of the line"),
            Expected::Literal(literal) => text.push_str(&format!("`{}`", literal.escape_debug())),
            Expected::Description(words) => text.push_str(words),
            _ => text.push_str("something else"),
        }
    }
    text
}

/// A message of the library about `text`, in the words of this program where
/// its own help little, and with a hint.
pub(super) fn explained(message: &str, text: &str) -> (String, Option<String>) {
    let hinted = |what: &str, hint: String| (what.to_owned(), Some(hint));
    match message {
        "duplicate key" => hinted(
            &format!("{} stands here again", quoted(text)),
            "a table has each key once: put both together, or remove one".to_owned(),
        ),
        "string values must be quoted, expected literal string" => match text {
            "" => ("a value is missing".to_owned(), None),
            "yes" | "Yes" | "on" | "On" | "True" => hinted(
                "this is no value",
                format!("write true, or the text {}", quoted(text)),
            ),
            "no" | "No" | "off" | "Off" | "False" => hinted(
                "this is no value",
                format!("write false, or the text {}", quoted(text)),
            ),
            _ => hinted(
                "a text must stand in quotes",
                format!("write {}", quoted(text)),
            ),
        },
        "invalid basic string, expected `\"`" | "invalid literal string, expected `\'`" => {
            ("the closing quotes are missing".to_owned(), None)
        }
        _ if message.contains("unicode value") || message.contains("escape") => hinted(
            message,
            "a backslash is written \\\\, or the text in \'single quotes\'".to_owned(),
        ),
        _ => (message.replace('\n', " "), None),
    }
}

/// The whole lines that `span` touches.
pub(super) fn lines_of(text: &str, span: Range<usize>) -> Range<usize> {
    let bytes = text.as_bytes();
    let (start, end) = (span.start.min(bytes.len()), span.end.min(bytes.len()));
    let line_start = bytes[..start]
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |at| at + 1);
    let rest = bytes[end..].iter().position(|&b| b == b'\n');
    line_start..rest.map_or(bytes.len() + 1, |at| end + at + 1)
}

/// Follows how deep tables and arrays are nested, dotted keys included: each
/// level is one call when the text is parsed and one when the tree is dropped.
///
/// The parser has such a limit of its own, but loses count behind some syntax
/// errors. Here a bracket only closes one of its kind, which in a wrong text
/// counts too many levels, never too few.
#[derive(Default)]
struct Nesting {
    /// Levels of the present table, by its header.
    header: usize,
    in_header: bool,
    /// Whether the present line has shown something.
    line_begun: bool,
    /// What closes each open bracket, and the levels that it adds together
    /// with the key before it.
    open: Vec<(TokenKind, usize)>,
    /// Sum of the levels in `open`.
    levels: usize,
    /// Dots since the last sign that is none.
    dots: usize,
    /// Dots of the key whose value is being read.
    key_dots: usize,
}

impl Nesting {
    /// Why `token` must not be parsed, if so.
    fn refuses(&mut self, token: &Token) -> Option<Found> {
        let line_begun = core::mem::replace(&mut self.line_begun, true);
        match token.kind() {
            TokenKind::LeftSquareBracket => {
                if !line_begun && self.open.is_empty() {
                    self.in_header = true;
                    self.header = 0;
                }
                self.push(TokenKind::RightSquareBracket);
                // Of a header's brackets, the levels outlast the closing ones.
                self.header += usize::from(self.in_header);
            }
            TokenKind::LeftCurlyBracket => self.push(TokenKind::RightCurlyBracket),
            closing @ (TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket) => {
                self.pop(closing);
            }
            TokenKind::Dot if self.in_header => self.header += 1,
            TokenKind::Dot => self.dots += 1,
            TokenKind::Equals => self.key_dots = core::mem::take(&mut self.dots),
            TokenKind::Comma => (self.dots, self.key_dots) = (0, 0),
            TokenKind::Newline => self.end_line(),
            TokenKind::Whitespace => self.line_begun = line_begun,
            _ => {}
        }
        let open = if self.in_header { 0 } else { self.levels };
        (self.header + open + self.key_dots > FILE_NESTING_MAX).then(|| Found {
            span: token.span().start()..token.span().end(),
            what: format!("tables and arrays are nested more than {FILE_NESTING_MAX} deep here"),
            hint: Some("look for brackets that are opened and not closed".to_owned()),
        })
    }

    fn push(&mut self, closing: TokenKind) {
        let levels = 1 + core::mem::take(&mut self.key_dots);
        self.open.push((closing, levels));
        self.levels += levels;
        self.dots = 0;
    }

    fn pop(&mut self, closing: TokenKind) {
        if let Some((_, levels)) = self.open.pop_if(|&mut (kind, _)| kind == closing) {
            self.levels -= levels;
        }
    }

    fn end_line(&mut self) {
        self.line_begun = false;
        self.in_header = false;
        if self.open.is_empty() {
            (self.dots, self.key_dots) = (0, 0);
        }
    }
}
