//! `tandem secret`: passwords that the configuration does not hold.

use std::io::{BufRead, IsTerminal, stdin};
use std::path::Path;

use tandem_server::store::{Store, StoreError};

use crate::args::SecretCommand;
use crate::output::{print, say};

/// Runs `tandem secret …`.
///
/// # Errors
/// Where the data can not be used or there is no secret to read.
pub(crate) fn run(command: &SecretCommand) -> Result<(), String> {
    match command {
        SecretCommand::Delete(args) => {
            let (store, name) = (open(&args.data.data)?, args.name.clone());
            let deleted = store.write(move |txn| txn.delete_secret(&name));
            done(deleted.and_then(tandem_server::store::Written::wait))
        }
        SecretCommand::List(args) => {
            let names = open(&args.data)?.secret_names();
            let names = names.map_err(|why| why.to_string())?;
            print(
                &names
                    .iter()
                    .map(|name| format!("{name}\n"))
                    .collect::<String>(),
            )
        }
        SecretCommand::Set(args) => {
            let store = open(&args.data.data)?;
            let secret = read()?;
            let written = store.put_secret(&args.name, secret.as_bytes());
            done(written.and_then(tandem_server::store::Written::wait))
        }
    }
}

fn open(folder: &Path) -> Result<Store, String> {
    Store::open(folder).map_err(|why| why.to_string())
}

fn done(written: Result<(), StoreError>) -> Result<(), String> {
    written.map_err(|why| why.to_string())
}

/// One line of the standard input, which no shell remembers.
fn read() -> Result<String, String> {
    if stdin().is_terminal() {
        say("Type the secret, then press Enter:");
    }
    let mut line = String::new();
    let read = stdin().lock().read_line(&mut line);
    read.map_err(|why| format!("can not read the secret: {why}"))?;
    let secret = line.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err("there is no secret on the standard input".to_owned());
    }
    Ok(secret.to_owned())
}
