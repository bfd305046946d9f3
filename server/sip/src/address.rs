//! Addresses: a URI with a display name and parameters.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::params::Params;
use crate::scan::{Scanner, is_blank, is_token_char, quote, split, trim, unquote};
use crate::uri::Uri;

/// What From, To, Contact, Route and their kin hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NameAddr {
    /// The display name without quotes and escapes.
    pub display: Option<String>,
    /// The URI.
    pub uri: Uri,
    /// Parameters of the header, such as `tag` or `expires`; not of the URI.
    pub params: Params,
}

impl NameAddr {
    /// An address without name and parameters.
    #[must_use]
    pub fn new(uri: Uri) -> Self {
        Self {
            display: None,
            uri,
            params: Params::default(),
        }
    }

    /// Reads one address.
    ///
    /// # Errors
    /// 400 where it does not follow the grammar.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut scanner = Scanner::new(trim(text));
        let (display, uri) = match scanner.peek() {
            Some('"') => {
                let name = unquote(scanner.quoted()?);
                scanner.blanks();
                (Some(name), in_brackets(&mut scanner)?)
            }
            _ if scanner.rest().contains('<') => {
                let name = words(&mut scanner)?;
                (name, in_brackets(&mut scanner)?)
            }
            _ => (None, bare(&mut scanner)?),
        };
        Ok(Self {
            display,
            uri: Uri::parse(uri)?,
            params: Params::parse(&mut scanner)?,
        })
    }

    /// Reads a list of addresses.
    ///
    /// # Errors
    /// 400 where one of them does not follow the grammar.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, Fault> {
        split(text, ',')?.into_iter().map(Self::parse).collect()
    }

    /// The `tag` parameter, by which an end of a dialog is known.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.params.get("tag").filter(|tag| !tag.is_empty())
    }

    /// The same address with this tag.
    #[must_use]
    pub fn with_tag(mut self, tag: &str) -> Self {
        self.params.set("tag", Some(tag));
        self
    }
}

/// A display name of tokens. Devices also send other letters unquoted, which
/// cannot be mistaken for anything; marks such as a comma can.
fn words(scanner: &mut Scanner<'_>) -> Result<Option<String>, Fault> {
    let is_part = |c: char| is_token_char(c) || is_blank(c) || !c.is_ascii();
    let name = trim(scanner.take_while(is_part));
    match scanner.peek() {
        Some('<') => Ok((!name.is_empty()).then(|| name.to_owned())),
        _ => Err(Fault::bad("the display name needs quotes")),
    }
}

fn in_brackets<'t>(scanner: &mut Scanner<'t>) -> Result<&'t str, Fault> {
    if !scanner.eat('<') {
        return Err(Fault::bad("no URI follows the display name"));
    }
    let uri = scanner.take_while(|c| c != '>');
    match scanner.eat('>') {
        true => Ok(uri),
        false => Err(Fault::bad("a bracket is left open")),
    }
}

/// RFC 3261 20: a URI with a comma, question mark or semicolon must stand in
/// brackets; without them, parameters are those of the header.
fn bare<'t>(scanner: &mut Scanner<'t>) -> Result<&'t str, Fault> {
    let uri = trim(scanner.take_while(|c| c != ';'));
    if uri.contains([',', '?']) {
        return Err(Fault::bad("the URI must stand in angle brackets"));
    }
    Ok(uri)
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(display) = &self.display {
            write!(f, "{} ", quote(display))?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}

impl FromStr for NameAddr {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::parse(text)
    }
}

impl TryFrom<String> for NameAddr {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        Self::parse(&text)
    }
}

impl From<NameAddr> for String {
    fn from(address: NameAddr) -> Self {
        address.to_string()
    }
}
