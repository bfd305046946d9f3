//! Route points: what becomes of a call at a number behind which a rule stands.

use crate::calls::{Goal, goal};
use crate::config::model::Destination;
use crate::config::points::{FlowStep, PointConfig, PointKind, RingGroup, RingOrder};
use crate::directory::Target;
use crate::effect::{CancelReason, Effect};
use crate::event::{EndReason, Event, OfferEnd};
use crate::ids::{AgentId, CallId, LegId, PointId};
use crate::mark::Mark;
use crate::number::Number;
use crate::state::{Leg, Passing, Point, Stage, State};
use crate::step::Step;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// A call comes to a route point; or says where it goes instead.
    #[inline(never)]
    pub(crate) fn reach(&mut self, id: CallId, point: PointId) -> Result<(), Goal> {
        let config = &self.s.points[point].config;
        let number = config.number;
        self.tell(Event::PointReached {
            call: id,
            point: number,
        });
        match &self.s.points[point].config.kind {
            PointKind::CallFlow(flow) => {
                let first = flow.nodes.first().map(|node| node.name.clone());
                let first = first.map_or(FlowStep::Go(Destination::HangUp), FlowStep::Node);
                self.flow_from(id, point, first)
            }
            PointKind::Menu(_) => self.open_menu(id, point),
            PointKind::RingGroup(group) => {
                let left = group.members.iter().rev().copied().collect();
                let rung = self.ring_group(id, point, left);
                self.sometimes_if(Mark::GroupUnreachable, |_| rung.is_err());
                rung
            }
            PointKind::VoicemailGroup(_) => {
                self.open_mailbox(id, number);
                Ok(())
            }
        }
    }

    /// Rings the telephones of a group or, in order, that of the next of these who can be
    /// rung. Where there is none, the call goes to the failover destination.
    fn ring_group(
        &mut self,
        id: CallId,
        point: PointId,
        mut left: Vec<Number>,
    ) -> Result<(), Goal> {
        let mut rings = false;
        while let Some(number) = left.pop() {
            let Some(agent) = self.can_be_rung(id, point, number) else {
                continue;
            };
            let (order, ring_time) = (group(self.s, point).order, group(self.s, point).ring_time);
            self.ring_directly(id, agent, ring_time);
            rings = true;
            if order == RingOrder::InOrder {
                break;
            }
        }
        if !rings {
            return Err(goal(self.s, &group(self.s, point).failover));
        }
        let call = &mut self.s.calls[id];
        call.stage = Stage::AwaitingAnswer;
        call.passing = Some(Box::new(Passing::Group { point, left }));
        Ok(())
    }

    /// The agent behind a number, if a group may ring him for a call: not the caller
    /// himself, and nobody who can not be reached.
    fn can_be_rung(&self, id: CallId, point: PointId, number: Number) -> Option<AgentId> {
        let Some(Target::Extension(id_of)) = self.s.directory.get(number) else {
            return None;
        };
        let agent = &self.s.agents[id_of];
        let is_busy = agent.engaged > 0 || agent.offer.is_some();
        let skipped = is_busy && group(self.s, point).skip_busy;
        let calls_himself = self.s.calls[id].origin == Some(id_of);
        (agent.up && !skipped && !calls_himself).then_some(id_of)
    }

    /// One telephone of a group has answered: all others stop ringing.
    pub(crate) fn answer_group(&mut self, id: CallId) {
        self.s.calls[id].passing = None;
        let mut next = self.s.calls[id].legs;
        while let Some(leg) = next {
            next = self.s.legs[leg].after;
            if self.s.legs[leg].timeout.is_none() {
                continue;
            }
            self.sometimes(Mark::GroupAnswered);
            let entry = self.drop_leg(leg);
            let why = CancelReason::CompletedElsewhere;
            self.emit(Effect::CancelRing { leg, why });
            self.tell_ring_ended(leg, &entry, OfferEnd::CompletedElsewhere);
            self.refresh_agent(entry.agent);
        }
    }

    /// A telephone of a group has stopped ringing without an answer. When none is left,
    /// the next one rings, or the call goes on.
    pub(crate) fn group_ring_ended(&mut self, id: LegId, leg: &Leg, end: OfferEnd) {
        self.tell_ring_ended(id, leg, end);
        let call = leg.call;
        if self.s.calls[call].legs.is_some() {
            return;
        }
        let passing = self.s.calls[call].passing.take().map(|passing| *passing);
        let Some(Passing::Group { point, left }) = passing else {
            unreachable!("a group's telephone rang");
        };
        if !self.s.points.contains(point) {
            self.sometimes(Mark::GroupDeletedRinging);
            return self.send(call, Goal::End(EndReason::NoDestination));
        }
        let more = match self.s.points[point].config.kind {
            PointKind::RingGroup(_) => self.ring_group(call, point, left),
            // It has become something else meanwhile.
            _ => Err(Goal::Target(Target::Point(point))),
        };
        match more {
            Ok(()) => self.sometimes(Mark::GroupGoesOn),
            Err(elsewhere) => self.send(call, elsewhere),
        }
    }

    fn tell_ring_ended(&mut self, leg: LegId, entry: &Leg, end: OfferEnd) {
        self.tell(Event::ExtensionRingEnded {
            call: entry.call,
            agent: entry.agent,
            leg,
            end,
        });
    }

    /// Adds a route point, or changes one.
    pub(crate) fn put_point(&mut self, config: &PointConfig) {
        let number = config.number;
        if let Some(Target::Point(point)) = self.s.directory.get(number) {
            self.s.points[point].config.clone_from(config);
            return;
        }
        let config = config.clone();
        let point = self.s.points.insert(Point { config });
        self.s.directory.insert(number, Target::Point(point));
    }

    /// Deletes a route point.
    pub(crate) fn remove_point(&mut self, number: Number) {
        if let Some(Target::Point(point)) = self.s.directory.remove(number) {
            self.s.points.remove(point);
        }
    }
}

/// A route point that is known to be a ring group.
fn group(s: &State, point: PointId) -> &RingGroup {
    match &s.points[point].config.kind {
        PointKind::RingGroup(group) => group,
        _ => unreachable!("telephones ring for a ring group"),
    }
}
