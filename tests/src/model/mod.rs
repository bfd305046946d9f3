//! What the engine must do, once more and simply: a model that reads inputs,
//! events and effects, keeps books of its own, and objects where the engine
//! breaks a law. It looks at the engine through public views only, and decides
//! nothing by them.
//!
//! It is slow and obvious on purpose: it searches lists where the engine keeps
//! sets, and reckons every deadline anew.

mod announce;
mod callbacks;
mod close;
mod codes;
mod configure;
mod consult;
mod effects;
mod estimates;
mod expect;
mod facts;
mod fold;
mod hours;
mod level;
mod logs;
mod menus;
mod notes;
mod offers;
mod order;
mod outside;
mod points;
mod preferred;
mod state;
mod status;
mod supervise;
mod survey;
mod timers;
mod turn;
mod views;
mod visits;

use std::collections::{BTreeMap, BTreeSet};

use tandem_engine::acd::estimate::Estimate;
use tandem_engine::config::model::{Destination, Options};
use tandem_engine::records::LeaveReason;
use tandem_engine::{
    AgentId, Announced, CallId, Effect, EffectId, Engine, Entry, Event, Input, LegId, Number,
    Outbox, PublicId, QueueId, Reject, Span, Timer, Timestamp, invariants,
};

use crate::live::{Line, Witness};
use state::{Call, Leg, Member, Person, Queue, Sound};

/// A law, by which a test and a planted bug name what they are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Law {
    /// A free agent gets the call that has waited longest in all his queues.
    Across,
    /// Waiting callers are told what the books say, and never more while the queue
    /// only shrinks.
    Estimates,
    /// What is told agrees with what was asked: status, devices, wrap-ups.
    Facts,
    /// Within a queue, who came first is offered first.
    Fifo,
    /// No agent is free while a caller waits whom he may serve.
    Idle,
    /// The engine's own invariants.
    Invariants,
    /// What is kept stays until somebody says what became of it.
    Kept,
    /// What is ordered of a leg or a caller comes in order and ends once.
    Legs,
    /// Offers are made to agents who may be rung, one at a time.
    Offers,
    /// The strategy decides who is rung.
    Order,
    /// Every call ends once, every visit to a queue has one outcome, and the
    /// record says what happened.
    Outcomes,
    /// What can not be done is refused, and changes nothing.
    Refusals,
    /// Ring-all rings everybody who is free, and lets others join.
    RingAll,
    /// Calls go where they are sent, join where they may, and never for ever.
    Routes,
    /// Deadlines are exactly those that there should be.
    Timers,
    /// Views show what is.
    Views,
}

/// Every law.
pub const LAWS: [Law; 16] = [
    Law::Across,
    Law::Estimates,
    Law::Facts,
    Law::Fifo,
    Law::Idle,
    Law::Invariants,
    Law::Kept,
    Law::Legs,
    Law::Offers,
    Law::Order,
    Law::Outcomes,
    Law::Refusals,
    Law::RingAll,
    Law::Routes,
    Law::Timers,
    Law::Views,
];

/// Whether a law holds, or in which way it is broken.
type Checked = Result<(), String>;

/// The model and the laws that it watches.
#[derive(Clone, Debug)]
pub struct Model {
    laws: BTreeSet<Law>,
    options: Options,
    revision: u64,
    wall_offset: i64,
    persons: BTreeMap<AgentId, Person>,
    extensions: BTreeMap<Number, AgentId>,
    queues: BTreeMap<QueueId, Queue>,
    numbers: BTreeMap<Number, QueueId>,
    points: BTreeMap<Number, points::Point>,
    calls: BTreeMap<CallId, Call>,
    publics: BTreeMap<PublicId, CallId>,
    last_public: Option<PublicId>,
    epoch: u32,
    /// When the last thing happened; deadlines of before a restart come late.
    latest: Timestamp,
    legs: BTreeMap<LegId, Leg>,
    /// What each leg has been told to do, by effects alone.
    sounds: BTreeMap<LegId, Sound>,
    kept: BTreeMap<EffectId, Effect>,
    /// Places that are kept for who hung up.
    places: Vec<(Number, state::Place)>,
    /// With whom callers talked last, and until when that is known.
    last_agents: Vec<(Number, AgentId, Timestamp)>,
    /// Counts joins, logins and memberships: the order of things.
    count: u64,
    entry: Scope,
    /// What has been seen so far.
    pub seen: Seen,
}

/// How much of what a history contained: a test that never saw an answer shows
/// nothing about answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Entries.
    pub entries: u64,
    /// Refused entries.
    pub refused: u64,
    /// Calls that ended.
    pub calls: u64,
    /// Offers.
    pub offers: u64,
    /// Offers to one of several free agents.
    pub choices: u64,
    /// Answers by agents.
    pub answers: u64,
    /// Records.
    pub records: u64,
    /// Offers of one call to several agents, and joins of a ring.
    pub ring_alls: u64,
    /// Calls that were in a queue when the system stopped.
    pub cut_off: u64,
    /// Midnights.
    pub midnights: u64,
    /// Calls that came to a closed queue.
    pub diverted: u64,
    /// Prompts.
    pub prompts: u64,
    /// Dialled codes.
    pub codes: u64,
    /// Changes of presence.
    pub presences: u64,
    /// Supervisors whose telephones rang.
    pub supervised: u64,
    /// Extensions that were consulted about a caller.
    pub consulted: u64,
    /// Callers who were transferred to who was consulted.
    pub passed_on: u64,
    /// Callers whom an agent put on hold for a while.
    pub held: u64,
    /// Who talked to a caller and went elsewhere without him.
    pub turned: u64,
    /// Parked callers who were fetched.
    pub retrieved: u64,
    /// What waiting callers were told.
    pub announcements: u64,
    /// Agents who were told something before they heard their caller.
    pub briefings: u64,
    /// Agents who hung up while they were told something.
    pub left_unheard: u64,
    /// Calls that came to a route point.
    pub points: u64,
    /// Messages that callers began to leave.
    pub messages: u64,
    /// Callers who were asked how it was.
    pub surveys: u64,
    /// Answers that they gave.
    pub ratings: u64,
    /// Service levels that fell or recovered.
    pub alarms: u64,
    /// Missed calls that followed another one that somebody dealt with.
    pub synced: u64,
    /// Notes that somebody wrote.
    pub notes: u64,
    /// Keys and numbers that menus got, and silences.
    pub menus: u64,
    /// Callers who left a queue by a key.
    pub keys: u64,
    /// Callers whom the agent answered for whom they were reserved.
    pub reserved: u64,
    /// Callers who asked for a callback, and customers who were called.
    pub callbacks: u64,
    /// Callbacks behind a prefix to numbers that begin with a `+`.
    pub behind_plus: u64,
    /// Callers who registered a callback by hanging up.
    pub hung_up_keyed_in: u64,
    /// Customers who answered.
    pub called_back: u64,
    /// Numbers outside that were called.
    pub outside: u64,
    /// Those of them that answered.
    pub outside_answers: u64,
    /// Counts of missed calls in a row that a call of the agent's own began anew.
    pub missed_cleared: u64,
    /// Calls that people had placed.
    pub placed: u64,
    /// Those of them who answered.
    pub placed_answers: u64,
}

impl Seen {
    /// Adds what another history contained.
    pub fn add(&mut self, other: &Self) {
        self.entries += other.entries;
        self.refused += other.refused;
        self.calls += other.calls;
        self.offers += other.offers;
        self.choices += other.choices;
        self.answers += other.answers;
        self.records += other.records;
        self.ring_alls += other.ring_alls;
        self.cut_off += other.cut_off;
        self.midnights += other.midnights;
        self.diverted += other.diverted;
        self.prompts += other.prompts;
        self.codes += other.codes;
        self.presences += other.presences;
        self.supervised += other.supervised;
        self.consulted += other.consulted;
        self.passed_on += other.passed_on;
        self.held += other.held;
        self.turned += other.turned;
        self.retrieved += other.retrieved;
        self.announcements += other.announcements;
        self.briefings += other.briefings;
        self.left_unheard += other.left_unheard;
        self.points += other.points;
        self.messages += other.messages;
        self.surveys += other.surveys;
        self.ratings += other.ratings;
        self.alarms += other.alarms;
        self.synced += other.synced;
        self.notes += other.notes;
        self.menus += other.menus;
        self.keys += other.keys;
        self.reserved += other.reserved;
        self.callbacks += other.callbacks;
        self.behind_plus += other.behind_plus;
        self.hung_up_keyed_in += other.hung_up_keyed_in;
        self.called_back += other.called_back;
        self.missed_cleared += other.missed_cleared;
        self.outside += other.outside;
        self.outside_answers += other.outside_answers;
        self.placed += other.placed;
        self.placed_answers += other.placed_answers;
    }
}

/// What is known of the entry at hand.
#[derive(Clone, Debug)]
struct Scope {
    seq: u64,
    /// When it was received, and when it happens.
    received_at: Timestamp,
    now: Timestamp,
    input: Input,
    /// The deadline that was next before it.
    first: Option<(Timestamp, Timer)>,
    /// Whose wrap-up that deadline ends.
    wrap_up_of: Option<(QueueId, AgentId)>,
    /// Hash of the state that a refusal must leave.
    untouched: Option<u128>,
    /// What waiting callers were told before it.
    estimates: Vec<(CallId, Estimate)>,
    /// Facts that must be told, in any order.
    facts: Vec<Event>,
    /// Kept effects that must be ordered, in this order.
    to_keep: Vec<Effect>,
    /// Ring-all rings these for this call before anything else.
    broadcast: Option<(CallId, BTreeSet<AgentId>)>,
    /// Offers taken back, to be justified at the end.
    withdrawn: Vec<(CallId, AgentId, QueueId)>,
    /// Of a dialled code: why it must be refused, if it must.
    code: Option<Option<Reject>>,
    /// Legs that began to ring, in order.
    rung: Vec<LegId>,
    /// Calls that must be told to hang up.
    to_hang_up: Vec<CallId>,
    /// What waiting callers must hear.
    to_play: Vec<Effect>,
    /// Who must be told something now; without how long it takes yet.
    to_tell: Option<(CallId, Announced)>,
    /// Who answers was told something, for so long.
    briefing: Option<(CallId, Span)>,
    /// Who leaves his queue by a key, and where it leads.
    by_key: Option<(CallId, Destination)>,
    /// Who found his queue too crowded and wants no callback, and where that leads.
    declines: Option<(CallId, Destination)>,
    /// Whether who presses `#` was leaving a message, which that ends.
    ends_message: bool,
    /// Queues whose longest wait is watched anew.
    rearmed: BTreeSet<QueueId>,
    /// Memberships that end because the extension does.
    left: Vec<(QueueId, Member)>,
    gone: Vec<AgentId>,
    /// Supervisors who left, to be justified at the end.
    dismissed: Vec<(LegId, CallId, AgentId, state::Helps)>,
    /// Who wants to be called back from now on: nobody rings for him meanwhile.
    asks: Option<CallId>,
    /// A callback that fails as its agent answers, and why.
    failed: Option<(CallId, LeaveReason)>,
    /// Calls that are over in this entry with their callbacks.
    over: BTreeSet<CallId>,
    /// Those of them that nobody is there to be told of.
    silent: BTreeSet<CallId>,
    /// The place of who was to be called back and calls again himself.
    taken_over: Option<state::Place>,
    /// Calls that end with the one that they were connected with, and why.
    parted: BTreeMap<CallId, tandem_engine::EndReason>,
    /// Who is to leave his caller in this entry.
    turn: Option<turn::Turn>,
}

impl Scope {
    /// What an entry is about that comes after something that happened at
    /// `latest`.
    fn new(engine: &Engine, entry: &Entry, latest: Timestamp) -> Self {
        let first = engine.next_deadline();
        let now = match (&entry.input, first) {
            // A deadline acts when it was due, however late the tick, and
            // however late it is given up.
            (Input::Abort { .. } | Input::Tick, Some((due, _))) => {
                due.min(entry.received_at).max(latest)
            }
            (Input::Restarted { alive_until, .. }, _) => {
                entry.received_at.min(*alive_until).max(latest)
            }
            _ => entry.received_at,
        };
        let wrap_up_of = match first {
            Some((_, Timer::WrapUp(member))) => engine
                .member(member)
                .map(|member| (member.queue, member.agent)),
            _ => None,
        };
        Self {
            seq: entry.seq,
            received_at: entry.received_at,
            now,
            input: entry.input.clone(),
            first,
            wrap_up_of,
            untouched: None,
            estimates: Vec::new(),
            facts: Vec::new(),
            to_keep: Vec::new(),
            broadcast: None,
            withdrawn: Vec::new(),
            code: None,
            rung: Vec::new(),
            to_hang_up: Vec::new(),
            to_play: Vec::new(),
            to_tell: None,
            briefing: None,
            by_key: None,
            declines: None,
            ends_message: false,
            rearmed: BTreeSet::new(),
            left: Vec::new(),
            gone: Vec::new(),
            dismissed: Vec::new(),
            asks: None,
            failed: None,
            over: BTreeSet::new(),
            silent: BTreeSet::new(),
            taken_over: None,
            parted: BTreeMap::new(),
            turn: None,
        }
    }
}

impl Model {
    /// A model of an empty centre that watches these laws.
    #[must_use]
    pub fn new(laws: &[Law]) -> Self {
        let nothing = Entry {
            seq: 0,
            received_at: Timestamp::ZERO,
            input: Input::Tick,
        };
        Self {
            laws: laws.iter().copied().collect(),
            options: Options::default(),
            revision: 0,
            wall_offset: 0,
            persons: BTreeMap::new(),
            extensions: BTreeMap::new(),
            queues: BTreeMap::new(),
            numbers: BTreeMap::new(),
            points: BTreeMap::new(),
            calls: BTreeMap::new(),
            publics: BTreeMap::new(),
            last_public: None,
            epoch: 0,
            latest: Timestamp::ZERO,
            legs: BTreeMap::new(),
            sounds: BTreeMap::new(),
            kept: BTreeMap::new(),
            places: Vec::new(),
            last_agents: Vec::new(),
            count: 0,
            entry: Scope::new(&Engine::new(0), &nothing, Timestamp::ZERO),
            seen: Seen::default(),
        }
    }

    /// What must hold when everybody has hung up.
    ///
    /// # Errors
    /// Where somebody is left.
    pub fn finish(&self) -> Checked {
        self.law(Law::Outcomes, self.calls.is_empty(), || {
            format!("calls that never end: {:?}", self.calls.keys())
        })
    }

    /// Whether a law holds, if it is watched.
    fn law(&self, law: Law, holds: bool, broken: impl FnOnce() -> String) -> Checked {
        if holds || !self.laws.contains(&law) {
            return Ok(());
        }
        Err(format!("law {law:?} is broken: {}", broken()))
    }

    fn next_count(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// Reads an accepted entry and what followed from it.
    fn read(&mut self, engine: &Engine, out: &Outbox) -> Checked {
        self.time_goes_on()?;
        if let Some(call) = self.leaves_unheard() {
            self.seen.left_unheard += 1;
            self.entry.input = Input::BridgeFailed { call };
        }
        self.begin(engine)?;
        for event in &out.events {
            self.fold(event)?;
        }
        self.effects(&out.effects)?;
        self.reasons_agree(&out.events, &out.effects)?;
        self.close(engine)?;
        self.estimates_do_not_grow(engine, out)
    }
}

/// Something that must be there for the books to be kept at all.
fn known<T>(found: Option<T>, what: &str) -> Result<T, String> {
    found.ok_or_else(|| format!("the outputs make no sense: {what}"))
}

impl Witness for Model {
    fn before(&mut self, engine: &Engine, entry: &Entry) {
        self.entry = Scope::new(engine, entry, self.latest);
        self.entry.estimates = self.estimates_before(engine);
        self.entry.ends_message = self.ends_message();
        self.seen.entries += 1;
        if self.laws.contains(&Law::Refusals) && self.refusal().is_some() {
            self.entry.untouched = Some(expect::untouched(engine, entry));
        }
    }

    fn after(&mut self, engine: &Engine, line: &Line) -> Checked {
        let refused = line.out.reject.clone();
        let expected = self.refusal();
        if refused == expected {
            self.seen.refused += u64::from(refused.is_some());
        } else {
            self.law(Law::Refusals, false, || {
                format!("refused {refused:?}, but it should be {expected:?}")
            })?;
            known(
                (refused.is_some() == expected.is_some()).then_some(()),
                "a refusal",
            )?;
        }
        if refused.is_some() {
            self.nothing_changed(engine, &line.out)?;
        } else {
            self.read(engine, &line.out)?;
        }
        let checked = if self.laws.contains(&Law::Invariants) {
            invariants::check(engine)
        } else {
            Ok(())
        };
        self.law(Law::Invariants, checked.is_ok(), || format!("{checked:?}"))
    }
}
