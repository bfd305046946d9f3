//! Who simulates Erlang-A how fast, all in turns in one run.
//!
//! `cargo bench -p tandem-benches --bench ratios` measures what is ours; with
//! `TANDEM_PEERS=1` in the environment SimPy runs in the same turns (it is
//! installed into a folder under `target/` at the first use).

use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use tandem_benches::bare::{Bare, C10, C100, Case, run_events};
use tandem_benches::paired::{Party, compare};

/// How much is measured; Criterion's own flags choose it, so that one command
/// line serves all benches.
struct Size {
    rounds: usize,
    calls: u64,
    peer_calls: u64,
}

fn size() -> Size {
    let flag = |name: &str| std::env::args().any(|argument| argument == name);
    if flag("--test") {
        Size {
            rounds: 1,
            calls: 10_000,
            peer_calls: 1_000,
        }
    } else if flag("--quick") {
        Size {
            rounds: 7,
            calls: 3_000_000,
            peer_calls: 30_000,
        }
    } else {
        Size {
            rounds: 11,
            calls: 10_000_000,
            peer_calls: 100_000,
        }
    }
}

fn main() {
    let size = size();
    let peers = std::env::var_os("TANDEM_PEERS").is_some_and(|value| value == "1");
    for case in [C100, C10] {
        let title = format!("Erlang-A, {} agents, {} Erlang", case.agents, case.erlang);
        println!(
            "{}",
            compare(&title, size.rounds, &mut parties(case, &size, peers))
        );
    }
    if !peers {
        println!("SimPy was not measured: set TANDEM_PEERS=1 to have it in the same turns.");
    }
}

/// The first is what the others are compared with.
fn parties(case: Case, size: &Size, peers: bool) -> Vec<Party<'static>> {
    let calls = size.calls;
    let mut bare = Bare::new(case, 1);
    let mut parties = vec![
        Party::timed("bare loop", calls, move || {
            black_box(bare.run(calls));
        }),
        Party::timed("one heap of all events", calls, move || {
            black_box(run_events(case, 1, calls));
        }),
        // Tandem's engine stands here as a third party, through the simulator's
        // public interface on scenarios/erlang-a-100.toml and -10.toml.
    ];
    if peers {
        let peer_calls = size.peer_calls;
        let run = Box::new(move || simpy(case, peer_calls));
        parties.push(Party {
            name: "SimPy, as documented".to_owned(),
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
