//! Customers who are called back: we call them on a trunk, for an agent who has answered and
//! hears it ring. Once they answer they are callers like all others.

use std::sync::Arc;

use tandem_engine::{CallId, CancelReason, Cause, Input, LegId, Number, QueueId};
use tandem_sip::digest::Login;
use tandem_sip::endpoint::ClientId;
use tandem_sip::sdp::{self as description, Agreement, Local};
use tandem_sip::{Dialog, Response, Target};

use super::callers::Caller;
use super::exchange::{Exchange, Party, way};
use super::registrations::place_of;
use super::sdp;
use crate::media::{Session, Side};

/// A customer who is called.
#[derive(Debug)]
pub(super) struct Customer {
    /// Where he wanted to be called.
    number: Number,
    transaction: ClientId,
    media: Session,
    pub(super) local: Local,
    /// Who we are to the trunk, if it asks.
    login: Option<Login>,
}

impl Exchange {
    /// Calls a customer on a trunk for who has answered on this leg.
    pub(super) fn call_customer(
        &mut self,
        (call, leg): (CallId, LegId),
        queue: QueueId,
        trunk: &str,
        dialled: Number,
    ) {
        match self.begin_call((call, leg), queue, trunk, dialled) {
            Some(customer) => drop(self.customers.insert(call, customer)),
            // Or nobody waits for him any more, which the engine hears in a moment.
            None => self.customer_fails(call, Cause::Unreachable),
        }
    }

    fn begin_call(
        &mut self,
        (call, leg): (CallId, LegId),
        queue: QueueId,
        trunk: &str,
        dialled: Number,
    ) -> Option<Customer> {
        let directory = Arc::clone(&self.directory);
        let mut trunks = directory.config.options.trunks.iter();
        let trunk = trunks.find(|known| known.name == trunk)?;
        let outbound = trunk.outbound.as_ref()?;
        let (uri, to) = place_of(dialled, trunk.address?);
        let own = directory.queues.get(&queue).map(|entry| entry.number);
        let shown = outbound.number.or(own).unwrap_or_default();
        let login = outbound.user.as_deref();
        let login = login.and_then(|user| self.identity.login(&trunk.name, user));

        let media = self.take_up(leg)?;
        media.play(Side::Agent, self.music.ringback());
        let number = self.legs.get(&leg).and_then(|leg| leg.customer);
        let serial = self.next_serial();
        let local = sdp::local(&media, Side::Caller, None, serial);
        let from = self.calling_party(shown.to_string(), None);
        let mut invite = self.invitation(uri, from, to.transport);
        let offer = description::offer(&local).to_bytes();
        invite.set_body("application/sdp", offer);
        let transaction = self.send_invite(Party::Caller(call), invite, to)?;
        Some(Customer {
            number: number.unwrap_or(dialled),
            transaction,
            media,
            local,
            login,
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
            customer.transaction = next;
        }
        true
    }

    /// A customer answers.
    pub(super) fn customer_picks_up(
        &mut self,
        call: CallId,
        dialog: Dialog,
        source: Target,
        agreed: (description::Session, Agreement),
    ) {
        let Some(customer) = self.customers.remove(&call) else {
            return;
        };
        let media = customer.media;
        media.set_remote(Side::Caller, sdp::remote_of_answer(&agreed.1));
        self.sessions.insert(media.id(), call);
        let row = self.outlived.keep(&dialog, way(dialog.next_hop(), source));
        let caller = Caller {
            invite: None,
            number: customer.number,
            name: None,
            source,
            media,
            side: Side::Caller,
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

    /// A customer does not take the call, or can not be called.
    pub(super) fn customer_fails(&mut self, call: CallId, cause: Cause) {
        self.customers.remove(&call);
        self.tell(Input::CustomerFailed { call, cause });
    }

    /// A customer is not to be called any more.
    pub(super) fn give_up_customer(&mut self, call: CallId) {
        if let Some(customer) = self.customers.remove(&call) {
            self.give_up_branch(customer.transaction, CancelReason::Withdrawn);
        }
    }
}
