//! Results that may not depend on how the code was compiled.
//!
//! A test records what it got under a name; `./test --full` runs the tests in
//! the dev and in the release profile and compares the two files.

use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::Write;

/// Writes one line to the file that `TANDEM_FINGERPRINTS` names, and nothing
/// where it is not set. The name must be unique, and the value may not depend
/// on counts that `TANDEM_FULL` raises, for only one of the two runs has them.
///
/// # Panics
/// If the file cannot be written: a comparison that lacks lines shows nothing.
pub fn record(name: &str, value: impl Display) {
    let Some(path) = std::env::var_os("TANDEM_FINGERPRINTS") else {
        return;
    };
    // One write of a whole line, because tests append at the same time.
    let line = format!("{name} {value}\n");
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .and_then(|mut file| file.write_all(line.as_bytes()))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
