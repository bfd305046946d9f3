//! One call's media without its sockets: two parties or three, what each sends
//! and what each hears. Time and datagrams come in, datagrams come out.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::codec::{Codec, FRAME_SAMPLES};
use super::counters::Tally;
use super::latch::Latch;
use super::music::Music;
use super::recording::{Recorder, Voices};
use super::rtp::{Header, Malformed, Packet};
use super::stream::{Incoming, Outgoing};
use super::telephone_event::{Detector, Digit, Event};

/// One of the parties of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Who serves.
    Agent,
    /// Who called.
    Caller,
    /// Who is beside the two, as one whom the agent asks something. It is there
    /// only in calls that were given it.
    Third,
}

impl Side {
    /// Those that every call has.
    pub const BOTH: [Side; 2] = [Side::Agent, Side::Caller];
    /// All that a call can have.
    pub const ALL: [Side; 3] = [Side::Agent, Side::Caller, Side::Third];

    pub(super) const fn index(self) -> usize {
        match self {
            Side::Agent => 0,
            Side::Caller => 1,
            Side::Third => 2,
        }
    }
}

/// What signalling says about the peer of a side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remote {
    /// Where it wants its media. No address, or port 0, means nowhere.
    pub address: SocketAddr,
    /// What it is sent. From it, both laws are taken at any time.
    pub codec: Codec,
    /// The payload type of the telephone-events that it takes: that of its SDP.
    pub event_sent: Option<u8>,
    /// That of those which it sends: of our SDP.
    pub event_received: Option<u8>,
}

impl Remote {
    /// A peer that neither sends nor takes telephone-events.
    #[must_use]
    pub const fn new(address: SocketAddr, codec: Codec) -> Self {
        Self {
            address,
            codec,
            event_sent: None,
            event_received: None,
        }
    }

    /// With telephone-events under the same payload type both ways.
    #[must_use]
    pub const fn with_events(self, payload_type: u8) -> Self {
        Self {
            event_sent: Some(payload_type),
            event_received: Some(payload_type),
            ..self
        }
    }
}

/// What a side is to hear.
#[derive(Debug, Clone)]
pub enum Hears {
    /// Nothing is sent.
    Nothing,
    /// Packets without a sound, so that the peer and what lies between see that
    /// the call lives.
    Silence,
    /// Music, from its begin.
    Music(Music),
    /// A sound once, from its begin, and silence after it.
    Once(Music),
    /// A text once, from its begin, and this after it.
    Text(Music, Box<Hears>),
    /// Another side.
    Side(Side),
}

/// What a side has said in one packet, for all who hear it.
#[derive(Debug)]
pub struct Said<'d> {
    by: Side,
    packet: Packet<'d>,
    content: Content,
    /// A key was pressed.
    pub digit: Option<Digit>,
}

#[derive(Debug)]
pub struct Call {
    /// In the order of [`Side::index`]: who is not there, or there no more, is none.
    parties: [Option<Party>; 3],
    /// Where what is said is written, if it is.
    recorder: Option<Recorder>,
}

/// Who is on a side.
#[derive(Debug)]
pub struct Party {
    peer: Option<Peer>,
    incoming: Incoming,
    detector: Detector,
    outgoing: Outgoing,
    hears: Hears,
    /// Of the music, or of what plays once.
    position: usize,
    /// The key that is not passed on of whom this side hears: it was pressed
    /// before it began to listen, and was meant for the server.
    withheld: Option<(u32, u32)>,
    tally: Arc<Tally>,
}

#[derive(Debug)]
struct Peer {
    remote: Remote,
    latch: Latch,
    /// When it last sent something, or was named.
    alive: Instant,
    /// Its silence was told.
    missed: bool,
}

#[derive(Debug)]
enum Content {
    Audio(Codec),
    Event(Event),
}

impl Peer {
    fn content(&self, packet: &Packet) -> Option<Content> {
        let payload_type = packet.header.payload_type;
        if let Some(codec) = Codec::of_payload_type(payload_type) {
            return (!packet.payload.is_empty()).then_some(Content::Audio(codec));
        }
        if Some(payload_type) == self.remote.event_received {
            return Event::parse(packet.payload).map(Content::Event);
        }
        None
    }
}

impl Call {
    /// With random numbers for the streams towards both sides.
    pub fn new(random: [u64; 2], tallies: [Arc<Tally>; 2]) -> Self {
        let [agent, caller] = random;
        let [agent_tally, caller_tally] = tallies;
        Self {
            parties: [
                Some(Party::new(agent, agent_tally)),
                Some(Party::new(caller, caller_tally)),
                None,
            ],
            recorder: None,
        }
    }

    /// The call of who has left another one: he is its caller. Its agent is to come.
    pub fn of(caller: Party, random: u64, tally: Arc<Tally>) -> Self {
        Self {
            parties: [Some(Party::new(random, tally)), Some(caller), None],
            recorder: None,
        }
    }

    /// Somebody comes beside the two, who is not there yet.
    pub fn add_third(&mut self, random: u64, tally: Arc<Tally>) {
        let third = &mut self.parties[Side::Third.index()];
        debug_assert!(third.is_none(), "one is there");
        *third = Some(Party::new(random, tally));
    }

    /// Who is on a side leaves, and is sent nothing until it is said what he hears then.
    pub fn leave(&mut self, side: Side) -> Option<Party> {
        self.hear(side, Hears::Nothing);
        self.parties[side.index()].take()
    }

    /// Who is on a side; nobody where the call does not have it.
    fn party(&mut self, side: Side) -> Option<&mut Party> {
        self.parties[side.index()].as_mut()
    }

    /// The figures of who is on a side.
    pub fn tally(&self, side: Side) -> Option<&Tally> {
        (self.parties[side.index()].as_ref()).map(|party| &*party.tally)
    }

    /// Names the peer of a side. The same address again, as in a refreshed
    /// session, leaves it to the source that was found.
    pub fn set_remote(&mut self, side: Side, remote: Remote, now: Instant) {
        let Some(party) = self.party(side) else {
            return;
        };
        let known = party.peer.take().map(|peer| peer.latch);
        let latch = known.filter(|latch| latch.signalled() == remote.address);
        party.peer = Some(Peer {
            remote,
            latch: latch.unwrap_or_else(|| Latch::new(remote.address)),
            alive: now,
            missed: false,
        });
    }

    /// From now on a side hears something else. Music that already plays goes
    /// on; what plays once begins anew.
    pub fn hear(&mut self, side: Side, hears: Hears) {
        let withheld = match hears {
            Hears::Side(other) => (self.party(other)).and_then(|it| it.detector.newest()),
            _ => None,
        };
        let Some(party) = self.party(side) else {
            return;
        };
        let same = match (&party.hears, &hears) {
            (Hears::Music(old), Hears::Music(new)) => old.is(new),
            (Hears::Side(old), Hears::Side(new)) => old == new,
            (_, Hears::Once(_) | Hears::Text(..)) => false,
            (old, new) => std::mem::discriminant(old) == std::mem::discriminant(new),
        };
        if !same {
            party.hears = hears;
            party.position = 0;
            party.withheld = withheld;
            party.outgoing.interrupt();
        }
    }

    /// From now on what is said is written, or no more.
    pub fn record(&mut self, recorder: Option<Recorder>) {
        self.recorder = recorder;
    }

    /// Writes what a side said, if it is recorded: of a conversation, only what caller and
    /// whom he hears say, and nothing while he hears nobody.
    fn write(&self, side: Side, (packet, codec): (&Packet<'_>, Codec), now: Instant) {
        let Some(recorder) = &self.recorder else {
            return;
        };
        let caller = self.parties[Side::Caller.index()].as_ref();
        let channel = match (recorder.voices, caller.map(|caller| &caller.hears)) {
            (Voices::Caller, _) if side == Side::Caller => 0,
            (Voices::Conversation, Some(Hears::Side(_))) if side == Side::Caller => 0,
            (Voices::Conversation, Some(Hears::Side(heard))) if side == *heard => 1,
            _ => return,
        };
        recorder.take(channel, (&packet.header, codec, packet.payload), now);
    }

    /// Whether a side is to be sent a packet every 20 ms.
    pub fn is_paced(&self, side: Side) -> bool {
        self.parties[side.index()].as_ref().is_some_and(|party| {
            matches!(
                party.hears,
                Hears::Music(_) | Hears::Once(_) | Hears::Text(..) | Hears::Silence
            )
        })
    }

    /// Writes the next 20 ms of what the server plays to a side; returns where
    /// they go.
    pub fn play(&mut self, side: Side, now: Instant, out: &mut Vec<u8>) -> Option<SocketAddr> {
        let party = self.party(side)?;
        let peer = party.peer.as_ref()?;
        let (codec, to) = (peer.remote.codec, peer.latch.target()?);
        let header = party.outgoing.local(codec.payload_type(), now);
        out.extend_from_slice(&header.bytes());
        match &party.hears {
            Hears::Music(music) => music.play(codec, &mut party.position, FRAME_SAMPLES, out),
            Hears::Once(sound) => sound.play_once(codec, &mut party.position, FRAME_SAMPLES, out),
            Hears::Text(text, then) => {
                text.play_once(codec, &mut party.position, FRAME_SAMPLES, out);
                if party.position >= text.encoded(codec).len() {
                    let then = Hears::clone(then);
                    self.hear(side, then);
                }
            }
            Hears::Nothing | Hears::Side(_) | Hears::Silence => {
                out.extend(std::iter::repeat_n(codec.silence(), FRAME_SAMPLES));
            }
        }
        Some(to)
    }

    /// Takes a datagram that came to a side; returns what it says, if it is good.
    pub fn receive<'d>(
        &mut self,
        side: Side,
        from: SocketAddr,
        datagram: &'d [u8],
        now: Instant,
    ) -> Option<Said<'d>> {
        let party = self.party(side)?;
        let packet = match Packet::parse(datagram) {
            Ok(packet) => packet,
            Err(Malformed::Rtcp) => {
                party.tally.rtcp();
                return None;
            }
            Err(_) => {
                party.tally.refused();
                return None;
            }
        };
        let Some(content) = party.admit(from, &packet, now) else {
            party.tally.refused();
            return None;
        };
        party.tally.received(datagram.len(), party.incoming.lost());
        let digit = match &content {
            Content::Audio(codec) => {
                self.write(side, (&packet, *codec), now);
                None
            }
            Content::Event(event) => party.detector.packet(&packet.header, event),
        };
        Some(Said {
            by: side,
            packet,
            content,
            digit,
        })
    }

    /// Writes what was said for a side, if it hears who said it; returns where
    /// that goes.
    pub fn relay(
        &mut self,
        said: &Said<'_>,
        to: Side,
        now: Instant,
        out: &mut Vec<u8>,
    ) -> Option<SocketAddr> {
        self.party(to)?.relay(said, now, out)
    }

    /// Whether a side, which ought to send, was silent for longer than allowed.
    /// Each silence is told once.
    pub fn is_missed(&mut self, side: Side, allowed: Duration, now: Instant) -> bool {
        let Some(peer) = self.party(side).and_then(|it| it.peer.as_mut()) else {
            return false;
        };
        let silent = now.saturating_duration_since(peer.alive) > allowed;
        let missed = silent && !peer.missed && peer.latch.target().is_some();
        peer.missed |= missed;
        missed
    }
}

impl Party {
    fn new(random: u64, tally: Arc<Tally>) -> Self {
        Self {
            peer: None,
            incoming: Incoming::default(),
            detector: Detector::default(),
            outgoing: Outgoing::new(random),
            hears: Hears::Nothing,
            position: 0,
            withheld: None,
            tally,
        }
    }

    /// What a packet holds, if it is one of the peer's.
    fn admit(&mut self, from: SocketAddr, packet: &Packet, now: Instant) -> Option<Content> {
        let peer = self.peer.as_mut()?;
        let content = peer.content(packet)?;
        let Header { ssrc, sequence, .. } = packet.header;
        if !peer.latch.admits(from, ssrc, sequence) {
            return None;
        }
        peer.alive = now;
        peer.missed = false;
        self.incoming.packet(&packet.header);
        Some(content)
    }

    /// Passes on what another side said, where this one hears it.
    fn relay(&mut self, said: &Said<'_>, now: Instant, out: &mut Vec<u8>) -> Option<SocketAddr> {
        if !matches!(self.hears, Hears::Side(heard) if heard == said.by) {
            return None;
        }
        let Said {
            packet, content, ..
        } = said;
        let peer = self.peer.as_ref()?;
        let to = peer.latch.target()?;
        let key = (packet.header.ssrc, packet.header.timestamp);
        let (payload_type, samples) = match content {
            Content::Audio(_) => {
                let samples = u32::try_from(packet.payload.len()).expect("a packet is short");
                (peer.remote.codec.payload_type(), samples)
            }
            Content::Event(_) if self.withheld == Some(key) => return None,
            Content::Event(event) => (peer.remote.event_sent?, event.duration.into()),
        };
        let header = self.outgoing.relay(&packet.header, samples, now)?;
        let header = Header {
            payload_type,
            ..header
        };
        out.extend_from_slice(&header.bytes());
        match content {
            Content::Audio(codec) => codec.transcode(peer.remote.codec, packet.payload, out),
            Content::Event(_) => out.extend_from_slice(packet.payload),
        }
        Some(to)
    }
}
