//! What comes of a callback, as moments of its call's story.

use tandem_engine::records::callbacks::CallbackEnd;
use tandem_engine::{CallId, Event, PublicId};

use super::history::Names;
use super::moment::{What, shown};
use super::when::Wall;
use super::words::person;

/// The moment that an event makes of this call, if it is one of a callback.
pub(super) fn what(
    event: &Event,
    own: Option<CallId>,
    public: PublicId,
    names: &Names,
    wall: &Wall,
) -> Option<What> {
    let is_own = |call: &CallId| Some(*call) == own;
    let (act, number, agent, until) = match event {
        Event::CallbackAsked { call, crowded, .. } if is_own(call) => match crowded {
            true => ("offered", None, None, None),
            false => ("asked", None, None, None),
        },
        Event::CallbackEnded(it) if it.call == public && it.end == CallbackEnd::InvalidNumber => {
            ("invalid", None, None, None)
        }
        Event::CallbackForgone { call, .. } if is_own(call) => ("forgone", None, None, None),
        Event::CallbackNotPermitted { call, agent, .. } if is_own(call) => {
            ("not_permitted", None, Some(names.agent(*agent)), None)
        }
        Event::CallbackRequested {
            call,
            number,
            until,
            ..
        } if is_own(call) => ("requested", shown(*number), None, *until),
        Event::CustomerRung {
            call,
            number,
            agent,
            ..
        } if is_own(call) => ("rung", shown(*number), Some(names.agent(*agent)), None),
        _ => return None,
    };
    let until = until.map(|until| wall.at(until));
    Some(What::Callback {
        act,
        number,
        agent,
        until,
    })
}

/// The same in one sentence.
pub(super) fn sentence(what: &What) -> String {
    let What::Callback {
        act,
        number,
        agent,
        until,
    } = what
    else {
        return String::new();
    };
    let number = number.as_deref().unwrap_or("a number that was erased");
    let agent = agent.as_ref().map(person).unwrap_or_default();
    let until = (until.as_ref()).map(|until| format!(", until {} at the latest", until.time()));
    match *act {
        "asked" => "The caller wants to be called back, and is asked where.".to_owned(),
        "forgone" => "The caller says nothing, and will not be called back.".to_owned(),
        "invalid" => "The caller gave a number that can not be called.".to_owned(),
        "offered" => "It is too crowded: the caller is asked where to be called back, and \
            goes elsewhere if that is nowhere."
            .to_owned(),
        "not_permitted" => format!("{agent} answered, and may not call outside."),
        "requested" => {
            let until = until.unwrap_or_default();
            format!("The caller will be called back at {number}, and keeps the place{until}.")
        }
        _ => format!("{agent} answered, and {number} is called."),
    }
}
