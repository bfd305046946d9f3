//! What stands between the charts: cards, tables and definitions.

use super::{Scope, escape};
use crate::clock;
use crate::estimate::Estimate;
use crate::figure::Figure;
use crate::format::{Scale, UNICODE, bound, value};
use crate::report::Report;
use crate::summary::Summary;
use crate::table::stretches;

const CARDS: [Figure; 6] = [
    Figure::Offered,
    Figure::ServiceLevel,
    Figure::MeanWait,
    Figure::Abandonment,
    Figure::ProbabilityOfWait,
    Figure::Occupancy,
];

const REST: [Figure; 7] = [
    Figure::Answered,
    Figure::Abandoned,
    Figure::Missed,
    Figure::MeanWaitAnswered,
    Figure::MaxWait,
    Figure::MeanTalk,
    Figure::MeanHold,
];

/// The key figures.
pub(super) fn cards(scope: &Scope<'_>) -> String {
    let mut text = "<div class=\"cards\">\n".to_owned();
    for figure in CARDS {
        let estimate = scope.figures.total.get(figure);
        text.push_str(&format!(
            "<div class=\"card\"><div class=\"title\">{}</div>\
             <div class=\"value\">{}</div>{}</div>\n",
            figure.title(),
            big(figure, estimate),
            extra(scope, figure),
        ));
    }
    text.push_str("</div>\n<dl class=\"panel rest\">\n");
    let rest = REST.into_iter().chain(Figure::OF_CALLBACKS);
    for figure in rest.filter(|&figure| scope.figures.total.tells_of(figure)) {
        let estimate = scope.figures.total.get(figure);
        text.push_str(&format!(
            "<div><dt>{}</dt><dd>{}</dd></div>\n",
            figure.title(),
            {
                small(
                    Scale::of_all(figure, core::iter::once(estimate)),
                    estimate,
                    true,
                )
            }
        ));
    }
    text.push_str("</dl>\n");
    text
}

fn big(figure: Figure, estimate: Estimate) -> String {
    let Some(mean) = estimate.mean else {
        return "–".to_owned();
    };
    let scale = Scale::of_all(figure, core::iter::once(estimate));
    let unit = match scale.unit {
        "" => String::new(),
        unit => format!("<small>{unit}</small>"),
    };
    let half = estimate.half_width().filter(|half| *half > 0.0);
    let half = half.map_or(String::new(), |half| {
        format!("<span class=\"half\">± {}</span>", scale.number(half))
    });
    format!("{}{unit}{half}", scale.number(mean))
}

/// `81.2 % ± 0.4`, the latter in small letters.
fn small(scale: Scale, estimate: Estimate, with_unit: bool) -> String {
    let Some(mean) = estimate.mean else {
        return "–".to_owned();
    };
    let mean = if with_unit {
        scale.text(mean)
    } else {
        scale.number(mean)
    };
    match estimate.half_width() {
        Some(half) if half > 0.0 => format!("{mean} <small>± {}</small>", scale.number(half)),
        _ => mean,
    }
}

/// What to compare a key figure with.
fn extra(scope: &Scope<'_>, figure: Figure) -> String {
    let mut notes = Vec::new();
    if let Some(actual) = scope.actual.and_then(|actual| actual.total.get(figure)) {
        notes.push(format!("actual <b>{}</b>", value(figure, actual)));
    }
    if let (Figure::ServiceLevel, Some(target)) = (figure, scope.target()) {
        notes.push(format!("target {}", bound(figure, target)));
    }
    if notes.is_empty() {
        return String::new();
    }
    format!("<div class=\"extra\">{}</div>", notes.join(" · "))
}

/// The queues beside each other.
pub(super) fn queues(summary: &Summary) -> String {
    const COLUMNS: [Figure; 6] = [
        Figure::Offered,
        Figure::ServiceLevel,
        Figure::MeanWait,
        Figure::MaxWait,
        Figure::Abandonment,
        Figure::Occupancy,
    ];
    let names = summary.queues.iter().enumerate().map(|(place, queue)| {
        (
            format!("<a href=\"#queue-{place}\">{}</a>", escape(&queue.name)),
            &queue.total,
        )
    });
    compare("Queue", &COLUMNS, &names.collect::<Vec<_>>())
}

/// The groups of agents beside each other, where there are several.
pub(super) fn groups(summary: &Summary) -> String {
    const COLUMNS: [Figure; 2] = [Figure::Answered, Figure::Occupancy];
    if summary.groups.len() < 2 {
        return String::new();
    }
    let names = summary
        .groups
        .iter()
        .map(|group| (escape(&group.name), &group.total));
    compare("Group of agents", &COLUMNS, &names.collect::<Vec<_>>())
}

fn compare(title: &str, columns: &[Figure], rows: &[(String, &crate::summary::Row)]) -> String {
    let scales: Vec<Scale> = columns
        .iter()
        .map(|figure| Scale::of_all(*figure, rows.iter().map(|(_, row)| row.get(*figure))))
        .collect();
    let mut text = format!("<div class=\"panel scroll\"><table>\n<tr><th>{title}</th>");
    for (figure, scale) in columns.iter().zip(&scales) {
        text.push_str(&format!(
            "<th>{}</th>",
            with_unit(figure.title(), scale.unit)
        ));
    }
    text.push_str("</tr>\n");
    for (name, row) in rows {
        text.push_str(&format!("<tr><td class=\"name\">{name}</td>"));
        for (figure, scale) in columns.iter().zip(&scales) {
            text.push_str(&format!(
                "<td>{}</td>",
                small(*scale, row.get(*figure), false)
            ));
        }
        text.push_str("</tr>\n");
    }
    text.push_str("</table></div>\n");
    text
}

fn with_unit(title: &str, unit: &str) -> String {
    if unit.is_empty() {
        title.to_owned()
    } else {
        format!("{title}, {unit}")
    }
}

/// Figures by interval, and beside them what really happened.
pub(super) fn by_interval(scope: &Scope<'_>, figures: &[Figure], actual: Option<Figure>) -> String {
    let (summary, queue) = (scope.report.summary, scope.figures);
    let scales: Vec<Scale> = figures
        .iter()
        .map(|figure| Scale::of_all(*figure, queue.intervals.iter().map(|row| row.get(*figure))))
        .collect();
    let actual = actual.and_then(|figure| Some((figure, scope.actual?)));
    let mut rows = String::new();
    for (first, last) in stretches(summary, queue) {
        let mut interval = summary.intervals[first];
        interval.end = summary.intervals[last].end;
        let row = &queue.intervals[first];
        let range = scope.clock.range(&interval, UNICODE.dash);
        rows.push_str(&format!("<tr><td>{}</td>", escape(&range)));
        for (figure, scale) in figures.iter().zip(&scales) {
            let mut estimate = row.get(*figure);
            if *figure == Figure::Agents {
                // Shifts are planned, so that the interval is nil or noise.
                estimate.ci95 = None;
            }
            let cell = if row.is_quiet() {
                UNICODE.dash.to_owned()
            } else {
                small(*scale, estimate, false)
            };
            rows.push_str(&format!("<td>{cell}</td>"));
        }
        if let Some((figure, actual)) = actual {
            let seen = actual
                .intervals
                .get(first)
                .and_then(|seen| seen.get(figure));
            let cell = seen.filter(|_| first == last).map(|seen| {
                let place = figures.iter().position(|one| *one == figure);
                place.map_or(value(figure, seen), |place| scales[place].number(seen))
            });
            rows.push_str(&format!("<td>{}</td>", cell.as_deref().unwrap_or("–")));
        }
        rows.push_str("</tr>\n");
    }
    let heads = figures
        .iter()
        .zip(&scales)
        .map(|(figure, scale)| format!("<th>{}</th>", with_unit(figure.title(), scale.unit)));
    let mut heads: String = heads.collect();
    if let Some((figure, _)) = actual {
        let place = figures.iter().position(|one| *one == figure);
        let unit = place.map_or("", |place| scales[place].unit);
        heads.push_str(&format!("<th>{}</th>", with_unit("Actual", unit)));
    }
    details(&format!("<tr><th>Interval</th>{heads}</tr>\n{rows}"))
}

/// A table that is opened on demand.
pub(super) fn details(rows: &str) -> String {
    format!(
        "<details><summary>Show the figures</summary><div class=\"scroll\"><table>\n{rows}\
         </table></div></details>\n"
    )
}

/// What the figures mean.
pub(super) fn definitions(report: &Report<'_>) -> String {
    let summary = report.summary;
    let service_level = match summary.layout.queues.as_slice() {
        [queue] => format!("less than {}", clock::length(queue.sla_time)),
        _ => "less than the queue's time".to_owned(),
    };
    let confidence = if summary.replications > 1 {
        "Behind ± stands half the width of the 95 % confidence interval of the mean over \
         replications (Student’s t): how exactly the mean is known. Single days differ from \
         the mean by more than that; about 95 % of them lie in the wide, pale range."
    } else {
        "There was one replication, so that nothing can be said about how exactly the figures \
         are known."
    };
    let entries = [
        (
            "Offered",
            "calls that joined the queue or were refused because it was full or empty. \
                     Each was answered, abandoned (the caller hung up while waiting) or missed \
                     (everything else), and belongs to the interval in which it joined.",
        ),
        (
            "Service level",
            &format!("share of offered calls answered in {service_level}."),
        ),
        (
            "Had to wait",
            "share of offered calls for which no telephone rang at once.",
        ),
        ("Abandonment", "share of offered calls that were abandoned."),
        (
            "Mean wait",
            "from joining to the answer or to leaving, over all offered calls.",
        ),
        (
            "Agents on duty",
            "logged in, not paused, and reachable; or still busy with a call.",
        ),
        (
            "Occupancy",
            "share of the time on duty in which agents talked on queue calls or were \
                       in wrap-up.",
        ),
        ("Exactness", confidence),
    ];
    let mut text =
        "<section class=\"how\">\n<div class=\"head\"><h2>How to read this</h2></div>\n<dl>\n"
            .to_owned();
    for (term, meaning) in entries {
        text.push_str(&format!("<dt>{term}</dt><dd>{}</dd>\n", escape(meaning)));
    }
    text.push_str("</dl>\n</section>\n");
    text
}
