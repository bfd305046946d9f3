//! What can be written.

use std::fmt;
use std::path::Path;

use redb::{
    Key, ReadableTable, ReadableTableMetadata, Table, TableDefinition, Value, WriteTransaction,
};
use tandem_engine::records::notes::Noted;
use tandem_engine::{EffectId, Input, Number, PublicId, Span, Timestamp, records};

use super::aggregate::{Aggregate, interval_of};
use super::callbacks::CallbackStep;
use super::error::StoreError;
use super::logs::{LogKey, LogStep, Stamp};
use super::read::RecordKey;
use super::rows::{
    CallRecord, Head, Imported, JournalRow, KeptRow, QuarantineRow, Revision, Row, SnapshotInfo,
    SnapshotRow, StatusRow, Token,
};
use super::surveys::SurveyRow;
use super::tables::{self, meta};

/// How long the journal is kept behind the snapshots of each day.
pub const JOURNAL_KEEP_DAYS: i64 = 30;
/// Snapshots that are kept though another is that of their day.
const SNAPSHOTS_RECENT_MAX: usize = 2;
/// Revisions of the configuration that are kept.
pub const REVISIONS_KEPT_MAX: usize = 100;
/// Rows of the journal that one transaction deletes, so that it stays short.
const PRUNE_ROWS_MAX: usize = 10_000;
const DAY_US: i64 = 86_400_000_000;

/// What an entry changes outside the journal, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowChange {
    /// Something happens to the callback of this call.
    Callback(PublicId, CallbackStep),
    /// A person was erased: the input that did it.
    Erase(Input),
    /// A kept effect ended.
    KeptEnded(EffectId),
    /// A kept effect was ordered.
    KeptOrdered(KeptRow),
    /// The log of a call was deleted.
    LogDeleted(LogKey, Stamp),
    /// A call came to another processing result.
    LogProcessed(LogKey, LogStep),
    /// Somebody wrote the note of a call, in this entry.
    Noted(u64, Box<Noted>, Stamp),
    /// A visit to a queue is over.
    Record(CallRecord, Aggregate),
    /// Something is recorded of a call of this caller.
    Recorded(Number, PublicId),
    /// The agent with this number missed a ring, which lasted so long.
    RingMissed(Number, LogKey, Span),
    /// An agent's status is another one.
    Status(StatusRow),
    /// A caller said how the service was.
    Surveyed(SurveyRow),
}

/// A transaction that is being written.
pub struct Txn<'a> {
    tx: &'a WriteTransaction,
    /// The folder that the store lies in.
    data: &'a Path,
}

impl fmt::Debug for Txn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Txn")
    }
}

impl<'a> Txn<'a> {
    pub(crate) const fn new(tx: &'a WriteTransaction, data: &'a Path) -> Self {
        Self { tx, data }
    }

    /// The folder that the store lies in.
    pub(crate) const fn data(&self) -> &Path {
        self.data
    }

    /// A table, to change it.
    pub(crate) fn open<K: Key + 'static, V: Value + 'static>(
        &self,
        table: TableDefinition<'_, K, V>,
    ) -> Result<Table<'_, K, V>, StoreError> {
        Ok(self.tx.open_table(table)?)
    }

    /// Writes a row of the journal. Its first entry names it.
    pub(crate) fn put_journal(&self, row: &JournalRow) -> Result<(), StoreError> {
        if let Some(first) = row.entries.first() {
            let mut table = self.tx.open_table(tables::JOURNAL)?;
            table.insert(first.seq, row.encode().as_slice())?;
        }
        Ok(())
    }

    /// Writes where the journal ends.
    pub(crate) fn put_head(&self, head: &Head) -> Result<(), StoreError> {
        let mut table = self.tx.open_table(tables::META)?;
        table.insert(meta::HEAD, head.encode().as_slice())?;
        Ok(())
    }

    /// Says that the server lives.
    pub(crate) fn put_alive(&self, alive_until: Timestamp) -> Result<(), StoreError> {
        let mut table = self.tx.open_table(tables::META)?;
        let head = match table.get(meta::HEAD)? {
            Some(bytes) => Head::decode(bytes.value())?,
            None => return Ok(()),
        };
        let head = Head {
            alive_until: head.alive_until.max(alive_until),
            ..head
        };
        table.insert(meta::HEAD, head.encode().as_slice())?;
        Ok(())
    }

    /// Writes what was imported last.
    pub(crate) fn put_imported(&self, imported: &Imported) -> Result<(), StoreError> {
        let mut table = self.tx.open_table(tables::META)?;
        table.insert(meta::IMPORTED, imported.encode().as_slice())?;
        Ok(())
    }

    /// Writes what entries changed outside the journal.
    pub(crate) fn change(&self, changes: &[RowChange]) -> Result<(), StoreError> {
        for change in changes {
            match change {
                RowChange::Callback(call, step) => self.change_callback(*call, step)?,
                RowChange::Erase(input) => self.erase(input)?,
                RowChange::KeptEnded(id) => self.delete_kept(*id)?,
                RowChange::KeptOrdered(row) => {
                    let mut table = self.tx.open_table(tables::KEPT)?;
                    table.insert((row.id.seq, row.id.index), row.encode().as_slice())?;
                }
                RowChange::LogDeleted(log, stamp) => {
                    self.mark_deleted(log, *stamp)?;
                    self.delete_note(log.key.call, log.key.visit)?;
                    self.delete_callbacks(log.key.call, log.key.visit)?;
                    self.remove_recordings(log);
                }
                RowChange::LogProcessed(log, step) => self.add_log_step(log, *step)?,
                RowChange::Noted(seq, noted, stamp) => self.put_note(*seq, noted, *stamp)?,
                RowChange::RingMissed(agent, log, rang) => {
                    self.add_missed_ring(*agent, log, *rang)?;
                }
                RowChange::Record(record, sums) => {
                    self.put_record(record)?;
                    self.add_sums(record, *sums)?;
                }
                RowChange::Recorded(caller, call) => self.note_recorded(*caller, *call)?,
                RowChange::Status(row) => self.put_status(row)?,
                RowChange::Surveyed(row) => self.put_survey(row)?,
            }
        }
        Ok(())
    }

    pub(crate) fn delete_kept(&self, id: EffectId) -> Result<(), StoreError> {
        let mut table = self.tx.open_table(tables::KEPT)?;
        table.remove((id.seq, id.index))?;
        Ok(())
    }

    fn put_record(&self, record: &CallRecord) -> Result<(), StoreError> {
        let key = RecordKey::of(record);
        let queue = record.queue.to_string();
        let mut table = self.tx.open_table(tables::RECORDS)?;
        table.insert(key.under(&queue), record.encode().as_slice())?;
        if !record.call.caller.is_none() {
            let caller = record.call.caller.to_string();
            let mut table = self.tx.open_table(tables::RECORDS_BY_CALLER)?;
            table.insert(key.under(&caller), queue.as_str())?;
        }
        if let Some(agent) = record.agent {
            let mut table = self.tx.open_table(tables::RECORDS_BY_AGENT)?;
            table.insert(key.under(&agent.to_string()), queue.as_str())?;
        }
        Ok(())
    }

    fn put_status(&self, row: &StatusRow) -> Result<(), StoreError> {
        let (queue, agent) = (row.queue.to_string(), row.agent.to_string());
        let key = (
            queue.as_str(),
            agent.as_str(),
            row.unix_us,
            row.seq,
            row.index,
        );
        let mut table = self.tx.open_table(tables::STATUSES)?;
        table.insert(key, row.encode().as_slice())?;
        Ok(())
    }

    fn add_sums(&self, record: &CallRecord, sums: Aggregate) -> Result<(), StoreError> {
        let queue = record.queue.to_string();
        let key = (queue.as_str(), interval_of(record.joined_us));
        let mut table = self.tx.open_table(tables::AGGREGATES)?;
        let before = match table.get(key)? {
            Some(bytes) => Aggregate::decode(bytes.value())?,
            None => Aggregate::default(),
        };
        table.insert(key, before.plus(sums).encode().as_slice())?;
        Ok(())
    }

    /// Rewrites every record of a person who was erased, and forgets what was noted of him.
    fn erase(&self, input: &Input) -> Result<(), StoreError> {
        let Input::PersonErased { number, .. } = input else {
            return Ok(());
        };
        if number.is_none() {
            return Ok(());
        }
        self.erase_notes(*number)?;
        self.erase_callbacks(*number)?;
        self.erase_recordings(*number)?;
        let caller = number.to_string();
        let mut by_caller = self.tx.open_table(tables::RECORDS_BY_CALLER)?;
        let mut records = self.tx.open_table(tables::RECORDS)?;
        let (first, last) = (RecordKey::FIRST, RecordKey::LAST);
        let theirs = first.under(&caller)..=last.under(&caller);
        for row in by_caller.extract_from_if(theirs, |_, _| true)? {
            let (key, queue) = row?;
            let (_, joined_us, epoch, counter, visit) = key.value();
            let key = (queue.value(), joined_us, epoch, counter, visit);
            let record = match records.get(key)? {
                Some(bytes) => CallRecord::decode(bytes.value())?,
                None => return Err(StoreError::Damaged { table: "records" }),
            };
            let record = CallRecord {
                call: records::apply(record.call, input),
                ..record
            };
            records.insert(key, record.encode().as_slice())?;
        }
        Ok(())
    }

    /// Writes an entry that could not be applied.
    pub(crate) fn put_quarantine(&self, row: &QuarantineRow) -> Result<(), StoreError> {
        let mut table = self.tx.open_table(tables::QUARANTINE)?;
        table.insert((row.unix_us, row.seq), row.encode().as_slice())?;
        Ok(())
    }

    /// Writes the configuration in force since entry `seq`, and forgets those
    /// long ago.
    pub(crate) fn put_revision(&self, seq: u64, revision: &Revision) -> Result<(), StoreError> {
        let mut table = self.tx.open_table(tables::REVISIONS)?;
        table.insert(seq, revision.encode().as_slice())?;
        while table.len()? > REVISIONS_KEPT_MAX as u64 {
            table.pop_first()?;
        }
        Ok(())
    }

    /// Writes a snapshot of the state after entry `seq`, and deletes those that
    /// serve for nothing any more.
    pub(crate) fn put_snapshot(
        &self,
        seq: u64,
        mut info: SnapshotInfo,
        snapshot: &SnapshotRow,
    ) -> Result<(), StoreError> {
        let mut infos = self.tx.open_table(tables::SNAPSHOT_INFOS)?;
        let mut snapshots = self.tx.open_table(tables::SNAPSHOTS)?;
        let mut kept = Vec::new();
        for row in infos.iter()? {
            let (seq, bytes) = row?;
            let old = SnapshotInfo::decode(bytes.value())?;
            kept.push((seq.value(), old.unix_us, old.daily));
        }
        let last_daily = kept
            .iter()
            .filter(|(_, _, daily)| *daily)
            .map(|(_, at, _)| *at)
            .max();
        info.daily = last_daily.is_none_or(|at| info.unix_us - at >= DAY_US);
        let expired = expired(kept.iter().copied(), info.unix_us);
        for (place, &(old, _, daily)) in kept.iter().rev().enumerate() {
            // The one just made comes before them.
            if old < expired || (!daily && place + 1 >= SNAPSHOTS_RECENT_MAX) {
                infos.remove(old)?;
                snapshots.remove(old)?;
            }
        }
        infos.insert(seq, info.encode().as_slice())?;
        snapshots.insert(seq, snapshot.encode().as_slice())?;
        Ok(())
    }

    /// Deletes some of the journal that is older than it is to be kept.
    pub(crate) fn prune_journal(&self, unix_us: i64) -> Result<(), StoreError> {
        let infos = self.tx.open_table(tables::SNAPSHOT_INFOS)?;
        let mut kept = Vec::new();
        for row in infos.iter()? {
            let (seq, bytes) = row?;
            let info = SnapshotInfo::decode(bytes.value())?;
            kept.push((seq.value(), info.unix_us, info.daily));
        }
        let expired = expired(kept.into_iter(), unix_us);
        let mut journal = self.tx.open_table(tables::JOURNAL)?;
        for _ in 0..PRUNE_ROWS_MAX {
            // A row's entries lie all before a snapshot or all behind it.
            let first = journal.first()?.map(|(seq, _)| seq.value());
            if first.is_none_or(|first| first > expired) {
                break;
            }
            journal.pop_first()?;
        }
        Ok(())
    }

    /// Writes where a person's telephones are, in the words of the port that
    /// knows: it holds the expiry and the way there.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn put_bindings(&self, address: &str, bindings: &[u8]) -> Result<(), StoreError> {
        self.tx
            .open_table(tables::BINDINGS)?
            .insert(address, bindings)?;
        Ok(())
    }

    /// Forgets where a person's telephones are.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn delete_bindings(&self, address: &str) -> Result<(), StoreError> {
        self.tx.open_table(tables::BINDINGS)?.remove(address)?;
        Ok(())
    }

    /// Writes what a BYE on this leg needs, in the words of its port.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn put_leg(&self, id: &[u8], leg: &[u8]) -> Result<(), StoreError> {
        self.tx.open_table(tables::LEGS)?.insert(id, leg)?;
        Ok(())
    }

    /// Forgets a leg.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn delete_leg(&self, id: &[u8]) -> Result<(), StoreError> {
        self.tx.open_table(tables::LEGS)?.remove(id)?;
        Ok(())
    }

    /// Writes a token under its SHA-256.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn put_token(&self, hash: &[u8; 32], token: &Token) -> Result<(), StoreError> {
        let mut table = self.tx.open_table(tables::TOKENS)?;
        table.insert(hash, token.encode().as_slice())?;
        Ok(())
    }

    /// Forgets a token: who has it is nobody any more.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn delete_token(&self, hash: &[u8; 32]) -> Result<(), StoreError> {
        self.tx.open_table(tables::TOKENS)?.remove(hash)?;
        Ok(())
    }

    /// Writes a secret that was sealed.
    pub(crate) fn put_sealed(&self, name: &str, sealed: &[u8]) -> Result<(), StoreError> {
        self.tx.open_table(tables::SECRETS)?.insert(name, sealed)?;
        Ok(())
    }

    /// Forgets a secret.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn delete_secret(&self, name: &str) -> Result<(), StoreError> {
        self.tx.open_table(tables::SECRETS)?.remove(name)?;
        Ok(())
    }

    /// Raises the epoch of a store that was restored.
    pub(crate) fn put_epoch(&self, epoch: u32) -> Result<(), StoreError> {
        let mut table = self.tx.open_table(tables::META)?;
        let head = match table.get(meta::HEAD)? {
            Some(bytes) => Head::decode(bytes.value())?,
            None => return Ok(()),
        };
        let head = Head { epoch, ..head };
        table.insert(meta::HEAD, head.encode().as_slice())?;
        Ok(())
    }
}

/// The snapshot from which everything that is to be kept can be replayed; those
/// before it, and the journal up to it, are expired. Zero where nothing is.
fn expired(snapshots: impl Iterator<Item = (u64, i64, bool)>, unix_us: i64) -> u64 {
    let old = |at: &i64| unix_us.saturating_sub(*at) >= JOURNAL_KEEP_DAYS * DAY_US;
    let seqs = snapshots
        .filter(|(_, at, _)| old(at))
        .map(|(seq, _, _)| seq);
    seqs.max().unwrap_or(0)
}
