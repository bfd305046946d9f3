//! Who is beside a conversation: supervisors, and who is asked about its caller.

use tandem_engine::{AgentId, CallId, Event, Timestamp};

use super::{Fold, Stage, set};

impl Fold {
    /// Who is asked about a caller, and whose the caller is then.
    pub(super) fn consultation(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::ConsultationRung { call, agent, .. } => self.supervise(*call, *agent, true),
            Event::ConsultationEnded {
                call,
                agent,
                transferred,
                talks,
                ..
            } => {
                self.supervise(*call, *agent, false);
                match (transferred, talks) {
                    (true, true) => self.set_stage(*call, Stage::answered_directly(*agent, at)),
                    (true, false) => {
                        let agents = vec![*agent];
                        self.set_stage(*call, Stage::AwaitingAnswer { agents });
                    }
                    (false, _) => {}
                }
            }
            _ => {}
        }
    }

    /// How a conversation goes on.
    pub(super) fn of_conversation(&mut self, event: &Event) {
        let (Event::CallHeld { call, .. }
        | Event::CallResumed { call, .. }
        | Event::RecordingSwitched { call, .. }) = event
        else {
            return;
        };
        let Some(entry) = self.calls.get_mut(call) else {
            return;
        };
        match event {
            Event::RecordingSwitched { recording, .. } => entry.recording = *recording,
            held => entry.held = matches!(held, Event::CallHeld { .. }),
        }
        self.dirty.calls.insert(entry.public);
    }

    pub(super) fn supervise(&mut self, call: CallId, agent: AgentId, on: bool) {
        let agents = self.supervisors.entry(call).or_default();
        set(agents, agent, on);
        if agents.is_empty() {
            self.supervisors.remove(&call);
        }
        set(&mut self.agent(agent).supervising, call, on);
        self.touched.insert(agent);
    }
}
