//! `tandem rehearse`.

use core::fmt::Write as _;
use std::fs;
use std::num::NonZeroUsize;
use std::panic;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tandem_engine::Mark;
use tandem_engine::config::reader::Source;
use tandem_sim::rehearse::laws::{Broken, Law};
use tandem_sim::rehearse::plan::Plan;
use tandem_sim::rehearse::run::{Failure, Options, Progress, Report, run as rehearse};
use tandem_sim::rehearse::shrink::shrink;
use tandem_sim::rehearse::{file, world};
use tandem_sim::text::REPLICATIONS_MAX;

use crate::args::RehearseArgs;
use crate::output::{can_not_write, print, read_text, say};

/// Worlds where neither their number nor a budget is given.
const WORLDS: u32 = 200;
/// Worlds that are tried at most to make one small.
const SHRINKS_MAX: u32 = 4_000;
const SECONDS_A_YEAR: u128 = 31_557_600;

/// Plays random worlds, or one of a file; true where every law holds.
pub(crate) fn run(args: &RehearseArgs) -> Result<bool, String> {
    match &args.file {
        Some(path) => again(path, args.json),
        None => worlds(args),
    }
}

/// Plays one world again, which a rehearsal has saved.
fn again(path: &Path, json: bool) -> Result<bool, String> {
    let text = read_text(path)?;
    let name = path.display().to_string();
    let plan = file::read(Source::new(&name, &text)).map_err(|why| why.to_string())?;
    let outcome = world::run(&plan, world::Clear);
    let broken = outcome.broken.as_ref();
    let held = broken.is_none();
    let said = broken.map(|(broken, entry)| format!("entry {entry}: {broken}"));
    print(&if json {
        let failure = broken.map(|(broken, entry)| failure(broken, *entry));
        let (entries, calls) = (outcome.entries, outcome.calls);
        let laws = outcome.checks.sum();
        line(&json!({
            "entries": entries, "calls": calls, "laws": laws, "failure": failure,
        }))
    } else {
        match said {
            Some(said) => format!("A law is broken in {said}\n"),
            None => format!("Every law holds, in {} entries.\n", outcome.entries),
        }
    })?;
    Ok(held)
}

fn worlds(args: &RehearseArgs) -> Result<bool, String> {
    if !args.save.is_dir() {
        return Err(format!("{} is no folder", args.save.display()));
    }
    let all = args.worlds.unwrap_or(match args.budget {
        Some(_) => REPLICATIONS_MAX,
        None => WORLDS,
    });
    let processors = || std::thread::available_parallelism().ok();
    let threads = args.threads.or_else(processors);
    let options = Options {
        seed: args.seed,
        worlds: all,
        threads: threads.unwrap_or(NonZeroUsize::MIN),
    };
    let mut screen = Screen::new(all, args)?;
    // A panic is a law that is broken. It is caught, told with the world, and not
    // once for each of the worlds that are tried to make that one small.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let report = rehearse(options, &mut screen);
    screen.bar.finish_and_clear();
    let found = report
        .failure
        .clone()
        .map(|found| smaller(args.seed, found));
    panic::set_hook(hook);
    let found = found.map(|found| found.save(&args.save)).transpose()?;
    print(&if args.json {
        line(&to_json(args.seed, &report, found.as_ref()))
    } else {
        to_text(args.seed, &report, found.as_ref())
    })?;
    Ok(found.is_none())
}

/// A world that breaks a law, made small.
struct Found {
    world: u32,
    plan: Plan,
    broken: Broken,
    entry: u64,
    acts_before: usize,
    name: String,
    path: PathBuf,
}

fn smaller(seed: u64, failure: Failure) -> Found {
    say(&format!(
        "World {} of seed {seed} breaks a law in entry {}: {}. It is made small …",
        failure.world, failure.entry, failure.broken
    ));
    let acts_before = failure.plan.acts.len();
    let shrunk = shrink(failure.plan, failure.broken, SHRINKS_MAX, |plan| {
        world::run(plan, world::Clear)
            .broken
            .map(|(broken, _)| broken)
    });
    let entry = world::run(&shrunk.plan, world::Clear).broken;
    Found {
        world: failure.world,
        plan: shrunk.plan,
        broken: shrunk.broken,
        entry: entry.map_or(failure.entry, |(_, entry)| entry),
        acts_before,
        name: format!("rehearsal-{seed}-{}.toml", failure.world),
        path: PathBuf::new(),
    }
}

impl Found {
    fn save(mut self, folder: &Path) -> Result<Self, String> {
        self.path = folder.join(&self.name);
        let text = file::write(&self.plan, Some(&self.broken));
        fs::write(&self.path, text).map_err(|why| can_not_write(&self.path, &why))?;
        Ok(self)
    }
}

/// Shows how far it is, and ends it when the time is over.
struct Screen {
    bar: ProgressBar,
    begun: Instant,
    budget: Option<Duration>,
}

impl Screen {
    fn new(all: u32, args: &RehearseArgs) -> Result<Self, String> {
        // It is drawn on the standard error, and only if that is a terminal.
        let bar = ProgressBar::new(u64::from(all));
        let endless = args.worlds.is_none() && args.budget.is_some();
        let style = if endless {
            "Rehearsing {spinner} {pos} worlds, {elapsed}"
        } else {
            "Rehearsing {wide_bar} {pos}/{len} worlds, {eta} left"
        };
        bar.set_style(ProgressStyle::with_template(style).map_err(|why| why.to_string())?);
        Ok(Self {
            bar,
            begun: Instant::now(),
            budget: args.budget,
        })
    }
}

impl Progress for Screen {
    fn goes_on(&mut self, done: u32) -> bool {
        self.bar.set_position(u64::from(done));
        self.budget
            .is_none_or(|budget| self.begun.elapsed() < budget)
    }
}

fn line(value: &Value) -> String {
    format!("{value:#}\n")
}

fn failure(broken: &Broken, entry: u64) -> Value {
    json!({ "law": broken.law.key(), "what": broken.what, "entry": entry })
}

fn never(report: &Report) -> Vec<&'static str> {
    let marks = Mark::ALL.iter().filter(|mark| !report.marks.has(**mark));
    marks.map(|mark| mark.words()).collect()
}

fn to_json(seed: u64, report: &Report, found: Option<&Found>) -> Value {
    let laws = Law::ALL.iter().map(|law| {
        let count = Value::from(report.checks.of(*law));
        (law.key().to_owned(), count)
    });
    let failure = found.map(|found| {
        let mut value = failure(&found.broken, found.entry);
        value["world"] = found.world.into();
        value["acts"] = found.plan.acts.len().into();
        value["file"] = found.path.display().to_string().into();
        value
    });
    json!({
        "seed": seed,
        "worlds": report.worlds,
        "simulated_s": u64::try_from(report.simulated_us / 1_000_000).unwrap_or(u64::MAX),
        "calls": report.calls,
        "entries": report.entries,
        "laws": laws.collect::<serde_json::Map<_, _>>(),
        "rare_paths": {
            "all": Mark::ALL.len(),
            "taken": report.marks.count(),
            "never": never(report),
        },
        "fingerprint": format!("{:032x}", report.fingerprint),
        "failure": failure,
    })
}

fn to_text(seed: u64, report: &Report, found: Option<&Found>) -> String {
    let mut out = format!("Rehearsal of {} worlds, seed {seed}\n\n", report.worlds);
    let tenths = report.simulated_us * 10 / 1_000_000 / SECONDS_A_YEAR;
    let (taken, all) = (report.marks.count(), Mark::ALL.len());
    let rows = [
        (
            "simulated time",
            format!("{}.{} years", tenths / 10, tenths % 10),
        ),
        ("calls", thousands(report.calls)),
        ("entries", thousands(report.entries)),
        ("laws looked at", thousands(report.checks.sum())),
        ("rare paths taken", format!("{taken} of {all}")),
    ];
    let mut row = |name: &str, value: &str, words: &str| {
        let line = format!("  {name:<17} {value:>14}  {words}");
        out += line.trim_end();
        out.push('\n');
    };
    for (name, value) in rows {
        row(name, &value, "");
    }
    row("", "", "");
    for law in Law::ALL {
        row(law.key(), &thousands(report.checks.of(*law)), law.words());
    }
    let never = never(report);
    if !never.is_empty() {
        out.push_str("\nRare paths that were never taken:\n");
        for words in never {
            writeln!(out, "  {words}").expect("text is written to memory");
        }
    }
    out.push('\n');
    match found {
        None => out.push_str("Every law held.\n"),
        Some(found) => {
            let (path, broken) = (found.path.display(), &found.broken);
            let (acts, before) = (found.plan.acts.len(), found.acts_before);
            write!(
                out,
                "World {} breaks a law: {broken}\n\
                 Of its {before} acts {acts} are left in {path}; play it again with:\n\
                 \x20 tandem rehearse {path}\n",
                found.world
            )
            .expect("text is written to memory");
        }
    }
    out
}

/// A count with its thousands set apart.
fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
