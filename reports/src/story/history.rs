//! What the engine does not keep, as no decision needs it: since when people are
//! what they are, and who was called what.

use std::collections::BTreeMap;

use tandem_engine::{
    AgentId, AgentStatus, CallId, Engine, Entry, Event, Input, Outbox, QueueId, Timestamp,
};

use super::moment::{Person, Place};

/// Who is who, those who were deleted meanwhile among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    agents: BTreeMap<AgentId, Person>,
    queues: BTreeMap<QueueId, Place>,
}

impl Names {
    fn learn(&mut self, engine: &Engine) {
        for id in engine.agents() {
            if let Some(agent) = engine.agent(id) {
                let person = Person {
                    number: agent.number,
                    name: agent.name.to_owned(),
                };
                self.agents.insert(id, person);
            }
        }
        for id in engine.queues() {
            if let Some(queue) = engine.queue(id) {
                let place = Place {
                    number: queue.config.number,
                    name: queue.config.name.clone(),
                };
                self.queues.insert(id, place);
            }
        }
    }

    pub(crate) fn agent(&self, id: AgentId) -> Person {
        let unknown = || Person {
            number: tandem_engine::Number::NONE,
            name: "somebody".to_owned(),
        };
        self.agents.get(&id).cloned().unwrap_or_else(unknown)
    }

    pub(crate) fn queue(&self, id: QueueId) -> Place {
        let unknown = || Place {
            number: tandem_engine::Number::NONE,
            name: "a deleted queue".to_owned(),
        };
        self.queues.get(&id).cloned().unwrap_or_else(unknown)
    }
}

/// Since when an agent is what he is; nothing where it was so before all that is
/// known.
#[derive(Clone, Debug, Default)]
pub(crate) struct AgentPast {
    /// The telephone came or went.
    pub(crate) device: Option<Timestamp>,
    /// The latest ring of a queue began.
    pub(crate) rung: Option<Timestamp>,
    /// For which call; that ring may be over.
    pub(crate) rung_for: Option<CallId>,
    /// A ring, a talk or a call of his own was over.
    pub(crate) released: Option<Timestamp>,
    /// The calls that occupy the telephone.
    pub(crate) calls: Vec<(CallId, Timestamp)>,
}

/// The same, of an agent in a queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemberPast {
    /// The status in the queue changed.
    pub(crate) status: Option<Timestamp>,
    /// Wrap-up began.
    pub(crate) wrap_up: Option<Timestamp>,
    /// Wrap-up was over.
    pub(crate) wrapped_up: Option<Timestamp>,
    /// The queue rang the telephone.
    pub(crate) rung: Option<Timestamp>,
}

/// Follows every entry, and is cheap about it: most of a replay is nothing else.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) names: Names,
    /// Microseconds from the Unix epoch to the timeline's zero.
    pub(crate) wall_offset: i64,
    agents: BTreeMap<AgentId, AgentPast>,
    members: BTreeMap<(AgentId, QueueId), MemberPast>,
    /// Whose telephone a call occupies.
    talks: BTreeMap<CallId, Vec<AgentId>>,
}

impl History {
    /// Begins with what a state tells by itself.
    pub(crate) fn of(engine: &Engine) -> Self {
        let mut history = Self {
            wall_offset: engine.wall_offset(),
            ..Self::default()
        };
        history.names.learn(engine);
        for call in engine.calls() {
            if let Some((agent, at)) = engine.answered(call) {
                history.occupy(agent, call, at);
            }
        }
        history
    }

    /// Learns names of whoever is new, so that what the entry did can be told.
    pub(crate) fn introduce(&mut self, engine: &Engine, out: &Outbox) {
        let configured = |event: &Event| matches!(event, Event::ConfigurationChanged { .. });
        if out.events.iter().any(configured) {
            self.names.learn(engine);
        }
    }

    /// Learns what an entry did.
    pub(crate) fn learn(&mut self, engine: &Engine, entry: &Entry, out: &Outbox) {
        match &entry.input {
            Input::WallOffset { micros } if out.reject.is_none() => self.wall_offset = *micros,
            Input::CallArrived { from, .. } => {
                let origin = from.extension.and_then(|number| engine.find_agent(number));
                if let (Some(agent), Some(Event::CallArrived { call, .. })) =
                    (origin, out.events.first())
                {
                    self.occupy(agent, *call, out.acted_at);
                }
            }
            _ => {}
        }
        for event in &out.events {
            self.event(out.acted_at, event);
        }
    }

    fn event(&mut self, at: Timestamp, event: &Event) {
        let now = Some(at);
        match *event {
            Event::AgentStatusChanged { agent, queue, .. } => {
                self.member_mut(agent, queue).status = now;
            }
            Event::CallAnswered { call, agent, .. }
            | Event::CallPlaced { call, agent, .. }
            | Event::CustomerRung { call, agent, .. }
            | Event::ExtensionRung { call, agent, .. } => {
                self.occupy(agent, call, at);
            }
            Event::AgentTurned {
                call,
                agent,
                turned,
                ..
            } => {
                self.leave(agent, call, at);
                self.occupy(agent, turned, at);
            }
            Event::CallEnded { call, .. } => self.release(call, at),
            Event::CallOffered {
                call, queue, agent, ..
            } => {
                self.member_mut(agent, queue).rung = now;
                let past = self.agents.entry(agent).or_default();
                (past.rung, past.rung_for) = (now, Some(call));
            }
            Event::ConnectionFailed { call, agent, .. }
            | Event::ExtensionRingEnded { call, agent, .. } => self.leave(agent, call, at),
            Event::DeviceChanged { agent, .. } => {
                self.agents.entry(agent).or_default().device = now;
            }
            Event::OfferEnded { agent, .. } => {
                self.agents.entry(agent).or_default().released = now;
            }
            Event::WrapUpEnded { agent, queue } => self.member_mut(agent, queue).wrapped_up = now,
            Event::WrapUpStarted { agent, queue } => self.member_mut(agent, queue).wrap_up = now,
            _ => {}
        }
    }

    fn member_mut(&mut self, agent: AgentId, queue: QueueId) -> &mut MemberPast {
        self.members.entry((agent, queue)).or_default()
    }

    fn occupy(&mut self, agent: AgentId, call: CallId, at: Timestamp) {
        let past = self.agents.entry(agent).or_default();
        if past.calls.iter().any(|(known, _)| *known == call) {
            // He waited for the customer of a callback.
            return;
        }
        past.calls.push((call, at));
        self.talks.entry(call).or_default().push(agent);
    }

    /// An agent is off a call that goes on.
    fn leave(&mut self, agent: AgentId, call: CallId, at: Timestamp) {
        if let Some(agents) = self.talks.get_mut(&call) {
            agents.retain(|other| *other != agent);
        }
        self.free_from(agent, call, at);
    }

    fn release(&mut self, call: CallId, at: Timestamp) {
        for agent in self.talks.remove(&call).into_iter().flatten() {
            self.free_from(agent, call, at);
        }
    }

    fn free_from(&mut self, agent: AgentId, call: CallId, at: Timestamp) {
        let past = self.agents.entry(agent).or_default();
        past.calls.retain(|(other, _)| *other != call);
        past.released = Some(at);
    }

    /// An agent's past.
    pub(crate) fn agent(&self, agent: AgentId) -> AgentPast {
        self.agents.get(&agent).cloned().unwrap_or_default()
    }

    /// The past of an agent in a queue.
    pub(crate) fn member(&self, agent: AgentId, queue: QueueId) -> MemberPast {
        let past = self.members.get(&(agent, queue));
        past.cloned().unwrap_or_default()
    }
}

/// What an agent does from now on, as the engine tells it.
pub(crate) fn change(status: &AgentStatus) -> super::moment::Change {
    use super::moment::Change;
    match status {
        AgentStatus::LoggedIn => Change::LoggedIn,
        AgentStatus::LoggedOut => Change::LoggedOut,
        AgentStatus::Paused { reason } => Change::Paused {
            reason: reason.clone(),
        },
    }
}
