//! The figures as text for a terminal, at most 120 columns wide.

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use crate::clock::Clock;
use crate::estimate::Estimate;
use crate::figure::Figure;
use crate::format::{self, ASCII, Scale, Signs, UNICODE};
use crate::report::{Expectation, Report};
use crate::summary::{QueueSummary, Row, Summary};

/// No table is wider.
const COLUMNS_MAX: u16 = 120;
/// Names in the heads of columns are cut off behind this many characters.
const NAME_CHARS_MAX: usize = 24;

/// How to write tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableOptions {
    /// Only characters that every terminal knows; names stay as they are.
    pub ascii: bool,
    /// Whether to write the figures of every interval as well.
    pub intervals: bool,
}

/// The figures that are given by interval.
const BY_INTERVAL: [(Figure, &str); 7] = [
    (Figure::Offered, "Offered"),
    (Figure::Answered, "Answered"),
    (Figure::Abandonment, "Abandoned"),
    (Figure::ServiceLevel, "Service level"),
    (Figure::MeanWait, "Mean wait"),
    (Figure::MaxWait, "Longest wait"),
    (Figure::Occupancy, "Occupancy"),
];

/// What is left out, in this order, where the width does not allow all.
const DISPENSABLE: [Figure; 3] = [Figure::MaxWait, Figure::Answered, Figure::Occupancy];

/// The report as text: the figures by queue, then by interval, then what was
/// expected. Half the width of the 95 % confidence interval stands behind ±.
#[must_use]
pub fn to_table(report: &Report<'_>, options: TableOptions) -> String {
    let writer = Writer {
        signs: if options.ascii { ASCII } else { UNICODE },
        report,
    };
    let mut text = writer.head();
    for table in writer.by_queue() {
        text.push('\n');
        text.push_str(&table);
    }
    if let Some(table) = writer.by_group() {
        text.push('\n');
        text.push_str(&table);
    }
    if options.intervals {
        let summary = report.summary;
        for queue in scopes(summary) {
            let all = core::ptr::eq(queue, &summary.all);
            let name = if all { "All queues" } else { &queue.name };
            text.push_str(&format!("\n{name}, by interval\n\n"));
            text.push_str(&writer.by_interval(queue));
        }
    }
    if !report.expectations.is_empty() {
        text.push_str("\nExpectations\n");
        report
            .expectations
            .iter()
            .for_each(|one| text.push_str(&writer.expectation(one)));
    }
    text
}

/// Every queue, and where they are several, all of them together.
fn scopes(summary: &Summary) -> impl Iterator<Item = &QueueSummary> {
    let all = (summary.queues.len() > 1).then_some(&summary.all);
    summary.queues.iter().chain(all)
}

struct Writer<'a> {
    signs: Signs,
    report: &'a Report<'a>,
}

impl Writer<'_> {
    fn head(&self) -> String {
        let (about, replications) = (self.report.about, self.report.summary.replications);
        let plural = if replications == 1 { "" } else { "s" };
        let count = format::group(&replications.to_string());
        format!(
            "{}: {count} replication{plural}, seed {}\n",
            about.scenario, about.seed
        )
    }

    /// Figures down, queues across, with what really happened behind each where
    /// that is known: as many tables as the width demands.
    fn by_queue(&self) -> Vec<String> {
        let summary = self.report.summary;
        let places = (0..summary.queues.len()).map(Some).chain([None]);
        let scopes: Vec<_> = scopes(summary).zip(places).collect();
        let (mut rest, mut tables) = (scopes.as_slice(), Vec::new());
        while !rest.is_empty() {
            let fitting = (1..=rest.len()).rev().find_map(|count| {
                let table = self.across(&rest[..count]);
                (count == 1 || width(&table) <= COLUMNS_MAX).then_some((count, table))
            });
            let Some((count, table)) = fitting else { break };
            tables.push(lines(&table));
            rest = &rest[count..];
        }
        tables
    }

    fn by_group(&self) -> Option<String> {
        let groups = &self.report.summary.groups;
        if groups.len() < 2 {
            return None;
        }
        let mut table = self.table();
        table.set_header(["Agents", "Answered", "Occupancy"]);
        for group in groups {
            let cell = |figure| self.estimate(figure, group.total.get(figure));
            let name = format::cut(&group.name, NAME_CHARS_MAX, self.signs);
            table.add_row([name, cell(Figure::Answered), cell(Figure::Occupancy)]);
        }
        align(&mut table);
        Some(lines(&table))
    }

    fn across(&self, scopes: &[(&QueueSummary, Option<usize>)]) -> Table {
        let mut heads = vec![String::new()];
        for (scope, queue) in scopes {
            heads.push(format::cut(&scope.name, NAME_CHARS_MAX, self.signs));
            let actual = self.report.actual(*queue);
            heads.extend(actual.map(|_| "Actual".to_owned()));
        }
        let mut table = self.table();
        table.set_header(heads);
        let shown = |&figure: &Figure| {
            let mut scopes = scopes.iter();
            scopes.any(|(scope, _)| scope.total.tells_of(figure))
        };
        for figure in Figure::PUBLISHED.into_iter().filter(shown) {
            let mut cells = vec![figure.title().to_owned()];
            for (scope, queue) in scopes {
                cells.push(self.estimate(figure, scope.total.get(figure)));
                let actual = self.report.actual(*queue);
                let actual = actual.map(|actual| actual.total.get(figure));
                let show = |value: Option<f64>| match value {
                    Some(value) => format::value(figure, value),
                    None => self.signs.dash.to_owned(),
                };
                cells.extend(actual.map(show));
            }
            table.add_row(cells);
        }
        align(&mut table);
        table
    }

    fn estimate(&self, figure: Figure, estimate: Estimate) -> String {
        let scale = Scale::of_all(figure, core::iter::once(estimate));
        scale.estimate(estimate, self.signs)
    }

    /// Intervals down, figures across: as many as the width allows.
    fn by_interval(&self, queue: &QueueSummary) -> String {
        let mut figures = BY_INTERVAL.to_vec();
        let mut table = self.intervals(queue, &figures);
        for dispensable in DISPENSABLE {
            if width(&table) <= COLUMNS_MAX {
                break;
            }
            figures.retain(|(figure, _)| *figure != dispensable);
            table = self.intervals(queue, &figures);
        }
        lines(&table)
    }

    fn intervals(&self, queue: &QueueSummary, figures: &[(Figure, &str)]) -> Table {
        let summary = self.report.summary;
        let clock = Clock::new(self.report.about.start, &summary.layout);
        let stretches = stretches(summary, queue);
        let range = |(first, last): &(usize, usize)| {
            let mut interval = summary.intervals[*first];
            interval.end = summary.intervals[*last].end;
            clock.range(&interval, self.signs.dash)
        };
        let mut heads = vec!["Interval".to_owned()];
        let mut columns: Vec<Vec<String>> = vec![stretches.iter().map(range).collect()];
        let rows: Vec<&Row> = stretches
            .iter()
            .map(|(first, _)| &queue.intervals[*first])
            .collect();
        for (figure, title) in figures {
            let (unit, cells) = self.column(*figure, &rows);
            heads.push(format!("{title}\n{unit}").trim_end().to_owned());
            columns.push(cells);
        }
        let mut table = self.table();
        table.set_header(heads);
        for place in 0..rows.len() {
            table.add_row(columns.iter().map(|column| &column[place]));
        }
        align(&mut table);
        table
    }

    /// The cells of a figure, of equal decimals, and their unit.
    fn column(&self, figure: Figure, rows: &[&Row]) -> (&'static str, Vec<String>) {
        let estimates = || rows.iter().map(|row| row.get(figure));
        let scale = Scale::of_all(figure, estimates());
        let half = |estimate: Estimate| {
            let half = estimate.half_width().filter(|half| *half > 0.0);
            half.map_or(String::new(), |half| scale.number(half))
        };
        let halves: Vec<String> = estimates().map(half).collect();
        let widest = halves.iter().map(String::len).max().unwrap_or(0);
        let cell = |(row, half): (&&Row, &String)| match row.get(figure).mean {
            Some(mean) if !row.is_quiet() => {
                let mean = scale.number(mean);
                let gap = " ".repeat(self.signs.plus_minus.chars().count());
                match half.is_empty() {
                    true if widest == 0 => mean,
                    true => format!("{mean} {gap} {:widest$}", ""),
                    false => format!("{mean} {} {half:>widest$}", self.signs.plus_minus),
                }
            }
            _ if widest == 0 => self.signs.dash.to_owned(),
            _ => {
                let gap = 2 + self.signs.plus_minus.chars().count() + widest;
                format!("{}{}", self.signs.dash, " ".repeat(gap))
            }
        };
        (scale.unit, rows.iter().zip(&halves).map(cell).collect())
    }

    fn expectation(&self, one: &Expectation) -> String {
        let verdict = if one.met { "met    " } else { "NOT MET" };
        let figure = Figure::from_key(&one.figure);
        let seen = match (one.seen, figure) {
            (None, _) => "unknown".to_owned(),
            (Some(seen), Some(figure)) => format::value(figure, seen),
            (Some(seen), None) => seen.to_string(),
        };
        format!("  {verdict}  {}: {seen}\n", one.text)
    }

    fn table(&self) -> Table {
        let rule = if self.signs == ASCII { '-' } else { '─' };
        let line = LineStyle::none().fill(rule).junction(rule);
        let mut table = Table::new();
        table
            .load_style(TableStyle::new().header_separator(line))
            .set_content_arrangement(ContentArrangement::Disabled);
        table
    }
}

/// The first and last of the intervals that a row is written for: each alone,
/// but those with neither calls nor agents drawn together.
pub(crate) fn stretches(summary: &Summary, queue: &QueueSummary) -> Vec<(usize, usize)> {
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    for (index, row) in queue.intervals.iter().enumerate() {
        if summary.intervals[index].observed.is_zero() {
            continue;
        }
        let quiet = |index: usize| queue.intervals[index].is_quiet();
        match stretches.last_mut() {
            Some((_, last)) if *last + 1 == index && quiet(*last) && row.is_quiet() => {
                *last = index;
            }
            _ => stretches.push((index, index)),
        }
    }
    stretches
}

/// Numbers to the right, names to the left.
fn align(table: &mut Table) {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

/// A blank stands on both sides of a cell, and one between two columns.
fn width(table: &Table) -> u16 {
    let widths = table.column_max_content_widths();
    let columns: u16 = widths.iter().map(|width| width + 3).sum();
    columns.saturating_sub(1)
}

/// The table without blanks at the ends of lines.
fn lines(table: &Table) -> String {
    table
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}
