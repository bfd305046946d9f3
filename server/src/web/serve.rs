//! Sockets: taking them, bounding them, letting them go.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::events::SOCKETS_MAX;
use super::failures::Failures;
use super::metrics::Metrics;
use super::routes;
use super::sign_in::Peer;
use crate::driver::Handle;
use crate::store::Store;
use crate::views::Reader;

/// Connections that may be open at once, WebSockets apart. One more waits to
/// be taken.
pub const CONNECTIONS_MAX: usize = 1_024;
/// Bytes of a request's target and of the names and values of its headers.
pub const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Headers of a request.
pub const HEADERS_MAX: usize = 100;
/// How long the head of a request may take to come, in seconds; so long a
/// connection may be idle, too.
const HEAD_S_MAX: u64 = 30;
/// How long answers may take to go out when the server stops, in seconds.
const GRACE_S: u64 = 10;
/// How long nothing is taken after that failed, in milliseconds: files may
/// have run out, and come back.
const ACCEPT_AGAIN_MS: u64 = 100;
/// Where it listens unless told otherwise.
const PORT: u16 = 8_080;

/// What the web server needs.
#[derive(Debug)]
pub struct WebOptions {
    /// Where to listen. Anything but loopback lets tokens travel in the clear,
    /// unless somebody in front encrypts.
    pub listen: SocketAddr,
    /// To tell the driver what people ask for.
    pub handle: Handle,
    /// To read tokens and records from.
    pub store: Store,
    /// To read what is to be seen from.
    pub views: Reader,
    /// What the page shows above everything.
    pub headline: Option<String>,
    /// Whether browsers come by HTTPS, through somebody in front; then they
    /// send the cookie no other way.
    pub secure_cookie: bool,
}

impl WebOptions {
    /// A server on port 8080 of loopback.
    #[must_use]
    pub const fn new(handle: Handle, store: Store, views: Reader) -> Self {
        Self {
            listen: SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), PORT),
            handle,
            store,
            views,
            headline: None,
            secure_cookie: false,
        }
    }
}

/// What every request may need.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) handle: Handle,
    pub(crate) store: Store,
    pub(crate) views: Reader,
    pub(crate) headline: Option<String>,
    pub(crate) secure_cookie: bool,
    pub(crate) failures: Failures,
    pub(crate) metrics: Metrics,
    /// Whoever puts a configuration holds it.
    pub(crate) configuring: Mutex<()>,
    /// Whoever does something about calls that are over holds it.
    pub(crate) paperwork: Mutex<()>,
    /// Whoever has something explained holds it.
    pub(crate) explaining: Arc<Mutex<()>>,
    pub(crate) sockets: Arc<Semaphore>,
    pub(crate) stopping: watch::Receiver<bool>,
}

/// A web server at work.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections, and ends once what was asked is answered, or
    /// after ten seconds.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // It panicked where there is a bug; nobody waits for anything then.
        let _ended = self.task.await;
    }
}

/// Starts a web server.
///
/// # Errors
/// Where the address can not be had.
pub fn start(tokio: &tokio::runtime::Handle, options: WebOptions) -> io::Result<Running> {
    let listener = std::net::TcpListener::bind(options.listen)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let _runtime = tokio.enter();
    let listener = TcpListener::from_std(listener)?;
    let (stop, stopping) = watch::channel(false);
    let app = Arc::new(App {
        handle: options.handle,
        store: options.store,
        views: options.views,
        headline: options.headline,
        secure_cookie: options.secure_cookie,
        failures: Failures::default(),
        metrics: Metrics::default(),
        configuring: Mutex::default(),
        paperwork: Mutex::default(),
        explaining: Arc::default(),
        sockets: Arc::new(Semaphore::new(SOCKETS_MAX)),
        stopping: stopping.clone(),
    });
    let task = tokio.spawn(accept(listener, routes::all(&app), stopping));
    Ok(Running {
        address,
        stop,
        task,
    })
}

/// Waits until the server stops.
pub(crate) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // Whoever would say it may be gone, which says it too.
    let _stopped = stopping.wait_for(|stopping| *stopping).await;
}

async fn accept(listener: TcpListener, router: Router, mut stopping: watch::Receiver<bool>) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let all = u32::try_from(CONNECTIONS_MAX).expect("a small number");
    loop {
        let taken = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (slot.expect("it is never closed"), listener.accept().await)
        };
        let (slot, accepted) = select! {
            taken = taken => taken,
            () = stopped(&mut stopping) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = converse(stream, peer, router.clone(), slot, stopping.clone());
                tokio::spawn(connection);
            }
            Err(_) => sleep(Duration::from_millis(ACCEPT_AGAIN_MS)).await,
        }
    }
    drop(listener);
    // No connection outlasts its own time of grace.
    let _all = slots.acquire_many(all).await;
}

/// Serves a connection.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    slot: OwnedSemaphorePermit,
    mut stopping: watch::Receiver<bool>,
) {
    // Small answers are not to wait for one another.
    let _slower = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        service.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEAD_S_MAX))
        .max_headers(HEADERS_MAX)
        // Whoever sends a little too much is told so by the guard.
        .max_buf_size(2 * HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = select! {
        // Whoever breaks a connection knows it.
        _broken = connection.as_mut() => true,
        () = stopped(&mut stopping) => false,
    };
    if !ended {
        connection.as_mut().graceful_shutdown();
        let _late = timeout(Duration::from_secs(GRACE_S), connection).await;
    }
    drop(slot);
}
