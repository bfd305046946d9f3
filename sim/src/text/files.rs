//! The files that a scenario names.

use std::path::{Path, PathBuf};

/// Opens the files that a scenario names.
pub trait Files {
    /// The whole file.
    ///
    /// # Errors
    /// Why it can not be had.
    fn read(&self, name: &str) -> Result<Vec<u8>, Missing>;
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
/// Bytes of a file that a scenario names.
const NAMED_FILE_BYTES_MAX: u64 = 1 << 30;

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
    fn read(&self, name: &str) -> Result<Vec<u8>, Missing> {
        let path = self.path(name)?;
        let missing = |what: String| Missing {
            what,
            hint: format!("looked for {}", path.display()),
        };
        match std::fs::metadata(&path) {
            Ok(file) if file.len() > NAMED_FILE_BYTES_MAX => {
                return Err(missing(format!("{name:?} is larger than a gibibyte")));
            }
            Ok(file) if !file.is_file() => {
                return Err(missing(format!("{name:?} is no file")));
            }
            _ => {}
        }
        std::fs::read(&path).map_err(|why| missing(format!("can not read {name:?}: {why}")))
    }
}
