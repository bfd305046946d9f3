//! One world: the engine, its driver, the people outside, and everybody who
//! watches.

use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

use tandem_engine::acd::eligible::Obstacle;
use tandem_engine::config::diff;
use tandem_engine::config::model::{Change, Config, Destination};
use tandem_engine::limits::CHANGES_MAX;
use tandem_engine::records::notes::Note;
use tandem_engine::view::{AgentView, CallStage};
use tandem_engine::{
    By, CallId, Caller, Engine, Entry, Input, Marks, MemberId, Monitoring, Number, Outbox, Span,
    Timer, Timestamp, Which, invariants,
};

use super::audit::{Auditor, Product};
use super::books::{Books, Seen};
use super::chance::{Chance, QUARTER_US, What};
use super::laws::{Broken, Checked, Checks, Law};
use super::people::{Message, People};
use super::plan::{Act, Fault, Handle, Plan, Slip, Status, TimerKind};
use super::shelf::Shelf;

/// How late a deadline is carried out at most.
const LATE_MAX_S: u64 = 60;
/// Entries after which a snapshot is taken if nobody wanted one.
const SNAPSHOT_ENTRIES: usize = 1_000;
/// Inputs that can be told once more.
const RECENT: usize = 16;
/// Deadlines that one moment may have.
const TICKS_AT_ONCE_MAX: u32 = 50_000;
/// When everything must be over once nothing goes wrong any more: the patience of
/// callers, a talk, and the longest wrap-up.
pub const DRAIN_S_MAX: u64 = 3 * 3_600;

/// Bends what the watchers see, and what the engine and the people see not. A test
/// plants a lie with it; see [`Clear`].
pub trait Lens {
    /// Whether it bends anything; where not, nothing is copied.
    const ON: bool;

    /// Bends the answer to an entry.
    fn bend(&mut self, entry: &Entry, out: &mut Outbox);
}

/// A lens that bends nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clear;

impl Lens for Clear {
    const ON: bool = false;
    fn bend(&mut self, _: &Entry, _: &mut Outbox) {}
}

/// What came of a world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Entries that were applied.
    pub entries: u64,
    /// Calls that arrived.
    pub calls: u64,
    /// How long it lasted, by its own time.
    pub simulated: Span,
    /// How often each law was looked at.
    pub checks: Checks,
    /// The rare paths that were taken.
    pub marks: Marks,
    /// Hash of the engine's last state.
    pub hash: u128,
    /// The law that did not hold, and in which entry.
    pub broken: Option<(Broken, u64)>,
}

/// Plays a world to its end, or to the first law that does not hold.
#[must_use]
pub fn run<L: Lens>(plan: &Plan, lens: L) -> Outcome {
    let mut world = World::new(plan, lens);
    let played = catch_unwind(AssertUnwindSafe(|| world.play()));
    world.checks.count(Law::Panic);
    let (broken, hash) = match played {
        Ok(Ok(())) => (None, world.engine.hash()),
        Ok(Err(broken)) => (Some(broken), 0),
        Err(said) => {
            let words = (said.downcast_ref::<String>().cloned())
                .or_else(|| said.downcast_ref::<&str>().map(|&text| text.to_owned()));
            let words = words.unwrap_or_else(|| "a panic without words".to_owned());
            (Some(Broken::new(Law::Panic, words)), 0)
        }
    };
    Outcome {
        entries: world.seq,
        calls: world.books.calls_seen(),
        simulated: world.now - Timestamp::ZERO,
        checks: world.checks,
        marks: world.marks,
        hash,
        broken: broken.map(|broken| (broken, world.seq)),
    }
}

struct World<'p, L> {
    plan: &'p Plan,
    engine: Engine,
    out: Outbox,
    seq: u64,
    now: Timestamp,
    people: People,
    /// What was durable: a snapshot, and the journal behind it.
    snapshot: Vec<u8>,
    journal: Vec<(Entry, Outbox)>,
    recent: VecDeque<Input>,
    /// Kinds of deadlines of which the next one is given up.
    given_up: BTreeSet<TimerKind>,
    epoch: u32,
    books: Books,
    auditor: Auditor,
    /// Queue calls that are over.
    shelf: Shelf,
    /// The product's figures; there once the centre is set up.
    product: Option<Product>,
    checks: Checks,
    marks: Marks,
    lens: L,
}

impl<'p, L: Lens> World<'p, L> {
    fn new(plan: &'p Plan, lens: L) -> Self {
        let engine = Engine::new(plan.seed);
        Self {
            plan,
            snapshot: engine.snapshot(),
            engine,
            out: Outbox::default(),
            seq: 0,
            now: Timestamp::ZERO,
            people: People::new(plan),
            journal: Vec::new(),
            recent: VecDeque::new(),
            given_up: BTreeSet::new(),
            epoch: 0,
            books: Books::default(),
            auditor: Auditor::default(),
            shelf: Shelf::default(),
            product: None,
            checks: Checks::default(),
            marks: Marks::default(),
            lens,
        }
    }

    fn play(&mut self) -> Checked {
        self.open()?;
        while let Some(at) = self.people.next().filter(|at| *at <= self.plan.until) {
            self.advance(at)?;
            if let Some(message) = self.people.take() {
                self.perform(&message)?;
            }
        }
        self.advance(self.plan.until)?;
        self.drain()?;
        self.replay().map(drop)?;
        self.auditor.end(self.now);
        match &mut self.product {
            Some(product) => product.compare(&self.auditor, self.now, &mut self.checks),
            None => Ok(()),
        }
    }

    /// Sets the centre up.
    fn open(&mut self) -> Checked {
        let micros = self.plan.wall_offset;
        self.apply(Input::WallOffset { micros })?;
        // First empty, so that the figures know the queues before anybody logs in.
        let mut empty = self.plan.config.clone();
        empty
            .queues
            .iter_mut()
            .for_each(|queue| queue.members.clear());
        self.set_up(&diff::set_up(&empty))?;
        self.auditor.begin(&self.engine);
        self.product = Some(Product::new(&self.engine, self.plan.until));
        self.set_up(&diff::changes(&empty, &self.plan.config))
    }

    fn set_up(&mut self, changes: &[Change]) -> Checked {
        for changes in changes.chunks(CHANGES_MAX) {
            let base = self.engine.config().1;
            let (by, changes) = (By::System, changes.to_vec());
            self.apply(Input::Configure { by, base, changes })?;
        }
        Ok(())
    }

    /// Lets time pass: carries out every deadline that comes before.
    fn advance(&mut self, at: Timestamp) -> Checked {
        let at = at.max(self.now);
        let mut at_once = 0_u32;
        while let Some((due, timer)) = self.engine.next_deadline().filter(|(due, _)| *due <= at) {
            let late = (at - due) <= Span::from_secs(LATE_MAX_S) && self.is_late(due);
            let moment = if late { at } else { due }.max(self.now);
            at_once = if moment == self.now { at_once + 1 } else { 0 };
            self.checks
                .law(Law::Liveness, at_once < TICKS_AT_ONCE_MAX, || {
                    format!("deadlines come for ever, and it stays {moment}")
                })?;
            self.now = moment;
            if self.given_up.remove(&TimerKind::of(timer)) {
                self.apply(Input::Abort { timer })?;
            } else {
                self.apply(Input::Tick)?;
            }
        }
        self.now = at;
        Ok(())
    }

    fn is_late(&self, due: Timestamp) -> bool {
        let rate = self.plan.faults.get(Fault::LateTick);
        let mut chance = Chance::new(self.plan.seed, What::Tick, due.micros(), 0);
        rate > 0 && due < self.plan.until && chance.per_mille(rate)
    }

    fn perform(&mut self, message: &Message) -> Checked {
        if let Message::Act(place) = *message {
            return self.act(place);
        }
        let Some((object, input)) = self.people.say(self.now, message) else {
            return Ok(());
        };
        let held_back = matches!(message, Message::Wired(_));
        let input = if held_back {
            Some(input)
        } else {
            self.people.wire(self.now, object, input)
        };
        input.map_or(Ok(()), |input| self.tell(input))
    }

    fn act(&mut self, place: usize) -> Checked {
        let planned = &self.plan.acts[place];
        match &planned.act {
            Act::Abort(kind) => {
                self.given_up.insert(*kind);
                Ok(())
            }
            Act::Kill { down, restored } => self.kill(*down, *restored),
            Act::Repeat(back) => match self.recent.get(usize::from(*back)).cloned() {
                Some(input) => self.tell(input),
                None => Ok(()),
            },
            Act::Save => {
                self.save();
                Ok(())
            }
            act => {
                let Some(input) = self.input(planned.id, act) else {
                    return Ok(());
                };
                match self.people.wire(self.now, planned.id, input) {
                    Some(input) => self.tell(input),
                    None => Ok(()),
                }
            }
        }
    }

    /// What an act tells the engine; nothing where there is nothing to tell.
    fn input(&self, id: u64, act: &Act) -> Option<Input> {
        Some(match act {
            Act::Call(call) => Input::CallArrived {
                key: u128::from(id),
                from: Caller {
                    number: call.from,
                    name: (!call.from.is_none()).then(|| "Somebody".into()),
                    extension: call.inside.then_some(call.from),
                },
                dialled: call.dialled,
            },
            Act::Configure { by, target, slip } => {
                let (config, base) = self.engine.config();
                let mut changes = diff::changes(&config, target);
                let base = base - u64::from(*slip == Slip::Outdated);
                if *slip == Slip::Unknown {
                    // Nobody has that number.
                    changes.push(Change::RemoveQueue(Number::from_u64(1)));
                }
                (!changes.is_empty()).then_some(Input::Configure {
                    by: *by,
                    base,
                    changes,
                })?
            }
            Act::Device { extension, up } => {
                let extension = *extension;
                if *up {
                    Input::DeviceUp { extension }
                } else {
                    Input::DeviceDown { extension }
                }
            }
            Act::Erase { by, number } => Input::PersonErased {
                by: *by,
                number: *number,
            },
            Act::Handle { by, place, handle } => self.handle(*by, *place, *handle)?,
            Act::Log { by, place, deed } => {
                let note = |which| self.note(which);
                self.shelf.input(*by, *place, *deed, note)?
            }
            Act::Presence {
                by,
                agent,
                presence,
            } => Input::PresenceChanged {
                by: *by,
                agent: *agent,
                presence: *presence,
            },
            Act::Renew(number) => {
                let (config, base) = self.engine.config();
                let changes = renewal(&config, *number)?;
                let by = By::System;
                Input::Configure { by, base, changes }
            }
            Act::Switch {
                by,
                agent,
                queues,
                status,
            } => switch(*by, *agent, *queues, status),
            Act::WallClock(micros) => Input::WallOffset { micros: *micros },
            Act::Abort(_) | Act::Kill { .. } | Act::Repeat(_) | Act::Save => return None,
        })
    }

    /// What somebody does with one of the calls that are on.
    fn handle(&self, by: By, place: u16, handle: Handle) -> Option<Input> {
        let calls = self.engine.calls();
        let call = *calls.get(usize::from(place) % calls.len().max(1))?;
        let leg = || {
            self.engine
                .call(call)
                .and_then(|call| call.legs.first().copied())
        };
        // A number leads to a queue or to an extension, whatever it is called here.
        let to = Destination::Queue;
        let monitor = |how| Input::MonitorCall { by, call, how };
        Some(match handle {
            Handle::Barge => monitor(Monitoring::Barge),
            Handle::Consult(to) => Input::ConsultCall { by, call, to },
            Handle::CompleteTransfer => Input::EndConsultation {
                by,
                call,
                transfer: true,
            },
            Handle::Return => Input::EndConsultation {
                by,
                call,
                transfer: false,
            },
            Handle::HangUp => Input::HangUpCall { by, call },
            Handle::Hold => Input::LegHeld { leg: leg()? },
            Handle::Listen => monitor(Monitoring::Listen),
            Handle::Note(which) => Input::CallNoted {
                by,
                call,
                note: Box::new(self.note(which)),
            },
            Handle::Park(side) => Input::ParkCall { by, call, side },
            Handle::PauseRecording => Input::SwitchRecording {
                by,
                call,
                on: false,
            },
            Handle::PickUp => Input::PickUpCall { by, call },
            Handle::Record => Input::SwitchRecording { by, call, on: true },
            Handle::Place(number) => Input::PlaceCall { by, to: to(number) },
            Handle::Redirect(number) => Input::RedirectCall {
                by,
                call,
                to: to(number),
            },
            Handle::Resume => Input::LegResumed { leg: leg()? },
            Handle::Transfer(side, number) => Input::TransferCall {
                by,
                call,
                side,
                to: to(number),
            },
            Handle::Whisper => monitor(Monitoring::Whisper),
        })
    }

    /// A note with the first of the dispositions, so many; four more add a remark.
    fn note(&self, which: u8) -> Note {
        let names = self.engine.config().0.options.dispositions;
        let remark = if which < 4 { "" } else { "Call again" };
        Note {
            dispositions: names.into_iter().take(usize::from(which % 4)).collect(),
            remark: remark.to_owned(),
        }
    }

    fn tell(&mut self, input: Input) -> Checked {
        // What was told before in this moment may have made something due at once.
        self.advance(self.now)?;
        self.recent.push_front(input.clone());
        self.recent.truncate(RECENT);
        self.apply(input)
    }

    /// Applies an input in the present moment, under everybody's eyes.
    fn apply(&mut self, input: Input) -> Checked {
        self.seq += 1;
        let entry = Entry {
            seq: self.seq,
            received_at: self.now,
            input,
        };
        let next = self.engine.next_deadline();
        self.engine
            .apply_traced(&entry, &mut self.out, &mut self.marks);
        self.watch(&entry, next)?;
        self.people.hear(self.now, &self.out);
        self.shelf.hear(&entry, &self.out, &self.engine);
        self.journal.push((entry, self.out.clone()));
        if self.journal.len() >= SNAPSHOT_ENTRIES {
            self.save();
        }
        Ok(())
    }

    fn watch(&mut self, entry: &Entry, next: Option<(Timestamp, Timer)>) -> Checked {
        for event in &self.out.events {
            if let Some(product) = &mut self.product {
                product.observe(self.out.acted_at, event);
            }
        }
        let bent = L::ON.then(|| {
            let mut out = self.out.clone();
            self.lens.bend(entry, &mut out);
            out
        });
        let seen = Seen {
            entry,
            next,
            out: bent.as_ref().unwrap_or(&self.out),
            engine: &self.engine,
        };
        self.books.see(&seen, &mut self.auditor, &mut self.checks)?;
        let checked = invariants::check(&self.engine);
        self.checks.law(Law::Invariants, checked.is_ok(), || {
            checked.err().unwrap_or_default()
        })
    }

    fn save(&mut self) {
        self.snapshot = self.engine.snapshot();
        self.journal.clear();
    }

    /// The engine as it comes back from what is durable.
    fn replay(&mut self) -> Result<Engine, Broken> {
        let mut engine = Engine::restore(&self.snapshot)
            .map_err(|why| Broken::new(Law::Replay, why.to_string()))?;
        let mut out = Outbox::default();
        for (entry, then) in &self.journal {
            engine.apply(entry, &mut out);
            self.checks.law(Law::Replay, out == *then, || {
                format!("entry {} has another answer: {out:?}", entry.seq)
            })?;
        }
        let same = engine.hash() == self.engine.hash();
        self.checks.law(Law::Replay, same, || {
            "snapshot and journal lead to another state".to_owned()
        })?;
        Ok(engine)
    }

    /// The system dies, comes back from what is durable, and starts again.
    fn kill(&mut self, down: Span, restored: bool) -> Checked {
        self.engine = self.replay()?;
        self.epoch += u32::from(restored);
        // It is known to have lived up to its last word, or for a while or all of the
        // time in which nothing of what it did was durable.
        let mute = match down.micros() / QUARTER_US % 3 {
            0 => Span::ZERO,
            1 => Span::from_micros(down.micros() / 2),
            _ => down,
        };
        let alive_until = self.now + mute;
        self.now = self.now + down;
        let epoch = self.epoch;
        self.apply(Input::Restarted { alive_until, epoch })
    }

    /// Nothing goes wrong any more: everybody is there and works, and what has
    /// begun must end.
    fn drain(&mut self) -> Checked {
        self.given_up.clear();
        self.people.calm_down(self.now, &self.engine);
        let numbers: Vec<Number> = (self.engine.config().0.extensions.iter())
            .map(|extension| extension.number)
            .collect();
        for agent in numbers {
            let (by, queues, extension) = (By::System, Which::All, agent);
            self.tell(Input::DeviceUp { extension })?;
            self.tell(Input::AgentLogIn { by, agent, queues })?;
            self.tell(Input::AgentUnpause { by, agent, queues })?;
        }
        let end = self.plan.until + Span::from_secs(DRAIN_S_MAX);
        while !self.is_over() {
            let due = self.engine.next_deadline().map(|(due, _)| due);
            let next = due.into_iter().chain(self.people.next()).min();
            let in_time = next.filter(|next| *next <= end);
            if in_time.is_none() && self.end_promises()? {
                continue;
            }
            let left = in_time.is_none().then(|| self.left());
            self.checks.law(Law::Liveness, left.is_none(), || {
                format!("at {end} there is left: {}", left.unwrap_or_default())
            })?;
            self.advance(in_time.unwrap_or(end))?;
            if self.people.next().is_some_and(|next| next <= self.now)
                && let Some(message) = self.people.take()
            {
                self.perform(&message)?;
            }
        }
        Ok(())
    }

    /// A callback without a time limit, promised in a queue that has no agents, waits until
    /// somebody ends it. Returns whether there was one.
    fn end_promises(&mut self) -> Result<bool, Broken> {
        let engine = &self.engine;
        let promised = |call: &CallId| {
            let stage = engine.call(*call).map(|call| call.stage);
            let Some(CallStage::Agent { queue, .. }) = stage else {
                return false;
            };
            let waits = engine
                .waiting(*call)
                .is_some_and(|waiting| waiting.callback);
            let queue = engine.queue(queue);
            waits && queue.is_some_and(|queue| queue.members.is_empty())
        };
        let calls: Vec<CallId> = engine.calls().into_iter().filter(promised).collect();
        for &call in &calls {
            let by = By::System;
            self.tell(Input::HangUpCall { by, call })?;
        }
        Ok(!calls.is_empty())
    }

    /// Whether nobody is on the line, nothing is awaited, and no deadline but
    /// midnights will come.
    fn is_over(&self) -> bool {
        self.engine.call_count() == 0
            && self.engine.awaiting().next().is_none()
            && self.unfree().is_none()
    }

    /// An agent who is not free, though not because he or his telephone is away.
    fn unfree(&self) -> Option<Number> {
        let engine = &self.engine;
        let agents = engine.agents().into_iter();
        let mut agents = agents.filter_map(|id| engine.agent(id));
        let ends = |member: &MemberId| {
            let obstacle = engine.member(*member).and_then(|member| member.obstacle);
            obstacle.is_some_and(|obstacle| {
                use Obstacle::{BeingOffered, Busy, Resting, WrapUp};
                matches!(obstacle, BeingOffered | Busy | Resting | WrapUp)
            })
        };
        let unfree = |agent: &AgentView<'_>| {
            agent.engaged > 0 || agent.offer.is_some() || agent.members.iter().any(ends)
        };
        agents.find(unfree).map(|agent| agent.number)
    }

    fn left(&self) -> String {
        let (calls, awaiting) = (self.engine.call_count(), self.engine.awaiting().count());
        let (next, agent) = (self.engine.next_deadline(), self.unfree());
        format!("{calls} calls, {awaiting} effects, next {next:?}, not free {agent:?}")
    }
}

fn switch(by: By, agent: Number, queues: Which, status: &Status) -> Input {
    match status {
        Status::LogIn => Input::AgentLogIn { by, agent, queues },
        Status::LogOut => Input::AgentLogOut { by, agent, queues },
        Status::Pause(reason) => Input::AgentPause {
            by,
            agent,
            queues,
            reason: reason.clone(),
        },
        Status::Unpause => Input::AgentUnpause { by, agent, queues },
    }
}

/// Deletes a queue and makes it again.
fn renewal(config: &Config, number: Number) -> Option<Vec<Change>> {
    let queue = config.queues.iter().find(|queue| queue.number == number)?;
    Some(vec![
        Change::RemoveQueue(number),
        Change::PutQueue(queue.clone()),
    ])
}
