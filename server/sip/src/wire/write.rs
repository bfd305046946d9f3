//! From messages to bytes.

use super::{Request, Response};
use crate::header::{Headers, names};

impl Request {
    /// The bytes of this request.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let start = format!("{} {} SIP/2.0\r\n", self.method, self.uri);
        bytes(&start, &self.headers, &self.body)
    }
}

impl Response {
    /// The bytes of this response.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // A line break would begin a header.
        let reason = self.reason.replace(['\r', '\n'], " ");
        let start = format!("SIP/2.0 {} {reason}\r\n", self.status.code());
        bytes(&start, &self.headers, &self.body)
    }
}

/// Content-Length always tells the truth: where the header stands its number is
/// replaced, else it is added (RFC 3261 20.14: streams need it).
fn bytes(start: &str, headers: &Headers, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(start.len() + 64 * headers.len() + body.len());
    bytes.extend(start.as_bytes());
    let length = body.len().to_string();
    let mut is_told = false;
    for header in headers.iter() {
        if !header.is(names::CONTENT_LENGTH) {
            line(&mut bytes, &header.name, &header.value);
        } else if !is_told {
            is_told = true;
            line(&mut bytes, &header.name, length.as_bytes());
        }
    }
    if !is_told {
        line(&mut bytes, names::CONTENT_LENGTH, length.as_bytes());
    }
    bytes.extend(b"\r\n");
    bytes.extend(body);
    bytes
}

fn line(bytes: &mut Vec<u8>, name: &str, value: &[u8]) {
    bytes.extend(name.as_bytes());
    bytes.extend(b": ");
    bytes.extend(value);
    bytes.extend(b"\r\n");
}
