//! Servers with one deliberate flaw each, by which scenarios prove that they bite.
//!
//! A small server of its own: what a flaw does to the words and to who hears them is decided in
//! `room` and `ear`, which do no IO; sockets are left to the rim. Without a flaw
//! it keeps every rule that the project's servers keep. [`all`] is the catalogue: each mutant
//! names the scenarios that were made to catch it. Reading the command line, printing the ready
//! line, signals and exiting are left to whoever calls [`serve`].

mod audience;
mod bind;
mod catalogue;
mod client;
mod connection;
mod datagrams;
mod dialogue;
mod ear;
mod flaw;
mod gate;
mod hall;
mod lateness;
mod mutant;
mod outbox;
mod room;
mod settings;
mod stream;
#[cfg(test)]
mod tests;
mod text;

use std::future::{Future, pending};

use harness_peer_rust::Endpoint;

pub use bind::BindError;
pub use client::{
    ClientFlaw, ClientMutant, LINE_CLIENT, client_mutant_named, client_mutants, run_line_client,
};
pub use dialogue::{
    CircleFlaw, DatedFlaw, Dialogue, DialogueMutant, Fault, General, LineFlaw, Program, QuitFlaw,
    ResetFlaw, Terminator, dialogue_mutant_named, dialogue_mutants, dialogue_named, dialogues,
    serve_dialogue,
};
pub use flaw::Flaw;
pub use mutant::{Mutant, Shows, all, named};
pub use settings::{
    Behaviour, Concurrency, Sender, Settings, SlowReader, Text, Traits, UnknownWord,
};

use bind::Socket;

/// A server that did not end well.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It has no address.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Its flaw ended it.
    #[error("the flaw has ended the server")]
    Died,
    /// It was told to stop, and its flaw calls that a failure.
    #[error("stopped: the flaw calls it a failure")]
    Stopped,
}

impl Failure {
    /// The status that the process must exit with.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Bind(error) => error.exit_code(),
            Failure::Died | Failure::Stopped => 1,
        }
    }
}

/// Binds, tells `on_listening` where, and serves with this flaw until `shutdown` is ready.
///
/// Needs a tokio runtime with IO and time, and is made for a current-thread one.
///
/// # Errors
/// [`Failure`] where the address cannot be had (`on_listening` is not called then), and where the
/// flaw makes an end of the server or of its good end.
pub async fn serve(
    settings: Settings,
    flaw: Flaw,
    shutdown: impl Future<Output = ()>,
    on_listening: impl FnOnce(&Endpoint),
) -> Result<(), Failure> {
    let bound = bind::bind(&settings.endpoint, flaw)?;
    on_listening(&bound.endpoint);
    let told_to_stop = async {
        shutdown.await;
        if flaw == Flaw::IgnoresStop {
            pending::<()>().await;
        }
    };
    let serving = async {
        match bound.socket {
            Socket::Stream(listener) => hall::serve(listener, &settings, flaw).await,
            Socket::Datagrams(socket) => datagrams::serve(socket, &settings, flaw).await,
        }
    };
    tokio::select! {
        biased;
        () = told_to_stop => match flaw {
            Flaw::FailsOnStop => Err(Failure::Stopped),
            _ => Ok(()),
        },
        () = serving => Err(Failure::Died),
    }
}
