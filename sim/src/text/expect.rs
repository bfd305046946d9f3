//! `[[expect]]`: what the figures must show.

use core::ops::RangeInclusive;

use tandem_engine::config::model::QueueConfig;
use tandem_engine::config::reader::{Table, Value};
use tandem_reports::Figure;

use super::values::float;
use crate::scenario::{Expected, Relation};

/// Reads every claim. `complete` says whether all queues are there.
pub(super) fn read(
    tables: Vec<Table<'_>>,
    queues: &[QueueConfig],
    complete: bool,
) -> Vec<Expected> {
    (tables.into_iter())
        .filter_map(|table| one(table, queues, complete))
        .collect()
}

fn one(mut table: Table<'_>, queues: &[QueueConfig], complete: bool) -> Option<Expected> {
    let queue = table.get("queue");
    let queue = queue.map(|value| queue_of(value, queues, complete));
    let words = Figure::PUBLISHED.map(|figure| (figure.key(), figure));
    let figure = table.required("figure");
    let figure = figure.and_then(|value| value.one_of(&words));
    let keys = ["at_least", "at_most", "near", "within"];
    let bounds = keys.map(|key| table.get(key));
    let (document, place) = (table.document(), table.span());
    table.finish();
    let bound = |value: Value<'_>| float(value, range(figure));
    let (relation, wanted) = match bounds {
        [Some(least), None, None, None] => (Some(Relation::AtLeast), bound(least)),
        [None, Some(most), None, None] => (Some(Relation::AtMost), bound(most)),
        [None, None, Some(near), Some(within)] => {
            (bound(within).map(Relation::Within), bound(near))
        }
        _ => {
            let hint = "at_least = 0.8, at_most = 0.8, or near = 0.8 with within = 0.01";
            let what = "a claim needs one bound";
            document.report(place, what, Some(hint.to_owned()));
            return None;
        }
    };
    let (queue, figure) = (queue.map_or(Some(None), |queue| queue.map(Some))?, figure?);
    let (relation, wanted) = (relation?, wanted?);
    Some(Expected {
        text: in_words(queue, figure, relation, wanted, queues),
        queue,
        figure,
        relation,
        wanted,
    })
}

/// What a figure can be at all. A share is none of a hundred.
fn range(figure: Option<Figure>) -> RangeInclusive<f64> {
    match figure {
        Some(
            Figure::ServiceLevel
            | Figure::ProbabilityOfWait
            | Figure::Abandonment
            | Figure::Occupancy,
        ) => 0.0..=1.0,
        _ => 0.0..=1e12,
    }
}

fn queue_of(value: Value<'_>, queues: &[QueueConfig], complete: bool) -> Option<usize> {
    let words: Vec<(&str, usize)> = (queues.iter().enumerate())
        .map(|(place, queue)| (queue.name.as_str(), place))
        .collect();
    if complete {
        return value.one_of(&words);
    }
    let name = value.str()?;
    words
        .iter()
        .find(|(word, _)| *word == name)
        .map(|(_, place)| *place)
}

fn in_words(
    queue: Option<usize>,
    figure: Figure,
    relation: Relation,
    wanted: f64,
    queues: &[QueueConfig],
) -> String {
    let whose = queue.map_or("All queues", |queue| queues[queue].name.as_str());
    let figure = figure.key();
    match relation {
        Relation::AtLeast => format!("{whose}: {figure} at least {wanted}"),
        Relation::AtMost => format!("{whose}: {figure} at most {wanted}"),
        Relation::Within(within) => format!("{whose}: {figure} within {within} of {wanted}"),
    }
}
