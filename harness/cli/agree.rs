//! `harness agree`: plays one scenario and shows which servers do the same, and where two of them
//! differ.

use super::exit::{Exit, Problem};
use super::load::load;
use super::run::{self, exit_of};
use super::session::Session;
use super::{args, print};
use crate::plan;
use crate::report;

/// Plays the scenario on every server that can and shows how they compare.
///
/// # Errors
/// When something is wrong before the first case, or a server that was named was not compared.
pub fn agree(session: &Session, typed: &args::Agree) -> Result<Exit, Problem> {
    let run = as_run(typed);
    let loaded = load(session, &run.chosen)?;
    if let [_, other, ..] = loaded.scenarios.as_slice() {
        let what = format!("one scenario at a time; `{}` is a second one", other.name);
        return Err(Problem::usage(what));
    }
    let needed = plan::needed(
        &loaded.scenarios,
        &loaded.catalogue.manifests,
        &loaded.selection,
    );
    let needed = needed.map_err(Problem::usage)?;
    let report = run::play(session, &loaded, &needed, &run, None)?;
    let colour = print::result_colour();
    print::result(&report::terminal(&report, colour));
    let between = typed.between.as_ref();
    let between = between.map(|(one, other)| (one.as_str(), other.as_str()));
    let tables = report::side_by_side(&report, between, colour).map_err(Problem::usage)?;
    if !tables.is_empty() {
        print::result(&format!("\n{tables}\n"));
    }
    Ok(match exit_of(&report) {
        Exit::Well if !report.agreements.iter().any(|it| it.is_judged()) => Exit::NothingPlayed,
        exit => exit,
    })
}

/// What `run` would be told to play the same.
fn as_run(typed: &args::Agree) -> args::Run {
    args::Run {
        chosen: args::Chosen {
            paths: vec![typed.scenario.clone()],
            peers: typed.peers.clone(),
            server: typed.server.clone(),
            over: typed.over.clone(),
            ..args::Chosen::default()
        },
        jobs: None,
        strict: false,
        json: None,
        junit: None,
        traces: None,
        fail_fast: false,
        timeout: typed.timeout,
        fresh: false,
        repeat: 1,
        show: false,
        timings: false,
    }
}
