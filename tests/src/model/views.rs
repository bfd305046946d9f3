//! Views show what is in the books.

use tandem_engine::view::CallStage;
use tandem_engine::{AgentId, Engine, LegId, QueueId};

use super::state::{Helps, LegStage, Queue};
use super::{Checked, Law, Model, known};

impl Model {
    pub(super) fn views_agree(&self, engine: &Engine) -> Checked {
        if !self.laws.contains(&Law::Views) {
            return Ok(());
        }
        let mut queues = engine.queues();
        queues.sort_unstable();
        let mut agents = engine.agents();
        agents.sort_unstable();
        let mut calls = engine.calls();
        calls.sort_unstable();
        let all = queues.iter().eq(self.queues.keys())
            && agents.iter().eq(self.persons.keys())
            && calls.iter().eq(self.calls.keys())
            && engine.call_count() == calls.len();
        self.law(Law::Views, all, || {
            format!("there are queues {queues:?}, agents {agents:?}, calls {calls:?}")
        })?;
        let (config, revision) = engine.config();
        let live = self.queues.values().filter(|queue| !queue.removed);
        let same = config.queues.len() == live.count()
            && config.queues.iter().all(|config| {
                let known = self.numbers.get(&config.number);
                let queue = known.and_then(|id| self.queues.get(id));
                queue.is_some_and(|queue| queue.config == *config)
            });
        let points = self.points.values().map(|point| &point.config);
        let same = same
            && config.points.len() == points.len()
            && points
                .into_iter()
                .all(|point| config.points.contains(point));
        let same = same && revision == self.revision && config.options == self.options;
        self.law(Law::Views, same, || {
            format!("the configuration is {config:?}")
        })?;
        self.queues
            .iter()
            .try_for_each(|(id, queue)| self.queue_shown(engine, *id, queue))?;
        self.persons
            .keys()
            .try_for_each(|id| self.person_shown(engine, *id))?;
        self.calls_shown(engine)
    }

    fn queue_shown(&self, engine: &Engine, id: QueueId, queue: &Queue) -> Checked {
        let view = known(engine.queue(id), "a queue without a view")?;
        let (callers, free) = (self.line(id).len(), self.free(queue).count());
        let same = view.callers as usize == callers
            && view.free == free
            && view.members.len() == queue.members.len();
        self.law(Law::Views, same, || format!("queue {id} shows {view:?}"))?;
        for (member, shown) in queue.members.iter().zip(view.members) {
            let shown = known(engine.member(*shown), "a member without a view")?;
            let same = shown.agent == member.agent
                && shown.queue == id
                && shown.status == member.status()
                && shown.wrap_up == member.wrap_up_until.is_some()
                && shown.obstacle.is_none() == self.is_free(queue, member);
            self.law(Law::Views, same, || format!("{shown:?} shows {member:?}"))?;
        }
        Ok(())
    }

    fn person_shown(&self, engine: &Engine, id: AgentId) -> Checked {
        let view = known(engine.agent(id), "an agent without a view")?;
        let person = known(self.persons.get(&id), "an agent")?;
        let memberships = self
            .queues
            .values()
            .filter(|queue| queue.member(id).is_some());
        let same = view.number == person.number
            && view.up == person.up
            && view.presence == person.presence
            && view.offer == person.offer
            && view.engaged as usize == self.busy(id)
            && view.members.len() == memberships.count()
            && engine.find_agent(view.number) == Some(id);
        self.law(Law::Views, same, || format!("agent {id} shows {view:?}"))
    }

    fn calls_shown(&self, engine: &Engine) -> Checked {
        for (id, call) in &self.calls {
            let view = known(engine.call(*id), "a call without a view")?;
            let mut legs = self.legs_of(*id).filter(|(_, leg)| leg.helps == Helps::No);
            let leg = legs.next().map(|(_, leg)| leg.stage);
            let stage = match (&call.visit, leg) {
                (Some(visit), _) if visit.callback.rings() => {
                    CallStage::Customer { queue: visit.queue }
                }
                (Some(visit), _) if visit.answered.is_none() => CallStage::Agent {
                    queue: visit.queue,
                    joined_at: visit.joined_at,
                },
                _ if call.hears.is_some() || call.tone_until.is_some() => CallStage::Prompt,
                _ if call.menu.is_some() || call.survey.is_some() => CallStage::Key,
                _ if call.rings_until.is_some() => CallStage::Caller,
                _ if self.talks_outside(*id) => CallStage::Outside,
                _ if self.talks_with(*id).is_some() => CallStage::End { queue: None },
                _ if call.parked.is_some() => CallStage::Retrieval {
                    slot: call.parked.map(|parked| parked.slot).unwrap_or_default(),
                },
                _ if call.voicemail.is_some() => CallStage::Message,
                (visit, Some(LegStage::Talking)) => CallStage::End {
                    queue: visit.as_ref().map(|visit| visit.queue),
                },
                _ => CallStage::Extension,
            };
            let mut legs: Vec<LegId> = self.legs_of(*id).map(|(leg, _)| leg).collect();
            let mut shown = view.legs.clone();
            legs.sort_unstable();
            shown.sort_unstable();
            let same = view.public == call.public
                && view.caller == call.number
                && view.stage == stage
                && legs == shown
                && engine.waits(*id) == call.waiting().is_some();
            self.law(Law::Views, same, || format!("call {id} shows {view:?}"))?;
        }
        Ok(())
    }
}
