//! What callers said of the service when their agent had hung up.

use serde::{Deserialize, Serialize};
use tandem_engine::{Key, Number, PublicId};

use super::Store;
use super::error::StoreError;
use super::rows::{CallRecord, Row};
use super::tables;
use super::write::Txn;

/// A caller's answer. It lies under the call and not under the moment of joining, as the
/// clock may have been put between the end of the talk and the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyRow {
    /// The call.
    pub call: PublicId,
    /// About which of its visits to a queue the caller was asked.
    pub visit: u16,
    /// The queue's number.
    pub queue: Number,
    /// The number of who answered that call.
    pub agent: Option<Number>,
    /// When the caller answered, in microseconds of Unix time.
    pub at_us: i64,
    /// By which key.
    pub key: Key,
    /// What it was worth then.
    pub points: i16,
}

impl Txn<'_> {
    /// A caller said how the service was.
    pub(crate) fn put_survey(&self, row: &SurveyRow) -> Result<(), StoreError> {
        let PublicId { epoch, counter } = row.call;
        let key = (epoch, counter, row.visit);
        let mut table = self.open(tables::SURVEYS)?;
        table.insert(key, row.encode().as_slice())?;
        Ok(())
    }
}

impl Store {
    /// What the caller of each of these records said, if he said anything.
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn surveys(&self, records: &[CallRecord]) -> Result<Vec<Option<SurveyRow>>, StoreError> {
        let table = self.reading()?.open_table(tables::SURVEYS)?;
        let row = |record: &CallRecord| {
            let PublicId { epoch, counter } = record.public();
            let bytes = table.get((epoch, counter, record.call.visit))?;
            bytes
                .map(|bytes| SurveyRow::decode(bytes.value()))
                .transpose()
        };
        records.iter().map(row).collect()
    }
}
