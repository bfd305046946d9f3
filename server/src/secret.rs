//! `tandem secret`: passwords that the configuration does not hold.

use std::io::{BufRead, IsTerminal, stdin};

use tandem_engine::Number;
use tandem_server::courier::{MAIL_SECRET, PUSH_SECRET};
use tandem_server::store::{Store, StoreError, Written};

use crate::args::SecretCommand;
use crate::data;
use crate::output::{print, say};

/// Runs `tandem secret …`.
///
/// # Errors
/// Where the data can not be used or there is no secret to read.
pub(crate) fn run(command: &SecretCommand) -> Result<(), String> {
    match command {
        SecretCommand::Delete(args) => {
            let (store, name) = (data::open(&args.data.data)?, args.name.clone());
            if !names_in(&store)?.contains(&name) {
                return Err(format!("there is no secret {name}"));
            }
            let deleted = store.write(move |txn| txn.delete_secret(&name));
            done(deleted)
        }
        SecretCommand::List(args) => {
            let names = names_in(&data::open(&args.data)?)?;
            print(
                &names
                    .iter()
                    .map(|name| format!("{name}\n"))
                    .collect::<String>(),
            )
        }
        SecretCommand::Set(args) => {
            // It may be there before the first start.
            let store = Store::open(&args.data.data).map_err(|why| why.to_string())?;
            let secret = read()?;
            let written = store.put_secret(&args.name, secret.as_bytes());
            done(written)
        }
    }
}

fn names_in(store: &Store) -> Result<Vec<String>, String> {
    store.secret_names().map_err(|why| why.to_string())
}

/// Whose secrets there are. Anybody else's would lie there unread.
pub(crate) fn name(text: &str) -> Result<String, String> {
    let known = match text.split_once('/') {
        None => [MAIL_SECRET, PUSH_SECRET].contains(&text),
        Some(("sip", number)) => number.parse::<Number>().is_ok(),
        Some(("trunk", trunk)) => !trunk.is_empty(),
        _ => false,
    };
    if known {
        Ok(text.to_owned())
    } else {
        Err("it must be sip/NUMBER of an extension, trunk/NAME, mail or push".to_owned())
    }
}

/// Waits until it is on the disk.
pub(crate) fn done(written: Result<Written, StoreError>) -> Result<(), String> {
    let done = written.and_then(Written::wait);
    done.map(drop).map_err(|why| why.to_string())
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
