//! Who may do and see what: one pure function, and proofs that it was asked.

use crate::directory::Target;
use crate::ids::{AgentId, MemberId, QueueId};
use crate::input::By;
use crate::state::State;

/// What a person can be allowed to do or see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Change the configuration.
    Configure,
    /// Blank a person's number and name everywhere.
    ErasePerson,
    /// See a queue's callers, agents and figures.
    SeeQueue(QueueId),
    /// Say where an extension's person is.
    SetPresence(AgentId),
    /// Log an agent in or out of a queue, pause or unpause him there.
    SwitchAgent(MemberId),
}

/// A proof that access to `Object` was granted. Only this module makes one.
#[derive(Debug)]
pub struct AccessGranted<Object> {
    object: Object,
}

impl<Object> AccessGranted<Object> {
    /// What access was granted to.
    pub const fn object(&self) -> &Object {
        &self.object
    }
}

/// Whether `by` may do `action`. The system may do everything, and so may an
/// administrator; everybody may switch his own status and presence; a queue's managers
/// see it and, if it is set so, switch its agents and say where they are; its agents
/// see it.
#[must_use]
pub fn allows(state: &State, by: By, action: Action) -> bool {
    let number = match by {
        By::System => return true,
        By::Person(number) => number,
    };
    let Some(Target::Extension(person)) = state.directory.get(number) else {
        return false;
    };
    if state.agents[person].administrator {
        return true;
    }
    let manages = |queue: QueueId| {
        let entry = state.queues.get(queue);
        entry.is_some_and(|entry| entry.config.managers.contains(&number))
    };
    match action {
        Action::Configure | Action::ErasePerson => false,
        Action::SeeQueue(queue) => manages(queue) || serves(state, person, queue),
        Action::SetPresence(agent) => {
            let switches = |&member: &MemberId| allows(state, by, Action::SwitchAgent(member));
            let entry = state.agents.get(agent);
            agent == person || entry.is_some_and(|agent| agent.members.iter().any(switches))
        }
        Action::SwitchAgent(member) => state.members.get(member).is_some_and(|member| {
            let managed =
                manages(member.queue) && state.queues[member.queue].config.managers_switch_agents;
            member.agent == person || managed
        }),
    }
}

fn serves(state: &State, person: AgentId, queue: QueueId) -> bool {
    state.agents[person]
        .members
        .iter()
        .any(|&member| state.members[member].queue == queue)
}

/// Access to a member's status.
pub(crate) fn switch_agent(
    state: &State,
    by: By,
    member: MemberId,
) -> Option<AccessGranted<MemberId>> {
    let allowed = allows(state, by, Action::SwitchAgent(member));
    allowed.then_some(AccessGranted { object: member })
}

/// Access to an extension's presence.
pub(crate) fn set_presence(
    state: &State,
    by: By,
    agent: AgentId,
) -> Option<AccessGranted<AgentId>> {
    let allowed = allows(state, by, Action::SetPresence(agent));
    allowed.then_some(AccessGranted { object: agent })
}

/// Access to the configuration.
pub(crate) fn configure(state: &State, by: By) -> Option<AccessGranted<Configuration>> {
    let allowed = allows(state, by, Action::Configure);
    allowed.then_some(AccessGranted {
        object: Configuration,
    })
}

/// Access to everything that tells who somebody is.
pub(crate) fn erase_person(state: &State, by: By) -> Option<AccessGranted<Parties>> {
    allows(state, by, Action::ErasePerson).then_some(AccessGranted { object: Parties })
}

/// The configuration, as an object of access.
#[derive(Debug)]
pub(crate) struct Configuration;

/// Everybody's numbers and names, as an object of access.
#[derive(Debug)]
pub(crate) struct Parties;
