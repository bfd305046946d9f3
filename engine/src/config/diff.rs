//! The changes that lead from one configuration to another, and their effect.

use std::collections::{BTreeMap, BTreeSet};

use super::check::is_within;
use super::model::{
    Change, Config, Destination, ExtensionConfig, Options, QueueConfig, TrunkConfig,
};
use super::points::PointConfig;
use crate::number::Number;

/// The changes that lead from `from` to `to`, both without faults.
///
/// They come in an order in which one can stop after each and has a
/// configuration without faults, so that many of them can be made in parts.
/// That can not be had where queues swap names, where new queues are each
/// other's failover, where a queue leads to one whose number an extension of
/// it takes over, where the numbers of queues get another length and what led to an
/// old one leads to a new one, where a pause reason takes over the code of one that an
/// extension needs, where a trunk takes over the address or the user of one that is needed,
/// or where a limit is passed for a while: then those changes belong in one part,
/// and made together they are right. Objects that only change their place in the
/// file do not change.
#[must_use]
pub fn changes(from: &Config, to: &Config) -> Vec<Change> {
    let mut plan = Plan::new(from, to);
    plan.list();
    plan.find_waits();
    plan.sorted()
}

/// The changes that make a centre out of nothing, each of which can be made
/// alone. Everything comes in the order of the configuration, for that is the
/// order of ids, by which things are shown and figures are kept.
#[must_use]
pub fn set_up(config: &Config) -> Vec<Change> {
    let extensions = config.extensions.iter().cloned().map(Change::PutExtension);
    // Owners of contacts are not there yet.
    let options = unowned(&config.options, |_| false);
    let owned = options != config.options;
    let owned = owned.then(|| Change::PutOptions(config.options.clone()));
    let mut changes = vec![Change::PutOptions(options)];
    changes.extend(extensions);
    changes.extend(owned);
    // Where they lead may not be there yet.
    let is_later =
        |to: &Destination| to.number().is_some() && !matches!(to, Destination::Extension(_));
    let mut leading = Vec::new();
    for queue in &config.queues {
        let mut alone = queue.clone();
        for to in alone.destinations_mut().filter(|to| is_later(to)) {
            *to = Destination::HangUp;
        }
        if alone != *queue {
            leading.push(Change::PutQueue(queue.clone()));
        }
        changes.push(Change::PutQueue(alone));
    }
    for point in &config.points {
        let mut alone = point.clone();
        for to in alone.destinations_mut().filter(|to| is_later(to)) {
            *to = Destination::HangUp;
        }
        if alone != *point {
            leading.push(Change::PutPoint(point.clone()));
        }
        changes.push(Change::PutPoint(alone));
    }
    changes.append(&mut leading);
    changes
}

/// The configuration after `changes`. New objects stand at the end.
#[must_use]
pub fn apply(mut config: Config, changes: &[Change]) -> Config {
    for change in changes {
        match change {
            Change::PutExtension(put) => {
                let old = config
                    .extensions
                    .iter_mut()
                    .find(|old| old.number == put.number);
                match old {
                    Some(old) => *old = put.clone(),
                    None => config.extensions.push(put.clone()),
                }
            }
            Change::PutOptions(options) => config.options = options.clone(),
            Change::PutPoint(put) => {
                let old = config
                    .points
                    .iter_mut()
                    .find(|old| old.number == put.number);
                match old {
                    Some(old) => *old = put.clone(),
                    None => config.points.push(put.clone()),
                }
            }
            Change::PutQueue(put) => {
                let old = config
                    .queues
                    .iter_mut()
                    .find(|old| old.number == put.number);
                match old {
                    Some(old) => *old = put.clone(),
                    None => config.queues.push(put.clone()),
                }
            }
            Change::RemoveExtension(number) => {
                config
                    .extensions
                    .retain(|extension| extension.number != *number);
                for queue in &mut config.queues {
                    queue.forget(*number);
                }
                config.options.forget(*number);
                let points = config.points.iter_mut();
                points.for_each(|point| point.remove_member(*number));
            }
            Change::RemovePoint(number) => config.points.retain(|point| point.number != *number),
            Change::RemoveQueue(number) => config.queues.retain(|queue| queue.number != *number),
        }
    }
    config
}

/// What a change is about; the order is that in which changes are made where
/// nothing else demands another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    OptionsFirst,
    PutExtension(Number),
    PutPoint(Number),
    PutQueue(Number),
    RemoveQueue(Number),
    RemovePoint(Number),
    RemoveExtension(Number),
    OptionsRange,
    OptionsLast,
    OptionsOwned,
}

/// The changes, and which of them must wait for which: they are sorted by
/// taking, again and again, one that waits for nothing any more.
struct Plan<'c> {
    from: &'c Config,
    to: &'c Config,
    old: Objects<'c>,
    new: Objects<'c>,
    changes: BTreeMap<Node, Change>,
    /// For each change, those that wait for it.
    before: BTreeMap<Node, Vec<(Node, Need)>>,
    /// How many others each change waits for.
    waits: BTreeMap<Node, Waits>,
}

/// The objects of a configuration by their numbers.
struct Objects<'c> {
    extensions: BTreeMap<Number, &'c ExtensionConfig>,
    queues: BTreeMap<Number, &'c QueueConfig>,
    points: BTreeMap<Number, &'c PointConfig>,
}

impl<'c> Objects<'c> {
    fn new(config: &'c Config) -> Self {
        Self {
            extensions: config.extensions.iter().map(|e| (e.number, e)).collect(),
            queues: config.queues.iter().map(|q| (q.number, q)).collect(),
            points: config.points.iter().map(|p| (p.number, p)).collect(),
        }
    }

    fn has_point(&self, number: Number, words: &str) -> bool {
        let point = self.points.get(&number);
        point.is_some_and(|point| point.words() == words)
    }

    /// Whether a destination leads to one of them.
    fn has(&self, to: &Destination) -> bool {
        match to {
            Destination::CallFlow(number) => self.has_point(*number, "call flow"),
            Destination::Extension(number) => self.extensions.contains_key(number),
            Destination::Menu(number) => self.has_point(*number, "menu"),
            Destination::External { .. } | Destination::HangUp | Destination::Prompt(_) => false,
            Destination::Queue(number) => self.queues.contains_key(number),
            Destination::RingGroup(number) => self.has_point(*number, "ring group"),
            Destination::Voicemail(number) => {
                self.extensions.contains_key(number)
                    || self.queues.contains_key(number)
                    || self.points.get(number).is_some_and(|point| point.has_box())
            }
        }
    }
}

/// Why a change must come before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// The other is impossible before it. These never run in a circle:
    /// removals wait for nothing in this way.
    Must,
    /// Between the two the configuration would have a fault.
    Should,
}

/// How many changes one waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Waits {
    must: usize,
    should: usize,
}

impl<'c> Plan<'c> {
    fn new(from: &'c Config, to: &'c Config) -> Self {
        Self {
            from,
            to,
            old: Objects::new(from),
            new: Objects::new(to),
            changes: BTreeMap::new(),
            before: BTreeMap::new(),
            waits: BTreeMap::new(),
        }
    }

    /// Lists what differs.
    fn list(&mut self) {
        self.list_options();
        for (&number, &extension) in &self.new.extensions {
            if self.old.extensions.get(&number) != Some(&extension) {
                let change = Change::PutExtension(extension.clone());
                self.changes.insert(Node::PutExtension(number), change);
            }
        }
        for (&number, &point) in &self.new.points {
            if self.old.points.get(&number) != Some(&point) {
                self.changes
                    .insert(Node::PutPoint(number), Change::PutPoint(point.clone()));
            }
        }
        for (&number, &queue) in &self.new.queues {
            if self.old.queues.get(&number) != Some(&queue) {
                self.changes
                    .insert(Node::PutQueue(number), Change::PutQueue(queue.clone()));
            }
        }
        for &number in self.old.queues.keys() {
            if !self.new.queues.contains_key(&number) {
                self.changes
                    .insert(Node::RemoveQueue(number), Change::RemoveQueue(number));
            }
        }
        for &number in self.old.points.keys() {
            if !self.new.points.contains_key(&number) {
                self.changes
                    .insert(Node::RemovePoint(number), Change::RemovePoint(number));
            }
        }
        for &number in self.old.extensions.keys() {
            if !self.new.extensions.contains_key(&number) {
                let change = Change::RemoveExtension(number);
                self.changes.insert(Node::RemoveExtension(number), change);
            }
        }
    }

    /// New options come first, except that the range of queue numbers must hold
    /// old queues, and names must mean something to them, until they are gone or
    /// changed. Where no range holds old and new ones, the new range comes between the
    /// two. Contacts have new extensions for owners when these are there.
    fn list_options(&mut self) {
        let (old, new) = (&self.from.options, &self.to.options);
        if old == new {
            return;
        }
        let is_there = |number| self.old.extensions.contains_key(&number);
        let unowned = unowned(new, is_there);
        if unowned != *new {
            self.changes
                .insert(Node::OptionsOwned, Change::PutOptions(new.clone()));
        }
        let from = self.from;
        let waits = from.extensions.iter().any(|old| needs_reasons(old, new))
            || from.queues.iter().any(|queue| needs_more(queue, new))
            || from.points.iter().any(|point| point_needs_more(point, new));
        if !waits {
            if unowned != *old {
                self.changes
                    .insert(Node::OptionsFirst, Change::PutOptions(unowned));
            }
            return;
        }
        self.changes
            .insert(Node::OptionsLast, Change::PutOptions(unowned.clone()));
        let stay = |range| move |queue: &QueueConfig| is_within(queue.number, range);
        let range = match union(old.queue_numbers, new.queue_numbers) {
            Some(both) => both,
            None if from.queues.iter().all(stay(new.queue_numbers)) => new.queue_numbers,
            None => old.queue_numbers,
        };
        let mut wide = Options {
            queue_numbers: range,
            ..unowned
        };
        let gone = |name: &str| new.hours_named(name).is_none();
        let hours = old.hours.iter().filter(|hours| gone(&hours.name));
        wide.hours.extend(hours.cloned());
        let gone = |name: &str| new.prompt_named(name).is_none();
        let prompts = old.prompts.iter().filter(|prompt| gone(&prompt.name));
        wide.prompts.extend(prompts.cloned());
        for trunk in old.trunks.iter().filter(|old| !new.calls_out(&old.name)) {
            keep_trunk(&mut wide, trunk);
        }
        let gone = |name: &str| new.pause_reasons.iter().all(|reason| reason.name != name);
        let reasons = old.pause_reasons.iter().filter(|reason| gone(&reason.name));
        wide.pause_reasons.extend(reasons.cloned());
        if !covers(range, new.queue_numbers) {
            let queue_numbers = new.queue_numbers;
            let moved = Options {
                queue_numbers,
                ..wide.clone()
            };
            self.changes
                .insert(Node::OptionsRange, Change::PutOptions(moved));
        }
        if wide != *old {
            self.changes
                .insert(Node::OptionsFirst, Change::PutOptions(wide));
        }
    }

    /// Finds out which change must wait for which.
    fn find_waits(&mut self) {
        let nodes: Vec<Node> = self.changes.keys().copied().collect();
        let named = |queue: &'c QueueConfig| (queue.name.as_str(), queue.number);
        let old_names: BTreeMap<&str, Number> = self.from.queues.iter().map(named).collect();
        let named = |point: &'c PointConfig| (point.name.as_str(), point.number);
        let old_points: BTreeMap<&str, Number> = self.from.points.iter().map(named).collect();
        // Extensions that must wait themselves; all others come before queues.
        let is_late = |number: &Number| {
            self.old.queues.contains_key(number) || self.old.points.contains_key(number)
        };
        let numbers = self.new.extensions.keys().copied();
        let late: BTreeSet<Number> = numbers.filter(is_late).collect();
        for node in nodes {
            let (number, taken_from) = match node {
                Node::PutExtension(n) => (n, [Node::RemoveQueue(n), Node::RemovePoint(n)]),
                Node::PutPoint(n) => (n, [Node::RemoveExtension(n), Node::RemoveQueue(n)]),
                Node::PutQueue(n) => (n, [Node::RemoveExtension(n), Node::RemovePoint(n)]),
                _ => continue,
            };
            for holder in taken_from {
                self.wait(node, holder, Need::Must);
            }
            match node {
                Node::PutPoint(_) => {
                    self.find_waits_of_point(self.new.points[&number], &old_points, &late);
                }
                Node::PutQueue(_) => {
                    self.find_waits_of_queue(self.new.queues[&number], &old_names, &late);
                }
                _ => {}
            }
        }
        self.find_waits_of_options();
        for queue in &self.from.queues {
            let changes = [
                Node::PutQueue(queue.number),
                Node::RemoveQueue(queue.number),
            ];
            let needs_more = needs_more(queue, &self.to.options);
            self.wait_for_leaving(changes, queue.destinations(), needs_more);
        }
        for point in &self.from.points {
            let changes = [
                Node::PutPoint(point.number),
                Node::RemovePoint(point.number),
            ];
            let needs_more = point_needs_more(point, &self.to.options);
            self.wait_for_leaving(changes, point.destinations(), needs_more);
        }
    }

    /// Options wait for what needs the old ones, and for what the new ones need.
    fn find_waits_of_options(&mut self) {
        for extension in &self.from.extensions {
            if needs_reasons(extension, &self.to.options) {
                let number = extension.number;
                self.wait(Node::OptionsLast, Node::PutExtension(number), Need::Should);
                self.wait(
                    Node::OptionsLast,
                    Node::RemoveExtension(number),
                    Need::Should,
                );
            }
        }
        self.wait(Node::OptionsRange, Node::OptionsFirst, Need::Must);
        self.wait(Node::OptionsLast, Node::OptionsRange, Need::Must);
        self.wait(Node::OptionsOwned, Node::OptionsLast, Need::Must);
        let range = self.to.options.queue_numbers;
        for queue in &self.from.queues {
            if !is_within(queue.number, range) {
                self.wait(
                    Node::OptionsRange,
                    Node::RemoveQueue(queue.number),
                    Need::Should,
                );
            }
        }
        let owners = self.to.options.contacts.iter();
        for owner in owners.filter_map(|contact| contact.owner) {
            self.wait(Node::OptionsOwned, Node::PutExtension(owner), Need::Should);
        }
    }

    /// What an old object leads to goes only when it leads there no more, and so does
    /// a name that it needs. One of these changes sees to that.
    fn wait_for_leaving<'d>(
        &mut self,
        changes: [Node; 2],
        destinations: impl Iterator<Item = (&'static str, Option<usize>, &'d Destination)>,
        needs_more: bool,
    ) {
        let mut leaving = Vec::new();
        for (_, _, to) in destinations {
            let Some(number) = to.number() else { continue };
            leaving.extend([
                Node::RemoveExtension(number),
                Node::RemoveQueue(number),
                Node::RemovePoint(number),
            ]);
            if !self.new.has(to) {
                leaving.push(Node::PutPoint(number));
            }
        }
        leaving.extend(needs_more.then_some(Node::OptionsLast));
        for gone in leaving {
            for change in changes {
                self.wait(gone, change, Need::Should);
            }
        }
    }

    /// What a new object leads to comes first.
    fn wait_for_destinations<'d>(
        &mut self,
        node: Node,
        destinations: impl Iterator<Item = (&'static str, Option<usize>, &'d Destination)>,
    ) {
        for (_, _, to) in destinations {
            let Some(number) = to.number().filter(|_| !self.old.has(to)) else {
                continue;
            };
            let puts = [
                Node::PutExtension(number),
                Node::PutPoint(number),
                Node::PutQueue(number),
            ];
            for put in puts {
                self.wait(node, put, Need::Should);
            }
        }
    }

    fn find_waits_of_point(
        &mut self,
        point: &'c PointConfig,
        old_names: &BTreeMap<&str, Number>,
        late: &BTreeSet<Number>,
    ) {
        let node = Node::PutPoint(point.number);
        if let Some(&holder) = old_names.get(point.name.as_str())
            && holder != point.number
        {
            self.wait(node, Node::PutPoint(holder), Need::Should);
            self.wait(node, Node::RemovePoint(holder), Need::Should);
        }
        self.wait_for_destinations(node, point.destinations());
        for &number in point.members().iter().filter(|n| late.contains(n)) {
            self.wait(node, Node::PutExtension(number), Need::Must);
        }
    }

    fn find_waits_of_queue(
        &mut self,
        queue: &'c QueueConfig,
        old_names: &BTreeMap<&str, Number>,
        late: &BTreeSet<Number>,
    ) {
        let node = Node::PutQueue(queue.number);
        let first = match self.changes.get(&Node::OptionsFirst) {
            Some(Change::PutOptions(first)) => first,
            _ => &self.from.options,
        };
        if !is_within(queue.number, first.queue_numbers) {
            self.wait(node, Node::OptionsRange, Need::Should);
        }
        if let Some(&holder) = old_names.get(queue.name.as_str())
            && holder != queue.number
        {
            self.wait(node, Node::PutQueue(holder), Need::Should);
            self.wait(node, Node::RemoveQueue(holder), Need::Should);
        }
        self.wait_for_destinations(node, queue.destinations());
        if !late.is_empty() {
            let members = queue.members.iter().map(|member| member.extension);
            let viewers = queue.permissions.agent_logs.viewers.iter().flatten();
            let people = queue.managers.iter().chain(viewers);
            for number in members.chain(people.copied()) {
                if late.contains(&number) {
                    self.wait(node, Node::PutExtension(number), Need::Must);
                }
            }
        }
    }

    /// Lets one change wait for another, if both are made.
    fn wait(&mut self, later: Node, earlier: Node, need: Need) {
        let both = self.changes.contains_key(&later) && self.changes.contains_key(&earlier);
        if both && later != earlier {
            self.before.entry(earlier).or_default().push((later, need));
            let waits = self.waits.entry(later).or_default();
            match need {
                Need::Must => waits.must += 1,
                Need::Should => waits.should += 1,
            }
        }
    }

    /// The changes in order. Where some wait for each other, the first one
    /// that is possible goes ahead.
    fn sorted(mut self) -> Vec<Change> {
        let free = |node: &&Node| !self.waits.contains_key(node);
        let mut ready: BTreeSet<Node> = self.changes.keys().filter(free).copied().collect();
        let mut sorted = Vec::with_capacity(self.changes.len());
        loop {
            let node = ready.pop_first().or_else(|| {
                let possible = |node: &&Node| self.waits.get(node).is_none_or(|w| w.must == 0);
                self.changes.keys().find(possible).copied()
            });
            let Some(node) = node else { break };
            // One that went ahead comes up again when it has nothing to wait for.
            let Some(change) = self.changes.remove(&node) else {
                continue;
            };
            sorted.push(change);
            for (later, need) in self.before.remove(&node).unwrap_or_default() {
                let left = self.waits.get_mut(&later).expect("it waits for this one");
                match need {
                    Need::Must => left.must -= 1,
                    Need::Should => left.should -= 1,
                }
                if *left == Waits::default() {
                    ready.insert(later);
                }
            }
        }
        assert!(
            self.changes.is_empty(),
            "changes that must wait run in a circle"
        );
        sorted
    }
}

/// These options, without the owners of contacts who are not there.
fn unowned(options: &Options, is_there: impl Fn(Number) -> bool) -> Options {
    let mut options = options.clone();
    for contact in &mut options.contacts {
        contact.owner = contact.owner.filter(|&owner| is_there(owner));
    }
    options
}

/// Whether a queue can not be as it is under these options: its number lies
/// outside, or they do not have the calendar or a prompt that it names.
fn needs_more(queue: &QueueConfig, options: &Options) -> bool {
    let mut hours = queue.time_condition.iter().map(|by_time| &by_time.hours);
    !is_within(queue.number, options.queue_numbers)
        || hours.any(|name| options.hours_named(name).is_none())
        || needs_name(queue.destinations(), options)
        || (queue.prompts().iter()).any(|(_, name)| options.prompt_named(name).is_none())
}

/// Whether an extension can not be as it is under these options: its presence leads
/// to a pause for a reason that they do not have.
fn needs_reasons(extension: &ExtensionConfig, options: &Options) -> bool {
    let known = |reason: &str| {
        options
            .pause_reasons
            .iter()
            .any(|known| known.name == reason)
    };
    extension
        .on_presence
        .reasons()
        .any(|(_, reason)| !known(reason))
}

/// The same of a route point.
fn point_needs_more(point: &PointConfig, options: &Options) -> bool {
    let mut prompts = point.prompts();
    let mut hours = point.hours();
    needs_name(point.destinations(), options)
        || prompts.any(|(.., name)| options.prompt_named(name).is_none())
        || hours.any(|(.., name)| options.hours_named(name).is_none())
}

/// Whether one of these destinations is a prompt, or leads over a trunk, that these
/// options do not have.
fn needs_name<'d>(
    mut destinations: impl Iterator<Item = (&'static str, Option<usize>, &'d Destination)>,
    options: &Options,
) -> bool {
    destinations.any(|(_, _, to)| match to {
        Destination::External { trunk, .. } => !options.calls_out(trunk),
        Destination::Prompt(name) => options.prompt_named(name).is_none(),
        _ => false,
    })
}

/// Keeps a trunk on which calls are placed, where none stands in its way.
fn keep_trunk(options: &mut Options, kept: &TrunkConfig) {
    if kept.outbound.is_none() {
        return;
    }
    let host = |trunk: &TrunkConfig| trunk.address.map(|address| address.socket.ip());
    let mut others = options.trunks.iter().filter(|own| own.name != kept.name);
    let clash = others.any(|own| {
        (kept.user.is_some() && own.user == kept.user)
            || (host(own).is_some() && host(own) == host(kept))
    });
    if clash {
        return;
    }
    match options.trunks.iter_mut().find(|own| own.name == kept.name) {
        Some(own) => own.clone_from(kept),
        None => options.trunks.push(kept.clone()),
    }
}

/// Whether the numbers of one range are all in another one.
fn covers(range: (Number, Number), inner: (Number, Number)) -> bool {
    is_within(inner.0, range) && is_within(inner.1, range)
}

/// The smallest range that holds both, if they have as many digits.
fn union(a: (Number, Number), b: (Number, Number)) -> Option<(Number, Number)> {
    let same = a.0.to_string().len() == b.0.to_string().len();
    same.then(|| (a.0.min(b.0), a.1.max(b.1)))
}
