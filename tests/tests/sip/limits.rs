//! At each limit, and one past it.

use tandem_sip::endpoint::Config;
use tandem_sip::limits::{
    HEADERS_MAX, HOPS_MAX, LIST_ELEMENTS_MAX, MESSAGE_BYTES_MAX, NAME_BYTES_MAX, PARAMS_MAX,
    SEQUENCE_MAX, TRANSACTIONS_MAX, URI_BYTES_MAX, VALUE_BYTES_MAX,
};
use tandem_sip::wire::{Framer, Message, parse};
use tandem_sip::{Endpoint, NameAddr, Time, Uri};

use crate::endpoint::udp;
use crate::parser::with;

/// The status that a datagram gets; 200 where it is fine.
fn status(bytes: &[u8]) -> u16 {
    match parse(bytes) {
        Ok(_) => 200,
        Err(unreadable) => unreadable.fault.status.map_or(0, |status| status.code()),
    }
}

/// A request with so many header lines in all.
fn lines(lines: &str) -> Vec<u8> {
    let fine = String::from_utf8(with("").to_bytes()).expect("it is text");
    let fine = fine.replace("Content-Length: 0\r\n", lines);
    fine.into_bytes()
}

#[test]
fn bytes_of_a_message() {
    let of_size = |size: usize| {
        let mut message = with("");
        let empty = message.to_bytes().len();
        // The number in Content-Length grows from one digit to five.
        message.body = vec![b'x'; size - empty - 4];
        message.to_bytes()
    };
    assert_eq!(of_size(MESSAGE_BYTES_MAX).len(), MESSAGE_BYTES_MAX);
    assert_eq!(status(&of_size(MESSAGE_BYTES_MAX)), 200);
    assert_eq!(status(&of_size(MESSAGE_BYTES_MAX + 1)), 513);
    let frame = |bytes: &[u8]| {
        let mut framer = Framer::new();
        framer.push(bytes);
        framer.next_frame()
    };
    assert!(frame(&of_size(MESSAGE_BYTES_MAX)).is_ok_and(|frame| frame.is_some()));
    let broken = frame(&of_size(MESSAGE_BYTES_MAX + 1)).expect_err("it is too large");
    assert_eq!(
        broken.answer().map(|answer| answer.status.code()),
        Some(513)
    );
    // Headers without an end.
    assert_eq!(frame(&vec![b'x'; MESSAGE_BYTES_MAX]), Ok(None));
    assert!(frame(&vec![b'x'; MESSAGE_BYTES_MAX + 1]).is_err());
}

#[test]
fn header_lines_and_their_bytes() {
    let headers = |count: usize| lines(&"X: 1\r\n".repeat(count - 5));
    assert_eq!(status(&headers(HEADERS_MAX)), 200);
    assert_eq!(status(&headers(HEADERS_MAX + 1)), 513);
    let value = |bytes: usize| lines(&format!("X: {}\r\n", "y".repeat(bytes)));
    assert_eq!(status(&value(VALUE_BYTES_MAX)), 200);
    assert_eq!(status(&value(VALUE_BYTES_MAX + 1)), 513);
    // Folded, the value is as long as when unfolded.
    let folded = |bytes: usize| lines(&format!("X: {}\r\n y\r\n", "y".repeat(bytes - 2)));
    assert_eq!(status(&folded(VALUE_BYTES_MAX)), 200);
    assert_eq!(status(&folded(VALUE_BYTES_MAX + 1)), 513);
    let name = |bytes: usize| lines(&format!("{}: 1\r\n", "n".repeat(bytes)));
    assert_eq!(status(&name(NAME_BYTES_MAX)), 200);
    assert_eq!(status(&name(NAME_BYTES_MAX + 1)), 400);
}

#[test]
fn elements_and_parameters() {
    let contacts = |count: usize| {
        let list = vec!["<sip:a@b>"; count];
        lines(&format!("m: {}\r\n", list.join(",")))
    };
    assert_eq!(status(&contacts(LIST_ELEMENTS_MAX)), 200);
    assert_eq!(status(&contacts(LIST_ELEMENTS_MAX + 1)), 400);
    let params = |count: usize| ";p=1".repeat(count);
    let address = |count| NameAddr::parse(&format!("<sip:a@b>{}", params(count)));
    assert!(address(PARAMS_MAX).is_ok() && address(PARAMS_MAX + 1).is_err());
    let uri = |count| Uri::parse(&format!("sip:a@b{}", params(count)));
    assert!(uri(PARAMS_MAX).is_ok() && uri(PARAMS_MAX + 1).is_err());
}

#[test]
fn bytes_of_a_uri() {
    let uri = |bytes: usize| format!("sip:{}@b", "a".repeat(bytes - 6));
    assert!(Uri::parse(&uri(URI_BYTES_MAX)).is_ok());
    let fault = Uri::parse(&uri(URI_BYTES_MAX + 1)).expect_err("it is too long");
    assert_eq!(fault.status.map(|status| status.code()), Some(414));
    let fine = String::from_utf8(with("").to_bytes()).expect("it is text");
    let long = fine.replacen("sip:bob@example.com", &uri(URI_BYTES_MAX + 1), 1);
    assert_eq!(status(long.as_bytes()), 414);
}

#[test]
fn numbers() {
    let fine = String::from_utf8(with("").to_bytes()).expect("it is text");
    let cseq = |number: u32| fine.replace("CSeq: 1 ", &format!("CSeq: {number} "));
    assert_eq!(status(cseq(SEQUENCE_MAX).as_bytes()), 200);
    assert_eq!(status(cseq(SEQUENCE_MAX + 1).as_bytes()), 400);
    assert_eq!(
        status(&lines(&format!("Max-Forwards: {HOPS_MAX}\r\n"))),
        200
    );
    assert_eq!(
        status(&lines(&format!("Max-Forwards: {}\r\n", HOPS_MAX + 1))),
        400
    );
    assert_eq!(status(&lines(&format!("Expires: {}\r\n", u32::MAX))), 200);
    assert_eq!(status(&lines("Expires: 4294967296\r\n")), 400);
}

#[test]
fn transactions_of_an_endpoint() {
    let mut config = Config::at(
        "192.0.2.2"
            .parse::<std::net::IpAddr>()
            .expect("fine")
            .into(),
        None,
    );
    assert_eq!(config.transactions_max, TRANSACTIONS_MAX);
    config.transactions_max = 3;
    let mut bob = Endpoint::new(config, |buffer: &mut [u8]| buffer.fill(7));
    let now = Time::from_secs(1);
    for n in 0..4 {
        let text = String::from_utf8(with("").to_bytes()).expect("it is text");
        let text = text.replace("z9hG4bK1", &format!("z9hG4bK{n}"));
        let text = text.replace("Call-ID: 1", &format!("Call-ID: {n}"));
        bob.receive(now, udp("192.0.2.1:5060"), text.as_bytes());
    }
    assert_eq!(bob.transactions(), 3);
    let shed = bob.poll_transmit().expect("the fourth is answered");
    let Ok(Message::Response(shed)) = parse(&shed.bytes) else {
        panic!("it is a response");
    };
    assert_eq!(shed.status.code(), 503);
}
