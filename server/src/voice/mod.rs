//! The voice port: SIP phones and trunks on one side, the engine on the other.
//!
//! It keeps the dialogs of calls and of ringing telephones, carries out what the
//! engine orders, and tells it what the far ends do. It decides nothing: whom a
//! call rings, and when it ends, comes from the engine. What the transaction
//! layer owes by itself (100, retransmissions, ACK), challenges, and the 200 to a
//! BYE go out at once; all else waits until its cause is durable.
//!
//! One task owns all state ([`Exchange`](exchange::Exchange)); the sockets have
//! tasks of their own ([`net`]) and share nothing with it but bounded channels.

mod branches;
mod callers;
mod consult;
mod customers;
mod exchange;
mod identity;
mod keys;
mod legs;
mod music;
mod net;
mod outlived;
mod parking;
mod recordings;
mod registrations;
pub(crate) mod sdp;
mod turn;
mod voicemail;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tandem_sip::digest::Algorithm;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::driver::{Handle, PortReceiver};
use crate::media::Media;
use crate::store::Store;

pub use exchange::Counts;

/// What a voice port needs.
#[derive(Debug)]
pub struct VoiceOptions {
    /// Where SIP is spoken, over UDP and over TCP. A free port where it is 0.
    pub listen: SocketAddr,
    /// The domain in which users sign in: the realm of challenges.
    pub realm: String,
    /// The hashes that they may use, the best first (RFC 8760 2.4).
    pub digest: Vec<Algorithm>,
    /// The folder of waiting music that queues name.
    pub music: PathBuf,
    /// The folder in which messages are left.
    pub voicemail: PathBuf,
    /// The folder in which conversations are recorded.
    pub recordings: PathBuf,
    /// Tells the engine.
    pub handle: Handle,
    /// What the engine made durable.
    pub batches: PortReceiver,
    /// Where passwords, registrations and the BYEs owed after a restart lie.
    pub store: Store,
    /// Carries the voices.
    pub media: Media,
}

/// A voice port at work.
#[derive(Debug)]
pub struct Voice {
    local: SocketAddr,
    counts: Arc<Counts>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Voice {
    /// Starts it on the runtime that this is called in.
    ///
    /// # Errors
    /// Where the sockets can not be bound, or the store can not be read.
    pub async fn start(options: VoiceOptions) -> io::Result<Self> {
        let (net, arrived) = net::Net::bind(options.listen).await?;
        let local = net.local();
        let counts = Arc::new(Counts::default());
        let (stop, stopped) = oneshot::channel();
        let exchange = exchange::Exchange::new(options, net, Arc::clone(&counts))?;
        let task = tokio::spawn(exchange.run(arrived, stopped));
        Ok(Self {
            local,
            counts,
            stop,
            task,
        })
    }

    /// Where SIP is spoken.
    #[must_use]
    pub const fn local(&self) -> SocketAddr {
        self.local
    }

    /// What it did so far.
    #[must_use]
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    /// Ends every call that is still up and closes the sockets.
    pub async fn stop(self) {
        // A task that has ended needs not be told.
        let _told = self.stop.send(());
        let _ended = self.task.await;
    }
}
