//! What the driver releases.

use std::sync::Arc;
use std::time::Duration;

use tandem_engine::{Effect, EffectId, Entry, Input, Outbox, Timestamp};
use tokio::sync::mpsc;

use super::directory::Directory;

/// Batches that may wait in front of one port. Then the driver waits, and with
/// it everything that comes in: a port that stands still stops the centre.
pub const PORT_BATCHES_MAX: usize = 64;

/// What the engine thread made durable, in order; shared by all ports.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Every entry with what followed from it.
    pub lines: Vec<Line>,
    /// Set in the first batch after a start, and whenever the configuration is
    /// another one: everything as it stands after the last line.
    pub directory: Option<Arc<Directory>>,
    /// Microseconds from the Unix epoch to the timeline's zero, after the last
    /// line.
    pub wall_offset: i64,
    /// Kept effects that go out again though no line of this run orders them,
    /// since the engine that ordered them was one of other semantics.
    pub resumed: Vec<(EffectId, Effect)>,
    /// Inputs that could not be applied and were set aside. For whoever told
    /// them it is as if they had been answered with an internal error.
    pub poisoned: Vec<Poisoned>,
    /// How long the transaction took that made it durable.
    pub committed_in: Duration,
}

/// One line of the journal, and what the engine answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What was told, when, and its number.
    pub entry: Entry,
    /// What followed from it.
    pub out: Outbox,
}

/// An input on which the engine panicked. It changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poisoned {
    /// When it was received.
    pub at: Timestamp,
    /// What was told.
    pub input: Input,
}

/// The driver's end of the way to a port.
pub type Port = mpsc::Sender<Arc<Batch>>;
/// A port's end: batches in order, and `None` once the driver has stopped.
pub type PortReceiver = mpsc::Receiver<Arc<Batch>>;

/// A way from the driver to a port, which holds [`PORT_BATCHES_MAX`] batches.
#[must_use]
pub fn port() -> (Port, PortReceiver) {
    mpsc::channel(PORT_BATCHES_MAX)
}
