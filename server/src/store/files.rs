//! Files that lie beside the store: what was recorded of calls, and messages that callers
//! left. They go with the log of a call, and with the person who called.

use std::fs;
use std::io;
use std::path::Path;

use tandem_engine::{Number, PublicId};

use super::error::StoreError;
use super::logs::LogKey;
use super::tables;
use super::write::Txn;
use crate::media::remove_all;

/// The folder of the data that recordings of conversations lie in.
pub const RECORDINGS_FOLDER: &str = "recordings";
/// The folder of the data that callers' messages lie in.
pub const MESSAGES_FOLDER: &str = "voicemail";

impl Txn<'_> {
    /// Something is recorded of this caller's call.
    pub(crate) fn note_recorded(&self, caller: Number, call: PublicId) -> Result<(), StoreError> {
        let caller = caller.to_string();
        let PublicId { epoch, counter } = call;
        let mut table = self.open(tables::RECORDED_BY_CALLER)?;
        table.insert((caller.as_str(), epoch, counter), ())?;
        Ok(())
    }

    /// The log of a call is deleted, and with it what was recorded of it in that queue.
    pub(crate) fn remove_recordings(&self, log: &LogKey) {
        let folder = self.data().join(RECORDINGS_FOLDER);
        remove(&folder.join(log.queue.to_string()), log.key.call);
    }

    /// A person is erased, and everything that was recorded of his calls with him.
    pub(crate) fn erase_recordings(&self, caller: Number) -> Result<(), StoreError> {
        let caller = caller.to_string();
        let mut table = self.open(tables::RECORDED_BY_CALLER)?;
        let (first, last) = ((0, 0), (u32::MAX, u64::MAX));
        let key = |(epoch, counter)| (caller.as_str(), epoch, counter);
        for row in table.extract_from_if(key(first)..=key(last), |_, ()| true)? {
            let (key, _) = row?;
            let (_, epoch, counter) = key.value();
            let call = PublicId { epoch, counter };
            for folder in [RECORDINGS_FOLDER, MESSAGES_FOLDER] {
                remove_everywhere(&self.data().join(folder), call);
            }
        }
        Ok(())
    }
}

/// Removes what was recorded of a call in any folder of this one.
fn remove_everywhere(folder: &Path, call: PublicId) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return,
        Err(why) => return say(&why, folder),
    };
    let folders = entries.flatten().filter(|it| it.path().is_dir());
    folders.for_each(|entry| remove(&entry.path(), call));
}

/// What is not removed is said, and stops nobody.
fn remove(folder: &Path, call: PublicId) {
    if let Err(why) = remove_all(folder, &call.to_string()) {
        say(&why, &folder.join(call.to_string()));
    }
}

fn say(why: &io::Error, path: &Path) {
    eprintln!("recordings to be deleted, {}: {why}", path.display());
}
