//! A world as a file: the tables of a configuration, what goes wrong, and a line
//! for every act.
//!
//! ```toml
//! [world]
//! seed = "0x1f"
//! wall_offset_us = 1728000000000000
//! until_s = 90
//! acts = [
//!   "1 at 0s: device 1001 up",
//!   "2 at 0s: switch 1001 in all by 1001 to in",
//!   "3 at 1.25s: call 6401 from 49301 talk 2.5s patience 30s",
//!   "4 at 2s: configure 1 by system",
//! ]
//!
//! [faults]              # of a thousand; default: 0
//! lost = 20
//!
//! [[extension]]
//! number = "1001"
//!
//! [[queue]]
//! number = "6401"
//! name = "Queue 6401"
//! dynamic_agents = ["1001"]
//!
//! [[centre]]            # what an act puts in force, counted from 1
//! text = '''…'''
//! ```

mod lines;

use core::fmt::Write as _;

use tandem_engine::config::model::Config;
use tandem_engine::config::reader::{Problems, Source};
use tandem_engine::config::text;
use tandem_engine::limits::FILE_BYTES_MAX;

use super::laws::Broken;
use super::plan::{Act, Fault, Faults, Plan};
use lines::{line, seconds};

/// Acts of a world in a file.
const ACTS_MAX: usize = 1_000_000;

/// Writes a world, and which law it breaks.
#[must_use]
pub fn write(plan: &Plan, broken: Option<&Broken>) -> String {
    let mut out = "# A world of `tandem rehearse`; the same command plays it again.\n".to_owned();
    if let Some(broken) = broken {
        for line in broken.to_string().lines() {
            writeln!(out, "# {line}").expect("text is written to memory");
        }
    }
    let (seed, wall) = (plan.seed, plan.wall_offset);
    let until = plan.until.to_string();
    let until = until.trim_end_matches('s');
    write!(
        out,
        "\n[world]\nseed = \"{seed:#x}\"\nwall_offset_us = {wall}\nuntil_s = {until}\nacts = [\n"
    )
    .expect("text is written to memory");
    let mut centres: Vec<&Config> = Vec::new();
    for planned in &plan.acts {
        if let Act::Configure { target, .. } = &planned.act {
            centres.push(target);
        }
        let line = lines::write(planned, centres.len());
        writeln!(out, "  \"{line}\",").expect("text is written to memory");
    }
    out.push_str("]\n\n[faults]\n");
    for (word, fault) in Fault::ALL {
        let rate = plan.faults.get(fault);
        if rate > 0 {
            writeln!(out, "{word} = {rate}").expect("text is written to memory");
        }
    }
    writeln!(out, "\n{}", text::write(&plan.config)).expect("text is written to memory");
    for centre in centres {
        let text = text::write(centre);
        write!(out, "[[centre]]\ntext = '''\n{text}'''\n\n").expect("text is written to memory");
    }
    out.trim_end().to_owned() + "\n"
}

/// Reads a world.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn read(source: Source<'_>) -> Result<Plan, Problems> {
    let document = source.parse();
    let mut root = document.root();
    let (config, _) = text::read_tables(&mut root);
    let mut plan = Plan {
        seed: 0,
        wall_offset: 0,
        config,
        faults: Faults::default(),
        until: Default::default(),
        acts: Vec::new(),
    };
    let mut centres = Vec::new();
    for mut table in root.tables("centre") {
        if let Some(value) = table.required("text")
            && let Some(text) = value.str()
        {
            centres.push(read_centre(text).unwrap_or_else(|why| {
                value.wrong(format!("this is no configuration: {why}"), None);
                Config::default()
            }));
        }
        table.finish();
    }
    if let Some(mut table) = root.get("faults").and_then(|value| value.table()) {
        for (word, fault) in Fault::ALL {
            plan.faults
                .set(fault, table.integer(word, 0..=1_000_u16).unwrap_or(0));
        }
        table.finish();
    }
    if let Some(mut table) = root.required("world").and_then(|value| value.table()) {
        if let Some(value) = table.required("seed")
            && let Some(text) = value.str()
        {
            match u64::from_str_radix(text.trim_start_matches("0x"), 16) {
                Ok(seed) => plan.seed = seed,
                Err(why) => value.wrong(format!("{text:?} is no seed: {why}"), None),
            }
        }
        plan.wall_offset = table
            .integer("wall_offset_us", i64::MIN..=i64::MAX)
            .unwrap_or(0);
        if let Some(value) = table.required("until_s") {
            let until = value.number().and_then(|text| seconds(&text));
            plan.until = tandem_engine::Timestamp::ZERO + until.unwrap_or_default();
        }
        for value in table.array("acts").take(ACTS_MAX) {
            let Some(text) = value.str() else { continue };
            match line(text, &centres) {
                Ok(planned) => plan.acts.push(planned),
                Err(why) => value.wrong(format!("{text:?} is no act: {why}"), None),
            }
        }
        table.finish();
    }
    root.finish();
    document.finish()?;
    plan.acts.sort_by_key(|planned| planned.at);
    Ok(plan)
}

/// Whether a text is that of a world.
#[must_use]
pub fn is_world(source: Source<'_>) -> bool {
    let document = source.parse();
    document.root().get("world").is_some()
}

/// Bytes that a file of a world may have.
pub const WORLD_BYTES_MAX: usize = FILE_BYTES_MAX;

fn read_centre(text: &str) -> Result<Config, String> {
    text::read(Source::new("the centre", text)).map_err(|why| why.to_string())
}
