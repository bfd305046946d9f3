//! When simulated calls arrive.

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use tandem_engine::{Span, Timestamp};
use tandem_sim::arrivals::{
    Arrivals, ArrivalsError, BUSY_DAYS_CV_MAX, BusyDays, CountColumns, INTERVALS_MAX, Profile,
    REPLAY_TIMES_MAX, Repeat, read_counts,
};
use tandem_sim::random::replication_seed;
use tandem_tests::statistics::{
    Deviations, chi_square, correlation, count, kolmogorov_smirnov, moments,
};

/// Fixed before the first run.
const SEED: u64 = 2_003;
const HOUR: Span = Span::from_secs(3_600);
const DAY_S: f64 = 86_400.0;

#[expect(
    clippy::cast_precision_loss,
    reason = "simulated times are below 2⁵³ microseconds"
)]
fn seconds(at: Timestamp) -> f64 {
    at.micros() as f64 / 1e6
}

fn before(arrivals: Arrivals, end_s: f64) -> Vec<f64> {
    arrivals.map(seconds).take_while(|at| *at < end_s).collect()
}

/// How many arrivals each stretch of this length has.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the stretch is one of those counted"
)]
fn counts_of(arrivals: Arrivals, length_s: f64, stretches: usize) -> Vec<f64> {
    let mut counts = vec![0.0; stretches];
    for at in before(arrivals, length_s * count(stretches)) {
        counts[(at / length_s) as usize] += 1.0;
    }
    counts
}

/// The probability of `n` where `mean` are expected.
fn poisson(n: u32, mean: f64) -> f64 {
    let log_factorial: f64 = (1..=n).map(|i| f64::from(i).ln()).sum();
    (f64::from(n) * mean.ln() - mean - log_factorial).exp()
}

#[test]
fn counts_of_every_interval_are_poisson() {
    let expected = [2.0, 0.0, 5.5, 0.7, 12.0, 30.0];
    let profile = Profile::from_counts(Span::ZERO, HOUR, &expected, Repeat::Never).unwrap();
    let mut of_interval = vec![Vec::new(); expected.len()];
    for replication in 0..4_000 {
        let seed = replication_seed(SEED, replication);
        let arrivals = Arrivals::poisson(profile.clone(), seed, 0);
        for (i, n) in counts_of(arrivals, 3_600.0, expected.len())
            .into_iter()
            .enumerate()
        {
            of_interval[i].push(n);
        }
    }
    let mut deviations = Deviations::default();
    for (mean, counts) in expected.into_iter().zip(&of_interval) {
        let n = count(counts.len());
        if mean == 0.0 {
            assert!(counts.iter().all(|count| *count == 0.0));
            continue;
        }
        let (average, ..) = moments(counts);
        deviations.compare(format!("mean of {mean}"), average, mean, (mean / n).sqrt());
        let dispersion: f64 = counts.iter().map(|c| (c - mean) * (c - mean) / mean).sum();
        deviations.chi_square(format!("dispersion of {mean}"), dispersion, n);
        // Every count that at least five replications should have, the rest in
        // one cell at the end.
        let (mut observed, mut wanted) = (Vec::new(), Vec::new());
        for k in (0..100).filter(|k| n * poisson(*k, mean) >= 5.0) {
            observed.push(count(counts.iter().filter(|c| **c == f64::from(k)).count()));
            wanted.push(n * poisson(k, mean));
        }
        observed.push(n - observed.iter().sum::<f64>());
        wanted.push(n - wanted.iter().sum::<f64>());
        let freedom = count(observed.len() - 1);
        deviations.chi_square(
            format!("counts of {mean}"),
            chi_square(&observed, &wanted),
            freedom,
        );
    }
    for pair in [(0, 2), (2, 3), (3, 4), (4, 5)] {
        let (xs, ys) = (&of_interval[pair.0], &of_interval[pair.1]);
        let z = correlation(xs, ys) * count(xs.len()).sqrt();
        deviations.note(format!("correlation of intervals {pair:?}"), z);
    }
    deviations.assert_plausible();
}

#[test]
fn gaps_of_a_constant_rate_are_exponential() {
    let profile = Profile::constant(360.0).unwrap();
    let times: Vec<f64> = Arrivals::poisson(profile, SEED, 7)
        .take(100_001)
        .map(seconds)
        .collect();
    let gaps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let statistic = kolmogorov_smirnov(&gaps, |gap| 1.0 - (-gap / 10.0).exp());
    // Kolmogorov's statistic is above 2.4 once in 50,000 times.
    assert!(statistic < 2.4, "{statistic}");
    let mut deviations = Deviations::default();
    let se = 1.0 / count(gaps.len()).sqrt();
    deviations.compare(
        "neighbours",
        correlation(&gaps[1..], &gaps[..gaps.len() - 1]),
        0.0,
        se,
    );
    deviations.compare("mean", moments(&gaps).0, 10.0, 10.0 * se);
    deviations.assert_plausible();
}

#[test]
fn streams_and_replications_are_independent() {
    let profile = Profile::constant(60.0).unwrap();
    let counts = |seed, stream| {
        counts_of(
            Arrivals::poisson(profile.clone(), seed, stream),
            3_600.0,
            2_000,
        )
    };
    let base = counts(replication_seed(SEED, 0), 0);
    let mut deviations = Deviations::default();
    for (what, other) in [
        ("stream", counts(replication_seed(SEED, 0), 1)),
        ("replication", counts(replication_seed(SEED, 1), 0)),
    ] {
        deviations.note(what, correlation(&base, &other) * count(base.len()).sqrt());
    }
    deviations.assert_plausible();
}

/// The k-th arrival is the k-th gap of a unit process, whatever the rate: with
/// twice the calls, each arrives after half the time.
#[test]
fn the_same_arrivals_come_sooner_at_a_higher_rate() {
    let at_rate = |per_hour| Arrivals::poisson(Profile::constant(per_hour).unwrap(), SEED, 3);
    for (slow, fast) in at_rate(50.0).zip(at_rate(100.0)).take(5_000) {
        assert!(
            (seconds(slow) - 2.0 * seconds(fast)).abs() < 4e-6,
            "{slow} and {fast}"
        );
    }
}

/// Golden values: a change of any of them changes every seeded result and must
/// be on purpose.
#[test]
fn arrivals_are_the_same_on_every_machine() {
    let profile = Profile::from_counts(HOUR, HOUR, &[20.0, 0.0, 40.0], Repeat::Daily).unwrap();
    let seed = replication_seed(SEED, 1);
    let days = BusyDays::new(0.2, 0).unwrap();
    let first = |arrivals: Arrivals| -> Vec<u64> {
        arrivals
            .step_by(15)
            .take(5)
            .map(Timestamp::micros)
            .collect()
    };
    let even = [
        3_652_977_848,
        6_658_054_000,
        12_074_705_971,
        13_423_969_080,
        90_552_294_714,
    ];
    let uneven = [
        3_669_266_798,
        10_999_152_651,
        13_020_077_209,
        90_673_354_471,
        93_542_744_659,
    ];
    assert_eq!(first(Arrivals::poisson(profile.clone(), seed, 2)), even);
    assert_eq!(
        first(Arrivals::with_busy_days(profile, days, seed, 2)),
        uneven
    );
}

#[test]
fn rates_and_counts_say_the_same() {
    let half = Span::from_secs(1_800);
    let by_rate = Profile::from_rates(HOUR, half, &[60.0, 90.0], Repeat::Daily).unwrap();
    let by_count = Profile::from_counts(HOUR, half, &[30.0, 45.0], Repeat::Daily).unwrap();
    assert_eq!(by_rate, by_count);
    assert_eq!(by_rate.expected(), 75.0);
    assert_eq!(by_rate.mean_per_hour(), 75.0);
    for (at_s, per_s) in [
        (0, 0.0),
        (3_599, 0.0),
        (3_600, 1.0 / 60.0),
        (5_400, 1.0 / 40.0),
        (7_200, 0.0),
        (86_400 + 3_600, 1.0 / 60.0),
        (400 * 86_400 + 5_401, 1.0 / 40.0),
    ] {
        let rate = by_rate.rate_per_s(Timestamp::from_secs(at_s));
        assert!((rate - per_s).abs() < 1e-15, "{at_s}: {rate}");
    }
}

#[test]
fn a_week_repeats_after_a_week_and_a_list_without_repetition_ends() {
    let days = [10.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let day = Span::from_secs(86_400);
    let weekly = Profile::from_counts(Span::ZERO, day, &days, Repeat::Weekly).unwrap();
    let times = before(Arrivals::poisson(weekly, SEED, 0), 21.0 * DAY_S);
    assert!(times.iter().all(|at| at % (7.0 * DAY_S) < DAY_S));
    assert!((15..=45).contains(&times.len()), "{}", times.len());
    let once = Profile::from_counts(Span::ZERO, day, &days, Repeat::Never).unwrap();
    let mut arrivals = Arrivals::poisson(once, SEED, 0);
    assert!(arrivals.by_ref().map(seconds).all(|at| at < DAY_S));
    assert_eq!(arrivals.next(), None);
}

#[test]
fn nothing_arrives_without_a_rate_nor_beyond_the_horizon() {
    assert_eq!(
        Arrivals::poisson(Profile::constant(0.0).unwrap(), SEED, 0).next(),
        None
    );
    let rare = Profile::constant(1e-300).unwrap();
    assert_eq!(Arrivals::poisson(rare, SEED, 0).next(), None);
}

#[test]
fn busy_days_vary_as_they_are_told() {
    const CV: f64 = 0.3;
    let days = BusyDays::new(CV, 5).unwrap();
    let factors: Vec<f64> = (0..20_000)
        .map(|day| days.factor(replication_seed(SEED, day / 10), day % 10))
        .collect();
    let (mean, variance, se) = moments(&factors);
    let mut deviations = Deviations::default();
    deviations.compare("mean factor", mean, 1.0, CV / count(factors.len()).sqrt());
    deviations.compare("variance of the factor", variance, CV * CV, se);

    // A day's count: as the factor says on the day itself, and with variance
    // m + (m cv)² over the days.
    let profile = Profile::constant(10.0).unwrap();
    let counts = counts_of(
        Arrivals::with_busy_days(profile, days.clone(), SEED, 1),
        DAY_S,
        3_000,
    );
    let given_day = (0..3_000).zip(&counts).map(|(day, n)| {
        let mean = 240.0 * days.factor(SEED, day);
        (n - mean) * (n - mean) / mean
    });
    deviations.chi_square("counts given the day", given_day.sum(), count(counts.len()));
    let (mean, variance, se) = moments(&counts);
    let expected = 240.0 + (240.0 * CV) * (240.0 * CV);
    deviations.compare(
        "mean count",
        mean,
        240.0,
        (expected / count(counts.len())).sqrt(),
    );
    deviations.compare("variance of the count", variance, expected, se);
    deviations.assert_plausible();
}

/// Two streams of a group are busy on the same days, those of another are not.
#[test]
fn groups_share_their_busy_days() {
    let factors = |group| -> Vec<f64> {
        let days = BusyDays::new(0.5, group).unwrap();
        (0..2_000).map(|day| days.factor(SEED, day)).collect()
    };
    assert_eq!(factors(1), factors(1));
    let z = correlation(&factors(1), &factors(2)) * 2_000_f64.sqrt();
    assert!(z.abs() < 4.5, "{z}");
}

#[test]
fn replay_gives_the_times_back() {
    let times: Vec<Timestamp> = [5, 5, 9].map(Timestamp::from_secs).to_vec();
    let mut arrivals = Arrivals::replay(times.clone()).unwrap();
    assert_eq!(arrivals.next(), Some(times[0]));
    let rest = arrivals.clone();
    assert_eq!(arrivals.collect::<Vec<_>>(), times[1..]);
    assert_eq!(rest.collect::<Vec<_>>(), times[1..]);
}

#[test]
fn wrong_arrivals_are_refused_with_the_reason() {
    let counts = |interval_s, counts: &[f64], repeat| {
        Profile::from_counts(Span::ZERO, Span::from_secs(interval_s), counts, repeat)
            .unwrap_err()
            .to_string()
    };
    let many = vec![0.0; INTERVALS_MAX + 1];
    for (actual, text) in [
        (
            counts(0, &[1.0], Repeat::Never),
            "an interval lasts 0s, but must last 1s to 3660 days",
        ),
        (counts(60, &[], Repeat::Never), "there is no interval"),
        (
            counts(1, &many, Repeat::Never),
            "160001 intervals are too many, at most 160000 are allowed",
        ),
        (
            counts(43_201, &[1.0, 1.0], Repeat::Daily),
            "the intervals last 86402s, but are repeated every 86400s",
        ),
        (
            counts(60, &[1.0, -1.0], Repeat::Never),
            "interval 1 expects -1 calls, but 0 to 600000 are allowed",
        ),
        (
            counts(60, &[f64::NAN], Repeat::Never),
            "interval 0 expects NaN calls, but 0 to 600000 are allowed",
        ),
        (
            counts(60, &[600_001.0], Repeat::Never),
            "interval 0 expects 600001 calls, but 0 to 600000 are allowed",
        ),
    ] {
        assert_eq!(actual, text);
    }
    let limit = vec![1.0; INTERVALS_MAX];
    assert!(Profile::from_counts(Span::ZERO, Span::from_secs(1), &limit, Repeat::Never).is_ok());
    for cv in [0.0, -1.0, f64::NAN, BUSY_DAYS_CV_MAX + 0.1] {
        let error = BusyDays::new(cv, 0).unwrap_err();
        assert!(matches!(error, ArrivalsError::BusyDays { cause: None, .. }));
    }
    assert!(matches!(
        BusyDays::new(1e-9, 0),
        Err(ArrivalsError::BusyDays { cause: Some(_), .. })
    ));
    assert!(BusyDays::new(BUSY_DAYS_CV_MAX, 0).is_ok());
    let backwards = vec![Timestamp::from_secs(2), Timestamp::from_secs(1)];
    assert_eq!(
        Arrivals::replay(backwards).unwrap_err(),
        ArrivalsError::Order { index: 1 }
    );
    let too_many = vec![Timestamp::ZERO; REPLAY_TIMES_MAX + 1];
    let count = too_many.len();
    assert_eq!(
        Arrivals::replay(too_many).unwrap_err(),
        ArrivalsError::TooManyTimes { count }
    );
}

fn columns(time: Option<&str>) -> CountColumns {
    CountColumns {
        time: time.map(str::to_owned),
        count: "Calls".to_owned(),
    }
}

#[test]
fn counts_are_read_from_a_table() {
    let dated = "\"t\",\"Calls\"\n\"2003-03-03 07:00\",111\n\"2003-03-04 07:10\",0.5\n";
    let five = Span::from_secs(300);
    let counts = read_counts(dated.as_bytes(), &columns(Some("t")), five, Repeat::Never).unwrap();
    assert_eq!(counts.start.unwrap().to_string(), "2003-03-03");
    assert_eq!(counts.profile.expected(), 111.5);
    let rate = |at_s| counts.profile.rate_per_s(Timestamp::from_secs(at_s));
    assert_eq!(rate(7 * 3_600 - 1), 0.0);
    assert_eq!(rate(7 * 3_600), 111.0 / 300.0);
    assert_eq!(rate(7 * 3_600 + 300), 0.0);
    assert_eq!(rate(86_400 + 7 * 3_600 + 600), 0.5 / 300.0);

    let of_day = "Calls,from,note\n3,09:30,x\n2,09:00,\"a, b\"\n";
    let half = Span::from_secs(1_800);
    let counts = read_counts(
        of_day.as_bytes(),
        &columns(Some("from")),
        half,
        Repeat::Daily,
    );
    let first = Span::from_secs(9 * 3_600);
    let expected = Profile::from_counts(first, half, &[2.0, 3.0], Repeat::Daily).unwrap();
    assert_eq!(counts.unwrap().profile, expected);

    let plain = "Calls\n1\n2\n\n4\n";
    let counts = read_counts(plain.as_bytes(), &columns(None), HOUR, Repeat::Daily).unwrap();
    let expected = Profile::from_counts(Span::ZERO, HOUR, &[1.0, 2.0, 4.0], Repeat::Daily);
    assert_eq!((counts.start, counts.profile), (None, expected.unwrap()));
}

#[test]
fn wrong_tables_of_counts_are_refused_with_line_and_column() {
    for (text, error) in [
        (
            "",
            "line 1: the table is empty, expected a header with `t` and `Calls`",
        ),
        (
            "t,calls\n",
            "line 1: expected a column `Calls`, found t, calls",
        ),
        (
            "t,Calls,Calls\n",
            "line 1, column 3: there is a column `Calls` already",
        ),
        ("t,Calls\n", "there is no interval"),
        (
            "t,Calls\n2003-03-03 07:00,x\n",
            "line 2, column `Calls`: expected a number of calls, 0 or more, found \"x\"",
        ),
        (
            "t,Calls\n2003-03-03 07:00,-1\n",
            "line 2, column `Calls`: expected a number of calls, 0 or more, found \"-1\"",
        ),
        (
            "t,Calls\n2003-03-03 07:00\n",
            "line 2, column `Calls`: expected as many columns as in the header, found \"\"",
        ),
        (
            "t,Calls\n7,1\n",
            "line 2, column `t`: expected a local date and time such as 2026-11-23 08:30, or a \
             time of day, found \"7\"",
        ),
        (
            "t,Calls\n07:00,1\n2003-03-03 08:00,1\n",
            "line 2, column `t`: expected a date in every row, or in none, found \"07:00\"",
        ),
        (
            "t,Calls\n07:30,1\n",
            "line 2, column `t`: expected the beginning of an interval, counted from the first \
             midnight, found \"07:30\"",
        ),
        (
            "t,Calls\n07:00,1\n07:00,2\n",
            "line 3, column `t`: expected every interval once, found \"07:00\"",
        ),
        (
            "t,Calls\n2003-03-03 07:00,1\n2033-03-03 07:00,2\n",
            "262993 intervals are too many, at most 160000 are allowed",
        ),
    ] {
        let result = read_counts(text.as_bytes(), &columns(Some("t")), HOUR, Repeat::Never);
        assert_eq!(result.unwrap_err().to_string(), error, "{text:?}");
    }
}

#[test]
fn more_calls_than_a_stream_may_have_are_refused() {
    let text = "Calls\n6e8\n";
    let result = read_counts(text.as_bytes(), &columns(None), HOUR, Repeat::Never);
    assert_eq!(
        result.unwrap_err().to_string(),
        "interval 0 expects 600000000 calls, but 0 to 36000000 are allowed"
    );
}

/// Some intervals without calls, some with.
fn any_counts() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop_oneof![Just(0.0), 0.01..40.0_f64], 1..40)
}

/// So many cases; failing ones are kept in a file beside this one.
fn cases(count: u32) -> ProptestConfig {
    let persistence = Box::new(FileFailurePersistence::WithSource("regressions"));
    ProptestConfig {
        failure_persistence: Some(persistence),
        ..ProptestConfig::with_cases(count)
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn arrivals_are_in_order_and_only_where_there_is_a_rate(
        counts in any_counts(),
        first_s in 0..100_000_u64,
        interval_s in 1..2_000_u64,
        daily in any::<bool>(),
        busy in any::<bool>(),
        seed in any::<u64>(),
        stream in any::<u64>(),
    ) {
        let repeat = if daily { Repeat::Daily } else { Repeat::Never };
        let (first, interval) = (Span::from_secs(first_s), Span::from_secs(interval_s));
        let profile = Profile::from_counts(first, interval, &counts, repeat).unwrap();
        let arrivals = if busy {
            Arrivals::with_busy_days(profile.clone(), BusyDays::new(1.0, 0).unwrap(), seed, stream)
        } else {
            Arrivals::poisson(profile.clone(), seed, stream)
        };
        let times: Vec<Timestamp> = arrivals.clone().take(1_000).collect();
        prop_assert!(times.is_sorted());
        for at in &times {
            prop_assert!(profile.rate_per_s(*at) > 0.0, "{at}");
        }
        if !daily {
            let end = first_s + interval_s * counts.len() as u64;
            prop_assert!(times.last().is_none_or(|last| *last < Timestamp::from_secs(end)));
        }
        // Whoever asks again, from wherever, gets the same.
        let mut again = arrivals;
        let half = times.len() / 2;
        for at in &times[..half] {
            prop_assert_eq!(again.next(), Some(*at));
        }
        let rest: Vec<Timestamp> = again.clone().take(times.len() - half).collect();
        prop_assert_eq!(&rest[..], &times[half..]);
    }

    #[test]
    fn replayed_times_are_kept_or_refused(times in prop::collection::vec(0..1_000_u64, 0..20)) {
        let stamps: Vec<Timestamp> = times.iter().copied().map(Timestamp::from_micros).collect();
        match Arrivals::replay(stamps.clone()) {
            Ok(arrivals) => prop_assert_eq!(arrivals.collect::<Vec<_>>(), stamps),
            Err(error) => {
                prop_assert!(!times.is_sorted());
                let told = matches!(error, ArrivalsError::Order { .. });
                prop_assert!(told, "{error}");
            }
        }
    }
}
