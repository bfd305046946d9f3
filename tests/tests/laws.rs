//! The laws of the engine over random histories of random centres.

use std::cell::RefCell;

use tandem_tests::acts::{Profile, history};
use tandem_tests::cases::{Regressions, hold};
use tandem_tests::model::{LAWS, Law, Model, Seen};
use tandem_tests::perform::play;
use tandem_tests::readable::journal;

/// Plays random histories under the eyes of a model that watches some laws;
/// returns what they contained.
fn watch(test: &str, usual: u32, profile: &Profile, laws: &[Law]) -> Seen {
    let seen = RefCell::new(Seen::default());
    let regressions = Regressions::new("laws.txt");
    hold(
        test,
        &regressions,
        usual,
        &history(profile),
        |(centre, steps)| {
            let (world, played) = play(&centre, &steps, Model::new(laws));
            seen.borrow_mut().add(&world.live.witness.seen);
            played
                .and_then(|()| world.live.witness.finish())
                .map_err(|broken| format!("{broken}\n{}", journal(world.live.lines())))
        },
    );
    let seen = *seen.borrow();
    println!("{test}: {seen:?}");
    seen
}

#[test]
fn every_law_holds_after_every_entry() {
    watch(
        "every_law_holds_after_every_entry",
        600,
        &Profile::mixed(),
        &LAWS,
    );
}
