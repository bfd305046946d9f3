//! Starting again, and going on after a deadline that could not be carried
//! out.

use crate::acd::line::first_limited;
use crate::calls;
use crate::effect::{Effect, EffectId, EffectKind};
use crate::event::{EndReason, Event, KeptEnd};
use crate::ids::CallId;
use crate::mark::Mark;
use crate::outbox::Reject;
use crate::records::{LeaveReason, Outcome};
use crate::state::{Call, Stage, State};
use crate::step::Step;
use crate::timer::Timer;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// The system lives again. Every leg of before is gone, so every call is
    /// over; what people are and what was promised stays.
    pub(crate) fn restarted(&mut self, epoch: u32) {
        if epoch > self.s.next_public.epoch {
            self.s.next_public.epoch = epoch;
        }
        self.resume_kept();
        let calls = self.s.calls.ids();
        self.note_cut_off();
        let mut count = 0;
        for call in calls {
            let entry = self.s.calls.get(call);
            let waits = entry.filter(|call| call.stage == Stage::AwaitingAgent);
            let visit = waits.and_then(|call| call.visit.as_ref());
            if visit.is_some_and(|visit| visit.promise().is_some()) {
                self.keep_promise(call);
                continue;
            }
            count += 1;
            self.cut_off(call, EndReason::SystemRestart, LeaveReason::SystemRestart);
        }
        // Nobody is there to be told: the legs went down with the system.
        self.out
            .effects
            .retain(|(_, order)| order.kind() == EffectKind::Kept);
        self.tell(Event::SystemRestarted { calls: count });
    }

    /// What the restart cuts off, for those who look for rare paths.
    fn note_cut_off(&mut self) {
        let some = |is: fn(&Call) -> bool| move |s: &State| s.calls.iter().any(|(_, c)| is(c));
        let rings = |call: &Call| call.visit.as_ref().is_some_and(|visit| visit.ringing > 0);
        self.sometimes_if(Mark::RestartRinging, some(rings));
        let direct = |call: &Call| call.stage == Stage::AwaitingAnswer;
        self.sometimes_if(Mark::RestartRingingDirect, some(direct));
        let message = |call: &Call| call.stage == Stage::AwaitingMessage;
        self.sometimes_if(Mark::RestartMessage, some(message));
        let talks = |call: &Call| call.stage == Stage::AwaitingEnd;
        self.sometimes_if(Mark::RestartTalking, some(talks));
    }

    /// Ends a call whatever it is doing. A caller who waits has missed it, a
    /// conversation ends as one.
    fn cut_off(&mut self, id: CallId, reason: EndReason, left: LeaveReason) {
        if self.s.calls.get(id).is_none() {
            return;
        }
        match self.s.calls[id].stage {
            Stage::AwaitingAgent => {
                if left == LeaveReason::SystemRestart {
                    // He can not call again before the system is there again.
                    self.keep_place(id, self.s.received_at);
                }
                self.leave(id, Outcome::Missed, left);
            }
            Stage::AwaitingCustomer => self.customer_lost(id, left),
            Stage::AwaitingAnswer
            | Stage::AwaitingCaller
            | Stage::AwaitingKey
            | Stage::AwaitingPrompt
            | Stage::AwaitingRetrieval => {}
            Stage::AwaitingEnd => self.finish_talk(id),
            Stage::AwaitingMessage => self.finish_message(id),
        }
        self.close(id, reason, Some(calls::UNANSWERED));
    }

    /// What can be done twice is ordered again, under its old id; of the rest
    /// nobody can say whether it was done.
    fn resume_kept(&mut self) {
        let kept: Vec<(EffectId, Effect)> = self
            .s
            .kept
            .iter()
            .map(|(id, effect)| (*id, effect.clone()))
            .collect();
        for (id, effect) in kept {
            if effect.is_idempotent() {
                self.sometimes(Mark::KeptOnceMore);
                self.out.effects.push((id, effect));
            } else {
                self.sometimes(Mark::KeptInDoubt);
                self.s.kept.remove(&id);
                self.tell(Event::KeptEnded {
                    effect: id,
                    how: KeptEnd::Unknown,
                });
            }
        }
    }

    /// The earliest deadline could not be carried out: the call that it is about
    /// is ended instead. Deadlines that end no call happen all the same.
    pub(crate) fn abort(&mut self, timer: Timer) -> Result<(), Reject> {
        if self.deadline()? != timer {
            return Err(Reject::TooEarly);
        }
        self.s.timers.pop();
        let (reason, left) = (EndReason::Aborted, LeaveReason::Aborted);
        self.sometimes(mark_of(timer));
        match timer {
            Timer::LongestWait(queue) => {
                self.s.queues[queue].longest_wait = None;
                if let Some(head) = first_limited(self.s, queue) {
                    self.cut_off(head, reason, left);
                }
            }
            // A queue does not end with its day: the new one begins all the same.
            Timer::Midnight(queue) => self.midnight(queue),
            // The call keeps its timer, which is cancelled with it.
            Timer::Announcement(call)
            | Timer::Callback(call)
            | Timer::CallerRing(call)
            | Timer::MenuTimeout(call)
            | Timer::MessageOver(call)
            | Timer::Parked(call)
            | Timer::PreferredWait(call)
            | Timer::PromptOver(call)
            | Timer::SurveyTimeout(call) => {
                self.cut_off(call, reason, left);
            }
            Timer::PutOut(queue) => {
                self.s.queues[queue].put_out = None;
                if let Some(head) = first_limited(self.s, queue) {
                    self.cut_off(head, reason, left);
                }
                self.put_out_if_empty(queue);
                let entry = &self.s.queues[queue];
                if entry.removed && entry.line.is_none() {
                    self.drop_queue(queue);
                } else {
                    // Whoever may stay after all has not been looked at meanwhile.
                    self.look_again(queue);
                }
            }
            Timer::Rest(agent) => self.rest_over(agent),
            Timer::Retry(call) => {
                crate::acd::line::visit_mut(&mut self.s.calls[call]).retry = None;
                self.cut_off(call, reason, left);
            }
            // The leg keeps its timer, so that it counts as ringing and is cancelled.
            Timer::RingTimeout(leg) => self.cut_off(self.s.legs[leg].call, reason, left),
            Timer::ServiceLevel(queue) => self.evaluate_service_level(queue),
            Timer::SkillStep(queue) => self.skill_step_reached(queue),
            Timer::WrapUp(member) => self.wrap_up_over(member),
        }
        Ok(())
    }
}

/// The rare path that a timer leads to which can not be carried out.
const fn mark_of(timer: Timer) -> Mark {
    match timer {
        Timer::Announcement(_) => Mark::AbortedAnnouncement,
        Timer::Callback(_) => Mark::AbortedCallback,
        Timer::CallerRing(_) => Mark::AbortedCallerRing,
        Timer::LongestWait(_) => Mark::AbortedLongestWait,
        Timer::MenuTimeout(_) => Mark::AbortedMenu,
        Timer::MessageOver(_) => Mark::AbortedMessage,
        Timer::Midnight(_) => Mark::AbortedMidnight,
        Timer::Parked(_) => Mark::AbortedParking,
        Timer::PreferredWait(_) => Mark::AbortedPreferredWait,
        Timer::PromptOver(_) => Mark::AbortedPrompt,
        Timer::PutOut(_) => Mark::AbortedPutOut,
        Timer::Rest(_) => Mark::AbortedRest,
        Timer::Retry(_) => Mark::AbortedRetry,
        Timer::RingTimeout(_) => Mark::AbortedRing,
        Timer::ServiceLevel(_) => Mark::AbortedServiceLevel,
        Timer::SkillStep(_) => Mark::AbortedSkillStep,
        Timer::SurveyTimeout(_) => Mark::AbortedSurvey,
        Timer::WrapUp(_) => Mark::AbortedWrapUp,
    }
}
