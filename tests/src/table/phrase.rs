//! The inputs of a table, in words.

use tandem_engine::config::model::Destination;
use tandem_engine::config::presence::Presence;
use tandem_engine::config::rights::Right;
use tandem_engine::{By, Cause, Input, KeptEnd, Key, LegId, Number, Timestamp, Which};

use super::centre::{self, read_clock, read_value};
use super::logs::{self, Paperwork};
use super::supervised::{self, Handling};
use super::text::read_time;
use super::waiting;

/// What happens in a step.
#[derive(Clone, Debug)]
pub enum Phrase {
    /// The deadline that is due now can not be carried out.
    Abort,
    /// Calls come in, all at once.
    Arrive {
        names: Vec<String>,
        from: Number,
        dialled: Number,
    },
    /// A question; nothing is told to the engine.
    Ask(Question),
    /// The customer of a callback answers, or does not for this cause.
    Customer(String, Option<Cause>),
    /// Somebody has a call with this name placed.
    Place(By, String, Destination),
    /// Caller and agent could not be connected.
    BridgeFails(String),
    /// The caller hangs up.
    CallerHangsUp(String),
    /// A change of the configuration.
    Change {
        by: By,
        base: Option<u64>,
        changes: Vec<String>,
    },
    /// The clock on the wall shows this from now on, in microseconds.
    Clock(i64),
    /// Somebody does something with a call.
    Handle(By, String, Handling),
    /// Somebody does something about calls that are over.
    Paperwork(Paperwork),
    /// A kept effect ends: its number in the table, and how.
    Kept(usize, KeptEnd),
    /// The caller presses a key.
    KeyPressed(String, Key),
    /// Something happens to a leg of an agent, for a call where it is named.
    Leg {
        agent: Number,
        call: Option<String>,
        verb: LegVerb,
    },
    /// The system went down and starts again.
    Restart {
        epoch: u32,
        /// When the system was last seen alive; `None`: just now.
        alive_until: Option<Timestamp>,
    },
    /// Exactly this.
    Tell(Input),
}

/// What happens to a leg.
#[derive(Clone, Copy, Debug)]
pub enum LegVerb {
    Answer,
    Fail(Cause),
    HangUp,
    Hold,
    Resume,
}

impl LegVerb {
    /// What is told of this leg.
    pub(super) const fn input(self, leg: LegId) -> Input {
        match self {
            Self::Answer => Input::LegAnswered { leg },
            Self::Fail(cause) => Input::LegFailed { leg, cause },
            Self::HangUp => Input::LegEnded { leg },
            Self::Hold => Input::LegHeld { leg },
            Self::Resume => Input::LegResumed { leg },
        }
    }
}

/// What a table can ask without telling anything.
#[derive(Clone, Debug)]
pub enum Question {
    /// Every effect that has not ended.
    Awaited,
    /// What the lamp of a key shows, at whose telephone.
    Lamp(Number, Number),
    /// How long a caller waits yet.
    Estimate(String),
    /// How long somebody would wait who joined the queue now.
    EstimateOfNext(Number),
    /// Callers and agents of a queue.
    Look(Number),
    /// Whether somebody may do something.
    May(By, Asked),
}

/// What somebody may do.
#[derive(Clone, Debug)]
pub enum Asked {
    Configure,
    Erase,
    Presence(Number),
    InQueue(Right, Number),
    See(Number),
    OnCall(Right, String),
    /// The record of a call of a queue, answered by this extension or by nobody.
    SeeCall(Number, Option<Number>),
    SeeCalls(Number),
    Switch {
        agent: Number,
        queue: Number,
    },
}

/// Somebody has a call placed.
fn place(agent: &str, name: &str, to: &str) -> Result<Phrase, String> {
    let by = match agent {
        "system" => By::System,
        agent => By::Person(read_value(agent)?),
    };
    Ok(Phrase::Place(by, name.to_owned(), centre::destination(to)?))
}

/// Reads an input.
pub fn read(text: &str) -> Result<Phrase, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let unknown = || format!("{text:?} is no input that tables know");
    let phrase = match words.as_slice() {
        ["abort"] => Phrase::Abort,
        ["call", name, "to", to] => arrive(name, None, to)?,
        ["call", name, "from", from, "to", to] => arrive(name, Some(from), to)?,
        ["calls", range, "to", to] => burst(range, to)?,
        [change, ..] if change.trim_end_matches(':') == "change" => read_change(text)?,
        ["clock", ..] => Phrase::Clock(read_clock(&words[1..].join(" "))?),
        ["caller" | "customer", "of", rest @ ..] => waiting::customer(rest).ok_or_else(unknown)?,
        [agent, "has", name, "placed", "to", to] => place(agent, name, to)?,
        ["who", "talked", "to", call, "hangs", "up"] => {
            Phrase::CallerHangsUp(waiting::who_talked_to(call))
        }
        ["number", "for", rest @ ..] => waiting::number_for(rest).ok_or_else(unknown)?,
        ["estimate", "for", "the", "next", "of", queue] => {
            Phrase::Ask(Question::EstimateOfNext(read_value(queue)?))
        }
        ["estimate", "for", call] => Phrase::Ask(Question::Estimate((*call).to_owned())),
        ["erase", "nobody"] => Phrase::Tell(Input::PersonErased {
            by: By::System,
            number: Number::NONE,
        }),
        ["erase", number, by @ ..] => Phrase::Tell(Input::PersonErased {
            by: read_by(by, By::System)?,
            number: read_value(number)?,
        }),
        ["lamp", key, "at", owner] => {
            Phrase::Ask(Question::Lamp(read_value(owner)?, read_value(key)?))
        }
        ["look", "at", queue] => Phrase::Ask(Question::Look(read_value(queue)?)),
        ["mail" | "push", number, how] => Phrase::Kept(read_value(number)?, kept_end(how)?),
        ["may", who, right @ ..] => {
            let right = read_right(right).ok_or_else(unknown)??;
            Phrase::Ask(Question::May(read_by(&["by", who], By::System)?, right))
        }
        ["restart"] => Phrase::Restart {
            epoch: 0,
            alive_until: None,
        },
        ["restart", "alive", "until", time] => Phrase::Restart {
            epoch: 0,
            alive_until: Some(read_time(time)?),
        },
        ["restart", "epoch", epoch] => Phrase::Restart {
            epoch: read_value(epoch)?,
            alive_until: None,
        },
        ["tick"] => Phrase::Tell(Input::Tick),
        ["what", "is", "awaited"] => Phrase::Ask(Question::Awaited),
        [call, "can", "not", "be", "bridged"] => Phrase::BridgeFails((*call).to_owned()),
        [call, "presses", key] => Phrase::KeyPressed((*call).to_owned(), read_value(key)?),
        [call, "hangs", "up"] if call.starts_with(char::is_alphabetic) => {
            Phrase::CallerHangsUp((*call).to_owned())
        }
        ["system", verb @ ..] => {
            let (call, handling) = supervised::read(verb).ok_or_else(unknown)??;
            Phrase::Handle(By::System, call, handling)
        }
        [agent, verb @ ..] => {
            of_agent(read_value(agent).map_err(|_| unknown())?, verb).ok_or_else(unknown)??
        }
        [] => return Err(unknown()),
    };
    Ok(phrase)
}

fn arrive(name: &str, from: Option<&str>, to: &str) -> Result<Phrase, String> {
    let from = from.map_or(Ok(Number::NONE), read_value)?;
    Ok(Phrase::Arrive {
        names: vec![name.to_owned()],
        from,
        dialled: read_value(to)?,
    })
}

/// `C1-C300`
fn burst(range: &str, to: &str) -> Result<Phrase, String> {
    let wrong = || format!("{range:?} is no range of names: C1-C300");
    let (first, last) = range.split_once('-').ok_or_else(wrong)?;
    let place = first.find(|c: char| c.is_ascii_digit()).ok_or_else(wrong)?;
    let (prefix, first) = first.split_at(place);
    let last = last.strip_prefix(prefix).ok_or_else(wrong)?;
    let (first, last): (u32, u32) = (read_value(first)?, read_value(last)?);
    let names = (first..=last)
        .map(|number| format!("{prefix}{number}"))
        .collect();
    Ok(Phrase::Arrive {
        names,
        from: Number::NONE,
        dialled: read_value(to)?,
    })
}

/// `change by 1009 against 3: queue 6400 wrap=5; remove queue 6401`
fn read_change(text: &str) -> Result<Phrase, String> {
    let (head, changes) = text.split_once(':').ok_or("a change is `change: …`")?;
    let mut words: Vec<&str> = head.split_whitespace().skip(1).collect();
    let mut base = None;
    if let [.., "against", revision] = words.as_slice() {
        base = Some(read_value(revision)?);
        words.truncate(words.len() - 2);
    }
    let by = read_by(&words, By::System)?;
    let changes = changes
        .split(';')
        .map(|change| change.trim().to_owned())
        .collect();
    Ok(Phrase::Change { by, base, changes })
}

/// `by 1009`, `by system`, or nothing.
fn read_by(words: &[&str], otherwise: By) -> Result<By, String> {
    match words {
        [] => Ok(otherwise),
        ["by", "system"] => Ok(By::System),
        ["by", number] => Ok(By::Person(read_value(number)?)),
        _ => Err(format!("{:?} is nobody", words.join(" "))),
    }
}

fn kept_end(how: &str) -> Result<KeptEnd, String> {
    match how {
        "done" => Ok(KeptEnd::Done),
        "failed" => Ok(KeptEnd::Failed),
        "unknown" => Ok(KeptEnd::Unknown),
        _ => Err(format!("{how:?} is no way to end")),
    }
}

fn read_right(words: &[&str]) -> Option<Result<Asked, String>> {
    Some(match words {
        ["configure"] => Ok(Asked::Configure),
        ["erase"] => Ok(Asked::Erase),
        ["see", "calls", "of", queue, "answered", "by", agent] => {
            read_value(queue).and_then(|queue| Ok(Asked::SeeCall(queue, Some(read_value(agent)?))))
        }
        ["see", "missed", "calls", "of", queue] => {
            read_value(queue).map(|queue| Asked::SeeCall(queue, None))
        }
        ["see", "callers", "of", queue] => read_value(queue).map(Asked::SeeCalls),
        ["see", queue] => read_value(queue).map(Asked::See),
        ["use", right, "on", call] => {
            centre::right(right).map(|right| Asked::OnCall(right, (*call).to_owned()))
        }
        ["use", right, "in", queue] => {
            centre::right(right).and_then(|right| Ok(Asked::InQueue(right, read_value(queue)?)))
        }
        ["set", "presence", "of", agent] => read_value(agent).map(Asked::Presence),
        ["switch", agent, "in", queue] => read_value(agent).and_then(|agent| {
            Ok(Asked::Switch {
                agent,
                queue: read_value(queue)?,
            })
        }),
        _ => return None,
    })
}

/// What an agent does, or what happens to an agent's telephone.
fn of_agent(agent: Number, words: &[&str]) -> Option<Result<Phrase, String>> {
    let leg = |verb, call: &[&str]| {
        let call = call.first().map(|call| (*call).to_owned());
        Ok(Phrase::Leg { agent, call, verb })
    };
    let extension = agent;
    if let Some(handled) = supervised::read(words) {
        let by = By::Person(agent);
        return Some(handled.map(|(call, handling)| Phrase::Handle(by, call, handling)));
    }
    Some(match words {
        ["answers", call @ ..] if call.len() < 2 => leg(LegVerb::Answer, call),
        ["is", "busy"] => leg(LegVerb::Fail(Cause::Busy), &[]),
        ["is", "busy", "for", call] => leg(LegVerb::Fail(Cause::Busy), &[call]),
        ["fails", call @ ..] if call.len() < 2 => leg(LegVerb::Fail(Cause::Unreachable), call),
        ["gives", "up", call @ ..] if call.len() < 2 => leg(LegVerb::Fail(Cause::NoAnswer), call),
        ["hangs", "up", call @ ..] if call.len() < 2 => leg(LegVerb::HangUp, call),
        ["holds", call @ ..] if call.len() < 2 => leg(LegVerb::Hold, call),
        ["resumes", call @ ..] if call.len() < 2 => leg(LegVerb::Resume, call),
        ["refuses", call @ ..] if call.len() < 2 => leg(LegVerb::Fail(Cause::Rejected), call),
        ["up"] => Ok(Phrase::Tell(Input::DeviceUp { extension })),
        ["becomes", presence, by @ ..] => becomes(agent, presence, by),
        ["down"] => Ok(Phrase::Tell(Input::DeviceDown { extension })),
        ["logs", "in", "to", queues, by @ ..] => status(agent, queues, by, |by, queues| {
            Input::AgentLogIn { by, agent, queues }
        }),
        ["logs", "out", "of", queues, by @ ..] => status(agent, queues, by, |by, queues| {
            Input::AgentLogOut { by, agent, queues }
        }),
        ["unpauses", "in", queues, by @ ..] => status(agent, queues, by, |by, queues| {
            Input::AgentUnpause { by, agent, queues }
        }),
        ["pauses", "in", queues, rest @ ..] => pause(agent, queues, rest),
        _ => logs::read(By::Person(agent), words)?.map(Phrase::Paperwork),
    })
}

/// `becomes lunch_break [by 1009]`
fn becomes(agent: Number, word: &str, by: &[&str]) -> Result<Phrase, String> {
    let mut all = Presence::ALL.into_iter();
    let presence = all.find(|(known, _)| *known == word);
    let (_, presence) = presence.ok_or_else(|| format!("{word:?} is no presence"))?;
    Ok(Phrase::Tell(Input::PresenceChanged {
        by: read_by(by, By::Person(agent))?,
        agent,
        presence,
    }))
}

fn status(
    agent: Number,
    queues: &str,
    by: &[&str],
    input: impl Fn(By, Which) -> Input,
) -> Result<Phrase, String> {
    let which = match queues {
        "all" => Which::All,
        "last" => Which::Last,
        number => Which::One(read_value(number)?),
    };
    Ok(Phrase::Tell(input(read_by(by, By::Person(agent))?, which)))
}

/// `[for Wrap up] [by 1009]`
fn pause(agent: Number, queues: &str, words: &[&str]) -> Result<Phrase, String> {
    let end = words
        .iter()
        .position(|word| *word == "by")
        .unwrap_or(words.len());
    let (reason, by) = words.split_at(end);
    let reason = match reason {
        [] => None,
        ["for", reason @ ..] => Some(reason.join(" ")),
        _ => return Err(format!("{:?} is no reason", reason.join(" "))),
    };
    status(agent, queues, by, |by, queues| Input::AgentPause {
        by,
        agent,
        queues,
        reason: reason.clone(),
    })
}
