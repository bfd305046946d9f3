//! Callers wait as long as it takes: Erlang C, and a waiting room of a certain
//! size.

use tandem_reports::Figure;
use tandem_tests::theory::{erlang_c, limited_room};

use crate::centre::{Centre, Law};
use crate::{Judge, plan};

/// Fixed before the first run; each set adds its number.
const SEED: u64 = 1_917_000;

#[test]
fn erlang_c_with_every_strategy() {
    let sets = [
        (1, 0.2, 60.0, "ring_all", 20),
        (1, 0.8, 180.0, "linear", 120),
        (2, 0.5, 240.0, "random", 60),
        (2, 1.8, 120.0, "rrmemory", 90),
        (3, 2.4, 300.0, "fewest_calls", 60),
        (5, 4.5, 60.0, "ring_all", 30),
        (10, 7.0, 180.0, "least_recent", 20),
        (10, 9.5, 180.0, "random", 60),
        (20, 17.0, 90.0, "rrmemory", 10),
        (50, 45.0, 200.0, "linear", 20),
        (100, 85.0, 180.0, "least_recent", 5),
        (100, 95.0, 180.0, "fewest_calls", 20),
        (200, 180.0, 240.0, "random", 15),
        (200, 190.0, 120.0, "ring_all", 10),
    ];
    let mut values = Judge::default();
    for (seed, (agents, load, mean, strategy, within_s)) in (SEED..).zip(sets) {
        let centre = Centre {
            agents,
            load,
            talk: Law::Exponential(mean),
            strategy,
            within_s,
            ..Centre::default()
        };
        let chain = centre.queue().chain(None, 0.0);
        let plan = plan(centre.arrivals_per_s(), chain.relaxation_s());
        values.begin(centre.to_string(), plan);
        let runs = centre.runs(plan, seed);
        let exact = erlang_c(centre.queue(), f64::from(within_s));
        let figures = [
            Figure::Offered,
            Figure::MeanTalk,
            Figure::ProbabilityOfWait,
            Figure::MeanWait,
            Figure::ServiceLevel,
            Figure::Occupancy,
            // These are zero.
            Figure::Abandonment,
            Figure::Missed,
        ];
        values.figures(&runs, &exact, centre.calls(plan), mean, &figures);
        values.spreads(runs.row(), &centre, &chain, plan);
        let wait = |figure| runs.row().get(figure).mean;
        assert_eq!(wait(Figure::MeanWait), wait(Figure::MeanWaitAnswered));
    }
    values.verdict();
}

/// The queue's limit on callers refuses those who find it full.
#[test]
fn a_waiting_room_of_a_certain_size() {
    let sets = [
        (1, 0.9, 120.0, 1, "linear", 60),
        (3, 4.0, 180.0, 2, "ring_all", 30),
        (10, 9.5, 180.0, 3, "random", 20),
        (10, 14.0, 60.0, 20, "rrmemory", 90),
        (50, 50.0, 240.0, 10, "fewest_calls", 20),
        (100, 100.0, 180.0, 25, "least_recent", 20),
    ];
    let mut values = Judge::default();
    for (seed, (agents, load, mean, room, strategy, within_s)) in (SEED + 100..).zip(sets) {
        let centre = Centre {
            agents,
            load,
            talk: Law::Exponential(mean),
            strategy,
            within_s,
            queue: format!("max_callers = {room}"),
            ..Centre::default()
        };
        let chain = centre.queue().chain(Some(room), 0.0);
        let plan = plan(centre.arrivals_per_s(), chain.relaxation_s());
        values.begin(format!("{centre}, room for {room}"), plan);
        let runs = centre.runs(plan, seed);
        let exact = limited_room(centre.queue(), room, f64::from(within_s));
        let figures = [
            Figure::Offered,
            Figure::MeanTalk,
            Figure::Missed,
            Figure::ProbabilityOfWait,
            Figure::MeanWait,
            Figure::MeanWaitAnswered,
            Figure::ServiceLevel,
            Figure::Occupancy,
            // This is zero.
            Figure::Abandonment,
        ];
        values.figures(&runs, &exact, centre.calls(plan), mean, &figures);
        values.spreads(runs.row(), &centre, &chain, plan);
    }
    values.verdict();
}
