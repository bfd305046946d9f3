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
    desk.site.clock.pass(3_000_000);
    desk.tell(Input::LegEnded { leg: legs[0] });
    let own = pages(&desk, &desk.token_of(1002), "agent=1002", 1);
    assert_eq!(own.len(), 1);
    assert_eq!(
        (&own[0]["talked_ms"], &own[0]["agent"]),
        (&3_000.into(), &"1002".into())
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
        "",
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
