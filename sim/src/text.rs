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
//! seed = 1
//! replications = 20
//! start = "2026-11-23 07:00"    # or "07:00"; local time; default: midnight
//! horizon = "13h"               # lengths: "90s", "30m", "1d 12h", or seconds
//! warm_up = "1h"                # default: none
//! interval = "30m"              # figures are given for each; default: "1h"
//! fold = "day"                  # intervals are times of day; default: "none"
//! centre = "centre.toml"        # instead of the configuration's own tables
//!
//! [[callers]]
//! name = "Customers"            # default: the number dialled
//! dials = "6400"
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
//! breaks = ["12:00-12:45 Lunch"]
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
//! with `busy_days = 0.1`, the variation between days, if wanted. A replayed log
//! takes the place of `arrivals`, `handle_time`, `patience` and, in
//! `[[agents]]`, of `count` and `shifts`: `log = "month.txt.xz"` with
//! `log_format = "anonymous-bank"` or `"csv"`.
//!
//! Distributions: `deterministic` (`value_s`), `empirical` (`values_s`),
//! `erlang` (`k`, `mean_s`), `exponential` (`mean_s`), `gamma` (`mean_s`,
//! `sd_s`), `hyper_exponential` (`branches = [{ share, mean_s }]`), `log_normal`
//! (`mean_s`, `sd_s`), `uniform` (`low_s`, `high_s`), `weibull` (`shape`,
//! `mean_s`).

mod agents;
mod calendar;
mod callers;
mod expect;
mod files;
mod logs;
mod values;

use std::collections::BTreeMap;
use std::sync::Arc;

use tandem_engine::config::check::check;
use tandem_engine::config::model::Config;
use tandem_engine::config::reader::{Problems, Source, Table, Value};
use tandem_engine::config::text::read_tables;
use tandem_engine::{Number, Span};
use tandem_reports::{Actual, Layout, QueueLayout};

use crate::scenario::{Agents, Callers, Expected, Nature, Scenario};
use calendar::Calendar;
pub use files::{Disk, Files};
use logs::Logs;
use values::length;

/// Replications of a scenario.
pub const REPLICATIONS_MAX: u32 = 1_000_000;
/// Days that a scenario simulates.
pub const HORIZON_DAYS_MAX: u64 = 3_660;
/// Intervals that figures are given for.
pub const REPORT_INTERVALS_MAX: u64 = 10_000;
/// Streams of callers in a scenario.
pub const CALLERS_MAX: usize = 1_000;
/// Groups of agents in a scenario.
pub const AGENT_GROUPS_MAX: usize = 1_000;
/// Claims about the figures.
pub const EXPECTATIONS_MAX: usize = 1_000;

const DAY_S: u64 = 86_400;

/// Reads a scenario file; `files` opens those that it names.
///
/// # Errors
/// Everything that is wrong with it, each with its place.
pub fn read(source: Source<'_>, files: &impl Files) -> Result<Scenario, Problems> {
    let document = source.parse();
    let mut root = document.root();
    let scenario = Reader {
        files,
        logs: Logs::default(),
    }
    .scenario(&mut root)?;
    root.finish();
    document.finish()?;
    Ok(scenario.expect("what could not be read was reported"))
}

/// The part of a scenario that says how it is run.
struct Frame {
    name: String,
    description: String,
    seed: u64,
    replications: u32,
    calendar: Calendar,
    warm_up: Span,
    horizon: Span,
    interval: Span,
    fold: Option<Span>,
}

struct Reader<'f, F> {
    files: &'f F,
    logs: Logs,
}

impl<F: Files> Reader<'_, F> {
    /// Everything; `None` where something essential could not be read, and was
    /// reported. A wrong file that the scenario names is an error of its own.
    fn scenario(&mut self, root: &mut Table<'_>) -> Result<Option<Scenario>, Problems> {
        let (own, _) = read_tables(root);
        let Some(mut table) = root.required("scenario").and_then(Value::table) else {
            return Ok(None);
        };
        let mut config = match table.get("centre") {
            Some(value) => self.centre(value, &own)?,
            None => own,
        };
        let callers_tables: Vec<_> = root.tables("callers").take(CALLERS_MAX + 1).collect();
        let agents_tables: Vec<_> = root.tables("agents").take(AGENT_GROUPS_MAX + 1).collect();
        let too_many = callers_tables.len() > CALLERS_MAX || agents_tables.len() > AGENT_GROUPS_MAX;
        if too_many {
            let most = format!("at most {CALLERS_MAX} of each are allowed");
            root.document().report(
                root.span(),
                "too many [[callers]] or [[agents]] tables",
                Some(most),
            );
            return Ok(None);
        }
        let (callers, log) = callers::read(self, callers_tables, &config);
        let frame = frame(table, &config, log.as_deref());
        let Some(frame) = frame else { return Ok(None) };
        let faults_before = check(&config).len();
        let agents = agents::read(self, agents_tables, &mut config, &frame);
        if faults_before == 0 {
            for fault in check(&config) {
                root.document().report(root.span(), fault.what, fault.hint);
            }
        }
        let layout = Arc::new(layout(&frame, &config, &agents));
        let expectations = expect::read(root.tables("expect"), &layout);
        let replayed = callers
            .iter()
            .find(|callers| matches!(callers.nature, Nature::Logged(_)));
        let actual = (log.zip(replayed)).map_or_else(Vec::new, |(log, callers)| {
            log.actual(&layout, callers.dials, &config)
        });
        Ok(Some(assemble(
            frame,
            config,
            callers,
            agents,
            layout,
            expectations,
            actual,
        )))
    }

    /// The configuration in another file.
    fn centre(&mut self, value: Value<'_>, own: &Config) -> Result<Config, Problems> {
        let Some(name) = value.clone().str() else {
            return Ok(Config::default());
        };
        if !own.queues.is_empty() || !own.extensions.is_empty() {
            let hint = "keep either `centre` or the tables [[queue]] and [[extension]]";
            value.wrong("the centre is described twice", Some(hint.to_owned()));
        }
        match self.files.read(name) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                tandem_engine::config::text::read(Source::new(name, &text))
            }
            Err(why) => {
                value.wrong(why.what, Some(why.hint));
                Ok(Config::default())
            }
        }
    }
}

fn assemble(
    frame: Frame,
    config: Config,
    callers: Vec<Callers>,
    agents: Vec<Agents>,
    layout: Arc<Layout>,
    expectations: Vec<Expected>,
    actual: Vec<Actual>,
) -> Scenario {
    Scenario {
        name: frame.name,
        description: frame.description,
        seed: frame.seed,
        replications: frame.replications,
        layout,
        start: Some(frame.calendar.start()),
        wall_offset: frame.calendar.wall_offset(),
        config,
        callers,
        agents,
        expectations,
        actual,
    }
}

fn frame(mut table: Table<'_>, config: &Config, log: Option<&logs::Replay>) -> Option<Frame> {
    let name = table
        .required("name")
        .and_then(Value::str)
        .unwrap_or_default()
        .to_owned();
    let description = table.str("description").unwrap_or_default().to_owned();
    let seed = table.integer("seed", 0..=u64::MAX >> 1).unwrap_or(1);
    let replications = table
        .integer("replications", 1..=REPLICATIONS_MAX)
        .unwrap_or(20);
    let zone = &config.options.time_zone;
    let start = table.get("start");
    let calendar = match (start, log) {
        (Some(value), _) => Calendar::read(value, zone).unwrap_or_default(),
        (None, Some(log)) => Calendar::new(log.start(), zone),
        (None, None) => Calendar::default(),
    };
    let most = HORIZON_DAYS_MAX * DAY_S;
    let horizon = match (log, table.get("horizon")) {
        (_, Some(value)) => length(value, 1..=most),
        (Some(log), None) => Some(log.horizon()),
        (None, None) => table.required("horizon").and_then(|_| None),
    };
    let warm_up = table
        .get("warm_up")
        .map(|value| (value.span(), length(value, 0..=most)));
    let interval = table
        .get("interval")
        .map_or(Some(Span::from_secs(3_600)), |value| {
            length(value, 1..=most)
        });
    let fold = table.one_of(
        "fold",
        &[("day", Some(Span::from_secs(DAY_S))), ("none", None)],
    );
    let document = table.document();
    let (place, interval_place) = (table.span(), table.key_span("interval"));
    table.finish();
    let (horizon, interval) = (horizon?, interval?);
    if let Some((span, Some(warm_up))) = &warm_up
        && *warm_up >= horizon
    {
        document.report(span.clone(), "the warm-up ends after the horizon", None);
    }
    let shown = fold.flatten().map_or(horizon, |fold| fold.min(horizon));
    if shown.micros() / interval.micros().max(1) >= REPORT_INTERVALS_MAX {
        let what = format!("more than {REPORT_INTERVALS_MAX} intervals");
        document.report(interval_place, what, Some("make them longer".to_owned()));
    }
    if replications == 0 || name.is_empty() {
        document.report(place, "a scenario needs a name", None);
    }
    Some(Frame {
        name,
        description,
        seed,
        replications,
        calendar,
        warm_up: warm_up.and_then(|(_, warm_up)| warm_up).unwrap_or_default(),
        horizon,
        interval,
        fold: fold.flatten(),
    })
}

fn layout(frame: &Frame, config: &Config, agents: &[Agents]) -> Layout {
    let queue = |queue: &tandem_engine::config::model::QueueConfig| QueueLayout {
        name: queue.name.clone(),
        sla_time: queue.sla_time,
    };
    let groups: BTreeMap<Number, usize> = (agents.iter().enumerate())
        .flat_map(|(group, agents)| agents.people.iter().map(move |who| (who.extension, group)))
        .collect();
    Layout {
        warm_up: frame.warm_up,
        horizon: frame.horizon,
        interval: frame.interval,
        fold: frame.fold,
        queues: config.queues.iter().map(queue).collect(),
        groups: agents.iter().map(|agents| agents.name.clone()).collect(),
        agent_groups: (config.extensions.iter())
            .map(|extension| {
                groups
                    .get(&extension.number)
                    .copied()
                    .unwrap_or(agents.len())
            })
            .collect(),
        ..Layout::default()
    }
}
