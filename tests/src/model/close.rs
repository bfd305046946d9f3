//! What must hold when an entry is done.

use tandem_engine::{CallId, Engine, Input, Timer};

use super::state::{Call, LegStage, Visit};
use super::{Checked, Law, Model};

impl Model {
    /// Closes the books of the entry at hand.
    pub(super) fn close(&mut self, engine: &Engine) -> Checked {
        self.all_was_told()?;
        let untold = self.entry.to_tell;
        self.law(Law::Facts, untold.is_none(), || {
            format!("{untold:?} is not told")
        })?;
        self.input_was_heeded()?;
        self.withdrawals_had_causes()?;
        self.offers_still_hold()?;
        self.supervisors_are_right()?;
        self.everybody_has_parted()?;
        for agent in std::mem::take(&mut self.entry.gone) {
            self.persons.remove(&agent);
        }
        self.drop_queues();
        self.watch_heads();
        self.everybody_has_arrived()?;
        self.nobody_idles()?;
        self.deadlines_are_right(engine)?;
        self.awaited(engine)?;
        self.views_agree(engine)?;
        self.estimates_are_right(engine)?;
        self.forget_legs();
        Ok(())
    }

    /// What is over is stale; nothing else needs to be known of it.
    fn forget_legs(&mut self) {
        self.legs.retain(|_, leg| leg.stage != LegStage::Over);
        let alive = &self.legs;
        self.sounds.retain(|leg, _| alive.contains_key(leg));
    }

    /// Deleted queues are forgotten when they have been emptied.
    fn drop_queues(&mut self) {
        let fired = match (&self.entry.input, self.entry.first) {
            (Input::Abort { .. } | Input::Tick, Some((_, Timer::PutOut(queue)))) => queue,
            _ => return,
        };
        let removed = self.queues.get(&fired).is_some_and(|queue| queue.removed);
        if removed && self.line(fired).is_empty() {
            self.queues.remove(&fired);
        }
    }

    /// Whatever was said to be over is over, and what was answered talks.
    fn input_was_heeded(&self) -> Checked {
        let stage = |leg| self.legs.get(leg).map(|leg| leg.stage);
        let heeded = match &self.entry.input {
            Input::LegAnswered { leg } => {
                stage(leg) == Some(LegStage::Talking) || self.entry.failed.is_some()
            }
            Input::LegEnded { leg } | Input::LegFailed { leg, .. } => {
                stage(leg) == Some(LegStage::Over)
            }
            Input::BridgeFailed { call } => self.talking_leg(*call).is_none(),
            Input::CallArrived { .. } => self.last_public.is_some(),
            Input::ConsultCall { call, .. } => self.consulted(*call).is_some(),
            Input::EndConsultation { call, .. } => self.consulted(*call).is_none(),
            Input::CallerHungUp { call } => !self.calls.contains_key(call) || self.is_silent(*call),
            Input::CustomerAnswered { call } | Input::CustomerFailed { call, .. } => {
                !self.customer_rings(*call)
            }
            Input::KeyPressed { call, .. } => {
                // Who came to the box with this very key speaks on.
                let call = self.calls.get(call).filter(|_| self.entry.ends_message);
                let speaks =
                    call.is_some_and(|call| call.voicemail.is_some() && call.hears.is_none());
                let stays = self.entry.by_key.is_some() || self.entry.declines.is_some();
                !stays && !speaks
            }
            Input::Restarted { .. } => self.calls.keys().all(|id| self.is_silent(*id)),
            Input::Tick => match self.entry.first {
                Some((_, Timer::RingTimeout(leg))) => stage(&leg) == Some(LegStage::Over),
                Some((_, Timer::Callback(_))) => self.entry.declines.is_none(),
                _ => true,
            },
            _ => true,
        };
        self.law(Law::Outcomes, heeded, || {
            "the input had no effect".to_owned()
        })
    }

    /// An offer is taken back only where the caller left or the agent may not
    /// take the call any more.
    fn withdrawals_had_causes(&mut self) -> Checked {
        // Who calls himself is on a call, be it for no time at all.
        let calling = match &self.entry.input {
            Input::CallArrived { from, .. } => from.extension.and_then(|n| self.person(n)),
            _ => None,
        };
        for (call, agent, queue) in std::mem::take(&mut self.entry.withdrawn) {
            let waits = self.calls.get(&call).and_then(|call| call.waiting());
            let waits = waits
                .is_some_and(|visit| visit.queue == queue && visit.joined_in != self.entry.seq);
            let entry = self.queues.get(&queue);
            let member = entry.and_then(|entry| Some((entry, entry.member(agent)?)));
            let able = member.is_some_and(|(entry, member)| {
                let up = self.persons.get(&agent).is_some_and(|person| person.up);
                let idle = entry.config.ring_in_use || self.busy(agent) == 0;
                member.logged_in && member.paused.is_none() && up && idle
            });
            let asks = self.callback_of(call).is_some_and(|it| it.hears());
            let restarts = matches!(self.entry.input, Input::Restarted { .. });
            let caused = asks || restarts || calling == Some(agent);
            self.law(Law::Outcomes, !waits || !able || caused, || {
                format!("the offer of call {call} to agent {agent} is taken back for nothing")
            })?;
        }
        Ok(())
    }

    /// An offer stands only as long as the agent may take the call.
    fn offers_still_hold(&self) -> Checked {
        let ringing = self.legs.iter();
        for (id, leg) in ringing.filter(|(_, leg)| leg.stage == LegStage::Ringing) {
            let Some(queue) = leg.queue else { continue };
            let entry = self.queues.get(&queue);
            let member = entry.and_then(|entry| entry.member(leg.agent));
            let up = self.persons.get(&leg.agent).is_some_and(|person| person.up);
            let ready = member.is_some_and(|member| member.logged_in && member.paused.is_none());
            let in_use = leg.in_use || entry.is_some_and(|entry| entry.config.ring_in_use);
            let idle = in_use || self.busy(leg.agent) == 0;
            self.law(Law::Offers, up && ready && idle, || {
                format!(
                    "leg {id} rings on, but agent {} may not take the call",
                    leg.agent
                )
            })?;
        }
        Ok(())
    }

    /// No call is on its way when an entry is done.
    fn everybody_has_arrived(&self) -> Checked {
        let on_the_way = |call: &Call| {
            let hangs = Self::hangs_on_the_way(call) || Self::callback_hangs(call.visit.as_ref());
            call.goes_to.is_some() || hangs
        };
        let lost = self.calls.iter().find(|(_, call)| on_the_way(call));
        self.law(Law::Routes, lost.is_none(), || {
            format!("{lost:?} never arrives")
        })?;
        let silent = self
            .calls
            .iter()
            .find(|(id, call)| call.waiting().is_none() && !self.legs_are_right(**id, call));
        self.law(Law::Outcomes, silent.is_none(), || {
            format!("{silent:?} waits for nothing")
        })
    }

    /// No agent is free while a caller waits whom he may serve.
    fn nobody_idles(&self) -> Checked {
        for (id, queue) in &self.queues {
            for member in self.free(queue) {
                let able = |visit: &Visit| self.able(queue, visit, member.level, true);
                let joins = |visit: &Visit| able(visit) && member.level <= visit.ring_level;
                let ready = self.ready_for(member.agent, *id);
                let joinable = self.joinable(*id);
                let ready = ready.iter();
                let ready = ready.filter(|(_, visit)| visit.reserved.is_some() || able(visit));
                let joinable = joinable.iter().filter(|(_, visit)| joins(visit));
                let callers: Vec<CallId> = ready.chain(joinable).map(|(call, _)| *call).collect();
                self.law(Law::Idle, callers.is_empty(), || {
                    format!(
                        "agent {} is idle while {callers:?} wait in queue {id}",
                        member.agent
                    )
                })?;
            }
        }
        Ok(())
    }
}
