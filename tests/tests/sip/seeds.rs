//! Randomness of this run, whose seed is printed.

use std::time::{SystemTime, UNIX_EPOCH};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// The seed of this run: told, or the day.
pub fn seed() -> u64 {
    let day = || {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970");
        now.as_secs() / 86_400
    };
    let told = std::env::var("TANDEM_SEED").ok();
    let seed = told.map_or_else(day, |seed| seed.parse().expect("TANDEM_SEED is a number"));
    println!("TANDEM_SEED={seed}");
    seed
}

/// A count from the environment, or what it is by default.
pub fn count(variable: &str, default: u32) -> u32 {
    std::env::var(variable).map_or(default, |count| count.parse().expect("a count"))
}

/// Runs a property with this run's seed.
pub fn for_all<S: Strategy>(
    cases: u32,
    strategy: S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed().to_le_bytes());
    let config = Config {
        cases: count("PROPTEST_CASES", cases).max(cases),
        failure_persistence: None,
        ..Config::default()
    };
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &key);
    let mut runner = TestRunner::new_with_rng(config, random);
    if let Err(error) = runner.run(&strategy, property) {
        panic!("{error}");
    }
}

/// A generator of numbers that nobody could guess (xorshift64*).
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
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

    pub fn pick<'p, T: ?Sized>(&mut self, all: &[&'p T]) -> &'p T {
        all[self.below(all.len())]
    }

    /// As a source for an endpoint.
    pub fn fill(&mut self, buffer: &mut [u8]) {
        for byte in buffer {
            *byte = self.roll().to_be_bytes()[0];
        }
    }
}
