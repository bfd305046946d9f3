//! What has arrived and was not applied yet.
//!
//! One queue in the order of arrival, as time must not run backwards, with a
//! bound for each class of input. Arrivals of calls and what the API asks are
//! shed; what a port reports of a call that exists is not.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tandem_engine::{Input, Timestamp};
use tokio::sync::oneshot;

use super::clock::Timeline;
use super::handle::{Applied, AskError, Busy, Load};

/// Calls that may wait to be taken in. At a hundred thousand entries a second
/// they have waited for some forty milliseconds; one more is told to come back.
pub const ARRIVALS_QUEUED_MAX: usize = 4_096;
/// Requests of the API that may wait to be taken in.
pub const ASKS_QUEUED_MAX: usize = 1_024;
/// Reports of ports that may wait. They are never shed: each ends something
/// that the engine waits for. As ports report on calls that were let in, and
/// those are bounded, so many wait only where the driver has come to a stop;
/// then it is stopped for good.
pub const REPORTS_QUEUED_MAX: usize = 1_000_000;

/// Where the answer to a request of the API goes.
pub(crate) type Reply = oneshot::Sender<Result<Applied, AskError>>;

/// Something that arrived.
#[derive(Debug)]
pub(crate) struct Item {
    /// When.
    pub(crate) at: Timestamp,
    pub(crate) input: Input,
    pub(crate) reply: Option<Reply>,
}

/// What the driver finds when it looks.
#[derive(Debug)]
pub(crate) struct Found {
    /// The time, which is not before that of any item.
    pub(crate) now: Timestamp,
    /// Whether somebody wants the driver to stop.
    pub(crate) stop: bool,
    /// Whether a class that is never shed is over its bound.
    pub(crate) overrun: bool,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Item>,
    load: Load,
    stop: bool,
    closed: bool,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Inbox {
    timeline: Timeline,
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Clone, Copy)]
enum Class {
    Arrival,
    Ask,
    Report,
}

impl Class {
    fn of(input: &Input, asked: bool) -> Self {
        match input {
            _ if asked => Self::Ask,
            Input::CallArrived { .. } => Self::Arrival,
            _ => Self::Report,
        }
    }

    /// How many of the class wait, and how many may.
    fn count(self, load: &mut Load) -> (&mut usize, usize) {
        match self {
            Self::Arrival => (&mut load.arrivals, ARRIVALS_QUEUED_MAX),
            Self::Ask => (&mut load.asks, ASKS_QUEUED_MAX),
            Self::Report => (&mut load.reports, REPORTS_QUEUED_MAX),
        }
    }
}

impl Inbox {
    pub(crate) fn new(timeline: Timeline) -> Self {
        Self {
            timeline,
            state: Mutex::default(),
            arrived: Condvar::new(),
        }
    }

    /// The clock that stamps what arrives.
    pub(crate) const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can leave the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes something in and stamps it, unless too much of its class waits.
    pub(crate) fn put(&self, input: Input, reply: Option<Reply>) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.closed || state.stop {
            return Err(Refused::Closed);
        }
        let class = Class::of(&input, reply.is_some());
        let (waiting, max) = class.count(&mut state.load);
        let full = *waiting >= max;
        match class {
            Class::Arrival if full => {
                state.load.arrivals_shed += 1;
                return Err(Refused::Busy(Busy));
            }
            Class::Ask if full => {
                state.load.asks_shed += 1;
                return Err(Refused::Busy(Busy));
            }
            _ => *waiting += 1,
        }
        // Stamped under the lock, so that the queue is in the order of time.
        let at = self.timeline.now();
        state.items.push_back(Item { at, input, reply });
        drop(state);
        self.arrived.notify_one();
        Ok(())
    }

    /// Waits until something is there, somebody wants a stop, or `wait` is
    /// over; moves at most `room` items to `into`.
    pub(crate) fn take(&self, wait: Duration, room: usize, into: &mut VecDeque<Item>) -> Found {
        let mut state = self.lock();
        if !wait.is_zero() {
            let idle = |state: &mut State| state.items.is_empty() && !state.stop;
            let waited = self.arrived.wait_timeout_while(state, wait, idle);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let overrun = state.load.reports > REPORTS_QUEUED_MAX;
        let now = self.timeline.now();
        for _ in 0..room {
            let Some(item) = state.items.pop_front() else {
                break;
            };
            let class = Class::of(&item.input, item.reply.is_some());
            *class.count(&mut state.load).0 -= 1;
            into.push_back(item);
        }
        let now = into.back().map_or(now, |last| last.at.max(now));
        Found {
            now,
            stop: state.stop && state.items.is_empty(),
            overrun,
        }
    }

    /// Has the driver stop once everything that is there has been done.
    pub(crate) fn stop(&self) {
        self.lock().stop = true;
        self.arrived.notify_one();
    }

    /// Lets nothing in any more; who waits for an answer is told.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        // Dropping the ends that answer tells those who wait.
        state.items.clear();
    }

    pub(crate) fn load(&self) -> Load {
        self.lock().load
    }
}

/// Why nothing was taken in.
#[derive(Debug)]
pub(crate) enum Refused {
    Busy(Busy),
    Closed,
}
