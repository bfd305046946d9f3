//! Time: ticks that come late, and clocks that are set.

use std::sync::mpsc::{Receiver, Sender, channel};

use tandem_engine::{Engine, Entry, Event, Input, Number, Outbox, Span, Timestamp};
use tandem_server::driver::{Apply, Line};
use tandem_tests::site::{Site, arrival};

use super::CENTRE;

const SECOND_US: u64 = 1_000_000;
const HOUR_US: i64 = 3_600_000_000;

/// Stands still before it applies an arrival with this key, until it is let go.
pub struct Stalls {
    pub key: u128,
    pub stands: Sender<()>,
    pub go: Receiver<()>,
}

impl Apply for Stalls {
    fn apply(&mut self, engine: &mut Engine, entry: &Entry, out: &mut Outbox) {
        if matches!(entry.input, Input::CallArrived { key, .. } if key == self.key) {
            let _nobody = self.stands.send(());
            let _nobody = self.go.recv();
        }
        engine.apply(entry, out);
    }
}

fn offsets(lines: &[Line]) -> Vec<i64> {
    let offset = |line: &Line| match line.entry.input {
        Input::WallOffset { micros } => Some(micros),
        _ => None,
    };
    lines.iter().filter_map(offset).collect()
}

#[test]
fn a_clock_that_is_set_moves_days_and_no_deadline() {
    for by in [HOUR_US, -HOUR_US] {
        let site = Site::new();
        let shift = site.start(Some(CENTRE));
        shift.call(1, 555, 6400).expect("the call is let in");
        let before = shift.handle.now();
        site.clock.set_wall_by(by);
        shift.wait_for("the new offset", |lines| offsets(lines).len() == 2);
        let told = offsets(&shift.lines());
        assert_eq!(told[1] - told[0], by);
        assert_eq!(
            shift.handle.now(),
            before,
            "the timeline stands where it stood"
        );
        assert!(
            shift
                .lines()
                .iter()
                .all(|line| line.entry.input != Input::Tick)
        );
        shift.stop().1.expect("a clean stop");
    }
}

#[test]
fn a_clock_that_drifts_within_the_bound_is_let_drift() {
    let bound = tandem_server::driver::WALL_DRIFT_US_MAX;
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    site.clock.set_wall_by(bound);
    shift.call(1, 555, 6400).expect("the call is let in");
    shift.call(2, 555, 6400).expect("the call is let in");
    assert_eq!(offsets(&shift.lines()).len(), 1);
    site.clock.set_wall_by(1);
    shift.wait_for("the new offset", |lines| offsets(lines).len() == 2);
    shift.stop().1.expect("a clean stop");
}

#[test]
fn what_is_due_while_the_driver_stands_still_happens_when_it_was_due() {
    let site = Site::new();
    let (stands, standing) = channel();
    let (let_go, go) = channel();
    let stalls = Stalls { key: 2, stands, go };
    let shift = site
        .try_start(Some(CENTRE), false, stalls)
        .expect("it starts");
    shift
        .handle
        .ask_blocking(Input::DeviceUp {
            extension: Number::from_u64(1001),
        })
        .expect("told");
    let call = shift.call(1, 555, 6400).expect("the call is let in");
    let rung_at = shift.handle.now();
    // The ring ends after ten seconds; half a second before, all stands still.
    site.clock.pass(9 * SECOND_US + SECOND_US / 2);
    shift
        .handle
        .tell(arrival(2, 556, 6400))
        .expect("there is room");
    standing.recv().expect("it stands");
    site.clock.pass(SECOND_US / 4);
    let hung_up_at = shift.handle.now();
    shift
        .handle
        .tell(Input::CallerHungUp { call })
        .expect("never sent away");
    site.clock.pass(SECOND_US / 2);
    shift
        .handle
        .tell(Input::DeviceUp {
            extension: Number::from_u64(1002),
        })
        .expect("never");
    let_go.send(()).expect("it waits for that");
    let up = |line: &Line| {
        line.out
            .events
            .iter()
            .any(|e| matches!(e, Event::DeviceChanged { .. }))
    };
    shift.wait_for("both devices", |lines| {
        lines.iter().filter(|line| up(line)).count() == 2
    });
    let lines = shift.lines();
    let hung_up = lines
        .iter()
        .find(|line| matches!(line.entry.input, Input::CallerHungUp { .. }));
    let hung_up = hung_up.expect("the caller hung up");
    // Received before the deadline, it comes before it, though it is applied
    // after the moment when the deadline came.
    assert_eq!(hung_up.entry.received_at, hung_up_at);
    assert_eq!(hung_up.out.reject, None);
    let record = hung_up.out.events.iter().find_map(|event| match event {
        Event::QueueCallEnded(record) => Some(*record),
        _ => None,
    });
    let waited = record.expect("the visit ended").waited;
    assert_eq!(waited, Span::from_micros(9 * SECOND_US + 3 * SECOND_US / 4));
    let times: Vec<Timestamp> = lines.iter().map(|line| line.entry.received_at).collect();
    assert!(times.is_sorted(), "time never runs backwards: {times:?}");
    assert!(rung_at < hung_up_at);
    shift.stop().1.expect("a clean stop");
}

#[test]
fn a_tick_half_a_second_late_acts_at_its_due_time() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    shift
        .handle
        .ask_blocking(Input::DeviceUp {
            extension: Number::from_u64(1001),
        })
        .expect("told");
    shift.call(1, 555, 6400).expect("the call is let in");
    let rung_at = shift.handle.now();
    site.clock.pass(10 * SECOND_US + SECOND_US / 2);
    let tick = |line: &Line| line.entry.input == Input::Tick;
    shift.wait_for("a tick", |lines| lines.iter().any(tick));
    let lines = shift.lines();
    let line = lines.iter().find(|line| tick(line)).expect("it was seen");
    let rang = line.out.events.iter().find_map(|event| match event {
        Event::OfferEnded { rang, .. } => Some(*rang),
        _ => None,
    });
    assert_eq!(rang, Some(Span::from_secs(10)));
    assert_eq!(line.entry.received_at, rung_at + Span::from_secs(10));
    shift.stop().1.expect("a clean stop");
}
