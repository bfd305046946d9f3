//! `tandem explain`: why a call waited, and how the queues stood.

use std::path::Path;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp as Instant, Zoned};
use serde::Serialize;
use tandem_engine::calendar::time_zone;
use tandem_engine::{Engine, Entry, Event, Outbox, PublicId, SECOND_US, Timestamp};
use tandem_reports::story::{Painter, Picture, Remain, Remains, Story, Teller};
use tandem_server::driver::{self, Explained};
use tandem_server::store::{self, Store, StoreError};
use tandem_sim::scenario::Scenario;
use tandem_sim::world::{Watch, replicate};

use crate::args::ExplainArgs;
use crate::data::in_force;
use crate::output::{print, say};
use crate::simulate::read_scenario;

/// Explains; whether there was something to tell.
///
/// # Errors
/// What is wrong with the command line, the data or the scenario.
pub(crate) fn run(args: &ExplainArgs) -> Result<bool, String> {
    match (&args.data, &args.at, args.words.as_slice()) {
        (Some(data), None, [name]) => of_data(args, data, call(name)?),
        (Some(data), Some(at), []) => data_at(args, data, at),
        (Some(_), Some(_), _) => Err("--at is about all calls: name none beside it".to_owned()),
        (Some(_), None, _) => {
            Err("name one call of these data, such as 0-204, or a moment with --at".to_owned())
        }
        (None, None, [file, name]) => of_scenario(args, Path::new(file), name),
        (None, Some(at), [file]) => scenario_at(args, Path::new(file), at),
        (None, Some(_), [_, _]) => Err("--at is about all calls: name none beside it".to_owned()),
        (None, None, [word]) if is_file(word) => Err(format!(
            "name a call behind {word}, such as 0-204, or a moment with --at; `tandem simulate \
             {word} --trace calls.csv` lists the calls"
        )),
        _ => Err(
            "say where to look: --data FOLDER for a server's calls, or a scenario's FILE.toml; \
             `tandem explain --help` has examples"
                .to_owned(),
        ),
    }
}

fn is_file(word: &str) -> bool {
    word.parse::<PublicId>().is_err()
}

fn call(name: &str) -> Result<PublicId, String> {
    name.parse().map_err(|why| format!("{name:?}: {why}"))
}

/// A call of a simulation may be named by its counter alone: there is no restart.
fn simulated_call(name: &str) -> Result<PublicId, String> {
    match name.parse() {
        Ok(counter) => Ok(PublicId { epoch: 0, counter }),
        Err(_) => call(name),
    }
}

fn open(data: &Path) -> Result<Store, String> {
    let file = store::file_in(data);
    if !file.exists() {
        return Err(format!("there is no {}", file.display()));
    }
    Store::open(data).map_err(|why| match why {
        StoreError::Locked { .. } => format!(
            "{why}\nhelp: ask that server, with a token that may see the call's queues: curl -H \
             \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8080/api/v1/calls/0-204/story; or \
             explain a restored backup"
        ),
        why => why.to_string(),
    })
}

fn wrong(why: StoreError) -> String {
    why.to_string()
}

fn of_data(args: &ExplainArgs, data: &Path, call: PublicId) -> Result<bool, String> {
    let store = open(data)?;
    match driver::explain(&store, call).map_err(wrong)? {
        Explained::Story { story, differs } => {
            if differs {
                say(
                    "warning: the records of this call say otherwise than the journal; `tandem \
                     journal verify` looks at all of them",
                );
            }
            show(args, &*story, || story.to_text())
        }
        Explained::Records { records, why } => {
            let zone = in_force(&store)?.options.time_zone;
            let visits = records.iter().map(|record| {
                let joined_us = record.joined_us;
                Remain::new(&record.call, record.queue, record.agent, joined_us, &zone)
            });
            let remains = Remains {
                call,
                no_story: why,
                visits: visits.collect(),
            };
            let some = !remains.visits.is_empty();
            show(args, &remains, || remains.to_text()).map(|_| some)
        }
        Explained::Unknown => {
            say(&format!("there is no call {call} in these data"));
            Ok(false)
        }
    }
}

fn data_at(args: &ExplainArgs, data: &Path, at: &str) -> Result<bool, String> {
    let store = open(data)?;
    let zone = in_force(&store)?.options.time_zone;
    let zone = time_zone(&zone).unwrap_or(TimeZone::UTC);
    let now = Instant::now().to_zoned(zone.clone());
    let moment = wall_time(at, &zone, now.date())
        .ok_or_else(|| format!("--at {at:?} is no time such as 2026-11-23T14:03:20 or 14:03:20"))?;
    if moment > now.timestamp() {
        return Err(format!("--at {at} has not come yet: name the day too"));
    }
    match driver::explain_at(&store, moment.as_microsecond()).map_err(wrong)? {
        Ok(mut seen) => {
            if let Some(ends) = seen
                .ends_us
                .and_then(|us| Instant::from_microsecond(us).ok())
            {
                let ends = ends
                    .to_zoned(zone)
                    .strftime("%Y-%m-%d %H:%M:%S")
                    .to_string();
                say(&format!(
                    "note: the server stopped at {ends}; this is how it stood then"
                ));
            }
            only(args, &mut seen.picture)?;
            show(args, &seen.picture, || seen.picture.to_text())
        }
        Err(why) => {
            say(&format!("nothing can be told of {at}: {why}"));
            Ok(false)
        }
    }
}

/// A time on the wall: with or without an offset, or without a date.
fn wall_time(text: &str, zone: &TimeZone, today: Date) -> Option<Instant> {
    if let Ok(instant) = text.parse::<Instant>() {
        return Some(instant);
    }
    let local = |at: DateTime| at.to_zoned(zone.clone()).ok();
    let zoned: Option<Zoned> = match text.parse::<Time>() {
        Ok(time) => local(today.to_datetime(time)),
        Err(_) => local(text.parse().ok()?),
    };
    zoned.map(|zoned| zoned.timestamp())
}

fn of_scenario(args: &ExplainArgs, file: &Path, name: &str) -> Result<bool, String> {
    let wanted = simulated_call(name)?;
    let scenario = scenario(args, file)?;
    let dated = is_dated(&scenario);
    let teller = Teller::new(wanted, &Engine::new(0), dated);
    let next = PublicId::default();
    let (watch, now) = replicate(&scenario, args.replication, Telling { teller, next });
    match watch.teller.finish(now) {
        Some(story) => show::<Story>(args, &story, || story.to_text()),
        None => {
            let many = watch.next.counter;
            say(&format!(
                "replication {} has no call {wanted}: there are {many}, from 0-0 on; `tandem \
                 simulate --trace` lists those that came to queues",
                args.replication
            ));
            Ok(false)
        }
    }
}

fn scenario(args: &ExplainArgs, file: &Path) -> Result<Scenario, String> {
    let mut scenario = read_scenario(file)?;
    scenario.seed = args.seed.unwrap_or(scenario.seed);
    Ok(scenario)
}

fn is_dated(scenario: &Scenario) -> bool {
    scenario.start.is_some_and(|start| start.date.is_some())
}

struct Telling {
    teller: Teller,
    next: PublicId,
}

impl Watch for Telling {
    fn event(&mut self, _: Timestamp, _: &Event) {}

    fn apply(&mut self, engine: &mut Engine, entry: &Entry, out: &mut Outbox) {
        self.teller.apply(engine, entry, out);
        self.next = engine.next_public();
    }
}

fn scenario_at(args: &ExplainArgs, file: &Path, at: &str) -> Result<bool, String> {
    let scenario = scenario(args, file)?;
    let moment = scenario_time(&scenario, at).ok_or_else(|| {
        format!(
            "--at {at:?} is no moment of the scenario: seconds from its beginning, 14:03:20, or, \
             where it has a date, 2026-11-23T14:03:20"
        )
    })?;
    let painter = Painter::at(moment, &Engine::new(0), is_dated(&scenario));
    let (watch, end) = replicate(&scenario, args.replication, Painting(painter));
    let Some(mut picture) = watch.0.drawn() else {
        let end = end.micros() / SECOND_US;
        say(&format!(
            "nothing happens any more at {at}: the last caller has left after {end} s"
        ));
        return Ok(false);
    };
    only(args, &mut picture)?;
    show(args, &picture, || picture.to_text())
}

/// A moment of a scenario on the engine's timeline.
fn scenario_time(scenario: &Scenario, text: &str) -> Option<Timestamp> {
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Timestamp::from_secs(seconds.into()));
    }
    let dated = is_dated(scenario);
    let zone = dated.then(|| time_zone(&scenario.config.options.time_zone));
    let zone = zone.flatten().unwrap_or(TimeZone::UTC);
    let begin = Instant::from_microsecond(scenario.wall_offset).ok()?;
    let first_day = begin.to_zoned(zone.clone()).date();
    let moment = wall_time(text, &zone, first_day)?;
    let micros = moment.as_microsecond().checked_sub(scenario.wall_offset)?;
    u64::try_from(micros).ok().map(Timestamp::from_micros)
}

struct Painting(Painter);

impl Watch for Painting {
    fn event(&mut self, _: Timestamp, _: &Event) {}

    fn apply(&mut self, engine: &mut Engine, entry: &Entry, out: &mut Outbox) {
        self.0.apply(engine, entry, out);
    }
}

/// Leaves the queue that was asked for.
fn only(args: &ExplainArgs, picture: &mut Picture) -> Result<(), String> {
    let Some(wanted) = &args.queue else {
        return Ok(());
    };
    let names: Vec<String> = (picture.queues.iter())
        .map(|queue| format!("{} ({})", queue.queue.name, queue.queue.number))
        .collect();
    picture
        .queues
        .retain(|queue| queue.queue.name == *wanted || queue.queue.number.to_string() == *wanted);
    if picture.queues.is_empty() {
        let known = names.join(", ");
        return Err(format!(
            "there was no queue {wanted:?}; there were: {known}"
        ));
    }
    Ok(())
}

fn show<S: Serialize>(
    args: &ExplainArgs,
    what: &S,
    text: impl FnOnce() -> String,
) -> Result<bool, String> {
    let shown = if args.json {
        serde_json::to_string_pretty(what).map_err(|why| why.to_string())? + "\n"
    } else {
        text()
    };
    print(&shown).map(|()| true)
}
