//! The live server and real SIP peers: SIPp calls, SIPp answers, and the records
//! are held against what SIPp saw.
//!
//! Here, beside the other tests, because Cargo tells only the tests of a command's own
//! package where it has built the command.

mod announcements;
mod callbacks;
mod codes;
mod consultations;
mod dialogs;
mod faults;
mod kills;
mod mail;
mod menus;
mod outward;
mod peers;
mod phone;
mod recorded;
mod registrations;
mod server;
mod session;
mod sides;
mod supervised;
mod survey;
mod torture;
mod trunked;
mod voices;

use std::collections::BTreeSet;

use peers::{Agents, Callers};
use server::{Server, records};
use voices::Voices;

/// Agents of the queue.
const AGENTS: usize = 10;

fn full() -> bool {
    std::env::var_os("TANDEM_FULL").is_some()
}

#[test]
fn sipp_calls_a_queue_and_every_record_agrees() {
    let (calls, rate) = if full() { (200, 5) } else { (60, 10) };
    let folder = server::folder("sipp_calls");
    let voices = Voices::start();
    let agents = Agents::start(&folder, voices.agents());
    let mut server = Server::start(&folder, &server::centre(AGENTS, agents.port()));
    let callers = Callers {
        to: server.sip(),
        rtp: voices.callers(),
        calls,
        rate,
        stays_ms: 1_000,
    };
    let seen = callers.call(&folder);
    assert_eq!((seen.successful, seen.failed), (calls, 0), "what SIPp saw");
    server.stop();
    drop(agents);

    let records = records(&folder);
    assert_eq!(records.len(), calls, "one record for each call");
    let numbers: BTreeSet<String> = records.iter().map(|record| record.caller.clone()).collect();
    assert_eq!(numbers, (1..=calls).map(|n| format!("+49301{n}")).collect());
    assert!(
        records.iter().all(|record| record.outcome == "answered"),
        "{records:?}"
    );
    // Everybody is free again before his turn comes: round robin goes round.
    let order: Vec<usize> = records.iter().map(|record| record.agent).collect();
    let expected: Vec<usize> = (0..calls).map(|n| 1001 + n % AGENTS).collect();
    assert_eq!(order, expected, "the strategy's order");

    let heard = voices.heard();
    println!("{calls} calls at {rate}/s; heard: {heard:?}");
    assert_eq!(heard.music, calls, "callers who heard music");
    assert_eq!(heard.callers_heard, calls, "agents who heard their caller");
    assert_eq!(heard.agents_heard, calls, "callers who heard their agent");
    server::verify(&folder);
}
