//! Scenarios as TOML files.
//!
//! A scenario file holds the tables of a configuration file (`[options]`,
//! `[[extension]]`, `[[queue]]`; see [`tandem_engine::config::text`]), or names
//! one, and these:
//!
//! ```toml
//! [scenario]
//! name = "support-day"
//! description = "A day with lunch breaks."   # default: none
//! seed = 1                      # default
//! replications = 20             # default
//! start = "2026-11-23 07:00"    # or "07:00"; local time; default: midnight
//! horizon = "13h"               # lengths: "90s", "30m", "1d 12h", or seconds
//! warm_up = "1h"                # default: none
//! interval = "30m"              # figures are given for each; default: "1h"
//! fold = "day"                  # intervals are times of day; default: "none"
//! centre = "centre.toml"        # instead of the configuration's own tables
//!
//! [[callers]]
//! name = "Customers"            # default: the number dialled
//! dials = "6400"                # a queue, or an extension
//! arrivals = { per_hour = 120 } # several ways, see below
//! handle_time = { distribution = "log_normal", mean_s = 180, sd_s = 150 }
//! patience = { distribution = "exponential", mean_s = 120 }   # default: endless
//!
//! [[agents]]
//! name = "Early"                # default: "Agents"
//! count = 10                    # or extensions = ["1001-1010"]
//! queues = ["6400"]             # they become dynamic agents there
//! days = ["mon", "tue"]         # default: every day
//! shifts = ["08:00-16:30"]      # default: always
//! breaks = ["12:00-12:45 Lunch"]      # each within a shift; the reason if wanted
//! answer_delay = 4              # seconds or a distribution; default: at once
//! missed_rings = 0.02           # share of rings that nobody picks up
//!
//! [[expect]]
//! queue = "Support"             # default: all queues together
//! figure = "service_level"
//! at_least = 0.8                # or at_most; or near = 0.8 with within = 0.01
//! ```
//!
//! Arrivals: `{ per_hour = 120 }`;
//! `{ interval = "30m", counts = [10, 12], from = "08:00", daily = true }`;
//! `{ csv = "counts.csv", time = "t", count = "Calls", interval = "5m" }`; each
//! with `busy_days = 0.1`, the variation between days, if wanted. The counts of
//! a list come every day, unless `daily = false`; those of a table come once,
//! unless `daily = true`. Both go by the local time that the clock shows. A
//! table with dates goes by the calendar if the scenario has a date too;
//! otherwise its first day is that of the scenario.
//!
//! A replayed log takes the place of `arrivals`, `handle_time` and `patience`,
//! and in `[[agents]]` that of `count`, `days`, `shifts` and `breaks`:
//! `log = "month.txt.xz"`. Then the horizon may be left out, and the first day
//! is that of the log unless the scenario names another. In `[[agents]]`,
//! `away_after = "30s"` (the default) says for how long callers must have
//! waited while an agent had nothing to do for him to count as away.
//!
//! Distributions: `deterministic` (`value_s`), `empirical` (`values_s`),
//! `erlang` (`k`, `mean_s`), `exponential` (`mean_s`), `gamma` (`mean_s`,
//! `sd_s`), `hyper_exponential` (`branches = [{ share, mean_s }]`), `log_normal`
//! (`mean_s`, `sd_s`), `uniform` (`low_s`, `high_s`), `weibull` (`shape`,
//! `mean_s`).
//!
//! Whoever is in no `[[agents]]` table is not at work. Agents who serve no queue
//! are there for callers who dial their extensions, or are sent there; callers
//! who dial an extension keep it busy but are in no queue's figures.

mod agents;
mod calendar;
mod callers;
mod expect;
mod files;
mod head;
mod logs;
mod shifts;
mod values;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use tandem_engine::config::model::Config;
use tandem_engine::config::reader::{Document, Problems, Source, Table, Value};
use tandem_engine::config::text::{read as read_config, read_tables};
use tandem_engine::limits::FILE_BYTES_MAX;
use tandem_engine::{Number, Span, Timestamp};
use tandem_reports::{Layout, QueueLayout};

use crate::scenario::{Agents, Callers, Scenario};
use calendar::Calendar;
use callers::Stream;
pub use files::{Disk, Files, Missing, Named, read_at_most};
use head::Head;
use logs::{Logs, Replay};

/// Replications of a scenario.
pub const REPLICATIONS_MAX: u32 = 1_000_000;
/// The largest seed; TOML has no larger numbers.
pub const SEED_MAX: u64 = i64::MAX as u64;
/// Days that a scenario simulates.
pub const HORIZON_DAYS_MAX: u64 = 3_660;
/// Intervals that figures are given for.
pub const REPORT_INTERVALS_MAX: u64 = 10_000;
/// Intervals times queues and extensions: each has figures in each.
pub const REPORT_CELLS_MAX: u64 = 10_000_000;
/// Streams of callers in a scenario.
pub const CALLERS_MAX: usize = 1_000;
/// Groups of agents in a scenario.
pub const AGENT_GROUPS_MAX: usize = 1_000;
/// Claims about the figures.
pub const EXPECTATIONS_MAX: usize = 1_000;
/// Shifts of a day, and breaks of a day.
pub const TURNS_MAX: usize = 48;
/// How often all groups together come, pause, return and go in a scenario.
pub const DUTIES_MAX: u64 = 4_000_000;
/// Bytes of a table or a log that a scenario names.
pub const NAMED_FILE_BYTES_MAX: usize = 1 << 30;

/// Replications where the file does not say it.
const REPLICATIONS: u32 = 20;
/// Seconds of an interval where the file does not say it.
const INTERVAL_S: u64 = 3_600;
const DAY_S: u64 = 86_400;

/// Whether a text has tables that only a scenario has; else it may be a
/// configuration.
#[must_use]
pub fn is_scenario(source: Source<'_>) -> bool {
    let document = source.parse();
    let mut root = document.root();
    let tables = ["scenario", "callers", "agents", "expect"];
    tables.iter().any(|key| root.get(key).is_some())
}

/// Reads a scenario file; `files` opens those that it names.
///
/// # Errors
/// Everything that is wrong with it, each with its place. If the file with the
/// configuration is wrong, then everything that is wrong with that.
pub fn read(source: Source<'_>, files: &impl Files) -> Result<Scenario, Problems> {
    let document = source.parse();
    let mut root = document.root();
    let mut reader = Reader {
        files,
        logs: Logs::default(),
        config_is_sound: false,
    };
    let scenario = reader.scenario(&mut root)?;
    root.finish();
    document.finish()?;
    Ok(scenario.expect("what could not be read was reported"))
}

struct Reader<'f, F> {
    files: &'f F,
    logs: Logs,
    /// Whether the configuration has all that its file says. Otherwise nobody
    /// can say that a number or a name is unknown.
    config_is_sound: bool,
}

impl<F: Files> Reader<'_, F> {
    /// Everything; `None` where something essential could not be read, which was
    /// reported.
    fn scenario(&mut self, root: &mut Table<'_>) -> Result<Option<Scenario>, Problems> {
        let document = root.document();
        let (own, _) = read_tables(root);
        self.config_is_sound = document.is_whole() && document.is_fine();
        let streams = at_most(root, "callers", CALLERS_MAX);
        let groups = at_most(root, "agents", AGENT_GROUPS_MAX);
        let claims = at_most(root, "expect", EXPECTATIONS_MAX);
        let Some(mut table) = root.required("scenario").and_then(Value::table) else {
            return Ok(None);
        };
        let mut config = match table.get("centre") {
            Some(value) => self.centre(value, &own)?,
            None => own,
        };
        let head = Head::read(table);
        self.nothing_to_do(&head, document, &config, streams.is_empty());

        let streams = callers::read(self, streams, &config);
        let log = streams.iter().find_map(Stream::log);
        let start = head.start.unwrap_or_default();
        let start = log.map_or(start, |log| log.start(start));
        let calendar = Calendar::new(start, &config.options.time_zone);
        let horizon = head.horizon.or_else(|| log?.horizon(&calendar));
        if horizon.is_none() && !head.names_horizon && !self.logs.wanted && document.is_whole() {
            document.report(head.place.clone(), "[scenario] has no \"horizon\"", None);
        }
        // Without a horizon the rest can be read, though not be run.
        let until = horizon.unwrap_or(Span::from_secs(366 * DAY_S));
        let people = agents::read(self, groups, &mut config, &calendar, until);
        let expectations = expect::read(claims, &config.queues, self.config_is_sound);
        let (replayed, callers) = on_the_calendar(streams, &calendar, until);
        let (Some(horizon), Some(name)) = (horizon, head.name.clone()) else {
            return Ok(None);
        };
        let layout = Arc::new(layout(&head, document, horizon, &config, &people));
        Ok(Some(Scenario {
            name,
            description: head.description,
            seed: head.seed,
            replications: head.replications,
            start: Some(calendar.start()),
            wall_offset: calendar.wall_offset(),
            actual: logs::actual(&replayed, &calendar, &layout, &config),
            layout,
            config,
            speed: NonZeroU32::MIN,
            callers,
            agents: people,
            expectations,
            notes: self.logs.notes(),
        }))
    }

    /// The configuration in another file.
    fn centre(&mut self, value: Value<'_>, own: &Config) -> Result<Config, Problems> {
        if *own != Config::default() {
            let hint = "keep either `centre` or the tables [options], [[extension]] and [[queue]]";
            value.wrong("the centre is described twice", Some(hint.to_owned()));
        }
        let read = value.str().and_then(|name| {
            let file = self.files.read(name, FILE_BYTES_MAX);
            let file = file.map_err(|why| value.wrong(why.what, Some(why.hint)));
            file.ok()
        });
        let text = read.and_then(|Named { path, bytes }| {
            let text = String::from_utf8(bytes);
            let text = text.map_err(|_| value.wrong(format!("{path:?} is not UTF-8 text"), None));
            Some((path, text.ok()?))
        });
        let Some((path, text)) = text else {
            self.config_is_sound = false;
            return Ok(Config::default());
        };
        read_config(Source::new(&path, &text))
    }

    /// Reports what leaves a scenario without any figures.
    fn nothing_to_do(
        &self,
        head: &Head<'_>,
        document: &Document<'_>,
        config: &Config,
        nobody_calls: bool,
    ) {
        if config.queues.is_empty() && self.config_is_sound {
            let hint = "figures are those of queues".to_owned();
            document.report(head.place.clone(), "there is no [[queue]]", Some(hint));
        }
        if nobody_calls && document.is_whole() {
            let hint = "without [[callers]] nobody calls".to_owned();
            document.report(head.place.clone(), "there are no [[callers]]", Some(hint));
        }
    }
}

/// The tables of a key, of which only so many are allowed.
fn at_most<'d>(root: &mut Table<'d>, key: &'d str, most: usize) -> Vec<Table<'d>> {
    let mut tables: Vec<_> = root.tables(key).take(most + 1).collect();
    if tables.len() > most
        && let Some(last) = tables.pop()
    {
        let what = format!("there are more than {most} [[{key}]] tables");
        root.document().report(last.span(), what, None);
    }
    tables
}

/// The numbers that streams of callers dial, each with the log that it replays.
type Replayed = Vec<(Number, Option<Arc<Replay>>)>;

/// The callers of a scenario that begins and ends then.
fn on_the_calendar(
    streams: Vec<Stream<'_>>,
    calendar: &Calendar,
    horizon: Span,
) -> (Replayed, Vec<Callers>) {
    let (clock, end) = (calendar.clock(horizon), Timestamp::ZERO + horizon);
    let replayed = streams.iter();
    let replayed = replayed.map(|stream| (stream.dials, stream.log().cloned()));
    let replayed = replayed.collect();
    let callers = streams.into_iter();
    let callers = callers.filter_map(|stream| stream.on(calendar, &clock, end));
    (replayed, callers.collect())
}

/// What is counted, and over which time.
fn layout(
    head: &Head<'_>,
    document: &Document<'_>,
    horizon: Span,
    config: &Config,
    agents: &[Agents],
) -> Layout {
    let queues = config.queues.iter().map(|queue| QueueLayout {
        generation: 0,
        name: queue.name.clone(),
        sla_time: queue.sla_time,
    });
    let groups: BTreeMap<Number, usize> = (agents.iter().enumerate())
        .flat_map(|(group, agents)| agents.people.iter().map(move |who| (who.extension, group)))
        .collect();
    let nowhere = agents.len();
    let group = |number: &Number| groups.get(number).copied().unwrap_or(nowhere);
    let rows = config.queues.len() + config.extensions.len();
    Layout {
        queues: queues.collect(),
        groups: agents.iter().map(|agents| agents.name.clone()).collect(),
        agent_groups: (config.extensions.iter())
            .map(|extension| group(&extension.number))
            .collect(),
        ..head.times(document, horizon, rows)
    }
}
