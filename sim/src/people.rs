//! The people around the engine: who calls, who works, and what they do when
//! they hear of something.

use std::collections::VecDeque;

use tandem_engine::{
    AgentId, CallId, Caller, Effect, EffectId, Event, Input, LegId, Number, Span, Timestamp,
};

use crate::agenda::{Act, Agenda};
use crate::arrivals::Arrivals;
use crate::random::{Key, Purpose, Uniforms};
use crate::scenario::{Nature, Person, Scenario};

/// A caller's place among all that a scenario can have: the stream, and the
/// place in the stream.
const STREAM_SHIFT: u32 = 40;
const PLACE_MASK: u64 = (1 << STREAM_SHIFT) - 1;

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

/// What somebody does without delay.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reply {
    /// Carries out what the engine keeps in mind, and says so.
    Done(EffectId),
    /// Picks up.
    PicksUp(LegId),
}

impl From<Reply> for Input {
    #[inline]
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::Done(effect) => Self::KeptDone { effect },
            Reply::PicksUp(leg) => Self::LegAnswered { leg },
        }
    }
}

/// Everybody, and what they are about to do.
#[derive(Debug)]
pub(crate) struct People<'s> {
    scenario: &'s Scenario,
    seed: u64,
    pub(crate) now: Timestamp,
    pub(crate) agenda: Agenda,
    /// Replies that follow at once.
    pub(crate) at_once: VecDeque<Reply>,
    streams: Vec<(Arrivals, u64)>,
    /// The callers on the line, by the slots of their calls.
    callings: Vec<Option<Calling>>,
    /// The last one who called.
    newest: Option<CallId>,
    /// The group of each agent, by the slot of his id.
    groups: Vec<u32>,
}

impl<'s> People<'s> {
    /// Nobody has come and nobody has called yet.
    pub(crate) fn new(scenario: &'s Scenario, seed: u64) -> Self {
        let mut people = Self {
            scenario,
            seed,
            now: Timestamp::ZERO,
            agenda: Agenda::default(),
            at_once: VecDeque::new(),
            streams: Vec::new(),
            callings: Vec::new(),
            newest: None,
            groups: Vec::new(),
        };
        for (stream, callers) in (0..).zip(&scenario.callers) {
            let times = callers.arrivals.times(seed, stream);
            people.streams.push((times, 0));
        }
        people
    }

    /// An agent is known by this id from now on.
    pub(crate) fn hire(&mut self, agent: AgentId, group: u32) {
        if self.groups.len() <= agent.slot() {
            self.groups.resize(agent.slot() + 1, 0);
        }
        self.groups[agent.slot()] = group;
    }

    pub(crate) fn person(&self, group: u32, person: u32) -> &'s Person {
        &self.scenario.agents[group as usize].people[person as usize]
    }

    /// Plans an agent's next turn, if there is one.
    pub(crate) fn plan_work(&mut self, group: u32, person: u32, turn: u32) {
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
    pub(crate) fn plan_call(&mut self, stream: u32) {
        let horizon = Timestamp::ZERO + self.scenario.layout.horizon;
        let next = self.streams[stream as usize].0.next();
        if let Some(at) = next.filter(|&at| at < horizon) {
            self.agenda.plan(at, Act::Call(stream));
        }
    }

    /// A stream's next caller calls.
    #[inline]
    pub(crate) fn call(&mut self, stream: u32) -> Input {
        let place = &mut self.streams[stream as usize].1;
        let root = u64::from(stream) << STREAM_SHIFT | *place;
        *place += 1;
        let from = Caller {
            number: Number::from_u64(root + 1),
            ..Caller::default()
        };
        Input::CallArrived {
            key: u128::from(root),
            from,
            dialled: self.scenario.callers[stream as usize].dials,
        }
    }

    /// The last one who called begins to wait, unless he was answered.
    pub(crate) fn begin_to_wait(&mut self) {
        let waiting = self.newest.filter(|&call| self.waits(call));
        if let Some(calling) = waiting.and_then(|call| self.calling(call))
            && let Some(patience) = self.patience(calling.root)
        {
            let act = Act::LosePatience(calling.call);
            self.agenda.plan(self.now + patience, act);
        }
    }

    /// Whether somebody is on the line whom nobody has answered.
    pub(crate) fn waits(&self, call: CallId) -> bool {
        self.calling(call).is_some_and(|calling| !calling.answered)
    }

    fn calling(&self, call: CallId) -> Option<Calling> {
        let calling = self.callings.get(call.slot()).copied().flatten();
        calling.filter(|calling| calling.call == call)
    }

    /// Something happened.
    #[inline]
    pub(crate) fn hear(&mut self, event: &Event) {
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

    /// Something is to be done.
    #[inline]
    pub(crate) fn carry_out(&mut self, id: EffectId, effect: &Effect) {
        match effect {
            Effect::Ring {
                leg, call, agent, ..
            } => {
                let group = self.groups.get(agent.slot()).copied().unwrap_or_default();
                self.rings(*leg, *call, group);
            }
            Effect::Mail { .. } | Effect::PushRecord { .. } => {
                self.at_once.push_back(Reply::Done(id));
            }
            _ => {}
        }
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
            self.at_once.push_back(Reply::PicksUp(leg));
        } else {
            self.agenda.plan(self.now + delay, Act::Answer(leg));
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
