//! Rehearsals: random worlds in which everything goes wrong, and the proof that
//! the watchers watch: a lie at the boundary is found, made small, saved, and
//! found again.

use std::num::NonZeroUsize;

use tandem_engine::config::reader::Source;
use tandem_engine::{Entry, Event, Mark, Outbox, QueueId, SECOND_US, Span};
use tandem_sim::rehearse::laws::Law;
use tandem_sim::rehearse::plan::Plan;
use tandem_sim::rehearse::run::{Options, Report, run, run_with};
use tandem_sim::rehearse::shrink::{Shrunk, shrink};
use tandem_sim::rehearse::world::{Clear, Lens};
use tandem_sim::rehearse::{file, world};
use tandem_tests::cases::seed_of_the_day;
use tandem_tests::fingerprint;

/// Worlds in each run of the tests, and with the big counts.
const WORLDS: u32 = 200;
const WORLDS_FULL: u32 = 2_000;
/// Of a hundred rare paths, so many are taken in the big run.
const MARKS_PERCENT: u32 = 95;
/// And so much time passes in it.
const YEARS: u128 = 10;

fn options(seed: u64, worlds: u32, threads: usize) -> Options {
    Options {
        seed,
        worlds,
        threads: NonZeroUsize::new(threads).expect("there is a thread"),
    }
}

/// Says what went wrong, with the world made small.
#[track_caller]
fn assert_held(seed: u64, report: &Report) {
    if let Some(failure) = &report.failure {
        let (world, entry) = (failure.world, failure.entry);
        // Said at once: making a world small takes a while.
        println!(
            "world {world} of seed {seed}, entry {entry}: {}",
            failure.broken
        );
        let small = made_small(failure.plan.clone(), || Clear);
        panic!("{}", file::write(&small.plan, Some(&small.broken)));
    }
}

fn made_small<L: Lens>(plan: Plan, lens: impl Fn() -> L) -> Shrunk {
    let broken = world::run(&plan, lens()).broken;
    let (broken, _) = broken.expect("the world breaks a law");
    shrink(plan, broken, 2_000, |plan| {
        world::run(plan, lens()).broken.map(|(broken, _)| broken)
    })
}

#[test]
fn every_law_holds_in_random_worlds() {
    let full = std::env::var_os("TANDEM_FULL").is_some_and(|value| value == "1");
    let worlds = if full { WORLDS_FULL } else { WORLDS };
    let seed = seed_of_the_day();
    let report = run(options(seed, worlds, 2), &mut ());
    assert_held(seed, &report);
    let never: Vec<&str> = (Mark::ALL.iter())
        .filter(|mark| !report.marks.has(**mark))
        .map(|mark| mark.words())
        .collect();
    println!("{worlds} worlds, never: {never:?}");
    for law in Law::ALL {
        assert!(report.checks.of(*law) > 0, "{law:?} was never looked at");
    }
    if full {
        let all = u32::try_from(Mark::ALL.len()).expect("marks are few");
        assert!(
            report.marks.count() * 100 >= all * MARKS_PERCENT,
            "{never:?}"
        );
        let us_a_year = 31_557_600 * u128::from(SECOND_US);
        assert!(report.simulated_us >= YEARS * us_a_year, "it was too short");
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let one = run(options(1, 30, 1), &mut ());
    let two = run(options(1, 30, 2), &mut ());
    assert_held(1, &one);
    assert!(one == two, "one thread and two differ");
    let text = format!("{:032x}-{}", one.fingerprint, one.entries);
    fingerprint::record("rehearse", text);
}

#[test]
fn worlds_read_back_equal() {
    for number in 0..40 {
        let plan = Plan::random(3, number);
        let text = file::write(&plan, None);
        match file::read(Source::new("world.toml", &text)) {
            Ok(read) => assert!(read == plan, "world {number} reads back otherwise"),
            Err(why) => panic!("world {number}: {why}"),
        }
    }
}

/// A lie told to the watchers.
#[derive(Clone, Copy, Debug)]
struct Lie(fn(&mut Event));

impl Lens for Lie {
    const ON: bool = true;
    fn bend(&mut self, _: &Entry, out: &mut Outbox) {
        out.events.iter_mut().for_each(self.0);
    }
}

/// A lie is found under this law, and the world that shows it becomes small; its
/// file shows it again, and nothing where nobody lies.
#[track_caller]
fn assert_found(law: Law, acts_max: usize, lie: fn(&mut Event)) {
    let report = run_with(options(5, 50, 2), &mut (), || Lie(lie));
    let failure = report.failure.expect("the lie is found");
    assert_eq!(failure.broken.law, law, "{}", failure.broken);
    let small = made_small(failure.plan, || Lie(lie));
    let (acts, tries) = (small.plan.acts.len(), small.tries);
    println!("{law:?}: {acts} acts after {tries} tries: {}", small.broken);
    let text = file::write(&small.plan, Some(&small.broken));
    assert!(acts <= acts_max, "{acts} acts are left:\n{text}");
    assert!(small.plan.config.queues.len() <= 2, "{text}");
    let read = file::read(Source::new("small.toml", &text));
    let read = read.unwrap_or_else(|why| panic!("{why}"));
    let again = world::run(&read, Lie(lie)).broken.map(|(broken, _)| broken);
    assert_eq!(again, Some(small.broken), "the file shows something else");
    assert_eq!(world::run(&read, Clear).broken, None, "nobody lies here");
}

#[test]
fn a_wait_that_is_told_wrong_is_found() {
    assert_found(Law::Outcomes, 8, |event| {
        if let Event::CallAnswered { waited, .. } = event
            && waited.micros() > 0
        {
            *waited = *waited + Span::from_micros(1);
        }
    });
}

#[test]
fn a_telephone_that_comes_unseen_is_found() {
    // To the watchers it is down, and rings.
    assert_found(Law::Offers, 8, |event| {
        if let Event::DeviceChanged { up, .. } = event {
            *up = false;
        }
    });
}

#[test]
fn an_auditor_who_misses_a_wrap_up_differs_from_the_figures() {
    assert_found(Law::Figures, 16, |event| {
        if let Event::WrapUpStarted { queue, .. } | Event::WrapUpEnded { queue, .. } = event {
            // A queue that is not counted.
            let slot = u32::try_from(queue.slot()).expect("queues are few");
            *queue = QueueId::from_parts(1_000 + slot, queue.generation());
        }
    });
}
