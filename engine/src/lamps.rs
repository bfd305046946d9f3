//! Lamps: what the key of a telephone shows that stands for an agent's status. A key
//! is named by what it dials.

use crate::codes::{member_in, reading};
use crate::config::codes::Code;
use crate::config::model::Options;
use crate::directory::Target;
use crate::engine::Engine;
use crate::ids::AgentId;
use crate::input::By;
use crate::number::Number;
use crate::permissions::{Action, allows};
use crate::state::{Member, State};

/// What a lamp shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lamp {
    /// Paused; of the key of a reason: for this reason.
    FlashingRed,
    /// Logged in; not paused; of the key of a reason: not paused for it.
    Green,
    /// Nothing: the key stands for no status that its owner may see.
    Off,
    /// Logged out.
    Red,
}

impl Lamp {
    /// The state of a dialog by which a telephone shows it (RFC 4235, section 3.7.1);
    /// `None`: it is told of no dialog.
    #[must_use]
    pub const fn dialog_state(self) -> Option<&'static str> {
        match self {
            Self::FlashingRed => Some("early"),
            Self::Green => Some("terminated"),
            Self::Off => None,
            Self::Red => Some("confirmed"),
        }
    }
}

impl Engine {
    /// What the lamp of a key shows, at the telephone of the extension `owner`: that of
    /// a login (`*76400`), a pause (`*076400`), or a reason (`*076400*01`, and of
    /// another agent `*071002*6400*01`).
    #[must_use]
    pub fn lamp(&self, owner: Number, key: Number) -> Lamp {
        lamp(&self.state, owner, key).unwrap_or(Lamp::Off)
    }
}

fn lamp(s: &State, owner: Number, key: Number) -> Option<Lamp> {
    let member = |agent: Number, queue: Number| {
        let member = member_in(s, agent_of(s, agent)?, queue)?;
        let queue = s.members[member].queue;
        // Who may switch a status sees it: everybody his own.
        let mut shown = [Action::SwitchAgent(member), Action::SeeQueue(queue)].into_iter();
        let seen = shown.any(|action| allows(s, By::Person(owner), action));
        seen.then(|| &s.members[member])
    };
    match reading(s, key)? {
        Code::LogInOrOut(queue) => Some(match member(owner, queue)?.logged_in {
            true => Lamp::Green,
            false => Lamp::Red,
        }),
        Code::PauseOrGoOn(queue) => {
            let member = member(owner, queue).filter(|member| member.logged_in)?;
            Some(pause_lamp(member.paused.is_some()))
        }
        Code::PauseFor {
            agent,
            queue,
            reason,
        } => {
            let member = member(agent.unwrap_or(owner), queue)?;
            Some(pause_lamp(pauses_for(&s.options, member, reason)))
        }
        Code::LogInAll | Code::LogInLast | Code::LogOutAll => None,
    }
}

const fn pause_lamp(pauses: bool) -> Lamp {
    if pauses {
        Lamp::FlashingRed
    } else {
        Lamp::Green
    }
}

fn agent_of(s: &State, number: Number) -> Option<AgentId> {
    match s.directory.get(number)? {
        Target::Extension(agent) => Some(agent),
        Target::Point(_) | Target::Queue(_) => None,
    }
}

fn pauses_for(options: &Options, member: &Member, reason: usize) -> bool {
    let reason = &options.pause_reasons[reason].name;
    let pause = member.paused.as_ref();
    pause.is_some_and(|pause| pause.reason.as_ref() == Some(reason))
}
