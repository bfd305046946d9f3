//! How long it takes until an input is durable and released: a thousand inputs
//! a second, as a busy centre has them, beside the bare commits of the same
//! disk in the same minute. Everything that is added to those is ours.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use redb::{Database, TableDefinition};
use tandem_engine::{CallId, Caller, Effect, Event, Input, LegId, Number};
use tandem_server::driver::{Batch, ConfigFile, Handle, StartOptions, port, start};
use tandem_server::store::Store;

const INPUTS_A_SECOND: u32 = 1_000;
const SECONDS: u32 = 20;
const BARE_COMMITS: usize = 2_000;
/// Bytes of a bare commit: what a small batch has.
const BARE_BYTES: usize = 400;

fn main() {
    // Where cargo only tests that benches run, a moment is enough.
    let earnest = std::env::args().any(|argument| argument == "--bench");
    let (seconds, commits) = if earnest {
        (SECONDS, BARE_COMMITS)
    } else {
        (1, 50)
    };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("driver");
    // What an earlier run left.
    let _left = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the bench");
    let before = bare(&folder.join("before.redb"), commits);
    let (driven, commits_driven) = drive(&folder.join("data"), INPUTS_A_SECOND * seconds);
    let after = bare(&folder.join("after.redb"), commits);
    println!(
        "{INPUTS_A_SECOND} inputs a second for {seconds} s, in {} batches",
        commits_driven.len()
    );
    show("bare commit, before", before);
    let at_best = at_best(&commits_driven, INPUTS_A_SECOND * seconds);
    show("commit of a batch", commits_driven);
    show("the best with these commits", at_best);
    show("input to durable and released", driven);
    show("bare commit, after", after);
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}

fn show(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_micros();
    println!("{what:>30}: p50 {:>6} µs, p99 {:>6} µs", at(50), at(99));
}

/// What nobody can do better, with commits that take so long one after the other:
/// an input waits for the one under way, and then for the one that takes it along.
fn at_best(commits: &[Duration], inputs: u32) -> Vec<Duration> {
    let received = (0..inputs).map(|turn| Duration::from_secs(1) * turn / INPUTS_A_SECOND);
    let mut received = received.peekable();
    let mut times = Vec::new();
    let mut end = Duration::ZERO;
    for commit in commits.iter().cycle() {
        let Some(first) = received.peek() else { break };
        let begin = end.max(*first);
        end = begin + *commit;
        while let Some(at) = received.next_if(|at| *at <= begin) {
            times.push(end - at);
        }
    }
    times
}

/// Times of commits that hold one row each.
fn bare(path: &Path, commits: usize) -> Vec<Duration> {
    let table: TableDefinition<u64, &[u8]> = TableDefinition::new("rows");
    let database = Database::create(path).expect("it opens");
    let row = [7; BARE_BYTES];
    let commit = |key: usize| {
        let begin = Instant::now();
        let mut tx = database.begin_write().expect("it works");
        tx.set_quick_repair(true);
        let mut rows = tx.open_table(table).expect("it works");
        rows.insert(key as u64, &row[..]).expect("it works");
        drop(rows);
        tx.commit().expect("it works");
        begin.elapsed()
    };
    (0..commits).map(commit).collect()
}

/// Times from the receipt of an input to the release of what followed, and those of the
/// commits among it. The start is not among them: it reads a configuration and tells of
/// two hundred telephones at once.
fn drive(folder: &Path, inputs: u32) -> (Vec<Duration>, Vec<Duration>) {
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
    let (heard, hearing) = channel();
    let listener = thread::spawn({
        let handle = running.handle();
        move || {
            let (mut times, mut commits) = (Vec::new(), Vec::new());
            while let Some(batch) = receiver.blocking_recv() {
                let now = handle.now();
                let starts = |input: &Input| {
                    matches!(
                        input,
                        Input::Configure { .. } | Input::DeviceUp { .. } | Input::Restarted { .. }
                    )
                };
                if batch.lines.iter().any(|line| starts(&line.entry.input)) {
                    // Whoever calls may be done already.
                    let _done = heard.send(batch);
                    continue;
                }
                let since = |line: &tandem_server::driver::Line| {
                    Duration::from_micros((now - line.entry.received_at).micros())
                };
                times.extend(batch.lines.iter().map(since));
                commits.push(batch.committed_in);
                let _done = heard.send(batch);
            }
            (times, commits)
        }
    });
    for extension in 1001..=1200 {
        let extension = Number::from_u64(extension);
        running
            .handle()
            .tell(Input::DeviceUp { extension })
            .expect("never sent away");
    }
    people(&running.handle(), &hearing, inputs);
    running.stop().expect("a clean stop");
    listener.join().expect("the listener only listens")
}

/// Callers who call, agents who answer, callers who hang up, in turns.
fn people(handle: &Handle, hearing: &Receiver<Arc<Batch>>, inputs: u32) {
    let mut calls: VecDeque<CallId> = VecDeque::new();
    let mut legs: VecDeque<LegId> = VecDeque::new();
    let begin = Instant::now();
    for turn in 0..inputs {
        let due = Duration::from_secs(1) * turn / INPUTS_A_SECOND;
        thread::sleep(due.saturating_sub(begin.elapsed()));
        for line in hearing.try_iter().flat_map(|batch| batch.lines.clone()) {
            calls.extend(line.out.events.iter().filter_map(|event| match event {
                Event::CallArrived { call, .. } => Some(*call),
                _ => None,
            }));
            legs.extend(
                line.out
                    .effects
                    .iter()
                    .filter_map(|(_, effect)| match effect {
                        Effect::Ring { leg, .. } => Some(*leg),
                        _ => None,
                    }),
            );
        }
        let answer = (turn % 3 == 1).then(|| legs.pop_front()).flatten();
        let hang_up = (turn % 3 == 2 && calls.len() > 20)
            .then(|| calls.pop_front())
            .flatten();
        let input = match (answer, hang_up) {
            (Some(leg), _) => Input::LegAnswered { leg },
            (None, Some(call)) => Input::CallerHungUp { call },
            (None, None) => Input::CallArrived {
                key: u128::from(turn),
                from: Caller {
                    number: Number::from_u64(15_550_000 + u64::from(turn)),
                    ..Caller::default()
                },
                dialled: Number::from_u64(6400),
            },
        };
        handle.tell(input).expect("there is room");
    }
}
