//! Callbacks: who asks waits, who is promised one keeps his place and is off the line, and
//! each promise ends once.

use tandem_engine::config::model::QueueConfig;
use tandem_engine::records::callbacks::{Callback, CallbackEnd};
use tandem_engine::records::{LeaveReason, Outcome, QueueCall};
use tandem_engine::{
    AgentId, CallId, CalledFor, Effect, Event, Input, Key, LegId, Number, QueueId, Timer,
};

use super::{Books, Court, Seen, Visit, known};
use crate::rehearse::laws::{Broken, Checked, Law};
use tandem_engine::config::callback::CallbackConfig;

/// How far a caller has come with a callback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stand {
    /// He has none.
    #[default]
    None,
    /// He is asked where; whether his queue was too crowded for him, and what he has keyed
    /// in.
    Asked(bool, Number),
    /// He found his queue too crowded and wants no callback: he leaves in this entry.
    Declined,
    /// He hears that he will be called at this number.
    Thanked(Number),
    /// He has hung up, and waits for an agent.
    Reserved(Number),
    /// He is called outside for another caller, or has a call placed: that is no callback.
    Outside,
    /// An agent has answered, and he is called.
    Ringing(Number, AgentId),
    /// Both talk.
    Connected(Number),
}

impl Stand {
    /// The number that he was promised to be called at.
    pub(super) const fn promised(self) -> Option<Number> {
        match self {
            Self::None | Self::Asked(..) | Self::Declined | Self::Outside => None,
            Self::Thanked(number)
            | Self::Reserved(number)
            | Self::Ringing(number, _)
            | Self::Connected(number) => Some(number),
        }
    }

    /// Where he is called once somebody answers for him, if he has hung up.
    pub(super) const fn called_at(self) -> Option<Number> {
        match self {
            Self::Reserved(number) => Some(number),
            _ => None,
        }
    }

    /// A person is erased, and it is this caller's own number or not.
    pub(super) fn erase(&mut self, person: Number, own: bool) {
        match self {
            Self::None | Self::Asked(..) | Self::Declined | Self::Outside => {}
            Self::Thanked(number)
            | Self::Reserved(number)
            | Self::Ringing(number, _)
            | Self::Connected(number) => {
                if own || *number == person {
                    *number = Number::NONE;
                }
            }
        }
    }

    /// Whether he is being called.
    pub(super) const fn is_rung(self) -> bool {
        matches!(self, Self::Outside | Self::Ringing(..))
    }

    /// Whether nobody may be rung for him as he hears something.
    pub(super) const fn hears(self) -> bool {
        matches!(self, Self::Asked(..) | Self::Thanked(_))
    }
}

impl Books {
    pub(super) fn stand(&self, call: CallId) -> Stand {
        let call = self.calls.get(&call);
        if call.is_some_and(|call| call.placed || call.called_for.is_some()) {
            return Stand::Outside;
        }
        let visit = call.and_then(|call| call.visit);
        visit.map_or(Stand::None, |visit| visit.stand)
    }

    fn visit_of(&mut self, call: CallId) -> Result<&mut Visit, Broken> {
        let visit = self.calls.get_mut(&call);
        let visit = visit.and_then(|call| call.visit.as_mut());
        known(visit, Law::Outcomes, || format!("{call} waits not"))
    }

    pub(super) fn of_callback(
        &mut self,
        seen: &Seen<'_>,
        event: &Event,
        court: &mut Court<'_>,
    ) -> Checked {
        match event {
            Event::CallbackAsked {
                call,
                queue,
                crowded,
            } => {
                let key = self.queues.get(queue).and_then(|it| it.callback.as_deref());
                let key = key.map(|callback| callback.key);
                let told = matches!(seen.entry.input, Input::KeyPressed { call: of, key: by }
                    if of == *call && Some(by) == key);
                let told = match crowded {
                    true => self.is_at_the_door(seen, *call, *queue),
                    false => told,
                };
                let visit = self.visit_of(*call)?;
                let waits = visit.answered.is_none() && visit.ringing == 0;
                let first = visit.stand == Stand::None && visit.queue == *queue;
                visit.stand = Stand::Asked(*crowded, Number::NONE);
                court.law(Law::Outcomes, told && waits && first, || {
                    format!("{event:?}")
                })
            }
            Event::CallbackEnded(callback) => self.callback_ended(seen, callback, court),
            Event::CallbackForgone { call, .. } => {
                let asked = self.asked_no_more(*call)?;
                court.law(Law::Outcomes, asked, || format!("{event:?}"))
            }
            Event::CallbackNotPermitted {
                call,
                agent,
                leg,
                queue,
            } => {
                let permitted = self.may_call_out(*agent, *queue);
                self.picks_up(seen, (*call, *queue, *agent), *leg, court)?;
                court.law(Law::Permissions, !permitted, || format!("{event:?}"))
            }
            Event::CallbackRequested { .. } => self.requested(seen, event, court),
            Event::CustomerRung {
                call,
                agent,
                leg,
                queue,
                number,
            } => self.customer_rung(seen, (*call, *queue, *agent), *leg, *number, court),
            _ => unreachable!("all others are not about callbacks"),
        }
    }

    /// Whether a caller has just joined a queue that is too crowded for him, and offers
    /// callbacks to those.
    fn is_at_the_door(&self, seen: &Seen<'_>, call: CallId, queue: QueueId) -> bool {
        let visit = self.calls.get(&call).and_then(|call| call.visit);
        let came = visit.is_some_and(|it| {
            it.queue == queue && it.joined_in == seen.entry.seq && it.since == it.joined_at
        });
        let config = self.queues.get(&queue).filter(|_| came);
        config.is_some_and(|config| {
            let callback = config.callback.as_deref();
            let offers = callback.is_some_and(|callback| callback.crowded.is_some());
            offers && self.too_crowded(config, queue, 1)
        })
    }

    /// A caller is asked no more where he wants to be called, and will not be: he waits, or
    /// leaves a queue that was too crowded for him. Tells whether he was asked.
    fn asked_no_more(&mut self, call: CallId) -> Result<bool, Broken> {
        let queue = self.visit_of(call)?.queue;
        let crowded = self
            .queues
            .get(&queue)
            .is_some_and(|it| it.crowded.is_some());
        let visit = self.visit_of(call)?;
        let Stand::Asked(found_it_crowded, _) = visit.stand else {
            return Ok(false);
        };
        visit.stand = match found_it_crowded && crowded {
            true => Stand::Declined,
            false => Stand::None,
        };
        Ok(true)
    }

    /// A caller who is asked where he wants to be called presses a key, says nothing more, or
    /// hangs up. Where that settles what he has keyed in, he is called there, if he can be.
    pub(super) fn says_where(&mut self, seen: &Seen<'_>) {
        let (id, key) = match (&seen.entry.input, seen.next) {
            (Input::KeyPressed { call, key }, _) => (*call, Some(*key)),
            (Input::CallerHungUp { call }, _) => (*call, None),
            (Input::Tick, Some((_, Timer::Callback(call)))) => (call, None),
            _ => return,
        };
        let Stand::Asked(_, keyed) = self.stand(id) else {
            return;
        };
        match key {
            Some(Key::Pound) => {}
            None if keyed.is_none() => return,
            None => {}
            Some(key) => {
                let visit = self.calls.get_mut(&id).and_then(|call| call.visit.as_mut());
                if let (Some(visit), Some(keyed)) = (visit, keyed.and(key))
                    && let Stand::Asked(_, before) = &mut visit.stand
                {
                    *before = keyed;
                }
                return;
            }
        }
        self.entry.registers = self.wants_it_at(id).map(|_| id);
    }

    /// The number that a caller who is asked has given, if it can be called.
    fn wants_it_at(&self, id: CallId) -> Option<Number> {
        let call = self.calls.get(&id)?;
        let visit = call.visit.as_ref()?;
        let Stand::Asked(_, keyed) = visit.stand else {
            return None;
        };
        let callback = self.queues.get(&visit.queue)?.callback.as_deref()?;
        let own = keyed.is_none() || keyed.to_string() == callback.key.to_string();
        let number = if own { call.number } else { keyed };
        dialled(callback, number).map(|_| number)
    }

    fn requested(&mut self, seen: &Seen<'_>, event: &Event, court: &mut Court<'_>) -> Checked {
        let Event::CallbackRequested {
            call,
            queue,
            caller,
            number,
            until,
        } = event
        else {
            return Ok(());
        };
        let now = self.acted_at;
        let config = self.queues.get(queue);
        let most = config.and_then(|config| {
            let own = config.callback.as_deref()?.timeout;
            Some(if own.is_zero() {
                config.max_waiting
            } else {
                own
            })
        });
        let most = most.filter(|most| !most.is_zero());
        let in_time = *until == most.map(|most| now + most);
        let own = self.calls.get(call).map(|call| call.number);
        let wanted = own == Some(*caller) && self.wants_it_at(*call) == Some(*number);
        self.visit_of(*call)?.stand = Stand::Thanked(*number);
        if seen.entry.input == (Input::CallerHungUp { call: *call }) {
            self.goes(*call, *number);
        }
        self.entry.requested.insert(*call);
        court.law(Law::Outcomes, in_time && wanted, || format!("{event:?}"))
    }

    fn customer_rung(
        &mut self,
        seen: &Seen<'_>,
        (call, queue, agent): (CallId, QueueId, AgentId),
        leg: LegId,
        called: Number,
        court: &mut Court<'_>,
    ) -> Checked {
        self.picks_up(seen, (call, queue, agent), leg, court)?;
        let permitted = self.may_call_out(agent, queue);
        let visit = self.visit_of(call)?;
        let Stand::Reserved(number) = visit.stand else {
            return court.law(Law::Outcomes, false, || {
                format!("{call} is called and stands {:?}", self.stand(call))
            });
        };
        visit.stand = Stand::Ringing(number, agent);
        self.entry.customers.push(call);
        let callback = self
            .queues
            .get(&queue)
            .and_then(|it| it.callback.as_deref());
        let right = callback.and_then(|callback| dialled(callback, number));
        let right = right == Some(called.to_string());
        court.law(Law::Permissions, permitted && right, || {
            format!("{agent} has {called} called for {call}")
        })
    }

    /// An agent, or a supervisor, answered for a customer who is to be called.
    fn picks_up(
        &mut self,
        seen: &Seen<'_>,
        (call, queue, agent): (CallId, QueueId, AgentId),
        leg: LegId,
        court: &mut Court<'_>,
    ) -> Checked {
        let helps = self.legs.get(&leg).is_some_and(|leg| leg.helps);
        let of = (!helps).then_some(queue);
        self.leg_answered(seen, call, agent, leg, of, court)?;
        if let Some(leg) = self.legs.get_mut(&leg) {
            leg.helps = false;
        }
        let visit = self.visit_of(call)?;
        visit.ringing -= u32::from(!helps);
        visit.pausing = None;
        Ok(())
    }

    /// Whether an agent may have customers of a queue called.
    fn may_call_out(&self, agent: AgentId, queue: QueueId) -> bool {
        let number = self.numbers.get(&agent);
        let permitted = number.and_then(|number| self.extension(*number));
        let config = self.queues.get(&queue);
        let trunk = config.and_then(|config| Some(&config.callback.as_deref()?.trunk));
        let mut trunks = self.config.options.trunks.iter();
        let dials = trunks.any(|it| Some(&it.name) == trunk && it.outbound.is_some());
        dials && permitted.is_some_and(|extension| extension.outbound)
    }

    /// A callback is over: with the record of its call, or as no number was given.
    fn callback_ended(
        &mut self,
        seen: &Seen<'_>,
        callback: &Callback,
        court: &mut Court<'_>,
    ) -> Checked {
        let CallbackEnd::InvalidNumber = callback.end else {
            let place = self.entry.callbacks.iter().position(|due| due == callback);
            let due = place.map(|place| self.entry.callbacks.remove(place));
            return court.law(Law::Outcomes, due.is_some(), || {
                format!("{callback:?}, and over are {:?}", self.entry.callbacks)
            });
        };
        let (now, id) = (self.acted_at, self.publics.get(&callback.call).copied());
        let id = known(id, Law::Outcomes, || format!("{callback:?}"))?;
        let call = known(self.calls.get(&id), Law::Outcomes, || format!("{id}"))?;
        let (caller, number) = (call.number, call.visits - 1);
        let visit = known(call.visit.as_ref(), Law::Outcomes, || format!("{id}"))?;
        let right = Callback {
            call: callback.call,
            visit: number,
            queue: visit.queue,
            caller,
            joined_at: visit.joined_at,
            at: now,
            number: Number::NONE,
            end: CallbackEnd::InvalidNumber,
        };
        let asked = match seen.entry.input == (Input::CallerHungUp { call: id }) {
            true => matches!(self.stand(id), Stand::Asked(..)),
            false => self.asked_no_more(id)?,
        };
        court.law(Law::Outcomes, asked && right == *callback, || {
            format!("{callback:?}, not {right:?}")
        })
    }

    /// A visit is over in which the caller was promised a callback: that is over, too.
    pub(super) fn promise_over(&mut self, record: &QueueCall, visit: &Visit) {
        let Some(number) = visit.stand.promised() else {
            return;
        };
        if record.reason == LeaveReason::CallbackWithdrawn {
            self.entry.withdrawn = Some((visit.queue, visit.since, visit.order));
        }
        self.entry.callbacks.push(Callback {
            call: record.call,
            visit: record.visit,
            queue: record.queue,
            caller: record.caller,
            joined_at: record.joined_at,
            at: record.joined_at + record.waited,
            number,
            end: match record.outcome {
                Outcome::Answered => CallbackEnd::Connected,
                Outcome::Abandoned | Outcome::Missed => CallbackEnd::Failed(record.reason),
            },
        });
    }

    /// Why a promised callback failed, from what was told; nothing where that is as for
    /// every call.
    pub(super) fn why_failed(
        &self,
        seen: &Seen<'_>,
        id: CallId,
        visit: &Visit,
    ) -> Option<LeaveReason> {
        let number = visit.stand.promised()?;
        let timer = seen.next.map(|(_, timer)| timer);
        match (&seen.entry.input, visit.stand) {
            (Input::Tick, Stand::Reserved(_)) if timer == Some(Timer::Callback(id)) => {
                Some(LeaveReason::CallbackNoAgent)
            }
            (Input::Tick, Stand::Ringing(..)) if timer == Some(Timer::Callback(id)) => {
                Some(LeaveReason::CallbackUnanswered)
            }
            (Input::CustomerFailed { call, .. }, Stand::Ringing(..)) if *call == id => {
                Some(LeaveReason::CallbackUnanswered)
            }
            (Input::Configure { .. } | Input::LegEnded { .. }, Stand::Ringing(..)) => {
                Some(LeaveReason::CallbackAgentHungUp)
            }
            (Input::HangUpCall { by, call }, Stand::Ringing(_, agent)) if *call == id => {
                let own = self.numbers.get(&agent).copied();
                let himself = own.is_some_and(|own| *by == tandem_engine::By::Person(own));
                himself.then_some(LeaveReason::CallbackAgentHungUp)
            }
            (Input::BridgeFailed { call }, _) if *call == id => {
                Some(LeaveReason::CallbackAgentHungUp)
            }
            (Input::LegAnswered { leg }, Stand::Reserved(_)) => {
                let leg = self.legs.get(leg).filter(|leg| leg.call == id)?;
                let permitted = self.may_call_out(leg.agent, visit.queue);
                (!permitted).then_some(LeaveReason::CallbackNotPermitted)
            }
            (Input::PersonErased { .. }, _) => Some(LeaveReason::CallbackWithdrawn),
            _ => {
                let own = self.calls.get(&id).map(|call| call.number);
                let joins = |event: &Event| match event {
                    Event::CallJoined { call, queue } if *queue == visit.queue => {
                        let caller = self.calls.get(call).map(|call| call.number);
                        caller.is_some_and(|it| !it.is_none())
                            && (caller == Some(number) || caller == own)
                    }
                    _ => false,
                };
                let again = seen.out.events.iter().any(joins);
                again.then_some(LeaveReason::CallbackWithdrawn)
            }
        }
    }

    /// A customer is called as was told, for as long as his queue says.
    pub(super) fn customer_is_called(
        &mut self,
        call: CallId,
        effect: &Effect,
        court: &mut Court<'_>,
    ) -> Checked {
        let Effect::RingCustomer {
            called_for: CalledFor::Agent { leg, queue },
            timeout,
            ..
        } = effect
        else {
            return self.outside_is_called(call, effect, court);
        };
        let call = &call;
        let place = self.entry.customers.iter().position(|due| due == call);
        let told = place
            .map(|place| self.entry.customers.remove(place))
            .is_some();
        let there = self.legs.get(leg).is_some_and(|leg| leg.converses(*call));
        let config = self.queues.get(queue);
        let callback = config.and_then(|config: &QueueConfig| config.callback.as_deref());
        let right = callback.is_some_and(|callback| callback.customer_ring == *timeout);
        if let Some(call) = self.calls.get_mut(call) {
            call.gone = false;
            call.rung = Some((self.acted_at, *timeout));
        }
        court.law(Law::Effects, told && there && right, || {
            format!("{effect:?}")
        })
    }

    /// A caller is hung up whose call goes on: he was promised to be called back.
    pub(super) fn lets_go(&mut self, id: CallId) -> bool {
        let Stand::Thanked(number) = self.stand(id) else {
            return false;
        };
        self.goes(id, number);
        true
    }

    /// A caller is off the line, and his call goes on.
    pub(super) fn goes(&mut self, id: CallId, number: Number) {
        if let Some(call) = self.calls.get_mut(&id) {
            call.gone = true;
            call.origin = None;
            if let Some(visit) = &mut call.visit {
                visit.stand = Stand::Reserved(number);
            }
        }
    }

    /// The system starts again: nobody is on the line any more, and promises stay.
    pub(super) fn promises_stay(&mut self, received: tandem_engine::Timestamp) {
        let ids: Vec<CallId> = self.calls.keys().copied().collect();
        for id in ids {
            if let Stand::Thanked(number) | Stand::Reserved(number) = self.stand(id) {
                self.goes(id, number);
                let visit = self.calls.get_mut(&id).and_then(|call| call.visit.as_mut());
                if let Some(visit) = visit {
                    visit.pausing = Some(received);
                }
            }
        }
    }

    /// What is awaited of customers is what was promised, and none rings too long.
    pub(super) fn customers_ring(&self, awaited: &[CallId], court: &mut Court<'_>) -> Checked {
        let rings = |id: &CallId| self.stand(*id).is_rung();
        let ringing: Vec<CallId> = self.calls.keys().copied().filter(rings).collect();
        court.law(Law::Ends, ringing == awaited, || {
            format!("{awaited:?} are awaited to be answered, not {ringing:?}")
        })?;
        let late = ringing.into_iter().find(|id| {
            let rung = self.calls.get(id).and_then(|call| call.rung);
            rung.is_none_or(|(since, timeout)| since + timeout < self.acted_at)
        });
        court.law(Law::Rings, late.is_none(), || {
            format!("the customer of {late:?} rings at {}", self.acted_at)
        })
    }

    /// Everything about callbacks that was due in this entry has come.
    pub(super) fn callbacks_are_over(&self, court: &mut Court<'_>) -> Checked {
        let entry = &self.entry;
        let declines = |call: &CallId| self.stand(*call) == Stand::Declined;
        let stays = self.calls.keys().copied().find(declines);
        court.law(Law::Outcomes, stays.is_none(), || {
            format!("{stays:?} wants no callback, and stays in a queue that is too crowded")
        })?;
        let registers = entry.registers.filter(|id| !entry.requested.contains(id));
        court.law(Law::Outcomes, registers.is_none(), || {
            format!("{registers:?} has said where to call him, and is not promised that")
        })?;
        let over = entry.callbacks.is_empty() && entry.customers.is_empty();
        court.law(Law::Outcomes, over, || {
            format!(
                "not told are {:?}, not called {:?}",
                entry.callbacks, entry.customers
            )
        })
    }
}

/// What is dialled to call a number, if it can be called.
fn dialled(callback: &CallbackConfig, number: Number) -> Option<String> {
    let text = number.to_string();
    let digits = text.trim_start_matches('+');
    let plain = digits.len() >= 5 && digits.chars().all(|c| c.is_ascii_digit());
    let prefix = callback.prefix.to_string();
    plain.then(|| match prefix.is_empty() {
        true => text.clone(),
        false => prefix + digits,
    })
}
