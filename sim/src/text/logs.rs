//! Call logs that a scenario replays.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use tandem_engine::config::model::Config;
use tandem_engine::config::reader::Value;
use tandem_engine::records::{self, LeaveReason, QueueCall};
use tandem_engine::{Event, Number, PublicId, QueueId, Span, Timestamp};
use tandem_reports::{Actual, Layout, Tally};

use super::calendar::{Calendar, Start};
use super::files::Files;
use super::{DAY_S, NAMED_FILE_BYTES_MAX};
use crate::arrivals::Arrivals;
use crate::call_log::{self, CallLog, LoggedCall, Outcome};
use crate::inference::{AvailabilityOptions, Patience, availability, handle_times};
use crate::scenario::{Logged, LoggedCaller};

/// The logs read so far, by the names of their files.
#[derive(Default)]
pub(super) struct Logs {
    /// Whether any table names a log.
    pub(super) wanted: bool,
    read: BTreeMap<String, Option<Arc<Replay>>>,
}

/// A log to be replayed.
#[derive(Debug)]
pub(super) struct Replay {
    log: CallLog,
}

impl Logs {
    /// The log in the file that `value` names. What is wrong with it is said
    /// once, however many tables name it.
    pub(super) fn open(&mut self, value: Value<'_>, files: &impl Files) -> Option<Arc<Replay>> {
        self.wanted = true;
        let name = value.str()?;
        let read = || {
            let file = files.read(name, NAMED_FILE_BYTES_MAX);
            let file = file.map_err(|why| value.wrong(why.what, Some(why.hint)));
            let log = call_log::read(file.ok()?.bytes.as_slice()).map_err(|why| {
                value.wrong(format!("{name:?} is no call log: {why}"), None);
            });
            Some(Arc::new(Replay { log: log.ok()? }))
        };
        let known = self.read.entry(name.to_owned());
        known.or_insert_with(read).clone()
    }

    /// What somebody who uses these logs ought to know.
    pub(super) fn notes(&self) -> Vec<String> {
        let logs = self.read.iter();
        let logs = logs.filter_map(|(name, log)| Some((name, &log.as_ref()?.log)));
        logs.filter(|(_, log)| log.rows.malformed > 0)
            .map(|(name, log)| {
                let first = log.malformed.first().map(ToString::to_string);
                format!(
                    "{name}: {} of {} rows are left out, as they are malformed; the first: {}",
                    log.rows.malformed,
                    log.rows.rows,
                    first.unwrap_or_default()
                )
            })
            .collect()
    }
}

impl Replay {
    /// When a scenario begins that says nothing of it, or only the time of day.
    pub(super) fn start(&self, said: Start) -> Start {
        Start {
            date: said.date.or(self.log.start),
            ..said
        }
    }

    /// By how much the log's times are ahead of the timeline. Those of a log in
    /// seconds are not: it counts from where the scenario begins.
    fn ahead(&self, calendar: &Calendar) -> i64 {
        (self.log.start).map_or(0, |start| calendar.ahead_of(start))
    }

    /// To the end of the last day of the log; nothing where that is over.
    pub(super) fn horizon(&self, calendar: &Calendar) -> Option<Span> {
        let days = Span::from_secs(u64::from(self.log.days.max(1)) * DAY_S);
        let end = moved(Timestamp::ZERO + days, self.ahead(calendar))?;
        (end > Timestamp::ZERO).then(|| end - Timestamp::ZERO)
    }

    /// The day of the first call, where the log has dates.
    pub(super) const fn date(&self) -> Option<Date> {
        self.log.start
    }

    /// Whether any call comes after the scenario has begun and before `end`.
    pub(super) fn has_calls_before(&self, end: Timestamp, calendar: &Calendar) -> bool {
        let first = self.calls(calendar).next();
        first.is_some_and(|call| call.arrival < end)
    }

    /// The calls that come once the scenario has begun.
    fn calls(&self, calendar: &Calendar) -> impl Iterator<Item = LoggedCall> {
        let ahead = self.ahead(calendar);
        (self.log.calls.iter()).filter_map(move |call| {
            let arrival = moved(call.arrival, ahead)?;
            Some(LoggedCall { arrival, ..*call })
        })
    }

    /// The callers of the log.
    ///
    /// # Errors
    /// Why they can not be imitated.
    pub(super) fn callers(&self, calendar: &Calendar) -> Result<(Arrivals, Logged), String> {
        let times: Vec<Timestamp> = self.calls(calendar).map(|call| call.arrival).collect();
        let caller = |call: LoggedCall| LoggedCaller {
            talked: (call.outcome == Outcome::Answered).then_some(call.talk),
            waited: call.wait,
            gave_up: call.outcome == Outcome::Abandoned,
        };
        let logged = Logged {
            calls: self.calls(calendar).map(caller).collect(),
            handle_time: handle_times(&self.log, None).map_err(|why| why.to_string())?,
            patience: Patience::from_log(&self.log).map_err(|why| why.to_string())?,
        };
        let arrivals = Arrivals::replay(times).map_err(|why| why.to_string())?;
        Ok((arrivals, logged))
    }

    /// The names of the agents in the log.
    pub(super) fn agents(&self) -> &[String] {
        &self.log.agents
    }

    /// When each agent of the log was there, as far as can be inferred.
    pub(super) fn presence(
        &self,
        options: &AvailabilityOptions,
        calendar: &Calendar,
    ) -> Vec<Vec<(Timestamp, Timestamp)>> {
        let ahead = self.ahead(calendar);
        let mut present = vec![Vec::new(); self.log.agents.len()];
        for day in availability(&self.log, options) {
            let stretches = day.present.into_iter().filter_map(|stretch| {
                // Where a log has whole seconds, services may seem to last none.
                let to = stretch.to.max(stretch.from + Span::from_secs(1));
                let to = moved(to, ahead)?;
                Some((moved(stretch.from, ahead).unwrap_or_default(), to))
            });
            present[day.agent as usize].extend(stretches);
        }
        present
    }
}

/// A time of a log on the timeline; none before the beginning.
fn moved(at: Timestamp, ahead: i64) -> Option<Timestamp> {
    let micros = i64::try_from(at.micros()).ok()?.checked_sub(ahead)?;
    u64::try_from(micros).ok().map(Timestamp::from_micros)
}

/// What really happened, where logs tell: in every queue that only callers of
/// logs dialled, and in all together if there are no others at all.
pub(super) fn actual(
    streams: &[(Number, Option<Arc<Replay>>)],
    calendar: &Calendar,
    layout: &Arc<Layout>,
    config: &Config,
) -> Vec<Actual> {
    let mut tally = Tally::new(Arc::clone(layout));
    let mut counter = 0;
    for (dials, log) in streams {
        let queue = config
            .queues
            .iter()
            .position(|queue| queue.number == *dials);
        let slot = queue.and_then(|place| u32::try_from(place).ok());
        let (Some(log), Some(slot)) = (log, slot) else {
            continue;
        };
        for call in log.calls(calendar) {
            counter += 1;
            let record = Event::QueueCallEnded(record(&call, counter, slot));
            tally.observe(call.arrival, &record);
        }
    }
    let known = |queue: Option<Number>| {
        let mut of_it = streams
            .iter()
            .filter(|(dials, _)| queue.is_none_or(|queue| queue == *dials))
            .peekable();
        of_it.peek().is_some() && of_it.all(|(_, log)| log.is_some())
    };
    let queues = config.queues.iter().enumerate();
    let queues = queues.filter(|(_, queue)| known(Some(queue.number)));
    let all = known(None).then_some(None);
    (queues.map(|(place, _)| Some(place)).chain(all))
        .map(|queue| Actual::of(&tally, queue))
        .collect()
}

/// The record that the live system would have kept of a logged call.
fn record(call: &LoggedCall, counter: u64, queue: u32) -> QueueCall {
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
        held: Span::ZERO,
        outcome,
        reason,
        agent: None,
        offers: u32::from(outcome == records::Outcome::Answered),
        callback: false,
        offered_at_once: call.wait.is_zero(),
    }
}
