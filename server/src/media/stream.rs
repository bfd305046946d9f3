//! The two streams of a side: what it sends, counted, and what it is sent, made
//! one stream out of whatever it hears in turn.

use std::time::{Duration, Instant};

use super::codec::{FRAME_MS, FRAME_STEP, SAMPLES_A_SECOND};
use super::rtp::{Header, ahead, ahead_in_time};

/// A larger leap of sequence numbers is a sender who began anew (RFC 3550,
/// appendix A.1, `MAX_DROPOUT`).
const LEAP_MAX: u16 = 3_000;

/// What came from a sender, by its sequence numbers (RFC 3550, appendix A.3).
#[derive(Debug, Default)]
pub struct Incoming {
    source: Option<Source>,
    /// Of sources that are over.
    lost_before: u64,
}

#[derive(Debug)]
struct Source {
    ssrc: u32,
    highest: u16,
    /// From the first sequence number to the highest.
    expected: u64,
    received: u64,
}

impl Source {
    fn lost(&self) -> u64 {
        self.expected.saturating_sub(self.received)
    }
}

impl Incoming {
    /// Counts a packet.
    pub fn packet(&mut self, header: &Header) {
        if let Some(source) = &mut self.source
            && source.ssrc == header.ssrc
            && near(header.sequence, source.highest)
        {
            source.received += 1;
            if let Ok(ahead @ 1..) = u16::try_from(ahead(header.sequence, source.highest)) {
                source.highest = header.sequence;
                source.expected += u64::from(ahead);
            }
            return;
        }
        self.lost_before = self.lost();
        self.source = Some(Source {
            ssrc: header.ssrc,
            highest: header.sequence,
            expected: 1,
            received: 1,
        });
    }

    /// How many never came, as far as is known.
    pub fn lost(&self) -> u64 {
        self.lost_before + self.source.as_ref().map_or(0, Source::lost)
    }
}

fn near(sequence: u16, other: u16) -> bool {
    ahead(sequence, other).unsigned_abs() <= LEAP_MAX
}

/// What is sent to a side: one source for as long as the call lasts, whose
/// numbers go on when music gives way to a person.
#[derive(Debug)]
pub struct Outgoing {
    ssrc: u32,
    /// Behind the highest sequence number sent.
    sequence: u16,
    /// Behind the last sample sent.
    timestamp: u32,
    sent: Option<Instant>,
    origin: Origin,
}

/// Where the packets come from at present.
#[derive(Debug)]
enum Origin {
    /// Nobody, so that the next packet begins a spurt of talk.
    Nobody,
    /// The server itself.
    Local,
    /// Another sender, whose numbers are shifted.
    Relayed {
        ssrc: u32,
        /// The first that was passed on; what comes late from before is not.
        first: u16,
        highest: u16,
        sequence_shift: u16,
        timestamp_shift: u32,
    },
}

impl Outgoing {
    /// A stream whose first numbers are random (RFC 3550, section 5.1).
    pub fn new(random: u64) -> Self {
        let [s0, s1, s2, s3, t0, t1, n0, n1] = random.to_be_bytes();
        Self {
            ssrc: u32::from_be_bytes([s0, s1, s2, s3]),
            sequence: u16::from_be_bytes([n0, n1]),
            timestamp: u32::from_be_bytes([t0, t1, n1, n0]),
            sent: None,
            origin: Origin::Nobody,
        }
    }

    /// The next packet begins a spurt of talk, from whomever it comes.
    pub fn interrupt(&mut self) {
        self.origin = Origin::Nobody;
    }

    /// The header of the next 20 ms that the server itself plays.
    pub fn local(&mut self, payload_type: u8, now: Instant) -> Header {
        let marker = !matches!(self.origin, Origin::Local);
        if marker {
            self.timestamp = self.resumed(now);
            self.origin = Origin::Local;
        }
        let header = Header {
            marker,
            payload_type,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
        };
        self.sent = Some(now);
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(FRAME_STEP);
        header
    }

    /// The header under which another sender's packet goes on, whose samples
    /// last as long as said; none where it came so late that its place in the
    /// stream is taken. Gaps and swaps of the sender stay, as the receiver must
    /// know of them.
    pub fn relay(&mut self, from: &Header, samples: u32, now: Instant) -> Option<Header> {
        let goes_on = match &self.origin {
            Origin::Relayed { ssrc, highest, .. } => {
                *ssrc == from.ssrc && near(from.sequence, *highest)
            }
            Origin::Nobody | Origin::Local => false,
        };
        if !goes_on {
            self.origin = Origin::Relayed {
                ssrc: from.ssrc,
                first: from.sequence,
                highest: from.sequence,
                sequence_shift: self.sequence.wrapping_sub(from.sequence),
                timestamp_shift: self.resumed(now).wrapping_sub(from.timestamp),
            };
        }
        let Origin::Relayed {
            first,
            highest,
            sequence_shift,
            timestamp_shift,
            ..
        } = &mut self.origin
        else {
            unreachable!("it was just set");
        };
        if ahead(from.sequence, *first) < 0 {
            return None;
        }
        if ahead(from.sequence, *highest) > 0 {
            *highest = from.sequence;
            // Half the circle later the first would look like a later one.
            if ahead(*highest, *first).unsigned_abs() > LEAP_MAX {
                *first = highest.wrapping_sub(LEAP_MAX);
            }
        }
        let header = Header {
            marker: from.marker || !goes_on,
            payload_type: from.payload_type,
            sequence: from.sequence.wrapping_add(*sequence_shift),
            timestamp: from.timestamp.wrapping_add(*timestamp_shift),
            ssrc: self.ssrc,
        };
        self.remember(&header, samples, now);
        Some(header)
    }

    fn remember(&mut self, header: &Header, samples: u32, now: Instant) {
        self.sent = Some(now);
        if ahead(header.sequence, self.sequence) >= 0 {
            self.sequence = header.sequence.wrapping_add(1);
        }
        let behind = header.timestamp.wrapping_add(samples);
        if ahead_in_time(behind, self.timestamp) > 0 {
            self.timestamp = behind;
        }
    }

    /// The timestamp of a new spurt: behind all that was sent, and as much
    /// later as the pause lasted.
    fn resumed(&self, now: Instant) -> u32 {
        let Some(sent) = self.sent else {
            return self.timestamp;
        };
        let frame = Duration::from_millis(FRAME_MS.into());
        let pause = now.saturating_duration_since(sent).saturating_sub(frame);
        let pause = pause.as_millis() * u128::from(SAMPLES_A_SECOND / 1_000);
        // Timestamps wrap, and so may the pause.
        let pause = u32::try_from(pause & u128::from(u32::MAX)).expect("it was cut");
        self.timestamp.wrapping_add(pause)
    }
}
