//! Words for what a call comes by.

use tandem_engine::config::model::Destination;
use tandem_engine::view::CallStage;
use tandem_engine::{Branch, By, CallId, Caller, Engine, Event, Input, MenuEnd, Number, PublicId};

/// The call that begins with an event, if one of those does whose stories are told.
pub(super) const fn begun(event: &Event) -> Option<(CallId, PublicId)> {
    match *event {
        Event::AgentTurned {
            turned: call,
            public,
            ..
        }
        | Event::CallArrived { call, public, .. }
        | Event::CallPlaced { call, public, .. } => Some((call, public)),
        _ => None,
    }
}

/// Who calls where, by the input and the event with which his call begins.
pub(super) fn came(engine: &Engine, input: &Input, event: &Event) -> Option<(Caller, Number)> {
    let extension = |number| Caller {
        number,
        name: None,
        extension: Some(number),
    };
    match (input, event) {
        (Input::CallArrived { from, dialled, .. }, _) => Some((from.clone(), *dialled)),
        (
            Input::PlaceCall {
                by: By::Person(number),
                to,
            },
            _,
        ) => Some((extension(*number), number_of(to))),
        (input, Event::AgentTurned { agent, turned, .. }) => {
            let dialled = match input {
                Input::TransferCall { to, .. } => number_of(to),
                _ => match engine.call(*turned)?.stage {
                    CallStage::Retrieval { slot } => slot,
                    _ => Number::NONE,
                },
            };
            Some((extension(engine.agent(*agent)?.number), dialled))
        }
        _ => None,
    }
}

fn number_of(to: &Destination) -> Number {
    match to {
        Destination::External { number, .. } => *number,
        to => to.number().unwrap_or_default(),
    }
}

/// What a node of a call flow found, in a word.
pub(super) fn found(branch: Branch) -> &'static str {
    match branch {
        Branch::CallerMatches => "caller_matches",
        Branch::CallerOther => "caller_other",
        Branch::Closed => "closed",
        Branch::Holiday => "holiday",
        Branch::Open => "open",
    }
}

/// What a menu got of its caller, in a word, and the keys.
pub(super) fn got(end: MenuEnd) -> (&'static str, String) {
    match end {
        MenuEnd::Dialled(number) => ("dialled", number.to_string()),
        MenuEnd::Invalid(number) => ("invalid", number.to_string()),
        MenuEnd::Pressed(key) => ("pressed", key.to_string()),
        MenuEnd::Silence => ("silence", String::new()),
    }
}
