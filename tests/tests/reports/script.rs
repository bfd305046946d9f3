//! Runs written as text: the events of a script, a line each.

use std::sync::Arc;

use serde_json::Value;
use tandem_engine::records::{LeaveReason, Outcome, QueueCall};
use tandem_engine::{
    AgentId, AgentStatus, By, CallId, Event, LegId, Number, PublicId, QueueId, Span, Timestamp,
};
use tandem_reports::{About, Layout, QueueLayout, Report, Summary, Tally, to_json};

/// One queue `Support` with an SLA time of 20 s, two agents, one hour in
/// intervals of half an hour, no warm-up.
pub(crate) fn layout() -> Layout {
    Layout {
        horizon: Span::from_secs(3600),
        interval: Span::from_secs(1800),
        queues: vec![queue("Support", 20)],
        agent_groups: vec![0, 0],
        groups: vec!["Agents".to_owned()],
        telephones_start_up: true,
        ..Layout::default()
    }
}

pub(crate) fn queue(name: &str, sla_s: u64) -> QueueLayout {
    QueueLayout {
        generation: 0,
        name: name.to_owned(),
        sla_time: Span::from_secs(sla_s),
    }
}

/// The events of a script, a line each: `<second> <verb> <words>`. `aN` names
/// the agent of slot N, `qN` the queue; `aN.1` whoever had that slot next.
pub(crate) fn events(script: &str) -> Vec<(Timestamp, Event)> {
    let lines = script
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    lines.map(event).collect()
}

pub(crate) fn event(line: &str) -> (Timestamp, Event) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let slot = |kind: char| {
        let word = words[2..].iter().find_map(|word| {
            let (slot, generation) = match word.strip_prefix(kind)?.split_once('.') {
                Some((slot, generation)) => (slot, generation.parse().ok()?),
                None => (word.strip_prefix(kind)?, 0),
            };
            Some((slot.parse().ok()?, generation))
        });
        word.unwrap_or_else(|| panic!("no {kind} in: {line}"))
    };
    let agent = || {
        let (slot, generation) = slot('a');
        AgentId::from_parts(slot, generation)
    };
    let queue = || {
        let (slot, generation) = slot('q');
        QueueId::from_parts(slot, generation)
    };
    let status = |status| Event::AgentStatusChanged {
        agent: agent(),
        queue: queue(),
        status,
        by: By::System,
    };
    let (call, leg) = (CallId::from_parts(0, 0), LegId::from_parts(0, 0));
    let event = match words[1] {
        "login" => status(AgentStatus::LoggedIn),
        "logout" => status(AgentStatus::LoggedOut),
        "pause" => status(AgentStatus::Paused { reason: None }),
        "up" => Event::DeviceChanged {
            agent: agent(),
            up: true,
        },
        "down" => Event::DeviceChanged {
            agent: agent(),
            up: false,
        },
        "answer" => Event::CallAnswered {
            call,
            leg,
            queue: queue(),
            agent: agent(),
            waited: Span::ZERO,
        },
        "lost" => Event::ConnectionFailed {
            call,
            queue: queue(),
            agent: agent(),
        },
        "wrapup" => Event::WrapUpStarted {
            agent: agent(),
            queue: queue(),
        },
        "ready" => Event::WrapUpEnded {
            agent: agent(),
            queue: queue(),
        },
        "answered" | "abandoned" | "missed" => Event::QueueCallEnded(record(&words, queue())),
        verb => panic!("unknown verb {verb}"),
    };
    (seconds(words[0]), event)
}

/// Seconds with up to six decimals.
pub(crate) fn seconds(word: &str) -> Timestamp {
    let (whole, part) = word.split_once('.').unwrap_or((word, ""));
    let micros: u64 = format!("{whole}{part:0<6}").parse().expect("seconds");
    Timestamp::from_micros(micros)
}

/// `<end> <outcome> qN [aN] <joined> <waited> [talked [on hold]] [rung] [callback]`.
pub(crate) fn record(words: &[&str], queue: QueueId) -> QueueCall {
    let mut times = words[2..]
        .iter()
        .filter(|word| word.starts_with(|c: char| c.is_numeric()));
    let mut time = || times.next().map_or(Timestamp::ZERO, |word| seconds(word));
    let (outcome, reason) = match words[1] {
        "answered" => (Outcome::Answered, LeaveReason::Answered),
        "abandoned" => (Outcome::Abandoned, LeaveReason::CallerHungUp),
        _ => (Outcome::Missed, LeaveReason::TimedOut),
    };
    let agent = words.iter().find_map(|word| {
        let word = word.strip_prefix('a')?;
        let (slot, generation) = word.split_once('.').unwrap_or((word, "0"));
        Some(AgentId::from_parts(
            slot.parse().ok()?,
            generation.parse().ok()?,
        ))
    });
    QueueCall {
        call: PublicId::default(),
        visit: 0,
        queue,
        caller: Number::NONE,
        joined_at: time(),
        waited: time() - Timestamp::ZERO,
        talked: time() - Timestamp::ZERO,
        held: time() - Timestamp::ZERO,
        outcome,
        reason,
        agent,
        offers: 1,
        callback: words.contains(&"callback"),
        offered_at_once: words.contains(&"rung"),
    }
}

pub(crate) fn tally(layout: &Arc<Layout>, script: &str) -> Tally {
    let mut tally = Tally::new(Arc::clone(layout));
    for (at, event) in events(script) {
        tally.observe(at, &event);
    }
    tally.close(layout.end());
    tally
}

/// The JSON report of one replication for each script.
pub(crate) fn json_of(layout: Layout, scripts: &[&str]) -> Value {
    let layout = Arc::new(layout);
    let tallies: Vec<Tally> = scripts
        .iter()
        .map(|script| tally(&layout, script))
        .collect();
    json_report(&Summary::of(layout, &tallies), &About::default())
}

pub(crate) fn json_report(summary: &Summary, about: &About) -> Value {
    let report = Report {
        about,
        summary,
        expectations: &[],
        actual: &[],
    };
    serde_json::from_str(&to_json(&report)).expect("JSON")
}

/// The mean of a figure in an object of figures.
pub(crate) fn mean(row: &Value, key: &str) -> Value {
    row[key]["mean"].clone()
}

#[track_caller]
pub(crate) fn assert_close(seen: &Value, wanted: f64) {
    let seen = seen.as_f64().unwrap_or_else(|| panic!("no number: {seen}"));
    assert!((seen - wanted).abs() < 1e-9, "{seen} instead of {wanted}");
}

/// Two queues and two groups; agent 0 serves both queues, agent 1 the second.
pub(crate) fn two_queues() -> Layout {
    Layout {
        queues: vec![queue("Zebra", 20), queue("Apple", 40)],
        groups: vec!["Seniors".to_owned(), "Juniors".to_owned()],
        agent_groups: vec![0, 1],
        ..layout()
    }
}

pub(crate) const TWO_QUEUES: &str = "0 login a0 q0
     0 login a0 q1
     0 login a1 q1
     100 answer a0 q0
     200 answered q0 a0 70 30 100
     200 answer a0 q1
     300 answered q1 a0 170 30 100
     300 answer a1 q1
     900 answered q1 a1 250 50 600
     1000 logout a0 q0
     2000 logout a0 q1
     3000 logout a1 q1";
