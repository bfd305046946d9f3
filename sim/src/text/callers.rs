//! `[[callers]]`: who calls.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use tandem_engine::config::check::Existing;
use tandem_engine::config::model::Config;
use tandem_engine::config::reader::{Table, Value};
use tandem_engine::config::text::number;
use tandem_engine::{Number, Span, Timestamp};

use super::calendar::Calendar;
use super::files::Files;
use super::logs::Replay;
use super::values::{distribution, float, length, refuse, time_of_day};
use super::{DAY_S, NAMED_FILE_BYTES_MAX, Reader};
use crate::arrivals::{
    BUSY_DAYS_CV_MAX, BusyDays, CountColumns, HORIZON_DAYS_MAX, Profile, Repeat, WallClock,
    read_counts,
};
use crate::distribution::Distribution;
use crate::scenario::{Arriving, CallbackHabits, Callers, Nature};

/// Calls an hour of one stream.
const PER_HOUR_MAX: f64 = 3.6e6;
/// How long talks last where the file does not say it.
const HANDLE_TIME_S: f64 = 180.0;
/// How long who is called back lets it ring where the file does not say it.
const CALLBACK_ANSWER_S: f64 = 8.0;

/// A stream of callers, as long as it is not known when the scenario begins.
pub(super) struct Stream<'d> {
    name: Option<&'d str>,
    pub(super) dials: Number,
    calls: Calls,
    callbacks: Option<CallbackHabits>,
    /// Where the file says when they call.
    place: Value<'d>,
}

#[expect(
    clippy::large_enum_variant,
    reason = "there is one for each table of callers"
)]
enum Calls {
    /// Drawn anew every time.
    Drawn(Random, Nature),
    /// As in a log.
    Logged(Arc<Replay>),
}

/// Calls at random.
struct Random {
    profile: Profile,
    /// The day from whose midnight the profile counts, where it is dated.
    date: Option<Date>,
    busy_days: Option<BusyDays>,
}

/// Reads every stream of callers. Only those that are in order are there then.
pub(super) fn read<'d, F: Files>(
    reader: &mut Reader<'_, F>,
    tables: Vec<Table<'d>>,
    config: &Config,
) -> Vec<Stream<'d>> {
    let mut replayed = BTreeSet::new();
    let streams = (0..).zip(tables);
    streams
        .filter_map(|(stream, table)| one(reader, table, config, stream, &mut replayed))
        .collect()
}

fn one<'d, F: Files>(
    reader: &mut Reader<'_, F>,
    mut table: Table<'d>,
    config: &Config,
    stream: u64,
    replayed: &mut BTreeSet<&'d str>,
) -> Option<Stream<'d>> {
    let name = table.str("name");
    let dials = table.required("dials");
    let dials = dials.and_then(|value| dialled(reader, value, config));
    let (place, calls) = match table.get("log") {
        Some(log) => {
            let keys = ["arrivals", "handle_time", "patience"];
            refuse(&mut table, &keys, "and \"log\" exclude each other");
            if log.str().is_some_and(|name| !replayed.insert(name)) {
                let hint = "each of its calls would come twice".to_owned();
                log.wrong("another [[callers]] table replays this log", Some(hint));
            }
            let replay = reader.logs.open(log, reader.files);
            (Some(log), replay.map(Calls::Logged))
        }
        None => {
            let place = table.required("arrivals");
            let arrivals = place.and_then(|value| arrivals(reader, value, stream));
            let nature = nature(&mut table);
            (place, arrivals.zip(nature).map(|(a, n)| Calls::Drawn(a, n)))
        }
    };
    let callbacks = table.get("callbacks").map(callbacks);
    table.finish();
    Some(Stream {
        name,
        dials: dials?,
        callbacks: callbacks.map_or(Some(None), |habits| habits.map(Some))?,
        calls: calls?,
        place: place?,
    })
}

fn dialled<F: Files>(reader: &Reader<'_, F>, value: Value<'_>, config: &Config) -> Option<Number> {
    let dials = number(value)?;
    let known = config.queue(dials).is_some() || config.has_extension(dials);
    if !known && reader.config_is_sound {
        let queues: Vec<String> = config.queues.iter().map(|q| q.number.to_string()).collect();
        let hint = format!("there are the queues {}", queues.join(", "));
        let hint = (!queues.is_empty()).then_some(hint);
        value.wrong(format!("nobody has the number {dials}"), hint);
    }
    known.then_some(dials)
}

/// How callers are who do not come from a log.
fn nature(table: &mut Table<'_>) -> Option<Nature> {
    let handle_time = match table.get("handle_time") {
        Some(value) => distribution(value),
        None => Distribution::exponential(HANDLE_TIME_S).ok(),
    };
    let patience = table.get("patience").map(distribution);
    let patience = patience.map_or(Some(None), |patience| patience.map(Some));
    Some(Nature::Drawn {
        handle_time: handle_time?,
        patience: patience?,
    })
}

/// `{ share = 0.3, after_s = 20, unanswered = 0.1, answer_delay = … }`: how callers ask to
/// be called back.
fn callbacks(value: Value<'_>) -> Option<CallbackHabits> {
    let mut table = value.table()?;
    let share = table.required("share");
    let share = share.and_then(|share| float(share, 0.0..=1.0));
    let after = table.get("after_s");
    let after = after.map_or(Some(Span::ZERO), |after| after.seconds(0..=DAY_S));
    let unanswered = table.get("unanswered");
    let unanswered = unanswered.map_or(Some(0.0), |share| float(share, 0.0..=1.0));
    let answer_delay = match table.get("answer_delay") {
        Some(value) => distribution(value),
        None => Distribution::exponential(CALLBACK_ANSWER_S).ok(),
    };
    table.finish();
    Some(CallbackHabits {
        share: share?,
        after: after?,
        unanswered: unanswered?,
        answer_delay: answer_delay?,
    })
}

fn arrivals<F: Files>(reader: &Reader<'_, F>, value: Value<'_>, stream: u64) -> Option<Random> {
    let mut table = value.table()?;
    let (rate, counts, csv) = (table.get("per_hour"), table.get("counts"), table.get("csv"));
    let profile = match (rate, counts, csv) {
        (Some(rate), None, None) => {
            let keys = ["interval", "from", "daily", "time", "count"];
            refuse(&mut table, &keys, "says nothing beside \"per_hour\"");
            constant(rate).map(|profile| (profile, None))
        }
        (None, Some(counts), None) => {
            refuse(&mut table, &["time", "count"], "goes with \"csv\"");
            listed(counts, &mut table).map(|profile| (profile, None))
        }
        (None, None, Some(csv)) => {
            refuse(&mut table, &["from"], "goes with \"counts\"");
            from_csv(reader, csv, &mut table)
        }
        _ => {
            let hint = "{ per_hour = 120 }, { interval = \"30m\", counts = [10, 12] } or \
                        { interval = \"5m\", csv = \"counts.csv\", count = \"calls\" }";
            let what = "arrivals need one of `per_hour`, `counts` and `csv`";
            value.wrong(what, Some(hint.to_owned()));
            return None;
        }
    };
    let busy_days = table.get("busy_days").map(|value| busy_days(value, stream));
    table.finish();
    let (profile, date) = profile?;
    Some(Random {
        profile,
        date,
        busy_days: busy_days.map_or(Some(None), |days| days)?,
    })
}

/// How days differ; the same every day where that is nothing.
fn busy_days(value: Value<'_>, stream: u64) -> Option<Option<BusyDays>> {
    let cv = float(value, 0.0..=BUSY_DAYS_CV_MAX)?;
    if cv == 0.0 {
        return Some(None);
    }
    let days = BusyDays::new(cv, stream).map_err(|why| value.wrong(why.to_string(), None));
    days.ok().map(Some)
}

fn constant(value: Value<'_>) -> Option<Profile> {
    let profile = Profile::constant(float(value, 0.0..=PER_HOUR_MAX)?);
    profile
        .map_err(|why| value.wrong(why.to_string(), None))
        .ok()
}

fn listed(list: Value<'_>, table: &mut Table<'_>) -> Option<Profile> {
    let interval = interval(table);
    let first = table.get("from").map_or(Some(0), time_of_day);
    let repeat = repeat(table, true);
    let counts: Option<Vec<f64>> = (list.array())
        .map(|value| float(value, 0.0..=f64::MAX))
        .collect();
    let first = Span::from_secs(first?);
    let profile = Profile::from_counts(first, interval?, &counts?, repeat);
    let profile = profile.map_err(|why| list.wrong(why.to_string(), None));
    Some(every_day(profile.ok()?, repeat))
}

fn from_csv<F: Files>(
    reader: &Reader<'_, F>,
    csv: Value<'_>,
    table: &mut Table<'_>,
) -> Option<(Profile, Option<Date>)> {
    let time = table.get("time").map(Value::str);
    let count = table.required("count").and_then(Value::str);
    let interval = interval(table);
    let repeat = repeat(table, false);
    let columns = CountColumns {
        time: time.map_or(Some(None), |time| time.map(|time| Some(time.to_owned())))?,
        count: count?.to_owned(),
    };
    let file = reader.files.read(csv.str()?, NAMED_FILE_BYTES_MAX);
    let file = file
        .map_err(|why| csv.wrong(why.what, Some(why.hint)))
        .ok()?;
    let counts = read_counts(file.bytes.as_slice(), &columns, interval?, repeat);
    let counts = counts.map_err(|why| csv.wrong(format!("{}: {why}", file.path), None));
    let counts = counts.ok()?;
    // What comes every day comes on no date.
    let date = counts.start.filter(|_| repeat == Repeat::Never);
    Some((every_day(counts.profile, repeat), date))
}

fn interval(table: &mut Table<'_>) -> Option<Span> {
    let interval = table.required("interval")?;
    length(interval, 1..=HORIZON_DAYS_MAX * DAY_S)
}

fn repeat(table: &mut Table<'_>, else_daily: bool) -> Repeat {
    if table.bool("daily").unwrap_or(else_daily) {
        Repeat::Daily
    } else {
        Repeat::Never
    }
}

/// What is repeated every day was so on the day before the scenario as well:
/// the evening's intervals may reach into the first morning.
fn every_day(profile: Profile, repeat: Repeat) -> Profile {
    if repeat == Repeat::Daily {
        profile.later_by_days(-1)
    } else {
        profile
    }
}

const NO_CALLS: &str = "no call comes between the scenario's beginning and its end";

fn begins_on(date: Date) -> String {
    format!("the table begins on {date}")
}

impl Stream<'_> {
    /// The log that is replayed.
    pub(super) fn log(&self) -> Option<&Arc<Replay>> {
        match &self.calls {
            Calls::Logged(log) => Some(log),
            Calls::Drawn { .. } => None,
        }
    }

    /// The callers of a scenario that begins at this time of the calendar.
    pub(super) fn on(
        self,
        calendar: &Calendar,
        clock: &WallClock,
        end: Timestamp,
    ) -> Option<Callers> {
        let (arrivals, nature) = match self.calls {
            Calls::Drawn(random, nature) => {
                let Random {
                    profile,
                    date,
                    busy_days,
                } = random;
                let earlier = date.map_or(0, |date| calendar.days_since(date));
                let profile = profile.later_by_days(-earlier).by_clock(clock.clone());
                if profile.expected() > 0.0 && !profile.has_calls_before(end) {
                    self.place.wrong(NO_CALLS, date.map(begins_on));
                }
                (Arriving::Poisson { profile, busy_days }, nature)
            }
            Calls::Logged(log) => {
                if !log.has_calls_before(end, calendar) {
                    self.place.wrong(NO_CALLS, log.date().map(begins_on));
                }
                let read = log.callers(calendar);
                let read = read.map_err(|why| self.place.wrong(why, None));
                let (arrivals, logged) = read.ok()?;
                (Arriving::Replay(arrivals), Nature::Logged(Arc::new(logged)))
            }
        };
        Some(Callers {
            name: self
                .name
                .map_or_else(|| self.dials.to_string(), str::to_owned),
            dials: self.dials,
            arrivals,
            nature,
            callbacks: self.callbacks,
        })
    }
}
