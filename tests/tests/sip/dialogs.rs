//! What dialogs make of messages, and of routes.

use tandem_sip::header::names;
use tandem_sip::wire::{Request, Response};
use tandem_sip::{Dialog, DialogId, Method, Status};

use crate::parser::with;

/// The response to a request, with a tag and these header lines.
fn response(request: &Request, status: Status, lines: &[(&str, &str)]) -> Response {
    let mut response = Response::to(&request.headers, status);
    let to = request.headers.to().expect("it is fine").with_tag("2");
    response.headers.set(names::TO, to);
    for (name, value) in lines {
        response.headers.push(name, value);
    }
    response
}

const CONTACT: (&str, &str) = (names::CONTACT, "<sip:bob@192.0.2.2>");

fn invite(lines: &str) -> Request {
    with(&format!("Contact: <sip:alice@192.0.2.1>\r\n{lines}"))
}

fn routes(request: &Request) -> Vec<String> {
    let routes = request.headers.routes().expect("they are fine");
    routes.iter().map(|route| route.uri.to_string()).collect()
}

#[test]
fn routes_are_those_of_the_request_or_the_reverse_of_the_response() {
    let records = "Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\nRecord-Route: <sip:p3;lr>\r\n";
    let invite = invite(records);
    let ok = response(&invite, Status::OK, &[CONTACT]);
    let mut uas = Dialog::uas(&invite, &ok).expect("a dialog");
    let mut uac = Dialog::uac(&invite, &ok).expect("a dialog");
    let bye = uas.request(Method::Bye);
    assert_eq!(routes(&bye), ["sip:p1;lr", "sip:p2;lr", "sip:p3;lr"]);
    assert_eq!(bye.uri.to_string(), "sip:alice@192.0.2.1");
    assert_eq!(uas.next_hop().to_string(), "sip:p1;lr");
    let bye = uac.request(Method::Bye);
    assert_eq!(routes(&bye), ["sip:p3;lr", "sip:p2;lr", "sip:p1;lr"]);
    assert_eq!(bye.uri.to_string(), "sip:bob@192.0.2.2");
    assert_eq!(routes(&uac.ack(1)), routes(&bye));
}

#[test]
fn a_strict_route_takes_the_place_of_the_request_uri() {
    let invite = invite("Record-Route: <sip:p1;method=INVITE?a=b>, <sip:p2;lr>\r\n");
    let ok = response(&invite, Status::OK, &[CONTACT]);
    let bye = Dialog::uas(&invite, &ok)
        .expect("a dialog")
        .request(Method::Bye);
    assert_eq!(bye.uri.to_string(), "sip:p1");
    assert_eq!(routes(&bye), ["sip:p2;lr", "sip:alice@192.0.2.1"]);
}

#[test]
fn numbers_rise_on_each_side() {
    let invite = invite("");
    let ok = response(&invite, Status::OK, &[CONTACT]);
    let mut uac = Dialog::uac(&invite, &ok).expect("a dialog");
    let mut uas = Dialog::uas(&invite, &ok).expect("a dialog");
    let number = |request: &Request| request.headers.cseq().expect("it is fine").number;
    let info = uac.request(Method::Info);
    let bye = uac.request(Method::Bye);
    assert_eq!((number(&info), number(&bye)), (2, 3));
    assert_eq!(
        number(&uas.request(Method::Bye)),
        1,
        "the other side counts for itself"
    );
    assert_eq!(uas.receive(&bye), Ok(()));
    let late = uas.receive(&info).expect_err("it was overtaken");
    assert_eq!(late.status, Some(Status::SERVER_ERROR));
    assert_eq!(
        uas.receive(&uac.ack(1)),
        Ok(()),
        "an ACK has the number of its INVITE"
    );
}

#[test]
fn both_ends_know_each_other() {
    let invite = invite("");
    let ok = response(&invite, Status::OK, &[CONTACT]);
    let mut uac = Dialog::uac(&invite, &ok).expect("a dialog");
    let mut uas = Dialog::uas(&invite, &ok).expect("a dialog");
    let from_uac = uac.request(Method::Info);
    let from_uas = uas.request(Method::Info);
    assert_eq!(DialogId::of_request(&from_uac), Ok(Some(uas.id().clone())));
    assert_eq!(DialogId::of_request(&from_uas), Ok(Some(uac.id().clone())));
    assert_eq!(DialogId::of_response(&ok).as_ref(), Ok(uac.id()));
    assert_eq!(DialogId::of_request(&invite), Ok(None), "it begins one");
    assert!(!from_uac.headers.has(names::CONTACT));
    assert!(uac.request(Method::Invite).headers.has(names::CONTACT));
}

#[test]
fn the_target_moves_with_an_invite() {
    let invite = invite("");
    let ringing = response(&invite, Status::RINGING, &[CONTACT]);
    let mut uac = Dialog::uac(&invite, &ringing).expect("a dialog");
    let mut uas = Dialog::uas(&invite, &ringing).expect("a dialog");
    let moved = ("Contact", "<sip:bob@192.0.2.9>");
    let route = ("Record-Route", "<sip:p1;lr>");
    // The 2xx confirms: from it come routes and target.
    uac.accept(&response(&invite, Status::OK, &[moved, route]))
        .expect("it is fine");
    assert!(!uac.is_early());
    assert_eq!(uac.target().to_string(), "sip:bob@192.0.2.9");
    assert_eq!(uac.next_hop().to_string(), "sip:p1;lr");
    // A later one moves the target, but no routes.
    uac.accept(&response(&invite, Status::OK, &[CONTACT]))
        .expect("it is fine");
    assert_eq!(uac.target().to_string(), "sip:bob@192.0.2.2");
    assert_eq!(uac.next_hop().to_string(), "sip:p1;lr");
    let mut again = uac.request(Method::Invite);
    again.headers.set(names::CONTACT, "<sip:alice@192.0.2.7>");
    uas.receive(&again).expect("it is in order");
    assert_eq!(uas.target().to_string(), "sip:alice@192.0.2.7");
    let mut info = uac.request(Method::Info);
    info.headers.set(names::CONTACT, "<sip:alice@192.0.2.8>");
    uas.receive(&info).expect("it is in order");
    assert_eq!(uas.target().to_string(), "sip:alice@192.0.2.7");
}

#[test]
fn what_makes_no_dialog() {
    let invite = invite("");
    let untagged = Response::to(&invite.headers, Status::RINGING);
    assert!(Dialog::uac(&invite, &untagged).is_err());
    assert!(
        Dialog::uac(&invite, &response(&invite, Status::OK, &[])).is_err(),
        "no contact"
    );
    let star = response(&invite, Status::OK, &[(names::CONTACT, "*")]);
    assert!(Dialog::uac(&invite, &star).is_err());
    let ok = response(&invite, Status::OK, &[CONTACT]);
    assert!(
        Dialog::uas(&with(""), &ok).is_err(),
        "an INVITE without contact"
    );
}

#[test]
fn cancel_and_ack_follow_their_invite() {
    let invite = invite("Route: <sip:p1;lr>\r\n");
    let cancel = invite.cancel().expect("it is fine");
    let same = |a: &Request, b: &Request, name| a.headers.text(name) == b.headers.text(name);
    for name in [
        names::VIA,
        names::FROM,
        names::TO,
        names::CALL_ID,
        names::ROUTE,
    ] {
        assert!(same(&cancel, &invite, name), "{name}");
    }
    assert_eq!(
        cancel.headers.text(names::CSEQ).as_deref(),
        Some("1 CANCEL")
    );
    let busy = response(&invite, Status::BUSY_HERE, &[]);
    let ack = invite.ack_failure(&busy).expect("it is fine");
    assert_eq!(ack.headers.to().expect("it is fine").tag(), Some("2"));
    assert_eq!(ack.headers.text(names::CSEQ).as_deref(), Some("1 ACK"));
    assert!(same(&ack, &invite, names::VIA));
}
