//! `[[callers]]`: who calls.

use std::sync::Arc;

use tandem_engine::config::check::Existing;
use tandem_engine::config::model::Config;
use tandem_engine::config::reader::{Table, Value};
use tandem_engine::config::text::number;
use tandem_engine::{Number, Span};

use super::files::Files;
use super::logs::Replay;
use super::values::{distribution, float, length, time_of_day};
use super::{DAY_S, Reader};
use crate::arrivals::{BUSY_DAYS_CV_MAX, BusyDays, CountColumns, Profile, Repeat, read_counts};
use crate::distribution::Distribution;
use crate::scenario::{Arriving, Callers, Nature};

/// Calls an hour of one stream.
const PER_HOUR_MAX: f64 = 3.6e6;
/// How long talks last where the file does not say it.
const HANDLE_TIME_S: f64 = 180.0;

/// Reads every stream of callers; if one replays a log, that log.
pub(super) fn read<F: Files>(
    reader: &mut Reader<'_, F>,
    tables: Vec<Table<'_>>,
    config: &Config,
) -> (Vec<Callers>, Option<Arc<Replay>>) {
    let mut replay = None;
    let mut callers = Vec::with_capacity(tables.len());
    for (stream, table) in (0..).zip(tables) {
        let (read, log) = one(reader, table, config, stream);
        callers.extend(read);
        replay = replay.or(log);
    }
    (callers, replay)
}

fn one<F: Files>(
    reader: &mut Reader<'_, F>,
    mut table: Table<'_>,
    config: &Config,
    stream: u64,
) -> (Option<Callers>, Option<Arc<Replay>>) {
    let name = table.str("name");
    let dials = table
        .required("dials")
        .and_then(|value| dialled(value, config));
    let log = table.get("log");
    let logged = log.is_some();
    let replay = log.and_then(|value| reader.logs.open(value, reader.files));
    let (arrivals, nature) = if logged {
        let read = replay.as_ref().and_then(|replay| replay.callers(&table));
        read.map_or((None, None), |(arrivals, nature)| {
            (Some(arrivals), Some(nature))
        })
    } else {
        let arrivals = table
            .required("arrivals")
            .and_then(|value| arrivals(reader, value, stream));
        (arrivals, drawn(&mut table))
    };
    table.finish();
    let callers = dials
        .zip(arrivals)
        .zip(nature)
        .map(|((dials, arrivals), nature)| Callers {
            name: name.map_or_else(|| dials.to_string(), str::to_owned),
            dials,
            arrivals,
            nature,
        });
    (callers, replay)
}

fn dialled(value: Value<'_>, config: &Config) -> Option<Number> {
    let dials = number(value.clone())?;
    if config.queue(dials).is_none() && !config.has_extension(dials) {
        let known: Vec<String> = config.queues.iter().map(|q| q.number.to_string()).collect();
        let hint = format!("there are the queues {}", known.join(", "));
        value.wrong(format!("nobody has the number {dials}"), Some(hint));
        return None;
    }
    Some(dials)
}

fn drawn(table: &mut Table<'_>) -> Option<Nature> {
    let handle_time = match table.get("handle_time") {
        Some(value) => distribution(value),
        None => Distribution::exponential(HANDLE_TIME_S).ok(),
    };
    let patience = match table.get("patience") {
        Some(value) => Some(distribution(value)?),
        None => None,
    };
    Some(Nature::Drawn {
        handle_time: handle_time?,
        patience,
    })
}

fn arrivals<F: Files>(reader: &Reader<'_, F>, value: Value<'_>, stream: u64) -> Option<Arriving> {
    let place = value.span();
    let mut table = value.table()?;
    let profile = if let Some(value) = table.get("per_hour") {
        let rate = float(value, 0.0..=PER_HOUR_MAX);
        rate.and_then(|rate| Profile::constant(rate).ok())
    } else if let Some(value) = table.get("csv") {
        from_csv(reader, value, &mut table)
    } else if table.get("counts").is_some() {
        from_counts(&mut table)
    } else {
        // Asked for, so that a misspelt key is compared with them.
        let _ = (table.get("interval"), table.get("from"), table.get("daily"));
        let hint = "as { per_hour = 120 }, { interval = \"30m\", counts = [10, 12] } or \
                    { csv = \"counts.csv\", time = \"t\", count = \"calls\", interval = \"5m\" }";
        table
            .document()
            .report(place, "how many calls arrive?", Some(hint.to_owned()));
        None
    };
    let busy = table.get("busy_days").map(|value| {
        let cv = float(value.clone(), 0.0..=BUSY_DAYS_CV_MAX)?;
        let days = BusyDays::new(cv, stream);
        days.map_err(|why| value.wrong(why.to_string(), None)).ok()
    });
    table.finish();
    let busy_days = match busy {
        Some(days) => Some(days?),
        None => None,
    };
    Some(Arriving::Poisson {
        profile: profile?,
        busy_days,
    })
}

fn from_counts(table: &mut Table<'_>) -> Option<Profile> {
    let interval = interval(table);
    let place = table.key_span("counts");
    let counts: Option<Vec<f64>> = table
        .array("counts")
        .map(|value| float(value, 0.0..=f64::MAX))
        .collect();
    let from = table.get("from").map_or(Some(0), time_of_day);
    let repeat = if table.bool("daily").unwrap_or(true) {
        Repeat::Daily
    } else {
        Repeat::Never
    };
    let first = Span::from_secs(from?);
    let profile = Profile::from_counts(first, interval?, &counts?, repeat);
    profile
        .map_err(|why| table.document().report(place, why.to_string(), None))
        .ok()
}

fn interval(table: &mut Table<'_>) -> Option<Span> {
    table
        .required("interval")
        .and_then(|value| length(value, 1..=366 * DAY_S))
}

fn from_csv<F: Files>(
    reader: &Reader<'_, F>,
    value: Value<'_>,
    table: &mut Table<'_>,
) -> Option<Profile> {
    let time = table.str("time").map(str::to_owned);
    let count = table
        .required("count")
        .and_then(Value::str)
        .map(str::to_owned);
    let interval = interval(table);
    let repeat = if table.bool("daily") == Some(true) {
        Repeat::Daily
    } else {
        Repeat::Never
    };
    let bytes = match reader.files.read(value.clone().str()?) {
        Ok(bytes) => bytes,
        Err(why) => {
            value.wrong(why.what, Some(why.hint));
            return None;
        }
    };
    let columns = CountColumns {
        time,
        count: count?,
    };
    match read_counts(bytes.as_slice(), &columns, interval?, repeat) {
        Ok(counts) => Some(counts.profile),
        Err(why) => {
            value.wrong(why.to_string(), None);
            None
        }
    }
}
