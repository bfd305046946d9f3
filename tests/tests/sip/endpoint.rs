//! Two endpoints over a perfect line: what a call looks like from both ends, and where
//! messages go.

use std::net::SocketAddr;
use std::time::Duration;

use tandem_sip::endpoint::{ClientId, Config, Endpoint, Event, ServerId};
use tandem_sip::header::names;
use tandem_sip::transaction::Failure;
use tandem_sip::wire::{Message, Request, Response, parse};
use tandem_sip::{Dialog, DialogId, Method, NameAddr, Status, Target, Time, Transport, Uri};

use crate::seeds::Dice;

const ALICE: &str = "192.0.2.1:5060";
const BOB: &str = "192.0.2.2:5070";

fn at(address: &str) -> SocketAddr {
    address.parse().expect("an address")
}

pub fn udp(address: &str) -> Target {
    Target::new(Transport::Udp, at(address))
}

fn uri(text: &str) -> Uri {
    Uri::parse(text).expect("a URI")
}

pub fn endpoint(address: &str) -> Endpoint {
    let address = at(address);
    let mut dice = Dice::new(u64::from(address.port()));
    let config = Config::at(address.ip().into(), Some(address.port()));
    Endpoint::new(config, move |buffer: &mut [u8]| dice.fill(buffer))
}

/// Two user agents and the line between them.
struct Line {
    now: Time,
    alice: Endpoint,
    bob: Endpoint,
    /// What goes over it, as `A INVITE` or `B 180`.
    seen: Vec<String>,
}

impl Line {
    fn new() -> Self {
        let (alice, bob) = (endpoint(ALICE), endpoint(BOB));
        Self {
            now: Time::from_secs(1),
            alice,
            bob,
            seen: Vec::new(),
        }
    }

    /// Carries all that is to be sent, until nobody has more.
    fn carry(&mut self) -> String {
        self.seen.clear();
        loop {
            let to_bob: Vec<_> = std::iter::from_fn(|| self.alice.poll_transmit()).collect();
            let to_alice: Vec<_> = std::iter::from_fn(|| self.bob.poll_transmit()).collect();
            if to_bob.is_empty() && to_alice.is_empty() {
                return self.seen.join(", ");
            }
            for transmit in to_bob {
                assert_eq!(transmit.to, udp(BOB));
                self.seen.push(format!("A {}", label(&transmit.bytes)));
                self.bob.receive(self.now, udp(ALICE), &transmit.bytes);
            }
            for transmit in to_alice {
                assert_eq!(transmit.to, udp(ALICE));
                self.seen.push(format!("B {}", label(&transmit.bytes)));
                self.alice.receive(self.now, udp(BOB), &transmit.bytes);
            }
        }
    }

    /// Loses all that is to be sent.
    fn lose(&mut self) -> usize {
        let alice = std::iter::from_fn(|| self.alice.poll_transmit()).count();
        alice + std::iter::from_fn(|| self.bob.poll_transmit()).count()
    }

    fn pass(&mut self, span: Duration) {
        self.now = self.now + span;
        self.alice.handle_timeout(self.now);
        self.bob.handle_timeout(self.now);
    }

    /// Alice's INVITE, which Bob has got.
    fn invite(&mut self) -> Call {
        let from = NameAddr::new(uri("sip:alice@example.com"));
        let to = NameAddr::new(uri("sip:bob@example.com"));
        let target = uri("sip:bob@192.0.2.2:5070");
        let mut invite = self.alice.request(Method::Invite, target, from, to);
        invite.headers.push(names::CONTACT, "<sip:alice@192.0.2.1>");
        let client = self.alice.send_request(self.now, udp(BOB), invite.clone());
        let client = client.expect("it is whole");
        assert_eq!(self.carry(), "A INVITE");
        let Some(Event::Request {
            transaction,
            request,
            source,
        }) = self.bob.poll_event()
        else {
            panic!("no INVITE came");
        };
        assert_eq!(
            (request.method.clone(), source),
            (Method::Invite, udp(ALICE))
        );
        Call {
            client,
            server: transaction,
            sent: invite,
            came: request,
        }
    }

    /// Bob answers a call.
    fn respond(&mut self, call: &Call, status: Status) -> Response {
        let mut response = self.bob.response(call.server, status).expect("it is there");
        response
            .headers
            .push(names::CONTACT, "<sip:bob@192.0.2.2:5070>");
        assert!(self.bob.respond(self.now, call.server, response.clone()));
        response
    }

    fn response(&mut self) -> Response {
        match self.alice.poll_event() {
            Some(Event::Response { response, .. }) => response,
            other => panic!("no response, but {other:?}"),
        }
    }
}

struct Call {
    client: ClientId,
    server: ServerId,
    sent: Request,
    came: Request,
}

fn label(bytes: &[u8]) -> String {
    match parse(bytes).expect("we write what we can read") {
        Message::Request(request) => request.method.to_string(),
        Message::Response(response) => response.status.code().to_string(),
    }
}

#[test]
fn a_call_is_made_taken_and_ended() {
    let mut line = Line::new();
    let call = line.invite();
    // 180 makes an early dialog on both sides.
    let ringing = line.respond(&call, Status::RINGING);
    let mut bob = Dialog::uas(&call.came, &ringing).expect("an early dialog");
    assert_eq!(line.carry(), "B 180");
    let ringing = line.response();
    let mut alice = Dialog::uac(&call.sent, &ringing).expect("an early dialog");
    assert!(alice.is_early() && bob.is_early());
    assert_eq!(alice.id().local_tag, bob.id().remote_tag);
    // 200 confirms it, ACK closes the INVITE.
    line.respond(&call, Status::OK);
    bob.confirm();
    assert_eq!(line.carry(), "B 200");
    let ok = line.response();
    assert_eq!(DialogId::of_response(&ok).as_ref(), Ok(alice.id()));
    alice.accept(&ok).expect("it is whole");
    let number = ok.headers.cseq().expect("it is whole").number;
    line.alice
        .send_ack(call.client, udp(BOB), alice.ack(number));
    assert_eq!(line.carry(), "A ACK");
    let Some(Event::Ack {
        transaction,
        request,
    }) = line.bob.poll_event()
    else {
        panic!("no ACK came");
    };
    assert_eq!(transaction, call.server);
    assert_eq!(request.uri, uri("sip:bob@192.0.2.2:5070"));
    line.pass(Duration::from_secs(20));
    assert_eq!(line.carry(), "");
    // Bob hangs up.
    let bye = bob.request(Method::Bye);
    let sent = line
        .bob
        .send_request(line.now, udp(ALICE), bye)
        .expect("it is whole");
    assert_eq!(line.carry(), "B BYE");
    let Some(Event::Request {
        transaction,
        request,
        ..
    }) = line.alice.poll_event()
    else {
        panic!("no BYE came");
    };
    assert_eq!(DialogId::of_request(&request), Ok(Some(alice.id().clone())));
    alice.receive(&request).expect("it is in order");
    let ok = line
        .alice
        .response(transaction, Status::OK)
        .expect("it is there");
    assert!(line.alice.respond(line.now, transaction, ok));
    assert_eq!(line.carry(), "A 200");
    let ended = line.bob.poll_event();
    assert!(matches!(ended, Some(Event::Response { transaction, .. }) if transaction == sent));
    // All is forgotten in the end.
    line.pass(Duration::from_secs(40));
    assert_eq!((line.alice.transactions(), line.bob.transactions()), (0, 0));
    assert_eq!(
        (line.alice.poll_event(), line.bob.poll_event()),
        (None, None)
    );
}

#[test]
fn a_2xx_is_repeated_until_its_ack_comes() {
    let mut line = Line::new();
    let call = line.invite();
    line.respond(&call, Status::OK);
    assert_eq!(line.lose(), 1);
    // T1, then twice that, up to T2. The INVITE is repeated too and absorbed.
    for (ms, wanted) in [(499, ""), (1, "A INVITE, B 200")] {
        line.pass(Duration::from_millis(ms));
        assert_eq!(line.carry(), wanted);
    }
    let ok = line.response();
    let dialog = Dialog::uac(&call.sent, &ok).expect("a dialog");
    line.alice.send_ack(call.client, udp(BOB), dialog.ack(1));
    assert_eq!(line.lose(), 1);
    // The next repetition gets the same ACK without the user, and only one arrives there.
    line.pass(Duration::from_secs(1));
    assert_eq!(line.carry(), "B 200, A ACK");
    assert_eq!(line.alice.poll_event(), None);
    assert!(matches!(line.bob.poll_event(), Some(Event::Ack { .. })));
    line.pass(Duration::from_secs(30));
    assert_eq!(line.carry(), "");
}

#[test]
fn a_2xx_without_ack_fails_after_64_t1() {
    let mut line = Line::new();
    let call = line.invite();
    line.respond(&call, Status::OK);
    let mut sent = 0;
    for _ in 0..320 {
        line.pass(Duration::from_millis(100));
        while line.bob.poll_transmit().is_some() {
            sent += 1;
        }
    }
    // At 0, 0.5, 1.5, 3.5, then each 4 s: up to 31.5.
    assert_eq!(sent, 11);
    let why = Failure::Timeout;
    let failed = Event::ResponseFailed {
        transaction: call.server,
        why,
    };
    assert_eq!(line.bob.poll_event(), Some(failed));
    assert_eq!(line.bob.transactions(), 0);
}

#[test]
fn a_refusal_is_repeated_until_its_ack_comes() {
    let mut line = Line::new();
    let call = line.invite();
    line.respond(&call, Status::RINGING);
    assert_eq!(line.carry(), "B 180");
    line.respond(&call, Status::BUSY_HERE);
    assert_eq!(line.lose(), 1);
    // Timer G: T1, then twice that, up to T2 (RFC 3261 17.2.1).
    line.pass(Duration::from_millis(499));
    assert_eq!(line.carry(), "");
    line.pass(Duration::from_millis(1));
    assert_eq!(line.lose(), 1);
    line.pass(Duration::from_secs(1));
    assert_eq!(line.carry(), "B 486, A ACK");
    assert_eq!(line.response().status, Status::RINGING);
    assert_eq!(line.response().status, Status::BUSY_HERE);
    line.pass(Duration::from_secs(2));
    assert_eq!(line.carry(), "", "the ACK ends it");
}

#[test]
fn a_call_is_given_up() {
    let mut line = Line::new();
    let call = line.invite();
    // Before a provisional response came, the CANCEL waits (RFC 3261 9.1).
    let reason = [(
        names::REASON,
        "SIP;cause=200;text=\"Call completed elsewhere\"".to_owned(),
    )];
    line.alice.cancel(line.now, call.client, &reason);
    assert_eq!(line.carry(), "");
    line.respond(&call, Status::RINGING);
    assert_eq!(line.carry(), "B 180, A CANCEL, B 200, B 487, A ACK");
    let Some(Event::Cancelled {
        transaction,
        request,
    }) = line.bob.poll_event()
    else {
        panic!("no CANCEL came");
    };
    assert_eq!(transaction, call.server);
    let reasons = request.headers.reasons().expect("it is whole");
    assert_eq!(reasons[0].cause(), Some(200));
    assert_eq!(line.response().status, Status::RINGING);
    assert_eq!(line.response().status, Status::REQUEST_TERMINATED);
    assert_eq!(
        line.alice.poll_event(),
        None,
        "what became of the CANCEL is no news"
    );
    // The user's answer comes too late.
    assert_eq!(
        line.bob.response(call.server, Status::OK).map(|r| r.status),
        Some(Status::OK)
    );
    let late = Response::to(&call.came.headers, Status::OK);
    assert!(!line.bob.respond(line.now, call.server, late));
    line.pass(Duration::from_secs(40));
    assert_eq!((line.alice.transactions(), line.bob.transactions()), (0, 0));
}

#[test]
fn trying_comes_by_itself_after_200_ms() {
    let mut line = Line::new();
    let call = line.invite();
    line.pass(Duration::from_millis(199));
    assert_eq!(line.carry(), "");
    line.pass(Duration::from_millis(1));
    assert_eq!(line.carry(), "B 100");
    let trying = line.response();
    assert_eq!(trying.headers.to().map(|to| to.tag().is_none()), Ok(true));
    line.respond(&call, Status::BUSY_HERE);
    assert_eq!(line.carry(), "B 486, A ACK");
}

#[test]
fn who_is_silent_times_out() {
    let mut line = Line::new();
    let bye = line.alice.request(
        Method::Options,
        uri("sip:bob@192.0.2.2:5070"),
        NameAddr::new(uri("sip:alice@example.com")),
        NameAddr::new(uri("sip:bob@example.com")),
    );
    let client = line
        .alice
        .send_request(line.now, udp(BOB), bye)
        .expect("it is whole");
    let mut sent = 0;
    while let Some(at) = line.alice.next_deadline() {
        line.now = at;
        line.alice.handle_timeout(at);
        sent += line.lose();
    }
    // RFC 3261 17.1.2.2: 500 ms, 1 s, 2 s, then each 4 s: 11 in all, of which one before.
    assert_eq!(sent, 11);
    assert_eq!(line.now, Time::from_secs(33));
    let why = Failure::Timeout;
    let failed = Event::RequestFailed {
        transaction: client,
        why,
    };
    assert_eq!(line.alice.poll_event(), Some(failed));
}
