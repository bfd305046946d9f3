//! Reading a running centre, for drivers, simulators and tests. Nothing here
//! changes anything.

use crate::acd::eligible::{self, Obstacle};
use crate::acd::estimate::{self, Estimate};
use crate::config::model::QueueConfig;
use crate::config::points::PointConfig;
use crate::config::presence::Presence;
use crate::directory::Target;
use crate::engine::Engine;
use crate::event::AgentStatus;
use crate::ids::{AgentId, CallId, LegId, MemberId, PublicId, QueueId};
use crate::input::Recording;
use crate::number::Number;
use crate::state::{Call, Stage, State, is_held};
use crate::supervise::recording;
use crate::time::Timestamp;

/// An extension and its agent, as seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentView<'a> {
    /// The extension's number.
    pub number: Number,
    /// The person's name.
    pub name: &'a str,
    /// Whether the telephone can be rung.
    pub up: bool,
    /// What the person says about where he is.
    pub presence: Presence,
    /// Calls that occupy the telephone, the offered one apart.
    pub engaged: u32,
    /// The leg on which a queue's call is offered.
    pub offer: Option<LegId>,
    /// Until when queues leave him alone, if he rests.
    pub rests_until: Option<Timestamp>,
    /// The memberships.
    pub members: &'a [MemberId],
}

/// A membership, as seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// The queue.
    pub queue: QueueId,
    /// The agent.
    pub agent: AgentId,
    /// The agent's status in the queue.
    pub status: AgentStatus,
    /// Whether the agent is in wrap-up there.
    pub wrap_up: bool,
    /// Until when, if he is.
    pub wrap_up_until: Option<Timestamp>,
    /// What keeps the agent from being rung by this queue now.
    pub obstacle: Option<Obstacle>,
}

/// A queue, as seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueView<'a> {
    /// Its configuration.
    pub config: &'a QueueConfig,
    /// Callers whom nobody has answered.
    pub callers: u32,
    /// Agents who could be rung now.
    pub free: usize,
    /// The memberships, in the order of the list.
    pub members: &'a [MemberId],
}

/// A call, as seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallView {
    /// Its id for ever.
    pub public: PublicId,
    /// The caller's number.
    pub caller: Number,
    /// What it waits for.
    pub stage: CallStage,
    /// Telephones that ring or talk in it.
    pub legs: Vec<LegId>,
    /// Whether who talks to the caller has put him on hold.
    pub held: bool,
    /// How the conversation is recorded.
    pub recording: Recording,
}

/// How a call waits in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which of the call's visits to a queue this is, from zero.
    pub visit: u16,
    /// When it began.
    pub joined_at: Timestamp,
    /// Telephones that ring for it.
    pub ringing: u32,
    /// Until when nobody new is rung for it, after an unsuccessful ring.
    pub pauses_until: Option<Timestamp>,
    /// Whether he is asked where he wants to be called back, or hears that he will be.
    pub asks_for_callback: bool,
    /// Whether the caller was promised a callback: he is not on the line, or will be hung
    /// up.
    pub callback: bool,
    /// For whom it is reserved, and until when.
    pub reserved_for: Option<(AgentId, Timestamp)>,
}

/// What a call waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStage {
    /// An agent of this queue, since then.
    Agent {
        /// The queue.
        queue: QueueId,
        /// When the caller joined it.
        joined_at: Timestamp,
    },
    /// Its caller, who is being called: outside for another call, or as he has one placed.
    Caller,
    /// The customer of a callback of this queue, for whom an agent waits.
    Customer {
        /// The queue.
        queue: QueueId,
    },
    /// An extension that rings, or those of a ring group, or a number outside.
    Extension,
    /// The end of the conversation, which belongs to this queue if to any.
    End {
        /// The queue.
        queue: Option<QueueId>,
    },
    /// A key of the caller, who hears a menu or is asked how the service was.
    Key,
    /// The end of a message that the caller leaves.
    Message,
    /// The end of a conversation with a number outside: of the caller's call, and of that to
    /// the number.
    Outside,
    /// The end of a prompt.
    Prompt,
    /// Somebody who dials this slot.
    Retrieval {
        /// The slot's number.
        slot: Number,
    },
}

impl Engine {
    /// The extension with this number.
    #[must_use]
    pub fn find_agent(&self, number: Number) -> Option<AgentId> {
        match self.state.directory.get(number)? {
            Target::Extension(agent) => Some(agent),
            Target::Point(_) | Target::Queue(_) => None,
        }
    }

    /// The queue with this number.
    #[must_use]
    pub fn find_queue(&self, number: Number) -> Option<QueueId> {
        match self.state.directory.get(number)? {
            Target::Extension(_) | Target::Point(_) => None,
            Target::Queue(queue) => Some(queue),
        }
    }

    /// The route point with this number.
    #[must_use]
    pub fn point(&self, number: Number) -> Option<&PointConfig> {
        match self.state.directory.get(number)? {
            Target::Point(point) => Some(&self.state.points[point].config),
            Target::Extension(_) | Target::Queue(_) => None,
        }
    }

    /// Every extension.
    #[must_use]
    pub fn agents(&self) -> Vec<AgentId> {
        self.state.agents.ids()
    }

    /// Every queue, deleted ones that still hold callers among them.
    #[must_use]
    pub fn queues(&self) -> Vec<QueueId> {
        self.state.queues.ids()
    }

    /// Every live call.
    #[must_use]
    pub fn calls(&self) -> Vec<CallId> {
        self.state.calls.ids()
    }

    /// How many calls are alive.
    #[must_use]
    pub fn call_count(&self) -> usize {
        self.state.calls.len()
    }

    /// An extension and its agent.
    #[must_use]
    pub fn agent(&self, id: AgentId) -> Option<AgentView<'_>> {
        let agent = self.state.agents.get(id)?;
        Some(AgentView {
            number: agent.number,
            name: &agent.name,
            up: agent.up,
            presence: agent.presence,
            engaged: agent.engaged,
            offer: agent.offer,
            rests_until: agent.rest.and_then(|timer| self.state.timers.due(timer)),
            members: &agent.members,
        })
    }

    /// A membership.
    #[must_use]
    pub fn member(&self, id: MemberId) -> Option<MemberView> {
        let member = self.state.members.get(id)?;
        Some(MemberView {
            queue: member.queue,
            agent: member.agent,
            status: crate::agents::status_of(&self.state, id),
            wrap_up: member.wrap_up.is_some(),
            wrap_up_until: member
                .wrap_up
                .and_then(|timer| self.state.timers.due(timer)),
            obstacle: eligible::obstacle(&self.state, member),
        })
    }

    /// A queue.
    #[must_use]
    pub fn queue(&self, id: QueueId) -> Option<QueueView<'_>> {
        let queue = self.state.queues.get(id)?;
        Some(QueueView {
            config: &queue.config,
            callers: queue.callers,
            free: queue.free.len(),
            members: &queue.members,
        })
    }

    /// A live call.
    #[must_use]
    pub fn call(&self, id: CallId) -> Option<CallView> {
        let call = self.state.calls.get(id)?;
        let visit = call.visit.as_ref();
        let stage = match (call.stage, visit) {
            (Stage::AwaitingAgent, Some(visit)) => CallStage::Agent {
                queue: visit.queue,
                joined_at: visit.came_at(),
            },
            (Stage::AwaitingCaller, _) => CallStage::Caller,
            (Stage::AwaitingCustomer, Some(visit)) => CallStage::Customer { queue: visit.queue },
            (Stage::AwaitingEnd, None) if talks_outside(&self.state, call) => CallStage::Outside,
            (Stage::AwaitingEnd, visit) => CallStage::End {
                queue: visit.map(|visit| visit.queue),
            },
            (Stage::AwaitingKey, _) => CallStage::Key,
            (Stage::AwaitingMessage, _) => CallStage::Message,
            (Stage::AwaitingPrompt, _) => CallStage::Prompt,
            (Stage::AwaitingRetrieval, _) => CallStage::Retrieval {
                slot: self.slot_of(call),
            },
            _ => CallStage::Extension,
        };
        let mut legs = Vec::new();
        let mut next = call.legs;
        while let Some(leg) = next {
            legs.push(leg);
            next = self.state.legs[leg].after;
        }
        let caller = self.state.parties[call.party].number;
        Some(CallView {
            public: call.public,
            caller,
            stage,
            legs,
            held: is_held(call),
            recording: recording(call),
        })
    }

    fn slot_of(&self, call: &Call) -> Number {
        let parked = call.extra.as_ref().and_then(|extra| extra.parked);
        parked.map_or(Number::NONE, |parked| parked.slot)
    }

    /// The callers of a queue whom nobody has answered, in the order of the line.
    #[must_use]
    pub fn line(&self, id: QueueId) -> Vec<CallId> {
        let queue = self.state.queues.get(id);
        let mut next = queue.and_then(|queue| queue.line).map(|(first, _)| first);
        let mut line = Vec::new();
        while let Some(call) = next {
            line.push(call);
            let visit = self.state.calls[call].visit.as_ref();
            next = visit.and_then(|visit| visit.after);
        }
        line
    }

    /// How a call waits, if it waits in a queue.
    #[must_use]
    pub fn waiting(&self, id: CallId) -> Option<Waiting> {
        let call = self.state.calls.get(id)?;
        let visit = call.visit.as_ref();
        let visit = visit.filter(|_| call.stage == Stage::AwaitingAgent)?;
        Some(Waiting {
            visit: visit.number,
            joined_at: visit.came_at(),
            ringing: visit.ringing,
            pauses_until: visit.retry.and_then(|timer| self.state.timers.due(timer)),
            asks_for_callback: visit.asks_for_callback(),
            callback: visit.promise().is_some(),
            reserved_for: visit.reserved.as_ref().and_then(|reserved| {
                let until = self.state.timers.due(reserved.timer)?;
                Some((self.state.members[reserved.member].agent, until))
            }),
        })
    }

    /// How long a waiting caller waits yet, as far as it can be told: not where
    /// nobody serves his queue, or where it has seen too few calls.
    #[must_use]
    pub fn estimate(&self, id: CallId) -> Option<Estimate> {
        estimate::of_call(&self.state, id, self.state.acted_at)
    }

    /// The same for somebody who would join a queue now.
    #[must_use]
    pub fn estimate_of_next(&self, id: QueueId) -> Option<Estimate> {
        estimate::of_next(&self.state, id, self.state.acted_at)
    }

    /// Who talks to a queue's caller, and since when.
    #[must_use]
    pub fn answered(&self, id: CallId) -> Option<(AgentId, Timestamp)> {
        let visit = self.state.calls.get(id)?.visit.as_ref()?;
        visit.answered.map(|answered| (answered.agent, answered.at))
    }

    /// The public id that the next call gets. Whoever has a lesser one has arrived.
    #[must_use]
    pub const fn next_public(&self) -> PublicId {
        self.state.next_public
    }

    /// Microseconds from the Unix epoch to the timeline's zero, as told last.
    #[must_use]
    pub const fn wall_offset(&self) -> i64 {
        self.state.wall_offset
    }

    /// The time zone of a queue, or the common one: its IANA name.
    #[must_use]
    pub fn zone(&self, queue: Option<QueueId>) -> &str {
        let queue = queue.and_then(|id| self.state.queues.get(id));
        let own = queue.and_then(|queue| queue.config.time_zone.as_deref());
        own.unwrap_or(&self.state.options.time_zone)
    }

    /// Whether a call waits in a queue; cheaper than [`Engine::call`].
    #[must_use]
    pub fn waits(&self, id: CallId) -> bool {
        self.state
            .calls
            .get(id)
            .is_some_and(|call| call.stage == Stage::AwaitingAgent)
    }

    /// What keeps `member` from being rung for `call`, if anything does.
    #[must_use]
    pub fn obstacle(&self, call: CallId, member: MemberId) -> Option<Obstacle> {
        eligible::eligible(&self.state, call, member, self.state.acted_at).err()
    }
}

/// Whether a call is connected with one to a number outside, or is that.
fn talks_outside(s: &State, call: &Call) -> bool {
    // Every other call came from somebody inside, or was sent somewhere.
    let is_outside = |call: &Call| call.origin.is_none() && call.hops == 0;
    let joined = call.extra.as_ref().and_then(|extra| extra.joined);
    joined.is_some_and(|with| is_outside(call) || is_outside(&s.calls[with]))
}
