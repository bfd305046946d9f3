//! Writing a configuration as a file.

mod told;

use core::fmt::Write as _;
use std::collections::BTreeMap;

use super::PARKING_TIMEOUT;
use super::hours::SEVERAL_DAYS;
use super::people::OWN_RECORDINGS;
use super::points::RING_ORDERS;
use super::queue::{AGENT_LOGS, COUNTS_SINCE, NOTICES, RIGHTS, STRATEGIES};
use super::{agents, callback};
use crate::config::hours::{DaySpan, Holiday, HoursConfig, WEEKDAYS};
use crate::config::model::{
    Config, ContactConfig, Crowded, Destination, EmptyStates, ExtensionConfig, InitialStatus,
    MemberConfig, MemberKind, Notice, Options, PauseReason, PromptConfig, QueueConfig,
    TimeCondition, TrunkConfig,
};
use crate::config::points::{
    FlowNode, FlowStep, Menu, NodeKind, PointConfig, PointKind, RingGroup, VoicemailConfig,
};
use crate::config::rights::{Permissions, Rights};
use crate::key::Key;
use crate::number::Number;
use crate::records::contacts::MatchBy;
use crate::time::Span;

/// From so many numbers in a row on, they are written as a range.
const RUN_MIN: usize = 3;
/// Elements of a list in one line.
const LINE_ITEMS_MAX: usize = 10;

/// The file of a configuration: it reads back equal, if the configuration is
/// without faults. What is as it is by default is left out.
#[must_use]
pub fn write(config: &Config) -> String {
    let mut out = String::new();
    options(&mut out, &config.options);
    for config in &config.options.trunks {
        trunk(&mut out, config);
    }
    for config in &config.options.prompts {
        prompt(&mut out, config);
    }
    for config in &config.options.contacts {
        contact(&mut out, config);
    }
    for config in &config.options.hours {
        hours(&mut out, config);
    }
    let like = |a: &ExtensionConfig, b: &ExtensionConfig| {
        ExtensionConfig {
            number: a.number,
            ..b.clone()
        } == *a
    };
    let joins =
        |a: &ExtensionConfig, b: &ExtensionConfig| like(a, b) && follows(a.number, b.number);
    for run in config.extensions.chunk_by(joins) {
        if run.len() >= RUN_MIN {
            extension(&mut out, run);
        } else {
            run.chunks(1).for_each(|one| extension(&mut out, one));
        }
    }
    for config in &config.queues {
        queue(&mut out, config);
    }
    for config in &config.points {
        point(&mut out, config);
    }
    // Tables are set apart by an empty line before each.
    out.trim_start().to_owned()
}

fn options(out: &mut String, options: &Options) {
    let default = Options {
        trunks: options.trunks.clone(),
        hours: options.hours.clone(),
        prompts: options.prompts.clone(),
        contacts: options.contacts.clone(),
        ..Options::default()
    };
    if *options == default {
        return;
    }
    out.push_str("[options]\n");
    if options.time_zone != default.time_zone {
        line(out, "time_zone", &quoted(&options.time_zone));
    }
    if options.queue_numbers != default.queue_numbers {
        let (first, last) = options.queue_numbers;
        line(out, "queue_numbers", &format!("\"{first}-{last}\""));
    }
    if options.new_dynamic_agents != default.new_dynamic_agents {
        let word = match options.new_dynamic_agents {
            InitialStatus::LoggedIn => "logged_in",
            InitialStatus::LoggedOut => "logged_out",
        };
        line(out, "new_dynamic_agents", &quoted(word));
    }
    if options.pause_reasons != default.pause_reasons {
        let reasons = options.pause_reasons.iter().map(pause_reason).collect();
        line(out, "pause_reasons", &list(reasons));
    }
    agents::write_options(out, options);
    if options.push_records {
        line(out, "push_records", "true");
    }
    if options.shared_wrap_up {
        line(out, "shared_wrap_up", "true");
    }
    if let Some(parking) = options.parking {
        let (first, last) = parking.slots;
        line(out, "parking_slots", &format!("\"{first}-{last}\""));
        if parking.timeout != PARKING_TIMEOUT {
            line(out, "parking_timeout_s", &seconds(parking.timeout));
        }
    }
    voicemail(out, &options.voicemail);
    logs(out, options, &default);
}

fn voicemail(out: &mut String, voicemail: &VoicemailConfig) {
    let default = VoicemailConfig::default();
    if let Some(greeting) = &voicemail.greeting {
        line(out, "voicemail_greeting", &quoted(greeting));
    }
    if voicemail.longest != default.longest {
        line(out, "voicemail_longest_s", &seconds(voicemail.longest));
    }
    if voicemail.shortest != default.shortest {
        line(out, "voicemail_shortest_s", &seconds(voicemail.shortest));
    }
}

/// How logs of calls are shown and dealt with.
fn logs(out: &mut String, options: &Options, default: &Options) {
    let matching = options.contact_matching;
    if matching.by != default.contact_matching.by {
        match matching.by {
            MatchBy::Exact => line(out, "contact_matching", &quoted("exact")),
            MatchBy::LastDigits(many) => line(out, "contact_digits", &many.to_string()),
            MatchBy::Nothing => line(out, "contact_matching", &quoted("nothing")),
        }
    }
    if matching.ignore_symbols {
        line(out, "contact_ignore_symbols", "true");
    }
    if options.sync_results_h != 0 {
        line(out, "sync_results_h", &options.sync_results_h.to_string());
    }
    if !options.dispositions.is_empty() {
        let names = options.dispositions.iter();
        line(
            out,
            "dispositions",
            &list(names.map(|name| quoted(name)).collect()),
        );
    }
}

fn trunk(out: &mut String, trunk: &TrunkConfig) {
    out.push_str("\n[[trunk]]\n");
    line(out, "name", &quoted(&trunk.name));
    if let Some(address) = trunk.address {
        line(out, "address", &quoted(&address.to_string()));
    }
    if let Some(user) = &trunk.user {
        line(out, "user", &quoted(user));
    }
    if let Some(outbound) = &trunk.outbound {
        callback::write_outbound(out, outbound);
    }
}

fn prompt(out: &mut String, prompt: &PromptConfig) {
    out.push_str("\n[[prompt]]\n");
    line(out, "name", &quoted(&prompt.name));
    line(out, "length_s", &seconds(prompt.length));
    if let Some(file) = &prompt.file {
        line(out, "file", &quoted(file));
    }
}

fn contact(out: &mut String, contact: &ContactConfig) {
    out.push_str("\n[[contact]]\n");
    line(out, "name", &quoted(&contact.name));
    let numbers = contact.numbers.iter();
    let numbers = numbers.map(|number| format!("\"{number}\""));
    line(out, "numbers", &list(numbers.collect()));
    if let Some(owner) = contact.owner {
        line(out, "owner", &format!("\"{owner}\""));
    }
    alert_info(out, contact.alert_info.as_deref());
}

fn music(out: &mut String, queue: &QueueConfig) {
    for (key, music) in [("music", &queue.music), ("hold_music", &queue.hold_music)] {
        if let Some(music) = music {
            line(out, key, &quoted(music));
        }
    }
}

fn alert_info(out: &mut String, alert_info: Option<&str>) {
    if let Some(alert_info) = alert_info {
        line(out, "alert_info", &quoted(alert_info));
    }
}

fn hours(out: &mut String, hours: &HoursConfig) {
    out.push_str("\n[[hours]]\n");
    line(out, "name", &quoted(&hours.name));
    if let Some(zone) = &hours.time_zone {
        line(out, "time_zone", &quoted(zone));
    }
    week(out, &hours.week);
    if !hours.holidays.is_empty() {
        out.push_str("holidays = [\n");
        for config in &hours.holidays {
            out.push_str("    ");
            holiday(out, config);
            out.push_str(",\n");
        }
        out.push_str("]\n");
    }
}

/// The business hours: of several days together where they are the same.
fn week(out: &mut String, week: &[Vec<DaySpan>; 7]) {
    let mut left = 0..7;
    for (key, days) in SEVERAL_DAYS {
        let (start, end) = (days.start, days.end);
        let same = week[days].iter().all(|spans| *spans == week[start]);
        if same && !week[start].is_empty() {
            line(out, key, &spans(&week[start]));
            left.start = end;
            break;
        }
    }
    for day in left.filter(|&day| !week[day].is_empty()) {
        line(out, WEEKDAYS[day], &spans(&week[day]));
    }
}

fn spans(spans: &[DaySpan]) -> String {
    let texts = spans.iter().map(|span| quoted(&span.to_string()));
    list(texts.collect())
}

fn holiday(out: &mut String, holiday: &Holiday) {
    let (from, to) = (holiday.from, holiday.to);
    let name = quoted(&holiday.name);
    let written = if from == to {
        write!(out, "{{ name = {name}, date = \"{from}\"")
    } else {
        write!(out, "{{ name = {name}, from = \"{from}\", to = \"{to}\"")
    };
    written.expect("a text takes what is written");
    if let Some(prompt) = &holiday.prompt {
        write!(out, ", prompt = {}", quoted(prompt)).expect("a text takes what is written");
    }
    out.push_str(" }");
}

fn pause_reason(PauseReason { name, code }: &PauseReason) -> String {
    quoted(&format!("{name} {code}"))
}

/// An extension, or several that differ in their numbers only.
fn extension(out: &mut String, run: &[ExtensionConfig]) {
    let (Some(first), Some(last)) = (run.first(), run.last()) else {
        return;
    };
    let default = ExtensionConfig::new(first.number);
    out.push_str("\n[[extension]]\n");
    if run.len() > 1 {
        line(
            out,
            "numbers",
            &format!("\"{}-{}\"", first.number, last.number),
        );
    } else {
        line(out, "number", &format!("\"{}\"", first.number));
    }
    if first.name != default.name {
        line(out, "name", &quoted(&first.name));
    }
    if first.administrator {
        line(out, "administrator", "true");
    }
    if first.ring_timeout != default.ring_timeout {
        line(out, "ring_timeout_s", &seconds(first.ring_timeout));
    }
    if let Some(contact) = first.contact {
        line(out, "contact", &quoted(&contact.to_string()));
    }
    agents::write_extension(out, first);
    if let Some(email) = &first.email {
        line(out, "email", &quoted(email));
    }
    if first.own_recording != default.own_recording {
        let word = word(OWN_RECORDINGS, first.own_recording);
        line(out, "own_recording", &quoted(word));
    }
    if !first.outbound {
        line(out, "outbound", "false");
    }
}

fn queue(out: &mut String, queue: &QueueConfig) {
    let default = QueueConfig::new(queue.number, &queue.name);
    out.push_str("\n[[queue]]\n");
    line(out, "number", &format!("\"{}\"", queue.number));
    line(out, "name", &quoted(&queue.name));
    if !queue.answer_on_entry {
        line(out, "answer_on_entry", "false");
    }
    music(out, queue);
    if queue.strategy != default.strategy {
        line(out, "strategy", &quoted(word(STRATEGIES, queue.strategy)));
    }
    if queue.fewest_calls_since != default.fewest_calls_since {
        line(
            out,
            "fewest_calls_since",
            &quoted(word(COUNTS_SINCE, queue.fewest_calls_since)),
        );
    }
    people(out, queue);
    precedence(out, queue);
    times(out, queue, &default);
    permissions(out, &queue.permissions);
    rings(out, queue);
    if queue.max_callers != default.max_callers {
        line(out, "max_callers", &queue.max_callers.to_string());
    }
    if let Some(states) = queue.disallow_join_when_empty {
        line(out, "disallow_join_when_empty", &empty_states(states));
    }
    if let Some(states) = queue.leave_when_empty {
        line(out, "leave_when_empty", &empty_states(states));
    }
    if let Some(limits) = &queue.crowded {
        crowded(out, limits);
    }
    destination(out, "failover", &queue.failover);
    if let Some(told) = &queue.announcements {
        told::announcements(out, told);
    }
    if !queue.keys.is_empty() {
        line(out, "keys", &keys(&queue.keys));
    }
    if let Some(condition) = &queue.time_condition {
        time_condition(out, condition);
    }
    if let Some(config) = &queue.callback {
        callback::write(out, config);
    }
    if let Some(config) = &queue.survey {
        told::survey(out, config);
    }
    if queue.sla_threshold_percent != default.sla_threshold_percent {
        line(
            out,
            "sla_threshold_percent",
            &queue.sla_threshold_percent.to_string(),
        );
    }
    if let Some(zone) = &queue.time_zone {
        line(out, "time_zone", &quoted(zone));
    }
    if !queue.notify_managers.is_empty() {
        line(out, "notify_managers", &notices(&queue.notify_managers));
    }
}

/// What happens when agents ring and talk.
fn rings(out: &mut String, queue: &QueueConfig) {
    if queue.record {
        line(out, "record", "true");
    }
    if queue.ring_in_use {
        line(out, "ring_in_use", "true");
    }
    alert_info(out, queue.alert_info.as_deref());
    if !queue.show_missed_calls {
        line(out, "show_missed_calls", "false");
    }
}

fn notices(notices: &[Notice]) -> String {
    let words = notices.iter();
    list(words.map(|&it| quoted(word(NOTICES, it))).collect())
}

fn point(out: &mut String, point: &PointConfig) {
    writeln!(out, "\n[[{}]]", point.header()).expect("a text takes what is written");
    line(out, "number", &format!("\"{}\"", point.number));
    line(out, "name", &quoted(&point.name));
    let members = ranges(point.members(), "");
    if !members.is_empty() {
        line(out, "members", &list(members));
    }
    match &point.kind {
        PointKind::CallFlow(flow) => {
            out.push_str("nodes = [\n");
            for config in &flow.nodes {
                writeln!(out, "    {},", node(config)).expect("a text takes what is written");
            }
            out.push_str("]\n");
        }
        PointKind::Menu(config) => menu(out, config),
        PointKind::RingGroup(group) => ring_group(out, group),
        PointKind::VoicemailGroup(_) => {}
    }
}

fn menu(out: &mut String, menu: &Menu) {
    let default = Menu::new(&menu.prompt);
    line(out, "prompt", &quoted(&menu.prompt));
    if !menu.keys.is_empty() {
        line(out, "keys", &keys(&menu.keys));
    }
    if menu.dial_extensions {
        line(out, "dial_extensions", "true");
    }
    if menu.timeout != default.timeout {
        line(out, "timeout_s", &seconds(menu.timeout));
    }
    if menu.plays != default.plays {
        line(out, "plays", &menu.plays.to_string());
    }
    destination(out, "failover", &menu.failover);
    destination(out, "invalid", &menu.invalid);
    if let Some(condition) = &menu.time_condition {
        time_condition(out, condition);
    }
}

/// A node of a call flow as a table in one line.
fn node(node: &FlowNode) -> String {
    let mut parts = vec![format!("name = {}", quoted(&node.name))];
    let mut steps = Vec::new();
    match &node.kind {
        NodeKind::Caller {
            begins,
            then,
            otherwise,
        } => {
            let begins = begins.iter().map(|number| format!("\"{number}\""));
            parts.push(format!(
                "caller = [{}]",
                begins.collect::<Vec<_>>().join(", ")
            ));
            steps.extend([("then", then), ("else", otherwise)]);
        }
        NodeKind::Hours {
            hours,
            open,
            closed,
            holiday,
        } => {
            parts.push(format!("hours = {}", quoted(hours)));
            steps.extend([("open", open), ("closed", closed), ("holiday", holiday)]);
        }
        NodeKind::Prompt { prompt, then } => {
            parts.push(format!("prompt = {}", quoted(prompt)));
            steps.push(("then", then));
        }
    }
    for (key, step) in steps {
        match step {
            FlowStep::Go(Destination::HangUp) => {}
            FlowStep::Go(to) => parts.push(format!("{key} = {}", destination_text(to))),
            FlowStep::Node(name) => {
                parts.push(format!("{key} = {}", quoted(&format!("node {name}"))))
            }
        }
    }
    format!("{{ {} }}", parts.join(", "))
}

fn ring_group(out: &mut String, group: &RingGroup) {
    let default = RingGroup::default();
    if group.order != default.order {
        line(out, "ring", &quoted(word(RING_ORDERS, group.order)));
    }
    if group.ring_time != default.ring_time {
        line(out, "ring_time_s", &seconds(group.ring_time));
    }
    if group.skip_busy {
        line(out, "skip_busy", "true");
    }
    destination(out, "failover", &group.failover);
}

/// A key as the key of a table: those that are no digits in quotes.
fn bare(key: Key) -> String {
    match key {
        Key::Star | Key::Pound => format!("\"{key}\""),
        _ => key.to_string(),
    }
}

/// What managers and agents may see and do.
fn permissions(out: &mut String, permissions: &Permissions) {
    let default = Permissions::default();
    let rights = [
        ("manager_rights", permissions.managers, default.managers),
        ("agent_rights", permissions.agents, default.agents),
    ];
    for (key, rights, default) in rights {
        if rights != default {
            line(out, key, &list(right_words(rights)));
        }
    }
    let logs = &permissions.agent_logs;
    let seen = (logs.answered, logs.missed);
    if seen != (default.agent_logs.answered, default.agent_logs.missed) {
        line(out, "agent_logs", &quoted(word(AGENT_LOGS, seen)));
    }
    if let Some(viewers) = &logs.viewers {
        line(out, "agent_log_viewers", &list(ranges(viewers, "")));
    }
}

fn right_words(rights: Rights) -> Vec<String> {
    let words = RIGHTS.iter().filter(|(_, right)| rights.has(*right));
    words.map(|(word, _)| quoted(word)).collect()
}

fn destination(out: &mut String, key: &str, to: &Destination) {
    if *to != Destination::HangUp {
        line(out, key, &destination_text(to));
    }
}

/// A destination in its words and quotes.
fn destination_text(to: &Destination) -> String {
    quoted(&match to {
        Destination::HangUp => "hang_up".to_owned(),
        Destination::CallFlow(number) => format!("call_flow {number}"),
        Destination::Menu(number) => format!("menu {number}"),
        Destination::Extension(number) => format!("extension {number}"),
        Destination::External { number, trunk } => format!("external {number} on {trunk}"),
        Destination::Prompt(name) => format!("prompt {name}"),
        Destination::Queue(number) => format!("queue {number}"),
        Destination::RingGroup(number) => format!("ring_group {number}"),
        Destination::Voicemail(number) => format!("voicemail {number}"),
    })
}

/// Where keys lead, as a table in one line.
fn keys(keys: &BTreeMap<Key, Destination>) -> String {
    let pairs = keys.iter();
    let pairs = pairs.map(|(key, to)| format!("{} = {}", bare(*key), destination_text(to)));
    format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
}

fn time_condition(out: &mut String, condition: &TimeCondition) {
    line(out, "hours", &quoted(&condition.hours));
    destination(out, "outside_hours", &condition.outside_hours);
    destination(out, "holiday", &condition.holiday);
    if condition.ignore_holidays {
        line(out, "ignore_holidays", "true");
    }
    if condition.holiday_prompt {
        line(out, "holiday_prompt", "true");
    }
}

fn people(out: &mut String, queue: &QueueConfig) {
    let members = |kind: MemberKind| {
        let of_kind = queue.members.iter().filter(|member| member.kind == kind);
        members(&of_kind.copied().collect::<Vec<_>>())
    };
    let lists = [
        ("static_agents", members(MemberKind::Static)),
        ("dynamic_agents", members(MemberKind::Dynamic)),
        ("managers", ranges(&queue.managers, "")),
    ];
    for (key, texts) in lists {
        if !texts.is_empty() {
            line(out, key, &list(texts));
        }
    }
}

/// Members, those in a row who are alike as one text.
fn members(members: &[MemberConfig]) -> Vec<String> {
    let alike = |a: &MemberConfig, b: &MemberConfig| (a.level, a.weight) == (b.level, b.weight);
    let mut texts = Vec::new();
    for run in members.chunk_by(alike) {
        let mut words = String::new();
        if run[0].level != 1 {
            words += &format!(" level {}", run[0].level);
        }
        if run[0].weight != 1 {
            words += &format!(" weight {}", run[0].weight);
        }
        let numbers: Vec<_> = run.iter().map(|member| member.extension).collect();
        texts.extend(ranges(&numbers, &words));
    }
    texts
}

/// Which calls come first, and who may serve them.
fn precedence(out: &mut String, queue: &QueueConfig) {
    if queue.priority != 0 {
        line(out, "priority", &queue.priority.to_string());
    }
    if !queue.priority_acceleration.is_zero() {
        let acceleration = seconds(queue.priority_acceleration);
        line(out, "priority_acceleration_s", &acceleration);
    }
    let steps = queue.skill_steps.iter().map(|step| match step.after {
        Span::ZERO => format!("{{ level = {} }}", step.level),
        after => format!("{{ after_s = {}, level = {} }}", seconds(after), step.level),
    });
    if !queue.skill_steps.is_empty() {
        line(out, "skill_steps", &list(steps.collect()));
    }
    if queue.auto_pause_after != 0 {
        line(out, "auto_pause_after", &queue.auto_pause_after.to_string());
    }
}

fn crowded(out: &mut String, crowded: &Crowded) {
    if crowded.callers > 0 {
        line(out, "crowded_callers", &crowded.callers.to_string());
    }
    if !crowded.wait.is_zero() {
        line(out, "crowded_wait_s", &seconds(crowded.wait));
    }
    destination(out, "crowded", &crowded.destination);
}

fn times(out: &mut String, queue: &QueueConfig, default: &QueueConfig) {
    let times = [
        (
            "agent_timeout_s",
            queue.agent_timeout,
            default.agent_timeout,
        ),
        (
            "ring_more_every_s",
            queue.ring_more_every,
            default.ring_more_every,
        ),
        ("place_kept_s", queue.place_kept, default.place_kept),
        (
            "preferred_wait_s",
            queue.preferred_wait,
            default.preferred_wait,
        ),
        (
            "retry_interval_s",
            queue.retry_interval,
            default.retry_interval,
        ),
        ("wrap_up_s", queue.wrap_up, default.wrap_up),
        ("max_waiting_s", queue.max_waiting, default.max_waiting),
        ("sla_time_s", queue.sla_time, default.sla_time),
        ("sla_interval_s", queue.sla_interval, default.sla_interval),
        ("rest_after_busy_s", queue.rests.busy, default.rests.busy),
        (
            "rest_after_failure_s",
            queue.rests.failure,
            default.rests.failure,
        ),
        (
            "rest_after_no_answer_s",
            queue.rests.no_answer,
            default.rests.no_answer,
        ),
        (
            "rest_after_rejection_s",
            queue.rests.rejection,
            default.rests.rejection,
        ),
    ];
    for (key, span, default) in times {
        if span != default {
            line(out, key, &seconds(span));
        }
    }
}

/// The numbers, those in a row as one text, each with these words behind.
fn ranges(numbers: &[Number], words: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for run in numbers.chunk_by(|&a, &b| follows(a, b)) {
        match run {
            [first, .., last] if run.len() >= RUN_MIN => {
                texts.push(format!("\"{first}-{last}{words}\""));
            }
            _ => texts.extend(run.iter().map(|number| format!("\"{number}{words}\""))),
        }
    }
    texts
}

/// Whether `b` is the number after `a`, with as many digits.
fn follows(a: Number, b: Number) -> bool {
    let (a, b) = (a.to_string(), b.to_string());
    let is_digits = |text: &str| text.bytes().all(|symbol| symbol.is_ascii_digit());
    let value = |text: &str| text.parse::<u128>().ok();
    a.len() == b.len()
        && is_digits(&a)
        && is_digits(&b)
        && value(&a).zip(value(&b)).is_some_and(|(a, b)| a + 1 == b)
}

fn empty_states(states: EmptyStates) -> String {
    if states == EmptyStates::default() {
        return "true".to_owned();
    }
    let EmptyStates {
        busy,
        paused,
        unavailable,
        wrap_up,
    } = states;
    let words = [
        ("busy", busy),
        ("paused", paused),
        ("unavailable", unavailable),
        ("wrap_up", wrap_up),
    ];
    list(
        words
            .iter()
            .filter(|(_, on)| *on)
            .map(|(word, _)| quoted(word))
            .collect(),
    )
}

fn word<T: PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    let found = words.iter().find(|(_, other)| *other == value);
    found.expect("every value has a word").0
}

/// Seconds as a number: `12.5`.
pub(super) fn seconds(span: Span) -> String {
    span.to_string().trim_end_matches('s').to_owned()
}

pub(super) fn line(out: &mut String, key: &str, value: &str) {
    writeln!(out, "{key} = {value}").expect("a text takes what is written");
}

/// An array, over several lines where it is long.
fn list(items: Vec<String>) -> String {
    if items.len() <= LINE_ITEMS_MAX {
        return format!("[{}]", items.join(", "));
    }
    let mut out = String::from("[\n");
    for items in items.chunks(LINE_ITEMS_MAX) {
        writeln!(out, "    {},", items.join(", ")).expect("a text takes what is written");
    }
    out.push(']');
    out
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => {
                write!(out, "\\u{:04X}", u32::from(c)).expect("a text takes what is written");
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
