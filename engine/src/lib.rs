//! The engine of a contact centre: decides which agent takes which call.
//!
//! A pure, deterministic function of its entries: it never does I/O, reads no
//! clock and draws no hidden randomness. Its loop:
//! ```
//! # use tandem_engine::{Engine, Entry, Input, Outbox, Timestamp};
//! let (mut engine, mut out) = (Engine::new(7), Outbox::default());
//! engine.apply(&Entry { seq: 1, received_at: Timestamp::ZERO, input: Input::Tick }, &mut out);
//! assert!(out.effects.is_empty() && out.reject.is_some()); // no deadline had come
//! ```

pub mod acd;
mod agents;
pub mod calendar;
mod calls;
mod codes;
pub mod config;
mod configure;
mod consult;
mod directory;
pub mod draw;
mod effect;
mod engine;
mod event;
mod flows;
pub mod ids;
mod input;
pub mod invariants;
mod key;
mod keys;
mod lamps;
pub mod limits;
mod logs;
mod mark;
mod menus;
mod notes;
mod number;
mod outbox;
mod outside;
mod parking;
pub mod permissions;
mod points;
mod presence;
pub mod records;
mod remembered;
mod restart;
pub mod slab;
mod snapshot;
pub mod sorted_set;
pub mod state;
mod step;
mod supervise;
mod survey;
mod time;
pub mod timer;
pub mod trace;
mod turn;
pub mod view;
mod voicemail;

pub use effect::{CalledFor, CancelReason, Effect, EffectId, EffectKind, HangUpCause, Tone};
pub use engine::{Awaiting, Engine};
pub use event::{
    AgentStatus, Announced, Branch, CallAct, Closed, EndReason, Event, KeptEnd, MenuEnd, OfferEnd,
    ReservationEnd,
};
pub use ids::{AgentId, CallId, LegId, MemberId, PartyId, PublicId, QueueId};
pub use input::{By, Caller, Cause, Entry, Input, Monitoring, Recording, Side, Which};
pub use key::{Key, NoKey};
pub use lamps::Lamp;
pub use mark::{Mark, Marks};
pub use number::{Number, NumberError};
pub use outbox::{Outbox, Reject};
pub use snapshot::SnapshotError;
pub use time::{SECOND_US, Span, Timestamp};
pub use timer::Timer;

/// Raised whenever the same journal would give another output. Batches and
/// snapshots carry it; a journal is replayed under the semantics it was
/// written with, or not at all.
pub const ENGINE_SEMANTICS: u32 = 12;
