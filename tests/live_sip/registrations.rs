//! Telephones that all sign in, as they do after a power cut.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use tandem_server::store::{JOBS_QUEUED_MAX, Store};

use crate::peers::{Agents, Callers, Telephones};
use crate::server::{self, Server};
use crate::voices::Voices;
use crate::{AGENTS, full};

/// Registrations a second: 10,000 a minute.
const RATE: usize = 167;
/// Telephones, the first of which is 20000.
const TELEPHONES: usize = 2_000;
/// The password of every one of them.
const PASSWORD: &str = "of-this-test-alone";

#[test]
fn ten_thousand_registrations_a_minute_keep_no_caller_waiting() {
    let registrations = if full() { 10_000 } else { 1_000 };
    let folder = server::folder("registrations");
    let voices = Voices::start();
    let agents = Agents::start(&folder, voices.agents());
    let mut centre = server::centre(AGENTS, agents.port());
    let last = 20_000 + TELEPHONES - 1;
    let _written = write!(centre, "[[extension]]\nnumbers = \"20000-{last}\"\n");
    let users: Vec<String> = (20_000..=last).map(|user| user.to_string()).collect();
    give_passwords(&folder, &users);

    // SIPp looks at the first challenge only, as old telephones do.
    let mut server = Server::start_with(&folder, &centre, &["--digest", "md5"]);
    let telephones = Telephones {
        to: server.sip(),
        users: &users,
        password: PASSWORD,
        registrations,
        rate: RATE,
    };
    let registering = telephones.begin(&folder);
    let calls = 20;
    let callers = Callers {
        to: server.sip(),
        rtp: voices.callers(),
        calls,
        rate: 5,
        stays_ms: 300,
    };
    let seen = callers.call(&folder);
    assert_eq!(
        (seen.successful, seen.failed),
        (calls, 0),
        "calls meanwhile"
    );
    let seen = registering.end();
    assert_eq!(
        (seen.successful, seen.failed),
        (registrations, 0),
        "registrations"
    );
    assert_eq!(seen.retransmitted, 0, "every answer came in time");
    server.stop();

    let store = Store::open(&folder.join("data")).expect("the server has stopped");
    let (mut after, mut known) = (None, 0);
    loop {
        let page = store
            .bindings(after.as_deref())
            .expect("the store is sound");
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
        known += page.len();
    }
    assert_eq!(
        known,
        registrations.min(TELEPHONES),
        "telephones that are known"
    );
    drop(store);
    server::verify(&folder);
}

/// A trunk's user by which an extension is called does not make it a trunk, and the
/// trunk's password is not the extension's.
#[test]
fn who_signs_in_with_the_number_of_an_extension_is_that_extension() {
    let folder = server::folder("same_name");
    let mut centre = server::centre(1, 9);
    centre += "[[trunk]]\nname = \"Other\"\nuser = \"20000\"\n[[extension]]\nnumber = \"20000\"\n";
    let users = ["20000".to_owned()];
    give_passwords(&folder, &users);
    let store = Store::open(&folder.join("data")).expect("it opens");
    let other = store.put_secret("trunk/Other", b"of-the-trunk-alone");
    other.expect("there is room").wait().expect("it is written");
    drop(store);
    let mut server = Server::start_with(&folder, &centre, &["--digest", "md5"]);
    for (password, succeeds) in [(PASSWORD, 1), ("of-the-trunk-alone", 0)] {
        let telephones = Telephones {
            to: server.sip(),
            users: &users,
            password,
            registrations: 1,
            rate: 1,
        };
        let seen = telephones.begin(&folder).end();
        assert_eq!((seen.successful, seen.failed), (succeeds, 1 - succeeds));
    }
    server.stop();
}

fn give_passwords(folder: &Path, users: &[String]) {
    let data = folder.join("data");
    fs::create_dir_all(&data).expect("tests may write here");
    let store = Store::open(&data).expect("it opens");
    // So many together as may wait to be written.
    for some in users.chunks(JOBS_QUEUED_MAX) {
        let written = some.iter().map(|user| {
            let written = store.put_secret(&format!("sip/{user}"), PASSWORD.as_bytes());
            written.expect("the store takes it")
        });
        for written in written.collect::<Vec<_>>() {
            written.wait().expect("the disk takes it");
        }
    }
}
