//! The agents of a queue at a moment: who is free, and what keeps the others.

use serde::Serialize;
use tandem_engine::acd::eligible::Obstacle;
use tandem_engine::{AgentId, AgentStatus, CallId, Engine, MemberId, QueueId};

use super::history::Names;
use super::moment::Person;
use super::when::{Wall, When};

/// The agents of a queue, parted by what keeps them from being rung.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Crew {
    /// Who could be rung.
    pub free: Vec<Person>,
    /// Who could not, and why.
    pub not_free: Vec<Group>,
}

/// Agents who can not be rung for the same reason.
#[derive(Clone, Debug, Serialize)]
pub struct Group {
    /// The reason.
    #[serde(flatten)]
    pub why: Hindrance,
    /// Who, and until when where that is known.
    pub agents: Vec<Kept>,
}

/// Somebody who can not be rung.
#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    /// Who.
    #[serde(flatten)]
    pub agent: Person,
    /// Until when, where a timer says so.
    pub until: Option<When>,
}

/// What keeps an agent from being rung, those on duty first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Hindrance {
    /// On a call.
    Busy,
    /// A queue's call is being offered.
    BeingOffered,
    /// In wrap-up after a call of this queue or, where that is shared, of another.
    WrapUp,
    /// Left alone for a moment: the telephone ended a ring by itself, or a connection
    /// failed.
    Resting,
    /// On a pause.
    Paused {
        /// Name of the reason, if one was given.
        reason: Option<String>,
    },
    /// The telephone can not be rung.
    Unreachable,
    /// Not logged in to this queue.
    LoggedOut,
    /// Not skilled enough for a caller who has waited no longer.
    LessSkilled,
    /// Agents of a better skill level ring for the call.
    BetterRing,
    /// It is the call that can not be offered, not the agent that can not be rung.
    Call,
}

impl Hindrance {
    /// What an obstacle is to people; a pause has its reason from the status.
    pub(crate) fn of(obstacle: Obstacle, status: Option<&AgentStatus>) -> Self {
        match obstacle {
            Obstacle::BeingOffered => Self::BeingOffered,
            Obstacle::Busy => Self::Busy,
            Obstacle::BetterRing => Self::BetterRing,
            Obstacle::LessSkilled => Self::LessSkilled,
            Obstacle::LoggedOut => Self::LoggedOut,
            Obstacle::Paused => Self::Paused {
                reason: match status {
                    Some(AgentStatus::Paused { reason }) => reason.clone(),
                    _ => None,
                },
            },
            Obstacle::Resting => Self::Resting,
            Obstacle::Unreachable => Self::Unreachable,
            Obstacle::WrapUp => Self::WrapUp,
            Obstacle::CallElsewhere
            | Obstacle::CallReserved
            | Obstacle::CallLeaving
            | Obstacle::CallOffered
            | Obstacle::CallAsking
            | Obstacle::CallHearing
            | Obstacle::CallPausing => Self::Call,
        }
    }

    /// Whether such an agent counts as being at work, though not free.
    pub(crate) fn on_duty(&self) -> bool {
        !matches!(self, Self::LoggedOut | Self::Unreachable)
    }
}

impl Crew {
    /// The agents of a queue as they are after the last entry, and for this call if
    /// it waits there.
    pub(crate) fn look(
        engine: &Engine,
        queue: QueueId,
        call: Option<CallId>,
        names: &Names,
        wall: &Wall,
    ) -> Self {
        let mut crew = Self::default();
        let members = engine.queue(queue).map_or(&[][..], |queue| queue.members);
        for &id in members {
            let Some(member) = engine.member(id) else {
                continue;
            };
            let of_call = call.and_then(|call| engine.obstacle(call, id));
            let skill = of_call.filter(|obstacle| *obstacle == Obstacle::LessSkilled);
            match member.obstacle.or(skill) {
                None => crew.free.push(names.agent(member.agent)),
                Some(obstacle) => crew.keep(engine, id, obstacle, names, wall),
            }
        }
        crew.not_free.sort_by(|a, b| a.why.cmp(&b.why));
        crew
    }

    /// Parts agents by obstacles that were noted.
    pub(crate) fn of_notes(
        engine: &Engine,
        passed_over: &[(MemberId, Obstacle)],
        names: &Names,
        wall: &Wall,
    ) -> Vec<Group> {
        let mut crew = Self::default();
        for &(id, obstacle) in passed_over {
            crew.keep(engine, id, obstacle, names, wall);
        }
        crew.not_free.sort_by(|a, b| a.why.cmp(&b.why));
        crew.not_free
    }

    /// Whether somebody was free but for his skill level.
    pub(crate) fn is_less_skilled(&self, agent: &Person) -> bool {
        let mut groups = self.not_free.iter();
        groups.any(|group| {
            let is_he = |kept: &Kept| kept.agent == *agent;
            group.why == Hindrance::LessSkilled && group.agents.iter().any(is_he)
        })
    }

    fn keep(
        &mut self,
        engine: &Engine,
        id: MemberId,
        obstacle: Obstacle,
        names: &Names,
        wall: &Wall,
    ) {
        let Some(member) = engine.member(id) else {
            return;
        };
        let why = Hindrance::of(obstacle, Some(&member.status));
        let until = match why {
            Hindrance::WrapUp => member.wrap_up_until,
            Hindrance::Resting => (engine.agent(member.agent)).and_then(|agent| agent.rests_until),
            _ => None,
        };
        let kept = Kept {
            agent: names.agent(member.agent),
            until: until.map(|until| wall.at(until)),
        };
        match self.not_free.iter_mut().find(|group| group.why == why) {
            Some(group) => group.agents.push(kept),
            None => self.not_free.push(Group {
                why,
                agents: vec![kept],
            }),
        }
    }

    /// How many agents are at work, free or not.
    pub(crate) fn on_duty(&self) -> usize {
        let groups = self.not_free.iter();
        let kept = groups.filter(|group| group.why.on_duty());
        self.free.len() + kept.map(|group| group.agents.len()).sum::<usize>()
    }

    /// How many agents there are.
    pub(crate) fn all(&self) -> usize {
        let groups = self.not_free.iter();
        self.free.len() + groups.map(|group| group.agents.len()).sum::<usize>()
    }
}

/// Whether an agent serves a queue and is logged in there.
pub(super) fn serves(engine: &Engine, agent: AgentId, queue: QueueId) -> bool {
    let members = engine.agent(agent).map_or(&[][..], |agent| agent.members);
    let mut members = members.iter().filter_map(|member| engine.member(*member));
    let logged_out = AgentStatus::LoggedOut;
    members.any(|member| member.queue == queue && member.status != logged_out)
}
