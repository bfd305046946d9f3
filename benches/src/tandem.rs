//! Tandem as a party of its own: from a scenario file to the summary, through
//! nothing but what everybody can call.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tandem_engine::Span;
use tandem_engine::config::reader::Source;
use tandem_reports::{Figure, Summary};
use tandem_sim::run::{Options, Progress, run};
use tandem_sim::scenario::Scenario;
use tandem_sim::text::{Disk, read};

use crate::bare::Case;

/// The scenario file of a case, so long that about `calls` calls come in each
/// of its replications, all of which count.
///
/// # Panics
/// If there is no such file or something is wrong with it.
pub fn scenario(case: Case, calls: u64, replications: u32) -> Scenario {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let path = folder.join(format!("erlang-a-{}.toml", case.agents));
    let name = path.display().to_string();
    let text = std::fs::read_to_string(&path).expect("the scenario file can be read");
    let mut scenario = match read(Source::new(&name, &text), &Disk::new(&folder)) {
        Ok(scenario) => scenario,
        Err(problems) => panic!("{problems}"),
    };
    let layout = Arc::make_mut(&mut scenario.layout);
    let horizon = Duration::from_secs_f64(case.gap_s() * calls as f64).as_micros();
    layout.horizon = Span::from_micros(u64::try_from(horizon).expect("some years at most"));
    (layout.warm_up, layout.interval) = (Span::ZERO, Span::ZERO);
    scenario.replications = replications;
    scenario
}

/// Runs a scenario on so many threads.
pub fn simulate(scenario: &Scenario, threads: usize) -> Summary {
    let options = Options {
        threads: NonZeroUsize::new(threads).expect("at least one thread"),
        trace: false,
    };
    run(scenario, options, &mut Nobody).expect("nobody refuses a trace")
}

/// How many calls came, in all replications.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count, of which the summary gives the mean"
)]
pub fn offered(summary: &Summary) -> u64 {
    let mean = summary.all.total.get(Figure::Offered).mean;
    (mean.unwrap_or_default() * summary.replications as f64).round() as u64
}

/// Nobody is told how the run goes on.
struct Nobody;

impl Progress for Nobody {
    fn replications(&mut self, _: u32, _: u32) {}
    fn trace(&mut self, _: &[u8]) -> std::io::Result<()> {
        Ok(())
    }
}
