//! The signals that ask a server to stop.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C and `kill`, listened for from the moment this is made: whoever asks while
/// a server still starts is heard once it has started, and nothing is left half done.
#[derive(Debug)]
pub(crate) struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// Listens.
    ///
    /// # Errors
    /// Where the system refuses that.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the next of them.
    pub(crate) async fn heard(&mut self) {
        tokio::select! {
            _told = self.interrupt.recv() => {}
            _told = self.terminate.recv() => {}
        }
    }
}
