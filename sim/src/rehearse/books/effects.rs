//! What was ordered: each effect is about something that is there, and whatever
//! ended is told so once.

use std::collections::BTreeSet;

use tandem_engine::config::model::{Notice, QueueConfig};
use tandem_engine::{
    AgentId, AgentStatus, By, CallId, CancelReason, Effect, EffectId, Event, Input, KeptEnd, LegId,
    Number, PublicId, QueueId, Span,
};

use super::{Books, Court, Leg, Seen, known};
use crate::rehearse::laws::{Checked, Law};

/// A ring that was ordered.
#[derive(Clone, Copy, Debug)]
struct Ring {
    leg: LegId,
    call: CallId,
    agent: AgentId,
    queue: Option<QueueId>,
    customer: Option<Number>,
    timeout: Span,
}

impl Ring {
    const fn of(effect: &Effect) -> Option<Self> {
        match *effect {
            Effect::Ring {
                leg,
                call,
                agent,
                queue,
                customer,
                alert_info: _,
                timeout,
            } => Some(Self {
                leg,
                call,
                agent,
                queue,
                customer,
                timeout,
            }),
            _ => None,
        }
    }
}

impl Books {
    /// Reads what an entry ordered.
    pub(super) fn effects(&mut self, seen: &Seen<'_>, court: &mut Court<'_>) -> Checked {
        let (mut legs_told, mut callers_told) = (BTreeSet::new(), BTreeSet::new());
        let mut rung = Vec::new();
        for (id, effect) in &seen.out.effects {
            match *effect {
                Effect::AlertCaller { call } | Effect::PlayMusic { call, .. } => {
                    // Who is sent round in a circle may hear music and then the end.
                    let there = self.hears(call) && !callers_told.contains(&call);
                    court.law(Law::Effects, there, || format!("{effect:?}"))?;
                }
                Effect::Bridge { .. }
                | Effect::Brief { .. }
                | Effect::Consult { .. }
                | Effect::Join { .. }
                | Effect::Mix { .. }
                | Effect::PlayHoldMusic { .. }
                | Effect::Record { .. }
                | Effect::RingCaller { .. }
                | Effect::RingCustomer { .. } => self.is_right(effect, court)?,
                Effect::CancelRing { leg, why } => {
                    self.is_cancelled(leg, why, court)?;
                    let once = legs_told.insert(leg);
                    court.law(Law::Ends, once, || format!("{leg} is told twice"))?;
                }
                Effect::HangUpCaller { call, .. } if self.lets_go(call) => {}
                Effect::HangUpCaller { call, .. } => {
                    let right = callers_told.insert(call) && self.entry.ended.contains_key(&call);
                    court.law(Law::Ends, right, || format!("{effect:?}"))?;
                }
                Effect::HangUpLeg { leg }
                | Effect::SaySlot { leg: Some(leg), .. }
                | Effect::TurnLeg { leg, .. } => {
                    let right = legs_told.insert(leg) && self.talked_until_now(leg, effect);
                    court.law(Law::Ends, right, || format!("{effect:?}"))?;
                }
                Effect::SaySlot { call, slot, .. } => {
                    let ended = callers_told.insert(call) && self.entry.ended.contains_key(&call);
                    let right = ended && self.is_parked_in(slot);
                    court.law(Law::Ends, right, || format!("{effect:?}"))?;
                }
                Effect::Announce { .. }
                | Effect::MailMessage { .. }
                | Effect::PlayPrompt { .. }
                | Effect::PlayTone { .. }
                | Effect::RecordMessage { .. }
                | Effect::StopPrompt { .. }
                | Effect::StopRecording { .. } => self.is_heard(seen, *id, effect, court)?,
                Effect::Mail { .. }
                | Effect::MailAgent { .. }
                | Effect::MailServiceLevel { .. }
                | Effect::PushRecord { .. } => self.is_ordered(seen, *id, effect, court)?,
                Effect::Ring { .. } => {
                    self.has_its_melody(effect, court)?;
                    let ring = known(Ring::of(effect), Law::Effects, || format!("{effect:?}"))?;
                    self.rings(seen, ring, court)?;
                    rung.push((ring.leg, ring.call, ring.agent, ring.queue));
                }
            }
        }
        self.managers_are_told(seen, court)?;
        self.everybody_is_told(&legs_told, &callers_told, court)?;
        self.all_is_ordered_again(seen, court)?;
        court.law(Law::Effects, rung == self.entry.rung, || {
            format!("{rung:?} are rung, {:?} are told of", self.entry.rung)
        })
    }

    /// A ring brings the melody of the caller's contact or else of the queue.
    fn has_its_melody(&self, ring: &Effect, court: &mut Court<'_>) -> Checked {
        let right = match ring {
            Effect::Ring {
                call,
                queue,
                alert_info,
                ..
            } => self.melody(*call, *queue) == alert_info.as_deref(),
            _ => true,
        };
        court.law(Law::Rings, right, || format!("{ring:?}"))
    }

    /// The melody of a ring: of the caller's contact or else of the queue.
    fn melody(&self, call: CallId, queue: Option<QueueId>) -> Option<&str> {
        let options = &self.config.options;
        let number = self.calls.get(&call)?.number.to_string();
        let matches = |own: &Number| options.contact_matching.matches(&number, &own.to_string());
        let mut contacts = options.contacts.iter();
        let contact = contacts.find(|contact| contact.numbers.iter().any(matches));
        let of_queue = || self.queues.get(&queue?)?.alert_info.as_deref();
        contact
            .and_then(|contact| contact.alert_info.as_deref())
            .or_else(of_queue)
    }

    /// What is for those who talk, or for who listens to them, finds them there; who is
    /// called is to be.
    fn is_right(&mut self, effect: &Effect, court: &mut Court<'_>) -> Checked {
        let right = match *effect {
            Effect::RingCaller { call, .. } | Effect::RingCustomer { call, .. } => {
                return self.customer_is_called(call, effect, court);
            }
            Effect::Bridge { call, leg } | Effect::Brief { call, leg, .. } => {
                let talks = self.legs.get(&leg);
                talks.is_some_and(|leg| leg.talks && leg.call == call)
            }
            Effect::Join { call, with } => {
                let joined = self.calls.get(&call).and_then(|call| call.joined);
                joined == Some(with)
            }
            Effect::Consult { call, leg } | Effect::Mix { call, leg, .. } => {
                let there = self.legs.get(&leg);
                there.is_some_and(|leg| leg.helps && leg.talks && leg.call == call)
            }
            Effect::PlayHoldMusic { call, .. } | Effect::Record { call, .. } => self.hears(call),
            _ => unreachable!("all others are not about conversations"),
        };
        court.law(Law::Effects, right, || format!("{effect:?}"))
    }

    /// Who is sent off the line talked; who is told a slot has parked somebody in it.
    fn talked_until_now(&self, leg: LegId, effect: &Effect) -> bool {
        let talked = self.entry.gone.get(&leg).is_some_and(|(leg, _)| leg.talks);
        talked
            && match *effect {
                Effect::SaySlot { slot, .. } => self.is_parked_in(slot),
                Effect::TurnLeg { call, .. } => self.is_there(call),
                _ => true,
            }
    }

    fn is_parked_in(&self, slot: Number) -> bool {
        let mut slots = self.calls.values().map(|call| call.parked);
        slots.any(|parked| parked == Some(slot))
    }

    /// Where a service level turned, a mail was ordered, unless too much is kept.
    fn managers_are_told(&self, seen: &Seen<'_>, court: &mut Court<'_>) -> Checked {
        let how = KeptEnd::Dropped;
        let dropped =
            |event: &Event| matches!(event, Event::KeptEnded { how: was, .. } if *was == how);
        let all = self.entry.turned.is_empty() || seen.out.events.iter().any(dropped);
        court.law(Law::Kept, all, || {
            format!("managers are not told: {:?}", self.entry.turned)
        })
    }

    /// Whether a call lives, or has ended in this entry.
    pub(super) fn is_there(&self, call: CallId) -> bool {
        self.calls.contains_key(&call) || self.entry.ended.contains_key(&call)
    }

    /// Whether somebody is there to hear something: a call lives, or has ended in this
    /// entry, and its caller is on the line.
    pub(super) fn hears(&self, call: CallId) -> bool {
        let live = self.calls.get(&call);
        let called = self.stand(call).is_rung();
        let there = live.map_or(!self.entry.silent.contains(&call), |call| !call.gone);
        self.is_there(call) && there && !called
    }

    fn is_cancelled(&self, id: LegId, why: CancelReason, court: &mut Court<'_>) -> Checked {
        let gone = self.entry.gone.get(&id);
        let rang = gone.filter(|(leg, _)| !leg.talks).map(|(leg, _)| leg);
        court.law(Law::Ends, rang.is_some(), || format!("{id} is cancelled"))?;
        let exact = rang.is_some_and(|leg| leg.rung_at + leg.timeout == self.acted_at);
        court.law(Law::Rings, why != CancelReason::TimedOut || exact, || {
            format!("{id} is over in time at {}: {rang:?}", self.acted_at)
        })
    }

    /// Whoever did not end by himself is told, nobody else is.
    fn everybody_is_told(
        &self,
        legs: &BTreeSet<LegId>,
        callers: &BTreeSet<CallId>,
        court: &mut Court<'_>,
    ) -> Checked {
        let gone = self.entry.gone.iter().filter(|(_, (_, told))| *told);
        court.law(Law::Ends, gone.map(|(id, _)| id).eq(legs), || {
            format!("{legs:?} are told, and ended are {:?}", self.entry.gone)
        })?;
        let ended = self.entry.ended.iter().filter(|(_, told)| **told);
        court.law(Law::Ends, ended.map(|(id, _)| id).eq(callers), || {
            format!("{callers:?} are told, and ended are {:?}", self.entry.ended)
        })
    }

    /// After a start, whatever is kept from before is ordered once more; else nothing
    /// is.
    fn all_is_ordered_again(&self, seen: &Seen<'_>, court: &mut Court<'_>) -> Checked {
        let restarted = matches!(seen.entry.input, Input::Restarted { .. });
        let kept = self
            .kept
            .iter()
            .filter(|id| restarted && id.seq < seen.entry.seq);
        court.law(Law::Kept, kept.eq(&self.entry.again), || {
            format!("{:?} are ordered again", self.entry.again)
        })
    }

    /// Something that is kept was ordered: a mail, or that a record is pushed.
    fn is_ordered(
        &mut self,
        seen: &Seen<'_>,
        id: EffectId,
        effect: &Effect,
        court: &mut Court<'_>,
    ) -> Checked {
        match *effect {
            Effect::Mail {
                call,
                notice: Notice::CallbackRequested,
                ..
            } if id.seq == seen.entry.seq => {
                let of = self.publics.get(&call);
                let asked = of.is_some_and(|id| self.entry.requested.contains(id));
                let fresh = self.kept.insert(id);
                court.law(Law::Kept, fresh && asked, || format!("{effect:?}"))
            }
            Effect::Mail { call, .. } => self.is_kept(seen, id, call, None, court),
            Effect::MailAgent { agent, queue } => {
                self.is_told_of_pause(seen, id, (agent, queue), court)
            }
            Effect::PushRecord { call, visit } => self.is_kept(seen, id, call, Some(visit), court),
            _ => self.is_an_alarm(seen, id, effect, court),
        }
    }

    fn is_kept(
        &mut self,
        seen: &Seen<'_>,
        id: EffectId,
        call: PublicId,
        visit: Option<u16>,
        court: &mut Court<'_>,
    ) -> Checked {
        if id.seq < seen.entry.seq {
            // Ordered once more after a start. A receiver of records knows a record by
            // its name; a mailbox would hold the mail twice.
            let once = self.kept.contains(&id) && self.entry.again.insert(id);
            return court.law(Law::Kept, once && visit.is_some(), || {
                format!("{id:?} about {call}, visit {visit:?}, is ordered again")
            });
        }
        let mut ended = self.entry.visits.iter();
        let about = ended.any(|&(of, number)| of == call && visit.is_none_or(|v| v == number));
        let fresh = self.kept.insert(id);
        court.law(Law::Kept, fresh && about, || {
            format!("{id:?} is about {call}, visit {visit:?}")
        })
    }

    /// An agent gets a mail where the system pauses him, and only then.
    fn is_told_of_pause(
        &mut self,
        seen: &Seen<'_>,
        id: EffectId,
        whom: (AgentId, QueueId),
        court: &mut Court<'_>,
    ) -> Checked {
        let paused = seen.out.events.iter().any(|event| {
            matches!(event, Event::AgentStatusChanged {
                agent, queue, by: By::System, status: AgentStatus::Paused { reason: None },
            } if (*agent, *queue) == whom)
        });
        let fresh = self.kept.insert(id);
        court.law(Law::Kept, fresh && paused, || {
            format!("{id:?} tells {whom:?} of a pause that is none, or once more")
        })
    }

    /// Managers get a mail where the service level was looked at, and found on the other
    /// side of its threshold than before.
    fn is_an_alarm(
        &mut self,
        seen: &Seen<'_>,
        id: EffectId,
        effect: &Effect,
        court: &mut Court<'_>,
    ) -> Checked {
        let fresh = id.seq == seen.entry.seq && self.kept.insert(id);
        let place = self.entry.turned.iter().position(|due| due == effect);
        let turned = place.map(|place| self.entry.turned.remove(place)).is_some();
        court.law(Law::Kept, fresh && turned, || {
            format!("{id:?} is {effect:?}, which nobody asked for")
        })
    }

    fn rings(&mut self, seen: &Seen<'_>, ring: Ring, court: &mut Court<'_>) -> Checked {
        let agent = ring.agent;
        let there = self.calls.contains_key(&ring.call);
        let called = ring.customer == self.stand(ring.call).called_at();
        court.law(Law::Effects, there && called, || format!("{ring:?}"))?;
        let there = self.people.get(&agent).is_some_and(|person| person.up);
        court.law(Law::Offers, there, || format!("{agent} can not be rung"))?;
        if let Some(queue) = ring.queue {
            let config = self.queues.get(&queue).cloned();
            let config = known(config, Law::Offers, || format!("{queue} is deleted"))?;
            self.may_be_rung(agent, queue, &config, court)?;
            self.is_first(ring.call, (queue, agent), &config, court)?;
            self.is_offered(seen, ring, queue, court)?;
        }
        let leg = Leg {
            call: ring.call,
            agent,
            queue: ring.queue,
            rung_at: self.acted_at,
            timeout: ring.timeout,
            talks: false,
            helps: self.entry.supervisors.contains(&ring.leg),
        };
        let fresh = self.legs.insert(ring.leg, leg).is_none();
        court.law(Law::Ends, fresh, || format!("{} rings twice", ring.leg))
    }

    /// Nothing that can be seen stands against ringing an agent for a queue.
    fn may_be_rung(
        &self,
        agent: AgentId,
        queue: QueueId,
        config: &QueueConfig,
        court: &mut Court<'_>,
    ) -> Checked {
        let person = self.people.get(&agent);
        let open = person.is_some_and(|person| person.open.contains(&queue));
        let shared = self.config.options.shared_wrap_up;
        let wraps_up = person.is_some_and(|person| {
            person.wrapping.contains(&queue) || shared && !person.wrapping.is_empty()
        });
        court.law(Law::Offers, open && !wraps_up, || {
            format!("{agent} takes no calls of {queue}: {person:?}")
        })?;
        let his = || self.legs.values().filter(|leg| leg.agent == agent);
        let offered = his().any(|leg| !leg.talks && leg.queue.is_some());
        court.law(Law::Offers, !offered, || format!("{agent} has two offers"))?;
        let calls = self.calls.values().any(|call| call.origin == Some(agent));
        let busy = calls || his().next().is_some();
        court.law(Law::Offers, config.ring_in_use || !busy, || {
            format!("{agent} is busy, and {queue} rings him")
        })
    }

    /// Nobody who came before could have been offered instead.
    fn is_first(
        &self,
        id: CallId,
        (queue, agent): (QueueId, AgentId),
        config: &QueueConfig,
        court: &mut Court<'_>,
    ) -> Checked {
        let visit = self.calls.get(&id).and_then(|call| call.visit);
        let visit = known(visit, Law::Fifo, || format!("{id} waits not"))?;
        court.law(Law::Offers, !visit.stand.hears(), || {
            format!("call {id} is offered, and its caller is asked: {visit:?}")
        })?;
        if config.strategy.rings_several() && visit.ringing > 0 {
            return Ok(());
        }
        let ready = |other: &super::Visit| {
            other.reserved.is_none()
                && !other.stand.hears()
                && other.ringing == 0
                && other.pausing.is_none_or(|until| until < self.acted_at)
        };
        if let Some((known, _)) = visit.reserved {
            // He alone, whatever he may serve otherwise; of others who wait for him, too.
            let first = (self.waiting(queue)).all(|(_, other)| {
                let his = other.reserved.is_some_and(|(whom, _)| whom == known);
                !his || other.ringing > 0 || other.order >= visit.order
            });
            return court.law(
                Law::Fifo,
                known == agent && first && visit.ringing == 0,
                || format!("call {id} waits for {known}, and {agent} is rung"),
            );
        }
        let passed =
            (self.waiting(queue)).find(|(_, other)| other.order < visit.order && ready(other));
        court.law(Law::Fifo, passed.is_none(), || {
            format!("call {id} is offered in {queue} before {passed:?}")
        })
    }

    fn is_offered(
        &mut self,
        seen: &Seen<'_>,
        ring: Ring,
        queue: QueueId,
        court: &mut Court<'_>,
    ) -> Checked {
        let visit = self
            .calls
            .get_mut(&ring.call)
            .and_then(|call| call.visit.as_mut());
        let visit = known(visit, Law::Effects, || format!("{} waits not", ring.call))?;
        visit.ringing += 1;
        visit.offers += 1;
        visit.at_once |= visit.joined_in == seen.entry.seq;
        let waits = visit.queue == queue && visit.answered.is_none();
        court.law(Law::Effects, waits, || format!("{ring:?}"))
    }
}
