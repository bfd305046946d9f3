//! The simulator's parts: keyed randomness, distributions, arrivals, call logs
//! and what can be inferred from them.
//!
//! It never holds a routing rule: which agent takes which call is decided by
//! `tandem-engine`, here as in the live system. Every sample is a function of
//! what it is for, so that a variant of a scenario changes only what it changes.

pub mod arrivals;
pub mod call_log;
pub mod distribution;
pub mod inference;
pub mod random;
pub mod special;
pub mod table;
