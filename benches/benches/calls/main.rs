//! The live server under SIPp: real callers, real telephones, G.711 in the descriptions
//! and no voices. How fast callers hear that it rings and agents are rung, how many calls
//! a second hold, and what calls cost in processor time and memory. Nothing is asserted
//! of time: each figure stands beside its goal, and beside what Asterisk takes for it.

mod phones;
mod server;
mod sipp;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use phones::Phones;
use server::{MUSIC, QUEUE, RINGING, Server, centre, program};
use sipp::{Agents, Callers, Seen, Sink};

/// Agents of the queue under load.
const AGENTS: usize = 200;
/// Calls a second that are to be held.
const RATE: usize = 100;
/// How long callers talk at that rate, in milliseconds.
const TALK_MS: u32 = 1_250;
/// Rates that are tried one after the other.
const STEPS: [usize; 7] = [100, 200, 400, 600, 700, 800, 900];
/// How long callers talk there, in milliseconds, and how many agents there are: enough
/// that some are always free.
const STEP_TALK_MS: u32 = 300;
const STEP_AGENTS: usize = 300;
/// A rate does not hold where 1 % of the callers wait so long, in milliseconds.
const ANSWER_MS_MAX: f64 = 100.0;
/// Agents who hang up, and callers of whom most wait for them.
const FEW_AGENTS: usize = 20;
const PATIENT: usize = 100;

fn main() {
    if !sipp::is_here() {
        println!("calls: SIPp is not here (Debian: sip-tester), nothing is measured");
        return;
    }
    // Where cargo only tests that benches run, a moment is enough.
    let earnest = std::env::args().any(|argument| argument == "--bench");
    let bench = Bench {
        program: program(),
        folder: PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("calls"),
        earnest,
    };
    let load = fs::read_to_string("/proc/loadavg").expect("Linux tells it");
    println!("Load of this machine before, of 1, 5 and 15 minutes, and threads: {load}{PEER}");
    bench.steady();
    bench.waiting();
    bench.hanging_up();
    bench.highest();
    fs::remove_dir_all(&bench.folder).expect("the folder goes");
}

/// Where the figures of the other system are from.
const PEER: &str = "Beside it: Asterisk 22.10.1 (app_queue), measured in November 2026 on a \
    2-core machine\nshared with its load generator: SIPp callers, a queue (rrmemory), SIPp \
    agents, no RTP.\n";

struct Bench {
    program: PathBuf,
    folder: PathBuf,
    earnest: bool,
}

/// A run of callers through the queue under load.
struct Load {
    seen: Seen,
    calls: usize,
    /// Messages repeated by or to callers and agents.
    repeated: usize,
    /// Of the server, in seconds for a thousand calls.
    processor_s: f64,
}

impl Load {
    fn all_went_well(&self) -> bool {
        self.seen.successful == self.calls && self.seen.failed == 0
    }
}

impl Bench {
    /// A new, empty folder.
    fn folder(&self, name: &str) -> PathBuf {
        let folder = self.folder.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("the folder is ours");
        }
        fs::create_dir_all(&folder).expect("the bench may write here");
        folder
    }

    fn server(&self, folder: &Path, agents: usize, port: u16) -> Server {
        Server::start(&self.program, folder, &centre(agents, port))
    }

    /// So many calls a second for so long, through a server of their own.
    fn load(&self, name: &str, agents: usize, rate: usize, seconds: usize, stays_ms: u32) -> Load {
        let folder = self.folder(name);
        let rtp = Sink::open();
        let telephones = Agents::start(&folder, &rtp);
        let server = self.server(&folder, agents, telephones.port());
        let calls = rate * seconds;
        let callers = Callers {
            scenario: "caller",
            to: server.sip(),
            queue: QUEUE,
            rtp: &rtp,
            calls,
            rate,
            at_once: calls,
            stays_ms,
        };
        let before = server.processor_time();
        let seen = callers.call(&folder);
        let used = server.processor_time() - before;
        Load {
            repeated: seen.repeated + telephones.end(),
            processor_s: 1e3 * used.as_secs_f64() / calls as f64,
            seen,
            calls,
        }
    }

    /// The rate that is to be held.
    fn steady(&self) {
        let seconds = if self.earnest { 30 } else { 1 };
        let load = self.load("steady", AGENTS, RATE, seconds, TALK_MS);
        let Load { seen, calls, .. } = &load;
        println!("{RATE} calls a second for {seconds} s, {AGENTS} agents, {TALK_MS} ms of talk");
        let well = format!("{} of {calls} ({} failed)", seen.successful, seen.failed);
        row("calls that went well", &well, "all", "");
        let repeated = load.repeated.to_string();
        row("messages repeated", &repeated, "none", "");
        let rings = "p50 1.1–1.5 ms, p99 1.8–2.3 ms, at 20–48/s";
        row(
            "INVITE to 180",
            &quantiles(&seen.rings),
            "p99 < 5 ms",
            rings,
        );
        row("INVITE to 200", &quantiles(&seen.answers), "", "");
        let processor = format!("{:.2} s", load.processor_s);
        row(
            "processor time, 1,000 calls",
            &processor,
            "",
            "4.6–5.8 s at load",
        );
    }

    /// What callers cost who wait.
    fn waiting(&self) {
        let (callers, rate) = if self.earnest { (500, 200) } else { (20, 100) };
        println!("\n{callers} callers wait, and no agent is free");
        let kinds = [
            (RINGING, "hears it ring", "137 KB"),
            (MUSIC, "hears music", "147 KB"),
        ];
        for (queue, what, theirs) in kinds {
            let folder = self.folder(what);
            let rtp = Sink::open();
            let server = self.server(&folder, 1, 9);
            let begin = |name: &str, calls: usize| {
                let folder = folder.join(name);
                fs::create_dir(&folder).expect("the folder is ours");
                let callers = Callers {
                    scenario: "patient",
                    to: server.sip(),
                    queue,
                    rtp: &rtp,
                    calls,
                    rate,
                    at_once: calls,
                    stays_ms: 0,
                };
                callers.wait(&folder)
            };
            // What the first callers need, the code that runs for them too, is there then.
            let _first = begin("first", 20);
            let before = server.resident_kib();
            let _others = begin("others", callers);
            let each = (server.resident_kib() - before) / callers as f64;
            row(
                &format!("memory, one who {what}"),
                &format!("{each:.1} KiB"),
                "",
                theirs,
            );
            let time = server.processor_time();
            let watched = Duration::from_secs(if self.earnest { 4 } else { 1 });
            sleep(watched);
            let time = (server.processor_time() - time).as_secs_f64();
            let share = 100.0 * time / watched.as_secs_f64() / callers as f64;
            let theirs = if queue == MUSIC { "0.19 %" } else { "" };
            row("   of a core", &format!("{share:.3} %"), "", theirs);
        }
    }

    /// How soon an agent who hung up is rung for the next who waits.
    fn hanging_up(&self) {
        let wanted = if self.earnest { 1_000 } else { 30 };
        let folder = self.folder("hanging_up");
        let phones = Phones::open();
        let server = self.server(&folder, FEW_AGENTS, phones.port());
        let rtp = Sink::open();
        let callers = Callers {
            scenario: "patient",
            to: server.sip(),
            queue: QUEUE,
            rtp: &rtp,
            calls: PATIENT + 2 * wanted,
            rate: 400,
            at_once: PATIENT,
            stays_ms: 0,
        };
        let callers = callers.begin(&folder);
        let times = phones.work(wanted, Duration::from_secs(25));
        drop(callers);
        println!(
            "\n{FEW_AGENTS} agents hang up {} times, and callers always wait",
            times.len()
        );
        let theirs = "mean 670 ms, p90 1,263 ms, p99 1,638 ms";
        let what = "an agent's BYE to his next INVITE";
        row(what, &quantiles(&times), "p99 < 10 ms", theirs);
    }

    /// The highest rate that holds.
    fn highest(&self) {
        println!("\nHigher and higher rates, {STEP_AGENTS} agents, {STEP_TALK_MS} ms of talk");
        let (steps, seconds) = if self.earnest {
            (&STEPS[..], 10)
        } else {
            (&STEPS[..1], 1)
        };
        let mut held = None;
        for &rate in steps {
            let load = self.load("step", STEP_AGENTS, rate, seconds, STEP_TALK_MS);
            let Load { seen, calls, .. } = &load;
            let said = format!(
                "{} of {calls} went well, {} messages repeated; INVITE to 200 {}; \
                 {:.2} s of processor time for 1,000",
                seen.successful,
                load.repeated,
                quantiles(&seen.answers),
                load.processor_s
            );
            println!("  {rate:>4} calls/s ({:.0} in fact): {said}", seen.rate);
            let swift = at(&seen.answers, 99).is_some_and(|ms| ms < ANSWER_MS_MAX);
            if !(load.all_went_well() && swift && load.repeated == 0) {
                break;
            }
            held = Some(rate);
        }
        let held = held.map_or("none".to_owned(), |rate| format!("{rate} calls/s"));
        row("the last that held", &held, "", "320 calls/s, 200 agents");
    }
}

/// One line of the table: here, the goal, and the other system.
fn row(what: &str, here: &str, goal: &str, theirs: &str) {
    let goal = if goal.is_empty() {
        String::new()
    } else {
        format!("goal {goal}")
    };
    let theirs = if theirs.is_empty() {
        String::new()
    } else {
        format!("Asterisk {theirs}")
    };
    println!("  {what:<34} {here:<34} {goal:<17} {theirs}");
}

/// The time that so many percent are not above.
fn at(times: &[f64], percent: usize) -> Option<f64> {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    sorted.get(last * percent / 100).copied()
}

fn quantiles(times: &[f64]) -> String {
    match (at(times, 50), at(times, 99)) {
        (Some(p50), Some(p99)) => format!("p50 {p50:.2} ms, p99 {p99:.2} ms"),
        _ => "nothing came".to_owned(),
    }
}
