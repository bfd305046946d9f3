//! What comes from the network.

use super::Endpoint;
use crate::time::Time;
use crate::transport::Target;
use crate::wire::{Message, parse};

impl Endpoint {
    /// Takes a datagram, or one message that a [`crate::wire::Framer`] cut from a stream.
    /// What is no message is answered as it deserves, or dropped.
    pub fn receive(&mut self, now: Time, source: Target, bytes: &[u8]) {
        // RFC 5626 3.5.1: line breaks only keep the flow alive.
        if bytes.iter().all(|b| matches!(b, b'\r' | b'\n' | 0)) {
            return;
        }
        match parse(bytes) {
            Ok(Message::Request(request)) => self.receive_request(now, source, request),
            Ok(Message::Response(response)) => self.receive_response(now, response),
            Err(unreadable) => self.refuse(source, &unreadable),
        }
    }
}
