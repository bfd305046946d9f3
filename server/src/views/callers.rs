//! Callers as they come and go.

use tandem_engine::records::QueueCall;
use tandem_engine::{AgentId, By, CallId, Input, Number, PublicId, QueueId, Recording};

use super::fold::{Call, Fold, Stage};
use crate::driver::Directory;

impl Fold {
    /// A call begins: one that came in, or that somebody has placed.
    pub(super) fn arrive(&mut self, id: CallId, public: PublicId, input: &Input) {
        let (caller, origin) = match input {
            Input::CallArrived { from, .. } => (from.number, from.extension),
            Input::PlaceCall {
                by: By::Person(number),
                ..
            } => (*number, Some(*number)),
            _ => return,
        };
        let origin = origin.and_then(|number| self.directory.find_agent(number));
        self.begin(id, public, caller, origin);
    }

    /// Who talked to a caller is one himself from now on.
    pub(super) fn turn(&mut self, id: CallId, public: PublicId, agent: AgentId) {
        let number = self.directory.agents.get(&agent).map(|agent| agent.number);
        self.begin(id, public, number.unwrap_or_default(), Some(agent));
    }

    fn begin(&mut self, id: CallId, public: PublicId, caller: Number, origin: Option<AgentId>) {
        if let Some(origin) = origin {
            self.agent(origin).talking.insert(id);
            self.touched.insert(origin);
        }
        let call = Call {
            id,
            public,
            caller,
            origin,
            stage: Stage::AwaitingRoute,
            held: false,
            recording: Recording::Off,
        };
        self.calls.insert(id, call);
        self.publics.insert(public, id);
    }

    /// A caller keeps his place, to be called back.
    pub(super) fn promise(&mut self, id: CallId, queue: QueueId) {
        self.queues.entry(queue).or_default().promised.insert(id);
        self.dirty.queues.insert(queue);
        let call = self.calls.get(&id);
        self.dirty.calls.extend(call.map(|call| call.public));
    }

    /// Whether a call's caller is to be called back, or was, in a queue.
    pub(super) fn is_promised(&self, id: CallId, queue: QueueId) -> bool {
        let queue = self.queues.get(&queue);
        queue.is_some_and(|queue| queue.promised.contains(&id))
    }

    /// A visit is over: if the caller was to be called back, that counts.
    pub(super) fn call_back(&mut self, record: &QueueCall) {
        if !record.callback {
            return;
        }
        let id = self.publics.get(&record.call).copied();
        let queue = self.queues.entry(record.queue).or_default();
        queue.promised.retain(|promised| Some(*promised) != id);
        if self.facts.contains_key(&record.queue) {
            queue.counts.call_back(record);
            self.dirty.queues.insert(record.queue);
        }
    }

    /// Takes in who waits to be called back since before the server started.
    pub(super) fn know_promised(&mut self, directory: &Directory) {
        for (&id, entry) in &directory.promised {
            if self.calls.contains_key(&id) {
                continue;
            }
            self.begin(id, entry.public, entry.caller, None);
            let ringing = entry.ringing.clone();
            self.set_stage(id, Stage::waiting(entry.queue, entry.joined_at, ringing));
            self.promise(id, entry.queue);
        }
    }

    /// Nobody is to be told of this number any more.
    pub(super) fn erase(&mut self, number: Number) {
        for call in self.calls.values_mut() {
            let dialled = match &mut call.stage {
                Stage::AwaitingOutside { number, .. } => Some(number),
                _ => None,
            };
            for known in dialled.into_iter().chain([&mut call.caller]) {
                if *known == number {
                    *known = Number::NONE;
                    self.dirty.calls.insert(call.public);
                }
            }
        }
    }

    /// A caller is off the line, and his telephone is free; his call may go on, where he will
    /// be called back.
    pub(super) fn lets_go(&mut self, id: CallId) {
        let call = self.calls.get_mut(&id);
        if let Some(origin) = call.and_then(|call| call.origin.take()) {
            self.agent(origin).talking.remove(&id);
            self.touched.insert(origin);
            let call = self.calls.get(&id);
            self.dirty.calls.extend(call.map(|call| call.public));
        }
    }
}
