//! Who may be rung for whom: the one function that says so.
//!
//! The law that rests on it: after every entry there is no eligible pair that
//! is not being offered.

use serde::{Deserialize, Serialize};

use crate::config::model::Strategy;
use crate::ids::{CallId, MemberId};
use crate::state::{Agent, CallSet, Member, Stage, State};
use crate::time::Timestamp;

/// What stands against ringing an agent for a call; the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Obstacle {
    /// The call does not wait in this member's queue.
    CallElsewhere,
    /// The queue is empty, or deleted, and puts the call out this instant.
    CallLeaving,
    /// The call is being offered, and the strategy rings one agent at a time.
    CallOffered,
    /// The caller hears the welcome, which is to be over before anybody is rung.
    CallHearing,
    /// The caller says where he wants to be called back, or hears that he will be.
    CallAsking,
    /// The caller is reserved for another agent, whom he knows.
    CallReserved,
    /// The pause after an unsuccessful ring is not over.
    CallPausing,
    /// The caller has not waited long enough to be served by an agent of this
    /// skill level.
    LessSkilled,
    /// Where several ring, agents of a better skill level ring for the call.
    BetterRing,
    /// The agent does not take calls of this queue now.
    LoggedOut,
    /// The agent takes a pause from this queue.
    Paused,
    /// The agent's telephone can not be rung.
    Unreachable,
    /// A queue's call is being offered to the agent.
    BeingOffered,
    /// The agent is on a call, and the queue does not ring agents who are.
    Busy,
    /// The agent is in wrap-up after a call of this queue or, where wrap-up is
    /// shared, of any.
    WrapUp,
    /// The agent did not take a call a moment ago, or could not be connected.
    Resting,
}

/// Whether `member` may be rung for `call` at the time `now`.
///
/// # Errors
/// The first obstacle: those of the call before those of the member.
pub fn eligible(
    state: &State,
    call: CallId,
    member: MemberId,
    now: Timestamp,
) -> Result<(), Obstacle> {
    let Some(membership) = state.members.get(member) else {
        return Err(Obstacle::CallElsewhere);
    };
    let visit = match state.calls.get(call).map(|call| (call.stage, &call.visit)) {
        Some((Stage::AwaitingAgent, Some(visit))) if visit.queue == membership.queue => visit,
        _ => return Err(Obstacle::CallElsewhere),
    };
    if state.queues[visit.queue].put_out.is_some() {
        return Err(Obstacle::CallLeaving);
    }
    if visit.hears_first() {
        return Err(Obstacle::CallHearing);
    }
    if visit.asks_for_callback() {
        return Err(Obstacle::CallAsking);
    }
    if let Some(reserved) = &visit.reserved {
        // Whether he is skilled enough is not asked of whom a caller knows.
        return match reserved.member == member {
            true => obstacle(state, membership).map_or(Ok(()), Err),
            false => Err(Obstacle::CallReserved),
        };
    }
    if visit.retry.is_some() {
        return Err(Obstacle::CallPausing);
    }
    let queue = &state.queues[visit.queue];
    if visit.ringing > 0 && !queue.config.strategy.rings_several() {
        return Err(Obstacle::CallOffered);
    }
    // Who is as skilled as somebody who rings may join him, also where the steps have
    // been changed since.
    if visit.ringing > 0 {
        if membership.level > visit.ringing_level {
            return Err(Obstacle::BetterRing);
        }
    } else if membership.level > queue.worst_level(visit.joined_at, now) {
        return Err(Obstacle::LessSkilled);
    }
    obstacle(state, membership).map_or(Ok(()), Err)
}

/// What keeps a member from being rung for any call of the queue.
#[inline]
pub(crate) fn obstacle(state: &State, member: &Member) -> Option<Obstacle> {
    let agent = &state.agents[member.agent];
    if !member.logged_in {
        Some(Obstacle::LoggedOut)
    } else if member.paused.is_some() {
        Some(Obstacle::Paused)
    } else if !agent.up {
        Some(Obstacle::Unreachable)
    } else if agent.offer.is_some() {
        Some(Obstacle::BeingOffered)
    } else if agent.engaged > 0 && !state.queues[member.queue].config.ring_in_use {
        Some(Obstacle::Busy)
    } else if wraps_up(state.options.shared_wrap_up, member, agent) {
        Some(Obstacle::WrapUp)
    } else {
        agent.rest.map(|_| Obstacle::Resting)
    }
}

/// Whether a member is in wrap-up: after a call of his queue or, where that is
/// `shared`, of any queue of the agent.
#[inline]
pub(crate) const fn wraps_up(shared: bool, member: &Member, agent: &Agent) -> bool {
    member.wrap_up.is_some() || (shared && agent.wraps_up > 0)
}

/// Which of its queue's sets a waiting call belongs to: the side of the call
/// in [`eligible`], as state.
pub(crate) fn set_of(strategy: Strategy, rings: u32, pausing: bool) -> CallSet {
    match (pausing, rings) {
        (true, _) => CallSet::Aside,
        (false, 0) => CallSet::Ready,
        (false, _) if strategy.rings_several() => CallSet::Joinable,
        (false, _) => CallSet::Aside,
    }
}
