//! Messages and their bytes.

mod framer;
mod parse;
mod write;

pub use framer::{Frame, Framer};
pub use parse::{Unreadable, parse};

use crate::fault::Fault;
use crate::header::{CSeq, Headers, names};
use crate::method::Method;
use crate::status::Status;
use crate::uri::Uri;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Somebody wants something.
    Request(Request),
    /// And is told.
    Response(Response),
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is wanted.
    pub method: Method,
    /// Of whom.
    pub uri: Uri,
    /// Header fields.
    pub headers: Headers,
    /// The body. Its length is written from here, whatever the header says.
    pub body: Vec<u8>,
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// What became of the request.
    pub status: Status,
    /// The same in words. Not meant for programs.
    pub reason: String,
    /// Header fields.
    pub headers: Headers,
    /// The body. Its length is written from here, whatever the header says.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers.
    #[must_use]
    pub const fn new(method: Method, uri: Uri) -> Self {
        Self {
            method,
            uri,
            headers: Headers::new(),
            body: Vec::new(),
        }
    }

    /// Gives it a body of that type.
    pub fn set_body(&mut self, content_type: &str, body: Vec<u8>) {
        self.headers.set(names::CONTENT_TYPE, content_type);
        self.body = body;
    }

    /// The CANCEL for this request (RFC 3261 9.1): the same Request-URI, Call-ID,
    /// To, From, Route and CSeq number, and as its only hop the topmost, so that
    /// it matches hop by hop.
    ///
    /// # Errors
    /// 400 where this request is not well formed.
    pub fn cancel(&self) -> Result<Self, Fault> {
        self.along(Method::Cancel, &self.headers)
    }

    /// The ACK for a final response that is no 2xx (RFC 3261 17.1.1.3): as a CANCEL
    /// is made, but To is that of the response, with its tag.
    ///
    /// # Errors
    /// 400 where the request or the response is not well formed.
    pub fn ack_failure(&self, response: &Response) -> Result<Self, Fault> {
        self.along(Method::Ack, &response.headers)
    }

    fn along(&self, method: Method, to: &Headers) -> Result<Self, Fault> {
        let mut along = Self::new(method.clone(), self.uri.clone());
        along.headers.push(names::VIA, self.headers.via()?);
        along.headers.copy(&self.headers, names::ROUTE);
        along.headers.push(names::MAX_FORWARDS, 70);
        along.headers.copy(&self.headers, names::FROM);
        along.headers.copy(to, names::TO);
        along.headers.copy(&self.headers, names::CALL_ID);
        let number = self.headers.cseq()?.number;
        along.headers.push(names::CSEQ, CSeq::new(number, method));
        Ok(along)
    }
}

impl Response {
    /// The response to a request (RFC 3261 8.2.6.2): From, Call-ID, CSeq, To and all
    /// hops are those of the request, byte by byte and in their order. A tag for
    /// To is the transaction's matter. A 100 also takes the Timestamp along.
    #[must_use]
    pub fn to(request: &Headers, status: Status) -> Self {
        let mut headers = Headers::new();
        headers.copy(request, names::VIA);
        headers.copy(request, names::FROM);
        headers.copy(request, names::TO);
        headers.copy(request, names::CALL_ID);
        headers.copy(request, names::CSEQ);
        if status == Status::TRYING {
            headers.copy(request, names::TIMESTAMP);
        }
        // RFC 3261 12.1.1, 16.7: those who want to see the rest are told by all
        // responses that make a dialog; in others the header does no harm.
        if status > Status::TRYING && status.code() < 300 {
            headers.copy(request, names::RECORD_ROUTE);
        }
        Self {
            status,
            reason: status.phrase().to_owned(),
            headers,
            body: Vec::new(),
        }
    }

    /// Gives it a body of that type.
    pub fn set_body(&mut self, content_type: &str, body: Vec<u8>) {
        self.headers.set(names::CONTENT_TYPE, content_type);
        self.body = body;
    }

    /// Gives To this tag, unless it has one already.
    pub(crate) fn tag_to(&mut self, tag: &str) {
        // What cannot be read is sent back as it came.
        if let Ok(to) = self.headers.to()
            && to.tag().is_none()
        {
            self.headers.set(names::TO, to.with_tag(tag));
        }
    }
}

impl Message {
    /// Its header fields.
    #[must_use]
    pub const fn headers(&self) -> &Headers {
        match self {
            Self::Request(request) => &request.headers,
            Self::Response(response) => &response.headers,
        }
    }

    /// Its bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Request(request) => request.to_bytes(),
            Self::Response(response) => response.to_bytes(),
        }
    }
}
