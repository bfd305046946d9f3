//! Who a caller is: whose number among the contacts it is.

use proptest::prelude::*;
use tandem_engine::records::contacts::{ContactMatching, MatchBy};

const fn by(by: MatchBy, ignore_symbols: bool) -> ContactMatching {
    ContactMatching { by, ignore_symbols }
}

#[test]
fn numbers_match_as_it_is_set() {
    let seven = by(MatchBy::LastDigits(7), false);
    let digits = by(MatchBy::LastDigits(7), true);
    let exact = by(MatchBy::Exact, false);
    let plain = by(MatchBy::Exact, true);
    for (matching, caller, contact, same) in [
        (seven, "+49301234567", "0301234567", true),
        (seven, "+49301234567", "0307654321", false),
        // Of seven digits or fewer, all must be the same.
        (seven, "1234567", "0301234567", false),
        (seven, "0301234567", "1234567", false),
        (seven, "1234567", "1234567", true),
        (seven, "110", "110", true),
        (seven, "110", "10", false),
        (seven, "+49 30 12 34 56 7", "0301234567", false),
        (digits, "+49 30 12 34 56 7", "(030) 123-4567", true),
        (digits, "+49301234567", "call 1234567", false),
        (exact, "+4930123", "+4930123", true),
        (exact, "+4930123", "4930123", false),
        (plain, "+4930123", "49 (30) 123", true),
        (by(MatchBy::Nothing, true), "110", "110", false),
        (plain, "", "", false),
        (plain, "anonymous", "unknown", false),
    ] {
        assert_eq!(
            matching.matches(caller, contact),
            same,
            "{caller} {contact}"
        );
        assert_eq!(
            matching.matches(contact, caller),
            same,
            "{contact} {caller}"
        );
    }
}

proptest! {
    #[test]
    fn the_last_digits_are_those_at_the_end(
        caller in "[0-9]{1,12}", contact in "[0-9]{1,12}", many in 4..=9_u8,
    ) {
        let most = usize::from(many);
        let same = match caller.len().min(contact.len()) > most {
            true => caller[caller.len() - most..] == contact[contact.len() - most..],
            false => caller == contact,
        };
        let matching = by(MatchBy::LastDigits(many), false);
        prop_assert_eq!(matching.matches(&caller, &contact), same);
    }
}
