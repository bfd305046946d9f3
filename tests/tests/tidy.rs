//! The house rules that no compiler knows, checked over every file of the
//! project. All that is wrong is said at once, with its place.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use tandem_tests::tree;

/// Exceptions: the rule, the file (for limits the constant), and the reason.
/// One that excuses nothing any more is itself a finding.
const ALLOWED: &[(Rule, &str, &str)] = &[];

const COLUMNS_MAX: usize = 100;
/// Files and functions have fewer lines than these.
const FILE_LINES: usize = 800;
const FUNCTION_LINES: usize = 70;
const LIB_DOC_LINES_MAX: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rule {
    /// No line is wider than a page.
    Columns,
    /// No tabs, no blanks at the end of a line, one newline at the end.
    Blanks,
    /// No file is longer than a reader can keep in mind.
    FileLines,
    /// No function is longer than a page, in tests and macros too.
    FunctionLines,
    /// `lib.rs` opens by saying what the crate is, and briefly.
    LibDocs,
    /// Nothing is left for later, and no test is switched off.
    Stubs,
    /// Whoever silences a lint says why.
    Reasons,
    /// Every crate takes the lints of the workspace, which forbid unsafe code.
    Lints,
    /// Nothing names a place on one machine.
    Places,
    /// Every limit of the engine is named by a test.
    Limits,
    /// The engine has no floats, not even as literals whose type is inferred.
    Floats,
    /// Every file of Rust can be read as Rust, or no rule would hold in it.
    Syntax,
    /// Planted bugs say what they break and who must notice, and still apply.
    Planted,
    /// What the maps of the code name is there.
    Names,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// A path from the root; for `limits`, the name of the constant.
    file: String,
    /// From 1; 0 when it is about the file as a whole.
    line: usize,
    rule: Rule,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding {
            file,
            line,
            rule,
            what,
        } = self;
        match line {
            0 => write!(f, "{file}: {what} [{rule:?}]"),
            _ => write!(f, "{file}:{line}: {what} [{rule:?}]"),
        }
    }
}

/// A text file of the project.
struct File {
    path: String,
    text: String,
}

impl File {
    fn new(path: &str, text: &str) -> Self {
        File {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    fn has_extension(&self, extensions: &[&str]) -> bool {
        let extension = Path::new(&self.path)
            .extension()
            .and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| extensions.contains(&extension))
    }

    fn is_rust(&self) -> bool {
        self.has_extension(&["rs"])
    }

    /// What people write by hand as code: programs, scenarios, manifests.
    fn is_source(&self) -> bool {
        self.has_extension(&["rs", "toml", "py", "sh", "js", "ts", "css", "html"])
            || self.text.starts_with("#!/")
    }

    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    fn finding(&self, rule: Rule, line: usize, what: impl Into<String>) -> Finding {
        Finding {
            file: self.path.clone(),
            line,
            rule,
            what: what.into(),
        }
    }
}

#[test]
fn the_tree_is_tidy() {
    let files = read_tree(tree::root());
    assert!(
        files.iter().any(|file| file.path == "tests/tests/tidy.rs"),
        "files were not found"
    );
    let mut findings = check(&files);
    findings.extend(patches(tree::root(), &files));
    let mut findings = except(findings, ALLOWED);
    findings.sort();
    let list: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(
        list.is_empty(),
        "{} things are not tidy:\n{}\n",
        list.len(),
        list.join("\n")
    );
}

fn read_tree(root: &Path) -> Vec<File> {
    let read = |path: &String| Some(File::new(path, &fs::read_to_string(root.join(path)).ok()?));
    // What is not text has no rules here.
    tree::files(root).iter().filter_map(read).collect()
}

fn check(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        let written = file.is_source() || file.has_extension(&["md", "yml", "yaml"]);
        if file.is_source() {
            findings.extend(columns(file));
            findings.extend(file_lines(file));
        }
        if written {
            findings.extend(blanks(file));
            findings.extend(marks(file));
        }
        if file.path != ".ci/run" {
            findings.extend(places(file));
        }
        if file.is_rust() {
            findings.extend(rust(file));
        }
    }
    findings.extend(lints(files));
    findings.extend(limits(files));
    findings.extend(names(files));
    findings
}

/// Documents that say where things are.
const MAPS: [&str; 2] = ["ARCHITECTURE.md", FEATURES];
/// Its tables say of each behaviour where it is, and what shows it.
const FEATURES: &str = "docs/features.md";

/// What the maps name in code quotes: files and folders, by the end of their paths; in the
/// tables of behaviours, behind a file of ours, the functions and types that are in it, and
/// where it stands what shows them, tables of the tests.
fn names(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for map in files
        .iter()
        .filter(|file| MAPS.contains(&file.path.as_str()))
    {
        for (line, text) in map.lines() {
            for (place, cell) in text.split('|').enumerate() {
                let tabled = map.path == FEATURES && text.starts_with('|');
                let gone = absent(files, cell, tabled.then_some(place));
                findings
                    .extend(gone.into_iter().map(|name| {
                        map.finding(Rule::Names, line, format!("{name} is not there"))
                    }));
            }
        }
    }
    findings
}

/// The cell of a table in which it stands what shows something.
const SHOWN_BY: usize = 3;

/// What a piece of text names that is not there; of a table, its cell of this place.
fn absent<'t>(files: &[File], text: &'t str, cell: Option<usize>) -> Vec<&'t str> {
    let mut last: Vec<&File> = Vec::new();
    let quoted = text.split('`').skip(1).step_by(2);
    let is_absent = |name: &&'t str| {
        let path = name.trim_end_matches('/');
        if path.contains([' ', '{', '<', '*', ':', '=']) {
            return false;
        }
        if name.ends_with(".rs") || name.find('/').is_some_and(|place| place > 0) {
            last = files.iter().filter(|file| lies_in(file, path)).collect();
            return last.is_empty();
        }
        let in_last = last.iter().any(|file| file.text.contains(name));
        let table = format!("tests/tables/{name}.table");
        match cell {
            Some(SHOWN_BY) => !in_last && !files.iter().any(|file| file.path == table),
            Some(_) => !in_last && !last.is_empty(),
            None => false,
        }
    };
    quoted.filter(is_absent).collect()
}

/// Whether a path ends so, or goes through a folder that does.
fn lies_in(file: &File, path: &str) -> bool {
    let whole = format!("/{}/", file.path);
    whole.contains(&format!("/{path}/"))
}

/// Takes away what is allowed, and adds what is allowed in vain.
fn except(mut findings: Vec<Finding>, allowed: &[(Rule, &str, &str)]) -> Vec<Finding> {
    for (rule, file, reason) in allowed {
        let before = findings.len();
        findings.retain(|finding| (finding.rule, finding.file.as_str()) != (*rule, *file));
        if findings.len() == before {
            let what = format!("needs no exception any more (\"{reason}\"): strike it out");
            findings.push(Finding {
                file: (*file).to_owned(),
                line: 0,
                rule: *rule,
                what,
            });
        }
    }
    findings
}

fn columns(file: &File) -> impl Iterator<Item = Finding> {
    file.lines().filter_map(|(number, line)| {
        let width = line.chars().count();
        let what = format!("{width} columns, at most {COLUMNS_MAX}");
        (width > COLUMNS_MAX).then(|| file.finding(Rule::Columns, number, what))
    })
}

fn file_lines(file: &File) -> Option<Finding> {
    let count = file.text.lines().count();
    let what = format!("{count} lines, must be under {FILE_LINES}");
    (count >= FILE_LINES).then(|| file.finding(Rule::FileLines, 0, what))
}

fn blanks(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in file.lines() {
        if line.contains('\t') {
            findings.push(file.finding(Rule::Blanks, number, "a tab"));
        }
        if line.ends_with([' ', '\r']) {
            findings.push(file.finding(Rule::Blanks, number, "a blank at the end of the line"));
        }
    }
    let text = &file.text;
    if !text.is_empty() && (!text.ends_with('\n') || text.ends_with("\n\n")) {
        findings.push(file.finding(Rule::Blanks, 0, "must end with exactly one newline"));
    }
    findings
}

/// Marks of unfinished work, which stand in comments.
fn marks(file: &File) -> impl Iterator<Item = Finding> {
    // Put together, so that this file does not find itself.
    let mark = ["FIX", "ME"].concat();
    let marked = move |(number, line): (usize, &str)| {
        let what = format!("{mark}: finish it or write it down as an issue");
        line.contains(&mark)
            .then(|| file.finding(Rule::Stubs, number, what))
    };
    file.lines().filter_map(marked)
}

/// Folders below which lie things of one machine or one person.
const LOCAL: &[&str] = &["home", "root", "Users", "work", "mnt", "media"];

fn places(file: &File) -> impl Iterator<Item = Finding> {
    let is_local = |line: &str| {
        LOCAL.iter().any(|folder| {
            let path = format!("/{folder}/");
            // Only where the path begins: a folder of that name inside another path,
            // as in the address of a page, is no place on this disk.
            line.match_indices(&path).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                before.is_none_or(|c| !(c.is_alphanumeric() || "_-.}>*)$~/".contains(c)))
            })
        })
    };
    let beside = ["..", "shared"].join("/");
    file.lines().filter_map(move |(number, line)| {
        let found = is_local(line) || line.contains(&beside);
        found.then(|| file.finding(Rule::Places, number, "a path of one machine"))
    })
}

/// The rules that read Rust as tokens, so that text in comments and strings is
/// neither counted nor found.
fn rust(file: &File) -> Vec<Finding> {
    let mut findings: Vec<Finding> = lib_docs(file).into_iter().collect();
    match file.text.parse::<TokenStream>() {
        Ok(tokens) => tree_of(file, &tokens.into_iter().collect::<Vec<_>>(), &mut findings),
        Err(error) => {
            let line = error.span().start().line;
            findings.push(file.finding(Rule::Syntax, line, "is not Rust: a bracket or a quote?"));
        }
    }
    findings
}

fn lib_docs(file: &File) -> Option<Finding> {
    if Path::new(&file.path).file_name()? != "lib.rs" {
        return None;
    }
    let count = file
        .text
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .count();
    let what = format!("opens with {count} lines of docs, wanted are 1 to {LIB_DOC_LINES_MAX}");
    (count == 0 || count > LIB_DOC_LINES_MAX).then(|| file.finding(Rule::LibDocs, 1, what))
}

fn tree_of(file: &File, tokens: &[TokenTree], findings: &mut Vec<Finding>) {
    for (at, token) in tokens.iter().enumerate() {
        let (before, rest) = (&tokens[..at], &tokens[at..]);
        findings.extend(function(file, rest));
        findings.extend(stub(file, rest));
        findings.extend(attribute(file, rest));
        if file.path.starts_with("engine/src/") {
            findings.extend(float(file, before, token));
        }
        if let TokenTree::Group(group) = token {
            tree_of(
                file,
                &group.stream().into_iter().collect::<Vec<_>>(),
                findings,
            );
        }
    }
}

fn line_of(token: &TokenTree) -> usize {
    token.span().start().line
}

fn is_ident(token: &TokenTree, wanted: &[&str]) -> bool {
    matches!(token, TokenTree::Ident(ident) if wanted.iter().any(|name| ident == name))
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

/// A function with a body, counted from `fn` to the closing brace.
fn function(file: &File, tokens: &[TokenTree]) -> Option<Finding> {
    let [start, TokenTree::Ident(name), rest @ ..] = tokens else {
        return None;
    };
    if !is_ident(start, &["fn"]) {
        return None;
    }
    let is_body = |token: &&TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punct(token, ';'),
    };
    let end = rest.iter().find(is_body)?.span().end().line;
    let count = end - line_of(start) + 1;
    let what = format!("fn {name} has {count} lines, must be under {FUNCTION_LINES}");
    (count >= FUNCTION_LINES).then(|| file.finding(Rule::FunctionLines, line_of(start), what))
}

fn stub(file: &File, tokens: &[TokenTree]) -> Option<Finding> {
    let [name, bang, ..] = tokens else {
        return None;
    };
    let stub = is_ident(name, &["todo", "unimplemented"]) && is_punct(bang, '!');
    stub.then(|| file.finding(Rule::Stubs, line_of(name), format!("{name}!: finish it")))
}

/// `#[…]` and `#![…]`: tests that do not run, and lints silenced without a reason.
fn attribute(file: &File, tokens: &[TokenTree]) -> Vec<Finding> {
    let inside = match tokens {
        [hash, TokenTree::Group(group), ..] if is_punct(hash, '#') => group,
        [hash, bang, TokenTree::Group(group), ..] if is_punct(hash, '#') && is_punct(bang, '!') => {
            group
        }
        _ => return Vec::new(),
    };
    let inside: Vec<TokenTree> = inside.stream().into_iter().collect();
    words_of_attribute(file, &inside)
}

fn words_of_attribute(file: &File, inside: &[TokenTree]) -> Vec<Finding> {
    let Some(first) = inside.first() else {
        return Vec::new();
    };
    if is_ident(first, &["ignore"]) {
        return vec![file.finding(Rule::Stubs, line_of(first), "a test that does not run")];
    }
    let Some(TokenTree::Group(group)) = inside.get(1) else {
        return Vec::new();
    };
    let words: Vec<TokenTree> = group.stream().into_iter().collect();
    if is_ident(first, &["cfg_attr"]) {
        let parts = words.split(|word| is_punct(word, ','));
        return parts
            .skip(1)
            .flat_map(|part| words_of_attribute(file, part))
            .collect();
    }
    let silences = is_ident(first, &["allow", "expect"]);
    if silences && !words.iter().any(|word| is_ident(word, &["reason"])) {
        let what = format!("{first}(…) without a reason = \"…\"");
        return vec![file.finding(Rule::Reasons, line_of(first), what)];
    }
    Vec::new()
}

fn float(file: &File, before: &[TokenTree], token: &TokenTree) -> Option<Finding> {
    let is_float = match token {
        TokenTree::Ident(_) => is_ident(token, &["f32", "f64"]),
        // `pair.0.1` is a place in a tuple, though it reads as a number.
        TokenTree::Literal(literal) => {
            is_float_literal(&literal.to_string())
                && !before.last().is_some_and(|token| is_punct(token, '.'))
        }
        _ => false,
    };
    let what = format!("{token}: the engine has no floats, use integers or fixed point");
    is_float.then(|| file.finding(Rule::Floats, line_of(token), what))
}

fn is_float_literal(text: &str) -> bool {
    let decimal = text.starts_with(|first: char| first.is_ascii_digit())
        && !["0x", "0b", "0o"]
            .iter()
            .any(|prefix| text.starts_with(prefix));
    let exponent = || text.contains(['e', 'E']) && !text.ends_with("size");
    decimal && (text.contains('.') || exponent() || text.ends_with("f32") || text.ends_with("f64"))
}

fn lints(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files
        .iter()
        .filter(|file| file.path.ends_with("Cargo.toml"))
    {
        let lines: Vec<&str> = file.text.lines().collect();
        let takes_ours = lines
            .windows(2)
            .any(|pair| pair == ["[lints]", "workspace = true"]);
        if lines.contains(&"[package]") && !takes_ours {
            findings.push(file.finding(Rule::Lints, 0, "must have [lints] workspace = true"));
        }
        if lines.contains(&"[workspace]") && !lines.contains(&"unsafe_code = \"forbid\"") {
            findings.push(file.finding(Rule::Lints, 0, "must have unsafe_code = \"forbid\""));
        }
    }
    findings
}

fn limits(files: &[File]) -> Vec<Finding> {
    let tests = files.iter().filter(|file| file.path.starts_with("tests/"));
    let tests = tests.filter(|file| file.path != "tests/tests/tidy.rs");
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let named: BTreeSet<&str> = tests
        .flat_map(|file| file.text.split(|c| !is_word(c)))
        .collect();
    let Some(limits) = files
        .iter()
        .find(|file| file.path == "engine/src/limits.rs")
    else {
        return Vec::new();
    };
    let limit = |(line, text): (usize, &str)| {
        let (name, _) = text
            .trim_start()
            .strip_prefix("pub const ")?
            .split_once(':')?;
        let untested = name.ends_with("_MAX") && !named.contains(name);
        let what = format!("no test names it (engine/src/limits.rs, line {line})");
        let file = name.to_owned();
        untested.then_some(Finding {
            file,
            line: 0,
            rule: Rule::Limits,
            what,
        })
    };
    limits.lines().filter_map(limit).collect()
}

/// What a patch says of the tests that notice it.
const CAUGHT_BY: &str = "# caught by: cargo test -p tandem-tests --test ";

/// Each patch says what it breaks and which tests must notice, for
/// `tests/planted/run`; there are such tests, and it can be applied.
fn patches(root: &Path, files: &[File]) -> Vec<Finding> {
    let is_patch =
        |file: &&File| file.path.starts_with("tests/planted/") && file.has_extension(&["patch"]);
    let mut findings = Vec::new();
    for file in files.iter().filter(is_patch) {
        for header in ["# law: ", CAUGHT_BY] {
            if !file.text.lines().any(|line| line.starts_with(header)) {
                let what = format!("has no line \"{header}…\"");
                findings.push(file.finding(Rule::Planted, 0, what));
            }
        }
        findings.extend(catchers(file, files));
        findings.extend(ambiguous(file, files));
        let arguments = ["apply", "--check", &file.path];
        // Without git nobody can tell.
        let Ok(output) = Command::new("git")
            .current_dir(root)
            .args(arguments)
            .output()
        else {
            continue;
        };
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let what = format!(
                "does not apply any more: {}",
                said.trim().replace('\n', "; ")
            );
            findings.push(file.finding(Rule::Planted, 0, what));
        }
    }
    findings
}

/// The tests that a patch names and that are not there any more.
fn catchers(patch: &File, files: &[File]) -> Vec<Finding> {
    let is_missing = |(line, text): (usize, &str)| {
        let mut words = text.strip_prefix(CAUGHT_BY)?.split_whitespace();
        let folder = format!("tests/tests/{}", words.next()?);
        let of_binary = |file: &&File| {
            let rest = file.path.strip_prefix(&folder);
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        };
        let mut sources = files.iter().filter(of_binary);
        let known = match words.next().and_then(|name| name.rsplit("::").next()) {
            Some(name) => sources.any(|file| file.text.contains(&format!("fn {name}()"))),
            None => sources.next().is_some(),
        };
        let what = "names a test that is not there";
        (!known).then(|| patch.finding(Rule::Planted, line, what))
    };
    patch.lines().filter_map(is_missing).collect()
}

/// The hunks of a patch whose old lines do not stand at one place alone of the file that it
/// changes: once that has moved, the patch would be applied elsewhere.
fn ambiguous(patch: &File, files: &[File]) -> Vec<Finding> {
    let (mut path, mut hunks) = (None, Vec::new());
    for (number, line) in patch.lines() {
        if let Some(changed) = line.strip_prefix("+++ b/") {
            path = Some(changed);
        } else if line.starts_with("diff ") || line.starts_with("--- ") {
            path = None;
        } else if let Some(path) = path.filter(|_| line.starts_with("@@")) {
            hunks.push((number, path, Vec::new()));
        } else if let (Some(old), Some((.., lines)), Some(_)) =
            (line.strip_prefix([' ', '-']), hunks.last_mut(), path)
        {
            lines.push(old);
        }
    }
    let is_ambiguous = |(number, path, old): (usize, &str, Vec<&str>)| {
        let changed = files.iter().find(|file| file.path == path)?;
        let lines: Vec<&str> = changed.text.lines().collect();
        let places = lines.windows(old.len().max(1)).filter(|at| **at == old);
        let what = "a hunk whose lines do not stand at one place";
        (places.count() != 1).then(|| patch.finding(Rule::Planted, number, what))
    };
    hunks.into_iter().filter_map(is_ambiguous).collect()
}

/// The lines at which each rule finds something in the given text.
#[track_caller]
fn assert_found(path: &str, text: &str, wanted: &[(Rule, usize)]) {
    let mut found = check(&[File::new(path, text)]);
    found.sort();
    let found: Vec<(Rule, usize)> = found.iter().map(|found| (found.rule, found.line)).collect();
    assert_eq!(found, wanted, "in {text}");
}

#[test]
fn rules_of_text_find_what_they_name() {
    let wide = format!("# {}\n", "x".repeat(COLUMNS_MAX - 1));
    assert_found("a.toml", &wide, &[(Rule::Columns, 1)]);
    assert_found("a.md", &wide, &[]);
    assert_found(
        "a.toml",
        &"\n".repeat(FILE_LINES),
        &[(Rule::Blanks, 0), (Rule::FileLines, 0)],
    );
    assert_found(
        "a.md",
        "a \n\tb\nc",
        &[(Rule::Blanks, 0), (Rule::Blanks, 1), (Rule::Blanks, 2)],
    );
    assert_found(
        "a.py",
        &["# FIX", "ME later\n"].concat(),
        &[(Rule::Stubs, 1)],
    );
    let local = format!("# see /{}/me\n# and /api/{}/me\n", LOCAL[0], LOCAL[0]);
    assert_found("a.sh", &local, &[(Rule::Places, 1)]);
    assert_found(
        "a/Cargo.toml",
        "[package]\n[lints]\nworkspace = false\n",
        &[(Rule::Lints, 0)],
    );
    assert_found("Cargo.toml", "[workspace]\n", &[(Rule::Lints, 0)]);
}

#[test]
fn maps_of_the_code_name_what_is_there() {
    let code = File::new("engine/src/acd/offer.rs", "fn ring() {}\n");
    let found = |text: &str| {
        let map = File::new(FEATURES, text);
        let files = [File::new(&code.path, &code.text), map];
        names(&files).len()
    };
    for right in [
        "| x | `acd/offer.rs` `ring` |",
        "`engine/`",
        "`offer.rs`",
        "`POST /x`",
        "`ring`",
    ] {
        assert_eq!(found(right), 0, "{right}");
    }
    for wrong in [
        "`acd/other.rs`",
        "| x | `acd/offer.rs` `rung` |",
        "| x | `acd/offer.rs` | `rung` |",
        "`motor/`",
        "`er.rs`",
    ] {
        assert_eq!(found(wrong), 1, "{wrong}");
    }
}

#[test]
fn rules_of_rust_find_what_they_name() {
    let long = |lines: usize| format!("fn f(a: [u8; 2]) {{{}}}\n", "\n".repeat(lines - 1));
    assert_found("a.rs", &long(FUNCTION_LINES), &[(Rule::FunctionLines, 1)]);
    assert_found("a.rs", &long(FUNCTION_LINES - 1), &[]);
    let (docs, crlf) = ("//! a\n".repeat(LIB_DOC_LINES_MAX), "fn f() {}\n");
    assert_found("a/src/lib.rs", &format!("{docs}{crlf}"), &[]);
    assert_found(
        "a/src/lib.rs",
        &format!("//!\n{docs}{crlf}"),
        &[(Rule::LibDocs, 1)],
    );
    assert_found("a/src/lib.rs", crlf, &[(Rule::LibDocs, 1)]);
    for stub in ["todo", "unimplemented"] {
        assert_found(
            "a.rs",
            &format!("fn f() {{\n {stub}!() }}\n"),
            &[(Rule::Stubs, 2)],
        );
        assert_found(
            "a.rs",
            &format!("fn f() {{ \"{stub}!()\" /* {stub}! */ }}\n"),
            &[],
        );
    }
    assert_found(
        "a.rs",
        &["#[ign", "ore]\nfn f() {}\n"].concat(),
        &[(Rule::Stubs, 1)],
    );
    assert_found("a.rs", "#![allow(dead_code)]\n", &[(Rule::Reasons, 1)]);
    assert_found(
        "a.rs",
        "#[cfg_attr(test, expect(dead_code))]\n",
        &[(Rule::Reasons, 1)],
    );
    assert_found("a.rs", "#[expect(dead_code, reason = \"so\")]\n", &[]);
    assert_found(
        "a.rs",
        "#[derive(Debug)]\nfn f() { o.expect(\"so\") }\n",
        &[],
    );
    assert_found("a.rs", "fn f() {\n", &[(Rule::Syntax, 1)]);
}

#[test]
fn floats_are_found_in_the_engine_only() {
    for float in ["f64::MAX", "1.5", "1e3", "2f32"] {
        let text = format!("fn f() {{\n {float} }}\n");
        assert_found("engine/src/a.rs", &text, &[(Rule::Floats, 2)]);
        assert_found("sim/src/a.rs", &text, &[]);
    }
    assert_found(
        "engine/src/a.rs",
        "fn f() { (p.0.1, 0..9, 0xe, 1usize, 2isize) } // 1.5\n",
        &[],
    );
}

#[test]
fn limits_want_a_test_and_exceptions_a_use() {
    let limits = File::new(
        "engine/src/limits.rs",
        "pub const A_MAX: u8 = 1;\npub const B: u8 = 1;\n",
    );
    let findings = check(&[limits, File::new("tests/a.txt", "AA_MAX")]);
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (findings[0].rule, findings[0].file.as_str()),
        (Rule::Limits, "A_MAX")
    );
    assert_eq!(except(findings, &[(Rule::Limits, "A_MAX", "so")]), []);
    let in_vain = except(Vec::new(), &[(Rule::Limits, "A_MAX", "so")]);
    assert!(in_vain[0].what.contains("no exception"));
}

#[test]
fn planted_bugs_name_tests_that_are_there() {
    let tests = [
        File::new("tests/tests/laws.rs", "fn one() {}\n"),
        File::new("tests/tests/laws/limits.rs", "fn two() {}\n"),
        File::new("tests/tests/lawsuit.rs", "fn three() {}\n"),
    ];
    let known = |test: &str| {
        let text = format!("# law: a law\n{CAUGHT_BY}{test}\n");
        catchers(&File::new("tests/planted/a.patch", &text), &tests).is_empty()
    };
    assert!(known("laws") && known("laws one") && known("laws limits::two"));
    assert!(!known("laws three") && !known("laws tw") && !known("theory"));
}

#[test]
fn planted_bugs_fit_in_one_place() {
    let fits = |text: &str| {
        let patch = "--- a/x.rs\n+++ b/x.rs\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n";
        let files = [File::new("x.rs", text)];
        ambiguous(&File::new("tests/planted/a.patch", patch), &files).is_empty()
    };
    assert!(fits("a\nb\n") && fits("b\na\nb\na\n"));
    assert!(!fits("a\nb\na\nb\n") && !fits("a\nc\n"));
}
