//! Deadlines: the closed vocabulary of timers, and the heap that orders them.

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, CallId, LegId, MemberId, QueueId};
use crate::slab::{Id, Slab};
use crate::time::Timestamp;

/// What a deadline is for, and which object owns it. It is disarmed when that
/// object goes, and where the variant says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Timer {
    /// What a waiting caller is told is over, or there is something to tell him.
    /// Cancelled when he leaves the line.
    Announcement(CallId),
    /// Of a callback: who asks for it has pressed no key for as long as one is awaited; or
    /// the prompt behind the request is over; or no agent was found in time; or the
    /// customer's telephone has rung as long as allowed. Cancelled when the next of these
    /// begins, and with the call.
    Callback(CallId),
    /// The caller's side of a call has rung as long as allowed. Cancelled when it answers,
    /// and with the call.
    CallerRing(CallId),
    /// The first caller of the queue's line whose wait is limited has waited as long
    /// as allowed. Re-armed whenever that is another one.
    LongestWait(QueueId),
    /// Who hears a menu has pressed no key for as long as it awaits one. Anew with each
    /// key of a number; cancelled when the call goes on or ends.
    MenuTimeout(CallId),
    /// The message that a caller leaves is as long as allowed. Cancelled when it ends.
    MessageOver(CallId),
    /// Midnight in the queue's time zone: today's counts begin again.
    Midnight(QueueId),
    /// Nobody came for the parked caller in time. Cancelled when somebody does, and when
    /// the call ends.
    Parked(CallId),
    /// The caller has been reserved for one agent as long as allowed. Cancelled when that
    /// ends otherwise: by the agent, by an answer, or as he leaves the line.
    PreferredWait(CallId),
    /// The prompt that the caller hears is over. Cancelled when the call ends.
    PromptOver(CallId),
    /// Callers are put out of an empty or deleted queue, some at a time, with
    /// no time passing. Ends when none is left or an agent is back.
    PutOut(QueueId),
    /// The agent's rest is over: queues may ring him again. It began when he did not
    /// take a call, or could not be connected.
    Rest(AgentId),
    /// The pause between two agents rung for this call is over; where one more rings
    /// after a while, that while.
    Retry(CallId),
    /// The leg has rung as long as allowed. Cancelled by an answer or failure.
    RingTimeout(LegId),
    /// The queue's service level is looked at. Re-armed whenever it fires.
    ServiceLevel(QueueId),
    /// The queue's first caller may be served by agents who are free and were not
    /// skilled enough before. Reckoned anew whenever the queue is looked at.
    SkillStep(QueueId),
    /// Who is asked how it was has pressed no key for as long as one is awaited. Anew
    /// with each time that he is asked; cancelled by an answer, and when the call ends.
    SurveyTimeout(CallId),
    /// The agent's wrap-up in this queue is over.
    WrapUp(MemberId),
}

/// The name of an armed timer.
pub type TimerId = Id<Armed>;

/// An armed timer: where in the heap it stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Armed {
    index: u32,
}

/// All armed timers: a heap of four children a node, ordered by (due time,
/// order of arming), in which every timer knows where it stands.
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
        let id = self.armed.insert(Armed { index: 0 });
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
        Some(self.take_out(armed.index as usize).timer)
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
            .map(|armed| self.heap[armed.index as usize].due)
    }

    /// Every armed timer, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (TimerId, Timer)> {
        self.heap.iter().map(|node| (node.id, node.timer))
    }

    fn take_out(&mut self, index: usize) -> Node {
        let out = self.heap.swap_remove(index);
        if let Some(&moved) = self.heap.get(index) {
            // The node that took its place may belong higher or lower.
            let index = self.sink(index, moved);
            self.rise(index, moved);
        }
        out
    }

    /// Lets later nodes move down from `index` upwards until `node` fits.
    fn rise(&mut self, mut index: usize, node: Node) {
        while index > 0 {
            let parent = (index - 1) / CHILDREN;
            if self.heap[parent].key() <= node.key() {
                break;
            }
            self.settle(index, self.heap[parent]);
            index = parent;
        }
        self.settle(index, node);
    }

    /// Lets earlier nodes move up into `index` until `node` fits; returns where
    /// that is.
    fn sink(&mut self, mut index: usize, node: Node) -> usize {
        loop {
            let first = index * CHILDREN + 1;
            let children = first..(first + CHILDREN).min(self.heap.len());
            let Some(least) = children.min_by_key(|&child| self.heap[child].key()) else {
                return index;
            };
            if node.key() <= self.heap[least].key() {
                return index;
            }
            self.settle(index, self.heap[least]);
            index = least;
        }
    }

    /// Puts a node somewhere and tells its timer so.
    fn settle(&mut self, index: usize, node: Node) {
        self.heap[index] = node;
        self.armed[node.id].index = u32::try_from(index).expect("timers fit in 32 bits");
    }
}
