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
mod simulate;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Command, Tandem};

/// Something was to be shown, and was not.
const FAILED: u8 = 1;
/// The command line, or a file that it names, is wrong.
const WRONG: u8 = 2;

fn main() -> ExitCode {
    let done = match Tandem::parse().command {
        Command::Check(options) => check::run(&options),
        Command::Completions { shell } => {
            let mut command = Tandem::command();
            clap_complete::generate(shell, &mut command, "tandem", &mut std::io::stdout());
            Ok(true)
        }
        Command::Simulate(options) => simulate::run(&options),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(FAILED),
        Err(why) => {
            eprintln!("{}", why.trim_end());
            ExitCode::from(WRONG)
        }
    }
}
