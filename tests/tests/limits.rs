//! Every limit that the engine keeps while it runs: at the limit, and one past
//! it. Limits of what may be configured are tested with the configuration.

use tandem_engine::config::model::{
    Change, Destination, EmptyStates, ExtensionConfig, MemberConfig, MemberKind, Notice, Options,
    QueueConfig, Strategy,
};
use tandem_engine::limits::{
    CALL_HOPS_MAX, CALL_LOGS_DELETED_MAX, CALL_LOGS_SYNCED_MAX, CALLS_MAX, CHANGES_MAX,
    DISPOSITIONS_MAX, KEPT_EFFECTS_MAX, LAST_AGENTS_MAX, NUMBER_SYMBOLS_MAX, PLACES_KEPT_MAX,
    PUT_OUT_CALLS_MAX, QUEUE_CALLERS_MAX, REMARK_CHARS_MAX,
};
use tandem_engine::records::notes::Note;
use tandem_engine::records::processing::{LoggedCall, Processing};
use tandem_engine::records::{LeaveReason, Outcome};
use tandem_engine::{
    By, CallId, Caller, Cause, Effect, EffectId, EndReason, Engine, Entry, Event, Input, KeptEnd,
    LegId, Number, NumberError, Outbox, PublicId, Reject, Span, Timestamp, invariants,
};

/// An engine and its driver, for one test.
struct Centre {
    engine: Engine,
    out: Outbox,
    at: Timestamp,
    seq: u64,
}

impl Centre {
    fn new(changes: Vec<Change>) -> Self {
        let mut centre = Self {
            engine: Engine::new(1),
            out: Outbox::default(),
            at: Timestamp::ZERO,
            seq: 0,
        };
        centre.change(changes);
        assert_eq!(centre.out.reject, None);
        centre
    }

    fn tell(&mut self, input: Input) -> &Outbox {
        self.seq += 1;
        let (seq, at) = (self.seq, self.at);
        self.engine.apply(
            &Entry {
                seq,
                received_at: at,
                input,
            },
            &mut self.out,
        );
        &self.out
    }

    fn change(&mut self, changes: Vec<Change>) -> &Outbox {
        let (_, base) = self.engine.config();
        let by = By::System;
        self.tell(Input::Configure { by, base, changes })
    }

    fn call(&mut self, dialled: Number) -> &Outbox {
        let (key, from) = (0, Caller::default());
        self.tell(Input::CallArrived { key, from, dialled })
    }

    fn hang_up(&mut self, call: CallId) -> &Outbox {
        self.tell(Input::CallerHungUp { call })
    }

    /// Fires the next deadline, if it is due.
    fn tick(&mut self) -> Option<&Outbox> {
        let (due, _) = self.engine.next_deadline()?;
        (due <= self.at).then(|| self.tell(Input::Tick))
    }

    fn check(&self) {
        invariants::check(&self.engine).expect("every law holds");
    }
}

fn number(value: u64) -> Number {
    Number::from_u64(value)
}

fn extension(value: u64) -> Change {
    Change::PutExtension(ExtensionConfig::new(number(value)))
}

/// A queue without agents in which callers wait for ever.
fn queue(value: u64) -> QueueConfig {
    QueueConfig {
        max_waiting: Span::ZERO,
        strategy: Strategy::Linear,
        ..QueueConfig::new(number(value), &value.to_string())
    }
}

fn with_agent(queue: QueueConfig, value: u64) -> QueueConfig {
    let (extension, kind) = (number(value), MemberKind::Static);
    QueueConfig {
        members: vec![MemberConfig::new(extension, kind)],
        ..queue
    }
}

fn empty(paused: bool) -> Option<EmptyStates> {
    let (busy, unavailable, wrap_up) = (false, false, false);
    Some(EmptyStates {
        busy,
        paused,
        unavailable,
        wrap_up,
    })
}

fn joined(out: &Outbox) -> usize {
    let is = |event: &&Event| matches!(event, Event::CallJoined { .. });
    out.events.iter().filter(is).count()
}

fn left(out: &Outbox, reason: LeaveReason) -> usize {
    let is = |event: &&Event| matches!(event, Event::QueueCallEnded(r) if r.reason == reason);
    out.events.iter().filter(is).count()
}

fn ended(out: &Outbox) -> Vec<EndReason> {
    let reason = |event: &Event| match event {
        Event::CallEnded { reason, .. } => Some(*reason),
        _ => None,
    };
    out.events.iter().filter_map(reason).collect()
}

fn rung(out: &Outbox) -> Option<LegId> {
    out.effects.iter().find_map(|(_, effect)| match effect {
        Effect::Ring { leg, .. } => Some(*leg),
        _ => None,
    })
}

fn too_many(limit: &str) -> Option<Reject> {
    let limit = limit.to_owned();
    Some(Reject::TooMany { limit })
}

/// `CALLS_MAX` calls live at once; another is refused until one has ended.
#[test]
fn calls_at_once() {
    let mut centre = Centre::new(vec![Change::PutQueue(queue(6400)), extension(1001)]);
    for _ in 0..CALLS_MAX {
        assert_eq!(joined(centre.call(number(6400))), 1);
    }
    assert_eq!(centre.engine.call_count(), CALLS_MAX);
    assert_eq!(centre.call(number(6400)).reject, too_many("CALLS_MAX"));
    assert_eq!(centre.call(number(1001)).reject, too_many("CALLS_MAX"));
    assert_eq!(centre.engine.call_count(), CALLS_MAX);
    let call = centre.engine.calls()[CALLS_MAX / 2];
    assert_eq!(centre.hang_up(call).reject, None);
    assert_eq!(joined(centre.call(number(6400))), 1);
    assert_eq!(centre.call(number(6400)).reject, too_many("CALLS_MAX"));
    centre.check();
}

/// `QUEUE_CALLERS_MAX` is the most that a queue can be told to hold, and then
/// it holds them.
#[test]
fn callers_of_a_queue() {
    let mut config = queue(6400);
    config.max_callers = QUEUE_CALLERS_MAX + 1;
    let mut centre = Centre::new(Vec::new());
    let refused = centre.change(vec![Change::PutQueue(config.clone())]);
    assert!(matches!(refused.reject, Some(Reject::Configuration(_))));
    config.max_callers = QUEUE_CALLERS_MAX;
    assert_eq!(centre.change(vec![Change::PutQueue(config)]).reject, None);
    for _ in 0..QUEUE_CALLERS_MAX {
        assert_eq!(joined(centre.call(number(6400))), 1);
    }
    let out = centre.call(number(6400));
    assert_eq!((joined(out), left(out, LeaveReason::QueueFull)), (0, 1));
    let call = centre.engine.calls()[0];
    centre.hang_up(call);
    assert_eq!(joined(centre.call(number(6400))), 1);
    centre.check();
}

/// A call reaches its `CALL_HOPS_MAX`th destination, and no further one.
#[test]
fn destinations_of_a_call() {
    let hops = u64::from(CALL_HOPS_MAX);
    // Each queue sends every caller on; the last one to an extension.
    let chain = |queues: u64| {
        let last = 6400 + queues - 1;
        let queue = |value: u64| {
            let failover = match value == last {
                true => Destination::Extension(number(1001)),
                false => Destination::Queue(number(value + 1)),
            };
            Change::PutQueue(QueueConfig {
                failover,
                disallow_join_when_empty: empty(false),
                ..queue(value)
            })
        };
        let changes = [extension(1001)].into_iter();
        Centre::new(changes.chain((6400..=last).map(queue)).collect())
    };
    // The extension is one destination more than there are queues.
    for (queues, arrives) in [(hops - 1, true), (hops, false)] {
        let mut centre = chain(queues);
        let extension = number(1001);
        centre.tell(Input::DeviceUp { extension });
        let out = centre.call(number(6400));
        assert_eq!(rung(out).is_some(), arrives);
        let reasons = if arrives {
            vec![]
        } else {
            vec![EndReason::TooManyHops]
        };
        assert_eq!(ended(out), reasons);
        assert_eq!(left(out, LeaveReason::QueueEmpty) as u64, queues);
        centre.check();
    }
}

/// `KEPT_EFFECTS_MAX` messages are kept; another is dropped, and said to be.
#[test]
fn kept_effects() {
    let mut config = queue(6400);
    config.notify_managers = vec![Notice::Abandoned];
    let options = Options {
        push_records: true,
        ..Options::default()
    };
    let options = Change::PutOptions(options);
    let mut centre = Centre::new(vec![options, Change::PutQueue(config)]);
    let abandon = |centre: &mut Centre| {
        centre.call(number(6400));
        let call = centre.engine.calls()[0];
        let out = centre.hang_up(call);
        let kept = |(id, effect): &(EffectId, Effect)| match effect {
            Effect::Mail { .. } | Effect::MailAgent { .. } | Effect::PushRecord { .. } => Some(*id),
            _ => None,
        };
        let dropped = |event: &Event| match event {
            Event::KeptEnded { effect, how } if *how == KeptEnd::Dropped => Some(*effect),
            _ => None,
        };
        let kept: Vec<EffectId> = out.effects.iter().filter_map(kept).collect();
        let dropped: Vec<EffectId> = out.events.iter().filter_map(dropped).collect();
        (kept, dropped)
    };
    // Each call keeps a mail and a record.
    for _ in 0..KEPT_EFFECTS_MAX / 2 - 1 {
        let (kept, dropped) = abandon(&mut centre);
        assert_eq!((kept.len(), dropped.len()), (2, 0));
    }
    let (kept, _) = abandon(&mut centre);
    assert_eq!(centre.engine.awaiting().count(), KEPT_EFFECTS_MAX);
    let (none, dropped) = abandon(&mut centre);
    assert!(none.is_empty());
    assert_eq!(dropped.len(), 2);
    assert_ne!(dropped[0], dropped[1]);
    let effect = dropped[0];
    let out = centre.tell(Input::KeptDone { effect });
    assert_eq!(out.reject, Some(Reject::Stale));
    // There is room for one: the mail comes first, the record is dropped.
    let effect = kept[0];
    assert_eq!(centre.tell(Input::KeptDone { effect }).reject, None);
    let (kept, dropped) = abandon(&mut centre);
    assert_eq!((kept.len(), dropped.len()), (1, 1));
    assert_ne!(kept[0], dropped[0]);
    assert_eq!(centre.engine.awaiting().count(), KEPT_EFFECTS_MAX);
    centre.check();
}

/// `PLACES_KEPT_MAX` callers who hung up can have their places back; of one more, the
/// first of them can not.
#[test]
fn places_that_are_kept() {
    let places = u64::try_from(PLACES_KEPT_MAX).expect("places fit in 64 bits");
    for callers in [places, places + 1] {
        let mut centre = Centre::new(vec![Change::PutQueue(QueueConfig {
            place_kept: Span::from_secs(3_600),
            ..queue(6400)
        })]);
        let from = |caller: u64| Caller {
            number: number(49_000_000 + caller),
            ..Caller::default()
        };
        let dialled = number(6400);
        let mut regains = |caller, hangs_up: bool| {
            let (key, from) = (0, from(caller));
            let out = centre.tell(Input::CallArrived { key, from, dialled });
            let regained = |event: &Event| matches!(event, Event::PlaceRegained { .. });
            let regained = out.events.iter().any(regained);
            let call = out.events.iter().find_map(|event| match event {
                Event::CallJoined { call, .. } => Some(*call),
                _ => None,
            });
            if let Some(call) = call.filter(|_| hangs_up) {
                centre.at = centre.at + Span::from_micros(1);
                centre.hang_up(call);
            }
            regained
        };
        for caller in 0..callers {
            assert!(!regains(caller, true));
        }
        assert_eq!(regains(0, false), callers == places, "of {callers} callers");
        assert!(regains(1, false));
    }
}

/// `LAST_AGENTS_MAX` callers are reserved for whom they talked with last; of one more, the first
/// of them is not.
#[test]
fn agents_whom_callers_know() {
    let known = u64::try_from(LAST_AGENTS_MAX).expect("callers fit in 64 bits");
    for callers in [known, known + 1] {
        let reserved = QueueConfig {
            preferred_wait: Span::from_secs(600),
            wrap_up: Span::ZERO,
            ..with_agent(queue(6400), 1001)
        };
        let mut centre = Centre::new(vec![extension(1001), Change::PutQueue(reserved)]);
        centre.tell(Input::DeviceUp {
            extension: number(1001),
        });
        // A call and its talk; whether its caller was reserved.
        let mut talks = |caller: u64| {
            let from = Caller {
                number: number(49_000_000 + caller),
                ..Caller::default()
            };
            let (key, dialled) = (0, number(6400));
            let out = centre.tell(Input::CallArrived { key, from, dialled });
            let reserved = |event: &Event| matches!(event, Event::CallReserved { .. });
            let reserved = out.events.iter().any(reserved);
            let leg = rung(out).expect("the agent rings");
            centre.tell(Input::LegAnswered { leg });
            centre.tell(Input::LegEnded { leg });
            reserved
        };
        assert!((0..callers).all(|caller| !talks(caller)));
        assert_eq!(talks(0), callers == known, "of {callers} callers");
        assert!(talks(callers - 1));
    }
}

/// `PUT_OUT_CALLS_MAX` callers leave an empty queue in one entry, the rest in
/// the next, with no time passing.
#[test]
fn callers_put_out_at_once() {
    for (callers, wanted) in [
        (PUT_OUT_CALLS_MAX, vec![PUT_OUT_CALLS_MAX]),
        (PUT_OUT_CALLS_MAX + 1, vec![PUT_OUT_CALLS_MAX, 1]),
        (
            2 * PUT_OUT_CALLS_MAX + 1,
            vec![PUT_OUT_CALLS_MAX, PUT_OUT_CALLS_MAX, 1],
        ),
    ] {
        for delete in [false, true] {
            let config = QueueConfig {
                leave_when_empty: empty(true),
                ..with_agent(queue(6400), 1001)
            };
            let mut centre = Centre::new(vec![extension(1001), Change::PutQueue(config)]);
            for _ in 0..callers {
                centre.call(number(6400));
            }
            let reason = if delete {
                centre.change(vec![Change::RemoveQueue(number(6400))]);
                LeaveReason::QueueRemoved
            } else {
                centre.tell(Input::AgentPause {
                    by: By::System,
                    agent: number(1001),
                    queues: tandem_engine::Which::All,
                    reason: None,
                });
                LeaveReason::QueueEmpty
            };
            let mut put_out = Vec::new();
            while let Some(out) = centre.tick() {
                put_out.push(left(out, reason));
            }
            assert_eq!(put_out, wanted);
            assert_eq!(centre.engine.call_count(), 0);
            assert_eq!(centre.engine.queues().len(), usize::from(!delete));
            centre.check();
        }
    }
}

/// An entry changes `CHANGES_MAX` objects, and not one more.
#[test]
fn changes_in_one_entry() {
    let mut centre = Centre::new(Vec::new());
    let extensions = |count: usize| (0..).map(|i| extension(10_000 + i)).take(count).collect();
    let out = centre.change(extensions(CHANGES_MAX + 1));
    assert_eq!(out.reject, too_many("CHANGES_MAX"));
    assert!(centre.engine.agents().is_empty());
    assert_eq!(centre.change(extensions(CHANGES_MAX)).reject, None);
    assert_eq!(centre.engine.agents().len(), CHANGES_MAX);
    centre.check();
}

/// What begins a number, and what is behind that.
#[test]
fn numbers_are_written_with_decimal_digits() {
    let powers = (0..20).map(|power| 10_u64.pow(power));
    let around = powers.flat_map(|power| [power - 1, power, power + 1, power / 2]);
    for value in around.chain([1_234_567, u64::MAX]) {
        assert_eq!(Number::from_u64(value).to_string(), value.to_string());
    }
}

#[test]
fn numbers_come_apart_at_any_place() {
    let longest: String = "1234567890"
        .chars()
        .cycle()
        .take(NUMBER_SYMBOLS_MAX)
        .collect();
    for text in ["", "7", "+49", "*7", "*071002*6400*01", "12#", &longest] {
        let whole: Number = text.parse().unwrap_or(Number::NONE);
        assert_eq!(whole.symbols() as usize, text.len(), "{text}");
        for place in 0..=text.len() {
            let (front, rest) = text.split_at(place);
            let of = |part: &str| match part {
                "" => Ok(Number::NONE),
                part => part.parse(),
            };
            // A `+` alone is no number.
            let Ok(front) = of(front) else { continue };
            assert_eq!(
                whole.strip_prefix(front),
                of(rest).ok(),
                "{text} at {place}"
            );
        }
        let digits = text.chars().take_while(char::is_ascii_digit).count();
        let (front, rest) = whole.split_digits();
        assert_eq!(
            (front.symbols() as usize, rest.symbols() as usize),
            (digits, text.len() - digits)
        );
    }
    let other: Number = "13".parse().expect("a number");
    assert_eq!(
        "12".parse::<Number>()
            .expect("a number")
            .strip_prefix(other),
        None
    );
}

/// A number has `NUMBER_SYMBOLS_MAX` symbols, and is whole where it goes.
#[test]
fn symbols_of_a_number() {
    let long = format!("+{}", "1234567890".repeat(4));
    let (fits, past) = (&long[..NUMBER_SYMBOLS_MAX], &long[..=NUMBER_SYMBOLS_MAX]);
    assert_eq!(past.parse::<Number>(), Err(NumberError::TooLong));
    let caller: Number = fits.parse().expect("the number fits");
    assert_eq!(caller.to_string(), fits);
    let mut centre = Centre::new(vec![Change::PutQueue(queue(6400))]);
    let (key, dialled) = (0, number(6400));
    let from = Caller {
        number: caller,
        ..Caller::default()
    };
    centre.tell(Input::CallArrived { key, from, dialled });
    let call = centre.engine.calls()[0];
    let view = centre.engine.call(call).expect("the call lives");
    assert_eq!(view.caller, caller);
}

/// A telephone that refused is rung again when its rest is over, and not a
/// microsecond before.
#[test]
fn rest_of_a_telephone() {
    let config = QueueConfig {
        retry_interval: Span::ZERO,
        ..with_agent(queue(6400), 1001)
    };
    let mut centre = Centre::new(vec![extension(1001), Change::PutQueue(config)]);
    let extension = number(1001);
    centre.tell(Input::DeviceUp { extension });
    let leg = rung(centre.call(number(6400))).expect("the agent is free");
    let cause = Cause::Rejected;
    assert_eq!(rung(centre.tell(Input::LegFailed { leg, cause })), None);
    let (due, _) = centre.engine.next_deadline().expect("the rest ends");
    assert_eq!(due, Timestamp::from_secs(5));
    centre.at = Timestamp::from_micros(due.micros() - 1);
    assert_eq!(rung(centre.call(number(6400))), None);
    centre.at = due;
    assert!(rung(centre.tick().expect("the rest ends")).is_some());
    centre.check();
}

/// A note has `REMARK_CHARS_MAX` characters at most, and names `DISPOSITIONS_MAX`
/// dispositions.
#[test]
fn remark_and_dispositions_of_a_note() {
    let options = Options {
        dispositions: vec!["Resolved".to_owned()],
        ..Options::default()
    };
    let options = Change::PutOptions(options);
    let mut centre = Centre::new(vec![options, Change::PutQueue(queue(6400))]);
    let mut noted = |names: usize, chars: usize| {
        let input = Input::CallLogNoted {
            by: By::System,
            log: Box::new(missed(1)),
            note: Box::new(Note {
                dispositions: vec!["Resolved".to_owned(); names],
                // Characters count, not bytes.
                remark: "ö".repeat(chars),
            }),
        };
        centre.tell(input).reject.clone()
    };
    assert_eq!(noted(DISPOSITIONS_MAX, REMARK_CHARS_MAX), None);
    let too_many = |limit: &str| {
        let limit = limit.to_owned();
        Some(Reject::TooMany { limit })
    };
    assert_eq!(noted(DISPOSITIONS_MAX + 1, 0), too_many("DISPOSITIONS_MAX"));
    assert_eq!(noted(0, REMARK_CHARS_MAX + 1), too_many("REMARK_CHARS_MAX"));
}

/// A call that the queue missed.
fn missed(counter: u64) -> LoggedCall {
    LoggedCall {
        call: PublicId { epoch: 0, counter },
        visit: 0,
        queue: number(6400),
        caller: number(4711),
        joined_us: 0,
        outcome: Outcome::Missed,
        agent: None,
        processing: Processing::NotDealt,
    }
}

/// `CALL_LOGS_SYNCED_MAX` calls may follow one that somebody deals with, and
/// `CALL_LOGS_DELETED_MAX` logs are deleted in one entry.
#[test]
fn logs_of_one_entry() {
    let mut centre = Centre::new(vec![Change::PutQueue(queue(6400))]);
    let logs = |count: usize| (1..).take(count).map(missed).collect::<Vec<_>>();
    let by = By::System;
    let too_many = |limit: &str| {
        let limit = limit.to_owned();
        Some(Reject::TooMany { limit })
    };
    let mut deal = |count: usize| {
        let input = Input::CallLogProcessed {
            by,
            log: Box::new(missed(0)),
            result: Processing::Dealt,
            same_caller: logs(count),
        };
        centre.tell(input).reject.clone()
    };
    assert_eq!(deal(CALL_LOGS_SYNCED_MAX), None);
    let refused = too_many("CALL_LOGS_SYNCED_MAX");
    assert_eq!(deal(CALL_LOGS_SYNCED_MAX + 1), refused);
    let mut delete = |count: usize| {
        let logs = logs(count);
        centre
            .tell(Input::CallLogsDeleted { by, logs })
            .reject
            .clone()
    };
    assert_eq!(delete(CALL_LOGS_DELETED_MAX), None);
    let refused = too_many("CALL_LOGS_DELETED_MAX");
    assert_eq!(delete(CALL_LOGS_DELETED_MAX + 1), refused);
    assert_eq!(delete(0), Some(Reject::NoChange));
}
