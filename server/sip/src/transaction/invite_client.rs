//! INVITE client transaction: RFC 3261 17.1.1, RFC 6026 8.4 and figure 1.

use super::clock::Clock;
use super::{Failure, Input, Output, Timers};
use crate::time::Time;
use crate::wire::{Request, Response};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Calling,
    Proceeding,
    Completed,
    Accepted,
    Terminated,
}

/// Sends an INVITE until somebody answers, and the ACK for what is no 2xx.
#[derive(Clone, Debug)]
pub struct InviteClient {
    state: State,
    clock: Clock,
    timers: Timers,
    is_reliable: bool,
    request: Request,
    ack: Vec<u8>,
}

impl InviteClient {
    /// Sends the request for the first time.
    #[must_use]
    pub fn start(
        now: Time,
        timers: Timers,
        is_reliable: bool,
        request: Request,
    ) -> (Self, Vec<Output>) {
        let mut clock = Clock::default();
        if !is_reliable {
            // Timer A, which doubles without an end (17.1.1.2).
            clock.repeat_after(now, timers.t1);
        }
        // Timer B.
        clock.end_at(now + timers.long());
        let bytes = request.to_bytes();
        let state = State::Calling;
        let machine = Self {
            state,
            clock,
            timers,
            is_reliable,
            request,
            ack: Vec::new(),
        };
        (machine, vec![Output::Send(bytes)])
    }

    /// Takes what happened.
    #[must_use]
    pub fn handle(&mut self, now: Time, input: Input<'_>) -> Vec<Output> {
        match (self.state, input) {
            (_, Input::Response(response)) => self.receive(now, response),
            (_, Input::Elapsed) => self.elapse(now),
            (State::Calling | State::Completed, Input::TransportFailed) => {
                self.terminate();
                vec![Output::Failed(Failure::Transport)]
            }
            (_, Input::TransportFailed | Input::Request(_)) => Vec::new(),
        }
    }

    fn receive(&mut self, now: Time, response: &Response) -> Vec<Output> {
        let status = response.status;
        match self.state {
            State::Calling | State::Proceeding if status.is_provisional() => {
                // An INVITE that was given up stays so.
                if self.state == State::Calling {
                    self.state = State::Proceeding;
                    self.clock.only_end(None);
                }
                vec![Output::Deliver]
            }
            State::Calling | State::Proceeding if status.is_success() => {
                // RFC 6026 7.2: timer M, in which 2xx of other branches and
                // repetitions go to the user.
                self.state = State::Accepted;
                self.clock.only_end(Some(now + self.timers.long()));
                vec![Output::Deliver]
            }
            State::Calling | State::Proceeding => {
                let Ok(ack) = self.request.ack_failure(response) else {
                    return Vec::new();
                };
                self.ack = ack.to_bytes();
                self.complete(now);
                vec![Output::Send(self.ack.clone()), Output::Deliver]
            }
            // 17.1.1.2: repetitions get the ACK again and go no further.
            State::Completed if status.code() >= 300 => vec![Output::Send(self.ack.clone())],
            State::Accepted if status.is_success() => vec![Output::Deliver],
            _ => Vec::new(),
        }
    }

    fn complete(&mut self, now: Time) {
        if self.is_reliable {
            // Timer D is zero: nothing is repeated.
            return self.terminate();
        }
        self.state = State::Completed;
        self.clock.only_end(Some(now + self.timers.d()));
    }

    fn elapse(&mut self, now: Time) -> Vec<Output> {
        if self.clock.has_ended(now) {
            let is_silent = matches!(self.state, State::Completed | State::Accepted);
            self.terminate();
            return match is_silent {
                true => Vec::new(),
                false => vec![Output::Failed(Failure::Timeout)],
            };
        }
        match self.clock.repeats(now, core::time::Duration::MAX) {
            true => vec![Output::Send(self.request.to_bytes())],
            false => Vec::new(),
        }
    }

    /// RFC 3261 9.1: who has sent a CANCEL waits no longer than 64 T1 for the final
    /// response.
    pub fn give_up(&mut self, now: Time) {
        if self.state == State::Proceeding {
            self.clock.only_end(Some(now + self.timers.long()));
        }
    }

    fn terminate(&mut self) {
        self.state = State::Terminated;
        self.clock.only_end(None);
    }

    /// Whether a provisional response came and no final one.
    #[must_use]
    pub fn is_proceeding(&self) -> bool {
        self.state == State::Proceeding
    }

    /// Whether a final response is still to come.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        matches!(self.state, State::Calling | State::Proceeding)
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.state == State::Terminated
    }

    /// The request.
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// When it wants to be told of the time.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        self.clock.deadline()
    }
}
