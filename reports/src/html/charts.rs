//! The charts of a section.

use super::plot::{Ends, Horizontal, Plot, Point, Vertical, round_ticks};
use super::{Scope, escape, parts};
use crate::clock;
use crate::estimate::Estimate;
use crate::figure::{Figure, Unit};
use crate::format::{Scale, UNICODE};
use crate::layout::Interval;
use crate::summary::Row;

const HIGH: f64 = 250.0;
const LOW: f64 = 170.0;
/// Labels on the time axis.
const TIME_TICKS_MAX: u64 = 13;
/// The range of single runs is drawn from this many replications on: with
/// fewer it tells more about the sample than about the days.
const RANGE_FROM_REPLICATIONS: u64 = 10;
/// Every point of a line has a dot where there are not more of them.
const DOTS_MAX: usize = 50;

/// Every chart that there is something to show in.
pub(super) fn charts(scope: &Scope<'_>) -> String {
    let mut text = String::new();
    if let Some(times) = Times::of(scope) {
        text.push_str(&calls(scope, &times));
        text.push_str(&service_level(scope, &times));
        text.push_str(&mean_wait(scope, &times));
        text.push_str(&agents(scope, &times));
        text.push_str(&occupancy(scope, &times));
    }
    text.push_str(&super::waits::waits(scope));
    text
}

/// The intervals in a chart: without those before the first and behind the
/// last in which something happened.
struct Times {
    shown: Vec<(usize, Interval)>,
    axis: Horizontal,
}

impl Times {
    /// `None`: there are fewer than two intervals, which make no chart.
    fn of(scope: &Scope<'_>) -> Option<Self> {
        let summary = scope.report.summary;
        let happened = |index: &usize| {
            let row = &scope.figures.intervals[*index];
            let actual = scope
                .actual
                .and_then(|actual| actual.intervals.get(*index)?.get(Figure::Offered));
            let calls = [row.get(Figure::Offered).mean, actual];
            calls.into_iter().flatten().any(|calls| calls > 0.0) || row.is_staffed()
        };
        let first = (0..summary.intervals.len()).find(happened)?;
        let last = (0..summary.intervals.len()).rfind(happened)?;
        let shown: Vec<(usize, Interval)> = (first..=last)
            .map(|index| (index, summary.intervals[index]))
            .collect();
        let [(_, begin), .., (_, end)] = shown.as_slice() else {
            return None;
        };
        let ticks = scope.clock.ticks(begin.start, end.end, TIME_TICKS_MAX);
        let axis = Horizontal {
            from: seconds(begin.start),
            to: seconds(end.end),
            ticks: ticks
                .into_iter()
                .map(|(at, label)| (seconds(at), label))
                .collect(),
        };
        Some(Self { shown, axis })
    }

    /// Every interval with its figures, and its ends in seconds.
    fn rows<'a>(&self, scope: &Scope<'a>) -> Vec<(usize, (f64, f64), &'a Row)> {
        let row = |(index, interval): &(usize, Interval)| {
            let ends = (seconds(interval.start), seconds(interval.end));
            (*index, ends, &scope.figures.intervals[*index])
        };
        self.shown.iter().map(row).collect()
    }
}

fn seconds(span: tandem_engine::Span) -> f64 {
    span.micros() as f64 / 1e6
}

const fn middle(ends: (f64, f64)) -> f64 {
    f64::midpoint(ends.0, ends.1)
}

/// What the text beside a chart's title and its table say.
pub(super) struct Caption<'a> {
    pub(super) title: &'a str,
    pub(super) note: String,
    pub(super) legend: String,
}

pub(super) fn figure(caption: &Caption<'_>, svg: &str, table: &str) -> String {
    let note = match caption.note.as_str() {
        "" => String::new(),
        note => format!("<small>{}</small>", escape(note)),
    };
    format!(
        "<figure>\n<figcaption><h3>{}{note}</h3><div class=\"legend\">{}</div></figcaption>\n\
         <div class=\"scroll plot\">{svg}</div>\n{table}</figure>\n",
        escape(caption.title),
        caption.legend,
    )
}

/// Entries of a legend: how it is drawn, and its name.
pub(super) fn legend(entries: &[(Mark, &str)]) -> String {
    let entry = |(mark, name): &(Mark, &str)| {
        format!(
            "<span><svg viewBox=\"0 0 20 12\">{}</svg>{name}</span>",
            mark.svg()
        )
    };
    entries.iter().map(entry).collect()
}

#[derive(Clone, Copy)]
pub(super) enum Mark {
    Actual,
    Area(&'static str),
    Line(&'static str),
}

impl Mark {
    fn svg(self) -> String {
        match self {
            Self::Actual => "<path class=\"actual\" d=\"M0 6H20\"/>\
                             <circle class=\"actual\" cx=\"10\" cy=\"6\" r=\"3.4\"/>"
                .to_owned(),
            Self::Area(class) => {
                format!("<rect class=\"{class}\" x=\"4\" width=\"12\" height=\"12\" rx=\"2\"/>")
            }
            Self::Line(class) => format!("<path class=\"{class}\" d=\"M0 6H20\"/>"),
        }
    }
}

fn calls(scope: &Scope<'_>, times: &Times) -> String {
    const PARTS: [(Figure, &str); 3] = [
        (Figure::Answered, "answered"),
        (Figure::Abandoned, "abandoned"),
        (Figure::Missed, "missed"),
    ];
    let rows = times.rows(scope);
    let actual = actual(scope, &rows, Figure::Offered);
    let offered = rows
        .iter()
        .filter_map(|(_, _, row)| row.get(Figure::Offered).mean);
    let seen = actual.iter().flatten().map(|(_, y)| *y);
    let greatest = offered.chain(seen).fold(1.0, f64::max);
    let label = format!("Calls by interval: {}", scope.figures.name);
    let mut plot = Plot::new(&label, HIGH, times.axis.clone(), counts(greatest, 0.2));
    for (_, ends, row) in &rows {
        let mut base = 0.0;
        for (figure, class) in PARTS {
            let top = base + row.get(figure).mean.unwrap_or(0.0);
            plot.bar(class, *ends, (base, top));
            base = top;
        }
    }
    draw_actual(&mut plot, &actual);
    let figures = [
        Figure::Offered,
        Figure::Answered,
        Figure::Abandoned,
        Figure::Missed,
    ];
    hover(&mut plot, scope, &rows, &figures, Figure::Offered);
    let drawn = |figure: Figure| {
        rows.iter()
            .any(|(_, _, row)| row.get(figure).mean > Some(0.0))
    };
    let mut entries: Vec<(Mark, &str)> = PARTS
        .into_iter()
        .filter(|(figure, _)| *figure == Figure::Answered || drawn(*figure))
        .map(|(_, class)| (Mark::Area(class), class))
        .collect();
    if scope.actual.is_some() {
        entries.push((Mark::Actual, "actual, offered"));
    }
    let layout = &scope.report.summary.layout;
    let folded = if layout.fold.is_some() {
        ", mean of a day"
    } else {
        ""
    };
    let caption = Caption {
        title: "Offered calls",
        note: format!("per {}{folded}", clock::length(layout.interval)),
        legend: legend(&entries),
    };
    let table = parts::by_interval(scope, &figures, Some(Figure::Offered));
    figure(&caption, &plot.finish(), &table)
}

fn service_level(scope: &Scope<'_>, times: &Times) -> String {
    let note = clock_note(scope);
    line(
        scope,
        times,
        &Lines {
            figure: Figure::ServiceLevel,
            title: "Service level",
            note,
            height: HIGH,
            table: &[
                Figure::ServiceLevel,
                Figure::ProbabilityOfWait,
                Figure::Abandonment,
            ],
            target: scope.target(),
        },
    )
}

fn clock_note(scope: &Scope<'_>) -> String {
    match scope.sla_time() {
        Some(sla_time) => format!("answered in less than {}", clock::length(sla_time)),
        None => "answered in less than each queue's time".to_owned(),
    }
}

fn mean_wait(scope: &Scope<'_>, times: &Times) -> String {
    line(
        scope,
        times,
        &Lines {
            figure: Figure::MeanWait,
            title: "Mean wait",
            note: "of all callers".to_owned(),
            height: HIGH,
            table: &[Figure::MeanWait, Figure::MeanWaitAnswered, Figure::MaxWait],
            target: None,
        },
    )
}

fn occupancy(scope: &Scope<'_>, times: &Times) -> String {
    line(
        scope,
        times,
        &Lines {
            figure: Figure::Occupancy,
            title: "Occupancy",
            note: "talking or in wrap-up, of the time on duty".to_owned(),
            height: LOW,
            table: &[Figure::Occupancy, Figure::MeanTalk],
            target: None,
        },
    )
}

/// A figure drawn as a line with its bands.
struct Lines<'a> {
    figure: Figure,
    title: &'a str,
    note: String,
    height: f64,
    table: &'a [Figure],
    target: Option<f64>,
}

fn line(scope: &Scope<'_>, times: &Times, lines: &Lines<'_>) -> String {
    let rows = times.rows(scope);
    let estimates: Vec<(f64, Option<Estimate>)> = rows
        .iter()
        .map(|(_, ends, row)| {
            let drawn = match lines.figure {
                Figure::Occupancy => row.is_staffed(),
                _ => row.get(Figure::Offered).mean > Some(0.0),
            };
            (middle(*ends), drawn.then(|| row.get(lines.figure)))
        })
        .collect();
    let means: Vec<Point> = estimates
        .iter()
        .map(|(x, estimate)| Some((*x, estimate.as_ref()?.mean?)))
        .collect();
    let band = |of: fn(&Estimate) -> Option<(f64, f64)>| -> Vec<Ends> {
        let point = |(x, estimate): &(f64, Option<Estimate>)| {
            let (low, high) = of(estimate.as_ref()?)?;
            Some((*x, low, high))
        };
        estimates.iter().map(point).collect()
    };
    let confidence = band(|estimate| estimate.ci95);
    let ranged = scope.report.summary.replications >= RANGE_FROM_REPLICATIONS;
    let range = if ranged {
        band(Estimate::single_runs)
    } else {
        Vec::new()
    };
    let actual = actual(scope, &rows, lines.figure);
    let axis = vertical(lines, &means, &actual, [&confidence, &range]);
    let label = format!("{} by interval: {}", lines.title, scope.figures.name);
    let mut plot = Plot::new(&label, lines.height, times.axis.clone(), axis);
    plot.band("range", &range);
    plot.band("band", &confidence);
    if let Some(target) = lines.target {
        plot.across("target", target);
    }
    plot.line("forecast", &means);
    if means.len() <= DOTS_MAX {
        for (x, y) in means.iter().flatten() {
            plot.dot("forecast", *x, *y, 2.6);
        }
    }
    draw_actual(&mut plot, &actual);
    hover(&mut plot, scope, &rows, &[lines.figure], lines.figure);
    let compared = !actual.is_empty();
    let caption = Caption {
        title: lines.title,
        note: lines.note.clone(),
        legend: line_legend(scope, lines, compared, ranged),
    };
    let table = parts::by_interval(scope, lines.table, compared.then_some(lines.figure));
    figure(&caption, &plot.finish(), &table)
}

fn line_legend(scope: &Scope<'_>, lines: &Lines<'_>, compared: bool, ranged: bool) -> String {
    let confident = scope.has_intervals_of_confidence();
    let name = match (scope.actual.is_some(), confident) {
        (true, _) => "forecast",
        (false, true) => "mean",
        (false, false) => "simulated",
    };
    let mut entries = vec![(Mark::Line("forecast"), name)];
    if confident {
        entries.push((Mark::Area("band"), "95 % confidence"));
    }
    if ranged {
        entries.push((Mark::Area("range"), "95 % of single runs"));
    }
    if compared {
        entries.push((Mark::Actual, "actual"));
    }
    let target = lines
        .target
        .map(|target| format!("target {}", crate::format::bound(lines.figure, target)));
    if let Some(target) = &target {
        entries.push((Mark::Line("target"), target));
    }
    legend(&entries)
}

/// An axis on which lines and points fit, and bands as far as they do not
/// press the lines flat.
fn vertical(lines: &Lines<'_>, means: &[Point], actual: &[Point], bands: [&[Ends]; 2]) -> Vertical {
    if lines.figure.unit() == Unit::Share {
        let ticks = if lines.height > LOW { 5_u8 } else { 4 };
        let label = |tick: u8| {
            let share = f64::from(tick) / f64::from(ticks);
            (share, format!("{:.0} %", share * 100.0))
        };
        return Vertical {
            max: 1.0,
            ticks: (0..=ticks).map(label).collect(),
        };
    }
    let points = means.iter().chain(actual).flatten().map(|(_, y)| *y);
    let line = points.fold(0.0, f64::max);
    let highs = bands
        .iter()
        .flat_map(|band| band.iter().flatten())
        .map(|(_, _, high)| *high);
    durations(highs.fold(line, f64::max).min(line * 1.6))
}

/// An axis of seconds, or of minutes where there are many.
fn durations(greatest: f64) -> Vertical {
    const SECONDS: [f64; 11] = [
        1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0,
    ];
    let ticks = round_ticks(greatest.max(1.0), &SECONDS);
    Vertical {
        max: ticks.last().copied().unwrap_or(1.0),
        ticks: clock::seconds_labels(ticks),
    }
}

/// An axis of counts, the distance of whose ticks is at least `least`.
fn counts(greatest: f64, least: f64) -> Vertical {
    const STEPS: [f64; 9] = [0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];
    let first = STEPS.iter().position(|step| *step >= least).unwrap_or(0);
    let ticks = round_ticks(greatest, &STEPS[first..]);
    let decimals = usize::from(ticks.get(1).is_some_and(|step| *step < 1.0));
    let label = |tick: f64| (tick, crate::format::group(&format!("{tick:.decimals$}")));
    Vertical {
        max: ticks.last().copied().unwrap_or(1.0),
        ticks: ticks.into_iter().map(label).collect(),
    }
}

fn agents(scope: &Scope<'_>, times: &Times) -> String {
    let rows = times.rows(scope);
    let steps: Vec<(f64, f64, f64)> = rows
        .iter()
        .map(|(_, ends, row)| (ends.0, ends.1, row.get(Figure::Agents).mean.unwrap_or(0.0)))
        .collect();
    let greatest = steps
        .iter()
        .map(|(_, _, agents)| *agents)
        .fold(1.0, f64::max);
    let label = format!("Agents on duty by interval: {}", scope.figures.name);
    let mut plot = Plot::new(&label, LOW, times.axis.clone(), counts(greatest, 1.0));
    plot.steps("staff", &steps);
    hover(&mut plot, scope, &rows, &[Figure::Agents], Figure::Agents);
    let caption = Caption {
        title: "Agents on duty",
        note: "on average over the interval".to_owned(),
        legend: String::new(),
    };
    figure(
        &caption,
        &plot.finish(),
        &parts::by_interval(scope, &[Figure::Agents], None),
    )
}

/// The points of what really happened; nothing where it is not known.
fn actual(scope: &Scope<'_>, rows: &[(usize, (f64, f64), &Row)], figure: Figure) -> Vec<Point> {
    let Some(actual) = scope.actual else {
        return Vec::new();
    };
    let point = |(index, ends, _): &(usize, (f64, f64), &Row)| {
        let seen = actual.intervals.get(*index)?.get(figure)?;
        Some((middle(*ends), seen))
    };
    let points: Vec<Point> = rows.iter().map(point).collect();
    if points.iter().any(Option::is_some) {
        points
    } else {
        Vec::new()
    }
}

fn draw_actual(plot: &mut Plot, points: &[Point]) {
    let (class, radius) = if points.len() <= DOTS_MAX {
        ("actual", 3.6)
    } else {
        ("actual many", 2.1)
    };
    plot.line(class, points);
    for (x, y) in points.iter().flatten() {
        plot.dot(class, *x, *y, radius);
    }
}

/// Tells the figures of an interval where the pointer rests on it.
fn hover(
    plot: &mut Plot,
    scope: &Scope<'_>,
    rows: &[(usize, (f64, f64), &Row)],
    figures: &[Figure],
    compared: Figure,
) {
    for (index, ends, row) in rows {
        let interval = &scope.report.summary.intervals[*index];
        let mut title = scope.clock.range(interval, UNICODE.dash);
        for &figure in figures {
            let estimate = row.get(figure);
            let scale = Scale::of_all(figure, core::iter::once(estimate));
            let text = scale.estimate(estimate, UNICODE);
            title.push_str(&format!("\n{}: {text}", figure.title()));
        }
        let actual = scope
            .actual
            .and_then(|actual| actual.intervals.get(*index)?.get(compared));
        if let Some(actual) = actual {
            title.push_str(&format!(
                "\nActual: {}",
                crate::format::value(compared, actual)
            ));
        }
        plot.hover(*ends, &title);
    }
}
