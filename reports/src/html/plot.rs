//! Drawing: a plot with axes, to which bars, lines and bands are added.

use core::fmt::Write;

use super::escape;

/// Size of the drawing; it is scaled to the width of the page.
const WIDTH: f64 = 960.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 22.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 28.0;

/// The vertical axis, from zero up.
#[derive(Clone, Debug)]
pub(super) struct Vertical {
    pub(super) max: f64,
    pub(super) ticks: Vec<(f64, String)>,
}

/// The horizontal axis.
#[derive(Clone, Debug)]
pub(super) struct Horizontal {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) ticks: Vec<(f64, String)>,
}

/// A point of a line; gaps are `None`.
pub(super) type Point = Option<(f64, f64)>;

/// A place on the horizontal axis with the low and high end of a band there.
pub(super) type Ends = Option<(f64, f64, f64)>;

/// A plot that grows with every call. What comes later covers what was before.
#[derive(Clone, Debug)]
pub(super) struct Plot {
    svg: String,
    height: f64,
    x: Horizontal,
    y: Vertical,
    /// A broken bar has its label at the top.
    broken: bool,
}

impl Plot {
    /// A plot with its grid; `label` is read out to those who can not see it.
    pub(super) fn new(label: &str, height: f64, x: Horizontal, y: Vertical) -> Self {
        let mut plot = Self {
            svg: String::new(),
            height,
            x,
            y,
            broken: false,
        };
        let _ = write!(
            plot.svg,
            "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">",
            escape(label)
        );
        plot.grid();
        plot
    }

    fn grid(&mut self) {
        for (value, label) in self.y.ticks.clone() {
            let y = self.py(value);
            let _ = write!(
                self.svg,
                "<path class=\"grid\" d=\"M{LEFT} {y}H{}\"/>\
                 <text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                num(WIDTH - RIGHT),
                num(LEFT - 8.0),
                num(self.y_of(value) + 4.0),
                escape(&label),
            );
        }
    }

    fn bottom(&self) -> f64 {
        self.height - BOTTOM
    }

    fn x_of(&self, x: f64) -> f64 {
        let share = (x - self.x.from) / (self.x.to - self.x.from);
        LEFT + share.clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT)
    }

    fn y_of(&self, y: f64) -> f64 {
        let share = (y / self.y.max).clamp(0.0, 1.0);
        self.bottom() - share * (self.bottom() - TOP)
    }

    fn px(&self, x: f64) -> String {
        num(self.x_of(x))
    }

    fn py(&self, y: f64) -> String {
        num(self.y_of(y))
    }

    /// A bar from `x.0` to `x.1`, with a gap to its neighbours where there is
    /// room for one.
    pub(super) fn bar(&mut self, class: &str, x: (f64, f64), y: (f64, f64)) {
        let (left, right) = (self.x_of(x.0), self.x_of(x.1));
        let (top, bottom) = (self.y_of(y.1), self.y_of(y.0));
        if bottom - top < 0.05 {
            return;
        }
        let gap = ((right - left) * 0.12).min(3.0);
        let _ = write!(
            self.svg,
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
            num(left + gap / 2.0),
            num(top),
            num(right - left - gap),
            num(bottom - top),
        );
    }

    /// A break drawn through a bar that is taller than the plot.
    pub(super) fn broken(&mut self, x: (f64, f64), label: &str) {
        self.broken = true;
        let (left, right, y) = (self.x_of(x.0) - 2.0, self.x_of(x.1) + 2.0, TOP + 14.0);
        let _ = write!(
            self.svg,
            "<path class=\"break\" d=\"M{} {}L{} {}\"/>\
             <text class=\"note\" x=\"{}\" y=\"{}\">{}</text>",
            num(left),
            num(y + 4.0),
            num(right),
            num(y - 4.0),
            num(right + 4.0),
            num(TOP + 10.0),
            escape(label),
        );
    }

    /// A line through points, broken at gaps; a point between gaps is a dot.
    pub(super) fn line(&mut self, class: &str, points: &[Point]) {
        for run in runs(points) {
            if let [(x, y)] = run[..] {
                self.dot(&format!("{class} alone"), x, y, 2.5);
                continue;
            }
            let path: Vec<String> = run
                .iter()
                .map(|(x, y)| format!("{} {}", self.px(*x), self.py(*y)))
                .collect();
            let _ = write!(
                self.svg,
                "<path class=\"{class}\" d=\"M{}\"/>",
                path.join("L")
            );
        }
    }

    /// A step for every `(from, to, value)`, filled down to zero.
    pub(super) fn steps(&mut self, class: &str, steps: &[(f64, f64, f64)]) {
        let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
            return;
        };
        let mut path = format!("M{} {}", self.px(first.0), self.py(0.0));
        for (from, to, value) in steps {
            let _ = write!(
                path,
                "L{} {y}L{} {y}",
                self.px(*from),
                self.px(*to),
                y = self.py(*value)
            );
        }
        let _ = write!(path, "L{} {}Z", self.px(last.1), self.py(0.0));
        let _ = write!(self.svg, "<path class=\"{class}\" d=\"{path}\"/>");
    }

    /// A circle.
    pub(super) fn dot(&mut self, class: &str, x: f64, y: f64, radius: f64) {
        let (x, y) = (self.px(x), self.py(y));
        let _ = write!(
            self.svg,
            "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{}\"/>",
            num(radius)
        );
    }

    /// A band between the lows and highs at each point, broken at gaps.
    pub(super) fn band(&mut self, class: &str, points: &[Ends]) {
        let lows: Vec<Point> = points
            .iter()
            .map(|p| p.map(|(x, low, _)| (x, low)))
            .collect();
        let highs: Vec<Point> = points
            .iter()
            .map(|p| p.map(|(x, _, high)| (x, high)))
            .collect();
        for (low, high) in runs(&lows).into_iter().zip(runs(&highs)) {
            if let ([(x, low)], [(_, high)]) = (&low[..], &high[..]) {
                let (x, low, high) = (self.px(*x), self.py(*low), self.py(*high));
                let _ = write!(
                    self.svg,
                    "<path class=\"{class} alone\" d=\"M{x} {low}V{high}\"/>"
                );
                continue;
            }
            let path: Vec<String> = low
                .iter()
                .chain(high.iter().rev())
                .map(|(x, y)| format!("{} {}", self.px(*x), self.py(*y)))
                .collect();
            let _ = write!(
                self.svg,
                "<path class=\"{class}\" d=\"M{}Z\"/>",
                path.join("L")
            );
        }
    }

    /// A line across the whole plot.
    pub(super) fn across(&mut self, class: &str, y: f64) {
        let right = num(WIDTH - RIGHT);
        let y = self.py(y);
        let _ = write!(
            self.svg,
            "<path class=\"{class}\" d=\"M{LEFT} {y}H{right}\"/>"
        );
    }

    /// A line from the bottom to the top, labelled beside its upper end, below
    /// the label of a broken bar.
    pub(super) fn upright(&mut self, class: &str, x: f64, label: &str) {
        let top = if self.broken { TOP + 18.0 } else { TOP };
        let _ = write!(
            self.svg,
            "<path class=\"{class}\" d=\"M{} {}V{}\"/>\
             <text class=\"note {class}\" x=\"{}\" y=\"{}\">{}</text>",
            self.px(x),
            num(top),
            num(self.bottom()),
            num(self.x_of(x) + 5.0),
            num(top + 10.0),
            escape(label),
        );
    }

    /// What is shown where the pointer rests between `x.0` and `x.1`.
    pub(super) fn hover(&mut self, x: (f64, f64), title: &str) {
        let (left, right) = (self.x_of(x.0), self.x_of(x.1));
        let _ = write!(
            self.svg,
            "<rect class=\"hover\" x=\"{}\" y=\"{TOP}\" width=\"{}\" height=\"{}\">\
             <title>{}</title></rect>",
            num(left),
            num(right - left),
            num(self.bottom() - TOP),
            escape(title),
        );
    }

    /// The finished drawing, with the horizontal axis on top of everything.
    pub(super) fn finish(mut self) -> String {
        let bottom = self.bottom();
        let _ = write!(
            self.svg,
            "<path class=\"axis\" d=\"M{LEFT} {}H{}\"/>",
            num(bottom),
            num(WIDTH - RIGHT)
        );
        for (at, label) in self.x.ticks.clone() {
            let x = self.x_of(at);
            // Labels at the ends stay inside of the drawing.
            let anchor = if x + label.chars().count() as f64 * 3.4 > WIDTH {
                "end"
            } else {
                "middle"
            };
            let _ = write!(
                self.svg,
                "<path class=\"axis\" d=\"M{0} {1}v5\"/>\
                 <text class=\"tick\" x=\"{2}\" y=\"{3}\" text-anchor=\"{anchor}\">{4}</text>",
                num(x),
                num(bottom),
                num(if anchor == "end" { WIDTH } else { x }),
                num(bottom + 19.0),
                escape(&label),
            );
        }
        self.svg.push_str("</svg>");
        self.svg
    }
}

/// The points between gaps.
fn runs(points: &[Point]) -> Vec<Vec<(f64, f64)>> {
    points
        .split(Option::is_none)
        .map(|run| run.iter().copied().flatten().collect::<Vec<_>>())
        .filter(|run| !run.is_empty())
        .collect()
}

/// A coordinate, as short as a tenth of a unit allows.
pub(super) fn num(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Evenly spaced round values from zero to one that is at least `greatest`,
/// some four or five of them; their distance is one of `steps` or, beyond
/// those, a round multiple of the last.
pub(super) fn round_ticks(greatest: f64, steps: &[f64]) -> Vec<f64> {
    let wanted = greatest / 5.0;
    let last = steps.last().copied().unwrap_or(1.0);
    let step = steps
        .iter()
        .copied()
        .find(|step| *step >= wanted)
        .unwrap_or_else(|| {
            let beyond =
                (1..).flat_map(|power| [2.0, 5.0, 10.0].map(|m| m * 10_f64.powi(power - 1)));
            beyond
                .map(|times| last * times)
                .find(|step| *step >= wanted)
                .unwrap_or(greatest)
        });
    let mut ticks = vec![0.0];
    // Counted, not added up, so that no error grows.
    let mut count = 1.0;
    while ticks.last().is_some_and(|top| *top < greatest * 0.999_999) || ticks.len() < 2 {
        ticks.push(count * step);
        count += 1.0;
    }
    ticks
}
