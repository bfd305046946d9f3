//! What the engine says that happened: kept for the figures, and folded into how
//! the queues stand now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tandem_engine::records::{LeaveReason, Outcome, QueueCall};
use tandem_engine::{AgentId, AgentStatus, Event, QueueId, Timestamp};
use tandem_reports::{Layout, Tally};

use crate::driver::Batch;

/// How a queue stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueNow {
    /// Its name.
    pub name: String,
    /// Callers who wait, those for whom it rings among them.
    pub waiting: u64,
    /// Callers who talk.
    pub talking: u64,
    /// Agents who could be rung for it.
    pub free: usize,
    /// Calls answered so far.
    pub answered: u64,
}

/// An agent, as far as it tells whether he is free.
#[derive(Debug, Default)]
struct AgentNow {
    up: bool,
    ringing: u64,
    talking: u64,
    open: BTreeSet<QueueId>,
    wrapping: BTreeSet<QueueId>,
}

/// Everything that happened.
#[derive(Debug, Default)]
pub(super) struct Log {
    events: Vec<(Timestamp, Event)>,
    queues: BTreeMap<QueueId, QueueNow>,
    agents: BTreeMap<AgentId, AgentNow>,
}

impl Log {
    /// What became durable.
    pub(super) fn take(&mut self, batch: &Batch) {
        if let Some(directory) = &batch.directory {
            for (id, entry) in &directory.queues {
                self.queues
                    .entry(*id)
                    .or_default()
                    .name
                    .clone_from(&entry.name);
            }
            for (id, entry) in &directory.agents {
                self.agents.entry(*id).or_default().up = entry.up;
            }
        }
        for line in &batch.lines {
            for event in &line.out.events {
                self.see(event);
                self.events.push((line.out.acted_at, event.clone()));
            }
        }
    }

    fn see(&mut self, event: &Event) {
        match event {
            Event::AgentStatusChanged {
                agent,
                queue,
                status,
                ..
            } => {
                let open = &mut self.agents.entry(*agent).or_default().open;
                match status {
                    AgentStatus::LoggedIn => open.insert(*queue),
                    AgentStatus::LoggedOut | AgentStatus::Paused { .. } => open.remove(queue),
                };
            }
            Event::CallAnswered { queue, agent, .. } => {
                let agent = self.agents.entry(*agent).or_default();
                less(&mut agent.ringing);
                agent.talking += 1;
                let queue = self.queues.entry(*queue).or_default();
                less(&mut queue.waiting);
                queue.talking += 1;
                queue.answered += 1;
            }
            Event::CallJoined { queue, .. } => {
                self.queues.entry(*queue).or_default().waiting += 1;
            }
            Event::CallOffered { agent, .. } => {
                self.agents.entry(*agent).or_default().ringing += 1;
            }
            Event::ConnectionFailed { queue, agent, .. } => {
                less(&mut self.agents.entry(*agent).or_default().talking);
                let queue = self.queues.entry(*queue).or_default();
                less(&mut queue.talking);
                less(&mut queue.answered);
                queue.waiting += 1;
            }
            Event::DeviceChanged { agent, up } => {
                self.agents.entry(*agent).or_default().up = *up;
            }
            Event::OfferEnded { agent, .. } => {
                less(&mut self.agents.entry(*agent).or_default().ringing);
            }
            Event::QueueCallEnded(call) => self.see_end(call),
            Event::WrapUpEnded { agent, queue } => {
                let agent = self.agents.entry(*agent).or_default();
                agent.wrapping.remove(queue);
            }
            Event::WrapUpStarted { agent, queue } => {
                let agent = self.agents.entry(*agent).or_default();
                agent.wrapping.insert(*queue);
            }
            _ => {}
        }
    }

    fn see_end(&mut self, call: &QueueCall) {
        let queue = self.queues.entry(call.queue).or_default();
        match (call.outcome, call.agent) {
            (Outcome::Answered, Some(agent)) => {
                less(&mut queue.talking);
                less(&mut self.agents.entry(agent).or_default().talking);
            }
            _ if call.reason == LeaveReason::QueueFull => {}
            // Who was not let in did not wait; who was put out later did.
            _ if call.reason == LeaveReason::QueueEmpty && call.waited.is_zero() => {}
            _ => less(&mut queue.waiting),
        }
    }

    /// How the queues stand, in the order of their ids.
    pub(super) fn queues(&self) -> Vec<QueueNow> {
        let free = |id: &QueueId| {
            let is_free = |agent: &&AgentNow| {
                let busy = agent.ringing + agent.talking > 0 || agent.wrapping.contains(id);
                agent.up && agent.open.contains(id) && !busy
            };
            self.agents.values().filter(is_free).count()
        };
        let now = |(id, queue): (&QueueId, &QueueNow)| QueueNow {
            free: free(id),
            ..queue.clone()
        };
        self.queues.iter().map(now).collect()
    }

    /// The figures by this layout.
    pub(super) fn tally(&self, layout: Arc<Layout>) -> Tally {
        let end = layout.end();
        let mut tally = Tally::new(layout);
        for (at, event) in &self.events {
            tally.observe(*at, event);
        }
        tally.close(end);
        tally
    }
}

fn less(count: &mut u64) {
    *count = count.saturating_sub(1);
}
