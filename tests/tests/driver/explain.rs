//! Stories of calls out of a journal, across restarts, and what is told where there
//! is none.

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use tandem_engine::{By, CallId, Effect, Input, LegId, PublicId};
use tandem_reports::story::Story;
use tandem_server::driver::{Explained, explain, explain_at};
use tandem_tests::disk::Disk;
use tandem_tests::site::{Shift, Site, arrival};

use super::CENTRE;

const JOURNAL: TableDefinition<u64, &[u8]> = TableDefinition::new("journal");
const SECOND_US: u64 = 1_000_000;

fn call(counter: u64) -> PublicId {
    PublicId { epoch: 0, counter }
}

fn tell(shift: &Shift, input: Input) -> (Option<CallId>, Vec<LegId>) {
    let out = shift.handle.ask_blocking(input).expect("told").out;
    assert_eq!(out.reject, None);
    let call = out.events.iter().find_map(|event| match event {
        tandem_engine::Event::CallArrived { call, .. } => Some(*call),
        _ => None,
    });
    let legs = out.effects.iter().filter_map(|(_, effect)| match effect {
        Effect::Ring { leg, .. } => Some(*leg),
        _ => None,
    });
    (call, legs.collect())
}

fn up(shift: &Shift, extension: u64) -> Vec<LegId> {
    let extension = tandem_engine::Number::from_u64(extension);
    tell(shift, Input::DeviceUp { extension }).1
}

/// A caller is answered by 1001, and another one gives up after a quarter of a minute,
/// while both of the others can not be rung.
fn morning(site: &Site, shift: &Shift) {
    site.clock.pass(SECOND_US);
    let (first, legs) = tell(shift, arrival(1, 555, 6400));
    site.clock.pass(2 * SECOND_US);
    tell(shift, Input::LegAnswered { leg: legs[0] });
    site.clock.pass(SECOND_US);
    let (second, _) = tell(shift, arrival(2, 556, 6400));
    site.clock.pass(15 * SECOND_US);
    let call = second.expect("it came");
    tell(shift, Input::CallerHungUp { call });
    site.clock.pass(SECOND_US);
    let call = first.expect("it came");
    tell(shift, Input::CallerHungUp { call });
    site.clock.pass(60 * SECOND_US);
}

fn story(site: &Site, call: PublicId) -> Story {
    match explain(&site.store(), call).expect("readable") {
        Explained::Story { story, differs } => {
            assert!(!differs, "{story:?}");
            *story
        }
        other => panic!("no story of {call}: {other:?}"),
    }
}

#[test]
fn a_call_is_told_of_whatever_snapshots_and_starts_lie_behind_it() {
    let site = Site::new();
    for day in 0..3 {
        let shift = site.start(Some(CENTRE));
        if day == 0 {
            up(&shift, 1001);
        }
        morning(&site, &shift);
        shift.stop().1.expect("a clean stop");
        // The night.
        site.clock.pass(40_000 * SECOND_US);
        for counter in 0..=day {
            let answered = story(&site, call(2 * counter));
            assert!(answered.over);
            assert_eq!(answered.caller.as_deref(), Some("555"));
            let text = answered.to_text();
            assert!(
                text.contains("1001 answered after 2 s of ringing"),
                "{text}"
            );
            let text = story(&site, call(2 * counter + 1)).to_text();
            assert!(
                text.contains("Waited 15 s: the only agent on duty was on a call, and no agent"),
                "{text}"
            );
        }
    }
    let unknown = explain(&site.store(), call(6)).expect("readable");
    assert!(matches!(unknown, Explained::Unknown), "{unknown:?}");
}

#[test]
fn who_was_erased_is_not_named() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    up(&shift, 1001);
    morning(&site, &shift);
    assert_eq!(story_of(&shift, 0).caller.as_deref(), Some("555"));
    let number = tandem_engine::Number::from_u64(555);
    let by = By::System;
    tell(&shift, Input::PersonErased { by, number });
    let story = story_of(&shift, 0);
    assert_eq!(story.caller, None);
    let json = serde_json::to_string(&story).expect("it is JSON");
    assert!(!json.contains("555"), "{json}");
    assert_eq!(story_of(&shift, 1).caller.as_deref(), Some("556"));
    shift.stop().1.expect("a clean stop");
}

/// A story told beside the running driver.
fn story_of(shift: &Shift, counter: u64) -> Story {
    match explain(&shift.store, call(counter)).expect("readable") {
        Explained::Story {
            story,
            differs: false,
        } => *story,
        other => panic!("no story: {other:?}"),
    }
}

#[test]
fn queues_are_shown_as_they_stood() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    up(&shift, 1001);
    let begin = site.clock.clone();
    let unix = |seconds: u64| {
        use tandem_server::driver::Clock;
        begin.wall() - i64::try_from(seconds * SECOND_US).expect("small")
    };
    morning(&site, &shift);
    // Seventy-six seconds ago the second caller had just joined.
    let seen = explain_at(&shift.store, unix(70)).expect("readable");
    let picture = seen.expect("it is told of").picture;
    let support = &picture.queues[0];
    assert_eq!(support.waiting.len(), 1, "{picture:?}");
    assert_eq!(support.waiting[0].caller.as_deref(), Some("556"));
    assert_eq!(support.talks.len(), 1);
    let before = explain_at(&shift.store, unix(1_000_000)).expect("readable");
    assert!(before.is_err() || before.expect("told").picture.queues.is_empty());
    let now = explain_at(&shift.store, unix(0)).expect("readable");
    let now = now.expect("it is told of").picture;
    assert!(now.queues.iter().all(|queue| queue.waiting.is_empty()));
    shift.stop().1.expect("a clean stop");
}

/// Plants another semantics in the whole journal.
fn plant_semantics(disk: &Disk, value: u32) {
    let database = Database::builder()
        .create_with_backend(disk.clone())
        .expect("it opens");
    let rows: Vec<(u64, Vec<u8>)> = {
        let tx = database.begin_read().expect("it works");
        let table = tx.open_table(JOURNAL).expect("it is there");
        let rows = table.iter().expect("it works").map(|row| {
            let (seq, bytes) = row.expect("it works");
            (seq.value(), bytes.value().to_vec())
        });
        rows.collect()
    };
    let tx = database.begin_write().expect("it works");
    {
        let mut table = tx.open_table(JOURNAL).expect("it is there");
        for (seq, mut row) in rows {
            row[1..5].copy_from_slice(&value.to_le_bytes());
            table.insert(seq, row.as_slice()).expect("it works");
        }
    }
    tx.commit().expect("it works");
}

#[test]
fn a_call_of_other_semantics_has_its_records() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    up(&shift, 1001);
    morning(&site, &shift);
    shift.stop().1.expect("a clean stop");
    plant_semantics(&site.disk, 999);
    let explained = explain(&site.store(), call(0)).expect("readable");
    let Explained::Records { records, why } = explained else {
        panic!("{explained:?}");
    };
    assert!(why.contains("semantics 999"), "{why}");
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].call.call, call(0));
}
