//! All replications of a scenario, on as many threads as wanted.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use tandem_engine::records::{Outcome, QueueCall};
use tandem_engine::{Event, SECOND_US, Timestamp};
use tandem_reports::{Expectation, Row, Summary, SummaryBuilder, Tally};

use crate::scenario::Scenario;
use crate::world::{Watch, replicate};

/// How a scenario is run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Threads that simulate. The results do not depend on it.
    pub threads: NonZeroUsize,
    /// Whether a line is written for every call.
    pub trace: bool,
}

/// What a run tells while it goes on, in the order of the replications.
pub trait Progress {
    /// `done` of `all` replications are finished.
    fn replications(&mut self, done: u32, all: u32);

    /// Lines of the trace, for the next replication. Called if a trace is
    /// wanted.
    fn trace(&mut self, lines: &[u8]);
}

/// The header of a trace.
pub const TRACE_HEADER: &str = "arrival_s,queue,wait_s,outcome,agent,talk_s,replication\n";

/// A finished replication.
struct Finished {
    index: u32,
    tally: Tally,
    trace: Vec<u8>,
}

/// Runs every replication of a scenario and merges them in the order of their
/// numbers, so that the figures are the same to the last bit however many
/// threads there are.
///
/// # Panics
/// If a replication does: the engine's or the simulator's laws were broken.
pub fn run(scenario: &Scenario, options: Options, progress: &mut impl Progress) -> Summary {
    let all = scenario.replications;
    let next = AtomicU32::new(0);
    let mut builder = SummaryBuilder::new(Arc::clone(&scenario.layout));
    thread::scope(|scope| {
        // As many results as threads may wait to be merged, so that memory
        // does not grow with the number of replications.
        let (sender, receiver) = mpsc::sync_channel(options.threads.get());
        for _ in 0..options.threads.get() {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= all || sender.send(one(scenario, index, options)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        merge(&receiver, &mut builder, all, options, progress);
    });
    builder.summary()
}

fn one(scenario: &Scenario, index: u32, options: Options) -> Finished {
    let trace = options.trace.then(|| Trace::new(scenario, index));
    let watch = (Tally::new(Arc::clone(&scenario.layout)), trace);
    let ((mut tally, trace), end) = replicate(scenario, index, watch);
    tally.close(end);
    let trace = trace.map(Trace::finish).unwrap_or_default();
    Finished {
        index,
        tally,
        trace,
    }
}

fn merge(
    receiver: &mpsc::Receiver<Finished>,
    builder: &mut SummaryBuilder,
    all: u32,
    options: Options,
    progress: &mut impl Progress,
) {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for finished in receiver {
        early.insert(finished.index, finished);
        while let Some(finished) = early.remove(&next) {
            builder.add(&finished.tally);
            if options.trace {
                progress.trace(&finished.trace);
            }
            next += 1;
            progress.replications(next, all);
        }
    }
    assert!(next == all, "a replication did not finish");
}

/// Writes a line for every call that ends.
struct Trace<'s> {
    scenario: &'s Scenario,
    index: u32,
    lines: csv::Writer<Vec<u8>>,
}

impl Watch for Trace<'_> {
    fn event(&mut self, _: Timestamp, event: &Event) {
        if let Some(call) = QueueCall::from_event(event) {
            self.line(&call);
        }
    }
}

impl<'s> Trace<'s> {
    fn new(scenario: &'s Scenario, index: u32) -> Self {
        let lines = csv::WriterBuilder::new()
            .has_headers(false)
            .from_writer(Vec::new());
        Self {
            scenario,
            index,
            lines,
        }
    }

    fn line(&mut self, call: &QueueCall) {
        let outcome = match call.outcome {
            Outcome::Abandoned => "abandoned",
            Outcome::Answered => "answered",
            Outcome::Missed => "missed",
        };
        let config = &self.scenario.config;
        let queue = config
            .queues
            .get(call.queue.slot())
            .map_or("", |queue| &queue.name);
        let agent = call
            .agent
            .and_then(|agent| config.extensions.get(agent.slot()));
        let agent = agent
            .map(|agent| agent.number.to_string())
            .unwrap_or_default();
        let seconds = |us: u64| format!("{}.{:06}", us / SECOND_US, us % SECOND_US);
        self.lines
            .write_record([
                seconds(call.joined_at.micros()).as_str(),
                queue,
                &seconds(call.waited.micros()),
                outcome,
                &agent,
                &seconds(call.talked.micros()),
                &self.index.to_string(),
            ])
            .expect("a record of seven fields is written to memory");
    }

    fn finish(self) -> Vec<u8> {
        self.lines.into_inner().expect("memory can be flushed")
    }
}

/// Holds the figures against what the scenario says that they must show.
#[must_use]
pub fn check(scenario: &Scenario, summary: &Summary) -> Vec<Expectation> {
    let row = |queue: Option<usize>| -> &Row {
        queue
            .and_then(|queue| summary.queues.get(queue))
            .map_or(&summary.all.total, |q| &q.total)
    };
    (scenario.expectations.iter())
        .map(|expected| {
            let seen = row(expected.queue).get(expected.figure).mean;
            Expectation {
                text: expected.text.clone(),
                figure: expected.figure.key().to_owned(),
                wanted: expected.wanted,
                seen,
                met: seen.is_some_and(|seen| expected.relation.holds(seen, expected.wanted)),
            }
        })
        .collect()
}
