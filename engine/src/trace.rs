//! Why a decision fell as it did. Traces exist on replay only: the engine is
//! generic over its sink, and the live one compiles to nothing.

use crate::acd::eligible::Obstacle;
use crate::config::model::Strategy;
use crate::ids::{CallId, MemberId};
use crate::mark::{Mark, Marks};
use crate::time::Span;

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
    /// In how many rounds he did not answer this call; goes before all else.
    pub tried: u32,
    /// His skill level; goes before the strategy.
    pub level: u8,
    /// Calls of the queue that he completed, as the queue counts them, under
    /// [`Strategy::FewestCalls`].
    pub completed: Option<u32>,
    /// How long he talked, as the queue counts it, under
    /// [`Strategy::LeastTalkTime`].
    pub talked: Option<Span>,
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
