//! Who is who: what the ids in effects and events mean to people.

use std::collections::BTreeMap;

use tandem_engine::config::model::{Config, ContactConfig};
use tandem_engine::config::presence::Presence;
use tandem_engine::records::contacts::ContactIndex;
use tandem_engine::view::CallStage;
use tandem_engine::{AgentId, AgentStatus, CallId, Engine, Number, PublicId, QueueId, Timestamp};

/// The configuration in force, the ids of everything in it, and how everybody
/// stands. Made anew with every change of the configuration, and at a start,
/// when it tells what no event of this run has told: who is logged in.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// The configuration.
    pub config: Config,
    /// Its revision.
    pub revision: u64,
    /// Extensions and their agents.
    pub agents: BTreeMap<AgentId, AgentEntry>,
    /// Queues, deleted ones that still hold callers among them.
    pub queues: BTreeMap<QueueId, QueueEntry>,
    /// Calls whose callers wait to be called back: they outlive a restart.
    pub promised: BTreeMap<CallId, PromisedEntry>,
    agent_ids: BTreeMap<Number, AgentId>,
    queue_ids: BTreeMap<Number, QueueId>,
    contacts: ContactIndex,
}

/// An extension and its agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentEntry {
    /// The extension's number.
    pub number: Number,
    /// The person's name.
    pub name: String,
    /// Whether the telephone can be rung.
    pub up: bool,
    /// What the person says about where he is.
    pub presence: Presence,
    /// The queues that the agent serves, in no order that matters.
    pub memberships: Vec<Membership>,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueEntry {
    /// Its number.
    pub number: Number,
    /// Its name.
    pub name: String,
    /// Who serves it, in the order of its list.
    pub members: Vec<AgentId>,
}

/// A call whose caller waits to be called back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromisedEntry {
    /// Its id for ever.
    pub public: PublicId,
    /// The number that the caller called from.
    pub caller: Number,
    /// The queue in which he has his place.
    pub queue: QueueId,
    /// When he joined it.
    pub joined_at: Timestamp,
    /// Whose telephones ring for him.
    pub ringing: Vec<AgentId>,
}

/// An agent's place in one queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The queue.
    pub queue: QueueId,
    /// The agent's status there.
    pub status: AgentStatus,
    /// Whether the agent is in wrap-up there.
    pub wrap_up: bool,
}

impl Directory {
    /// Who is who in this engine, now.
    #[must_use]
    pub fn of(engine: &Engine) -> Self {
        let (config, revision) = engine.config();
        let agents: BTreeMap<_, _> = (engine.agents().into_iter())
            .filter_map(|id| Some((id, agent(engine, id)?)))
            .collect();
        let queues: BTreeMap<_, _> = (engine.queues().into_iter())
            .filter_map(|id| Some((id, queue(engine, id)?)))
            .collect();
        // A deleted queue may have the number of one that came after it.
        let present = |(id, entry): (&QueueId, &QueueEntry)| {
            let found = engine.find_queue(entry.number) == Some(*id);
            found.then_some((entry.number, *id))
        };
        Self {
            agent_ids: agents
                .iter()
                .map(|(id, entry)| (entry.number, *id))
                .collect(),
            queue_ids: queues.iter().filter_map(present).collect(),
            contacts: ContactIndex::of(&config.options.contacts, config.options.contact_matching),
            config,
            revision,
            agents,
            queues,
            promised: (engine.calls().into_iter())
                .filter_map(|id| Some((id, promised(engine, id)?)))
                .collect(),
        }
    }

    /// The extension with this number.
    #[must_use]
    pub fn find_agent(&self, number: Number) -> Option<AgentId> {
        self.agent_ids.get(&number).copied()
    }

    /// The name of whatever can be dialled at this number.
    #[must_use]
    pub fn name_of(&self, number: Number) -> Option<&str> {
        let agent = self.find_agent(number).map(|id| &self.agents[&id].name);
        let queue = || self.find_queue(number).map(|id| &self.queues[&id].name);
        let mut points = self.config.points.iter();
        let point = || points.find(|it| it.number == number).map(|it| &it.name);
        agent.or_else(queue).or_else(point).map(String::as_str)
    }

    /// Which of the company's contacts calls from this number.
    #[must_use]
    pub fn contact_of(&self, caller: Number) -> Option<&ContactConfig> {
        let options = &self.config.options;
        let place = self.contacts.find(caller, options.contact_matching)?;
        options.contacts.get(place)
    }

    /// The queue with this number.
    #[must_use]
    pub fn find_queue(&self, number: Number) -> Option<QueueId> {
        self.queue_ids.get(&number).copied()
    }
}

fn agent(engine: &Engine, id: AgentId) -> Option<AgentEntry> {
    let view = engine.agent(id)?;
    let memberships = (view.members.iter())
        .filter_map(|&member| {
            let member = engine.member(member)?;
            Some(Membership {
                queue: member.queue,
                status: member.status,
                wrap_up: member.wrap_up,
            })
        })
        .collect();
    Some(AgentEntry {
        number: view.number,
        name: view.name.to_owned(),
        up: view.up,
        presence: view.presence,
        memberships,
    })
}

fn promised(engine: &Engine, id: CallId) -> Option<PromisedEntry> {
    let call = engine.call(id)?;
    let CallStage::Agent { queue, joined_at } = call.stage else {
        return None;
    };
    let rings = |agent: &AgentId| {
        let offer = engine.agent(*agent).and_then(|agent| agent.offer);
        offer.is_some_and(|leg| call.legs.contains(&leg))
    };
    engine.waiting(id)?.callback.then(|| PromisedEntry {
        public: call.public,
        caller: call.caller,
        queue,
        joined_at,
        ringing: engine.agents().into_iter().filter(rings).collect(),
    })
}

fn queue(engine: &Engine, id: QueueId) -> Option<QueueEntry> {
    let view = engine.queue(id)?;
    let members = (view.members.iter())
        .filter_map(|&member| Some(engine.member(member)?.agent))
        .collect();
    Some(QueueEntry {
        number: view.config.number,
        name: view.config.name.clone(),
        members,
    })
}
