//! Who simulates Erlang-A how fast, all in turns in one run.
//!
//! `cargo bench -p tandem-benches --bench ratios` measures what is ours; with
//! `TANDEM_PEERS=1` in the environment SimPy runs in the same turns (it is
//! installed into a folder under `target/` at the first use).

use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use tandem_benches::bare::{Bare, C10, C100, Case, run_events};
use tandem_benches::paired::{Party, Size, Table, compare};
use tandem_benches::tandem::{offered, scenario, simulate};

/// The textbook's loop, which the claims are about.
const HEAP: &str = "bare heap loop";
/// The same without an event for lost patience: the limit, and less than a
/// simulation that could tell what happens while callers wait.
const ENDS: &str = "heap of service ends only";
const TANDEM: &str = "Tandem";
const SIMPY: &str = "SimPy, as documented";

/// At most so many times the time of the bare heap loop, and at least so many
/// times the speed of SimPy.
const TARGETS: (f64, f64) = (6.0, 15.0);

fn main() {
    let size = Size::asked();
    let peers = std::env::var_os("TANDEM_PEERS").is_some_and(|value| value == "1");
    for case in [C100, C10] {
        let calls = calls(case, size);
        let title = format!(
            "Erlang-A, {} agents, {} Erlang, about {calls} calls a run",
            case.agents, case.erlang
        );
        let rounds = size.choose(11, 7, 1);
        let table = compare(&title, rounds, &mut parties(case, size, peers));
        print!("{table}");
        claim(&table);
        println!();
    }
    if !peers {
        println!("SimPy was not measured: set TANDEM_PEERS=1 to have it in the same turns.");
    }
}

fn calls(case: Case, size: Size) -> u64 {
    let (full, quick) = if case == C100 {
        (1_000_000, 300_000)
    } else {
        (200_000, 200_000)
    };
    size.choose(full, quick, 10_000)
}

fn claim(table: &Table) {
    let (most, least) = TARGETS;
    if let Some(times) = table.times(TANDEM, HEAP) {
        println!(
            "  Tandem takes {times:.2} times the time of the {HEAP}; at most {most} are wanted."
        );
    }
    if let Some(times) = table.times(SIMPY, TANDEM) {
        println!("  Tandem is {times:.1} times as fast as SimPy; at least {least} are wanted.");
    }
}

/// The first is what the others are compared with.
fn parties(case: Case, size: Size, peers: bool) -> Vec<Party<'static>> {
    let calls = calls(case, size);
    let mut bare = Bare::new(case, 1);
    let scenario = scenario(case, calls, 1);
    let mut parties = vec![
        Party::timed(HEAP, move || black_box(run_events(case, 1, calls)).offered),
        Party::timed(ENDS, move || black_box(bare.run(calls)).offered),
        Party::timed(TANDEM, move || offered(&black_box(simulate(&scenario, 1)))),
    ];
    if peers {
        let peer_calls = size.choose(100_000, 30_000, 1_000);
        let run = Box::new(move || simpy(case, peer_calls));
        parties.push(Party {
            name: SIMPY.to_owned(),
            run,
        });
    }
    parties
}

/// Calls per second of processor time, as the peer's own process measured it.
fn simpy(case: Case, calls: u64) -> f64 {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/run_simpy");
    let arguments = [
        case.agents.to_string(),
        case.erlang.to_string(),
        calls.to_string(),
    ];
    let output = Command::new(&script)
        .args(arguments)
        .output()
        .expect("peers/run_simpy starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "peers/run_simpy failed:\n{said}");
    let figures: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("peers/run_simpy prints JSON");
    figures["calls_per_cpu_s"]
        .as_f64()
        .expect("calls_per_cpu_s is a number")
}
