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
fn a_restore_that_was_cut_off_goes_on_with_key_and_store_together() {
    let (data, backup, restored) = (Folder::new(), Folder::new(), Folder::new());
    for (folder, secret) in [(data.path(), b"old"), (backup.path(), b"new")] {
        let store = Store::open(folder).expect("it opens");
        let written = store.put_secret("a", secret).expect("there is room");
        written.wait().expect("it is written");
    }
    // As it lies there when the power goes: before the first file is moved, and
    // between the two.
    for moved in [&[][..], &["secret.key"]] {
        restore(backup.path(), restored.path(), true).expect("it is restored");
        let ready = data.path().join("restore.ready");
        fs::create_dir(&ready).expect("it is not there");
        for name in ["secret.key", "tandem.redb"] {
            let to = if moved.contains(&name) {
                data.path()
            } else {
                &ready
            };
            fs::copy(restored.path().join(name), to.join(name)).expect("it is copied");
        }
        let store = Store::open(data.path()).expect("it opens");
        let secret = store.secret("a").expect("the key fits");
        assert_eq!(secret.expect("it is there").expose(), b"new");
        assert!(!ready.exists());
    }
}

#[test]
fn a_key_that_lies_alone_is_not_replaced_unasked() {
    let (data, backup) = (Folder::new(), Folder::new());
    drop(Store::open(backup.path()).expect("it opens"));
    let key = data.path().join("secret.key");
    fs::write(&key, "somebody's").expect("tests may write here");
    let unasked = restore(backup.path(), data.path(), false);
    assert!(
        matches!(unasked, Err(BackupError::Exists(ref file)) if *file == key),
        "{unasked:?}"
    );
    assert_eq!(fs::read(&key).expect("it is there"), b"somebody's");
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
