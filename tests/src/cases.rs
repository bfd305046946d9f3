//! Running a property over many random cases, always the same ones for the
//! same seed of the day.
//!
//! Every case has a seed of its own, reckoned from the seed of the day, the
//! name of the test and the number of the case; nothing else is random. A seed
//! that failed is added to a file, and tried first from then on.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use tandem_engine::draw::{draw, mix};

use crate::caught::caught;

/// How many times as many cases `TANDEM_FULL=1` runs.
const FULL: u32 = 20;
/// The part of them that `TANDEM_QUICK=1` runs, for a first look while one edits.
const QUICK: u32 = 10;
/// How often a failing case is made smaller, at most.
const SHRINKS_MAX: u32 = 3_000;
const SECONDS_A_DAY: u64 = 86_400;

/// The seed of the day: `TANDEM_SEED`, or the number of days since 1970.
///
/// # Panics
/// Where `TANDEM_SEED` is no number.
pub fn seed_of_the_day() -> u64 {
    static SEED: OnceLock<u64> = OnceLock::new();
    *SEED.get_or_init(|| {
        let seed = number_from_env("TANDEM_SEED").unwrap_or_else(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            since.map_or(0, |since| since.as_secs() / SECONDS_A_DAY)
        });
        println!("seed of the day: TANDEM_SEED={seed}");
        seed
    })
}

/// How many cases of `usual` are to be run.
pub fn cases(usual: u32) -> u32 {
    let asked = |name| std::env::var_os(name).is_some_and(|value| value == "1");
    match (asked("TANDEM_FULL"), asked("TANDEM_QUICK")) {
        (true, _) => usual * FULL,
        (false, true) => usual.div_ceil(QUICK),
        (false, false) => usual,
    }
}

/// A number from the environment.
///
/// # Panics
/// Where something else is set.
pub fn number_from_env(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{name} is {text:?}, and should be a number")))
}

/// A file of seeds that failed once: lines of a test's name and a seed, with
/// a remark behind `#`.
#[derive(Clone, Debug)]
pub struct Regressions {
    path: PathBuf,
}

impl Regressions {
    /// The file with this name beside the tests.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
        Self {
            path: folder.join(name),
        }
    }

    fn seeds(&self, test: &str) -> Vec<u64> {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let lines = text
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default());
        let words = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
        let mine = words.filter(|words| words.first() == Some(&test));
        mine.filter_map(|words| u64::from_str_radix(words.get(1)?, 16).ok())
            .collect()
    }

    fn add(&self, test: &str, seed: u64) {
        if self.seeds(test).contains(&seed) {
            return;
        }
        let line = format!("{test} {seed:016x}\n");
        if let Some(folder) = self.path.parent() {
            // What is in the way is told below.
            let _there = fs::create_dir_all(folder);
        }
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path);
        if let Err(error) = file.and_then(|mut file| file.write_all(line.as_bytes())) {
            println!(
                "the seed could not be kept in {}: {error}",
                self.path.display()
            );
        }
    }
}

/// Whether a property holds for many values of a strategy: first for seeds
/// that failed once, then for today's.
///
/// # Panics
/// Where it does not, with the smallest value found for which it does not.
pub fn hold<S: Strategy>(
    test: &str,
    regressions: &Regressions,
    usual: u32,
    strategy: &S,
    property: impl Fn(S::Value) -> Result<(), String>,
) {
    for seed in regressions.seeds(test) {
        case(seed, strategy, &property)
            .unwrap_or_else(|failure| panic!("{test}, regression {seed:016x}: {failure}"));
    }
    let day = seed_of_the_day();
    let name = test
        .bytes()
        .fold(0, |hash, byte| mix(hash ^ u64::from(byte)));
    for number in 0..cases(usual) {
        let seed = draw(day, name, u64::from(number), 0);
        if let Err(failure) = case(seed, strategy, &property) {
            regressions.add(test, seed);
            panic!("{test}, seed of the day {day}, case {number}, seed {seed:016x}: {failure}");
        }
    }
}

/// One case, made smaller where it fails.
fn case<S: Strategy>(
    seed: u64,
    strategy: &S,
    property: impl Fn(S::Value) -> Result<(), String>,
) -> Result<(), String> {
    let config = Config {
        failure_persistence: None,
        max_shrink_iters: SHRINKS_MAX,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    for (place, chunk) in (0..).zip(bytes.chunks_mut(8)) {
        chunk.copy_from_slice(&draw(seed, 0, 0, place).to_le_bytes());
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let tree = strategy
        .new_tree(&mut runner)
        .map_err(|reason| reason.to_string())?;
    let tried = |value| match caught(|| property(value)) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(broken)) => Err(TestCaseError::fail(broken)),
        Err(said) => Err(TestCaseError::fail(format!("the test {said}"))),
    };
    // Most cases hold; only the others need a way back to smaller ones.
    match tried(tree.current()) {
        Ok(()) => Ok(()),
        Err(_) => match runner.run_one(tree, tried) {
            Ok(_) => Err("a failure that can not be repeated".to_owned()),
            Err(TestError::Fail(reason, _)) => Err(reason.to_string()),
            Err(TestError::Abort(reason)) => Err(reason.to_string()),
        },
    }
}
