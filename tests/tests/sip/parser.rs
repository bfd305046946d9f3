//! What ordinary and odd traffic means.

use tandem_sip::header::{Contacts, Headers, Via, names};
use tandem_sip::wire::{Frame, Framer, Message, Request, parse};
use tandem_sip::{Method, NameAddr, Status, Uri};

/// A request with these header lines beside those that must be there.
pub fn with(lines: &str) -> Request {
    let text = format!(
        "INVITE sip:bob@example.com SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n\
         From: <sip:alice@example.com>;tag=1\r\n\
         To: <sip:bob@example.com>\r\n\
         Call-ID: 1\r\nCSeq: 1 INVITE\r\n{lines}\r\n"
    );
    match parse(text.as_bytes()) {
        Ok(Message::Request(request)) => request,
        other => panic!("{lines}: {other:?}"),
    }
}

fn contacts(headers: &Headers) -> Vec<NameAddr> {
    match headers.contacts() {
        Ok(Contacts::List(list)) => list,
        other => panic!("{other:?}"),
    }
}

#[test]
fn folded_lines_are_one() {
    let request = with("Subject: one \t\r\n  two\r\n\tthree  \r\n \r\nContact:\r\n <sip:a@b>\r\n");
    assert_eq!(
        request.headers.text("Subject").as_deref(),
        Some("one two three")
    );
    assert_eq!(contacts(&request.headers).len(), 1);
}

#[test]
fn compact_and_odd_names_are_found() {
    let headers = with("m: <sip:a@b>\r\nSUBJECT : s\r\nk: timer,\t100rel\r\nx: 90\r\n").headers;
    assert!(headers.has("Contact") && headers.has("Subject") && headers.has("Session-Expires"));
    assert_eq!(
        headers.tokens(names::SUPPORTED),
        Ok(vec!["timer".into(), "100rel".into()])
    );
    assert_eq!(headers.text("s").as_deref(), Some("s"));
    // As written, and in the order written.
    let written: Vec<&str> = headers.iter().skip(5).map(|header| &*header.name).collect();
    assert_eq!(written, ["m", "SUBJECT", "k", "x"]);
}

#[test]
fn lists_may_be_written_in_one_or_many() {
    let one = "Contact: \"Doe, J\" <sip:j@a.example;x=1,2>;q=0.5, sip:k@b.example;expires=60\r\n";
    // A comma stands in no URI parameter, but in a user part.
    let one = one.replace(";x=1,2", "");
    let many = "Contact: \"Doe, J\" <sip:j@a.example>;q=0.5\r\nm: <sip:k@b.example>;expires=60\r\n";
    assert_eq!(contacts(&with(&one).headers), contacts(&with(many).headers));
    let users = contacts(
        &with(
            "Contact: <sip:a,b@c>, <sip:d\"@e>\r\n"
                .replace("\"", "'")
                .as_str(),
        )
        .headers,
    );
    assert_eq!(users[0].uri.user().as_deref(), Some("a,b"));
    assert_eq!(with("Contact: *\r\n").headers.contacts(), Ok(Contacts::All));
}

#[test]
fn names_are_read_with_their_quotes_and_escapes() {
    let table = [
        (r#""A \"b\" \\ c" <sip:a@b>"#, Some(r#"A "b" \ c"#)),
        (r#""<sip:x@y>, z" <sip:a@b>"#, Some("<sip:x@y>, z")),
        ("Jürgen Müller <sip:a@b>", Some("Jürgen Müller")),
        ("\"\"<sip:a@b>", Some("")),
        ("<sip:a@b>", None),
        ("sip:a@b", None),
    ];
    for (text, wanted) in table {
        let address = NameAddr::parse(text).expect(text);
        assert_eq!(address.display.as_deref(), wanted, "{text}");
        assert_eq!(
            NameAddr::parse(&address.to_string()).as_ref(),
            Ok(&address),
            "{text}"
        );
    }
    // Parameters belong to the header where no brackets are, else to the URI.
    let bare = NameAddr::parse("sip:a@b;tag=1").expect("it is fine");
    assert_eq!(
        (bare.tag(), bare.uri.to_string()),
        (Some("1"), "sip:a@b".to_owned())
    );
    let inside = NameAddr::parse("<sip:a@b;tag=1>").expect("it is fine");
    assert_eq!(
        (inside.tag(), inside.uri.to_string()),
        (None, "sip:a@b;tag=1".to_owned())
    );
    for wrong in [
        "\"a <sip:a@b>",
        "<sip:a@b",
        "a b",
        "",
        "<>",
        "< sip:a@b>",
        "<sip:a@b> x",
        "\"a\"",
    ] {
        assert!(NameAddr::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_browser_phone_registers_its_instance() {
    let text = "Contact: <sip:7k2jqm1g@o8b2vlqk3n2d.invalid;transport=ws>\
        ;+sip.ice;reg-id=1;+sip.instance=\"<urn:uuid:0a5c1f0e-0000-4000-8000-00805f9b34fb>\"\
        ;expires=600\r\n";
    let contact = contacts(&with(text).headers).remove(0);
    let instance = contact.params.text("+sip.instance");
    assert_eq!(
        instance.as_deref(),
        Some("<urn:uuid:0a5c1f0e-0000-4000-8000-00805f9b34fb>")
    );
    assert!(contact.params.has("+sip.ice"));
    assert_eq!(contact.params.get("expires"), Some("600"));
    assert_eq!(NameAddr::parse(&contact.to_string()), Ok(contact));
}

#[test]
fn hops_are_read_whatever_their_address() {
    let table = [
        (
            "SIP/2.0/UDP [2001:db8::1]:5070;branch=z9hG4bK1;received=2001:db8::2",
            Some(5070),
        ),
        ("SIP/2.0/UDP [2001:db8::1];branch=z9hG4bK1", None),
        (
            "SIP / 2.0 / TLS-SCTP  a.example : 5061 ;rport;branch=z9hG4bK2",
            Some(5061),
        ),
        (
            "SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks",
            None,
        ),
    ];
    for (text, port) in table {
        let via = Via::parse(text).expect(text);
        assert_eq!(via.port, port, "{text}");
        assert!(via.branch().is_some(), "{text}");
        assert_eq!(Via::parse(&via.to_string()).as_ref(), Ok(&via), "{text}");
    }
    assert_eq!(
        Via::parse("SIP/2.0/UDP a;branch=1").map(|via| via.branch().is_none()),
        Ok(true)
    );
    for wrong in [
        "",
        "SIP/2.0/UDP",
        "SIP/2.0 UDP a",
        "SIP/2.0/UDP a b",
        "SIP/2.0/UDP a:x",
    ] {
        assert!(Via::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn other_views_are_read() {
    let headers = with(
        "Reason: SIP ;cause=200 ;text=\"Call completed elsewhere\", Q.850;cause=16\r\n\
         RSeq: 988789\r\nRAck: 776656 1 INVITE\r\nAllow: INVITE, ACK,DANCE\r\n\
         Content-Type: Multipart/Mixed ; boundary=\"a;b\"\r\nExpires: 0060\r\n\
         Accept: application/*;q=0.5, text/plain\r\n\
         Authorization: Digest username=\"a,b\", realm=\"x=\\\"y\\\"\", nc=00000001,qop=auth\r\n",
    )
    .headers;
    let reasons = headers.reasons().expect("they are fine");
    assert_eq!(
        reasons.iter().map(|r| r.cause()).collect::<Vec<_>>(),
        [Some(200), Some(16)]
    );
    assert_eq!(headers.rseq(), Ok(Some(988_789)));
    let rack = headers.rack().expect("it is fine").expect("it is there");
    assert_eq!(
        (rack.rseq, rack.cseq.to_string()),
        (776_656, "1 INVITE".to_owned())
    );
    let allow = headers.allow().expect("it is fine");
    assert_eq!(
        allow,
        [
            Method::Invite,
            Method::Ack,
            Method::Other("DANCE".to_owned())
        ]
    );
    let media = headers
        .content_type()
        .expect("it is fine")
        .expect("it is there");
    assert!(media.is("multipart", "mixed"));
    assert_eq!(media.params.text("boundary").as_deref(), Some("a;b"));
    assert_eq!(headers.expires(), Ok(Some(60)));
    let accept = headers.accept().expect("it is fine").expect("it is there");
    assert!(accept[0].admits("application", "sdp") && !accept[1].admits("application", "sdp"));
    let credentials = &headers
        .credentials(names::AUTHORIZATION)
        .expect("they are fine")[0];
    assert_eq!(credentials.text("username").as_deref(), Some("a,b"));
    assert_eq!(credentials.text("realm").as_deref(), Some("x=\"y\""));
    assert_eq!(credentials.text("nc").as_deref(), Some("00000001"));
}

#[test]
fn bytes_that_are_no_utf_8_stay_as_they_are() {
    let mut text = with("").to_bytes();
    let end = text.len() - 2;
    text.splice(end..end, b"Subject: a\xff\xfeb\r\nX: y\r\n".iter().copied());
    let Ok(Message::Request(request)) = parse(&text) else {
        panic!("it is fine");
    };
    assert_eq!(
        request.headers.text("Subject").as_deref(),
        Some("a\u{fffd}\u{fffd}b")
    );
    assert_eq!(
        request.headers.text("X").as_deref(),
        Some("y"),
        "what follows is not lost"
    );
    assert_eq!(request.to_bytes(), text);
}

#[test]
fn what_is_written_cannot_begin_another_header() {
    let mut request = with("");
    request
        .headers
        .push("Subject", "a\r\nVia: SIP/2.0/UDP evil");
    request.headers.push(
        "P-Asserted-Identity",
        NameAddr {
            display: Some("x\r\nRoute: <sip:evil>".to_owned()),
            ..NameAddr::new(Uri::parse("sip:a@b").expect("a URI"))
        },
    );
    let Ok(Message::Request(again)) = parse(&request.to_bytes()) else {
        panic!("it is fine");
    };
    assert_eq!(again.headers.all(names::VIA).count(), 1);
    assert!(!again.headers.has(names::ROUTE));
}

#[test]
fn a_stream_is_cut_by_content_length() {
    let mut first = with("");
    first.body = b"v=0\r\n\r\nINVITE".to_vec();
    let second = with("Subject: 2\r\n");
    let mut bytes = b"\r\n\r\n\r\n".to_vec();
    bytes.extend(first.to_bytes());
    bytes.extend(b"\r\n");
    bytes.extend(second.to_bytes());
    // In pieces of any size the frames are the same.
    for size in [1, 2, 3, 7, 100, bytes.len()] {
        let mut framer = Framer::new();
        let mut frames = Vec::new();
        for piece in bytes.chunks(size) {
            framer.push(piece);
            while let Some(frame) = framer.next_frame().expect("it is fine") {
                frames.push(frame);
            }
        }
        let wanted = [
            Frame::Ping,
            Frame::Message(first.to_bytes()),
            Frame::Message(second.to_bytes()),
        ];
        assert_eq!(frames, wanted, "in pieces of {size}");
    }
}

#[test]
fn the_usual_phrases_are_those_of_the_registry() {
    assert_eq!(Status::new(486).map(Status::phrase), Some("Busy Here"));
    assert_eq!(
        Status::new(499).map(Status::phrase),
        Some("Request Failure")
    );
    assert_eq!((Status::new(99), Status::new(700)), (None, None));
}
