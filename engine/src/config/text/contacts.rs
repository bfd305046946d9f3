//! Reading contacts.

use super::Reader;
use super::people::{number, written_number};
use super::places::Recorder;
use crate::config::model::ContactConfig;
use crate::config::reader::{Kind, Table, Value};
use crate::limits::CONTACT_NUMBERS_MAX;

impl Reader {
    pub(super) fn contact(&mut self, mut table: Table<'_>, place: &mut Recorder) {
        let span = table.span();
        let name = table.required("name").and_then(Value::str);
        let given = table.required("numbers");
        let is_list = given.is_some_and(|value| value.kind() == Kind::Array);
        // One more than allowed, so that the check sees that there are too many.
        let given = given.into_iter().flat_map(Value::array);
        let given: Vec<_> = given.take(CONTACT_NUMBERS_MAX + 1).collect();
        let numbers: Vec<_> = given.iter().copied().filter_map(written_number).collect();
        let owner = table.get("owner").and_then(number);
        let alert_info = table.get("alert_info").and_then(Value::str);
        table.finish();
        // What is missing or unreadable is told already; the check shall not tell what
        // follows.
        let Some(name) = name.filter(|_| is_list && numbers.len() == given.len()) else {
            return;
        };
        let contacts = &mut self.config.options.contacts;
        place.item("contact", contacts.len(), span);
        contacts.push(ContactConfig {
            name: name.to_owned(),
            numbers,
            owner,
            alert_info: alert_info.map(str::to_owned),
        });
    }
}
