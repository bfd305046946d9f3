//! Callers as they come and go.

use tandem_engine::{AgentId, By, CallId, Input, Number, PublicId};

use super::fold::{Call, Fold, Stage};

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
        };
        self.calls.insert(id, call);
        self.publics.insert(public, id);
    }

    /// A caller is off the line, and his telephone is free; his call may go on, where he will
    /// be called back.
    pub(super) fn lets_go(&mut self, id: CallId) {
        let call = self.calls.get_mut(&id);
        if let Some(origin) = call.and_then(|call| call.origin.take()) {
            self.agent(origin).talking.remove(&id);
            self.touched.insert(origin);
        }
    }
}
