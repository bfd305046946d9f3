//! Wrong files, and what is said about them: `wrong_*.txt` hold files, each
//! with the exact words that follow from it.

use tandem_engine::config::reader::Source;
use tandem_engine::config::text;
use tandem_engine::limits::{FILE_BYTES_MAX, FILE_NESTING_MAX, FILE_TOKENS_MAX, PROBLEMS_MAX};

const CASES: [&str; 2] = [
    include_str!("wrong_syntax.txt"),
    include_str!("wrong_values.txt"),
];

/// What is said about a file.
pub fn said(file: &str) -> String {
    match text::read(Source::new("office.toml", file)) {
        Ok(_) => "nothing is wrong\n".to_owned(),
        Err(problems) => problems.to_string(),
    }
}

#[test]
fn every_wrong_file_is_told_what_is_wrong_where_and_what_helps() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in CASES.iter().flat_map(|cases| cases.split("=== ").skip(1)) {
        let (title, rest) = case.split_once('\n').expect("a title");
        let (file, expected) = rest
            .split_once("---\n")
            .expect("a file and what is said about it");
        let said = said(file);
        count += 1;
        if said.trim_end() != expected.trim_end() {
            wrong.push(format!("=== {title}\n{file}---\n{said}"));
        }
    }
    assert!(count >= 60, "only {count} cases were found");
    assert!(
        wrong.is_empty(),
        "now said otherwise:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn lines_end_as_windows_ends_them_and_a_byte_order_mark_takes_no_column() {
    let file = "\u{feff}[optoins]\r\npush_records = true\r\n[[extension]]\r\nnumber = 5\r\n";
    let expected = "\
office.toml:1:2: unknown table \"optoins\" in the file
    1 | [optoins]
      |  ^^^^^^^
help: did you mean \"options\"? known here: \"options\", \"trunk\", \"prompt\", \"contact\", \
\"hours\", \"extension\", \"queue\", \"ring_group\", \"menu\", \"call_flow\", \"voicemail_group\"
office.toml:4:10: \"number\" must be a text in quotes, not 5
    4 | number = 5
      |          ^
help: write \"5\"
";
    assert_eq!(said(file), expected);
}

#[test]
fn what_a_file_holds_reaches_no_terminal_unchanged() {
    // TOML itself refuses the escape character; a message shows it harmlessly.
    let said = said("[[extension]]\nnumber = \"1001\"\nname = \"A\u{1b}[31m\"\n");
    let expected = "\
office.toml:3:10: invalid basic string, expected non-double-quote visible characters, `\\`
    3 | name = \"A\u{fffd}[31m\"
      |          ^
";
    assert_eq!(said, expected);
}

#[test]
fn long_lines_are_cut_around_the_place_and_long_words_too() {
    let long = "x".repeat(1_000);
    let said = said(&format!("[[extension]]\n{long} = 1\nnumber = \"1\"\n"));
    let cut = "x".repeat(100);
    let marks = "^".repeat(100);
    let word = "x".repeat(60);
    assert_eq!(
        said,
        format!(
            "office.toml:2:1: unknown key \"{word}…\" in [[extension]]\n    \
             2 | {cut}…\n      | {marks}\n\
             help: known here: \"number\", \"numbers\", \"name\", \"administrator\", \"outbound\", \
             \"ring_timeout_s\", \"contact\", \"on_presence\", \"email\", \
             \"own_recording\"\n"
        )
    );
    let padding = "\"1001\", ".repeat(200);
    let said = self::said(&format!(
        "[[queue]]\nnumber = \"6400\"\nname = \"A\"\nstatic_agents = [{padding}7, {padding}]\n"
    ));
    assert!(
        said.contains("office.toml:4:1618: each element of"),
        "{said}"
    );
    assert!(
        said.lines().all(|line| line.chars().count() < 130),
        "{said}"
    );
}

#[test]
fn problems_are_told_up_to_a_limit_and_counted_beyond_it() {
    let file = |count: usize| {
        let keys: Vec<String> = (0..count).map(|key| format!("key{key} = 1\n")).collect();
        format!("[options]\n{}", keys.concat())
    };
    let said = |count: usize| {
        let problems = text::read(Source::new("f", &file(count))).expect_err("unknown keys");
        (problems.list.len(), problems.more)
    };
    assert_eq!(said(PROBLEMS_MAX), (PROBLEMS_MAX, 0));
    assert_eq!(said(PROBLEMS_MAX + 1), (PROBLEMS_MAX, 1));
    let display = text::read(Source::new("f", &file(PROBLEMS_MAX + 2))).expect_err("unknown keys");
    assert!(display.to_string().ends_with("f: and 2 more problems\n"));
}

#[test]
fn nesting_ends_at_its_limit() {
    let array = |levels: usize| format!("a = {}1{}\n", "[".repeat(levels), "]".repeat(levels));
    let dotted = |levels: usize| format!("{}b = 1\n", "a.".repeat(levels));
    let header = |levels: usize| format!("[{}]\n", vec!["a"; levels].join("."));
    let inline = |levels: usize| {
        let (open, close) = ("{ a = ".repeat(levels), " }".repeat(levels));
        format!("a = {open}1{close}\n")
    };
    let files: [&dyn Fn(usize) -> String; 4] = [&array, &dotted, &header, &inline];
    for file in files {
        let within = said(&file(FILE_NESTING_MAX));
        assert!(within.contains("unknown"), "{within}");
        let beyond = said(&file(FILE_NESTING_MAX + 1));
        assert!(beyond.contains("nested more than 16 deep"), "{beyond}");
    }
}

#[test]
fn brackets_that_fool_the_parser_about_its_depth_do_not_exhaust_the_stack() {
    // Behind stray brackets in a table the parser's own count goes down.
    let deep = "[".repeat(100_000);
    for stray in ["[],", "{},", "[}", "{]", "[", "{", "]", "}"] {
        let stray = stray.repeat(300);
        for file in [
            format!("a = {{{stray} b={deep}"),
            format!("a = [{stray} {deep}"),
            deep.clone(),
        ] {
            let said = said(&file);
            assert!(said.contains("nested more than 16 deep"), "{said}");
        }
    }
    // A bracket of the other kind closes nothing.
    for unit in ["[}", "b={]", "[}]}[[", "[{]"] {
        let said = said(&format!("a = {{ b={}", unit.repeat(100_000)));
        assert!(said.contains("nested more than 16 deep"), "{unit}: {said}");
    }
    let keys = format!("{}b", "a.".repeat(78));
    let tables = format!("{keys} = {{ ").repeat(16);
    let said = said(&format!("[{keys}]\n{tables}"));
    assert!(said.contains("nested more than 16 deep"), "{said}");
}

#[test]
fn files_end_at_their_limits() {
    let comment = |bytes: usize| format!("#{}", "x".repeat(bytes - 1));
    assert_eq!(said(&comment(FILE_BYTES_MAX)), "nothing is wrong\n");
    let beyond = said(&comment(FILE_BYTES_MAX + 1));
    assert!(
        beyond.starts_with("office.toml:1:1: the file is larger than 64 MiB\n"),
        "{beyond}"
    );
    // A line's end is one sign, and so is the end of the file.
    assert_eq!(
        said(&"\n".repeat(FILE_TOKENS_MAX - 1)),
        "nothing is wrong\n"
    );
    let beyond = said(&"\n".repeat(FILE_TOKENS_MAX));
    assert!(
        beyond.contains("the file has more than 8000000 words and signs"),
        "{beyond}"
    );
}
