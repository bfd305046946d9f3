//! Notes of calls: they outlive a crash, and a replay of the journal leads to the same.

use tandem_engine::records::notes::Note;
use tandem_engine::records::processing::LoggedCall;
use tandem_engine::{By, Input, Number};
use tandem_server::driver::verify;
use tandem_server::store::{CallRecord, NOTE_STAMPS_MAX, NoteRow, RecordKey, RecordsOf, Store};
use tandem_tests::site::{Shift, Site};

const CENTRE: &str = r#"
[options]
dispositions = ["Resolved", "Call back"]
[[extension]]
number = "1001"
[[queue]]
number = "6400"
name = "Support"
wrap_up_s = 0
static_agents = ["1001"]
agent_rights = ["call_notes"]
"#;

fn number(value: u64) -> Number {
    Number::from_u64(value)
}

fn note(remark: &str) -> Box<Note> {
    Box::new(Note {
        dispositions: vec!["Resolved".to_owned()],
        remark: remark.to_owned(),
    })
}

fn by() -> By {
    By::Person(number(1001))
}

fn records(store: &Store) -> Vec<CallRecord> {
    let of = RecordsOf::Queue(number(6400));
    let page = store.records(of, RecordKey::FIRST, RecordKey::LAST, 1_000);
    page.expect("readable")
}

/// The notes of all records, in the order in which their callers joined.
fn notes(store: &Store) -> Vec<Option<NoteRow>> {
    store.notes(&records(store)).expect("readable")
}

fn remarks(store: &Store) -> Vec<Option<String>> {
    let notes = notes(store).into_iter();
    notes.map(|row| row.map(|row| row.note.remark)).collect()
}

fn note_log(shift: &Shift, record: &CallRecord, remark: &str) {
    let log = LoggedCall::new(&record.call, record.queue, record.agent, record.joined_us);
    let log = Box::new(log);
    let (by, note) = (by(), note(remark));
    shift.tell(Input::CallLogNoted { by, log, note });
}

fn erase(shift: &Shift, caller: u64) {
    let by = By::System;
    let number = number(caller);
    shift.tell(Input::PersonErased { by, number });
}

#[test]
fn notes_outlive_a_restart_and_a_replay_leads_to_them() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    let extension = number(1001);
    shift.tell(Input::DeviceUp { extension });
    for (place, from) in [(1, 501), (2, 502), (3, 503), (4, 501)] {
        let call = shift.talk(place, from, 6400).0;
        let (by, note) = (by(), note(&format!("call {place}")));
        shift.tell(Input::CallNoted { by, call, note });
        site.clock.pass(1_000_000);
        if place < 4 {
            shift.tell(Input::CallerHungUp { call });
        }
    }
    // The last one is cut off, and noted all the same.
    shift.stop().1.expect("a clean stop");
    verify(&site.store()).expect("a replay leads to the same notes");
    let shift = site.start(None);
    erase(&shift, 999);
    let some = |remark: &str| Some(remark.to_owned());
    let all = ["call 1", "call 2", "call 3", "call 4"].map(some);
    assert_eq!(remarks(&shift.store), all);
    let all = records(&shift.store);
    note_log(&shift, &all[1], "call 2 once more");
    shift.tell(Input::CallLogsDeleted {
        by: by(),
        logs: vec![LoggedCall::new(
            &all[2].call,
            all[2].queue,
            all[2].agent,
            all[2].joined_us,
        )],
    });
    erase(&shift, 501);
    let left = [None, some("call 2 once more"), None, None];
    assert_eq!(remarks(&shift.store), left);
    let row = notes(&shift.store).swap_remove(1).expect("it is there");
    assert_eq!(row.written.len(), 2);
    shift.stop().1.expect("a clean stop");
    verify(&site.store()).expect("a replay leads to the same notes");
}

#[test]
fn so_many_writings_are_remembered_and_no_more() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    let extension = number(1001);
    shift.tell(Input::DeviceUp { extension });
    let call = shift.talk(1, 501, 6400).0;
    shift.tell(Input::CallerHungUp { call });
    let record = records(&shift.store).swap_remove(0);
    let write = |times: usize| {
        for turn in 0..times {
            note_log(&shift, &record, &format!("{turn}"));
            site.clock.pass(1_000_000);
        }
        notes(&shift.store).swap_remove(0).expect("it is there")
    };
    assert_eq!(write(NOTE_STAMPS_MAX).written.len(), NOTE_STAMPS_MAX);
    let before = write(1);
    assert_eq!(before.written.len(), NOTE_STAMPS_MAX);
    assert!(before.written.is_sorted_by_key(|stamp| stamp.at_us));
    assert_eq!(before.note.remark, "0");
    shift.stop().1.expect("a clean stop");
}

#[test]
fn an_agents_latest_answer_is_found_by_the_call() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    let extension = number(1001);
    shift.tell(Input::DeviceUp { extension });
    for place in 0..102 {
        let call = shift.talk(place, 501, 6400).0;
        shift.tell(Input::CallerHungUp { call });
        site.clock.pass(1_000_000);
    }
    let all = records(&shift.store);
    let found = |agent: u64, record: &CallRecord| {
        let found = shift.store.latest_answered(number(agent), record.public());
        found.expect("readable")
    };
    assert_eq!(found(1001, &all[101]).as_ref(), Some(&all[101]));
    assert_eq!(found(1001, &all[2]).as_ref(), Some(&all[2]));
    assert_eq!(found(1001, &all[1]), None, "that is too long ago");
    assert_eq!(found(1002, &all[101]), None, "somebody else answered");
    shift.stop().1.expect("a clean stop");
}
