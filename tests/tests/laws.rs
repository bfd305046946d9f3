//! The laws of the engine over random histories of random centres.
//!
//! Each law has a test of its own, in which the model watches nothing else; so
//! a bug planted against a law shows that this law's check has teeth.

#[path = "laws/contacts.rs"]
mod contacts;
#[path = "laws/golden.rs"]
mod golden;
#[path = "laws/journals.rs"]
mod journals;
#[path = "laws/limits.rs"]
mod limits;
#[path = "laws/moments.rs"]
mod moments;
#[path = "laws/snapshots.rs"]
mod snapshots;
#[path = "laws/sorted_sets.rs"]
mod sorted_sets;
#[path = "laws/uniform.rs"]
mod uniform;

use std::cell::RefCell;

use tandem_engine::config::model::Strategy;
use tandem_tests::acts::{Profile, history};
use tandem_tests::cases::{Regressions, cases, hold};
use tandem_tests::live::Witness;
use tandem_tests::model::{LAWS, Law, Model, Seen};
use tandem_tests::perform::{World, play};
use tandem_tests::readable::journal;

/// Cases of a test that takes some tenths of a millisecond for each.
const CASES: u32 = 2_500;

/// The file of seeds that failed once.
fn regressions() -> Regressions {
    Regressions::new("laws.txt")
}

/// What went wrong, and the journal that led to it.
fn told<W: Witness>(world: &World<W>, played: Result<(), String>) -> Result<(), String> {
    played.map_err(|broken| format!("{broken}\n{}", journal(world.live.lines())))
}

/// Plays random histories under the eyes of a model that watches some laws;
/// returns what they contained.
fn watch(test: &str, usual: u32, profile: &Profile, laws: &[Law]) -> Seen {
    let seen = RefCell::new(Seen::default());
    hold(
        test,
        &regressions(),
        usual,
        &history(profile),
        |(centre, steps)| {
            let (world, played) = play(&centre, &steps, Model::new(laws));
            seen.borrow_mut().add(&world.live.witness.seen);
            let played = played.and_then(|()| world.live.witness.finish());
            told(&world, played)
        },
    );
    let seen = *seen.borrow();
    println!("{test}: {seen:?}");
    let least = u64::from(cases(usual));
    assert!(
        seen.answers > least && seen.offers > least,
        "hardly anything happened: {seen:?}"
    );
    seen
}

#[test]
fn every_law_holds_after_every_entry() {
    let seen = watch(
        "every_law_holds_after_every_entry",
        2 * CASES,
        &Profile::mixed(),
        &LAWS,
    );
    let enough = u64::from(cases(100));
    assert!(seen.midnights > enough && seen.cut_off > enough && seen.ring_alls > enough);
    assert!(seen.diverted > enough && seen.prompts > enough && seen.keys > enough);
    assert!(seen.consulted > enough / 10 && seen.passed_on > enough / 100);
    assert!(seen.supervised > enough && seen.retrieved > enough / 10);
    assert!(seen.turned > enough / 10 && seen.held > enough);
    assert!(seen.outside > enough && seen.outside_answers > enough / 10);
    assert!(seen.placed > enough && seen.placed_answers > enough / 100);
    assert!(seen.missed_cleared > enough / 10);
    assert!(seen.announcements > enough && seen.briefings > enough);
    assert!(seen.left_unheard > enough / 100);
    assert!(seen.surveys > enough && seen.ratings > enough / 4);
    assert!(seen.alarms > enough && seen.synced > enough);
    assert!(seen.notes > enough);
}

#[test]
fn every_law_holds_in_long_histories() {
    let profile = Profile {
        steps: 1_500,
        ..Profile::mixed()
    };
    watch("every_law_holds_in_long_histories", 60, &profile, &LAWS);
}

#[test]
fn who_asks_for_it_is_called_back_once() {
    let name = "who_asks_for_it_is_called_back_once";
    let mut profile = Profile {
        callbacks: 30,
        edits: 2,
        ..Profile::mixed()
    };
    profile.shape.callbacks = 0.95;
    profile.shape.queues = 2;
    let seen = watch(name, CASES, &profile, &LAWS);
    let enough = u64::from(cases(CASES));
    assert!(seen.callbacks > enough && seen.called_back > enough / 100);
    assert!(seen.behind_plus > enough / 50 && seen.hung_up_keyed_in > enough / 25);
}

#[test]
fn every_call_ends_once_and_every_visit_has_one_outcome() {
    let name = "every_call_ends_once_and_every_visit_has_one_outcome";
    watch(name, CASES, &Profile::mixed(), &[Law::Outcomes]);
}

#[test]
fn calls_go_where_they_are_sent() {
    watch(
        "calls_go_where_they_are_sent",
        CASES,
        &Profile::mixed(),
        &[Law::Routes],
    );
}

#[test]
fn an_agent_is_offered_one_call_at_a_time() {
    watch(
        "an_agent_is_offered_one_call_at_a_time",
        CASES,
        &Profile::mixed(),
        &[Law::Offers],
    );
}

#[test]
fn nobody_idles_while_somebody_waits() {
    watch(
        "nobody_idles_while_somebody_waits",
        CASES,
        &Profile::mixed(),
        &[Law::Idle],
    );
}

#[test]
fn invariants_hold_after_every_entry() {
    watch(
        "invariants_hold_after_every_entry",
        CASES,
        &Profile::mixed(),
        &[Law::Invariants],
    );
}

#[test]
fn who_came_first_is_offered_first() {
    watch(
        "who_came_first_is_offered_first",
        CASES,
        &Profile::mixed(),
        &[Law::Fifo],
    );
}

#[test]
fn who_becomes_free_serves_the_longest_waiting() {
    let name = "who_becomes_free_serves_the_longest_waiting";
    watch(name, CASES, &Profile::mixed(), &[Law::Across]);
}

#[test]
fn ring_all_rings_everybody_who_is_free() {
    let laws = [Law::Idle, Law::RingAll];
    let profile = Profile::mixed().with_strategies(&[Strategy::RingAll]);
    let seen = watch(
        "ring_all_rings_everybody_who_is_free",
        CASES,
        &profile,
        &laws,
    );
    assert!(
        seen.ring_alls > u64::from(cases(CASES)),
        "hardly a choir: {seen:?}"
    );
}

/// A strategy with all that its memory must survive.
fn order(test: &str, strategy: Strategy, wall: u32) {
    let mut profile = Profile::mixed().with_strategies(&[strategy]);
    profile.wall = wall;
    profile.edits *= 3;
    profile.status *= 2;
    (profile.shape.limits, profile.shape.queues) = (false, 2);
    let seen = watch(test, CASES, &profile, &[Law::Order]);
    assert!(
        seen.choices > u64::from(cases(CASES)),
        "hardly a choice: {seen:?}"
    );
}

#[test]
fn fewest_calls_rings_who_completed_fewest() {
    order(
        "fewest_calls_rings_who_completed_fewest",
        Strategy::FewestCalls,
        8,
    );
}

#[test]
fn least_recent_rings_who_was_rung_longest_ago() {
    order(
        "least_recent_rings_who_was_rung_longest_ago",
        Strategy::LeastRecent,
        0,
    );
}

#[test]
fn least_talk_time_rings_who_talked_least() {
    let name = "least_talk_time_rings_who_talked_least";
    order(name, Strategy::LeastTalkTime, 4);
}

#[test]
fn weighted_random_rings_somebody_who_is_free() {
    let name = "weighted_random_rings_somebody_who_is_free";
    order(name, Strategy::WeightedRandom, 0);
}

#[test]
fn linear_rings_in_order() {
    order("linear_rings_in_order", Strategy::Linear, 0);
}

#[test]
fn random_rings_somebody_who_is_free() {
    order("random_rings_somebody_who_is_free", Strategy::Random, 0);
}

#[test]
fn round_robin_remembers() {
    order("round_robin_remembers", Strategy::Rrmemory, 0);
}

#[test]
fn strategies_replace_one_another() {
    let mut profile = Profile::mixed();
    profile.edits *= 4;
    watch(
        "strategies_replace_one_another",
        CASES,
        &profile,
        &[Law::Order, Law::RingAll],
    );
}

#[test]
fn deadlines_are_exact() {
    let mut profile = Profile::mixed();
    profile.wall = 4;
    watch("deadlines_are_exact", CASES, &profile, &[Law::Timers]);
}

#[test]
fn what_is_ordered_of_a_leg_comes_in_order_and_ends_once() {
    let name = "what_is_ordered_of_a_leg_comes_in_order_and_ends_once";
    let mut profile = Profile::mixed();
    profile.edits *= 3;
    watch(name, CASES, &profile, &[Law::Legs]);
}

#[test]
fn kept_effects_stay_until_somebody_says_what_became_of_them() {
    let mut profile = Profile::mixed();
    profile.restarts = 4;
    let name = "kept_effects_stay_until_somebody_says_what_became_of_them";
    watch(name, CASES, &profile, &[Law::Kept]);
}

#[test]
fn what_happened_is_told() {
    let mut profile = Profile::mixed();
    profile.status *= 5;
    watch("what_happened_is_told", CASES, &profile, &[Law::Facts]);
}

#[test]
fn estimates_are_those_of_the_books_and_never_grow_in_a_shrinking_queue() {
    let name = "estimates_are_those_of_the_books_and_never_grow_in_a_shrinking_queue";
    watch(name, CASES, &Profile::mixed(), &[Law::Estimates]);
    // What two queues with the same agents teach, undisturbed.
    let mut long = Profile::mixed();
    long.shape.queues = 2;
    long.shape.limits = false;
    long.steps *= 3;
    (long.callbacks, long.edits, long.odds) = (0, 0, 0);
    (long.restarts, long.supervisors) = (0, 0);
    watch(name, CASES / 2, &long, &[Law::Estimates]);
}

#[test]
fn refusals_are_right_and_change_nothing() {
    let mut profile = Profile::mixed();
    profile.status *= 3;
    profile.odds *= 2;
    watch(
        "refusals_are_right_and_change_nothing",
        CASES,
        &profile,
        &[Law::Refusals],
    );
}

#[test]
fn views_show_what_is() {
    watch(
        "views_show_what_is",
        CASES,
        &Profile::mixed(),
        &[Law::Views],
    );
}
