//! What is printed and written, and what is read.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tandem_engine::limits::FILE_BYTES_MAX;
use tandem_sim::text::read_at_most;

/// Writes to the standard output. Whoever closes it early has seen enough.
pub(crate) fn print(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(why) if why.kind() != ErrorKind::BrokenPipe => {
            Err(format!("can not write to the standard output: {why}"))
        }
        _ => Ok(()),
    }
}

/// Says something to whoever sits at the terminal. If nobody can hear it, there
/// is nobody to be told so either.
pub(crate) fn say(text: &str) {
    let mut out = io::stderr().lock();
    writeln!(out, "{}", text.trim_end()).unwrap_or_default();
}

/// The text of a file, if it is one.
pub(crate) fn read_text(path: &Path) -> Result<String, String> {
    let bytes = read_at_most(path, FILE_BYTES_MAX)
        .map_err(|why| format!("can not read {}: {why}", path.display()))?;
    String::from_utf8(bytes).map_err(|why| {
        let sound = &why.as_bytes()[..why.utf8_error().valid_up_to()];
        let sound = String::from_utf8_lossy(sound);
        let line = 1 + sound.matches('\n').count();
        let column = 1 + sound.chars().rev().take_while(|c| *c != '\n').count();
        format!("{}:{line}:{column}: this is not UTF-8 text", path.display())
    })
}

/// The folder that a file's names are relative to.
pub(crate) fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// A file to be written, which is opened before the work begins: minutes later
/// it would be too late to say that it can not be.
#[derive(Debug)]
pub(crate) struct Target {
    path: PathBuf,
    file: File,
}

impl Target {
    /// Opens a file and leaves what is in it as it is, for the moment.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).open(path);
        let file = file.map_err(|why| can_not_write(path, &why))?;
        let path = path.to_owned();
        Ok(Self { path, file })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether this is a file on a disk that `other` names as well.
    pub(crate) fn is(&self, other: &Path) -> bool {
        let on_a_disk = self.file.metadata().is_ok_and(|about| about.is_file());
        let place = |path: &Path| path.canonicalize().ok();
        on_a_disk && place(&self.path).is_some_and(|own| place(other) == Some(own))
    }

    /// Empties the file, to be written anew.
    pub(crate) fn begin(self) -> Result<File, String> {
        let about = self.file.metadata();
        let emptied = match about {
            Ok(about) if about.is_file() => self.file.set_len(0),
            // What goes into a pipe or a device can not be taken back.
            _ => Ok(()),
        };
        emptied.map_err(|why| can_not_write(&self.path, &why))?;
        Ok(self.file)
    }
}

pub(crate) fn can_not_write(path: &Path, why: &io::Error) -> String {
    format!("can not write {}: {why}", path.display())
}
