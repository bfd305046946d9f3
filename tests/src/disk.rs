//! A disk that can be full, fail to write through, and lose its power.
//!
//! It is as unkind as real ones may be: what was not synced when the power goes
//! is lost in any part, in any order, sector by sector.

use std::io::{Error, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::StorageBackend;

use crate::luck::Luck;

/// What a disk writes whole or not at all, in bytes.
const SECTOR_BYTES: usize = 512;

/// A disk. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Disk(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// What whoever reads sees.
    now: Vec<u8>,
    /// What is there whatever happens.
    synced: Vec<u8>,
    /// What was done to it since.
    since: Vec<Op>,
    done: u64,
    fault: Fault,
}

#[derive(Clone, Debug)]
enum Op {
    Length(usize),
    Write(usize, Vec<u8>),
}

/// What is wrong with a disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// It does not grow any more, and writes nothing.
    Full,
    /// It takes everything and says in the end that it could not keep it.
    SyncFails,
    /// Its power goes before this change of it, counted from the beginning.
    PowerGoes(u64),
}

impl Disk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Breaks it, or mends it.
    pub fn set_fault(&self, fault: Fault) {
        self.lock().fault = fault;
    }

    /// How often it was changed so far, syncs counted.
    pub fn changes(&self) -> u64 {
        self.lock().done
    }

    /// The disk as it may be found when the power is back.
    pub fn after_power_cut(&self, luck: &mut Luck) -> Self {
        let state = self.lock();
        let mut left = state.synced.clone();
        for op in &state.since {
            match op {
                Op::Length(len) if luck.one_in(2) => left.resize(*len, 0),
                Op::Length(_) => {}
                Op::Write(at, bytes) => {
                    for (place, sector) in
                        (0..).step_by(SECTOR_BYTES).zip(bytes.chunks(SECTOR_BYTES))
                    {
                        if luck.one_in(2) {
                            put(&mut left, at + place, sector);
                        }
                    }
                }
            }
        }
        Self(Arc::new(Mutex::new(State {
            now: left.clone(),
            synced: left,
            ..State::default()
        })))
    }

    /// All that is on it.
    pub fn bytes(&self) -> Vec<u8> {
        self.lock().now.clone()
    }
}

fn put(disk: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if disk.len() < end {
        disk.resize(end, 0);
    }
    disk[at..end].copy_from_slice(bytes);
}

impl State {
    /// Whether it still works, asked before each change.
    fn change(&mut self) -> Result<(), Error> {
        self.done += 1;
        match self.fault {
            Fault::PowerGoes(at) if self.done >= at => Err(Error::other("the power is gone")),
            Fault::Full => Err(Error::from(ErrorKind::StorageFull)),
            _ => Ok(()),
        }
    }

    fn has_power(&self) -> Result<(), Error> {
        match self.fault {
            Fault::PowerGoes(at) if self.done >= at => Err(Error::other("the power is gone")),
            _ => Ok(()),
        }
    }
}

fn place(at: u64) -> Result<usize, Error> {
    usize::try_from(at).map_err(Error::other)
}

impl StorageBackend for Disk {
    fn len(&self) -> Result<u64, Error> {
        let state = self.lock();
        state.has_power()?;
        Ok(state.now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        let state = self.lock();
        state.has_power()?;
        let at = place(offset)?;
        let bytes = state.now.get(at..at + out.len());
        out.copy_from_slice(bytes.ok_or(ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> Result<(), Error> {
        let mut state = self.lock();
        state.change()?;
        let len = place(len)?;
        state.now.resize(len, 0);
        state.since.push(Op::Length(len));
        Ok(())
    }

    fn sync_data(&self) -> Result<(), Error> {
        let mut state = self.lock();
        state.change()?;
        if state.fault == Fault::SyncFails {
            return Err(Error::other("the disk could not keep it"));
        }
        let State { since, synced, .. } = &mut *state;
        for op in since.drain(..) {
            match op {
                Op::Length(len) => synced.resize(len, 0),
                Op::Write(at, bytes) => put(synced, at, &bytes),
            }
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
        let mut state = self.lock();
        state.change()?;
        let at = place(offset)?;
        put(&mut state.now, at, data);
        state.since.push(Op::Write(at, data.to_vec()));
        Ok(())
    }
}
