//! The short answers: why a call waited, and why this agent was rung.

use tandem_engine::Span;
use tandem_engine::config::model::{CountSince, Strategy};
use tandem_engine::trace::Standing;

use super::crew::{Crew, Hindrance};
use super::moment::{FirstRing, Free, Moment, Person, RingEnd, Story, Visit, What};
use super::when::{When, length, talk_length};
use super::words::{callers, counted, end_sentence, list, person};

/// The strategy's name in a configuration file.
pub(crate) const fn strategy_word(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::FewestCalls => "fewest_calls",
        Strategy::LeastRecent => "least_recent",
        Strategy::LeastTalkTime => "least_talk_time",
        Strategy::Linear => "linear",
        Strategy::Random => "random",
        Strategy::RingAll => "ring_all",
        Strategy::RingProgressively => "ring_progressively",
        Strategy::Rrmemory => "rrmemory",
        Strategy::WeightedRandom => "weighted_random",
    }
}

/// Why this agent was rung and none of the others who were free.
pub(crate) fn rule(
    strategy: Strategy,
    since: CountSince,
    first: &Person,
    chosen: Option<Standing>,
    free: &[Free],
    now: &When,
) -> String {
    let many = free.len();
    if strategy == Strategy::RingAll {
        return match many {
            1 => "ring all: nobody else was free".to_owned(),
            _ => format!("ring all: everybody who was free, {many} agents"),
        };
    }
    if many == 1 {
        return "the only agent who was free".to_owned();
    }
    let standing = chosen.unwrap_or(Standing {
        tried: 0,
        level: 1,
        completed: None,
        talked: None,
        last_rung: 0,
    });
    let own = free.iter().find(|free| free.agent == *first);
    let in_turn = || free.iter().filter(|free| free.tried == standing.tried);
    if let Some(said) = by_level(standing, many, in_turn()) {
        return said;
    }
    let what = match strategy {
        Strategy::FewestCalls => fewest(standing, since, first, free),
        Strategy::LeastTalkTime => {
            let talked = length(standing.talked.unwrap_or(Span::ZERO));
            format!("least talk time: {talked} {}", since_when(since))
        }
        Strategy::WeightedRandom => "weighted random: drawn by lot".to_owned(),
        Strategy::LeastRecent => format!("least recent: {}", rung(own, standing, now)),
        Strategy::RingProgressively => {
            format!(
                "one more after a while, least recent: {}",
                rung(own, standing, now)
            )
        }
        Strategy::Linear => "linear: the first in the order".to_owned(),
        Strategy::Random => "random: drawn by lot".to_owned(),
        // All who are free ring, and no rule chose: told above.
        Strategy::RingAll | Strategy::Rrmemory => "round robin: the next in turn".to_owned(),
    };
    match (in_turn().count(), standing.tried) {
        (all, 0) if all == many => format!("{what} ({many} were free)"),
        (all, _) if all == many => {
            format!("{what} ({many} were free, all of whom had been rung in vain before)")
        }
        (1, _) => format!("the only one of {many} free agents who was not rung in vain yet"),
        // Rounds go before the strategy where they differ.
        (some, _) => {
            format!("{what}, of the {some} of {many} free agents who were not rung in vain yet")
        }
    }
}

/// What skill levels decided: where nobody else of the best one was free.
fn by_level<'f>(
    own: Standing,
    many: usize,
    in_turn: impl Iterator<Item = &'f Free>,
) -> Option<String> {
    let (mut equal, mut less) = (0, 0);
    for free in in_turn {
        if free.level == own.level {
            equal += 1;
        } else {
            less += 1;
        }
    }
    (equal == 1 && less > 0).then(|| {
        format!(
            "skill level {}: the only one so skilled of {many} who were free",
            own.level
        )
    })
}

const fn since_when(since: CountSince) -> &'static str {
    match since {
        CountSince::Ever => "in all",
        CountSince::Login => "since logging in",
        CountSince::Midnight => "today",
    }
}

fn rung(own: Option<&Free>, standing: Standing, now: &When) -> String {
    let at = own.and_then(|own| own.last_rung_at.as_ref());
    match at {
        _ if standing.last_rung == 0 => "never rung by this queue before".to_owned(),
        Some(at) => format!("rung longest ago, {} before", length(now.since(at))),
        None => "rung longest ago".to_owned(),
    }
}

fn fewest(own: Standing, since: CountSince, first: &Person, free: &[Free]) -> String {
    let since = since_when(since);
    let calls = own.completed.unwrap_or(0);
    let equals = free.iter().filter(|free| {
        free.agent != *first && free.completed == own.completed && free.tried == own.tried
    });
    match (equals.count(), own.last_rung) {
        (0, _) => format!("fewest calls: {calls} {since}"),
        (many, 0) => {
            let others = counted(many as u64, "other", "others");
            format!("fewest calls: {calls} {since}, as few as {others}, and never rung yet")
        }
        (many, _) => {
            let others = counted(many as u64, "other", "others");
            format!("fewest calls: {calls} {since}, as few as {others}, and rung longer ago")
        }
    }
}

/// What there is to say first.
pub(crate) fn summary(story: &Story) -> Vec<String> {
    let mut sentences: Vec<String> = story.visits.iter().map(|v| of_visit(story, v)).collect();
    let extension = story.moments.iter().find_map(|moment| match &moment.what {
        What::ExtensionAnswered { agent } => Some(person(agent)),
        _ => None,
    });
    match (extension, story.visits.is_empty()) {
        (Some(agent), true) => sentences.push(format!("No queue was involved: {agent} answered.")),
        (Some(agent), false) => sentences.push(format!("Then {agent} answered.")),
        (None, true) => sentences.push("No queue was involved, and nobody answered.".to_owned()),
        (None, false) => {}
    }
    let end = story.moments.iter().rev().find_map(|moment| match moment {
        Moment {
            what: What::Ended { reason },
            ..
        } => Some(*reason),
        _ => None,
    });
    let said = story.visits.last().and_then(|visit| visit.reason);
    match end {
        None => sentences.push("The call was not over then.".to_owned()),
        // That is how the visit to the queue ended.
        Some(_) if end == said => {}
        Some(reason) => sentences.push(end_sentence(reason)),
    }
    sentences
}

fn of_visit(story: &Story, visit: &Visit) -> String {
    let queue = &visit.queue.name;
    if visit.before.is_none() {
        let why = match visit.reason {
            Some("queue_crowded") => "it was too crowded for one more",
            Some("queue_full") => "as many callers as allowed waited there already",
            _ => "nobody was there to take calls",
        };
        return format!("{queue} did not let the caller in: {why}.");
    }
    let mut parts = Vec::new();
    if !(visit.behind + visit.nobody_free).is_zero() {
        parts.push(waited_for(visit));
    }
    parts.extend(in_vain(visit));
    if !visit.reserved.is_zero() {
        let reserved = length(visit.reserved);
        parts.push(format!(
            "{reserved} were spent on one agent whom the caller knows"
        ));
    }
    if !visit.pausing.is_zero() {
        let paused = length(visit.pausing);
        parts.push(format!(
            "{paused} passed between rings, as the queue is set"
        ));
    }
    if let Some(agent) = &visit.agent {
        let rang = visit.answer_rang.map(|rang| rang.0);
        let rang = rang.filter(|rang| !rang.is_zero()).map(length);
        parts.push(match rang {
            Some(rang) => format!("{} answered after {rang} of ringing", person(agent)),
            None => format!("{} answered at once", person(agent)),
        });
    }
    let end = outcome(visit);
    let waited = length(visit.waited);
    let where_ = match story.visits.len() {
        1 => String::new(),
        _ => format!(" in {queue}"),
    };
    let colon = if parts.is_empty() { "" } else { ": " };
    format!("Waited {waited}{where_}{colon}{}.{end}", parts.join("; "))
}

/// Who was rung and did not take the call, each once.
fn in_vain(visit: &Visit) -> Vec<String> {
    let answered = visit.outcome == Some("answered");
    let mut parts = Vec::new();
    let mut told: Vec<(&Person, RingEnd)> = Vec::new();
    for (place, ring) in visit.in_vain.iter().enumerate() {
        let key = (&ring.agent, ring.how);
        let none = ring.how == RingEnd::Withdrawn && ring.rang_s.0.is_zero();
        if none || told.contains(&key) {
            continue;
        }
        told.push(key);
        let same = (visit.in_vain.iter()).filter(|other| (&other.agent, other.how) == key);
        let (mut times, mut rang) = (0, Span::ZERO);
        for other in same {
            times += 1;
            rang = rang + other.rang_s.0;
        }
        let (who, rang) = (person(&ring.agent), length(rang));
        let often = match times {
            1 => String::new(),
            many => format!(" {many} times"),
        };
        let last = place + 1 == visit.in_vain.len();
        parts.push(match ring.how {
            RingEnd::Silent => format!("{who} did not answer{often} for {rang}"),
            RingEnd::Refused => format!("{who} refused{often} after {rang}"),
            RingEnd::Busy => format!("the telephone of {who} was busy{often}"),
            RingEnd::NotConnected => format!("{who} answered{often} and could not be connected"),
            RingEnd::Unreachable => {
                format!("the telephone of {who} could not be reached{often}")
            }
            RingEnd::Withdrawn if last && !answered => {
                format!("{who} was being rung for the last {rang}")
            }
            RingEnd::Withdrawn => format!("a ring at {who} was taken back after {rang}"),
            RingEnd::AnsweredElsewhere => continue,
        });
    }
    parts
}

/// Why nobody was rung.
fn waited_for(visit: &Visit) -> String {
    let at_once = |at: &When| at.since(&visit.joined_at).is_zero();
    if visit
        .first_rung
        .as_ref()
        .is_some_and(|ring| at_once(&ring.at))
    {
        let nobody = length(visit.behind + visit.nobody_free);
        return format!("nobody else was free for {nobody}");
    }
    let crew = taken(&visit.crew);
    let before = match visit.before {
        Some(before) if before > 0 => format!(" and {} stood before", callers(before)),
        _ => String::new(),
    };
    let until = match &visit.first_rung {
        Some(FirstRing { at, agent }) if visit.crew.is_less_skilled(agent) => format!(
            ", until {} could serve whoever has waited so long, at {}",
            person(agent),
            at.time()
        ),
        Some(FirstRing { at, agent }) => {
            format!(", until {} became free at {}", person(agent), at.time())
        }
        None => ", and no agent became free for this one".to_owned(),
    };
    format!("{crew}{before}{until}")
}

/// `all 4 agents on duty were on calls`.
fn taken(crew: &Crew) -> String {
    let all = crew.all();
    if all == 0 {
        return "the queue had no agents".to_owned();
    }
    let on_duty = crew.on_duty();
    if on_duty == 0 {
        return match all {
            1 => "the only agent was not on duty".to_owned(),
            _ => format!("none of the {all} agents was on duty"),
        };
    }
    let groups: Vec<_> = (crew.not_free.iter())
        .filter(|group| group.why.on_duty())
        .collect();
    let who = match on_duty {
        1 => "the only agent on duty was".to_owned(),
        2 => "both agents on duty were".to_owned(),
        many => format!("all {many} agents on duty were"),
    };
    if let [group] = groups[..] {
        return format!("{who} {}", state(&group.why, on_duty));
    }
    let counts = groups.iter().map(|group| {
        let many = group.agents.len();
        format!("{many} {}", state(&group.why, many))
    });
    format!("{who} taken ({})", list(&counts.collect::<Vec<_>>()))
}

/// What somebody is, behind "was" or "were".
pub(crate) fn state(why: &Hindrance, many: usize) -> String {
    match why {
        Hindrance::BeingOffered if many == 1 => "being rung for another caller".to_owned(),
        Hindrance::BeingOffered => "being rung for other callers".to_owned(),
        Hindrance::Busy if many == 1 => "on a call".to_owned(),
        Hindrance::Busy => "on calls".to_owned(),
        Hindrance::Call => "not to be rung for this call".to_owned(),
        Hindrance::BetterRing => "less skilled than those who ring".to_owned(),
        Hindrance::LessSkilled => "not skilled enough for this caller yet".to_owned(),
        Hindrance::LoggedOut => "not logged in".to_owned(),
        Hindrance::Paused { reason: None } => "on a pause".to_owned(),
        Hindrance::Paused {
            reason: Some(reason),
        } => format!("on a pause ({reason})"),
        Hindrance::Resting => "resting after a failed ring".to_owned(),
        Hindrance::Unreachable => "not reachable".to_owned(),
        Hindrance::WrapUp => "in wrap-up".to_owned(),
    }
}

fn outcome(visit: &Visit) -> String {
    match (visit.outcome, visit.reason) {
        (None, _) => String::new(),
        (Some("answered"), _) => {
            let talk = talk_length(visit.talked, visit.held);
            format!(" They talked for {talk}.")
        }
        (_, Some("callback_agent_hung_up")) => {
            " Then the agent hung up before the customer had answered.".to_owned()
        }
        (_, Some("callback_no_agent")) => " No agent was found for the callback.".to_owned(),
        (_, Some("callback_not_permitted")) => " The agent may not call outside.".to_owned(),
        (_, Some("callback_unanswered")) => {
            " Then the customer was called back and did not answer.".to_owned()
        }
        (_, Some("callback_withdrawn")) => " Then the callback was not wanted any more.".to_owned(),
        (_, Some("caller_hung_up")) => " Then the caller gave up.".to_owned(),
        (_, Some("key_pressed")) => " Then the caller left by a key.".to_owned(),
        (_, Some("timed_out")) => " That was as long as the queue lets anybody wait.".to_owned(),
        (_, Some("queue_crowded")) => {
            " It was too crowded, and the caller did not ask for a callback.".to_owned()
        }
        (_, Some("queue_empty")) => " Then nobody was there to take calls any more.".to_owned(),
        (_, Some("redirected")) => " Then the caller was sent elsewhere.".to_owned(),
        (_, Some("hung_up_by_supervisor")) => " Then somebody hung up.".to_owned(),
        (_, Some("queue_removed")) => " Then the queue was deleted.".to_owned(),
        (_, Some("system_restart")) => " Then the system went down.".to_owned(),
        _ => " Then a defect ended the call.".to_owned(),
    }
}
