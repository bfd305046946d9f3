//! Why a call waited, asked of a running server.

use hyper::StatusCode;
use tandem_engine::Input;

use crate::kit::{Desk, bearer};

/// A caller of Sales whom Ben answers, and one of Support who gives up.
fn desk() -> Desk {
    let mut desk = Desk::new();
    desk.up(1002);
    let (_, legs) = desk.call(5_000, 6_401);
    desk.site.clock.pass(3_000_000);
    desk.tell(Input::LegAnswered { leg: legs[0] });
    desk.site.clock.pass(3_000_000);
    desk.tell(Input::LegEnded { leg: legs[0] });
    let (call, _) = desk.call(5_001, 6_400);
    desk.site.clock.pass(3_000_000);
    desk.tell(Input::CallerHungUp { call });
    desk
}

#[test]
fn a_story_is_told_to_whoever_sees_its_queues() {
    let desk = desk();
    let story = desk.see("/api/v1/calls/0-0/story");
    assert_eq!(story["visits"][0]["queue"]["name"], "Sales");
    assert_eq!(story["visits"][0]["agent"]["name"], "Ben");
    assert_eq!(story["visits"][0]["ringing_s"], 3);
    let headers = [
        ("authorization", &*bearer(&desk.token)),
        ("accept", "text/plain"),
    ];
    let reply = desk.ask("GET", "/api/v1/calls/0-0/story", &headers, b"");
    assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
    let text = reply.text();
    assert!(
        text.contains("Ben (1002) answered after 3 s of ringing"),
        "{text}"
    );
    // Ben serves Sales alone, Cay manages Support, Eve has nothing to do with it.
    for (who, sales, support) in [(1002, 200, 403), (1003, 403, 200), (1005, 403, 403)] {
        let token = desk.token_of(who);
        let status = |call: &str| {
            let path = format!("/api/v1/calls/{call}/story");
            desk.get_as(&token, &path).status.as_u16()
        };
        assert_eq!((status("0-0"), status("0-1")), (sales, support), "{who}");
    }
    for call in ["0-2", "7-0", "0", "0-", "%20", "0-99999999999999999999999"] {
        let path = format!("/api/v1/calls/{call}/story");
        let reply = desk.get_as(&desk.token, &path);
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{call}");
    }
}

#[test]
fn a_moment_is_shown_to_everybody_as_far_as_he_sees() {
    let desk = desk();
    let record = &desk.see("/api/v1/calls/records?queue=6400")["records"][0];
    let joined_ms = record["joined_at"].as_i64().expect("it is there");
    let path = format!("/api/v1/history?at={}", joined_ms + 1_000);
    let picture = desk.see(&path);
    assert_eq!(picture["queues"].as_array().expect("it is there").len(), 2);
    let waiting = &picture["queues"][0]["waiting"];
    assert_eq!(waiting[0]["call"], "0-1");
    assert_eq!(waiting[0]["caller"], "5001");
    let seen = |who| {
        let reply = desk.get_as(&desk.token_of(who), &path).json();
        reply["queues"].as_array().expect("it is there").len()
    };
    assert_eq!((seen(1002), seen(1003), seen(1005)), (1, 1, 0));
    for wrong in ["at=yesterday", "", "at=1&to=2"] {
        let path = format!("/api/v1/history?{wrong}");
        let reply = desk.get_as(&desk.token, &path);
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}
