//! Digits pressed during a call, as events beside the audio (RFC 4733).
//!
//! A digit is a row of packets that share the timestamp of its begin, each with
//! the duration so far; the last says so, and is sent three times. Any one of
//! them is enough to know the digit.

use std::collections::VecDeque;
use std::fmt;

use super::codec::{FRAME_STEP, SAMPLES_A_SECOND};
use super::rtp::{Header, ahead_in_time};

/// Bytes of an event on the line.
pub const EVENT_BYTES: usize = 4;
/// So often the last packet of an event is sent (RFC 4733, section 2.5.1.4).
const END_PACKETS: u8 = 3;
/// An event that lasts longer goes on under a new timestamp, so many samples
/// later (RFC 4733, section 2.5.1.3).
const SEGMENT_SAMPLES: u32 = 0xffff;
/// In units of −1 dBm0: as loud as a telephone's keys.
const VOLUME: u8 = 10;
/// So many digits are remembered, to tell a late packet from a new digit.
const REMEMBERED: usize = 16;
/// The symbols in the order of their events (RFC 4733, table 3).
const SYMBOLS: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D',
];

/// A key of a telephone: 0 to 9, `*`, `#`, A to D.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digit(u8);

impl Digit {
    /// The key of an event; none for events that are no keys.
    #[must_use]
    pub fn of_event(event: u8) -> Option<Digit> {
        (usize::from(event) < SYMBOLS.len()).then_some(Digit(event))
    }

    /// The key with this symbol, in either case.
    #[must_use]
    pub fn of_symbol(symbol: char) -> Option<Digit> {
        let symbol = symbol.to_ascii_uppercase();
        let event = SYMBOLS.iter().position(|known| *known == symbol)?;
        u8::try_from(event).ok().map(Digit)
    }

    /// Its event, from 0 to 15.
    #[must_use]
    pub const fn event(self) -> u8 {
        self.0
    }

    /// What stands on the key.
    #[must_use]
    pub fn symbol(self) -> char {
        SYMBOLS[usize::from(self.0)]
    }
}

impl fmt::Display for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.symbol())
    }
}

/// The payload of one packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Which: up to 15 a key.
    pub event: u8,
    /// Nothing follows but repetitions of this packet.
    pub end: bool,
    /// Loudness in −1 dBm0, from 0 to 63.
    pub volume: u8,
    /// Samples since the begin.
    pub duration: u16,
}

impl Event {
    /// Reads a payload. One of several events in one packet is the first.
    #[must_use]
    pub fn parse(payload: &[u8]) -> Option<Event> {
        let [event, flags, d0, d1] = *payload.first_chunk::<EVENT_BYTES>()?;
        Some(Event {
            event,
            end: flags & 0x80 != 0,
            volume: flags & 0x3f,
            duration: u16::from_be_bytes([d0, d1]),
        })
    }

    /// The payload.
    #[must_use]
    pub fn bytes(&self) -> [u8; EVENT_BYTES] {
        let [d0, d1] = self.duration.to_be_bytes();
        let flags = u8::from(self.end) << 7 | self.volume & 0x3f;
        [self.event, flags, d0, d1]
    }
}

/// Tells digits from the packets of one sender, each once.
#[derive(Debug, Default)]
pub struct Detector {
    /// The last ones, newest last.
    seen: VecDeque<Seen>,
}

#[derive(Debug)]
struct Seen {
    ssrc: u32,
    event: u8,
    timestamp: u32,
    end: bool,
}

impl Detector {
    /// Takes a packet; returns the digit where it is the first of one. It does
    /// not wait for the end, which may be lost; packets may come in any order
    /// and any number.
    pub fn packet(&mut self, header: &Header, event: &Event) -> Option<Digit> {
        let digit = Digit::of_event(event.event)?;
        let key = (header.ssrc, header.timestamp);
        let known = |seen: &&mut Seen| (seen.ssrc, seen.timestamp) == key;
        if let Some(seen) = self.seen.iter_mut().find(known) {
            seen.end |= event.end;
            return None;
        }
        let goes_on = self.goes_on(header, event);
        if self.seen.len() == REMEMBERED {
            self.seen.pop_front();
        }
        self.seen.push_back(Seen {
            ssrc: header.ssrc,
            event: event.event,
            timestamp: header.timestamp,
            end: event.end,
        });
        (!goes_on).then_some(digit)
    }

    /// The source and the timestamp of the key that was last begun.
    pub(super) fn newest(&self) -> Option<(u32, u32)> {
        self.seen.back().map(|seen| (seen.ssrc, seen.timestamp))
    }

    /// Whether the packet belongs to the next segment of a key that is held
    /// down, which begins where the last one reached its longest duration.
    fn goes_on(&self, header: &Header, event: &Event) -> bool {
        let step = SEGMENT_SAMPLES.cast_signed();
        self.seen.iter().any(|seen| {
            (seen.ssrc, seen.event, seen.end) == (header.ssrc, event.event, false)
                && ahead_in_time(header.timestamp, seen.timestamp) == step
        })
    }
}

/// A digit that is being sent: one packet every 20 ms in the place of audio.
#[derive(Debug, Clone)]
pub struct Sending {
    digit: Digit,
    /// Samples that the tone lasts.
    length: u32,
    /// Where the present segment begins, and how much of the tone is behind.
    segment: u32,
    past: u32,
    ends: u8,
    first: bool,
}

/// What a packet of a digit consists of besides the sender's own numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPacket {
    /// For the header: the begin of the event, not the present.
    pub timestamp: u32,
    /// For the header: set on the first packet.
    pub marker: bool,
    /// The payload.
    pub event: Event,
}

impl Sending {
    /// Begins a digit with the first sample at `timestamp`. Tones shorter than
    /// one packet last as long as one.
    #[must_use]
    pub fn new(digit: Digit, tone_ms: u16, timestamp: u32) -> Self {
        let length = u32::from(tone_ms) * (SAMPLES_A_SECOND / 1_000);
        Self {
            digit,
            length: length.max(FRAME_STEP),
            segment: timestamp,
            past: 0,
            ends: 0,
            first: true,
        }
    }

    /// The packet of the next 20 ms; none when the digit is over.
    pub fn next_packet(&mut self) -> Option<EventPacket> {
        if self.ends == END_PACKETS {
            return None;
        }
        if self.length > SEGMENT_SAMPLES && self.past + FRAME_STEP > SEGMENT_SAMPLES {
            self.segment = self.segment.wrapping_add(SEGMENT_SAMPLES);
            self.length -= SEGMENT_SAMPLES;
            self.past = self.past + FRAME_STEP - SEGMENT_SAMPLES;
        } else {
            self.past = self.length.min(self.past + FRAME_STEP);
        }
        let end = self.past >= self.length;
        self.ends += u8::from(end);
        let event = Event {
            event: self.digit.event(),
            end,
            volume: VOLUME,
            duration: u16::try_from(self.past).expect("a segment fits"),
        };
        Some(EventPacket {
            timestamp: self.segment,
            marker: std::mem::take(&mut self.first),
            event,
        })
    }
}
