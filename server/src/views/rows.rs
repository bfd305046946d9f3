//! From what is known to rows.

use std::sync::Arc;

use tandem_engine::{AgentId, AgentStatus, CallId, Number, QueueId};

use super::fold::{Agent, Call, Fold, Stage};
use super::screen::{
    ActiveRow, AgentRow, MembershipRow, MembershipStatus, QueueRow, Screen, WaitingRow,
};
use crate::driver::Membership;

impl Fold {
    /// What is to be seen now. Only what changed since it was asked the last
    /// time is made anew.
    pub fn refresh(&mut self) -> &Screen {
        let dirty = std::mem::take(&mut self.dirty);
        if dirty.all {
            self.screen = self.whole();
            return &self.screen;
        }
        for id in dirty.queues {
            if let Some(row) = self.queue_row(id) {
                self.screen.queues.insert(row.number, Arc::new(row));
            }
        }
        for id in dirty.agents {
            if let Some(row) = self.agent_row(id) {
                self.screen.agents.insert(row.number, Arc::new(row));
            }
        }
        for public in dirty.calls {
            let call = self.publics.get(&public);
            let call = call.and_then(|id| self.calls.get(id));
            let waiting = call.and_then(|call| self.waiting_row(call)).map(Arc::new);
            let active = call.and_then(|call| self.active_row(call)).map(Arc::new);
            match waiting {
                Some(row) => drop(self.screen.waiting.insert(public, row)),
                None => drop(self.screen.waiting.remove(&public)),
            }
            match active {
                Some(row) => drop(self.screen.active.insert(public, row)),
                None => drop(self.screen.active.remove(&public)),
            }
        }
        &self.screen
    }

    /// The same, made from nothing.
    #[must_use]
    pub fn whole(&self) -> Screen {
        let queues = self.facts.keys().filter_map(|id| self.queue_row(*id));
        let agents = self.agents.keys().filter_map(|id| self.agent_row(*id));
        let waiting = self.calls.values();
        let waiting = waiting.filter_map(|call| self.waiting_row(call));
        let active = self.calls.values();
        let active = active.filter_map(|call| self.active_row(call));
        Screen {
            queues: queues.map(|row| (row.number, Arc::new(row))).collect(),
            agents: agents.map(|row| (row.number, Arc::new(row))).collect(),
            waiting: waiting.map(|row| (row.id, Arc::new(row))).collect(),
            active: active.map(|row| (row.id, Arc::new(row))).collect(),
        }
    }

    fn queue_row(&self, id: QueueId) -> Option<QueueRow> {
        let facts = self.facts.get(&id)?;
        let nothing = super::fold::Queue::default();
        let queue = self.queues.get(&id).unwrap_or(&nothing);
        let first = queue.waiting.first();
        let talks = |id: &&CallId| {
            let stage = self.calls.get(*id).map(|call| &call.stage);
            matches!(stage, Some(Stage::AwaitingEnd { .. }))
        };
        let promised = queue.promised.len();
        let pending = promised - queue.promised.iter().filter(talks).count();
        let whole = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Some(QueueRow {
            number: facts.number,
            name: facts.name.clone(),
            waiting: whole(queue.waiting.len()),
            longest_wait_since: first.map(|(joined_at, _)| self.unix_ms(*joined_at)),
            ringing: queue.ringing,
            talking: queue.talking,
            offered: queue.counts.offered(),
            answered: queue.counts.answered,
            abandoned: queue.counts.abandoned,
            missed: queue.counts.missed,
            met: queue.counts.met,
            callbacks: queue.counts.callbacks.saturating_add(whole(promised)),
            callbacks_failed: queue.counts.callbacks_failed,
            callbacks_pending: whole(pending),
            service_level_percent: queue.counts.service_level_percent(),
            sla_threshold_percent: facts.sla_threshold_percent,
            sla_time_s: facts.sla_time.micros() / 1_000_000,
        })
    }

    fn agent_row(&self, id: AgentId) -> Option<AgentRow> {
        let entry = self.directory.agents.get(&id)?;
        let agent = self.agents.get(&id)?;
        let places = agent.places.iter();
        let places = places.filter_map(|place| self.membership_row(agent, place));
        let mut queues: Vec<_> = places.collect();
        queues.sort_by_key(|row| row.queue);
        Some(AgentRow {
            number: entry.number,
            name: entry.name.clone(),
            up: agent.up,
            presence: agent.presence.word(),
            state: agent.state,
            since: self.unix_ms(agent.since),
            answered: queues.iter().map(|row| row.answered).sum(),
            missed: queues.iter().map(|row| row.missed).sum(),
            queues,
        })
    }

    fn membership_row(&self, agent: &Agent, place: &Membership) -> Option<MembershipRow> {
        let counts = agent.counts.get(&place.queue);
        let counts = counts.copied().unwrap_or_default();
        let (status, reason) = match &place.status {
            AgentStatus::LoggedIn => (MembershipStatus::LoggedIn, None),
            AgentStatus::LoggedOut => (MembershipStatus::LoggedOut, None),
            AgentStatus::Paused { reason } => (MembershipStatus::Paused, reason.clone()),
        };
        Some(MembershipRow {
            queue: self.queue_number(place.queue)?,
            status,
            reason,
            wrap_up: place.wrap_up,
            answered: counts.answered,
            missed: counts.missed,
        })
    }

    fn waiting_row(&self, call: &Call) -> Option<WaitingRow> {
        let Stage::AwaitingAgent {
            queue,
            joined_at,
            ringing,
        } = &call.stage
        else {
            return None;
        };
        let mut ringing: Vec<_> = (ringing.iter())
            .filter_map(|agent| self.agent_number(*agent))
            .collect();
        ringing.sort_unstable();
        Some(WaitingRow {
            id: call.public,
            queue: self.queue_number(*queue)?,
            caller: shown(call.caller),
            contact: self.contact_name(call.caller),
            callback: self.is_promised(call.id, *queue),
            joined_at: self.unix_ms(*joined_at),
            ringing,
            origin: self.origin(call),
            call: call.id,
        })
    }

    fn active_row(&self, call: &Call) -> Option<ActiveRow> {
        let (queue, agent, outside, answered_at) = match call.stage {
            Stage::AwaitingEnd {
                queue,
                agent,
                answered_at,
                ..
            } => (queue, Some(self.agent_number(agent)?), None, answered_at),
            Stage::AwaitingOutside {
                number,
                answered_at,
            } => (None, None, shown(number), answered_at?),
            _ => return None,
        };
        Some(ActiveRow {
            id: call.public,
            queue: queue.and_then(|queue| self.queue_number(queue)),
            caller: shown(call.caller),
            contact: self.contact_name(call.caller),
            callback: queue.is_some_and(|queue| self.is_promised(call.id, queue)),
            origin: self.origin(call),
            agent,
            outside,
            answered_at: self.unix_ms(answered_at),
            held: call.held,
            recording: call.recording.into(),
            call: call.id,
        })
    }

    /// The extension that calls.
    fn origin(&self, call: &Call) -> Option<Number> {
        call.origin.and_then(|origin| self.agent_number(origin))
    }

    /// A deleted queue that callers are still put out of has none: another may
    /// have it by now. Nor are they shown.
    fn queue_number(&self, id: QueueId) -> Option<Number> {
        Some(self.facts.get(&id)?.number)
    }

    fn contact_name(&self, caller: Number) -> Option<String> {
        let contact = self.directory.contact_of(caller)?;
        Some(contact.name.clone())
    }

    fn agent_number(&self, id: AgentId) -> Option<Number> {
        Some(self.directory.agents.get(&id)?.number)
    }
}

/// Who withholds his number has none.
fn shown(caller: Number) -> Option<Number> {
    (!caller.is_none()).then_some(caller)
}
