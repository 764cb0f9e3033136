//! `harness serve`: the Rust server, run by hand or by its manifest.

use std::future::Future;

use harness_peer_rust as rust;
use rust::{Endpoint, Service, SettingsError};

use super::args;
use super::exit::{Exit, Problem};
use crate::host::signals::Signals;

/// Serves until a signal comes.
///
/// # Errors
/// When the settings are wrong or the address cannot be had.
pub fn serve(typed: &args::Serve) -> Result<Exit, Problem> {
    let service = service(typed).map_err(Problem::usage)?;
    block_on(async {
        let mut signals = Signals::listen().map_err(Problem::fault)?;
        let stop = async {
            signals.next().await;
        };
        let tell = |listening: &rust::Listening| ready(listening.endpoint());
        match rust::serve(service, stop, tell).await {
            Ok(()) => Ok(Exit::Well),
            Err(error) => {
                super::print::note(&error.to_string());
                Ok(Exit::Failed)
            }
        }
    })
}

fn service(typed: &args::Serve) -> Result<Service, SettingsError> {
    Service::new(
        typed.behaviour.parse()?,
        Endpoint::parse(typed.over.parse()?, &typed.address)?,
        typed.sender.parse()?,
        typed.text.parse()?,
        typed.stall.parse()?,
    )
}

/// Prints the line by which a server tells where it listens.
pub(super) fn ready(endpoint: &Endpoint) {
    super::print::result(&format!("listening {endpoint}\n"));
}

/// Runs a server to its end.
pub(super) fn block_on(
    serving: impl Future<Output = Result<Exit, Problem>>,
) -> Result<Exit, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.map_err(Problem::fault)?.block_on(serving)
}
