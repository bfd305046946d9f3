//! The courier: what the engine keeps in its state until the world outside has it.
//!
//! Mails to managers, agents and owners of a box go to a mail server ([`MailServer`]);
//! records of finished queue calls to a receiver ([`PushReceiver`]). Each order is tried
//! until it is delivered, refused for good, or given up ([`Patience`]); then the engine
//! is told, which is what takes it out of the state. Where nobody is named to whom it
//! could be brought, that is at once.
//!
//! Orders wait for nothing but themselves: one that is refused for now holds up no
//! other. A record may come twice, after a restart, and carries a name by which that is
//! known; a mail whose fate nobody knows after a restart is not sent again.

mod letters;
mod mail;
mod patience;
mod push;

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use lettre::address::AddressError;
use lettre::message::Mailbox;
use tandem_engine::{Effect, EffectId, EffectKind, Event, Input, PublicId};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};

use crate::driver::{Batch, Directory, Handle, Line, PortReceiver};
use crate::store::{CallRecord, LogRow, NoteRow, Store, StoreError};
use crate::web::record_json;
use letters::{Circular, Desk};
use mail::Mailer;
use push::Pusher;

pub use mail::{MailServer, WrongServer};
pub use patience::Patience;
pub use push::{PushReceiver, WrongReceiver};

/// Deliveries that may be under way at once, of mails and of records each.
pub const DELIVERIES_MAX: usize = 4;
/// How long a delivery that is under way may still take when the server stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// The secret with the password of the mail server.
pub const MAIL_SECRET: &str = "mail";
/// The secret by which the receiver of records knows that they are ours.
pub const PUSH_SECRET: &str = "push";

/// What a delivery came to.
type Attempt = Result<(), Later>;

/// Why something is not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Later {
    /// Another attempt may do.
    Again(String),
    /// It is refused for good.
    Never(String),
}

/// Where the courier goes.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    /// Who takes mails, and whose name is under them; `None`: none are sent.
    pub mail: Option<(MailServer, Mailbox)>,
    /// Who gets records; `None`: nobody.
    pub push: Option<PushReceiver>,
    /// How often something is tried.
    pub patience: Patience,
}

/// What a courier needs.
#[derive(Debug)]
pub struct CourierOptions {
    /// Where to go.
    pub routes: Routes,
    /// Tells the engine.
    pub handle: Handle,
    /// What the engine made durable.
    pub batches: PortReceiver,
    /// Where passwords and records lie.
    pub store: Store,
}

/// Why there is no courier.
#[derive(Debug)]
pub enum CourierError {
    /// The secrets can not be read.
    Store(StoreError),
    /// There are no certificates to know servers by.
    Tls(String),
    /// A secret is not there: which, and what it is for.
    Unknown(&'static str, &'static str),
}

impl fmt::Display for CourierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(why) => write!(f, "{why}"),
            Self::Tls(why) => write!(f, "servers can not be known by their certificates: {why}"),
            Self::Unknown(name, what) => write!(
                f,
                "there is no {what}: say `tandem secret set {name}` while no server runs"
            ),
        }
    }
}

impl std::error::Error for CourierError {}

/// A courier at work.
#[derive(Debug)]
pub struct Courier {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Courier {
    /// Starts one on the runtime that this is called in.
    ///
    /// # Errors
    /// Where a secret that it needs is not there.
    pub fn start(options: CourierOptions) -> Result<Self, CourierError> {
        let CourierOptions {
            routes,
            handle,
            batches,
            store,
        } = options;
        // Whoever came first chose for the whole process, and that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let secret = |name, what| {
            let found = store.secret(name).map_err(CourierError::Store)?;
            found.ok_or(CourierError::Unknown(name, what))
        };
        let mailer = match &routes.mail {
            None => None,
            Some((server, from)) => {
                let password = match server.signs_in() {
                    true => Some(secret(MAIL_SECRET, "password of the mail server")?),
                    false => None,
                };
                let password =
                    password.map(|secret| String::from_utf8_lossy(secret.expose()).into_owned());
                Some(Mailer::new(server, from.clone(), password))
            }
        };
        let pusher = match &routes.push {
            None => None,
            Some(receiver) => {
                let what = "secret that the receiver of records knows us by";
                let pusher = Pusher::new(receiver, secret(PUSH_SECRET, what)?.expose());
                Some(pusher.map_err(|why| CourierError::Tls(why.to_string()))?)
            }
        };
        let (stop, stopped) = oneshot::channel();
        let (stops, stopping) = watch::channel(false);
        let round = Round {
            ways: Arc::new(Ways {
                mailer: mailer.map(|mailer| (mailer, Semaphore::new(DELIVERIES_MAX))),
                pusher: pusher.map(|pusher| (pusher, Semaphore::new(DELIVERIES_MAX))),
                patience: routes.patience,
                handle,
                store,
                stopping,
            }),
            directory: Arc::default(),
            wall_offset: 0,
            under_way: JoinSet::new(),
            known: HashSet::new(),
        };
        let task = tokio::spawn(round.run(batches, stopped, stops));
        Ok(Self { stop, task })
    }

    /// Lets deliveries end that are under way and gives up all others.
    pub async fn stop(self) {
        // A task that has ended needs not be told.
        let _told = self.stop.send(());
        let _ended = self.task.await;
    }
}

/// What all deliveries share.
struct Ways {
    mailer: Option<(Mailer, Semaphore)>,
    pusher: Option<(Pusher, Semaphore)>,
    patience: Patience,
    handle: Handle,
    store: Store,
    stopping: watch::Receiver<bool>,
}

/// What the courier knows of the centre, and what is under way.
struct Round {
    ways: Arc<Ways>,
    directory: Arc<Directory>,
    wall_offset: i64,
    under_way: JoinSet<EffectId>,
    /// Orders that are under way. One may come twice at a start.
    known: HashSet<EffectId>,
}

impl Round {
    async fn run(
        mut self,
        mut batches: PortReceiver,
        mut stopped: oneshot::Receiver<()>,
        stops: watch::Sender<bool>,
    ) {
        loop {
            tokio::select! {
                batch = batches.recv() => match batch {
                    Some(batch) => self.take(&batch),
                    None => break,
                },
                Some(ended) = self.under_way.join_next() => self.over(ended.ok()),
                _ = &mut stopped => break,
            }
        }
        // Nobody listens where nothing is under way.
        let _heard = stops.send(true);
        let all = async { while self.under_way.join_next().await.is_some() {} };
        if timeout(STOP_TIMEOUT, all).await.is_err() {
            say("the server stops before all is delivered that was under way");
        }
    }

    fn over(&mut self, ended: Option<EffectId>) {
        if let Some(id) = ended {
            self.known.remove(&id);
        }
    }

    fn take(&mut self, batch: &Batch) {
        // It is as after the last line: what a queue is called may be newer than the
        // order, which harms nobody.
        if let Some(directory) = &batch.directory {
            self.directory = Arc::clone(directory);
        }
        self.wall_offset = batch.wall_offset;
        for line in &batch.lines {
            for (id, order) in &line.out.effects {
                if order.kind() == EffectKind::Kept {
                    self.go(*id, order, Some(line));
                }
            }
        }
        for (id, order) in &batch.resumed {
            self.go(*id, order, None);
        }
    }

    fn go(&mut self, id: EffectId, order: &Effect, line: Option<&Line>) {
        if !self.known.insert(id) {
            return;
        }
        let ways = Arc::clone(&self.ways);
        let directory = Arc::clone(&self.directory);
        if let Effect::PushRecord { call, visit } = *order {
            let known = line.and_then(|line| self.record(line, call, visit));
            self.under_way.spawn(async move {
                let pushed = ways.push(directory, known, call, visit).await;
                ways.end(id, pushed);
                id
            });
            return;
        }
        let circular = line.and_then(|line| {
            let desk = Desk {
                directory: &self.directory,
                wall_offset: self.wall_offset,
                line,
            };
            desk.circular(order)
        });
        self.under_way.spawn(async move {
            let sent = ways.mail(id, circular).await;
            ways.end(id, sent);
            id
        });
    }

    /// The record of a call that has just ended. One that is pushed again after a
    /// restart is read instead.
    fn record(&self, line: &Line, call: PublicId, visit: u16) -> Option<CallRecord> {
        let ended = line.out.events.iter().find_map(|event| match event {
            Event::QueueCallEnded(ended) if (ended.call, ended.visit) == (call, visit) => {
                Some(ended)
            }
            _ => None,
        })?;
        let directory = &self.directory;
        let agent = |id| directory.agents.get(&id).map(|agent| agent.number);
        let joined = i64::try_from(ended.joined_at.micros()).ok()?;
        Some(CallRecord {
            seq: line.entry.seq,
            queue: directory.queues.get(&ended.queue)?.number,
            agent: match ended.agent {
                Some(id) => Some(agent(id)?),
                None => None,
            },
            joined_us: self.wall_offset.checked_add(joined)?,
            call: *ended,
        })
    }
}

impl Ways {
    /// Tells the engine that an order is over.
    fn end(&self, effect: EffectId, done: bool) {
        let input = if done {
            Input::KeptDone { effect }
        } else {
            Input::KeptFailed { effect }
        };
        // After a stop it leads to nothing, and the next start will see to it.
        let _told = self.handle.tell(input);
    }

    /// Sends a mail to everybody whom it is for; tells whether all have it.
    async fn mail(&self, id: EffectId, circular: Option<Circular>) -> bool {
        let Some((mailer, turns)) = &self.mailer else {
            return false;
        };
        let Some(Circular { letter, to }) = circular else {
            say("a mail about what is no more was not sent");
            return false;
        };
        if to.is_empty() {
            say(&format!("nobody has an address: {}", letter.subject));
            return false;
        }
        // Each for himself: an address that is refused for now holds up no other.
        let sent = (0..).zip(&to).map(async |(place, address): (u32, _)| {
            let name = format!("{}.{}.{place}", id.seq, id.index);
            let what = format!("mail to {address} ({})", letter.subject);
            match mailer.message(&letter, address, &name) {
                Ok(message) => {
                    let attempt = || mailer.send(&message);
                    self.deliver(&what, turns, attempt).await
                }
                Err(why) => {
                    say(&format!("{what}: {why}"));
                    false
                }
            }
        });
        join_all(sent).await.into_iter().all(|sent| sent)
    }

    async fn push(
        &self,
        directory: Arc<Directory>,
        known: Option<CallRecord>,
        call: PublicId,
        visit: u16,
    ) -> bool {
        let Some((pusher, turns)) = &self.pusher else {
            return false;
        };
        let store = self.store.clone();
        let read = move || {
            let found = read_record(&store, known, call, visit)?;
            let json =
                found.map(|(record, log, note)| record_json(&record, &log, note, &directory));
            Ok::<_, StoreError>(json)
        };
        let read = spawn_blocking(read).await;
        let name = format!("{call}.{visit}");
        let what = format!("record {name}");
        match read {
            Ok(Ok(Some(body))) => {
                let attempt = || pusher.push(&name, &body);
                self.deliver(&what, turns, attempt).await
            }
            Ok(Ok(None)) => {
                say(&format!("{what}: it was deleted before it was pushed"));
                false
            }
            Ok(Err(why)) => {
                say(&format!("{what}: {why}"));
                false
            }
            Err(_) => false,
        }
    }

    /// Tries until it is delivered, refused for good or given up.
    async fn deliver<F>(&self, what: &str, turns: &Semaphore, attempt: impl Fn() -> F) -> bool
    where
        F: Future<Output = Attempt>,
    {
        let mut stopping = self.stopping.clone();
        let mut waited = Duration::ZERO;
        for attempts in 1.. {
            let why = {
                let Ok(_turn) = turns.acquire().await else {
                    return false;
                };
                if *stopping.borrow() {
                    say(&format!("{what}: given up, as the server stops"));
                    return false;
                }
                match attempt().await {
                    Ok(()) => return true,
                    Err(Later::Never(why)) => {
                        say(&format!("{what}: refused: {why}"));
                        return false;
                    }
                    Err(Later::Again(why)) => why,
                }
            };
            let Some(pause) = self.patience.pause(attempts, waited) else {
                say(&format!("{what}: given up: {why}"));
                return false;
            };
            if attempts == 1 {
                say(&format!("{what}: {why}; it will be tried again"));
            }
            waited += pause;
            tokio::select! {
                () = sleep(pause) => {}
                _ = stopping.wait_for(|stops| *stops) => {}
            }
        }
        false
    }
}

/// A record and what was done about it; `None` where there is none any more.
fn read_record(
    store: &Store,
    known: Option<CallRecord>,
    call: PublicId,
    visit: u16,
) -> Result<Option<(CallRecord, LogRow, Option<NoteRow>)>, StoreError> {
    let record = match known {
        Some(record) => Some(record),
        None => {
            let records = store.records_of_call(call)?;
            records
                .into_iter()
                .find(|record| record.call.visit == visit)
        }
    };
    let Some(record) = record else {
        return Ok(None);
    };
    let one = std::slice::from_ref(&record);
    let (log, note) = (store.logs(one)?.pop(), store.notes(one)?.pop());
    Ok(Some((record, log.unwrap_or_default(), note.flatten())))
}

fn say(what: &str) {
    eprintln!("courier: {what}");
}

/// Reads the sender of mails.
///
/// # Errors
/// Where it is no address.
pub fn sender(text: &str) -> Result<Mailbox, String> {
    let sender = text.parse();
    sender.map_err(|why: AddressError| format!("{why}: say \"Tandem <tandem@example.org>\""))
}
