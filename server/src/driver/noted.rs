//! The notes to which a journal leads, held against those that are stored.

use std::collections::{BTreeMap, BTreeSet};

use tandem_engine::records::notes::Noted;
use tandem_engine::{Input, Number};

use super::replay::VerifyError;
use crate::store::{NoteKey, NoteRow, RowChange, Stamp, Store};

/// What was noted in a part of the journal.
#[derive(Debug, Default)]
pub(super) struct Notes {
    written: BTreeMap<NoteKey, (u64, Box<Noted>, Stamp)>,
    /// Calls whose logs were deleted.
    gone: BTreeSet<NoteKey>,
    /// Callers who were erased.
    erased: BTreeSet<Number>,
}

impl Notes {
    pub(super) fn expect(&mut self, changes: &[RowChange]) {
        for change in changes {
            match change {
                RowChange::Noted(seq, noted, stamp) => {
                    let last = (*seq, noted.clone(), *stamp);
                    self.written.insert(noted.name(), last);
                }
                RowChange::LogDeleted(log, _) => {
                    let key = (log.key.call, log.key.visit);
                    self.written.remove(&key);
                    self.gone.insert(key);
                }
                RowChange::Erase(Input::PersonErased { number, .. }) => {
                    self.written
                        .retain(|_, (_, noted, _)| noted.caller != *number);
                    self.erased.insert(*number);
                }
                _ => {}
            }
        }
    }

    /// Compares them with those stored. Notes from before the entry behind `start` are
    /// there as well.
    pub(super) fn compare(mut self, store: &Store, start: u64) -> Result<(), VerifyError> {
        let mut after = None;
        loop {
            let page = store.all_notes(after)?;
            let Some((key, _)) = page.last() else {
                break;
            };
            after = Some(*key);
            for (key, row) in page {
                let holds = match self.written.remove(&key) {
                    Some(last) => is_last(&row, &last),
                    None => {
                        let forgotten =
                            self.gone.contains(&key) || self.erased.contains(&row.caller);
                        row.seq <= start && !forgotten
                    }
                };
                if !holds {
                    return Err(VerifyError::Note { seq: row.seq });
                }
            }
        }
        match self.written.into_values().next() {
            Some((seq, ..)) => Err(VerifyError::Note { seq }),
            None => Ok(()),
        }
    }
}

fn is_last(row: &NoteRow, (seq, noted, stamp): &(u64, Box<Noted>, Stamp)) -> bool {
    let same = row.seq == *seq && row.caller == noted.caller && row.note == noted.note;
    same && row.written.last() == Some(stamp)
}
