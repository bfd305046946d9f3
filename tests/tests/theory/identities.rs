//! What holds in every single run, whatever the routing: Little's law, and that
//! every call ends in one way. Reckoned from the events of waiting and talking on
//! one side, and from the records of ended calls on the other.

use std::sync::Arc;

use tandem_engine::records::LeaveReason;
use tandem_engine::{Event, Timestamp};
use tandem_reports::{Figure, Tally};
use tandem_sim::world::{Watch, replicate};
use tandem_tests::fingerprint;

use crate::{scenario, seconds};

/// Fixed before the first run.
const SEED: u64 = 1_961_000;
const REPLICATIONS: u32 = 20;
const HORIZON_S: u64 = 12 * 3_600;

/// Three hours of callers and nine hours in which the last of them leave. Some
/// are refused, some overflow, some are let ring, some give up.
fn text() -> String {
    format!(
        r#"[scenario]
name = "identities"
seed = {SEED}
replications = {REPLICATIONS}
horizon = "{HORIZON_S}s"
interval = "{HORIZON_S}s"

[[queue]]
number = "6400"
name = "First"
strategy = "rrmemory"
agent_timeout_s = 12
retry_interval_s = 3
wrap_up_s = 0
max_waiting_s = 90
max_callers = 9
failover = "queue 6401"
sla_time_s = 20

[[queue]]
number = "6401"
name = "Second"
strategy = "ring_all"
agent_timeout_s = 15
retry_interval_s = 2
wrap_up_s = 0
max_waiting_s = 240

[[callers]]
dials = "6400"
arrivals = {{ interval = "1h", counts = [110, 190, 140], daily = false }}
handle_time = {{ distribution = "log_normal", mean_s = 170, sd_s = 140 }}
patience = {{ distribution = "weibull", shape = 1.3, mean_s = 150 }}

[[callers]]
dials = "6401"
arrivals = {{ interval = "1h", counts = [10, 20, 30], daily = false }}
handle_time = {{ distribution = "gamma", mean_s = 200, sd_s = 150 }}

[[agents]]
name = "First"
count = 5
queues = ["6400"]
answer_delay = 3
missed_rings = 0.1

[[agents]]
name = "Both"
count = 3
queues = ["6400", "6401"]
answer_delay = {{ distribution = "uniform", low_s = 1, high_s = 20 }}
"#
    )
}

/// Adds up how many wait and talk, in caller microseconds.
#[derive(Default)]
struct Lines {
    since_us: u64,
    /// By queue: waiting now, talking now.
    now: [[u64; 2]; 2],
    /// The same, over time.
    sums: [[u64; 2]; 2],
}

impl Watch for Lines {
    fn event(&mut self, at: Timestamp, event: &Event) {
        let passed = at.micros() - self.since_us;
        self.since_us = at.micros();
        for (sums, now) in self.sums.iter_mut().zip(&self.now) {
            sums[0] += passed * now[0];
            sums[1] += passed * now[1];
        }
        match event {
            Event::CallJoined { queue, .. } => self.now[queue.slot()][0] += 1,
            Event::CallAnswered { queue, .. } => {
                self.now[queue.slot()][0] -= 1;
                self.now[queue.slot()][1] += 1;
            }
            Event::QueueCallEnded(record) => {
                let refused = [LeaveReason::QueueFull, LeaveReason::QueueEmpty];
                if record.agent.is_some() {
                    self.now[record.queue.slot()][1] -= 1;
                } else if !refused.contains(&record.reason) {
                    self.now[record.queue.slot()][0] -= 1;
                }
            }
            _ => {}
        }
    }
}

/// Equal up to the rounding of a mean.
fn assert_equal(what: &str, run: u32, a: f64, b: f64) {
    let off = (a - b).abs();
    assert!(
        off <= 1e-9 * b.abs() + 1e-6,
        "run {run}: {what}: {a}, not {b}"
    );
}

/// Little's law: the number of those waiting over time is the sum of their
/// waits, that of those talking is the sum of their talks, and that is the
/// agents' busy time.
#[test]
fn littles_law_holds_in_every_run() {
    let scenario = scenario(&text());
    let mut prints = Vec::new();
    for run in 0..REPLICATIONS {
        let watch = (Tally::new(Arc::clone(&scenario.layout)), Lines::default());
        let ((mut tally, lines), end) = replicate(&scenario, run, watch);
        tally.close(end);
        assert_eq!(lines.now, [[0, 0]; 2], "everybody has left");
        assert_eq!(end, scenario.layout.end(), "nobody stayed beyond the end");
        for (queue, sums) in lines.sums.iter().enumerate() {
            let figures = tally.figures(Some(queue));
            let of = |figure| figures.get(figure).expect("there were calls");
            let waits_s = of(Figure::Offered) * of(Figure::MeanWait);
            assert_equal("waiting", run, seconds(sums[0]) / 1e6, waits_s);
            let talks_s = of(Figure::Answered) * of(Figure::MeanTalk);
            assert_equal("talking", run, seconds(sums[1]) / 1e6, talks_s);
            let ends = of(Figure::Answered) + of(Figure::Abandoned) + of(Figure::Missed);
            assert_equal("ends", run, ends, of(Figure::Offered));
            assert!(of(Figure::Abandoned) > 0.0 && of(Figure::Missed) > 0.0);
        }
        let all = tally.figures(None);
        let of = |figure| all.get(figure).expect("there were calls");
        let busy_s = of(Figure::Occupancy) * of(Figure::Agents) * seconds(HORIZON_S);
        let talked_us: u64 = lines.sums.iter().map(|sums| sums[1]).sum();
        assert_equal("busy", run, seconds(talked_us) / 1e6, busy_s);
        prints.push(format!("{}/{:?}", of(Figure::Offered), lines.sums));
    }
    fingerprint::record("theory/identities", prints.join(" "));
}
