//! One who is rung at several devices at once: the first that answers has the call.

use tandem_engine::{CancelReason, Cause};
use tandem_sip::endpoint::ClientId;

use super::exchange::Exchange;

/// INVITEs of ours to all devices of one who is rung, until one of them answers.
#[derive(Debug)]
pub(super) struct Branches {
    ringing: Vec<ClientId>,
    /// The worst that a device said so far.
    cause: Cause,
}

impl Branches {
    /// Those that were sent; `None` where there are none.
    pub(super) fn of(ringing: Vec<ClientId>) -> Option<Self> {
        let cause = Cause::Unreachable;
        (!ringing.is_empty()).then_some(Self { ringing, cause })
    }

    /// One of them goes on as another one.
    pub(super) fn replace(&mut self, one: ClientId, other: ClientId) {
        for branch in self.ringing.iter_mut().filter(|it| **it == one) {
            *branch = other;
        }
    }

    /// A device does not take the call. With the last of them nobody does: why.
    pub(super) fn fails(&mut self, transaction: ClientId, cause: Cause) -> Option<Cause> {
        self.ringing.retain(|branch| *branch != transaction);
        if cause != Cause::Unreachable {
            self.cause = cause;
        }
        self.ringing.is_empty().then_some(self.cause)
    }

    /// A device answers. Returns those that are to ring no more.
    pub(super) fn answers(&mut self, transaction: ClientId) -> Vec<ClientId> {
        self.ringing.retain(|branch| *branch != transaction);
        self.end()
    }

    /// Nobody is rung any more. Returns those that were.
    pub(super) fn end(&mut self) -> Vec<ClientId> {
        std::mem::take(&mut self.ringing)
    }
}

impl Exchange {
    /// These ring no more.
    pub(super) fn give_up_branches(&mut self, branches: Vec<ClientId>, why: CancelReason) {
        for branch in branches {
            self.give_up_branch(branch, why);
        }
    }
}
