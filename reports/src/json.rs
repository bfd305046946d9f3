//! The figures as JSON. Names and shape are a promise to those who read them.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use tandem_engine::Span;

use crate::estimate::Estimate;
use crate::figure::{Figure, Figures};
use crate::layout::Interval;
use crate::report::{Expectation, Report};
use crate::summary::{GroupSummary, QueueSummary, Row};

/// The report as a JSON object, indented. Keys stand in a fixed order, queues
/// and groups in that of the layout: equal reports give equal bytes.
///
/// At the top stand `scenario`, `seed`, `replications`, `queues` (by name),
/// `intervals`, `expectations`; where there are several queues, `all` with the
/// figures of all together; where there are several groups of agents, `groups`
/// (by name) with `answered` and `occupancy`. A queue has the keys of
/// [`Figure::PUBLISHED`], each an object of `mean` and `ci95`: `[low, high]`,
/// or `null` where one replication or none knows the figure.
///
/// Where it is known what really happened, `actual` stands at the top too, with
/// `queues` (by name) and where it has all of several queues `all`. Each has the
/// keys of a queue, with a number, or `null` where a log does not tell it.
///
/// `intervals` is flat: one object per interval and queue, by interval and
/// then in the order of the queues, with `start_s` and `end_s` (counted from
/// the beginning, or folded from that of the day), `start` (text, only where
/// the calendar is known), `queue` and the keys of a queue. Where there are
/// several queues, the object of all of them comes last, with `queue` `null`.
/// Folded counts are those of a day on average. Intervals outside of the
/// counted time are left out. What really happened in an interval is its
/// `actual`, as at the top.
#[must_use]
pub fn to_json(report: &Report<'_>) -> String {
    let mut text =
        serde_json::to_string_pretty(report).expect("text keys and numbers are always JSON");
    text.push('\n');
    text
}

impl Serialize for Report<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let summary = self.summary;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("scenario", &self.about.scenario)?;
        map.serialize_entry("seed", &self.about.seed)?;
        map.serialize_entry("replications", &summary.replications)?;
        map.serialize_entry("queues", &Queues(&summary.queues))?;
        if summary.queues.len() > 1 {
            map.serialize_entry("all", &summary.all.total)?;
        }
        if !self.actual.is_empty() {
            map.serialize_entry("actual", &AllActual(self))?;
        }
        map.serialize_entry("intervals", &Intervals(self))?;
        if summary.groups.len() > 1 {
            map.serialize_entry("groups", &Groups(&summary.groups))?;
        }
        map.serialize_entry("expectations", self.expectations)?;
        map.end()
    }
}

struct Queues<'a>(&'a [QueueSummary]);

impl Serialize for Queues<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|queue| (&queue.name, &queue.total)))
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        write_figures(&mut map, self, &Figure::PUBLISHED)?;
        map.end()
    }
}

fn write_figures<M: SerializeMap>(
    map: &mut M,
    row: &Row,
    figures: &[Figure],
) -> Result<(), M::Error> {
    for figure in figures {
        map.serialize_entry(figure.key(), &row.get(*figure))?;
    }
    Ok(())
}

impl Serialize for Estimate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("mean", &self.mean)?;
        map.serialize_entry("ci95", &self.ci95)?;
        map.end()
    }
}

/// What really happened, of everything of which it is known.
struct AllActual<'a>(&'a Report<'a>);

impl Serialize for AllActual<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let queues = &self.0.summary.queues;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("queues", &ActualQueues(self.0))?;
        if let Some(actual) = self.0.actual(None).filter(|_| queues.len() > 1) {
            map.serialize_entry("all", &Told(&actual.total))?;
        }
        map.end()
    }
}

struct ActualQueues<'a>(&'a Report<'a>);

impl Serialize for ActualQueues<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let queues = self.0.summary.queues.iter().enumerate();
        serializer.collect_map(queues.filter_map(|(place, queue)| {
            let actual = self.0.actual(Some(place))?;
            Some((&queue.name, Told(&actual.total)))
        }))
    }
}

/// Figures that are what they are, without any confidence interval.
struct Told<'a>(&'a Figures);

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let figures = Figure::PUBLISHED.into_iter();
        serializer.collect_map(figures.map(|figure| (figure.key(), self.0.get(figure))))
    }
}

struct Groups<'a>(&'a [GroupSummary]);

impl Serialize for Groups<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|group| (&group.name, GroupRow(group))))
    }
}

struct GroupRow<'a>(&'a GroupSummary);

impl Serialize for GroupRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        write_figures(
            &mut map,
            &self.0.total,
            &[Figure::Answered, Figure::Occupancy],
        )?;
        map.end()
    }
}

struct Intervals<'a>(&'a Report<'a>);

impl Serialize for Intervals<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let summary = self.0.summary;
        let several = summary.queues.len() > 1;
        let all = several.then_some((None, &summary.all));
        let mut seq = serializer.serialize_seq(None)?;
        for (index, interval) in summary.intervals.iter().enumerate() {
            if interval.observed.is_zero() {
                continue;
            }
            let queues = summary.queues.iter().enumerate();
            let queues = queues.map(|(place, queue)| (Some(place), queue));
            for (place, queue) in queues.chain(all) {
                let actual = self.0.actual(place);
                seq.serialize_element(&IntervalRow {
                    report: self.0,
                    interval,
                    name: place.map(|_| queue.name.as_str()),
                    row: &queue.intervals[index],
                    actual: actual.and_then(|actual| actual.intervals.get(index)),
                })?;
            }
        }
        seq.end()
    }
}

struct IntervalRow<'a> {
    report: &'a Report<'a>,
    interval: &'a Interval,
    name: Option<&'a str>,
    row: &'a Row,
    actual: Option<&'a Figures>,
}

impl Serialize for IntervalRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("start_s", &Seconds(self.interval.start))?;
        map.serialize_entry("end_s", &Seconds(self.interval.end))?;
        if let Some(start) = self.report.about.start {
            let with_date = self.report.summary.layout.fold.is_none();
            map.serialize_entry("start", &start.text(self.interval.start, with_date))?;
        }
        map.serialize_entry("queue", &self.name)?;
        write_figures(&mut map, self.row, &Figure::PUBLISHED)?;
        if let Some(actual) = self.actual {
            map.serialize_entry("actual", &Told(actual))?;
        }
        map.end()
    }
}

/// Whole where they are whole.
struct Seconds(Span);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let micros = self.0.micros();
        if micros.is_multiple_of(tandem_engine::SECOND_US) {
            serializer.serialize_u64(micros / tandem_engine::SECOND_US)
        } else {
            serializer.serialize_f64(micros as f64 / 1e6)
        }
    }
}

impl Serialize for Expectation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("text", &self.text)?;
        map.serialize_entry("figure", &self.figure)?;
        map.serialize_entry("wanted", &self.wanted)?;
        map.serialize_entry("seen", &self.seen)?;
        map.serialize_entry("met", &self.met)?;
        map.end()
    }
}
