//! `harness serve` and `harness mutant`: the servers that are compiled in, run by hand or by their
//! manifests.

use std::future::Future;

use harness_mutants as mutants;
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

/// Serves with a flaw until a signal comes.
///
/// # Errors
/// When the settings are wrong or the address cannot be had.
pub fn mutant(typed: &args::Mutant) -> Result<Exit, Problem> {
    let Service::Relay(settings) = service(&typed.serve).map_err(Problem::usage)? else {
        return Err(Problem::usage(
            "a server with a flaw is an echo or a broadcast with transparent text: ask for that",
        ));
    };
    let flaw = match typed.flaw.as_str() {
        "none" => mutants::Flaw::None,
        name => mutants::named(name)
            .map(|mutant| mutant.flaw)
            .ok_or_else(|| {
                let names: Vec<&str> = mutants::all().iter().map(|mutant| mutant.name).collect();
                Problem::usage(format!(
                    "no flaw is called `{name}`; there are: {}",
                    names.join(", ")
                ))
            })?,
    };
    block_on(async {
        let mut signals = Signals::listen().map_err(Problem::fault)?;
        let stop = async {
            signals.next().await;
        };
        match mutants::serve(settings, flaw, stop, ready).await {
            Ok(()) => Ok(Exit::Well),
            Err(failure) if failure.exit_code() == 0 => Ok(Exit::Well),
            Err(failure) => {
                super::print::note(&failure.to_string());
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

/// The line by which a server tells where it listens.
fn ready(endpoint: &Endpoint) {
    super::print::result(&format!("listening {endpoint}\n"));
}

fn block_on(serving: impl Future<Output = Result<Exit, Problem>>) -> Result<Exit, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.map_err(Problem::fault)?.block_on(serving)
}
