//! What supervisors do with calls, in words: inputs, facts and orders.

use tandem_engine::config::model::Destination;
use tandem_engine::{
    By, CallId, Effect, Event, Input, Monitoring, Number, QueueId, Recording, Side,
};

use super::centre;
use super::words::Orders;
use super::world::Names;

/// What somebody does with a call.
#[derive(Clone, Debug)]
pub enum Handling {
    Consult(Number),
    EndConsultation(bool),
    HangUp,
    Monitor(Monitoring),
    Park(Side),
    PickUp,
    Record(bool),
    Redirect(Destination),
    Transfer(Side, Destination),
}

impl Handling {
    /// As an input.
    pub fn input(self, by: By, call: CallId) -> Input {
        match self {
            Self::Consult(to) => Input::ConsultCall { by, call, to },
            Self::EndConsultation(transfer) => Input::EndConsultation { by, call, transfer },
            Self::HangUp => Input::HangUpCall { by, call },
            Self::Monitor(how) => Input::MonitorCall { by, call, how },
            Self::Park(side) => Input::ParkCall { by, call, side },
            Self::PickUp => Input::PickUpCall { by, call },
            Self::Record(on) => Input::SwitchRecording { by, call, on },
            Self::Redirect(to) => Input::RedirectCall { by, call, to },
            Self::Transfer(side, to) => Input::TransferCall { by, call, side, to },
        }
    }
}

/// `picks up A`, `redirects A to queue:6401`: the call, and what is done with it.
pub fn read(words: &[&str]) -> Option<Result<(String, Handling), String>> {
    let (call, handling) = match words {
        ["asks", to, "about", call] => (
            call,
            to.parse()
                .map(Handling::Consult)
                .map_err(|_| format!("{to} is no number")),
        ),
        ["completes", "transfer", "of", call] => (call, Ok(Handling::EndConsultation(true))),
        ["returns", "to", call] => (call, Ok(Handling::EndConsultation(false))),
        ["ends", call] => (call, Ok(Handling::HangUp)),
        ["joins", "in", call] => (call, Ok(Handling::Monitor(Monitoring::Barge))),
        ["listens", "to", call] => (call, Ok(Handling::Monitor(Monitoring::Listen))),
        ["parks", call] => (call, Ok(Handling::Park(Side::Caller))),
        ["parks", "who", "talks", "to", call] => (call, Ok(Handling::Park(Side::Agent))),
        ["picks", "up", call] => (call, Ok(Handling::PickUp)),
        ["records", call] => (call, Ok(Handling::Record(true))),
        ["redirects", call, "to", to] => (call, centre::destination(to).map(Handling::Redirect)),
        ["stops", "recording", call] => (call, Ok(Handling::Record(false))),
        ["transfers", call, "to", to] => (call, transfer(Side::Caller, to)),
        ["transfers", "who", "talks", "to", call, "to", to] => (call, transfer(Side::Agent, to)),
        ["whispers", "in", call] => (call, Ok(Handling::Monitor(Monitoring::Whisper))),
        _ => return None,
    };
    Some(handling.map(|handling| ((*call).to_owned(), handling)))
}

fn transfer(side: Side, to: &str) -> Result<Handling, String> {
    Ok(Handling::Transfer(side, centre::destination(to)?))
}

/// A fact of a call that somebody handles.
pub fn fact(event: &Event, orders: &mut Orders, names: &Names) -> Option<String> {
    Some(match event {
        Event::AgentTurned {
            call,
            leg,
            agent,
            turned,
            ..
        } => {
            let order = Effect::TurnLeg {
                leg: *leg,
                call: *turned,
            };
            let but = orders.take("on no line", |effect| *effect == order);
            let (agent, call) = (names.agent(*agent), names.call(*call));
            format!("{agent} goes on without {call}{but}")
        }
        Event::CallHeld { call, agent } => {
            let but = hold_music(*call, orders);
            format!("{} holds {}{but}", names.agent(*agent), names.call(*call))
        }
        Event::CallParked { call, slot } => {
            let but = hold_music(*call, orders);
            format!("{} is parked in {slot}{but}", names.call(*call))
        }
        Event::CallResumed { call, agent } => {
            let is =
                |effect: &Effect| matches!(effect, Effect::Bridge { call: c, .. } if c == call);
            let but = orders.take("nobody connects them", is);
            let (agent, call) = (names.agent(*agent), names.call(*call));
            format!("{agent} talks to {call} again{but}")
        }
        Event::CallRetrieved { call, with, slot } => {
            let join = Effect::Join {
                call: *call,
                with: *with,
            };
            let but = orders.take("nobody connects them", |effect| *effect == join);
            let (call, with) = (names.call(*call), names.call(*with));
            format!("{with} talks to {call}, parked in {slot}{but}")
        }
        Event::ParkingTimedOut { call } => format!("{} is parked too long", names.call(*call)),
        Event::RecordingSwitched {
            call,
            recording,
            by,
        } => {
            let but = orders.take("nothing is recorded", |effect| {
                matches!(effect, Effect::Record { call: of, recording: how, .. }
                    if (of, how) == (call, recording))
            });
            let by = match by {
                By::Person(number) => format!(", by {number}"),
                By::System => String::new(),
            };
            format!("{}{by}{but}", recorded(names.call(*call), *recording))
        }
        _ => return fact_of_supervisor(event, orders, names),
    })
}

fn fact_of_supervisor(event: &Event, orders: &mut Orders, names: &Names) -> Option<String> {
    Some(match event {
        Event::ConsultationAnswered { call, agent, leg } => {
            let order = Effect::Consult {
                call: *call,
                leg: *leg,
            };
            let but = orders.take("hears nobody", |effect| *effect == order);
            let (agent, call) = (names.agent(*agent), names.call(*call));
            format!("{agent} is asked about {call}{but}")
        }
        Event::ConsultationEnded {
            call,
            agent,
            transferred,
            ..
        } => {
            let (agent, call) = (names.agent(*agent), names.call(*call));
            match transferred {
                true => format!("{call} is for {agent}"),
                false => format!("{agent} is asked no more about {call}"),
            }
        }
        Event::ConsultationRung { call, agent, leg } => {
            let but = orders.ring(*leg, *call, *agent, None);
            let (agent, call) = (names.agent(*agent), names.call(*call));
            format!("{agent} rings to be asked about {call}{but}")
        }
        Event::SupervisorJoined {
            call,
            agent,
            leg,
            how,
        } => {
            let mix = Effect::Mix {
                call: *call,
                leg: *leg,
                how: *how,
            };
            let but = orders.take("hears nobody", |effect| *effect == mix);
            let (agent, call) = (names.agent(*agent), names.call(*call));
            match how {
                Monitoring::Barge => format!("{agent} has joined in {call}{but}"),
                Monitoring::Listen => format!("{agent} hears {call}{but}"),
                Monitoring::Whisper => format!("{agent} whispers in {call}{but}"),
            }
        }
        Event::SupervisorLeft { call, agent, .. } => {
            format!("{} is off {}", names.agent(*agent), names.call(*call))
        }
        Event::SupervisorRung { call, agent, leg } => {
            let but = orders.ring(*leg, *call, *agent, None);
            let (agent, call) = (names.agent(*agent), names.call(*call));
            format!("{agent} rings for {call}, as supervisor{but}")
        }
        _ => return None,
    })
}

fn hold_music(call: CallId, orders: &mut Orders) -> String {
    let is =
        |effect: &Effect| matches!(effect, Effect::PlayHoldMusic { call: c, .. } if *c == call);
    orders.take("hears nothing", is)
}

fn recorded(call: &str, recording: Recording) -> String {
    match recording {
        Recording::Off => format!("{call} is recorded no more"),
        Recording::On => format!("{call} is recorded"),
        Recording::Paused => format!("{call} is not recorded at present"),
    }
}

/// An order that goes with no fact.
pub fn order(effect: &Effect, names: &Names) -> Option<String> {
    Some(match effect {
        Effect::Consult { call, leg } => {
            let (leg, call) = (names.leg(*leg), names.call(*call));
            format!("order: {leg} is asked about {call}")
        }
        Effect::Join { call, with } => {
            format!(
                "order: connect {} and {}",
                names.call(*call),
                names.call(*with)
            )
        }
        Effect::Mix { call, leg, how } => {
            format!(
                "order: {how:?} of {} in {}",
                names.leg(*leg),
                names.call(*call)
            )
        }
        Effect::PlayHoldMusic { call, queue } => {
            format!(
                "order: {} is on hold{}",
                names.call(*call),
                whose(*queue, names)
            )
        }
        Effect::Record {
            call, recording, ..
        } => {
            format!("order: {}", recorded(names.call(*call), *recording))
        }
        Effect::SaySlot {
            call,
            leg,
            slot,
            prompts,
        } => {
            let said = match prompts.as_slice() {
                [] => String::new(),
                prompts => format!(": {}", prompts.join(", ")),
            };
            let who = match leg {
                Some(leg) => names.leg(*leg).to_string(),
                None => names.call(*call).to_owned(),
            };
            format!("order: tell {who} the slot {slot}{said}")
        }
        Effect::TurnLeg { leg, call } => {
            let (leg, call) = (names.leg(*leg), names.call(*call));
            format!("order: {leg} is the caller of {call}")
        }
        _ => return None,
    })
}

fn whose(queue: Option<QueueId>, names: &Names) -> String {
    queue.map_or(String::new(), |queue| {
        format!(", music of {}", names.queue(queue))
    })
}
