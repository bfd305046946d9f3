//! `[[expect]]`: what the figures must show.

use tandem_engine::config::reader::{Table, Value};
use tandem_reports::{Figure, Layout};

use super::EXPECTATIONS_MAX;
use super::values::float;
use crate::scenario::{Expected, Relation};

/// Reads every claim.
pub(super) fn read<'d>(tables: impl Iterator<Item = Table<'d>>, layout: &Layout) -> Vec<Expected> {
    tables
        .take(EXPECTATIONS_MAX)
        .filter_map(|table| one(table, layout))
        .collect()
}

fn one(mut table: Table<'_>, layout: &Layout) -> Option<Expected> {
    let queue = match table.get("queue") {
        Some(value) => Some(queue(value, layout)?),
        None => None,
    };
    let words: Vec<(&str, Figure)> = Figure::PUBLISHED
        .iter()
        .map(|figure| (figure.key(), *figure))
        .collect();
    let figure = table
        .required("figure")
        .and_then(|value| value.one_of(&words));
    let bound = |value: Option<Value<'_>>| value.map(|value| float(value, -f64::MAX..=f64::MAX));
    let least = bound(table.get("at_least"));
    let most = bound(table.get("at_most"));
    let near = bound(table.get("near"));
    let within = bound(table.get("within"));
    let (document, place) = (table.document(), table.span());
    table.finish();
    let (relation, wanted) = match (least, most, near, within) {
        (Some(bound), None, None, None) => (Relation::AtLeast, bound?),
        (None, Some(bound), None, None) => (Relation::AtMost, bound?),
        (None, None, Some(near), Some(within)) => (Relation::Within(within?), near?),
        _ => {
            let hint = "at_least = 0.8, at_most = 0.8, or near = 0.8 with within = 0.01";
            let what = "a claim needs one bound";
            document.report(place, what, Some(hint.to_owned()));
            return None;
        }
    };
    let figure = figure?;
    Some(Expected {
        text: words_of(queue, figure, relation, wanted, layout),
        queue,
        figure,
        relation,
        wanted,
    })
}

fn queue(value: Value<'_>, layout: &Layout) -> Option<usize> {
    let words: Vec<(&str, usize)> = layout
        .queues
        .iter()
        .enumerate()
        .map(|(place, queue)| (queue.name.as_str(), place))
        .collect();
    value.one_of(&words)
}

fn words_of(
    queue: Option<usize>,
    figure: Figure,
    relation: Relation,
    wanted: f64,
    layout: &Layout,
) -> String {
    let whose = queue.map_or("All queues", |queue| layout.queues[queue].name.as_str());
    let figure = figure.key();
    match relation {
        Relation::AtLeast => format!("{whose}: {figure} at least {wanted}"),
        Relation::AtMost => format!("{whose}: {figure} at most {wanted}"),
        Relation::Within(within) => format!("{whose}: {figure} within {within} of {wanted}"),
    }
}
