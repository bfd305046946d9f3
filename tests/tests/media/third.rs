//! Who is beside the two of a call: asked by one of them while the other hears music, and
//! then perhaps the one whom that one talks to.

use std::time::Duration;

use tandem_server::media::phone::{DIGIT_MS, Phone, Phones};
use tandem_server::media::telephone_event::{Digit, Sending};
use tandem_server::media::{
    Codec, Media, MediaEventKind, MediaOptions, Music, OpenError, Remote, Session, Side,
};
use tandem_tests::cases::cases;
use tokio::sync::mpsc;

use crate::kit::{Dice, IP, Peer, media, nth, open, range, until};

/// What each says, in hertz, and the music.
const VOICES: [u16; 3] = [700, 400, 1_000];
const MUSIC: u16 = 1_500;
/// What the first says of two who are not played by telephones; the other says one more.
const VOICE: u8 = 0x44;
const CODECS: [Codec; 3] = [Codec::Pcmu, Codec::Pcma, Codec::Pcma];

/// Media for one call of three.
fn media_for_three() -> Media {
    Media::start(&MediaOptions {
        ports: range(6),
        ..MediaOptions::new(IP)
    })
    .expect("media start")
}

/// A call of three, and their telephones, which speak.
fn three(phones: &Phones, session: &Session) -> [Phone; 3] {
    session.add_third().expect("ports are free");
    let mut places = (0..).zip(Side::ALL);
    [(); 3].map(|()| {
        let (place, side): (usize, _) = places.next().expect("there are three");
        let phone = phones.open(IP).expect("a port is free");
        session.set_remote(side, Remote::new(phone.local(), CODECS[place]));
        phone.connect(Remote::new(session.local(side), CODECS[place]));
        phone.say(Some(Music::tone(VOICES[place])));
        phone
    })
}

/// Waits until each hears nothing but this; 0 stands for no packets at all.
#[track_caller]
fn assert_hear(session: &Session, phones: &[Phone; 3], wanted: [u16; 3]) {
    let sent = || Side::ALL.map(|side| session.counters(side).packets_out);
    let before = sent();
    // More than is kept of what was heard.
    until("enough is heard", || {
        (0..3).all(|place| wanted[place] == 0 || sent()[place] > before[place] + 30)
    });
    let after = sent();
    for (place, phone) in phones.iter().enumerate() {
        let heard = phone.heard();
        match wanted[place] {
            0 => assert!(after[place] <= before[place] + 1, "{place} hears something"),
            hz => assert!(heard.share(hz) > 0.98, "{place}: {}", heard.share(hz)),
        }
        assert_eq!((heard.sources.len() <= 1, heard.steps_back), (true, 0));
    }
}

#[test]
fn who_asks_and_who_is_asked_hear_each_other_and_the_caller_hears_music() {
    let media = media_for_three();
    let (session, _happened) = open(&media);
    let phones = Phones::start().expect("a thread");
    let lines = three(&phones, &session);
    let [agent, caller, third] = VOICES;
    session.bridge();
    assert_hear(&session, &lines, [caller, agent, 0]);
    session.play(Side::Caller, &Music::tone(MUSIC));
    session.silence(Side::Agent);
    session.connect(Side::Agent, Side::Third);
    assert_hear(&session, &lines, [third, MUSIC, agent]);
    // Back to the caller: who was asked is heard no more, and hears nothing.
    session.mute(Side::Third);
    session.bridge();
    assert_hear(&session, &lines, [caller, agent, 0]);
    // Asked again, and now the caller is for him. His telephone sends to where it did.
    session.play(Side::Caller, &Music::tone(MUSIC));
    session.connect(Side::Agent, Side::Third);
    assert_hear(&session, &lines, [third, MUSIC, agent]);
    session.mute(Side::Agent);
    session.connect(Side::Caller, Side::Third);
    assert_hear(&session, &lines, [0, third, caller]);
    for side in Side::ALL {
        let counters = session.counters(side);
        assert_eq!((counters.lost, counters.unsent), (0, 0));
        assert!(counters.packets_in > 100);
    }
}

#[test]
fn one_can_be_heard_by_two() {
    let media = media_for_three();
    let (session, _happened) = open(&media);
    let phones = Phones::start().expect("a thread");
    let lines = three(&phones, &session);
    let [agent, _, third] = VOICES;
    session.bridge();
    // Whom the caller hears stays.
    session.connect(Side::Agent, Side::Third);
    assert_hear(&session, &lines, [third, agent, agent]);
}

/// A side presses a key: the first packet of that.
#[track_caller]
fn press(peer: &Peer, session: &Session, side: Side, key: char, at: u32, sequence: u16) {
    let key = Digit::of_symbol(key).expect("a key");
    let mut sending = Sending::new(key, DIGIT_MS, at);
    let packet = sending.next_packet().expect("a key has packets");
    let mut header = nth(sequence, 101, 7);
    header.timestamp = at;
    peer.send(session.local(side), header, &packet.event.bytes());
}

/// The next key that a peer hears, behind whatever is said.
#[track_caller]
fn key_heard(peer: &Peer) -> u8 {
    loop {
        let payload = peer.next().payload;
        if payload.len() == 4 {
            return payload[0];
        }
    }
}

#[test]
fn keys_go_to_whoever_hears_who_pressed_them() {
    let media = media_for_three();
    let (session, mut happened) = open(&media);
    session.add_third().expect("ports are free");
    let peers = Side::ALL.map(|side| {
        let peer = Peer::new();
        let remote = Remote::new(peer.local(), Codec::Pcmu).with_events(101);
        session.set_remote(side, remote);
        peer
    });
    let [agent, caller, third] = &peers;
    let mut told = || {
        let event = happened.blocking_recv().expect("the session lives");
        match event.kind {
            MediaEventKind::Digit(digit) => (event.side, digit.symbol()),
            MediaEventKind::Timeout => panic!("no side is watched"),
        }
    };
    press(third, &session, Side::Third, '1', 0, 1);
    assert_eq!(told(), (Side::Third, '1'));
    session.connect(Side::Agent, Side::Third);
    let mut n = 1;
    until("the agent listens", || {
        n += 1;
        third.send(session.local(Side::Third), nth(n, 0, 7), &[0x2a; 160]);
        agent.has_more()
    });
    // The rest of that key was meant for nobody; the next one is for who listens.
    press(third, &session, Side::Third, '1', 0, n + 1);
    press(third, &session, Side::Third, '2', 800, n + 2);
    assert_eq!(told(), (Side::Third, '2'));
    assert_eq!(key_heard(agent), 2);
    press(agent, &session, Side::Agent, '3', 0, 1);
    assert_eq!(told(), (Side::Agent, '3'));
    assert_eq!(key_heard(third), 3);
    // The caller's go nowhere, and the server is told.
    press(caller, &session, Side::Caller, '4', 0, 1);
    assert_eq!(told(), (Side::Caller, '4'));
    assert!(peers.iter().all(|peer| !peer.has_more()));
}

#[test]
fn a_third_side_takes_ports_when_it_comes_and_until_the_call_ends() {
    let media = media(2);
    let (session, _happened) = open(&media);
    assert_eq!(media.pairs_free(), 2);
    assert_eq!(session.counters(Side::Third).packets_in, 0);
    session.add_third().expect("ports are free");
    assert_eq!(media.pairs_free(), 1);
    let local = session.local(Side::Third);
    assert_eq!((local.ip(), local.port() % 2), (IP, 0));
    assert!(Side::BOTH.iter().all(|side| session.local(*side) != local));
    session.add_third().expect("it is there");
    assert_eq!((media.pairs_free(), session.local(Side::Third)), (1, local));
    drop(session);
    until("the ports are free", || media.pairs_free() == 4);
}

#[test]
fn where_no_ports_are_left_the_two_talk_on() {
    let media = media(1);
    let (session, _happened) = open(&media);
    let why = session.add_third().expect_err("none are left");
    assert!(matches!(why, OpenError::PortsExhausted));
    let (events, _happened) = mpsc::channel(1);
    let why = media.part(&session, Side::Agent, events);
    assert!(matches!(why, Err(OpenError::PortsExhausted)));
    let (caller, agent) = (Peer::new(), Peer::new());
    session.set_remote(Side::Caller, Remote::new(caller.local(), Codec::Pcmu));
    session.set_remote(Side::Agent, Remote::new(agent.local(), Codec::Pcmu));
    // Of a side that is not there, nothing is done.
    session.silence(Side::Third);
    session.mute(Side::Third);
    session.bridge();
    caller.send(session.local(Side::Caller), nth(1, 0, 1), &[0x2a; 160]);
    assert_eq!(agent.next().payload, [0x2a; 160]);
}

#[test]
fn a_third_side_that_falls_silent_is_told() {
    let media = Media::start(&MediaOptions {
        ports: range(6),
        timeout: Some(Duration::from_millis(500)),
        ..MediaOptions::new(IP)
    })
    .expect("media start");
    let (session, mut happened) = open(&media);
    session.add_third().expect("ports are free");
    let third = Peer::new();
    session.set_remote(Side::Third, Remote::new(third.local(), Codec::Pcmu));
    let event = happened.blocking_recv().expect("the session lives");
    let wanted = (Side::Third, MediaEventKind::Timeout);
    assert_eq!((event.side, event.kind), wanted);
}

/// Who talks to a caller, on either of his sides, goes on in a call of his own: where he sends
/// to stays, and so does the stream to him.
#[test]
fn who_leaves_keeps_his_ports_and_talks_in_a_call_of_his_own() {
    let hears = |phone: &Phone, hz: u16| {
        until("he is heard", || phone.heard().share(hz) > 0.98);
    };
    for (place, side) in [(0, Side::Agent), (2, Side::Third)] {
        let media = media(2);
        let (session, _happened) = open(&media);
        let phones = Phones::start().expect("a thread");
        let lines = three(&phones, &session);
        let (events, mut happened) = mpsc::channel(100);
        let leaves = &lines[place];
        session.connect(Side::Caller, side);
        hears(leaves, VOICES[1]);
        hears(&lines[1], VOICES[place]);
        let local = session.local(side);

        let own = media.part(&session, side, events).expect("ports are free");
        assert_eq!((own.local(Side::Caller), media.pairs_free()), (local, 0));
        session.play(Side::Caller, &Music::tone(MUSIC));
        hears(&lines[1], MUSIC);
        own.play(Side::Caller, &Music::tone(MUSIC + 500));
        hears(leaves, MUSIC + 500);
        let helps = phones.open(IP).expect("a port is free");
        own.set_remote(Side::Agent, Remote::new(helps.local(), Codec::Pcma));
        helps.connect(Remote::new(own.local(Side::Agent), Codec::Pcma));
        helps.say(Some(Music::tone(MUSIC - 300)));
        own.bridge();
        hears(leaves, MUSIC - 300);
        hears(&helps, VOICES[place]);
        // Nobody is there any more of whom something could be wanted.
        session.bridge();
        session.play(side, &Music::tone(MUSIC));
        drop(session);
        until("the others' ports are free", || media.pairs_free() == 2);
        hears(&helps, VOICES[place]);
        let heard = leaves.heard();
        assert_eq!((heard.sources.len(), heard.steps_back), (1, 0));
        assert!(happened.try_recv().is_err());
    }
}

#[test]
fn who_comes_beside_the_two_after_the_third_has_left_has_his_own_ports() {
    let media = Media::start(&MediaOptions {
        ports: range(10),
        ..MediaOptions::new(IP)
    });
    let media = media.expect("media start");
    let (session, _happened) = open(&media);
    session.add_third().expect("ports are free");
    let local = session.local(Side::Third);
    let (events, _happens) = mpsc::channel(1);
    let own = media.part(&session, Side::Third, events);
    let own = own.expect("ports are free");
    session.add_third().expect("ports are free");
    assert_eq!(own.local(Side::Caller), local);
    assert_ne!(session.local(Side::Third), local);
    assert_eq!(media.pairs_free(), 0);
    drop(session);
    until("the ports are free", || media.pairs_free() == 3);
}

/// Whatever is wanted and whatever comes, in any order: in the end they hear each other.
#[test]
fn three_survive_whatever_is_wanted_and_whatever_comes() {
    let mut dice = Dice::new(5);
    let media = media_for_three();
    let any = |dice: &mut Dice| Side::ALL[dice.below(3)];
    let (melody, beep) = (Music::melody(), Music::beep());
    for _ in 0..cases(30) {
        until("the ports are free", || media.pairs_free() == 3);
        let (session, _happened) = open(&media);
        let peers = [(); 3].map(|()| Peer::new());
        let mut has_third = false;
        for step in 0..60_u16 {
            let side = any(&mut dice);
            let peer = &peers[dice.below(3)];
            match dice.below(9) {
                0 => {
                    session.add_third().expect("ports are free");
                    has_third = true;
                }
                1 => session.connect(side, any(&mut dice)),
                2 => session.play(side, &melody),
                3 => session.brief(side, &beep, any(&mut dice)),
                4 => session.mute(side),
                5 => session.set_remote(side, Remote::new(peer.local(), Codec::Pcmu)),
                _ if side != Side::Third || has_third => {
                    let mut bytes = crate::kit::packet(nth(step, 0, 3), &[0x33; 160]);
                    if dice.below(2) == 0 {
                        dice.damage(&mut bytes);
                    }
                    peer.send_bytes(session.local(side), &bytes);
                }
                _ => {}
            }
        }
        session.add_third().expect("ports are free");
        let fresh = [Peer::new(), Peer::new()];
        let ends = [Side::Caller, Side::Third];
        for (side, peer) in ends.into_iter().zip(&fresh) {
            session.set_remote(side, Remote::new(peer.local(), Codec::Pcmu));
            session.silence(side);
        }
        session.connect(Side::Caller, Side::Third);
        // They speak on, as telephones do: what came before they were named is lost.
        let (mut heard, mut n) = ([false; 2], 0);
        until("they hear each other", || {
            n += 1;
            for (place, side) in ends.into_iter().enumerate() {
                let voice = [VOICE + u8::from(place == 1); 160];
                fresh[place].send(session.local(side), nth(n, 0, 9), &voice);
                while fresh[place].has_more() {
                    heard[place] |=
                        fresh[place].next().payload == [VOICE + u8::from(place == 0); 160];
                }
            }
            heard == [true; 2]
        });
    }
}
