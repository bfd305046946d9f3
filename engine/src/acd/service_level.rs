//! The alarm of a service level: a queue whose managers want to be told of it is
//! looked at from time to time. Other queues have no watch, and pay one test.
//!
//! A call counts once, in the look that follows its decision: whether it was answered
//! in time. That is decided by the answer, by leaving without one, and by waiting for
//! as long as the service-level time, so that an alarm does not wait for those who wait.

use crate::acd::line::{visit, visit_mut};
use crate::config::model::Notice;
use crate::effect::Effect;
use crate::event::Event;
use crate::ids::{CallId, QueueId};
use crate::mark::Mark;
use crate::state::LevelWatch;
use crate::step::Step;
use crate::time::Span;
use crate::timer::{Timer, TimerId};
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// Watches a queue's service level, or not, as its settings say. What was counted
    /// stays, and so does when it is looked at next, unless the interval is another.
    pub(crate) fn watch_service_level(&mut self, queue: QueueId) {
        let entry = &mut self.s.queues[queue];
        let wanted = (entry.config.notify_managers).contains(&Notice::ServiceLevel);
        let interval = entry.config.sla_interval;
        let before = entry.service_level.take();
        if (before.as_ref()).is_some_and(|watch| wanted && watch.interval == interval) {
            entry.service_level = before;
            return;
        }
        if let Some(watch) = &before {
            self.s.timers.cancel(watch.timer);
        }
        if !wanted {
            return;
        }
        let timer = self.arm_service_level(queue, interval);
        let (calls, met, under) = before.map_or((0, 0, false), |w| (w.calls, w.met, w.under));
        self.s.queues[queue].service_level = Some(Box::new(LevelWatch {
            timer,
            interval,
            calls,
            met,
            under,
        }));
    }

    fn arm_service_level(&mut self, queue: QueueId, interval: Span) -> TimerId {
        let due = self.now + interval;
        self.s.timers.arm(due, Timer::ServiceLevel(queue))
    }

    /// It is decided whether a call meets the service level of the queue that it is in.
    #[inline]
    pub(crate) fn level_decided(&mut self, call: CallId) {
        let queue = self.s.queues.get(visit(self.s, call).queue);
        if queue.is_some_and(|queue| queue.service_level.is_some()) {
            self.count_for_level(call);
        }
    }

    #[cold]
    #[inline(never)]
    fn count_for_level(&mut self, call: CallId) {
        let own = visit_mut(&mut self.s.calls[call]);
        if std::mem::replace(&mut own.level_counted, true) {
            return;
        }
        let waited = (own.answered).map(|answered| answered.at - own.came_at());
        let entry = &mut self.s.queues[own.queue];
        let met = waited.is_some_and(|waited| waited < entry.config.sla_time);
        if let Some(watch) = &mut entry.service_level {
            watch.calls += 1;
            watch.met += u32::from(met);
        }
    }

    /// The service level is looked at. Nothing is told of a time without calls.
    pub(crate) fn evaluate_service_level(&mut self, queue: QueueId) {
        self.count_late_callers(queue);
        let interval = self.s.queues[queue].config.sla_interval;
        let timer = self.arm_service_level(queue, interval);
        let entry = &mut self.s.queues[queue];
        let threshold = u64::from(entry.config.sla_threshold_percent);
        let watch = (entry.service_level.as_mut()).expect("the timer belongs to a watch");
        watch.timer = timer;
        let calls = std::mem::take(&mut watch.calls);
        let met = std::mem::take(&mut watch.met);
        if calls == 0 {
            return;
        }
        let under = u64::from(met) * 100 < threshold * u64::from(calls);
        let changed = std::mem::replace(&mut watch.under, under) != under;
        self.tell(Event::ServiceLevelEvaluated {
            queue,
            calls,
            met,
            under,
        });
        if changed {
            self.sometimes(match under {
                true => Mark::ServiceLevelFell,
                false => Mark::ServiceLevelRecovered,
            });
            self.emit(Effect::MailServiceLevel {
                queue,
                calls,
                met,
                under,
            });
        }
    }

    /// Callers who wait too long already need not be answered to be counted. Who came
    /// first has waited longest, but for those who were away meanwhile.
    fn count_late_callers(&mut self, queue: QueueId) {
        let sla_time = self.s.queues[queue].config.sla_time;
        let mut next = self.s.queues[queue].line.map(|(first, _)| first);
        while let Some(call) = next {
            let own = visit(self.s, call);
            let late = self.now - own.came_at() >= sla_time;
            if !late && own.returned_at.is_none() {
                return;
            }
            next = own.after;
            if !late {
                continue;
            }
            self.sometimes(Mark::ServiceLevelLateCaller);
            self.count_for_level(call);
        }
    }
}
