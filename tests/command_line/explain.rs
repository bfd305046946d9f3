//! `tandem explain`, of a scenario and of a folder of data.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tandem_engine::{Caller, Effect, Event, Input, Number};
use tandem_server::driver::{self, ConfigFile, StartOptions};
use tandem_server::store::Store;

use super::{folder, run, shipped, tandem};

/// Status, what was shown, and what was said.
fn explain(words: &[&str], data: Option<&Path>) -> (Option<i32>, String, String) {
    let mut command = tandem();
    command.arg("explain").args(words);
    if let Some(data) = data {
        command.arg("--data").arg(data);
    }
    let output = run(&mut command);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// A line of a trace names its call, and the story of it has the same figures.
#[test]
fn every_line_of_a_trace_can_be_explained() {
    let folder = folder("explain-trace");
    let trace = folder.join("calls.csv");
    let mut command = tandem();
    command.arg("simulate").arg(shipped("two-queues"));
    command.args(["-n", "2", "--trace"]).arg(&trace);
    assert!(run(&mut command).status.code().is_some());
    let trace = fs::read_to_string(&trace).expect("it was written");
    let scenario = shipped("two-queues");
    let scenario = scenario.to_str().expect("it is text");
    let lines: Vec<&str> = trace.lines().skip(1).collect();
    // Some of both replications, and the first that waited long.
    let long = lines.iter().position(|line| line.contains(",abandoned,"));
    let places = [0, 100, long.unwrap_or(1), lines.len() - 1];
    for line in places.map(|place| lines[place]) {
        let parts: Vec<&str> = line.split(',').collect();
        let [_, queue, waited, outcome, agent, talked, replication, call] = parts[..] else {
            panic!("{line}");
        };
        let words = [scenario, call, "--replication", replication, "--json"];
        let (code, json, said) = explain(&words, None);
        assert_eq!(code, Some(0), "{line}: {said}");
        let story: Value = serde_json::from_str(&json).expect("it is one JSON object");
        let visits = story["visits"].as_array().expect("a list");
        let seconds = |text: &str| text.parse::<f64>().expect("seconds");
        let same = |visit: &Value| {
            visit["queue"]["name"] == queue
                && visit["outcome"] == outcome
                && visit["waited_s"].as_f64() == Some(seconds(waited))
                && visit["talked_s"].as_f64() == Some(seconds(talked))
                && visit["agent"]["number"].as_str().unwrap_or("") == agent
        };
        assert!(visits.iter().any(same), "{line}: {json}");
        let (code, text, _) = explain(&words[..4], None);
        assert_eq!(code, Some(0));
        assert!(text.starts_with(&format!("Call {call} from ")), "{text}");
    }
}

#[test]
fn a_scenario_is_shown_as_it_stood() {
    let scenario = shipped("support-day");
    let scenario = scenario.to_str().expect("it is text");
    for at in [
        "12600",
        "10:30",
        "10:30:00",
        "2026-11-23T10:30",
        "2026-11-23T09:30:00Z",
    ] {
        let (code, text, said) = explain(&[scenario, "--at", at], None);
        assert_eq!(code, Some(0), "{at}: {said}");
        let first = text.lines().next();
        assert_eq!(
            first,
            Some("At 10:30:00 on Mon 23 Nov 2026 (Europe/Berlin)")
        );
        assert!(text.contains("\nSupport (6400): "), "{text}");
    }
    let (code, text, _) = explain(&[scenario, "--at", "40", "--queue", "Support"], None);
    assert!(code == Some(0) && text.contains("Support (6400)"), "{text}");
}

#[test]
fn what_can_not_be_explained_says_why() {
    let scenario = shipped("support-day");
    let scenario = scenario.to_str().expect("it is text");
    let none = folder("explain-nothing").join("data");
    for (words, data, status, because) in [
        (&[][..], None, 2, "--data FOLDER"),
        (&["0-1"], None, 2, "--data FOLDER"),
        (&[scenario], None, 2, "name a call"),
        (&[scenario, "one"], None, 2, "such as 0-204"),
        (&[scenario, "9999999"], None, 1, "has no call 0-9999999"),
        (&[scenario, "--at", "noon"], None, 2, "no moment"),
        (&[scenario, "--at", "999999"], None, 1, "nothing happens"),
        (&[scenario, "0-1", "--at", "9"], None, 2, "name none"),
        (
            &[scenario, "--at", "9", "--queue", "Sale"],
            None,
            2,
            "Support (6400)",
        ),
        (&["0-1"], Some(&*none), 2, "there is no "),
        (&["0-1", "--seed", "1"], Some(&*none), 2, "--seed"),
        (&["missing.toml", "1"], None, 2, "missing.toml"),
    ] {
        let (code, shown, said) = explain(words, data);
        assert_eq!(code, Some(status), "{words:?}: {said}");
        assert!(shown.is_empty(), "{words:?}: {shown}");
        assert!(said.contains(because), "{words:?}: {said}");
    }
    assert!(!none.exists(), "looking makes nothing");
}

const CENTRE: &str = r#"
[[extension]]
number = "1001"
name = "Ann"

[[queue]]
number = "6400"
name = "Support"
strategy = "least_recent"
static_agents = ["1001"]
wrap_up_s = 0
"#;

/// A caller is answered at once, the next one waits until that is over.
fn make_data(data: &Path) {
    let store = Store::open(data).expect("it can be made");
    let (port, mut batches) = driver::port();
    let mut options = StartOptions::new(store);
    options.ports.push(port);
    options.config = Some(ConfigFile {
        name: "centre.toml".to_owned(),
        text: CENTRE.to_owned(),
    });
    let running = driver::start(options).expect("it starts");
    let listener = std::thread::spawn(move || while batches.blocking_recv().is_some() {});
    let handle = running.handle();
    let tell = |input| handle.ask_blocking(input).expect("told").out;
    let number = Number::from_u64;
    let extension = number(1001);
    tell(Input::DeviceUp { extension });
    let call = |key: u64| {
        let from = Caller {
            number: number(4711 + key),
            ..Caller::default()
        };
        let out = tell(Input::CallArrived {
            key: u128::from(key),
            from,
            dialled: number(6400),
        });
        let call = out.events.iter().find_map(|event| match event {
            Event::CallArrived { call, .. } => Some(*call),
            _ => None,
        });
        (call.expect("it came"), ring(&out.effects))
    };
    let (first, leg) = call(0);
    tell(Input::LegAnswered {
        leg: leg.expect("Ann is free"),
    });
    let (second, leg) = call(1);
    assert_eq!(leg, None);
    let out = tell(Input::CallerHungUp { call: first });
    let leg = ring(&out.effects).expect("Ann is free");
    tell(Input::LegAnswered { leg });
    tell(Input::CallerHungUp { call: second });
    running.stop().expect("a clean stop");
    listener.join().expect("it only listens");
}

fn ring(effects: &[(tandem_engine::EffectId, Effect)]) -> Option<tandem_engine::LegId> {
    effects.iter().find_map(|(_, effect)| match effect {
        Effect::Ring { leg, .. } => Some(*leg),
        _ => None,
    })
}

#[test]
fn data_are_explained_while_no_server_runs_on_them() {
    let data = folder("explain-data").join("data");
    make_data(&data);
    let (code, text, said) = explain(&["0-1"], Some(&data));
    assert_eq!(code, Some(0), "{said}");
    for part in [
        "Call 0-1 from 4712 to 6400",
        "the only agent on duty was on a call, until Ann (1001)",
        "Ann (1001) rings: the only agent who was free.",
        "Outcome: answered.",
    ] {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
    let (code, json, _) = explain(&["0-1", "--json"], Some(&data));
    let story: Value = serde_json::from_str(&json).expect("it is one JSON object");
    assert_eq!((code, &story["call"]), (Some(0), &"0-1".into()));
    let (code, _, said) = explain(&["0-2"], Some(&data));
    assert!(code == Some(1) && said.contains("no call 0-2"), "{said}");
    let (code, _, said) = explain(&["2"], Some(&data));
    assert!(code == Some(2) && said.contains("such as 0-204"), "{said}");
    let (code, _, said) = explain(&["--at", "2000-01-01T00:00:00Z"], Some(&data));
    assert!(matches!(code, Some(0 | 1)), "{said}");
    let (code, _, said) = explain(&["--at", "2999-01-01T00:00:00Z"], Some(&data));
    assert!(code == Some(2) && said.contains("not come yet"), "{said}");
    // Somebody else uses them: a clear word, and a way out.
    let store = Store::open(&data).expect("nobody uses it");
    let (code, _, said) = explain(&["0-1"], Some(&data));
    assert!(code == Some(2) && said.contains("/story"), "{said}");
    drop(store);
}
