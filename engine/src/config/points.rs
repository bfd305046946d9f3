//! Route points: numbers behind which neither one telephone nor a queue stands, but a
//! rule that says where the call goes.

use serde::{Deserialize, Serialize};

use super::model::Destination;
use crate::number::Number;
use crate::time::Span;

/// A route point: a ring group or a voicemail group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointConfig {
    /// Its number: the key, fixed after creation.
    pub number: Number,
    /// As shown to people; unique among route points.
    pub name: String,
    /// What happens to the calls that come to it.
    pub kind: PointKind,
}

impl PointConfig {
    /// Every extension that it names, by place.
    #[must_use]
    pub fn members(&self) -> &[Number] {
        match &self.kind {
            PointKind::RingGroup(group) => &group.members,
            PointKind::VoicemailGroup(group) => &group.members,
        }
    }

    /// Takes an extension out of its members.
    pub fn remove_member(&mut self, number: Number) {
        let members = match &mut self.kind {
            PointKind::RingGroup(group) => &mut group.members,
            PointKind::VoicemailGroup(group) => &mut group.members,
        };
        members.retain(|&member| member != number);
    }

    /// Every destination that it may send a caller to, with its key, and its place
    /// there where the key holds several.
    pub fn destinations(
        &self,
    ) -> impl Iterator<Item = (&'static str, Option<usize>, &Destination)> {
        let failover = match &self.kind {
            PointKind::RingGroup(group) => Some(&group.failover),
            PointKind::VoicemailGroup(_) => None,
        };
        failover.into_iter().map(|to| ("failover", None, to))
    }

    /// The same, to change.
    pub fn destinations_mut(&mut self) -> impl Iterator<Item = &mut Destination> {
        let failover = match &mut self.kind {
            PointKind::RingGroup(group) => Some(&mut group.failover),
            PointKind::VoicemailGroup(_) => None,
        };
        failover.into_iter()
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
            PointKind::RingGroup(_) => "ring group",
            PointKind::VoicemailGroup(_) => "voicemail group",
        }
    }

    /// The word before its number where it is a destination.
    #[must_use]
    pub const fn destination_word(&self) -> &'static str {
        match self.kind {
            PointKind::RingGroup(_) => "ring_group",
            PointKind::VoicemailGroup(_) => "voicemail",
        }
    }

    /// What it is, as the header of its table.
    #[must_use]
    pub const fn header(&self) -> &'static str {
        match self.kind {
            PointKind::RingGroup(_) => "ring_group",
            PointKind::VoicemailGroup(_) => "voicemail_group",
        }
    }
}

/// What happens to the calls of a route point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PointKind {
    /// Telephones ring.
    RingGroup(RingGroup),
    /// The caller leaves a message for several people.
    VoicemailGroup(VoicemailGroup),
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
