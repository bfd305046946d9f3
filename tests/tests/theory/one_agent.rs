//! One agent: Pollaczek and Khinchine, for any distribution of what keeps him
//! busy.

use tandem_reports::Figure;
use tandem_tests::theory::{
    Service, erlang_c, pollaczek_khinchine, ringing, within_m_d_1, within_m_h2_1,
};

use crate::centre::{Centre, Law};
use crate::{Judge, plan};

/// Fixed before the first run; each set adds its number.
const SEED: u64 = 1_930_000;

const FIGURES: [Figure; 8] = [
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

/// The share answered in time, for the laws of which it is known.
fn within(centre: &Centre) -> Option<f64> {
    let (load, within_s) = (centre.load, f64::from(centre.within_s));
    match centre.talk {
        Law::Deterministic(value) => Some(within_m_d_1(value, load, within_s)),
        Law::Exponential(_) => Some(erlang_c(centre.queue(), within_s).within),
        Law::Hyper(branches) => Some(within_m_h2_1(branches, load, within_s)),
        _ => None,
    }
}

/// Load, talk, strategy, and the time in which callers are to be answered.
fn sets() -> Vec<(f64, Law, &'static str, u32)> {
    let (mean, hyper) = (180.0, Law::Hyper([(0.8, 90.0), (0.2, 540.0)]));
    vec![
        (0.3, Law::Deterministic(60.0), "ring_all", 30),
        (0.7, Law::Deterministic(180.0), "linear", 270),
        (0.9, Law::Deterministic(240.0), "random", 900),
        (0.5, Law::Erlang { k: 4, mean }, "rrmemory", 60),
        (0.85, Law::Exponential(120.0), "fewest_calls", 300),
        (
            0.4,
            Law::Gamma {
                mean: 90.0,
                sd: 60.0,
            },
            "least_recent",
            60,
        ),
        (0.8, Law::Gamma { mean, sd: 300.0 }, "ring_all", 60),
        (0.5, hyper, "linear", 120),
        (0.85, hyper, "random", 600),
        (0.3, Law::LogNormal { mean, sd: 150.0 }, "rrmemory", 60),
        (
            0.6,
            Law::LogNormal {
                mean: 60.0,
                sd: 60.0,
            },
            "fewest_calls",
            60,
        ),
        (
            0.9,
            Law::LogNormal {
                mean: 240.0,
                sd: 120.0,
            },
            "least_recent",
            60,
        ),
        (
            0.75,
            Law::Uniform {
                low: 30.0,
                high: 150.0,
            },
            "random",
            60,
        ),
    ]
}

#[test]
fn talks_of_any_distribution() {
    let mut values = Judge::default();
    for (seed, (load, talk, strategy, within_s)) in (SEED..).zip(sets()) {
        let centre = Centre {
            load,
            talk,
            strategy,
            within_s,
            ..Centre::default()
        };
        let service = talk.service();
        let plan = plan(centre.arrivals_per_s(), service.relaxation_s(load));
        values.begin(centre.to_string(), plan);
        let runs = centre.runs(plan, seed);
        let known = within(&centre);
        let exact = pollaczek_khinchine(service, load, known.unwrap_or(f64::NAN));
        let figures = FIGURES
            .into_iter()
            .filter(|figure| known.is_some() || *figure != Figure::ServiceLevel);
        let figures: Vec<Figure> = figures.collect();
        values.figures(&runs, &exact, centre.calls(plan), service.mean_s, &figures);
    }
    values.verdict();
}

/// What keeps an agent busy beside his talks: the ring before he answers, rings
/// that he lets pass, and wrap-up. Callers hear the ring, but not the wrap-up,
/// and the agent's time counts as busy from the answer on.
#[test]
fn rings_and_wrap_up_are_part_of_the_service() {
    let fixed = |mean_s| Service {
        mean_s,
        variance_s2: 0.0,
    };
    let delay = Law::Uniform {
        low: 2.0,
        high: 12.0,
    };
    let sets = [
        (0.5, Law::Exponential(180.0), 45, None, 0.0),
        (0.6, Law::Deterministic(60.0), 30, Some(delay), 0.0),
        (
            0.7,
            Law::LogNormal {
                mean: 180.0,
                sd: 90.0,
            },
            0,
            Some(delay),
            0.0,
        ),
        (0.4, Law::Exponential(120.0), 20, None, 0.3),
        (0.5, Law::Erlang { k: 2, mean: 240.0 }, 0, Some(delay), 0.2),
    ];
    let mut values = Judge::default();
    for (seed, (load, talk, wrap_up_s, delay, missed)) in (SEED + 100..).zip(sets) {
        let timeout_s = 15;
        let delay_text = delay.map(|law| format!("answer_delay = {law}\n"));
        let centre = Centre {
            load,
            talk,
            wrap_up_s,
            agent_timeout_s: timeout_s,
            staff: format!(
                "{}missed_rings = {missed:?}",
                delay_text.unwrap_or_default()
            ),
            ..Centre::default()
        };
        let rings =
            ringing(missed, f64::from(timeout_s)).then(delay.map_or(fixed(0.0), Law::service));
        let busy = talk.service().then(fixed(f64::from(wrap_up_s)));
        let service = rings.then(busy);
        let arrivals = centre.arrivals_per_s();
        let occupied = arrivals * service.mean_s;
        let plan = plan(arrivals, service.relaxation_s(occupied));
        let more = format!("wrap-up {wrap_up_s} s, rings {delay:?}, missed {missed}");
        values.begin(format!("{centre}, {more}"), plan);
        let runs = centre.runs(plan, seed);
        let mut exact = pollaczek_khinchine(service, occupied, f64::NAN);
        exact.mean_wait_s += rings.mean_s;
        exact.mean_wait_answered_s += rings.mean_s;
        exact.occupancy = arrivals * busy.mean_s;
        let figures = FIGURES
            .into_iter()
            .filter(|figure| *figure != Figure::ServiceLevel);
        let figures: Vec<Figure> = figures.collect();
        let talk_s = talk.service().mean_s;
        values.figures(&runs, &exact, centre.calls(plan), talk_s, &figures);
    }
    values.verdict();
}
