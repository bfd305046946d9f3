//! What is said at telephones when an agent answers.

use std::time::{Duration, Instant};

use crate::phone::{Phone, SILENT, talk};
use crate::server::{self, Server};

/// The agent is told something for so long, and then both hear his number.
const ALONE: Duration = Duration::from_secs(2);
const NUMBER: Duration = Duration::from_millis(1_250);
/// The ringing tone sounds for so long, before it pauses.
const RINGS: Duration = Duration::from_secs(1);

/// An agent 1001, who is told something when he answers.
fn centre(agent: &Phone) -> String {
    let port = agent.port();
    let mut text = format!(
        r#"
        [[trunk]]
        name = "Carrier"
        address = "127.0.0.1"

        [[extension]]
        number = "1001"
        contact = "127.0.0.1:{port}"

        [[queue]]
        number = "6400"
        name = "Support"
        static_agents = ["1001"]
        agent_announcement = "A call for Support"
        announce_agent_number = true

        [[prompt]]
        name = "A call for Support"
        length_s = 2
    "#
    );
    let digits = (0..=9).map(|digit| format!("en {digit}"));
    for name in digits.chain(["en agent".to_owned()]) {
        text += &format!("\n[[prompt]]\nname = \"{name}\"\nlength_s = 0.25\n");
    }
    text
}

/// The caller goes on hearing music while the agent alone is told something; they hear each
/// other when both have heard the number.
#[test]
fn who_answers_is_told_something_before_he_hears_the_caller() {
    let folder = server::folder("briefing");
    let (mut agent, mut caller) = (Phone::new(), Phone::new());
    let mut server = Server::start(&folder, &centre(&agent));
    caller.invite(server.sip(), "6400", "briefing");
    let answer = caller.answered("briefing");
    let ring = agent.expect("INVITE");
    agent.pick_up(&ring);
    let answered = Instant::now();
    caller.turns_away();
    caller.hears_a_tone();
    assert!(
        answered.elapsed() < ALONE,
        "the machine is too slow to tell"
    );
    talk((&caller, &answer), (&agent, &ring));
    assert!(
        answered.elapsed() > ALONE + NUMBER,
        "they hear each other too soon"
    );
    caller.bye(&answer, "briefing");
    caller.expect("200");
    let bye = agent.expect("BYE");
    agent.respond(&bye, "200 OK");
    server.stop();
}

/// A queue whose music is the ringing tone: who waits hears it ring, though he is answered.
#[test]
fn who_waits_may_hear_it_ring_between_announcements() {
    let folder = server::folder("ringback");
    let (agent, mut caller) = (Phone::new(), Phone::new());
    let text = centre(&agent).replace(
        "agent_announcement",
        "music = \"ringback\"\nagent_announcement",
    );
    let mut server = Server::start(&folder, &text);
    caller.invite(server.sip(), "6400", "ringback");
    let answer = caller.answered("ringback");
    caller.hears_a_tone();
    std::thread::sleep(RINGS);
    caller.turns_away();
    caller.comes_to_hear(SILENT[0]);
    caller.bye(&answer, "ringback");
    caller.expect("200");
    server.stop();
}
