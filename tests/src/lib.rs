//! Tandem: tests.

pub mod statistics;
