//! URIs: `sip:`, `sips:`, `tel:` and any other scheme.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::limits::{PARAMS_MAX, URI_BYTES_MAX};
use crate::params::{Param, Params};
use crate::scan::number;
use crate::status::Status;

/// A URI. Equality (`==`) is that of the text; [`Uri::is_equivalent`] is that of
/// RFC 3261 19.1.4.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Uri {
    /// `sip:` or `sips:`.
    Sip(SipUri),
    /// `tel:` (RFC 3966).
    Tel(TelUri),
    /// Any other scheme.
    Other {
        /// The scheme as written.
        scheme: String,
        /// What follows the colon.
        rest: String,
    },
}

/// A SIP or SIPS URI (RFC 3261 19.1). Escapes stay as written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SipUri {
    /// Whether it is `sips:`.
    pub secure: bool,
    /// The user part with its escapes.
    pub user: Option<String>,
    /// The password with its escapes. Nobody should send one.
    pub password: Option<String>,
    /// The domain or address.
    pub host: Host,
    /// The port, where one is written.
    pub port: Option<u16>,
    /// Parameters such as `transport` or `lr`.
    pub params: Params,
    /// What follows the question mark: headers for a request made from this.
    pub headers: Option<String>,
}

/// A telephone number as a URI (RFC 3966).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TelUri {
    /// The number as written, with visual separators.
    pub number: String,
    /// Parameters such as `phone-context` or `ext`.
    pub params: Params,
}

/// The host of a URI or a hop.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// A name as written.
    Name(String),
    /// An address; version 6 is written in brackets.
    Ip(IpAddr),
}

impl Uri {
    /// Reads a URI.
    ///
    /// # Errors
    /// 400 where it follows no grammar, 414 where it is too long.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.len() > URI_BYTES_MAX {
            return Err(Fault::answer(Status::URI_TOO_LONG, "the URI is too long"));
        }
        // What may stand in no URI of any scheme (RFC 3986 2).
        let foreign = |c: char| !c.is_ascii_graphic() || "<>\"\\".contains(c);
        if text.contains(foreign) {
            return Err(Fault::bad("a character that no URI may have"));
        }
        let (scheme, rest) = text
            .split_once(':')
            .ok_or_else(|| Fault::bad("the URI has no scheme"))?;
        let is_scheme_char = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        let starts_well = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
        if !starts_well || !scheme.chars().all(is_scheme_char) {
            return Err(Fault::bad("the URI has no scheme"));
        }
        match scheme.to_ascii_lowercase().as_str() {
            "sip" => sip(false, rest).map(Self::Sip),
            "sips" => sip(true, rest).map(Self::Sip),
            "tel" => tel(rest).map(Self::Tel),
            _ if rest.is_empty() => Err(Fault::bad("the URI is only a scheme")),
            _ => Ok(Self::Other {
                scheme: scheme.to_owned(),
                rest: rest.to_owned(),
            }),
        }
    }

    /// `sip:USER@HOST:PORT`.
    #[must_use]
    pub fn sip(user: Option<&str>, host: Host, port: Option<u16>) -> Self {
        Self::Sip(SipUri {
            secure: false,
            user: user.map(escape),
            password: None,
            host,
            port,
            params: Params::default(),
            headers: None,
        })
    }

    /// The SIP or SIPS URI, if it is one.
    #[must_use]
    pub const fn as_sip(&self) -> Option<&SipUri> {
        match self {
            Self::Sip(uri) => Some(uri),
            _ => None,
        }
    }

    /// The user part of a SIP URI or the number of a `tel:` URI without visual
    /// separators: what was dialled. Escapes are undone.
    #[must_use]
    pub fn user(&self) -> Option<String> {
        match self {
            Self::Sip(uri) => uri.user.as_deref().map(unescape),
            Self::Tel(uri) => Some(uri.digits()),
            Self::Other { .. } => None,
        }
    }

    /// Whether both name the same resource (RFC 3261 19.1.4, RFC 3966 4). This is
    /// no equivalence in the sense of mathematics: A = B and B = C do not make
    /// A = C, as a parameter that only one side has is often ignored.
    #[must_use]
    pub fn is_equivalent(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sip(a), Self::Sip(b)) => a.is_equivalent(b),
            (Self::Tel(a), Self::Tel(b)) => a.is_equivalent(b),
            (Self::Other { scheme: a, rest: x }, Self::Other { scheme: b, rest: y }) => {
                a.eq_ignore_ascii_case(b) && x == y
            }
            _ => false,
        }
    }
}

impl SipUri {
    /// Whether the next hop takes routes loosely (RFC 3261 19.1.1, `lr`).
    #[must_use]
    pub fn is_loose(&self) -> bool {
        self.params.has("lr")
    }

    fn is_equivalent(&self, other: &Self) -> bool {
        let user = |uri: &Self| uri.user.as_deref().map(normal);
        let password = |uri: &Self| uri.password.as_deref().map(normal);
        // A URI without a port does not match one with the default port.
        self.secure == other.secure
            && user(self) == user(other)
            && password(self) == password(other)
            && self.host.is_same(&other.host)
            && self.port == other.port
            && same_params(&self.params, &other.params)
            && fields(self) == fields(other)
    }
}

/// Parameters that must be on both sides or on none (RFC 3261 19.1.4; the
/// examples there add `transport` to those in the rules).
const TELLING: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];

fn same_params(a: &Params, b: &Params) -> bool {
    // Of a name that stands there twice, the first counts, as everywhere.
    let fits = |param: &Param| match (a.get(&param.name), b.get(&param.name)) {
        (Some(one), Some(other)) => normal(one).eq_ignore_ascii_case(&normal(other)),
        _ => !TELLING
            .iter()
            .any(|name| param.name.eq_ignore_ascii_case(name)),
    };
    a.0.iter().chain(&b.0).all(fits)
}

/// The headers of a URI in one order, as theirs does not count.
fn fields(uri: &SipUri) -> Vec<(String, String)> {
    let text = uri.headers.as_deref().unwrap_or_default();
    let field = |field: &str| {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        (normal(name).to_ascii_lowercase(), normal(value))
    };
    let mut fields: Vec<_> = text.split('&').map(field).collect();
    fields.sort();
    fields
}

impl TelUri {
    /// The number without visual separators (RFC 3966 5.1.1).
    #[must_use]
    pub fn digits(&self) -> String {
        let visual = |c: &char| !"-.()".contains(*c);
        self.number.chars().filter(visual).collect()
    }

    fn is_equivalent(&self, other: &Self) -> bool {
        // RFC 3966 4: parameters are equal whatever their order, and all count.
        let sorted = |uri: &Self| {
            let lower = |text: &str| normal(text).to_ascii_lowercase();
            let param = |param: &Param| (lower(&param.name), param.value.as_deref().map(lower));
            let mut params: Vec<_> = uri.params.0.iter().map(param).collect();
            params.sort();
            params
        };
        self.digits().eq_ignore_ascii_case(&other.digits()) && sorted(self) == sorted(other)
    }
}

impl Host {
    /// Reads a host.
    ///
    /// # Errors
    /// 400 where it is neither a name nor an address.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let inside = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
        if let Some(inside) = inside {
            let address: Ipv6Addr = inside
                .parse()
                .map_err(|_| Fault::bad("no address of IPv6 stands in the brackets"))?;
            return Ok(Self::Ip(address.into()));
        }
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Ok(Self::Ip(address.into()));
        }
        // Names on local networks have underscores, whatever the grammar says.
        let is_name_char = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        if text.is_empty() || !text.chars().all(is_name_char) || text.starts_with('.') {
            return Err(Fault::bad("the host is neither a name nor an address"));
        }
        Ok(Self::Name(text.to_owned()))
    }

    /// The address, if it is one.
    #[must_use]
    pub const fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Ip(address) => Some(*address),
            Self::Name(_) => None,
        }
    }

    /// Whether both are the same host; names are compared without regard to case.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Name(a), Self::Name(b)) => a.eq_ignore_ascii_case(b),
            (a, b) => a == b,
        }
    }
}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        Self::Ip(address)
    }
}

/// Splits `HOST[:PORT]`, where the host may be an address of IPv6 in brackets.
pub(crate) fn host_port(text: &str) -> Result<(Host, Option<u16>), Fault> {
    let end_of_host = text.find(']').map_or(0, |at| at + 1);
    let Some(colon) = text[end_of_host..].find(':') else {
        return Ok((Host::parse(text)?, None));
    };
    let (host, port) = text.split_at(end_of_host + colon);
    let port = number(&port[1..], u16::MAX.into());
    let port = port.and_then(|port| u16::try_from(port).ok());
    let port = port.ok_or_else(|| Fault::bad("the port is no number up to 65535"))?;
    Ok((Host::parse(host)?, Some(port)))
}

fn sip(secure: bool, text: &str) -> Result<SipUri, Fault> {
    let (userinfo, rest) = match text.split_once('@') {
        Some((userinfo, rest)) => (Some(userinfo), rest),
        None => (None, text),
    };
    let (rest, headers) = match rest.split_once('?') {
        Some((rest, headers)) => (rest, Some(headers)),
        None => (rest, None),
    };
    let (address, params) = match rest.split_once(';') {
        Some((address, params)) => (address, Some(params)),
        None => (rest, None),
    };
    let (user, password) = match userinfo {
        Some(userinfo) => user_password(userinfo)?,
        None => (None, None),
    };
    let (host, port) = host_port(address)?;
    let is_header_char = |c: char| is_unreserved(c) || "[]/?:+$&=%;,".contains(c);
    if headers.is_some_and(|h| h.is_empty() || !h.chars().all(is_header_char) || !escapes(h)) {
        return Err(Fault::bad("the headers of the URI are none"));
    }
    Ok(SipUri {
        secure,
        user,
        password,
        host,
        port,
        params: params.map(uri_params).transpose()?.unwrap_or_default(),
        headers: headers.map(str::to_owned),
    })
}

fn user_password(text: &str) -> Result<(Option<String>, Option<String>), Fault> {
    let (user, password) = match text.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (text, None),
    };
    // The hash sign is no part of the grammar, but of what people dial.
    let is_user_char = |c: char| is_unreserved(c) || "&=+$,;?/%#".contains(c);
    let is_password_char = |c: char| is_unreserved(c) || "&=+$,%".contains(c);
    let password_fits = |p: &str| p.chars().all(is_password_char) && escapes(p);
    let user_fits = !user.is_empty() && user.chars().all(is_user_char) && escapes(user);
    if !user_fits || !password.is_none_or(password_fits) {
        return Err(Fault::bad("the user part of the URI"));
    }
    Ok((Some(user.to_owned()), password.map(str::to_owned)))
}

fn uri_params(text: &str) -> Result<Params, Fault> {
    let is_param_char = |c: char| is_unreserved(c) || "[]/:&+$%".contains(c);
    let fits = |part: &str| !part.is_empty() && part.chars().all(is_param_char) && escapes(part);
    let mut params = Vec::new();
    for param in text.split(';') {
        let (name, value) = match param.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (param, None),
        };
        if !fits(name) || !value.is_none_or(fits) || params.len() == PARAMS_MAX {
            return Err(Fault::bad("the parameters of the URI"));
        }
        params.push(Param {
            name: name.to_owned(),
            value: value.map(str::to_owned),
        });
    }
    Ok(Params(params))
}

fn tel(text: &str) -> Result<TelUri, Fault> {
    let (number, params) = match text.split_once(';') {
        Some((number, params)) => (number, Some(params)),
        None => (text, None),
    };
    // RFC 3966 3: a global number is a plus and digits, a local one may have
    // hexadecimal digits, star and hash.
    let digits = number.strip_prefix('+').unwrap_or(number);
    let is_part = |c: char| c.is_ascii_hexdigit() || "*#-.()".contains(c);
    let some = digits.contains(|c: char| c.is_ascii_hexdigit() || c == '*' || c == '#');
    if !some || !digits.chars().all(is_part) {
        return Err(Fault::bad("the telephone number of the URI"));
    }
    Ok(TelUri {
        number: number.to_owned(),
        params: params.map(uri_params).transpose()?.unwrap_or_default(),
    })
}

/// `unreserved` (RFC 3261 25.1).
fn is_unreserved(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.!~*'()".contains(c)
}

/// The byte of an escape at the beginning of the text.
fn escaped_byte(text: &[u8]) -> Option<u8> {
    let digit = |b: u8| {
        char::from(b)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    match text {
        [b'%', high, low, ..] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    }
}

/// Whether every percent sign begins an escape.
fn escapes(text: &str) -> bool {
    let bytes = text.as_bytes();
    let signs = text.match_indices('%');
    signs
        .into_iter()
        .all(|(at, _)| escaped_byte(&bytes[at..]).is_some())
}

/// The text with one spelling of each escape: what needs none has none (19.1.4:
/// characters outside the reserved set equal their escapes).
fn normal(text: &str) -> String {
    let reserved = |b: u8| b";/?:@&=+$,%".contains(&b);
    let mut plain = String::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match escaped_byte(&bytes[at..]) {
            Some(b) if b.is_ascii_graphic() && !reserved(b) => plain.push(char::from(b)),
            Some(b) => plain.push_str(&format!("%{b:02X}")),
            None => plain.push(char::from(byte)),
        }
        at += if escaped_byte(&bytes[at..]).is_some() {
            3
        } else {
            1
        };
    }
    plain
}

/// The text that the escapes stand for.
#[must_use]
pub fn unescape(text: &str) -> String {
    let mut plain = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = escaped_byte(&bytes[at..]);
        plain.push(escaped.unwrap_or(byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// The text as a user part, with escapes where it needs them.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match char::from(byte) {
            c if is_unreserved(c) || "&=+$,;?/".contains(c) => escaped.push(c),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Ip(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Ip(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

impl fmt::Display for SipUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.secure { "sips:" } else { "sip:" })?;
        if let Some(user) = &self.user {
            f.write_str(user)?;
            if let Some(password) = &self.password {
                write!(f, ":{password}")?;
            }
            f.write_str("@")?;
        }
        write!(f, "{}", self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.params)?;
        match &self.headers {
            Some(headers) => write!(f, "?{headers}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sip(uri) => write!(f, "{uri}"),
            Self::Tel(uri) => write!(f, "tel:{}{}", uri.number, uri.params),
            Self::Other { scheme, rest } => write!(f, "{scheme}:{rest}"),
        }
    }
}

impl FromStr for Uri {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Uri {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        Self::parse(&text)
    }
}

impl From<Uri> for String {
    fn from(uri: Uri) -> Self {
        uri.to_string()
    }
}
