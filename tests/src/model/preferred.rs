//! Who waits for one agent alone, and since when for anybody.

use tandem_engine::config::model::ContactConfig;
use tandem_engine::limits::LAST_AGENT_KEPT_DAYS;
use tandem_engine::{
    AgentId, CallId, Event, Input, Number, QueueId, ReservationEnd, Span, Timestamp,
};

use super::{Checked, Model, known};

impl Model {
    /// Somebody may be rung for a caller from now on: who knows an agent who takes calls
    /// of his queue waits for him first.
    pub(super) fn is_reserved(&mut self, call: CallId) -> Checked {
        let visit = self.calls.get(&call).and_then(|call| call.waiting());
        let visit = known(visit, "a waiting call")?;
        let queue = visit.queue;
        let wait = known(self.queues.get(&queue), "a queue")?
            .config
            .preferred_wait;
        if wait.is_zero() || visit.told.holds {
            return Ok(());
        }
        let Some(agent) = self.knows(call, queue) else {
            return Ok(());
        };
        let until = self.entry.now + wait;
        let visit = known(self.calls.get_mut(&call), "a call")?.visit.as_mut();
        known(visit, "a visit")?.reserved = Some((agent, until));
        self.entry.facts.push(Event::CallReserved {
            call,
            queue,
            agent,
            until,
        });
        Ok(())
    }

    /// The owner of a caller's contact or, if that one takes no calls of the queue, with
    /// whom he talked last.
    fn knows(&self, call: CallId, queue: QueueId) -> Option<AgentId> {
        let call = self.calls.get(&call)?;
        let (number, now) = (call.number, self.entry.now);
        let contact = self.contact_of(number);
        let owner = contact.and_then(|contact| self.person(contact.owner?));
        let mut last = None;
        if !number.is_none() {
            let mut known = self.last_agents.iter();
            let known = known.find(|(known, _, until)| *known == number && now < *until);
            last = known.map(|(_, agent, _)| *agent);
        }
        let takes_calls = |agent: &AgentId| {
            let up = self.persons.get(agent).is_some_and(|person| person.up);
            let member = self
                .queues
                .get(&queue)
                .and_then(|queue| queue.member(*agent));
            let serves = member.is_some_and(|member| member.logged_in && member.paused.is_none());
            up && serves && call.origin != Some(*agent)
        };
        owner.filter(takes_calls).or(last.filter(takes_calls))
    }

    /// The contact who calls from this number.
    pub(super) fn contact_of(&self, number: Number) -> Option<&ContactConfig> {
        let matching = self.options.contact_matching;
        let is_his = |his: &Number| matching.matches(&number.to_string(), &his.to_string());
        let mut contacts = self.options.contacts.iter().filter(|_| !number.is_none());
        contacts.find(|contact| contact.numbers.iter().any(is_his))
    }

    /// A caller of such a queue has talked with an agent.
    pub(super) fn remember_talk(&mut self, call: CallId, queue: QueueId, agent: AgentId) {
        let number = self.calls.get(&call).map(|call| call.number);
        let Some(number) = number.filter(|number| !number.is_none()) else {
            return;
        };
        let remembers = |queue: &super::Queue| !queue.config.preferred_wait.is_zero();
        if self.queues.get(&queue).is_some_and(remembers) {
            let until = self.entry.now + Span::from_secs(LAST_AGENT_KEPT_DAYS * 86_400);
            self.last_agents.retain(|(known, ..)| *known != number);
            self.last_agents.push((number, agent, until));
        }
    }

    /// The time is over for which a caller waits for one agent; tells when that was due.
    pub(super) fn preferred_wait_over(
        &mut self,
        call: CallId,
    ) -> Result<Option<Timestamp>, String> {
        let visit = self.calls.get(&call).and_then(|call| call.waiting());
        let reserved = known(visit, "a waiting call")?.reserved;
        if self.entry.input == Input::Tick {
            self.waits_for_anybody(call, ReservationEnd::TimeOver);
        }
        Ok(reserved.map(|(_, until)| until))
    }

    /// A caller waits for anybody again, if he waited for one agent alone.
    pub(super) fn waits_for_anybody(&mut self, id: CallId, how: ReservationEnd) {
        let visit = self.calls.get_mut(&id).and_then(|call| call.visit.as_mut());
        let Some(visit) = visit else { return };
        let (call, queue) = (id, visit.queue);
        if let Some((agent, _)) = visit.reserved.take() {
            self.entry.facts.push(Event::ReservationEnded {
                call,
                queue,
                agent,
                how,
            });
        }
    }

    /// An agent takes no more calls of a queue.
    pub(super) fn nobody_waits_for(&mut self, agent: AgentId, queue: QueueId) {
        let waiting = self.line(queue).into_iter();
        let waiting =
            waiting.filter(|(_, visit)| visit.reserved.is_some_and(|(it, _)| it == agent));
        let calls: Vec<CallId> = waiting.map(|(call, _)| call).collect();
        for call in calls {
            self.waits_for_anybody(call, ReservationEnd::AgentLeft);
        }
    }
}
