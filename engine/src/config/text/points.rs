//! Reading route points, and how messages are taken.

use super::people::{for_each_number, number};
use super::places::Recorder;
use super::queue::{destination, destination_or, keys, time_condition};
use super::{Reader, set};
use crate::config::check::{Subject, bounds};
use crate::config::model::Destination;
use crate::config::points::{
    CallFlow, FlowNode, FlowStep, Menu, NodeKind, PointConfig, PointKind, RingGroup, RingOrder,
    VoicemailConfig, VoicemailGroup,
};
use crate::config::reader::{Table, Value};
use crate::limits::{FLOW_BEGINNINGS_MAX, FLOW_NODES_MAX, MENU_PLAYS_MAX, POINT_MEMBERS_MAX};
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
            Some(PointKind::RingGroup(group))
        });
    }

    pub(super) fn voicemail_group(&mut self, table: Table<'_>) {
        self.point(table, |table, place| {
            let members = members(table, place);
            Some(PointKind::VoicemailGroup(VoicemailGroup { members }))
        });
    }

    pub(super) fn menu(&mut self, table: Table<'_>) {
        self.point(table, |table, place| {
            let prompt = table.required("prompt");
            if let Some(value) = prompt {
                place.alias("prompt", value.span());
            }
            let prompt = prompt.and_then(Value::str);
            let mut menu = Menu::new(prompt.unwrap_or_default());
            menu.keys = keys(table, place);
            set(&mut menu.dial_extensions, table.bool("dial_extensions"));
            let timeout = place.key(table, "timeout_s");
            set(
                &mut menu.timeout,
                timeout.and_then(|value| value.seconds(bounds::MENU_TIMEOUT_S)),
            );
            set(&mut menu.plays, table.integer("plays", 1..=MENU_PLAYS_MAX));
            let failover = place.key(table, "failover");
            set(&mut menu.failover, failover.and_then(destination));
            let invalid = place.key(table, "invalid");
            set(&mut menu.invalid, invalid.and_then(destination));
            menu.time_condition = time_condition(table, place);
            prompt.map(|_| PointKind::Menu(menu))
        });
    }

    pub(super) fn call_flow(&mut self, table: Table<'_>) {
        self.point(table, |table, place| {
            let mut flow = CallFlow::default();
            let mut whole = true;
            let lists = place.key(table, "nodes").into_iter();
            for value in lists.flat_map(Value::array) {
                if flow.nodes.len() > FLOW_NODES_MAX {
                    break;
                }
                let node = value.table().and_then(node);
                whole &= node.is_some();
                place.item("nodes", flow.nodes.len(), value.span());
                flow.nodes.extend(node);
            }
            whole.then_some(PointKind::CallFlow(flow))
        });
    }

    /// Reads a number, a name, and what `kind` reads behind them; it has told what is
    /// wrong where it reads nothing.
    fn point(
        &mut self,
        mut table: Table<'_>,
        kind: impl FnOnce(&mut Table<'_>, &mut Recorder) -> Option<PointKind>,
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
        let Some(kind) = kind.filter(|_| known.is_some()) else {
            self.complete = false;
            return;
        };
        if self.is_first(document, subject, &place) {
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

/// `{ name = "vip", caller = ["+4930"], then = "queue 6401", else = "node hello" }`, or
/// a node with `hours` or with a `prompt`.
fn node(mut table: Table<'_>) -> Option<FlowNode> {
    let name = table.required("name").and_then(Value::str);
    let (caller, hours) = (table.get("caller"), table.get("hours"));
    let prompt = table.get("prompt");
    let mut step = |key| {
        let step = table.get(key).and_then(flow_step);
        step.unwrap_or(FlowStep::Go(Destination::HangUp))
    };
    let kind = match (caller, hours, prompt) {
        (Some(caller), None, None) => {
            let mut begins = Vec::new();
            for value in caller.array().take(FLOW_BEGINNINGS_MAX + 1) {
                begins.extend(number(value));
            }
            Some(NodeKind::Caller {
                begins,
                then: step("then"),
                otherwise: step("else"),
            })
        }
        (None, Some(hours), None) => hours.str().map(|hours| NodeKind::Hours {
            hours: hours.to_owned(),
            open: step("open"),
            closed: step("closed"),
            holiday: step("holiday"),
        }),
        (None, None, Some(prompt)) => prompt.str().map(|prompt| NodeKind::Prompt {
            prompt: prompt.to_owned(),
            then: step("then"),
        }),
        _ => {
            for key in ["then", "else", "open", "closed", "holiday"] {
                table.get(key);
            }
            let what = format!("{} does not say what it does", table.name());
            let hint = "with one of \"caller\", \"hours\" and \"prompt\"".to_owned();
            table.document().report(table.span(), what, Some(hint));
            None
        }
    };
    table.finish();
    Some(FlowNode {
        name: name?.to_owned(),
        kind: kind?,
    })
}

/// `node hello`, or a destination.
fn flow_step(value: Value<'_>) -> Option<FlowStep> {
    let node = |text: &str| {
        let (word, name) = text.trim().split_once(char::is_whitespace)?;
        (word == "node").then(|| FlowStep::Node(name.trim().to_owned()))
    };
    destination_or(value, node, FlowStep::Go)
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
