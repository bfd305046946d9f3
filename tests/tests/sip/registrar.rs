//! What REGISTER does to bindings (RFC 3261 10.3).

use std::time::Duration;

use tandem_sip::Time;
use tandem_sip::limits::CONTACTS_MAX;
use tandem_sip::registrar::{Binding, Policy, address_of_record, ok, register};
use tandem_sip::wire::{Message, Request, parse};

use crate::endpoint::udp;

const NOW: Time = Time::from_secs(1_000);

fn request(call_id: &str, number: u32, lines: &str) -> Request {
    let text = format!(
        "REGISTER sip:example.com SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n\
         From: <sip:alice@example.com>;tag=1\r\n\
         To: Alice <sip:alice@example.com;x=y>\r\n\
         Call-ID: {call_id}\r\nCSeq: {number} REGISTER\r\n{lines}\r\n"
    );
    match parse(text.as_bytes()) {
        Ok(Message::Request(request)) => request,
        other => panic!("{lines}: {other:?}"),
    }
}

/// The bindings after it, as `contact@seconds`, or the status.
fn after(bindings: &[Binding], request: &Request) -> Result<Vec<Binding>, u16> {
    let source = udp("192.0.2.1:5060");
    let result = register(NOW, &Policy::default(), bindings, request, source);
    result.map_err(|response| response.status.code())
}

fn text(bindings: &[Binding]) -> String {
    let one = |b: &Binding| format!("{} {}", b.contact, b.expires.since(NOW).as_secs());
    bindings.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn bindings_are_made_renewed_and_removed() {
    let made = after(
        &[],
        &request("a", 1, "Contact: <sip:a@1.example>, <sip:b@2.example>\r\n"),
    );
    let made = made.expect("it is fine");
    assert_eq!(
        text(&made),
        "<sip:a@1.example> 3600, <sip:b@2.example> 3600"
    );
    // Its own time counts more than that of the header; long ones are shortened.
    let lines = "Expires: 120\r\nContact: <sip:a@1.example>;expires=90;q=0.5\r\n\
        Contact: <sip:c@3.example>, <sip:d@4.example>;expires=99999\r\n\
        Contact: <sip:e@5.example>;expires=x\r\n";
    let more = after(&made, &request("a", 2, lines)).expect("it is fine");
    assert_eq!(
        text(&more),
        "<sip:b@2.example> 3600, <sip:a@1.example>;q=0.5 90, <sip:c@3.example> 120, \
         <sip:d@4.example> 7200, <sip:e@5.example> 3600"
    );
    let less = after(
        &more,
        &request("b", 1, "Contact: <sip:a@1.EXAMPLE>;expires=0\r\n"),
    );
    assert_eq!(less.map(|less| less.len()), Ok(4));
    let asked = after(&more, &request("a", 3, ""));
    assert_eq!(
        asked.as_ref(),
        Ok(&more),
        "without a contact nothing changes"
    );
    let none = after(&more, &request("a", 3, "Contact: *\r\nExpires: 0\r\n"));
    assert_eq!(none, Ok(Vec::new()));
}

#[test]
fn what_is_wrong_changes_nothing() {
    let made = after(&[], &request("a", 5, "Contact: <sip:a@1.example>\r\n")).expect("fine");
    let table = [
        (6, "Contact: *\r\n", 400),
        (6, "Contact: *\r\nExpires: 1\r\n", 400),
        (6, "Contact: <tel:+1>\r\n", 400),
        (6, "Contact: <sip:n@9.example>\r\nExpires: 59\r\n", 423),
        (6, "Contact: <sip:n@9.example>;expires=1\r\n", 423),
        (5, "Contact: <sip:n@9.example>, <sip:a@1.example>\r\n", 500),
        (4, "Contact: <sip:a@1.example>;expires=0\r\n", 500),
        (4, "Contact: *\r\nExpires: 0\r\n", 500),
    ];
    for (number, lines, status) in table {
        assert_eq!(
            after(&made, &request("a", number, lines)),
            Err(status),
            "{lines}"
        );
    }
    // Another call is another client: its numbers say nothing.
    assert!(after(&made, &request("b", 1, "Contact: <sip:a@1.example>\r\n")).is_ok());
    let brief = request("a", 6, "Contact: <sip:a@1.example>;expires=59\r\n");
    let refused = register(
        NOW,
        &Policy::default(),
        &made,
        &brief,
        udp("192.0.2.1:5060"),
    );
    let refused = refused.expect_err("it is too brief");
    assert_eq!(refused.headers.text("Min-Expires").as_deref(), Some("60"));
}

#[test]
fn contacts_are_counted_up_to_a_limit() {
    let lines = |count: usize| {
        let one = |n| format!("Contact: <sip:a@{n}.example>\r\n");
        (0..count).map(one).collect::<String>()
    };
    assert!(after(&[], &request("a", 1, &lines(CONTACTS_MAX))).is_ok());
    assert_eq!(
        after(&[], &request("a", 1, &lines(CONTACTS_MAX + 1))),
        Err(403)
    );
}

#[test]
fn an_instance_that_moved_replaces_itself() {
    let line = |host: &str| {
        format!("Contact: <sip:x@{host}.invalid>;+sip.instance=\"<urn:uuid:1>\";reg-id=1\r\n")
    };
    let made = after(&[], &request("a", 1, &line("p"))).expect("it is fine");
    let moved = after(&made, &request("b", 1, &line("q"))).expect("it is fine");
    assert_eq!(moved.len(), 1);
    assert!(moved[0].contact.uri.to_string().contains("q.invalid"));
}

#[test]
fn the_answer_tells_what_is_left() {
    let register = request(
        "a",
        1,
        "Contact: <sip:a@1.example>, <sip:b@2.example>;expires=60\r\n",
    );
    let made = after(&[], &register).expect("it is fine");
    let response = ok(NOW + Duration::from_secs(60), &made, &register);
    let contacts: Vec<_> = response
        .headers
        .all("Contact")
        .map(|c| c.text().into_owned())
        .collect();
    assert_eq!(
        contacts,
        ["<sip:a@1.example>;expires=3540"],
        "the other one has ended"
    );
    // What has ended is gone with the next REGISTER.
    let source = udp("192.0.2.1:5060");
    let later = NOW + Duration::from_secs(60);
    let renewed = request("a", 2, "");
    let left = tandem_sip::registrar::register(later, &Policy::default(), &made, &renewed, source);
    assert_eq!(left.map(|left| left.len()), Ok(1));
    assert_eq!(
        address_of_record(&register).map(|uri| uri.to_string()),
        Ok("sip:alice@example.com".to_owned())
    );
}
