//! What must be refused, and that a refusal changes nothing.

use tandem_engine::config::rights::Right;
use tandem_engine::{
    AgentId, By, Caller, Engine, Entry, Input, Number, Outbox, QueueId, Reject, Timer,
};

use super::state::LegStage;
use super::{Checked, Law, Model};

impl Model {
    /// Why the entry at hand must be refused, if it must.
    pub(super) fn refusal(&self) -> Option<Reject> {
        let when = |refused: bool, reject| refused.then_some(reject);
        match &self.entry.input {
            Input::Abort { timer } => {
                let next = (self.entry.first).filter(|(due, _)| *due <= self.entry.received_at);
                when(
                    next.is_none_or(|(_, next)| next != *timer),
                    Reject::TooEarly,
                )
            }
            Input::AgentLogIn { .. }
            | Input::AgentLogOut { .. }
            | Input::AgentPause { .. }
            | Input::AgentUnpause { .. } => self.switched().err(),
            Input::CallArrived { from, dialled, .. } => {
                when(!self.may_arrive(from, *dialled), Reject::UnknownNumber)
            }
            Input::CallLogNoted { .. } | Input::CallNoted { .. } => self.note_refusal(),
            Input::CallLogProcessed {
                by, log, result, ..
            } => self.process_refusal(*by, log, *result),
            Input::CallLogsDeleted { by, logs } => self.delete_refusal(*by, logs),
            Input::CallerHungUp { call } => {
                let there = self.calls.contains_key(call) && !self.is_silent(*call);
                when(!there, Reject::Stale)
            }
            Input::CustomerAnswered { call } | Input::CustomerFailed { call, .. } => {
                when(!self.customer_rings(*call), Reject::Stale)
            }
            Input::Configure { by, base, .. } => {
                if !self.administers(*by) {
                    return Some(Reject::Denied);
                }
                let revision = self.revision;
                when(*base != revision, Reject::Conflict { revision })
            }
            Input::DeviceDown { extension } => self.device_refusal(*extension, false),
            Input::DeviceUp { extension } => self.device_refusal(*extension, true),
            Input::ConsultCall { .. }
            | Input::EndConsultation { .. }
            | Input::HangUpCall { .. }
            | Input::LegHeld { .. }
            | Input::LegResumed { .. }
            | Input::MonitorCall { .. }
            | Input::ParkCall { .. }
            | Input::PickUpCall { .. }
            | Input::RedirectCall { .. }
            | Input::SwitchRecording { .. }
            | Input::TransferCall { .. } => self.handling_refusal(),
            Input::KeptDone { effect }
            | Input::KeptFailed { effect }
            | Input::KeptUnknown { effect } => when(!self.kept.contains_key(effect), Reject::Stale),
            Input::KeyPressed { call, .. } => when(!self.calls.contains_key(call), Reject::Stale),
            Input::BridgeFailed { .. }
            | Input::LegAnswered { .. }
            | Input::LegEnded { .. }
            | Input::LegFailed { .. } => self.stale_leg(),
            Input::PersonErased { by, .. } if !self.administers(*by) => Some(Reject::Denied),
            Input::PersonErased { number, .. } => when(number.is_none(), Reject::UnknownNumber),
            Input::PlaceCall { by, to } => self.place_refusal(*by, to),
            Input::PresenceChanged {
                by,
                agent,
                presence,
            } => self.presence_refusal(*by, *agent, *presence),
            Input::Restarted { .. } | Input::Tick | Input::WallOffset { .. } => None,
        }
    }

    /// Whether the leg that the entry at hand is about is not as it must be.
    fn stale_leg(&self) -> Option<Reject> {
        let stale = match &self.entry.input {
            Input::BridgeFailed { call } => {
                let joined = self.talks_with(*call);
                let talks = self.talking_leg(*call).is_some() && !self.customer_rings(*call);
                joined.is_none() && !talks
            }
            Input::LegAnswered { leg } | Input::LegFailed { leg, .. } => {
                let stage = self.legs.get(leg).map(|leg| leg.stage);
                stage != Some(LegStage::Ringing)
            }
            Input::LegEnded { leg } => {
                let leg = self.legs.get(leg);
                leg.is_none_or(|leg| leg.stage == LegStage::Over)
            }
            _ => false,
        };
        stale.then_some(Reject::Stale)
    }

    fn may_arrive(&self, from: &Caller, dialled: Number) -> bool {
        let parked = self.calls.values().filter_map(|call| call.parked.as_ref());
        let mut slots = parked.map(|parked| parked.slot);
        let fetches = from.extension.is_some() && slots.any(|slot| slot == dialled);
        let is_there = |from| self.extensions.contains_key(&from);
        let leads = self.leads_somewhere(dialled) || fetches || self.dials_a_code().is_some();
        leads && from.extension.is_none_or(is_there)
    }

    fn device_refusal(&self, number: Number, up: bool) -> Option<Reject> {
        let Some(agent) = self.extensions.get(&number) else {
            return Some(Reject::UnknownNumber);
        };
        let is_so = self
            .persons
            .get(agent)
            .is_some_and(|person| person.up == up);
        is_so.then_some(Reject::NoChange)
    }

    pub(super) fn leads_somewhere(&self, number: Number) -> bool {
        self.has_box(number)
    }

    /// The person who asks, where he is known.
    pub(super) fn person(&self, number: Number) -> Option<AgentId> {
        self.extensions.get(&number).copied()
    }

    /// Whether somebody may do everything.
    pub(super) fn administers(&self, by: By) -> bool {
        match by {
            By::System => true,
            By::Person(number) => self
                .person(number)
                .and_then(|agent| self.persons.get(&agent))
                .is_some_and(|person| person.administrator),
        }
    }

    /// Whether somebody may switch an agent's status in a queue: he himself,
    /// and a manager of the queue where that is set.
    pub(super) fn may_switch(&self, by: By, agent: AgentId, queue: QueueId) -> bool {
        let By::Person(number) = by else { return true };
        let Some(person) = self.person(number) else {
            return false;
        };
        let config = self.queues.get(&queue).map(|queue| &queue.config);
        let manages = config.is_some_and(|config| {
            let rights = config.permissions.managers;
            rights.has(Right::SwitchAgents) && config.managers.contains(&number)
        });
        self.administers(by) || person == agent || manages
    }

    /// A refusal is silent and leaves the state as it was.
    pub(super) fn nothing_changed(&self, engine: &Engine, out: &Outbox) -> Checked {
        let silent = out.effects.is_empty() && out.events.is_empty();
        self.law(Law::Refusals, silent, || "a refusal has outputs".to_owned())?;
        let Some(untouched) = self.entry.untouched else {
            return Ok(());
        };
        self.law(Law::Refusals, engine.hash() == untouched, || {
            "a refusal changes the state".to_owned()
        })
    }
}

/// Hash of the state after an entry that certainly does nothing: it names a
/// timer that no engine has.
pub(super) fn untouched(engine: &Engine, entry: &Entry) -> u128 {
    let mut fork = engine.clone();
    let nobody = AgentId::from_parts(u32::MAX, u32::MAX);
    let input = Input::Abort {
        timer: Timer::Rest(nobody),
    };
    let (seq, at) = (entry.seq, entry.received_at);
    fork.apply(
        &Entry {
            seq,
            received_at: at,
            input,
        },
        &mut Outbox::default(),
    );
    fork.hash()
}
