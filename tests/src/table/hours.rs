//! Calendars and prompts of a table, in words.

use tandem_engine::config::hours::{DaySpan, Holiday, HoursConfig, WEEKDAYS};
use tandem_engine::config::model::{Options, PromptConfig, QueueConfig, TimeCondition};

use super::centre::{read_span, read_value};

/// `Office weekdays=09:00-12:00,13:00-17:30 saturday=10:00-14:00 zone=Europe/Berlin`,
/// laid over the calendar of that name, if there is one. A day without hours, as
/// `friday=`, is closed.
pub fn hours(options: &mut Options, words: &[&str]) -> Result<(), String> {
    let (name, settings) = words.split_first().ok_or("hours have a name")?;
    let hours = named(options, name);
    for word in settings {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let days = match key {
            "every_day" => 0..7,
            "weekdays" => 0..5,
            "zone" => {
                hours.time_zone = Some(value.to_owned());
                continue;
            }
            _ => {
                let day = WEEKDAYS.iter().position(|day| *day == key);
                let day = day.ok_or_else(|| format!("{word:?} is no setting of hours"))?;
                day..day + 1
            }
        };
        let spans = value.split(',').filter(|span| !span.is_empty());
        let spans: Vec<DaySpan> = spans.map(read_value).collect::<Result<_, _>>()?;
        hours.week[days].fill(spans);
    }
    Ok(())
}

/// `Office Christmas 12-24 to 12-26 prompt=Christmas`, behind the holidays that
/// the calendar has.
pub fn holiday(options: &mut Options, words: &[&str]) -> Result<(), String> {
    let [hours, name, from, rest @ ..] = words else {
        return Err("a holiday has hours, a name and a date".to_owned());
    };
    let (to, rest) = match rest {
        ["to", to, rest @ ..] => (to, rest),
        rest => (from, rest),
    };
    let prompt = match rest {
        [] => None,
        [word] => word.strip_prefix("prompt="),
        _ => return Err(format!("{:?} is too much", rest.join(" "))),
    };
    if prompt.is_none() && !rest.is_empty() {
        return Err(format!("{:?} is no setting of a holiday", rest.join(" ")));
    }
    let holiday = Holiday {
        name: (*name).to_owned(),
        from: read_value(from)?,
        to: read_value(to)?,
        prompt: prompt.map(str::to_owned),
    };
    named(options, hours).holidays.push(holiday);
    Ok(())
}

/// `Christmas 8`: a prompt and its length, in seconds.
pub fn prompt(options: &mut Options, words: &[&str]) -> Result<(), String> {
    let [name @ .., length] = words else {
        return Err("a prompt has a name and a length".to_owned());
    };
    let (name, length) = (name.join(" "), read_span(length)?);
    let known = options.prompts.iter_mut().find(|known| known.name == name);
    match known {
        Some(known) => known.length = length,
        None => options.prompts.push(PromptConfig {
            name,
            length,
            file: None,
        }),
    }
    Ok(())
}

/// Has a queue keep a calendar; `none`: it is always open.
pub fn keep(queue: &mut QueueConfig, name: &str) {
    let before = queue.time_condition.take().filter(|_| name != "none");
    queue.time_condition = (name != "none").then(|| TimeCondition {
        hours: name.to_owned(),
        ..before.unwrap_or_else(|| TimeCondition::new(name))
    });
}

/// The calendar with a name, made where there is none.
fn named<'o>(options: &'o mut Options, name: &str) -> &'o mut HoursConfig {
    let known = options.hours.iter().position(|known| known.name == name);
    let place = known.unwrap_or_else(|| {
        options.hours.push(HoursConfig {
            name: name.to_owned(),
            ..HoursConfig::default()
        });
        options.hours.len() - 1
    });
    &mut options.hours[place]
}
