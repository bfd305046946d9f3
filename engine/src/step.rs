//! The application of one entry: the state, the outbox, and the moment.

use crate::effect::{Effect, EffectId, EffectKind};
use crate::event::{Event, KeptEnd};
use crate::ids::QueueId;
use crate::limits::KEPT_EFFECTS_MAX;
use crate::mark::Mark;
use crate::outbox::Outbox;
use crate::state::State;
use crate::time::Timestamp;
use crate::trace::Trace;

/// What every rule works on. The rules themselves stand in the area modules,
/// as further methods.
pub(crate) struct Step<'a, T> {
    pub(crate) s: &'a mut State,
    pub(crate) out: &'a mut Outbox,
    /// Queues in which a call or an agent became free; looked at when all
    /// else of the entry is done.
    pub(crate) marked: &'a mut Vec<QueueId>,
    pub(crate) trace: &'a mut T,
    /// Number of the entry.
    pub(crate) seq: u64,
    /// When the entry happens; for a `Tick` or an `Abort`, when it was due.
    pub(crate) now: Timestamp,
    /// Orders given so far, dropped ones among them.
    pub(crate) emitted: u32,
}

impl<T: Trace> Step<'_, T> {
    /// Orders something. A kept effect is remembered until it is confirmed;
    /// past the limit it is dropped and said to be.
    #[inline(always)]
    pub(crate) fn emit(&mut self, effect: Effect) -> EffectId {
        let id = EffectId {
            seq: self.seq,
            index: self.emitted,
        };
        self.emitted += 1;
        if effect.kind() != EffectKind::Kept || self.keep(id, &effect) {
            self.out.effects.push((id, effect));
        }
        id
    }

    /// Whether there was room to keep an effect.
    fn keep(&mut self, id: EffectId, effect: &Effect) -> bool {
        let room = self.s.kept.len() < KEPT_EFFECTS_MAX;
        if room {
            self.s.kept.insert(id, effect.clone());
        } else {
            self.sometimes(Mark::KeptDropped);
            let how = KeptEnd::Dropped;
            self.tell(Event::KeptEnded { effect: id, how });
        }
        room
    }

    /// Says that something happened.
    #[inline]
    pub(crate) fn tell(&mut self, event: Event) {
        self.out.events.push(event);
    }

    /// A rare path is taken: rehearsals want to see each of them. Nothing is left
    /// of this where nobody traces.
    #[inline(always)]
    pub(crate) fn sometimes(&mut self, mark: Mark) {
        self.sometimes_if(mark, |_| true);
    }

    /// The same, if it is so; what is asked costs nothing where nobody traces.
    #[inline(always)]
    pub(crate) fn sometimes_if(&mut self, mark: Mark, so: impl FnOnce(&State) -> bool) {
        if T::ON && so(self.s) {
            self.trace.reached(mark);
        }
    }

    /// Has `queue` looked at once the rest of the entry is done.
    pub(crate) fn mark(&mut self, queue: QueueId) {
        let entry = &mut self.s.queues[queue];
        if !entry.marked {
            entry.marked = true;
            self.marked.push(queue);
        }
    }
}
