//! What mails to managers and agents say: a pure function of what they are about. Times
//! are those of the queue's zone.
//!
//! ```
//! # use tandem_engine::{Effect, QueueId};
//! # use tandem_reports::mail::{Context, mail};
//! # let queue = QueueId::from_parts(0, 0);
//! let about = Context { queue: "Support (6400)", zone: "Europe/Berlin", ..Context::default() };
//! let effect = Effect::MailServiceLevel { queue, calls: 40, met: 30, under: true };
//! let mail = mail(&effect, &about).expect("it is a mail");
//! assert_eq!(mail.subject, "Support (6400): the service level is too low");
//! ```

use tandem_engine::config::model::Notice;
use tandem_engine::records::{LeaveReason, Message, QueueCall};
use tandem_engine::{Effect, Number, Span, Timestamp};

use crate::story::when::{Wall, length};

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its subject.
    pub subject: String,
    /// Its text, in lines.
    pub text: String,
}

/// What a mail must know beside what ordered it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The queue, as people call it.
    pub queue: &'a str,
    /// The box in which a message lies, as people call it.
    pub mailbox: &'a str,
    /// IANA name of the zone of the queue or, for a message, of the centre.
    pub zone: &'a str,
    /// When the mail was ordered, in microseconds of Unix time.
    pub at_us: i64,
    /// The record of the call, where there is one.
    pub record: Option<&'a QueueCall>,
    /// The message, where there is one.
    pub message: Option<&'a Message>,
    /// When that caller had joined, or begun to speak, in microseconds of Unix time.
    pub joined_us: i64,
    /// A call answered in less than this meets the service level.
    pub sla_time: Span,
    /// So many of a hundred calls ought to.
    pub threshold_percent: u8,
}

/// The mail that an effect orders; `None` where it orders none.
#[must_use]
pub fn mail(effect: &Effect, about: &Context<'_>) -> Option<Mail> {
    Some(match effect {
        Effect::Mail { notice, .. } => of_call(*notice, about)?,
        Effect::MailAgent { .. } => paused(about),
        Effect::MailMessage { .. } => message(about),
        Effect::MailServiceLevel {
            calls, met, under, ..
        } => service_level(*calls, *met, *under, about),
        _ => return None,
    })
}

/// A mail of sentences, and of lines `Caller: …` below them.
fn written(subject: String, sentence: &str, lines: &[(&str, String)]) -> Mail {
    let mut text = format!("{sentence}\n");
    if !lines.is_empty() {
        text.push('\n');
    }
    for (key, value) in lines {
        text += &format!("{key}: {value}\n");
    }
    Mail { subject, text }
}

/// `Wed 24 Jun 2026 13:08:09 (Europe/Berlin)`
fn moment(us: i64, zone: &str) -> String {
    let when = Wall::new(zone, us).at(Timestamp::ZERO);
    format!("{} {} ({})", when.date(), when.time(), when.zone())
}

fn of_call(notice: Notice, about: &Context<'_>) -> Option<Mail> {
    let what = match notice {
        Notice::Abandoned => "a caller hung up while waiting",
        Notice::CallbackFailed => "a callback failed",
        Notice::CallbackRequested => "a caller asked to be called back",
        Notice::Missed => "a call was missed",
        Notice::ServiceLevel => return None,
    };
    let queue = about.queue;
    let mut lines = vec![("Queue", queue.to_owned())];
    match about.record {
        Some(record) => {
            lines.extend([
                ("Caller", caller(record.caller)),
                ("Came", moment(about.joined_us, about.zone)),
                ("Waited", length(record.waited)),
            ]);
            let why = why(record.reason).map(|why| ("Why", why.to_owned()));
            let says = matches!(notice, Notice::CallbackFailed | Notice::Missed);
            lines.extend(why.filter(|_| says));
        }
        None => lines.push(("When", moment(about.at_us, about.zone))),
    }
    let sentence = format!("In the queue {queue} {what}.");
    Some(written(format!("{queue}: {what}"), &sentence, &lines))
}

fn caller(number: Number) -> String {
    match number {
        Number::NONE => "number withheld".to_owned(),
        number => number.to_string(),
    }
}

fn message(about: &Context<'_>) -> Mail {
    let mailbox = about.mailbox;
    let mut lines = vec![("Box", mailbox.to_owned())];
    let when = match about.message {
        Some(message) => {
            lines.push(("Caller", caller(message.caller)));
            lines.push(("Length", length(message.length)));
            about.joined_us
        }
        None => about.at_us,
    };
    lines.push(("When", moment(when, about.zone)));
    let sentence = format!("A caller left a message in the box of {mailbox}.");
    written(format!("{mailbox}: a message"), &sentence, &lines)
}

/// Why a call was missed; `None` where the notice says it.
fn why(reason: LeaveReason) -> Option<&'static str> {
    Some(match reason {
        LeaveReason::Aborted => "a defect ended the wait",
        LeaveReason::CallbackAgentHungUp => "the agent hung up before the customer answered",
        LeaveReason::CallbackNoAgent => "no agent was found in time",
        LeaveReason::CallbackNotPermitted => "the agent may not call outside",
        LeaveReason::CallbackUnanswered => "the customer did not answer",
        LeaveReason::CallbackWithdrawn => "the customer called again",
        LeaveReason::HungUpBySupervisor => "a supervisor hung up",
        LeaveReason::KeyPressed => "the caller left by a key",
        LeaveReason::QueueCrowded => "it was too crowded for one more",
        LeaveReason::QueueEmpty => "nobody was there to take calls",
        LeaveReason::QueueFull => "too many callers waited already",
        LeaveReason::QueueRemoved => "the queue was deleted",
        LeaveReason::Redirected => "a supervisor sent the caller elsewhere",
        LeaveReason::SystemRestart => "the system went down",
        LeaveReason::TimedOut => "the longest wait was over",
        LeaveReason::Answered | LeaveReason::CallerHungUp => return None,
    })
}

fn paused(about: &Context<'_>) -> Mail {
    let queue = about.queue;
    let sentence = format!(
        "You did not answer several calls of the queue {queue} one after the other, so it \
         rings you no more. Unpause yourself there when you are back."
    );
    let when = [("When", moment(about.at_us, about.zone))];
    written(format!("You are paused in {queue}"), &sentence, &when)
}

fn service_level(calls: u32, met: u32, under: bool, about: &Context<'_>) -> Mail {
    let queue = about.queue;
    let (what, how) = match under {
        true => ("the service level is too low", "fell under its threshold"),
        false => ("the service level is good again", "has recovered"),
    };
    let percent = percent(met, calls);
    let lines = [
        ("Queue", queue.to_owned()),
        (
            "Service level",
            format!("{percent} % ({met} of {calls} calls)"),
        ),
        ("Threshold", format!("{} %", about.threshold_percent)),
        (
            "A call meets it",
            format!("answered in less than {}", length(about.sla_time)),
        ),
        ("When", moment(about.at_us, about.zone)),
    ];
    let sentence = format!("The service level of the queue {queue} {how}.");
    written(format!("{queue}: {what}"), &sentence, &lines)
}

/// A share in percent with two decimals at most, rounded half up, without zeros behind.
fn percent(part: u32, all: u32) -> String {
    let (part, all) = (u64::from(part), u64::from(all.max(1)));
    let hundredths = (part * 20_000 + all) / (2 * all);
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}
