//! What destinations and route points of a random centre become, in a centre in which
//! not all that they name need exist.

use tandem_engine::Number;
use tandem_engine::config::model::{Config, Destination};
use tandem_engine::config::points::{PointConfig, PointKind, RingGroup, RingOrder, VoicemailGroup};

use super::{Failover, PROMPTS, PointDraft, extension, point, quarters, queue};

/// What there is that something can lead to.
#[derive(Clone, Debug)]
pub struct There {
    pub(super) extensions: Vec<Number>,
    pub(super) queues: Vec<Number>,
    pub(super) points: Vec<Number>,
    pub(super) groups: Vec<Number>,
}

impl There {
    /// What a configuration has.
    #[must_use]
    pub fn in_config(config: &Config) -> Self {
        let is_group = |point: &&PointConfig| matches!(point.kind, PointKind::RingGroup(_));
        let groups = config.points.iter().filter(is_group);
        Self {
            extensions: config.extensions.iter().map(|e| e.number).collect(),
            queues: config.queues.iter().map(|queue| queue.number).collect(),
            points: config.points.iter().map(|point| point.number).collect(),
            groups: groups.map(|point| point.number).collect(),
        }
    }

    /// The destination of an object with a number, or to hang up where it would lead
    /// nowhere.
    pub(super) fn destination(&self, of: Number, draft: Failover) -> Destination {
        match draft {
            Failover::Extension(place) if self.extensions.contains(&extension(place)) => {
                Destination::Extension(extension(place))
            }
            Failover::Prompt(place) => {
                Destination::Prompt(PROMPTS[usize::from(place) % PROMPTS.len()].to_owned())
            }
            Failover::Queue(place) if self.queues.contains(&queue(place)) && queue(place) != of => {
                Destination::Queue(queue(place))
            }
            Failover::RingGroup(place)
                if self.groups.contains(&point(place)) && point(place) != of =>
            {
                Destination::RingGroup(point(place))
            }
            Failover::Voicemail(place) => {
                let boxes = self.extensions.iter().chain(&self.queues);
                let boxes: Vec<Number> = boxes.chain(&self.points).copied().collect();
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
        let mut members: Vec<Number> = Vec::new();
        for member in self.members.iter().map(|&place| extension(place)) {
            if there.extensions.contains(&member) && !members.contains(&member) {
                members.push(member);
            }
        }
        let kind = if self.voicemail {
            PointKind::VoicemailGroup(VoicemailGroup { members })
        } else {
            PointKind::RingGroup(RingGroup {
                members,
                order: match self.in_order {
                    true => RingOrder::InOrder,
                    false => RingOrder::All,
                },
                ring_time: quarters(self.ring_time),
                skip_busy: self.skip_busy,
                failover: there.destination(number, self.failover),
            })
        };
        PointConfig {
            number,
            name: format!("Point {number}"),
            kind,
        }
    }

    /// Whether it becomes a ring group.
    #[must_use]
    pub const fn is_group(&self) -> bool {
        !self.voicemail
    }
}
