//! Events in, figures out: every figure of a report, and what is rendered of
//! it, against cases that can be reckoned by hand.

mod activity;
mod comparison;
mod figures;
mod rendering;
mod script;
