//! The tables, their keys and values.

use redb::{Database, ReadableTable, TableDefinition};

use super::error::StoreError;

/// Numbers are text here, so that a key reads and sorts as what was dialled.
/// Queue, moment of joining in microseconds of Unix time, epoch and counter of
/// the call's public id, visit.
pub(crate) type RecordKeyTuple<'a> = (&'a str, i64, u32, u64, u16);

pub(crate) const AGGREGATES: TableDefinition<(&str, i64), &[u8]> =
    TableDefinition::new("aggregates");
pub(crate) const BINDINGS: TableDefinition<&str, &[u8]> = TableDefinition::new("bindings");
/// Epoch and counter of the call's public id, visit, moment of the request in microseconds of
/// Unix time: who gave a number that can not be called may ask again in the same visit.
pub(crate) type CallbackKeyTuple = (u32, u64, u16, i64);
pub(crate) const CALLBACKS: TableDefinition<CallbackKeyTuple, &[u8]> =
    TableDefinition::new("callbacks");
/// The same behind each of the two numbers that they tell, for when a person is erased.
pub(crate) const CALLBACKS_BY_PERSON: TableDefinition<(&str, u32, u64, u16, i64), ()> =
    TableDefinition::new("callbacks_by_person");
/// The moment in the key is that of the request.
pub(crate) const CALLBACKS_BY_QUEUE: TableDefinition<RecordKeyTuple<'_>, ()> =
    TableDefinition::new("callbacks_by_queue");
/// What people did about records, by the key of each.
pub(crate) const CALL_LOGS: TableDefinition<RecordKeyTuple<'_>, &[u8]> =
    TableDefinition::new("call_logs");
pub(crate) const JOURNAL: TableDefinition<u64, &[u8]> = TableDefinition::new("journal");
pub(crate) const KEPT: TableDefinition<(u64, u32), &[u8]> = TableDefinition::new("kept");
pub(crate) const LEGS: TableDefinition<&[u8], &[u8]> = TableDefinition::new("legs");
/// The first part of the key is the agent.
pub(crate) const MISSED_RINGS: TableDefinition<RecordKeyTuple<'_>, &[u8]> =
    TableDefinition::new("missed_rings");
pub(crate) const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
/// What people noted of calls: epoch and counter of the call's public id, visit.
pub(crate) const NOTES: TableDefinition<(u32, u64, u16), &[u8]> = TableDefinition::new("notes");
/// The same behind the caller, for when he is erased.
pub(crate) const NOTES_BY_CALLER: TableDefinition<(&str, u32, u64, u16), ()> =
    TableDefinition::new("notes_by_caller");
pub(crate) const QUARANTINE: TableDefinition<(i64, u64), &[u8]> =
    TableDefinition::new("quarantine");
/// Caller, epoch and counter of the public id of a call of which something was recorded.
pub(crate) const RECORDED_BY_CALLER: TableDefinition<(&str, u32, u64), ()> =
    TableDefinition::new("recorded_by_caller");
pub(crate) const RECORDS: TableDefinition<RecordKeyTuple<'_>, &[u8]> =
    TableDefinition::new("records");
/// The first part of the key is the agent, the value is the queue.
pub(crate) const RECORDS_BY_AGENT: TableDefinition<RecordKeyTuple<'_>, &str> =
    TableDefinition::new("records_by_agent");
/// The first part of the key is the caller, the value is the queue.
pub(crate) const RECORDS_BY_CALLER: TableDefinition<RecordKeyTuple<'_>, &str> =
    TableDefinition::new("records_by_caller");
pub(crate) const REVISIONS: TableDefinition<u64, &[u8]> = TableDefinition::new("revisions");
pub(crate) const SECRETS: TableDefinition<&str, &[u8]> = TableDefinition::new("secrets");
pub(crate) const SNAPSHOTS: TableDefinition<u64, &[u8]> = TableDefinition::new("snapshots");
pub(crate) const SNAPSHOT_INFOS: TableDefinition<u64, &[u8]> =
    TableDefinition::new("snapshot_infos");
/// What callers said of the service: epoch and counter of the call's public id, visit.
pub(crate) const SURVEYS: TableDefinition<(u32, u64, u16), &[u8]> = TableDefinition::new("surveys");
pub(crate) const TOKENS: TableDefinition<&[u8; 32], &[u8]> = TableDefinition::new("tokens");

/// Queue, agent, moment in microseconds of Unix time, entry, place among its events.
pub(crate) type StatusKeyTuple<'a> = (&'a str, &'a str, i64, u64, u32);
pub(crate) const STATUSES: TableDefinition<StatusKeyTuple<'_>, &[u8]> =
    TableDefinition::new("statuses");

/// Version of the file as a whole: the set of tables and their keys. A value
/// has a version of its own.
const FORMAT: u32 = 2;

/// Keys of the table `meta`.
pub(crate) mod meta {
    pub(crate) const FORMAT: &str = "format";
    pub(crate) const HEAD: &str = "head";
    pub(crate) const IMPORTED: &str = "imported";
}

/// Checks the version of the file and makes the tables that it lacks.
pub(crate) fn prepare(database: &Database) -> Result<(), StoreError> {
    let mut tx = database.begin_write()?;
    tx.set_quick_repair(true);
    {
        let mut table = tx.open_table(META)?;
        let found = (table.get(meta::FORMAT)?).map(|bytes| <[u8; 4]>::try_from(bytes.value()));
        match found {
            None => drop(table.insert(meta::FORMAT, &FORMAT.to_le_bytes()[..])?),
            Some(Err(_)) => return Err(StoreError::Damaged { table: "meta" }),
            Some(Ok(bytes)) if u32::from_le_bytes(bytes) == FORMAT => {}
            Some(Ok(bytes)) => {
                let found = u32::from_le_bytes(bytes);
                return Err(StoreError::Version {
                    table: "meta",
                    found,
                });
            }
        }
        tx.open_table(AGGREGATES)?;
        tx.open_table(BINDINGS)?;
        tx.open_table(CALLBACKS)?;
        tx.open_table(CALLBACKS_BY_PERSON)?;
        tx.open_table(CALLBACKS_BY_QUEUE)?;
        tx.open_table(CALL_LOGS)?;
        tx.open_table(JOURNAL)?;
        tx.open_table(KEPT)?;
        tx.open_table(LEGS)?;
        tx.open_table(MISSED_RINGS)?;
        tx.open_table(NOTES)?;
        tx.open_table(NOTES_BY_CALLER)?;
        tx.open_table(QUARANTINE)?;
        tx.open_table(RECORDED_BY_CALLER)?;
        tx.open_table(RECORDS)?;
        tx.open_table(RECORDS_BY_AGENT)?;
        tx.open_table(RECORDS_BY_CALLER)?;
        tx.open_table(REVISIONS)?;
        tx.open_table(SECRETS)?;
        tx.open_table(SNAPSHOTS)?;
        tx.open_table(SNAPSHOT_INFOS)?;
        tx.open_table(STATUSES)?;
        tx.open_table(SURVEYS)?;
        tx.open_table(TOKENS)?;
    }
    tx.commit()?;
    Ok(())
}
