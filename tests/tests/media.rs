//! Media over real sockets of this machine, and what they are made of.

#[path = "media/digits.rs"]
mod digits;
#[path = "media/kit.rs"]
mod kit;
#[path = "media/latch.rs"]
mod latch;
#[path = "media/music.rs"]
mod music;
#[path = "media/ports.rs"]
mod ports;
#[path = "media/recording.rs"]
mod recording;
#[path = "media/relay.rs"]
mod relay;
#[path = "media/third.rs"]
mod third;
#[path = "media/wav.rs"]
mod wav;
#[path = "media/wire.rs"]
mod wire;
