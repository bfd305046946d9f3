//! The ports for media: pairs of an even port for RTP and the odd one behind
//! it for RTCP (RFC 3550, section 11).

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};

use mio::net::UdpSocket;
use rustix::net::sockopt;

/// Expedited Forwarding (RFC 3246) in the byte of the service type, so that
/// routers that care let speech pass first.
const SERVICE_TYPE: u8 = 46 << 2;

/// Why no ports could be had.
#[derive(Debug)]
pub enum OpenError {
    /// All pairs of the range are in use, by calls or by other programs.
    PortsExhausted,
    /// The system refuses for another reason.
    Socket(io::Error),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::PortsExhausted => f.write_str("no ports are left for media"),
            OpenError::Socket(error) => write!(f, "no socket for media: {error}"),
        }
    }
}

impl std::error::Error for OpenError {}

/// The pairs that are free, of which the one that was free for the longest is
/// given first: what a former peer still sends should find nobody.
#[derive(Debug)]
pub struct Pool {
    ip: IpAddr,
    free: Mutex<VecDeque<u16>>,
}

/// Two bound sockets, whose ports go back to the pool with them.
#[derive(Debug)]
pub struct Pair {
    /// Declared first, so that the sockets close before their ports are free.
    pub rtp: UdpSocket,
    pub rtcp: UdpSocket,
    pub local: SocketAddr,
    _lease: Lease,
}

#[derive(Debug)]
struct Lease {
    port: u16,
    pool: Arc<Pool>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.pool.free().push_back(self.port);
    }
}

impl Pool {
    /// All pairs within a range of ports.
    pub fn new(ip: IpAddr, ports: RangeInclusive<u16>) -> Self {
        // A pair whose second port lies beyond the range is none, and port 0
        // stands for any.
        let free = ports.clone().filter(|port| {
            *port > 0
                && port.is_multiple_of(2)
                && port.checked_add(1).is_some_and(|odd| ports.contains(&odd))
        });
        Self {
            ip,
            free: Mutex::new(free.collect()),
        }
    }

    fn free(&self) -> std::sync::MutexGuard<'_, VecDeque<u16>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many pairs are free.
    pub fn pairs_free(&self) -> usize {
        self.free().len()
    }

    /// Binds the next pair that no other program has taken.
    pub fn bind(self: &Arc<Self>) -> Result<Pair, OpenError> {
        let tries = self.pairs_free();
        for _ in 0..tries {
            let Some(port) = self.free().pop_front() else {
                break;
            };
            // Dropped where binding fails, so that it is tried again later.
            let lease = Lease {
                port,
                pool: Arc::clone(self),
            };
            match self.sockets(port) {
                Ok((rtp, rtcp)) => {
                    return Ok(Pair {
                        rtp,
                        rtcp,
                        local: SocketAddr::new(self.ip, port),
                        _lease: lease,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(OpenError::Socket(error)),
            }
        }
        Err(OpenError::PortsExhausted)
    }

    fn sockets(&self, port: u16) -> io::Result<(UdpSocket, UdpSocket)> {
        let bind = |port| {
            let socket = UdpSocket::bind(SocketAddr::new(self.ip, port))?;
            // Not every system lets everybody ask for precedence, and calls
            // work without.
            let _asked = match self.ip {
                IpAddr::V4(_) => sockopt::set_ip_tos(&socket, SERVICE_TYPE),
                IpAddr::V6(_) => sockopt::set_ipv6_tclass(&socket, SERVICE_TYPE.into()),
            };
            Ok::<_, io::Error>(socket)
        };
        Ok((bind(port)?, bind(port + 1)?))
    }
}
