//! What can be read. Every call is one short read transaction; whatever can be
//! long comes in pages.

use std::fmt;
use std::ops::RangeInclusive;

use itertools::Itertools as _;
use redb::{ReadTransaction, ReadableDatabase, ReadableTable};
use tandem_engine::{EffectId, Number, PublicId};

use super::Store;
use super::aggregate::Aggregate;
use super::error::StoreError;
use super::key::Secret;
use super::rows::{
    CallRecord, Head, Imported, JournalRow, KeptRow, QuarantineRow, Revision, Row, SnapshotInfo,
    SnapshotRow, StatusRow, Token,
};
use super::tables::{self, RecordKeyTuple, meta};
use super::writer::Written;

/// Rows of one page at most.
pub const PAGE_ROWS_MAX: usize = 1_000;
/// Entries of one page of the journal, as a rule: its last batch may pass it.
const PAGE_ENTRIES_MAX: usize = 10_000;

/// Where a record stands among those of its queue, caller or agent: the next
/// page begins behind the last record of the page before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordKey {
    /// When the caller joined, in microseconds of Unix time.
    pub joined_us: i64,
    /// The call.
    pub call: PublicId,
    /// Which of its visits.
    pub visit: u16,
}

/// The place by which others mean it.
impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PublicId { epoch, counter } = self.call;
        write!(f, "{}.{epoch}.{counter}.{}", self.joined_us, self.visit)
    }
}

/// Where a change of status stands among those of its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatusKey {
    /// Whose status.
    pub agent: Number,
    /// When, in microseconds of Unix time.
    pub unix_us: i64,
    /// The entry.
    pub seq: u64,
    /// Its place among the entry's events.
    pub index: u32,
}

impl StatusKey {
    /// The key of a row.
    #[must_use]
    pub const fn of(row: &StatusRow) -> Self {
        Self {
            agent: row.agent,
            unix_us: row.unix_us,
            seq: row.seq,
            index: row.index,
        }
    }
}

/// A leg's id, and what a BYE on it needs, in the words of its port.
pub type Leg = (Vec<u8>, Vec<u8>);

/// Whose records are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordsOf {
    /// Those that this person answered.
    Agent(Number),
    /// Those of this caller.
    Caller(Number),
    /// Those of this queue.
    Queue(Number),
}

impl RecordKey {
    /// Before every record.
    pub const FIRST: Self = Self {
        joined_us: i64::MIN,
        call: PublicId {
            epoch: 0,
            counter: 0,
        },
        visit: 0,
    };
    /// Behind every record.
    pub const LAST: Self = Self {
        joined_us: i64::MAX,
        call: PublicId {
            epoch: u32::MAX,
            counter: u64::MAX,
        },
        visit: u16::MAX,
    };

    /// Before every record of callers who joined at this moment or later.
    #[must_use]
    pub const fn from(joined_us: i64) -> Self {
        Self {
            joined_us,
            ..Self::FIRST
        }
    }

    /// Behind every record of callers who joined at this moment or before.
    #[must_use]
    pub const fn until(joined_us: i64) -> Self {
        Self {
            joined_us,
            ..Self::LAST
        }
    }

    /// The key of a record.
    #[must_use]
    pub const fn of(record: &CallRecord) -> Self {
        Self {
            joined_us: record.joined_us,
            call: record.call.call,
            visit: record.call.visit,
        }
    }

    pub(crate) const fn under(self, whose: &str) -> RecordKeyTuple<'_> {
        let PublicId { epoch, counter } = self.call;
        (whose, self.joined_us, epoch, counter, self.visit)
    }
}

impl Store {
    pub(super) fn reading(&self) -> Result<ReadTransaction, StoreError> {
        Ok(self.inner.database.begin_read()?)
    }

    /// Where the journal ends; `None` before the first entry.
    ///
    /// # Errors
    /// As all reads: where the file is damaged or the disk fails.
    pub fn head(&self) -> Result<Option<Head>, StoreError> {
        let table = self.reading()?.open_table(tables::META)?;
        table
            .get(meta::HEAD)?
            .map(|bytes| Head::decode(bytes.value()))
            .transpose()
    }

    /// What was imported last.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn imported(&self) -> Result<Option<Imported>, StoreError> {
        let table = self.reading()?.open_table(tables::META)?;
        let bytes = table.get(meta::IMPORTED)?;
        bytes
            .map(|bytes| Imported::decode(bytes.value()))
            .transpose()
    }

    /// The first rows of the journal that begin at entry `from` or later, some
    /// thousands of entries; none at the end.
    ///
    /// # Errors
    /// As [`Store::head`], and where a row was written by a later version.
    pub fn journal(&self, from: u64) -> Result<Vec<(u64, JournalRow)>, StoreError> {
        let table = self.reading()?.open_table(tables::JOURNAL)?;
        let (mut rows, mut entries) = (Vec::new(), 0);
        for row in table.range(from..)?.take(PAGE_ROWS_MAX) {
            let (seq, bytes) = row?;
            let row = JournalRow::decode(bytes.value())?;
            entries += row.entries.len();
            rows.push((seq.value(), row));
            if entries >= PAGE_ENTRIES_MAX {
                break;
            }
        }
        Ok(rows)
    }

    /// The first entry that the journal holds.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn journal_begins(&self) -> Result<Option<u64>, StoreError> {
        let table = self.reading()?.open_table(tables::JOURNAL)?;
        Ok(table.first()?.map(|(seq, _)| seq.value()))
    }

    /// Every snapshot, by the number of the last entry before it.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn snapshots(&self) -> Result<Vec<(u64, SnapshotInfo)>, StoreError> {
        let table = self.reading()?.open_table(tables::SNAPSHOT_INFOS)?;
        let rows = table.iter()?.map(|row| {
            let (seq, bytes) = row?;
            Ok((seq.value(), SnapshotInfo::decode(bytes.value())?))
        });
        rows.collect()
    }

    /// The snapshot of the state after an entry.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn snapshot(&self, seq: u64) -> Result<Option<SnapshotRow>, StoreError> {
        let table = self.reading()?.open_table(tables::SNAPSHOTS)?;
        let bytes = table.get(seq)?;
        bytes
            .map(|bytes| SnapshotRow::decode(bytes.value()))
            .transpose()
    }

    /// Records of a queue, a caller or an agent in the order in which their
    /// callers joined, behind `after` and up to `last`, at most `limit`
    /// ([`PAGE_ROWS_MAX`]).
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn records(
        &self,
        of: RecordsOf,
        after: RecordKey,
        last: RecordKey,
        limit: usize,
    ) -> Result<Vec<CallRecord>, StoreError> {
        if after >= last {
            return Ok(Vec::new());
        }
        let (index, whose) = match of {
            RecordsOf::Queue(number) => {
                return self.records_of_queues(&[number], after, last, limit);
            }
            RecordsOf::Agent(number) => (tables::RECORDS_BY_AGENT, number.to_string()),
            RecordsOf::Caller(number) => (tables::RECORDS_BY_CALLER, number.to_string()),
        };
        let reading = self.reading()?;
        let records = reading.open_table(tables::RECORDS)?;
        let limit = limit.min(PAGE_ROWS_MAX);
        let index = reading.open_table(index)?;
        let mut found = Vec::new();
        for row in index.range(after.under(&whose)..=last.under(&whose))? {
            let (key, queue) = row?;
            let (_, joined_us, epoch, counter, visit) = key.value();
            let key = (queue.value(), joined_us, epoch, counter, visit);
            let bytes = records
                .get(key)?
                .ok_or(StoreError::Damaged { table: "records" })?;
            let record = CallRecord::decode(bytes.value())?;
            if RecordKey::of(&record) > after {
                found.push(record);
            }
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    /// Records of several queues, as [`Store::records`] gives those of one.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn records_of_queues(
        &self,
        queues: &[Number],
        after: RecordKey,
        last: RecordKey,
        limit: usize,
    ) -> Result<Vec<CallRecord>, StoreError> {
        if after >= last {
            return Ok(Vec::new());
        }
        let table = self.reading()?.open_table(tables::RECORDS)?;
        let mut lines = Vec::new();
        for queue in queues {
            let whose = queue.to_string();
            let range = table.range(after.under(&whose)..=last.under(&whose))?;
            lines.push(range.map(|row| CallRecord::decode(row?.1.value())));
        }
        // What can not be read is told at once.
        let key = |row: &Result<CallRecord, _>| row.as_ref().ok().map(RecordKey::of);
        let rows = lines
            .into_iter()
            .kmerge_by(|one, other| key(one) < key(other));
        rows.filter(|row| key(row).is_none_or(|key| key > after))
            .take(limit.min(PAGE_ROWS_MAX))
            .collect()
    }

    /// The records of a call that joined a queue at this moment, in microseconds of
    /// Unix time: one, unless it came there twice in one instant.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn records_at(
        &self,
        queue: Number,
        joined_us: i64,
        call: PublicId,
    ) -> Result<Vec<CallRecord>, StoreError> {
        let table = self.reading()?.open_table(tables::RECORDS)?;
        let (queue, PublicId { epoch, counter }) = (queue.to_string(), call);
        let key = |visit| (queue.as_str(), joined_us, epoch, counter, visit);
        let rows = table.range(key(0)..=key(u16::MAX))?;
        rows.map(|row| CallRecord::decode(row?.1.value())).collect()
    }

    /// The records of a call, in the order of its visits, wherever they lie. There is
    /// no index for that: every key is looked at.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn records_of_call(&self, call: PublicId) -> Result<Vec<CallRecord>, StoreError> {
        let table = self.reading()?.open_table(tables::RECORDS)?;
        let mut found = Vec::new();
        for row in table.iter()? {
            let (key, bytes) = row?;
            let (_, _, epoch, counter, _) = key.value();
            if (PublicId { epoch, counter }) == call {
                found.push(CallRecord::decode(bytes.value())?);
            }
        }
        found.sort_by_key(|record| record.call.visit);
        Ok(found)
    }

    /// A page of all records in the order of their keys, for whoever checks
    /// them: key and value as they lie in the file.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub(crate) fn raw_records(
        &self,
        after: Option<(&str, RecordKey)>,
    ) -> Result<Vec<(String, RecordKey, Vec<u8>)>, StoreError> {
        let table = self.reading()?.open_table(tables::RECORDS)?;
        let (queue, key) = after.unwrap_or(("", RecordKey::FIRST));
        let mut page = Vec::new();
        for row in table.range(key.under(queue)..)?.take(PAGE_ROWS_MAX + 1) {
            let (key, bytes) = row?;
            let (queue, joined_us, epoch, counter, visit) = key.value();
            let call = PublicId { epoch, counter };
            let key = RecordKey {
                joined_us,
                call,
                visit,
            };
            if after != Some((queue, key)) {
                page.push((queue.to_owned(), key, bytes.value().to_vec()));
            }
        }
        Ok(page)
    }

    /// Changes of status in a queue, of one agent or of all, one agent after the other
    /// and each in the order of time: behind `after`, from `first` to `last` in
    /// microseconds of Unix time, and the last one of each agent before that; at most
    /// `limit` ([`PAGE_ROWS_MAX`]).
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn statuses(
        &self,
        of: (Number, Option<Number>),
        (first, last): (i64, i64),
        after: Option<StatusKey>,
        limit: usize,
    ) -> Result<Vec<StatusRow>, StoreError> {
        let table = self.reading()?.open_table(tables::STATUSES)?;
        let (queue, limit) = (of.0.to_string(), limit.min(PAGE_ROWS_MAX));
        let mut found = Vec::new();
        let whose = of.1.or(after.map(|after| after.agent));
        let mut agent = whose.map_or(String::new(), |agent| agent.to_string());
        while found.len() < limit {
            // The next who has any: numbers sort as texts do.
            let from = (queue.as_str(), agent.as_str(), i64::MIN, 0, 0);
            let Some(row) = table.range(from..)?.next() else {
                break;
            };
            let next = StatusRow::decode(row?.1.value())?;
            if next.queue != of.0 || of.1.is_some_and(|agent| agent != next.agent) {
                break;
            }
            agent = next.agent.to_string();
            let key = |at, seq, index| (queue.as_str(), agent.as_str(), at, seq, index);
            let before = table
                .range(key(i64::MIN, 0, 0)..key(first, 0, 0))?
                .next_back();
            let within = table.range(key(first, 0, 0)..=key(last, u64::MAX, u32::MAX))?;
            for row in before.into_iter().chain(within) {
                let row = StatusRow::decode(row?.1.value())?;
                if found.len() < limit && after.is_none_or(|after| StatusKey::of(&row) > after) {
                    found.push(row);
                }
            }
            if of.1.is_some() {
                break;
            }
            // Behind every row of this agent, and before those of longer numbers.
            agent.push('\0');
        }
        Ok(found)
    }

    /// The sums of a queue for every interval that begins in this range of
    /// seconds of Unix time and had calls, at most [`PAGE_ROWS_MAX`].
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn aggregates(
        &self,
        queue: Number,
        seconds: RangeInclusive<i64>,
    ) -> Result<Vec<(i64, Aggregate)>, StoreError> {
        let table = self.reading()?.open_table(tables::AGGREGATES)?;
        let queue = queue.to_string();
        let (first, last) = seconds.into_inner();
        if first > last {
            return Ok(Vec::new());
        }
        let range = (queue.as_str(), first)..=(queue.as_str(), last);
        let rows = table.range(range)?.take(PAGE_ROWS_MAX).map(|row| {
            let (key, bytes) = row?;
            Ok((key.value().1, Aggregate::decode(bytes.value())?))
        });
        rows.collect()
    }

    /// Kept effects behind `after` that nobody has confirmed, at most
    /// [`PAGE_ROWS_MAX`].
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn kept(&self, after: Option<EffectId>) -> Result<Vec<KeptRow>, StoreError> {
        let table = self.reading()?.open_table(tables::KEPT)?;
        let from = after.map_or((0, 0), |id| (id.seq, id.index));
        let rows = table
            .range(from..)?
            .map(|row| KeptRow::decode(row?.1.value()))
            .filter(|row| row.as_ref().map_or(true, |row| Some(row.id) > after));
        rows.take(PAGE_ROWS_MAX).collect()
    }

    /// The newest entries that could not be applied, newest first, at most
    /// [`PAGE_ROWS_MAX`].
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn quarantine(&self) -> Result<Vec<QuarantineRow>, StoreError> {
        let table = self.reading()?.open_table(tables::QUARANTINE)?;
        let newest = table.iter()?.rev().take(PAGE_ROWS_MAX);
        newest
            .map(|row| QuarantineRow::decode(row?.1.value()))
            .collect()
    }

    /// The configurations that were in force, newest first, with the entry
    /// that brought each.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn revisions(&self, limit: usize) -> Result<Vec<(u64, Revision)>, StoreError> {
        let table = self.reading()?.open_table(tables::REVISIONS)?;
        let newest = table.iter()?.rev().take(limit.min(PAGE_ROWS_MAX));
        let rows = newest.map(|row| {
            let (seq, bytes) = row?;
            Ok((seq.value(), Revision::decode(bytes.value())?))
        });
        rows.collect()
    }

    /// Bindings of addresses behind `after`, at most [`PAGE_ROWS_MAX`].
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn bindings(&self, after: Option<&str>) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let table = self.reading()?.open_table(tables::BINDINGS)?;
        let mut page = Vec::new();
        for row in table.range(after.unwrap_or("")..)?.take(PAGE_ROWS_MAX + 1) {
            let (address, bindings) = row?;
            if after != Some(address.value()) && page.len() < PAGE_ROWS_MAX {
                page.push((address.value().to_owned(), bindings.value().to_vec()));
            }
        }
        Ok(page)
    }

    /// Legs behind `after`, at most [`PAGE_ROWS_MAX`].
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn legs(&self, after: Option<&[u8]>) -> Result<Vec<Leg>, StoreError> {
        let table = self.reading()?.open_table(tables::LEGS)?;
        let mut page = Vec::new();
        for row in table.range(after.unwrap_or(&[])..)?.take(PAGE_ROWS_MAX + 1) {
            let (id, leg) = row?;
            if after != Some(id.value()) && page.len() < PAGE_ROWS_MAX {
                page.push((id.value().to_vec(), leg.value().to_vec()));
            }
        }
        Ok(page)
    }

    /// The token with this SHA-256.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn token(&self, hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        let table = self.reading()?.open_table(tables::TOKENS)?;
        table
            .get(hash)?
            .map(|bytes| Token::decode(bytes.value()))
            .transpose()
    }

    /// Every token with its SHA-256, at most [`PAGE_ROWS_MAX`].
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn tokens(&self) -> Result<Vec<([u8; 32], Token)>, StoreError> {
        let table = self.reading()?.open_table(tables::TOKENS)?;
        let rows = table.iter()?.take(PAGE_ROWS_MAX).map(|row| {
            let (hash, bytes) = row?;
            Ok((*hash.value(), Token::decode(bytes.value())?))
        });
        rows.collect()
    }

    /// Keeps a secret under a name, sealed.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn put_secret(&self, name: &str, secret: &[u8]) -> Result<Written, StoreError> {
        let sealed = self.inner.key.seal(name, secret)?;
        let name = name.to_owned();
        self.write(move |txn| txn.put_sealed(&name, &sealed))
    }

    /// The secret with this name.
    ///
    /// # Errors
    /// As [`Store::head`], and where the key does not fit.
    pub fn secret(&self, name: &str) -> Result<Option<Secret>, StoreError> {
        let table = self.reading()?.open_table(tables::SECRETS)?;
        let sealed = table.get(name)?;
        let unseal =
            |sealed: redb::AccessGuard<'_, &[u8]>| self.inner.key.unseal(name, sealed.value());
        sealed.map(unseal).transpose()
    }

    /// The names of all secrets.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn secret_names(&self) -> Result<Vec<String>, StoreError> {
        let table = self.reading()?.open_table(tables::SECRETS)?;
        let rows = table.iter()?;
        rows.map(|row| Ok(row?.0.value().to_owned())).collect()
    }
}
