//! The limits of contacts, and that no caller is two of them.

use tandem_engine::config::model::ContactConfig;
use tandem_engine::config::reader::Source;
use tandem_engine::config::text;
use tandem_engine::limits::{CONTACT_NUMBERS_MAX, CONTACTS_MAX};
use tandem_engine::records::contacts::MatchBy;

use crate::limits::{after, number};

/// What is wrong with contacts that have these numbers, compared by so many digits.
fn with_contacts(by: MatchBy, numbers: &[&[&str]]) -> String {
    after(|config, _| {
        config.options.contact_matching.by = by;
        let contact = |(place, numbers): (usize, &&[&str])| ContactConfig {
            name: format!("Contact {place}"),
            numbers: numbers
                .iter()
                .map(|it| it.parse().expect("a number"))
                .collect(),
            owner: None,
            alert_info: None,
        };
        config.options.contacts = numbers.iter().enumerate().map(contact).collect();
    })
}

#[test]
fn contacts() {
    let with = |count: usize, numbers: usize| {
        after(|config, _| {
            let contact = |n: usize| ContactConfig {
                name: format!("Contact {n}"),
                numbers: (0..numbers)
                    .map(|i| number(10_000_000 + n * 10 + i))
                    .collect(),
                owner: None,
                alert_info: None,
            };
            config.options.contacts = (0..count).map(contact).collect();
        })
    };
    assert_eq!(with(CONTACTS_MAX, 1), "");
    let expected = "options, contact, element 10001: there are more than 10000 contacts\n";
    assert_eq!(with(CONTACTS_MAX + 1, 1), expected);
    assert_eq!(with(1, CONTACT_NUMBERS_MAX), "");
    let expected = "options, contact, element 1: a contact has at most 8 numbers\n";
    assert_eq!(with(1, CONTACT_NUMBERS_MAX + 1), expected);
    let expected = "options, contact, element 1: nobody calls as contact \"Contact 0\" \
                    (give it a number: numbers = [\"+4930123456\"])\n";
    assert_eq!(with(1, 0), expected);
}

#[test]
fn no_caller_is_two_contacts() {
    let seven = MatchBy::LastDigits(7);
    let told = with_contacts(seven, &[&["+49301234567", "0301234567"], &["110"]]);
    assert_eq!(
        told, "",
        "one contact may be found by two numbers that are alike"
    );
    let told = with_contacts(seven, &[&["+49301234567"], &["110", "0891234567"]]);
    let expected = "options, contact, element 2: 0891234567 can not be told from +49301234567 \
                    of contact \"Contact 0\" (their last 7 digits are the same: compare more, \
                    with \"contact_digits\" or contact_matching = \"exact\")\n";
    assert_eq!(told, expected);
    let twice: &[&[&str]] = &[&["110"], &["110"]];
    let expected = "options, contact, element 2: contact \"Contact 0\" has the number 110 too \
                    (give each number to one contact)\n";
    assert_eq!(with_contacts(MatchBy::Exact, twice), expected);
    assert_eq!(with_contacts(MatchBy::Nothing, twice), "");
}

/// Numbers of contacts are read as people write them.
#[test]
fn what_only_separates_digits_says_nothing() {
    let file = "[[contact]]\nname = \"Bell\"\nnumbers = [\"+49 (30) 123-45.67/8\"]\n";
    let config = text::read(Source::new("a file", file));
    let config = config.unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(
        config.options.contacts[0].numbers,
        ["+493012345678".parse().expect("a number")]
    );
    let wrong = file.replace("/8", "x8");
    let told = text::read(Source::new("a file", &wrong));
    let told = told.expect_err("letters are none").to_string();
    assert!(told.contains("a file:3:"), "{told}");
}
