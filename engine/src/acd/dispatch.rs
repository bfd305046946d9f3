//! Bringing waiting calls and free agents together, at the end of an entry.

use core::cmp::Reverse;

use crate::acd::eligible::eligible;
use crate::acd::line::visit;
use crate::acd::strategy;
use crate::config::model::Strategy;
use crate::ids::{CallId, MemberId, QueueId};
use crate::mark::Mark;
use crate::state::Queue;
use crate::step::Step;
use crate::timer::Timer;
use crate::trace::{Note, Trace};

impl<T: Trace> Step<'_, T> {
    /// Offers calls to agents until no eligible pair is left in the marked
    /// queues. Elsewhere there is none, as nothing changed.
    pub(crate) fn dispatch(&mut self) {
        while let Some((queue, call, reserved_for)) = self.next_ready() {
            match reserved_for {
                None => self.offer_by_strategy(queue, call),
                Some(member) => self.offer_to_known(queue, call, member),
            }
        }
        if self.marked.iter().any(|&queue| self.may_be_joined(queue)) {
            self.join_rings();
        }
        while let Some(queue) = self.marked.pop() {
            if let Some(entry) = self.s.queues.get_mut(queue) {
                entry.marked = false;
                entry.wanted.clear();
                if !entry.config.skill_steps.is_empty() || entry.skill_step.is_some() {
                    self.await_skill_step(queue);
                }
            }
        }
    }

    /// Whether a queue has a call that several agents ring for and free ones could join.
    fn may_be_joined(&self, queue: QueueId) -> bool {
        let queue = self.s.queues.get(queue);
        queue.is_some_and(|queue| !queue.joinable.is_empty())
    }

    /// Has free agents join those who ring already.
    #[inline(never)]
    fn join_rings(&mut self) {
        while let Some((queue, call, members)) = self.next_joinable() {
            let strategy = self.s.queues[queue].config.strategy;
            self.sometimes(match strategy {
                Strategy::RingProgressively => Mark::RingGrows,
                _ => Mark::ChoirJoined,
            });
            for member in members {
                self.note_choice(call, member, strategy);
                self.offer(call, member);
            }
        }
    }

    /// The call that comes first among those whom a free agent may serve. Within a
    /// queue the first caller weighs most and may be served by most, so heads
    /// suffice: that of all, and those of the agents for whom callers are reserved.
    fn next_ready(&self) -> Option<(QueueId, CallId, Option<MemberId>)> {
        let of_all = |queue: &Queue| {
            let (order, call) = queue.ready.first()?;
            let best = queue.free.first()?.level();
            (best <= self.worst_level(queue, call)).then_some((order, call, None))
        };
        self.first_of(|queue| {
            let first = of_all(queue);
            if queue.wanted.is_empty() {
                return first;
            }
            let reserved = self.first_reserved(queue);
            let reserved = reserved.map(|(order, call, member)| (order, call, Some(member)));
            first
                .into_iter()
                .chain(reserved)
                .min_by_key(|&(order, ..)| order)
        })
    }

    /// Of the calls that several agents ring for and that free ones may join, the one
    /// that comes first, and those agents; where the ring grows, the next of them.
    fn next_joinable(&self) -> Option<(QueueId, CallId, Vec<MemberId>)> {
        self.first_of(|queue| {
            let mut calls = queue.joinable.iter();
            calls.find_map(|(order, call)| {
                let level = visit(self.s, call).ringing_level;
                if queue.config.strategy == Strategy::RingProgressively {
                    let next = self.pick_within(call, level)?;
                    return Some((order, call, vec![next]));
                }
                let members = queue.free.iter().take_while(|rank| rank.level() <= level);
                let members: Vec<_> = members.map(|rank| queue.members[rank.position()]).collect();
                (!members.is_empty()).then_some((order, call, members))
            })
        })
    }

    /// Of what `head` finds in each marked queue with free agents, that whose call
    /// weighs most and, of equal ones, has waited longest.
    fn first_of<H>(
        &self,
        head: impl Fn(&Queue) -> Option<(u64, CallId, H)>,
    ) -> Option<(QueueId, CallId, H)> {
        let mut first = None;
        for &id in self.marked.iter() {
            let Some(queue) = self.s.queues.get(id) else {
                continue;
            };
            // Whoever is being put out is not worth a ring.
            if queue.free.is_empty() || queue.put_out.is_some() {
                continue;
            }
            let Some((order, call, found)) = head(queue) else {
                continue;
            };
            let place = (Reverse(self.weight(queue, call)), order);
            if first.as_ref().is_none_or(|(least, _)| place < *least) {
                first = Some((place, (id, call, found)));
            }
        }
        first.map(|(_, found)| found)
    }

    fn weight(&self, queue: &Queue, call: CallId) -> u64 {
        match queue.config.priority {
            0 => 0,
            _ => queue.weight(visit(self.s, call).joined_at, self.now),
        }
    }

    /// The worst skill level that may serve a waiting caller now.
    fn worst_level(&self, queue: &Queue, call: CallId) -> u8 {
        match queue.config.skill_steps.as_slice() {
            [] => u8::MAX,
            _ => queue.worst_level(visit(self.s, call).joined_at, self.now),
        }
    }

    /// One timer for the skill steps of a queue: that of its first caller, if agents
    /// are free who are not skilled enough for him yet. Nobody behind him may be
    /// served by them before. Where he leaves, it fires for nothing.
    fn await_skill_step(&mut self, queue: QueueId) {
        let entry = &mut self.s.queues[queue];
        if let Some(timer) = entry.skill_step.take() {
            self.s.timers.cancel(timer);
        }
        let (Some((_, call)), Some(best)) = (entry.ready.first(), entry.free.first()) else {
            return;
        };
        if entry.put_out.is_some() {
            return;
        }
        let steps = entry.config.skill_steps.iter();
        let Some(step) = steps.copied().find(|step| step.level >= best.level()) else {
            return;
        };
        let due = visit(self.s, call).joined_at + step.after;
        let timer = self.s.timers.arm(due, Timer::SkillStep(queue));
        self.s.queues[queue].skill_step = Some(timer);
    }

    /// A queue's first caller may be served by more agents from now on.
    pub(crate) fn skill_step_reached(&mut self, queue: QueueId) {
        self.s.queues[queue].skill_step = None;
        self.sometimes(Mark::SkillStep);
        self.mark(queue);
    }

    fn offer_by_strategy(&mut self, queue: QueueId, call: CallId) {
        if T::ON {
            self.note_obstacles(queue, call);
        }
        let strategy = self.s.queues[queue].config.strategy;
        if strategy == Strategy::RingAll {
            for member in self.pick_all(call) {
                self.note_choice(call, member, strategy);
                self.offer(call, member);
            }
        } else {
            self.sometimes_if(Mark::SecondRound, |s| {
                let (visit, queue) = (visit(s, call), &s.queues[queue]);
                strategy::free_members(queue).all(|member| visit.tried_in(member) > 0)
            });
            let member = self
                .pick(call)
                .expect("a marked queue was seen to have a free agent");
            self.sometimes_if(Mark::NextLevel, |s| s.members[member].level > 1);
            self.note_choice(call, member, strategy);
            self.offer(call, member);
        }
    }

    /// Offers a call to the agent for whom its caller is reserved.
    #[cold]
    #[inline(never)]
    fn offer_to_known(&mut self, queue: QueueId, call: CallId, member: MemberId) {
        if T::ON {
            self.note_obstacles(queue, call);
        }
        self.note_choice(call, member, self.s.queues[queue].config.strategy);
        self.offer(call, member);
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
            self.trace
                .note(match eligible(self.s, call, member, self.now) {
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
