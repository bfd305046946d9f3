//! The API and the page, over real sockets.

mod agents;
mod configuration;
mod events;
mod kit;
mod limits;
mod mutants;
mod permissions;
mod records;
mod screens;
mod sign_in;
