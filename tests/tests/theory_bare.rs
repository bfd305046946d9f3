//! The reference loops simulate what they claim: Erlang-A has exact answers.

use tandem_benches::bare::{Bare, C10, C100, Case, Figures, run_events};
use tandem_tests::fingerprint;

/// In the order of [`Figures::per_call`].
const NAMES: [&str; 4] = ["P(wait > 0)", "P(abandon)", "mean wait, s", "within 20 s"];
const EXACT_C100: [f64; 4] = [
    0.288683068337,
    0.0232234573189,
    2.78681487827,
    0.946117917773,
];
const EXACT_C10: [f64; 4] = [
    0.438659120672,
    0.116759555623,
    14.0111466748,
    0.690269590952,
];

/// Fixed before the first run, as every seed of a statistical test.
const SEED: u64 = 20_261_122;
/// The first calls find an empty centre; 20,000 calls are ten hours of it and
/// more, where it forgets its state within minutes.
const WARM_UP: u64 = 20_000;
/// Far longer than that memory, so that batches count as independent.
const BATCH: u64 = 40_000;
const BATCHES: usize = 200;

#[test]
fn the_fast_loop_agrees_with_theory() {
    for (case, exact) in [(C100, EXACT_C100), (C10, EXACT_C10)] {
        let mut bare = Bare::new(case, SEED);
        bare.run(WARM_UP);
        let batches: Vec<Figures> = (0..BATCHES).map(|_| bare.run(BATCH)).collect();
        for (index, name) in NAMES.iter().enumerate() {
            let values: Vec<f64> = batches
                .iter()
                .map(|batch| batch.per_call()[index])
                .collect();
            let (mean, error) = mean_and_error(&values);
            let z = (mean - exact[index]) / error;
            println!(
                "{}: {name}: {mean:.6}, exact {:.6}, z {z:+.2}",
                case.name, exact[index]
            );
            assert!(
                z.abs() < 4.5,
                "{}: {name} is {z:.1} standard errors off",
                case.name
            );
        }
    }
}

/// The mean of independent values, and its standard error.
fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (count - 1.0) / count).sqrt())
}

#[test]
fn both_loops_count_the_same_calls() {
    for case in [C100, C10] {
        let fast = Bare::new(case, SEED).run(100_000);
        let events = run_events(case, SEED, 100_000);
        compare(case, fast, events);
        fingerprint::record(&format!("bare/{}", case.name), format!("{fast:?}"));
    }
}

/// The fast loop counts those who gave up only when it comes to them, so a few
/// of the last callers may still be missing from its sums.
fn compare(case: Case, fast: Figures, events: Figures) {
    assert_eq!(fast.waited, events.waited, "{}", case.name);
    assert_eq!(fast.within, events.within, "{}", case.name);
    let late = events.abandoned - fast.abandoned;
    assert!(late <= 20, "{}: {late} who gave up are missing", case.name);
    assert!((events.waiting_s - fast.waiting_s).abs() < 0.001 * events.waiting_s);
}
