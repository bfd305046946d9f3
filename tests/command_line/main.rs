//! The command line: what people and their scripts see of `tandem`.
//!
//! Cargo tells only the tests of a command's own package where it has built the
//! command, and builds it for them. Therefore this folder does not lie among the
//! other tests, and `server/Cargo.toml` names it.

mod explain;
#[path = "../src/fingerprint.rs"]
mod fingerprint;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use xxhash_rust::xxh3::xxh3_128;

/// Every scenario that ships, with as many replications as show that they are
/// merged in their order: in some cases fewer than there are threads.
const SHIPPED: [(&str, u32); 6] = [
    ("bank-january", 2),
    ("demo", 19),
    ("erlang-a-10", 5),
    ("erlang-a-100", 3),
    ("support-day", 19),
    ("two-queues", 19),
];

/// Threads of each run; the last one is a process apart in other surroundings.
const THREADS: [u32; 4] = [1, 2, 8, 8];

fn root() -> &'static Path {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    server.parent().expect("the crate lies in the workspace")
}

fn shipped(name: &str) -> PathBuf {
    root().join("scenarios").join(name).with_extension("toml")
}

/// A new, empty folder.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the folder is ours");
    }
    fs::create_dir_all(&folder).expect("tests may write here");
    folder
}

fn tandem() -> Command {
    Command::new(env!("CARGO_BIN_EXE_tandem"))
}

fn run(command: &mut Command) -> Output {
    command.output().expect("the command was built")
}

/// Whether the data are there that a scenario replays; they are no part of
/// Tandem.
fn can_run(name: &str) -> bool {
    let text = fs::read_to_string(shipped(name)).expect("the scenario ships");
    let log = "anonymous-bank/january.txt.xz";
    if !text.contains("log = \"$TANDEM_DATA/") {
        return true;
    }
    let data = std::env::var_os("TANDEM_DATA").map(PathBuf::from);
    let is_there = data.is_some_and(|data| data.join(log).is_file());
    if !is_there {
        println!("{name}: left out, TANDEM_DATA names no folder with {log}");
    }
    is_there
}

fn all_that_can_run() -> impl Iterator<Item = (&'static str, u32)> {
    SHIPPED.into_iter().filter(|(name, _)| can_run(name))
}

/// Everything that a simulation leaves.
struct Left {
    status: Option<i32>,
    json: Vec<u8>,
    page: Vec<u8>,
    trace: Vec<u8>,
}

fn simulate(name: &str, replications: u32, place: usize) -> Left {
    let folder = folder(&format!("{name}-{place}"));
    let (page, trace) = (folder.join("page.html"), folder.join("trace.csv"));
    let mut command = tandem();
    command
        .arg("simulate")
        .arg(shipped(name))
        .args(["--replications", &replications.to_string()])
        .args(["--threads", &THREADS[place].to_string()])
        .arg("--json")
        .arg("--html")
        .arg(&page)
        .arg("--trace")
        .arg(&trace);
    if place == THREADS.len() - 1 {
        let elsewhere = [("TZ", "Pacific/Auckland"), ("LC_ALL", "C"), ("HOME", "/")];
        command.envs(elsewhere).current_dir(&folder);
    }
    let output = run(&mut command);
    let read = |path| fs::read(path).expect("the file was written");
    let left = Left {
        status: output.status.code(),
        json: output.stdout,
        page: read(&page),
        trace: read(&trace),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    // So few replications may miss what all of them together must show.
    assert!(matches!(left.status, Some(0 | 1)), "{name}: {said}");
    fs::remove_dir_all(folder).expect("the folder is ours");
    left
}

/// Asserts that bytes are the same; a failure shows the first line that is not.
fn assert_same(what: &str, one: &[u8], other: &[u8]) {
    if one == other {
        return;
    }
    let lines = |bytes: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(bytes);
        text.lines().map(str::to_owned).collect()
    };
    let (one, other) = (lines(one), lines(other));
    let both = one.iter().zip(&other);
    let line = both.take_while(|(a, b)| a == b).count();
    panic!(
        "{what} differs from line {} on: {:?}, not {:?}",
        line + 1,
        other.get(line),
        one.get(line)
    );
}

/// The same bytes with any number of threads, in any process, wherever that
/// runs; `./test --full` compares those of both build profiles.
#[test]
fn a_simulation_is_the_same_every_time() {
    for (name, replications) in all_that_can_run() {
        let first = simulate(name, replications, 0);
        assert!(first.trace.len() > 100_000, "{name}: hardly a call");
        for (place, threads) in THREADS.into_iter().enumerate().skip(1) {
            let again = simulate(name, replications, place);
            let what = |what: &str| format!("{name}, {threads} threads, run {place}: {what}");
            assert_same(&what("the JSON"), &first.json, &again.json);
            assert_same(&what("the trace"), &first.trace, &again.trace);
            assert_same(&what("the page"), &first.page, &again.page);
            assert_eq!(first.status, again.status, "{}", what("the exit status"));
        }
        for (part, bytes) in [
            ("json", &first.json),
            ("page", &first.page),
            ("trace", &first.trace),
        ] {
            let hash = format!("{:032x}", xxh3_128(bytes));
            fingerprint::record(&format!("command-line/{name}/{part}"), hash);
        }
    }
}

/// Another seed gives other figures: else the test above would show nothing.
#[test]
fn another_seed_is_another_day() {
    let queues = |seed: &str| {
        let mut command = tandem();
        command.arg("simulate").arg(shipped("two-queues"));
        let json = run(command.args(["-n", "1", "--json", "--seed", seed])).stdout;
        let report: Value = serde_json::from_slice(&json).expect("it is one JSON object");
        report["queues"].clone()
    };
    assert_eq!(queues("1"), queues("1"));
    assert_ne!(queues("1"), queues("2"));
}

#[test]
fn every_shipped_scenario_is_listed_and_shows_what_it_must() {
    let entries = fs::read_dir(root().join("scenarios")).expect("the folder ships");
    let mut there: Vec<String> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    there.sort();
    assert_eq!(there, SHIPPED.map(|(name, _)| name));
    for (name, _) in all_that_can_run() {
        let output = run(tandem().arg("simulate").arg(shipped(name)));
        let (said, shown) = (
            String::from_utf8_lossy(&output.stderr),
            String::from_utf8_lossy(&output.stdout),
        );
        assert_eq!(output.status.code(), Some(0), "{name}: {said}\n{shown}");
    }
}

/// Statuses that scripts rely on, and nothing on the standard output that could
/// be taken for figures.
#[test]
fn the_exit_status_says_how_it_went() {
    let folder = folder("statuses");
    let scenario = |name: &str, more: &str| {
        let text = fs::read_to_string(shipped("two-queues")).expect("the scenario ships");
        let path = folder.join(name);
        fs::write(&path, text + more).expect("tests may write here");
        path
    };
    let demanding = scenario(
        "demanding.toml",
        "\n[[expect]]\nfigure = \"service_level\"\nat_least = 1.0\n",
    );
    let wrong = scenario("wrong.toml", "\n[[expect]]\nfigure = \"happiness\"\n");
    let missing = folder.join("missing.toml");
    let status = |path: &Path| {
        let output = run(tandem().arg("simulate").arg(path).args(["-n", "2"]));
        (output.status.code(), output.stdout.is_empty())
    };
    assert_eq!(status(&demanding), (Some(1), false));
    assert_eq!(status(&wrong), (Some(2), true));
    assert_eq!(status(&missing), (Some(2), true));
    let check = |path: &Path| run(tandem().arg("check").arg(path)).status.code();
    assert_eq!(check(&demanding), Some(0));
    assert_eq!(check(&wrong), Some(2));
    // A page does not overwrite the scenario that it shows.
    let before = fs::read(&demanding).expect("it was written");
    let mut command = tandem();
    command
        .arg("simulate")
        .arg(&demanding)
        .arg("--html")
        .arg(&demanding);
    assert_eq!(run(&mut command).status.code(), Some(2));
    assert_eq!(fs::read(&demanding).expect("it was written"), before);
}

#[test]
fn tokens_are_made_listed_and_forgotten_by_name() {
    let data = folder("tokens").join("data");
    let token = |words: &[&str]| {
        let mut tandem = tandem();
        tandem.arg("token").args(words).arg("--data").arg(&data);
        let output = run(&mut tandem);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let wrong = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said, wrong)
    };
    let (code, _, wrong) = token(&["list"]);
    assert!(code == Some(2) && wrong.contains("there is no "), "{wrong}");
    // Data begin with a start, or with a secret.
    let mut secret = tandem();
    secret
        .args(["secret", "set", "sip/1001", "--data"])
        .arg(&data);
    let mut child = secret.stdin(Stdio::piped()).spawn().expect("it was built");
    let mut stdin = child.stdin.take().expect("its input is ours");
    stdin.write_all(b"s3cret\n").expect("it reads");
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
    let (code, made, _) = token(&["add", "anna", "--extension", "1001"]);
    assert!(code == Some(0) && made.starts_with("tandem-"), "{made}");
    let (_, others, _) = token(&["add", "prometheus", "--system"]);
    assert_ne!(made, others);
    for (words, because) in [
        (&["add", "anna", "--system"][..], "a token anna already"),
        (&["add", "bert"], "--extension"),
        (&["add", "bert", "--extension", "one"], "one"),
        (&["add", "bert", "--extension", "1", "--system"], "--system"),
        (&["delete", "bert"], "no token bert"),
    ] {
        let (code, _, wrong) = token(words);
        assert!(
            code == Some(2) && wrong.contains(because),
            "{words:?}: {wrong}"
        );
    }
    let names = || -> Vec<Vec<String>> {
        let (_, list, _) = token(&["list"]);
        assert!(!list.contains(made.trim()), "a token is shown this once");
        let words = |line: &str| line.split_whitespace().take(2).map(str::to_owned).collect();
        list.lines().map(words).collect()
    };
    assert_eq!(names(), [["anna", "1001"], ["prometheus", "system"]]);
    assert_eq!(token(&["delete", "anna"]).0, Some(0));
    assert_eq!(names(), [["prometheus", "system"]]);
}

#[test]
fn secrets_have_owners_and_looking_makes_nothing() {
    let folder = folder("secrets");
    let (data, mistyped) = (folder.join("data"), folder.join("dtaa"));
    let secret = |command: &str, data: &Path, name: Option<&str>| {
        let mut tandem = tandem();
        tandem.args(["secret", command]).args(name).arg("--data");
        tandem
            .arg(data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = tandem.stderr(Stdio::piped()).spawn().expect("it was built");
        let mut stdin = child.stdin.take().expect("its input is ours");
        // Whoever wants no secret has closed it.
        let _unread = stdin.write_all(b"s3cret\n");
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let wrong = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said, wrong)
    };
    for (command, name) in [("list", None), ("delete", Some("sip/1001"))] {
        let (code, _, wrong) = secret(command, &mistyped, name);
        assert_eq!(code, Some(2), "{command}: {wrong}");
        assert!(wrong.contains("there is no "), "{wrong}");
        assert!(!mistyped.exists(), "{command} made a folder");
    }
    for wrong_name in ["1001", "sip/Anna", "trunk/", "token/1"] {
        let (code, _, wrong) = secret("set", &data, Some(wrong_name));
        assert_eq!(code, Some(2), "{wrong_name}: {wrong}");
        assert!(wrong.contains("sip/NUMBER"), "{wrong}");
    }
    assert!(!data.exists(), "a wrong name made a folder");
    assert_eq!(secret("set", &data, Some("sip/1001")).0, Some(0));
    assert_eq!(secret("list", &data, None).1, "sip/1001\n");
    let (code, _, wrong) = secret("delete", &data, Some("sip/1002"));
    assert_eq!(code, Some(2), "{wrong}");
    assert!(wrong.contains("there is no secret sip/1002"), "{wrong}");
    assert_eq!(secret("delete", &data, Some("sip/1001")).0, Some(0));
    assert_eq!(secret("list", &data, None).1, "");
}
