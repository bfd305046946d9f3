//! Addresses of SIP peers, as a file spells them.

use core::fmt;
use core::net::{IpAddr, SocketAddr};
use core::str::FromStr;

use serde::{Deserialize, Serialize};

/// The port of SIP where none is named (RFC 3261, section 19.1.2).
pub const SIP_PORT: u16 = 5060;

/// Where SIP messages for somebody go: `192.0.2.7`, `tcp:192.0.2.7:5062`,
/// `[2001:db8::7]:5060`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SipAddress {
    /// How they travel.
    pub transport: Transport,
    /// Where to.
    pub socket: SocketAddr,
}

/// How SIP messages travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Transport {
    /// In a stream.
    Tcp,
    /// One by one.
    #[default]
    Udp,
}

/// A text that is no [`SipAddress`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressError;

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it is no IP address of a machine, with or without a port")
    }
}

impl core::error::Error for AddressError {}

impl FromStr for SipAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (transport, place) = match text.split_once(':') {
            Some(("tcp", place)) => (Transport::Tcp, place),
            Some(("udp", place)) => (Transport::Udp, place),
            _ => (Transport::Udp, text),
        };
        let bare = place.strip_prefix('[').and_then(|p| p.strip_suffix(']'));
        let socket = match place.parse::<SocketAddr>() {
            Ok(socket) => socket,
            Err(_) => {
                let ip: IpAddr = bare.unwrap_or(place).parse().map_err(|_| AddressError)?;
                SocketAddr::new(ip, SIP_PORT)
            }
        };
        let can_be_reached = socket.port() > 0 && !socket.ip().is_unspecified();
        can_be_reached
            .then_some(Self { transport, socket })
            .ok_or(AddressError)
    }
}

impl fmt::Display for SipAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.transport {
            Transport::Tcp => write!(f, "tcp:{}", self.socket),
            Transport::Udp => write!(f, "{}", self.socket),
        }
    }
}
