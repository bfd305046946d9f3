//! The server is killed in the middle of calls, and comes back.

use std::time::{Duration, Instant};

use crate::peers::{Agents, Callers};
use crate::server::{self, Server, records};
use crate::voices::Voices;
use crate::{AGENTS, full};

/// Calls a second, while the server is killed.
const RATE: usize = 10;
/// The latest that it is killed after the first call, in milliseconds.
const LATEST_MS: u64 = 3_000;

#[test]
fn what_was_acknowledged_outlives_kill_9() {
    let kills = if full() { 100 } else { 20 };
    let folder = server::folder("kills");
    let voices = Voices::start();
    let agents = Agents::start(&folder, voices.agents());
    let centre = server::centre(AGENTS, agents.port());
    let mut seed = seed();
    println!("TANDEM_SEED={seed}");
    let (mut known, mut slowest) = (0, Duration::ZERO);
    let mut slowest_call = Duration::ZERO;
    for round in 0..kills {
        let begin = Instant::now();
        let mut server = Server::start(&folder, &centre);
        slowest = slowest.max(begin.elapsed());
        let mut callers = Callers {
            to: server.sip(),
            rtp: voices.callers(),
            calls: 1,
            rate: RATE,
            stays_ms: 100,
        };
        let begin = Instant::now();
        let seen = callers.call(&folder);
        slowest_call = slowest_call.max(begin.elapsed());
        assert_eq!(seen.successful, 1, "the first call after start {round}");
        callers.calls = 1_000;
        callers.stays_ms = 500;
        let mut calling = callers.begin(&folder);
        seed = next(seed);
        std::thread::sleep(Duration::from_millis(seed % LATEST_MS));
        server.kill();
        calling.kill().expect("it runs");
        calling.wait().expect("it is ours");

        // What a caller was told stays true: whoever had hung up has his record.
        server::verify(&folder);
        let now = records(&folder).len();
        assert!(now > known, "the call that was acknowledged is not there");
        known = now;
    }
    let mut server = Server::start(&folder, &centre);
    server.stop();
    server::verify(&folder);
    let all = records(&folder);
    println!(
        "{kills} kills, {} records, the slowest start took {slowest:?}, \
         the slowest first call {slowest_call:?} from SIPp's start to its end",
        all.len()
    );
}

fn seed() -> u64 {
    let told = std::env::var("TANDEM_SEED").ok();
    told.and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
fn next(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
