//! What happened: each event is held against what is known, and becomes known.

use tandem_engine::config::rights::Right;
use tandem_engine::{
    AgentId, AgentStatus, Announced, By, CallAct, CallId, Effect, EffectId, Event, Input, KeptEnd,
    LegId, Number, OfferEnd, PublicId, QueueId, ReservationEnd, Span, Timer, Timestamp,
};

use super::callbacks::Stand;
use super::{Books, Call, Court, Hold, Seen, Visit, known};
use crate::rehearse::audit::Work;
use crate::rehearse::laws::{Checked, Law};

impl Books {
    /// The one place where events part; each is known, so that a new one is asked for.
    pub(super) fn log(&mut self, seen: &Seen<'_>, event: &Event, court: &mut Court<'_>) -> Checked {
        match event {
            Event::AgentStatusChanged { .. }
            | Event::DeviceChanged { .. }
            | Event::PresenceChanged { .. }
            | Event::WrapUpEnded { .. }
            | Event::WrapUpStarted { .. } => self.of_agent(seen, event, court),
            Event::CallAnswered { .. }
            | Event::CallOffered { .. }
            | Event::ConnectionFailed { .. }
            | Event::ExtensionAnswered { .. }
            | Event::ExtensionRingEnded { .. }
            | Event::ExtensionRung { .. }
            | Event::OfferEnded { .. } => self.of_leg(seen, event, court),
            Event::ConsultationAnswered { .. }
            | Event::ConsultationEnded { .. }
            | Event::ConsultationRung { .. }
            | Event::SupervisorJoined { .. }
            | Event::SupervisorLeft { .. }
            | Event::SupervisorRung { .. } => self.of_supervisor(seen, event, court),
            Event::CallArrived { .. } => self.arrived(seen, event, court),
            Event::CallEnded { call, public, .. } => self.ended(seen, *call, *public, court),
            Event::CodeDialled { .. } => self.code_dialled(seen, event, court),
            Event::ServiceLevelEvaluated { .. } => self.level_was(event, court),
            Event::ConfigurationChanged { .. } => self.read_config(seen.engine),
            Event::KeptEnded { effect, how } => self.kept_ended(*effect, *how, court),
            Event::MessageDiscarded { .. }
            | Event::MessageLeft(_)
            | Event::MessageStarted { .. } => self.of_message(seen, event, court),
            Event::CallbackAsked { .. }
            | Event::CallbackEnded(_)
            | Event::CallbackForgone { .. }
            | Event::CallbackNotPermitted { .. }
            | Event::CallbackRequested { .. }
            | Event::CustomerRung { .. } => self.of_callback(seen, event, court),
            Event::AnnouncementStarted { .. }
            | Event::CallJoined { .. }
            | Event::CallReserved { .. }
            | Event::PlaceRegained { .. }
            | Event::QueueCallEnded(_)
            | Event::ReservationEnded { .. }
            | Event::SurveyAnswered(_)
            | Event::SurveyStarted { .. } => self.of_visit(seen, event, court),
            Event::CallHandled { call, by, act } => self.handled(seen, *call, *by, *act, court),
            Event::CallLogDeleted { .. } | Event::CallLogProcessed(_) => self.of_log(event, court),
            Event::CallNoted(noted) => self.noted(seen, noted, court),
            Event::AgentTurned { .. }
            | Event::CallParked { .. }
            | Event::CallRetrieved { .. }
            | Event::CallPlaced { .. }
            | Event::CallerAnswered { .. }
            | Event::OutsideAnswered { .. }
            | Event::OutsideRung { .. }
            | Event::ParkingTimedOut { .. } => self.of_other_caller(seen, event, court),
            Event::CallHeld { call, .. } => self.held(*call, true, court),
            Event::CallResumed { call, .. } => self.held(*call, false, court),
            Event::CallDiverted { .. }
            | Event::RecordingSwitched { .. }
            | Event::FlowBranched { .. }
            | Event::MenuLeft { .. }
            | Event::PersonErased { .. }
            | Event::PointClosed { .. }
            | Event::PointReached { .. }
            | Event::PromptStarted { .. }
            | Event::SystemRestarted { .. } => Ok(()),
        }
    }

    fn kept_ended(&mut self, effect: EffectId, how: KeptEnd, court: &mut Court<'_>) -> Checked {
        // What was dropped was never kept.
        let holds = self.kept.remove(&effect) != (how == KeptEnd::Dropped);
        court.law(Law::Kept, holds, || format!("{effect:?} ends as {how:?}"))
    }

    fn of_visit(&mut self, seen: &Seen<'_>, event: &Event, court: &mut Court<'_>) -> Checked {
        match event {
            Event::AnnouncementStarted {
                call,
                queue,
                announced,
            } => {
                self.welcomed(*call, *queue, *announced);
                Ok(())
            }
            Event::CallJoined { call, queue } => self.joined(seen, *call, *queue, court),
            Event::PlaceRegained { call, queue, since } => {
                self.place_regained(*call, *queue, *since, court)
            }
            Event::QueueCallEnded(record) => self.visit_ended(seen, record, court),
            Event::SurveyAnswered(_) | Event::SurveyStarted { .. } => {
                self.of_survey(seen, event, court)
            }
            _ => self.of_reservation(seen, event, court),
        }
    }

    /// A service level was looked at: whether it is under its threshold is so, and
    /// managers are told where that is news.
    fn level_was(&mut self, event: &Event, court: &mut Court<'_>) -> Checked {
        let &Event::ServiceLevelEvaluated {
            queue,
            calls,
            met,
            under,
        } = event
        else {
            return Ok(());
        };
        let threshold = self
            .queues
            .get(&queue)
            .map(|queue| queue.sla_threshold_percent);
        let threshold = known(threshold, Law::Levels, || format!("{queue} is deleted"))?;
        let right = met <= calls
            && calls > 0
            && under == (u64::from(met) * 100 < u64::from(threshold) * u64::from(calls));
        let news = match under {
            true => self.under.insert(queue),
            false => self.under.remove(&queue),
        };
        if news {
            self.entry.turned.push(Effect::MailServiceLevel {
                queue,
                calls,
                met,
                under,
            });
        }
        court.law(Law::Levels, right, || {
            format!("{met} of {calls} calls of {queue} met the service level: under {under}")
        })
    }

    fn of_agent(&mut self, seen: &Seen<'_>, event: &Event, court: &mut Court<'_>) -> Checked {
        let now = self.acted_at;
        match event {
            Event::AgentStatusChanged {
                agent,
                queue,
                status,
                by,
            } => self.status_changed(seen, *agent, *queue, status, *by, court),
            Event::DeviceChanged { agent, up } => {
                self.people.entry(*agent).or_default().up = *up;
                court.auditor.works(now, *agent, Work::Device(*up));
                Ok(())
            }
            Event::PresenceChanged { agent, by, .. } => self.presence_changed(*agent, *by, court),
            Event::WrapUpEnded { agent, queue } => {
                let wrapping = &mut self.people.entry(*agent).or_default().wrapping;
                let ended = wrapping.remove(queue);
                let work = Work::WrapUp(*queue, false);
                court.auditor.works(now, *agent, work);
                court.law(Law::Offers, ended, || {
                    format!("no wrap-up of {agent} to end")
                })
            }
            Event::WrapUpStarted { agent, queue } => {
                let wrapping = &mut self.people.entry(*agent).or_default().wrapping;
                let begun = wrapping.insert(*queue);
                court.auditor.works(now, *agent, Work::WrapUp(*queue, true));
                court.law(Law::Offers, begun, || format!("{agent} wraps up twice"))
            }
            _ => unreachable!("all others are not about agents"),
        }
    }

    /// A caller who is parked, or is to talk to another caller.
    fn of_other_caller(
        &mut self,
        seen: &Seen<'_>,
        event: &Event,
        court: &mut Court<'_>,
    ) -> Checked {
        match event {
            Event::CallParked { call, slot } => {
                let free = self.calls.values().all(|call| call.parked != Some(*slot));
                let call = known(self.calls.get_mut(call), Law::Calls, || format!("{slot}"))?;
                call.parked = Some(*slot);
                court.law(Law::Calls, free, || {
                    format!("two callers are parked in {slot}")
                })
            }
            Event::CallRetrieved { call, with, slot } => self.retrieved(*call, *with, *slot, court),
            Event::ParkingTimedOut { call } => {
                let call = known(self.calls.get_mut(call), Law::Calls, || format!("{call}"))?;
                let parked = call.parked.take().is_some();
                court.law(Law::Calls, parked, || "it was not parked".to_owned())
            }
            _ => self.of_outside(seen, event, court),
        }
    }

    fn of_supervisor(&mut self, seen: &Seen<'_>, event: &Event, court: &mut Court<'_>) -> Checked {
        match event {
            Event::ConsultationAnswered { call, agent, leg }
            | Event::SupervisorJoined {
                call, agent, leg, ..
            } => {
                let entry = known(self.legs.get(leg), Law::Ends, || format!("{leg} is gone"))?;
                if !entry.talks {
                    self.leg_answered(seen, *call, *agent, *leg, None, court)?;
                }
                let listens = self.legs.get(leg).is_some_and(|leg| leg.helps);
                court.law(Law::Effects, listens, || {
                    format!("{leg} is no supervisor's")
                })
            }
            Event::ConsultationEnded {
                leg,
                transferred: true,
                ..
            } => {
                let entry = self.legs.get_mut(leg);
                let helped = entry.is_some_and(|leg| std::mem::take(&mut leg.helps));
                court.law(Law::Ends, helped, || format!("{leg} was not consulted"))
            }
            Event::ConsultationEnded { leg, .. } | Event::SupervisorLeft { leg, .. } => {
                let helped = self.legs.get(leg).is_some_and(|leg| leg.helps);
                self.leg_over(seen, *leg);
                court.law(Law::Ends, helped, || format!("{leg} was no supervisor's"))
            }
            Event::ConsultationRung { call, agent, leg }
            | Event::SupervisorRung { call, agent, leg } => {
                self.entry.rung.push((*leg, *call, *agent, None));
                self.entry.supervisors.insert(*leg);
                Ok(())
            }
            _ => unreachable!("all others are not about supervisors"),
        }
    }

    fn of_leg(&mut self, seen: &Seen<'_>, event: &Event, court: &mut Court<'_>) -> Checked {
        match event {
            Event::CallAnswered {
                call,
                queue,
                agent,
                leg,
                waited,
            } => {
                if let Stand::Ringing(number, _) = self.stand(*call) {
                    return self.customer_answered(seen, (*call, *agent), number, *waited, court);
                }
                let helps = self.legs.get(leg).is_some_and(|leg| leg.helps);
                let of = (!helps).then_some(*queue);
                self.leg_answered(seen, *call, *agent, *leg, of, court)?;
                if let Some(leg) = self.legs.get_mut(leg) {
                    leg.helps = false;
                }
                self.answered((*call, *agent), helps, *waited, court)
            }
            Event::CallOffered {
                call,
                queue,
                agent,
                leg,
            } => {
                self.entry.rung.push((*leg, *call, *agent, Some(*queue)));
                Ok(())
            }
            Event::ConnectionFailed { call, queue, agent } => {
                self.connection_failed(seen, *call, *queue, *agent, court)
            }
            Event::ExtensionAnswered { call, agent, leg } => {
                self.leg_answered(seen, *call, *agent, *leg, None, court)
            }
            Event::ExtensionRingEnded {
                call, agent, leg, ..
            } => self.ring_ended(seen, (*call, None, *agent), *leg, court),
            Event::ExtensionRung { call, agent, leg } => {
                self.entry.rung.push((*leg, *call, *agent, None));
                Ok(())
            }
            Event::OfferEnded {
                call,
                queue,
                agent,
                leg,
                end,
                rang,
            } => {
                self.ring_ended(seen, (*call, Some(*queue), *agent), *leg, court)?;
                self.offer_was(*call, *queue, *leg, *end, *rang, court)
            }
            _ => unreachable!("all others are not about legs"),
        }
    }

    fn arrived(&mut self, seen: &Seen<'_>, event: &Event, court: &mut Court<'_>) -> Checked {
        let &Event::CallArrived { call, public, key } = event else {
            return Ok(());
        };
        let input = &seen.entry.input;
        let told = matches!(input, Input::CallArrived { key: told, .. } if *told == key);
        let fresh = self.last_public.is_none_or(|last| last < public);
        let fresh = fresh && !self.calls.contains_key(&call);
        court.law(Law::Calls, told && fresh, || {
            format!("call {call} {public} arrives by {input:?}")
        })?;
        let Input::CallArrived { from, .. } = input else {
            return Ok(());
        };
        self.arrived += 1;
        self.last_public = Some(public);
        self.publics.insert(public, call);
        let origin = from
            .extension
            .and_then(|number| seen.engine.find_agent(number));
        self.calls
            .insert(call, Call::new(public, from.number, origin));
        Ok(())
    }

    fn joined(
        &mut self,
        seen: &Seen<'_>,
        id: CallId,
        queue: QueueId,
        court: &mut Court<'_>,
    ) -> Checked {
        self.joins += 1;
        let call = known(self.calls.get_mut(&id), Law::Calls, || {
            format!("{id} joins")
        })?;
        court.law(Law::Outcomes, call.visit.is_none(), || {
            format!("call {id} joins {queue} and has not left {:?}", call.visit)
        })?;
        call.visits += 1;
        call.visit = Some(Visit {
            queue,
            joined_at: self.acted_at,
            since: self.acted_at,
            joined_in: seen.entry.seq,
            order: self.joins,
            ringing: 0,
            offers: 0,
            at_once: false,
            pausing: None,
            reserved: None,
            answered: None,
            briefed_until: Timestamp::ZERO,
            hold: Hold::default(),
            stand: Stand::None,
        });
        Ok(())
    }

    /// Who is to hear a welcome in full is not offered before it is over, whatever the
    /// settings are then.
    fn welcomed(&mut self, call: CallId, queue: QueueId, announced: Announced) {
        if let Announced::Agent { length } = announced {
            let visit = self
                .calls
                .get_mut(&call)
                .and_then(|call| call.visit.as_mut());
            if let Some(visit) = visit {
                visit.briefed_until = self.acted_at + length;
            }
            return;
        }
        let told = self.queues.get(&queue);
        let told = told.and_then(|queue| queue.announcements.as_deref());
        let told = told.filter(|told| told.join_in_full && announced == Announced::Join);
        let name = told.and_then(|told| told.join.as_deref());
        let prompt = name.and_then(|name| self.config.options.prompt_named(name));
        let visit = self.calls.get_mut(&call);
        if let Some(prompt) = prompt
            && let Some(visit) = visit.and_then(|call| call.visit.as_mut())
        {
            visit.pausing = Some(self.acted_at + prompt.length);
        }
    }

    /// A caller has a place back: one that a call with his number left before.
    fn place_regained(
        &mut self,
        id: CallId,
        queue: QueueId,
        since: Timestamp,
        court: &mut Court<'_>,
    ) -> Checked {
        let call = known(self.calls.get_mut(&id), Law::Calls, || format!("{id}"))?;
        let place = self.places.remove(&call.number);
        let place = self.entry.withdrawn.take().or(place);
        let right = place.filter(|&(of, joined, _)| (of, joined) == (queue, since));
        court.law(Law::Fifo, right.is_some(), || {
            format!("call {id} has a place in {queue} since {since}, not {place:?}")
        })?;
        if let (Some((_, since, order)), Some(visit)) = (right, call.visit.as_mut()) {
            (visit.since, visit.order) = (since, order);
        }
        Ok(())
    }

    fn of_reservation(&mut self, seen: &Seen<'_>, event: &Event, court: &mut Court<'_>) -> Checked {
        match event {
            Event::CallReserved {
                call,
                queue,
                agent,
                until,
            } => self.reserved(*call, *queue, (*agent, *until), court),
            Event::ReservationEnded {
                call, agent, how, ..
            } => self.reserved_no_more(seen, *call, *agent, *how, court),
            _ => unreachable!("all others are not about visits"),
        }
    }

    /// A caller waits for one agent alone: one who takes calls of his queue.
    fn reserved(
        &mut self,
        id: CallId,
        queue: QueueId,
        (agent, until): (AgentId, Timestamp),
        court: &mut Court<'_>,
    ) -> Checked {
        let person = self.people.get(&agent);
        let takes = person.is_some_and(|person| person.up && person.open.contains(&queue));
        let wait = self.queues.get(&queue).map(|queue| queue.preferred_wait);
        let long = wait.is_some_and(|wait| !wait.is_zero() && until == self.acted_at + wait);
        let visit = self.calls.get_mut(&id).and_then(|call| call.visit.as_mut());
        let visit = known(visit, Law::Outcomes, || format!("{id} waits not"))?;
        let fresh = visit.queue == queue && visit.offers == 0 && visit.reserved.is_none();
        visit.reserved = Some((agent, until));
        court.law(Law::Offers, takes && long && fresh, || {
            format!("call {id} is reserved for {agent} until {until}: {person:?}, {visit:?}")
        })
    }

    /// A caller waits for anybody again, and that has a cause.
    fn reserved_no_more(
        &mut self,
        seen: &Seen<'_>,
        id: CallId,
        agent: AgentId,
        how: ReservationEnd,
        court: &mut Court<'_>,
    ) -> Checked {
        let visit = self.calls.get_mut(&id).and_then(|call| call.visit.as_mut());
        let visit = known(visit, Law::Outcomes, || format!("{id} waits not"))?;
        let reserved = visit.reserved.take();
        let Some((_, until)) = reserved.filter(|(whom, _)| *whom == agent) else {
            return court.law(Law::Offers, false, || {
                format!("call {id} is reserved for {reserved:?}, not {agent}")
            });
        };
        let fired = seen.next.map(|(_, timer)| timer);
        let over = until == self.acted_at && fired == Some(Timer::PreferredWait(id));
        let caused = match how {
            ReservationEnd::AgentLeft => !over,
            ReservationEnd::AskedForCallback => matches!(visit.stand, Stand::Asked(false, _)),
            ReservationEnd::NotAnswered => visit.offers > 0 && visit.ringing == 0,
            ReservationEnd::TimeOver => over && seen.entry.input == Input::Tick,
        };
        court.law(Law::Offers, caused, || {
            format!("call {id} is reserved for {agent} no more, by {how:?}")
        })
    }

    /// A leg rings no more, but talks.
    pub(super) fn leg_answered(
        &mut self,
        seen: &Seen<'_>,
        call: CallId,
        agent: AgentId,
        leg: LegId,
        queue: Option<QueueId>,
        court: &mut Court<'_>,
    ) -> Checked {
        let told = seen.entry.input == Input::LegAnswered { leg };
        let entry = known(self.legs.get_mut(&leg), Law::Ends, || {
            format!("{leg} answers")
        })?;
        let rang = !entry.talks && (entry.call, entry.agent, entry.queue) == (call, agent, queue);
        entry.talks = true;
        court.law(Law::Ends, told && rang, || {
            format!("{leg} of {agent} is answered for {call}")
        })
    }

    fn answered(
        &mut self,
        (id, agent): (CallId, AgentId),
        picked_up: bool,
        waited: Span,
        court: &mut Court<'_>,
    ) -> Checked {
        let now = self.acted_at;
        let visit = self.calls.get_mut(&id).and_then(|call| call.visit.as_mut());
        let visit = known(visit, Law::Outcomes, || format!("{id} waits not"))?;
        visit.ringing -= u32::from(!picked_up);
        (visit.pausing, visit.reserved) = (None, None);
        let (first, right) = (visit.answered.is_none(), now - visit.joined_at);
        visit.answered = Some((now, agent));
        // Whoever is picked up while he hears that he will be called need not be.
        visit.stand = match visit.stand.promised() {
            None => Stand::None,
            Some(number) => Stand::Connected(number),
        };
        let queue = visit.queue;
        court.auditor.works(now, agent, Work::Talk(queue, true));
        court.law(Law::Outcomes, first && waited == right, || {
            format!("call {id} is answered after {waited}, not {right}")
        })
    }

    /// The customer of a callback answered, for whom an agent waited.
    fn customer_answered(
        &mut self,
        seen: &Seen<'_>,
        (id, agent): (CallId, AgentId),
        number: Number,
        waited: Span,
        court: &mut Court<'_>,
    ) -> Checked {
        let told = seen.entry.input == Input::CustomerAnswered { call: id };
        let call = self.calls.get_mut(&id);
        if let Some(visit) = call.and_then(|call| call.visit.as_mut()) {
            visit.stand = Stand::Connected(number);
        }
        court.law(Law::Ends, told, || format!("{id} has answered by itself"))?;
        self.answered((id, agent), true, waited, court)
    }

    /// A ring ended while its call goes on: the leg is over.
    fn ring_ended(
        &mut self,
        seen: &Seen<'_>,
        (call, queue, agent): (CallId, Option<QueueId>, AgentId),
        leg: LegId,
        court: &mut Court<'_>,
    ) -> Checked {
        let entry = known(self.legs.get(&leg).copied(), Law::Ends, || {
            format!("{leg} ends")
        })?;
        let same = (entry.call, entry.queue, entry.agent) == (call, queue, agent);
        self.leg_over(seen, leg);
        court.law(Law::Ends, same && !entry.talks, || {
            format!("{leg} rang for another call than {call}, or talks")
        })
    }

    fn offer_was(
        &mut self,
        id: CallId,
        queue: QueueId,
        leg: LegId,
        end: OfferEnd,
        rang: Span,
        court: &mut Court<'_>,
    ) -> Checked {
        let now = self.acted_at;
        let (gone, _) = known(self.entry.gone.get(&leg), Law::Ends, || format!("{leg}"))?;
        let right = now - gone.rung_at;
        let visit = self.calls.get_mut(&id).and_then(|call| call.visit.as_mut());
        let visit = known(visit, Law::Outcomes, || format!("{id} waits not"))?;
        visit.ringing -= 1;
        if matches!(end, OfferEnd::Failed(_) | OfferEnd::TimedOut)
            && let Some(config) = self.queues.get(&queue)
        {
            visit.pausing = Some(now + config.retry_interval);
        }
        court.law(Law::Rings, rang == right, || {
            format!("{leg} rang {rang}, not {right}")
        })
    }

    fn connection_failed(
        &mut self,
        seen: &Seen<'_>,
        id: CallId,
        queue: QueueId,
        agent: AgentId,
        court: &mut Court<'_>,
    ) -> Checked {
        let now = self.acted_at;
        let told = seen.entry.input == Input::BridgeFailed { call: id };
        let visit = self.calls.get_mut(&id).and_then(|call| call.visit.as_mut());
        let visit = known(visit, Law::Outcomes, || format!("{id} talks not"))?;
        let same = visit.queue == queue && visit.answered.is_some_and(|(_, who)| who == agent);
        (visit.answered, visit.hold) = (None, Hold::default());
        court.auditor.works(now, agent, Work::Talk(queue, false));
        self.legs_over(seen, id);
        court.law(Law::Ends, told && same, || {
            format!("{id} was not connected with {agent}")
        })
    }

    fn ended(
        &mut self,
        seen: &Seen<'_>,
        id: CallId,
        public: PublicId,
        court: &mut Court<'_>,
    ) -> Checked {
        let call = known(self.calls.remove(&id), Law::Calls, || format!("{id} ends"))?;
        self.publics.remove(&public);
        self.legs_over(seen, id);
        let by_caller = seen.entry.input == Input::CallerHungUp { call: id };
        let restarted = matches!(seen.entry.input, Input::Restarted { .. });
        let failed = matches!(seen.entry.input, Input::CustomerFailed { call, .. } if call == id);
        let told = !by_caller && !restarted && !call.gone && !failed;
        self.entry.ended.insert(id, told);
        if call.gone {
            self.entry.silent.insert(id);
        }
        court.law(Law::Calls, call.public == public, || {
            format!("call {id} ends as {public}")
        })?;
        court.law(Law::Outcomes, call.message.is_none(), || {
            format!("call {id} ends in the middle of a message")
        })?;
        court.law(Law::Outcomes, call.visit.is_none(), || {
            format!("call {id} ends in the middle of a visit: {:?}", call.visit)
        })
    }

    /// Somebody does something with a call, if he may; who talked is off the line with
    /// some of it.
    fn handled(
        &mut self,
        seen: &Seen<'_>,
        call: CallId,
        by: By,
        act: CallAct,
        court: &mut Court<'_>,
    ) -> Checked {
        let talker = self.legs.iter().find(|(_, leg)| leg.converses(call));
        let talker = talker.map(|(id, leg)| (*id, leg.agent));
        let right = match act {
            CallAct::HungUp | CallAct::PickedUp => Right::PickUp,
            CallAct::Monitored(_) => Right::Monitoring,
            CallAct::Parked | CallAct::ParkedAgent => Right::Parking,
            CallAct::Consulted
            | CallAct::Redirected
            | CallAct::Returned
            | CallAct::Transferred
            | CallAct::TransferredAgent => Right::Distribution,
        };
        let may = match by {
            By::System => true,
            By::Person(who) => {
                let answered = talker.and_then(|(_, agent)| self.numbers.get(&agent)) == Some(&who);
                let consults = matches!(act, CallAct::Consulted | CallAct::Returned);
                let own = answered || self.is_by_caller(call, by) && !consults;
                let administrator = self.extension(who).is_some_and(|who| who.administrator);
                administrator || own && right != Right::Monitoring || self.has_right(who, right)
            }
        };
        court.law(Law::Permissions, may, || {
            format!("{by:?} may not do {act:?} with {call}")
        })?;
        if let (CallAct::Parked | CallAct::Transferred, Some((leg, _))) = (act, talker) {
            self.leg_over(seen, leg);
        }
        Ok(())
    }

    /// Whether somebody has a right in any queue.
    fn has_right(&self, who: Number, right: Right) -> bool {
        self.queues.values().any(|queue| {
            let manages = queue.managers.contains(&who);
            let serves = queue.members.iter().any(|member| member.extension == who);
            let rights = &queue.permissions;
            manages && rights.managers.has(right) || serves && rights.agents.has(right)
        })
    }

    fn retrieved(
        &mut self,
        call: CallId,
        with: CallId,
        slot: Number,
        court: &mut Court<'_>,
    ) -> Checked {
        self.joins_with(call, with)?;
        let parked = self
            .calls
            .get_mut(&call)
            .and_then(|call| call.parked.take());
        court.law(Law::Calls, parked == Some(slot), || {
            format!("{call} is fetched from {slot}, not {parked:?}")
        })
    }

    /// Every leg of a call is over.
    fn legs_over(&mut self, seen: &Seen<'_>, call: CallId) {
        let legs = self.legs.iter().filter(|(_, leg)| leg.call == call);
        let legs: Vec<LegId> = legs.map(|(&id, _)| id).collect();
        for leg in legs {
            self.leg_over(seen, leg);
        }
    }

    /// A leg is over; whoever did not end it himself must be told.
    pub(super) fn leg_over(&mut self, seen: &Seen<'_>, id: LegId) {
        let Some(leg) = self.legs.remove(&id) else {
            return;
        };
        let by_itself = match seen.entry.input {
            Input::BridgeFailed { call } => leg.converses(call),
            Input::LegEnded { leg } | Input::LegFailed { leg, .. } => leg == id,
            Input::Restarted { .. } => true,
            _ => false,
        };
        self.entry.gone.insert(id, (leg, !by_itself));
    }

    /// A code is dialled by an extension, and either does something or is refused.
    fn code_dialled(&self, seen: &Seen<'_>, event: &Event, court: &mut Court<'_>) -> Checked {
        let Event::CodeDialled {
            call,
            agent,
            refused,
            ..
        } = event
        else {
            return Ok(());
        };
        let origin = self.calls.get(call).and_then(|call| call.origin);
        let switches = |event: &Event| matches!(event, Event::AgentStatusChanged { .. });
        let switched = seen.out.events.iter().any(switches);
        let right = origin == Some(*agent) && switched == refused.is_none();
        court.law(Law::Refusals, right, || {
            format!("{agent} dials in {call}, switched {switched}, refused {refused:?}")
        })
    }

    /// Where somebody is says he himself, an administrator, or who manages him.
    fn presence_changed(&self, agent: AgentId, by: By, court: &mut Court<'_>) -> Checked {
        let By::Person(who) = by else { return Ok(()) };
        let number = self.numbers.get(&agent).copied();
        let administrator = self.extension(who).is_some_and(|who| who.administrator);
        let manages = self.queues.values().any(|queue| {
            let mut members = queue.members.iter();
            let rights = queue.permissions.managers;
            let manages = rights.has(Right::SwitchAgents) && queue.managers.contains(&who);
            manages && members.any(|member| Some(member.extension) == number)
        });
        let may = number == Some(who) || administrator || manages;
        court.law(Law::Permissions, may, || {
            format!("{who} says where {agent} is")
        })
    }

    fn status_changed(
        &mut self,
        seen: &Seen<'_>,
        agent: AgentId,
        queue: QueueId,
        status: &AgentStatus,
        by: By,
        court: &mut Court<'_>,
    ) -> Checked {
        let person = self.people.entry(agent).or_default();
        if *status == AgentStatus::LoggedIn {
            person.open.insert(queue);
        } else {
            person.open.remove(&queue);
        }
        let work = Work::Status(queue, status);
        court.auditor.works(self.acted_at, agent, work);
        let By::Person(who) = by else { return Ok(()) };
        let himself = self.numbers.get(&agent) == Some(&who);
        let administrator = self.extension(who).is_some_and(|who| who.administrator);
        let manages = self.queues.get(&queue).is_some_and(|queue| {
            let rights = queue.permissions.managers;
            rights.has(Right::SwitchAgents) && queue.managers.contains(&who)
        });
        court.law(
            Law::Permissions,
            himself || administrator || manages,
            || {
                format!(
                    "{who} switches {agent} in {queue} by {:?}",
                    seen.entry.input
                )
            },
        )
    }
}
