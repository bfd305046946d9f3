//! Random contact centres: small, crowded, and always valid.
//!
//! Numbers come from small pools and lengths of time are short multiples of a
//! quarter of a second, so that things happen at the same instant often.

mod contacts;
mod further;
mod points;
mod rights;
mod status;

use contacts::{Contacts, contacts};
use further::{Further, further};
use rights::{RightsDraft, rights_draft};
use status::{feature_codes, on_presence, presence_action};

use crate::table::spoken_prompts;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use tandem_engine::config::announcements::Announcements;
use tandem_engine::config::codes::FeatureCodes;
use tandem_engine::config::hours::{Holiday, HoursConfig};
use tandem_engine::config::model::{
    Config, CountSince, Destination, EmptyStates, ExtensionConfig, InitialStatus, MemberConfig,
    MemberKind, Notice, Options, Parking, PromptConfig, QueueConfig, Rests, SkillStep,
    Strategy as Ring, TimeCondition,
};
use tandem_engine::config::points::VoicemailConfig;
use tandem_engine::config::presence::PresenceActions;
use tandem_engine::config::rights::OwnRecording;
use tandem_engine::{Key, Number, Span};

pub use points::{PointDraft, There, point_draft};

/// Extensions that there can be.
pub const EXTENSIONS: u64 = 8;
/// Queues that there can be.
pub const QUEUES: u64 = 4;
/// Route points that there can be.
pub const POINTS: u64 = 3;
/// Zones without changes of the clock since 1970, and how far each is ahead
/// of UTC, in seconds.
pub const ZONES: [(&str, i64); 3] = [
    ("UTC", 0),
    ("Asia/Kolkata", 19_800),
    ("America/Phoenix", -25_200),
];

/// Names of calendars; every centre has all of them.
const HOURS: [&str; 3] = ["Office", "Shop", "Watch"];
/// Names of trunks: the first can be called out on, the second not, the third is none.
const TRUNKS: [&str; 3] = ["Out", "In", "Nowhere"];
/// Names of prompts; every centre has all of them.
const PROMPTS: [&str; 2] = ["Closed", "Holiday"];
/// Business hours of a day. Tests have their days around midnight.
const DAYS: [&[&str]; 6] = [
    &["00:00-24:00"],
    &["00:00-24:00"],
    &["00:00-12:00", "12:00-23:59"],
    &["23:59-24:00"],
    &["00:00-00:01", "09:00-17:00"],
    &[],
];
/// First and last days of holidays, around the days that tests have.
const HOLIDAYS: [(&str, &str); 6] = [
    ("01-01", "01-01"),
    ("02-29", "10-10"),
    ("11-02", "11-02"),
    ("12-20", "10-08"),
    ("2024-10-20", "2024-11-05"),
    ("1969-12-31", "2024-10-06"),
];

/// What calls may come to; the first ones are configured.
pub const DISPOSITIONS: [&str; 3] = ["Resolved", "Call back", "Wrong number"];

/// The extension with this place in the pool.
#[must_use]
pub fn extension(place: u8) -> Number {
    Number::from_u64(1001 + u64::from(place) % EXTENSIONS)
}

/// The queue with this place in the pool.
#[must_use]
pub fn queue(place: u8) -> Number {
    Number::from_u64(6401 + u64::from(place) % QUEUES)
}

/// A number outside; none where the caller withholds it.
#[must_use]
pub fn outside(place: u8) -> Number {
    match place {
        0 => Number::NONE,
        place => {
            let number = Number::from_u64(49_300 + u64::from(place));
            let plus = format!("+{number}").parse().ok();
            plus.filter(|_| place > 1).unwrap_or(number)
        }
    }
}

/// A number outside as a destination; from 100 on, on a trunk that can not be called out on.
#[must_use]
pub fn external(place: u8) -> Destination {
    Destination::External {
        number: outside(1 + place % 3),
        trunk: TRUNKS[usize::from(place) / 100].to_owned(),
    }
}

/// The parking slot with this place in the pool; the last one is not there.
#[must_use]
pub fn slot(place: u8) -> Number {
    Number::from_u64(701 + u64::from(place))
}

/// The route point with this place in the pool.
#[must_use]
pub fn point(place: u8) -> Number {
    Number::from_u64(6201 + u64::from(place) % POINTS)
}

/// A centre before the first call.
#[derive(Clone, Debug)]
pub struct Centre {
    /// Key of the engine's draws.
    pub seed: u64,
    /// Common settings.
    pub options: OptionsDraft,
    /// The extensions, by their places in the pool.
    pub extensions: Vec<ExtensionDraft>,
    /// The queues, by their places in the pool.
    pub queues: Vec<QueueDraft>,
    /// The route points, by their places in the pool.
    pub points: Vec<PointDraft>,
}

/// Common settings to be.
#[derive(Clone, Debug)]
pub struct OptionsDraft {
    zone: usize,
    push_records: bool,
    dynamic_agents_start_in: bool,
    reasons: usize,
    shared_wrap_up: bool,
    codes: FeatureCodes,
    /// How long callers are parked, in quarters of a second, if they can be.
    parking: Option<u64>,
    sync_h: u16,
    dispositions: usize,
    hours: Vec<HoursDraft>,
    /// Lengths of the prompts, in quarters of a second.
    prompts: [u64; PROMPTS.len()],
    contacts: Contacts,
    /// The greeting, and the longest and shortest message, in quarters of a second.
    voicemail: (Option<usize>, u64, u64),
}

/// A calendar to be.
#[derive(Clone, Debug)]
struct HoursDraft {
    zone: Option<usize>,
    /// Places among [`DAYS`].
    week: [usize; 7],
    /// Places among [`HOLIDAYS`] and [`PROMPTS`].
    holidays: Vec<(usize, Option<usize>)>,
}

/// A time condition to be.
#[derive(Clone, Debug)]
struct ConditionDraft {
    hours: usize,
    outside_hours: Failover,
    holiday: Failover,
    ignore_holidays: bool,
    holiday_prompt: bool,
}

/// An extension to be.
#[derive(Clone, Debug)]
pub struct ExtensionDraft {
    /// What follows from each presence.
    pub on_presence: PresenceActions,
    /// Whether this person may do everything.
    pub administrator: bool,
    /// How long a direct call rings, in quarters of a second.
    pub ring_timeout: u64,
    /// How this person may switch the recording of his own calls.
    pub own_recording: OwnRecording,
    /// Whether the telephone is reachable at first.
    pub up: bool,
    /// Whether the agent logs in everywhere at first.
    pub in_at_first: bool,
}

/// A queue to be: what it names may not be there when it is made.
#[derive(Clone, Debug)]
pub struct QueueDraft {
    /// Who serves it, and in which order.
    pub members: Vec<(u8, MemberKind)>,
    strategy: Ring,
    since: CountSince,
    managers: Vec<u8>,
    permissions: RightsDraft,
    /// In quarters of a second: ringing, retry, wrap-up, waiting.
    lengths: [u64; 4],
    ring_in_use: bool,
    answer_on_entry: bool,
    max_callers: u32,
    join: Option<EmptyStates>,
    leave: Option<EmptyStates>,
    failover: Failover,
    condition: Option<ConditionDraft>,
    further: Further,
    announcements: Announcements,
    /// Where the first keys lead.
    keys: Vec<Failover>,
    zone: Option<usize>,
    notify: Vec<Notice>,
    /// Service level: quarters of a second, percent, and quarters between two looks.
    level: (u64, u8, u64),
    skills: Skills,
}

/// Who may serve whom, what calls weigh, and what becomes of agents who miss them.
#[derive(Clone, Debug)]
struct Skills {
    /// Level and weight of each member, by his place in the list.
    levels: Vec<(u8, u16)>,
    steps: Vec<SkillStep>,
    priority: u16,
    acceleration: Span,
    auto_pause_after: u32,
    rests: Rests,
}

#[derive(Clone, Copy, Debug)]
enum Failover {
    HangUp,
    Extension(u8),
    External(u8),
    Prompt(u8),
    Queue(u8),
    RingGroup(u8),
    Voicemail(u8),
}

/// What kind of centres a test wants.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Strategies that queues can have.
    pub strategies: Vec<Ring>,
    /// Which share of the queues with limits that are answered on entry calls back.
    pub callbacks: f64,
    /// Whether queues have limits: waiting, callers, emptiness.
    pub limits: bool,
    /// How many queues there are at most, at first.
    pub queues: usize,
}

const fn quarters(count: u64) -> Span {
    Span::from_micros(count * 250_000)
}

/// Any strategy.
pub const STRATEGIES: [Ring; 9] = [
    Ring::FewestCalls,
    Ring::LeastRecent,
    Ring::LeastTalkTime,
    Ring::Linear,
    Ring::Random,
    Ring::RingAll,
    Ring::RingProgressively,
    Ring::Rrmemory,
    Ring::WeightedRandom,
];

/// A random centre of a certain shape.
pub fn centre(shape: &Shape) -> impl Strategy<Value = Centre> + use<> {
    let queues = vec(queue_draft(shape), 1..=shape.queues);
    let extensions = prop_oneof![
        1 => vec(extension_draft(), 0..=2),
        6 => vec(extension_draft(), 3..=8),
    ];
    let points = vec(point_draft(), 0..=3);
    (any::<u64>(), options_draft(), extensions, queues, points).prop_map(
        |(seed, options, extensions, queues, points)| Centre {
            seed,
            options,
            extensions,
            queues,
            points,
        },
    )
}

/// Random common settings.
pub fn options_draft() -> impl Strategy<Value = OptionsDraft> {
    let common = (
        0..3_usize,
        any::<bool>(),
        any::<bool>(),
        1..=3_usize,
        prop::bool::weighted(0.3),
        feature_codes(),
        option::weighted(0.8, 4..=40_u64),
        0..=1_u16,
        0..=DISPOSITIONS.len(),
    );
    let hours = vec(hours_draft(), HOURS.len());
    let prompts = proptest::array::uniform2(1..=16_u64);
    let greeting = option::weighted(0.3, 0..PROMPTS.len());
    let voicemail = (greeting, 6..=24_u64, 0..=6_u64);
    let parts = (common, hours, prompts, contacts(), voicemail);
    parts.prop_map(|(common, hours, prompts, contacts, voicemail)| {
        let (zone, push_records, dynamic_agents_start_in, reasons, ..) = common;
        let (.., shared_wrap_up, codes, parking, sync_h, dispositions) = common;
        OptionsDraft {
            zone,
            push_records,
            dynamic_agents_start_in,
            reasons,
            shared_wrap_up,
            codes,
            parking,
            sync_h,
            dispositions,
            hours,
            prompts,
            contacts,
            voicemail,
        }
    })
}

fn hours_draft() -> impl Strategy<Value = HoursDraft> {
    let week = proptest::array::uniform7(0..DAYS.len());
    let holiday = (0..HOLIDAYS.len(), option::of(0..PROMPTS.len()));
    let holidays = vec(holiday, 0..=2);
    (option::of(0..3_usize), week, holidays).prop_map(|(zone, week, holidays)| HoursDraft {
        zone,
        week,
        holidays,
    })
}

fn condition_draft() -> impl Strategy<Value = ConditionDraft> {
    let flags = (any::<bool>(), any::<bool>());
    (0..HOURS.len(), failover(), failover(), flags).prop_map(
        |(hours, outside_hours, holiday, (ignore_holidays, holiday_prompt))| ConditionDraft {
            hours,
            outside_hours,
            holiday,
            ignore_holidays,
            holiday_prompt,
        },
    )
}

/// A random extension.
pub fn extension_draft() -> impl Strategy<Value = ExtensionDraft> {
    let administrator = prop::bool::weighted(0.15);
    let actions = option::weighted(0.5, proptest::array::uniform6(presence_action()));
    let up = prop::bool::weighted(0.9);
    let in_at_first = prop::bool::weighted(0.8);
    let own = select(vec![
        OwnRecording::No,
        OwnRecording::PauseResume,
        OwnRecording::Start,
    ]);
    (administrator, 4..=20_u64, up, in_at_first, own, actions).prop_map(
        |(administrator, ring_timeout, up, in_at_first, own_recording, actions)| ExtensionDraft {
            on_presence: on_presence(actions),
            administrator,
            ring_timeout,
            own_recording,
            up,
            in_at_first,
        },
    )
}

fn empty_states() -> impl Strategy<Value = Option<EmptyStates>> {
    let states = (any::<[bool; 3]>(), any::<bool>()).prop_map(|([busy, paused, gone], wrap_up)| {
        EmptyStates {
            busy,
            paused,
            unavailable: gone,
            wrap_up: busy && wrap_up,
        }
    });
    option::weighted(0.2, states)
}

fn members() -> impl Strategy<Value = Vec<(u8, MemberKind)>> {
    let kind = prop_oneof![Just(MemberKind::Static), Just(MemberKind::Dynamic)];
    let uniform = prop_oneof![
        2 => Just(None),
        1 => Just(Some(MemberKind::Static)),
        1 => Just(Some(MemberKind::Dynamic)),
    ];
    let chosen = vec((0..8_u8, kind), 1..=7);
    (chosen, uniform).prop_map(|(mut members, uniform)| {
        // One kind only is a case of its own for two strategies.
        if let Some(kind) = uniform {
            members.iter_mut().for_each(|member| member.1 = kind);
        }
        members
    })
}

fn lengths(limits: bool) -> impl Strategy<Value = [u64; 4]> {
    let ringing = 4..=16_u64;
    let retry = prop_oneof![1 => Just(0), 2 => 1..=12_u64];
    let wrap_up = prop_oneof![1 => Just(0), 2 => 1..=16_u64];
    let waiting = if limits {
        prop_oneof![1 => Just(0), 2 => 4..=60_u64].boxed()
    } else {
        Just(0).boxed()
    };
    (ringing, retry, wrap_up, waiting)
        .prop_map(|(ringing, retry, wrap_up, waiting)| [ringing, retry, wrap_up, waiting])
}

fn failover() -> impl Strategy<Value = Failover> {
    prop_oneof![
        2 => Just(Failover::HangUp),
        2 => (0..8_u8).prop_map(Failover::Extension),
        1 => (0..4_u8).prop_map(Failover::External),
        2 => (0..2_u8).prop_map(Failover::Prompt),
        6 => (0..4_u8).prop_map(Failover::Queue),
        4 => (0..3_u8).prop_map(Failover::RingGroup),
        2 => (0..15_u8).prop_map(Failover::Voicemail),
    ]
}

fn announcements() -> impl Strategy<Value = Announcements> {
    let prompt = || option::weighted(0.5, select(PROMPTS.map(str::to_owned).to_vec()));
    let nothing = Just(Announcements::default());
    let told = (prompt(), any::<bool>(), prompt(), any::<[bool; 3]>());
    let every = (20..=40_u64, 20..=40_u64);
    let briefing = (prompt(), any::<bool>());
    let told =
        (told, every, briefing).prop_map(|((join, full, periodic, told), every, briefing)| {
            Announcements {
                agent: briefing.0,
                agent_number: briefing.1,
                join_in_full: full && join.is_some(),
                join,
                periodic,
                periodic_every: quarters(every.0),
                position: told[0],
                // What the estimate says is held against another law.
                hold_time: told[1] && (told[0] || told[2]),
                thanks: told[2],
                place_every: quarters(every.1),
                ..Announcements::default()
            }
        });
    prop_oneof![1 => nothing, 1 => told]
}

fn skills() -> impl Strategy<Value = Skills> {
    let levels = prop_oneof![
        1 => Just(vec![(1, 1)]),
        1 => vec((1..=3_u8, 1..=3_u16), 1..=7),
    ];
    let step = |quarter: u64, level: u8| SkillStep {
        after: quarters(quarter),
        level,
    };
    let steps = prop_oneof![
        3 => Just(Vec::new()),
        2 => (1..=12_u64).prop_map(move |q| vec![step(0, 1), step(q, 2), step(q + 6, 3)]),
        1 => (1..=12_u64).prop_map(move |q| vec![step(0, 2), step(q, 99)]),
    ];
    let priority = prop_oneof![
        2 => Just((0, Span::ZERO)),
        1 => (1..=3_u16).prop_map(|priority| (priority, Span::ZERO)),
        2 => (1..=3_u16, 40..=60_u64).prop_map(|(priority, time)| (priority, quarters(time))),
    ];
    let pause = prop_oneof![2 => Just(0_u32), 1 => 1..=3_u32];
    let rests = prop_oneof![
        1 => Just(Rests::default()),
        1 => (4..=20_u64, 4..=20_u64, 0..=8_u64, 4..=20_u64).prop_map(
            |(busy, failure, no_answer, rejection)| Rests {
                busy: quarters(busy),
                failure: quarters(failure),
                no_answer: quarters(no_answer),
                rejection: quarters(rejection),
            }
        ),
    ];
    (levels, steps, priority, pause, rests).prop_map(
        |(levels, steps, (priority, acceleration), auto_pause_after, rests)| Skills {
            levels,
            steps,
            priority,
            acceleration,
            auto_pause_after,
            rests,
        },
    )
}

/// A random queue of a certain shape.
pub fn queue_draft(shape: &Shape) -> impl Strategy<Value = QueueDraft> + use<> {
    let limits = shape.limits;
    let since = select(vec![
        CountSince::Midnight,
        CountSince::Midnight,
        CountSince::Login,
        CountSince::Ever,
    ]);
    let who = (members(), vec(0..8_u8, 0..=2), rights_draft());
    let how = (
        select(shape.strategies.clone()),
        since,
        lengths(limits),
        prop::bool::weighted(0.3),
        prop::bool::weighted(0.7),
    );
    let full = if limits {
        prop_oneof![2 => Just(0_u32), 1 => 1..=3_u32].boxed()
    } else {
        Just(0).boxed()
    };
    let condition = option::weighted(0.25, condition_draft());
    let keys = prop_oneof![2 => Just(Vec::new()), 3 => vec(failover(), 1..=3)];
    let leads = (failover(), condition, keys, announcements());
    let bounds = (full, empty_states(), empty_states(), leads);
    let rest = (
        option::of(0..3_usize),
        select(vec![
            vec![],
            vec![Notice::Abandoned],
            vec![Notice::Missed, Notice::Abandoned],
            vec![Notice::ServiceLevel],
            vec![Notice::CallbackRequested, Notice::CallbackFailed],
            vec![Notice::ServiceLevel, Notice::Abandoned],
        ]),
        (4..=24_u64, select(vec![0, 50, 80, 100]), 8..=120_u64),
    );
    let parts = (who, how, bounds, rest, skills(), further(shape));
    parts.prop_map(
        move |(who, how, bounds, rest, skills, further)| QueueDraft {
            members: who.0,
            strategy: how.0,
            since: how.1,
            managers: who.1,
            permissions: who.2,
            lengths: how.2,
            ring_in_use: how.3,
            answer_on_entry: how.4,
            max_callers: bounds.0,
            join: bounds.1.filter(|_| limits),
            leave: bounds.2.filter(|_| limits),
            failover: bounds.3.0,
            condition: bounds.3.1,
            keys: bounds.3.2,
            announcements: bounds.3.3,
            further,
            zone: rest.0,
            notify: rest.1,
            level: rest.2,
            skills,
        },
    )
}

impl OptionsDraft {
    /// The settings, where these extensions exist.
    #[must_use]
    pub fn options(&self, extensions: &[Number]) -> Options {
        let mut options = Options {
            time_zone: ZONES[self.zone].0.to_owned(),
            push_records: self.push_records,
            shared_wrap_up: self.shared_wrap_up,
            feature_codes: self.codes,
            parking: self.parking.map(|timeout| Parking {
                slots: (slot(0), slot(1)),
                timeout: quarters(timeout),
            }),
            sync_results_h: self.sync_h,
            dispositions: (DISPOSITIONS[..self.dispositions].iter())
                .map(|&name| name.to_owned())
                .collect(),
            new_dynamic_agents: if self.dynamic_agents_start_in {
                InitialStatus::LoggedIn
            } else {
                InitialStatus::LoggedOut
            },
            hours: (HOURS.iter().zip(&self.hours))
                .map(|(name, draft)| draft.hours(name))
                .collect(),
            prompts: (PROMPTS.iter().zip(self.prompts))
                .map(|(name, length)| PromptConfig {
                    name: (*name).to_owned(),
                    length: quarters(length),
                    file: None,
                })
                .chain(spoken_prompts(quarters(1)))
                .collect(),
            contacts: self.contacts.contacts(extensions),
            voicemail: VoicemailConfig {
                greeting: self.voicemail.0.map(|prompt| PROMPTS[prompt].to_owned()),
                longest: quarters(self.voicemail.1),
                shortest: quarters(self.voicemail.2),
            },
            trunks: further::trunks(),
            ..Options::default()
        };
        options.pause_reasons.truncate(self.reasons);
        options
    }
}

impl HoursDraft {
    fn hours(&self, name: &str) -> HoursConfig {
        let spans = |day: usize| {
            let spans = DAYS[day].iter().map(|span| span.parse());
            spans.collect::<Result<_, _>>().expect("business hours")
        };
        let holiday = |&(days, prompt): &(usize, Option<usize>)| Holiday {
            name: format!("Holiday {days}"),
            from: HOLIDAYS[days].0.parse().expect("a date"),
            to: HOLIDAYS[days].1.parse().expect("a date"),
            prompt: prompt.map(|prompt| PROMPTS[prompt].to_owned()),
        };
        HoursConfig {
            name: name.to_owned(),
            time_zone: self.zone.map(|zone| ZONES[zone].0.to_owned()),
            week: self.week.map(spans),
            holidays: self.holidays.iter().map(holiday).collect(),
        }
    }
}

impl ExtensionDraft {
    /// The extension with this number.
    #[must_use]
    pub fn extension(&self, number: Number) -> ExtensionConfig {
        ExtensionConfig {
            administrator: self.administrator,
            ring_timeout: quarters(self.ring_timeout),
            on_presence: self.on_presence.clone(),
            own_recording: self.own_recording,
            outbound: !self.ring_timeout.is_multiple_of(8),
            ..ExtensionConfig::new(number)
        }
    }
}

impl Skills {
    /// Gives them to a queue that has its members.
    fn lay_over(&self, config: &mut QueueConfig) {
        for (member, &(level, weight)) in config.members.iter_mut().zip(self.levels.iter().cycle())
        {
            (member.level, member.weight) = (level, weight);
        }
        config.skill_steps.clone_from(&self.steps);
        config.priority = self.priority;
        config.priority_acceleration = self.acceleration;
        config.auto_pause_after = self.auto_pause_after;
        config.rests = self.rests;
    }
}

impl QueueDraft {
    /// The members, as far as these extensions exist.
    fn members(&self, extensions: &[Number]) -> Vec<MemberConfig> {
        let mut members = Vec::<MemberConfig>::new();
        for &(place, kind) in &self.members {
            let extension = extension(place);
            if members.iter().all(|member| member.extension != extension) {
                members.push(MemberConfig::new(extension, kind));
            }
        }
        members.retain(|member| extensions.contains(&member.extension));
        statics_first(&mut members);
        members
    }

    /// The queue with this number, where these extensions and queues exist.
    #[must_use]
    pub fn queue(&self, number: Number, there: &There) -> QueueConfig {
        let There { extensions, .. } = there;
        let mut config = QueueConfig::new(number, &format!("Queue {number}"));
        config.members = self.members(extensions);
        self.skills.lay_over(&mut config);
        config.managers = self
            .managers
            .iter()
            .map(|&place| extension(place))
            .collect();
        config.managers.sort_unstable();
        config.managers.dedup();
        config
            .managers
            .retain(|manager| extensions.contains(manager));
        config.permissions = self.permissions.permissions(extensions);
        config.record = self.permissions.record;
        config.strategy = self.strategy;
        config.fewest_calls_since = self.since;
        [
            config.agent_timeout,
            config.retry_interval,
            config.wrap_up,
            config.max_waiting,
        ] = self.lengths.map(quarters);
        config.ring_in_use = self.ring_in_use;
        config.answer_on_entry = self.answer_on_entry;
        config.max_callers = self.max_callers;
        config.disallow_join_when_empty = self.join;
        config.leave_when_empty = self.leave;
        let destination = |draft: Failover| there.destination(number, draft);
        config.failover = destination(self.failover);
        let leads = self.keys.iter().map(|&to| destination(to));
        let told = Some(self.announcements.clone()).filter(|it| *it != Announcements::default());
        config.announcements = told.filter(|_| config.answer_on_entry).map(Box::new);
        config.keys = Key::ALL.into_iter().zip(leads).collect();
        self.further.lay_over(&mut config, destination);
        config.time_condition = self.condition.as_ref().map(|draft| TimeCondition {
            hours: HOURS[draft.hours].to_owned(),
            outside_hours: destination(draft.outside_hours),
            holiday: destination(draft.holiday),
            ignore_holidays: draft.ignore_holidays,
            holiday_prompt: draft.holiday_prompt,
        });
        config.time_zone = self.zone.map(|zone| ZONES[zone].0.to_owned());
        config.notify_managers.clone_from(&self.notify);
        let (sla_time, percent, interval) = self.level;
        (config.sla_time, config.sla_interval) = (quarters(sla_time), quarters(interval));
        config.sla_threshold_percent = percent;
        config
    }
}

/// Static agents stand before dynamic ones in a queue.
pub fn statics_first(members: &mut [MemberConfig]) {
    members.sort_by_key(|member| member.kind == MemberKind::Dynamic);
}

impl Centre {
    /// The configuration to begin with.
    #[must_use]
    pub fn config(&self) -> Config {
        let extensions: Vec<ExtensionConfig> = (0..)
            .zip(&self.extensions)
            .map(|(place, draft)| draft.extension(extension(place)))
            .collect();
        let numbered = || (0..).map(point).zip(&self.points);
        let boxes = numbered().filter(|(_, draft)| draft.has_box());
        let there = There {
            extensions: extensions.iter().map(|e| e.number).collect(),
            queues: (0..).map(queue).take(self.queues.len()).collect(),
            boxes: boxes.map(|(number, _)| number).collect(),
            points: numbered()
                .map(|(number, draft)| (number, draft.header()))
                .collect(),
        };
        Config {
            options: self.options.options(&there.extensions),
            queues: (there.queues.iter().zip(&self.queues))
                .map(|(&number, draft)| draft.queue(number, &there))
                .collect(),
            points: numbered()
                .map(|(number, draft)| draft.point(number, &there))
                .collect(),
            extensions,
        }
    }
}
