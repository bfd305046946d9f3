//! Queues that are closed: who comes outside business hours or on a holiday goes
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
        let (closed, goal) = match closed(self.s, condition, self.now)? {
            Reason::Holiday(holiday) => {
                let prompt = holiday.prompt.as_ref().filter(|_| condition.holiday_prompt);
                let prompt = prompt.and_then(|name| prompt_named(self.s, name));
                let goal = match prompt {
                    Some(prompt) => Goal::Prompt {
                        prompt,
                        then: condition.holiday.clone(),
                    },
                    None => goal(self.s, &condition.holiday),
                };
                let name = holiday.name.clone();
                (Closed::Holiday { name }, goal)
            }
            Reason::OutsideHours => {
                let goal = goal(self.s, &condition.outside_hours);
                (Closed::OutsideHours, goal)
            }
        };
        self.tell(Event::CallDiverted {
            call,
            queue,
            closed,
        });
        Some(goal)
    }
}

/// Why a queue is closed.
enum Reason<'c> {
    Holiday(&'c Holiday),
    OutsideHours,
}

/// Why a time condition does not let callers in at `now`, if it does not. A clock
/// past the calendar's end says nothing, and then nobody is sent away.
fn closed<'c>(s: &'c State, condition: &TimeCondition, now: Timestamp) -> Option<Reason<'c>> {
    let hours = s.options.hours_named(&condition.hours)?;
    let zone = hours.time_zone.as_ref().unwrap_or(&s.options.time_zone);
    let wall = wall_time(now, s.wall_offset, zone)?.datetime();
    let holiday = hours.holiday(wall.date());
    match holiday.filter(|_| !condition.ignore_holidays) {
        Some(holiday) => Some(Reason::Holiday(holiday)),
        None => (!hours.is_business_time(wall)).then_some(Reason::OutsideHours),
    }
}
