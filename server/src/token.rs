//! `tandem token`: who may use the page and the API.

use jiff::Timestamp;
use tandem_server::store::{Token, TokenOf};
use tandem_server::web::make_token;

use crate::args::{TokenAddArgs, TokenCommand};
use crate::data::open;
use crate::output::print;
use crate::secret::done;

/// Runs `tandem token …`.
///
/// # Errors
/// Where the data can not be used, or there is no such token, or one already.
pub(crate) fn run(command: &TokenCommand) -> Result<(), String> {
    match command {
        TokenCommand::Add(args) => add(args),
        TokenCommand::Delete(args) => {
            let store = open(&args.data.data)?;
            let tokens = store.tokens().map_err(|why| why.to_string())?;
            let named = tokens.iter().find(|(_, token)| token.name == args.name);
            let (hash, _) = named.ok_or_else(|| format!("there is no token {}", args.name))?;
            let hash = *hash;
            done(store.write(move |txn| txn.delete_token(&hash)))
        }
        TokenCommand::List(args) => {
            let tokens = open(&args.data)?.tokens().map_err(|why| why.to_string())?;
            let mut lines: Vec<String> = tokens.iter().map(|(_, token)| line(token)).collect();
            lines.sort();
            print(&lines.concat())
        }
    }
}

fn add(args: &TokenAddArgs) -> Result<(), String> {
    let store = open(&args.data.data)?;
    let tokens = store.tokens().map_err(|why| why.to_string())?;
    if tokens.iter().any(|(_, token)| token.name == args.name) {
        return Err(format!("there is a token {} already", args.name));
    }
    let of = args.extension.map_or(TokenOf::System, TokenOf::Extension);
    let token = make_token(&store, &args.name, of).map_err(|why| why.to_string())?;
    print(&format!("{token}\n"))
}

/// What is to be told about a token; itself, nobody knows any more.
fn line(token: &Token) -> String {
    let of = match token.of {
        TokenOf::Extension(number) => number.to_string(),
        TokenOf::System => "system".to_owned(),
    };
    let made = Timestamp::from_microsecond(token.created_us).unwrap_or_default();
    format!(
        "{:<20}  {of:<12}  {}\n",
        token.name,
        made.strftime("%Y-%m-%d")
    )
}
