//! The files that a scenario names.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Opens the files that a scenario names.
pub trait Files {
    /// The whole file, if it has no more than `bytes_max` bytes.
    ///
    /// # Errors
    /// Why it can not be had.
    fn read(&self, name: &str, bytes_max: usize) -> Result<Named, Missing>;
}

/// A file that a scenario names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What messages call it.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Why a file can not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

/// The variable that a file name may begin with.
const DATA_VARIABLE: &str = "TANDEM_DATA";

/// Files on the disk, as seen from a folder. A name that begins with
/// `$TANDEM_DATA/` lies in the folder that this variable names.
#[derive(Clone, Debug)]
pub struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// Files named relative to `folder`.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    fn path(&self, name: &str) -> Result<PathBuf, Missing> {
        let prefix = format!("${DATA_VARIABLE}/");
        let Some(rest) = name.strip_prefix(&prefix) else {
            return Ok(self.folder.join(name));
        };
        match std::env::var_os(DATA_VARIABLE) {
            Some(folder) => Ok(Path::new(&folder).join(rest)),
            None => Err(Missing {
                what: format!("{DATA_VARIABLE} is not set, so {name:?} can not be found"),
                hint: format!("set {DATA_VARIABLE} to the folder that holds {rest:?}"),
            }),
        }
    }
}

impl Files for Disk {
    fn read(&self, name: &str, bytes_max: usize) -> Result<Named, Missing> {
        let path = self.path(name)?;
        let shown = path.display().to_string();
        match read_at_most(&path, bytes_max) {
            Ok(bytes) => Ok(Named { path: shown, bytes }),
            Err(why) => Err(Missing {
                what: format!("can not read {name:?}: {why}"),
                hint: format!("looked for {shown}"),
            }),
        }
    }
}

/// The bytes of a file. Of one that is larger than `bytes_max`, or endless as a
/// device can be, no more than that is read.
///
/// # Errors
/// Why it can not be had, in words.
pub fn read_at_most(path: &Path, bytes_max: usize) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|why| in_words(&why))?;
    let about = file.metadata().map_err(|why| in_words(&why))?;
    if about.is_dir() {
        return Err("it is a folder".to_owned());
    }
    let too_large = || format!("it is larger than {}", size(bytes_max));
    if about.len() > bytes_max as u64 {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    let mut some = file.take(bytes_max as u64 + 1);
    some.read_to_end(&mut bytes).map_err(|why| in_words(&why))?;
    if bytes.len() > bytes_max {
        return Err(too_large());
    }
    Ok(bytes)
}

/// What the system said, without its number for it.
fn in_words(why: &std::io::Error) -> String {
    let said = why.to_string();
    let words = said.split(" (os error").next().unwrap_or_default();
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

fn size(bytes: usize) -> String {
    if bytes >= 1 << 30 {
        format!("{} GiB", bytes >> 30)
    } else {
        format!("{} MiB", bytes >> 20)
    }
}
