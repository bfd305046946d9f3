//! Every behaviour table holds; the runner notices one that does not.
//!
//! `TANDEM_TABLE=name` plays the tables whose name holds `name`. With
//! `TANDEM_BLESS=1` the outputs are written anew instead.

use std::fs;
use std::path::{Path, PathBuf};

use tandem_tests::table;

fn tables() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tables");
    let entries = fs::read_dir(&folder).expect("the folder of tables can be read");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a folder's entry can be read").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "table")
        })
        .collect();
    paths.sort();
    let wanted = std::env::var("TANDEM_TABLE").unwrap_or_default();
    paths.retain(|path| path.to_string_lossy().contains(&wanted));
    paths
}

/// Plays a table; what there is to complain about.
fn play(path: &Path, bless: bool) -> Option<String> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy())
        .unwrap_or_default();
    let text = fs::read_to_string(path).expect("a table can be read");
    if !bless {
        let told = table::check(&text).unwrap_or_else(|wrong| Some(format!("  {wrong}\n")));
        return told.map(|told| format!("{name}\n{told}"));
    }
    match table::rewrite(&text) {
        Ok(new) if new == text => None,
        Ok(new) => {
            fs::write(path, new).expect("a table can be written");
            eprintln!("warning: {name} was written anew. READ THE DIFFERENCE before it is kept.");
            None
        }
        Err(wrong) => Some(format!("{name}\n  {wrong}\n")),
    }
}

#[test]
fn every_table_holds() {
    let bless = std::env::var("TANDEM_BLESS").is_ok_and(|value| value == "1");
    let paths = tables();
    assert!(!paths.is_empty(), "there are no such tables");
    let wrong: Vec<String> = paths.iter().filter_map(|path| play(path, bless)).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} tables do not hold (-: expected, +: told)\n\n{}",
        wrong.len(),
        paths.len(),
        wrong.join("\n")
    );
}
