//! The simulator.

pub mod arrivals;
pub mod distribution;
pub mod inference;
pub mod random;
pub mod run;
pub mod scenario;
pub mod special;
pub mod world;
