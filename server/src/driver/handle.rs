//! What ports and the API hold of the driver.

use std::fmt;
use std::sync::Arc;

use tandem_engine::{Input, Outbox, Timestamp};
use tokio::sync::oneshot;

use super::inbox::{Inbox, Refused};

/// Tells the engine things. Cheap to clone; never blocks.
#[derive(Clone, Debug)]
pub struct Handle {
    inbox: Arc<Inbox>,
}

/// What became of an input that was asked for: it is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub seq: u64,
    /// Its time.
    pub at: Timestamp,
    /// What followed; [`Outbox::reject`] is set where it was refused.
    pub out: Outbox,
}

/// Too much waits already: try again in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too much waits already")
    }
}

impl std::error::Error for Busy {}

/// Why an input was not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskError {
    /// Too much waits already: HTTP 429.
    Busy,
    /// The engine panicked on it; it was set aside and changed nothing: HTTP
    /// 500.
    Poisoned,
    /// The driver has stopped. Whether the input became durable is unknown:
    /// HTTP 503.
    Stopped,
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Busy => "too much waits already",
            Self::Poisoned => "the engine could not apply it",
            Self::Stopped => "the server stops",
        })
    }
}

impl std::error::Error for AskError {}

/// What waits before the driver, and what was sent away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Calls that wait to be taken in.
    pub arrivals: usize,
    /// Calls that were sent away since the start.
    pub arrivals_shed: u64,
    /// Requests of the API that wait to be taken in.
    pub asks: usize,
    /// Requests of the API that were sent away since the start.
    pub asks_shed: u64,
    /// Reports of ports that wait to be taken in.
    pub reports: usize,
}

impl Handle {
    pub(crate) const fn new(inbox: Arc<Inbox>) -> Self {
        Self { inbox }
    }

    /// Tells something and does not wait for what follows, which comes with a
    /// batch.
    ///
    /// # Errors
    /// [`Busy`] for a [`Input::CallArrived`] while too many wait, or once the
    /// driver has stopped. Nothing else that is told is ever sent away, though
    /// after a stop it leads to nothing.
    pub fn tell(&self, input: Input) -> Result<(), Busy> {
        let arrives = matches!(input, Input::CallArrived { .. });
        match self.inbox.put(input, None) {
            Err(Refused::Closed) if arrives => Err(Busy),
            Ok(()) | Err(Refused::Closed) => Ok(()),
            Err(Refused::Busy(busy)) => Err(busy),
        }
    }

    /// Tells something and waits until it is durable.
    ///
    /// # Errors
    /// Where it was not applied. An input that the engine refused was applied.
    pub async fn ask(&self, input: Input) -> Result<Applied, AskError> {
        let answer = self.put(input)?;
        answer.await.unwrap_or(Err(AskError::Stopped))
    }

    /// The same for threads that may block.
    ///
    /// # Errors
    /// As [`Handle::ask`].
    ///
    /// # Panics
    /// Within an asynchronous runtime.
    pub fn ask_blocking(&self, input: Input) -> Result<Applied, AskError> {
        let answer = self.put(input)?;
        answer.blocking_recv().unwrap_or(Err(AskError::Stopped))
    }

    fn put(&self, input: Input) -> Result<oneshot::Receiver<Result<Applied, AskError>>, AskError> {
        let (reply, answer) = oneshot::channel();
        match self.inbox.put(input, Some(reply)) {
            Ok(()) => Ok(answer),
            Err(Refused::Busy(_)) => Err(AskError::Busy),
            Err(Refused::Closed) => Err(AskError::Stopped),
        }
    }

    /// What waits, and what was sent away.
    #[must_use]
    pub fn load(&self) -> Load {
        self.inbox.load()
    }

    /// What time it is on the engine's timeline.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inbox.timeline().now()
    }
}
