//! Client transaction of all but INVITE: RFC 3261 17.1.2, figure 6.

use super::clock::Clock;
use super::{Failure, Input, Output, Timers};
use crate::time::Time;
use crate::wire::{Request, Response};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Trying,
    Proceeding,
    Completed,
    Terminated,
}

/// Sends a request until its final response comes.
#[derive(Clone, Debug)]
pub struct OtherClient {
    state: State,
    clock: Clock,
    timers: Timers,
    is_reliable: bool,
    request: Request,
}

impl OtherClient {
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
            // Timer E.
            clock.repeat_after(now, timers.t1);
        }
        // Timer F.
        clock.end_at(now + timers.long());
        let bytes = request.to_bytes();
        let state = State::Trying;
        let machine = Self {
            state,
            clock,
            timers,
            is_reliable,
            request,
        };
        (machine, vec![Output::Send(bytes)])
    }

    /// Takes what happened.
    #[must_use]
    pub fn handle(&mut self, now: Time, input: Input<'_>) -> Vec<Output> {
        match (self.state, input) {
            (State::Trying | State::Proceeding, Input::Response(response)) => {
                self.receive(now, response);
                vec![Output::Deliver]
            }
            (_, Input::Elapsed) => self.elapse(now),
            (State::Trying | State::Proceeding, Input::TransportFailed) => {
                self.terminate();
                vec![Output::Failed(Failure::Transport)]
            }
            _ => Vec::new(),
        }
    }

    fn receive(&mut self, now: Time, response: &Response) {
        if response.status.is_provisional() {
            // 17.1.2.2: from here it repeats in intervals of T2.
            if self.state == State::Trying && !self.is_reliable {
                self.clock.repeat_after(now, self.timers.t2);
            }
            self.state = State::Proceeding;
        } else if self.is_reliable {
            // Timer K is zero: nothing is repeated.
            self.terminate();
        } else {
            self.state = State::Completed;
            self.clock.only_end(Some(now + self.timers.t4));
        }
    }

    fn elapse(&mut self, now: Time) -> Vec<Output> {
        if self.clock.has_ended(now) {
            let is_answered = self.state == State::Completed;
            self.terminate();
            return match is_answered {
                true => Vec::new(),
                false => vec![Output::Failed(Failure::Timeout)],
            };
        }
        match self.clock.repeats(now, self.timers.t2) {
            true => vec![Output::Send(self.request.to_bytes())],
            false => Vec::new(),
        }
    }

    fn terminate(&mut self) {
        self.state = State::Terminated;
        self.clock.only_end(None);
    }

    /// Whether a final response is still to come.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        matches!(self.state, State::Trying | State::Proceeding)
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
