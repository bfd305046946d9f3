//! What people of a table do about calls that are over.

use tandem_engine::records::notes::Note;
use tandem_engine::records::processing::Processing;
use tandem_engine::{By, Event, Input, Number};

use super::centre::read_value;
use super::words::who;
use super::world::Names;
use crate::shelf::Shelf;

/// What somebody does about calls that are over.
#[derive(Clone, Debug)]
pub enum Paperwork {
    /// Deletes the logs of these calls in a queue.
    Delete {
        by: By,
        calls: Vec<String>,
        queue: Number,
    },
    /// Notes what a call came to: in a queue, that is one that is over.
    Note {
        by: By,
        call: String,
        queue: Option<Number>,
        note: Note,
    },
    /// Says how far a call is dealt with.
    Process {
        by: By,
        call: String,
        queue: Number,
        result: Processing,
    },
}

/// `sets A in 6400 to dealt`, `deletes A,B in 6400`, `notes A Resolved,Refund with so said
/// he` and, when it is over, `notes A in 6400 nothing`, behind who does it.
pub fn read(by: By, words: &[&str]) -> Option<Result<Paperwork, String>> {
    let queue = |text: &str| read_value(text);
    Some(match words {
        ["sets", call, "in", of, "to", result @ ..] => queue(of).and_then(|queue| {
            let result = match result {
                ["not", "dealt"] => Processing::NotDealt,
                ["dealing"] => Processing::Dealing,
                ["dealt"] => Processing::Dealt,
                _ => return Err(format!("{:?} is no result", result.join(" "))),
            };
            let call = (*call).to_owned();
            Ok(Paperwork::Process {
                by,
                call,
                queue,
                result,
            })
        }),
        ["deletes", calls, "in", of] => queue(of).map(|queue| Paperwork::Delete {
            by,
            calls: calls.split(',').map(str::to_owned).collect(),
            queue,
        }),
        ["notes", call, "in", of, what @ ..] => {
            queue(of).map(|queue| note(by, call, Some(queue), what))
        }
        ["notes", call, what @ ..] => Ok(note(by, call, None, what)),
        _ => return None,
    })
}

fn note(by: By, call: &str, queue: Option<Number>, words: &[&str]) -> Paperwork {
    let (names, remark) = match words {
        ["nothing"] => ("", &[][..]),
        ["with", remark @ ..] => ("", remark),
        [names, "with", remark @ ..] => (*names, remark),
        names => (*names.first().unwrap_or(&""), &[][..]),
    };
    let names = names.split(',').filter(|name| !name.is_empty());
    Paperwork::Note {
        by,
        call: call.to_owned(),
        queue,
        note: Note {
            dispositions: names.map(str::to_owned).collect(),
            remark: remark.join(" "),
        },
    }
}

/// What a fact about a log, or about a note, is in words.
pub fn words(event: &Event, names: &mut Names) -> Option<String> {
    Some(match event {
        Event::CallLogDeleted {
            call, queue, by, ..
        } => {
            let (call, by) = (names.record(*call), who(*by));
            format!("{call} in {queue}: log deleted{by}")
        }
        Event::CallLogProcessed(processed) => {
            let (call, queue) = (names.record(processed.call), processed.queue);
            let (result, by) = (result_words(processed.result), who(processed.by));
            let sync = if processed.auto_sync {
                ", auto sync"
            } else {
                ""
            };
            format!("{call} in {queue}: {result}{by}{sync}")
        }
        Event::CallNoted(noted) => {
            let (call, by) = (names.record(noted.call), who(noted.by));
            let visit = match noted.visit {
                0 => String::new(),
                before => format!(" in queue {} of its way", before + 1),
            };
            let mut what = noted.note.dispositions.clone();
            if !noted.note.remark.is_empty() {
                what.push(format!("{:?}", noted.note.remark));
            }
            if what.is_empty() {
                what.push("nothing".to_owned());
            }
            format!("{call}{visit}: noted {}{by}", what.join(", "))
        }
        _ => return None,
    })
}

/// The words of a result.
fn result_words(result: Processing) -> &'static str {
    match result {
        Processing::NotDealt => "not dealt",
        Processing::Dealing => "dealing",
        Processing::Dealt => "dealt",
    }
}

/// What came out of an accepted entry is stored.
pub fn store(shelf: &mut Shelf, input: &Input, events: &[Event], names: &Names) {
    shelf.hear(input);
    for event in events {
        let (queue, agent) = (|id| Some(names.queue(id)), |id| Some(names.agent(id)));
        shelf.store(event, queue, agent);
    }
}

/// The input that does this.
pub fn input(paperwork: &Paperwork, shelf: &Shelf, names: &Names) -> Result<Input, String> {
    let find = |call: &str, queue: Number| {
        let log = shelf.last(|log| log.queue == queue && names.record(log.call) == call);
        log.copied()
            .ok_or_else(|| format!("there is no log of {call} in {queue}"))
    };
    Ok(match paperwork {
        Paperwork::Delete { by, calls, queue } => Input::CallLogsDeleted {
            by: *by,
            logs: (calls.iter())
                .map(|call| find(call, *queue))
                .collect::<Result<_, _>>()?,
        },
        Paperwork::Note {
            by,
            call,
            queue: Some(queue),
            note,
        } => Input::CallLogNoted {
            by: *by,
            log: Box::new(find(call, *queue)?),
            note: Box::new(note.clone()),
        },
        Paperwork::Note {
            by,
            call,
            queue: None,
            note,
        } => Input::CallNoted {
            by: *by,
            call: names.call_id(call)?,
            note: Box::new(note.clone()),
        },
        Paperwork::Process {
            by,
            call,
            queue,
            result,
        } => shelf.process(*by, &find(call, *queue)?, *result),
    })
}
