//! The API and the page, over real sockets.

#![expect(clippy::unwrap_used, reason = "where a test stops tells enough of why")]

mod activity;
mod agents;
mod callbacks;
mod calls;
mod configuration;
mod events;
mod kit;
mod limits;
mod logs;
mod mutants;
mod notes;
mod permissions;
mod records;
mod screens;
mod sign_in;
mod story;
