//! Route points and voicemail of a table, in words.

use tandem_engine::config::model::Options;
use tandem_engine::config::points::{
    CallFlow, Menu, PointConfig, PointKind, RingGroup, RingOrder, VoicemailGroup,
};
use tandem_engine::records::Message;
use tandem_engine::{CallId, CancelReason, Effect, Event, Number, OfferEnd, PublicId};

use super::centre::{destination, list, read_bool, read_span, read_value};
use super::menus;
use super::words::{Orders, failed};
use super::world::Names;

/// `6200 Reception members=1001,1002 order=in_order ring=20`, or a voicemail group
/// with its members.
pub fn point(kind: &str, words: &[&str]) -> Result<PointConfig, String> {
    let [number, name, settings @ ..] = words else {
        return Err("a route point has a number and a name".to_owned());
    };
    let mut point = PointConfig {
        number: read_value(number)?,
        name: (*name).to_owned(),
        kind: match kind {
            "call_flow" => PointKind::CallFlow(CallFlow::default()),
            "menu" => PointKind::Menu(Menu::new("")),
            "ring_group" => PointKind::RingGroup(RingGroup::default()),
            _ => PointKind::VoicemailGroup(VoicemailGroup::default()),
        },
    };
    point_settings(&mut point, settings)?;
    Ok(point)
}

/// Settings of a route point, laid over those that it has.
pub fn point_settings(point: &mut PointConfig, words: &[&str]) -> Result<(), String> {
    for word in words {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        match (&mut point.kind, key) {
            (PointKind::Menu(menu), _) => menus::menu(menu, key, value)?,
            (PointKind::RingGroup(group), _) => ring_group(group, key, value)?,
            (PointKind::VoicemailGroup(group), "members") => group.members = list(value)?,
            _ => return Err(format!("{word:?} is no such setting")),
        }
    }
    Ok(())
}

fn ring_group(group: &mut RingGroup, key: &str, value: &str) -> Result<(), String> {
    match (key, value) {
        ("failover", _) => group.failover = destination(value)?,
        ("members", _) => group.members = list(value)?,
        ("order", "all") => group.order = RingOrder::All,
        ("order", "in_order") => group.order = RingOrder::InOrder,
        ("ring", _) => group.ring_time = read_span(value)?,
        ("skip_busy", _) => group.skip_busy = read_bool(value)?,
        _ => return Err(format!("{key}={value} is no setting of a ring group")),
    }
    Ok(())
}

/// `greeting=Beep longest=60 shortest=2`
pub fn voicemail(options: &mut Options, words: &[&str]) -> Result<(), String> {
    let voicemail = &mut options.voicemail;
    for word in words {
        match word.split_once('=') {
            Some(("greeting", "none")) => voicemail.greeting = None,
            Some(("greeting", name)) => voicemail.greeting = Some(name.to_owned()),
            Some(("longest", value)) => voicemail.longest = read_span(value)?,
            Some(("shortest", value)) => voicemail.shortest = read_span(value)?,
            _ => return Err(format!("{word:?} is no setting of voicemail")),
        }
    }
    Ok(())
}

/// Facts about route points and messages.
pub(super) fn fact(event: &Event, orders: &mut Orders, names: &Names) -> Option<String> {
    Some(match event {
        Event::ExtensionRingEnded {
            call,
            agent,
            leg,
            end,
        } => {
            let (call, agent) = (names.call(*call), names.agent(*agent));
            match end {
                OfferEnd::CompletedElsewhere => {
                    let but = orders.cancel(*leg, CancelReason::CompletedElsewhere);
                    format!("{agent} stops ringing for {call}, answered elsewhere{but}")
                }
                OfferEnd::Failed(cause) => format!("{agent} {} {call}", failed(*cause)),
                OfferEnd::TimedOut => {
                    let but = orders.cancel(*leg, CancelReason::TimedOut);
                    format!("{agent} does not answer {call}{but}")
                }
                OfferEnd::Withdrawn => {
                    let but = orders.cancel(*leg, CancelReason::Withdrawn);
                    format!("{agent} stops ringing for {call}{but}")
                }
            }
        }
        Event::MessageDiscarded { call, mailbox } => {
            let but = stops(orders, |of, _| of == *call, false);
            format!("{} leaves no message for {mailbox}{but}", names.call(*call))
        }
        Event::MessageLeft(message) => {
            let but = stops(orders, |_, public| public == message.call, true);
            format!("{}{but}", left(message, names))
        }
        Event::MessageStarted { call, mailbox } => {
            let wanted = |effect: &Effect| match effect {
                Effect::RecordMessage {
                    call: of,
                    mailbox: for_whom,
                    ..
                } => (of, for_whom) == (call, mailbox),
                _ => false,
            };
            let but = orders.take("nobody records", wanted);
            format!("{} speaks to the box of {mailbox}{but}", names.call(*call))
        }
        Event::PointReached { call, point } => {
            format!("{} comes to {point}", names.call(*call))
        }
        _ => return menus::fact(event, names),
    })
}

/// An order about messages that goes with no fact.
pub(super) fn order(effect: &Effect, names: &Names) -> String {
    match effect {
        Effect::RecordMessage { call, .. } => format!("order: record {}", names.call(*call)),
        Effect::StopPrompt { call } => {
            format!("order: cut off what {} hears", names.call(*call))
        }
        Effect::StopRecording { call, .. } => {
            format!("order: record {} no more", names.call(*call))
        }
        _ => unreachable!("all others are told elsewhere"),
    }
}

fn stops(orders: &mut Orders, is: impl Fn(CallId, PublicId) -> bool, kept: bool) -> String {
    orders.take("recording goes on", |effect| match effect {
        Effect::StopRecording { call, public, keep } => is(*call, *public) && *keep == kept,
        _ => false,
    })
}

fn left(message: &Message, names: &Names) -> String {
    let Message {
        call,
        mailbox,
        caller,
        length,
        ..
    } = message;
    let from = match *caller {
        Number::NONE => String::new(),
        number => format!(" from {number}"),
    };
    let call = names.record(*call);
    format!("{call} has left a message{from} of {length} for {mailbox}")
}
