//! What few queues have, drawn together.

use std::collections::BTreeMap;

use proptest::option;
use proptest::prelude::*;
use tandem_engine::config::callback::{CallbackConfig, Outbound};
use tandem_engine::config::model::{Crowded, Destination, QueueConfig, SurveyConfig, TrunkConfig};

use tandem_engine::{Key, Number, Span};

use super::{Failover, PROMPTS, Shape, TRUNKS, failover, quarters};

/// What few queues have.
#[derive(Clone, Debug)]
pub(super) struct Further {
    /// Callers, quarters of a second of expected wait, and where to.
    crowded: Option<(u32, u64, Failover)>,
    /// Quarters of a second until one more rings.
    ring_more_every: u64,
    /// Quarters of a second for which a place is kept.
    place_kept: u64,
    /// Quarters of a second for which callers are reserved for whom they know.
    preferred_wait: u64,
    /// How callers ask to be called back: the key's place, quarters of a second before the
    /// offer, of patience and of ringing, which trunk, and which prompts.
    callback: Option<CallbackDraft>,
    /// Whether who finds it too crowded is offered a callback.
    crowded_offer: bool,
    /// The prompts that ask callers and thank them.
    survey: Option<(usize, Option<usize>)>,
}

type CallbackDraft = (u8, Option<u64>, u64, u64, u8, [Option<usize>; 3]);

/// Callbacks: the key is one of those that random callers press.
fn callback(shape: &Shape) -> impl Strategy<Value = Option<CallbackDraft>> + use<> {
    let prompt = || option::of(0..PROMPTS.len());
    let prompts = [prompt(), prompt(), prompt()];
    let timeout = prop_oneof![1 => Just(0_u64), 2 => 4..=200_u64];
    let offer = option::weighted(0.3, 1..=12_u64);
    let callback = (0..4_u8, offer, timeout, 4..=60_u64, 0..6_u8, prompts);
    let limits = shape.limits;
    option::weighted(shape.callbacks, callback).prop_map(move |it| it.filter(|_| limits))
}

pub(super) fn further(shape: &Shape) -> impl Strategy<Value = Further> + use<> {
    let limits = shape.limits;
    let crowded = prop_oneof![
        1 => (1..=3_u32, Just(0)),
        2 => (Just(0_u32), 1..=40_u64),
        1 => (2..=3_u32, 1..=40_u64),
    ];
    let crowded = (crowded, failover()).prop_map(|((callers, wait), to)| (callers, wait, to));
    let crowded =
        option::weighted(0.25, crowded).prop_map(move |crowded| crowded.filter(|_| limits));
    let kept = prop_oneof![1 => Just(0_u64), 1 => 4..=60_u64];
    let reserved = prop_oneof![3 => Just(0_u64), 2 => 4..=60_u64];
    let prompt = 0..PROMPTS.len();
    let survey = option::weighted(0.4, (prompt.clone(), option::of(prompt)));
    let called = (callback(shape), option::weighted(0.7, Just(())));
    let parts = (crowded, 4..=12_u64, kept, reserved, survey, called);
    parts.prop_map(
        |(crowded, ring_more_every, place_kept, preferred_wait, survey, called)| Further {
            callback: called.0,
            crowded_offer: called.1.is_some(),
            crowded,
            ring_more_every,
            place_kept,
            preferred_wait,
            survey,
        },
    )
}

impl Further {
    /// What fits to a queue that is answered on entry and has its keys.
    fn callback(&self, config: &QueueConfig) -> Option<CallbackConfig> {
        let (key, after, timeout, ring, trunk, prompts) = self.callback?;
        let keys = (key..4).chain(0..key).map(|key| Key::ALL[usize::from(key)]);
        let mut free = keys.filter(|key| !config.keys.contains_key(key));
        let key = free.next().filter(|_| config.answer_on_entry)?;
        let limit = config.max_waiting;
        let fits = |span: Span| limit.is_zero() || span < limit;
        let after = after.map(quarters).filter(|&after| fits(after));
        let timeout = match timeout {
            // Who is promised a callback without an end would never leave.
            0 if limit.is_zero() => quarters(200),
            timeout => Some(quarters(timeout))
                .filter(|&span| fits(span))
                .unwrap_or_default(),
        };
        let [confirm, thanks, invalid] = prompts.map(|it| Some(PROMPTS[it?].to_owned()));
        Some(CallbackConfig {
            key,
            after: after.unwrap_or_default(),
            timeout,
            customer_ring: quarters(ring),
            offer: after.map(|_| PROMPTS[0].to_owned()),
            crowded: self.crowded_offer.then(|| PROMPTS[0].to_owned()),
            confirm,
            thanks,
            invalid,
            prefix: if trunk % 2 == 0 {
                Number::NONE
            } else {
                Number::from_u64(9)
            },
            ..CallbackConfig::new(TRUNKS[usize::from(trunk.saturating_sub(3))])
        })
    }

    /// Gives it to a queue.
    pub(super) fn lay_over(
        &self,
        config: &mut QueueConfig,
        destination: impl Fn(Failover) -> Destination,
    ) {
        config.ring_more_every = quarters(self.ring_more_every);
        config.place_kept = quarters(self.place_kept);
        config.preferred_wait = quarters(self.preferred_wait);
        // Not drawn on its own: that would change what kept seeds stand for.
        config.alert_info = (self.place_kept % 2 == 1).then(|| "support".to_owned());
        config.survey = self.survey.map(|(asks, thanks)| {
            Box::new(SurveyConfig {
                end_prompt: thanks.map(|place| PROMPTS[place].to_owned()),
                points: BTreeMap::from([(Key::Zero, 1), (Key::One, -2), (Key::Two, 0)]),
                ..SurveyConfig::new(PROMPTS[asks])
            })
        });
        config.callback = self.callback(config).map(Box::new);
        config.crowded = self.crowded.map(|(callers, wait, to)| Crowded {
            callers,
            wait: quarters(wait),
            destination: destination(to),
        });
    }
}

/// The trunks of every centre.
pub(super) fn trunks() -> Vec<TrunkConfig> {
    let trunk = |(name, host, outbound): (&str, &str, Option<Outbound>)| TrunkConfig {
        name: name.to_owned(),
        address: host.parse().ok(),
        user: None,
        outbound,
    };
    let out = (TRUNKS[0], "192.0.2.7", Some(Outbound::default()));
    [out, (TRUNKS[1], "192.0.2.8", None)].map(trunk).into()
}
