//! Callers at rates that change with the time of day.

use tandem_reports::{Figure, Summary};
use tandem_tests::statistics::count;
use tandem_tests::theory::{busy_by_interval_exponential, busy_by_interval_fixed};

use crate::centre::Law;
use crate::{Judge, Plan, is_full, scenario, seconds, simulate};

/// Fixed before the first run; each test adds its number.
const SEED: u64 = 1_993_000;

/// Calls expected in every half hour from eight o'clock on.
const COUNTS: [f64; 20] = [
    14.0, 31.5, 60.0, 88.0, 95.5, 90.0, 72.0, 64.0, 40.0, 22.0, 0.0, 35.0, 58.0, 70.0, 81.5, 77.0,
    50.0, 33.0, 21.0, 12.5,
];
const STEP_S: u64 = 1_800;
const OPENS_S: u64 = 8 * 3_600;
const DAY_S: u64 = 86_400;

fn replications() -> u32 {
    if is_full() { 1_000 } else { 40 }
}

/// Days of which every half hour is shown, or what `more` says.
fn days(days: u64, agents: u32, talk: Law, seed: u64, more: &str) -> Summary {
    let text = format!(
        r#"[scenario]
name = "theory"
seed = {seed}
replications = {replications}
horizon = "{days}d"
interval = "30m"

[[queue]]
number = "6400"
name = "Queue"
strategy = "random"
wrap_up_s = 0
max_waiting_s = 0
{more}

[[callers]]
dials = "6400"
arrivals = {{ interval = "30m", counts = {COUNTS:?}, from = "08:00" }}
handle_time = {talk}

[[agents]]
count = {agents}
queues = ["6400"]
"#,
        replications = replications(),
    );
    simulate(&scenario(&text)).summary
}

/// What is expected of every half hour of a day, counted from midnight.
fn of_day(place: usize) -> f64 {
    let opens = usize::try_from(OPENS_S / STEP_S).expect("a small number");
    let counts = place.checked_sub(opens).and_then(|place| COUNTS.get(place));
    counts.copied().unwrap_or(0.0)
}

/// The number of callers in every interval is Poisson with the mean that the
/// scenario asks for. Whoever is refused was offered too, so one agent is
/// enough.
#[test]
fn every_interval_gets_its_calls() {
    let refuse = "disallow_join_when_empty = [\"busy\"]";
    let (length, talk) = (2, Law::Deterministic(60.0));
    let summary = days(length, 1, talk, SEED, refuse);
    let mut values = Judge::default();
    let counted_s = length * DAY_S;
    let plan = Plan {
        warm_up_s: 0,
        counted_s,
    };
    values.begin("calls in half hours of two days".to_owned(), plan);
    let (mut statistic, mut freedom) = (0.0, 0.0);
    let per_day = usize::try_from(DAY_S / STEP_S).expect("a small number");
    assert_eq!(summary.intervals.len(), 2 * per_day);
    for (place, row) in summary.queues[0].intervals.iter().enumerate() {
        let (seen, expected) = (row.get(Figure::Offered), of_day(place % per_day));
        if expected == 0.0 {
            assert_eq!(seen.mean, Some(0.0), "half hour {place}");
            continue;
        }
        let runs = seconds(seen.count);
        let mean = seen.mean.expect("it is counted");
        let error = (expected / runs).sqrt();
        values.value(&format!("half hour {place}"), mean, expected, error);
        let own = seen.standard_error().expect("there are replications");
        statistic += (runs - 1.0) * own * own * runs / expected;
        freedom += runs - 1.0;
    }
    values.deviations.chi_square("spread", statistic, freedom);
    values.verdict();
}

/// With more agents than callers, the mean number of busy agents at every time
/// of a day that begins empty is known.
#[test]
fn busy_agents_follow_the_callers() {
    let (agents, service_s, steps) = (80, 600.0, DAY_S / STEP_S);
    let rates: Vec<f64> = (0..usize::try_from(steps).expect("a small number"))
        .map(|place| of_day(place) / seconds(STEP_S))
        .collect();
    let step_s = seconds(STEP_S);
    let cases = [
        (
            Law::Exponential(service_s),
            busy_by_interval_exponential(&rates, step_s, service_s),
        ),
        (
            Law::Deterministic(service_s),
            busy_by_interval_fixed(&rates, step_s, service_s),
        ),
    ];
    let mut values = Judge::default();
    for (seed, (talk, exact)) in (SEED + 1..).zip(cases) {
        let summary = days(1, agents, talk, seed, "");
        let plan = Plan {
            warm_up_s: 0,
            counted_s: DAY_S,
        };
        values.begin(format!("busy agents, {talk:?}"), plan);
        let total = &summary.all.total;
        let longest = total.get(Figure::MaxWait).mean;
        assert_eq!(longest, Some(0.0), "there are agents for all");
        for (place, row) in summary.all.intervals.iter().enumerate() {
            // Thousandths of a caller are left of the busy hours at midnight:
            // too rare for a spread to be seen.
            let expected = exact[place] / f64::from(agents);
            if exact[place] * step_s / service_s * count(40) > 100.0 {
                let what = format!("half hour {place}");
                values.estimate(&what, row.get(Figure::Occupancy), expected);
            }
        }
    }
    values.verdict();
}
