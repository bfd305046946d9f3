//! Agents' status and the lamps that show it, in words.

use tandem_engine::{AgentId, AgentStatus, By, Lamp, Number, QueueId};

use super::words::who;
use super::world::Names;

/// What a lamp shows.
pub fn lamp(lamp: Lamp) -> String {
    let shown = match lamp {
        Lamp::FlashingRed => "flashing red",
        Lamp::Green => "green",
        Lamp::Off => "off",
        Lamp::Red => "red",
    };
    shown.to_owned()
}

/// What became of an agent's status.
pub(super) fn status_changed(
    agent: AgentId,
    queue: QueueId,
    status: &AgentStatus,
    by: By,
    names: &Names,
) -> String {
    let (agent, queue) = (names.agent(agent), names.queue(queue));
    let by = by_whom(by, agent);
    match status {
        AgentStatus::LoggedIn => format!("{agent} takes calls of {queue}{by}"),
        AgentStatus::LoggedOut => format!("{agent} is logged out of {queue}{by}"),
        AgentStatus::Paused { reason: None } => format!("{agent} is paused in {queue}{by}"),
        AgentStatus::Paused {
            reason: Some(reason),
        } => {
            format!("{agent} is paused in {queue} for {reason}{by}")
        }
    }
}

/// Who did something to an agent, if it was not the agent.
pub(super) fn by_whom(by: By, agent: Number) -> String {
    match by {
        By::Person(number) if number == agent => String::new(),
        _ => who(by),
    }
}
