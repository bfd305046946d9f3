//! What is wrong with the dispositions of calls, at their limits and one past them.

use tandem_engine::limits::DISPOSITIONS_MAX;

use crate::limits::after;
use crate::wrong::said;

fn with(names: &[&str]) -> String {
    let names = names.iter().map(|&name| name.to_owned());
    after(|config, _| config.options.dispositions = names.collect())
}

#[test]
fn there_are_not_too_many() {
    let names: Vec<String> = (0..=DISPOSITIONS_MAX).map(|n| format!("No. {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(with(&names[..DISPOSITIONS_MAX]), "");
    let expected = "options, dispositions, element 101: there are more than 100 dispositions\n";
    assert_eq!(with(&names), expected);
}

#[test]
fn each_has_a_name_of_its_own() {
    assert_eq!(with(&["Resolved", "Call back"]), "");
    assert_eq!(
        with(&["Resolved", "Call back", "Resolved", "", " Refund"]),
        "options, dispositions, element 3: there are two dispositions \"Resolved\"\n\
         options, dispositions, element 4: a name needs at least one visible character\n\
         options, dispositions, element 5: a name can not begin or end with a blank\n"
    );
}

#[test]
fn a_file_says_what_is_wrong() {
    let file = |list: &str| said(&format!("[options]\ndispositions = {list}\n"));
    assert_eq!(file("[\"Resolved\", 'Call back']"), "nothing is wrong\n");
    let problems = file("\"Resolved\"");
    assert!(problems.contains("must be an array"), "{problems}");
    let problems = file("[\"Resolved\", 7]");
    assert!(problems.contains("office.toml:2:29"), "{problems}");
    let problems = file("[\"Resolved\", \"Resolved\"]");
    assert!(
        problems.contains("office.toml:2:29: there are two"),
        "{problems}"
    );
}
