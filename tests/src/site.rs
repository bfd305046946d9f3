//! A live driver on a disk that can fail, with clocks that tests set.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tandem_engine::{CallId, Caller, Effect, Event, Input, Number, Outbox, PublicId};
use tandem_server::driver::{
    Apply, Batch, Clock, ConfigFile, Handle, Line, Plain, Recovery, Running, StartError,
    StartOptions, StopReason, port, start_with,
};
use tandem_server::store::Store;

use crate::disk::Disk;

/// Somebody's patience, for what must come. Nothing is measured with it.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often somebody looks meanwhile.
const STEP: Duration = Duration::from_millis(5);

/// A folder that is gone with its owner.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// A new empty folder.
    ///
    /// # Panics
    /// Where there can be none.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it makes something on the disk")]
    pub fn new() -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("tandem-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a folder for a test");
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What can not be deleted does no harm.
        let _left = std::fs::remove_dir_all(&self.0);
    }
}

/// Clocks that stand still until somebody moves them.
#[derive(Clone, Debug, Default)]
pub struct HandClock(Arc<(AtomicU64, AtomicI64)>);

impl HandClock {
    /// Lets time pass, on both clocks.
    pub fn pass(&self, micros: u64) {
        self.0.0.fetch_add(micros, Ordering::SeqCst);
        self.set_wall_by(i64::try_from(micros).expect("no more than a life"));
    }

    /// Sets the clock on the wall, forwards or backwards.
    pub fn set_wall_by(&self, micros: i64) {
        self.0.1.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn monotonic(&self) -> u64 {
        self.0.0.load(Ordering::SeqCst)
    }
    fn wall(&self) -> i64 {
        self.0.1.load(Ordering::SeqCst)
    }
}

/// Where a server stands: what remains of it when it is switched off.
#[derive(Debug)]
pub struct Site {
    /// For the key.
    pub folder: Folder,
    /// For everything else.
    pub disk: Disk,
    /// Its clocks.
    pub clock: HandClock,
}

impl Site {
    /// An empty site, some time in 2026.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it makes something on the disk")]
    pub fn new() -> Self {
        let clock = HandClock::default();
        clock.set_wall_by(1_780_000_000_000_000);
        Self {
            folder: Folder::new(),
            disk: Disk::default(),
            clock,
        }
    }

    /// Its store, which nobody may have open.
    ///
    /// # Panics
    /// Where it can not be opened.
    #[must_use]
    pub fn store(&self) -> Store {
        let store = Store::open_with(self.folder.path(), self.disk.clone());
        store.expect("the store opens")
    }

    /// Starts a driver.
    ///
    /// # Errors
    /// Why it does not start.
    pub fn try_start(
        &self,
        config: Option<&str>,
        overwrite: bool,
        apply: impl Apply + 'static,
    ) -> Result<Shift, StartError> {
        let store = Store::open_with(self.folder.path(), self.disk.clone())?;
        let (sender, mut receiver) = port();
        let options = StartOptions {
            ports: vec![sender],
            config: config.map(|text| ConfigFile {
                name: "centre.toml".to_owned(),
                text: text.to_owned(),
            }),
            overwrite,
            seed: Some(7),
            clock: Box::new(self.clock.clone()),
            ..StartOptions::new(store.clone())
        };
        let running = start_with(options, apply)?;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let listener = thread::spawn({
            let heard = Arc::clone(&heard);
            move || {
                while let Some(batch) = receiver.blocking_recv() {
                    heard
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(batch);
                }
            }
        });
        Ok(Shift {
            handle: running.handle(),
            store,
            running,
            heard,
            listener,
        })
    }

    /// Starts a driver as servers do.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start(&self, config: Option<&str>) -> Shift {
        self.try_start(config, false, Plain)
            .expect("the driver starts")
    }
}

/// A driver at work, and what it released.
#[derive(Debug)]
pub struct Shift {
    /// To tell it things.
    pub handle: Handle,
    /// Its store.
    pub store: Store,
    running: Running,
    heard: Arc<Mutex<Vec<Arc<Batch>>>>,
    listener: JoinHandle<()>,
}

impl Shift {
    /// How it came to its state.
    #[must_use]
    pub fn recovery(&self) -> Recovery {
        self.running.recovery().clone()
    }

    /// What it released so far: everything that is durable.
    ///
    /// # Panics
    /// Where something that is durable is never released.
    #[must_use]
    pub fn heard(&self) -> Vec<Arc<Batch>> {
        // A disk that is gone tells nothing.
        let head = self.store.head().ok().flatten();
        let durable = head.map_or(0, |head| head.seq);
        for _ in 0..PATIENCE.as_millis() / STEP.as_millis() {
            let heard = self
                .heard
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            let lines = heard.iter().rev().find_map(|batch| batch.lines.last());
            if lines.map_or(0, |line| line.entry.seq) >= durable {
                return heard;
            }
            thread::sleep(STEP);
        }
        panic!("entry {durable} is durable and was not released");
    }

    /// The lines of that.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let batches = self.heard();
        batches
            .iter()
            .flat_map(|batch| batch.lines.clone())
            .collect()
    }

    /// Waits until it has released something like this.
    ///
    /// # Panics
    /// Where nothing like it comes.
    pub fn wait_for(&self, what: &str, seen: impl Fn(&[Line]) -> bool) {
        for _ in 0..PATIENCE.as_millis() / STEP.as_millis() {
            if seen(&self.lines()) {
                return;
            }
            thread::sleep(STEP);
        }
        panic!("in vain waited for {what}");
    }

    /// Waits until it has ended by itself.
    ///
    /// # Panics
    /// Where it does not.
    pub fn wait_for_end(&self) {
        for _ in 0..PATIENCE.as_millis() / STEP.as_millis() {
            if self.running.has_ended() {
                return;
            }
            thread::sleep(STEP);
        }
        panic!("in vain waited for the end");
    }

    /// Has a call come in; its id, if it was let in.
    ///
    /// # Panics
    /// Where it is not applied.
    pub fn call(&self, key: u128, from: u64, dialled: u64) -> Option<CallId> {
        let applied = self.handle.ask_blocking(arrival(key, from, dialled));
        let events = applied.expect("a call is taken in").out.events;
        events.iter().find_map(|event| match event {
            Event::CallArrived { call, .. } => Some(*call),
            _ => None,
        })
    }

    /// Tells it something; what came of that.
    ///
    /// # Panics
    /// Where it is not applied, or refused.
    pub fn tell(&self, input: Input) -> Outbox {
        let out = self.handle.ask_blocking(input).expect("told").out;
        assert_eq!(out.reject, None);
        out
    }

    /// Somebody calls a queue, and whose telephone rings answers.
    ///
    /// # Panics
    /// Where he is not let in, or nobody rings.
    pub fn talk(&self, key: u128, from: u64, dialled: u64) -> (CallId, PublicId) {
        let out = self.tell(arrival(key, from, dialled));
        let call = out.events.iter().find_map(|event| match event {
            Event::CallArrived { call, public, .. } => Some((*call, *public)),
            _ => None,
        });
        let leg = out.effects.iter().find_map(|(_, effect)| match effect {
            Effect::Ring { leg, .. } => Some(*leg),
            _ => None,
        });
        let leg = leg.expect("the agent is free");
        self.tell(Input::LegAnswered { leg });
        call.expect("it is let in")
    }

    /// Stops it; what it had released, and why it stopped if by itself.
    pub fn stop(self) -> (Vec<Line>, Result<(), StopReason>) {
        let Self {
            handle: _,
            store,
            running,
            heard,
            listener,
        } = self;
        drop(store);
        let ended = running.stop();
        listener.join().expect("the listener only listens");
        let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        (
            heard.iter().flat_map(|batch| batch.lines.clone()).collect(),
            ended,
        )
    }
}

/// A call from outside.
#[must_use]
pub fn arrival(key: u128, from: u64, dialled: u64) -> Input {
    Input::CallArrived {
        key,
        from: Caller {
            number: Number::from_u64(from),
            name: None,
            extension: None,
        },
        dialled: Number::from_u64(dialled),
    }
}
