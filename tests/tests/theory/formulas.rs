//! The formulas themselves: against published figures, against one another
//! where they meet, and against integrals.

use tandem_tests::statistics::count;
use tandem_tests::theory::{
    BirthDeath, Exact, Queue, Service, blocking, busy_by_interval_exponential,
    busy_by_interval_fixed, erlang_a, erlang_b, erlang_c, limited_room, limited_wait,
    pollaczek_khinchine, within_m_d_1, within_m_h2_1,
};

const fn queue(agents: u32, load: f64, service_s: f64) -> Queue {
    Queue {
        agents,
        load,
        service_s,
    }
}

fn assert_close(what: &str, seen: f64, wanted: f64, relative: f64) {
    let off = (seen - wanted).abs();
    assert!(
        off <= relative * wanted.abs(),
        "{what}: {seen}, not {wanted}"
    );
}

fn assert_same(what: &str, a: &Exact, b: &Exact, tolerance: f64) {
    let figures = |e: &Exact| {
        let shares = [e.waits, e.abandons, e.missed, e.within, e.occupancy];
        let times = [e.mean_wait_s, e.mean_wait_answered_s];
        [shares.as_slice(), &times].concat()
    };
    for (place, (a, b)) in figures(a).iter().zip(figures(b)).enumerate() {
        assert!(
            (a - b).abs() <= tolerance,
            "{what}, figure {place}: {a}, not {b}"
        );
    }
}

/// Two cases that were computed independently, to 12 digits.
#[test]
fn erlang_a_as_computed_elsewhere() {
    let cases = [
        (
            100,
            95.0,
            [
                0.288683068337,
                0.0232234573189,
                2.78681487827,
                0.946117917773,
            ],
        ),
        (
            10,
            9.5,
            [
                0.438659120672,
                0.116759555623,
                14.0111466748,
                0.690269590952,
            ],
        ),
    ];
    for (agents, load, [waits, abandons, mean_wait_s, within]) in cases {
        let exact = erlang_a(queue(agents, load, 180.0), 120.0, 20.0);
        assert_close("waits", exact.waits, waits, 2e-12);
        assert_close("abandons", exact.abandons, abandons, 2e-12);
        assert_close("mean wait", exact.mean_wait_s, mean_wait_s, 2e-12);
        assert_close("within", exact.within, within, 2e-12);
    }
}

/// Where e^−θV has a beta distribution, those answered within all time are
/// those who do not give up, and the mean is the area under the tail.
#[test]
fn erlang_a_agrees_with_itself() {
    for (agents, load, patience_s) in [(1, 0.5, 60.0), (10, 9.5, 120.0), (50, 60.0, 100.0)] {
        let queue = queue(agents, load, 180.0);
        let within = |t: f64| erlang_a(queue, patience_s, t).within;
        let exact = erlang_a(queue, patience_s, 0.0);
        assert_close("at once", exact.within, 1.0 - exact.waits, 1e-12);
        let answered = 1.0 - exact.abandons;
        assert_close("in the end", within(1_000.0), answered, 1e-9);
        let area = integral(1_000.0, 20_000, |t| answered - within(t));
        assert_close("mean", area / answered, exact.mean_wait_answered_s, 1e-6);
    }
}

/// Simpson's rule.
fn integral(to: f64, steps: usize, value: impl Fn(f64) -> f64) -> f64 {
    let step = to / count(steps);
    let weight = |place: usize| match place {
        0 => 1.0,
        place if place == steps => 1.0,
        place if place % 2 == 1 => 4.0,
        _ => 2.0,
    };
    let terms = (0..=steps).map(|place| weight(place) * value(count(place) * step));
    terms.sum::<f64>() * step / 3.0
}

#[test]
fn formulas_meet_at_their_limits() {
    for (agents, load) in [(1, 0.7), (3, 2.4), (20, 17.0), (100, 95.0)] {
        let queue = queue(agents, load, 180.0);
        let endless = erlang_c(queue, 20.0);
        let room = limited_room(queue, 20_000, 20.0);
        assert_same("C with a huge room", &room, &endless, 1e-8);
        let wait = limited_wait(queue, 1e6, 20.0);
        assert_same("C with a huge limit", &wait, &endless, 1e-8);
        let patient = erlang_a(queue, 1e12, 20.0);
        assert_same("C with patient callers", &patient, &endless, 1e-5);
        let lost = erlang_b(queue);
        assert_same(
            "B without a room",
            &limited_room(queue, 0, 20.0),
            &lost,
            1e-12,
        );
        let hurried = Exact {
            abandons: 0.0,
            missed: 1.0 - erlang_a(queue, 1e-9, 0.0).within,
            within: erlang_a(queue, 1e-9, 0.0).within,
            ..erlang_a(queue, 1e-9, 0.0)
        };
        assert_same("B where nobody waits", &hurried, &lost, 1e-7);
        assert_same(
            "B with a limit of nothing",
            &limited_wait(queue, 1e-9, 0.0),
            &lost,
            1e-9,
        );
    }
    // At the very load at which the limit's formula has a gap.
    let near = |load| limited_wait(queue(20, load, 180.0), 30.0, 20.0);
    assert_same("a full load", &near(20.0), &near(20.0 + 1e-6), 1e-5);
}

/// M/M/1, and B(10, 5) from the tables of Erlang B.
#[test]
fn formulas_as_in_textbooks() {
    assert_close("B(10, 5)", blocking(10, 5.0), 0.018_384_570, 1e-6);
    let exact = erlang_c(queue(1, 0.8, 60.0), 100.0);
    assert_close("M/M/1 waits", exact.waits, 0.8, 1e-12);
    assert_close("M/M/1 mean", exact.mean_wait_s, 240.0, 1e-12);
    let tail = 0.8 * (-100.0_f64 * 0.2 / 60.0).exp();
    assert_close("M/M/1 within", exact.within, 1.0 - tail, 1e-12);
    // As impatient as talks are long: as many callers as in M/M/∞.
    let exact = erlang_a(queue(5, 5.0, 180.0), 180.0, 20.0);
    let terms = [1.0, 5.0, 12.5, 125.0 / 6.0, 625.0 / 24.0];
    let below: f64 = terms.iter().sum::<f64>() * (-5.0_f64).exp();
    assert_close("M/M/∞", exact.waits, 1.0 - below, 1e-12);
}

#[test]
fn one_agent_with_any_service() {
    let (mean_s, load) = (180.0, 0.7);
    let known = erlang_c(queue(1, load, mean_s), 90.0);
    let exponential = Service {
        mean_s,
        variance_s2: mean_s * mean_s,
    };
    let exact = pollaczek_khinchine(exponential, load, known.within);
    assert_same("M/M/1", &exact, &known, 1e-9);
    let branches = [(0.3, mean_s), (0.7, mean_s * (1.0 + 1e-9))];
    let within = within_m_h2_1(branches, load, 90.0);
    assert_close("M/H₂/1 with equal means", within, known.within, 1e-6);
    // The area under the tail is the mean.
    let branches = [(0.8, 90.0), (0.2, 540.0)];
    let service = Service {
        mean_s,
        variance_s2: 2.0 * (0.8 * 90.0 * 90.0 + 0.2 * 540.0 * 540.0) - mean_s * mean_s,
    };
    let area = integral(40_000.0, 40_000, |t| 1.0 - within_m_h2_1(branches, load, t));
    let mean = pollaczek_khinchine(service, load, 0.0).mean_wait_s;
    assert_close("M/H₂/1", area, mean, 1e-6);
    let fixed = Service {
        mean_s,
        variance_s2: 0.0,
    };
    // The tail has a corner at every whole number of services.
    let area: f64 = integral(9.99 * mean_s, 9_990, |t| 1.0 - within_m_d_1(mean_s, 0.3, t));
    let mean = pollaczek_khinchine(fixed, 0.3, 0.0).mean_wait_s;
    assert_close("M/D/1", area, mean, 1e-6);
}

/// M/M/1 and M/M/∞ forget and vary as is known: s/(1 − √ρ)² and s; an average
/// number of callers varies by 2ρ(1 + ρ)s/(1 − ρ)⁴ and 2as.
#[test]
fn chains_forget_and_vary() {
    let (s, load) = (60.0, 0.8_f64);
    let chain = queue(1, load, s).chain(None, 0.0);
    // With room for 49 beside the one who talks, the least of the eigenvalues
    // (1 + ρ − 2√ρ cos(kπ/51))/s; without a limit it is (1 − √ρ)²/s.
    let turn = (std::f64::consts::PI / 51.0).cos();
    let forgets = s / (1.0 + load - 2.0 * load.sqrt() * turn);
    let short = queue(1, load, s).chain(Some(49), 0.0);
    assert_close("M/M/1/50 forgets", short.relaxation_s(), forgets, 1e-9);
    let forgets = s / (1.0 - load.sqrt()).powi(2);
    // States that are never seen are left out, and one per cent of it with them.
    assert_close("M/M/1 forgets", chain.relaxation_s(), forgets, 0.02);
    let varies = 2.0 * load * (1.0 + load) * s / (1.0 - load).powi(4);
    let seen = chain.variance_of_average_s(count);
    assert_close("M/M/1 varies", seen, varies, 1e-9);
    assert_close("M/M/1 has", chain.mean(count), load / (1.0 - load), 1e-12);

    let crowd = BirthDeath::new(7.0 / s, |callers| count(callers) / s, None);
    assert_close("M/M/∞ forgets", crowd.relaxation_s(), s, 1e-9);
    let seen = crowd.variance_of_average_s(count);
    assert_close("M/M/∞ varies", seen, 2.0 * 7.0 * s, 1e-9);
}

#[test]
fn busy_agents_at_a_steady_rate() {
    let (rates, step_s, service_s) = ([0.05; 12], 600.0, 300.0);
    let exponential = busy_by_interval_exponential(&rates, step_s, service_s);
    let fixed = busy_by_interval_fixed(&rates, step_s, service_s);
    assert_close("in the end", exponential[11], 15.0, 1e-9);
    assert_close("in the end", fixed[11], 15.0, 1e-12);
    // Half of the first interval fills up evenly to 15, half stays there.
    assert_close("at first", fixed[0], 11.25, 1e-12);
    let filling = 15.0 * (1.0 - (1.0 - (-2.0_f64).exp()) / 2.0);
    assert_close("at first", exponential[0], filling, 1e-12);
}
