//! A caller is asked how the service was, at telephones: keys in SIP INFO and beside the
//! voice, when the agent has hung up.

use crate::phone::{Phone, talk};
use crate::server::{self, Server};
use crate::supervised::knows_its_trunk;

const CENTRE: &str = r#"
    [[trunk]]
    name = "Carrier"
    address = "127.0.0.1"

    [[prompt]]
    name = "Ask"
    length_s = 60

    [[prompt]]
    name = "Thanks"
    length_s = 1

    [[queue]]
    number = "6400"
    name = "Support"
    static_agents = ["1001"]
    wrap_up_s = 0
    survey = { prompt = "Ask", end_prompt = "Thanks", points = { 1 = 5, 2 = -1 } }
"#;

/// The agent hangs up and takes the next caller, while the first one is being asked: he
/// presses a key without points, is asked once more, answers, hears the thanks, and is
/// hung up.
#[test]
fn a_caller_says_how_it_was_while_his_agent_takes_the_next_one() {
    let folder = server::folder("survey");
    let (mut agent, mut caller, mut next) = (Phone::of(1001), Phone::new(), Phone::new());
    let extension = format!(
        "[[extension]]\nnumber = \"1001\"\nadministrator = true\ncontact = \"127.0.0.1:{}\"\n",
        agent.port()
    );
    let token = server::token(&folder, "1001");
    let mut server = Server::start(&folder, &format!("{CENTRE}{extension}"));
    knows_its_trunk(&server, &mut caller);
    caller.invite(server.sip(), "6400", "asked");
    let answer = caller.answered("asked");
    let ring = agent.expect("INVITE");
    agent.pick_up(&ring);
    talk((&caller, &answer), (&agent, &ring));
    agent.hang_up(&ring);
    agent.expect("200");

    next.invite(server.sip(), "6400", "next");
    let other = next.answered("next");
    let second = agent.expect("INVITE");
    agent.pick_up(&second);
    talk((&next, &other), (&agent, &second));

    caller.press(&answer, "asked", '7');
    caller.press(&answer, "asked", '2');
    let bye = caller.expect("BYE");
    caller.respond(&bye, "200 OK");
    next.bye(&other, "next");
    next.expect("200");
    let bye = agent.expect("BYE");
    agent.respond(&bye, "200 OK");

    let found = server.ask(&token, "calls/records?queue=6400&limit=1", None);
    let record = &found["records"][0];
    assert_eq!(record["survey_key"], "2", "{record}");
    assert_eq!(record["survey_points"], -1, "{record}");
    server.stop();
}
