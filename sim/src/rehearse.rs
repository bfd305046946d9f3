//! Rehearsals: random centres in which random things happen and go wrong, under
//! the eyes of laws.
//!
//! A [`plan::Plan`] is all that a world is: a centre, a list of acts, and how
//! often what goes wrong. [`world::run`] plays it. First anything may happen and
//! the laws are watched after every entry ([`laws`], [`books`]); then the faults
//! stop, and everything must come to an end in a bounded time. An auditor
//! ([`audit`]) reckons every figure a second time, from what passed the engine's
//! boundary, and holds it against the product's. [`run::run`] plays many worlds
//! on several threads; a world that breaks a law is made small
//! ([`shrink::shrink`]) and kept as a file ([`file`]).
//!
//! # Where things go
//!
//! - **A new setting** of a queue, an extension or of all: `centre.rs`, whose
//!   literals name every field, so that the compiler asks for it.
//! - **A new input**: a variant of [`plan::Act`] if somebody does it of his own
//!   accord, with its words in `file.rs`, its chance in `script.rs` and its arm in
//!   `world.rs`; else a reply in `people.rs`. What it brings of calls that are over is
//!   on the `shelf.rs`.
//! - **A new effect**: an arm in `people.rs` for who carries it out, and one in
//!   `books.rs` for what must be true of it.
//! - **A new fault**: a variant of [`plan::Fault`], drawn where it strikes
//!   (`people.rs`: what is told; `world.rs`: time and crashes).
//! - **A new law**: a variant of [`laws::Law`], and a `checks.law(…)` where its
//!   truth shows.
//! - **A new figure**: a row in `audit/figures.rs` and `audit/compare.rs`.
//! - **A new rare path**: a [`tandem_engine::Mark`].

pub mod audit;
pub mod books;
mod called;
mod centre;
mod chance;
pub mod file;
pub mod laws;
mod people;
pub mod plan;
pub mod run;
mod script;
mod shelf;
pub mod shrink;
pub mod world;
