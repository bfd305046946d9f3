//! G.711, the codec of telephony: eight bits for a sample, 8,000 samples a
//! second, in the two laws of the world.

use std::fmt;

use audio_codec_algorithms as law;

/// Samples a second of everything that is heard here.
pub const SAMPLES_A_SECOND: u32 = 8_000;
/// Audio is sent in pieces of 20 ms (RFC 3551, section 4.2).
pub const FRAME_MS: u32 = 20;
/// Samples, and with G.711 bytes, of such a piece.
pub const FRAME_SAMPLES: usize = 160;
/// The same as a step of timestamps.
pub const FRAME_STEP: u32 = 160;

/// One of the two laws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// A-law: everywhere else.
    Pcma,
    /// µ-law: North America and Japan.
    Pcmu,
}

impl Codec {
    /// Its payload type, which is fixed (RFC 3551, table 4).
    #[must_use]
    pub const fn payload_type(self) -> u8 {
        match self {
            Codec::Pcma => 8,
            Codec::Pcmu => 0,
        }
    }

    /// The codec of a payload type.
    #[must_use]
    pub const fn of_payload_type(payload_type: u8) -> Option<Codec> {
        match payload_type {
            0 => Some(Codec::Pcmu),
            8 => Some(Codec::Pcma),
            _ => None,
        }
    }

    /// Its name in SDP, such as in `a=rtpmap:0 PCMU/8000`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Codec::Pcma => "PCMA",
            Codec::Pcmu => "PCMU",
        }
    }

    /// A sample on the line as a number.
    #[must_use]
    pub fn decode(self, byte: u8) -> i16 {
        match self {
            Codec::Pcma => law::decode_alaw(byte),
            Codec::Pcmu => law::decode_ulaw(byte),
        }
    }

    /// A number as a sample on the line.
    #[must_use]
    pub fn encode(self, sample: i16) -> u8 {
        match self {
            Codec::Pcma => law::encode_alaw(sample),
            Codec::Pcmu => law::encode_ulaw(sample),
        }
    }

    /// The sample on the line that is no sound.
    #[must_use]
    pub fn silence(self) -> u8 {
        self.encode(0)
    }

    /// Appends audio of this codec in the law of `to`. Between the laws the
    /// tables of G.711 hold, which lose less than a way over numbers would.
    pub fn transcode(self, to: Codec, audio: &[u8], out: &mut Vec<u8>) {
        match (self, to) {
            (Codec::Pcma, Codec::Pcmu) => {
                out.extend(audio.iter().copied().map(law::convert_alaw_to_ulaw));
            }
            (Codec::Pcmu, Codec::Pcma) => {
                out.extend(audio.iter().copied().map(law::convert_ulaw_to_alaw));
            }
            (Codec::Pcma, Codec::Pcma) | (Codec::Pcmu, Codec::Pcmu) => out.extend_from_slice(audio),
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
