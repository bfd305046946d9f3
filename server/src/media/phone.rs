//! The media of a telephone, for those who play one: it says something, hears
//! what is said to it, and presses keys.
//!
//! One thread serves all phones of a [`Phones`]. Each has a turn every 20 ms, in
//! which it takes what came and sends the next piece.

use std::collections::{BTreeSet, VecDeque};
use std::f64::consts::TAU;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::call::Remote;
use super::codec::{Codec, FRAME_SAMPLES, FRAME_STEP, SAMPLES_A_SECOND};
use super::music::Music;
use super::rtp::{Header, PACKET_BYTES_MAX, Packet, ahead};
use super::telephone_event::{Detector, Digit, Event, Sending};

/// The shortest tone of a key that must be known (ITU-T Q.24).
pub const DIGIT_MS: u16 = 40;
/// So many of the last samples are kept: 0.2 seconds.
pub const RECENT_SAMPLES: usize = 1_600;
const SLOTS: usize = 4;
const SLOT: Duration = Duration::from_millis(5);

/// Where phones live. With it they fall silent.
#[derive(Debug)]
pub struct Phones {
    room: Arc<Room>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Room {
    lines: Mutex<[Vec<Weak<Line>>; SLOTS]>,
    opened: AtomicUsize,
    stop: AtomicBool,
}

/// One phone. Clones are the same; with the last of them its socket closes.
#[derive(Debug, Clone)]
pub struct Phone(Arc<Line>);

#[derive(Debug)]
struct Line {
    socket: UdpSocket,
    local: SocketAddr,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    remote: Option<Remote>,
    says: Option<Music>,
    position: usize,
    dialled: VecDeque<Digit>,
    sending: Option<Sending>,
    /// Of the next packet.
    header: Header,
    detector: Detector,
    last: Option<Header>,
    heard: Heard,
}

/// What a phone has heard so far.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    /// Packets of audio.
    pub packets: u64,
    /// Their bytes, headers included.
    pub bytes: u64,
    /// Keys that the other side pressed.
    pub digits: String,
    /// Packets that said that a spurt of talk begins.
    pub markers: u64,
    /// The sources that packets named.
    pub sources: BTreeSet<u32>,
    /// Sequence numbers that were left out, as far as is known.
    pub missing: u64,
    /// Packets that follow another one directly, are no begin of a spurt, and
    /// are yet not 20 ms later by their timestamps.
    pub leaps: u64,
    /// Packets whose timestamp or sequence number went back.
    pub steps_back: u64,
    /// The codec of the last packet.
    pub codec: Option<Codec>,
    /// The last [`RECENT_SAMPLES`].
    pub recent: VecDeque<i16>,
}

impl Phones {
    /// Starts the thread.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn start() -> io::Result<Phones> {
        let room = Arc::new(Room::default());
        let served = Arc::clone(&room);
        let builder = std::thread::Builder::new().name("phones".to_owned());
        let thread = Some(builder.spawn(move || serve(&served))?);
        Ok(Phones { room, thread })
    }

    /// A new phone at any free port of an address. It listens at once, and
    /// says nothing yet.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn open(&self, ip: IpAddr) -> io::Result<Phone> {
        let socket = UdpSocket::bind(SocketAddr::new(ip, 0))?;
        socket.set_nonblocking(true)?;
        let random = || getrandom::u32().map_err(|error| io::Error::other(error.to_string()));
        let header = Header {
            marker: true,
            payload_type: 0,
            sequence: 0,
            timestamp: random()?,
            ssrc: random()?,
        };
        let line = Arc::new(Line {
            local: socket.local_addr()?,
            socket,
            state: Mutex::new(State::new(header)),
        });
        let slot = self.room.opened.fetch_add(1, Relaxed) % SLOTS;
        self.room.lines()[slot].push(Arc::downgrade(&line));
        Ok(Phone(line))
    }
}

impl Drop for Phones {
    fn drop(&mut self) {
        self.room.stop.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            // One that panicked has said so.
            let _ended = thread.join();
        }
    }
}

impl Room {
    fn lines(&self) -> MutexGuard<'_, [Vec<Weak<Line>>; SLOTS]> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(room: &Room) {
    let mut due = Instant::now();
    for slot in (0..SLOTS).cycle() {
        if room.stop.load(Relaxed) {
            return;
        }
        // A copy, so that nobody who opens a phone waits for all of them.
        let mut lines = Vec::new();
        room.lines()[slot].retain(|line| {
            let line = line.upgrade();
            let lives = line.is_some();
            lines.extend(line);
            lives
        });
        for line in lines {
            line.take_turn();
        }
        due += SLOT;
        let now = Instant::now();
        match due.checked_duration_since(now) {
            Some(rest) => std::thread::sleep(rest),
            // Held up for long, it does not flood its peers afterwards.
            None if now - due > 20 * SLOT => due = now,
            None => {}
        }
    }
}

impl Phone {
    /// Where it listens.
    #[must_use]
    pub fn local(&self) -> SocketAddr {
        self.0.local
    }

    /// From now on it sends there.
    pub fn connect(&self, remote: Remote) {
        self.0.state().remote = Some(remote);
    }

    /// From now on it says this, over and over; nothing, where it is silent.
    pub fn say(&self, sound: Option<Music>) {
        let mut state = self.0.state();
        state.says = sound;
        state.position = 0;
        state.header.marker = true;
    }

    /// Presses keys, one after the other, each for [`DIGIT_MS`].
    pub fn dial(&self, digits: impl IntoIterator<Item = Digit>) {
        self.0.state().dialled.extend(digits);
    }

    /// What it has heard.
    #[must_use]
    pub fn heard(&self) -> Heard {
        self.0.state().heard.clone()
    }
}

impl Line {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_turn(&self) {
        let mut datagram = [0; PACKET_BYTES_MAX];
        let mut state = self.state();
        // An error is nothing to hear, or what came back of an earlier packet.
        while let Ok((length, _)) = self.socket.recv_from(&mut datagram) {
            state.hear(&datagram[..length]);
        }
        let mut out = Vec::with_capacity(PACKET_BYTES_MAX);
        if let Some(to) = state.speak(&mut out) {
            // Whoever is not there any more hears nothing, as with any phone.
            let _sent = self.socket.send_to(&out, to);
        }
    }
}

impl State {
    fn new(header: Header) -> Self {
        Self {
            remote: None,
            says: None,
            position: 0,
            dialled: VecDeque::new(),
            sending: None,
            header,
            detector: Detector::default(),
            last: None,
            heard: Heard::default(),
        }
    }

    /// Writes the packet of the next 20 ms, if there is one.
    fn speak(&mut self, out: &mut Vec<u8>) -> Option<SocketAddr> {
        let now = self.header.timestamp;
        self.header.timestamp = now.wrapping_add(FRAME_STEP);
        let remote = self.remote?;
        if let Some(event_type) = remote.event_sent
            && let Some(packet) = self.next_event(now)
        {
            let header = Header {
                marker: packet.marker,
                payload_type: event_type,
                timestamp: packet.timestamp,
                ..self.header
            };
            out.extend_from_slice(&header.bytes());
            out.extend_from_slice(&packet.event.bytes());
        } else {
            let says = self.says.as_ref()?;
            let header = Header {
                payload_type: remote.codec.payload_type(),
                timestamp: now,
                ..self.header
            };
            self.header.marker = false;
            out.extend_from_slice(&header.bytes());
            says.play(remote.codec, &mut self.position, FRAME_SAMPLES, out);
        }
        self.header.sequence = self.header.sequence.wrapping_add(1);
        Some(remote.address)
    }

    fn next_event(&mut self, now: u32) -> Option<super::telephone_event::EventPacket> {
        if let Some(sending) = &mut self.sending {
            let packet = sending.next_packet();
            if packet.is_none() {
                // A piece of audio comes between two keys.
                self.sending = None;
            }
            return packet;
        }
        let mut sending = Sending::new(self.dialled.pop_front()?, DIGIT_MS, now);
        let packet = sending.next_packet();
        self.sending = Some(sending);
        packet
    }

    fn hear(&mut self, datagram: &[u8]) {
        let Ok(packet) = Packet::parse(datagram) else {
            return;
        };
        let event_type = self.remote.and_then(|remote| remote.event_received);
        if event_type == Some(packet.header.payload_type) {
            let event = Event::parse(packet.payload);
            let digit = event.and_then(|event| self.detector.packet(&packet.header, &event));
            self.heard.digits.extend(digit.map(Digit::symbol));
            self.last = Some(packet.header);
        } else if let Some(codec) = Codec::of_payload_type(packet.header.payload_type) {
            self.heard.audio(codec, &packet, self.last);
            self.heard.bytes += u64::try_from(datagram.len()).expect("a packet is short");
            self.last = Some(packet.header);
        }
    }
}

impl Heard {
    fn audio(&mut self, codec: Codec, packet: &Packet, last: Option<Header>) {
        let header = packet.header;
        self.packets += 1;
        self.codec = Some(codec);
        self.markers += u64::from(header.marker);
        self.sources.insert(header.ssrc);
        if let Some(last) = last {
            let step = ahead(header.sequence, last.sequence);
            let later = header.timestamp.wrapping_sub(last.timestamp);
            let back = step < 1 || later.cast_signed() < 1;
            self.steps_back += u64::from(back);
            self.missing += u64::try_from(step - 1).unwrap_or(0);
            let both_audio = Codec::of_payload_type(last.payload_type).is_some();
            let leaps = both_audio && step == 1 && !header.marker && later != FRAME_STEP;
            self.leaps += u64::from(leaps);
        }
        let samples = packet.payload.iter().map(|byte| codec.decode(*byte));
        self.recent.extend(samples);
        let surplus = self.recent.len().saturating_sub(RECENT_SAMPLES);
        self.recent.drain(..surplus);
    }

    /// How loud the last samples were, in dB below the loudest sine.
    #[must_use]
    pub fn level_db(&self) -> f64 {
        let full = 32_767.0_f64.powi(2) / 2.0;
        10.0 * (energy(&self.recent) / count(&self.recent).max(1.0) / full).log10()
    }

    /// What part of the energy of the last samples lies at a frequency, from 0
    /// to 1, by Goertzel's algorithm. Where all samples are there, frequencies
    /// that are multiples of 5 Hz do not disturb each other.
    #[must_use]
    pub fn share(&self, hz: u16) -> f64 {
        let turn = TAU * f64::from(hz) / f64::from(SAMPLES_A_SECOND);
        let factor = 2.0 * turn.cos();
        let (mut one, mut two) = (0.0, 0.0);
        for sample in &self.recent {
            (one, two) = (f64::from(*sample) + factor * one - two, one);
        }
        let power = one * one + two * two - factor * one * two;
        let all = energy(&self.recent) * count(&self.recent) / 2.0;
        if all > 0.0 { power / all } else { 0.0 }
    }
}

fn energy(samples: &VecDeque<i16>) -> f64 {
    samples
        .iter()
        .map(|sample| f64::from(*sample).powi(2))
        .sum()
}

fn count(samples: &VecDeque<i16>) -> f64 {
    f64::from(u32::try_from(samples.len()).expect("few samples are kept"))
}
