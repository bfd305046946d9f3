//! What is wrong with a configuration, or with a change of one.
//!
//! Both questions have one answer: a configuration is checked as the changes
//! that lead to it from nothing. Changes are looked at twice. In their order,
//! for what must be there when each is made; and together, for what must hold
//! when all are made. So a queue may name as failover one that comes later, but
//! only agents that are there already.

mod agents;
mod callback;
mod contacts;
mod hours;
mod logs;
mod object;
mod points;

use core::fmt;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::{Change, Config, Destination, ExtensionConfig, Options, QueueConfig};
use super::points::PointConfig;
use crate::limits::{EXTENSION_QUEUES_MAX, EXTENSIONS_MAX, PROBLEMS_MAX, QUEUES_MAX};
use crate::number::Number;

pub(super) use object::{bounds, is_within};

/// Unknown people told of one list, lest one wrong range hides all else.
const UNKNOWN_MAX: usize = 10;
/// Parking slots looked at; a range of more is wrong in itself.
const PARKING_SLOTS_TRIED: usize = 1_000;

// Nobody is twice in one queue, so the number of queues bounds memberships.
const _: () = assert!(EXTENSION_QUEUES_MAX >= QUEUES_MAX);

/// One thing that is wrong, at one place of the model.
///
/// Shown as `queue 6400, static_agents, element 3: what (hint)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The object.
    pub subject: Subject,
    /// The key in its table, as a file spells it.
    pub key: String,
    /// Which element, from zero, where the key holds a list. Agents are
    /// counted among the static or dynamic ones, as the key says.
    pub item: Option<usize>,
    /// What is wrong, in one sentence without a full stop.
    pub what: String,
    /// What would be right, where that can be said.
    pub hint: Option<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.subject, self.key)?;
        if let Some(item) = self.item {
            write!(f, ", element {}", item + 1)?;
        }
        write!(f, ": {}", self.what)?;
        self.hint
            .as_ref()
            .map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}

/// An object of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Subject {
    /// The extension with this number.
    Extension(Number),
    /// The calendar at this place of the list, from zero.
    Hours(u32),
    /// The common settings.
    Options,
    /// The route point with this number.
    Point(Number),
    /// The queue with this number.
    Queue(Number),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extension(number) => write!(f, "extension {number}"),
            Self::Hours(place) => write!(f, "hours {}", u64::from(*place) + 1),
            Self::Options => f.write_str("options"),
            Self::Point(number) => write!(f, "route point {number}"),
            Self::Queue(number) => write!(f, "queue {number}"),
        }
    }
}

/// What exists before a change. It must be free of faults itself.
pub trait Existing {
    /// The common settings.
    fn options(&self) -> &Options;
    /// Whether an extension has this number.
    fn has_extension(&self, number: Number) -> bool;
    /// The route point with this number.
    fn point(&self, number: Number) -> Option<&PointConfig>;
    /// Every route point.
    fn points(&self) -> Box<dyn Iterator<Item = &PointConfig> + '_>;
    /// The queue with this number.
    fn queue(&self, number: Number) -> Option<&QueueConfig>;
    /// Every queue.
    fn queues(&self) -> Box<dyn Iterator<Item = &QueueConfig> + '_>;
    /// How many extensions there are.
    fn extension_count(&self) -> usize;
    /// The reasons for which extensions pause when their presence changes.
    fn presence_reasons(&self) -> Box<dyn Iterator<Item = (Number, &str)> + '_>;
}

/// A value can be asked as well as a running centre, but searches its lists.
impl Existing for Config {
    fn options(&self) -> &Options {
        &self.options
    }
    fn has_extension(&self, number: Number) -> bool {
        self.extensions
            .iter()
            .any(|extension| extension.number == number)
    }
    fn point(&self, number: Number) -> Option<&PointConfig> {
        self.points.iter().find(|point| point.number == number)
    }
    fn points(&self) -> Box<dyn Iterator<Item = &PointConfig> + '_> {
        Box::new(self.points.iter())
    }
    fn queue(&self, number: Number) -> Option<&QueueConfig> {
        self.queues.iter().find(|queue| queue.number == number)
    }
    fn queues(&self) -> Box<dyn Iterator<Item = &QueueConfig> + '_> {
        Box::new(self.queues.iter())
    }
    fn extension_count(&self) -> usize {
        self.extensions.len()
    }
    fn presence_reasons(&self) -> Box<dyn Iterator<Item = (Number, &str)> + '_> {
        Box::new(self.extensions.iter().flat_map(|extension| {
            let reasons = extension.on_presence.reasons();
            reasons.map(|(_, reason)| (extension.number, reason))
        }))
    }
}

/// Everything that is wrong with a configuration; empty where nothing is. At
/// most [`PROBLEMS_MAX`] faults are told.
#[must_use]
pub fn check(config: &Config) -> Vec<Fault> {
    check_counting(config, true).list
}

/// Everything that would be wrong after `changes`; empty where nothing would.
/// At most [`PROBLEMS_MAX`] faults are told.
///
/// Costs what the changed objects weigh, times the logarithm of what exists.
/// Where a queue or the options change or something is removed, it looks at
/// every queue once, but not at its members.
#[must_use]
pub fn check_changes(existing: &impl Existing, changes: &[Change]) -> Vec<Fault> {
    let mut checker = Checker::new(existing, true);
    for change in changes {
        checker.step(Step::from(change));
    }
    checker.finish().list
}

/// As [`check`], and counts the faults that are not told. Without
/// `references`, an unknown number is none: perhaps it could not be read.
pub(super) fn check_counting(config: &Config, references: bool) -> Faults {
    let nothing = Config::default();
    let mut checker = Checker::new(&nothing, references);
    checker.step(Step::PutOptions(&config.options));
    for extension in &config.extensions {
        if checker.extensions.contains_key(&extension.number) {
            let subject = Subject::Extension(extension.number);
            let what = || format!("there are two extensions {}", extension.number);
            checker
                .faults
                .add(subject, "number", None, || (what(), None));
        }
        checker.step(Step::PutExtension(extension));
    }
    for queue in &config.queues {
        if checker.queues.contains_key(&queue.number) {
            let subject = Subject::Queue(queue.number);
            let what = || format!("there are two queues {}", queue.number);
            checker
                .faults
                .add(subject, "number", None, || (what(), None));
        }
        checker.step(Step::PutQueue(queue));
    }
    for point in &config.points {
        if checker.points.contains_key(&point.number) {
            let subject = Subject::Point(point.number);
            let what = || format!("there are two route points {}", point.number);
            checker
                .faults
                .add(subject, "number", None, || (what(), None));
        }
        checker.step(Step::PutPoint(point));
    }
    checker.finish()
}

/// Collects faults.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) list: Vec<Fault>,
    /// How many more there are.
    pub(super) more: usize,
}

impl Faults {
    /// Adds a fault; `what` is asked for its text only if that will be kept.
    fn add(
        &mut self,
        subject: Subject,
        key: &str,
        item: Option<usize>,
        what: impl FnOnce() -> (String, Option<String>),
    ) {
        if self.list.len() >= PROBLEMS_MAX {
            self.more += 1;
            return;
        }
        let (what, hint) = what();
        self.list.push(Fault {
            subject,
            key: key.to_owned(),
            item,
            what,
            hint,
        });
    }
}

/// A change, without owning what it is about.
#[derive(Clone, Copy)]
enum Step<'c> {
    PutExtension(&'c ExtensionConfig),
    PutOptions(&'c Options),
    PutPoint(&'c PointConfig),
    PutQueue(&'c QueueConfig),
    RemoveExtension(Number),
    RemovePoint(Number),
    RemoveQueue(Number),
}

impl<'c> From<&'c Change> for Step<'c> {
    fn from(change: &'c Change) -> Self {
        match change {
            Change::PutExtension(extension) => Self::PutExtension(extension),
            Change::PutOptions(options) => Self::PutOptions(options),
            Change::PutPoint(point) => Self::PutPoint(point),
            Change::PutQueue(queue) => Self::PutQueue(queue),
            Change::RemoveExtension(number) => Self::RemoveExtension(*number),
            Change::RemovePoint(number) => Self::RemovePoint(*number),
            Change::RemoveQueue(number) => Self::RemoveQueue(*number),
        }
    }
}

/// What exists, with the changes so far laid over it.
struct Checker<'c, E> {
    existing: &'c E,
    references: bool,
    /// Changed common settings.
    options: Option<&'c Options>,
    /// Changed extensions; `None`: removed.
    extensions: BTreeMap<Number, Option<&'c ExtensionConfig>>,
    /// Changed route points; `None`: removed.
    points: BTreeMap<Number, Option<&'c PointConfig>>,
    /// Changed queues; `None`: removed.
    queues: BTreeMap<Number, Option<&'c QueueConfig>>,
    faults: Faults,
}

impl<'c, E: Existing> Checker<'c, E> {
    fn new(existing: &'c E, references: bool) -> Self {
        Self {
            existing,
            references,
            options: None,
            extensions: BTreeMap::new(),
            points: BTreeMap::new(),
            queues: BTreeMap::new(),
            faults: Faults::default(),
        }
    }

    fn options(&self) -> &'c Options {
        self.options.unwrap_or_else(|| self.existing.options())
    }

    fn has_extension(&self, number: Number) -> bool {
        let changed = self.extensions.get(&number).map(Option::is_some);
        changed.unwrap_or_else(|| self.existing.has_extension(number))
    }

    fn has_queue(&self, number: Number) -> bool {
        let changed = self.queues.get(&number).map(Option::is_some);
        changed.unwrap_or_else(|| self.existing.queue(number).is_some())
    }

    /// Makes one change, and looks at what must be there by now.
    fn step(&mut self, step: Step<'c>) {
        match step {
            Step::PutExtension(extension) => {
                let number = extension.number;
                self.number_is_free(Subject::Extension(number), number);
                self.extensions.insert(number, Some(extension));
            }
            Step::PutOptions(options) => self.options = Some(options),
            Step::PutPoint(point) => {
                let number = point.number;
                self.number_is_free(Subject::Point(number), number);
                self.members(point);
                self.points.insert(number, Some(point));
            }
            Step::PutQueue(queue) => {
                let number = queue.number;
                self.number_is_free(Subject::Queue(number), number);
                self.people(queue);
                self.queues.insert(number, Some(queue));
            }
            Step::RemoveExtension(number) => {
                if !self.has_extension(number) {
                    let what = || (format!("there is no extension {number}"), None);
                    self.faults
                        .add(Subject::Extension(number), "number", None, what);
                }
                self.extensions.insert(number, None);
            }
            Step::RemovePoint(number) => {
                if self.point(number).is_none() {
                    let what = || (format!("there is no route point {number}"), None);
                    self.faults
                        .add(Subject::Point(number), "number", None, what);
                }
                self.points.insert(number, None);
            }
            Step::RemoveQueue(number) => {
                if !self.has_queue(number) {
                    let what = || (format!("there is no queue {number}"), None);
                    self.faults
                        .add(Subject::Queue(number), "number", None, what);
                }
                self.queues.insert(number, None);
            }
        }
    }

    /// Whether everybody whom a queue names is there.
    fn people(&mut self, queue: &QueueConfig) {
        if !self.references {
            return;
        }
        let subject = Subject::Queue(queue.number);
        let members = object::numbered_members(queue);
        let managers = queue
            .managers
            .iter()
            .enumerate()
            .map(|(i, &n)| ("managers", i, n));
        let (mut unknown, mut list) = (0, "");
        let viewers = queue.permissions.agent_logs.viewers.iter().flatten();
        let viewers = viewers
            .enumerate()
            .map(|(i, &n)| ("agent_log_viewers", i, n));
        for (key, item, number) in members.chain(managers).chain(viewers) {
            if self.has_extension(number) {
                continue;
            }
            unknown = if key == list { unknown + 1 } else { 1 };
            list = key;
            if unknown > UNKNOWN_MAX {
                self.faults.more += 1;
                continue;
            }
            let hint = self.did_you_mean(number, |number| self.has_extension(number));
            let what = || (format!("there is no extension {number}"), hint);
            self.faults.add(subject, key, Some(item), what);
        }
    }

    /// Looks at what must hold after all changes.
    fn finish(mut self) -> Faults {
        if let Some(options) = self.options {
            object::options(&mut self.faults, options);
            agents::options(&mut self.faults, options);
            hours::prompts(&mut self.faults, &options.prompts);
            points::voicemail(&mut self.faults, &options.voicemail);
            self.greeting(options);
            hours::hours(&mut self.faults, options, self.references);
            contacts::contacts(&mut self.faults, options);
            self.owners(options);
        }
        for extension in self.extensions.values().copied().flatten() {
            object::extension(&mut self.faults, extension);
        }
        let range = self.options().queue_numbers;
        let touched: Vec<_> = self.queues.values().copied().flatten().collect();
        for queue in &touched {
            object::queue(&mut self.faults, queue, range);
            callback::queue(&mut self.faults, queue);
        }
        self.touched_points();
        self.codes();
        self.presences();
        self.counts();
        self.names(&touched);
        for queue in touched {
            self.destinations(Subject::Queue(queue.number), queue.destinations());
            self.prompts(queue);
            if let Some(name) = self.unknown_hours(queue) {
                let options = self.options();
                let what = || hours::unknown_hours(name, options);
                self.faults
                    .add(Subject::Queue(queue.number), "hours", None, what);
            }
        }
        self.slots();
        let existing = self.existing;
        let removes = self.extensions.values().any(Option::is_none)
            || !self.points.is_empty()
            || self.queues.values().any(Option::is_none);
        if removes || self.options.is_some() {
            for queue in existing.queues() {
                if !self.queues.contains_key(&queue.number) {
                    self.destinations(Subject::Queue(queue.number), queue.destinations());
                    self.prompts(queue);
                    self.left_outside(queue, range);
                    self.left_without_hours(queue);
                }
            }
            self.untouched_points();
        }
        self.faults
    }

    /// Whether the owners of contacts are there.
    fn owners(&mut self, options: &Options) {
        let contacts = options.contacts.iter().enumerate();
        for (item, contact) in contacts.filter(|_| self.references) {
            let Some(owner) = contact.owner.filter(|&owner| !self.has_extension(owner)) else {
                continue;
            };
            let hint = self.did_you_mean(owner, |number| self.has_extension(number));
            let what = || {
                let what = format!(
                    "contact {:?} is nobody's: there is no extension {owner}",
                    contact.name
                );
                (what, hint)
            };
            self.faults
                .add(Subject::Options, "contact", Some(item), what);
        }
    }

    /// Whether an extension or a queue has the number of a parking slot; who is put blames
    /// himself, else the slots.
    fn slots(&mut self) {
        let Some(parking) = self.options().parking else {
            return;
        };
        for slot in parking.slots().take(PARKING_SLOTS_TRIED) {
            let (subject, put) = if self.has_extension(slot) {
                let put = self.extensions.contains_key(&slot);
                (Subject::Extension(slot), put)
            } else if self.has_queue(slot) {
                (Subject::Queue(slot), self.queues.contains_key(&slot))
            } else {
                continue;
            };
            let what = || (format!("{slot} is the number of a parking slot, too"), None);
            if put {
                self.faults.add(subject, "number", None, what);
            } else if self.options.is_some() {
                let subject = Subject::Options;
                self.faults.add(subject, "parking_slots", None, what);
            }
        }
    }

    /// Whether there are too many objects; the last one that was put is blamed.
    fn counts(&mut self) {
        let last = self
            .extensions
            .iter()
            .rev()
            .find(|(_, change)| change.is_some());
        if let Some((&last, _)) = last {
            let mut count = self.existing.extension_count();
            for (&number, change) in &self.extensions {
                match (self.existing.has_extension(number), change) {
                    (false, Some(_)) => count += 1,
                    (true, None) => count -= 1,
                    _ => {}
                }
            }
            if count > EXTENSIONS_MAX {
                let what = || {
                    (
                        format!("there are more than {EXTENSIONS_MAX} extensions"),
                        None,
                    )
                };
                self.faults
                    .add(Subject::Extension(last), "number", None, what);
            }
        }
        let last = self
            .queues
            .iter()
            .rev()
            .find(|(_, change)| change.is_some());
        if let Some((&last, _)) = last {
            let mut count = self.existing.queues().count();
            for (&number, change) in &self.queues {
                match (self.existing.queue(number).is_some(), change) {
                    (false, Some(_)) => count += 1,
                    (true, None) => count -= 1,
                    _ => {}
                }
            }
            if count > QUEUES_MAX {
                let what = || (format!("there are more than {QUEUES_MAX} queues"), None);
                self.faults.add(Subject::Queue(last), "number", None, what);
            }
        }
    }

    /// Whether each queue has its name alone.
    fn names(&mut self, touched: &[&'c QueueConfig]) {
        if touched.is_empty() {
            return;
        }
        let existing = self.existing;
        let others = existing
            .queues()
            .filter(|queue| !self.queues.contains_key(&queue.number));
        let mut names: BTreeMap<&str, Number> = others
            .map(|queue| (queue.name.as_str(), queue.number))
            .collect();
        for queue in touched {
            if let Some(other) = names.insert(&queue.name, queue.number) {
                let what = || {
                    let what = format!("queue {other} is called {:?} too", queue.name);
                    (what, Some("give each queue a name of its own".to_owned()))
                };
                self.faults
                    .add(Subject::Queue(queue.number), "name", None, what);
            }
        }
    }

    /// Whether an object's destinations lead anywhere. Round trips over several objects
    /// are allowed: the engine bounds a call's hops.
    fn destinations<'d>(
        &mut self,
        of: Subject,
        destinations: impl Iterator<Item = (&'static str, Option<usize>, &'d Destination)>,
    ) {
        for (key, item, destination) in destinations {
            if let Some(problem) = self.leads_nowhere(of, key, destination) {
                self.faults.add(of, key, item, || problem);
            }
        }
    }

    /// Whether a queue has the prompts of what it says; of each key the first that is
    /// missing is told.
    fn prompts(&mut self, queue: &QueueConfig) {
        if !self.references {
            return;
        }
        let mut last = None;
        for (key, name) in queue.prompts() {
            if last != Some(key) && self.options().prompt_named(&name).is_none() {
                last = Some(key);
                let problem = hours::unknown_prompt(&name, self.options());
                let subject = Subject::Queue(queue.number);
                self.faults.add(subject, key, None, || problem);
            }
        }
    }

    fn leads_nowhere(&self, of: Subject, key: &str, to: &Destination) -> Option<Wrong> {
        match to {
            Destination::HangUp => None,
            Destination::Queue(number) if of == Subject::Queue(*number) => {
                let hint = "let it lead to an extension or another queue, or \"hang_up\"";
                let what = match key {
                    "failover" => {
                        "a queue can not be its own failover: its callers would never leave it"
                    }
                    "keys" => "a key can not lead to where the caller is already",
                    _ => "a queue can not send callers to itself who may not come in",
                };
                Some((what.to_owned(), Some(hint.to_owned())))
            }
            Destination::RingGroup(number) if of == Subject::Point(*number) => {
                let hint = "let it lead elsewhere, or \"hang_up\"".to_owned();
                Some((
                    "a ring group can not be its own failover".to_owned(),
                    Some(hint),
                ))
            }
            Destination::External { number, .. } if !callback::is_diallable(*number) => {
                let what = format!("{:?} can not be called", number.to_string());
                Some((what, Some("digits, perhaps behind a +".to_owned())))
            }
            _ if !self.references => None,
            Destination::External { trunk, .. } => callback::no_way_out(self.options(), trunk),
            Destination::Prompt(name) => {
                let unknown = self.options().prompt_named(name).is_none();
                // Looking for a good hint among many prompts is dear.
                let told = self.faults.list.len() < PROBLEMS_MAX;
                let problem = || hours::unknown_prompt(name, self.options());
                unknown.then(|| told.then(problem).unwrap_or_default())
            }
            Destination::CallFlow(number) => self.is_absent(key, "call flow", *number),
            Destination::Menu(number) => self.is_absent(key, "menu", *number),
            Destination::Extension(number) => self.is_absent(key, "extension", *number),
            Destination::Queue(number) => self.is_absent(key, "queue", *number),
            Destination::RingGroup(number) => self.is_absent(key, "ring group", *number),
            Destination::Voicemail(number) => self.is_absent(key, "voicemail box", *number),
        }
    }

    /// The name of the calendar that a queue keeps, where there is none.
    fn unknown_hours<'q>(&self, queue: &'q QueueConfig) -> Option<&'q str> {
        let condition = queue.time_condition.as_ref().filter(|_| self.references)?;
        let unknown = self.options().hours_named(&condition.hours).is_none();
        unknown.then_some(condition.hours.as_str())
    }

    /// Whether new options leave a queue without the calendar that it keeps.
    fn left_without_hours(&mut self, queue: &QueueConfig) {
        if let Some(name) = self.unknown_hours(queue) {
            let what = || {
                let what = format!("queue {} keeps the hours {name:?}", queue.number);
                let hint = "change the queue in the same step".to_owned();
                (what, Some(hint))
            };
            self.faults.add(Subject::Options, "hours", None, what);
        }
    }

    /// Whether new options leave a queue's number where it was allowed.
    fn left_outside(&mut self, queue: &QueueConfig, range: (Number, Number)) {
        if !is_within(queue.number, range) {
            let what = || {
                let QueueConfig { number, name, .. } = queue;
                let what = format!("queue {number} {name:?} would lie outside");
                (
                    what,
                    Some("delete the queue in the same step, or widen the range".to_owned()),
                )
            };
            self.faults
                .add(Subject::Options, "queue_numbers", None, what);
        }
    }

    /// A number that somebody has and that is one slip away from `wrong`.
    fn did_you_mean(&self, wrong: Number, has: impl Fn(Number) -> bool) -> Option<String> {
        if self.faults.list.len() >= PROBLEMS_MAX {
            return None;
        }
        object::slips(wrong)
            .find(|&near| has(near))
            .map(|near| format!("did you mean {near}?"))
    }
}

/// What is wrong, and what would be right.
type Wrong = (String, Option<String>);
