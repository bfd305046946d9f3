//! When days end.

use std::collections::BTreeMap;

use tandem_engine::Timestamp;
use tandem_engine::calendar::next_midnight;

/// The end of the day in every time zone that matters, in microseconds of Unix
/// time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Days {
    ends: BTreeMap<String, i64>,
    first: Option<i64>,
}

impl Days {
    /// The days of these zones, at this moment of Unix time.
    pub(crate) fn at(unix_us: i64, zones: impl Iterator<Item = String>) -> Self {
        let mut days = Self::default();
        for zone in zones {
            let end = day_end(unix_us, &zone);
            days.ends.insert(zone, end);
        }
        days.first = days.ends.values().copied().min();
        days
    }

    /// The zones whose day is over, whose next day begins. Cheap where none
    /// is.
    pub(crate) fn over(&mut self, unix_us: i64) -> Vec<String> {
        if self.first.is_none_or(|first| unix_us < first) {
            return Vec::new();
        }
        let mut over = Vec::new();
        for (zone, end) in &mut self.ends {
            if unix_us >= *end {
                *end = day_end(unix_us, zone);
                over.push(zone.clone());
            }
        }
        self.first = self.ends.values().copied().min();
        over
    }

    /// Whether a moment of the past lies in the day that goes on in a zone.
    pub(crate) fn holds(&self, zone: &str, unix_us: i64) -> bool {
        let end = self.ends.get(zone);
        end.is_some_and(|end| day_end(unix_us, zone) == *end)
    }
}

/// The next midnight; never, where the calendar knows of none.
fn day_end(unix_us: i64, zone: &str) -> i64 {
    let at = Timestamp::from_micros(u64::try_from(unix_us).unwrap_or(0));
    let end = next_midnight(at, 0, zone);
    end.and_then(|end| i64::try_from(end.micros()).ok())
        .unwrap_or(i64::MAX)
}
