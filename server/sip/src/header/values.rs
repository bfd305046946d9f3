//! Values of headers that are neither addresses nor hops.

use core::fmt;

use crate::address::NameAddr;
use crate::fault::Fault;
use crate::limits::SEQUENCE_MAX;
use crate::method::Method;
use crate::params::Params;
use crate::scan::{Scanner, is_blank, number, trim};

/// The number of a request within its dialog, and its method (RFC 3261 20.16).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CSeq {
    /// The number, below 2^31.
    pub number: u32,
    /// The method of the request.
    pub method: Method,
}

impl CSeq {
    /// A number and its method.
    #[must_use]
    pub const fn new(number: u32, method: Method) -> Self {
        Self { number, method }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let text = trim(text);
        let (count, method) = text
            .split_once(is_blank)
            .ok_or_else(|| Fault::bad("a number and a method are wanted"))?;
        let number = number(count, SEQUENCE_MAX);
        Ok(Self {
            number: number.ok_or_else(|| Fault::bad("the number is none below 2^31"))?,
            method: Method::parse(trim(method))?,
        })
    }
}

impl fmt::Display for CSeq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.method)
    }
}

/// What Contact holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contacts {
    /// `*`: all bindings, in a REGISTER that removes them (RFC 3261 10.2.2).
    All,
    /// These, perhaps none.
    List(Vec<NameAddr>),
}

/// A media type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaType {
    /// `application` in `application/sdp`, in lower case.
    pub main: String,
    /// `sdp` in `application/sdp`, in lower case.
    pub sub: String,
    /// Parameters such as `boundary` or `q`.
    pub params: Params,
}

impl MediaType {
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let mut scanner = Scanner::new(trim(text));
        let main = scanner.token("the type")?.to_ascii_lowercase();
        scanner.blanks();
        if !scanner.eat('/') {
            return Err(Fault::bad("a media type has a slash"));
        }
        scanner.blanks();
        let sub = scanner.token("the subtype")?.to_ascii_lowercase();
        let params = Params::parse(&mut scanner)?;
        Ok(Self { main, sub, params })
    }

    /// Whether it is this type, written in lower case.
    #[must_use]
    pub fn is(&self, main: &str, sub: &str) -> bool {
        self.main == main && self.sub == sub
    }

    /// Whether this type, of an Accept, admits that one.
    #[must_use]
    pub fn admits(&self, main: &str, sub: &str) -> bool {
        let fits = |ours: &str, theirs: &str| ours == "*" || ours == theirs;
        fits(&self.main, main) && fits(&self.sub, sub)
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}{}", self.main, self.sub, self.params)
    }
}

/// Why a request was sent (RFC 3326 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Whose causes they are: `SIP` or `Q.850`.
    pub protocol: String,
    /// `cause` and `text`.
    pub params: Params,
}

impl Reason {
    /// A reason with a cause and a text.
    #[must_use]
    pub fn new(protocol: &str, cause: u16, text: &str) -> Self {
        let mut params = Params::default();
        params.set("cause", Some(&cause.to_string()));
        // RFC 3326 2: the text is always quoted.
        params.0.push(crate::params::Param {
            name: "text".to_owned(),
            value: Some(crate::scan::quote(text)),
        });
        let protocol = protocol.to_owned();
        Self { protocol, params }
    }

    /// The number of the cause.
    #[must_use]
    pub fn cause(&self) -> Option<u16> {
        self.params.get("cause")?.parse().ok()
    }

    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let mut scanner = Scanner::new(trim(text));
        let protocol = scanner.token("the protocol")?.to_owned();
        let params = Params::parse(&mut scanner)?;
        Ok(Self { protocol, params })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.protocol, self.params)
    }
}

/// What a PRACK acknowledges (RFC 3262 7.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RAck {
    /// The RSeq of the response.
    pub rseq: u32,
    /// The CSeq of the response.
    pub cseq: CSeq,
}

impl RAck {
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let (count, cseq) = trim(text)
            .split_once(is_blank)
            .ok_or_else(|| Fault::bad("two numbers and a method are wanted"))?;
        let rseq = number(count, u32::MAX).ok_or_else(|| Fault::bad("is no number"))?;
        let cseq = CSeq::parse(cseq)?;
        Ok(Self { rseq, cseq })
    }
}
