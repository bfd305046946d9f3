//! Requests of peers.

use super::{Endpoint, Event, ServerId, Timer, Transmit, way_back};
use crate::dialog::{Acceptance, Due};
use crate::fault::Fault;
use crate::header::{Headers, names};
use crate::method::Method;
use crate::status::Status;
use crate::time::Time;
use crate::transaction::{Failure, Input, InviteServer, OtherServer, Output, ServerKey};
use crate::transport::Target;
use crate::wire::{Request, Response};

enum Machine {
    Invite(Box<InviteServer>),
    Other(Box<OtherServer>),
}

/// What an ACK for a 2xx has in common with its INVITE: Call-ID, From tag, To tag and
/// number. Its branch is another one (RFC 3261 13.2.2.4).
pub(super) type AckKey = (String, String, String, u32);

/// What a request that came here on two ways has in common with itself (RFC 3261
/// 8.2.2.2): From tag, Call-ID, number and method.
pub(super) type MergeKey = (String, String, u32, Method);

pub(super) struct Server {
    machine: Machine,
    key: ServerKey,
    merge: Option<MergeKey>,
    pub(super) to: Target,
    fallback: Option<core::net::SocketAddr>,
    deadline: Option<Time>,
    /// What a response takes over from the request.
    headers: Headers,
    /// Our tag in To.
    tag: String,
    /// The 2xx that waits for its ACK.
    accepted: Option<(Acceptance, Response)>,
    ack: Option<AckKey>,
}

impl Server {
    fn handle(&mut self, now: Time, input: Input<'_>) -> Vec<Output> {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle(now, input),
            Machine::Other(machine) => machine.handle(now, input),
        }
    }

    fn next_deadline(&self) -> Option<Time> {
        let machine = match &self.machine {
            Machine::Invite(machine) => machine.next_deadline(),
            Machine::Other(machine) => machine.next_deadline(),
        };
        let accepted = self
            .accepted
            .as_ref()
            .map(|(accepted, _)| accepted.next_deadline());
        [machine, accepted].into_iter().flatten().min()
    }

    fn is_terminated(&self) -> bool {
        match &self.machine {
            Machine::Invite(machine) => machine.is_terminated(),
            Machine::Other(machine) => machine.is_terminated(),
        }
    }

    fn is_pending(&self) -> bool {
        match &self.machine {
            Machine::Invite(machine) => machine.is_pending(),
            Machine::Other(machine) => machine.is_pending(),
        }
    }
}

impl Endpoint {
    /// The response to a request, with our tag in To, for [`Endpoint::respond`]; none
    /// where the transaction is over.
    #[must_use]
    pub fn response(&self, transaction: ServerId, status: Status) -> Option<Response> {
        let server = self.servers.get(&transaction)?;
        let mut response = Response::to(&server.headers, status);
        // RFC 3261 8.2.6.2: a 100 may be without a tag, all others have one.
        if status != Status::TRYING {
            response.tag_to(&server.tag);
        }
        Some(response)
    }

    /// Answers a request. The 2xx of an INVITE is repeated until its ACK comes (RFC 3261
    /// 13.3.1.4). False where the request has had its final response, or was given up,
    /// or is forgotten: then nothing is sent.
    pub fn respond(&mut self, now: Time, transaction: ServerId, mut response: Response) -> bool {
        let Some(server) = self.servers.get_mut(&transaction) else {
            return false;
        };
        if !server.is_pending() {
            return false;
        }
        if response.status != Status::TRYING {
            response.tag_to(&server.tag);
        }
        if let Some(product) = &self.config.product {
            response.headers.set(names::SERVER, product);
        }
        let outputs = server.handle(now, Input::Response(&response));
        if response.status.is_success() && matches!(server.machine, Machine::Invite(_)) {
            if let Ok(key) = ack_key(&response.headers) {
                server.ack = Some(key.clone());
                self.acks.insert(key, transaction);
            }
            server.accepted = Some((Acceptance::start(now, self.config.timers), response));
        }
        self.apply_server(transaction, outputs);
        true
    }

    pub(super) fn receive_request(&mut self, now: Time, source: Target, mut request: Request) {
        let Ok(mut via) = request.headers.via() else {
            return;
        };
        // The hop is marked in front of all else, so that repetitions are equal.
        way_back::mark(&mut via, source);
        request.headers.set_top_via(&via);
        let Ok(key) = ServerKey::of(&request) else {
            return;
        };
        let known = self.server_keys.get(&key).copied();
        match (&request.method, known) {
            (Method::Ack, known) => self.receive_ack(now, known, request),
            (_, Some(id)) => {
                let server = self
                    .servers
                    .get_mut(&id)
                    .expect("a key has its transaction");
                let outputs = server.handle(now, Input::Request(&request));
                self.apply_server(id, outputs);
            }
            (_, None) => self.receive_new(now, source, request, key),
        }
    }

    fn receive_new(&mut self, now: Time, source: Target, request: Request, key: ServerKey) {
        if self.transactions() >= self.config.transactions_max {
            let response = Response::to(&request.headers, Status::UNAVAILABLE);
            return self.answer_statelessly(source, response);
        }
        let merge = merge_key(&request);
        if merge
            .as_ref()
            .is_some_and(|merge| self.merges.contains_key(merge))
        {
            // RFC 3261 8.2.2.2: the same request on another way.
            let response = Response::to(&request.headers, Status::LOOP_DETECTED);
            return self.answer_statelessly(source, response);
        }
        let id = self.start_server(now, source, &request, key, merge);
        match request.method {
            Method::Cancel => self.receive_cancel(now, id, request),
            _ => self.events.push_back(Event::Request {
                transaction: id,
                request,
                source,
            }),
        }
    }

    fn start_server(
        &mut self,
        now: Time,
        source: Target,
        request: &Request,
        key: ServerKey,
        merge: Option<MergeKey>,
    ) -> ServerId {
        let id = ServerId(self.next_id());
        let (timers, is_reliable) = (self.config.timers, source.transport.is_reliable());
        let machine = match request.method {
            Method::Invite => Machine::Invite(Box::new(InviteServer::start(
                now,
                timers,
                is_reliable,
                request,
            ))),
            _ => Machine::Other(Box::new(OtherServer::start(timers, is_reliable))),
        };
        let via = request.headers.via().expect("it was read before");
        let (to, fallback) = way_back::of(&via, source);
        let mut headers = Response::to(&request.headers, Status::OK).headers;
        headers.copy(&request.headers, names::TIMESTAMP);
        self.server_keys.insert(key.clone(), id);
        if let Some(merge) = &merge {
            self.merges.insert(merge.clone(), id);
        }
        let tag = self.token();
        let server = Server {
            machine,
            key,
            merge,
            to,
            fallback,
            deadline: None,
            headers,
            tag,
            accepted: None,
            ack: None,
        };
        self.servers.insert(id, server);
        self.apply_server(id, Vec::new());
        id
    }

    /// RFC 3261 9.2: a CANCEL is answered at once, with 481 where it belongs to nothing.
    /// An INVITE that has no final response yet gets 487. The tag is that of the INVITE.
    fn receive_cancel(&mut self, now: Time, id: ServerId, request: Request) {
        let key = ServerKey::of_cancelled(&request).ok();
        let invite = key.and_then(|key| self.server_keys.get(&key).copied());
        let status = match invite {
            Some(_) => Status::OK,
            None => Status::NO_SUCH_CALL,
        };
        if let Some(tag) = invite.and_then(|invite| Some(self.servers.get(&invite)?.tag.clone()))
            && let Some(cancel) = self.servers.get_mut(&id)
        {
            cancel.tag = tag;
        }
        self.respond_plainly(now, id, status);
        if let Some(invite) = invite
            && self.respond_plainly(now, invite, Status::REQUEST_TERMINATED)
        {
            self.events.push_back(Event::Cancelled {
                transaction: invite,
                request,
            });
        }
    }

    fn respond_plainly(&mut self, now: Time, id: ServerId, status: Status) -> bool {
        match self.response(id, status) {
            Some(response) => self.respond(now, id, response),
            None => false,
        }
    }

    /// The ACK for what is no 2xx belongs to the transaction; that for a 2xx stops its
    /// repetition and goes to the user, once.
    fn receive_ack(&mut self, now: Time, known: Option<ServerId>, request: Request) {
        let is_accepted = |server: &Server| server.accepted.is_some();
        if let Some(id) = known
            && let Some(server) = self.servers.get_mut(&id)
            && !is_accepted(server)
        {
            let outputs = server.handle(now, Input::Request(&request));
            let outputs = outputs
                .into_iter()
                .filter(|output| *output != Output::Deliver);
            return self.apply_server(id, outputs.collect());
        }
        let key = ack_key(&request.headers).ok();
        let id = key.and_then(|key| self.acks.get(&key).copied()).or(known);
        let Some((id, server)) = id.and_then(|id| Some((id, self.servers.get_mut(&id)?))) else {
            return;
        };
        if server.accepted.take().is_some() {
            self.events.push_back(Event::Ack {
                transaction: id,
                request,
            });
            self.apply_server(id, Vec::new());
        }
    }

    pub(super) fn elapse_server(&mut self, now: Time, id: ServerId) {
        let server = self
            .servers
            .get_mut(&id)
            .expect("a timer has its transaction");
        let mut outputs = Vec::new();
        if let Some((acceptance, response)) = &mut server.accepted {
            match acceptance.handle(now) {
                Due::Nothing => {}
                Due::Send => outputs.push(Output::Send(response.to_bytes())),
                Due::GiveUp => {
                    server.accepted = None;
                    outputs.push(Output::Failed(Failure::Timeout));
                }
            }
        }
        outputs.extend(server.handle(now, Input::Elapsed));
        self.apply_server(id, outputs);
    }

    pub(super) fn fail_server(&mut self, now: Time, id: ServerId) {
        if let Some(server) = self.servers.get_mut(&id) {
            let outputs = server.handle(now, Input::TransportFailed);
            self.apply_server(id, outputs);
        }
    }

    fn apply_server(&mut self, id: ServerId, outputs: Vec<Output>) {
        let server = self.servers.get_mut(&id).expect("it was just there");
        for output in outputs {
            match output {
                Output::Send(bytes) => {
                    let (to, fallback) = (server.to, server.fallback);
                    self.transmits.push_back(Transmit {
                        to,
                        fallback,
                        bytes,
                    });
                }
                Output::Deliver => unreachable!("an ACK is handed over by who received it"),
                Output::Failed(why) => {
                    self.events.push_back(Event::ResponseFailed {
                        transaction: id,
                        why,
                    });
                }
            }
        }
        let old = server.deadline;
        let new = server.next_deadline();
        server.deadline = new;
        if server.is_terminated() {
            self.forget_server(id);
        }
        self.set_timer(Timer::Server(id), old, new);
    }

    fn forget_server(&mut self, id: ServerId) {
        let server = self.servers.remove(&id).expect("it was just there");
        self.server_keys.remove(&server.key);
        if let Some(key) = &server.merge {
            self.merges.remove(key);
        }
        if let Some(key) = &server.ack {
            self.acks.remove(key);
        }
    }
}

fn ack_key(headers: &Headers) -> Result<AckKey, Fault> {
    let (from, to) = (headers.from()?, headers.to()?);
    let tag = |tag: Option<&str>| tag.unwrap_or_default().to_owned();
    let number = headers.cseq()?.number;
    Ok((headers.call_id()?, tag(from.tag()), tag(to.tag()), number))
}

/// Only requests outside dialogs are merged, and a CANCEL has much in common with its
/// INVITE.
fn merge_key(request: &Request) -> Option<MergeKey> {
    let headers = &request.headers;
    let is_outside = headers.to().ok()?.tag().is_none();
    if !is_outside || request.method == Method::Cancel {
        return None;
    }
    let from_tag = headers.from().ok()?.tag()?.to_owned();
    let cseq = headers.cseq().ok()?;
    Some((from_tag, headers.call_id().ok()?, cseq.number, cseq.method))
}
