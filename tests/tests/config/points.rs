//! Random route points, and destinations of every kind.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tandem_engine::config::model::{Destination, Options, PromptConfig};
use tandem_engine::config::points::{
    CallFlow, FlowNode, FlowStep, Menu, NodeKind, PointConfig, PointKind, RingGroup, RingOrder,
    VoicemailConfig, VoicemailGroup,
};
use tandem_engine::{Key, Number};

use crate::generate::{name, number, people, span};
use crate::hours::time_condition;

/// What a route point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    RingGroup,
    VoicemailGroup,
    CallFlow,
    Menu,
}

impl Kind {
    /// Every kind; the last two need prompts.
    pub const ALL: [Self; 4] = [
        Self::RingGroup,
        Self::VoicemailGroup,
        Self::CallFlow,
        Self::Menu,
    ];
}

/// The numbers that there are.
#[derive(Clone, Debug)]
pub struct Numbers {
    pub extensions: Vec<u64>,
    pub queues: Vec<u64>,
    pub points: Vec<(u64, Kind)>,
}

/// Anywhere but to an object itself.
pub fn destination(of: u64, numbers: &Numbers, options: &Options) -> BoxedStrategy<Destination> {
    let mut all = vec![Destination::HangUp];
    let prompts = options.prompts.iter();
    all.extend(prompts.map(|prompt| Destination::Prompt(prompt.name.clone())));
    let trunks = options
        .trunks
        .iter()
        .filter(|trunk| trunk.outbound.is_some());
    all.extend(trunks.map(|trunk| Destination::External {
        number: "+4989100".parse().expect("a number"),
        trunk: trunk.name.clone(),
    }));
    let mut add = |list: &[u64], to: fn(Number) -> Destination| {
        let others = list.iter().filter(|&&digits| digits != of);
        all.extend(others.map(|&digits| to(number(digits))));
    };
    let Numbers {
        extensions, queues, ..
    } = numbers;
    add(extensions, Destination::Extension);
    add(queues, Destination::Queue);
    add(queues, Destination::Voicemail);
    let few = &extensions[..extensions.len().min(3)];
    add(few, Destination::Voicemail);
    for &(digits, kind) in &numbers.points {
        match kind {
            Kind::CallFlow => add(&[digits], Destination::CallFlow),
            Kind::Menu => add(&[digits], Destination::Menu),
            Kind::RingGroup => {
                add(&[digits], Destination::RingGroup);
                add(&[digits], Destination::Voicemail);
            }
            Kind::VoicemailGroup => add(&[digits], Destination::Voicemail),
        }
    }
    select(all).boxed()
}

/// A route point of this kind.
pub fn point(
    digits: u64,
    kind: Kind,
    numbers: &Numbers,
    options: &Options,
) -> BoxedStrategy<PointConfig> {
    let to = destination(digits, numbers, options);
    let kind = match kind {
        Kind::CallFlow => flow(options, &to),
        Kind::Menu => menu(options, to),
        Kind::RingGroup => ring_group(&numbers.extensions, to),
        Kind::VoicemailGroup => people(&numbers.extensions)
            .prop_map(|members| PointKind::VoicemailGroup(VoicemailGroup { members }))
            .boxed(),
    };
    let point = (name(), kind).prop_map(move |(name, kind)| {
        let name: String = name.chars().take(100).collect();
        PointConfig {
            number: number(digits),
            // With its number a name is unique.
            name: format!("{} {digits}", name.trim()),
            kind,
        }
    });
    point.boxed()
}

fn ring_group(extensions: &[u64], to: BoxedStrategy<Destination>) -> BoxedStrategy<PointKind> {
    let parts = (people(extensions), any::<[bool; 2]>(), span(1..=600), to);
    let group = parts.prop_map(|(members, flags, ring_time, failover)| {
        PointKind::RingGroup(RingGroup {
            members,
            order: match flags[0] {
                true => RingOrder::All,
                false => RingOrder::InOrder,
            },
            ring_time,
            skip_busy: flags[1],
            failover,
        })
    });
    group.boxed()
}

fn some_prompt(options: &Options) -> impl Strategy<Value = String> + use<> {
    let names = options.prompts.iter().map(|prompt| prompt.name.clone());
    select(names.collect::<Vec<_>>())
}

fn menu(options: &Options, to: BoxedStrategy<Destination>) -> BoxedStrategy<PointKind> {
    let how = (any::<bool>(), span(1..=60), 1..=9_u8);
    let leads = (
        btree_map(select(&Key::ALL[..]), to.clone(), 0..=4),
        to.clone(),
        to.clone(),
        time_condition(options, to),
    );
    let menu = (some_prompt(options), how, leads).prop_map(|(prompt, how, leads)| {
        let (dial_extensions, timeout, plays) = how;
        let (keys, failover, invalid, time_condition) = leads;
        PointKind::Menu(Menu {
            prompt,
            keys,
            dial_extensions,
            timeout,
            plays,
            failover,
            invalid,
            time_condition,
        })
    });
    menu.boxed()
}

/// Up to four nodes, each of which leads to later ones or out of the flow.
fn flow(options: &Options, to: &BoxedStrategy<Destination>) -> BoxedStrategy<PointKind> {
    const NAMES: [&str; 4] = ["start", "who?", "Ende", "open hours"];
    let hours = options.hours.iter().map(|hours| hours.name.clone());
    let hours: Vec<String> = hours.collect();
    let begins = vec(select(vec!["+4930", "0", "1001", "+1"]), 1..=3);
    let draft = (
        0..if hours.is_empty() { 2_u8 } else { 3 },
        some_prompt(options),
        begins,
        vec((0..8_usize, to.clone()), 3),
        any::<Index>(),
    );
    let flow = vec(draft, 1..=NAMES.len()).prop_map(move |drafts| {
        let count = drafts.len();
        let node = |(place, draft): (usize, _)| {
            let (kind, prompt, begins, leads, which): (u8, String, Vec<&str>, Vec<_>, Index) =
                draft;
            let mut steps =
                leads.into_iter().map(|(ahead, to): (usize, Destination)| {
                    match NAMES[..count].get(place + 1 + ahead) {
                        Some(&name) => FlowStep::Node(name.to_owned()),
                        None => FlowStep::Go(to),
                    }
                });
            let mut step = || steps.next().expect("three steps were drawn");
            FlowNode {
                name: NAMES[place].to_owned(),
                kind: match kind {
                    0 => NodeKind::Prompt {
                        prompt,
                        then: step(),
                    },
                    1 => NodeKind::Caller {
                        begins: begins
                            .iter()
                            .map(|text| text.parse().expect("a beginning of a number"))
                            .collect(),
                        then: step(),
                        otherwise: step(),
                    },
                    _ => NodeKind::Hours {
                        hours: which.get(&hours).clone(),
                        open: step(),
                        closed: step(),
                        holiday: step(),
                    },
                },
            }
        };
        PointKind::CallFlow(CallFlow {
            nodes: drafts.into_iter().enumerate().map(node).collect(),
        })
    });
    flow.boxed()
}

/// How messages are taken.
pub fn voicemail(prompts: &[PromptConfig]) -> BoxedStrategy<VoicemailConfig> {
    let mut greetings = vec![None];
    greetings.extend(prompts.iter().map(|prompt| Some(prompt.name.clone())));
    let lengths = (span(10..=3_600), span(0..=10));
    let odd =
        (select(greetings), lengths).prop_map(|(greeting, (longest, shortest))| VoicemailConfig {
            greeting,
            longest,
            shortest,
        });
    prop_oneof![Just(VoicemailConfig::default()), odd].boxed()
}
