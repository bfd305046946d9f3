//! The journal is everything: applied again it gives the same, whatever
//! became of the engine in between, and however late ticks come.

use proptest::prelude::*;
use tandem_engine::{Engine, Input, Outbox, Timestamp};
use tandem_tests::acts::{Profile, Step, history};
use tandem_tests::cases::hold;
use tandem_tests::centre::Centre;
use tandem_tests::live::{Line, replay};
use tandem_tests::perform::{World, play};

use crate::{regressions, told};

fn played(centre: &Centre, steps: &[Step]) -> Result<World<()>, String> {
    let (world, played) = play(centre, steps, ());
    told(&world, played).map(|()| world)
}

fn same_end(world: &World<()>, engine: &Engine, what: &str) -> Result<(), String> {
    let same = engine.hash() == world.live.engine().hash();
    told(
        world,
        if same {
            Ok(())
        } else {
            Err(format!("{what} ends in another state"))
        },
    )
}

#[test]
fn the_same_journal_gives_the_same_outputs() {
    let (name, profile) = ("the_same_journal_gives_the_same_outputs", Profile::mixed());
    hold(
        name,
        &regressions(),
        300,
        &history(&profile),
        |(centre, steps)| {
            let world = played(&centre, &steps)?;
            let mut engine = Engine::new(centre.seed);
            let again = replay(&mut engine, world.live.lines());
            told(&world, again)?;
            same_end(&world, &engine, "the journal applied again")
        },
    );
}

#[test]
fn a_snapshot_at_any_entry_changes_nothing() {
    let (name, profile) = ("a_snapshot_at_any_entry_changes_nothing", Profile::mixed());
    hold(
        name,
        &regressions(),
        300,
        &history(&profile),
        |(centre, steps)| {
            let world = played(&centre, &steps)?;
            let mut engine = Engine::new(centre.seed);
            for line in world.live.lines() {
                let again = replay(&mut engine, std::slice::from_ref(line));
                told(&world, again)?;
                let hash = engine.hash();
                let restored = Engine::restore(&engine.snapshot());
                engine = restored.map_err(|error| error.to_string())?;
                let same = engine.hash() == hash;
                told(
                    &world,
                    same.then_some(())
                        .ok_or_else(|| "a snapshot differs".to_owned()),
                )?;
            }
            same_end(&world, &engine, "the journal with snapshots")
        },
    );
}

#[test]
fn forks_are_independent() {
    let profile = Profile::mixed();
    let both = (
        history(&profile),
        history(&profile),
        any::<prop::sample::Index>(),
    );
    hold(
        "forks_are_independent",
        &regressions(),
        200,
        &both,
        |(one, (_, other), cut)| {
            let (centre, steps) = one;
            let alone = played(&centre, &steps)?;
            let mut world = World::new(centre.seed, ());
            world.open(&centre)?;
            let cut = cut.index(steps.len() + 1);
            steps[..cut]
                .iter()
                .try_for_each(|step| world.perform(step))?;
            let (mut fork, bytes) = (world.fork(()), world.live.engine().snapshot());
            let (first, second) = other.split_at(other.len() / 2);
            first.iter().try_for_each(|step| fork.perform(step))?;
            steps[cut..]
                .iter()
                .try_for_each(|step| world.perform(step))?;
            second.iter().try_for_each(|step| fork.perform(step))?;
            world.drain()?;
            same_end(&alone, world.live.engine(), "a world that was forked")?;
            let same = alone.live.hash() == world.live.hash();
            told(
                &world,
                same.then_some(())
                    .ok_or_else(|| "a fork is felt".to_owned()),
            )?;
            // The fork does what an engine restored at the same moment does.
            let mut engine = Engine::restore(&bytes).map_err(|error| error.to_string())?;
            let (seq, _) = engine.last_entry();
            let tail = usize::try_from(seq).map_err(|error| error.to_string())?;
            let again = replay(&mut engine, &fork.live.lines()[tail..]);
            told(&fork, again)?;
            same_end(&fork, &engine, "a restored fork")
        },
    );
}

#[test]
fn late_ticks_change_nothing() {
    let (name, profile) = ("late_ticks_change_nothing", Profile::mixed());
    hold(
        name,
        &regressions(),
        300,
        &history(&profile),
        |(centre, steps)| {
            let world = played(&centre, &steps)?;
            for late in [false, true] {
                let mut engine = Engine::new(centre.seed);
                let mut out = Outbox::default();
                for (place, line) in world.live.lines().iter().enumerate() {
                    let mut entry = line.entry.clone();
                    if is_of_a_deadline(line) {
                        entry.received_at = tick_at(&engine, world.live.lines(), place, late);
                    }
                    engine.apply(&entry, &mut out);
                    let same = out == line.out;
                    let seq = entry.seq;
                    let told_again = || format!("with ticks late ({late}), #{seq} gives {out:?}");
                    told(&world, same.then_some(()).ok_or_else(told_again))?;
                }
            }
            Ok(())
        },
    );
}

/// Whether a line happens at a deadline's time, not at its own.
fn is_of_a_deadline(line: &Line) -> bool {
    let of_a_deadline = matches!(line.entry.input, Input::Abort { .. } | Input::Tick);
    of_a_deadline && line.out.reject.is_none()
}

/// When a tick is sent: when it is due, or just before the next other input.
fn tick_at(engine: &Engine, lines: &[Line], place: usize, late: bool) -> Timestamp {
    let (_, last) = engine.last_entry();
    let due = engine.next_deadline().map_or(last, |(due, _)| due);
    let next = lines[place..].iter().find(|line| !is_of_a_deadline(line));
    match next {
        Some(next) if late => next.entry.received_at,
        _ => due.max(last),
    }
}
