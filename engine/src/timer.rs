//! Deadlines: the closed vocabulary of timers, and the heap that orders them.

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, CallId, LegId, MemberId, QueueId};
use crate::slab::{Id, Slab};
use crate::time::Timestamp;

/// What a deadline is for. Every variant says who owns it, and when it ends
/// without firing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Timer {
    /// The caller at the head of the queue's line has waited as long as
    /// allowed. Re-armed whenever the head changes.
    LongestWait(QueueId),
    /// Midnight in the queue's time zone: today's counts begin again.
    Midnight(QueueId),
    /// Callers are put out of an empty or deleted queue, some at a time, with
    /// no time passing. Ends when none is left or an agent is back.
    PutOut(QueueId),
    /// An agent whose telephone refused or failed may be rung again.
    Rest(AgentId),
    /// The pause between two agents rung for this call is over.
    Retry(CallId),
    /// The leg has rung as long as allowed. Cancelled by an answer or failure.
    RingTimeout(LegId),
    /// The agent's wrap-up in this queue is over.
    WrapUp(MemberId),
}

/// The name of an armed timer.
pub type TimerId = Id<Armed>;

/// An armed timer: where it stands in the heap.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Armed {
    place: u32,
}

/// All armed timers: a heap of four children a node, ordered by (due time,
/// order of arming), in which every timer knows its place.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Timers {
    heap: Vec<Node>,
    armed: Slab<Armed>,
    order: u64,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Node {
    due: Timestamp,
    order: u64,
    id: TimerId,
    timer: Timer,
}

impl Node {
    const fn key(&self) -> (u64, u64) {
        (self.due.micros(), self.order)
    }
}

const CHILDREN: usize = 4;

impl Timers {
    /// Arms a timer.
    pub fn arm(&mut self, due: Timestamp, timer: Timer) -> TimerId {
        let id = self.armed.insert(Armed { place: 0 });
        self.order += 1;
        let node = Node {
            due,
            order: self.order,
            id,
            timer,
        };
        self.heap.push(node);
        self.rise(self.heap.len() - 1, node);
        id
    }

    /// Disarms a timer; `None` where it has fired already.
    pub fn cancel(&mut self, id: TimerId) -> Option<Timer> {
        let armed = self.armed.remove(id)?;
        Some(self.take_out(armed.place as usize).timer)
    }

    /// The earliest deadline.
    #[must_use]
    #[inline]
    pub fn first(&self) -> Option<(Timestamp, Timer)> {
        self.heap.first().map(|node| (node.due, node.timer))
    }

    /// Takes out the earliest deadline.
    pub fn pop(&mut self) -> Option<(Timestamp, Timer)> {
        let first = *self.heap.first()?;
        self.armed.remove(first.id)?;
        self.take_out(0);
        Some((first.due, first.timer))
    }

    /// When a timer is due, unless it has fired or was cancelled.
    #[must_use]
    pub fn due(&self, id: TimerId) -> Option<Timestamp> {
        self.armed
            .get(id)
            .map(|armed| self.heap[armed.place as usize].due)
    }

    /// Every armed timer with its deadline, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (Timestamp, Timer)> {
        self.heap.iter().map(|node| (node.due, node.timer))
    }

    fn take_out(&mut self, place: usize) -> Node {
        let out = self.heap.swap_remove(place);
        if let Some(&moved) = self.heap.get(place) {
            // The node that took the place may belong higher or lower.
            let place = self.sink(place, moved);
            self.rise(place, moved);
        }
        out
    }

    /// Lets later nodes move down from `place` upwards until `node` fits.
    fn rise(&mut self, mut place: usize, node: Node) {
        while place > 0 {
            let parent = (place - 1) / CHILDREN;
            if self.heap[parent].key() <= node.key() {
                break;
            }
            self.settle(place, self.heap[parent]);
            place = parent;
        }
        self.settle(place, node);
    }

    /// Lets earlier nodes move up into `place` until `node` fits; returns where
    /// that is.
    fn sink(&mut self, mut place: usize, node: Node) -> usize {
        loop {
            let first = place * CHILDREN + 1;
            let children = first..(first + CHILDREN).min(self.heap.len());
            let Some(least) = children.min_by_key(|&child| self.heap[child].key()) else {
                return place;
            };
            if node.key() <= self.heap[least].key() {
                return place;
            }
            self.settle(place, self.heap[least]);
            place = least;
        }
    }

    /// Puts a node somewhere and tells its timer so.
    fn settle(&mut self, place: usize, node: Node) {
        self.heap[place] = node;
        self.armed[node.id].place = u32::try_from(place).expect("timers fit in 32 bits");
    }
}
