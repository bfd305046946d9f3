//! Nobody can wait: Erlang B, whatever the distribution of talks.

use tandem_reports::{Figure, Row};
use tandem_tests::theory::erlang_b;

use crate::centre::{Centre, Law};
use crate::{Judge, Plan, Runs, plan};

/// Fixed before the first run; each set adds its number.
const SEED: u64 = 1_909_000;

const FIGURES: [Figure; 4] = [
    Figure::Offered,
    Figure::MeanTalk,
    Figure::ProbabilityOfWait,
    Figure::Occupancy,
];

/// Callers are refused while every agent talks or is in wrap-up.
fn centre(agents: u32, load: f64, talk: Law, strategy: &'static str) -> Centre {
    Centre {
        agents,
        load,
        talk,
        strategy,
        queue: "disallow_join_when_empty = [\"busy\", \"wrap_up\"]".to_owned(),
        ..Centre::default()
    }
}

/// What must hold exactly where callers are answered at once or refused.
fn check_identities(row: &Row) {
    let mean = |figure| row.get(figure).mean.expect("there were calls");
    let sum = mean(Figure::ServiceLevel) + mean(Figure::ProbabilityOfWait);
    assert!((sum - 1.0).abs() < 1e-12, "answered at once or refused");
    let ends = mean(Figure::Answered) + mean(Figure::Missed);
    assert!((ends / mean(Figure::Offered) - 1.0).abs() < 1e-12);
    assert_eq!(mean(Figure::Abandonment), 0.0);
    assert_eq!(mean(Figure::MaxWait), 0.0);
}

fn judge(judge: &mut Judge, centre: &Centre, plan: Plan, seed: u64) -> Runs {
    judge.begin(centre.to_string(), plan);
    let runs = centre.runs(plan, seed);
    let talk_s = centre.talk.service().mean_s;
    let exact = erlang_b(centre.queue());
    judge.figures(&runs, &exact, centre.calls(plan), talk_s, &FIGURES);
    check_identities(runs.row());
    runs
}

#[test]
fn erlang_b_with_exponential_talks() {
    let sets = [
        (1, 0.5, 60.0, "ring_all"),
        (1, 3.0, 180.0, "linear"),
        (2, 1.0, 240.0, "random"),
        (3, 3.0, 120.0, "rrmemory"),
        (5, 2.0, 300.0, "fewest_calls"),
        (8, 8.0, 180.0, "ring_all"),
        (10, 15.0, 90.0, "least_recent"),
        (20, 16.0, 240.0, "random"),
        (40, 35.0, 180.0, "rrmemory"),
        (75, 80.0, 200.0, "linear"),
        (100, 95.0, 180.0, "least_recent"),
        (150, 160.0, 150.0, "fewest_calls"),
        (200, 190.0, 210.0, "random"),
    ];
    let mut values = Judge::default();
    for (seed, (agents, load, mean, strategy)) in (SEED..).zip(sets) {
        let centre = centre(agents, load, Law::Exponential(mean), strategy);
        let chain = centre.queue().chain(Some(0), 0.0);
        let plan = plan(centre.arrivals_per_s(), chain.relaxation_s());
        let runs = judge(&mut values, &centre, plan, seed);
        values.spreads(runs.row(), &centre, &chain, plan);
    }
    values.verdict();
}

/// Sevastyanov's insensitivity: only the mean of the talks matters.
#[test]
fn erlang_b_with_talks_of_any_distribution() {
    let hyper = Law::Hyper([(0.9, 100.0), (0.1, 900.0)]);
    let (mean, sd) = (180.0, 270.0);
    let sets = [
        (1, 0.7, Law::Deterministic(60.0), "linear"),
        (4, 6.0, Law::Erlang { k: 3, mean: 240.0 }, "ring_all"),
        (10, 9.0, Law::LogNormal { mean, sd }, "fewest_calls"),
        (10, 9.0, Law::Deterministic(180.0), "least_recent"),
        (
            30,
            33.0,
            Law::Uniform {
                low: 20.0,
                high: 340.0,
            },
            "random",
        ),
        (50, 45.0, Law::Gamma { mean, sd: 360.0 }, "rrmemory"),
        (100, 95.0, hyper, "least_recent"),
        (100, 110.0, Law::Deterministic(200.0), "rrmemory"),
        (200, 210.0, Law::LogNormal { mean, sd: 180.0 }, "linear"),
    ];
    let mut values = Judge::default();
    for (seed, (agents, load, talk, strategy)) in (SEED + 100..).zip(sets) {
        let centre = centre(agents, load, talk, strategy);
        // The busy agents' remaining talks fade away with a mean of E[S²]/2E[S];
        // twice that is the mean where talks are exponential.
        let service = talk.service();
        let fades_s = service.square_s2() / service.mean_s;
        let plan = plan(centre.arrivals_per_s(), fades_s);
        judge(&mut values, &centre, plan, seed);
    }
    values.verdict();
}

/// Wrap-up is part of the service: callers are refused during it, and the
/// agent is busy.
#[test]
fn erlang_b_with_wrap_up() {
    let sets = [
        (1, 0.5, 60.0, 60, "random"),
        (10, 6.0, 90.0, 30, "least_recent"),
        (60, 50.0, 200.0, 20, "rrmemory"),
    ];
    let mut values = Judge::default();
    for (seed, (agents, talking, mean, wrap_up_s, strategy)) in (SEED + 200..).zip(sets) {
        let talk = Law::Exponential(mean);
        let mut centre = centre(agents, talking, talk, strategy);
        centre.wrap_up_s = wrap_up_s;
        let mut queue = centre.queue();
        queue.service_s += f64::from(wrap_up_s);
        queue.load = centre.arrivals_per_s() * queue.service_s;
        let plan = plan(centre.arrivals_per_s(), queue.service_s);
        values.begin(format!("{centre}, wrap-up {wrap_up_s} s"), plan);
        let runs = centre.runs(plan, seed);
        let exact = erlang_b(queue);
        values.figures(&runs, &exact, centre.calls(plan), mean, &FIGURES);
        check_identities(runs.row());
    }
    values.verdict();
}
