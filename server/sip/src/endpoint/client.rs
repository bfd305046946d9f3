//! Requests of ours.

use super::{ClientId, Endpoint, Event, Timer, Transmit};
use crate::fault::Fault;
use crate::header::names;
use crate::method::Method;
use crate::time::Time;
use crate::transaction::{ClientKey, Failure, Input, InviteClient, OtherClient, Output};
use crate::transport::Target;
use crate::wire::{Request, Response};

enum Machine {
    Invite(Box<InviteClient>),
    Other(Box<OtherClient>),
}

/// What the user wants of a CANCEL.
enum Cancel {
    Unwanted,
    /// To be sent when a provisional response has come.
    Wanted(Box<Request>),
    Sent,
}

pub(super) struct Client {
    machine: Machine,
    key: ClientKey,
    pub(super) to: Target,
    deadline: Option<Time>,
    cancel: Cancel,
    /// The ACKs for 2xx, by the tag of the peer: they are sent again when the 2xx is.
    acks: Vec<(String, Transmit)>,
    /// Whether the user has no interest in what becomes of it: our CANCELs.
    is_silent: bool,
}

impl Client {
    fn handle(&mut self, now: Time, input: Input<'_>) -> Vec<Output> {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle(now, input),
            Machine::Other(machine) => machine.handle(now, input),
        }
    }

    fn next_deadline(&self) -> Option<Time> {
        match &self.machine {
            Machine::Invite(machine) => machine.next_deadline(),
            Machine::Other(machine) => machine.next_deadline(),
        }
    }

    fn is_terminated(&self) -> bool {
        match &self.machine {
            Machine::Invite(machine) => machine.is_terminated(),
            Machine::Other(machine) => machine.is_terminated(),
        }
    }

    /// The ACK that this 2xx has had before.
    fn ack_of(&self, response: &Response) -> Option<&Transmit> {
        let to = response.headers.to().ok()?;
        let tag = to.tag().unwrap_or_default();
        self.acks
            .iter()
            .find(|(known, _)| known == tag)
            .map(|(_, ack)| ack)
    }
}

impl Endpoint {
    /// Sends a request and repeats it until an answer comes. Adds the hop, and the
    /// product where one is set. Not for ACK ([`Endpoint::send_ack`]) nor CANCEL
    /// ([`Endpoint::cancel`]).
    ///
    /// # Errors
    /// 400 where the request lacks a header that every request has.
    pub fn send_request(
        &mut self,
        now: Time,
        to: Target,
        mut request: Request,
    ) -> Result<ClientId, Fault> {
        request.headers.cseq()?;
        request.headers.call_id()?;
        request.headers.from()?;
        request.headers.to()?;
        let hop = self.hop(to);
        request.headers.push_front(names::VIA, hop);
        if let Some(product) = &self.config.product {
            request.headers.set(names::USER_AGENT, product);
        }
        self.start_client(now, to, request, false)
    }

    fn start_client(
        &mut self,
        now: Time,
        to: Target,
        request: Request,
        is_silent: bool,
    ) -> Result<ClientId, Fault> {
        let id = ClientId(self.next_id());
        let key = ClientKey::of_request(&request)?;
        let (timers, is_reliable) = (self.config.timers, to.transport.is_reliable());
        let (machine, outputs) = match request.method {
            Method::Invite => {
                let (machine, out) = InviteClient::start(now, timers, is_reliable, request);
                (Machine::Invite(Box::new(machine)), out)
            }
            _ => {
                let (machine, out) = OtherClient::start(now, timers, is_reliable, request);
                (Machine::Other(Box::new(machine)), out)
            }
        };
        self.client_keys.insert(key.clone(), id);
        let client = Client {
            machine,
            key,
            to,
            deadline: None,
            cancel: Cancel::Unwanted,
            acks: Vec::new(),
            is_silent,
        };
        self.clients.insert(id, client);
        self.apply_client(id, outputs, None);
        Ok(id)
    }

    /// Sends the ACK for a 2xx (RFC 3261 13.2.2.4), made by [`crate::Dialog::ack`]; and
    /// again whenever that 2xx comes again.
    pub fn send_ack(&mut self, transaction: ClientId, to: Target, mut ack: Request) {
        let hop = self.hop(to);
        ack.headers.push_front(names::VIA, hop);
        let bytes = ack.to_bytes();
        let transmit = Transmit {
            to,
            fallback: None,
            bytes,
        };
        let tag = ack.headers.to().ok();
        let tag = tag
            .and_then(|to| to.tag().map(str::to_owned))
            .unwrap_or_default();
        if let Some(client) = self.clients.get_mut(&transaction) {
            client.acks.retain(|(known, _)| *known != tag);
            client.acks.push((tag, transmit.clone()));
        }
        self.transmits.push_back(transmit);
    }

    /// Gives up an INVITE (RFC 3261 9.1): the CANCEL is sent as soon as a provisional
    /// response has come, and not at all after the final one. The final response comes
    /// as for any INVITE: usually 487, but a 2xx may have overtaken the CANCEL. `also`
    /// are headers for the CANCEL, such as Reason.
    pub fn cancel(&mut self, now: Time, transaction: ClientId, also: &[(&str, String)]) {
        let Some(client) = self.clients.get_mut(&transaction) else {
            return;
        };
        let Machine::Invite(machine) = &client.machine else {
            return;
        };
        if !machine.is_pending() || !matches!(client.cancel, Cancel::Unwanted) {
            return;
        }
        let Ok(mut cancel) = machine.request().cancel() else {
            return;
        };
        for (name, value) in also {
            cancel.headers.push(name, value);
        }
        client.cancel = Cancel::Wanted(Box::new(cancel));
        self.cancel_if_wanted(now, transaction);
    }

    fn cancel_if_wanted(&mut self, now: Time, id: ClientId) {
        let Some(client) = self.clients.get_mut(&id) else {
            return;
        };
        let Machine::Invite(machine) = &mut client.machine else {
            return;
        };
        if !machine.is_proceeding() || !matches!(client.cancel, Cancel::Wanted(_)) {
            return;
        }
        let to = client.to;
        if let Cancel::Wanted(cancel) = core::mem::replace(&mut client.cancel, Cancel::Sent) {
            machine.give_up(now);
            self.apply_client(id, Vec::new(), None);
            let sent = self.start_client(now, to, *cancel, true);
            debug_assert!(sent.is_ok(), "a CANCEL has the hop of its INVITE");
        }
    }

    pub(super) fn receive_response(&mut self, now: Time, response: Response) {
        // RFC 3261 8.1.3.3: what has more than our own hop was misrouted.
        if !response.headers.vias().is_ok_and(|vias| vias.len() == 1) {
            return;
        }
        let key = ClientKey::of_response(&response).ok();
        let id = key.and_then(|key| self.client_keys.get(&key).copied());
        let Some((id, client)) = id.and_then(|id| Some((id, self.clients.get_mut(&id)?))) else {
            return;
        };
        let outputs = client.handle(now, Input::Response(&response));
        self.apply_client(id, outputs, Some(response));
        self.cancel_if_wanted(now, id);
    }

    pub(super) fn elapse_client(&mut self, now: Time, id: ClientId) {
        let client = self
            .clients
            .get_mut(&id)
            .expect("a timer has its transaction");
        let outputs = client.handle(now, Input::Elapsed);
        self.apply_client(id, outputs, None);
    }

    pub(super) fn fail_client(&mut self, now: Time, id: ClientId) {
        if let Some(client) = self.clients.get_mut(&id) {
            let outputs = client.handle(now, Input::TransportFailed);
            self.apply_client(id, outputs, None);
        }
    }

    fn apply_client(&mut self, id: ClientId, outputs: Vec<Output>, response: Option<Response>) {
        let client = self.clients.get_mut(&id).expect("it was just there");
        let mut response = response;
        for output in outputs {
            match output {
                Output::Send(bytes) => {
                    let (to, fallback) = (client.to, None);
                    self.transmits.push_back(Transmit {
                        to,
                        fallback,
                        bytes,
                    });
                }
                Output::Deliver => {
                    let response = response.take().expect("a response came in");
                    if let Some(ack) = client.ack_of(&response) {
                        self.transmits.push_back(ack.clone());
                    } else if !client.is_silent {
                        self.events.push_back(Event::Response {
                            transaction: id,
                            response,
                        });
                    }
                }
                Output::Failed(why) if !client.is_silent => {
                    self.events.push_back(Event::RequestFailed {
                        transaction: id,
                        why,
                    });
                }
                Output::Failed(Failure::Timeout | Failure::Transport) => {}
            }
        }
        let old = client.deadline;
        let new = client.next_deadline();
        client.deadline = new;
        if client.is_terminated() {
            let client = self.clients.remove(&id).expect("it was just there");
            self.client_keys.remove(&client.key);
        }
        self.set_timer(Timer::Client(id), old, new);
    }
}
