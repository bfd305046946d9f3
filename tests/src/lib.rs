//! Tandem: tests.

pub mod stand_in;
pub mod statistics;
