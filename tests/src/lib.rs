//! What the whole-system tests share. The tests themselves lie in `tests/`,
//! one binary for each boundary; none of them calls internals.

pub mod fingerprint;
pub mod stand_in;
pub mod statistics;
pub mod theory;
pub mod tree;
