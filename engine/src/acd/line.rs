//! The callers of a queue, from joining to leaving.

use crate::acd::eligible::set_of;
use crate::acd::estimate::{self, Arrivals};
use crate::acd::presence::{join_allowed, stays_allowed};
use crate::calls::{Goal, goal};
use crate::config::model::{Crowded, Destination, Notice};
use crate::effect::{CancelReason, Effect};
use crate::event::{Event, OfferEnd};
use crate::ids::{CallId, QueueId};
use crate::limits::{PLACES_KEPT_MAX, PUT_OUT_CALLS_MAX};
use crate::mark::Mark;
use crate::records::callbacks::Callback;
use crate::records::{LeaveReason, Outcome, QueueCall};
use crate::state::{Call, CallSet, Place, Queue, Stage, State, Visit};
use crate::step::Step;
use crate::time::{Span, Timestamp};
use crate::timer::Timer;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// Lets a call into a queue, or says where it goes instead: from a closed one
    /// without a trace in its figures, else with a record of why.
    pub(crate) fn join(&mut self, id: CallId, queue: QueueId) -> Result<(), Goal> {
        if self.s.queues[queue].config.time_condition.is_some()
            && let Some(goal) = self.diverted(id, queue)
        {
            return Err(goal);
        }
        self.begin_visit(id, queue);
        let mut place = match self.s.queues[queue].config.place_kept.is_zero() {
            true => None,
            false => self.place_of(id, queue),
        };
        let promised = match self.s.queues[queue].promised {
            0 => None,
            _ => self.promised_to(id, queue),
        };
        let refusal = self.refusal(queue, place.is_some(), promised.is_some());
        let crowded = matches!(refusal, Some((LeaveReason::QueueCrowded, _)));
        let offers = crowded && self.offers_callback(queue);
        if let Some((reason, to)) = refusal.filter(|_| !offers) {
            let elsewhere = goal(self.s, to);
            self.sometimes_if(Mark::QueueCrowded, |_| crowded);
            self.end_visit(id, Outcome::Missed, reason, Span::ZERO);
            return Err(elsewhere);
        }
        if let Some(promised) = promised {
            place = self.withdraw_callback(promised);
        }
        self.s.calls[id].stage = Stage::AwaitingAgent;
        let entry = &mut self.s.queues[queue];
        entry.pace = entry.learned;
        if entry.config.priority != 0 {
            Arrivals::count(&mut entry.arrivals, self.now);
        }
        match place {
            None => {
                self.append(id, queue);
                self.tell(Event::CallJoined { call: id, queue });
            }
            Some(place) => self.take_place(id, place),
        }
        if offers {
            self.offer_callback(id);
        } else {
            self.receive(id, queue);
        }
        self.sort_in(id);
        self.put_out_if_empty(queue);
        Ok(())
    }

    /// What a caller hears first who has joined, and for whom he is reserved.
    fn receive(&mut self, id: CallId, queue: QueueId) {
        if !self.s.queues[queue].config.speaks() || !self.welcome(id, queue) {
            self.entertain(id, queue);
        }
        if !self.s.queues[queue].config.preferred_wait.is_zero() && !visit(self.s, id).hears_first()
        {
            self.reserve(id);
        }
    }

    /// Lets a caller hear what he hears while he waits. Who was answered once,
    /// here or elsewhere, can not hear it ring any more.
    #[inline(always)]
    pub(crate) fn entertain(&mut self, call: CallId, queue: QueueId) {
        let entry = &mut self.s.calls[call];
        entry.taken |= self.s.queues[queue].config.answer_on_entry;
        if entry.taken {
            self.emit(Effect::PlayMusic { call, queue });
        } else {
            self.emit(Effect::AlertCaller { call });
        }
    }

    fn begin_visit(&mut self, id: CallId, queue: QueueId) {
        self.s.joins += 1;
        let call = &mut self.s.calls[id];
        call.visit = Some(Visit {
            queue,
            number: call.visits,
            joined_at: self.now,
            returned_at: None,
            joined_in: self.seq,
            join_number: self.s.joins,
            before: None,
            after: None,
            set: CallSet::Aside,
            ringing: 0,
            ringing_level: 0,
            retry: None,
            tried: Vec::new(),
            offers: 0,
            offered_at_once: false,
            growing: false,
            level_counted: false,
            answered: None,
            announcing: None,
            reserved: None,
            callback: None,
        });
        call.visits += 1;
    }

    /// Why a queue does not let one more in, and where he goes, if it does not.
    /// Who has a place there is not one more to make it crowded, and who was to be called
    /// back is counted there already.
    fn refusal(
        &self,
        queue: QueueId,
        has_place: bool,
        counted: bool,
    ) -> Option<(LeaveReason, &Destination)> {
        let entry = &self.s.queues[queue];
        let config = &entry.config;
        if !join_allowed(self.s, queue) {
            Some((LeaveReason::QueueEmpty, &config.failover))
        } else if config.max_callers > 0 && entry.callers - u32::from(counted) >= config.max_callers
        {
            Some((LeaveReason::QueueFull, &config.failover))
        } else {
            let crowded = config.crowded.as_ref();
            let crowded = crowded.filter(|_| !has_place && !counted)?;
            let too_crowded = self.too_crowded(queue, crowded);
            too_crowded.then_some((LeaveReason::QueueCrowded, &crowded.destination))
        }
    }

    /// Whether too many wait, or whether one more would have to expect too long a
    /// wait. Where nobody can tell how long, it is not too long.
    #[inline(never)]
    fn too_crowded(&self, queue: QueueId, crowded: &Crowded) -> bool {
        let callers = self.s.queues[queue].callers;
        let too_many = crowded.callers > 0 && callers >= crowded.callers;
        let too_long = || {
            let estimate = estimate::of_next(self.s, queue, self.now);
            estimate.is_some_and(|estimate| estimate.expected > crowded.wait)
        };
        too_many || (!crowded.wait.is_zero() && too_long())
    }

    /// The place that a caller had in this queue a while ago, unless the longest wait
    /// from there on would be over.
    #[inline(never)]
    fn place_of(&self, id: CallId, queue: QueueId) -> Option<Place> {
        let number = self.s.parties[self.s.calls[id].party].number;
        let place = self.s.places.get(number, self.now)?;
        (place.queue == queue && !self.is_over(&place)).then_some(place)
    }

    /// Whether the longest wait would be over for who stood there.
    fn is_over(&self, place: &Place) -> bool {
        let limit = self.s.queues[place.queue].config.max_waiting;
        !limit.is_zero() && place.joined_at + limit <= self.now
    }

    /// Who was to be called back calls again himself: his callback ends, and his new call
    /// has its place, unless the longest wait from there on would be over.
    #[cold]
    #[inline(never)]
    fn withdraw_callback(&mut self, promised: CallId) -> Option<Place> {
        self.sometimes(Mark::CallbackWithdrawn);
        let place = Place::of(visit(self.s, promised));
        self.fail_callback(promised, LeaveReason::CallbackWithdrawn);
        (!self.is_over(&place)).then_some(place)
    }

    /// Puts a caller back where he stood when he hung up.
    #[cold]
    #[inline(never)]
    fn take_place(&mut self, id: CallId, place: Place) {
        let Place {
            queue,
            joined_at: since,
            join_number,
        } = place;
        let call = &mut self.s.calls[id];
        self.s.places.forget(self.s.parties[call.party].number);
        let own = visit_mut(call);
        own.returned_at = Some(Box::new(own.joined_at));
        (own.joined_at, own.join_number) = (since, join_number);
        self.reinsert(id, queue);
        self.sometimes(Mark::PlaceRegained);
        self.tell(Event::CallJoined { call: id, queue });
        self.tell(Event::PlaceRegained {
            call: id,
            queue,
            since,
        });
    }

    /// Keeps the place of a caller who is about to leave the line, from a time on, for as
    /// long as his queue is set to. Who found it too crowded has none.
    pub(crate) fn keep_place(&mut self, id: CallId, from: Timestamp) {
        let own = visit(self.s, id);
        let kept = self.s.queues[own.queue].config.place_kept;
        let number = self.s.parties[self.s.calls[id].party].number;
        if kept.is_zero() || number.is_none() || own.found_it_crowded() {
            return;
        }
        let place = Place::of(own);
        let places = &mut self.s.places;
        places.insert(number, place, from + kept, from, PLACES_KEPT_MAX);
    }

    /// Puts a call at the end of the line.
    fn append(&mut self, id: CallId, queue: QueueId) {
        let entry = &mut self.s.queues[queue];
        entry.callers += 1;
        let Some((first, last)) = entry.line else {
            entry.line = Some((id, id));
            return self.arm_longest_wait(queue);
        };
        entry.line = Some((first, id));
        let promised = entry.promised;
        visit_mut(&mut self.s.calls[last]).after = Some(id);
        visit_mut(&mut self.s.calls[id]).before = Some(last);
        if promised > 0 {
            self.arm_longest_wait(queue);
        }
    }

    /// Puts a call back where it stood: before the first that joined later.
    /// Such calls stand near the head, as only the foremost are answered.
    pub(crate) fn reinsert(&mut self, id: CallId, queue: QueueId) {
        let join_number = visit(self.s, id).join_number;
        let mut after = self.s.queues[queue].line.map(|(first, _)| first);
        while let Some(other) =
            after.filter(|&other| visit(self.s, other).join_number < join_number)
        {
            after = visit(self.s, other).after;
        }
        let Some(next) = after else {
            return self.append(id, queue);
        };
        self.sometimes(Mark::CallerBack);
        let before = visit_mut(&mut self.s.calls[next]).before.replace(id);
        let own = visit_mut(&mut self.s.calls[id]);
        (own.before, own.after) = (before, Some(next));
        match before {
            Some(before) => visit_mut(&mut self.s.calls[before]).after = Some(id),
            None => {
                let entry = &mut self.s.queues[queue];
                entry.line = entry.line.map(|(_, last)| (id, last));
            }
        }
        self.s.queues[queue].callers += 1;
        self.arm_longest_wait(queue);
    }

    /// Takes a call out of the line and out of its queue's sets.
    pub(crate) fn unlink(&mut self, id: CallId) {
        if visit(self.s, id).reserved.is_some() {
            self.let_go(id);
        }
        let own = visit_mut(&mut self.s.calls[id]);
        let (queue, before, after) = (own.queue, own.before.take(), own.after.take());
        let (join_number, set) = (own.join_number, own.set);
        let (retry, announcing) = (own.retry.take(), own.announcing.take());
        let callback = own.callback.is_some();
        own.set = CallSet::Aside;
        if let Some(timer) = retry {
            self.s.timers.cancel(timer);
        }
        if let Some(own) = announcing {
            self.s.timers.cancel(own.timer);
        }
        if callback {
            self.unlink_callback(id);
        }
        let entry = &mut self.s.queues[queue];
        take_from_sets(entry, set, join_number);
        entry.callers -= 1;
        let (first, last) = entry.line.expect("the call stands in the line");
        entry.line = match (before, after) {
            (None, None) => None,
            (None, Some(next)) => Some((next, last)),
            (Some(previous), None) => Some((first, previous)),
            (Some(_), Some(_)) => Some((first, last)),
        };
        if let Some(before) = before {
            visit_mut(&mut self.s.calls[before]).after = after;
        }
        if let Some(after) = after {
            visit_mut(&mut self.s.calls[after]).before = before;
        }
        if self.s.queues[queue].promised > 0 {
            self.limit_others(queue);
        } else if before.is_none() {
            self.arm_longest_wait(queue);
        }
    }

    /// Whose wait is limited has changed in a queue with callers who are called back:
    /// where nobody's is, nobody is put out.
    #[cold]
    #[inline(never)]
    pub(crate) fn limit_others(&mut self, queue: QueueId) {
        self.arm_longest_wait(queue);
        if first_limited(self.s, queue).is_none()
            && let Some(timer) = self.s.queues[queue].put_out.take()
        {
            self.sometimes(Mark::PutOutCalledOff);
            self.s.timers.cancel(timer);
            self.look_again(queue);
        }
    }

    /// One timer for the longest wait of a queue: that of the caller at the head,
    /// who joined first, but for those who are called back. May be called needlessly; it
    /// is due at the same time.
    pub(crate) fn arm_longest_wait(&mut self, queue: QueueId) {
        let entry = &mut self.s.queues[queue];
        if let Some(timer) = entry.longest_wait.take() {
            self.s.timers.cancel(timer);
        }
        let limit = entry.config.max_waiting;
        if limit.is_zero() {
            return;
        }
        let Some(head) = first_limited(self.s, queue) else {
            return;
        };
        let due = (visit(self.s, head).joined_at + limit).max(self.now);
        let timer = self.s.timers.arm(due, Timer::LongestWait(queue));
        self.s.queues[queue].longest_wait = Some(timer);
    }

    /// Puts a waiting call into the set of its queue in which it belongs now.
    pub(crate) fn sort_in(&mut self, id: CallId) {
        let own = visit_mut(&mut self.s.calls[id]);
        let entry = &mut self.s.queues[own.queue];
        let set = set_of(entry.config.strategy, own.ringing, own.pauses());
        if set == own.set {
            return;
        }
        take_from_sets(entry, own.set, own.join_number);
        own.set = set;
        match set {
            CallSet::Aside => return,
            CallSet::Joinable => entry.joinable.insert(own.join_number, id),
            CallSet::Ready => entry.ready.insert(own.join_number, id),
        }
        if !entry.free.is_empty() {
            let queue = own.queue;
            self.mark(queue);
        }
    }

    /// The call leaves the line without an answer: rings are taken back, the
    /// outcome is recorded. Where the caller goes is decided where this is called.
    pub(crate) fn leave(&mut self, id: CallId, outcome: Outcome, reason: LeaveReason) {
        self.withdraw_rings(id, OfferEnd::Withdrawn, CancelReason::Withdrawn);
        self.unlink(id);
        self.end_visit(id, outcome, reason, Span::ZERO);
    }

    /// The call leaves the line for its queue's failover destination.
    fn leave_for_failover(&mut self, id: CallId, reason: LeaveReason) {
        let queue = visit(self.s, id).queue;
        let failover = goal(self.s, &self.s.queues[queue].config.failover);
        if visit(self.s, id).promise().is_some() {
            return self.fail_callback(id, reason);
        }
        self.leave(id, Outcome::Missed, reason);
        self.send(id, failover);
    }

    /// Records the outcome of a visit, and how long its caller was on hold; whatever it was,
    /// this happens once.
    pub(crate) fn end_visit(
        &mut self,
        id: CallId,
        outcome: Outcome,
        reason: LeaveReason,
        held: Span,
    ) {
        if outcome != Outcome::Answered {
            self.level_decided(id);
        }
        let call = &mut self.s.calls[id];
        let visit = call.visit.take().expect("a call in a queue has a visit");
        let left_at = visit.answered.map_or(self.now, |answered| answered.at);
        if let Some(entry) = self.s.queues.get_mut(visit.queue) {
            let patience = &mut entry.learned.patience;
            // Who is called back needs no more patience.
            let until = visit
                .promise()
                .map_or(left_at, |promise| promise.requested_at);
            patience.spend(until - visit.came_at());
            if outcome == Outcome::Abandoned {
                patience.count();
            }
        }
        let record = QueueCall {
            call: call.public,
            visit: visit.number,
            queue: visit.queue,
            caller: self.s.parties[call.party].number,
            joined_at: visit.came_at(),
            waited: left_at - visit.came_at(),
            talked: self.now - left_at,
            held,
            outcome,
            reason,
            agent: visit.answered.map(|answered| answered.agent),
            offers: visit.offers,
            offered_at_once: visit.offered_at_once,
            callback: visit.promise().is_some(),
        };
        self.tell(Event::QueueCallEnded(record));
        if let Some(promise) = visit.promise() {
            let callback = Callback::of(&record, promise.number);
            self.tell(Event::CallbackEnded(callback));
        }
        self.notify(&record);
    }

    /// Orders the mails and pushes that are configured for a finished call.
    fn notify(&mut self, record: &QueueCall) {
        let QueueCall {
            call, queue, visit, ..
        } = *record;
        let notice = match record.outcome {
            Outcome::Abandoned => Some(Notice::Abandoned),
            Outcome::Missed => Some(Notice::Missed),
            Outcome::Answered => None,
        };
        let wanted = |notice: &Notice| {
            let entry = self.s.queues.get(queue);
            entry.is_some_and(|entry| entry.config.notify_managers.contains(notice))
        };
        let failed = record.callback && record.outcome != Outcome::Answered;
        let failed = failed.then_some(Notice::CallbackFailed);
        let notices = [notice, failed].map(|notice| notice.filter(wanted));
        for notice in notices.into_iter().flatten() {
            self.emit(Effect::Mail {
                queue,
                notice,
                call,
            });
        }
        if self.s.options.push_records {
            self.emit(Effect::PushRecord { call, visit });
        }
    }

    /// The caller at the head of the line has waited as long as allowed.
    pub(crate) fn longest_wait_over(&mut self, queue: QueueId) {
        self.s.queues[queue].longest_wait = None;
        let head = first_limited(self.s, queue).expect("the timer belongs to a head");
        self.sometimes_if(Mark::LongestWaitRinging, |s| visit(s, head).ringing > 0);
        self.leave_for_failover(head, LeaveReason::TimedOut);
    }

    /// Puts callers out of an empty or deleted queue, at most so many.
    pub(crate) fn put_out(&mut self, queue: QueueId) {
        let entry = &mut self.s.queues[queue];
        entry.put_out = None;
        let reason = if entry.removed {
            LeaveReason::QueueRemoved
        } else {
            LeaveReason::QueueEmpty
        };
        for _ in 0..PUT_OUT_CALLS_MAX {
            // Who leaves may be an agent, who is present again with that.
            let Some(head) = first_limited(self.s, queue) else {
                break;
            };
            if stays_allowed(self.s, queue) {
                self.sometimes(Mark::PutOutStops);
                break;
            }
            self.leave_for_failover(head, reason);
        }
        if self.s.queues[queue].line.is_some() {
            self.sometimes_if(Mark::PutOutInParts, |s| !stays_allowed(s, queue));
            self.put_out_if_empty(queue);
            // Whoever may stay after all has not been looked at meanwhile.
            self.look_again(queue);
        } else if self.s.queues[queue].removed {
            self.sometimes(Mark::DeletedQueueEmpties);
            self.drop_queue(queue);
        }
    }

    /// The pause between two agents rung for a call is over.
    pub(crate) fn retry_over(&mut self, id: CallId) {
        let own = visit_mut(&mut self.s.calls[id]);
        (own.retry, own.growing) = (None, false);
        self.sort_in(id);
    }
}

/// The first caller of a queue whose wait is limited: who is called back has a time of
/// his own. Of a deleted queue, the first of all, as nobody stays.
pub(crate) fn first_limited(s: &State, queue: QueueId) -> Option<CallId> {
    let entry = &s.queues[queue];
    let mut next = entry.line.map(|(first, _)| first);
    if entry.promised == 0 || entry.removed {
        return next;
    }
    while let Some(id) = next.filter(|&id| visit(s, id).promise().is_some()) {
        next = visit(s, id).after;
    }
    next
}

fn take_from_sets(entry: &mut Queue, set: CallSet, join_number: u64) {
    match set {
        CallSet::Aside => {}
        CallSet::Joinable => entry.joinable.remove(join_number),
        CallSet::Ready => entry.ready.remove(join_number),
    }
}

/// The visit of a call that is known to be in a queue or to talk because of it.
pub(crate) fn visit(s: &State, id: CallId) -> &Visit {
    s.calls[id]
        .visit
        .as_ref()
        .expect("a call in a queue has a visit")
}

/// The same, to change.
pub(crate) fn visit_mut(call: &mut Call) -> &mut Visit {
    call.visit.as_mut().expect("a call in a queue has a visit")
}
