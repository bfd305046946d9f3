//! What happens when the engine panics.

use tandem_engine::{Engine, Entry, Event, Input, Number, Outbox, Timer};
use tandem_server::driver::{Apply, AskError, Line, PANICS_APART_S, StopReason, verify};
use tandem_tests::site::{Shift, Site, arrival};

use super::CENTRE;

const SECOND_US: u64 = 1_000_000;
const WITHHELD: u64 = 666;

/// Panics on calls to one number, and on ticks of rings that are over.
struct Panics {
    on_ring_timeouts: bool,
}

impl Apply for Panics {
    fn apply(&mut self, engine: &mut Engine, entry: &Entry, out: &mut Outbox) {
        let due = engine.next_deadline().map(|(_, timer)| timer);
        // What is half done when it panics must not be seen again.
        engine.apply(entry, out);
        match &entry.input {
            Input::CallArrived { from, .. } => {
                assert!(
                    from.number != Number::from_u64(WITHHELD),
                    "planted in an input"
                );
            }
            Input::Tick if self.on_ring_timeouts => {
                let planted = matches!(due, Some(Timer::RingTimeout(_)));
                assert!(!planted, "planted in a tick");
            }
            _ => {}
        }
    }
}

fn start(site: &Site, on_ring_timeouts: bool) -> Shift {
    let started = site.try_start(Some(CENTRE), false, Panics { on_ring_timeouts });
    let shift = started.expect("it starts");
    for extension in [1001, 1002] {
        let extension = Number::from_u64(extension);
        shift
            .handle
            .ask_blocking(Input::DeviceUp { extension })
            .expect("told");
    }
    shift
}

#[test]
fn an_input_on_which_it_panics_is_set_aside() {
    let site = Site::new();
    let shift = start(&site, false);
    let first = shift.call(1, 555, 6400).expect("let in");
    let poisoned = shift.handle.ask_blocking(arrival(2, WITHHELD, 6400));
    assert_eq!(poisoned, Err(AskError::Poisoned));
    let second = shift.call(3, 557, 6400).expect("life goes on");
    assert_ne!(first, second);
    let told: Vec<_> = shift
        .heard()
        .iter()
        .flat_map(|batch| batch.poisoned.clone())
        .collect();
    assert_eq!(told.len(), 1, "ports learn of it");
    assert_eq!(told[0].input, arrival(2, WITHHELD, 6400));
    let aside = shift.store.quarantine().expect("it can be read");
    assert_eq!(aside.len(), 1);
    assert_eq!(aside[0].input, arrival(2, WITHHELD, 6400));
    assert!(
        aside[0].said.contains("planted in an input"),
        "{}",
        aside[0].said
    );
    let keys = |line: &Line| match line.entry.input {
        Input::CallArrived { key, .. } => Some(key),
        _ => None,
    };
    let (lines, ended) = shift.stop();
    ended.expect("a clean stop");
    assert_eq!(lines.iter().filter_map(keys).collect::<Vec<_>>(), [1, 3]);
    let seqs: Vec<u64> = lines.iter().map(|line| line.entry.seq).collect();
    assert!(
        (1..).zip(&seqs).all(|(want, seq)| want == *seq),
        "numbers have no gap: {seqs:?}"
    );
    verify(&site.store())
        .expect("the journal replays")
        .expect("and is not empty");
}

#[test]
fn a_batch_goes_on_without_its_culprit() {
    let site = Site::new();
    let shift = start(&site, false);
    // Told in one go, most of these come in one batch.
    for key in 0..40_u64 {
        let from = if key == 20 { WITHHELD } else { 700 + key };
        shift
            .handle
            .tell(arrival(u128::from(key), from, 6400))
            .expect("there is room");
    }
    let arrivals = |lines: &[Line]| {
        let inputs = lines.iter().map(|line| &line.entry.input);
        inputs
            .filter(|input| matches!(input, Input::CallArrived { .. }))
            .count()
    };
    shift.wait_for("all others", |lines| arrivals(lines) == 39);
    shift.stop().1.expect("a clean stop");
    verify(&site.store())
        .expect("the journal replays")
        .expect("and is not empty");
}

#[test]
fn what_a_tick_belongs_to_ends_where_it_panics() {
    let site = Site::new();
    let shift = start(&site, true);
    shift.call(1, 555, 6400).expect("let in");
    site.clock.pass(11 * SECOND_US);
    let aborts = |line: &Line| matches!(line.entry.input, Input::Abort { .. });
    shift.wait_for("the end of the call", |lines| lines.iter().any(aborts));
    let lines = shift.lines();
    let abort = lines.iter().find(|line| aborts(line)).expect("it was seen");
    assert_eq!(abort.out.reject, None);
    let ended = |event: &Event| matches!(event, Event::CallEnded { .. });
    assert!(abort.out.events.iter().any(ended), "{:?}", abort.out);
    assert_eq!(
        shift.store.quarantine().expect("it can be read")[0].input,
        Input::Tick
    );
    shift.call(2, 555, 6400).expect("life goes on");
    shift.stop().1.expect("a clean stop");
    verify(&site.store())
        .expect("the journal replays")
        .expect("and is not empty");
}

#[test]
fn a_second_panic_within_a_minute_stops_the_server() {
    for (apart, stops) in [
        (PANICS_APART_S * SECOND_US - 1, true),
        (PANICS_APART_S * SECOND_US, false),
    ] {
        let site = Site::new();
        let shift = start(&site, false);
        let poisoned = shift.handle.ask_blocking(arrival(1, WITHHELD, 6400));
        assert_eq!(poisoned, Err(AskError::Poisoned));
        site.clock.pass(apart);
        let poisoned = shift.handle.ask_blocking(arrival(2, WITHHELD, 6400));
        assert_eq!(poisoned, Err(AskError::Poisoned));
        if stops {
            shift.wait_for_end();
        }
        let (_, ended) = shift.stop();
        match ended {
            Err(why @ StopReason::Poisoned { .. }) if stops => assert_eq!(why.exit_code(), 70),
            Ok(()) if !stops => {}
            ended => panic!("stops is {stops}, and it ended with {ended:?}"),
        }
        assert_eq!(site.store().quarantine().expect("it can be read").len(), 2);
        site.start(None).stop().1.expect("it starts again");
    }
}
