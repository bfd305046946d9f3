//! The voices of callers and agents: RTP that tells who speaks, counted where it
//! arrives. It knows nothing of the server but what comes from it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What callers say, in every byte; music is neither this nor what agents say.
pub const CALLER: u8 = 0x2A;
/// What agents say.
pub const AGENT: u8 = 0x5C;
/// What a caller says who is to wait while two others talk.
pub const WAITING: u8 = 0x37;
/// Between two packets.
pub const PACE: Duration = Duration::from_millis(20);
/// Who hears nothing for so long does not speak any more.
const SILENCE: Duration = Duration::from_millis(300);
/// Bytes of 20 ms of G.711.
const PAYLOAD_BYTES: usize = 160;
const HEADER_BYTES: usize = 12;

/// What one side heard, by the server's ports: one for each call.
#[derive(Debug, Default)]
struct Ear {
    music: BTreeSet<SocketAddr>,
    other: BTreeSet<SocketAddr>,
}

/// How many calls heard what.
#[derive(Debug, PartialEq, Eq)]
pub struct Heard {
    /// Callers who heard music.
    pub music: usize,
    /// Agents who heard their caller.
    pub callers_heard: usize,
    /// Callers who heard their agent.
    pub agents_heard: usize,
}

/// Both sides of all calls.
pub struct Voices {
    sides: [Side; 2],
}

struct Side {
    port: u16,
    ear: Arc<Mutex<Ear>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Voices {
    /// Speaks and listens from now on.
    pub fn start() -> Self {
        Self {
            sides: [Side::start(CALLER, AGENT), Side::start(AGENT, CALLER)],
        }
    }

    /// The port of the callers.
    pub fn callers(&self) -> u16 {
        self.sides[0].port
    }

    /// The port of the agents.
    pub fn agents(&self) -> u16 {
        self.sides[1].port
    }

    /// What was heard so far.
    pub fn heard(&self) -> Heard {
        let [callers, agents] = &self.sides;
        let callers = callers.ear.lock().expect("nobody panicked");
        let agents = agents.ear.lock().expect("nobody panicked");
        Heard {
            music: callers.music.len(),
            callers_heard: agents.other.len(),
            agents_heard: callers.other.len(),
        }
    }
}

impl Side {
    fn start(says: u8, hears: u8) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback");
        socket
            .set_read_timeout(Some(Duration::from_millis(5)))
            .expect("a time to wait");
        let port = socket.local_addr().expect("it is bound").port();
        let ear = Arc::new(Mutex::new(Ear::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let (listens, stops) = (Arc::clone(&ear), Arc::clone(&stop));
        let thread = std::thread::spawn(move || talk(&socket, says, hears, &listens, &stops));
        Self {
            port,
            ear,
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

/// Answers whoever speaks: 20 ms of voice every 20 ms, as long as he does.
fn talk(socket: &UdpSocket, says: u8, hears: u8, ear: &Mutex<Ear>, stop: &AtomicBool) {
    let mut peers: BTreeMap<SocketAddr, (Instant, u16)> = BTreeMap::new();
    let mut next = Instant::now();
    let mut buffer = [0; 2_048];
    while !stop.load(Relaxed) {
        // A port that is closed by now answers the packet before with an error.
        if let Ok((length, from)) = socket.recv_from(&mut buffer)
            && length >= HEADER_BYTES + PAYLOAD_BYTES
        {
            peers.entry(from).or_insert((Instant::now(), 0)).0 = Instant::now();
            let payload = &buffer[HEADER_BYTES..length];
            let mut ear = ear.lock().expect("nobody panicked");
            if payload.iter().all(|byte| *byte == hears) {
                ear.other.insert(from);
            } else {
                ear.music.insert(from);
            }
        }
        if Instant::now() >= next {
            next += PACE;
            peers.retain(|_, (heard, _)| heard.elapsed() < SILENCE);
            for (peer, (_, sequence)) in &mut peers {
                *sequence = sequence.wrapping_add(1);
                let _sent = socket.send_to(&packet(says, peer.port(), *sequence), peer);
            }
        }
    }
}

/// Whether a packet holds nothing but this sound.
pub fn is(packet: &[u8], sound: u8) -> bool {
    packet.len() > HEADER_BYTES && holds_only(packet, &[sound])
}

/// Whose voice is in a packet; `None`: that of nobody, as music or silence.
pub fn voice(packet: &[u8]) -> Option<u8> {
    let mut voices = [CALLER, AGENT, WAITING].into_iter();
    voices.find(|voice| is(packet, *voice))
}

/// Whether nothing but these samples is in a packet.
pub fn holds_only(packet: &[u8], samples: &[u8]) -> bool {
    (packet.iter().skip(HEADER_BYTES)).all(|byte| samples.contains(byte))
}

/// 20 ms of a sound.
pub fn packet(says: u8, ssrc: u16, sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 0];
    packet.extend(sequence.to_be_bytes());
    packet.extend((u32::from(sequence) * 160).to_be_bytes());
    packet.extend(u32::from(ssrc).to_be_bytes());
    packet.resize(HEADER_BYTES + PAYLOAD_BYTES, says);
    packet
}
