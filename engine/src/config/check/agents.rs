//! What must hold of what agents dial and say about themselves.

use std::collections::BTreeSet;

use super::object::is_code;
use super::{Checker, Existing, Faults, Subject, Wrong};
use crate::config::codes::{Code, Known};
use crate::config::model::Options;
use crate::config::nearest::nearest;
use crate::limits::FEATURE_CODE_SYMBOLS_MAX;
use crate::number::Number;

/// The codes by themselves.
pub(super) fn options(faults: &mut Faults, options: &Options) {
    let mut seen = BTreeSet::new();
    for (key, code) in options.feature_codes.all() {
        let Some(code) = code else { continue };
        let mut add = |what: String, hint: &str| {
            let wrong = || (what, Some(hint.to_owned()));
            faults.add(Subject::Options, "feature_codes", None, wrong);
        };
        if !is_code(code) {
            let what = format!("{key}: {:?} is no code", code.to_string());
            add(what, "a code begins with * or #, as *7");
        } else if code.symbols() > FEATURE_CODE_SYMBOLS_MAX {
            let what = format!("{key}: a code has at most {FEATURE_CODE_SYMBOLS_MAX} symbols");
            add(what, "a shorter one is easier to dial, too");
        } else if !seen.insert(code) {
            let what = format!("{key}: another code is {code} too");
            add(
                what,
                "give each a code of its own, or \"\" to switch it off",
            );
        }
    }
}

impl<E: Existing> Checker<'_, E> {
    /// Whether everything that can be dialled is read in one way only.
    pub(super) fn codes(&mut self) {
        let options = self.options();
        let codes = options.feature_codes;
        let mut dialled: Vec<Number> = [codes.log_in_all, codes.log_in_last, codes.log_out_all]
            .into_iter()
            .flatten()
            .collect();
        // Numbers of queues have all as many digits. So a code with one behind can be
        // read otherwise only where the longer code goes on as the shorter one does.
        if let (Some(log_in), Some(pause)) = (codes.log_in, codes.pause)
            && log_in != pause
            && log_in.strip_prefix(pause).is_some()
        {
            let queues = self.queue_numbers();
            dialled.extend(
                queues
                    .into_iter()
                    .filter_map(|queue| log_in.followed_by(queue)),
            );
        }
        let mut found: Option<(Number, Code, Code)> = None;
        for number in dialled {
            let what = |number| self.what(number);
            if let [one, other, ..] = codes.readings(number, &options.pause_reasons, what)[..] {
                found = Some((number, one, other));
                break;
            }
        }
        if let Some((number, one, other)) = found {
            let what = || {
                let what = format!("{number} can mean \"{one}\" and \"{other}\"");
                let hint = "change one of the two codes, or switch it off with \"\"";
                (what, Some(hint.to_owned()))
            };
            self.faults
                .add(Subject::Options, "feature_codes", None, what);
        }
    }

    fn what(&self, number: Number) -> Option<Known> {
        if self.has_queue(number) {
            Some(Known::Queue)
        } else {
            self.has_extension(number).then_some(Known::Extension)
        }
    }

    fn queue_numbers(&self) -> Vec<Number> {
        let existing = self.existing.queues().map(|queue| queue.number);
        let kept = existing.filter(|number| !self.queues.contains_key(number));
        let put = self.queues.iter().filter(|(_, change)| change.is_some());
        kept.chain(put.map(|(&number, _)| number)).collect()
    }

    /// Whether every reason that a presence pauses for is configured.
    pub(super) fn presences(&mut self) {
        if !self.references {
            return;
        }
        let options = self.options();
        let known = |reason: &str| {
            options
                .pause_reasons
                .iter()
                .any(|known| known.name == reason)
        };
        let put: Vec<_> = self.extensions.values().copied().flatten().collect();
        for extension in put {
            for (presence, reason) in extension.on_presence.reasons() {
                if !known(reason) {
                    let what = || unknown_reason(presence.word(), reason, options);
                    let subject = Subject::Extension(extension.number);
                    self.faults.add(subject, "on_presence", None, what);
                }
            }
        }
        if self.options.is_none() {
            return;
        }
        for (number, reason) in self.existing.presence_reasons() {
            if !self.extensions.contains_key(&number) && !known(reason) {
                let what = || {
                    let what = format!("extension {number} pauses for {reason:?}");
                    (
                        what,
                        Some("change the extension in the same step".to_owned()),
                    )
                };
                self.faults
                    .add(Subject::Options, "pause_reasons", None, what);
            }
        }
    }
}

fn unknown_reason(presence: &str, reason: &str, options: &Options) -> Wrong {
    let names = options
        .pause_reasons
        .iter()
        .map(|reason| reason.name.as_str());
    let hint = match nearest(reason, names) {
        Some(near) => format!("did you mean {near:?}?"),
        None => "it is one of pause_reasons in [options]".to_owned(),
    };
    let what = format!("{presence}: there is no pause reason {reason:?}");
    (what, Some(hint))
}
