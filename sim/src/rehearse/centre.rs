//! Random centres: small, crowded, and without faults. The literals name every
//! field: a new setting does not compile until it is drawn here.

use tandem_engine::config::model::{
    Config, CountSince, Destination, EmptyStates, ExtensionConfig, InitialStatus, MemberConfig,
    MemberKind, Notice, Options, QueueConfig, Strategy,
};
use tandem_engine::{Number, Span};

use super::chance::Chance;
use super::script::Flavour;

/// Extensions that there can be.
const EXTENSIONS: u64 = 8;
/// Queues that there can be.
const QUEUES: u64 = 4;
/// Zones with and without changes of the clock.
const ZONES: [&str; 4] = ["UTC", "Asia/Kolkata", "America/Phoenix", "Europe/Berlin"];
/// Whoever calls from outside.
const STRANGERS: u64 = 5;

const STRATEGIES: [Strategy; 6] = [
    Strategy::FewestCalls,
    Strategy::LeastRecent,
    Strategy::Linear,
    Strategy::Random,
    Strategy::RingAll,
    Strategy::Rrmemory,
];

/// One of the extensions that there can be.
pub(super) fn some_extension(chance: &mut Chance) -> Number {
    Number::from_u64(1001 + chance.below(EXTENSIONS))
}

/// One of the queues that there can be.
pub(super) fn some_queue(chance: &mut Chance) -> Number {
    Number::from_u64(6401 + chance.below(QUEUES))
}

/// A number outside; none where the caller withholds it.
pub(super) fn some_stranger(chance: &mut Chance) -> Number {
    match chance.below(STRANGERS) {
        0 => Number::NONE,
        place => Number::from_u64(4930 + place),
    }
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
    };
    let numbers: Vec<Number> = (6401..6401 + queues).map(Number::from_u64).collect();
    for &number in &numbers {
        let queue = queue(chance, number, &config, &numbers);
        config.queues.push(queue);
    }
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
}

/// Two queues that send every caller to and fro, and report each time.
fn hoard(config: &mut Config) {
    config.options.push_records = true;
    config.queues.truncate(1);
    let first = &mut config.queues[0];
    first.members.clear();
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
        push_records: chance.percent(30),
        // Who may call from outside is for the ports to know.
        trunks: Vec::new(),
    }
}

/// An extension.
pub(super) fn extension(chance: &mut Chance, number: Number) -> ExtensionConfig {
    ExtensionConfig {
        number,
        name: String::new(),
        administrator: chance.percent(15),
        ring_timeout: chance.quarters(4, 60),
        // Where a telephone is changes no decision.
        contact: None,
    }
}

/// A queue of this centre, beside these queues.
pub(super) fn queue(
    chance: &mut Chance,
    number: Number,
    config: &Config,
    queues: &[Number],
) -> QueueConfig {
    QueueConfig {
        number,
        name: name_of(number),
        strategy: chance.one_of(&STRATEGIES),
        fewest_calls_since: chance.weighted(&[
            (2, CountSince::Midnight),
            (1, CountSince::Login),
            (1, CountSince::Ever),
        ]),
        members: members(chance, config),
        answer_on_entry: chance.percent(70),
        music: None,
        managers: managers(chance, config),
        managers_switch_agents: chance.percent(70),
        agent_timeout: chance.quarters(4, 80),
        retry_interval: length(chance, 1, 40),
        wrap_up: length(chance, 1, 120),
        ring_in_use: chance.percent(30),
        max_waiting: length(chance, 4, 240),
        max_callers: if chance.percent(70) {
            0
        } else {
            u32::try_from(chance.within(1, 3)).unwrap_or(1)
        },
        disallow_join_when_empty: empty_states(chance),
        leave_when_empty: empty_states(chance),
        failover: failover(chance, number, config, queues),
        sla_time: chance.quarters(4, 120),
        sla_threshold_percent: 80,
        time_zone: chance.percent(50).then(|| chance.one_of(&ZONES).to_owned()),
        notify_managers: match chance.below(3) {
            0 => Vec::new(),
            1 => vec![Notice::Abandoned],
            _ => vec![Notice::Missed, Notice::Abandoned],
        },
    }
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
                },
            );
        }
    }
    statics_first(&mut members);
    members
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
    match chance.below(5) {
        0 | 1 => chance
            .pick(&config.extensions)
            .map_or(Destination::HangUp, |extension| {
                Destination::Extension(extension.number)
            }),
        2 | 3 => chance
            .pick(&others)
            .map_or(Destination::HangUp, |&queue| Destination::Queue(queue)),
        _ => Destination::HangUp,
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
    for queue in &mut config.queues {
        queue
            .members
            .retain(|member| extensions.contains(&member.extension));
        queue.managers.retain(|number| extensions.contains(number));
        let leads = match queue.failover {
            Destination::HangUp => true,
            Destination::Extension(number) => extensions.contains(&number),
            Destination::Queue(number) => queues.contains(&number) && number != queue.number,
        };
        if !leads {
            queue.failover = Destination::HangUp;
        }
    }
}
