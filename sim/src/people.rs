//! The people around a contact centre: who calls, who works, and what they do
//! when they hear of something.
//!
//! They know neither an engine nor a clock. Whoever owns the world tells them
//! the time and what they notice, and carries out what they do: the simulator
//! at once, a demo with telephones when the time has come. Calls and legs have
//! the names that the world gives them.
//!
//! ```
//! # use tandem_sim::people::{Act, People};
//! # fn dial(_: tandem_sim::people::CallerId) {}
//! # fn demo(scenario: &tandem_sim::scenario::Scenario, seed: u64) {
//! let mut people = People::new(scenario, seed);
//! while let Some(at) = people.next() {
//!     // Wait until it is `at`, or until something happens that they notice.
//!     if let Some(Act::Call(stream)) = people.act(at) {
//!         dial(people.call(stream));
//!         people.plan_call(stream);
//!     }
//! }
//! # }
//! ```

use tandem_engine::config::model::QueueConfig;
use tandem_engine::limits::CALLBACK_DIGITS_MIN;
use tandem_engine::{CallId, Key as Digit, LegId, Number, Span, Timestamp};

pub use crate::agenda::Act;
use crate::agenda::Agenda;
use crate::arrivals::Arrivals;
use crate::random::{Key, Purpose, Uniforms};
use crate::scenario::{Agents, Duty, Nature, Person, Scenario};

/// A caller's place among all that a scenario can have: the stream, and the
/// place in the stream.
const STREAM_SHIFT: u32 = 40;
const PLACE_MASK: u64 = (1 << STREAM_SHIFT) - 1;
/// How long a number outside rings, to which a caller was sent, before somebody answers.
const OUTSIDE_ANSWER: Span = Span::from_secs(8);

/// Which caller: the stream and the place in it. Everything about a caller is
/// drawn by this name, so it means the same person in every variant of a
/// scenario, simulated or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallerId(u64);

impl CallerId {
    const fn new(stream: u32, place: u64) -> Self {
        Self((stream as u64) << STREAM_SHIFT | place)
    }

    /// The caller whom [`CallerId::key`] named.
    #[must_use]
    pub fn from_key(key: u128) -> Option<Self> {
        u64::try_from(key).ok().map(Self)
    }

    /// The caller with this number, if it is one that callers have.
    #[must_use]
    pub fn from_number(number: Number) -> Option<Self> {
        let value: u64 = number.to_string().parse().ok()?;
        value.checked_sub(1).map(Self)
    }

    /// The outside's name for the call.
    #[must_use]
    pub const fn key(self) -> u128 {
        self.0 as u128
    }

    /// The number that is shown to those who are called.
    #[must_use]
    pub fn number(self) -> Number {
        Number::from_u64(self.0 + 1)
    }

    /// The place of the stream in the scenario.
    #[must_use]
    pub const fn stream(self) -> usize {
        (self.0 >> STREAM_SHIFT) as usize
    }
}

/// Where a caller stands.
#[derive(Clone, Copy, Debug)]
struct Calling {
    call: CallId,
    caller: CallerId,
    /// How often a telephone rang for him.
    rings: u32,
    answered: bool,
    /// He will be called back, and need not be patient.
    promised: bool,
}

/// Everybody, and what they are about to do.
#[derive(Debug)]
pub struct People<'s> {
    scenario: &'s Scenario,
    seed: u64,
    now: Timestamp,
    agenda: Agenda,
    streams: Vec<(Arrivals, u64)>,
    /// The callers on the line, by the slots of their calls.
    callings: Vec<Option<Calling>>,
}

impl<'s> People<'s> {
    /// Everybody with the plans for the day; nobody has come and nobody has
    /// called yet. `seed` is that of a replication
    /// ([`replication_seed`](crate::random::replication_seed)): with the same
    /// one, the same callers call at the same times and are alike.
    #[must_use]
    pub fn new(scenario: &'s Scenario, seed: u64) -> Self {
        let mut people = Self {
            scenario,
            seed,
            now: Timestamp::ZERO,
            agenda: Agenda::default(),
            streams: Vec::new(),
            callings: Vec::new(),
        };
        for (group, agents) in (0..).zip(&scenario.agents) {
            for (person, _) in (0..).zip(&agents.people) {
                people.plan_work(group, person, 0);
            }
        }
        for (stream, callers) in (0..).zip(&scenario.callers) {
            let times = callers.arrivals.times(seed, u64::from(stream));
            people.streams.push((times, 0));
            people.plan_call(stream);
        }
        people
    }

    /// When somebody does something next.
    #[inline]
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        self.agenda.first()
    }

    /// What is to be done first, if it is due by `now`.
    pub fn act(&mut self, now: Timestamp) -> Option<Act> {
        self.now = now;
        let due = self.agenda.first().is_some_and(|at| at <= now);
        due.then(|| self.act_next()).flatten()
    }

    /// What is to be done first. They are told before that it is time for it.
    #[inline]
    pub fn act_next(&mut self) -> Option<Act> {
        self.agenda.pop()
    }

    /// It is so late now.
    #[inline]
    pub fn tell_time(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// The time that they were told last.
    #[inline]
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// An agent, by the places of the group and of the person in it.
    #[must_use]
    pub fn person(&self, group: u32, person: u32) -> &'s Person {
        &self.scenario.agents[group as usize].people[person as usize]
    }

    /// A turn in an agent's working day.
    #[must_use]
    pub fn duty(&self, group: u32, person: u32, turn: u32) -> &'s Duty {
        &self.person(group, person).duties[turn as usize].1
    }

    /// Plans an agent's next turn, if there is one.
    pub fn plan_work(&mut self, group: u32, person: u32, turn: u32) {
        let who = self.person(group, person);
        if let Some(&(at, _)) = who.duties.get(turn as usize) {
            let act = Act::Work {
                group,
                person,
                turn,
            };
            self.agenda.plan(at, act);
        }
    }

    /// Plans a stream's next call, if it comes before the horizon.
    pub fn plan_call(&mut self, stream: u32) {
        let horizon = Timestamp::ZERO + self.scenario.layout.horizon;
        let next = self.streams[stream as usize].0.next();
        let next = next.map(|at| self.scenario.sooner(at));
        if let Some(at) = next.filter(|&at| at < horizon) {
            self.agenda.plan(at, Act::Call(stream));
        }
    }

    /// A stream's next caller calls.
    #[inline]
    pub fn call(&mut self, stream: u32) -> CallerId {
        let place = &mut self.streams[stream as usize].1;
        let caller = CallerId::new(stream, *place);
        *place += 1;
        caller
    }

    /// What somebody dials.
    #[must_use]
    pub fn dials(&self, caller: CallerId) -> Number {
        self.scenario.callers[caller.stream()].dials
    }

    /// A caller's call is under way.
    #[inline]
    pub fn called(&mut self, call: CallId, caller: CallerId) {
        if self.callings.len() <= call.slot() {
            self.callings.resize(call.slot() + 1, None);
        }
        self.callings[call.slot()] = Some(Calling {
            call,
            caller,
            rings: 0,
            answered: false,
            promised: false,
        });
    }

    /// A caller begins to wait, unless he was answered or has gone.
    pub fn begins_to_wait(&mut self, call: CallId) {
        if let Some(calling) = self.calling(call).filter(|calling| !calling.answered)
            && let Some(patience) = self.patience(calling.caller)
        {
            self.agenda
                .plan(self.now + patience, Act::LosePatience(call));
        }
        if let Some(calling) = self.calling(call).filter(|calling| !calling.answered)
            && let Some((after, key)) = self.callback_wish(calling.caller)
        {
            let at = self.now + after;
            self.agenda.plan(at, Act::AskForCallback(call, key));
        }
    }

    /// After which time of waiting a caller asks to be called back, and by which key, if
    /// he does and his queue offers it.
    fn callback_wish(&self, caller: CallerId) -> Option<(Span, Digit)> {
        let callers = &self.scenario.callers[caller.stream()];
        let habits = callers.callbacks.as_ref()?;
        let mut queues = self.scenario.config.queues.iter();
        let dialled = |queue: &&QueueConfig| queue.number == callers.dials;
        let offered = queues.find(dialled)?.callback.as_deref()?;
        let asks = self.uniforms(Purpose::CallbackAsked, caller, 0).open01() < habits.share;
        let after = self.scenario.shorter(habits.after).max(offered.after);
        asks.then_some((after, offered.key))
    }

    /// Whether a caller asks to be called back, if his queue lets him.
    #[must_use]
    pub fn wants_callback(&self, call: CallId) -> bool {
        let calling = self.calling(call);
        calling.is_some_and(|calling| self.callback_wish(calling.caller).is_some())
    }

    /// What a caller keys in who is asked where he wants to be called: at the number that
    /// he calls from, which may be too short to be called as it is.
    #[must_use]
    pub fn callback_keys(&self, call: CallId) -> Vec<Digit> {
        let Some(calling) = self.calling(call) else {
            return Vec::new();
        };
        let least = CALLBACK_DIGITS_MIN as usize;
        let number = format!("{:0>1$}", calling.caller.number(), least);
        let digits = number
            .chars()
            .filter_map(|symbol| symbol.to_string().parse().ok());
        digits.chain([Digit::Pound]).collect()
    }

    /// A caller will be called back.
    pub fn promised(&mut self, call: CallId) {
        if let Some(Some(calling)) = self.callings.get_mut(call.slot())
            && calling.call == call
        {
            calling.promised = true;
        }
    }

    /// Who is to be called back is called. True if he picks up at once; else he does later,
    /// or never.
    pub fn called_back(&mut self, call: CallId) -> bool {
        let Some(calling) = self.calling(call) else {
            return false;
        };
        let caller = calling.caller;
        let Some(habits) = &self.scenario.callers[caller.stream()].callbacks else {
            return false;
        };
        let mut draw = self.uniforms(Purpose::CallbackMissed, caller, 0);
        if habits.unanswered > 0.0 && draw.open01() < habits.unanswered {
            return false;
        }
        let mut draw = self.uniforms(Purpose::CallbackAnswer, caller, 0);
        let delay = habits.answer_delay.sample_span(&mut draw);
        let delay = self.scenario.shorter(delay);
        if !delay.is_zero() {
            let at = self.now + delay;
            self.agenda.plan(at, Act::AnswerCallback(call));
        }
        delay.is_zero()
    }

    /// A number outside rings, to which a caller was sent.
    pub fn rings_outside(&mut self, call: CallId) {
        let delay = self.scenario.shorter(OUTSIDE_ANSWER);
        self.agenda
            .plan(self.now + delay, Act::AnswerCallback(call));
    }

    /// Whether somebody is on the line whom nobody has answered.
    #[must_use]
    pub fn waits(&self, call: CallId) -> bool {
        let calling = self.calling(call);
        calling.is_some_and(|calling| !calling.answered && !calling.promised)
    }

    fn calling(&self, call: CallId) -> Option<Calling> {
        let calling = self.callings.get(call.slot()).copied().flatten();
        calling.filter(|calling| calling.call == call)
    }

    /// Somebody answered: the talk begins once he was told what he is to know, and the
    /// caller ends it.
    #[inline]
    pub fn answered(&mut self, call: CallId, told_for: Span) {
        if let Some(Some(calling)) = self.callings.get_mut(call.slot())
            && calling.call == call
            && !calling.answered
        {
            calling.answered = true;
            let caller = calling.caller;
            let talk = self.handle_time(caller);
            self.agenda
                .plan(self.now + told_for + talk, Act::HangUp(call));
        }
    }

    /// The call is over.
    #[inline]
    pub fn ended(&mut self, call: CallId) {
        if let Some(calling) = self.callings.get_mut(call.slot()) {
            *calling = None;
        }
    }

    /// A telephone of somebody in this group of agents rings. True if he picks
    /// up at once; else he does later, or never.
    pub fn rings(&mut self, leg: LegId, call: CallId, group: u32) -> bool {
        let Some(agents) = self.scenario.agents.get(group as usize) else {
            return false;
        };
        let Some(Some(calling)) = self.callings.get_mut(call.slot()) else {
            return false;
        };
        calling.rings += 1;
        let (caller, ring) = (calling.caller, calling.rings);
        match self.answer_delay(agents, caller, ring) {
            None => false,
            Some(delay) if delay.is_zero() => true,
            Some(delay) => {
                self.agenda.plan(self.now + delay, Act::Answer(leg));
                false
            }
        }
    }

    /// How long it rings until an agent picks up; `None`: he misses the ring,
    /// which is the caller's so manieth.
    #[must_use]
    pub fn answer_delay(&self, agents: &Agents, caller: CallerId, ring: u32) -> Option<Span> {
        let draw = |purpose| self.uniforms(purpose, caller, u64::from(ring));
        let misses =
            agents.missed_rings > 0.0 && draw(Purpose::MissedRing).open01() < agents.missed_rings;
        let delay = || {
            agents
                .answer_delay
                .sample_span(&mut draw(Purpose::AnswerDelay))
        };
        (!misses).then(|| self.scenario.shorter(delay()))
    }

    /// How long this caller talks.
    #[must_use]
    pub fn handle_time(&self, caller: CallerId) -> Span {
        let draw = || self.uniforms(Purpose::HandleTime, caller, 0);
        self.scenario.shorter(match self.nature(caller) {
            Nature::Drawn { handle_time, .. } => handle_time.sample_span(&mut draw()),
            Nature::Logged(log) => {
                let logged = log
                    .caller(caller.0 & PLACE_MASK)
                    .and_then(|caller| caller.talked);
                logged.unwrap_or_else(|| log.handle_time.sample_span(&mut draw()))
            }
        })
    }

    /// How long this caller waits; `None`: for ever.
    #[must_use]
    pub fn patience(&self, caller: CallerId) -> Option<Span> {
        let mut uniforms = self.uniforms(Purpose::Patience, caller, 0);
        let patience = match self.nature(caller) {
            Nature::Drawn { patience, .. } => patience
                .as_ref()
                .map(|patience| patience.sample_span(&mut uniforms)),
            Nature::Logged(log) => Some(log.patience_of(caller.0 & PLACE_MASK, &mut uniforms)),
        };
        patience.map(|patience| self.scenario.shorter(patience))
    }

    #[inline]
    fn uniforms(&self, purpose: Purpose, caller: CallerId, attempt: u64) -> Uniforms {
        Key {
            seed: self.seed,
            purpose,
            object: caller.0,
            attempt,
        }
        .uniforms()
    }

    #[inline]
    fn nature(&self, caller: CallerId) -> &'s Nature {
        &self.scenario.callers[caller.stream()].nature
    }
}
