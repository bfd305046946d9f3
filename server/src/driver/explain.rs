//! Why a call waited, and how the queues stood: the journal replayed from a snapshot
//! that lies before, by an engine that takes notes.

use tandem_engine::{ENGINE_SEMANTICS, Engine, Entry, Outbox, PublicId};
use tandem_reports::story::{Painter, Picture, Story, Teller, Visit};

use super::caught::caught;
use super::replay::{ReplayError, begin, starts};
use super::replica::Replica;
use crate::store::{CallRecord, Head, Store, StoreError};

/// Since when telephones rang last, and people are what they are, only events tell.
/// Where no more entries than these lie between two snapshots, a replay begins one
/// snapshot earlier than it need, and knows more. It takes a tenth of a second.
const HISTORY_ENTRIES_MAX: u64 = 100_000;

/// What can be told of a call.
#[derive(Debug)]
pub enum Explained {
    /// The journal does not tell of it; this is what is left.
    Records {
        /// Its records, in the order of its visits to queues.
        records: Vec<CallRecord>,
        /// Why there is no story.
        why: String,
    },
    /// Its story.
    Story {
        /// It.
        story: Box<Story>,
        /// Whether the records of it say otherwise than the story, which means that
        /// the store was damaged.
        differs: bool,
    },
    /// No such call ever came.
    Unknown,
}

/// How the queues stood.
#[derive(Debug)]
pub struct Seen {
    /// The queues.
    pub picture: Picture,
    /// The last moment of the journal, in microseconds of Unix time, where that lies
    /// before the moment that was asked for.
    pub ends_us: Option<i64>,
}

/// Tells the story of a call, or what is left of it.
///
/// # Errors
/// Where the store can not be read.
pub fn explain(store: &Store, call: PublicId) -> Result<Explained, StoreError> {
    let Some(head) = store.head()? else {
        return Ok(Explained::Unknown);
    };
    let not_yet = |replica: &Replica| replica.engine.next_public() <= call;
    match told(store, &head, call, not_yet) {
        Ok(Some(story)) => compare(store, story),
        Ok(None) => left(store, call, None),
        Err(ReplayError::Store(why)) => Err(why),
        Err(why) => left(store, call, Some(&why)),
    }
}

fn told(
    store: &Store,
    head: &Head,
    call: PublicId,
    not_yet: impl Fn(&Replica) -> bool,
) -> Result<Option<Story>, ReplayError> {
    let Some(mut replica) = nearest(store, head, not_yet)? else {
        return Ok(None);
    };
    let mut teller = Teller::new(call, &replica.engine, true);
    run(store, &mut replica.engine, |engine, entry, out| {
        teller.apply(engine, entry, out);
        teller.is_complete()
    })?;
    let (_, now) = replica.last_entry();
    Ok(teller.finish(now))
}

/// How the queues stood at a moment, in microseconds of Unix time; `Err` in the inner
/// result where the journal does not tell: why.
///
/// # Errors
/// Where the store can not be read.
pub fn explain_at(store: &Store, unix_us: i64) -> Result<Result<Seen, String>, StoreError> {
    let Some(head) = store.head()? else {
        return Ok(Err("the journal is empty".to_owned()));
    };
    let unix = |replica: &Replica| replica.names.unix_us(replica.last_entry().1);
    let drawn = nearest(store, &head, |replica| unix(replica) <= unix_us);
    let drawn = drawn.and_then(|replica| {
        let Some(mut replica) = replica else {
            return Ok(None);
        };
        let mut painter = Painter::at_unix(unix_us, &replica.engine);
        run(store, &mut replica.engine, |engine, entry, out| {
            painter.apply(engine, entry, out);
            painter.is_complete()
        })?;
        let complete = painter.is_complete();
        let last = i64::try_from(head.at.max(head.alive_until).micros()).unwrap_or(i64::MAX);
        let last = last.saturating_add(head.wall_offset);
        Ok(Some(Seen {
            picture: painter.finish(&replica.engine),
            ends_us: (!complete && last < unix_us).then_some(last),
        }))
    });
    match drawn {
        Ok(Some(mut seen)) => {
            forget_the_erased(store, &mut seen.picture)?;
            Ok(Ok(seen))
        }
        Ok(None) => Ok(Err(
            "the journal does not reach back to that moment".to_owned()
        )),
        Err(ReplayError::Store(why)) => Err(why),
        Err(why) => Ok(Err(why.to_string())),
    }
}

/// Whoever was erased since is blank in his record, and so is not to be named here.
fn forget_the_erased(store: &Store, picture: &mut Picture) -> Result<(), StoreError> {
    for queue in &mut picture.queues {
        let number = queue.queue.number;
        for caller in &mut queue.waiting {
            let joined_us = caller.joined_at.unix_us();
            let records = store.records_at(number, joined_us, caller.public)?;
            if records.iter().any(|record| record.call.caller.is_none()) {
                caller.caller = None;
            }
        }
    }
    Ok(())
}

/// The latest state that can be read and is not past what is wanted, or one before.
fn nearest(
    store: &Store,
    head: &Head,
    fits: impl Fn(&Replica) -> bool,
) -> Result<Option<Replica>, ReplayError> {
    let mut starts = starts(store, head)?;
    let (mut low, mut high, mut best, mut why) = (0, starts.len(), None, None);
    while low < high {
        let middle = low.midpoint(high);
        match begin(store, head, starts[middle]) {
            Ok(replica) if fits(&replica) => {
                best = Some((middle, replica));
                low = middle + 1;
            }
            Ok(_) => high = middle,
            Err(why @ ReplayError::Store(StoreError::Failed(_))) => return Err(why),
            // Another one may do.
            Err(error) => {
                why = Some(error);
                starts.remove(middle);
                high -= 1;
            }
        }
    }
    let Some((place, replica)) = best else {
        return why.filter(|_| starts.is_empty()).map_or(Ok(None), Err);
    };
    let earlier = place.checked_sub(1).map(|place| starts[place]);
    let near = |start: &u64| starts[place] - start <= HISTORY_ENTRIES_MAX;
    let earlier = earlier.filter(near).map(|start| begin(store, head, start));
    Ok(Some(match earlier {
        Some(Ok(earlier)) => earlier,
        _ => replica,
    }))
}

/// Applies the journal in some way until that says that it is enough. Outputs are not
/// compared with what they were, as `tandem journal verify` does: it would take longer
/// than all the rest.
fn run(
    store: &Store,
    engine: &mut Engine,
    mut apply: impl FnMut(&mut Engine, &Entry, &mut Outbox) -> bool,
) -> Result<(), ReplayError> {
    let mut out = Outbox::default();
    loop {
        let (last, _) = engine.last_entry();
        let page = store.journal(last + 1)?;
        if page.is_empty() {
            return Ok(());
        }
        for (first, row) in page {
            let (last, _) = engine.last_entry();
            if row.semantics != ENGINE_SEMANTICS {
                let found = row.semantics;
                return Err(ReplayError::Semantics { found });
            }
            if first != last + 1 || row.entries.is_empty() {
                return Err(ReplayError::Gap { seq: last + 1 });
            }
            let done = caught(|| {
                row.entries
                    .iter()
                    .any(|entry| apply(engine, entry, &mut out))
            });
            match done {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(said) => {
                    let (seq, _) = engine.last_entry();
                    return Err(ReplayError::Panicked { seq, said });
                }
            }
        }
    }
}

/// Holds a story against the records of its call.
fn compare(store: &Store, mut story: Story) -> Result<Explained, StoreError> {
    let mut records = Vec::new();
    for visit in &story.visits {
        let joined_us = visit.joined_at.unix_us();
        records.extend(store.records_at(visit.queue.number, joined_us, story.call)?);
    }
    let over = story.visits.iter().filter(|visit| visit.outcome.is_some());
    if records.len() < over.count() {
        // Somebody set the clock meanwhile, and they lie under other times.
        records = store.records_of_call(story.call)?;
    }
    let mut differs = false;
    for (place, visit) in story.visits.iter().enumerate() {
        let record = records
            .iter()
            .find(|record| usize::from(record.call.visit) == place);
        differs |= match record {
            Some(record) => !same(visit, record),
            None => visit.outcome.is_some(),
        };
    }
    if records.iter().any(|record| record.call.caller.is_none()) {
        story.forget_caller();
    }
    let story = Box::new(story);
    Ok(Explained::Story { story, differs })
}

fn same(visit: &Visit, record: &CallRecord) -> bool {
    let agent = visit.agent.as_ref().map(|agent| agent.number);
    let call = &record.call;
    (visit.waited, visit.talked, visit.held) == (call.waited, call.talked, call.held)
        && agent == record.agent
}

/// What is left of a call that the journal does not tell of.
fn left(store: &Store, call: PublicId, why: Option<&ReplayError>) -> Result<Explained, StoreError> {
    let records = store.records_of_call(call)?;
    if records.is_empty() && why.is_none() {
        return Ok(Explained::Unknown);
    }
    let why = match why {
        Some(why) => why.to_string(),
        None => "the journal does not reach back to it".to_owned(),
    };
    Ok(Explained::Records { records, why })
}
