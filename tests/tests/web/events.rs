//! Screens that follow.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tandem_engine::config::model::{Change, ExtensionConfig};
use tandem_engine::{By, Input, Number};
use tandem_server::web::SOCKET_BYTES_MAX;
use tokio_tungstenite::tungstenite::Message;

use crate::kit::{Desk, Socket};

/// What a page makes of the messages.
#[derive(Debug, Default, PartialEq)]
struct Page {
    number: u64,
    rows: BTreeMap<(String, String), Value>,
}

const KINDS: [(&str, &str, &str); 4] = [
    ("queues", "queue", "number"),
    ("agents", "agent", "number"),
    ("waiting", "waiting", "id"),
    ("active", "active", "id"),
];

impl Page {
    fn hear(&mut self, message: &Value) {
        match message["type"].as_str().expect("it is there") {
            "snapshot" => {
                self.rows.clear();
                for (list, kind, key) in KINDS {
                    for row in message[list].as_array().expect("it is there") {
                        self.put(kind, key, row);
                    }
                }
            }
            "delta" => {
                let number = message["number"].as_u64().expect("it is there");
                assert!(number > self.number);
                for change in message["changes"].as_array().expect("it is there") {
                    self.change(change);
                }
            }
            "resumed" => assert_eq!(message["number"], self.number),
            other => panic!("{other}"),
        }
        self.number = message["number"].as_u64().expect("it is there");
    }

    fn put(&mut self, kind: &str, key: &str, row: &Value) {
        let name = row[key].as_str().expect("it is there").to_owned();
        self.rows.insert((kind.to_owned(), name), row.clone());
    }

    fn change(&mut self, change: &Value) {
        let kind = change["type"].as_str().expect("it is there");
        for (_, own, key) in KINDS {
            if kind == own {
                let mut row = change.clone();
                row.as_object_mut().expect("it is there").remove("type");
                self.put(own, key, &row);
            } else if kind == format!("{own}_gone") {
                let name = change[key].as_str().expect("it is there").to_owned();
                self.rows.remove(&(own.to_owned(), name));
            }
        }
    }

    fn count(&self, kind: &str) -> usize {
        self.rows.keys().filter(|(own, _)| own == kind).count()
    }
}

/// Hears until what was told last is there.
fn follow(desk: &Desk, socket: &mut Socket, page: &mut Page) {
    let goal = desk.views.view().number;
    while page.number < goal {
        page.hear(&desk.hear(socket).expect("it goes on"));
    }
}

fn whole(desk: &Desk, token: &str) -> Page {
    let mut page = Page::default();
    let mut socket = desk.socket(token, "").expect("it is there");
    page.hear(&desk.hear(&mut socket).expect("it is there"));
    page
}

#[test]
fn changes_lead_to_what_a_whole_view_shows() {
    let mut desk = Desk::new();
    let mut page = Page::default();
    let token = desk.token.clone();
    let mut socket = desk.socket(&token, "").expect("it is there");
    let first = desk.hear(&mut socket).expect("it is there");
    assert_eq!(first["type"], "snapshot");
    assert_eq!(first["now"], 1_780_000_000_000_i64);
    page.hear(&first);
    assert_eq!((page.count("queue"), page.count("agent")), (2, 5));
    desk.up(1001);
    desk.up(1002);
    let (call, legs) = desk.call(4_711, 6_401);
    follow(&desk, &mut socket, &mut page);
    assert_eq!(page.count("waiting"), 1);
    assert_eq!(page, whole(&desk, &token));
    desk.tell(Input::LegAnswered { leg: legs[0] });
    follow(&desk, &mut socket, &mut page);
    assert_eq!((page.count("waiting"), page.count("active")), (0, 1));
    desk.tell(Input::CallerHungUp { call });
    desk.call(4_712, 6_400);
    follow(&desk, &mut socket, &mut page);
    assert_eq!(page, whole(&desk, &token));
}

#[test]
fn who_was_away_goes_on_where_he_was() {
    let desk = Desk::new();
    let mut page = whole(&desk, &desk.token);
    let left_at = page.number;
    desk.up(1001);
    desk.up(1002);
    let mut socket = desk
        .socket(&desk.token, &format!("?since={left_at}"))
        .expect("it is there");
    let first = desk.hear(&mut socket).expect("it is there");
    assert_eq!(
        (&first["type"], &first["number"]),
        (&json!("resumed"), &json!(left_at))
    );
    page.hear(&first);
    follow(&desk, &mut socket, &mut page);
    assert_eq!(page, whole(&desk, &desk.token));
    // What nobody told can not be gone on from.
    for since in [0, page.number + 1_000_000, u64::MAX] {
        let mut socket = desk
            .socket(&desk.token, &format!("?since={since}"))
            .expect("it is there");
        assert_eq!(
            desk.hear(&mut socket).expect("it is there")["type"],
            "snapshot"
        );
    }
    assert!(desk.socket(&desk.token, "?since=-1").is_err());
}

#[test]
fn another_configuration_comes_as_a_whole_view_of_what_may_be_seen() {
    let desk = Desk::new();
    let ben = desk.token_of(1002);
    let mut socket = desk.socket(&ben, "").expect("it is there");
    let mut page = Page::default();
    page.hear(&desk.hear(&mut socket).expect("it is there"));
    assert_eq!(page.count("queue"), 1);
    let directory = desk.views.view().directory.clone();
    let mut administrator = ExtensionConfig::new(Number::from_u64(1002));
    administrator.administrator = true;
    desk.tell(Input::Configure {
        by: By::System,
        base: directory.revision,
        changes: vec![Change::PutExtension(administrator)],
    });
    let message = desk.hear(&mut socket).expect("it is there");
    assert_eq!(message["type"], "snapshot");
    page.hear(&message);
    assert_eq!((page.count("queue"), page.count("agent")), (2, 5));
    // Who is deleted sees nothing any more.
    desk.tell(Input::Configure {
        by: By::System,
        base: directory.revision + 1,
        changes: vec![Change::RemoveExtension(Number::from_u64(1002))],
    });
    assert_eq!(desk.hear(&mut socket), None);
}

#[test]
fn people_are_told_only_of_what_they_may_see() {
    let mut desk = Desk::new();
    let cay = desk.token_of(1003);
    let mut socket = desk.socket(&cay, "").expect("it is there");
    let mut page = Page::default();
    page.hear(&desk.hear(&mut socket).expect("it is there"));
    desk.up(1002);
    desk.call(4_711, 6_401);
    let (call, _) = desk.call(4_712, 6_400);
    follow(&desk, &mut socket, &mut page);
    assert_eq!(page.count("waiting"), 1);
    assert!(!format!("{page:?}").contains("4711"));
    desk.tell(Input::CallerHungUp { call });
    follow(&desk, &mut socket, &mut page);
    assert_eq!(page, whole(&desk, &cay));
}

#[test]
fn sockets_end_with_the_server_and_with_too_long_messages() {
    use futures_util::SinkExt;
    let mut desk = Desk::new();
    let mut kept = desk.socket(&desk.token, "").expect("it is there");
    desk.hear(&mut kept).expect("it is there");
    for (bytes, lives) in [(SOCKET_BYTES_MAX, true), (SOCKET_BYTES_MAX + 1, false)] {
        let mut socket = desk.socket(&desk.token, "").expect("it is there");
        desk.hear(&mut socket).expect("it is there");
        let message = Message::text("x".repeat(bytes));
        desk.runtime
            .block_on(socket.send(message))
            .expect("it is there");
        desk.up(if lives { 1001 } else { 1002 });
        assert_eq!(desk.hear(&mut socket).is_some(), lives, "{bytes} bytes");
    }
    while desk.views.view().number
        > desk.hear(&mut kept).expect("it is there")["number"]
            .as_u64()
            .expect("it is there")
    {}
    desk.stop_web();
    assert_eq!(desk.hear(&mut kept), None);
}
