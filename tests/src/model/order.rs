//! The order in which free agents are rung, from the books alone.

use tandem_engine::config::model::{CountSince, MemberKind, Strategy};
use tandem_engine::{AgentId, CallId, QueueId, Span};

use super::state::{Member, Queue};
use super::{Checked, Model, known};

impl Model {
    /// The free agents of whom the strategy chooses: of those who are skilled
    /// enough and were not rung for the call yet (or, when all were, of those of the
    /// earliest round) the most skilled. Where all ring, with them those who are more
    /// skilled and were rung before.
    pub(super) fn candidates(&self, call: CallId, queue: QueueId) -> Result<Vec<AgentId>, String> {
        let entry = known(self.queues.get(&queue), "a queue")?;
        let visit = self.calls.get(&call).and_then(|call| call.waiting());
        let visit = known(visit, "a waiting call")?;
        // Who joins a ring is no worse than those who ring.
        let joins = |level: u8| visit.rings.is_empty() || level <= visit.ring_level;
        let able =
            |member: &&Member| joins(member.level) && self.able(entry, visit, member.level, false);
        let free: Vec<&Member> = self.free(entry).filter(able).collect();
        let round = |member: &&Member| visit.tried_in(member.serial);
        let earliest = free.iter().map(round).min();
        let of_round = free.iter().filter(|member| Some(round(member)) == earliest);
        let level = of_round.map(|member| member.level).min();
        let all = entry.config.strategy == Strategy::RingAll;
        let rung = free.iter().filter(|member| match all {
            true => Some(member.level) <= level,
            false => Some(member.level) == level && Some(round(member)) == earliest,
        });
        Ok(rung.map(|member| member.agent).collect())
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
                    .min_by_key(|m| (count(m, since).0, m.last_rung))
            }
            Strategy::LeastTalkTime => {
                let since = queue.config.fewest_calls_since;
                members.into_iter().min_by_key(|m| count(m, since).1)
            }
            Strategy::LeastRecent | Strategy::RingProgressively => {
                members.into_iter().min_by_key(|m| m.last_rung)
            }
            Strategy::Linear => {
                let all_static = queue.members.iter().all(|m| m.kind == MemberKind::Static);
                if all_static {
                    members.first().copied()
                } else {
                    members.into_iter().min_by_key(|m| m.login_order)
                }
            }
            Strategy::Rrmemory => next_in_round(queue, &members),
            Strategy::Random | Strategy::RingAll | Strategy::WeightedRandom => None,
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
        let (level, serial, login_order) = (member.level, member.serial, member.login_order);
        match member.kind {
            MemberKind::Static => queue.last_static.insert(level, serial),
            MemberKind::Dynamic => queue.last_dynamic.insert(level, login_order),
        };
        Ok(())
    }
}

fn count(member: &Member, since: CountSince) -> (u32, Span) {
    match since {
        CountSince::Ever => member.completed.ever,
        CountSince::Login => member.completed.since_login,
        CountSince::Midnight => member.completed.since_midnight,
    }
}

/// Round robin: the static agent who stands behind the one rung last, round
/// the list; where none is there, the dynamic agent who logged in after the
/// one rung last, and so round. All are of one skill level.
fn next_in_round<'m>(queue: &Queue, members: &[&'m Member]) -> Option<&'m Member> {
    let place = |member: &Member| queue.members.iter().position(|m| m.serial == member.serial);
    let level = members.first()?.level;
    let last = queue.last_static.get(&level).copied();
    let last_dynamic = queue.last_dynamic.get(&level).copied();
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
        let behind = behind.find(|member| Some(member.login_order) > last_dynamic);
        behind.or(dynamics.first()).copied()
    })
}
