//! Callbacks: who was promised one, and what came of it.

use hyper::StatusCode;
use serde_json::{Value, json};
use tandem_engine::{By, CallId, Cause, Effect, Input, Key, Number};

use crate::kit::Desk;

/// Ann and Ben serve; Cay manages; Dan may do everything; Eve does nothing.
const CENTRE: &str = r#"
[[trunk]]
name = "Carrier"
address = "127.0.0.2"
outbound = true
[[extension]]
numbers = "1001-1003"
[[extension]]
number = "1004"
administrator = true
[[extension]]
number = "1005"
[[queue]]
number = "6400"
name = "Support"
static_agents = ["1001", "1002"]
managers = ["1003"]
strategy = "linear"
agent_rights = ["panel"]
agent_logs = "answered"
wrap_up_s = 0
callback = { trunk = "Carrier", timeout_s = 60 }
"#;

/// Somebody calls, and asks to be called back at this number.
fn asks(desk: &mut Desk, from: u64, number: &str) -> CallId {
    let (call, _) = desk.call(from, 6_400);
    let digits = number.chars().map(|digit| Key::of_symbol(digit).unwrap());
    let keys = [Key::One].into_iter().chain(digits).chain([Key::Pound]);
    for key in keys {
        desk.tell(Input::KeyPressed { call, key });
    }
    call
}

/// The agent's telephone comes, and she answers the first ring.
fn answers(desk: &Desk, agent: u64) {
    let extension = Number::from_u64(agent);
    let out = desk.tell(Input::DeviceUp { extension }).out;
    let leg = out.effects.iter().find_map(|(_, effect)| match effect {
        Effect::Ring { leg, .. } => Some(*leg),
        _ => None,
    });
    let out = desk.tell(Input::LegAnswered { leg: leg.unwrap() }).out;
    let called = |effect: &Effect| matches!(effect, Effect::RingCustomer { .. });
    assert!(out.effects.iter().any(|(_, effect)| called(effect)));
}

fn list(desk: &Desk, token: &str, query: &str) -> Vec<Value> {
    let path = format!("/api/v1/callbacks?queue=6400{query}");
    let reply = desk.get_as(token, &path);
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    reply.json()["callbacks"].as_array().unwrap().clone()
}

fn erase(desk: &Desk, number: u64) {
    let (by, number) = (By::System, Number::from_u64(number));
    desk.tell(Input::PersonErased { by, number });
}

#[test]
fn a_callback_is_shown_as_far_as_it_has_come() {
    let mut desk = Desk::with(CENTRE);
    let call = asks(&mut desk, 50_001, "40123");
    let all = list(&desk, &desk.token, "");
    assert_eq!(all.len(), 1);
    let asked = all[0]["requested_at"].as_i64().unwrap();
    assert_eq!(all[0]["caller"], "50001");
    assert_eq!(all[0]["number"], "40123");
    assert_eq!(all[0]["queue"], "6400");
    assert_eq!(all[0]["until"], asked + 60_000);
    let stands = |desk: &Desk| {
        let row = list(desk, &desk.token, "").remove(0);
        let since = row["since"].as_i64().unwrap() - asked;
        (row["state"].clone(), since, row["agent"].clone())
    };
    assert_eq!(stands(&desk), (json!("waiting"), 0, Value::Null));
    desk.site.clock.pass(5_000_000);
    answers(&desk, 1001);
    assert_eq!(stands(&desk), (json!("calling"), 5_000, json!("1001")));
    desk.site.clock.pass(2_000_000);
    desk.tell(Input::CustomerAnswered { call });
    assert_eq!(stands(&desk), (json!("answered"), 7_000, json!("1001")));
    desk.site.clock.pass(9_000_000);
    desk.tell(Input::CallerHungUp { call });
    assert_eq!(stands(&desk), (json!("answered"), 7_000, json!("1001")));
    assert_eq!(list(&desk, &desk.token, "")[0]["reason"], Value::Null);
}

#[test]
fn why_a_callback_failed_is_shown() {
    let mut desk = Desk::with(CENTRE);
    let call = asks(&mut desk, 50_001, "");
    answers(&desk, 1001);
    let cause = Cause::Busy;
    desk.tell(Input::CustomerFailed { call, cause });
    let row = &list(&desk, &desk.token, "")[0];
    assert_eq!(
        (&row["state"], &row["agent"]),
        (&json!("failed"), &json!("1001"))
    );
    assert_eq!(row["reason"], "callback_unanswered");
    assert_eq!(row["number"], "50001");
}

/// Every number that can not be called is listed, and what the same caller is promised then;
/// all of it goes with the log.
#[test]
fn numbers_that_can_not_be_called_are_listed_as_failed() {
    let mut desk = Desk::with(CENTRE);
    let call = asks(&mut desk, 50_001, "123");
    for keys in ["114#", "140123#"] {
        desk.site.clock.pass(1_000_000);
        for key in keys.chars().map(|key| Key::of_symbol(key).unwrap()) {
            desk.tell(Input::KeyPressed { call, key });
        }
    }
    let told = |row: &Value| [&row["state"], &row["reason"], &row["number"]].map(Value::clone);
    let all = list(&desk, &desk.token, "");
    let invalid = [json!("failed"), json!("invalid_number"), Value::Null];
    let waiting = [json!("waiting"), Value::Null, json!("40123")];
    let twice = [invalid.clone(), invalid];
    assert_eq!(
        all.iter().map(told).collect::<Vec<_>>(),
        [&twice[..], &[waiting]].concat()
    );
    assert_eq!(list(&desk, &desk.token, "&state=failed"), all[..2]);
    let figures = desk.see("/api/v1/queues");
    assert_eq!(figures["queues"][0]["callbacks"], 1, "{figures}");

    answers(&desk, 1001);
    let cause = Cause::Busy;
    desk.tell(Input::CustomerFailed { call, cause });
    let all = list(&desk, &desk.token, "");
    let failed = [
        json!("failed"),
        json!("callback_unanswered"),
        json!("40123"),
    ];
    assert_eq!(
        all.iter().map(told).collect::<Vec<_>>(),
        [&twice[..], &[failed]].concat()
    );
    let record = desk.see("/api/v1/calls/records?queue=6400");
    let logs = json!({"logs": [record["records"][0]["log"]]}).to_string();
    let reply = desk.post_as(&desk.token, "/api/v1/calls/records/delete", &logs);
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    assert!(list(&desk, &desk.token, "").is_empty());
    erase(&desk, 50_001);
}

#[test]
fn a_callback_goes_with_the_log_of_its_call() {
    let mut desk = Desk::with(CENTRE);
    let call = asks(&mut desk, 50_001, "");
    asks(&mut desk, 50_002, "");
    answers(&desk, 1001);
    let cause = Cause::NoAnswer;
    desk.tell(Input::CustomerFailed { call, cause });
    let record = desk.see("/api/v1/calls/records?queue=6400");
    let logs = json!({"logs": [record["records"][0]["log"]]}).to_string();
    let reply = desk.post_as(&desk.token, "/api/v1/calls/records/delete", &logs);
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    let left = list(&desk, &desk.token, "");
    let callers = left.iter().map(|row| row["caller"].as_str().unwrap());
    assert!(callers.eq(["50002"]));
    // Nothing of it is left for who is erased later.
    erase(&desk, 50_001);
}

/// Who wants another number than he calls from is found by both.
#[test]
fn who_is_erased_is_blanked() {
    let mut desk = Desk::with(CENTRE);
    asks(&mut desk, 50_001, "40123");
    asks(&mut desk, 50_002, "50003");
    asks(&mut desk, 50_004, "");
    erase(&desk, 50_001);
    erase(&desk, 50_003);
    let all = list(&desk, &desk.token, "");
    let told = |row: &Value| (row["caller"].clone(), row["number"].clone());
    let told: Vec<_> = all.iter().map(told).collect();
    assert_eq!(told[0], (Value::Null, Value::Null));
    assert_eq!(told[1], (json!("50002"), Value::Null));
    assert_eq!(told[2], (json!("50004"), json!("50004")));
    let ends = all.iter().map(|row| (&row["state"], &row["reason"]));
    let withdrawn = (&json!("failed"), &json!("callback_withdrawn"));
    let waiting = (&json!("waiting"), &Value::Null);
    assert_eq!(ends.collect::<Vec<_>>(), [withdrawn, withdrawn, waiting]);
}

#[test]
fn pages_hold_every_callback_once() {
    let mut desk = Desk::with(CENTRE);
    for from in 0..7 {
        asks(&mut desk, 50_000 + from, "");
        desk.site.clock.pass(1_000_000);
    }
    let all = list(&desk, &desk.token, "");
    let callers = all.iter().map(|row| row["caller"].as_str().unwrap());
    assert!(callers.eq([
        "50000", "50001", "50002", "50003", "50004", "50005", "50006"
    ]));
    for limit in 1..9 {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let query = format!("/api/v1/callbacks?queue=6400&limit={limit}{after}");
            let page = desk.see(&query);
            found.extend(page["callbacks"].as_array().unwrap().clone());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(found, all, "pages of {limit}");
    }
    let from = all[2]["requested_at"].as_i64().unwrap();
    let range = format!("&from={from}&to={}", from + 1_000);
    assert_eq!(list(&desk, &desk.token, &range), all[2..4]);
    assert_eq!(list(&desk, &desk.token, "&state=waiting"), all);
    assert!(list(&desk, &desk.token, "&state=failed").is_empty());
    for query in [
        "",
        "?queue=x",
        "?queue=6400&state=lost",
        "?queue=6400&limit=0",
    ] {
        let reply = desk.get_as(&desk.token, &format!("/api/v1/callbacks{query}"));
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{query}");
    }
}

/// Managers see what was answered and what was missed, as rights have it; agents their own.
#[test]
fn callbacks_are_seen_as_records_are() {
    let mut desk = Desk::with(CENTRE);
    let call = asks(&mut desk, 50_001, "");
    asks(&mut desk, 50_002, "");
    answers(&desk, 1001);
    desk.tell(Input::CustomerAnswered { call });
    let seen = |of: u64| {
        let rows = list(&desk, &desk.token_of(of), "");
        let callers = rows
            .iter()
            .map(|row| row["caller"].as_str().unwrap().to_owned());
        callers.collect::<Vec<_>>()
    };
    assert_eq!(seen(1001), ["50001"]);
    assert!(seen(1002).is_empty());
    assert_eq!(seen(1004), ["50001", "50002"]);
    let path = "/api/v1/callbacks?queue=6400";
    let reply = desk.get_as(&desk.token_of(1005), path);
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert_eq!(seen(1003), ["50001", "50002"]);
}
