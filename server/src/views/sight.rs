//! Who may see what.
//!
//! The engine's rule, [`tandem_engine::permissions`], needs the engine's state,
//! which nobody outside the driver reads. This is the same rule over the
//! [`Directory`], and a test holds the two against each other.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use tandem_engine::{By, Number};

use super::screen::{ActiveRow, AgentRow, Change, Screen};
use crate::driver::Directory;

/// What somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Everything, the configuration too: administrators and the system.
    All,
    /// Nothing: nobody has this extension.
    None,
    /// The queues that a person manages or serves, who serves them, and
    /// himself.
    Person {
        /// The extension.
        number: Number,
        /// The queues, by number.
        queues: BTreeSet<Number>,
    },
}

impl Sight {
    /// What `by` may see.
    #[must_use]
    pub fn of(directory: &Directory, by: By) -> Self {
        let number = match by {
            By::System => return Self::All,
            By::Person(number) => number,
        };
        let mut extensions = directory.config.extensions.iter();
        let Some(extension) = extensions.find(|extension| extension.number == number) else {
            return Self::None;
        };
        if extension.administrator {
            return Self::All;
        }
        let agent = directory.find_agent(number);
        let agent = agent.and_then(|id| directory.agents.get(&id));
        let served = (agent.iter())
            .flat_map(|agent| &agent.memberships)
            .filter_map(|membership| Some(directory.queues.get(&membership.queue)?.number));
        let managed = (directory.config.queues.iter())
            .filter(|queue| queue.managers.contains(&number))
            .map(|queue| queue.number);
        Self::Person {
            number,
            queues: served.chain(managed).collect(),
        }
    }

    /// Whether a queue may be seen: its callers, agents, figures and records.
    #[must_use]
    pub fn sees_queue(&self, queue: Number) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Person { queues, .. } => queues.contains(&queue),
        }
    }

    /// Whether this is the person with this extension.
    #[must_use]
    pub fn is(&self, extension: Number) -> bool {
        matches!(self, Self::Person { number, .. } if *number == extension)
    }

    /// An agent, with what may be seen of it.
    #[must_use]
    pub fn agent<'r>(&self, row: &'r Arc<AgentRow>) -> Option<Cow<'r, Arc<AgentRow>>> {
        if *self == Self::All || self.is(row.number) {
            return Some(Cow::Borrowed(row));
        }
        let seen = |queue: &Number| self.sees_queue(*queue);
        let places = row.queues.iter().filter(|place| seen(&place.queue));
        let queues: Vec<_> = places.cloned().collect();
        if queues.is_empty() {
            return None;
        }
        if queues.len() == row.queues.len() {
            return Some(Cow::Borrowed(row));
        }
        Some(Cow::Owned(Arc::new(AgentRow {
            answered: queues.iter().map(|place| place.answered).sum(),
            missed: queues.iter().map(|place| place.missed).sum(),
            queues,
            ..AgentRow::clone(row)
        })))
    }

    fn sees_talk(&self, queue: Option<Number>, agent: Number) -> bool {
        *self == Self::All || self.is(agent) || queue.is_some_and(|queue| self.sees_queue(queue))
    }

    /// Whether a call may be seen: those of its queues, and everybody's own.
    #[must_use]
    pub fn sees_active(&self, row: &ActiveRow) -> bool {
        self.sees_talk(row.queue, row.agent)
    }

    /// A change, with what may be seen of it.
    #[must_use]
    pub fn change(&self, change: &Change) -> Option<Change> {
        let seen = match change {
            Change::Active(row) => self.sees_active(row),
            Change::ActiveGone { queue, agent, .. } => self.sees_talk(*queue, *agent),
            Change::Agent(row) => {
                return self.agent(row).map(|row| Change::Agent(row.into_owned()));
            }
            // Who is gone serves nothing any more; those who saw it are told
            // everything anew.
            Change::AgentGone { .. } => *self == Self::All,
            Change::Queue(row) => self.sees_queue(row.number),
            Change::QueueGone { number } => self.sees_queue(*number),
            Change::Waiting(row) => self.sees_queue(row.queue),
            Change::WaitingGone { queue, .. } => self.sees_queue(*queue),
        };
        seen.then(|| change.clone())
    }

    /// All that may be seen of a moment.
    #[must_use]
    pub fn screen<'s>(&self, screen: &'s Screen) -> Cow<'s, Screen> {
        if *self == Self::All {
            return Cow::Borrowed(screen);
        }
        let agents = screen.agents.iter();
        let active = screen.active.iter();
        let queues = screen.queues.iter();
        let waiting = screen.waiting.iter();
        Cow::Owned(Screen {
            agents: agents
                .filter_map(|(key, row)| Some((*key, self.agent(row)?.into_owned())))
                .collect(),
            active: active
                .filter(|(_, row)| self.sees_active(row))
                .map(|(key, row)| (*key, Arc::clone(row)))
                .collect(),
            queues: queues
                .filter(|(key, _)| self.sees_queue(**key))
                .map(|(key, row)| (*key, Arc::clone(row)))
                .collect(),
            waiting: waiting
                .filter(|(_, row)| self.sees_queue(row.queue))
                .map(|(key, row)| (*key, Arc::clone(row)))
                .collect(),
        })
    }
}
