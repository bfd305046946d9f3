//! The command line. Its words are a promise to those who wrote scripts.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use lettre::message::Mailbox;
use tandem_engine::Number;
use tandem_reports::FORECASTS_MIN;
use tandem_server::courier::{MailServer, PushReceiver, sender};
use tandem_sim::text::{HORIZON_DAYS_MAX, REPLICATIONS_MAX, SEED_MAX};

/// Threads that anybody may ask for; more are of no use.
const THREADS_MAX: u64 = 1_024;

/// A hash of digest authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Digest {
    /// RFC 8760.
    Sha256,
    /// RFC 2617: every telephone knows it.
    Md5,
}

/// A contact centre that can rehearse: the same engine routes live calls and
/// simulated ones.
#[derive(Debug, Parser)]
#[command(name = "tandem", version, propagate_version = true, after_help = EXAMPLES)]
pub(crate) struct Tandem {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Copy the data of a server that does not run to a new folder.
    #[command(after_help = BACKUP_EXAMPLES)]
    Backup(BackupArgs),
    /// Say what is wrong with configuration or scenario files.
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Print the completion script of a shell.
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Bring a configuration file and the configuration in force together.
    #[command(after_help = CONFIG_EXAMPLES)]
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Show a centre at work: real calls, simulated people.
    #[command(after_help = DEMO_EXAMPLES)]
    Demo(DemoArgs),
    /// Tell why a call waited and why it went to whom, or how the queues stood.
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
    /// Prove what lies in the journal.
    Journal {
        #[command(subcommand)]
        command: JournalCommand,
    },
    /// Play random worlds in which everything goes wrong, under the eyes of laws.
    #[command(after_help = REHEARSE_EXAMPLES)]
    Rehearse(RehearseArgs),
    /// Make a backup the data of a server that does not run.
    #[command(after_help = RESTORE_EXAMPLES)]
    Restore(RestoreArgs),
    /// Keep the passwords of telephones and trunks.
    Secret {
        #[command(subcommand)]
        command: SecretCommand,
    },
    /// Serve real telephones.
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(Box<ServeArgs>),
    /// Simulate a scenario and report its figures.
    #[command(after_help = SIMULATE_EXAMPLES)]
    Simulate(SimulateArgs),
    /// Keep the tokens that open the page and the API.
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
}

const EXAMPLES: &str = "\
Examples:
  tandem simulate scenarios/support-day.toml --html day.html
  tandem check centre.toml scenarios/*.toml
  tandem demo --speed 20
  tandem serve --data /var/lib/tandem --config centre.toml";

const CHECK_EXAMPLES: &str = "\
Examples:
  tandem check centre.toml
  tandem check scenarios/*.toml

A file with a [scenario] is read as `tandem simulate` reads it, with the files
that it names; any other one is a configuration.

Exit status: 0 if all files are fine, 2 if not.";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  tandem completions bash > /etc/bash_completion.d/tandem
  tandem completions fish > ~/.config/fish/completions/tandem.fish";

const SIMULATE_EXAMPLES: &str = "\
Examples:
  tandem simulate scenarios/support-day.toml
  tandem simulate scenarios/support-day.toml --replications 200 --html day.html
  tandem simulate scenarios/erlang-a-100.toml --json | jq '.queues.Queue.service_level'
  tandem simulate scenarios/support-day.toml --replications 1 --trace calls.csv
  TANDEM_DATA=~/data tandem simulate scenarios/bank-january.toml

Environment:
  TANDEM_DATA  the folder of the files that a scenario calls $TANDEM_DATA/…

Exit status: 0 if the figures show what the scenario says that they must, 1 if
they do not, 2 if a file or the command line is wrong.";

const BACKUP_EXAMPLES: &str = "\
Examples:
  tandem backup --data /var/lib/tandem /srv/backup/2026-11-27

The copy holds the key of the secrets too: keep it where nobody else looks.";

const CONFIG_EXAMPLES: &str = "\
Examples:
  tandem config export --data /var/lib/tandem > centre.toml
  tandem config diff --data /var/lib/tandem centre.toml
  tandem config import --data /var/lib/tandem centre.toml

No server may run on the data meanwhile.";

const CONFIG_DIFF_EXAMPLES: &str = "\
Examples:
  tandem config diff --data /var/lib/tandem centre.toml

Exit status: 0 if there is no difference, 1 if there is one, 2 if a file or the
command line is wrong.";

const CONFIG_EXPORT_EXAMPLES: &str = "\
Examples:
  tandem config export --data /var/lib/tandem > centre.toml";

const CONFIG_IMPORT_EXAMPLES: &str = "\
Examples:
  tandem config import --data /var/lib/tandem centre.toml
  tandem config import --data /var/lib/tandem --overwrite centre.toml

If the file and the configuration in force were both changed since the last
import, nothing is done and the difference is shown; --overwrite takes the file.";

const DEMO_EXAMPLES: &str = "\
Examples:
  tandem demo
  tandem demo --speed 30 --for 30
  tandem demo scenarios/two-queues.toml --speed 10 --seed 7 --json

A server starts in a folder that is deleted afterwards. Simulated callers at
127.0.0.2 call it and simulated agents at 127.0.0.3 answer, over SIP and with
audio. At the horizon, or on Ctrl-C, nobody calls any more, and once those on the
line are served, the figures are held against a forecast; a second Ctrl-C ends it
at once. The band of the forecast holds 95 of 100 such days. It is simulated from
other callers than those of the demo; the same callers, simulated, stand beside.

Times are those of the scenario. What the machine takes for a message is not made
faster: at --speed 30, ten milliseconds count as a third of a second.

Exit status: 0 if it was given to its end, 1 if the server stopped by itself or
the warm-up was not over when it was stopped, 2 if it could not begin.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  tandem explain --data /var/lib/tandem 0-204
  tandem explain --data /var/lib/tandem --at 14:03:20
  tandem explain --data /var/lib/tandem --at 2026-11-23T14:03:20 --queue Support
  tandem simulate scenarios/support-day.toml --trace calls.csv
  tandem explain scenarios/support-day.toml 0-204 --replication 3
  tandem explain scenarios/support-day.toml --at 12:30:00 --json

A call has the name that the API, its records and a trace (column call) give it.
The journal is replayed from a snapshot before the call by an engine that takes
notes of every decision; a scenario is simulated once more. Calls older than the
journal, which is kept for 30 days, have only their records. No server may run on
the data meanwhile: ask it, as in GET /api/v1/calls/0-204/story, or explain a copy.

Exit status: 0 if there is something to tell, 1 if there is no such call or the
journal does not tell of that moment, 2 if a file, the data or the command line is
wrong.";

const JOURNAL_VERIFY_EXAMPLES: &str = "\
Examples:
  tandem journal verify --data /var/lib/tandem

Applies every entry again, from the oldest snapshot on, and compares what comes
out with what came out then, and with the records of calls, byte for byte.

Exit status: 0 if all is the same, 1 if not, 2 if the data can not be read or
the command line is wrong.";

const REHEARSE_EXAMPLES: &str = "\
Examples:
  tandem rehearse
  tandem rehearse --worlds 2000 --seed 7
  tandem rehearse --budget 10m --save failures
  tandem rehearse failures/rehearsal-7-1234.toml

Each world is a random centre in which random people call, answer and change the
settings, while messages get lost, late and doubled and the system is killed.
Laws are watched after every entry; then nothing goes wrong any more, and all must
come to an end. A world that breaks a law is made small and saved as a file, and
the command plays such a file again.

Exit status: 0 if every law held, 1 if one did not, 2 if a file or the command line
is wrong.";

const RESTORE_EXAMPLES: &str = "\
Examples:
  tandem restore --data /var/lib/tandem /srv/backup/2026-11-27
  tandem restore --data /var/lib/tandem --replace /srv/backup/2026-11-27

Calls get names that none had before, so a note of it is left in the backup.";

const SECRET_SET_EXAMPLES: &str = "\
Examples:
  tandem secret set --data /var/lib/tandem sip/1001 < password-of-1001
  tandem secret set --data /var/lib/tandem trunk/Carrier < password-of-the-trunk

The secret is the first line of the standard input. It lies encrypted in the
data; the key lies beside it. No server may run on the data meanwhile.";

const TOKEN_ADD_EXAMPLES: &str = "\
Examples:
  tandem token add --data /var/lib/tandem anna --extension 1001
  tandem token add --data /var/lib/tandem prometheus --system

The token is printed this once: the data hold only its hash. What it may do is
what its extension may; see docs/web.md. No server may run on the data meanwhile.";

const SERVE_EXAMPLES: &str = "\
Examples:
  tandem serve --data /var/lib/tandem --config centre.toml
  tandem serve --data /var/lib/tandem --sip 192.0.2.10:5060

The configuration file is imported if it differs from the last import. Without
one, the configuration in the data holds. SIP is spoken over UDP and TCP, by
default on the loopback address alone.

Exit status: 0 if it was told to stop, 2 if it could not start, 70 if Tandem has
a defect, 74 if the disk is full or failed.";

/// Where the data lies.
#[derive(Args, Debug)]
pub(crate) struct DataArgs {
    /// The folder of the server's data.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct BackupArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// The folder that the copy goes to; it must hold no data yet.
    #[arg(value_name = "FOLDER")]
    pub(crate) to: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct RestoreArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// Replace data that is there already: it is lost.
    #[arg(long)]
    pub(crate) replace: bool,
    /// The folder of the backup.
    #[arg(value_name = "FOLDER")]
    pub(crate) from: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Show what leads from the configuration in force to a file.
    #[command(after_help = CONFIG_DIFF_EXAMPLES)]
    Diff(ConfigFileArgs),
    /// Print the configuration in force as a file.
    #[command(after_help = CONFIG_EXPORT_EXAMPLES)]
    Export(DataArgs),
    /// Put a file in force.
    #[command(after_help = CONFIG_IMPORT_EXAMPLES)]
    Import(ConfigImportArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ConfigFileArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// The configuration file.
    #[arg(value_name = "FILE.toml")]
    pub(crate) file: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct ConfigImportArgs {
    #[command(flatten)]
    pub(crate) file: ConfigFileArgs,
    /// Take the file though the configuration was changed elsewhere: that
    /// change is lost.
    #[arg(long)]
    pub(crate) overwrite: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    /// Forget a secret.
    Delete(SecretArgs),
    /// List the names of the secrets.
    List(DataArgs),
    /// Keep a secret, which is read from the standard input.
    #[command(after_help = SECRET_SET_EXAMPLES)]
    Set(SecretArgs),
}

#[derive(Args, Debug)]
pub(crate) struct SecretArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// Whose it is: sip/NUMBER of an extension, trunk/NAME of a trunk.
    #[arg(value_name = "NAME", value_parser = crate::secret::name)]
    pub(crate) name: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token and print it.
    #[command(after_help = TOKEN_ADD_EXAMPLES)]
    Add(TokenAddArgs),
    /// Forget a token: who has it is nobody any more.
    Delete(TokenArgs),
    /// List the tokens: name, whose, made on.
    List(DataArgs),
}

#[derive(Args, Debug)]
pub(crate) struct TokenAddArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// What to call it.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The extension in whose name it acts.
    #[arg(long, value_name = "NUMBER", required_unless_present = "system")]
    pub(crate) extension: Option<Number>,
    /// It acts for the system, and may do everything.
    #[arg(long, conflicts_with = "extension")]
    pub(crate) system: bool,
}

#[derive(Args, Debug)]
pub(crate) struct TokenArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// What it is called.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// A configuration file, imported if it differs from the last import.
    #[arg(long, value_name = "FILE.toml")]
    pub(crate) config: Option<PathBuf>,
    /// Import the file though the configuration was changed elsewhere: that
    /// change is lost.
    #[arg(long, requires = "config")]
    pub(crate) overwrite: bool,
    /// Where SIP is spoken; telephones must reach this address.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:5060")]
    pub(crate) sip: SocketAddr,
    /// Where the page and the API are. Anything but loopback lets tokens travel in the
    /// clear, unless somebody in front encrypts.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) http: SocketAddr,
    /// Browsers come by HTTPS, through somebody in front who encrypts: they send the
    /// cookie no other way then.
    #[arg(long)]
    pub(crate) https_in_front: bool,
    /// The domain in which telephones and trunks sign in.
    #[arg(long, value_name = "NAME", default_value = "tandem")]
    pub(crate) realm: String,
    /// The hashes that they may sign in with, the best first. Old telephones look at
    /// the first only: `--digest md5` is for them.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["sha256", "md5"])]
    pub(crate) digest: Vec<Digest>,
    /// The folder of waiting music (WAV); default: music/ in the data.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) music: Option<PathBuf>,
    /// Who takes mails: smtps://USER@HOST, or smtp://USER@HOST, which is encrypted too
    /// unless it is this machine. Its password is the secret `mail`. Default: none are sent.
    #[arg(long, value_name = "URL", requires = "mail_from")]
    pub(crate) mail: Option<MailServer>,
    /// Who mails are from: "Tandem <tandem@example.org>".
    #[arg(long, value_name = "SENDER", requires = "mail")]
    #[arg(value_parser = sender)]
    pub(crate) mail_from: Option<Mailbox>,
    /// Who gets a record of every finished queue call, as JSON by HTTPS, where the
    /// configuration has `push_records = true`; signed with the secret `push`.
    #[arg(long, value_name = "URL")]
    pub(crate) push: Option<PushReceiver>,
}

#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// The scenario; default: a small centre with two queues.
    #[arg(value_name = "FILE.toml")]
    pub(crate) file: Option<PathBuf>,
    /// How many times as fast as the scenario.
    #[arg(long, value_name = "FACTOR", default_value = "10")]
    pub(crate) speed: NonZeroU32,
    /// How many minutes of the scenario; default: all.
    #[arg(long = "for", value_name = "MINUTES", value_parser = minutes())]
    pub(crate) minutes: Option<u64>,
    /// Key of all randomness; default: what the scenario says.
    #[arg(long, short, value_name = "NUMBER", value_parser = seed())]
    pub(crate) seed: Option<u64>,
    /// Where SIP is spoken; default: a free port of this machine alone.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    pub(crate) sip: SocketAddr,
    /// Where the page is; by default on a free port.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    pub(crate) http: SocketAddr,
    /// How many days are simulated for the forecast.
    #[arg(long, short = 'n', value_name = "COUNT", default_value = "200")]
    #[arg(value_parser = forecasts())]
    pub(crate) replications: u32,
    /// Print one JSON object in the end, and nothing before.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The call; before it the scenario's file, if the call is a simulated one.
    #[arg(value_name = "FILE.toml|CALL", num_args = 0..=2)]
    pub(crate) words: Vec<String>,
    /// The folder of the server's data, if the call was a real one.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
    /// Show how the queues stood: 2026-11-23T14:03:20, 14:03:20 of today (of a scenario:
    /// of its first day), or seconds from the beginning of a scenario.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Only this queue: its number or name.
    #[arg(long, value_name = "QUEUE", requires = "at")]
    pub(crate) queue: Option<String>,
    /// Which replication of the scenario.
    #[arg(long, short, value_name = "NUMBER", default_value = "0")]
    #[arg(value_parser = replication(), conflicts_with = "data")]
    pub(crate) replication: u32,
    /// Key of all randomness; default: what the scenario says.
    #[arg(long, short, value_name = "NUMBER", value_parser = seed(), conflicts_with = "data")]
    pub(crate) seed: Option<u64>,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JournalCommand {
    /// Apply every entry again and compare.
    #[command(after_help = JOURNAL_VERIFY_EXAMPLES)]
    Verify(DataArgs),
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// The files.
    #[arg(required = true, value_name = "FILE.toml")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct RehearseArgs {
    /// A saved world, to be played again by itself.
    #[arg(value_name = "FILE.toml", conflicts_with_all = ["seed", "worlds", "budget", "threads"])]
    pub(crate) file: Option<PathBuf>,
    /// Key of all worlds.
    #[arg(long, short, value_name = "NUMBER", value_parser = seed(), default_value = "1")]
    pub(crate) seed: u64,
    /// How many worlds; default: 200, or as many as the budget allows.
    #[arg(long, short = 'n', value_name = "COUNT", value_parser = replications())]
    pub(crate) worlds: Option<u32>,
    /// For how long new worlds are begun, as 90s, 10m or 1h.
    #[arg(long, value_name = "LENGTH", value_parser = budget)]
    pub(crate) budget: Option<Duration>,
    /// Threads; the results do not depend on it. Default: one per processor.
    #[arg(long, short, value_name = "COUNT", value_parser = threads)]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Print one JSON object instead of the table.
    #[arg(long)]
    pub(crate) json: bool,
    /// The folder that a world which breaks a law is saved in.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    pub(crate) save: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct SimulateArgs {
    /// The scenario.
    #[arg(value_name = "FILE.toml")]
    pub(crate) file: PathBuf,
    /// How many independent replications; default: what the scenario says.
    #[arg(long, short = 'n', value_name = "COUNT", value_parser = replications())]
    pub(crate) replications: Option<u32>,
    /// Key of all randomness; default: what the scenario says.
    #[arg(long, short, value_name = "NUMBER", value_parser = seed())]
    pub(crate) seed: Option<u64>,
    /// Threads; the results do not depend on it. Default: one per processor.
    #[arg(long, short, value_name = "COUNT", value_parser = threads)]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Print one JSON object instead of the table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write a page with charts.
    #[arg(long, value_name = "FILE.html")]
    pub(crate) html: Option<PathBuf>,
    /// Write one line for every call of a queue.
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) trace: Option<PathBuf>,
}

fn replications() -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(1..=u64::from(REPLICATIONS_MAX))
}

/// They count from zero, as in a trace.
fn replication() -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(0..u64::from(REPLICATIONS_MAX))
}

/// A band of 95 % needs so many days.
fn forecasts() -> RangedU64ValueParser<u32> {
    let least = u64::try_from(FORECASTS_MIN).unwrap_or(u64::MAX);
    RangedU64ValueParser::new().range(least..=u64::from(REPLICATIONS_MAX))
}

fn minutes() -> RangedU64ValueParser<u64> {
    RangedU64ValueParser::new().range(1..=HORIZON_DAYS_MAX * 24 * 60)
}

fn seed() -> RangedU64ValueParser<u64> {
    RangedU64ValueParser::new().range(0..=SEED_MAX)
}

/// A length of time with its unit.
fn budget(text: &str) -> Result<Duration, String> {
    let wrong = || "a length is needed, as 90s, 10m or 1h".to_owned();
    let factor = match text.chars().next_back() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        _ => return Err(wrong()),
    };
    let count: u32 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    Ok(Duration::from_secs(u64::from(count) * factor))
}

fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let count: Option<u64> = text.parse().ok();
    count
        .filter(|count| *count <= THREADS_MAX)
        .and_then(|count| NonZeroUsize::new(usize::try_from(count).ok()?))
        .ok_or_else(|| format!("a number from 1 to {THREADS_MAX} is needed"))
}
