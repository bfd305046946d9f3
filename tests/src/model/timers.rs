//! Deadlines, reckoned anew from the books after every entry.

use tandem_engine::{Engine, QueueId, Timer, Timestamp};

use super::points::Voicemail;
use super::state::{LegStage, Queue};
use super::{Checked, Law, Model};
use crate::centre::ZONES;

pub(super) const DAY_US: i128 = 86_400_000_000;

/// A deadline, without naming its owner as the engine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deadline {
    Announcement,
    Callback,
    CallerRing,
    LongestWait,
    MenuTimeout,
    MessageOver,
    Midnight,
    Parked,
    PreferredWait,
    PromptOver,
    Rest,
    Retry,
    RingTimeout,
    ServiceLevel,
    SkillStep,
    SurveyTimeout,
    WrapUp,
}

impl Model {
    /// How far a queue's local time is ahead of the timeline, in microseconds.
    fn ahead(&self, queue: &Queue) -> i128 {
        let zone = queue
            .config
            .time_zone
            .as_ref()
            .unwrap_or(&self.options.time_zone);
        self.ahead_in(zone)
    }

    /// How far the local time in a zone is ahead of the timeline, in microseconds.
    pub(super) fn ahead_in(&self, zone: &str) -> i128 {
        let zone = ZONES.iter().find(|(name, _)| *name == zone);
        let ahead = i128::from(zone.map_or(0, |(_, seconds)| *seconds)) * 1_000_000;
        ahead + i128::from(self.wall_offset)
    }

    /// The days since 1970 in a queue's zone.
    fn today(&self, queue: &Queue) -> i128 {
        (i128::from(self.entry.now.micros()) + self.ahead(queue)).div_euclid(DAY_US)
    }

    /// What happens later is told later.
    pub(super) fn time_goes_on(&mut self) -> Checked {
        let (now, latest) = (self.entry.now, self.latest);
        self.latest = now.max(latest);
        self.law(Law::Timers, now >= latest, || {
            format!("it is {now} after it was {latest}")
        })
    }

    /// A queue's next midnight, from now on.
    pub(super) fn await_midnight(&mut self, id: QueueId) {
        let Some(queue) = self.queues.get(&id).filter(|queue| !queue.removed) else {
            return;
        };
        let next = (self.today(queue) + 1) * DAY_US - self.ahead(queue);
        let next = u64::try_from(next).ok().map(Timestamp::from_micros);
        if let Some(queue) = self.queues.get_mut(&id) {
            queue.midnight = next;
        }
    }

    /// The clock on the wall is put forward or back: where that leads into
    /// another day, there has been a midnight.
    pub(super) fn set_wall_clock(&mut self, micros: i64) {
        let days: Vec<_> = self
            .queues
            .iter()
            .map(|(id, queue)| (*id, self.today(queue)))
            .collect();
        self.wall_offset = micros;
        for (id, before) in days {
            let passed = self
                .queues
                .get(&id)
                .is_some_and(|queue| self.today(queue) > before);
            if passed {
                self.begin_day(id);
            }
        }
        self.await_midnights();
    }

    /// What counts by the day begins again.
    pub(super) fn begin_day(&mut self, id: QueueId) {
        self.seen.midnights += 1;
        let members = self.queues.get_mut(&id).map(|queue| &mut queue.members);
        for member in members.into_iter().flatten() {
            member.completed.since_midnight = Default::default();
        }
    }

    /// The same for every queue.
    pub(super) fn await_midnights(&mut self) {
        let ids: Vec<QueueId> = self.queues.keys().copied().collect();
        ids.into_iter().for_each(|id| self.await_midnight(id));
    }

    /// Notes from when on whoever stands at the head of each queue is watched.
    pub(super) fn watch_heads(&mut self) {
        let heads = self
            .queues
            .keys()
            .map(|id| (*id, self.limited(*id).first().map(|c| c.0)));
        let heads: Vec<_> = heads.collect();
        let now = self.entry.now;
        for (id, head) in heads {
            let anew = self.entry.rearmed.contains(&id);
            let Some(queue) = self.queues.get_mut(&id) else {
                continue;
            };
            let before = queue
                .watched
                .filter(|(call, _)| !anew && Some(*call) == head);
            queue.watched = before.or_else(|| head.map(|head| (head, now)));
        }
    }

    fn deadlines(&self) -> Vec<(Timestamp, Deadline)> {
        let mut all = Vec::new();
        for leg in self
            .legs
            .values()
            .filter(|leg| leg.stage == LegStage::Ringing)
        {
            all.push((leg.due, Deadline::RingTimeout));
        }
        let retries = self
            .calls
            .values()
            .filter_map(|call| call.waiting()?.retry_until);
        all.extend(retries.map(|due| (due, Deadline::Retry)));
        let waiting = self.calls.values().filter_map(|call| call.waiting());
        let reserved = waiting.clone().filter_map(|visit| visit.reserved);
        all.extend(reserved.map(|(_, until)| (until, Deadline::PreferredWait)));
        let visits = self.calls.values().filter_map(|call| call.visit.as_ref());
        let callbacks = visits.filter_map(|visit| visit.callback.due());
        all.extend(callbacks.map(|due| (due, Deadline::Callback)));
        let told = waiting.filter_map(|visit| visit.told.due());
        all.extend(told.map(|due| (due, Deadline::Announcement)));
        let prompts = self.calls.values().filter_map(|call| call.hears.as_ref());
        all.extend(prompts.map(|(until, _)| (*until, Deadline::PromptOver)));
        let outside = self.calls.values().filter_map(|call| call.rings_until);
        all.extend(outside.map(|until| (until, Deadline::CallerRing)));
        let tones = self.calls.values().filter_map(|call| call.tone_until);
        all.extend(tones.map(|until| (until, Deadline::PromptOver)));
        let menus = self.calls.values().filter_map(|call| call.menu.as_ref());
        all.extend(menus.map(|place| (place.until, Deadline::MenuTimeout)));
        let asked = self.calls.values().filter_map(|call| call.survey.as_ref());
        let silences = asked.filter_map(|asked| asked.awaits());
        all.extend(silences.map(|due| (due, Deadline::SurveyTimeout)));
        let parked = self.calls.values().filter_map(|call| call.parked.as_ref());
        all.extend(parked.map(|parked| (parked.until, Deadline::Parked)));
        all.extend(self.calls.values().filter_map(|call| match call.voicemail {
            Some(Voicemail::Leaves(.., until)) => Some((until, Deadline::MessageOver)),
            _ => None,
        }));
        let rests = self.persons.values().filter_map(|person| person.rest_until);
        all.extend(rests.map(|due| (due, Deadline::Rest)));
        for (id, queue) in &self.queues {
            let step = self.skill_step(*id, queue);
            all.extend(step.map(|due| (due, Deadline::SkillStep)));
            let wrap_ups = queue
                .members
                .iter()
                .filter_map(|member| member.wrap_up_until);
            all.extend(wrap_ups.map(|due| (due, Deadline::WrapUp)));
            all.extend(queue.midnight.map(|due| (due, Deadline::Midnight)));
            let level = queue.level.map(|level| level.due);
            all.extend(level.map(|due| (due, Deadline::ServiceLevel)));
            let limit = queue.config.max_waiting;
            if let Some((head, since)) = queue.watched
                && !limit.is_zero()
                && !queue.removed
                && let Some(visit) = self.calls.get(&head).and_then(|call| call.waiting())
            {
                all.push(((visit.since + limit).max(since), Deadline::LongestWait));
            }
        }
        all
    }

    /// When agents who are free come to be skilled enough for a queue's first caller.
    fn skill_step(&self, id: QueueId, queue: &Queue) -> Option<Timestamp> {
        let best = self.free(queue).map(|member| member.level).min()?;
        let (_, first) = *self.ready(id).first()?;
        let mut steps = queue.config.skill_steps.iter();
        let step = steps.find(|step| step.level >= best)?;
        Some(first.since + step.after)
    }

    /// The engine waits for exactly the next of the deadlines that there are.
    pub(super) fn deadlines_are_right(&self, engine: &Engine) -> Checked {
        let next = engine.next_deadline();
        let now = self.entry.now.max(self.entry.received_at);
        let all = self.deadlines();
        if let Some((due, Timer::PutOut(queue))) = next {
            let entry = self.queues.get(&queue);
            let right = due <= now && entry.is_some_and(|entry| self.must_leave(entry));
            return self.law(Law::Timers, right, || {
                format!("queue {queue} is to be emptied at {due}, without a cause")
            });
        }
        let full = self
            .queues
            .iter()
            .find(|(id, queue)| self.must_leave(queue) && !self.limited(**id).is_empty());
        let overdue = next.is_some_and(|(due, _)| due <= now);
        self.law(Law::Timers, full.is_none() || overdue, || {
            format!(
                "queue {:?} is empty and keeps its callers",
                full.map(|(id, _)| id)
            )
        })?;
        if let Some((due, Timer::SkillStep(queue))) = next {
            // The caller whom it was for may have left: then it changes nothing.
            let entry = self.queues.get(&queue);
            let steps = entry.is_some_and(|entry| !entry.config.skill_steps.is_empty());
            let first = all.iter().all(|(other, _)| *other >= due);
            return self.law(Law::Timers, steps && first, || {
                format!("a skill step of queue {queue} is due at {due}, before {all:?}")
            });
        }
        let kind = next.map(|(due, timer)| (due, kind_of(timer)));
        let earliest = all.iter().map(|(due, _)| *due).min();
        let right = match kind {
            None => all.is_empty(),
            Some((due, Some(kind))) => earliest == Some(due) && all.contains(&(due, kind)),
            Some((_, None)) => false,
        };
        self.law(Law::Timers, right, || {
            format!("the next deadline is {next:?}, of {all:?}")
        })
    }
}

fn kind_of(timer: Timer) -> Option<Deadline> {
    Some(match timer {
        Timer::Announcement(_) => Deadline::Announcement,
        Timer::Callback(_) => Deadline::Callback,
        Timer::CallerRing(_) => Deadline::CallerRing,
        Timer::LongestWait(_) => Deadline::LongestWait,
        Timer::MenuTimeout(_) => Deadline::MenuTimeout,
        Timer::MessageOver(_) => Deadline::MessageOver,
        Timer::Midnight(_) => Deadline::Midnight,
        Timer::Parked(_) => Deadline::Parked,
        Timer::PreferredWait(_) => Deadline::PreferredWait,
        Timer::PromptOver(_) => Deadline::PromptOver,
        Timer::PutOut(_) => return None,
        Timer::Rest(_) => Deadline::Rest,
        Timer::Retry(_) => Deadline::Retry,
        Timer::RingTimeout(_) => Deadline::RingTimeout,
        Timer::ServiceLevel(_) => Deadline::ServiceLevel,
        Timer::SkillStep(_) => Deadline::SkillStep,
        Timer::SurveyTimeout(_) => Deadline::SurveyTimeout,
        Timer::WrapUp(_) => Deadline::WrapUp,
    })
}
