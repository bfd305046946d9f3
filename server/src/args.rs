//! The command line. Its words are a promise to those who wrote scripts.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

/// A contact centre that can rehearse: the same engine routes live calls and
/// simulated ones.
#[derive(Debug, Parser)]
#[command(name = "tandem", version, about, propagate_version = true)]
pub(crate) struct Tandem {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what is wrong with configuration or scenario files.
    Check(CheckArgs),
    /// Print the completion script of a shell.
    #[command(after_help = "Example:\n  tandem completions bash > /etc/bash_completion.d/tandem")]
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Simulate a scenario and report its figures.
    #[command(after_help = SIMULATE_EXAMPLES)]
    Simulate(SimulateArgs),
}

const SIMULATE_EXAMPLES: &str = "\
Examples:
  tandem simulate scenarios/support-day.toml
  tandem simulate scenarios/support-day.toml --replications 200 --html day.html
  tandem simulate scenarios/erlang-a-100.toml --json | jq '.queues.Queue.service_level'
  tandem simulate scenarios/support-day.toml --replications 1 --trace calls.csv

Exit status: 0 if the figures show what the scenario says that they must, 1 if
they do not, 2 if a file or the command line is wrong.";

#[derive(Args, Debug)]
#[command(after_help = "Example:\n  tandem check centre.toml scenarios/*.toml")]
pub(crate) struct CheckArgs {
    /// The files; one with a [scenario] table is a scenario.
    #[arg(required = true, value_name = "FILE.toml")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct SimulateArgs {
    /// The scenario.
    #[arg(value_name = "FILE.toml")]
    pub(crate) file: PathBuf,
    /// How many independent replications; default: what the scenario says.
    #[arg(long, short = 'n', value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) replications: Option<u32>,
    /// Key of all randomness; default: what the scenario says.
    #[arg(long, short)]
    pub(crate) seed: Option<u64>,
    /// Threads; the results do not depend on it. Default: one per processor.
    #[arg(long, short)]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Print one JSON object instead of the table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write a page with charts.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write one line for every call.
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) trace: Option<PathBuf>,
}
