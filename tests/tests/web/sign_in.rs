//! Who may come in.

use hyper::StatusCode;
use serde_json::Value;
use tandem_server::web::{self, COOKIE, FAILED_SIGN_INS_MAX, FAILED_SIGN_INS_S, WebOptions};

use crate::kit::{Desk, bearer};

/// Whatever shows or changes nothing of the centre.
const OPEN: [(&str, &str); 4] = [
    ("get", "/health"),
    ("get", "/openapi.json"),
    ("get", "/ready"),
    ("post", "/api/v1/sign-in"),
];

/// Every route. Whoever adds one adds it here, and to whoever may use it.
const ROUTES: [(&str, &str); 40] = [
    ("get", "/api/v1/agents"),
    ("get", "/api/v1/agents/logins"),
    ("get", "/api/v1/agents/pauses"),
    ("get", "/api/v1/agents/{number}"),
    ("post", "/api/v1/agents/{number}/log-in"),
    ("post", "/api/v1/agents/{number}/log-out"),
    ("get", "/api/v1/agents/{number}/missed"),
    ("post", "/api/v1/agents/{number}/pause"),
    ("post", "/api/v1/agents/{number}/presence"),
    ("post", "/api/v1/agents/{number}/unpause"),
    ("get", "/api/v1/callbacks"),
    ("post", "/api/v1/calls"),
    ("get", "/api/v1/calls/active"),
    ("get", "/api/v1/calls/records"),
    ("post", "/api/v1/calls/records/delete"),
    ("put", "/api/v1/calls/records/notes"),
    ("post", "/api/v1/calls/records/processing"),
    ("get", "/api/v1/calls/waiting"),
    ("post", "/api/v1/calls/{id}/consult"),
    ("post", "/api/v1/calls/{id}/consult/end"),
    ("post", "/api/v1/calls/{id}/hang-up"),
    ("post", "/api/v1/calls/{id}/monitor"),
    ("put", "/api/v1/calls/{id}/notes"),
    ("post", "/api/v1/calls/{id}/park"),
    ("post", "/api/v1/calls/{id}/pick-up"),
    ("post", "/api/v1/calls/{id}/recording"),
    ("post", "/api/v1/calls/{id}/redirect"),
    ("get", "/api/v1/calls/{id}/story"),
    ("post", "/api/v1/calls/{id}/transfer"),
    ("get", "/api/v1/config"),
    ("put", "/api/v1/config"),
    ("get", "/api/v1/events"),
    ("get", "/api/v1/history"),
    ("get", "/api/v1/queues"),
    ("get", "/api/v1/queues/{number}"),
    ("get", "/api/v1/session"),
    ("post", "/api/v1/sign-in"),
    ("post", "/api/v1/sign-out"),
    ("get", "/metrics"),
    ("get", "/ready"),
];

#[test]
fn nothing_is_shown_or_changed_without_a_token() {
    let desk = Desk::new();
    let document = desk.get("/openapi.json").json();
    assert_eq!(
        document["openapi"]
            .as_str()
            .expect("it is there")
            .split('.')
            .next(),
        Some("3")
    );
    let mut seen = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("it is there") {
        for (method, operation) in methods.as_object().expect("it is there") {
            seen.push((method.as_str(), path.as_str()));
            let open = OPEN.contains(&(method, path));
            assert_eq!(operation.get("security").is_some(), open, "{method} {path}");
            let path = path.replace("{number}", "1001").replace("{id}", "0-1");
            let wrong = bearer("tandem-0");
            for headers in [&[][..], &[("authorization", wrong.as_str())]] {
                let reply = desk.ask(&method.to_uppercase(), &path, headers, b"");
                let refused = matches!(
                    reply.status,
                    StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS
                );
                assert!(
                    refused != open || path.ends_with("sign-in"),
                    "{method} {path}: {reply:?}"
                );
                if refused && !open {
                    assert!(reply.code() == "unauthorized" || reply.code() == "sign_ins");
                }
            }
        }
    }
    for route in ROUTES {
        assert!(seen.contains(&route), "{route:?} is not described");
    }
    assert_eq!(seen.len(), ROUTES.len() + 2, "{seen:?}");
    // What the document refers to is in it.
    let text = document.to_string();
    for name in text.split("#/components/schemas/").skip(1) {
        let name = name.split('"').next().expect("it is there");
        assert!(
            document["components"]["schemas"][name].is_object(),
            "{name} is missing"
        );
    }
}

#[test]
fn the_first_token_is_made_once() {
    let desk = Desk::new();
    assert_eq!(web::first_token(&desk.store).expect("it is there"), None);
    assert_eq!(
        desk.get_as(&desk.token, "/api/v1/session").status,
        StatusCode::OK
    );
    let tokens = desk.store.tokens().expect("it is there");
    assert_eq!(tokens.len(), 1);
    assert!(
        !format!("{tokens:?}").contains(&desk.token),
        "only the hash is kept"
    );
    let hash = tokens[0].0;
    desk.store
        .write(move |txn| txn.delete_token(&hash))
        .expect("it is there")
        .wait()
        .expect("it is there");
    assert_eq!(
        desk.get_as(&desk.token, "/api/v1/session").code(),
        "unauthorized"
    );
}

fn sign_in(desk: &Desk, token: &str, origin: Option<&str>) -> crate::kit::Reply {
    let body = serde_json::json!({ "token": token }).to_string();
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(origin.map(|origin| ("origin", origin)));
    desk.ask("POST", "/api/v1/sign-in", &headers, body.as_bytes())
}

#[test]
fn a_browser_signs_in_and_out() {
    let desk = Desk::new();
    let own = format!("http://{}", desk.address);
    let other = format!("http://127.0.0.1:{}", desk.address.port().wrapping_add(1));
    assert_eq!(sign_in(&desk, &desk.token, Some(&other)).code(), "origin");
    let reply = sign_in(&desk, &desk.token, Some(&own));
    assert_eq!(reply.status, StatusCode::NO_CONTENT, "{reply:?}");
    let cookie = reply.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    let cookie = cookie.split(';').next().expect("it is there");
    assert!(cookie.starts_with(COOKIE));
    let cookies = format!("a=b; {cookie}; c=d");
    let session = desk
        .ask("GET", "/api/v1/session", &[("cookie", &cookies)], b"")
        .json();
    assert_eq!(session["name"], "first");
    assert_eq!(session["extension"], Value::Null);
    assert_eq!(session["administrator"], true);
    assert_eq!(session["headline"], "A test");
    // What changes something must come from our page.
    let path = "/api/v1/agents/1001/log-in";
    let post = |origin: Option<&str>| {
        let mut headers = vec![("cookie", cookies.as_str())];
        headers.extend(origin.map(|origin| ("origin", origin)));
        desk.ask("POST", path, &headers, b"")
    };
    for origin in [
        None,
        Some(other.as_str()),
        Some("null"),
        Some("http://evil.example"),
        Some(""),
    ] {
        let reply = post(origin);
        assert_eq!(
            (reply.status, reply.code()),
            (StatusCode::FORBIDDEN, "origin".into())
        );
        let mut headers = vec![("cookie", cookies.as_str())];
        headers.extend(origin.map(|origin| ("origin", origin)));
        assert!(desk.socket_with("", &headers).is_err(), "{origin:?}");
    }
    assert_eq!(post(Some(&own)).status, StatusCode::OK);
    let headers = [("cookie", cookies.as_str()), ("origin", own.as_str())];
    assert!(desk.socket_with("", &headers).is_ok());
    let reply = desk.ask("POST", "/api/v1/sign-out", &headers, b"");
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert!(reply.header("set-cookie").contains("Max-Age=0"));
}

#[test]
fn wrong_tokens_are_only_looked_up_so_often() {
    let desk = Desk::new();
    let later = desk.token_of(1001);
    assert_eq!(
        desk.get_as(&desk.token, "/api/v1/session").status,
        StatusCode::OK
    );
    for _ in 0..FAILED_SIGN_INS_MAX / 2 {
        assert_eq!(
            sign_in(&desk, "wrong", None).status,
            StatusCode::UNAUTHORIZED
        );
    }
    for _ in FAILED_SIGN_INS_MAX / 2..FAILED_SIGN_INS_MAX {
        let reply = desk.get_as("wrong", "/api/v1/queues");
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
    for reply in [
        sign_in(&desk, "wrong", None),
        desk.get_as(&later, "/api/v1/queues"),
    ] {
        assert_eq!(
            (reply.status, reply.code()),
            (StatusCode::TOO_MANY_REQUESTS, "sign_ins".into())
        );
        assert_eq!(reply.header("retry-after"), FAILED_SIGN_INS_S.to_string());
    }
    // Who was in stays in.
    assert_eq!(
        desk.get_as(&desk.token, "/api/v1/session").status,
        StatusCode::OK
    );
    assert_eq!(
        sign_in(&desk, &desk.token, None).status,
        StatusCode::NO_CONTENT
    );
}

#[test]
fn behind_https_a_cookie_goes_no_other_way() {
    let mut desk = Desk::new();
    let options = WebOptions {
        listen: "127.0.0.1:0".parse().expect("it is there"),
        secure_cookie: true,
        ..WebOptions::new(desk.handle.clone(), desk.store.clone(), desk.views.clone())
    };
    let web = web::start(desk.runtime.handle(), options).expect("it is there");
    desk.address = web.address();
    let reply = sign_in(&desk, &desk.token, None);
    let cookie = reply.header("set-cookie");
    assert!(cookie.ends_with("; Secure"), "{cookie}");
}
