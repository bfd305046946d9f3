//! The durable store: what lies in it, who may read it, and what becomes of it.

mod backups;
mod notes;
mod recordings;
mod records;
mod rows;
mod secrets;

use tandem_server::store::{PAGE_ROWS_MAX, Store, StoreError, Token, TokenOf};
use tandem_tests::site::{Folder, Site};

#[test]
fn two_servers_never_share_a_folder() {
    let folder = Folder::new();
    let store = Store::open(folder.path()).expect("it opens");
    let second = Store::open(folder.path()).expect_err("it is in use");
    assert!(matches!(second, StoreError::Locked { .. }), "{second:?}");
    let said = second.to_string();
    assert!(
        said.ends_with("is in use: another server runs on this data"),
        "{said}"
    );
    drop(store);
    Store::open(folder.path()).expect("it is free again");
}

#[test]
fn a_file_of_another_version_is_not_touched() {
    use redb::{Database, TableDefinition};
    let site = Site::new();
    drop(site.store());
    let meta: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
    let database = Database::builder()
        .create_with_backend(site.disk.clone())
        .expect("it opens");
    let tx = database.begin_write().expect("it works");
    let later = 3_u32.to_le_bytes();
    tx.open_table(meta)
        .expect("it works")
        .insert("format", &later[..])
        .expect("it works");
    tx.commit().expect("it works");
    drop(database);
    let refused = Store::open_with(site.folder.path(), site.disk.clone()).expect_err("later");
    assert_eq!(
        refused,
        StoreError::Version {
            table: "meta",
            found: 3
        }
    );
}

#[test]
fn what_ports_keep_comes_back_in_pages() {
    let site = Site::new();
    let store = site.store();
    let written = store.write(|txn| {
        for number in 0..=PAGE_ROWS_MAX {
            txn.put_bindings(&format!("sip:{number:05}@centre"), &[1, 2, 3])?;
            txn.put_leg(&number.to_be_bytes(), &[4])?;
        }
        txn.delete_leg(&7_usize.to_be_bytes())
    });
    written
        .expect("there is room")
        .wait()
        .expect("it is written");
    drop(store);
    let store = site.store();
    let first = store.bindings(None).expect("readable");
    assert_eq!(first.len(), PAGE_ROWS_MAX);
    let last = first.last().map(|(address, _)| address.as_str());
    let second = store.bindings(last).expect("readable");
    assert_eq!(
        second,
        [(format!("sip:{PAGE_ROWS_MAX:05}@centre"), vec![1, 2, 3])]
    );
    assert_eq!(store.legs(None).expect("readable").len(), PAGE_ROWS_MAX);
    let written = store.write(|txn| txn.delete_bindings("sip:00000@centre"));
    written
        .expect("there is room")
        .wait()
        .expect("it is written");
    assert_eq!(store.bindings(None).expect("readable").len(), PAGE_ROWS_MAX);
}

#[test]
fn what_goes_along_is_written_in_its_turn_with_others_and_without() {
    let site = Site::new();
    let store = site.store();
    let along = |store: &Store, leg: u8| {
        let written = store.write_along(move |txn| txn.put_leg(&[leg], &[4]));
        written.expect("there is room");
    };
    along(&store, 1);
    along(&store, 2);
    let deleted = store.write_along(|txn| txn.delete_leg(&[1]));
    deleted.expect("there is room");
    let written = store.write(|txn| txn.put_bindings("sip:1@centre", &[1]));
    written
        .expect("there is room")
        .wait()
        .expect("it is written");
    let legs = |store: &Store| -> Vec<u8> {
        let legs = store.legs(None).expect("readable");
        legs.into_iter().flat_map(|(leg, _)| leg).collect()
    };
    assert_eq!(legs(&store), [2], "all before what was waited for");

    along(&store, 3);
    while legs(&store) != [2, 3] {
        // Nobody else writes, so that it goes alone in the end.
        std::thread::yield_now();
    }

    along(&store, 4);
    drop(store);
    assert_eq!(legs(&site.store()), [2, 3, 4], "the store's end is no loss");
}

#[test]
fn tokens_are_found_by_their_hash_until_they_are_deleted() {
    let site = Site::new();
    let store = site.store();
    let token = Token {
        name: "wallboard".to_owned(),
        of: TokenOf::System,
        created_us: 5,
    };
    let hash = [9; 32];
    let kept = token.clone();
    let written = store.write(move |txn| txn.put_token(&hash, &kept));
    written
        .expect("there is room")
        .wait()
        .expect("it is written");
    assert_eq!(store.token(&hash).expect("readable"), Some(token.clone()));
    assert_eq!(store.token(&[8; 32]).expect("readable"), None);
    assert_eq!(store.tokens().expect("readable"), [(hash, token)]);
    let written = store.write(move |txn| txn.delete_token(&hash));
    written
        .expect("there is room")
        .wait()
        .expect("it is written");
    assert_eq!(store.token(&hash).expect("readable"), None);
}
