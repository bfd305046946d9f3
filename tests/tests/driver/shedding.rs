//! What is sent away when too much comes, and what never is.

use std::sync::mpsc::channel;
use std::task::{Context, Waker};

use tandem_engine::{Input, Number};
use tandem_server::driver::{
    ARRIVALS_QUEUED_MAX, ASKS_QUEUED_MAX, AskError, Busy, Line, REPORTS_QUEUED_MAX, StopReason,
};
use tandem_tests::disk::Fault;
use tandem_tests::site::{Shift, Site, arrival};

use super::CENTRE;
use super::time::Stalls;

fn device(up: bool) -> Input {
    let extension = Number::from_u64(1001);
    if up {
        Input::DeviceUp { extension }
    } else {
        Input::DeviceDown { extension }
    }
}

/// Requests that wait for their answers.
fn ask_often(shift: &Shift, count: usize) -> Vec<impl Future> {
    // Asking begins when the answer is waited for, so each asks on its own.
    let ask = |_| {
        let handle = shift.handle.clone();
        let mut ask = Box::pin(async move { handle.ask(device(true)).await });
        let mut nobody = Context::from_waker(Waker::noop());
        assert!(ask.as_mut().poll(&mut nobody).is_pending(), "there is room");
        ask
    };
    (0..count).map(ask).collect()
}

#[test]
fn arrivals_and_requests_are_sent_away_past_their_bounds_and_reports_never() {
    let site = Site::new();
    let (stands, standing) = channel();
    let (let_go, go) = channel();
    let shift = site
        .try_start(Some(CENTRE), false, Stalls { key: 0, stands, go })
        .expect("it starts");
    shift
        .handle
        .tell(arrival(0, 555, 6400))
        .expect("there is room");
    standing.recv().expect("it stands");
    for key in 1..=ARRIVALS_QUEUED_MAX {
        let told = shift.handle.tell(arrival(key as u128, 555, 6400));
        assert_eq!(told, Ok(()), "arrival {key} of {ARRIVALS_QUEUED_MAX}");
    }
    assert_eq!(shift.handle.tell(arrival(99_999, 555, 6400)), Err(Busy));
    let reports = 2 * ARRIVALS_QUEUED_MAX;
    for report in 0..reports {
        assert_eq!(shift.handle.tell(device(report % 2 == 0)), Ok(()));
    }
    let asking = ask_often(&shift, ASKS_QUEUED_MAX);
    assert_eq!(shift.handle.ask_blocking(device(true)), Err(AskError::Busy));
    let load = shift.handle.load();
    assert_eq!(load.arrivals, ARRIVALS_QUEUED_MAX);
    assert_eq!((load.arrivals_shed, load.asks_shed), (1, 1));
    assert_eq!((load.asks, load.reports), (ASKS_QUEUED_MAX, reports));
    let_go.send(()).expect("it waits for that");
    let arrived = |lines: &[Line]| {
        let arrivals = lines.iter().map(|line| &line.entry.input);
        arrivals
            .filter(|input| matches!(input, Input::CallArrived { .. }))
            .count()
    };
    shift.wait_for("all that was let in", |lines| {
        arrived(lines) == ARRIVALS_QUEUED_MAX + 1
    });
    drop(asking);
    let (lines, ended) = shift.stop();
    ended.expect("a clean stop");
    let changes = |line: &&Line| {
        matches!(
            line.entry.input,
            Input::DeviceUp { .. } | Input::DeviceDown { .. }
        )
    };
    assert_eq!(
        lines.iter().filter(changes).count(),
        reports + ASKS_QUEUED_MAX
    );
}

#[test]
fn who_asks_a_stopped_driver_is_told_so() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    let handle = shift.handle.clone();
    shift.stop().1.expect("a clean stop");
    assert_eq!(handle.ask_blocking(Input::Tick), Err(AskError::Stopped));
    assert_eq!(handle.tell(arrival(1, 555, 6400)), Err(Busy));
}

#[test]
fn a_driver_that_has_come_to_a_stop_is_stopped_for_good() {
    for (reports, overrun) in [(REPORTS_QUEUED_MAX, false), (REPORTS_QUEUED_MAX + 1, true)] {
        let site = Site::new();
        let (stands, standing) = channel();
        let (let_go, go) = channel();
        let shift = site
            .try_start(Some(CENTRE), false, Stalls { key: 0, stands, go })
            .expect("it starts");
        shift
            .handle
            .tell(arrival(0, 555, 6400))
            .expect("there is room");
        standing.recv().expect("it stands");
        let extension = Number::from_u64(1001);
        for _ in 0..reports {
            let told = shift.handle.tell(Input::DeviceDown { extension });
            told.expect("never sent away");
        }
        if !overrun {
            // Nobody wants to wait until a million entries are written.
            site.disk.set_fault(Fault::SyncFails);
        }
        let_go.send(()).expect("it waits for that");
        shift.wait_for_end();
        match shift.stop().1 {
            Err(StopReason::Overrun) if overrun => {}
            Err(StopReason::Store(_)) if !overrun => {}
            ended => panic!("{reports} reports, and it ended with {ended:?}"),
        }
    }
}
