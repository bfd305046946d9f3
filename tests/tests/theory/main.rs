//! The whole chain, from the text of a scenario to the figures of its report,
//! against what theory knows exactly.
//!
//! Every set of parameters is simulated with 40 replications. The standard
//! error of a figure comes from their spread; every value must lie within 4.5
//! of it, and at most 2 of 60 beyond 3. Seeds were fixed before the first run.
//! Each set has a seed of its own, for with the same draws all of them would
//! deviate alike. How long is simulated follows from [`plan`]; `TANDEM_FULL=1`
//! makes it longer. The theory is in `tandem_tests::theory`, with its sources.

mod centre;
mod delay;
mod formulas;
mod identities;
mod impatience;
mod loss;
mod one_agent;
mod paired;
mod varying;

use std::num::NonZeroUsize;
use std::path::Path;

use tandem_engine::config::reader::Source;
use tandem_reports::{Estimate, Figure, Row, Summary};
use tandem_sim::run::{Options, Progress, run};
use tandem_sim::scenario::Scenario;
use tandem_sim::text::{Disk, read};
use tandem_tests::statistics::{Deviations, count};
use tandem_tests::theory::{BirthDeath, Exact};

use centre::Centre;

/// Replications of every set.
const REPLICATIONS: u32 = 40;
/// Relaxation times that pass before counting begins: of an empty centre's
/// deviation from the long run e^−10 is left, a two-thousandth of a per cent.
const WARM_UP_RELAXATIONS: f64 = 10.0;

/// A share is judged by its spread if so many calls of all replications are
/// expected on either side of it.
const RARE_CALLS: f64 = 100.0;

/// How long is simulated.
#[derive(Clone, Copy, Debug)]
struct Plan {
    warm_up_s: u64,
    counted_s: u64,
}

/// The rule by which warm-up and length of a replication are chosen.
///
/// The counted time holds at least 4,000 calls (full: 100,000). Figures per call
/// are ratios, and the mean of ratios is biased; by the inequality of Cauchy and
/// Schwarz the bias is at most the standard error of all R replications times
/// √(R / calls), so at most a tenth of it (full: a fiftieth).
///
/// It also holds at least 25 relaxation times (full: 100). Averages over time
/// have a variance of about two relaxation times over the length, so such a
/// queue's length is known to about √(2 / 25 / 40), which is 4 % (full: 2 %).
fn plan(arrivals_per_s: f64, relaxation_s: f64) -> Plan {
    let (calls, relaxations) = if is_full() {
        (100_000.0, 100.0)
    } else {
        (4_000.0, 25.0)
    };
    Plan {
        warm_up_s: whole(WARM_UP_RELAXATIONS * relaxation_s),
        counted_s: whole(f64::max(calls / arrivals_per_s, relaxations * relaxation_s)),
    }
}

fn is_full() -> bool {
    std::env::var_os("TANDEM_FULL").is_some()
}

/// The next whole number, at least 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the seconds of a simulation fit"
)]
fn whole(seconds: f64) -> u64 {
    (seconds.ceil() as u64).max(1)
}

struct Silent;

impl Progress for Silent {
    fn replications(&mut self, _: u32, _: u32) {}
    fn trace(&mut self, _: &[u8]) -> std::io::Result<()> {
        Ok(())
    }
}

fn scenario(text: &str) -> Scenario {
    // Scenarios here name no files.
    let files = Disk::new(Path::new("."));
    read(Source::new("theory.toml", text), &files).unwrap_or_else(|why| panic!("{why}\n{text}"))
}

fn simulate(scenario: &Scenario) -> Summary {
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let trace = false;
    run(scenario, Options { threads, trace }, &mut Silent).expect("no trace is refused")
}

/// Holds figures against theory and shows both.
#[derive(Default)]
struct Judge {
    set: String,
    deviations: Deviations,
}

impl Judge {
    /// What follows is about this set.
    fn begin(&mut self, set: String, plan: Plan) {
        println!(
            "{set}; warm-up {} s, counted {} s",
            plan.warm_up_s, plan.counted_s
        );
        self.set = set;
    }

    /// An estimate against its exact value.
    fn estimate(&mut self, what: &str, seen: Estimate, exact: f64) {
        let mean = seen
            .mean
            .unwrap_or_else(|| panic!("{}: no {what}", self.set));
        let error = seen.standard_error().expect("there are replications");
        // Where it does not vary, it has to be right.
        let varies = error > 1e-9 * exact.abs();
        if varies {
            self.deviation(what, mean, exact, error);
        } else {
            let off = (mean - exact).abs();
            assert!(
                off <= 1e-6 * exact.abs(),
                "{}: {what} is {mean}, exact {exact}",
                self.set
            );
        }
    }

    fn deviation(&mut self, what: &str, seen: f64, exact: f64, error: f64) {
        let z = (seen - exact) / error;
        println!("    {what:24} {seen:14.6}  exact {exact:14.6}  z {z:+6.2}");
        self.deviations
            .compare(format!("{what}: {}", self.set), seen, exact, error);
    }

    /// Figures of a queue that is offered `calls` on average and whose callers
    /// talk for `talk_s`.
    fn figures(&mut self, row: &Row, exact: &Exact, calls: f64, talk_s: f64, which: &[Figure]) {
        for figure in which {
            let exact = match figure {
                Figure::Offered => calls,
                Figure::Answered => (1.0 - exact.abandons - exact.missed) * calls,
                Figure::Missed => exact.missed * calls,
                Figure::ServiceLevel => exact.within,
                Figure::ProbabilityOfWait => exact.waits,
                Figure::Abandonment => exact.abandons,
                Figure::MeanWait => exact.mean_wait_s,
                Figure::MeanWaitAnswered => exact.mean_wait_answered_s,
                Figure::MeanTalk => talk_s,
                Figure::Occupancy => exact.occupancy,
                Figure::Abandoned | Figure::MaxWait | Figure::Agents => {
                    unreachable!("theory is not asked for {}", figure.title())
                }
            };
            let is_share = matches!(
                figure,
                Figure::ServiceLevel | Figure::ProbabilityOfWait | Figure::Abandonment
            );
            let all = calls * f64::from(REPLICATIONS);
            let rare = all * exact.min(1.0 - exact);
            if is_share && rare > 0.0 && rare < RARE_CALLS {
                self.rare(figure.title(), row.get(*figure), exact, all);
            } else {
                self.estimate(figure.title(), row.get(*figure), exact);
            }
        }
    }

    /// A share of `all` calls which so few are expected to differ in that their
    /// spread tells nothing: not many more may do so.
    fn rare(&mut self, what: &str, seen: Estimate, exact: f64, all: f64) {
        let mean = seen.mean.expect("there were calls");
        let off = (mean - exact).abs() * all;
        println!("    {what:24} {mean:14.6}  exact {exact:14.6}  off by {off:.1} calls");
        assert!(
            off < RARE_CALLS,
            "{}: {what} is {mean}, exact {exact}",
            self.set
        );
    }

    /// The spread of replications against what it must be: with a wrong one,
    /// every confidence interval would be wrong.
    fn spread(&mut self, what: &str, seen: Estimate, variance: f64) {
        let error = seen.standard_error().expect("there are replications");
        let (replications, freedom) = (count_of(seen), count_of(seen) - 1.0);
        let statistic = freedom * error * error * replications / variance;
        let expected = (variance / replications).sqrt();
        println!("    {what:24} {error:14.6}  exact {expected:14.6}");
        self.deviations
            .chi_square(format!("{what}: {}", self.set), statistic, freedom);
    }

    /// The spreads that theory knows: those of the number of callers, who come
    /// at random, and of the busy time of agents, from the centre's chain.
    fn spreads(&mut self, row: &Row, centre: &Centre, chain: &BirthDeath, plan: Plan) {
        let calls = centre.calls(plan);
        self.spread("spread of Offered calls", row.get(Figure::Offered), calls);
        let agents = centre.agents as usize;
        let free = chain.mean(|callers| f64::from(u8::from(callers < agents)));
        if free * calls * f64::from(REPLICATIONS) < RARE_CALLS {
            // All agents are busy nearly all of the time, so that the spread is
            // that of a few free moments.
            return;
        }
        let busy = |callers: usize| count(callers.min(agents)) / count(agents);
        let variance = chain.variance_of_average_s(busy) / seconds(plan.counted_s);
        let occupancy = row.get(Figure::Occupancy);
        self.spread("spread of Occupancy", occupancy, variance);
    }

    fn verdict(self) {
        println!("{}", self.deviations.summary());
        self.deviations.assert_plausible();
    }
}

fn count_of(estimate: Estimate) -> f64 {
    seconds(estimate.count)
}

/// A whole number as it is reckoned with.
#[expect(clippy::cast_precision_loss, reason = "far below 2⁵³")]
const fn seconds(whole: u64) -> f64 {
    whole as f64
}
