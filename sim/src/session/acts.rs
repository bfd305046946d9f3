//! What people can do, and how that is written.

use core::str::{FromStr, SplitWhitespace};

use tandem_engine::config::model::Destination;
use tandem_engine::config::presence::Presence;
use tandem_engine::config::text::read_destination;
use tandem_engine::{Key, Monitoring, Number, SECOND_US, Side, Span, Timestamp, Which};

/// Somebody does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// `1001 answers`: picks up what rings at his telephone.
    Answer(Number),
    /// `Adam is answered`: by whoever rings for him, the first of them.
    Answered(String),
    /// `Adam calls 6400 from 4930111`, or `… from extension 1005`.
    Call(Caller),
    /// `Adam hangs up`.
    CallerHangsUp(String),
    /// `Adam answers`, who is called back or has a call placed; `outside-Adam answers`: the
    /// number outside to which he is sent.
    CustomerAnswers(String),
    /// `Adam refuses`, `outside-Adam refuses`: is busy.
    CustomerRefuses(String),
    /// `1009 parks Adam`: a supervisor does something with a call.
    Handle {
        /// Who.
        by: Number,
        /// Whose call.
        caller: String,
        /// What.
        handle: Handle,
    },
    /// `1001 hangs up`, at the end of a talk.
    HangUp(Number),
    /// `1001 holds`, `1001 resumes`: puts who talks to him on hold at his telephone.
    Hold(Number, bool),
    /// `1001 logs in`, `1001 logs out of 6400`.
    LogIn(Number, Which, bool),
    /// `1001 pauses in 6400 for Lunch`, `1001 unpauses`.
    Pause(Number, Which, Option<String>),
    /// `1005 places Adam to 6400`: has a call placed, which is spoken of so. His telephone
    /// rings as that of its caller.
    Place {
        /// Who.
        by: Number,
        /// How the session speaks of the call.
        name: String,
        /// Where it goes.
        to: Destination,
    },
    /// `1001 is away`: says where he is.
    Presence(Number, Presence),
    /// `Adam presses 5`.
    Press(String, Key),
    /// `1001 refuses`: is busy.
    Refuse(Number),
    /// `1001 unpauses in 6400`.
    Unpause(Number, Which),
}

/// Who calls whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// How the session speaks of him and of his call.
    pub name: String,
    /// His number.
    pub number: Number,
    /// Whether that is an extension.
    pub inside: bool,
    /// Whom he dials.
    pub dials: Number,
}

/// What a supervisor does with a call, or who talks in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handle {
    /// `1001 asks 1002 about Adam`: who talks consults somebody.
    Consult(Number),
    /// `1009 ends Adam`.
    End,
    /// `1001 completes transfer of Adam`, to who is asked about him; or `1001 returns to Adam`.
    EndConsultation(bool),
    /// `1009 listens to Adam`, `1009 whispers to Adam`: who talks to him hears it; `1009 joins
    /// Adam`: both do.
    Monitor(Monitoring),
    /// `1001 notes Sold of Adam`: what the call came to, who talks.
    Note(String),
    /// `1009 parks Adam`, or `1009 parks agent of Adam`: who talks to him. That one's own call
    /// is `agent-of-Adam` from then on.
    Park(Side),
    /// `1009 takes Adam`: picks up who waits.
    PickUp,
    /// `1009 records Adam`, `1009 pauses recording Adam`.
    Record(bool),
    /// `1009 redirects Adam to 6401`: who waits.
    Redirect(Destination),
    /// `1009 transfers Adam to 6401`: who talks; or `1009 transfers agent of Adam to 6401`.
    Transfer(Side, Destination),
}

/// Reads a line: a moment in seconds, and what happens then.
pub(super) fn read(text: &str) -> Result<(Timestamp, Act), String> {
    let mut words = text.split_whitespace();
    let at = words.next().and_then(moment);
    let at = at.ok_or("it begins with a moment in seconds, as 12.5")?;
    let who = word(&mut words, "somebody's name or number")?;
    let verb = word(&mut words, "what happens")?;
    let act = match who.parse::<Number>() {
        Ok(extension) => extension_act(extension, verb, &mut words)?,
        Err(_) => caller_act(who, verb, &mut words)?,
    };
    match words.next() {
        None => Ok((at, act)),
        Some(more) => Err(format!("{more:?} is too much")),
    }
}

fn extension_act(
    extension: Number,
    verb: &str,
    words: &mut SplitWhitespace<'_>,
) -> Result<Act, String> {
    Ok(match verb {
        "answers" => Act::Answer(extension),
        "hangs" => up(words, Act::HangUp(extension))?,
        "holds" => Act::Hold(extension, true),
        "refuses" => Act::Refuse(extension),
        "resumes" => Act::Hold(extension, false),
        "logs" => match word(words, "in or out")? {
            "in" => Act::LogIn(extension, queues(words, "to")?, true),
            "out" => Act::LogIn(extension, queues(words, "of")?, false),
            other => return Err(format!("nobody logs {other}")),
        },
        "is" => {
            let word = word(words, "where he is")?;
            let known = Presence::ALL.iter().find(|(known, _)| *known == word);
            let (_, presence) = known.ok_or_else(|| format!("nobody is {word:?}"))?;
            Act::Presence(extension, *presence)
        }
        "pauses" if words.clone().next() != Some("recording") => {
            let queues = queues(words, "in")?;
            let reason = match words.next() {
                None => None,
                Some("for") => Some(word(words, "a reason")?.to_owned()),
                Some(other) => return Err(format!("{other:?} is too much")),
            };
            Act::Pause(extension, queues, reason)
        }
        "places" => Act::Place {
            by: extension,
            name: word(words, "somebody's name")?.to_owned(),
            to: to(words)?,
        },
        "unpauses" => Act::Unpause(extension, queues(words, "in")?),
        _ => {
            let (caller, handle) = handle(verb, words)?;
            Act::Handle {
                by: extension,
                caller,
                handle,
            }
        }
    })
}

/// What somebody does with whose call.
fn handle(verb: &str, words: &mut SplitWhitespace<'_>) -> Result<(String, Handle), String> {
    let known = match verb {
        "asks" => {
            let asked = parsed(words, "a number")?;
            expect(words, "about")?;
            Some(Handle::Consult(asked))
        }
        "completes" => {
            expect(words, "transfer")?;
            expect(words, "of")?;
            Some(Handle::EndConsultation(true))
        }
        "ends" => Some(Handle::End),
        "joins" => Some(Handle::Monitor(Monitoring::Barge)),
        "listens" => {
            expect(words, "to")?;
            Some(Handle::Monitor(Monitoring::Listen))
        }
        "notes" => {
            let disposition = word(words, "a disposition")?.to_owned();
            expect(words, "of")?;
            Some(Handle::Note(disposition))
        }
        "parks" => Some(Handle::Park(side(words)?)),
        "pauses" => {
            expect(words, "recording")?;
            Some(Handle::Record(false))
        }
        "records" => Some(Handle::Record(true)),
        "returns" => {
            expect(words, "to")?;
            Some(Handle::EndConsultation(false))
        }
        "takes" => Some(Handle::PickUp),
        "whispers" => {
            expect(words, "to")?;
            Some(Handle::Monitor(Monitoring::Whisper))
        }
        "redirects" | "transfers" => None,
        other => return Err(format!("an extension does not do {other:?}")),
    };
    let side = match (&known, verb) {
        (None, "transfers") => side(words)?,
        _ => Side::Caller,
    };
    let caller = word(words, "whose call")?.to_owned();
    let handle = match known {
        Some(handle) => handle,
        None if verb == "redirects" => Handle::Redirect(to(words)?),
        None => Handle::Transfer(side, to(words)?),
    };
    Ok((caller, handle))
}

/// The side of a conversation that is meant: the caller's, or behind `agent of` the other.
fn side(words: &mut SplitWhitespace<'_>) -> Result<Side, String> {
    let mut rest = words.clone();
    if rest.next() != Some("agent") {
        return Ok(Side::Caller);
    }
    expect(&mut rest, "of")?;
    *words = rest;
    Ok(Side::Agent)
}

fn caller_act(who: &str, verb: &str, words: &mut SplitWhitespace<'_>) -> Result<Act, String> {
    let name = who.to_owned();
    Ok(match verb {
        "calls" => {
            let dials = parsed(words, "a number")?;
            expect(words, "from")?;
            let mut from = word(words, "a number")?;
            let inside = from == "extension";
            if inside {
                from = word(words, "a number")?;
            }
            Act::Call(Caller {
                name,
                number: from.parse().map_err(|_| format!("{from:?} is no number"))?,
                inside,
                dials,
            })
        }
        "answers" => Act::CustomerAnswers(name),
        "hangs" => up(words, Act::CallerHangsUp(name))?,
        "is" => {
            expect(words, "answered")?;
            Act::Answered(name)
        }
        "refuses" => Act::CustomerRefuses(name),
        "presses" => Act::Press(name, parsed(words, "a key")?),
        other => return Err(format!("a caller does not do {other:?}")),
    })
}

fn word<'w>(words: &mut SplitWhitespace<'w>, what: &str) -> Result<&'w str, String> {
    words.next().ok_or_else(|| format!("{what} is missing"))
}

fn parsed<T: FromStr>(words: &mut SplitWhitespace<'_>, what: &str) -> Result<T, String> {
    let text = word(words, what)?;
    text.parse().map_err(|_| format!("{text:?} is not {what}"))
}

fn expect(words: &mut SplitWhitespace<'_>, wanted: &str) -> Result<(), String> {
    match words.next() {
        Some(found) if found == wanted => Ok(()),
        _ => Err(format!("{wanted:?} is missing")),
    }
}

fn up(words: &mut SplitWhitespace<'_>, act: Act) -> Result<Act, String> {
    expect(words, "up")?;
    Ok(act)
}

/// All queues, those of the last time (`logs in to last`), or the one that is named behind this
/// word.
fn queues(words: &mut SplitWhitespace<'_>, before: &str) -> Result<Which, String> {
    let mut rest = words.clone();
    if rest.next() != Some(before) {
        return Ok(Which::All);
    }
    *words = rest.clone();
    if rest.next() == Some("last") {
        *words = rest;
        return Ok(Which::Last);
    }
    parsed(words, "a queue's number").map(Which::One)
}

fn to(words: &mut SplitWhitespace<'_>) -> Result<Destination, String> {
    expect(words, "to")?;
    let mut rest = words.clone();
    match rest.next() {
        Some("external") => {
            let all: Vec<&str> = words.collect();
            let read = read_destination(&all.join(" "));
            read.ok_or_else(|| "\"external 0301234 on Carrier\" is not complete".to_owned())
        }
        Some("voicemail") => {
            *words = rest;
            parsed(words, "a box").map(Destination::Voicemail)
        }
        // Whatever has that number, as the API takes it.
        _ => parsed(words, "a number").map(Destination::Queue),
    }
}

/// Seconds with up to six decimals.
fn moment(text: &str) -> Option<Timestamp> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 6 || !part.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let micros: u64 = format!("{part:0<6}").parse().ok()?;
    let whole = whole.parse::<u64>().ok()?.checked_mul(SECOND_US)?;
    Some(Timestamp::ZERO + Span::from_micros(whole.checked_add(micros)?))
}
