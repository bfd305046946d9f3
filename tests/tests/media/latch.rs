//! Who is taken for the peer: the address that signalling names, or a stranger
//! who sends a row of good packets while that one is silent; then nobody else.

use tandem_server::media::{Codec, LATCH_PACKETS, Media, Remote, Session, Side};

use crate::kit::{Peer, media, nth, open, until};

const ROW: u16 = LATCH_PACKETS as u16;

/// A call whose caller is at an address, and whose agent hears him.
fn call(media: &Media, named: &Peer) -> (Session, Peer) {
    let (session, _) = open(media);
    let agent = Peer::new();
    session.set_remote(Side::Caller, Remote::new(named.local(), Codec::Pcmu));
    session.set_remote(Side::Agent, Remote::new(agent.local(), Codec::Pcmu));
    session.bridge();
    (session, agent)
}

/// Sends packets that hold the sender's own sign.
fn send(peer: &Peer, session: &Session, ssrc: u8, sequence: impl IntoIterator<Item = u16>) {
    for n in sequence {
        peer.send(
            session.local(Side::Caller),
            nth(n, 0, ssrc.into()),
            &[ssrc; 160],
        );
    }
}

fn refused(session: &Session, count: u64) {
    until("all came", || {
        session.counters(Side::Caller).refused >= count
    });
    assert_eq!(session.counters(Side::Caller).refused, count);
}

/// Where the caller's audio goes: the agent says a word, and it comes there.
#[track_caller]
fn assert_hears(session: &Session, agent: &Peer, hears: &Peer, others: &[&Peer], n: u16) {
    let before = session.counters(Side::Caller).packets_out;
    agent.send(session.local(Side::Agent), nth(n, 0, 9), &[0x55; 160]);
    assert_eq!(hears.next().payload, [0x55; 160]);
    until("it is counted", || {
        session.counters(Side::Caller).packets_out > before
    });
    assert!(others.iter().all(|other| !other.has_more()));
}

#[test]
fn the_named_address_is_heard_at_once_and_nobody_after_it() {
    let media = media(1);
    let (named, attacker) = (Peer::new(), Peer::new());
    let (session, agent) = call(&media, &named);
    send(&named, &session, 1, [1]);
    assert_eq!(agent.next().payload, [1; 160]);
    send(&attacker, &session, 2, 1..=20);
    refused(&session, 20);
    // Not even under the peer's own numbers.
    send(&attacker, &session, 1, 2..=11);
    refused(&session, 30);
    assert!(!agent.has_more());
    assert_hears(&session, &agent, &named, &[&attacker], 1);
    send(&named, &session, 1, [2]);
    assert_eq!(agent.next().payload, [1; 160]);
}

#[test]
fn a_stranger_is_taken_after_a_row_of_packets() {
    let media = media(1);
    let (named, stranger, attacker) = (Peer::new(), Peer::new(), Peer::new());
    let (session, agent) = call(&media, &named);
    send(&stranger, &session, 1, 1..ROW);
    refused(&session, u64::from(ROW) - 1);
    assert!(!agent.has_more());
    // One packet short of the row, whoever sends is sent nothing.
    assert_hears(&session, &agent, &named, &[&stranger], 1);
    send(&stranger, &session, 1, [ROW]);
    assert_eq!(agent.next().payload, [1; 160]);
    assert_hears(&session, &agent, &stranger, &[&named], 2);
    send(&attacker, &session, 2, 1..=20);
    refused(&session, u64::from(ROW) - 1 + 20);
    assert_hears(&session, &agent, &stranger, &[&named, &attacker], 3);
}

#[test]
fn no_row_no_peer() {
    let media = media(1);
    let (named, strangers) = (Peer::new(), [Peer::new(), Peer::new()]);
    let (session, agent) = call(&media, &named);
    let mut sent = 0;
    // Two who take turns, one who skips numbers, one who changes his source.
    for n in 1..=ROW {
        send(&strangers[0], &session, 1, [n]);
        send(&strangers[1], &session, 1, [n]);
        sent += 2;
    }
    send(&strangers[0], &session, 1, (1..=ROW).map(|n| 100 + 2 * n));
    for ssrc in 1..=LATCH_PACKETS {
        send(&strangers[0], &session, ssrc, [200 + u16::from(ssrc)]);
    }
    refused(&session, sent + 2 * u64::from(ROW));
    assert_hears(&session, &agent, &named, &[&strangers[0], &strangers[1]], 1);
}

#[test]
fn the_named_address_corrects_a_wrong_guess_once() {
    let media = media(1);
    let (named, attacker) = (Peer::new(), Peer::new());
    let (session, agent) = call(&media, &named);
    send(&attacker, &session, 2, 1..=ROW);
    assert_eq!(agent.next().payload, [2; 160]);
    send(&named, &session, 1, [1]);
    assert_eq!(agent.next().payload, [1; 160]);
    let before = session.counters(Side::Caller).refused;
    send(&attacker, &session, 2, ROW + 1..=ROW + 20);
    refused(&session, before + 20);
    assert_hears(&session, &agent, &named, &[&attacker], 1);
}

#[test]
fn another_address_is_awaited_anew_and_the_same_is_not() {
    let media = media(1);
    let (named, stranger, moved) = (Peer::new(), Peer::new(), Peer::new());
    let (session, agent) = call(&media, &named);
    send(&stranger, &session, 1, 1..=ROW);
    assert_eq!(agent.next().payload, [1; 160]);
    // The same again, in another codec: whoever was found stays.
    session.set_remote(Side::Caller, Remote::new(named.local(), Codec::Pcma));
    send(&stranger, &session, 1, [ROW + 1]);
    assert_eq!(agent.next().payload, [1; 160]);
    agent.send(session.local(Side::Agent), nth(1, 0, 9), &[0xff; 160]);
    assert_eq!(stranger.next().payload, [0xd5; 160]);
    session.set_remote(Side::Caller, Remote::new(moved.local(), Codec::Pcmu));
    let before = session.counters(Side::Caller).refused;
    send(&stranger, &session, 1, [ROW + 2]);
    refused(&session, before + 1);
    assert_hears(&session, &agent, &moved, &[&named, &stranger], 2);
    send(&moved, &session, 3, [1]);
    assert_eq!(agent.next().payload, [3; 160]);
}

#[test]
fn nobody_is_heard_before_signalling_and_hold_sends_nothing() {
    let media = media(1);
    let (session, _) = open(&media);
    let (caller, agent) = (Peer::new(), Peer::new());
    session.set_remote(Side::Agent, Remote::new(agent.local(), Codec::Pcmu));
    session.bridge();
    send(&caller, &session, 1, 1..=20);
    refused(&session, 20);
    for held in [([0, 0, 0, 0], caller.local().port()), ([127, 0, 0, 1], 0)] {
        session.set_remote(Side::Caller, Remote::new(held.into(), Codec::Pcmu));
        agent.send(session.local(Side::Agent), nth(1, 0, 9), &[0x55; 160]);
    }
    until("the agent said it", || {
        session.counters(Side::Agent).packets_in == 2
    });
    let counters = session.counters(Side::Caller);
    assert_eq!((counters.packets_out, counters.unsent), (0, 0));
    assert!(!caller.has_more() && !agent.has_more());
}
