//! What must hold of how logs of calls are shown, dealt with and noted.

use std::collections::BTreeSet;

use super::object::name;
use super::{Faults, Subject, Wrong};
use crate::config::model::Options;
use crate::limits::{CONTACT_DIGITS_MAX, CONTACT_DIGITS_MIN, DISPOSITIONS_MAX, SYNC_RESULTS_H_MAX};

pub(super) fn logs(faults: &mut Faults, options: &Options) {
    let subject = Subject::Options;
    if !options.contact_matching.is_possible() {
        let what = || {
            let (least, most) = (CONTACT_DIGITS_MIN, CONTACT_DIGITS_MAX);
            (
                format!("{least} to {most} last digits can be compared"),
                None,
            )
        };
        faults.add(subject, "contact_digits", None, what);
    }
    if options.sync_results_h > SYNC_RESULTS_H_MAX {
        let what = || {
            let what = format!("calls of {SYNC_RESULTS_H_MAX} hours follow at most");
            (what, Some("0, if none do".to_owned()))
        };
        faults.add(subject, "sync_results_h", None, what);
    }
    dispositions(faults, &options.dispositions);
}

fn dispositions(faults: &mut Faults, dispositions: &[String]) {
    let mut add = |item, wrong: Wrong| {
        faults.add(Subject::Options, "dispositions", Some(item), || wrong);
    };
    if dispositions.len() > DISPOSITIONS_MAX {
        let what = format!("there are more than {DISPOSITIONS_MAX} dispositions");
        add(DISPOSITIONS_MAX, (what, None));
    }
    let mut names = BTreeSet::new();
    for (item, disposition) in dispositions.iter().enumerate() {
        if let Some(wrong) = name(disposition) {
            add(item, wrong);
        } else if !names.insert(disposition) {
            add(
                item,
                (format!("there are two dispositions {disposition:?}"), None),
            );
        }
    }
}
