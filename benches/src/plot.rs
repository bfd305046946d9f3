//! Charts with both axes in decades, as pages that need nothing else.

use std::fmt::Write;

/// One line of a chart.
#[derive(Debug, Clone)]
pub struct Series {
    /// For the legend.
    pub name: String,
    /// What is drawn; all numbers above zero.
    pub points: Vec<(f64, f64)>,
}

/// A chart.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Above it.
    pub title: String,
    /// Below its horizontal axis.
    pub x: String,
    /// Beside its vertical axis.
    pub y: String,
    /// Its lines.
    pub series: Vec<Series>,
}

/// Told apart by people who do not see red and green, too (Okabe and Ito).
const COLOURS: [&str; 7] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#333333",
];
const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 400.0;
/// Of the area with the lines: left, right, top, bottom.
const AREA: [f64; 4] = [80.0, 500.0, 40.0, 340.0];

/// From the numbers on an axis to places on the page, decade by decade.
struct Scale {
    decades: (i32, i32),
    places: (f64, f64),
}

impl Scale {
    fn new(values: impl Iterator<Item = f64> + Clone, places: (f64, f64)) -> Self {
        let low = values.clone().fold(f64::INFINITY, f64::min).log10().floor();
        let high = values.fold(0.0, f64::max).log10().ceil().max(low + 1.0);
        let decade = |value: f64| format!("{value:.0}").parse().expect("a small number");
        Scale {
            decades: (decade(low), decade(high)),
            places,
        }
    }

    fn place(&self, value: f64) -> f64 {
        let (first, last) = (f64::from(self.decades.0), f64::from(self.decades.1));
        let share = (value.log10() - first) / (last - first);
        self.places.0 + share * (self.places.1 - self.places.0)
    }

    /// A label and its place for each decade.
    fn ticks(&self) -> Vec<(String, f64)> {
        let tick = |decade: i32| {
            let value = 10_f64.powi(decade);
            (format!("{value}"), self.place(value))
        };
        (self.decades.0..=self.decades.1).map(tick).collect()
    }
}

impl Chart {
    /// As SVG.
    pub fn svg(&self) -> String {
        let points = || self.series.iter().flat_map(|series| series.points.iter());
        let [left, right, top, bottom] = AREA;
        let x = Scale::new(points().map(|point| point.0), (left, right));
        let y = Scale::new(points().map(|point| point.1), (bottom, top));
        let mut svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' \
             width='{WIDTH}' height='{HEIGHT}' font-family='sans-serif' font-size='12'>"
        );
        put(&mut svg, left, 20.0, "start", &self.title);
        put(
            &mut svg,
            (left + right) / 2.0,
            bottom + 40.0,
            "middle",
            &self.x,
        );
        put(&mut svg, 10.0, top - 8.0, "start", &self.y);
        for (label, at) in x.ticks() {
            line(&mut svg, "#ddd", &[(at, top), (at, bottom)]);
            put(&mut svg, at, bottom + 18.0, "middle", &label);
        }
        for (label, at) in y.ticks() {
            line(&mut svg, "#ddd", &[(left, at), (right, at)]);
            put(&mut svg, left - 6.0, at + 4.0, "end", &label);
        }
        for (place, series) in self.series.iter().enumerate() {
            let colour = COLOURS[place % COLOURS.len()];
            let placed: Vec<(f64, f64)> = (series.points.iter())
                .map(|&(a, b)| (x.place(a), y.place(b)))
                .collect();
            line(&mut svg, colour, &placed);
            for (a, b) in placed {
                write(
                    &mut svg,
                    format_args!("<circle cx='{a:.1}' cy='{b:.1}' r='3' fill='{colour}'/>"),
                );
            }
            let at = top + 20.0 * (place as f64 + 0.5);
            line(&mut svg, colour, &[(right + 16.0, at), (right + 36.0, at)]);
            put(&mut svg, right + 42.0, at + 4.0, "start", &series.name);
        }
        svg + "</svg>"
    }
}

/// A page of charts.
pub fn page(title: &str, charts: &[Chart]) -> String {
    let mut page = format!(
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>{title}</title>\
         <h1 style='font-family:sans-serif;font-size:18px'>{title}</h1>"
    );
    for chart in charts {
        page += "<p>";
        page += &chart.svg();
    }
    page
}

fn put(svg: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    write(
        svg,
        format_args!("<text x='{x:.1}' y='{y:.1}' text-anchor='{anchor}'>{text}</text>"),
    );
}

fn line(svg: &mut String, colour: &str, points: &[(f64, f64)]) {
    let points: Vec<String> = points
        .iter()
        .map(|(x, y)| format!("{x:.1},{y:.1}"))
        .collect();
    let points = points.join(" ");
    write(
        svg,
        format_args!(
            "<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='1.5'/>"
        ),
    );
}

fn write(svg: &mut String, text: std::fmt::Arguments<'_>) {
    svg.write_fmt(text).expect("memory can be written to");
}
