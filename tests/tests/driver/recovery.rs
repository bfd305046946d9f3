//! Starting again, and starting anew where the journal can not be replayed.

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use tandem_engine::{By, Effect, Event, Input, KeptEnd, Number, Which};
use tandem_server::driver::{Line, Recovery, ReplayError, verify};
use tandem_server::store::{RecordKey, RecordsOf};
use tandem_tests::disk::Disk;
use tandem_tests::luck::Luck;
use tandem_tests::site::{Shift, Site};

use super::CENTRE;

const JOURNAL: TableDefinition<u64, &[u8]> = TableDefinition::new("journal");
const SNAPSHOTS: TableDefinition<u64, &[u8]> = TableDefinition::new("snapshots");
const SECOND_US: u64 = 1_000_000;

fn number(value: u64) -> Number {
    Number::from_u64(value)
}

fn log_in(shift: &Shift, agent: u64) {
    let (by, agent, queues) = (By::System, number(agent), Which::All);
    let applied = shift
        .handle
        .ask_blocking(Input::AgentLogIn { by, agent, queues });
    assert_eq!(applied.expect("told").out.reject, None);
}

/// A centre with a caller who waits, one whose visit is over, and an agent who
/// logged in; its power goes.
fn lived() -> (Site, Vec<Line>) {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    log_in(&shift, 1003);
    let gone = shift.call(1, 555, 6400).expect("let in");
    site.clock.pass(SECOND_US);
    shift
        .handle
        .ask_blocking(Input::CallerHungUp { call: gone })
        .expect("told");
    shift.call(2, 556, 6400).expect("let in");
    let lines = shift.lines();
    // As it is at this moment, whatever the server does afterwards.
    let disk = site.disk.after_power_cut(&mut Luck::new(3));
    drop(shift.stop());
    (Site { disk, ..site }, lines)
}

fn records(shift: &Shift) -> Vec<(u64, bool)> {
    let of = RecordsOf::Queue(number(6400));
    let records = shift
        .store
        .records(of, RecordKey::FIRST, RecordKey::LAST, 1_000);
    let records = records.expect("they can be read");
    records
        .iter()
        .map(|record| (record.seq, record.call.talked.is_zero()))
        .collect()
}

#[test]
fn a_server_goes_on_where_its_power_went() {
    let (site, before) = lived();
    let last = before.last().expect("it lived").entry.clone();
    site.clock.pass(3_600 * SECOND_US);
    let shift = site.start(Some(CENTRE));
    shift.wait_for("the start", |lines| !lines.is_empty());
    let lines = shift.lines();
    assert!(matches!(shift.recovery(), Recovery::Replayed(n) if n > 0));
    assert_eq!(lines[0].entry.seq, last.seq + 1);
    assert!(matches!(
        lines[0].entry.input,
        Input::Restarted { epoch: 0, .. }
    ));
    let ended = lines[0]
        .out
        .events
        .iter()
        .filter(|event| matches!(event, Event::CallEnded { .. }));
    assert_eq!(ended.count(), 1, "who waited is not there any more");
    assert!(
        (lines[0].entry.received_at - last.received_at).micros() < SECOND_US,
        "the night was no time at all"
    );
    assert_eq!(records(&shift).len(), 2);
    let directory = shift.heard()[0]
        .directory
        .clone()
        .expect("the first batch has it");
    let agent = directory.find_agent(number(1003)).expect("he is there");
    let memberships = &directory.agents[&agent].memberships;
    let in_ = tandem_engine::AgentStatus::LoggedIn;
    assert!(
        memberships.iter().any(|member| member.status == in_),
        "logins stay"
    );
    // The night passed on the wall.
    assert!(matches!(lines[1].entry.input, Input::WallOffset { .. }));
    shift.stop().1.expect("a clean stop");
    verify(&site.store())
        .expect("the journal replays")
        .expect("and is not empty");
}

#[test]
fn a_clean_stop_leaves_nothing_to_replay() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    shift.call(1, 555, 6400).expect("let in");
    shift.stop().1.expect("a clean stop");
    let shift = site.start(Some(CENTRE));
    assert_eq!(shift.recovery(), Recovery::Replayed(0));
    shift.stop().1.expect("a clean stop");
}

/// Plants another semantics in the last row of the journal.
fn plant_semantics(disk: &Disk, value: u32) {
    let database = Database::builder()
        .create_with_backend(disk.clone())
        .expect("it opens");
    let tx = database.begin_write().expect("it works");
    {
        let mut table = tx.open_table(JOURNAL).expect("it is there");
        let (seq, mut row) = {
            let (seq, row) = table.last().expect("it works").expect("it is not empty");
            (seq.value(), row.value().to_vec())
        };
        row[1..5].copy_from_slice(&value.to_le_bytes());
        table.insert(seq, row.as_slice()).expect("it works");
    }
    tx.commit().expect("it works");
}

/// Damages every snapshot.
fn damage_snapshots(disk: &Disk) {
    let database = Database::builder()
        .create_with_backend(disk.clone())
        .expect("it opens");
    let seqs: Vec<u64> = {
        let tx = database.begin_read().expect("it works");
        let table = tx.open_table(SNAPSHOTS).expect("it is there");
        let rows = table.iter().expect("it works");
        rows.map(|row| row.expect("it works").0.value()).collect()
    };
    let tx = database.begin_write().expect("it works");
    {
        let mut table = tx.open_table(SNAPSHOTS).expect("it is there");
        for seq in seqs {
            let mut row = table
                .get(seq)
                .expect("it works")
                .expect("it is there")
                .value()
                .to_vec();
            *row.last_mut().expect("it is not empty") ^= 1;
            table.insert(seq, row.as_slice()).expect("it works");
        }
    }
    tx.commit().expect("it works");
}

#[test]
fn a_journal_of_other_semantics_is_not_replayed() {
    let (site, before) = lived();
    plant_semantics(&site.disk, 999);
    let last = before.last().expect("it lived").entry.clone();
    let stored: Vec<_> = {
        let store = site.store();
        let kept = store.kept(None).expect("readable");
        assert_eq!(kept.len(), 2, "a mail and a push wait: {kept:?}");
        kept
    };
    let shift = site.start(Some(CENTRE));
    let why = ReplayError::Semantics { found: 999 };
    assert_eq!(shift.recovery(), Recovery::Anew(why));
    let resumed = shift.call(9, 557, 6400).expect("calls are let in");
    let lines = shift.lines();
    assert_eq!(lines[0].entry.seq, last.seq + 1, "numbers go on");
    assert!(
        lines[0].entry.received_at >= last.received_at,
        "so does time"
    );
    assert!(matches!(
        lines[0].entry.input,
        Input::Restarted { epoch: 1, .. }
    ));
    assert_eq!(resumed.slot(), 0, "no call of before lives");
    assert_eq!(
        records(&shift).len(),
        1,
        "records are as they were, and none is added"
    );
    // The push goes out again under its old name, the mail does not.
    let again = shift.heard()[0].resumed.clone();
    assert_eq!(again.len(), 1);
    assert!(matches!(again[0].1, Effect::PushRecord { .. }));
    assert!(
        stored
            .iter()
            .any(|row| (row.id, &row.effect) == (again[0].0, &again[0].1))
    );
    let left = shift.store.kept(None).expect("readable");
    assert_eq!(
        left.iter().map(|row| row.id).collect::<Vec<_>>(),
        [again[0].0]
    );
    // Confirmed, it is gone, though this engine never ordered it.
    let done = Input::KeptDone { effect: again[0].0 };
    shift.handle.ask_blocking(done).expect("told");
    assert_eq!(shift.store.kept(None).expect("readable"), []);
    // The configuration is the one that was in force.
    let directory = shift.heard()[0]
        .directory
        .clone()
        .expect("the first batch has it");
    assert_eq!(directory.config.queues.len(), 2);
    assert_eq!(directory.config.extensions.len(), 4);
    drop(shift.stop());
    let proof = verify(&site.store())
        .expect("what came since replays")
        .expect("it is there");
    assert!(proof.first > last.seq);
    // And it stays so.
    let shift = site.start(Some(CENTRE));
    assert_eq!(shift.recovery(), Recovery::Replayed(0));
    shift.stop().1.expect("a clean stop");
}

#[test]
fn power_that_goes_right_after_a_new_beginning_does_no_harm() {
    let (site, _) = lived();
    plant_semantics(&site.disk, 999);
    let shift = site.start(Some(CENTRE));
    shift.call(9, 557, 6400).expect("calls are let in");
    let disk = site.disk.after_power_cut(&mut Luck::new(5));
    drop(shift.stop());
    let site = Site { disk, ..site };
    let shift = site.start(Some(CENTRE));
    assert!(
        matches!(shift.recovery(), Recovery::Replayed(_)),
        "{:?}",
        shift.recovery()
    );
    shift.call(10, 557, 6400).expect("calls are let in");
    shift.stop().1.expect("a clean stop");
}

#[test]
fn snapshots_that_are_damaged_are_replayed_past() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    log_in(&shift, 1003);
    shift.stop().1.expect("a clean stop");
    damage_snapshots(&site.disk);
    let shift = site.start(Some(CENTRE));
    assert!(matches!(shift.recovery(), Recovery::Replayed(n) if n > 0));
    shift.stop().1.expect("a clean stop");
}

#[test]
fn a_mail_of_which_nobody_knows_is_not_sent_again() {
    let (site, _) = lived();
    let shift = site.start(None);
    shift.wait_for("the start", |lines| !lines.is_empty());
    let unknown = |event: &&Event| {
        let how = KeptEnd::Unknown;
        matches!(event, Event::KeptEnded { how: told, .. } if *told == how)
    };
    let lines = shift.lines();
    assert_eq!(lines[0].out.events.iter().filter(unknown).count(), 1);
    let kept = shift.store.kept(None).expect("readable");
    // The push of the first visit, and mail and push of the one cut off.
    assert_eq!(kept.len(), 3, "{kept:?}");
    shift.stop().1.expect("a clean stop");
}

#[test]
fn the_journal_is_kept_thirty_days_behind_daily_snapshots() {
    const DAY_US: u64 = 86_400 * SECOND_US;
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    for day in 0..35_u64 {
        shift.call(u128::from(day), 555, 6400).expect("let in");
        site.clock.pass(DAY_US);
        let snapshots = || shift.store.snapshots().expect("readable").len() as u64;
        // The next entry, or the deadline of the call, makes that of the day.
        shift.call(1_000 + u128::from(day), 555, 6400);
        let made = usize::try_from(day.min(31)).expect("small");
        for _ in 0..2_000 {
            if snapshots() >= made as u64 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
    for _ in 0..2_000 {
        if shift.store.journal_begins().expect("readable") > Some(1) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(
        shift.store.journal_begins().expect("readable") > Some(1),
        "the oldest is gone"
    );
    shift.stop().1.expect("a clean stop");
    let store = site.store();
    let snapshots = store.snapshots().expect("readable");
    let (first, oldest) = snapshots.first().expect("there are some");
    let (_, newest) = snapshots.last().expect("there are some");
    let days = (newest.unix_us - oldest.unix_us) / 86_400_000_000;
    assert!((30..=32).contains(&days), "{days} days can be replayed");
    assert!(
        store.journal_begins().expect("readable") <= Some(first + 1),
        "from there on"
    );
    let proof = verify(&store)
        .expect("the rest replays")
        .expect("it is there");
    assert_eq!(proof.first, first + 1);
}
