//! What mails say, read as their readers do.

use tandem_engine::config::model::Notice;
use tandem_engine::records::{LeaveReason, Message, Outcome, QueueCall};
use tandem_engine::{AgentId, Effect, Number, PublicId, QueueId, Span, Timestamp};
use tandem_reports::mail::{Context, mail};

/// Wednesday, 24 June 2026, 11:08:09 UTC.
const AT_US: i64 = 1_782_299_289_000_000;

fn queue() -> QueueId {
    QueueId::from_parts(0, 0)
}

fn about() -> Context<'static> {
    Context {
        queue: "Support (6400)",
        mailbox: "Reception (6200)",
        zone: "Europe/Berlin",
        at_us: AT_US,
        joined_us: AT_US - 95_000_000,
        sla_time: Span::from_secs(60),
        threshold_percent: 80,
        record: None,
        message: None,
    }
}

fn said(effect: &Effect, about: &Context<'_>) -> String {
    let mail = mail(effect, about).expect("it is a mail");
    format!("{}\n---\n{}", mail.subject, mail.text)
}

fn of_call(notice: Notice, record: Option<&QueueCall>) -> String {
    let call = PublicId {
        epoch: 0,
        counter: 7,
    };
    let queue = queue();
    let effect = Effect::Mail {
        queue,
        notice,
        call,
    };
    said(&effect, &Context { record, ..about() })
}

fn record(caller: Number, reason: LeaveReason) -> QueueCall {
    QueueCall {
        call: PublicId {
            epoch: 0,
            counter: 7,
        },
        visit: 0,
        queue: queue(),
        caller,
        joined_at: Timestamp::ZERO,
        waited: Span::from_secs(95),
        talked: Span::ZERO,
        held: Span::ZERO,
        outcome: Outcome::Missed,
        reason,
        agent: None,
        offers: 0,
        callback: false,
        offered_at_once: false,
    }
}

#[test]
fn missed_and_abandoned_calls() {
    let caller = "+4930111".parse().expect("a number");
    assert_eq!(
        of_call(Notice::Missed, Some(&record(caller, LeaveReason::TimedOut))),
        "Support (6400): a call was missed\n---\n\
         In the queue Support (6400) a call was missed.\n\n\
         Queue: Support (6400)\nCaller: +4930111\n\
         Came: Wed 24 Jun 2026 13:06:34 (Europe/Berlin)\nWaited: 1 min 35 s\n\
         Why: the longest wait was over\n"
    );
    let withheld = record(Number::NONE, LeaveReason::CallerHungUp);
    assert_eq!(
        of_call(Notice::Abandoned, Some(&withheld)),
        "Support (6400): a caller hung up while waiting\n---\n\
         In the queue Support (6400) a caller hung up while waiting.\n\n\
         Queue: Support (6400)\nCaller: number withheld\n\
         Came: Wed 24 Jun 2026 13:06:34 (Europe/Berlin)\nWaited: 1 min 35 s\n"
    );
}

#[test]
fn messages() {
    let mailbox = "6200".parse().expect("a number");
    let call = record(Number::NONE, LeaveReason::TimedOut).call;
    let message = Message {
        call,
        mailbox,
        caller: "+4930111".parse().expect("a number"),
        since: Timestamp::ZERO,
        length: Span::from_secs(65),
    };
    let message = Some(&message);
    let about = Context { message, ..about() };
    assert_eq!(
        said(&Effect::MailMessage { mailbox, call }, &about),
        "Reception (6200): a message\n---\n\
         A caller left a message in the box of Reception (6200).\n\n\
         Box: Reception (6200)\nCaller: +4930111\nLength: 1 min 5 s\n\
         When: Wed 24 Jun 2026 13:06:34 (Europe/Berlin)\n"
    );
}

#[test]
fn callbacks() {
    let asked = of_call(Notice::CallbackRequested, None);
    assert!(asked.starts_with("Support (6400): a caller asked to be called back\n"));
    assert!(asked.contains("When: Wed 24 Jun 2026 13:08:09 (Europe/Berlin)\n"));
    let failed = of_call(Notice::CallbackFailed, None);
    assert!(failed.starts_with("Support (6400): a callback failed\n"));
}

#[test]
fn service_levels() {
    let level = |calls, met, under| {
        let queue = queue();
        let effect = Effect::MailServiceLevel {
            queue,
            calls,
            met,
            under,
        };
        said(&effect, &about())
    };
    assert_eq!(
        level(23, 16, true),
        "Support (6400): the service level is too low\n---\n\
         The service level of the queue Support (6400) fell under its threshold.\n\n\
         Queue: Support (6400)\nService level: 69.57 % (16 of 23 calls)\nThreshold: 80 %\n\
         A call meets it: answered in less than 1 min\n\
         When: Wed 24 Jun 2026 13:08:09 (Europe/Berlin)\n"
    );
    let good = level(8, 7, false);
    assert!(good.starts_with("Support (6400): the service level is good again\n"));
    assert!(good.contains("Service level: 87.5 % (7 of 8 calls)\n"));
    assert!(level(1, 0, true).contains("Service level: 0 % (0 of 1 calls)\n"));
}

#[test]
fn pauses() {
    let (agent, queue) = (AgentId::from_parts(0, 0), queue());
    let paused = said(&Effect::MailAgent { agent, queue }, &about());
    assert!(paused.starts_with("You are paused in Support (6400)\n---\nYou did not answer"));
}
