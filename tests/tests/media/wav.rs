//! Music from WAV files: of every kind that is taken, at every limit, damaged.

use std::f64::consts::TAU;
use std::fs::File;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use hound::{SampleFormat, WavSpec, WavWriter};
use tandem_server::media::phone::Heard;
use tandem_server::media::{Codec, FILE_BYTES_MAX, MUSIC_SECONDS_MAX, Music, RATE_MAX, RATE_MIN};

use crate::kit::{Dice, mutants};

const LOUD: f64 = 0.25;

fn spec(sample_rate: u32, channels: u16, bits_per_sample: u16) -> WavSpec {
    let floats = bits_per_sample == 0;
    WavSpec {
        channels,
        sample_rate,
        bits_per_sample: if floats { 32 } else { bits_per_sample },
        sample_format: if floats {
            SampleFormat::Float
        } else {
            SampleFormat::Int
        },
    }
}

#[expect(clippy::cast_possible_truncation, reason = "less precision is meant")]
fn brief(value: f64) -> f32 {
    value as f32
}

#[expect(clippy::cast_possible_truncation, reason = "no sample exceeds 32 bits")]
fn whole(value: f64) -> i32 {
    value.round() as i32
}

/// A file of so many samples a channel, each of which is a tone.
fn file(spec: WavSpec, hz: f64, length: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut bytes, spec).expect("a header");
    let full = 2.0_f64.powi(i32::from(spec.bits_per_sample) - 1) - 1.0;
    for n in 0..length {
        let value = LOUD * (TAU * hz * f64::from(n) / f64::from(spec.sample_rate)).sin();
        for _ in 0..spec.channels {
            match spec.sample_format {
                SampleFormat::Float => writer.write_sample(brief(value)),
                SampleFormat::Int => writer.write_sample(whole(value * full)),
            }
            .expect("a sample");
        }
    }
    writer.finalize().expect("a file");
    bytes.into_inner()
}

/// A file of G.711, with a chunk of odd length before its samples.
fn g711(codec: Codec, rate: u32, channels: u16, data: &[u8]) -> Vec<u8> {
    let tag: u16 = if codec == Codec::Pcma { 6 } else { 7 };
    let mut bytes = b"RIFF____WAVEfmt ".to_vec();
    bytes.extend(18_u32.to_le_bytes());
    bytes.extend(tag.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * u32::from(channels)).to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend([8, 0, 0, 0]);
    bytes.extend(b"fact\x05\0\0\0abcde\0data");
    bytes.extend(u32::try_from(data.len()).expect("short").to_le_bytes());
    bytes.extend(data);
    bytes
}

/// What a phone would say about a piece in the middle.
fn heard(music: &Music) -> Heard {
    let line = music.encoded(Codec::Pcmu);
    let middle = (line.len() - 1_600) / 2;
    let piece = line[middle..middle + 1_600].iter();
    Heard {
        recent: piece.map(|byte| Codec::Pcmu.decode(*byte)).collect(),
        ..Heard::default()
    }
}

#[track_caller]
fn assert_tone(music: &Music, hz: u16, what: &str) {
    let heard = heard(music);
    let (share, level) = (heard.share(hz), heard.level_db());
    assert!(share > 0.99, "{what}: {share} of it is the tone");
    assert!((-12.6..-11.5).contains(&level), "{what}: {level} dB");
}

#[test]
fn every_kind_of_file_keeps_its_tone() {
    // No bits: floats.
    for bits in [8, 16, 24, 32, 0] {
        for channels in [1, 2, 6] {
            for rate in [8_000, 11_025, 16_000, 22_050, 44_100, 47_999, 48_000] {
                let spec = spec(rate, channels, bits);
                let music = Music::from_wav(&file(spec, 1_000.0, rate / 2)).expect("music");
                assert_eq!(
                    music.encoded(Codec::Pcma).len(),
                    (rate / 2 * 8_000 / rate) as usize
                );
                assert_tone(&music, 1_000, &format!("{spec:?}"));
            }
        }
    }
    for codec in [Codec::Pcma, Codec::Pcmu] {
        let tone = Music::from_wav(&file(spec(8_000, 1, 16), 500.0, 8_000)).expect("music");
        let data = tone.encoded(codec);
        let music = Music::from_wav(&g711(codec, 8_000, 1, data)).expect("music");
        assert_tone(&music, 500, "G.711");
        let doubled: Vec<u8> = data.iter().flat_map(|byte| [*byte, *byte]).collect();
        let music = Music::from_wav(&g711(codec, 16_000, 2, &doubled)).expect("music");
        assert_tone(&music, 1_000, "G.711 in stereo, twice as fast");
    }
}

#[test]
fn the_band_of_telephony_passes_and_what_lies_above_does_not() {
    for rate in [16_000, 44_100, 48_000] {
        for hz in [100, 300, 1_000, 2_000, 3_000, 3_300] {
            let music = Music::from_wav(&file(spec(rate, 1, 16), hz.into(), rate / 2));
            assert_tone(&music.expect("music"), hz, &format!("{hz} Hz at {rate}"));
        }
        for hz in [4_200, 5_000, 6_000, 7_900] {
            let music = Music::from_wav(&file(spec(rate, 1, 16), hz.into(), rate / 2));
            let level = heard(&music.expect("music")).level_db();
            assert!(level < -70.0, "{hz} Hz at {rate}: {level} dB are left");
        }
    }
}

#[test]
fn channels_are_mixed() {
    let spec = spec(8_000, 2, 16);
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut bytes, spec).expect("a header");
    let wave = [0, 5_657, 8_000, 5_657, 0, -5_657, -8_000, -5_657_i16];
    for sample in wave.iter().cycle().take(8_000) {
        writer.write_sample(*sample).expect("a sample");
        writer.write_sample(-sample).expect("a sample");
    }
    writer.finalize().expect("a file");
    let music = Music::from_wav(&bytes.into_inner()).expect("music");
    let silent = heard(&music).recent.iter().all(|sample| sample.abs() < 20);
    assert!(silent, "what is opposite on both sides is gone");
}

#[test]
fn lengths_and_rates_at_the_limit_and_past_it() {
    let long = |seconds: u32, more: u32| {
        let music = file(spec(RATE_MIN, 1, 8), 100.0, RATE_MIN * seconds + more);
        Music::from_wav(&music)
    };
    let longest = long(MUSIC_SECONDS_MAX, 0).expect("it may be so long");
    assert_eq!(
        longest.encoded(Codec::Pcma).len(),
        8_000 * MUSIC_SECONDS_MAX as usize
    );
    let why = long(MUSIC_SECONDS_MAX, 1).expect_err("too long");
    assert_eq!(why, "lasts longer than 900 seconds");
    for (rate, fine) in [
        (RATE_MIN - 1, false),
        (RATE_MIN, true),
        (RATE_MAX, true),
        (RATE_MAX + 1, false),
    ] {
        let music = Music::from_wav(&file(spec(rate, 1, 16), 100.0, 1_000));
        assert_eq!(music.is_ok(), fine, "{rate}: {music:?}");
    }
    let one = Music::from_wav(&file(spec(48_000, 2, 16), 100.0, 1)).expect("short, but something");
    assert_eq!(one.encoded(Codec::Pcmu).len(), 1);
    let none = Music::from_wav(&file(spec(8_000, 2, 16), 100.0, 0));
    assert_eq!(none.expect_err("nothing"), "has no samples");
}

/// A file among those of the tests, which is gone with the value.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        let name = format!("{}-{name}", std::process::id());
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.0);
    }
}

#[test]
fn errors_name_the_file_and_the_cause() {
    let path = Temporary::new("music.wav");
    let said = || Music::load(&path.0).expect_err("it is wrong").to_string();
    let begin = format!("{}: ", path.0.display());
    assert!(
        said().starts_with(&format!("{begin}cannot be read: ")),
        "{}",
        said()
    );
    let good = file(spec(8_000, 1, 16), 100.0, 1_000);
    let mut compressed = good.clone();
    compressed[20] = 0x11;
    for (bytes, why) in [
        (
            &b"ID3 no WAV at all"[..],
            "is no WAV file that is right: no RIFF tag found",
        ),
        (&good[..good.len() - 1], "ends before its samples do"),
        (
            &compressed,
            "is compressed: wanted is a WAV file of PCM or of G.711",
        ),
        (&[], "ends before its samples do"),
    ] {
        std::fs::write(&path.0, bytes).expect("it is written");
        assert_eq!(said(), format!("{begin}{why}"));
    }
    std::fs::write(&path.0, &good).expect("it is written");
    Music::load(&path.0).expect("it is good");
    // A hole takes no room, and is as long.
    let hole = File::create(&path.0).expect("it is there");
    hole.set_len(FILE_BYTES_MAX).expect("a length");
    assert!(said().ends_with("no RIFF tag found"), "{}", said());
    hole.set_len(FILE_BYTES_MAX + 1).expect("a length");
    assert!(
        said().ends_with("has more than 184549376 bytes"),
        "{}",
        said()
    );
}

#[test]
fn damaged_files_are_read_or_refused() {
    let mut dice = Dice::new(4);
    let line: Vec<u8> = (0..=255).collect();
    let files = [
        file(spec(8_000, 1, 16), 440.0, 100),
        file(spec(44_100, 2, 24), 440.0, 60),
        file(spec(48_000, 2, 0), 440.0, 60),
        file(spec(11_025, 1, 8), 440.0, 100),
        file(spec(8_000, 3, 32), 440.0, 40),
        g711(Codec::Pcmu, 8_000, 1, &line),
        g711(Codec::Pcma, 16_000, 2, &line),
    ];
    // Each takes some ten times as long as a packet.
    let (mut good, count) = (0, mutants().div_ceil(10));
    for mutant in 0..count {
        let mut bytes = files[dice.below(files.len())].clone();
        for _ in 0..1 + dice.below(3) {
            dice.damage(&mut bytes);
        }
        match Music::from_wav(&bytes) {
            Ok(music) => {
                good += 1;
                assert!(!music.encoded(Codec::Pcma).is_empty(), "mutant {mutant}");
            }
            Err(why) => assert!(!why.is_empty() && why.len() < 200, "mutant {mutant}: {why}"),
        }
    }
    println!("{count} mutants, {good} of them right");
    assert!(good > count / 20 && good < count);
}
