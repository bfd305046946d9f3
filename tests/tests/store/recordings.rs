//! What was recorded of calls goes with their logs, and with who called.

use std::fs;
use std::path::{Path, PathBuf};

use tandem_engine::records::processing::LoggedCall;
use tandem_engine::{By, Event, Input, Number, PublicId};
use tandem_server::driver::verify;
use tandem_server::store::{MESSAGES_FOLDER, RECORDINGS_FOLDER, RecordKey, RecordsOf};
use tandem_tests::site::{Shift, Site};

const CENTRE: &str = r#"
[[extension]]
number = "1001"
[[queue]]
number = "6400"
name = "Support"
wrap_up_s = 0
static_agents = ["1001"]
record = true
[[queue]]
number = "6401"
name = "Nobody"
disallow_join_when_empty = []
failover = "voicemail 6401"
"#;

fn number(value: u64) -> Number {
    Number::from_u64(value)
}

/// Somebody calls the queue that records, talks to 1001 and hangs up.
fn talks(shift: &Shift, key: u128, from: u64) -> PublicId {
    let (call, public) = shift.talk(key, from, 6400);
    shift.tell(Input::CallerHungUp { call });
    public
}

/// Somebody leaves a message.
fn speaks(shift: &Shift, key: u128, from: u64) -> PublicId {
    let call = shift.call(key, from, 6401).expect("it is let in");
    let out = shift.tell(Input::CallerHungUp { call });
    let ended = out.events.iter().find_map(|event| match event {
        Event::CallEnded { public, .. } => Some(*public),
        _ => None,
    });
    ended.expect("it is over")
}

/// As the voice port leaves it.
fn file(data: &Path, folder: &str, of: &str, name: &str) -> PathBuf {
    let folder = data.join(folder).join(of);
    fs::create_dir_all(&folder).expect("tests may write here");
    let path = folder.join(name);
    fs::write(&path, "voices").expect("tests may write here");
    path
}

#[test]
fn recordings_go_with_the_log_and_with_the_person() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    let extension = number(1001);
    shift.tell(Input::DeviceUp { extension });
    let [first, second, third] =
        [(1, 501), (2, 501), (3, 502)].map(|(key, from)| talks(&shift, key, from));
    let message = speaks(&shift, 4, 501);
    let data = site.folder.path();
    let recorded = |of: &str, name: String| file(data, RECORDINGS_FOLDER, of, &name);
    let gone_first = [
        recorded("6400", format!("{first}.wav")),
        recorded("6400", format!("{first}-2.wav")),
    ];
    // Of two conversations elsewhere, of what is being written, and of a message.
    let gone_then = [
        recorded("6401", format!("{first}.wav")),
        recorded("1001", format!("{second}.wav")),
        recorded("6400", format!("{second}.wav")),
        recorded("6400", format!("{second}-2.wav.part")),
        file(data, MESSAGES_FOLDER, "6401", &format!("{message}.wav")),
    ];
    let stay = [
        recorded("6400", format!("{third}.wav")),
        recorded("6400", format!("{second}0.wav")),
    ];
    let there = |paths: &[PathBuf]| paths.iter().filter(|path| path.exists()).count();

    let of = RecordsOf::Queue(number(6400));
    let records = (shift.store).records(of, RecordKey::FIRST, RecordKey::LAST, 10);
    let record = records.expect("readable").swap_remove(0);
    assert_eq!(record.call.call, first);
    let log = LoggedCall::new(&record.call, record.queue, record.agent, record.joined_us);
    let by = By::System;
    let logs = vec![log];
    shift.tell(Input::CallLogsDeleted { by, logs });
    assert_eq!(there(&gone_first), 0, "they go with the log");
    assert_eq!(there(&gone_then), gone_then.len());

    let number = number(501);
    shift.tell(Input::PersonErased { by, number });
    let left: Vec<_> = gone_then.iter().filter(|path| path.exists()).collect();
    assert!(left.is_empty(), "they go with the person: {left:?}");
    assert_eq!(there(&stay), stay.len(), "of other calls, all stays");
    shift.stop().1.expect("a clean stop");
    verify(&site.store()).expect("a replay leads to the same");
}

/// What can not be removed is said, and the person is erased all the same.
#[test]
fn a_recording_that_can_not_be_removed_stops_nobody() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    let extension = number(1001);
    shift.tell(Input::DeviceUp { extension });
    let call = talks(&shift, 1, 501);
    let folder = site.folder.path().join(RECORDINGS_FOLDER).join("6400");
    fs::create_dir_all(folder.join(format!("{call}.wav"))).expect("tests may write here");
    let (by, number) = (By::System, number(501));
    shift.tell(Input::PersonErased { by, number });
    shift.stop().1.expect("a clean stop");
}
