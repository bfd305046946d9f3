//! `[[agents]]`: who works.

use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tandem_engine::config::model::{Config, ExtensionConfig, MemberConfig, MemberKind};
use tandem_engine::config::reader::{Document, Table, Value};
use tandem_engine::config::text::{for_each_number, number};
use tandem_engine::limits::{EXTENSIONS_MAX, NAME_CHARS_MAX};
use tandem_engine::{Number, Span};

use super::calendar::Calendar;
use super::files::Files;
use super::logs::Replay;
use super::shifts::{Duties, Week, days_of};
use super::values::{self, distribution, float, length, refuse};
use super::{DAY_S, DUTIES_MAX, Reader};
use crate::distribution::Distribution;
use crate::inference::AvailabilityOptions;
use crate::scenario::{Agents, Person};

/// The number of the first agent who is made up.
const FIRST_NUMBER: u64 = 1001;
/// A made-up agent is called after his group, with a blank and up to five
/// digits behind that.
const GROUP_CHARS_MAX: usize = NAME_CHARS_MAX - 6;
/// What a group is called that has no name.
const GROUP: &str = "Agents";

/// Reads every group of agents; those who are only counted, or come out of a
/// log, are added to the configuration.
pub(super) fn read<F: Files>(
    reader: &mut Reader<'_, F>,
    tables: Vec<Table<'_>>,
    config: &mut Config,
    calendar: &Calendar,
    horizon: Span,
) -> Vec<Agents> {
    let mut office = Office::new(config, calendar, horizon);
    (tables.into_iter())
        .filter_map(|table| office.group(reader, table))
        .collect()
}

/// Where agents are hired.
struct Office<'c, 'd> {
    config: &'c mut Config,
    calendar: &'c Calendar,
    horizon: Span,
    /// The places of the queues in the configuration.
    queues: BTreeMap<Number, usize>,
    /// Every extension, with the places of the queues that it serves by the
    /// configuration, and whether it is a dynamic agent there.
    extensions: BTreeMap<Number, Vec<(usize, bool)>>,
    /// Who works in some group already, and where that is written.
    hired: BTreeMap<Number, Range<usize>>,
    /// The names of the groups so far.
    names: BTreeSet<&'d str>,
    /// Logs whose agents are hired.
    replayed: BTreeSet<&'d str>,
    /// How many turns the groups have so far.
    turns: u64,
    /// Where to look for a number for the next one who is made up.
    next_number: u64,
}

/// The people of a group, and when they work.
enum People {
    /// So many.
    Counted(usize, Week),
    /// Those of a log.
    Logged(Arc<Replay>, AvailabilityOptions),
    /// Extensions that are there.
    Named(Vec<Number>, Week),
}

/// What is wrong, and what would be right.
type Wrong = (String, Option<String>);

impl<'c, 'd> Office<'c, 'd> {
    fn new(config: &'c mut Config, calendar: &'c Calendar, horizon: Span) -> Self {
        let extensions = config.extensions.iter();
        let mut extensions: BTreeMap<Number, Vec<(usize, bool)>> = extensions
            .map(|extension| (extension.number, Vec::new()))
            .collect();
        for (place, queue) in config.queues.iter().enumerate() {
            for member in &queue.members {
                let serves = extensions.entry(member.extension).or_default();
                serves.push((place, member.kind == MemberKind::Dynamic));
            }
        }
        let queues = config.queues.iter().enumerate();
        Self {
            queues: queues.map(|(place, queue)| (queue.number, place)).collect(),
            config,
            calendar,
            horizon,
            extensions,
            hired: BTreeMap::new(),
            names: BTreeSet::new(),
            replayed: BTreeSet::new(),
            turns: 0,
            next_number: FIRST_NUMBER,
        }
    }

    fn group<F: Files>(
        &mut self,
        reader: &mut Reader<'_, F>,
        mut table: Table<'d>,
    ) -> Option<Agents> {
        let name = self.name(&mut table);
        let queues = table.get("queues");
        let queues = queues.map_or(Some(BTreeSet::new()), |value| self.places(reader, value));
        let people = self.people(reader, &mut table);
        let answer_delay = match table.get("answer_delay") {
            Some(value) => distribution(value),
            None => Distribution::deterministic(0.0).ok(),
        };
        let missed = table.get("missed_rings");
        let missed = missed.map_or(Some(0.0), |value| float(value, 0.0..=1.0));
        let (document, place) = (table.document(), table.span());
        table.finish();
        let (name, queues, people) = (name?, queues?, people?);
        let hired = if queues.is_empty() && !matches!(people, People::Named(..)) {
            let hint = "name the `queues` that they serve".to_owned();
            Err(("nobody can reach these agents".to_owned(), Some(hint)))
        } else {
            self.hire(name, people)
        };
        let hired = hired.map_err(|(what, hint)| document.report(place, what, hint));
        Some(Agents {
            name: name.to_owned(),
            people: self.employ(hired.ok()?, &queues),
            answer_delay: answer_delay?,
            missed_rings: missed?,
        })
    }

    /// The name of a group, which no other has: figures are given by it.
    fn name(&mut self, table: &mut Table<'d>) -> Option<&'d str> {
        let value = table.get("name");
        let name = value.map_or(Some(GROUP), |value| values::name(value, GROUP_CHARS_MAX))?;
        if !self.names.insert(name) {
            let place = value.map_or_else(|| table.span(), |value| value.span());
            let what = format!("there is a group called {name:?} already");
            let hint = "give each [[agents]] table a `name` of its own".to_owned();
            table.document().report(place, what, Some(hint));
        }
        Some(name)
    }

    /// The places of the queues with these numbers.
    fn places<F: Files>(
        &self,
        reader: &Reader<'_, F>,
        value: Value<'_>,
    ) -> Option<BTreeSet<usize>> {
        let place = |value: Value<'_>| {
            let queue = number(value)?;
            let place = self.queues.get(&queue).copied();
            if place.is_none() && reader.config_is_sound {
                value.wrong(format!("there is no queue {queue}"), None);
            }
            place
        };
        value.array().map(place).collect()
    }

    fn people<F: Files>(
        &mut self,
        reader: &mut Reader<'_, F>,
        table: &mut Table<'d>,
    ) -> Option<People> {
        let count = table.get("count");
        let extensions = table.get("extensions");
        let log = table.get("log");
        let away_after = table.get("away_after");
        if let (Some(value), None) = (away_after, log) {
            value.wrong("\"away_after\" goes with \"log\"", None);
        }
        match (count, extensions, log) {
            (Some(value), None, None) => {
                let count = value.integer(1..=EXTENSIONS_MAX);
                let week = Week::read(table, self.config);
                Some(People::Counted(count?, week?))
            }
            (None, Some(value), None) => {
                let numbers = self.existing(reader, table.document(), value);
                let week = Week::read(table, self.config);
                Some(People::Named(numbers?, week?))
            }
            (None, None, Some(value)) => {
                let keys = ["days", "shifts", "breaks"];
                refuse(table, &keys, "and \"log\" exclude each other");
                self.logged(reader, value, away_after)
            }
            _ => {
                let what = "agents need one of `count`, `extensions` and `log`";
                let hint = "count = 10, extensions = [\"1001-1010\"] or log = \"month.txt\"";
                let place = table.span();
                table.document().report(place, what, Some(hint.to_owned()));
                None
            }
        }
    }

    /// The agents of a log.
    fn logged<F: Files>(
        &mut self,
        reader: &mut Reader<'_, F>,
        log: Value<'d>,
        away_after: Option<Value<'d>>,
    ) -> Option<People> {
        if log.str().is_some_and(|name| !self.replayed.insert(name)) {
            let hint = "each of them would be there twice".to_owned();
            log.wrong("another [[agents]] table replays this log", Some(hint));
        }
        let mut options = AvailabilityOptions::default();
        let replay = reader.logs.open(log, reader.files);
        if let Some(value) = away_after {
            options.waiting_in_gap_max = length(value, 0..=DAY_S)?;
        }
        Some(People::Logged(replay?, options))
    }

    /// Extensions of the configuration that work in no other group.
    fn existing<F: Files>(
        &mut self,
        reader: &Reader<'_, F>,
        document: &Document<'_>,
        value: Value<'_>,
    ) -> Option<Vec<Number>> {
        let (mut numbers, mut sound) = (Vec::new(), true);
        for item in value.array() {
            let before = numbers.len();
            let room = (EXTENSIONS_MAX + 1).saturating_sub(before);
            for_each_number(item, room, |number| numbers.push(number));
            sound &= numbers.len() > before || room == 0;
            for number in &numbers[before..] {
                let known = self.extensions.contains_key(number);
                sound &= known;
                if !known && reader.config_is_sound {
                    let what = || (format!("there is no extension {number}"), None);
                    document.report_with(item.span(), what);
                }
                if let Some(first) = self.hired.insert(*number, item.span()) {
                    document.report_with(item.span(), || {
                        let hint = format!("see line {}", document.line(first.start));
                        (format!("extension {number} works already"), Some(hint))
                    });
                }
            }
        }
        sound.then_some(numbers)
    }

    /// Everybody of a group, with what they do in the course of the scenario.
    fn hire(&mut self, group: &str, people: People) -> Result<Vec<(Number, Duties)>, Wrong> {
        let alike = |numbers: Vec<Number>, duties: Duties| {
            let numbers = numbers.into_iter();
            numbers.map(|number| (number, duties.clone())).collect()
        };
        match people {
            People::Counted(count, week) => {
                let names = (1..=count).map(|place| format!("{group} {place}"));
                let numbers = self.make_up(names.collect())?;
                Ok(alike(numbers, self.duties(&week)?))
            }
            People::Named(numbers, week) => Ok(alike(numbers, self.duties(&week)?)),
            People::Logged(log, options) => {
                let names = log.agents().iter().map(|name| on_a_line(name));
                let numbers = self.make_up(names.collect())?;
                let presence = log.presence(&options, self.calendar);
                self.count_turns(presence.iter().map(|there| 2 * there.len() as u64).sum())?;
                let duties = presence.into_iter().map(|there| Duties::of(there, &[]));
                Ok(numbers.into_iter().zip(duties).collect())
            }
        }
    }

    fn duties(&mut self, week: &Week) -> Result<Duties, Wrong> {
        self.count_turns(week.turns_in(days_of(self.horizon)))?;
        Ok(week.duties(self.calendar, self.horizon))
    }

    /// Refuses turns that would fill the memory, before they are made.
    fn count_turns(&mut self, more: u64) -> Result<(), Wrong> {
        self.turns = self.turns.saturating_add(more);
        if self.turns <= DUTIES_MAX {
            return Ok(());
        }
        let what = format!(
            "until the horizon, agents would come, pause and go {} times",
            self.turns
        );
        let hint = format!("at most {DUTIES_MAX} times are allowed: simulate less days");
        Err((what, Some(hint)))
    }

    /// Adds extensions with these names to the configuration, with numbers that
    /// nobody has.
    fn make_up(&mut self, names: Vec<String>) -> Result<Vec<Number>, Wrong> {
        let all = self.config.extensions.len() + names.len();
        if all > EXTENSIONS_MAX {
            let what = format!("with these agents there are {all} extensions");
            let hint = format!("at most {EXTENSIONS_MAX} are allowed");
            return Err((what, Some(hint)));
        }
        let (first, last) = self.config.options.queue_numbers;
        let mut numbers = Vec::with_capacity(names.len());
        for name in names {
            let number = loop {
                let number = Number::from_u64(self.next_number);
                self.next_number += 1;
                let reserved = (first..=last).contains(&number);
                if !reserved && !self.extensions.contains_key(&number) {
                    break number;
                }
            };
            let extension = ExtensionConfig::new(number);
            self.config
                .extensions
                .push(ExtensionConfig { name, ..extension });
            numbers.push(number);
        }
        Ok(numbers)
    }

    /// Makes everybody a dynamic agent of these queues, where he is no agent of
    /// theirs by the configuration.
    fn employ(&mut self, hired: Vec<(Number, Duties)>, queues: &BTreeSet<usize>) -> Vec<Person> {
        let person = |(extension, duties): (Number, Duties)| {
            let serves = self
                .extensions
                .get(&extension)
                .map_or(&[][..], Vec::as_slice);
            for &place in queues {
                if serves.iter().all(|(known, _)| *known != place) {
                    let kind = MemberKind::Dynamic;
                    let members = &mut self.config.queues[place].members;
                    members.push(MemberConfig::new(extension, kind));
                }
            }
            let hired_for =
                (queues.iter()).any(|place| serves.iter().all(|(known, _)| known != place));
            let somewhere = !serves.is_empty() || hired_for;
            Person {
                extension,
                logs_in: hired_for || serves.iter().any(|(_, dynamic)| *dynamic),
                switches_off: !somewhere || serves.iter().any(|(_, dynamic)| !dynamic),
                present: duties.present,
                duties: duties.turns,
            }
        };
        hired.into_iter().map(person).collect()
    }
}

/// A name out of a log as an extension may have it: it need not have one.
fn on_a_line(name: &str) -> String {
    let plain = name.chars().filter(|c| !c.is_control());
    let name: String = plain.take(NAME_CHARS_MAX).collect();
    name.trim().to_owned()
}
