//! Callers whom we call: customers for an agent who has answered for them, numbers outside
//! for a caller who is sent there, and who has a call placed at his own telephone. Once they
//! answer they are callers like all others.

use std::sync::Arc;

use tandem_engine::config::model::Destination;
use tandem_engine::{
    AgentId, CallId, CalledFor, CancelReason, Cause, Input, LegId, Number, QueueId,
};
use tandem_sip::digest::Login;
use tandem_sip::endpoint::ClientId;
use tandem_sip::sdp::{self as description, Agreement, Codec, Local};
use tandem_sip::{Dialog, Response, Target};

use super::branches::Branches;
use super::callers::Caller;
use super::exchange::{Exchange, Party, way};
use super::registrations::place_of;
use super::sdp;
use crate::media::{Session, Side};

/// Somebody who is called.
#[derive(Debug)]
pub(super) struct Customer {
    /// Who he is, as others are shown.
    number: Number,
    name: Option<String>,
    branches: Branches,
    media: Session,
    /// The side of the media on which he will speak.
    side: Side,
    pub(super) local: Local,
    /// Who we are to the trunk, if it asks.
    login: Option<Login>,
}

/// Where somebody outside will speak, and for whom he is called.
struct Line {
    media: Session,
    side: Side,
    codec: Option<Codec>,
    /// Who calls, unless the trunk is to show another number.
    from: (Number, Option<String>),
    /// The number under which he is known, where that is not what is dialled.
    known: Option<Number>,
}

impl Exchange {
    /// Calls somebody outside on a trunk, for who is to talk to him.
    pub(super) fn call_outside(
        &mut self,
        call: CallId,
        called_for: CalledFor,
        trunk: &str,
        dialled: Number,
    ) {
        let line = match called_for {
            CalledFor::Agent { leg, queue } => self.line_of_agent(leg, queue),
            CalledFor::Caller(caller) => self.line_of_caller(caller),
        };
        let customer = line.and_then(|line| self.dial(call, line, trunk, dialled));
        self.calls(call, customer);
    }

    /// Rings all telephones of who has a call placed; they show where it goes.
    pub(super) fn ring_caller(&mut self, call: CallId, agent: AgentId, to: &Destination) {
        let customer = self.ring_his_own(call, agent, to);
        self.calls(call, customer);
    }

    /// Somebody is called from now on; `None`: he can not be.
    fn calls(&mut self, call: CallId, customer: Option<Customer>) {
        match customer {
            Some(customer) => drop(self.customers.insert(call, customer)),
            // Or nobody waits for him any more, which the engine hears in a moment.
            None => self.tell(Input::CustomerFailed {
                call,
                cause: Cause::Unreachable,
            }),
        }
    }

    /// An agent waits for a customer on this leg, and hears it ring.
    fn line_of_agent(&mut self, leg: LegId, queue: QueueId) -> Option<Line> {
        let own = self.directory.queues.get(&queue).map(|entry| entry.number);
        let known = self.legs.get(&leg).and_then(|leg| leg.customer);
        let media = self.take_up(leg)?;
        media.play(Side::Agent, self.music.ringback());
        Some(Line {
            media,
            side: Side::Caller,
            codec: None,
            from: (own.unwrap_or_default(), None),
            known,
        })
    }

    /// A caller is to talk to who is called, who speaks where an agent of his would.
    fn line_of_caller(&self, caller: CallId) -> Option<Line> {
        let caller = self.callers.get(&caller)?;
        Some(Line {
            media: caller.media.clone(),
            side: Side::Agent,
            codec: caller.codec(),
            from: (caller.number, caller.name.clone()),
            known: None,
        })
    }

    fn dial(&mut self, call: CallId, line: Line, trunk: &str, dialled: Number) -> Option<Customer> {
        let directory = Arc::clone(&self.directory);
        let mut trunks = directory.config.options.trunks.iter();
        let trunk = trunks.find(|known| known.name == trunk)?;
        let outbound = trunk.outbound.as_ref()?;
        let (uri, to) = place_of(dialled, trunk.address?);
        let login = outbound.user.as_deref();
        let login = login.and_then(|user| self.identity.login(&trunk.name, user));

        let (number, name) = match outbound.number {
            Some(shown) => (shown, None),
            None => line.from,
        };
        let from = self.calling_party(number.to_string(), name);
        let local = sdp::local(&line.media, line.side, line.codec, self.next_serial());
        let mut invite = self.invitation(uri, from, to.transport);
        invite.set_body("application/sdp", description::offer(&local).to_bytes());
        let sent = self.send_invite(Party::Caller(call), invite, to);
        Some(Customer {
            number: line.known.unwrap_or(dialled),
            name: None,
            branches: Branches::of(sent.into_iter().collect())?,
            media: line.media,
            side: line.side,
            local,
            login,
        })
    }

    fn ring_his_own(&mut self, call: CallId, agent: AgentId, to: &Destination) -> Option<Customer> {
        let directory = Arc::clone(&self.directory);
        let (number, own_name) = self.known_as(agent)?;
        let dialled = match to {
            Destination::External { number, .. } => Some(*number),
            inside => inside.number(),
        };
        let name = dialled.and_then(|number| directory.name_of(number));
        let dialled = dialled.unwrap_or_default().to_string();
        let from = self.calling_party(dialled, name.map(str::to_owned));
        let media = self.media.open(self.media_events.clone()).ok()?;
        let local = sdp::local(&media, Side::Caller, None, self.next_serial());
        let offer = description::offer(&local).to_bytes();
        let offering = |mut invite: tandem_sip::Request| {
            invite.set_body("application/sdp", offer.clone());
            invite
        };
        Some(Customer {
            number,
            name: own_name,
            branches: self.ring_devices(agent, Party::Caller(call), &from, offering)?,
            media,
            side: Side::Caller,
            local,
            login: None,
        })
    }

    /// The trunk wants to know who calls (RFC 3261 22): tells it, where it is said how. False
    /// where this is no such question, or can not be answered.
    pub(super) fn signs_in(&mut self, transaction: ClientId, response: &Response) -> bool {
        let Some((invite, to, Party::Caller(call))) = self.rung(transaction) else {
            return false;
        };
        let login = self.customers.get(&call).and_then(|it| it.login.as_ref());
        let mut random = super::identity::random;
        let again = login.and_then(|login| login.retry(invite, response, &mut random));
        let Some(again) = again else {
            return false;
        };
        let Some(next) = self.send_invite(Party::Caller(call), again, to) else {
            return false;
        };
        self.ringing.remove(&transaction);
        if let Some(customer) = self.customers.get_mut(&call) {
            customer.branches.replace(transaction, next);
        }
        true
    }

    /// Somebody who was called answers, at one of his telephones.
    pub(super) fn customer_picks_up(
        &mut self,
        call: CallId,
        transaction: ClientId,
        dialog: Dialog,
        source: Target,
        agreed: (description::Session, Agreement),
    ) {
        let Some(mut customer) = self.customers.remove(&call) else {
            return;
        };
        let others = customer.branches.answers(transaction);
        self.give_up_branches(others, CancelReason::CompletedElsewhere);
        let Customer { media, side, .. } = customer;
        media.set_remote(side, sdp::remote_of_answer(&agreed.1));
        if side == Side::Caller {
            self.sessions.insert(media.id(), call);
        }
        let row = self.outlived.keep(&dialog, way(dialog.next_hop(), source));
        let caller = Caller {
            invite: None,
            number: customer.number,
            name: customer.name,
            source,
            media,
            side,
            local: customer.local,
            agreed: Some(agreed),
            dialog: Some(dialog),
            listens: false,
            gone: false,
            row,
        };
        self.callers.insert(call, caller);
        self.tell(Input::CustomerAnswered { call });
    }

    /// One of his telephones does not take the call; he fails with the last of them.
    pub(super) fn customer_fails(&mut self, call: CallId, transaction: ClientId, cause: Cause) {
        let customer = self.customers.get_mut(&call);
        let failed = customer.and_then(|it| it.branches.fails(transaction, cause));
        if let Some(cause) = failed {
            self.customers.remove(&call);
            self.tell(Input::CustomerFailed { call, cause });
        }
    }

    /// Somebody is not to be called any more.
    pub(super) fn give_up_customer(&mut self, call: CallId) {
        if let Some(mut customer) = self.customers.remove(&call) {
            let branches = customer.branches.end();
            self.give_up_branches(branches, CancelReason::Withdrawn);
        }
    }
}
