//! The configuration file and the store: which of them was changed, and how
//! the one becomes the other.

use std::fmt;

use sha2::{Digest, Sha256};
use similar::TextDiff;
use tandem_engine::config::diff;
use tandem_engine::config::model::{Change, Config};
use tandem_engine::config::reader::Source;
use tandem_engine::config::text;
use tandem_engine::limits::CHANGES_MAX;
use tandem_engine::{By, Engine, Entry, Input, Outbox, Timestamp};

use crate::store::Imported;

/// A configuration file that was read.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// What messages call it.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// Why a file is not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportError {
    /// File and store were both changed since the last import.
    Conflict {
        /// The file's name.
        name: String,
        /// What leads from the store to the file, line by line.
        difference: String,
    },
    /// Everything that is wrong with the file.
    Problems(String),
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { name, difference } => write!(
                f,
                "{name} was changed, and so was the configuration in force, since the last \
                 import:\n{difference}\
                 Take what is wanted from `tandem config export` into the file, then \
                 import it with --overwrite."
            ),
            Self::Problems(why) => f.write_str(why.trim_end()),
        }
    }
}

impl std::error::Error for ImportError {}

/// What makes the configuration that of a file.
pub(crate) struct Import {
    /// Changes, some at a time.
    pub(crate) parts: Vec<Vec<Change>>,
    pub(crate) imported: Imported,
}

/// Finds out what to do about a file: `None` where it was imported already.
pub(crate) fn import(
    file: &ConfigFile,
    current: &Config,
    last: Option<Imported>,
    overwrite: bool,
) -> Result<Option<Import>, ImportError> {
    let hash = sha256(&file.text);
    if last.is_some_and(|last| last.file == hash) && !overwrite {
        return Ok(None);
    }
    let wanted = read(&file.name, &file.text).map_err(ImportError::Problems)?;
    let (old, new) = (canonical(current), canonical(&wanted));
    let untouched = match last {
        Some(last) => last.config == sha256(&old),
        None => *current == Config::default(),
    };
    if !untouched && !overwrite && old != new {
        return Err(ImportError::Conflict {
            name: file.name.clone(),
            difference: difference(&old, &new),
        });
    }
    Ok(Some(Import {
        parts: parts(current, &wanted),
        imported: Imported {
            file: hash,
            config: sha256(&new),
        },
    }))
}

/// Reads a configuration, or says all that is wrong with it.
pub(crate) fn read(name: &str, text: &str) -> Result<Config, String> {
    text::read(Source::new(name, text)).map_err(|why| why.to_string())
}

/// What leads from one configuration to another, line by line, as `diff -u`
/// shows it; empty where they are the same.
#[must_use]
pub fn differences(from: &Config, to: &Config) -> String {
    difference(&canonical(from), &canonical(to))
}

fn difference(old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff().header("in force", "file").to_string()
}

/// The text of a configuration that does not depend on the order in which its
/// objects were made, which means nothing.
fn canonical(config: &Config) -> String {
    let mut config = config.clone();
    config.extensions.sort_by_key(|extension| extension.number);
    config.queues.sort_by_key(|queue| queue.number);
    text::write(&config)
}

fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// The changes from one configuration to another, in parts of which each can
/// be made alone and is no larger than one entry may be.
pub(crate) fn parts(from: &Config, to: &Config) -> Vec<Vec<Change>> {
    if *from == Config::default() {
        let changes = diff::set_up(to);
        return changes
            .chunks(CHANGES_MAX)
            .map(<[Change]>::to_vec)
            .collect();
    }
    let mut rest = diff::changes(from, to);
    if rest.len() <= CHANGES_MAX {
        return if rest.is_empty() {
            Vec::new()
        } else {
            vec![rest]
        };
    }
    let mut trial = Trial::new(from);
    let mut parts = Vec::new();
    while !rest.is_empty() {
        // Some changes can only be made together, so the cut may lie earlier.
        let fits = (1..=rest.len().min(CHANGES_MAX))
            .rev()
            .find(|len| trial.make(&rest[..*len]));
        let behind = rest.split_off(fits.unwrap_or(rest.len().min(CHANGES_MAX)));
        parts.push(std::mem::replace(&mut rest, behind));
    }
    parts
}

/// A centre without calls, to try changes on.
struct Trial {
    engine: Engine,
    revision: u64,
    out: Outbox,
}

impl Trial {
    fn new(config: &Config) -> Self {
        let mut trial = Self {
            engine: Engine::new(0),
            revision: 0,
            out: Outbox::default(),
        };
        for part in diff::set_up(config).chunks(CHANGES_MAX) {
            trial.make(part);
        }
        trial
    }

    /// Makes changes, if they can be made.
    fn make(&mut self, changes: &[Change]) -> bool {
        let (seq, _) = self.engine.last_entry();
        let entry = Entry {
            seq: seq + 1,
            received_at: Timestamp::ZERO,
            input: Input::Configure {
                by: By::System,
                base: self.revision,
                changes: changes.to_vec(),
            },
        };
        self.engine.apply(&entry, &mut self.out);
        let made = self.out.reject.is_none();
        self.revision += u64::from(made);
        made
    }
}
