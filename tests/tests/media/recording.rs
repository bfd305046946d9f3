//! Conversations as stereo files: who is on which side, what is silent, and what is left out.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tandem_server::media::{
    Codec, Media, Music, Recorder, Recording, Remote, Session, Side, Voices, free_name, keep_parts,
};

use crate::kit::{Peer, media, nth, open, until};

/// What each says, in every byte.
const CALLER: u8 = 0x2a;
const AGENT: u8 = 0x5c;
const SECRET: u8 = 0x37;
const PACKET: Duration = Duration::from_millis(20);
/// How far off a moment may be on a machine that has other things to do.
const SLACK_MS: i64 = 200;

/// Two who talk, and the file of what they say.
struct Desk {
    _media: Media,
    session: Session,
    peers: [Peer; 2],
    next: [u16; 2],
    began: Instant,
    folder: PathBuf,
}

impl Desk {
    fn new(name: &str) -> Self {
        let media = media(1);
        let (session, _happened) = open(&media);
        let peers = Side::BOTH.map(|side| {
            let peer = Peer::new();
            session.set_remote(side, Remote::new(peer.local(), Codec::Pcmu));
            peer
        });
        session.bridge();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _gone = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("tests may write here");
        Self {
            _media: media,
            session,
            peers,
            next: [0, 0],
            began: Instant::now(),
            folder,
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.join("call.wav")
    }

    /// Records from now on.
    fn start(&self) -> Recording {
        let begun = Recording::start(&self.path(), Voices::Conversation);
        let (recorder, recording) = begun.expect("tests may write here");
        self.takes(Some(recorder));
        recording
    }

    /// The media thread knows of this before anything else is said.
    fn takes(&self, recorder: Option<Recorder>) {
        self.session.record(recorder);
        sleep(PACKET);
    }

    /// Agent and caller say this for so many packets; who says nothing sends nothing.
    fn say(&mut self, says: [Option<u8>; 2], packets: u16) {
        let mut due = Instant::now();
        for _ in 0..packets {
            for (place, side) in Side::BOTH.into_iter().enumerate() {
                if let Some(voice) = says[place] {
                    let header = nth(self.next[place], 0, 7);
                    self.peers[place].send(self.session.local(side), header, &[voice; 160]);
                }
                // The clock goes on in silence.
                self.next[place] += 1;
            }
            due += PACKET;
            sleep(due.saturating_duration_since(Instant::now()));
        }
    }

    fn finish(&self, recording: Recording) -> Heard {
        self.takes(None);
        recording.finish(true);
        until("the file has its name", || self.path().exists());
        let heard = Heard::of(&self.path());
        // A machine that is slow says the same in more time.
        let late = self.began.elapsed() - PACKET * u32::from(self.next[0]);
        Heard {
            late_ms: i64::try_from(late.as_millis()).expect("it is short"),
            ..heard
        }
    }
}

/// What is in a file.
struct Heard {
    /// Left and right.
    sides: [Vec<i16>; 2],
    /// How much longer it took to say it than it should.
    late_ms: i64,
}

impl Heard {
    fn of(path: &Path) -> Self {
        let mut file = hound::WavReader::open(path).expect("a WAV file");
        let spec = file.spec();
        let kind = (spec.channels, spec.sample_rate, spec.bits_per_sample);
        assert_eq!(kind, (2, 8_000, 16));
        let all: Vec<i16> = file.samples().map(|it| it.expect("a sample")).collect();
        assert_eq!(all.len() % 2, 0, "both sides are equally long");
        let side = |first: usize| all.iter().skip(first).step_by(2).copied().collect();
        Self {
            sides: [side(0), side(1)],
            late_ms: 0,
        }
    }

    fn length_ms(&self) -> i64 {
        i64::try_from(self.sides[0].len()).expect("it is short") / 8
    }

    /// When on this side something was said first and last, in ms; nothing else was said.
    #[track_caller]
    fn stretch(&self, side: usize, voice: u8) -> (i64, i64) {
        let said = Codec::Pcmu.decode(voice);
        let samples = &self.sides[side];
        let other = samples.iter().find(|&&it| it != 0 && it != said);
        assert_eq!(other, None, "only {said} is said on side {side}");
        let ms = |place: usize| i64::try_from(place).expect("it is short") / 8;
        let first = samples.iter().position(|&it| it == said);
        let last = samples.iter().rposition(|&it| it == said);
        (ms(first.expect("it is said")), ms(last.expect("it is")))
    }

    /// For how long this was said on a side, in ms.
    fn said_ms(&self, side: usize, voice: u8) -> i64 {
        let said = Codec::Pcmu.decode(voice);
        let samples = self.sides[side].iter().filter(|&&it| it == said).count();
        i64::try_from(samples).expect("it is short") / 8
    }

    #[track_caller]
    fn assert_near(&self, what: &str, ms: i64, wanted: i64) {
        let right = wanted - SLACK_MS..=wanted + SLACK_MS + self.late_ms;
        assert!(right.contains(&ms), "{what}: {ms}, not {wanted} ms");
    }
}

#[test]
fn both_voices_lie_on_one_timeline() {
    let mut desk = Desk::new("recording_timeline");
    let recording = desk.start();
    desk.say([None, Some(CALLER)], 25);
    desk.say([Some(AGENT), Some(CALLER)], 25);
    desk.say([Some(AGENT), None], 50);
    desk.say([Some(AGENT), Some(CALLER)], 25);
    let heard = desk.finish(recording);
    heard.assert_near("the file", heard.length_ms(), 2_500);
    let (first, last) = heard.stretch(0, CALLER);
    heard.assert_near("the caller begins", first, 0);
    heard.assert_near("the caller ends", last, 2_500);
    heard.assert_near("the caller speaks", heard.said_ms(0, CALLER), 1_500);
    let (first, last) = heard.stretch(1, AGENT);
    heard.assert_near("the agent begins", first, 500);
    heard.assert_near("the agent ends", last, 2_500);
    heard.assert_near("the agent speaks", heard.said_ms(1, AGENT), 2_000);
}

#[test]
fn what_is_said_in_a_pause_is_nowhere() {
    let mut desk = Desk::new("recording_pause");
    let mut recording = desk.start();
    desk.say([Some(AGENT), Some(CALLER)], 25);
    desk.takes(None);
    recording.pause();
    desk.say([Some(SECRET), Some(SECRET)], 50);
    let recorder = recording.resume();
    desk.takes(Some(recorder));
    desk.say([Some(AGENT), Some(CALLER)], 25);
    let heard = desk.finish(recording);
    heard.assert_near("the file", heard.length_ms(), 1_000);
    for (side, voice) in [CALLER, AGENT].into_iter().enumerate() {
        heard.stretch(side, voice);
        heard.assert_near("what is said", heard.said_ms(side, voice), 1_000);
    }
}

#[test]
fn who_is_on_hold_and_who_holds_him_are_silent() {
    let mut desk = Desk::new("recording_hold");
    let recording = desk.start();
    desk.say([Some(AGENT), Some(CALLER)], 25);
    desk.session.play(Side::Caller, &Music::melody());
    desk.session.silence(Side::Agent);
    sleep(PACKET);
    desk.say([Some(SECRET), Some(SECRET)], 50);
    desk.session.bridge();
    sleep(PACKET);
    desk.say([Some(AGENT), Some(CALLER)], 25);
    let heard = desk.finish(recording);
    heard.assert_near("the file", heard.length_ms(), 2_000);
    for (side, voice) in [CALLER, AGENT].into_iter().enumerate() {
        let (_, last) = heard.stretch(side, voice);
        heard.assert_near("he ends", last, 2_000);
        heard.assert_near("what is said", heard.said_ms(side, voice), 1_000);
    }
}

#[test]
fn a_packet_out_of_order_is_where_it_belongs() {
    let desk = Desk::new("recording_order");
    let recording = desk.start();
    let to = desk.session.local(Side::Caller);
    for n in [0, 1, 3, 2, 4, 4] {
        // Its neighbours say the same but for the number.
        let voice = CALLER + u8::try_from(n).expect("few");
        desk.peers[1].send(to, nth(n, 0, 7), &[voice; 160]);
        sleep(PACKET);
    }
    let heard = desk.finish(recording);
    let mut said = heard.sides[0].clone();
    said.dedup();
    said.retain(|&it| it != 0);
    let wanted: Vec<i16> = (0..5).map(|n| Codec::Pcmu.decode(CALLER + n)).collect();
    assert_eq!(said, wanted);
}

/// What the disk holds at any moment can be listened to, and lacks a second at most.
#[test]
fn what_a_crash_leaves_is_kept() {
    let mut desk = Desk::new("recording_crash");
    let recording = desk.start();
    desk.say([Some(AGENT), Some(CALLER)], 100);
    let crashed = desk.folder.join("crashed.wav.part");
    fs::copy(desk.folder.join("call.wav.part"), &crashed).expect("it is there");
    keep_parts(&desk.folder).expect("they are ours");
    let heard = Heard::of(&desk.folder.join("crashed.wav"));
    assert!(!crashed.exists());
    assert!(heard.length_ms() >= 1_000, "{} ms", heard.length_ms());
    heard.stretch(0, CALLER);
    heard.stretch(1, AGENT);
    drop(recording);
}

#[test]
fn no_recording_takes_the_name_of_another() {
    let desk = Desk::new("recording_names");
    let names = ["call.wav", "call-2.wav.part", "call-3.wav", "call-4.wav"];
    for pair in names.windows(2) {
        fs::write(desk.folder.join(pair[0]), []).expect("tests may write here");
        let next = pair[1].trim_end_matches(".part");
        assert_eq!(free_name(&desk.folder, "call"), desk.folder.join(next));
    }
}

#[test]
fn where_nothing_can_be_written_that_is_said() {
    let desk = Desk::new("recording_nowhere");
    let nowhere = desk.folder.join("nobody/made/this.wav");
    Recording::start(&nowhere, Voices::Conversation).expect_err("there is no such folder");
}
