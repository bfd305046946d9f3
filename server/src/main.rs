//! The command `tandem`: a contact centre that can rehearse.
//!
//! It reads the command line and prints; it never decides about calls, which
//! is the engine's task, nor simulates them, which is the simulator's.
//!
//! ```text
//! tandem simulate scenarios/support-day.toml --html day.html
//! ```

mod args;
mod check;
mod data;
mod demonstrate;
mod explain;
mod output;
mod rehearse;
mod secret;
mod serve;
mod signals;
mod simulate;
mod token;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use clap_complete::Shell;

use args::{Command, Tandem};

/// Something was to be shown, and was not.
const FAILED: u8 = 1;
/// The command line, or a file that it names, is wrong.
const WRONG: u8 = 2;

fn main() -> ExitCode {
    let shown = match Tandem::parse().command {
        Command::Backup(options) => data::back_up(&options).map(|()| true),
        Command::Check(options) => check::run(&options).map(|()| true),
        Command::Completions { shell } => completions(shell).map(|()| true),
        Command::Config { command } => data::config(&command),
        Command::Demo(options) => return demonstrate::run(&options),
        Command::Explain(options) => explain::run(&options),
        Command::Journal { command } => data::journal(&command),
        Command::Rehearse(options) => rehearse::run(&options),
        Command::Restore(options) => data::restore(&options).map(|()| true),
        Command::Secret { command } => secret::run(&command).map(|()| true),
        Command::Serve(options) => return serve::run(&options),
        Command::Simulate(options) => simulate::run(&options),
        Command::Token { command } => token::run(&command).map(|()| true),
    };
    match shown {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(FAILED),
        Err(why) => {
            output::say(&why);
            ExitCode::from(WRONG)
        }
    }
}

fn completions(shell: Shell) -> Result<(), String> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Tandem::command(), "tandem", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}
