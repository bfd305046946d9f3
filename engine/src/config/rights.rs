//! What the people of a queue may see and do there, as values. Who asks whether
//! somebody may, asks [`permissions`](crate::permissions).

use serde::{Deserialize, Serialize};

use crate::number::Number;

/// Something that managers or agents of a queue can be allowed to see or do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Right {
    /// Write notes: managers of every call of the queue, agents of those that they
    /// answered.
    CallNotes,
    /// See who in the company's contacts a caller is.
    Contacts,
    /// Delete records of missed calls. Managers alone.
    DeleteMissedCallLogs,
    /// Send callers who wait somewhere else, and transfer calls.
    Distribution,
    /// See records of missed and abandoned calls. Managers alone; for agents see
    /// [`AgentLogs`].
    MissedCallLogs,
    /// Listen to agents' calls, whisper to the agent, join in. Managers alone.
    Monitoring,
    /// See callers, calls and agents as they are now, and the queue's figures.
    Panel,
    /// Park calls.
    Parking,
    /// Pick up calls that wait or ring, and hang up calls.
    PickUp,
    /// Switch the recording of agents' calls. Managers alone; for one's own calls see
    /// [`OwnRecording`].
    Recording,
    /// Log agents in and out and pause them. Managers alone.
    SwitchAgents,
    /// See the queue's figures, and its agents with their status; no callers.
    Wallboard,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 12] = [
        Self::CallNotes,
        Self::Contacts,
        Self::DeleteMissedCallLogs,
        Self::Distribution,
        Self::MissedCallLogs,
        Self::Monitoring,
        Self::Panel,
        Self::Parking,
        Self::PickUp,
        Self::Recording,
        Self::SwitchAgents,
        Self::Wallboard,
    ];

    /// Whether agents can have it; managers can have each.
    #[must_use]
    pub const fn is_for_agents(self) -> bool {
        match self {
            Self::CallNotes
            | Self::Contacts
            | Self::Distribution
            | Self::Panel
            | Self::Parking
            | Self::PickUp
            | Self::Wallboard => true,
            Self::DeleteMissedCallLogs
            | Self::MissedCallLogs
            | Self::Monitoring
            | Self::Recording
            | Self::SwitchAgents => false,
        }
    }
}

/// A set of rights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights(u16);

impl Rights {
    /// These.
    #[must_use]
    pub fn of(rights: &[Right]) -> Self {
        let mut all = Self::default();
        rights.iter().for_each(|&right| all.set(right, true));
        all
    }

    /// Whether a right is among them.
    #[must_use]
    pub const fn has(self, right: Right) -> bool {
        self.0 & (1 << right as u16) != 0
    }

    /// Adds a right, or takes it away.
    pub const fn set(&mut self, right: Right, has: bool) {
        let bit = 1 << right as u16;
        if has {
            self.0 |= bit;
        } else {
            self.0 &= !bit;
        }
    }

    /// The rights, in the order of [`Right::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Right> {
        Right::ALL.into_iter().filter(move |&right| self.has(right))
    }
}

/// Who may see and do what in a queue, apart from administrators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// What its managers may.
    pub managers: Rights,
    /// What its agents may.
    pub agents: Rights,
    /// Which of its records its agents may see.
    pub agent_logs: AgentLogs,
}

impl Default for Permissions {
    /// Managers may do everything but delete records; agents see how the queue stands.
    fn default() -> Self {
        let mut managers = Rights::of(&Right::ALL);
        managers.set(Right::DeleteMissedCallLogs, false);
        Self {
            managers,
            agents: Rights::of(&[Right::Panel, Right::Wallboard]),
            agent_logs: AgentLogs::default(),
        }
    }
}

/// Which records of a queue its agents may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentLogs {
    /// Those of calls that the agent himself answered.
    pub answered: bool,
    /// Those of every missed or abandoned call of the queue.
    pub missed: bool,
    /// Which of its agents see them; `None`: all.
    pub viewers: Option<Vec<Number>>,
}

impl Default for AgentLogs {
    fn default() -> Self {
        Self {
            answered: true,
            missed: true,
            viewers: None,
        }
    }
}

/// How somebody may switch the recording of his own calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OwnRecording {
    /// Not at all.
    #[default]
    No,
    /// Pause and resume it where the queue records its calls.
    PauseResume,
    /// Start, pause and resume it in any call.
    Start,
}
