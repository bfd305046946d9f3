//! The live server of Tandem: the ports that carry out what the engine wants
//! done, and tell it what happens outside. It never decides about a call.

pub mod media;
