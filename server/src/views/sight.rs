//! Who may see what.
//!
//! The engine's rule, [`tandem_engine::permissions`], needs the engine's state,
//! which nobody outside the driver reads. This is the same rule over the
//! [`Directory`], and a test holds the two against each other.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use tandem_engine::config::model::QueueConfig;
use tandem_engine::config::rights::{Right, Rights};
use tandem_engine::{By, Number};

use super::screen::{ActiveRow, AgentRow, Change, LogChange, Screen, WaitingRow};
use crate::driver::Directory;

/// What somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Everything, the configuration too: administrators and the system.
    All,
    /// Nothing: nobody has this extension.
    None,
    /// What the rights of a queue's managers and agents let a person see, who
    /// serves these queues, and himself.
    Person {
        /// The extension.
        number: Number,
        /// The queues whose agents and figures he sees, by number.
        queues: BTreeSet<Number>,
        /// Those of them whose callers and calls he sees too.
        calls: BTreeSet<Number>,
        /// The queues whose records he sees.
        records: Box<Records>,
        /// The queues of whose callers he sees which contacts they are, by number.
        contacts: BTreeSet<Number>,
        /// The queues of whose calls he reads and writes notes.
        notes: Notes,
    },
}

/// Of which queues' calls somebody reads and writes notes, by the queues' numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// Of every call.
    all: BTreeSet<Number>,
    /// Of those that he answered.
    own: BTreeSet<Number>,
}

/// Which records of queues somebody sees, by the numbers of the queues.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// Those of every answered call.
    answered: BTreeSet<Number>,
    /// Those of missed and abandoned calls.
    missed: BTreeSet<Number>,
    /// Those of calls that he answered.
    own: BTreeSet<Number>,
}

impl Records {
    /// Adds what a person sees of one queue.
    fn add(&mut self, queue: &QueueConfig, person: Number, manages: bool, serves: bool) {
        let managers = queue.permissions.managers;
        let logs = &queue.permissions.agent_logs;
        let viewers = logs.viewers.as_ref();
        let views = serves && viewers.is_none_or(|viewers| viewers.contains(&person));
        let sees = [
            (manages && managers.has(Right::Panel), &mut self.answered),
            (
                manages && managers.has(Right::MissedCallLogs) || views && logs.missed,
                &mut self.missed,
            ),
            (views && logs.answered, &mut self.own),
        ];
        for (sees, queues) in sees {
            if sees {
                queues.insert(queue.number);
            }
        }
    }
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
        let served: BTreeSet<Number> = (agent.iter())
            .flat_map(|agent| &agent.memberships)
            .filter_map(|membership| Some(directory.queues.get(&membership.queue)?.number))
            .collect();
        let (mut queues, mut calls) = (BTreeSet::new(), BTreeSet::new());
        let mut contacts = BTreeSet::new();
        let (mut records, mut notes) = (Records::default(), Notes::default());
        for queue in &directory.config.queues {
            let (manages, serves) = (
                queue.managers.contains(&number),
                served.contains(&queue.number),
            );
            let rights = &queue.permissions;
            let has = |right| {
                let has = |of: Rights| of.has(right);
                manages && has(rights.managers) || serves && has(rights.agents)
            };
            let panel = has(Right::Panel);
            for (sees, of) in [
                (panel, &mut calls),
                (panel || has(Right::Wallboard), &mut queues),
                (has(Right::Contacts), &mut contacts),
            ] {
                if sees {
                    of.insert(queue.number);
                }
            }
            if manages && rights.managers.has(Right::CallNotes) {
                notes.all.insert(queue.number);
            }
            if serves && rights.agents.has(Right::CallNotes) {
                notes.own.insert(queue.number);
            }
            records.add(queue, number, manages, serves);
        }
        Self::Person {
            number,
            queues,
            calls,
            records: Box::new(records),
            contacts,
            notes,
        }
    }

    /// Whether the record of a queue's call may be seen, which this extension answered;
    /// `None`: which was missed or abandoned.
    #[must_use]
    pub fn sees_record(&self, queue: Number, answered: Option<Number>) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Person {
                number, records, ..
            } => match answered {
                None => records.missed.contains(&queue),
                Some(agent) => {
                    let own = agent == *number && records.own.contains(&queue);
                    own || records.answered.contains(&queue)
                }
            },
        }
    }

    /// Whether the note of a queue's call may be read and written, which this extension
    /// answered; `None`: which was missed or abandoned.
    #[must_use]
    pub fn sees_note(&self, queue: Number, answered: Option<Number>) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Person { number, notes, .. } => {
                let own = answered == Some(*number) && notes.own.contains(&queue);
                own || notes.all.contains(&queue)
            }
        }
    }

    /// Whether any record of a queue may be seen.
    #[must_use]
    pub fn sees_records_of(&self, queue: Number) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Person { records, .. } => [&records.answered, &records.missed, &records.own]
                .iter()
                .any(|queues| queues.contains(&queue)),
        }
    }

    /// Whether a queue may be seen: its figures, and its agents with their status.
    #[must_use]
    pub fn sees_queue(&self, queue: Number) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Person { queues, .. } => queues.contains(&queue),
        }
    }

    /// Whether a queue's callers and calls may be seen.
    #[must_use]
    pub fn sees_calls(&self, queue: Number) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Person { calls, .. } => calls.contains(&queue),
        }
    }

    /// Whether it may be seen which contact a caller is, of a queue or of none.
    #[must_use]
    pub fn sees_contacts(&self, queue: Option<Number>) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Person { contacts, .. } => queue.is_some_and(|queue| contacts.contains(&queue)),
        }
    }

    /// A waiting call, with what may be seen of it.
    fn waiting(&self, row: &Arc<WaitingRow>) -> Option<Arc<WaitingRow>> {
        self.sees_calls(row.queue).then(|| {
            if row.contact.is_none() || self.sees_contacts(Some(row.queue)) {
                return Arc::clone(row);
            }
            Arc::new(WaitingRow {
                contact: None,
                ..WaitingRow::clone(row)
            })
        })
    }

    /// A conversation, with what may be seen of it.
    fn active(&self, row: &Arc<ActiveRow>) -> Option<Arc<ActiveRow>> {
        self.sees_active(row).then(|| {
            if row.contact.is_none() || self.sees_contacts(row.queue) {
                return Arc::clone(row);
            }
            Arc::new(ActiveRow {
                contact: None,
                ..ActiveRow::clone(row)
            })
        })
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

    /// Whether a conversation may be seen, of this queue, between these extensions.
    fn sees_talk(&self, queue: Option<Number>, parties: [Option<Number>; 2]) -> bool {
        let mut parties = parties.into_iter().flatten();
        let own = parties.any(|party| self.is(party));
        *self == Self::All || own || queue.is_some_and(|queue| self.sees_calls(queue))
    }

    /// Whether a call may be seen: those of its queues, and everybody's own.
    #[must_use]
    pub fn sees_active(&self, row: &ActiveRow) -> bool {
        self.sees_talk(row.queue, [row.origin, row.agent])
    }

    /// Whether it may be seen what somebody did about a record. A call that goes on has none
    /// yet, and a note which one may read.
    fn sees_log(&self, log: &LogChange) -> bool {
        let record = log.log.is_none() || self.sees_record(log.queue, log.agent);
        let note = log.note.is_none() || self.sees_note(log.queue, log.agent);
        record && note
    }

    /// A change, with what may be seen of it.
    #[must_use]
    pub fn change(&self, change: &Change) -> Option<Change> {
        let seen = match change {
            Change::Active(row) => return self.active(row).map(Change::Active),
            Change::ActiveGone {
                queue,
                origin,
                agent,
                ..
            } => self.sees_talk(*queue, [*origin, *agent]),
            Change::Agent(row) => {
                return self.agent(row).map(|row| Change::Agent(row.into_owned()));
            }
            // Who is gone serves nothing any more; those who saw it are told
            // everything anew.
            Change::AgentGone { .. } => *self == Self::All,
            Change::Log(log) => self.sees_log(log),
            Change::Queue(row) => self.sees_queue(row.number),
            Change::QueueGone { number } => self.sees_queue(*number),
            Change::Waiting(row) => return self.waiting(row).map(Change::Waiting),
            Change::WaitingGone { queue, .. } => self.sees_calls(*queue),
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
                .filter_map(|(key, row)| Some((*key, self.active(row)?)))
                .collect(),
            queues: queues
                .filter(|(key, _)| self.sees_queue(**key))
                .map(|(key, row)| (*key, Arc::clone(row)))
                .collect(),
            waiting: waiting
                .filter_map(|(key, row)| Some((*key, self.waiting(row)?)))
                .collect(),
        })
    }
}
