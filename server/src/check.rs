//! `tandem check`.

use std::path::Path;

use tandem_engine::config::reader::Source;
use tandem_engine::config::text;
use tandem_sim::text::{Disk, is_scenario, read as read_scenario};

use crate::args::CheckArgs;
use crate::output::{folder, print, read_text, say};

/// Checks every file.
///
/// # Errors
/// Everything that is wrong with them.
pub(crate) fn run(args: &CheckArgs) -> Result<(), String> {
    let mut wrong = Vec::new();
    for path in &args.files {
        match one(path) {
            Ok(notes) => {
                notes.iter().for_each(|note| say(&format!("note: {note}")));
                print(&format!("{}: fine\n", path.display()))?;
            }
            Err(why) => wrong.push(why.trim_end().to_owned()),
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

/// Checks a file; what is to be known of those that it names.
fn one(path: &Path) -> Result<Vec<String>, String> {
    let text = read_text(path)?;
    let name = path.display().to_string();
    let source = Source::new(&name, &text);
    if is_scenario(source) {
        let scenario = read_scenario(source, &Disk::new(folder(path)));
        scenario
            .map(|scenario| scenario.notes)
            .map_err(|why| why.to_string())
    } else {
        let config = text::read(source).map_err(|why| why.to_string());
        config.map(|_| Vec::new())
    }
}
