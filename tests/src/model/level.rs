//! Service levels whose managers want to be told of them: when they are looked at, and
//! which calls count.

use tandem_engine::config::model::Notice;
use tandem_engine::{CallId, Effect, Event, QueueId, Timestamp};

use super::state::Level;
use super::{Checked, Model, known};

impl Model {
    /// After a change of the queue: a watch begins where one is wanted and there was
    /// none, and begins its time anew where that is another.
    pub(super) fn watch_level(&mut self, id: QueueId) -> Checked {
        let now = self.entry.now;
        let queue = known(self.queues.get_mut(&id), "a queue")?;
        let interval = queue.config.sla_interval;
        let begun = |level: Option<Level>| Level {
            due: now + interval,
            interval,
            calls: level.map_or(0, |level| level.calls),
            met: level.map_or(0, |level| level.met),
            under: level.is_some_and(|level| level.under),
        };
        queue.level = match queue.level {
            _ if !queue.config.notify_managers.contains(&Notice::ServiceLevel) => None,
            Some(level) if level.interval == interval => Some(level),
            other => Some(begun(other)),
        };
        Ok(())
    }

    /// It is decided whether a call that is in a queue meets the service level.
    pub(super) fn level_decided(&mut self, id: CallId) -> Checked {
        let call = known(self.calls.get_mut(&id), "a call")?;
        let visit = known(call.visit.as_mut(), "a visit")?;
        let queue = visit.queue;
        let Some(entry) = self
            .queues
            .get(&queue)
            .filter(|entry| entry.level.is_some())
        else {
            return Ok(());
        };
        let waited = visit
            .answered
            .map(|answer| answer.at.since(visit.joined_at));
        let met = waited.is_some_and(|waited| waited < entry.config.sla_time);
        if !std::mem::replace(&mut visit.level_counted, true) {
            self.count_for_level(queue, met);
        }
        Ok(())
    }

    pub(super) fn count_for_level(&mut self, queue: QueueId, met: bool) {
        let entry = self.queues.get_mut(&queue);
        if let Some(level) = entry.and_then(|entry| entry.level.as_mut()) {
            level.calls += 1;
            level.met += u32::from(met);
        }
    }

    /// A service level is looked at: whoever waits too long counts by now. Returns
    /// when that was to be.
    pub(super) fn service_level_due(
        &mut self,
        queue: QueueId,
    ) -> Result<Option<Timestamp>, String> {
        let now = self.entry.now;
        let sla_time = known(self.queues.get(&queue), "a queue")?.config.sla_time;
        let late = self.line(queue).into_iter();
        let late = late.filter(|(_, visit)| now.since(visit.joined_at) >= sla_time);
        let late: Vec<CallId> = late.map(|(call, _)| call).collect();
        late.into_iter()
            .try_for_each(|call| self.level_decided(call))?;
        let entry = known(self.queues.get_mut(&queue), "a queue")?;
        let threshold = u32::from(entry.config.sla_threshold_percent);
        let level = known(entry.level.as_mut(), "a watched service level")?;
        let (due, calls, met, was_under) = (level.due, level.calls, level.met, level.under);
        (level.due, level.calls, level.met) = (now + level.interval, 0, 0);
        if calls == 0 {
            return Ok(Some(due));
        }
        let under = 100 * met < threshold * calls;
        level.under = under;
        self.entry.facts.push(Event::ServiceLevelEvaluated {
            queue,
            calls,
            met,
            under,
        });
        if under != was_under {
            self.seen.alarms += 1;
            self.entry.to_keep.push(Effect::MailServiceLevel {
                queue,
                calls,
                met,
                under,
            });
        }
        Ok(Some(due))
    }
}
