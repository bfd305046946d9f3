//! Why a decision fell as it did. Traces exist on replay only: the engine is
//! generic over its sink, and the live one compiles to nothing.

use crate::acd::eligible::Obstacle;
use crate::config::model::Strategy;
use crate::ids::{CallId, MemberId};
use crate::mark::{Mark, Marks};

/// Takes notes of decisions.
pub trait Trace {
    /// Whether anybody reads the notes; where not, none are made.
    const ON: bool;

    /// Takes one note.
    fn note(&mut self, note: Note);

    /// A rare path was taken.
    fn reached(&mut self, _mark: Mark) {}
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

/// The sink of the live world: takes nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Trace for Silent {
    const ON: bool = false;
    fn note(&mut self, _: Note) {}
}

impl Trace for Marks {
    const ON: bool = true;
    fn note(&mut self, _: Note) {}
    fn reached(&mut self, mark: Mark) {
        self.add(mark);
    }
}

impl Trace for Vec<Note> {
    const ON: bool = true;
    fn note(&mut self, note: Note) {
        self.push(note);
    }
}
