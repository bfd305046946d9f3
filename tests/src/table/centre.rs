//! The centre of a table: settings as terse words, mapped to the engine's own
//! model of a configuration.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZoneDatabase;
use tandem_engine::config::announcements::{Announcements, Sentence};
use tandem_engine::config::codes::FeatureCodes;
use tandem_engine::config::model::{
    Config, ContactConfig, CountSince, Crowded, Destination, EmptyStates, ExtensionConfig,
    InitialStatus, MemberConfig, MemberKind, Notice, Options, Parking, PauseReason, PromptConfig,
    QueueConfig, Rests, SkillStep, Strategy, TimeCondition,
};
use tandem_engine::config::presence::{Presence, PresenceAction, PresenceActions};
use tandem_engine::config::rights::{AgentLogs, OwnRecording, Right, Rights};
use tandem_engine::records::contacts::{ContactMatching, MatchBy};
use tandem_engine::{Key, Number, Span};

use super::text::Line;
use super::{hours, menus, points, survey, waiting};

/// A centre as a table describes it.
#[derive(Debug, Default)]
pub struct Centre {
    /// Key of the engine's draws.
    pub seed: u64,
    /// The time on the wall at time zero, in microseconds of the Unix epoch.
    pub clock: Option<i64>,
    /// The configuration.
    pub config: Config,
    /// Telephones that can not be rung at first; all others can.
    pub down: Vec<Number>,
    /// Dynamic agents who are logged in at first, in this order.
    pub logged_in: Vec<Number>,
    /// Whether records are shown whole.
    pub whole_records: bool,
}

/// Reads the settings of a case.
pub fn read<'l>(lines: impl Iterator<Item = &'l Line>) -> Result<Centre, String> {
    let mut centre = Centre::default();
    for (number, line) in lines {
        setting(&mut centre, line).map_err(|what| format!("line {number}: {what}"))?;
    }
    hire(&mut centre.config);
    Ok(centre)
}

fn setting(centre: &mut Centre, line: &str) -> Result<(), String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (first, rest) = words.split_first().ok_or("an empty line")?;
    match *first {
        "contact" => contact(&mut centre.config.options, rest)?,
        "clock" => centre.clock = Some(read_clock(&rest.join(" "))?),
        "down" => centre.down.extend(numbers(rest)?),
        "extension" => {
            let extension = extension(rest)?;
            centre.config.extensions.push(extension);
        }
        "holiday" => hours::holiday(&mut centre.config.options, rest)?,
        "hours" => hours::hours(&mut centre.config.options, rest)?,
        "logged" if rest.first() == Some(&"in") => centre.logged_in.extend(numbers(&rest[1..])?),
        "options" => options(&mut centre.config.options, rest)?,
        "spoken" => spoken(&mut centre.config.options, rest)?,
        "prompt" => hours::prompt(&mut centre.config.options, rest)?,
        "queue" => {
            let queue = queue(rest)?;
            centre.config.queues.push(queue);
        }
        "node" => menus::node(&mut centre.config.points, rest)?,
        "call_flow" | "menu" | "ring_group" | "voicemail_group" => {
            let point = points::point(first, rest)?;
            centre.config.points.push(point);
        }
        "seed" => centre.seed = read_value(rest.first().unwrap_or(&""))?,
        "trunk" => waiting::trunk(&mut centre.config.options, rest)?,
        "voicemail" => points::voicemail(&mut centre.config.options, rest)?,
        "whole" if rest == ["records"] => centre.whole_records = true,
        _ => return Err(format!("{line:?} is no setting")),
    }
    Ok(())
}

/// Adds an extension for everybody who is named and has none.
fn hire(config: &mut Config) {
    for point in &config.points {
        let leads_to = point.destinations().filter_map(|(_, _, to)| match to {
            Destination::Extension(number) => Some(*number),
            _ => None,
        });
        let members = point.members().iter().copied();
        add_all(&mut config.extensions, members.chain(leads_to));
    }
    for queue in &config.queues {
        let members = queue.members.iter().map(|member| member.extension);
        let viewers = queue.permissions.agent_logs.viewers.iter().flatten();
        let managers = queue.managers.iter().chain(viewers).copied();
        let leads_to = queue.destinations().filter_map(|(_, _, to)| match to {
            Destination::Extension(number) => Some(*number),
            _ => None,
        });
        add_all(
            &mut config.extensions,
            members.chain(managers).chain(leads_to),
        );
    }
    let contacts = config.options.contacts.iter();
    let owners = contacts.filter_map(|contact| contact.owner);
    add_all(&mut config.extensions, owners);
}

fn add_all(extensions: &mut Vec<ExtensionConfig>, numbers: impl Iterator<Item = Number>) {
    for number in numbers {
        if !extensions.iter().any(|known| known.number == number) {
            extensions.push(ExtensionConfig::new(number));
        }
    }
}

/// A day and a time of day in a zone: `2026-03-28 20:00 Europe/Berlin`.
pub fn read_clock(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text:?} is no clock: 2026-03-28 20:00 Europe/Berlin");
    let mut words = text.rsplitn(2, ' ');
    let zone = words
        .next()
        .and_then(|name| TimeZoneDatabase::bundled().get(name).ok())
        .ok_or_else(wrong)?;
    let civil: jiff::civil::DateTime = words.next().unwrap_or("").parse().map_err(|_| wrong())?;
    let zoned = civil.to_zoned(zone).map_err(|_| wrong())?;
    Ok(zoned.timestamp().as_microsecond())
}

/// `6400 Support linear static=1001,1002 wrap=0`
pub fn queue(words: &[&str]) -> Result<QueueConfig, String> {
    let [number, name, settings @ ..] = words else {
        return Err("a queue has a number and a name".to_owned());
    };
    let mut queue = QueueConfig::new(read_value(number)?, name);
    queue_settings(&mut queue, settings)?;
    Ok(queue)
}

/// Settings of a queue, laid over those that it has.
pub fn queue_settings(queue: &mut QueueConfig, words: &[&str]) -> Result<(), String> {
    for word in words {
        let (key, value) = word.split_once('=').unwrap_or(("strategy", word));
        queue_setting(queue, key, value).map_err(|what| format!("{word:?}: {what}"))?;
    }
    Ok(())
}

fn queue_setting(queue: &mut QueueConfig, key: &str, value: &str) -> Result<(), String> {
    match key {
        "agent_logs" => agent_logs(&mut queue.permissions.agent_logs, value)?,
        "agent_log_viewers" => queue.permissions.agent_logs.viewers = Some(list(value)?),
        "agent_rights" => queue.permissions.agents = rights(value)?,
        "agent_announcement" => told(queue).agent = Some(value.to_owned()),
        "announce" => announce(told(queue), value)?,
        "announce_agent_number" => told(queue).agent_number = read_bool(value)?,
        "auto_pause" => queue.auto_pause_after = read_value(value)?,
        "crowded" => queue.crowded = crowded(value)?,
        "alert_info" => queue.alert_info = Some(value.to_owned()),
        "callback" => queue.callback = waiting::read(value)?.map(Box::new),
        "count_since" => queue.fewest_calls_since = count_since(value)?,
        "dynamic" => set_members(queue, MemberKind::Dynamic, value)?,
        "failover" => queue.failover = destination(value)?,
        "holiday" => time_condition(queue)?.holiday = destination(value)?,
        "holiday_prompt" => time_condition(queue)?.holiday_prompt = read_bool(value)?,
        "hours" => hours::keep(queue, value),
        "ignore_holidays" => time_condition(queue)?.ignore_holidays = read_bool(value)?,
        "join_announcement" => join_announcement(told(queue), value),
        "keys" => queue.keys = keys(value)?,
        "leave" => queue.leave_when_empty = empty_states(value)?,
        "managers" => queue.managers = list(value)?,
        "manager_rights" => queue.permissions.managers = rights(value)?,
        "managers_switch" => {
            let rights = &mut queue.permissions.managers;
            rights.set(Right::SwitchAgents, read_bool(value)?);
        }
        "max_callers" => queue.max_callers = read_value(value)?,
        "max_wait" => queue.max_waiting = read_span(value)?,
        "name" => value.clone_into(&mut queue.name),
        "no_join" => queue.disallow_join_when_empty = empty_states(value)?,
        "notify" => queue.notify_managers = notices(value)?,
        "outside_hours" => time_condition(queue)?.outside_hours = destination(value)?,
        "periodic" => periodic(told(queue), value)?,
        "place_kept" => queue.place_kept = read_span(value)?,
        "preferred" => queue.preferred_wait = read_span(value)?,
        "priority" => (queue.priority, queue.priority_acceleration) = priority(value)?,
        "more_every" => queue.ring_more_every = read_span(value)?,
        "rest" => queue.rests = rests(value)?,
        "retry" => queue.retry_interval = read_span(value)?,
        "ring" => queue.agent_timeout = read_span(value)?,
        "answer" => queue.answer_on_entry = read_bool(value)?,
        "record" => queue.record = read_bool(value)?,
        "ring_in_use" => queue.ring_in_use = read_bool(value)?,
        "sla" => {
            (
                queue.sla_time,
                queue.sla_threshold_percent,
                queue.sla_interval,
            ) = sla(value)?
        }
        "skill_steps" => queue.skill_steps = skill_steps(value)?,
        "static" => set_members(queue, MemberKind::Static, value)?,
        "survey" => queue.survey = survey::read(value)?.map(Box::new),
        "strategy" => queue.strategy = strategy(value)?,
        "wrap" => queue.wrap_up = read_span(value)?,
        "zone" => queue.time_zone = Some(value.to_owned()),
        _ => return Err("no such setting".to_owned()),
    }
    Ok(())
}

fn time_condition(queue: &mut QueueConfig) -> Result<&mut TimeCondition, String> {
    let condition = queue.time_condition.as_mut();
    condition.ok_or_else(|| "it goes behind `hours=`".to_owned())
}

/// Replaces the members of one kind; static ones stand before dynamic ones.
fn set_members(queue: &mut QueueConfig, kind: MemberKind, value: &str) -> Result<(), String> {
    queue.members.retain(|member| member.kind != kind);
    for word in value.split(',').filter(|word| !word.is_empty()) {
        queue.members.push(member(word, kind)?);
    }
    queue
        .members
        .sort_by_key(|member| member.kind == MemberKind::Dynamic);
    Ok(())
}

/// `1001`, `1001@2` (skill level 2) or `1001@2*10` (and a weight of 10).
fn member(word: &str, kind: MemberKind) -> Result<MemberConfig, String> {
    let (word, weight) = word.split_once('*').unwrap_or((word, "1"));
    let (number, level) = word.split_once('@').unwrap_or((word, "1"));
    Ok(MemberConfig {
        level: read_value(level)?,
        weight: read_value(weight)?,
        ..MemberConfig::new(read_value(number)?, kind)
    })
}

/// `2`, or `1+60`: 1, and one more for each minute.
fn priority(text: &str) -> Result<(u16, Span), String> {
    let (priority, acceleration) = text.split_once('+').unwrap_or((text, "0"));
    Ok((read_value(priority)?, read_span(acceleration)?))
}

/// `5,5,0,5`: seconds of rest after busy, failure, no answer, rejection.
fn rests(text: &str) -> Result<Rests, String> {
    let spans: Result<Vec<Span>, String> = text.split(',').map(read_span).collect();
    match spans?[..] {
        [busy, failure, no_answer, rejection] => Ok(Rests {
            busy,
            failure,
            no_answer,
            rejection,
        }),
        _ => Err("busy,failure,no_answer,rejection".to_owned()),
    }
}

/// `20,80,600`: so many seconds, percent, and seconds from one look to the next.
fn sla(text: &str) -> Result<(Span, u8, Span), String> {
    match text.split(',').collect::<Vec<_>>()[..] {
        [time, percent, interval] => {
            Ok((read_span(time)?, read_value(percent)?, read_span(interval)?))
        }
        _ => Err("seconds,percent,seconds".to_owned()),
    }
}

/// `0:2,30:5`: level 2 from joining on, level 5 after 30 seconds.
fn skill_steps(text: &str) -> Result<Vec<SkillStep>, String> {
    let step = |word: &str| {
        let (after, level) = word.split_once(':').ok_or("a step is seconds:level")?;
        Ok(SkillStep {
            after: read_span(after)?,
            level: read_value(level)?,
        })
    };
    text.split(',').map(step).collect()
}

/// `3,60,queue:6401`: from 3 callers on, or where one would wait for more than a
/// minute; or none.
fn crowded(text: &str) -> Result<Option<Crowded>, String> {
    if text == "none" {
        return Ok(None);
    }
    match text.split(',').collect::<Vec<_>>()[..] {
        [callers, wait, to] => Ok(Some(Crowded {
            callers: read_value(callers)?,
            wait: read_span(wait)?,
            destination: destination(to)?,
        })),
        _ => Err("callers,seconds,destination, or none".to_owned()),
    }
}

/// `1001 name=Ann ring=20 admin=yes`
pub fn extension(words: &[&str]) -> Result<ExtensionConfig, String> {
    let (number, settings) = words.split_first().ok_or("an extension has a number")?;
    let mut extension = ExtensionConfig::new(read_value(number)?);
    extension_settings(&mut extension, settings)?;
    Ok(extension)
}

/// Settings of an extension, laid over those that it has.
pub fn extension_settings(extension: &mut ExtensionConfig, words: &[&str]) -> Result<(), String> {
    for word in words {
        match word.split_once('=') {
            Some(("on", value)) => extension.on_presence = on_presence(value)?,
            Some(("admin", value)) => extension.administrator = read_bool(value)?,
            Some(("own_recording", value)) => extension.own_recording = own_recording(value)?,
            Some(("outbound", value)) => extension.outbound = read_bool(value)?,
            Some(("name", value)) => value.clone_into(&mut extension.name),
            Some(("ring", value)) => extension.ring_timeout = read_span(value)?,
            _ => return Err(format!("{word:?} is no setting of an extension")),
        }
    }
    Ok(())
}

/// `available:log_in,lunch_break:pause:Lunch`
fn on_presence(text: &str) -> Result<PresenceActions, String> {
    let mut on_presence = PresenceActions::default();
    for word in text.split(',') {
        let (when, action) = word.split_once(':').ok_or("presence:action")?;
        let found = Presence::ALL.into_iter().find(|(known, _)| *known == when);
        let (_, presence) = found.ok_or_else(|| format!("{when:?} is no presence"))?;
        let action = match action.split_once(':').unwrap_or((action, "")) {
            ("log_in", "") => PresenceAction::LogIn,
            ("log_in_last", "") => PresenceAction::LogInLast,
            ("log_out", "") => PresenceAction::LogOut,
            ("nothing", "") => PresenceAction::Nothing,
            ("pause", "") => PresenceAction::Pause(None),
            ("pause", reason) => PresenceAction::Pause(Some(reason.to_owned())),
            _ => return Err(format!("{action:?} follows from no presence")),
        };
        on_presence.set(presence, action);
    }
    Ok(on_presence)
}

/// `log_in:#4,pause:`: what is empty is switched off.
fn codes(codes: &mut FeatureCodes, text: &str) -> Result<(), String> {
    for word in text.split(',') {
        let (key, code) = word.split_once(':').ok_or("key:code")?;
        let code = match code {
            "" => None,
            code => Some(read_value(code)?),
        };
        match key {
            "log_in" => codes.log_in = code,
            "log_in_all" => codes.log_in_all = code,
            "log_in_last" => codes.log_in_last = code,
            "log_out_all" => codes.log_out_all = code,
            "pause" => codes.pause = code,
            _ => return Err(format!("{key:?} is no feature code")),
        }
    }
    Ok(())
}

fn own_recording(text: &str) -> Result<OwnRecording, String> {
    Ok(match text {
        "no" => OwnRecording::No,
        "pause_resume" => OwnRecording::PauseResume,
        "start" => OwnRecording::Start,
        _ => return Err("no, pause_resume or start".to_owned()),
    })
}

/// Common settings, laid over those that are.
pub fn options(options: &mut Options, words: &[&str]) -> Result<(), String> {
    for word in words {
        match word.split_once('=') {
            Some(("codes", value)) => codes(&mut options.feature_codes, value)?,
            Some(("contacts", value)) => options.contact_matching = matching(value)?,
            Some(("dispositions", value)) => {
                options.dispositions = value.split(',').map(str::to_owned).collect();
            }
            Some(("new_dynamic_agents", "logged_in")) => {
                options.new_dynamic_agents = InitialStatus::LoggedIn;
            }
            Some(("parking", value)) => options.parking = parking(value)?,
            Some(("push_records", value)) => options.push_records = read_bool(value)?,
            Some(("reasons", value)) => options.pause_reasons = pause_reasons(value)?,
            Some(("sync_results", value)) => options.sync_results_h = read_value(value)?,
            Some(("shared_wrap_up", value)) => options.shared_wrap_up = read_bool(value)?,
            Some(("zone", value)) => value.clone_into(&mut options.time_zone),
            _ => return Err(format!("{word:?} is no common setting")),
        }
    }
    Ok(())
}

/// `Bell +4930123,+4930124 1001 friends`: a contact with these numbers, this owner (or `-`)
/// and this melody; in the place of the one with that name, if there is one.
pub fn contact(options: &mut Options, words: &[&str]) -> Result<(), String> {
    let [name, numbers, owner @ ..] = words else {
        return Err("a contact has a name and numbers".to_owned());
    };
    let contact = ContactConfig {
        name: (*name).to_owned(),
        numbers: list(numbers)?,
        owner: match owner.first() {
            None | Some(&"-") => None,
            Some(owner) => Some(read_value(owner)?),
        },
        alert_info: owner.get(1).map(|word| (*word).to_owned()),
    };
    options.contacts.retain(|known| known.name != *name);
    options.contacts.push(contact);
    Ok(())
}

/// `exact`, `nothing`, or how many last digits; behind it `!` where only digits count.
fn matching(text: &str) -> Result<ContactMatching, String> {
    let by = match text.trim_end_matches('!') {
        "exact" => MatchBy::Exact,
        "nothing" => MatchBy::Nothing,
        many => MatchBy::LastDigits(read_value(many)?),
    };
    Ok(ContactMatching {
        by,
        ignore_symbols: text.ends_with('!'),
    })
}

/// `701-720`, or `701-720+60`: callers come back after 60 seconds, else after 30.
fn parking(text: &str) -> Result<Option<Parking>, String> {
    if text == "no" {
        return Ok(None);
    }
    let (slots, timeout) = text.split_once('+').unwrap_or((text, "30"));
    let (first, last) = slots.split_once('-').ok_or("slots are 701-720")?;
    Ok(Some(Parking {
        slots: (read_value(first)?, read_value(last)?),
        timeout: read_span(timeout)?,
    }))
}

/// Names joined by commas; their codes are `*01` and so on.
fn pause_reasons(text: &str) -> Result<Vec<PauseReason>, String> {
    let reason = |(place, name): (u32, &str)| {
        let code = read_value(&format!("*{place:02}"))?;
        Ok(PauseReason {
            name: name.to_owned(),
            code,
        })
    };
    (1..).zip(text.split(',')).map(reason).collect()
}

fn strategy(text: &str) -> Result<Strategy, String> {
    Ok(match text {
        "fewest_calls" => Strategy::FewestCalls,
        "least_recent" => Strategy::LeastRecent,
        "least_talk_time" => Strategy::LeastTalkTime,
        "linear" => Strategy::Linear,
        "random" => Strategy::Random,
        "ring_all" => Strategy::RingAll,
        "ring_progressively" => Strategy::RingProgressively,
        "rrmemory" => Strategy::Rrmemory,
        "weighted_random" => Strategy::WeightedRandom,
        _ => return Err("no such strategy".to_owned()),
    })
}

fn count_since(text: &str) -> Result<CountSince, String> {
    Ok(match text {
        "ever" => CountSince::Ever,
        "login" => CountSince::Login,
        "midnight" => CountSince::Midnight,
        _ => return Err("since ever, login or midnight".to_owned()),
    })
}

/// `off`, `logged_out` (no state but that), or states joined by commas.
fn empty_states(text: &str) -> Result<Option<EmptyStates>, String> {
    let none = EmptyStates {
        busy: false,
        paused: false,
        unavailable: false,
        wrap_up: false,
    };
    let mut states = none;
    match text {
        "off" => return Ok(None),
        "logged_out" => return Ok(Some(none)),
        _ => {}
    }
    for state in text.split(',') {
        match state {
            "busy" => states.busy = true,
            "paused" => states.paused = true,
            "unavailable" => states.unavailable = true,
            "wrap_up" => states.wrap_up = true,
            _ => return Err(format!("{state:?} is no state")),
        }
    }
    Ok(Some(states))
}

/// `1`: every prompt of which sentences consist, each so many seconds long.
fn spoken(options: &mut Options, words: &[&str]) -> Result<(), String> {
    let length = read_span(words.first().unwrap_or(&""))?;
    options.prompts.extend(spoken_prompts(length));
    Ok(())
}

/// Every prompt of which spoken sentences consist, as long as this.
pub fn spoken_prompts(length: Span) -> Vec<PromptConfig> {
    let all = Announcements {
        agent_number: true,
        position: true,
        hold_time: true,
        thanks: true,
        ..Announcements::default()
    };
    let mut names: BTreeSet<String> = all.prompts().into_iter().map(|(_, name)| name).collect();
    names.extend(all.spoken(Sentence::Slot(Number::from_u64(1_234_567_890))));
    let prompt = |name| PromptConfig {
        name,
        length,
        file: None,
    };
    names.into_iter().map(prompt).collect()
}

fn told(queue: &mut QueueConfig) -> &mut Announcements {
    queue.announcements.get_or_insert_default()
}

/// `Welcome`, or `Welcome!`: to be heard in full.
fn join_announcement(told: &mut Announcements, text: &str) {
    told.join = Some(text.trim_end_matches('!').to_owned());
    told.join_in_full = text.ends_with('!');
}

/// `Offers/60`: a prompt, and how often.
fn periodic(told: &mut Announcements, text: &str) -> Result<(), String> {
    let (prompt, every) = text.split_once('/').ok_or("as Offers/60")?;
    (told.periodic, told.periodic_every) = (Some(prompt.to_owned()), read_span(every)?);
    Ok(())
}

/// `position,hold_time,thanks/30`: what callers are told, and how often.
fn announce(told: &mut Announcements, text: &str) -> Result<(), String> {
    let (what, every) = text.split_once('/').ok_or("as position/30")?;
    told.place_every = read_span(every)?;
    let has = |word: &str| what.split(',').any(|known| known == word);
    (told.position, told.hold_time) = (has("position"), has("hold_time"));
    told.thanks = has("thanks");
    Ok(())
}

/// `1:queue:6401,*:hang_up`: keys, and where each leads.
pub fn keys(text: &str) -> Result<BTreeMap<Key, Destination>, String> {
    let key = |word: &str| {
        let (key, to) = word
            .split_once(':')
            .ok_or("a key leads somewhere: 1:hang_up")?;
        Ok((read_value(key)?, destination(to)?))
    };
    text.split(',')
        .filter(|word| !word.is_empty())
        .map(key)
        .collect()
}

/// `hang_up`, `queue:6401`, `extension:2001`, `external:49800@Carrier`, `prompt:Closed`,
/// `ring_group:6200` or `voicemail:2001`.
pub fn destination(text: &str) -> Result<Destination, String> {
    match text.split_once(':') {
        Some(("call_flow", number)) => Ok(Destination::CallFlow(read_value(number)?)),
        Some(("menu", number)) => Ok(Destination::Menu(read_value(number)?)),
        Some(("extension", number)) => Ok(Destination::Extension(read_value(number)?)),
        Some(("external", outside)) => {
            let (number, trunk) = outside.split_once('@').ok_or("number@trunk")?;
            Ok(Destination::External {
                number: read_value(number)?,
                trunk: trunk.to_owned(),
            })
        }
        Some(("prompt", name)) => Ok(Destination::Prompt(name.to_owned())),
        Some(("queue", number)) => Ok(Destination::Queue(read_value(number)?)),
        Some(("ring_group", number)) => Ok(Destination::RingGroup(read_value(number)?)),
        Some(("voicemail", number)) => Ok(Destination::Voicemail(read_value(number)?)),
        None if text == "hang_up" => Ok(Destination::HangUp),
        _ => Err("no such destination".to_owned()),
    }
}

/// `all`, `answered`, `missed` or `none`.
fn agent_logs(logs: &mut AgentLogs, text: &str) -> Result<(), String> {
    (logs.answered, logs.missed) = match text {
        "all" => (true, true),
        "answered" => (true, false),
        "missed" => (false, true),
        "none" => (false, false),
        _ => return Err("all, answered, missed or none".to_owned()),
    };
    Ok(())
}

/// Words joined by commas; nothing is no right.
fn rights(text: &str) -> Result<Rights, String> {
    let words = text.split(',').filter(|word| !word.is_empty());
    let rights: Result<Vec<Right>, String> = words.map(right).collect();
    Ok(Rights::of(&rights?))
}

/// The word of a right.
pub fn right(text: &str) -> Result<Right, String> {
    Ok(match text {
        "call_notes" => Right::CallNotes,
        "contacts" => Right::Contacts,
        "delete_missed_call_logs" => Right::DeleteMissedCallLogs,
        "distribution" => Right::Distribution,
        "missed_call_logs" => Right::MissedCallLogs,
        "monitoring" => Right::Monitoring,
        "panel" => Right::Panel,
        "parking" => Right::Parking,
        "pick_up" => Right::PickUp,
        "recording" => Right::Recording,
        "switch_agents" => Right::SwitchAgents,
        "wallboard" => Right::Wallboard,
        _ => return Err(format!("{text:?} is no right")),
    })
}

fn notices(text: &str) -> Result<Vec<Notice>, String> {
    let notice = |word| match word {
        "abandoned" => Ok(Notice::Abandoned),
        "callback_failed" => Ok(Notice::CallbackFailed),
        "callback_requested" => Ok(Notice::CallbackRequested),
        "missed" => Ok(Notice::Missed),
        "service_level" => Ok(Notice::ServiceLevel),
        _ => Err(format!("{word:?} is nothing that managers are told")),
    };
    text.split(',').map(notice).collect()
}

pub fn list(text: &str) -> Result<Vec<Number>, String> {
    text.split(',')
        .filter(|word| !word.is_empty())
        .map(read_value)
        .collect()
}

/// Numbers, one a word.
pub fn numbers(words: &[&str]) -> Result<Vec<Number>, String> {
    words.iter().map(|word| read_value(word)).collect()
}

pub fn read_span(text: &str) -> Result<Span, String> {
    read_value(text).map(Span::from_secs)
}

pub fn read_bool(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("yes or no".to_owned()),
    }
}

/// A value of a word.
pub fn read_value<V: core::str::FromStr>(text: &str) -> Result<V, String> {
    text.parse()
        .map_err(|_| format!("{text:?} can not stand here"))
}
