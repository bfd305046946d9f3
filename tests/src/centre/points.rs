//! What destinations and route points of a random centre become, in a centre in which
//! not all that they name need exist.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use tandem_engine::config::model::{Config, Destination, TimeCondition};
use tandem_engine::config::points::{
    CallFlow, FlowNode, FlowStep, Menu, NodeKind, PointConfig, PointKind, RingGroup, RingOrder,
    VoicemailGroup,
};
use tandem_engine::{Key, Number};

use super::{
    ConditionDraft, Failover, HOURS, PROMPTS, condition_draft, extension, external, failover,
    point, quarters, queue,
};

/// A route point to be: what it names may not be there when it is made.
#[derive(Clone, Debug)]
pub struct PointDraft {
    members: Vec<u8>,
    kind: PointDraftKind,
    in_order: bool,
    /// In quarters of a second.
    ring_time: u64,
    skip_busy: bool,
    failover: Failover,
    /// Where keys lead, beginning with zero; and what nodes lead to.
    leads: Vec<Failover>,
    plays: u8,
    condition: Option<ConditionDraft>,
}

/// What a route point is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PointDraftKind {
    CallFlow,
    Menu,
    RingGroup,
    VoicemailGroup,
}

/// A random route point.
pub fn point_draft() -> impl Strategy<Value = PointDraft> {
    let members = vec(0..8_u8, 0..=5);
    let kind = prop_oneof![
        2 => Just(PointDraftKind::CallFlow),
        3 => Just(PointDraftKind::Menu),
        5 => Just(PointDraftKind::RingGroup),
        1 => Just(PointDraftKind::VoicemailGroup),
    ];
    let how = (any::<bool>(), 4..=16_u64, any::<bool>(), 1..=3_u8);
    let leads = (failover(), vec(failover(), 3..=12));
    let condition = option::weighted(0.2, condition_draft());
    (members, kind, how, leads, condition).prop_map(|(members, kind, how, leads, condition)| {
        PointDraft {
            members,
            kind,
            in_order: how.0,
            ring_time: how.1,
            skip_busy: how.2,
            failover: leads.0,
            leads: leads.1,
            plays: how.3,
            condition,
        }
    })
}

/// What there is that something can lead to.
#[derive(Clone, Debug)]
pub struct There {
    pub(super) extensions: Vec<Number>,
    pub(super) queues: Vec<Number>,
    pub(super) boxes: Vec<Number>,
    pub(super) points: Vec<(Number, &'static str)>,
}

impl There {
    /// What a configuration has.
    #[must_use]
    pub fn in_config(config: &Config) -> Self {
        let boxes = config.points.iter().filter(|point| point.has_box());
        Self {
            extensions: config.extensions.iter().map(|e| e.number).collect(),
            queues: config.queues.iter().map(|queue| queue.number).collect(),
            boxes: boxes.map(|point| point.number).collect(),
            points: (config.points.iter())
                .map(|point| (point.number, point.header()))
                .collect(),
        }
    }

    /// The same with this route point, whatever was there before.
    fn with(&self, number: Number, draft: &PointDraft) -> Self {
        let mut there = self.clone();
        there.boxes.retain(|&other| other != number);
        there.boxes.extend(draft.has_box().then_some(number));
        there.points.retain(|(other, _)| *other != number);
        there.points.push((number, draft.header()));
        there
    }

    /// The destination of an object with a number, or to hang up where it would lead
    /// nowhere.
    pub(super) fn destination(&self, of: Number, draft: Failover) -> Destination {
        match draft {
            Failover::Extension(place) if self.extensions.contains(&extension(place)) => {
                Destination::Extension(extension(place))
            }
            Failover::External(place) => external(place),
            Failover::Prompt(place) => {
                Destination::Prompt(PROMPTS[usize::from(place) % PROMPTS.len()].to_owned())
            }
            Failover::Queue(place) if self.queues.contains(&queue(place)) && queue(place) != of => {
                Destination::Queue(queue(place))
            }
            Failover::RingGroup(place) if point(place) != of => {
                let number = point(place);
                let kind = self.points.iter().find(|(known, _)| *known == number);
                match kind.map(|(_, header)| *header) {
                    Some("call_flow") => Destination::CallFlow(number),
                    Some("menu") => Destination::Menu(number),
                    Some("ring_group") => Destination::RingGroup(number),
                    _ => Destination::HangUp,
                }
            }
            Failover::Voicemail(place) => {
                let boxes = self.extensions.iter().chain(&self.queues);
                let boxes: Vec<Number> = boxes.chain(&self.boxes).copied().collect();
                match boxes.get(usize::from(place) % boxes.len().max(1)) {
                    Some(&number) => Destination::Voicemail(number),
                    None => Destination::HangUp,
                }
            }
            _ => Destination::HangUp,
        }
    }
}

impl PointDraft {
    /// The route point with this number, in a centre in which these exist.
    #[must_use]
    pub fn point(&self, number: Number, there: &There) -> PointConfig {
        let there = &there.with(number, self);
        let mut members: Vec<Number> = Vec::new();
        for member in self.members.iter().map(|&place| extension(place)) {
            if there.extensions.contains(&member) && !members.contains(&member) {
                members.push(member);
            }
        }
        let kind = match self.kind {
            PointDraftKind::CallFlow => PointKind::CallFlow(self.flow(number, there)),
            PointDraftKind::Menu => PointKind::Menu(self.menu(number, there)),
            PointDraftKind::VoicemailGroup => PointKind::VoicemailGroup(VoicemailGroup { members }),
            PointDraftKind::RingGroup => PointKind::RingGroup(RingGroup {
                members,
                order: match self.in_order {
                    true => RingOrder::InOrder,
                    false => RingOrder::All,
                },
                ring_time: quarters(self.ring_time),
                skip_busy: self.skip_busy,
                failover: there.destination(number, self.failover),
            }),
        };
        PointConfig {
            number,
            name: format!("Point {number}"),
            kind,
        }
    }

    fn menu(&self, number: Number, there: &There) -> Menu {
        let leads = self.leads.iter().map(|&to| there.destination(number, to));
        Menu {
            prompt: PROMPTS[usize::from(self.in_order)].to_owned(),
            keys: Key::ALL.into_iter().zip(leads).collect(),
            dial_extensions: self.skip_busy,
            timeout: quarters(self.ring_time),
            plays: self.plays,
            failover: there.destination(number, self.failover),
            invalid: there.destination(number, self.leads[0]),
            time_condition: self.condition.as_ref().map(|draft| TimeCondition {
                hours: HOURS[draft.hours].to_owned(),
                outside_hours: there.destination(number, draft.outside_hours),
                holiday: there.destination(number, draft.holiday),
                ignore_holidays: draft.ignore_holidays,
                holiday_prompt: draft.holiday_prompt,
            }),
        }
    }

    /// A node of each kind, in one of two orders.
    fn flow(&self, number: Number, there: &There) -> CallFlow {
        let go = |place: usize| FlowStep::Go(there.destination(number, self.leads[place]));
        let node = |name: &str| FlowStep::Node(name.to_owned());
        let hours = NodeKind::Hours {
            hours: HOURS[usize::from(self.plays) % HOURS.len()].to_owned(),
            open: node("caller"),
            closed: go(0),
            holiday: node("prompt"),
        };
        let caller = NodeKind::Caller {
            begins: vec![Number::from_u64(4931), Number::from_u64(10)],
            then: node("prompt"),
            otherwise: go(1),
        };
        let prompt = NodeKind::Prompt {
            prompt: PROMPTS[usize::from(self.in_order)].to_owned(),
            then: if self.skip_busy { node("last") } else { go(2) },
        };
        let last = NodeKind::Caller {
            begins: vec![Number::from_u64(4932)],
            then: FlowStep::Go(there.destination(number, self.failover)),
            otherwise: go(0),
        };
        let mut nodes = vec![("hours", hours), ("caller", caller)];
        if self.in_order {
            nodes.swap(0, 1);
        }
        nodes.extend([("prompt", prompt), ("last", last)]);
        let nodes = nodes.into_iter().map(|(name, kind)| FlowNode {
            name: name.to_owned(),
            kind,
        });
        CallFlow {
            nodes: nodes.collect(),
        }
    }

    /// What it becomes, as in the header of its table.
    #[must_use]
    pub const fn header(&self) -> &'static str {
        match self.kind {
            PointDraftKind::CallFlow => "call_flow",
            PointDraftKind::Menu => "menu",
            PointDraftKind::RingGroup => "ring_group",
            PointDraftKind::VoicemailGroup => "voicemail_group",
        }
    }

    /// Whether it has a box.
    #[must_use]
    pub const fn has_box(&self) -> bool {
        matches!(
            self.kind,
            PointDraftKind::RingGroup | PointDraftKind::VoicemailGroup
        )
    }
}
