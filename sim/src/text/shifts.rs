//! When people work: shifts and breaks by the time of day.

use std::sync::Arc;

use tandem_engine::config::model::Config;
use tandem_engine::config::nearest::nearest;
use tandem_engine::config::reader::{Table, Value};
use tandem_engine::{Span, Timestamp};

use super::calendar::Calendar;
use super::values::parse_time_of_day;
use super::{DAY_S, TURNS_MAX};
use crate::scenario::Duty;

const WEEKDAYS: [(&str, usize); 7] = [
    ("mon", 0),
    ("tue", 1),
    ("wed", 2),
    ("thu", 3),
    ("fri", 4),
    ("sat", 5),
    ("sun", 6),
];

/// After every horizon.
const NEVER: Timestamp = Timestamp::from_micros(u64::MAX);

/// When a group works, by the day.
#[derive(Debug)]
pub(super) struct Week {
    days: [bool; 7],
    /// In the order of time, without overlaps; `None`: always.
    shifts: Option<Vec<Turn>>,
    /// In the order of time, without overlaps, each within a shift.
    breaks: Vec<Turn>,
}

/// A stretch of a day.
#[derive(Clone, Debug)]
struct Turn {
    /// Seconds since midnight.
    from: u64,
    to: u64,
    /// Why there is a break.
    reason: Option<String>,
}

const WHOLE_DAY: Turn = Turn {
    from: 0,
    to: DAY_S,
    reason: None,
};

/// What somebody does in the course of a scenario.
#[derive(Clone, Debug, Default)]
pub(super) struct Duties {
    /// Whether he is there in the beginning.
    pub(super) present: bool,
    /// What he does next, in the order of time.
    pub(super) turns: Arc<[(Timestamp, Duty)]>,
}

/// From one time to another, and for breaks the reason.
pub(super) type Stretch<'w> = (Timestamp, Timestamp, Option<&'w String>);

impl Week {
    pub(super) fn read(table: &mut Table<'_>, config: &Config) -> Option<Self> {
        let days = table.get("days").map(days);
        let shifts = match (table.get("shifts"), &days) {
            (Some(value), _) => turns(value, None).map(Some),
            (None, Some(_)) => Some(Some(vec![WHOLE_DAY])),
            (None, None) => Some(None),
        };
        let breaks = table.get("breaks");
        let taken = breaks.map_or(Some(Vec::new()), |value| turns(value, Some(config)));
        let week = Self {
            days: days.unwrap_or(Some([true; 7]))?,
            shifts: shifts?,
            breaks: taken?,
        };
        let outside = week.break_outside();
        if let (Some(Turn { from, to, .. }), Some(value)) = (outside, breaks) {
            let (from, to) = (clock(*from), clock(*to));
            let hint = "a break lies within a shift, or within two that touch".to_owned();
            let what = format!("from {from} to {to} there is a break but not a shift all the time");
            value.wrong(what, Some(hint));
        }
        Some(week)
    }

    fn break_outside(&self) -> Option<&Turn> {
        let shifts = joined((self.shifts.as_ref()?.iter()).map(|turn| (turn.from, turn.to)));
        let within = |turn: &&Turn| {
            let holds = |(from, to): &(u64, u64)| *from <= turn.from && turn.to <= *to;
            shifts.iter().any(holds)
        };
        self.breaks.iter().find(|turn| !within(turn))
    }

    /// How many turns there are in so many days, at most.
    pub(super) fn turns_in(&self, days: u64) -> u64 {
        let shifts = self.shifts.as_ref().map_or(0, Vec::len);
        days.saturating_mul(2 * (shifts + self.breaks.len()) as u64)
    }

    /// What somebody does who works like that.
    pub(super) fn duties(&self, calendar: &Calendar, horizon: Span) -> Duties {
        let days = days_of(horizon);
        let stretches = |turns: &[Turn]| -> Vec<(Timestamp, Timestamp, usize)> {
            let works = (0..days).filter(|&day| self.days[calendar.weekday(day)]);
            works
                .flat_map(|day| (turns.iter().enumerate()).map(move |turn| (day, turn)))
                .filter_map(|(day, (place, turn))| {
                    let from = calendar.at(day, turn.from).unwrap_or_default();
                    let to = calendar.at(day, turn.to)?;
                    (from < to).then_some((from, to, place))
                })
                .collect()
        };
        let shifts = match &self.shifts {
            Some(shifts) => stretches(shifts).iter().map(|(a, b, _)| (*a, *b)).collect(),
            None => vec![(Timestamp::ZERO, NEVER)],
        };
        let breaks: Vec<Stretch<'_>> = (stretches(&self.breaks).into_iter())
            .map(|(from, to, place)| (from, to, self.breaks[place].reason.as_ref()))
            .collect();
        Duties::of(shifts, &breaks)
    }
}

/// The days that a scenario of this length may touch.
pub(super) fn days_of(horizon: Span) -> u64 {
    horizon.micros() / Span::from_secs(DAY_S).micros() + 2
}

impl Duties {
    /// The turns of somebody who is there in these stretches, which may touch
    /// or overlap, and takes these breaks.
    pub(super) fn of(mut there: Vec<(Timestamp, Timestamp)>, breaks: &[Stretch<'_>]) -> Self {
        there.sort_unstable();
        let (mut present, mut turns) = (false, Vec::new());
        let mut breaks = breaks.iter().peekable();
        for (mut begin, end) in joined(there.into_iter()) {
            // Whoever would begin with a break comes when that is over.
            while let Some((_, to, _)) = breaks.next_if(|(from, ..)| *from <= begin) {
                begin = begin.max(*to);
            }
            if begin >= end {
                continue;
            }
            if begin == Timestamp::ZERO {
                present = true;
            } else {
                turns.push((begin, Duty::Comes));
            }
            let mut back = None;
            while let Some((from, to, reason)) = breaks.next_if(|(from, ..)| *from < end) {
                // Nobody returns from a break to begin another one.
                if back != Some(*from) {
                    turns.extend(back.map(|at| (at, Duty::Returns)));
                }
                turns.push((*from, Duty::Pauses(reason.cloned())));
                back = Some(*to);
            }
            if back.is_some_and(|at| at < end) {
                turns.extend(back.take().map(|at| (at, Duty::Returns)));
            }
            // Whoever goes home from a break takes no call in between.
            turns.push((end, Duty::Goes));
            turns.extend(back.map(|_| (end, Duty::Returns)));
        }
        turns.retain(|(at, _)| *at < NEVER);
        Self {
            present,
            turns: turns.into(),
        }
    }
}

/// Stretches in the order of time, those that touch or overlap made one.
fn joined<T: Copy + Ord>(stretches: impl Iterator<Item = (T, T)>) -> Vec<(T, T)> {
    let mut joined: Vec<(T, T)> = Vec::new();
    for (from, to) in stretches {
        match joined.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            _ => joined.push((from, to)),
        }
    }
    joined
}

fn days(value: Value<'_>) -> Option<[bool; 7]> {
    let mut days = [false; 7];
    for day in value.array() {
        days[day.one_of(&WEEKDAYS)?] = true;
    }
    Some(days)
}

/// Shifts, or breaks if the reasons for them are known.
fn turns(value: Value<'_>, config: Option<&Config>) -> Option<Vec<Turn>> {
    let items = value.array();
    if items.len() > TURNS_MAX {
        let what = format!("{} has more than {TURNS_MAX} elements", value.name());
        value.wrong(what, None);
        return None;
    }
    let turns: Option<Vec<Turn>> = items.map(|value| turn(value, config)).collect();
    let mut turns = turns?;
    turns.sort_by_key(|turn| turn.from);
    let crossing = turns.windows(2).find(|pair| pair[1].from < pair[0].to);
    if let Some([one, other]) = crossing {
        let (one, other) = (in_words(one), in_words(other));
        let hint = "let each begin when the one before it has ended".to_owned();
        value.wrong(format!("{one} and {other} overlap"), Some(hint));
        return None;
    }
    Some(turns)
}

/// `"08:00-16:30"`, and behind it, for a break, perhaps a reason.
fn turn(value: Value<'_>, config: Option<&Config>) -> Option<Turn> {
    let text = value.str()?.trim();
    let parsed = text.split_once('-').and_then(|(from, rest)| {
        let rest = rest.trim_start();
        let (to, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let (from, to) = (parse_time_of_day(from)?, parse_time_of_day(to)?);
        Some((from, to, reason.trim_start()))
    });
    let sound =
        parsed.filter(|(from, to, reason)| from < to && (reason.is_empty() || config.is_some()));
    let Some((from, to, reason)) = sound else {
        let hint = match parsed {
            Some((from, to, _)) if from >= to => "write one past midnight in two parts",
            Some(_) => "a shift has no name, only a break has a reason",
            None => "as \"08:00-16:30\"",
        };
        let what = format!("{} must be a stretch of a day", value.name());
        value.wrong(what, Some(hint.to_owned()));
        return None;
    };
    let reason = (!reason.is_empty()).then(|| reason.to_owned());
    if let (Some(reason), Some(config)) = (&reason, config) {
        known(value, reason, config)?;
    }
    Some(Turn { from, to, reason })
}

/// Reports a reason that nobody may pause for.
fn known(value: Value<'_>, reason: &str, config: &Config) -> Option<()> {
    let reasons = &config.options.pause_reasons;
    let names = reasons.iter().map(|known| known.name.as_str());
    if names.clone().any(|name| name == reason) {
        return Some(());
    }
    let hint = match nearest(reason, names.clone()) {
        Some(near) => format!("did you mean {near:?}? "),
        None => String::new(),
    };
    let list: Vec<String> = names.map(|name| format!("{name:?}")).collect();
    let hint = format!("{hint}pause_reasons in [options]: {}", list.join(", "));
    value.wrong(format!("there is no pause reason {reason:?}"), Some(hint));
    None
}

fn in_words(turn: &Turn) -> String {
    format!("{}-{}", clock(turn.from), clock(turn.to))
}

/// A time of day as it is written.
fn clock(second: u64) -> String {
    let (hours, minutes, seconds) = (second / 3_600, second / 60 % 60, second % 60);
    if seconds == 0 {
        format!("{hours:02}:{minutes:02}")
    } else {
        format!("{hours:02}:{minutes:02}:{seconds:02}")
    }
}
