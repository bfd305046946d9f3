//! What callers hear while they wait: encoded once, shared by all of them.

mod melody;
mod resample;
mod wav;

use std::f64::consts::TAU;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::codec::{Codec, SAMPLES_A_SECOND};

pub use wav::{FILE_BYTES_MAX, MUSIC_SECONDS_MAX, RATE_MAX, RATE_MIN};

/// Samples of the tone after which a caller may speak: 0.3 seconds.
const BEEP_SAMPLES: usize = 2_400;

/// Audio at 8 kHz in both laws, which is played over and over. Clones share it.
#[derive(Clone)]
pub struct Music {
    /// As long as each other, and never empty.
    alaw: Arc<[u8]>,
    ulaw: Arc<[u8]>,
}

/// Why a file cannot be played.
#[derive(Debug)]
pub struct MusicError {
    path: PathBuf,
    why: String,
}

impl fmt::Display for MusicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.why)
    }
}

impl std::error::Error for MusicError {}

impl Music {
    /// Reads a WAV file: PCM of 8, 16, 24 or 32 bits, floats, or G.711; any
    /// number of channels, which are mixed; from 1 to 48 kHz.
    ///
    /// # Errors
    /// Where the file cannot be read, is something else, is empty, or exceeds
    /// [`FILE_BYTES_MAX`] or [`MUSIC_SECONDS_MAX`]. The error names the file.
    pub fn load(path: &Path) -> Result<Music, MusicError> {
        let named = |why| MusicError {
            path: path.to_owned(),
            why,
        };
        let bytes = wav::bytes_of(path).map_err(named)?;
        Music::from_wav(&bytes).map_err(named)
    }

    /// The same from the bytes of a file.
    ///
    /// # Errors
    /// As a sentence that says what is wrong with them.
    pub fn from_wav(bytes: &[u8]) -> Result<Music, String> {
        wav::read(bytes).map(|samples| Music::of_samples(&samples))
    }

    /// What is played where nobody chose a file: slow broken chords of a soft
    /// bell over a quiet pad, 32 seconds long, made to begin again unnoticed.
    #[must_use]
    pub fn melody() -> Music {
        Music::of_samples(&melody::samples())
    }

    /// A tone of so many hertz, whole ones, so that a second of it has no seam;
    /// 16 dB below the loudest that G.711 can say.
    #[must_use]
    pub fn tone(hz: u16) -> Music {
        Music::beeps(&[(hz, 1_000)])
    }

    /// Tones in a row: hertz, and for how many milliseconds; no hertz are a silence. As
    /// loud as [`Music::tone`].
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn beeps(beeps: &[(u16, u16)]) -> Music {
        let beep = |&(hz, ms): &(u16, u16)| {
            (0..u32::from(ms) * SAMPLES_A_SECOND / 1_000).map(move |n| {
                let turns = f64::from(hz) * f64::from(n) / f64::from(SAMPLES_A_SECOND);
                resample::to_sample(0.158 * (TAU * turns).sin())
            })
        };
        Music::of_samples(&beeps.iter().flat_map(beep).collect::<Vec<_>>())
    }

    /// What tells a caller that he may speak.
    #[must_use]
    pub fn beep() -> Music {
        let second = Music::tone(1_000);
        let samples = second.ulaw.iter().take(BEEP_SAMPLES);
        let samples: Vec<i16> = samples.map(|byte| Codec::Pcmu.decode(*byte)).collect();
        Music::of_samples(&samples)
    }

    /// Audio of 8,000 samples a second.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn of_samples(samples: &[i16]) -> Music {
        assert!(!samples.is_empty(), "there is something to hear");
        let encode = |codec: Codec| samples.iter().map(|sample| codec.encode(*sample)).collect();
        Music {
            alaw: encode(Codec::Pcma),
            ulaw: encode(Codec::Pcmu),
        }
    }

    /// Several sounds in a row, each as long as is said in microseconds: cut off, or with
    /// silence behind it. Nothing where there is no sample of them.
    #[must_use]
    pub fn row<'m>(parts: impl IntoIterator<Item = (Option<&'m Music>, u64)>) -> Option<Music> {
        let (mut alaw, mut ulaw) = (Vec::new(), Vec::new());
        for (sound, micros) in parts {
            let count = usize::try_from(micros * u64::from(SAMPLES_A_SECOND) / 1_000_000);
            let count = count.unwrap_or_default();
            for (codec, out) in [(Codec::Pcma, &mut alaw), (Codec::Pcmu, &mut ulaw)] {
                match sound {
                    Some(sound) => sound.play_once(codec, &mut 0, count, out),
                    None => out.extend(std::iter::repeat_n(codec.silence(), count)),
                }
            }
        }
        let (alaw, ulaw): (Arc<[u8]>, Arc<[u8]>) = (alaw.into(), ulaw.into());
        (!ulaw.is_empty()).then_some(Music { alaw, ulaw })
    }

    /// All of it, encoded.
    #[must_use]
    pub fn encoded(&self, codec: Codec) -> &[u8] {
        match codec {
            Codec::Pcma => &self.alaw,
            Codec::Pcmu => &self.ulaw,
        }
    }

    /// Appends `count` samples from a position, from which the next piece
    /// begins afterwards.
    pub fn play(&self, codec: Codec, position: &mut usize, count: usize, out: &mut Vec<u8>) {
        let all = self.encoded(codec);
        let mut wanted = count;
        while wanted > 0 {
            let rest = &all[*position..];
            let piece = &rest[..wanted.min(rest.len())];
            out.extend_from_slice(piece);
            wanted -= piece.len();
            *position = (*position + piece.len()) % all.len();
        }
    }

    /// Appends `count` samples from a position, from which the next piece begins
    /// afterwards; behind the end there is silence.
    pub fn play_once(&self, codec: Codec, position: &mut usize, count: usize, out: &mut Vec<u8>) {
        let all = self.encoded(codec);
        let rest = all.get(*position..).unwrap_or_default();
        let piece = &rest[..count.min(rest.len())];
        out.extend_from_slice(piece);
        out.extend(std::iter::repeat_n(codec.silence(), count - piece.len()));
        *position += piece.len();
    }

    /// Whether both are one and the same.
    #[must_use]
    pub fn is(&self, other: &Music) -> bool {
        Arc::ptr_eq(&self.ulaw, &other.ulaw)
    }
}

impl fmt::Debug for Music {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Music of {} samples", self.ulaw.len())
    }
}
