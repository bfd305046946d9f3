//! Callers from outside who are known, and to whom.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use tandem_engine::Number;
use tandem_engine::config::model::ContactConfig;

use super::{extension, outside};

/// For each number outside, whether it is a contact, and of whom.
#[derive(Clone, Debug)]
pub(super) struct Contacts(Vec<Option<Option<u8>>>);

pub(super) fn contacts() -> impl Strategy<Value = Contacts> {
    let contact = option::weighted(0.5, option::weighted(0.9, 0..8_u8));
    vec(contact, 3).prop_map(Contacts)
}

impl Contacts {
    /// The contacts, where these extensions exist.
    pub(super) fn contacts(&self, extensions: &[Number]) -> Vec<ContactConfig> {
        let contacts = (1..).zip(&self.0);
        let contacts = contacts.filter_map(|(place, owner)| Some((place, (*owner)?)));
        let contact = |(place, owner): (u8, Option<u8>)| ContactConfig {
            name: format!("Contact {place}"),
            numbers: vec![outside(place)],
            owner: owner.map(extension).filter(|it| extensions.contains(it)),
            alert_info: (place % 2 == 0).then(|| "friends".to_owned()),
        };
        contacts.map(contact).collect()
    }
}
