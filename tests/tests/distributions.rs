//! Keyed randomness and the distributions built on it.

use std::ops::Range;

use statrs::distribution::{ContinuousCDF, Gamma, Normal};
use tandem_engine::Span;
use tandem_sim::distribution::{
    Branch, CV_MAX, DURATION_S_MAX, Distribution, EMPIRICAL_VALUES_MAX, ERLANG_K_MAX,
    HYPER_BRANCHES_MAX, Law, span_from_seconds,
};
use tandem_sim::random::{Key, PURPOSE_MIN, Purpose, Uniforms, replication_seed};
use tandem_sim::special::{gamma_p, normal_cdf, normal_quantile};
use tandem_tests::statistics::{
    Deviations, chi_square, correlation, count, kolmogorov_smirnov, kolmogorov_tail, moments,
};

/// Fixed before the first run, as all seeds here.
const SEED: u64 = 1_999;
const SAMPLES: u64 = 100_000;

fn uniforms(object: u64) -> Uniforms {
    Key {
        seed: SEED,
        purpose: Purpose::HandleTime,
        object,
        attempt: 0,
    }
    .uniforms()
}

fn samples(distribution: &Distribution, objects: Range<u64>) -> Vec<f64> {
    objects
        .map(|object| distribution.sample(&mut uniforms(object)))
        .collect()
}

/// Each law gets objects of its own: with the same uniforms, all laws with a
/// quantile would deviate alike.
fn objects_of_law(law: usize) -> Range<u64> {
    let first = SAMPLES * law as u64;
    first..first + SAMPLES
}

fn fixed(value_s: f64) -> Law {
    Law::Deterministic { value_s }
}

fn empirical(values: &[f64]) -> Law {
    Law::Empirical {
        values_s: values.into(),
    }
}

fn erlang(k: u32, mean_s: f64) -> Law {
    Law::Erlang { k, mean_s }
}

fn exponential(mean_s: f64) -> Law {
    Law::Exponential { mean_s }
}

fn gamma(mean_s: f64, sd_s: f64) -> Law {
    Law::Gamma { mean_s, sd_s }
}

/// Branches as (probability, mean).
fn hyper(branches: &[(f64, f64)]) -> Law {
    let branch = |&(probability, mean_s): &(f64, f64)| Branch {
        probability,
        mean_s,
    };
    Law::HyperExponential {
        branches: branches.iter().map(branch).collect(),
    }
}

fn log_normal(mean_s: f64, sd_s: f64) -> Law {
    Law::LogNormal { mean_s, sd_s }
}

fn uniform(low_s: f64, high_s: f64) -> Law {
    Law::Uniform { low_s, high_s }
}

fn weibull(shape: f64, mean_s: f64) -> Law {
    Law::Weibull { shape, mean_s }
}

/// Every law, at ordinary and at awkward parameters.
fn laws() -> Vec<(&'static str, Law)> {
    let branches = [(0.2, 5.0), (0.0, 1e6), (0.5, 60.0), (0.3, 400.0)];
    vec![
        ("deterministic 12.5", fixed(12.5)),
        (
            "empirical of 7",
            empirical(&[0.0, 3.0, 3.0, 3.0, 40.5, 41.0, 200.0]),
        ),
        ("empirical of 1", empirical(&[7.0])),
        ("erlang 1", erlang(1, 180.0)),
        ("erlang 3", erlang(3, 180.0)),
        ("erlang 1000", erlang(1_000, 180.0)),
        ("exponential", exponential(180.0)),
        ("gamma cv 0.5", gamma(180.0, 90.0)),
        ("gamma cv 1.5", gamma(180.0, 270.0)),
        ("gamma cv 0.01", gamma(180.0, 1.8)),
        ("gamma mean 1 cv 0.12", gamma(1.0, 0.12)),
        ("hyper-exponential of 4", hyper(&branches)),
        ("log-normal cv 1", log_normal(190.0, 190.0)),
        ("log-normal cv 0.1", log_normal(190.0, 19.0)),
        ("uniform", uniform(2.0, 8.0)),
        ("uniform of no width", uniform(2.0, 2.0)),
        ("weibull 0.7", weibull(0.7, 300.0)),
        ("weibull 3", weibull(3.0, 300.0)),
    ]
}

#[test]
fn samples_have_the_moments_of_their_law() {
    let mut deviations = Deviations::default();
    let n = count(usize::try_from(SAMPLES).unwrap());
    for (index, (name, law)) in laws().into_iter().enumerate() {
        let distribution = Distribution::new(&law).unwrap();
        let (mean, variance, se) = moments(&samples(&distribution, objects_of_law(index)));
        let expected = distribution.variance();
        if expected == 0.0 {
            assert!(
                (mean - distribution.mean()).abs() < 1e-9 && variance < 1e-18,
                "{name}"
            );
            continue;
        }
        let se_of_mean = (expected / n).sqrt();
        deviations.compare(
            format!("mean, {name}"),
            mean,
            distribution.mean(),
            se_of_mean,
        );
        deviations.compare(format!("variance, {name}"), variance, expected, se);
    }
    deviations.assert_plausible();
}

#[test]
fn samples_are_distributed_by_their_law() {
    let normal = Normal::new(0.0, 1.0).unwrap();
    let mut deviations = Deviations::default();
    for (index, (name, law)) in laws().into_iter().enumerate() {
        let distribution = Distribution::new(&law).unwrap();
        let sample = samples(&distribution, objects_of_law(index));
        let statistic = kolmogorov_smirnov(&sample, |x| distribution.cdf(x));
        // The one-sided p-value as a normal deviate.
        let tail = kolmogorov_tail(statistic).max(1e-300);
        let z = if tail > 0.5 {
            0.0
        } else {
            normal.inverse_cdf(1.0 - tail.max(1e-15))
        };
        deviations.note(format!("KS {statistic:.3}, {name}"), z);
    }
    deviations.assert_plausible();
}

#[test]
fn parameters_are_those_of_the_duration_itself() {
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-12 * b.abs().max(1.0);
    for (law, mean, variance) in [
        (erlang(4, 100.0), 100.0, 2_500.0),
        (exponential(100.0), 100.0, 10_000.0),
        (gamma(100.0, 30.0), 100.0, 900.0),
        (log_normal(100.0, 30.0), 100.0, 900.0),
        (uniform(0.0, 12.0), 6.0, 12.0),
        // Shape 1 is exponential, shape 2 is Rayleigh: variance (4/π − 1) mean².
        (weibull(1.0, 100.0), 100.0, 10_000.0),
        (weibull(2.0, 100.0), 100.0, 2_732.395_447_351_628),
        (hyper(&[(0.5, 1.0), (0.5, 3.0)]), 2.0, 6.0),
        (empirical(&[2.0, 4.0]), 3.0, 1.0),
        (fixed(0.0), 0.0, 0.0),
    ] {
        let distribution = Distribution::new(&law).unwrap();
        assert!(
            close(distribution.mean(), mean),
            "{law:?}: {}",
            distribution.mean()
        );
        assert!(
            close(distribution.variance(), variance),
            "{law:?}: {}",
            distribution.variance()
        );
    }
}

/// The first five samples of every law, bit by bit: a change of any of them
/// changes every seeded result and must be on purpose.
#[test]
fn samples_are_the_same_on_every_machine() {
    let mut actual = String::new();
    for (name, law) in laws() {
        let distribution = Distribution::new(&law).unwrap();
        let bits: Vec<String> = samples(&distribution, 0..5)
            .iter()
            .map(|x| format!("{:016x}", x.to_bits()))
            .collect();
        actual.push_str(&format!("{name}: {}\n", bits.join(" ")));
    }
    assert_eq!(actual, include_str!("golden/distributions.txt"));
}

#[test]
fn wrong_parameters_are_refused_with_the_reason() {
    let too_many = [(1.0 / 17.0, 1.0); HYPER_BRANCHES_MAX + 1];
    let sum = "the probabilities sum up to 0.9, but must to 1 (within 0.000000001)";
    let no_sd = "sd is 0, but must be above zero (a fixed value is `deterministic`)";
    let too_long = "mean is 31622401, but may be at most 31622400";
    for (law, text) in [
        (exponential(f64::NAN), "mean must be a finite number"),
        (exponential(0.0), "mean is 0, but must be above zero"),
        (exponential(-1.0), "mean is -1, but must not be negative"),
        (exponential(DURATION_S_MAX + 1.0), too_long),
        (log_normal(9.0, 0.0), no_sd),
        (
            log_normal(1.0, 101.0),
            "sd / mean is 101, but may be at most 100",
        ),
        (
            gamma(8.0, 0.001),
            "sd / mean is 0.000125, but must be at least 0.001",
        ),
        (gamma(8.0, f64::NAN), "sd must be a finite number"),
        (erlang(0, 1.0), "k is 0, but must be above zero"),
        (
            erlang(ERLANG_K_MAX + 1, 1.0),
            "k is 1001, but may be at most 1000",
        ),
        (erlang(2, f64::INFINITY), "mean must be a finite number"),
        (
            weibull(0.05, 1.0),
            "shape is 0.05, but must be at least 0.1",
        ),
        (weibull(101.0, 1.0), "shape is 101, but may be at most 100"),
        (weibull(f64::INFINITY, 1.0), "shape must be a finite number"),
        (hyper(&[]), "branches: at least one is needed"),
        (
            hyper(&too_many),
            "branches: 17 are too many, at most 16 are allowed",
        ),
        (hyper(&[(0.5, 1.0), (0.4, 1.0)]), sum),
        (
            hyper(&[(1.5, 1.0), (-0.5, 1.0)]),
            "probability is -0.5, but must not be negative",
        ),
        (
            hyper(&[(f64::NAN, 1.0)]),
            "probability must be a finite number",
        ),
        (hyper(&[(1.0, 0.0)]), "mean is 0, but must be above zero"),
        (empirical(&[]), "values: at least one is needed"),
        (
            empirical(&[1.0, f64::NAN]),
            "values must be a finite number",
        ),
        (
            empirical(&[1.0, -1.0]),
            "values is -1, but must not be negative",
        ),
        (uniform(3.0, 2.0), "low is 3, which is above high, 2"),
        (uniform(-3.0, 2.0), "low is -3, but must not be negative"),
        (fixed(f64::INFINITY), "value must be a finite number"),
        (fixed(-0.5), "value is -0.5, but must not be negative"),
    ] {
        let error = Distribution::new(&law).unwrap_err();
        assert_eq!(error.to_string(), text, "{law:?}");
    }
}

#[test]
fn limits_hold_at_the_limit_and_one_past_it() {
    let ok = |law: Law| Distribution::new(&law).is_ok();
    assert!(ok(exponential(DURATION_S_MAX)));
    assert!(ok(erlang(ERLANG_K_MAX, 1.0)));
    assert!(ok(log_normal(1.0, CV_MAX)));
    assert!(ok(gamma(1.0, CV_MAX)));
    assert!(ok(hyper(
        &[(1.0 / count(HYPER_BRANCHES_MAX), 1.0); HYPER_BRANCHES_MAX]
    )));
    assert!(ok(empirical(&vec![1.0; EMPIRICAL_VALUES_MAX])));
    assert!(!ok(empirical(&vec![1.0; EMPIRICAL_VALUES_MAX + 1])));
    // Just inside and just outside of what the probabilities may sum up to.
    assert!(ok(hyper(&[(0.5 + 0.9e-9, 1.0), (0.5, 2.0)])));
    assert!(!ok(hyper(&[(0.5 + 1.1e-9, 1.0), (0.5, 2.0)])));
}

#[test]
fn seconds_become_spans_without_surprises() {
    for (seconds, micros) in [
        (0.0, 0),
        (-3.0, 0),
        (f64::NAN, 0),
        (0.000_000_4, 0),
        (0.000_000_6, 1),
        (1.5, 1_500_000),
        (1e300, u64::MAX),
        (f64::INFINITY, u64::MAX),
    ] {
        assert_eq!(
            span_from_seconds(seconds),
            Span::from_micros(micros),
            "{seconds}"
        );
    }
}

/// Laws with a quantile give a longer duration for a larger uniform, and the
/// same one for the same caller: what common random numbers rest on.
#[test]
fn quantile_laws_rise_with_the_same_draw() {
    let values: Vec<f64> = (0..1_000).map(f64::from).collect();
    let quantile_laws = [
        exponential(200.0),
        log_normal(200.0, 150.0),
        uniform(100.0, 300.0),
        weibull(2.0, 200.0),
        empirical(&values),
    ];
    let mut objects: Vec<u64> = (0..2_000).collect();
    objects.sort_by(|a, b| uniforms(*a).open01().total_cmp(&uniforms(*b).open01()));
    for law in quantile_laws {
        let distribution = Distribution::new(&law).unwrap();
        let ordered: Vec<f64> = objects
            .iter()
            .map(|object| distribution.sample(&mut uniforms(*object)))
            .collect();
        assert!(ordered.is_sorted(), "{law:?}");
    }
}

#[test]
fn one_stage_of_erlang_is_exponential() {
    let erlang = Distribution::erlang(1, 70.0).unwrap();
    let exponential = Distribution::exponential(70.0).unwrap();
    assert_eq!(samples(&erlang, 0..100), samples(&exponential, 0..100));
}

#[test]
fn the_normal_quantile_is_that_of_the_paper() {
    // The test values of AS 241 itself, then the centre and the far tail.
    for (p, z) in [
        (0.25, -0.674_489_750_196_081_7),
        (0.001, -3.090_232_306_167_813_5),
        (1e-20, -9.262_340_089_798_408),
        (0.5, 0.0),
        (0.975, 1.959_963_984_540_054),
    ] {
        let quantile = normal_quantile(p);
        assert!(
            (quantile - z).abs() <= 4e-16 * z.abs(),
            "{p}: {quantile} instead of {z}"
        );
    }
    for step in 1..1_024 {
        let p = f64::from(step) / 1_024.0;
        assert!((normal_cdf(normal_quantile(p)) - p).abs() < 1e-15, "{p}");
        assert_eq!(
            normal_quantile(0.5 - p / 2.0),
            -normal_quantile(0.5 + p / 2.0)
        );
    }
    assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
    assert_eq!(normal_quantile(1.0), f64::INFINITY);
    assert!(normal_quantile(1.5).is_nan() && normal_quantile(-0.5).is_nan());
}

#[test]
fn the_incomplete_gamma_function_agrees_with_another() {
    for shape in [0.01, 0.5, 1.0, 2.5, 40.0, 1_000.0, 1e6] {
        let other = Gamma::new(shape, 1.0).unwrap();
        let tolerance = if shape > 1e3 { 1e-8 } else { 1e-12 };
        for factor in [1e-6, 0.01, 0.5, 0.99, 1.0, 1.01, 1.5, 3.0, 20.0] {
            let x = shape * factor;
            let (ours, theirs) = (gamma_p(shape, x), other.cdf(x));
            assert!(
                (ours - theirs).abs() < tolerance,
                "P({shape}, {x}): {ours}, {theirs}"
            );
        }
    }
}

#[test]
fn open_uniforms_never_touch_their_bounds() {
    let mut smallest = f64::MAX;
    let mut largest = 0.0_f64;
    for object in 0..SAMPLES {
        let mut stream = uniforms(object);
        for _ in 0..4 {
            let u = stream.open01();
            assert!(u > 0.0 && u < 1.0);
            assert!((1.0 - u) > 0.0 && (1.0 - u) < 1.0);
            (smallest, largest) = (smallest.min(u), largest.max(u));
        }
    }
    assert!(smallest < 1e-4 && largest > 1.0 - 1e-4);
}

#[test]
fn purposes_never_meet_the_engines() {
    let mut numbers: Vec<u64> = Purpose::ALL.iter().map(|purpose| *purpose as u64).collect();
    assert!(numbers.iter().all(|number| *number >= PURPOSE_MIN));
    assert!((tandem_engine::draw::Purpose::RandomAgent as u64) < PURPOSE_MIN);
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), Purpose::ALL.len());
}

/// Sequences of uniforms that differ in one part of the key only.
fn neighbouring_sequences() -> Vec<(String, Vec<f64>)> {
    const N: u64 = 50_000;
    let base = |object| Key {
        seed: SEED,
        purpose: Purpose::Patience,
        object,
        attempt: 0,
    };
    let sequence = |change: &dyn Fn(&mut Key), words: usize| -> Vec<f64> {
        let value = |object| {
            let mut key = base(object);
            change(&mut key);
            let mut stream = key.uniforms();
            (0..words).for_each(|_| _ = stream.next_word());
            stream.open01()
        };
        (0..N).map(value).collect()
    };
    let mut all = vec![("base".to_owned(), sequence(&|_| (), 0))];
    for purpose in Purpose::ALL
        .into_iter()
        .filter(|purpose| *purpose != Purpose::Patience)
    {
        all.push((
            format!("{purpose:?}"),
            sequence(&|key| key.purpose = purpose, 0),
        ));
    }
    all.push((
        "next object".to_owned(),
        sequence(&|key| key.object += 1, 0),
    ));
    all.push((
        "next attempt".to_owned(),
        sequence(&|key| key.attempt = 1, 0),
    ));
    all.push(("next seed".to_owned(), sequence(&|key| key.seed += 1, 0)));
    let replication = replication_seed(SEED, 1);
    all.push((
        "replication 1".to_owned(),
        sequence(&|key| key.seed = replication, 0),
    ));
    all.push(("second word".to_owned(), sequence(&|_| (), 1)));
    all.push(("third word".to_owned(), sequence(&|_| (), 2)));
    all
}

#[test]
fn draws_of_different_keys_are_uncorrelated() {
    let sequences = neighbouring_sequences();
    let mut deviations = Deviations::default();
    for (i, (a, xs)) in sequences.iter().enumerate() {
        for (b, ys) in &sequences[i + 1..] {
            let z = correlation(xs, ys) * count(xs.len()).sqrt();
            deviations.note(format!("{a} and {b}"), z);
        }
    }
    deviations.assert_plausible();
}

#[test]
fn pairs_of_draws_fill_the_square_evenly() {
    const CELLS: usize = 16;
    let sequences = neighbouring_sequences();
    let mut deviations = Deviations::default();
    let cell = |u: f64| {
        (0..CELLS)
            .find(|c| u < count(c + 1) / count(CELLS))
            .unwrap()
    };
    for (name, ys) in &sequences[1..] {
        let xs = &sequences[0].1;
        let mut observed = vec![0.0; CELLS * CELLS];
        for (x, y) in xs.iter().zip(ys) {
            observed[cell(*x) * CELLS + cell(*y)] += 1.0;
        }
        let expected = vec![count(xs.len()) / count(CELLS * CELLS); CELLS * CELLS];
        let freedom = count(CELLS * CELLS - 1);
        deviations.chi_square(name.clone(), chi_square(&observed, &expected), freedom);
    }
    deviations.assert_plausible();
}
