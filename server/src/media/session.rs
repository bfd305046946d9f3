//! The handles: the media of the server, and those of one call.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc;

use super::call::{Call, Hears, Remote, Side};
use super::counters::{Counters, Tally};
use super::music::Music;
use super::ports::{OpenError, Pool};
use super::recording::Recorder;
use super::shard::{Fresh, Mailbox, Own, Seat, Shard, Wishes};
use super::{MediaEvent, SessionId};

/// More threads than this would only take turns.
pub const THREADS_MAX: usize = 64;

/// How media are carried.
#[derive(Debug, Clone)]
pub struct MediaOptions {
    /// The address of this machine that peers can reach. Sockets are bound to
    /// it, and SDP names it.
    pub ip: IpAddr,
    /// The ports; a call takes two pairs of them, and one more from when
    /// somebody comes beside the two who talk. Who leaves them takes his along.
    pub ports: RangeInclusive<u16>,
    /// Threads, of which one carries thousands of calls.
    pub threads: usize,
    /// After so long without a packet, [`super::MediaEventKind::Timeout`] is
    /// told.
    pub timeout: Option<Duration>,
}

impl MediaOptions {
    /// Ports 10,000 to 19,999 and one thread; nothing is told about silence.
    #[must_use]
    pub fn new(ip: IpAddr) -> Self {
        Self {
            ip,
            ports: 10_000..=19_999,
            threads: 1,
            timeout: None,
        }
    }
}

/// The media of the server. Clones are the same; with the last of them the
/// media threads end, and all calls fall silent.
#[derive(Debug, Clone)]
pub struct Media(Arc<Threads>);

#[derive(Debug)]
struct Threads {
    pool: Arc<Pool>,
    shards: Vec<Arc<Shard>>,
    handles: Vec<JoinHandle<()>>,
    next: AtomicUsize,
}

impl Media {
    /// Starts the media threads.
    ///
    /// # Errors
    /// Where the options hold no pair of ports for each side of one call, no
    /// thread or more than [`THREADS_MAX`], or the system refuses.
    pub fn start(options: &MediaOptions) -> io::Result<Media> {
        let wrong = |what: &str| Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        if !(1..=THREADS_MAX).contains(&options.threads) {
            return wrong("media want 1 to 64 threads");
        }
        let pool = Pool::new(options.ip, options.ports.clone());
        if pool.pairs_free() < Side::BOTH.len() {
            return wrong("media want at least four ports, from an even one on");
        }
        // From here on, threads that were started end with this.
        let mut threads = Threads {
            pool: Arc::new(pool),
            shards: Vec::new(),
            handles: Vec::new(),
            next: AtomicUsize::new(0),
        };
        for number in 0..options.threads {
            let (shard, handle) = Shard::start(format!("media-{number}"), options.timeout)?;
            threads.shards.push(shard);
            threads.handles.push(handle);
        }
        Ok(Media(Arc::new(threads)))
    }

    /// Opens the media of a call: two pairs of ports, to which nobody is heard
    /// and from which nothing is sent until the session is told more. What
    /// happens is told over `events`, and lost where that is full.
    ///
    /// # Errors
    /// Where no ports are left, or the system refuses.
    pub fn open(&self, events: mpsc::Sender<MediaEvent>) -> Result<Session, OpenError> {
        let Threads {
            pool, shards, next, ..
        } = &*self.0;
        let (agent, caller) = (pool.bind()?, pool.bind()?);
        let id = SessionId(next.fetch_add(1, Relaxed));
        let shard = Arc::clone(&shards[id.0 % shards.len()]);
        let local = [agent.local, caller.local];
        let tallies: [Arc<Tally>; 2] = Default::default();
        let mailbox = Arc::new(Mailbox::default());
        let seat = Seat {
            id,
            call: Call::new([random()?, random()?], tallies.clone()),
            pairs: [Some(agent), Some(caller), None],
            mailbox: Arc::clone(&mailbox),
            events,
            slots: [None; 3],
        };
        shard.open(seat).map_err(OpenError::Socket)?;
        Ok(Session(Arc::new(Inner {
            id,
            local,
            tallies,
            third: Mutex::default(),
            pool: Arc::clone(pool),
            mailbox,
            shard,
        })))
    }

    /// Gives who is on a side of a call a call of his own, whose caller he is: his ports and
    /// his peer stay as they are, and he is sent silence. In the call that he leaves nobody is
    /// on that side any more.
    ///
    /// # Errors
    /// Where no ports are left for who will talk to him, or the system refuses: then nothing
    /// has changed.
    ///
    /// # Panics
    /// If the call does not have this side.
    pub fn part(
        &self,
        from: &Session,
        side: Side,
        events: mpsc::Sender<MediaEvent>,
    ) -> Result<Session, OpenError> {
        let Inner { pool, shard, .. } = &*from.0;
        let (pair, random, tally) = (pool.bind()?, random()?, Arc::<Tally>::default());
        let id = SessionId(self.0.next.fetch_add(1, Relaxed));
        let (mailbox, agent) = (Arc::new(Mailbox::default()), pair.local);
        let own = Own {
            id,
            agent: Fresh {
                pair,
                random,
                tally: Arc::clone(&tally),
            },
            mailbox: Arc::clone(&mailbox),
            events,
        };
        let (caller, figures) = from.place(side);
        shard
            .part(from.id(), side, own)
            .map_err(OpenError::Socket)?;
        if side == Side::Third {
            *from.third() = None;
        }
        let session = Session(Arc::new(Inner {
            id,
            local: [agent, caller],
            tallies: [tally, figures],
            third: Mutex::default(),
            pool: Arc::clone(pool),
            mailbox,
            shard: Arc::clone(shard),
        }));
        session.silence(Side::Caller);
        Ok(session)
    }

    /// How many pairs of ports are free; a call takes two, or three. Those of a session
    /// that was dropped are free again after a moment.
    #[must_use]
    pub fn pairs_free(&self) -> usize {
        self.0.pool.pairs_free()
    }
}

fn random() -> Result<u64, OpenError> {
    getrandom::u64().map_err(|error| OpenError::Socket(io::Error::other(error.to_string())))
}

impl Drop for Threads {
    fn drop(&mut self) {
        for shard in &self.shards {
            shard.stop();
        }
        for handle in self.handles.drain(..) {
            // One that panicked has said so.
            let _ended = handle.join();
        }
    }
}

/// The media of one call. Clones are the same; with the last of them the
/// sockets close and their ports are free.
///
/// No method waits, and each says what is to hold from now on.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    id: SessionId,
    local: [SocketAddr; 2],
    tallies: [Arc<Tally>; 2],
    /// Where the third side is, and its figures.
    third: Mutex<Option<(SocketAddr, Arc<Tally>)>>,
    pool: Arc<Pool>,
    mailbox: Arc<Mailbox>,
    shard: Arc<Shard>,
}

impl Session {
    /// By which its events are known.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.0.id
    }

    /// Gives the call its third side, with ports of its own until the call ends;
    /// where it has it, that stays.
    ///
    /// # Errors
    /// Where no ports are left, or the system refuses.
    pub fn add_third(&self) -> Result<(), OpenError> {
        let mut known = self.third();
        if known.is_some() {
            return Ok(());
        }
        let (pair, random, tally) = (self.0.pool.bind()?, random()?, Arc::default());
        let (local, figures) = (pair.local, Arc::clone(&tally));
        let third = Fresh {
            pair,
            random,
            tally,
        };
        (self.0.shard.join(self.0.id, third)).map_err(OpenError::Socket)?;
        *known = Some((local, figures));
        Ok(())
    }

    /// Where a side is to send its RTP; the port behind takes RTCP.
    ///
    /// # Panics
    /// If the call does not have this side.
    #[must_use]
    pub fn local(&self, side: Side) -> SocketAddr {
        self.place(side).0
    }

    /// Where a side is, and its figures.
    fn place(&self, side: Side) -> (SocketAddr, Arc<Tally>) {
        match side {
            Side::Third => self.third().clone().expect("it was added"),
            side => {
                let at = side.index();
                (self.0.local[at], Arc::clone(&self.0.tallies[at]))
            }
        }
    }

    /// Says who the peer of a side is, and what it takes. With another address
    /// than before, its packets are awaited from there anew.
    pub fn set_remote(&self, side: Side, remote: Remote) {
        self.wish(|wishes| wishes.remotes[side.index()] = Some(remote));
    }

    /// Plays music to a side, over and over. The same music goes on where it is.
    pub fn play(&self, side: Side, music: &Music) {
        self.hear(side, Hears::Music(music.clone()));
    }

    /// Plays a sound once to a side, from its begin, and silence after it.
    pub fn play_once(&self, side: Side, sound: &Music) {
        self.hear(side, Hears::Once(sound.clone()));
    }

    /// Plays a text once to a side, from its begin, and music behind it.
    pub fn announce(&self, side: Side, text: &Music, music: &Music) {
        let music = Box::new(Hears::Music(music.clone()));
        self.hear(side, Hears::Text(text.clone(), music));
    }

    /// Plays a text once to a side, from its begin; behind it, it hears another side.
    pub fn brief(&self, side: Side, text: &Music, then: Side) {
        let then = Box::new(Hears::Side(then));
        self.hear(side, Hears::Text(text.clone(), then));
    }

    /// Sends silence to a side.
    pub fn silence(&self, side: Side) {
        self.hear(side, Hears::Silence);
    }

    /// Has what is said written from now on, or no more.
    pub fn record(&self, recorder: Option<Recorder>) {
        self.wish(|wishes| wishes.recorder = Some(recorder));
    }

    /// Lets agent and caller hear each other.
    pub fn bridge(&self) {
        self.connect(Side::Agent, Side::Caller);
    }

    /// Lets two sides hear each other; whom others hear stays.
    pub fn connect(&self, one: Side, two: Side) {
        self.wish(|wishes| {
            wishes.hears[one.index()] = Some(Hears::Side(two));
            wishes.hears[two.index()] = Some(Hears::Side(one));
        });
    }

    /// Lets agent and caller no longer hear each other, but silence.
    pub fn unbridge(&self) {
        self.wish(|wishes| {
            for side in Side::BOTH {
                wishes.hears[side.index()] = Some(Hears::Silence);
            }
        });
    }

    /// Sends nothing more to a side, not even silence.
    pub fn mute(&self, side: Side) {
        self.hear(side, Hears::Nothing);
    }

    /// What came from a side and went to it so far; nothing where the call does not have it.
    #[must_use]
    pub fn counters(&self, side: Side) -> Counters {
        match self.0.tallies.get(side.index()) {
            Some(tally) => tally.read(),
            None => (self.third().as_ref()).map_or_else(Counters::default, |(_, it)| it.read()),
        }
    }

    fn third(&self) -> MutexGuard<'_, Option<(SocketAddr, Arc<Tally>)>> {
        self.0.third.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, side: Side, hears: Hears) {
        self.wish(|wishes| wishes.hears[side.index()] = Some(hears));
    }

    fn wish(&self, wish: impl FnOnce(&mut Wishes)) {
        self.0.shard.wish(self.0.id, &self.0.mailbox, wish);
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [agent, caller] = self.0.local;
        write!(f, "{:?}: agent at {agent}, caller at {caller}", self.0.id)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shard.close(self.id);
    }
}
