//! A call on its way, as everything shows it.

use hyper::StatusCode;
use serde_json::{Value, json};
use tandem_engine::Input;

use crate::kit::Desk;

fn agent(desk: &Desk, number: &str) -> Value {
    desk.see(&format!("/api/v1/agents/{number}"))
}

#[test]
fn a_call_is_shown_on_its_way() {
    let mut desk = Desk::new();
    desk.up(1002);
    assert_eq!(agent(&desk, "1002")["state"], "free");
    assert_eq!(agent(&desk, "1001")["state"], "away");
    let (_, legs) = desk.call(4_711, 6_401);
    let waiting = desk.see("/api/v1/calls/waiting");
    let row = &waiting["waiting"][0];
    assert_eq!(row["queue"], "6401");
    assert_eq!(row["caller"], "4711");
    assert_eq!(row["ringing"], json!(["1002"]));
    assert_eq!(row["joined_at"], 1_780_000_000_000_i64);
    let id = row["id"].clone();
    let queue = desk.see("/api/v1/queues/6401");
    assert_eq!(
        (&queue["waiting"], &queue["ringing"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(queue["longest_wait_since"], 1_780_000_000_000_i64);
    assert_eq!(agent(&desk, "1002")["state"], "ringing");

    desk.site.clock.pass(5_000_000);
    desk.tell(Input::LegAnswered { leg: legs[0] });
    assert_eq!(desk.see("/api/v1/calls/waiting")["waiting"], json!([]));
    let active = desk.see("/api/v1/calls/active");
    assert_eq!(
        active["active"],
        json!([{
            "id": id, "queue": "6401", "caller": "4711", "contact": null, "callback": false,
            "origin": null, "agent": "1002", "outside": null, "answered_at": 1_780_000_005_000_i64,
             "held": false, "recording": "off",
        }])
    );
    let row = agent(&desk, "1002");
    assert_eq!(
        (&row["state"], &row["answered"]),
        (&json!("talking"), &json!(1))
    );
    assert_eq!(row["since"], 1_780_000_005_000_i64);

    desk.tell(Input::LegEnded { leg: legs[0] });
    assert_eq!(desk.see("/api/v1/calls/active")["active"], json!([]));
    let queue = desk.see("/api/v1/queues/6401");
    assert_eq!(queue["offered"], 1);
    assert_eq!(queue["answered"], 1);
    assert_eq!(queue["service_level_percent"], 100);
    assert_eq!(queue["sla_threshold_percent"], 80);
    assert_eq!(agent(&desk, "1002")["state"], "wrap_up");
    desk.site.clock.pass(30_000_000);
    desk.wait_for("the end of the wrap-up", |desk| {
        agent(desk, "1002")["state"] == "free"
    });
    let queues = desk.see("/api/v1/queues");
    let names: Vec<_> = queues["queues"]
        .as_array()
        .expect("it is there")
        .iter()
        .map(|q| &q["name"])
        .collect();
    assert_eq!(names, ["Support", "Sales"]);
    assert_eq!(
        desk.see("/api/v1/agents")["agents"]
            .as_array()
            .expect("it is there")
            .len(),
        5
    );
}

#[test]
fn who_is_not_there_is_not_found() {
    let desk = Desk::new();
    for path in [
        "/api/v1/queues/6402",
        "/api/v1/queues/1001",
        "/api/v1/queues/x",
        "/api/v1/agents/6400",
        "/api/v1/agents/1006",
        "/api/v1/agents/%FF",
        "/api/v1/nothing",
        "/nothing",
    ] {
        let reply = desk.get_as(&desk.token, path);
        assert!(
            reply.status == StatusCode::NOT_FOUND || reply.status == StatusCode::BAD_REQUEST,
            "{path}: {reply:?}"
        );
    }
    let reply = desk.post_as(&desk.token, "/api/v1/queues", "");
    assert_eq!(
        (reply.status, reply.code()),
        (StatusCode::METHOD_NOT_ALLOWED, "method".into())
    );
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let desk = Desk::new();
    let page = desk.get("/");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"));
    assert!(!page.text().contains("<style") && !page.text().contains("onclick"));
    let mut parts = page.text().split('"').filter(|part| part.starts_with('/'));
    let kinds = ["image/svg+xml", "text/css", "text/javascript"];
    assert!(parts.clone().count() >= 3);
    assert!(parts.all(|part| {
        let file = desk.get(part);
        assert!(!file.text().contains("https://"), "{part}");
        file.status == StatusCode::OK
            && kinds
                .iter()
                .any(|kind| file.header("content-type").starts_with(kind))
    }));
}

#[test]
fn every_figure_is_there_for_prometheus() {
    let mut desk = Desk::new();
    desk.up(1002);
    desk.call(4_711, 6_401);
    desk.call(4_712, 6_400);
    let reply = desk.get_as(&desk.token, "/metrics");
    for line in [
        "tandem_queue_calls{queue=\"6400\",state=\"waiting\"} 1",
        "tandem_queue_calls{queue=\"6401\",state=\"waiting\"} 1",
        "tandem_queue_callbacks{queue=\"6400\",state=\"pending\"} 0",
        "tandem_agents{state=\"ringing\"} 1",
        "tandem_agents{state=\"away\"} 4",
        "tandem_queue_today{queue=\"6400\",outcome=\"answered\"} 0",
        "tandem_queue_longest_wait_since{queue=\"6400\"} 1780000000",
        "tandem_driver_queued{kind=\"asks\"} 0",
        "tandem_driver_shed_total{kind=\"arrivals\"} 0",
        "tandem_http_requests_total{path=\"/ready\",status=\"200\"}",
        "# EOF",
    ] {
        assert!(
            reply.text().contains(line),
            "{line} is missing in\n{}",
            reply.text()
        );
    }
    // Nobody's number is in there.
    assert!(!reply.text().contains("471"), "{}", reply.text());
}

#[test]
fn health_and_readiness_follow_the_driver() {
    let mut desk = Desk::new();
    assert_eq!(desk.get("/health").status, StatusCode::OK);
    assert_eq!(desk.get("/ready").status, StatusCode::OK);
    desk.stop_driver();
    desk.wait_for("the end", |desk| {
        desk.get("/ready").status != StatusCode::OK
    });
    assert_eq!(desk.get("/health").status, StatusCode::OK);
    let reply = desk.get("/ready");
    assert_eq!(
        (reply.status, reply.code()),
        (StatusCode::SERVICE_UNAVAILABLE, "stopped".into())
    );
    assert_eq!(reply.header("retry-after"), "1");
    let reply = desk.post_as(&desk.token, "/api/v1/agents/1001/log-in", "");
    assert_eq!(
        (reply.status, reply.code()),
        (StatusCode::SERVICE_UNAVAILABLE, "stopped".into())
    );
    // What was seen last is still to be seen.
    assert_eq!(
        desk.see("/api/v1/agents")["agents"]
            .as_array()
            .expect("it is there")
            .len(),
        5
    );
}
