//! The four transaction machines of RFC 3261 section 17, with the Accepted states
//! that RFC 6026 adds for INVITE.
//!
//! A machine is told what happened and when, and says what to do. The names of
//! states and timers are those of the RFCs.

mod clock;
mod invite_client;
mod invite_server;
mod key;
mod other_client;
mod other_server;

use core::time::Duration;

pub use invite_client::InviteClient;
pub use invite_server::InviteServer;
pub use key::{ClientKey, ServerKey};
pub use other_client::OtherClient;
pub use other_server::OtherServer;

use crate::wire::{Request, Response};

/// Base values of all timers (RFC 3261 17.1.1.1 and 17.1.2.2, table 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// The round trip that is assumed.
    pub t1: Duration,
    /// The longest interval between repetitions, except of an INVITE.
    pub t2: Duration,
    /// How long a message stays in the network.
    pub t4: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
        }
    }
}

/// Silence after which an INVITE server sends 100 by itself (RFC 3261 17.2.1).
pub const TRYING_AFTER: Duration = Duration::from_millis(200);

impl Timers {
    /// 64 T1: timers B, F, H, J, L and M.
    #[must_use]
    pub fn long(&self) -> Duration {
        self.t1 * 64
    }

    /// Timer D: at least 32 s, while the peer may still repeat its response.
    fn d(&self) -> Duration {
        self.long().max(Duration::from_secs(32))
    }
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum Input<'m> {
    /// A request came from the network that belongs to this server transaction: its
    /// repetition, or the ACK.
    Request(&'m Request),
    /// To a client: this response came from the network. To a server: its user
    /// answers with this.
    Response(&'m Response),
    /// The deadline has passed.
    Elapsed,
    /// What was sent could not be delivered.
    TransportFailed,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send these bytes to the peer.
    Send(Vec<u8>),
    /// Hand the message that came in to the user.
    Deliver,
    /// Tell the user that there will be nothing more.
    Failed(Failure),
}

/// Why a transaction failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody answered in time: as if 408 had come (RFC 3261 8.1.3.1).
    Timeout,
    /// A message could not be delivered: as if 503 had come (RFC 3261 8.1.3.1).
    Transport,
}
