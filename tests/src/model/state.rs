//! The books: people, queues, calls and legs, and what follows from them.

use std::collections::{BTreeMap, BTreeSet};

use tandem_engine::config::model::{Destination, EmptyStates, MemberKind, QueueConfig};
use tandem_engine::config::presence::{Presence, PresenceActions};
use tandem_engine::config::rights::OwnRecording;
use tandem_engine::{
    AgentId, AgentStatus, CallId, LegId, Monitoring, Number, PublicId, QueueId, Recording, Span,
    Timestamp,
};

use super::Model;
use super::announce::Told;
use super::callbacks::Callback;
use super::estimates::{Arrivals, Pace};
use super::menus::{InFlow, InMenu};
use super::points::{Group, Voicemail};
use super::survey::{Asked, Rated};

/// An extension and the agent behind it.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) number: Number,
    pub(super) up: bool,
    pub(super) administrator: bool,
    pub(super) ring_timeout: Span,
    pub(super) presence: Presence,
    pub(super) on_presence: PresenceActions,
    pub(super) own_recording: OwnRecording,
    pub(super) outbound: bool,
    pub(super) offer: Option<LegId>,
    pub(super) rest_until: Option<Timestamp>,
}

/// An agent in a queue.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) agent: AgentId,
    /// Tells this membership from an earlier one of the same agent.
    pub(super) serial: u64,
    pub(super) kind: MemberKind,
    pub(super) level: u8,
    pub(super) logged_in: bool,
    pub(super) was_logged_in: bool,
    pub(super) paused: Option<Option<String>>,
    pub(super) login_order: u64,
    /// How many rings the queue had made when it rang him last; zero: never.
    pub(super) last_rung: u64,
    pub(super) completed: Completed,
    pub(super) missed_in_a_row: u32,
    pub(super) wrap_up_until: Option<Timestamp>,
}

/// Calls that an agent answered in a queue and ended, and how long he talked.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Completed {
    pub(super) ever: (u32, Span),
    pub(super) since_login: (u32, Span),
    pub(super) since_midnight: (u32, Span),
}

impl Member {
    pub(super) fn status(&self) -> AgentStatus {
        match &self.paused {
            _ if !self.logged_in => AgentStatus::LoggedOut,
            Some(reason) => AgentStatus::Paused {
                reason: reason.clone(),
            },
            None => AgentStatus::LoggedIn,
        }
    }
}

/// A queue.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    pub(super) config: QueueConfig,
    /// In the order of the list.
    pub(super) members: Vec<Member>,
    pub(super) rings: u64,
    /// Of each skill level, the membership of the static agent rung last.
    pub(super) last_static: BTreeMap<u8, u64>,
    /// Of each skill level, the login order of the dynamic agent rung last, when he
    /// was rung.
    pub(super) last_dynamic: BTreeMap<u8, u64>,
    pub(super) midnight: Option<Timestamp>,
    /// Where managers are told of the service level.
    pub(super) level: Option<Level>,
    /// What its calls have taught, and had when somebody joined last.
    pub(super) learned: Pace,
    pub(super) pace: Pace,
    /// How often callers join, where they go before others.
    pub(super) arrivals: Option<Arrivals>,
    /// Who stands at the head, and since when that is watched.
    pub(super) watched: Option<(CallId, Timestamp)>,
    pub(super) removed: bool,
}

/// When a service level is looked at next, and what was counted since the last look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    pub(super) due: Timestamp,
    pub(super) interval: Span,
    pub(super) calls: u32,
    pub(super) met: u32,
    pub(super) under: bool,
}

impl Queue {
    /// The worst skill level that may serve who has waited so long; where a step is
    /// reached just now, it may be that nobody has looked yet.
    pub(super) fn worst_level(&self, waited: Span, certainly: bool) -> u8 {
        let steps = &self.config.skill_steps;
        let reached = |after: Span| after < waited || after == waited && !certainly;
        let first = steps.first().map_or(u8::MAX, |step| step.level);
        let later = steps.iter().filter(|step| reached(step.after));
        later.map(|step| step.level).max().unwrap_or(first)
    }

    /// Whether its members have different skill levels.
    pub(super) fn has_levels(&self) -> bool {
        let levels: BTreeSet<u8> = self.members.iter().map(|member| member.level).collect();
        levels.len() > 1
    }

    pub(super) fn member(&self, agent: AgentId) -> Option<&Member> {
        self.members.iter().find(|member| member.agent == agent)
    }

    pub(super) fn member_mut(&mut self, agent: AgentId) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.agent == agent)
    }
}

/// A call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) public: PublicId,
    /// What records will show.
    pub(super) number: Number,
    pub(super) origin: Option<AgentId>,
    /// Whether his side was answered.
    pub(super) taken: bool,
    pub(super) visits: u16,
    pub(super) hops: u8,
    /// Where it was sent and has not arrived yet.
    pub(super) goes_to: Option<Destination>,
    /// Where it goes behind the prompt that it was sent to, if not to its end.
    pub(super) behind: Option<Destination>,
    /// Until when its caller hears a prompt, and where it goes then.
    pub(super) hears: Option<(Timestamp, Destination)>,
    /// Until when its caller hears a tone, behind which it ends.
    pub(super) tone_until: Option<Timestamp>,
    /// The ring group whose telephones ring for it.
    pub(super) group: Option<Group>,
    /// The menu that its caller hears.
    pub(super) menu: Option<InMenu>,
    /// The call flow of which its caller hears a prompt.
    pub(super) flow: Option<InFlow>,
    /// How far its caller is with a message.
    pub(super) voicemail: Option<Voicemail>,
    pub(super) visit: Option<Visit>,
    pub(super) recording: Recording,
    /// When who talked held the caller: from when, and until when if that is over.
    pub(super) holds: Vec<(Timestamp, Option<Timestamp>)>,
    pub(super) parked: Option<Parked>,
    /// The other caller with whom he is connected, or is to be.
    pub(super) joined: Option<CallId>,
    /// Whether he is somebody outside, who was called for that other one.
    pub(super) outside: bool,
    /// Until when he is called outside, for that other one.
    pub(super) rings_until: Option<Timestamp>,
    /// Where he has it placed to, who has not answered yet.
    pub(super) placed: Option<Destination>,
    /// The queue's call that led on to this conversation.
    pub(super) rated: Option<Rated>,
    /// What he is asked whom nobody talks to any more.
    pub(super) survey: Option<Asked>,
}

/// A caller's slot, and until when he is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parked {
    pub(super) slot: Number,
    pub(super) queue: Option<QueueId>,
    pub(super) back_to: AgentId,
    pub(super) until: Timestamp,
}

impl Call {
    /// A call that has just begun.
    pub(super) const fn new(public: PublicId, number: Number) -> Self {
        Self {
            public,
            number,
            origin: None,
            taken: false,
            visits: 0,
            hops: 0,
            goes_to: None,
            behind: None,
            hears: None,
            tone_until: None,
            group: None,
            menu: None,
            flow: None,
            voicemail: None,
            visit: None,
            recording: Recording::Off,
            holds: Vec::new(),
            parked: None,
            joined: None,
            outside: false,
            rings_until: None,
            placed: None,
            rated: None,
            survey: None,
        }
    }

    /// Whether who talks holds the caller.
    pub(super) fn is_held(&self) -> bool {
        self.holds.last().is_some_and(|(_, until)| until.is_none())
    }

    /// The caller is on hold from now on, or no more; says whether that changes anything.
    pub(super) fn hold(&mut self, now: Timestamp, held: bool) -> bool {
        let changes = self.is_held() != held;
        match (self.holds.last_mut(), held) {
            _ if !changes => {}
            (Some((_, until)), false) => *until = Some(now),
            _ => self.holds.push((now, None)),
        }
        changes
    }

    /// How long the caller was on hold in a conversation.
    pub(super) fn held_in(&self, from: Timestamp, to: Timestamp) -> Span {
        let holds = self.holds.iter();
        let holds = holds.map(|&(since, until)| until.unwrap_or(to).min(to).since(since.max(from)));
        holds.fold(Span::ZERO, |sum, held| sum + held)
    }

    /// The visit, while nobody has answered.
    pub(super) fn waiting(&self) -> Option<&Visit> {
        let visit = self.visit.as_ref();
        visit.filter(|visit| visit.answered.is_none() && !visit.callback.rings())
    }
}

/// A call's time in a queue and with its agent.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) queue: QueueId,
    pub(super) number: u16,
    pub(super) order: u64,
    pub(super) joined_at: Timestamp,
    /// Since when the place is his.
    pub(super) since: Timestamp,
    pub(super) joined_in: u64,
    pub(super) rings: BTreeSet<LegId>,
    /// The worst skill level of those who were rung since nobody rang.
    pub(super) ring_level: u8,
    pub(super) retry_until: Option<Timestamp>,
    /// Memberships that did not answer, and the last round in which they did
    /// not.
    pub(super) tried: BTreeMap<u64, u32>,
    pub(super) offers: u32,
    pub(super) offered_at_once: bool,
    /// Whether `retry_until` is when one more agent rings with the others.
    pub(super) growing: bool,
    /// Whether the service level has counted it.
    pub(super) level_counted: bool,
    pub(super) answered: Option<Answer>,
    pub(super) told: Told,
    /// For whom alone he waits, and until when at most.
    pub(super) reserved: Option<(AgentId, Timestamp)>,
    pub(super) callback: Callback,
}

impl Visit {
    /// In which round a membership did not answer last; zero: never.
    pub(super) fn tried_in(&self, serial: u64) -> u32 {
        self.tried.get(&serial).copied().unwrap_or_default()
    }

    /// A membership did not answer, in the present round or the next.
    pub(super) fn remember_try(&mut self, serial: u64) {
        let present = self.tried.values().copied().max().unwrap_or_default();
        let round = present.max(self.tried_in(serial) + 1);
        self.tried.insert(serial, round);
    }
}

/// A place that somebody has left, and until when he may have it back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) queue: QueueId,
    pub(super) order: u64,
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
}

/// An agent's answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) at: Timestamp,
    pub(super) agent: AgentId,
    /// Of his membership; none where he is not of the queue.
    pub(super) serial: Option<u64>,
    /// Up to here he is told something, and does not hear the caller.
    pub(super) briefed_until: Timestamp,
}

/// A telephone in a call.
#[derive(Clone, Debug)]
pub(super) struct Leg {
    pub(super) call: CallId,
    pub(super) agent: AgentId,
    /// The queue that offers the call; `None`: a direct call.
    pub(super) queue: Option<QueueId>,
    pub(super) helps: Helps,
    /// Whether the queue rang agents who are on a call when it began.
    pub(super) in_use: bool,
    pub(super) rung_at: Timestamp,
    pub(super) due: Timestamp,
    pub(super) stage: LegStage,
}

/// Whether a leg is a supervisor's, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Helps {
    No,
    /// Who talks to the caller on this leg asks him.
    Consulted(LegId),
    /// He listens so to who talks on this leg.
    Listens(Monitoring, LegId),
    /// He wants the caller of the visit with this order.
    PicksUp(u64),
}

/// What a leg is doing, by events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LegStage {
    Ringing,
    Talking,
    Over,
}

/// What a leg is doing, by effects and by what ports told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sound {
    Ringing,
    Answered,
    Bridged,
    Over,
}

impl Model {
    /// The legs of a call that are not over.
    pub(super) fn legs_of(&self, call: CallId) -> impl Iterator<Item = (LegId, &Leg)> {
        (self.legs.iter())
            .filter(move |(_, leg)| leg.call == call && leg.stage != LegStage::Over)
            .map(|(id, leg)| (*id, leg))
    }

    /// The leg on which a call is being talked.
    pub(super) fn talking_leg(&self, call: CallId) -> Option<LegId> {
        let mut legs = self.legs_of(call);
        legs.find(|(_, leg)| leg.stage == LegStage::Talking && leg.helps == Helps::No)
            .map(|(id, _)| id)
    }

    /// How many calls occupy an agent's telephone, an offer apart.
    pub(super) fn busy(&self, agent: AgentId) -> usize {
        let legs = self.legs.values().filter(|leg| {
            let offer = leg.queue.is_some() && leg.stage == LegStage::Ringing;
            leg.agent == agent && leg.stage != LegStage::Over && !offer
        });
        let calls = self.calls.values();
        legs.count() + calls.filter(|call| call.origin == Some(agent)).count()
    }

    /// Whether an agent may be rung for calls of a queue now.
    pub(super) fn is_free(&self, queue: &Queue, member: &Member) -> bool {
        let Some(person) = self.persons.get(&member.agent) else {
            return false;
        };
        member.logged_in
            && member.paused.is_none()
            && !self.wraps_up(member)
            && person.up
            && person.offer.is_none()
            && person.rest_until.is_none()
            && (queue.config.ring_in_use || self.busy(member.agent) == 0)
    }

    /// Whether a member is in wrap-up: that of his queue or, if it is shared, any.
    pub(super) fn wraps_up(&self, member: &Member) -> bool {
        let elsewhere = self.queues.values().filter_map(|q| q.member(member.agent));
        let mut elsewhere = elsewhere.filter(|_| self.options.shared_wrap_up);
        member.wrap_up_until.is_some() || elsewhere.any(|m| m.wrap_up_until.is_some())
    }

    /// Whether an agent is skilled enough for a caller of a queue.
    pub(super) fn able(&self, queue: &Queue, visit: &Visit, level: u8, certainly: bool) -> bool {
        let waited = self.entry.now.since(visit.since);
        // As skilled as who rings is skilled enough, whatever the steps say since.
        let joins = !visit.rings.is_empty() && level <= visit.ring_level;
        joins || level <= queue.worst_level(waited, certainly)
    }

    /// What comes first: the greatest weight, and then who joined first.
    pub(super) fn precedence(&self, visit: &Visit) -> (std::cmp::Reverse<u64>, u64) {
        let config = self.queues.get(&visit.queue).map(|queue| &queue.config);
        let waited = self.entry.now.since(visit.since).micros();
        let weight = config.map_or(0, |config| {
            let stretch = config.priority_acceleration.micros();
            match config.priority {
                0 => 0,
                priority if stretch == 0 => u64::from(priority),
                // Half up: twice the share, and one, and half of that.
                priority => u64::from(priority) + (2 * waited / stretch).div_ceil(2),
            }
        });
        (std::cmp::Reverse(weight), visit.order)
    }

    /// The agents who may be rung for calls of a queue now, in list order.
    pub(super) fn free<'a>(&'a self, queue: &'a Queue) -> impl Iterator<Item = &'a Member> {
        let members = queue.members.iter();
        members.filter(|member| self.is_free(queue, member))
    }

    /// The queues in which an agent may be rung now.
    pub(super) fn free_in(&self, agent: AgentId) -> Vec<QueueId> {
        let free = self.queues.iter().filter(|(_, queue)| {
            let member = queue.member(agent);
            member.is_some_and(|member| self.is_free(queue, member))
        });
        free.map(|(id, _)| *id).collect()
    }

    /// Callers who wait in a queue, the first first.
    pub(super) fn line(&self, queue: QueueId) -> Vec<(CallId, &Visit)> {
        let waiting = self.calls.iter();
        let waiting = waiting.filter_map(|(id, call)| Some((*id, call.waiting()?)));
        let mut line: Vec<_> = waiting.filter(|(_, visit)| visit.queue == queue).collect();
        line.sort_by_key(|(_, visit)| visit.order);
        line
    }

    /// Callers of a queue for whom nobody rings and somebody may be rung.
    pub(super) fn ready(&self, queue: QueueId) -> Vec<(CallId, &Visit)> {
        let mut line = self.staying(queue);
        line.retain(|(_, visit)| {
            let may_be_rung_for = visit.retry_until.is_none() && !visit.told.holds;
            let may_be_rung_for = may_be_rung_for && !visit.callback.hears();
            visit.rings.is_empty() && may_be_rung_for && visit.reserved.is_none()
        });
        line
    }

    /// The same, and those who are reserved for this agent.
    pub(super) fn ready_for(&self, agent: AgentId, queue: QueueId) -> Vec<(CallId, &Visit)> {
        let mut line = self.staying(queue);
        line.retain(|(_, visit)| {
            let his = visit.reserved.is_some_and(|(whom, _)| whom == agent);
            visit.rings.is_empty() && his
        });
        line.extend(self.ready(queue));
        line
    }

    /// Callers of a queue who need not leave it this instant.
    fn staying(&self, queue: QueueId) -> Vec<(CallId, &Visit)> {
        match self.queues.get(&queue) {
            Some(entry) if self.must_leave(entry) && !self.limited(queue).is_empty() => Vec::new(),
            _ => self.line(queue),
        }
    }

    /// Callers of a queue whose ring others may join.
    pub(super) fn joinable(&self, queue: QueueId) -> Vec<(CallId, &Visit)> {
        let several = |entry: &Queue| entry.config.strategy.rings_several();
        if !self.queues.get(&queue).is_some_and(several) {
            return Vec::new();
        }
        let mut line = self.staying(queue);
        line.retain(|(_, visit)| {
            !visit.rings.is_empty() && visit.retry_until.is_none() && visit.reserved.is_none()
        });
        line
    }

    /// Whether a queue is empty in the sense of these states: whoever is
    /// logged out does not count; is everybody else in one of them?
    pub(super) fn is_empty(&self, queue: &Queue, states: EmptyStates) -> bool {
        let mut members = queue.members.iter().filter(|member| member.logged_in);
        members.all(|member| {
            let up = self
                .persons
                .get(&member.agent)
                .is_some_and(|person| person.up);
            let wraps_up = self.wraps_up(member);
            (states.unavailable && !up)
                || (states.paused && member.paused.is_some())
                || (states.busy && self.busy(member.agent) > 0)
                || (states.busy && states.wrap_up && wraps_up)
        })
    }

    /// Whether those who wait in a queue must leave it.
    pub(super) fn must_leave(&self, queue: &Queue) -> bool {
        let leave = queue.config.leave_when_empty;
        queue.removed || leave.is_some_and(|states| self.is_empty(queue, states))
    }
}
