//! Random calendars, prompts and time conditions without faults.

use std::collections::BTreeSet;

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tandem_engine::config::hours::{DAY_MINUTES, DaySpan, Holiday, HolidayDate, HoursConfig};
use tandem_engine::config::model::{Destination, Options, PromptConfig, TimeCondition};

use crate::generate::{name, span, zone};

/// Names of which two configurations often have the same.
fn names(few: [&'static str; 3]) -> impl Strategy<Value = BTreeSet<String>> {
    let known = select(few.to_vec()).prop_map(str::to_owned);
    btree_set(prop_oneof![3 => known, 1 => name()], 0..4)
}

pub fn prompts() -> impl Strategy<Value = Vec<PromptConfig>> {
    let one = |name: String| {
        let file = option::of(select(vec!["closed.wav", "Frohe Weihnachten.wav"]));
        let length = span(0..=600).prop_filter("a prompt lasts", |length| !length.is_zero());
        (length, file).prop_map(move |(length, file)| PromptConfig {
            name: name.clone(),
            length,
            file: file.map(str::to_owned),
        })
    };
    let all = names(["Closed", "Christmas", "Night"]);
    all.prop_flat_map(move |names| names.into_iter().map(one).collect::<Vec<_>>())
}

/// Calendars whose holidays have these prompts.
pub fn hours(prompts: &[PromptConfig]) -> impl Strategy<Value = Vec<HoursConfig>> + use<> {
    let prompts: Vec<String> = prompts.iter().map(|prompt| prompt.name.clone()).collect();
    let one = move |name: String| {
        let holidays = vec(holiday(prompts.clone()), 0..4);
        let parts = (option::of(zone()), week(), holidays);
        parts.prop_map(move |(time_zone, week, holidays)| HoursConfig {
            name: name.clone(),
            time_zone,
            week,
            holidays,
        })
    };
    let all = names(["Office", "Shop", "Watch"]);
    all.prop_flat_map(move |names| names.into_iter().map(one.clone()).collect::<Vec<_>>())
}

/// Days like others and days of their own.
fn week() -> impl Strategy<Value = [Vec<DaySpan>; 7]> {
    let each = proptest::array::uniform7(day());
    let alike = (day(), day(), 0..=7_usize).prop_map(|(first, others, count)| {
        std::array::from_fn(|place| match place < count {
            true => first.clone(),
            false => others.clone(),
        })
    });
    prop_oneof![each, alike]
}

/// Spans between any two of some minutes, in any order.
fn day() -> impl Strategy<Value = Vec<DaySpan>> {
    let minutes = prop_oneof![
        btree_set(0..=DAY_MINUTES, 0..6),
        Just(BTreeSet::from([0, DAY_MINUTES])),
    ];
    let spans = minutes.prop_map(|minutes| {
        let minutes: Vec<u16> = minutes.into_iter().collect();
        let spans = minutes.windows(2).map(|ends| DaySpan {
            from: ends[0],
            to: ends[1],
        });
        spans.collect::<Vec<_>>()
    });
    spans.prop_flat_map(|spans| {
        let some = 0..=spans.len();
        subsequence(spans, some).prop_shuffle()
    })
}

fn holiday(prompts: Vec<String>) -> impl Strategy<Value = Holiday> {
    let day = |day: (i8, i8)| (day.0, day.1);
    let date = (1..=12_i8, 1..=28_i8).prop_map(day);
    let odd = prop_oneof![date.clone(), Just((2, 29)), Just((12, 31))];
    let years = option::of((0..=9999_i16, 0..=3_i16));
    let prompt = match prompts.is_empty() {
        true => Just(None).boxed(),
        false => option::of(select(prompts)).boxed(),
    };
    let parts = (name(), date, odd, any::<bool>(), years, prompt);
    parts.prop_map(|(name, one, other, single, years, prompt)| {
        let at = |year, (month, day)| HolidayDate { year, month, day };
        let (from, to) = match years {
            None if single => (at(None, other), at(None, other)),
            None => (at(None, other), at(None, one)),
            Some((year, _)) if single => (at(Some(year), one), at(Some(year), one)),
            Some((year, more)) => {
                let (first, last) = (one, (one.0, 28));
                let later = year.saturating_add(more).min(9999);
                (at(Some(year), first), at(Some(later), last))
            }
        };
        Holiday {
            name,
            from,
            to,
            prompt,
        }
    })
}

/// A time condition of one of these calendars, if there is any.
pub fn time_condition(
    options: &Options,
    destination: BoxedStrategy<Destination>,
) -> BoxedStrategy<Option<TimeCondition>> {
    let names: Vec<String> = options
        .hours
        .iter()
        .map(|hours| hours.name.clone())
        .collect();
    if names.is_empty() {
        return Just(None).boxed();
    }
    let parts = (
        select(names),
        destination.clone(),
        destination,
        any::<[bool; 2]>(),
    );
    let condition = parts.prop_map(|(hours, outside_hours, holiday, flags)| TimeCondition {
        hours,
        outside_hours,
        holiday,
        ignore_holidays: flags[0],
        holiday_prompt: flags[1],
    });
    option::of(condition).boxed()
}
