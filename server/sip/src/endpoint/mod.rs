//! A user agent's transactions, composed: bytes and time in, messages to send and
//! events out. The server's voice port and simulated phones are built on it.

mod client;
mod receive;
mod server;
mod way_back;

use core::net::SocketAddr;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::address::NameAddr;
use crate::header::{CSeq, Via, names, via::MAGIC_COOKIE};
use crate::limits::TRANSACTIONS_MAX;
use crate::method::Method;
use crate::random::{Random, token};
use crate::status::Status;
use crate::time::Time;
use crate::transaction::{ClientKey, Failure, ServerKey, Timers};
use crate::transport::Target;
use crate::uri::{Host, Uri};
use crate::wire::{Request, Response, Unreadable};
use client::Client;
use server::{AckKey, MergeKey, Server};

/// Settings of an endpoint.
#[derive(Clone, Debug)]
pub struct Config {
    /// Base values of the timers.
    pub timers: Timers,
    /// Where we are, as hops tell it (`sent-by`): the address that peers see.
    pub host: Host,
    /// The port of that; none for the default one.
    pub port: Option<u16>,
    /// What User-Agent and Server say, where set.
    pub product: Option<String>,
    /// How many transactions there may be before requests get 503.
    pub transactions_max: usize,
}

impl Config {
    /// The usual settings, at that place.
    #[must_use]
    pub fn at(host: Host, port: Option<u16>) -> Self {
        Self {
            timers: Timers::default(),
            host,
            port,
            product: None,
            transactions_max: TRANSACTIONS_MAX,
        }
    }
}

/// A transaction that we began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(u64);

/// A transaction that a peer began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerId(u64);

/// Bytes to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// Where to.
    pub to: Target,
    /// Where to open a connection if that one is gone (RFC 3261 18.2.2).
    pub fallback: Option<SocketAddr>,
    /// One message.
    pub bytes: Vec<u8>,
}

/// What the user is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A request came and wants to be answered with [`Endpoint::respond`].
    Request {
        /// Its transaction.
        transaction: ServerId,
        /// The request. Its topmost hop says where it really came from.
        request: Request,
        /// Where it came from.
        source: Target,
    },
    /// The ACK for the 2xx of an INVITE came.
    Ack {
        /// The transaction of the INVITE.
        transaction: ServerId,
        /// The ACK, which may bring the answer to an offer.
        request: Request,
    },
    /// The peer gave up its INVITE, which has been answered with 487.
    Cancelled {
        /// The transaction of the INVITE.
        transaction: ServerId,
        /// The CANCEL, which may have a Reason.
        request: Request,
    },
    /// A response to a request of ours came. Several may come to an INVITE.
    Response {
        /// The transaction.
        transaction: ClientId,
        /// The response.
        response: Response,
    },
    /// No final response will come to a request of ours.
    RequestFailed {
        /// The transaction.
        transaction: ClientId,
        /// Why.
        why: Failure,
    },
    /// A response of ours was lost. On a timeout no ACK came to the final response of
    /// an INVITE; after a 2xx a BYE is owed (RFC 3261 13.3.1.4).
    ResponseFailed {
        /// The transaction.
        transaction: ServerId,
        /// Why.
        why: Failure,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Timer {
    Client(ClientId),
    Server(ServerId),
}

/// The transactions of a user agent.
pub struct Endpoint {
    config: Config,
    random: Box<dyn Random + Send>,
    last_id: u64,
    clients: BTreeMap<ClientId, Client>,
    client_keys: BTreeMap<ClientKey, ClientId>,
    servers: BTreeMap<ServerId, Server>,
    server_keys: BTreeMap<ServerKey, ServerId>,
    /// The INVITEs whose 2xx waits for an ACK, or has had it.
    acks: BTreeMap<AckKey, ServerId>,
    /// Requests outside dialogs, by what stays the same on all ways here.
    merges: BTreeMap<MergeKey, ServerId>,
    timers: BTreeSet<(Time, Timer)>,
    transmits: VecDeque<Transmit>,
    events: VecDeque<Event>,
}

impl Endpoint {
    /// An endpoint without transactions.
    #[must_use]
    pub fn new(config: Config, random: impl Random + Send + 'static) -> Self {
        Self {
            config,
            random: Box::new(random),
            last_id: 0,
            clients: BTreeMap::new(),
            client_keys: BTreeMap::new(),
            servers: BTreeMap::new(),
            server_keys: BTreeMap::new(),
            acks: BTreeMap::new(),
            merges: BTreeMap::new(),
            timers: BTreeSet::new(),
            transmits: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// The next message to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    /// The next thing to tell the user.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When [`Endpoint::handle_timeout`] wants to be called.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// How many transactions there are.
    #[must_use]
    pub fn transactions(&self) -> usize {
        self.clients.len() + self.servers.len()
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Time) {
        while let Some(&(at, timer)) = self.timers.first() {
            if at > now {
                break;
            }
            match timer {
                Timer::Client(id) => self.elapse_client(now, id),
                Timer::Server(id) => self.elapse_server(now, id),
            }
        }
    }

    /// What was sent there did not arrive: the connection broke, or the network said
    /// so (RFC 3261 18.4).
    pub fn transport_failed(&mut self, now: Time, target: Target) {
        let goes = |to: &Target| *to == target;
        let clients: Vec<ClientId> = self
            .clients
            .iter()
            .filter(|(_, c)| goes(&c.to))
            .map(|(id, _)| *id)
            .collect();
        let servers: Vec<ServerId> = self
            .servers
            .iter()
            .filter(|(_, s)| goes(&s.to))
            .map(|(id, _)| *id)
            .collect();
        for id in clients {
            self.fail_client(now, id);
        }
        for id in servers {
            self.fail_server(now, id);
        }
    }

    /// A tag, Call-ID or the like: 64 random bits as text.
    pub fn token(&mut self) -> String {
        token(&mut *self.random)
    }

    /// A request outside of any dialog, with all that RFC 3261 8.1.1 wants but the hop,
    /// which sending adds: a new Call-ID, From with a new tag, CSeq 1.
    pub fn request(&mut self, method: Method, uri: Uri, from: NameAddr, to: NameAddr) -> Request {
        let mut request = Request::new(method.clone(), uri);
        let from = from.with_tag(&self.token());
        let call_id = format!("{}{}", self.token(), self.token());
        request.headers.push(names::MAX_FORWARDS, 70);
        request.headers.push(names::FROM, from);
        request.headers.push(names::TO, to);
        request.headers.push(names::CALL_ID, call_id);
        request.headers.push(names::CSEQ, CSeq::new(1, method));
        request
    }

    /// Answers bytes that are no message, if an answer is owed. For streams whose
    /// framing broke; [`Endpoint::receive`] does it by itself.
    pub fn refuse(&mut self, source: Target, unreadable: &Unreadable) {
        if let Some(response) = unreadable.answer() {
            self.answer_statelessly(source, response);
        }
    }

    /// RFC 3261 8.2.7: no transaction, the same answer to each repetition. The tag comes
    /// from the branch, so that it is the same too.
    fn answer_statelessly(&mut self, source: Target, mut response: Response) {
        let Some(mut via) = response.headers.way_back() else {
            return;
        };
        way_back::mark(&mut via, source);
        if response.headers.via().is_ok() {
            response.headers.set_top_via(&via);
        }
        let branch = via.params.get("branch").unwrap_or("none");
        let tag: String = branch.chars().filter(char::is_ascii_alphanumeric).collect();
        response.tag_to(&format!("s{tag}"));
        let (to, fallback) = way_back::of(&via, source);
        let bytes = response.to_bytes();
        self.transmits.push_back(Transmit {
            to,
            fallback,
            bytes,
        });
    }

    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    fn branch(&mut self) -> String {
        format!("{MAGIC_COOKIE}{}", self.token())
    }

    /// The hop that a request of ours begins with.
    fn hop(&mut self, to: Target) -> Via {
        let branch = self.branch();
        Via::new(
            to.transport,
            self.config.host.clone(),
            self.config.port,
            &branch,
        )
    }

    fn set_timer(&mut self, timer: Timer, old: Option<Time>, new: Option<Time>) {
        if old == new {
            return;
        }
        if let Some(old) = old {
            self.timers.remove(&(old, timer));
        }
        if let Some(new) = new {
            self.timers.insert((new, timer));
        }
    }
}

/// For what has no deadline of its own: a Status that says why nothing will come.
#[must_use]
pub const fn status_of(failure: Failure) -> Status {
    // RFC 3261 8.1.3.1.
    match failure {
        Failure::Timeout => Status::REQUEST_TIMEOUT,
        Failure::Transport => Status::UNAVAILABLE,
    }
}
