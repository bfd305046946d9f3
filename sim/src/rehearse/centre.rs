//! Random centres: small, crowded, and without faults. The literals name every
//! field: a new setting does not compile until it is drawn here.

use std::collections::{BTreeMap, BTreeSet};

use tandem_engine::config::announcements::{Announcements, Sentence};
use tandem_engine::config::codes::FeatureCodes;
use tandem_engine::config::hours::{DAY_MINUTES, DaySpan, Holiday, HolidayDate, HoursConfig};
use tandem_engine::config::model::{
    Config, ContactConfig, CountSince, Crowded, Destination, EmptyStates, ExtensionConfig,
    InitialStatus, MemberConfig, MemberKind, Notice, Options, Parking, PromptConfig, QueueConfig,
    Rests, SkillStep, Strategy, SurveyConfig, TimeCondition,
};
use tandem_engine::config::points::{
    CallFlow, FlowNode, FlowStep, Menu, NodeKind, PointConfig, PointKind, RingGroup, RingOrder,
    VoicemailConfig, VoicemailGroup,
};
use tandem_engine::config::presence::{Presence, PresenceAction, PresenceActions};
use tandem_engine::config::rights::{AgentLogs, OwnRecording, Permissions, Right, Rights};
use tandem_engine::{Key, Number, Span};

use super::called::{callback, external, trunks};
use super::chance::Chance;
use super::script::Flavour;

/// Extensions that there can be.
const EXTENSIONS: u64 = 8;
/// Queues that there can be.
const QUEUES: u64 = 4;
/// Route points that there can be.
const POINTS: u64 = 3;
/// Zones with and without changes of the clock.
const ZONES: [&str; 4] = ["UTC", "Asia/Kolkata", "America/Phoenix", "Europe/Berlin"];
/// Slots in which callers can be parked.
const SLOTS: u64 = 2;
/// Whoever calls from outside.
const STRANGERS: u64 = 5;
/// Their numbers come behind this one.
const STRANGER: u64 = 49_300;

const STRATEGIES: [Strategy; 9] = [
    Strategy::FewestCalls,
    Strategy::LeastRecent,
    Strategy::LeastTalkTime,
    Strategy::Linear,
    Strategy::Random,
    Strategy::RingAll,
    Strategy::RingProgressively,
    Strategy::Rrmemory,
    Strategy::WeightedRandom,
];
/// The calendar that queues keep.
const HOURS: &str = "Office";
/// What calls come to, where that is noted.
const DISPOSITIONS: [&str; 2] = ["Resolved", "Call back"];
/// What callers may hear.
pub(super) const PROMPTS: [&str; 2] = ["Closed", "Holiday"];

/// One of the extensions that there can be.
pub(super) fn some_extension(chance: &mut Chance) -> Number {
    Number::from_u64(1001 + chance.below(EXTENSIONS))
}

/// One of the queues that there can be.
pub(super) fn some_queue(chance: &mut Chance) -> Number {
    Number::from_u64(6401 + chance.below(QUEUES))
}

/// One of the slots in which callers can be parked.
pub(super) fn some_slot(chance: &mut Chance) -> Number {
    Number::from_u64(701 + chance.below(SLOTS))
}

/// One of the route points that there can be.
pub(super) fn some_point(chance: &mut Chance) -> Number {
    Number::from_u64(6201 + chance.below(POINTS))
}

/// A number outside; none where the caller withholds it.
pub(super) fn some_stranger(chance: &mut Chance) -> Number {
    match chance.below(STRANGERS) {
        0 => Number::NONE,
        place => stranger(place),
    }
}

/// The numbers of those outside; one has the code of a country, behind a `+`.
fn stranger(place: u64) -> Number {
    let number = Number::from_u64(STRANGER + place);
    let plus = format!("+{number}").parse().ok();
    plus.filter(|_| place == 1).unwrap_or(number)
}

/// A centre before its first call.
pub(super) fn config(chance: &mut Chance, flavour: Flavour) -> Config {
    let extensions = chance.within(2, EXTENSIONS);
    let queues = chance.within(1, QUEUES);
    let mut config = Config {
        options: options(chance),
        extensions: (1001..1001 + extensions)
            .map(|number| extension(chance, Number::from_u64(number)))
            .collect(),
        queues: Vec::new(),
        points: Vec::new(),
    };
    let numbers: Vec<Number> = (6401..6401 + queues).map(Number::from_u64).collect();
    for number in 6201..6201 + chance.within(0, POINTS) {
        let point = point(chance, Number::from_u64(number), &config, &numbers);
        config.points.push(point);
    }
    for &number in &numbers {
        let queue = queue(chance, number, &config, &numbers);
        config.queues.push(queue);
    }
    mend(&mut config);
    match flavour {
        Flavour::Crowd => crowd(&mut config),
        Flavour::Days | Flavour::Rush => {}
        Flavour::Hoard => hoard(&mut config),
    }
    config
}

/// A first queue that hundreds can wait in.
fn crowd(config: &mut Config) {
    let queue = &mut config.queues[0];
    (queue.max_callers, queue.max_waiting) = (0, Span::from_secs(3_600));
    (queue.disallow_join_when_empty, queue.leave_when_empty) = (None, None);
    queue.failover = Destination::HangUp;
    (queue.time_condition, queue.crowded) = (None, None);
}

/// Two queues that send every caller to and fro, and report each time.
fn hoard(config: &mut Config) {
    config.options.push_records = true;
    config.queues.truncate(1);
    let first = &mut config.queues[0];
    first.members.clear();
    (first.time_condition, first.crowded) = (None, None);
    first.disallow_join_when_empty = Some(EmptyStates::default());
    first.notify_managers = vec![Notice::Missed];
    let mut second = first.clone();
    second.number = Number::from_u64(6402);
    second.name = name_of(second.number);
    first.failover = Destination::Queue(second.number);
    second.failover = Destination::Queue(first.number);
    config.queues.push(second);
}

fn name_of(queue: Number) -> String {
    format!("Queue {queue}")
}

/// Common settings.
pub(super) fn options(chance: &mut Chance) -> Options {
    let default = Options::default();
    let mut pause_reasons = default.pause_reasons;
    pause_reasons.truncate(usize::try_from(chance.within(1, 3)).unwrap_or(1));
    Options {
        time_zone: chance.one_of(&ZONES).to_owned(),
        queue_numbers: default.queue_numbers,
        new_dynamic_agents: chance.one_of(&[InitialStatus::LoggedIn, InitialStatus::LoggedOut]),
        pause_reasons,
        feature_codes: feature_codes(chance),
        push_records: chance.percent(30),
        shared_wrap_up: chance.percent(30),
        contact_matching: default.contact_matching,
        sync_results_h: chance.weighted(&[(1, 0), (1, 1)]),
        dispositions: DISPOSITIONS[..chance.weighted(&[(1, 0), (2, 2)])]
            .iter()
            .map(|&name| name.to_owned())
            .collect(),
        hours: vec![hours(chance)],
        prompts: prompts(chance),
        contacts: contacts(chance),
        parking: chance.percent(80).then(|| Parking {
            slots: (Number::from_u64(701), Number::from_u64(700 + SLOTS)),
            timeout: chance.quarters(4, 120),
        }),
        voicemail: VoicemailConfig {
            greeting: (chance.percent(30)).then(|| chance.one_of(&PROMPTS).to_owned()),
            longest: chance.quarters(20, 80),
            shortest: chance.quarters(0, 8),
        },
        trunks: trunks(chance),
    }
}

/// Some of the strangers, each with an owner who may not be there.
fn contacts(chance: &mut Chance) -> Vec<ContactConfig> {
    let strangers = (1..STRANGERS).filter(|_| chance.percent(40));
    let strangers: Vec<u64> = strangers.collect();
    let contact = |place| ContactConfig {
        name: format!("Stranger {place}"),
        numbers: vec![stranger(place)],
        owner: chance.percent(80).then(|| some_extension(chance)),
        alert_info: chance.percent(30).then(|| "friends".to_owned()),
    };
    strangers.into_iter().map(contact).collect()
}

/// In some queues callers are reserved for whom they know, for a while that somebody may
/// talk, or not.
fn preferred_wait(chance: &mut Chance) -> Span {
    match chance.below(5) {
        0..=2 => Span::ZERO,
        3 => chance.quarters(4, 40),
        _ => chance.quarters(40, 400),
    }
}

/// A calendar: open by day, half the day, always or never.
fn hours(chance: &mut Chance) -> HoursConfig {
    let day = |from, to| vec![DaySpan { from, to }];
    let week = [(); 7].map(|()| match chance.below(4) {
        0 => Vec::new(),
        1 => day(8 * 60, 12 * 60),
        2 => day(8 * 60, 20 * 60),
        _ => day(0, DAY_MINUTES),
    });
    let date = |month, day| HolidayDate {
        year: None,
        month,
        day,
    };
    let month = i8::try_from(chance.within(1, 12)).unwrap_or(1);
    let holiday = Holiday {
        name: "Holiday".to_owned(),
        from: date(month, 1),
        to: date(month, 28),
        prompt: chance.percent(70).then(|| PROMPTS[1].to_owned()),
    };
    HoursConfig {
        name: HOURS.to_owned(),
        time_zone: chance.percent(50).then(|| chance.one_of(&ZONES).to_owned()),
        week,
        holidays: vec![holiday],
    }
}

/// The prompts by themselves, and those of which sentences consist.
fn prompts(chance: &mut Chance) -> Vec<PromptConfig> {
    let all = Announcements {
        agent_number: true,
        position: true,
        hold_time: true,
        thanks: true,
        ..Announcements::default()
    };
    let mut spoken: BTreeSet<String> = all.prompts().into_iter().map(|(_, name)| name).collect();
    if chance.percent(70) {
        spoken.extend(all.spoken(Sentence::Slot(Number::from_u64(1_234_567_890))));
    }
    let names = PROMPTS.map(str::to_owned).into_iter().chain(spoken);
    names.map(|name| prompt(chance, &name)).collect()
}

/// What callers are told, in some queues.
fn announcements(chance: &mut Chance) -> Option<Box<Announcements>> {
    if chance.percent(60) {
        return None;
    }
    let told = Announcements {
        agent: chance.percent(40).then(|| PROMPTS[1].to_owned()),
        agent_number: chance.percent(40),
        join: chance.percent(60).then(|| PROMPTS[0].to_owned()),
        join_in_full: false,
        periodic: chance.percent(60).then(|| PROMPTS[1].to_owned()),
        periodic_every: chance.quarters(20, 80),
        position: chance.percent(50),
        hold_time: chance.percent(30),
        thanks: chance.percent(50),
        place_every: chance.quarters(20, 80),
        language: "en".to_owned(),
    };
    Some(Box::new(Announcements {
        join_in_full: told.join.is_some() && chance.percent(50),
        ..told
    }))
}

fn prompt(chance: &mut Chance, name: &str) -> PromptConfig {
    PromptConfig {
        name: name.to_owned(),
        length: chance.quarters(1, 40),
        // What it sounds like changes no decision.
        file: None,
    }
}

fn time_condition(
    chance: &mut Chance,
    number: Number,
    config: &Config,
    queues: &[Number],
) -> TimeCondition {
    TimeCondition {
        hours: HOURS.to_owned(),
        outside_hours: failover(chance, number, config, queues),
        holiday: failover(chance, number, config, queues),
        ignore_holidays: chance.percent(30),
        holiday_prompt: chance.percent(50),
    }
}

/// An extension.
pub(super) fn extension(chance: &mut Chance, number: Number) -> ExtensionConfig {
    ExtensionConfig {
        number,
        name: String::new(),
        administrator: chance.percent(15),
        outbound: chance.percent(85),
        ring_timeout: chance.quarters(4, 60),
        // Where telephone and mailbox are changes no decision.
        contact: None,
        on_presence: on_presence(chance),
        email: None,
        own_recording: chance.one_of(&[
            OwnRecording::No,
            OwnRecording::PauseResume,
            OwnRecording::Start,
        ]),
    }
}

/// The codes by default, others, or none to log in with.
fn feature_codes(chance: &mut Chance) -> FeatureCodes {
    let default = FeatureCodes::default();
    let code = |text: &str| text.parse().ok();
    match chance.below(4) {
        0 => FeatureCodes {
            log_in: code("#4"),
            log_out_all: code("#44"),
            ..default
        },
        1 => FeatureCodes {
            log_in: None,
            ..default
        },
        _ => default,
    }
}

/// What follows from each presence. Only the first reason is always configured.
fn on_presence(chance: &mut Chance) -> PresenceActions {
    let mut on_presence = PresenceActions::default();
    if chance.percent(50) {
        for (_, presence) in Presence::ALL {
            let action = match chance.below(6) {
                0 => PresenceAction::LogIn,
                1 => PresenceAction::LogInLast,
                2 => PresenceAction::LogOut,
                3 => PresenceAction::Nothing,
                4 => PresenceAction::Pause(None),
                _ => PresenceAction::Pause(Some("Lunch".to_owned())),
            };
            on_presence.set(presence, action);
        }
    }
    on_presence
}

/// A route point of this centre, beside these queues.
pub(super) fn point(
    chance: &mut Chance,
    number: Number,
    config: &Config,
    queues: &[Number],
) -> PointConfig {
    let chosen = config.extensions.iter().filter(|_| chance.percent(40));
    let members = chosen.map(|extension| extension.number).collect();
    let kind = match chance.below(8) {
        0 => PointKind::VoicemailGroup(VoicemailGroup { members }),
        1 | 2 => PointKind::Menu(menu(chance, number, config, queues)),
        3 | 4 => PointKind::CallFlow(flow(chance, number, config, queues)),
        _ => PointKind::RingGroup(RingGroup {
            members,
            order: chance.one_of(&[RingOrder::All, RingOrder::InOrder]),
            ring_time: chance.quarters(4, 60),
            skip_busy: chance.percent(40),
            failover: failover(chance, number, config, queues),
        }),
    };
    PointConfig {
        number,
        name: format!("Point {number}"),
        kind,
    }
}

fn menu(chance: &mut Chance, number: Number, config: &Config, queues: &[Number]) -> Menu {
    let keys = Key::ALL.into_iter().filter(|_| chance.percent(40));
    let keys: Vec<Key> = keys.collect();
    Menu {
        prompt: chance.one_of(&PROMPTS).to_owned(),
        keys: (keys.into_iter())
            .map(|key| (key, failover(chance, number, config, queues)))
            .collect(),
        dial_extensions: chance.percent(50),
        timeout: chance.quarters(4, 20),
        plays: u8::try_from(chance.within(1, 3)).unwrap_or(1),
        failover: failover(chance, number, config, queues),
        invalid: failover(chance, number, config, queues),
        time_condition: chance
            .percent(20)
            .then(|| time_condition(chance, number, config, queues)),
    }
}

/// Three nodes at most, each of which leads to later ones or out of the flow.
fn flow(chance: &mut Chance, number: Number, config: &Config, queues: &[Number]) -> CallFlow {
    let names = ["first", "second", "third"];
    let count = usize::try_from(chance.within(1, 3)).unwrap_or(1);
    let mut nodes = Vec::new();
    for place in 0..count {
        let later = &names[place + 1..count];
        let step = |chance: &mut Chance| match chance.pick(later) {
            Some(name) if chance.percent(60) => FlowStep::Node((*name).to_owned()),
            _ => FlowStep::Go(failover(chance, number, config, queues)),
        };
        let kind = match chance.below(3) {
            0 => NodeKind::Caller {
                begins: vec![Number::from_u64(493), Number::from_u64(49_302)],
                then: step(chance),
                otherwise: step(chance),
            },
            1 => NodeKind::Hours {
                hours: HOURS.to_owned(),
                open: step(chance),
                closed: step(chance),
                holiday: step(chance),
            },
            _ => NodeKind::Prompt {
                prompt: chance.one_of(&PROMPTS).to_owned(),
                then: step(chance),
            },
        };
        nodes.push(FlowNode {
            name: names[place].to_owned(),
            kind,
        });
    }
    CallFlow { nodes }
}

/// A queue of this centre, beside these queues.
pub(super) fn queue(
    chance: &mut Chance,
    number: Number,
    config: &Config,
    queues: &[Number],
) -> QueueConfig {
    let priority = chance.one_of(&[0, 1, 2]);
    let announcements = announcements(chance);
    let keys = keys(chance, number, config, queues);
    let max_waiting = length(chance, 4, 240);
    let callback = callback(chance, &keys, max_waiting).map(Box::new);
    QueueConfig {
        number,
        name: name_of(number),
        priority,
        priority_acceleration: match priority {
            0 => Span::ZERO,
            _ => chance.weighted(&[(1, Span::ZERO), (2, Span::from_secs(10))]),
        },
        skill_steps: skill_steps(chance),
        auto_pause_after: chance.weighted(&[(2, 0), (1, 1), (1, 3)]),
        rests: rests(chance),
        time_condition: chance
            .percent(20)
            .then(|| time_condition(chance, number, config, queues)),
        strategy: chance.one_of(&STRATEGIES),
        fewest_calls_since: counts_since(chance),
        members: members(chance, config),
        // Who hears it ring can be told nothing.
        answer_on_entry: announcements.is_some() || callback.is_some() || chance.percent(70),
        music: None,
        hold_music: None,
        alert_info: chance.percent(20).then(|| "sales".to_owned()),
        show_missed_calls: true,
        managers: managers(chance, config),
        permissions: permissions(chance, config),
        record: chance.percent(30),
        agent_timeout: chance.quarters(4, 80),
        ring_more_every: chance.quarters(4, 40),
        place_kept: chance.weighted(&[(2, Span::ZERO), (1, Span::from_secs(60))]),
        preferred_wait: preferred_wait(chance),
        retry_interval: length(chance, 1, 40),
        wrap_up: length(chance, 1, 120),
        ring_in_use: chance.percent(30),
        max_waiting,
        max_callers: if chance.percent(70) {
            0
        } else {
            u32::try_from(chance.within(1, 3)).unwrap_or(1)
        },
        disallow_join_when_empty: empty_states(chance),
        leave_when_empty: empty_states(chance),
        crowded: chance
            .percent(20)
            .then(|| crowded(chance, number, config, queues)),
        failover: failover(chance, number, config, queues),
        announcements,
        keys,
        callback,
        survey: chance.percent(40).then(|| Box::new(survey(chance))),
        sla_time: chance.quarters(4, 120),
        sla_threshold_percent: chance.one_of(&[0, 50, 80, 100]),
        sla_interval: chance.quarters(20, 2_400),
        time_zone: chance.percent(50).then(|| chance.one_of(&ZONES).to_owned()),
        notify_managers: notices(chance),
    }
}

fn rests(chance: &mut Chance) -> Rests {
    Rests {
        busy: chance.quarters(4, 40),
        failure: chance.quarters(4, 40),
        no_answer: length(chance, 1, 40),
        rejection: chance.quarters(4, 40),
    }
}

fn notices(chance: &mut Chance) -> Vec<Notice> {
    match chance.below(6) {
        0 => Vec::new(),
        1 => vec![Notice::Abandoned],
        5 => vec![Notice::CallbackFailed, Notice::CallbackRequested],
        2 => vec![Notice::ServiceLevel],
        3 => vec![Notice::Missed, Notice::ServiceLevel],
        _ => vec![Notice::Missed, Notice::Abandoned],
    }
}

fn counts_since(chance: &mut Chance) -> CountSince {
    let midnight = CountSince::Midnight;
    chance.one_of(&[midnight, midnight, CountSince::Login, CountSince::Ever])
}

/// Limits of entry: of callers, of their wait, or both.
fn crowded(chance: &mut Chance, number: Number, config: &Config, queues: &[Number]) -> Crowded {
    let (callers, wait) =
        chance.weighted(&[(1, (true, false)), (2, (false, true)), (1, (true, true))]);
    Crowded {
        callers: if callers {
            u32::try_from(chance.within(1, 3)).unwrap_or(1)
        } else {
            0
        },
        wait: if wait {
            chance.quarters(1, 120)
        } else {
            Span::ZERO
        },
        destination: failover(chance, number, config, queues),
    }
}

/// What callers are asked: the first keys are answers.
fn survey(chance: &mut Chance) -> SurveyConfig {
    SurveyConfig {
        prompt: chance.one_of(&PROMPTS).to_owned(),
        end_prompt: chance.percent(50).then(|| PROMPTS[1].to_owned()),
        points: BTreeMap::from([(Key::Zero, 0), (Key::One, 5), (Key::Two, -1)]),
    }
}

/// Some keys, and where they lead.
fn keys(
    chance: &mut Chance,
    number: Number,
    config: &Config,
    queues: &[Number],
) -> BTreeMap<Key, Destination> {
    let percent = chance.weighted(&[(1, 0), (1, 40)]);
    let mut keys = BTreeMap::new();
    for key in Key::ALL {
        if chance.percent(percent) {
            keys.insert(key, failover(chance, number, config, queues));
        }
    }
    keys
}

/// None, or two or three, each with more agents.
fn skill_steps(chance: &mut Chance) -> Vec<SkillStep> {
    let mut steps = Vec::new();
    if chance.percent(40) {
        let mut after = Span::ZERO;
        for level in [1, 2, 99]
            .into_iter()
            .take(2 + usize::from(chance.percent(50)))
        {
            steps.push(SkillStep { after, level });
            after = after + chance.quarters(1, 60);
        }
    }
    steps
}

/// Nothing, a short length in quarters of a second, or ten minutes.
fn length(chance: &mut Chance, least: u64, most: u64) -> Span {
    match chance.below(10) {
        0..=2 => Span::ZERO,
        9 => Span::from_secs(600),
        _ => chance.quarters(least, most),
    }
}

fn empty_states(chance: &mut Chance) -> Option<EmptyStates> {
    chance.percent(25).then(|| {
        let busy = chance.percent(50);
        EmptyStates {
            busy,
            paused: chance.percent(50),
            unavailable: chance.percent(50),
            wrap_up: busy && chance.percent(50),
        }
    })
}

fn members(chance: &mut Chance, config: &Config) -> Vec<MemberConfig> {
    // One kind only is a case of its own for two strategies.
    let uniform = chance.weighted(&[
        (2, None),
        (1, Some(MemberKind::Static)),
        (1, Some(MemberKind::Dynamic)),
    ]);
    let levels = chance.percent(50);
    let mut members = Vec::new();
    for extension in &config.extensions {
        if chance.percent(55) {
            let kind = chance.one_of(&[MemberKind::Static, MemberKind::Dynamic]);
            let place = usize::try_from(chance.below(8)).unwrap_or(0);
            members.insert(
                place.min(members.len()),
                MemberConfig {
                    extension: extension.number,
                    kind: uniform.unwrap_or(kind),
                    level: if levels {
                        chance.one_of(&[1, 1, 2, 3])
                    } else {
                        1
                    },
                    weight: chance.one_of(&[1, 1, 5]),
                },
            );
        }
    }
    statics_first(&mut members);
    members
}

/// Most rights for managers, some for agents.
fn permissions(chance: &mut Chance, config: &Config) -> Permissions {
    let managers = Right::ALL.into_iter().filter(|_| chance.percent(70));
    let managers = Rights::of(&managers.collect::<Vec<_>>());
    let agents = Right::ALL.into_iter().filter(|right| right.is_for_agents());
    let agents = agents.filter(|_| chance.percent(50));
    let agents = Rights::of(&agents.collect::<Vec<_>>());
    Permissions {
        managers,
        agents,
        agent_logs: AgentLogs {
            answered: chance.percent(50),
            missed: chance.percent(50),
            viewers: chance.percent(20).then(|| self::managers(chance, config)),
        },
    }
}

fn managers(chance: &mut Chance, config: &Config) -> Vec<Number> {
    let chosen = config.extensions.iter().filter(|_| chance.percent(20));
    chosen.map(|extension| extension.number).collect()
}

fn failover(
    chance: &mut Chance,
    number: Number,
    config: &Config,
    queues: &[Number],
) -> Destination {
    let others: Vec<Number> = queues.iter().copied().filter(|&q| q != number).collect();
    match chance.below(9) {
        0 | 1 => chance
            .pick(&config.extensions)
            .map_or(Destination::HangUp, |extension| {
                Destination::Extension(extension.number)
            }),
        2 | 3 => chance
            .pick(&others)
            .map_or(Destination::HangUp, |&queue| Destination::Queue(queue)),
        4 => Destination::Prompt(chance.one_of(&PROMPTS).to_owned()),
        5 | 6 => {
            let leads = |point: &&PointConfig| {
                point.number != number && !matches!(point.kind, PointKind::VoicemailGroup(_))
            };
            let points: Vec<&PointConfig> = config.points.iter().filter(leads).collect();
            let to = chance.pick(&points).map(|point| match point.kind {
                PointKind::CallFlow(_) => Destination::CallFlow(point.number),
                PointKind::Menu(_) => Destination::Menu(point.number),
                _ => Destination::RingGroup(point.number),
            });
            to.unwrap_or(Destination::HangUp)
        }
        7 => {
            let points = config.points.iter().filter(|point| point.has_box());
            let points = points.map(|point| point.number);
            let extensions = config.extensions.iter().map(|e| e.number);
            let boxes: Vec<Number> = points.chain(extensions).chain(others).collect();
            chance
                .pick(&boxes)
                .map_or(Destination::HangUp, |&of| Destination::Voicemail(of))
        }
        _ => external(chance, &config.options),
    }
}

/// Static agents stand before dynamic ones in a queue.
pub(super) fn statics_first(members: &mut [MemberConfig]) {
    members.sort_by_key(|member| member.kind == MemberKind::Dynamic);
}

/// Takes out of a configuration what leads to nobody.
pub fn mend(config: &mut Config) {
    let extensions: Vec<Number> = config.extensions.iter().map(|e| e.number).collect();
    let queues: Vec<Number> = config.queues.iter().map(|queue| queue.number).collect();
    for contact in &mut config.options.contacts {
        contact.owner = contact.owner.filter(|owner| extensions.contains(owner));
    }
    let boxes = config.points.iter().filter(|point| point.has_box());
    let boxes: Vec<Number> = boxes.map(|point| point.number).collect();
    let kinds: Vec<(Number, &str)> = (config.points.iter())
        .map(|point| (point.number, point.header()))
        .collect();
    let mend = |of: Number, to: &mut Destination| {
        let leads = match to {
            // Calendars and prompts are never taken away.
            Destination::HangUp | Destination::Prompt(_) => true,
            Destination::External { trunk, .. } => config.options.calls_out(trunk),
            Destination::Extension(number) => extensions.contains(number),
            Destination::Queue(number) => queues.contains(number) && *number != of,
            Destination::CallFlow(number) => kinds.contains(&(*number, "call_flow")),
            Destination::Menu(number) => kinds.contains(&(*number, "menu")),
            Destination::RingGroup(number) => {
                kinds.contains(&(*number, "ring_group")) && *number != of
            }
            Destination::Voicemail(number) => {
                let mut all = extensions.iter().chain(&queues).chain(&boxes);
                all.any(|known| known == number)
            }
        };
        if !leads {
            *to = Destination::HangUp;
        }
    };
    for queue in &mut config.queues {
        queue
            .members
            .retain(|member| extensions.contains(&member.extension));
        queue.managers.retain(|number| extensions.contains(number));
        if let Some(viewers) = &mut queue.permissions.agent_logs.viewers {
            viewers.retain(|number| extensions.contains(number));
        }
        let number = queue.number;
        queue.destinations_mut().for_each(|to| mend(number, to));
    }
    for point in &mut config.points {
        let gone: Vec<Number> = (point.members().iter().copied())
            .filter(|member| !extensions.contains(member))
            .collect();
        gone.into_iter()
            .for_each(|member| point.remove_member(member));
        let number = point.number;
        point.destinations_mut().for_each(|to| mend(number, to));
    }
}
