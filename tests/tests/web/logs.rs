//! What people do about calls that are over.

use hyper::StatusCode;
use serde_json::{Value, json};
use tandem_engine::records::notes::Note;
use tandem_engine::{By, Cause, Effect, Input, Number, Which};

use crate::kit::{Desk, Socket};

/// A caller who gave up waiting in queue 6400.
fn lost(desk: &mut Desk, caller: u64) {
    let (call, _) = desk.call(caller, 6_400);
    desk.tell(Input::CallerHungUp { call });
    desk.site.clock.pass(1_000_000);
}

fn records(desk: &Desk, query: &str) -> Vec<Value> {
    let path = format!("/api/v1/calls/records?queue=6400{query}");
    let seen = desk.see(&path);
    seen["records"].as_array().expect("a list").clone()
}

fn post(desk: &Desk, path: &str, body: &Value) -> (StatusCode, Value) {
    let path = format!("/api/v1/calls/records/{path}");
    let reply = desk.post_as(&desk.token, &path, &body.to_string());
    (reply.status, reply.json())
}

#[test]
fn missed_calls_are_dealt_with() {
    let mut desk = Desk::new();
    (0..3).for_each(|_| lost(&mut desk, 5_000));
    let all = records(&desk, "");
    assert!(all.iter().all(|row| row["processing"] == "not_dealt"));
    let log = all[1]["log"].as_str().unwrap();
    let deal = |result: &str| post(&desk, "processing", &json!({"log": log, "result": result}));
    let (status, done) = deal("dealing");
    assert_eq!((status, &done["logs"]), (StatusCode::OK, &1.into()));
    assert_eq!(deal("dealing").0, StatusCode::CONFLICT);
    assert_eq!(deal("done").0, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(deal("dealt").0, StatusCode::OK);
    let row = &records(&desk, "&processing=dealt")[0];
    assert_eq!(row["log"], log);
    let steps = row["processed"].as_array().unwrap();
    let results: Vec<&Value> = steps.iter().map(|step| &step["result"]).collect();
    assert_eq!(results, ["dealing", "dealt"]);
    assert_eq!(
        (&steps[0]["by"], &steps[0]["auto_sync"]),
        (&Value::Null, &false.into())
    );
    assert_eq!(records(&desk, "&processing=not_dealt").len(), 2);
    assert_eq!(records(&desk, "&outcome=answered").len(), 0);
    let unknown = json!({"log": "6400.1.0.1.0", "result": "dealt"});
    assert_eq!(post(&desk, "processing", &unknown).0, StatusCode::NOT_FOUND);
    let nobody = desk.post_as(
        &desk.token_of(1_005),
        "/api/v1/calls/records/processing",
        &json!({"log": log, "result": "not_dealt"}).to_string(),
    );
    assert_eq!(nobody.status, StatusCode::FORBIDDEN);
}

#[test]
fn deleted_logs_are_hidden_and_not_gone() {
    let mut desk = Desk::new();
    (0..3).for_each(|_| lost(&mut desk, 5_000));
    let all = records(&desk, "");
    let logs = json!({"logs": [all[0]["log"], all[2]["log"], all[0]["log"]]});
    let (status, done) = post(&desk, "delete", &logs);
    assert_eq!((status, &done["logs"]), (StatusCode::OK, &2.into()));
    assert_eq!(records(&desk, ""), [all[1].clone()]);
    let deleted = records(&desk, "&deleted=true");
    assert_eq!(deleted.len(), 2);
    assert!(deleted.iter().all(|row| row["deleted_at"].is_i64()));
    // What is deleted is not there for whoever wants to do something about it.
    assert_eq!(post(&desk, "delete", &logs).0, StatusCode::NOT_FOUND);
    assert_eq!(
        post(&desk, "delete", &json!({"logs": []})).0,
        StatusCode::CONFLICT
    );
}

#[test]
fn rings_that_an_agent_missed_are_counted_by_call() {
    let mut desk = Desk::new();
    desk.up(1_001);
    desk.tell(Input::AgentLogIn {
        by: By::System,
        agent: Number::from_u64(1_001),
        queues: Which::All,
    });
    let (call, legs) = desk.call(5_000, 6_400);
    assert_eq!(legs.len(), 1, "one agent rings");
    let cause = Cause::NoAnswer;
    desk.tell(Input::LegFailed {
        leg: legs[0],
        cause,
    });
    let missed = || {
        desk.see("/api/v1/agents/1001/missed")
            .as_array()
            .unwrap()
            .clone()
    };
    let rows = missed();
    assert_eq!((rows.len(), &rows[0]["attempts"]), (1, &1.into()));
    assert_eq!(rows[0]["outcome"], Value::Null);
    desk.tell(Input::CallerHungUp { call });
    let rows = missed();
    assert_eq!(
        (&rows[0]["outcome"], &rows[0]["caller"]),
        (&"abandoned".into(), &"5000".into())
    );
}

/// Ann, Ben and Eve are rung one after the other; Cay manages. Agents see what they
/// answered, and no missed calls.
const OWN_CALLS: &str = r#"
[[extension]]
numbers = "1001-1003"
[[extension]]
number = "1005"
[[queue]]
number = "6400"
name = "Support"
static_agents = ["1001", "1002", "1005"]
managers = ["1003"]
strategy = "linear"
manager_rights = ["panel"]
agent_logs = "answered"
wrap_up_s = 0
retry_interval_s = 0
rest_after_no_answer_s = 60
"#;

/// The outcomes of what an agent missed, as somebody sees them.
fn missed_by(desk: &Desk, agent: u64, viewer: u64) -> Vec<Value> {
    let path = format!("/api/v1/agents/{agent}/missed");
    let reply = desk.get_as(&desk.token_of(viewer), &path);
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    let rows = reply.json();
    let rows = rows.as_array().expect("a list");
    rows.iter().map(|row| row["outcome"].clone()).collect()
}

#[test]
fn colleagues_missed_rings_are_seen_as_their_records_are() {
    let mut desk = Desk::with(OWN_CALLS);
    desk.up(1_001);
    desk.up(1_002);
    let ring_out = |desk: &Desk, leg| {
        let cause = Cause::NoAnswer;
        desk.tell(Input::LegFailed { leg, cause }).out
    };
    // Ann lets it ring, and Ben answers.
    let (call, legs) = desk.call(5_000, 6_400);
    let next = ring_out(&desk, legs[0]);
    let rung = next.effects.iter().find_map(|(_, effect)| match effect {
        Effect::Ring { leg, .. } => Some(*leg),
        _ => None,
    });
    desk.tell(Input::LegAnswered {
        leg: rung.expect("Ben is rung"),
    });
    desk.tell(Input::CallerHungUp { call });
    desk.site.clock.pass(60_000_000);
    // Ann lets the next one ring too, who gives up.
    desk.tell(Input::DeviceDown {
        extension: Number::from_u64(1_002),
    });
    let (call, legs) = desk.call(5_001, 6_400);
    ring_out(&desk, legs[0]);
    assert_eq!(
        missed_by(&desk, 1_001, 1_001),
        ["answered".into(), Value::Null]
    );
    assert_eq!(missed_by(&desk, 1_001, 1_002), ["answered"]);
    desk.tell(Input::CallerHungUp { call });
    // Hers are hers; Ben answered the first; Eve answered none, Cay sees no missed calls.
    assert_eq!(missed_by(&desk, 1_001, 1_001), ["answered", "abandoned"]);
    assert_eq!(missed_by(&desk, 1_001, 1_002), ["answered"]);
    assert_eq!(missed_by(&desk, 1_001, 1_003), ["answered"]);
    assert_eq!(missed_by(&desk, 1_001, 1_005), [] as [Value; 0]);
}

/// What is told of records on a socket, until something was done to all of them.
fn told_of_logs(desk: &Desk, socket: &mut Socket, wanted: usize) -> Vec<Value> {
    let mut told = Vec::new();
    while told.len() < wanted {
        let message = desk.hear(socket).expect("a message");
        let changes = message["changes"].as_array().cloned().unwrap_or_default();
        told.extend(changes.into_iter().filter(|change| change["type"] == "log"));
    }
    told
}

/// Cay sees missed calls, and Ann those that she answered alone.
#[test]
fn what_is_done_about_records_is_told_at_once() {
    let config = OWN_CALLS.replace(
        "manager_rights = [\"panel\"]",
        "manager_rights = [\"panel\", \"missed_call_logs\", \"call_notes\"]\n\
         agent_rights = [\"panel\", \"call_notes\"]",
    );
    let mut desk = Desk::with(&config);
    let [ann, cay] = [1_001, 1_003].map(|who| desk.token_of(who));
    let mut sockets = [&ann, &cay].map(|token| {
        let mut socket = desk.socket(token, "").expect("it is there");
        desk.hear(&mut socket).expect("a snapshot");
        socket
    });
    lost(&mut desk, 5_000);
    let log = records(&desk, "")[0]["log"].clone();
    let dealing = json!({"log": log, "result": "dealing"}).to_string();
    let path = "/api/v1/calls/records/processing";
    assert_eq!(desk.post_as(&cay, path, &dealing).status, StatusCode::OK);
    let told = told_of_logs(&desk, &mut sockets[1], 1).remove(0);
    assert_eq!(
        (&told["log"], &told["processing"], &told["by"]),
        (&log, &"dealing".into(), &"1003".into())
    );
    assert!(told["at"].is_i64() && told["note"].is_null() && told["deleted"] == false);
    let logs = json!({"logs": [log]});
    assert_eq!(post(&desk, "delete", &logs).0, StatusCode::OK);
    let told = told_of_logs(&desk, &mut sockets[1], 1).remove(0);
    assert_eq!(
        (&told["log"], &told["deleted"], &told["by"]),
        (&log, &true.into(), &Value::Null)
    );
    // Ann notes her own call while it lasts: she is told of that, and of nothing before.
    desk.up(1_001);
    let (call, legs) = desk.call(5_001, 6_400);
    desk.tell(Input::LegAnswered { leg: legs[0] });
    desk.tell(Input::CallNoted {
        by: By::Person(Number::from_u64(1_001)),
        call,
        note: Box::new(Note {
            dispositions: Vec::new(),
            remark: "will ring again".to_owned(),
        }),
    });
    for socket in &mut sockets {
        let told = told_of_logs(&desk, socket, 1).remove(0);
        assert_eq!(told["note"]["remark"], "will ring again");
        assert_eq!(
            (&told["log"], &told["agent"], &told["by"]),
            (&Value::Null, &"1001".into(), &"1001".into())
        );
    }
}
