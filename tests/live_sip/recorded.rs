//! Conversations are recorded: the caller on the left, who talks to him on the right.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tandem_server::media::Codec;

use crate::phone::{Message, say, talk};
use crate::server;
use crate::supervised::Floor;
use crate::voices::{AGENT, CALLER, WAITING};

const RECORDS: &str = "record = true\n";
/// A second.
const SECOND: u16 = 50;

/// The recordings of a queue or an extension, in the order of their names.
fn files(folder: &Path, of: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("data/recordings").join(of));
    let mut files: Vec<PathBuf> = (entries.into_iter().flatten().flatten())
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
}

/// The only one, once it is finished, and what is said there: left and right.
#[track_caller]
fn heard(folder: &Path, of: &str) -> (String, [Vec<i16>; 2]) {
    let end = Instant::now() + Duration::from_secs(10);
    let file = loop {
        let files = files(folder, of);
        match files.as_slice() {
            [file] if file.extension().is_some_and(|it| it == "wav") => break file.clone(),
            _ => assert!(Instant::now() < end, "{files:?}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let mut wav = hound::WavReader::open(&file).expect("a WAV file");
    assert_eq!((wav.spec().channels, wav.spec().sample_rate), (2, 8_000));
    let all: Vec<i16> = wav.samples().map(|it| it.expect("a sample")).collect();
    let side = |first: usize| all.iter().skip(first).step_by(2).copied().collect();
    let name = file.file_stem().expect("a name").to_string_lossy();
    (name.into_owned(), [side(0), side(1)])
}

/// Each side holds this and silence, and at least so many packets of it.
#[track_caller]
fn assert_say(sides: &[Vec<i16>; 2], packets: usize) {
    for (side, voice) in sides.iter().zip([CALLER, AGENT]) {
        let said = Codec::Pcmu.decode(voice);
        let other = side.iter().find(|&&it| it != 0 && it != said);
        assert_eq!(other, None, "beside {said}");
        let said = side.iter().filter(|&&it| it == said).count();
        assert!(said >= packets * 160, "{said} samples");
    }
}

/// Caller and agent say what they always say.
fn speak(floor: &Floor, answer: &Message, ring: &Message) {
    let caller = (&floor.caller, answer, CALLER);
    say(caller, (&floor.ann, ring, AGENT), SECOND);
}

fn hangs_up(floor: &mut Floor, answer: &Message) {
    floor.caller.bye(answer, "outside");
    floor.caller.expect("200");
    let bye = floor.ann.expect("BYE");
    floor.ann.respond(&bye, "200 OK");
}

#[test]
fn a_queue_records_both_sides_and_leaves_pauses_out() {
    let mut floor = Floor::with("recorded", "", RECORDS);
    let (answer, ring) = floor.talks();
    let row = floor.active_with("recording", "on");
    assert_eq!(row["held"], false);
    speak(&floor, &answer, &ring);
    floor.handle("active", "recording", "{\"on\": false}");
    floor.active_with("recording", "paused");
    let caller = (&floor.caller, &answer, WAITING);
    say(caller, (&floor.ann, &ring, WAITING), SECOND);
    floor.handle("active", "recording", "{\"on\": true}");
    floor.active_with("recording", "on");
    speak(&floor, &answer, &ring);
    hangs_up(&mut floor, &answer);
    let (name, sides) = heard(&floor.folder, "6400");
    assert_eq!(name, row["id"], "it is named as its call");
    assert_say(&sides, 80);
    let seconds = sides[0].len() / 8_000;
    assert!((2..5).contains(&seconds), "{seconds} s");
    floor.stops();
}

/// An agent holds the caller: nothing of what he says meanwhile is in the file, but its time.
#[test]
fn a_hold_is_silence() {
    let mut floor = Floor::with("recorded_hold", "", RECORDS);
    let (answer, ring) = floor.talks();
    speak(&floor, &answer, &ring);
    floor.ann.holds(&ring, true);
    floor.caller.hears_a_tone();
    floor.active_with("held", true);
    let caller = (&floor.caller, &answer, WAITING);
    say(caller, (&floor.ann, &ring, WAITING), 2 * SECOND);
    floor.ann.holds(&ring, false);
    talk((&floor.caller, &answer), (&floor.ann, &ring));
    floor.active_with("held", false);
    hangs_up(&mut floor, &answer);
    let (_, sides) = heard(&floor.folder, "6400");
    assert_say(&sides, 40);
    assert!(sides[0].len() >= 3 * 8_000, "{} samples", sides[0].len());
    floor.stops();
}

/// Who deletes the log of a call deletes what was said in it.
#[test]
fn a_recording_goes_with_the_log() {
    let mut floor = Floor::with("recorded_deleted", "", RECORDS);
    let (answer, ring) = floor.talks();
    speak(&floor, &answer, &ring);
    hangs_up(&mut floor, &answer);
    heard(&floor.folder, "6400");
    let log = floor.record_with("6400", "log");
    let body = format!("{{\"logs\": [{log}]}}");
    floor.ask("calls/records/delete", Some(&body));
    assert_eq!(files(&floor.folder, "6400"), [] as [PathBuf; 0]);
    floor.stops();
}

/// What lies in the folder when the server is killed can be heard after the next start.
#[test]
fn a_recording_outlives_kill_9() {
    let mut floor = Floor::with("recorded_kill", "", RECORDS);
    let (answer, ring) = floor.talks();
    speak(&floor, &answer, &ring);
    speak(&floor, &answer, &ring);
    floor.server.kill();
    let left = files(&floor.folder, "6400");
    assert!(left[0].to_string_lossy().ends_with(".wav.part"), "{left:?}");
    let centre = fs::read_to_string(floor.folder.join("centre.toml")).expect("it is ours");
    let mut server = server::Server::start(&floor.folder, &centre);
    assert_say(&heard(&floor.folder, "6400").1, 40);
    server.stop();
}

/// Nothing can be written there: they talk all the same, and it is said once.
#[test]
fn who_can_not_be_recorded_talks() {
    let mut floor = Floor::with("recorded_nowhere", "", RECORDS);
    fs::write(floor.folder.join("data/recordings"), []).expect("tests may write here");
    let (answer, ring) = floor.talks();
    speak(&floor, &answer, &ring);
    talk((&floor.caller, &answer), (&floor.ann, &ring));
    hangs_up(&mut floor, &answer);
    floor.stops();
}
