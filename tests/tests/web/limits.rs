//! Limits, at them and one past.

use std::io::{Read, Write};
use std::net::TcpStream;

use hyper::StatusCode;
use tandem_server::web::{
    CONFIG_BYTES_MAX, CONNECTIONS_MAX, HEAD_BYTES_MAX, HEADERS_MAX, JSON_BYTES_MAX, SOCKETS_MAX,
    TOKENS_MAX, make_token,
};

use crate::kit::{Desk, PATIENCE, bearer};

#[test]
fn bodies_are_so_long_and_no_longer() {
    let desk = Desk::new();
    for (bytes, code) in [(JSON_BYTES_MAX, ""), (JSON_BYTES_MAX + 1, "too_large")] {
        let body = format!("{{{}}}", " ".repeat(bytes - 2));
        let reply = desk.post_as(&desk.token, "/api/v1/agents/1001/log-in", &body);
        if code.is_empty() {
            assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
        } else {
            assert_eq!(
                (reply.status.as_u16(), reply.code()),
                (413, code.to_owned())
            );
        }
    }
    let read = desk.get_as(&desk.token, "/api/v1/config");
    let bearer = bearer(&desk.token);
    let headers = [
        ("authorization", bearer.as_str()),
        ("if-match", read.header("etag")),
    ];
    for (bytes, status) in [(CONFIG_BYTES_MAX, 200), (CONFIG_BYTES_MAX + 1, 413)] {
        let mut text = read.body.to_vec();
        // Comments, in lines that people could read.
        text.resize_with(bytes, || b'#');
        for place in (read.body.len()..bytes).step_by(80) {
            text[place] = b'\n';
        }
        let reply = desk.ask("PUT", "/api/v1/config", &headers, &text);
        assert_eq!(reply.status.as_u16(), status, "{bytes}: {reply:?}");
    }
}

#[test]
fn heads_are_so_long_and_no_longer() {
    let desk = Desk::new();
    let names: Vec<String> = (0..HEADERS_MAX).map(|n| format!("x-{n}")).collect();
    for (count, status) in [(HEADERS_MAX, 200), (HEADERS_MAX + 1, 431)] {
        // One is the host's.
        let headers: Vec<_> = names
            .iter()
            .take(count - 1)
            .map(|n| (n.as_str(), "y"))
            .collect();
        assert_eq!(
            desk.ask("GET", "/health", &headers, b"").status.as_u16(),
            status,
            "{count}"
        );
    }
    let rest = "/health".len() + "host".len() + desk.address.to_string().len() + "x".len();
    for (bytes, status) in [(HEAD_BYTES_MAX, 200), (HEAD_BYTES_MAX + 1, 431)] {
        let value = "y".repeat(bytes - rest);
        let reply = desk.ask("GET", "/health", &[("x", &value)], b"");
        assert_eq!(reply.status.as_u16(), status, "{bytes}");
    }
}

/// Whether a connection gets an answer.
fn answered(stream: &mut TcpStream) -> bool {
    let mut bytes = [0; 12];
    stream
        .read_exact(&mut bytes)
        .is_ok_and(|()| bytes.starts_with(b"HTTP/1.1 200"))
}

#[test]
fn so_many_connections_are_served_and_the_next_waits() {
    let desk = Desk::new();
    let open = || {
        let mut stream = TcpStream::connect(desk.address).expect("it is there");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("it is there");
        stream
            .write_all(b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n")
            .expect("it is there");
        stream
    };
    let mut kept: Vec<_> = (0..CONNECTIONS_MAX).map(|_| open()).collect();
    assert!(kept.iter_mut().all(answered));
    let mut next = open();
    next.set_nonblocking(true).expect("it is there");
    assert!(!answered(&mut next), "it must wait");
    next.set_nonblocking(false).expect("it is there");
    drop(kept.pop());
    assert!(answered(&mut next), "there is room again");
}

#[test]
fn so_many_sockets_are_open_and_no_more() {
    let desk = Desk::new();
    let mut sockets: Vec<_> = (0..SOCKETS_MAX)
        .map(|_| desk.socket(&desk.token, "").expect("there is room"))
        .collect();
    assert!(desk.socket(&desk.token, "").is_err());
    drop(sockets.pop());
    desk.wait_for("room", |desk| desk.socket(&desk.token, "").is_ok());
}

#[test]
fn there_are_so_many_tokens_and_no_more() {
    use tandem_server::store::TokenOf;
    let desk = Desk::new();
    // The first one is there.
    for token in 1..TOKENS_MAX {
        make_token(&desk.store, &format!("token {token}"), TokenOf::System).expect("room");
    }
    assert_eq!(desk.store.tokens().expect("it is there").len(), TOKENS_MAX);
    make_token(&desk.store, "one more", TokenOf::System).expect_err("too many");
}
