//! The messages of RFC 4475, byte by byte, and what each of them is owed; and a few of
//! our own making that always run.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use tandem_sip::header::{Contacts, names};
use tandem_sip::registrar::{Policy, register};
use tandem_sip::uas::{Abilities, inspect};
use tandem_sip::wire::{Frame, Framer, Message, Request, parse};
use tandem_sip::{Method, Target, Time, Transport};

use crate::endpoint::{endpoint, udp};

/// The messages, in the order of the RFC, and what becomes of each at a user agent that is
/// a registrar too.
const WANTED: [(&str, &str); 49] = [
    ("wsinv", "INVITE served"),
    ("intmeth", "!interesting-Method0123456789_*+`.%indeed'~ 501"),
    ("esc01", "INVITE served"),
    ("escnull", "REGISTER 2 bindings"),
    ("esc02", "RE%47IST%45R 501"),
    ("lwsdisp", "OPTIONS served"),
    ("longreq", "INVITE served"),
    ("dblreq", "REGISTER 1 bindings"),
    ("semiuri", "OPTIONS served"),
    ("transports", "OPTIONS served"),
    ("mpart01", "MESSAGE 415"),
    ("unreason", "response 200"),
    ("noreason", "response 100"),
    ("badinv01", "refused 400"),
    ("clerr", "refused 400"),
    ("ncl", "refused 400"),
    ("scalar02", "refused 400"),
    ("scalarlg", "dropped"),
    ("quotbal", "refused 400"),
    ("ltgtruri", "refused 400"),
    ("lwsruri", "refused 400"),
    ("lwsstart", "refused 400"),
    ("trws", "refused 400"),
    ("escruri", "refused 400"),
    ("baddate", "INVITE served"),
    ("regbadct", "refused 400"),
    ("badaspec", "refused 400"),
    ("baddn", "refused 400"),
    ("badvers", "refused 505"),
    ("mismatch01", "refused 400"),
    ("mismatch02", "refused 400"),
    ("bigcode", "dropped"),
    ("badbranch", "OPTIONS served"),
    ("insuf", "refused 400"),
    ("unkscm", "OPTIONS 416"),
    ("novelsc", "OPTIONS 416"),
    ("unksm2", "REGISTER 400"),
    ("bext01", "OPTIONS 420"),
    ("invut", "INVITE 415"),
    ("regaut01", "REGISTER 0 bindings"),
    ("multi01", "refused 400"),
    ("mcl01", "refused 400"),
    ("bcast", "response 200"),
    ("zeromf", "OPTIONS served"),
    ("cparam01", "REGISTER 1 bindings"),
    ("cparam02", "REGISTER 1 bindings"),
    ("regescrt", "REGISTER 1 bindings"),
    ("sdp01", "INVITE 406"),
    ("inv2543", "INVITE served"),
];

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("TANDEM_DATA").map(|data| PathBuf::from(data).join("rfc4475"));
    if folder.is_none() {
        println!("skipped: TANDEM_DATA is not set, the messages of RFC 4475 are not there");
    }
    folder
}

fn read(folder: &std::path::Path, name: &str) -> Vec<u8> {
    let path = folder.join(format!("{name}.dat"));
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What becomes of a datagram.
fn outcome(bytes: &[u8]) -> String {
    match parse(bytes) {
        Ok(Message::Response(response)) => format!("response {}", response.status.code()),
        Ok(Message::Request(request)) => serve(&request),
        Err(unreadable) => match unreadable.answer() {
            Some(response) => format!("refused {}", response.status.code()),
            None => "dropped".to_owned(),
        },
    }
}

const METHODS: [Method; 7] = [
    Method::Invite,
    Method::Ack,
    Method::Bye,
    Method::Cancel,
    Method::Options,
    Method::Register,
    Method::Message,
];

fn serve(request: &Request) -> String {
    let method = &request.method;
    let abilities = Abilities {
        methods: &METHODS,
        extensions: &["timer"],
        media: &[("application", "sdp")],
    };
    if let Err(response) = inspect(request, &abilities) {
        return format!("{method} {}", response.status.code());
    }
    if request.method != Method::Register {
        return format!("{method} served");
    }
    let source = udp("192.0.2.9:5060");
    match register(Time::from_secs(9), &Policy::default(), &[], request, source) {
        Ok(bindings) => format!("REGISTER {} bindings", bindings.len()),
        Err(response) => format!("REGISTER {}", response.status.code()),
    }
}

#[test]
fn each_message_of_rfc_4475_gets_what_it_is_owed() {
    let Some(folder) = folder() else { return };
    let mut wrong = Vec::new();
    for (name, wanted) in WANTED {
        let outcome = outcome(&read(&folder, name));
        if outcome != wanted {
            wrong.push(format!("{name}: {outcome}, wanted {wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn request(folder: &std::path::Path, name: &str) -> Request {
    match parse(&read(folder, name)) {
        Ok(Message::Request(request)) => request,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn tortuous_messages_mean_what_rfc_4475_says() {
    let Some(folder) = folder() else { return };
    let wsinv = request(&folder, "wsinv").headers;
    assert_eq!(wsinv.to().expect("it is fine").tag(), Some("1918181833n"));
    let from = wsinv.from().expect("it is fine");
    assert_eq!(from.display.as_deref(), Some("J Rosenberg \\\""));
    assert_eq!(wsinv.max_forwards(), Ok(Some(68)));
    assert_eq!(wsinv.cseq().expect("it is fine").to_string(), "9 INVITE");
    let vias = wsinv.vias().expect("they are fine");
    let vias: Vec<String> = vias.iter().map(ToString::to_string).collect();
    let wanted = [
        "SIP/2.0/UDP 192.0.2.2;branch=390skdjuw",
        "SIP/2.0/TCP spindle.example.com;branch=z9hG4bK9ikj8",
        "SIP/2.0/UDP 192.168.255.111;branch=z9hG4bK30239",
    ];
    assert_eq!(vias, wanted);
    let folded = wsinv.text("NewFangledHeader").expect("it is there");
    assert_eq!(folded, "newfangled value continued newfangled value");
    let contact = wsinv.contact().expect("it is fine").expect("it is there");
    assert_eq!(contact.display.as_deref(), Some("Quoted string \"\""));
    assert_eq!(contact.params.get("q"), Some("0.33"));
    assert_eq!(contact.params.get("newparam"), Some("newvalue"));
    assert_eq!(wsinv.routes().expect("they are fine").len(), 1);

    let intmeth = request(&folder, "intmeth");
    let to = intmeth.headers.to().expect("it is fine").display;
    assert_eq!(to.as_deref(), Some("BEL:\u{7} NUL:\0 DEL:\u{7f}"));
    let call_id = intmeth.headers.call_id().expect("it is fine");
    assert_eq!(call_id, "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{");

    let esc01 = request(&folder, "esc01");
    assert_eq!(esc01.uri.user().as_deref(), Some("sips:user@example.com"));
    let Ok(Contacts::List(escnull)) = request(&folder, "escnull").headers.contacts() else {
        panic!("escnull has contacts");
    };
    assert_eq!(escnull[1].uri.to_string(), "sip:%00%00@host5.example.com");
    // `C%6Fntact` is another header.
    let Ok(Contacts::List(esc02)) = request(&folder, "esc02").headers.contacts() else {
        panic!("esc02 has contacts");
    };
    assert_eq!(esc02.len(), 2);

    let semiuri = request(&folder, "semiuri");
    assert_eq!(
        semiuri.uri.user().as_deref(),
        Some("user;par=u@example.net")
    );
    let longreq = request(&folder, "longreq").headers;
    assert_eq!(longreq.vias().map(|vias| vias.len()), Ok(34));
    // Trailing bytes are no part of the message, and none of a body is lost.
    assert_eq!(request(&folder, "dblreq").body, b"");
    assert_eq!(request(&folder, "mpart01").body.len(), 553);
    let contact = |name| {
        request(&folder, name)
            .headers
            .contact()
            .expect("fine")
            .expect("there")
    };
    assert!(contact("cparam01").params.has("unknownparam"));
    assert_eq!(contact("cparam02").params.0, []);
    assert!(
        contact("regescrt")
            .to_string()
            .contains("?Route=%3Csip:sip.example.com%3E")
    );
}

#[test]
fn a_stream_of_rfc_4475_stops_where_its_messages_cannot_be_told_apart() {
    let Some(folder) = folder() else { return };
    let frame = |name: &str| {
        let mut framer = Framer::new();
        framer.push(&read(&folder, name));
        framer.next_frame()
    };
    assert_eq!(frame("clerr"), Ok(None), "the rest may still come");
    for name in ["ncl", "mcl01", "inv2543"] {
        let broken = frame(name).expect_err(name);
        assert_eq!(
            broken.answer().map(|answer| answer.status.code()),
            Some(400),
            "{name}"
        );
    }
    let mut framer = Framer::new();
    let both = read(&folder, "dblreq");
    framer.push(&both);
    let Ok(Some(Frame::Message(first))) = framer.next_frame() else {
        panic!("dblreq begins with a REGISTER");
    };
    assert_eq!(outcome(&first), "REGISTER 1 bindings");
    // One line break is skipped, and there is the INVITE.
    let Ok(Some(Frame::Message(second))) = framer.next_frame() else {
        panic!("dblreq goes on with an INVITE");
    };
    assert_eq!(outcome(&second), "INVITE served");
}

#[test]
fn an_endpoint_drops_what_is_not_for_it() {
    let Some(folder) = folder() else { return };
    let mut bob = endpoint("192.0.2.2:5070");
    let (now, source) = (Time::from_secs(1), udp("192.0.2.9:5060"));
    for name in ["bcast", "scalarlg", "bigcode", "unreason"] {
        bob.receive(now, source, &read(&folder, name));
        assert_eq!(
            (bob.poll_event(), bob.poll_transmit()),
            (None, None),
            "{name}"
        );
    }
    // A branch with nothing behind its cookie is matched as RFC 2543 has it.
    for _ in 0..2 {
        bob.receive(now, source, &read(&folder, "badbranch"));
    }
    assert!(bob.poll_event().is_some());
    assert_eq!(bob.poll_event(), None);
    // Refused without state, to where the hop says: to its port.
    bob.receive(now, source, &read(&folder, "quotbal"));
    let refused = bob.poll_transmit().expect("400 is owed");
    assert_eq!(
        refused.to,
        Target::new(Transport::Udp, addr("192.0.2.9:5050"))
    );
    assert!(refused.bytes.starts_with(b"SIP/2.0 400 "));
}

fn addr(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

/// An OPTIONS that is fine.
const FINE: &str = "OPTIONS sip:bob@example.com SIP/2.0\r\n\
    Via: SIP/2.0/UDP client.example.com:5060;branch=z9hG4bK776\r\n\
    Max-Forwards: 70\r\n\
    From: Alice <sip:alice@example.com>;tag=88\r\n\
    To: Bob <sip:bob@example.com>\r\n\
    Call-ID: 843817637684230\r\n\
    CSeq: 63 OPTIONS\r\n\
    Content-Length: 0\r\n\r\n";

/// What of it is replaced, with what, and what becomes of it then.
const CHANGES: &[(&str, &str, &str)] = &[
    ("", "", "OPTIONS served"),
    ("SIP/2.0\r\nVia", "sip/2.0\r\nVia", "OPTIONS served"),
    ("SIP/2.0\r\nVia", "SIP/3.0\r\nVia", "refused 505"),
    ("SIP/2.0\r\nVia", "HTTP/1.1\r\nVia", "refused 400"),
    ("OPTIONS sip:bob", "OPTIONS  sip:bob", "refused 400"),
    ("OPTIONS sip:bob", "options sip:bob", "refused 400"),
    (
        "OPTIONS sip:bob@example.com",
        "OPTIONS <sip:bob@example.com>",
        "refused 400",
    ),
    (
        "OPTIONS sip:bob@example.com",
        "OPTIONS bob@example.com",
        "refused 400",
    ),
    (
        "OPTIONS sip:bob@example.com",
        "OPTIONS mailto:bob@example.com",
        "OPTIONS 416",
    ),
    (
        "OPTIONS sip:bob@example.com",
        "OPTIONS tel:+15551234",
        "OPTIONS served",
    ),
    ("63 OPTIONS", "63 INVITE", "refused 400"),
    ("63 OPTIONS", "63", "refused 400"),
    ("63 OPTIONS", "2147483648 OPTIONS", "refused 400"),
    ("63 OPTIONS", "2147483647 OPTIONS", "OPTIONS served"),
    ("Max-Forwards: 70\r\n", "", "OPTIONS served"),
    ("70", "0", "OPTIONS served"),
    ("70", "256", "refused 400"),
    ("70", "70\r\nMax-Forwards: 70", "refused 400"),
    (
        "From: Alice <sip:alice@example.com>;tag=88\r\n",
        "",
        "refused 400",
    ),
    ("To: Bob <sip:bob@example.com>\r\n", "", "refused 400"),
    ("Call-ID: 843817637684230\r\n", "", "refused 400"),
    ("Call-ID: 843817637684230", "Call-ID:", "refused 400"),
    ("CSeq: 63 OPTIONS\r\n", "", "refused 400"),
    (
        "Via: SIP/2.0/UDP client.example.com:5060;branch=z9hG4bK776\r\n",
        "",
        "dropped",
    ),
    ("Via: SIP", "Via: TLS", "dropped"),
    ("Via:", "Via", "dropped"),
    ("To: Bob", "To: \"Bob", "refused 400"),
    ("To: Bob", "To: Bob, Bob", "refused 400"),
    ("To: Bob", "To:", "OPTIONS served"),
    (
        "Max-Forwards:",
        "Require: timer\r\nMax-Forwards:",
        "OPTIONS served",
    ),
    (
        "Max-Forwards:",
        "Require: timer, 100rel\r\nMax-Forwards:",
        "OPTIONS 420",
    ),
    (
        "Max-Forwards:",
        "Proxy-Require: privacy\r\nMax-Forwards:",
        "OPTIONS served",
    ),
    ("Max-Forwards:", "Nonsense\r\nMax-Forwards:", "refused 400"),
    (
        "Max-Forwards:",
        "Non sense: 1\r\nMax-Forwards:",
        "refused 400",
    ),
    (
        "Max-Forwards:",
        "Date: yesterday\r\nMax-Forwards:",
        "OPTIONS served",
    ),
    (
        "Max-Forwards:",
        "Subject: \n\r\nMax-Forwards:",
        "refused 400",
    ),
    (
        "Max-Forwards:",
        "Subject: a\nb\r\nMax-Forwards:",
        "refused 400",
    ),
    (
        "Max-Forwards:",
        "Contact: *\r\nMax-Forwards:",
        "OPTIONS served",
    ),
    (
        "Max-Forwards:",
        "Contact: <sip:a@b>;;x\r\nMax-Forwards:",
        "refused 400",
    ),
    ("Content-Length: 0", "Content-Length: 1", "refused 400"),
    ("Content-Length: 0", "Content-Length: -1", "refused 400"),
    (
        "Content-Length: 0",
        "Content-Length: 0\r\nl: 0",
        "refused 400",
    ),
    ("Content-Length: 0\r\n", "", "OPTIONS served"),
    ("\r\n\r\n", "\r\n", "refused 400"),
    ("OPTIONS", "ACK", "ACK served"),
    ("OPTIONS sip:bob@example.com", "ACK sip:@", "dropped"),
    ("OPTIONS", "DANCE", "DANCE 501"),
    ("OPTIONS", "PUBLISH", "PUBLISH 405"),
    (
        "OPTIONS sip:bob@example.com SIP/2.0",
        "SIP/2.0 200 OK",
        "response 200",
    ),
    (
        "OPTIONS sip:bob@example.com SIP/2.0",
        "SIP/2.0 200",
        "response 200",
    ),
    (
        "OPTIONS sip:bob@example.com SIP/2.0",
        "SIP/2.0 99 No",
        "dropped",
    ),
    (
        "OPTIONS sip:bob@example.com SIP/2.0",
        "SIP/2.0 700 No",
        "dropped",
    ),
    (
        "OPTIONS sip:bob@example.com SIP/2.0",
        "SIP/3.0 200 OK",
        "dropped",
    ),
];

#[test]
fn one_change_makes_the_difference() {
    let mut wrong = Vec::new();
    for &(old, new, wanted) in CHANGES {
        // The method stands twice, everything else is changed where it stands first.
        let text = match old {
            "OPTIONS" => FINE.replace(old, new),
            old => FINE.replacen(old, new, 1),
        };
        assert!(text.contains(new), "{old}");
        let outcome = outcome(text.as_bytes());
        if outcome != wanted {
            wrong.push(format!("{old:?} -> {new:?}: {outcome}, wanted {wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_answer_to_nonsense_takes_over_what_could_be_read() {
    let text = FINE.replace("63 OPTIONS", "63 DANCE");
    let answer = parse(text.as_bytes())
        .expect_err("the methods differ")
        .answer();
    let answer = answer.expect("400 is owed");
    for name in [
        names::VIA,
        names::FROM,
        names::TO,
        names::CALL_ID,
        names::CSEQ,
    ] {
        assert!(answer.headers.has(name), "{name}");
    }
    assert_eq!(
        answer.headers.text(names::CSEQ).as_deref(),
        Some("63 DANCE")
    );
    assert!(
        answer.reason.starts_with("Bad Request (CSeq: "),
        "{}",
        answer.reason
    );
}
