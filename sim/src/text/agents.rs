//! `[[agents]]`: who works.

use std::collections::BTreeSet;

use tandem_engine::config::check::Existing;
use tandem_engine::config::model::{Config, ExtensionConfig, MemberConfig, MemberKind};
use tandem_engine::config::reader::{Table, Value};
use tandem_engine::config::text::{for_each_number, number};
use tandem_engine::limits::{EXTENSIONS_MAX, NAME_CHARS_MAX};
use tandem_engine::{Number, Timestamp};

use super::calendar::Calendar;
use super::files::Files;
use super::values::{distribution, float, parse_time_of_day};
use super::{DAY_S, Frame, Reader};
use crate::distribution::Distribution;
use crate::scenario::{Agents, Duty, Person};

const WEEKDAYS: [(&str, usize); 7] = [
    ("mon", 0),
    ("tue", 1),
    ("wed", 2),
    ("thu", 3),
    ("fri", 4),
    ("sat", 5),
    ("sun", 6),
];
/// The number of the first agent who is made up.
const FIRST_NUMBER: u64 = 1001;
/// Shifts or breaks of a day.
const TURNS_MAX: usize = 48;

/// Reads every group of agents; those who are only counted are added to the
/// configuration.
pub(super) fn read<F: Files>(
    reader: &mut Reader<'_, F>,
    tables: Vec<Table<'_>>,
    config: &mut Config,
    frame: &Frame,
) -> Vec<Agents> {
    let mut hired = BTreeSet::new();
    let mut groups: Vec<Agents> = Vec::with_capacity(tables.len());
    for table in tables {
        let (document, place) = (table.document(), table.span());
        let Some(group) = one(reader, table, config, frame) else {
            continue;
        };
        for extension in group.people.iter().map(|person| person.extension) {
            if !hired.insert(extension) {
                let what = format!("extension {extension} works in two groups");
                document.report(place.clone(), what, None);
            }
        }
        groups.push(group);
    }
    groups
}

/// Somebody who is to work, before it is known when.
struct Staff {
    numbers: Vec<Number>,
    /// The turns of each, where a log tells them.
    logged: Option<Vec<Vec<(Timestamp, Duty)>>>,
}

fn one<F: Files>(
    reader: &mut Reader<'_, F>,
    mut table: Table<'_>,
    config: &mut Config,
    frame: &Frame,
) -> Option<Agents> {
    let name = table.str("name").unwrap_or("Agents").to_owned();
    let queues = queues(&mut table, config);
    let staff = staff(reader, &mut table, config, &name);
    let answer_delay = match table.get("answer_delay") {
        Some(value) => distribution(value),
        None => Distribution::deterministic(0.0).ok(),
    };
    let missed = table
        .get("missed_rings")
        .map_or(Some(0.0), |value| float(value, 0.0..=1.0));
    let week = week(&mut table);
    table.finish();
    let (staff, queues, week) = (staff?, queues?, week?);
    for &agent in &staff.numbers {
        for queue in &mut config.queues {
            let serves = queue.members.iter().any(|member| member.extension == agent);
            if queues.contains(&queue.number) && !serves {
                let kind = MemberKind::Dynamic;
                queue.members.push(MemberConfig {
                    extension: agent,
                    kind,
                });
            }
        }
    }
    let turns = week.turns(
        &frame.calendar,
        frame.horizon.micros() / 1_000_000 / DAY_S + 2,
    );
    let people = (staff.numbers.iter().enumerate())
        .map(|(place, &extension)| {
            let logged = staff.logged.as_ref().map(|all| all[place].clone());
            let always = logged.is_none() && week.shifts.is_none();
            let duties = logged.unwrap_or_else(|| turns.clone());
            let (present, duties) = begin(always, duties);
            Person {
                extension,
                logs_in: logs_in(config, extension),
                present,
                duties,
            }
        })
        .collect();
    Some(Agents {
        name,
        people,
        answer_delay: answer_delay?,
        missed_rings: missed?,
    })
}

/// What was due before the beginning has happened by then.
fn begin(always: bool, mut duties: Vec<(Timestamp, Duty)>) -> (bool, Vec<(Timestamp, Duty)>) {
    let begun = duties
        .iter()
        .take_while(|(at, _)| *at == Timestamp::ZERO)
        .count();
    let early: Vec<_> = duties.drain(..begun).collect();
    let last = early
        .iter()
        .rev()
        .find(|(_, duty)| matches!(duty, Duty::Comes | Duty::Goes));
    let present = last.map_or(always, |(_, duty)| *duty == Duty::Comes);
    let pauses = early
        .into_iter()
        .filter(|(_, duty)| matches!(duty, Duty::Pauses(_)));
    (present, pauses.chain(duties).collect())
}

/// Whether somebody comes and goes by logging in and out: where all his
/// memberships are dynamic.
fn logs_in(config: &Config, extension: Number) -> bool {
    let members = config.queues.iter().flat_map(|queue| &queue.members);
    members
        .filter(|member| member.extension == extension)
        .all(|m| m.kind == MemberKind::Dynamic)
}

fn queues(table: &mut Table<'_>, config: &Config) -> Option<Vec<Number>> {
    let read = |value: Value<'_>| {
        let queue = number(value.clone())?;
        if config.queue(queue).is_none() {
            value.wrong(format!("there is no queue {queue}"), None);
            return None;
        }
        Some(queue)
    };
    table
        .get("queues")
        .map_or(Some(Vec::new()), |value| value.array().map(read).collect())
}

fn staff<F: Files>(
    reader: &mut Reader<'_, F>,
    table: &mut Table<'_>,
    config: &mut Config,
    name: &str,
) -> Option<Staff> {
    let (count, extensions, log) = (
        table.get("count"),
        table.get("extensions"),
        table.get("log"),
    );
    let document = table.document();
    match (count, extensions, log) {
        (Some(count), None, None) => {
            let count = count.integer(1..=EXTENSIONS_MAX)?;
            let names = (1..=count).map(|place| format!("{name} {place}"));
            Some(Staff {
                numbers: make_up(config, names),
                logged: None,
            })
        }
        (None, Some(extensions), None) => {
            let numbers = existing(extensions, config)?;
            Some(Staff {
                numbers,
                logged: None,
            })
        }
        (None, None, Some(log)) => {
            let replay = reader.logs.open(log, reader.files)?;
            let numbers = make_up(config, replay.agent_names());
            Some(Staff {
                numbers,
                logged: Some(replay.duties()),
            })
        }
        _ => {
            let hint = "count = 10, extensions = [\"1001-1010\"] or log = \"month.txt\"";
            let what = "agents need one of `count`, `extensions` and `log`";
            document.report(table.span(), what, Some(hint.to_owned()));
            None
        }
    }
}

/// Extensions that the configuration has.
fn existing(value: Value<'_>, config: &Config) -> Option<Vec<Number>> {
    let mut numbers = Vec::new();
    for item in value.array() {
        let place = item.clone();
        for_each_number(item, EXTENSIONS_MAX, |number| {
            numbers.push((place.clone(), number))
        });
    }
    let unknown = numbers
        .iter()
        .filter(|(_, number)| !config.has_extension(*number));
    let mut sound = true;
    for (place, number) in unknown {
        place.wrong(format!("there is no extension {number}"), None);
        sound = false;
    }
    sound.then(|| numbers.into_iter().map(|(_, number)| number).collect())
}

/// Adds extensions to the configuration, with numbers that nobody has.
fn make_up(config: &mut Config, names: impl Iterator<Item = String>) -> Vec<Number> {
    let (first, last) = config.options.queue_numbers;
    let taken: BTreeSet<Number> = config
        .extensions
        .iter()
        .map(|extension| extension.number)
        .collect();
    let reserved = |number: Number| (first..=last).contains(&number);
    let mut free = (FIRST_NUMBER..)
        .map(Number::from_u64)
        .filter(|number| !taken.contains(number) && !reserved(*number));
    let mut numbers = Vec::new();
    for name in names {
        let number = free.next().expect("there are more numbers than agents");
        let name = name.chars().take(NAME_CHARS_MAX).collect();
        config.extensions.push(ExtensionConfig {
            name,
            ..ExtensionConfig::new(number)
        });
        numbers.push(number);
    }
    numbers
}

/// When a group works, by the day.
struct Week {
    days: [bool; 7],
    /// From and to, in seconds of the day; `None`: always.
    shifts: Option<Vec<(u64, u64)>>,
    breaks: Vec<(u64, u64, Option<String>)>,
}

fn week(table: &mut Table<'_>) -> Option<Week> {
    let days = match table.get("days") {
        None => [true; 7],
        Some(value) => {
            let mut days = [false; 7];
            for day in value.array() {
                days[day.one_of(&WEEKDAYS)?] = true;
            }
            days
        }
    };
    let shifts = table
        .get("shifts")
        .map(|value| turns(value).map(without_reasons));
    let breaks = table.get("breaks").map_or(Some(Vec::new()), turns);
    let shifts = match shifts {
        None => None,
        Some(shifts) => Some(shifts?),
    };
    Some(Week {
        days,
        shifts,
        breaks: breaks?,
    })
}

fn turns(value: Value<'_>) -> Option<Vec<(u64, u64, Option<String>)>> {
    value.array().take(TURNS_MAX).map(turn).collect()
}

fn without_reasons(turns: Vec<(u64, u64, Option<String>)>) -> Vec<(u64, u64)> {
    turns.into_iter().map(|(from, to, _)| (from, to)).collect()
}

/// `"08:00-16:30"`, and behind it perhaps a reason.
fn turn(value: Value<'_>) -> Option<(u64, u64, Option<String>)> {
    let text = value.clone().str()?.trim();
    let (times, reason) = match text.split_once(' ') {
        Some((times, reason)) => (times, Some(reason.trim().to_owned())),
        None => (text, None),
    };
    let parsed = times.split_once('-').and_then(|(from, to)| {
        Some((parse_time_of_day(from)?, parse_time_of_day(to)?)).filter(|(from, to)| from < to)
    });
    if parsed.is_none() {
        let hint = "as \"08:00-16:30\"; write one past midnight in two parts";
        value.wrong(
            format!("{} is no stretch of a day", value.name()),
            Some(hint.to_owned()),
        );
    }
    parsed.map(|(from, to)| (from, to, reason))
}

impl Week {
    /// Everything that happens in so many days, in the order of time. Shifts
    /// that touch are one; what lies before the beginning counts as happening
    /// there.
    fn turns(&self, calendar: &Calendar, days: u64) -> Vec<(Timestamp, Duty)> {
        let mut turns = Vec::new();
        let works = |day: u64| self.days[calendar.weekday(day)];
        for day in (0..days).filter(|&day| works(day)) {
            let at = |second| calendar.at(day, second).unwrap_or(Timestamp::ZERO);
            for &(from, to) in self.shifts.iter().flatten() {
                turns.push((at(from), Duty::Comes));
                turns.push((at(to), Duty::Goes));
            }
            for (from, to, reason) in &self.breaks {
                turns.push((at(*from), Duty::Pauses(reason.clone())));
                turns.push((at(*to), Duty::Returns));
            }
        }
        turns.sort();
        // Whoever goes and comes in the same instant stays.
        let mut kept: Vec<(Timestamp, Duty)> = Vec::with_capacity(turns.len());
        for turn in turns {
            match kept.last() {
                Some((at, Duty::Goes)) if turn == (*at, Duty::Comes) && *at > Timestamp::ZERO => {
                    kept.pop();
                }
                _ => kept.push(turn),
            }
        }
        kept
    }
}
