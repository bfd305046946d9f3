//! INVITE server transaction: RFC 3261 17.2.1, RFC 6026 8.5 and figure 2.

use super::clock::Clock;
use super::{Failure, Input, Output, TRYING_AFTER, Timers};
use crate::method::Method;
use crate::status::Status;
use crate::time::Time;
use crate::wire::{Request, Response};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Proceeding,
    Completed,
    Confirmed,
    Accepted,
    Terminated,
}

/// Answers an INVITE and its repetitions, and waits for the ACK of what is no 2xx.
#[derive(Clone, Debug)]
pub struct InviteServer {
    state: State,
    clock: Clock,
    timers: Timers,
    is_reliable: bool,
    /// The 100 that is sent when the user is slow.
    trying: Vec<u8>,
    /// When to send it.
    trying_at: Option<Time>,
    /// What repetitions get.
    last: Option<Vec<u8>>,
}

impl InviteServer {
    /// Begins with a request that has just come and goes to the user.
    #[must_use]
    pub fn start(now: Time, timers: Timers, is_reliable: bool, request: &Request) -> Self {
        Self {
            state: State::Proceeding,
            clock: Clock::default(),
            timers,
            is_reliable,
            trying: Response::to(&request.headers, Status::TRYING).to_bytes(),
            // 17.2.1: a 100 must be sent unless the user answers within 200 ms.
            trying_at: Some(now + TRYING_AFTER),
            last: None,
        }
    }

    /// Takes what happened.
    #[must_use]
    pub fn handle(&mut self, now: Time, input: Input<'_>) -> Vec<Output> {
        match input {
            Input::Request(request) if request.method == Method::Ack => self.acknowledge(now),
            Input::Request(_) => self.repeat(now),
            Input::Response(response) => self.respond(now, response),
            Input::Elapsed => self.elapse(now),
            Input::TransportFailed => self.fail(),
        }
    }

    fn acknowledge(&mut self, now: Time) -> Vec<Output> {
        match self.state {
            State::Completed if self.is_reliable => self.terminate(),
            State::Completed => {
                // Timer I, in which repetitions of the ACK are absorbed.
                self.state = State::Confirmed;
                self.clock.only_end(Some(now + self.timers.t4));
            }
            // RFC 6026 7.1: the ACK of a 2xx is the user's.
            State::Accepted => return vec![Output::Deliver],
            State::Proceeding | State::Confirmed | State::Terminated => {}
        }
        Vec::new()
    }

    /// A repetition of the INVITE gets the last response. RFC 6026 7.1: in Accepted it
    /// is absorbed, as the user repeats the 2xx.
    fn repeat(&mut self, now: Time) -> Vec<Output> {
        match self.state {
            // The peer is waiting: 100 need not wait longer.
            State::Proceeding if self.last.is_none() => {
                self.trying_at = Some(now);
                self.elapse(now)
            }
            State::Proceeding | State::Completed => {
                self.last.iter().cloned().map(Output::Send).collect()
            }
            State::Confirmed | State::Accepted | State::Terminated => Vec::new(),
        }
    }

    fn respond(&mut self, now: Time, response: &Response) -> Vec<Output> {
        let status = response.status;
        let fits = match self.state {
            State::Proceeding => true,
            State::Accepted => status.is_success(),
            State::Completed | State::Confirmed | State::Terminated => false,
        };
        if !fits {
            return Vec::new();
        }
        let bytes = response.to_bytes();
        self.trying_at = None;
        self.last = Some(bytes.clone());
        if status.is_success() && self.state == State::Proceeding {
            // Timer L.
            self.state = State::Accepted;
            self.clock.only_end(Some(now + self.timers.long()));
        } else if status.is_final() && self.state == State::Proceeding {
            self.state = State::Completed;
            // Timer H, and G where messages get lost.
            self.clock.only_end(Some(now + self.timers.long()));
            if !self.is_reliable {
                self.clock.repeat_after(now, self.timers.t1);
            }
        }
        vec![Output::Send(bytes)]
    }

    fn elapse(&mut self, now: Time) -> Vec<Output> {
        if self.trying_at.is_some_and(|at| at <= now) {
            self.trying_at = None;
            self.last = Some(self.trying.clone());
            return vec![Output::Send(self.trying.clone())];
        }
        if self.clock.has_ended(now) {
            // 17.2.1: without an ACK until timer H, the user is told.
            let is_lost = self.state == State::Completed;
            self.terminate();
            return match is_lost {
                true => vec![Output::Failed(Failure::Timeout)],
                false => Vec::new(),
            };
        }
        match self.clock.repeats(now, self.timers.t2) {
            true => self.last.iter().cloned().map(Output::Send).collect(),
            false => Vec::new(),
        }
    }

    /// RFC 6026 figure 2: the user is told; only in Completed this is the end, as
    /// before the user has yet to answer, and after it still may.
    fn fail(&mut self) -> Vec<Output> {
        match self.state {
            State::Confirmed | State::Terminated => return Vec::new(),
            State::Completed => self.terminate(),
            State::Proceeding | State::Accepted => {}
        }
        vec![Output::Failed(Failure::Transport)]
    }

    fn terminate(&mut self) {
        self.state = State::Terminated;
        self.clock.only_end(None);
    }

    /// Whether the user has yet to give a final response.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.state == State::Proceeding
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.state == State::Terminated
    }

    /// When it wants to be told of the time.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        [self.clock.deadline(), self.trying_at]
            .into_iter()
            .flatten()
            .min()
    }
}
