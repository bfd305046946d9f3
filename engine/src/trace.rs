//! Why a decision fell as it did. Traces exist on replay only: the engine is
//! generic over its sink, and the live one compiles to nothing.

use crate::acd::eligible::Obstacle;
use crate::config::model::Strategy;
use crate::ids::{CallId, MemberId};

/// Takes notes of decisions.
pub trait Trace {
    /// Whether anybody reads the notes; where not, none are made.
    const ON: bool;

    /// Takes one note.
    fn note(&mut self, note: Note);
}

/// One step of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The strategy chose this member for the call.
    Chosen {
        /// The call to be offered.
        call: CallId,
        /// The member who is rung.
        member: MemberId,
        /// The rule that decided.
        strategy: Strategy,
        /// How many members were free.
        free: usize,
    },
    /// This member could be rung for the call, and so was among those from whom
    /// the strategy chose.
    Eligible {
        /// The call to be offered.
        call: CallId,
        /// The member.
        member: MemberId,
        /// What the strategy may have gone by.
        standing: Standing,
    },
    /// This member could not be rung for the call.
    PassedOver {
        /// The call to be offered.
        call: CallId,
        /// The member.
        member: MemberId,
        /// The first thing that stood against it.
        obstacle: Obstacle,
    },
}

/// What strategies order free members by, as it was before the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// In how many rounds he did not answer this call; goes before the strategy.
    pub tried: u32,
    /// Calls of the queue that he completed, as the queue counts them, under
    /// [`Strategy::FewestCalls`].
    pub completed: Option<u32>,
    /// The number of the queue's latest ring that was his; zero where it never rang
    /// him. Who has the least was rung longest ago.
    pub last_rung: u64,
}

/// The sink of the live world: takes nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Trace for Silent {
    const ON: bool = false;
    fn note(&mut self, _: Note) {}
}

impl Trace for Vec<Note> {
    const ON: bool = true;
    fn note(&mut self, note: Note) {
        self.push(note);
    }
}
