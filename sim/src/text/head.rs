//! `[scenario]`: what it is called, and how long it goes on.

use core::ops::Range;

use tandem_engine::Span;
use tandem_engine::config::reader::{Document, Table, Value};
use tandem_engine::limits::NAME_CHARS_MAX;
use tandem_reports::Layout;

use super::calendar::Start;
use super::values::{length, name};
use super::{DAY_S, HORIZON_DAYS_MAX, REPLICATIONS_MAX, REPORT_CELLS_MAX, REPORT_INTERVALS_MAX};
use super::{INTERVAL_S, REPLICATIONS, SEED_MAX};

/// What the table says; `None` where it says nothing, or something wrong.
#[derive(Default)]
pub(super) struct Head<'d> {
    pub(super) name: Option<String>,
    pub(super) description: String,
    pub(super) seed: u64,
    pub(super) replications: u32,
    pub(super) start: Option<Start>,
    pub(super) horizon: Option<Span>,
    /// Whether there is a horizon, be it a wrong one.
    pub(super) names_horizon: bool,
    warm_up: Option<(Value<'d>, Span)>,
    interval: Option<Span>,
    interval_place: Range<usize>,
    fold: Option<Span>,
    pub(super) place: Range<usize>,
}

impl<'d> Head<'d> {
    pub(super) fn read(mut table: Table<'d>) -> Self {
        let most = HORIZON_DAYS_MAX * DAY_S;
        let horizon = table.get("horizon");
        let interval = table.get("interval");
        let warm_up = table.get("warm_up");
        let folds = [("day", Some(Span::from_secs(DAY_S))), ("none", None)];
        let head = Self {
            name: (table.required("name"))
                .and_then(|value| name(value, NAME_CHARS_MAX))
                .map(str::to_owned),
            description: table.str("description").unwrap_or_default().to_owned(),
            seed: table.integer("seed", 0..=SEED_MAX).unwrap_or(1),
            replications: (table.integer("replications", 1..=REPLICATIONS_MAX))
                .unwrap_or(REPLICATIONS),
            start: table.get("start").and_then(Start::read),
            names_horizon: horizon.is_some(),
            horizon: horizon.and_then(|value| length(value, 1..=most)),
            warm_up: warm_up.and_then(|value| Some((value, length(value, 0..=most)?))),
            interval: interval.and_then(|value| length(value, 1..=most)),
            interval_place: interval.map_or_else(|| table.span(), |value| value.span()),
            fold: table.one_of("fold", &folds).flatten(),
            place: table.span(),
        };
        table.finish();
        head
    }

    /// How the time of a scenario that lasts so long is divided. `rows` is how
    /// many queues and extensions have figures for each interval.
    pub(super) fn times(&self, document: &Document<'_>, horizon: Span, rows: usize) -> Layout {
        let warm_up = self.warm_up.map_or(Span::ZERO, |(value, warm_up)| {
            if warm_up >= horizon {
                let hint = "nothing would be counted: end the warm-up before the horizon";
                let what = "the warm-up lasts as long as the whole scenario";
                value.wrong(what, Some(hint.to_owned()));
            }
            warm_up
        });
        let layout = Layout {
            warm_up,
            horizon,
            interval: self.interval.unwrap_or(Span::from_secs(INTERVAL_S)),
            fold: self.fold,
            ..Layout::default()
        };
        let period = self.fold.unwrap_or(horizon).micros();
        let intervals = period.div_ceil(layout.interval.micros());
        let rows_max = REPORT_CELLS_MAX / rows.max(1) as u64;
        let most = REPORT_INTERVALS_MAX.min(rows_max);
        if intervals > most {
            let what = format!("there are {intervals} intervals, at most {most} are allowed");
            let hint = "make `interval` longer, or `fold = \"day\"`".to_owned();
            document.report(self.interval_place.clone(), what, Some(hint));
        }
        layout
    }
}
