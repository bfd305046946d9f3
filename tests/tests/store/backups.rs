//! Backups and their restore.

use std::fs;
use std::path::Path;

use tandem_engine::{Event, PublicId};
use tandem_server::driver::{ConfigFile, StartOptions, start, verify};
use tandem_server::store::{BackupError, Store, StoreError, back_up, file_in, restore};
use tandem_tests::site::{Folder, arrival};

/// Lets a server live on a folder and take a call; the call's name.
fn take_a_call(folder: &Path) -> PublicId {
    let store = Store::open(folder).expect("it opens");
    let mut options = StartOptions::new(store);
    options.config = Some(ConfigFile {
        name: "centre.toml".to_owned(),
        text: "[[queue]]\nnumber = \"6400\"\nname = \"Q\"\n".to_owned(),
    });
    let running = start(options).expect("it starts");
    let applied = running
        .handle()
        .ask_blocking(arrival(1, 555, 6400))
        .expect("told");
    running.stop().expect("a clean stop");
    let name = applied.out.events.iter().find_map(|event| match event {
        Event::CallArrived { public, .. } => Some(*public),
        _ => None,
    });
    name.expect("it is let in")
}

#[test]
fn no_two_calls_share_a_name_whatever_is_restored() {
    let (data, backup, elsewhere) = (Folder::new(), Folder::new(), Folder::new());
    let mut names = vec![take_a_call(data.path())];
    back_up(data.path(), backup.path()).expect("it is copied");
    names.push(take_a_call(data.path()));
    for epoch in 1..=2 {
        let restored = restore(backup.path(), data.path(), true);
        assert_eq!(restored.expect("it is restored"), epoch);
        names.push(take_a_call(data.path()));
        names.push(take_a_call(data.path()));
    }
    // Another machine does not know of those restores, but the backup does.
    assert_eq!(
        restore(backup.path(), elsewhere.path(), false).expect("restored"),
        3
    );
    names.push(take_a_call(elsewhere.path()));
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "{names:?}");
    for folder in [data.path(), elsewhere.path()] {
        verify(&Store::open(folder).expect("it opens"))
            .expect("it replays")
            .expect("not empty");
    }
}

#[test]
fn a_backup_holds_what_is_needed_for_the_secrets() {
    let (data, backup, elsewhere) = (Folder::new(), Folder::new(), Folder::new());
    let store = Store::open(data.path()).expect("it opens");
    store
        .put_secret("a", b"b")
        .expect("there is room")
        .wait()
        .expect("it is written");
    drop(store);
    back_up(data.path(), backup.path()).expect("it is copied");
    restore(backup.path(), elsewhere.path(), false).expect("it is restored");
    let store = Store::open(elsewhere.path()).expect("it opens");
    let secret = store
        .secret("a")
        .expect("the key fits")
        .expect("it is there");
    assert_eq!(secret.expose(), b"b");
}

#[test]
fn nothing_is_overwritten_unasked_and_nothing_copied_under_a_server() {
    let (data, backup) = (Folder::new(), Folder::new());
    let missing = back_up(data.path(), backup.path());
    assert!(
        matches!(missing, Err(BackupError::Missing(_))),
        "{missing:?}"
    );
    take_a_call(data.path());
    back_up(data.path(), backup.path()).expect("it is copied");
    let again = back_up(data.path(), backup.path());
    assert!(matches!(again, Err(BackupError::Exists(_))), "{again:?}");
    let before = fs::read(file_in(data.path())).expect("it is there");
    let unasked = restore(backup.path(), data.path(), false);
    assert!(
        matches!(unasked, Err(BackupError::Exists(_))),
        "{unasked:?}"
    );
    assert!(before == fs::read(file_in(data.path())).expect("it is there"));
    let server = Store::open(data.path()).expect("it opens");
    let locked = restore(backup.path(), data.path(), true);
    assert!(
        matches!(locked, Err(BackupError::Store(StoreError::Locked { .. }))),
        "{locked:?}"
    );
    let locked = back_up(data.path(), Folder::new().path());
    assert!(
        matches!(locked, Err(BackupError::Store(StoreError::Locked { .. }))),
        "{locked:?}"
    );
    drop(server);
}
