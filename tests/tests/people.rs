//! The simulator's people outside of a simulation, and scenarios in less time.
//!
//! A demo lets the same people call a live server that a simulation lets call an
//! engine. Here nobody answers them, and what they are like is held against the
//! trace of the simulation.

use std::collections::BTreeMap;
use std::io;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::Path;
use std::sync::Arc;

use tandem_engine::config::announcements::Announcements;
use tandem_engine::config::model::Strategy;
use tandem_engine::config::reader::Source;
use tandem_engine::{SECOND_US, Span, Timestamp};
use tandem_reports::{Figure, Figures, Tally};
use tandem_sim::people::{Act, CallerId, People};
use tandem_sim::random::replication_seed;
use tandem_sim::run::{Options, Progress, run};
use tandem_sim::scenario::Scenario;
use tandem_sim::text::{Disk, read};
use tandem_sim::world::replicate;
use tandem_tests::tree;

fn shipped(name: &str) -> Scenario {
    let path = tree::root().join("scenarios").join(name);
    let text = std::fs::read_to_string(&path).expect("the scenario is there");
    let files = Disk::new(Path::new("."));
    read(Source::new(name, &text), &files).unwrap_or_else(|why| panic!("{why}"))
}

/// Keeps the trace.
#[derive(Default)]
struct Trace(Vec<u8>);

impl Progress for Trace {
    fn replications(&mut self, _: u32, _: u32) {}
    fn trace(&mut self, lines: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(lines);
        Ok(())
    }
}

/// A line of the trace, times in microseconds.
struct Line {
    queue: String,
    arrival: u64,
    waited: u64,
    outcome: String,
    talked: u64,
}

fn trace(scenario: &Scenario) -> Vec<Line> {
    let mut trace = Trace::default();
    let options = Options {
        threads: NonZeroUsize::MIN,
        trace: true,
    };
    let one = Scenario {
        replications: 1,
        ..scenario.clone()
    };
    run(&one, options, &mut trace).expect("no trace is refused");
    let text = String::from_utf8(trace.0).expect("a trace is text");
    let micros = |field: &str| {
        let (whole, part) = field.split_once('.').expect("seconds with six decimals");
        let number = |digits: &str| digits.parse::<u64>().expect("a number");
        number(whole) * SECOND_US + number(part)
    };
    let line = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        Line {
            queue: fields[1].to_owned(),
            arrival: micros(fields[0]),
            waited: micros(fields[2]),
            outcome: fields[3].to_owned(),
            talked: micros(fields[5]),
        }
    };
    text.lines().map(line).collect()
}

/// Everybody who calls, and when.
fn callers(people: &mut People<'_>) -> BTreeMap<Timestamp, CallerId> {
    let mut called = BTreeMap::new();
    while let Some(at) = people.next() {
        if let Some(Act::Call(stream)) = people.act(at) {
            let caller = people.call(stream);
            assert_eq!(CallerId::from_number(caller.number()), Some(caller));
            assert_eq!(CallerId::from_key(caller.key()), Some(caller));
            assert_eq!(caller.stream(), stream as usize);
            called.insert(at, caller);
            people.plan_call(stream);
        }
    }
    called
}

#[test]
fn people_outside_of_a_simulation_are_those_inside() {
    for speed in [1, 7, 30] {
        let speed = NonZeroU32::new(speed).expect("not zero");
        let scenario = shipped("demo.toml").faster(speed).expect("not too fast");
        let mut people = People::new(&scenario, replication_seed(scenario.seed, 0));
        let called = callers(&mut people);
        let lines = trace(&scenario);
        assert_eq!(lines.len(), called.len(), "as many calls");
        let (mut answered, mut abandoned) = (0, 0);
        for line in lines {
            let at = Timestamp::from_micros(line.arrival);
            let caller = *called.get(&at).expect("somebody calls at that time");
            let patience = people.patience(caller).expect("nobody waits for ever");
            match line.outcome.as_str() {
                "abandoned" => {
                    assert_eq!(line.waited, patience.micros(), "{caller:?}");
                    abandoned += 1;
                }
                "answered" => {
                    assert!(line.waited <= patience.micros(), "{caller:?}");
                    let talk = people.handle_time(caller).micros();
                    assert_eq!(line.talked, talk, "{caller:?}");
                    answered += 1;
                }
                other => panic!("nobody is {other}"),
            }
        }
        println!("speed {speed}: {answered} answered, {abandoned} abandoned");
        assert!(answered > 100 && abandoned > 0);
    }
}

/// The figures of every queue in a replication.
fn figures(scenario: &Scenario, index: u32) -> Vec<Figures> {
    let tally = Tally::new(Arc::clone(&scenario.layout));
    let (mut tally, end) = replicate(scenario, index, tally);
    tally.close(end);
    let queues = 0..scenario.config.queues.len();
    queues.map(|queue| tally.figures(Some(queue))).collect()
}

/// Times are cut to the microsecond, which adds up to a little.
const TOLERANCE: f64 = 1e-4;

#[test]
fn a_faster_scenario_shows_the_same_in_less_time() {
    let cases = [
        ("demo.toml", [2, 7, 30]),
        ("two-queues.toml", [3, 10, 15]),
        ("support-day.toml", [4, 13, 20]),
    ];
    for (name, speeds) in cases {
        let slow = shipped(name);
        for speed in speeds {
            let speed = NonZeroU32::new(speed).expect("not zero");
            let fast = slow.faster(speed).expect("not too fast");
            for index in 0..3 {
                let pairs = figures(&slow, index).into_iter().zip(figures(&fast, index));
                for (queue, (slow, fast)) in pairs.enumerate() {
                    for figure in Figure::PUBLISHED {
                        let what = format!("{name}, {speed} times, {index}, {queue}, {figure:?}");
                        let factor = match figure.is_seconds() {
                            true => f64::from(speed.get()),
                            false => 1.0,
                        };
                        same(&what, slow.get(figure), fast.get(figure), factor);
                    }
                }
            }
        }
    }
}

fn same(what: &str, slow: Option<f64>, fast: Option<f64>, factor: f64) {
    match (slow, fast.map(|fast| fast * factor)) {
        (Some(slow), Some(fast)) => {
            let apart = (slow - fast).abs();
            assert!(apart <= TOLERANCE * slow.abs(), "{what}: {slow}, {fast}");
        }
        (slow, fast) => assert_eq!(slow, fast, "{what}"),
    }
}

#[test]
fn what_a_faster_scenario_must_show_is_faster_too() {
    let slow = shipped("demo.toml");
    let mut wanted = slow.clone();
    wanted.expectations[0].figure = Figure::MeanWait;
    wanted.expectations[0].wanted = 20.0;
    let fast = wanted
        .faster(NonZeroU32::new(10).expect("not zero"))
        .expect("not too fast");
    assert!((fast.expectations[0].wanted - 2.0).abs() < 1e-9);
    assert_eq!(fast.expectations[1], slow.expectations[1], "a share stays");
}

#[test]
fn nothing_becomes_faster_than_the_engine_allows() {
    let scenario = shipped("demo.toml");
    let speed = |speed| NonZeroU32::new(speed).expect("not zero");
    assert!(scenario.faster(speed(30)).is_ok());
    for too_fast in [31, 100, u32::MAX] {
        let why = scenario.faster(speed(too_fast)).expect_err("too fast");
        assert_eq!(why.most, speed(30));
        assert!(why.to_string().contains("_s: this lasts 1 to"), "{why}");
    }
    // What comes again and again does so sooner, where it is of any meaning.
    let mut rhythmic = scenario.clone();
    let queue = &mut rhythmic.config.queues[0];
    queue.strategy = Strategy::RingProgressively;
    queue.ring_more_every = Span::from_secs(30);
    let told = Announcements {
        periodic_every: Span::from_secs(150),
        ..Announcements::default()
    };
    queue.announcements = Some(Box::new(told));
    let fast = rhythmic.faster(speed(10)).expect("not too fast");
    let queue = &fast.config.queues[0];
    assert_eq!(queue.ring_more_every, Span::from_secs(3));
    let told = queue.announcements.as_ref().expect("it is there");
    assert_eq!(told.periodic_every, Span::from_secs(15));
    assert_eq!(told.place_every, Span::from_secs(6));
    // Twice is as good as once.
    let twice = scenario.faster(speed(3)).expect("not too fast");
    let twice = twice.faster(speed(5)).expect("not too fast");
    let once = scenario.faster(speed(15)).expect("not too fast");
    assert_eq!(twice.config, once.config);
    assert_eq!(twice.layout, once.layout);
    assert_eq!(twice.speed, once.speed);
}

#[test]
fn a_part_of_a_scenario_has_its_first_calls() {
    let scenario = shipped("two-queues.toml");
    let part = scenario
        .until(Span::from_secs(3_600))
        .expect("the warm-up is half an hour");
    let seed = replication_seed(scenario.seed, 0);
    let all = callers(&mut People::new(&scenario, seed));
    let some = callers(&mut People::new(&part, seed));
    let end = Timestamp::from_secs(3_600);
    let first: BTreeMap<_, _> = all.into_iter().filter(|(at, _)| *at < end).collect();
    assert_eq!(some, first);
    assert!(scenario.until(Span::from_secs(1_800)).is_none(), "warm-up");
    let longer = scenario.until(Span::from_secs(1_000_000));
    let longer = longer.expect("it is as long as it is");
    assert_eq!(longer.layout, scenario.layout);
}

/// One agent of two queues, at work from two to eight, and callers of both.
fn two_kinds(new_agents: &str) -> Scenario {
    let callers = |number: &str| {
        format!(
            "[[callers]]\ndials = \"{number}\"\narrivals = {{ per_hour = 6 }}\n\
             handle_time = {{ distribution = \"exponential\", mean_s = 60 }}\n\
             patience = {{ distribution = \"deterministic\", value_s = 600 }}\n"
        )
    };
    let text = format!(
        "[scenario]\nname = \"two-kinds\"\nhorizon = \"10h\"\nseed = 7\n\
         [options]\nnew_dynamic_agents = \"{new_agents}\"\n\
         [[extension]]\nnumber = \"1001\"\n\
         [[queue]]\nnumber = \"6400\"\nname = \"Static\"\nstatic_agents = [\"1001\"]\n\
         [[queue]]\nnumber = \"6401\"\nname = \"Dynamic\"\n\
         [[agents]]\nextensions = [\"1001\"]\nqueues = [\"6401\"]\n\
         shifts = [\"02:00-08:00\"]\n{}{}",
        callers("6400"),
        callers("6401")
    );
    let files = Disk::new(Path::new("."));
    let source = Source::new("two-kinds.toml", &text);
    read(source, &files).unwrap_or_else(|why| panic!("{why}"))
}

#[test]
fn who_is_static_here_and_dynamic_there_serves_both_while_at_work() {
    let hour = 3_600 * SECOND_US;
    for new_agents in ["logged_out", "logged_in"] {
        let mut answered = BTreeMap::new();
        for line in trace(&two_kinds(new_agents)) {
            if line.outcome == "answered" {
                let met = line.arrival + line.waited;
                assert!((2 * hour..8 * hour).contains(&met), "nobody is there");
                *answered.entry(line.queue).or_insert(0) += 1;
            }
        }
        println!("{new_agents}: {answered:?}");
        assert!(answered["Static"] > 20 && answered["Dynamic"] > 20);
    }
}
