//! From the fold to those who show it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tandem_engine::Timestamp;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::counts::{Today, unix_us};
use super::fold::Fold;
use super::screen::{Change, Screen};
use crate::driver::{Directory, PortReceiver};

/// A new view is told at most this often, in milliseconds: nobody reads
/// faster, and what changes back and forth meanwhile is not told at all.
pub const PUBLISH_MS: u64 = 50;
/// Numbered changes that are kept for screens that were away: a minute's worth
/// of a busy centre.
pub const DELTAS_KEPT_MAX: usize = 1_200;
/// Rows in all that they may hold.
pub const CHANGES_KEPT_MAX: usize = 200_000;

/// One moment, as it was told.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Rises by one with every change. It begins with the Unix time of the
    /// start in ms, so that no number of an earlier start is told again.
    pub number: u64,
    /// When the last entry acted, in Unix ms.
    pub at_ms: i64,
    /// The number of the last entry that is in here.
    pub seq: u64,
    /// What is to be seen.
    pub screen: Screen,
    /// Microseconds from the Unix epoch to the timeline's zero.
    pub wall_offset: i64,
    /// Who is who.
    pub directory: Arc<Directory>,
    /// Whether the first batch has come.
    pub begun: bool,
    /// Whether the driver has stopped: nothing will change any more.
    pub ended: bool,
}

impl View {
    /// A moment of the timeline in Unix ms.
    #[must_use]
    pub fn unix_ms(&self, at: Timestamp) -> i64 {
        unix_us(at, self.wall_offset).div_euclid(1_000)
    }
}

/// What leads from one view to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// The number of the view that it leads to.
    pub number: u64,
    /// That of [`View::at_ms`].
    pub at_ms: i64,
    /// What differs.
    pub changes: Vec<Change>,
}

/// Reads what is to be seen. Cheap to clone; never waits for the fold.
#[derive(Clone, Debug)]
pub struct Reader {
    views: watch::Receiver<Arc<View>>,
    ring: Arc<Mutex<Ring>>,
}

#[derive(Debug, Default)]
struct Ring {
    /// The view that the first one kept leads on from.
    from: u64,
    to: u64,
    deltas: VecDeque<Arc<Delta>>,
    changes: usize,
}

impl Ring {
    fn push(&mut self, delta: Delta) {
        self.to = delta.number;
        self.changes += delta.changes.len();
        self.deltas.push_back(Arc::new(delta));
        while self.deltas.len() > DELTAS_KEPT_MAX || self.changes > CHANGES_KEPT_MAX {
            let Some(oldest) = self.deltas.pop_front() else {
                break;
            };
            self.changes -= oldest.changes.len();
            self.from = oldest.number;
        }
    }

    /// Keeps nothing: whoever knows less than the view with this number has to
    /// see all of it.
    fn begin_at(&mut self, number: u64) {
        *self = Self {
            from: number,
            to: number,
            ..Self::default()
        };
    }

    fn since(&self, number: u64) -> Option<Vec<Arc<Delta>>> {
        if number < self.from || number > self.to {
            return None;
        }
        let known = self.deltas.partition_point(|delta| delta.number <= number);
        Some(self.deltas.range(known..).cloned().collect())
    }
}

fn lock(ring: &Mutex<Ring>) -> MutexGuard<'_, Ring> {
    // Nothing that holds the lock can leave the ring half changed.
    ring.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Reader {
    /// The latest view.
    #[must_use]
    pub fn view(&self) -> Arc<View> {
        Arc::clone(&self.views.borrow())
    }

    /// Waits for a view that this reader has not waited for yet; `false` where
    /// none will come.
    pub async fn changed(&mut self) -> bool {
        self.views.changed().await.is_ok()
    }

    /// What followed on the view with this number, in order. `None` where that
    /// is not kept any more, or where something else about everything changed
    /// meanwhile, as who may see what: then only a whole view will do.
    #[must_use]
    pub fn since(&self, number: u64) -> Option<Vec<Arc<Delta>>> {
        lock(&self.ring).since(number)
    }

    /// Waits for a view that has the entry with this number in it, so that who
    /// changed something sees it changed. `false` where the driver stopped
    /// before that.
    pub async fn caught_up(&self, seq: u64) -> bool {
        let mut views = self.views.clone();
        let view = views.wait_for(|view| view.seq >= seq || view.ended).await;
        view.is_ok_and(|view| view.seq >= seq)
    }
}

/// Starts the task that folds. It ends when the driver does.
#[must_use]
pub fn start(tokio: &tokio::runtime::Handle, today: Today, batches: PortReceiver) -> Reader {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    let number = since_epoch.map_or(0, |passed| passed.as_millis());
    let number = u64::try_from(number).unwrap_or(0);
    let ring = Arc::new(Mutex::new(Ring::default()));
    lock(&ring).begin_at(number);
    let view = View {
        number,
        ..View::default()
    };
    let (publish, views) = watch::channel(Arc::new(view));
    let hub = Hub {
        fold: Fold::new(today),
        publish,
        ring: Arc::clone(&ring),
    };
    tokio.spawn(hub.run(batches));
    Reader { views, ring }
}

struct Hub {
    fold: Fold,
    publish: watch::Sender<Arc<View>>,
    ring: Arc<Mutex<Ring>>,
}

impl Hub {
    async fn run(mut self, mut batches: PortReceiver) {
        let mut next = Instant::now();
        while let Some(batch) = batches.recv().await {
            self.fold.apply(&batch);
            let mut ended = false;
            while Instant::now() < next && !ended {
                match timeout_at(next, batches.recv()).await {
                    Ok(Some(batch)) => self.fold.apply(&batch),
                    Ok(None) => ended = true,
                    Err(_) => break,
                }
            }
            self.publish();
            next = Instant::now() + Duration::from_millis(PUBLISH_MS);
        }
        let mut last = View::clone(&self.publish.borrow());
        last.ended = true;
        self.publish.send_replace(Arc::new(last));
    }

    fn publish(&mut self) {
        let (seq, at_ms) = self.fold.last();
        let screen = self.fold.refresh().clone();
        let before = Arc::clone(&self.publish.borrow());
        let directory = Arc::clone(self.fold.directory());
        let anew = !Arc::ptr_eq(&directory, &before.directory);
        let mut changes = before.screen.changes_to(&screen);
        changes.append(&mut self.fold.take_logged());
        let number = before.number + u64::from(anew || !changes.is_empty());
        if anew {
            lock(&self.ring).begin_at(number);
        } else if number > before.number {
            lock(&self.ring).push(Delta {
                number,
                at_ms,
                changes,
            });
        }
        self.publish.send_replace(Arc::new(View {
            number,
            at_ms,
            seq,
            screen,
            wall_offset: self.fold.wall_offset,
            directory,
            begun: true,
            ended: false,
        }));
    }
}
