//! All replications of a scenario, on as many threads as wanted.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, mpsc};
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

    /// The next lines of the trace, perhaps only a part of one. Called if a
    /// trace is wanted.
    ///
    /// # Errors
    /// Whatever shall end the run.
    fn trace(&mut self, lines: &[u8]) -> io::Result<()>;
}

/// The header of a trace. With replication and call a line names its call for ever;
/// one that visits several queues has a line for each.
pub const TRACE_HEADER: &str = "arrival_s,queue,wait_s,outcome,agent,talk_s,replication,call\n";

/// Bytes of the trace that are handed over together.
const PART_BYTES: usize = 64 << 10;
/// Parts of one replication's trace that may wait for those of another one.
const PARTS_MAX: usize = 16;

/// What a replication hands over: its trace, and in the end its figures.
enum Part {
    Figures(Box<Tally>),
    Lines(Vec<u8>),
}

/// Replications that nobody has begun yet.
struct Ahead {
    next: u32,
    all: u32,
    /// Gets, in the order of the replications, what each one will hand over.
    begun: mpsc::SyncSender<mpsc::Receiver<Part>>,
}

/// Runs every replication of a scenario and merges them in the order of their
/// numbers, so that the figures are the same to the last bit however many
/// threads there are. Memory does not grow with replications or calls: whoever
/// is far ahead waits for the others.
///
/// # Errors
/// What `progress` said to the trace.
///
/// # Panics
/// If a replication does: the engine's or the simulator's laws were broken.
pub fn run(
    scenario: &Scenario,
    options: Options,
    progress: &mut impl Progress,
) -> io::Result<Summary> {
    let (next, all) = (0, scenario.replications);
    let (begun, replications) = mpsc::sync_channel(options.threads.get());
    let ahead = Mutex::new(Ahead { next, all, begun });
    let mut builder = SummaryBuilder::new(Arc::clone(&scenario.layout));
    thread::scope(|scope| {
        for _ in 0..options.threads.get() {
            scope.spawn(|| {
                while let Some((index, parts)) = begin(&ahead) {
                    one(scenario, index, options, &parts);
                }
            });
        }
        // Taken along, so that the others stop if merging does.
        merge(replications, &mut builder, all, progress)
    })?;
    Ok(builder.summary())
}

/// Takes the next replication; none if there is no other, or nobody who wants
/// its figures any more.
fn begin(ahead: &Mutex<Ahead>) -> Option<(u32, mpsc::SyncSender<Part>)> {
    let mut ahead = ahead.lock().expect("nobody panics with the lock");
    let index = ahead.next;
    if index == ahead.all {
        return None;
    }
    let (parts, receiver) = mpsc::sync_channel(PARTS_MAX);
    ahead.begun.send(receiver).ok()?;
    ahead.next += 1;
    Some((index, parts))
}

fn one(scenario: &Scenario, index: u32, options: Options, parts: &mpsc::SyncSender<Part>) {
    let trace = options.trace.then(|| Trace::new(scenario, index, parts));
    let watch = (Tally::new(Arc::clone(&scenario.layout)), trace);
    let ((mut tally, trace), end) = replicate(scenario, index, watch);
    tally.close(end);
    drop(trace);
    // Nobody listens if the run was ended.
    parts
        .send(Part::Figures(Box::new(tally)))
        .unwrap_or_default();
}

fn merge(
    replications: mpsc::Receiver<mpsc::Receiver<Part>>,
    builder: &mut SummaryBuilder,
    all: u32,
    progress: &mut impl Progress,
) -> io::Result<()> {
    for done in 1..=all {
        let parts = replications.recv();
        let mut finished = false;
        for part in parts.into_iter().flatten() {
            match part {
                Part::Figures(tally) => {
                    builder.add(&tally);
                    finished = true;
                }
                Part::Lines(lines) => progress.trace(&lines)?,
            }
        }
        assert!(finished, "replication {} did not finish", done - 1);
        progress.replications(done, all);
    }
    Ok(())
}

/// Writes a line for every call that ends.
struct Trace<'s> {
    scenario: &'s Scenario,
    index: u32,
    /// Nothing once nobody listens any more.
    lines: Option<csv::Writer<Lines<'s>>>,
}

/// Hands over what is written to it.
struct Lines<'s>(&'s mpsc::SyncSender<Part>);

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.send(Part::Lines(bytes.to_vec()));
        sent.map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Watch for Trace<'_> {
    fn event(&mut self, _: Timestamp, event: &Event) {
        if let Some(call) = QueueCall::from_event(event)
            && let Err(_) = self.line(&call)
        {
            self.lines = None;
        }
    }
}

impl<'s> Trace<'s> {
    fn new(scenario: &'s Scenario, index: u32, parts: &'s mpsc::SyncSender<Part>) -> Self {
        let lines = csv::WriterBuilder::new()
            .has_headers(false)
            .buffer_capacity(PART_BYTES)
            .from_writer(Lines(parts));
        Self {
            scenario,
            index,
            lines: Some(lines),
        }
    }

    fn line(&mut self, call: &QueueCall) -> csv::Result<()> {
        let Some(lines) = &mut self.lines else {
            return Ok(());
        };
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
        lines.write_record([
            seconds(call.joined_at.micros()).as_str(),
            queue,
            &seconds(call.waited.micros()),
            outcome,
            &agent,
            &seconds(call.talked.micros()),
            &self.index.to_string(),
            &call.call.to_string(),
        ])
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
