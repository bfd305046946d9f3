//! The engine thread.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tandem_engine::config::text;
use tandem_engine::{Effect, EffectId, Engine, Entry, Event, Input, Outbox, Timestamp};

use super::batch::{Batch, Line, Poisoned, Port};
use super::caught::caught;
use super::directory::Directory;
use super::handle::{Applied, AskError};
use super::inbox::{Inbox, Item, Reply};
use super::replica::Replica;
use crate::store::{
    Head, Imported, JournalRow, QuarantineRow, Revision, RowChange, SnapshotInfo, SnapshotRow,
    Store, StoreError,
};

/// Entries of one batch, which is one transaction. More than that wait for the
/// next, so that nobody's answer waits for everybody's.
pub const BATCH_ENTRIES_MAX: usize = 1_024;
/// The driver looks at the clocks, and says that it lives, at least so often,
/// in milliseconds.
const IDLE_MS_MAX: u64 = 500;
/// The wall clock may move so far against the other, in microseconds, before
/// the engine is told. A clock that is steered moves both; only one that is set
/// parts them.
pub const WALL_DRIFT_US_MAX: i64 = 100_000;
/// A state is kept as a snapshot after so many entries, so that a restart and
/// the recovery from a panic take a second and not an hour.
pub const SNAPSHOT_ENTRIES_MAX: u64 = 200_000;
/// Or after so long, in microseconds.
const SNAPSHOT_US_MAX: i64 = 86_400_000_000;
/// How often the journal is looked through for what is too old, in seconds.
const PRUNE_S: u64 = 60;

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

/// Why the driver stopped by itself. Whatever it had released is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// After a panic the store did not lead back to the state.
    Lost(String),
    /// More reports waited than there can be.
    Overrun,
    /// The engine panicked twice within a short time.
    Poisoned {
        /// What it said the last time.
        said: String,
    },
    /// The disk is full or failed, or the store is damaged.
    Store(StoreError),
}

impl StopReason {
    /// What the process is to exit with: 74 for the disk, 70 for a defect of
    /// Tandem itself, as `sysexits.h` counts.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Store(_) => 74,
            Self::Lost(_) | Self::Overrun | Self::Poisoned { .. } => 70,
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped at once: ")?;
        match self {
            Self::Lost(why) => write!(f, "after a panic the state can not be restored: {why}"),
            Self::Overrun => f.write_str("more reports wait than there can be"),
            Self::Poisoned { said } => {
                write!(f, "the engine panicked again within a minute: {said}")
            }
            Self::Store(why) => write!(f, "{why}"),
        }
    }
}

impl std::error::Error for StopReason {}

impl From<StoreError> for StopReason {
    fn from(why: StoreError) -> Self {
        Self::Store(why)
    }
}

/// What the engine thread works on.
pub(crate) struct Core<A> {
    pub(crate) apply: A,
    pub(crate) replica: Replica,
    /// Where the journal ends on the disk.
    pub(crate) head: Head,
    pub(crate) store: Store,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) ports: Vec<Port>,
    /// What was taken out of the inbox, or stands before everything in it.
    pub(crate) carry: VecDeque<Item>,
    /// The import is done when the configuration has this revision.
    pub(crate) importing: Option<(u64, Imported)>,
    /// Kept effects to go out again with the first batch.
    pub(crate) resumed: Vec<(EffectId, Effect)>,
    /// Whether the next batch comes with a snapshot.
    pub(crate) snapshot_due: bool,
    pub(crate) snapshots: Snapshots,
    /// Whether anybody was told who is who.
    pub(crate) introduced: bool,
    pub(crate) last_panic: Option<Timestamp>,
    pub(crate) pruned_at: Timestamp,
}

/// When the last snapshot was made, and the thread that makes one.
#[derive(Debug, Default)]
pub(crate) struct Snapshots {
    pub(crate) last_seq: u64,
    pub(crate) last_unix_us: i64,
    pub(crate) making: Option<JoinHandle<()>>,
}

/// A batch that is being made.
#[derive(Default)]
pub(crate) struct Pending {
    pub(crate) lines: Vec<Line>,
    pub(crate) changes: Vec<RowChange>,
    /// Who waits for which line.
    pub(crate) replies: Vec<(usize, Reply)>,
    pub(crate) quarantine: Vec<QuarantineRow>,
    /// Who waits for what could not be applied.
    pub(crate) failed: Vec<Reply>,
    /// The driver stops when the batch is out.
    pub(crate) stop: Option<StopReason>,
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.quarantine.is_empty()
    }
}

impl<A: Apply> Core<A> {
    /// Works until somebody wants a stop, or something does not go on.
    pub(crate) fn run(mut self) -> Result<(), StopReason> {
        loop {
            let room = BATCH_ENTRIES_MAX.saturating_sub(self.carry.len());
            let found = self.inbox.take(self.wait(), room, &mut self.carry);
            if found.overrun {
                return Err(StopReason::Overrun);
            }
            self.look_at_the_wall(found.now);
            let mut pending = Pending::default();
            self.fill(found.now, &mut pending)?;
            let stop = pending.stop.take();
            if pending.is_empty() {
                self.live_on()?;
            } else {
                self.commit(pending)?;
            }
            if let Some(reason) = stop {
                return Err(reason);
            }
            if found.stop && self.carry.is_empty() {
                return self.end();
            }
        }
    }

    /// How long nothing has to be done unless something arrives.
    fn wait(&self) -> Duration {
        if !self.carry.is_empty() {
            return Duration::ZERO;
        }
        let idle = Duration::from_millis(IDLE_MS_MAX);
        let now = self.inbox.timeline().now();
        let due = self
            .replica
            .engine
            .next_deadline()
            .map(|(due, _)| due - now);
        due.map_or(idle, |left| idle.min(Duration::from_micros(left.micros())))
    }

    /// Tells the engine where the timeline stands if somebody set the clock.
    fn look_at_the_wall(&mut self, now: Timestamp) {
        // What a start tells stands first in line.
        if !self.introduced {
            return;
        }
        let Some(micros) = self.inbox.timeline().wall_offset() else {
            return;
        };
        let known = self.replica.names.wall_offset;
        if known.saturating_sub(micros).saturating_abs() > WALL_DRIFT_US_MAX {
            self.carry.push_back(Item {
                at: now,
                input: Input::WallOffset { micros },
                reply: None,
            });
        }
    }

    /// Applies what arrived and what is due, each at its time.
    fn fill(&mut self, now: Timestamp, pending: &mut Pending) -> Result<(), StopReason> {
        while pending.lines.len() < BATCH_ENTRIES_MAX && pending.stop.is_none() {
            let (_, last) = self.replica.last_entry();
            let next = self.carry.front();
            // Comes before every deadline.
            let restarts = next.is_some_and(|item| matches!(item.input, Input::Restarted { .. }));
            let limit = next.map_or(now, |item| item.at).max(last);
            match self.replica.engine.next_deadline() {
                Some((due, _)) if due <= limit && !restarts => {
                    self.push(due, Input::Tick, None, pending)?;
                }
                _ => match self.carry.pop_front() {
                    Some(item) => self.push(item.at, item.input, item.reply, pending)?,
                    None => break,
                },
            }
        }
        Ok(())
    }

    /// Applies one input, or sets it aside if that can not be done.
    pub(crate) fn push(
        &mut self,
        at: Timestamp,
        input: Input,
        reply: Option<Reply>,
        pending: &mut Pending,
    ) -> Result<(), StopReason> {
        let (seq, last) = self.replica.last_entry();
        let (seq, at) = (seq + 1, at.max(last));
        let entry = Entry {
            seq,
            received_at: at,
            input,
        };
        let changes = &mut pending.changes;
        match caught(|| self.replica.apply(&mut self.apply, &entry, changes)) {
            Ok(out) => {
                if let Some(reply) = reply {
                    pending.replies.push((pending.lines.len(), reply));
                }
                pending.lines.push(Line { entry, out });
                Ok(())
            }
            Err(said) => {
                pending.failed.extend(reply);
                self.set_aside(entry, said, pending)
            }
        }
    }

    /// Makes a batch durable and lets it out.
    fn commit(&mut self, pending: Pending) -> Result<(), StopReason> {
        let Pending {
            lines,
            changes,
            replies,
            quarantine,
            failed,
            stop: _,
        } = pending;
        let configured = |event: &Event| matches!(event, Event::ConfigurationChanged { .. });
        let configured = lines
            .iter()
            .rfind(|line| line.out.events.iter().any(configured));
        let configured = configured.map(|line| line.entry.seq);
        let directory = (!self.introduced || configured.is_some())
            .then(|| Arc::new(Directory::of(&self.replica.engine)));
        let committed_in = self.make_durable(
            &lines,
            changes,
            &quarantine,
            configured.zip(directory.as_ref()),
        )?;
        let batch = Arc::new(Batch {
            lines,
            directory,
            wall_offset: self.replica.names.wall_offset,
            resumed: std::mem::take(&mut self.resumed),
            poisoned: (quarantine.iter())
                .map(|row| Poisoned {
                    at: row.at,
                    input: row.input.clone(),
                })
                .collect(),
            committed_in,
        });
        self.introduced = true;
        // A port that is gone needs nothing.
        self.ports
            .retain(|port| port.blocking_send(Arc::clone(&batch)).is_ok());
        // Last, so that who asked and then looks at a screen sees it there.
        for reply in failed {
            let _gone = reply.send(Err(AskError::Poisoned));
        }
        for (index, reply) in replies {
            let Line { entry, out } = &batch.lines[index];
            let (seq, at, out) = (entry.seq, entry.received_at, out.clone());
            // Who asked may not wait any more.
            let _gone = reply.send(Ok(Applied { seq, at, out }));
        }
        self.make_snapshot_if_due()?;
        Ok(())
    }

    /// One transaction with everything that follows from these lines, and how
    /// long it took.
    fn make_durable(
        &mut self,
        lines: &[Line],
        changes: Vec<RowChange>,
        quarantine: &[QuarantineRow],
        configured: Option<(u64, &Arc<Directory>)>,
    ) -> Result<Duration, StopReason> {
        let (seq, at) = self.replica.last_entry();
        let head = Head {
            seq,
            at,
            alive_until: self.inbox.timeline().now().max(at),
            hash: self.replica.hash,
            wall_offset: self.replica.names.wall_offset,
            ..self.head
        };
        let unix_us = self.replica.names.unix_us(at);
        let revision = configured.map(|(seq, directory)| (seq, Arc::clone(directory)));
        let imported = self.imported(configured.map(|(_, directory)| &**directory));
        let snapshot = std::mem::take(&mut self.snapshot_due).then(|| {
            self.snapshots.made(seq, unix_us);
            snapshot(&self.replica, unix_us)
        });
        let entries = lines.iter().map(|line| line.entry.clone()).collect();
        let (quarantine, written) = (quarantine.to_vec(), head);
        let took = self.store.write_waiting(move |txn| {
            txn.put_journal(&JournalRow::new(entries, written.hash))?;
            txn.change(&changes)?;
            txn.put_head(&written)?;
            quarantine
                .iter()
                .try_for_each(|row| txn.put_quarantine(row))?;
            if let Some((seq, directory)) = revision {
                let revision = Revision {
                    revision: directory.revision,
                    unix_us,
                    text: text::write(&directory.config),
                };
                txn.put_revision(seq, &revision)?;
            }
            if let Some(imported) = imported {
                txn.put_imported(&imported)?;
            }
            if let Some((info, row)) = snapshot {
                txn.put_snapshot(written.seq, info, &row)?;
            }
            Ok(())
        })?;
        self.head = head;
        Ok(took)
    }

    /// What was imported, once all of it was applied.
    fn imported(&mut self, directory: Option<&Directory>) -> Option<Imported> {
        let (revision, imported) = self.importing?;
        let done = directory.is_some_and(|directory| directory.revision >= revision);
        done.then(|| {
            self.importing = None;
            imported
        })
    }

    /// Says that the server lives, and uses the quiet moment.
    fn live_on(&mut self) -> Result<(), StopReason> {
        let now = self.inbox.timeline().now();
        let unix_us = self.replica.names.unix_us(now);
        let prune = (now - self.pruned_at).micros() >= PRUNE_S * 1_000_000;
        self.store.write_waiting(move |txn| {
            txn.put_alive(now)?;
            if prune {
                txn.prune_journal(unix_us)
            } else {
                Ok(())
            }
        })?;
        if prune {
            self.pruned_at = now;
        }
        self.head.alive_until = self.head.alive_until.max(now);
        self.make_snapshot_if_due()
    }

    fn make_snapshot_if_due(&mut self) -> Result<(), StopReason> {
        let (seq, at) = self.replica.last_entry();
        let unix_us = self.replica.names.unix_us(at);
        let Snapshots {
            last_seq,
            last_unix_us,
            making,
        } = &mut self.snapshots;
        let due = seq - *last_seq >= SNAPSHOT_ENTRIES_MAX
            || (seq > *last_seq && unix_us - *last_unix_us >= SNAPSHOT_US_MAX);
        if !due || making.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return Ok(());
        }
        // To write the state down takes longer than callers may wait; to copy
        // it does not.
        let (replica, store) = (self.replica.clone(), self.store.clone());
        let thread = thread::Builder::new()
            .name("snapshot".to_owned())
            .spawn(move || {
                let (info, row) = snapshot(&replica, unix_us);
                // Where the store fails, the next batch says so.
                let _written = store.write_waiting(move |txn| txn.put_snapshot(seq, info, &row));
            });
        let thread = thread.map_err(|why| StoreError::failed(&why))?;
        self.snapshots.made(seq, unix_us);
        self.snapshots.making = Some(thread);
        Ok(())
    }

    /// A clean stop: the next start has nothing to replay.
    fn end(mut self) -> Result<(), StopReason> {
        if let Some(thread) = self.snapshots.making.take() {
            // It panicked where the state can not be written, as this one will.
            let _ended = thread.join();
        }
        let now = self.inbox.timeline().now();
        let (seq, _) = self.replica.last_entry();
        let (info, row) = snapshot(&self.replica, self.replica.names.unix_us(now));
        self.store.write_waiting(move |txn| {
            txn.put_alive(now)?;
            txn.put_snapshot(seq, info, &row)
        })?;
        Ok(())
    }
}

impl Snapshots {
    fn made(&mut self, seq: u64, unix_us: i64) {
        (self.last_seq, self.last_unix_us) = (seq, unix_us);
    }
}

fn snapshot(replica: &Replica, unix_us: i64) -> (SnapshotInfo, SnapshotRow) {
    let info = SnapshotInfo {
        unix_us,
        daily: false,
        hash: replica.hash,
    };
    let row = SnapshotRow {
        names: replica.names.clone(),
        engine: replica.engine.snapshot(),
    };
    (info, row)
}
