//! The outputs of the engine, in words.
//!
//! What happened and what was ordered go together: a fact without its order,
//! or an order without its fact, is told as such.

use std::collections::BTreeSet;

use tandem_engine::acd::eligible::Obstacle;
use tandem_engine::acd::estimate::Estimate;
use tandem_engine::config::model::Notice;
use tandem_engine::records::{LeaveReason, Outcome, QueueCall};
use tandem_engine::{
    AgentId, By, CallId, CancelReason, Cause, Closed, Effect, EffectId, EndReason, Event,
    HangUpCause, Input, KeptEnd, LegId, OfferEnd, Outbox, PublicId, QueueId, Reject, SECOND_US,
    Span, Tone,
};

use super::logs;
use super::points;
use super::status::{by_whom, status_changed};
use super::supervised;
use super::waiting;
use super::world::Names;

/// The lines that one entry's outputs make.
pub fn of(input: &Input, out: &Outbox, names: &mut Names) -> Vec<String> {
    if let Some(reject) = &out.reject {
        return vec![format!("refused: {}", refusal(reject))];
    }
    // After a restart nobody is left who could be told anything.
    let restarted = |event: &Event| matches!(event, Event::SystemRestarted { .. });
    let mut orders = Orders {
        left: out.effects.clone(),
        taken: None,
        silent: waiting::called_back(input, &out.events),
        wanted: !out.events.iter().any(restarted),
        gone: match input {
            Input::LegEnded { leg } | Input::LegFailed { leg, .. } => Some(*leg),
            _ => None,
        },
    };
    for (_, effect) in &orders.left {
        if let Effect::Ring {
            leg, call, agent, ..
        } = effect
        {
            names.rung(*leg, *agent, *call);
        }
    }
    // Kept effects are numbered in the order in which they were ordered.
    for (id, effect) in &orders.left {
        match effect {
            Effect::Mail { .. }
            | Effect::MailAgent { .. }
            | Effect::MailMessage { .. }
            | Effect::MailServiceLevel { .. } => {
                let _named = names.kept(*id, "mail");
            }
            Effect::PushRecord { .. } => drop(names.kept(*id, "push")),
            _ => {}
        }
    }
    // An order without a fact is told before the facts whose orders follow it.
    let mut facts: Vec<(String, Option<u32>)> = Vec::new();
    for event in &out.events {
        orders.taken = None;
        if let Some(line) = fact(event, &mut orders, names) {
            facts.push((line, orders.taken));
        }
    }
    let mut rest = orders.left.into_iter().peekable();
    let mut lines = Vec::new();
    for (line, taken) in facts {
        while let Some((id, effect)) =
            rest.next_if(|(id, _)| taken.is_some_and(|taken| id.index < taken))
        {
            lines.push(order(id, &effect, names));
        }
        lines.push(line);
    }
    lines.extend(rest.map(|(id, effect)| order(id, &effect, names)));
    lines
}

/// The orders of an entry.
pub(super) struct Orders {
    /// Those that no fact has taken yet.
    left: Vec<(EffectId, Effect)>,
    /// The place of the order that the present fact has taken.
    taken: Option<u32>,
    /// Calls that end after a callback: whether anybody is there to be hung up is told apart.
    silent: Vec<PublicId>,
    /// Whether facts need their orders.
    wanted: bool,
    /// The leg that ended by itself, which nobody need cancel.
    gone: Option<LegId>,
}

impl Orders {
    /// Takes an order that belongs to a fact; says so where it is missing.
    pub(super) fn take(&mut self, missing: &str, wanted: impl Fn(&Effect) -> bool) -> String {
        match self.left.iter().position(|(_, effect)| wanted(effect)) {
            Some(place) => {
                self.taken = Some(self.left.remove(place).0.index);
                String::new()
            }
            None if self.wanted => format!(" (but {missing})"),
            None => String::new(),
        }
    }

    /// Whether something is ordered that no fact has taken yet.
    pub(super) fn has(&self, order: &Effect) -> bool {
        self.left.iter().any(|(_, effect)| effect == order)
    }

    /// What is wrong where a caller is not hung up on; he may hear a slot before.
    fn lets_go(&mut self, call: CallId, cause: HangUpCause) -> String {
        let hears = |effect: &Effect| match effect {
            Effect::SaySlot { call: of, leg, .. } => *of == call && leg.is_none(),
            _ => false,
        };
        if self.left.iter().any(|(_, effect)| hears(effect)) {
            return String::new();
        }
        let wanted = Effect::HangUpCaller { call, cause };
        self.take("the caller is not hung up on", |effect| *effect == wanted)
    }

    /// Whether a caller is told something instead of hearing music.
    fn announces(&self, call: CallId) -> bool {
        let is = |effect: &Effect| match effect {
            Effect::Announce { call: to, .. } | Effect::PlayPrompt { call: to, .. } => *to == call,
            _ => false,
        };
        self.left.iter().any(|(_, effect)| is(effect))
    }

    /// What a waiting caller hears, if it is not music.
    fn music(&mut self, call: CallId, queue: QueueId) -> String {
        let alert = Effect::AlertCaller { call };
        if self.left.iter().any(|(_, effect)| *effect == alert) {
            self.take("", |effect| *effect == alert);
            return ", and hears it ring".to_owned();
        }
        let music = Effect::PlayMusic { call, queue };
        self.take("hears nothing", |effect| *effect == music)
    }

    fn bridge(&mut self, call: CallId, leg: LegId) -> String {
        let bridge = Effect::Bridge { call, leg };
        self.take("nobody connects them", |effect| *effect == bridge)
    }

    pub fn ring(
        &mut self,
        leg: LegId,
        call: CallId,
        agent: AgentId,
        queue: Option<QueueId>,
    ) -> String {
        let melody = self.left.iter().find_map(|(_, effect)| match effect {
            Effect::Ring {
                leg: of,
                alert_info,
                ..
            } if *of == leg => alert_info.clone(),
            _ => None,
        });
        let melody = melody.map_or(String::new(), |melody| {
            format!(", with the melody {melody}")
        });
        // The time that the telephone may show is of no matter here.
        let but = self.take("no telephone rings", |effect| match effect {
            Effect::Ring {
                leg: l,
                call: c,
                agent: a,
                queue: q,
                ..
            } => (*l, *c, *a, *q) == (leg, call, agent, queue),
            _ => false,
        });
        melody + &but
    }

    pub(super) fn cancel(&mut self, leg: LegId, why: CancelReason) -> String {
        if self.gone == Some(leg) {
            return String::new();
        }
        self.take("the telephone goes on ringing", |effect| {
            *effect == Effect::CancelRing { leg, why }
        })
    }
}

/// How long somebody waits yet, to the second.
pub fn estimate(estimate: Option<Estimate>) -> String {
    let seconds = |span: Span| (span.micros() + SECOND_US / 2) / SECOND_US;
    estimate.map_or("nobody can tell".to_owned(), |estimate| {
        let (low, high) = (seconds(estimate.low), seconds(estimate.high));
        let expected = seconds(estimate.expected);
        format!("about {expected}s, {low}s to {high}s in most cases")
    })
}

/// A fact; `None` for an echo of the input.
fn fact(event: &Event, orders: &mut Orders, names: &mut Names) -> Option<String> {
    if matches!(
        event,
        Event::CallArrived { .. } | Event::CallHandled { .. } | Event::DeviceChanged { .. }
    ) {
        return None;
    }
    let line = fact_of_call(event, orders, names)
        .or_else(|| fact_of_closed(event, orders, names))
        .or_else(|| waiting::fact(event, orders, names))
        .or_else(|| fact_of_ring(event, orders, names))
        .or_else(|| supervised::fact(event, orders, names))
        .or_else(|| points::fact(event, orders, names))
        .or_else(|| fact_of_centre(event, names));
    // A new kind of event shows itself as it is until it has words.
    Some(line.unwrap_or_else(|| format!("{event:?}")))
}

fn fact_of_call(event: &Event, orders: &mut Orders, names: &Names) -> Option<String> {
    Some(match event {
        Event::CallAnswered {
            call,
            agent,
            leg,
            waited,
            ..
        } => {
            let but = orders.bridge(*call, *leg);
            let (call, agent) = (names.call(*call), names.agent(*agent));
            format!("{call} talks to {agent}, waited {waited}{but}")
        }
        Event::CallEnded {
            call,
            reason,
            public,
        } => {
            let told = hang_up(*reason).filter(|_| !orders.silent.contains(public));
            let but = told.map_or(String::new(), |cause| orders.lets_go(*call, cause));
            format!("{} ended: {}{but}", names.call(*call), end_reason(*reason))
        }
        Event::AnnouncementStarted {
            call,
            queue,
            announced,
        } => {
            let but = orders.take("nothing is heard", |effect| {
                matches!(effect, Effect::Announce { call: to, queue: of, .. }
                    | Effect::Brief { call: to, queue: of, .. } if to == call && of == queue)
            });
            format!("{} {}{but}", names.call(*call), waiting::told(*announced))
        }
        Event::CallJoined { call, queue } => {
            let but = match orders.announces(*call) {
                true => String::new(),
                false => orders.music(*call, *queue),
            };
            format!(
                "{} waits in {}{but}",
                names.call(*call),
                names.queue(*queue)
            )
        }
        Event::ConnectionFailed { call, queue, agent } => {
            let goes_on = orders.music(*call, *queue).is_empty();
            let (call, queue) = (names.call(*call), names.queue(*queue));
            let agent = names.agent(*agent);
            match goes_on {
                true => format!("{call} waits in {queue} again: {agent} was not reached"),
                false => format!("{agent} was not reached by {call} in {queue}"),
            }
        }
        Event::ExtensionAnswered { call, agent, leg } => {
            let but = orders.bridge(*call, *leg);
            format!(
                "{} talks to {}{but}",
                names.call(*call),
                names.agent(*agent)
            )
        }
        Event::QueueCallEnded(record) => outcome(record, names),
        _ => return None,
    })
}

/// What comes of a call that came to a closed queue.
fn fact_of_closed(event: &Event, orders: &mut Orders, names: &Names) -> Option<String> {
    Some(match event {
        Event::CallDiverted {
            call,
            queue,
            closed,
        } => {
            let (call, queue) = (names.call(*call), names.queue(*queue));
            match closed {
                Closed::Holiday { name } => format!("{call} comes to {queue} on {name}"),
                Closed::OutsideHours => {
                    format!("{call} comes to {queue} outside business hours")
                }
            }
        }
        Event::PlaceRegained { call, queue, since } => {
            let (call, queue) = (names.call(*call), names.queue(*queue));
            format!("{call} has the place of {since} in {queue} back")
        }
        Event::PromptStarted { call, prompt } => {
            let wanted = Effect::PlayPrompt {
                call: *call,
                prompt: prompt.clone(),
            };
            let but = orders.take("hears nothing", |effect| *effect == wanted);
            format!("{} hears the prompt {prompt}{but}", names.call(*call))
        }
        Event::CodeDialled {
            call,
            dialled,
            refused,
            ..
        } => {
            let (call, name) = (*call, names.call(*call));
            let (tone, what) = match refused {
                None => (Tone::Confirmation, "done".to_owned()),
                Some(why) => (Tone::Refusal, format!("refused: {}", refusal(why))),
            };
            let wanted = Effect::PlayTone { call, tone };
            let but = orders.take("hears no tone", |effect| *effect == wanted);
            format!("{name} dialled {dialled}: {what}{but}")
        }
        _ => return None,
    })
}

fn fact_of_ring(event: &Event, orders: &mut Orders, names: &Names) -> Option<String> {
    Some(match event {
        Event::CallOffered {
            call,
            queue,
            agent,
            leg,
        } => {
            let but = orders.ring(*leg, *call, *agent, Some(*queue));
            format!(
                "{} rings for {}{but}",
                names.agent(*agent),
                names.call(*call)
            )
        }
        Event::ExtensionRung { call, agent, leg } => {
            let but = orders.ring(*leg, *call, *agent, None);
            let (agent, call) = (names.agent(*agent), names.call(*call));
            format!("{agent} rings for {call}, directly{but}")
        }
        Event::OfferEnded {
            call,
            agent,
            leg,
            end,
            rang,
            ..
        } => {
            let (call, agent) = (names.call(*call), names.agent(*agent));
            match end {
                OfferEnd::CompletedElsewhere => {
                    let but = orders.cancel(*leg, CancelReason::CompletedElsewhere);
                    format!("{agent} stops ringing for {call}, answered elsewhere{but}")
                }
                OfferEnd::Failed(cause) => format!("{agent} {} {call}", failed(*cause)),
                OfferEnd::TimedOut => {
                    let but = orders.cancel(*leg, CancelReason::TimedOut);
                    format!("{agent} missed {call}, rang {rang}{but}")
                }
                OfferEnd::Withdrawn => {
                    let but = orders.cancel(*leg, CancelReason::Withdrawn);
                    format!("{agent} stops ringing for {call}{but}")
                }
            }
        }
        _ => return None,
    })
}

/// Facts that go with no order.
fn fact_of_centre(event: &Event, names: &mut Names) -> Option<String> {
    Some(match event {
        Event::AgentStatusChanged {
            agent,
            queue,
            status,
            by,
        } => status_changed(*agent, *queue, status, *by, names),
        Event::CallLogDeleted { .. } | Event::CallLogProcessed(_) | Event::CallNoted(_) => {
            return logs::words(event, names);
        }
        Event::ConfigurationChanged { revision } => format!("revision {revision}"),
        Event::KeptEnded { effect, how } => {
            let (place, what) = names.kept(*effect, "message");
            format!("{what} {place} {}", kept_end(*how))
        }
        Event::PersonErased { calls } => format!("blanked in {calls} calls"),
        Event::PresenceChanged {
            agent,
            presence,
            by,
        } => {
            let (agent, by) = (names.agent(*agent), by_whom(*by, names.agent(*agent)));
            format!("{agent} is {}{by}", presence.word())
        }
        Event::ServiceLevelEvaluated {
            queue,
            calls,
            met,
            under,
        } => {
            let under = if *under { ", too few" } else { "" };
            let queue = names.queue(*queue);
            format!("{queue}: {met} of {calls} calls met the service level{under}")
        }
        Event::SystemRestarted { calls } => format!("the system starts, {calls} calls cut off"),
        Event::WrapUpEnded { agent, queue } => {
            format!(
                "{} has wrapped up for {}",
                names.agent(*agent),
                names.queue(*queue)
            )
        }
        Event::WrapUpStarted { agent, queue } => {
            format!(
                "{} wraps up for {}",
                names.agent(*agent),
                names.queue(*queue)
            )
        }
        _ => return None,
    })
}

/// A mail that is ordered.
fn mail(id: EffectId, effect: &Effect, names: &mut Names) -> String {
    match effect {
        Effect::Mail {
            queue,
            notice,
            call,
        } => {
            let (place, what) = names.kept(id, "mail");
            let notice = match notice {
                Notice::Abandoned => "abandoned",
                Notice::CallbackFailed => "callback failed",
                Notice::CallbackRequested => "callback requested",
                Notice::Missed => "missed",
                Notice::ServiceLevel => "service level",
            };
            let (queue, call) = (names.queue(*queue), names.record(*call));
            format!("{what} {place} to the managers of {queue}: {call} {notice}")
        }
        Effect::MailAgent { agent, queue } => {
            let (place, what) = names.kept(id, "mail");
            let (agent, queue) = (names.agent(*agent), names.queue(*queue));
            format!("{what} {place} to {agent}: paused in {queue}, call after call missed")
        }
        Effect::MailMessage { mailbox, call } => {
            let (place, what) = names.kept(id, "mail");
            let call = names.record(*call);
            format!("{what} {place} to the box of {mailbox}: {call} left a message")
        }
        Effect::MailServiceLevel {
            queue,
            calls,
            met,
            under,
        } => {
            let (place, what) = names.kept(id, "mail");
            let how = if *under { "fell" } else { "has recovered" };
            let queue = names.queue(*queue);
            format!(
                "{what} {place} to the managers of {queue}: the service level {how}, \
                 {met} of {calls}"
            )
        }
        _ => format!("{effect:?} is no mail"),
    }
}

/// An order that goes with no fact.
fn order(id: EffectId, effect: &Effect, names: &mut Names) -> String {
    if let Some(line) = supervised::order(effect, names) {
        return line;
    }
    match effect {
        Effect::AlertCaller { call } => format!("order: let {} hear it ring", names.call(*call)),
        Effect::Bridge { call, leg } => {
            let (call, leg) = (names.call(*call), names.leg(*leg));
            format!("order: connect {call} and {leg}")
        }
        Effect::CancelRing { leg, why } => {
            let why = match why {
                CancelReason::CompletedElsewhere => ", answered elsewhere",
                CancelReason::TimedOut => ", time is over",
                CancelReason::Withdrawn => "",
            };
            format!("order: stop ringing {}{why}", names.leg(*leg))
        }
        Effect::HangUpCaller { call, cause } => {
            format!("order: hang up {} ({cause:?})", names.call(*call))
        }
        Effect::HangUpLeg { leg } => format!("order: hang up {}", names.leg(*leg)),
        Effect::Mail { .. }
        | Effect::MailAgent { .. }
        | Effect::MailMessage { .. }
        | Effect::MailServiceLevel { .. } => mail(id, effect, names),
        Effect::Brief { agent, both, .. } => format!("order: tell {agent:?}, then {both:?}"),
        Effect::Announce { call, prompts, .. } => {
            let prompts = prompts.join(", ");
            format!("order: play {prompts} to {}", names.call(*call))
        }
        Effect::PlayMusic { call, queue } => {
            let (queue, call) = (names.queue(*queue), names.call(*call));
            format!("order: play the music of {queue} to {call}")
        }
        Effect::PlayPrompt { call, prompt } => {
            format!("order: play the prompt {prompt} to {}", names.call(*call))
        }
        Effect::PlayTone { call, tone } => {
            format!("order: play the tone {tone:?} to {}", names.call(*call))
        }
        Effect::PushRecord { call, visit } => {
            let (place, what) = names.kept(id, "push");
            format!(
                "{what} {place}: the record of {}, visit {visit}",
                names.record(*call)
            )
        }
        Effect::RecordMessage { .. } | Effect::StopPrompt { .. } | Effect::StopRecording { .. } => {
            points::order(effect, names)
        }
        Effect::Ring { .. } | Effect::RingCaller { .. } | Effect::RingCustomer { .. } => {
            ring(effect, names)
        }
        Effect::Consult { .. }
        | Effect::Join { .. }
        | Effect::Mix { .. }
        | Effect::PlayHoldMusic { .. }
        | Effect::Record { .. }
        | Effect::SaySlot { .. }
        | Effect::TurnLeg { .. } => unreachable!("told above"),
    }
}

/// An order to ring somebody.
fn ring(effect: &Effect, names: &Names) -> String {
    match effect {
        Effect::Ring { leg, call, .. } => {
            format!("order: ring {} for {}", names.leg(*leg), names.call(*call))
        }
        Effect::RingCaller { call, agent, .. } => {
            let (call, agent) = (names.call(*call), names.agent(*agent));
            format!("order: ring {agent} as the caller of {call}")
        }
        Effect::RingCustomer { call, number, .. } => {
            format!("order: call {} at {number}", names.call(*call))
        }
        _ => format!("{effect:?} rings nobody"),
    }
}

/// By whom something was done.
pub(super) fn who(by: By) -> String {
    match by {
        By::Person(number) => format!(", by {number}"),
        By::System => ", by the system".to_owned(),
    }
}

fn outcome(record: &QueueCall, names: &Names) -> String {
    let (call, queue) = (names.record(record.call), names.queue(record.queue));
    let outcome = match (record.outcome, record.reason) {
        (Outcome::Abandoned, LeaveReason::CallerHungUp) => "abandoned",
        (Outcome::Answered, LeaveReason::Answered) => "answered",
        (Outcome::Missed, LeaveReason::Aborted) => "missed, aborted",
        (Outcome::Missed, LeaveReason::HungUpBySupervisor) => "missed, hung up by a supervisor",
        (Outcome::Missed, LeaveReason::Redirected) => "missed, redirected",
        (Outcome::Missed, LeaveReason::KeyPressed) => "missed, key pressed",
        (Outcome::Missed, LeaveReason::QueueCrowded) => "missed, too crowded",
        (Outcome::Missed, LeaveReason::QueueEmpty) => "missed, queue empty",
        (Outcome::Missed, LeaveReason::QueueFull) => "missed, queue full",
        (Outcome::Missed, LeaveReason::QueueRemoved) => "missed, queue deleted",
        (Outcome::Missed, LeaveReason::SystemRestart) => "missed, system restart",
        (Outcome::Missed, LeaveReason::TimedOut) => "missed, timed out",
        (outcome, reason) => &waiting::outcome(reason)
            .unwrap_or_else(|| format!("{outcome:?} for the reason {reason:?}")),
    };
    let mut line = format!("{call} in {queue}: {outcome}, waited {}", record.waited);
    if let Some(agent) = record.agent {
        line += &format!(", {} talked {}", names.agent(agent), record.talked);
    } else if record.talked != Span::ZERO {
        line += &format!(", somebody talked {}", record.talked);
    }
    if record.held != Span::ZERO {
        line += &format!(", of that {} on hold", record.held);
    }
    if names.whole_records {
        let caller = match record.caller {
            number if number.is_none() => "nobody known".to_owned(),
            number => number.to_string(),
        };
        let at_once = if record.offered_at_once {
            ", the first at once"
        } else {
            ""
        };
        let QueueCall {
            call,
            visit,
            joined_at,
            offers,
            ..
        } = record;
        let name = format!("call {call}, visit {visit}, from {caller}");
        line += &format!(" [{name}, joined {joined_at}, {offers} rings{at_once}]");
    }
    line
}

/// What the caller must be told at such an end.
fn hang_up(reason: EndReason) -> Option<HangUpCause> {
    match reason {
        EndReason::AgentHungUp
        | EndReason::CodeDialled
        | EndReason::HungUpBySupervisor
        | EndReason::MessageLeft
        | EndReason::SurveyOver => Some(HangUpCause::Normal),
        EndReason::CallbackFailed | EndReason::CallerHungUp | EndReason::SystemRestart => None,
        EndReason::ExtensionFailed(cause) => Some(HangUpCause::ExtensionFailed(cause)),
        EndReason::Aborted
        | EndReason::NoDestination
        | EndReason::TooManyHops
        | EndReason::Unanswered => Some(HangUpCause::Unanswered),
    }
}

fn end_reason(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Aborted => "aborted",
        EndReason::AgentHungUp => "the other side hung up",
        EndReason::CallbackFailed => "the callback has failed",
        EndReason::CallerHungUp => "the caller hung up",
        EndReason::CodeDialled => "the code has been dialled",
        EndReason::ExtensionFailed(Cause::Busy) => "who was rung was busy",
        EndReason::ExtensionFailed(Cause::NoAnswer) => "who was rung did not answer",
        EndReason::ExtensionFailed(Cause::Rejected) => "who was rung refused",
        EndReason::ExtensionFailed(Cause::Unreachable) => "who was rung was not reachable",
        EndReason::HungUpBySupervisor => "hung up by a supervisor",
        EndReason::MessageLeft => "a message was left",
        EndReason::NoDestination => "no such destination",
        EndReason::SurveyOver => "the survey was over",
        EndReason::SystemRestart => "the system went down",
        EndReason::TooManyHops => "sent on too often",
        EndReason::Unanswered => "nobody answered",
    }
}

pub(super) fn failed(cause: Cause) -> &'static str {
    match cause {
        Cause::Busy => "was busy for",
        Cause::NoAnswer => "gave up ringing for",
        Cause::Rejected => "refused",
        Cause::Unreachable => "was not reachable for",
    }
}

fn kept_end(how: KeptEnd) -> &'static str {
    match how {
        KeptEnd::Done => "is done",
        KeptEnd::Dropped => "is dropped: too many are kept",
        KeptEnd::Failed => "has failed",
        KeptEnd::Unknown => "is in doubt",
    }
}

fn refusal(reject: &Reject) -> String {
    match reject {
        Reject::Answered => "the call was answered".to_owned(),
        Reject::Configuration(faults) => {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            faults.join("; ")
        }
        Reject::Conflict { revision } => format!("revision {revision} is in force"),
        Reject::Denied => "not allowed".to_owned(),
        Reject::NoAgent => "no agent talks in this call".to_owned(),
        Reject::NoChange => "that changes nothing".to_owned(),
        Reject::NoSlot => "no parking slot is free".to_owned(),
        Reject::NotAMember => "not an agent of this queue".to_owned(),
        Reject::Stale => "it is over already".to_owned(),
        Reject::StaticAgent => "static agents are always in".to_owned(),
        Reject::TooEarly => "no deadline has come".to_owned(),
        Reject::TooMany { limit } => format!("more than {limit}"),
        Reject::UnknownDisposition => "no such disposition".to_owned(),
        Reject::UnknownNumber => "no such number".to_owned(),
        Reject::Unreachable => "the telephone can not be rung".to_owned(),
        Reject::UnknownReason => "no such pause reason".to_owned(),
    }
}

/// What keeps an agent from being rung.
pub fn obstacle(obstacle: Option<Obstacle>) -> &'static str {
    match obstacle {
        None => "free",
        Some(Obstacle::BeingOffered) => "rings",
        Some(Obstacle::Busy) => "on a call",
        Some(Obstacle::LoggedOut) => "logged out",
        Some(Obstacle::Paused) => "paused",
        Some(Obstacle::Resting) => "rests after a failed ring",
        Some(Obstacle::Unreachable) => "not reachable",
        Some(Obstacle::WrapUp) => "wraps up",
        Some(
            Obstacle::BetterRing
            | Obstacle::CallAsking
            | Obstacle::CallElsewhere
            | Obstacle::CallLeaving
            | Obstacle::CallOffered
            | Obstacle::CallHearing
            | Obstacle::CallReserved
            | Obstacle::CallPausing
            | Obstacle::LessSkilled,
        ) => "not a matter of the agent",
    }
}

/// Gathers lines that are the same, or differ only in the number of a call of
/// a burst.
pub fn gather(lines: &[String], bursts: &BTreeSet<String>) -> Vec<String> {
    // Line, how often, and for bursts the prefix and the numbers.
    let mut gathered: Vec<(String, usize, String, Vec<u32>)> = Vec::new();
    for line in lines {
        let (template, prefix, number) = match burst_name(line, bursts) {
            Some((template, prefix, number)) => (template, prefix, Some(number)),
            None => (line.clone(), String::new(), None),
        };
        match gathered.iter_mut().find(|known| known.0 == template) {
            Some((_, count, _, numbers)) => {
                *count += 1;
                numbers.extend(number);
            }
            None => gathered.push((template, 1, prefix, number.into_iter().collect())),
        }
    }
    let show = |(line, count, prefix, numbers): (String, usize, String, Vec<u32>)| {
        if !numbers.is_empty() {
            return line.replacen("{}", &ranges(&prefix, &numbers), 1);
        }
        match count {
            1 => line,
            _ => format!("{line} ({count} times)"),
        }
    };
    gathered.into_iter().map(show).collect()
}

/// The first name of a burst in a line: the line without it, and its parts.
fn burst_name(line: &str, bursts: &BTreeSet<String>) -> Option<(String, String, u32)> {
    for word in line.split(|c: char| !c.is_ascii_alphanumeric()) {
        let prefix = word.trim_end_matches(|c: char| c.is_ascii_digit());
        if let Ok(number) = word[prefix.len()..].parse()
            && bursts.contains(prefix)
        {
            return Some((line.replacen(word, "{}", 1), prefix.to_owned(), number));
        }
    }
    None
}

/// `C1-C3, C5`
fn ranges(prefix: &str, numbers: &[u32]) -> String {
    let mut text = String::new();
    let mut rest = numbers;
    while let Some((&first, _)) = rest.split_first() {
        let run = (first..)
            .zip(rest)
            .take_while(|(wanted, number)| wanted == *number)
            .count();
        if !text.is_empty() {
            text += ", ";
        }
        text += &match run {
            1 => format!("{prefix}{first}"),
            _ => format!("{prefix}{first}-{prefix}{}", rest[run - 1]),
        };
        rest = &rest[run..];
    }
    text
}
