//! Callbacks at telephones: a caller asks for one and is hung up; an agent answers for him,
//! and he is called on the trunk.

use std::time::Duration;

use serde_json::Value;
use tandem_sip::digest::{self, Algorithm};

use crate::phone::{Message, talk};
use crate::supervised::{handle, is_cancelled, is_hung_up};
use crate::trunked::Trunked;

/// As whom the trunk knows the server.
const USER: &str = "tandem";
const PASSWORD: &str = "of-the-trunk";
const REALM: &str = "carrier.example";
const NONCE: &str = "dcd98b7102dd2f0e";

/// One whose queue, in which Ann is, has this callback; Ben serves no queue.
fn floor(name: &str, callback: &str, outbound: &str) -> Trunked {
    Trunked::start(name, outbound, "1001", |[ann, ben]| {
        format!(
            r#"
            [[prompt]]
            name = "Where"
            length_s = 60

            [[prompt]]
            name = "Thanks"
            length_s = 1

            [[extension]]
            number = "1001"
            contact = "127.0.0.1:{ann}"
            administrator = true

            [[extension]]
            number = "1002"
            contact = "127.0.0.1:{ben}"

            [[queue]]
            number = "6400"
            name = "Support"
            static_agents = ["1001"]
            wrap_up_s = 0
            callback = {{ trunk = "Carrier", confirm = "Where", thanks = "Thanks", {callback} }}
            "#
        )
    })
}

impl Trunked {
    /// The agent takes calls, or does not.
    fn pause(&self, paused: bool) {
        let verb = if paused { "pause" } else { "unpause" };
        let path = format!("agents/1001/{verb}");
        (self.server).ask(&self.token, &path, Some(r#"{"queue":"6400"}"#));
    }

    /// While the agent pauses, the caller asks by keys, is thanked, and is hung up.
    #[track_caller]
    fn asks(&mut self, keys: &str) {
        self.pause(true);
        self.caller.invite(self.server.sip(), "6400", "asks");
        let answer = self.caller.answered("asks");
        for key in keys.chars() {
            self.caller.press(&answer, "asks", key);
        }
        is_hung_up(&mut self.caller);
    }

    /// The agent answers, and the customer is called. Returns what rang at both.
    #[track_caller]
    fn is_called(&mut self) -> (Message, Message) {
        self.pause(false);
        let ring = self.ann.expect("INVITE");
        self.ann.respond(&ring, "180 Ringing");
        self.ann.pick_up(&ring);
        let call = self.trunk.expect("INVITE");
        (ring, call)
    }

    /// The number at which the caller calls.
    fn own(&self) -> String {
        format!("+4930{}", self.caller.port())
    }

    /// How far the only callback has come, and why no further.
    #[track_caller]
    fn callback(&self) -> (Value, Value) {
        let path = "callbacks?queue=6400";
        let found = self.server.ask(&self.token, path, None);
        let callbacks = found["callbacks"].as_array().expect("a list");
        assert_eq!(callbacks.len(), 1, "{found}");
        let row = &callbacks[0];
        (row["state"].clone(), row["reason"].clone())
    }

    /// What remains of the only visit to the queue.
    #[track_caller]
    fn record(&self) -> Value {
        let path = "calls/records?queue=6400";
        let found = self.server.ask(&self.token, path, None);
        let records = found["records"].as_array().expect("a list");
        assert_eq!(records.len(), 1, "{found}");
        records[0].clone()
    }
}

/// His number is shown to the agent, that of the queue to him. The agent hears it ring, both
/// hear each other, and whoever hangs up ends the call.
#[test]
fn a_customer_is_called_back_and_talks_to_the_agent() {
    let mut floor = floor("callback_talk", "", "");
    floor.asks("11#");
    let (ring, call) = floor.is_called();
    let own = floor.own();
    let shown = ring.header("From");
    assert!(shown.contains(&format!("sip:{own}@")), "{shown}");
    let called = format!("sip:{own}@127.0.0.1:{}", floor.trunk.port());
    assert_eq!(call.uri(), called);
    let shown = call.header("From");
    assert!(shown.contains("sip:6400@"), "{shown}");
    floor.trunk.respond(&call, "180 Ringing");
    floor.ann.hears_a_tone();
    floor.trunk.pick_up(&call);
    talk((&floor.trunk, &call), (&floor.ann, &ring));
    floor.trunk.hang_up(&call);
    floor.trunk.expect("200");
    is_hung_up(&mut floor.ann);
    let record = floor.record();
    assert_eq!(record["outcome"], "answered", "{record}");
    assert_eq!(record["agent"], "1001", "{record}");
    assert_eq!(floor.callback(), ("answered".into(), Value::Null));
    floor.ends();
}

/// At another number, behind the prefix, with the number that the trunk is to show; and the
/// agent is the one who hangs up.
#[test]
fn a_customer_is_called_at_the_number_that_he_keyed_in() {
    let (callback, shown) = ("prefix = \"9\"", "outbound_number = \"+493099\"");
    let mut floor = floor("callback_other", callback, shown);
    floor.asks("1040123#");
    let (ring, call) = floor.is_called();
    let shown = ring.header("From");
    assert!(shown.contains("sip:040123@"), "{shown}");
    assert!(call.uri().starts_with("sip:9040123@"), "{}", call.uri());
    let shown = call.header("From");
    assert!(shown.contains("sip:+493099@"), "{shown}");
    floor.trunk.pick_up(&call);
    talk((&floor.trunk, &call), (&floor.ann, &ring));
    floor.ann.hang_up(&ring);
    floor.ann.expect("200");
    is_hung_up(&mut floor.trunk);
    floor.ends();
}

/// The trunk is told so when he has rung long enough, and the agent is let go.
#[test]
fn a_customer_who_does_not_answer_is_rung_no_more() {
    let mut floor = floor("callback_silent", "customer_ring_s = 5", "");
    floor.asks("11#");
    let (_ring, call) = floor.is_called();
    floor.trunk.respond(&call, "180 Ringing");
    is_cancelled(&mut floor.trunk, &call);
    is_hung_up(&mut floor.ann);
    let record = floor.record();
    assert_eq!(record["outcome"], "missed", "{record}");
    let reason = "callback_unanswered";
    assert_eq!(record["reason"], reason, "{record}");
    assert_eq!(floor.callback(), ("failed".into(), reason.into()));
    floor.ends();
}

#[test]
fn a_customer_who_is_busy_lets_the_agent_go() {
    let mut floor = floor("callback_busy", "", "");
    floor.asks("11#");
    let (_ring, call) = floor.is_called();
    floor.trunk.respond(&call, "486 Busy Here");
    floor.trunk.expect("ACK");
    is_hung_up(&mut floor.ann);
    let record = floor.record();
    assert_eq!(record["reason"], "callback_unanswered", "{record}");
    floor.ends();
}

/// The customer is rung no more, or, where he answers in the same moment, hung up.
#[test]
fn an_agent_hangs_up_while_the_customer_is_called() {
    for (name, too_late) in [("callback_left", false), ("callback_glare", true)] {
        let mut floor = floor(name, "", "");
        floor.asks("11#");
        let (ring, call) = floor.is_called();
        floor.trunk.respond(&call, "180 Ringing");
        floor.ann.hears_a_tone();
        floor.ann.hang_up(&ring);
        floor.ann.expect("200");
        if too_late {
            let cancel = floor.trunk.expect("CANCEL");
            floor.trunk.respond(&cancel, "200 OK");
            floor.trunk.pick_up(&call);
            is_hung_up(&mut floor.trunk);
        } else {
            is_cancelled(&mut floor.trunk, &call);
        }
        let record = floor.record();
        assert_eq!(record["reason"], "callback_agent_hung_up", "{record}");
        floor.ends();
    }
}

/// The password is told under another name than that of who calls, and no second time where
/// it is not right.
#[test]
fn a_trunk_may_ask_who_calls() {
    for (name, right) in [("callback_asked", true), ("callback_refused", false)] {
        let outbound = format!("outbound_user = \"{USER}\"");
        let mut floor = floor(name, "", &outbound);
        floor.keep_password();
        floor.asks("11#");
        let (ring, call) = floor.is_called();
        let question = format!(
            "407 Proxy Authentication Required\r\n\
             Proxy-Authenticate: Digest realm=\"{REALM}\", nonce=\"{NONCE}\""
        );
        floor.trunk.respond(&call, &question);
        floor.trunk.expect("ACK");
        let again = floor.trunk.expect("INVITE");
        let given = again.header("Proxy-Authorization");
        let known = digest::ha1(Algorithm::Md5, USER, REALM, PASSWORD);
        let wanted = digest::response(Algorithm::Md5, &known, NONCE, None, "INVITE", again.uri());
        assert!(given.contains(&wanted), "{given}");
        if right {
            floor.trunk.pick_up(&again);
            talk((&floor.trunk, &again), (&floor.ann, &ring));
            floor.trunk.hang_up(&again);
            floor.trunk.expect("200");
        } else {
            floor.trunk.respond(&again, &question);
            floor.trunk.expect("ACK");
        }
        is_hung_up(&mut floor.ann);
        floor.ends();
    }
}

/// What was promised outlives the server, and so does the number.
#[test]
fn a_callback_is_made_after_a_restart() {
    let mut floor = floor("callback_restart", "", "");
    floor.asks("11#");
    floor.goes_down();
    let (ring, call) = floor.is_called();
    let shown = ring.header("From");
    assert!(shown.contains(&floor.own()), "{shown}");
    floor.trunk.pick_up(&call);
    talk((&floor.trunk, &call), (&floor.ann, &ring));
    floor.trunk.hang_up(&call);
    floor.trunk.expect("200");
    is_hung_up(&mut floor.ann);
    floor.ends();
}

/// A customer who was called is a caller like all others: he hears it ring where he is sent.
#[test]
fn a_customer_is_sent_on() {
    let mut floor = floor("callback_sent_on", "", "");
    floor.asks("11#");
    let (ring, call) = floor.is_called();
    floor.trunk.pick_up(&call);
    talk((&floor.trunk, &call), (&floor.ann, &ring));
    let transfer = ("transfer", r#"{"to":"1002"}"#);
    handle(&floor.server, &floor.token, "active", transfer);
    is_hung_up(&mut floor.ann);
    let other = floor.ben.expect("INVITE");
    let shown = other.header("From");
    assert!(shown.contains(&floor.own()), "{shown}");
    floor.ben.respond(&other, "180 Ringing");
    floor.trunk.turns_away();
    floor.trunk.hears_a_tone();
    floor.ben.pick_up(&other);
    talk((&floor.trunk, &call), (&floor.ben, &other));
    floor.trunk.hang_up(&call);
    floor.trunk.expect("200");
    is_hung_up(&mut floor.ben);
    floor.ends();
}

/// For whom no agent is found in time, he is not called any more.
#[test]
fn a_callback_for_which_nobody_is_found_fails() {
    let mut floor = floor("callback_late", "timeout_s = 3", "");
    floor.asks("11#");
    floor.trunk.hears_nothing(Duration::from_secs(3));
    let record = floor.record();
    let reason = "callback_no_agent";
    assert_eq!(record["reason"], reason, "{record}");
    assert_eq!(floor.callback(), ("failed".into(), reason.into()));
    floor.ends();
}

/// The agent who waited for him is hung up, and so is who talked; what came of it is told.
#[test]
fn who_is_called_back_when_the_server_goes_down_is_not_called_again() {
    for (name, talks, state) in [
        ("callback_down_rung", false, "failed"),
        ("callback_down_talking", true, "answered"),
    ] {
        let mut floor = floor(name, "", "");
        floor.asks("11#");
        let (ring, call) = floor.is_called();
        floor.trunk.respond(&call, "180 Ringing");
        if talks {
            floor.trunk.pick_up(&call);
            talk((&floor.trunk, &call), (&floor.ann, &ring));
        }
        // What ends dialogs is written a moment later than they begin.
        std::thread::sleep(Duration::from_millis(500));
        floor.goes_down();
        is_hung_up(&mut floor.ann);
        if talks {
            is_hung_up(&mut floor.trunk);
        }
        assert_eq!(floor.callback().0, state);
        floor.trunk.hears_nothing(Duration::from_secs(1));
        floor.ends();
    }
}

impl Trunked {
    /// The server is killed, and comes back.
    fn goes_down(&mut self) {
        self.server.kill();
        self.comes_back(&[]);
    }

    /// The server is told the trunk's password, as it is when it does not run.
    fn keep_password(&mut self) {
        self.server.stop();
        self.keeps_secret("trunk/Carrier", PASSWORD);
        self.comes_back(&[]);
    }
}
