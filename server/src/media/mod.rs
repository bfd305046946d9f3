//! The media of calls: sockets for RTP, music for those who wait, the voices of
//! those who talk, and the keys that they press.
//!
//! Media threads own the sockets and wait for nothing else in the server: what
//! is wanted is left in a mailbox, what happens is told over a channel that may
//! be full. The parts below them are pure, and know neither sockets nor clocks.
//!
//! ```no_run
//! use tandem_server::media::{Codec, Media, MediaOptions, Music, Remote, Side};
//!
//! let media = Media::start(&MediaOptions::new([127, 0, 0, 1].into()))?;
//! let (events, mut happened) = tokio::sync::mpsc::channel(100);
//! let call = media.open(events)?;
//! println!("SDP for the caller says {}", call.local(Side::Caller));
//! let caller = Remote::new(([127, 0, 0, 1], 4000).into(), Codec::Pcma).with_events(101);
//! call.set_remote(Side::Caller, caller);
//! call.play(Side::Caller, &Music::melody());
//! let agent = Remote::new(([127, 0, 0, 1], 5000).into(), Codec::Pcmu).with_events(96);
//! call.set_remote(Side::Agent, agent);
//! call.bridge();
//! println!("{:?}", happened.blocking_recv());
//! println!("{:?}", call.counters(Side::Caller));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod call;
pub mod codec;
mod counters;
mod files;
mod latch;
mod music;
pub mod phone;
mod ports;
mod recording;
pub mod rtp;
mod session;
mod shard;
mod stream;
pub mod telephone_event;

pub use call::{Remote, Side};
pub use codec::Codec;
pub use counters::Counters;
pub use files::{free_name, keep_part, keep_parts, remove_all};
pub use latch::LATCH_PACKETS;
pub use music::{FILE_BYTES_MAX, MUSIC_SECONDS_MAX, Music, MusicError, RATE_MAX, RATE_MIN};
pub use ports::OpenError;
pub use recording::{Recorder, Recording, Voices};
pub use session::{Media, MediaOptions, Session};
pub use telephone_event::Digit;

/// A call's media, as long as the [`Media`] runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(usize);

/// Something happened on a side of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaEvent {
    /// In whose media.
    pub session: SessionId,
    /// On which side.
    pub side: Side,
    /// What.
    pub kind: MediaEventKind,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaEventKind {
    /// A key was pressed.
    Digit(Digit),
    /// The side, which is to send, has sent nothing for as long as the options
    /// say. It is told again only after the side has sent something.
    Timeout,
}
