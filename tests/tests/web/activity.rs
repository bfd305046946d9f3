//! When agents were logged in and paused, asked of the server.

use hyper::StatusCode;
use serde_json::{Value, json};
use tandem_engine::{By, Input, Number, Which};
use tandem_server::web::CHANGES_MAX;

use crate::kit::{Desk, Reply};

/// The moment at which a site begins, in Unix ms.
const BEGIN: i64 = 1_780_000_000_000;

fn asked(desk: &Desk, token: &str, what: &str, rest: &str) -> Reply {
    let to = BEGIN + 60_000;
    let path = format!("/api/v1/agents/{what}?queue=6400&from={BEGIN}&to={to}{rest}");
    desk.get_as(token, &path)
}

fn rows(desk: &Desk, token: &str, what: &str, rest: &str) -> Value {
    let reply = asked(desk, token, what, rest);
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    reply.json()
}

#[test]
fn logins_and_pauses_are_told_to_who_sees_the_queue() {
    let desk = Desk::new();
    let (ann, ben, cay) = (
        desk.token_of(1001),
        desk.token_of(1002),
        desk.token_of(1003),
    );
    let post = |action: &str, body: &str| {
        desk.site.clock.pass(10_000_000);
        let reply = desk.post_as(&ann, &format!("/api/v1/agents/1001/{action}"), body);
        assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    };
    post("log-in", r#"{"queue": "6400"}"#);
    post("pause", r#"{"queue": "6400", "reason": "Lunch"}"#);
    post("unpause", r#"{"queue": "6400"}"#);
    post("log-out", r#"{"queue": "6400"}"#);
    let logins = json!([{
        "agent": "1001", "logged_in_at": BEGIN + 10_000, "logged_out_at": BEGIN + 40_000,
        "lasted_ms": 30_000,
    }]);
    let pauses = json!([{
        "agent": "1001", "paused_at": BEGIN + 20_000, "ended_at": BEGIN + 30_000,
        "lasted_ms": 10_000, "reason": "Lunch", "reason_changed": false, "counts": true,
    }]);
    for token in [&desk.token, &cay, &ann] {
        assert_eq!(rows(&desk, token, "logins", ""), logins);
        assert_eq!(rows(&desk, token, "pauses", "&agent=1001"), pauses);
        assert_eq!(rows(&desk, token, "pauses", "&agent=1002"), json!([]));
    }
    // Ben serves the other queue: of this one he may know of himself alone.
    for rest in ["", "&agent=1001"] {
        let refused = asked(&desk, &ben, "logins", rest);
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused:?}");
    }
    assert_eq!(rows(&desk, &ben, "logins", "&agent=1002"), json!([]));
    let wrong = asked(&desk, &desk.token, "logins", "&agent=Ann");
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[test]
fn an_answer_is_made_of_so_many_changes_at_most() {
    let desk = Desk::new();
    let agent = Number::from_u64(1001);
    let queues = Which::One(Number::from_u64(6400));
    let by = By::System;
    // The first change was that she was added to the queue, this is the second one.
    desk.tell(Input::AgentLogIn { by, agent, queues });
    let switches = CHANGES_MAX - 2;
    let change = |place: usize| match place % 2 {
        1 => Input::AgentPause {
            by,
            agent,
            queues,
            reason: None,
        },
        _ => Input::AgentUnpause { by, agent, queues },
    };
    for place in 1..=switches {
        // Now and then somebody waits, that not too many stand in line.
        match place % 500 {
            0 => drop(desk.tell(change(place))),
            _ => desk
                .handle
                .tell(change(place))
                .expect("nothing is sent away"),
        }
    }
    desk.site.clock.pass(1);
    desk.tell(Input::DeviceUp { extension: agent });
    let pauses = rows(&desk, &desk.token, "pauses", "");
    assert_eq!(pauses.as_array().map(Vec::len), Some(switches / 2));
    desk.tell(change(switches + 1));
    let refused = asked(&desk, &desk.token, "pauses", "");
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("ask for less time"), "{refused:?}");
}
