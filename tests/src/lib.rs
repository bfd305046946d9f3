//! What the whole-system tests share. The tests themselves lie in `tests/`,
//! one binary for each boundary; none of them calls internals.

pub mod acts;
pub mod cases;
pub mod caught;
pub mod centre;
#[cfg(feature = "server")]
pub mod disk;
pub mod fingerprint;
pub mod live;
pub mod luck;
pub mod model;
pub mod perform;
pub mod readable;
pub mod shelf;
#[cfg(feature = "server")]
pub mod site;
#[cfg(feature = "sim")]
pub mod stand_in;
pub mod statistics;
pub mod table;
pub mod theory;
pub mod tree;
