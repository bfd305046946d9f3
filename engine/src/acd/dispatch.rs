//! Bringing waiting calls and free agents together, at the end of an entry.

use crate::acd::eligible::eligible;
use crate::acd::strategy;
use crate::config::model::Strategy;
use crate::ids::{CallId, MemberId, QueueId};
use crate::state::Queue;
use crate::step::Step;
use crate::trace::{Note, Trace};

impl<T: Trace> Step<'_, T> {
    /// Offers calls to agents until no eligible pair is left in the marked
    /// queues. Elsewhere there is none, as nothing changed.
    pub(crate) fn dispatch(&mut self) {
        while let Some((queue, call)) = self.longest_waiting() {
            self.offer_by_strategy(queue, call);
        }
        while let Some((call, members)) = self.ring_to_join() {
            for member in members {
                self.note_choice(call, member, Strategy::RingAll);
                self.offer(call, member);
            }
        }
        while let Some(queue) = self.marked.pop() {
            if let Some(entry) = self.s.queues.get_mut(queue) {
                entry.marked = false;
            }
        }
    }

    /// The call that has waited longest among those whose queue has a free
    /// agent. Within a queue that is the first, so heads suffice.
    fn longest_waiting(&self) -> Option<(QueueId, CallId)> {
        self.first_of(|queue| queue.ready.first())
    }

    /// Of the calls that ring all and that free agents may join, the one that
    /// has waited longest, and those agents.
    fn ring_to_join(&self) -> Option<(CallId, Vec<MemberId>)> {
        let (queue, call) = self.first_of(|queue| queue.joinable.first())?;
        Some((call, self.free_members(queue)))
    }

    fn first_of(
        &self,
        head: impl Fn(&Queue) -> Option<(u64, CallId)>,
    ) -> Option<(QueueId, CallId)> {
        (self.marked.iter())
            .filter_map(|&id| self.s.queues.get(id).map(|queue| (id, queue)))
            // Whoever is being put out is not worth a ring.
            .filter(|(_, queue)| !queue.free.is_empty() && queue.put_out.is_none())
            .filter_map(|(id, queue)| head(queue).map(|(order, call)| (order, id, call)))
            .min()
            .map(|(_, id, call)| (id, call))
    }

    fn offer_by_strategy(&mut self, queue: QueueId, call: CallId) {
        if T::ON {
            self.note_obstacles(queue, call);
        }
        let strategy = self.s.queues[queue].config.strategy;
        if strategy == Strategy::RingAll {
            for member in self.free_members(queue) {
                self.note_choice(call, member, strategy);
                self.offer(call, member);
            }
        } else {
            let member = self
                .pick(call)
                .expect("a marked queue was seen to have a free agent");
            self.note_choice(call, member, strategy);
            self.offer(call, member);
        }
    }

    fn free_members(&self, queue: QueueId) -> Vec<MemberId> {
        let entry = &self.s.queues[queue];
        entry.free.members(&entry.members)
    }

    fn note_choice(&mut self, call: CallId, member: MemberId, strategy: Strategy) {
        if T::ON {
            let free = self.s.queues[self.s.members[member].queue].free.len();
            self.trace.note(Note::Chosen {
                call,
                member,
                strategy,
                free,
            });
        }
    }

    /// Notes of every member of the queue what stands against him, or what the
    /// strategy may go by.
    fn note_obstacles(&mut self, queue: QueueId, call: CallId) {
        for &member in &self.s.queues[queue].members {
            self.trace.note(match eligible(self.s, call, member) {
                Ok(()) => Note::Eligible {
                    call,
                    member,
                    standing: strategy::standing(self.s, call, member),
                },
                Err(obstacle) => Note::PassedOver {
                    call,
                    member,
                    obstacle,
                },
            });
        }
    }
}
