//! Requests that were right once, damaged at random: whatever comes in, the
//! server is not at fault.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Method, Request};
use tandem_engine::draw::mix;
use tandem_tests::cases::{number_from_env, seed_of_the_day};
use tandem_tests::luck::Luck;

use crate::kit::{CENTRE, Desk, Line, bearer};

const USUAL: u64 = 200_000;

/// Method, path, and body.
const REQUESTS: [(&str, &str, &str); 14] = [
    ("GET", "/api/v1/queues/6400", ""),
    ("GET", "/api/v1/agents/1001", ""),
    (
        "GET",
        "/api/v1/calls/records?queue=6400&from=0&to=99&after=1.2.3.4&limit=3",
        "",
    ),
    ("GET", "/api/v1/calls/records?caller=%2B4711&limit=500", ""),
    ("GET", "/api/v1/events?since=17", ""),
    ("GET", "/metrics", ""),
    ("GET", "/page.js", ""),
    ("POST", "/api/v1/agents/1001/log-in", r#"{"queue": "all"}"#),
    (
        "POST",
        "/api/v1/agents/1001/log-out",
        r#"{"queue": "6400"}"#,
    ),
    (
        "POST",
        "/api/v1/agents/1001/pause",
        r#"{"queue": "last", "reason": "Lunch"}"#,
    ),
    ("POST", "/api/v1/agents/1002/unpause", ""),
    (
        "POST",
        "/api/v1/sign-in",
        r#"{"token": "tandem-0123456789abcdef"}"#,
    ),
    ("POST", "/api/v1/sign-out", "{}"),
    ("PUT", "/api/v1/config", CENTRE),
];

const TOKENS: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ":",
    ",",
    "\0",
    "\u{feff}",
    "é",
    "null",
    "1e999",
    "-1",
    "\\ud800",
    "%",
    "%00",
    "/",
    "..",
    "&",
    "=",
    "[[queue]]\n",
    "9999999999999999999999",
    "queue",
];

fn damage(luck: &mut Luck, bytes: &mut Vec<u8>) {
    let at = luck.below(bytes.len() + 1);
    let end = (at + 1 + luck.below(8)).min(bytes.len());
    match luck.below(5) {
        0 => drop(bytes.drain(at.min(end)..end)),
        1 => bytes.truncate(at),
        2 if at < bytes.len() => bytes[at] = luck.any().to_le_bytes()[0],
        3 => {
            let token = luck
                .pick(&TOKENS)
                .expect("it is there")
                .repeat(1 + luck.below(40));
            drop(bytes.splice(at..at, token.into_bytes()));
        }
        _ => {
            let token = luck.pick(&TOKENS).expect("it is there");
            drop(bytes.splice(at.min(end)..end, token.bytes()));
        }
    }
}

/// Requests under way at once: what waits for the disk waits together.
const LINES: u64 = 16;

#[test]
fn damaged_requests_are_never_the_servers_fault() {
    let desk = Desk::new();
    let mutants = number_from_env("TANDEM_MUTANTS").unwrap_or(USUAL);
    let seed = seed_of_the_day();
    let lines = (0..LINES).map(|line| harass(&desk, mix(seed ^ line), mutants / LINES));
    let seen = desk.runtime.block_on(join_all(lines));
    let mut statuses: BTreeMap<u16, u64> = BTreeMap::new();
    for (status, count) in seen.into_iter().flatten() {
        *statuses.entry(status).or_default() += count;
    }
    println!("{mutants} mutants: {statuses:?}");
    let wrong = statuses.keys().filter(|status| **status >= 400).count();
    assert!(statuses.contains_key(&200) && wrong >= 4, "{statuses:?}");
}

/// Asks so many things that nobody would ask, and counts the answers by status.
async fn harass(desk: &Desk, seed: u64, mutants: u64) -> BTreeMap<u16, u64> {
    let mut luck = Luck::new(seed);
    let mut statuses = BTreeMap::new();
    let token = bearer(&desk.token);
    let mut line = Line::open(desk.address).await;
    for mutant in 0..mutants {
        let (method, path, body) = *luck.pick(&REQUESTS).expect("it is there");
        let (mut path, mut body) = (path.as_bytes().to_vec(), body.as_bytes().to_vec());
        for _ in 0..1 + luck.below(3) {
            let hits_path = luck.one_in(4);
            damage(&mut luck, if hits_path { &mut path } else { &mut body });
        }
        let path: String = path.iter().copied().map(char::from).collect();
        let mut request = Request::builder()
            .method(method.parse::<Method>().expect("it is there"))
            .header("host", desk.address.to_string())
            .header("authorization", &token)
            .header("content-type", "application/json");
        if method == "PUT" {
            let revision = desk.views.view().directory.revision;
            request = request.header("if-match", format!("\"{revision}\""));
        }
        let request = request
            .uri(&path)
            .body(Full::new(Bytes::from(body.clone())));
        // What no client could send is sent by nobody.
        let Ok(request) = request else { continue };
        let reply = line.ask(request).await;
        *statuses.entry(reply.status.as_u16()).or_default() += 1;
        assert!(
            reply.status.as_u16() < 500,
            "seed {seed}, mutant {mutant}: {method} {path} {:?}\n{reply:?}",
            String::from_utf8_lossy(&body)
        );
    }
    statuses
}
