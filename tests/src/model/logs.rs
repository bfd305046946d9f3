//! What people do about calls that are over: the input brings all that is to be known.

use tandem_engine::config::rights::{AgentLogs, Right};
use tandem_engine::records::Outcome;
use tandem_engine::records::processing::{LoggedCall, Processed, Processing};
use tandem_engine::{By, Event, Number, Reject};

use super::{Checked, Model};

const HOUR_US: u64 = 3_600_000_000;

impl Model {
    /// Why somebody may not say how far a call is dealt with.
    pub(super) fn process_refusal(
        &self,
        by: By,
        log: &LoggedCall,
        result: Processing,
    ) -> Option<Reject> {
        if !self.may_process(by, log.queue) {
            Some(Reject::Denied)
        } else if log.outcome == Outcome::Answered {
            Some(Reject::Answered)
        } else {
            (log.processing == result).then_some(Reject::NoChange)
        }
    }

    /// Why somebody may not delete logs.
    pub(super) fn delete_refusal(&self, by: By, logs: &[LoggedCall]) -> Option<Reject> {
        let may = |log: &LoggedCall| self.administers(by) || self.may_delete(by, log);
        (!logs.iter().all(may)).then_some(Reject::Denied)
    }

    /// Managers may who see missed calls, and agents who see them in the log.
    fn may_process(&self, by: By, queue: Number) -> bool {
        let agents = |logs: &AgentLogs| logs.missed;
        self.administers(by) || self.has(by, queue, Right::MissedCallLogs, agents)
    }

    /// Of a missed call managers may who have the right for it; of an answered one the
    /// agent himself, if he sees it.
    fn may_delete(&self, by: By, log: &LoggedCall) -> bool {
        match log.agent {
            None => self.has(by, log.queue, Right::DeleteMissedCallLogs, |_| false),
            Some(agent) => {
                let his = by == By::Person(agent);
                his && self.has(by, log.queue, Right::Panel, |logs| logs.answered)
            }
        }
    }

    /// Whether somebody has a right as a manager of a queue, or sees such logs as one of
    /// its agents.
    fn has(&self, by: By, queue: Number, right: Right, shown: impl Fn(&AgentLogs) -> bool) -> bool {
        let By::Person(number) = by else { return true };
        let entry = self.numbers.get(&queue).and_then(|id| self.queues.get(id));
        let (Some(entry), Some(person)) = (entry, self.person(number)) else {
            return false;
        };
        let permissions = &entry.config.permissions;
        let manages = entry.config.managers.contains(&number);
        let logs = &permissions.agent_logs;
        let sees = logs
            .viewers
            .as_ref()
            .is_none_or(|all| all.contains(&number));
        let serves = entry.member(person).is_some();
        manages && permissions.managers.has(right) || serves && sees && shown(logs)
    }

    /// The results that must be told: the call's own, and those of the same caller's
    /// missed calls of the last hours that are not as far.
    pub(super) fn begin_processing(
        &mut self,
        by: By,
        log: &LoggedCall,
        result: Processing,
        others: &[LoggedCall],
    ) -> Checked {
        let since = HOUR_US * u64::from(self.options.sync_results_h);
        let now = i128::from(self.entry.now.micros()) + i128::from(self.wall_offset);
        let rank = |result| match result {
            Processing::NotDealt => 0,
            Processing::Dealing => 1,
            Processing::Dealt => 2,
        };
        let told = |log: &LoggedCall, auto_sync| {
            Event::CallLogProcessed(Processed {
                call: log.call,
                visit: log.visit,
                queue: log.queue,
                joined_us: log.joined_us,
                result,
                by,
                auto_sync,
            })
        };
        self.entry.facts.push(told(log, false));
        if rank(result) < rank(log.processing) || log.caller.is_none() || since == 0 {
            return Ok(());
        }
        for other in others {
            let another = (other.call, other.visit) != (log.call, log.visit);
            let alike = other.caller == log.caller && other.queue == log.queue;
            let missed = matches!(other.outcome, Outcome::Abandoned | Outcome::Missed);
            let joined = i128::from(other.joined_us);
            let recent = joined <= now && joined + i128::from(since) >= now;
            let behind = rank(other.processing) < rank(result);
            if another && alike && missed && recent && behind {
                self.seen.synced += 1;
                self.entry.facts.push(told(other, true));
            }
        }
        Ok(())
    }

    /// Every log must be told of.
    pub(super) fn begin_deletion(&mut self, by: By, logs: &[LoggedCall]) -> Checked {
        self.entry
            .facts
            .extend(logs.iter().map(|log| Event::CallLogDeleted {
                call: log.call,
                visit: log.visit,
                queue: log.queue,
                joined_us: log.joined_us,
                by,
            }));
        Ok(())
    }
}
