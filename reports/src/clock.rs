//! Points of a run's time as people read them.

use tandem_engine::{SECOND_US, Span};

use crate::layout::{Interval, Layout};
use crate::report::CalendarStart;

const DAY_S: u64 = 86_400;
const HOUR_S: u64 = 3_600;
const MINUTE_S: u64 = 60;

/// Names points of time by the calendar, or counted from the run's beginning
/// where the calendar is not known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: CalendarStart,
    /// More than one day is to be told apart.
    days: bool,
}

impl Clock {
    pub(crate) fn new(start: Option<CalendarStart>, layout: &Layout) -> Self {
        let start = start.unwrap_or(CalendarStart::at(0));
        let length = layout.fold.unwrap_or(layout.horizon).micros() / SECOND_US;
        Self {
            start,
            days: start.second_of_day + length > DAY_S && layout.fold.is_none(),
        }
    }

    /// Seconds from the first day's midnight.
    fn seconds(&self, at: Span) -> u64 {
        self.start.second_of_day + at.micros() / SECOND_US
    }

    /// `08:30`, with the day where there are several.
    pub(crate) fn moment(&self, at: Span) -> String {
        let time = time_of_day(self.seconds(at) % DAY_S);
        if self.days {
            format!("{} {time}", self.day(at))
        } else {
            time
        }
    }

    /// `08:30–09:00`, with the day where there are several.
    pub(crate) fn range(&self, interval: &Interval, dash: &str) -> String {
        let end = match self.seconds(interval.end) % DAY_S {
            0 => "24:00".to_owned(),
            second => time_of_day(second),
        };
        format!("{}{dash}{end}", self.moment(interval.start))
    }

    /// `Mon 2 Mar`, or `day 3` where no date is known.
    fn day(&self, at: Span) -> String {
        let days = self.seconds(at) / DAY_S;
        match self.start.date {
            Some(date) => day_name(date.saturating_add_unsigned(days)),
            None => format!("day {}", days + 1),
        }
    }

    /// Round times from `from` to `to`, at most `most` of them, with labels.
    pub(crate) fn ticks(&self, from: Span, to: Span, most: u64) -> Vec<(Span, String)> {
        const STEPS: [u64; 12] = [
            MINUTE_S,
            5 * MINUTE_S,
            15 * MINUTE_S,
            30 * MINUTE_S,
            HOUR_S,
            2 * HOUR_S,
            3 * HOUR_S,
            6 * HOUR_S,
            12 * HOUR_S,
            DAY_S,
            7 * DAY_S,
            28 * DAY_S,
        ];
        let (first, last) = (self.seconds(from), self.seconds(to));
        let length = last.saturating_sub(first);
        let step = STEPS
            .into_iter()
            .find(|step| length / step <= most)
            .unwrap_or(
                // Very long runs: as many weeks as needed.
                (length / most.max(1)).next_multiple_of(7 * DAY_S).max(1),
            );
        let ticks = first.next_multiple_of(step)..=last;
        ticks
            .step_by(usize::try_from(step).unwrap_or(usize::MAX))
            .map(|second| {
                let at = Span::from_secs(second.saturating_sub(self.start.second_of_day));
                (at, self.tick(second, step, at))
            })
            .collect()
    }

    fn tick(&self, second: u64, step: u64, at: Span) -> String {
        if self.days && (second.is_multiple_of(DAY_S) || step >= DAY_S) {
            return self.day(at);
        }
        if second > 0 && second.is_multiple_of(DAY_S) {
            return "24:00".to_owned();
        }
        time_of_day(second % DAY_S)
    }

    /// A sentence part for the beginning of the run, where it is known.
    pub(crate) fn beginning(&self) -> Option<String> {
        let date = self.start.date?;
        let (year, _, _) = civil(date);
        let time = time_of_day(self.start.second_of_day);
        Some(format!("{} {year}, {time}", day_name(date)))
    }
}

/// `90 min`, `36 h`, `30 days`: the greatest unit that leaves nothing over.
pub(crate) fn length(span: Span) -> String {
    let seconds = span.micros() / SECOND_US;
    if !span.micros().is_multiple_of(SECOND_US) {
        return format!("{} s", span.micros() as f64 / 1e6);
    }
    // One day is told in hours, which leaves no doubt about how many.
    let day = (2 * DAY_S, DAY_S, "days");
    let units = [day, (HOUR_S, HOUR_S, "h"), (MINUTE_S, MINUTE_S, "min")];
    let unit = |(from, unit, _): &(u64, u64, _)| seconds >= *from && seconds.is_multiple_of(*unit);
    match units.into_iter().find(unit) {
        Some((_, unit, name)) => format!("{} {name}", seconds / unit),
        None => format!("{seconds} s"),
    }
}

/// Ticks of an axis of seconds with labels, in minutes where all are whole.
pub(crate) fn seconds_labels(ticks: Vec<f64>) -> Vec<(f64, String)> {
    let minutes = ticks.iter().all(|tick| tick % 60.0 == 0.0);
    let label = |tick: f64| match minutes && tick > 0.0 {
        true => (tick, format!("{:.0} min", tick / 60.0)),
        false => (tick, format!("{tick} s")),
    };
    ticks.into_iter().map(label).collect()
}

/// `08:30`, with seconds where there are some.
pub(crate) fn time_of_day(second: u64) -> String {
    let (hours, minutes, seconds) = (second / HOUR_S, second / MINUTE_S % 60, second % 60);
    if seconds == 0 {
        format!("{hours:02}:{minutes:02}")
    } else {
        format!("{hours:02}:{minutes:02}:{seconds:02}")
    }
}

fn day_name(date: i64) -> String {
    const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, month, day) = civil(date);
    // 1 January 1970 was a Thursday.
    let name = |names: &[&'static str], place: i64| {
        usize::try_from(place)
            .ok()
            .and_then(|place| names.get(place).copied())
            .unwrap_or("")
    };
    format!(
        "{} {day} {}",
        name(&WEEKDAYS, date.rem_euclid(7)),
        name(&MONTHS, month - 1)
    )
}

/// Days since 1 January 1970 of a date: Howard Hinnant's `days_from_civil`.
pub(crate) const fn days(year: i64, month: u8, day: u8) -> i64 {
    // Years begin in March, so that the leap day is a year's last.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month = (month as i64 + 9) % 12;
    let of_year = (153 * month + 2) / 5 + day as i64 - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day: Howard Hinnant's `civil_from_days`.
pub(crate) const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}
