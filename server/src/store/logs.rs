//! What is known of queue calls beside their records: what people did about them when
//! they were over, and which rings agents missed.

use std::fmt;

use redb::ReadableTable;
use serde::{Deserialize, Serialize};
use tandem_engine::records::processing::Processing;
use tandem_engine::{By, Number, PublicId, Span};

use super::Store;
use super::error::StoreError;
use super::read::{PAGE_ROWS_MAX, RecordKey};
use super::rows::{CallRecord, Row};
use super::tables;
use super::write::Txn;

/// Which record something is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogKey {
    /// The queue's number.
    pub queue: Number,
    /// Its place among those of the queue.
    pub key: RecordKey,
}

impl LogKey {
    /// That of a record.
    #[must_use]
    pub const fn of(record: &CallRecord) -> Self {
        Self {
            queue: record.queue,
            key: RecordKey::of(record),
        }
    }
}

/// The name by which others mean it: the queue's number, and its place there.
impl fmt::Display for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.queue, self.key)
    }
}

/// Who did something, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Who.
    pub by: By,
    /// When, in microseconds of Unix time.
    pub at_us: i64,
}

/// A processing result that a call came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogStep {
    /// The result.
    pub result: Processing,
    /// Who did it, and when.
    pub stamp: Stamp,
    /// Whether it followed another call of the same caller by itself.
    pub auto_sync: bool,
}

/// What people did about a queue call that is over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRow {
    /// Its processing results, the last one last.
    pub steps: Vec<LogStep>,
    /// Who deleted it; then it is shown to those alone who see everything.
    pub deleted: Option<Stamp>,
}

impl LogRow {
    /// How far it is dealt with.
    #[must_use]
    pub fn processing(&self) -> Processing {
        self.steps
            .last()
            .map_or(Processing::NotDealt, |step| step.result)
    }
}

/// The rings of one queue call that one agent missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedRow {
    /// The queue's number.
    pub queue: Number,
    /// How many.
    pub attempts: u32,
    /// How long they lasted together.
    pub rang: Span,
}

/// A queue call that an agent missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissedCall {
    /// Where it stands among those that he missed.
    pub key: RecordKey,
    /// His rings.
    pub rings: MissedRow,
    /// The record; `None` while the caller waits.
    pub record: Option<CallRecord>,
}

impl Txn<'_> {
    /// A call came to another processing result.
    pub(crate) fn add_log_step(&self, log: &LogKey, step: LogStep) -> Result<(), StoreError> {
        self.change_log(log, |row| row.steps.push(step))
    }

    /// The log of a call was deleted. Whoever did it first did it.
    pub(crate) fn mark_deleted(&self, log: &LogKey, stamp: Stamp) -> Result<(), StoreError> {
        self.change_log(log, |row| row.deleted = row.deleted.or(Some(stamp)))
    }

    fn change_log(&self, log: &LogKey, change: impl FnOnce(&mut LogRow)) -> Result<(), StoreError> {
        let queue = log.queue.to_string();
        let mut table = self.open(tables::CALL_LOGS)?;
        let mut row = match table.get(log.key.under(&queue))? {
            Some(bytes) => LogRow::decode(bytes.value())?,
            None => LogRow::default(),
        };
        change(&mut row);
        table.insert(log.key.under(&queue), row.encode().as_slice())?;
        Ok(())
    }

    /// An agent missed a ring.
    pub(crate) fn add_missed_ring(
        &self,
        agent: Number,
        log: &LogKey,
        rang: Span,
    ) -> Result<(), StoreError> {
        let agent = agent.to_string();
        let mut table = self.open(tables::MISSED_RINGS)?;
        let before = match table.get(log.key.under(&agent))? {
            Some(bytes) => MissedRow::decode(bytes.value())?,
            None => MissedRow {
                queue: log.queue,
                attempts: 0,
                rang: Span::ZERO,
            },
        };
        let row = MissedRow {
            attempts: before.attempts + 1,
            rang: before.rang + rang,
            ..before
        };
        table.insert(log.key.under(&agent), row.encode().as_slice())?;
        Ok(())
    }
}

impl Store {
    /// What people did about each of these records.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn logs(&self, records: &[CallRecord]) -> Result<Vec<LogRow>, StoreError> {
        let table = self.reading()?.open_table(tables::CALL_LOGS)?;
        let row = |record: &CallRecord| {
            let LogKey { queue, key } = LogKey::of(record);
            let bytes = table.get(key.under(&queue.to_string()))?;
            bytes.map_or(Ok(LogRow::default()), |bytes| LogRow::decode(bytes.value()))
        };
        records.iter().map(row).collect()
    }

    /// One record.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn record(&self, log: &LogKey) -> Result<Option<CallRecord>, StoreError> {
        let table = self.reading()?.open_table(tables::RECORDS)?;
        let bytes = table.get(log.key.under(&log.queue.to_string()))?;
        bytes
            .map(|bytes| CallRecord::decode(bytes.value()))
            .transpose()
    }

    /// Queue calls of which an agent missed rings, in the order in which their callers
    /// joined, behind `after` and up to `last`, at most `limit` ([`PAGE_ROWS_MAX`]).
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn missed_calls(
        &self,
        agent: Number,
        after: RecordKey,
        last: RecordKey,
        limit: usize,
    ) -> Result<Vec<MissedCall>, StoreError> {
        if after >= last {
            return Ok(Vec::new());
        }
        let reading = self.reading()?;
        let missed = reading.open_table(tables::MISSED_RINGS)?;
        let records = reading.open_table(tables::RECORDS)?;
        let agent = agent.to_string();
        let mut found = Vec::new();
        for row in missed.range(after.under(&agent)..=last.under(&agent))? {
            let (key, bytes) = row?;
            let (_, joined_us, epoch, counter, visit) = key.value();
            let key = RecordKey {
                joined_us,
                call: PublicId { epoch, counter },
                visit,
            };
            if key <= after {
                continue;
            }
            let rings = MissedRow::decode(bytes.value())?;
            let record = records.get(key.under(&rings.queue.to_string()))?;
            let record = record
                .map(|bytes| CallRecord::decode(bytes.value()))
                .transpose()?;
            found.push(MissedCall { key, rings, record });
            if found.len() >= limit.min(PAGE_ROWS_MAX) {
                break;
            }
        }
        Ok(found)
    }
}
