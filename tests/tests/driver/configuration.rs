//! The configuration file and the store.

use tandem_engine::config::model::{Change, ExtensionConfig, QueueConfig};
use tandem_engine::limits::CHANGES_MAX;
use tandem_engine::{By, Input, Number};
use tandem_server::driver::{ImportError, Plain, StartError};
use tandem_tests::site::{Shift, Site};

use super::CENTRE;

fn configured(shift: &Shift) -> usize {
    let configures = |input: &Input| matches!(input, Input::Configure { .. });
    shift.wait_for("the start", |lines| !lines.is_empty());
    shift
        .lines()
        .iter()
        .filter(|line| configures(&line.entry.input))
        .count()
}

fn change(shift: &Shift, name: &str) {
    let mut extension = ExtensionConfig::new(Number::from_u64(1001));
    extension.name = name.to_owned();
    let base = shift
        .heard()
        .iter()
        .rev()
        .find_map(|batch| batch.directory.clone());
    let input = Input::Configure {
        by: By::System,
        base: base.expect("the first batch has it").revision,
        changes: vec![Change::PutExtension(extension)],
    };
    let applied = shift.handle.ask_blocking(input).expect("told");
    assert_eq!(applied.out.reject, None);
}

#[test]
fn a_file_is_imported_when_it_is_another_one() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    assert_eq!(configured(&shift), 1);
    shift.stop().1.expect("a clean stop");
    let shift = site.start(Some(CENTRE));
    assert_eq!(configured(&shift), 0, "the same file again");
    shift.stop().1.expect("a clean stop");
    let other = CENTRE.replace("Support", "Service");
    let shift = site.start(Some(&other));
    assert_eq!(configured(&shift), 1);
    let directory = shift.heard()[0]
        .directory
        .clone()
        .expect("the first batch has it");
    assert_eq!(directory.config.queues[0].name, "Service");
    let revisions = shift.store.revisions(10).expect("readable");
    assert_eq!(revisions.len(), 2);
    assert!(revisions[0].1.text.contains("Service") && revisions[1].1.text.contains("Support"));
    shift.stop().1.expect("a clean stop");
}

#[test]
fn a_file_that_only_looks_different_changes_nothing() {
    let site = Site::new();
    site.start(Some(CENTRE)).stop().1.expect("a clean stop");
    let commented = format!("# A word.\n{CENTRE}");
    let shift = site.start(Some(&commented));
    assert_eq!(configured(&shift), 0);
    change(&shift, "Ann");
    shift.stop().1.expect("a clean stop");
    // It was taken note of, or this would be a conflict.
    let shift = site.start(Some(&commented));
    assert_eq!(configured(&shift), 0, "what was changed elsewhere stays");
    shift.stop().1.expect("a clean stop");
}

#[test]
fn changes_on_both_sides_are_shown_and_refused() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    shift.wait_for("the start", |lines| !lines.is_empty());
    change(&shift, "Ann");
    shift.stop().1.expect("a clean stop");
    let other = CENTRE.replace("Support", "Service");
    let refused = site
        .try_start(Some(&other), false, Plain)
        .expect_err("both sides changed");
    let StartError::Import(ImportError::Conflict { name, difference }) = &refused else {
        panic!("{refused:?}");
    };
    assert_eq!(name, "centre.toml");
    assert!(
        difference.contains("-name = \"Support\"\n+name = \"Service\"\n"),
        "{difference}"
    );
    assert!(difference.contains("-name = \"Ann\"\n"), "{difference}");
    assert!(
        refused.to_string().contains("tandem config export"),
        "{refused}"
    );
    let shift = site
        .try_start(Some(&other), true, Plain)
        .expect("it was told to");
    assert_eq!(configured(&shift), 1);
    shift.stop().1.expect("a clean stop");
}

#[test]
fn changes_in_the_store_alone_are_kept() {
    let site = Site::new();
    let shift = site.start(Some(CENTRE));
    shift.wait_for("the start", |lines| !lines.is_empty());
    change(&shift, "Ann");
    shift.stop().1.expect("a clean stop");
    let shift = site.start(Some(CENTRE));
    assert_eq!(configured(&shift), 0);
    let directory = shift.heard()[0]
        .directory
        .clone()
        .expect("the first batch has it");
    assert_eq!(directory.config.extensions[0].name, "Ann");
    shift.stop().1.expect("a clean stop");
}

#[test]
fn a_file_that_is_wrong_is_refused_with_all_that_is_wrong() {
    let site = Site::new();
    let wrong = CENTRE.replace("\"1004\"", "\"1099\"");
    let refused = site
        .try_start(Some(&wrong), false, Plain)
        .expect_err("1099 is nobody");
    assert!(matches!(
        refused,
        StartError::Import(ImportError::Problems(_))
    ));
    assert!(refused.to_string().contains("centre.toml:"), "{refused}");
}

/// A centre of so many extensions, and queues that lead to each other.
fn large(extensions: u64, wrap_up: u64) -> String {
    let mut text = format!(
        "[[extension]]\nnumbers = \"{}-{}\"\n",
        10_000,
        9_999 + extensions
    );
    for queue in 0..100 {
        let next = 6400 + (queue + 1) % 100;
        text += &format!(
            "[[queue]]\nnumber = \"{}\"\nname = \"Q{queue}\"\nfailover = \"queue {next}\"\n\
             wrap_up_s = {wrap_up}\nstatic_agents = [\"10000-10009\"]\n",
            6400 + queue
        );
    }
    text
}

#[test]
fn a_large_file_is_imported_in_parts() {
    let site = Site::new();
    let shift = site.start(Some(&large(3_000, 30)));
    // One for the options, and each queue that leads on comes twice.
    assert_eq!(configured(&shift), 3_201_usize.div_ceil(CHANGES_MAX));
    assert!(shift.lines().iter().all(|line| line.out.reject.is_none()));
    shift.stop().1.expect("a clean stop");
    // Everything is deleted, and something else comes.
    let shift = site.start(Some(CENTRE));
    assert!(configured(&shift) >= 4);
    assert!(shift.lines().iter().all(|line| line.out.reject.is_none()));
    let directory = shift.heard()[0]
        .directory
        .clone()
        .expect("the first batch has it");
    assert_eq!(directory.config.extensions.len(), 4);
    let queues: Vec<&QueueConfig> = directory.config.queues.iter().collect();
    assert_eq!(queues.len(), 2);
    shift.stop().1.expect("a clean stop");
    let shift = site.start(Some(CENTRE));
    assert_eq!(configured(&shift), 0, "it was taken note of");
    shift.stop().1.expect("a clean stop");
}
