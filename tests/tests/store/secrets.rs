//! Secrets: never in clear on the disk, and useless without their key.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tandem_server::store::{KEY_FILE, StoreError};
use tandem_tests::site::{Folder, Site};

const SECRET: &[u8] = b"correct horse battery staple";

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn with_a_secret() -> Site {
    let site = Site::new();
    let written = site.store().put_secret("trunk/password", SECRET);
    written
        .expect("there is room")
        .wait()
        .expect("it is written");
    site
}

#[test]
fn a_secret_comes_back_and_is_nowhere_in_clear() {
    let site = with_a_secret();
    let store = site.store();
    let secret = store
        .secret("trunk/password")
        .expect("the key fits")
        .expect("it is there");
    assert_eq!(secret.expose(), SECRET);
    assert_eq!(format!("{secret:?}"), "Secret(…)");
    assert!(!format!("{store:?}").contains("horse"));
    assert_eq!(store.secret("another").expect("readable"), None);
    assert_eq!(store.secret_names().expect("readable"), ["trunk/password"]);
    assert!(
        contains(&site.disk.bytes(), b"trunk/password"),
        "the name is no secret"
    );
    for part in SECRET.windows(6) {
        assert!(
            !contains(&site.disk.bytes(), part),
            "{:?}",
            String::from_utf8_lossy(part)
        );
    }
}

#[test]
fn the_same_secret_is_sealed_differently_each_time() {
    let site = with_a_secret();
    let written = site.store().put_secret("twin", SECRET);
    written
        .expect("there is room")
        .wait()
        .expect("it is written");
    let bytes = site.disk.bytes();
    let sealed = |name: &[u8]| {
        let at = bytes.windows(name.len()).rposition(|window| window == name);
        bytes[at.expect("the name is there") + name.len()..][..24].to_vec()
    };
    assert_ne!(sealed(b"trunk/password"), sealed(b"twin"));
}

#[test]
fn the_key_is_for_its_owner_alone() {
    let site = with_a_secret();
    let path = site.folder.path().join(KEY_FILE);
    let mode = fs::metadata(&path)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let key = fs::read(&path).expect("it can be read");
    assert_eq!(key.len(), 32);
    assert!(
        !contains(&site.disk.bytes(), &key),
        "the key is not in the store"
    );
    for mode in [0o640, 0o604, 0o660] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("it works");
        let refused = tandem_server::store::Store::open_with(site.folder.path(), site.disk.clone());
        assert!(
            matches!(refused, Err(StoreError::Key(_))),
            "{mode:o}: {refused:?}"
        );
    }
}

#[test]
fn another_key_opens_nothing() {
    let site = with_a_secret();
    let path = site.folder.path().join(KEY_FILE);
    let mut key = fs::read(&path).expect("it can be read");
    key[0] ^= 1;
    fs::write(&path, key).expect("it works");
    let opened = site.store().secret("trunk/password");
    assert!(matches!(opened, Err(StoreError::Key(_))), "{opened:?}");
    // Without any, a new one is made, and it is not the old one.
    let other = Site {
        folder: Folder::new(),
        ..site
    };
    assert!(other.store().secret("trunk/password").is_err());
}

#[test]
fn a_key_that_is_none_is_refused() {
    let site = with_a_secret();
    let path = site.folder.path().join(KEY_FILE);
    for len in [0, 31, 33] {
        fs::write(&path, vec![7; len]).expect("it works");
        let refused = tandem_server::store::Store::open_with(site.folder.path(), site.disk.clone());
        assert!(
            matches!(refused, Err(StoreError::Key(_))),
            "{len}: {refused:?}"
        );
    }
}
