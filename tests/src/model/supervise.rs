//! What supervisors do with calls, and agents with their own: who may, what it leads
//! to, and who is on the line with whom.

use tandem_engine::config::model::Destination;
use tandem_engine::config::rights::{OwnRecording, Right};
use tandem_engine::{
    AgentId, By, CallAct, CallId, Effect, EndReason, Event, Input, LegId, Monitoring, Number,
    QueueId, Recording, Reject, Side, Timestamp,
};

use super::state::{Helps, Leg, LegStage, Parked, Sound};
use super::{Checked, Law, Model, known};

/// An input by which somebody handles a call.
struct Asked {
    by: By,
    call: CallId,
    right: Right,
    act: Option<CallAct>,
}

impl Model {
    fn handled(&self) -> Option<Asked> {
        let (by, call, right, act) = match &self.entry.input {
            Input::ConsultCall { by, call, .. } => {
                (by, call, Right::Distribution, Some(CallAct::Consulted))
            }
            Input::EndConsultation { by, call, transfer } => {
                let act = match transfer {
                    true => CallAct::Transferred,
                    false => CallAct::Returned,
                };
                (by, call, Right::Distribution, Some(act))
            }
            Input::HangUpCall { by, call } => (by, call, Right::PickUp, Some(CallAct::HungUp)),
            Input::MonitorCall { by, call, how } => {
                (by, call, Right::Monitoring, Some(CallAct::Monitored(*how)))
            }
            Input::ParkCall { by, call, side } => {
                let act = match side {
                    Side::Agent => CallAct::ParkedAgent,
                    Side::Caller => CallAct::Parked,
                };
                (by, call, Right::Parking, Some(act))
            }
            Input::PickUpCall { by, call } => (by, call, Right::PickUp, Some(CallAct::PickedUp)),
            Input::RedirectCall { by, call, .. } => {
                (by, call, Right::Distribution, Some(CallAct::Redirected))
            }
            Input::SwitchRecording { by, call, .. } => (by, call, Right::Recording, None),
            Input::TransferCall { by, call, side, .. } => {
                let act = match side {
                    Side::Agent => CallAct::TransferredAgent,
                    Side::Caller => CallAct::Transferred,
                };
                (by, call, Right::Distribution, Some(act))
            }
            _ => return None,
        };
        Some(Asked {
            by: *by,
            call: *call,
            right,
            act,
        })
    }

    /// The queue whose managers and agents a call concerns.
    pub(super) fn concerns(&self, call: CallId) -> Option<QueueId> {
        let call = self.calls.get(&call)?;
        let parked = || call.parked.as_ref()?.queue;
        call.visit.as_ref().map(|visit| visit.queue).or_else(parked)
    }

    fn may_handle(&self, by: By, call: CallId, right: Right) -> bool {
        let By::Person(number) = by else { return true };
        let Some(agent) = self.person(number) else {
            return false;
        };
        if self.administers(by) {
            return true;
        }
        let queue = self
            .concerns(call)
            .and_then(|queue| self.queues.get(&queue));
        let by_queue = queue.is_some_and(|queue| {
            let rights = &queue.config.permissions;
            let manages = queue.config.managers.contains(&number) && rights.managers.has(right);
            manages || queue.member(agent).is_some() && rights.agents.has(right)
        });
        let leg = self.talking_leg(call).and_then(|leg| self.legs.get(&leg));
        let answered = leg.is_some_and(|leg| leg.agent == agent);
        let own = answered || self.calls.get(&call).and_then(|call| call.origin) == Some(agent);
        let recording = self.persons.get(&agent).map(|person| person.own_recording);
        let for_own = match right {
            Right::Distribution | Right::Parking | Right::PickUp => true,
            Right::Recording => match recording {
                Some(OwnRecording::Start) => true,
                Some(OwnRecording::PauseResume) => queue.is_some_and(|queue| queue.config.record),
                _ => false,
            },
            _ => false,
        };
        by_queue || own && for_own
    }

    /// Why the entry at hand must be refused, if it is about handling a call.
    pub(super) fn handling_refusal(&self) -> Option<Reject> {
        match &self.entry.input {
            Input::LegHeld { leg } => return self.hold_refusal(*leg, true),
            Input::LegResumed { leg } => return self.hold_refusal(*leg, false),
            _ => {}
        }
        let asked = self.handled()?;
        let Some(call) = self.calls.get(&asked.call) else {
            return Some(Reject::Stale);
        };
        if !self.may_handle(asked.by, asked.call, asked.right) {
            return Some(Reject::Denied);
        }
        let when = |refused: bool, reject| refused.then_some(reject);
        let rings = self.customer_rings(asked.call);
        let talks = self.talking_leg(asked.call).is_some() && !rings;
        let promised = self.is_promised(asked.call);
        let waits = call.waiting().is_some();
        let calls = self.is_by_the_caller(asked.by, asked.call);
        match &self.entry.input {
            Input::ConsultCall { .. }
            | Input::EndConsultation { .. }
            | Input::MonitorCall { .. }
            | Input::ParkCall { .. }
            | Input::SwitchRecording { .. }
            | Input::TransferCall { .. }
                if self.talks_with(asked.call).is_some() =>
            {
                Some(Reject::NoAgent)
            }
            Input::ConsultCall { .. } | Input::EndConsultation { .. } if talks && calls => {
                Some(Reject::Denied)
            }
            Input::ConsultCall { to, .. } if talks => self.consult_refusal(asked.call, *to),
            Input::EndConsultation { .. } if talks => {
                when(self.consulted(asked.call).is_none(), Reject::Stale)
            }
            Input::MonitorCall { how, .. } if talks => self.monitor_refusal(&asked, *how),
            Input::ParkCall { .. } if talks => when(!self.has_free_slot(), Reject::NoSlot),
            Input::PickUpCall { .. } if waits => self.telephone_refusal(&asked).or_else(|| {
                let agent = self.asker(&asked)?;
                let there = self.legs_of(asked.call).any(|(_, leg)| leg.agent == agent);
                when(there || call.origin == Some(agent), Reject::NoChange)
            }),
            Input::RedirectCall { to, .. } if waits && !promised => {
                self.unknown(asked.by, to).or_else(|| {
                    let number = to.number();
                    let number = number.filter(|_| !matches!(to, Destination::Voicemail(_)));
                    let queue = number.and_then(|number| self.numbers.get(&number).copied());
                    let own = queue.is_some() && queue == self.concerns(asked.call);
                    when(own, Reject::NoChange)
                })
            }
            Input::SwitchRecording { on, .. } if talks => {
                let changes = match call.recording {
                    Recording::Off | Recording::Paused => *on,
                    Recording::On => !*on,
                };
                when(!changes, Reject::NoChange)
            }
            Input::TransferCall { to, .. } if talks => self.unknown(asked.by, to),
            Input::HangUpCall { .. } => None,
            _ => Some(Reject::Stale),
        }
    }

    fn has_free_slot(&self) -> bool {
        let slots = self.options.parking.map(|parking| parking.slots().count());
        let parked = self.calls.values().filter_map(|call| call.parked.as_ref());
        let within = |slot: Number| {
            let parking = self.options.parking;
            parking.is_some_and(|parking| parking.slots().any(|s| s == slot))
        };
        let taken = parked.filter(|parked| within(parked.slot)).count();
        slots.is_some_and(|slots| taken < slots)
    }

    /// Whether somebody is who calls in a call, and not who answered it too.
    fn is_by_the_caller(&self, by: By, call: CallId) -> bool {
        let By::Person(number) = by else { return false };
        let agent = self.person(number);
        let origin = self.calls.get(&call).and_then(|call| call.origin);
        let talks = self.talking_leg(call).and_then(|leg| self.legs.get(&leg));
        let answered = talks.is_some_and(|leg| Some(leg.agent) == agent);
        origin.is_some() && origin == agent && !answered
    }

    /// Whether the caller of a call hangs up on a screen. Who is to be called back has hung
    /// up already.
    pub(super) fn hangs_up_himself(&self, call: CallId) -> bool {
        match self.entry.input {
            Input::HangUpCall { by, call: of } => {
                of == call && self.is_by_the_caller(by, call) && !self.is_promised(call)
            }
            _ => false,
        }
    }

    fn asker(&self, asked: &Asked) -> Option<AgentId> {
        match asked.by {
            By::Person(number) => self.person(number),
            By::System => None,
        }
    }

    fn telephone_refusal(&self, asked: &Asked) -> Option<Reject> {
        let Some(agent) = self.asker(asked) else {
            return Some(Reject::Denied);
        };
        let up = self.persons.get(&agent).is_some_and(|person| person.up);
        (!up).then_some(Reject::Unreachable)
    }

    fn monitor_refusal(&self, asked: &Asked, how: Monitoring) -> Option<Reject> {
        self.telephone_refusal(asked).or_else(|| {
            let agent = self.asker(asked)?;
            let mut legs = self.legs_of(asked.call);
            let leg = legs.find(|(_, leg)| leg.agent == agent);
            let same = match leg.map(|(_, leg)| leg.helps) {
                None => self.calls.get(&asked.call)?.origin == Some(agent),
                Some(Helps::Listens(before, _)) => before == how,
                Some(_) => true,
            };
            same.then_some(Reject::NoChange)
        })
    }

    fn hold_refusal(&self, leg: LegId, held: bool) -> Option<Reject> {
        let call = self.legs.get(&leg).map(|leg| leg.call);
        let talks = call.filter(|call| self.talking_leg(*call) == Some(leg));
        let talks = talks.filter(|call| !self.customer_rings(*call));
        let Some(call) = talks.and_then(|call| self.calls.get(&call)) else {
            return Some(Reject::Stale);
        };
        let consults = self.legs.get(&leg).map(|leg| leg.call);
        let consults = consults.and_then(|call| self.consulted(call)).is_some();
        (call.is_held() == held || consults).then_some(Reject::NoChange)
    }

    /// Why nobody can be sent to a destination by somebody.
    pub(super) fn unknown(&self, by: By, to: &Destination) -> Option<Reject> {
        let known = match to {
            Destination::External { trunk, .. } if self.calls_out(trunk) => {
                return match by {
                    By::System => None,
                    By::Person(number) => {
                        let person = self.person(number);
                        let person = person.and_then(|person| self.persons.get(&person));
                        let may = person.is_some_and(|person| person.outbound);
                        (!may).then_some(Reject::Denied)
                    }
                };
            }
            Destination::HangUp => true,
            Destination::Prompt(name) => self.prompt(name).is_some(),
            to => to.number().is_some_and(|number| self.has_box(number)),
        };
        (!known).then_some(Reject::UnknownNumber)
    }

    /// Does in the books what somebody does with a call.
    pub(super) fn begin_handling(&mut self) -> Checked {
        match self.entry.input.clone() {
            Input::LegHeld { leg } => return self.begin_hold(leg, true),
            Input::LegResumed { leg } => return self.begin_hold(leg, false),
            _ => {}
        }
        let Asked { by, call, act, .. } = known(self.handled(), "a call that is handled")?;
        self.entry
            .facts
            .extend(act.map(|act| Event::CallHandled { call, by, act }));
        match self.entry.input.clone() {
            Input::ConsultCall { .. } => self.begin_consultation(call),
            Input::EndConsultation { transfer, .. } => match transfer {
                true => self.begin_passing_on(call),
                false => Ok(()),
            },
            Input::HangUpCall { .. } => {
                let agent = match by {
                    By::Person(number) => self.person(number),
                    By::System => None,
                };
                self.hangs_up_on_screen(call, agent)
            }
            Input::ParkCall { side, .. } | Input::TransferCall { side, .. }
                if side == Side::Agent =>
            {
                self.begin_turn(call)
            }
            Input::ParkCall { .. } => {
                let queue = self.concerns(call);
                self.rate_later(call);
                let talked = self.let_go(call)?;
                self.begin_parking(by, (call, queue), talked)
            }
            Input::TransferCall { to, .. } => {
                let queue = self.concerns(call);
                self.rate_later(call);
                self.let_go(call)?;
                self.begin_transfer((call, queue), to)
            }
            Input::MonitorCall { how, .. } => self.begin_monitoring(by, call, how),
            _ => Ok(()),
        }
    }

    fn begin_hold(&mut self, leg: LegId, held: bool) -> Checked {
        let (call, agent) = {
            let leg = known(self.legs.get(&leg), "a leg")?;
            (leg.call, leg.agent)
        };
        let queue = self.concerns(call);
        let now = self.entry.now;
        known(self.calls.get_mut(&call), "a call")?.hold(now, held);
        if held {
            self.entry.facts.push(Event::CallHeld { call, agent });
            let music = Effect::PlayHoldMusic { call, queue };
            self.entry.to_play.push(music);
        } else {
            self.entry.facts.push(Event::CallResumed { call, agent });
            // He is to be connected once more.
            self.sounds.insert(leg, Sound::Answered);
        }
        Ok(())
    }

    /// Who talked to the caller is off the line.
    pub(super) fn let_go(&mut self, call: CallId) -> Result<AgentId, String> {
        let leg = known(self.talking_leg(call), "a conversation")?;
        let leg = known(self.legs.get_mut(&leg), "a leg")?;
        leg.stage = LegStage::Over;
        let agent = leg.agent;
        let now = self.entry.now;
        known(self.calls.get_mut(&call), "a call")?.hold(now, false);
        Ok(agent)
    }

    pub(super) fn begin_transfer(
        &mut self,
        (call, queue): (CallId, Option<QueueId>),
        to: Destination,
    ) -> Checked {
        let somebody_rings = match to {
            Destination::External { .. } | Destination::Voicemail(_) => false,
            ref to => to.number().is_some_and(|number| {
                self.extensions.contains_key(&number) || self.may_ring(number)
            }),
        };
        if somebody_rings {
            let music = Effect::PlayHoldMusic { call, queue };
            self.entry.to_play.push(music);
        }
        self.goes_anew(call, to)
    }

    /// A person sends a call somewhere: the count of destinations begins anew.
    pub(super) fn goes_anew(&mut self, call: CallId, to: Destination) -> Checked {
        let to = match to.number() {
            // A number is one, whatever it is called.
            Some(number) if !matches!(to, Destination::Voicemail(_)) => {
                if self.numbers.contains_key(&number) {
                    Destination::Queue(number)
                } else if self.extensions.contains_key(&number) {
                    Destination::Extension(number)
                } else {
                    Destination::RingGroup(number)
                }
            }
            _ => to,
        };
        let entry = known(self.calls.get_mut(&call), "a call")?;
        (entry.hops, entry.goes_to) = (0, Some(to));
        Ok(())
    }

    pub(super) fn begin_parking(
        &mut self,
        by: By,
        (call, queue): (CallId, Option<QueueId>),
        talked: AgentId,
    ) -> Checked {
        let parking = known(self.options.parking, "a place to park")?;
        let taken: Vec<Number> = (self.calls.values())
            .filter_map(|call| Some(call.parked.as_ref()?.slot))
            .collect();
        let slot = parking.slots().find(|slot| !taken.contains(slot));
        let slot = known(slot, "a free slot")?;
        let back_to = match by {
            By::Person(number) => self.person(number),
            By::System => None,
        };
        let until = self.entry.now + parking.timeout;
        known(self.calls.get_mut(&call), "a call")?.parked = Some(Parked {
            slot,
            queue,
            back_to: back_to.unwrap_or(talked),
            until,
        });
        let music = Effect::PlayHoldMusic { call, queue };
        self.entry.to_play.push(music);
        self.entry.facts.push(Event::CallParked { call, slot });
        Ok(())
    }

    /// What is said of a slot in which somebody is parked: all of it, or nothing.
    pub(super) fn slot_prompts(&self, slot: Number) -> Vec<String> {
        let parked = self.calls.values().filter_map(|call| call.parked.as_ref());
        let parked = parked.clone().find(|parked| parked.slot == slot);
        let queue = parked.and_then(|parked| self.queues.get(&parked.queue?));
        let told = queue.and_then(|queue| queue.config.announcements.as_ref());
        let language = told.map_or("en", |told| told.language.as_str());
        let digits = slot.to_string();
        let mut names = vec![format!("{language} parked")];
        names.extend(digits.chars().map(|digit| format!("{language} {digit}")));
        match names.iter().all(|name| self.prompt(name).is_some()) {
            true => names,
            false => Vec::new(),
        }
    }

    /// Who listens in changes how; where his telephone rings yet, nobody is told.
    fn begin_monitoring(&mut self, by: By, call: CallId, how: Monitoring) -> Checked {
        let By::Person(number) = by else {
            return Ok(());
        };
        let agent = known(self.person(number), "somebody who asks")?;
        let leg = self.legs_of(call).find(|(_, leg)| leg.agent == agent);
        let Some(id) = leg.map(|(id, _)| id) else {
            return Ok(());
        };
        let leg = known(self.legs.get_mut(&id), "a leg")?;
        if let Helps::Listens(before, _) = &mut leg.helps {
            *before = how;
        }
        if leg.stage == LegStage::Talking {
            self.joins(call, agent, id, how);
        }
        Ok(())
    }

    fn joins(&mut self, call: CallId, agent: AgentId, leg: LegId, how: Monitoring) {
        self.entry.to_play.push(Effect::Mix { call, leg, how });
        self.entry.facts.push(Event::SupervisorJoined {
            call,
            agent,
            leg,
            how,
        });
    }

    /// A leg was answered: if it is a supervisor's who wants to listen, he does.
    pub(super) fn supervisor_answers(&mut self, id: LegId) -> Checked {
        let leg = known(self.legs.get_mut(&id), "a leg")?;
        if let Helps::Listens(how, _) = leg.helps {
            leg.stage = LegStage::Talking;
            let (call, agent) = (leg.call, leg.agent);
            self.joins(call, agent, id, how);
        }
        self.consulted_answers(id)
    }

    /// Reads an event that somebody's handling of a call led to.
    pub(super) fn fold_handling(&mut self, event: &Event) -> Checked {
        match event {
            Event::AgentTurned { .. } => self.agent_turned(event),
            Event::CallRetrieved { call, with, slot } => self.call_retrieved(*call, *with, *slot),
            Event::ConsultationEnded {
                call,
                leg,
                transferred,
                talks,
                ..
            } => self.consultation_ended(*call, *leg, (*transferred, *talks), event),
            Event::ConsultationRung { call, agent, leg } => {
                self.consultation_rung(*call, *agent, *leg)
            }
            Event::RecordingSwitched {
                call,
                recording,
                by,
            } => self.recording_switched(*call, *recording, *by),
            Event::SupervisorLeft { call, agent, leg } => self.supervisor_left(*call, *agent, *leg),
            Event::SupervisorRung { call, agent, leg } => self.supervisor_rung(*call, *agent, *leg),
            _ => unreachable!("all others are read elsewhere"),
        }
    }

    fn supervisor_rung(&mut self, call: CallId, agent: AgentId, leg: LegId) -> Checked {
        let asked = known(self.handled(), "a supervisor whom nobody wants")?;
        let helps = match self.entry.input {
            Input::MonitorCall { how, .. } => {
                let talk = known(self.talking_leg(call), "a conversation")?;
                Helps::Listens(how, talk)
            }
            _ => {
                let call = known(self.calls.get(&call), "a call")?;
                Helps::PicksUp(known(call.waiting(), "a caller who waits")?.order)
            }
        };
        let wanted = matches!(
            self.entry.input,
            Input::MonitorCall { .. } | Input::PickUpCall { .. }
        );
        let right = wanted && asked.call == call && self.asker(&asked) == Some(agent);
        self.law(Law::Offers, right, || {
            format!("agent {agent} rings as a supervisor of call {call} unasked")
        })?;
        let timeout = known(self.persons.get(&agent), "an agent")?.ring_timeout;
        let now = self.entry.now;
        self.seen.supervised += 1;
        self.rings(
            leg,
            Leg {
                call,
                agent,
                queue: None,
                helps,
                in_use: true,
                rung_at: now,
                due: now + timeout,
                stage: LegStage::Ringing,
            },
        )
    }

    /// A supervisor is off the line: by himself, or as the call goes on without him.
    fn supervisor_left(&mut self, call: CallId, agent: AgentId, id: LegId) -> Checked {
        let leg = known(self.legs.get_mut(&id), "a leg")?;
        let fits = leg.call == call && leg.agent == agent && leg.stage != LegStage::Over;
        let helps = leg.helps;
        leg.stage = LegStage::Over;
        self.entry.dismissed.push((id, call, agent, helps));
        self.law(Law::Legs, fits && helps != Helps::No, || {
            format!("leg {id} was no supervisor's on call {call}")
        })
    }

    /// Supervisors leave for a cause, and do not stay without one.
    pub(super) fn supervisors_are_right(&mut self) -> Checked {
        let fired = self.entry.first.map(|(_, timer)| timer);
        for (id, call, agent, helps) in std::mem::take(&mut self.entry.dismissed) {
            let own = match self.entry.input {
                Input::LegEnded { leg } | Input::LegFailed { leg, .. } => leg == id,
                Input::Tick => fired == Some(tandem_engine::Timer::RingTimeout(id)),
                Input::EndConsultation { call: of, .. } => of == call,
                _ => false,
            };
            let own = own || self.entry.asks == Some(call);
            let own = own || matches!(self.entry.input, Input::Restarted { .. });
            let gone = self.entry.gone.contains(&agent);
            let caused = own || gone || !self.is_wanted(call, helps);
            self.law(Law::Legs, caused, || {
                format!("supervisor {agent} is sent off call {call} for nothing")
            })?;
        }
        let mut legs = self.legs.iter();
        let stays = legs.find(|(_, leg)| {
            leg.stage != LegStage::Over
                && leg.helps != Helps::No
                && !self.is_wanted(leg.call, leg.helps)
        });
        self.law(Law::Legs, stays.is_none(), || {
            format!("{stays:?} is on a call that goes on without him")
        })?;
        let recorded = self.calls.iter().find(|(id, call)| {
            let talks = self.talking_leg(**id).is_some();
            !talks && (call.recording != Recording::Off || call.is_held())
        });
        self.law(Law::Outcomes, recorded.is_none(), || {
            format!("{recorded:?} is recorded or held, and nobody talks")
        })
    }

    /// Whether a supervisor still has what he came for.
    fn is_wanted(&self, call: CallId, helps: Helps) -> bool {
        match helps {
            Helps::No => true,
            Helps::Consulted(talk) | Helps::Listens(_, talk) => {
                self.talking_leg(call) == Some(talk)
            }
            Helps::PicksUp(order) => {
                let visit = self.calls.get(&call).and_then(|call| call.waiting());
                visit.is_some_and(|visit| visit.order == order)
            }
        }
    }

    fn recording_switched(&mut self, call: CallId, recording: Recording, by: By) -> Checked {
        let entry = known(self.calls.get_mut(&call), "a call")?;
        let before = std::mem::replace(&mut entry.recording, recording);
        let public = entry.public;
        let asked = match &self.entry.input {
            Input::SwitchRecording {
                by: who,
                call: of,
                on,
            } => {
                let wanted = if *on {
                    Recording::On
                } else {
                    Recording::Paused
                };
                *who == by && *of == call && wanted == recording
            }
            Input::CustomerAnswered { .. } | Input::LegAnswered { .. } => {
                let queue = self
                    .concerns(call)
                    .and_then(|queue| self.queues.get(&queue));
                let records = queue.is_some_and(|queue| queue.config.record);
                by == By::System && recording == Recording::On && records
            }
            // That nobody talks any more is looked at when the entry is done.
            _ => by == By::System && recording == Recording::Off,
        };
        let queue = self.concerns(call);
        self.entry.to_play.push(Effect::Record {
            call,
            public,
            queue,
            recording,
        });
        self.law(Law::Outcomes, asked && before != recording, || {
            format!("call {call} is {before:?} and then {recording:?}")
        })
    }

    /// An extension dialled the slot of a parked caller.
    fn call_retrieved(&mut self, call: CallId, with: CallId, slot: Number) -> Checked {
        let dialled = match &self.entry.input {
            Input::CallArrived { dialled, .. } => Some(*dialled),
            _ => None,
        };
        let entry = known(self.calls.get_mut(&call), "a call")?;
        let parked = known(entry.parked.take(), "a parked call")?;
        (entry.joined, entry.taken) = (Some(with), true);
        let other = known(self.calls.get_mut(&with), "a call that arrives")?;
        (other.joined, other.taken) = (Some(call), true);
        self.entry.to_play.push(Effect::Join { call, with });
        self.seen.retrieved += 1;
        self.law(
            Law::Routes,
            parked.slot == slot && dialled == Some(slot),
            || format!("call {call} is fetched from slot {slot}, dialled {dialled:?}"),
        )
    }

    /// The time of a parked caller is over; tells when that was due.
    pub(super) fn parking_over(&mut self, call: CallId) -> Result<Option<Timestamp>, String> {
        let goes_on = self.entry.input == Input::Tick;
        let entry = known(self.calls.get_mut(&call), "a call")?;
        let parked = known(entry.parked.take(), "a parked call")?;
        if goes_on {
            let back_to = self.persons.get(&parked.back_to);
            let back_to = back_to.filter(|_| entry.origin != Some(parked.back_to));
            // Nobody has no number.
            let number = back_to.map_or(Number::NONE, |person| person.number);
            entry.goes_to = Some(Destination::Extension(number));
            self.entry.facts.push(Event::ParkingTimedOut { call });
        }
        Ok(Some(parked.until))
    }

    /// A call ends that was connected with another one, which then ends with it.
    pub(super) fn parts(&mut self, call: CallId, reason: EndReason) {
        if let Some(with) = self
            .calls
            .get_mut(&call)
            .and_then(|call| call.joined.take())
        {
            if reason == EndReason::CallerHungUp {
                if let Some(other) = self.calls.get_mut(&with) {
                    other.joined = None;
                }
                if self.asks_parked(with) {
                    return;
                }
            }
            self.entry.parted.insert(with, Self::ends_with(reason));
        }
    }
}
