//! The values of the tables. Each is a byte that tells its version, and behind
//! it the value as postcard writes it.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tandem_engine::records::QueueCall;
use tandem_engine::{
    AgentId, AgentStatus, By, ENGINE_SEMANTICS, Effect, EffectId, Engine, Entry, Input, Number,
    PublicId, QueueId, Span, Timestamp,
};

use super::aggregate::Aggregate;
use super::callbacks::CallbackRow;
use super::error::StoreError;
use super::logs::{LogRow, MissedRow};
use super::notes::NoteRow;
use super::surveys::SurveyRow;

/// A value of a table.
pub(crate) trait Row: Serialize + DeserializeOwned {
    /// Where it lies, for messages.
    const TABLE: &'static str;
    /// Raised when its layout changes.
    const VERSION: u8 = 1;

    fn encode(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![Self::VERSION]).expect("a row is written to memory")
    }

    fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let table = Self::TABLE;
        match bytes.split_first() {
            None => Err(StoreError::Damaged { table }),
            Some((&found, _)) if found != Self::VERSION => {
                let found = u32::from(found);
                Err(StoreError::Version { table, found })
            }
            Some((_, body)) => {
                postcard::from_bytes(body).map_err(|_| StoreError::Damaged { table })
            }
        }
    }
}

macro_rules! rows {
    ($($row:ty: $table:literal,)*) => {
        $(impl Row for $row {
            const TABLE: &'static str = $table;
        })*
    };
}

rows! {
    Aggregate: "aggregates",
    CallRecord: "records",
    CallbackRow: "callbacks",
    Head: "meta",
    Imported: "meta",
    KeptRow: "kept",
    LogRow: "call_logs",
    MissedRow: "missed_rings",
    NoteRow: "notes",
    QuarantineRow: "quarantine",
    Revision: "revisions",
    SnapshotInfo: "snapshot_infos",
    StatusRow: "statuses",
    SurveyRow: "surveys",
    Token: "tokens",
}

/// Where the journal ends: what a start must know before it reads anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Key of the engine's draws, made when the store was.
    pub seed: u64,
    /// Rises with every restore of a backup; see [`PublicId`].
    pub epoch: u32,
    /// Number of the last entry.
    pub seq: u64,
    /// Time of the last entry.
    pub at: Timestamp,
    /// When the server is known to have lived.
    pub alive_until: Timestamp,
    /// Rolling hash of every output so far.
    pub hash: u128,
    /// Microseconds from the Unix epoch to the timeline's zero.
    pub wall_offset: i64,
    /// The entry behind which the engine began anew, as it could not be
    /// replayed any more: the journal up to there leads to another state. Zero
    /// where it never did.
    pub anew_after: u64,
}

impl Head {
    /// Before the first entry.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            epoch: 0,
            seq: 0,
            at: Timestamp::ZERO,
            alive_until: Timestamp::ZERO,
            hash: 0,
            wall_offset: 0,
            anew_after: 0,
        }
    }
}

/// What was last imported from a configuration file. Whichever of the two
/// hashes does not fit any more tells which side was changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// SHA-256 of the file.
    pub file: [u8; 32],
    /// SHA-256 of the configuration that it led to, in canonical text.
    pub config: [u8; 32],
}

/// One batch in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRow {
    /// [`ENGINE_SEMANTICS`] of the engine that applied it.
    pub semantics: u32,
    /// Rolling hash of every output up to the last entry's.
    pub hash: u128,
    /// The entries, in order.
    pub entries: Vec<Entry>,
}

const JOURNAL_VERSION: u8 = 1;

impl JournalRow {
    /// A row of this engine.
    #[must_use]
    pub const fn new(entries: Vec<Entry>, hash: u128) -> Self {
        Self {
            semantics: ENGINE_SEMANTICS,
            hash,
            entries,
        }
    }

    /// The row as bytes. The head of it can be read whatever the entries are.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut head = vec![JOURNAL_VERSION];
        head.extend_from_slice(&self.semantics.to_le_bytes());
        head.extend_from_slice(&self.hash.to_le_bytes());
        postcard::to_extend(&self.entries, head).expect("a row is written to memory")
    }

    /// A row from bytes. Entries of other semantics are not even looked at, for
    /// they may have another layout: then there are none.
    ///
    /// # Errors
    /// Where the bytes are no row, or one of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let table = "journal";
        let damaged = || StoreError::Damaged { table };
        let (version, rest) = bytes.split_first().ok_or_else(damaged)?;
        if *version != JOURNAL_VERSION {
            let found = u32::from(*version);
            return Err(StoreError::Version { table, found });
        }
        let (semantics, rest) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
        let (hash, body) = rest.split_first_chunk::<16>().ok_or_else(damaged)?;
        let semantics = u32::from_le_bytes(*semantics);
        let entries = if semantics == ENGINE_SEMANTICS {
            postcard::from_bytes(body).map_err(|_| damaged())?
        } else {
            Vec::new()
        };
        Ok(Self {
            semantics,
            hash: u128::from_le_bytes(*hash),
            entries,
        })
    }
}

/// What is to be known of a snapshot without reading it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotInfo {
    /// When it was made, in microseconds of Unix time.
    pub unix_us: i64,
    /// Whether it is kept as that of its day.
    pub daily: bool,
    /// Rolling hash of every output before it.
    pub hash: u128,
}

/// A snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotRow {
    /// Who was who.
    pub names: Names,
    /// The engine, as [`Engine::snapshot`] writes it.
    pub engine: Vec<u8>,
}

const SNAPSHOT_VERSION: u8 = 1;

impl SnapshotRow {
    /// The row as bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let head = postcard::to_extend(&self.names, vec![SNAPSHOT_VERSION]);
        let mut bytes = head.expect("a row is written to memory");
        bytes.extend_from_slice(&self.engine);
        bytes
    }

    /// A row from bytes.
    ///
    /// # Errors
    /// Where the bytes are no row, or one of a later version.
    pub fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let table = "snapshots";
        let damaged = || StoreError::Damaged { table };
        let (version, rest) = bytes.split_first().ok_or_else(damaged)?;
        if *version != SNAPSHOT_VERSION {
            let found = u32::from(*version);
            return Err(StoreError::Version { table, found });
        }
        let (names, engine) = postcard::take_from_bytes(rest).map_err(|_| damaged())?;
        let engine = engine.to_vec();
        Ok(Self { names, engine })
    }
}

/// What ids meant, for records, which outlive them. Ids of what was deleted
/// stay until no call can name them any more, which is at the next start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// Extensions.
    pub agents: BTreeMap<AgentId, Number>,
    /// Queues.
    pub queues: BTreeMap<QueueId, QueueFacts>,
    /// Microseconds from the Unix epoch to the timeline's zero.
    pub wall_offset: i64,
}

/// What a record and the sums need to know of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueFacts {
    /// Its number.
    pub number: Number,
    /// Its service-level time.
    pub sla_time: Span,
}

impl Names {
    /// Adds everybody who is there now.
    pub fn learn(&mut self, engine: &Engine) {
        for id in engine.agents() {
            if let Some(agent) = engine.agent(id) {
                self.agents.insert(id, agent.number);
            }
        }
        for id in engine.queues() {
            if let Some(queue) = engine.queue(id) {
                let facts = QueueFacts {
                    number: queue.config.number,
                    sla_time: queue.config.sla_time,
                };
                self.queues.insert(id, facts);
            }
        }
    }

    /// Forgets everybody who is not there any more.
    pub fn forget_the_gone(&mut self, engine: &Engine) {
        self.agents.clear();
        self.queues.clear();
        self.learn(engine);
    }

    /// A moment of the timeline in microseconds of Unix time.
    #[must_use]
    pub fn unix_us(&self, at: Timestamp) -> i64 {
        let at = i64::try_from(at.micros()).unwrap_or(i64::MAX);
        at.saturating_add(self.wall_offset)
    }
}

/// What is kept of one visit of a call to a queue, in numbers that mean
/// something for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// The entry that made it.
    pub seq: u64,
    /// The queue's number.
    pub queue: Number,
    /// The number of who answered.
    pub agent: Option<Number>,
    /// When the caller joined, in microseconds of Unix time.
    pub joined_us: i64,
    /// Everything else. The ids in here mean something only until the next
    /// start.
    pub call: QueueCall,
}

impl CallRecord {
    /// The call's name for ever.
    #[must_use]
    pub const fn public(&self) -> PublicId {
        self.call.call
    }

    /// The record as it lies in the file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.encode()
    }

    /// A record as it lies in the file.
    ///
    /// # Errors
    /// Where the bytes are no record, or one of a later version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        Self::decode(bytes)
    }
}

/// A change of an agent's status in a queue, in numbers that mean something for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusRow {
    /// The entry that made it.
    pub seq: u64,
    /// Its place among that entry's events.
    pub index: u32,
    /// The queue's number.
    pub queue: Number,
    /// The agent's number.
    pub agent: Number,
    /// When that was, in microseconds of Unix time.
    pub unix_us: i64,
    /// What the status became.
    pub status: AgentStatus,
    /// Whether the agent is a static one there.
    pub is_static: bool,
    /// Who changed it.
    pub by: By,
}

/// An effect that somebody has yet to carry out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRow {
    /// Its name.
    pub id: EffectId,
    /// When it was ordered, in microseconds of Unix time.
    pub unix_us: i64,
    /// The number of the queue that it is about, if it is about one.
    pub queue: Option<Number>,
    /// What was ordered.
    pub effect: Effect,
}

/// An entry on which the engine panicked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineRow {
    /// When that was, in microseconds of Unix time.
    pub unix_us: i64,
    /// [`ENGINE_SEMANTICS`] of that engine.
    pub semantics: u32,
    /// The number that it had for a moment; another entry has it now.
    pub seq: u64,
    /// When it was received.
    pub at: Timestamp,
    /// What was told.
    pub input: Input,
    /// What the engine said.
    pub said: String,
}

/// A configuration that was in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Its number, as the engine counts.
    pub revision: u64,
    /// Since when, in microseconds of Unix time.
    pub unix_us: i64,
    /// The whole of it, as a configuration file.
    pub text: String,
}

/// A key to the API. The store knows only its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// What its maker calls it.
    pub name: String,
    /// In whose name it acts.
    pub of: TokenOf,
    /// When it was made, in microseconds of Unix time.
    pub created_us: i64,
}

/// In whose name a token acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenOf {
    /// The person with this extension.
    Extension(Number),
    /// The system: it may do everything.
    System,
}
