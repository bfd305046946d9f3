//! How long it takes to explain a call of a journal with a million entries behind the
//! snapshot of its day: `tandem explain` is to answer within two seconds, whichever call
//! somebody asks for.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use tandem_engine::{Caller, Effect, Event, Input, Number, PublicId};
use tandem_server::driver::{ConfigFile, Explained, StartOptions, explain, port, start};
use tandem_server::store::Store;

/// Entries of the journal. The snapshot of the day is made soon after the start, and all
/// others but the newest two are deleted.
const ENTRIES: u64 = 1_210_000;
/// Calls that are on the line at a time.
const CALLS_AT_ONCE: u64 = 300;
/// Calls that are explained, spread over the journal.
const EXPLAINED: u64 = 25;

fn main() {
    // Where cargo only tests that benches run, a moment is enough.
    let has = |wanted: &str| std::env::args().any(|argument| argument == wanted);
    let entries = match (has("--bench"), has("--quick")) {
        (true, false) => ENTRIES,
        (true, true) => 100_000,
        (false, _) => 10_000,
    };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("explain");
    // What an earlier run left.
    let _left = std::fs::remove_dir_all(&folder);
    let calls = work(&folder, entries);
    let store = Store::open(&folder).expect("it opens");
    let snapshots = store.snapshots().expect("readable");
    let snapshots: Vec<u64> = snapshots.into_iter().map(|(seq, _)| seq).collect();
    println!("{entries} entries, {calls} calls, snapshots behind entries {snapshots:?}");
    let mut times: Vec<(Duration, PublicId)> = (0..EXPLAINED)
        .map(|place| {
            let counter = (calls - 1) * place / (EXPLAINED - 1);
            let call = PublicId { epoch: 0, counter };
            let begin = Instant::now();
            let explained = explain(&store, call).expect("readable");
            assert!(
                matches!(explained, Explained::Story { .. }),
                "{explained:?}"
            );
            (begin.elapsed(), call)
        })
        .collect();
    times.sort();
    let (median, _) = times[times.len() / 2];
    let (longest, call) = times[times.len() - 1];
    println!("to explain a call: half of them {median:.2?}, the longest {longest:.2?} ({call})");
    drop(store);
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}

/// A centre at work: callers who call, agents who answer, callers who hang up, as fast as
/// the disk lets them. Returns how many calls came.
fn work(folder: &Path, entries: u64) -> u64 {
    let store = Store::open(folder).expect("it opens");
    let (sender, mut receiver) = port();
    let mut options = StartOptions::new(store);
    options.ports.push(sender);
    options.config = Some(ConfigFile {
        name: "centre.toml".to_owned(),
        text: "[[extension]]\nnumbers = \"1001-1200\"\n\
               [[queue]]\nnumber = \"6400\"\nname = \"Support\"\nstrategy = \"least_recent\"\n\
               wrap_up_s = 0\nstatic_agents = [\"1001-1200\"]\n"
            .to_owned(),
    });
    let running = start(options).expect("it starts");
    let handle = running.handle();
    for extension in 1001..=1200 {
        let extension = Number::from_u64(extension);
        let up = Input::DeviceUp { extension };
        handle.tell(up).expect("never sent away");
    }
    let people = thread::spawn(move || {
        let arrive = |key: u64| Input::CallArrived {
            key: u128::from(key),
            from: Caller {
                number: Number::from_u64(15_550_000 + key),
                ..Caller::default()
            },
            dialled: Number::from_u64(6400),
        };
        for key in 0..CALLS_AT_ONCE {
            handle.tell(arrive(key)).expect("there is room");
        }
        let (mut calls, mut over) = (CALLS_AT_ONCE, 0);
        while let Some(batch) = receiver.blocking_recv() {
            for line in &batch.lines {
                let goes_on = line.entry.seq < entries;
                for (_, effect) in &line.out.effects {
                    if let Effect::Ring { leg, .. } = *effect {
                        let answer = Input::LegAnswered { leg };
                        handle.tell(answer).expect("never sent away");
                    }
                }
                for event in &line.out.events {
                    match *event {
                        Event::CallAnswered { call, .. } => {
                            let hang_up = Input::CallerHungUp { call };
                            handle.tell(hang_up).expect("never sent away");
                        }
                        Event::CallEnded { .. } if goes_on => {
                            handle.tell(arrive(calls)).expect("there is room");
                            calls += 1;
                        }
                        Event::CallEnded { .. } => over += 1,
                        _ => {}
                    }
                }
            }
            if over == CALLS_AT_ONCE {
                break;
            }
        }
        calls
    });
    let calls = people.join().expect("they only call");
    running.stop().expect("a clean stop");
    calls
}
