//! Parked callers: one in each slot, until somebody dials the slot, or the time is
//! over and the caller comes back to who parked him. Who talked to a caller may be parked in
//! his stead: he is the caller of a call of his own then.

use crate::calls::{Goal, UNANSWERED, prompt_named};
use crate::config::announcements::{Announcements, Sentence};
use crate::config::model::Parking;
use crate::config::rights::Right;
use crate::directory::Target;
use crate::effect::{Effect, HangUpCause};
use crate::event::{CallAct, EndReason, Event};
use crate::ids::{CallId, QueueId};
use crate::input::{By, Caller, Cause, Side};
use crate::mark::Mark;
use crate::number::Number;
use crate::outbox::Reject;
use crate::state::{Parked, Stage, State};
use crate::step::Step;
use crate::supervise::queue_of;
use crate::timer::Timer;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// Parks one side of a conversation, in the first free slot. The other is told the slot,
    /// and is off the line.
    #[cold]
    pub(crate) fn park_call(&mut self, by: By, call: CallId, side: Side) -> Result<(), Reject> {
        let granted = self.granted(by, call, Right::Parking)?;
        let (call, leg) = self.in_talk(&granted)?;
        let parking = self.s.options.parking.ok_or(Reject::NoSlot)?;
        let slot = free_slot(self.s, parking).ok_or(Reject::NoSlot)?;
        let queue = queue_of(&self.s.calls[call]);
        let talked = self.s.legs[leg].agent;
        let person = match by {
            By::Person(number) => self.agent_of(number).ok(),
            By::System => None,
        };
        let (goes, told) = match side {
            Side::Agent => {
                let own = self.own_call(leg)?;
                self.handled(call, by, CallAct::ParkedAgent);
                (self.turn(call, leg, own), None)
            }
            Side::Caller => {
                self.handled(call, by, CallAct::Parked);
                self.part(call);
                self.drop_talk(leg);
                (call, Some(leg))
            }
        };
        self.emit(Effect::PlayHoldMusic { call: goes, queue });
        let prompts = spoken(self.s, queue, slot);
        self.emit(Effect::SaySlot {
            call,
            leg: told,
            slot,
            prompts,
        });
        let due = self.now + parking.timeout;
        let parked = Parked {
            slot,
            queue,
            back_to: person.unwrap_or(talked),
            timer: self.s.timers.arm(due, Timer::Parked(goes)),
        };
        let entry = &mut self.s.calls[goes];
        entry.stage = Stage::AwaitingRetrieval;
        entry.extra().parked = Some(parked);
        self.s.slots.insert(slot, goes);
        self.tell(Event::CallParked { call: goes, slot });
        if goes != call {
            // He is let go when he has heard the slot.
            self.close(call, EndReason::AgentHungUp, None);
        }
        Ok(())
    }

    /// Nobody came for a parked caller: who parked him is rung.
    pub(crate) fn parked_too_long(&mut self, call: CallId) {
        let parked = self.unpark(call);
        let back_to = Some(parked.back_to).filter(|&agent| self.s.agents.contains(agent));
        // Nobody is rung for himself.
        let back_to = back_to.filter(|&agent| self.s.calls[call].origin != Some(agent));
        self.sometimes_if(Mark::ParkedForNobody, |_| back_to.is_none());
        self.tell(Event::ParkingTimedOut { call });
        self.send(
            call,
            back_to.map_or(Goal::End(EndReason::NoDestination), |agent| {
                Goal::Target(Target::Extension(agent))
            }),
        );
    }

    /// The caller is in his slot no more.
    pub(crate) fn unpark(&mut self, call: CallId) -> Parked {
        let parked = self.s.calls[call].extra().parked.take();
        let parked = parked.expect("a parked call has a slot");
        self.s.timers.cancel(parked.timer);
        self.s.slots.remove(&parked.slot);
        parked
    }

    /// The caller parked in the slot that an extension dials, if one is.
    pub(crate) fn parked_in(&self, from: &Caller, dialled: Number) -> Option<CallId> {
        let slot = from.extension.and_then(|_| self.s.slots.get(&dialled));
        slot.copied()
    }

    /// An extension dialled the slot of a parked caller: both are connected.
    pub(crate) fn retrieve(&mut self, id: CallId, parked: CallId) {
        let slot = self.unpark(parked).slot;
        self.join_callers(parked, id);
        self.tell(Event::CallRetrieved {
            call: parked,
            with: id,
            slot,
        });
    }

    /// Connects two callers with each other: this one is answered already.
    pub(crate) fn join_callers(&mut self, call: CallId, with: CallId) {
        for (one, other) in [(with, call), (call, with)] {
            let entry = &mut self.s.calls[one];
            entry.stage = Stage::AwaitingEnd;
            entry.taken = true;
            entry.extra().joined = Some(other);
        }
        self.emit(Effect::Join { call, with });
    }

    /// A call ends: its slot is free again, and it rings no more. Returns the call that it
    /// was, or was to be, connected with.
    #[cold]
    #[inline(never)]
    pub(crate) fn close_extras(&mut self, call: CallId) -> Option<CallId> {
        if self.s.calls[call].extra().parked.is_some() {
            self.unpark(call);
            return None;
        }
        if let Some(rung) = self.s.calls[call].extra().rung.take() {
            self.s.timers.cancel(rung.timer);
        }
        let with = self.s.calls[call].extra().joined.take()?;
        self.s.calls[with].extra().joined = None;
        Some(with)
    }

    /// The call that was connected with this one, or was to be, is over: with it this one,
    /// or its caller is asked how it was.
    #[cold]
    #[inline(never)]
    pub(crate) fn close_joined(&mut self, call: CallId, reason: EndReason) {
        if reason == EndReason::CallerHungUp
            && let Some(about) = self.to_rate(call)
        {
            self.sometimes(Mark::SurveyParked);
            return self.ask(call, about);
        }
        let reason = match reason {
            EndReason::CallerHungUp => EndReason::AgentHungUp,
            other => other,
        };
        let told = match reason {
            EndReason::Aborted => UNANSWERED,
            EndReason::ExtensionFailed(cause) => HangUpCause::ExtensionFailed(cause),
            _ => HangUpCause::Normal,
        };
        self.close(call, reason, Some(told));
    }

    /// Two callers could not be connected with each other: both calls end.
    #[cold]
    pub(crate) fn join_failed(&mut self, call: CallId) {
        let cause = Cause::Unreachable;
        let told = Some(HangUpCause::ExtensionFailed(cause));
        self.close(call, EndReason::ExtensionFailed(cause), told);
    }
}

/// The prompts that tell a slot, in the language of the queue's announcements; none where
/// one of them is not there, as half a number is worse than none.
fn spoken(s: &State, queue: Option<QueueId>, slot: Number) -> Vec<String> {
    let queue = queue.and_then(|queue| s.queues.get(queue));
    let told = queue.and_then(|queue| queue.config.announcements.as_deref());
    let parts = match told {
        Some(told) => told.spoken(Sentence::Slot(slot)),
        None => Announcements::default().spoken(Sentence::Slot(slot)),
    };
    let complete = parts.iter().all(|name| prompt_named(s, name).is_some());
    if complete { parts } else { Vec::new() }
}

/// The first slot in which nobody is parked.
fn free_slot(s: &State, parking: Parking) -> Option<Number> {
    parking.slots().find(|slot| !s.slots.contains_key(slot))
}
