//! The server under test, as people run it.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tandem_engine::records::Outcome;
use tandem_server::store::{RecordKey, RecordsOf, Store, TokenOf};
use tandem_server::web::make_token;

/// A new, empty folder.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the folder is ours");
    }
    fs::create_dir_all(&folder).expect("tests may write here");
    folder
}

/// A queue 6400 with agents from 1001 on, whose telephones are all at one address.
pub fn centre(agents: usize, port: u16) -> String {
    let mut text = String::from("[[trunk]]\nname = \"Carrier\"\naddress = \"127.0.0.1\"\n");
    let last = 1000 + agents;
    let _written = write!(
        text,
        "[[extension]]\nnumbers = \"1001-{last}\"\ncontact = \"127.0.0.1:{port}\"\n\
         [[queue]]\nnumber = \"6400\"\nname = \"Support\"\nstrategy = \"rrmemory\"\n\
         static_agents = [\"1001-{last}\"]\nwrap_up_s = 0\n"
    );
    text
}

/// Makes a token of an extension, before the server has the data.
pub fn token(folder: &Path, extension: &str) -> String {
    let data = folder.join("data");
    fs::create_dir_all(&data).expect("tests may write here");
    let store = Store::open(&data).expect("nobody else has it");
    let of = TokenOf::Extension(extension.parse().expect("a number"));
    make_token(&store, "tester", of).expect("there is no other")
}

/// A running server.
pub struct Server {
    child: Child,
    sip: SocketAddr,
    http: SocketAddr,
}

impl Server {
    /// Starts it on free ports and waits until it serves.
    pub fn start(folder: &Path, centre: &str) -> Self {
        Self::start_with(folder, centre, &[])
    }

    /// The same, with more on its command line.
    pub fn start_with(folder: &Path, centre: &str, more: &[&str]) -> Self {
        Self::start_as(folder, centre, |command| command.args(more))
    }

    /// The same, with a command that is made ready for more.
    pub fn start_as(
        folder: &Path,
        centre: &str,
        ready: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Self {
        let file = folder.join("centre.toml");
        fs::write(&file, centre).expect("tests may write here");
        let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
        command
            .args([
                "serve",
                "--sip",
                "127.0.0.1:0",
                "--http",
                "127.0.0.1:0",
                "--config",
            ])
            .arg(&file)
            .arg("--data")
            .arg(folder.join("data"))
            .stdout(Stdio::piped());
        let child = ready(&mut command).spawn();
        let mut child = child.expect("the command was built");
        let out = child.stdout.take().expect("its output is ours");
        let mut lines = BufReader::new(out).lines();
        let mut address = |before: &str, behind: char| loop {
            let line = lines.next().expect("it serves, or says why not");
            let line = line.expect("it speaks UTF-8");
            if let Some(rest) = line.strip_prefix(before) {
                let address = rest.split(behind).next().expect("an address");
                break address.parse().expect("an address");
            }
        };
        let sip = address("Tandem serves SIP at ", ',');
        let http = address("The page and the API are at http://", '/');
        // Whatever it says later must not stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, sip, http }
    }

    /// Where it speaks SIP.
    pub fn sip(&self) -> SocketAddr {
        self.sip
    }

    /// Asks its API: a GET, or a POST with this body. The answer, if it is one of success.
    ///
    /// # Panics
    /// If it is not.
    #[track_caller]
    pub fn ask(&self, token: &str, path: &str, body: Option<&str>) -> Value {
        let (method, body) = (body.map_or("GET", |_| "POST"), body.unwrap_or_default());
        self.request(method, token, path, body)
    }

    /// Puts something there over the API.
    pub fn put(&self, token: &str, path: &str, body: &str) -> Value {
        self.request("PUT", token, path, body)
    }

    fn request(&self, method: &str, token: &str, path: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(self.http).expect("it listens");
        let request = format!(
            "{method} /api/v1/{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n\
             {body}",
            self.http,
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("an answer");
        assert!(reply.starts_with("HTTP/1.1 200"), "{path}: {reply}");
        let (_, body) = reply.split_once("\r\n\r\n").expect("a body");
        serde_json::from_str(body).expect("JSON")
    }

    /// Kills it as a power cut does.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is ours");
    }

    /// Stops it as an operator does.
    pub fn stop(&mut self) {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(told.expect("kill is there").success());
        let status = self.child.wait().expect("it is ours");
        assert!(status.success(), "it stopped with {status}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A test that failed leaves nothing running.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}

/// A record, as far as these tests look at it.
#[derive(Debug)]
pub struct Record {
    pub caller: String,
    pub outcome: &'static str,
    pub agent: usize,
}

/// The records of the queue, in the order of joining.
pub fn records(folder: &Path) -> Vec<Record> {
    let store = Store::open(&folder.join("data")).expect("the server has stopped");
    let queue = "6400".parse().expect("a number");
    let mut records = Vec::new();
    let mut after = RecordKey::FIRST;
    loop {
        let page = store
            .records(RecordsOf::Queue(queue), after, RecordKey::LAST, 100)
            .expect("the store is sound");
        let Some(last) = page.last() else { break };
        after = RecordKey::of(last);
        records.extend(page.into_iter().map(|record| Record {
            caller: record.call.caller.to_string(),
            outcome: match record.call.outcome {
                Outcome::Answered => "answered",
                Outcome::Abandoned => "abandoned",
                Outcome::Missed => "missed",
            },
            agent: record.agent.map_or(0, |agent| {
                agent
                    .to_string()
                    .parse()
                    .expect("the number of an extension")
            }),
        }));
    }
    records
}

/// Replays the journal and holds its outputs and records against what was stored.
pub fn verify(folder: &Path) {
    let out = Command::new(env!("CARGO_BIN_EXE_tandem"))
        .args(["journal", "verify", "--data"])
        .arg(folder.join("data"))
        .output()
        .expect("the command was built");
    let (said, why) = (
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr),
    );
    assert!(out.status.success(), "{said}{why}");
    print!("{said}");
}
