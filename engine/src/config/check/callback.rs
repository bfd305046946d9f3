//! What must hold of callbacks, but for prompts that are missing, and of other calls to
//! the outside.

use super::object::{bounds, is_digits, length, name};
use super::{Faults, Subject, Wrong};
use crate::config::model::{Options, QueueConfig, TrunkConfig};
use crate::key::Key;
use crate::number::Number;

/// What is wrong with how a queue's callers can ask to be called back. A trunk that is
/// not there, or can not be called out on, makes callbacks fail, as an agent without the
/// right does.
pub(super) fn queue(faults: &mut Faults, queue: &QueueConfig) {
    let Some(callback) = &queue.callback else {
        return;
    };
    let mut add = |key: &str, what: String, hint: &str| {
        let wrong = || (what, Some(hint.to_owned()));
        faults.add(Subject::Queue(queue.number), key, None, wrong);
    };
    let mut wrong = |what: String, hint: &str| add("callback", what, hint);
    if let Some((what, _)) = name(&callback.trunk) {
        wrong(what, "name the trunk on which customers are called");
    }
    if callback.key == Key::Pound {
        let what = "callers end a number with #, and so can not ask with it".to_owned();
        wrong(what, "as key = \"1\"");
    } else if queue.keys.contains_key(&callback.key) {
        let what = format!("key {} leads elsewhere already", callback.key);
        wrong(what, "take it out of \"keys\", or give callbacks another");
    }
    if !callback.prefix.is_none() && !is_digits(callback.prefix) {
        let what = format!("{:?} can not be dialled first", callback.prefix.to_string());
        wrong(what, "digits only");
    }
    for (span, range) in [
        (callback.after, bounds::MAX_WAITING_S),
        (callback.timeout, bounds::MAX_WAITING_S),
        (callback.customer_ring, bounds::RING_TIMEOUT_S),
    ] {
        if let Some((what, _)) = length(span, &range) {
            wrong(what, "in seconds");
        }
    }
    let limit = queue.max_waiting;
    if !limit.is_zero() && callback.after > limit {
        let what = format!("nobody waits {} for the offer", callback.after);
        wrong(what, "\"after_s\" is at most \"max_waiting_s\"");
    }
    if !limit.is_zero() && callback.timeout >= limit {
        let what = format!(
            "a callback may wait {}, a caller only {limit}",
            callback.timeout
        );
        let hint =
            "\"timeout_s\" must be less than \"max_waiting_s\"; without it they are the same";
        wrong(what, hint);
    }
    if callback.after.is_zero() != callback.offer.is_none() {
        let what = "an \"offer\" and its time \"after_s\" go together".to_owned();
        wrong(what, "leave out both, and tell the key in an announcement");
    }
    if !queue.answer_on_entry {
        let what = "callers who are not answered on entry can not press keys".to_owned();
        add("answer_on_entry", what, "leave out answer_on_entry = false");
    }
}

/// What is wrong with how a trunk is called out on.
pub(super) fn trunk(faults: &mut Faults, item: usize, trunk: &TrunkConfig) {
    let Some(outbound) = &trunk.outbound else {
        return;
    };
    let mut add = |what: String, hint: &str| {
        let wrong = || (what, Some(hint.to_owned()));
        faults.add(Subject::Options, "trunk", Some(item), wrong);
    };
    if trunk.address.is_none() {
        let what = "nobody knows where this trunk can be called out on".to_owned();
        add(what, "give it an \"address\"");
    }
    if let Some(user) = outbound.user.as_ref().filter(|user| !is_user(user)) {
        let what = format!("{user:?} is no user");
        add(what, "letters, digits and signs, without blanks");
    }
}

/// What keeps calls from being placed on the trunk with this name, if anything does.
pub(super) fn no_way_out(options: &Options, trunk: &str) -> Option<Wrong> {
    if options.calls_out(trunk) {
        return None;
    }
    let known = options.trunks.iter().any(|own| own.name == trunk);
    let wrong = if known {
        let what = format!("nobody can be called on trunk {trunk:?}");
        (what, "let it say outbound = true")
    } else {
        let hint = "as \"external 0123456789 on Carrier\"";
        (format!("there is no trunk {trunk:?}"), hint)
    };
    Some((wrong.0, Some(wrong.1.to_owned())))
}

/// Whether this can be dialled on a trunk.
pub(super) fn is_diallable(number: Number) -> bool {
    number.plain_digits().is_some()
}

/// Whether somebody may sign in as this.
pub(super) fn is_user(user: &str) -> bool {
    !user.is_empty() && user.chars().all(|c| c.is_ascii_graphic() && c != '"')
}
