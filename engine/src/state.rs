//! The live objects, and nothing else: what is over is a record, what is long
//! is content. Everything here is flat, so that a fork is a copy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::acd::in_order::InOrder;
use crate::config::address::SipAddress;
use crate::config::model::{MemberKind, Options, QueueConfig};
use crate::directory::Directory;
use crate::effect::{Effect, EffectId};
use crate::ids::{AgentId, CallId, LegId, MemberId, PartyId, PublicId, QueueId};
use crate::number::Number;
use crate::slab::Slab;
use crate::sorted_set::SortedSet;
use crate::time::{Span, Timestamp};
use crate::timer::{TimerId, Timers};

/// Everything that the engine knows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// Key of every draw.
    pub(crate) seed: u64,
    /// Number of the last entry.
    pub(crate) seq: u64,
    /// When the last entry was received.
    pub(crate) received_at: Timestamp,
    /// When the last entry acted; see [`Outbox::acted_at`](crate::Outbox::acted_at).
    pub(crate) acted_at: Timestamp,
    /// Microseconds from the Unix epoch to the timeline's zero.
    pub(crate) wall_offset: i64,
    /// The next call's public id.
    pub(crate) next_public: PublicId,
    /// Revision of the configuration.
    pub(crate) revision: u64,
    /// Common settings.
    pub(crate) options: Options,
    /// What every internal number leads to.
    pub(crate) directory: Directory,
    pub(crate) agents: Slab<Agent>,
    pub(crate) calls: Slab<Call>,
    pub(crate) legs: Slab<Leg>,
    pub(crate) members: Slab<Member>,
    pub(crate) parties: Slab<Party>,
    pub(crate) queues: Slab<Queue>,
    pub(crate) timers: Timers,
    /// Effects that somebody has yet to confirm.
    pub(crate) kept: BTreeMap<EffectId, Effect>,
    /// Counts up with every join of a queue: the order of waiting calls.
    pub(crate) joins: u64,
    /// Counts up with every login of an agent to a queue.
    pub(crate) logins: u64,
}

/// A person in a live call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Party {
    pub(crate) number: Number,
    pub(crate) name: Option<Box<str>>,
}

/// An extension and the agent behind it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Agent {
    pub(crate) number: Number,
    pub(crate) name: String,
    pub(crate) administrator: bool,
    pub(crate) ring_timeout: Span,
    pub(crate) contact: Option<SipAddress>,
    /// Whether the telephone can be rung.
    pub(crate) up: bool,
    /// Calls that occupy the telephone, the one offered by a queue apart.
    pub(crate) engaged: u32,
    /// The leg on which a queue's call is offered to him.
    pub(crate) offer: Option<LegId>,
    /// He rests: queues do not ring him until this timer fires.
    pub(crate) rest: Option<TimerId>,
    /// His memberships, by the time they were made.
    pub(crate) members: Vec<MemberId>,
}

/// An agent's membership in a queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Member {
    pub(crate) queue: QueueId,
    pub(crate) agent: AgentId,
    pub(crate) kind: MemberKind,
    /// Place in the queue's list.
    pub(crate) position: u32,
    /// Always true for static members.
    pub(crate) logged_in: bool,
    /// Whether he was logged in just before his agent's latest log-out.
    pub(crate) was_logged_in: bool,
    pub(crate) paused: Option<Pause>,
    /// Value of [`State::logins`] when he logged in or, static, was added.
    pub(crate) login_order: u64,
    /// Value of [`Queue::rings`] when the queue rang him last; zero: never.
    pub(crate) last_rung: u64,
    pub(crate) completed: Completed,
    /// In wrap-up until this timer fires.
    pub(crate) wrap_up: Option<TimerId>,
    /// Where he stands among the queue's free agents, if he is free.
    pub(crate) listed: Option<Listed>,
    /// Whether he keeps the queue from counting as empty for those who join.
    pub(crate) present_to_join: bool,
    /// Whether he keeps the queue from counting as empty for those who wait.
    pub(crate) present_to_stay: bool,
}

/// Calls of a queue that an agent answered and ended.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Completed {
    pub(crate) ever: u32,
    pub(crate) since_login: u32,
    pub(crate) since_midnight: u32,
}

/// An agent's pause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pause {
    pub(crate) reason: Option<String>,
}

/// Where a member stands among a queue's free agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Listed {
    /// Where in the pool.
    Pool(u32),
    Rank(Rank),
}

/// What the strategy orders free agents by; the least is rung first. From the
/// top: 32 bits, 64 bits, and the agent's place in the queue's list, which
/// names him and parts those who are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Rank(u128);

impl Rank {
    pub(crate) const fn new(first: u32, second: u64, position: u32) -> Self {
        Self((first as u128) << 96 | (second as u128) << 32 | position as u128)
    }

    /// The upper 32 bits.
    pub(crate) const fn first(self) -> u32 {
        (self.0 >> 96) as u32
    }

    /// The agent's place in the queue's list.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the low 32 bits are wanted"
    )]
    pub(crate) const fn position(self) -> usize {
        self.0 as u32 as usize
    }
}

/// The free agents of a queue, kept as its strategy needs them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Free {
    /// In no order, for drawing one.
    Pool(Vec<MemberId>),
    /// By rank.
    Ranked(SortedSet<Rank>),
}

/// A queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Queue {
    pub(crate) config: QueueConfig,
    /// In the order of the list.
    pub(crate) members: Vec<MemberId>,
    /// Members who are static; the others are dynamic.
    pub(crate) static_members: u32,
    pub(crate) free: Free,
    /// First and last of the callers whom nobody has answered, by joining.
    pub(crate) line: Option<(CallId, CallId)>,
    pub(crate) callers: u32,
    /// Callers whom an agent may be rung for, by joining.
    pub(crate) ready: InOrder,
    /// Callers for whom agents ring and more may join in (ring all).
    pub(crate) joinable: InOrder,
    /// Counts up with every ring of an agent.
    pub(crate) rings: u64,
    /// Round robin: the position of the static agent rung last, and the login
    /// order of the dynamic one.
    pub(crate) round_robin: [u64; 2],
    pub(crate) present_to_join: u32,
    pub(crate) present_to_stay: u32,
    pub(crate) longest_wait: Option<TimerId>,
    pub(crate) midnight: Option<TimerId>,
    pub(crate) put_out: Option<TimerId>,
    /// Deleted; it stays until its callers have been put out.
    pub(crate) removed: bool,
    /// Whether it is on the list of queues to be looked at. Only within an
    /// entry.
    #[serde(skip)]
    pub(crate) marked: bool,
}

/// A call from its arrival to its end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {
    pub(crate) public: PublicId,
    pub(crate) party: PartyId,
    /// The extension that calls, for a call from inside.
    pub(crate) origin: Option<AgentId>,
    pub(crate) stage: Stage,
    /// Whether the caller's side was answered.
    pub(crate) taken: bool,
    /// Its visit to a queue, from joining until it has left and its agent has hung up.
    pub(crate) visit: Option<Visit>,
    /// Visits begun so far.
    pub(crate) visits: u16,
    /// Destinations that it was sent to so far.
    pub(crate) hops: u8,
    /// The first of its legs; the legs are linked.
    pub(crate) legs: Option<LegId>,
}

/// What a call waits for.
#[expect(
    clippy::enum_variant_names,
    reason = "a state is named for what it awaits"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// In a queue's line, until an agent answers.
    AwaitingAgent,
    /// An extension rings, not for a queue.
    AwaitingAnswer,
    /// Two parties talk.
    AwaitingEnd,
}

/// A call's time in one queue, and with its agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Visit {
    pub(crate) queue: QueueId,
    pub(crate) number: u16,
    pub(crate) joined_at: Timestamp,
    /// The entry in which it joined.
    pub(crate) joined_in: u64,
    /// Value of [`State::joins`] when it joined: who has a smaller one stands before it.
    pub(crate) join_number: u64,
    pub(crate) before: Option<CallId>,
    pub(crate) after: Option<CallId>,
    pub(crate) set: CallSet,
    /// Telephones ringing for it now.
    pub(crate) ringing: u32,
    /// Nobody new is rung until this timer fires.
    pub(crate) retry: Option<TimerId>,
    /// Who did not answer it, and in which round last; sorted by who.
    pub(crate) tried: Vec<(MemberId, u32)>,
    pub(crate) offers: u32,
    pub(crate) offered_at_once: bool,
    pub(crate) answered: Option<Answered>,
}

impl Visit {
    /// The last round of rings in which an agent did not answer the call; zero
    /// where he was not rung for it, or answered.
    pub(crate) fn tried_in(&self, member: MemberId) -> u32 {
        let place = self
            .tried
            .binary_search_by_key(&member, |&(known, _)| known);
        place.map_or(0, |place| self.tried[place].1)
    }

    /// Remembers that an agent did not answer the call. Who joins in late is in
    /// the present round then, and need not catch up.
    pub(crate) fn remember_try(&mut self, member: MemberId) {
        let present = self.tried.iter().map(|&(_, round)| round).max();
        let round = present.unwrap_or(0).max(self.tried_in(member) + 1);
        match self
            .tried
            .binary_search_by_key(&member, |&(known, _)| known)
        {
            Ok(place) => self.tried[place].1 = round,
            Err(place) => self.tried.insert(place, (member, round)),
        }
    }
}

/// The answer to a queue call.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Answered {
    pub(crate) at: Timestamp,
    pub(crate) agent: AgentId,
    pub(crate) member: MemberId,
}

/// Which of its queue's sets a waiting call stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CallSet {
    Aside,
    Joinable,
    Ready,
}

/// A telephone that rings or talks in a call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Leg {
    pub(crate) call: CallId,
    pub(crate) agent: AgentId,
    /// As whom he is rung by a queue; `None`: a direct call.
    pub(crate) member: Option<MemberId>,
    /// The effect that rang it.
    pub(crate) ring: EffectId,
    /// When it began to ring.
    pub(crate) rung_at: Timestamp,
    /// While it rings.
    pub(crate) timeout: Option<TimerId>,
    pub(crate) before: Option<LegId>,
    pub(crate) after: Option<LegId>,
}
