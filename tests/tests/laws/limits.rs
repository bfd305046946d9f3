//! At the bounds of what is kept and of what one entry does.

use std::collections::BTreeSet;

use tandem_engine::config::model::{
    Change, Destination, EmptyStates, ExtensionConfig, MemberConfig, MemberKind, Notice, Options,
    QueueConfig,
};
use tandem_engine::limits::{CALL_HOPS_MAX, KEPT_EFFECTS_MAX, PUT_OUT_CALLS_MAX};
use tandem_engine::records::QueueCall;
use tandem_engine::{
    Awaiting, By, Caller, EffectId, EffectKind, EndReason, Event, Input, KeptEnd, Number, Which,
};
use tandem_tests::live::{Live, Witness};
use tandem_tests::model::{LAWS, Model};

fn queue() -> QueueConfig {
    QueueConfig::new(Number::from_u64(6400), "Queue")
}

fn agent() -> Number {
    Number::from_u64(1001)
}

fn send<W: Witness>(live: &mut Live<W>, input: Input) {
    let sent = live.send(live.now(), input).map(drop);
    sent.unwrap_or_else(|broken| panic!("{broken}"));
}

fn configure<W: Witness>(live: &mut Live<W>, changes: Vec<Change>) {
    let (by, base) = (By::System, live.engine().config().1);
    send(live, Input::Configure { by, base, changes });
}

fn call(key: u128) -> Input {
    Input::CallArrived {
        key,
        from: Caller::default(),
        dialled: queue().number,
    }
}

/// What is kept past the limit is dropped and said to be, under a name that
/// nothing else has.
#[test]
fn kept_effects_end_at_their_limit() {
    let mut live = Live::new(1, ());
    let mut empty = queue();
    empty.disallow_join_when_empty = Some(EmptyStates::default());
    empty.notify_managers = vec![Notice::Missed];
    let options = Options {
        push_records: true,
        ..Options::default()
    };
    configure(
        &mut live,
        vec![Change::PutOptions(options), Change::PutQueue(empty)],
    );
    // Every refused call leaves a mail and a record.
    for key in 0..KEPT_EFFECTS_MAX as u128 / 2 {
        send(&mut live, call(key));
        let told = &live.lines().last().expect("a line").out;
        assert!(
            !told
                .events
                .iter()
                .any(|event| matches!(event, Event::KeptEnded { .. }))
        );
    }
    let kept = |live: &Live<()>| {
        let kept = live.engine().awaiting();
        kept.filter(|awaiting| matches!(awaiting, Awaiting::Kept { .. }))
            .count()
    };
    assert_eq!(kept(&live), KEPT_EFFECTS_MAX);
    send(&mut live, call(u128::MAX));
    let out = live.lines().last().expect("a line").out.clone();
    let how = KeptEnd::Dropped;
    let dropped = out.events.iter().filter_map(|event| match event {
        Event::KeptEnded { effect, how: ended } if *ended == how => Some(*effect),
        _ => None,
    });
    let dropped: Vec<EffectId> = dropped.collect();
    assert_eq!(dropped.len(), 2, "a mail and a record are dropped: {out:?}");
    assert!(
        out.effects
            .iter()
            .all(|(_, effect)| effect.kind() != EffectKind::Kept)
    );
    let ids: BTreeSet<EffectId> = dropped
        .into_iter()
        .chain(out.effects.iter().map(|(id, _)| *id))
        .collect();
    assert_eq!(
        ids.len(),
        out.effects.len() + 2,
        "names are used twice: {out:?}"
    );
    assert_eq!(kept(&live), KEPT_EFFECTS_MAX);
}

/// Queues that lead to one another in a circle, with a caller for ever too
/// early: the call ends after so many destinations, and each left a record.
#[test]
fn a_call_is_sent_on_so_often() {
    for queues in 2..=5 {
        let number = |place: u64| Number::from_u64(6400 + place % queues);
        let circle = (0..queues).map(|place| {
            let mut empty = QueueConfig::new(number(place), &format!("Queue {place}"));
            empty.disallow_join_when_empty = Some(EmptyStates::default());
            empty.failover = Destination::Queue(number(place + 1));
            Change::PutQueue(empty)
        });
        let mut live = Live::new(1, Model::new(&LAWS));
        configure(&mut live, circle.collect());
        send(&mut live, call(1));
        let events = &live.lines().last().expect("a line").out.events;
        let records = events.iter().filter_map(QueueCall::from_event);
        assert_eq!(records.count(), usize::from(CALL_HOPS_MAX));
        let reason = events.iter().find_map(|event| match event {
            Event::CallEnded { reason, .. } => Some(*reason),
            _ => None,
        });
        assert_eq!(reason, Some(EndReason::TooManyHops));
    }
}

/// However many wait when a queue becomes empty, no entry puts out more than
/// so many, and no time passes until all are out.
#[test]
fn an_empty_queue_is_left_in_parts() {
    for callers in [
        PUT_OUT_CALLS_MAX,
        PUT_OUT_CALLS_MAX + 1,
        2 * PUT_OUT_CALLS_MAX + 3,
    ] {
        let mut live = Live::new(1, Model::new(&LAWS));
        let mut served = queue();
        served.leave_when_empty = Some(EmptyStates::default());
        let (extension, kind) = (agent(), MemberKind::Static);
        served.members = vec![MemberConfig::new(extension, kind)];
        let person = Change::PutExtension(ExtensionConfig::new(extension));
        configure(&mut live, vec![person, Change::PutQueue(served)]);
        send(&mut live, Input::DeviceUp { extension });
        (0..callers as u128).for_each(|key| send(&mut live, call(key)));
        let before = live.lines().len();
        let (by, agent, queues, reason) = (By::System, extension, Which::All, None);
        send(
            &mut live,
            Input::AgentPause {
                by,
                agent,
                queues,
                reason,
            },
        );
        let now = live.now();
        live.advance(now)
            .unwrap_or_else(|broken| panic!("{broken}"));
        let ended = live.lines()[before..].iter().map(|line| {
            let ends = line.out.events.iter();
            ends.filter(|event| matches!(event, Event::CallEnded { .. }))
                .count()
        });
        let ended: Vec<usize> = ended.filter(|count| *count > 0).collect();
        assert_eq!(ended.iter().sum::<usize>(), callers);
        assert_eq!(
            ended.len(),
            callers.div_ceil(PUT_OUT_CALLS_MAX),
            "{ended:?}"
        );
        assert!(
            ended.iter().all(|count| *count <= PUT_OUT_CALLS_MAX),
            "{ended:?}"
        );
        assert_eq!((live.now(), live.engine().call_count()), (now, 0));
    }
}
