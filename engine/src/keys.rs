//! What a key means that a caller presses: that depends on what his call awaits. A key
//! that means nothing there is heard, and nothing comes of it.

use crate::acd::line::visit;
use crate::calls::goal;
use crate::ids::CallId;
use crate::key::Key;
use crate::mark::Mark;
use crate::outbox::Reject;
use crate::records::{LeaveReason, Outcome};
use crate::state::{Passing, Stage};
use crate::step::Step;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// The one place where keys part.
    pub(crate) fn key_pressed(&mut self, id: CallId, key: Key) -> Result<(), Reject> {
        let call = self.s.calls.get(id).ok_or(Reject::Stale)?;
        match call.stage {
            Stage::AwaitingAgent => self.key_in_queue(id, key),
            Stage::AwaitingKey => match call.passing.as_deref() {
                Some(Passing::Survey { .. }) => self.key_in_survey(id, key),
                _ => self.key_in_menu(id, key),
            },
            Stage::AwaitingMessage => self.key_in_message(id, key),
            Stage::AwaitingAnswer
            | Stage::AwaitingCaller
            | Stage::AwaitingCustomer
            | Stage::AwaitingEnd
            | Stage::AwaitingPrompt
            | Stage::AwaitingRetrieval => {}
        }
        Ok(())
    }

    /// Who waits in a queue may leave it by a key, whatever he hears and whoever
    /// rings for him.
    fn key_in_queue(&mut self, id: CallId, key: Key) {
        let own = visit(self.s, id);
        if own.callback.is_some() {
            return self.key_in_callback(id, key);
        }
        let queue = &self.s.queues[own.queue];
        if let Some(callback) = &queue.config.callback
            && callback.key == key
            && self.now - own.came_at() >= callback.after
        {
            return self.ask_for_callback(id);
        }
        let Some(to) = queue.config.keys.get(&key) else {
            return self.sometimes(Mark::KeyWithoutMeaning);
        };
        let to = goal(self.s, to);
        self.sometimes_if(Mark::KeyWhileRinging, |s| visit(s, id).ringing > 0);
        self.leave(id, Outcome::Missed, LeaveReason::KeyPressed);
        self.send(id, to);
    }
}
