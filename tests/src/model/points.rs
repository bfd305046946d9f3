//! Route points and voicemail: who rings for a group and in which order, and what a
//! message must be.

use std::collections::VecDeque;

use tandem_engine::config::model::Destination;
use tandem_engine::config::points::{FlowStep, PointConfig, PointKind, RingGroup, RingOrder};
use tandem_engine::records::Message;
use tandem_engine::{
    AgentId, CallId, Cause, Effect, Event, Input, Key, LegId, Number, OfferEnd, Timer, Timestamp,
};

use super::state::{Call, Helps, Leg, LegStage};
use super::{Checked, Law, Model, known};

/// A route point, and what tells it from an earlier one with its number.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub(super) serial: u64,
    pub(super) config: PointConfig,
}

/// A ring group at work for a call.
#[derive(Clone, Debug)]
pub(super) struct Group {
    number: Number,
    serial: u64,
    /// Who has not had his turn, of those who were its members when the call came.
    left: VecDeque<Number>,
    /// Who must ring before anything else happens.
    expected: VecDeque<AgentId>,
}

/// How far a caller is with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Voicemail {
    /// He comes to a box in this entry, and has not begun.
    Comes(Number),
    /// He hears the greeting.
    Greeted(Number),
    /// He has heard it, and may speak in this entry.
    Speaks(Number),
    /// He leaves a message, since then, until then at most.
    Leaves(Number, Timestamp, Timestamp),
}

impl Model {
    /// Reads an event about what a caller hears, or about a way that is no queue's.
    pub(super) fn fold_way(&mut self, event: &Event) -> Checked {
        match event {
            Event::AnnouncementStarted {
                call,
                queue,
                announced,
            } => self.announcement_started(*call, *queue, *announced),
            Event::CallDiverted {
                call,
                queue,
                closed,
            } => self.call_diverted(*call, *queue, closed),
            Event::ExtensionRingEnded {
                call,
                agent,
                leg,
                end,
            } => self.extension_ring_ended((*call, *agent), *leg, *end),
            Event::MessageDiscarded { .. } | Event::MessageLeft(_) => self.message_ended(event),
            Event::MessageStarted { call, mailbox } => self.message_started(*call, *mailbox),
            Event::PointReached { call, point } => self.point_reached(*call, *point),
            Event::PromptStarted { call, prompt } => self.prompt_started(*call, prompt),
            _ => unreachable!("all others are read elsewhere"),
        }
    }

    pub(super) fn put_point(&mut self, config: &PointConfig) {
        let serial = match self.points.get(&config.number) {
            Some(point) => point.serial,
            None => self.next_count(),
        };
        let config = config.clone();
        self.points.insert(config.number, Point { serial, config });
    }

    /// Whether a number has a box.
    pub(super) fn has_box(&self, number: Number) -> bool {
        self.extensions.contains_key(&number)
            || self.numbers.contains_key(&number)
            || self.points.contains_key(&number)
    }

    /// Whether a number may lead to telephones: a ring group's, or a call flow's.
    pub(super) fn may_ring(&self, number: Number) -> bool {
        let kind = self.points.get(&number).map(|point| &point.config.kind);
        matches!(kind, Some(PointKind::CallFlow(_) | PointKind::RingGroup(_)))
    }

    fn point_reached(&mut self, id: CallId, number: Number) -> Checked {
        self.arrives_at_point(id, number)?;
        self.seen.points += 1;
        let point = known(self.points.get(&number), "a route point")?;
        let serial = point.serial;
        let members = match &point.config.kind {
            PointKind::CallFlow(flow) => {
                let first = flow.nodes.first().map(|node| node.name.clone());
                let first = known(first, "a node")?;
                return self.walk(id, (number, serial), FlowStep::Node(first));
            }
            PointKind::Menu(_) => return self.menu_reached(id, number, serial),
            PointKind::RingGroup(group) => Some(group.members.iter().copied().collect()),
            PointKind::VoicemailGroup(_) => None,
        };
        let call = known(self.calls.get_mut(&id), "a call")?;
        let Some(left) = members else {
            call.voicemail = Some(Voicemail::Comes(number));
            return Ok(());
        };
        let group = Group {
            number,
            serial,
            left,
            expected: VecDeque::new(),
        };
        self.next_ring(id, group)
    }

    /// A call arrives at a route point, whatever kind it was sent to.
    fn arrives_at_point(&mut self, id: CallId, number: Number) -> Checked {
        let call = known(self.calls.get_mut(&id), "a call")?;
        if let Some(Destination::CallFlow(to) | Destination::Menu(to)) = call.goes_to {
            call.goes_to = Some(Destination::RingGroup(to));
        }
        self.arrives(id, Destination::RingGroup(number))
    }

    /// Whoever is next of a group must ring; where nobody can, the call goes on.
    fn next_ring(&mut self, id: CallId, mut group: Group) -> Checked {
        let call = known(self.calls.get(&id), "a call")?;
        let point = self.points.get(&group.number);
        let point = point.filter(|point| point.serial == group.serial);
        let goes_to = match point.map(|point| &point.config.kind) {
            // It was deleted: so the call leads nowhere.
            None => Destination::RingGroup(Number::NONE),
            Some(PointKind::CallFlow(_) | PointKind::Menu(_) | PointKind::VoicemailGroup(_)) => {
                Destination::RingGroup(group.number)
            }
            Some(PointKind::RingGroup(config)) => {
                while let Some(number) = group.left.pop_front() {
                    let able = self.group_may_ring(call, config, number);
                    group.expected.extend(able);
                    if able.is_some() && config.order == RingOrder::InOrder {
                        break;
                    }
                }
                config.failover.clone()
            }
        };
        let call = known(self.calls.get_mut(&id), "a call")?;
        if group.expected.is_empty() {
            (call.goes_to, call.group) = (Some(goes_to), None);
        } else {
            call.group = Some(group);
        }
        Ok(())
    }

    fn group_may_ring(&self, call: &Call, group: &RingGroup, number: Number) -> Option<AgentId> {
        let agent = self.person(number)?;
        let person = self.persons.get(&agent)?;
        let busy = self.busy(agent) > 0 || person.offer.is_some();
        let may = person.up && call.origin != Some(agent) && !(group.skip_busy && busy);
        may.then_some(agent)
    }

    /// A telephone of a group rings: it must be the next one. Tells for how long.
    pub(super) fn group_rings(&mut self, id: CallId, agent: AgentId) -> Result<Timestamp, String> {
        let call = known(self.calls.get_mut(&id), "a call")?;
        let group = known(call.group.as_mut(), "a group")?;
        let (next, number) = (group.expected.pop_front(), group.number);
        self.law(Law::Routes, next == Some(agent), || {
            format!("group {number} rings {agent} for call {id}, and not {next:?}")
        })?;
        match self.points.get(&number).map(|point| &point.config.kind) {
            Some(PointKind::RingGroup(group)) => Ok(self.entry.now + group.ring_time),
            _ => known(None, "a ring group"),
        }
    }

    fn extension_ring_ended(
        &mut self,
        (call, agent): (CallId, AgentId),
        id: LegId,
        end: OfferEnd,
    ) -> Checked {
        let leg = known(self.legs.get_mut(&id), "a leg")?;
        let fits = (leg.call, leg.agent, leg.queue) == (call, agent, None);
        let rang = leg.stage == LegStage::Ringing;
        leg.stage = LegStage::Over;
        let caused = self.ring_end_is_caused(id, agent, end);
        self.law(Law::Outcomes, fits && rang && caused, || {
            format!("leg {id} of a group ends as {end:?} without a cause")
        })?;
        if end == OfferEnd::CompletedElsewhere || self.legs_of(call).next().is_some() {
            return Ok(());
        }
        let entry = known(self.calls.get_mut(&call), "a call")?;
        let group = known(entry.group.take(), "a group")?;
        self.next_ring(call, group)
    }

    fn ring_end_is_caused(&self, id: LegId, agent: AgentId, end: OfferEnd) -> bool {
        match (end, &self.entry.input) {
            (OfferEnd::CompletedElsewhere, Input::LegAnswered { leg }) => *leg != id,
            (OfferEnd::Failed(cause), Input::LegFailed { leg, cause: told }) => {
                *leg == id && cause == *told
            }
            (OfferEnd::Failed(Cause::Unreachable), Input::LegEnded { leg }) => *leg == id,
            (OfferEnd::TimedOut, Input::LegFailed { leg, cause }) => {
                *leg == id && *cause == Cause::NoAnswer
            }
            (OfferEnd::TimedOut, Input::Tick) => {
                self.entry.first.map(|first| first.1) == Some(Timer::RingTimeout(id))
            }
            (OfferEnd::Withdrawn, Input::Configure { .. }) => self.entry.gone.contains(&agent),
            _ => false,
        }
    }

    /// A call comes to a box: sent there, or by a route point.
    pub(super) fn comes_to_box(&mut self, id: CallId) -> Result<Option<Number>, String> {
        let call = known(self.calls.get_mut(&id), "a call")?;
        if let Some(Voicemail::Comes(number)) = call.voicemail {
            call.voicemail = None;
            return Ok(Some(number));
        }
        let Some(Destination::Voicemail(number)) = call.goes_to else {
            return Ok(None);
        };
        self.arrives(id, Destination::Voicemail(number))?;
        Ok(Some(number))
    }

    /// The caller hears the greeting of a box.
    pub(super) fn greeted(&mut self, id: CallId, mailbox: Number, name: &str) -> Checked {
        let wanted = self.options.voicemail.greeting.clone();
        self.law(Law::Routes, wanted.as_deref() == Some(name), || {
            format!("the box of {mailbox} greets with {name}, not {wanted:?}")
        })?;
        let call = known(self.calls.get_mut(&id), "a call")?;
        call.voicemail = Some(Voicemail::Greeted(mailbox));
        Ok(())
    }

    fn message_started(&mut self, id: CallId, mailbox: Number) -> Checked {
        let call = known(self.calls.get_mut(&id), "a call")?;
        let right = match call.voicemail {
            Some(Voicemail::Speaks(number)) => Some(number),
            _ => {
                let number = self.comes_to_box(id)?;
                number.filter(|_| self.options.voicemail.greeting.is_none())
            }
        };
        self.law(Law::Routes, right == Some(mailbox), || {
            format!("call {id} leaves a message for {mailbox}, and not {right:?}")
        })?;
        self.seen.messages += 1;
        let now = self.entry.now;
        let until = now + self.options.voicemail.longest;
        let call = known(self.calls.get_mut(&id), "a call")?;
        call.voicemail = Some(Voicemail::Leaves(mailbox, now, until));
        call.taken = true;
        self.entry.to_play.push(Effect::RecordMessage {
            call: id,
            public: call.public,
            mailbox,
        });
        Ok(())
    }

    /// Whether the input is the key that ends a message which its caller is leaving.
    pub(super) fn ends_message(&self) -> bool {
        let Input::KeyPressed { call, key } = &self.entry.input else {
            return false;
        };
        let call = self.calls.get(call).filter(|_| *key == Key::Pound);
        call.is_some_and(|call| matches!(call.voicemail, Some(Voicemail::Leaves(..))))
    }

    /// A message ended, and is kept or not.
    fn message_ended(&mut self, event: &Event) -> Checked {
        let id = match event {
            Event::MessageDiscarded { call, .. } => Some(*call),
            Event::MessageLeft(message) => self.publics.get(&message.call).copied(),
            _ => None,
        };
        let id = known(id, "a message of a call")?;
        let call = known(self.calls.get_mut(&id), "a call")?;
        let Some(Voicemail::Leaves(mailbox, since, until)) = call.voicemail.take() else {
            return known(None, "a message without a beginning");
        };
        let (public, caller) = (call.public, call.number);
        let length = self.entry.now.min(until).since(since);
        let keep = length >= self.options.voicemail.shortest;
        let right = match keep {
            false => Event::MessageDiscarded { call: id, mailbox },
            true => Event::MessageLeft(Message {
                call: public,
                mailbox,
                caller,
                since,
                length,
            }),
        };
        self.entry.to_play.push(Effect::StopRecording {
            call: id,
            public,
            keep,
        });
        if keep {
            let call = public;
            self.entry
                .to_keep
                .push(Effect::MailMessage { mailbox, call });
        }
        self.law(Law::Outcomes, *event == right, || {
            format!("{event:?} is told, and should be {right:?}")
        })
    }

    /// Whether somebody is on his way through a group or to a box when all is done.
    pub(super) fn hangs_on_the_way(call: &Call) -> bool {
        let box_waits = matches!(call.voicemail, Some(Voicemail::Speaks(_)));
        let group = call.group.as_ref();
        Self::must_say(call) || box_waits || group.is_some_and(|group| !group.expected.is_empty())
    }

    /// Whether the legs of a call are as many as there should be for where it is.
    pub(super) fn legs_are_right(&self, id: CallId, call: &Call) -> bool {
        let legs = self.legs_of(id);
        let legs = legs.filter(|(_, leg): &(LegId, &Leg)| leg.helps == Helps::No);
        let mut legs = legs.map(|(_, leg)| leg.stage);
        let alone = call.hears.is_some() || call.parked.is_some() || call.joined.is_some();
        let speaks = matches!(call.voicemail, Some(Voicemail::Leaves(..)));
        let asked = call.survey.is_some() || call.tone_until.is_some();
        let asked = asked || call.placed.is_some();
        if alone || call.menu.is_some() || speaks || asked {
            legs.next().is_none()
        } else if call.group.is_some() {
            let legs: Vec<LegStage> = legs.collect();
            !legs.is_empty() && legs.iter().all(|stage| *stage == LegStage::Ringing)
        } else {
            legs.count() == 1
        }
    }
}
