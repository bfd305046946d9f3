//! Calls that are over, page by page.

use hyper::StatusCode;
use serde_json::Value;
use tandem_engine::Input;
use tandem_server::web::{RECORDS_DEFAULT, RECORDS_MAX};

use crate::kit::Desk;

/// Callers who gave up, one a second, from two queues in turn.
fn busy(calls: u64) -> Desk {
    let mut desk = Desk::new();
    for call in 0..calls {
        let (id, _) = desk.call(5_000 + call % 3, 6_400 + call % 2);
        desk.handle
            .ask_blocking(Input::CallerHungUp { call: id })
            .expect("it is there");
        desk.site.clock.pass(1_000_000);
    }
    desk
}

fn pages(desk: &Desk, token: &str, query: &str, limit: usize) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/calls/records?{query}&limit={limit}{after}");
        let reply = desk.get_as(token, &path);
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        let json = reply.json();
        let records = json["records"].as_array().expect("it is there").clone();
        assert!(records.len() <= limit);
        found.extend(records);
        match json["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return found,
        }
    }
}

#[test]
fn pages_hold_every_record_once() {
    let mut desk = busy(13);
    let queue = pages(&desk, &desk.token, "queue=6400", 100);
    assert_eq!(queue.len(), 7);
    assert!(
        queue
            .iter()
            .all(|row| row["queue"] == "6400" && row["outcome"] == "abandoned")
    );
    for limit in 1..9 {
        assert_eq!(
            pages(&desk, &desk.token, "queue=6400", limit),
            queue,
            "pages of {limit}"
        );
        assert_eq!(
            pages(&desk, &desk.token, "caller=5001", limit).len(),
            4,
            "pages of {limit}"
        );
        let all = pages(&desk, &desk.token, "outcome=abandoned", limit);
        let joined = |row: &Value| row["joined_at"].as_i64().expect("it is a time");
        assert!(
            all.is_sorted_by_key(joined) && all.len() == 13,
            "pages of {limit}"
        );
    }
    let start = queue[0]["joined_at"].as_i64().expect("it is there");
    let range = |from: i64, to: i64| {
        let query = format!("queue=6400&from={}&to={}", start + from, start + to);
        pages(&desk, &desk.token, &query, 2).len()
    };
    assert_eq!(
        (range(0, 12_000), range(1, 11_999), range(2_000, 2_000)),
        (7, 5, 1)
    );
    assert_eq!((range(1, 1_999), range(5_000, 4_000)), (0, 0));
    // An agent's.
    desk.up(1002);
    let (_, legs) = desk.call(5_000, 6_401);
    desk.tell(Input::LegAnswered { leg: legs[0] });
    desk.site.clock.pass(1_000_000);
    desk.tell(Input::LegHeld { leg: legs[0] });
    desk.site.clock.pass(2_000_000);
    desk.tell(Input::LegEnded { leg: legs[0] });
    let own = pages(&desk, &desk.token_of(1002), "agent=1002", 1);
    assert_eq!(own.len(), 1);
    assert_eq!(
        (&own[0]["talked_ms"], &own[0]["held_ms"], &own[0]["agent"]),
        (&3_000.into(), &2_000.into(), &"1002".into())
    );
    // Of a caller, everybody sees what his queues have of him.
    assert_eq!(
        pages(&desk, &desk.token_of(1003), "caller=5000", 1).len(),
        3
    );
    assert_eq!(
        pages(&desk, &desk.token_of(1005), "caller=5000", 1).len(),
        0
    );
    assert_eq!(pages(&desk, &desk.token, "caller=5000", 1).len(), 6);
}

#[test]
fn a_page_has_so_many_records_and_no_more() {
    let desk = busy(u64::try_from(2 * RECORDS_DEFAULT + 2).expect("it is there"));
    let reply = desk.see("/api/v1/calls/records?queue=6400");
    assert_eq!(
        reply["records"].as_array().expect("it is there").len(),
        RECORDS_DEFAULT
    );
    assert!(reply["next"].is_string());
    for (limit, status) in [
        (1, 200),
        (RECORDS_MAX, 200),
        (RECORDS_MAX + 1, 400),
        (0, 400),
    ] {
        let path = format!("/api/v1/calls/records?queue=6400&limit={limit}");
        assert_eq!(
            desk.get_as(&desk.token, &path).status.as_u16(),
            status,
            "{limit}"
        );
    }
    for query in [
        "queue=6400&agent=1001",
        "queue=x",
        "queue=6400&from=x",
        "queue=6400&after=1.2.3",
        "queue=6400&after=1.2.3.4.5",
        "queue=6400&colour=red",
        "queue=6400&limit=-1",
    ] {
        let reply = desk.get_as(&desk.token, &format!("/api/v1/calls/records?{query}"));
        assert_eq!(
            (reply.status, reply.code()),
            (StatusCode::BAD_REQUEST, "query".into())
        );
    }
}

/// Cay manages both queues, and may know the contacts of the first one alone.
const CONTACTS: &str = r#"
[[contact]]
name = "Fox & Sons"
numbers = ["+49301234567"]

[[extension]]
numbers = "1001-1003"

[[queue]]
number = "6400"
name = "Support"
static_agents = ["1001"]
managers = ["1003"]
manager_rights = ["panel", "contacts", "missed_call_logs"]
agent_rights = ["panel"]
[[queue]]
number = "6401"
name = "Sales"
static_agents = ["1002"]
managers = ["1003"]
manager_rights = ["panel", "missed_call_logs"]
"#;

#[test]
fn who_a_caller_is_sees_who_may_know_the_contacts() {
    let mut desk = Desk::with(CONTACTS);
    let (cay, ann) = (desk.token_of(1003), desk.token_of(1001));
    let names = |desk: &Desk, token: &str, shown: &str| -> Vec<Value> {
        let json = desk.get_as(token, &format!("/api/v1/calls/{shown}")).json();
        let rows = json[shown].as_array().expect("it is there").iter();
        rows.map(|row| row["contact"].clone()).collect()
    };
    let fox = || Value::from("Fox & Sons");
    // The last seven digits are those of a contact, here and there; a third one is not.
    let (first, _) = desk.call(301_234_567, 6_400);
    let (second, _) = desk.call(301_234_567, 6_401);
    let (third, _) = desk.call(301_234_568, 6_400);
    assert_eq!(
        names(&desk, &desk.token, "waiting"),
        [fox(), fox(), Value::Null]
    );
    assert_eq!(
        names(&desk, &cay, "waiting"),
        [fox(), Value::Null, Value::Null]
    );
    assert_eq!(names(&desk, &ann, "waiting"), [Value::Null, Value::Null]);

    let mut socket = desk.socket(&cay, "").expect("it is let in");
    let snapshot = desk.hear(&mut socket).expect("a snapshot");
    assert_eq!(snapshot.to_string().matches("Fox & Sons").count(), 1);
    for call in [first, second, third] {
        desk.tell(Input::CallerHungUp { call });
    }
    let (_, legs) = desk.call(301_234_567, 6_401);
    assert!(legs.is_empty(), "nobody's telephone is there");
    for _ in 0..4 {
        let change = desk.hear(&mut socket).expect("a change").to_string();
        assert!(!change.contains("Fox & Sons"), "{change}");
    }

    let records = |token: &str, queue: u64| -> Vec<Value> {
        let rows = pages(&desk, token, &format!("queue={queue}"), 100);
        rows.iter().map(|row| row["contact"].clone()).collect()
    };
    assert_eq!(records(&desk.token, 6_401), [fox()]);
    assert_eq!(records(&cay, 6_400), [fox(), Value::Null]);
    assert_eq!(records(&cay, 6_401), [Value::Null]);

    let found = |token: &str, queue: u64, text: &str| {
        let query = format!("queue={queue}&search={text}");
        pages(&desk, token, &query, 1).len()
    };
    assert_eq!(found(&desk.token, 6_401, "fox"), 1);
    assert_eq!(found(&cay, 6_400, "FOX%20%26"), 1);
    assert_eq!(found(&cay, 6_400, "30123456"), 2);
    assert_eq!(found(&cay, 6_400, "4568"), 1);
    assert_eq!(found(&cay, 6_400, "hound"), 0);
    assert_eq!(found(&cay, 6_401, "fox"), 0, "she may not know them there");
    assert_eq!(found(&cay, 6_401, "4567"), 1);
}

#[test]
fn who_talks_is_known_to_who_may_know_the_contacts() {
    let mut desk = Desk::with(CONTACTS);
    desk.up(1001);
    let (_, legs) = desk.call(301_234_567, 6_400);
    desk.tell(Input::LegAnswered { leg: legs[0] });
    let active = |token: &str| {
        let json = desk.get_as(token, "/api/v1/calls/active").json();
        json["active"][0]["contact"].clone()
    };
    assert_eq!(active(&desk.token), "Fox & Sons");
    assert_eq!(active(&desk.token_of(1003)), "Fox & Sons");
    // Ann sees her own conversation, and not who that is.
    assert_eq!(active(&desk.token_of(1001)), Value::Null);
}
