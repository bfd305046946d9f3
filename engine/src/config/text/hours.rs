//! Reading calendars and prompts.

use super::Reader;
use super::places::Recorder;
use crate::config::check::{Subject, bounds};
use crate::config::hours::{DaySpan, Holiday, HolidayDate, HoursConfig, WEEKDAYS};
use crate::config::model::PromptConfig;
use crate::config::reader::{Kind, Table, Value};
use crate::limits::{DAY_SPANS_MAX, HOLIDAYS_MAX};
use crate::time::Span;

/// Keys that stand for several days, and which days these are in a week. What
/// comes later stands above what comes before.
pub(super) const SEVERAL_DAYS: [(&str, core::ops::Range<usize>); 2] =
    [("every_day", 0..7), ("weekdays", 0..5)];

impl Reader {
    pub(super) fn prompt(&mut self, mut table: Table<'_>, place: &mut Recorder) {
        let span = table.span();
        let name = table.required("name").and_then(Value::str);
        let length = table.required("length_s");
        let length = length.and_then(|value| value.seconds(bounds::PROMPT_S));
        let file = table.get("file").and_then(Value::str).map(str::to_owned);
        table.finish();
        let prompts = &mut self.config.options.prompts;
        place.item("prompt", prompts.len(), span);
        let Some(name) = name else {
            self.complete = false;
            return;
        };
        prompts.push(PromptConfig {
            name: name.to_owned(),
            // Where there is none, that is told already.
            length: length.unwrap_or(Span::from_secs(1)),
            file,
        });
    }

    pub(super) fn hours(&mut self, mut table: Table<'_>) {
        let mut place = Recorder::new(&table);
        let name = table.required("name");
        if let Some(value) = name {
            place.alias("name", value.span());
        }
        let mut hours = HoursConfig::default();
        let zone = place.key(&mut table, "time_zone").and_then(Value::str);
        hours.time_zone = zone.map(str::to_owned);
        for (key, days) in SEVERAL_DAYS {
            let Some(value) = place.key(&mut table, key) else {
                continue;
            };
            // What the check has to say about one of the days is told here.
            let spans = day(value, key, &mut place);
            for day in days {
                place.same(WEEKDAYS[day], key);
                hours.week[day].clone_from(&spans);
            }
        }
        for (key, spans) in WEEKDAYS.into_iter().zip(&mut hours.week) {
            if let Some(value) = table.get(key) {
                place.forget(key);
                place.alias(key, value.span());
                *spans = day(value, key, &mut place);
            }
        }
        if let Some(value) = place.key(&mut table, "holidays") {
            hours.holidays = holidays(value, &mut place);
        }
        table.finish();
        let Some(name) = name.and_then(Value::str) else {
            self.complete = false;
            return;
        };
        name.clone_into(&mut hours.name);
        let all = &mut self.config.options.hours;
        let number = u32::try_from(all.len()).expect("a file holds fewer");
        all.push(hours);
        self.places.add(Subject::Hours(number), place);
    }
}

/// The business hours of a day: `["09:00-12:00", "13:00-17:30"]`.
fn day(value: Value<'_>, key: &'static str, place: &mut Recorder) -> Vec<DaySpan> {
    let mut spans = Vec::new();
    // One more than allowed, so that the check sees that there are too many.
    for value in value.array().take(DAY_SPANS_MAX + 1) {
        if value.kind() != Kind::Str {
            value.wrong_kind("hours in quotes, as \"09:00-17:30\"");
            continue;
        }
        let Some(text) = value.str() else { continue };
        match text.parse() {
            Ok(span) => {
                place.item(key, spans.len(), value.span());
                spans.push(span);
            }
            Err(_) => value.wrong(
                format!("{text:?} are no business hours"),
                Some("as \"09:00-17:30\", to \"24:00\" at most".to_owned()),
            ),
        }
    }
    spans
}

fn holidays(value: Value<'_>, place: &mut Recorder) -> Vec<Holiday> {
    let mut holidays = Vec::new();
    for value in value.array().take(HOLIDAYS_MAX + 1) {
        if let Some(holiday) = value.table().and_then(holiday) {
            place.item("holidays", holidays.len(), value.span());
            holidays.push(holiday);
        }
    }
    holidays
}

/// A `date`, or all days `from` one `to` another.
fn holiday(mut table: Table<'_>) -> Option<Holiday> {
    let name = table.required("name").and_then(Value::str);
    let (one, from, to) = (table.get("date"), table.get("from"), table.get("to"));
    let prompt = table.get("prompt").and_then(Value::str);
    let days = match (one, from, to) {
        (Some(one), None, None) => date(one).map(|date| (date, date)),
        (None, Some(from), Some(to)) => date(from).zip(date(to)),
        _ => {
            let document = table.document();
            if document.is_whole() {
                let what = "a holiday has a \"date\", or days \"from\" one \"to\" another";
                document.report(table.span(), what, None);
            }
            None
        }
    };
    table.finish();
    let (from, to) = days?;
    Some(Holiday {
        name: name?.to_owned(),
        from,
        to,
        prompt: prompt.map(str::to_owned),
    })
}

fn date(value: Value<'_>) -> Option<HolidayDate> {
    let hint = "\"2026-12-25\" for one year, \"12-25\" for every year";
    if value.kind() != Kind::Str {
        value.wrong_kind(&format!("a date in quotes, {hint}"));
        return None;
    }
    let date = value.str()?.parse();
    if date.is_err() {
        value.wrong(
            format!("{} is no date", value.name()),
            Some(hint.to_owned()),
        );
    }
    date.ok()
}
