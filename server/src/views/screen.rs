//! What is to be seen at one moment, and how one moment becomes the next.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use tandem_engine::{CallId, Number, PublicId, Recording};
use utoipa::ToSchema;

/// Everything that can be shown. Rows are shared between moments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// Queues by number.
    pub queues: BTreeMap<Number, Arc<QueueRow>>,
    /// Extensions by number.
    pub agents: BTreeMap<Number, Arc<AgentRow>>,
    /// Calls in a queue whom nobody has answered.
    pub waiting: BTreeMap<PublicId, Arc<WaitingRow>>,
    /// Calls in which two parties talk.
    pub active: BTreeMap<PublicId, Arc<ActiveRow>>,
}

/// A queue. Its counts are of calls that were answered or left since midnight
/// in its time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct QueueRow {
    /// Its number.
    #[serde(serialize_with = "text")]
    #[schema(value_type = String)]
    pub number: Number,
    /// Its name.
    pub name: String,
    /// Callers whom nobody has answered, those whose agent rings among them.
    pub waiting: u32,
    /// When the one who waits longest joined, in Unix ms.
    pub longest_wait_since: Option<i64>,
    /// How many of those who wait have a telephone ring for them.
    pub ringing: u32,
    /// Calls with an agent.
    pub talking: u32,
    /// Calls that were answered or left: the sum of the next three.
    pub offered: u32,
    /// Calls that an agent answered.
    pub answered: u32,
    /// Calls whose caller hung up.
    pub abandoned: u32,
    /// Calls that left without an agent for another cause.
    pub missed: u32,
    /// Calls that were answered in less than the service-level time.
    pub met: u32,
    /// Callbacks that callers were promised: those of today that are over, and those that
    /// are not.
    pub callbacks: u32,
    /// Those of today that came to nothing.
    pub callbacks_failed: u32,
    /// Those that have not come to anything yet.
    pub callbacks_pending: u32,
    /// Share of the offered calls that met it, in percent, rounded down; null
    /// while there are none.
    pub service_level_percent: Option<u32>,
    /// Share that ought to, in percent.
    pub sla_threshold_percent: u8,
    /// The service-level time, in seconds.
    pub sla_time_s: u64,
}

/// An extension and its agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AgentRow {
    /// The extension's number.
    #[serde(serialize_with = "text")]
    #[schema(value_type = String)]
    pub number: Number,
    /// The person's name.
    pub name: String,
    /// Whether the telephone can be rung.
    pub up: bool,
    /// Where the person is: `available`, `away`, `business_trip`, `do_not_disturb`,
    /// `lunch_break` or `off_work`.
    pub presence: &'static str,
    /// What the agent does.
    pub state: AgentState,
    /// Since when, in Unix ms.
    pub since: i64,
    /// Calls of these queues answered since midnight.
    pub answered: u32,
    /// Calls of these queues that rang in vain since midnight.
    pub missed: u32,
    /// The queues that the agent serves, by number.
    pub queues: Vec<MembershipRow>,
}

/// An agent's place in a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MembershipRow {
    /// The queue's number.
    #[serde(serialize_with = "text")]
    #[schema(value_type = String)]
    pub queue: Number,
    /// Whether the agent takes its calls.
    pub status: MembershipStatus,
    /// Why not, if it was said.
    pub reason: Option<String>,
    /// Whether the agent is in wrap-up there.
    pub wrap_up: bool,
    /// Calls of it answered since midnight.
    pub answered: u32,
    /// Calls of it that rang in vain since midnight.
    pub missed: u32,
}

/// Whether an agent takes the calls of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MembershipStatus {
    /// Takes them.
    LoggedIn,
    /// Takes none.
    LoggedOut,
    /// Takes none for a while.
    Paused,
}

/// What an agent does. What comes first here is shown where several hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentState {
    /// On a call, or making one.
    Talking,
    /// The telephone rings.
    Ringing,
    /// After a call.
    WrapUp,
    /// Can be rung by a queue.
    Free,
    /// Not reachable, logged out or paused in all queues.
    Away,
}

/// A call that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WaitingRow {
    /// Its id for ever.
    #[serde(serialize_with = "text")]
    #[schema(value_type = String)]
    pub id: PublicId,
    /// The queue's number.
    #[serde(serialize_with = "text")]
    #[schema(value_type = String)]
    pub queue: Number,
    /// The caller's number; null where it is withheld.
    #[serde(serialize_with = "maybe_text")]
    #[schema(value_type = Option<String>)]
    pub caller: Option<Number>,
    /// Which of the company's contacts that is; null for nobody of them, and for those who
    /// may not know.
    pub contact: Option<String>,
    /// Whether the caller is not on the line, but to be called back.
    pub callback: bool,
    /// When the caller joined, in Unix ms.
    pub joined_at: i64,
    /// The agents whose telephones ring for it.
    #[serde(serialize_with = "texts")]
    #[schema(value_type = Vec<String>)]
    pub ringing: Vec<Number>,
    /// The extension that calls, which may handle it.
    #[serde(skip)]
    pub origin: Option<Number>,
    /// Its name while it lives, for whoever handles it.
    #[serde(skip)]
    pub call: CallId,
}

/// A call in which two parties talk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ActiveRow {
    /// Its id for ever.
    #[serde(serialize_with = "text")]
    #[schema(value_type = String)]
    pub id: PublicId,
    /// The queue's number; null for a call that is not a queue's.
    #[serde(serialize_with = "maybe_text")]
    #[schema(value_type = Option<String>)]
    pub queue: Option<Number>,
    /// The caller's number; null where it is withheld.
    #[serde(serialize_with = "maybe_text")]
    #[schema(value_type = Option<String>)]
    pub caller: Option<Number>,
    /// Which of the company's contacts that is; null for nobody of them, and for those who
    /// may not know.
    pub contact: Option<String>,
    /// Whether the caller was called back.
    pub callback: bool,
    /// The extension that calls; null for callers from outside.
    #[serde(serialize_with = "maybe_text")]
    #[schema(value_type = Option<String>)]
    pub origin: Option<Number>,
    /// Who answered; null where that is somebody outside.
    #[serde(serialize_with = "maybe_text")]
    #[schema(value_type = Option<String>)]
    pub agent: Option<Number>,
    /// The number outside that answered; null where an extension did, or it was erased.
    #[serde(serialize_with = "maybe_text")]
    #[schema(value_type = Option<String>)]
    pub outside: Option<Number>,
    /// When, in Unix ms.
    pub answered_at: i64,
    /// Whether the caller is on hold.
    pub held: bool,
    /// Whether what is said is recorded.
    pub recording: RecordingState,
    /// Its name while it lives, for whoever handles it.
    #[serde(skip)]
    pub call: CallId,
}

/// What somebody did about the record of a queue's call: he dealt with it, noted or deleted
/// it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LogChange {
    /// The call.
    #[serde(serialize_with = "text")]
    #[schema(value_type = String)]
    pub id: PublicId,
    /// Which of its visits to a queue, from zero.
    pub visit: u16,
    /// The queue's number.
    #[serde(serialize_with = "text")]
    #[schema(value_type = String)]
    pub queue: Number,
    /// The name of the log; null while the call goes on.
    pub log: Option<String>,
    /// Who answered it.
    #[serde(serialize_with = "maybe_text")]
    #[schema(value_type = Option<String>)]
    pub agent: Option<Number>,
    /// Who did it; null for the system.
    #[serde(serialize_with = "maybe_text")]
    #[schema(value_type = Option<String>)]
    pub by: Option<Number>,
    /// When, in Unix ms.
    pub at: i64,
    /// Whether he deleted it.
    pub deleted: bool,
    /// How far he has come with it: `not_dealt`, `dealing` or `dealt`; null where that is not
    /// what he did.
    pub processing: Option<&'static str>,
    /// Whether it followed another call of the same caller by itself.
    pub auto_sync: bool,
    /// What he noted, in place of all that was; null where that is not what he did.
    pub note: Option<NoteShown>,
}

/// A note as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NoteShown {
    /// What the call came to.
    pub dispositions: Vec<String>,
    /// In the words of who wrote it.
    pub remark: String,
}

/// One difference between two moments. What a row was before does not matter:
/// it is told whole. A call that goes elsewhere is gone first, and comes back,
/// so that everybody can be told only of what they may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Change {
    /// A call in which two parties talk.
    Active(Arc<ActiveRow>),
    /// Such a call is not there any more.
    ActiveGone {
        /// Which.
        #[serde(serialize_with = "text")]
        #[schema(value_type = String)]
        id: PublicId,
        /// Of which queue it was.
        #[serde(serialize_with = "maybe_text")]
        #[schema(value_type = Option<String>)]
        queue: Option<Number>,
        /// The extension that called.
        #[serde(serialize_with = "maybe_text")]
        #[schema(value_type = Option<String>)]
        origin: Option<Number>,
        /// Who had answered.
        #[serde(serialize_with = "maybe_text")]
        #[schema(value_type = Option<String>)]
        agent: Option<Number>,
    },
    /// An extension.
    Agent(Arc<AgentRow>),
    /// An extension was deleted.
    AgentGone {
        /// Its number.
        #[serde(serialize_with = "text")]
        #[schema(value_type = String)]
        number: Number,
    },
    /// Something was done about the record of a call. No row shows it: it is told once, and
    /// after a whole view records are to be read anew.
    Log(Arc<LogChange>),
    /// A queue.
    Queue(Arc<QueueRow>),
    /// A queue was deleted.
    QueueGone {
        /// Its number.
        #[serde(serialize_with = "text")]
        #[schema(value_type = String)]
        number: Number,
    },
    /// A call that waits.
    Waiting(Arc<WaitingRow>),
    /// Such a call does not wait any more.
    WaitingGone {
        /// Which.
        #[serde(serialize_with = "text")]
        #[schema(value_type = String)]
        id: PublicId,
        /// Of which queue it was.
        #[serde(serialize_with = "text")]
        #[schema(value_type = String)]
        queue: Number,
    },
}

impl Screen {
    /// What leads from this moment to another.
    #[must_use]
    pub fn changes_to(&self, later: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        gone(&self.active, &later.active, same_talk, |row| {
            changes.push(row.gone());
        });
        gone(&self.waiting, &later.waiting, same_queue, |row| {
            changes.push(row.gone());
        });
        gone(
            &self.agents,
            &later.agents,
            |_, _| true,
            |row| {
                let number = row.number;
                changes.push(Change::AgentGone { number });
            },
        );
        gone(
            &self.queues,
            &later.queues,
            |_, _| true,
            |row| {
                let number = row.number;
                changes.push(Change::QueueGone { number });
            },
        );
        come(&self.queues, &later.queues, Change::Queue, &mut changes);
        come(&self.agents, &later.agents, Change::Agent, &mut changes);
        come(&self.waiting, &later.waiting, Change::Waiting, &mut changes);
        come(&self.active, &later.active, Change::Active, &mut changes);
        changes
    }

    /// Makes changes, in their order.
    pub fn make(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Active(row) => drop(self.active.insert(row.id, Arc::clone(row))),
                Change::ActiveGone { id, .. } => drop(self.active.remove(id)),
                Change::Agent(row) => drop(self.agents.insert(row.number, Arc::clone(row))),
                Change::AgentGone { number } => drop(self.agents.remove(number)),
                Change::Log(_) => {}
                Change::Queue(row) => drop(self.queues.insert(row.number, Arc::clone(row))),
                Change::QueueGone { number } => drop(self.queues.remove(number)),
                Change::Waiting(row) => drop(self.waiting.insert(row.id, Arc::clone(row))),
                Change::WaitingGone { id, .. } => drop(self.waiting.remove(id)),
            }
        }
    }
}

/// How a conversation is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    /// Not at all.
    Off,
    /// Everything that is said.
    On,
    /// Not at present.
    Paused,
}

impl From<Recording> for RecordingState {
    fn from(recording: Recording) -> Self {
        match recording {
            Recording::Off => Self::Off,
            Recording::On => Self::On,
            Recording::Paused => Self::Paused,
        }
    }
}

impl ActiveRow {
    fn gone(&self) -> Change {
        Change::ActiveGone {
            id: self.id,
            queue: self.queue,
            origin: self.origin,
            agent: self.agent,
        }
    }
}

impl WaitingRow {
    fn gone(&self) -> Change {
        Change::WaitingGone {
            id: self.id,
            queue: self.queue,
        }
    }
}

fn same_talk(before: &ActiveRow, after: &ActiveRow) -> bool {
    let seen_by = |row: &ActiveRow| (row.queue, row.origin, row.agent);
    seen_by(before) == seen_by(after)
}

fn same_queue(before: &WaitingRow, after: &WaitingRow) -> bool {
    before.queue == after.queue
}

/// Tells of every row that is not there later, or is another's then.
fn gone<K: Ord, R>(
    before: &BTreeMap<K, Arc<R>>,
    after: &BTreeMap<K, Arc<R>>,
    same: impl Fn(&R, &R) -> bool,
    mut tell: impl FnMut(&R),
) {
    for (key, row) in before {
        let stays = after.get(key).is_some_and(|later| same(row, later));
        if !stays {
            tell(row);
        }
    }
}

/// Tells of every row that was not there, or was otherwise.
fn come<K: Ord, R: PartialEq>(
    before: &BTreeMap<K, Arc<R>>,
    after: &BTreeMap<K, Arc<R>>,
    change: impl Fn(Arc<R>) -> Change,
    changes: &mut Vec<Change>,
) {
    for (key, row) in after {
        let same = |known: &Arc<R>| Arc::ptr_eq(known, row) || known == row;
        if !before.get(key).is_some_and(same) {
            changes.push(change(Arc::clone(row)));
        }
    }
}

pub(crate) fn text<T: Display, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

pub(crate) fn maybe_text<T: Display, S: Serializer>(
    value: &Option<T>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => to.collect_str(value),
        None => to.serialize_none(),
    }
}

fn texts<T: Display, S: Serializer>(values: &[T], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(values.iter().map(ToString::to_string))
}
