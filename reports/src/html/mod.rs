//! The report as one page that needs nothing else: no script, no other file.

use crate::clock::{self, Clock};
use crate::figure::Figure;
use crate::format;
use crate::report::{Actual, Expectation, Report};
use crate::summary::{QueueSummary, Summary};

mod charts;
mod parts;
mod plot;
mod waits;

/// Something that a section of the page is about: a queue, or all of them.
#[derive(Clone, Copy)]
struct Scope<'a> {
    report: &'a Report<'a>,
    clock: Clock,
    /// Its place in the layout; `None`: all queues together.
    queue: Option<usize>,
    figures: &'a QueueSummary,
    actual: Option<&'a Actual>,
}

impl<'a> Scope<'a> {
    fn new(report: &'a Report<'a>, queue: Option<usize>) -> Self {
        let summary: &'a Summary = report.summary;
        Self {
            report,
            clock: Clock::new(report.about.start, &summary.layout),
            queue,
            figures: queue.map_or(&summary.all, |queue| &summary.queues[queue]),
            actual: report.actual(queue),
        }
    }

    /// The service level that it ought to reach.
    fn target(&self) -> Option<f64> {
        self.report
            .about
            .targets
            .get(self.queue?)
            .copied()
            .flatten()
    }

    /// Below what wait a call meets the service level.
    fn sla_time(&self) -> Option<tandem_engine::Span> {
        Some(self.report.summary.layout.queues.get(self.queue?)?.sla_time)
    }

    fn has_intervals_of_confidence(&self) -> bool {
        self.report.summary.replications > 1
    }
}

/// The report as a self-contained page.
#[must_use]
pub fn to_html(report: &Report<'_>) -> String {
    let mut page = String::new();
    let title = escape(&report.about.scenario);
    page.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.push_str(&format!("<title>{title}</title>\n<style>\n"));
    page.push_str(include_str!("page.css"));
    page.push_str("</style>\n</head>\n<body>\n<main>\n");
    page.push_str(&header(report));
    if !report.expectations.is_empty() {
        page.push_str(&expectations(report.expectations));
    }
    if report.summary.queues.len() > 1 {
        page.push_str(&section(Scope::new(report, None)));
    }
    for queue in 0..report.summary.queues.len() {
        page.push_str(&section(Scope::new(report, Some(queue))));
    }
    page.push_str(&parts::definitions(report));
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn header(report: &Report<'_>) -> String {
    let (about, summary) = (report.about, report.summary);
    let mut text = format!("<header>\n<h1>{}</h1>\n", escape(&about.scenario));
    if !about.description.is_empty() {
        text.push_str(&format!(
            "<p class=\"lead\">{}</p>\n",
            escape(&about.description)
        ));
    }
    text.push_str("<dl class=\"facts\">\n");
    for (name, fact) in facts(report) {
        text.push_str(&format!(
            "<div><dt>{name}</dt><dd>{}</dd></div>\n",
            escape(&fact)
        ));
    }
    text.push_str("</dl>\n");
    if summary.queues.len() > 1 {
        text.push_str("<nav aria-label=\"Queues\"><a href=\"#all\">All queues</a>");
        for (place, queue) in summary.queues.iter().enumerate() {
            text.push_str(&format!(
                "<a href=\"#queue-{place}\">{}</a>",
                escape(&queue.name)
            ));
        }
        text.push_str("</nav>\n");
    }
    text.push_str("</header>\n");
    text
}

fn facts(report: &Report<'_>) -> Vec<(&'static str, String)> {
    let (about, summary) = (report.about, report.summary);
    let layout = &summary.layout;
    let beginning = Clock::new(about.start, layout).beginning();
    let mut time = clock::length(layout.horizon);
    let from = match (beginning, about.start) {
        (Some(beginning), _) => format!(" from {beginning}"),
        (None, Some(start)) if start.second_of_day > 0 => {
            format!(" from {}", clock::time_of_day(start.second_of_day))
        }
        (None, Some(_)) => String::new(),
        (None, None) => ", clock starts at 00:00".to_owned(),
    };
    time.push_str(&from);
    let replications = format::group(&summary.replications.to_string());
    let mut facts = vec![("Simulated", time)];
    if !layout.warm_up.is_zero() {
        facts.push((
            "Warm-up",
            format!("{}, not counted", clock::length(layout.warm_up)),
        ));
    }
    if summary.intervals.len() > 1 {
        let folded = layout.fold.map_or(String::new(), |fold| {
            format!(", the same times of every {} averaged", clock::length(fold))
        });
        facts.push((
            "Intervals",
            format!("{}{folded}", clock::length(layout.interval)),
        ));
    }
    facts.push(("Replications", replications));
    facts.push(("Seed", about.seed.to_string()));
    facts
}

fn expectations(expectations: &[Expectation]) -> String {
    let met = expectations.iter().filter(|one| one.met).count();
    let count = expectations.len();
    let sub = if met == count {
        "all met".to_owned()
    } else {
        format!("{met} of {count} met")
    };
    let mut text = format!(
        "<section>\n<div class=\"head\"><h2>Expectations</h2><span class=\"sub\">{sub}</span>\
         </div>\n<ul class=\"panel expect\">\n"
    );
    for one in expectations {
        let (class, verdict) = if one.met {
            ("yes", "✓ met")
        } else {
            ("no", "✗ not met")
        };
        let show = |value: f64, how: fn(Figure, f64) -> String| {
            Figure::from_key(&one.figure).map_or(value.to_string(), |figure| how(figure, value))
        };
        let seen = one
            .seen
            .map_or("unknown".to_owned(), |seen| show(seen, format::value));
        text.push_str(&format!(
            "<li><span class=\"verdict {class}\">{verdict}</span><span>{}</span>\
             <span class=\"seen\">came out at <b>{}</b>, wanted {}</span></li>\n",
            escape(&one.text),
            escape(&seen),
            escape(&show(one.wanted, format::bound)),
        ));
    }
    text.push_str("</ul>\n</section>\n");
    text
}

fn section(scope: Scope<'_>) -> String {
    let only = scope.report.summary.queues.len() == 1;
    let (id, class) = match scope.queue {
        Some(queue) => (
            format!("queue-{queue}"),
            if only { "only" } else { "queue" },
        ),
        None => ("all".to_owned(), "all"),
    };
    let name = if scope.queue.is_some() {
        &scope.figures.name
    } else {
        "All queues"
    };
    let mut text = format!(
        "<section id=\"{id}\" class=\"{class}\">\n<div class=\"head\"><h2>{}</h2>",
        escape(name)
    );
    if let Some(sub) = subtitle(&scope) {
        text.push_str(&format!("<span class=\"sub\">{}</span>", escape(&sub)));
    }
    text.push_str("</div>\n");
    text.push_str(&parts::cards(&scope));
    if scope.queue.is_none() {
        text.push_str(&parts::queues(scope.report.summary));
    }
    // Groups serve all queues together; with one queue that is its section.
    if scope.queue.is_none() || only {
        text.push_str(&parts::groups(scope.report.summary));
    }
    text.push_str(&charts::charts(&scope));
    text.push_str("</section>\n");
    text
}

fn subtitle(scope: &Scope<'_>) -> Option<String> {
    let sla_time = clock::length(scope.sla_time()?);
    let target = scope.target().map_or(String::new(), |target| {
        format!(
            " for {} of calls",
            format::bound(Figure::ServiceLevel, target)
        )
    });
    Some(format!("to be answered in less than {sla_time}{target}"))
}

/// Text with nothing in it that a page could take for its own.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Control characters are no part of a page.
            c if c.is_control() && c != '\n' && c != '\t' => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
