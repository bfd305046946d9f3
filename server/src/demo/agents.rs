//! The agents' telephones: they register, ring, are picked up, and hang up when
//! the caller does.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;

use tandem_engine::{LegId, Number};
use tandem_sim::people::CallerId;
use tandem_sip::dialog::DialogId;
use tandem_sip::digest::Login;
use tandem_sip::endpoint::{ClientId, Event, ServerId};
use tandem_sip::header::{CSeq, names};
use tandem_sip::sdp;
use tandem_sip::{Dialog, Endpoint, Method, Request, Response, Status, Target, Time, Transport};

use super::callers::{address, endpoint, local, random};
use crate::media::Music;
use crate::media::phone::{Phone, Phones};
use crate::voice::sdp::remote_of_offer;

/// What agents say.
pub(super) const AGENT_HZ: u16 = 3_000;
/// How long a registration is to last, and when it is renewed, in seconds.
const EXPIRES_S: u32 = 3_600;
const RENEWED_AFTER_S: u64 = 1_800;

/// All agents' telephones, behind one address.
pub(super) struct Agents {
    pub(super) endpoint: Endpoint,
    here: SocketAddr,
    server: SocketAddr,
    telephones: BTreeMap<Number, Telephone>,
    registering: BTreeMap<ClientId, (Number, Request)>,
    /// When telephones register again.
    renewals: BTreeSet<(Time, Number)>,
    ringing: BTreeMap<LegId, Ringing>,
    by_invite: BTreeMap<ServerId, LegId>,
    talks: BTreeMap<LegId, Talk>,
    by_dialog: BTreeMap<DialogId, LegId>,
    rings: u32,
    /// Registrations that the server refused.
    pub(super) refused: usize,
}

/// A telephone that registers.
struct Telephone {
    login: Login,
    /// Whether it is to be reachable.
    up: bool,
    /// The last REGISTER.
    last: Option<Request>,
}

struct Ringing {
    number: Number,
    caller: CallerId,
    invite: Request,
    transaction: ServerId,
}

struct Talk {
    caller: CallerId,
    phone: Phone,
    dialog: Dialog,
}

/// What a telephone notices.
pub(super) enum Noticed {
    /// It rings: on which leg, whose telephone, and who calls.
    Rings(LegId, Number, CallerId),
    /// It is connected with a caller.
    Connected(CallerId),
}

impl Agents {
    pub(super) fn new(here: SocketAddr, server: SocketAddr) -> Self {
        Self {
            endpoint: endpoint(here),
            here,
            server,
            telephones: BTreeMap::new(),
            registering: BTreeMap::new(),
            renewals: BTreeSet::new(),
            ringing: BTreeMap::new(),
            by_invite: BTreeMap::new(),
            talks: BTreeMap::new(),
            by_dialog: BTreeMap::new(),
            rings: 0,
            refused: 0,
        }
    }

    /// The password of an extension.
    pub(super) fn know_password(&mut self, number: Number, password: String) {
        let login = Login {
            username: number.to_string(),
            password,
        };
        let telephone = Telephone {
            login,
            up: false,
            last: None,
        };
        self.telephones.insert(number, telephone);
    }

    /// How many registrations have not been answered yet.
    pub(super) fn registering(&self) -> usize {
        self.registering.len()
    }

    /// A telephone goes on or off: it registers, or takes its registration back.
    pub(super) fn switch(&mut self, now: Time, number: Number, up: bool) {
        if let Some(telephone) = self.telephones.get_mut(&number) {
            telephone.up = up;
            self.register(now, number);
        }
    }

    fn register(&mut self, now: Time, number: Number) {
        let server = address("tandem", self.server);
        let own = address(&number.to_string(), self.server);
        let mut contact = address(&number.to_string(), self.here);
        let Some(telephone) = self.telephones.get_mut(&number) else {
            return;
        };
        let expires = if telephone.up { EXPIRES_S } else { 0 };
        contact.params.set("expires", Some(&expires.to_string()));
        let mut request = match telephone.last.take() {
            // RFC 3261 10.2: the same Call-ID each time, and a higher number.
            Some(mut last) => {
                let number = last.headers.cseq().map_or(1, |cseq| cseq.number);
                let next = CSeq::new(number + 1, Method::Register);
                last.headers.set(names::CSEQ, next);
                last.headers.remove(names::AUTHORIZATION);
                last
            }
            None => self
                .endpoint
                .request(Method::Register, server.uri, own.clone(), own),
        };
        request.headers.set(names::CONTACT, contact);
        self.send_register(now, number, request);
    }

    fn send_register(&mut self, now: Time, number: Number, request: Request) {
        let target = Target::new(Transport::Udp, self.server);
        let sent = self.endpoint.send_request(now, target, request.clone());
        let transaction = sent.expect("a whole request was made");
        if let Some(telephone) = self.telephones.get_mut(&number) {
            telephone.last = Some(request.clone());
        }
        self.registering.insert(transaction, (number, request));
    }

    fn registered(&mut self, now: Time, transaction: ClientId, response: Option<&Response>) {
        let known = self.registering.remove(&transaction);
        let Some((number, request)) = known else {
            return;
        };
        let again = response.and_then(|response| {
            let login = &self.telephones.get(&number)?.login;
            login.retry(&request, response, &mut random)
        });
        match (again, response) {
            (Some(again), _) => self.send_register(now, number, again),
            (None, Some(response)) if response.status.is_success() => {
                let due = now + std::time::Duration::from_secs(RENEWED_AFTER_S);
                self.renewals.retain(|(_, of)| *of != number);
                if self.telephones.get(&number).is_some_and(|it| it.up) {
                    self.renewals.insert((due, number));
                }
            }
            (None, response) if response.is_none_or(|it| it.status.is_final()) => {
                self.refused += 1;
            }
            // Something provisional.
            (None, _) => {
                self.registering.insert(transaction, (number, request));
            }
        }
    }

    /// When something is due.
    pub(super) fn next_deadline(&self) -> Option<Time> {
        let renewal = self.renewals.first().map(|(at, _)| *at);
        [renewal, self.endpoint.next_deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Does what is due.
    pub(super) fn elapse(&mut self, now: Time) {
        self.endpoint.handle_timeout(now);
        while let Some(&(at, number)) = self.renewals.first() {
            if at > now {
                break;
            }
            self.renewals.pop_first();
            self.register(now, number);
        }
    }

    /// Takes what the endpoint tells.
    pub(super) fn take(&mut self, now: Time, event: Event) -> Option<Noticed> {
        match event {
            Event::Ack { transaction, .. } => {
                let leg = self.by_invite.remove(&transaction)?;
                self.talks
                    .get(&leg)
                    .map(|talk| Noticed::Connected(talk.caller))
            }
            Event::Cancelled { transaction, .. } => {
                let leg = self.by_invite.remove(&transaction)?;
                self.ringing.remove(&leg);
                None
            }
            Event::Request {
                transaction,
                request,
                ..
            } => self.request(now, transaction, request),
            Event::RequestFailed { transaction, .. } => {
                self.registered(now, transaction, None);
                None
            }
            Event::Response {
                transaction,
                response,
            } => {
                self.registered(now, transaction, Some(&response));
                None
            }
            Event::ResponseFailed { transaction, .. } => {
                // No ACK came: the server is gone.
                let leg = self.by_invite.remove(&transaction)?;
                self.end(leg);
                None
            }
        }
    }

    fn request(&mut self, now: Time, transaction: ServerId, request: Request) -> Option<Noticed> {
        let dialog = DialogId::of_request(&request).ok().flatten();
        if let Some(leg) = dialog.and_then(|dialog| self.by_dialog.get(&dialog).copied()) {
            // The server makes no other requests within a dialog than BYE.
            self.answer(now, transaction, Status::OK);
            self.end(leg);
            return None;
        }
        if request.method != Method::Invite {
            self.answer(now, transaction, Status::NO_SUCH_CALL);
            return None;
        }
        let user = request.uri.user().and_then(|user| user.parse().ok());
        let number = user.filter(|number| self.telephones.get(number).is_some_and(|it| it.up));
        let from = request.headers.from().ok();
        let from = from.and_then(|from| from.uri.user()?.parse().ok());
        let caller = from.and_then(CallerId::from_number);
        let (Some(number), Some(caller)) = (number, caller) else {
            self.answer(now, transaction, Status::TEMPORARILY_UNAVAILABLE);
            return None;
        };
        self.answer(now, transaction, Status::RINGING);
        self.rings += 1;
        let leg = LegId::from_parts(self.rings, 0);
        self.by_invite.insert(transaction, leg);
        let ringing = Ringing {
            number,
            caller,
            invite: request,
            transaction,
        };
        self.ringing.insert(leg, ringing);
        Some(Noticed::Rings(leg, number, caller))
    }

    fn answer(&mut self, now: Time, transaction: ServerId, status: Status) {
        if let Some(mut response) = self.endpoint.response(transaction, status) {
            if status == Status::RINGING {
                let contact = address("agent", self.here);
                response.headers.push(names::CONTACT, contact);
            }
            self.endpoint.respond(now, transaction, response);
        }
    }

    /// An agent picks up, if it still rings.
    ///
    /// # Errors
    /// Where the system has no socket for another voice.
    pub(super) fn pick_up(&mut self, now: Time, phones: &Phones, leg: LegId) -> io::Result<()> {
        let Some(ringing) = self.ringing.remove(&leg) else {
            return Ok(());
        };
        let Ringing {
            number,
            caller,
            invite,
            transaction,
        } = ringing;
        let Some(mut response) = self.endpoint.response(transaction, Status::OK) else {
            return Ok(());
        };
        let phone = phones.open(self.here.ip())?;
        let local = local(&phone, u64::from(self.rings));
        let offered = sdp::Session::parse(&invite.body).ok();
        let agreed = offered.and_then(|offered| sdp::answer(&local, &offered).ok());
        let Some((answer, agreement)) = agreed else {
            self.by_invite.remove(&transaction);
            self.answer(now, transaction, Status::NOT_ACCEPTABLE_HERE);
            return Ok(());
        };
        let contact = address(&number.to_string(), self.here);
        response.headers.push(names::CONTACT, contact);
        response.set_body("application/sdp", answer.to_bytes());
        if let Ok(dialog) = Dialog::uas(&invite, &response)
            && self.endpoint.respond(now, transaction, response)
        {
            phone.connect(remote_of_offer(&agreement));
            phone.say(Some(Music::tone(AGENT_HZ)));
            self.by_dialog.insert(dialog.id().clone(), leg);
            let talk = Talk {
                caller,
                phone,
                dialog,
            };
            self.talks.insert(leg, talk);
        }
        Ok(())
    }

    fn end(&mut self, leg: LegId) {
        if let Some(talk) = self.talks.remove(&leg) {
            self.by_dialog.remove(talk.dialog.id());
        }
    }

    /// How much of what the agent who talks to this caller has heard last is a
    /// tone, from 0 to 1; `None`: nobody talks to him.
    pub(super) fn hears(&self, caller: CallerId, hz: u16) -> Option<f64> {
        let talk = self.talks.values().find(|talk| talk.caller == caller)?;
        Some(talk.phone.heard().share(hz))
    }
}
