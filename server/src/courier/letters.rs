//! Who gets a mail about what, and its words. Times are those of the queue's time zone.

use std::fmt::Write as _;

use tandem_engine::config::model::{Config, Notice, QueueConfig};
use tandem_engine::config::points::PointKind;
use tandem_engine::records::Message;
use tandem_engine::{Effect, Event, Number, PublicId, QueueId, Span, Timestamp, calendar};
use tandem_reports::reason_word;

use super::mail::Letter;
use crate::driver::{Directory, Line};

/// How a moment is written.
const MOMENT: &str = "%Y-%m-%d %H:%M:%S";

/// What is to be sent: the same words to everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Circular {
    pub(super) letter: Letter,
    /// Addresses, none of them twice.
    pub(super) to: Vec<String>,
}

/// Who knows what a line of the journal is about.
pub(super) struct Desk<'a> {
    pub(super) directory: &'a Directory,
    /// Microseconds from the Unix epoch to the timeline's zero.
    pub(super) wall_offset: i64,
    pub(super) line: &'a Line,
}

impl Desk<'_> {
    /// The mail that is ordered; `None` where the order is for no mail, or about what
    /// nobody knows any more.
    pub(super) fn circular(&self, order: &Effect) -> Option<Circular> {
        match order {
            Effect::Mail {
                queue,
                notice,
                call,
            } => {
                let (id, queue) = (*queue, self.queue(*queue)?);
                let mut body = format!("{}.\n\n", about(*notice, &named(queue)));
                self.describe(&mut body, queue, (id, *notice, *call));
                let _ = writeln!(body, "Call:    {call}");
                let subject = about(*notice, &queue.name);
                Some(self.to_managers(queue, Letter { subject, body }))
            }
            Effect::MailAgent { agent, queue } => {
                let agent = self.directory.agents.get(agent)?.number;
                let queue = self.queue(*queue)?;
                let subject = format!("You are paused in {}", queue.name);
                let body = format!(
                    "You have missed {} calls of queue {}, one after the other, and are paused \
                     there.\nEnd the pause when you are back: before that, none of its calls will \
                     ring.\n\nPaused:  {}\n",
                    queue.auto_pause_after,
                    named(queue),
                    self.moment(queue, self.line.out.acted_at),
                );
                let letter = Letter { subject, body };
                Some(self.to([agent].into_iter(), letter))
            }
            Effect::MailMessage { mailbox, call } => {
                let left = self.line.out.events.iter().find_map(|event| match event {
                    Event::MessageLeft(left) if left.call == *call => Some(left),
                    _ => None,
                });
                Some(self.to_mailbox(*mailbox, left))
            }
            Effect::MailServiceLevel {
                queue,
                calls,
                met,
                under,
            } => {
                let queue = self.queue(*queue)?;
                Some(self.to_managers(queue, self.service_level(queue, *calls, *met, *under)))
            }
            _ => None,
        }
    }

    fn queue(&self, id: QueueId) -> Option<&QueueConfig> {
        let number = self.directory.queues.get(&id)?.number;
        queue_of(&self.directory.config, number)
    }

    fn moment(&self, queue: &QueueConfig, at: Timestamp) -> String {
        let options = &self.directory.config.options;
        let zone = queue.time_zone.as_ref().unwrap_or(&options.time_zone);
        self.moment_in(zone, at)
    }

    fn moment_in(&self, zone: &str, at: Timestamp) -> String {
        match calendar::wall_time(at, self.wall_offset, zone) {
            Some(wall) => format!("{} ({zone})", wall.strftime(MOMENT)),
            None => "beyond the calendar's end".to_owned(),
        }
    }

    /// What happened to the call that a mail is about, from what was told with the order.
    fn describe(
        &self,
        body: &mut String,
        queue: &QueueConfig,
        (id, notice, call): (QueueId, Notice, PublicId),
    ) {
        for event in &self.line.out.events {
            // Nothing fails that is written to memory.
            let _ = match event {
                Event::QueueCallEnded(ended) if ended.call == call => {
                    let why = reason_word(ended.reason).replace('_', " ");
                    write!(
                        body,
                        "Caller:  {}\nJoined:  {}\nWaited:  {}\nLeft:    {why}\n",
                        number_or(ended.caller),
                        self.moment(queue, ended.joined_at),
                        minutes(ended.waited),
                    )
                }
                Event::CallbackEnded(ended)
                    if notice == Notice::CallbackFailed && ended.call == call =>
                {
                    write!(
                        body,
                        "Number:  {}\nFailed:  {}\n",
                        number_or(ended.number),
                        self.moment(queue, ended.at),
                    )
                }
                // Only one caller asks at a time.
                Event::CallbackRequested {
                    queue: of,
                    caller,
                    number,
                    ..
                } if notice == Notice::CallbackRequested && *of == id => {
                    write!(
                        body,
                        "Caller:  {}\nNumber:  {number}\nAsked:   {}\n",
                        number_or(*caller),
                        self.moment(queue, self.line.out.acted_at),
                    )
                }
                _ => continue,
            };
        }
    }

    fn service_level(&self, queue: &QueueConfig, calls: u32, met: u32, under: bool) -> Letter {
        let share = u64::from(met) * 100 / u64::from(calls.max(1));
        let threshold = queue.sla_threshold_percent;
        let (short, long) = if under {
            ("under its threshold", "has fallen under the threshold")
        } else {
            ("back above its threshold", "is back above the threshold")
        };
        Letter {
            subject: format!("{}: the service level is {short}", queue.name),
            body: format!(
                "The service level of queue {} {long} of {threshold} %.\n\nCalls:   {calls}\n\
                 In time: {met} ({share} %), answered in less than {} s\nSeen at: {}\n",
                named(queue),
                queue.sla_time.micros() / tandem_engine::SECOND_US,
                self.moment(queue, self.line.out.acted_at),
            ),
        }
    }

    fn to_managers(&self, queue: &QueueConfig, letter: Letter) -> Circular {
        self.to(queue.managers.iter().copied(), letter)
    }

    /// Whose box it is: the extension's own, the managers of a queue, the members of a
    /// ring group or of a voicemail group.
    fn to_mailbox(&self, mailbox: Number, left: Option<&Message>) -> Circular {
        let config = &self.directory.config;
        let mut zone = &config.options.time_zone;
        let mut owner = mailbox.to_string();
        let mut people = vec![mailbox];
        if let Some(queue) = queue_of(config, mailbox) {
            zone = queue.time_zone.as_ref().unwrap_or(zone);
            owner = named(queue);
            people.clone_from(&queue.managers);
        } else if let Some(point) = config.points.iter().find(|point| point.number == mailbox) {
            owner = format!("{} ({mailbox})", point.name);
            people = match &point.kind {
                PointKind::RingGroup(group) => group.members.clone(),
                PointKind::VoicemailGroup(group) => group.members.clone(),
                PointKind::CallFlow(_) | PointKind::Menu(_) => Vec::new(),
            };
        }
        let mut body = format!("A caller has left a message in the box of {owner}.\n\n");
        if let Some(left) = left {
            let _ = writeln!(body, "Caller:  {}", number_or(left.caller));
            let _ = writeln!(body, "Left at: {}", self.moment_in(zone, left.since));
            let _ = writeln!(body, "Length:  {}", minutes(left.length));
            let _ = writeln!(body, "File:    {mailbox}/{}.wav", left.call);
        }
        let subject = format!("A message in the box of {owner}");
        self.to(people.into_iter(), Letter { subject, body })
    }

    fn to(&self, people: impl Iterator<Item = Number>, letter: Letter) -> Circular {
        let extensions = &self.directory.config.extensions;
        let mut to = Vec::new();
        for number in people {
            let known = extensions.iter().find(|known| known.number == number);
            let address = known.and_then(|extension| extension.email.clone());
            to.extend(address.filter(|address| !to.contains(address)));
        }
        Circular { letter, to }
    }
}

fn queue_of(config: &Config, number: Number) -> Option<&QueueConfig> {
    config.queues.iter().find(|queue| queue.number == number)
}

fn named(queue: &QueueConfig) -> String {
    format!("{} ({})", queue.name, queue.number)
}

fn about(notice: Notice, queue: &str) -> String {
    match notice {
        Notice::Abandoned => format!("A caller of queue {queue} hung up while waiting"),
        Notice::CallbackFailed => format!("A callback of queue {queue} failed"),
        Notice::CallbackRequested => format!("A caller of queue {queue} wants to be called back"),
        Notice::Missed => format!("A call of queue {queue} was missed"),
        Notice::ServiceLevel => format!("The service level of queue {queue}"),
    }
}

fn number_or(caller: Number) -> String {
    if caller.is_none() {
        "withheld".to_owned()
    } else {
        caller.to_string()
    }
}

/// `1:05` for 65 s.
fn minutes(span: Span) -> String {
    let seconds = span.micros() / tandem_engine::SECOND_US;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
