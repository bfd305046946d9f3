//! Packets of the Real-time Transport Protocol (RFC 3550), read and written.
//!
//! Reading is total: every datagram is a packet or one of the reasons why not.

use std::fmt;

/// The version that every packet states (RFC 3550, section 5.1).
const VERSION: u8 = 2;
/// Bytes of the header up to the list of contributing sources.
pub const HEADER_BYTES: usize = 12;
/// So many contributing sources fit the four bits of their count.
pub const CSRC_MAX: usize = 15;
/// A longer datagram is refused: G.711 fits a hundred milliseconds into less
/// than this, and an Ethernet frame takes no more.
pub const PACKET_BYTES_MAX: usize = 1_500;

/// The fixed fields of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// For audio: the first packet after a silence (RFC 3551, section 4.1).
    pub marker: bool,
    /// What the payload is, from 0 to 127.
    pub payload_type: u8,
    /// Rises by one with every packet, and wraps.
    pub sequence: u16,
    /// When the first sample was taken, in samples, and wraps.
    pub timestamp: u32,
    /// The source whose numbers these are.
    pub ssrc: u32,
}

impl Header {
    /// The header of a packet without contributing sources, extension and
    /// padding, which is all that is ever sent here.
    #[must_use]
    pub fn bytes(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[0] = VERSION << 6;
        bytes[1] = u8::from(self.marker) << 7 | self.payload_type & 0x7f;
        bytes[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        bytes[8..].copy_from_slice(&self.ssrc.to_be_bytes());
        bytes
    }
}

/// A packet, as it lies in the datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The fixed fields.
    pub header: Header,
    /// Contributing sources, four bytes each.
    pub csrc: &'a [u8],
    /// The header extension (RFC 3550, section 5.3.1), if there is one.
    pub extension: Option<Extension<'a>>,
    /// The audio or event.
    pub payload: &'a [u8],
    /// Bytes of padding behind the payload, of which the last is their count.
    pub padding: u8,
}

/// A header extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension<'a> {
    /// Defined by the profile.
    pub profile: u16,
    /// Whole words of four bytes.
    pub data: &'a [u8],
}

/// Why a datagram is no packet of RTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// It ends before its header, or before what the header announces.
    Short,
    /// It has more than [`PACKET_BYTES_MAX`] bytes.
    Long,
    /// It states another version: STUN, DTLS, or nothing of the kind.
    Version,
    /// It is a packet of RTCP (RFC 5761, section 4).
    Rtcp,
    /// There is more padding than payload, or none where some is announced.
    Padding,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Malformed::Short => "the packet ends too early",
            Malformed::Long => "the packet is too long",
            Malformed::Version => "the packet is not of version 2",
            Malformed::Rtcp => "the packet is of RTCP",
            Malformed::Padding => "the padding does not fit the packet",
        })
    }
}

impl std::error::Error for Malformed {}

impl<'a> Packet<'a> {
    /// Reads a datagram.
    ///
    /// # Errors
    /// Where it is not a packet of RTP.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, Malformed> {
        if datagram.len() > PACKET_BYTES_MAX {
            return Err(Malformed::Long);
        }
        // The shortest packets of RTCP are shorter than any of RTP.
        if is_rtcp(datagram) {
            return Err(Malformed::Rtcp);
        }
        let (header, rest) = datagram
            .split_first_chunk::<HEADER_BYTES>()
            .ok_or(Malformed::Short)?;
        let [first, second, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] = *header;
        if first >> 6 != VERSION {
            return Err(Malformed::Version);
        }
        let sources = 4 * usize::from(first & 0x0f);
        let (csrc, rest) = rest.split_at_checked(sources).ok_or(Malformed::Short)?;
        let (extension, rest) = match first & 0x10 {
            0 => (None, rest),
            _ => extension(rest).map(|(extension, rest)| (Some(extension), rest))?,
        };
        let (payload, padding) = match first & 0x20 {
            0 => (rest, 0),
            _ => padding(rest)?,
        };
        let header = Header {
            marker: second & 0x80 != 0,
            payload_type: second & 0x7f,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([c0, c1, c2, c3]),
        };
        Ok(Packet {
            header,
            csrc,
            extension,
            payload,
            padding,
        })
    }

    /// Appends the packet as bytes.
    ///
    /// # Panics
    /// Where there are more sources than [`CSRC_MAX`], or sources or an
    /// extension are not whole words, or an extension exceeds its 16-bit count:
    /// no such packet exists.
    pub fn write(&self, out: &mut Vec<u8>) {
        assert!(self.csrc.len().is_multiple_of(4), "sources are whole words");
        let sources = u8::try_from(self.csrc.len() / 4).expect("few sources");
        assert!(usize::from(sources) <= CSRC_MAX, "at most 15 sources");
        let mut header = self.header.bytes();
        header[0] |= sources;
        header[0] |= u8::from(self.extension.is_some()) << 4;
        header[0] |= u8::from(self.padding > 0) << 5;
        out.extend_from_slice(&header);
        out.extend_from_slice(self.csrc);
        if let Some(Extension { profile, data }) = self.extension {
            assert!(data.len().is_multiple_of(4), "extensions are whole words");
            let words = u16::try_from(data.len() / 4).expect("a short extension");
            out.extend_from_slice(&profile.to_be_bytes());
            out.extend_from_slice(&words.to_be_bytes());
            out.extend_from_slice(data);
        }
        out.extend_from_slice(self.payload);
        if let Some(zeros) = self.padding.checked_sub(1) {
            out.extend(std::iter::repeat_n(0, usize::from(zeros)));
            out.push(self.padding);
        }
    }
}

fn extension(rest: &[u8]) -> Result<(Extension<'_>, &[u8]), Malformed> {
    let ([p0, p1, w0, w1], rest) = rest.split_first_chunk::<4>().ok_or(Malformed::Short)?;
    let bytes = 4 * usize::from(u16::from_be_bytes([*w0, *w1]));
    let (data, rest) = rest.split_at_checked(bytes).ok_or(Malformed::Short)?;
    let profile = u16::from_be_bytes([*p0, *p1]);
    Ok((Extension { profile, data }, rest))
}

fn padding(rest: &[u8]) -> Result<(&[u8], u8), Malformed> {
    let count = *rest.last().ok_or(Malformed::Padding)?;
    let payload = rest.len().checked_sub(usize::from(count));
    match payload {
        Some(payload) if count > 0 => Ok((&rest[..payload], count)),
        _ => Err(Malformed::Padding),
    }
}

/// Whether a datagram on a port shared by both is RTCP: its second byte is a
/// packet type from 192 to 223, which as RTP would be a payload type from 64
/// to 95 with the marker, and those are given to nobody (RFC 5761, section 4).
#[must_use]
pub fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [first, 192..=223, ..] if first >> 6 == VERSION)
}

/// How far `later` is ahead of `earlier` on the circle of sequence numbers;
/// negative where it is behind.
#[must_use]
pub fn ahead(later: u16, earlier: u16) -> i16 {
    later.wrapping_sub(earlier).cast_signed()
}

/// The same for timestamps, in samples.
#[must_use]
pub fn ahead_in_time(later: u32, earlier: u32) -> i32 {
    later.wrapping_sub(earlier).cast_signed()
}
