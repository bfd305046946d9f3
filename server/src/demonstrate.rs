//! `tandem demo`.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tandem_engine::config::reader::Source;
use tandem_engine::{SECOND_US, Span};
use tandem_reports::{Comparison, TableOptions};
use tandem_server::demo::{AGENTS, CALLERS, Demo, DemoError, Outcome, QueueNow, forecast, twin};
use tandem_sim::scenario::Scenario;
use tandem_sim::text::{Disk, read};
use tokio::sync::mpsc;

use crate::args::DemoArgs;
use crate::output::{print, say};
use crate::signals::StopSignals;
use crate::simulate::{read_scenario, table_options};
use crate::{FAILED, WRONG};

/// What is shown where nothing else is named.
const SCENARIO: &str = include_str!("../../scenarios/demo.toml");
const SCENARIO_NAME: &str = "scenarios/demo.toml";
/// From this speed on, the machine's own delays are worth a word in the result.
const SPEED_TOLD: u32 = 50;

/// Gives a demo.
pub(crate) fn run(args: &DemoArgs) -> ExitCode {
    let scenario = match load(args) {
        Ok(scenario) => scenario,
        Err(why) => {
            say(&why);
            return ExitCode::from(WRONG);
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let folder = Folder::new();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(perform(args, &scenario, folder.0.clone())),
        Err(why) => Err(DemoError::Io(why)),
    };
    let shown = match outcome {
        Ok(outcome) => conclude(args, &scenario, &outcome).map_err(|why| (why, FAILED)),
        Err(why @ DemoError::Stopped(_)) => Err((why.to_string(), FAILED)),
        Err(why) => Err((why.to_string(), WRONG)),
    };
    match shown {
        Ok(()) => ExitCode::SUCCESS,
        Err((why, code)) => {
            say(&why);
            ExitCode::from(code)
        }
    }
}

/// The scenario as it will be run: as long and as fast as wanted.
fn load(args: &DemoArgs) -> Result<Scenario, String> {
    let mut scenario = match &args.file {
        Some(file) => read_scenario(file)?,
        None => read(
            Source::new(SCENARIO_NAME, SCENARIO),
            &Disk::new(Path::new(".")),
        )
        .map_err(|why| why.to_string())?,
    };
    scenario.seed = args.seed.unwrap_or(scenario.seed);
    if let Some(minutes) = args.minutes {
        let part = scenario.until(Span::from_secs(minutes * 60));
        scenario = part.ok_or("the scenario's warm-up would not be over by then")?;
    }
    let faster = scenario.faster(args.speed);
    faster.map_err(|why| format!("--speed: {why}"))
}

/// The folder of the server's data, deleted in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = format!("tandem-demo-{}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Whoever can not delete it has not made it either.
        let _deleted = std::fs::remove_dir_all(&self.0);
    }
}

async fn perform(
    args: &DemoArgs,
    scenario: &Scenario,
    folder: PathBuf,
) -> Result<Outcome, DemoError> {
    let mut signals = StopSignals::listen().map_err(DemoError::Io)?;
    let demo = Demo::start(scenario, folder, args.sip, args.http).await?;
    introduce(args, scenario, &demo);
    let (stop, stops) = mpsc::channel(2);
    tokio::spawn(async move {
        loop {
            signals.heard().await;
            if stop.send(()).await.is_err() {
                break;
            }
        }
    });
    let mut board = Board::new(args, scenario);
    let outcome = demo.run(stops, |passed, queues| board.show(passed, queues));
    let outcome = outcome.await;
    board.clear();
    outcome
}

fn introduce(args: &DemoArgs, scenario: &Scenario, demo: &Demo<'_>) {
    if args.json {
        return;
    }
    let minutes = scenario.layout.horizon.micros() * u64::from(args.speed.get()) / 60 / SECOND_US;
    // Whoever closed the standard output does not want to know.
    let _printed = print(&format!(
        "{}: {minutes} minutes, {} times as fast, seed {}\n\
         SIP is spoken at {}; callers at {CALLERS}, agents at {AGENTS}.\n\
         Watch it at {}\nCtrl-C ends it.\n",
        scenario.name,
        args.speed,
        scenario.seed,
        demo.sip(),
        page(demo),
    ));
}

/// Where the page is, with the token that opens it: the data are deleted in the end.
fn page(demo: &Demo<'_>) -> String {
    let appliance = demo.appliance();
    let http = appliance.http().map(|http| http.to_string());
    let token = appliance.first_token().unwrap_or_default();
    format!("http://{}/?demo#token={token}", http.unwrap_or_default())
}

/// How the queues stand: lines that are drawn over on a terminal, else a line
/// each second.
struct Board {
    speed: u64,
    start_s: u64,
    silent: bool,
    lines: Vec<ProgressBar>,
    drawn: MultiProgress,
}

impl Board {
    fn new(args: &DemoArgs, scenario: &Scenario) -> Self {
        Self {
            speed: u64::from(args.speed.get()),
            start_s: scenario.start.map_or(0, |start| start.second_of_day),
            silent: args.json,
            lines: Vec::new(),
            drawn: MultiProgress::new(),
        }
    }

    fn show(&mut self, passed: Span, queues: &[QueueNow]) {
        let second = self.start_s + passed.micros() * self.speed / SECOND_US;
        let time = format!(
            "{:02}:{:02}:{:02}",
            second / 3_600 % 24,
            second / 60 % 60,
            second % 60
        );
        if self.drawn.is_hidden() {
            if !self.silent {
                let queues: Vec<String> = queues.iter().map(line).collect();
                let _printed = print(&format!("{time}  {}\n", queues.join("; ")));
            }
            return;
        }
        while self.lines.len() < queues.len() {
            let bar = ProgressBar::no_length()
                .with_style(ProgressStyle::with_template("{msg}").expect("this is a template"));
            self.lines.push(self.drawn.add(bar));
        }
        for (bar, queue) in self.lines.iter().zip(queues) {
            bar.set_message(format!("{time}  {}", line(queue)));
        }
    }

    fn clear(&self) {
        self.lines.iter().for_each(ProgressBar::finish_and_clear);
    }
}

fn line(queue: &QueueNow) -> String {
    let QueueNow {
        name,
        waiting,
        talking,
        free,
        answered,
    } = queue;
    format!("{name}: {waiting} wait, {talking} talk, {free} free, {answered} answered")
}

/// Holds what came to pass against what was to be expected, and prints it.
fn conclude(args: &DemoArgs, scenario: &Scenario, outcome: &Outcome) -> Result<(), String> {
    let Some(day) = scenario.until(outcome.lasted) else {
        return Err("it ended before its warm-up was over: there are no figures".to_owned());
    };
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let forecasts = forecast(&day, args.replications, threads);
    let twin = twin(&day);
    let mut comparison = Comparison {
        scenario: scenario.name.clone(),
        seed: scenario.seed,
        speed: args.speed.get(),
        forecasts: forecasts.len(),
        voices: outcome.voices,
        queues: Vec::new(),
    };
    for (place, queue) in day.layout.queues.iter().enumerate() {
        let days: Vec<_> = forecasts.iter().map(|day| day[place]).collect();
        let live = outcome.tally.figures(Some(place));
        comparison.add(&queue.name, &live, &twin[place], &days);
    }
    print(&match args.json {
        true => comparison.to_json(),
        false => told(&comparison, outcome, table_options()),
    })
}

fn told(comparison: &Comparison, outcome: &Outcome, options: TableOptions) -> String {
    let (said, inside) = comparison.inside();
    let voices = comparison.voices;
    let mut text = comparison.to_table(options);
    text.push_str(&format!(
        "\nSimulated: the same callers and agents. Forecast: {} other days.\n\
         {inside} of {said} figures lie where 95 of 100 such days do.\n\
         In {} of {} talks both heard each other.\n",
        comparison.forecasts, voices.heard_each_other, voices.talks
    ));
    if voices.failed > 0 {
        text.push_str(&format!("{} calls failed.\n", voices.failed));
    }
    if outcome.cut_off {
        text.push_str("Those on the line in the end are not counted.\n");
    }
    if comparison.speed > SPEED_TOLD {
        text.push_str(&format!(
            "The machine's own delays are not made faster: each millisecond counts as {} s.\n",
            f64::from(comparison.speed) / 1_000.0
        ));
    }
    text
}
