//! A driver in memory: one engine, its journal, and what a driver owes it.
//!
//! It numbers the entries, keeps time from running backwards, sends a `Tick`
//! for every deadline before it lets an entry pass, and can lose the engine
//! at any entry and get it back from a snapshot and the journal's tail.

use tandem_engine::{Engine, Entry, Input, Outbox, Timestamp};
use xxhash_rust::xxh3::xxh3_128;

use crate::caught::caught;

/// Ticks that one step may need. Past it time does not go on, so that a
/// telephone that rings in vain all night does not take all night to test.
const TICKS_MAX: usize = 300;
/// Ticks that one moment may need.
const TICKS_AT_ONCE_MAX: usize = 10_000;
/// The latest that ticks come, in microseconds.
const LATE_US_MAX: u64 = 60_000_000;

/// One line of the journal, and what the engine answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What was told.
    pub entry: Entry,
    /// What followed from it.
    pub out: Outbox,
}

/// Sees every entry before and after it is applied.
pub trait Witness {
    /// The entry is about to be applied.
    fn before(&mut self, engine: &Engine, entry: &Entry);

    /// The entry was applied.
    ///
    /// # Errors
    /// Where the witness objects, and why.
    fn after(&mut self, engine: &Engine, line: &Line) -> Result<(), String>;
}

/// Nobody looks.
impl Witness for () {
    fn before(&mut self, _: &Engine, _: &Entry) {}
    fn after(&mut self, _: &Engine, _: &Line) -> Result<(), String> {
        Ok(())
    }
}

/// An engine and its driver.
#[derive(Clone, Debug)]
pub struct Live<W> {
    engine: Engine,
    /// Key of the engine's draws, to begin again from nothing.
    seed: u64,
    lines: Vec<Line>,
    hash: u128,
    /// A snapshot, and how many entries lay behind it.
    saved: Option<(usize, Vec<u8>)>,
    epoch: u32,
    /// Whether ticks are sent when they are due, or all of them late.
    pub punctual: bool,
    /// Who looks on.
    pub witness: W,
}

impl<W: Witness> Live<W> {
    /// A driver with an empty engine.
    pub fn new(seed: u64, witness: W) -> Self {
        Self {
            engine: Engine::new(seed),
            seed,
            lines: Vec::new(),
            hash: 0,
            saved: None,
            epoch: 0,
            punctual: true,
            witness,
        }
    }

    /// The engine, to look at.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The journal so far.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Hash of every output so far.
    pub fn hash(&self) -> u128 {
        self.hash
    }

    /// The time of the last entry.
    pub fn now(&self) -> Timestamp {
        self.engine.last_entry().1
    }

    /// Sends every `Tick` that is owed by `at`, then the input; returns the
    /// answer.
    ///
    /// # Errors
    /// Where the engine panics or the witness objects.
    pub fn send(&mut self, at: Timestamp, input: Input) -> Result<&Outbox, String> {
        let at = self.advance(at)?;
        self.apply(at, input)
    }

    /// Lets time pass: sends every `Tick` that is owed by `at`. Returns the
    /// time that it is then, which is earlier where too much would happen.
    ///
    /// # Errors
    /// Where the engine panics or the witness objects.
    pub fn advance(&mut self, at: Timestamp) -> Result<Timestamp, String> {
        let at = at.max(self.now());
        let punctual = self.punctual || (at - self.now()).micros() > LATE_US_MAX;
        for _ in 0..TICKS_MAX {
            let Some((due, _)) = self.engine.next_deadline() else {
                return Ok(at);
            };
            if due > at {
                return Ok(at);
            }
            let tick_at = if punctual { due } else { at };
            self.apply(tick_at.max(self.now()), Input::Tick)?;
        }
        let now = self.now();
        // What is due at this very moment still has to happen.
        for _ in 0..TICKS_AT_ONCE_MAX {
            if self.engine.next_deadline().is_none_or(|(due, _)| due > now) {
                return Ok(now);
            }
            self.apply(now, Input::Tick)?;
        }
        Err(format!("deadlines come for ever, and it stays {now}"))
    }

    /// Applies one entry at once, whatever is owed before it: for `Abort` and
    /// `Restarted`, which come before ticks.
    ///
    /// # Errors
    /// Where the engine panics or the witness objects.
    pub fn apply(&mut self, at: Timestamp, input: Input) -> Result<&Outbox, String> {
        let (seq, last) = self.engine.last_entry();
        let (seq, at) = (seq + 1, at.max(last));
        let entry = Entry {
            seq,
            received_at: at,
            input,
        };
        self.witness.before(&self.engine, &entry);
        let mut out = Outbox::default();
        let applied = caught(|| self.engine.apply(&entry, &mut out));
        self.hash = chain(self.hash, &out);
        self.lines.push(Line { entry, out });
        let line = self.lines.last().expect("a line was pushed");
        applied.map_err(|said| format!("the engine {said}"))?;
        self.witness.after(&self.engine, line)?;
        Ok(&line.out)
    }

    /// Keeps a snapshot.
    pub fn save(&mut self) {
        self.saved = Some((self.lines.len(), self.engine.snapshot()));
    }

    /// Loses the engine, gets it back as a server does after `kill -9`, and
    /// starts it again after `down` microseconds.
    ///
    /// # Errors
    /// Where what comes back is not what was lost, or the start goes wrong.
    pub fn kill(&mut self, down: u64) -> Result<(), String> {
        let (from, mut engine) = match &self.saved {
            None => (0, Engine::new(self.seed)),
            Some((from, bytes)) => {
                let engine = Engine::restore(bytes).map_err(|error| error.to_string())?;
                (*from, engine)
            }
        };
        replay(&mut engine, &self.lines[from..])?;
        if engine.hash() != self.engine.hash() {
            return Err("snapshot and journal lead to another state".to_owned());
        }
        self.engine = engine;
        self.restart(down, false)
    }

    /// Starts again; `restored` from a backup, or after a mere stop.
    ///
    /// # Errors
    /// Where the engine panics or the witness objects.
    pub fn restart(&mut self, down: u64, restored: bool) -> Result<(), String> {
        self.epoch += u32::from(restored);
        let alive_until = Timestamp::from_micros(self.now().micros() + down);
        let epoch = self.epoch;
        let input = Input::Restarted { alive_until, epoch };
        self.apply(alive_until, input).map(drop)
    }

    /// A second world from this moment on, with a witness of its own.
    pub fn fork<V>(&self, witness: V) -> Live<V> {
        Live {
            engine: self.engine.clone(),
            seed: self.seed,
            lines: self.lines.clone(),
            hash: self.hash,
            saved: self.saved.clone(),
            epoch: self.epoch,
            punctual: self.punctual,
            witness,
        }
    }
}

/// Applies lines to an engine and compares what it answers.
///
/// # Errors
/// The first answer that is another one, or a panic.
pub fn replay(engine: &mut Engine, lines: &[Line]) -> Result<(), String> {
    let mut out = Outbox::default();
    for line in lines {
        caught(|| engine.apply(&line.entry, &mut out))?;
        if out != line.out {
            let seq = line.entry.seq;
            return Err(format!(
                "entry {seq} replayed gives another answer: {out:?}"
            ));
        }
    }
    Ok(())
}

/// The hash of all outputs, one further.
pub fn chain(hash: u128, out: &Outbox) -> u128 {
    let bytes = postcard::to_stdvec(&(hash, out)).expect("outputs are written to memory");
    xxh3_128(&bytes)
}
