//! What must hold of contacts; that their owners are there, the checker looks at.

use std::collections::BTreeMap;

use super::object::{alert_info, name};
use super::{Faults, Subject, Wrong};
use crate::config::model::{ContactConfig, Options};
use crate::limits::{CONTACT_NUMBERS_MAX, CONTACTS_MAX};
use crate::number::Number;
use crate::records::contacts::MatchBy;

/// Every contact. No caller may be two of them.
pub(super) fn contacts(faults: &mut Faults, options: &Options) {
    let contacts = &options.contacts;
    if contacts.len() > CONTACTS_MAX {
        let what = || (format!("there are more than {CONTACTS_MAX} contacts"), None);
        faults.add(Subject::Options, "contact", Some(CONTACTS_MAX), what);
    }
    let mut known: BTreeMap<String, (usize, Number)> = BTreeMap::new();
    for (item, contact) in contacts.iter().enumerate() {
        let mut add = |wrong: Wrong| faults.add(Subject::Options, "contact", Some(item), || wrong);
        if let Some(wrong) = name(&contact.name) {
            add(wrong);
        }
        if let Some(wrong) = contact.alert_info.as_deref().and_then(alert_info) {
            add(wrong);
        }
        if contact.numbers.is_empty() {
            let what = format!("nobody calls as contact {:?}", contact.name);
            let hint = "give it a number: numbers = [\"+4930123456\"]".to_owned();
            add((what, Some(hint)));
        }
        if contact.numbers.len() > CONTACT_NUMBERS_MAX {
            let what = format!("a contact has at most {CONTACT_NUMBERS_MAX} numbers");
            add((what, None));
        }
        for &number in contact.numbers.iter().take(CONTACT_NUMBERS_MAX) {
            let Some(key) = options.contact_matching.key(&number.to_string()) else {
                continue;
            };
            let &mut (place, other) = known.entry(key).or_insert((item, number));
            if place != item {
                add(alike(number, other, &contacts[place], options));
            }
        }
    }
}

/// That a number can not be told from one of another contact.
fn alike(number: Number, other: Number, contact: &ContactConfig, options: &Options) -> Wrong {
    let name = &contact.name;
    if number == other {
        let hint = "give each number to one contact".to_owned();
        let what = format!("contact {name:?} has the number {number} too");
        return (what, Some(hint));
    }
    let hint = match options.contact_matching.by {
        MatchBy::LastDigits(many) => format!(
            "their last {many} digits are the same: compare more, with \"contact_digits\" \
             or contact_matching = \"exact\""
        ),
        MatchBy::Exact | MatchBy::Nothing => {
            "their digits are the same: leave out \"contact_ignore_symbols\"".to_owned()
        }
    };
    let what = format!("{number} can not be told from {other} of contact {name:?}");
    (what, Some(hint))
}
