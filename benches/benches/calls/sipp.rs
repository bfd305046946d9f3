//! SIPp, as callers and as agents' telephones. It is ended by its own id, and bounded in
//! count and time.

use std::collections::HashMap;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/calls");
/// No SIPp lives longer, in seconds.
const TIMEOUT_S: u32 = 100;
/// A call to which nothing comes for so long has failed, in milliseconds.
const SILENCE_MS: u32 = 10_000;

/// Where callers log what they send and receive.
const MESSAGES: &str = "messages.log";

/// Whether SIPp can be had here.
pub fn is_here() -> bool {
    let mut command = Command::new("sipp");
    command
        .arg("-v")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // It says its version and fails.
    command.status().is_ok()
}

/// Takes voices and says nothing: without it the system would answer them with errors.
pub struct Sink(UdpSocket);

impl Sink {
    pub fn open() -> Self {
        Self(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free"))
    }

    fn port(&self) -> u16 {
        self.0.local_addr().expect("it is bound").port()
    }
}

/// A port that nobody uses now.
fn free_port() -> u16 {
    Sink::open().port()
}

fn sipp(scenario: &str, folder: &Path, port: u16, rtp: &Sink) -> Command {
    let log = File::create(folder.join(format!("{scenario}.log")));
    let mut command = Command::new("sipp");
    command
        .current_dir(folder)
        .args(["-sf", &format!("{SCENARIOS}/{scenario}.xml")])
        .args(["-i", "127.0.0.1", "-p", &port.to_string(), "-nostdin"])
        .args(["-key", "rtp_port", &rtp.port().to_string()])
        .args(["-timeout", &TIMEOUT_S.to_string()])
        // Whole counts once a second, and at the end.
        .args(["-trace_stat", "-trace_counts", "-fd", "1"])
        .args(["-stf", &format!("{scenario}.csv")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log.expect("the bench may write here"));
    command
}

/// The file that SIPp itself named.
fn named(folder: &Path, scenario: &str, end: &str) -> PathBuf {
    let entries = fs::read_dir(folder).expect("the folder is ours");
    let mut paths = entries.map(|entry| entry.expect("it can be read").path());
    let found = paths.find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&format!("{scenario}_")) && name.ends_with(end)
    });
    found.expect("SIPp wrote it")
}

/// The sum of the last line's columns of which `wanted` is true; nothing where SIPp has
/// not written any yet.
fn last(file: &Path, wanted: impl Fn(&str) -> bool) -> Option<usize> {
    let text = fs::read_to_string(file).ok()?;
    // What is behind the last end of a line is being written.
    let (whole, _) = text.rsplit_once('\n')?;
    let mut lines = whole.lines().map(|line| line.split(';'));
    let (header, values) = (lines.next()?, lines.next_back()?);
    let columns = header.zip(values).filter(|(name, _)| wanted(name));
    let counts = columns.map(|(_, value)| value.parse::<usize>().expect("a count"));
    Some(counts.sum())
}

/// Messages that went out or came in more than once.
fn repeated(folder: &Path, scenario: &str) -> usize {
    let file = named(folder, scenario, "_counts.csv");
    last(&file, |name| name.ends_with("_Retrans")).expect("whole lines")
}

/// Telephones that ring and answer at once, all at one address.
pub struct Agents {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Agents {
    pub fn start(folder: &Path, rtp: &Sink) -> Self {
        let port = free_port();
        let child = sipp("agent", folder, port, rtp).spawn();
        Self {
            child: child.expect("SIPp starts"),
            folder: folder.to_owned(),
            port,
        }
    }

    /// Where they are.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends them; returns how many messages were repeated.
    pub fn end(mut self) -> usize {
        // Asked so, SIPp writes its counts before it ends.
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::USR1).expect("it runs");
        let until = Instant::now() + Duration::from_secs(5);
        while Instant::now() < until && self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            std::thread::sleep(Duration::from_millis(10));
        }
        repeated(&self.folder, "agent")
    }
}

impl Drop for Agents {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}

/// Callers to come.
pub struct Callers<'a> {
    /// Which of the scenarios they follow.
    pub scenario: &'static str,
    pub to: SocketAddr,
    pub queue: &'static str,
    pub rtp: &'a Sink,
    pub calls: usize,
    /// Calls a second.
    pub rate: usize,
    /// So many at most at once.
    pub at_once: usize,
    /// How long each stays once he is answered.
    pub stays_ms: u32,
}

/// What SIPp saw.
pub struct Seen {
    pub successful: usize,
    pub failed: usize,
    /// Calls a second, from the first to the last.
    pub rate: f64,
    /// Messages that went out or came in more than once.
    pub repeated: usize,
    /// From INVITE to 180, in milliseconds.
    pub rings: Vec<f64>,
    /// From INVITE to 200, in milliseconds.
    pub answers: Vec<f64>,
}

impl Callers<'_> {
    fn command(&self, folder: &Path) -> Command {
        let mut command = sipp(self.scenario, folder, free_port(), self.rtp);
        command
            .arg(self.to.to_string())
            .args(["-key", "queue", self.queue])
            .args(["-m", &self.calls.to_string(), "-r", &self.rate.to_string()])
            .args([
                "-l",
                &self.at_once.to_string(),
                "-d",
                &self.stays_ms.to_string(),
            ]);
        command
    }

    /// Calls, and waits until all have hung up.
    pub fn call(&self, folder: &Path) -> Seen {
        let begin = Instant::now();
        let mut command = self.command(folder);
        command
            .args(["-recv_timeout", &SILENCE_MS.to_string()])
            .args(["-trace_shortmsg", "-shortmessage_file", MESSAGES]);
        // What did not go well is in its counts.
        let _status = command.status().expect("SIPp starts");
        let stays = Duration::from_millis(self.stays_ms.into());
        let counts = folder.join(format!("{}.csv", self.scenario));
        let of = |column: &str| last(&counts, |name| name == column).expect("whole lines");
        let log = fs::read_to_string(folder.join(MESSAGES)).expect("SIPp wrote it");
        Seen {
            successful: of("SuccessfulCall(C)"),
            failed: of("FailedCall(C)"),
            rate: self.calls as f64 / begin.elapsed().saturating_sub(stays).as_secs_f64(),
            repeated: repeated(folder, self.scenario),
            rings: times(&log, "SIP/2.0 180 "),
            answers: times(&log, "SIP/2.0 200 "),
        }
    }

    /// Calls in the background.
    pub fn begin(&self, folder: &Path) -> Waiting {
        let child = self.command(folder).spawn();
        Waiting(child.expect("SIPp starts"))
    }

    /// The same, and returns once all are on the line.
    ///
    /// # Panics
    /// Where they do not get there.
    pub fn wait(&self, folder: &Path) -> Waiting {
        let waiting = self.begin(folder);
        let counts = folder.join(format!("{}.csv", self.scenario));
        let until = Instant::now() + Duration::from_secs(20);
        while last(&counts, |name| name == "CurrentCall") != Some(self.calls) {
            assert!(Instant::now() < until, "callers do not get on the line");
            std::thread::sleep(Duration::from_millis(100));
        }
        // The last of them were counted as they began.
        std::thread::sleep(Duration::from_millis(500));
        waiting
    }
}

/// From each INVITE to the first response that begins so, in milliseconds. SIPp's own
/// response times go by a clock of 4 ms; its log of messages has microseconds.
fn times(log: &str, response: &str) -> Vec<f64> {
    let mut invited: HashMap<&str, f64> = HashMap::new();
    let mut times = Vec::new();
    for line in log.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [_, _, at, way, call, number, start] = fields[..] else {
            continue;
        };
        let at_ms = 1e3 * at.parse::<f64>().expect("seconds since 1970");
        if way == "S" && start.starts_with("INVITE ") {
            // Where it is repeated, the caller waits since the first.
            invited.entry(call).or_insert(at_ms);
        } else if way == "R" && number.ends_with(" INVITE") && start.starts_with(response) {
            times.extend(invited.remove(call).map(|since| at_ms - since));
        }
    }
    times
}

/// Callers on the line.
pub struct Waiting(Child);

impl Drop for Waiting {
    fn drop(&mut self) {
        let _killed = self.0.kill();
        let _waited = self.0.wait();
    }
}
