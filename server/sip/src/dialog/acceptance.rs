//! The 2xx of an INVITE, repeated until its ACK comes.

use core::time::Duration;

use crate::time::Time;
use crate::transaction::Timers;

/// RFC 3261 13.3.1.4: the user agent that accepted an INVITE repeats its 2xx, whatever
/// the transport (some hop may lose messages), first after T1, then after twice the
/// time up to T2, until the ACK comes; for 64 T1 at most.
#[derive(Clone, Copy, Debug)]
pub struct Acceptance {
    timers: Timers,
    next: Time,
    interval: Duration,
    end: Time,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing yet.
    Nothing,
    /// Send the 2xx again.
    Send,
    /// No ACK came: the session is to be ended with a BYE.
    GiveUp,
}

impl Acceptance {
    /// Begins when the 2xx is sent first.
    #[must_use]
    pub fn start(now: Time, timers: Timers) -> Self {
        Self {
            timers,
            next: now + timers.t1,
            interval: timers.t1,
            end: now + timers.long(),
        }
    }

    /// What is due now.
    pub fn handle(&mut self, now: Time) -> Due {
        if self.end <= now {
            return Due::GiveUp;
        }
        if self.next > now {
            return Due::Nothing;
        }
        self.interval = (self.interval * 2).min(self.timers.t2);
        self.next = now + self.interval;
        Due::Send
    }

    /// When it wants to be told of the time.
    #[must_use]
    pub fn next_deadline(&self) -> Time {
        self.next.min(self.end)
    }
}
