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

/// A little table, right in every line.
const RIGHT: &str = "\
# A comment.

case The only one
queue 6400 Support linear static=1001 ring=15 wrap=0

# Another comment.
at 0     call A to 6400
           A waits in 6400
           1001 rings for A
at 15    time passes
           1001 missed A, rang 15s
# The last one.
at 16    A hangs up
           A in 6400: abandoned, waited 16s
           A ended: the caller hung up
until 20
";

#[test]
fn a_right_table_holds_and_is_written_as_it_is() {
    assert_eq!(table::check(RIGHT), Ok(None));
    assert_eq!(table::rewrite(RIGHT).as_deref(), Ok(RIGHT));
}

#[test]
fn every_wrong_line_is_noticed() {
    // Whatever output is missing, changed or too many: the difference says so,
    // with the line's number.
    for (place, line) in RIGHT.lines().enumerate() {
        if !line.starts_with("   ") {
            continue;
        }
        let changed = |with: &str| {
            let lines = RIGHT.lines().enumerate();
            let lines = lines.map(|(at, line)| if at == place { with } else { line });
            let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
            lines.join("\n")
        };
        let wrong = table::check(&changed(&format!("{line}s"))).expect("the table can be read");
        let wrong = wrong.unwrap_or_else(|| panic!("{line:?} may be anything"));
        assert!(wrong.contains(&format!("+ {line}\n")), "{wrong}");
        let missing = table::check(&changed("")).expect("the table can be read");
        assert!(missing.is_some(), "{line:?} may be missing");
        let twice = table::check(&changed(&format!("{line}\n{line}")));
        assert!(
            twice.expect("the table can be read").is_some(),
            "{line:?} may be there twice"
        );
    }
    // A deadline that nobody wrote down is noticed as well.
    let silent = RIGHT.replace(
        "at 15    time passes\n           1001 missed A, rang 15s\n",
        "",
    );
    let wrong = table::check(&silent)
        .expect("the table can be read")
        .expect("a difference");
    assert!(wrong.contains("+ at 15    time passes"), "{wrong}");
}

#[test]
fn a_table_that_can_not_be_read_says_where_and_why() {
    for (text, what) in [
        ("", "line 1: nothing happens"),
        ("at 0 tick", "line 1: the case does not end with `until`"),
        ("at noon tick\nuntil 1", "line 1: \"noon\" is no time"),
        (
            "at 0 dance\nuntil 1",
            "line 1, played OnTime: \"dance\" is no input",
        ),
        (
            "at 2 tick\nat 1 tick\nuntil 3",
            "the case goes back in time",
        ),
        (
            "queue 6400 Support random static=1 polite=yes\nat 0 tick\nuntil 1",
            "line 1: \"polite=yes\"",
        ),
        (
            "queue 9 Support random\nat 0 tick\nuntil 1",
            "the centre is wrong",
        ),
        (
            "at 0 tick\nuntil 1\nqueue 6400 Support random",
            "line 3: settings stand before",
        ),
        (
            "   refused\nat 0 tick\nuntil 1",
            "line 1: an output without an input",
        ),
    ] {
        let wrong = table::check(text).expect_err("the table is wrong");
        assert!(wrong.contains(what), "{wrong:?} does not hold {what:?}");
    }
}
