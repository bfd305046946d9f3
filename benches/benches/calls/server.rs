//! The live server as people run it: a process of its own, so that what it costs can be
//! told from what its callers cost.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::param::clock_ticks_per_second;

/// Whose callers hear it ring until an agent answers.
pub const QUEUE: &str = "6400";
/// Whose callers hear it ring, and nobody answers.
pub const RINGING: &str = "6401";
/// Whose callers hear music, and nobody answers.
pub const MUSIC: &str = "6402";

/// The command: the one that `TANDEM_BIN` names, else that of this source, built for this
/// bench in the same profile.
pub fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("TANDEM_BIN") {
        return named.into();
    }
    let own = std::env::current_exe().expect("this program has a path");
    let mut folders = own.ancestors().skip(2);
    let profile = folders.next().expect("programs lie in a profile's folder");
    let target = folders.next().expect("which lies in that of the target");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build
        .args(["build", "--quiet", "--package", "tandem-server"])
        .args([
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"),
        ])
        .arg("--target-dir")
        .arg(target);
    if profile.ends_with("release") {
        build.arg("--release");
    }
    let built = build.status().expect("cargo is there");
    assert!(built.success(), "the server can not be built");
    profile.join("tandem")
}

/// A queue with so many agents, whose telephones are all at one address, and two
/// without.
pub fn centre(agents: usize, port: u16) -> String {
    let last = 1000 + agents;
    let mut text = format!(
        "[[trunk]]\nname = \"Carrier\"\naddress = \"127.0.0.1\"\n\
         [[extension]]\nnumbers = \"1001-{last}\"\ncontact = \"127.0.0.1:{port}\"\n\
         [[queue]]\nnumber = \"{QUEUE}\"\nname = \"Support\"\nstrategy = \"rrmemory\"\n\
         static_agents = [\"1001-{last}\"]\nwrap_up_s = 0\nanswer_on_entry = false\n"
    );
    for (number, name, answers) in [(RINGING, "Rings", false), (MUSIC, "Music", true)] {
        let _written = write!(
            text,
            "[[queue]]\nnumber = \"{number}\"\nname = \"{name}\"\nanswer_on_entry = {answers}\n"
        );
    }
    text
}

/// A running server.
pub struct Server {
    child: Child,
    sip: SocketAddr,
}

impl Server {
    /// Starts it on free ports, with new data, and waits until it serves.
    pub fn start(program: &Path, folder: &Path, centre: &str) -> Self {
        let file = folder.join("centre.toml");
        fs::write(&file, centre).expect("the bench may write here");
        let mut child = Command::new(program)
            .args(["serve", "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0"])
            .arg("--config")
            .arg(&file)
            .arg("--data")
            .arg(folder.join("data"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let out = child.stdout.take().expect("its output is ours");
        let mut lines = BufReader::new(out).lines();
        let sip = loop {
            let line = lines.next().expect("it serves, or says why not");
            let line = line.expect("it speaks UTF-8");
            if let Some(rest) = line.strip_prefix("Tandem serves SIP at ") {
                let address = rest.split(',').next().expect("an address");
                break address.parse().expect("an address");
            }
        };
        // Whatever it says later must not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        // It hears of its telephones in its first moments.
        std::thread::sleep(Duration::from_millis(500));
        Self { child, sip }
    }

    /// Where it speaks SIP.
    pub fn sip(&self) -> SocketAddr {
        self.sip
    }

    /// Processor time that it has used, all threads together.
    pub fn processor_time(&self) -> Duration {
        let stat = self.file("stat");
        // The name in front may hold anything; user and system time are the 12th and
        // 13th field behind it.
        let (_, fields) = stat.rsplit_once(") ").expect("Linux names the process");
        let ticks = fields.split(' ').skip(11).take(2);
        let ticks: u64 = ticks
            .map(|field| field.parse::<u64>().expect("ticks"))
            .sum();
        Duration::from_secs_f64(ticks as f64 / clock_ticks_per_second() as f64)
    }

    /// Memory that it has in use, in KiB.
    pub fn resident_kib(&self) -> f64 {
        let status = self.file("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next());
        kib.and_then(|kib| kib.parse().ok())
            .expect("Linux tells it")
    }

    fn file(&self, name: &str) -> String {
        let path = format!("/proc/{}/{name}", self.child.id());
        fs::read_to_string(path).expect("the server runs")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its data are thrown away with it.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}
