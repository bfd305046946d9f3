//! From bytes to messages.

use core::fmt;

use super::{Message, Request, Response};
use crate::fault::Fault;
use crate::header::{Headers, names};
use crate::limits::{HEADERS_MAX, MESSAGE_BYTES_MAX, NAME_BYTES_MAX, VALUE_BYTES_MAX};
use crate::method::Method;
use crate::scan::{is_token, trim_bytes};
use crate::status::Status;
use crate::uri::Uri;

/// Bytes that are no message, with what could be read of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong.
    pub fault: Fault,
    /// The headers that could be read, for an answer.
    pub headers: Headers,
}

impl Unreadable {
    /// The response that is owed without any state (RFC 3261 8.2.7), if one is and
    /// the way back can be read.
    #[must_use]
    pub fn answer(&self) -> Option<Response> {
        let status = self.fault.status?;
        self.headers.way_back()?;
        let mut response = Response::to(&self.headers, status);
        response.reason = format!("{} ({})", status.phrase(), self.fault.why);
        Some(response)
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

impl core::error::Error for Unreadable {}

/// Reads the message that one datagram holds, or one frame of a stream. Whatever
/// follows the body that Content-Length announces is ignored (RFC 3261 18.3).
///
/// A message that comes out of here has each mandatory header, once and well
/// formed, and no header that all of SIP needs is malformed; a request's CSeq
/// names its method. Headers that only some need are not looked at (RFC 3261
/// 8.2: malformed ones that are not necessary are ignored).
///
/// # Errors
/// What is wrong and what is owed for it: 400 for what follows no grammar, 414 for
/// a long URI, 505 for another version, 513 for what is too large; for responses
/// and ACKs always silence.
pub fn parse(bytes: &[u8]) -> Result<Message, Box<Unreadable>> {
    // RFC 3261 7.5: empty lines in front of the start line are ignored.
    let bytes = skip_empty_lines(bytes);
    let (head, body) = match find(bytes, b"\r\n\r\n") {
        Some(end) => (&bytes[..end + 2], Some(&bytes[end + 4..])),
        None => (&bytes[..bytes.len().min(MESSAGE_BYTES_MAX)], None),
    };
    let head = Head::read(head);
    if bytes.len() > MESSAGE_BYTES_MAX {
        return Err(head.unreadable(too_large("the message is too large")));
    }
    let Some(body) = body else {
        return Err(head.unreadable(Fault::bad("no empty line ends the headers")));
    };
    match head.check().and_then(|()| cut(&head.headers, body)) {
        Ok(body) => Ok(head.into_message(body)),
        Err(fault) => Err(head.unreadable(fault)),
    }
}

/// A message without its body.
pub(super) struct Head {
    start: Result<Start, Fault>,
    is_response: bool,
    is_ack: bool,
    pub(super) headers: Headers,
    /// The first fault of a header line.
    spoiled: Option<Fault>,
}

impl Head {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let (line, fields) = split_line(bytes);
        let begin = line.get(..4).unwrap_or_default();
        let is_response = begin.eq_ignore_ascii_case(b"SIP/");
        let is_ack = begin == b"ACK ";
        let start = match is_response {
            true => status_line(line),
            false => request_line(line),
        };
        let (headers, spoiled) = read_headers(fields);
        Self {
            start,
            is_response,
            is_ack,
            headers,
            spoiled,
        }
    }

    /// RFC 3261 17: neither a response nor an ACK is ever answered.
    pub(super) fn unreadable(self, fault: Fault) -> Box<Unreadable> {
        let fault = match self.is_response || self.is_ack {
            true => Fault::silence(fault.why),
            false => fault,
        };
        let headers = self.headers;
        Box::new(Unreadable { fault, headers })
    }

    /// What each message owes (RFC 3261 8.1.1, 8.2.2).
    fn check(&self) -> Result<(), Fault> {
        let start = self.start.as_ref().map_err(Fault::clone)?;
        if let Some(fault) = &self.spoiled {
            return Err(fault.clone());
        }
        let headers = &self.headers;
        headers.via()?;
        headers.vias()?;
        headers.from()?;
        headers.to()?;
        headers.call_id()?;
        let cseq = headers.cseq()?;
        headers.max_forwards()?;
        headers.expires()?;
        headers.content_type()?;
        headers.contacts()?;
        headers.routes()?;
        headers.record_routes()?;
        match start {
            // RFC 3261 8.1.1.5: the method in CSeq is that of the request.
            Start::Request(method, _) if *method != cseq.method => {
                Err(Fault::bad("names another method than the request line").within(names::CSEQ))
            }
            _ => Ok(()),
        }
    }

    fn into_message(self, body: Vec<u8>) -> Message {
        let headers = self.headers;
        match self.start.expect("it was checked") {
            Start::Request(method, uri) => Message::Request(Request {
                method,
                uri,
                headers,
                body,
            }),
            Start::Response(status, reason) => Message::Response(Response {
                status,
                reason,
                headers,
                body,
            }),
        }
    }
}

enum Start {
    Request(Method, Uri),
    Response(Status, String),
}

fn too_large(why: &str) -> Fault {
    Fault::answer(Status::MESSAGE_TOO_LARGE, why)
}

pub(super) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

fn skip_empty_lines(mut bytes: &[u8]) -> &[u8] {
    while let Some(rest) = bytes.strip_prefix(b"\r\n") {
        bytes = rest;
    }
    bytes
}

/// The first line without its end, and what follows it.
fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    match find(bytes, b"\r\n") {
        Some(end) => (&bytes[..end], &bytes[end + 2..]),
        None => (bytes, &[]),
    }
}

/// `Method SP Request-URI SP SIP-Version` (RFC 3261 7.1): exactly one blank between
/// them and none elsewhere.
fn request_line(line: &[u8]) -> Result<Start, Fault> {
    let line = str::from_utf8(line).map_err(|_| Fault::bad("the request line is no text"))?;
    let parts: Vec<&str> = line.split(' ').collect();
    let [method, uri, version] = parts[..] else {
        return Err(Fault::bad("the request line has not three parts"));
    };
    let method = Method::parse(method)?;
    check_version(version)?;
    let uri = Uri::parse(uri).map_err(|fault| fault.within("Request-URI"))?;
    // RFC 3261 19.1.1: a Request-URI has no headers.
    if uri.as_sip().is_some_and(|uri| uri.headers.is_some()) {
        return Err(Fault::bad("Request-URI: has headers"));
    }
    Ok(Start::Request(method, uri))
}

/// RFC 3261 7.1: the version is compared without regard to case; 21.5.6: another one
/// gets 505.
fn check_version(version: &str) -> Result<(), Fault> {
    if version.eq_ignore_ascii_case("SIP/2.0") {
        return Ok(());
    }
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = version.get(4..).and_then(|number| number.split_once('.'));
    let is_sip = version
        .get(..4)
        .is_some_and(|name| name.eq_ignore_ascii_case("SIP/"));
    match number {
        Some((major, minor)) if is_sip && is_number(major) && is_number(minor) => {
            Err(Fault::answer(Status::VERSION, "another version of SIP"))
        }
        _ => Err(Fault::bad("the request line ends in no version")),
    }
}

/// `SIP-Version SP Status-Code SP Reason-Phrase` (RFC 3261 7.2). The phrase may be
/// empty, and hold anything.
fn status_line(line: &[u8]) -> Result<Start, Fault> {
    let line = String::from_utf8_lossy(line);
    let mut parts = line.splitn(3, ' ');
    let version = parts.next().unwrap_or_default();
    check_version(version)?;
    let code = parts.next().unwrap_or_default();
    let digits = code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit());
    let code = code.parse().ok().filter(|_| digits);
    let status = code.and_then(Status::new);
    let status = status.ok_or_else(|| Fault::bad("no status from 100 to 699"))?;
    let reason = parts.next().unwrap_or_default().to_owned();
    Ok(Start::Response(status, reason))
}

/// Reads header lines as far as that goes; a line that is none is skipped, so that
/// an answer can be made from the others, and the first fault is told.
fn read_headers(mut bytes: &[u8]) -> (Headers, Option<Fault>) {
    let mut headers = Headers::new();
    let mut fault = None;
    while !bytes.is_empty() {
        let (line, rest) = split_line(bytes);
        let (line, rest) = unfold(line, rest);
        bytes = rest;
        if headers.len() == HEADERS_MAX {
            fault.get_or_insert_with(|| too_large("too many headers"));
            break;
        }
        match header(&line) {
            Ok((name, value)) => headers.push_raw(name, value.to_vec()),
            Err(found) => {
                fault.get_or_insert(found);
            }
        }
    }
    (headers, fault)
}

/// RFC 3261 7.3.1: a line that begins with a blank continues the one before; both
/// are as one with a single blank between.
fn unfold<'b>(line: &[u8], mut rest: &'b [u8]) -> (Vec<u8>, &'b [u8]) {
    let mut whole = line.to_vec();
    while let [b' ' | b'\t', ..] = rest {
        let (more, after) = split_line(rest);
        while whole.last().is_some_and(|b| matches!(b, b' ' | b'\t')) {
            whole.pop();
        }
        whole.push(b' ');
        whole.extend(trim_bytes(more));
        rest = after;
    }
    (whole, rest)
}

fn header(line: &[u8]) -> Result<(&str, &[u8]), Fault> {
    let colon = line.iter().position(|&b| b == b':');
    let colon = colon.ok_or_else(|| Fault::bad("a header has no colon"))?;
    // RFC 3261 7.3.1 allows blanks in front of the colon.
    let name = str::from_utf8(trim_bytes(&line[..colon])).unwrap_or_default();
    if !is_token(name) || name.len() > NAME_BYTES_MAX {
        return Err(Fault::bad("the name of a header is no token"));
    }
    let value = trim_bytes(&line[colon + 1..]);
    if value.len() > VALUE_BYTES_MAX {
        return Err(too_large("the value of a header is too large").within(name));
    }
    if value.contains(&b'\r') || value.contains(&b'\n') {
        return Err(Fault::bad("half a line break").within(name));
    }
    Ok((name, value))
}

/// The body: as long as Content-Length says, or all that is there (RFC 3261 18.3).
/// A datagram that ends before its body is an error.
fn cut(headers: &Headers, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let length = headers.content_length()?.unwrap_or(bytes.len());
    let body = bytes.get(..length);
    let body = body.ok_or_else(|| Fault::bad("the body is shorter than Content-Length says"))?;
    Ok(body.to_vec())
}
