//! Journals and snapshots of an earlier day: what a store holds must be read as it
//! was written, or be known by its stamp as something that can not be.
//!
//! Where this fails, a change of the engine has changed what a journal leads to, or
//! how entries or states are laid out, and a server that is updated would go wrong.
//! Raise `ENGINE_SEMANTICS`, then write the file anew with
//! `TANDEM_BLESS=1 cargo test -p tandem-tests --test laws golden`.

use std::fs;
use std::path::PathBuf;

use proptest::strategy::{Strategy as _, ValueTree};
use proptest::test_runner::TestRunner;
use serde::{Deserialize, Serialize};
use tandem_engine::{ENGINE_SEMANTICS, Engine, Entry, Outbox};
use tandem_tests::acts::{Profile, history};
use tandem_tests::caught::caught;
use tandem_tests::live::{Line, chain};
use tandem_tests::perform::play;

/// Journals of the file.
const JOURNALS: usize = 24;

#[derive(Debug, Serialize, Deserialize)]
struct Golden {
    seed: u64,
    entries: Vec<Entry>,
    /// Rolling hash of all outputs.
    outputs: u128,
    /// The state after the last entry, and its hash.
    snapshot: Vec<u8>,
    state: u128,
}

fn file() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/journals.bin"
    ))
}

/// What the journal leads to now.
fn now(seed: u64, entries: Vec<Entry>) -> Golden {
    let (mut engine, mut out, mut outputs) = (Engine::new(seed), Outbox::default(), 0);
    for entry in &entries {
        engine.apply(entry, &mut out);
        outputs = chain(outputs, &out);
    }
    Golden {
        seed,
        entries,
        outputs,
        snapshot: engine.snapshot(),
        state: engine.hash(),
    }
}

/// Whether a draw decides something in it: with other draws it leads elsewhere, or nowhere.
fn hangs_on_draws(golden: &Golden) -> bool {
    let other = caught(|| now(!golden.seed, golden.entries.clone()));
    !other.is_ok_and(|other| other.outputs == golden.outputs)
}

fn bless() {
    let mut runner = TestRunner::deterministic();
    let histories = history(&Profile::mixed());
    let mut golden: Vec<Golden> = Vec::new();
    while golden.len() < JOURNALS {
        let tree = histories.new_tree(&mut runner).expect("histories are made");
        let (centre, steps) = tree.current();
        let (world, played) = play(&centre, &steps, ());
        played.expect("a history goes well");
        let lines = world.live.lines().iter();
        let entries = lines.map(|Line { entry, .. }| entry.clone());
        golden.push(now(centre.seed, entries.collect()));
        if golden.len() == JOURNALS && !golden.iter().any(hangs_on_draws) {
            golden.pop();
        }
    }
    let head = ENGINE_SEMANTICS.to_le_bytes().to_vec();
    let bytes = postcard::to_extend(&golden, head).expect("it is written to memory");
    fs::write(file(), bytes).expect("the file can be written");
}

#[test]
fn a_golden_journal_leads_to_what_it_led_to() {
    const RAISE: &str = "raise ENGINE_SEMANTICS, see above";
    if std::env::var("TANDEM_BLESS").is_ok_and(|value| value == "1") {
        bless();
    }
    let bytes = fs::read(file()).expect("the file is there");
    let (head, body) = bytes.split_first_chunk().expect("it begins with its stamp");
    assert_eq!(
        u32::from_le_bytes(*head),
        ENGINE_SEMANTICS,
        "the semantics were raised: write the file anew, see above"
    );
    let golden: Vec<Golden> = postcard::from_bytes(body).expect(RAISE);
    assert_eq!(golden.len(), JOURNALS);
    assert!(
        golden.iter().any(hangs_on_draws),
        "no draw decides anything"
    );
    for (number, golden) in golden.into_iter().enumerate() {
        let Golden { seed, entries, .. } = &golden;
        let now = caught(|| now(*seed, entries.clone())).expect(RAISE);
        assert_eq!(
            now.outputs, golden.outputs,
            "outputs of journal {number}: {RAISE}"
        );
        assert_eq!(
            now.state, golden.state,
            "state after journal {number}: {RAISE}"
        );
        let restored = Engine::restore(&golden.snapshot).expect(RAISE);
        assert_eq!(restored.hash(), golden.state, "snapshot {number}: {RAISE}");
    }
}
