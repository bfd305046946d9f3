//! One replication: the engine, the people around it, and the next thing that
//! happens.
//!
//! The people know nothing of routing. They answer what the engine orders and
//! act on their own in time: callers call, lose patience and hang up, agents
//! come, pause, answer and go.

use std::collections::VecDeque;

use dary_heap::QuaternaryHeap;
use tandem_engine::config::model::{Change, Config, Destination, QueueConfig};
use tandem_engine::limits::CHANGES_MAX;
use tandem_engine::{
    By, CallId, Caller, Effect, Engine, Entry, Event, Input, LegId, Number, Outbox, Reject, Span,
    Timestamp, Which,
};
use tandem_reports::Tally;

use crate::arrivals::Arrivals;
use crate::random::{Key, Purpose, Uniforms, replication_seed};
use crate::scenario::{Duty, Nature, Person, Scenario};

/// Callers who are still there so long after the horizon hang up, in seconds.
pub const DRAIN_S_MAX: u64 = 24 * 3_600;

/// A caller's place among all that a scenario can have: the stream, and the
/// place in the stream.
const STREAM_SHIFT: u32 = 40;
const PLACE_MASK: u64 = (1 << STREAM_SHIFT) - 1;

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

/// Something that a person will do.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// An agent picks up.
    Answer(LegId),
    /// A stream's next caller calls.
    Call(u32),
    /// A caller has said everything.
    HangUp(CallId),
    /// A caller has waited long enough.
    LosePatience(CallId),
    /// An agent's working day goes on to its next turn.
    Work { group: u32, person: u32, turn: u32 },
}

/// The people's agenda, the earliest first and, at the same time, what was
/// planned first.
#[derive(Debug, Default)]
struct Agenda {
    heap: QuaternaryHeap<Plan>,
    planned: u64,
}

/// Something that somebody will do. The least key is the greatest plan, as the
/// heap puts the greatest first.
#[derive(Clone, Copy, Debug)]
struct Plan {
    /// When, and behind it the order of planning.
    key: u128,
    act: Act,
}

impl Plan {
    fn at(&self) -> Timestamp {
        Timestamp::from_micros((self.key >> 64) as u64)
    }
}

impl Ord for Plan {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        other.key.cmp(&self.key)
    }
}

impl PartialOrd for Plan {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Plan {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Plan {}

impl Agenda {
    fn plan(&mut self, at: Timestamp, act: Act) {
        self.planned += 1;
        let key = u128::from(at.micros()) << 64 | u128::from(self.planned);
        self.heap.push(Plan { key, act });
    }

    fn first(&self) -> Option<Timestamp> {
        self.heap.peek().map(Plan::at)
    }

    fn pop(&mut self) -> Option<Act> {
        self.heap.pop().map(|plan| plan.act)
    }
}

/// Where a caller stands.
#[derive(Clone, Copy, Debug)]
struct Calling {
    call: CallId,
    /// Which caller it is.
    root: u64,
    /// How often a telephone rang for him.
    rings: u32,
    answered: bool,
}

struct World<'s, W> {
    scenario: &'s Scenario,
    seed: u64,
    engine: Engine,
    out: Outbox,
    agenda: Agenda,
    streams: Vec<(Arrivals, u64)>,
    /// The callers on the line, by the slots of their calls.
    callings: Vec<Option<Calling>>,
    /// The last one who called.
    newest: Option<CallId>,
    /// The group of each agent, by the slot of his id.
    groups: Vec<u32>,
    /// Inputs that follow at once.
    at_once: VecDeque<Input>,
    seq: u64,
    now: Timestamp,
    watch: W,
}

/// Runs a replication of a scenario and shows everything to `watch`, which is
/// returned together with the time at which the last caller had left.
pub fn replicate<W: Watch>(scenario: &Scenario, index: u32, watch: W) -> (W, Timestamp) {
    let seed = replication_seed(scenario.seed, u64::from(index));
    let mut world = World {
        scenario,
        seed,
        engine: Engine::new(seed),
        out: Outbox::default(),
        agenda: Agenda::default(),
        streams: Vec::new(),
        callings: Vec::new(),
        newest: None,
        groups: Vec::new(),
        at_once: VecDeque::new(),
        seq: 0,
        now: Timestamp::ZERO,
        watch,
    };
    world.open();
    world.run();
    (world.watch, world.now)
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
        for (stream, callers) in (0..).zip(&scenario.callers) {
            let times = callers.arrivals.times(self.seed, u64::from(stream));
            self.streams.push((times, 0));
            self.plan_call(stream);
        }
    }

    fn hire(&mut self, group: u32, person: u32, who: &Person) {
        let agent = self
            .engine
            .find_agent(who.extension)
            .expect("agents were checked");
        if self.groups.len() <= agent.slot() {
            self.groups.resize(agent.slot() + 1, 0);
        }
        self.groups[agent.slot()] = group;
        if who.logs_in {
            self.feed(Input::DeviceUp {
                extension: who.extension,
            });
        }
        if who.present {
            self.turn(who, &Duty::Comes);
        }
        self.plan_work(group, person, 0);
    }

    fn plan_work(&mut self, group: u32, person: u32, turn: u32) {
        let who = &self.scenario.agents[group as usize].people[person as usize];
        if let Some(&(at, _)) = who.duties.get(turn as usize) {
            self.agenda.plan(
                at,
                Act::Work {
                    group,
                    person,
                    turn,
                },
            );
        }
    }

    fn work(&mut self, group: u32, person: u32, turn: u32) {
        let who = &self.scenario.agents[group as usize].people[person as usize];
        let (_, duty) = &who.duties[turn as usize];
        self.turn(who, duty);
        self.plan_work(group, person, turn + 1);
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

    /// The horizon on the engine's timeline.
    fn horizon(&self) -> Timestamp {
        Timestamp::ZERO + self.scenario.layout.horizon
    }

    fn plan_call(&mut self, stream: u32) {
        let horizon = self.horizon();
        let next = self.streams[stream as usize]
            .0
            .next()
            .filter(|&at| at < horizon);
        if let Some(at) = next {
            self.agenda.plan(at, Act::Call(stream));
        }
    }

    fn run(&mut self) {
        let last = self.horizon() + Span::from_secs(DRAIN_S_MAX);
        loop {
            let deadline = self.engine.next_deadline().map(|(due, _)| due);
            let act = self.agenda.first();
            let Some(next) = [deadline, act].into_iter().flatten().min() else {
                break;
            };
            let empty = self.engine.call_count() == 0;
            if next > last || (next >= self.horizon() && empty) {
                break;
            }
            self.now = next;
            if deadline.is_some_and(|due| due <= next) {
                self.feed(Input::Tick);
                self.follow_up();
            } else if let Some(act) = self.agenda.pop() {
                self.act(act);
            }
        }
        for call in self.engine.calls() {
            self.tell(Input::CallerHungUp { call });
        }
        self.now = self.now.max(self.horizon());
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Answer(leg) => self.tell(Input::LegAnswered { leg }),
            Act::Call(stream) => {
                self.call(stream);
                self.plan_call(stream);
            }
            Act::HangUp(call) => self.tell(Input::CallerHungUp { call }),
            Act::LosePatience(call) => {
                if self.calling(call).is_some_and(|calling| !calling.answered) {
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

    fn call(&mut self, stream: u32) {
        let place = &mut self.streams[stream as usize].1;
        let root = u64::from(stream) << STREAM_SHIFT | *place;
        *place += 1;
        let from = Caller {
            number: Number::from_u64(root + 1),
            ..Caller::default()
        };
        let dialled = self.scenario.callers[stream as usize].dials;
        self.tell(Input::CallArrived {
            key: u128::from(root),
            from,
            dialled,
        });
        let waiting = self.newest.and_then(|call| self.calling(call));
        if let Some(calling) = waiting.filter(|calling| !calling.answered)
            && let Some(patience) = self.patience(calling.root)
        {
            self.agenda
                .plan(self.now + patience, Act::LosePatience(calling.call));
        }
    }

    fn calling(&self, call: CallId) -> Option<Calling> {
        self.callings
            .get(call.slot())
            .copied()
            .flatten()
            .filter(|calling| calling.call == call)
    }

    /// Tells the engine something, and whatever follows from it at once.
    fn tell(&mut self, input: Input) {
        self.catch_up();
        self.feed(input);
        self.follow_up();
    }

    /// Sends a `Tick` for every deadline that has come.
    fn catch_up(&mut self) {
        while self
            .engine
            .next_deadline()
            .is_some_and(|(due, _)| due <= self.now)
        {
            self.feed(Input::Tick);
        }
    }

    fn follow_up(&mut self) {
        while let Some(input) = self.at_once.pop_front() {
            while self
                .engine
                .next_deadline()
                .is_some_and(|(due, _)| due <= self.now)
            {
                self.feed(Input::Tick);
            }
            self.feed(input);
        }
    }

    /// Applies an input and lets the people hear of what comes of it.
    fn feed(&mut self, input: Input) {
        self.seq += 1;
        let entry = Entry {
            seq: self.seq,
            at: self.now,
            input,
        };
        self.engine.apply(&entry, &mut self.out);
        debug_assert!(
            matches!(
                self.out.reject,
                None | Some(Reject::NoChange | Reject::Stale)
            ),
            "{:?} was rejected: {:?}",
            entry.input,
            self.out.reject
        );
        let out = core::mem::take(&mut self.out);
        for event in &out.events {
            self.hear(event);
            self.watch.event(self.now, event);
        }
        for (id, effect) in &out.effects {
            match effect {
                Effect::Ring {
                    leg, call, agent, ..
                } => {
                    let group = self.groups.get(agent.slot()).copied().unwrap_or_default();
                    self.rings(*leg, *call, group);
                }
                Effect::Mail { .. } | Effect::PushRecord { .. } => {
                    self.at_once.push_back(Input::KeptDone { effect: *id });
                }
                _ => {}
            }
        }
        self.out = out;
    }

    /// A telephone rings: somebody picks up, in time or not, or nobody does.
    fn rings(&mut self, leg: LegId, call: CallId, group: u32) {
        let Some(agents) = self.scenario.agents.get(group as usize) else {
            return;
        };
        let Some(calling) = &mut self.callings[call.slot()] else {
            return;
        };
        calling.rings += 1;
        let (object, attempt) = (calling.root, u64::from(calling.rings));
        let draw = |purpose| {
            Key {
                seed: self.seed,
                purpose,
                object,
                attempt,
            }
            .uniforms()
        };
        let misses =
            agents.missed_rings > 0.0 && draw(Purpose::MissedRing).open01() < agents.missed_rings;
        if misses {
            return;
        }
        let delay = agents
            .answer_delay
            .sample_span(&mut draw(Purpose::AnswerDelay));
        if delay.is_zero() {
            self.at_once.push_back(Input::LegAnswered { leg });
        } else {
            self.agenda.plan(self.now + delay, Act::Answer(leg));
        }
    }

    fn hear(&mut self, event: &Event) {
        match event {
            Event::CallArrived { call, key, .. } => {
                let root = u64::try_from(*key).expect("callers are numbered in 64 bits");
                if self.callings.len() <= call.slot() {
                    self.callings.resize(call.slot() + 1, None);
                }
                let calling = Calling {
                    call: *call,
                    root,
                    rings: 0,
                    answered: false,
                };
                self.callings[call.slot()] = Some(calling);
                self.newest = Some(*call);
            }
            Event::CallAnswered { call, .. } | Event::ExtensionAnswered { call, .. } => {
                if let Some(calling) = &mut self.callings[call.slot()] {
                    calling.answered = true;
                    let root = calling.root;
                    let talk = self.handle_time(root);
                    self.agenda.plan(self.now + talk, Act::HangUp(*call));
                }
            }
            Event::CallEnded { call, .. } => self.callings[call.slot()] = None,
            _ => {}
        }
    }

    /// How long this caller talks.
    fn handle_time(&self, root: u64) -> Span {
        let draw = || self.uniforms(Purpose::HandleTime, root);
        match self.nature(root) {
            Nature::Drawn { handle_time, .. } => handle_time.sample_span(&mut draw()),
            Nature::Logged(log) => {
                let logged = log
                    .caller(root & PLACE_MASK)
                    .and_then(|caller| caller.talked);
                logged.unwrap_or_else(|| log.handle_time.sample_span(&mut draw()))
            }
        }
    }

    /// How long this caller waits; `None`: for ever.
    fn patience(&self, root: u64) -> Option<Span> {
        let mut uniforms = self.uniforms(Purpose::Patience, root);
        match self.nature(root) {
            Nature::Drawn { patience, .. } => patience
                .as_ref()
                .map(|patience| patience.sample_span(&mut uniforms)),
            Nature::Logged(log) => Some(log.patience_of(root & PLACE_MASK, &mut uniforms)),
        }
    }

    fn uniforms(&self, purpose: Purpose, object: u64) -> Uniforms {
        Key {
            seed: self.seed,
            purpose,
            object,
            attempt: 0,
        }
        .uniforms()
    }

    #[inline]
    fn nature(&self, root: u64) -> &Nature {
        let stream = usize::try_from(root >> STREAM_SHIFT).expect("streams are few");
        &self.scenario.callers[stream].nature
    }
}
