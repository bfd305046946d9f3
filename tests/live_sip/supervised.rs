//! What a supervisor does with calls over the API, at telephones that speak SIP.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::phone::{Message, Phone, talk};
use crate::server::{self, Server};

/// Who may do everything.
const SUPERVISOR: u64 = 1009;
/// Telephones outside queues ring so long.
pub const RING_TIMEOUT_S: u64 = 5;
/// The spoken sentence lasts so long: four prompts of a second.
pub const SPOKEN: Duration = Duration::from_secs(4);

/// A server, a caller from outside, and the telephones of two queues' agents and of a
/// supervisor.
pub struct Floor {
    pub server: Server,
    token: String,
    pub folder: PathBuf,
    pub caller: Phone,
    pub ann: Phone,
    pub ben: Phone,
    pub boss: Phone,
}

impl Floor {
    pub fn new(name: &str) -> Self {
        Self::with(name, "", "")
    }

    /// The same, with more tables, and with these settings of its queues.
    pub fn with(name: &str, tables: &str, settings: &str) -> Self {
        let folder = server::folder(name);
        let (ann, ben, boss) = (Phone::of(1001), Phone::of(1002), Phone::of(SUPERVISOR));
        let phones = [(1001, &ann), (1002, &ben), (SUPERVISOR, &boss)];
        let mut centre = "[options]\nparking_slots = \"701-702\"\n\
             [[trunk]]\nname = \"Carrier\"\naddress = \"127.0.0.1\"\n"
            .to_owned();
        centre += tables;
        for prompt in ["en parked", "en 7", "en 0", "en 1"] {
            centre += &format!("[[prompt]]\nname = \"{prompt}\"\nlength_s = 1\n");
        }
        for (number, phone) in phones {
            let (port, all) = (phone.port(), number == SUPERVISOR);
            centre += &format!(
                "[[extension]]\nnumber = \"{number}\"\ncontact = \"127.0.0.1:{port}\"\n\
                 administrator = {all}\nring_timeout_s = {RING_TIMEOUT_S}\n"
            );
        }
        for (queue, agent) in [("6400", "1001"), ("6401", "1002")] {
            centre += &format!(
                "[[queue]]\nnumber = \"{queue}\"\nname = \"Queue {queue}\"\n\
                 static_agents = [\"{agent}\"]\nwrap_up_s = 0\n{settings}"
            );
        }
        let token = server::token(&folder, "1009");
        let (server, mut caller) = (Server::start(&folder, &centre), Phone::new());
        knows_its_trunk(&server, &mut caller);
        Self {
            server,
            token,
            folder,
            caller,
            ann,
            ben,
            boss,
        }
    }

    pub fn sip(&self) -> SocketAddr {
        self.server.sip()
    }

    /// The caller waits in queue 6400, and rings at Ann's. Returns what he was answered
    /// with, and the ring.
    #[track_caller]
    fn waits(&mut self) -> (Message, Message) {
        let to = self.sip();
        self.caller.invite(to, "6400", "outside");
        let answer = self.caller.answered("outside");
        let ring = self.ann.expect("INVITE");
        // RFC 3261, section 9.1: nobody is cancelled who has not said anything yet.
        self.ann.respond(&ring, "180 Ringing");
        (answer, ring)
    }

    /// The caller talks to Ann.
    #[track_caller]
    pub fn talks(&mut self) -> (Message, Message) {
        let (answer, ring) = self.waits();
        self.ann.pick_up(&ring);
        talk((&self.caller, &answer), (&self.ann, &ring));
        (answer, ring)
    }

    /// What remains of the only visit to queue 6400: its outcome, and who answered.
    #[track_caller]
    pub fn record(&self) -> (Value, Value) {
        self.record_of("6400")
    }

    /// The same of another queue.
    #[track_caller]
    pub fn record_of(&self, queue: &str) -> (Value, Value) {
        let field = |name| self.record_with(queue, name);
        (field("outcome"), field("agent"))
    }

    /// What the record of the only visit to a queue says there.
    #[track_caller]
    pub fn record_with(&self, queue: &str, field: &str) -> Value {
        let path = format!("calls/records?queue={queue}");
        let found = self.server.ask(&self.token, &path, None);
        let records = found["records"].as_array().expect("a list");
        assert_eq!(records.len(), 1, "{found}");
        records[0][field].clone()
    }

    /// Stops; the journal leads to the same again.
    pub fn stops(mut self) {
        self.server.stop();
        server::verify(&self.folder);
    }

    /// The only call in which two talk, as `active` shows it once it says this there.
    #[track_caller]
    pub fn active_with(&self, field: &str, value: impl Into<Value>) -> Value {
        let (value, end) = (value.into(), Instant::now() + Duration::from_secs(10));
        loop {
            let shown = self.server.ask(&self.token, "calls/active", None);
            let call = &shown["active"][0];
            if call[field] == value {
                return call.clone();
            }
            assert!(Instant::now() < end, "{field} of {shown} is not {value}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks the server this, as who may do everything.
    #[track_caller]
    pub fn ask(&self, path: &str, body: Option<&str>) -> Value {
        self.server.ask(&self.token, path, body)
    }

    /// Does this with the only call, which `waiting` or `active` shows.
    #[track_caller]
    pub fn handle(&self, shown: &str, action: &str, body: &str) -> Value {
        handle(&self.server, &self.token, shown, (action, body))
    }
}

/// Does this with the only call, which `waiting` or `active` shows.
#[track_caller]
pub fn handle(server: &Server, token: &str, shown: &str, (action, body): (&str, &str)) -> Value {
    let path = format!("calls/{shown}");
    let end = Instant::now() + Duration::from_secs(10);
    // Telephones hear of a call a little sooner than screens show it.
    let id = loop {
        let calls = server.ask(token, &path, None);
        if let Some(id) = calls[shown][0]["id"].as_str() {
            break id.to_owned();
        }
        assert!(Instant::now() < end, "no call is {shown}");
        std::thread::sleep(Duration::from_millis(20));
    };
    server.ask(token, &format!("calls/{id}/{action}"), Some(body))
}

/// The server listens a moment before it has read whose calls it takes.
#[track_caller]
pub fn knows_its_trunk(server: &Server, caller: &mut Phone) {
    for probe in 0.. {
        let call = format!("probe{probe}");
        caller.invite(server.sip(), "9999", &call);
        let reply = caller.any();
        caller.ack(&reply, &call);
        if reply.word() == "404" {
            return;
        }
        assert_eq!(reply.word(), "401");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A telephone is told that its ring is over.
#[track_caller]
pub fn is_cancelled(phone: &mut Phone, ring: &Message) {
    let cancel = phone.expect("CANCEL");
    phone.respond(&cancel, "200 OK");
    phone.respond(ring, "487 Request Terminated");
    phone.expect("ACK");
}

/// A telephone is hung up.
#[track_caller]
pub fn is_hung_up(phone: &mut Phone) {
    let bye = phone.expect("BYE");
    phone.respond(&bye, "200 OK");
}

/// The caller hangs up, and so does the server at who talked to him.
#[track_caller]
fn ends(floor: &mut Floor, answer: &Message, who: impl Fn(&mut Floor) -> &mut Phone) {
    floor.caller.bye(answer, "outside");
    floor.caller.expect("200");
    is_hung_up(who(floor));
}

#[test]
fn a_supervisor_picks_up_whom_an_agent_rings_for() {
    let mut floor = Floor::new("picked_up");
    let (answer, ring) = floor.waits();
    floor.handle("waiting", "pick-up", "");
    let own = floor.boss.expect("INVITE");
    floor.boss.respond(&own, "180 Ringing");
    // A ringing tone would begin with a second of sound, and be silent for four.
    std::thread::sleep(Duration::from_secs(2));
    floor.caller.turns_away();
    let since = Instant::now();
    floor.caller.hears_a_tone();
    let silent = since.elapsed();
    assert!(silent < Duration::from_secs(1), "no music for {silent:?}");
    floor.boss.pick_up(&own);
    is_cancelled(&mut floor.ann, &ring);
    talk((&floor.caller, &answer), (&floor.boss, &own));
    ends(&mut floor, &answer, |floor| &mut floor.boss);
    floor.server.stop();
}

/// Who talks goes on talking: he does not hear that a supervisor's telephone rings.
#[test]
fn a_supervisor_is_rung_to_listen_in_and_nobody_hears_that() {
    let mut floor = Floor::new("listened_to");
    let (answer, ring) = floor.talks();
    floor.handle("active", "monitor", "{\"how\": \"listen\"}");
    let own = floor.boss.expect("INVITE");
    floor.boss.respond(&own, "180 Ringing");
    floor.caller.turns_away();
    talk((&floor.caller, &answer), (&floor.ann, &ring));
    floor.caller.bye(&answer, "outside");
    floor.caller.expect("200");
    is_hung_up(&mut floor.ann);
    is_cancelled(&mut floor.boss, &own);
    floor.server.stop();
}

#[test]
fn a_waiting_caller_is_sent_to_another_queue() {
    let mut floor = Floor::new("redirected");
    let (answer, ring) = floor.waits();
    floor.handle("waiting", "redirect", "{\"to\": \"6401\"}");
    is_cancelled(&mut floor.ann, &ring);
    let other = floor.ben.expect("INVITE");
    floor.ben.pick_up(&other);
    talk((&floor.caller, &answer), (&floor.ben, &other));
    ends(&mut floor, &answer, |floor| &mut floor.ben);
    floor.server.stop();
}

#[test]
fn a_caller_who_talks_is_transferred_to_an_extension() {
    let mut floor = Floor::new("transferred");
    let (answer, _) = floor.talks();
    floor.handle("active", "transfer", "{\"to\": \"1002\"}");
    is_hung_up(&mut floor.ann);
    let other = floor.ben.expect("INVITE");
    floor.ben.pick_up(&other);
    talk((&floor.caller, &answer), (&floor.ben, &other));
    ends(&mut floor, &answer, |floor| &mut floor.ben);
    floor.server.stop();
}

#[test]
fn who_parks_is_told_the_slot_and_who_dials_it_talks_to_the_caller() {
    let mut floor = Floor::new("parked");
    let (answer, _) = floor.talks();
    let parked = Instant::now();
    let slot = floor.handle("active", "park", "")["slot"].clone();
    assert_eq!(slot, "701");
    is_hung_up(&mut floor.ann);
    let told = parked.elapsed();
    let grace = Duration::from_secs(2);
    assert!(
        (SPOKEN..SPOKEN + grace).contains(&told),
        "told for {told:?}"
    );

    let to = floor.sip();
    floor.ben.invite(to, "701", "inside");
    let own = floor.ben.answered("inside");
    talk((&floor.caller, &answer), (&floor.ben, &own));
    ends(&mut floor, &answer, |floor| &mut floor.ben);
    floor.server.stop();
}

#[test]
fn a_parked_caller_is_fetched_while_his_slot_is_still_being_told() {
    let mut floor = Floor::new("fetched");
    let (answer, _) = floor.talks();
    floor.handle("active", "park", "");
    let to = floor.sip();
    let dialled = Instant::now();
    floor.ben.invite(to, "701", "inside");
    let own = floor.ben.answered("inside");
    is_hung_up(&mut floor.ann);
    assert!(dialled.elapsed() < SPOKEN, "Ann is let go at once");
    talk((&floor.caller, &answer), (&floor.ben, &own));
    // Who fetched him hangs up.
    floor.ben.bye(&own, "inside");
    floor.ben.expect("200");
    is_hung_up(&mut floor.caller);
    floor.server.stop();
}
