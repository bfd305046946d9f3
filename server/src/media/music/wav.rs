//! WAV files, read into samples of 8 kHz.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use hound::{SampleFormat, WavReader};

use super::resample::Resampler;
use crate::media::codec::Codec;

/// Music may last so long: a quarter of an hour before it comes again, 14 MB
/// in both laws.
pub const MUSIC_SECONDS_MAX: u32 = 900;
/// A file may be so large: the longest music at 48 kHz, stereo, 16 bits.
pub const FILE_BYTES_MAX: u64 = 176 << 20;
/// The lowest rate, in samples a second.
pub const RATE_MIN: u32 = 1_000;
/// The highest.
pub const RATE_MAX: u32 = 48_000;

/// The tags of G.711 in a `fmt ` chunk (RFC 2361).
const ALAW_TAG: u16 = 6;
const ULAW_TAG: u16 = 7;

/// All of a file.
pub fn bytes_of(path: &Path) -> Result<Vec<u8>, String> {
    let open = |error: std::io::Error| format!("cannot be read: {error}");
    let file = File::open(path).map_err(open)?;
    let mut bytes = Vec::new();
    // The size that the system tells may be wrong; what is read is not.
    let mut limited = file.take(FILE_BYTES_MAX + 1);
    limited.read_to_end(&mut bytes).map_err(open)?;
    Ok(bytes)
}

/// The samples of a file, mixed and at 8 kHz.
pub fn read(bytes: &[u8]) -> Result<Vec<i16>, String> {
    if u64::try_from(bytes.len()).is_ok_and(|length| length > FILE_BYTES_MAX) {
        return Err(format!("has more than {FILE_BYTES_MAX} bytes"));
    }
    match g711(bytes) {
        Some(g711) => mix(g711.rate, g711.channels, g711.samples()),
        None => pcm(bytes),
    }
}

fn pcm(bytes: &[u8]) -> Result<Vec<i16>, String> {
    let wav = WavReader::new(bytes).map_err(|error| reason(&error))?;
    let spec = wav.spec();
    match spec.sample_format {
        SampleFormat::Float => {
            let samples = wav.into_samples::<f32>();
            mix(spec.sample_rate, spec.channels, samples.map(or_reason))
        }
        SampleFormat::Int => {
            let bits = spec.bits_per_sample;
            let loudest = f64::from(1_u32 << (bits.clamp(1, 32) - 1));
            let samples = wav.into_samples::<i32>();
            let samples = samples.map(|sample| or_reason(sample).map(|n| scaled(n, loudest)));
            mix(spec.sample_rate, spec.channels, samples)
        }
    }
}

fn or_reason<T>(sample: hound::Result<T>) -> Result<T, String> {
    sample.map_err(|error| reason(&error))
}

fn reason(error: &hound::Error) -> String {
    match error {
        hound::Error::IoError(_) => "ends before its samples do".to_owned(),
        hound::Error::FormatError(why) => format!("is no WAV file that is right: {why}"),
        hound::Error::Unsupported => {
            "is compressed: wanted is a WAV file of PCM or of G.711".to_owned()
        }
        other => format!("is no WAV file that can be played: {other}"),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "less precision is meant, and the value lies between -1 and 1"
)]
fn scaled(sample: i32, loudest: f64) -> f32 {
    (f64::from(sample) / loudest) as f32
}

/// Mixes channels and changes the rate.
fn mix(
    rate: u32,
    channels: u16,
    samples: impl Iterator<Item = Result<f32, String>>,
) -> Result<Vec<i16>, String> {
    if !(RATE_MIN..=RATE_MAX).contains(&rate) {
        return Err(format!(
            "has {rate} samples a second; wanted are {RATE_MIN} to {RATE_MAX}"
        ));
    }
    if channels == 0 {
        return Err("has no channels".to_owned());
    }
    let frames_max = u64::from(rate) * u64::from(MUSIC_SECONDS_MAX);
    let mut resampler = Resampler::new(rate);
    let (mut frames, mut sum, mut summed) = (0, 0.0, 0);
    for sample in samples {
        sum += sample?;
        summed += 1;
        if summed < channels {
            continue;
        }
        if frames == frames_max {
            return Err(format!("lasts longer than {MUSIC_SECONDS_MAX} seconds"));
        }
        let mean = sum / f32::from(channels);
        // Floats in a file may be beyond all measure, or no numbers.
        let mean = if mean.is_finite() {
            mean.clamp(-1.0, 1.0)
        } else {
            0.0
        };
        resampler.push(mean);
        frames += 1;
        (sum, summed) = (0.0, 0);
    }
    if frames == 0 {
        return Err("has no samples".to_owned());
    }
    Ok(resampler.finish())
}

/// G.711 in a WAV file, which `hound` does not read.
struct G711<'a> {
    codec: Codec,
    rate: u32,
    channels: u16,
    data: &'a [u8],
}

impl G711<'_> {
    fn samples(&self) -> impl Iterator<Item = Result<f32, String>> {
        self.data
            .iter()
            .map(|byte| Ok(f32::from(self.codec.decode(*byte)) / 32_768.0))
    }
}

/// Finds it; none where the file is something else, or damaged, which `hound`
/// then says.
fn g711(bytes: &[u8]) -> Option<G711<'_>> {
    let rest = bytes.strip_prefix(b"RIFF")?.get(4..)?;
    let mut rest = rest.strip_prefix(b"WAVE")?;
    let mut format = None;
    loop {
        let (name, after) = rest.split_first_chunk::<4>()?;
        let (size, after) = after.split_first_chunk::<4>()?;
        let size = usize::try_from(u32::from_le_bytes(*size)).ok()?;
        if name == b"data" {
            let (codec, rate, channels) = format?;
            // A recorder that was stopped leaves a size that is too large.
            let data = &after[..size.min(after.len())];
            return Some(G711 {
                codec,
                rate,
                channels,
                data,
            });
        }
        if name == b"fmt " {
            format = Some(g711_format(after.get(..size)?)?);
        }
        // Chunks begin at even places.
        rest = after.get(size.checked_next_multiple_of(2)?..)?;
    }
}

fn g711_format(chunk: &[u8]) -> Option<(Codec, u32, u16)> {
    let [t0, t1, c0, c1, r0, r1, r2, r3, ..] = *chunk.first_chunk::<16>()?;
    let codec = match u16::from_le_bytes([t0, t1]) {
        ALAW_TAG => Codec::Pcma,
        ULAW_TAG => Codec::Pcmu,
        _ => return None,
    };
    let rate = u32::from_le_bytes([r0, r1, r2, r3]);
    Some((codec, rate, u16::from_le_bytes([c0, c1])))
}
