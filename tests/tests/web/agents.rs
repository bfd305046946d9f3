//! Changes of status.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::kit::Desk;

fn place(row: &Value, queue: &str) -> Value {
    let places = row["queues"].as_array().expect("it is there");
    places
        .iter()
        .find(|place| place["queue"] == queue)
        .expect("it is there")
        .clone()
}

#[test]
fn an_agent_logs_in_pauses_and_goes_on() {
    let desk = Desk::new();
    let ann = desk.token_of(1001);
    let post = |action: &str, body: &str| {
        let reply = desk.post_as(&ann, &format!("/api/v1/agents/1001/{action}"), body);
        assert_eq!(reply.status, StatusCode::OK, "{action} {body}: {reply:?}");
        reply.json()["agent"].clone()
    };
    let row = post("log-in", "");
    assert_eq!(place(&row, "6400")["status"], "logged_in");
    let row = post("pause", r#"{"queue": "6400", "reason": "Lunch"}"#);
    assert_eq!(place(&row, "6400")["status"], "paused");
    assert_eq!(place(&row, "6400")["reason"], "Lunch");
    assert_eq!(place(&row, "6401")["status"], "logged_in");
    let row = post("pause", "{}");
    assert_eq!(place(&row, "6400")["reason"], Value::Null);
    assert_eq!(place(&row, "6401")["status"], "paused");
    let row = post("unpause", r#"{"queue": "all"}"#);
    assert_eq!(place(&row, "6401")["status"], "logged_in");
    let row = post("log-out", r#"{"queue": "6400"}"#);
    assert_eq!(place(&row, "6400")["status"], "logged_out");
    let row = post("log-in", r#"{"queue": "last"}"#);
    assert_eq!(place(&row, "6400")["status"], "logged_in");
    // It is there for everybody else, too.
    assert_eq!(desk.see("/api/v1/agents/1001"), row);
}

const SYSTEM: u64 = 0;
const ANN: u64 = 1001;
const BEN: u64 = 1002;
const CAY: u64 = 1003;

/// Who asks for what with which body, and what comes back.
const CASES: [(u64, &str, &str, u16, &str); 18] = [
    (SYSTEM, "1099/log-in", "", 404, "not_found"),
    (SYSTEM, "6400/log-in", "", 404, "not_found"),
    (SYSTEM, "x/log-in", "", 404, "not_found"),
    (
        SYSTEM,
        "1001/log-in",
        r#"{"queue":"6409"}"#,
        404,
        "not_found",
    ),
    (
        SYSTEM,
        "1002/log-in",
        r#"{"queue":"6400"}"#,
        422,
        "not_a_member",
    ),
    (
        SYSTEM,
        "1002/log-in",
        r#"{"queue":"6401"}"#,
        409,
        "static_agent",
    ),
    (SYSTEM, "1001/log-out", "", 409, "no_change"),
    (
        SYSTEM,
        "1001/pause",
        r#"{"reason":"Love"}"#,
        422,
        "unknown_reason",
    ),
    (
        SYSTEM,
        "1001/log-in",
        r#"{"reason":"Lunch"}"#,
        422,
        "reason",
    ),
    (
        SYSTEM,
        "1001/log-in",
        r#"{"queue":"Support"}"#,
        422,
        "queue",
    ),
    (SYSTEM, "1001/log-in", r#"{"queue":6400}"#, 422, "body"),
    (SYSTEM, "1001/log-in", r#"{"queues":"all"}"#, 422, "body"),
    (SYSTEM, "1001/log-in", "{", 400, "json"),
    (BEN, "1001/log-in", "", 403, "denied"),
    (ANN, "1002/pause", "", 403, "denied"),
    (CAY, "1002/pause", "", 403, "denied"),
    // A manager may, where it is set so.
    (CAY, "1001/log-in", r#"{"queue":"6400"}"#, 200, ""),
    (CAY, "1001/pause", r#"{"queue":"6401"}"#, 403, "denied"),
];

#[test]
fn what_can_not_be_done_is_said() {
    let desk = Desk::new();
    for (who, path, body, status, code) in CASES {
        let token = if who == SYSTEM {
            desk.token.clone()
        } else {
            desk.token_of(who)
        };
        let reply = desk.post_as(&token, &format!("/api/v1/agents/{path}"), body);
        assert_eq!(reply.status.as_u16(), status, "{path} {body}: {reply:?}");
        if status != 200 {
            assert_eq!(reply.code(), code, "{path} {body}");
        }
    }
}

#[test]
fn a_body_must_say_that_it_is_json() {
    let desk = Desk::new();
    let headers = [("authorization", crate::kit::bearer(&desk.token))];
    let headers = headers
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let reply = desk.ask("POST", "/api/v1/agents/1001/log-in", &headers, b"{}");
    assert_eq!(reply.code(), "media_type");
    assert_eq!(json!(reply.status.as_u16()), 415);
}
