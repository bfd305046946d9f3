//! Callbacks: who may ask, what his keys mean, what he is promised, and what becomes of it.

use tandem_engine::config::callback::CallbackConfig;
use tandem_engine::config::model::{Destination, Notice};
use tandem_engine::records::callbacks::{Callback as Ended, CallbackEnd};
use tandem_engine::records::{LeaveReason, Outcome, QueueCall};
use tandem_engine::{
    AgentId, Announced, By, CallId, CalledFor, Effect, Event, Input, Key, LegId, Number, QueueId,
    ReservationEnd, Span, Timer, Timestamp,
};

use super::state::{Helps, LegStage, Place, Sound, Visit};
use super::{Checked, Law, Model, known};

/// Seconds for a key, and those in which a lone key confirms.
const KEY_S: u64 = 10;
const LONE_KEY_S: u64 = 3;

/// A caller's callback.
#[derive(Clone, Debug, Default)]
pub(super) struct Callback {
    /// What he has keyed in who is asked where; when the prompt is over, and when no key
    /// is awaited any more.
    pub(super) asked: Option<(String, Timestamp, Timestamp)>,
    /// Whether his queue was too crowded for him who is asked.
    crowded: bool,
    pub(super) promise: Option<Promise>,
    /// The prompt that must begin in this entry, if one must.
    due: Option<String>,
}

/// What a caller was promised.
#[derive(Clone, Copy, Debug)]
pub(super) struct Promise {
    number: Number,
    requested_at: Timestamp,
    limit: Option<Timestamp>,
    part: Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// He hears so until then.
    Thanked(Timestamp),
    /// He is gone; then it is too late.
    Reserved(Option<Timestamp>),
    /// He is called since then and until then; as whom the agent answered.
    Ringing(Timestamp, Timestamp, Option<u64>),
    Connected,
}

impl Callback {
    /// When the present part is over.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let asked = self.asked.as_ref().map(|(.., until)| *until);
        let promised = self.promise.and_then(|promise| match promise.part {
            Part::Thanked(until) | Part::Ringing(_, until, _) => Some(until),
            Part::Reserved(limit) => limit,
            Part::Connected => None,
        });
        asked.or(promised)
    }

    /// Somebody talks to him before he has hung up: he need not be called.
    pub(super) fn is_taken(&mut self) {
        self.asked = None;
        if let Some(promise) = &mut self.promise {
            promise.part = Part::Connected;
        }
    }

    /// Whether he hears what belongs to it.
    pub(super) fn hears(&self) -> bool {
        let thanked = |promise: Promise| matches!(promise.part, Part::Thanked(_));
        self.asked.is_some() || self.promise.is_some_and(thanked)
    }

    /// Whether the queue was too crowded for him who is asked.
    pub(super) fn found_it_crowded(&self) -> bool {
        self.crowded && self.asked.is_some()
    }

    /// Whether the customer is being called.
    pub(super) fn rings(&self) -> bool {
        let rings = |promise: Promise| matches!(promise.part, Part::Ringing(..));
        self.promise.is_some_and(rings)
    }

    /// Whether the caller has hung up, and is not being called.
    fn gone(&self) -> bool {
        let gone = |promise: Promise| matches!(promise.part, Part::Reserved(_));
        self.promise.is_some_and(gone)
    }

    /// Where he is called once somebody answers for him, if he has hung up.
    pub(super) fn called_at(&self) -> Option<Number> {
        self.promise
            .filter(|_| self.gone())
            .map(|promise| promise.number)
    }

    /// Up to when he needed patience.
    pub(super) fn patient_until(&self) -> Option<Timestamp> {
        self.promise.map(|promise| promise.requested_at)
    }
}

impl Model {
    fn offered_in(&self, queue: QueueId) -> Option<CallbackConfig> {
        let queue = self.queues.get(&queue)?;
        queue.config.callback.as_deref().cloned()
    }

    pub(super) fn callback_of(&self, call: CallId) -> Option<&Callback> {
        let visit = self.calls.get(&call)?.visit.as_ref()?;
        Some(&visit.callback)
    }

    /// Whether nobody is on the line in a call.
    pub(super) fn is_silent(&self, call: CallId) -> bool {
        let callback = self.callback_of(call);
        self.rings_outside(call) || callback.is_some_and(|it| it.gone() || it.rings())
    }

    pub(super) fn customer_rings(&self, call: CallId) -> bool {
        self.rings_outside(call) || self.callback_of(call).is_some_and(Callback::rings)
    }

    pub(super) fn is_promised(&self, call: CallId) -> bool {
        let callback = self.callback_of(call);
        callback.is_some_and(|callback| callback.promise.is_some())
    }

    fn cb(&mut self, call: CallId) -> Result<&mut Callback, String> {
        let visit = self.calls.get_mut(&call);
        let visit = visit.and_then(|call| call.visit.as_mut());
        Ok(&mut known(visit, "a visit")?.callback)
    }

    /// A caller presses a key: to ask for a callback, or to say where. Says whether the
    /// key meant that.
    pub(super) fn key_in_callback(&mut self, call: CallId, key: Key) -> Result<bool, String> {
        let Some(visit) = self.calls.get(&call).and_then(|call| call.waiting()) else {
            return Ok(false);
        };
        let (queue, joined_at, now) = (visit.queue, visit.joined_at, self.entry.now);
        let config = self.offered_in(queue);
        if visit.callback.promise.is_some() {
            return Ok(true);
        }
        let Some((typed, over, _)) = visit.callback.asked.clone() else {
            let asks = config.filter(|it| it.key == key && now.since(joined_at) >= it.after);
            return match asks {
                Some(config) => self.asks_where(call, queue, &config).map(|()| true),
                None => Ok(false),
            };
        };
        if now < over {
            self.entry.to_play.push(Effect::StopPrompt { call });
        }
        let Some(config) = config else {
            return self.forgoes(call, queue).map(|()| true);
        };
        let typed = match key {
            Key::Pound => return self.has_said(call, &typed, &config).map(|()| true),
            key => format!("{typed}{key}"),
        };
        if typed.len() > 31 {
            return self.says_nonsense(call, &config).map(|()| true);
        }
        let lone = typed == config.key.to_string();
        let patience = if lone { LONE_KEY_S } else { KEY_S };
        let until = now + Span::from_secs(patience);
        self.cb(call)?.asked = Some((typed, now, until));
        Ok(true)
    }

    fn asks_where(&mut self, call: CallId, queue: QueueId, config: &CallbackConfig) -> Checked {
        let now = self.entry.now;
        self.seen.callbacks += 1;
        self.entry.asks = Some(call);
        self.entry.facts.push(Event::CallbackAsked {
            call,
            queue,
            crowded: false,
        });
        let over = self.begins_with(call, config.confirm.as_ref())?;
        if over.is_none() {
            self.entry.to_play.push(Effect::StopPrompt { call });
        }
        let over = over.unwrap_or(now);
        let until = over + Span::from_secs(KEY_S);
        self.cb(call)?.asked = Some((String::new(), over, until));
        self.waits_for_anybody(call, ReservationEnd::AskedForCallback);
        let visit = self.calls.get_mut(&call).and_then(|it| it.visit.as_mut());
        let visit = known(visit, "a visit")?;
        visit.told = Default::default();
        if visit.growing {
            (visit.retry_until, visit.growing) = (None, false);
        }
        Ok(())
    }

    /// What asks who finds a queue too crowded, if anything does.
    pub(super) fn offer_of(&self, queue: QueueId) -> Option<String> {
        let offer = self.offered_in(queue)?.crowded?;
        self.prompt(&offer).is_some().then_some(offer)
    }

    /// Who finds a queue too crowded is asked where he wants to be called.
    pub(super) fn is_offered(&mut self, call: CallId, queue: QueueId, offer: &String) -> Checked {
        self.seen.callbacks += 1;
        self.entry.facts.push(Event::CallbackAsked {
            call,
            queue,
            crowded: true,
        });
        let over = known(self.begins_with(call, Some(offer))?, "an offer")?;
        let callback = self.cb(call)?;
        callback.asked = Some((String::new(), over, over + Span::from_secs(KEY_S)));
        callback.crowded = true;
        Ok(())
    }

    /// A prompt must begin, if it is there; tells when it is over.
    fn begins_with(
        &mut self,
        call: CallId,
        name: Option<&String>,
    ) -> Result<Option<Timestamp>, String> {
        let now = self.entry.now;
        let length = name.and_then(|name| Some(self.prompt(name)?.length));
        match (name, length) {
            (Some(name), Some(length)) => {
                self.cb(call)?.due = Some(name.clone());
                Ok(Some(now + length))
            }
            _ => Ok(None),
        }
    }

    /// Whether a prompt is what belongs to a callback now.
    pub(super) fn callback_says(&mut self, call: CallId, name: &str) -> bool {
        let Ok(callback) = self.cb(call) else {
            return false;
        };
        let due = callback.due.take_if(|due| due == name).is_some();
        if let Some(call) = self.calls.get_mut(&call).filter(|_| due) {
            call.taken = true;
        }
        due
    }

    /// Whether a prompt of a callback has not begun.
    pub(super) fn callback_hangs(visit: Option<&Visit>) -> bool {
        visit.is_some_and(|visit| visit.callback.due.is_some())
    }

    fn has_said(&mut self, call: CallId, typed: &str, config: &CallbackConfig) -> Checked {
        match self.wants_it_at(call, typed, config)? {
            Some(number) => {
                self.promises(call, number, config)?;
                self.is_thanked(call, config)
            }
            None => self.says_nonsense(call, config),
        }
    }

    /// The number that a caller has given, if it can be called.
    fn wants_it_at(
        &self,
        call: CallId,
        typed: &str,
        config: &CallbackConfig,
    ) -> Result<Option<Number>, String> {
        let own = known(self.calls.get(&call), "a call")?.number;
        let number = match typed.is_empty() || typed == config.key.to_string() {
            true => own,
            false => known(typed.parse().ok(), "keys that are a number")?,
        };
        Ok(dialled(config, number).map(|_| number))
    }

    fn says_nonsense(&mut self, id: CallId, config: &CallbackConfig) -> Checked {
        let queue = self.gave_no_number(id)?;
        self.waits_on(id, queue, config.invalid.as_ref())
    }

    /// What a caller gave is told to be none; tells where he waits.
    fn gave_no_number(&mut self, id: CallId) -> Result<QueueId, String> {
        let call = known(self.calls.get(&id), "a call")?;
        let visit = known(call.waiting(), "a waiting call")?;
        let queue = visit.queue;
        let ended = Event::CallbackEnded(Ended {
            call: call.public,
            visit: visit.number,
            queue,
            caller: call.number,
            joined_at: visit.joined_at,
            at: self.entry.now,
            number: Number::NONE,
            end: CallbackEnd::InvalidNumber,
        });
        self.entry.facts.push(ended);
        Ok(queue)
    }

    fn forgoes(&mut self, call: CallId, queue: QueueId) -> Checked {
        self.entry
            .facts
            .push(Event::CallbackForgone { call, queue });
        self.waits_on(call, queue, None)
    }

    fn waits_on(&mut self, call: CallId, queue: QueueId, prompt: Option<&String>) -> Checked {
        let crowded = self.cb(call)?.found_it_crowded();
        *self.cb(call)? = Callback::default();
        let entry = known(self.queues.get(&queue), "a queue")?;
        let elsewhere = entry.config.crowded.as_ref().filter(|_| crowded);
        if let Some(crowded) = elsewhere {
            self.entry.declines = Some((call, crowded.destination.clone()));
            return Ok(());
        }
        self.wind_clocks(call, queue)?;
        match prompt.filter(|name| self.prompt(name).is_some()) {
            Some(_) => self.entry.to_tell = Some((call, Announced::NotCalledBack)),
            None => self.is_entertained(call, queue)?,
        }
        Ok(())
    }

    fn promises(&mut self, id: CallId, number: Number, config: &CallbackConfig) -> Checked {
        let now = self.entry.now;
        let call = known(self.calls.get(&id), "a call")?;
        let caller = call.number;
        let (public, queue) = (call.public, known(call.waiting(), "a waiting call")?.queue);
        let settings = &known(self.queues.get(&queue), "a queue")?.config;
        let lasts = match config.timeout.is_zero() {
            true => settings.max_waiting,
            false => config.timeout,
        };
        let told = settings
            .notify_managers
            .contains(&Notice::CallbackRequested);
        let limit = Some(now + lasts).filter(|_| !lasts.is_zero());
        self.entry.facts.push(Event::CallbackRequested {
            call: id,
            queue,
            caller,
            number,
            until: limit,
        });
        self.entry.to_keep.extend(told.then_some(Effect::Mail {
            queue,
            notice: Notice::CallbackRequested,
            call: public,
        }));
        self.entry.rearmed.insert(queue);
        self.seen.behind_plus += u64::from(is_behind_plus(config, number));
        let callback = self.cb(id)?;
        callback.asked = None;
        callback.promise = Some(Promise {
            number,
            requested_at: now,
            limit,
            part: Part::Thanked(now),
        });
        Ok(())
    }

    /// Who will be called back hears so, and is hung up then.
    fn is_thanked(&mut self, id: CallId, config: &CallbackConfig) -> Checked {
        let Some(over) = self.begins_with(id, config.thanks.as_ref())? else {
            return self.caller_goes(id, true);
        };
        let promise = known(self.cb(id)?.promise.as_mut(), "a promise")?;
        promise.part = Part::Thanked(over);
        Ok(())
    }

    /// A caller is off the line, and his call goes on.
    fn caller_goes(&mut self, id: CallId, told: bool) -> Checked {
        let now = self.entry.now;
        if told {
            self.entry.to_hang_up.push(id);
        }
        known(self.calls.get_mut(&id), "a call")?.origin = None;
        let callback = self.cb(id)?;
        let promise = known(callback.promise.as_mut(), "a promise")?;
        promise.part = Part::Reserved(promise.limit.map(|limit| limit.max(now)));
        Ok(())
    }

    /// A caller hangs up: where he hears that he will be called, or has keyed in where he
    /// can be, his call goes on.
    pub(super) fn hangs_up_promised(&mut self, id: CallId) -> Checked {
        let callback = self.callback_of(id).cloned().unwrap_or_default();
        if let Some(Part::Thanked(_)) = callback.promise.map(|promise| promise.part) {
            return self.caller_goes(id, false);
        }
        let typed = callback.asked.map(|(typed, ..)| typed).unwrap_or_default();
        let waits = self.calls.get(&id).and_then(|call| call.waiting());
        let config = waits.and_then(|visit| self.offered_in(visit.queue));
        let Some(config) = config.filter(|_| !typed.is_empty()) else {
            return Ok(());
        };
        match self.wants_it_at(id, &typed, &config)? {
            Some(number) => {
                self.seen.hung_up_keyed_in += 1;
                self.promises(id, number, &config)?;
                self.caller_goes(id, false)
            }
            None => self.gave_no_number(id).map(|_| ()),
        }
    }

    /// An extension is deleted: who hears there that he will be called hears no more.
    pub(super) fn hears_no_thanks(&mut self, agent: AgentId) -> Checked {
        let ids: Vec<CallId> = self.calls.keys().copied().collect();
        for id in ids {
            let own = self.calls.get(&id).and_then(|call| call.origin) == Some(agent);
            if own
                && let Some(promise) = self.callback_of(id).and_then(|it| it.promise)
                && let Part::Thanked(_) = promise.part
            {
                self.caller_goes(id, true)?;
            }
        }
        Ok(())
    }

    /// The time of a callback is over; tells when that was due.
    pub(super) fn callback_due(&mut self, call: CallId) -> Result<Option<Timestamp>, String> {
        let due = self.cb(call)?.due();
        if self.entry.input != Input::Tick {
            return Ok(due);
        }
        let visit = self.calls.get(&call).and_then(|call| call.visit.as_ref());
        let queue = known(visit, "a visit")?.queue;
        let callback = self.cb(call)?.clone();
        if let Some((typed, ..)) = callback.asked {
            match self.offered_in(queue) {
                Some(config) if !typed.is_empty() => {
                    self.has_said(call, &typed, &config)?;
                }
                _ => self.forgoes(call, queue)?,
            }
        } else if let Some(Part::Thanked(_)) = callback.promise.map(|promise| promise.part) {
            self.caller_goes(call, true)?;
        }
        Ok(due)
    }

    /// Promises outlive a restart, and nobody is rung before the system is there. Tells
    /// how many calls do.
    pub(super) fn promises_stay(&mut self) -> Result<usize, String> {
        let until = self.entry.received_at;
        let waiting = |model: &Self, id: &CallId| {
            let callback = model.callback_of(*id);
            callback.is_some_and(|it| it.promise.is_some() && (it.gone() || it.hears()))
        };
        let ids: Vec<CallId> = self.calls.keys().copied().collect();
        let stay: Vec<CallId> = ids.into_iter().filter(|id| waiting(self, id)).collect();
        for &id in &stay {
            if !self.is_silent(id) {
                self.caller_goes(id, false)?;
            }
            let visit = self.calls.get_mut(&id).and_then(|it| it.visit.as_mut());
            let visit = known(visit, "a visit")?;
            (visit.retry_until, visit.growing) = (Some(until), false);
        }
        Ok(stay.len())
    }

    /// A person is erased; his own callbacks, and those to him, lead nowhere.
    pub(super) fn erase_promises(&mut self, number: Number) {
        for call in self.calls.values_mut() {
            let own = call.number == number;
            let promise = call.visit.as_mut();
            let promise = promise.and_then(|visit| visit.callback.promise.as_mut());
            if let Some(promise) = promise.filter(|promise| own || promise.number == number) {
                promise.number = Number::NONE;
            }
        }
    }

    /// Whether an agent may have a customer called, and what is dialled.
    fn way_out(&self, call: CallId, agent: AgentId) -> Option<(String, Number, Span)> {
        let visit = self.calls.get(&call)?.visit.as_ref()?;
        let config = self.offered_in(visit.queue)?;
        let mut trunks = self.options.trunks.iter();
        let trunk = trunks.find(|trunk| trunk.name == config.trunk)?;
        let person = self.persons.get(&agent)?;
        let number = dialled(&config, visit.callback.promise?.number)?;
        let may = person.outbound && trunk.outbound.is_some();
        may.then_some((config.trunk, number, config.customer_ring))
    }

    /// Reads an event of a callback that is no fact by itself.
    pub(super) fn fold_callback(&mut self, event: &Event) -> Checked {
        match event {
            Event::CallbackNotPermitted {
                call,
                queue,
                agent,
                leg,
            } => {
                self.agent_takes(*call, *queue, *agent, *leg)?;
                let may = self.way_out(*call, *agent).is_some();
                self.entry.failed = Some((*call, LeaveReason::CallbackNotPermitted));
                self.law(Law::Outcomes, !may, || format!("{event:?}"))
            }
            Event::CustomerRung {
                call,
                queue,
                agent,
                leg,
                number,
            } => {
                let serial = self.agent_takes(*call, *queue, *agent, *leg)?;
                let now = self.entry.now;
                let Some((trunk, right, timeout)) = self.way_out(*call, *agent) else {
                    return self.law(Law::Outcomes, false, || format!("{event:?}"));
                };
                self.entry.to_play.push(Effect::RingCustomer {
                    call: *call,
                    called_for: CalledFor::Agent {
                        leg: *leg,
                        queue: *queue,
                    },
                    trunk,
                    number: right,
                    timeout,
                });
                known(self.calls.get_mut(call), "a call")?.taken = false;
                let callback = self.cb(*call)?;
                let gone = callback.gone();
                let promise = known(callback.promise.as_mut(), "a promise")?;
                promise.part = Part::Ringing(now, now + timeout, serial);
                self.law(Law::Outcomes, gone && right == *number, || {
                    format!("{event:?}")
                })
            }
            _ => unreachable!("all others are read elsewhere"),
        }
    }

    /// An agent answered for a customer who is to be called; as whom.
    fn agent_takes(
        &mut self,
        call: CallId,
        queue: QueueId,
        agent: AgentId,
        id: LegId,
    ) -> Result<Option<u64>, String> {
        let now = self.entry.now;
        let asked = self.entry.input == Input::LegAnswered { leg: id };
        let leg = known(self.legs.get_mut(&id), "a leg")?;
        let picks_up = matches!(leg.helps, Helps::PicksUp(_));
        let of_queue = leg.queue == Some(queue) || picks_up;
        let fits = leg.call == call && leg.agent == agent && of_queue;
        (leg.stage, leg.helps) = (LegStage::Talking, Helps::No);
        let rang = now.since(leg.rung_at);
        let entry = known(self.queues.get_mut(&queue), "a queue")?;
        entry.learned.answer.spend(rang);
        entry.learned.answer.count();
        entry.learned.work.spend(rang);
        let member = entry.member_mut(agent);
        let serial = member.map(|member| {
            member.missed_in_a_row = 0;
            member.serial
        });
        if !picks_up {
            known(self.persons.get_mut(&agent), "an agent")?.offer = None;
        }
        let visit = self.calls.get_mut(&call).and_then(|it| it.visit.as_mut());
        let visit = known(visit, "a visit")?;
        let rings = match picks_up {
            true => visit.rings.is_empty(),
            false => visit.rings.len() == 1 && visit.rings.contains(&id),
        };
        visit.rings.clear();
        (visit.retry_until, visit.growing) = (None, false);
        self.law(Law::Outcomes, asked && fits && rings, || {
            format!("call {call} is taken on leg {id}")
        })?;
        Ok(serial)
    }

    /// The customer has answered; as whom the agent did, and the time that he waited is
    /// work.
    pub(super) fn customer_answers(&mut self, call: CallId) -> Result<Option<u64>, String> {
        let serial = self.waited_for_customer(call)?;
        let promise = self.cb(call)?.promise.as_mut();
        known(promise, "a promise")?.part = Part::Connected;
        Ok(serial)
    }

    fn waited_for_customer(&mut self, call: CallId) -> Result<Option<u64>, String> {
        let now = self.entry.now;
        let promise = self.cb(call)?.promise;
        let Some(Part::Ringing(since, _, serial)) = promise.map(|promise| promise.part) else {
            return Ok(None);
        };
        let visit = self.calls.get(&call).and_then(|call| call.visit.as_ref());
        let queue = known(visit, "a visit")?.queue;
        if let Some(queue) = self.queues.get_mut(&queue) {
            queue.learned.work.spend(now.since(since));
        }
        Ok(serial)
    }

    /// Why a promised callback must fail in this entry, where that is not as for others.
    pub(super) fn callback_fails(&self, id: CallId, visit: &Visit) -> Option<LeaveReason> {
        let promise = visit.callback.promise?;
        let timer = self.entry.first.map(|(_, timer)| timer);
        let fired = self.entry.input == Input::Tick && timer == Some(Timer::Callback(id));
        match (&self.entry.input, promise.part) {
            (_, Part::Reserved(_)) if self.entry.failed.is_some_and(|(of, _)| of == id) => {
                self.entry.failed.map(|(_, reason)| reason)
            }
            (_, Part::Reserved(_)) if fired => Some(LeaveReason::CallbackNoAgent),
            (_, Part::Ringing(..)) if fired => Some(LeaveReason::CallbackUnanswered),
            (Input::CustomerFailed { call, .. }, _) if *call == id => {
                Some(LeaveReason::CallbackUnanswered)
            }
            (Input::LegEnded { .. } | Input::Configure { .. }, Part::Ringing(..)) => {
                Some(LeaveReason::CallbackAgentHungUp)
            }
            (Input::HangUpCall { by, call }, Part::Ringing(..)) if *call == id => {
                let By::Person(number) = by else { return None };
                let agent = self.person(*number);
                let mut legs = self.legs.values();
                let own = legs.any(|leg| {
                    leg.call == id && leg.stage == LegStage::Talking && Some(leg.agent) == agent
                });
                own.then_some(LeaveReason::CallbackAgentHungUp)
            }
            (Input::BridgeFailed { call }, Part::Connected) if *call == id => {
                Some(LeaveReason::CallbackAgentHungUp)
            }
            (Input::PersonErased { .. }, Part::Reserved(_) | Part::Thanked(_)) => promise
                .number
                .is_none()
                .then_some(LeaveReason::CallbackWithdrawn),
            (_, Part::Reserved(_)) => {
                let own = self.calls.get(&id).map(|call| call.number);
                let queue = self.queues.get(&visit.queue)?.config.number;
                let comes = self.calls.values().any(|other| {
                    let here = other.goes_to == Some(Destination::Queue(queue));
                    let same = other.number == promise.number || Some(other.number) == own;
                    here && same && !other.number.is_none()
                });
                comes.then_some(LeaveReason::CallbackWithdrawn)
            }
            _ => None,
        }
    }

    /// A visit is over in which a callback was promised.
    pub(super) fn promise_over(
        &mut self,
        id: CallId,
        record: &QueueCall,
        visit: &Visit,
    ) -> Checked {
        let Some(promise) = visit.callback.promise else {
            return Ok(());
        };
        let end = match record.outcome {
            Outcome::Answered => CallbackEnd::Connected,
            Outcome::Abandoned | Outcome::Missed => CallbackEnd::Failed(record.reason),
        };
        self.entry.facts.push(Event::CallbackEnded(Ended {
            call: record.call,
            visit: record.visit,
            queue: record.queue,
            caller: record.caller,
            joined_at: record.joined_at,
            at: record.joined_at + record.waited,
            number: promise.number,
            end,
        }));
        self.entry.rearmed.insert(visit.queue);
        if let Part::Reserved(_) = promise.part {
            self.entry.silent.insert(id);
            if record.reason == LeaveReason::CallbackWithdrawn {
                self.entry.taken_over = Some(Place {
                    queue: visit.queue,
                    order: visit.order,
                    since: visit.since,
                    until: Timestamp::from_micros(u64::MAX),
                });
            }
        }
        if let Part::Ringing(since, ..) = promise.part
            && let Some(queue) = self.queues.get_mut(&visit.queue)
        {
            queue.learned.work.spend(self.entry.now.since(since));
        }
        if matches!(self.entry.input, Input::CustomerFailed { .. }) {
            self.entry.silent.insert(id);
        }
        // An agent who has waited for the customer is hung up as one who talked.
        if let Some(leg) = self.talking_leg(id)
            && self.sounds.get(&leg) == Some(&Sound::Answered)
        {
            self.sounds.insert(leg, Sound::Bridged);
        }
        if record.outcome != Outcome::Answered {
            self.entry.over.insert(id);
        }
        Ok(())
    }

    /// Callers of a queue whose wait its settings limit, or who leave an empty one.
    pub(super) fn limited(&self, queue: QueueId) -> Vec<(CallId, &Visit)> {
        let stay = self.queues.get(&queue).is_some_and(|queue| !queue.removed);
        let mut line = self.line(queue);
        line.retain(|(_, visit)| !stay || visit.callback.promise.is_none());
        line
    }

    /// Where the first stands who is to be called back in this queue and has this number,
    /// or is to be called there.
    pub(super) fn promised_to(&self, caller: Number, queue: QueueId) -> Option<u64> {
        let line = self.line(queue).into_iter();
        let gone = line.filter(|(_, visit)| visit.callback.gone() && !caller.is_none());
        let same = gone.filter(|(id, visit)| {
            let own = self.calls.get(id).map(|call| call.number) == Some(caller);
            own || visit.callback.promise.is_some_and(|it| it.number == caller)
        });
        same.map(|(_, visit)| visit.order).min()
    }
}

/// What is dialled to call a number, if it can be called.
fn dialled(config: &CallbackConfig, number: Number) -> Option<Number> {
    let text = number.to_string();
    let digits = text.trim_start_matches('+');
    let good = digits.len() >= 5 && digits.chars().all(|c| c.is_ascii_digit());
    let prefix = config.prefix.to_string();
    let behind = if prefix.is_empty() { &text } else { digits };
    good.then(|| format!("{prefix}{behind}").parse().ok())?
}

/// Whether a number loses its `+` when it is dialled.
fn is_behind_plus(config: &CallbackConfig, number: Number) -> bool {
    number.to_string().starts_with('+') && !config.prefix.is_none()
}
