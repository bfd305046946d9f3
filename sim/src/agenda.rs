//! What the people have in mind: who does what next, and when.

use dary_heap::QuaternaryHeap;
use tandem_engine::{CallId, Key, LegId, Timestamp};

/// Something that a person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// An agent picks up.
    Answer(LegId),
    /// Who is called back, or outside for another caller, picks up.
    AnswerCallback(CallId),
    /// A caller presses this key, to be called back.
    AskForCallback(CallId, Key),
    /// A stream's next caller calls.
    Call(u32),
    /// A caller has said everything.
    HangUp(CallId),
    /// A caller has waited long enough.
    LosePatience(CallId),
    /// An agent's working day goes on to its next turn.
    Work {
        /// The place of his group.
        group: u32,
        /// His place in the group.
        person: u32,
        /// The place of the turn among his duties.
        turn: u32,
    },
}

/// Plans right below another one in the heap.
const CHILDREN: usize = 4;

/// The people's agenda, the earliest first and, at the same time, what was
/// planned first.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    heap: QuaternaryHeap<Plan>,
    planned: u64,
    /// Whether the first plan is carried out already. It stays until the next is
    /// made, which takes its place: whoever did something mostly plans something.
    spent: bool,
}

/// Something that somebody will do. The least key is the greatest plan, as the
/// heap puts the greatest first.
#[derive(Clone, Copy, Debug)]
struct Plan {
    /// When, and behind it the order of planning.
    key: u128,
    act: Act,
}

impl Plan {
    fn at(&self) -> Timestamp {
        Timestamp::from_micros((self.key >> 64) as u64)
    }
}

impl Ord for Plan {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        other.key.cmp(&self.key)
    }
}

impl PartialOrd for Plan {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Plan {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Plan {}

impl Agenda {
    #[inline(always)]
    pub(crate) fn plan(&mut self, at: Timestamp, act: Act) {
        self.planned += 1;
        let key = u128::from(at.micros()) << 64 | u128::from(self.planned);
        let plan = Plan { key, act };
        if !self.spent {
            self.heap.push(plan);
        } else if let Some(mut first) = self.heap.peek_mut() {
            *first = plan;
            self.spent = false;
        }
    }

    #[inline]
    pub(crate) fn first(&self) -> Option<Timestamp> {
        if self.spent {
            // The next stands right below the first.
            let below = self.heap.as_slice().iter().skip(1).take(CHILDREN);
            below.max().map(Plan::at)
        } else {
            self.heap.peek().map(Plan::at)
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Act> {
        if self.spent {
            self.heap.pop();
        }
        let first = self.heap.peek();
        self.spent = first.is_some();
        first.map(|plan| plan.act)
    }
}
