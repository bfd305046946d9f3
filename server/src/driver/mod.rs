//! The driver of the live world: one thread that feeds the engine.
//!
//! It stamps what arrives, applies it, has the store make it durable, and only
//! then releases what followed. What arrives meanwhile is the next batch.
//!
//! ```no_run
//! # use tandem_server::driver::{self, StartOptions};
//! # use tandem_server::store::Store;
//! let store = Store::open("data".as_ref()).expect("nobody else uses the data");
//! let (port, mut batches) = driver::port();
//! let mut options = StartOptions::new(store);
//! options.ports.push(port);
//! let running = driver::start(options).expect("the data is fine");
//! while let Some(batch) = batches.blocking_recv() {
//!     println!("{} entries are durable", batch.lines.len());
//! }
//! running.stop().expect("everything was written");
//! ```

mod batch;
mod caught;
mod clock;
mod config;
mod directory;
mod explain;
mod handle;
mod inbox;
mod noted;
mod poison;
mod replay;
mod replica;
mod run;
mod start;

pub use batch::{Batch, Line, PORT_BATCHES_MAX, Poisoned, Port, PortReceiver, port};
pub use clock::{Clock, SystemClock};
pub(crate) use config::parts;
pub use config::{ConfigFile, ImportError, differences};
pub use directory::{AgentEntry, Directory, Membership, PromisedEntry, QueueEntry};
pub use explain::{Explained, Seen, explain, explain_at};
pub use handle::{Applied, AskError, Busy, Handle, Load};
pub use inbox::{ARRIVALS_QUEUED_MAX, ASKS_QUEUED_MAX, REPORTS_QUEUED_MAX};
pub use poison::PANICS_APART_S;
pub use replay::{ReplayError, Verified, VerifyError, verify};
pub use run::{
    Apply, BATCH_ENTRIES_MAX, Plain, SNAPSHOT_ENTRIES_MAX, StopReason, WALL_DRIFT_US_MAX,
};
pub use start::{Recovery, Running, StartError, StartOptions, start, start_with};
