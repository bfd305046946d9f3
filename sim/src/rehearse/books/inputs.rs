//! What is told: which of it must be refused, and what is known of it alone.

use tandem_engine::{Input, Number};

use super::{Books, Court, Seen};
use crate::rehearse::laws::{Checked, Law};

impl Books {
    /// Whether an input about a call, a leg or a kept effect is about one that is
    /// in the right stage; nothing of other inputs.
    fn is_timely(&self, input: &Input) -> Option<bool> {
        Some(match input {
            Input::BridgeFailed { call } => {
                let joined = self
                    .calls
                    .get(call)
                    .is_some_and(|call| call.joined.is_some());
                let called = self.stand(*call).is_rung();
                joined || !called && self.legs.values().any(|leg| leg.converses(*call))
            }
            Input::CallerHungUp { call } => {
                let called = self.stand(*call).is_rung();
                self.calls.get(call).is_some_and(|call| !call.gone) && !called
            }
            Input::CustomerAnswered { call } | Input::CustomerFailed { call, .. } => {
                self.stand(*call).is_rung()
            }
            Input::KeyPressed { call, .. } => self.calls.contains_key(call),
            Input::KeptDone { effect }
            | Input::KeptFailed { effect }
            | Input::KeptUnknown { effect } => self.kept.contains(effect),
            Input::LegAnswered { leg } | Input::LegFailed { leg, .. } => {
                self.legs.get(leg).is_some_and(|leg| !leg.talks)
            }
            Input::CallNoted { call, .. }
            | Input::ConsultCall { call, .. }
            | Input::EndConsultation { call, .. }
            | Input::HangUpCall { call, .. }
            | Input::MonitorCall { call, .. }
            | Input::ParkCall { call, .. }
            | Input::PickUpCall { call, .. }
            | Input::RedirectCall { call, .. }
            | Input::SwitchRecording { call, .. }
            | Input::TransferCall { call, .. }
                if !self.calls.contains_key(call) =>
            {
                false
            }
            Input::LegEnded { leg } => self.legs.contains_key(leg),
            other => return self.is_in_order(other),
        })
    }

    pub(super) fn refusal_is_right(&self, seen: &Seen<'_>, court: &mut Court<'_>) -> Checked {
        let out = seen.out;
        let refused = out.reject.is_some();
        if let Some(timely) = self.is_timely(&seen.entry.input) {
            court.law(Law::Refusals, timely != refused, || {
                format!("{:?} is answered by {:?}", seen.entry.input, out.reject)
            })?;
        }
        let silent = out.events.is_empty() && out.effects.is_empty();
        court.law(Law::Refusals, !refused || silent, || {
            format!("{:?} is refused and does something", seen.entry.input)
        })
    }

    /// What follows from an accepted input without being told.
    pub(super) fn take_in(&mut self, seen: &Seen<'_>) {
        self.says_where(seen);
        self.logs_change(&seen.entry.input);
        if let Input::WallOffset { micros } = seen.entry.input {
            self.wall_offset = micros;
        }
        if let Input::CallerHungUp { call } = &seen.entry.input {
            self.lets_go(*call);
        }
        if let Input::Restarted { .. } = &seen.entry.input {
            self.promises_stay(seen.entry.received_at);
        }
        if let Input::PersonErased { number, .. } = &seen.entry.input {
            for call in self.calls.values_mut() {
                let own = call.number == *number;
                if own {
                    call.number = Number::NONE;
                }
                if let Some(visit) = &mut call.visit {
                    visit.stand.erase(*number, own);
                }
            }
        }
    }
}
