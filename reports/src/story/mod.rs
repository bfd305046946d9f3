//! Why a call waited, and why it went to whom: folds the entries of a replay, and
//! the notes that the engine takes of its decisions, into a story in plain words.
//! Nothing in here does I/O; whoever replays hands every entry to a [`Teller`] or a
//! [`Painter`], which has the engine apply it.

mod callback;
mod crew;
mod handling;
mod history;
mod moment;
mod page;
mod painter;
mod picture;
mod remains;
mod teller;
mod wait;
mod waiting;
mod way;
pub(crate) mod when;
mod why;
mod words;

pub use crew::{Crew, Group, Hindrance, Kept};
pub use moment::{
    Change, Choice, Elsewhere, FirstRing, Free, InVain, Meanwhile, Moment, Person, Place, RingEnd,
    Seconds, Served, Story, Visit, What,
};
pub use painter::Painter;
pub use picture::{AgentNow, CallerNow, Picture, QueueNow, TalkNow};
pub use remains::{Remain, Remains};
pub use teller::Teller;
pub use when::When;
