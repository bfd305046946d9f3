//! Behaviour tables: text in, text out.
//!
//! A table describes a centre, then what happens to it and what the engine
//! makes of it. Time passes by itself; ticks are sent exactly when due. The
//! words are listed in `tests/tables/README.md`.
//!
//! ```text
//! queue 6400 Support linear static=1001,1002 ring=15 retry=5
//!
//! at 0     call A to 6400
//!            A waits in 6400
//!            1001 rings for A
//! at 15    time passes
//!            1001 missed A, rang 15s
//! at 20    time passes
//!            1002 rings for A
//! until 21
//! ```
//!
//! Every case is played three times: with ticks on time, with ticks as late as
//! they can be, and with the engine saved and restored after each entry. All
//! three must tell the same.

mod centre;
mod difference;
mod hours;
mod logs;
mod menus;
mod phrase;
mod points;
mod status;
mod supervised;
mod survey;
mod text;
mod waiting;
mod words;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use centre::spoken_prompts;
use tandem_engine::Entry;
use text::{Block, Case, Table};
use world::Pace;

/// Plays a table. `Ok(None)`: it holds. `Ok(Some(_))`: the difference, with
/// the table's line numbers.
///
/// # Errors
/// What is wrong with the table itself, with its line.
pub fn check(text: &str) -> Result<Option<String>, String> {
    let table = text::parse(text)?;
    let mut told = String::new();
    for case in &table.cases {
        let played = play(&table, case)?;
        if let Some(difference) = difference::of(case, &played) {
            let title = case
                .title
                .as_ref()
                .map_or("(the only case)", |(_, title)| title);
            told.push_str(&format!("  case {title}\n{difference}"));
        }
    }
    Ok((!told.is_empty()).then_some(told))
}

/// The same table with the outputs as they are, its comments kept.
///
/// # Errors
/// What is wrong with the table itself, with its line.
pub fn rewrite(text: &str) -> Result<String, String> {
    let table = text::parse(text)?;
    let played: Result<Vec<_>, _> = table.cases.iter().map(|case| play(&table, case)).collect();
    Ok(text::write(&table, &played?))
}

/// Plays a case at every pace.
fn play(table: &Table, case: &Case) -> Result<Vec<Block>, String> {
    let on_time = play_at(table, case, Pace::OnTime)?;
    for pace in [Pace::Late, Pace::Restored] {
        let other = play_at(table, case, pace)?;
        if let Some(place) = (0..)
            .take(on_time.len())
            .find(|&i| other.get(i) != on_time.get(i))
        {
            return Err(format!(
                "a case tells something else when played {pace:?}:\n{:#?}\nnot\n{:#?}",
                other.get(place),
                on_time[place]
            ));
        }
    }
    Ok(on_time)
}

/// The journal of a table's first case, played on time: key of the draws, and entries.
///
/// # Errors
/// What is wrong with the table, with its line.
pub fn journal(text: &str) -> Result<(u64, Vec<Entry>), String> {
    let table = text::parse(text)?;
    let case = table.cases.first().ok_or("there is no case")?;
    let centre = centre::read(table.common.iter().chain(&case.settings))?;
    let seed = centre.seed;
    let (world, _) = play_world(&table, case, Pace::OnTime)?;
    Ok((seed, world.into_entries()))
}

fn play_at(table: &Table, case: &Case, pace: Pace) -> Result<Vec<Block>, String> {
    play_world(table, case, pace).map(|(_, blocks)| blocks)
}

fn play_world(
    table: &Table,
    case: &Case,
    pace: Pace,
) -> Result<(world::World, Vec<Block>), String> {
    let settings = table.common.iter().chain(&case.settings);
    let centre = centre::read(settings)?;
    let mut world = world::World::open(centre, pace)?;
    let mut blocks = Vec::new();
    for step in &case.steps {
        let played = catch_unwind(AssertUnwindSafe(|| world.step(step, &mut blocks)));
        played
            .map_err(|_| "the engine panicked".to_owned())
            .flatten()
            .map_err(|what| format!("line {}, played {pace:?}: {what}", step.line))?;
    }
    Ok((world, blocks))
}
