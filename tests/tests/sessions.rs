//! Sessions: what they say, what is wrong in them, and what people live through.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use tandem_engine::config::reader::Source;
use tandem_engine::{SECOND_US, Span, Timestamp};
use tandem_sim::session::{ACTS_MAX, End, Session, UNTIL_S_MAX, play, read};
use tandem_tests::cases::{Regressions, hold};

/// What happens in a performed session lies so far apart.
const APART: Span = Span::from_micros(500_000);

const CENTRE: &str = "[[extension]]\nnumbers = \"1001-1002\"\n[[queue]]\nnumber = \"6400\"\n\
    name = \"Support\"\nstrategy = \"linear\"\nstatic_agents = [\"1001-1002\"]\nwrap_up_s = 0\n\
    agent_timeout_s = 10\nretry_interval_s = 1\n";

fn text(acts: &[&str]) -> String {
    let acts: Vec<String> = acts.iter().map(|act| format!("  {act:?},\n")).collect();
    format!(
        "[session]\nuntil_s = 60\nacts = [\n{}]\n{CENTRE}",
        acts.concat()
    )
}

fn session(acts: &[&str]) -> Session {
    let text = text(acts);
    read(Source::new("a session", &text)).unwrap_or_else(|why| panic!("{why}"))
}

fn at(tenths: u64) -> Timestamp {
    Timestamp::from_micros(tenths * 100_000)
}

#[test]
fn everybody_lives_through_what_the_session_says() {
    let session = session(&[
        "9 1002 hangs up",
        "1 Adam calls 6400 from 4930111",
        "2.5 1001 refuses",
        "4.5 1002 answers",
    ]);
    let played = play(&session, 0).expect("it can be done");
    let [adam] = &played.callers[..] else {
        panic!("{played:?}");
    };
    assert_eq!((adam.called, adam.answered), (at(10), Some(at(10))));
    assert_eq!(adam.end, Some((at(90), End::Others)));
    let rings: Vec<_> = (played.rings.iter())
        .map(|ring| (ring.number.to_string(), ring.answered, ring.end))
        .collect();
    let own = |tenths| Some((at(tenths), End::Own));
    assert_eq!(
        rings,
        [
            ("1001".to_owned(), None, own(25)),
            ("1002".to_owned(), Some(at(45)), own(90)),
        ]
    );
    let [visit] = &played.visits[..] else {
        panic!("{played:?}");
    };
    assert_eq!(
        visit.agent.map(|agent| agent.to_string()).as_deref(),
        Some("1002")
    );
    assert_eq!(visit.record.waited.micros(), 3_500_000);
    assert_eq!(visit.record.talked.micros(), 4_500_000);
}

/// The sessions that are performed at the live server.
fn performed() -> Vec<(String, Session)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions");
    let files = fs::read_dir(folder).expect("it is there").map(|file| {
        let path = file.expect("it can be listed").path();
        let text = fs::read_to_string(&path).expect("it can be read");
        let name = path.display().to_string();
        let session = read(Source::new(&name, &text)).unwrap_or_else(|why| panic!("{why}"));
        (name, session)
    });
    files.collect()
}

/// No two moments in which something happens are so near to one another that a machine could
/// mix them up, whoever is drawn where an agent is drawn.
#[test]
fn moments_of_performed_sessions_lie_apart() {
    for (name, session) in performed() {
        for seed in 0..32 {
            let played = play(&session, seed);
            let played = played.unwrap_or_else(|why| panic!("{name}, seed {seed}: {why}"));
            let mut moments = played.moments();
            moments.extend(session.acts.iter().map(|(at, _)| *at));
            moments.sort();
            moments.dedup();
            for pair in moments.windows(2) {
                let between = pair[1].since(pair[0]);
                assert!(between >= APART, "{name}: {} and {}", pair[0], pair[1]);
            }
        }
    }
}

/// Whoever wants to see all of it performed has ten minutes.
#[test]
fn performed_sessions_last_ten_minutes_together() {
    let lasts = |(_, session): (String, Session)| session.until.micros();
    let together: u64 = performed().into_iter().map(lasts).sum();
    assert!(together <= 600 * SECOND_US, "{together} microseconds");
}

/// Which agent is drawn hangs on the seed.
#[test]
fn who_is_drawn_answers() {
    let acts = [
        "1 Adam calls 6400 from 4930111",
        "2.5 Adam is answered",
        "9 Adam hangs up",
    ];
    let text = text(&acts).replace("linear", "random");
    let session = read(Source::new("a session", &text)).unwrap_or_else(|why| panic!("{why}"));
    let answered = (0..64).map(|seed| {
        let played = play(&session, seed).expect("it can be done");
        played.visits[0].agent.map(|agent| agent.to_string())
    });
    let mut answered: Vec<_> = answered.flatten().collect();
    answered.sort();
    answered.dedup();
    assert_eq!(answered, ["1001", "1002"]);
}

#[test]
fn a_talk_is_held_and_its_agent_sent_on() {
    let session = session(&[
        "1 Adam calls 6400 from 4930111",
        "2 1001 answers",
        "3 1001 holds",
        "5 1001 resumes",
        "6 1001 transfers agent of Adam to 1002",
        "8 1002 answers",
        "9 agent-of-Adam hangs up",
    ]);
    let played = play(&session, 0).expect("it can be done");
    let record = &played.visits[0].record;
    assert_eq!(
        (record.held.micros(), record.talked.micros()),
        (2_000_000, 4_000_000)
    );
    let [own, other] = &played.rings[..] else {
        panic!("{played:?}");
    };
    assert_eq!(own.holds, [(at(30), true), (at(50), false)]);
    assert_eq!(own.end, Some((at(90), End::Own)));
    assert_eq!(
        (other.answered, other.end),
        (Some(at(80)), Some((at(90), End::Others)))
    );
}

#[test]
fn what_can_not_be_done_is_told() {
    for (acts, wanted) in [
        (&["1 1001 answers"][..], "at 1s: Answer"),
        (&["1 Adam hangs up"], "Adam has not called"),
        (&["1 1001 logs in"], "NoChange"),
        (&["1 Adam calls 7777 from 4930111"], "UnknownNumber"),
    ] {
        let told = play(&session(acts), 0).expect_err("it can not be done");
        assert!(told.contains(wanted), "{acts:?}: {told}");
    }
}

#[test]
fn what_is_wrong_in_a_session_is_told_with_its_place() {
    for (act, wanted) in [
        (
            "Adam calls 6400 from 4930111",
            "it begins with a moment in seconds, as 12.5",
        ),
        (
            "1.1234567 1001 answers",
            "it begins with a moment in seconds, as 12.5",
        ),
        ("1", "somebody's name or number is missing"),
        ("1 1001", "what happens is missing"),
        ("1 1001 sings", "an extension does not do \\\"sings\\\""),
        ("1 Adam sings", "a caller does not do \\\"sings\\\""),
        ("1 1001 answers now", "\\\"now\\\" is too much"),
        ("1 1001 hangs on", "\\\"up\\\" is missing"),
        ("1 1001 logs off", "nobody logs off"),
        (
            "1 1001 pauses in 6400 because",
            "\\\"because\\\" is too much",
        ),
        (
            "1 1001 pauses in there",
            "\\\"there\\\" is not a queue's number",
        ),
        ("1 Adam calls", "a number is missing"),
        ("1 Adam calls 6400", "\\\"from\\\" is missing"),
        ("1 Adam calls 6400 from home", "\\\"home\\\" is no number"),
        ("1 Adam presses 55", "\\\"55\\\" is not a key"),
        ("1 1001 redirects Adam", "\\\"to\\\" is missing"),
        (
            "1 1001 asks Adam about Bert",
            "\\\"Adam\\\" is not a number",
        ),
        ("1 1001 asks 1002 Adam", "\\\"about\\\" is missing"),
        ("1 1001 returns Adam", "\\\"to\\\" is missing"),
        ("1 1001 completes Adam", "\\\"transfer\\\" is missing"),
        ("60.1 1001 answers", "this comes behind until_s"),
    ] {
        let text = text(&[act]);
        let told = read(Source::new("a session", &text)).expect_err("it is wrong");
        let told = told.to_string();
        let wanted = wanted.replace('\\', "");
        assert!(told.contains(&wanted), "{act}: {told}");
        assert!(told.contains("a session:4:"), "{act}: {told}");
    }
}

#[test]
fn a_session_has_so_many_acts_at_most() {
    let acts = |count| vec!["1 1001 answers"; count];
    assert!(read(Source::new("a session", &text(&acts(ACTS_MAX)))).is_ok());
    let told = read(Source::new("a session", &text(&acts(ACTS_MAX + 1))));
    let told = told.expect_err("it is one too many").to_string();
    assert!(told.contains("there are more than 1000 acts"), "{told}");
}

#[test]
fn a_session_lasts_a_day_at_most() {
    let lasting = |seconds: u64| {
        let text = text(&[]).replace("until_s = 60", &format!("until_s = {seconds}"));
        read(Source::new("a session", &text)).map(|session| session.until)
    };
    assert_eq!(lasting(UNTIL_S_MAX).ok(), Some(at(10 * UNTIL_S_MAX)));
    assert!(lasting(UNTIL_S_MAX + 1).is_err());
    assert!(lasting(0).is_err());
}

#[test]
fn any_line_has_an_answer() {
    let words = prop::sample::select(vec![
        "0",
        "1.5",
        "Adam",
        "1001",
        "6400",
        "about",
        "answers",
        "asks",
        "calls",
        "completes",
        "from",
        "extension",
        "agent",
        "answered",
        "hangs",
        "holds",
        "is",
        "joins",
        "resumes",
        "up",
        "listens",
        "whispers",
        "logs",
        "in",
        "out",
        "of",
        "to",
        "parks",
        "pauses",
        "for",
        "presses",
        "5",
        "redirects",
        "refuses",
        "returns",
        "takes",
        "transfer",
        "transfers",
        "unpauses",
        "voicemail",
        "4930111",
        "99999999999999999999999999999999",
        "\u{e9}",
        "-1",
        ".",
        "18446744073709551615",
    ]);
    let line = prop::collection::vec(words, 0..8).prop_map(|words| words.join(" "));
    let lines = prop::collection::vec(line, 1..12);
    let known = Regressions::new("sessions.txt");
    hold("any_line_has_an_answer", &known, 500, &lines, |lines| {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let text = text(&lines);
        if let Ok(session) = read(Source::new("a session", &text)) {
            let _played = play(&session, 0);
        }
        Ok(())
    });
}
