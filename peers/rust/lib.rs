//! The Rust server: what the reference implementations in other languages are compared with.
//!
//! A library, because the harness is its command (`harness serve`): whoever calls it reads the
//! command line, prints the ready line, watches for signals and decides the exit code. Here is
//! what lies between: a [`Service`] says what to do, [`Listening::bind`] takes the address, and
//! [`Listening::serve`] serves it until the `shutdown` that is passed in.
//!
//! Everything runs on one thread. A read is handed to every receiver before the next read
//! begins, which is why all of them hear one order and nothing is torn.

mod client;
mod datagrams;
mod gate;
mod listening;
mod reset_on_word;
mod room;
mod service;
mod settings;
mod socket;
#[cfg(test)]
mod tests;
mod text;

use std::future::Future;

pub use listening::{Listening, ServeError};
pub use service::{Name, Place, Service, Text};
pub use settings::{Behaviour, Endpoint, Sender, Settings, SettingsError, Stall, Transport};

/// The manifest `peer.yaml` of this peer, compiled in: the Rust peer needs no folder to be found.
pub const MANIFEST: &str = include_str!("peer.yaml");

/// Binds, tells `on_listening` where, and serves until `shutdown` is ready.
///
/// Needs a tokio runtime with IO and time, and is made for a current-thread one. SIGPIPE must be
/// ignored, as Rust programs do from their start: clients are written to that may be gone.
///
/// # Errors
/// [`ServeError`] where the address cannot be had; `on_listening` is not called then.
pub async fn serve(
    service: Service,
    shutdown: impl Future<Output = ()>,
    on_listening: impl FnOnce(&Listening),
) -> Result<(), ServeError> {
    let listening = Listening::bind(service)?;
    on_listening(&listening);
    listening.serve(shutdown).await;
    Ok(())
}
