//! What is done with calls over the API.

use hyper::StatusCode;
use serde_json::Value;
use tandem_engine::config::model::Destination;
use tandem_engine::{By, CallId, Effect, Event, Input, Number};
use tandem_server::driver::Applied;

use crate::kit::{CENTRE, Desk};

/// The name of the only call that waits, or talks.
fn only(desk: &Desk, what: &str) -> String {
    let rows = desk.see(&format!("/api/v1/calls/{what}"));
    rows[what][0]["id"]
        .as_str()
        .expect("it is there")
        .to_owned()
}

fn status(desk: &Desk, token: &str, id: &str, action: &str, body: &str) -> (u16, String) {
    let reply = desk.post_as(token, &format!("/api/v1/calls/{id}/{action}"), body);
    let code = match reply.status {
        StatusCode::OK => String::new(),
        _ => reply.code(),
    };
    (reply.status.as_u16(), code)
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[test]
fn a_manager_picks_up_listens_and_transfers() {
    let mut desk = Desk::new();
    desk.up(1001);
    desk.up(1003);
    desk.up(1005);
    let (cay, ben) = (desk.token_of(1003), desk.token_of(1002));
    let (call, _) = desk.call(4_000, 6_400);
    let id = only(&desk, "waiting");
    // Who does not see the queue knows of no such call.
    assert_eq!(
        status(&desk, &ben, &id, "pick-up", ""),
        refused(404, "not_found")
    );
    assert_eq!(
        status(&desk, &cay, "0-99", "pick-up", ""),
        refused(404, "not_found")
    );
    assert_eq!(
        status(&desk, &cay, "x", "pick-up", ""),
        refused(404, "not_found")
    );
    // It waits: nobody talks whom he could listen to.
    assert_eq!(
        status(&desk, &cay, &id, "monitor", ""),
        refused(409, "stale")
    );
    assert_eq!(status(&desk, &cay, &id, "pick-up", ""), refused(200, ""));
    assert_eq!(
        status(&desk, &cay, &id, "pick-up", ""),
        refused(409, "no_change")
    );
    assert_eq!(
        status(&desk, &desk.token, &id, "pick-up", ""),
        refused(403, "denied")
    );
    desk.tell(Input::CallerHungUp { call });

    let (_, legs) = desk.call(4_001, 6_401);
    desk.tell(Input::LegAnswered { leg: legs[0] });
    let id = only(&desk, "active");
    let ann = desk.token_of(1001);
    let how = r#"{"how": "whisper"}"#;
    assert_eq!(
        status(&desk, &ann, &id, "monitor", how),
        refused(403, "denied")
    );
    assert_eq!(
        status(&desk, &ann, &id, "recording", r#"{"on": true}"#),
        refused(403, "denied")
    );
    assert_eq!(
        status(&desk, &ann, &id, "park", ""),
        refused(409, "no_slot")
    );
    let nobody = r#"{"to": "4444"}"#;
    assert_eq!(
        status(&desk, &ann, &id, "transfer", nobody),
        refused(404, "not_found")
    );
    asks_and_goes_back(&desk, &ann, &id);
    // She talks, so she may send the caller on.
    assert_eq!(
        status(&desk, &ann, &id, "transfer", r#"{"to": "1005"}"#),
        refused(200, "")
    );
}

/// Who talks asks somebody, and goes back to the caller.
fn asks_and_goes_back(desk: &Desk, ann: &str, id: &str) {
    let nobody = r#"{"to": "4444"}"#;
    for (what, body, told) in [
        (
            "consult/end",
            r#"{"transfer": false}"#,
            refused(409, "stale"),
        ),
        ("consult", nobody, refused(404, "not_found")),
        ("consult", r#"{"to": "1005"}"#, refused(200, "")),
        ("consult", r#"{"to": "1003"}"#, refused(409, "no_change")),
        ("consult/end", r#"{"transfer": false}"#, refused(200, "")),
    ] {
        assert_eq!(status(desk, ann, id, what, body), told);
    }
}

#[test]
fn an_administrator_hangs_up() {
    let mut desk = Desk::new();
    desk.up(1001);
    desk.call(4_000, 6_400);
    let id = only(&desk, "waiting");
    let dan = desk.token_of(1004);
    assert_eq!(
        status(&desk, &dan, &id, "redirect", r#"{"to": "6400"}"#),
        refused(409, "no_change")
    );
    assert_eq!(status(&desk, &dan, &id, "hang-up", ""), refused(200, ""));
    assert_eq!(
        status(&desk, &dan, &id, "hang-up", ""),
        refused(404, "not_found")
    );
}

/// Her telephone rings, and when she answers, her call goes there.
#[test]
fn somebody_has_a_call_placed() {
    let trunks = r#"
[[trunk]]
name = "Carrier"
address = "127.0.0.1"
outbound = true
[[extension]]
number = "1006"
outbound = false
"#;
    let desk = Desk::with(&format!("{CENTRE}{trunks}"));
    desk.up(1001);
    desk.up(1006);
    let (ann, eve, fay) = (
        desk.token_of(1001),
        desk.token_of(1005),
        desk.token_of(1006),
    );
    let outside = r#"{"to": "external 0301234 on Carrier"}"#;
    for (who, body, wanted) in [
        // Nobody has the system's telephone.
        (&desk.token, r#"{"to": "6400"}"#, refused(403, "denied")),
        (&eve, r#"{"to": "6400"}"#, refused(409, "unreachable")),
        (&ann, r#"{"to": "4444"}"#, refused(404, "not_found")),
        (&ann, r#"{"to": "hang_up"}"#, refused(422, "to")),
        (&ann, r#"{"to": "external 0301234"}"#, refused(422, "to")),
        (
            &ann,
            r#"{"to": "external 0301234 on Lobby"}"#,
            refused(404, "not_found"),
        ),
        (&ann, r#"{"number": "6400"}"#, refused(422, "body")),
        (&fay, outside, refused(403, "denied")),
    ] {
        let reply = desk.post_as(who, "/api/v1/calls", body);
        assert_eq!((reply.status.as_u16(), reply.code()), wanted, "{body}");
    }

    for to in [r#"{"to": "6401"}"#, outside, r#"{"to": "voicemail 1005"}"#] {
        let reply = desk.post_as(&ann, "/api/v1/calls", to);
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        let id = reply.json()["id"].as_str().expect("it has one").to_owned();
        let own = format!("/api/v1/calls/{id}/story");
        assert_eq!(
            desk.get_as(&desk.token, &own).status,
            StatusCode::OK,
            "{to}"
        );
    }
}

/// Ann goes to a queue without her caller, where Ben talks to her; and he is parked.
#[test]
fn either_side_of_a_conversation_is_moved() {
    let mut desk = Desk::with(&format!("[options]\nparking_slots = \"701-702\"\n{CENTRE}"));
    desk.up(1001);
    let (ann, ben) = (desk.token_of(1001), desk.token_of(1002));
    let (_, legs) = desk.call(4_000, 6_401);
    desk.tell(Input::LegAnswered { leg: legs[0] });
    let id = only(&desk, "active");
    for (action, body, code) in [
        ("transfer", r#"{"to": "6401", "side": "both"}"#, "side"),
        ("transfer", r#"{"side": "agent"}"#, "body"),
        ("park", r#"{"side": "Agent"}"#, "side"),
        ("park", r#"{"slot": "702"}"#, "body"),
    ] {
        let told = status(&desk, &ann, &id, action, body);
        assert_eq!(told, refused(422, code), "{body}");
    }
    let agent = r#"{"to": "6401", "side": "agent"}"#;
    assert_eq!(
        status(&desk, &ann, &id, "transfer", agent),
        refused(200, "")
    );
    let rung = desk.tell(Input::DeviceUp {
        extension: Number::from_u64(1002),
    });
    let active = desk.see("/api/v1/calls/active");
    assert_eq!(active["active"].as_array().map(Vec::len), Some(0));
    let waiting = desk.see("/api/v1/calls/waiting")["waiting"][0].take();
    assert_eq!(waiting["caller"], "1001", "{waiting}");
    assert_ne!(waiting["id"], id.as_str());

    let legs = rung
        .out
        .effects
        .iter()
        .filter_map(|(_, effect)| match effect {
            Effect::Ring { leg, .. } => Some(*leg),
            _ => None,
        });
    for leg in legs {
        desk.tell(Input::LegAnswered { leg });
    }
    let id = only(&desk, "active");
    assert_eq!(waiting["id"], id.as_str());
    let path = format!("/api/v1/calls/{id}/park");
    let parked = desk.post_as(&ben, &path, r#"{"side": "agent"}"#).json();
    assert_eq!(parked["slot"], "701", "{parked}");
    let path = format!("/api/v1/calls/{id}/transfer");
    let over = desk.post_as(&ben, &path, agent);
    assert_eq!(over.code(), "not_found");
}

const CARRIER: &str = r#"
[[trunk]]
name = "Carrier"
address = "127.0.0.1"
outbound = true
[options]
parking_slots = "701-702"
"#;

/// Eve has a call placed and answers it; who is rung then comes of it.
fn placed_by_eve(desk: &Desk, to: Destination) -> (String, Applied) {
    let by = By::Person(Number::from_u64(1005));
    let placed = desk.tell(Input::PlaceCall { by, to }).out;
    let mut ids = placed.events.iter().filter_map(|event| match event {
        Event::CallPlaced { call, public, .. } => Some((*call, public.to_string())),
        _ => None,
    });
    let (call, id) = ids.next().expect("it is placed");
    (id, desk.tell(Input::CustomerAnswered { call }))
}

/// Eve serves and manages nothing. She hangs up, and sends who answered on.
#[test]
fn who_calls_handles_the_call_too() {
    let desk = Desk::with(&format!("{CARRIER}{CENTRE}"));
    for extension in [1001, 1002, 1005] {
        desk.up(extension);
    }
    let (eve, cay) = (desk.token_of(1005), desk.token_of(1003));
    for (action, body) in [("hang-up", ""), ("transfer", r#"{"to": "1001"}"#)] {
        let to = Destination::Extension(Number::from_u64(1002));
        let (id, out) = placed_by_eve(&desk, to);
        let rung = out.out.effects.iter().find_map(|(_, effect)| match effect {
            Effect::Ring { leg, .. } => Some(*leg),
            _ => None,
        });
        let leg = rung.expect("Ben is rung");
        desk.tell(Input::LegAnswered { leg });
        let shown = desk.get_as(&eve, "/api/v1/calls/active").json();
        let row = &shown["active"][0];
        assert_eq!(
            (&row["origin"], &row["agent"], &row["outside"]),
            (&"1005".into(), &"1002".into(), &Value::Null)
        );
        let unseen = status(&desk, &cay, &id, action, body);
        assert_eq!(unseen, refused(404, "not_found"));
        let asks = status(&desk, &eve, &id, "consult", r#"{"to": "1001"}"#);
        assert_eq!(asks, refused(403, "denied"));
        assert_eq!(
            status(&desk, &eve, &id, action, body),
            refused(200, ""),
            "{action}"
        );
        // Hers is over; where he goes, he goes on his own.
        let shown = desk.get_as(&eve, "/api/v1/calls/active").json();
        assert_eq!(shown["active"].as_array().map(Vec::len), Some(0));
        assert_eq!(
            status(&desk, &eve, &id, action, body),
            refused(404, "not_found")
        );
    }
}

#[test]
fn a_call_to_the_outside_is_shown_and_hung_up() {
    let desk = Desk::with(&format!("{CARRIER}{CENTRE}"));
    desk.up(1005);
    let [eve, ann, dan] = [1005, 1001, 1004].map(|who| desk.token_of(who));
    for who in [&eve, &dan] {
        let to = Destination::External {
            trunk: "Carrier".to_owned(),
            number: Number::from_u64(301_234),
        };
        let (id, out) = placed_by_eve(&desk, to);
        let rings = status(&desk, &eve, &id, "hang-up", "");
        assert_eq!(rings, refused(404, "not_found"), "nobody has answered");
        let outside: CallId = (out.out.events.iter())
            .find_map(|event| match event {
                Event::OutsideRung { outside, .. } => Some(*outside),
                _ => None,
            })
            .expect("it is called");
        desk.tell(Input::CustomerAnswered { call: outside });
        let row = desk.get_as(who, "/api/v1/calls/active").json()["active"][0].take();
        assert_eq!(
            (&row["id"], &row["origin"]),
            (&id.as_str().into(), &"1005".into())
        );
        assert_eq!(
            (&row["agent"], &row["outside"]),
            (&Value::Null, &"301234".into())
        );
        for (action, body) in [
            ("transfer", r#"{"to": "1001"}"#),
            ("park", ""),
            ("consult", r#"{"to": "1001"}"#),
        ] {
            let told = status(&desk, who, &id, action, body);
            assert_eq!(told, refused(409, "no_agent"), "{action}");
        }
        let unseen = status(&desk, &ann, &id, "hang-up", "");
        assert_eq!(unseen, refused(404, "not_found"));
        assert_eq!(status(&desk, who, &id, "hang-up", ""), refused(200, ""));
        assert_eq!(talking(&desk), 0);
    }
}

/// How many talk.
fn talking(desk: &Desk) -> usize {
    desk.see("/api/v1/calls/active")["active"]
        .as_array()
        .expect("a list")
        .len()
}
