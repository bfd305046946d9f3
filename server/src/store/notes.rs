//! What people noted of queue calls, while somebody talked and later.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};
use tandem_engine::records::notes::{Note, Noted};
use tandem_engine::{Number, PublicId};

use super::Store;
use super::error::StoreError;
use super::logs::Stamp;
use super::read::{PAGE_ROWS_MAX, RecordKey};
use super::rows::{CallRecord, Row};
use super::tables;
use super::write::Txn;

/// Of how many writings of a note it is kept who did it: the newest ones.
pub const NOTE_STAMPS_MAX: usize = 50;
/// Calls among which one that an agent has just answered is looked for.
const LATEST_CALLS_MAX: usize = 100;

/// The note of a call. It lies under the call and not under the moment of joining, as it
/// may be written before there is a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteRow {
    /// The entry that wrote it last.
    pub seq: u64,
    /// The caller's number, with whom it is erased; blank where it was withheld.
    pub caller: Number,
    /// As it was written last.
    pub note: Note,
    /// Who wrote it and when, the last one last.
    pub written: Vec<Stamp>,
}

/// Which call, and which of its visits to a queue.
pub(crate) type NoteKey = (PublicId, u16);

impl Txn<'_> {
    /// Somebody wrote the note of a call.
    pub(crate) fn put_note(&self, seq: u64, noted: &Noted, stamp: Stamp) -> Result<(), StoreError> {
        let (PublicId { epoch, counter }, visit) = noted.name();
        let key = (epoch, counter, visit);
        let mut table = self.open(tables::NOTES)?;
        let mut written = match table.get(key)? {
            Some(bytes) => NoteRow::decode(bytes.value())?.written,
            None => Vec::new(),
        };
        written.push(stamp);
        written.drain(..written.len().saturating_sub(NOTE_STAMPS_MAX));
        let row = NoteRow {
            seq,
            caller: noted.caller,
            note: noted.note.clone(),
            written,
        };
        table.insert(key, row.encode().as_slice())?;
        if !noted.caller.is_none() {
            let caller = noted.caller.to_string();
            let mut table = self.open(tables::NOTES_BY_CALLER)?;
            table.insert((caller.as_str(), epoch, counter, visit), ())?;
        }
        Ok(())
    }

    /// The note of a call is gone with its log.
    pub(crate) fn delete_note(&self, call: PublicId, visit: u16) -> Result<(), StoreError> {
        let PublicId { epoch, counter } = call;
        let caller = match self.open(tables::NOTES)?.remove((epoch, counter, visit))? {
            Some(bytes) => NoteRow::decode(bytes.value())?.caller,
            None => return Ok(()),
        };
        let caller = caller.to_string();
        let mut table = self.open(tables::NOTES_BY_CALLER)?;
        table.remove((caller.as_str(), epoch, counter, visit))?;
        Ok(())
    }

    /// A person is erased, and what was noted of his calls with him.
    pub(crate) fn erase_notes(&self, caller: Number) -> Result<(), StoreError> {
        let caller = caller.to_string();
        let mut notes = self.open(tables::NOTES)?;
        let mut by_caller = self.open(tables::NOTES_BY_CALLER)?;
        let (first, last) = ((0, 0, 0), (u32::MAX, u64::MAX, u16::MAX));
        let key = |(epoch, counter, visit)| (caller.as_str(), epoch, counter, visit);
        for row in by_caller.extract_from_if(key(first)..=key(last), |_, ()| true)? {
            let (key, _) = row?;
            let (_, epoch, counter, visit) = key.value();
            notes.remove((epoch, counter, visit))?;
        }
        Ok(())
    }
}

impl Store {
    /// The note of each of these records, if it has one.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn notes(&self, records: &[CallRecord]) -> Result<Vec<Option<NoteRow>>, StoreError> {
        let table = self.reading()?.open_table(tables::NOTES)?;
        let row = |record: &CallRecord| {
            let PublicId { epoch, counter } = record.public();
            let bytes = table.get((epoch, counter, record.call.visit))?;
            bytes
                .map(|bytes| NoteRow::decode(bytes.value()))
                .transpose()
        };
        records.iter().map(row).collect()
    }

    /// A page of all notes in the order of their keys, for whoever checks them: which
    /// call, which visit, and the note.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub(crate) fn all_notes(
        &self,
        after: Option<NoteKey>,
    ) -> Result<Vec<(NoteKey, NoteRow)>, StoreError> {
        let table = self.reading()?.open_table(tables::NOTES)?;
        let (PublicId { epoch, counter }, visit) = after.unwrap_or((PublicId::default(), 0));
        let rows = table.range((epoch, counter, visit)..)?.map(|row| {
            let (key, bytes) = row?;
            let (epoch, counter, visit) = key.value();
            let key = (PublicId { epoch, counter }, visit);
            Ok((key, NoteRow::decode(bytes.value())?))
        });
        let behind = |row: &Result<(NoteKey, NoteRow), StoreError>| {
            row.as_ref().map_or(true, |(key, _)| Some(*key) != after)
        };
        rows.filter(behind).take(PAGE_ROWS_MAX).collect()
    }

    /// The last record of a call that an agent answered, if it is among the newest
    /// hundred that he did.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn latest_answered(
        &self,
        agent: Number,
        call: PublicId,
    ) -> Result<Option<CallRecord>, StoreError> {
        let reading = self.reading()?;
        let (records, index) = (
            reading.open_table(tables::RECORDS)?,
            reading.open_table(tables::RECORDS_BY_AGENT)?,
        );
        let agent = agent.to_string();
        let his = RecordKey::FIRST.under(&agent)..=RecordKey::LAST.under(&agent);
        for row in index.range(his)?.rev().take(LATEST_CALLS_MAX) {
            let (key, queue) = row?;
            let (_, joined_us, epoch, counter, visit) = key.value();
            if (PublicId { epoch, counter }) == call {
                let found = records.get((queue.value(), joined_us, epoch, counter, visit))?;
                let found = found.map(|bytes| CallRecord::decode(bytes.value()));
                return found.transpose();
            }
        }
        Ok(None)
    }
}
