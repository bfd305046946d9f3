//! Whether deviations are judged as they should be: what is called rare must be
//! as rare as that, however figures of one run hang together.

use std::num::NonZeroUsize;

use tandem_sim::random::{Key, Purpose};
use tandem_sim::run::{Options, Progress, run};
use tandem_tests::statistics::{Deviations, Sample, correlation, count, moments, step_down};

use crate::centre::{Centre, Law};
use crate::{Plan, scenario, simulate};

/// Fixed before the first run.
const SEED: u64 = 1_958_000;
const SETS: u64 = 4_000;
const RUNS: u64 = 40;

/// Standard normal values: two by two, after G. E. P. Box and M. E. Muller,
/// Annals of Mathematical Statistics 29 (1958).
fn normal_pair(object: u64, attempt: u64) -> [f64; 2] {
    let key = Key {
        seed: SEED,
        purpose: Purpose::Agent,
        object,
        attempt,
    };
    let mut uniforms = key.uniforms();
    let radius = (-2.0 * uniforms.open01().ln()).sqrt();
    let (sin, cos) = (std::f64::consts::TAU * uniforms.open01()).sin_cos();
    [radius * cos, radius * sin]
}

/// Figures of a set of runs: two causes, what follows from both with some
/// chance of its own, and what follows from that with next to none.
fn figures(set: u64) -> Vec<Sample> {
    let mut columns = vec![Vec::new(); 4];
    for run in 0..RUNS {
        let [calls, talk] = normal_pair(set, 2 * run);
        let [own, rest] = normal_pair(set, 2 * run + 1);
        let waits = calls + talk + 2.0 * own;
        let values = [calls, talk, waits, waits + 0.1 * rest];
        for (column, value) in columns.iter_mut().zip(values) {
            column.push(value);
        }
    }
    let sample = |values| Sample {
        values,
        expected: 0.0,
    };
    columns.into_iter().map(sample).collect()
}

#[test]
fn deviates_of_one_run_are_independent_and_normal() {
    let sets: Vec<Vec<Option<f64>>> = (0..SETS).map(|set| step_down(&figures(set))).collect();
    assert!(sets.iter().all(|set| set[3].is_none()), "it follows");
    let column = |place: usize| -> Vec<f64> {
        let own = sets.iter().map(|set| set[place].expect("it varies"));
        own.collect()
    };
    let columns = [column(0), column(1), column(2)];
    let (mut deviations, n) = (Deviations::default(), count(columns[0].len()));
    for (place, own) in columns.iter().enumerate() {
        let (mean, variance, _) = moments(own);
        deviations.compare(format!("mean of {place}"), mean, 0.0, n.sqrt().recip());
        deviations.chi_square(format!("variance of {place}"), variance * n, n - 1.0);
        // Of a normal deviate, a share of 0.0027 lies beyond 3.
        let beyond = count(own.iter().filter(|z| z.abs() > 3.0).count());
        let expected = 0.002_7 * n;
        deviations.compare(format!("rare {place}"), beyond, expected, expected.sqrt());
    }
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        let seen = correlation(&columns[a], &columns[b]);
        deviations.compare(format!("{a} with {b}"), seen, 0.0, n.sqrt().recip());
    }
    println!("{}", deviations.summary());
    deviations.assert_plausible();
}

/// By hand: the first figure is off by 1, with 5 as the sum of squares around
/// its mean. The second has the slope 1 on it, is 2 above what follows, and its
/// residuals are ±1. So Student's t with 2 degrees of freedom is
/// 2 / √(4/2 · (1/4 + 1/5)) = 2.1082; beyond it lies 1/2 − t / 2√(2 + t²), which
/// is 0.084773, and as much beyond the normal deviate 1.373667.
#[test]
fn a_step_down_by_hand() {
    let sample = |values: [f64; 4], expected| Sample {
        values: values.to_vec(),
        expected,
    };
    let first = sample([-0.5, 0.5, 1.5, 2.5], 0.0);
    let second = sample([3.5, 2.5, 3.5, 6.5], 1.0);
    let seen = step_down(&[first.clone(), second])[1].expect("it varies");
    assert!((seen - 1.373_667).abs() < 1e-6, "{seen}");
    // The same figure again says nothing; turned round, neither.
    let turned = sample([0.5, -0.5, -1.5, -2.5], 0.0);
    assert_eq!(step_down(&[first.clone(), first.clone()])[1], None);
    assert_eq!(step_down(&[first, turned])[1], None);
}

struct Silent;

impl Progress for Silent {
    fn replications(&mut self, _: u32, _: u32) {}
    fn trace(&mut self, _: &[u8]) -> std::io::Result<()> {
        Ok(())
    }
}

/// What is judged here replication by replication is what `tandem simulate`
/// would report, to the last bit.
#[test]
fn a_run_reports_what_its_replications_gave() {
    let centre = Centre {
        agents: 5,
        load: 4.5,
        patience: Some(Law::Exponential(90.0)),
        ..Centre::default()
    };
    let plan = Plan {
        warm_up_s: 600,
        counted_s: 7_200,
    };
    let scenario = scenario(&centre.text(plan, SEED, 23));
    let apart = simulate(&scenario);
    for threads in [1, 3, 8] {
        let options = Options {
            threads: NonZeroUsize::new(threads).expect("not zero"),
            trace: false,
        };
        let summary = run(&scenario, options, &mut Silent).expect("no trace is refused");
        assert_eq!(&summary.all.total, apart.row(), "{threads} threads");
        assert_eq!(summary.replications, 23);
    }
}
