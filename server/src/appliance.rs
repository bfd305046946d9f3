//! The whole live server in one piece: driver, store, media and ports.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use tandem_sip::digest::Algorithm;

use crate::courier::{Courier, CourierError, CourierOptions, Routes};
use crate::driver::{
    self, ConfigFile, Handle, Port, Recovery, Running, StartError, StartOptions, StopReason,
};
use crate::media::{Media, MediaOptions};
use crate::store::{MESSAGES_FOLDER, RECORDINGS_FOLDER, Store, StoreError};
use crate::views::{self, Today};
use crate::voice::{Counts, Voice, VoiceOptions};
use crate::web::{self, WebOptions};

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
    /// The hashes that they may use, the best first (RFC 8760 2.4).
    pub digest: Vec<Algorithm>,
    /// The ports for voices.
    pub media_ports: RangeInclusive<u16>,
    /// Threads that carry voices.
    pub media_threads: usize,
    /// The folder of waiting music.
    pub music: PathBuf,
    /// Where the page and the API are; nowhere where it is `None`.
    pub http: Option<SocketAddr>,
    /// Whether browsers come by HTTPS, through somebody in front.
    pub https_in_front: bool,
    /// Where mails and records go.
    pub routes: Routes,
    /// What the page shows above everything.
    pub headline: Option<String>,
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
            digest: vec![Algorithm::Sha256, Algorithm::Md5],
            media_ports: 10_000..=19_999,
            media_threads: 1,
            http: Some(SocketAddr::from(([127, 0, 0, 1], 8080))),
            https_in_front: false,
            routes: Routes::default(),
            headline: None,
            ports: Vec::new(),
        }
    }
}

/// Why a server did not start.
#[derive(Debug)]
pub enum ApplianceError {
    /// Mails or records can not be brought to where they are to go.
    Courier(CourierError),
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
            Self::Courier(why) => write!(f, "{why}"),
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
    courier: Courier,
    web: Option<web::Running>,
    store: Store,
    first_token: Option<String>,
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
        let media = carry_voices(&options)?;
        let today = Today::read(&store).map_err(ApplianceError::Store)?;
        let (port, batches) = driver::port();
        let (screens, shown) = driver::port();
        let (orders, ordered) = driver::port();
        let mut start = StartOptions::new(store.clone());
        start.ports = options.ports;
        start.ports.extend([port, screens, orders]);
        start.config = options.config;
        start.overwrite = options.overwrite;
        let driver = driver::start(start).map_err(ApplianceError::Driver)?;
        let tokio = tokio::runtime::Handle::current();
        let courier = Courier::start(CourierOptions {
            routes: options.routes,
            handle: driver.handle(),
            batches: ordered,
            store: store.clone(),
        });
        let courier = match courier {
            Ok(courier) => courier,
            Err(why) => return Err(stopped(driver, ApplianceError::Courier(why)).await),
        };
        let views = views::start(&tokio, today, shown);
        let voice = Voice::start(VoiceOptions {
            listen: options.sip,
            realm: options.realm,
            digest: options.digest,
            music: options.music,
            voicemail: options.data.join(MESSAGES_FOLDER),
            recordings: options.data.join(RECORDINGS_FOLDER),
            handle: driver.handle(),
            batches,
            store: store.clone(),
            media,
        });
        let voice = match voice.await {
            Ok(voice) => voice,
            Err(why) => {
                let why = ApplianceError::Network(options.sip.to_string(), why);
                return Err(stopped(driver, why).await);
            }
        };
        let mut appliance = Self {
            driver,
            voice,
            courier,
            web: None,
            store,
            first_token: None,
        };
        if let Some(listen) = options.http
            && let Err(why) = appliance
                .open(listen, options.headline, options.https_in_front, views)
                .await
        {
            // That it does not serve weighs more than how it stopped.
            let _stopped = appliance.stop().await;
            return Err(why);
        }
        Ok(appliance)
    }

    /// Opens the page and the API.
    async fn open(
        &mut self,
        listen: SocketAddr,
        headline: Option<String>,
        secure_cookie: bool,
        views: views::Reader,
    ) -> Result<(), ApplianceError> {
        let store = self.store.clone();
        let token = tokio::task::spawn_blocking(move || web::first_token(&store)).await;
        let token = token.expect("a token is made without a panic");
        self.first_token = token.map_err(ApplianceError::Store)?;
        let mut web = WebOptions::new(self.handle(), self.store(), views);
        (web.listen, web.headline, web.secure_cookie) = (listen, headline, secure_cookie);
        let tokio = tokio::runtime::Handle::current();
        let web = web::start(&tokio, web);
        self.web = Some(web.map_err(|why| ApplianceError::Network(listen.to_string(), why))?);
        Ok(())
    }

    /// Where SIP is spoken.
    #[must_use]
    pub const fn sip(&self) -> SocketAddr {
        self.voice.local()
    }

    /// Where the page and the API are.
    #[must_use]
    pub fn http(&self) -> Option<SocketAddr> {
        self.web.as_ref().map(web::Running::address)
    }

    /// The first token of new data, which may do everything. It is told nowhere else.
    #[must_use]
    pub fn first_token(&self) -> Option<&str> {
        self.first_token.as_deref()
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
        if let Some(web) = self.web {
            web.stop().await;
        }
        self.voice.stop().await;
        // The last calls may have ended just now.
        self.courier.stop().await;
        let driver = self.driver;
        let stopped = tokio::task::spawn_blocking(|| driver.stop()).await;
        stopped.expect("the driver stops without a panic")
    }
}

fn carry_voices(options: &Options) -> Result<Media, ApplianceError> {
    let media = Media::start(&MediaOptions {
        ip: options.sip.ip(),
        ports: options.media_ports.clone(),
        threads: options.media_threads,
        timeout: None,
    });
    media.map_err(|why| ApplianceError::Network("the ports for voices".to_owned(), why))
}

/// Nothing is left running where something could not be had.
async fn stopped(driver: Running, why: ApplianceError) -> ApplianceError {
    // That it does not serve weighs more than how it stopped.
    let _stopped = tokio::task::spawn_blocking(|| driver.stop()).await;
    why
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
