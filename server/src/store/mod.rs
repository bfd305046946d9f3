//! The durable store: one redb file, one thread that writes it.
//!
//! What several people want written at the same time becomes one transaction,
//! and nobody is told that it is durable before that is on the disk. Reads are
//! short and paged, and never wait for a write. `docs/store.md` has the format.

mod aggregate;
mod backup;
mod callbacks;
mod error;
mod files;
mod key;
mod logs;
mod notes;
mod read;
mod rows;
mod surveys;
mod tables;
mod write;
mod writer;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use redb::backends::FileBackend;
use redb::{Builder, Database, StorageBackend};

use writer::Writer;

pub use aggregate::{Aggregate, INTERVAL_S, interval_of};
pub use backup::{BackupError, back_up, restore};
pub use callbacks::{CallbackRow, CallbackState, CallbackStep};
pub use error::StoreError;
pub use files::{MESSAGES_FOLDER, RECORDINGS_FOLDER};
pub use key::{KEY_FILE, Secret};
pub use logs::{LogKey, LogRow, LogStep, MissedCall, MissedRow, Stamp};
pub(crate) use notes::NoteKey;
pub use notes::{NOTE_STAMPS_MAX, NoteRow};
pub use read::{Leg, PAGE_ROWS_MAX, RecordKey, RecordsOf, StatusKey};
pub use rows::{
    CallRecord, Head, Imported, JournalRow, KeptRow, Names, QuarantineRow, QueueFacts, Revision,
    SnapshotInfo, SnapshotRow, StatusRow, Token, TokenOf,
};
pub use surveys::SurveyRow;
pub use write::{JOURNAL_KEEP_DAYS, REVISIONS_KEPT_MAX, RowChange, Txn};
pub use writer::{ALONG_MS_MAX, JOBS_QUEUED_MAX, Written};

/// The name of the store's file in the data folder.
pub const STORE_FILE: &str = "tandem.redb";
/// Memory that the store may fill with what it read and will write, in bytes.
const CACHE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The store. Cheap to clone; the file is free for others once every clone is
/// gone.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    // Dropped first: it ends the thread, which uses the database.
    writer: Writer,
    database: Arc<Database>,
    key: key::SecretKey,
}

impl Store {
    /// Opens the store in a folder, which is made where there is none.
    ///
    /// # Errors
    /// Where somebody else has it open, where it was made by a later version,
    /// or where the disk does not do its work.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(|why| StoreError::file(folder, &why))?;
        backup::take_over(folder).map_err(|why| StoreError::failed(&why))?;
        let path = file_in(folder);
        let mut options = fs::OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = private(&mut options).open(&path);
        let file = file.map_err(|why| StoreError::file(&path, &why))?;
        let backend = FileBackend::new(file).map_err(|why| StoreError::open(&path, why))?;
        Self::open_with(folder, backend)
    }

    /// Opens the store that lies in `backend`; the key file lies in the folder, and
    /// recordings.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_with(folder: &Path, backend: impl StorageBackend) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(|why| StoreError::file(folder, &why))?;
        let path = file_in(folder);
        let mut builder = Builder::new();
        builder.set_cache_size(CACHE_BYTES_MAX);
        let database = builder.create_with_backend(backend);
        let database = Arc::new(database.map_err(|why| StoreError::open(&path, why))?);
        tables::prepare(&database)?;
        // Only whoever holds the lock may make the key.
        let key = key::SecretKey::load_or_make(folder)?;
        let writer = Writer::start(Arc::clone(&database), folder.to_owned())?;
        let inner = Arc::new(Inner {
            writer,
            database,
            key,
        });
        Ok(Self { inner })
    }

    /// Has something written, together with what others want written. It may
    /// be done as soon as the answer says so, and not before.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where too much waits, or what the store failed of.
    pub fn write(
        &self,
        work: impl FnOnce(&Txn<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<Written, StoreError> {
        self.inner.writer.submit(Box::new(work))
    }

    /// Has something written that nobody waits for: with the next transaction, and after
    /// at most [`ALONG_MS_MAX`]. What the disk fails of is told to whoever writes next.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_along(
        &self,
        work: impl FnOnce(&Txn<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.inner.writer.submit_along(Box::new(work))
    }

    /// As [`Store::write`], and waits for room instead of being sent away, and until it is
    /// durable.
    pub(crate) fn write_waiting(
        &self,
        work: impl FnOnce(&Txn<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<Duration, StoreError> {
        self.inner.writer.submit_waiting(Box::new(work))?.wait()
    }
}

/// The store's file in a data folder.
#[must_use]
pub fn file_in(folder: &Path) -> PathBuf {
    folder.join(STORE_FILE)
}

/// Makes new files readable for nobody else.
fn private(options: &mut fs::OpenOptions) -> &mut fs::OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}
