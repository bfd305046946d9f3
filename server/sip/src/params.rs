//! Parameters: `;name=value` in addresses, hops and URIs.

use core::fmt;

use crate::fault::Fault;
use crate::limits::PARAMS_MAX;
use crate::scan::{Scanner, is_token, is_token_char, quote, unquote};

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Param {
    /// The name as written; names are compared without regard to case.
    pub name: String,
    /// The value as written, with quotes if it has them.
    pub value: Option<String>,
}

/// Parameters in the order written.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Params(pub Vec<Param>);

impl Params {
    /// The value as written; empty for a parameter without one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self
            .0
            .iter()
            .find(|param| param.name.eq_ignore_ascii_case(name));
        found.map(|param| param.value.as_deref().unwrap_or_default())
    }

    /// The value without quotes and escapes.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(unquote)
    }

    /// Whether the parameter is there, with or without a value.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets or adds a parameter. A value that is no token is quoted.
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        let plain = |value: &str| is_token(value) || is_host(value);
        let value = value.map(|value| match plain(value) {
            true => value.to_owned(),
            false => quote(value),
        });
        let known = self
            .0
            .iter_mut()
            .find(|param| param.name.eq_ignore_ascii_case(name));
        match known {
            Some(param) => param.value = value,
            None => self.0.push(Param {
                name: name.to_owned(),
                value,
            }),
        }
    }

    /// Takes a parameter away.
    pub fn remove(&mut self, name: &str) {
        self.0
            .retain(|param| !param.name.eq_ignore_ascii_case(name));
    }

    /// Reads `*( ";" generic-param )` up to the end (RFC 3261 25.1): a name and,
    /// with blanks around the sign, a token, a host or a quoted string.
    pub(crate) fn parse(scanner: &mut Scanner<'_>) -> Result<Self, Fault> {
        let mut params = Vec::new();
        loop {
            scanner.blanks();
            if scanner.is_empty() {
                return Ok(Self(params));
            }
            if !scanner.eat(';') {
                return Err(Fault::bad("something follows that is no parameter"));
            }
            if params.len() == PARAMS_MAX {
                return Err(Fault::bad("too many parameters"));
            }
            params.push(param(scanner)?);
        }
    }
}

fn param(scanner: &mut Scanner<'_>) -> Result<Param, Fault> {
    scanner.blanks();
    let name = scanner.token("a parameter's name")?.to_owned();
    scanner.blanks();
    if !scanner.eat('=') {
        return Ok(Param { name, value: None });
    }
    scanner.blanks();
    let value = match scanner.peek() {
        Some('"') => scanner.quoted()?,
        _ => scanner.take_while(is_value_char),
    };
    if value.is_empty() {
        return Err(Fault::bad(format!("{name} has no value")));
    }
    Ok(Param {
        name,
        value: Some(value.to_owned()),
    })
}

/// Tokens and hosts; and what devices write unquoted though the grammar would
/// have it quoted, as long as it cannot be mistaken for something else.
fn is_value_char(c: char) -> bool {
    is_token_char(c) || "[]:@/$&#^{|}()".contains(c) || !c.is_ascii()
}

fn is_host(value: &str) -> bool {
    let part = |c: char| c.is_ascii_hexdigit() || c == ':' || c == '.';
    let inside = value.strip_prefix('[').and_then(|v| v.strip_suffix(']'));
    inside.unwrap_or(value).chars().all(part) && !value.is_empty()
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Param { name, value } in &self.0 {
            match value {
                Some(value) => write!(f, ";{name}={value}")?,
                None => write!(f, ";{name}")?,
            }
        }
        Ok(())
    }
}
