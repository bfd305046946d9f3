//! The order in which free agents are rung, from the books alone.

use tandem_engine::config::model::{CountSince, MemberKind, Strategy};
use tandem_engine::{AgentId, CallId, QueueId};

use super::state::{Member, Queue};
use super::{Checked, Model, known};

impl Model {
    /// The free agents of whom the strategy chooses: those who were not rung
    /// for the call yet or, when all were, those of the earliest round.
    pub(super) fn candidates(&self, call: CallId, queue: QueueId) -> Result<Vec<AgentId>, String> {
        let entry = known(self.queues.get(&queue), "a queue")?;
        let visit = self.calls.get(&call).and_then(|call| call.waiting());
        let visit = known(visit, "a waiting call")?;
        let free: Vec<&Member> = self.free(entry).collect();
        let round = |member: &&Member| visit.tried_in(member.serial);
        let earliest = free.iter().map(round).min();
        let of_round = free.iter().filter(|member| Some(round(member)) == earliest);
        Ok(of_round.map(|member| member.agent).collect())
    }

    /// Whom the strategy rings of these agents, who stand in list order.
    pub(super) fn next_agent(&self, queue: QueueId, agents: &[AgentId]) -> Option<AgentId> {
        let queue = self.queues.get(&queue)?;
        let members: Vec<&Member> = agents.iter().filter_map(|a| queue.member(*a)).collect();
        let chosen = match queue.config.strategy {
            Strategy::FewestCalls => {
                let since = queue.config.fewest_calls_since;
                // Equal counts: who was rung longest ago, then the list.
                members
                    .into_iter()
                    .min_by_key(|m| (count(m, since), m.last_rung))
            }
            Strategy::LeastRecent => members.into_iter().min_by_key(|m| m.last_rung),
            Strategy::Linear => {
                let all_static = queue.members.iter().all(|m| m.kind == MemberKind::Static);
                if all_static {
                    members.first().copied()
                } else {
                    members.into_iter().min_by_key(|m| m.login_order)
                }
            }
            Strategy::Rrmemory => next_in_round(queue, &members),
            Strategy::Random | Strategy::RingAll => None,
        };
        chosen.map(|member| member.agent)
    }

    /// Remembers that a queue rang an agent.
    pub(super) fn note_ring(&mut self, queue: QueueId, agent: AgentId) -> Checked {
        let queue = known(self.queues.get_mut(&queue), "a queue")?;
        queue.rings += 1;
        let rings = queue.rings;
        let member = known(queue.member_mut(agent), "a member")?;
        member.last_rung = rings;
        let (serial, login_order) = (member.serial, member.login_order);
        match member.kind {
            MemberKind::Static => queue.last_static = Some(serial),
            MemberKind::Dynamic => queue.last_dynamic = Some(login_order),
        }
        Ok(())
    }
}

fn count(member: &Member, since: CountSince) -> u32 {
    match since {
        CountSince::Ever => member.completed.ever,
        CountSince::Login => member.completed.since_login,
        CountSince::Midnight => member.completed.since_midnight,
    }
}

/// Round robin: the static agent who stands behind the one rung last, round
/// the list; where none is there, the dynamic agent who logged in after the
/// one rung last, and so round.
fn next_in_round<'m>(queue: &Queue, members: &[&'m Member]) -> Option<&'m Member> {
    let place = |member: &Member| queue.members.iter().position(|m| m.serial == member.serial);
    let last = queue.last_static;
    let last = queue
        .members
        .iter()
        .position(|member| Some(member.serial) == last);
    let of_kind = |kind| {
        members
            .iter()
            .copied()
            .filter(move |member| member.kind == kind)
    };
    let behind = of_kind(MemberKind::Static).find(|member| place(member) > last);
    let next_static = behind.or_else(|| of_kind(MemberKind::Static).next());
    next_static.or_else(|| {
        let mut dynamics: Vec<_> = of_kind(MemberKind::Dynamic).collect();
        dynamics.sort_by_key(|member| member.login_order);
        let mut behind = dynamics.iter();
        let behind = behind.find(|member| Some(member.login_order) > queue.last_dynamic);
        behind.or(dynamics.first()).copied()
    })
}
