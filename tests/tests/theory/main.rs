//! The whole chain, from the text of a scenario to the figures of its report,
//! against what theory knows exactly.
//!
//! Every set of parameters is simulated with 40 replications. The standard
//! error of a figure comes from their spread; every value must lie within 4.5
//! of it, and at most 2 of 60 beyond 3. Figures of the same replications share
//! their chances, so what is counted for the latter is what each of them deviates
//! by beyond those before it ([`step_down`]). Seeds were fixed before the first
//! run. Each set has a seed of its own, for with the same draws all of them would
//! deviate alike. How long is simulated follows from [`plan`]; `TANDEM_FULL=1`
//! makes it longer. The theory is in `tandem_tests::theory`, with its sources.

mod centre;
mod delay;
mod formulas;
mod identities;
mod impatience;
mod judging;
mod loss;
mod one_agent;
mod paired;
mod varying;

use std::path::Path;
use std::sync::Arc;
use std::thread;

use tandem_engine::config::reader::Source;
use tandem_reports::{Estimate, Figure, Figures, Row, Summary, Tally};
use tandem_sim::scenario::Scenario;
use tandem_sim::text::{Disk, read};
use tandem_sim::world::replicate;
use tandem_tests::statistics::{Deviations, Sample, count, step_down};
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

fn scenario(text: &str) -> Scenario {
    // Scenarios here name no files.
    let files = Disk::new(Path::new("."));
    read(Source::new("theory.toml", text), &files).unwrap_or_else(|why| panic!("{why}\n{text}"))
}

/// What the replications of a scenario gave.
struct Runs {
    /// The figures of all queues together, of each replication.
    totals: Vec<Figures>,
    summary: Summary,
}

impl Runs {
    /// The figures of all queues and replications together.
    const fn row(&self) -> &Row {
        &self.summary.all.total
    }
}

fn simulate(scenario: &Scenario) -> Runs {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let one = |index| {
        let tally = Tally::new(Arc::clone(&scenario.layout));
        let (mut tally, end) = replicate(scenario, index, tally);
        tally.close(end);
        tally
    };
    let every = |first: usize| (0..scenario.replications).skip(first).step_by(threads);
    let mut tallies: Vec<(u32, Tally)> = thread::scope(|scope| {
        let share = |first| move || every(first).map(|index| (index, one(index))).collect();
        let begun: Vec<_> = (0..threads)
            .map(|first| scope.spawn(share(first)))
            .collect();
        let ended = begun.into_iter().map(thread::ScopedJoinHandle::join);
        ended
            .flat_map(|share: thread::Result<Vec<_>>| share.expect("no law is broken"))
            .collect()
    });
    tallies.sort_by_key(|(index, _)| *index);
    let tallies: Vec<Tally> = tallies.into_iter().map(|(_, tally)| tally).collect();
    Runs {
        totals: tallies.iter().map(|tally| tally.figures(None)).collect(),
        summary: Summary::of(Arc::clone(&scenario.layout), &tallies),
    }
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

    /// An estimate against its exact value, where it depends on no other one.
    fn estimate(&mut self, what: &str, seen: Estimate, exact: f64) {
        if let Some(z) = self.off(what, seen, exact) {
            self.deviations.note(self.named(what), z);
        }
    }

    /// A value against its exact one, where its standard error is known.
    fn value(&mut self, what: &str, seen: f64, exact: f64, error: f64) {
        let z = self.shown(what, seen, exact, error);
        self.deviations.note(self.named(what), z);
    }

    /// How many standard errors an estimate is off, where it varies. Where it
    /// does not, it has to be right.
    fn off(&self, what: &str, seen: Estimate, exact: f64) -> Option<f64> {
        let mean = seen
            .mean
            .unwrap_or_else(|| panic!("{}: no {what}", self.set));
        let error = seen.standard_error().expect("there are replications");
        if error > 1e-9 * exact.abs() {
            return Some(self.shown(what, mean, exact, error));
        }
        assert!(
            (mean - exact).abs() <= 1e-6 * exact.abs(),
            "{}: {what} is {mean}, exact {exact}",
            self.set
        );
        None
    }

    fn shown(&self, what: &str, seen: f64, exact: f64, error: f64) -> f64 {
        let z = (seen - exact) / error;
        println!("    {what:24} {seen:14.6}  exact {exact:14.6}  z {z:+6.2}");
        z
    }

    fn named(&self, what: &str) -> String {
        format!("{what}: {}", self.set)
    }

    /// Figures of a queue that is offered `calls` on average and whose callers
    /// talk for `talk_s`, the causes before what follows from them.
    fn figures(&mut self, runs: &Runs, exact: &Exact, calls: f64, talk_s: f64, which: &[Figure]) {
        let (mut judged, mut samples) = (Vec::new(), Vec::new());
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
                Figure::Abandoned
                | Figure::Agents
                | Figure::CalledBack
                | Figure::Callbacks
                | Figure::CallbacksFailed
                | Figure::MaxWait
                | Figure::MeanCallbackWait
                | Figure::MeanHold => {
                    unreachable!("theory is not asked for {}", figure.title())
                }
            };
            let is_share = matches!(
                figure,
                Figure::ServiceLevel | Figure::ProbabilityOfWait | Figure::Abandonment
            );
            let (title, seen) = (figure.title(), runs.row().get(*figure));
            let all = calls * f64::from(REPLICATIONS);
            let rare = all * exact.min(1.0 - exact);
            if is_share && rare > 0.0 && rare < RARE_CALLS {
                self.rare(title, seen, exact, all);
            } else if let Some(z) = self.off(title, seen, exact) {
                self.deviations.note_following(self.named(title), z);
                let values = runs.totals.iter().map(|run| run.get(*figure));
                samples.push(Sample {
                    values: values.map(|value| value.expect("it is known")).collect(),
                    expected: exact,
                });
                judged.push(title);
            }
        }
        for (title, z) in judged.into_iter().zip(step_down(&samples)) {
            match z {
                Some(z) => {
                    println!("    {title:24} by itself {z:+6.2}");
                    self.deviations
                        .note(self.named(&format!("{title} by itself")), z);
                }
                None => println!("    {title:24} follows from the others"),
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
