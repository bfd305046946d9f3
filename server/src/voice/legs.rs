//! The telephones' sides of calls: we ring them, and connect them. INVITEs of ours, whoever
//! is rung.

use std::time::Duration;

use tandem_engine::{AgentId, CallId, CancelReason, Cause, Input, LegId, Number, QueueId};
use tandem_sip::endpoint::ClientId;
use tandem_sip::header::{Reason, names};
use tandem_sip::sdp::{self as description, Agreement, Codec, Local};
use tandem_sip::uri::Host;
use tandem_sip::{Dialog, Method, NameAddr, Request, Response, Status, Target, Transport, Uri};

use super::branches::Branches;
use super::exchange::{Exchange, Party, way};
use super::sdp;
use crate::media::{Music, Session, Side};

/// After the end of an INVITE no answer to it comes any more (RFC 3261 17.1.1.2: timer D
/// is at least 32 s; RFC 6026 7.2: timer M is 64 × T1).
const LINGER: Duration = Duration::from_secs(32);

/// A telephone that rings or talks. Where several devices of one extension ring, the
/// first to answer is it.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) call: CallId,
    /// Whose telephone it is.
    pub(super) agent: AgentId,
    /// Where the caller is called once this is answered, if he is.
    pub(super) customer: Option<Number>,
    pub(super) media: Session,
    /// The side of the media on which it speaks once it has answered.
    pub(super) side: Side,
    pub(super) local: Local,
    /// Who hears that it rings: the caller, where it is what his call came to, or who asks
    /// for a consultation. Nobody does of a queue's telephones and a supervisor's.
    pub(super) alerts: Option<Party>,
    /// Whether it is rung for a caller who waits in a queue and is on the line.
    offered: bool,
    /// Whether the telephone may list it as a missed call.
    shows_missed: bool,
    branches: Branches,
    pub(super) answered: Option<Answered>,
}

/// The device that answered.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) dialog: Dialog,
    pub(super) source: Target,
    /// How it answered our offer, and what was agreed on with that.
    pub(super) agreed: (description::Session, Agreement),
    pub(super) row: Option<[u8; 8]>,
    /// Whether it was connected with the caller or with who asks about him, or waits for one
    /// who is called back: supervisors are not, nor are those who were too late.
    pub(super) bridged: bool,
    /// Whether it holds the caller.
    held: bool,
}

/// An INVITE of ours.
#[derive(Debug)]
pub(super) struct Ringing {
    /// Who rings with it; `None`: nobody wants it any more.
    party: Option<Party>,
    /// Why nobody does.
    given_up: Option<CancelReason>,
    invite: Request,
    to: Target,
}

impl Leg {
    /// Whether somebody on it talks to the caller or to who asks about him, hears that he is
    /// called back, or is told where he parked him.
    pub(super) fn is_bridged(&self) -> bool {
        self.answered.as_ref().is_some_and(|device| device.bridged)
    }
}

impl Exchange {
    /// Rings the devices of an extension; for a consultation, if somebody asks for one.
    pub(super) fn ring(
        &mut self,
        leg: LegId,
        (call, customer): (CallId, Option<Number>),
        agent: AgentId,
        (queue, alert_info): (Option<QueueId>, Option<&str>),
        asking: Option<LegId>,
    ) {
        let side = asking.map_or(Side::Agent, |asking| self.beside(asking));
        let wanted = self.for_whom(call, customer);
        let wanted = wanted.filter(|(media, ..)| side != Side::Third || media.add_third().is_ok());
        let Some((media, codec, from)) = wanted else {
            return self.tell(Input::LegFailed {
                leg,
                cause: Cause::Unreachable,
            });
        };
        let serial = self.next_serial();
        let local = sdp::local(&media, side, codec, serial);
        let body = description::offer(&local).to_bytes();
        let config = queue.and_then(|queue| self.queue_config(queue));
        let alert_info = alert_info.map(alert_info_of);
        let shows_missed = config.is_none_or(|config| config.show_missed_calls);
        let dressed = |mut invite: Request| {
            if let Some(alert_info) = &alert_info {
                invite.headers.push(names::ALERT_INFO, alert_info.clone());
            }
            invite.set_body("application/sdp", body.clone());
            invite
        };
        let Some(branches) = self.ring_devices(agent, Party::Leg(leg), &from, dressed) else {
            return self.tell(Input::LegFailed {
                leg,
                cause: Cause::Unreachable,
            });
        };
        let entry = Leg {
            call,
            agent,
            customer,
            media,
            side,
            local,
            alerts: match asking {
                Some(asking) => Some(Party::Leg(asking)),
                None => queue.is_none().then_some(Party::Caller(call)),
            },
            offered: queue.is_some() && customer.is_none(),
            shows_missed,
            branches,
            answered: None,
        };
        self.legs.insert(leg, entry);
    }

    /// Invites all devices of an extension, if it has any, with what is made of an INVITE
    /// that only says from whom it comes.
    pub(super) fn ring_devices(
        &mut self,
        agent: AgentId,
        party: Party,
        from: &NameAddr,
        made: impl Fn(Request) -> Request,
    ) -> Option<Branches> {
        let number = self.directory.agents.get(&agent)?.number;
        let devices = self.registrations.devices(number);
        let sent = devices.into_iter().filter_map(|(contact, to)| {
            let invite = self.invitation(contact, from.clone(), to.transport);
            self.send_invite(party, made(invite), to)
        });
        Branches::of(sent.collect())
    }

    /// The media of a call, what is spoken there, and who calls. A caller who is to be
    /// called back has left his: all telephones that ring for him share another one. `None`
    /// where there is nobody to be rung for, which the engine hears in a moment.
    fn for_whom(
        &self,
        call: CallId,
        customer: Option<Number>,
    ) -> Option<(Session, Option<Codec>, NameAddr)> {
        if let Some(caller) = self.callers.get(&call) {
            let from = self.calling_party(caller.number.to_string(), caller.name.clone());
            return Some((caller.media.clone(), caller.codec(), from));
        }
        let from = self.calling_party(customer?.to_string(), None);
        let shared = self.legs.values().find(|leg| leg.call == call);
        let media = match shared {
            Some(leg) => leg.media.clone(),
            None => self.media.open(self.media_events.clone()).ok()?,
        };
        Some((media, None, from))
    }

    /// Sends an INVITE of ours, whose answer is this party's.
    pub(super) fn send_invite(
        &mut self,
        party: Party,
        invite: Request,
        to: Target,
    ) -> Option<ClientId> {
        let now = self.now();
        let sent = self.endpoint.send_request(now, to, invite.clone());
        let transaction = sent.ok()?;
        let ringing = Ringing {
            party: Some(party),
            given_up: None,
            invite,
            to,
        };
        self.ringing.insert(transaction, ringing);
        Some(transaction)
    }

    /// An INVITE of ours, without what it offers.
    pub(super) fn invitation(
        &mut self,
        contact: Uri,
        from: NameAddr,
        transport: Transport,
    ) -> Request {
        let to = NameAddr::new(contact.clone());
        let mut invite = (self.endpoint).request(Method::Invite, contact, from, to);
        let us = self.contact(transport);
        invite.headers.push(names::CONTACT, us);
        let allow = tandem_sip::uas::allow(&super::exchange::ABILITIES);
        invite.headers.push(names::ALLOW, allow);
        invite
    }

    /// Who calls, as telephones show it.
    pub(super) fn calling_party(&self, number: String, name: Option<String>) -> NameAddr {
        let user = if number.is_empty() {
            "anonymous"
        } else {
            &number
        };
        let host = Host::Ip(self.net.local().ip());
        NameAddr {
            display: name,
            ..NameAddr::new(Uri::sip(Some(user), host, None))
        }
    }

    /// An INVITE of ours, its target, and who rings with it.
    pub(super) fn rung(&self, transaction: ClientId) -> Option<(&Request, Target, Party)> {
        let ringing = self.ringing.get(&transaction)?;
        Some((&ringing.invite, ringing.to, ringing.party?))
    }

    /// Whoever is rung said something.
    pub(super) fn ring_answered(&mut self, transaction: ClientId, response: &Response) {
        let Some(ringing) = self.ringing.get(&transaction) else {
            return;
        };
        let (party, to) = (ringing.party, ringing.to);
        if response.status.is_success() {
            let dialog = Dialog::uac(&ringing.invite, response);
            let number = ringing.invite.headers.cseq().map_or(1, |cseq| cseq.number);
            // An answer without a contact can not even be acknowledged.
            match dialog {
                Ok(dialog) => self.picked_up(transaction, party, dialog, number, to, response),
                Err(_) => self.branch_failed(transaction, Cause::Unreachable),
            }
        } else if response.status.is_provisional() {
            self.rings(party, response.status);
        } else if !self.signs_in(transaction, response) {
            self.branch_failed(transaction, cause_of(response.status));
        }
    }

    /// Who is to hear that a telephone rings hears it once it does.
    fn rings(&mut self, party: Option<Party>, status: Status) {
        let leg = match party {
            Some(Party::Leg(leg)) if status != Status::TRYING => self.legs.get(&leg),
            Some(_) | None => None,
        };
        match leg.and_then(|leg| leg.alerts) {
            Some(Party::Caller(call)) => self.alert_caller(call),
            Some(Party::Leg(asking)) => self.alert_asking(asking),
            None => {}
        }
    }

    /// A leg that rings is a supervisor's: its caller hears whom or what he heard.
    pub(super) fn rings_unheard(&mut self, id: LegId) {
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.alerts = None;
        }
    }

    fn picked_up(
        &mut self,
        transaction: ClientId,
        party: Option<Party>,
        dialog: Dialog,
        number: u32,
        to: Target,
        response: &Response,
    ) {
        let hop = way(dialog.next_hop(), to);
        self.endpoint.send_ack(transaction, hop, dialog.ack(number));
        let wanted = party.and_then(|party| Some((party, self.offered_to(party)?)));
        let Some((party, local)) = wanted else {
            // Nobody wants this one any more, or another device was first.
            self.linger(transaction);
            let ringing = self.ringing.get(&transaction);
            let why = ringing.and_then(|ringing| ringing.given_up);
            return self.bye_with(dialog, to, &why.map_or(Vec::new(), told));
        };
        let described = description::Session::parse(&response.body).ok();
        let agreed = described.and_then(|it| Some((description::agree(local, &it).ok()?, it)));
        let Some((agreement, described)) = agreed else {
            self.bye(dialog, to);
            return self.branch_failed(transaction, Cause::Unreachable);
        };
        if let Some(ringing) = self.ringing.get_mut(&transaction) {
            ringing.party = None;
        }
        self.linger(transaction);
        self.parties.insert(dialog.id().clone(), party);
        let agreed = (described, agreement);
        match party {
            Party::Caller(call) => self.customer_picks_up(call, transaction, dialog, to, agreed),
            Party::Leg(leg) => self.device_picks_up(leg, transaction, dialog, to, agreed),
        }
    }

    /// What we offered to who is still rung.
    fn offered_to(&self, party: Party) -> Option<&Local> {
        match party {
            Party::Caller(call) => self.customers.get(&call).map(|customer| &customer.local),
            Party::Leg(leg) => {
                let leg = self.legs.get(&leg).filter(|leg| leg.answered.is_none());
                leg.map(|leg| &leg.local)
            }
        }
    }

    /// The first device of an extension answers: its others ring no more.
    fn device_picks_up(
        &mut self,
        id: LegId,
        transaction: ClientId,
        dialog: Dialog,
        source: Target,
        agreed: (description::Session, Agreement),
    ) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        leg.answered = Some(Answered {
            dialog,
            source,
            agreed,
            row: None,
            bridged: false,
            held: false,
        });
        let others = leg.branches.answers(transaction);
        self.give_up_branches(others, CancelReason::CompletedElsewhere);
        self.tell(Input::LegAnswered { leg: id });
    }

    /// No answer will come to an INVITE of ours.
    pub(super) fn ring_lost(&mut self, transaction: ClientId) {
        self.branch_failed(transaction, Cause::Unreachable);
    }

    /// Whoever is rung does not take the call.
    fn branch_failed(&mut self, transaction: ClientId, cause: Cause) {
        let ringing = self.ringing.remove(&transaction);
        match ringing.and_then(|ringing| ringing.party) {
            Some(Party::Caller(call)) => self.customer_fails(call, transaction, cause),
            Some(Party::Leg(leg)) => self.device_fails(leg, transaction, cause),
            None => {}
        }
    }

    /// A device does not take the call; the leg fails with the last of them.
    fn device_fails(&mut self, id: LegId, transaction: ClientId, cause: Cause) {
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let failed = leg.branches.fails(transaction, cause);
        if let Some(cause) = failed.filter(|_| leg.answered.is_none()) {
            self.legs.remove(&id);
            self.tell(Input::LegFailed { leg: id, cause });
        }
    }

    pub(super) fn give_up_branch(&mut self, transaction: ClientId, why: CancelReason) {
        if let Some(ringing) = self.ringing.get_mut(&transaction) {
            (ringing.party, ringing.given_up) = (None, Some(why));
        }
        let now = self.now();
        self.endpoint.cancel(now, transaction, &told(why));
        self.linger(transaction);
    }

    fn linger(&mut self, transaction: ClientId) {
        let until = self.now() + LINGER;
        self.lingering.push_back((until, transaction));
    }

    /// The engine takes a ring back.
    pub(super) fn cancel_ring(&mut self, id: LegId, why: CancelReason) {
        self.left_early.remove(&id);
        let Some(leg) = self.legs.get_mut(&id) else {
            return;
        };
        let why = match leg.shows_missed {
            true => why,
            false => CancelReason::CompletedElsewhere,
        };
        let branches = leg.branches.end();
        self.give_up_branches(branches, why);
        // It answered in the same moment.
        if let Some(Answered { dialog, source, .. }) = self.forget_leg(id) {
            self.bye_with(dialog, source, &told(why));
        }
    }

    /// Tells who was just connected something before they hear each other: the agent alone,
    /// while the caller hears music, and then both.
    pub(super) fn brief(&mut self, queue: QueueId, id: LegId, agent: &[String], both: &[String]) {
        let leg = self.legs.get(&id).filter(|leg| leg.is_bridged());
        let Some((media, side)) = leg.map(|leg| (leg.media.clone(), leg.side)) else {
            return;
        };
        let (alone, both) = (self.parts_of(agent), self.parts_of(both));
        let music = self.music_of(Some(queue));
        let meanwhile = alone.iter().map(|&(_, length)| (Some(&music), length));
        let hears = [
            (
                side,
                Music::row(alone.iter().chain(&both).copied()),
                Side::Caller,
            ),
            (
                Side::Caller,
                Music::row(meanwhile.chain(both.iter().copied())),
                side,
            ),
        ];
        for (side, text, then) in hears {
            if let Some(text) = text {
                media.brief(side, &text, then);
            }
        }
    }

    /// Connects a caller with a telephone that answered.
    pub(super) fn bridge(&mut self, call: CallId, id: LegId) {
        let connected = self.legs.get(&id).filter(|leg| leg.is_bridged());
        if let Some(leg) = connected {
            // Back from hold, or behind a consultation.
            leg.media.connect(Side::Caller, leg.side);
            let holds = leg.answered.as_ref().is_some_and(|device| device.held);
            if let Some(caller) = self.callers.get_mut(&call) {
                caller.listens = false;
            }
            if holds {
                // What it holds is from now on the caller.
                self.tell(Input::LegHeld { leg: id });
            }
            return;
        }
        if self.left_early.remove(&id) {
            return self.tell(Input::BridgeFailed { call });
        }
        self.let_told_of(call);
        let answered = self.answer_caller(call);
        if let Some(caller) = self.callers.get_mut(&call) {
            caller.listens = false;
        }
        // Where either end is gone already, the engine has been told; who is left hears it
        // from the engine.
        if answered && let Some(media) = self.take_up(id) {
            media.connect(Side::Caller, self.side_of(Party::Leg(id)));
        }
    }

    /// Lets the telephone that answered speak into the media of its call; what it hears is
    /// said next.
    pub(super) fn take_up(&mut self, id: LegId) -> Option<Session> {
        let leg = self.legs.get_mut(&id)?;
        let device = leg.answered.as_mut()?;
        let hop = way(device.dialog.next_hop(), device.source);
        device.row = self.outlived.keep(&device.dialog, hop);
        device.bridged = true;
        let remote = sdp::remote_of_answer(&device.agreed.1);
        leg.media.set_remote(leg.side, remote);
        Some(leg.media.clone())
    }

    /// A telephone has hung up. Of one that a queue rang and that could not be connected yet, it
    /// is not known whether it gets the caller: if so, he is left to the others.
    pub(super) fn leg_hung_up(&mut self, id: LegId) {
        let offered = self.legs.get(&id).is_some_and(|leg| leg.offered);
        match self.forget_leg(id) {
            Some(device) if offered && !device.bridged => {
                self.left_early.insert(id);
            }
            _ => self.tell(Input::LegEnded { leg: id }),
        }
    }

    pub(super) fn hang_up_leg(&mut self, id: LegId) {
        self.left_early.remove(&id);
        if let Some(Answered { dialog, source, .. }) = self.forget_leg(id) {
            self.bye(dialog, source);
        }
    }

    /// The telephone's side is over; nothing is sent.
    pub(super) fn forget_leg(&mut self, id: LegId) -> Option<Answered> {
        let leg = self.legs.remove(&id)?;
        let answered = leg.answered?;
        if answered.bridged {
            leg.media.mute(leg.side);
        }
        self.parties.remove(answered.dialog.id());
        self.outlived.drop(answered.row);
        Some(answered)
    }

    /// A telephone says whether it holds the caller: the engine hears of a change.
    pub(super) fn leg_holds(&mut self, id: LegId, held: bool) {
        let leg = self.legs.get_mut(&id).and_then(|leg| leg.answered.as_mut());
        let Some(device) = leg.filter(|device| device.held != held) else {
            return;
        };
        device.held = held;
        self.tell(match held {
            true => Input::LegHeld { leg: id },
            false => Input::LegResumed { leg: id },
        });
    }

    /// Our end of a telephone's session, as that of a caller.
    pub(super) fn end_of_leg(&mut self, id: LegId) -> Option<(&mut Local, Session, Transport)> {
        let leg = self.legs.get_mut(&id)?;
        let transport = leg.answered.as_ref()?.source.transport;
        Some((&mut leg.local, leg.media.clone(), transport))
    }
}

/// The header field by which a telephone chooses a melody (RFC 3261 20.4). A word alone
/// is a parameter behind an address that means nothing, as telephones expect it.
fn alert_info_of(text: &str) -> String {
    match text.starts_with('<') {
        true => text.to_owned(),
        false => format!("<http://127.0.0.1>;info={text}"),
    }
}

/// What a device is told whose call is taken back, in the CANCEL or, if it answered
/// meanwhile, in the BYE. RFC 3326: who is told so shows no missed call.
fn told(why: CancelReason) -> Vec<(&'static str, String)> {
    match why {
        CancelReason::CompletedElsewhere => {
            let reason = Reason::new("SIP", 200, "Call completed elsewhere");
            vec![(names::REASON, reason.to_string())]
        }
        CancelReason::TimedOut | CancelReason::Withdrawn => Vec::new(),
    }
}

/// What a device's refusal means (RFC 3261 21.3 to 21.6).
fn cause_of(status: Status) -> Cause {
    match status.code() {
        486 | 600 => Cause::Busy,
        403 | 603 | 607 | 608 => Cause::Rejected,
        408 | 480 | 487 => Cause::NoAnswer,
        // It wants to be elsewhere, which is for the engine to decide: it does not take
        // the call.
        300..=399 => Cause::Rejected,
        _ => Cause::Unreachable,
    }
}
