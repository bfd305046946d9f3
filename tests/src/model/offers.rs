//! Offers: to whom they may be made, and which call comes first.

use tandem_engine::config::model::Strategy;
use tandem_engine::{AgentId, CallId, LegId, QueueId};

use super::state::{Helps, Leg, LegStage, Visit};
use super::{Checked, Law, Model, known};

impl Model {
    pub(super) fn call_offered(
        &mut self,
        call: CallId,
        queue: QueueId,
        agent: AgentId,
        leg: LegId,
    ) -> Checked {
        self.may_be_offered(call, queue, agent)?;
        let strategy = known(self.queues.get(&queue), "a queue")?.config.strategy;
        let rings = known(self.calls.get(&call), "a call")?.waiting();
        let rings = !known(rings, "a waiting call")?.rings.is_empty();
        match self.entry.broadcast.take() {
            Some((broadcast, mut agents)) => {
                let meant = broadcast == call && agents.remove(&agent);
                self.law(Law::RingAll, meant, || {
                    format!("agent {agent} is offered call {call} before {agents:?} ring")
                })?;
                self.entry.broadcast = Some((call, agents)).filter(|(_, left)| !left.is_empty());
            }
            None if rings => {
                self.seen.ring_alls += 1;
                self.law(Law::RingAll, strategy.rings_several(), || {
                    format!("call {call} rings two agents at once")
                })?;
                self.oldest_ring_is_joined(call, agent)?;
                if strategy == Strategy::RingProgressively {
                    self.right_agent(call, queue, agent, strategy)?;
                }
            }
            None => {
                self.first_comes_first(call, queue, agent)?;
                if !self.is_reserved_for(call, agent) {
                    self.right_agent(call, queue, agent, strategy)?;
                }
            }
        }
        self.note_offer(call, queue, agent, leg)
    }

    /// The agent is free and skilled enough, the call waits for somebody in his queue.
    fn may_be_offered(&self, call: CallId, queue: QueueId, agent: AgentId) -> Checked {
        let entry = known(self.queues.get(&queue), "a queue")?;
        let offered = self.persons.get(&agent).and_then(|person| person.offer);
        self.law(Law::Offers, offered.is_none(), || {
            format!("agent {agent} is offered call {call} while leg {offered:?} rings")
        })?;
        let member = entry.member(agent);
        let free = member.is_some_and(|member| self.is_free(entry, member));
        self.law(Law::Offers, free, || {
            format!("call {call} is offered to agent {agent}, who may not be rung")
        })?;
        let visit = self.calls.get(&call).and_then(|call| call.waiting());
        let waits = visit.is_some_and(|visit| visit.queue == queue && visit.retry_until.is_none());
        let leaves = self.must_leave(entry) && !self.limited(queue).is_empty();
        let hears = visit.is_some_and(|it| it.told.holds || it.callback.hears());
        let waits = waits && !leaves && !hears;
        self.law(Law::Offers, waits, || {
            format!("call {call} is offered in queue {queue}, where it does not wait")
        })?;
        let reserved = visit.and_then(|visit| visit.reserved);
        self.law(
            Law::Offers,
            reserved.is_none_or(|(whom, _)| whom == agent),
            || format!("call {call} is offered to agent {agent}, and reserved for {reserved:?}"),
        )?;
        let able = visit.zip(member);
        let able = able.is_some_and(|(visit, member)| {
            reserved.is_some() || self.able(entry, visit, member.level, false)
        });
        self.law(Law::Offers, able, || {
            format!("call {call} is offered to agent {agent}, who is not skilled enough yet")
        })
    }

    /// Whether a caller waits for this agent alone.
    fn is_reserved_for(&self, call: CallId, agent: AgentId) -> bool {
        let visit = self.calls.get(&call).and_then(|call| call.waiting());
        let reserved = visit.and_then(|visit| visit.reserved);
        reserved.is_some_and(|(whom, _)| whom == agent)
    }

    /// No call that came earlier could have been offered: to anybody in this
    /// queue, or to this agent in any queue of his.
    fn first_comes_first(&self, call: CallId, queue: QueueId, agent: AgentId) -> Checked {
        let own = known(self.calls.get(&call), "a call")?.waiting();
        let own = known(own, "a waiting call")?;
        let order = own.order;
        let earlier = |queue: &QueueId| {
            let ready = self.ready(*queue).into_iter();
            let mut ready = ready.map(|(id, visit)| (visit.order, id));
            ready.find(|(other, _)| *other < order)
        };
        // Whom he knows may serve him where others may not serve those before him.
        let passed = earlier(&queue).filter(|_| !self.is_reserved_for(call, agent));
        self.law(Law::Fifo, passed.is_none(), || {
            format!("call {call} is offered before {passed:?} of the same queue")
        })?;
        let own = self.precedence(own);
        let passed = self
            .best_for(agent, |model, queue| model.ready_for(agent, queue))
            .filter(|(first, _)| *first < own);
        self.law(Law::Across, passed.is_none(), || {
            format!("agent {agent} is offered call {call}, but {passed:?} comes first")
        })
    }

    /// Of the calls that `of` tells of each queue, the first one that a free agent is
    /// skilled enough for.
    fn best_for<'m>(
        &'m self,
        agent: AgentId,
        of: impl Fn(&'m Self, QueueId) -> Vec<(CallId, &'m Visit)>,
    ) -> Option<((std::cmp::Reverse<u64>, u64), CallId)> {
        let calls = self
            .free_in(agent)
            .into_iter()
            .flat_map(|queue| of(self, queue));
        let able = calls.filter(|(_, visit)| {
            let entry = self.queues.get(&visit.queue);
            let member = entry.and_then(|entry| Some((entry, entry.member(agent)?)));
            member.is_some_and(|(entry, member)| {
                let joins = visit.rings.is_empty() || member.level <= visit.ring_level;
                visit.reserved.is_some() || joins && self.able(entry, visit, member.level, true)
            })
        });
        able.map(|(id, visit)| (self.precedence(visit), id)).min()
    }

    /// Who becomes free joins the oldest ring, if nobody waits for him.
    fn oldest_ring_is_joined(&self, call: CallId, agent: AgentId) -> Checked {
        let waiting = self.best_for(agent, |model, queue| model.ready_for(agent, queue));
        self.law(Law::RingAll, waiting.is_none(), || {
            format!("agent {agent} joins a ring while {waiting:?} waits")
        })?;
        let own = known(self.calls.get(&call), "a call")?.waiting();
        let own = known(own, "a waiting call")?;
        let entry = known(self.queues.get(&own.queue), "a queue")?;
        let level = known(entry.member(agent), "a member")?.level;
        self.law(Law::RingAll, level <= own.ring_level, || {
            format!("agent {agent} joins the ring of call {call}, where better ones ring")
        })?;
        let first = self.precedence(own);
        let older = self.best_for(agent, Self::joinable);
        let older = older.filter(|(other, _)| *other < first);
        self.law(Law::RingAll, older.is_none(), || {
            format!("agent {agent} joins the ring of call {call}, not {older:?}")
        })
    }

    fn right_agent(
        &mut self,
        call: CallId,
        queue: QueueId,
        agent: AgentId,
        strategy: Strategy,
    ) -> Checked {
        if strategy == Strategy::RingAll {
            let agents = self.candidates(call, queue)?;
            let mut agents: std::collections::BTreeSet<AgentId> = agents.into_iter().collect();
            self.seen.ring_alls += u64::from(agents.len() > 1);
            agents.remove(&agent);
            self.entry.broadcast = Some((call, agents)).filter(|(_, left)| !left.is_empty());
            return Ok(());
        }
        let candidates = self.candidates(call, queue)?;
        self.seen.choices += u64::from(candidates.len() > 1);
        if matches!(strategy, Strategy::Random | Strategy::WeightedRandom) {
            return self.law(Law::Order, candidates.contains(&agent), || {
                format!("call {call} is offered to agent {agent}, not one of {candidates:?}")
            });
        }
        let expected = self.next_agent(queue, &candidates);
        self.law(Law::Order, expected == Some(agent), || {
            format!("{strategy:?} offers call {call} to agent {agent}, not {expected:?}")
        })
    }

    /// A ring of all is not over before all ring.
    pub(super) fn everybody_is_rung(&mut self) -> Checked {
        let broadcast = self.entry.broadcast.take();
        self.law(Law::RingAll, broadcast.is_none(), || {
            format!("not everybody is rung: {broadcast:?}")
        })
    }

    fn note_offer(&mut self, call: CallId, queue: QueueId, agent: AgentId, leg: LegId) -> Checked {
        self.seen.offers += 1;
        known(self.persons.get_mut(&agent), "an agent")?.offer = Some(leg);
        self.note_ring(queue, agent)?;
        let (now, seq) = (self.entry.now, self.entry.seq);
        let queue_of = known(self.queues.get(&queue), "a queue")?;
        let level = known(queue_of.member(agent), "a member")?.level;
        let config = &queue_of.config;
        let (timeout, in_use) = (config.agent_timeout, config.ring_in_use);
        let grows = config.strategy == Strategy::RingProgressively;
        let grows_after = grows.then_some(config.ring_more_every);
        let entry = known(self.calls.get_mut(&call), "a call")?;
        let visit = known(entry.visit.as_mut(), "a visit")?;
        let ringing = if visit.rings.is_empty() {
            0
        } else {
            visit.ring_level
        };
        visit.ring_level = ringing.max(level);
        visit.rings.insert(leg);
        visit.offers += 1;
        visit.offered_at_once |= visit.joined_in == seq;
        if let Some(after) = grows_after {
            (visit.retry_until, visit.growing) = (Some(now + after), true);
        }
        self.rings(
            leg,
            Leg {
                call,
                agent,
                queue: Some(queue),
                helps: Helps::No,
                in_use,
                rung_at: now,
                due: now + timeout,
                stage: LegStage::Ringing,
            },
        )
    }
}
