//! Automatic call distribution: who may be rung for whom, in which order.
//!
//! [`closed`] sends away who comes at the wrong time. [`line`] holds the callers of
//! a queue, [`in_order`] those of them who can be offered, [`strategy`] its free
//! agents, and [`presence`] keeps these up to date when an agent changes;
//! [`eligible`] says who may be rung, [`dispatch`] brings the two together and
//! [`offer`] follows a ring to its end.
//! [`preferred`] reserves callers for the agent whom they know, [`callback`] lets callers
//! hang up and calls them when their turn comes. [`estimate`] says how long a caller may
//! wait yet, and [`service_level`] tells managers when callers wait too long.

mod announce;
pub(crate) mod callback;
pub(crate) mod closed;
pub(crate) mod dispatch;
pub mod eligible;
pub mod estimate;
pub(crate) mod in_order;
pub(crate) mod line;
pub(crate) mod offer;
pub(crate) mod preferred;
pub(crate) mod presence;
pub(crate) mod service_level;
pub(crate) mod strategy;
