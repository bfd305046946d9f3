//! A session: everybody does what a list says, at SIPp's telephones and over the API, and
//! everything comes out as the simulator has it.

mod scenarios;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use tandem_engine::config::model::Destination;
use tandem_engine::config::reader::Source;
use tandem_engine::config::text;
use tandem_engine::{Monitoring, Number, Side, Timestamp, Which};
use tandem_server::store::{CallRecord, RecordKey, RecordsOf, Store};
use tandem_sim::session::{self, Act, Handle, Line, Played, Session};

use crate::peers::{self, Agents};
use crate::phone::Phone;
use crate::server::{self, Server};
use crate::supervised::knows_its_trunk;

/// Durations here and there may differ by so much.
const TOLERANCE_US: u64 = 300_000;

#[test]
fn what_people_do_with_calls_comes_out_live_as_it_is_simulated() {
    comes_out_as_simulated("whole");
}

#[test]
fn whom_queues_choose_comes_out_live_as_it_is_simulated() {
    comes_out_as_simulated("routing");
}

#[test]
fn what_people_do_in_between_comes_out_live_as_it_is_simulated() {
    comes_out_as_simulated("people");
}

#[test]
fn what_queues_do_for_people_comes_out_live_as_it_is_simulated() {
    comes_out_as_simulated("service");
}

#[test]
fn calls_that_lead_outside_or_are_placed_come_out_live_as_they_are_simulated() {
    comes_out_as_simulated("outward");
}

/// Plays a session here and there, and compares what is left of it.
fn comes_out_as_simulated(name: &str) {
    let file = format!("{name}.session.toml");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/sessions");
    let text = fs::read_to_string(path.join(&file)).expect("it is there");
    let session = session::read(Source::new(&file, &text));
    let mut session = session.unwrap_or_else(|why| panic!("{why}"));
    let folder = server::folder(&format!("session-{name}"));
    let played = session::play(&session, made_seed(&folder));
    let played = played.unwrap_or_else(|why| panic!("{why}"));
    let stage = Stage::build(&folder, &mut session, &played);
    stage.perform(&session, &played);
    let simulated: Vec<_> = played.visits.iter().map(Told::simulated).collect();
    let live = records(&folder, &session);
    let live: Vec<_> = live.iter().map(Told::live).collect();
    for (live, simulated) in live.iter().zip(&simulated) {
        println!("{live}");
        assert!(
            live.is_like(simulated),
            "live: {live}\nsimulated: {simulated}"
        );
    }
    assert_eq!(live.len(), simulated.len(), "visits to queues");
    server::verify(&folder);
}

/// A server is started for the first time, and makes the seed of its draws.
fn made_seed(folder: &Path) -> u64 {
    Server::start(folder, "").stop();
    let store = Store::open(&folder.join("data")).expect("the server has stopped");
    let head = store.head().expect("the store is sound");
    head.expect("the server has begun").seed
}

/// What is compared of a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    queue: Number,
    caller: Number,
    agent: Option<Number>,
    outcome: String,
    reason: String,
    offers: u32,
    waited_us: u64,
    talked_us: u64,
    held_us: u64,
}

impl Told {
    fn of(
        queue: Number,
        agent: Option<Number>,
        record: &tandem_engine::records::QueueCall,
    ) -> Self {
        Self {
            queue,
            caller: record.caller,
            agent,
            outcome: format!("{:?}", record.outcome),
            reason: format!("{:?}", record.reason),
            offers: record.offers,
            waited_us: record.waited.micros(),
            talked_us: record.talked.micros(),
            held_us: record.held.micros(),
        }
    }

    fn simulated(visit: &session::Visit) -> Self {
        Self::of(visit.queue, visit.agent, &visit.record)
    }

    fn live(record: &CallRecord) -> Self {
        Self::of(record.queue, record.agent, &record.call)
    }

    fn is_like(&self, other: &Self) -> bool {
        let near = |one: u64, two: u64| one.abs_diff(two) <= TOLERANCE_US;
        let same = Self {
            waited_us: other.waited_us,
            talked_us: other.talked_us,
            held_us: other.held_us,
            ..self.clone()
        };
        same == *other
            && near(self.waited_us, other.waited_us)
            && near(self.talked_us, other.talked_us)
            && near(self.held_us, other.held_us)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { queue, caller, .. } = self;
        let agent = self
            .agent
            .map_or("nobody".to_owned(), |agent| agent.to_string());
        let [waited, talked, held] =
            [self.waited_us, self.talked_us, self.held_us].map(|us| us / 1_000);
        write!(
            f,
            "{caller} in {queue}: {}, {}, by {agent}, offers {}, waited {waited} ms, \
             talked {talked} ms, on hold {held} ms",
            self.outcome, self.reason, self.offers
        )
    }
}

/// The records of all queues, in the order in which their visits ended.
fn records(folder: &Path, session: &Session) -> Vec<CallRecord> {
    let store = Store::open(&folder.join("data")).expect("the server has stopped");
    let mut records = Vec::new();
    for queue in &session.config.queues {
        let of = RecordsOf::Queue(queue.number);
        let page = store.records(of, RecordKey::FIRST, RecordKey::LAST, 500);
        records.extend(page.expect("the store is sound"));
    }
    records.sort_by_key(|record| (record.seq, record.call.visit));
    records
}

/// A server, and the telephones of everybody.
struct Stage {
    folder: PathBuf,
    server: Server,
    /// Tokens of those who use the API.
    tokens: Vec<(Number, String)>,
    /// Telephones that wait for their rings.
    _agents: Vec<Agents>,
    /// Files of callers, in the order in which they call, and their ports.
    callers: Vec<(PathBuf, u16)>,
    /// Numbers of callers by their names.
    names: Vec<(String, Number)>,
}

impl Stage {
    fn build(folder: &Path, session: &mut Session, played: &Played) -> Self {
        let mut agents = Vec::new();
        let callers: Vec<_> = (played.callers.iter().enumerate())
            .map(|(place, line)| {
                let file = folder.join(format!("caller{place}.xml"));
                fs::write(&file, scenarios::caller(line)).expect("tests may write here");
                (file, peers::free_port())
            })
            .collect();
        for extension in &mut session.config.extensions {
            let number = extension.number;
            let rings: Vec<_> = (played.rings.iter())
                .filter(|ring| ring.number == number)
                .collect();
            let calls = |line: &Line| line.caller.inside && line.caller.number == number;
            let port = match played.callers.iter().position(calls) {
                Some(place) => {
                    assert!(
                        rings.is_empty(),
                        "{number} calls, and can not be rung as well"
                    );
                    callers[place].1
                }
                None => {
                    let file = folder.join(format!("agent{number}.xml"));
                    fs::write(&file, scenarios::telephone(&rings)).expect("tests may write here");
                    let log = folder.join(format!("agent{number}.log"));
                    let phone = Agents::play(&file, &log);
                    let port = phone.port();
                    agents.push(phone);
                    port
                }
            };
            let contact = format!("127.0.0.1:{port}").parse();
            extension.contact = Some(contact.expect("an address"));
        }
        for trunk in &mut session.config.options.trunks {
            let rings: Vec<_> = (played.outside.iter())
                .filter(|outside| outside.trunk == trunk.name)
                .map(|outside| &outside.ring)
                .collect();
            let file = folder.join(format!("trunk-{}.xml", trunk.name));
            fs::write(&file, scenarios::telephone(&rings)).expect("tests may write here");
            let phone = Agents::play(&file, &folder.join("trunk.log"));
            let address = format!("127.0.0.1:{}", phone.port()).parse();
            trunk.address = Some(address.expect("an address"));
            agents.push(phone);
        }
        let mut tokens: Vec<(Number, String)> = Vec::new();
        for (_, act) in &session.acts {
            if let Some(by) = asks(act)
                && !tokens.iter().any(|(known, _)| *known == by)
            {
                tokens.push((by, server::token(folder, &by.to_string())));
            }
        }
        let server = Server::start(folder, &text::write(&session.config));
        knows_its_trunk(&server, &mut Phone::new());
        Self {
            folder: folder.to_owned(),
            server,
            tokens,
            _agents: agents,
            callers,
            names: (played.callers.iter())
                .map(|line| (line.caller.name.clone(), line.caller.number))
                .collect(),
        }
    }

    fn perform(mut self, session: &Session, played: &Played) {
        let begin = Instant::now();
        let mut calling: Vec<Child> = Vec::new();
        for (at, act) in &session.acts {
            let due = begin + since(*at);
            match act {
                Act::Call(_) => {
                    wait_until(due);
                    let (file, port) = &self.callers[calling.len()];
                    let log = self.folder.join(format!("caller{}.log", calling.len()));
                    calling.push(peers::call(file, *port, self.server.sip(), &log));
                }
                act if asks(act).is_some() => {
                    wait_until(due);
                    self.ask(act);
                }
                // SIPp does it by itself.
                _ => {}
            }
        }
        wait_until(begin + since(session.until));
        for (place, mut caller) in calling.into_iter().enumerate() {
            let status = caller.wait().expect("it is ours");
            let line = &played.callers[place];
            assert!(
                status.success(),
                "{line:?}: {status}, see {:?}",
                self.folder
            );
        }
        self.server.stop();
    }

    /// Does over the API what somebody does there.
    fn ask(&self, act: &Act) {
        let by = asks(act).expect("it is done there");
        let known = self.tokens.iter().find(|(number, _)| *number == by);
        let (_, token) = known.expect("he has a token");
        let queue = |which: &Which| match which {
            Which::All => "all".to_owned(),
            Which::Last => "last".to_owned(),
            Which::One(number) => number.to_string(),
        };
        let status = |verb: &str, which: &Which, reason: Option<&str>| {
            let reason = reason.map_or(String::new(), |reason| format!(",\"reason\":\"{reason}\""));
            let body = format!("{{\"queue\":\"{}\"{reason}}}", queue(which));
            self.server
                .ask(token, &format!("agents/{by}/{verb}"), Some(&body));
        };
        match act {
            Act::LogIn(_, which, true) => status("log-in", which, None),
            Act::LogIn(_, which, false) => status("log-out", which, None),
            Act::Pause(_, which, reason) => status("pause", which, reason.as_deref()),
            Act::Presence(_, presence) => {
                let body = format!("{{\"presence\":\"{}\"}}", presence.word());
                let path = format!("agents/{by}/presence");
                self.server.ask(token, &path, Some(&body));
            }
            Act::Place { to, .. } => {
                self.server.ask(token, "calls", Some(&send_to(to)));
            }
            Act::Unpause(_, which) => status("unpause", which, None),
            Act::Handle { caller, handle, .. } => self.handle(token, caller, handle),
            _ => unreachable!("SIPp does it"),
        }
    }

    fn handle(&self, token: &str, caller: &str, handle: &Handle) {
        let called = self.names.iter().find(|(name, _)| name == caller);
        let (_, number) = called.expect("the session was simulated");
        let id = self.call_of(token, &number.to_string());
        let (verb, body) = match handle {
            Handle::Note(disposition) => {
                let body = format!("{{\"dispositions\":[\"{disposition}\"]}}");
                self.server.put(token, &format!("calls/{id}/notes"), &body);
                return;
            }
            Handle::Consult(asked) => ("consult", format!("{{\"to\":\"{asked}\"}}")),
            Handle::EndConsultation(transfer) => {
                ("consult/end", format!("{{\"transfer\":{transfer}}}"))
            }
            Handle::Record(on) => ("recording", format!("{{\"on\":{on}}}")),
            Handle::End => ("hang-up", String::new()),
            Handle::Monitor(how) => {
                let how = match how {
                    Monitoring::Barge => "barge",
                    Monitoring::Listen => "listen",
                    Monitoring::Whisper => "whisper",
                };
                ("monitor", format!("{{\"how\":\"{how}\"}}"))
            }
            Handle::Park(side) => ("park", format!("{{{}}}", side_of(*side))),
            Handle::PickUp => ("pick-up", String::new()),
            Handle::Redirect(there) => ("redirect", send_to(there)),
            Handle::Transfer(side, there) => {
                let body = format!("{{\"to\":\"{}\",{}}}", place(there), side_of(*side));
                ("transfer", body)
            }
        };
        let path = format!("calls/{id}/{verb}");
        self.server.ask(token, &path, Some(&body));
    }

    /// The call of who has this number, as screens show it.
    fn call_of(&self, token: &str, number: &str) -> String {
        for shown in ["waiting", "active"] {
            let calls = self.server.ask(token, &format!("calls/{shown}"), None);
            let calls = calls[shown].as_array().expect("a list").clone();
            let of = |call: &serde_json::Value| call["caller"] == number;
            if let Some(call) = calls.iter().find(|call| of(call)) {
                return call["id"].as_str().expect("it has one").to_owned();
            }
        }
        panic!("{number} neither waits nor talks");
    }
}

/// Who does it over the API.
fn asks(act: &Act) -> Option<Number> {
    match act {
        Act::Handle { by, .. } | Act::Place { by, .. } => Some(*by),
        Act::LogIn(agent, ..)
        | Act::Pause(agent, ..)
        | Act::Presence(agent, _)
        | Act::Unpause(agent, _) => Some(*agent),
        _ => None,
    }
}

/// Where a call goes, as the API takes it.
fn place(to: &Destination) -> String {
    match to {
        Destination::External { number, trunk } => format!("external {number} on {trunk}"),
        Destination::Voicemail(number) => format!("voicemail {number}"),
        inside => inside.number().expect("it has one").to_string(),
    }
}

fn send_to(to: &Destination) -> String {
    format!("{{\"to\":\"{}\"}}", place(to))
}

/// Which side of a conversation is meant, as the API takes it.
fn side_of(side: Side) -> String {
    let side = match side {
        Side::Agent => "agent",
        Side::Caller => "caller",
    };
    format!("\"side\":\"{side}\"")
}

fn since(at: Timestamp) -> Duration {
    Duration::from_micros(at.micros())
}

fn wait_until(due: Instant) {
    std::thread::sleep(due.saturating_duration_since(Instant::now()));
}
