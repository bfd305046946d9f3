//! What a person sees and may do.

use hyper::StatusCode;
use serde_json::Value;
use tandem_engine::Input;

use crate::kit::Desk;

fn numbers(desk: &Desk, token: &str, what: &str) -> Vec<String> {
    let reply = desk.get_as(token, &format!("/api/v1/{what}"));
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    let json = reply.json();
    let rows = json[what.rsplit('/').next().unwrap()]
        .as_array()
        .unwrap()
        .clone();
    let name = |row: &Value| row.get("number").or(row.get("caller")).unwrap().clone();
    rows.iter()
        .map(|row| name(row).as_str().unwrap().to_owned())
        .collect()
}

/// Who sees which queues, agents, callers who wait, and callers who talk.
type Case<'a> = (
    u64,
    &'a [&'a str],
    &'a [&'a str],
    &'a [&'a str],
    &'a [&'a str],
);

#[test]
fn everybody_sees_his_own_queues() {
    let mut desk = Desk::new();
    desk.up(1002);
    desk.up(1001);
    desk.call(4_000, 6_400);
    let (_, legs) = desk.call(4_001, 6_401);
    desk.tell(Input::LegAnswered { leg: legs[0] });
    desk.call(4_002, 6_401);
    let all = ["1001", "1002", "1003", "1004", "1005"];
    let cases: [Case<'_>; 5] = [
        (
            1001,
            &["6400", "6401"],
            &["1001", "1002"],
            &["4000", "4002"],
            &["4001"],
        ),
        (1002, &["6401"], &["1001", "1002"], &["4002"], &["4001"]),
        (1003, &["6400"], &["1001", "1003"], &["4000"], &[]),
        (1004, &["6400", "6401"], &all, &["4000", "4002"], &["4001"]),
        (1005, &[], &["1005"], &[], &[]),
    ];
    for (extension, queues, agents, waiting, active) in cases {
        let token = desk.token_of(extension);
        assert_eq!(numbers(&desk, &token, "queues"), queues, "{extension}");
        assert_eq!(numbers(&desk, &token, "agents"), agents, "{extension}");
        assert_eq!(
            numbers(&desk, &token, "calls/waiting"),
            waiting,
            "{extension}"
        );
        let seen = numbers(&desk, &token, "calls/active");
        // Whoever answered sees his own call.
        assert_eq!(seen, active, "{extension}");
        let mut socket = desk.socket(&token, "").unwrap();
        let snapshot = desk.hear(&mut socket).unwrap();
        assert_eq!(snapshot["queues"].as_array().unwrap().len(), queues.len());
        assert_eq!(snapshot["waiting"].as_array().unwrap().len(), waiting.len());
        let every = extension == 1004;
        for path in ["/api/v1/config", "/metrics"] {
            assert_eq!(
                desk.get_as(&token, path).status.is_success(),
                every,
                "{extension} {path}"
            );
        }
        for queue in ["6400", "6401"] {
            let path = format!("/api/v1/queues/{queue}");
            let seen = desk.get_as(&token, &path).status.is_success();
            assert_eq!(seen, queues.contains(&queue));
            let path = format!("/api/v1/calls/records?queue={queue}");
            assert_eq!(desk.get_as(&token, &path).status.is_success(), seen);
        }
    }
    // Who manages one queue of two sees an agent's place in that one only.
    let row = desk
        .get_as(&desk.token_of(1003), "/api/v1/agents/1001")
        .json();
    assert_eq!(row["queues"].as_array().unwrap().len(), 1);
    assert_eq!(row["queues"][0]["queue"], "6400");
}

#[test]
fn nobody_is_a_person_who_is_deleted() {
    let desk = Desk::new();
    let token = desk.token_of(1099);
    let reply = desk.get_as(&token, "/api/v1/queues");
    assert_eq!(
        (reply.status, reply.code()),
        (StatusCode::FORBIDDEN, "denied".into())
    );
    let reply = desk.post_as(&token, "/api/v1/agents/1001/log-in", "");
    assert_eq!(
        (reply.status, reply.code()),
        (StatusCode::FORBIDDEN, "denied".into())
    );
}

/// Ann serves with the wallboard alone, Ben with the panel.
const WALLBOARD: &str = r#"
[[extension]]
numbers = "1001-1002"
[[queue]]
number = "6400"
name = "Support"
static_agents = ["1001"]
managers = ["1002"]
manager_rights = ["panel"]
agent_rights = ["wallboard", "pick_up"]
agent_logs = "none"
"#;

#[test]
fn the_wallboard_tells_of_no_caller() {
    let mut desk = Desk::with(WALLBOARD);
    let (ann, ben) = (desk.token_of(1001), desk.token_of(1002));
    let mut socket = desk.socket(&ann, "").unwrap();
    desk.hear(&mut socket).unwrap();
    desk.call(4_711, 6_400);
    assert_eq!(numbers(&desk, &ann, "queues"), ["6400"]);
    assert_eq!(numbers(&desk, &ann, "agents"), ["1001"]);
    assert_eq!(numbers(&desk, &ann, "calls/waiting"), [] as [&str; 0]);
    assert_eq!(numbers(&desk, &ben, "calls/waiting"), ["4711"]);
    let told = desk.hear(&mut socket).unwrap().to_string();
    assert!(
        told.contains("\"queue\"") && !told.contains("4711"),
        "{told}"
    );
    let waiting = desk.get_as(&ben, "/api/v1/calls/waiting").json();
    let id = waiting["waiting"][0]["id"].as_str().unwrap().to_owned();
    for (token, status) in [(&ann, 404), (&ben, 403)] {
        let reply = desk.post_as(token, &format!("/api/v1/calls/{id}/pick-up"), "");
        assert_eq!(reply.status.as_u16(), status);
    }
    let story = desk.get_as(&ann, &format!("/api/v1/calls/{id}/story"));
    assert_eq!(story.status, StatusCode::FORBIDDEN);
}
