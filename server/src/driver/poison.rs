//! What the driver does when the engine panics.
//!
//! The state is worth nothing then. It is restored from the store, and the
//! entries of the batch that were applied before the culprit are applied again.
//! The culprit is set aside; where it was a tick, what its timer belongs to is
//! ended, or time could not go on.

use tandem_engine::{ENGINE_SEMANTICS, Entry, Input};

use super::caught::caught;
use super::replay;
use super::replica::Replica;
use super::run::{Apply, Core, Pending, StopReason};
use crate::store::QuarantineRow;

/// Two panics within so long stop the server, in seconds: whatever is wrong is
/// not in one entry.
pub const PANICS_APART_S: u64 = 60;

impl<A: Apply> Core<A> {
    /// Goes on without an entry on which the engine panicked.
    pub(crate) fn set_aside(
        &mut self,
        entry: Entry,
        said: String,
        pending: &mut Pending,
    ) -> Result<(), StopReason> {
        self.restore(pending)?;
        pending.quarantine.push(QuarantineRow {
            unix_us: self.replica.names.unix_us(entry.received_at),
            semantics: ENGINE_SEMANTICS,
            seq: entry.seq,
            at: entry.received_at,
            input: entry.input.clone(),
            said: said.clone(),
        });
        let apart = |last| (entry.received_at - last).micros() >= PANICS_APART_S * 1_000_000;
        let again = self.last_panic.is_some_and(|last| !apart(last));
        self.last_panic = Some(entry.received_at);
        match (entry.input, self.replica.engine.next_deadline()) {
            // Without these nothing can follow.
            (Input::Restarted { .. } | Input::Abort { .. }, _) => {
                pending.stop = Some(StopReason::Poisoned { said });
            }
            _ if again => pending.stop = Some(StopReason::Poisoned { said }),
            (Input::Tick, Some((_, timer))) => {
                self.push(entry.received_at, Input::Abort { timer }, None, pending)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The state before the culprit: what is durable, and what the batch had
    /// applied already.
    fn restore(&mut self, pending: &mut Pending) -> Result<(), StopReason> {
        let lost = |why: &str| StopReason::Lost(why.to_owned());
        self.replica = if self.head.seq == self.head.anew_after {
            Replica::beginning(&self.head)
        } else {
            let restored = replay::latest(&self.store, &self.head, &mut self.apply);
            restored.map_err(|why| lost(&why.to_string()))?.0
        };
        pending.changes.clear();
        for line in &pending.lines {
            let changes = &mut pending.changes;
            let out = caught(|| self.replica.apply(&mut self.apply, &line.entry, changes));
            let out = out.map_err(|said| lost(&said))?;
            if out != line.out {
                return Err(lost("an entry gives another output than it gave"));
            }
        }
        Ok(())
    }
}
