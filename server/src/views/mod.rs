//! What screens show, folded from what the driver releases.
//!
//! One task folds; it never asks the engine. Whoever shows something holds a
//! [`Reader`]: the latest [`View`] without waiting, and the numbered changes
//! that lead to it, so that a screen that was away can catch up.
//!
//! ```no_run
//! # use tandem_server::{driver, store::Store, views};
//! # fn run(tokio: &tokio::runtime::Handle, store: Store) {
//! let today = views::Today::read(&store).expect("readable"); // before the driver starts
//! let (port, batches) = driver::port();
//! let reader = views::start(tokio, today, batches);
//! let mut options = driver::StartOptions::new(store);
//! options.ports.push(port);
//! # let _ = options;
//! println!("{} callers wait", reader.view().screen.waiting.len());
//! # }
//! ```

mod callers;
mod counts;
mod day;
mod fold;
mod reader;
mod rows;
mod screen;
mod sight;

pub use counts::{AgentCounts, QueueCounts, Today};
pub use fold::Fold;
pub use reader::{CHANGES_KEPT_MAX, DELTAS_KEPT_MAX, Delta, PUBLISH_MS, Reader, View, start};
pub use screen::{
    ActiveRow, AgentRow, AgentState, Change, LogChange, MembershipRow, MembershipStatus, NoteShown,
    QueueRow, RecordingState, Screen, WaitingRow,
};
pub use sight::Sight;
