//! The outcome of a visit: reckoned from what was seen, and held against the
//! engine's record.

use tandem_engine::config::model::QueueConfig;
use tandem_engine::records::{LeaveReason, Outcome, QueueCall};
use tandem_engine::{AgentId, By, CallId, Input, Key, QueueId, Span, Timer, Timestamp};

use super::callbacks::Stand;
use super::{Books, Call, Court, Hold, Seen, Visit, known};
use crate::rehearse::audit::Work;
use crate::rehearse::laws::{Broken, Checked, Law};

impl Hold {
    /// How long he was held up to now.
    fn until(self, now: Timestamp) -> Span {
        self.held + self.since.map_or(Span::ZERO, |since| now - since)
    }
}

impl Books {
    /// A visit has ended, and this is its record.
    pub(super) fn visit_ended(
        &mut self,
        seen: &Seen<'_>,
        record: &QueueCall,
        court: &mut Court<'_>,
    ) -> Checked {
        let id = self.publics.get(&record.call).copied();
        let id = known(id, Law::Outcomes, || format!("{} is over", record.call))?;
        let call = known(self.calls.get(&id), Law::Outcomes, || {
            format!("{id} is over")
        })?;
        let right = match call.visit {
            None => self.refused(call, record)?,
            Some(visit) => self.reckoned(seen, id, call, &visit)?,
        };
        court.law(Law::Outcomes, right == *record, || {
            format!("the record is {record:?}, not {right:?}")
        })?;
        let call = known(self.calls.get_mut(&id), Law::Outcomes, || format!("{id}"))?;
        match call.visit.take() {
            None => call.visits += 1,
            Some(visit) => {
                let left = matches!(
                    right.reason,
                    LeaveReason::CallerHungUp | LeaveReason::SystemRestart
                ) && !right.callback
                    && !matches!(visit.stand, Stand::Asked(true, _));
                let number = call.number;
                let config = self.queues.get(&visit.queue);
                let keeps = config.is_some_and(|config| !config.place_kept.is_zero());
                if left && keeps && !number.is_none() {
                    let place = (visit.queue, visit.since, visit.order);
                    self.places.insert(number, place);
                }
                self.promise_over(&right, &visit);
            }
        }
        self.entry.visits.insert((right.call, right.visit));
        if let Some(agent) = right.agent {
            let (now, work) = (self.acted_at, Work::Talk(right.queue, false));
            court.auditor.works(now, agent, work);
        }
        court.auditor.visit(right);
        Ok(())
    }

    /// The record of a visit that was refused. Which queue refused it is told by
    /// the record alone; whether it could, is known.
    fn refused(&self, call: &Call, record: &QueueCall) -> Result<QueueCall, Broken> {
        let config = self.queues.get(&record.queue);
        let config = known(config, Law::Outcomes, || {
            format!("no queue {}", record.queue)
        })?;
        let full = config.max_callers > 0 && {
            let waiting = self.waiting(record.queue).count();
            waiting >= usize::try_from(config.max_callers).unwrap_or(usize::MAX)
        };
        let reason = match (config.disallow_join_when_empty, record.reason) {
            (Some(_), LeaveReason::QueueEmpty) => LeaveReason::QueueEmpty,
            _ if full => LeaveReason::QueueFull,
            // That the wait would be too long is for others to reckon.
            (_, LeaveReason::QueueCrowded) if self.too_crowded(config, record.queue, 0) => {
                LeaveReason::QueueCrowded
            }
            _ => {
                let what = format!("queue {} could not refuse: {record:?}", record.queue);
                return Err(Broken::new(Law::Outcomes, what));
            }
        };
        Ok(QueueCall {
            call: call.public,
            visit: call.visits,
            queue: record.queue,
            caller: call.number,
            joined_at: self.acted_at,
            waited: Span::ZERO,
            talked: Span::ZERO,
            held: Span::ZERO,
            outcome: Outcome::Missed,
            reason,
            agent: None,
            offers: 0,
            offered_at_once: false,
            callback: false,
        })
    }

    /// Whether too many wait in a queue, besides so many, or one more may wait too long there.
    pub(super) fn too_crowded(&self, config: &QueueConfig, queue: QueueId, but: usize) -> bool {
        config.crowded.as_ref().is_some_and(|crowded| {
            let waiting = self.waiting(queue).count() - but;
            let most = usize::try_from(crowded.callers).unwrap_or(usize::MAX);
            !crowded.wait.is_zero() || waiting >= most
        })
    }

    /// The record of a visit, from what was seen of it.
    fn reckoned(
        &self,
        seen: &Seen<'_>,
        id: CallId,
        call: &Call,
        visit: &Visit,
    ) -> Result<QueueCall, Broken> {
        let now = self.acted_at;
        let (outcome, reason) = match visit.answered {
            Some(_) => (Outcome::Answered, LeaveReason::Answered),
            None => self.why_left(seen, id, call, visit)?,
        };
        let left_at = visit.answered.map_or(now, |(at, _)| at);
        let agent: Option<AgentId> = visit.answered.map(|(_, agent)| agent);
        Ok(QueueCall {
            call: call.public,
            visit: call.visits - 1,
            queue: visit.queue,
            caller: call.number,
            joined_at: visit.joined_at,
            waited: left_at - visit.joined_at,
            talked: now - left_at,
            held: visit.hold.until(now),
            outcome,
            reason,
            agent,
            offers: visit.offers,
            offered_at_once: visit.at_once,
            callback: visit.stand.promised().is_some(),
        })
    }

    /// An agent holds his caller, or talks to him again. Only of a queue's call it is known
    /// for how long.
    pub(super) fn held(&mut self, id: CallId, held: bool, court: &mut Court<'_>) -> Checked {
        let now = self.acted_at;
        let talks = self.legs.values().any(|leg| leg.converses(id));
        let visit = self.calls.get_mut(&id).and_then(|call| call.visit.as_mut());
        if let Some(Visit { hold, .. }) = visit.filter(|visit| visit.answered.is_some()) {
            *hold = Hold {
                held: hold.until(now),
                since: held.then_some(now),
            };
        }
        court.law(Law::Ends, talks, || {
            format!("{id} is held, or no more, by nobody")
        })
    }

    /// Whether somebody is the extension that calls.
    pub(super) fn is_by_caller(&self, call: CallId, by: By) -> bool {
        let origin = self.calls.get(&call).and_then(|call| call.origin);
        let number = origin.and_then(|origin| self.numbers.get(&origin));
        number.is_some_and(|&number| by == By::Person(number))
    }

    /// Why a caller who waited did so no more, from what was told.
    fn why_left(
        &self,
        seen: &Seen<'_>,
        id: CallId,
        call: &Call,
        visit: &Visit,
    ) -> Result<(Outcome, LeaveReason), Broken> {
        let timer = seen.next.map(|(_, timer)| timer);
        let missed = |reason| Ok((Outcome::Missed, reason));
        let queue = visit.queue;
        if let Some(reason) = self.why_failed(seen, id, visit) {
            return missed(reason);
        }
        if visit.stand == Stand::Declined {
            return missed(LeaveReason::QueueCrowded);
        }
        let promised = visit.stand.promised().is_some();
        match (&seen.entry.input, timer) {
            (Input::CallerHungUp { call }, _) if *call == id && !promised => {
                Ok((Outcome::Abandoned, LeaveReason::CallerHungUp))
            }
            (Input::HangUpCall { call, by }, _) if *call == id => {
                match self.is_by_caller(id, *by) && !promised {
                    true => Ok((Outcome::Abandoned, LeaveReason::CallerHungUp)),
                    false => missed(LeaveReason::HungUpBySupervisor),
                }
            }
            (Input::RedirectCall { call, .. }, _) if *call == id && !promised => {
                missed(LeaveReason::Redirected)
            }
            // The extension that calls was deleted.
            (Input::Configure { .. }, _) if call.origin.is_some() && !promised => {
                Ok((Outcome::Abandoned, LeaveReason::CallerHungUp))
            }
            (Input::KeyPressed { call, key }, _) if *call == id && !promised => {
                self.left_by_key(*key, visit)
            }
            // Nobody can be connected, and the queue is not there any more.
            (Input::BridgeFailed { call }, _) if *call == id => missed(LeaveReason::QueueRemoved),
            (Input::Restarted { .. }, _) if !promised || visit.stand.is_rung() => {
                missed(LeaveReason::SystemRestart)
            }
            (Input::Abort { .. }, Some(timer)) if self.is_about(timer, id, visit) => {
                missed(LeaveReason::Aborted)
            }
            (Input::Tick, Some(Timer::LongestWait(of))) if of == queue && !promised => {
                missed(LeaveReason::TimedOut)
            }
            (Input::Tick, Some(Timer::PutOut(of)))
                if of == queue && !(promised && self.queues.contains_key(&queue)) =>
            {
                missed(if self.queues.contains_key(&queue) {
                    LeaveReason::QueueEmpty
                } else {
                    LeaveReason::QueueRemoved
                })
            }
            (input, timer) => {
                let what = format!("call {id} leaves queue {queue} by {input:?}, {timer:?}");
                Err(Broken::new(Law::Outcomes, what))
            }
        }
    }

    /// That a key leads out of a queue is for its setting to say.
    fn left_by_key(&self, key: Key, visit: &Visit) -> Result<(Outcome, LeaveReason), Broken> {
        let config = self.queues.get(&visit.queue);
        let leads = config.is_some_and(|config| config.keys.contains_key(&key));
        if leads {
            return Ok((Outcome::Missed, LeaveReason::KeyPressed));
        }
        let what = format!("key {key} means nothing in queue {}", visit.queue);
        Err(Broken::new(Law::Outcomes, what))
    }

    /// Whether giving up a timer ends this call.
    fn is_about(&self, timer: Timer, id: CallId, visit: &Visit) -> bool {
        let first = || {
            let stays = self.queues.contains_key(&visit.queue);
            let others = self.waiting(visit.queue);
            let others = others.filter(|(_, it)| !stays || it.stand.promised().is_none());
            others.map(|(_, visit)| visit.order).min() == Some(visit.order)
        };
        match timer {
            Timer::LongestWait(queue) | Timer::PutOut(queue) => queue == visit.queue && first(),
            Timer::Announcement(call)
            | Timer::Callback(call)
            | Timer::PreferredWait(call)
            | Timer::Retry(call) => call == id,
            // Its ring has been taken back by now.
            Timer::RingTimeout(leg) => self
                .entry
                .gone
                .get(&leg)
                .is_some_and(|(leg, _)| leg.call == id),
            Timer::CallerRing(_)
            | Timer::MenuTimeout(_)
            | Timer::MessageOver(_)
            | Timer::Midnight(_)
            | Timer::Parked(_)
            | Timer::PromptOver(_)
            | Timer::Rest(_)
            | Timer::ServiceLevel(_)
            | Timer::SkillStep(_)
            | Timer::SurveyTimeout(_)
            | Timer::WrapUp(_) => false,
        }
    }
}
