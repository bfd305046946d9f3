//! `tandem check`.

use std::path::Path;

use tandem_engine::config::reader::Source;
use tandem_engine::config::text;
use tandem_sim::text::{Disk, read as read_scenario};

use crate::args::CheckArgs;

/// Checks every file; true where all are fine.
pub(crate) fn run(args: &CheckArgs) -> Result<bool, String> {
    let mut wrong = String::new();
    for path in &args.files {
        match one(path) {
            Ok(()) => println!("{}: fine", path.display()),
            Err(why) => wrong += &format!("{}\n", why.trim_end()),
        }
    }
    if wrong.is_empty() {
        Ok(true)
    } else {
        Err(wrong)
    }
}

fn one(path: &Path) -> Result<(), String> {
    let text = read_text(path)?;
    let name = path.display().to_string();
    let source = Source::new(&name, &text);
    let is_scenario = text
        .lines()
        .any(|line| line.trim_start().starts_with("[scenario]"));
    if is_scenario {
        let files = Disk::new(folder(path));
        read_scenario(source, &files)
            .map(drop)
            .map_err(|why| why.to_string())
    } else {
        text::read(source).map(drop).map_err(|why| why.to_string())
    }
}

/// The text of a file, if it is one.
pub(crate) fn read_text(path: &Path) -> Result<String, String> {
    let bytes =
        std::fs::read(path).map_err(|why| format!("can not read {}: {why}", path.display()))?;
    String::from_utf8(bytes).map_err(|why| {
        let line = why.as_bytes()[..why.utf8_error().valid_up_to()]
            .split(|&b| b == b'\n')
            .count();
        format!("{}:{line}: the file is not UTF-8 text", path.display())
    })
}

/// The folder that a file's names are relative to.
pub(crate) fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}
