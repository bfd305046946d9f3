//! One replication: the engine, the people around it, and the next thing that
//! happens.
//!
//! The people know nothing of routing. They answer what the engine orders and
//! act on their own in time: callers call, lose patience and hang up, agents
//! come, pause, answer and go.

use std::collections::VecDeque;

use tandem_engine::config::diff;
use tandem_engine::limits::CHANGES_MAX;
use tandem_engine::{
    AgentId, Announced, By, CallId, Caller, Effect, EffectId, Engine, Entry, Event, Input, Key,
    LegId, Outbox, Reject, Span, Timestamp,
};
use tandem_reports::Tally;

use crate::people::{Act, CallerId, People};
use crate::random::replication_seed;
use crate::scenario::{Person, Scenario};

/// Callers who are still there so long after the horizon hang up, in seconds.
pub const DRAIN_S_MAX: u64 = 24 * 3_600;

/// Sees everything that happens in a replication.
pub trait Watch {
    /// An event happened.
    fn event(&mut self, at: Timestamp, event: &Event);

    /// Has the engine apply an entry. Whoever wants to know more than events tell
    /// does it in a way of his own, which must not change what comes out.
    #[inline]
    fn apply(&mut self, engine: &mut Engine, entry: &Entry, out: &mut Outbox) {
        engine.apply(entry, out);
    }
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

/// What somebody does without delay.
#[derive(Clone, Copy, Debug)]
enum Reply {
    /// Carries out what the engine keeps in mind, and says so.
    Done(EffectId),
    /// Who is called back picks up.
    PicksUpCallback(CallId),
    /// Picks up.
    PicksUp(LegId),
    /// A caller presses a key.
    Presses(CallId, Key),
}

impl From<Reply> for Input {
    #[inline]
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::Done(effect) => Self::KeptDone { effect },
            Reply::PicksUpCallback(call) => Self::CustomerAnswered { call },
            Reply::PicksUp(leg) => Self::LegAnswered { leg },
            Reply::Presses(call, key) => Self::KeyPressed { call, key },
        }
    }
}

struct World<'s, W> {
    scenario: &'s Scenario,
    engine: Engine,
    out: Outbox,
    people: People<'s>,
    /// Replies that follow at once.
    at_once: VecDeque<Reply>,
    /// The last call that came.
    newest: Option<CallId>,
    /// The group of each agent, by the slot of his id.
    groups: Vec<u32>,
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
        at_once: VecDeque::new(),
        newest: None,
        groups: Vec::new(),
        seq: 0,
        watch,
    };
    world.open();
    world.run();
    (world.watch, world.people.now())
}

impl<W: Watch> World<'_, W> {
    /// Sets the centre up, sends the agents to work and the callers to their
    /// telephones.
    fn open(&mut self) {
        let scenario = self.scenario;
        self.feed(Input::WallOffset {
            micros: scenario.wall_offset,
        });
        let changes = diff::set_up(&scenario.config);
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
            for who in &agents.people {
                self.hire(group, who);
            }
        }
    }

    fn hire(&mut self, group: u32, who: &Person) {
        let agent = self.engine.find_agent(who.extension);
        let agent: AgentId = agent.expect("agents were checked");
        if self.groups.len() <= agent.slot() {
            self.groups.resize(agent.slot() + 1, 0);
        }
        self.groups[agent.slot()] = group;
        for input in who.begins() {
            self.tell(input);
        }
    }

    fn work(&mut self, group: u32, person: u32, turn: u32) {
        let who = self.people.person(group, person);
        for input in who.turn(self.people.duty(group, person, turn)) {
            self.tell(input);
        }
        self.people.plan_work(group, person, turn + 1);
    }

    fn run(&mut self) {
        let horizon = Timestamp::ZERO + self.scenario.layout.horizon;
        let last = horizon + Span::from_secs(DRAIN_S_MAX);
        loop {
            let deadline = self.engine.next_deadline().map(|(due, _)| due);
            let next = match (deadline, self.people.next()) {
                (Some(deadline), Some(act)) => deadline.min(act),
                (Some(next), None) | (None, Some(next)) => next,
                (None, None) => break,
            };
            if next > last || (next >= horizon && self.engine.call_count() == 0) {
                break;
            }
            self.people.tell_time(next);
            if deadline.is_some_and(|due| due <= next) {
                self.feed(Input::Tick);
                self.follow_up();
            } else if let Some(act) = self.people.act_next() {
                self.act(act);
            }
        }
        for call in self.engine.calls() {
            self.tell(Input::CallerHungUp { call });
        }
        self.people.tell_time(self.people.now().max(horizon));
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Answer(leg) => self.tell(Input::LegAnswered { leg }),
            Act::AnswerCallback(call) => self.tell(Input::CustomerAnswered { call }),
            Act::AskForCallback(call, key) => {
                if self.people.waits(call) {
                    self.tell(Input::KeyPressed { call, key });
                }
            }
            Act::Call(stream) => {
                self.call(stream);
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

    /// A stream's next caller calls, and waits if nobody answers at once.
    fn call(&mut self, stream: u32) {
        let caller = self.people.call(stream);
        let from = Caller {
            number: caller.number(),
            ..Caller::default()
        };
        self.tell(Input::CallArrived {
            key: caller.key(),
            from,
            dialled: self.people.dials(caller),
        });
        if let Some(call) = self.newest {
            self.people.begins_to_wait(call);
        }
    }

    /// Tells the engine something, and whatever follows from it at once.
    #[inline(always)]
    fn tell(&mut self, input: Input) {
        self.catch_up();
        self.feed(input);
        self.follow_up();
    }

    /// Sends a `Tick` for every deadline that has come.
    #[inline(always)]
    fn catch_up(&mut self) {
        while self.is_late() {
            self.tick();
        }
    }

    #[inline]
    fn is_late(&self) -> bool {
        let now = self.people.now();
        let deadline = self.engine.next_deadline();
        deadline.is_some_and(|(due, _)| due <= now)
    }

    #[inline(never)]
    fn tick(&mut self) {
        self.feed(Input::Tick);
    }

    #[inline]
    fn follow_up(&mut self) {
        while let Some(reply) = self.at_once.pop_front() {
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
            received_at: self.people.now(),
            input,
        });
    }

    #[inline(never)]
    fn apply(&mut self, entry: &Entry) {
        self.watch.apply(&mut self.engine, entry, &mut self.out);
        debug_assert!(
            matches!(
                self.out.reject,
                None | Some(Reject::NoChange | Reject::Stale)
            ),
            "{:?} was rejected: {:?}",
            entry.input,
            self.out.reject
        );
        let mut told_for = Span::ZERO;
        for event in &self.out.events {
            match event {
                Event::AnnouncementStarted {
                    announced: Announced::Agent { length },
                    ..
                } => told_for = *length,
                Event::CallArrived { call, key, .. } => {
                    let caller = CallerId::from_key(*key).expect("callers have small keys");
                    self.people.called(*call, caller);
                    self.newest = Some(*call);
                }
                Event::CallAnswered { call, .. }
                | Event::ExtensionAnswered { call, .. }
                | Event::OutsideAnswered { call, .. } => {
                    self.people.answered(*call, told_for);
                }
                Event::CallbackAsked { call, crowded, .. } => {
                    let wants = !crowded || self.people.wants_callback(*call);
                    let keys = self
                        .people
                        .callback_keys(*call)
                        .into_iter()
                        .filter(|_| wants);
                    self.at_once
                        .extend(keys.map(|key| Reply::Presses(*call, key)));
                }
                Event::CallbackRequested { call, .. } => self.people.promised(*call),
                Event::CallEnded { call, .. } => self.people.ended(*call),
                Event::OutsideRung { outside, .. } => self.people.rings_outside(*outside),
                _ => {}
            }
            self.watch.event(self.out.acted_at, event);
        }
        for (id, effect) in &self.out.effects {
            match effect {
                Effect::Ring {
                    leg, call, agent, ..
                } => {
                    let group = self.groups.get(agent.slot()).copied().unwrap_or_default();
                    if self.people.rings(*leg, *call, group) {
                        self.at_once.push_back(Reply::PicksUp(*leg));
                    }
                }
                Effect::RingCustomer { call, .. } if self.people.called_back(*call) => {
                    self.at_once.push_back(Reply::PicksUpCallback(*call));
                }
                Effect::Mail { .. }
                | Effect::MailAgent { .. }
                | Effect::MailMessage { .. }
                | Effect::MailServiceLevel { .. }
                | Effect::PushRecord { .. } => {
                    self.at_once.push_back(Reply::Done(*id));
                }
                _ => {}
            }
        }
    }
}
