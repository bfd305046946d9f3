//! Where a peer's packets come from: symmetric RTP (RFC 4961) with a lock.
//!
//! Signalling names an address, which behind address translation is not the
//! one that packets come from. So a stranger who sends a row of good packets
//! while the named address sends none is taken for the peer, and from then on
//! nobody else is heard. Nothing is ever sent to an address before it is either
//! named or taken: whoever sends packets gets none for it.

use std::net::SocketAddr;

/// So many packets of one stream in a row show that a stranger is the peer.
pub const LATCH_PACKETS: u8 = 4;

/// The state of one side.
#[derive(Debug)]
pub struct Latch {
    signalled: SocketAddr,
    state: State,
}

#[derive(Debug)]
enum State {
    /// For the first packet of the peer; perhaps this stranger is the one.
    FirstPacket(Option<Stranger>),
    /// For nothing but the named address, which may still show that the
    /// stranger, who is heard for now, was the wrong one.
    Correction(SocketAddr),
    /// For nothing: the address is known for good.
    Nothing(SocketAddr),
}

#[derive(Debug)]
struct Stranger {
    address: SocketAddr,
    ssrc: u32,
    sequence: u16,
    packets: u8,
}

impl Latch {
    /// Begins with the address that signalling names.
    pub fn new(signalled: SocketAddr) -> Self {
        Self {
            signalled,
            state: State::FirstPacket(None),
        }
    }

    /// The address that signalling named.
    pub fn signalled(&self) -> SocketAddr {
        self.signalled
    }

    /// Where to send; nowhere while the peer does not want anything, which it
    /// says by port 0, or in the old way by no address (RFC 3264, section 8.4).
    pub fn target(&self) -> Option<SocketAddr> {
        let target = match self.state {
            State::FirstPacket(_) => self.signalled,
            State::Correction(address) | State::Nothing(address) => address,
        };
        let held = self.signalled.ip().is_unspecified() || self.signalled.port() == 0;
        (!held).then_some(target)
    }

    /// Whether a packet that is good in itself is the peer's.
    pub fn admits(&mut self, from: SocketAddr, ssrc: u32, sequence: u16) -> bool {
        match &mut self.state {
            State::Nothing(address) => *address == from,
            _ if from == self.signalled => {
                self.state = State::Nothing(from);
                true
            }
            State::Correction(address) => *address == from,
            State::FirstPacket(stranger) => {
                let packets = match stranger {
                    Some(known) if known.goes_on(from, ssrc, sequence) => known.packets + 1,
                    _ => 1,
                };
                if packets < LATCH_PACKETS {
                    *stranger = Some(Stranger {
                        address: from,
                        ssrc,
                        sequence,
                        packets,
                    });
                    return false;
                }
                self.state = State::Correction(from);
                true
            }
        }
    }
}

impl Stranger {
    fn goes_on(&self, from: SocketAddr, ssrc: u32, sequence: u16) -> bool {
        let next = self.sequence.wrapping_add(1);
        (self.address, self.ssrc, next) == (from, ssrc, sequence)
    }
}
