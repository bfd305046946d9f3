//! Numbers outside at telephones, on a trunk: callers who are sent there talk to whoever
//! answers. And calls that somebody has placed: his own telephone rings first.

use std::time::{Duration, Instant};

use crate::phone::{Message, Phone, talk};
use crate::server::{self, Server};
use crate::supervised::{handle, is_cancelled, is_hung_up};
use crate::trunked::Trunked;

/// How long a number outside rings.
const RINGS: Duration = Duration::from_secs(60);

/// That of extension 1003.
const PASSWORD: &str = "of-this-test-alone";

fn floor(name: &str) -> Trunked {
    floor_with(name, "")
}

/// One whose trunk has these keys. Ann is an agent, and Ben has calls placed.
fn floor_with(name: &str, outbound: &str) -> Trunked {
    let name = format!("outward_{name}");
    Trunked::start(&name, outbound, "1002", |[ann, ben]| {
        format!(
            r#"
            [[extension]]
            number = "1001"
            contact = "127.0.0.1:{ann}"

            [[extension]]
            number = "1002"
            name = "Ben"
            contact = "127.0.0.1:{ben}"
            administrator = true
            ring_timeout_s = 5

            [[extension]]
            number = "1003"

            [[queue]]
            number = "6400"
            name = "Support"
            static_agents = ["1001"]
            wrap_up_s = 0

            [[queue]]
            number = "6401"
            name = "Nights"
            disallow_join_when_empty = true
            failover = "external 0301234 on Carrier"

            [[queue]]
            number = "6402"
            name = "Overflow"
            max_waiting_s = 1
            failover = "external 0301234 on Carrier"
            "#
        )
    })
}

impl Trunked {
    /// Somebody calls this queue, and rings outside.
    #[track_caller]
    fn rings_outside(&mut self, queue: &str) -> Message {
        self.caller.invite(self.server.sip(), queue, "outward");
        self.is_rung()
    }

    #[track_caller]
    fn is_rung(&mut self) -> Message {
        let call = self.trunk.expect("INVITE");
        let called = format!("sip:0301234@127.0.0.1:{}", self.trunk.port());
        assert_eq!(call.uri(), called);
        self.trunk.respond(&call, "180 Ringing");
        call
    }

    /// A caller talks to the number outside. Returns his answer, and what rang there.
    #[track_caller]
    fn talks_outside(&mut self) -> (Message, Message) {
        let call = self.rings_outside("6401");
        self.trunk.pick_up(&call);
        let answer = self.caller.answered("outward");
        talk((&self.caller, &answer), (&self.trunk, &call));
        (answer, call)
    }

    /// Nobody was answered: the caller is told why.
    #[track_caller]
    fn caller_is_told(&mut self, status: &str) {
        let told = self.caller.expect(status);
        self.caller.ack(&told, "outward");
    }

    /// Ben has a call placed there, which rings at his telephone.
    #[track_caller]
    fn places(&mut self, to: &str) -> Message {
        let body = format!("{{\"to\":\"{to}\"}}");
        self.server.ask(&self.token, "calls", Some(&body));
        let own = self.ben.expect("INVITE");
        self.ben.respond(&own, "180 Ringing");
        own
    }
}

/// He sees who calls him, both hear each other, and the call ends with the caller.
#[test]
fn a_queue_without_agents_leads_to_a_number_outside() {
    let mut floor = floor("talk");
    let (answer, call) = floor.talks_outside();
    let shown = call.header("From");
    let own = format!("sip:+4930{}@", floor.caller.port());
    assert!(shown.contains(&own), "{shown}");
    floor.caller.bye(&answer, "outward");
    floor.caller.expect("200");
    is_hung_up(&mut floor.trunk);
    floor.ends();
}

#[test]
fn who_answers_outside_hangs_up() {
    let mut floor = floor_with("hung_up", "outbound_number = \"+493099\"");
    let (_, call) = floor.talks_outside();
    let shown = call.header("From");
    assert!(shown.contains("sip:+493099@"), "{shown}");
    floor.trunk.hang_up(&call);
    floor.trunk.expect("200");
    is_hung_up(&mut floor.caller);
    floor.ends();
}

/// Who has heard music hears a ringing tone, which begins with a second of sound and is silent
/// for four.
#[test]
fn who_has_waited_hears_the_number_outside_ring() {
    let mut floor = floor("rings");
    floor.caller.invite(floor.server.sip(), "6402", "outward");
    let answer = floor.caller.answered("outward");
    let call = floor.is_rung();
    std::thread::sleep(Duration::from_secs(2));
    floor.caller.turns_away();
    let since = Instant::now();
    floor.caller.hears_a_tone();
    let silent = since.elapsed();
    assert!(silent > Duration::from_secs(1), "a tone after {silent:?}");
    floor.trunk.pick_up(&call);
    talk((&floor.caller, &answer), (&floor.trunk, &call));
    floor.caller.bye(&answer, "outward");
    floor.caller.expect("200");
    is_hung_up(&mut floor.trunk);
    floor.ends();
}

#[test]
fn a_number_outside_that_is_busy_or_not_there_is_told_to_the_caller() {
    for (name, said, told) in [
        ("busy", "486 Busy Here", "486"),
        ("declined", "603 Decline", "603"),
        ("nowhere", "404 Not Found", "480"),
    ] {
        let mut floor = floor(name);
        let call = floor.rings_outside("6401");
        floor.trunk.respond(&call, said);
        floor.trunk.expect("ACK");
        floor.caller_is_told(told);
        floor.ends();
    }
}

#[test]
fn a_number_outside_that_does_not_answer_is_rung_no_more() {
    let mut floor = floor("silent");
    let call = floor.rings_outside("6401");
    floor.trunk.hears_nothing(RINGS - Duration::from_secs(5));
    is_cancelled(&mut floor.trunk, &call);
    floor.caller_is_told("480");
    floor.ends();
}

/// The number outside is rung no more, or, where it answers in the same moment, hung up.
#[test]
fn a_caller_gives_up_while_a_number_outside_rings() {
    for (name, too_late) in [("left", false), ("glare", true)] {
        let mut floor = floor(name);
        let call = floor.rings_outside("6401");
        floor.caller.cancel(floor.server.sip(), "6401", "outward");
        floor.caller.expect("200");
        floor.caller_is_told("487");
        if too_late {
            let cancel = floor.trunk.expect("CANCEL");
            floor.trunk.respond(&cancel, "200 OK");
            floor.trunk.pick_up(&call);
            is_hung_up(&mut floor.trunk);
        } else {
            is_cancelled(&mut floor.trunk, &call);
        }
        floor.ends();
    }
}

#[test]
fn a_caller_who_talks_is_transferred_to_a_number_outside() {
    let mut floor = floor("transferred");
    floor.caller.invite(floor.server.sip(), "6400", "outward");
    let answer = floor.caller.answered("outward");
    let ring = floor.ann.expect("INVITE");
    floor.ann.pick_up(&ring);
    talk((&floor.caller, &answer), (&floor.ann, &ring));
    let transfer = ("transfer", r#"{"to":"external 0301234 on Carrier"}"#);
    handle(&floor.server, &floor.token, "active", transfer);
    is_hung_up(&mut floor.ann);
    let call = floor.is_rung();
    floor.trunk.pick_up(&call);
    floor.caller.turns_away();
    talk((&floor.caller, &answer), (&floor.trunk, &call));
    floor.trunk.hang_up(&call);
    floor.trunk.expect("200");
    is_hung_up(&mut floor.caller);
    floor.ends();
}

/// Both are told so when the server comes back.
#[test]
fn who_talks_outside_when_the_server_goes_down_is_hung_up() {
    let mut floor = floor("down");
    let _talk = floor.talks_outside();
    // What ends dialogs is written a moment later than they begin.
    std::thread::sleep(Duration::from_millis(500));
    floor.server.kill();
    floor.server = Server::start(&floor.folder, &floor.centre);
    is_hung_up(&mut floor.caller);
    is_hung_up(&mut floor.trunk);
    floor.ends();
}

/// His telephone shows what he calls; then he waits as everybody does.
#[test]
fn a_call_is_placed_to_a_queue() {
    let mut floor = floor("to_queue");
    let own = floor.places("6400");
    let shown = own.header("From");
    assert!(
        shown.contains("\"Support\"") && shown.contains("sip:6400@"),
        "{shown}"
    );
    floor.ann.hears_nothing(Duration::from_millis(500));
    floor.ben.pick_up(&own);
    let ring = floor.ann.expect("INVITE");
    let shown = ring.header("From");
    assert!(
        shown.contains("\"Ben\"") && shown.contains("sip:1002@"),
        "{shown}"
    );
    floor.ben.hears_a_tone();
    floor.ann.pick_up(&ring);
    talk((&floor.ben, &own), (&floor.ann, &ring));
    floor.ben.hang_up(&own);
    floor.ben.expect("200");
    is_hung_up(&mut floor.ann);
    let found = (floor.server).ask(&floor.token, "calls/records?queue=6400", None);
    let record = &found["records"][0];
    assert_eq!(record["outcome"], "answered", "{record}");
    assert_eq!(record["caller"], "1002", "{record}");
    assert_eq!(record["agent"], "1001", "{record}");
    floor.ends();
}

/// He hears it ring there, and who was called hangs up.
#[test]
fn a_call_is_placed_to_an_extension() {
    let mut floor = floor("to_extension");
    let own = floor.places("1001");
    floor.ben.pick_up(&own);
    let ring = floor.ann.expect("INVITE");
    floor.ann.respond(&ring, "180 Ringing");
    floor.ben.hears_a_tone();
    floor.ann.pick_up(&ring);
    talk((&floor.ben, &own), (&floor.ann, &ring));
    floor.ann.hang_up(&ring);
    floor.ann.expect("200");
    is_hung_up(&mut floor.ben);
    floor.ends();
}

/// The first time who was called hangs up, the second time who had it placed, before anybody
/// answers him.
#[test]
fn a_call_is_placed_to_the_outside() {
    let mut floor = floor("to_outside");
    let to = "external 0301234 on Carrier";
    let own = floor.places(to);
    let shown = own.header("From");
    assert!(shown.contains("sip:0301234@"), "{shown}");
    floor.ben.pick_up(&own);
    let call = floor.is_rung();
    let shown = call.header("From");
    assert!(
        shown.contains("\"Ben\"") && shown.contains("sip:1002@"),
        "{shown}"
    );
    floor.ben.hears_a_tone();
    floor.trunk.pick_up(&call);
    talk((&floor.ben, &own), (&floor.trunk, &call));
    floor.trunk.hang_up(&call);
    floor.trunk.expect("200");
    is_hung_up(&mut floor.ben);

    let own = floor.places(to);
    floor.ben.pick_up(&own);
    let call = floor.is_rung();
    floor.ben.hang_up(&own);
    floor.ben.expect("200");
    is_cancelled(&mut floor.trunk, &call);
    floor.ends();
}

/// Nobody else is rung for who refuses his own call, or lets it ring.
#[test]
fn who_has_a_call_placed_does_not_take_it() {
    let mut floor = floor("not_taken");
    let own = floor.places("6400");
    floor.ben.respond(&own, "486 Busy Here");
    floor.ben.expect("ACK");
    let own = floor.places("6400");
    is_cancelled(&mut floor.ben, &own);
    floor.ann.hears_nothing(Duration::from_millis(500));
    floor.ends();
}

/// All his telephones ring. One that is busy leaves the other ringing, and the first that
/// answers has the call: the other hears that it was taken.
#[test]
fn a_call_is_placed_by_who_has_two_telephones() {
    let mut floor = floor("two");
    floor.server.stop();
    floor.keeps_secret("sip/1003", PASSWORD);
    let token = server::token(&floor.folder, "1003");
    floor.comes_back(&["--digest", "md5"]);
    let (mut one, mut two) = (Phone::of(1003), Phone::of(1003));
    for phone in [&mut one, &mut two] {
        phone.register(floor.server.sip(), PASSWORD);
    }
    for busy in [true, false] {
        (floor.server).ask(&token, "calls", Some(r#"{"to":"6400"}"#));
        let [first, second] = [&mut one, &mut two].map(|phone| {
            let ring = phone.expect("INVITE");
            phone.respond(&ring, "180 Ringing");
            ring
        });
        if busy {
            one.respond(&first, "486 Busy Here");
            one.expect("ACK");
        }
        two.pick_up(&second);
        if !busy {
            let cancel = one.expect("CANCEL");
            let why = cancel.header("Reason");
            assert!(why.contains("completed elsewhere"), "{why}");
            one.respond(&cancel, "200 OK");
            one.respond(&first, "487 Request Terminated");
            one.expect("ACK");
        }
        let ring = floor.ann.expect("INVITE");
        floor.ann.pick_up(&ring);
        talk((&two, &second), (&floor.ann, &ring));
        two.hang_up(&second);
        two.expect("200");
        is_hung_up(&mut floor.ann);
    }
    floor.ends();
}
