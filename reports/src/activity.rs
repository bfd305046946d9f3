//! What agents did with their status in a queue: when they were logged in, and when and
//! why they paused.

use tandem_engine::{AgentStatus, Number};

/// A change of an agent's status in a queue, at a moment in microseconds of Unix time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusChange {
    /// Whose.
    pub agent: Number,
    /// When.
    pub at: i64,
    /// What it became.
    pub status: AgentStatus,
    /// Whether he is always in.
    pub is_static: bool,
}

/// A stretch of time that a report is about: its ends in microseconds of Unix time, and
/// what time it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first moment.
    pub from: i64,
    /// The moment behind the last one.
    pub to: i64,
    /// What has not ended before the report does, and goes on by then, has no end.
    pub now: i64,
}

/// A time in which an agent was logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Who.
    pub agent: Number,
    /// Since when, within the report.
    pub from: i64,
    /// Until when, within the report; `None`: he still is.
    pub to: Option<i64>,
    /// How long, within the report, in microseconds.
    pub lasted: i64,
}

/// A time in which an agent paused for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Who.
    pub agent: Number,
    /// Since when, within the report.
    pub from: i64,
    /// Until when, within the report; `None`: he still does.
    pub to: Option<i64>,
    /// How long, within the report, in microseconds.
    pub lasted: i64,
    /// Name of the reason, if one was given.
    pub reason: Option<String>,
    /// Whether he went on pausing, for another reason.
    pub changed: bool,
    /// Whether a pause began with it, within the report: a change of the reason is no
    /// further pause, and what began before was counted there.
    pub counts: bool,
}

/// When agents were logged in. `changes` are those of one queue by agent, in the order
/// of time and up to the end of the report, with the last one before it. Static agents
/// are always in, and in no such report.
#[must_use]
pub fn logins(changes: &[StatusChange], range: Range) -> Vec<Login> {
    let mut logins = Vec::new();
    for changes in changes.chunk_by(|a, b| a.agent == b.agent) {
        let mut since = None;
        for change in changes {
            match (since, change.status != AgentStatus::LoggedOut) {
                (None, true) if !change.is_static => since = Some(change.at),
                (Some(from), false) => {
                    logins.extend(login(change.agent, from, Some(change.at), range));
                    since = None;
                }
                _ => {}
            }
        }
        let open = since.zip(changes.first());
        logins.extend(open.and_then(|(from, first)| login(first.agent, from, None, range)));
    }
    logins
}

fn login(agent: Number, from: i64, to: Option<i64>, range: Range) -> Option<Login> {
    let (from, to, lasted) = clipped(from, to, range)?;
    Some(Login {
        agent,
        from,
        to,
        lasted,
    })
}

/// When agents paused, and why; a change of the reason is a row of its own.
/// `changes` as for [`logins`].
#[must_use]
pub fn pauses(changes: &[StatusChange], range: Range) -> Vec<Pause> {
    let mut pauses = Vec::new();
    for changes in changes.chunk_by(|a, b| a.agent == b.agent) {
        for (place, change) in changes.iter().enumerate() {
            let AgentStatus::Paused { reason } = &change.status else {
                continue;
            };
            let is_pause =
                |change: &StatusChange| matches!(change.status, AgentStatus::Paused { .. });
            let next = changes.get(place + 1);
            let before = place.checked_sub(1).map(|before| &changes[before]);
            let clipped = clipped(change.at, next.map(|next| next.at), range);
            pauses.extend(clipped.map(|(from, to, lasted)| Pause {
                agent: change.agent,
                from,
                to,
                lasted,
                reason: reason.clone(),
                changed: next.is_some_and(is_pause),
                counts: change.at >= range.from && !before.is_some_and(is_pause),
            }));
        }
    }
    pauses
}

/// The part of a span that lies within a report, and how long that is; `None` where
/// none does. What is still going on has no end.
fn clipped(from: i64, to: Option<i64>, range: Range) -> Option<(i64, Option<i64>, i64)> {
    let until = to.unwrap_or(range.now).min(range.to);
    let start = from.max(range.from);
    // One that ended at once is told, if it began within.
    let within = start < until || (start == until && from >= range.from && until < range.to);
    // Whatever goes on behind the report ends with it; what goes on now has no end.
    let over = range.to <= range.now;
    let end = to.map(|to| to.min(range.to)).or(over.then_some(range.to));
    within.then_some((start, end, until - start))
}
