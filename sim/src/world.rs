//! One replication: the engine, the people around it, and the next thing that
//! happens.
//!
//! The people know nothing of routing. They answer what the engine orders and
//! act on their own in time: callers call, lose patience and hang up, agents
//! come, pause, answer and go.

use tandem_engine::config::model::{Change, Config, Destination, QueueConfig};
use tandem_engine::limits::CHANGES_MAX;
use tandem_engine::{By, Engine, Entry, Event, Input, Outbox, Reject, Span, Timestamp, Which};
use tandem_reports::Tally;

use crate::agenda::Act;
use crate::people::People;
use crate::random::replication_seed;
use crate::scenario::{Duty, Person, Scenario};

/// Callers who are still there so long after the horizon hang up, in seconds.
pub const DRAIN_S_MAX: u64 = 24 * 3_600;

/// Sees everything that happens in a replication.
pub trait Watch {
    /// An event happened.
    fn event(&mut self, at: Timestamp, event: &Event);
}

impl Watch for Tally {
    #[inline]
    fn event(&mut self, at: Timestamp, event: &Event) {
        self.observe(at, event);
    }
}

impl<A: Watch, B: Watch> Watch for (A, B) {
    #[inline]
    fn event(&mut self, at: Timestamp, event: &Event) {
        self.0.event(at, event);
        self.1.event(at, event);
    }
}

impl<A: Watch> Watch for Option<A> {
    #[inline]
    fn event(&mut self, at: Timestamp, event: &Event) {
        if let Some(watch) = self {
            watch.event(at, event);
        }
    }
}

struct World<'s, W> {
    scenario: &'s Scenario,
    engine: Engine,
    out: Outbox,
    people: People<'s>,
    seq: u64,
    watch: W,
}

/// Runs a replication of a scenario and shows everything to `watch`, which is
/// returned together with the time at which the last caller had left.
pub fn replicate<W: Watch>(scenario: &Scenario, index: u32, watch: W) -> (W, Timestamp) {
    let seed = replication_seed(scenario.seed, u64::from(index));
    let mut world = World {
        scenario,
        engine: Engine::new(seed),
        out: Outbox::default(),
        people: People::new(scenario, seed),
        seq: 0,
        watch,
    };
    world.open();
    world.run();
    (world.watch, world.people.now)
}

/// The changes that make a centre out of nothing, each of which can be made
/// alone. Everything comes in the order of the configuration, for that is the
/// order of ids, by which the layout of the figures tells queues and agents.
fn set_up(config: &Config) -> Vec<Change> {
    let leads_on = |queue: &&QueueConfig| matches!(queue.failover, Destination::Queue(_));
    // Where it leads may not be there yet.
    let alone = |queue: &QueueConfig| {
        let mut alone = queue.clone();
        if leads_on(&queue) {
            alone.failover = Destination::HangUp;
        }
        Change::PutQueue(alone)
    };
    let extensions = config.extensions.iter().cloned().map(Change::PutExtension);
    let queues = config.queues.iter();
    let leading = queues.clone().filter(leads_on).cloned();
    (core::iter::once(Change::PutOptions(config.options.clone())))
        .chain(extensions)
        .chain(queues.map(alone))
        .chain(leading.map(Change::PutQueue))
        .collect()
}

impl<W: Watch> World<'_, W> {
    /// Sets the centre up, sends the agents to work and the callers to their
    /// telephones.
    fn open(&mut self) {
        let scenario = self.scenario;
        self.feed(Input::WallOffset {
            micros: scenario.wall_offset,
        });
        let changes = set_up(&scenario.config);
        for (base, part) in (0..).zip(changes.chunks(CHANGES_MAX)) {
            self.feed(Input::Configure {
                by: By::System,
                base,
                changes: part.to_vec(),
            });
            assert_eq!(
                self.out.reject, None,
                "a scenario's configuration was checked"
            );
        }
        for (group, agents) in (0..).zip(&scenario.agents) {
            for (person, who) in (0..).zip(&agents.people) {
                self.hire(group, person, who);
            }
        }
        for (stream, _) in (0..).zip(&scenario.callers) {
            self.people.plan_call(stream);
        }
    }

    fn hire(&mut self, group: u32, person: u32, who: &Person) {
        let agent = self.engine.find_agent(who.extension);
        self.people.hire(agent.expect("agents were checked"), group);
        if who.logs_in {
            self.feed(Input::DeviceUp {
                extension: who.extension,
            });
        }
        if who.present {
            self.turn(who, &Duty::Comes);
        }
        self.people.plan_work(group, person, 0);
    }

    fn work(&mut self, group: u32, person: u32, turn: u32) {
        let who = self.people.person(group, person);
        let (_, duty) = &who.duties[turn as usize];
        self.turn(who, duty);
        self.people.plan_work(group, person, turn + 1);
    }

    fn turn(&mut self, who: &Person, duty: &Duty) {
        let (by, agent, queues) = (By::System, who.extension, Which::All);
        self.tell(match duty {
            Duty::Comes if who.logs_in => Input::AgentLogIn { by, agent, queues },
            Duty::Comes => Input::DeviceUp { extension: agent },
            Duty::Goes if who.logs_in => Input::AgentLogOut { by, agent, queues },
            Duty::Goes => Input::DeviceDown { extension: agent },
            Duty::Pauses(reason) => Input::AgentPause {
                by,
                agent,
                queues,
                reason: reason.clone(),
            },
            Duty::Returns => Input::AgentUnpause { by, agent, queues },
        });
    }

    fn run(&mut self) {
        let horizon = Timestamp::ZERO + self.scenario.layout.horizon;
        let last = horizon + Span::from_secs(DRAIN_S_MAX);
        loop {
            let deadline = self.engine.next_deadline().map(|(due, _)| due);
            let next = match (deadline, self.people.agenda.first()) {
                (Some(deadline), Some(act)) => deadline.min(act),
                (Some(next), None) | (None, Some(next)) => next,
                (None, None) => break,
            };
            if next > last || (next >= horizon && self.engine.call_count() == 0) {
                break;
            }
            self.people.now = next;
            if deadline.is_some_and(|due| due <= next) {
                self.feed(Input::Tick);
                self.follow_up();
            } else if let Some(act) = self.people.agenda.pop() {
                self.act(act);
            }
        }
        for call in self.engine.calls() {
            self.tell(Input::CallerHungUp { call });
        }
        self.people.now = self.people.now.max(horizon);
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Answer(leg) => self.tell(Input::LegAnswered { leg }),
            Act::Call(stream) => {
                let call = self.people.call(stream);
                self.tell(call);
                self.people.begin_to_wait();
                self.people.plan_call(stream);
            }
            Act::HangUp(call) => self.tell(Input::CallerHungUp { call }),
            Act::LosePatience(call) => {
                if self.people.waits(call) {
                    self.tell(Input::CallerHungUp { call });
                }
            }
            Act::Work {
                group,
                person,
                turn,
            } => self.work(group, person, turn),
        }
    }

    /// Tells the engine something, and whatever follows from it at once.
    #[inline]
    fn tell(&mut self, input: Input) {
        self.catch_up();
        self.feed(input);
        self.follow_up();
    }

    /// Sends a `Tick` for every deadline that has come.
    #[inline]
    fn catch_up(&mut self) {
        let is_due =
            |engine: &Engine, now| engine.next_deadline().is_some_and(|(due, _)| due <= now);
        while is_due(&self.engine, self.people.now) {
            self.feed(Input::Tick);
        }
    }

    fn follow_up(&mut self) {
        while let Some(reply) = self.people.at_once.pop_front() {
            self.catch_up();
            self.feed(reply.into());
        }
    }

    /// Applies an input and lets the people hear of what comes of it.
    #[inline]
    fn feed(&mut self, input: Input) {
        self.seq += 1;
        self.apply(&Entry {
            seq: self.seq,
            at: self.people.now,
            input,
        });
    }

    #[inline(never)]
    fn apply(&mut self, entry: &Entry) {
        self.engine.apply(entry, &mut self.out);
        debug_assert!(
            matches!(
                self.out.reject,
                None | Some(Reject::NoChange | Reject::Stale)
            ),
            "{:?} was rejected: {:?}",
            entry.input,
            self.out.reject
        );
        for event in &self.out.events {
            self.people.hear(event);
            self.watch.event(self.out.at, event);
        }
        for (id, effect) in &self.out.effects {
            self.people.carry_out(*id, effect);
        }
    }
}
