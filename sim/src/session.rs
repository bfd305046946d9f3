//! Sessions: people who do what a list says, each thing at its moment.
//!
//! A scenario draws what people do; a session says it. So the same people can be
//! put before the live server, with telephones and a clock, and everything must
//! come out as it does here: [`play`] gives what each telephone lives through, and
//! the records.
//!
//! ```toml
//! [session]
//! until_s = 30
//! acts = [
//!   "1 Adam calls 6400 from 4930111",
//!   "3.5 1001 answers",
//!   "12 Adam hangs up",
//! ]
//!
//! [[extension]]
//! number = "1001"
//!
//! [[queue]]
//! number = "6400"
//! name = "Support"
//! static_agents = ["1001"]
//! ```

mod acts;
mod play;

use tandem_engine::config::model::Config;
use tandem_engine::config::reader::{Problems, Source};
use tandem_engine::config::text;
use tandem_engine::{Span, Timestamp};

pub use acts::{Act, Caller, Handle};
pub use play::{End, Line, Outside, Played, Ring, Visit, play};

/// Acts of a session.
pub const ACTS_MAX: usize = 1_000;
/// The longest session, in seconds.
pub const UNTIL_S_MAX: u64 = 86_400;

/// A centre and what happens in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The centre.
    pub config: Config,
    /// Who does what, in the order of time.
    pub acts: Vec<(Timestamp, Act)>,
    /// When it is over. Whoever is still there then stays so.
    pub until: Timestamp,
}

/// Reads a session.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn read(source: Source<'_>) -> Result<Session, Problems> {
    let document = source.parse();
    let mut root = document.root();
    let (config, _) = text::read_tables(&mut root);
    let mut session = Session {
        config,
        acts: Vec::new(),
        until: Timestamp::ZERO,
    };
    if let Some(mut table) = root.required("session").and_then(|value| value.table()) {
        let until = table.integer("until_s", 1..=UNTIL_S_MAX).unwrap_or(1);
        session.until = Timestamp::ZERO + Span::from_secs(until);
        let acts = table.array("acts");
        for (place, value) in acts.enumerate() {
            let Some(text) = value.str() else { continue };
            if place >= ACTS_MAX {
                value.wrong(format!("there are more than {ACTS_MAX} acts"), None);
                break;
            }
            match acts::read(text) {
                Ok(act) if act.0 > session.until => {
                    value.wrong("this comes behind until_s".to_owned(), None);
                }
                Ok(act) => session.acts.push(act),
                Err(why) => value.wrong(format!("{text:?} is no act: {why}"), None),
            }
        }
        table.finish();
    }
    root.finish();
    document.finish()?;
    session.acts.sort_by_key(|(at, _)| *at);
    Ok(session)
}
