//! How callers of random centres can ask to be called back, and on which trunks; numbers
//! outside to which they are sent.

use std::collections::BTreeMap;

use tandem_engine::config::callback::{CallbackConfig, Outbound};
use tandem_engine::config::model::{Destination, Options, TrunkConfig};
use tandem_engine::{Key, Number, Span};

use super::centre::{PROMPTS, some_stranger};
use super::chance::Chance;

/// The trunk that customers are called on.
const TRUNK: &str = "Carrier";

/// Who may call from outside is for the ports to know; who can be called, not.
pub(super) fn trunks(chance: &mut Chance) -> Vec<TrunkConfig> {
    vec![TrunkConfig {
        name: TRUNK.to_owned(),
        address: "192.0.2.7".parse().ok(),
        user: None,
        outbound: chance.percent(80).then(Outbound::default),
    }]
}

/// A number outside, where one can be called.
pub(super) fn external(chance: &mut Chance, options: &Options) -> Destination {
    let number = match some_stranger(chance) {
        Number::NONE => Number::from_u64(112),
        number => number,
    };
    let trunk = TRUNK.to_owned();
    if options.calls_out(TRUNK) {
        Destination::External { number, trunk }
    } else {
        Destination::HangUp
    }
}

/// In some queues callers can ask to be called back, by a key that leads nowhere else.
pub(super) fn callback(
    chance: &mut Chance,
    keys: &BTreeMap<Key, Destination>,
    max_waiting: Span,
) -> Option<CallbackConfig> {
    let free = Key::ALL.into_iter().take(11);
    let free: Vec<Key> = free.filter(|key| !keys.contains_key(key)).collect();
    let key = *chance.pick(&free)?;
    let offered = chance.percent(30);
    let after = chance.quarters(1, 40);
    let least = Span::from_micros(1_000_000);
    let timeout = match chance.percent(40) || max_waiting.is_zero() {
        true => chance.quarters(4, 240),
        false => Span::ZERO,
    };
    let fits = |span: Span| max_waiting.is_zero() || span < max_waiting;
    let prompt = |chance: &mut Chance| {
        let some = chance.percent(50);
        some.then(|| chance.one_of(&PROMPTS).to_owned())
    };
    let offered = offered && fits(after);
    chance.percent(60).then(|| CallbackConfig {
        key,
        after: if offered { after } else { Span::ZERO },
        trunk: chance.one_of(&[TRUNK, TRUNK, TRUNK, "Nowhere"]).to_owned(),
        prefix: chance.one_of(&[Number::NONE, Number::from_u64(9)]),
        timeout: if fits(timeout) { timeout } else { Span::ZERO },
        customer_ring: chance.quarters(4, 80).max(least),
        offer: offered.then(|| PROMPTS[0].to_owned()),
        crowded: prompt(chance),
        confirm: prompt(chance),
        thanks: prompt(chance),
        invalid: prompt(chance),
    })
}
