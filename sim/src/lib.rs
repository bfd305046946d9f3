//! The simulator: people who call a contact centre and people who work in it,
//! and the days that they have together.
//!
//! It never holds a routing rule: which agent takes which call is decided by
//! `tandem-engine`, here as in the live system. Every sample is a function of
//! what it is for, so that a variant of a scenario changes only what it
//! changes. [`text::read`] makes a [`scenario::Scenario`], [`run::run`] its
//! figures.

mod agenda;
pub mod arrivals;
pub mod call_log;
pub mod distribution;
mod faster;
pub mod inference;
pub mod people;
pub mod random;
pub mod rehearse;
pub mod run;
pub mod scenario;
pub mod session;
pub mod special;
pub mod table;
pub mod text;
pub mod world;

pub use faster::TooFast;
