//! Events, one by one.

use tandem_engine::config::model::{Destination, Strategy};
use tandem_engine::{
    AgentId, AgentStatus, By, CallId, Cause, Effect, Event, Input, LegId, OfferEnd, PublicId,
    QueueId, ReservationEnd, Span, Timer,
};

use super::state::{Answer, Call, Helps, Leg, LegStage};
use super::{Checked, Law, Model, known};

impl Model {
    /// Reads one event.
    pub(super) fn fold(&mut self, event: &Event) -> Checked {
        if !matches!(event, Event::CallOffered { .. }) {
            self.everybody_is_rung()?;
        }
        self.fold_known(event)
    }

    /// The one place where events part.
    fn fold_known(&mut self, event: &Event) -> Checked {
        match event {
            Event::CallArrived { .. } | Event::CallEnded { .. } | Event::CallJoined { .. } => {
                self.fold_call(event)
            }
            Event::CodeDialled { .. } => self.code_dialled(event),
            Event::CallAnswered { .. }
            | Event::CallOffered { .. }
            | Event::ConnectionFailed { .. }
            | Event::ExtensionAnswered { .. }
            | Event::ExtensionRung { .. }
            | Event::OfferEnded { .. } => self.fold_leg(event),
            Event::AgentTurned { .. }
            | Event::CallRetrieved { .. }
            | Event::ConsultationEnded { .. }
            | Event::ConsultationRung { .. }
            | Event::RecordingSwitched { .. }
            | Event::SupervisorLeft { .. }
            | Event::SupervisorRung { .. } => self.fold_handling(event),
            Event::AnnouncementStarted { .. }
            | Event::CallDiverted { .. }
            | Event::ExtensionRingEnded { .. }
            | Event::MessageDiscarded { .. }
            | Event::MessageLeft(_)
            | Event::MessageStarted { .. }
            | Event::PointReached { .. }
            | Event::PromptStarted { .. } => self.fold_way(event),
            Event::CallPlaced { .. }
            | Event::CallbackNotPermitted { .. }
            | Event::CallerAnswered { .. }
            | Event::CustomerRung { .. }
            | Event::OutsideAnswered { .. }
            | Event::OutsideRung { .. } => self.fold_outside(event),
            Event::QueueCallEnded(record) => self.queue_call_ended(record),
            Event::FlowBranched { .. } | Event::MenuLeft { .. } | Event::PointClosed { .. } => {
                self.seen.menus += 1;
                self.told(event)
            }
            Event::AgentStatusChanged { .. }
            | Event::CallbackAsked { .. }
            | Event::CallbackEnded(_)
            | Event::CallbackForgone { .. }
            | Event::CallbackRequested { .. }
            | Event::CallHandled { .. }
            | Event::CallHeld { .. }
            | Event::CallParked { .. }
            | Event::CallReserved { .. }
            | Event::CallResumed { .. }
            | Event::ParkingTimedOut { .. }
            | Event::SupervisorJoined { .. }
            | Event::CallLogDeleted { .. }
            | Event::CallLogProcessed { .. }
            | Event::CallNoted { .. }
            | Event::ConfigurationChanged { .. }
            | Event::ConsultationAnswered { .. }
            | Event::DeviceChanged { .. }
            | Event::KeptEnded { .. }
            | Event::PersonErased { .. }
            | Event::PlaceRegained { .. }
            | Event::PresenceChanged { .. }
            | Event::ReservationEnded { .. }
            | Event::ServiceLevelEvaluated { .. }
            | Event::SurveyAnswered(_)
            | Event::SurveyStarted { .. }
            | Event::SystemRestarted { .. }
            | Event::WrapUpEnded { .. }
            | Event::WrapUpStarted { .. } => self.told(event),
        }
    }

    /// Reads an event of a call that begins, ends, or comes to a queue.
    fn fold_call(&mut self, event: &Event) -> Checked {
        match event {
            Event::CallArrived { call, public, key } => self.call_arrived(*call, *public, *key),
            Event::CallEnded {
                call,
                public,
                reason,
            } => self.call_ended(*call, *public, *reason),
            Event::CallJoined { call, queue } => self.call_joined(*call, *queue),
            _ => unreachable!("all others are read elsewhere"),
        }
    }

    /// Reads an event of a telephone that is rung.
    fn fold_leg(&mut self, event: &Event) -> Checked {
        match event {
            Event::CallAnswered {
                call,
                queue,
                agent,
                leg,
                waited,
            } => self.call_answered(*call, *queue, *agent, *leg, *waited),
            Event::CallOffered {
                call,
                queue,
                agent,
                leg,
            } => self.call_offered(*call, *queue, *agent, *leg),
            Event::CodeDialled { .. } => self.code_dialled(event),
            Event::ConnectionFailed { call, queue, agent } => {
                self.connection_failed(*call, *queue, *agent)
            }
            Event::ExtensionAnswered { call, agent, leg } => {
                self.extension_answered(*call, *agent, *leg)
            }
            Event::ExtensionRung { call, agent, leg } => self.extension_rung(*call, *agent, *leg),
            Event::OfferEnded {
                call,
                queue,
                agent,
                leg,
                end,
                rang,
            } => self.offer_ended((*call, *queue, *agent), *leg, *end, *rang),
            _ => unreachable!("all others are read elsewhere"),
        }
    }

    fn call_arrived(&mut self, id: CallId, public: PublicId, key: u128) -> Checked {
        let Input::CallArrived {
            key: asked,
            from,
            dialled,
        } = self.entry.input.clone()
        else {
            return known(None, "a call arrives unasked");
        };
        self.law(Law::Outcomes, key == asked, || {
            format!("call {id} is named {public}, key {key}")
        })?;
        self.is_named(id, public)?;
        let origin = from.extension.and_then(|number| self.person(number));
        let goes_to = if self.extensions.contains_key(&dialled) {
            Some(Destination::Extension(dialled))
        } else if self.points.contains_key(&dialled) {
            // Whatever kind of route point it is.
            Some(Destination::RingGroup(dialled))
        } else {
            let queue = self.numbers.contains_key(&dialled);
            queue.then_some(Destination::Queue(dialled))
        };
        if let Some(agent) = origin {
            self.calls_himself(agent);
        }
        let call = Call {
            origin,
            goes_to,
            ..Call::new(public, from.number)
        };
        known(
            self.calls.insert(id, call).is_none().then_some(()),
            "an id used twice",
        )
    }

    /// A new call has the next of the names.
    pub(super) fn is_named(&mut self, id: CallId, public: PublicId) -> Checked {
        let counter = self.last_public.map_or(0, |last| last.counter + 1);
        let epoch = self.epoch;
        self.last_public = Some(public);
        self.publics.insert(public, id);
        self.law(Law::Outcomes, public == PublicId { epoch, counter }, || {
            format!("call {id} is named {public}")
        })
    }

    /// A leg begins to ring.
    pub(super) fn rings(&mut self, id: LegId, leg: Leg) -> Checked {
        self.entry.rung.push(id);
        known(
            self.legs.insert(id, leg).is_none().then_some(()),
            "a leg's id used twice",
        )
    }

    fn extension_rung(&mut self, call: CallId, agent: AgentId, leg: LegId) -> Checked {
        let person = known(self.persons.get(&agent), "an extension")?;
        let (number, up, timeout) = (person.number, person.up, person.ring_timeout);
        let now = self.entry.now;
        let of_group = known(self.calls.get(&call), "a call")?.group.is_some();
        let due = if of_group {
            self.group_rings(call, agent)?
        } else {
            self.arrives(call, Destination::Extension(number))?;
            now + timeout
        };
        self.law(Law::Routes, up, || {
            format!("unreachable extension {number} is rung")
        })?;
        self.rings(
            leg,
            Leg {
                call,
                agent,
                queue: None,
                helps: Helps::No,
                in_use: true,
                rung_at: now,
                due,
                stage: LegStage::Ringing,
            },
        )
    }

    fn extension_answered(&mut self, call: CallId, agent: AgentId, leg: LegId) -> Checked {
        let asked = self.entry.input == Input::LegAnswered { leg };
        let entry = known(self.legs.get_mut(&leg), "a leg")?;
        let fits = entry.call == call && entry.agent == agent && entry.queue.is_none();
        entry.stage = LegStage::Talking;
        let entry = known(self.calls.get_mut(&call), "a call")?;
        (entry.taken, entry.group) = (true, None);
        let alone = self.legs_of(call).count() == 1;
        self.law(Law::Outcomes, asked && fits && alone, || {
            format!("leg {leg} is not what answered")
        })
    }

    fn call_answered(
        &mut self,
        call: CallId,
        queue: QueueId,
        agent: AgentId,
        leg: LegId,
        waited: Span,
    ) -> Checked {
        if self.customer_rings(call) {
            return self.customer_answered(call, queue, agent, leg, waited);
        }
        let now = self.entry.now;
        let asked = self.entry.input == Input::LegAnswered { leg };
        let entry = known(self.legs.get_mut(&leg), "a leg")?;
        let picks_up = matches!(entry.helps, Helps::PicksUp(_));
        let of_queue = entry.queue == Some(queue) || picks_up;
        let fits = entry.call == call && entry.agent == agent && of_queue;
        entry.stage = LegStage::Talking;
        entry.helps = Helps::No;
        let rang = now.since(entry.rung_at);
        if let Some(queue) = self.queues.get_mut(&queue) {
            queue.learned.answer.spend(rang);
            queue.learned.answer.count();
            queue.learned.work.spend(rang);
        }
        if !picks_up {
            known(self.persons.get_mut(&agent), "an agent")?.offer = None;
        }
        let serial = self
            .queues
            .get(&queue)
            .and_then(|queue| queue.member(agent));
        let serial = serial.map(|member| member.serial);
        if let Some(member) = (self.queues.get_mut(&queue)).and_then(|q| q.member_mut(agent)) {
            member.missed_in_a_row = 0;
        }
        let entry = known(self.calls.get_mut(&call), "a call")?;
        entry.taken = true;
        let visit = known(entry.visit.as_mut(), "a visit")?;
        let alone = match picks_up {
            true => visit.rings.is_empty(),
            false => visit.rings.len() == 1 && visit.rings.contains(&leg),
        };
        let just = now.since(visit.joined_at) == waited;
        visit.rings.clear();
        visit.retry_until = None;
        visit.callback.is_taken();
        self.seen.reserved += u64::from(visit.reserved.take().is_some());
        visit.answered = Some(Answer {
            at: now,
            agent,
            serial,
            briefed_until: now,
        });
        self.seen.answers += 1;
        self.level_decided(call)?;
        self.is_briefed(call, queue, leg)?;
        self.law(Law::Outcomes, asked && fits && just, || {
            format!("call {call} is answered on leg {leg} after {waited}")
        })?;
        self.law(Law::Legs, alone, || {
            format!("call {call} is answered while others ring")
        })
    }

    /// The customer of a callback talks to the agent who waited for him.
    fn customer_answered(
        &mut self,
        call: CallId,
        queue: QueueId,
        agent: AgentId,
        leg: LegId,
        waited: Span,
    ) -> Checked {
        let now = self.entry.now;
        let asked = self.entry.input == Input::CustomerAnswered { call };
        let serial = self.customer_answers(call)?;
        let waits = self.talking_leg(call) == Some(leg);
        let own = self.legs.get(&leg).map(|leg| leg.agent) == Some(agent);
        let entry = known(self.calls.get_mut(&call), "a call")?;
        entry.taken = true;
        let visit = known(entry.visit.as_mut(), "a visit")?;
        let just = now.since(visit.joined_at) == waited && visit.queue == queue;
        visit.answered = Some(Answer {
            at: now,
            agent,
            serial,
            briefed_until: now,
        });
        self.seen.called_back += 1;
        self.level_decided(call)?;
        self.is_briefed(call, queue, leg)?;
        self.law(Law::Outcomes, asked && waits && own && just, || {
            format!("call {call} is answered on leg {leg} after {waited}")
        })
    }

    fn connection_failed(&mut self, call: CallId, queue: QueueId, agent: AgentId) -> Checked {
        let asked = self.entry.input == Input::BridgeFailed { call };
        let leg = known(self.talking_leg(call), "a connection")?;
        known(self.legs.get_mut(&leg), "a leg")?.stage = LegStage::Over;
        let entry = known(self.calls.get_mut(&call), "a call")?;
        let visit = known(entry.visit.as_mut(), "a visit")?;
        let answer = known(visit.answered.take(), "an answer")?;
        if let Some(serial) = answer.serial {
            visit.remember_try(serial);
        }
        visit.told = Default::default();
        let fits = visit.queue == queue && answer.agent == agent;
        entry.hold(self.entry.now, false);
        if self.queues.contains_key(&queue) && !self.is_promised(call) {
            self.entry.rearmed.insert(queue);
            self.is_entertained(call, queue)?;
            self.wind_clocks(call, queue)?;
        }
        let rests = self.queues.get(&queue).map(|queue| queue.config.rests);
        self.rest(agent, rests.unwrap_or_default().failure)?;
        self.law(Law::Outcomes, asked && fits, || {
            format!("call {call} is lost between queue {queue} and agent {agent}")
        })
    }

    /// Who did not take a call is left alone for a while, as his queue is set.
    fn rest(&mut self, agent: AgentId, rest: Span) -> Checked {
        let until = Some(self.entry.now + rest).filter(|_| !rest.is_zero());
        let person = known(self.persons.get_mut(&agent), "an agent")?;
        person.rest_until = person.rest_until.max(until);
        Ok(())
    }

    /// Who calls himself is there: he has missed no calls in a row, in no queue.
    pub(super) fn calls_himself(&mut self, agent: AgentId) {
        for queue in self.queues.values_mut() {
            if let Some(member) = queue.member_mut(agent) {
                self.seen.missed_cleared += u64::from(member.missed_in_a_row > 0);
                member.missed_in_a_row = 0;
            }
        }
    }

    /// An agent missed a call of a queue; after so many in a row he is paused there.
    fn missed(&mut self, queue: QueueId, agent: AgentId) -> Checked {
        let entry = known(self.queues.get_mut(&queue), "a queue")?;
        let most = entry.config.auto_pause_after;
        let counts = most > 0 && entry.config.strategy != Strategy::RingAll;
        let Some(member) = entry.member_mut(agent) else {
            return Ok(());
        };
        member.missed_in_a_row += 1;
        if counts && member.missed_in_a_row >= most && member.paused.is_none() {
            (member.paused, member.missed_in_a_row) = (Some(None), 0);
            self.entry.facts.push(Event::AgentStatusChanged {
                agent,
                queue,
                status: AgentStatus::Paused { reason: None },
                by: By::System,
            });
            self.entry.to_keep.push(Effect::MailAgent { agent, queue });
            self.nobody_waits_for(agent, queue);
        }
        Ok(())
    }

    fn offer_ended(
        &mut self,
        (call, queue, agent): (CallId, QueueId, AgentId),
        id: LegId,
        end: OfferEnd,
        rang: Span,
    ) -> Checked {
        let now = self.entry.now;
        let leg = known(self.legs.get_mut(&id), "a leg")?;
        let fits = (leg.call, leg.queue, leg.agent) == (call, Some(queue), agent);
        let rings = leg.stage == LegStage::Ringing;
        let just = rang == now.since(leg.rung_at);
        leg.stage = LegStage::Over;
        self.law(Law::Outcomes, fits && rings && just, || {
            format!("the offer on leg {id} ends as {end:?} after {rang}")
        })?;
        let person = known(self.persons.get_mut(&agent), "an agent")?;
        let his = person.offer.take() == Some(id);
        let entry = known(self.calls.get_mut(&call), "a call")?;
        let visit = known(entry.visit.as_mut(), "a visit")?;
        let its = visit.rings.remove(&id);
        self.law(Law::Offers, his && its, || format!("leg {id} was no offer"))?;
        let caused = match (end, &self.entry.input) {
            (OfferEnd::CompletedElsewhere, Input::LegAnswered { leg }) => *leg != id,
            (OfferEnd::Failed(cause), Input::LegFailed { leg, cause: told }) => {
                *leg == id && cause == *told
            }
            (OfferEnd::Failed(Cause::Unreachable), Input::LegEnded { leg }) => *leg == id,
            (OfferEnd::TimedOut, Input::LegFailed { leg, cause }) => {
                *leg == id && *cause == Cause::NoAnswer
            }
            (OfferEnd::TimedOut, Input::Tick) => {
                self.entry.first.map(|first| first.1) == Some(Timer::RingTimeout(id))
            }
            (OfferEnd::Withdrawn, _) => true,
            _ => false,
        };
        self.law(Law::Outcomes, caused, || {
            format!("the offer on leg {id} ends as {end:?} without a cause")
        })?;
        self.after_offer(id, end)
    }

    /// What the end of an offer means for the next one.
    fn after_offer(&mut self, leg: LegId, end: OfferEnd) -> Checked {
        let Leg {
            call, agent, queue, ..
        } = *known(self.legs.get(&leg), "a leg")?;
        let queue = known(queue, "a queue's offer")?;
        let rang = self
            .entry
            .now
            .since(known(self.legs.get(&leg), "a leg")?.rung_at);
        let entry = known(self.queues.get_mut(&queue), "a queue")?;
        if matches!(end, OfferEnd::Failed(_) | OfferEnd::TimedOut) {
            entry.learned.work.spend(rang);
        }
        let rests = entry.config.rests;
        if !matches!(end, OfferEnd::CompletedElsewhere | OfferEnd::Withdrawn) {
            self.waits_for_anybody(call, ReservationEnd::NotAnswered);
        }
        match end {
            OfferEnd::CompletedElsewhere => return Ok(()),
            OfferEnd::Withdrawn => {
                self.entry.withdrawn.push((call, agent, queue));
                self.grows_no_more(call);
                return Ok(());
            }
            OfferEnd::Failed(Cause::Busy) => self.rest(agent, rests.busy)?,
            OfferEnd::Failed(Cause::Rejected) => self.rest(agent, rests.rejection)?,
            OfferEnd::TimedOut if self.entry.input == Input::Tick => {
                self.rest(agent, rests.no_answer)?;
            }
            OfferEnd::Failed(_) | OfferEnd::TimedOut => self.rest(agent, rests.failure)?,
        }
        if end == OfferEnd::TimedOut {
            self.missed(queue, agent)?;
        }
        let entry = known(self.queues.get(&queue), "a queue")?;
        let interval = entry.config.retry_interval;
        let serial = entry.member(agent).map(|member| member.serial);
        let rings_all = entry.config.strategy == Strategy::RingAll && !entry.has_levels();
        let until = self.entry.now + interval;
        let visit = known(self.calls.get_mut(&call), "a call")?.visit.as_mut();
        let visit = known(visit, "a visit")?;
        if let Some(serial) = serial.filter(|_| !rings_all) {
            visit.remember_try(serial);
        }
        if interval.is_zero() && visit.growing {
            self.grows_no_more(call);
        } else {
            let until = Some(until).filter(|_| !interval.is_zero());
            (visit.retry_until, visit.growing) = (until, false);
        }
        Ok(())
    }

    /// Where nobody rings for a call any more, nobody joins him.
    fn grows_no_more(&mut self, call: CallId) {
        let call = self.calls.get_mut(&call);
        let visit = call.and_then(|call| call.visit.as_mut());
        if let Some(visit) = visit.filter(|visit| visit.growing && visit.rings.is_empty()) {
            (visit.retry_until, visit.growing) = (None, false);
        }
    }
}
