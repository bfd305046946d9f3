//! What is counted from midnight to midnight, through restarts.

use std::sync::Arc;

use tandem_engine::{CallId, Effect, Input, LegId, Number};
use tandem_server::driver::Batch;
use tandem_server::views::{Fold, Screen, Today};
use tandem_tests::site::{Shift, Site, arrival};

const CENTRE: &str = r#"
[options]
time_zone = "Asia/Tokyo"
[[extension]]
numbers = "1001-1002"
[[queue]]
number = "6400"
name = "Support"
strategy = "linear"
static_agents = ["1001", "1002"]
wrap_up_s = 0
sla_time_s = 20
agent_timeout_s = 15
"#;

fn screen(today: Today, batches: &[Arc<Batch>]) -> Screen {
    let mut fold = Fold::new(today);
    for batch in batches {
        fold.apply(batch);
    }
    fold.refresh().clone()
}

/// Telephones come; those that were there at a restart still are.
fn up(shift: &Shift) {
    for extension in [1001, 1002] {
        let extension = Number::from_u64(extension);
        let applied = shift.handle.ask_blocking(Input::DeviceUp { extension });
        applied.expect("it is told");
        drop(shift.heard());
    }
}

/// Has a call come in; it, and the leg that rings for it.
fn ring(shift: &Shift, key: u128) -> (CallId, LegId) {
    let applied = shift.handle.ask_blocking(arrival(key, 4_711, 6_400));
    let out = applied.expect("it is told").out;
    let rings = out.effects.iter().find_map(|(_, effect)| match effect {
        Effect::Ring { call, leg, .. } => Some((*call, *leg)),
        _ => None,
    });
    rings.expect("somebody is free")
}

/// Tells something and waits until it is released.
fn tell(shift: &Shift, input: Input) {
    let applied = shift.handle.ask_blocking(input).expect("it is told");
    assert_eq!(applied.out.reject, None);
    heard(shift, applied.seq);
}

/// Waits until an entry is released.
fn heard(shift: &Shift, seq: u64) {
    shift.wait_for("the batch", |lines| {
        lines.last().is_some_and(|line| line.entry.seq >= seq)
    });
}

fn counted(screen: &Screen) -> [u32; 5] {
    let row = screen.queues.values().next().expect("there is one");
    [
        row.offered,
        row.answered,
        row.abandoned,
        row.missed,
        row.met,
    ]
}

fn missed(screen: &Screen) -> u32 {
    screen.agents.values().map(|row| row.missed).sum()
}

#[test]
fn counts_outlast_a_restart_and_end_with_the_day() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    up(&shift);
    // One is answered, one is left, one rings in vain and talks on.
    let (_, leg) = ring(&shift, 1);
    tell(&shift, Input::LegAnswered { leg });
    tell(&shift, Input::LegEnded { leg });
    let (call, _) = ring(&shift, 2);
    tell(&shift, Input::CallerHungUp { call });
    let (_, first) = ring(&shift, 3);
    site.clock.pass(22_000_000);
    shift.wait_for("the second ring", |lines| {
        let rings = lines.iter().flat_map(|line| &line.out.effects);
        rings
            .filter(|(_, effect)| matches!(effect, Effect::Ring { .. }))
            .count()
            == 4
    });
    let second = shift.lines().iter().rev().find_map(|line| {
        let mut effects = line.out.effects.iter();
        effects.find_map(|(_, effect)| match effect {
            Effect::Ring { leg, .. } => Some(*leg),
            _ => None,
        })
    });
    let second = second.expect("it rings");
    assert_ne!(first, second);
    tell(&shift, Input::LegAnswered { leg: second });
    let before = screen(Today::default(), &shift.heard());
    assert_eq!(counted(&before), [3, 2, 1, 0, 1]);
    assert_eq!(missed(&before), 1);
    shift.stop().1.expect("a clean stop");

    let today = Today::read(&site.store()).expect("readable");
    let shift = site.start(Some(CENTRE));
    up(&shift);
    let after = screen(today, &shift.heard());
    // The restart ended the call that talked, which had been answered.
    assert_eq!(counted(&after), [3, 2, 1, 0, 1]);
    let answered: u32 = after.agents.values().map(|row| row.answered).sum();
    assert_eq!(answered, 2);
    assert!(after.active.is_empty());

    site.clock.pass(86_400_000_000);
    let (call, _) = ring(&shift, 4);
    tell(&shift, Input::CallerHungUp { call });
    let next_day = screen(Today::default(), &shift.heard());
    assert_eq!(counted(&next_day), [1, 0, 1, 0, 0]);
    shift.stop().1.expect("a clean stop");
}

#[test]
fn what_was_counted_yesterday_does_not_count() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    up(&shift);
    let (call, _) = ring(&shift, 1);
    tell(&shift, Input::CallerHungUp { call });
    shift.stop().1.expect("a clean stop");
    // The server is off for a day, and only the clock on the wall moves on.
    site.clock.set_wall_by(86_400_000_000);
    let today = Today::read(&site.store()).expect("readable");
    let shift = site.start(Some(CENTRE));
    up(&shift);
    assert_eq!(counted(&screen(today, &shift.heard())), [0; 5]);
    shift.stop().1.expect("a clean stop");
}
