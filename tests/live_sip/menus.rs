//! Menus, ring groups and voicemail at the telephone: keys in SIP INFO, and what is left
//! behind.

use std::time::{Duration, Instant};

use crate::phone::{Phone, talk};
use crate::server::{self, Server};

/// A menu 6600 that leads to an extension and to voicemail.
fn centre(phones: &[&Phone]) -> String {
    let mut text = String::from("[[trunk]]\nname = \"Carrier\"\naddress = \"127.0.0.1\"\n");
    for (number, phone) in (1001..).zip(phones) {
        text += &format!(
            "[[extension]]\nnumber = \"{number}\"\ncontact = \"127.0.0.1:{}\"\n",
            phone.port()
        );
    }
    text += r#"
        [[prompt]]
        name = "Welcome"
        length_s = 60

        [[menu]]
        number = "6600"
        name = "Main"
        prompt = "Welcome"
        keys = { 1 = "ring_group 6200", 2 = "menu 6601" }
        dial_extensions = true

        [[menu]]
        number = "6601"
        name = "More"
        prompt = "Welcome"
        keys = { 0 = "menu 6600", 9 = "voicemail 6200" }

        [[ring_group]]
        number = "6200"
        name = "Reception"
        members = ["1001-1002"]

        [options]
        voicemail_shortest_s = 0
    "#;
    text
}

/// A key cuts the prompt off: both telephones of the group ring, which the caller hears; one
/// answers, the other one is taken back.
#[test]
fn a_key_of_a_menu_rings_a_group() {
    let folder = server::folder("menu_group");
    let (mut first, mut second, mut caller) = (Phone::new(), Phone::new(), Phone::new());
    let mut server = Server::start(&folder, &centre(&[&first, &second]));
    caller.invite(server.sip(), "6600", "key");
    let answer = caller.answered("key");
    // As `1` could begin the number of an extension.
    caller.press(&answer, "key", '1');
    caller.press(&answer, "key", '#');
    let ring = first.expect("INVITE");
    let other = second.expect("INVITE");
    second.respond(&other, "180 Ringing");
    caller.hears_a_tone();
    first.pick_up(&ring);
    let cancel = second.expect("CANCEL");
    assert!(cancel.header("Reason").contains("elsewhere"), "{cancel:?}");
    second.respond(&cancel, "200 OK");
    second.respond(&other, "487 Request Terminated");
    second.expect("ACK");
    caller.bye(&answer, "key");
    caller.expect("200");
    let bye = first.expect("BYE");
    first.respond(&bye, "200 OK");
    server.stop();
}

/// A caller keys in the number of an extension, and hears that it rings until he talks.
#[test]
fn an_extension_is_dialled_in_a_menu() {
    let folder = server::folder("menu_dial");
    let (mut agent, mut caller) = (Phone::new(), Phone::new());
    let mut server = Server::start(&folder, &centre(&[&agent, &caller]));
    caller.invite(server.sip(), "6600", "dial");
    let answer = caller.answered("dial");
    for key in ['2', '0', '1', '0', '0', '1'] {
        caller.press(&answer, "dial", key);
    }
    let ring = agent.expect("INVITE");
    agent.respond(&ring, "180 Ringing");
    caller.hears_a_tone();
    agent.pick_up(&ring);
    talk((&caller, &answer), (&agent, &ring));
    caller.bye(&answer, "dial");
    caller.expect("200");
    let bye = agent.expect("BYE");
    agent.respond(&bye, "200 OK");
    server.stop();
}

/// `#` ends a message; the call is hung up, and the message lies in its box.
#[test]
fn a_message_is_left_behind_a_menu() {
    let folder = server::folder("menu_message");
    let mut caller = Phone::new();
    let mut server = Server::start(&folder, &centre(&[&caller, &caller]));
    caller.invite(server.sip(), "6601", "message");
    let answer = caller.answered("message");
    caller.press(&answer, "message", '9');
    caller.press(&answer, "message", '#');
    let bye = caller.expect("BYE");
    caller.respond(&bye, "200 OK");
    let messages = || {
        let entries = std::fs::read_dir(folder.join("data/voicemail/6200"));
        let names = entries.into_iter().flatten().flatten();
        let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.collect::<Vec<_>>()
    };
    let end = Instant::now() + Duration::from_secs(10);
    while messages().iter().all(|name| !name.ends_with(".wav")) {
        assert!(Instant::now() < end, "{:?}", messages());
        std::thread::sleep(Duration::from_millis(20));
    }
    server.stop();
}
