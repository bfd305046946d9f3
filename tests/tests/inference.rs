//! What logs of calls tell about agents, services and patience.

use std::env;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use tandem_engine::{Span, Timestamp};
use tandem_sim::call_log::{self, CallLog, LoggedCall, Outcome};
use tandem_sim::distribution::seconds;
use tandem_sim::inference::{
    AgentDay, AvailabilityOptions, InferenceError, Observation, Patience, Presence, availability,
    handle_times,
};
use tandem_sim::random::{Key, Purpose, Uniforms};
use tandem_tests::stand_in::Centre;
use tandem_tests::statistics::{Deviations, count, kolmogorov_smirnov};

/// Fixed before the first run.
const SEED: u64 = 1_999;

fn uniforms(object: u64) -> Uniforms {
    Key {
        seed: SEED,
        purpose: Purpose::Patience,
        object,
        attempt: 0,
    }
    .uniforms()
}

/// A log with the columns `arrival_s,wait_s,outcome,talk_s,agent,queue`.
fn log(rows: &[&str]) -> CallLog {
    let text = format!(
        "arrival_s,wait_s,outcome,talk_s,agent,queue\n{}\n",
        rows.join("\n")
    );
    call_log::read(text.as_bytes()).expect("the rows are well-formed")
}

/// `name, day: from-to …`, in seconds.
fn shown(log: &CallLog, days: &[AgentDay]) -> String {
    let stretch = |p: &Presence| format!("{}-{}", p.from, p.to);
    let line = |day: &AgentDay| {
        let present: Vec<String> = day.present.iter().map(stretch).collect();
        format!(
            "{}, {}: {}\n",
            log.agents[day.agent as usize],
            day.day,
            present.join(" ")
        )
    };
    days.iter().map(line).collect()
}

/// Where an agent with services from 100 to 200 and from 400 to 450 seconds is
/// taken to be, if these calls are in the log as well.
fn inferred(more: &[&str], options: AvailabilityOptions) -> String {
    let services = [
        "100,0,answered,60,A,",
        "165,0,answered,35,A,",
        "400,0,answered,50,A,",
    ];
    let log = log(&[&services, more].concat());
    shown(&log, &availability(&log, &options))
}

const TOGETHER: &str = "A, 0: 100s-450s\n";
const APART: &str = "A, 0: 100s-200s 400s-450s\n";

#[test]
fn agents_are_away_where_they_let_callers_wait() {
    let default = AvailabilityOptions::default();
    for (what, more, expected) in [
        ("nobody waits", &[][..], TOGETHER),
        (
            "exactly as long as allowed",
            &["300,30,abandoned,,,"],
            TOGETHER,
        ),
        ("longer", &["300,30.000001,abandoned,,,"], APART),
        (
            "a caller who is missed waits too",
            &["300,31,missed,,,"],
            APART,
        ),
        (
            "time counts once, however many wait",
            &["300,20,abandoned,,,"; 9],
            TOGETHER,
        ),
        (
            "two waits that overlap for ten of fifty seconds",
            &["300,30,abandoned,,,", "320,30,abandoned,,,"],
            APART,
        ),
        (
            "two waits far from each other",
            &["210,16,abandoned,,,", "380,16,abandoned,,,"],
            APART,
        ),
        (
            "waiting while the agent talks does not count",
            &["100,105,abandoned,,,"],
            TOGETHER,
        ),
        (
            "only what lies in the gap counts",
            &["150,85,abandoned,,,"],
            APART,
        ),
        (
            "a wait beyond both ends of the gap",
            &["150,280,abandoned,,,"],
            APART,
        ),
    ] {
        assert_eq!(inferred(more, default), expected, "{what}");
    }
}

#[test]
fn how_long_agents_let_callers_wait_can_be_chosen() {
    let default = AvailabilityOptions::default();
    // The gap lasts 200 seconds.
    let waits = &["300,40,abandoned,,,"];
    let patient = AvailabilityOptions {
        waiting_in_gap_max: Span::from_secs(40),
        ..default
    };
    assert_eq!(inferred(waits, patient), TOGETHER);
    let breath = |s| AvailabilityOptions {
        gap_min: Span::from_secs(s),
        ..default
    };
    assert_eq!(inferred(waits, breath(200)), APART);
    assert_eq!(inferred(waits, breath(201)), TOGETHER);
}

#[test]
fn availability_is_told_by_agent_and_day() {
    let log = log(&[
        "86380,0,answered,30,B,",
        "86430,0,answered,5,B,",
        "10,0,answered,5,A,",
        "20,0,answered,5,,",
        "30,0,abandoned,,,",
        // Longer than the one that begins after it: they overlap.
        "1000,0,answered,500,C,",
        "1100,0,answered,5,C,",
        // A wait of its own lies before its service, where C was idle.
        "1600,31,answered,9,C,",
    ]);
    assert_eq!(
        shown(&log, &availability(&log, &AvailabilityOptions::default())),
        "A, 0: 10s-15s\nB, 0: 86380s-86410s\nB, 1: 86430s-86435s\n\
         C, 0: 1000s-1500s 1631s-1640s\n"
    );
}

#[test]
fn handle_times_are_those_of_answered_calls() {
    let log = log(&[
        "0,0,answered,10,A,sales",
        "1,0,answered,30,A,sales",
        "2,5,abandoned,,,sales",
        "3,0,answered,80,A,help",
    ]);
    let mean = |kind| handle_times(&log, kind).map(|times| (times.mean(), times.cdf(30.0)));
    assert_eq!(log.kinds, ["help", "sales"]);
    assert_eq!(mean(None), Ok((40.0, 2.0 / 3.0)));
    assert_eq!(mean(Some(1)), Ok((20.0, 1.0)));
    assert_eq!(mean(Some(2)), Err(InferenceError::NoAnswered));
}

fn observations(list: &[(f64, bool)]) -> Vec<Observation> {
    let observation = |&(wait_s, abandoned): &(f64, bool)| Observation {
        wait: tandem_sim::distribution::span_from_seconds(wait_s),
        abandoned,
    };
    list.iter().map(observation).collect()
}

/// The remission times of Freireich et al. (1963), the textbook's example of
/// the estimate: six decimals as printed there.
#[test]
fn patience_is_estimated_as_in_the_textbook() {
    let ended = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
    let cut = [
        6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0,
    ];
    let all = ended
        .iter()
        .map(|t| (*t, true))
        .chain(cut.iter().map(|t| (*t, false)));
    let patience = Patience::kaplan_meier(observations(&all.collect::<Vec<_>>())).unwrap();
    let steps: Vec<String> = patience
        .steps()
        .map(|(time, survival)| format!("{time} {survival:.4}"))
        .collect();
    assert_eq!(
        steps,
        [
            "6s 0.8571",
            "7s 0.8067",
            "10s 0.7529",
            "13s 0.6902",
            "16s 0.6275",
            "22s 0.5378",
            "23s 0.4482"
        ]
    );
    assert_eq!(patience.tail_mean_s(), 359.0 / 9.0);
    for (wait_s, survival) in [
        (0.0, 1.0),
        (5.999, 1.0),
        (6.0, 0.857_143),
        (12.0, 0.752_941),
        (23.0, 0.448_180),
        (23.0 + 359.0 / 9.0, 0.448_180 / core::f64::consts::E),
    ] {
        let wait = tandem_sim::distribution::span_from_seconds(wait_s);
        assert!(
            (patience.survival(wait) - survival).abs() < 1e-6,
            "{wait_s}"
        );
    }
    let area = 6.0
        + 0.857_142_9
        + 3.0 * 0.806_722_7
        + 3.0 * 0.752_941_2
        + 3.0 * 0.690_196_1
        + 6.0 * 0.627_451_0
        + 0.537_815_1
        + 0.448_179_3 * 359.0 / 9.0;
    assert!(
        (patience.mean_s() - area).abs() < 1e-4,
        "{} {area}",
        patience.mean_s()
    );
}

#[test]
fn patience_needs_somebody_who_lost_it() {
    for list in [&[][..], &[(5.0, false), (0.0, false)], &[(0.0, true)]] {
        let result = Patience::kaplan_meier(observations(list));
        assert_eq!(result, Err(InferenceError::NoAbandonment), "{list:?}");
    }
    // Where the longest wait was given up, the survival function reaches zero,
    // and still every wait can be exceeded.
    let patience = Patience::kaplan_meier(observations(&[(4.0, true), (2.0, false)])).unwrap();
    assert_eq!(patience.survival(Span::from_secs(4)), 0.0);
    assert_eq!(patience.sample(&mut uniforms(1)), Span::from_secs(4));
    assert!(patience.patience_beyond(Span::from_secs(9), &mut uniforms(1)) > Span::from_secs(9));
}

/// Samples are distributed as the estimate says, also those of callers who are
/// known to have waited.
#[test]
fn sampled_patience_follows_the_estimate() {
    const SAMPLES: u64 = 50_000;
    let list: Vec<(f64, bool)> = (0..400)
        .map(|i| (f64::from((i * 37) % 211) / 2.0, i % 3 == 0))
        .collect();
    let patience = Patience::kaplan_meier(observations(&list)).unwrap();
    let survival = |s: f64| patience.survival(tandem_sim::distribution::span_from_seconds(s));
    for (test, wait_s) in [0.0, 10.25, 60.0, 104.0, 300.0].into_iter().enumerate() {
        let wait = tandem_sim::distribution::span_from_seconds(wait_s);
        let first = SAMPLES * test as u64;
        let sample: Vec<f64> = (first..first + SAMPLES)
            .map(|object| seconds(patience.patience_beyond(wait, &mut uniforms(object))))
            .collect();
        assert!(sample.iter().all(|patience| *patience > wait_s));
        let beyond = survival(wait_s);
        // Samples are in whole microseconds, and so must be the distribution.
        let cdf = |s: f64| {
            if s < wait_s {
                0.0
            } else {
                1.0 - survival(s) / beyond
            }
        };
        let statistic = kolmogorov_smirnov(&sample, |s| cdf((s * 1e6).floor() / 1e6));
        assert!(statistic < 2.4, "beyond {wait_s} s: {statistic}");
    }
    let sample: Vec<f64> = (0..SAMPLES)
        .map(|object| seconds(patience.sample(&mut uniforms(object))))
        .collect();
    let statistic = kolmogorov_smirnov(&sample, |s| 1.0 - survival((s * 1e6).floor() / 1e6));
    assert!(statistic < 2.4, "{statistic}");
}

/// The estimate by its definition, with Greenwood's variance: for each time at
/// which somebody hung up, who was still there?
fn by_definition(observations: &[Observation], at: Span) -> (f64, f64) {
    let mut times: Vec<Span> = observations
        .iter()
        .filter(|o| o.abandoned && o.wait <= at)
        .map(|o| o.wait)
        .collect();
    times.sort_unstable();
    times.dedup();
    let (mut survival, mut greenwood) = (1.0, 0.0);
    for time in times {
        let there = count(observations.iter().filter(|o| o.wait >= time).count());
        let hung_up = observations
            .iter()
            .filter(|o| o.abandoned && o.wait == time)
            .count();
        let hung_up = count(hung_up);
        survival *= 1.0 - hung_up / there;
        greenwood += hung_up / there / (there - hung_up);
    }
    (survival, survival * greenwood.sqrt())
}

/// So many cases; failing ones are kept in a file beside this one.
fn cases(count: u32) -> ProptestConfig {
    let persistence = Box::new(FileFailurePersistence::WithSource("regressions"));
    ProptestConfig {
        failure_persistence: Some(persistence),
        ..ProptestConfig::with_cases(count)
    }
}

/// Any calls of a short time, so that waits and services meet often.
fn any_log() -> impl Strategy<Value = CallLog> {
    let call = (0..2_000_u64, 0..120_u64, 0..3_u8, 0..200_u64, 0..4_u32).prop_map(
        |(arrival, wait, outcome, talk, agent)| {
            let answered = outcome == 0;
            LoggedCall {
                arrival: Timestamp::from_secs(arrival),
                wait: Span::from_secs(wait),
                outcome: [Outcome::Answered, Outcome::Abandoned, Outcome::Missed]
                    [usize::from(outcome)],
                talk: Span::from_secs(if answered { talk } else { 0 }),
                agent: answered.then_some(agent),
                kind: None,
            }
        },
    );
    prop::collection::vec(call, 0..40).prop_map(|mut calls| {
        calls.sort_by_key(|call| call.arrival);
        CallLog {
            start: None,
            days: 1,
            calls,
            agents: ["A", "B", "C", "D"].map(str::to_owned).to_vec(),
            kinds: Vec::new(),
            rows: call_log::RowCounts::default(),
            malformed: Vec::new(),
        }
    })
}

/// Whether the agent is there during the second that begins at `at`.
fn is_there(days: &[AgentDay], agent: u32, at: u64) -> bool {
    let (from, to) = (Timestamp::from_secs(at), Timestamp::from_secs(at + 1));
    let of_agent = days
        .iter()
        .filter(|day| day.agent == agent)
        .flat_map(|day| &day.present);
    of_agent
        .into_iter()
        .any(|stretch| stretch.from <= from && stretch.to >= to)
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn patience_is_the_estimate_by_its_definition(
        list in prop::collection::vec((0..30_u8, any::<bool>()), 1..60),
    ) {
        let list: Vec<(f64, bool)> =
            list.into_iter().map(|(wait, abandoned)| (f64::from(wait), abandoned)).collect();
        let observed = observations(&list);
        if let Ok(patience) = Patience::kaplan_meier(observed.clone()) {
            let last = observed.iter().filter(|o| o.abandoned).map(|o| o.wait).max().unwrap();
            for half_seconds in 0..60 {
                let at = Span::from_micros(half_seconds * 500_000);
                if at <= last {
                    let (expected, _) = by_definition(&observed, at);
                    let survival = patience.survival(at);
                    prop_assert!((survival - expected).abs() < 1e-12, "{at}: {survival}");
                }
                let beyond = patience.patience_beyond(at, &mut uniforms(half_seconds));
                prop_assert!(beyond > at, "{beyond} is not beyond {at}");
            }
            prop_assert!(patience.mean_s() > 0.0);
        }
    }

    /// Second by second, as the rule is worded.
    #[test]
    fn availability_is_the_rule_second_by_second(log in any_log()) {
        let days = availability(&log, &AvailabilityOptions::default());
        let horizon = 2_500_usize;
        let somebody_waits: Vec<bool> = (0..horizon as u64)
            .map(Timestamp::from_secs)
            .map(|at| log.calls.iter().any(|c| c.arrival <= at && at < c.wait_end()))
            .collect();
        for agent in 0..4 {
            let services: Vec<&LoggedCall> =
                log.calls.iter().filter(|call| call.agent == Some(agent)).collect();
            let talks: Vec<bool> = (0..horizon as u64)
                .map(Timestamp::from_secs)
                .map(|at| services.iter().any(|c| c.wait_end() <= at && at < c.end()))
                .collect();
            // Services of no length divide a gap as well.
            let divides = |s: usize| {
                talks[s] || services.iter().any(|c| c.wait_end() == Timestamp::from_secs(s as u64))
            };
            let first = (0..horizon).find(|s| divides(*s));
            let Some(first) = first else { continue };
            let mut begin = first;
            while begin < horizon {
                if talks[begin] {
                    prop_assert!(is_there(&days, agent, begin as u64), "talks at {begin}");
                    begin += 1;
                    continue;
                }
                let end = (begin + 1..horizon).find(|s| divides(*s)).unwrap_or(horizon);
                let waited = (begin..end).filter(|s| somebody_waits[*s]).count();
                let there = end < horizon && waited <= 30;
                prop_assert_eq!(is_there(&days, agent, begin as u64), there, "from {}", begin);
                begin = end;
            }
        }
    }
}

/// Seconds of presence within these hours of any day.
fn present_within(days: &[AgentDay], agent: u32, (from, to): (f64, f64)) -> f64 {
    let overlap = |stretch: &Presence, day: u32| {
        let midnight = f64::from(day) * 86_400.0;
        let start = seconds(stretch.from - Timestamp::ZERO).max(midnight + from);
        let end = seconds(stretch.to - Timestamp::ZERO).min(midnight + to);
        (end - start).max(0.0)
    };
    days.iter()
        .filter(|day| day.agent == agent)
        .flat_map(|day| day.present.iter().map(|stretch| overlap(stretch, day.day)))
        .sum()
}

/// In a centre whose truth is known, agents are found to be there when they
/// are, and patience to be what it is.
#[test]
fn a_made_up_centre_is_seen_through() {
    let centre = Centre::new(20).unwrap();
    let log = call_log::read(centre.log(SEED).as_bytes()).unwrap();
    let summary = log.summary();
    println!(
        "made-up centre: {} calls, {:.2} % abandoned, P(wait > 0) {:.4}, mean wait {:.2} s, mean \
         service {:.2} s",
        summary.calls,
        100.0 * summary.abandoned_share(),
        summary.waited_share(),
        summary.mean_wait_s,
        summary.mean_talk_s
    );
    let days = availability(&log, &AvailabilityOptions::default());
    let (mut there, mut shift, mut in_break, mut breaks) = (0.0, 0.0, 0.0, 0.0);
    for (agent, [morning, afternoon]) in (0..).zip(&centre.shifts) {
        let pause = (morning.1, afternoon.0);
        there += present_within(&days, agent, *morning) + present_within(&days, agent, *afternoon);
        in_break += present_within(&days, agent, pause);
        let length = |(from, to): (f64, f64)| (to - from) * f64::from(centre.days);
        shift += length(*morning) + length(*afternoon);
        breaks += length(pause);
    }
    println!(
        "present in {:.3} of shifts, {:.3} of breaks",
        there / shift,
        in_break / breaks
    );
    assert!(there / shift > 0.95, "{}", there / shift);
    assert!(in_break / breaks < 0.2, "{}", in_break / breaks);

    let observed: Vec<Observation> = log
        .calls
        .iter()
        .map(|c| Observation {
            wait: c.wait,
            abandoned: c.outcome == Outcome::Abandoned,
        })
        .collect();
    let patience = Patience::from_log(&log).unwrap();
    let mut deviations = Deviations::default();
    for at_s in [5, 20, 60, 120, 180, 240] {
        let at = Span::from_secs(at_s);
        let (_, se) = by_definition(&observed, at);
        let truth = 1.0 - centre.patience.cdf(seconds(at));
        deviations.compare(
            format!("patience beyond {at}"),
            patience.survival(at),
            truth,
            se,
        );
    }
    let times = handle_times(&log, None).unwrap();
    let se = 190.0 / count(summary.answered).sqrt();
    deviations.compare("mean service", times.mean(), 190.0, se);
    deviations.assert_plausible();
}

#[test]
fn january_of_the_bank_is_seen_through() {
    let Some(folder) = env::var_os("TANDEM_DATA").map(PathBuf::from) else {
        println!("skipped: TANDEM_DATA is not set, the real data is not there");
        return;
    };
    let log = call_log::open(&folder.join("anonymous-bank/january.txt.xz")).unwrap();
    let days = availability(&log, &AvailabilityOptions::default());
    let length = |p: &Presence| seconds(p.to - p.from);
    let hours: f64 = days
        .iter()
        .flat_map(|day| &day.present)
        .map(length)
        .sum::<f64>()
        / 3_600.0;
    let span = |day: &AgentDay| day.present[day.present.len() - 1].to - day.present[0].from;
    let spans = days.iter().map(|day| seconds(span(day))).sum::<f64>() / 3_600.0;
    let talk: f64 = log
        .calls
        .iter()
        .filter(|call| call.agent.is_some())
        .map(|call| seconds(call.talk))
        .sum::<f64>()
        / 3_600.0;
    println!(
        "{} agent days, {spans:.1} h from first to last service, {hours:.1} h present, \
         {talk:.1} h of talk",
        days.len()
    );
    let patience = Patience::from_log(&log).unwrap();
    print!(
        "patience: mean {:.1} s, tail {:.1} s;",
        patience.mean_s(),
        patience.tail_mean_s()
    );
    for at_s in [10, 30, 60, 120, 300, 600] {
        print!(" {at_s} s {:.4}", patience.survival(Span::from_secs(at_s)));
    }
    println!();
    for kind in 0..log.kinds.len() {
        let kind = u32::try_from(kind).unwrap();
        let times = handle_times(&log, Some(kind)).unwrap();
        let (mean, sd) = (times.mean(), times.variance().sqrt());
        println!(
            "services {}: mean {mean:.1} s, sd {sd:.1} s",
            log.kinds[kind as usize]
        );
    }
    assert!(talk < hours && hours < spans);
    assert!((100..700).contains(&days.len()));
    assert!((200.0..1_500.0).contains(&patience.mean_s()));
}
