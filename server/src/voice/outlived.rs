//! Dialogs that outlive the server: after a start, the far ends of calls that were cut
//! off are told so. Their rows go along with what is written anyway: a call has four,
//! and transactions of their own would keep those waiting that callers wait for.

use std::io;

use serde::{Deserialize, Serialize};
use tandem_sip::{Dialog, Method, Target};

use super::exchange::{Exchange, way};
use crate::store::Store;

/// The store's rows of dialogs that are up.
#[derive(Debug)]
pub(super) struct Outlived {
    store: Store,
    /// Of the run before.
    owed: Vec<Owed>,
}

/// What ends a dialog.
#[derive(Debug, Serialize, Deserialize)]
struct Owed {
    dialog: Dialog,
    to: Target,
}

impl Outlived {
    /// What the run before left behind.
    ///
    /// # Errors
    /// Where the store can not be read.
    pub(super) fn new(store: Store) -> io::Result<Self> {
        let mut owed = Vec::new();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = store.legs(after.as_deref()).map_err(io::Error::other)?;
            let Some((last, _)) = page.last() else { break };
            after = Some(last.clone());
            for (key, bytes) in page {
                owed.extend(postcard::from_bytes::<Owed>(&bytes).ok());
                let _written = store.write_along(move |txn| txn.delete_leg(&key));
            }
        }
        Ok(Self { store, owed })
    }

    /// Remembers a dialog that is up; returns its row.
    pub(super) fn keep(&self, dialog: &Dialog, to: Target) -> Option<[u8; 8]> {
        let mut row = [0; 8];
        super::identity::random(&mut row);
        let dialog = dialog.clone();
        let bytes = postcard::to_stdvec(&Owed { dialog, to }).ok()?;
        let written = self.store.write_along(move |txn| txn.put_leg(&row, &bytes));
        written.is_ok().then_some(row)
    }

    /// Forgets a dialog that is over.
    pub(super) fn drop(&self, row: Option<[u8; 8]>) {
        if let Some(row) = row {
            // Where the store is too busy, the far end is told once more after the
            // next start, and answers that there is no such call.
            let _written = self.store.write_along(move |txn| txn.delete_leg(&row));
        }
    }
}

impl Exchange {
    /// Ends the dialogs of the run before.
    pub(super) fn say_what_is_owed(&mut self) {
        for Owed { mut dialog, to } in std::mem::take(&mut self.outlived.owed) {
            let request = dialog.request(Method::Bye);
            let to = way(dialog.next_hop(), to);
            let now = self.now();
            // A row that makes no whole request was damaged: nobody can be told.
            let _sent = self.endpoint.send_request(now, to, request);
        }
    }
}
