//! `harness mutant`: a server with one deliberate flaw, run by `harness selftest` or by hand.

use harness_mutants as mutants;
use harness_peer_rust::{Endpoint, Stall, Transport};

use super::args;
use super::exit::{Exit, Problem};
use super::serve::{block_on, ready};
use crate::host::signals::Signals;

/// Serves with a flaw until a signal comes.
///
/// # Errors
/// When the settings are wrong or the address cannot be had.
pub fn mutant(typed: &args::Mutant) -> Result<Exit, Problem> {
    let settings = settings(typed)?;
    let flaw = flaw(&typed.flaw)?;
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

fn flaw(name: &str) -> Result<mutants::Flaw, Problem> {
    if name == "none" {
        return Ok(mutants::Flaw::None);
    }
    mutants::named(name)
        .map(|mutant| mutant.flaw)
        .ok_or_else(|| {
            let names: Vec<&str> = mutants::all().map(|mutant| mutant.name).collect();
            Problem::usage(format!(
                "no flaw is called `{name}`; there are: {}",
                names.join(", ")
            ))
        })
}

fn settings(typed: &args::Mutant) -> Result<mutants::Settings, Problem> {
    let transport: Transport = typed.over.parse().map_err(Problem::usage)?;
    let endpoint = Endpoint::parse(transport, &typed.address);
    let stall: Stall = typed.stall.parse().map_err(Problem::usage)?;
    Ok(mutants::Settings {
        behaviour: typed.behaviour.parse().map_err(Problem::usage)?,
        endpoint: endpoint.map_err(Problem::usage)?,
        traits: mutants::Traits {
            sender: typed.sender,
            text: typed.text,
            slow_reader: typed.slow_reader,
            concurrency: typed.concurrency,
        },
        stall,
    })
}
