//! What is to be expected of a day, by simulation.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

use tandem_reports::{Figures, Tally};
use tandem_sim::scenario::Scenario;
use tandem_sim::world::replicate;

/// The figures of every queue on so many days: those of replications 1, 2, 3, …
/// of the scenario. A demo has the callers and agents of replication 0, who have
/// nothing to do with those of any other: the days are independent of it.
#[must_use]
pub fn forecast(scenario: &Scenario, days: u32, threads: NonZeroUsize) -> Vec<Vec<Figures>> {
    let next = AtomicU32::new(1);
    let simulate = || {
        let mut simulated = Vec::new();
        loop {
            let index = next.fetch_add(1, Relaxed);
            if index > days {
                return simulated;
            }
            simulated.push((index, day(scenario, index)));
        }
    };
    let mut all: Vec<(u32, Vec<Figures>)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.get()).map(|_| scope.spawn(simulate)).collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined
            .flat_map(|simulated| simulated.expect("a simulation broke a law"))
            .collect()
    });
    all.sort_unstable_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, figures)| figures).collect()
}

/// The figures of every queue on the day of the very callers and agents whom a
/// demo has, simulated.
#[must_use]
pub fn twin(scenario: &Scenario) -> Vec<Figures> {
    day(scenario, 0)
}

fn day(scenario: &Scenario, index: u32) -> Vec<Figures> {
    let tally = Tally::new(Arc::clone(&scenario.layout));
    let (mut tally, end) = replicate(scenario, index, tally);
    tally.close(end);
    let queues = 0..scenario.layout.queues.len();
    queues.map(|queue| tally.figures(Some(queue))).collect()
}
