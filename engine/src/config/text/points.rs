//! Reading route points, and how messages are taken.

use super::people::{for_each_number, number};
use super::places::Recorder;
use super::queue::destination;
use super::{Reader, set};
use crate::config::check::{Subject, bounds};
use crate::config::points::{
    PointConfig, PointKind, RingGroup, RingOrder, VoicemailConfig, VoicemailGroup,
};
use crate::config::reader::{Table, Value};
use crate::limits::POINT_MEMBERS_MAX;
use crate::number::Number;

/// The words of a file for the order in which telephones ring.
pub(super) const RING_ORDERS: &[(&str, RingOrder)] =
    &[("all", RingOrder::All), ("in_order", RingOrder::InOrder)];

impl Reader {
    pub(super) fn ring_group(&mut self, table: Table<'_>) {
        self.point(table, |table, place| {
            let mut group = RingGroup {
                members: members(table, place),
                ..RingGroup::default()
            };
            set(&mut group.order, table.one_of("ring", RING_ORDERS));
            let time = place.key(table, "ring_time_s");
            set(
                &mut group.ring_time,
                time.and_then(|value| value.seconds(bounds::RING_TIMEOUT_S)),
            );
            set(&mut group.skip_busy, table.bool("skip_busy"));
            let failover = place.key(table, "failover");
            set(&mut group.failover, failover.and_then(destination));
            PointKind::RingGroup(group)
        });
    }

    pub(super) fn voicemail_group(&mut self, table: Table<'_>) {
        self.point(table, |table, place| {
            let members = members(table, place);
            PointKind::VoicemailGroup(VoicemailGroup { members })
        });
    }

    /// Reads a number, a name, and what `kind` reads behind them.
    fn point(
        &mut self,
        mut table: Table<'_>,
        kind: impl FnOnce(&mut Table<'_>, &mut Recorder) -> PointKind,
    ) {
        let mut place = Recorder::new(&table);
        let document = table.document();
        let key = table.required("number");
        if let Some(value) = key {
            place.alias("number", value.span());
        }
        let known = key.and_then(number);
        let name = table.required("name");
        if let Some(value) = name {
            place.alias("name", value.span());
        }
        let number = known.unwrap_or_default();
        let name = name.and_then(Value::str);
        let kind = kind(&mut table, &mut place);
        table.finish();
        let subject = Subject::Point(number);
        if known.is_none() {
            self.complete = false;
        } else if self.is_first(document, subject, &place) {
            self.places.add(subject, place);
            self.config.points.push(PointConfig {
                number,
                // Where there is no name, that is told already.
                name: name.map_or_else(|| format!("{number}"), str::to_owned),
                kind,
            });
        }
    }
}

/// `["1001-1003", "1009"]`
fn members(table: &mut Table<'_>, place: &mut Recorder) -> Vec<Number> {
    let mut members = Vec::new();
    let lists = place.key(table, "members").into_iter();
    for value in lists.flat_map(Value::array) {
        place.item("members", members.len(), value.span());
        // One more than allowed, so that the check sees that it is too many.
        let room = (POINT_MEMBERS_MAX + 1).saturating_sub(members.len());
        if room == 0 {
            break;
        }
        for_each_number(value, room, |member| members.push(member));
    }
    members
}

/// How messages are taken, in the common settings.
pub(super) fn voicemail(
    voicemail: &mut VoicemailConfig,
    table: &mut Table<'_>,
    place: &mut Recorder,
) {
    let greeting = place.key(table, "voicemail_greeting").and_then(Value::str);
    voicemail.greeting = greeting.map(str::to_owned);
    let longest = place.key(table, "voicemail_longest_s");
    set(
        &mut voicemail.longest,
        longest.and_then(|value| value.seconds(bounds::MESSAGE_S)),
    );
    let shortest = place.key(table, "voicemail_shortest_s");
    set(
        &mut voicemail.shortest,
        shortest.and_then(|value| value.seconds(bounds::SHORTEST_MESSAGE_S)),
    );
}
