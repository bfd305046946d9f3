//! What is done with calls over the API.

use hyper::StatusCode;
use tandem_engine::{Effect, Input, Number};

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
