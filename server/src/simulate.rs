//! `tandem simulate`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use tandem_engine::config::reader::Source;
use tandem_reports::{About, Report, TableOptions, to_html, to_json, to_table};
use tandem_sim::run::{Options, Progress, TRACE_HEADER, check, run as run_scenario};
use tandem_sim::scenario::Scenario;
use tandem_sim::text::{Disk, read};

use crate::args::SimulateArgs;
use crate::output::{Target, can_not_write, folder, print, read_text, say};

/// Bytes of the trace that are written together.
const TRACE_BUFFER_BYTES: usize = 256 << 10;

/// Simulates a scenario; true where it shows what it must.
pub(crate) fn run(args: &SimulateArgs) -> Result<bool, String> {
    let scenario = load(args)?;
    let (page, trace) = targets(args)?;
    scenario
        .notes
        .iter()
        .for_each(|note| say(&format!("note: {note}")));
    let processors = || std::thread::available_parallelism().ok();
    let threads = args.threads.or_else(processors);
    let options = Options {
        threads: threads.unwrap_or(NonZeroUsize::MIN),
        trace: trace.is_some(),
    };
    let mut screen = Screen::new(&scenario, trace)?;
    let summary = run_scenario(&scenario, options, &mut screen);
    let summary = screen.finish(summary)?;

    let expectations = check(&scenario, &summary);
    let about = about(&scenario);
    let report = Report {
        about: &about,
        summary: &summary,
        expectations: &expectations,
        actual: &scenario.actual,
    };
    let mut text = if args.json {
        to_json(&report)
    } else {
        to_table(&report, table_options())
    };
    if let Some(page) = page {
        let path = page.path().to_owned();
        let written = page.begin()?.write_all(to_html(&report).as_bytes());
        written.map_err(|why| can_not_write(&path, &why))?;
        if !args.json {
            text += &format!("\nThe page is {}\n", path.display());
        }
    }
    print(&text)?;
    Ok(expectations.iter().all(|expectation| expectation.met))
}

fn load(args: &SimulateArgs) -> Result<Scenario, String> {
    let mut scenario = read_scenario(&args.file)?;
    scenario.seed = args.seed.unwrap_or(scenario.seed);
    scenario.replications = args.replications.unwrap_or(scenario.replications);
    Ok(scenario)
}

/// The scenario in a file.
pub(crate) fn read_scenario(file: &Path) -> Result<Scenario, String> {
    let text = read_text(file)?;
    let name = file.display().to_string();
    let files = Disk::new(folder(file));
    read(Source::new(&name, &text), &files).map_err(|why| why.to_string())
}

/// The files that will be written: the page and the trace.
fn targets(args: &SimulateArgs) -> Result<(Option<Target>, Option<Target>), String> {
    let open = |path: &Option<PathBuf>, option: &str| {
        let target = path.as_deref().map(Target::open).transpose()?;
        if target.as_ref().is_some_and(|target| target.is(&args.file)) {
            return Err(format!("{option} would overwrite the scenario"));
        }
        Ok(target)
    };
    let page = open(&args.html, "--html")?;
    let trace = open(&args.trace, "--trace")?;
    if let (Some(page), Some(trace)) = (&page, &trace)
        && page.is(trace.path())
    {
        return Err("--html and --trace can not name the same file".to_owned());
    }
    Ok((page, trace))
}

fn about(scenario: &Scenario) -> About {
    let target = |percent: u8| Some(f64::from(percent) / 100.0);
    About {
        scenario: scenario.name.clone(),
        description: scenario.description.clone(),
        seed: scenario.seed,
        start: scenario.start,
        targets: (scenario.config.queues.iter())
            .map(|queue| target(queue.sla_threshold_percent))
            .collect(),
    }
}

pub(crate) fn table_options() -> TableOptions {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let ascii = locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        !locale.contains("utf-8") && !locale.contains("utf8")
    });
    TableOptions {
        ascii,
        intervals: true,
    }
}

/// Shows how far the run is, and writes the trace.
struct Screen {
    bar: ProgressBar,
    trace: Option<(PathBuf, BufWriter<File>)>,
}

impl Screen {
    fn new(scenario: &Scenario, trace: Option<Target>) -> Result<Self, String> {
        // It is drawn on the standard error, and only if that is a terminal.
        let bar = ProgressBar::new(u64::from(scenario.replications));
        let style = "{msg} {wide_bar} {pos}/{len} replications, {eta} left";
        bar.set_style(ProgressStyle::with_template(style).map_err(|why| why.to_string())?);
        bar.set_message(scenario.name.clone());
        let mut screen = Self { bar, trace: None };
        if let Some(target) = trace {
            let path = target.path().to_owned();
            let file = BufWriter::with_capacity(TRACE_BUFFER_BYTES, target.begin()?);
            screen.trace = Some((path.clone(), file));
            let header = screen.trace(TRACE_HEADER.as_bytes());
            header.map_err(|why| can_not_write(&path, &why))?;
        }
        Ok(screen)
    }

    /// What came out, if everything could be written.
    fn finish<T>(mut self, result: io::Result<T>) -> Result<T, String> {
        self.bar.finish_and_clear();
        let flushed = match &mut self.trace {
            Some((_, file)) => file.flush(),
            None => Ok(()),
        };
        let path = self
            .trace
            .as_ref()
            .map_or(Path::new("the trace"), |(path, _)| path);
        let written = result.and_then(|summary| flushed.map(|()| summary));
        written.map_err(|why| can_not_write(path, &why))
    }
}

impl Progress for Screen {
    fn replications(&mut self, done: u32, _all: u32) {
        self.bar.set_position(u64::from(done));
    }

    fn trace(&mut self, lines: &[u8]) -> io::Result<()> {
        match &mut self.trace {
            Some((_, file)) => file.write_all(lines),
            None => Ok(()),
        }
    }
}
