//! The one thread that writes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use redb::Database;
use tokio::sync::oneshot;

use super::error::StoreError;
use super::write::Txn;

/// Jobs that may wait to be written. One more is sent away, or waits.
pub const JOBS_QUEUED_MAX: usize = 1_024;
/// Jobs that become one transaction.
const JOBS_TOGETHER_MAX: usize = 256;

/// What goes along with others waits for them no longer, in milliseconds.
pub const ALONG_MS_MAX: u64 = 100;

pub(crate) type Work = Box<dyn FnOnce(&Txn<'_>) -> Result<(), StoreError> + Send>;
/// How long the transaction took, or why there was none.
type Answer = oneshot::Sender<Result<Duration, StoreError>>;

struct Job {
    work: Work,
    /// Who waits for it, if anybody.
    answer: Option<Answer>,
}

/// Tells when something is durable, or why it never will be.
#[derive(Debug)]
#[must_use]
pub struct Written(oneshot::Receiver<Result<Duration, StoreError>>);

impl Written {
    /// Blocks until it is; returns how long the transaction took.
    ///
    /// # Errors
    /// Where the store failed. Then nothing of the job was written.
    ///
    /// # Panics
    /// Within an asynchronous runtime.
    pub fn wait(self) -> Result<Duration, StoreError> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(ended()))
    }

    /// Waits until it is; returns how long the transaction took.
    ///
    /// # Errors
    /// As [`Written::wait`].
    pub async fn done(self) -> Result<Duration, StoreError> {
        self.0.await.unwrap_or_else(|_| Err(ended()))
    }
}

fn ended() -> StoreError {
    StoreError::failed(&"it does not write any more")
}

fn awaited(work: Work) -> (Job, Written) {
    let (answer, written) = oneshot::channel();
    let answer = Some(answer);
    (Job { work, answer }, Written(written))
}

/// The way to the thread.
#[derive(Debug)]
pub(crate) struct Writer {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(database: Arc<Database>, data: PathBuf) -> Result<Self, StoreError> {
        let (jobs, todo) = sync_channel(JOBS_QUEUED_MAX);
        let thread = thread::Builder::new().name("store".to_owned());
        let thread = thread.spawn(move || run(&database, &data, &todo));
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread.map_err(|why| StoreError::failed(&why))?),
        })
    }

    fn jobs(&self) -> &SyncSender<Job> {
        self.jobs.as_ref().expect("only a dropped writer has none")
    }

    pub(crate) fn submit(&self, work: Work) -> Result<Written, StoreError> {
        let (job, written) = awaited(work);
        self.try_send(job).map(|()| written)
    }

    pub(crate) fn submit_along(&self, work: Work) -> Result<(), StoreError> {
        self.try_send(Job { work, answer: None })
    }

    pub(crate) fn submit_waiting(&self, work: Work) -> Result<Written, StoreError> {
        let (job, written) = awaited(work);
        let sent = self.jobs().send(job);
        sent.map(|()| written).map_err(|_| ended())
    }

    fn try_send(&self, job: Job) -> Result<(), StoreError> {
        self.jobs().try_send(job).map_err(|why| match why {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => ended(),
        })
    }
}

/// The thread ends once nothing is left to be written, and the file is free
/// then.
impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // It panicked where the disk handed back nonsense; whoever waited
            // for it was told.
            let _ended = thread.join();
        }
    }
}

/// Writes until nobody is left who could want anything written. After a failure
/// nothing is written any more: what the disk holds is then as good as it gets.
fn run(database: &Database, data: &Path, todo: &Receiver<Job>) {
    let mut failed = None;
    while let Ok(first) = todo.recv() {
        let jobs = together(first, todo);
        let (work, answers): (Vec<Work>, Vec<Option<Answer>>) =
            (jobs.into_iter().map(|Job { work, answer }| (work, answer))).unzip();
        let written = match &failed {
            None => transact(database, data, work),
            Some(why) => Err(StoreError::clone(why)),
        };
        for answer in answers.into_iter().flatten() {
            // Who wanted it may not wait for it.
            let _gone = answer.send(written.clone());
        }
        failed = failed.or(written.err());
    }
}

/// Everything that is to be written now, in the order in which it was wanted. A
/// transaction costs the disk as much for one row as for some, so what nobody waits for
/// waits for somebody to go along with.
fn together(first: Job, todo: &Receiver<Job>) -> Vec<Job> {
    let until = Instant::now() + Duration::from_millis(ALONG_MS_MAX);
    let mut awaited = first.answer.is_some();
    let mut jobs = vec![first];
    while jobs.len() < JOBS_TOGETHER_MAX {
        let next = if awaited {
            todo.try_recv().ok()
        } else {
            let left = until.saturating_duration_since(Instant::now());
            todo.recv_timeout(left).ok()
        };
        let Some(job) = next else { break };
        awaited |= job.answer.is_some();
        jobs.push(job);
    }
    jobs
}

fn transact(database: &Database, data: &Path, work: Vec<Work>) -> Result<Duration, StoreError> {
    let begin = Instant::now();
    let mut tx = database.begin_write()?;
    tx.set_quick_repair(true);
    let txn = Txn::new(&tx, data);
    for work in work {
        work(&txn)?;
    }
    tx.commit()?;
    Ok(begin.elapsed())
}
