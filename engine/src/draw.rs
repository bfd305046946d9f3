//! Randomness without a generator: a draw is a function of what it is for.

use serde::{Deserialize, Serialize};

/// What a draw decides. Every purpose has draws of its own, so that one more
/// draw somewhere changes nothing elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[repr(u64)]
pub enum Purpose {
    /// Which free agent the strategies ring that draw one.
    RandomAgent = 1,
}

/// The output function of SplitMix64 (Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", 2014), variant 13 of Stafford.
#[must_use]
pub const fn mix(value: u64) -> u64 {
    let mut z = value;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The increment of SplitMix64: 2⁶⁴ divided by the golden ratio, made odd.
pub const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// 64 random bits that depend on nothing but the four arguments.
#[must_use]
pub const fn draw(seed: u64, purpose: u64, object: u64, attempt: u64) -> u64 {
    let stream = mix(seed ^ mix(purpose.wrapping_mul(GOLDEN_GAMMA)));
    let of_object = mix(stream.wrapping_add(object.wrapping_mul(GOLDEN_GAMMA)));
    mix(of_object ^ attempt.wrapping_add(1).wrapping_mul(GOLDEN_GAMMA))
}

/// A whole number below `bound` from 64 random bits, by multiplication: the
/// bias is below `bound` / 2⁶⁴. Zero where `bound` is zero.
#[must_use]
pub const fn below(bits: u64, bound: u64) -> u64 {
    ((bits as u128 * bound as u128) >> 64) as u64
}
