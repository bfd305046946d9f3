//! Every story is told as it is written down in `tests/stories/`: a table's centre and
//! inputs, then calls and moments, and below each what `tandem explain` says of it.
//!
//! `TANDEM_BLESS=1` writes the stories anew: read the difference before you keep it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tandem_engine::trace::Note;
use tandem_engine::{Engine, Entry, Outbox, PublicId, Timestamp};
use tandem_reports::story::{Painter, Story, Teller};
use tandem_tests::table;

/// What stands before the name of a call or a moment.
const MARK: &str = "==== ";

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("stories");
    let entries = fs::read_dir(&folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("a folder's entry can be read").path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|ext| ext == "story"))
        .collect();
    paths.sort();
    paths
}

/// The table of a file, and what is asked below it.
fn parts(text: &str) -> (&str, Vec<&str>) {
    let end = text.find(MARK).expect("something is asked");
    let asked = text.lines().filter_map(|line| line.strip_prefix(MARK));
    (&text[..end], asked.collect())
}

fn replay(
    seed: u64,
    entries: &[Entry],
    mut apply: impl FnMut(&mut Engine, &Entry, &mut Outbox),
) -> Engine {
    let (mut engine, mut out) = (Engine::new(seed), Outbox::default());
    for entry in entries {
        apply(&mut engine, entry, &mut out);
    }
    engine
}

fn story(seed: u64, entries: &[Entry], call: PublicId, dated: bool) -> Story {
    let mut teller = Teller::new(call, &Engine::new(seed), dated);
    let engine = replay(seed, entries, |engine, entry, out| {
        teller.apply(engine, entry, out)
    });
    let story = teller.finish(engine.last_entry().1);
    story.unwrap_or_else(|| panic!("call {call} never came"))
}

/// What is said of what is asked: `call 0-1`, or `at 30`.
fn answer(seed: u64, entries: &[Entry], asked: &str, dated: bool) -> String {
    match asked.split_once(' ') {
        Some(("call", name)) => {
            let call = name.parse().expect("a call's name");
            story(seed, entries, call, dated).to_text()
        }
        Some(("at", second)) => {
            let at = Timestamp::from_secs(second.parse().expect("a second"));
            let mut painter = Painter::at(at, &Engine::new(seed), dated);
            let apply = |engine: &mut Engine, entry: &Entry, out: &mut Outbox| {
                painter.apply(engine, entry, out);
            };
            let engine = replay(seed, entries, apply);
            painter.finish(&engine).to_text()
        }
        _ => panic!("{asked:?} is neither a call nor a moment"),
    }
}

fn told(text: &str) -> String {
    let (table, asked) = parts(text);
    let (seed, entries) = table::journal(table).expect("the table can be played");
    let dated = table.contains("\nclock ");
    let mut told = table.to_owned();
    for (place, asked) in asked.into_iter().enumerate() {
        let blank = if place == 0 { "" } else { "\n" };
        let answer = answer(seed, &entries, asked, dated);
        told.push_str(&format!("{blank}{MARK}{asked}\n{answer}"));
    }
    told
}

#[test]
fn every_story_is_told_as_it_is_written() {
    let bless = std::env::var("TANDEM_BLESS").is_ok_and(|value| value == "1");
    let files = files();
    assert!(!files.is_empty(), "there are no stories");
    let mut wrong = String::new();
    for path in files {
        let text = fs::read_to_string(&path).expect("a story can be read");
        let told = told(&text);
        if told == text {
            continue;
        }
        if bless {
            fs::write(&path, told).expect("a story can be written");
            continue;
        }
        let line = told
            .lines()
            .zip(text.lines())
            .position(|(new, old)| new != old);
        let line = line.unwrap_or_else(|| told.lines().count().min(text.lines().count()));
        wrong += &format!(
            "{}, line {}: {:?}, but told is {:?}\n",
            path.display(),
            line + 1,
            text.lines().nth(line),
            told.lines().nth(line)
        );
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Whoever takes notes changes nothing, and the parts of a wait are the whole of it.
#[test]
fn stories_change_nothing_and_add_up() {
    for path in files() {
        let text = fs::read_to_string(&path).expect("a story can be read");
        let (seed, entries) = table::journal(parts(&text).0).expect("the table can be played");
        let plain = replay(seed, &entries, |engine, entry, out| {
            engine.apply(entry, out)
        });
        let calls = plain.next_public().counter;
        for counter in 0..calls {
            let epoch = 0;
            let call = PublicId { epoch, counter };
            let mut teller = Teller::new(call, &Engine::new(seed), true);
            let told = replay(seed, &entries, |engine, entry, out| {
                teller.apply(engine, entry, out);
            });
            assert_eq!(told.hash(), plain.hash(), "{}", path.display());
            let Some(story) = teller.finish(told.last_entry().1) else {
                continue;
            };
            for visit in &story.visits {
                let parts = [
                    visit.behind,
                    visit.nobody_free,
                    visit.ringing,
                    visit.pausing,
                    visit.reserved,
                ];
                let sum: u64 = parts.iter().map(|part| part.micros()).sum();
                // Time with an agent who could not be connected is no part of it.
                let failed = text.contains("can not be bridged");
                assert!(
                    failed || sum == visit.waited.micros(),
                    "{}: {call}: {visit:?}",
                    path.display()
                );
            }
            let json = serde_json::to_value(&story).expect("it is JSON");
            check_json(&json);
        }
    }
}

/// The keys that are promised.
fn check_json(story: &Value) {
    for key in [
        "call",
        "caller",
        "dialled",
        "time_zone",
        "summary",
        "visits",
        "moments",
        "over",
    ] {
        assert!(story.get(key).is_some(), "{key}: {story}");
    }
    for moment in story["moments"].as_array().expect("a list") {
        let (at, what) = (&moment["at"], &moment["what"]);
        assert!(at.is_string() && what.is_string(), "{moment}");
    }
}

/// Notes of who was free are complete: everybody of the queue is in one of both lists.
#[test]
fn a_decision_notes_everybody_once() {
    for path in files() {
        let text = fs::read_to_string(&path).expect("a story can be read");
        let (seed, entries) = table::journal(parts(&text).0).expect("the table can be played");
        replay(seed, &entries, |engine, entry, out| {
            let mut notes: Vec<Note> = Vec::new();
            engine.apply_traced(entry, out, &mut notes);
            let mut seen = Vec::new();
            for note in notes {
                match note {
                    Note::Eligible { member, .. } | Note::PassedOver { member, .. } => {
                        assert!(!seen.contains(&member), "noted twice for one decision");
                        seen.push(member);
                    }
                    Note::Chosen { call, .. } if !seen.is_empty() => {
                        let queue = engine.member(seen[0]).expect("it is there").queue;
                        let view = engine.queue(queue).expect("it is there");
                        assert_eq!(seen.len(), view.members.len(), "{call:?}");
                        seen.clear();
                    }
                    Note::Chosen { .. } => {}
                }
            }
        });
    }
}
