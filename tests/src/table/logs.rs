//! What people of a table do about calls that are over.

use tandem_engine::records::processing::Processing;
use tandem_engine::{By, Event, Input, Number};

use super::centre::read_value;
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
    /// Says how far a call is dealt with.
    Process {
        by: By,
        call: String,
        queue: Number,
        result: Processing,
    },
}

/// `sets A in 6400 to dealt` and `deletes A,B in 6400`, behind who does it.
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
        _ => return None,
    })
}

/// The words of a result.
pub fn result_words(result: Processing) -> &'static str {
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
        Paperwork::Process {
            by,
            call,
            queue,
            result,
        } => shelf.process(*by, &find(call, *queue)?, *result),
    })
}
