//! The signals that end a run in order. What ending in order is, and that a second signal ends it
//! at once, is the business of the command.

use std::io;

use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

use super::Signal;

/// SIGINT, SIGTERM and SIGHUP as events.
///
/// To be made before the first peer is started: that a handler stands here also gives the peers
/// the default disposition, where the harness inherited a signal as ignored (as behind `&` or
/// `nohup`).
#[derive(Debug)]
pub struct Signals {
    interrupt: Stream,
    terminate: Stream,
    hangup: Stream,
}

impl Signals {
    /// Takes the three signals over, inside a runtime.
    ///
    /// # Errors
    /// When a handler cannot be installed.
    pub fn listen() -> io::Result<Signals> {
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Resolves with the next of the three signals; none is lost between two calls, though two of
    /// one kind can become one.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::INT,
            _ = self.terminate.recv() => Signal::TERM,
            _ = self.hangup.recv() => Signal::HUP,
        }
    }
}
