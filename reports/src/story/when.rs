//! Moments and lengths of time as people read them.

use std::fmt;

use jiff::tz::TimeZone;
use jiff::{Timestamp as Instant, Zoned};
use serde::{Serialize, Serializer};
use tandem_engine::calendar::time_zone;
use tandem_engine::{SECOND_US, Span, Timestamp};

/// A moment on the wall, in the zone of whom it concerns. As JSON it is
/// `2026-11-23T10:42:07.25+01:00`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When(Zoned);

impl When {
    /// The moment in the time of day: `10:42:07`.
    #[must_use]
    pub fn time(&self) -> String {
        self.0.strftime("%H:%M:%S").to_string()
    }

    /// The day: `Mon 23 Nov 2026`.
    #[must_use]
    pub fn date(&self) -> String {
        self.0.strftime("%a %-d %b %Y").to_string()
    }

    /// The zone's name.
    #[must_use]
    pub fn zone(&self) -> String {
        self.0.time_zone().iana_name().unwrap_or("UTC").to_owned()
    }

    /// Microseconds of Unix time.
    #[must_use]
    pub fn unix_us(&self) -> i64 {
        self.0.timestamp().as_microsecond()
    }

    /// Seconds from an earlier moment.
    pub(crate) fn since(&self, earlier: &Self) -> Span {
        let micros = self.unix_us().saturating_sub(earlier.unix_us());
        Span::from_micros(u64::try_from(micros).unwrap_or(0))
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m-%dT%H:%M:%S%.f%:z"))
    }
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A wall: its zone, and where on it the engine's timeline begins.
#[derive(Clone, Debug)]
pub(crate) struct Wall {
    zone: TimeZone,
    offset: i64,
}

impl Wall {
    /// `offset` is in microseconds from the Unix epoch; an unknown zone counts as
    /// UTC, so that there is a story in any case.
    pub(crate) fn new(zone: &str, offset: i64) -> Self {
        Self {
            zone: time_zone(zone).unwrap_or(TimeZone::UTC),
            offset,
        }
    }

    pub(crate) fn at(&self, at: Timestamp) -> When {
        let micros = i64::try_from(at.micros()).unwrap_or(i64::MAX);
        let instant = Instant::from_microsecond(micros.saturating_add(self.offset));
        When(instant.unwrap_or(Instant::MAX).to_zoned(self.zone.clone()))
    }
}

/// The length of a talk, and how long of it the caller was on hold, if he was:
/// `1 min, 12 s of that on hold`.
pub(crate) fn talk_length(talked: Span, held: Span) -> String {
    let talked = length(talked);
    match held.is_zero() {
        true => talked,
        false => format!("{talked}, {} of that on hold", length(held)),
    }
}

/// `4 s`, `1 min 12 s`, `2 h 5 min`, `3 days 4 h`: the two greatest units.
pub(crate) fn length(span: Span) -> String {
    let micros = span.micros();
    if micros > 0 && micros < SECOND_US {
        return "less than 1 s".to_owned();
    }
    let seconds = micros / SECOND_US;
    let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
    let (minutes, seconds) = (seconds / 60 % 60, seconds % 60);
    let days_name = if days == 1 { "day" } else { "days" };
    let units = [
        (days, days_name),
        (hours, "h"),
        (minutes, "min"),
        (seconds, "s"),
    ];
    let first = units.iter().position(|(count, _)| *count > 0).unwrap_or(3);
    let shown = units[first..].iter().take(2);
    let shown = shown.enumerate();
    let shown = shown.filter(|(place, (count, _))| *place == 0 || *count > 0);
    let words: Vec<String> = shown
        .map(|(_, (count, unit))| format!("{count} {unit}"))
        .collect();
    words.join(" ")
}

/// A length of time in JSON: seconds, whole where they are whole.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
pub(crate) fn seconds<S: Serializer>(span: &Span, serializer: S) -> Result<S::Ok, S::Error> {
    let micros = span.micros();
    if micros.is_multiple_of(SECOND_US) {
        serializer.serialize_u64(micros / SECOND_US)
    } else {
        serializer.serialize_f64(micros as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use tandem_engine::Span;

    use super::length;

    #[test]
    fn lengths_have_the_two_greatest_units() {
        for (micros, text) in [
            (0, "0 s"),
            (999_999, "less than 1 s"),
            (59_999_999, "59 s"),
            (60_000_000, "1 min"),
            (72_000_000, "1 min 12 s"),
            (7_500_000_000, "2 h 5 min"),
            (7_205_000_000, "2 h"),
            (100_000_000_000, "1 day 3 h"),
        ] {
            assert_eq!(length(Span::from_micros(micros)), text);
        }
    }
}
