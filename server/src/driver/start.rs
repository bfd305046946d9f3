//! Starting and stopping.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tandem_engine::config::model::{Change, Config};
use tandem_engine::{By, Effect, EffectId, Input};
use tokio::sync::watch;

use super::batch::Port;
use super::clock::{Clock, SystemClock, Timeline};
use super::config::{self, ConfigFile, ImportError};
use super::handle::Handle;
use super::inbox::{Inbox, Item};
use super::replay::{self, ReplayError};
use super::replica::Replica;
use super::run::{Apply, Core, Plain, Snapshots, StopReason};
use crate::store::{Head, Imported, Store, StoreError};

/// What a driver needs to begin.
#[derive(Debug)]
pub struct StartOptions {
    /// Where everything lies.
    pub store: Store,
    /// Who gets every batch; see [`port`](super::port).
    pub ports: Vec<Port>,
    /// The configuration file, to be imported if it differs from the last
    /// import.
    pub config: Option<ConfigFile>,
    /// Whether the file is imported though the configuration was changed
    /// elsewhere since the last import, which is lost then.
    pub overwrite: bool,
    /// Key of the engine's draws in a store that is new; else it is made up.
    pub seed: Option<u64>,
    /// Where time comes from.
    pub clock: Box<dyn Clock>,
}

impl StartOptions {
    /// A driver of this store, with the machine's clock and nobody to hear of
    /// anything.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self {
            store,
            ports: Vec::new(),
            config: None,
            overwrite: false,
            seed: None,
            clock: Box::new(SystemClock),
        }
    }
}

/// Why a driver did not start.
#[derive(Debug)]
pub enum StartError {
    /// The configuration file can not be imported.
    Import(ImportError),
    /// The configuration in the store can not be read by this version, and
    /// neither can the state: what it says.
    Revision(String),
    /// The store can not be used.
    Store(StoreError),
    /// The machine has no thread left.
    Thread(std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Import(why) => write!(f, "{why}"),
            Self::Revision(why) => {
                write!(f, "the configuration in the store can not be read:\n{why}")
            }
            Self::Store(why) => write!(f, "{why}"),
            Self::Thread(why) => write!(f, "can not start a thread: {why}"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<StoreError> for StartError {
    fn from(why: StoreError) -> Self {
        Self::Store(why)
    }
}

/// How a driver came to its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// The journal can not be replayed by this version. Calls ended, records
    /// are untouched, the configuration is the one in force; logins, pauses and
    /// counts began anew.
    Anew(ReplayError),
    /// The store was new.
    New,
    /// From a snapshot, and so many entries behind it.
    Replayed(u64),
}

/// A driver at work.
#[derive(Debug)]
pub struct Running {
    handle: Handle,
    inbox: Arc<Inbox>,
    thread: JoinHandle<Result<(), StopReason>>,
    recovery: Recovery,
    ended: watch::Receiver<bool>,
}

impl Running {
    /// Tells the engine things.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// How it came to its state.
    #[must_use]
    pub const fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Waits until the driver has ended, by itself or because it was told to;
    /// [`Running::stop`] says why.
    pub async fn ended(&self) {
        let mut ended = self.ended.clone();
        // An end that tells nothing any more is an end too.
        let _ended = ended.wait_for(|ended| *ended).await;
    }

    /// Whether it has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// Stops once all that has arrived is durable and released, and the state
    /// is kept for the next start. Ports must take their batches meanwhile, or
    /// be gone.
    ///
    /// # Errors
    /// Where the driver stopped by itself, or could not keep its state.
    ///
    /// # Panics
    /// Where the driver has a bug that lies outside the engine.
    pub fn stop(self) -> Result<(), StopReason> {
        self.inbox.stop();
        let ended = self.thread.join();
        ended.expect("nothing but the engine panics on the engine thread")
    }
}

/// Starts a driver.
///
/// # Errors
/// Where the data can not be used, or the configuration file not be imported.
pub fn start(options: StartOptions) -> Result<Running, StartError> {
    start_with(options, Plain)
}

/// Starts a driver that applies entries in a way of its own.
///
/// # Errors
/// As [`start`].
pub fn start_with<A: Apply + 'static>(
    options: StartOptions,
    mut apply: A,
) -> Result<Running, StartError> {
    let store = options.store;
    let Origin {
        replica,
        head,
        recovery,
        resumed,
        configuration,
    } = origin(&store, options.seed, &mut apply)?;
    let import = (options.config.as_ref(), options.overwrite);
    let Configuring {
        revision,
        parts,
        importing,
    } = configuring(&store, &replica, configuration, import)?;
    let from = head.at.max(head.alive_until);
    let inbox = Arc::new(Inbox::new(Timeline::new(options.clock, from)));
    let carry = opening(&inbox, &head, revision, parts);
    let core = Core {
        snapshots: snapshots(&store, &replica)?,
        snapshot_due: matches!(recovery, Recovery::Anew(_)),
        apply,
        replica,
        head,
        store,
        inbox: Arc::clone(&inbox),
        ports: options.ports,
        carry,
        importing,
        resumed,
        introduced: false,
        last_panic: None,
        pruned_at: from,
    };
    let (end, ended) = watch::channel(false);
    let thread = thread::Builder::new().name("engine".to_owned()).spawn({
        let inbox = Arc::clone(&inbox);
        move || {
            let result = core.run();
            inbox.close();
            end.send_replace(true);
            result
        }
    });
    Ok(Running {
        handle: Handle::new(Arc::clone(&inbox)),
        inbox,
        thread: thread.map_err(StartError::Thread)?,
        recovery,
        ended,
    })
}

/// How the configuration comes to be what it is to be.
struct Configuring {
    /// The revision that the engine has.
    revision: u64,
    parts: Vec<Vec<Change>>,
    /// The import is done with this revision.
    importing: Option<(u64, Imported)>,
}

/// Finds out what the engine must be told: the configuration in force where it
/// does not know it, and the file if it is to be imported.
fn configuring(
    store: &Store,
    replica: &Replica,
    in_force: Option<Config>,
    (file, overwrite): (Option<&ConfigFile>, bool),
) -> Result<Configuring, StartError> {
    let (mut config, revision) = replica.engine.config();
    let mut parts = Vec::new();
    if let Some(in_force) = in_force {
        parts = config::parts(&config, &in_force);
        config = in_force;
    }
    let mut importing = None;
    if let Some(file) = file {
        let import = config::import(file, &config, store.imported()?, overwrite);
        if let Some(import) = import.map_err(StartError::Import)? {
            parts.extend(import.parts);
            importing = Some((revision + parts.len() as u64, import.imported));
        }
    }
    Ok(Configuring {
        revision,
        parts,
        importing,
    })
}

/// Where a driver begins.
struct Origin {
    replica: Replica,
    head: Head,
    recovery: Recovery,
    resumed: Vec<(EffectId, Effect)>,
    /// The configuration in force, where the engine does not know it.
    configuration: Option<Config>,
}

fn origin(store: &Store, seed: Option<u64>, apply: &mut impl Apply) -> Result<Origin, StartError> {
    let Some(head) = store.head()? else {
        let head = Head::new(seed.map_or_else(made_up, Ok)?);
        return Ok(Origin {
            replica: Replica::beginning(&head),
            head,
            recovery: Recovery::New,
            resumed: Vec::new(),
            configuration: None,
        });
    };
    match replay::latest(store, &head, apply) {
        Ok((replica, entries)) => Ok(Origin {
            replica,
            head,
            recovery: Recovery::Replayed(entries),
            resumed: Vec::new(),
            configuration: None,
        }),
        Err(ReplayError::Store(why @ (StoreError::Failed(_) | StoreError::Version { .. }))) => {
            Err(why.into())
        }
        Err(why) => anew(store, head, why),
    }
}

fn made_up() -> Result<u64, StoreError> {
    getrandom::u64().map_err(|why| StoreError::failed(&why))
}

/// A new engine that goes on where one ended that can not be had back.
fn anew(store: &Store, head: Head, why: ReplayError) -> Result<Origin, StartError> {
    let configuration = match store.revisions(1)?.pop() {
        Some((_, revision)) => {
            Some(config::read("store", &revision.text).map_err(StartError::Revision)?)
        }
        None => None,
    };
    let head = Head {
        // The new engine counts its calls from the beginning.
        epoch: head.epoch + 1,
        anew_after: head.seq,
        ..head
    };
    Ok(Origin {
        replica: Replica::beginning(&head),
        head,
        recovery: Recovery::Anew(why),
        resumed: resume(store)?,
        configuration,
    })
}

/// The kept effects of an engine that is gone: what can be done twice goes out
/// again; of the rest nobody can say whether it was done, and it is over.
fn resume(store: &Store) -> Result<Vec<(EffectId, Effect)>, StoreError> {
    let (mut resumed, mut unknown, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let page = store.kept(after)?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for row in page {
            if row.effect.is_idempotent() {
                resumed.push((row.id, row.effect));
            } else {
                unknown.push(row.id);
            }
        }
    }
    store.write_waiting(move |txn| unknown.iter().try_for_each(|id| txn.delete_kept(*id)))?;
    Ok(resumed)
}

/// What stands before everything that arrives.
fn opening(inbox: &Inbox, head: &Head, revision: u64, parts: Vec<Vec<Change>>) -> VecDeque<Item> {
    let alive_until = head.at.max(head.alive_until);
    let mut inputs = Vec::new();
    let epoch = head.epoch;
    inputs.push(Input::Restarted { alive_until, epoch });
    let micros = inbox.timeline().wall_offset();
    inputs.extend(micros.map(|micros| Input::WallOffset { micros }));
    inputs.extend(
        (revision..)
            .zip(parts)
            .map(|(base, changes)| Input::Configure {
                by: By::System,
                base,
                changes,
            }),
    );
    let item = |input| Item {
        at: alive_until,
        input,
        reply: None,
    };
    inputs.into_iter().map(item).collect()
}

fn snapshots(store: &Store, replica: &Replica) -> Result<Snapshots, StoreError> {
    let (seq, at) = replica.last_entry();
    let newest = store.snapshots()?.pop();
    Ok(Snapshots {
        last_seq: newest.as_ref().map_or(0, |(last, _)| (*last).min(seq)),
        last_unix_us: newest.map_or_else(|| replica.names.unix_us(at), |(_, info)| info.unix_us),
        making: None,
    })
}
