//! What people did with a call, and who was called outside for it, as moments of its story.

use tandem_engine::records::notes::Noted;
use tandem_engine::{By, CallAct, CallId, Engine, Event, Monitoring, Recording};

use super::history::Names;
use super::moment::{Person, What};

/// The moment that an event makes of this call, if somebody handled it.
pub(super) fn what(
    event: &Event,
    own: Option<CallId>,
    engine: &Engine,
    names: &Names,
) -> Option<What> {
    let is_own = |call: &CallId| Some(*call) == own;
    let by_agent = |agent, act, slot| What::Handled {
        by: Some(names.agent(agent)),
        act,
        slot,
    };
    let who = |by: &By| match by {
        By::Person(number) => engine.find_agent(*number).map(|agent| names.agent(agent)),
        By::System => None,
    };
    let by_nobody = |act, slot| What::Handled {
        by: None,
        act,
        slot,
    };
    Some(match event {
        Event::CallHandled { call, by, act } if is_own(call) => What::Handled {
            by: who(by),
            act: act_word(*act),
            slot: None,
        },
        Event::SurveyStarted { call, agent, .. } if is_own(call) => What::Asked {
            agent: names.agent(*agent),
        },
        Event::CallNoted(noted) if own.is_some_and(|own| is_of(noted, own, engine)) => {
            told(noted, who(&noted.by))
        }
        Event::CallHeld { call, agent } if is_own(call) => by_agent(*agent, "held", None),
        Event::CallResumed { call, agent } if is_own(call) => by_agent(*agent, "resumed", None),
        Event::CallParked { call, slot } if is_own(call) => {
            by_nobody("parked_in", Some(slot.to_string()))
        }
        Event::CallRetrieved { call, with, slot } if is_own(call) || is_own(with) => {
            let origin = engine.call(*with).map(|call| call.caller);
            What::Handled {
                by: origin.and_then(|number| who(&By::Person(number))),
                act: "fetched",
                slot: Some(slot.to_string()),
            }
        }
        Event::ParkingTimedOut { call } if is_own(call) => by_nobody("parked_too_long", None),
        Event::RecordingSwitched {
            call,
            recording,
            by,
        } if is_own(call) => What::Handled {
            by: who(by),
            act: match recording {
                Recording::Off => "recording_off",
                Recording::On => "recording_on",
                Recording::Paused => "recording_paused",
            },
            slot: None,
        },
        _ => return beside(event, own, names),
    })
}

/// Who comes beside a conversation, and leaves it.
fn beside(event: &Event, own: Option<CallId>, names: &Names) -> Option<What> {
    let is_own = |call: &CallId| Some(*call) == own;
    let by_agent = |agent, act, slot| What::Handled {
        by: Some(names.agent(agent)),
        act,
        slot,
    };
    Some(match event {
        Event::SupervisorJoined {
            call, agent, how, ..
        } if is_own(call) => by_agent(*agent, how_word(*how), None),
        Event::ConsultationAnswered { call, agent, .. } if is_own(call) => {
            by_agent(*agent, "is_asked", None)
        }
        Event::ConsultationEnded {
            call,
            agent,
            transferred,
            ..
        } if is_own(call) => by_agent(
            *agent,
            if *transferred { "takes_over" } else { "asked" },
            None,
        ),
        Event::SupervisorLeft { call, agent, .. } if is_own(call) => by_agent(*agent, "left", None),
        _ => return outside(event, own),
    })
}

/// The moment that an event makes of this call, if it is about a number outside.
fn outside(event: &Event, own: Option<CallId>) -> Option<What> {
    let (act, number) = match event {
        Event::OutsideAnswered { call, .. } if Some(*call) == own => ("answered", None),
        Event::OutsideRung { call, number, .. } if Some(*call) == own => ("rung", Some(number)),
        _ => return None,
    };
    let number = number.map(ToString::to_string);
    Some(What::Outside { act, number })
}

/// Whether something was noted of this live call.
fn is_of(noted: &Noted, call: CallId, engine: &Engine) -> bool {
    let call = engine.call(call);
    call.is_some_and(|call| call.public == noted.call)
}

fn told(noted: &Noted, by: Option<Person>) -> What {
    What::Noted {
        by,
        dispositions: noted.note.dispositions.clone(),
        remark: !noted.note.remark.is_empty(),
    }
}

const fn act_word(act: CallAct) -> &'static str {
    match act {
        CallAct::Consulted => "consulted",
        CallAct::HungUp => "hung_up",
        CallAct::Monitored(_) => "monitored",
        CallAct::Parked => "parked",
        CallAct::ParkedAgent => "parked_agent",
        CallAct::PickedUp => "picked_up",
        CallAct::Redirected => "redirected",
        CallAct::Returned => "returned",
        CallAct::Transferred => "transferred",
        CallAct::TransferredAgent => "transferred_agent",
    }
}

const fn how_word(how: Monitoring) -> &'static str {
    match how {
        Monitoring::Barge => "barge",
        Monitoring::Listen => "listen",
        Monitoring::Whisper => "whisper",
    }
}
