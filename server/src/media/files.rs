//! Names of recordings: `NAME.wav`, or `NAME-2.wav` and so on where there is one, with
//! `.part` behind them until they are finished.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What is behind the name of a file until it is known to be kept.
const PART: &str = "part";

/// The name that a file has until it is known to be kept.
pub(super) fn part_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(PART);
    name.into()
}

/// `NAME.wav`, `NAME-2.wav`, and so on.
fn names(folder: &Path, name: &str) -> impl Iterator<Item = PathBuf> {
    let others = (2_u32..).map(move |nth| format!("{name}-{nth}.wav"));
    let names = std::iter::once(format!("{name}.wav")).chain(others);
    names.map(|name| folder.join(name))
}

/// The first of the names in a folder that no recording has.
#[must_use]
pub fn free_name(folder: &Path, name: &str) -> PathBuf {
    let mut names = names(folder, name);
    let free = names.find(|path| !path.exists() && !part_of(path).exists());
    free.expect("there are more names than recordings")
}

/// Keeps a recording that the server was in the midst of when it went down.
///
/// # Errors
/// Where it is there and can not be renamed.
pub fn keep_part(path: &Path) -> io::Result<()> {
    let part = part_of(path);
    if part.exists() {
        fs::rename(part, path)?;
    }
    Ok(())
}

/// Keeps all of a folder that the server was in the midst of.
///
/// # Errors
/// Where it can not be read, or one of them not be renamed.
pub fn keep_parts(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let part = entry?.path();
        if part.extension().is_some_and(|it| it == PART) {
            keep_part(&part.with_extension(""))?;
        }
    }
    Ok(())
}

/// Removes all that was recorded under a name in a folder, finished or not.
///
/// # Errors
/// Where one is there and can not be removed.
pub fn remove_all(folder: &Path, name: &str) -> io::Result<()> {
    for path in names(folder, name) {
        let (whole, part) = (remove(&path)?, remove(&part_of(&path))?);
        if !whole && !part {
            break;
        }
    }
    Ok(())
}

/// Whether it was there.
fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(why) => Err(why),
    }
}
