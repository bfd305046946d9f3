//! Call logs that a scenario replays.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use tandem_engine::config::model::Config;
use tandem_engine::config::reader::{Table, Value};
use tandem_engine::records::{self, LeaveReason, QueueCall};
use tandem_engine::{Event, Number, PublicId, QueueId, Span, Timestamp};
use tandem_reports::{Actual, Layout, Tally};

use super::DAY_S;
use super::files::Files;
use crate::arrivals::Arrivals;
use crate::call_log::{self, CallLog, Outcome};
use crate::inference::{AvailabilityOptions, Patience, availability, handle_times};
use crate::scenario::{Arriving, Duty, Logged, LoggedCaller, Nature};

/// The logs read so far, by the names of their files.
#[derive(Default)]
pub(super) struct Logs {
    read: BTreeMap<String, Option<Arc<Replay>>>,
}

/// A log to be replayed.
pub(super) struct Replay {
    log: CallLog,
}

impl Logs {
    /// The log in the file that `value` names.
    pub(super) fn open(&mut self, value: Value<'_>, files: &impl Files) -> Option<Arc<Replay>> {
        let name = value.clone().str()?;
        if let Some(read) = self.read.get(name) {
            return read.clone();
        }
        let read = match files.read(name) {
            Err(why) => {
                value.wrong(why.what, Some(why.hint));
                None
            }
            Ok(bytes) => match call_log::read(bytes.as_slice()) {
                Ok(log) => Some(Arc::new(Replay { log })),
                Err(why) => {
                    value.wrong(format!("{name:?} is no call log: {why}"), None);
                    None
                }
            },
        };
        self.read.insert(name.to_owned(), read.clone());
        read
    }
}

impl Replay {
    /// The first day of the log; an arbitrary one where it names none.
    pub(super) fn start(&self) -> Date {
        self.log.start.unwrap_or(Date::constant(1970, 1, 5))
    }

    /// Whole days, from the first to the last call.
    pub(super) fn horizon(&self) -> Span {
        Span::from_secs(u64::from(self.log.days.max(1)) * DAY_S)
    }

    /// The callers of the log; what is wrong with it is reported at `table`.
    pub(super) fn callers(&self, table: &Table<'_>) -> Option<(Arriving, Nature)> {
        let report = |why: String| table.document().report(table.key_span("log"), why, None);
        let times: Vec<Timestamp> = self.log.calls.iter().map(|call| call.arrival).collect();
        let arrivals = Arrivals::replay(times)
            .map_err(|why| report(why.to_string()))
            .ok()?;
        let handle_time = handle_times(&self.log, None);
        let handle_time = handle_time.map_err(|why| report(why.to_string())).ok()?;
        let patience = Patience::from_log(&self.log);
        let patience = patience.map_err(|why| report(why.to_string())).ok()?;
        let caller = |call: &call_log::LoggedCall| LoggedCaller {
            talked: (call.outcome == Outcome::Answered).then_some(call.talk),
            waited: call.wait,
            gave_up: call.outcome == Outcome::Abandoned,
        };
        let calls = self.log.calls.iter().map(caller).collect();
        let logged = Logged {
            calls,
            handle_time,
            patience,
        };
        Some((Arriving::Replay(arrivals), Nature::Logged(Arc::new(logged))))
    }

    /// The names of the agents in the log.
    pub(super) fn agent_names(&self) -> impl Iterator<Item = String> + '_ {
        self.log.agents.iter().cloned()
    }

    /// When each agent of the log was there, as far as can be inferred.
    pub(super) fn duties(&self) -> Vec<Vec<(Timestamp, Duty)>> {
        let mut duties = vec![Vec::new(); self.log.agents.len()];
        for day in availability(&self.log, &AvailabilityOptions::default()) {
            let Some(own) = duties.get_mut(day.agent as usize) else {
                continue;
            };
            for present in day.present {
                own.push((present.from, Duty::Comes));
                own.push((present.to, Duty::Goes));
            }
        }
        duties
    }

    /// What really happened, in the queue that the callers dialled.
    pub(super) fn actual(
        &self,
        layout: &Arc<Layout>,
        dials: Number,
        config: &Config,
    ) -> Vec<Actual> {
        let place = config.queues.iter().position(|queue| queue.number == dials);
        let Some(place) = place else {
            return Vec::new();
        };
        let slot = u32::try_from(place).expect("queues fit in 32 bits");
        let mut tally = Tally::new(Arc::clone(layout));
        for (counter, call) in (0_u64..).zip(&self.log.calls) {
            tally.observe(
                call.arrival,
                &Event::QueueCallEnded(record(call, counter, slot)),
            );
        }
        [Some(place), None]
            .map(|queue| Actual::of(&tally, queue))
            .into()
    }
}

/// The record that the live system would have kept of a logged call.
fn record(call: &call_log::LoggedCall, counter: u64, queue: u32) -> QueueCall {
    let (outcome, reason) = match call.outcome {
        Outcome::Abandoned => (records::Outcome::Abandoned, LeaveReason::CallerHungUp),
        Outcome::Answered => (records::Outcome::Answered, LeaveReason::Answered),
        Outcome::Missed => (records::Outcome::Missed, LeaveReason::TimedOut),
    };
    QueueCall {
        call: PublicId { epoch: 0, counter },
        visit: 0,
        queue: QueueId::from_parts(queue, 0),
        caller: Number::NONE,
        joined_at: call.arrival,
        waited: call.wait,
        talked: call.talk,
        outcome,
        reason,
        agent: None,
        offers: u32::from(outcome == records::Outcome::Answered),
        offered_at_once: call.wait.is_zero(),
    }
}
