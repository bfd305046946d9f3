//! Words for what a call comes by.

use tandem_engine::config::model::Destination;
use tandem_engine::{Branch, By, Caller, Input, MenuEnd, Number};

/// Who calls where, by the input with which his call begins.
pub(super) fn came(input: &Input) -> Option<(Caller, Number)> {
    match input {
        Input::CallArrived { from, dialled, .. } => Some((from.clone(), *dialled)),
        Input::PlaceCall {
            by: By::Person(number),
            to,
        } => {
            let from = Caller {
                number: *number,
                name: None,
                extension: Some(*number),
            };
            let dialled = match to {
                Destination::External { number, .. } => *number,
                to => to.number().unwrap_or_default(),
            };
            Some((from, dialled))
        }
        _ => None,
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
