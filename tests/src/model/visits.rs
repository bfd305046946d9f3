//! Where calls go, what becomes of them, and what their records say.

use tandem_engine::config::model::{Destination, Notice};
use tandem_engine::limits::CALL_HOPS_MAX;
use tandem_engine::records::{LeaveReason, Outcome, QueueCall};
use tandem_engine::{
    CallId, Cause, Effect, EndReason, Event, Input, Key, LegId, Number, PublicId, QueueId,
    Recording, Span, Timer,
};

use super::estimates::Arrivals;
use super::points::Voicemail;
use super::state::{Answer, Call, Helps, LegStage, Member, Place, Visit};
use super::{Checked, Law, Model, known};

impl Model {
    /// A call arrives at a destination: the one that it was sent to.
    pub(super) fn arrives(&mut self, call: CallId, at: Destination) -> Checked {
        let entry = known(self.calls.get_mut(&call), "a call")?;
        let sent = entry.goes_to.take();
        entry.hops += 1;
        let bounded = entry.hops <= CALL_HOPS_MAX;
        self.law(Law::Routes, sent.as_ref() == Some(&at) && bounded, || {
            format!("call {call} was sent to {sent:?} and arrives at {at:?}")
        })
    }

    /// Why a call that was sent somewhere ends on the way, if it must.
    fn end_on_the_way(&self, call: &Call, to: &Destination) -> Option<EndReason> {
        if call.hops >= CALL_HOPS_MAX {
            return Some(EndReason::TooManyHops);
        }
        match to {
            Destination::HangUp => Some(EndReason::Unanswered),
            Destination::External { trunk, .. } => {
                (!self.calls_out(trunk)).then_some(EndReason::NoDestination)
            }
            Destination::Extension(number) => match self.person(*number) {
                None => Some(EndReason::NoDestination),
                Some(person) => {
                    let down = !self.persons.get(&person).is_some_and(|person| person.up);
                    down.then_some(EndReason::ExtensionFailed(Cause::Unreachable))
                }
            },
            Destination::Prompt(name) => {
                let unknown = self.prompt(name).is_none();
                unknown.then_some(EndReason::NoDestination)
            }
            Destination::Queue(number) => {
                let unknown = !self.numbers.contains_key(number);
                unknown.then_some(EndReason::NoDestination)
            }
            Destination::CallFlow(number)
            | Destination::Menu(number)
            | Destination::RingGroup(number) => {
                let unknown = !self.points.contains_key(number);
                unknown.then_some(EndReason::NoDestination)
            }
            Destination::Voicemail(number) => {
                (!self.has_box(*number)).then_some(EndReason::NoDestination)
            }
        }
    }

    /// Why a call may not join a queue, if it may not.
    fn join_refusal(&self, queue: QueueId, caller: Number) -> Option<LeaveReason> {
        let entry = self.queues.get(&queue)?;
        let states = entry.config.disallow_join_when_empty;
        if states.is_some_and(|states| self.is_empty(entry, states)) {
            return Some(LeaveReason::QueueEmpty);
        }
        // Who is to be called back there is counted already.
        let counted = self.entry.taken_over.is_none();
        let counted = counted && self.promised_to(caller, queue).is_some();
        let most = entry.config.max_callers;
        let callers = self.line(queue).len() - usize::from(counted);
        if most > 0 && callers >= most as usize {
            return Some(LeaveReason::QueueFull);
        }
        let over = self.entry.taken_over.is_some_and(|it| it.queue == queue);
        if counted || over || self.place_of(caller, queue).is_some() {
            return None;
        }
        let crowded = entry.config.crowded.as_ref()?;
        let too_many = crowded.callers > 0 && callers >= crowded.callers as usize;
        let too_long = || !crowded.wait.is_zero() && self.next_waits_longer(queue, crowded.wait);
        (too_many || too_long()).then_some(LeaveReason::QueueCrowded)
    }

    /// The place that a caller left in a queue not long ago, if he may have it back.
    fn place_of(&self, caller: Number, queue: QueueId) -> Option<Place> {
        let now = self.entry.now;
        let config = &self.queues.get(&queue)?.config;
        let limit = config.max_waiting;
        let found = self.places.iter().find(|(number, _)| *number == caller);
        let place = found.map(|(_, place)| *place).filter(|place| {
            let lasts = limit.is_zero() || now.since(place.since) < limit;
            place.queue == queue && now < place.until && lasts
        });
        place.filter(|_| !config.place_kept.is_zero() && !caller.is_none())
    }

    /// Somebody leaves whose place is kept.
    fn keep_place(&mut self, caller: Number, visit: &Visit) {
        let Some(queue) = self.queues.get(&visit.queue) else {
            return;
        };
        let kept = queue.config.place_kept;
        if kept.is_zero() || caller.is_none() {
            return;
        }
        // After a restart, he can not call before the system is there.
        let from = match self.entry.input {
            Input::Restarted { .. } => self.entry.received_at,
            _ => self.entry.now,
        };
        self.places.retain(|(number, _)| *number != caller);
        let place = Place {
            queue: visit.queue,
            order: visit.order,
            since: visit.since,
            until: from + kept,
        };
        self.places.push((caller, place));
    }

    pub(super) fn call_joined(&mut self, call: CallId, queue: QueueId) -> Checked {
        let number = known(self.queues.get(&queue), "a queue")?.config.number;
        self.arrives(call, Destination::Queue(number))?;
        self.is_open(call, queue)?;
        let caller = known(self.calls.get(&call), "a call")?.number;
        let taken = self.entry.taken_over.as_ref().map(|place| place.order);
        let left = self.promised_to(caller, queue);
        let first = left.is_none_or(|left| taken.is_some_and(|taken| taken < left));
        self.law(Law::Routes, first, || {
            format!("call {call} joins queue {number}, and {caller} is to be called back")
        })?;
        let kept = self.place_of(caller, queue);
        let refusal = self.join_refusal(queue, caller);
        let crowded = refusal == Some(LeaveReason::QueueCrowded);
        let offer = self.offer_of(queue).filter(|_| crowded);
        let limit = known(self.queues.get(&queue), "a queue")?
            .config
            .max_waiting;
        let now = self.entry.now;
        let place = match self.entry.taken_over.take() {
            None => kept,
            Some(own) => {
                let lasts = limit.is_zero() || now.since(own.since) < limit;
                Some(own).filter(|_| lasts)
            }
        };
        self.law(Law::Routes, refusal.is_none() || offer.is_some(), || {
            format!("call {call} joins queue {number} in spite of {refusal:?}")
        })?;
        let (mut order, now, seq) = (self.next_count(), self.entry.now, self.entry.seq);
        let mut since = now;
        if let Some(place) = place {
            self.places.retain(|(number, _)| *number != caller);
            (order, since) = (place.order, place.since);
            self.entry
                .facts
                .push(Event::PlaceRegained { call, queue, since });
        }
        let entry = known(self.calls.get_mut(&call), "a call")?;
        known(entry.visit.is_none().then_some(()), "a call in two queues")?;
        entry.visit = Some(Visit {
            queue,
            number: entry.visits,
            order,
            joined_at: now,
            since,
            joined_in: seq,
            rings: Default::default(),
            ring_level: 0,
            retry_until: None,
            tried: Default::default(),
            offers: 0,
            offered_at_once: false,
            growing: false,
            level_counted: false,
            answered: None,
            told: Default::default(),
            reserved: None,
            callback: Default::default(),
        });
        entry.visits += 1;
        if let Some(queue) = self.queues.get_mut(&queue) {
            queue.pace = queue.learned;
            if queue.config.priority != 0 {
                queue.arrivals = Some(Arrivals::after(queue.arrivals, now));
            }
        }
        self.is_received(call, queue, offer)
    }

    /// Who has joined is offered a callback, as it is too crowded for him; or he waits.
    fn is_received(&mut self, call: CallId, queue: QueueId, offer: Option<String>) -> Checked {
        if let Some(offer) = offer {
            return self.is_offered(call, queue, &offer);
        }
        self.is_welcomed(call, queue)?;
        self.is_reserved(call)
    }

    /// Who waits must hear something: music where he was answered, now or
    /// before, else that it rings.
    pub(super) fn is_entertained(&mut self, call: CallId, queue: QueueId) -> Checked {
        let config = &known(self.queues.get(&queue), "a queue")?.config;
        let entry = known(self.calls.get_mut(&call), "a call")?;
        entry.taken |= config.answer_on_entry;
        self.entry.to_play.push(match entry.taken {
            true => Effect::PlayMusic { call, queue },
            false => Effect::AlertCaller { call },
        });
        Ok(())
    }

    pub(super) fn queue_call_ended(&mut self, record: &QueueCall) -> Checked {
        self.seen.records += 1;
        let id = *known(self.publics.get(&record.call), "a record of no call")?;
        let refused = known(self.calls.get(&id), "a call")?.visit.is_none();
        if refused {
            self.count_for_level(record.queue, false);
        } else if record.outcome != Outcome::Answered {
            self.level_decided(id)?;
        }
        let visit = known(self.calls.get_mut(&id), "a call")?.visit.take();
        let expected = match &visit {
            None => self.refused_at_join(id, record)?,
            Some(visit) => self.left(id, visit, record)?,
        };
        self.law(Law::Outcomes, *record == expected, || {
            format!("the record is {record:?}, but what happened is {expected:?}")
        })?;
        if let Some(visit) = &visit {
            self.promise_over(id, record, visit)?;
        }
        self.keep_notices(record);
        if let Some(queue) = self.queues.get_mut(&record.queue) {
            let learned = &mut queue.learned;
            let patient = visit
                .as_ref()
                .and_then(|visit| visit.callback.patient_until());
            let until = patient.unwrap_or(record.joined_at + record.waited);
            learned.patience.spend(until.since(record.joined_at));
            match record.outcome {
                Outcome::Abandoned => learned.patience.count(),
                Outcome::Answered => {
                    learned.work.spend(record.talked);
                    learned.work.spend(queue.config.wrap_up);
                    learned.work.count();
                }
                Outcome::Missed => {}
            }
        }
        match visit.and_then(|visit| visit.answered) {
            Some(answer) if record.outcome == Outcome::Answered => {
                self.remember_talk(id, record.queue, answer.agent);
                self.completed(record.queue, answer)
            }
            _ => Ok(()),
        }
    }

    /// The record of a call that was not let in.
    fn refused_at_join(&mut self, id: CallId, record: &QueueCall) -> Result<QueueCall, String> {
        let queue = record.queue;
        let config = &known(self.queues.get(&queue), "a queue")?.config;
        let (number, mut to) = (config.number, config.failover.clone());
        if record.reason == LeaveReason::QueueCrowded
            && let Some(crowded) = &config.crowded
        {
            to = crowded.destination.clone();
        }
        self.arrives(id, Destination::Queue(number))?;
        self.is_open(id, queue)?;
        let caller = known(self.calls.get(&id), "a call")?.number;
        let refusal = self.join_refusal(queue, caller);
        let offered = record.reason == LeaveReason::QueueCrowded && self.offer_of(queue).is_some();
        self.law(
            Law::Routes,
            refusal == Some(record.reason) && !offered,
            || {
                format!(
                    "queue {number} refuses a call for {:?}, not {refusal:?}",
                    record.reason
                )
            },
        )?;
        let joined_at = self.entry.now;
        let call = known(self.calls.get_mut(&id), "a call")?;
        call.goes_to = Some(to);
        call.visits += 1;
        Ok(QueueCall {
            call: call.public,
            visit: call.visits - 1,
            queue,
            caller: call.number,
            joined_at,
            waited: Span::ZERO,
            talked: Span::ZERO,
            held: Span::ZERO,
            outcome: Outcome::Missed,
            reason: record.reason,
            agent: None,
            offers: 0,
            offered_at_once: false,
            callback: false,
        })
    }

    /// The record of a call that was in a queue.
    fn left(&mut self, id: CallId, visit: &Visit, told: &QueueCall) -> Result<QueueCall, String> {
        let now = self.entry.now;
        let gone = !self.queues.contains_key(&visit.queue);
        // A connection that fails when the queue is gone was none.
        let lost = gone && self.entry.input == Input::BridgeFailed { call: id };
        let answered = visit.answered;
        let failed = self.callback_fails(id, visit);
        let reason = match (answered, lost) {
            _ if failed.is_some() => failed.unwrap_or(told.reason),
            (Some(_), _) => LeaveReason::Answered,
            (None, true) => LeaveReason::QueueRemoved,
            (None, false) => {
                let caused = self.leaves_for(id, visit, told.reason)?;
                self.law(Law::Outcomes, caused, || {
                    format!("call {id} leaves for {:?} without a cause", told.reason)
                })?;
                self.law(Law::Legs, visit.rings.is_empty(), || {
                    format!("call {id} leaves while {:?} ring", visit.rings)
                })?;
                told.reason
            }
        };
        let left_at = answered.map_or(now, |answer| answer.at);
        let caller = known(self.calls.get(&id), "a call")?.number;
        if matches!(
            reason,
            LeaveReason::CallerHungUp | LeaveReason::SystemRestart
        ) && visit.callback.promise.is_none()
            && !visit.callback.found_it_crowded()
        {
            self.keep_place(caller, visit);
        }
        let call = known(self.calls.get(&id), "a call")?;
        let held = answered.map_or(Span::ZERO, |answer| call.held_in(answer.at, now));
        self.seen.held += u64::from(!held.is_zero());
        Ok(QueueCall {
            call: call.public,
            visit: visit.number,
            queue: visit.queue,
            caller: call.number,
            joined_at: visit.joined_at,
            waited: left_at.since(visit.joined_at),
            talked: now.since(left_at),
            held,
            outcome: match reason {
                LeaveReason::Answered => Outcome::Answered,
                LeaveReason::CallerHungUp => Outcome::Abandoned,
                _ => Outcome::Missed,
            },
            reason,
            agent: answered.map(|answer| answer.agent),
            offers: visit.offers,
            offered_at_once: visit.offered_at_once,
            callback: visit.callback.promise.is_some(),
        })
    }

    /// Whether a waiting call has a cause to leave for this reason; where that
    /// leads to the failover destination, it is sent there.
    fn leaves_for(
        &mut self,
        id: CallId,
        visit: &Visit,
        reason: LeaveReason,
    ) -> Result<bool, String> {
        let promised = visit.callback.promise.is_some();
        Ok(match reason {
            LeaveReason::CallerHungUp => self.caller_is_gone(id) && !promised,
            LeaveReason::HungUpBySupervisor => {
                let hangs_up =
                    matches!(self.entry.input, Input::HangUpCall { call, .. } if call == id);
                hangs_up && !self.hangs_up_himself(id)
            }
            LeaveReason::Redirected => {
                let redirect = self.entry.input.clone();
                let Input::RedirectCall { call, to, .. } = redirect else {
                    return Ok(false);
                };
                self.goes_anew(call, to)?;
                call == id
            }
            LeaveReason::SystemRestart => matches!(self.entry.input, Input::Restarted { .. }),
            LeaveReason::Aborted => matches!(self.entry.input, Input::Abort { .. }),
            LeaveReason::KeyPressed => {
                let by_key = self.entry.by_key.take().filter(|(call, _)| *call == id);
                self.seen.keys += u64::from(by_key.is_some());
                let (_, to) = known(by_key, "a caller who leaves by a key")?;
                known(self.calls.get_mut(&id), "a call")?.goes_to = Some(to);
                true
            }
            LeaveReason::QueueCrowded => {
                let declines = self.entry.declines.take().filter(|(call, _)| *call == id);
                let (_, to) = known(declines, "a caller who wants no callback")?;
                known(self.calls.get_mut(&id), "a call")?.goes_to = Some(to);
                true
            }
            _ => self.is_put_out(id, visit, reason)?,
        })
    }

    /// Whether a queue may put a waiting call out for this reason; it goes to the failover
    /// destination.
    fn is_put_out(
        &mut self,
        id: CallId,
        visit: &Visit,
        reason: LeaveReason,
    ) -> Result<bool, String> {
        let queue = visit.queue;
        let entry = known(self.queues.get(&queue), "a queue")?;
        let failover = entry.config.failover.clone();
        let fired = self.entry.first.map(|(_, timer)| timer);
        let fired = fired.filter(|_| self.entry.input == Input::Tick);
        let promised = visit.callback.promise.is_some();
        let ahead = self.limited(queue);
        let first = ahead.iter().all(|(_, other)| other.order > visit.order);
        let limit = entry.config.max_waiting;
        let waited = self.entry.now.since(visit.since);
        let put_out = fired == Some(Timer::PutOut(queue)) && first;
        let caused = match reason {
            LeaveReason::QueueEmpty => {
                put_out && !entry.removed && !promised && self.had_to_leave(id, queue)
            }
            LeaveReason::QueueRemoved if promised => {
                let caused = put_out && entry.removed;
                return Ok(caused);
            }
            LeaveReason::QueueRemoved => put_out && entry.removed,
            LeaveReason::TimedOut => {
                let due = fired == Some(Timer::LongestWait(queue));
                due && first && !limit.is_zero() && waited >= limit && !promised
            }
            _ => false,
        };
        known(self.calls.get_mut(&id), "a call")?.goes_to = Some(failover);
        Ok(caused)
    }

    /// Whether a queue's callers had to leave as long as those still rang who wanted to
    /// pick this one up: they stop because he leaves.
    fn had_to_leave(&mut self, id: CallId, queue: QueueId) -> bool {
        let dismissed = self.entry.dismissed.iter();
        let rang: Vec<LegId> = dismissed.filter(|it| it.1 == id).map(|it| it.0).collect();
        self.stage_legs(&rang, LegStage::Ringing);
        let must = self.queues.get(&queue).map(|entry| self.must_leave(entry));
        self.stage_legs(&rang, LegStage::Over);
        must.unwrap_or(false)
    }

    fn stage_legs(&mut self, legs: &[LegId], stage: LegStage) {
        for (id, leg) in &mut self.legs {
            if legs.contains(id) {
                leg.stage = stage;
            }
        }
    }

    /// A key was pressed: where its queue gives it a meaning, the caller must leave.
    pub(super) fn await_key(&mut self, call: CallId, key: Key) {
        let visit = self.calls.get(&call).and_then(|call| call.waiting());
        let queue = visit.and_then(|visit| self.queues.get(&visit.queue));
        let to = queue.and_then(|queue| queue.config.keys.get(&key)).cloned();
        self.entry.by_key = to.map(|to| (call, to));
    }

    /// Whether the caller's side ended: he hung up, or his extension is gone.
    fn caller_is_gone(&self, id: CallId) -> bool {
        let origin = self.calls.get(&id).and_then(|call| call.origin);
        self.entry.input == Input::CallerHungUp { call: id }
            || self.hangs_up_himself(id)
            || origin.is_some_and(|origin| self.entry.gone.contains(&origin))
    }

    /// The mails and pushes that a record must lead to.
    fn keep_notices(&mut self, record: &QueueCall) {
        let QueueCall {
            call, queue, visit, ..
        } = *record;
        let notice = match record.outcome {
            Outcome::Abandoned => Some(Notice::Abandoned),
            Outcome::Missed => Some(Notice::Missed),
            Outcome::Answered => None,
        };
        let wanted = self
            .queues
            .get(&queue)
            .map(|queue| &queue.config.notify_managers);
        let failed = record.callback && record.outcome != Outcome::Answered;
        let failed = failed.then_some(Notice::CallbackFailed);
        let notices = [notice, failed].into_iter().flatten();
        let notices = notices.filter(|notice| wanted.is_some_and(|wanted| wanted.contains(notice)));
        self.entry
            .to_keep
            .extend(notices.map(|notice| Effect::Mail {
                queue,
                notice,
                call,
            }));
        if self.options.push_records {
            self.entry.to_keep.push(Effect::PushRecord { call, visit });
        }
    }

    /// An agent has ended a call: it counts, and his wrap-up begins.
    fn completed(&mut self, queue: QueueId, answer: Answer) -> Checked {
        let Answer { agent, serial, .. } = answer;
        let is_same = |member: &&mut Member| member.agent == agent && Some(member.serial) == serial;
        let left = self.entry.left.iter_mut().filter(|(of, _)| *of == queue);
        let entry = self.queues.get_mut(&queue);
        let wrap_up = entry
            .as_ref()
            .map_or(Span::ZERO, |entry| entry.config.wrap_up);
        let members = entry.into_iter().flat_map(|entry| entry.members.iter_mut());
        let mut members = members.chain(left.map(|(_, member)| member));
        let Some(member) = members.find(is_same) else {
            return Ok(());
        };
        let talked = self.entry.now.since(answer.at);
        for (calls, talk) in [
            &mut member.completed.ever,
            &mut member.completed.since_login,
            &mut member.completed.since_midnight,
        ] {
            (*calls, *talk) = (*calls + 1, *talk + talked);
        }
        if wrap_up.is_zero() {
            return Ok(());
        }
        let running = member.wrap_up_until;
        let until = (self.entry.now + wrap_up).max(running.unwrap_or_default());
        if member.wrap_up_until.replace(until).is_none() {
            self.entry.facts.push(Event::WrapUpStarted { agent, queue });
            // Who leaves the queue in the same entry does not stay in wrap-up.
            let leaves = |(of, member): &(QueueId, Member)| {
                *of == queue && member.agent == agent && Some(member.serial) == serial
            };
            if self.entry.left.iter().any(leaves) {
                self.entry.facts.push(Event::WrapUpEnded { agent, queue });
            }
        }
        Ok(())
    }

    pub(super) fn call_ended(
        &mut self,
        id: CallId,
        public: PublicId,
        reason: EndReason,
    ) -> Checked {
        let call = known(self.calls.get(&id), "a call that ends")?;
        let caused = match &call.goes_to {
            _ if self.entry.parted.contains_key(&id) => self.entry.parted.get(&id) == Some(&reason),
            Some(to) => self.end_on_the_way(call, to) == Some(reason),
            None => self.ends_for(id, reason),
        };
        let speaks = matches!(call.voicemail, Some(Voicemail::Leaves(..)));
        let over = call.public == public && call.visit.is_none() && !speaks;
        self.law(Law::Outcomes, caused && over, || {
            format!("call {id} ends for {reason:?} without a cause or a record")
        })?;
        let silent = call.recording == Recording::Off;
        self.law(Law::Outcomes, silent, || {
            format!("call {id} ends, and is recorded on")
        })?;
        self.parts(id, reason);
        for leg in self.legs.values_mut().filter(|leg| leg.call == id) {
            leg.stage = LegStage::Over;
        }
        self.calls.remove(&id);
        self.publics.remove(&public);
        self.seen.calls += 1;
        let by_itself = match self.entry.input {
            Input::Restarted { .. } => true,
            Input::CallerHungUp { call } | Input::CustomerFailed { call, .. } => call == id,
            _ => self.entry.silent.contains(&id),
        };
        if !by_itself {
            self.entry.to_hang_up.push(id);
        }
        Ok(())
    }

    /// Whether a call that had arrived somewhere has a cause to end so.
    fn ends_for(&self, id: CallId, reason: EndReason) -> bool {
        let mut legs = self.legs_of(id);
        let leg = legs.find(|(_, leg)| leg.queue.is_none() && leg.helps == Helps::No);
        let direct = leg.map(|(leg, _)| leg);
        let talking = self.talking_leg(id);
        let gone = |leg| {
            let agent = self.legs.get(&leg).map(|leg| leg.agent);
            agent.is_some_and(|agent| self.entry.gone.contains(&agent))
        };
        let asked = self.calls.get(&id).and_then(|call| call.survey.as_ref());
        match (reason, &self.entry.input) {
            (EndReason::CallbackFailed, _) => self.entry.over.contains(&id),
            (EndReason::SurveyOver, _) => asked.is_some_and(|asked| asked.ends),
            (EndReason::Aborted, Input::Abort { .. })
            | (EndReason::SystemRestart, Input::Restarted { .. }) => true,
            (EndReason::AgentHungUp, Input::LegEnded { leg }) => talking == Some(*leg),
            (EndReason::AgentHungUp, Input::Configure { .. }) => talking.is_some_and(gone),
            (EndReason::CallerHungUp, _) => self.caller_is_gone(id),
            (EndReason::CodeDialled, Input::Tick) => {
                let fired = self.entry.first.map(|(_, timer)| timer);
                let due = self.calls.get(&id).and_then(|call| call.tone_until);
                fired == Some(Timer::PromptOver(id)) && due == Some(self.entry.now)
            }
            (EndReason::HungUpBySupervisor, Input::HangUpCall { call, .. }) => {
                *call == id && !self.hangs_up_himself(id)
            }
            (EndReason::MessageLeft, Input::KeyPressed { call, key }) => {
                *call == id && *key == Key::Pound
            }
            (EndReason::MessageLeft, Input::Tick) => {
                let fired = self.entry.first.map(|(_, timer)| timer);
                fired == Some(Timer::MessageOver(id))
            }
            (EndReason::ExtensionFailed(cause), _) if self.rings_outside(id) => {
                self.fails_outside(id, cause)
            }
            (EndReason::ExtensionFailed(cause), input) => match input {
                Input::LegFailed { leg, cause: told } => direct == Some(*leg) && cause == *told,
                Input::LegEnded { leg } => direct == Some(*leg) && cause == Cause::Unreachable,
                Input::BridgeFailed { call } => *call == id && cause == Cause::Unreachable,
                Input::Configure { .. } => direct.is_some_and(gone) && cause == Cause::Unreachable,
                Input::Tick => {
                    let fired = self.entry.first.map(|(_, timer)| timer);
                    fired == direct.map(Timer::RingTimeout) && cause == Cause::NoAnswer
                }
                _ => false,
            },
            _ => false,
        }
    }
}
