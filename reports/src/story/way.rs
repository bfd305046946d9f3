//! Words for what a call comes by.

use tandem_engine::{Branch, MenuEnd};

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
