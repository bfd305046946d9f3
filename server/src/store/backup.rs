//! Backups: a copy of both files, made while nobody runs on them.
//!
//! A backup is a folder like the one that it is made of. Calls that were made
//! after it must never share a name with calls made after its restore, so the
//! epoch rises: past that of the backup, of the data that it replaces, and of
//! every earlier restore of the same backup, which leaves a note in it.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::key::{KEY_FILE, write_private};
use super::{STORE_FILE, Store, file_in};

/// The note in a backup: the epoch that its last restore led to.
const EPOCH_FILE: &str = "restored-epoch";
/// Where a restore is made ready, in the data folder.
const UNFINISHED: &str = "restore.new";
/// What it is called once it is: from then on it takes effect, whatever happens.
const READY: &str = "restore.ready";

/// Why there is no backup, or no restore.
#[derive(Debug)]
pub enum BackupError {
    /// There is something already that would be overwritten.
    Exists(PathBuf),
    /// A file can not be read or written.
    File(PathBuf, io::Error),
    /// There is nothing to be copied.
    Missing(PathBuf),
    /// What the store said.
    Store(StoreError),
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(path) => write!(f, "{} is there already", path.display()),
            Self::File(path, why) => write!(f, "{}: {why}", path.display()),
            Self::Missing(path) => write!(f, "there is no {}", path.display()),
            Self::Store(why) => write!(f, "{why}"),
        }
    }
}

impl std::error::Error for BackupError {}

impl From<StoreError> for BackupError {
    fn from(why: StoreError) -> Self {
        Self::Store(why)
    }
}

/// Copies the data of a server that does not run to a new folder.
///
/// # Errors
/// Where a server runs on the data, where the folder has data already, or where
/// a file can not be copied.
pub fn back_up(data: &Path, to: &Path) -> Result<(), BackupError> {
    if !file_in(data).exists() {
        return Err(BackupError::Missing(file_in(data)));
    }
    if file_in(to).exists() {
        return Err(BackupError::Exists(file_in(to)));
    }
    // Whoever holds the store open keeps every server away meanwhile, and what
    // a killed one left was repaired by opening it.
    let store = Store::open(data)?;
    fs::create_dir_all(to).map_err(|why| BackupError::File(to.to_owned(), why))?;
    copy(data, to, KEY_FILE)?;
    copy(data, to, STORE_FILE)?;
    drop(store);
    sync_folder(to)
}

/// Makes a backup the data of a server that does not run; returns the new
/// epoch. Data that is there already is replaced only if `replace` says so.
///
/// # Errors
/// As [`back_up`], and where the note can not be left in the backup: without it
/// the next restore could give two calls the same name.
pub fn restore(backup: &Path, data: &Path, replace: bool) -> Result<u32, BackupError> {
    if !file_in(backup).exists() {
        return Err(BackupError::Missing(file_in(backup)));
    }
    let mut epoch = epoch_of_note(backup)?;
    take_over(data)?;
    let there = [file_in(data), data.join(KEY_FILE)];
    if let Some(there) = there.iter().find(|file| !replace && file.exists()) {
        return Err(BackupError::Exists(there.clone()));
    }
    // Held until something else has its place, so that no server starts on it.
    let replaced = match file_in(data).exists() {
        true => Some(Store::open(data)?),
        false => None,
    };
    if let Some(head) = replaced.as_ref().map(Store::head).transpose()?.flatten() {
        epoch = epoch.max(head.epoch);
    }
    // Nothing takes the place of the data before it has its new epoch.
    let unfinished = data.join(UNFINISHED);
    fs::create_dir_all(&unfinished).map_err(|why| BackupError::File(unfinished.clone(), why))?;
    copy(backup, &unfinished, KEY_FILE)?;
    copy(backup, &unfinished, STORE_FILE)?;
    let store = Store::open(&unfinished)?;
    let epoch = store.head()?.map_or(epoch, |head| epoch.max(head.epoch)) + 1;
    let note = backup.join(EPOCH_FILE);
    write_private(&note, epoch.to_string().as_bytes())
        .map_err(|why| BackupError::File(note, why))?;
    store.write(move |txn| txn.put_epoch(epoch))?.wait()?;
    drop(store);
    sync_folder(&unfinished)?;
    let ready = data.join(READY);
    fs::rename(&unfinished, &ready).map_err(|why| BackupError::File(ready, why))?;
    sync_folder(data)?;
    take_over(data)?;
    drop(replaced);
    Ok(epoch)
}

/// Puts in place what a restore made ready: key and store together. A restore that
/// was cut off goes on here when the data are opened next.
///
/// # Errors
/// Where a file can not be moved.
pub(super) fn take_over(data: &Path) -> Result<(), BackupError> {
    let ready = data.join(READY);
    if !ready.exists() {
        return Ok(());
    }
    for name in [KEY_FILE, STORE_FILE] {
        let target = data.join(name);
        match fs::rename(ready.join(name), &target) {
            // Moved before it was cut off.
            Err(why) if why.kind() == io::ErrorKind::NotFound => {}
            moved => moved.map_err(|why| BackupError::File(target, why))?,
        }
    }
    sync_folder(data)?;
    fs::remove_dir(&ready).map_err(|why| BackupError::File(ready, why))?;
    sync_folder(data)
}

fn epoch_of_note(backup: &Path) -> Result<u32, BackupError> {
    let path = backup.join(EPOCH_FILE);
    let failed = |why| BackupError::File(path.clone(), why);
    match fs::read_to_string(&path) {
        Ok(text) => (text.trim().parse()).map_err(|why| failed(io::Error::other(why))),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(why) => Err(failed(why)),
    }
}

/// Copies a file under another name first: what stands under its own is whole.
fn copy(from: &Path, to: &Path, name: &str) -> Result<(), BackupError> {
    let (source, target) = (from.join(name), to.join(name));
    let unfinished = target.with_extension("new");
    let copied = fs::copy(&source, &unfinished)
        .and_then(|_| File::open(&unfinished)?.sync_all())
        .and_then(|()| fs::rename(&unfinished, &target));
    copied.map_err(|why| BackupError::File(source, why))
}

fn sync_folder(folder: &Path) -> Result<(), BackupError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|why| BackupError::File(folder.to_owned(), why))
}
