//! Queues that are closed, and prompts: reckoned in days and minutes since 1970,
//! without a time zone of anybody else.

use jiff::civil::Date;
use tandem_engine::config::hours::Holiday;
use tandem_engine::config::model::{Destination, PromptConfig, TimeCondition};
use tandem_engine::{CallId, Closed, Effect, Input, QueueId, Timestamp};

use super::points::Voicemail;
use super::timers::DAY_US;
use super::{Checked, Law, Model, known};

const MINUTE_US: i128 = 60_000_000;
/// The first of January 1970 was a Thursday.
const THURSDAY: i128 = 3;

impl Model {
    pub(super) fn prompt(&self, name: &str) -> Option<&PromptConfig> {
        self.options.prompts.iter().find(|known| known.name == name)
    }

    /// Why a queue is closed now, if it is, and where its callers go: behind a
    /// prompt, where there is one.
    fn closed(&self, queue: QueueId) -> Option<(Closed, Option<String>, Destination)> {
        self.closed_by(self.queues.get(&queue)?.config.time_condition.as_ref()?)
    }

    /// The same of a time condition.
    pub(super) fn closed_by(
        &self,
        condition: &TimeCondition,
    ) -> Option<(Closed, Option<String>, Destination)> {
        match self.by_calendar(&condition.hours, condition.ignore_holidays)? {
            Some(holiday) => {
                let prompt = holiday.prompt.clone().filter(|_| condition.holiday_prompt);
                let name = holiday.name.clone();
                Some((Closed::Holiday { name }, prompt, condition.holiday.clone()))
            }
            None => Some((Closed::OutsideHours, None, condition.outside_hours.clone())),
        }
    }

    /// Whether it is no business time by a calendar, and which holiday it is, if any.
    pub(super) fn by_calendar(&self, name: &str, ignores: bool) -> Option<Option<&Holiday>> {
        let mut calendars = self.options.hours.iter();
        let hours = calendars.find(|hours| hours.name == name)?;
        let zone = hours.time_zone.as_ref().unwrap_or(&self.options.time_zone);
        let local = i128::from(self.entry.now.micros()) + self.ahead_in(zone);
        let (day, minute) = (
            local.div_euclid(DAY_US),
            local.rem_euclid(DAY_US) / MINUTE_US,
        );
        let mut holidays = hours.holidays.iter();
        if let Some(holiday) = holidays.find(|holiday| !ignores && falls_on(holiday, day)) {
            return Some(Some(holiday));
        }
        let weekday = usize::try_from((day + THURSDAY).rem_euclid(7)).ok()?;
        let mut spans = hours.week.get(weekday)?.iter();
        let open = spans.any(|span| (span.from.into()..span.to.into()).contains(&minute));
        (!open).then_some(None)
    }

    /// Only an open queue says anything else to a call.
    pub(super) fn is_open(&self, call: CallId, queue: QueueId) -> Checked {
        let closed = self.closed(queue);
        self.law(Law::Routes, closed.is_none(), || {
            format!("call {call} comes into queue {queue} in spite of {closed:?}")
        })
    }

    pub(super) fn call_diverted(&mut self, call: CallId, queue: QueueId, told: &Closed) -> Checked {
        let number = known(self.queues.get(&queue), "a queue")?.config.number;
        self.arrives(call, Destination::Queue(number))?;
        self.seen.diverted += 1;
        let closed = self.closed(queue);
        let right = closed.as_ref().is_some_and(|(why, ..)| why == told);
        self.law(Law::Routes, right, || {
            format!("queue {number} is closed to call {call} for {told:?}, not {closed:?}")
        })?;
        let (_, prompt, to) = known(closed, "a closed queue")?;
        let entry = known(self.calls.get_mut(&call), "a call")?;
        match prompt {
            Some(prompt) => {
                entry.goes_to = Some(Destination::Prompt(prompt));
                entry.behind = Some(to);
            }
            None => entry.goes_to = Some(to),
        }
        Ok(())
    }

    pub(super) fn prompt_started(&mut self, call: CallId, name: &str) -> Checked {
        let length = known(self.prompt(name), "a prompt")?.length;
        if self.callback_says(call, name)
            || self.survey_says(call, name, length)
            || self.says(call, name, length)?
        {
            self.seen.prompts += 1;
            let prompt = name.to_owned();
            self.entry.to_play.push(Effect::PlayPrompt { call, prompt });
            return Ok(());
        }
        match self.comes_to_box(call)? {
            Some(mailbox) => self.greeted(call, mailbox, name)?,
            None => self.arrives(call, Destination::Prompt(name.to_owned()))?,
        }
        self.seen.prompts += 1;
        let until = self.entry.now + length;
        let entry = known(self.calls.get_mut(&call), "a call")?;
        let then = entry.behind.take().unwrap_or(Destination::HangUp);
        (entry.taken, entry.hears) = (true, Some((until, then)));
        let prompt = name.to_owned();
        self.entry.to_play.push(Effect::PlayPrompt { call, prompt });
        Ok(())
    }

    /// A caller has heard a prompt; tells when that was due.
    pub(super) fn prompt_over(&mut self, call: CallId) -> Result<Option<Timestamp>, String> {
        let goes_on = self.entry.input == Input::Tick;
        let entry = known(self.calls.get_mut(&call), "a call")?;
        if entry.tone_until.is_some() {
            return Ok(entry.tone_until);
        }
        let (until, then) = known(entry.hears.take(), "a prompt")?;
        entry.goes_to = goes_on.then_some(then);
        if let Some(Voicemail::Greeted(mailbox)) = entry.voicemail {
            entry.goes_to = None;
            entry.voicemail = goes_on.then_some(Voicemail::Speaks(mailbox));
        }
        self.thanks_over(call);
        self.flow_goes_on(call)?;
        Ok(Some(until))
    }
}

/// Whether a holiday falls on this day since 1970.
fn falls_on(holiday: &Holiday, day: i128) -> bool {
    let number = |year: i16, month: i8, day: i8| {
        let date = Date::new(year, month, day).ok()?;
        let since = date.duration_since(jiff::civil::date(1970, 1, 1));
        Some(i128::from(since.as_hours() / 24))
    };
    let year = (1969..2100_i16).find(|&year| number(year + 1, 1, 1) > Some(day));
    let Some(year) = year else { return false };
    // Without years it may have begun in the year before. The 29th of February
    // lies before the first of March also where there is none.
    let or_before = |year: i16, date: tandem_engine::config::hours::HolidayDate, missing: i128| {
        number(year, date.month, date.day)
            .or_else(|| Some(number(year, date.month + 1, 1)? + missing))
    };
    let spans = |first: i16, last: i16| {
        let from = or_before(first, holiday.from, 0);
        let to = or_before(last, holiday.to, -1);
        from.zip(to)
            .is_some_and(|(from, to)| from <= day && day <= to)
    };
    match (holiday.from.year, holiday.to.year) {
        (Some(first), Some(last)) => spans(first, last),
        _ => {
            let wraps = (holiday.to.month, holiday.to.day) < (holiday.from.month, holiday.from.day);
            let later = i16::from(wraps);
            spans(year, year + later) || spans(year - 1, year - 1 + later)
        }
    }
}
