//! Messages on a stream.

use super::parse::{Head, Unreadable, find};
use crate::fault::Fault;
use crate::header::names;
use crate::limits::MESSAGE_BYTES_MAX;
use crate::status::Status;

/// What a stream holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// The bytes of one message, to be parsed.
    Message(Vec<u8>),
    /// Two empty lines: the peer asks whether the flow lives and wants one empty
    /// line (`\r\n`) back (RFC 5626 3.5.1).
    Ping,
}

/// Cuts a stream into messages by Content-Length (RFC 3261 18.3).
#[derive(Clone, Debug, Default)]
pub struct Framer {
    buffer: Vec<u8>,
    /// Up to here no end of headers was found.
    searched: usize,
}

impl Framer {
    /// For a stream that has just begun.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            buffer: Vec::new(),
            searched: 0,
        }
    }

    /// Takes what was read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend(bytes);
    }

    /// The next frame, once it is complete. To be asked until there is none, before
    /// more is pushed: what one read brings is all that is kept beside one message.
    ///
    /// # Errors
    /// Where the next message begins cannot be told any more: the connection must be
    /// closed, after the answer that may be owed is sent.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, Box<Unreadable>> {
        if self.buffer.starts_with(b"\r\n\r\n") {
            self.take(4);
            return Ok(Some(Frame::Ping));
        }
        if self.buffer.starts_with(b"\r\n") && self.buffer.len() > 3 {
            // The answer to a ping of ours, or an empty line between messages.
            self.take(2);
        }
        let from = self.searched.saturating_sub(3);
        let Some(end) = find(&self.buffer[from..], b"\r\n\r\n") else {
            self.searched = self.buffer.len();
            return match self.buffer.len() > MESSAGE_BYTES_MAX {
                true => Err(self.broken(Fault::silence("the headers do not end"))),
                false => Ok(None),
            };
        };
        let head = from + end + 4;
        self.searched = head - 4;
        let length = match self.body_length(head) {
            Ok(length) => length,
            Err(fault) => return Err(self.broken(fault)),
        };
        let Some(total) = head.checked_add(length).filter(|&n| n <= MESSAGE_BYTES_MAX) else {
            let why = "the message is too large";
            return Err(self.broken(Fault::answer(Status::MESSAGE_TOO_LARGE, why)));
        };
        if self.buffer.len() < total {
            return Ok(None);
        }
        Ok(Some(Frame::Message(self.take(total))))
    }

    fn take(&mut self, bytes: usize) -> Vec<u8> {
        self.searched = 0;
        self.buffer.drain(..bytes).collect()
    }

    /// RFC 3261 20.14: on a stream the header must be there; and once, as else nobody
    /// knows where the next message begins.
    fn body_length(&self, head: usize) -> Result<usize, Fault> {
        let head = Head::read(&self.buffer[..head]);
        let length = head.headers.content_length()?;
        length.ok_or_else(|| Fault::bad("is missing").within(names::CONTENT_LENGTH))
    }

    /// The stream is broken: what could be read of the message, for an answer.
    fn broken(&mut self, fault: Fault) -> Box<Unreadable> {
        let bytes = core::mem::take(&mut self.buffer);
        self.searched = 0;
        Head::read(&bytes).unreadable(fault)
    }
}
