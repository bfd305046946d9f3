//! An act as a line: `12 at 3.5s: call 6401 from 49301 talk 2s patience 30s`.

use core::fmt::Write as _;
use core::str::{FromStr, SplitWhitespace};

use tandem_engine::config::model::Config;
use tandem_engine::config::presence::Presence;
use tandem_engine::records::processing::Processing;
use tandem_engine::{By, Number, SECOND_US, Side, Span, Timestamp, Which};
use tandem_reports::result_word;

use crate::rehearse::plan::{Act, Call, Deed, Handle, Planned, Slip, Status, TimerKind};

/// What stands for a caller who withholds his number.
const NOBODY: &str = "nobody";
const SYSTEM: &str = "system";

/// The line of an act; `centre` is the place of the last configuration so far.
pub(super) fn write(planned: &Planned, centre: usize) -> String {
    let mut out = format!("{} at {}: ", planned.id, planned.at);
    let written = match &planned.act {
        Act::Abort(kind) => write!(out, "abort {}", kind_word(*kind)),
        Act::Call(call) => write!(out, "{}", call_words(call)),
        Act::Configure { by, slip, .. } => {
            let slip = match slip {
                Slip::None => "",
                Slip::Outdated => " outdated",
                Slip::Unknown => " unknown",
            };
            write!(out, "configure {centre} by {}{slip}", asker(*by))
        }
        Act::Device { extension, up } => {
            write!(
                out,
                "device {extension} {}",
                if *up { "up" } else { "down" }
            )
        }
        Act::Erase { by, number } => write!(out, "erase {} by {}", digits(*number), asker(*by)),
        Act::Handle { by, place, handle } => {
            let (by, handle) = (asker(*by), handle_words(*handle));
            write!(out, "handle {place} by {by} {handle}")
        }
        Act::Kill { down, restored } => {
            write!(
                out,
                "kill for {down}{}",
                if *restored { " restored" } else { "" }
            )
        }
        Act::Log { by, place, deed } => {
            write!(out, "log {place} by {} {}", asker(*by), deed_words(*deed))
        }
        Act::Presence {
            by,
            agent,
            presence,
        } => write!(
            out,
            "presence {agent} {} by {}",
            presence.word(),
            asker(*by)
        ),
        Act::Renew(queue) => write!(out, "renew {queue}"),
        Act::Repeat(back) => write!(out, "repeat {back}"),
        Act::Save => write!(out, "save"),
        Act::Switch {
            by,
            agent,
            queues,
            status,
        } => {
            let (queues, status) = (queues_word(*queues), status_words(status));
            write!(
                out,
                "switch {agent} in {queues} by {} to {status}",
                asker(*by)
            )
        }
        Act::WallClock(micros) => write!(out, "clock {micros}"),
    };
    written.expect("text is written to memory");
    out
}

fn call_words(call: &Call) -> String {
    let from = if call.inside { "extension " } else { "" };
    let (dialled, number, talk) = (call.dialled, digits(call.from), call.talk);
    let patience = call.patience.map(|span| format!(" patience {span}"));
    let patience = patience.unwrap_or_default();
    format!("call {dialled} from {from}{number} talk {talk}{patience}")
}

fn queues_word(queues: Which) -> String {
    match queues {
        Which::All => "all".to_owned(),
        Which::Last => "last".to_owned(),
        Which::One(queue) => queue.to_string(),
    }
}

fn status_words(status: &Status) -> String {
    match status {
        Status::LogIn => "in".to_owned(),
        Status::LogOut => "out".to_owned(),
        Status::Pause(None) => "pause".to_owned(),
        Status::Pause(Some(reason)) => format!("pause {reason}"),
        Status::Unpause => "unpause".to_owned(),
    }
}

/// What somebody does with a call, and where he sends it.
const HANDLES: [(&str, Handle); 13] = [
    ("barge", Handle::Barge),
    ("complete_transfer", Handle::CompleteTransfer),
    ("hang_up", Handle::HangUp),
    ("hold", Handle::Hold),
    ("listen", Handle::Listen),
    ("park", Handle::Park(Side::Caller)),
    ("park_agent", Handle::Park(Side::Agent)),
    ("pause_recording", Handle::PauseRecording),
    ("pick_up", Handle::PickUp),
    ("record", Handle::Record),
    ("resume", Handle::Resume),
    ("return", Handle::Return),
    ("whisper", Handle::Whisper),
];

fn handle_words(handle: Handle) -> String {
    match handle {
        Handle::Consult(to) => format!("consult {to}"),
        Handle::Note(which) => format!("note {which}"),
        Handle::Place(to) => format!("place {to}"),
        Handle::Redirect(to) => format!("redirect {to}"),
        Handle::Transfer(Side::Agent, to) => format!("transfer_agent {to}"),
        Handle::Transfer(Side::Caller, to) => format!("transfer {to}"),
        plain => {
            let word = HANDLES.iter().find(|(_, known)| *known == plain);
            word.map_or("", |(word, _)| word).to_owned()
        }
    }
}

fn deed_words(deed: Deed) -> String {
    match deed {
        Deed::Delete(more) => format!("delete {more}"),
        Deed::Note(which) => format!("note {which}"),
        Deed::Process(result) => result_word(result).to_owned(),
    }
}

fn kind_word(kind: TimerKind) -> &'static str {
    let mut kinds = TimerKind::ALL.iter();
    kinds
        .find(|(_, known)| *known == kind)
        .map_or("", |(word, _)| word)
}

fn digits(number: Number) -> String {
    if number.is_none() {
        NOBODY.to_owned()
    } else {
        number.to_string()
    }
}

fn asker(by: By) -> String {
    match by {
        By::Person(number) => number.to_string(),
        By::System => SYSTEM.to_owned(),
    }
}

/// Reads a line; `centres` are the configurations of the file.
///
/// # Errors
/// What does not fit.
pub(super) fn line(text: &str, centres: &[Config]) -> Result<Planned, String> {
    let mut words = Words(text.split_whitespace());
    let id = words.parsed("the name of the act")?;
    words.word("at")?;
    let at = words.next("a time")?;
    let at = at.strip_suffix(':').ok_or("a colon must follow the time")?;
    let at = Timestamp::ZERO + span(at)?;
    let act = match words.next("what is done")? {
        "abort" => Act::Abort(words.kind()?),
        "call" => words.call()?,
        "clock" => Act::WallClock(words.parsed("microseconds")?),
        "configure" => words.configure(centres)?,
        "device" => Act::Device {
            extension: words.number()?,
            up: words.next("up or down")? == "up",
        },
        "erase" => {
            let number = words.number()?;
            words.word("by")?;
            let by = words.asker()?;
            Act::Erase { by, number }
        }
        "handle" => words.handle()?,
        "kill" => {
            words.word("for")?;
            let down = span(words.next("a length")?)?;
            let restored = words.0.next() == Some("restored");
            Act::Kill { down, restored }
        }
        "log" => words.log()?,
        "presence" => words.presence()?,
        "renew" => Act::Renew(words.number()?),
        "repeat" => Act::Repeat(words.parsed("how many inputs back")?),
        "save" => Act::Save,
        "switch" => words.switch()?,
        other => return Err(format!("nobody can {other:?}")),
    };
    match words.0.next() {
        Some(word) => Err(format!("{word:?} is too much")),
        None => Ok(Planned { id, at, act }),
    }
}

struct Words<'t>(SplitWhitespace<'t>);

impl<'t> Words<'t> {
    fn next(&mut self, what: &str) -> Result<&'t str, String> {
        self.0.next().ok_or_else(|| format!("it lacks {what}"))
    }

    fn word(&mut self, wanted: &str) -> Result<(), String> {
        let found = self.next(wanted)?;
        if found == wanted {
            Ok(())
        } else {
            Err(format!("{found:?} stands where {wanted:?} should"))
        }
    }

    fn parsed<T: FromStr>(&mut self, what: &str) -> Result<T, String> {
        let word = self.next(what)?;
        word.parse().map_err(|_| format!("{word:?} is not {what}"))
    }

    fn number(&mut self) -> Result<Number, String> {
        match self.next("a number")? {
            NOBODY => Ok(Number::NONE),
            digits => digits.parse().map_err(|why| format!("{digits:?}: {why}")),
        }
    }

    fn asker(&mut self) -> Result<By, String> {
        match self.next("who asks")? {
            SYSTEM => Ok(By::System),
            digits => digits
                .parse()
                .map(By::Person)
                .map_err(|why| format!("{digits:?}: {why}")),
        }
    }

    fn presence(&mut self) -> Result<Act, String> {
        let agent = self.number()?;
        let word = self.next("a presence")?;
        let mut all = Presence::ALL.into_iter();
        let found = all.find(|(known, _)| *known == word);
        let (_, presence) = found.ok_or_else(|| format!("there is no presence {word:?}"))?;
        self.word("by")?;
        let by = self.asker()?;
        Ok(Act::Presence {
            by,
            agent,
            presence,
        })
    }

    fn kind(&mut self) -> Result<TimerKind, String> {
        let word = self.next("a kind of deadline")?;
        let kind = TimerKind::ALL.iter().find(|(known, _)| *known == word);
        kind.map(|&(_, kind)| kind)
            .ok_or_else(|| format!("there is no deadline {word:?}"))
    }

    fn handle(&mut self) -> Result<Act, String> {
        let place = self.parsed("the place of a call")?;
        self.word("by")?;
        let by = self.asker()?;
        let handle = match self.next("what is done")? {
            "consult" => Handle::Consult(self.number()?),
            "note" => Handle::Note(self.parsed("which dispositions")?),
            "place" => Handle::Place(self.number()?),
            "redirect" => Handle::Redirect(self.number()?),
            "transfer" => Handle::Transfer(Side::Caller, self.number()?),
            "transfer_agent" => Handle::Transfer(Side::Agent, self.number()?),
            word => {
                let known = HANDLES.iter().find(|(known, _)| *known == word);
                let known = known.map(|&(_, handle)| handle);
                known.ok_or_else(|| format!("nobody can {word:?} a call"))?
            }
        };
        Ok(Act::Handle { by, place, handle })
    }

    fn log(&mut self) -> Result<Act, String> {
        let place = self.parsed("the place of a call that is over")?;
        self.word("by")?;
        let by = self.asker()?;
        let deed = match self.next("what is done")? {
            "delete" => Deed::Delete(self.parsed("how many more")?),
            "note" => Deed::Note(self.parsed("which dispositions")?),
            word => {
                let mut results = Processing::ALL.into_iter();
                let known = results.find(|result| result_word(*result) == word);
                known
                    .map(Deed::Process)
                    .ok_or_else(|| format!("nobody can {word:?} a call that is over"))?
            }
        };
        Ok(Act::Log { by, place, deed })
    }

    fn call(&mut self) -> Result<Act, String> {
        let dialled = self.number()?;
        self.word("from")?;
        let mut ahead = Words(self.0.clone());
        let inside = ahead.next("who calls")? == "extension";
        if inside {
            self.0 = ahead.0;
        }
        let from = self.number()?;
        self.word("talk")?;
        let talk = span(self.next("a length")?)?;
        let patience = match self.0.next() {
            None => None,
            Some("patience") => Some(span(self.next("a length")?)?),
            Some(word) => return Err(format!("{word:?} stands where \"patience\" should")),
        };
        Ok(Act::Call(Call {
            from,
            inside,
            dialled,
            talk,
            patience,
        }))
    }

    fn configure(&mut self, centres: &[Config]) -> Result<Act, String> {
        let place: usize = self.parsed("the place of a centre")?;
        let target = place.checked_sub(1).and_then(|place| centres.get(place));
        let target = target.ok_or_else(|| format!("there is no centre {place}"))?;
        self.word("by")?;
        let by = self.asker()?;
        let slip = match self.0.next() {
            None => Slip::None,
            Some("outdated") => Slip::Outdated,
            Some("unknown") => Slip::Unknown,
            Some(word) => return Err(format!("{word:?} is too much")),
        };
        Ok(Act::Configure {
            by,
            target: Box::new(target.clone()),
            slip,
        })
    }

    fn switch(&mut self) -> Result<Act, String> {
        let agent = self.number()?;
        self.word("in")?;
        let queues = match self.next("which queues")? {
            "all" => Which::All,
            "last" => Which::Last,
            digits => Which::One(digits.parse().map_err(|why| format!("{digits:?}: {why}"))?),
        };
        self.word("by")?;
        let by = self.asker()?;
        self.word("to")?;
        let status = match self.next("a status")? {
            "in" => Status::LogIn,
            "out" => Status::LogOut,
            "pause" => {
                let reason: Vec<&str> = self.0.by_ref().collect();
                Status::Pause((!reason.is_empty()).then(|| reason.join(" ")))
            }
            "unpause" => Status::Unpause,
            other => return Err(format!("there is no status {other:?}")),
        };
        Ok(Act::Switch {
            by,
            agent,
            queues,
            status,
        })
    }
}

/// A length: `12.5s`.
fn span(text: &str) -> Result<Span, String> {
    let number = text.strip_suffix('s');
    let span = number.and_then(seconds);
    span.ok_or_else(|| format!("{text:?} is no length in seconds"))
}

/// Seconds with at most six decimals.
pub(super) fn seconds(text: &str) -> Option<Span> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let plain = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if part.len() > 6 || whole.is_empty() || !plain(whole) || !plain(part) {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let part: u64 = format!("{part:0<6}").parse().ok()?;
    Some(Span::from_micros(
        whole.checked_mul(SECOND_US)?.checked_add(part)?,
    ))
}
