//! What one entry costs the engine as a centre grows: with the callers who
//! wait, with the members of a queue, and with the queues of an agent.
//!
//! Prints a table and draws it, both axes in decades, into the folder that it
//! names at the end. Sizes take turns, so that a busy machine slows all alike.

use std::path::Path;
use std::time::{Duration, Instant};

use tandem_benches::centre::{Centre, call_to};
use tandem_benches::paired::{Size, Spread};
use tandem_benches::plot::{Chart, Series, page};
use tandem_engine::config::model::Strategy;
use tandem_engine::draw::{below, draw};
use tandem_engine::{CallId, Input};

const STRATEGIES: [(&str, Strategy); 6] = [
    ("fewest calls", Strategy::FewestCalls),
    ("least recent", Strategy::LeastRecent),
    ("linear", Strategy::Linear),
    ("random", Strategy::Random),
    ("round robin", Strategy::Rrmemory),
    ("ring all", Strategy::RingAll),
];

/// Times that some entries of one kind took, in nanoseconds.
#[derive(Clone, Default)]
struct Meter(Vec<f64>);

impl Meter {
    fn add(&mut self, time: Duration) {
        self.0.push(time.as_nanos() as f64);
    }

    /// The mean of the middle half, without what looking at the clock takes. A
    /// mean of all would tell how often the machine was needed elsewhere, and
    /// a median no more than the clock's own step.
    fn ns(mut self, clock_ns: f64) -> f64 {
        self.0.sort_by(f64::total_cmp);
        let quarter = self.0.len() / 4;
        let middle = &self.0[quarter..self.0.len() - quarter];
        let mean = middle.iter().sum::<f64>() / middle.len() as f64;
        (mean - clock_ns).max(1.0)
    }
}

/// A centre of some size, and what is measured in it.
struct Subject {
    size: u64,
    /// Runs for a while; returns a meter for each of the chart's kinds.
    run: Box<dyn FnMut() -> Vec<Meter>>,
}

fn main() {
    let size = Size::asked();
    let rounds = size.choose(21, 7, 1);
    let most = size.choose(100_000, 10_000, 100);
    let sizes = |last: u64| {
        (1..6)
            .map(|n| 10_u64.pow(n))
            .filter(move |&n| n <= last.min(most))
    };
    let mut charts = Vec::new();
    let names = [
        "an arrival joins the tail",
        "a freed agent takes the head",
        "somebody in the middle hangs up",
    ];
    let subjects = sizes(100_000).map(waiting).collect();
    charts.push(measure("callers who wait", &names, rounds, subjects));
    for (name, strategy) in STRATEGIES {
        let names = [format!("arrival, {name}"), format!("agent freed, {name}")];
        let subjects = sizes(10_000).map(|size| members(size, strategy)).collect();
        charts.push(measure("members of the queue", &names, rounds, subjects));
    }
    let names = [
        "agent freed, nobody waits",
        "agent freed, one waits in each",
    ];
    let subjects = [1].into_iter().chain(sizes(1_000)).map(queues).collect();
    charts.push(measure("queues of the agent", &names, rounds, subjects));
    draw_page(&charts);
}

/// Ten agents who all talk, and so many callers who wait.
fn waiting(size: u64) -> Subject {
    let mut centre = Centre::new(1, 10, Strategy::LeastRecent);
    let mut talking: Vec<CallId> = Vec::new();
    for _ in 0..10 {
        centre.feed(call_to(0));
        talking.push(centre.answer());
    }
    let mut line: Vec<CallId> = Vec::new();
    let mut places: Vec<usize> = Vec::new();
    for _ in 0..size {
        centre.feed(call_to(0));
        stand(&mut line, &mut places, centre.arrived());
    }
    let mut turn = 0;
    let run = move || {
        let mut meters = vec![Meter::default(); 3];
        for _ in 0..4_000 {
            turn += 1;
            let done = talking.swap_remove(index(turn, 1, talking.len()));
            meters[1].add(centre.timed(Input::CallerHungUp { call: done }));
            let served = centre.answer();
            talking.push(served);
            go(&mut line, &mut places, served);
            for _ in 0..2 {
                meters[0].add(centre.timed(call_to(0)));
                stand(&mut line, &mut places, centre.arrived());
            }
            let call = line[index(turn, 2, line.len())];
            meters[2].add(centre.timed(Input::CallerHungUp { call }));
            go(&mut line, &mut places, call);
        }
        meters
    };
    Subject {
        size,
        run: Box::new(run),
    }
}

/// Remembers a caller who waits, and where he is remembered.
fn stand(line: &mut Vec<CallId>, places: &mut Vec<usize>, call: CallId) {
    if places.len() <= call.slot() {
        places.resize(call.slot() + 1, 0);
    }
    places[call.slot()] = line.len();
    line.push(call);
}

/// Forgets a caller who waits no more.
fn go(line: &mut Vec<CallId>, places: &mut [usize], call: CallId) {
    let place = places[call.slot()];
    line.swap_remove(place);
    if let Some(moved) = line.get(place) {
        places[moved.slot()] = place;
    }
}

/// A number below `len`, always the same one for the same turn.
fn index(turn: u64, purpose: u64, len: usize) -> usize {
    let index = below(draw(1, purpose, turn, 0), len as u64);
    usize::try_from(index).expect("below the length of a vector")
}

/// So many agents, half of whom talk.
fn members(size: u64, strategy: Strategy) -> Subject {
    let mut centre = Centre::new(1, size, strategy);
    // Ringing all is slow by its nature, and would take minutes to set up.
    let all = strategy == Strategy::RingAll;
    let (busy, turns) = if all {
        (1, 4_000 / size + 2)
    } else {
        (size / 2, 4_000)
    };
    let mut talking: Vec<CallId> = Vec::new();
    for _ in 0..busy {
        centre.feed(call_to(0));
        talking.push(centre.answer());
    }
    let mut turn = 0;
    let run = move || {
        let (mut arrival, mut freed) = (Meter::default(), Meter::default());
        for _ in 0..turns {
            turn += 1;
            arrival.add(centre.timed(call_to(0)));
            talking.push(centre.answer());
            let call = talking.swap_remove(index(turn, 1, talking.len()));
            freed.add(centre.timed(Input::CallerHungUp { call }));
        }
        vec![arrival, freed]
    };
    Subject {
        size,
        run: Box::new(run),
    }
}

/// One agent in so many queues.
fn queues(size: u64) -> Subject {
    let mut idle = Centre::new(size, 1, Strategy::LeastRecent);
    let mut busy = Centre::new(size, 1, Strategy::LeastRecent);
    busy.feed(call_to(0));
    let mut talking = busy.answer();
    for queue in 0..size {
        busy.feed(call_to(queue));
    }
    // The longest waiting is served, so the queues take turns.
    let mut next = 0;
    let turns = 2_000 / size + 2;
    let run = move || {
        let (mut alone, mut waited_for) = (Meter::default(), Meter::default());
        for _ in 0..turns {
            idle.feed(call_to(next));
            let call = idle.answer();
            alone.add(idle.timed(Input::CallerHungUp { call }));
            waited_for.add(busy.timed(Input::CallerHungUp { call: talking }));
            talking = busy.answer();
            busy.feed(call_to(next));
            next = (next + 1) % size;
        }
        vec![alone, waited_for]
    };
    Subject {
        size,
        run: Box::new(run),
    }
}

/// Measures in turns and prints; returns the medians to be drawn.
fn measure(
    what: &str,
    names: &[impl AsRef<str>],
    rounds: usize,
    mut subjects: Vec<Subject>,
) -> Chart {
    let mut seen: Vec<Vec<Vec<f64>>> = vec![vec![Vec::new(); subjects.len()]; names.len()];
    for round in 0..=rounds {
        for (place, subject) in subjects.iter_mut().enumerate() {
            let clock_ns = clock_ns();
            let meters = (subject.run)();
            if round > 0 {
                for (kind, meter) in meters.into_iter().enumerate() {
                    seen[kind][place].push(meter.ns(clock_ns));
                }
            }
        }
    }
    let mut series = Vec::new();
    for (name, seen) in names.iter().zip(seen) {
        println!(
            "{} (ns, median of {rounds} rounds and range)",
            name.as_ref()
        );
        let mut points = Vec::new();
        for (subject, ns) in subjects.iter().zip(seen) {
            let spread = Spread::of(ns);
            println!("  {:>7} {what}: {spread:.0}", subject.size);
            points.push((subject.size as f64, spread.median));
        }
        series.push(Series {
            name: name.as_ref().to_owned(),
            points,
        });
    }
    Chart {
        title: format!("Cost of an entry by {what}"),
        x: what.to_owned(),
        y: "ns".to_owned(),
        series,
    }
}

/// What it takes to look at the clock twice.
fn clock_ns() -> f64 {
    let mut meter = Meter::default();
    for _ in 0..1_000 {
        meter.add(Instant::now().elapsed());
    }
    meter.ns(0.0)
}

/// Draws the charts, those with the same axis as one for each kind of entry.
fn draw_page(charts: &[Chart]) {
    let by_members = |kind: usize| -> Chart {
        let of_members = &charts[1..charts.len() - 1];
        Chart {
            series: of_members
                .iter()
                .map(|chart| chart.series[kind].clone())
                .collect(),
            ..of_members[0].clone()
        }
    };
    let (first, last) = (&charts[0], &charts[charts.len() - 1]);
    let drawn = [first.clone(), by_members(0), by_members(1), last.clone()];
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("entry_cost.html");
    std::fs::write(&path, page("What an entry costs", &drawn)).expect("the page can be written");
    println!("Drawn: {}", path.display());
}
