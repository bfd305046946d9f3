//! Tandem: tests.

pub mod statistics;
pub mod table;
