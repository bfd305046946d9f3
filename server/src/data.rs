//! `tandem backup`, `tandem config`, `tandem journal`, `tandem restore`: what
//! is done to a data folder while no server runs on it.

use std::path::Path;

use tandem_engine::config::model::Config;
use tandem_engine::config::reader::Source;
use tandem_engine::config::text;
use tandem_server::driver::{self, ConfigFile, Recovery, StartOptions};
use tandem_server::store::{self, Store};

use crate::args::{
    BackupArgs, ConfigCommand, ConfigFileArgs, ConfigImportArgs, JournalCommand, RestoreArgs,
};
use crate::output::{print, read_text, say};

/// Runs `tandem config …`; whether there was nothing to be shown by `diff`.
///
/// # Errors
/// What is wrong with the file, the data or their difference.
pub(crate) fn config(command: &ConfigCommand) -> Result<bool, String> {
    match command {
        ConfigCommand::Diff(args) => difference(args),
        ConfigCommand::Export(args) => {
            print(&text::write(&in_force(&open(&args.data)?)?)).map(|()| true)
        }
        ConfigCommand::Import(args) => import(args).map(|()| true),
    }
}

/// Runs `tandem journal …`.
///
/// # Errors
/// The first difference between the journal and what is stored.
pub(crate) fn journal(command: &JournalCommand) -> Result<bool, String> {
    let JournalCommand::Verify(args) = command;
    let store = open(&args.data)?;
    match driver::verify(&store) {
        Ok(None) => print("the journal is empty\n").map(|()| true),
        Ok(Some(proof)) => print(&format!(
            "entries {} to {} and {} records are as they came out: {:032x}\n",
            proof.first, proof.last, proof.records, proof.hash
        ))
        .map(|()| true),
        Err(why) => {
            say(&why.to_string());
            Ok(false)
        }
    }
}

/// Runs `tandem backup`.
///
/// # Errors
/// Why there is no backup.
pub(crate) fn back_up(args: &BackupArgs) -> Result<(), String> {
    store::back_up(&args.data.data, &args.to).map_err(|why| why.to_string())
}

/// Runs `tandem restore`.
///
/// # Errors
/// Why nothing was restored.
pub(crate) fn restore(args: &RestoreArgs) -> Result<(), String> {
    let restored = store::restore(&args.from, &args.data.data, args.replace);
    let epoch = restored.map_err(|why| why.to_string())?;
    print(&format!("restored; new calls are named {epoch}-…\n"))
}

/// Opens the data of a server that does not run. To look at what is not there
/// would make it.
pub(crate) fn open(folder: &Path) -> Result<Store, String> {
    let file = store::file_in(folder);
    if !file.exists() {
        return Err(format!("there is no {}", file.display()));
    }
    Store::open(folder).map_err(|why| why.to_string())
}

/// The configuration in force: the text of it is what the last entry that
/// changed it left.
pub(crate) fn in_force(store: &Store) -> Result<Config, String> {
    match store.revisions(1).map_err(|why| why.to_string())?.pop() {
        None => Ok(Config::default()),
        Some((_, revision)) => {
            let source = Source::new("the store", &revision.text);
            text::read(source).map_err(|why| why.to_string())
        }
    }
}

fn difference(args: &ConfigFileArgs) -> Result<bool, String> {
    let text = read_text(&args.file)?;
    let name = args.file.display().to_string();
    let wanted = text::read(Source::new(&name, &text)).map_err(|why| why.to_string())?;
    let difference = driver::differences(&in_force(&open(&args.data.data)?)?, &wanted);
    print(&difference)?;
    Ok(difference.is_empty())
}

fn import(args: &ConfigImportArgs) -> Result<(), String> {
    let config = ConfigFile {
        name: args.file.file.display().to_string(),
        text: read_text(&args.file.file)?,
    };
    let wanted = text::read(Source::new(&config.name, &config.text));
    let wanted = wanted.map_err(|why| why.to_string())?;
    let store = Store::open(&args.file.data.data).map_err(|why| why.to_string())?;
    let options = StartOptions {
        config: Some(config),
        overwrite: args.overwrite,
        ..StartOptions::new(store.clone())
    };
    let running = driver::start(options).map_err(|why| why.to_string())?;
    if let Recovery::Anew(why) = running.recovery() {
        say(&format!("note: the engine began anew: {why}"));
    }
    running.stop().map_err(|why| why.to_string())?;
    // A file that was imported before leaves alone what was changed since.
    let difference = driver::differences(&in_force(&store)?, &wanted);
    if !difference.is_empty() {
        say(&format!(
            "note: the file was imported before; what was changed since stays, unless it is \
             imported with --overwrite:\n{difference}"
        ));
    }
    Ok(())
}
