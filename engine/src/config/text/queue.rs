//! Reading a queue.

use std::collections::BTreeMap;

use super::callback;
use super::people::{for_each_number, for_each_number_of, number};
use super::places::Recorder;
use super::{Reader, set};
use crate::config::announcements::Announcements;
use crate::config::check::{Subject, bounds};
use crate::config::model::{
    CountSince, Crowded, Destination, EmptyStates, MemberConfig, MemberKind, Notice, QueueConfig,
    SkillStep, Strategy, SurveyConfig, TimeCondition,
};
use crate::config::reader::{Kind, Table, Value};
use crate::config::rights::{Permissions, Right, Rights};
use crate::key::Key;
use crate::limits::{
    AUTO_PAUSE_CALLS_MAX, MEMBER_WEIGHT_MAX, PRIORITY_MAX, QUEUE_CALLERS_MAX, QUEUE_MANAGERS_MAX,
    QUEUE_MEMBERS_MAX, SKILL_LEVEL_MAX, SKILL_STEPS_MAX, SURVEY_POINTS_MAX,
};
use crate::number::Number;
use crate::time::Span;

/// The words of a file for the ring strategies.
pub(super) const STRATEGIES: &[(&str, Strategy)] = &[
    ("ring_all", Strategy::RingAll),
    ("ring_progressively", Strategy::RingProgressively),
    ("least_recent", Strategy::LeastRecent),
    ("fewest_calls", Strategy::FewestCalls),
    ("least_talk_time", Strategy::LeastTalkTime),
    ("random", Strategy::Random),
    ("weighted_random", Strategy::WeightedRandom),
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
pub(super) const NOTICES: &[(&str, Notice)] = &[
    ("missed", Notice::Missed),
    ("abandoned", Notice::Abandoned),
    ("service_level", Notice::ServiceLevel),
    ("callback_requested", Notice::CallbackRequested),
    ("callback_failed", Notice::CallbackFailed),
];

/// The words of a file for what people of a queue may do.
pub(super) const RIGHTS: &[(&str, Right)] = &[
    ("wallboard", Right::Wallboard),
    ("panel", Right::Panel),
    ("switch_agents", Right::SwitchAgents),
    ("distribution", Right::Distribution),
    ("pick_up", Right::PickUp),
    ("monitoring", Right::Monitoring),
    ("parking", Right::Parking),
    ("recording", Right::Recording),
    ("contacts", Right::Contacts),
    ("call_notes", Right::CallNotes),
    ("missed_call_logs", Right::MissedCallLogs),
    ("delete_missed_call_logs", Right::DeleteMissedCallLogs),
];

/// The words of a file for which records agents see: of calls that they answered, and
/// of missed ones.
pub(super) const AGENT_LOGS: &[(&str, (bool, bool))] = &[
    ("all", (true, true)),
    ("answered", (true, false)),
    ("missed", (false, true)),
    ("none", (false, false)),
];

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
        precedence(&mut queue, &mut table, &mut place);
        queue.keys = keys(&mut table, &mut place);
        announcements(&mut queue, &mut table, &mut place);
        times(&mut queue, &mut table, &mut place);
        queue.crowded = crowded(&mut table, &mut place);
        queue.time_condition = time_condition(&mut table, &mut place);
        let called = place.key(&mut table, "callback").and_then(Value::table);
        queue.callback = called.and_then(callback::read).map(Box::new);
        let asked = place.key(&mut table, "survey").and_then(Value::table);
        queue.survey = asked.and_then(survey).map(Box::new);
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
    set(&mut queue.record, table.bool("record"));
    for (key, music) in [
        ("music", &mut queue.music),
        ("hold_music", &mut queue.hold_music),
    ] {
        let file = place.key(table, key).and_then(Value::str);
        *music = file.map(str::to_owned);
    }
    set(&mut queue.strategy, table.one_of("strategy", STRATEGIES));
    set(
        &mut queue.fewest_calls_since,
        table.one_of("fewest_calls_since", COUNTS_SINCE),
    );
    set(&mut queue.ring_in_use, table.bool("ring_in_use"));
    let alert_info = place.key(table, "alert_info").and_then(Value::str);
    queue.alert_info = alert_info.map(str::to_owned);
    let show_missed_calls = table.bool("show_missed_calls");
    set(&mut queue.show_missed_calls, show_missed_calls);
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
            for_each_member(value, kind, room, |member| queue.members.push(member));
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
    queue.permissions = permissions(table, place);
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

/// What managers and agents may see and do.
fn permissions(table: &mut Table<'_>, place: &mut Recorder) -> Permissions {
    let mut permissions = Permissions::default();
    let lists = [
        ("manager_rights", &mut permissions.managers),
        ("agent_rights", &mut permissions.agents),
    ];
    for (key, rights) in lists {
        let Some(list) = place.key(table, key) else {
            continue;
        };
        let words = list.array().filter_map(|value| value.one_of(RIGHTS));
        *rights = Rights::of(&words.collect::<Vec<_>>());
    }
    let logs = &mut permissions.agent_logs;
    if let Some((answered, missed)) = table.one_of("agent_logs", AGENT_LOGS) {
        (logs.answered, logs.missed) = (answered, missed);
    }
    if let Some(list) = place.key(table, "agent_log_viewers") {
        let mut viewers = Vec::new();
        for value in list.array() {
            place.item("agent_log_viewers", viewers.len(), value.span());
            let room = (QUEUE_MEMBERS_MAX + 1).saturating_sub(viewers.len());
            if room == 0 {
                break;
            }
            for_each_number(value, room, |viewer| viewers.push(viewer));
        }
        logs.viewers = Some(viewers);
    }
    permissions
}

/// Calls `found` with each member that `value` stands for, at most `room` times:
/// numbers, and words about them, as `"1001-1004 level 2"`.
fn for_each_member(
    value: Value<'_>,
    kind: MemberKind,
    room: usize,
    mut found: impl FnMut(MemberConfig),
) {
    if value.kind() != Kind::Str {
        value.wrong_kind("a text in quotes");
        return;
    }
    let Some(text) = value.str() else { return };
    let words = text.find(|c: char| c.is_ascii_lowercase());
    let (numbers, words) = text.split_at(words.unwrap_or(text.len()));
    let Some((level, weight)) = member_settings(words) else {
        let hint = format!(
            "as \"1001-1004 level 2\", or \"1005 level 3 weight 10\": \
             levels 1 to {SKILL_LEVEL_MAX}, weights 1 to {MEMBER_WEIGHT_MAX}"
        );
        let what = format!("{} can not say this of agents", value.name());
        value.wrong(what, Some(hint));
        return;
    };
    let numbers = match words {
        "" => numbers,
        _ => numbers.trim_end(),
    };
    for_each_number_of(value, numbers, room, |extension| {
        found(MemberConfig {
            level,
            weight,
            ..MemberConfig::new(extension, kind)
        });
    });
}

/// `level 3 weight 10`: either, both or none.
fn member_settings(words: &str) -> Option<(u8, u16)> {
    let (mut level, mut weight) = (1, 1);
    let mut words = words.split_whitespace();
    while let Some(word) = words.next() {
        let number = words.next();
        match word {
            "level" => level = in_range(number, 1..=SKILL_LEVEL_MAX)?,
            "weight" => weight = in_range(number, 1..=MEMBER_WEIGHT_MAX)?,
            _ => return None,
        }
    }
    Some((level, weight))
}

fn in_range<T: core::str::FromStr + PartialOrd>(
    word: Option<&str>,
    range: core::ops::RangeInclusive<T>,
) -> Option<T> {
    word?.parse().ok().filter(|number| range.contains(number))
}

/// Which calls come first, and who may serve them.
fn precedence(queue: &mut QueueConfig, table: &mut Table<'_>, place: &mut Recorder) {
    set(
        &mut queue.priority,
        table.integer("priority", 0..=PRIORITY_MAX),
    );
    let acceleration = place.key(table, "priority_acceleration_s");
    set(
        &mut queue.priority_acceleration,
        acceleration.and_then(|value| value.seconds(bounds::PRIORITY_ACCELERATION_S)),
    );
    for value in place
        .key(table, "skill_steps")
        .into_iter()
        .flat_map(Value::array)
    {
        if queue.skill_steps.len() > SKILL_STEPS_MAX {
            break;
        }
        if let Some(step) = value.table().and_then(skill_step) {
            place.item("skill_steps", queue.skill_steps.len(), value.span());
            queue.skill_steps.push(step);
        }
    }
    set(
        &mut queue.auto_pause_after,
        table.integer("auto_pause_after", 0..=AUTO_PAUSE_CALLS_MAX),
    );
}

/// `{ after_s = 30, level = 5 }`
fn skill_step(mut table: Table<'_>) -> Option<SkillStep> {
    let after = table.get("after_s");
    let after = after.map_or(Some(Span::ZERO), |after| {
        after.seconds(bounds::MAX_WAITING_S)
    });
    let level = table.required("level");
    let level = level.and_then(|level| level.integer(1..=SKILL_LEVEL_MAX));
    table.finish();
    Some(SkillStep {
        after: after?,
        level: level?,
    })
}

fn times(queue: &mut QueueConfig, table: &mut Table<'_>, place: &mut Recorder) {
    let times = [
        (
            "agent_timeout_s",
            &mut queue.agent_timeout,
            bounds::AGENT_TIMEOUT_S,
        ),
        (
            "ring_more_every_s",
            &mut queue.ring_more_every,
            bounds::RING_MORE_EVERY_S,
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
        ("place_kept_s", &mut queue.place_kept, bounds::PLACE_KEPT_S),
        (
            "preferred_wait_s",
            &mut queue.preferred_wait,
            bounds::PREFERRED_WAIT_S,
        ),
        ("sla_time_s", &mut queue.sla_time, bounds::SLA_TIME_S),
        (
            "sla_interval_s",
            &mut queue.sla_interval,
            bounds::SLA_INTERVAL_S,
        ),
        ("rest_after_busy_s", &mut queue.rests.busy, bounds::REST_S),
        (
            "rest_after_failure_s",
            &mut queue.rests.failure,
            bounds::REST_S,
        ),
        (
            "rest_after_no_answer_s",
            &mut queue.rests.no_answer,
            bounds::REST_AFTER_NO_ANSWER_S,
        ),
        (
            "rest_after_rejection_s",
            &mut queue.rests.rejection,
            bounds::REST_S,
        ),
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

/// What callers are told while they wait, and who answers them.
fn announcements(queue: &mut QueueConfig, table: &mut Table<'_>, place: &mut Recorder) {
    let mut told = Announcements::default();
    for (key, prompt) in [
        ("agent_announcement", &mut told.agent),
        ("join_announcement", &mut told.join),
        ("periodic_announcement", &mut told.periodic),
    ] {
        let name = place.key(table, key).and_then(Value::str);
        *prompt = name.map(str::to_owned);
    }
    for (key, on) in [
        ("join_announcement_in_full", &mut told.join_in_full),
        ("announce_agent_number", &mut told.agent_number),
        ("announce_position", &mut told.position),
        ("announce_hold_time", &mut told.hold_time),
        ("announce_thanks", &mut told.thanks),
    ] {
        set(on, place.key(table, key).and_then(Value::bool));
    }
    for (key, every) in [
        ("periodic_announcement_s", &mut told.periodic_every),
        ("announce_every_s", &mut told.place_every),
    ] {
        let seconds = place.key(table, key);
        set(
            every,
            seconds.and_then(|value| value.seconds(bounds::ANNOUNCEMENT_S)),
        );
    }
    if let Some(language) = place.key(table, "prompt_language").and_then(Value::str) {
        language.clone_into(&mut told.language);
    }
    if told != Announcements::default() {
        queue.announcements = Some(Box::new(told));
    }
}

/// `{ 1 = "queue 6401", "*" = "hang_up" }`: where callers go who press a key.
pub(super) fn keys(table: &mut Table<'_>, place: &mut Recorder) -> BTreeMap<Key, Destination> {
    let mut keys = BTreeMap::new();
    let Some(mut table) = place.key(table, "keys").and_then(Value::table) else {
        return keys;
    };
    let mut spans = BTreeMap::new();
    for (symbol, value) in table.entries() {
        match symbol.parse::<Key>() {
            Ok(key) => {
                spans.insert(key, value.span());
                let to = destination(value);
                keys.extend(to.map(|to| (key, to)));
            }
            Err(why) => {
                let hint = "as keys = { 1 = \"queue 6401\", \"*\" = \"hang_up\" }".to_owned();
                let what = format!("{symbol:?} is no key: {why}");
                table
                    .document()
                    .report(table.key_span(symbol), what, Some(hint));
            }
        }
    }
    table.finish();
    for (item, key) in keys.keys().enumerate() {
        place.item("keys", item, spans[key].clone());
    }
    keys
}

/// `{ prompt = "How was it", end_prompt = "Thanks", points = { 1 = 1, 2 = 0 } }`: what
/// callers are asked when their agent has hung up.
fn survey(mut table: Table<'_>) -> Option<SurveyConfig> {
    let prompt = table.required("prompt").and_then(Value::str);
    let mut survey = SurveyConfig::new(prompt.unwrap_or_default());
    let end_prompt = table.get("end_prompt").and_then(Value::str);
    survey.end_prompt = end_prompt.map(str::to_owned);
    if let Some(mut points) = table.get("points").and_then(Value::table) {
        survey.points.clear();
        for (symbol, value) in points.entries() {
            match symbol.parse::<Key>() {
                Ok(key) => {
                    let worth = value.integer(-SURVEY_POINTS_MAX..=SURVEY_POINTS_MAX);
                    survey.points.extend(worth.map(|worth| (key, worth)));
                }
                Err(why) => {
                    let hint = "as points = { 1 = 1, 2 = 0 }".to_owned();
                    let what = format!("{symbol:?} is no key: {why}");
                    let span = points.key_span(symbol);
                    points.document().report(span, what, Some(hint));
                }
            }
        }
        points.finish();
    }
    table.finish();
    prompt.map(|_| survey)
}

/// When callers may come in, and where they go at other times.
pub(super) fn time_condition(table: &mut Table<'_>, place: &mut Recorder) -> Option<TimeCondition> {
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

/// When it is too crowded, and where callers go then.
fn crowded(table: &mut Table<'_>, place: &mut Recorder) -> Option<Crowded> {
    let callers = place.key(table, "crowded_callers");
    let wait = place.key(table, "crowded_wait_s");
    let to = place.key(table, "crowded");
    let limits = callers.is_some() || wait.is_some();
    if let Some(to) = to.filter(|_| !limits) {
        let what = format!("{} goes only together with a limit", to.name());
        let hint = "add \"crowded_callers\" or \"crowded_wait_s\"".to_owned();
        to.wrong(what, Some(hint));
    }
    let mut crowded = Crowded {
        callers: 0,
        wait: Span::ZERO,
        destination: Destination::HangUp,
    };
    set(
        &mut crowded.callers,
        callers.and_then(|value| value.integer(0..=QUEUE_CALLERS_MAX)),
    );
    set(
        &mut crowded.wait,
        wait.and_then(|value| value.seconds(bounds::MAX_WAITING_S)),
    );
    set(&mut crowded.destination, to.and_then(destination));
    limits.then_some(crowded)
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

/// `hang_up`, `prompt …`, `external … on …`, or a kind and a number.
pub(super) fn destination(value: Value<'_>) -> Option<Destination> {
    destination_or(value, |_| None, |to| to)
}

/// The same, or something else where `other` can read it.
pub(super) fn destination_or<T>(
    value: Value<'_>,
    other: impl FnOnce(&str) -> Option<T>,
    made: impl FnOnce(Destination) -> T,
) -> Option<T> {
    if value.kind() != Kind::Str {
        value.wrong_kind("a destination in quotes, as \"hang_up\" or \"extension 1009\"");
        return None;
    }
    let text = value.str()?;
    if let Some(other) = other(text) {
        return Some(other);
    }
    let read = read_destination(text);
    if read.is_none() {
        let hint = match parsed(text) {
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
    read.map(made)
}

/// Reads a destination as it is written in the configuration.
#[must_use]
pub fn read_destination(text: &str) -> Option<Destination> {
    match text.trim().split_once(char::is_whitespace) {
        None if text == "hang_up" => Some(Destination::HangUp),
        Some(("call_flow", number)) => parsed(number).map(Destination::CallFlow),
        Some(("extension", number)) => parsed(number).map(Destination::Extension),
        Some(("external", outside)) => external(outside),
        Some(("menu", number)) => parsed(number).map(Destination::Menu),
        Some(("prompt", name)) => Some(Destination::Prompt(name.trim().to_owned())),
        Some(("queue", number)) => parsed(number).map(Destination::Queue),
        Some(("ring_group", number)) => parsed(number).map(Destination::RingGroup),
        Some(("voicemail", number)) => parsed(number).map(Destination::Voicemail),
        _ => None,
    }
}

/// `0123456789 on Carrier`: a number outside, and the trunk on which it is called.
fn external(outside: &str) -> Option<Destination> {
    let (number, on) = outside.trim().split_once(char::is_whitespace)?;
    let trunk = on.trim().strip_prefix("on")?;
    let apart = trunk.starts_with(char::is_whitespace);
    apart.then_some(Destination::External {
        number: parsed(number)?,
        trunk: trunk.trim().to_owned(),
    })
}

fn parsed(number: &str) -> Option<Number> {
    number.trim().parse().ok()
}
