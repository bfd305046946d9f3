//! What people note of calls: in the talk, in the wrap-up, and from the log.

use hyper::StatusCode;
use serde_json::{Value, json};
use tandem_engine::{By, CallId, Input, Number};

use crate::kit::{Desk, bearer};

/// Ann and Ben serve; Cay manages; Dan may do everything.
const CENTRE: &str = r#"
[options]
dispositions = ["Resolved", "Call back"]
[[extension]]
numbers = "1001-1003"
[[extension]]
number = "1004"
administrator = true
[[queue]]
number = "6400"
name = "Support"
static_agents = ["1001", "1002"]
managers = ["1003"]
strategy = "linear"
agent_rights = ["panel", "call_notes"]
agent_logs = "answered"
wrap_up_s = 10
"#;

fn put(desk: &Desk, of: u64, path: &str, body: &Value) -> (u16, Value) {
    let token = bearer(&desk.token_of(of));
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
    ];
    let path = format!("/api/v1/calls/{path}");
    let reply = desk.ask("PUT", &path, &headers, body.to_string().as_bytes());
    (reply.status.as_u16(), reply.json())
}

fn records(desk: &Desk, of: u64, query: &str) -> Vec<Value> {
    let path = format!("/api/v1/calls/records?queue=6400{query}");
    let reply = desk.get_as(&desk.token_of(of), &path);
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    reply.json()["records"].as_array().unwrap().clone()
}

/// A call that an agent answers whose telephone has just come, and its name.
fn talk(desk: &mut Desk, agent: u64) -> (CallId, String) {
    desk.up(agent);
    let (call, legs) = desk.call(4_711, 6_400);
    desk.tell(Input::LegAnswered { leg: legs[0] });
    let rows = desk.see("/api/v1/calls/active");
    let id = rows["active"][0]["id"].as_str().unwrap().to_owned();
    (call, id)
}

#[test]
fn the_agent_notes_her_call_while_it_lasts_and_when_it_is_over() {
    let mut desk = Desk::with(CENTRE);
    let session = desk.see("/api/v1/session");
    assert_eq!(session["dispositions"], json!(["Resolved", "Call back"]));
    let (call, id) = talk(&mut desk, 1001);
    let notes = format!("{id}/notes");
    let first = json!({"dispositions": ["Call back"], "remark": "no time"});
    assert_eq!(put(&desk, 1001, &notes, &first).0, 200);
    desk.site.clock.pass(1_000_000);
    desk.tell(Input::CallerHungUp { call });
    // The call is gone, and she wraps up.
    let second = json!({"dispositions": ["Call back", "Resolved"]});
    let (status, done) = put(&desk, 1001, &notes, &second);
    assert_eq!((status, &done["logs"]), (200, &json!(1)));
    let note = &records(&desk, 1001, "")[0]["note"];
    assert_eq!(note["dispositions"], json!(["Resolved", "Call back"]));
    assert_eq!(note["remark"], "");
    let written = note["written"].as_array().unwrap();
    assert_eq!(written.len(), 2);
    assert!(written.iter().all(|row| row["by"] == "1001"));
    assert!(written[0]["at"].as_i64() < written[1]["at"].as_i64());
    // And from the log, whoever manages the queue.
    let log = records(&desk, 1003, "")[0]["log"].clone();
    let third = json!({"log": log, "remark": "was called back"});
    assert_eq!(put(&desk, 1003, "records/notes", &third).0, 200);
    let note = &records(&desk, 1004, "")[0]["note"];
    assert_eq!(note["remark"], "was called back");
    assert_eq!(note["written"][2]["by"], "1003");
}

#[test]
fn who_may_not_neither_writes_nor_reads() {
    let mut desk = Desk::with(CENTRE);
    let (call, id) = talk(&mut desk, 1001);
    let notes = format!("{id}/notes");
    let note = json!({"dispositions": ["Resolved"]});
    let code = |(status, body): (u16, Value)| (status, body["code"].as_str().unwrap().to_owned());
    let refused = |status, code: &str| (status, code.to_owned());
    // Ben sees the call and did not answer it.
    assert_eq!(
        code(put(&desk, 1002, &notes, &note)),
        refused(403, "denied")
    );
    let unknown = json!({"dispositions": ["Refund"]});
    assert_eq!(
        code(put(&desk, 1001, &notes, &unknown)),
        refused(422, "unknown_disposition")
    );
    let long = json!({"remark": "x".repeat(2_001)});
    assert_eq!(
        code(put(&desk, 1001, &notes, &long)),
        refused(422, "too_many")
    );
    assert_eq!(
        code(put(&desk, 1001, "0-99/notes", &note)),
        refused(404, "not_found")
    );
    assert_eq!(put(&desk, 1001, &notes, &note).0, 200);
    desk.tell(Input::CallerHungUp { call });
    assert_eq!(
        code(put(&desk, 1002, &notes, &note)),
        refused(404, "not_found")
    );
    assert_eq!(records(&desk, 1003, "&disposition=Resolved").len(), 1);
    assert_eq!(records(&desk, 1003, "&disposition=Refund").len(), 0);
    // Who may not note does not read, and finds nothing by it.
    let config = CENTRE.replace("managers =", "manager_rights = [\"panel\"]\nmanagers =");
    let head = desk.get_as(&desk.token, "/api/v1/config");
    let token = bearer(&desk.token);
    let headers = [
        ("authorization", token.as_str()),
        ("if-match", head.header("etag")),
    ];
    let reply = desk.ask("PUT", "/api/v1/config", &headers, config.as_bytes());
    assert!(reply.status.is_success(), "{reply:?}");
    assert_eq!(records(&desk, 1003, "")[0]["note"], Value::Null);
    assert_eq!(records(&desk, 1003, "&disposition=Resolved").len(), 0);
    assert_eq!(records(&desk, 1001, "&disposition=Resolved").len(), 1);
}

#[test]
fn a_note_goes_with_the_log_and_with_the_caller() {
    let mut desk = Desk::with(CENTRE);
    let note = json!({"remark": "his name is Bell"});
    let (call, id) = talk(&mut desk, 1001);
    assert_eq!(put(&desk, 1001, &format!("{id}/notes"), &note).0, 200);
    desk.tell(Input::CallerHungUp { call });
    let row = &records(&desk, 1001, "")[0];
    assert_eq!(row["note"]["remark"], "his name is Bell");
    let logs = json!({"logs": [row["log"]]}).to_string();
    let token = desk.token_of(1001);
    let reply = desk.post_as(&token, "/api/v1/calls/records/delete", &logs);
    assert_eq!(reply.status, StatusCode::OK);
    let deleted = records(&desk, 1004, "&deleted=true");
    assert_eq!((deleted.len(), &deleted[0]["note"]), (1, &Value::Null));
    // Ann wraps up, so Ben has the next call. It is still on when its caller is erased.
    let (call, id) = talk(&mut desk, 1002);
    assert_eq!(put(&desk, 1002, &format!("{id}/notes"), &note).0, 200);
    desk.tell(Input::PersonErased {
        by: By::System,
        number: Number::from_u64(4_711),
    });
    desk.tell(Input::CallerHungUp { call });
    let left = records(&desk, 1004, "");
    assert_eq!((left.len(), &left[0]["note"]), (1, &Value::Null));
}
