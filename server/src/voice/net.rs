//! The sockets: datagrams and streams in, datagrams and streams out.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tandem_sip::limits::MESSAGE_BYTES_MAX;
use tandem_sip::wire::{Frame, Framer, Unreadable};
use tandem_sip::{Target, Transmit, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Messages that may wait to be looked at. Datagrams beyond are lost, as on any
/// network; streams wait.
pub const ARRIVED_QUEUED_MAX: usize = 8_192;
/// Messages that may wait to be written to one stream. A peer that does not
/// read them loses its connection.
pub const STREAM_QUEUED_MAX: usize = 256;
/// Streams that may be open at once.
pub const STREAMS_MAX: usize = 10_000;
/// A stream on which nothing comes for so long is closed, in seconds.
pub const STREAM_IDLE_S: u64 = 7_200;
/// How long a peer may take to accept a stream, in seconds.
const CONNECT_S: u64 = 4;
/// How long a stream whose bytes make no sense stays open for the answer.
const LINGER_MS: u64 = 200;
/// How often the same port is tried for both transports where any will do.
const BIND_TRIES: usize = 16;

/// What the sockets bring.
#[derive(Debug)]
pub enum Arrived {
    /// A message, or what ought to be one.
    Bytes(Target, Vec<u8>),
    /// A stream is gone, and what was last written to it with it.
    Gone(Target),
    /// What came on a stream is no message, and nobody can tell where the next one
    /// begins.
    Unreadable(Target, Box<Unreadable>),
}

/// A peer, and which of the streams that there have been with it.
type StreamId = (SocketAddr, u64);

/// A stream from or to a peer.
#[derive(Debug)]
struct Stream {
    out: mpsc::Sender<Vec<u8>>,
    /// Tells streams to one peer apart.
    serial: u64,
}

/// The sockets. What they bring comes over the channel that is made with them.
#[derive(Debug)]
pub struct Net {
    local: SocketAddr,
    udp: Arc<UdpSocket>,
    streams: HashMap<SocketAddr, Stream>,
    serial: u64,
    arrived: mpsc::Sender<Arrived>,
    accepted: mpsc::Receiver<TcpStream>,
    ended: (mpsc::Sender<StreamId>, mpsc::Receiver<StreamId>),
    tasks: JoinSet<()>,
}

impl Net {
    /// Binds both transports to one address.
    ///
    /// # Errors
    /// Where the address is in use or not ours.
    pub async fn bind(listen: SocketAddr) -> io::Result<(Self, mpsc::Receiver<Arrived>)> {
        let (udp, tcp) = bind(listen).await?;
        let (arrived, receiver) = mpsc::channel(ARRIVED_QUEUED_MAX);
        let (accept, accepted) = mpsc::channel(64);
        let udp = Arc::new(udp);
        let mut tasks = JoinSet::new();
        tasks.spawn(read_datagrams(Arc::clone(&udp), arrived.clone()));
        tasks.spawn(accept_streams(tcp, accept));
        let net = Self {
            local: udp.local_addr()?,
            udp,
            streams: HashMap::new(),
            serial: 0,
            arrived,
            accepted,
            ended: mpsc::channel(64),
            tasks,
        };
        Ok((net, receiver))
    }

    /// Where SIP is spoken.
    pub const fn local(&self) -> SocketAddr {
        self.local
    }

    /// Takes care of streams that come and go. To be polled beside everything else; it
    /// never ends.
    pub async fn tend(&mut self) -> Target {
        loop {
            tokio::select! {
                Some(stream) = self.accepted.recv() => self.adopt(stream),
                Some((peer, serial)) = self.ended.1.recv() => {
                    if self.streams.get(&peer).is_some_and(|stream| stream.serial == serial) {
                        self.streams.remove(&peer);
                        return Target::new(Transport::Tcp, peer);
                    }
                }
            }
        }
    }

    fn adopt(&mut self, stream: TcpStream) {
        let Ok(peer) = stream.peer_addr() else { return };
        if self.streams.len() < STREAMS_MAX {
            let (out, queue) = mpsc::channel(STREAM_QUEUED_MAX);
            let serial = self.remember(peer, out);
            let (arrived, ended) = (self.arrived.clone(), self.ended.0.clone());
            self.tasks.spawn(async move {
                serve_stream(stream, peer, queue, arrived).await;
                let _told = ended.send((peer, serial)).await;
            });
        }
    }

    fn remember(&mut self, peer: SocketAddr, out: mpsc::Sender<Vec<u8>>) -> u64 {
        self.serial += 1;
        let serial = self.serial;
        self.streams.insert(peer, Stream { out, serial });
        serial
    }

    /// Sends a message. False where the way there is gone.
    pub fn send(&mut self, transmit: Transmit) -> bool {
        let Transmit {
            to,
            fallback,
            bytes,
        } = transmit;
        match to.transport {
            Transport::Udp => {
                // A datagram that does not fit into the socket's buffer is lost like
                // any other; the transaction repeats it.
                !matches!(
                    self.udp.try_send_to(&bytes, to.address),
                    Err(why) if why.kind() != io::ErrorKind::WouldBlock
                )
            }
            Transport::Tcp => self.send_in_stream(to.address, fallback, bytes),
            Transport::Tls | Transport::Ws | Transport::Wss => false,
        }
    }

    fn send_in_stream(
        &mut self,
        to: SocketAddr,
        fallback: Option<SocketAddr>,
        bytes: Vec<u8>,
    ) -> bool {
        let known = [Some(to), fallback].into_iter().flatten();
        let known = known
            .into_iter()
            .find(|peer| self.streams.contains_key(peer));
        let peer = known.unwrap_or(fallback.unwrap_or(to));
        if !self.streams.contains_key(&peer) {
            if self.streams.len() >= STREAMS_MAX {
                return false;
            }
            self.open(peer);
        }
        let Some(stream) = self.streams.get(&peer) else {
            return false;
        };
        let written = stream.out.try_send(bytes).is_ok();
        if !written {
            self.streams.remove(&peer);
        }
        written
    }

    /// Opens a stream in the background; what is sent meanwhile waits.
    fn open(&mut self, peer: SocketAddr) {
        let (out, queue) = mpsc::channel(STREAM_QUEUED_MAX);
        let serial = self.remember(peer, out);
        let (arrived, ended) = (self.arrived.clone(), self.ended.0.clone());
        self.tasks.spawn(async move {
            let connect =
                tokio::time::timeout(Duration::from_secs(CONNECT_S), TcpStream::connect(peer));
            if let Ok(Ok(stream)) = connect.await {
                serve_stream(stream, peer, queue, arrived).await;
            }
            let _told = ended.send((peer, serial)).await;
        });
    }
}

/// The same port for both transports.
async fn bind(listen: SocketAddr) -> io::Result<(UdpSocket, TcpListener)> {
    let mut last = None;
    for _ in 0..BIND_TRIES {
        let udp = UdpSocket::bind(listen).await?;
        match TcpListener::bind(udp.local_addr()?).await {
            Ok(tcp) => return Ok((udp, tcp)),
            Err(why) if listen.port() == 0 => last = Some(why),
            Err(why) => return Err(why),
        }
    }
    Err(last.unwrap_or_else(|| io::Error::other("no port is free for UDP and TCP")))
}

async fn read_datagrams(socket: Arc<UdpSocket>, arrived: mpsc::Sender<Arrived>) {
    let mut buffer = vec![0; MESSAGE_BYTES_MAX + 1];
    loop {
        // An error is that of a datagram sent before: nobody listens there.
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        let source = Target::new(Transport::Udp, from);
        let bytes = buffer[..length].to_vec();
        match arrived.try_send(Arrived::Bytes(source, bytes)) {
            Ok(()) | Err(mpsc::error::TrySendError::Full(_)) => {}
            Err(mpsc::error::TrySendError::Closed(_)) => return,
        }
    }
}

async fn accept_streams(listener: TcpListener, accepted: mpsc::Sender<TcpStream>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                if accepted.send(stream).await.is_err() {
                    return;
                }
            }
            // No descriptors are left: others may be closed soon.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn serve_stream(
    stream: TcpStream,
    peer: SocketAddr,
    queue: mpsc::Receiver<Vec<u8>>,
    arrived: mpsc::Sender<Arrived>,
) {
    // Messages are small and wait for each other's answers.
    let _set = stream.set_nodelay(true);
    let (reader, writer) = stream.into_split();
    let (pong, pongs) = mpsc::channel(8);
    let source = Target::new(Transport::Tcp, peer);
    tokio::select! {
        () = read_stream(reader, source, &arrived, pong) => {}
        () = write_stream(writer, queue, pongs) => {}
    }
    let _told = arrived.send(Arrived::Gone(source)).await;
}

async fn read_stream(
    mut reader: OwnedReadHalf,
    source: Target,
    arrived: &mpsc::Sender<Arrived>,
    pong: mpsc::Sender<()>,
) {
    let mut framer = Framer::new();
    let mut buffer = vec![0; 16 * 1024];
    let idle = Duration::from_secs(STREAM_IDLE_S);
    while let Ok(Ok(length @ 1..)) = tokio::time::timeout(idle, reader.read(&mut buffer)).await {
        framer.push(&buffer[..length]);
        loop {
            match framer.next_frame() {
                Ok(None) => break,
                Ok(Some(Frame::Ping)) => {
                    let _pong = pong.try_send(());
                }
                Ok(Some(Frame::Message(bytes))) => {
                    if arrived.send(Arrived::Bytes(source, bytes)).await.is_err() {
                        return;
                    }
                }
                Err(why) => {
                    let _told = arrived.send(Arrived::Unreadable(source, why)).await;
                    // The answer that may be owed is on its way; then it is over.
                    tokio::time::sleep(Duration::from_millis(LINGER_MS)).await;
                    return;
                }
            }
        }
    }
}

async fn write_stream(
    mut writer: OwnedWriteHalf,
    mut queue: mpsc::Receiver<Vec<u8>>,
    mut pongs: mpsc::Receiver<()>,
) {
    loop {
        let written = tokio::select! {
            Some(bytes) = queue.recv() => writer.write_all(&bytes).await,
            Some(()) = pongs.recv() => writer.write_all(b"\r\n").await,
            else => return,
        };
        if written.is_err() {
            return;
        }
    }
}
