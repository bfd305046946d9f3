//! Session descriptions, offers and answers.

use tandem_sip::limits::{SDP_BYTES_MAX, SDP_FORMATS_MAX, SDP_LINES_MAX, SDP_MEDIA_MAX};
use tandem_sip::sdp::{Codec, Direction, Local, Session, agree, answer, offer};

const HEAD: &str = "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

fn session(lines: &str) -> Session {
    let text = format!("{HEAD}{lines}");
    Session::parse(text.as_bytes()).unwrap_or_else(|fault| panic!("{lines}: {fault}"))
}

fn local(codecs: &[Codec]) -> Local {
    Local {
        address: "203.0.113.5:4000".parse().expect("an address"),
        codecs: codecs.to_vec(),
        session: 9,
        version: 1,
        direction: Direction::Both,
    }
}

const BOTH: [Codec; 2] = [Codec::Pcma, Codec::Pcmu];

#[test]
fn the_first_suitable_codec_of_the_offer_is_taken() {
    // m= and a= lines; codec, payload type, events.
    let table = [
        ("m=audio 10 RTP/AVP 0\r\n", Some((Codec::Pcmu, 0, None))),
        ("m=audio 10 RTP/AVP 0 8\r\n", Some((Codec::Pcmu, 0, None))),
        (
            "m=audio 10 RTP/AVP 18 8 0\r\n",
            Some((Codec::Pcma, 8, None)),
        ),
        (
            "m=audio 10 RTP/AVP 111 8 126\r\na=rtpmap:111 opus/48000/2\r\n\
             a=rtpmap:126 telephone-event/8000\r\n",
            Some((Codec::Pcma, 8, Some(126))),
        ),
        (
            "m=audio 10 RTP/AVP 0 110\r\na=rtpmap:110 telephone-event/48000\r\n",
            Some((Codec::Pcmu, 0, None)),
        ),
        (
            "m=audio 10 RTP/AVP 97\r\na=rtpmap:97 pcmu/8000\r\n",
            Some((Codec::Pcmu, 97, None)),
        ),
        ("m=audio 10 RTP/AVP 97\r\na=rtpmap:97 PCMU/16000\r\n", None),
        ("m=audio 10 RTP/AVP 0\r\na=rtpmap:0 GSM/8000\r\n", None),
        ("m=audio 10 RTP/AVP 9\r\n", None),
        ("m=audio 0 RTP/AVP 0\r\n", None),
        ("m=audio 10 RTP/SAVP 0\r\n", None),
        ("m=video 10 RTP/AVP 0\r\n", None),
        ("", None),
        ("m=audio 10 RTP/AVP 0\r\nc=IN IP4 host.example\r\n", None),
    ];
    for (lines, wanted) in table {
        let answered = answer(&local(&BOTH), &session(lines));
        let got = answered
            .as_ref()
            .ok()
            .map(|(_, a)| (a.codec, a.payload_type, a.events));
        assert_eq!(got, wanted, "{lines}");
        if let Err(fault) = answered {
            assert_eq!(
                fault.status.map(|status| status.code()),
                Some(488),
                "{lines}"
            );
        }
    }
}

#[test]
fn an_answer_has_as_many_streams_as_the_offer() {
    let offered = session(
        "m=video 20 RTP/AVP 31\r\nm=audio 10 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n\
         a=ptime:30\r\nm=audio 12 RTP/AVP 8\r\n",
    );
    let (answered, agreement) = answer(&local(&BOTH), &offered).expect("it suits");
    let ports: Vec<u16> = answered.media.iter().map(|media| media.port).collect();
    assert_eq!(ports, [0, 4000, 0]);
    assert_eq!(
        agreement.remote,
        "192.0.2.1:10".parse().expect("an address")
    );
    assert_eq!(agreement.ptime_ms, Some(30));
    assert_eq!(answered.media[1].formats, ["0", "101"]);
    assert_eq!(answered.media[1].fmtp(101), Some("0-15"));
    assert_eq!(
        Session::parse(&answered.to_bytes())
            .as_ref()
            .map(|s| s.media.len()),
        Ok(3)
    );
    // The other side understands the answer alike.
    let alike = agree(&local(&BOTH), &answered).expect("it suits");
    assert_eq!((alike.codec, alike.events), (Codec::Pcmu, Some(101)));
    assert_eq!(
        alike.remote,
        "203.0.113.5:4000".parse().expect("an address")
    );
}

#[test]
fn an_offer_of_ours_can_be_answered_by_us() {
    let offered = offer(&local(&BOTH));
    let offered = Session::parse(&offered.to_bytes()).expect("we read what we write");
    let (_, agreement) = answer(&local(&[Codec::Pcmu]), &offered).expect("it suits");
    assert_eq!(
        (agreement.codec, agreement.events),
        (Codec::Pcmu, Some(101))
    );
    assert!(answer(&local(&[]), &offered).is_err());
}

#[test]
fn hold_is_seen_and_answered() {
    let audio = "m=audio 10 RTP/AVP 0\r\n";
    let table = [
        (String::from(audio), false, Direction::Both),
        (format!("{audio}a=sendrecv\r\n"), false, Direction::Both),
        (format!("{audio}a=sendonly\r\n"), true, Direction::Receive),
        (format!("{audio}a=recvonly\r\n"), false, Direction::Send),
        (format!("{audio}a=inactive\r\n"), true, Direction::None),
        (format!("a=sendonly\r\n{audio}"), true, Direction::Receive),
        (
            format!("a=sendonly\r\n{audio}a=sendrecv\r\n"),
            false,
            Direction::Both,
        ),
        (
            format!("{audio}c=IN IP4 0.0.0.0\r\n"),
            true,
            Direction::Receive,
        ),
        (
            format!("{audio}c=IN IP6 ::\r\na=recvonly\r\n"),
            true,
            Direction::None,
        ),
    ];
    for (lines, is_hold, direction) in table {
        let offered = session(&lines);
        assert_eq!(offered.is_hold(), is_hold, "{lines}");
        let (answered, agreement) = answer(&local(&BOTH), &offered).expect("it suits");
        assert_eq!(agreement.direction, direction, "{lines}");
        assert_eq!(
            answered.direction_of(&answered.media[0]),
            direction,
            "{lines}"
        );
    }
    assert!(!session("m=video 10 RTP/AVP 31\r\na=sendonly\r\n").is_hold());
}

#[test]
fn descriptions_are_read_with_tolerance() {
    let odd = "v=0\no=bob 29739072720123456789012345 0 IN IP6 2001:db8::1\ns= \nq=unknown\n\
        c=IN IP4 224.2.1.1/127/3\nb=AS:64\nt=0 0\na=\nm=audio 49170/2 RTP/AVP 0\n\
        a=rtpmap:0 PCMU/8000\nz=nothing\n";
    let session = Session::parse(odd.as_bytes()).expect("it is fine");
    assert_eq!(session.origin.session, u64::MAX);
    assert_eq!(
        session.connection.as_ref().map(|c| c.address.as_str()),
        Some("224.2.1.1")
    );
    assert_eq!(session.media[0].port, 49170);
    assert_eq!(
        session.others.len(),
        2,
        "b= and t= are kept, q= and the late z= are not"
    );
    let again = Session::parse(&session.to_bytes()).expect("we read what we write");
    assert_eq!(again, session);
    let bad = b"v=0\r\no=- 1 1 IN IP4 \xff\r\ns=\xfe\r\n";
    assert!(Session::parse(bad).is_ok());
    for wrong in [
        "",
        "v=1\r\n",
        "o=- 1 1 IN IP4 a\r\n",
        "v=0\r\n",
        "v=0\r\no=- 1 1 IN IP4\r\n",
        "v=0\r\no=- x 1 IN IP4 a\r\n",
        "v=0\r\no=- 1 1 ATM NSAP a\r\n",
        "v=0\r\nnonsense\r\n",
    ] {
        assert!(Session::parse(wrong.as_bytes()).is_err(), "{wrong}");
    }
    for wrong in [
        "m=audio\r\n",
        "m=audio x RTP/AVP 0\r\n",
        "m=audio 10 RTP/AVP\r\n",
        "c=IN\r\n",
        "m =video 1 RTP/AVP 0\r\n",
        "m=audio 65536 RTP/AVP 0\r\n",
    ] {
        assert!(
            Session::parse(format!("{HEAD}{wrong}").as_bytes()).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn descriptions_have_limits() {
    let read = |lines: String| Session::parse(format!("{HEAD}{lines}").as_bytes()).is_ok();
    let head = HEAD.lines().count();
    assert!(read("a=x\r\n".repeat(SDP_LINES_MAX - head)));
    assert!(!read("a=x\r\n".repeat(SDP_LINES_MAX - head + 1)));
    assert!(read("m=audio 1 RTP/AVP 0\r\n".repeat(SDP_MEDIA_MAX)));
    assert!(!read("m=audio 1 RTP/AVP 0\r\n".repeat(SDP_MEDIA_MAX + 1)));
    assert!(read(format!(
        "m=audio 1 RTP/AVP{}\r\n",
        " 0".repeat(SDP_FORMATS_MAX)
    )));
    assert!(!read(format!(
        "m=audio 1 RTP/AVP{}\r\n",
        " 0".repeat(SDP_FORMATS_MAX + 1)
    )));
    let fill = |bytes: usize| format!("a={}\r\n", "x".repeat(bytes - HEAD.len() - 4));
    assert!(read(fill(SDP_BYTES_MAX)));
    assert!(!read(fill(SDP_BYTES_MAX + 1)));
}
