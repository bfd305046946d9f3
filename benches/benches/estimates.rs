//! How good the estimates of waits are: in simulations of several centres, each caller
//! who has to wait is told an estimate when he joins, and it is held against his wait.
//!
//! `cargo bench -p tandem-benches --bench estimates`. Beside the engine's estimate stands
//! "position × average handle time / agents", with the handle time as it is set, and all
//! agents of the queue.
//!
//! Where callers give up, those who hear the estimate and never do are judged, one in
//! twenty: of the others only those are answered whose wait was short.

use std::collections::BTreeMap;
use std::path::Path;

use tandem_engine::acd::estimate::Estimate;
use tandem_engine::config::reader::Source;
use tandem_engine::{CallId, Engine, Entry, Event, Input, Number, Outbox, QueueId, Timestamp};
use tandem_sim::text::{Disk, read};
use tandem_sim::world::{Watch, replicate};

/// What a centre is like: name, agents, calls in the time of one, what else stands in
/// its file.
struct Case {
    name: &'static str,
    /// Seconds of an agent's time that a call takes.
    work_s: f64,
    /// Whether only patient callers are judged, who show another number.
    patient_only: bool,
    file: String,
}

/// What callers were told and what came.
#[derive(Default)]
struct Score {
    work_s: f64,
    patient_only: bool,
    told: BTreeMap<CallId, (Estimate, f64)>,
    waits: u32,
    below: u32,
    above: u32,
    told_s: f64,
    waited_s: f64,
    missed_by_s: f64,
    simple_missed_by_s: f64,
    newest: Vec<(CallId, QueueId)>,
}

impl Watch for Score {
    fn event(&mut self, _: Timestamp, event: &Event) {
        match event {
            Event::CallAnswered { call, waited, .. } => {
                if let Some((told, simple_s)) = self.told.remove(call) {
                    self.compare(told, simple_s, waited.micros() as f64 / 1e6);
                }
            }
            Event::CallEnded { call, .. } => drop(self.told.remove(call)),
            _ => {}
        }
    }

    fn apply(&mut self, engine: &mut Engine, entry: &Entry, out: &mut Outbox) {
        engine.apply(entry, out);
        let judged = match &entry.input {
            Input::CallArrived { dialled, .. } => {
                !self.patient_only || *dialled == Number::from_u64(PATIENT)
            }
            _ => true,
        };
        let joined = out.events.iter().filter_map(|event| match event {
            Event::CallJoined { call, queue } => Some((*call, *queue)),
            _ => None,
        });
        self.newest.extend(joined.filter(|_| judged));
        while let Some((call, queue)) = self.newest.pop() {
            let waits = engine
                .waiting(call)
                .is_some_and(|waiting| waiting.ringing == 0);
            let view = engine.queue(queue).filter(|_| waits);
            if let (Some(view), Some(told)) = (view, engine.estimate(call)) {
                let simple_s = f64::from(view.callers) * self.work_s / view.members.len() as f64;
                self.told.insert(call, (told, simple_s));
            }
        }
    }
}

impl Score {
    fn compare(&mut self, told: Estimate, simple_s: f64, waited_s: f64) {
        let [expected, low, high] =
            [told.expected, told.low, told.high].map(|span| span.micros() as f64 / 1e6);
        self.waits += 1;
        self.below += u32::from(waited_s < low);
        self.above += u32::from(waited_s > high);
        self.told_s += expected;
        self.waited_s += waited_s;
        self.missed_by_s += (expected - waited_s).abs();
        self.simple_missed_by_s += (simple_s - waited_s).abs();
    }

    fn line(&self, name: &str) -> String {
        let waits = f64::from(self.waits.max(1));
        let percent = |count: u32| 100.0 * f64::from(count) / waits;
        let inside = 100.0 - percent(self.below) - percent(self.above);
        format!(
            "{name:<42} {:>7} {:>7.1} {inside:>6.1} {:>6.1} {:>6.1} {:>6.1} {:>7.1} {:>7.1}",
            self.waits,
            self.waited_s / waits,
            percent(self.below),
            percent(self.above),
            100.0 * (self.told_s / self.waited_s.max(1e-9) - 1.0),
            self.missed_by_s / waits,
            self.simple_missed_by_s / waits,
        )
    }
}

/// Where patient callers call: a queue that lets nobody in, and sends them on to the first.
const PATIENT: u64 = 6490;
/// One caller in so many is patient.
const PATIENT_EVERY: f64 = 20.0;

/// A queue and who calls it: calls an hour by how much work there is for its agents.
fn queue(number: u32, settings: &str, per_hour: f64, talk: &str, patience: &str) -> String {
    format!(
        "[[queue]]\nnumber = \"{number}\"\nname = \"Q{number}\"\nstrategy = \"least_recent\"\n\
         agent_timeout_s = 60\nretry_interval_s = 0\nwrap_up_s = 20\nmax_waiting_s = 0\n\
         {settings}\n\
         [[callers]]\ndials = \"{number}\"\narrivals = {{ per_hour = {per_hour} }}\n\
         handle_time = {talk}\n{patience}\n"
    )
}

fn agents(name: &str, count: u32, queues: &str) -> String {
    format!(
        "[[agents]]\nname = \"{name}\"\ncount = {count}\nqueues = [{queues}]\n\
         answer_delay = {{ distribution = \"exponential\", mean_s = 4 }}\n"
    )
}

const EXPONENTIAL: &str = "{ distribution = \"exponential\", mean_s = 180 }";
const LOG_NORMAL: &str = "{ distribution = \"log_normal\", mean_s = 180, sd_s = 150 }";
/// Talk, wrap-up, and until the answer.
const WORK_S: f64 = 204.0;

/// One queue: its name, agents, load, talks.
fn one(name: &'static str, count: u32, load: f64, talk: &str) -> Case {
    let per_hour = load * f64::from(count) * 3_600.0 / WORK_S;
    Case {
        name,
        work_s: WORK_S,
        patient_only: false,
        file: queue(6400, "", per_hour, talk, "") + &agents("A", count, "\"6400\""),
    }
}

/// One queue whose callers give up, but for a few.
fn given_up(name: &'static str, count: u32, load: f64) -> Case {
    let gives_up = "patience = { distribution = \"exponential\", mean_s = 180 }";
    let per_hour = load * f64::from(count) * 3_600.0 / WORK_S;
    let patient = per_hour / PATIENT_EVERY;
    let sent_on = "disallow_join_when_empty = true\nfailover = \"queue 6400\"";
    let file = queue(6400, "", per_hour - patient, LOG_NORMAL, gives_up)
        + &queue(6490, sent_on, patient, LOG_NORMAL, "")
        + &agents("A", count, "\"6400\"");
    Case {
        name,
        work_s: WORK_S,
        patient_only: true,
        file,
    }
}

/// One queue, with as many agents more who are not there half of the time.
fn half_away(name: &'static str, count: u32, load: f64) -> Case {
    let mut case = one(name, count, load, LOG_NORMAL);
    let shifts: Vec<_> = (0..24)
        .step_by(2)
        .map(|hour| format!("\"{hour:02}:00-{:02}:00\"", hour + 1))
        .collect();
    case.file += &agents("B", count, "\"6400\"");
    case.file += &format!("shifts = [{}]\n", shifts.join(", "));
    case
}

/// Two queues: whether they share their agents' wrap-up, agents of each alone and of both,
/// and what sets the second apart.
fn two(name: &'static str, shared: bool, second: &str, alone: u32, both: u32) -> Case {
    let per_hour = 0.9 * f64::from(2 * alone + both) * 1_800.0 / WORK_S;
    let mut file = format!("[options]\nshared_wrap_up = {shared}\n")
        + &queue(6400, "", per_hour, LOG_NORMAL, "")
        + &queue(6401, second, per_hour, LOG_NORMAL, "")
        + &agents("Both", both, "\"6400\", \"6401\"");
    if alone > 0 {
        file += &agents("A", alone, "\"6400\"");
        file += &agents("B", alone, "\"6401\"");
    }
    Case {
        name,
        work_s: WORK_S,
        patient_only: false,
        file,
    }
}

fn cases() -> Vec<Case> {
    let talk = LOG_NORMAL;
    vec![
        one("1 agent, load 0.7, exponential", 1, 0.7, EXPONENTIAL),
        one("5 agents, load 0.85, exponential", 5, 0.85, EXPONENTIAL),
        one("5 agents, load 0.85", 5, 0.85, talk),
        one("20 agents, load 0.8", 20, 0.8, talk),
        one("20 agents, load 0.95", 20, 0.95, talk),
        one("100 agents, load 0.98", 100, 0.98, talk),
        half_away("10 agents, 10 more every other hour", 10, 1.2),
        given_up("10 agents, load 1, give up", 10, 1.0),
        given_up("50 agents, load 1.3, give up", 50, 1.3),
        two("two queues, 4 + 4 agents, 4 for both", true, "", 4, 4),
        two("two queues, 10 agents for both", true, "", 0, 10),
        two("the same, one goes before", true, "priority = 2", 0, 10),
        two(
            "the same, and each has its own wrap-up",
            false,
            "priority = 2",
            0,
            10,
        ),
    ]
}

fn main() {
    println!(
        "{:<42} {:>7} {:>7} {:>6} {:>6} {:>6} {:>6} {:>7} {:>7}",
        "", "waits", "mean s", "in %", "below", "above", "bias %", "off s", "simple"
    );
    let cases = cases();
    let mut logarithms = 0.0;
    for case in &cases {
        let head = "[scenario]\nname = \"estimates\"\nseed = 7\nreplications = 1\n\
                    horizon = \"200h\"\ninterval = \"200h\"\n";
        let text = head.to_owned() + &case.file;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let scenario = match read(Source::new(case.name, &text), &Disk::new(folder)) {
            Ok(scenario) => scenario,
            Err(problems) => panic!("{problems}"),
        };
        let score = Score {
            work_s: case.work_s,
            patient_only: case.patient_only,
            ..Score::default()
        };
        let (score, _) = replicate(&scenario, 0, score);
        println!("{}", score.line(case.name));
        logarithms += (score.missed_by_s / score.simple_missed_by_s).ln();
    }
    let ratio = (logarithms / cases.len() as f64).exp();
    println!(
        "What was told missed by {ratio:.2} times as much as the simple rule (geometric mean)."
    );
    println!(
        "Of each: callers who had to wait and were answered; their mean wait; how many of a \
         hundred\nwaits lay in the band (80 are meant to), below and above it; how much more \
         was told than\ncame, on the average; and by how much what was told missed what came, \
         beside the simple rule."
    );
}
