//! Speeds compared in one run. On a machine that other work shares, a speed
//! measured alone says little and a ratio of two speeds measured in turns says
//! much, so a claim of ours is the median ratio and its range.

use std::fmt;
use std::time::Instant;

/// One of those compared.
pub struct Party<'a> {
    /// For the table.
    pub name: String,
    /// One run, which returns its calls per second of processor time.
    pub run: Box<dyn FnMut() -> f64 + 'a>,
}

impl<'a> Party<'a> {
    /// A party that simulates `calls` calls on this thread in each run.
    pub fn timed(name: &str, calls: u64, mut run: impl FnMut() + 'a) -> Self {
        let run = move || {
            let start = Stopwatch::start();
            run();
            calls as f64 / start.seconds()
        };
        Party {
            name: name.to_owned(),
            run: Box::new(run),
        }
    }
}

/// Processor time of this thread where the system tells it, else the clock.
/// The system counts in steps of some milliseconds, so that a run should take a
/// tenth of a second or more.
enum Stopwatch {
    Processor(u64),
    Clock(Instant),
}

impl Stopwatch {
    fn start() -> Self {
        match processor_ns() {
            Some(ns) => Stopwatch::Processor(ns),
            None => Stopwatch::Clock(Instant::now()),
        }
    }

    fn seconds(&self) -> f64 {
        match self {
            Stopwatch::Processor(from) => {
                let now = processor_ns().expect("the system told it at the start of the run");
                (now - from) as f64 / 1e9
            }
            Stopwatch::Clock(from) => from.elapsed().as_secs_f64(),
        }
    }
}

fn processor_ns() -> Option<u64> {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    line.split(' ').next()?.parse().ok()
}

/// The middle of some values and how far they spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Middle value; of an even number, the mean of the two in the middle.
    pub median: f64,
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
}

impl Spread {
    /// Of at least one value.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (low, high) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
        Spread {
            median: (low + high) / 2.0,
            min: values[0],
            max: values[values.len() - 1],
        }
    }
}

/// The speeds of one party, and how they stand to those of the first party.
#[derive(Debug, Clone)]
pub struct Row {
    /// Of the party.
    pub name: String,
    /// Calls per second of processor time.
    pub speed: Spread,
    /// Of each round's speed to the first party's in the same round.
    pub ratio: Spread,
}

/// The result of [`compare`], printed as a table.
#[derive(Debug, Clone)]
pub struct Table {
    /// What is compared, and over how many rounds.
    pub title: String,
    /// One for each party, in their order.
    pub rows: Vec<Row>,
}

/// Runs the parties in turns, A B C A B C …, after one round that warms up and
/// is thrown away.
pub fn compare(title: &str, rounds: usize, parties: &mut [Party<'_>]) -> Table {
    let mut speeds: Vec<Vec<f64>> = vec![Vec::new(); parties.len()];
    for round in 0..=rounds {
        for (party, speeds) in parties.iter_mut().zip(&mut speeds) {
            let speed = (party.run)();
            if round > 0 {
                speeds.push(speed);
            }
        }
    }
    let row = |(party, own): (&Party<'_>, &Vec<f64>)| Row {
        name: party.name.clone(),
        speed: Spread::of(own.iter().copied()),
        ratio: Spread::of(own.iter().zip(&speeds[0]).map(|(own, first)| own / first)),
    };
    let rows = parties.iter().zip(&speeds).map(row).collect();
    Table {
        title: format!("{title} ({rounds} rounds in turns)"),
        rows,
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        writeln!(
            f,
            "  {:<28} {:>14}   {:>9} {:>23}",
            "", "calls/CPU s", "ratio", "(min – max)"
        )?;
        for Row { name, speed, ratio } in &self.rows {
            let range = format!("({:.5} – {:.5})", ratio.min, ratio.max);
            writeln!(
                f,
                "  {name:<28} {:>14.0}   {:>9.5} {range:>23}",
                speed.median, ratio.median
            )?;
        }
        Ok(())
    }
}
