//! The configuration as text.

use hyper::StatusCode;
use tandem_engine::limits::CHANGES_MAX;

use crate::kit::{Desk, Reply, bearer};

fn put(desk: &Desk, token: &str, tag: Option<&str>, text: &[u8]) -> Reply {
    let bearer = bearer(token);
    let mut headers = vec![("authorization", bearer.as_str())];
    headers.extend(tag.map(|tag| ("if-match", tag)));
    desk.ask("PUT", "/api/v1/config", &headers, text)
}

#[test]
fn what_is_read_can_be_changed_and_put() {
    let desk = Desk::new();
    let read = desk.get_as(&desk.token, "/api/v1/config");
    assert_eq!(
        read.header("content-type"),
        "application/toml; charset=utf-8"
    );
    let tag = read.header("etag").to_owned();
    let reply = put(&desk, &desk.token, Some(&tag), &read.body);
    assert_eq!(reply.json()["changes"], 0, "{reply:?}");
    let text = read.text().replace("\"Support\"", "\"Service\"");
    let reply = put(&desk, &desk.token_of(1004), Some(&tag), text.as_bytes());
    assert_eq!(
        (reply.status, &reply.json()["changes"]),
        (StatusCode::OK, &1.into()),
        "{reply:?}"
    );
    let next = reply.header("etag").to_owned();
    assert_ne!(next, tag);
    assert_eq!(desk.see("/api/v1/queues/6400")["name"], "Service");
    let read = desk.get_as(&desk.token, "/api/v1/config");
    assert_eq!(
        (read.header("etag"), read.text()),
        (next.as_str(), text.as_str())
    );
    // What was made from an older one is refused.
    let reply = put(&desk, &desk.token, Some(&tag), text.as_bytes());
    assert_eq!(
        (reply.status, reply.code()),
        (StatusCode::PRECONDITION_FAILED, "conflict".into())
    );
    assert_eq!(put(&desk, &desk.token, None, b"").code(), "if_match");
    assert_eq!(put(&desk, &desk.token, Some("1"), b"").code(), "if_match");
    assert_eq!(
        put(&desk, &desk.token_of(1003), Some(&next), b"").code(),
        "denied"
    );
}

#[test]
fn everything_that_is_wrong_is_told_with_its_place() {
    let desk = Desk::new();
    let read = desk.get_as(&desk.token, "/api/v1/config");
    let tag = read.header("etag").to_owned();
    let text = "[[queue]]\nnumber = \"6400\"\nnmae = \"x\"\n\n[[extension]]\nnumber = 5\n";
    let reply = put(&desk, &desk.token, Some(&tag), text.as_bytes());
    assert_eq!(
        (reply.status, reply.code()),
        (StatusCode::UNPROCESSABLE_ENTITY, "configuration".into())
    );
    let json = reply.json();
    let problems = json["problems"].as_array().expect("it is there");
    assert!(problems.len() >= 2, "{json}");
    let unknown = problems
        .iter()
        .find(|p| p["what"].as_str().expect("it is there").contains("nmae"))
        .expect("it is there");
    assert_eq!(
        (&unknown["line"], &unknown["column"]),
        (&3.into(), &1.into())
    );
    assert!(
        unknown["hint"]
            .as_str()
            .expect("it is there")
            .contains("name")
    );
    let reply = put(&desk, &desk.token, Some(&tag), b"\xff");
    assert_eq!(reply.code(), "utf_8");
    // Nothing of it is in force.
    let again = desk.get_as(&desk.token, "/api/v1/config");
    assert_eq!(again.header("etag"), tag);
}

#[test]
fn a_large_change_is_made_in_parts() {
    let desk = Desk::new();
    let read = desk.get_as(&desk.token, "/api/v1/config");
    let tag = read.header("etag").to_owned();
    let last = 10_000 + 2 * CHANGES_MAX;
    let text = format!(
        "{}\n[[extension]]\nnumbers = \"10001-{last}\"\n",
        read.text()
    );
    let reply = put(&desk, &desk.token, Some(&tag), text.as_bytes());
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    assert_eq!(reply.json()["changes"], 2 * CHANGES_MAX);
    let before: u64 = tag.trim_matches('"').parse().expect("it is there");
    assert_eq!(reply.json()["revision"], before + 2);
    let agents = desk.see("/api/v1/agents");
    assert_eq!(
        agents["agents"].as_array().expect("it is there").len(),
        5 + 2 * CHANGES_MAX
    );
}
