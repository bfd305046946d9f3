//! The small pieces of the grammar of RFC 3261 25.1 that all readers share.

use crate::fault::Fault;

/// `token`: letters, digits and a few marks.
pub(crate) fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-.!%*_+`'~".contains(c)
}

pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_token_char)
}

/// Linear white space that is left after unfolding.
pub(crate) fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// The same for bytes.
pub(crate) fn trim_bytes(bytes: &[u8]) -> &[u8] {
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t');
    let start = bytes.iter().take_while(|b| is_blank(b)).count();
    let end = bytes[start..]
        .iter()
        .rev()
        .take_while(|b| is_blank(b))
        .count();
    &bytes[start..bytes.len() - end]
}

/// A number of decimal digits, not larger than `max`. Leading zeros are fine.
pub(crate) fn number(text: &str, max: u32) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let significant = text.trim_start_matches('0');
    let value = match significant {
        "" => 0,
        digits => digits.parse().ok()?,
    };
    (digits && value <= max).then_some(value)
}

/// Reads one value from left to right.
pub(crate) struct Scanner<'t> {
    rest: &'t str,
}

impl<'t> Scanner<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { rest: text }
    }

    pub(crate) fn rest(&self) -> &'t str {
        self.rest
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(crate) fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(is_blank);
    }

    /// Takes `wanted` if it comes next.
    pub(crate) fn eat(&mut self, wanted: char) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    pub(crate) fn take_while(&mut self, is_part: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        self.take(end)
    }

    pub(crate) fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }

    pub(crate) fn token(&mut self, what: &str) -> Result<&'t str, Fault> {
        match self.take_while(is_token_char) {
            "" => Err(Fault::bad(format!("{what} is missing"))),
            token => Ok(token),
        }
    }

    /// A quoted string with its quotes, as written. It is open to all but a
    /// quote; a backslash takes away the meaning of what follows (25.1).
    pub(crate) fn quoted(&mut self) -> Result<&'t str, Fault> {
        let end = quoted_end(self.rest).ok_or_else(|| Fault::bad("a quote is left open"))?;
        Ok(self.take(end))
    }
}

/// Where a quoted string ends that begins with the first byte.
pub(crate) fn quoted_end(text: &str) -> Option<usize> {
    let mut escaped = true;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// A quoted string without quotes and escapes; other text as it is.
pub(crate) fn unquote(text: &str) -> String {
    let Some(inside) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut plain = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.extend(chars.next()),
            c => plain.push(c),
        }
    }
    plain
}

/// Text as a quoted string. A line break would end the header: it is a blank.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '\r' | '\n' => quoted.push(' '),
            '"' | '\\' => quoted.extend(['\\', c]),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Splits at a separator that stands neither in quotes nor in angle brackets.
///
/// RFC 3261 7.3.1: several header fields of one name may be written as one,
/// separated by commas. A comma inside quotes or brackets is part of a value.
pub(crate) fn split(text: &str, separator: char) -> Result<Vec<&str>, Fault> {
    let mut parts = Vec::new();
    let (mut start, mut at, mut in_brackets) = (0, 0, false);
    while let Some(c) = text[at..].chars().next() {
        match c {
            // Brackets hold a URI, where a quote has no meaning.
            '"' if !in_brackets => {
                let end = quoted_end(&text[at..]);
                at += end.ok_or_else(|| Fault::bad("a quote is left open"))?;
                continue;
            }
            '<' => in_brackets = true,
            '>' => in_brackets = false,
            c if c == separator && !in_brackets => {
                parts.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
        at += c.len_utf8();
    }
    parts.push(&text[start..]);
    Ok(parts)
}
