//! Who tries tokens that do not exist.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Wrong tokens that one address may show within [`FAILED_SIGN_INS_S`]. Then
/// tokens from there are not even looked up, but for those that were right
/// before: whoever is in stays in, though a stranger shares the address.
pub const FAILED_SIGN_INS_MAX: u32 = 10;
/// How long wrong tokens count, in seconds.
pub const FAILED_SIGN_INS_S: u32 = 60;
/// Addresses that are remembered. Past it the one whose count is oldest is
/// forgotten.
pub const ADDRESSES_MAX: usize = 4_096;
/// Tokens that are remembered as right.
const KNOWN_MAX: usize = 4_096;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Since when, and how many.
    addresses: BTreeMap<IpAddr, (Option<Instant>, u32)>,
    /// Hashes of tokens that were right.
    known: BTreeSet<[u8; 32]>,
}

impl Failures {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a token from there is to be looked up.
    pub(crate) fn allow(&self, from: IpAddr, hash: &[u8; 32], now: Instant) -> bool {
        let state = self.lock();
        let entry = state.addresses.get(&network(from));
        let count = entry.map_or(
            0,
            |(since, count)| if lasts(*since, now) { *count } else { 0 },
        );
        count < FAILED_SIGN_INS_MAX || state.known.contains(hash)
    }

    /// A token from there was right.
    pub(crate) fn right(&self, hash: &[u8; 32]) {
        let mut state = self.lock();
        if state.known.len() >= KNOWN_MAX {
            state.known.pop_first();
        }
        state.known.insert(*hash);
    }

    /// A token from there was wrong.
    pub(crate) fn wrong(&self, from: IpAddr, hash: &[u8; 32], now: Instant) {
        let mut state = self.lock();
        // It may have been right until somebody deleted it.
        state.known.remove(hash);
        let from = network(from);
        if state.addresses.len() >= ADDRESSES_MAX && !state.addresses.contains_key(&from) {
            state.addresses.retain(|_, (since, _)| lasts(*since, now));
            let oldest = state.addresses.iter().min_by_key(|(_, (since, _))| *since);
            let oldest = oldest.map(|(address, _)| *address);
            if let Some(oldest) = oldest.filter(|_| state.addresses.len() >= ADDRESSES_MAX) {
                state.addresses.remove(&oldest);
            }
        }
        let (since, count) = state.addresses.entry(from).or_default();
        if !lasts(*since, now) {
            (*since, *count) = (Some(now), 0);
        }
        *count = count.saturating_add(1);
    }
}

fn lasts(since: Option<Instant>, now: Instant) -> bool {
    let window = Duration::from_secs(u64::from(FAILED_SIGN_INS_S));
    since.is_some_and(|since| now.duration_since(since) < window)
}

/// A whole /64 is one customer's (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => {
            let high = v6.to_bits() >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from_bits(high))
        }
    }
}
