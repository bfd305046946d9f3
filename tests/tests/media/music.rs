//! What a waiting caller hears: the music from its begin, in his law, one
//! packet for every 20 ms.

use tandem_server::media::{Codec, Music, Remote, Session, Side};

use crate::kit::{Came, Peer, media, open, until};

/// A caller in this law.
fn caller(session: &Session, codec: Codec) -> Peer {
    let peer = Peer::new();
    session.set_remote(Side::Caller, Remote::new(peer.local(), codec));
    peer
}

/// That packets follow each other in one stream, without a gap in time.
fn assert_stream(came: &[Came], codec: Codec) {
    for pair in came.windows(2) {
        let [before, after] = [pair[0].header, pair[1].header];
        assert_eq!(after.sequence, before.sequence.wrapping_add(1));
        assert_eq!(after.timestamp, before.timestamp.wrapping_add(160));
        assert_eq!((after.ssrc, after.marker), (before.ssrc, false));
    }
    let types = came.iter().map(|came| came.header.payload_type);
    assert!(came[0].header.marker && types.eq(came.iter().map(|_| codec.payload_type())));
}

#[test]
fn music_comes_from_its_begin_at_its_pace() {
    let melody = Music::melody();
    let media = media(2);
    for codec in [Codec::Pcma, Codec::Pcmu] {
        let (session, _) = open(&media);
        let peer = caller(&session, codec);
        let begin = std::time::Instant::now();
        session.play(Side::Caller, &melody);
        let came: Vec<Came> = (0..50).map(|_| peer.next()).collect();
        // A wide window: of a second of music, most takes its time.
        let passed = begin.elapsed().as_millis();
        assert!(passed > 700, "{passed} ms for a second of music");
        assert_stream(&came, codec);
        let heard: Vec<u8> = came.into_iter().flat_map(|came| came.payload).collect();
        assert_eq!(heard[..], melody.encoded(codec)[..8_000]);
    }
}

#[test]
fn music_goes_on_when_it_is_wanted_again_and_comes_over_and_over() {
    let samples: Vec<i16> = (0..250).map(|n| 100 * n).collect();
    let brief = Music::of_samples(&samples);
    let media = media(1);
    let (session, _) = open(&media);
    let peer = caller(&session, Codec::Pcmu);
    session.play(Side::Caller, &brief);
    let mut came: Vec<Came> = (0..5).map(|_| peer.next()).collect();
    session.play(Side::Caller, &brief.clone());
    came.extend((0..20).map(|_| peer.next()));
    assert_stream(&came, Codec::Pcmu);
    let heard = came.iter().flat_map(|came| came.payload.iter().copied());
    let wanted = brief.encoded(Codec::Pcmu).iter().copied().cycle();
    assert!(heard.eq(wanted.take(25 * 160)));
}

#[test]
fn a_prompt_comes_once_and_anew_when_it_is_wanted_again() {
    let samples: Vec<i16> = (0..250).map(|n| 100 * n).collect();
    let brief = Music::of_samples(&samples);
    let media = media(1);
    let (session, _) = open(&media);
    let peer = caller(&session, Codec::Pcma);
    for _ in 0..2 {
        session.play_once(Side::Caller, &brief);
        // What was on its way when it was wanted again is silence.
        let silent = |came: &Came| came.payload == [0xd5; 160];
        let mut came = peer.next();
        while silent(&came) {
            came = peer.next();
        }
        let mut heard = came.payload;
        heard.extend((0..4).flat_map(|_| peer.next().payload));
        let wanted = brief.encoded(Codec::Pcma).iter().copied();
        let wanted = wanted.chain(std::iter::repeat(0xd5));
        assert!(heard.into_iter().eq(wanted.take(5 * 160)));
    }
}

#[test]
fn silence_is_sent_and_nothing_is_not() {
    let media = media(1);
    let (session, _) = open(&media);
    let peer = caller(&session, Codec::Pcma);
    session.silence(Side::Caller);
    let came: Vec<Came> = (0..5).map(|_| peer.next()).collect();
    assert_stream(&came, Codec::Pcma);
    assert!(came.iter().all(|came| came.payload == [0xd5; 160]));
    session.mute(Side::Caller);
    session.set_remote(Side::Agent, Remote::new(peer.local(), Codec::Pcmu));
    session.silence(Side::Agent);
    // Both were fulfilled when the agent's side sends; what still came from the
    // caller's was on its way.
    let is_agents = |came: &Came| came.header.payload_type == 0;
    while !is_agents(&peer.next()) {}
    assert!((0..10).all(|_| is_agents(&peer.next())));
}

#[test]
fn all_who_wait_hear_the_same_from_one_clock() {
    const CALLERS: u16 = 40;
    let media = media(CALLERS);
    let music = Music::tone(440);
    let calls: Vec<(Session, Peer)> = (0..CALLERS)
        .map(|n| {
            let (session, _) = open(&media);
            let codec = if n % 2 == 0 { Codec::Pcma } else { Codec::Pcmu };
            let peer = caller(&session, codec);
            session.play(Side::Caller, &music);
            (session, peer)
        })
        .collect();
    for (n, (session, peer)) in calls.iter().enumerate() {
        let codec = if n % 2 == 0 { Codec::Pcma } else { Codec::Pcmu };
        let came: Vec<Came> = (0..25).map(|_| peer.next()).collect();
        assert_stream(&came, codec);
        until("all is counted", || {
            session.counters(Side::Caller).packets_out >= 25
        });
    }
}

#[test]
fn the_melody_is_quiet_and_has_no_seam() {
    let melody = Music::melody();
    let line = melody.encoded(Codec::Pcmu);
    assert_eq!(line.len(), 32 * 8_000);
    let samples: Vec<f64> = line
        .iter()
        .map(|byte| Codec::Pcmu.decode(*byte).into())
        .collect();
    let loudest = samples
        .iter()
        .fold(0.0_f64, |loudest, sample| loudest.max(sample.abs()));
    let db = |value: f64| 20.0 * (value / 32_767.0).log10();
    assert!((-15.0..-13.0).contains(&db(loudest)), "{} dB", db(loudest));
    let level = |samples: &[f64]| {
        let energy: f64 = samples.iter().map(|sample| sample * sample).sum();
        db((energy / samples.len() as f64).sqrt())
    };
    assert!(
        (-30.0..-24.0).contains(&level(&samples)),
        "{} dB",
        level(&samples)
    );
    // No second of it is silent, or stands out.
    for (second, samples) in samples.chunks(8_000).enumerate() {
        let level = level(samples);
        assert!(
            (-36.0..-22.0).contains(&level),
            "{level} dB in second {second}"
        );
    }
    let step = |pair: [f64; 2]| (pair[1] - pair[0]).abs();
    let steepest = samples
        .windows(2)
        .map(|pair| step([pair[0], pair[1]]))
        .fold(0.0, f64::max);
    let seam = step([samples[samples.len() - 1], samples[0]]);
    assert!(
        seam <= steepest / 4.0,
        "the seam leaps by {seam}, the rest by at most {steepest}"
    );
}
