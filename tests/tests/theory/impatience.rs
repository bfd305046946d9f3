//! Callers give up: Erlang A; and the same limit for all.

use tandem_reports::Figure;
use tandem_tests::theory::{erlang_a, limited_wait};

use crate::centre::{Centre, Law};
use crate::{Judge, plan};

/// Fixed before the first run; each set adds its number.
const SEED: u64 = 1_943_000;

#[test]
fn erlang_a_with_every_strategy() {
    let sets = [
        (1, 0.5, 60.0, 60.0, "ring_all", 20),
        (1, 2.0, 180.0, 90.0, "linear", 60),
        (2, 1.5, 120.0, 300.0, "random", 30),
        (3, 4.5, 240.0, 60.0, "rrmemory", 15),
        // As impatient as talks are long: the number of callers is Poisson.
        (5, 5.0, 180.0, 180.0, "fewest_calls", 20),
        (10, 9.5, 180.0, 120.0, "least_recent", 20),
        (10, 6.0, 300.0, 600.0, "ring_all", 60),
        (20, 22.0, 90.0, 45.0, "random", 10),
        (50, 60.0, 200.0, 100.0, "linear", 20),
        (75, 70.0, 150.0, 1_200.0, "rrmemory", 10),
        (100, 95.0, 180.0, 120.0, "least_recent", 20),
        (150, 200.0, 180.0, 240.0, "fewest_calls", 60),
        (200, 195.0, 240.0, 180.0, "random", 20),
        (200, 200.0, 180.0, 900.0, "least_recent", 20),
    ];
    let mut values = Judge::default();
    for (seed, (agents, load, mean, patience, strategy, within_s)) in (SEED..).zip(sets) {
        let centre = Centre {
            agents,
            load,
            talk: Law::Exponential(mean),
            patience: Some(Law::Exponential(patience)),
            strategy,
            within_s,
            ..Centre::default()
        };
        let chain = centre.queue().chain(None, 1.0 / patience);
        let plan = plan(centre.arrivals_per_s(), chain.relaxation_s());
        values.begin(centre.to_string(), plan);
        let runs = centre.runs(plan, seed);
        let exact = erlang_a(centre.queue(), patience, f64::from(within_s));
        let figures = [
            Figure::Offered,
            Figure::MeanTalk,
            Figure::ProbabilityOfWait,
            Figure::Abandonment,
            Figure::MeanWait,
            Figure::MeanWaitAnswered,
            Figure::ServiceLevel,
            Figure::Occupancy,
            // This is zero.
            Figure::Missed,
        ];
        values.figures(&runs, &exact, centre.calls(plan), mean, &figures);
        values.spreads(runs.row(), &centre, &chain, plan);
    }
    values.verdict();
}

/// Everybody waits up to the same limit, whether the queue sets it and puts
/// them out, or they all lose patience then: those are missed, these abandon.
#[test]
fn the_same_limit_for_all() {
    let sets = [
        (1, 0.9, 180.0, 120, "random", 60),
        (5, 5.0, 180.0, 60, "ring_all", 30),
        (20, 21.0, 120.0, 30, "fewest_calls", 20),
        (50, 48.0, 240.0, 45, "rrmemory", 20),
        (100, 104.0, 180.0, 20, "linear", 10),
    ];
    let mut values = Judge::default();
    for (seed, (agents, load, mean, limit_s, strategy, within_s)) in (SEED + 100..).zip(sets) {
        for (put_out, seed) in [(true, seed), (false, seed + 100)] {
            let centre = Centre {
                agents,
                load,
                talk: Law::Exponential(mean),
                strategy,
                within_s,
                max_waiting_s: if put_out { limit_s } else { 0 },
                patience: (!put_out).then(|| Law::Deterministic(f64::from(limit_s))),
                ..Centre::default()
            };
            // Only the agents' talks and those who wait now are remembered.
            let plan = plan(centre.arrivals_per_s(), mean + f64::from(limit_s));
            values.begin(format!("{centre}, limit {limit_s} s ({put_out})"), plan);
            let runs = centre.runs(plan, seed);
            let limit_s = f64::from(limit_s);
            let mut exact = limited_wait(centre.queue(), limit_s, f64::from(within_s));
            if !put_out {
                (exact.abandons, exact.missed) = (exact.missed, 0.0);
            }
            let figures = [
                Figure::Offered,
                Figure::MeanTalk,
                Figure::ProbabilityOfWait,
                if put_out {
                    Figure::Missed
                } else {
                    Figure::Abandonment
                },
                Figure::MeanWait,
                Figure::MeanWaitAnswered,
                Figure::ServiceLevel,
                Figure::Occupancy,
                // This is zero.
                if put_out {
                    Figure::Abandonment
                } else {
                    Figure::Missed
                },
            ];
            values.figures(&runs, &exact, centre.calls(plan), mean, &figures);
        }
    }
    values.verdict();
}
