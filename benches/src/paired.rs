//! Speeds compared in one run. On a machine that other work shares, a speed
//! measured alone says little and a ratio of two speeds measured in turns says
//! much, so a claim of ours is the median ratio and its range.

use std::fmt;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// How much is measured. Criterion's own flags choose it, so that one command
/// line serves all benches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Enough for a claim.
    Full,
    /// Enough to see a slip (`--quick`).
    Quick,
    /// Enough to see that it runs (`--test`).
    Test,
}

impl Size {
    /// As the command line says.
    pub fn asked() -> Self {
        let flag = |name: &str| std::env::args().any(|argument| argument == name);
        if flag("--test") {
            Size::Test
        } else if flag("--quick") {
            Size::Quick
        } else {
            Size::Full
        }
    }

    /// One of three, by size.
    pub fn choose<T>(self, full: T, quick: T, test: T) -> T {
        match self {
            Size::Full => full,
            Size::Quick => quick,
            Size::Test => test,
        }
    }
}

/// One of those compared.
pub struct Party<'a> {
    /// For the table.
    pub name: String,
    /// One run, which returns its calls per second.
    pub run: Box<dyn FnMut() -> f64 + 'a>,
}

impl<'a> Party<'a> {
    /// A party that returns how many calls it simulated. What counts is the
    /// processor time of the whole process, other threads' share included.
    pub fn timed(name: &str, mut run: impl FnMut() -> u64 + 'a) -> Self {
        let run = move || {
            let start = processor_time();
            let calls = run();
            calls as f64 / (processor_time() - start).as_secs_f64()
        };
        Party {
            name: name.to_owned(),
            run: Box::new(run),
        }
    }

    /// The same by the clock on the wall.
    pub fn by_the_clock(name: &str, mut run: impl FnMut() -> u64 + 'a) -> Self {
        let run = move || {
            let start = Instant::now();
            let calls = run();
            calls as f64 / start.elapsed().as_secs_f64()
        };
        Party {
            name: name.to_owned(),
            run: Box::new(run),
        }
    }
}

/// Processor time that this process has used.
pub fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("time used is not negative")
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

/// Median, least and greatest, with as many decimals as asked for.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        let Spread { median, min, max } = self;
        write!(
            f,
            "{median:.decimals$} ({min:.decimals$} – {max:.decimals$})"
        )
    }
}

/// The speeds of one party.
#[derive(Debug, Clone)]
pub struct Row {
    /// Of the party.
    pub name: String,
    /// Calls per second, round by round.
    pub speeds: Vec<f64>,
}

/// The result of [`compare`], printed as a table.
#[derive(Debug, Clone)]
pub struct Table {
    /// What is compared.
    pub title: String,
    /// One for each party, in their order.
    pub rows: Vec<Row>,
}

impl Table {
    /// How much more time the party `slow` takes for a call than `fast` in the
    /// same round. `None` where one of them did not run.
    pub fn times(&self, slow: &str, fast: &str) -> Option<Spread> {
        let speeds = |name: &str| self.rows.iter().find(|row| row.name == name);
        let (slow, fast) = (speeds(slow)?, speeds(fast)?);
        let rounds = fast.speeds.iter().zip(&slow.speeds);
        Some(Spread::of(rounds.map(|(fast, slow)| fast / slow)))
    }
}

/// Runs the parties in turns, A B C A B C …, after one round that warms up and
/// is thrown away.
pub fn compare(title: &str, rounds: usize, parties: &mut [Party<'_>]) -> Table {
    let mut rows: Vec<Row> = (parties.iter())
        .map(|party| Row {
            name: party.name.clone(),
            speeds: Vec::new(),
        })
        .collect();
    for round in 0..=rounds {
        for (party, row) in parties.iter_mut().zip(&mut rows) {
            let speed = (party.run)();
            if round > 0 {
                row.speeds.push(speed);
            }
        }
    }
    Table {
        title: format!("{title} ({rounds} rounds in turns)"),
        rows,
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.rows.first().map(|row| row.name.as_str()) else {
            return Ok(());
        };
        writeln!(f, "{}", self.title)?;
        let time = format!("time / {first}");
        writeln!(f, "  {:<28} {:>34}   {time}", "", "calls/s")?;
        for row in &self.rows {
            let speed = Spread::of(row.speeds.iter().copied());
            let time = self.times(&row.name, first).expect("both have run");
            writeln!(
                f,
                "  {:<28} {:>34}   {time:.3}",
                row.name,
                format!("{speed:.0}")
            )?;
        }
        Ok(())
    }
}
