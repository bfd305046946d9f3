//! Two parties who talk: each hears the other, in its own codec, as one stream
//! with what it heard before.

use tandem_server::media::phone::{Phone, Phones};
use tandem_server::media::rtp::{Extension, Packet};
use tandem_server::media::{
    Codec, Media, MediaEventKind, MediaOptions, Music, Remote, Session, Side,
};

use crate::kit::{Came, IP, Peer, media, nth, open, range, until};

const CALLER_HZ: u16 = 400;
const AGENT_HZ: u16 = 700;

/// A phone on a side, which says a tone.
fn phone(phones: &Phones, session: &Session, side: Side, codec: Codec, hz: u16) -> Phone {
    let phone = phones.open(IP).expect("a port is free");
    session.set_remote(side, Remote::new(phone.local(), codec));
    phone.connect(Remote::new(session.local(side), codec));
    phone.say(Some(Music::tone(hz)));
    phone
}

fn talk(caller_codec: Codec, agent_codec: Codec) {
    let media = media(1);
    let (session, _happened) = open(&media);
    let phones = Phones::start().expect("a thread");
    let caller = phone(&phones, &session, Side::Caller, caller_codec, CALLER_HZ);
    let agent = phone(&phones, &session, Side::Agent, agent_codec, AGENT_HZ);
    until("both are known", || {
        Side::BOTH
            .iter()
            .all(|side| session.counters(*side).packets_in > 2)
    });
    assert_eq!((caller.heard().packets, agent.heard().packets), (0, 0));
    session.bridge();
    until("both hear enough", || {
        caller.heard().packets > 30 && agent.heard().packets > 30
    });
    session.unbridge();
    for (phone, codec, own, others) in [
        (&caller, caller_codec, CALLER_HZ, AGENT_HZ),
        (&agent, agent_codec, AGENT_HZ, CALLER_HZ),
    ] {
        let heard = phone.heard();
        let (share, echo) = (heard.share(others), heard.share(own));
        assert_eq!(heard.codec, Some(codec));
        assert!(share > 0.98, "{share} of what is heard is the other");
        assert!(echo < 0.01, "{echo} is an echo");
        let level = heard.level_db();
        assert!((-17.0..-15.0).contains(&level), "{level} dB");
        assert_eq!((heard.sources.len(), heard.steps_back), (1, 0));
    }
    counters_add_up(&session, &caller, &agent);
}

fn counters_add_up(session: &Session, caller: &Phone, agent: &Phone) {
    for (side, phone) in [(Side::Caller, caller), (Side::Agent, agent)] {
        // Silence still comes, so the phone's figure is read in between.
        let before = session.counters(side).packets_out;
        until("what was sent is heard", || phone.heard().packets >= before);
        let heard = phone.heard();
        until("what is heard was counted", || {
            session.counters(side).packets_out >= heard.packets
        });
        let counters = session.counters(side);
        assert_eq!(counters.bytes_out, 172 * counters.packets_out);
        assert_eq!(counters.bytes_in, 172 * counters.packets_in);
        assert_eq!((counters.lost, counters.unsent), (0, 0));
    }
}

#[test]
fn both_hear_each_other() {
    talk(Codec::Pcmu, Codec::Pcmu);
    talk(Codec::Pcma, Codec::Pcma);
}

#[test]
fn tones_pass_from_one_law_to_the_other() {
    talk(Codec::Pcmu, Codec::Pcma);
    talk(Codec::Pcma, Codec::Pcmu);
}

/// A call with two peers made by hand, both named.
fn by_hand(media: &Media) -> (Session, Peer, Peer) {
    let (session, _) = open(media);
    let (caller, agent) = (Peer::new(), Peer::new());
    session.set_remote(Side::Caller, Remote::new(caller.local(), Codec::Pcmu));
    session.set_remote(Side::Agent, Remote::new(agent.local(), Codec::Pcma));
    (session, caller, agent)
}

#[test]
fn music_and_a_person_are_one_stream() {
    let media = media(1);
    let (session, caller, agent) = by_hand(&media);
    session.play(Side::Caller, &Music::melody());
    let music: Vec<Came> = (0..10).map(|_| caller.next()).collect();
    session.bridge();
    // As long as music comes, the bridge does not stand.
    let to = session.local(Side::Agent);
    let mut last = music[9].header;
    let mut n = 65_530;
    let first = loop {
        agent.send(to, nth(n, 8, 99), &[0xd5; 160]);
        n = n.wrapping_add(1);
        let came = caller.next();
        if came.header.marker {
            break came;
        }
        assert_eq!(came.header.sequence, last.sequence.wrapping_add(1));
        last = came.header;
    };
    // The least loud of A-law is no zero.
    assert_eq!(first.payload, [0xfe; 160]);
    assert_eq!(first.header.sequence, last.sequence.wrapping_add(1));
    assert_eq!(first.header.ssrc, last.ssrc);
    let pause = first.header.timestamp.wrapping_sub(last.timestamp);
    assert!((160..1_000_000).contains(&pause), "{pause}");
    // Numbers wrap, gaps and swaps stay, and what is too late is left out.
    caller.drain();
    let base = n;
    for offset in [0, 1, 4, 3, 3] {
        agent.send(to, nth(base.wrapping_add(offset), 8, 99), &[0x2a; 160]);
    }
    let came: Vec<Came> = (0..5).map(|_| caller.next()).collect();
    let begin = came[0].header;
    for (came, offset) in came.iter().zip([0, 1, 4, 3, 3]) {
        assert_eq!(came.header.sequence, begin.sequence.wrapping_add(offset));
        assert!(!came.header.marker);
    }
    // A sender who begins anew begins a spurt.
    agent.send(to, nth(1, 8, 100), &[0xd5; 160]);
    let anew = caller.next().header;
    assert!(anew.marker);
    assert_eq!(
        (anew.ssrc, anew.sequence),
        (begin.ssrc, begin.sequence.wrapping_add(5))
    );
    agent.send(to, nth(0, 8, 100), &[0xd5; 160]);
    agent.send(to, nth(2, 8, 100), &[0xd5; 160]);
    let next = caller.next().header;
    assert_eq!(
        next.sequence,
        anew.sequence.wrapping_add(1),
        "the late one is left out"
    );
    // Back to music: the same stream again.
    session.play(Side::Caller, &Music::melody());
    let back = caller.next().header;
    assert!(back.marker);
    assert_eq!(
        (back.ssrc, back.sequence),
        (next.ssrc, next.sequence.wrapping_add(1))
    );
    assert!(back.timestamp.wrapping_sub(next.timestamp).cast_signed() >= 160);
}

#[test]
fn only_the_payload_is_passed_on() {
    let media = media(1);
    let (session, caller, agent) = by_hand(&media);
    session.bridge();
    let mut bytes = Vec::new();
    let extension = Extension {
        profile: 1,
        data: &[0; 8],
    };
    Packet {
        header: nth(7, 0, 1),
        csrc: &[1; 12],
        extension: Some(extension),
        payload: &[0xff; 80],
        padding: 8,
    }
    .write(&mut bytes);
    let to = session.local(Side::Caller);
    caller.send_bytes(to, &bytes);
    assert_eq!(agent.next().payload, [0xd5; 80]);
    // Nothing of this is passed on: no audio, an unknown type, an event that
    // was not agreed upon, no RTP, RTCP.
    caller.send(to, nth(8, 0, 1), &[]);
    caller.send(to, nth(9, 3, 1), &[0; 33]);
    caller.send(to, nth(10, 101, 1), &[1, 10, 0, 160]);
    caller.send_bytes(to, &[0; 100]);
    caller.send_bytes(to, &[0x80, 200, 0, 1, 0, 0, 0, 1]);
    caller.send(to, nth(11, 0, 1), &[0xff; 160]);
    assert_eq!(agent.next().payload.len(), 160);
    assert!(!agent.has_more());
    let counters = session.counters(Side::Caller);
    assert_eq!(
        (counters.packets_in, counters.refused, counters.rtcp_in),
        (2, 4, 1)
    );
    // By their numbers, three between the two are missing.
    assert_eq!(counters.lost, 3);
    let mut rtcp = to;
    rtcp.set_port(to.port() + 1);
    caller.send_bytes(rtcp, &[0x80, 200, 0, 1, 0, 0, 0, 1]);
    until("RTCP is counted", || {
        session.counters(Side::Caller).rtcp_in == 2
    });
}

#[test]
fn whoever_names_our_own_port_does_not_hear_himself() {
    let media = media(2);
    let (session, _) = open(&media);
    session.add_third().expect("ports are free");
    // The first names the port of the last.
    let mut own = session.local(Side::Third);
    for side in Side::ALL {
        let own = std::mem::replace(&mut own, session.local(side));
        session.set_remote(side, Remote::new(own, Codec::Pcmu));
        session.silence(side);
    }
    let unsent = |side: Side| session.counters(side).unsent;
    until("nothing is sent", || {
        Side::ALL.iter().all(|side| unsent(*side) > 3)
    });
    for side in Side::ALL {
        let counters = session.counters(side);
        assert_eq!((counters.packets_in, counters.packets_out), (0, 0));
    }
}

#[test]
fn a_side_that_falls_silent_is_told_once() {
    let media = Media::start(&MediaOptions {
        ports: range(4),
        timeout: Some(std::time::Duration::from_millis(500)),
        ..MediaOptions::new(IP)
    })
    .expect("media start");
    let (session, mut happened) = open(&media);
    let (caller, held) = (Peer::new(), ([0, 0, 0, 0], 4_000).into());
    session.set_remote(Side::Caller, Remote::new(caller.local(), Codec::Pcmu));
    // Who is on hold owes nothing.
    session.set_remote(Side::Agent, Remote::new(held, Codec::Pcmu));
    for n in 0..2 {
        let event = happened.blocking_recv().expect("the session lives");
        assert_eq!(
            (event.side, event.kind),
            (Side::Caller, MediaEventKind::Timeout)
        );
        assert!(happened.try_recv().is_err());
        caller.send(session.local(Side::Caller), nth(n, 0, 1), &[0; 160]);
    }
}
