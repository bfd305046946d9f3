//! Route points, and what a number leads to.

use std::collections::{BTreeMap, BTreeSet};

use super::hours::{unknown_hours, unknown_prompt};
use super::object::{bounds, is_digits, length, name, not_digits, twice};
use super::{Checker, Existing, Faults, Subject, Wrong};
use crate::config::model::Options;
use crate::config::nearest::nearest;
use crate::config::points::{
    CallFlow, FlowNode, FlowStep, Menu, NodeKind, PointConfig, PointKind, RingGroup,
    VoicemailConfig,
};
use crate::limits::{
    FLOW_BEGINNINGS_MAX, FLOW_NODES_MAX, MENU_PLAYS_MAX, POINT_MEMBERS_MAX, POINTS_MAX,
    PROBLEMS_MAX,
};
use crate::number::Number;

impl<'c, E: Existing> Checker<'c, E> {
    /// The route point with a number.
    pub(super) fn point(&self, number: Number) -> Option<&'c PointConfig> {
        let changed = self.points.get(&number).copied();
        changed.unwrap_or_else(|| self.existing.point(number))
    }

    /// Whether nobody else has the number of an object that is put.
    pub(super) fn number_is_free(&mut self, subject: Subject, number: Number) {
        let holder = match subject {
            Subject::Extension(_) => self.queue_holds(number).or(self.point_holds(number)),
            Subject::Queue(_) => self.extension_holds(number).or(self.point_holds(number)),
            _ => (self.extension_holds(number)).or(self.queue_holds(number)),
        };
        if let Some(holder) = holder {
            let what = || (format!("{number} is the number of {holder}"), None);
            self.faults.add(subject, "number", None, what);
        }
    }

    fn extension_holds(&self, number: Number) -> Option<String> {
        (self.has_extension(number)).then(|| "an extension".to_owned())
    }

    fn queue_holds(&self, number: Number) -> Option<String> {
        self.has_queue(number).then(|| "a queue".to_owned())
    }

    fn point_holds(&self, number: Number) -> Option<String> {
        self.point(number)
            .map(|point| format!("a {}", point.words()))
    }

    /// Whether everybody whom a route point names is there.
    pub(super) fn members(&mut self, point: &PointConfig) {
        if !self.references {
            return;
        }
        for (item, &number) in point.members().iter().enumerate() {
            if !self.has_extension(number) {
                let hint = self.did_you_mean(number, |number| self.has_extension(number));
                let what = || (format!("there is no extension {number}"), hint);
                let subject = Subject::Point(point.number);
                self.faults.add(subject, "members", Some(item), what);
            }
        }
    }

    /// Looks at the route points that were put.
    pub(super) fn touched_points(&mut self) {
        let touched: Vec<_> = self.points.values().copied().flatten().collect();
        let Some(last) = touched.last() else { return };
        let others = (self.existing.points())
            .filter(|point| !self.points.contains_key(&point.number))
            .map(|point| (point.name.as_str(), point.number));
        let mut names: BTreeMap<&str, Number> = others.collect();
        if names.len() + touched.len() > POINTS_MAX {
            let what = || {
                (
                    format!("there are more than {POINTS_MAX} route points"),
                    None,
                )
            };
            let subject = Subject::Point(last.number);
            self.faults.add(subject, "number", None, what);
        }
        for point in touched {
            let subject = Subject::Point(point.number);
            object(&mut self.faults, point);
            if let Some(other) = names.insert(&point.name, point.number) {
                let what = || {
                    let what = format!("route point {other} is called {:?} too", point.name);
                    (what, Some("give each a name of its own".to_owned()))
                };
                self.faults.add(subject, "name", None, what);
            }
            self.destinations(subject, point.destinations());
            self.names_of(point);
        }
    }

    /// Whether the prompts and calendars that a route point names are there.
    fn names_of(&mut self, point: &PointConfig) {
        if !self.references {
            return;
        }
        let (subject, options) = (Subject::Point(point.number), self.options());
        for (key, item, name) in point.prompts() {
            if options.prompt_named(name).is_none() {
                let what = || unknown_prompt(name, options);
                self.faults.add(subject, key, item, what);
            }
        }
        for (key, item, name) in point.hours() {
            if options.hours_named(name).is_none() {
                let what = || unknown_hours(name, options);
                self.faults.add(subject, key, item, what);
            }
        }
    }

    /// Whether the greeting is a prompt that there is.
    pub(super) fn greeting(&mut self, options: &Options) {
        let greeting = options.voicemail.greeting.as_ref();
        if let Some(name) = greeting.filter(|_| self.references)
            && options.prompt_named(name).is_none()
        {
            let what = || unknown_prompt(name, options);
            let key = "voicemail_greeting";
            self.faults.add(Subject::Options, key, None, what);
        }
    }

    /// Looks at those that were not, where something that they lead to may be gone.
    pub(super) fn untouched_points(&mut self) {
        let existing = self.existing;
        for point in existing.points() {
            if !self.points.contains_key(&point.number) {
                self.destinations(Subject::Point(point.number), point.destinations());
                self.names_of(point);
            }
        }
    }

    /// Whether a destination of this kind has this number, and what is wrong if not.
    pub(super) fn is_absent(&self, key: &str, kind: &str, number: Number) -> Option<Wrong> {
        let is_kind = |number| match kind {
            "extension" => self.has_extension(number),
            "queue" => self.has_queue(number),
            "voicemail box" => {
                self.has_extension(number)
                    || self.has_queue(number)
                    || self.point(number).is_some_and(PointConfig::has_box)
            }
            _ => self
                .point(number)
                .is_some_and(|point| point.words() == kind),
        };
        if is_kind(number) {
            return None;
        }
        let removed = |removed: bool, there: bool| removed && !there;
        let removed = removed(
            self.extensions.contains_key(&number),
            self.has_extension(number),
        ) || removed(self.queues.contains_key(&number), self.has_queue(number))
            || removed(
                self.points.contains_key(&number),
                self.point(number).is_some(),
            );
        let other = if self.has_extension(number) {
            Some(("an extension".to_owned(), "extension"))
        } else if self.has_queue(number) {
            Some(("a queue".to_owned(), "queue"))
        } else {
            let point = self.point(number);
            point.map(|point| (format!("a {}", point.words()), point.destination_word()))
        };
        if let Some((what, word)) = other {
            let hint = format!("{number} is {what}: \"{word} {number}\"");
            return Some((format!("there is no {kind} {number}"), Some(hint)));
        }
        if removed {
            let (what, setting) = match key {
                "failover" => ("calls fail over to", "failover"),
                "keys" => ("a key leads to", "key"),
                _ => ("calls go to", "destination"),
            };
            return Some((
                format!("{what} {kind} {number}, which is removed"),
                Some(format!("change the {setting} in the same step")),
            ));
        }
        if self.faults.list.len() >= PROBLEMS_MAX {
            // It is counted, and not shown.
            return Some(Wrong::default());
        }
        let hint = self.did_you_mean(number, is_kind);
        Some((format!("there is no {kind} {number}"), hint))
    }
}

/// What must hold of one route point by itself.
fn object(faults: &mut Faults, point: &PointConfig) {
    let subject = Subject::Point(point.number);
    if !is_digits(point.number) {
        let what = || not_digits(&format!("a {}", point.words()), point.number);
        faults.add(subject, "number", None, what);
    }
    if let Some(wrong) = name(&point.name) {
        faults.add(subject, "name", None, || wrong);
    }
    let members = point.members();
    if members.len() > POINT_MEMBERS_MAX {
        let what = || {
            (
                format!("it has more than {POINT_MEMBERS_MAX} members"),
                None,
            )
        };
        faults.add(subject, "members", Some(POINT_MEMBERS_MAX), what);
    }
    let members = members.iter().enumerate();
    let members: Vec<_> = members
        .map(|(item, &number)| ("members", item, number))
        .collect();
    twice(&members, |again, _| {
        let what = || (format!("{} is a member already", again.2), None);
        faults.add(subject, "members", Some(again.1), what);
    });
    match &point.kind {
        PointKind::CallFlow(flow) => call_flow(faults, subject, flow),
        PointKind::Menu(menu) => self::menu(faults, subject, menu),
        PointKind::RingGroup(RingGroup { ring_time, .. }) => {
            if let Some(wrong) = length(*ring_time, &bounds::RING_TIMEOUT_S) {
                faults.add(subject, "ring_time_s", None, || wrong);
            }
        }
        PointKind::VoicemailGroup(_) => {}
    }
}

fn menu(faults: &mut Faults, subject: Subject, menu: &Menu) {
    if let Some(wrong) = length(menu.timeout, &bounds::MENU_TIMEOUT_S) {
        faults.add(subject, "timeout_s", None, || wrong);
    }
    if !(1..=MENU_PLAYS_MAX).contains(&menu.plays) {
        let what = || {
            let what = format!("a menu plays 1 to {MENU_PLAYS_MAX} times");
            (what, None)
        };
        faults.add(subject, "plays", None, what);
    }
}

fn call_flow(faults: &mut Faults, subject: Subject, flow: &CallFlow) {
    let mut add = |item, wrong: Wrong| faults.add(subject, "nodes", item, || wrong);
    if flow.nodes.is_empty() {
        let hint = "nodes = [{ name = \"start\", prompt = \"Welcome\", then = \"queue 6400\" }]";
        add(
            None,
            ("a call flow needs a node".to_owned(), Some(hint.to_owned())),
        );
    }
    if flow.nodes.len() > FLOW_NODES_MAX {
        let what = format!("there are more than {FLOW_NODES_MAX} nodes");
        let hint = "lead on to another call flow".to_owned();
        return add(Some(FLOW_NODES_MAX), (what, Some(hint)));
    }
    for (place, node) in flow.nodes.iter().enumerate() {
        if let Some(wrong) = name(&node.name) {
            add(Some(place), wrong);
        } else if flow.nodes[..place]
            .iter()
            .any(|other| other.name == node.name)
        {
            add(
                Some(place),
                (format!("there are two nodes {:?}", node.name), None),
            );
        }
        if let NodeKind::Caller { begins, .. } = &node.kind
            && (begins.is_empty() || begins.len() > FLOW_BEGINNINGS_MAX)
        {
            let what = format!("a node asks for 1 to {FLOW_BEGINNINGS_MAX} beginnings of numbers");
            add(
                Some(place),
                (what, Some("as caller = [\"+4930\"]".to_owned())),
            );
        }
        for to in nodes_after(node) {
            if flow.node(to).is_none() {
                let hint = nearest(to, flow.nodes.iter().map(|node| node.name.as_str()));
                let hint = hint.map(|near| format!("did you mean {near:?}?"));
                add(Some(place), (format!("there is no node {to:?}"), hint));
            }
        }
    }
    if let Some(place) = (0..flow.nodes.len()).find(|&place| comes_back(flow, place)) {
        let what = format!(
            "from node {:?} calls come back to it",
            flow.nodes[place].name
        );
        let hint = "nodes must not run in a circle: no call would ever leave".to_owned();
        add(Some(place), (what, Some(hint)));
    }
}

/// The nodes that a node leads to.
fn nodes_after(node: &FlowNode) -> impl Iterator<Item = &str> {
    node.steps().into_iter().filter_map(|step| match step {
        FlowStep::Go(_) => None,
        FlowStep::Node(name) => Some(name.as_str()),
    })
}

/// Whether a call can come back to a node without leaving the flow.
fn comes_back(flow: &CallFlow, place: usize) -> bool {
    let start = flow.nodes[place].name.as_str();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let mut left: Vec<&str> = nodes_after(&flow.nodes[place]).collect();
    while let Some(name) = left.pop() {
        if name == start {
            return true;
        }
        if known.insert(name) {
            left.extend(flow.node(name).into_iter().flat_map(nodes_after));
        }
    }
    false
}

/// How messages are taken.
pub(super) fn voicemail(faults: &mut Faults, voicemail: &VoicemailConfig) {
    let lengths = [
        ("voicemail_longest_s", voicemail.longest, bounds::MESSAGE_S),
        (
            "voicemail_shortest_s",
            voicemail.shortest,
            bounds::SHORTEST_MESSAGE_S,
        ),
    ];
    for (key, span, range) in lengths {
        if let Some(wrong) = length(span, &range) {
            faults.add(Subject::Options, key, None, || wrong);
        }
    }
    if voicemail.shortest > voicemail.longest {
        let what = || {
            let what = "the shortest message is longer than the longest".to_owned();
            (what, Some("no message could ever be left".to_owned()))
        };
        faults.add(Subject::Options, "voicemail_shortest_s", None, what);
    }
}
