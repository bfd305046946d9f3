//! `tandem simulate`.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};
use tandem_engine::config::reader::Source;
use tandem_reports::{About, Report, TableOptions, to_html, to_json, to_table};
use tandem_sim::run::{Options, Progress, TRACE_HEADER, check, run as run_scenario};
use tandem_sim::scenario::Scenario;
use tandem_sim::text::{Disk, read};

use crate::args::SimulateArgs;
use crate::check::{folder, read_text};

/// Simulates a scenario; true where it shows what it must.
pub(crate) fn run(args: &SimulateArgs) -> Result<bool, String> {
    let scenario = load(args)?;
    let threads = args
        .threads
        .or_else(|| std::thread::available_parallelism().ok());
    let threads = threads.unwrap_or(NonZeroUsize::MIN);
    let options = Options {
        threads,
        trace: args.trace.is_some(),
    };
    let mut screen = Screen::new(&scenario, args.trace.clone())?;
    let summary = run_scenario(&scenario, options, &mut screen);
    screen.finish()?;
    let expectations = check(&scenario, &summary);
    let about = about(&scenario);
    let report = Report {
        about: &about,
        summary: &summary,
        expectations: &expectations,
        actual: &scenario.actual,
    };
    if let Some(path) = &args.html {
        let page = to_html(&report);
        std::fs::write(path, page).map_err(|why| can_not_write(path, &why))?;
    }
    let text = if args.json {
        to_json(&report)
    } else {
        to_table(&report, table_options())
    };
    print(&text)?;
    if let (Some(path), false) = (&args.html, args.json) {
        print(&format!("\nThe page is {}\n", path.display()))?;
    }
    Ok(expectations.iter().all(|expectation| expectation.met))
}

fn load(args: &SimulateArgs) -> Result<Scenario, String> {
    let text = read_text(&args.file)?;
    let name = args.file.display().to_string();
    let files = Disk::new(folder(&args.file));
    let mut scenario = read(Source::new(&name, &text), &files).map_err(|why| why.to_string())?;
    scenario.seed = args.seed.unwrap_or(scenario.seed);
    scenario.replications = args.replications.unwrap_or(scenario.replications);
    Ok(scenario)
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

fn table_options() -> TableOptions {
    let utf8 = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let ascii = utf8.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        !locale.contains("utf-8") && !locale.contains("utf8")
    });
    TableOptions {
        ascii,
        intervals: true,
    }
}

/// Writes to the standard output. Whoever closes it early has seen enough.
fn print(text: &str) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(why) if why.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("can not write to the standard output: {why}"))
        }
        _ => Ok(()),
    }
}

fn can_not_write(path: &Path, why: &std::io::Error) -> String {
    format!("can not write {}: {why}", path.display())
}

/// Shows how far the run is, and writes the trace.
struct Screen {
    bar: ProgressBar,
    trace: Option<(PathBuf, BufWriter<File>)>,
    failed: Option<String>,
}

impl Screen {
    fn new(scenario: &Scenario, trace: Option<PathBuf>) -> Result<Self, String> {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new(u64::from(scenario.replications))
        } else {
            ProgressBar::hidden()
        };
        let style = "{msg} {wide_bar} {pos}/{len} replications, {eta} left";
        bar.set_style(ProgressStyle::with_template(style).map_err(|why| why.to_string())?);
        bar.set_message(scenario.name.clone());
        let open = |path: PathBuf| {
            let file = File::create(&path).map_err(|why| can_not_write(&path, &why))?;
            let mut file = BufWriter::new(file);
            let written = file.write_all(TRACE_HEADER.as_bytes());
            written.map_err(|why| can_not_write(&path, &why))?;
            Ok::<_, String>((path, file))
        };
        Ok(Self {
            bar,
            trace: trace.map(open).transpose()?,
            failed: None,
        })
    }

    fn finish(self) -> Result<(), String> {
        self.bar.finish_and_clear();
        if let Some(why) = self.failed {
            return Err(why);
        }
        match self.trace {
            Some((path, mut file)) => file.flush().map_err(|why| can_not_write(&path, &why)),
            None => Ok(()),
        }
    }
}

impl Progress for Screen {
    fn replications(&mut self, done: u32, _all: u32) {
        self.bar.set_position(u64::from(done));
    }

    fn trace(&mut self, lines: &[u8]) {
        let Some((path, file)) = &mut self.trace else {
            return;
        };
        if let (Err(why), None) = (file.write_all(lines), &self.failed) {
            self.failed = Some(can_not_write(path, &why));
        }
    }
}
