//! What can go wrong with the store.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use redb::DatabaseError;

/// Why the store did not do what it was asked. Cheap to clone, since one
/// failure answers everybody who waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// Too much waits to be written.
    Busy,
    /// A value can not be read: the file was damaged outside.
    Damaged {
        /// The table that it lies in.
        table: &'static str,
    },
    /// The disk, or the file, failed. The store does no more writes then.
    Failed(Arc<str>),
    /// The key file is not as it must be.
    Key(Arc<str>),
    /// Somebody else has the store open.
    Locked {
        /// Its file.
        path: Arc<str>,
    },
    /// Written by a later version of Tandem.
    Version {
        /// The table, or `meta` for the whole file.
        table: &'static str,
        /// The version found.
        found: u32,
    },
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("the store has too much to write"),
            Self::Damaged { table } => write!(f, "the store is damaged: table {table}"),
            Self::Failed(why) => write!(f, "the store failed: {why}"),
            Self::Key(why) => write!(f, "the key of the secrets: {why}"),
            Self::Locked { path } => {
                write!(f, "{path} is in use: another server runs on this data")
            }
            Self::Version { table, found } => write!(
                f,
                "the store was written by a later version of tandem: {table} has version {found}"
            ),
        }
    }
}

impl std::error::Error for StoreError {}

impl StoreError {
    pub(crate) fn failed(why: &dyn fmt::Display) -> Self {
        Self::Failed(why.to_string().into())
    }

    pub(crate) fn file(path: &Path, why: &io::Error) -> Self {
        Self::Failed(format!("{}: {why}", path.display()).into())
    }

    pub(crate) fn open(path: &Path, why: DatabaseError) -> Self {
        let path = path.display().to_string();
        match why {
            DatabaseError::DatabaseAlreadyOpen => Self::Locked { path: path.into() },
            why => Self::Failed(format!("{path}: {why}").into()),
        }
    }
}

macro_rules! failed_from {
    ($($error:ident)*) => {
        $(impl From<redb::$error> for StoreError {
            fn from(why: redb::$error) -> Self {
                Self::failed(&why)
            }
        })*
    };
}

failed_from!(CommitError StorageError TableError TransactionError);
