//! Values that were right once, damaged at random: reading them gives an
//! error or a value, and never a panic.

use tandem_engine::{Caller, ENGINE_SEMANTICS, Entry, Input, Number, Timestamp};
use tandem_server::store::{CallRecord, JournalRow, Names, SnapshotRow, StoreError};
use tandem_tests::cases::{number_from_env, seed_of_the_day};
use tandem_tests::luck::Luck;
use tandem_tests::site::{Site, arrival};

const MUTANTS: u64 = 200_000;

/// A history with every kind of value in it.
fn entries() -> Vec<Entry> {
    let named = Caller {
        number: Number::NONE,
        name: Some("Ünal".into()),
        extension: Some(Number::from_u64(1001)),
    };
    let site = Site::new();
    let shift = site.start(Some(
        "[[extension]]\nnumber = \"1001\"\n[[queue]]\nnumber = \"6400\"\nname = \"Q\"\n",
    ));
    shift.call(1, 555, 6400).expect("let in");
    let dialled = Number::from_u64(6400);
    shift
        .handle
        .ask_blocking(Input::CallArrived {
            key: u128::MAX,
            from: named,
            dialled,
        })
        .expect("told");
    let (lines, ended) = shift.stop();
    ended.expect("a clean stop");
    lines.into_iter().map(|line| line.entry).collect()
}

fn mutate(luck: &mut Luck, bytes: &mut Vec<u8>) {
    for _ in 0..=luck.below(3) {
        let at = luck
            .below(bytes.len().max(1))
            .min(bytes.len().saturating_sub(1));
        match luck.below(5) {
            0 => bytes.truncate(at),
            1 if !bytes.is_empty() => bytes[at] ^= 1 << luck.below(8),
            2 if !bytes.is_empty() => bytes[at] = 0xFF,
            3 => bytes.insert(at, 0x80),
            _ => {
                let copy = bytes[at..].to_vec();
                bytes.extend(copy);
            }
        }
    }
}

#[test]
fn damaged_rows_are_errors() {
    let seed = seed_of_the_day();
    let mut luck = Luck::new(seed);
    let entries = entries();
    let record = {
        let queue_call = Site::new();
        let shift = queue_call.start(Some("[[queue]]\nnumber = \"6400\"\nname = \"Q\"\n"));
        let call = shift.call(1, 555, 6400).expect("let in");
        shift
            .handle
            .ask_blocking(Input::CallerHungUp { call })
            .expect("told");
        shift.stop().1.expect("a clean stop");
        use tandem_server::store::{RecordKey, RecordsOf};
        let of = RecordsOf::Caller(Number::from_u64(555));
        let records = queue_call
            .store()
            .records(of, RecordKey::FIRST, RecordKey::LAST, 1);
        records
            .expect("readable")
            .pop()
            .expect("it is there")
            .to_bytes()
    };
    let row = JournalRow::new(entries, 7).encode();
    let engine = tandem_engine::Engine::new(3).snapshot();
    let names = Names::default();
    let snapshot = SnapshotRow { names, engine }.encode();
    for mutant in 0..number_from_env("TANDEM_MUTANTS").unwrap_or(MUTANTS) {
        let (mut row, mut record) = (row.clone(), record.clone());
        mutate(&mut luck, &mut row);
        mutate(&mut luck, &mut record);
        // What can still be read can be written again.
        if let Ok(row) = JournalRow::decode(&row) {
            assert_eq!(
                JournalRow::decode(&row.encode()).as_ref(),
                Ok(&row),
                "mutant {mutant}"
            );
        }
        if let Ok(record) = CallRecord::from_bytes(&record) {
            assert_eq!(CallRecord::from_bytes(&record.to_bytes()), Ok(record));
        }
        let mut snapshot = snapshot.clone();
        mutate(&mut luck, &mut snapshot);
        if let Ok(row) = SnapshotRow::decode(&snapshot) {
            let _refused = tandem_engine::Engine::restore(&row.engine);
        }
    }
}

#[test]
fn rows_tell_their_version_and_semantics() {
    let at = Timestamp::ZERO;
    let input = arrival(1, 555, 6400);
    let row = JournalRow::new(
        vec![Entry {
            seq: 1,
            received_at: at,
            input,
        }],
        0xFEED,
    );
    let mut bytes = row.encode();
    assert_eq!(JournalRow::decode(&bytes), Ok(row.clone()));
    // Of other semantics nothing but the head is read, whatever comes behind.
    bytes[1..5].copy_from_slice(&(ENGINE_SEMANTICS + 1).to_le_bytes());
    bytes.truncate(21);
    bytes.extend([0xFF; 40]);
    let other = JournalRow {
        semantics: ENGINE_SEMANTICS + 1,
        entries: Vec::new(),
        ..row
    };
    assert_eq!(JournalRow::decode(&bytes), Ok(other));
    bytes[0] = 2;
    let table = "journal";
    assert_eq!(
        JournalRow::decode(&bytes),
        Err(StoreError::Version { table, found: 2 })
    );
    assert_eq!(JournalRow::decode(&[]), Err(StoreError::Damaged { table }));
}
