//! What came of callbacks: who was promised one, and how far it has come.

use std::ops::RangeInclusive;

use redb::ReadableTable;
use serde::{Deserialize, Serialize};
use tandem_engine::records::LeaveReason;
use tandem_engine::{Number, PublicId};

use super::Store;
use super::error::StoreError;
use super::read::{PAGE_ROWS_MAX, RecordKey};
use super::rows::Row;
use super::tables::{self, CallbackKeyTuple};
use super::write::Txn;

/// A callback that a caller was promised, or for which he gave a number that can not be
/// called.
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
    /// Where he is to be called; blank where that was erased, or can not be called.
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
    /// What the caller gave can not be called: nothing was promised.
    InvalidNumber,
    /// No agent is found yet.
    Waiting,
}

/// What happens to a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallbackStep {
    /// It was asked for: promised, or with a number that can not be called.
    Asked(Box<CallbackRow>),
    /// What was promised comes to this, at that moment in microseconds of Unix time, by an
    /// agent if one is named.
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

    /// Where it lies: under the call and not under a moment first, as the clock may be put
    /// before it is over.
    const fn place(&self) -> CallbackKeyTuple {
        let PublicId { epoch, counter } = self.call;
        (epoch, counter, self.visit, self.requested_us)
    }

    /// Those whom it tells of.
    fn persons(&self) -> impl Iterator<Item = String> {
        let both = [self.caller, self.number].into_iter();
        both.filter(|it| !it.is_none()).map(|it| it.to_string())
    }
}

impl Txn<'_> {
    /// Somebody asks for a callback, or something happens to the one that a call was promised
    /// last.
    pub(crate) fn change_callback(
        &self,
        call: PublicId,
        step: &CallbackStep,
    ) -> Result<(), StoreError> {
        let (state, at, agent) = match step {
            CallbackStep::Asked(row) => return self.put_callback(row),
            CallbackStep::Comes(state, at, agent) => (*state, *at, *agent),
        };
        let mut table = self.open(tables::CALLBACKS)?;
        let mut promised = None;
        for row in table.range(all_of(call, 0..=u16::MAX))?.rev() {
            let row = CallbackRow::decode(row?.1.value())?;
            if row.state != CallbackState::InvalidNumber {
                promised = Some(row);
                break;
            }
        }
        // If there is none, it was promised by an older version, which kept nothing of it.
        if let Some(row) = promised {
            let row = CallbackRow {
                state,
                since_us: at,
                agent: agent.or(row.agent),
                ..row
            };
            table.insert(row.place(), row.encode().as_slice())?;
        }
        Ok(())
    }

    fn put_callback(&self, row: &CallbackRow) -> Result<(), StoreError> {
        let place = row.place();
        let mut table = self.open(tables::CALLBACKS)?;
        table.insert(place, row.encode().as_slice())?;
        let queue = row.queue.to_string();
        let mut table = self.open(tables::CALLBACKS_BY_QUEUE)?;
        table.insert(row.key().under(&queue), ())?;
        let mut table = self.open(tables::CALLBACKS_BY_PERSON)?;
        for person in row.persons() {
            table.insert(of_person(&person, place), ())?;
        }
        Ok(())
    }

    /// What a caller asked for in a visit is gone with the log of its call.
    pub(crate) fn delete_callbacks(&self, call: PublicId, visit: u16) -> Result<(), StoreError> {
        let mut table = self.open(tables::CALLBACKS)?;
        let mut deleted = Vec::new();
        for row in table.extract_from_if(all_of(call, visit..=visit), |_, _| true)? {
            deleted.push(CallbackRow::decode(row?.1.value())?);
        }
        let mut by_queue = self.open(tables::CALLBACKS_BY_QUEUE)?;
        let mut by_person = self.open(tables::CALLBACKS_BY_PERSON)?;
        for row in deleted {
            let queue = row.queue.to_string();
            by_queue.remove(row.key().under(&queue))?;
            for person in row.persons() {
                by_person.remove(of_person(&person, row.place()))?;
            }
        }
        Ok(())
    }

    /// A person is erased: where he asked, and where he was to be called, nobody knows any
    /// more.
    pub(crate) fn erase_callbacks(&self, person: Number) -> Result<(), StoreError> {
        let whose = person.to_string();
        let mut table = self.open(tables::CALLBACKS)?;
        let mut by_person = self.open(tables::CALLBACKS_BY_PERSON)?;
        let first = of_person(&whose, (0, 0, 0, i64::MIN));
        let last = of_person(&whose, (u32::MAX, u64::MAX, u16::MAX, i64::MAX));
        let mut erased = Vec::new();
        for row in by_person.extract_from_if(first..=last, |_, ()| true)? {
            let (_, epoch, counter, visit, requested_us) = row?.0.value();
            erased.push((epoch, counter, visit, requested_us));
        }
        for place in erased {
            let row = match table.get(place)? {
                Some(bytes) => CallbackRow::decode(bytes.value())?,
                None => return Err(StoreError::Damaged { table: "callbacks" }),
            };
            let own = row.caller == person;
            let blank = CallbackRow {
                caller: if own { Number::NONE } else { row.caller },
                number: Number::NONE,
                ..row.clone()
            };
            table.insert(place, blank.encode().as_slice())?;
            for other in row.persons().filter(|_| own) {
                by_person.remove(of_person(&other, place))?;
            }
        }
        Ok(())
    }
}

/// Where everything lies that was asked for in these visits of a call.
fn all_of(call: PublicId, visits: RangeInclusive<u16>) -> RangeInclusive<CallbackKeyTuple> {
    let PublicId { epoch, counter } = call;
    let (first, last) = visits.into_inner();
    (epoch, counter, first, i64::MIN)..=(epoch, counter, last, i64::MAX)
}

const fn of_person(person: &str, place: CallbackKeyTuple) -> (&str, u32, u64, u16, i64) {
    let (epoch, counter, visit, requested_us) = place;
    (person, epoch, counter, visit, requested_us)
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
            let (_, requested_us, epoch, counter, visit) = row?.0.value();
            let row = match table.get((epoch, counter, visit, requested_us))? {
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
