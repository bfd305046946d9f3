//! Route points: numbers behind which neither one telephone nor a queue stands, but a
//! rule that says where the call goes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::{Destination, TimeCondition};
use crate::key::Key;
use crate::number::Number;
use crate::time::Span;

/// A route point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointConfig {
    /// Its number: the key, fixed after creation.
    pub number: Number,
    /// As shown to people; unique among route points.
    pub name: String,
    /// What happens to the calls that come to it.
    pub kind: PointKind,
}

/// A destination with its key, and its place there where the key holds several.
type Placed<D> = (&'static str, Option<usize>, D);

impl PointConfig {
    /// Every extension that it names, by place.
    #[must_use]
    pub fn members(&self) -> &[Number] {
        match &self.kind {
            PointKind::CallFlow(_) | PointKind::Menu(_) => &[],
            PointKind::RingGroup(group) => &group.members,
            PointKind::VoicemailGroup(group) => &group.members,
        }
    }

    /// Takes an extension out of its members.
    pub fn remove_member(&mut self, number: Number) {
        match &mut self.kind {
            PointKind::CallFlow(_) | PointKind::Menu(_) => {}
            PointKind::RingGroup(group) => group.members.retain(|&member| member != number),
            PointKind::VoicemailGroup(group) => group.members.retain(|&member| member != number),
        }
    }

    /// Every destination that it may send a caller to, with its key, and its place
    /// there where the key holds several.
    pub fn destinations(&self) -> impl Iterator<Item = Placed<&Destination>> {
        let mut all = Vec::new();
        match &self.kind {
            PointKind::CallFlow(flow) => {
                for (place, node) in flow.nodes.iter().enumerate() {
                    all.extend(node.steps().into_iter().filter_map(|step| match step {
                        FlowStep::Go(to) => Some(("nodes", Some(place), to)),
                        FlowStep::Node(_) => None,
                    }));
                }
            }
            PointKind::Menu(menu) => {
                let keys = menu.keys.values().enumerate();
                all.extend(keys.map(|(place, to)| ("keys", Some(place), to)));
                all.push(("failover", None, &menu.failover));
                all.push(("invalid", None, &menu.invalid));
                if let Some(condition) = &menu.time_condition {
                    all.push(("outside_hours", None, &condition.outside_hours));
                    all.push(("holiday", None, &condition.holiday));
                }
            }
            PointKind::RingGroup(group) => all.push(("failover", None, &group.failover)),
            PointKind::VoicemailGroup(_) => {}
        }
        all.into_iter()
    }

    /// The same, to change.
    pub fn destinations_mut(&mut self) -> impl Iterator<Item = &mut Destination> {
        let mut all = Vec::new();
        match &mut self.kind {
            PointKind::CallFlow(flow) => {
                let steps = flow.nodes.iter_mut().flat_map(FlowNode::steps_mut);
                all.extend(steps.filter_map(|step| match step {
                    FlowStep::Go(to) => Some(to),
                    FlowStep::Node(_) => None,
                }));
            }
            PointKind::Menu(menu) => {
                all.extend(menu.keys.values_mut());
                all.extend([&mut menu.failover, &mut menu.invalid]);
                if let Some(condition) = &mut menu.time_condition {
                    all.extend([&mut condition.outside_hours, &mut condition.holiday]);
                }
            }
            PointKind::RingGroup(group) => all.push(&mut group.failover),
            PointKind::VoicemailGroup(_) => {}
        }
        all.into_iter()
    }

    /// Every prompt that it plays itself, as [`PointConfig::destinations`] tells where.
    pub fn prompts(&self) -> impl Iterator<Item = Placed<&str>> {
        let mut all = Vec::new();
        match &self.kind {
            PointKind::CallFlow(flow) => {
                for (place, node) in flow.nodes.iter().enumerate() {
                    if let NodeKind::Prompt { prompt, .. } = &node.kind {
                        all.push(("nodes", Some(place), prompt.as_str()));
                    }
                }
            }
            PointKind::Menu(menu) => all.push(("prompt", None, menu.prompt.as_str())),
            PointKind::RingGroup(_) | PointKind::VoicemailGroup(_) => {}
        }
        all.into_iter()
    }

    /// Every calendar that it asks, as [`PointConfig::destinations`] tells where.
    pub fn hours(&self) -> impl Iterator<Item = Placed<&str>> {
        let mut all = Vec::new();
        match &self.kind {
            PointKind::CallFlow(flow) => {
                for (place, node) in flow.nodes.iter().enumerate() {
                    if let NodeKind::Hours { hours, .. } = &node.kind {
                        all.push(("nodes", Some(place), hours.as_str()));
                    }
                }
            }
            PointKind::Menu(menu) => {
                let hours = menu.time_condition.as_ref().map(|it| it.hours.as_str());
                all.extend(hours.map(|hours| ("hours", None, hours)));
            }
            PointKind::RingGroup(_) | PointKind::VoicemailGroup(_) => {}
        }
        all.into_iter()
    }

    /// Whether callers can leave messages for it.
    #[must_use]
    pub const fn has_box(&self) -> bool {
        matches!(
            self.kind,
            PointKind::RingGroup(_) | PointKind::VoicemailGroup(_)
        )
    }

    /// What it is, in words.
    #[must_use]
    pub const fn words(&self) -> &'static str {
        match self.kind {
            PointKind::CallFlow(_) => "call flow",
            PointKind::Menu(_) => "menu",
            PointKind::RingGroup(_) => "ring group",
            PointKind::VoicemailGroup(_) => "voicemail group",
        }
    }

    /// The word before its number where it is a destination.
    #[must_use]
    pub const fn destination_word(&self) -> &'static str {
        match self.kind {
            PointKind::VoicemailGroup(_) => "voicemail",
            _ => self.header(),
        }
    }

    /// What it is, as the header of its table.
    #[must_use]
    pub const fn header(&self) -> &'static str {
        match self.kind {
            PointKind::CallFlow(_) => "call_flow",
            PointKind::Menu(_) => "menu",
            PointKind::RingGroup(_) => "ring_group",
            PointKind::VoicemailGroup(_) => "voicemail_group",
        }
    }
}

/// What happens to the calls of a route point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PointKind {
    /// Conditions decide where they go.
    CallFlow(CallFlow),
    /// The caller chooses by a key.
    Menu(Menu),
    /// Telephones ring.
    RingGroup(RingGroup),
    /// The caller leaves a message for several people.
    VoicemailGroup(VoicemailGroup),
}

/// A prompt, and where each key leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Menu {
    /// Name of what is said. Keys count from its beginning on.
    pub prompt: String,
    /// Where keys lead.
    pub keys: BTreeMap<Key, Destination>,
    /// Whether callers may key in the number of an extension.
    pub dial_extensions: bool,
    /// How long a key is awaited behind the prompt, and behind each digit of a number.
    pub timeout: Span,
    /// How often the prompt plays at most: again after silence, and after a key that
    /// leads nowhere.
    pub plays: u8,
    /// Where callers go who press nothing to the end.
    pub failover: Destination,
    /// Where callers go whose last key or number leads nowhere.
    pub invalid: Destination,
    /// When callers may come in; `None`: always.
    pub time_condition: Option<TimeCondition>,
}

impl Menu {
    /// A menu with this prompt, the defaults, and no keys.
    #[must_use]
    pub fn new(prompt: &str) -> Self {
        Self {
            prompt: prompt.to_owned(),
            keys: BTreeMap::new(),
            dial_extensions: false,
            timeout: Span::from_secs(5),
            plays: 3,
            failover: Destination::HangUp,
            invalid: Destination::HangUp,
            time_condition: None,
        }
    }
}

/// Named nodes through which a call goes until one leads it elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFlow {
    /// The nodes; calls begin at the first.
    pub nodes: Vec<FlowNode>,
}

impl CallFlow {
    /// The node with this name.
    #[must_use]
    pub fn node(&self, name: &str) -> Option<&FlowNode> {
        self.nodes.iter().find(|node| node.name == name)
    }
}

/// A node of a call flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowNode {
    /// As other nodes name it; unique within the flow.
    pub name: String,
    /// What it does.
    pub kind: NodeKind,
}

impl FlowNode {
    /// Where calls can go from here.
    #[must_use]
    pub fn steps(&self) -> Vec<&FlowStep> {
        match &self.kind {
            NodeKind::Caller {
                then, otherwise, ..
            } => vec![then, otherwise],
            NodeKind::Hours {
                open,
                closed,
                holiday,
                ..
            } => vec![open, closed, holiday],
            NodeKind::Prompt { then, .. } => vec![then],
        }
    }

    fn steps_mut(&mut self) -> Vec<&mut FlowStep> {
        match &mut self.kind {
            NodeKind::Caller {
                then, otherwise, ..
            } => vec![then, otherwise],
            NodeKind::Hours {
                open,
                closed,
                holiday,
                ..
            } => vec![open, closed, holiday],
            NodeKind::Prompt { then, .. } => vec![then],
        }
    }
}

/// What a node of a call flow does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NodeKind {
    /// Asks whether the caller's number begins so.
    Caller {
        /// With one of these.
        begins: Vec<Number>,
        /// Where those calls go.
        then: FlowStep,
        /// Where all others go, those without a number among them.
        otherwise: FlowStep,
    },
    /// Asks a calendar.
    Hours {
        /// Its name.
        hours: String,
        /// Where calls go within business hours.
        open: FlowStep,
        /// Where they go outside.
        closed: FlowStep,
        /// Where they go on holidays.
        holiday: FlowStep,
    },
    /// Lets the caller hear a prompt.
    Prompt {
        /// Its name.
        prompt: String,
        /// Where the call goes then.
        then: FlowStep,
    },
}

/// Where a call goes from a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FlowStep {
    /// On to a destination.
    Go(Destination),
    /// To the node of this flow with this name.
    Node(String),
}

/// Telephones that ring for a caller outside any queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RingGroup {
    /// Whose telephones, in the order of the file.
    pub members: Vec<Number>,
    /// Whether all ring at once, or one after the other.
    pub order: RingOrder,
    /// How long they ring: all together, or each.
    pub ring_time: Span,
    /// Whether telephones that are on a call are left out. Otherwise they ring, if
    /// they can do that.
    pub skip_busy: bool,
    /// Where callers go whom nobody answers.
    pub failover: Destination,
}

impl Default for RingGroup {
    fn default() -> Self {
        Self {
            members: Vec::new(),
            order: RingOrder::All,
            ring_time: Span::from_secs(30),
            skip_busy: false,
            failover: Destination::HangUp,
        }
    }
}

/// In which order the telephones of a ring group ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RingOrder {
    /// All at once.
    All,
    /// One after the other, as they are listed.
    InOrder,
}

/// People who share a voicemail box.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoicemailGroup {
    /// Who is told of a message.
    pub members: Vec<Number>,
}

/// How messages are taken, in every box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoicemailConfig {
    /// Name of the prompt that callers hear first; `None`: recording begins at once.
    pub greeting: Option<String>,
    /// How long a message may be; then the call ends.
    pub longest: Span,
    /// A message that is shorter is no message.
    pub shortest: Span,
}

impl Default for VoicemailConfig {
    fn default() -> Self {
        Self {
            greeting: None,
            longest: Span::from_secs(180),
            shortest: Span::from_secs(2),
        }
    }
}
