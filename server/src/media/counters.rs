//! Figures of one side of a call, written by its media thread and read by
//! anybody at any time.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What one side sent and was sent so far. Bytes are those of whole packets of
/// RTP, without the headers of UDP and IP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Packets that came from the peer.
    pub packets_in: u64,
    /// Their bytes.
    pub bytes_in: u64,
    /// Packets that were sent to the peer.
    pub packets_out: u64,
    /// Their bytes.
    pub bytes_out: u64,
    /// Packets of the peer that never came, by its sequence numbers.
    pub lost: u64,
    /// Datagrams that were no good packets, or not from the peer.
    pub refused: u64,
    /// Packets of RTCP.
    pub rtcp_in: u64,
    /// Packets that the system would not send.
    pub unsent: u64,
    /// Events that nobody fetched, as their channel was full or closed.
    pub unheard: u64,
}

/// The same, shared. Each figure is right by itself; together they may be a
/// packet apart.
#[derive(Debug, Default)]
pub struct Tally {
    packets_in: AtomicU64,
    bytes_in: AtomicU64,
    packets_out: AtomicU64,
    bytes_out: AtomicU64,
    lost: AtomicU64,
    refused: AtomicU64,
    rtcp_in: AtomicU64,
    unsent: AtomicU64,
    unheard: AtomicU64,
}

impl Tally {
    pub fn received(&self, bytes: usize, lost: u64) {
        self.packets_in.fetch_add(1, Relaxed);
        self.bytes_in.fetch_add(length(bytes), Relaxed);
        self.lost.store(lost, Relaxed);
    }

    pub fn sent(&self, bytes: usize) {
        self.packets_out.fetch_add(1, Relaxed);
        self.bytes_out.fetch_add(length(bytes), Relaxed);
    }

    pub fn refused(&self) {
        self.refused.fetch_add(1, Relaxed);
    }

    pub fn rtcp(&self) {
        self.rtcp_in.fetch_add(1, Relaxed);
    }

    pub fn unsent(&self) {
        self.unsent.fetch_add(1, Relaxed);
    }

    pub fn unheard(&self) {
        self.unheard.fetch_add(1, Relaxed);
    }

    pub fn read(&self) -> Counters {
        let read = |figure: &AtomicU64| figure.load(Relaxed);
        Counters {
            packets_in: read(&self.packets_in),
            bytes_in: read(&self.bytes_in),
            packets_out: read(&self.packets_out),
            bytes_out: read(&self.bytes_out),
            lost: read(&self.lost),
            refused: read(&self.refused),
            rtcp_in: read(&self.rtcp_in),
            unsent: read(&self.unsent),
            unheard: read(&self.unheard),
        }
    }
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).expect("a packet is short")
}
