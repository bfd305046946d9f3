//! What users of other systems suffered from, where it is about signalling: played on
//! the wire, message against message.

use std::fmt::Write as _;
use std::time::Duration;

use crate::phone::{Phone, talk};
use crate::server::{self, Record, Server};
use crate::supervised::is_cancelled;
use crate::voices::WAITING;

/// Long enough to see that nothing more comes, retransmissions included.
const QUIET: Duration = Duration::from_secs(2);

/// What makes a queue speak for long, and a key of it lead to the first telephone, which is none of
/// its agents'.
const WELCOMES: &str = "join_announcement = \"Welcome\"\njoin_announcement_in_full = true\n\
    keys = { 5 = \"extension 1001\" }\n[[prompt]]\nname = \"Welcome\"\nlength_s = 60\n";

/// A queue 6400 whose agents, from 1001 on, are these telephones; callers hear it ring.
fn centre(phones: &[&Phone], strategy: &str) -> String {
    let mut text = String::from("[[trunk]]\nname = \"Carrier\"\naddress = \"127.0.0.1\"\n");
    for (number, phone) in (1001..).zip(phones) {
        let _written = write!(
            text,
            "[[extension]]\nnumber = \"{number}\"\ncontact = \"127.0.0.1:{}\"\n",
            phone.port()
        );
    }
    let last = 1000 + phones.len();
    for (queue, name) in [(6400, "Support"), (6401, "Sales")] {
        let _written = write!(
            text,
            "[[queue]]\nnumber = \"{queue}\"\nname = \"{name}\"\nstrategy = \"{strategy}\"\n\
             static_agents = [\"1001-{last}\"]\nwrap_up_s = 0\nretry_interval_s = 1\n\
             answer_on_entry = false\n"
        );
    }
    text
}

fn outcomes(records: &[Record]) -> Vec<(&'static str, usize)> {
    let mut outcomes: Vec<_> = (records.iter())
        .map(|record| (record.outcome, record.agent))
        .collect();
    outcomes.sort_unstable();
    outcomes
}

/// The caller hangs up before the agent's telephone has said a word: no leg is left
/// behind, and the agent is rung for the next caller.
#[test]
fn a_leg_that_is_being_made_ends_with_its_caller() {
    let folder = server::folder("fault_zombie");
    let (mut agent, mut caller) = (Phone::new(), Phone::new());
    let mut server = Server::start(&folder, &centre(&[&agent], "linear"));
    let at = server.sip();
    caller.invite(at, "6400", "gone");
    let ring = agent.expect("INVITE");
    caller.cancel(at, "6400", "gone");
    caller.expect("200");
    let gone = caller.expect("487");
    caller.ack(&gone, "gone");
    // RFC 3261, section 9.1: a CANCEL waits for a provisional response.
    agent.respond(&ring, "180 Ringing");
    let cancel = agent.expect("CANCEL");
    agent.respond(&cancel, "200 OK");
    agent.respond(&ring, "487 Request Terminated");
    agent.expect("ACK");

    caller.invite(at, "6400", "next");
    let ring = agent.expect("INVITE");
    agent.pick_up(&ring);
    let answer = caller.answered("next");
    caller.bye(&answer, "next");
    caller.expect("200");
    let bye = agent.expect("BYE");
    agent.respond(&bye, "200 OK");
    agent.hears_nothing(QUIET);
    server.stop();
    let records = server::records(&folder);
    assert_eq!(outcomes(&records), [("abandoned", 0), ("answered", 1001)]);
}

/// The caller hangs up in the same moment in which the agent answers: the agent is told
/// so, once, and is free.
#[test]
fn an_answer_that_crosses_the_end_is_hung_up() {
    let folder = server::folder("fault_crossing");
    let (mut agent, mut caller) = (Phone::new(), Phone::new());
    let mut server = Server::start(&folder, &centre(&[&agent], "linear"));
    let at = server.sip();
    caller.invite(at, "6400", "crossing");
    let ring = agent.expect("INVITE");
    agent.respond(&ring, "180 Ringing");
    caller.cancel(at, "6400", "crossing");
    caller.expect("200");
    let gone = caller.expect("487");
    caller.ack(&gone, "crossing");
    // It did not hear of the CANCEL yet.
    let cancel = agent.expect("CANCEL");
    agent.respond(&ring, "200 OK");
    agent.respond(&cancel, "200 OK");
    agent.expect("ACK");
    let bye = agent.expect("BYE");
    agent.respond(&bye, "200 OK");
    agent.hears_nothing(QUIET);
    caller.invite(at, "6400", "afterwards");
    let ring = agent.expect("INVITE");
    agent.pick_up(&ring);
    caller.answered("afterwards");
    agent.hang_up(&ring);
    agent.expect("200");
    let bye = caller.expect("BYE");
    caller.respond(&bye, "200 OK");
    server.stop();
    let records = server::records(&folder);
    assert_eq!(outcomes(&records), [("abandoned", 0), ("answered", 1001)]);
}

/// All ring and two answer at once: one gets the caller, the other is hung up, and no
/// third call is heard of.
#[test]
fn of_two_who_answer_one_gets_the_caller() {
    let folder = server::folder("fault_two_answers");
    let (mut one, mut other, mut caller) = (Phone::new(), Phone::new(), Phone::new());
    let mut server = Server::start(&folder, &centre(&[&one, &other], "ring_all"));
    let at = server.sip();
    caller.invite(at, "6400", "both");
    let (ring_one, ring_other) = (one.expect("INVITE"), other.expect("INVITE"));
    one.respond(&ring_one, "200 OK");
    other.respond(&ring_other, "200 OK");
    let answer = caller.answered("both");
    one.expect("ACK");
    other.expect("ACK");
    let bye = other.expect("BYE");
    assert!(
        bye.header("Reason").contains("Call completed elsewhere"),
        "{bye:?}"
    );
    other.respond(&bye, "200 OK");
    other.hears_nothing(QUIET);
    one.hears_nothing(Duration::from_millis(1));
    caller.bye(&answer, "both");
    caller.expect("200");
    let bye = one.expect("BYE");
    one.respond(&bye, "200 OK");
    server.stop();
    assert_eq!(outcomes(&server::records(&folder)), [("answered", 1001)]);
}

/// Who answers first hangs up before he is connected, with what he is told still in his ear or
/// in the very moment: the caller stays, the others ring, and one of them gets him.
#[test]
fn who_leaves_before_he_is_connected_leaves_the_caller_to_the_others() {
    let folder = server::folder("fault_left_early");
    let (mut one, mut other, mut caller) = (Phone::new(), Phone::new(), Phone::new());
    let briefs = "agent_announcement = \"A call for Sales\"\n[[prompt]]\n\
        name = \"A call for Sales\"\nlength_s = 1\n";
    let both = centre(&[&one, &other], "ring_all");
    let soon = "answer_on_entry = false\nrest_after_failure_s = 1\n";
    let text = both.replace("answer_on_entry = false\n", soon) + briefs;
    let mut server = Server::start(&folder, &text);
    let at = server.sip();
    for (call, queue, briefed) in [("sudden", "6400", false), ("briefed", "6401", true)] {
        caller.invite(at, queue, call);
        let (ring, ring_other) = (one.expect("INVITE"), other.expect("INVITE"));
        other.respond(&ring_other, "180 Ringing");
        one.respond(&ring, "200 OK");
        if briefed {
            one.expect("ACK");
            is_cancelled(&mut other, &ring_other);
            one.hang_up(&ring);
            one.expect("200");
        } else {
            one.hang_up(&ring);
            one.expect("ACK");
            one.expect("200");
            is_cancelled(&mut other, &ring_other);
        }
        let again = other.expect("INVITE");
        other.pick_up(&again);
        let answer = caller.answered(call);
        if briefed {
            std::thread::sleep(Duration::from_millis(1_200));
        }
        talk((&caller, &answer), (&other, &again));
        caller.bye(&answer, call);
        caller.expect("200");
        let bye = other.expect("BYE");
        other.respond(&bye, "200 OK");
        one.hears_nothing(Duration::from_millis(1));
    }
    server.stop();
    // The other call is a record of the other queue.
    assert_eq!(outcomes(&server::records(&folder)), [("answered", 1002)]);
}

/// A caller presses a key in the midst of an announcement, once and never again, in the signalling
/// or in his audio: it counts while the announcement would go on for long.
#[test]
fn a_key_during_an_announcement_counts() {
    let folder = server::folder("fault_key_lost");
    let (mut desk, mut caller) = (Phone::new(), Phone::new());
    let both = centre(&[&desk], "linear");
    let (first, second) = both
        .split_once("answer_on_entry = false\n")
        .expect("two queues");
    let text = format!("{first}{WELCOMES}{second}");
    let mut server = Server::start(&folder, &text);
    for (call, in_audio) in [("signalled", false), ("heard", true)] {
        caller.invite(server.sip(), "6400", call);
        let answer = caller.answered(call);
        caller.turns_away();
        match in_audio {
            true => caller.presses_in_audio(&answer, '5'),
            false => caller.press(&answer, call, '5'),
        }
        let ring = desk.expect("INVITE");
        desk.pick_up(&ring);
        talk((&caller, &answer), (&desk, &ring));
        caller.bye(&answer, call);
        caller.expect("200");
        let bye = desk.expect("BYE");
        desk.respond(&bye, "200 OK");
    }
    server.stop();
    assert_eq!(
        outcomes(&server::records(&folder)),
        [("missed", 0), ("missed", 0)]
    );
}

/// An agent takes a pause while his telephone rings: one CANCEL and nothing more; when he is back,
/// one INVITE.
#[test]
fn a_pause_takes_a_ring_back_once() {
    let folder = server::folder("fault_pause");
    let (mut agent, mut caller) = (Phone::new(), Phone::new());
    let token = server::token(&folder, "1001");
    let mut server = Server::start(&folder, &centre(&[&agent], "linear"));
    caller.invite(server.sip(), "6400", "pause");
    let ring = agent.expect("INVITE");
    agent.respond(&ring, "180 Ringing");
    server.ask(&token, "agents/1001/pause", Some("{\"queue\":\"all\"}"));
    is_cancelled(&mut agent, &ring);
    agent.hears_nothing(QUIET);
    server.ask(&token, "agents/1001/unpause", Some("{\"queue\":\"all\"}"));
    let ring = agent.expect("INVITE");
    agent.pick_up(&ring);
    caller.answered("pause");
    agent.hears_nothing(QUIET);
    agent.hang_up(&ring);
    agent.expect("200");
    let bye = caller.expect("BYE");
    caller.respond(&bye, "200 OK");
    server.stop();
    assert_eq!(outcomes(&server::records(&folder)), [("answered", 1001)]);
}

/// A queue chooses the melody of its calls, a contact goes before it, and the queue says
/// whether those that an agent missed are listed by his telephone: what somebody else
/// answered is not (RFC 3326).
#[test]
fn telephones_show_what_their_queue_wants() {
    let folder = server::folder("telephones_show");
    let (mut agent, mut stranger, mut friend) = (Phone::new(), Phone::new(), Phone::new());
    let discreet = "alert_info = \"sales\"\nshow_missed_calls = false\n";
    let known = format!(
        "[[contact]]\nname = \"Bell\"\nnumbers = [\"+4930{}\"]\nalert_info = \"friends\"\n",
        friend.port()
    );
    let text = centre(&[&agent], "linear") + discreet + &known;
    let mut server = Server::start(&folder, &text);
    let at = server.sip();
    for (call, queue, alert_info, elsewhere) in [
        ("first", "6400", "", false),
        ("second", "6401", "<http://127.0.0.1>;info=sales", true),
        ("known", "6401", "<http://127.0.0.1>;info=friends", true),
    ] {
        let is_known = call == "known";
        let caller = if is_known { &mut friend } else { &mut stranger };
        caller.invite(at, queue, call);
        let ring = agent.expect("INVITE");
        assert_eq!(ring.header("Alert-Info"), alert_info);
        agent.respond(&ring, "180 Ringing");
        caller.cancel(at, queue, call);
        caller.expect("200");
        let gone = caller.expect("487");
        caller.ack(&gone, call);
        let cancel = agent.expect("CANCEL");
        let told = cancel.header("Reason").contains("Call completed elsewhere");
        assert_eq!(told, elsewhere, "{cancel:?}");
        agent.respond(&cancel, "200 OK");
        agent.respond(&ring, "487 Request Terminated");
        agent.expect("ACK");
    }
    server.stop();
    // The other calls are records of the other queue.
    assert_eq!(outcomes(&server::records(&folder)), [("abandoned", 0)]);
}

/// Who is on hold hears music of its own, not that which he heard while he waited.
#[test]
fn music_on_hold_is_not_the_waiting_music() {
    let folder = server::folder("music_on_hold");
    let (mut agent, mut caller) = (Phone::new(), Phone::new());
    let music = folder.join("data/music");
    std::fs::create_dir_all(&music).expect("tests may write here");
    std::fs::write(music.join("hold.wav"), wav(&[WAITING; 8_000])).expect("it is written");
    let text = centre(&[&agent], "linear") + "hold_music = \"hold.wav\"\n";
    let mut server = Server::start(&folder, &text);
    let at = server.sip();
    caller.invite(at, "6401", "held");
    let ring = agent.expect("INVITE");
    agent.pick_up(&ring);
    let answer = caller.answered("held");
    talk((&caller, &answer), (&agent, &ring));
    agent.holds(&ring, true);
    caller.comes_to_hear(WAITING);
    agent.holds(&ring, false);
    talk((&caller, &answer), (&agent, &ring));
    caller.bye(&answer, "held");
    caller.expect("200");
    let bye = agent.expect("BYE");
    agent.respond(&bye, "200 OK");
    server.stop();
}

/// A WAV file of this mu-law.
fn wav(sound: &[u8]) -> Vec<u8> {
    let mut bytes = b"RIFF____WAVEfmt ".to_vec();
    for word in [18_u32, 0x0001_0007, 8_000, 8_000, 0x0008_0001] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(b"\0\0fact\x04\0\0\0abcddata");
    let length = u32::try_from(sound.len()).expect("it is short");
    bytes.extend(length.to_le_bytes());
    bytes.extend(sound);
    bytes
}

/// Two queues want the same agent in the same moment: his telephone rings once, and for
/// the second caller when he is free.
#[test]
fn two_queues_ring_an_agent_once() {
    let folder = server::folder("fault_two_queues");
    let (mut agent, mut first, mut second) = (Phone::new(), Phone::new(), Phone::new());
    let mut server = Server::start(&folder, &centre(&[&agent], "linear"));
    let at = server.sip();
    first.invite(at, "6400", "first");
    second.invite(at, "6401", "second");
    let ring = agent.expect("INVITE");
    agent.respond(&ring, "180 Ringing");
    agent.hears_nothing(QUIET);
    agent.pick_up(&ring);
    let answer = first.answered("first");
    agent.hears_nothing(QUIET);
    first.bye(&answer, "first");
    first.expect("200");
    // The end of the one and the ring of the other may overtake one another.
    let (mut bye, mut ring) = (None, None);
    for _ in 0..2 {
        let message = agent.any();
        match message.word() {
            "BYE" => bye = Some(message),
            _ => ring = Some(message),
        }
    }
    agent.respond(&bye.expect("the first call's end"), "200 OK");
    let ring = ring.expect("the second caller");
    agent.pick_up(&ring);
    let answer = second.answered("second");
    second.bye(&answer, "second");
    second.expect("200");
    let bye = agent.expect("BYE");
    agent.respond(&bye, "200 OK");
    server.stop();
    assert_eq!(outcomes(&server::records(&folder)), [("answered", 1001)]);
}

/// The last agent of the list refuses, is not to be had, or says nothing: the queue
/// goes on and rings the others, and him again.
#[test]
fn an_agent_who_fails_does_not_stop_the_queue() {
    let folder = server::folder("fault_last_agent");
    let (mut one, mut last, mut caller) = (Phone::new(), Phone::new(), Phone::new());
    let mut server = Server::start(&folder, &centre(&[&one, &last], "linear"));
    let at = server.sip();
    caller.invite(at, "6400", "patient");
    for (phone, status) in [(&mut one, "486 Busy Here"), (&mut last, "503 Gone")] {
        let ring = phone.expect("INVITE");
        phone.respond(&ring, status);
        phone.expect("ACK");
    }
    let ring = one.expect("INVITE");
    one.pick_up(&ring);
    caller.answered("patient");
    one.hang_up(&ring);
    one.expect("200");
    let bye = caller.expect("BYE");
    caller.respond(&bye, "200 OK");
    server.stop();
    assert_eq!(outcomes(&server::records(&folder)), [("answered", 1001)]);
}
