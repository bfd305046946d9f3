//! `tandem demo`: simulated people, real calls, and figures that agree.
//!
//! Here, beside the other tests, because Cargo tells only the tests of a command's
//! own package where it has built the command.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use serde_json::Value;

fn demo(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
    command.arg("demo").args(args);
    command
}

/// All queues' figures of this name added up.
fn sum(json: &Value, figure: &str, which: &str) -> f64 {
    let queues = json["queues"].as_object().expect("queues by name");
    let values = queues.values().map(|queue| &queue[figure][which]);
    values.map(|value| value.as_f64().expect("a count")).sum()
}

#[test]
fn a_demo_is_a_day_of_the_scenario() {
    // Five minutes of the scenario, and the seed, are such that nobody calls in
    // the last seconds: a slow machine could count him to the time after.
    let args = ["--speed", "30", "--for", "5", "--seed", "25", "--json"];
    let out = demo(&args).output().expect("the command was built");
    let (text, why) = (
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr),
    );
    assert!(out.status.success(), "{}: {why}", out.status);
    let json: Value = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why}: {text}"));
    println!("{text}");
    assert_eq!(json["scenario"], "demo");
    assert_eq!(json["seed"], 25);
    assert_eq!(json["speed"], 30);

    let voices = |key: &str| json["voices"][key].as_u64().expect("a count");
    assert!(voices("talks") > 0, "somebody talks");
    assert_eq!(voices("heard_each_other"), voices("talks"));
    assert_eq!(voices("failed"), 0);

    // The same people in a simulation: nobody is lost, and nobody comes twice.
    let live = |figure| sum(&json, figure, "live");
    assert_eq!(live("offered"), sum(&json, "offered", "simulated"));
    assert_eq!(live("answered") + live("abandoned"), live("offered"));
    let queues = json["queues"].as_object().expect("queues by name");
    let shown: Vec<&str> = queues.keys().map(String::as_str).collect();
    assert_eq!(shown, ["Sales", "Support"]);
    for queue in queues.values() {
        for figure in queue.as_object().expect("figures by name").values() {
            let band = &figure["forecast"]["band95"];
            let (low, high) = (band[0].as_f64(), band[1].as_f64());
            let inside = figure["live"]
                .as_f64()
                .map(|live| low.is_some_and(|low| low <= live) && Some(live) <= high);
            assert_eq!(figure["inside"].as_bool(), inside, "{figure}");
        }
    }
}

#[test]
fn a_demo_can_be_stopped() {
    let mut child = demo(&["--speed", "30", "--for", "60", "-n", "39"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command was built");
    let mut out = BufReader::new(child.stdout.take().expect("its output is ours"));
    let mut line = String::new();
    while !line.contains("1 answered") {
        line.clear();
        let length = out.read_line(&mut line).expect("it speaks UTF-8");
        assert!(length > 0, "it ended before anybody was answered");
    }
    // Once for no more calls, twice for no more waiting.
    let pid = child.id().to_string();
    for _ in 0..2 {
        let told = Command::new("kill").args(["-INT", &pid]).status();
        assert!(told.expect("kill is there").success());
        line.clear();
        out.read_line(&mut line).expect("it speaks UTF-8");
    }
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("it speaks UTF-8");
    let status = child.wait().expect("it is ours");
    assert!(status.success(), "{status}: {line}{rest}");
    assert!(rest.contains("Forecast: 39 other days"), "{rest}");
}

#[test]
fn a_demo_that_would_be_too_fast_says_what_would_do() {
    let out = demo(&["--speed", "31"]).output();
    let out = out.expect("the command was built");
    assert_eq!(out.status.code(), Some(2));
    let why = String::from_utf8_lossy(&out.stderr);
    assert!(why.contains("at most 30 would do"), "{why}");
}
