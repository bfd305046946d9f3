//! What a report shows: the figures, and what there is to say about them.

use tandem_engine::Span;

use crate::figure::{Figure, Figures};
use crate::summary::Summary;
use crate::tally::Tally;

/// A report, to be rendered.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// What was simulated.
    pub about: &'a About,
    /// The figures.
    pub summary: &'a Summary,
    /// What was expected of the figures, and whether it came true.
    pub expectations: &'a [Expectation],
    /// What really happened at that time, to stand beside the figures.
    pub actual: &'a [Actual],
}

/// What was simulated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct About {
    /// The scenario's name.
    pub scenario: String,
    /// What it is about; may be empty.
    pub description: String,
    /// Key of all randomness.
    pub seed: u64,
    /// The calendar's time at the origin of the layout, where it is known.
    pub start: Option<CalendarStart>,
    /// The service level that each queue ought to reach (share), in the order
    /// of the layout; shorter or `None`: no target is drawn.
    pub targets: Vec<Option<f64>>,
}

/// A point of the calendar as the clock on the wall shows it. Changes to and
/// from daylight-saving time after it are not in the labels made from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarStart {
    /// Days since 1 January 1970; `None`: only the time of day is known.
    pub date: Option<i64>,
    /// Seconds since midnight.
    pub second_of_day: u64,
}

/// Something that was expected of the figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// As it was written.
    pub text: String,
    /// [`Figure::key`] of the figure, or another name.
    pub figure: String,
    /// The bound, in the figure's unit.
    pub wanted: f64,
    /// What came out; `None`: the figure is unknown.
    pub seen: Option<f64>,
    /// Whether it came true.
    pub met: bool,
}

/// What really happened in a queue, or in all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Actual {
    /// Its place in the layout; `None`: all queues together.
    pub queue: Option<usize>,
    /// Over the whole counted time.
    pub total: ActualFigures,
    /// In every interval, in the order of [`Summary::intervals`].
    pub intervals: Vec<ActualFigures>,
}

/// The figures that can be taken from a call log; `None`: unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ActualFigures {
    /// As [`Figure::Offered`].
    pub offered: Option<f64>,
    /// As [`Figure::MeanWait`], in seconds.
    pub mean_wait_s: Option<f64>,
    /// As [`Figure::ServiceLevel`].
    pub service_level: Option<f64>,
    /// As [`Figure::Abandonment`].
    pub abandonment: Option<f64>,
}

impl Actual {
    /// From a tally of the records in a call log, which has the same layout.
    #[must_use]
    pub fn of(tally: &Tally, queue: Option<usize>) -> Self {
        Self {
            queue,
            total: ActualFigures::of(&tally.figures(queue)),
            intervals: tally
                .interval_figures(queue)
                .iter()
                .map(ActualFigures::of)
                .collect(),
        }
    }
}

impl ActualFigures {
    fn of(figures: &Figures) -> Self {
        Self {
            offered: figures.get(Figure::Offered),
            mean_wait_s: figures.get(Figure::MeanWait),
            service_level: figures.get(Figure::ServiceLevel),
            abandonment: figures.get(Figure::Abandonment),
        }
    }

    pub(crate) fn get(&self, figure: Figure) -> Option<f64> {
        match figure {
            Figure::Offered => self.offered,
            Figure::MeanWait => self.mean_wait_s,
            Figure::ServiceLevel => self.service_level,
            Figure::Abandonment => self.abandonment,
            _ => None,
        }
    }
}

const DAY_S: u64 = 86_400;

impl CalendarStart {
    /// A date of the Gregorian calendar, and the seconds since its midnight.
    #[must_use]
    pub const fn on(year: i64, month: u8, day: u8, second_of_day: u64) -> Self {
        // Howard Hinnant's `days_from_civil`: years begin in March, so that
        // the leap day is a year's last.
        let year = if month <= 2 { year - 1 } else { year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let month = (month as i64 + 9) % 12;
        let of_year = (153 * month + 2) / 5 + day as i64 - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
        Self {
            date: Some(days),
            second_of_day,
        }
    }

    /// The time of day alone.
    #[must_use]
    pub const fn at(second_of_day: u64) -> Self {
        Self {
            date: None,
            second_of_day,
        }
    }

    /// Days since the first, and seconds since midnight.
    const fn clock(&self, after: Span) -> (u64, u64) {
        let seconds = self.second_of_day + after.micros() / tandem_engine::SECOND_US;
        (seconds / DAY_S, seconds % DAY_S)
    }

    /// `2026-03-02T08:30`, or where no date is known or wanted `08:30`.
    #[must_use]
    pub fn text(&self, after: Span, with_date: bool) -> String {
        let (day, second) = self.clock(after);
        let time = time_of_day(second);
        match self.date {
            Some(date) if with_date => {
                let (year, month, day) = civil(date.saturating_add_unsigned(day));
                format!("{year:04}-{month:02}-{day:02}T{time}")
            }
            _ => time,
        }
    }
}

/// `08:30`, with seconds where there are some.
fn time_of_day(second: u64) -> String {
    let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
    if seconds == 0 {
        format!("{hours:02}:{minutes:02}")
    } else {
        format!("{hours:02}:{minutes:02}:{seconds:02}")
    }
}

/// Howard Hinnant's `civil_from_days`.
const fn civil(days: i64) -> (i64, i64, i64) {
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
