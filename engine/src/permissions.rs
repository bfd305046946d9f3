//! Who may do and see what: one pure function, and proofs that it was asked.

use crate::directory::Target;
use crate::ids::{AgentId, MemberId, PublicId, QueueId};
use crate::input::By;
use crate::number::Number;
use crate::records::processing::LoggedCall;
use crate::state::State;

/// What a person can be allowed to do or see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Change the configuration.
    Configure,
    /// Delete the log of a queue's call, which this extension answered; `None`: which was
    /// missed or abandoned.
    DeleteCallLog(QueueId, Option<Number>),
    /// Blank a person's number and name everywhere.
    ErasePerson,
    /// Say how far one has come with a queue's missed and abandoned calls.
    ProcessCallLogs(QueueId),
    /// See a queue's callers, agents and figures.
    SeeQueue(QueueId),
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
/// administrator; everybody may switch his own status; a queue's managers see
/// it and, if it is set so, switch its agents; its agents see it.
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
        Action::DeleteCallLog(queue, answered_by) => {
            manages(queue) || answered_by == Some(number) && serves(state, person, queue)
        }
        Action::ProcessCallLogs(queue) => manages(queue) || serves(state, person, queue),
        Action::SeeQueue(queue) => manages(queue) || serves(state, person, queue),
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

/// Access to what people do about a queue's missed and abandoned calls. That of a queue
/// that is deleted is for those who may do everything.
pub(crate) fn process_call_log(
    state: &State,
    by: By,
    queue: Number,
) -> Option<AccessGranted<Number>> {
    let allowed = match state.directory.get(queue) {
        Some(Target::Queue(id)) => allows(state, by, Action::ProcessCallLogs(id)),
        _ => allows(state, by, Action::Configure),
    };
    allowed.then_some(AccessGranted { object: queue })
}

/// Access to the log of a queue call, to delete it.
pub(crate) fn delete_call_log(
    state: &State,
    by: By,
    log: &LoggedCall,
) -> Option<AccessGranted<(PublicId, u16)>> {
    let allowed = match state.directory.get(log.queue) {
        Some(Target::Queue(id)) => allows(state, by, Action::DeleteCallLog(id, log.agent)),
        _ => allows(state, by, Action::Configure),
    };
    let object = log.name();
    allowed.then_some(AccessGranted { object })
}

/// Everybody's numbers and names, as an object of access.
#[derive(Debug)]
pub(crate) struct Parties;
