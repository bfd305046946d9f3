//! The engine thread.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tandem_engine::{Engine, Entry, Input, Outbox, Timestamp};

use super::batch::{Batch, Line, Port};
use super::directory::Directory;
use super::handle::Applied;
use super::inbox::{Inbox, Item, Reply};

/// Entries of one batch, which is one transaction. More than that wait for the
/// next, so that nobody's answer waits for everybody's.
pub const BATCH_ENTRIES_MAX: usize = 1_024;
/// The driver looks at the clocks, and says that it lives, at least so often,
/// in milliseconds.
const IDLE_MS_MAX: u64 = 500;

/// Applies entries to the engine. There is one way to do it, [`Plain`]; tests
/// of what the driver does about a panic bring another.
pub trait Apply: Send {
    /// Applies one entry.
    fn apply(&mut self, engine: &mut Engine, entry: &Entry, out: &mut Outbox);
}

/// Has the engine apply it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl Apply for Plain {
    fn apply(&mut self, engine: &mut Engine, entry: &Entry, out: &mut Outbox) {
        engine.apply(entry, out);
    }
}

/// Why the driver stopped by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// More reports waited than there can be.
    Overrun,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overrun => f.write_str("more reports wait than can be"),
        }
    }
}

/// What the engine thread works on.
pub(crate) struct Core<A> {
    pub(crate) engine: Engine,
    pub(crate) apply: A,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) ports: Vec<Port>,
    pub(crate) carry: VecDeque<Item>,
    pub(crate) wall_offset: i64,
    pub(crate) told: bool,
}

/// A batch that is being made.
#[derive(Default)]
pub(crate) struct Pending {
    lines: Vec<Line>,
    replies: Vec<(usize, Reply)>,
}

impl<A: Apply> Core<A> {
    pub(crate) fn run(mut self) -> Result<(), StopReason> {
        let mut pending = Pending::default();
        self.open(&mut pending);
        self.release(pending);
        loop {
            let wait = self.wait();
            let found = self.inbox.take(wait, BATCH_ENTRIES_MAX, &mut self.carry);
            if found.overrun {
                return Err(StopReason::Overrun);
            }
            let mut pending = Pending::default();
            self.fill(found.now, &mut pending);
            self.release(pending);
            if found.stop && self.carry.is_empty() {
                return Ok(());
            }
        }
    }

    fn wait(&self) -> Duration {
        let idle = Duration::from_millis(IDLE_MS_MAX);
        if !self.carry.is_empty() {
            return Duration::ZERO;
        }
        let now = self.inbox.timeline().now();
        let due = self.engine.next_deadline().map(|(due, _)| due - now);
        due.map_or(idle, |left| idle.min(Duration::from_micros(left.micros())))
    }

    fn open(&mut self, pending: &mut Pending) {
        let (_, at) = self.engine.last_entry();
        self.push(
            at,
            Input::Restarted {
                alive_until: at,
                epoch: 0,
            },
            None,
            pending,
        );
        if let Some(micros) = self.inbox.timeline().wall_offset() {
            self.wall_offset = micros;
            self.push(at, Input::WallOffset { micros }, None, pending);
        }
    }

    fn fill(&mut self, now: Timestamp, pending: &mut Pending) {
        while pending.lines.len() < BATCH_ENTRIES_MAX {
            let (_, last) = self.engine.last_entry();
            let limit = self.carry.front().map_or(now, |item| item.at).max(last);
            match self.engine.next_deadline() {
                Some((due, _)) if due <= limit => self.push(due, Input::Tick, None, pending),
                _ => match self.carry.pop_front() {
                    Some(item) => self.push(item.at, item.input, item.reply, pending),
                    None => break,
                },
            }
        }
    }

    fn push(&mut self, at: Timestamp, input: Input, reply: Option<Reply>, pending: &mut Pending) {
        let (seq, last) = self.engine.last_entry();
        let entry = Entry {
            seq: seq + 1,
            at: at.max(last),
            input,
        };
        let mut out = Outbox::default();
        self.apply.apply(&mut self.engine, &entry, &mut out);
        if let Some(reply) = reply {
            pending.replies.push((pending.lines.len(), reply));
        }
        pending.lines.push(Line { entry, out });
    }

    fn release(&mut self, pending: Pending) {
        if pending.lines.is_empty() {
            return;
        }
        for (index, reply) in pending.replies {
            let Line { entry, out } = &pending.lines[index];
            let (seq, at, out) = (entry.seq, entry.at, out.clone());
            // Who asked may not wait any more.
            let _gone = reply.send(Ok(Applied { seq, at, out }));
        }
        let batch = Arc::new(Batch {
            directory: (!self.told).then(|| Arc::new(Directory::of(&self.engine))),
            lines: pending.lines,
            wall_offset: self.wall_offset,
            resumed: Vec::new(),
            poisoned: Vec::new(),
        });
        self.told = true;
        self.ports
            .retain(|port| port.blocking_send(Arc::clone(&batch)).is_ok());
    }
}
