//! When agents were there.

use std::collections::BTreeMap;

use tandem_engine::{Span, Timestamp};

use crate::call_log::{CallLog, Outcome};
use crate::table::DAY_S;

/// What counts as having been away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvailabilityOptions {
    /// An agent was away in a gap between two services if callers waited for
    /// longer than this within it, in sum. Default 30 s: longer than a free
    /// agent's phone rings.
    pub waiting_in_gap_max: Span,
    /// Gaps shorter than this never count as away: they are a breath between
    /// two calls. Default 0.
    pub gap_min: Span,
}

impl Default for AvailabilityOptions {
    fn default() -> Self {
        Self {
            waiting_in_gap_max: Span::from_secs(30),
            gap_min: Span::ZERO,
        }
    }
}

/// A stretch of time in which an agent was there, talking or free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end; never before its beginning.
    pub to: Timestamp,
}

/// One day of one agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentDay {
    /// The agent: an index into [`CallLog::agents`].
    pub agent: u32,
    /// The day on which the services began, from 0.
    pub day: u32,
    /// When the agent was there, in order, without overlaps. The last stretch
    /// may end after midnight.
    pub present: Vec<Presence>,
}

/// When somebody waited: disjoint stretches in order, and how much waiting
/// there was before each.
#[derive(Debug, Default)]
struct Waiting {
    stretches: Vec<Presence>,
    before: Vec<Span>,
}

/// Infers from a log when agents were there, by agent and day.
///
/// An agent is there from the first to the last service of a day, except in the
/// gaps in which callers waited although the agent had nothing to do: then the
/// agent was away for the whole gap. Calls of all kinds count as waiting, since
/// a log does not say who may take what. The cost is that of sorting the calls.
#[must_use]
pub fn availability(log: &CallLog, options: &AvailabilityOptions) -> Vec<AgentDay> {
    let waiting = Waiting::of(log);
    let mut services: BTreeMap<(u32, u32), Vec<Presence>> = BTreeMap::new();
    let day_us = Span::from_secs(DAY_S).micros();
    for call in log
        .calls
        .iter()
        .filter(|call| call.outcome == Outcome::Answered)
    {
        let Some(agent) = call.agent else { continue };
        let service = Presence {
            from: call.wait_end(),
            to: call.end(),
        };
        let day = u32::try_from(service.from.micros() / day_us).unwrap_or(u32::MAX);
        services.entry((agent, day)).or_default().push(service);
    }
    services
        .into_iter()
        .map(|((agent, day), services)| AgentDay {
            agent,
            day,
            present: present(services, &waiting, options),
        })
        .collect()
}

/// Joins the services of a day over the gaps in which the agent was free.
fn present(
    mut services: Vec<Presence>,
    waiting: &Waiting,
    options: &AvailabilityOptions,
) -> Vec<Presence> {
    services.sort_by_key(|service| service.from);
    let mut present: Vec<Presence> = Vec::new();
    for service in services {
        match present.last_mut() {
            Some(last) if !was_away(last.to, service.from, waiting, options) => {
                last.to = last.to.max(service.to);
            }
            _ => present.push(service),
        }
    }
    present
}

/// Whether an agent who was idle from `from` to `to` was away.
fn was_away(
    from: Timestamp,
    to: Timestamp,
    waiting: &Waiting,
    options: &AvailabilityOptions,
) -> bool {
    to - from >= options.gap_min && waiting.between(from, to) > options.waiting_in_gap_max
}

impl Waiting {
    /// The union of all calls' waits. Calls are in order of their arrival, so
    /// one pass suffices.
    fn of(log: &CallLog) -> Self {
        let mut waiting = Self::default();
        let mut sum = Span::ZERO;
        for call in log.calls.iter().filter(|call| !call.wait.is_zero()) {
            let wait = Presence {
                from: call.arrival,
                to: call.wait_end(),
            };
            match waiting.stretches.last_mut() {
                Some(last) if wait.from <= last.to => last.to = last.to.max(wait.to),
                last => {
                    sum = last.map_or(sum, |last| sum + (last.to - last.from));
                    waiting.stretches.push(wait);
                    waiting.before.push(sum);
                }
            }
        }
        waiting
    }

    /// How long somebody waited from the beginning to `at`.
    fn until(&self, at: Timestamp) -> Span {
        let begun = self.stretches.partition_point(|stretch| stretch.from < at);
        match begun.checked_sub(1) {
            Some(last) => {
                let stretch = self.stretches[last];
                self.before[last] + (stretch.to.min(at) - stretch.from)
            }
            None => Span::ZERO,
        }
    }

    /// How long somebody waited between two times.
    fn between(&self, from: Timestamp, to: Timestamp) -> Span {
        let (before, after) = (self.until(from), self.until(to));
        Span::from_micros(after.micros().saturating_sub(before.micros()))
    }
}
