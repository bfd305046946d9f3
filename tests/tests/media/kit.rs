//! What the tests of media share: a port range for each, peers made by hand,
//! and patience that is bounded.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::sleep;
use std::time::Duration;

use tandem_server::media::rtp::{Header, Packet};
use tandem_server::media::{Media, MediaEvent, MediaOptions, Session};
use tandem_tests::cases::{number_from_env, seed_of_the_day};
use tokio::sync::mpsc;

pub const IP: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// A second, of steps of 10 ms; no test waits for longer than thirty of them.
const STEPS: usize = 3_000;

/// So many ports in a row, from an even one on, that nobody uses. They lie
/// below those that the system gives to whoever asks for any.
pub fn range(ports: u16) -> RangeInclusive<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(20_000);
    loop {
        let first = NEXT.fetch_add(ports.next_multiple_of(2), Ordering::Relaxed);
        assert!(first < 32_000, "no ports are left to test with");
        let range = first..=first + (ports - 1);
        if range
            .clone()
            .all(|port| UdpSocket::bind((IP, port)).is_ok())
        {
            return range;
        }
    }
}

/// Media for so many calls of two.
pub fn media(calls: u16) -> Media {
    let ports = range(4 * calls);
    Media::start(&MediaOptions {
        ports,
        ..MediaOptions::new(IP)
    })
    .expect("media start")
}

/// A call, and what happens in it.
pub fn open(media: &Media) -> (Session, mpsc::Receiver<MediaEvent>) {
    let (events, happened) = mpsc::channel(100);
    (media.open(events).expect("ports are free"), happened)
}

/// Waits until something is so.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..STEPS {
        if is_so() {
            return;
        }
        sleep(Duration::from_millis(10));
    }
    panic!("waited in vain: {what}");
}

/// A peer made by hand: it sends what it is told, in any order.
pub struct Peer {
    socket: UdpSocket,
}

/// A packet that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    pub header: Header,
    pub payload: Vec<u8>,
}

impl Peer {
    pub fn new() -> Self {
        let socket = UdpSocket::bind((IP, 0)).expect("a port is free");
        let patience = Duration::from_secs(30);
        socket.set_read_timeout(Some(patience)).expect("a time");
        Self { socket }
    }

    pub fn local(&self) -> SocketAddr {
        self.socket.local_addr().expect("it is bound")
    }

    pub fn send(&self, to: SocketAddr, header: Header, payload: &[u8]) {
        self.send_bytes(to, &packet(header, payload));
    }

    pub fn send_bytes(&self, to: SocketAddr, bytes: &[u8]) {
        self.socket.send_to(bytes, to).expect("it is sent");
    }

    /// The next packet.
    #[track_caller]
    pub fn next(&self) -> Came {
        let mut datagram = [0; 2_000];
        let length = self.socket.recv(&mut datagram).expect("a packet comes");
        let packet = Packet::parse(&datagram[..length]).expect("it is good");
        Came {
            header: packet.header,
            payload: packet.payload.to_vec(),
        }
    }

    /// Whether something waits to be read.
    pub fn has_more(&self) -> bool {
        self.socket.set_nonblocking(true).expect("a mode");
        let more = self.socket.peek(&mut [0]).is_ok();
        self.socket.set_nonblocking(false).expect("a mode");
        more
    }

    /// Takes everything that waits.
    pub fn drain(&self) {
        while self.has_more() {
            self.next();
        }
    }
}

pub fn packet(header: Header, payload: &[u8]) -> Vec<u8> {
    let packet = Packet {
        header,
        csrc: &[],
        extension: None,
        payload,
        padding: 0,
    };
    let mut bytes = Vec::new();
    packet.write(&mut bytes);
    bytes
}

/// The header of the nth packet of a sender.
pub fn nth(n: u16, payload_type: u8, ssrc: u32) -> Header {
    Header {
        marker: false,
        payload_type,
        sequence: n,
        timestamp: 160 * u32::from(n),
        ssrc,
    }
}

/// A generator of numbers that nobody could guess (xorshift64*).
pub struct Dice(u64);

impl Dice {
    /// Of the seed of the day and a number of the test's own.
    pub fn new(test: u64) -> Self {
        let seed = seed_of_the_day().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Self((seed ^ test.wrapping_mul(0xD1B5_4A32_D192_ED03)).max(1))
    }

    pub fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Below `end`, or zero.
    pub fn below(&mut self, end: usize) -> usize {
        let roll = usize::try_from(self.roll() >> 33).expect("31 bits");
        roll.checked_rem(end).unwrap_or(0)
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.roll().to_le_bytes()[7]).collect()
    }

    /// Damages bytes once.
    pub fn damage(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() + 1);
        let end = (at + 1 + self.below(8)).min(bytes.len());
        match self.below(7) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.truncate(at),
            2 => {
                let count = 1 + self.below(8);
                let more = self.bytes(count);
                drop(bytes.splice(at..at, more));
            }
            3 => bytes[at..end].fill(0xff),
            4 => bytes[at..end].fill(0),
            // Where formats keep their lengths.
            5 if !bytes.is_empty() => {
                let early = self.below(bytes.len().min(48));
                bytes[early] = self.roll().to_le_bytes()[7];
            }
            _ if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            _ => {}
        }
    }
}

/// How many mutants are tried.
pub fn mutants() -> u64 {
    number_from_env("TANDEM_MUTANTS").unwrap_or_else(|| {
        let full = std::env::var_os("TANDEM_FULL").is_some_and(|value| value == "1");
        if full { 5_000_000 } else { 200_000 }
    })
}
