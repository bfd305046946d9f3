//! A centre at the engine's named limits: 1,000 queues, 10,000 agents, agents in 1,000
//! queues and queues of more than 1,000 agents, 100,000 callers who wait.
//!
//! Prints how long its configuration takes to load, and what a decision takes: an
//! agent hangs up and gets the caller who comes first in all of his queues. At a
//! smaller size (`--quick`, `--test`) everything is smaller in proportion.

use std::time::{Duration, Instant};

use tandem_benches::centre::{Centre, agent_number, call_from, call_to, config};
use tandem_benches::paired::{Size, Spread};
use tandem_engine::config::model::{Config, ContactConfig, Strategy};
use tandem_engine::config::reader::Source;
use tandem_engine::config::text;
use tandem_engine::config::text::write;
use tandem_engine::draw::{below, draw};
use tandem_engine::limits::{EXTENSIONS_MAX, PREFERRED_WAIT_S_MAX, QUEUE_CALLERS_MAX, QUEUES_MAX};
use tandem_engine::{CallId, Input, Number, Span};

/// Queues of an ordinary agent.
const USUAL_QUEUES: u64 = 10;
/// Agents of whom each is in every queue.
const WIDE_AGENTS: u64 = 10;
/// Members of the first queue.
const LARGE_QUEUE: u64 = 1_000;
/// Callers who are reserved for one agent.
const RESERVED: u64 = 10_000;
/// Decisions of each kind in a round.
const DECISIONS: usize = 2_000;

/// How large the centre is.
#[derive(Clone, Copy)]
struct Extent {
    queues: u64,
    agents: u64,
    waiting: u64,
}

fn main() {
    let size = Size::asked();
    let part = size.choose(1, 10, 100);
    let extent = Extent {
        queues: (QUEUES_MAX as u64 / part).max(USUAL_QUEUES),
        agents: EXTENSIONS_MAX as u64 / part,
        waiting: u64::from(QUEUE_CALLERS_MAX) / part,
    };
    let Extent {
        queues,
        agents,
        waiting,
    } = extent;
    println!("{queues} queues, {agents} agents, {waiting} callers who wait");
    let config = busiest(extent);
    let memberships: usize = config.queues.iter().map(|queue| queue.members.len()).sum();
    println!("{memberships} memberships; {WIDE_AGENTS} agents are in every queue");
    load(&config, size.choose(11, 3, 1));
    let mut crowd = Crowd::new(extent, &config);
    crowd.decide(size.choose(11, 3, 1), size.choose(DECISIONS, DECISIONS, 20));
    past_reserved_callers(size);
}

/// What a decision takes in a queue at whose head callers are reserved for an agent who talks,
/// and without them.
fn past_reserved_callers(size: Size) {
    let reserved = size.choose(RESERVED, RESERVED, RESERVED / 10);
    let (rounds, decisions) = (size.choose(11, 3, 1), size.choose(DECISIONS, DECISIONS, 20));
    let mut centres = [0, reserved].map(|reserved| Known::new(reserved, decisions));
    let mut seen = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (known, seen) in centres.iter_mut().zip(&mut seen) {
            seen.push(median_us(known.decide(decisions)));
        }
    }
    let [without, past] = seen.map(Spread::of);
    println!(
        "an agent is freed past {reserved} callers who are reserved for another: {past:.2} µs"
    );
    println!(
        "without them: {without:.2} µs (ratio {:.2})",
        past.median / without.median
    );
}

/// A queue with callers who are reserved for its first agent, and behind them others.
struct Known {
    centre: Centre,
    talks: Vec<CallId>,
    turn: usize,
}

impl Known {
    fn new(reserved: u64, decisions: usize) -> Self {
        let mut config = config(WIDE_AGENTS, [(0..WIDE_AGENTS).collect()], Strategy::Linear);
        config.queues[0].preferred_wait = Span::from_secs(PREFERRED_WAIT_S_MAX);
        let number = Number::from_u64(49_301_234_567);
        config.options.contacts.push(ContactConfig {
            name: "Known".to_owned(),
            numbers: vec![number],
            owner: Some(agent_number(0)),
            alert_info: None,
        });
        let mut centre = Centre::of(&config);
        centre.all_up(WIDE_AGENTS);
        // The first agent talks to the end.
        centre.feed(call_to(0));
        centre.answer();
        (0..reserved).for_each(|_| centre.feed(call_from(number, 0)));
        let mut talks = Vec::new();
        for _ in 1..WIDE_AGENTS {
            centre.feed(call_to(0));
            talks.push(centre.answer());
        }
        (0..decisions).for_each(|_| centre.feed(call_to(0)));
        let turn = 0;
        Self {
            centre,
            talks,
            turn,
        }
    }

    /// One agent after the other hangs up and gets the next caller who is not reserved;
    /// one more comes each time.
    fn decide(&mut self, decisions: usize) -> Vec<Duration> {
        let decision = |_| {
            let place = self.turn % self.talks.len();
            self.turn += 1;
            let call = self.talks[place];
            let time = self.centre.timed(Input::CallerHungUp { call });
            self.talks[place] = self.centre.answer();
            self.centre.feed(call_to(0));
            time
        };
        (0..decisions).map(decision).collect()
    }
}

/// Every agent in some queues, a few in all, and one queue that is large.
fn busiest(extent: Extent) -> Config {
    let Extent { queues, agents, .. } = extent;
    let members = (0..queues).map(|queue| {
        let usual = (WIDE_AGENTS..agents).filter(move |agent| {
            let from = draw(1, 1, *agent, 0) % queues;
            let large = queue == 0 && *agent < LARGE_QUEUE;
            large || (queue + queues - from) % queues < USUAL_QUEUES - 1
        });
        (0..WIDE_AGENTS).chain(usual).collect()
    });
    config(agents, members, Strategy::LeastRecent)
}

/// Reads and checks the configuration as text, and sets an engine up with it.
fn load(config: &Config, rounds: usize) {
    let text = write(config);
    println!("the configuration as text: {} bytes", text.len());
    let mut seen = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        let begin = Instant::now();
        let read = text::read(Source::new("limits.toml", &text)).expect("it was written so");
        seen[0].push(begin.elapsed().as_secs_f64() * 1e3);
        let begin = Instant::now();
        drop(Centre::of(&read));
        seen[1].push(begin.elapsed().as_secs_f64() * 1e3);
    }
    let [read, set_up] = seen.map(Spread::of);
    println!("read and checked: {read:.0} ms; set up in an engine: {set_up:.0} ms");
}

/// The centre with everybody on a call and all others waiting.
struct Crowd {
    centre: Centre,
    /// What the agents talk in: those who are in every queue, and the others.
    talks: [Vec<CallId>; 2],
    queues: u64,
    turn: u64,
}

impl Crowd {
    fn new(extent: Extent, config: &Config) -> Self {
        let Extent {
            queues,
            agents,
            waiting,
        } = extent;
        let mut centre = Centre::of(config);
        for queue in 0..agents + waiting {
            centre.feed(call_to(queue % queues));
        }
        let mut talks = [Vec::new(), Vec::new()];
        for agent in 0..agents {
            centre.comes(agent);
            talks[usize::from(agent >= WIDE_AGENTS)].push(centre.answer());
        }
        Self {
            centre,
            talks,
            queues,
            turn: 0,
        }
    }

    /// Agents hang up and get the next caller.
    fn decide(&mut self, rounds: usize, decisions: usize) {
        let kinds = ["agents in every queue", "the others"];
        let mut freed = [Vec::new(), Vec::new()];
        let mut joined = Vec::new();
        for _ in 0..rounds {
            let mut times = [Vec::new(), Vec::new(), Vec::new()];
            for _ in 0..decisions {
                for kind in [0, 1] {
                    times[kind].push(self.freed(kind));
                    times[2].push(self.arrival());
                }
            }
            let [wide, usual, arrival] = times.map(median_us);
            freed[0].push(wide);
            freed[1].push(usual);
            joined.push(arrival);
        }
        for (kind, times) in kinds.iter().zip(freed) {
            let times = Spread::of(times);
            println!("an agent is freed and gets a caller, {kind}: {times:.1} µs");
        }
        println!("an arrival joins: {:.2} µs", Spread::of(joined));
        println!("(medians of {decisions} decisions: median of {rounds} rounds and range)");
    }

    fn freed(&mut self, kind: usize) -> Duration {
        self.turn += 1;
        let talks = &mut self.talks[kind];
        let place = below(draw(1, 2, self.turn, 0), talks.len() as u64);
        let place = usize::try_from(place).expect("below a length");
        let call = talks.swap_remove(place);
        let time = self.centre.timed(Input::CallerHungUp { call });
        self.talks[kind].push(self.centre.answer());
        time
    }

    fn arrival(&mut self) -> Duration {
        self.centre.timed(call_to(self.turn % self.queues))
    }
}

fn median_us(times: Vec<Duration>) -> f64 {
    let us = times.iter().map(|time| time.as_nanos() as f64 / 1e3);
    Spread::of(us).median
}
