//! What came of callbacks: who was promised one, and how far it has come.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};
use tandem_engine::records::LeaveReason;
use tandem_engine::{Number, PublicId};

use super::Store;
use super::error::StoreError;
use super::read::{PAGE_ROWS_MAX, RecordKey};
use super::rows::Row;
use super::tables;
use super::write::Txn;

/// A callback that a caller was promised. It lies under the call and not under a moment, as
/// the clock may be put before it is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackRow {
    /// The call.
    pub call: PublicId,
    /// In which of its visits to a queue.
    pub visit: u16,
    /// The queue's number.
    pub queue: Number,
    /// The number that the caller called from; blank where it is withheld or was erased.
    pub caller: Number,
    /// Where he is to be called; blank where that was erased.
    pub number: Number,
    /// When he asked, in microseconds of Unix time.
    pub requested_us: i64,
    /// An agent must be found before, in microseconds of Unix time; `None`: whenever one is.
    pub until_us: Option<i64>,
    /// How far it has come.
    pub state: CallbackState,
    /// Since when, in microseconds of Unix time.
    pub since_us: i64,
    /// The number of who answered for it.
    pub agent: Option<Number>,
}

/// How far a callback has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallbackState {
    /// The customer talks to an agent, or has done so.
    Answered,
    /// An agent has answered, and the customer is called.
    Calling,
    /// It came to nothing, for this reason.
    Failed(LeaveReason),
    /// No agent is found yet.
    Waiting,
}

/// What happens to a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallbackStep {
    /// It was promised.
    Promised(Box<CallbackRow>),
    /// It comes to this, at that moment in microseconds of Unix time, by an agent if one is
    /// named.
    Comes(CallbackState, i64, Option<Number>),
}

impl CallbackRow {
    /// Where it stands among those of its queue.
    #[must_use]
    pub const fn key(&self) -> RecordKey {
        RecordKey {
            joined_us: self.requested_us,
            call: self.call,
            visit: self.visit,
        }
    }

    /// Those whom it tells of.
    fn persons(&self) -> impl Iterator<Item = String> {
        let both = [self.caller, self.number].into_iter();
        both.filter(|it| !it.is_none()).map(|it| it.to_string())
    }
}

impl Txn<'_> {
    /// Something happens to the callback that a call was promised last.
    pub(crate) fn change_callback(
        &self,
        call: PublicId,
        step: &CallbackStep,
    ) -> Result<(), StoreError> {
        match step {
            CallbackStep::Promised(row) => self.put_callback(row),
            CallbackStep::Comes(state, at, agent) => {
                let PublicId { epoch, counter } = call;
                let mut table = self.open(tables::CALLBACKS)?;
                let all = (epoch, counter, 0)..=(epoch, counter, u16::MAX);
                let row = match table.range(all)?.next_back() {
                    Some(last) => CallbackRow::decode(last?.1.value())?,
                    // It was promised by an older version, which kept nothing of it.
                    None => return Ok(()),
                };
                let row = CallbackRow {
                    state: *state,
                    since_us: *at,
                    agent: agent.or(row.agent),
                    ..row
                };
                let key = (epoch, counter, row.visit);
                table.insert(key, row.encode().as_slice())?;
                Ok(())
            }
        }
    }

    fn put_callback(&self, row: &CallbackRow) -> Result<(), StoreError> {
        let PublicId { epoch, counter } = row.call;
        let key = (epoch, counter, row.visit);
        let mut table = self.open(tables::CALLBACKS)?;
        table.insert(key, row.encode().as_slice())?;
        let queue = row.queue.to_string();
        let mut table = self.open(tables::CALLBACKS_BY_QUEUE)?;
        table.insert(row.key().under(&queue), ())?;
        let mut table = self.open(tables::CALLBACKS_BY_PERSON)?;
        for person in row.persons() {
            table.insert((person.as_str(), epoch, counter, row.visit), ())?;
        }
        Ok(())
    }

    /// A callback is gone with the log of its call.
    pub(crate) fn delete_callback(&self, call: PublicId, visit: u16) -> Result<(), StoreError> {
        let PublicId { epoch, counter } = call;
        let mut table = self.open(tables::CALLBACKS)?;
        let row = match table.remove((epoch, counter, visit))? {
            Some(bytes) => CallbackRow::decode(bytes.value())?,
            None => return Ok(()),
        };
        let queue = row.queue.to_string();
        let mut table = self.open(tables::CALLBACKS_BY_QUEUE)?;
        table.remove(row.key().under(&queue))?;
        let mut table = self.open(tables::CALLBACKS_BY_PERSON)?;
        for person in row.persons() {
            table.remove((person.as_str(), epoch, counter, visit))?;
        }
        Ok(())
    }

    /// A person is erased: where he asked, and where he was to be called, nobody knows any
    /// more.
    pub(crate) fn erase_callbacks(&self, person: Number) -> Result<(), StoreError> {
        let whose = person.to_string();
        let mut table = self.open(tables::CALLBACKS)?;
        let mut by_person = self.open(tables::CALLBACKS_BY_PERSON)?;
        let all = (whose.as_str(), 0, 0, 0)..=(whose.as_str(), u32::MAX, u64::MAX, u16::MAX);
        let mut erased = Vec::new();
        for row in by_person.extract_from_if(all, |_, ()| true)? {
            let (_, epoch, counter, visit) = row?.0.value();
            erased.push((epoch, counter, visit));
        }
        for key in erased {
            let row = match table.get(key)? {
                Some(bytes) => CallbackRow::decode(bytes.value())?,
                None => return Err(StoreError::Damaged { table: "callbacks" }),
            };
            let own = row.caller == person;
            let blank = CallbackRow {
                caller: if own { Number::NONE } else { row.caller },
                number: Number::NONE,
                ..row.clone()
            };
            table.insert(key, blank.encode().as_slice())?;
            for other in row.persons().filter(|_| own) {
                by_person.remove((other.as_str(), key.0, key.1, key.2))?;
            }
        }
        Ok(())
    }
}

impl Store {
    /// Callbacks of a queue in the order in which they were asked for, behind `after` and up
    /// to `last`, at most `limit` ([`PAGE_ROWS_MAX`]).
    ///
    /// # Errors
    /// As [`Store::head`].
    pub fn callbacks(
        &self,
        queue: Number,
        after: RecordKey,
        last: RecordKey,
        limit: usize,
    ) -> Result<Vec<CallbackRow>, StoreError> {
        if after >= last {
            return Ok(Vec::new());
        }
        let reading = self.reading()?;
        let by_queue = reading.open_table(tables::CALLBACKS_BY_QUEUE)?;
        let table = reading.open_table(tables::CALLBACKS)?;
        let queue = queue.to_string();
        let mut found = Vec::new();
        for row in by_queue.range(after.under(&queue)..=last.under(&queue))? {
            if found.len() >= limit.min(PAGE_ROWS_MAX) {
                break;
            }
            let (_, _, epoch, counter, visit) = row?.0.value();
            let row = match table.get((epoch, counter, visit))? {
                Some(bytes) => CallbackRow::decode(bytes.value())?,
                None => return Err(StoreError::Damaged { table: "callbacks" }),
            };
            if row.key() > after {
                found.push(row);
            }
        }
        Ok(found)
    }
}
