//! The range of ports: even and odd in pairs, all of them, no more, and late
//! again.

use std::net::UdpSocket;

use tandem_server::media::{Media, MediaOptions, OpenError, Session, Side};
use tokio::sync::mpsc;

use crate::kit::{IP, media, range, until};

fn open(media: &Media) -> Result<Session, OpenError> {
    let (events, _) = mpsc::channel(1);
    media.open(events)
}

#[test]
fn a_call_takes_two_even_ports_and_those_behind() {
    let media = media(3);
    let session = open(&media).expect("ports are free");
    for side in Side::BOTH {
        let local = session.local(side);
        assert_eq!((local.ip(), local.port() % 2), (IP, 0));
        for port in [local.port(), local.port() + 1] {
            assert!(UdpSocket::bind((IP, port)).is_err(), "{port} is taken");
        }
    }
    assert_eq!(media.pairs_free(), 4);
    let clone = session.clone();
    assert_eq!(clone.id(), session.id());
    drop(session);
    assert!(UdpSocket::bind(clone.local(Side::Agent)).is_err());
    let (agent, caller) = (clone.local(Side::Agent), clone.local(Side::Caller));
    drop(clone);
    until("the ports are free", || media.pairs_free() == 6);
    // The next calls get those that were free for longer.
    for _ in 0..2 {
        let next = open(&media).expect("ports are free");
        for side in Side::BOTH {
            assert!(![agent, caller].contains(&next.local(side)));
        }
        std::mem::forget(next);
    }
    let last = open(&media).expect("ports are free");
    assert_eq!(
        (last.local(Side::Agent), last.local(Side::Caller)),
        (agent, caller)
    );
}

#[test]
fn at_the_limit_and_past_it() {
    let media = media(2);
    let first = open(&media).expect("ports are free");
    let _second = open(&media).expect("ports are free");
    let why = open(&media).expect_err("none are left");
    assert!(matches!(why, OpenError::PortsExhausted));
    assert_eq!(why.to_string(), "no ports are left for media");
    drop(first);
    until("a call ended", || media.pairs_free() == 2);
    open(&media).expect("ports are free again");
}

#[test]
fn half_a_call_leaves_no_ports_behind() {
    // Three pairs: one and a half calls.
    let ports = range(6);
    let media = Media::start(&MediaOptions {
        ports,
        ..MediaOptions::new(IP)
    })
    .expect("media start");
    let _first = open(&media).expect("ports are free");
    assert!(matches!(open(&media), Err(OpenError::PortsExhausted)));
    assert_eq!(media.pairs_free(), 1);
}

#[test]
fn ports_of_other_programs_are_left_out() {
    let ports = range(8);
    let taken = ports.start() + 3;
    let _other = UdpSocket::bind((IP, taken)).expect("it was free");
    let options = MediaOptions {
        ports,
        ..MediaOptions::new(IP)
    };
    let media = Media::start(&options).expect("media start");
    let first = open(&media).expect("three pairs are left");
    for side in Side::BOTH {
        assert_ne!(first.local(side).port(), taken - 1);
    }
    assert!(matches!(open(&media), Err(OpenError::PortsExhausted)));
}

#[test]
fn what_cannot_carry_a_call_does_not_start() {
    let with = |ports, threads| {
        Media::start(&MediaOptions {
            ports,
            threads,
            ..MediaOptions::new(IP)
        })
    };
    for (ports, threads) in [
        (20_000..=20_002, 1),
        // From an odd port on, four are one pair and two halves.
        (20_001..=20_004, 1),
        (20_000..=20_003, 0),
        (20_000..=20_003, 65),
        (65_535..=65_535, 1),
    ] {
        let why = with(ports.clone(), threads).expect_err("it is wrong");
        assert_eq!(
            why.kind(),
            std::io::ErrorKind::InvalidInput,
            "{ports:?}, {threads}"
        );
    }
    with(20_000..=20_003, 1).expect("one call");
    with(20_001..=20_005, 64).expect("one call");
    with(0..=65_535, 1).expect("many calls");
}

#[test]
fn calls_outlive_nothing() {
    let media = media(2);
    let session = open(&media).expect("ports are free");
    let local = session.local(Side::Agent);
    let clone = media.clone();
    drop(media);
    assert!(UdpSocket::bind(local).is_err());
    drop(clone);
    // Sockets close with the media; the handle does no harm.
    UdpSocket::bind(local).expect("it is free");
    session.silence(Side::Caller);
    assert_eq!(session.counters(Side::Caller).packets_out, 0);
}
