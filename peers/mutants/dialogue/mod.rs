//! The named dialogues: servers that do what the reference peers of these behaviours do, and the
//! same with one flaw each.
//!
//! What is answered to what is decided without IO, in a file for each dialogue; `conversation`
//! and `post` hold the sockets. [`dialogues`] lists them with the traits that a manifest states,
//! [`dialogue_mutants`] what can be wrong with them. Reading the command line, printing, signals
//! and exiting are left to whoever calls [`serve_dialogue`].

mod address;
mod catalogue;
mod circles;
mod conversation;
mod dated;
mod lines;
mod mutants;
mod post;
mod program;
mod quit;
mod reset;
mod talk;
pub(crate) mod text;

use std::future::Future;
use std::net::SocketAddr;

use harness_peer_rust::Endpoint;

pub use catalogue::{
    Dialogue, DialogueMutant, dialogue_mutant_named, dialogue_mutants, dialogue_named, dialogues,
};
pub use circles::CircleFlaw;
pub use dated::DatedFlaw;
pub use lines::LineFlaw;
pub use program::{Fault, General, Program};
pub use quit::QuitFlaw;
pub use reset::ResetFlaw;
pub use text::Terminator;

use crate::Failure;
use conversation::{serve_all, serve_one};
use program::Stage;

/// Binds `address`, tells `on_listening` where, and holds this dialogue until `shutdown` is ready
/// or the dialogue ends the server. `print` gets each line that the server prints of its own.
///
/// The address is a loopback one, which is for the caller to see to. Needs a tokio runtime with
/// IO, and is made for a current-thread one.
///
/// # Errors
/// [`Failure`] where the address cannot be had (`on_listening` is not called then), and where the
/// flaw makes a failure of the server's end.
pub async fn serve_dialogue(
    program: Program,
    address: SocketAddr,
    shutdown: impl Future<Output = ()>,
    on_listening: impl FnOnce(&Endpoint),
    print: impl Fn(&str),
) -> Result<(), Failure> {
    let serving = async {
        match program.stage() {
            Stage::Guests { places, begin } => {
                let (listener, endpoint) = address::listen(address, address::Reuse::Yes)?;
                on_listening(&endpoint);
                serve_all(listener, places, begin).await;
                Err(Failure::Died)
            }
            Stage::OneGuest { talk, reuse } => {
                let (listener, endpoint) = address::listen(address, reuse)?;
                on_listening(&endpoint);
                let served = serve_one(listener, talk, &print).await;
                served.map_err(|_| Failure::Died)
            }
            Stage::Letters(fault) => {
                let (socket, endpoint) = address::receive(address)?;
                on_listening(&endpoint);
                post::serve(socket, fault).await;
                Ok(())
            }
        }
    };
    tokio::select! {
        biased;
        () = shutdown => Ok(()),
        ended = serving => ended,
    }
}
