//! The random strategies are fair: seeds are fixed, so this holds or not for ever.

use std::collections::BTreeMap;

use tandem_engine::config::model::Strategy;
use tandem_engine::config::model::{
    Change, ExtensionConfig, MemberConfig, MemberKind, QueueConfig,
};
use tandem_engine::{AgentId, By, CallId, Caller, Effect, Engine, Input, Number};
use tandem_tests::live::Live;

const AGENTS: u64 = 5;
const CALLS: usize = 10_000;
/// Quantiles of chi-square at 99.9 %, with 4 and with 24 degrees of freedom.
const FOUR_FREE_MAX: f64 = 18.467;
const TWENTY_FOUR_FREE_MAX: f64 = 51.179;

/// A queue of five static agents who are always reachable, of these weights.
fn five_agents(seed: u64, strategy: Strategy, weights: [u16; 5]) -> Live<()> {
    let mut live = Live::new(seed, ());
    let numbers: Vec<Number> = (1001..1001 + AGENTS).map(Number::from_u64).collect();
    let mut queue = QueueConfig::new(Number::from_u64(6400), "Random");
    queue.strategy = strategy;
    let kind = MemberKind::Static;
    let member = |(&extension, weight): (&Number, u16)| MemberConfig {
        weight,
        ..MemberConfig::new(extension, kind)
    };
    queue.members = numbers.iter().zip(weights).map(member).collect();
    let extensions = numbers.iter().map(|number| ExtensionConfig::new(*number));
    let mut changes: Vec<Change> = extensions.map(Change::PutExtension).collect();
    changes.push(Change::PutQueue(queue));
    let (by, base) = (By::System, 0);
    let mut send = |input| {
        live.send(live.now(), input)
            .map(drop)
            .expect("it is configured")
    };
    send(Input::Configure { by, base, changes });
    numbers
        .iter()
        .for_each(|number| send(Input::DeviceUp { extension: *number }));
    live
}

/// Whom a call rings that comes in and gives up at once.
fn rung(live: &mut Live<()>, key: u128) -> AgentId {
    let from = Caller::default();
    let dialled = Number::from_u64(6400);
    let out = live.send(live.now(), Input::CallArrived { key, from, dialled });
    let out = out.expect("a call comes in");
    let ring = out.effects.iter().find_map(|(_, effect)| match effect {
        Effect::Ring { agent, call, .. } => Some((*agent, *call)),
        _ => None,
    });
    let (agent, call): (AgentId, CallId) = ring.expect("somebody is rung");
    let gone = live.send(live.now(), Input::CallerHungUp { call });
    gone.expect("the caller hangs up");
    agent
}

fn chi_square<'c>(counts: impl Iterator<Item = &'c u32>, cells: f64) -> f64 {
    let expected = CALLS as f64 / cells;
    counts.map(|&count| term(count, expected)).sum()
}

fn term(count: u32, expected: f64) -> f64 {
    (f64::from(count) - expected).powi(2) / expected
}

#[test]
fn weighted_random_goes_by_weight() {
    const WEIGHTS: [u16; 5] = [1, 2, 3, 4, 10];
    for seed in 1..=4 {
        let mut live = five_agents(seed, Strategy::WeightedRandom, WEIGHTS);
        let mut counts = BTreeMap::new();
        for key in 0..CALLS as u128 {
            *counts.entry(rung(&mut live, key)).or_insert(0_u32) += 1;
        }
        let sum: f64 = WEIGHTS.map(f64::from).iter().sum();
        let expected = WEIGHTS.map(|weight| CALLS as f64 * f64::from(weight) / sum);
        // Agents have ids in the order in which they were made.
        let terms = counts.values().zip(expected);
        let chi_square: f64 = terms.map(|(&count, expected)| term(count, expected)).sum();
        println!("seed {seed}: chi-square {chi_square:.2}");
        assert_eq!(counts.len(), 5, "somebody is never rung");
        assert!(chi_square < FOUR_FREE_MAX);
    }
}

#[test]
fn random_is_uniform() {
    for seed in 1..=4 {
        let mut live = five_agents(seed, Strategy::Random, [1; 5]);
        let (mut single, mut pairs) = (BTreeMap::new(), BTreeMap::new());
        let mut before = rung(&mut live, 0);
        for key in 1..=CALLS as u128 {
            let agent = rung(&mut live, key);
            *single.entry(agent).or_insert(0_u32) += 1;
            *pairs.entry((before, agent)).or_insert(0_u32) += 1;
            before = agent;
        }
        assert_eq!(
            (single.len(), pairs.len()),
            (5, 25),
            "somebody is never rung"
        );
        let (one, two) = (
            chi_square(single.values(), 5.0),
            chi_square(pairs.values(), 25.0),
        );
        println!("seed {seed}: chi-square {one:.2} of agents, {two:.2} of pairs");
        assert!(one < FOUR_FREE_MAX && two < TWENTY_FOUR_FREE_MAX);
    }
}

#[test]
fn random_depends_on_the_seed() {
    let draws = |seed| {
        let mut live = five_agents(seed, Strategy::Random, [1; 5]);
        (0..40).map(|key| rung(&mut live, key)).collect::<Vec<_>>()
    };
    assert_eq!(draws(1), draws(1));
    assert_ne!(draws(1), draws(2));
    assert_ne!(Engine::new(1).hash(), Engine::new(2).hash());
}
