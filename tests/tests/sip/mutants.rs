//! Messages that were right once, damaged at random: whatever comes in, nothing breaks, and
//! what is accepted can be read, written and read again.

use std::path::PathBuf;

use tandem_sip::digest::{Algorithm, Login, Secret, Server};
use tandem_sip::header::{Headers, names};
use tandem_sip::registrar::{Policy, register};
use tandem_sip::sdp::{Codec, Direction, Local, Session, answer};
use tandem_sip::wire::{Framer, Message, Request, parse};
use tandem_sip::{Dialog, DialogId, Endpoint, Event, Status, Time};

use crate::endpoint::{endpoint, udp};
use crate::seeds::{Dice, count, seed};

/// Messages that touch every header we read.
const MESSAGES: [&str; 4] = [
    "INVITE sip:bob:pw@[2001:db8::1]:5060;transport=udp SIP/2.0\r\n\
     Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776;rport, SIP/2.0/TCP a.example\r\n\
     Max-Forwards: 70\r\nRoute: <sip:p1;lr>,<sip:p2;lr>\r\nRecord-Route: <sip:p3;lr>\r\n\
     f: \"A \\\"b\\\" c\" <sip:alice@example.com>;tag=88\r\nTo : Bob <sip:bob@example.com>\r\n\
     Call-ID: 843817637684230@x\r\nCSeq: 63 INVITE\r\nm: <sip:a@192.0.2.1>;q=0.5;x=\"y\"\r\n\
     Require: timer\r\nSupported: 100rel, timer\r\nAllow: INVITE, ACK\r\n\
     Content-Type: application/sdp;x=y\r\nAccept: application/*\r\nExpires: 60\r\n\
     Reason: SIP;cause=200;text=\"x\"\r\nRSeq: 1\r\nRAck: 1 2 INVITE\r\nSubject: a\r\n b\r\n\
     l: 5\r\n\r\nv=0\r\n",
    "REGISTER sips:example.com SIP/2.0\r\nv: SIP/2.0/WSS x.invalid;branch=z9hG4bKx\r\n\
     From: <sip:a@b>;tag=1\r\nTo: sip:a@b\r\ni: 2\r\nCSeq: 2 REGISTER\r\n\
     Contact: <sip:a@c;transport=ws>;+sip.instance=\"<urn:uuid:1>\";reg-id=1;expires=60\r\n\
     Contact: \"x, y\" <sip:d@e>, <tel:+1;ext=2>\r\n\
     Authorization: Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"sips:example.com\", \
     response=\"0\", algorithm=MD5, qop=auth, nc=00000001, cnonce=\"c\"\r\nl: 0\r\n\r\n",
    "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP 192.0.2.2:5070;branch=z9hG4bK1;received=::1\r\n\
     From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: 3\r\nCSeq: 3 REGISTER\r\n\
     Contact: <sip:x@y>\r\n\
     WWW-Authenticate: Digest realm=\"r\",nonce=\"n\", algorithm=SHA-256,qop=\"auth,auth-int\"\r\n\
     WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\nContent-Length: 0\r\n\r\n",
    "ACK tel:+1-555;phone-context=x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=old;maddr=224.0.0.1\r\n\
     From: a <sip:a@b>\r\nTo: <urn:x:y>;tag=9\r\nCall-ID: 4\r\nCSeq: 4 ACK\r\n\r\n",
];

/// Session descriptions.
const SESSIONS: [&str; 2] = [
    "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nb=AS:64\r\nt=0 0\r\n\
     a=sendrecv\r\nm=audio 49170 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\n\
     a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendonly\r\n\
     m=video 0 RTP/AVP 31\r\n",
    "v=0\no=x 1 1 IN IP6 ::1\ns= \nm=audio 9/2 RTP/AVPF 97\nc=IN IP6 ::\na=rtpmap:97 PCMA/8000\n",
];

/// Parts that mean something.
const TOKENS: [&str; 44] = [
    "\r\n",
    "\n",
    "\r",
    "\r\n ",
    "\r\n\r\n",
    " ",
    "\t",
    "\0",
    "\"",
    "\\",
    "<",
    ">",
    ",",
    ";",
    ":",
    "=",
    "@",
    "?",
    "%",
    "%00",
    "%zz",
    "[",
    "]",
    "[::1]",
    "*",
    "/",
    "sip:",
    "sips:",
    "tel:",
    "SIP/2.0",
    "z9hG4bK",
    "4294967296",
    "-1",
    "Via: ",
    "Contact: *\r\n",
    "Content-Length: 9\r\n",
    "ACK",
    "INVITE",
    "é",
    "\u{feff}",
    "m=audio",
    "a=",
    "0",
    "99999999999999999999",
];

/// Damages bytes once.
pub fn damage(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let at = dice.below(bytes.len() + 1);
    let end = (at + 1 + dice.below(8)).min(bytes.len());
    match dice.below(8) {
        0 => drop(bytes.drain(at..end)),
        1 if dice.below(4) == 0 => bytes.truncate(at),
        2 if at < bytes.len() => bytes[at] = dice.roll().to_le_bytes()[0],
        3 => {
            let copy = bytes[at..(at + dice.below(100)).min(bytes.len())].to_vec();
            let to = dice.below(bytes.len() + 1);
            drop(bytes.splice(to..to, copy));
        }
        4 => {
            let token = dice.pick(&TOKENS).repeat(1 + dice.below(20));
            drop(bytes.splice(at..at, token.into_bytes()));
        }
        5 => drop(bytes.splice(at..end, dice.pick(&TOKENS).bytes())),
        6 => {
            // A line goes elsewhere.
            let mut lines: Vec<&[u8]> = bytes.split_inclusive(|&b| b == b'\n').collect();
            let (from, to) = (dice.below(lines.len()), dice.below(lines.len()));
            if !lines.is_empty() {
                lines.swap(from, to);
            }
            *bytes = lines.concat();
        }
        _ => drop(bytes.splice(at..at, dice.pick(&TOKENS).bytes())),
    }
}

/// The messages above, and those of RFC 4475 where they are there.
pub fn originals() -> Vec<Vec<u8>> {
    let mut originals: Vec<Vec<u8>> = MESSAGES.iter().map(|text| text.as_bytes().into()).collect();
    let folder = std::env::var_os("TANDEM_DATA").map(|data| PathBuf::from(data).join("rfc4475"));
    let files = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let mut paths: Vec<PathBuf> = files
        .into_iter()
        .flatten()
        .filter_map(|file| Some(file.ok()?.path()))
        .collect();
    paths.sort();
    let is_message = |path: &PathBuf| path.extension().is_some_and(|end| end == "dat");
    let more = paths.iter().filter(|path| is_message(path));
    originals.extend(more.filter_map(|path| std::fs::read(path).ok()));
    originals
}

/// A damaged one of these.
pub fn mutant(dice: &mut Dice, originals: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = originals[dice.below(originals.len())].clone();
    for _ in 0..dice.below(4) {
        damage(dice, &mut bytes);
    }
    bytes
}

/// Looks at all that can be looked at.
fn view(headers: &Headers) {
    let _ = (
        headers.via(),
        headers.vias(),
        headers.from(),
        headers.to(),
        headers.call_id(),
    );
    let _ = (
        headers.cseq(),
        headers.max_forwards(),
        headers.expires(),
        headers.contacts(),
    );
    let _ = (
        headers.routes(),
        headers.record_routes(),
        headers.allow(),
        headers.accept(),
    );
    let _ = (
        headers.reasons(),
        headers.rseq(),
        headers.rack(),
        headers.contact(),
    );
    let _ = (headers.content_type(), headers.content_length());
    for name in [names::SUPPORTED, names::REQUIRE, names::UNSUPPORTED] {
        let _ = headers.tokens(name);
    }
    let _ = headers.credentials(names::AUTHORIZATION);
    let _ = headers.challenges(names::WWW_AUTHENTICATE);
}

fn use_request(request: &Request, server: &mut Server) {
    let now = Time::from_secs(9);
    let _ = register(now, &Policy::default(), &[], request, udp("192.0.2.9:1"));
    let _ = DialogId::of_request(request);
    let _ = (
        request.cancel(),
        request.uri.is_equivalent(&request.uri),
        request.uri.user(),
    );
    let ok = tandem_sip::Response::to(&request.headers, Status::OK);
    if let Ok(mut dialog) = Dialog::uas(request, &ok) {
        let _ = dialog.receive(request);
        let info = dialog.request(tandem_sip::Method::Info);
        assert!(
            parse(&info.to_bytes()).is_ok(),
            "what a dialog makes can be read"
        );
    }
    for credentials in request
        .headers
        .credentials(names::AUTHORIZATION)
        .unwrap_or_default()
    {
        let _ = server.check(now, request, &credentials, Secret::Password("x"));
    }
}

fn check(mutant: &[u8], server: &mut Server) -> bool {
    let message = match parse(mutant) {
        Ok(message) => message,
        Err(unreadable) => {
            if let Some(answer) = unreadable.answer() {
                let _ = parse(&answer.to_bytes());
            }
            return false;
        }
    };
    view(message.headers());
    let written = message.to_bytes();
    let again = parse(&written);
    assert_eq!(again.map(|again| again.to_bytes()).as_ref(), Ok(&written));
    match &message {
        Message::Request(request) => use_request(request, server),
        Message::Response(response) => {
            let _ = DialogId::of_response(response);
            let challenges = response.headers.challenges(names::WWW_AUTHENTICATE);
            let login = Login {
                username: "a".to_owned(),
                password: "b".to_owned(),
            };
            let uri = tandem_sip::Uri::parse("sip:x").expect("a URI");
            let method = tandem_sip::Method::Register;
            let _ = login.answer(&challenges.unwrap_or_default(), &method, &uri, "c", 1);
        }
    }
    true
}

/// Whatever arrives, an endpoint goes on, and what it sends can be read.
fn feed(endpoint: &mut Endpoint, now: Time, mutant: &[u8]) {
    endpoint.receive(now, udp("192.0.2.9:5060"), mutant);
    while let Some(event) = endpoint.poll_event() {
        if let Event::Request { transaction, .. } = event
            && let Some(ok) = endpoint.response(transaction, Status::OK)
        {
            endpoint.respond(now, transaction, ok);
        }
    }
    while let Some(transmit) = endpoint.poll_transmit() {
        assert!(transmit.bytes.starts_with(b"SIP/2.0 "));
    }
    endpoint.handle_timeout(now);
}

#[test]
fn damaged_messages_break_nothing() {
    let mutants = count("TANDEM_MUTANTS", 200_000) / 4 * 3;
    let mut dice = Dice::new(seed());
    let originals = originals();
    let mut server = Server::new(
        "r",
        [1; 32],
        std::time::Duration::from_secs(9),
        &[Algorithm::Md5],
    );
    let mut bob = endpoint("192.0.2.2:5070");
    let mut framer = Framer::new();
    let mut fine = 0_u32;
    for n in 0..mutants {
        let mutant = mutant(&mut dice, &originals);
        fine += u32::from(check(&mutant, &mut server));
        // Seconds pass, so that transactions come and go.
        feed(&mut bob, Time::from_secs(u64::from(n)), &mutant);
        framer.push(&mutant);
        while let Ok(Some(_)) = framer.next_frame() {}
    }
    println!("{mutants} mutants, {fine} of them accepted");
    // Damage that hits nothing, or breaks everything, would show nothing.
    let telling = fine > mutants / 10 && fine < mutants / 10 * 9;
    assert!(
        telling || mutants < 1_000,
        "{fine} of {mutants} were accepted"
    );
    assert!(bob.transactions() < 1_000, "transactions end");
}

#[test]
fn damaged_descriptions_break_nothing() {
    let mutants = count("TANDEM_MUTANTS", 200_000) / 4;
    let mut dice = Dice::new(seed());
    let originals: Vec<Vec<u8>> = SESSIONS.iter().map(|text| text.as_bytes().into()).collect();
    let local = Local {
        address: "192.0.2.7:4000".parse().expect("an address"),
        codecs: vec![Codec::Pcmu, Codec::Pcma],
        session: 1,
        version: 1,
        direction: Direction::Both,
    };
    let mut fine = 0_u32;
    for _ in 0..mutants {
        let mutant = mutant(&mut dice, &originals);
        let Ok(session) = Session::parse(&mutant) else {
            continue;
        };
        fine += 1;
        let written = session.to_bytes();
        let again = Session::parse(&written);
        assert_eq!(again.map(|again| again.to_bytes()).as_ref(), Ok(&written));
        let _ = session.is_hold();
        if let Ok((answer, _)) = answer(&local, &session) {
            assert_eq!(answer.media.len(), session.media.len());
            assert!(Session::parse(&answer.to_bytes()).is_ok());
        }
    }
    println!("{mutants} mutants, {fine} of them accepted");
    let telling = fine > mutants / 10 && fine < mutants / 10 * 9;
    assert!(
        telling || mutants < 1_000,
        "{fine} of {mutants} were accepted"
    );
}
