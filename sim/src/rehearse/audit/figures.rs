//! The auditor's figures: whole numbers of calls and microseconds.

use tandem_engine::records::{Outcome, QueueCall};
use tandem_engine::{AgentId, QueueId, Timestamp};

use super::{Agent, Auditor};

/// A part of the counted time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
}

impl Window {
    fn holds(self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    pub(super) fn micros(self) -> u64 {
        (self.to - self.from).micros()
    }
}

/// The figures of a queue, of all queues, or of an agent, in a window.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub(super) offered: u64,
    pub(super) answered: u64,
    pub(super) abandoned: u64,
    pub(super) missed: u64,
    /// Answered within the service level.
    pub(super) met: u64,
    /// Nobody was rung for them in the instant of joining.
    pub(super) had_to_wait: u64,
    pub(super) waited: u64,
    pub(super) waited_answered: u64,
    pub(super) longest: u64,
    pub(super) talked: u64,
    pub(super) held: u64,
    /// Who was to be called back, who was, and how long they all waited.
    pub(super) callbacks: u64,
    pub(super) called_back: u64,
    pub(super) waited_callback: u64,
    pub(super) busy: u64,
    pub(super) on_duty: u64,
}

impl Auditor {
    /// The visits to a counted queue, or to all of them, that began in a window.
    pub(super) fn visits_in(
        &self,
        queue: Option<usize>,
        window: Window,
    ) -> impl Iterator<Item = &QueueCall> {
        let queues = self.counted(queue);
        let visits = self.visits.iter();
        visits.filter(move |v| window.holds(v.joined_at) && queues.contains(&v.queue))
    }

    fn counted(&self, queue: Option<usize>) -> Vec<QueueId> {
        let places = self.queues.iter().enumerate();
        let wanted = places.filter(|(place, _)| queue.is_none_or(|queue| queue == *place));
        wanted.map(|(_, &(id, _))| id).collect()
    }

    /// The figures of a counted queue, or of all.
    pub(super) fn sums(&self, queue: Option<usize>, window: Window) -> Sums {
        let mut sums = Sums::default();
        for visit in self.visits_in(queue, window) {
            self.add_visit(&mut sums, visit);
        }
        let queues = self.counted(queue);
        let serves = |agent: &&Agent| queues.iter().any(|queue| agent.served.contains(queue));
        for agent in self.agents.values().filter(serves) {
            add_work(&mut sums, agent, window);
        }
        sums
    }

    /// What an agent of the beginning did.
    pub(super) fn sums_of(&self, agent: AgentId, window: Window) -> Sums {
        let mut sums = Sums::default();
        let his = |visit: &&QueueCall| visit.agent == Some(agent);
        for visit in self.visits_in(None, window).filter(his) {
            self.add_visit(&mut sums, visit);
        }
        if let Some(agent) = self.agents.get(&agent) {
            add_work(&mut sums, agent, window);
        }
        sums
    }

    fn add_visit(&self, sums: &mut Sums, visit: &QueueCall) {
        let waited = visit.waited.micros();
        sums.offered += 1;
        sums.waited += waited;
        sums.longest = sums.longest.max(waited);
        sums.had_to_wait += u64::from(!visit.offered_at_once);
        if visit.callback {
            sums.callbacks += 1;
            sums.called_back += u64::from(visit.outcome == Outcome::Answered);
            sums.waited_callback += waited;
        }
        match visit.outcome {
            Outcome::Abandoned => sums.abandoned += 1,
            Outcome::Missed => sums.missed += 1,
            Outcome::Answered => {
                let queue = self.queues.iter().find(|(id, _)| *id == visit.queue);
                let in_time = queue.is_some_and(|&(_, limit)| visit.waited < limit);
                sums.answered += 1;
                sums.met += u64::from(in_time);
                sums.waited_answered += waited;
                sums.talked += visit.talked.micros();
                sums.held += visit.held.micros();
            }
        }
    }
}

fn add_work(sums: &mut Sums, agent: &Agent, window: Window) {
    for stretch in &agent.work {
        let (from, to) = (stretch.from.max(window.from), stretch.to.min(window.to));
        let micros = to.since(from).micros();
        sums.on_duty += micros;
        if stretch.busy {
            sums.busy += micros;
        }
    }
}
