//! The set that holds a queue's free agents is one, however large it grows.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tandem_engine::sorted_set::{PART_MAX, SortedSet};
use tandem_tests::cases::hold;

use super::regressions;

/// Enough for some parts.
const VALUES: usize = 4 * PART_MAX;

#[test]
fn a_sorted_set_is_what_it_says() {
    let steps = prop::collection::vec((prop::bool::weighted(0.6), 0..VALUES), 0..10 * VALUES);
    let history = (steps, 0..VALUES, 0..VALUES);
    hold(
        "a_sorted_set_is_what_it_says",
        &regressions(),
        100,
        &history,
        |(steps, from, to)| agree(&steps, from, to),
    );
}

/// Adds and takes out values, and holds everything against the standard
/// library's set.
fn agree(steps: &[(bool, usize)], from: usize, to: usize) -> Result<(), String> {
    let (mut set, mut model) = (SortedSet::default(), BTreeSet::new());
    for &(comes, value) in steps {
        if comes {
            set.insert(value);
            model.insert(value);
        } else {
            set.remove(value);
            model.remove(&value);
        }
        same(&set.is_empty(), &model.is_empty())?;
        same(&set.contains(from), &model.contains(&from))?;
        same(&set.first(), &model.first().copied())?;
    }
    same(&set.len(), &model.len())?;
    same(&set.place(from), &model.range(..from).count())?;
    // One past the last, too.
    for place in 0..=model.len() {
        same(&set.nth(place), &model.iter().nth(place).copied())?;
    }
    same(&Vec::from(set.clone()), &Vec::from_iter(model.clone()))?;
    let between = model.iter().copied().filter(|v| (from..=to).contains(v));
    same(&Vec::from_iter(set.range(from, to)), &between.collect())?;
    let again = SortedSet::from(Vec::from(set));
    same(&Vec::from(again), &Vec::from_iter(model))
}

fn same<T: PartialEq + std::fmt::Debug>(set: &T, model: &T) -> Result<(), String> {
    if set == model {
        Ok(())
    } else {
        Err(format!("{set:?} should be {model:?}"))
    }
}
