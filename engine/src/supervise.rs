//! What supervisors do with a queue's calls: pick up, redirect, hang up, transfer,
//! listen in, record. Agents do some of it with their own calls, at their telephones
//! or on a screen. Parking has a module of its own.

use crate::acd::line::visit;
use crate::calls::{Goal, goal};
use crate::config::model::Destination;
use crate::config::points::PointKind;
use crate::config::rights::Right;
use crate::consult::consulted;
use crate::directory::Target;
use crate::effect::{CancelReason, Effect, HangUpCause};
use crate::event::{CallAct, EndReason, Event};
use crate::ids::{AgentId, CallId, LegId, QueueId};
use crate::input::{By, Monitoring, Recording, Side};
use crate::mark::Mark;
use crate::outbox::Reject;
use crate::permissions::{self, AccessGranted};
use crate::records::{LeaveReason, Outcome};
use crate::state::{Call, Purpose, Stage, State, is_held};
use crate::step::Step;
use crate::time::{Span, Timestamp};
use crate::trace::Trace;

/// Calls that wait, ring and talk.
impl<T: Trace> Step<'_, T> {
    /// A live call that `by` may handle so.
    pub(crate) fn granted(
        &self,
        by: By,
        call: CallId,
        right: Right,
    ) -> Result<AccessGranted<CallId>, Reject> {
        if !self.s.calls.contains(call) {
            return Err(Reject::Stale);
        }
        permissions::handle_call(self.s, by, call, right).ok_or(Reject::Denied)
    }

    /// The telephone of whoever asks, if it can be rung.
    pub(crate) fn telephone_of(&self, by: By) -> Result<AgentId, Reject> {
        let By::Person(number) = by else {
            return Err(Reject::Denied);
        };
        let agent = self.agent_of(number)?;
        let up = self.s.agents[agent].up;
        up.then_some(agent).ok_or(Reject::Unreachable)
    }

    /// Where somebody sends a call, if that is there; to the outside only who may call there.
    pub(crate) fn goal_of(&self, by: By, to: &Destination) -> Result<Goal, Reject> {
        match goal(self.s, to) {
            Goal::Outside { .. } if !self.calls_out(by) => Err(Reject::Denied),
            Goal::End(EndReason::NoDestination) => Err(Reject::UnknownNumber),
            goal => Ok(goal),
        }
    }

    /// Whether calls to the outside are made for somebody.
    fn calls_out(&self, by: By) -> bool {
        match by {
            By::Person(number) => {
                (self.agent_of(number)).is_ok_and(|it| self.s.agents[it].outbound)
            }
            By::System => true,
        }
    }

    /// Tells who did something with a call, before what follows from it.
    pub(crate) fn handled(&mut self, call: CallId, by: By, act: CallAct) {
        self.tell(Event::CallHandled { call, by, act });
    }

    /// Rings whoever asks, so that he takes a waiting caller himself. Agents ring on
    /// until he answers: nobody knows whether he will.
    #[cold]
    pub(crate) fn pick_up_call(&mut self, by: By, call: CallId) -> Result<(), Reject> {
        let granted = self.granted(by, call, Right::PickUp)?;
        let call = in_stage(self.s, &granted, Stage::AwaitingAgent)?;
        let agent = self.telephone_of(by)?;
        let calls = self.s.calls[call].origin == Some(agent);
        if calls || leg_of(self.s, call, agent).is_some() {
            return Err(Reject::NoChange);
        }
        self.sometimes_if(Mark::PickUpRinging, |s| visit(s, call).ringing > 0);
        self.handled(call, by, CallAct::PickedUp);
        self.ring_supervisor(call, agent, Purpose::PickUp);
        Ok(())
    }

    /// Ends a call for everybody. Who talks himself may be hanging up on a screen: then his
    /// caller is asked as if he had done so at his telephone. So may who calls, which is then
    /// as if he had hung up there.
    #[cold]
    pub(crate) fn hang_up_call(&mut self, by: By, call: CallId) -> Result<(), Reject> {
        let granted = self.granted(by, call, Right::PickUp)?;
        let call = *granted.object();
        self.handled(call, by, CallAct::HungUp);
        if let Some(leg) = self.talks_himself(by, call)
            && let Some(about) = self.to_rate(call)
        {
            self.emit(Effect::HangUpLeg { leg });
            self.part_and_ask(call, leg, about);
            return Ok(());
        }
        if self.calls_himself(by, call) && !promised(self.s, call) {
            return self.caller_gives_up(call);
        }
        let reason = LeaveReason::HungUpBySupervisor;
        match self.s.calls[call].stage {
            Stage::AwaitingAgent => self.leave(call, Outcome::Missed, reason),
            Stage::AwaitingCustomer => {
                let own = self.talks_himself(by, call).is_some();
                let by_agent = LeaveReason::CallbackAgentHungUp;
                self.customer_lost(call, if own { by_agent } else { reason });
            }
            Stage::AwaitingEnd => self.finish_talk(call),
            Stage::AwaitingMessage => self.finish_message(call),
            Stage::AwaitingAnswer
            | Stage::AwaitingCaller
            | Stage::AwaitingKey
            | Stage::AwaitingPrompt
            | Stage::AwaitingRetrieval => {}
        }
        let told = Some(HangUpCause::Normal);
        self.close(call, EndReason::HungUpBySupervisor, told);
        Ok(())
    }

    /// Who calls hangs up on a screen.
    fn caller_gives_up(&mut self, call: CallId) -> Result<(), Reject> {
        self.caller_leaves(call);
        self.close(call, EndReason::CallerHungUp, Some(HangUpCause::Normal));
        Ok(())
    }

    /// Whether whoever asks is the caller of a call, and not who answered it too.
    pub(crate) fn calls_himself(&self, by: By, call: CallId) -> bool {
        let By::Person(number) = by else { return false };
        let origin = self.s.calls[call].origin;
        let calls = origin.is_some() && origin == self.agent_of(number).ok();
        calls && self.talks_himself(by, call).is_none()
    }

    /// The leg on which whoever asks talks in a call, if he does.
    fn talks_himself(&self, by: By, call: CallId) -> Option<LegId> {
        let By::Person(number) = by else { return None };
        let agent = self.agent_of(number).ok()?;
        talk_leg(self.s, call).filter(|&leg| self.s.legs[leg].agent == agent)
    }

    /// Sends a waiting caller somewhere else; to the queue in which he waits he can not
    /// be sent, as he would lose his place.
    #[cold]
    pub(crate) fn redirect_call(
        &mut self,
        by: By,
        call: CallId,
        to: &Destination,
    ) -> Result<(), Reject> {
        let granted = self.granted(by, call, Right::Distribution)?;
        let call = in_stage(self.s, &granted, Stage::AwaitingAgent)?;
        if visit(self.s, call).promise().is_some() {
            // Nobody is there to be sent.
            return Err(Reject::Stale);
        }
        let goal = self.goal_of(by, to)?;
        let own = visit(self.s, call).queue;
        if matches!(goal, Goal::Target(Target::Queue(queue)) if queue == own) {
            return Err(Reject::NoChange);
        }
        self.sometimes_if(Mark::RedirectRinging, |s| visit(s, call).ringing > 0);
        self.handled(call, by, CallAct::Redirected);
        self.leave(call, Outcome::Missed, LeaveReason::Redirected);
        self.send_anew(call, goal);
        Ok(())
    }

    /// Sends one side of a conversation somewhere else, and lets the other go. The
    /// queue's call has its outcome with that, and its agent his wrap-up.
    #[cold]
    pub(crate) fn transfer_call(
        &mut self,
        by: By,
        call: CallId,
        side: Side,
        to: &Destination,
    ) -> Result<(), Reject> {
        let granted = self.granted(by, call, Right::Distribution)?;
        let (call, leg) = self.in_talk(&granted)?;
        let goal = self.goal_of(by, to)?;
        let queue = queue_of(&self.s.calls[call]);
        let goes = match side {
            Side::Agent => self.leave_caller(by, call, leg)?,
            Side::Caller => {
                self.handled(call, by, CallAct::Transferred);
                self.part(call);
                self.drop_talk(leg);
                self.emit(Effect::HangUpLeg { leg });
                call
            }
        };
        if rings_telephones(self.s, &goal) {
            self.emit(Effect::PlayHoldMusic { call: goes, queue });
        }
        self.send_anew(goes, goal);
        Ok(())
    }

    /// Sends a call where a person wants it: circles are for destinations to form.
    pub(crate) fn send_anew(&mut self, call: CallId, goal: Goal) {
        self.s.calls[call].hops = 0;
        self.send(call, goal);
    }

    /// A call in which an agent or an extension talks, and on which leg.
    pub(crate) fn in_talk(&self, call: &AccessGranted<CallId>) -> Result<(CallId, LegId), Reject> {
        let call = in_stage(self.s, call, Stage::AwaitingEnd)?;
        let leg = talk_leg(self.s, call).ok_or(Reject::NoAgent)?;
        Ok((call, leg))
    }

    /// Caller and agent part, while the caller stays: the call of the queue has its
    /// outcome, and nobody listens any more. The leg is still there.
    pub(crate) fn part(&mut self, call: CallId) {
        self.rate_later(call);
        self.finish_talk(call);
        self.dismiss_supervisors(call);
    }

    /// The leg that talked is over.
    pub(crate) fn drop_talk(&mut self, leg: LegId) {
        let agent = self.drop_leg(leg).agent;
        self.refresh_agent(agent);
    }
}

/// Supervisors on the line.
impl<T: Trace> Step<'_, T> {
    /// Rings whoever asks, to listen in to a conversation; who listens already changes
    /// how.
    #[cold]
    pub(crate) fn monitor_call(
        &mut self,
        by: By,
        call: CallId,
        how: Monitoring,
    ) -> Result<(), Reject> {
        let granted = self.granted(by, call, Right::Monitoring)?;
        let (call, _) = self.in_talk(&granted)?;
        let agent = self.telephone_of(by)?;
        let origin = self.s.calls[call].origin == Some(agent);
        let Some(leg) = leg_of(self.s, call, agent) else {
            if origin {
                return Err(Reject::NoChange);
            }
            self.handled(call, by, CallAct::Monitored(how));
            self.ring_supervisor(call, agent, Purpose::Monitor(how));
            return Ok(());
        };
        let entry = &mut self.s.legs[leg];
        match entry.purpose {
            Purpose::Monitor(before) if before != how => {}
            _ => return Err(Reject::NoChange),
        }
        entry.purpose = Purpose::Monitor(how);
        let rings = entry.timeout.is_some();
        self.handled(call, by, CallAct::Monitored(how));
        if !rings {
            self.sometimes(Mark::MonitoringChanged);
            self.join_talk(leg, how);
        }
        Ok(())
    }

    fn ring_supervisor(&mut self, call: CallId, agent: AgentId, purpose: Purpose) {
        let timeout = self.s.agents[agent].ring_timeout;
        let leg = self.ring(call, agent, None, timeout);
        self.s.legs[leg].purpose = purpose;
        self.s.agents[agent].engaged += 1;
        self.agent_engaged(agent);
        self.tell(Event::SupervisorRung { call, agent, leg });
    }

    /// A supervisor answered.
    #[cold]
    #[inline(never)]
    pub(crate) fn supervisor_answered(&mut self, leg: LegId) {
        match self.s.legs[leg].purpose {
            Purpose::Consult => self.consulted_answers(leg),
            Purpose::Talk => unreachable!("a supervisor has another purpose"),
            Purpose::Monitor(how) => {
                self.answer_leg(leg);
                self.join_talk(leg, how);
            }
            Purpose::PickUp => {
                let (call, agent) = (self.s.legs[leg].call, self.s.legs[leg].agent);
                let queue = visit(self.s, call).queue;
                let members = self.s.agents[agent].members.iter().copied();
                let mut members = members.filter(|&id| self.s.members[id].queue == queue);
                let member = members.next();
                self.sometimes_if(Mark::PickedUpByStranger, |_| member.is_none());
                self.answer_leg(leg);
                self.s.legs[leg].purpose = Purpose::Talk;
                self.take_caller(leg, member);
            }
        }
    }

    /// A supervisor hears a conversation from now on, and is heard as he wants.
    fn join_talk(&mut self, leg: LegId, how: Monitoring) {
        let (call, agent) = (self.s.legs[leg].call, self.s.legs[leg].agent);
        self.emit(Effect::Mix { call, leg, how });
        self.tell(Event::SupervisorJoined {
            call,
            agent,
            leg,
            how,
        });
    }

    /// A supervisor is off the line; whether he must be told is for the caller to say.
    #[cold]
    #[inline(never)]
    pub(crate) fn supervisor_leaves(&mut self, id: LegId) {
        let leg = self.drop_leg(id);
        if leg.purpose == Purpose::Consult {
            self.consulted_left(leg.call, leg.agent, id);
        } else {
            self.tell(Event::SupervisorLeft {
                call: leg.call,
                agent: leg.agent,
                leg: id,
            });
        }
        self.refresh_agent(leg.agent);
    }

    /// Every supervisor is off the line.
    pub(crate) fn dismiss_supervisors(&mut self, call: CallId) {
        let mut next = self.s.calls[call].legs;
        while let Some(id) = next {
            next = self.s.legs[id].after;
            if self.s.legs[id].purpose != Purpose::Talk {
                self.sometimes(Mark::SupervisorDismissed);
                self.dismiss(id);
            }
        }
    }

    /// A supervisor is sent off the line.
    pub(crate) fn dismiss(&mut self, leg: LegId) {
        let why = CancelReason::Withdrawn;
        self.emit(match self.s.legs[leg].timeout {
            Some(_) => Effect::CancelRing { leg, why },
            None => Effect::HangUpLeg { leg },
        });
        self.supervisor_leaves(leg);
    }
}

/// Recording and holding.
impl<T: Trace> Step<'_, T> {
    /// Starts, resumes or pauses the recording of a conversation.
    #[cold]
    pub(crate) fn switch_recording(
        &mut self,
        by: By,
        call: CallId,
        on: bool,
    ) -> Result<(), Reject> {
        let granted = self.granted(by, call, Right::Recording)?;
        let (call, _) = self.in_talk(&granted)?;
        let to = match (recording(&self.s.calls[call]), on) {
            (Recording::Off | Recording::Paused, true) => Recording::On,
            (Recording::On, false) => Recording::Paused,
            (Recording::Off | Recording::Paused, false) | (Recording::On, true) => {
                return Err(Reject::NoChange);
            }
        };
        self.record(call, to, by);
        Ok(())
    }

    /// Records a conversation from now on, or does so no more.
    #[cold]
    #[inline(never)]
    pub(crate) fn record(&mut self, call: CallId, recording: Recording, by: By) {
        let entry = &mut self.s.calls[call];
        entry.extra().recording = recording;
        let (public, queue) = (entry.public, queue_of(entry));
        self.emit(Effect::Record {
            call,
            public,
            queue,
            recording,
        });
        self.tell(Event::RecordingSwitched {
            call,
            recording,
            by,
        });
    }

    /// What was beside a conversation ends with it: its recording, a hold. Returns how long
    /// its caller was on hold.
    #[cold]
    #[inline(never)]
    pub(crate) fn end_extras(&mut self, call: CallId) -> Span {
        if recording(&self.s.calls[call]) != Recording::Off {
            self.record(call, Recording::Off, By::System);
        }
        let extra = self.s.calls[call].extra();
        extra.briefed_until = Timestamp::ZERO;
        let hold = std::mem::take(&mut extra.hold);
        hold.until(self.now)
    }

    /// An agent or an extension holds the caller, or talks to him again. While he consults
    /// somebody, his telephone holds nothing but that.
    #[cold]
    pub(crate) fn hold(&mut self, leg: LegId, held: bool) -> Result<(), Reject> {
        let entry = self.s.legs.get(leg).ok_or(Reject::Stale)?;
        let (call, agent) = (entry.call, entry.agent);
        if self.s.calls[call].stage != Stage::AwaitingEnd || talk_leg(self.s, call) != Some(leg) {
            return Err(Reject::Stale);
        }
        let entry = &self.s.calls[call];
        if is_held(entry) == held || consulted(self.s, call).is_some() {
            return Err(Reject::NoChange);
        }
        let queue = queue_of(entry);
        let hold = &mut self.s.calls[call].extra().hold;
        if held {
            hold.begin(self.now);
            self.emit(Effect::PlayHoldMusic { call, queue });
            self.tell(Event::CallHeld { call, agent });
        } else {
            hold.end(self.now);
            self.emit(Effect::Bridge { call, leg });
            self.tell(Event::CallResumed { call, agent });
        }
        Ok(())
    }
}

/// Whether the caller is to be called back.
pub(crate) fn promised(s: &State, call: CallId) -> bool {
    let visit = s.calls[call].visit.as_ref();
    visit.is_some_and(|visit| visit.promise().is_some())
}

fn in_stage(s: &State, call: &AccessGranted<CallId>, stage: Stage) -> Result<CallId, Reject> {
    let call = *call.object();
    let is = s.calls[call].stage == stage;
    is.then_some(call).ok_or(Reject::Stale)
}

/// Whether a caller who comes there may wait for somebody to answer, and nothing else is
/// for him to hear: queues play their own music, prompts, menus and boxes speak at once, and
/// who is called outside is heard to ring.
fn rings_telephones(s: &State, goal: &Goal) -> bool {
    match goal {
        Goal::Target(Target::Extension(_)) => true,
        Goal::Target(Target::Point(point)) => {
            let kind = &s.points[*point].config.kind;
            matches!(kind, PointKind::CallFlow(_) | PointKind::RingGroup(_))
        }
        _ => false,
    }
}

/// The legs of a call, the latest first.
pub(crate) fn legs(s: &State, call: CallId) -> impl Iterator<Item = LegId> {
    core::iter::successors(s.calls[call].legs, |&leg| s.legs[leg].after)
}

/// The leg on which somebody talks to the caller.
pub(crate) fn talk_leg(s: &State, call: CallId) -> Option<LegId> {
    legs(s, call).find(|&leg| {
        let leg = &s.legs[leg];
        leg.purpose == Purpose::Talk && leg.timeout.is_none()
    })
}

/// The leg of an agent in a call, whatever it is for.
pub(crate) fn leg_of(s: &State, call: CallId, agent: AgentId) -> Option<LegId> {
    legs(s, call).find(|&leg| s.legs[leg].agent == agent)
}

/// Whose supervisors a call concerns: the queue that it waits in, that it was answered
/// of, or out of which it was parked.
pub(crate) fn queue_of(call: &Call) -> Option<QueueId> {
    let parked = || call.extra.as_ref()?.parked.as_ref()?.queue;
    call.visit.as_ref().map(|visit| visit.queue).or_else(parked)
}

pub(crate) fn recording(call: &Call) -> Recording {
    let extra = call.extra.as_ref();
    extra.map_or(Recording::Off, |extra| extra.recording)
}
