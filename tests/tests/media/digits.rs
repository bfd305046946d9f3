//! Keys that are pressed: each is told once, whatever the network does.

use tandem_server::media::phone::{DIGIT_MS, Phones};
use tandem_server::media::rtp::Header;
use tandem_server::media::telephone_event::{Detector, Digit, Event, EventPacket, Sending};
use tandem_server::media::{Codec, MediaEvent, MediaEventKind, Music, Remote, Side};
use tandem_tests::cases::cases;

use crate::kit::{Dice, IP, Peer, media, open, until};

const KEYS: &str = "0123456789*#ABCD";

fn digits(symbols: &str) -> impl Iterator<Item = Digit> {
    symbols
        .chars()
        .map(|symbol| Digit::of_symbol(symbol).expect("a key"))
}

fn header(packet: &EventPacket) -> Header {
    Header {
        marker: packet.marker,
        payload_type: 101,
        sequence: 0,
        timestamp: packet.timestamp,
        ssrc: 7,
    }
}

fn all(mut sending: Sending) -> Vec<EventPacket> {
    std::iter::from_fn(|| sending.next_packet()).collect()
}

#[test]
fn keys_have_their_events() {
    for (event, symbol) in (0_u8..).zip(KEYS.chars()) {
        let digit = Digit::of_event(event).expect("a key");
        assert_eq!((digit.symbol(), digit.event()), (symbol, event));
        assert_eq!(Digit::of_symbol(symbol.to_ascii_lowercase()), Some(digit));
    }
    assert_eq!((Digit::of_event(16), Digit::of_symbol('E')), (None, None));
}

#[test]
fn a_key_of_40_ms_is_four_packets() {
    let key = Digit::of_symbol('5').expect("a key");
    let sent = all(Sending::new(key, DIGIT_MS, 1_000));
    let seen: Vec<_> = sent
        .iter()
        .map(|packet| {
            (
                packet.marker,
                packet.timestamp,
                packet.event.duration,
                packet.event.end,
            )
        })
        .collect();
    let wanted = [
        (true, 1_000, 160, false),
        (false, 1_000, 320, true),
        (false, 1_000, 320, true),
        (false, 1_000, 320, true),
    ];
    assert_eq!(seen, wanted);
    let bytes = sent[1].event.bytes();
    assert_eq!(bytes, [5, 0x80 | 10, 1, 0x40]);
    assert_eq!(Event::parse(&bytes), Some(sent[1].event));
    assert_eq!(Event::parse(&bytes[..3]), None);
}

#[test]
fn a_key_that_is_held_is_still_one() {
    let key = Digit::of_symbol('#').expect("a key");
    // 8,191 ms fit one segment; one more does not.
    for (held_ms, segments) in [(8_191, 1), (8_192, 2), (20_000, 3)] {
        let sent = all(Sending::new(key, held_ms, u32::MAX - 100));
        let mut detector = Detector::default();
        let told = sent
            .iter()
            .filter_map(|packet| detector.packet(&header(packet), &packet.event));
        assert_eq!(told.collect::<Vec<_>>(), [key], "{held_ms} ms");
        let mut begins: Vec<u32> = sent.iter().map(|packet| packet.timestamp).collect();
        begins.dedup();
        assert_eq!(begins.len(), segments, "{held_ms} ms");
        let last = sent.last().expect("there are packets");
        let behind = last.timestamp.wrapping_add(last.event.duration.into());
        let length = behind.wrapping_sub(u32::MAX - 100);
        assert_eq!(length, u32::from(held_ms) * 8);
        assert_eq!(sent.iter().filter(|packet| packet.event.end).count(), 3);
    }
}

/// Every way in which some of four packets come, in every order, some twice.
#[test]
fn one_packet_of_a_key_is_enough() {
    let mut ways = 0;
    let key = Digit::of_symbol('9').expect("a key");
    let sent = all(Sending::new(key, DIGIT_MS, 5));
    for way in 0..5_usize.pow(6) {
        let picked = (0..6).map(|place| way / 5_usize.pow(place) % 5);
        let came: Vec<&EventPacket> = picked.filter_map(|at| sent.get(at)).collect();
        let mut detector = Detector::default();
        let told = came
            .iter()
            .filter_map(|packet| detector.packet(&header(packet), &packet.event));
        assert_eq!(told.count(), usize::from(!came.is_empty()), "way {way}");
        ways += 1;
    }
    println!("{ways} ways");
}

/// Rows of keys over a network that loses every other packet, sends some twice
/// and lets some wait.
#[test]
fn rows_of_keys_survive_a_bad_network() {
    let mut dice = Dice::new(3);
    for round in 0..cases(500) {
        let keys: Vec<Digit> = (0..40)
            .map(|_| Digit::of_symbol(KEYS.chars().nth(dice.below(16)).expect("a key")))
            .map(|digit| digit.expect("a key"))
            .collect();
        let mut network: Vec<(usize, EventPacket)> = Vec::new();
        let begin = u32::try_from(dice.below(1 << 31))
            .expect("31 bits")
            .wrapping_mul(2);
        for (place, key) in keys.iter().enumerate() {
            // 40 ms of tone, 60 of pause.
            let at = begin.wrapping_add(800 * u32::try_from(place).expect("few"));
            let sent = all(Sending::new(*key, DIGIT_MS, at));
            let sure = dice.below(sent.len());
            for (n, packet) in sent.into_iter().enumerate() {
                let copies = if n == sure {
                    1 + dice.below(2)
                } else {
                    dice.below(3)
                };
                for _ in 0..copies {
                    // So late that they mix with the next key's, but a key's
                    // first to come are not overtaken by the next but one's.
                    network.push((
                        place * 5 + n + dice.below(5) * usize::from(n != sure),
                        packet,
                    ));
                }
            }
        }
        network.sort_by_key(|(at, _)| *at);
        let mut detector = Detector::default();
        let told: Vec<Digit> = network
            .iter()
            .filter_map(|(_, packet)| detector.packet(&header(packet), &packet.event))
            .collect();
        assert_eq!(told, keys, "round {round}");
    }
}

#[test]
fn another_sender_may_press_at_the_same_time() {
    let key = Digit::of_symbol('1').expect("a key");
    let sent = all(Sending::new(key, DIGIT_MS, 0));
    let mut detector = Detector::default();
    let first = header(&sent[0]);
    let second = Header { ssrc: 8, ..first };
    assert_eq!(detector.packet(&first, &sent[0].event), Some(key));
    assert_eq!(detector.packet(&second, &sent[0].event), Some(key));
    assert_eq!(detector.packet(&first, &sent[1].event), None);
    let flash = Event {
        event: 16,
        ..sent[0].event
    };
    let later = Header {
        timestamp: 9_000,
        ..first
    };
    assert_eq!(detector.packet(&later, &flash), None);
}

#[test]
fn keys_of_a_phone_are_told_and_passed_on() {
    let media = media(1);
    let (session, mut happened) = open(&media);
    let phones = Phones::start().expect("a thread");
    // Each side has its own number for telephone-events.
    let sides = [
        (Side::Caller, 101, Codec::Pcma),
        (Side::Agent, 96, Codec::Pcmu),
    ];
    let [caller, agent] = sides.map(|(side, event, codec)| {
        let phone = phones.open(IP).expect("a port is free");
        session.set_remote(side, Remote::new(phone.local(), codec).with_events(event));
        phone.connect(Remote::new(session.local(side), codec).with_events(event));
        phone.say(Some(Music::tone(500)));
        phone
    });
    caller.dial(digits("42"));
    let mut told = |count: usize| -> Vec<(Side, char)> {
        let next = |_| happened.blocking_recv().expect("the session lives");
        let symbol = |event: MediaEvent| match event.kind {
            MediaEventKind::Digit(digit) => (event.side, digit.symbol()),
            MediaEventKind::Timeout => panic!("no side is watched"),
        };
        (0..count).map(next).map(symbol).collect()
    };
    assert_eq!(told(2), [(Side::Caller, '4'), (Side::Caller, '2')]);
    session.bridge();
    until("the agent hears the caller", || agent.heard().packets > 5);
    caller.dial(digits(KEYS));
    let wanted: Vec<_> = KEYS.chars().map(|symbol| (Side::Caller, symbol)).collect();
    assert_eq!(told(KEYS.len()), wanted);
    until("the agent hears the keys", || agent.heard().digits == KEYS);
    agent.dial(digits("#"));
    assert_eq!(told(1), [(Side::Agent, '#')]);
    until("the caller hears the key", || caller.heard().digits == "#");
    let heard = agent.heard();
    assert_eq!((heard.sources.len(), heard.steps_back), (1, 0));
}

#[test]
fn keys_survive_a_bad_network_over_sockets() {
    let media = media(1);
    let (session, mut happened) = open(&media);
    let peer = Peer::new();
    let remote = Remote::new(peer.local(), Codec::Pcmu).with_events(101);
    session.set_remote(Side::Caller, remote);
    let mut sequence = 0;
    for (place, key) in digits(KEYS).enumerate() {
        let at = 800 * u32::try_from(place).expect("few");
        let sent = all(Sending::new(key, DIGIT_MS, at));
        // One of the four comes, twice, and behind it an earlier one; which of
        // them takes turns.
        let late = sent[place % 4];
        for packet in [late, late, sent[0]] {
            sequence += 1;
            let header = Header {
                sequence,
                ..header(&packet)
            };
            peer.send(session.local(Side::Caller), header, &packet.event.bytes());
        }
    }
    for key in digits(KEYS) {
        let event = happened.blocking_recv().expect("the session lives");
        assert_eq!(event.session, session.id());
        assert_eq!(
            (event.side, event.kind),
            (Side::Caller, MediaEventKind::Digit(key))
        );
    }
    let all = u64::from(sequence);
    until("all came", || {
        session.counters(Side::Caller).packets_in == all
    });
    assert!(happened.try_recv().is_err(), "no key was told twice");
}

#[test]
fn keys_that_nobody_fetches_are_counted() {
    let media = media(1);
    let (events, mut happened) = tokio::sync::mpsc::channel(1);
    let session = media.open(events).expect("ports are free");
    let peer = Peer::new();
    let remote = Remote::new(peer.local(), Codec::Pcmu).with_events(101);
    session.set_remote(Side::Agent, remote);
    for (place, key) in (0..).zip(digits("123")) {
        let packet = all(Sending::new(key, DIGIT_MS, 800 * place))[0];
        peer.send(
            session.local(Side::Agent),
            header(&packet),
            &packet.event.bytes(),
        );
    }
    until("two were too many", || {
        session.counters(Side::Agent).unheard == 2
    });
    let first = happened.blocking_recv().expect("the session lives");
    assert_eq!(
        first.kind,
        MediaEventKind::Digit(Digit::of_symbol('1').expect("a key"))
    );
}
