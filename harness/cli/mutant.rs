//! `harness mutant`: a server, or a client program, with one deliberate flaw, run by
//! `harness selftest` or by hand.

use std::io::{stdin, stdout};
use std::net::SocketAddr;

use harness_mutants as mutants;
use harness_peer_rust::{Endpoint, Stall, Transport};

use super::args;
use super::exit::{Exit, Problem};
use super::serve::{block_on, ready};
use crate::host::signals::Signals;

/// Serves with a flaw until a signal comes, or plays the client against a port.
///
/// # Errors
/// When the settings are wrong or the address cannot be had.
pub fn mutant(typed: &args::Mutant) -> Result<Exit, Problem> {
    if typed.behaviour == mutants::LINE_CLIENT {
        return client(typed);
    }
    match mutants::dialogue_named(&typed.behaviour) {
        Some(dialogue) => hold(typed, dialogue),
        None => relay(typed),
    }
}

/// The line client against the port of an address.
fn client(typed: &args::Mutant) -> Result<Exit, Problem> {
    let flaw = match typed.flaw.as_str() {
        NO_FLAW => None,
        name => {
            let found = mutants::client_mutant_named(name);
            let names = mutants::client_mutants().iter().map(|it| it.name);
            Some(found.ok_or_else(|| unknown(name, names))?.flaw)
        }
    };
    let port = address(typed)?.port();
    let status = mutants::run_line_client(port, flaw, stdin().lock(), stdout());
    Ok(match status {
        0 => Exit::Well,
        _ => Exit::Failed,
    })
}

/// A server that holds a dialogue.
fn hold(typed: &args::Mutant, dialogue: &mutants::Dialogue) -> Result<Exit, Problem> {
    let program = match typed.flaw.as_str() {
        NO_FLAW => dialogue.flawless,
        name => {
            let found = mutants::dialogue_mutant_named(name);
            let found = found.and_then(|mutant| mutant.program(&typed.behaviour));
            let all = mutants::dialogue_mutants().iter();
            let fitting = all.filter(|it| it.program(&typed.behaviour).is_some());
            found.ok_or_else(|| unknown(name, fitting.map(|it| it.name)))?
        }
    };
    let address = address(typed)?;
    let print = |line: &str| super::print::result(&format!("{line}\n"));
    block_on(async {
        let mut signals = Signals::listen().map_err(Problem::fault)?;
        let stop = async {
            signals.next().await;
        };
        Ok(ended(
            mutants::serve_dialogue(program, address, stop, ready, print).await,
        ))
    })
}

/// An echo or a broadcast.
fn relay(typed: &args::Mutant) -> Result<Exit, Problem> {
    let settings = settings(typed)?;
    let flaw = match typed.flaw.as_str() {
        NO_FLAW => mutants::Flaw::None,
        name => {
            let found = mutants::named(name);
            let names = mutants::all().map(|it| it.name);
            found.ok_or_else(|| unknown(name, names))?.flaw
        }
    };
    block_on(async {
        let mut signals = Signals::listen().map_err(Problem::fault)?;
        let stop = async {
            signals.next().await;
        };
        Ok(ended(mutants::serve(settings, flaw, stop, ready).await))
    })
}

fn ended(served: Result<(), mutants::Failure>) -> Exit {
    match served {
        Ok(()) => Exit::Well,
        Err(failure) if failure.exit_code() == 0 => Exit::Well,
        Err(failure) => {
            super::print::note(&failure.to_string());
            Exit::Failed
        }
    }
}

fn unknown<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Problem {
    let names: Vec<&str> = names.collect();
    let names = names.join(", ");
    Problem::usage(format!("no flaw is called `{name}`; there are: {names}"))
}

fn address(typed: &args::Mutant) -> Result<SocketAddr, Problem> {
    let address: SocketAddr = typed.address.parse().map_err(Problem::usage)?;
    match address.ip().is_loopback() {
        true => Ok(address),
        false => Err(Problem::usage(format!("{address} is no loopback address"))),
    }
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

/// The name of no flaw.
const NO_FLAW: &str = "none";
