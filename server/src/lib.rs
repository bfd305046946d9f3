//! The live half of Tandem: what stands between the engine and the world.
//!
//! [`driver`] feeds the engine, makes durable what follows and then lets it
//! out; [`store`] is where it lies; [`voice`] speaks SIP, [`media`] carries the
//! voices; [`views`] is what screens show, and [`web`] shows it; [`courier`] brings
//! mails and records to others; [`appliance`] is all of it in one piece, and [`demo`]
//! plays its callers and agents. Nothing in here decides about calls.

pub mod appliance;
pub mod courier;
pub mod demo;
pub mod driver;
pub mod media;
pub mod store;
pub mod views;
pub mod voice;
pub mod web;
