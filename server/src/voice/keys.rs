//! Keys that callers press: beside their voice (RFC 4733) or in SIP INFO.

use tandem_engine::{CallId, Input, Key};
use tandem_sip::Request;

use super::exchange::{Exchange, Party};
use crate::media::{SessionId, Side};

impl Exchange {
    /// A key came beside the voice of a side.
    pub(super) fn key_heard(&mut self, session: SessionId, side: Side, symbol: char) {
        if side == Side::Caller
            && let Some(&call) = self.sessions.get(&session)
        {
            self.key_pressed(call, symbol);
        }
    }

    /// A key came in an INFO, if the request holds one.
    pub(super) fn key_told(&mut self, party: Party, request: &Request) {
        if let (Party::Caller(call), Some(symbol)) = (party, symbol_of(request)) {
            self.key_pressed(call, symbol);
        }
    }

    /// Whoever talks presses keys for the other, and those A to D mean nothing to us.
    fn key_pressed(&self, call: CallId, symbol: char) {
        let listens = self.callers.get(&call).is_some_and(|it| it.listens);
        if let Some(key) = Key::of_symbol(symbol).filter(|_| listens) {
            self.tell(Input::KeyPressed { call, key });
        }
    }
}

/// The key in a body of `application/dtmf-relay`, as `Signal=1`, or of
/// `application/dtmf`, which holds nothing else.
fn symbol_of(request: &Request) -> Option<char> {
    let kind = request.headers.content_type().ok()??;
    let text = core::str::from_utf8(&request.body).ok()?;
    let signal = match kind.sub.as_str() {
        "dtmf-relay" => text.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            let is_signal = name.trim().eq_ignore_ascii_case("signal");
            is_signal.then_some(value)
        })?,
        "dtmf" => text,
        _ => return None,
    };
    let mut symbols = signal.trim().chars();
    symbols.next().filter(|_| symbols.next().is_none())
}
