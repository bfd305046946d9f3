//! What is counted from midnight to midnight.

use std::collections::BTreeMap;

use tandem_engine::records::{Outcome, QueueCall};
use tandem_engine::{Number, Span, Timestamp};

use crate::store::{
    CallRecord, PAGE_ROWS_MAX, RecordKey, RecordsOf, Store, StoreError, interval_of,
};

/// Records of calls that joined so long before the last entry, in seconds, are
/// looked through at a start: nobody's day is longer, and nobody who counts
/// today has joined earlier, up to those who waited all night.
const LOOK_BACK_S: i64 = 2 * 86_400;

/// Calls of one queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueCounts {
    /// Answered by an agent.
    pub answered: u32,
    /// The caller hung up.
    pub abandoned: u32,
    /// Everything else.
    pub missed: u32,
    /// Answered in less than the service-level time.
    pub met: u32,
    /// Callbacks that are over.
    pub callbacks: u32,
    /// Of these, those in which nobody talked.
    pub callbacks_failed: u32,
}

/// Calls of one agent in one queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgentCounts {
    /// Answered.
    pub answered: u32,
    /// Rang as long as allowed, in vain.
    pub missed: u32,
}

impl QueueCounts {
    /// Calls that were answered or left.
    #[must_use]
    pub const fn offered(&self) -> u32 {
        self.answered + self.abandoned + self.missed
    }

    /// Share of them that met the service level, in percent, rounded down.
    #[must_use]
    pub fn service_level_percent(&self) -> Option<u32> {
        (u64::from(self.met) * 100)
            .checked_div(u64::from(self.offered()))
            .and_then(|percent| u32::try_from(percent).ok())
    }

    /// Counts a call that was answered.
    pub(crate) fn answer(&mut self, waited: Span, sla_time: Span) {
        self.answered += 1;
        self.met += u32::from(waited < sla_time);
    }

    /// It was not answered after all.
    pub(crate) fn take_back(&mut self, waited: Span, sla_time: Span) {
        // It may have been counted before midnight.
        self.answered = self.answered.saturating_sub(1);
        let met = u32::from(waited < sla_time).min(self.met);
        self.met = (self.met - met).min(self.answered);
    }

    /// Counts a call that is over.
    pub(crate) fn end(&mut self, outcome: Outcome, waited: Span, sla_time: Span) {
        match outcome {
            Outcome::Abandoned => self.abandoned += 1,
            Outcome::Answered => self.answer(waited, sla_time),
            Outcome::Missed => self.missed += 1,
        }
    }

    /// Counts a callback, if the visit that is over was one.
    pub(crate) fn call_back(&mut self, call: &QueueCall) {
        let failed = call.callback && call.outcome != Outcome::Answered;
        self.callbacks += u32::from(call.callback);
        self.callbacks_failed += u32::from(failed);
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.answered += other.answered;
        self.abandoned += other.abandoned;
        self.missed += other.missed;
        self.met += other.met;
        self.callbacks += other.callbacks;
        self.callbacks_failed += other.callbacks_failed;
    }
}

/// What had been counted when the server stopped, by the interval in which it
/// was; see [`interval_of`]. How often telephones rang in vain stands in no
/// record, so that count begins anew with every start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Today {
    /// Microseconds from the Unix epoch to the timeline's zero.
    pub(crate) wall_offset: i64,
    pub(crate) queues: BTreeMap<(Number, i64), QueueCounts>,
    /// By agent, queue and interval.
    pub(crate) agents: BTreeMap<(Number, Number, i64), AgentCounts>,
}

impl Today {
    /// Reads it, which takes a second for a hundred thousand calls. It must be
    /// done before the driver starts, or calls that end meanwhile count twice.
    ///
    /// # Errors
    /// Where the store can not be read.
    pub fn read(store: &Store) -> Result<Self, StoreError> {
        let mut today = Self::default();
        let Some(head) = store.head()? else {
            return Ok(today);
        };
        today.wall_offset = head.wall_offset;
        let Some((_, revision)) = store.revisions(1)?.pop() else {
            return Ok(today);
        };
        let source = tandem_engine::config::reader::Source::new("store", &revision.text);
        // Where the driver can not read it either, it says so.
        let Ok(config) = tandem_engine::config::text::read(source) else {
            return Ok(today);
        };
        let now_us = unix_us(head.at, head.wall_offset);
        let from = RecordKey::from(now_us.saturating_sub(LOOK_BACK_S * 1_000_000));
        for queue in &config.queues {
            let mut after = from;
            loop {
                let of = RecordsOf::Queue(queue.number);
                let page = store.records(of, after, RecordKey::LAST, PAGE_ROWS_MAX)?;
                let Some(last) = page.last() else { break };
                after = RecordKey::of(last);
                for record in &page {
                    today.count(record, queue.sla_time);
                }
            }
        }
        Ok(today)
    }

    fn count(&mut self, record: &CallRecord, sla_time: Span) {
        let waited = record.call.waited;
        let left_us =
            (record.joined_us).saturating_add(i64::try_from(waited.micros()).unwrap_or(i64::MAX));
        let interval = interval_of(left_us);
        let counts = self.queues.entry((record.queue, interval)).or_default();
        counts.end(record.call.outcome, waited, sla_time);
        counts.call_back(&record.call);
        if let Some(agent) = record.agent {
            let key = (agent, record.queue, interval);
            self.agents.entry(key).or_default().answered += 1;
        }
    }
}

/// A moment of the timeline in microseconds of Unix time.
pub(crate) fn unix_us(at: Timestamp, wall_offset: i64) -> i64 {
    let at = i64::try_from(at.micros()).unwrap_or(i64::MAX);
    at.saturating_add(wall_offset)
}
