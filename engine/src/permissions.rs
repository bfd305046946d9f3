//! Who may do and see what: one pure function, and proofs that it was asked.

use crate::config::rights::{OwnRecording, Right};
use crate::directory::Target;
use crate::ids::{AgentId, CallId, MemberId, PublicId, QueueId};
use crate::input::By;
use crate::number::Number;
use crate::records::processing::LoggedCall;
use crate::state::State;
use crate::supervise::{queue_of, talk_leg};

/// What a person can be allowed to do or see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Change the configuration.
    Configure,
    /// Delete the log of a queue's call, which this agent answered; `None`: which was
    /// missed or abandoned.
    DeleteCallLog(QueueId, Option<AgentId>),
    /// Blank a person's number and name everywhere.
    ErasePerson,
    /// Handle a live call, as a right of its queue allows; or one in which the person
    /// talks, or calls.
    HandleCall(CallId, Right),
    /// Do or see something in a queue that its managers and agents need a right for.
    InQueue(QueueId, Right),
    /// Write the note of a queue's call, which this agent answered; `None`: which was
    /// missed or abandoned, or whose agent is deleted.
    NoteCall(QueueId, Option<AgentId>),
    /// See a queue's calls: who calls, who waits and who talks.
    SeeCalls(QueueId),
    /// See a queue's figures, and its agents with their status.
    SeeQueue(QueueId),
    /// See the record of a queue's call, which this agent answered; `None`: which was
    /// missed or abandoned.
    SeeQueueCall(QueueId, Option<AgentId>),
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
/// and agents may do and see what the queue's settings say, and who may switch an agent
/// somewhere may also say where he is.
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
    let has = |queue, right| has_right(state, person, queue, right);
    match action {
        Action::Configure | Action::ErasePerson => false,
        Action::DeleteCallLog(queue, None) => has(queue, Right::DeleteMissedCallLogs),
        Action::DeleteCallLog(queue, Some(agent)) => {
            agent == person && sees_call(state, person, queue, Some(agent))
        }
        Action::HandleCall(call, right) => may_handle(state, person, call, right),
        Action::InQueue(queue, right) => has(queue, right),
        Action::NoteCall(queue, answered) => {
            let own = answered == Some(person);
            manager_has(state, person, queue, Right::CallNotes)
                || own && agent_has(state, person, queue, Right::CallNotes)
        }
        Action::SeeCalls(queue) => has(queue, Right::Panel),
        Action::SeeQueue(queue) => has(queue, Right::Panel) || has(queue, Right::Wallboard),
        Action::SeeQueueCall(queue, answered) => sees_call(state, person, queue, answered),
        Action::SetPresence(agent) => {
            let switches = |&member: &MemberId| allows(state, by, Action::SwitchAgent(member));
            let entry = state.agents.get(agent);
            agent == person || entry.is_some_and(|agent| agent.members.iter().any(switches))
        }
        Action::SwitchAgent(member) => state
            .members
            .get(member)
            .is_some_and(|member| member.agent == person || has(member.queue, Right::SwitchAgents)),
    }
}

/// Whether a person has a right in a queue, as one of its managers or agents.
fn has_right(state: &State, person: AgentId, queue: QueueId, right: Right) -> bool {
    manager_has(state, person, queue, right) || agent_has(state, person, queue, right)
}

/// Whether a person has a right in a queue, as one of its managers.
fn manager_has(state: &State, person: AgentId, queue: QueueId, right: Right) -> bool {
    let queue = state.queues.get(queue).map(|queue| &queue.config);
    queue.is_some_and(|queue| {
        let manages = queue.managers.contains(&state.agents[person].number);
        manages && queue.permissions.managers.has(right)
    })
}

/// Whether a person has a right in a queue, as one of its agents.
fn agent_has(state: &State, person: AgentId, queue: QueueId, right: Right) -> bool {
    let of = state.queues.get(queue);
    of.is_some_and(|of| of.config.permissions.agents.has(right)) && serves(state, person, queue)
}

/// Whether a person may handle a call: by a right in its queue, or because he talks in it,
/// on either side. Nobody listens in to himself, and what he may do with a recording is set
/// for him.
fn may_handle(state: &State, person: AgentId, call: CallId, right: Right) -> bool {
    let Some(entry) = state.calls.get(call) else {
        return false;
    };
    let queue = queue_of(entry);
    if queue.is_some_and(|queue| has_right(state, person, queue, right)) {
        return true;
    }
    let leg = talk_leg(state, call);
    let answered = leg.is_some_and(|leg| state.legs[leg].agent == person);
    let own = answered || entry.origin == Some(person);
    let records = || {
        let queue = queue.and_then(|queue| state.queues.get(queue));
        match state.agents[person].own_recording {
            OwnRecording::No => false,
            OwnRecording::PauseResume => queue.is_some_and(|queue| queue.config.record),
            OwnRecording::Start => true,
        }
    };
    own && match right {
        Right::Distribution | Right::Parking | Right::PickUp => true,
        Right::Recording => records(),
        _ => false,
    }
}

/// Whether a person may see the record of a call: as a manager who sees the queue as it
/// stands, or its missed calls; as one of its agents, as they may.
fn sees_call(state: &State, person: AgentId, queue: QueueId, answered: Option<AgentId>) -> bool {
    let Some(config) = state.queues.get(queue).map(|queue| &queue.config) else {
        return false;
    };
    let number = state.agents[person].number;
    let permissions = &config.permissions;
    let of_managers = match answered {
        Some(_) => Right::Panel,
        None => Right::MissedCallLogs,
    };
    let logs = &permissions.agent_logs;
    let shown = match answered {
        Some(agent) => logs.answered && agent == person,
        None => logs.missed,
    };
    let viewers = logs.viewers.as_ref();
    let as_agent = || {
        shown
            && viewers.is_none_or(|viewers| viewers.contains(&number))
            && serves(state, person, queue)
    };
    let as_manager = config.managers.contains(&number) && permissions.managers.has(of_managers);
    as_manager || as_agent()
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

/// Access to a live call, to handle it.
pub(crate) fn handle_call(
    state: &State,
    by: By,
    call: CallId,
    right: Right,
) -> Option<AccessGranted<CallId>> {
    let allowed = allows(state, by, Action::HandleCall(call, right));
    allowed.then_some(AccessGranted { object: call })
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
        Some(Target::Queue(id)) => allows(state, by, Action::SeeQueueCall(id, None)),
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
    let answered = log.agent.map(|number| state.directory.get(number));
    let action = match (state.directory.get(log.queue), answered) {
        (Some(Target::Queue(queue)), None) => Action::DeleteCallLog(queue, None),
        (Some(Target::Queue(queue)), Some(Some(Target::Extension(agent)))) => {
            Action::DeleteCallLog(queue, Some(agent))
        }
        // Queue or agent are deleted.
        _ => Action::Configure,
    };
    let object = log.name();
    allows(state, by, action).then_some(AccessGranted { object })
}

/// Access to the note of a queue's call that this agent answered.
pub(crate) fn note_call(
    state: &State,
    by: By,
    queue: QueueId,
    agent: AgentId,
) -> Option<AccessGranted<QueueId>> {
    let allowed = allows(state, by, Action::NoteCall(queue, Some(agent)));
    allowed.then_some(AccessGranted { object: queue })
}

/// Access to the note of a queue's call that is over.
pub(crate) fn note_call_log(
    state: &State,
    by: By,
    log: &LoggedCall,
) -> Option<AccessGranted<(PublicId, u16)>> {
    let answered = (log.agent).and_then(|number| match state.directory.get(number) {
        Some(Target::Extension(agent)) => Some(agent),
        _ => None,
    });
    let action = match state.directory.get(log.queue) {
        Some(Target::Queue(queue)) => Action::NoteCall(queue, answered),
        _ => Action::Configure,
    };
    let object = log.name();
    allows(state, by, action).then_some(AccessGranted { object })
}

/// Everybody's numbers and names, as an object of access.
#[derive(Debug)]
pub(crate) struct Parties;
