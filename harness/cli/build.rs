//! `harness build`: makes peers ready before a run needs them.

use std::fmt::Write;

use tokio::task::LocalSet;

use super::args;
use super::company::Company;
use super::exit::{Exit, Problem};
use super::load::{self, Loaded};
use super::progress::Display;
use super::session::Session;
use crate::peer::State;
use crate::plan::{Scope, Selection};

/// Fetches and builds the named peers, or all.
///
/// # Errors
/// When the manifests are wrong, or a name is unknown.
pub fn build(session: &Session, typed: &args::Build) -> Result<Exit, Problem> {
    let mut mistakes = String::new();
    let catalogue = load::catalogue(session, &typed.peers, &mut mistakes);
    let catalogue = catalogue.ok_or(Problem::Mistakes(mistakes))?;
    let named = load::named_peers(&catalogue.manifests, &typed.names)?;
    let needed = named.iter().map(|manifest| manifest.name.clone()).collect();
    let selection = Selection::default();
    let loaded = Loaded {
        scenarios: Vec::new(),
        catalogue,
        selection,
        scope: Scope::Selection,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    LocalSet::new().block_on(&runtime.map_err(Problem::fault)?, async {
        let company = Company::open(session, &loaded)?;
        let display = Display::new();
        let prepared = company
            .until_interrupted(company.prepare(&needed, &display))
            .await;
        display.finish();
        company.dismiss().await?;
        match prepared {
            None => Ok(Exit::Interrupted),
            Some(prepared) => prepared.map(|()| tell(&company)),
        }
    })
}

/// Says what became of each peer.
fn tell(company: &Company<'_>) -> Exit {
    let mut text = String::new();
    let mut exit = Exit::Well;
    for peer in company.peers() {
        let name = &peer.manifest.name;
        let line = match &peer.state {
            State::Ready(_) => writeln!(text, "{name}: ready"),
            State::Skipped { reason, mend } => {
                exit = Exit::Failed;
                writeln!(text, "{name}: {reason}; install it: {mend}")
            }
            State::Broken { reason } => {
                exit = Exit::Failed;
                writeln!(text, "{name}: does not build: {reason}")
            }
        };
        line.ok();
    }
    super::print::result(&text);
    exit
}
