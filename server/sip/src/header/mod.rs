//! Header fields: their text in the order written, and views of it on demand.

mod auth;
pub mod names;
mod values;
pub mod via;

use core::fmt;
use std::borrow::Cow;

pub use auth::{Challenge, Credentials};
pub use values::{CSeq, Contacts, MediaType, RAck, Reason};
pub use via::Via;

use crate::address::NameAddr;
use crate::fault::Fault;
use crate::limits::{HOPS_MAX, LIST_ELEMENTS_MAX};
use crate::method::Method;
use crate::scan::{is_blank, is_token, number, split, trim, trim_bytes};

/// One header field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The name as written, perhaps in its compact form.
    pub name: String,
    /// The value: unfolded, without blanks around it, otherwise as written. It is
    /// usually UTF-8, but nothing makes a peer keep to that.
    pub value: Vec<u8>,
}

impl Header {
    /// Whether this is the header of that name, in whatever case or form.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        names::is_same(&self.name, name)
    }

    /// The value as text; bytes that are not UTF-8 become U+FFFD.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.value)
    }
}

/// The header fields of a message, in the order written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<Header>);

impl Headers {
    /// No header fields.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Header> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of one name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Header> {
        self.0.iter().filter(move |header| header.is(name))
    }

    /// The text of the first one of that name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.all(name).next().map(Header::text)
    }

    /// Whether there is one of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// Adds a header behind all others. Line breaks in the value would begin
    /// another header and become blanks.
    pub fn push(&mut self, name: &str, value: impl fmt::Display) {
        self.push_raw(name, value.to_string().into_bytes());
    }

    pub(crate) fn push_raw(&mut self, name: &str, mut value: Vec<u8>) {
        for byte in &mut value {
            if matches!(byte, b'\r' | b'\n') {
                *byte = b' ';
            }
        }
        let value = trim_bytes(&value).to_vec();
        let name = name.to_owned();
        self.0.push(Header { name, value });
    }

    /// Adds a header in front of all others.
    pub fn push_front(&mut self, name: &str, value: impl fmt::Display) {
        self.push(name, value);
        self.0.rotate_right(1);
    }

    /// Sets a header: the first of that name gets the value, others go.
    pub fn set(&mut self, name: &str, value: impl fmt::Display) {
        let at = self.0.iter().position(|header| header.is(name));
        self.remove(name);
        self.push(name, value);
        if let Some(at) = at {
            self.0[at..].rotate_right(1);
        }
    }

    /// Takes all headers of that name away.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|header| !header.is(name));
    }

    /// Adds all headers of that name which another message has, byte by byte.
    pub fn copy(&mut self, from: &Self, name: &str) {
        self.0.extend(from.all(name).cloned());
    }

    /// The elements of all headers of that name: several fields are the same as
    /// one with commas (RFC 3261 7.3.1).
    fn list<T>(&self, name: &str, parse: impl Fn(&str) -> Result<T, Fault>) -> Read<Vec<T>> {
        let mut list = Vec::new();
        for header in self.all(name) {
            let text = header.text();
            for part in split(&text, ',').map_err(|fault| fault.within(name))? {
                if list.len() == LIST_ELEMENTS_MAX {
                    return Err(Fault::bad("too many elements").within(name));
                }
                list.push(parse(part).map_err(|fault| fault.within(name))?);
            }
        }
        Ok(list)
    }

    /// The one value of a header that may stand there once only.
    fn single<T>(&self, name: &str, parse: impl Fn(&str) -> Result<T, Fault>) -> Read<Option<T>> {
        let mut all = self.all(name);
        let Some(header) = all.next() else {
            return Ok(None);
        };
        if all.next().is_some() {
            return Err(Fault::bad("stands there more than once").within(name));
        }
        let value = parse(&header.text()).map_err(|fault| fault.within(name))?;
        Ok(Some(value))
    }

    fn mandatory<T>(&self, name: &str, parse: impl Fn(&str) -> Read<T>) -> Read<T> {
        let value = self.single(name, parse)?;
        value.ok_or_else(|| Fault::bad("is missing").within(name))
    }
}

/// A view of a header. The fault is 400, as RFC 3261 21.4.1 wants for a
/// malformed request.
type Read<T> = Result<T, Fault>;

/// Views. Each fails with status 400 where the text follows no grammar, and
/// where a header that RFC 3261 20 wants once is missing or stands there twice.
#[expect(
    clippy::missing_errors_doc,
    reason = "all fail alike; the paragraph above says how"
)]
impl Headers {
    /// The hop that this message came from last.
    pub fn via(&self) -> Read<Via> {
        let first = self.all(names::VIA).next();
        let first = first.ok_or_else(|| Fault::bad("is missing").within(names::VIA))?;
        let text = first.text();
        let top = split(&text, ',')?.into_iter().next().unwrap_or_default();
        Via::parse(top).map_err(|fault| fault.within(names::VIA))
    }

    /// All hops, the last one first.
    pub fn vias(&self) -> Read<Vec<Via>> {
        self.list(names::VIA, Via::parse)
    }

    /// The hop that this message came from, without its parameters if these cannot be
    /// read: enough to answer nonsense.
    pub(crate) fn way_back(&self) -> Option<Via> {
        if let Ok(via) = self.via() {
            return Some(via);
        }
        let text = self.text(names::VIA)?;
        let sent_by = text.split([';', ',']).next()?;
        Via::parse(sent_by).ok()
    }

    /// Puts a hop in the place of the topmost.
    pub fn set_top_via(&mut self, via: &Via) {
        let Some(first) = self.0.iter_mut().find(|header| header.is(names::VIA)) else {
            return self.push_front(names::VIA, via);
        };
        let text = first.text().into_owned();
        let parts = split(&text, ',').unwrap_or_default();
        let others = parts.iter().skip(1).map(|part| trim(part).to_owned());
        let all: Vec<String> = [via.to_string()].into_iter().chain(others).collect();
        first.value = all.join(", ").into_bytes();
    }

    /// Who asks.
    pub fn from(&self) -> Read<NameAddr> {
        self.mandatory(names::FROM, NameAddr::parse)
    }

    /// Who is asked.
    pub fn to(&self) -> Read<NameAddr> {
        self.mandatory(names::TO, NameAddr::parse)
    }

    /// The call, byte by byte (RFC 3261 20.8: compared with regard to case).
    pub fn call_id(&self) -> Read<String> {
        self.mandatory(names::CALL_ID, |text| {
            if text.is_empty() || text.contains(is_blank) {
                return Err(Fault::bad("is no word"));
            }
            Ok(text.to_owned())
        })
    }

    /// The number and method of the request.
    pub fn cseq(&self) -> Read<CSeq> {
        self.mandatory(names::CSEQ, CSeq::parse)
    }

    /// How many hops are left. RFC 3261 wants the header in each request, RFC 2543
    /// had none.
    pub fn max_forwards(&self) -> Read<Option<u32>> {
        self.single(names::MAX_FORWARDS, |text| upto(text, HOPS_MAX))
    }

    /// Seconds until something expires.
    pub fn expires(&self) -> Read<Option<u32>> {
        self.single(names::EXPIRES, |text| upto(text, u32::MAX))
    }

    /// Bytes of the body.
    pub fn content_length(&self) -> Read<Option<usize>> {
        let length = self.single(names::CONTENT_LENGTH, |text| upto(text, u32::MAX))?;
        Ok(length.map(|length| usize::try_from(length).unwrap_or(usize::MAX)))
    }

    /// What the body is.
    pub fn content_type(&self) -> Read<Option<MediaType>> {
        self.single(names::CONTENT_TYPE, MediaType::parse)
    }

    /// Where to reach the sender, or what to bind.
    pub fn contacts(&self) -> Read<Contacts> {
        let mut all = self.all(names::CONTACT);
        let is_star = |header: &Header| header.value == b"*";
        match (all.next(), all.next()) {
            (Some(only), None) if is_star(only) => Ok(Contacts::All),
            _ => self
                .list(names::CONTACT, NameAddr::parse)
                .map(Contacts::List),
        }
    }

    /// The one contact that a message of a dialog has.
    pub fn contact(&self) -> Read<Option<NameAddr>> {
        match self.contacts()? {
            Contacts::All => Err(Fault::bad("a star is no address").within(names::CONTACT)),
            Contacts::List(list) => Ok(list.into_iter().next()),
        }
    }

    /// The hops still to visit.
    pub fn routes(&self) -> Read<Vec<NameAddr>> {
        self.list(names::ROUTE, NameAddr::parse)
    }

    /// The hops that want to see what follows in the dialog.
    pub fn record_routes(&self) -> Read<Vec<NameAddr>> {
        self.list(names::RECORD_ROUTE, NameAddr::parse)
    }

    /// A list of tokens: Require, Proxy-Require, Supported, Unsupported, Allow.
    /// An empty element stands for nothing.
    pub fn tokens(&self, name: &str) -> Read<Vec<String>> {
        let tokens = self.list(name, |text| match trim(text) {
            "" => Ok(String::new()),
            token if is_token(token) => Ok(token.to_owned()),
            _ => Err(Fault::bad("is no token")),
        })?;
        Ok(tokens
            .into_iter()
            .filter(|token| !token.is_empty())
            .collect())
    }

    /// The methods that the sender takes.
    pub fn allow(&self) -> Read<Vec<Method>> {
        let tokens = self.tokens(names::ALLOW)?;
        tokens.iter().map(|token| Method::parse(token)).collect()
    }

    /// The media types that the sender takes; none where it does not say.
    pub fn accept(&self) -> Read<Option<Vec<MediaType>>> {
        if !self.has(names::ACCEPT) {
            return Ok(None);
        }
        let written: Vec<_> = self.all(names::ACCEPT).collect();
        if written.iter().all(|header| header.value.is_empty()) {
            return Ok(Some(Vec::new()));
        }
        self.list(names::ACCEPT, MediaType::parse).map(Some)
    }

    /// Why a request was sent (RFC 3326).
    pub fn reasons(&self) -> Read<Vec<Reason>> {
        self.list(names::REASON, Reason::parse)
    }

    /// The number of a provisional response (RFC 3262 7.1).
    pub fn rseq(&self) -> Read<Option<u32>> {
        self.single(names::RSEQ, |text| upto(text, u32::MAX))
    }

    /// What a PRACK acknowledges (RFC 3262 7.2).
    pub fn rack(&self) -> Read<Option<RAck>> {
        self.single(names::RACK, RAck::parse)
    }

    /// Credentials under that name: Authorization or Proxy-Authorization. RFC 3261
    /// 7.3.1: these are never put together with commas.
    pub fn credentials(&self, name: &str) -> Read<Vec<Credentials>> {
        let parse = |header: &Header| Credentials::parse(&header.text());
        let all = self.all(name).map(parse);
        all.collect::<Read<_>>().map_err(|fault| fault.within(name))
    }

    /// Challenges under that name: WWW-Authenticate or Proxy-Authenticate.
    pub fn challenges(&self, name: &str) -> Read<Vec<Challenge>> {
        let parse = |header: &Header| Challenge::parse(&header.text());
        let all = self.all(name).map(parse);
        all.collect::<Read<_>>().map_err(|fault| fault.within(name))
    }
}

fn upto(text: &str, max: u32) -> Read<u32> {
    let value = number(trim(text), max);
    value.ok_or_else(|| Fault::bad(format!("is no number up to {max}")))
}
