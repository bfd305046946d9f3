//! The chart of how long callers waited.

use super::charts::{Caption, Mark, figure, legend};
use super::plot::{Horizontal, Plot, Vertical, round_ticks};
use super::{Scope, parts};
use crate::clock;
use crate::waits::Waits;

const HEIGHT: f64 = 230.0;
/// Widths of bars in seconds. From a minute on they fit the coarse bins.
const WIDTHS_S: [u64; 11] = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600];
/// The bars are as narrow as this many of them allow.
const BARS_MAX: u64 = 40;
/// The bars hold this share of the calls; the others are in one last bar.
const SHOWN: f64 = 0.995;
/// A bar that is this many times as tall as the next is drawn broken.
const BROKEN_FROM: f64 = 2.5;

/// A bar: shares of all calls.
#[derive(Clone, Copy, Debug, Default)]
struct Bar {
    answered: f64,
    left: f64,
}

impl Bar {
    const fn both(self) -> f64 {
        self.answered + self.left
    }
}

/// Bars of equal width, and what is beyond the last.
struct Bars {
    width_s: u64,
    bars: Vec<Bar>,
    beyond: Bar,
}

impl Bars {
    /// `None`: there were no calls.
    fn of(waits: &Waits) -> Option<Self> {
        let calls: u64 = waits
            .iter()
            .map(|(_, answered, left)| answered + left)
            .sum();
        if calls == 0 {
            return None;
        }
        let total = calls as f64;
        let mut shown = 0;
        let last = waits.iter().find(|(_, answered, left)| {
            shown += answered + left;
            shown as f64 >= SHOWN * total
        });
        let end = last.map_or(0, |(start, _, _)| start) + 1;
        let fits = |width: &u64| {
            end.div_ceil(*width) <= BARS_MAX && (*width >= 60 || end <= Waits::FINE_S)
        };
        let width_s = WIDTHS_S.into_iter().find(fits).unwrap_or(600);
        let count = usize::try_from(end.div_ceil(width_s).max(8)).unwrap_or(usize::MAX);
        let mut bars = vec![Bar::default(); count];
        let mut beyond = Bar::default();
        for (start, answered, left) in waits.iter() {
            let place = usize::try_from(start / width_s).unwrap_or(usize::MAX);
            let bar = bars.get_mut(place).unwrap_or(&mut beyond);
            bar.answered += answered as f64 / total;
            bar.left += left as f64 / total;
        }
        Some(Self {
            width_s,
            bars,
            beyond,
        })
    }

    /// The height of the plot, which a single very tall bar may exceed.
    fn greatest(&self) -> f64 {
        let mut heights: Vec<f64> = self.bars.iter().map(|bar| bar.both()).collect();
        heights.push(self.beyond.both());
        heights.sort_by(f64::total_cmp);
        match heights.as_slice() {
            [.., second, first] if *second > 0.0 && *first > second * BROKEN_FROM => second * 1.5,
            [.., first] => *first,
            [] => 1.0,
        }
    }
}

/// How long callers waited, answered ones and the others.
pub(super) fn waits(scope: &Scope<'_>) -> String {
    let Some(bars) = Bars::of(&scope.figures.waits) else {
        return String::new();
    };
    let width = bars.width_s as f64;
    let end = bars.bars.len() as f64 * width;
    // What is beyond stands apart, behind a gap.
    let beyond = (bars.beyond.both() > 0.0).then_some((end + width, end + width * 2.0));
    let ticks = round_ticks(
        bars.greatest(),
        &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2],
    );
    let decimals = usize::from(ticks.get(1).is_some_and(|step| *step < 0.01));
    let max = ticks.last().copied().unwrap_or(1.0);
    let label = |tick: f64| (tick, format!("{:.decimals$} %", tick * 100.0));
    let axis = Vertical {
        max,
        ticks: ticks.iter().map(|tick| label(*tick)).collect(),
    };
    let x = horizontal(&bars, end, beyond);
    let mut plot = Plot::new(&format!("Waits: {}", scope.figures.name), HEIGHT, x, axis);
    let mut rows = "<tr><th>Wait</th><th>Answered, %</th><th>Left, %</th></tr>\n".to_owned();
    let places = bars.bars.iter().enumerate().map(|(place, bar)| {
        let start = place as f64 * width;
        (Some((start, start + width)), *bar)
    });
    for (ends, bar) in places.chain(beyond.map(|_| (None, bars.beyond))) {
        let at = ends.or(beyond).unwrap_or_default();
        let name = match ends {
            Some((from, to)) => format!("{}–{}", time(from), time(to)),
            None => format!("{} and longer", time(end)),
        };
        draw(&mut plot, at, bar, max, &name);
        let (answered, left) = (bar.answered * 100.0, bar.left * 100.0);
        rows.push_str(&format!(
            "<tr><td>{name}</td><td>{answered:.2}</td><td>{left:.2}</td></tr>\n"
        ));
    }
    if let Some(sla_time) = scope.sla_time().map(|span| span.micros() as f64 / 1e6)
        && sla_time > 0.0
        && sla_time < end
    {
        plot.upright("target", sla_time, &time(sla_time));
    }
    let mut entries = vec![(Mark::Area("answered"), "answered")];
    if bars
        .bars
        .iter()
        .chain([&bars.beyond])
        .any(|bar| bar.left > 0.0)
    {
        entries.push((Mark::Area("abandoned"), "left without an answer"));
    }
    let caption = Caption {
        title: "How long callers waited",
        note: format!("share of calls, per {}", time(width)),
        legend: legend(&entries),
    };
    figure(&caption, &plot.finish(), &parts::details(&rows))
}

fn draw(plot: &mut Plot, at: (f64, f64), bar: Bar, max: f64, name: &str) {
    plot.bar("answered", at, (0.0, bar.answered));
    plot.bar("abandoned", at, (bar.answered, bar.both()));
    if bar.both() > max {
        plot.broken(at, &format!("{:.1} %", bar.both() * 100.0));
    }
    let title = format!(
        "{name}\nAnswered: {:.2} % of calls\nLeft: {:.2} % of calls",
        bar.answered * 100.0,
        bar.left * 100.0
    );
    plot.hover(at, &title);
}

fn horizontal(bars: &Bars, end: f64, beyond: Option<(f64, f64)>) -> Horizontal {
    let to = beyond.map_or(end, |(_, to)| to);
    let steps: Vec<f64> = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200]
        .into_iter()
        .filter(|step: &u64| step.is_multiple_of(bars.width_s))
        .map(|step| step as f64)
        .collect();
    let step = steps
        .iter()
        .copied()
        .find(|step| end / step <= 13.0)
        .unwrap_or(end);
    let mut ticks = vec![0.0];
    while ticks.len() as f64 * step <= end {
        ticks.push(ticks.len() as f64 * step);
    }
    let mut ticks = clock::seconds_labels(ticks);
    if let Some((from, to)) = beyond {
        // The last round time gives way to the name of the last bar.
        ticks.retain(|(at, _)| *at < end - step * 0.5);
        ticks.push((f64::midpoint(from, to), "longer".to_owned()));
    }
    Horizontal {
        from: 0.0,
        to,
        ticks,
    }
}

/// `45 s`, `3 min`.
fn time(seconds: f64) -> String {
    if seconds >= 120.0 && seconds % 60.0 == 0.0 {
        format!("{} min", seconds / 60.0)
    } else {
        format!("{seconds} s")
    }
}
