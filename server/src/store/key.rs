//! The key of the secrets, and the secrets.
//!
//! Values are sealed with XChaCha20-Poly1305 under a key that lies in a file
//! of its own beside the store, so that a copy of the store alone tells none.
//! A nonce is random, and has 24 bytes so that it may be. The secret's name is
//! authenticated with it: no value can be moved to another name.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};

use super::error::StoreError;
use super::private;

/// The name of the key's file in the data folder.
pub const KEY_FILE: &str = "secret.key";
const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const VERSION: u8 = 1;
/// Rights of others, which the file must not give.
const OTHERS: u32 = 0o077;

/// Something that must not be seen. Printed, it shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The key, ready for use.
pub(crate) struct SecretKey(XChaCha20Poly1305);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl SecretKey {
    /// Reads the key, or makes one where there is none.
    pub(crate) fn load_or_make(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(KEY_FILE);
        let failed = |why: std::io::Error| StoreError::file(&path, &why);
        let bytes = match File::open(&path) {
            Ok(file) => read(&path, file)?,
            Err(why) if why.kind() == ErrorKind::NotFound => {
                let mut bytes = [0; KEY_BYTES];
                fill(&mut bytes)?;
                // Whole or not at all: half a key would lock everything away.
                let unfinished = path.with_extension("new");
                write_private(&unfinished, &bytes).map_err(failed)?;
                fs::rename(&unfinished, &path).map_err(failed)?;
                File::open(folder)
                    .and_then(|folder| folder.sync_all())
                    .map_err(failed)?;
                bytes
            }
            Err(why) => return Err(failed(why)),
        };
        Ok(Self(XChaCha20Poly1305::new(&bytes.into())))
    }

    pub(crate) fn seal(&self, name: &str, secret: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_BYTES];
        fill(&mut nonce)?;
        let payload = Payload {
            msg: secret,
            aad: name.as_bytes(),
        };
        let sealed = self.0.encrypt(XNonce::from_slice(&nonce), payload);
        let sealed = sealed.map_err(|_| StoreError::Key("it can not seal so much".into()))?;
        Ok([&[VERSION][..], &nonce, &sealed].concat())
    }

    pub(crate) fn unseal(&self, name: &str, bytes: &[u8]) -> Result<Secret, StoreError> {
        let table = "secrets";
        let damaged = StoreError::Damaged { table };
        let (version, rest) = bytes.split_first().ok_or_else(|| damaged.clone())?;
        if *version != VERSION {
            let found = u32::from(*version);
            return Err(StoreError::Version { table, found });
        }
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(damaged)?;
        let payload = Payload {
            msg: sealed,
            aad: name.as_bytes(),
        };
        let opened = self.0.decrypt(XNonce::from_slice(nonce), payload);
        // Whatever was altered, the key fits no more.
        opened
            .map(Secret)
            .map_err(|_| StoreError::Key("it does not fit this secret".into()))
    }
}

fn read(path: &Path, mut file: File) -> Result<[u8; KEY_BYTES], StoreError> {
    let failed = |why: std::io::Error| StoreError::file(path, &why);
    let wrong = |what: &str| StoreError::Key(format!("{} {what}", path.display()).into());
    let about = file.metadata().map_err(failed)?;
    if about.permissions().mode() & OTHERS != 0 {
        return Err(wrong("can be read by others: chmod 600 it"));
    }
    let mut bytes = [0; KEY_BYTES];
    if about.len() != KEY_BYTES as u64 {
        return Err(wrong("is no key: it must have 32 bytes"));
    }
    file.read_exact(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn fill(bytes: &mut [u8]) -> Result<(), StoreError> {
    getrandom::fill(bytes).map_err(|why| StoreError::failed(&why))
}

/// Writes a file that only its owner can read, down to the disk.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    let mut file = private(&mut options).open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    file.write_all(bytes)?;
    file.sync_all()
}
