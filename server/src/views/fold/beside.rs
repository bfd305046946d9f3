//! Who is beside a conversation: supervisors, and who is asked about its caller; and two
//! callers who are connected with each other.

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

    /// Two callers: one who was parked and who fetched him, or one and a number outside.
    pub(super) fn joined(&mut self, event: &Event, at: Timestamp) {
        match event {
            Event::CallRetrieved { call, with, .. } => {
                let origin = self.calls.get(with).and_then(|call| call.origin);
                if let Some(agent) = origin {
                    self.set_stage(*call, Stage::answered_directly(agent, at));
                    self.set_stage(*with, Stage::answered_directly(agent, at));
                }
            }
            Event::OutsideRung { call, number, .. } => {
                let (number, answered_at) = (*number, None);
                let stage = Stage::AwaitingOutside {
                    number,
                    answered_at,
                };
                self.set_stage(*call, stage);
            }
            Event::OutsideAnswered { call, .. } => {
                let stage = self.calls.get(call).map(|call| &call.stage);
                if let Some(&Stage::AwaitingOutside { number, .. }) = stage {
                    let answered_at = Some(at);
                    let stage = Stage::AwaitingOutside {
                        number,
                        answered_at,
                    };
                    self.set_stage(*call, stage);
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
