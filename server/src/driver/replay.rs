//! From the store back to the state, and the proof that it is the same.

use std::collections::BTreeMap;
use std::fmt;

use tandem_engine::{ENGINE_SEMANTICS, Engine, Input, SnapshotError, records};

use super::caught::caught;
use super::noted::Notes;
use super::replica::Replica;
use super::run::{Apply, Plain};
use crate::store::{CallRecord, Head, JournalRow, RecordKey, RowChange, Store, StoreError};

/// Why the journal does not lead to a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplayError {
    /// An entry gives another output than it gave.
    Diverged {
        /// The last entry of the batch in which that is noticed.
        seq: u64,
    },
    /// Entries are missing.
    Gap {
        /// The first of them.
        seq: u64,
    },
    /// The engine panics on an entry that it had applied.
    Panicked {
        /// Which.
        seq: u64,
        /// What it said.
        said: String,
    },
    /// Written by an engine that decides otherwise.
    Semantics {
        /// The semantics found.
        found: u32,
    },
    /// The only snapshots that there are can not be read by this engine.
    Snapshot(SnapshotError),
    /// The store can not be read.
    Store(StoreError),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Diverged { seq } => {
                write!(
                    f,
                    "the entries up to {seq} give other outputs than they gave"
                )
            }
            Self::Gap { seq } => write!(f, "entry {seq} is missing"),
            Self::Panicked { seq, said } => write!(f, "the engine panics on entry {seq}: {said}"),
            Self::Semantics { found } => write!(
                f,
                "the journal is of engine semantics {found}, not {ENGINE_SEMANTICS}"
            ),
            Self::Snapshot(why) => write!(f, "{why}"),
            Self::Store(why) => write!(f, "{why}"),
        }
    }
}

impl std::error::Error for ReplayError {}

impl From<StoreError> for ReplayError {
    fn from(why: StoreError) -> Self {
        Self::Store(why)
    }
}

/// The state at the end of the journal, from the newest snapshot that can be
/// read; and how many entries lay behind that.
pub(crate) fn latest(
    store: &Store,
    head: &Head,
    apply: &mut impl Apply,
) -> Result<(Replica, u64), ReplayError> {
    let mut starts = starts(store, head)?;
    let mut why = None;
    let replica = loop {
        let Some(start) = starts.pop() else {
            return Err(why.unwrap_or(ReplayError::Gap { seq: 1 }));
        };
        match begin(store, head, start) {
            Ok(replica) => break replica,
            // An older one may do.
            Err(error) => why = why.or(Some(error)),
        }
    };
    let (from, _) = replica.last_entry();
    let replica = run(store, head, replica, apply, |_| {})?;
    Ok((replica, head.seq - from))
}

/// The entries behind which a replay can begin: zero for the very beginning.
pub(super) fn starts(store: &Store, head: &Head) -> Result<Vec<u64>, ReplayError> {
    let mut starts = Vec::new();
    let whole = store.journal_begins()?.is_none_or(|first| first == 1);
    if head.anew_after == 0 && whole {
        starts.push(0);
    }
    let snapshots = store.snapshots()?.into_iter().map(|(seq, _)| seq);
    starts.extend(snapshots.filter(|seq| *seq > head.anew_after && *seq <= head.seq));
    Ok(starts)
}

pub(super) fn begin(store: &Store, head: &Head, start: u64) -> Result<Replica, ReplayError> {
    if start == 0 {
        return Ok(Replica::first(head.seed));
    }
    let infos = store.snapshots()?;
    let info = infos.into_iter().find(|(seq, _)| *seq == start);
    let (_, info) = info.ok_or(ReplayError::Gap { seq: start })?;
    let row = store
        .snapshot(start)?
        .ok_or(ReplayError::Gap { seq: start })?;
    let engine = Engine::restore(&row.engine).map_err(ReplayError::Snapshot)?;
    if engine.last_entry().0 != start {
        return Err(ReplayError::Diverged { seq: start });
    }
    Ok(Replica {
        engine,
        names: row.names,
        hash: info.hash,
    })
}

/// Applies the rest of the journal and compares what follows with what did.
fn run(
    store: &Store,
    head: &Head,
    mut replica: Replica,
    apply: &mut impl Apply,
    mut see: impl FnMut(&[RowChange]),
) -> Result<Replica, ReplayError> {
    loop {
        let (last, _) = replica.last_entry();
        let page = store.journal(last + 1)?;
        if page.is_empty() {
            break;
        }
        for (first, row) in page {
            let (last, _) = replica.last_entry();
            if row.semantics != ENGINE_SEMANTICS {
                let found = row.semantics;
                return Err(ReplayError::Semantics { found });
            }
            if first != last + 1 || row.entries.is_empty() {
                return Err(ReplayError::Gap { seq: last + 1 });
            }
            see(&batch(&mut replica, &row, apply)?);
        }
    }
    let (last, _) = replica.last_entry();
    if last != head.seq {
        return Err(ReplayError::Gap { seq: last + 1 });
    }
    if replica.hash != head.hash {
        return Err(ReplayError::Diverged { seq: last });
    }
    Ok(replica)
}

fn batch(
    replica: &mut Replica,
    row: &JournalRow,
    apply: &mut impl Apply,
) -> Result<Vec<RowChange>, ReplayError> {
    let mut changes = Vec::new();
    for entry in &row.entries {
        let applied = caught(|| drop(replica.apply(apply, entry, &mut changes)));
        applied.map_err(|said| ReplayError::Panicked {
            seq: entry.seq,
            said,
        })?;
    }
    let (seq, _) = replica.last_entry();
    if replica.hash == row.hash {
        Ok(changes)
    } else {
        Err(ReplayError::Diverged { seq })
    }
}

/// What a replay of the journal proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The first entry that was replayed.
    pub first: u64,
    /// The last one.
    pub last: u64,
    /// Records that came out as they are stored, byte for byte.
    pub records: usize,
    /// Rolling hash of every output.
    pub hash: u128,
}

/// Why the store is not what its journal leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifyError {
    /// A record that no entry made.
    Extra {
        /// The entry that it says made it.
        seq: u64,
    },
    /// What was noted of a call is not stored as it was written, or should be gone.
    Note {
        /// The entry that wrote it last.
        seq: u64,
    },
    /// A record is missing, or another one than comes out.
    Record {
        /// The entry that made it.
        seq: u64,
    },
    /// The journal does not lead to a state.
    Replay(ReplayError),
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extra { seq } => {
                write!(
                    f,
                    "there is a record of entry {seq}, which made none like it"
                )
            }
            Self::Note { seq } => {
                write!(
                    f,
                    "the note that entry {seq} wrote is not stored as it came out"
                )
            }
            Self::Record { seq } => {
                write!(
                    f,
                    "the record that entry {seq} made is not stored as it came out"
                )
            }
            Self::Replay(why) => write!(f, "{why}"),
        }
    }
}

impl std::error::Error for VerifyError {}

impl<E: Into<ReplayError>> From<E> for VerifyError {
    fn from(why: E) -> Self {
        Self::Replay(why.into())
    }
}

type Expected = BTreeMap<(String, RecordKey), CallRecord>;

/// Replays the journal from the oldest snapshot that can be read, and compares
/// every output, every record and every note with what is stored. `None` for a store
/// without entries.
///
/// # Errors
/// The first difference.
pub fn verify(store: &Store) -> Result<Option<Verified>, VerifyError> {
    let Some(head) = store.head()? else {
        return Ok(None);
    };
    let mut why = None;
    for start in starts(store, &head)? {
        let replica = match begin(store, &head, start) {
            Ok(replica) => replica,
            Err(error) => {
                why = why.or(Some(error));
                continue;
            }
        };
        let (mut expected, mut notes) = (Expected::new(), Notes::default());
        let replica = run(store, &head, replica, &mut Plain, |changes| {
            expect(&mut expected, changes);
            notes.expect(changes);
        });
        let replica = match replica {
            // A snapshot behind the last change of semantics may follow.
            Err(error @ ReplayError::Semantics { .. }) => {
                why = why.or(Some(error));
                continue;
            }
            replica => replica?,
        };
        notes.compare(store, start)?;
        return Ok(Some(Verified {
            first: start + 1,
            last: head.seq,
            records: compare(store, start, expected)?,
            hash: replica.hash,
        }));
    }
    Err(why.unwrap_or(ReplayError::Gap { seq: 1 }).into())
}

fn expect(expected: &mut Expected, changes: &[RowChange]) {
    for change in changes {
        match change {
            RowChange::Record(record, _) => {
                let key = (record.queue.to_string(), RecordKey::of(record));
                expected.insert(key, record.clone());
            }
            RowChange::Erase(input) => {
                for record in expected.values_mut() {
                    erase(record, input);
                }
            }
            RowChange::Callback(..)
            | RowChange::KeptEnded(_)
            | RowChange::KeptOrdered(_)
            | RowChange::LogDeleted(..)
            | RowChange::LogProcessed(..)
            | RowChange::Noted(..)
            | RowChange::Recorded(..)
            | RowChange::RingMissed(..)
            | RowChange::Status(_)
            | RowChange::Surveyed(_) => {}
        }
    }
}

fn erase(record: &mut CallRecord, input: &Input) {
    record.call = records::apply(record.call, input);
}

/// Compares the records that came out with those stored; returns how many.
fn compare(store: &Store, start: u64, mut expected: Expected) -> Result<usize, VerifyError> {
    let count = expected.len();
    let mut after: Option<(String, RecordKey)> = None;
    loop {
        let behind = after.as_ref().map(|(queue, key)| (queue.as_str(), *key));
        let page = store.raw_records(behind)?;
        let Some((queue, key, _)) = page.last() else {
            break;
        };
        after = Some((queue.clone(), *key));
        for (queue, key, bytes) in page {
            match expected.remove(&(queue, key)) {
                Some(record) if record.to_bytes() == bytes => {}
                Some(CallRecord { seq, .. }) => return Err(VerifyError::Record { seq }),
                None => {
                    let seq = CallRecord::from_bytes(&bytes)?.seq;
                    if seq > start {
                        return Err(VerifyError::Extra { seq });
                    }
                }
            }
        }
    }
    match expected.into_values().next() {
        Some(CallRecord { seq, .. }) => Err(VerifyError::Record { seq }),
        None => Ok(count),
    }
}
