//! Starting and stopping.

use std::collections::VecDeque;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tandem_engine::{Engine, Timestamp};

use super::batch::Port;
use super::clock::{Clock, SystemClock, Timeline};
use super::handle::Handle;
use super::inbox::Inbox;
use super::run::{Apply, Core, Plain, StopReason};

/// What a driver needs to begin.
#[derive(Debug)]
pub struct StartOptions {
    /// The folder of the data. It is made where there is none.
    pub data: PathBuf,
    /// Who gets every batch; see [`port`](super::port).
    pub ports: Vec<Port>,
    /// The configuration file, to be imported if it differs from the last
    /// import.
    pub config: Option<ConfigFile>,
    /// Where time comes from.
    pub clock: Box<dyn Clock>,
}

/// A configuration file that was read.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// What messages call it.
    pub name: String,
    /// What is in it.
    pub text: String,
}

impl StartOptions {
    /// A driver of the data in this folder, with the machine's clock and nobody
    /// to hear of anything.
    #[must_use]
    pub fn new(data: impl AsRef<Path>) -> Self {
        Self {
            data: data.as_ref().to_owned(),
            ports: Vec::new(),
            config: None,
            clock: Box::new(SystemClock),
        }
    }
}

/// Why a driver did not start.
#[derive(Debug)]
pub enum StartError {
    /// The machine has no thread left.
    Thread(std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Thread(why) => write!(f, "can not start a thread: {why}"),
        }
    }
}

impl std::error::Error for StartError {}

/// A driver at work.
#[derive(Debug)]
pub struct Running {
    handle: Handle,
    inbox: Arc<Inbox>,
    thread: JoinHandle<Result<(), StopReason>>,
}

impl Running {
    /// Tells the engine things.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Stops once all that has arrived is durable and released.
    ///
    /// # Errors
    /// Where the driver had stopped by itself.
    ///
    /// # Panics
    /// Where the engine thread panicked.
    pub fn stop(self) -> Result<(), StopReason> {
        self.inbox.stop();
        self.thread
            .join()
            .expect("the engine thread does not panic")
    }
}

/// Starts a driver.
///
/// # Errors
/// Where the data can not be used, or the configuration file not be imported.
pub fn start(options: StartOptions) -> Result<Running, StartError> {
    start_with(options, Plain)
}

/// Starts a driver that applies entries in a way of its own.
///
/// # Errors
/// As [`start`].
pub fn start_with<A: Apply + 'static>(
    options: StartOptions,
    apply: A,
) -> Result<Running, StartError> {
    let timeline = Timeline::new(options.clock, Timestamp::ZERO);
    let inbox = Arc::new(Inbox::new(timeline));
    let core = Core {
        engine: Engine::new(7),
        apply,
        inbox: Arc::clone(&inbox),
        ports: options.ports,
        carry: VecDeque::new(),
        wall_offset: 0,
        told: false,
    };
    let thread = thread::Builder::new().name("engine".to_owned()).spawn({
        let inbox = Arc::clone(&inbox);
        move || {
            let ended = core.run();
            inbox.close();
            ended
        }
    });
    Ok(Running {
        handle: Handle::new(Arc::clone(&inbox)),
        inbox,
        thread: thread.map_err(StartError::Thread)?,
    })
}
