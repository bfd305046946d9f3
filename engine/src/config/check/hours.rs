//! What must hold of calendars and prompts, and that what names one finds it.

use std::collections::BTreeSet;

use super::object::{bounds, file_name, length, name, time_zone};
use super::{Faults, Subject, Wrong};
use crate::config::hours::{DaySpan, Holiday, HolidayDate, HoursConfig, WEEKDAYS};
use crate::config::model::{Options, PromptConfig};
use crate::config::nearest::nearest;
use crate::limits::{DAY_SPANS_MAX, HOLIDAYS_MAX, HOURS_MAX, PROMPTS_MAX};

/// Every calendar. Without `references`, an unknown prompt is none: perhaps it
/// could not be read.
pub(super) fn hours(faults: &mut Faults, options: &Options, references: bool) {
    if options.hours.len() > HOURS_MAX {
        let what = || (format!("there are more than {HOURS_MAX} hours"), None);
        faults.add(subject(HOURS_MAX), "name", None, what);
    }
    let prompts = options.prompts.iter().map(|prompt| prompt.name.as_str());
    let prompts: BTreeSet<&str> = prompts.collect();
    let mut names = BTreeSet::new();
    for (place, hours) in options.hours.iter().enumerate() {
        let subject = subject(place);
        if let Some(wrong) = name(&hours.name) {
            faults.add(subject, "name", None, || wrong);
        } else if !names.insert(&hours.name) {
            let what = || (format!("there are two hours {:?}", hours.name), None);
            faults.add(subject, "name", None, what);
        }
        if let Some(wrong) = hours.time_zone.as_deref().and_then(time_zone) {
            faults.add(subject, "time_zone", None, || wrong);
        }
        for (place, (key, spans)) in WEEKDAYS.into_iter().zip(&hours.week).enumerate() {
            // What several days have in common is wrong once.
            if !hours.week[..place].contains(spans) {
                day(faults, subject, key, spans);
            }
        }
        holidays(faults, subject, hours);
        for (item, holiday) in hours.holidays.iter().enumerate() {
            let prompt = holiday.prompt.as_deref().filter(|_| references);
            if let Some(prompt) = prompt.filter(|prompt| !prompts.contains(prompt)) {
                let what = || unknown_prompt(prompt, options);
                faults.add(subject, "holidays", Some(item), what);
            }
        }
    }
}

/// The calendar at this place of the list.
fn subject(place: usize) -> Subject {
    Subject::Hours(u32::try_from(place).unwrap_or(u32::MAX))
}

/// The business hours of a day.
fn day(faults: &mut Faults, subject: Subject, key: &str, spans: &[DaySpan]) {
    if spans.len() > DAY_SPANS_MAX {
        let what = || {
            let what = format!("a day has at most {DAY_SPANS_MAX} business hours");
            (what, None)
        };
        faults.add(subject, key, Some(DAY_SPANS_MAX), what);
        return;
    }
    for (item, span) in spans.iter().enumerate() {
        if span.to <= span.from {
            let what = || {
                let what = format!("{span} does not end after it begins");
                let hint = "hours over midnight are two: \"22:00-24:00\", and \"00:00-06:00\" \
                            of the day after";
                (what, Some(hint.to_owned()))
            };
            faults.add(subject, key, Some(item), what);
        } else if let Some(other) = spans[..item].iter().find(|other| other.overlaps(*span)) {
            let what = || (format!("{span} overlaps {other}"), None);
            faults.add(subject, key, Some(item), what);
        }
    }
}

/// The holidays of a calendar, but for their prompts.
fn holidays(faults: &mut Faults, subject: Subject, hours: &HoursConfig) {
    let key = "holidays";
    if hours.holidays.len() > HOLIDAYS_MAX {
        let what = || (format!("there are more than {HOLIDAYS_MAX} holidays"), None);
        faults.add(subject, key, Some(HOLIDAYS_MAX), what);
    }
    for (item, holiday) in hours.holidays.iter().enumerate().take(HOLIDAYS_MAX) {
        let mut add = |wrong: Wrong| faults.add(subject, key, Some(item), || wrong);
        if let Some(wrong) = name(&holiday.name) {
            add(wrong);
        }
        if let Some(wrong) = dates(holiday) {
            add(wrong);
        }
    }
}

/// What is wrong with the days of a holiday.
fn dates(holiday: &Holiday) -> Option<Wrong> {
    let (from, to) = (holiday.from, holiday.to);
    if let Some(none) = [from, to].into_iter().find(|date| !date.exists()) {
        return Some((format!("there is no day {none}"), None));
    }
    if from.year.is_some() != to.year.is_some() {
        let hint = "with a year both are of that year, without one both are of every year";
        return Some((
            format!("of {from} and {to} only one has a year"),
            Some(hint.to_owned()),
        ));
    }
    // Without years it may go on into the next one.
    let order = |date: HolidayDate| (date.year, date.month, date.day);
    (from.year.is_some() && order(to) < order(from))
        .then(|| (format!("{to} comes before {from}"), None))
}

/// Every prompt.
pub(super) fn prompts(faults: &mut Faults, prompts: &[PromptConfig]) {
    if prompts.len() > PROMPTS_MAX {
        let what = || (format!("there are more than {PROMPTS_MAX} prompts"), None);
        faults.add(Subject::Options, "prompt", Some(PROMPTS_MAX), what);
    }
    let mut names = BTreeSet::new();
    for (item, prompt) in prompts.iter().enumerate() {
        let mut add = |wrong: Wrong| faults.add(Subject::Options, "prompt", Some(item), || wrong);
        if let Some(wrong) = name(&prompt.name) {
            add(wrong);
        } else if !names.insert(&prompt.name) {
            add((format!("there are two prompts {:?}", prompt.name), None));
        }
        if prompt.length.is_zero() {
            add(("a prompt lasts longer than no time".to_owned(), None));
        } else if let Some(wrong) = length(prompt.length, &bounds::PROMPT_S) {
            add(wrong);
        }
        if let Some(wrong) = prompt.file.as_deref().and_then(file_name) {
            add(wrong);
        }
    }
}

/// That no calendar has this name.
pub(super) fn unknown_hours(wanted: &str, options: &Options) -> Wrong {
    let names = options.hours.iter().map(|hours| hours.name.as_str());
    let hint = did_you_mean(wanted, names, "[[hours]]");
    (format!("there are no hours {wanted:?}"), Some(hint))
}

/// That no prompt has this name.
pub(super) fn unknown_prompt(wanted: &str, options: &Options) -> Wrong {
    let names = options.prompts.iter().map(|prompt| prompt.name.as_str());
    let hint = did_you_mean(wanted, names, "[[prompt]]");
    (format!("there is no prompt {wanted:?}"), Some(hint))
}

fn did_you_mean<'n>(
    wanted: &str,
    mut names: impl Iterator<Item = &'n str> + Clone,
    header: &str,
) -> String {
    match nearest(wanted, names.clone()) {
        Some(near) => format!("did you mean {near:?}?"),
        None if names.next().is_none() => format!("write one under {header}"),
        None => format!("it needs the name of one under {header}"),
    }
}
