//! The auditor: reckons every figure a second time. It knows what the books wrote
//! down at the engine's boundary and shares no code with the reports, which fold
//! the engine's own records. It keeps everything and adds up in the end, where
//! they add up as they go.

mod compare;
mod figures;

use std::collections::{BTreeMap, BTreeSet};

use tandem_engine::records::QueueCall;
use tandem_engine::{AgentId, AgentStatus, Engine, QueueId, Span, Timestamp};

pub use compare::Product;

/// Everything that was seen of calls and agents.
#[derive(Debug, Default)]
pub struct Auditor {
    /// The queues that are counted, and in how long a wait meets their service
    /// level: those of the beginning.
    queues: Vec<(QueueId, Span)>,
    /// The agents of the beginning.
    first: Vec<AgentId>,
    visits: Vec<QueueCall>,
    agents: BTreeMap<AgentId, Agent>,
}

/// An agent, as far as the counted queues are concerned.
#[derive(Debug, Default)]
struct Agent {
    open: BTreeSet<QueueId>,
    wrapping: BTreeSet<QueueId>,
    /// Queues in which he was ever logged in.
    served: BTreeSet<QueueId>,
    talks: u32,
    up: bool,
    since: Timestamp,
    work: Vec<Stretch>,
}

/// A stretch of time on duty.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: Timestamp,
    to: Timestamp,
    busy: bool,
}

/// What an agent does from some moment on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Work<'a> {
    /// His telephone can be rung, or not.
    Device(bool),
    /// He has this status in a queue.
    Status(QueueId, &'a AgentStatus),
    /// A talk for a queue begins, or ends.
    Talk(QueueId, bool),
    /// A wrap-up in a queue begins, or ends.
    WrapUp(QueueId, bool),
}

impl Auditor {
    /// Learns what the centre is like before the first call.
    pub(super) fn begin(&mut self, engine: &Engine) {
        let queues = engine.queues().into_iter();
        self.queues = queues
            .filter_map(|id| Some((id, engine.queue(id)?.config.sla_time)))
            .collect();
        self.first = engine.agents();
    }

    /// A visit to a queue has ended.
    pub(super) fn visit(&mut self, visit: QueueCall) {
        self.visits.push(visit);
    }

    /// Something about an agent changes.
    pub(super) fn works(&mut self, at: Timestamp, agent: AgentId, work: Work<'_>) {
        let counted = |queue: QueueId| self.queues.iter().any(|&(id, _)| id == queue);
        let about = match work {
            Work::Device(_) => true,
            Work::Status(queue, _) | Work::Talk(queue, _) | Work::WrapUp(queue, _) => {
                counted(queue)
            }
        };
        if !about {
            return;
        }
        let agent = self.agents.entry(agent).or_default();
        agent.pass(at);
        match work {
            Work::Device(up) => agent.up = up,
            Work::Status(queue, status) => {
                if *status == AgentStatus::LoggedIn {
                    agent.open.insert(queue);
                } else {
                    agent.open.remove(&queue);
                }
                if *status != AgentStatus::LoggedOut {
                    agent.served.insert(queue);
                }
            }
            Work::Talk(_, true) => agent.talks += 1,
            Work::Talk(_, false) => agent.talks -= 1,
            Work::WrapUp(queue, true) => {
                agent.wrapping.insert(queue);
            }
            Work::WrapUp(queue, false) => {
                agent.wrapping.remove(&queue);
            }
        }
    }

    /// Nothing comes behind this.
    pub(super) fn end(&mut self, at: Timestamp) {
        for agent in self.agents.values_mut() {
            agent.pass(at);
        }
    }
}

impl Agent {
    /// Writes down what he did up to now.
    fn pass(&mut self, at: Timestamp) {
        let from = core::mem::replace(&mut self.since, at);
        let busy = self.talks > 0 || !self.wrapping.is_empty();
        let ready = self.up && !self.open.is_empty();
        if from < at && (busy || ready) {
            self.work.push(Stretch { from, to: at, busy });
        }
    }
}
