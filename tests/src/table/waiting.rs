//! What comes to callers who wait, and to those who are called back, in words.

use tandem_engine::config::callback::{CallbackConfig, Outbound};
use tandem_engine::config::model::{Options, TrunkConfig};
use tandem_engine::limits::SPOKEN_NUMBER_MAX;
use tandem_engine::records::LeaveReason;
use tandem_engine::records::callbacks::CallbackEnd;
use tandem_engine::{
    Announced, CallId, Cause, Effect, Event, Input, Number, PublicId, ReservationEnd,
};

use super::centre::{read_span, read_value};
use super::phrase::Phrase;
use super::words::Orders;
use super::world::Names;

/// `Carrier,key=2,after=20,offer=Offer`: the trunk, and what is not as by default.
pub(super) fn read(text: &str) -> Result<Option<CallbackConfig>, String> {
    let mut words = text.split(',');
    let trunk = words.next().unwrap_or_default();
    if trunk == "none" {
        return Ok(None);
    }
    let mut callback = CallbackConfig::new(trunk);
    for word in words {
        let (key, value) = word.split_once('=').ok_or("trunk,key=value,…, or none")?;
        let prompt = || Some(value.to_owned());
        match key {
            "after" => callback.after = read_span(value)?,
            "confirm" => callback.confirm = prompt(),
            "crowded" => callback.crowded = prompt(),
            "invalid" => callback.invalid = prompt(),
            "key" => callback.key = read_value(value)?,
            "offer" => callback.offer = prompt(),
            "prefix" => callback.prefix = read_value(value)?,
            "ring" => callback.customer_ring = read_span(value)?,
            "thanks" => callback.thanks = prompt(),
            "timeout" => callback.timeout = read_span(value)?,
            _ => return Err(format!("{word:?} says nothing of callbacks")),
        }
    }
    Ok(Some(callback))
}

/// `Carrier`, which can be called out on, or `Carrier in`, on which only others call.
pub fn trunk(options: &mut Options, words: &[&str]) -> Result<(), String> {
    let outbound = match words {
        [_] => Some(Outbound::default()),
        [_, "in"] => None,
        _ => return Err("a trunk has a name, and perhaps `in`".to_owned()),
    };
    options.trunks.retain(|trunk| trunk.name != words[0]);
    let host = 7 + options.trunks.len();
    options.trunks.push(TrunkConfig {
        name: words[0].to_owned(),
        address: Some(read_value(&format!("192.0.2.{host}"))?),
        user: None,
        outbound,
    });
    Ok(())
}

/// `A answers`, or why the customer of a callback does not.
pub(super) fn customer(words: &[&str]) -> Option<Phrase> {
    let (call, cause) = match words {
        [call, "answers"] => (call, None),
        [call, "is", "busy"] => (call, Some(Cause::Busy)),
        [call, "refuses"] => (call, Some(Cause::Rejected)),
        [call, "can", "not", "be", "called"] => (call, Some(Cause::Unreachable)),
        _ => return None,
    };
    Some(Phrase::Customer((*call).to_owned(), cause))
}

/// `A answers`, `A hangs up`, or why nobody answers at the number outside that is called
/// for A.
pub(super) fn number_for(words: &[&str]) -> Option<Phrase> {
    match words {
        [call, "hangs", "up"] => Some(Phrase::CallerHangsUp(number_called_for(call))),
        words => match customer(words)? {
            Phrase::Customer(call, cause) => {
                Some(Phrase::Customer(number_called_for(&call), cause))
            }
            _ => None,
        },
    }
}

/// The name of a call to a number outside, by that of the call that it is for.
pub(super) fn number_called_for(call: &str) -> String {
    format!("number for {call}")
}

/// The name of the call of who talked to a caller and goes elsewhere without him.
pub(super) fn who_talked_to(call: &str) -> String {
    format!("who talked to {call}")
}

/// What is told of the customer of a callback.
pub(super) const fn of_customer(call: CallId, cause: Option<Cause>) -> Input {
    match cause {
        None => Input::CustomerAnswered { call },
        Some(cause) => Input::CustomerFailed { call, cause },
    }
}

/// What a waiting caller is told.
pub(super) fn told(announced: Announced) -> String {
    let spoken = |number: u8| match number {
        number if number > SPOKEN_NUMBER_MAX => format!("more than {SPOKEN_NUMBER_MAX}"),
        number => number.to_string(),
    };
    match announced {
        Announced::Callback => "hears the offer of a callback".to_owned(),
        Announced::Agent { length } => format!("is connected in {length}"),
        Announced::Join => "hears the join announcement".to_owned(),
        Announced::NotCalledBack => "hears that this number can not be called".to_owned(),
        Announced::Periodic => "hears the periodic announcement".to_owned(),
        Announced::Place { position, minutes } => {
            let place = position.map(|place| format!("place {}", spoken(place)));
            let wait = minutes.map(|minutes| format!("wait {} min", spoken(minutes)));
            let parts: Vec<String> = place.into_iter().chain(wait).collect();
            match parts.as_slice() {
                [] => "is thanked for waiting".to_owned(),
                parts => format!("hears: {}", parts.join(", ")),
            }
        }
    }
}

/// What comes of a caller who waits for one agent alone, or is to be called back.
pub(super) fn fact(event: &Event, orders: &mut Orders, names: &Names) -> Option<String> {
    Some(match event {
        Event::CallReserved {
            call, agent, until, ..
        } => {
            let (call, agent) = (names.call(*call), names.agent(*agent));
            format!("{call} is reserved for {agent} until {until}")
        }
        Event::ReservationEnded {
            call, agent, how, ..
        } => {
            let (call, agent) = (names.call(*call), names.agent(*agent));
            let why = match how {
                ReservationEnd::AgentLeft => "who left",
                ReservationEnd::AskedForCallback => "as he wants to be called back",
                ReservationEnd::NotAnswered => "who did not answer",
                ReservationEnd::TimeOver => "as the time is over",
            };
            format!("{call} is reserved no more for {agent}, {why}")
        }
        _ => return fact_of_callback(event, orders, names),
    })
}

fn fact_of_callback(event: &Event, orders: &mut Orders, names: &Names) -> Option<String> {
    Some(match event {
        Event::CallbackAsked {
            call,
            queue,
            crowded,
        } => {
            let (call, queue) = (names.call(*call), names.queue(*queue));
            let why = crowded.then_some(", which is too crowded");
            let why = why.unwrap_or_default();
            format!("{call} is asked where to be called back by {queue}{why}")
        }
        Event::CallbackEnded(callback) => {
            let call = names.record(callback.call);
            let waited = callback.waited();
            let number = match callback.number {
                Number::NONE => "nobody known".to_owned(),
                number => number.to_string(),
            };
            match callback.end {
                CallbackEnd::Connected => {
                    format!("the callback of {call} to {number} was successful, waited {waited}")
                }
                CallbackEnd::Failed(why) => {
                    let why = failed(why);
                    format!("the callback of {call} to {number} has failed: {why}, waited {waited}")
                }
                CallbackEnd::InvalidNumber => {
                    format!("the callback of {call} has failed: invalid number, waited {waited}")
                }
            }
        }
        Event::CallbackForgone { call, .. } => {
            format!("{} says nothing, and is not called back", names.call(*call))
        }
        Event::CallbackNotPermitted { call, agent, .. } => {
            let (call, agent) = (names.call(*call), names.agent(*agent));
            format!("{agent} can not call {call} back")
        }
        Event::CallbackRequested {
            call,
            number,
            until,
            ..
        } => {
            let until = until.map_or(String::new(), |until| format!(" until {until}"));
            format!(
                "{} will be called back at {number}{until}",
                names.call(*call)
            )
        }
        Event::CustomerRung {
            call,
            agent,
            number,
            ..
        } => {
            let but = orders.take("nobody calls", |effect| {
                matches!(effect, Effect::RingCustomer { call: of, number: to, .. }
                    if of == call && to == number)
            });
            let (call, agent) = (names.call(*call), names.agent(*agent));
            format!("{agent} has the customer of {call} called at {number}{but}")
        }
        _ => return fact_of_outside(event, orders, names),
    })
}

/// What comes of a number outside, or of a call that somebody has placed.
fn fact_of_outside(event: &Event, orders: &mut Orders, names: &Names) -> Option<String> {
    Some(match event {
        Event::CallPlaced { call, agent, .. } => {
            let but = orders.take("no telephone rings", |effect| {
                matches!(effect, Effect::RingCaller { call: of, agent: who, .. }
                    if of == call && who == agent)
            });
            let (call, agent) = (names.call(*call), names.agent(*agent));
            format!("{agent} rings, to place {call}{but}")
        }
        Event::CallerAnswered { call, agent } => {
            format!("{} is placed by {}", names.call(*call), names.agent(*agent))
        }
        Event::OutsideAnswered { call, outside } => {
            let join = Effect::Join {
                call: *outside,
                with: *call,
            };
            let but = orders.take("nobody connects them", |effect| *effect == join);
            let (call, outside) = (names.call(*call), names.call(*outside));
            format!("{call} talks to the {outside}{but}")
        }
        Event::OutsideRung {
            call,
            outside,
            number,
            ..
        } => {
            let alert = Effect::AlertCaller { call: *call };
            let hears = match orders.has(&alert) {
                true => orders.take("", |effect| *effect == alert) + ", who hears it ring",
                false => String::new(),
            };
            let but = orders.take("nobody calls", |effect| {
                matches!(effect, Effect::RingCustomer { call: of, number: to, .. }
                    if of == outside && to == number)
            });
            let call = names.call(*call);
            format!("the number {number} is called for {call}{hears}{but}")
        }
        _ => return None,
    })
}

/// Why a callback failed.
const fn failed(why: LeaveReason) -> &'static str {
    match why {
        LeaveReason::CallbackAgentHungUp => "hang up by the agent",
        LeaveReason::CallbackNoAgent => "no available agents",
        LeaveReason::CallbackNotPermitted => "outbound not permitted",
        LeaveReason::CallbackUnanswered => "customer no answer",
        LeaveReason::CallbackWithdrawn => "withdrawn",
        LeaveReason::HungUpBySupervisor => "hung up by a supervisor",
        LeaveReason::QueueRemoved => "queue deleted",
        LeaveReason::SystemRestart => "system restart",
        _ => "aborted",
    }
}

/// The calls whose callbacks are over with these events; or whose number outside has not
/// answered, as was told.
pub(super) fn called_back(input: &Input, events: &[Event]) -> Vec<PublicId> {
    let failed = match input {
        Input::CustomerFailed { call, .. } => Some(*call),
        _ => None,
    };
    let over = events.iter().filter_map(|event| match event {
        Event::CallEnded { call, public, .. } if Some(*call) == failed => Some(*public),
        Event::QueueCallEnded(record) => record.callback.then_some(record.call),
        _ => None,
    });
    over.collect()
}

/// How a callback failed, as the outcome of its call.
pub(super) fn outcome(why: LeaveReason) -> Option<String> {
    Some(match why {
        LeaveReason::CallbackAgentHungUp
        | LeaveReason::CallbackNoAgent
        | LeaveReason::CallbackNotPermitted
        | LeaveReason::CallbackUnanswered
        | LeaveReason::CallbackWithdrawn => format!("missed, {}", failed(why)),
        _ => return None,
    })
}
