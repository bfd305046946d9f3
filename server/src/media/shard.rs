//! A media thread: it owns the sockets of its calls, passes packets on as they
//! come, and plays music from one clock for all who hear it. It shares nothing
//! with other threads but an inbox, and waits for nobody.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Registry, Token, Waker};
use rustix::process::setpriority_process;
use tokio::sync::mpsc;

use super::call::{Call, Hears, Remote, Side};
use super::codec::FRAME_MS;
use super::counters::Tally;
use super::ports::Pair;
use super::recording::Recorder;
use super::rtp::PACKET_BYTES_MAX;
use super::{MediaEvent, MediaEventKind, SessionId};

/// Those who hear music take turns within the 20 ms, so that their packets
/// leave the machine in small groups.
const SLOTS: usize = 4;
const SLOT: Duration = Duration::from_micros(FRAME_MS as u64 * 1_000 / SLOTS as u64);
/// A thread that was held up for longer does not make up for it, which would
/// flood the listeners, but goes on from where it is.
const LATE_MAX: Duration = Duration::from_millis(100);
/// How often it is looked for sides that have fallen silent.
const WATCH: Duration = Duration::from_secs(1);
/// So many datagrams of one socket are taken before the others have their turn:
/// a flood to one call is a matter of that call.
const TURN_DATAGRAMS_MAX: usize = 32;
/// As speech that comes late is lost, and all else in the server only waits.
const NICE: i32 = -15;
const EVENTS_MAX: usize = 1_024;
/// The sockets that a call can have: RTP and RTCP of each side.
const SOCKETS: usize = 2 * Side::ALL.len();
const WAKE: Token = Token(usize::MAX);

/// What other threads reach of a media thread.
#[derive(Debug)]
pub struct Shard {
    inbox: Mutex<Inbox>,
    waker: Waker,
    registry: Registry,
}

#[derive(Debug, Default)]
struct Inbox {
    opened: Vec<Seat>,
    /// Who came to a call or left it, in that order.
    changed: Vec<(SessionId, Change)>,
    /// Sessions whose mailboxes hold something.
    wishing: Vec<SessionId>,
    closed: Vec<SessionId>,
    stop: bool,
}

/// What the owner of a call wants. A later wish replaces an earlier one that
/// was not yet seen, so that a mailbox never overflows and nobody ever waits.
#[derive(Debug, Default)]
pub struct Wishes {
    pub remotes: [Option<Remote>; 3],
    pub hears: [Option<Hears>; 3],
    pub recorder: Option<Option<Recorder>>,
}

impl Wishes {
    fn is_empty(&self) -> bool {
        self.remotes.iter().all(Option::is_none)
            && self.hears.iter().all(Option::is_none)
            && self.recorder.is_none()
    }
}

#[derive(Debug, Default)]
pub struct Mailbox(Mutex<Wishes>);

impl Mailbox {
    fn wishes(&self) -> MutexGuard<'_, Wishes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call at its media thread.
#[derive(Debug)]
pub struct Seat {
    pub id: SessionId,
    pub call: Call,
    /// In the order of [`Side::index`], as the parties of the call.
    pub pairs: [Option<Pair>; 3],
    pub mailbox: Arc<Mailbox>,
    pub events: mpsc::Sender<MediaEvent>,
    /// Where each side has its turn, if it has one.
    pub slots: [Option<usize>; 3],
}

/// Who is new to a call: beside the two, or as the agent of who has a call of his own now.
#[derive(Debug)]
pub struct Fresh {
    pub pair: Pair,
    pub random: u64,
    pub tally: Arc<Tally>,
}

/// Who is in a call changes.
#[derive(Debug)]
enum Change {
    /// Somebody comes beside the two.
    Joins(Fresh),
    /// Who is on this side leaves, for a call of his own.
    Leaves(Side, Own),
}

/// The call of who leaves another one.
#[derive(Debug)]
pub struct Own {
    pub id: SessionId,
    pub agent: Fresh,
    pub mailbox: Arc<Mailbox>,
    pub events: mpsc::Sender<MediaEvent>,
}

impl Shard {
    /// Starts a media thread.
    pub fn start(
        name: String,
        timeout: Option<Duration>,
    ) -> io::Result<(Arc<Shard>, std::thread::JoinHandle<()>)> {
        let poll = Poll::new()?;
        let shard = Arc::new(Shard {
            inbox: Mutex::default(),
            waker: Waker::new(poll.registry(), WAKE)?,
            registry: poll.registry().try_clone()?,
        });
        let thread = MediaThread {
            poll,
            shard: Arc::clone(&shard),
            seats: HashMap::new(),
            ready: Vec::new(),
            slots: Default::default(),
            turn: 0,
            due: Instant::now(),
            watched: Instant::now(),
            timeout,
            // One more than a packet may have shows which have too many.
            datagram: [0; PACKET_BYTES_MAX + 1],
            out: Vec::with_capacity(PACKET_BYTES_MAX),
        };
        let builder = std::thread::Builder::new().name(name);
        Ok((shard, builder.spawn(move || thread.run())?))
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        self.waker.wake().expect("a media thread can be woken");
    }

    /// Hands a call over.
    pub fn open(&self, mut seat: Seat) -> io::Result<()> {
        for (side, pair) in Side::ALL.into_iter().zip(&mut seat.pairs) {
            if let Some(pair) = pair {
                self.register(seat.id, side, pair)?;
            }
        }
        self.inbox().opened.push(seat);
        self.wake();
        Ok(())
    }

    /// Hands over who comes beside the two of a call.
    pub fn join(&self, id: SessionId, mut third: Fresh) -> io::Result<()> {
        self.register(id, Side::Third, &mut third.pair)?;
        self.inbox().changed.push((id, Change::Joins(third)));
        self.wake();
        Ok(())
    }

    /// Has who is on a side of a call leave it for his own.
    pub fn part(&self, id: SessionId, side: Side, mut own: Own) -> io::Result<()> {
        self.register(own.id, Side::Agent, &mut own.agent.pair)?;
        self.inbox().changed.push((id, Change::Leaves(side, own)));
        self.wake();
        Ok(())
    }

    fn register(&self, id: SessionId, side: Side, pair: &mut Pair) -> io::Result<()> {
        let interest = Interest::READABLE;
        self.registry
            .register(&mut pair.rtp, token(id, side, false), interest)?;
        self.registry
            .register(&mut pair.rtcp, token(id, side, true), interest)
    }

    /// Leaves a wish for a call.
    pub fn wish(&self, id: SessionId, mailbox: &Mailbox, wish: impl FnOnce(&mut Wishes)) {
        let mut wishes = mailbox.wishes();
        let first = wishes.is_empty();
        wish(&mut wishes);
        drop(wishes);
        if first {
            self.inbox().wishing.push(id);
            self.wake();
        }
    }

    /// Ends a call, and frees its ports soon.
    pub fn close(&self, id: SessionId) {
        self.inbox().closed.push(id);
        self.wake();
    }

    /// Ends the thread, and with it the media of all calls that it has.
    pub fn stop(&self) {
        self.inbox().stop = true;
        self.wake();
    }
}

fn token(id: SessionId, side: Side, rtcp: bool) -> Token {
    Token(id.0 * SOCKETS + 2 * side.index() + usize::from(rtcp))
}

struct MediaThread {
    poll: Poll,
    shard: Arc<Shard>,
    seats: HashMap<SessionId, Seat>,
    /// Sockets that may have something.
    ready: Vec<Token>,
    slots: [Vec<(SessionId, Side)>; SLOTS],
    /// The slot that is played next, and when.
    turn: usize,
    due: Instant,
    watched: Instant,
    timeout: Option<Duration>,
    datagram: [u8; PACKET_BYTES_MAX + 1],
    out: Vec<u8>,
}

impl MediaThread {
    fn run(mut self) {
        // To Linux, no process means this thread. Who may not ask for
        // precedence shares with all others, which is enough on most days.
        let _asked = setpriority_process(None, NICE);
        let mut events = Events::with_capacity(EVENTS_MAX);
        loop {
            match self.poll.poll(&mut events, Some(self.patience())) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => panic!("media sockets cannot be watched: {error}"),
            }
            // First, so that who names a peer and then lets it send is heard.
            if self.read_inbox() {
                return;
            }
            let tokens = events.iter().map(mio::event::Event::token);
            self.ready.extend(tokens.filter(|token| *token != WAKE));
            let mut ready = std::mem::take(&mut self.ready);
            ready.retain(|token| self.receive(*token));
            self.ready.append(&mut ready);
            self.play(Instant::now());
            self.watch(Instant::now());
        }
    }

    /// How long there is nothing to do unless a packet comes.
    fn patience(&self) -> Duration {
        if !self.ready.is_empty() {
            return Duration::ZERO;
        }
        if self.slots.iter().all(Vec::is_empty) {
            return WATCH;
        }
        self.due.saturating_duration_since(Instant::now())
    }

    /// Takes what has come to a socket; returns whether there may be more.
    fn receive(&mut self, token: Token) -> bool {
        let id = SessionId(token.0 / SOCKETS);
        // It may have been closed since.
        let Some(seat) = self.seats.get_mut(&id) else {
            return false;
        };
        let side = Side::ALL[token.0 % SOCKETS / 2];
        for _ in 0..TURN_DATAGRAMS_MAX {
            let rtcp = token.0 % 2 == 1;
            // Or it is not there yet, or no more.
            let Some(pair) = &seat.pairs[side.index()] else {
                return false;
            };
            let socket = if rtcp { &pair.rtcp } else { &pair.rtp };
            match socket.recv_from(&mut self.datagram) {
                Ok(_) if rtcp => seat.call.tally(side).into_iter().for_each(Tally::rtcp),
                Ok((length, from)) => {
                    seat.take(side, from, &self.datagram[..length], &mut self.out);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                // Such as what the network says about an earlier packet.
                Err(_) => {}
            }
        }
        true
    }

    /// Does what others left in the inbox; returns whether to stop.
    fn read_inbox(&mut self) -> bool {
        let inbox = std::mem::take(&mut *self.shard.inbox());
        for seat in inbox.opened {
            self.seat(seat);
        }
        for (id, change) in inbox.changed {
            match change {
                Change::Joins(third) => self.join(id, third),
                Change::Leaves(side, own) => self.part(id, side, own),
            }
        }
        for id in inbox.wishing {
            self.fulfil(id);
        }
        for id in inbox.closed {
            let Some(seat) = self.seats.remove(&id) else {
                continue;
            };
            for slot in seat.slots.into_iter().flatten() {
                self.slots[slot].retain(|(other, _)| *other != id);
            }
        }
        inbox.stop
    }

    /// Somebody comes beside the two of a call.
    fn join(&mut self, id: SessionId, third: Fresh) {
        if let Some(seat) = self.seats.get_mut(&id) {
            self.ready.push(token(id, Side::Third, false));
            seat.pairs[Side::Third.index()] = Some(third.pair);
            seat.call.add_third(third.random, third.tally);
        }
    }

    /// Who is on a side of a call leaves it for his own, with his sockets.
    fn part(&mut self, id: SessionId, side: Side, own: Own) {
        // What was wanted of him before.
        self.fulfil(id);
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let left = seat.call.leave(side).zip(seat.pairs[side.index()].take());
        let Some((party, mut pair)) = left else {
            return;
        };
        let Fresh {
            pair: fresh,
            random,
            tally,
        } = own.agent;
        let registry = self.poll.registry();
        for (socket, rtcp) in [(&mut pair.rtp, false), (&mut pair.rtcp, true)] {
            let token = token(own.id, Side::Caller, rtcp);
            let known = registry.reregister(socket, token, Interest::READABLE);
            known.expect("what is watched can be named anew");
        }
        let seat = Seat {
            id: own.id,
            call: Call::of(party, random, tally),
            pairs: [Some(fresh), Some(pair), None],
            mailbox: own.mailbox,
            events: own.events,
            slots: [None; 3],
        };
        self.seat(seat);
    }

    /// A call is here from now on.
    fn seat(&mut self, seat: Seat) {
        // What came before it had a seat was told then, and is told once.
        let tokens = Side::BOTH.map(|side| token(seat.id, side, false));
        self.ready.extend(tokens);
        self.seats.insert(seat.id, seat);
    }

    fn fulfil(&mut self, id: SessionId) {
        let now = Instant::now();
        let Some(seat) = self.seats.get_mut(&id) else {
            return;
        };
        let Wishes {
            remotes,
            hears,
            recorder,
        } = std::mem::take(&mut *seat.mailbox.wishes());
        if let Some(recorder) = recorder {
            seat.call.record(recorder);
        }
        for (side, remote) in Side::ALL.into_iter().zip(remotes) {
            if let Some(remote) = remote {
                seat.call.set_remote(side, remote, now);
            }
        }
        for (side, hears) in Side::ALL.into_iter().zip(hears) {
            if let Some(hears) = hears {
                seat.call.hear(side, hears);
            }
            let slot = &mut seat.slots[side.index()];
            if seat.call.is_paced(side) && slot.is_none() {
                let least = (0..SLOTS).min_by_key(|slot| self.slots[*slot].len());
                let least = least.expect("there are slots");
                self.slots[least].push((id, side));
                *slot = Some(least);
            }
        }
    }

    /// Sends the music that is due.
    fn play(&mut self, now: Instant) {
        if now.saturating_duration_since(self.due) > LATE_MAX {
            self.due = now;
        }
        while self.due <= now {
            let mut slot = std::mem::take(&mut self.slots[self.turn]);
            slot.retain(|(id, side)| {
                let seat = self.seats.get_mut(id).expect("who left is in no slot");
                seat.play(*side, now, &mut self.out)
            });
            self.slots[self.turn] = slot;
            self.turn = (self.turn + 1) % SLOTS;
            self.due += SLOT;
        }
    }

    /// Looks for sides that have fallen silent.
    fn watch(&mut self, now: Instant) {
        let Some(timeout) = self.timeout else {
            return;
        };
        if now.saturating_duration_since(self.watched) < WATCH {
            return;
        }
        self.watched = now;
        for seat in self.seats.values_mut() {
            for side in Side::ALL {
                if seat.call.is_missed(side, timeout, now) {
                    seat.tell(side, MediaEventKind::Timeout);
                }
            }
        }
    }
}

impl Seat {
    /// Takes a datagram and passes it on to all who hear it.
    fn take(&mut self, side: Side, from: SocketAddr, datagram: &[u8], out: &mut Vec<u8>) {
        let now = Instant::now();
        let Some(said) = self.call.receive(side, from, datagram, now) else {
            return;
        };
        for listener in Side::ALL {
            out.clear();
            if let Some(to) = self.call.relay(&said, listener, now, out) {
                self.send(listener, to, out);
            }
        }
        if let Some(digit) = said.digit {
            self.tell(side, MediaEventKind::Digit(digit));
        }
    }

    /// Plays the next 20 ms to a side; returns whether it is to have more turns.
    fn play(&mut self, side: Side, now: Instant, out: &mut Vec<u8>) -> bool {
        if !self.call.is_paced(side) {
            self.slots[side.index()] = None;
            return false;
        }
        out.clear();
        if let Some(to) = self.call.play(side, now, out) {
            self.send(side, to, out);
        }
        true
    }

    fn send(&self, side: Side, to: SocketAddr, packet: &[u8]) {
        let there = self.call.tally(side).zip(self.pairs[side.index()].as_ref());
        let Some((tally, pair)) = there else {
            return;
        };
        // A peer that names our own port would hear itself for ever.
        let is_own = self.pairs.iter().flatten().any(|pair| pair.local == to);
        let sent = !is_own && pair.rtp.send_to(packet, to).is_ok();
        match sent {
            true => tally.sent(packet.len()),
            false => tally.unsent(),
        }
    }

    fn tell(&self, side: Side, kind: MediaEventKind) {
        let event = MediaEvent {
            session: self.id,
            side,
            kind,
        };
        if self.events.try_send(event).is_err()
            && let Some(tally) = self.call.tally(side)
        {
            tally.unheard();
        }
    }
}
