//! Random configurations without faults, and the seed that they come from.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config as Settings, RngAlgorithm, TestRng, TestRunner};
use tandem_engine::config::address::SipAddress;
use tandem_engine::config::announcements::Announcements;
use tandem_engine::config::callback::{CallbackConfig, Outbound};
use tandem_engine::config::codes::FeatureCodes;
use tandem_engine::config::model::{
    Config, ContactConfig, CountSince, Crowded, Destination, EmptyStates, ExtensionConfig,
    InitialStatus, MemberConfig, MemberKind, Notice, Options, Parking, PauseReason, QueueConfig,
    Rests, SkillStep, Strategy as Ring, SurveyConfig, TrunkConfig,
};
use tandem_engine::config::presence::{Presence, PresenceAction, PresenceActions};
use tandem_engine::config::rights::{AgentLogs, OwnRecording, Permissions, Right, Rights};
use tandem_engine::limits::SURVEY_POINTS_MAX;
use tandem_engine::records::contacts::{ContactMatching, MatchBy};
use tandem_engine::{Key, Number, Span};

use crate::hours::{hours, prompts, time_condition};
use crate::points::{Kind, Numbers, destination, point, voicemail};

/// The seed of this run: that of `TANDEM_SEED`, or else of the day.
pub fn seed() -> u64 {
    let day = || {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970");
        now.as_secs() / 86_400
    };
    let told = std::env::var("TANDEM_SEED").ok();
    let seed = told.map_or_else(day, |seed| seed.parse().expect("TANDEM_SEED is a number"));
    println!("TANDEM_SEED={seed}");
    seed
}

/// A count from the environment, or what it is by default.
pub fn count(variable: &str, default: u32) -> u32 {
    std::env::var(variable).map_or(default, |count| count.parse().expect("a count"))
}

/// Runs a property with this run's seed.
pub fn for_all<S: Strategy>(
    cases: u32,
    strategy: S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed().to_le_bytes());
    let settings = Settings {
        cases,
        failure_persistence: None,
        ..Settings::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &key);
    let outcome = TestRunner::new_with_rng(settings, rng).run(&strategy, property);
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

pub fn number(digits: u64) -> Number {
    Number::from_u64(digits)
}

/// A name that people might give, if they were asked by a tester.
pub fn name() -> impl Strategy<Value = String> {
    let odd = r#"[a-zA-Z0-9äßÑ日本#=\[\]{}"'\\.,*|-]{1,12}( [a-z*0-9"\\]{1,12})?"#;
    prop_oneof![4 => "[A-Z][a-z]{1,10}", 2 => odd, 1 => Just("x".repeat(127))]
}

pub fn span(seconds: std::ops::RangeInclusive<u64>) -> impl Strategy<Value = Span> {
    let (least, most) = (seconds.start() * 1_000_000, seconds.end() * 1_000_000);
    let whole = seconds.prop_map(Span::from_secs);
    prop_oneof![whole, (least..=most).prop_map(Span::from_micros)]
}

pub fn zone() -> impl Strategy<Value = String> {
    select(vec![
        "UTC",
        "Europe/Paris",
        "Asia/Tokyo",
        "America/New_York",
    ])
    .prop_map(str::to_owned)
}

/// Ranges of queue numbers, some of other widths.
const RANGES: [(u64, u64); 5] = [
    (6400, 6499),
    (6400, 6430),
    (6410, 6499),
    (640, 649),
    (10_000, 10_999),
];

prop_compose! {
    fn options()(
        time_zone in zone(),
        range in select(&RANGES[..]),
        logged_in in any::<bool>(),
        names in btree_set(name(), 0..4),
        codes in Just(["*01", "*2", "#77", "*03"]).prop_shuffle(),
        [push_records, shared_wrap_up] in any::<[bool; 2]>(),
        feature_codes in feature_codes(),
        (contact_matching, sync_results_h, contacts) in (matching(), 0..=168_u16, contacts()),
        dispositions in btree_set(name(), 0..12),
        parked in proptest::option::of((0..1_000_u64, span(1..=3_600))),
        trunks in btree_set(name(), 0..4).prop_flat_map(trunks),
        (prompts, hours, voicemail) in prompts().prop_flat_map(|prompts| {
            let (hours, voicemail) = (hours(&prompts), voicemail(&prompts));
            (Just((prompts, voicemail)), hours)
        }).prop_flat_map(|((prompts, voicemail), hours)| (Just(prompts), Just(hours), voicemail)),
    ) -> Options {
        let reasons = names.into_iter().zip(codes);
        let reason = |(name, code): (String, &str)| {
            PauseReason { name, code: code.parse().expect("a code") }
        };
        Options {
            time_zone,
            queue_numbers: (number(range.0), number(range.1)),
            new_dynamic_agents: match logged_in {
                true => InitialStatus::LoggedIn,
                false => InitialStatus::LoggedOut,
            },
            pause_reasons: reasons.map(reason).collect(),
            feature_codes,
            push_records,
            shared_wrap_up,
            contact_matching,
            sync_results_h,
            dispositions: dispositions.into_iter().collect(),
            parking: parked.map(|(slots, timeout)| Parking {
                slots: (number(99_000), number(99_000 + slots)),
                timeout,
            }),
            trunks,
            hours,
            prompts,
            contacts,
            voicemail,
        }
    }
}

/// Contacts, no two of whom end in the same digits; their owners are places in a list.
fn contacts() -> impl Strategy<Value = Vec<ContactConfig>> {
    let owner = proptest::option::of(0..40_u64);
    let contact = (name(), 1..=3_u64, owner, alert_info());
    vec(contact, 0..4).prop_map(|contacts| {
        let contacts = (0..).zip(contacts);
        let contact = |(place, contact): (u64, (String, u64, Option<u64>, Option<String>))| {
            let (name, many, owner, alert_info) = contact;
            let digits = |n| 4_930_000_000 + place * 10 + n;
            ContactConfig {
                name,
                numbers: (0..many).map(|n| number(digits(n))).collect(),
                owner: owner.map(number),
                alert_info,
            }
        };
        contacts.map(contact).collect()
    })
}

/// The same, owned by these extensions.
fn owned(mut options: Options, extensions: &[ExtensionConfig]) -> Options {
    for contact in &mut options.contacts {
        let place = contact
            .owner
            .and_then(|place| place.to_string().parse().ok());
        let owner = place.filter(|_| !extensions.is_empty());
        contact.owner = owner.map(|place: usize| extensions[place % extensions.len()].number);
    }
    options
}

fn matching() -> impl Strategy<Value = ContactMatching> {
    let by = prop_oneof![
        Just(MatchBy::Exact),
        Just(MatchBy::Nothing),
        (4..=31_u8).prop_map(MatchBy::LastDigits),
    ];
    (by, any::<bool>()).prop_map(|(by, ignore_symbols)| ContactMatching { by, ignore_symbols })
}

fn address() -> impl Strategy<Value = SipAddress> {
    let addresses = vec!["192.0.2.7", "tcp:192.0.2.9:5062", "[2001:db8::7]:65535"];
    select(addresses).prop_map(|address| address.parse().expect("an address"))
}

/// Trunks with these names, each known by its address, its user or both.
fn trunks(names: BTreeSet<String>) -> impl Strategy<Value = Vec<TrunkConfig>> {
    let trunk = |(place, name): (usize, String)| {
        let known_by = (any::<bool>(), any::<bool>());
        known_by.prop_map(move |(by_address, by_user)| TrunkConfig {
            name: name.clone(),
            address: (by_address || !by_user)
                .then(|| format!("192.0.2.{place}:{}", 5060 + place))
                .map(|address| address.parse().expect("an address")),
            user: by_user.then(|| format!("user{place}")),
            outbound: (by_address && place % 3 > 0).then(|| Outbound {
                number: (place % 2 > 0).then(|| Number::from_u64(4_930_100)),
                user: by_user.then(|| format!("out{place}")),
            }),
        })
    };
    names.into_iter().enumerate().map(trunk).collect::<Vec<_>>()
}

fn extension(digits: u64) -> impl Strategy<Value = ExtensionConfig> {
    let odd = (
        prop_oneof![Just(String::new()), name()],
        any::<(bool, bool)>(),
        span(1..=600),
        proptest::option::of(address()),
        proptest::option::of(select(vec!["ann@example.com", "a.b+c@x"])),
        select(vec![
            OwnRecording::No,
            OwnRecording::PauseResume,
            OwnRecording::Start,
        ]),
        proptest::array::uniform6(presence_action()),
    );
    let odd = odd.prop_map(
        move |(
            name,
            (administrator, outbound),
            ring_timeout,
            contact,
            email,
            own_recording,
            actions,
        )| {
            ExtensionConfig {
                number: number(digits),
                name,
                administrator,
                ring_timeout,
                contact,
                email: email.map(str::to_owned),
                on_presence: on_presence(actions),
                own_recording,
                outbound,
            }
        },
    );
    prop_oneof![Just(ExtensionConfig::new(number(digits))), odd]
}

/// What follows from a presence; reasons are given names when all are known.
fn presence_action() -> impl Strategy<Value = PresenceAction> {
    select(vec![
        PresenceAction::LogIn,
        PresenceAction::LogInLast,
        PresenceAction::LogOut,
        PresenceAction::Nothing,
        PresenceAction::Nothing,
        PresenceAction::Pause(None),
        PresenceAction::Pause(Some(String::new())),
    ])
}

fn on_presence(actions: [PresenceAction; 6]) -> PresenceActions {
    let mut on_presence = PresenceActions::default();
    for (action, (_, presence)) in actions.into_iter().zip(Presence::ALL) {
        on_presence.set(presence, action);
    }
    on_presence
}

/// The same, whose presences pause for reasons that are configured.
pub fn with_reasons(mut config: Config) -> Config {
    let reasons = &config.options.pause_reasons;
    for (place, extension) in config.extensions.iter_mut().enumerate() {
        for (_, presence) in Presence::ALL {
            if let PresenceAction::Pause(Some(_)) = extension.on_presence.on(presence) {
                let reason = reasons.get(place % reasons.len().max(1));
                let reason = reason.map(|reason| reason.name.clone());
                let action = PresenceAction::Pause(reason);
                extension.on_presence.set(presence, action);
            }
        }
    }
    config
}

/// The default codes, others, none.
fn feature_codes() -> impl Strategy<Value = FeatureCodes> {
    let code = |text: &str| text.parse().ok();
    let default = FeatureCodes::default();
    let others = FeatureCodes {
        log_in: code("#0"),
        pause: code("##"),
        ..default
    };
    let none = FeatureCodes {
        log_in: None,
        log_in_all: None,
        log_in_last: None,
        log_out_all: None,
        pause: None,
    };
    select(vec![default, others, none])
}

fn empty_states() -> impl Strategy<Value = Option<EmptyStates>> {
    let states = any::<[bool; 4]>().prop_map(|[busy, paused, unavailable, wrap_up]| EmptyStates {
        busy,
        paused,
        unavailable,
        wrap_up: wrap_up && busy,
    });
    prop_oneof![
        Just(None),
        Just(Some(EmptyStates::default())),
        states.prop_map(Some)
    ]
}

pub fn people(extensions: &[u64]) -> impl Strategy<Value = Vec<Number>> + use<> {
    let some = subsequence(extensions.to_vec(), 0..=extensions.len().min(100));
    let shuffled = some.clone().prop_shuffle();
    prop_oneof![some, shuffled].prop_map(|people| people.into_iter().map(number).collect())
}

/// What callers are told, in prompts that there are.
fn announcements(options: &Options) -> BoxedStrategy<Option<Box<Announcements>>> {
    let names: Vec<String> = options.prompts.iter().map(|it| it.name.clone()).collect();
    if names.is_empty() {
        return Just(None).boxed();
    }
    let name = || proptest::option::of(select(names.clone()));
    let told = (
        name(),
        any::<bool>(),
        name(),
        span(5..=3_600),
        span(5..=3_600),
    );
    let told = told.prop_map(|(join, full, periodic, every, place)| Announcements {
        join_in_full: full && join.is_some(),
        join,
        periodic,
        periodic_every: every,
        place_every: place,
        ..Announcements::default()
    });
    proptest::option::of(told.prop_map(Box::new)).boxed()
}

const RINGS: [Ring; 9] = [
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
const NOTICES: [Notice; 5] = [
    Notice::Abandoned,
    Notice::CallbackFailed,
    Notice::CallbackRequested,
    Notice::Missed,
    Notice::ServiceLevel,
];
const SINCE: [CountSince; 3] = [CountSince::Ever, CountSince::Login, CountSince::Midnight];

const fn kind(is_static: bool) -> MemberKind {
    match is_static {
        true => MemberKind::Static,
        false => MemberKind::Dynamic,
    }
}

fn crowded(
    destination: BoxedStrategy<Destination>,
) -> impl Strategy<Value = Option<Crowded>> + use<> {
    let limits = prop_oneof![
        (1..=100_000_u32, span(0..=86_400)),
        (Just(0_u32), span(1..=86_400)),
    ];
    let crowded = (limits, destination).prop_map(|((callers, wait), destination)| Crowded {
        callers,
        wait,
        destination,
    });
    proptest::option::weighted(0.3, crowded)
}

/// Levels and weights of members, steps, priority, pause and rests.
type Skills = (Vec<(u8, u16)>, Vec<SkillStep>, (u16, Span), u32, Rests);

fn skills() -> impl Strategy<Value = Skills> {
    let level = prop_oneof![2 => Just((1, 1)), 1 => (1..=99_u8, 1..=1_000_u16)];
    let steps = btree_map(1..=86_400_u64, 2..=99_u8, 0..5);
    let steps = (1..=3_u8, steps, any::<bool>()).prop_map(|(first, later, any)| {
        let first = (Span::ZERO, first);
        let later = later
            .into_iter()
            .map(|(s, level)| (Span::from_secs(s), level));
        let mut steps: Vec<SkillStep> = Vec::new();
        for (after, level) in std::iter::once(first).chain(later).filter(|_| any) {
            if steps.last().is_none_or(|last| last.level < level) {
                steps.push(SkillStep { after, level });
            }
        }
        steps
    });
    let priority = prop_oneof![
        Just((0, Span::ZERO)),
        (1..=999_u16, prop_oneof![Just(Span::ZERO), span(10..=1_800)]),
    ];
    let rests = (
        span(1..=3_600),
        span(1..=3_600),
        span(0..=3_600),
        span(1..=3_600),
    );
    let rests = rests.prop_map(|(busy, failure, no_answer, rejection)| Rests {
        busy,
        failure,
        no_answer,
        rejection,
    });
    let levels = vec(level, 1..5);
    (levels, steps, priority, 0..=100_u32, rests)
}

type Times = ((Span, Span, Span), Span, (Span, Span), (Span, Span, Span));

/// Ringing, retry interval and wrap-up; the longest wait, the service level; one more
/// ring, a place that is kept, and reserving callers.
fn times() -> impl Strategy<Value = Times> {
    let times = (span(1..=600), span(0..=600), span(0..=3600));
    let level = (span(1..=86_400), span(1..=86_400));
    let further = (span(1..=600), span(0..=3_600), span(0..=600));
    (times, span(0..=86_400), level, further)
}

fn lay_over(queue: &mut QueueConfig, skills: Skills) {
    for (member, (level, weight)) in queue.members.iter_mut().zip(skills.0.iter().cycle()) {
        (member.level, member.weight) = (*level, *weight);
    }
    queue.skill_steps = skills.1;
    (queue.priority, queue.priority_acceleration) = skills.2;
    queue.auto_pause_after = skills.3;
    queue.rests = skills.4;
}

/// What managers and agents may.
fn permissions(extensions: &[u64]) -> impl Strategy<Value = Permissions> + use<> {
    let managers = subsequence(Right::ALL.to_vec(), 0..=Right::ALL.len());
    let agents = Right::ALL.into_iter().filter(|right| right.is_for_agents());
    let agents = subsequence(agents.collect::<Vec<_>>(), 0..=6);
    let viewers = proptest::option::of(people(extensions));
    (managers, agents, any::<[bool; 2]>(), viewers).prop_map(
        |(managers, agents, [answered, missed], viewers)| Permissions {
            managers: Rights::of(&managers),
            agents: Rights::of(&agents),
            agent_logs: AgentLogs {
                answered,
                missed,
                viewers,
            },
        },
    )
}

fn survey(options: &Options) -> BoxedStrategy<Option<Box<SurveyConfig>>> {
    let names: Vec<String> = options.prompts.iter().map(|p| p.name.clone()).collect();
    if names.is_empty() {
        return Just(None).boxed();
    }
    let most = SURVEY_POINTS_MAX;
    let points = btree_map(select(&Key::ALL[..]), -most..=most, 1..=4);
    let prompts = (select(names.clone()), proptest::option::of(select(names)));
    let survey = (prompts, points).prop_map(|((prompt, end_prompt), points)| {
        Box::new(SurveyConfig {
            prompt,
            end_prompt,
            points,
        })
    });
    proptest::option::of(survey).boxed()
}

/// Callbacks as the times of a queue allow them; its keys are told when all are known.
fn callback(options: &Options) -> BoxedStrategy<Option<CallbackConfig>> {
    let names: Vec<String> = options.prompts.iter().map(|p| p.name.clone()).collect();
    if names.is_empty() {
        return Just(None).boxed();
    }
    let name = || proptest::option::of(select(names.clone()));
    let prefix = select(vec![Number::NONE, number(9), number(77)]);
    let times = (any::<bool>(), span(0..=86_400), span(1..=600));
    let said = (select(names.clone()), name(), name(), name(), name());
    let callback = (select(&Key::ALL[..11]), prefix, times, said).prop_map(
        |(key, prefix, (offered, timeout, customer_ring), said)| CallbackConfig {
            key,
            prefix,
            timeout,
            customer_ring,
            after: Span::from_secs(u64::from(offered)),
            offer: offered.then_some(said.0),
            confirm: said.1,
            thanks: said.2,
            invalid: said.3,
            crowded: said.4,
            ..CallbackConfig::new("Carrier")
        },
    );
    proptest::option::of(callback).boxed()
}

/// A callback in a queue that is otherwise complete, where it fits there.
fn with_callback(queue: &mut QueueConfig, callback: Option<CallbackConfig>) {
    let limit = queue.max_waiting;
    let fits = |callback: &CallbackConfig| {
        let in_time = limit.is_zero() || callback.timeout < limit && callback.after <= limit;
        in_time && queue.answer_on_entry && !queue.keys.contains_key(&callback.key)
    };
    queue.callback = callback.filter(fits).map(Box::new);
}

fn music() -> impl Strategy<Value = Option<&'static str>> {
    proptest::option::of(select(vec!["waiting.wav", "Für Elise.wav"]))
}

fn alert_info() -> impl Strategy<Value = Option<String>> {
    let texts = select(vec![
        "sales",
        "<http://192.0.2.7/a.wav>;info=b",
        "<urn:alert:x>",
    ]);
    proptest::option::of(texts.prop_map(str::to_owned))
}

/// With its number a name is unique.
fn unique(name: &str, digits: u64) -> String {
    let name: String = name.chars().take(100).collect();
    format!("{} {digits}", name.trim())
}

/// Members of a queue, the first of them static.
fn members(people: Vec<Number>, statics: usize) -> Vec<MemberConfig> {
    let kinds = (0..).map(|place| kind(place < statics));
    let members = people.into_iter().zip(kinds);
    members
        .map(|(extension, kind)| MemberConfig::new(extension, kind))
        .collect()
}

fn queue(digits: u64, numbers: &Numbers, options: &Options) -> BoxedStrategy<QueueConfig> {
    let extensions = &numbers.extensions;
    let who = (people(extensions), 0..100_usize, people(extensions));
    let how = (
        select(&RINGS[..]),
        select(&SINCE[..]),
        any::<[bool; 4]>(),
        (music(), music(), alert_info()),
        permissions(extensions),
    );
    let destination = destination(digits, numbers, options);
    let rest = (
        0..=100_000_u32,
        (empty_states(), empty_states()),
        (
            (destination.clone(), crowded(destination.clone())),
            time_condition(options, destination.clone()),
            btree_map(select(&Key::ALL[..]), destination, 0..=3),
            (announcements(options), survey(options), callback(options)),
        ),
        0..=100_u8,
        proptest::option::of(zone()),
        subsequence(NOTICES.to_vec(), 0..=5).prop_shuffle(),
    );
    let parts = (name(), any::<bool>(), who, how, times(), rest, skills());
    let queue = parts.prop_map(move |(name, plain, who, how, times, rest, skills)| {
        let name = unique(&name, digits);
        let mut queue = QueueConfig::new(number(digits), &name);
        let callback;
        queue.members = members(who.0, who.1);
        queue.managers = who.2;
        (
            (queue.failover, queue.crowded),
            queue.time_condition,
            queue.keys,
            (queue.announcements, queue.survey, callback),
        ) = rest.2;
        if plain {
            with_callback(&mut queue, callback);
            return queue;
        }
        lay_over(&mut queue, skills);
        (queue.strategy, queue.fewest_calls_since) = (how.0, how.1);
        [
            queue.ring_in_use,
            queue.answer_on_entry,
            queue.record,
            queue.show_missed_calls,
        ] = how.2;
        (queue.permissions, queue.alert_info) = (how.4, how.3.2);
        [queue.music, queue.hold_music] = [how.3.0, how.3.1].map(|it| it.map(str::to_owned));
        queue.announcements = queue.announcements.filter(|_| how.2[1]);
        (queue.agent_timeout, queue.retry_interval, queue.wrap_up) = times.0;
        queue.max_waiting = times.1;
        (queue.ring_more_every, queue.place_kept) = (times.3.0, times.3.1);
        queue.preferred_wait = times.3.2;
        queue.max_callers = rest.0;
        (queue.sla_time, queue.sla_interval) = times.2;
        (queue.disallow_join_when_empty, queue.leave_when_empty) = rest.1;
        (
            queue.sla_threshold_percent,
            queue.time_zone,
            queue.notify_managers,
        ) = (rest.3, rest.4, rest.5);
        with_callback(&mut queue, callback);
        queue
    });
    queue.boxed()
}

/// Configurations without faults. Extensions may have numbers that are queues'
/// in others.
pub fn config() -> impl Strategy<Value = Config> {
    let extensions = btree_set(
        prop_oneof![1000..1040_u64, 6400..6420_u64, 640..642_u64],
        0..40,
    );
    let numbers = (
        options(),
        extensions,
        btree_set(prop_oneof![0..20_u64, 0..100_u64], 0..8),
        // Numbers of route points, some of which others are extensions or queues with.
        btree_set(
            prop_oneof![1000..1005_u64, 6400..6403_u64, 6200..6208_u64],
            0..5,
        ),
        (any::<bool>(), 0..4_u64),
    );
    let objects = numbers.prop_flat_map(|(options, extensions, places, points, how)| {
        let (shuffled, shift) = how;
        let first: u64 = options.queue_numbers.0.to_string().parse().expect("digits");
        let last: u64 = options.queue_numbers.1.to_string().parse().expect("digits");
        let queues: Vec<u64> = places
            .iter()
            .map(|place| first + place)
            .filter(|q| *q <= last)
            .collect();
        let free = |extension: &u64| !queues.contains(extension);
        let extensions: Vec<u64> = extensions.into_iter().filter(free).collect();
        let points = points.into_iter().filter(|point| {
            let in_range = (first..=last).contains(point);
            !in_range && !extensions.contains(point)
        });
        // A menu and a flow play prompts.
        let kinds = if options.prompts.is_empty() { 2 } else { 4 };
        let kind = |point: u64| Kind::ALL[usize::try_from((point + shift) % kinds).unwrap_or(0)];
        let points = points.map(|point| (point, kind(point))).collect();
        let numbers = Numbers {
            extensions,
            queues,
            points,
        };
        let parts = (
            (numbers.extensions.iter())
                .map(|&digits| extension(digits))
                .collect::<Vec<_>>(),
            (numbers.queues.iter())
                .map(|&digits| queue(digits, &numbers, &options))
                .collect::<Vec<_>>(),
            (numbers.points.iter())
                .map(|&(digits, kind)| point(digits, kind, &numbers, &options))
                .collect::<Vec<_>>(),
        );
        let config = parts.prop_map(move |(extensions, queues, points)| Config {
            options: owned(options.clone(), &extensions),
            extensions,
            queues,
            points,
        });
        config.prop_map(with_reasons).prop_flat_map(move |config| {
            if shuffled {
                mixed(config).boxed()
            } else {
                Just(config).boxed()
            }
        })
    });
    prop_oneof![1 => Just(Config::default()), 30 => objects]
}

/// The same, its objects in another order.
fn mixed(config: Config) -> impl Strategy<Value = Config> {
    let Config {
        options,
        extensions,
        queues,
        points,
    } = config;
    let shuffled = (Just(extensions).prop_shuffle(), Just(queues).prop_shuffle());
    shuffled.prop_map(move |(extensions, queues)| Config {
        options: options.clone(),
        extensions,
        queues,
        points: points.clone(),
    })
}

/// A few of the changes that lead to `other`, in any order, and some again.
pub fn some_of<T: Clone + std::fmt::Debug + 'static>(all: Vec<T>) -> impl Strategy<Value = Vec<T>> {
    if all.is_empty() {
        return Just(Vec::new()).boxed();
    }
    let several = vec(select(all.clone()), 0..6);
    prop_oneof![several, vec(select(all), 1..=1)].boxed()
}
