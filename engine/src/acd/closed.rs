//! Queues and menus that are closed: who comes outside business hours or on a holiday goes
//! elsewhere. Nobody who waits is put out when they end.

use crate::calendar::wall_time;
use crate::calls::{Goal, goal, prompt_named};
use crate::config::hours::Holiday;
use crate::config::model::TimeCondition;
use crate::event::{Closed, Event};
use crate::ids::{CallId, QueueId};
use crate::state::State;
use crate::step::Step;
use crate::time::Timestamp;
use crate::trace::Trace;

impl<T: Trace> Step<'_, T> {
    /// Where a call goes instead that comes to a queue while it is closed.
    pub(crate) fn diverted(&mut self, call: CallId, queue: QueueId) -> Option<Goal> {
        let condition = self.s.queues[queue].config.time_condition.as_ref()?;
        let (closed, goal) = elsewhere(self.s, condition, self.now)?;
        self.tell(Event::CallDiverted {
            call,
            queue,
            closed,
        });
        Some(goal)
    }
}

/// Why a time condition does not let callers in at `now`, and where they go instead; if
/// it does not.
pub(crate) fn elsewhere(
    s: &State,
    condition: &TimeCondition,
    now: Timestamp,
) -> Option<(Closed, Goal)> {
    let ignored = condition.ignore_holidays;
    match closed(s, &condition.hours, ignored, now)? {
        Reason::Holiday(holiday) => {
            let prompt = holiday.prompt.as_ref().filter(|_| condition.holiday_prompt);
            let prompt = prompt.and_then(|name| prompt_named(s, name));
            let goal = match prompt {
                Some(prompt) => Goal::Prompt {
                    prompt,
                    then: condition.holiday.clone(),
                },
                None => goal(s, &condition.holiday),
            };
            let name = holiday.name.clone();
            Some((Closed::Holiday { name }, goal))
        }
        Reason::OutsideHours => Some((Closed::OutsideHours, goal(s, &condition.outside_hours))),
    }
}

/// Why it is no business time.
pub(crate) enum Reason<'c> {
    Holiday(&'c Holiday),
    OutsideHours,
}

/// Why it is no business time by a calendar at `now`, if it is not. A clock past the
/// calendar's end says nothing, and then nobody is sent away.
pub(crate) fn closed<'c>(
    s: &'c State,
    hours: &str,
    ignore_holidays: bool,
    now: Timestamp,
) -> Option<Reason<'c>> {
    let hours = s.options.hours_named(hours)?;
    let zone = hours.time_zone.as_ref().unwrap_or(&s.options.time_zone);
    let wall = wall_time(now, s.wall_offset, zone)?.datetime();
    let holiday = hours.holiday(wall.date());
    match holiday.filter(|_| !ignore_holidays) {
        Some(holiday) => Some(Reason::Holiday(holiday)),
        None => (!hours.is_business_time(wall)).then_some(Reason::OutsideHours),
    }
}
