//! Challenges and credentials as text: a scheme and parameters with commas.

use core::fmt;

use crate::fault::Fault;
use crate::params::{Param, Params};
use crate::scan::{Scanner, split, trim, unquote};

/// What WWW-Authenticate or Proxy-Authenticate holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The scheme, such as `Digest`.
    pub scheme: String,
    /// Parameters such as `realm` and `nonce`.
    pub params: Params,
}

/// What Authorization or Proxy-Authorization holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The scheme, such as `Digest`.
    pub scheme: String,
    /// Parameters such as `username` and `response`.
    pub params: Params,
}

impl Challenge {
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let (scheme, params) = parse(text)?;
        Ok(Self { scheme, params })
    }

    /// Whether it is of that scheme, in whatever case.
    #[must_use]
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }
}

impl Credentials {
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let (scheme, params) = parse(text)?;
        Ok(Self { scheme, params })
    }

    /// Whether it is of that scheme, in whatever case.
    #[must_use]
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// A parameter without quotes and escapes.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.params.get(name).map(unquote)
    }
}

/// `scheme name=value, name="value"` (RFC 3261 25.1: `other-challenge`).
fn parse(text: &str) -> Result<(String, Params), Fault> {
    let mut scanner = Scanner::new(trim(text));
    let scheme = scanner.token("the scheme")?.to_owned();
    let mut params = Vec::new();
    for part in split(scanner.rest(), ',')? {
        let part = trim(part);
        if part.is_empty() {
            continue;
        }
        let (name, value) = part
            .split_once('=')
            .ok_or_else(|| Fault::bad("a parameter has no value"))?;
        params.push(Param {
            name: trim(name).to_owned(),
            value: Some(trim(value).to_owned()),
        });
    }
    Ok((scheme, Params(params)))
}

fn write(f: &mut fmt::Formatter<'_>, scheme: &str, params: &Params) -> fmt::Result {
    f.write_str(scheme)?;
    let mut separator = " ";
    for Param { name, value } in &params.0 {
        let value = value.as_deref().unwrap_or("\"\"");
        write!(f, "{separator}{name}={value}")?;
        separator = ", ";
    }
    Ok(())
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.scheme, &self.params)
    }
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, &self.scheme, &self.params)
    }
}
