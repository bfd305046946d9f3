//! The books of a world: what is known of calls, legs, people and promises from
//! what passed the engine's boundary, and the laws that can be seen there. They
//! look at public views only for names and settings.

mod callbacks;
mod effects;
mod events;
mod inputs;
mod logs;
mod messages;
mod notes;
mod outside;
mod surveys;
mod visits;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tandem_engine::config::model::{Config, ExtensionConfig, Notice, QueueConfig, SurveyConfig};
use tandem_engine::{
    AgentId, CallId, Effect, EffectId, Engine, Entry, Event, Input, LegId, Number, Outbox,
    PublicId, QueueId, Span, Timer, Timestamp,
};

use callbacks::Stand;
use tandem_engine::records::callbacks::Callback;

use super::audit::Auditor;
use super::laws::{Broken, Checked, Checks, Law};

/// An entry, and what passed the boundary with it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// What was told.
    pub entry: &'a Entry,
    /// The deadline that was next before it.
    pub next: Option<(Timestamp, Timer)>,
    /// What came out.
    pub out: &'a Outbox,
    /// The engine afterwards.
    pub engine: &'a Engine,
}

/// What is known of a world.
#[derive(Debug, Default)]
pub struct Books {
    acted_at: Timestamp,
    received_at: Timestamp,
    /// Where the timeline begins on the wall clock, in microseconds from the Unix epoch.
    wall_offset: i64,
    config: Config,
    /// Queues that are not deleted.
    queues: BTreeMap<QueueId, QueueConfig>,
    numbers: BTreeMap<AgentId, Number>,
    /// Places that are kept: queue, since when, order.
    places: BTreeMap<Number, (QueueId, Timestamp, u64)>,
    calls: BTreeMap<CallId, Call>,
    publics: BTreeMap<PublicId, CallId>,
    last_public: Option<PublicId>,
    legs: BTreeMap<LegId, Leg>,
    people: BTreeMap<AgentId, Person>,
    kept: BTreeSet<EffectId>,
    /// Queues whose service level was under its threshold when it was looked at last.
    under: BTreeSet<QueueId>,
    /// Counts up with every joining of a queue.
    joins: u64,
    arrived: u64,
    entry: Scope,
}

/// A call on the line.
#[derive(Clone, Debug)]
struct Call {
    public: PublicId,
    number: Number,
    /// The extension that calls.
    origin: Option<AgentId>,
    visits: u16,
    visit: Option<Visit>,
    /// The slot that it is parked in.
    parked: Option<Number>,
    /// The other caller with whom this one talks.
    joined: Option<CallId>,
    /// What the caller is asked, if he is and has not answered.
    asked: Option<SurveyConfig>,
    /// The message that the caller leaves: whose, since when, and how long at most.
    message: Option<(Number, Timestamp, Span)>,
    /// For whose call this one's caller is being called outside.
    called_for: Option<CallId>,
    /// Whether its caller has it placed, and has not answered.
    placed: bool,
    /// Whether the caller has hung up and is to be called back.
    gone: bool,
    /// When he was called back, or outside, and for how long he is at most.
    rung: Option<(Timestamp, Span)>,
}

impl Call {
    const fn new(public: PublicId, number: Number, origin: Option<AgentId>) -> Self {
        Self {
            public,
            number,
            origin,
            visits: 0,
            visit: None,
            parked: None,
            joined: None,
            asked: None,
            message: None,
            called_for: None,
            placed: false,
            gone: false,
            rung: None,
        }
    }
}

/// A visit to a queue that has not ended.
#[derive(Clone, Copy, Debug)]
struct Visit {
    queue: QueueId,
    joined_at: Timestamp,
    /// Since when its place is the caller's.
    since: Timestamp,
    joined_in: u64,
    order: u64,
    ringing: u32,
    offers: u32,
    at_once: bool,
    /// Up to here nobody new is rung.
    pausing: Option<Timestamp>,
    /// For whom alone the caller waits, and until when at most.
    reserved: Option<(AgentId, Timestamp)>,
    answered: Option<(Timestamp, AgentId)>,
    /// Up to here who answered is told something, and does not hear the caller.
    briefed_until: Timestamp,
    hold: Hold,
    /// How far the caller has come with a callback.
    stand: Stand,
}

/// How long an agent held the caller of a visit, and since when he does.
#[derive(Clone, Copy, Debug, Default)]
struct Hold {
    held: Span,
    since: Option<Timestamp>,
}

/// A leg that rings or talks.
#[derive(Clone, Copy, Debug)]
struct Leg {
    call: CallId,
    agent: AgentId,
    queue: Option<QueueId>,
    rung_at: Timestamp,
    timeout: Span,
    talks: bool,
    /// Whether it is a supervisor's, who wants the call or listens in.
    helps: bool,
}

impl Leg {
    /// Whether somebody talks to the caller of a call on it.
    fn converses(&self, call: CallId) -> bool {
        self.talks && !self.helps && self.call == call
    }
}

/// An agent.
#[derive(Clone, Debug, Default)]
struct Person {
    up: bool,
    /// Queues in which he takes calls.
    open: BTreeSet<QueueId>,
    wrapping: BTreeSet<QueueId>,
}

/// What is known of the entry at hand.
#[derive(Debug, Default)]
struct Scope {
    /// Calls that ended in it, and whether their callers must be told.
    ended: BTreeMap<CallId, bool>,
    /// Legs that ended in it, what they were, and whether they must be told.
    gone: BTreeMap<LegId, (Leg, bool)>,
    /// Rings that were told of, in order.
    rung: Vec<(LegId, CallId, AgentId, Option<QueueId>)>,
    /// Legs of supervisors that began to ring in it.
    supervisors: BTreeSet<LegId>,
    /// Kept effects that were ordered once more in it.
    again: BTreeSet<EffectId>,
    /// Calls that left a message in it.
    messages: BTreeSet<PublicId>,
    /// Visits that ended in it.
    visits: BTreeSet<(PublicId, u16)>,
    /// Callbacks that are over with their visits, and not yet told of.
    callbacks: Vec<Callback>,
    /// Calls whose customers are told to be called, and not yet are.
    customers: Vec<CallId>,
    /// The call whose caller has said in it where to call him.
    registers: Option<CallId>,
    /// Calls in which a callback was promised.
    requested: BTreeSet<CallId>,
    /// Calls that ended in it whose callers were gone.
    silent: BTreeSet<CallId>,
    /// The place of who was to be called back and called again himself.
    withdrawn: Option<(QueueId, Timestamp, u64)>,
    /// What is to be told of logs, in order.
    logs: VecDeque<Event>,
    /// Mails that must be ordered, as a service level passed its threshold.
    turned: Vec<Effect>,
}

/// Where the laws of an entry are looked at.
struct Court<'a> {
    auditor: &'a mut Auditor,
    checks: &'a mut Checks,
}

impl Court<'_> {
    fn law(&mut self, law: Law, holds: bool, broken: impl FnOnce() -> String) -> Checked {
        self.checks.law(law, holds, broken)
    }
}

/// Something that must be known, or a law is broken.
fn known<T>(found: Option<T>, law: Law, what: impl FnOnce() -> String) -> Result<T, Broken> {
    found.ok_or_else(|| Broken::new(law, what()))
}

impl Books {
    /// How many calls arrived.
    #[must_use]
    pub const fn calls_seen(&self) -> u64 {
        self.arrived
    }

    /// Reads an entry and what came of it.
    ///
    /// # Errors
    /// The first law that does not hold.
    pub(super) fn see(
        &mut self,
        seen: &Seen<'_>,
        auditor: &mut Auditor,
        checks: &mut Checks,
    ) -> Checked {
        let mut court = Court { auditor, checks };
        self.entry = Scope::default();
        self.time_is_right(seen, &mut court)?;
        self.refusal_is_right(seen, &mut court)?;
        if seen.out.reject.is_some() {
            return Ok(());
        }
        let unheard = self.leaves_unheard(seen);
        let entry = unheard.map(|call| Entry {
            input: Input::BridgeFailed { call },
            ..seen.entry.clone()
        });
        let seen = &Seen {
            entry: entry.as_ref().unwrap_or(seen.entry),
            ..*seen
        };
        self.take_in(seen);
        for event in &seen.out.events {
            self.log(seen, event, &mut court)?;
        }
        self.effects(seen, &mut court)?;
        self.callbacks_are_over(&mut court)?;
        self.logs_are_told(seen, &mut court)?;
        self.promises_are_kept(seen, &mut court)
    }

    /// Who hangs up before he hears the caller was not connected with him, unless he has held
    /// him.
    fn leaves_unheard(&self, seen: &Seen<'_>) -> Option<CallId> {
        let Input::LegEnded { leg } = seen.entry.input else {
            return None;
        };
        let leg = self.legs.get(&leg)?;
        let visit = self.calls.get(&leg.call)?.visit.as_ref()?;
        let heard = visit.answered.is_none() || self.acted_at >= visit.briefed_until;
        let held = visit.hold.since.is_some() || !visit.hold.held.is_zero();
        (leg.converses(leg.call) && !heard && !held).then_some(leg.call)
    }

    fn time_is_right(&mut self, seen: &Seen<'_>, court: &mut Court<'_>) -> Checked {
        let received = seen.entry.received_at;
        let (before, last) = (self.acted_at, self.received_at);
        let due = seen.next.map(|(due, _)| due).filter(|due| *due <= received);
        let right = match (&seen.entry.input, due) {
            (Input::Abort { .. } | Input::Tick, Some(due)) => due.max(before),
            (Input::Restarted { alive_until, .. }, _) => (*alive_until).clamp(last, received),
            _ => received,
        };
        let acted = seen.out.acted_at;
        (self.acted_at, self.received_at) = (acted, received);
        let holds = acted == right && acted >= before && acted <= received;
        court.law(Law::Time, holds, || {
            format!("it acted at {acted}, not {right}, after {before}, received {received}")
        })
    }

    /// What is awaited is what was promised, and no telephone rings too long.
    fn promises_are_kept(&self, seen: &Seen<'_>, court: &mut Court<'_>) -> Checked {
        use tandem_engine::Awaiting::{Customer, Kept, Ring};
        let now = self.acted_at;
        let ringing = || self.legs.iter().filter(|(_, leg)| !leg.talks);
        let late = ringing().find(|(_, leg)| leg.rung_at + leg.timeout < now);
        court.law(Law::Rings, late.is_none(), || {
            format!("{late:?} rings at {now}")
        })?;
        // To look at thousands of kept effects in every entry would take too long.
        if self.kept.len() > 100 && !seen.entry.seq.is_multiple_of(64) {
            return Ok(());
        }
        let (mut rings, mut kept, mut customers) = (Vec::new(), Vec::new(), Vec::new());
        for awaiting in seen.engine.awaiting() {
            match awaiting {
                Customer { call, .. } => customers.push(call),
                Kept { effect, .. } => kept.push(effect),
                Ring { leg, .. } => rings.push(leg),
            }
        }
        rings.sort_unstable();
        customers.sort_unstable();
        self.customers_ring(&customers, court)?;
        self.nobody_is_called_for_nobody(court)?;
        court.law(
            Law::Ends,
            ringing().map(|(&leg, _)| leg).eq(rings.iter().copied()),
            || format!("{rings:?} are awaited to be answered, not {:?}", ringing()),
        )?;
        court.law(Law::Kept, self.kept.iter().eq(&kept), || {
            format!("{kept:?} are kept, not {:?}", self.kept)
        })
    }

    /// Reads the configuration anew.
    fn read_config(&mut self, engine: &Engine) -> Checked {
        self.config = engine.config().0;
        self.queues.clear();
        for queue in &self.config.queues {
            if let Some(id) = engine.find_queue(queue.number) {
                self.queues.insert(id, queue.clone());
            }
        }
        let told = |queue: &QueueConfig| queue.notify_managers.contains(&Notice::ServiceLevel);
        let queues = &self.queues;
        (self.under).retain(|queue| queues.get(queue).is_some_and(told));
        for extension in &self.config.extensions {
            if let Some(id) = engine.find_agent(extension.number) {
                self.numbers.insert(id, extension.number);
            }
        }
        Ok(())
    }

    fn extension(&self, number: Number) -> Option<&ExtensionConfig> {
        let mut extensions = self.config.extensions.iter();
        extensions.find(|extension| extension.number == number)
    }

    /// Callers whom nobody has answered in a queue.
    fn waiting(&self, queue: QueueId) -> impl Iterator<Item = (&CallId, &Visit)> {
        let visits = self
            .calls
            .iter()
            .filter_map(|(id, call)| Some((id, call.visit.as_ref()?)));
        visits.filter(move |(_, visit)| {
            let called = matches!(visit.stand, Stand::Ringing(..));
            visit.queue == queue && visit.answered.is_none() && !called
        })
    }
}
