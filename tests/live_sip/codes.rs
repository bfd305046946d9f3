//! A telephone dials codes, and its agent's status changes.

use tandem_engine::AgentStatus;
use tandem_server::store::Store;

use crate::peers::dial;
use crate::server::{self, Server};
use crate::voices::Voices;

#[test]
fn a_telephone_logs_its_agent_in_and_pauses_him() {
    let folder = server::folder("codes");
    let voices = Voices::start();
    // The telephone is known by its address; nobody else signs in there.
    let centre = "[[extension]]\nnumber = \"1001\"\ncontact = \"127.0.0.1:5999\"\n\
                  [[queue]]\nnumber = \"6400\"\nname = \"Support\"\n\
                  dynamic_agents = [\"1001\"]\n";
    let mut server = Server::start(&folder, centre);
    for code in ["*76400", "*076400*03", "*076400", "*76499"] {
        let seen = dial(server.sip(), code, voices.callers(), &folder);
        let ended = (seen.successful, seen.failed);
        assert_eq!(ended, (1, 0), "{code} is answered and hung up on");
    }
    server.stop();

    let heard = voices.heard();
    assert!(heard.music > 0, "tones are heard");
    let store = Store::open(&folder.join("data")).expect("the server has stopped");
    let queue = "6400".parse().expect("a number");
    let all = store.statuses((queue, None), (i64::MIN, i64::MAX), None, 100);
    let all = all.expect("the store is sound").into_iter();
    let all: Vec<AgentStatus> = all.map(|row| row.status).collect();
    let reason = Some("Wrap up".to_owned());
    let expected = [
        // As the agent is added.
        AgentStatus::LoggedOut,
        AgentStatus::LoggedIn,
        AgentStatus::Paused { reason },
        AgentStatus::LoggedIn,
    ];
    assert_eq!(all, expected);
    drop(store);
    server::verify(&folder);
}
