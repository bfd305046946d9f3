//! The text of a table: its parts, and writing it anew.

use tandem_engine::{SECOND_US, Timestamp};

/// A line that was read, with its number.
pub type Line = (usize, String);

/// A whole file.
#[derive(Debug)]
pub struct Table {
    /// Every line before the first case, as it stands there.
    pub raw: Vec<String>,
    /// Settings that all cases share.
    pub common: Vec<Line>,
    /// The cases; one without a title where the file has no titles.
    pub cases: Vec<Case>,
}

/// One centre and what happens to it.
#[derive(Debug, Default)]
pub struct Case {
    /// What it shows.
    pub title: Option<Line>,
    /// Its lines before the first step, as they stand there.
    pub raw: Vec<String>,
    /// Settings of its own.
    pub settings: Vec<Line>,
    /// What happens.
    pub steps: Vec<Step>,
}

/// A line that begins with `at` or `until`, and what is below it.
#[derive(Debug)]
pub struct Step {
    /// Where it stands.
    pub line: usize,
    /// Comments and blank lines before it.
    pub before: Vec<String>,
    /// When.
    pub time: Timestamp,
    /// What.
    pub what: What,
    /// The outputs that are expected.
    pub expected: Vec<Line>,
}

/// What happens in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Something is told to the engine.
    Input(String),
    /// Nothing is told: deadlines fire by themselves.
    Passing,
    /// The case ends.
    Until,
}

/// What came of a step, or of a deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// When.
    pub time: Timestamp,
    /// What happened.
    pub what: What,
    /// The outputs.
    pub lines: Vec<String>,
}

/// Takes a text apart.
pub fn parse(text: &str) -> Result<Table, String> {
    let mut table = Table {
        raw: Vec::new(),
        common: Vec::new(),
        cases: Vec::new(),
    };
    let mut before = Vec::new();
    for (number, raw) in (1..).zip(text.lines()) {
        let line = raw.trim_end();
        let words = line.trim_start();
        if words.is_empty() || words.starts_with('#') {
            before.push(line.to_owned());
        } else if let Some(title) = line.strip_prefix("case ") {
            let title = Some((number, title.trim().to_owned()));
            let mut case = Case {
                title,
                ..Case::default()
            };
            case.raw.append(&mut before);
            case.raw.push(line.to_owned());
            table.cases.push(case);
        } else if line.starts_with("at ") || line.starts_with("until ") {
            let step = step(number, line, std::mem::take(&mut before))
                .map_err(|what| format!("line {number}: {what}"))?;
            if table.cases.is_empty() {
                table.cases.push(Case::default());
            }
            table
                .cases
                .last_mut()
                .expect("there is a case")
                .steps
                .push(step);
        } else if line.starts_with(' ') {
            let step = table
                .cases
                .last_mut()
                .and_then(|case| case.steps.last_mut());
            let step = step.ok_or_else(|| format!("line {number}: an output without an input"))?;
            step.expected.push((number, words.to_owned()));
            // Comments among outputs would be lost when they are written anew.
            if !before.is_empty() {
                return Err(format!(
                    "line {number}: a comment or blank line among outputs"
                ));
            }
        } else {
            setting(&mut table, number, line, &mut before)?;
        }
    }
    if table.cases.is_empty() {
        return Err("line 1: nothing happens".to_owned());
    }
    ends(&table)?;
    Ok(table)
}

fn setting(
    table: &mut Table,
    number: usize,
    line: &str,
    before: &mut Vec<String>,
) -> Result<(), String> {
    let (raw, settings) = match table.cases.last_mut() {
        None => (&mut table.raw, &mut table.common),
        Some(case) if case.steps.is_empty() => (&mut case.raw, &mut case.settings),
        Some(_) => {
            return Err(format!(
                "line {number}: settings stand before the first `at`"
            ));
        }
    };
    raw.append(before);
    raw.push(line.to_owned());
    settings.push((number, line.to_owned()));
    Ok(())
}

fn ends(table: &Table) -> Result<(), String> {
    for case in &table.cases {
        let line = case.title.as_ref().map_or(1, |(line, _)| *line);
        if case
            .steps
            .last()
            .is_none_or(|step| step.what != What::Until)
        {
            return Err(format!("line {line}: the case does not end with `until`"));
        }
        // What was due while nobody was there stands behind the restart.
        let unseen = |step: &&Step| step.what == What::Passing;
        let steps = case.steps.iter();
        let restarts = steps.clone().any(|step| {
            matches!(&step.what, What::Input(text) if text.starts_with("restart alive until"))
        });
        if !steps
            .filter(|step| !restarts || !unseen(step))
            .is_sorted_by_key(|step| step.time)
        {
            return Err(format!("line {line}: the case goes back in time"));
        }
    }
    Ok(())
}

fn step(line: usize, text: &str, before: Vec<String>) -> Result<Step, String> {
    let (first, rest) = text.split_once(' ').expect("the line has a blank");
    let rest = rest.trim_start();
    let (time, input) = rest.split_once(' ').unwrap_or((rest, ""));
    let what = match (first, input.trim()) {
        ("until", "") => What::Until,
        ("at", "time passes") => What::Passing,
        ("at", input) if !input.is_empty() => What::Input(input.to_owned()),
        _ => return Err(format!("{text:?} says nothing: `time passes`?")),
    };
    Ok(Step {
        line,
        before,
        time: read_time(time)?,
        what,
        expected: Vec::new(),
    })
}

/// A point in time: seconds with decimals, or `m:ss`, or `h:mm:ss`.
pub fn read_time(text: &str) -> Result<Timestamp, String> {
    let wrong = || format!("{text:?} is no time: 12, 0.5, 1:30 or 2:00:00");
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let mut seconds: u64 = 0;
    for part in whole.split(':') {
        seconds = seconds * 60 + part.parse::<u64>().map_err(|_| wrong())?;
    }
    if decimals.len() > 6 {
        return Err(wrong());
    }
    let micros: u64 = format!("{decimals:0<6}").parse().map_err(|_| wrong())?;
    Ok(Timestamp::from_micros(seconds * SECOND_US + micros))
}

/// A point in time as tables write it.
fn show_time(time: Timestamp) -> String {
    let (seconds, micros) = (time.micros() / SECOND_US, time.micros() % SECOND_US);
    let whole = match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, _, _) => seconds.to_string(),
        (h, m, s) => format!("{h}:{m:02}:{s:02}"),
    };
    let decimals = format!("{micros:06}");
    match decimals.trim_end_matches('0') {
        "" => whole,
        decimals => format!("{whole}.{decimals}"),
    }
}

/// The first line of a step.
pub fn first_line(time: Timestamp, what: &What) -> String {
    let time = show_time(time);
    match what {
        What::Input(input) => format!("at {time:<5} {input}"),
        What::Passing => format!("at {time:<5} time passes"),
        What::Until => format!("until {time}"),
    }
}

/// An output, as it stands below its step.
pub fn output_line(line: &str) -> String {
    format!("           {line}")
}

/// Writes a table with what came of it.
pub fn write(table: &Table, played: &[Vec<Block>]) -> String {
    let mut lines = table.raw.clone();
    for (case, blocks) in table.cases.iter().zip(played) {
        lines.extend(case.raw.iter().cloned());
        let mut steps = case.steps.iter().peekable();
        for block in blocks {
            let belongs = |step: &&Step| match (&block.what, &step.what) {
                (What::Passing, What::Passing) => step.time <= block.time,
                (What::Passing, _) => false,
                (_, What::Passing) => true,
                _ => false,
            };
            while let Some(step) = steps.next_if(|step| belongs(step)) {
                lines.extend(step.before.iter().cloned());
            }
            if block.what != What::Passing
                && let Some(step) = steps.next()
            {
                lines.extend(step.before.iter().cloned());
            }
            lines.push(first_line(block.time, &block.what));
            lines.extend(block.lines.iter().map(|line| output_line(line)));
        }
    }
    lines.join("\n") + "\n"
}
