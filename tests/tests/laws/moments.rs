//! At any moment the system may stop, or a deadline fail to be carried out.

use tandem_tests::acts::{Profile, Step, history};
use tandem_tests::cases::{cases, hold};
use tandem_tests::centre::Centre;
use tandem_tests::model::{LAWS, Model};
use tandem_tests::perform::World;

use crate::{regressions, told, watch};

/// Plays a history; after every step does something else in a fork of the
/// world, and lets everybody hang up there.
fn beside(
    centre: &Centre,
    steps: &[Step],
    mut what: impl FnMut(&mut World<Model>) -> Result<(), String>,
) -> Result<(), String> {
    let mut world = World::new(centre.seed, Model::new(&LAWS));
    let opened = world.open(centre);
    told(&world, opened)?;
    for step in steps {
        let done = world.perform(step);
        told(&world, done)?;
        let mut fork = world.fork(world.live.witness.clone());
        let done = what(&mut fork).and_then(|()| fork.drain());
        let done = done.and_then(|()| fork.live.witness.finish());
        told(&fork, done)?;
    }
    Ok(())
}

#[test]
fn the_system_may_stop_at_any_entry() {
    let (name, profile) = ("the_system_may_stop_at_any_entry", Profile::mixed());
    hold(
        name,
        &regressions(),
        60,
        &history(&profile),
        |(centre, steps)| {
            let mut down = 0;
            beside(&centre, &steps, |fork| {
                down = (down + 750_000) % 20_000_000;
                fork.live.kill(down)
            })
        },
    );
}

#[test]
fn the_system_may_stop_again_and_again() {
    let mut profile = Profile::mixed();
    profile.restarts = 12;
    let seen = watch("the_system_may_stop_again_and_again", 300, &profile, &LAWS);
    let enough = u64::from(cases(500));
    assert!(
        seen.cut_off > enough,
        "hardly anybody was cut off: {seen:?}"
    );
}

#[test]
fn any_deadline_may_fail() {
    let (name, profile) = ("any_deadline_may_fail", Profile::mixed());
    hold(
        name,
        &regressions(),
        60,
        &history(&profile),
        |(centre, steps)| {
            let mut late = 0_u8;
            beside(&centre, &steps, |fork| {
                late = (late + 1) % 8;
                // Whatever comes behind it may fail as well.
                fork.abort(late)?;
                fork.abort(0)
            })
        },
    );
}

#[test]
fn deadlines_may_fail_again_and_again() {
    let mut profile = Profile::mixed();
    profile.aborts = 20;
    profile.steps = 240;
    watch("deadlines_may_fail_again_and_again", 300, &profile, &LAWS);
}
