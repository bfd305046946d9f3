//! Menus and call flows of a table, in words.

use tandem_engine::config::model::{Destination, TimeCondition};
use tandem_engine::config::points::{FlowNode, FlowStep, Menu, NodeKind, PointConfig, PointKind};
use tandem_engine::{Branch, Closed, Event, MenuEnd, Number};

use super::centre::{destination, keys, list, read_bool, read_span, read_value};
use super::world::Names;

/// `prompt=Welcome keys=1:queue:6400,2:menu:6601 dial=yes timeout=5 plays=2`
pub(super) fn menu(menu: &mut Menu, key: &str, value: &str) -> Result<(), String> {
    let condition = menu.time_condition.as_mut();
    match (key, condition) {
        ("dial", _) => menu.dial_extensions = read_bool(value)?,
        ("failover", _) => menu.failover = destination(value)?,
        ("hours", _) => menu.time_condition = Some(TimeCondition::new(value)),
        ("invalid", _) => menu.invalid = destination(value)?,
        ("keys", _) => menu.keys = keys(value)?,
        ("outside_hours", Some(condition)) => condition.outside_hours = destination(value)?,
        ("holiday", Some(condition)) => condition.holiday = destination(value)?,
        ("plays", _) => menu.plays = read_value(value)?,
        ("prompt", _) => value.clone_into(&mut menu.prompt),
        ("timeout", _) => menu.timeout = read_span(value)?,
        _ => return Err(format!("{key}={value} is no setting of a menu")),
    }
    Ok(())
}

/// `6700 vip caller=+4930,+4940 then=queue:6401 else=node:hello`: one more node of a call
/// flow; or with `hours=` and `open=`, `closed=`, `holiday=`; or with `prompt=`, `then=`.
pub fn node(points: &mut [PointConfig], words: &[&str]) -> Result<(), String> {
    let [number, name, settings @ ..] = words else {
        return Err("a node has the number of its flow and a name".to_owned());
    };
    let number: Number = read_value(number)?;
    let flow = points.iter_mut().find(|point| point.number == number);
    let Some(PointKind::CallFlow(flow)) = flow.map(|point| &mut point.kind) else {
        return Err(format!("there is no call flow {number}"));
    };
    let value = |key: &str| {
        let mut settings = settings.iter().filter_map(|word| word.split_once('='));
        settings.find(|(of, _)| *of == key).map(|(_, value)| value)
    };
    let step = |key: &str| match value(key).map(|value| (value, value.split_once(':'))) {
        None => Ok(FlowStep::Go(Destination::HangUp)),
        Some((_, Some(("node", name)))) => Ok(FlowStep::Node(name.to_owned())),
        Some((value, _)) => destination(value).map(FlowStep::Go),
    };
    let kind = if let Some(begins) = value("caller") {
        NodeKind::Caller {
            begins: list(begins)?,
            then: step("then")?,
            otherwise: step("else")?,
        }
    } else if let Some(hours) = value("hours") {
        NodeKind::Hours {
            hours: hours.to_owned(),
            open: step("open")?,
            closed: step("closed")?,
            holiday: step("holiday")?,
        }
    } else {
        NodeKind::Prompt {
            prompt: value("prompt").unwrap_or_default().to_owned(),
            then: step("then")?,
        }
    };
    flow.nodes.push(FlowNode {
        name: (*name).to_owned(),
        kind,
    });
    Ok(())
}

/// Facts about menus and call flows.
pub(super) fn fact(event: &Event, names: &Names) -> Option<String> {
    Some(match event {
        Event::FlowBranched {
            call,
            point,
            node,
            branch,
        } => {
            let found = match branch {
                Branch::CallerMatches => "the number begins so",
                Branch::CallerOther => "the number begins otherwise",
                Branch::Closed => "outside business hours",
                Branch::Holiday => "a holiday",
                Branch::Open => "within business hours",
            };
            format!("{} at {node} of {point}: {found}", names.call(*call))
        }
        Event::MenuLeft { call, point, got } => {
            let call = names.call(*call);
            match got {
                MenuEnd::Dialled(number) => format!("{call} keys in {number} in {point}"),
                MenuEnd::Invalid(number) => {
                    format!("{call} keys in {number} in {point}, which leads nowhere")
                }
                MenuEnd::Pressed(key) => format!("{call} has pressed {key} in {point}"),
                MenuEnd::Silence => format!("{call} presses nothing in {point}"),
            }
        }
        Event::PointClosed {
            call,
            point,
            closed,
        } => {
            let call = names.call(*call);
            match closed {
                Closed::Holiday { name } => format!("{call} comes to {point} on {name}"),
                Closed::OutsideHours => format!("{call} comes to {point} outside business hours"),
            }
        }
        _ => return None,
    })
}
