//! The whole live server in one piece: driver, store, media and ports.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use crate::driver::{
    self, ConfigFile, Handle, Port, Recovery, Running, StartError, StartOptions, StopReason,
};
use crate::media::{Media, MediaOptions};
use crate::store::{Store, StoreError};
use crate::voice::{Counts, Voice, VoiceOptions};

/// What a live server is to be like.
#[derive(Debug)]
pub struct Options {
    /// The folder of its data.
    pub data: PathBuf,
    /// A configuration file, to be imported if it differs from the last import.
    pub config: Option<ConfigFile>,
    /// Whether that is imported though the configuration was changed elsewhere.
    pub overwrite: bool,
    /// Where SIP is spoken, over UDP and over TCP.
    pub sip: SocketAddr,
    /// The domain in which users sign in.
    pub realm: String,
    /// The ports for voices.
    pub media_ports: RangeInclusive<u16>,
    /// Threads that carry voices.
    pub media_threads: usize,
    /// The folder of waiting music.
    pub music: PathBuf,
    /// Others who get every batch.
    pub ports: Vec<Port>,
}

impl Options {
    /// A server of this machine alone, with its data in that folder.
    #[must_use]
    pub fn new(data: PathBuf) -> Self {
        Self {
            music: data.join("music"),
            data,
            config: None,
            overwrite: false,
            sip: SocketAddr::from(([127, 0, 0, 1], 5060)),
            realm: "tandem".to_owned(),
            media_ports: 10_000..=19_999,
            media_threads: 1,
            ports: Vec::new(),
        }
    }
}

/// Why a server did not start.
#[derive(Debug)]
pub enum ApplianceError {
    /// The driver did not.
    Driver(StartError),
    /// No sockets for voices, or none for SIP.
    Network(String, io::Error),
    /// SIP was told to listen everywhere, and nobody can tell peers where that is.
    Everywhere(IpAddr),
    /// The data can not be used.
    Store(StoreError),
}

impl fmt::Display for ApplianceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Driver(why) => write!(f, "{why}"),
            Self::Network(what, why) => write!(f, "can not listen on {what}: {why}"),
            Self::Everywhere(ip) => write!(
                f,
                "SIP can not listen on {ip}: name the address of this machine that telephones \
                 reach, as 192.0.2.10:5060"
            ),
            Self::Store(why) => write!(f, "{why}"),
        }
    }
}

impl std::error::Error for ApplianceError {}

/// A live server.
#[derive(Debug)]
pub struct Appliance {
    driver: Running,
    voice: Voice,
    store: Store,
}

impl Appliance {
    /// Starts one on the runtime that this is called in.
    ///
    /// # Errors
    /// Where something it needs can not be had; then nothing is left running.
    pub async fn start(options: Options) -> Result<Self, ApplianceError> {
        if options.sip.ip().is_unspecified() {
            return Err(ApplianceError::Everywhere(options.sip.ip()));
        }
        raise_limits();
        let store = Store::open(&options.data).map_err(ApplianceError::Store)?;
        let media = Media::start(&MediaOptions {
            ip: options.sip.ip(),
            ports: options.media_ports,
            threads: options.media_threads,
            timeout: None,
        });
        let media =
            media.map_err(|why| ApplianceError::Network("the ports for voices".to_owned(), why))?;
        let (port, batches) = driver::port();
        let mut start = StartOptions::new(store.clone());
        start.ports = options.ports;
        start.ports.push(port);
        start.config = options.config;
        start.overwrite = options.overwrite;
        let driver = driver::start(start).map_err(ApplianceError::Driver)?;
        let voice = Voice::start(VoiceOptions {
            listen: options.sip,
            realm: options.realm,
            music: options.music,
            handle: driver.handle(),
            batches,
            store: store.clone(),
            media,
        });
        match voice.await {
            Ok(voice) => Ok(Self {
                driver,
                voice,
                store,
            }),
            Err(why) => {
                let _stopped = tokio::task::spawn_blocking(|| driver.stop()).await;
                Err(ApplianceError::Network(options.sip.to_string(), why))
            }
        }
    }

    /// Where SIP is spoken.
    #[must_use]
    pub const fn sip(&self) -> SocketAddr {
        self.voice.local()
    }

    /// Tells the engine things.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.driver.handle()
    }

    /// Where everything lies.
    #[must_use]
    pub fn store(&self) -> Store {
        self.store.clone()
    }

    /// How it came to its state.
    #[must_use]
    pub const fn recovery(&self) -> &Recovery {
        self.driver.recovery()
    }

    /// What the voice port did so far.
    #[must_use]
    pub fn voice_counts(&self) -> Arc<Counts> {
        self.voice.counts()
    }

    /// Waits until it has ended by itself; [`Appliance::stop`] says why.
    pub async fn ended(&self) {
        self.driver.ended().await;
    }

    /// Ends all calls, keeps the state for the next start, and stops.
    ///
    /// # Errors
    /// Where it had stopped by itself, or could not keep its state.
    pub async fn stop(self) -> Result<(), StopReason> {
        self.voice.stop().await;
        let driver = self.driver;
        let stopped = tokio::task::spawn_blocking(|| driver.stop()).await;
        stopped.expect("the driver stops without a panic")
    }
}

/// As many open files as the system allows: a call takes four.
fn raise_limits() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    // Where that is refused, fewer calls are possible, which says so when it comes to it.
    let _raised = setrlimit(Resource::Nofile, raised);
}
