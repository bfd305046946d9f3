//! The callers' telephones: they call, wait, talk and hang up.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use tandem_engine::{CallId, Number};
use tandem_sim::people::CallerId;
use tandem_sip::dialog::DialogId;
use tandem_sip::endpoint::{ClientId, Config, Event};
use tandem_sip::header::names;
use tandem_sip::sdp::{self, Codec, Local};
use tandem_sip::uri::Host;
use tandem_sip::{
    Dialog, Endpoint, Method, NameAddr, Request, Response, Status, Target, Time, Transport, Uri,
};

use crate::media::Music;
use crate::media::phone::{Phone, Phones};
use crate::voice::sdp::remote_of_answer;

/// What callers say: a tone that is in no music of ours.
pub(super) const CALLER_HZ: u16 = 2_500;

/// An endpoint of a demo at this address.
pub(super) fn endpoint(local: SocketAddr) -> Endpoint {
    let config = Config::at(Host::Ip(local.ip()), Some(local.port()));
    Endpoint::new(config, random)
}

/// Random bytes of the operating system.
///
/// # Panics
/// Where it has none.
pub(super) fn random(buffer: &mut [u8]) {
    getrandom::fill(buffer).expect("the operating system has random bytes");
}

/// Somebody at an address.
pub(super) fn address(user: &str, at: SocketAddr) -> NameAddr {
    NameAddr::new(Uri::sip(Some(user), Host::Ip(at.ip()), Some(at.port())))
}

/// The audio of a telephone.
pub(super) fn local(phone: &Phone, serial: u64) -> Local {
    Local {
        address: phone.local(),
        codecs: vec![Codec::Pcma, Codec::Pcmu],
        session: serial,
        version: 1,
        direction: sdp::Direction::Both,
    }
}

/// All callers' telephones, behind one address.
pub(super) struct Callers {
    pub(super) endpoint: Endpoint,
    here: SocketAddr,
    server: SocketAddr,
    calls: BTreeMap<CallId, Call>,
    by_invite: BTreeMap<ClientId, CallId>,
    by_dialog: BTreeMap<DialogId, CallId>,
    by_caller: BTreeMap<CallerId, CallId>,
    /// Calls so far: the next one's name.
    called: u32,
    /// Calls that the server did not take, though it should.
    pub(super) failed: u64,
}

struct Call {
    caller: CallerId,
    invite: Request,
    transaction: ClientId,
    phone: Phone,
    local: Local,
    dialog: Option<Dialog>,
    /// The caller has hung up, and the server's last word is awaited.
    left: bool,
}

impl Callers {
    pub(super) fn new(here: SocketAddr, server: SocketAddr) -> Self {
        Self {
            endpoint: endpoint(here),
            here,
            server,
            calls: BTreeMap::new(),
            by_invite: BTreeMap::new(),
            by_dialog: BTreeMap::new(),
            by_caller: BTreeMap::new(),
            called: 0,
            failed: 0,
        }
    }

    /// Whether nobody is on the line.
    pub(super) fn is_empty(&self) -> bool {
        self.by_caller.is_empty()
    }

    /// Which call a caller is on.
    pub(super) fn call_of(&self, caller: CallerId) -> Option<CallId> {
        self.by_caller.get(&caller).copied()
    }

    /// Who is on a call.
    pub(super) fn caller_of(&self, call: CallId) -> Option<CallerId> {
        self.calls.get(&call).map(|call| call.caller)
    }

    /// Somebody calls.
    ///
    /// # Errors
    /// Where the system has no socket for another voice.
    pub(super) fn dial(
        &mut self,
        now: Time,
        phones: &Phones,
        caller: CallerId,
        dials: Number,
    ) -> io::Result<CallId> {
        let phone = phones.open(self.here.ip())?;
        self.called += 1;
        let local = local(&phone, u64::from(self.called));
        let to = address(&dials.to_string(), self.server);
        let from = address(&caller.number().to_string(), self.here);
        let contact = from.clone();
        let mut invite = self
            .endpoint
            .request(Method::Invite, to.uri.clone(), from, to);
        invite.headers.push(names::CONTACT, contact);
        invite.set_body("application/sdp", sdp::offer(&local).to_bytes());
        let sent = self
            .endpoint
            .send_request(now, self.target(), invite.clone());
        let transaction = sent.expect("a whole request was made");
        let call = CallId::from_parts(self.called, 0);
        self.by_invite.insert(transaction, call);
        self.by_caller.insert(caller, call);
        self.calls.insert(
            call,
            Call {
                caller,
                invite,
                transaction,
                phone,
                local,
                dialog: None,
                left: false,
            },
        );
        Ok(call)
    }

    fn target(&self) -> Target {
        Target::new(Transport::Udp, self.server)
    }

    /// The caller hangs up.
    pub(super) fn hang_up(&mut self, now: Time, id: CallId) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        call.left = true;
        self.by_caller.remove(&call.caller);
        match call.dialog.take() {
            Some(dialog) => {
                self.bye(now, dialog);
                self.forget(id);
            }
            None => self.endpoint.cancel(now, call.transaction, &[]),
        }
    }

    fn bye(&mut self, now: Time, mut dialog: Dialog) {
        self.by_dialog.remove(dialog.id());
        let bye = dialog.request(Method::Bye);
        let sent = self.endpoint.send_request(now, self.target(), bye);
        debug_assert!(sent.is_ok(), "a dialog makes whole requests");
    }

    fn forget(&mut self, id: CallId) -> Option<Call> {
        let call = self.calls.remove(&id)?;
        self.by_invite.remove(&call.transaction);
        self.by_caller.remove(&call.caller);
        Some(call)
    }

    /// How much of what a caller has heard last is a tone, from 0 to 1.
    pub(super) fn hears(&self, call: CallId, hz: u16) -> f64 {
        let call = self.calls.get(&call);
        call.map_or(0.0, |call| call.phone.heard().share(hz))
    }

    /// Takes what the endpoint tells; the call that is over by that, if one is.
    pub(super) fn take(&mut self, now: Time, event: Event) -> Option<CallId> {
        match event {
            Event::Request {
                transaction,
                request,
                ..
            } => {
                let dialog = DialogId::of_request(&request).ok().flatten();
                let call = dialog.and_then(|dialog| self.by_dialog.remove(&dialog));
                let status = match (&call, &request.method) {
                    (Some(_), _) | (None, Method::Options) => Status::OK,
                    (None, _) => Status::NO_SUCH_CALL,
                };
                if let Some(response) = self.endpoint.response(transaction, status) {
                    self.endpoint.respond(now, transaction, response);
                }
                // The server makes no other requests within a dialog than BYE.
                call.and_then(|call| self.over(call))
            }
            Event::Response {
                transaction,
                response,
            } => self.response(now, transaction, &response),
            Event::RequestFailed { transaction, .. } => {
                let call = self.by_invite.get(&transaction).copied()?;
                self.failed += 1;
                self.over(call)
            }
            Event::Ack { .. } | Event::Cancelled { .. } | Event::ResponseFailed { .. } => None,
        }
    }

    /// The call is over; told unless the caller knows, as he hung up.
    fn over(&mut self, id: CallId) -> Option<CallId> {
        let call = self.forget(id)?;
        (!call.left).then_some(id)
    }

    fn response(
        &mut self,
        now: Time,
        transaction: ClientId,
        response: &Response,
    ) -> Option<CallId> {
        let id = self.by_invite.get(&transaction).copied()?;
        if response.status.is_provisional() {
            return None;
        }
        if !response.status.is_success() {
            let refused = response.status.code() / 100 == 5 || response.status == Status::NOT_FOUND;
            self.failed += u64::from(refused);
            return self.over(id);
        }
        let server = self.target();
        let call = self.calls.get_mut(&id)?;
        let number = call.invite.headers.cseq().map_or(1, |cseq| cseq.number);
        let Ok(dialog) = Dialog::uac(&call.invite, response) else {
            self.failed += 1;
            return self.over(id);
        };
        self.endpoint
            .send_ack(transaction, server, dialog.ack(number));
        let answer = sdp::Session::parse(&response.body).ok();
        let agreed = answer.and_then(|answer| sdp::agree(&call.local, &answer).ok());
        match agreed {
            Some(agreement) if !call.left => {
                call.phone.connect(remote_of_answer(&agreement));
                call.phone.say(Some(Music::tone(CALLER_HZ)));
                self.by_dialog.insert(dialog.id().clone(), id);
                call.dialog = Some(dialog);
                None
            }
            agreed => {
                self.failed += u64::from(agreed.is_none());
                self.bye(now, dialog);
                self.over(id)
            }
        }
    }
}
