//! A contact centre that is the engine alone: nobody around it, so that a bench
//! can say what happens, and time single entries.

use std::time::{Duration, Instant};

use tandem_engine::config::diff;
use tandem_engine::config::model::{
    Config, ExtensionConfig, MemberConfig, MemberKind, Options, QueueConfig, Strategy,
};
use tandem_engine::limits::CHANGES_MAX;
use tandem_engine::{
    By, CallId, Caller, Effect, Engine, Entry, Event, Input, LegId, Number, Outbox, Span, Timestamp,
};

const FIRST_QUEUE: u64 = 1_000_000;
const FIRST_AGENT: u64 = 2_000_000;

/// An engine and what it said last.
pub struct Centre {
    /// The engine.
    pub engine: Engine,
    /// What the last entry gave.
    pub out: Outbox,
    seq: u64,
    at: Timestamp,
}

impl Centre {
    /// So many queues, every one of them served by the same agents, who are
    /// free. Nobody waits too long, and nobody rests between calls.
    pub fn new(queues: u64, agents: u64, strategy: Strategy) -> Self {
        let members: Vec<_> = (0..agents).collect();
        let config = config(agents, (0..queues).map(|_| members.clone()), strategy);
        let mut centre = Self::of(&config);
        centre.all_up(agents);
        centre
    }

    /// A centre as configured; no telephone can be rung yet.
    ///
    /// # Panics
    /// If the configuration is refused.
    pub fn of(config: &Config) -> Self {
        let mut centre = Self {
            engine: Engine::new(1),
            out: Outbox::default(),
            seq: 0,
            at: Timestamp::ZERO,
        };
        for (base, part) in (0..).zip(diff::set_up(config).chunks(CHANGES_MAX)) {
            let (by, changes) = (By::System, part.to_vec());
            centre.feed(Input::Configure { by, base, changes });
        }
        centre
    }

    /// The telephones of the first so many agents can be rung.
    pub fn all_up(&mut self, agents: u64) {
        (0..agents).for_each(|agent| self.comes(agent));
    }

    /// This agent's telephone can be rung.
    pub fn comes(&mut self, agent: u64) {
        let extension = agent_number(agent);
        self.feed(Input::DeviceUp { extension });
    }

    /// Applies an input a microsecond after the one before.
    ///
    /// # Panics
    /// If it is refused.
    pub fn feed(&mut self, input: Input) {
        self.timed(input);
    }

    /// The same; returns how long the engine took.
    ///
    /// # Panics
    /// If it is refused.
    pub fn timed(&mut self, input: Input) -> Duration {
        self.seq += 1;
        self.at = self.at + Span::from_micros(1);
        let entry = Entry {
            seq: self.seq,
            received_at: self.at,
            input,
        };
        // Whoever reads an output empties it, and a long one takes its time.
        self.out.events.clear();
        let start = Instant::now();
        self.engine.apply(&entry, &mut self.out);
        let time = start.elapsed();
        assert!(self.out.reject.is_none(), "{:?}", self.out.reject);
        time
    }

    /// The call that came with the last entry.
    ///
    /// # Panics
    /// If none did.
    pub fn arrived(&self) -> CallId {
        let arrived = self.out.events.iter().find_map(|event| match event {
            Event::CallArrived { call, .. } => Some(*call),
            _ => None,
        });
        arrived.expect("a call came")
    }

    /// The first telephone that the last entry rang, and the call.
    pub fn rung(&self) -> Option<(LegId, CallId)> {
        (self.out.effects.iter()).find_map(|(_, effect)| match effect {
            Effect::Ring { leg, call, .. } => Some((*leg, *call)),
            _ => None,
        })
    }

    /// Answers the telephone that rings since the last entry.
    ///
    /// # Panics
    /// If none does.
    pub fn answer(&mut self) -> CallId {
        let (leg, call) = self.rung().expect("a telephone rings");
        self.feed(Input::LegAnswered { leg });
        call
    }
}

/// So many agents, and queues with these of them as members, all static. Nobody waits
/// too long, and nobody rests between calls.
pub fn config(
    agents: u64,
    queues: impl IntoIterator<Item = Vec<u64>>,
    strategy: Strategy,
) -> Config {
    let member = |&agent: &u64| MemberConfig::new(agent_number(agent), MemberKind::Static);
    let queues = (0..).zip(queues).map(|(queue, members)| QueueConfig {
        strategy,
        members: members.iter().map(member).collect(),
        retry_interval: Span::ZERO,
        wrap_up: Span::ZERO,
        max_waiting: Span::from_secs(86_400),
        ..QueueConfig::new(queue_number(queue), &format!("Queue {queue}"))
    });
    let queues: Vec<_> = queues.collect();
    let extensions = (0..agents).map(|agent| ExtensionConfig::new(agent_number(agent)));
    Config {
        options: Options {
            queue_numbers: (queue_number(0), queue_number(queues.len() as u64)),
            ..Options::default()
        },
        extensions: extensions.collect(),
        queues,
        points: Vec::new(),
    }
}

/// A call to this queue.
pub fn call_to(queue: u64) -> Input {
    Input::CallArrived {
        key: 0,
        from: Caller::default(),
        dialled: queue_number(queue),
    }
}

/// A call from this number to this queue.
pub fn call_from(number: Number, queue: u64) -> Input {
    let from = Caller {
        number,
        ..Caller::default()
    };
    Input::CallArrived {
        key: 0,
        from,
        dialled: queue_number(queue),
    }
}

fn queue_number(queue: u64) -> Number {
    Number::from_u64(FIRST_QUEUE + queue)
}

/// The extension of an agent.
pub fn agent_number(agent: u64) -> Number {
    Number::from_u64(FIRST_AGENT + agent)
}
