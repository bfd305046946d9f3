//! A contact centre that is the engine alone: nobody around it, so that a bench
//! can say what happens, and time single entries.

use std::time::{Duration, Instant};

use tandem_engine::config::model::{
    Change, ExtensionConfig, MemberConfig, MemberKind, Options, QueueConfig, Strategy,
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
        let mut centre = Self {
            engine: Engine::new(1),
            out: Outbox::default(),
            seq: 0,
            at: Timestamp::ZERO,
        };
        let numbers = (queue_number(0), queue_number(queues));
        let options = Options {
            queue_numbers: numbers,
            ..Options::default()
        };
        let members: Vec<_> = (0..agents)
            .map(|agent| MemberConfig::new(agent_number(agent), MemberKind::Static))
            .collect();
        let extensions = (0..agents).map(|agent| ExtensionConfig::new(agent_number(agent)));
        let queues = (0..queues).map(|queue| QueueConfig {
            strategy,
            members: members.clone(),
            retry_interval: Span::ZERO,
            wrap_up: Span::ZERO,
            max_waiting: Span::from_secs(86_400),
            ..QueueConfig::new(queue_number(queue), &format!("Queue {queue}"))
        });
        let mut changes = vec![Change::PutOptions(options)];
        changes.extend(extensions.map(Change::PutExtension));
        changes.extend(queues.map(Change::PutQueue));
        for (base, part) in (0..).zip(changes.chunks(CHANGES_MAX)) {
            let (by, changes) = (By::System, part.to_vec());
            centre.feed(Input::Configure { by, base, changes });
        }
        for agent in 0..agents {
            let extension = agent_number(agent);
            centre.feed(Input::DeviceUp { extension });
        }
        centre
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

/// A call to this queue.
pub fn call_to(queue: u64) -> Input {
    Input::CallArrived {
        key: 0,
        from: Caller::default(),
        dialled: queue_number(queue),
    }
}

fn queue_number(queue: u64) -> Number {
    Number::from_u64(FIRST_QUEUE + queue)
}

fn agent_number(agent: u64) -> Number {
    Number::from_u64(FIRST_AGENT + agent)
}
