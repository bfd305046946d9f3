//! Where messages go to and come from.

use core::fmt;
use core::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// How messages are carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Transport {
    /// Datagrams, which get lost.
    Udp,
    /// A stream.
    Tcp,
    /// An encrypted stream.
    Tls,
    /// A WebSocket (RFC 7118), which keeps messages apart by itself.
    Ws,
    /// An encrypted WebSocket.
    Wss,
}

impl Transport {
    /// Whether what is sent arrives while the connection lives. Then nothing is
    /// repeated (RFC 3261 17).
    #[must_use]
    pub const fn is_reliable(self) -> bool {
        !matches!(self, Self::Udp)
    }

    /// The name in a Via.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Ws => "WS",
            Self::Wss => "WSS",
        }
    }

    /// The port where a Via or a URI names none (RFC 3261 18.2.2, RFC 7118 5.2).
    #[must_use]
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
            Self::Ws => 80,
            Self::Wss => 443,
        }
    }
}

/// The far end of a flow: for datagrams an address, for streams the connection
/// with that peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Target {
    /// How to get there.
    pub transport: Transport,
    /// Where it is.
    pub address: SocketAddr,
}

impl Target {
    /// A far end.
    #[must_use]
    pub const fn new(transport: Transport, address: SocketAddr) -> Self {
        Self { transport, address }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.transport.name(), self.address)
    }
}
