//! The live objects, and nothing else: what is over is a record, what is long
//! is content. Everything here is flat, so that a fork is a copy.

mod callback;
mod hold;

use core::num::NonZeroU128;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use callback::{Callback, Progress, Promise};
pub(crate) use hold::{Hold, is_held};

use crate::acd::estimate::{Arrivals, Pace};
use crate::acd::in_order::InOrder;
use crate::config::address::SipAddress;
use crate::config::model::{
    CountSince, Destination, MemberKind, Options, QueueConfig, SkillStep, SurveyConfig,
};
use crate::config::points::{FlowStep, PointConfig};
use crate::config::presence::{Presence, PresenceActions};
use crate::config::rights::OwnRecording;
use crate::directory::Directory;
use crate::effect::{Effect, EffectId};
use crate::event::EndReason;
use crate::ids::{AgentId, CallId, LegId, MemberId, PartyId, PointId, PublicId, QueueId};
use crate::input::{Monitoring, Recording};
use crate::limits::{QUEUE_MEMBERS_MAX, SKILL_LEVEL_MAX};
use crate::number::Number;
use crate::records::contacts::ContactIndex;
use crate::remembered::Remembered;
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
    pub(crate) points: Slab<Point>,
    pub(crate) queues: Slab<Queue>,
    pub(crate) timers: Timers,
    /// Effects that somebody has yet to confirm.
    pub(crate) kept: BTreeMap<EffectId, Effect>,
    /// Slots in which callers are parked.
    pub(crate) slots: BTreeMap<Number, CallId>,
    /// Places of callers who hung up while they waited.
    pub(crate) places: Remembered<Place>,
    /// With whom callers talked last, of queues that reserve callers for them.
    pub(crate) last_agents: Remembered<AgentId>,
    /// Where the contacts of [`Options::contacts`] are found by their numbers.
    #[serde(skip)]
    pub(crate) contacts: ContactIndex,
    /// Counts up with every join of a queue: the order of waiting calls.
    pub(crate) joins: u64,
    /// Counts up with every login of an agent to a queue.
    pub(crate) logins: u64,
}

/// Where somebody stood who waits no more.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) queue: QueueId,
    pub(crate) joined_at: Timestamp,
    pub(crate) join_number: u64,
}

impl Place {
    /// Where somebody waits.
    pub(crate) const fn of(own: &Visit) -> Self {
        Self {
            queue: own.queue,
            joined_at: own.joined_at,
            join_number: own.join_number,
        }
    }
}

/// A route point: a number behind which a rule stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Point {
    pub(crate) config: PointConfig,
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
    /// Where mails to him go.
    pub(crate) email: Option<Box<str>>,
    /// How he may switch the recording of his own calls.
    pub(crate) own_recording: OwnRecording,
    /// Whether calls to the outside are made for him.
    pub(crate) outbound: bool,
    /// Whether the telephone can be rung.
    pub(crate) up: bool,
    /// Calls that occupy the telephone, the one offered by a queue apart.
    pub(crate) engaged: u32,
    /// The leg on which a queue's call is offered to him.
    pub(crate) offer: Option<LegId>,
    /// What the person says about where he is.
    pub(crate) presence: Presence,
    /// What becomes of his status when his presence changes, where anything does.
    pub(crate) on_presence: Option<Box<PresenceActions>>,
    /// He rests: queues do not ring him until this timer fires.
    pub(crate) rest: Option<TimerId>,
    /// In how many of his queues he wraps up.
    pub(crate) wraps_up: u32,
    /// His memberships, by the time they were made.
    pub(crate) members: Vec<MemberId>,
}

/// An agent's membership in a queue. What every decision asks for comes first, so that the
/// memory brings it at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[repr(C)]
pub struct Member {
    /// Where he stands among the queue's free agents, if he is free.
    pub(crate) listed: Option<Rank>,
    pub(crate) queue: QueueId,
    pub(crate) agent: AgentId,
    /// Value of [`Queue::rings`] when the queue rang him last; zero: never.
    pub(crate) last_rung: u64,
    /// In wrap-up until this timer fires.
    pub(crate) wrap_up: Option<TimerId>,
    /// Place in the queue's list.
    pub(crate) position: u32,
    /// His skill level; 1 is the best.
    pub(crate) level: u8,
    pub(crate) kind: MemberKind,
    /// Always true for static members.
    pub(crate) logged_in: bool,
    /// Whether he was logged in just before his agent's latest log-out.
    pub(crate) was_logged_in: bool,
    pub(crate) paused: Option<Pause>,
    /// Value of [`State::logins`] when he logged in or, static, was added.
    pub(crate) login_order: u64,
    /// How likely he is drawn, beside the others.
    pub(crate) weight: u16,
    pub(crate) served: Served,
    /// Calls that he missed one after the other: what he may miss before he is
    /// paused counts them.
    pub(crate) missed_in_a_row: u32,
    /// Whether he keeps the queue from counting as empty for those who join.
    pub(crate) present_to_join: bool,
    /// Whether he keeps the queue from counting as empty for those who wait.
    pub(crate) present_to_stay: bool,
}

/// What an agent did for a queue, from several beginnings on.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Served {
    pub(crate) ever: Tally,
    pub(crate) since_login: Tally,
    pub(crate) since_midnight: Tally,
}

/// Calls that an agent answered and ended, and how long he talked in them.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) calls: u32,
    pub(crate) talked: Span,
}

impl Served {
    /// One more call has ended.
    pub(crate) fn add(&mut self, talked: Span) {
        for tally in [
            &mut self.ever,
            &mut self.since_login,
            &mut self.since_midnight,
        ] {
            tally.calls += 1;
            tally.talked = tally.talked + talked;
        }
    }

    pub(crate) const fn since(&self, since: CountSince) -> Tally {
        match since {
            CountSince::Ever => self.ever,
            CountSince::Login => self.since_login,
            CountSince::Midnight => self.since_midnight,
        }
    }
}

/// An agent's pause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pause {
    pub(crate) reason: Option<String>,
}

/// What free agents are ordered by; the least is rung first. From the top, behind a bit
/// that is always set: the skill level in 7 bits, the strategy's order in 32 and in 64, and
/// in 24 the agent's place in the queue's list, which names him and parts those who are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Rank(NonZeroU128);

/// Of every rank, so that having none takes no place of its own.
const RANKED: u128 = 1 << 127;

/// Places in a queue's list fit in the lowest 24 bits of a rank.
const PLACE_MASK: u32 = (1 << 24) - 1;
const _: () = assert!(QUEUE_MEMBERS_MAX <= PLACE_MASK as usize);
const _: () = assert!(SKILL_LEVEL_MAX < i8::MAX as u8);

impl Rank {
    /// Behind every rank of an agent.
    pub(crate) const LAST: Self = Self(NonZeroU128::MAX);

    pub(crate) const fn new(level: u8, first: u32, second: u64, position: u32) -> Self {
        let position = (position & PLACE_MASK) as u128;
        let order = (first as u128) << 88 | (second as u128) << 24 | position;
        let bits = RANKED | (level as u128) << 120 | order;
        Self(NonZeroU128::new(bits).expect("one bit is set"))
    }

    /// Not behind any of this skill level.
    pub(crate) const fn first_of(level: u8) -> Self {
        Self::new(level, 0, 0, 0)
    }

    /// Behind every one of this skill level, and before all of the next.
    pub(crate) const fn first_behind(level: u8) -> Self {
        Self::first_of(level + 1)
    }

    pub(crate) const fn level(&self) -> u8 {
        self.0.get().to_be_bytes()[0] & i8::MAX as u8
    }

    /// The first part of the strategy's order.
    #[expect(clippy::cast_possible_truncation, reason = "32 bits are wanted")]
    pub(crate) const fn first(&self) -> u32 {
        (self.0.get() >> 88) as u32
    }

    /// The agent's place in the queue's list.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the low 24 bits are wanted"
    )]
    pub(crate) const fn position(&self) -> usize {
        (self.0.get() as u32 & PLACE_MASK) as usize
    }
}

/// A queue. What every decision asks for comes first: where there are many queues, most of a
/// decision's time goes by until the memory has brought it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[repr(C)]
pub struct Queue {
    /// Whether it is on the list of queues to be looked at. Only within an
    /// entry.
    #[serde(skip)]
    pub(crate) marked: bool,
    /// Whether its members are not all of one skill level.
    pub(crate) has_levels: bool,
    /// Deleted; it stays until its callers have been put out.
    pub(crate) removed: bool,
    /// The free ones, in the order in which they are rung.
    pub(crate) free: SortedSet<Rank>,
    /// Callers whom an agent may be rung for, by joining.
    pub(crate) ready: InOrder,
    /// Callers for whom agents ring and more may join in, where the strategy rings several.
    pub(crate) joinable: InOrder,
    /// Callers who are reserved for a member, by who he is: they stand in no other set.
    pub(crate) reserved: BTreeMap<MemberId, InOrder>,
    /// Members who became free, and for whom callers are reserved. Only within an entry.
    #[serde(skip)]
    pub(crate) wanted: Vec<MemberId>,
    pub(crate) put_out: Option<TimerId>,
    /// Fires when its first caller may be served by agents who are free, but not
    /// skilled enough before.
    pub(crate) skill_step: Option<TimerId>,
    /// In the order of the list.
    pub(crate) members: Vec<MemberId>,
    /// Members who are static; the others are dynamic.
    pub(crate) static_members: u32,
    /// First and last of the callers whom nobody has answered, by joining.
    pub(crate) line: Option<(CallId, CallId)>,
    pub(crate) callers: u32,
    /// Those of them who were promised a callback: they hear nothing, and nothing puts
    /// them out but its own time.
    pub(crate) promised: u32,
    /// Counts up with every ring of an agent.
    pub(crate) rings: u64,
    /// Round robin: for each skill level and kind of which somebody was rung, where
    /// he who was rung last stands; sorted.
    pub(crate) round_robin: Vec<((u8, u32), u64)>,
    pub(crate) present_to_join: u32,
    pub(crate) present_to_stay: u32,
    pub(crate) longest_wait: Option<TimerId>,
    pub(crate) midnight: Option<TimerId>,
    /// Where its managers are told of its service level.
    pub(crate) service_level: Option<Box<LevelWatch>>,
    /// What its calls have taught up to now.
    pub(crate) learned: Pace,
    /// What they had taught when a caller joined last; those who wait are told by it.
    pub(crate) pace: Pace,
    /// How often callers come, where they go before those of other queues.
    pub(crate) arrivals: Option<Box<Arrivals>>,
    pub(crate) config: QueueConfig,
}

/// What a queue's managers are told of its service level by.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LevelWatch {
    /// Fires when it is looked at next.
    pub(crate) timer: TimerId,
    /// From one look to the next.
    pub(crate) interval: Span,
    /// Calls of which it was decided, since the last look, whether they met it.
    pub(crate) calls: u32,
    /// Those that did.
    pub(crate) met: u32,
    /// Whether it was under the threshold when it was looked at last.
    pub(crate) under: bool,
}

impl Queue {
    /// The worst skill level that may serve a caller who joined at that time.
    #[inline]
    pub(crate) fn worst_level(&self, joined_at: Timestamp, now: Timestamp) -> u8 {
        let waited = now - joined_at;
        let reached = |step: &&SkillStep| step.after <= waited;
        let steps = self.config.skill_steps.iter();
        steps
            .take_while(reached)
            .last()
            .map_or(u8::MAX, |step| step.level)
    }

    /// What a caller who joined at that time weighs against those of other queues:
    /// what the queue weighs, and one more for each stretch of waiting, rounded half up.
    #[inline]
    pub(crate) fn weight(&self, joined_at: Timestamp, now: Timestamp) -> u64 {
        let stretch = self.config.priority_acceleration.micros();
        let priority = u64::from(self.config.priority);
        if priority == 0 || stretch == 0 {
            return priority;
        }
        priority + ((now - joined_at).micros() + stretch / 2) / stretch
    }

    /// Where in its round he stands who was rung last.
    pub(crate) fn last_rung_of(&self, round: (u8, u32)) -> Option<u64> {
        let place = self.round_robin.binary_search_by_key(&round, |&(of, _)| of);
        place.ok().map(|place| self.round_robin[place].1)
    }
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
    /// What it passes through on its way, where that needs to be known.
    pub(crate) passing: Option<Box<Passing>>,
    /// Its visit to a queue, from joining until it has left and its agent has hung up.
    pub(crate) visit: Option<Visit>,
    /// Visits begun so far.
    pub(crate) visits: u16,
    /// Destinations that it was sent to so far.
    pub(crate) hops: u8,
    /// The first of its legs; the legs are linked.
    pub(crate) legs: Option<LegId>,
    /// What few calls have.
    pub(crate) extra: Option<Box<Extra>>,
}

impl Call {
    /// What few calls have; this one from now on.
    pub(crate) fn extra(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }
}

/// What few calls have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Extra {
    /// Whether the caller has hung up and the call goes on, as he is to be called back.
    pub(crate) caller_gone: bool,
    /// How the conversation is recorded.
    pub(crate) recording: Recording,
    /// How long the caller is on hold in the present conversation.
    pub(crate) hold: Hold,
    /// Until when who answered is told something before he hears the caller.
    pub(crate) briefed_until: Timestamp,
    /// Where it is parked.
    pub(crate) parked: Option<Parked>,
    /// The call of the other caller, where two are connected with each other, or will be
    /// when one of them has answered.
    pub(crate) joined: Option<CallId>,
    /// That the caller is being called, by the engine.
    pub(crate) rung: Option<Box<CallerRung>>,
    /// The queue's call that led on to this conversation, and about which the caller is
    /// asked when it is over.
    pub(crate) rated: Option<Rated>,
}

/// That a caller is being called.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CallerRung {
    /// The effect that calls him.
    pub(crate) ring: EffectId,
    /// It has rung long enough when this timer fires.
    pub(crate) timer: TimerId,
    /// Where the call goes when he answers; `None`: he talks to the caller of another one.
    pub(crate) to: Option<Destination>,
}

/// Whether the caller has hung up and the call goes on, as he is to be called back.
#[inline]
pub(crate) fn caller_gone(call: &Call) -> bool {
    call.extra.as_ref().is_some_and(|extra| extra.caller_gone)
}

/// A queue's call about which its caller is asked how it was.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Rated {
    pub(crate) queue: QueueId,
    /// Which of the call's visits to a queue.
    pub(crate) visit: u16,
    pub(crate) joined_at: Timestamp,
    /// Who answered it.
    pub(crate) agent: AgentId,
}

/// A caller's slot.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Parked {
    /// Its number.
    pub(crate) slot: Number,
    /// The queue that the call was of when it was parked.
    pub(crate) queue: Option<QueueId>,
    /// Who is rung if nobody comes for the caller.
    pub(crate) back_to: AgentId,
    /// Fires then.
    pub(crate) timer: TimerId,
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
    /// An extension rings, or those of a ring group, not for a queue; or a number outside,
    /// in a call of its own.
    AwaitingAnswer,
    /// The caller, who is being called by the engine, but for a callback.
    AwaitingCaller,
    /// The customer of a callback, for whom an agent waits.
    AwaitingCustomer,
    /// Two parties talk.
    AwaitingEnd,
    /// The caller is to press a key.
    AwaitingKey,
    /// The caller leaves a message.
    AwaitingMessage,
    /// The caller hears a prompt or a tone.
    AwaitingPrompt,
    /// The caller is parked, until somebody dials his slot.
    AwaitingRetrieval,
}

/// What a call passes through on its way, but for queues.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Passing {
    /// The telephones of a ring group ring.
    Group {
        /// Which.
        point: PointId,
        /// Who has not had his turn, the next one last. They are the members of when
        /// the call came.
        left: Vec<Number>,
    },
    /// The caller hears a menu, or is to press a key behind its prompt.
    Menu {
        /// Where in it he is.
        place: MenuPlace,
        /// Nothing more is awaited when this timer fires.
        timer: TimerId,
    },
    /// The caller leaves a message.
    Message {
        /// The number of whose box it is.
        mailbox: Number,
        /// Since when he speaks.
        since: Timestamp,
        /// It is as long as allowed when this timer fires.
        timer: TimerId,
    },
    /// The caller hears a prompt or a tone.
    Prompt {
        /// It is over when this timer fires.
        timer: TimerId,
        /// Where the call goes then.
        then: Then,
    },
    /// The caller is asked how it was, and is to press a key.
    Survey {
        /// What he is asked.
        survey: Survey,
        /// Nothing more is awaited when this timer fires.
        timer: TimerId,
    },
}

/// What a caller is asked when who talked to him has hung up.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Survey {
    /// As it was set when he was asked.
    pub(crate) config: SurveyConfig,
    pub(crate) about: Rated,
    /// How often its prompt has played.
    pub(crate) plays: u8,
    /// When the prompt is over.
    pub(crate) over: Timestamp,
}

/// Where a caller is in a menu.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MenuPlace {
    /// Which menu.
    pub(crate) point: PointId,
    /// How often its prompt has played.
    pub(crate) plays: u8,
    /// When the prompt is over.
    pub(crate) over: Timestamp,
    /// What he keyed in so far of a number.
    pub(crate) typed: Number,
}

impl Passing {
    /// The timer that ends it, if one does.
    pub(crate) const fn timer(&self) -> Option<TimerId> {
        match self {
            Self::Group { .. } => None,
            Self::Menu { timer, .. }
            | Self::Message { timer, .. }
            | Self::Prompt { timer, .. }
            | Self::Survey { timer, .. } => Some(*timer),
        }
    }
}

/// What becomes of a call when a prompt or a tone is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Then {
    /// It ends for this reason.
    End(EndReason),
    /// On to a destination.
    Go(Destination),
    /// The caller leaves a message in the box of this number.
    Record(Number),
    /// On in a call flow.
    Step(PointId, FlowStep),
}

/// A call's time in one queue, and with its agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Visit {
    pub(crate) queue: QueueId,
    pub(crate) number: u16,
    /// Since when he stands in line, for every rule; who took a place back joined
    /// before this call came.
    pub(crate) joined_at: Timestamp,
    /// When he took his place back: his wait counts from then on.
    pub(crate) returned_at: Option<Box<Timestamp>>,
    /// The entry in which it joined.
    pub(crate) joined_in: u64,
    /// Value of [`State::joins`] when it joined: who has a smaller one stands before it.
    pub(crate) join_number: u64,
    pub(crate) before: Option<CallId>,
    pub(crate) after: Option<CallId>,
    pub(crate) set: CallSet,
    /// Telephones ringing for it now.
    pub(crate) ringing: u32,
    /// The worst skill level among those who ring for it, or did since nobody rang.
    pub(crate) ringing_level: u8,
    /// Nobody new is rung until this timer fires.
    pub(crate) retry: Option<TimerId>,
    /// Who did not answer it, and in which round last; sorted by who.
    pub(crate) tried: Vec<(MemberId, u32)>,
    pub(crate) offers: u32,
    pub(crate) offered_at_once: bool,
    /// Whether `retry` is the time after which one more agent rings with the others.
    pub(crate) growing: bool,
    /// Whether its queue's watch over the service level has counted it.
    pub(crate) level_counted: bool,
    pub(crate) answered: Option<Answered>,
    /// What he is told while he waits, if the queue tells anything.
    pub(crate) announcing: Option<Box<Announcing>>,
    /// For whom he is reserved, if he is.
    pub(crate) reserved: Option<Box<Reserved>>,
    /// The callback that he asks for, or has asked for.
    pub(crate) callback: Option<Box<Callback>>,
}

impl Visit {
    /// Whether nobody new is rung for it now, but for the one for whom he is reserved.
    pub(crate) fn pauses(&self) -> bool {
        self.retry.is_some()
            || self.hears_first()
            || self.reserved.is_some()
            || self.asks_for_callback()
    }

    /// Whether the caller is to hear a welcome before anybody is rung.
    pub(crate) fn hears_first(&self) -> bool {
        self.announcing.as_ref().is_some_and(|own| own.holds)
    }

    /// Whether the caller hears what belongs to a callback, and so can not be connected.
    #[inline]
    pub(crate) fn asks_for_callback(&self) -> bool {
        (self.callback.as_deref()).is_some_and(|callback| match callback {
            Callback::Asked { .. } => true,
            Callback::Promised(promise) => promise.progress == Progress::Thanked,
        })
    }

    /// Whether the queue was too crowded for the caller, who is offered a callback first.
    pub(crate) fn found_it_crowded(&self) -> bool {
        let callback = self.callback.as_deref();
        matches!(callback, Some(Callback::Asked { crowded: true, .. }))
    }

    /// The callback that he was promised, if he was.
    #[inline]
    pub(crate) fn promise(&self) -> Option<&Promise> {
        match self.callback.as_deref() {
            Some(Callback::Promised(promise)) => Some(promise),
            Some(Callback::Asked { .. }) | None => None,
        }
    }

    /// When this call joined: since when it is counted to wait.
    #[inline]
    pub(crate) fn came_at(&self) -> Timestamp {
        self.returned_at
            .as_deref()
            .copied()
            .unwrap_or(self.joined_at)
    }

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

/// That a caller waits for one agent alone.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Reserved {
    pub(crate) member: MemberId,
    /// It is over when this timer fires.
    pub(crate) timer: TimerId,
}

/// What a waiting caller is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Announcing {
    /// What he hears is over, or the next begins, when this timer fires.
    pub(crate) timer: TimerId,
    /// Whether he hears something now.
    pub(crate) plays: bool,
    /// Whether nobody is rung for him before that is over.
    pub(crate) holds: bool,
    /// When the periodic text is due.
    pub(crate) periodic: Option<Timestamp>,
    /// When his place and the like are due.
    pub(crate) place: Option<Timestamp>,
    /// When he is offered a callback.
    pub(crate) offer: Option<Timestamp>,
}

/// The answer to a queue call.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Answered {
    pub(crate) at: Timestamp,
    pub(crate) agent: AgentId,
    /// As whom; `None` where somebody took the call who is not of the queue.
    pub(crate) member: Option<MemberId>,
}

/// Which of its queue's sets a waiting call stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CallSet {
    Aside,
    Joinable,
    Ready,
}

/// What a telephone is in a call for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Purpose {
    /// Who talks to the caller asks him something.
    Consult,
    /// A supervisor listens in.
    Monitor(Monitoring),
    /// A supervisor wants to take a caller who waits.
    PickUp,
    /// To talk to the caller.
    Talk,
}

/// A telephone that rings or talks in a call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Leg {
    pub(crate) call: CallId,
    pub(crate) agent: AgentId,
    /// As whom he is rung by a queue; `None`: a direct call.
    pub(crate) member: Option<MemberId>,
    /// What he is rung for.
    pub(crate) purpose: Purpose,
    /// The effect that rang it.
    pub(crate) ring: EffectId,
    /// When it began to ring.
    pub(crate) rung_at: Timestamp,
    /// While it rings.
    pub(crate) timeout: Option<TimerId>,
    pub(crate) before: Option<LegId>,
    pub(crate) after: Option<LegId>,
}
