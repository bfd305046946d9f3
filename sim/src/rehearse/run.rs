//! Many worlds, on as many threads as wanted.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;

use tandem_engine::Marks;

use super::laws::{Broken, Checks};
use super::plan::Plan;
use super::world::{Clear, Lens, Outcome, run as play};

/// Which worlds are played, and how.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Key of all of them.
    pub seed: u64,
    /// How many at most.
    pub worlds: u32,
    /// Threads; the results do not depend on it.
    pub threads: NonZeroUsize,
}

/// Hears how far it is, and says whether to go on.
pub trait Progress {
    /// So many worlds are done; whether another one shall begin.
    fn goes_on(&mut self, done: u32) -> bool;
}

/// Nobody listens, and all worlds are played.
impl Progress for () {
    fn goes_on(&mut self, _: u32) -> bool {
        true
    }
}

/// What came of the worlds, in the order of their numbers up to the first that
/// broke a law.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Worlds that were played.
    pub worlds: u32,
    /// Microseconds that they lasted by their own time, all together.
    pub simulated_us: u128,
    /// Entries.
    pub entries: u64,
    /// Calls.
    pub calls: u64,
    /// How often each law was looked at.
    pub checks: Checks,
    /// The rare paths that were taken.
    pub marks: Marks,
    /// Hash of all last states, in order: the same wherever nothing differs.
    pub fingerprint: u128,
    /// The first world that broke a law.
    pub failure: Option<Failure>,
}

/// A world that broke a law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its number.
    pub world: u32,
    /// The world.
    pub plan: Plan,
    /// The law.
    pub broken: Broken,
    /// In which entry.
    pub entry: u64,
}

impl Report {
    fn add(&mut self, number: u32, seed: u64, outcome: Outcome) {
        self.worlds += 1;
        self.simulated_us += u128::from(outcome.simulated.micros());
        self.entries += outcome.entries;
        self.calls += outcome.calls;
        self.checks.merge(&outcome.checks);
        self.marks.merge(outcome.marks);
        self.fingerprint = self.fingerprint.rotate_left(1) ^ outcome.hash;
        self.failure = outcome.broken.map(|(broken, entry)| Failure {
            world: number,
            plan: Plan::random(seed, number),
            broken,
            entry,
        });
    }
}

/// Plays worlds until there are enough of them, nobody wants more, or one breaks a
/// law.
///
/// # Panics
/// Where a thread does, which is a defect of the rehearsal itself.
pub fn run(options: Options, progress: &mut impl Progress) -> Report {
    run_with(options, progress, || Clear)
}

/// The same, with a lens of its own before the watchers of each world.
///
/// # Panics
/// As [`run`].
pub fn run_with<L: Lens>(
    options: Options,
    progress: &mut impl Progress,
    lens: impl Fn() -> L + Sync,
) -> Report {
    let (next, stop) = (AtomicU32::new(0), AtomicBool::new(false));
    let (done, outcomes) = mpsc::channel();
    let (mut report, mut waiting) = (Report::default(), BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..options.threads.get() {
            let done = done.clone();
            scope.spawn(|| {
                let done = done;
                while !stop.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= options.worlds {
                        break;
                    }
                    let outcome = play(&Plan::random(options.seed, number), lens());
                    // Who began is heard to the end, so somebody always listens.
                    done.send((number, outcome)).unwrap_or_default();
                }
            });
        }
        drop(done);
        for (number, outcome) in outcomes {
            if outcome.broken.is_some() {
                stop.store(true, Ordering::Relaxed);
            }
            waiting.insert(number, outcome);
            while report.failure.is_none()
                && let Some(outcome) = waiting.remove(&report.worlds)
            {
                report.add(report.worlds, options.seed, outcome);
            }
            if !progress.goes_on(report.worlds) {
                stop.store(true, Ordering::Relaxed);
            }
        }
    });
    report
}
