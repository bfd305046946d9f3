//! SIPp, as callers and as agents. It is ended by its own id, and bounded in count and
//! time.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/live_sip");
/// Nothing here takes longer, in seconds.
const TIMEOUT_S: u32 = 240;

fn sipp(scenario: &str, port: u16, rtp: u16, log: &Path) -> Command {
    sipp_with(
        &Path::new(FOLDER).join(format!("{scenario}.xml")),
        port,
        rtp,
        log,
    )
}

fn sipp_with(scenario: &Path, port: u16, rtp: u16, log: &Path) -> Command {
    let log = File::create(log).expect("tests may write here");
    let mut command = Command::new("sipp");
    command
        .arg("-sf")
        .arg(scenario)
        .args(["-i", "127.0.0.1", "-p", &port.to_string()])
        .args(["-key", "rtp_port", &rtp.to_string()])
        .args(["-timeout", &TIMEOUT_S.to_string(), "-nostdin"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log);
    command
}

/// A port that nobody uses now.
pub fn free_port() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback");
    socket.local_addr().expect("it is bound").port()
}

/// Telephones that ring and answer, all at one address.
pub struct Agents {
    child: Child,
    port: u16,
}

impl Agents {
    /// Starts them; their voices go to this port.
    pub fn start(folder: &Path, rtp: u16) -> Self {
        Self::begin(
            &Path::new(FOLDER).join("agent.xml"),
            rtp,
            &folder.join("agents.log"),
        )
    }

    /// Starts one that does what this scenario says.
    pub fn play(scenario: &Path, log: &Path) -> Self {
        Self::begin(scenario, free_port(), log)
    }

    fn begin(scenario: &Path, rtp: u16, log: &Path) -> Self {
        let port = free_port();
        let child = sipp_with(scenario, port, rtp, log).spawn();
        let child = child.expect("sipp is installed (Debian: sip-tester)");
        Self { child, port }
    }

    /// Where they are.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Agents {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}

/// A caller, from this port, who does what this scenario says.
pub fn call(scenario: &Path, port: u16, to: SocketAddr, log: &Path) -> Child {
    let mut command = sipp_with(scenario, port, free_port(), log);
    command.arg(to.to_string()).args(["-m", "1"]);
    command
        .spawn()
        .expect("sipp is installed (Debian: sip-tester)")
}

/// Callers to come.
pub struct Callers {
    pub to: SocketAddr,
    pub rtp: u16,
    pub calls: usize,
    /// Calls a second.
    pub rate: usize,
    /// How long each stays once he is answered.
    pub stays_ms: u32,
}

/// Telephones that sign in, one after the other and round again.
pub struct Telephones<'u> {
    pub to: SocketAddr,
    pub users: &'u [String],
    pub password: &'u str,
    pub registrations: usize,
    /// Registrations a second.
    pub rate: usize,
}

impl Telephones<'_> {
    /// Begins, in the background.
    pub fn begin(&self, folder: &Path) -> Registering {
        let mut users = "SEQUENTIAL\n".to_owned();
        for user in self.users {
            let password = self.password;
            let _written = writeln!(
                users,
                "{user};[authentication username={user} password={password}]"
            );
        }
        let file = folder.join("users.csv");
        fs::write(&file, users).expect("tests may write here");
        let statistics = folder.join("registrations.csv");
        let mut command = sipp("register", free_port(), 0, &folder.join("register.log"));
        command
            .arg(self.to.to_string())
            .args(["-m", &self.registrations.to_string()])
            .args(["-r", &self.rate.to_string()])
            .args(["-trace_stat", "-stf"])
            .arg(&statistics)
            .arg("-inf")
            .arg(file);
        let child = command.spawn();
        Registering {
            child: child.expect("sipp is installed (Debian: sip-tester)"),
            statistics,
        }
    }
}

/// Telephones that are signing in.
pub struct Registering {
    child: Child,
    statistics: PathBuf,
}

impl Registering {
    /// Waits until all have.
    pub fn end(mut self) -> Seen {
        let status = self.child.wait().expect("it is ours");
        println!("sipp: {status}");
        seen(&self.statistics)
    }
}

impl Drop for Registering {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}

/// What SIPp saw.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    pub successful: usize,
    pub failed: usize,
    pub retransmitted: usize,
}

impl Callers {
    fn command(&self, folder: &Path) -> Command {
        let mut command = sipp("caller", free_port(), self.rtp, &folder.join("callers.log"));
        command
            .arg(self.to.to_string())
            .args(["-m", &self.calls.to_string(), "-r", &self.rate.to_string()])
            .args(["-d", &self.stays_ms.to_string()])
            .args(["-trace_stat", "-stf"])
            .arg(folder.join("callers.csv"));
        command
    }

    /// Calls, and waits until all have hung up.
    pub fn call(&self, folder: &Path) -> Seen {
        let status = self.command(folder).status();
        let status = status.expect("sipp is installed (Debian: sip-tester)");
        println!("sipp: {status}");
        seen(&folder.join("callers.csv"))
    }

    /// Calls in the background.
    pub fn begin(&self, folder: &Path) -> Child {
        let child = self.command(folder).spawn();
        child.expect("sipp is installed (Debian: sip-tester)")
    }
}

/// A telephone of extension 1001 dials something once, and waits to be hung up on.
pub fn dial(to: SocketAddr, dialled: &str, rtp: u16, folder: &Path) -> Seen {
    let mut command = sipp("code", free_port(), rtp, &folder.join("code.log"));
    let statistics = folder.join("code.csv");
    let _none_yet = fs::remove_file(&statistics);
    let status = command
        .arg(to.to_string())
        .args(["-key", "dialled", dialled])
        .args(["-m", "1", "-trace_stat", "-stf"])
        .arg(&statistics)
        .status();
    let status = status.expect("sipp is installed (Debian: sip-tester)");
    println!("sipp: {status}");
    seen(&statistics)
}

/// The last line of SIPp's statistics.
fn seen(file: &Path) -> Seen {
    let text = fs::read_to_string(file).expect("SIPp wrote its statistics");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(';').collect();
    let last: Vec<&str> = lines.next_back().expect("a line").split(';').collect();
    let of = |name: &str| {
        let place = header.iter().position(|head| *head == name);
        last[place.expect("a column")].parse().expect("a count")
    };
    Seen {
        successful: of("SuccessfulCall(C)"),
        failed: of("FailedCall(C)"),
        retransmitted: of("Retransmissions(C)"),
    }
}
