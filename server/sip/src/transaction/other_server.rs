//! Server transaction of all but INVITE: RFC 3261 17.2.2, figure 8.

use super::clock::Clock;
use super::{Failure, Input, Output, Timers};
use crate::time::Time;
use crate::wire::Response;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Trying,
    Proceeding,
    Completed,
    Terminated,
}

/// Answers a request and its repetitions.
#[derive(Clone, Debug)]
pub struct OtherServer {
    state: State,
    clock: Clock,
    timers: Timers,
    is_reliable: bool,
    /// What repetitions get.
    last: Option<Vec<u8>>,
}

impl OtherServer {
    /// Begins with a request that has just come and goes to the user.
    #[must_use]
    pub fn start(timers: Timers, is_reliable: bool) -> Self {
        let (state, clock) = (State::Trying, Clock::default());
        Self {
            state,
            clock,
            timers,
            is_reliable,
            last: None,
        }
    }

    /// Takes what happened.
    #[must_use]
    pub fn handle(&mut self, now: Time, input: Input<'_>) -> Vec<Output> {
        match (self.state, input) {
            (State::Trying | State::Proceeding, Input::Response(response)) => {
                self.respond(now, response)
            }
            // In Trying there is nothing yet that a repetition could get.
            (State::Trying | State::Proceeding | State::Completed, Input::Request(_)) => {
                self.last.iter().cloned().map(Output::Send).collect()
            }
            (_, Input::Elapsed) if self.clock.has_ended(now) => {
                self.terminate();
                Vec::new()
            }
            (State::Proceeding | State::Completed, Input::TransportFailed) => {
                self.terminate();
                vec![Output::Failed(Failure::Transport)]
            }
            _ => Vec::new(),
        }
    }

    fn respond(&mut self, now: Time, response: &Response) -> Vec<Output> {
        let bytes = response.to_bytes();
        self.last = Some(bytes.clone());
        if response.status.is_provisional() {
            self.state = State::Proceeding;
        } else if self.is_reliable {
            // Timer J is zero: nothing is repeated.
            self.terminate();
        } else {
            self.state = State::Completed;
            self.clock.only_end(Some(now + self.timers.long()));
        }
        vec![Output::Send(bytes)]
    }

    fn terminate(&mut self) {
        self.state = State::Terminated;
        self.clock.only_end(None);
    }

    /// Whether the user has yet to give a final response.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        matches!(self.state, State::Trying | State::Proceeding)
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.state == State::Terminated
    }

    /// When it wants to be told of the time.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        self.clock.deadline()
    }
}
