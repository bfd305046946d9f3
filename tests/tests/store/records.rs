//! Records and sums of calls, as whoever reports on them reads them.

use tandem_engine::records::{LeaveReason, Outcome, QueueCall};
use tandem_engine::{By, Input, Number, PublicId, QueueId, Span, Timestamp};
use tandem_server::store::{
    Aggregate, CallRecord, INTERVAL_S, RecordKey, RecordsOf, StoreError, interval_of,
};
use tandem_tests::site::{Shift, Site};

const CENTRE: &str = r#"
[[extension]]
numbers = "1001-1002"
[[queue]]
number = "6400"
name = "Support"
wrap_up_s = 0
sla_time_s = 60
static_agents = ["1001", "1002"]
max_waiting_s = 0
[[queue]]
number = "6401"
name = "Sales"
max_waiting_s = 0
"#;

const SECOND_US: u64 = 1_000_000;

fn number(value: u64) -> Number {
    Number::from_u64(value)
}

/// A caller who waits, and then hangs up or talks to whoever is up.
fn visit(site: &Site, shift: &Shift, from: u64, queue: u64, waits: u64, talks: Option<u64>) {
    let applied = shift
        .handle
        .ask_blocking(tandem_tests::site::arrival(1, from, queue));
    let out = applied.expect("told").out;
    let call = out.events.iter().find_map(|event| match event {
        tandem_engine::Event::CallArrived { call, .. } => Some(*call),
        _ => None,
    });
    let call = call.expect("it is let in");
    let leg = out.effects.iter().find_map(|(_, effect)| match effect {
        tandem_engine::Effect::Ring { leg, .. } => Some(*leg),
        _ => None,
    });
    site.clock.pass(waits * SECOND_US);
    if let Some(talks) = talks {
        let leg = leg.expect("somebody rings");
        shift
            .handle
            .ask_blocking(Input::LegAnswered { leg })
            .expect("told");
        site.clock.pass(talks * SECOND_US);
    }
    shift
        .handle
        .ask_blocking(Input::CallerHungUp { call })
        .expect("told");
}

fn all(shift: &Shift, of: RecordsOf) -> Vec<CallRecord> {
    let page = shift
        .store
        .records(of, RecordKey::FIRST, RecordKey::LAST, 1_000);
    page.expect("readable")
}

#[test]
fn records_are_read_by_queue_caller_and_agent_in_pages() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    shift
        .handle
        .ask_blocking(Input::DeviceUp {
            extension: number(1001),
        })
        .expect("told");
    for turn in 0..10 {
        let queue = if turn % 2 == 0 { 6400 } else { 6401 };
        let talks = (queue == 6400).then_some(7);
        visit(&site, &shift, 500 + turn % 3, queue, 2, talks);
    }
    for (queue, count) in [(6400, 5), (6401, 5), (6402, 0)] {
        let records = all(&shift, RecordsOf::Queue(number(queue)));
        assert_eq!(records.len(), count);
        assert!(records.iter().all(|record| record.queue == number(queue)));
        assert!(records.is_sorted_by_key(RecordKey::of));
    }
    for (caller, count) in [(500, 4), (501, 3), (502, 3), (50, 0)] {
        let records = all(&shift, RecordsOf::Caller(number(caller)));
        assert_eq!(records.len(), count, "{caller}");
        assert!(
            records
                .iter()
                .all(|record| record.call.caller == number(caller))
        );
        assert!(records.is_sorted_by_key(RecordKey::of));
    }
    let answered = all(&shift, RecordsOf::Agent(number(1001)));
    assert_eq!(answered.len(), 5);
    assert!(
        answered
            .iter()
            .all(|record| record.agent == Some(number(1001)))
    );
    assert_eq!(all(&shift, RecordsOf::Agent(number(1002))), []);
    // Page by page the same, for every size of a page.
    for of in [
        RecordsOf::Queue(number(6400)),
        RecordsOf::Agent(number(1001)),
    ] {
        let whole = all(&shift, of);
        for size in 1..=6 {
            let (mut pages, mut after) = (Vec::new(), RecordKey::FIRST);
            loop {
                let page = shift.store.records(of, after, RecordKey::LAST, size);
                let page = page.expect("readable");
                assert!(page.len() <= size);
                let Some(last) = page.last() else { break };
                after = RecordKey::of(last);
                pages.extend(page);
            }
            assert_eq!(pages, whole, "pages of {size}");
        }
    }
    // From one moment to another, both included.
    let whole = all(&shift, RecordsOf::Queue(number(6400)));
    let (from, until) = (whole[1].joined_us, whole[3].joined_us);
    let (from, until) = (RecordKey::from(from), RecordKey::until(until));
    let part = shift
        .store
        .records(RecordsOf::Queue(number(6400)), from, until, 1_000);
    assert_eq!(part.expect("readable"), whole[1..=3]);
    shift.stop().1.expect("a clean stop");
}

#[test]
fn sums_are_those_of_the_records() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    shift
        .handle
        .ask_blocking(Input::DeviceUp {
            extension: number(1001),
        })
        .expect("told");
    for turn in 0..60_u64 {
        // A ring is answered while it lasts, and one in four hangs up.
        let talks = (turn % 4 != 0).then_some(turn);
        visit(&site, &shift, 500, 6400, turn % 14, talks);
        site.clock.pass(61 * SECOND_US);
    }
    let records = all(&shift, RecordsOf::Queue(number(6400)));
    assert_eq!(records.len(), 60);
    let span = i64::MIN..=i64::MAX;
    let sums = shift
        .store
        .aggregates(number(6400), span)
        .expect("readable");
    assert!(sums.len() > 3, "they cover some intervals");
    for (begin, sums) in sums {
        assert_eq!(begin % INTERVAL_S, 0);
        let sla = Span::from_secs(60);
        let of_interval = records
            .iter()
            .filter(|record| interval_of(record.joined_us) == begin);
        let want = of_interval
            .map(|record| Aggregate::of(&record.call, sla))
            .fold(Aggregate::default(), Aggregate::plus);
        assert_eq!(sums, want);
        assert_eq!(sums.offered, sums.answered + sums.abandoned + sums.missed);
    }
    assert_eq!(
        shift.store.aggregates(number(6401), 0..=i64::MAX),
        Ok(Vec::new())
    );
    shift.stop().1.expect("a clean stop");
}

/// A callback counts once among all calls, and by itself whether it failed or not; how long
/// callers were on hold counts beside how long they were talked to.
#[test]
fn callbacks_and_holds_have_sums_of_their_own() {
    let call = |outcome, waited, callback| QueueCall {
        call: PublicId::default(),
        visit: 0,
        queue: QueueId::from_parts(0, 0),
        caller: Number::NONE,
        joined_at: Timestamp::ZERO,
        waited: Span::from_secs(waited),
        talked: Span::ZERO,
        held: Span::ZERO,
        outcome,
        reason: LeaveReason::TimedOut,
        agent: None,
        offers: 1,
        offered_at_once: false,
        callback,
    };
    let calls = [
        call(Outcome::Answered, 100, true),
        call(Outcome::Missed, 300, true),
        call(Outcome::Answered, 5, false),
    ];
    let sums = calls
        .iter()
        .map(|call| Aggregate::of(call, Span::from_secs(20)));
    let sums = sums.fold(Aggregate::default(), Aggregate::plus);
    assert_eq!((sums.offered, sums.answered, sums.missed), (3, 2, 1));
    assert_eq!((sums.callbacks, sums.called_back), (2, 1));
    assert_eq!(sums.waited_callback_us, 400 * SECOND_US);
    let talk = |talked, held| QueueCall {
        talked: Span::from_secs(talked),
        held: Span::from_secs(held),
        ..call(Outcome::Answered, 0, false)
    };
    let sums = [talk(60, 20), talk(30, 0), talk(50, 50)]
        .iter()
        .map(|call| Aggregate::of(call, Span::from_secs(20)))
        .fold(Aggregate::default(), Aggregate::plus);
    assert_eq!(
        (sums.talked_us, sums.held_us),
        (140 * SECOND_US, 70 * SECOND_US)
    );
}

#[test]
fn intervals_begin_at_quarters_of_hours_before_1970_too() {
    assert_eq!(interval_of(0), 0);
    assert_eq!(interval_of(899_999_999), 0);
    assert_eq!(interval_of(900_000_000), 900);
    assert_eq!(interval_of(-1), -900);
}

#[test]
fn who_is_erased_is_in_no_record_any_more() -> Result<(), StoreError> {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    for turn in 0..4 {
        visit(&site, &shift, 500 + turn % 2, 6401, 1, None);
    }
    let input = Input::PersonErased {
        by: By::System,
        number: number(500),
    };
    shift.handle.ask_blocking(input).expect("told");
    assert_eq!(all(&shift, RecordsOf::Caller(number(500))), []);
    assert_eq!(all(&shift, RecordsOf::Caller(number(501))).len(), 2);
    let records = all(&shift, RecordsOf::Queue(number(6401)));
    let blank = records.iter().filter(|record| record.call.caller.is_none());
    assert_eq!((records.len(), blank.count()), (4, 2));
    shift.stop().1.expect("a clean stop");
    tandem_server::driver::verify(&site.store()).expect("a replay erases them too");
    Ok(())
}
