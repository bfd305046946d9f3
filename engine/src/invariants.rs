//! The laws of the state, checked by brute force. For tests and rehearsals:
//! the cost is that of looking at everything.

use std::collections::BTreeSet;

use crate::acd::eligible::{eligible, obstacle, set_of};
use crate::acd::estimate::serves;
use crate::acd::presence::{keeps_from_empty, stays_allowed};
use crate::acd::strategy;
use crate::config::model::Notice;
use crate::engine::Engine;
use crate::ids::{CallId, MemberId, QueueId};
use crate::state::{
    Call, CallSet, CallerRung, Leg, Passing, Progress, Promise, Purpose, Queue, Stage, State,
    Visit, caller_gone, is_held,
};
use crate::timer::{Timer, TimerId};

/// Checks every law.
///
/// # Errors
/// The first law that is broken, in a sentence.
pub fn check(engine: &Engine) -> Result<(), String> {
    let s = &engine.state;
    no_eligible_pair_idles(s)?;
    one_offer_per_agent(s)?;
    agents_are_engaged_by_their_legs(s)?;
    for (id, queue) in s.queues.iter() {
        line_is_in_order(s, id, queue)?;
        sets_hold_what_they_should(s, id, queue)?;
        free_agents_are_listed(s, queue)?;
        presence_is_counted(s, id, queue)?;
        service_level_is_watched(id, queue)?;
    }
    calls_hold_together(s)?;
    callbacks_hold_together(s)?;
    holds_are_of_conversations(s)?;
    parked_calls_have_slots(s)?;
    timers_have_owners(s)
}

fn law(holds: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken()) }
}

/// No agent is free while a caller whom he may serve is not offered to anybody.
fn no_eligible_pair_idles(s: &State) -> Result<(), String> {
    for (id, call) in s.calls.iter() {
        let (Stage::AwaitingAgent, Some(visit)) = (call.stage, &call.visit) else {
            continue;
        };
        let queue = &s.queues[visit.queue];
        let step = queue.skill_step.and_then(|timer| s.timers.due(timer));
        if step.is_some_and(|due| due <= s.acted_at) {
            // Its deadline has come, and brings them together with no time passing.
            continue;
        }
        for &member in &queue.members {
            law(eligible(s, id, member, s.acted_at).is_err(), || {
                format!("call {id} and member {member} are eligible and idle")
            })?;
        }
    }
    Ok(())
}

fn one_offer_per_agent(s: &State) -> Result<(), String> {
    let mut offered = BTreeSet::new();
    for (id, leg) in s.legs.iter() {
        if leg.member.is_some() && leg.timeout.is_some() {
            law(offered.insert(leg.agent), || {
                format!("agent {} has two offers", leg.agent)
            })?;
            law(s.agents[leg.agent].offer == Some(id), || {
                format!("agent {} does not know of his offer {id}", leg.agent)
            })?;
        }
    }
    for (id, agent) in s.agents.iter() {
        law(agent.offer.is_some() == offered.contains(&id), || {
            format!("agent {id} remembers an offer that is over")
        })?;
    }
    Ok(())
}

fn agents_are_engaged_by_their_legs(s: &State) -> Result<(), String> {
    for (id, agent) in s.agents.iter() {
        let legs = (s.legs.iter())
            .filter(|(leg, entry)| entry.agent == id && agent.offer != Some(*leg))
            .count();
        let own = s
            .calls
            .iter()
            .filter(|(_, call)| call.origin == Some(id))
            .count();
        law(agent.engaged as usize == legs + own, || {
            format!(
                "agent {id} is engaged {} times, by {legs} legs",
                agent.engaged
            )
        })?;
    }
    Ok(())
}

fn line_of(s: &State, queue: &Queue) -> Vec<CallId> {
    let mut line = Vec::new();
    let mut next = queue.line.map(|(first, _)| first);
    while let Some(id) = next {
        line.push(id);
        next = s.calls[id].visit.as_ref().and_then(|visit| visit.after);
    }
    line
}

fn line_is_in_order(s: &State, id: QueueId, queue: &Queue) -> Result<(), String> {
    let line = line_of(s, queue);
    law(line.len() == queue.callers as usize, || {
        format!("queue {id} miscounts its callers")
    })?;
    let last = queue.line.map(|(_, last)| last);
    law(line.last().copied() == last, || {
        format!("queue {id} has lost its line's end")
    })?;
    let order = |id: &CallId| s.calls[*id].visit.as_ref().map(|visit| visit.join_number);
    law(line.iter().map(order).is_sorted(), || {
        format!("queue {id} is out of order")
    })?;
    let waiting = (s.calls.iter())
        .filter(|(_, call)| call.stage == Stage::AwaitingAgent)
        .filter(|(_, call)| call.visit.as_ref().is_some_and(|visit| visit.queue == id))
        .count();
    law(waiting == line.len(), || {
        format!("queue {id} has callers outside its line")
    })?;
    let armed = queue.longest_wait.is_some();
    let promised = line.iter().filter(|&&id| promise(&s.calls[id]).is_some());
    let promised = promised.count();
    law(promised == queue.promised as usize, || {
        format!("queue {id} miscounts its callbacks")
    })?;
    let limited = !queue.config.max_waiting.is_zero() && line.len() > promised;
    law(armed == limited, || {
        format!("queue {id} does not watch its longest wait")
    })
}

fn sets_hold_what_they_should(s: &State, id: QueueId, queue: &Queue) -> Result<(), String> {
    let (mut ready, mut joinable) = (Vec::new(), Vec::new());
    for call in line_of(s, queue) {
        let Some(visit) = &s.calls[call].visit else {
            continue;
        };
        let set = set_of(queue.config.strategy, visit.ringing, visit.pauses());
        law(set == visit.set, || {
            format!("call {call} is in the wrong set")
        })?;
        match set {
            CallSet::Aside => {}
            CallSet::Joinable => joinable.push((visit.join_number, call)),
            CallSet::Ready => ready.push((visit.join_number, call)),
        }
    }
    callers_are_reserved_for_members(s, id, queue)?;
    law(
        queue.ready.iter().eq(ready) && queue.joinable.iter().eq(joinable),
        || format!("queue {id} has lost a call from its sets"),
    )
}

/// Who is reserved waits for a member who takes calls, and is found by him.
fn callers_are_reserved_for_members(s: &State, id: QueueId, queue: &Queue) -> Result<(), String> {
    let visits = line_of(s, queue).into_iter();
    let visits = visits.filter_map(|call| Some((call, s.calls[call].visit.as_ref()?)));
    let reserved = visits.filter_map(|(call, visit)| {
        let reserved = visit.reserved.as_ref()?;
        Some((reserved.member, visit.join_number, call))
    });
    let reserved: BTreeSet<_> = reserved.collect();
    let found = (queue.reserved.iter())
        .flat_map(|(&member, calls)| calls.iter().map(move |(order, call)| (member, order, call)));
    law(found.eq(reserved.iter().copied()), || {
        format!(
            "queue {id} does not find who is reserved: {reserved:?}, {:?}",
            queue.reserved
        )
    })?;
    let empty = queue.reserved.values().any(|calls| calls.is_empty());
    law(!empty && queue.wanted.is_empty(), || {
        format!("queue {id} remembers for whom somebody was reserved")
    })?;
    for (member, _, call) in reserved {
        let entry = s.members.get(member).filter(|entry| entry.queue == id);
        let takes = entry.is_some_and(|entry| serves(entry, &s.agents[entry.agent]));
        law(takes, || {
            format!("call {call} is reserved for {member}, who takes no calls of queue {id}")
        })?;
    }
    Ok(())
}

fn free_agents_are_listed(s: &State, queue: &Queue) -> Result<(), String> {
    let mut free: Vec<_> = strategy::free_members(queue).collect();
    free.sort_unstable();
    let mut ought: Vec<_> = (queue.members.iter().copied())
        .filter(|&member| obstacle(s, &s.members[member]).is_none())
        .collect();
    ought.sort_unstable();
    law(free == ought, || {
        format!(
            "queue {} lists {free:?}, not {ought:?}",
            queue.config.number
        )
    })?;
    let listed = |id: &&MemberId| s.members[**id].listed.is_some();
    law(
        queue.members.iter().filter(listed).count() == free.len(),
        || "somebody believes to be listed, and is not".to_owned(),
    )?;
    for &id in &free {
        law(strategy::is_listed_rightly(s, id), || {
            format!("member {id} is listed where he does not belong")
        })?;
    }
    Ok(())
}

fn presence_is_counted(s: &State, id: QueueId, queue: &Queue) -> Result<(), String> {
    let count = |states| {
        let present = |member: &&MemberId| {
            let member = &s.members[**member];
            keeps_from_empty(
                states,
                s.options.shared_wrap_up,
                member,
                &s.agents[member.agent],
            )
        };
        queue.members.iter().filter(present).count()
    };
    let join = count(queue.config.disallow_join_when_empty);
    let stay = count(queue.config.leave_when_empty);
    law(
        (join, stay)
            == (
                queue.present_to_join as usize,
                queue.present_to_stay as usize,
            ),
        || format!("queue {id} miscounts who is present"),
    )?;
    let (armed, may_stay) = (queue.put_out.is_some(), stays_allowed(s, id));
    let limited = queue.callers > queue.promised || queue.removed;
    law(
        if armed {
            !may_stay && (queue.promised == 0 || limited)
        } else {
            may_stay || !limited
        },
        || format!("queue {id} keeps callers when empty"),
    )
}

/// A service level is watched where its managers want to be told of it, and only there.
fn service_level_is_watched(id: QueueId, queue: &Queue) -> Result<(), String> {
    let told = queue.config.notify_managers.contains(&Notice::ServiceLevel);
    let watch = queue.service_level.as_ref();
    law(watch.is_some() == (told && !queue.removed), || {
        format!("queue {id} has the watch {watch:?} over its service level")
    })?;
    law(watch.is_none_or(|watch| watch.met <= watch.calls), || {
        format!("queue {id} miscounts its service level: {watch:?}")
    })
}

fn calls_hold_together(s: &State) -> Result<(), String> {
    let mut legs = 0;
    for (id, call) in s.calls.iter() {
        let (mut ringing, mut talking, mut consulted) = (0_u32, 0_u32, 0_u32);
        let mut next = call.legs;
        while let Some(leg) = next {
            let leg = s
                .legs
                .get(leg)
                .ok_or_else(|| format!("call {id} has a dead leg"))?;
            legs += 1;
            if leg.purpose == Purpose::Talk {
                *(if leg.timeout.is_some() {
                    &mut ringing
                } else {
                    &mut talking
                }) += 1;
            } else {
                consulted += u32::from(leg.purpose == Purpose::Consult);
                law(supervisor_fits(call, leg) && consulted <= 1, || {
                    format!("a supervisor is on call {id} for nothing")
                })?;
            }
            next = leg.after;
        }
        let fits = match call.stage {
            Stage::AwaitingAgent => {
                talking == 0
                    && call
                        .visit
                        .as_ref()
                        .is_some_and(|visit| visit.ringing == ringing)
            }
            Stage::AwaitingAnswer => match call.passing.as_deref() {
                None => (ringing, talking) == (u32::from(joined_with(call).is_none()), 0),
                Some(Passing::Group { .. }) => ringing > 0 && talking == 0,
                Some(_) => false,
            },
            Stage::AwaitingCaller => {
                let to = rung(call).is_some_and(|rung| rung.to.is_some());
                let for_one = to != joined_with(call).is_some();
                (ringing, talking) == (0, 0) && call.visit.is_none() && for_one
            }
            Stage::AwaitingCustomer => (ringing, talking) == (0, 1),
            Stage::AwaitingEnd => (ringing, talking) == (0, u32::from(joined_with(call).is_none())),
            Stage::AwaitingKey
            | Stage::AwaitingMessage
            | Stage::AwaitingPrompt
            | Stage::AwaitingRetrieval => (ringing, talking) == (0, 0) && call.visit.is_none(),
        };
        law(fits, || {
            format!("call {id} awaits what its legs can not bring")
        })?;
        law(passes_through(call), || {
            format!("call {id} does not know what it passes through, or hears it unanswered")
        })?;
        law(s.parties.contains(call.party), || {
            format!("call {id} is nobody's")
        })?;
    }
    law(legs == s.legs.len(), || {
        "a leg belongs to no call".to_owned()
    })?;
    law(s.parties.len() == s.calls.len(), || {
        "a party belongs to no call".to_owned()
    })
}

/// A call knows what it passes through, and who hears something was answered.
fn passes_through(call: &Call) -> bool {
    let stage = match call.passing.as_deref() {
        None => {
            return !matches!(
                call.stage,
                Stage::AwaitingKey | Stage::AwaitingMessage | Stage::AwaitingPrompt
            );
        }
        Some(Passing::Group { .. }) => return call.stage == Stage::AwaitingAnswer,
        Some(Passing::Menu { .. } | Passing::Survey { .. }) => Stage::AwaitingKey,
        Some(Passing::Message { .. }) => Stage::AwaitingMessage,
        Some(Passing::Prompt { .. }) => Stage::AwaitingPrompt,
    };
    call.stage == stage && call.taken
}

/// A supervisor rings to take a caller who waits, or is there to listen to who talks; who
/// is consulted is there while the caller is on hold.
fn supervisor_fits(call: &Call, leg: &Leg) -> bool {
    match leg.purpose {
        Purpose::Consult => {
            call.stage == Stage::AwaitingEnd && is_held(call) && joined_with(call).is_none()
        }
        Purpose::Monitor(_) => call.stage == Stage::AwaitingEnd && joined_with(call).is_none(),
        Purpose::PickUp => call.stage == Stage::AwaitingAgent && leg.timeout.is_some(),
        Purpose::Talk => true,
    }
}

/// What is known of a caller on hold is of the present conversation.
fn holds_are_of_conversations(s: &State) -> Result<(), String> {
    for (id, call) in s.calls.iter() {
        let never = (call.extra.as_ref()).is_none_or(|extra| extra.hold.is_none());
        let talks = call.stage == Stage::AwaitingEnd && joined_with(call).is_none();
        law(never || talks, || {
            format!("call {id} has a caller on hold, and nobody talks to him")
        })?;
    }
    Ok(())
}

fn promise(call: &Call) -> Option<&Promise> {
    call.visit.as_ref().and_then(|visit| visit.promise())
}

/// Who is to be called back is off the line, and hears nothing; who asks for it is not.
fn callbacks_hold_together(s: &State) -> Result<(), String> {
    for (id, call) in s.calls.iter() {
        let progress = promise(call).map(|promise| promise.progress);
        let gone = caller_gone(call);
        law(gone == (progress == Some(Progress::Reserved)), || {
            format!("call {id} does not know whether its caller is there")
        })?;
        let stage = match progress {
            None => true,
            Some(Progress::Reserved | Progress::Thanked) => call.stage == Stage::AwaitingAgent,
            Some(Progress::Ringing { .. }) => call.stage == Stage::AwaitingCustomer,
            Some(Progress::Connected) => call.stage == Stage::AwaitingEnd,
        };
        let rung = matches!(progress, Some(Progress::Ringing { .. }));
        law(
            stage && rung == (call.stage == Stage::AwaitingCustomer),
            || format!("call {id} has a callback {progress:?} that does not fit"),
        )?;
        let own = call.visit.as_ref();
        let told = own.is_some_and(|own| own.announcing.is_some() && own.callback.is_some());
        law(!told || progress == Some(Progress::Connected), || {
            format!("call {id} is told something, and nobody hears it")
        })?;
        law(
            !gone || (call.origin.is_none() && call.passing.is_none()),
            || format!("call {id} holds a caller who is gone"),
        )?;
    }
    Ok(())
}

fn rung(call: &Call) -> Option<&CallerRung> {
    call.extra.as_ref()?.rung.as_deref()
}

fn rung_timer(call: &Call) -> Option<TimerId> {
    rung(call).map(|rung| rung.timer)
}

fn joined_with(call: &Call) -> Option<CallId> {
    call.extra.as_ref().and_then(|extra| extra.joined)
}

/// Slots hold the calls that are parked, and who is connected with whom goes both ways.
fn parked_calls_have_slots(s: &State) -> Result<(), String> {
    let mut parked = 0;
    for (id, call) in s.calls.iter() {
        let slot = call.extra.as_ref().and_then(|extra| extra.parked);
        let slot = slot.map(|parked| parked.slot);
        parked += usize::from(slot.is_some());
        let holds = slot.is_none_or(|slot| s.slots.get(&slot) == Some(&id));
        let fits = slot.is_some() == (call.stage == Stage::AwaitingRetrieval);
        law(holds && fits, || format!("call {id} is parked nowhere"))?;
        law(
            rung(call).is_some() == (call.stage == Stage::AwaitingCaller),
            || format!("call {id} does not know whether its caller is called"),
        )?;
        let back = joined_with(call).map(|with| s.calls.get(with).and_then(joined_with));
        law(back.is_none_or(|back| back == Some(id)), || {
            format!("call {id} talks to itself")
        })?;
    }
    law(parked == s.slots.len(), || "a slot holds nobody".to_owned())
}

fn passing_timer(call: &Call) -> Option<TimerId> {
    call.passing.as_ref().and_then(|passing| passing.timer())
}

fn visit_of(s: &State, call: CallId) -> Option<&Visit> {
    s.calls.get(call)?.visit.as_ref()
}

/// The timers that a call waits for.
fn timers_of(call: &Call) -> [Option<TimerId>; 7] {
    let parked = call.extra.as_ref().and_then(|extra| extra.parked);
    let [retry, announcing, reserved, callback] = match &call.visit {
        None => [None; 4],
        Some(visit) => [
            visit.retry,
            visit.announcing.as_ref().map(|own| own.timer),
            visit.reserved.as_ref().map(|own| own.timer),
            visit.callback.as_ref().and_then(|own| own.timer()),
        ],
    };
    [
        retry,
        announcing,
        reserved,
        callback,
        passing_timer(call),
        parked.map(|parked| parked.timer),
        rung_timer(call),
    ]
}

/// Every armed timer is that of its owner, and no owner waits for one that is not.
fn timers_have_owners(s: &State) -> Result<(), String> {
    for (id, timer) in s.timers.iter() {
        let armed = match timer {
            Timer::Announcement(call) => (s.calls.get(call))
                .and_then(|c| c.visit.as_ref()?.announcing.as_ref())
                .map(|announcing| announcing.timer),
            Timer::Callback(call) => {
                (s.calls.get(call)).and_then(|c| c.visit.as_ref()?.callback.as_ref()?.timer())
            }
            Timer::CallerRing(call) => s.calls.get(call).and_then(rung_timer),
            Timer::LongestWait(queue) => s.queues.get(queue).and_then(|q| q.longest_wait),
            Timer::MenuTimeout(call)
            | Timer::MessageOver(call)
            | Timer::PromptOver(call)
            | Timer::SurveyTimeout(call) => s.calls.get(call).and_then(passing_timer),
            Timer::Midnight(queue) => s.queues.get(queue).and_then(|q| q.midnight),
            Timer::Parked(call) => (s.calls.get(call))
                .and_then(|c| c.extra.as_ref()?.parked)
                .map(|parked| parked.timer),
            Timer::PreferredWait(call) => {
                visit_of(s, call).and_then(|visit| Some(visit.reserved.as_ref()?.timer))
            }
            Timer::PutOut(queue) => s.queues.get(queue).and_then(|q| q.put_out),
            Timer::Rest(agent) => s.agents.get(agent).and_then(|a| a.rest),
            Timer::Retry(call) => visit_of(s, call).and_then(|visit| visit.retry),
            Timer::RingTimeout(leg) => s.legs.get(leg).and_then(|leg| leg.timeout),
            Timer::ServiceLevel(queue) => (s.queues.get(queue))
                .and_then(|q| q.service_level.as_ref())
                .map(|watch| watch.timer),
            Timer::SkillStep(queue) => s.queues.get(queue).and_then(|q| q.skill_step),
            Timer::WrapUp(member) => s.members.get(member).and_then(|m| m.wrap_up),
        };
        law(armed == Some(id), || format!("{timer:?} has no owner"))?;
    }
    let of_queues = (s.queues.iter()).flat_map(|(_, q)| {
        let level = q.service_level.as_ref().map(|watch| watch.timer);
        [q.longest_wait, q.midnight, q.put_out, level, q.skill_step]
    });
    let of_agents = s.agents.iter().map(|(_, agent)| agent.rest);
    let of_calls = (s.calls.iter()).flat_map(|(_, call)| timers_of(call));
    let of_legs = s.legs.iter().map(|(_, leg)| leg.timeout);
    let of_members = s.members.iter().map(|(_, member)| member.wrap_up);
    let owned = of_queues
        .chain(of_agents)
        .chain(of_calls)
        .chain(of_legs)
        .chain(of_members);
    law(owned.flatten().count() == s.timers.iter().count(), || {
        "somebody waits for a timer that is not armed".to_owned()
    })
}
