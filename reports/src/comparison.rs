//! One day that came to pass, beside what was forecast of it.

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::figure::{Figure, Figures};
use crate::format;
use crate::table::TableOptions;

/// The figures that are compared.
const COMPARED: [Figure; 7] = [
    Figure::Offered,
    Figure::Answered,
    Figure::Abandoned,
    Figure::ServiceLevel,
    Figure::MeanWait,
    Figure::MeanTalk,
    Figure::Occupancy,
];

/// Forecasts of a figure must be so many to give a band: with fewer, not even
/// all of them together would hold the next day with 95 %.
pub const FORECASTS_MIN: usize = 39;

/// Where a figure of one day lies, by forecasts of that day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Forecast {
    /// The mean of the forecasts in which the figure is known.
    pub mean: Option<f64>,
    /// Where the figure of one such day lies with a probability of 95 % or more:
    /// the k-th smallest and the k-th greatest forecast, k = ⌊0.025 (n + 1)⌋.
    /// A further day that is drawn as the n were lies below the one, or above
    /// the other, with a probability of k / (n + 1) each at most, however
    /// figures are distributed. (A confidence interval of the mean is something
    /// else, and much narrower.) `None` where fewer than [`FORECASTS_MIN`] are
    /// known.
    pub band95: Option<(f64, f64)>,
}

impl Forecast {
    /// The forecast that these days make, in any order.
    #[must_use]
    pub fn of(mut days: Vec<f64>) -> Self {
        days.sort_unstable_by(f64::total_cmp);
        let outside = (days.len() + 1) / 40;
        let band95 = outside
            .checked_sub(1)
            .map(|low| (days[low], days[days.len() - outside]));
        let mean = days.iter().sum::<f64>() / days.len() as f64;
        Self {
            mean: (!days.is_empty()).then_some(mean),
            band95,
        }
    }

    /// Whether a value lies in the band; `None` where there is no band.
    #[must_use]
    pub fn holds(&self, value: f64) -> Option<bool> {
        let (low, high) = self.band95?;
        Some((low..=high).contains(&value))
    }
}

/// A figure that came to pass, and what was forecast of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// Which figure.
    pub figure: Figure,
    /// What came to pass; `None`: unknown, such as a mean wait without calls.
    pub live: Option<f64>,
    /// What the simulation of the same callers and agents shows.
    pub simulated: Option<f64>,
    /// What was forecast.
    pub forecast: Forecast,
}

impl Compared {
    /// Whether it came to pass within the band; `None` where nobody can say.
    #[must_use]
    pub fn inside(&self) -> Option<bool> {
        self.forecast.holds(self.live?)
    }
}

/// What happened in telephony beside the figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Voices {
    /// Talks of a caller with an agent.
    pub talks: u64,
    /// Talks in which both heard each other.
    pub heard_each_other: u64,
    /// Calls that the server refused or never answered, against all rules.
    pub failed: u64,
}

/// A run against real telephones, beside forecasts of it.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The scenario's name.
    pub scenario: String,
    /// Key of the randomness of callers and agents.
    pub seed: u64,
    /// How many times as fast as the scenario it went. Times are those of the
    /// scenario.
    pub speed: u32,
    /// How many days were forecast.
    pub forecasts: usize,
    /// What was heard.
    pub voices: Voices,
    /// The queues, by name, in the order of the layout.
    pub queues: Vec<(String, Vec<Compared>)>,
}

impl Comparison {
    /// Compares a queue's figures, all in times of a world that is `speed` times
    /// as fast, and adds it: what came to pass, what the simulation of the same
    /// people shows, and that of other days.
    pub fn add(&mut self, queue: &str, live: &Figures, simulated: &Figures, forecasts: &[Figures]) {
        let slow = |figure: Figure, value: f64| match figure.is_seconds() {
            true => value * f64::from(self.speed),
            false => value,
        };
        let compared = COMPARED.map(|figure| {
            let days = forecasts.iter().filter_map(|day| day.get(figure));
            Compared {
                figure,
                live: live.get(figure).map(|value| slow(figure, value)),
                simulated: simulated.get(figure).map(|value| slow(figure, value)),
                forecast: Forecast::of(days.map(|value| slow(figure, value)).collect()),
            }
        });
        self.queues.push((queue.to_owned(), compared.into()));
    }

    /// How many figures have a band, and how many of them came to pass in it.
    #[must_use]
    pub fn inside(&self) -> (usize, usize) {
        let all = self.queues.iter().flat_map(|(_, compared)| compared);
        let said: Vec<bool> = all.filter_map(Compared::inside).collect();
        (said.len(), said.iter().filter(|inside| **inside).count())
    }

    /// As a JSON object, indented: `scenario`, `seed`, `speed`, `forecasts`,
    /// `voices`, and `queues` by name, each with its figures by
    /// [`Figure::key`]: `{"live": …, "simulated": …, "forecast": {"mean": …,
    /// "band95": [low, high]}, "inside": true}`. What is not known is `null`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text =
            serde_json::to_string_pretty(self).expect("text keys and numbers are always JSON");
        text.push('\n');
        text
    }

    /// As text for a terminal: the queues below each other.
    #[must_use]
    pub fn to_table(&self, options: TableOptions) -> String {
        let mut text = String::new();
        for (name, compared) in &self.queues {
            text.push_str(&format!("\n{name}\n\n{}", table(compared, options)));
        }
        text
    }
}

fn table(compared: &[Compared], options: TableOptions) -> String {
    let (rule, dash) = if options.ascii {
        ('-', "-")
    } else {
        ('─', "–")
    };
    let line = LineStyle::none().fill(rule).junction(rule);
    let mut table = Table::new();
    table
        .load_style(TableStyle::new().header_separator(line))
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(["", "Live", "Simulated", "Forecast", "95 % of days", ""]);
    for one in compared {
        let show = |value: f64| format::value(one.figure, value);
        let or_dash = |value: Option<f64>| value.map_or_else(|| dash.to_owned(), show);
        let band = one.forecast.band95;
        let band = band.map(|(low, high)| format!("{} {dash} {}", show(low), show(high)));
        table.add_row([
            one.figure.title().to_owned(),
            or_dash(one.live),
            or_dash(one.simulated),
            or_dash(one.forecast.mean),
            band.unwrap_or_else(|| dash.to_owned()),
            match one.inside() {
                Some(false) => "OUTSIDE".to_owned(),
                Some(true) | None => String::new(),
            },
        ]);
    }
    for column in table.column_iter_mut().skip(1).take(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let trimmed = table.lines().map(|line| format!("{}\n", line.trim_end()));
    trimmed.collect()
}

impl Serialize for Comparison {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("scenario", &self.scenario)?;
        map.serialize_entry("seed", &self.seed)?;
        map.serialize_entry("speed", &self.speed)?;
        map.serialize_entry("forecasts", &self.forecasts)?;
        map.serialize_entry("voices", &self.voices)?;
        map.serialize_entry("queues", &Queues(&self.queues))?;
        map.end()
    }
}

impl Serialize for Voices {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("talks", &self.talks)?;
        map.serialize_entry("heard_each_other", &self.heard_each_other)?;
        map.serialize_entry("failed", &self.failed)?;
        map.end()
    }
}

struct Queues<'a>(&'a [(String, Vec<Compared>)]);

impl Serialize for Queues<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, queue)| (name, Queue(queue))))
    }
}

struct Queue<'a>(&'a [Compared]);

impl Serialize for Queue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|one| (one.figure.key(), one)))
    }
}

impl Serialize for Compared {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("live", &self.live)?;
        map.serialize_entry("simulated", &self.simulated)?;
        map.serialize_entry("forecast", &self.forecast)?;
        map.serialize_entry("inside", &self.inside())?;
        map.end()
    }
}

impl Serialize for Forecast {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("mean", &self.mean)?;
        map.serialize_entry("band95", &self.band95)?;
        map.end()
    }
}
