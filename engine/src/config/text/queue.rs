//! Reading a queue.

use super::people::{for_each_number, number};
use super::places::Recorder;
use super::{Reader, set};
use crate::config::check::{Subject, bounds};
use crate::config::model::{
    CountSince, Destination, EmptyStates, MemberConfig, MemberKind, Notice, QueueConfig, Strategy,
    TimeCondition,
};
use crate::config::reader::{Kind, Table, Value};
use crate::limits::{QUEUE_CALLERS_MAX, QUEUE_MANAGERS_MAX, QUEUE_MEMBERS_MAX};
use crate::number::Number;

/// The words of a file for the ring strategies.
pub(super) const STRATEGIES: &[(&str, Strategy)] = &[
    ("ring_all", Strategy::RingAll),
    ("least_recent", Strategy::LeastRecent),
    ("fewest_calls", Strategy::FewestCalls),
    ("random", Strategy::Random),
    ("rrmemory", Strategy::Rrmemory),
    ("linear", Strategy::Linear),
];

/// The words of a file for when counting begins.
pub(super) const COUNTS_SINCE: &[(&str, CountSince)] = &[
    ("midnight", CountSince::Midnight),
    ("login", CountSince::Login),
    ("ever", CountSince::Ever),
];

/// The words of a file for what managers are told.
pub(super) const NOTICES: &[(&str, Notice)] =
    &[("missed", Notice::Missed), ("abandoned", Notice::Abandoned)];

/// A state that makes a queue count as empty.
#[derive(Clone, Copy)]
enum EmptyState {
    Busy,
    Paused,
    Unavailable,
    WrapUp,
}

const EMPTY_STATES: &[(&str, EmptyState)] = &[
    ("busy", EmptyState::Busy),
    ("paused", EmptyState::Paused),
    ("unavailable", EmptyState::Unavailable),
    ("wrap_up", EmptyState::WrapUp),
];

impl Reader {
    pub(super) fn queue(&mut self, mut table: Table<'_>) {
        let mut place = Recorder::new(&table);
        let document = table.document();
        let key = table.required("number");
        if let Some(value) = key {
            place.alias("number", value.span());
        }
        let known = key.and_then(number);
        let name = table.required("name");
        if let Some(value) = name {
            place.alias("name", value.span());
        }
        // Where there is no name, that is told already; the check shall not
        // tell it again.
        let instead = || format!("queue {}", known.unwrap_or_default());
        let name = name
            .and_then(Value::str)
            .map_or_else(instead, str::to_owned);
        let mut queue = QueueConfig::new(known.unwrap_or_default(), &name);
        calls(&mut queue, &mut table, &mut place);
        people(&mut queue, &mut table, &mut place);
        times(&mut queue, &mut table, &mut place);
        queue.time_condition = time_condition(&mut table, &mut place);
        table.finish();

        let subject = Subject::Queue(queue.number);
        if known.is_none() {
            self.complete = false;
        } else if self.is_first(document, subject, &place) {
            self.places.add(subject, place);
            self.config.queues.push(queue);
        }
    }
}

/// What happens to calls.
fn calls(queue: &mut QueueConfig, table: &mut Table<'_>, place: &mut Recorder) {
    set(&mut queue.answer_on_entry, table.bool("answer_on_entry"));
    let music = place.key(table, "music").and_then(Value::str);
    queue.music = music.map(str::to_owned);
    set(&mut queue.strategy, table.one_of("strategy", STRATEGIES));
    set(
        &mut queue.fewest_calls_since,
        table.one_of("fewest_calls_since", COUNTS_SINCE),
    );
    set(&mut queue.ring_in_use, table.bool("ring_in_use"));
    set(
        &mut queue.max_callers,
        table.integer("max_callers", 0..=QUEUE_CALLERS_MAX),
    );
    let disallow = place.key(table, "disallow_join_when_empty");
    set(
        &mut queue.disallow_join_when_empty,
        disallow.and_then(empty_states),
    );
    let leave = place.key(table, "leave_when_empty");
    set(&mut queue.leave_when_empty, leave.and_then(empty_states));
    set(
        &mut queue.failover,
        place.key(table, "failover").and_then(destination),
    );
    let threshold = table.integer("sla_threshold_percent", 0..=100);
    set(&mut queue.sla_threshold_percent, threshold);
}

fn people(queue: &mut QueueConfig, table: &mut Table<'_>, place: &mut Recorder) {
    let lists = [
        ("static_agents", MemberKind::Static),
        ("dynamic_agents", MemberKind::Dynamic),
    ];
    for (key, kind) in lists {
        let before = queue.members.len();
        for value in place.key(table, key).into_iter().flat_map(Value::array) {
            place.item(key, queue.members.len() - before, value.span());
            // One more than allowed, so that the check sees that it is too many.
            let room = (QUEUE_MEMBERS_MAX + 1).saturating_sub(queue.members.len());
            if room == 0 {
                break;
            }
            let members = &mut queue.members;
            for_each_number(value, room, |extension| {
                members.push(MemberConfig { extension, kind });
            });
        }
    }
    for value in place
        .key(table, "managers")
        .into_iter()
        .flat_map(Value::array)
    {
        place.item("managers", queue.managers.len(), value.span());
        let room = (QUEUE_MANAGERS_MAX + 1).saturating_sub(queue.managers.len());
        if room == 0 {
            break;
        }
        for_each_number(value, room, |manager| queue.managers.push(manager));
    }
    set(
        &mut queue.managers_switch_agents,
        table.bool("managers_switch_agents"),
    );
    for value in place
        .key(table, "notify_managers")
        .into_iter()
        .flat_map(Value::array)
    {
        if let Some(notice) = value.one_of(NOTICES) {
            place.item("notify_managers", queue.notify_managers.len(), value.span());
            queue.notify_managers.push(notice);
        }
    }
}

fn times(queue: &mut QueueConfig, table: &mut Table<'_>, place: &mut Recorder) {
    let times = [
        (
            "agent_timeout_s",
            &mut queue.agent_timeout,
            bounds::AGENT_TIMEOUT_S,
        ),
        (
            "retry_interval_s",
            &mut queue.retry_interval,
            bounds::RETRY_INTERVAL_S,
        ),
        ("wrap_up_s", &mut queue.wrap_up, bounds::WRAP_UP_S),
        (
            "max_waiting_s",
            &mut queue.max_waiting,
            bounds::MAX_WAITING_S,
        ),
        ("sla_time_s", &mut queue.sla_time, bounds::SLA_TIME_S),
    ];
    for (key, target, range) in times {
        set(
            target,
            table.get(key).and_then(|value| value.seconds(range)),
        );
    }
    if let Some(zone) = place.key(table, "time_zone").and_then(Value::str) {
        queue.time_zone = Some(zone.to_owned());
    }
}

/// When callers may come in, and where they go at other times.
fn time_condition(table: &mut Table<'_>, place: &mut Recorder) -> Option<TimeCondition> {
    let hours = place.key(table, "hours");
    let mut condition = TimeCondition::new(hours.and_then(Value::str).unwrap_or_default());
    let keys = [
        "outside_hours",
        "holiday",
        "ignore_holidays",
        "holiday_prompt",
    ];
    let [outside_hours, holiday, ignore, prompt] = keys.map(|key| place.key(table, key));
    let given = [outside_hours, holiday, ignore, prompt];
    if hours.is_none() {
        for value in given.into_iter().flatten() {
            let what = format!("{} goes only together with \"hours\"", value.name());
            let hint = "name the calendar: hours = \"…\"".to_owned();
            value.wrong(what, Some(hint));
        }
    }
    set(
        &mut condition.outside_hours,
        outside_hours.and_then(destination),
    );
    set(&mut condition.holiday, holiday.and_then(destination));
    set(&mut condition.ignore_holidays, ignore.and_then(Value::bool));
    set(&mut condition.holiday_prompt, prompt.and_then(Value::bool));
    hours.and_then(Value::str).map(|_| condition)
}

/// `true`, `false`, or a list of states.
fn empty_states(value: Value<'_>) -> Option<Option<EmptyStates>> {
    match value.kind() {
        Kind::Bool => value.bool().map(|on| on.then(EmptyStates::default)),
        Kind::Array => {
            let mut states = EmptyStates {
                busy: false,
                paused: false,
                unavailable: false,
                wrap_up: false,
            };
            for state in value.array().filter_map(|state| state.one_of(EMPTY_STATES)) {
                match state {
                    EmptyState::Busy => states.busy = true,
                    EmptyState::Paused => states.paused = true,
                    EmptyState::Unavailable => states.unavailable = true,
                    EmptyState::WrapUp => states.wrap_up = true,
                }
            }
            Some(Some(states))
        }
        _ => {
            value.wrong_kind("true, false, or a list such as [\"paused\", \"unavailable\"]");
            None
        }
    }
}

/// `hang_up`, `extension …`, `prompt …` or `queue …`.
fn destination(value: Value<'_>) -> Option<Destination> {
    if value.kind() != Kind::Str {
        value.wrong_kind("a destination in quotes, as \"hang_up\" or \"extension 1009\"");
        return None;
    }
    let text = value.str()?;
    let parsed = match text.trim().split_once(char::is_whitespace) {
        None if text == "hang_up" => Some(Destination::HangUp),
        Some(("extension", number)) => parsed(number).map(Destination::Extension),
        Some(("prompt", name)) => Some(Destination::Prompt(name.trim().to_owned())),
        Some(("queue", number)) => parsed(number).map(Destination::Queue),
        _ => None,
    };
    if parsed.is_none() {
        let hint = match self::parsed(text) {
            Some(number) => format!("write \"extension {number}\" or \"queue {number}\""),
            None => {
                "\"hang_up\", \"extension 1009\", \"prompt Closed\" or \"queue 6401\"".to_owned()
            }
        };
        value.wrong(
            format!("{} must be a destination", value.name()),
            Some(hint),
        );
    }
    parsed
}

fn parsed(number: &str) -> Option<Number> {
    number.trim().parse().ok()
}
