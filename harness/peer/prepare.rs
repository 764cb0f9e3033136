//! Makes the peers ready that a run needs: looks for their toolchains and builds them, all at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use futures_util::future::{join_all, try_join_all};
use tokio::sync::mpsc::UnboundedSender;

use super::bench::Built;
use super::build::{BuildError, Workshop};
use super::home::Home;
use super::job::JobError;
use super::manifest::Manifest;
use super::program::Program;
use super::toolchain::{Found, Toolchains};
use super::{Peer, Progress, Ready, State, Surroundings, Tell, words};
use crate::host::Launcher;

/// What peers are made ready with.
#[derive(Debug, Clone, Copy)]
pub struct Machine<'a> {
    /// Starts what is run.
    pub launcher: &'a Launcher,
    /// The user's environment.
    pub surroundings: &'a Surroundings,
    /// Where builds lie.
    pub home: &'a Home,
}

/// Why it is not known whether a peer can play: our own fault, or that of the machine.
#[derive(Debug, thiserror::Error)]
#[error("peer `{peer}` cannot be made ready: {source}")]
pub struct PrepareError {
    /// The peer's name.
    pub peer: String,
    /// What went wrong.
    pub source: BuildError,
}

/// Makes ready the peers that `needed` names, in the order of `manifests`.
///
/// # Errors
/// When something of ours fails; what is wrong with a peer is its [`State`].
pub async fn prepare(
    manifests: &[Rc<Manifest>],
    needed: &BTreeSet<String>,
    machine: Machine<'_>,
    progress: &UnboundedSender<Progress>,
) -> Result<Vec<Peer>, PrepareError> {
    let toolchains = Toolchains::new(machine.launcher, machine.surroundings, machine.home);
    let at_once = machine.surroundings.cores.get();
    let workshop = Workshop::new(machine.launcher, machine.home, at_once);
    let tell = Tell(progress.clone());
    let needed = manifests
        .iter()
        .filter(|manifest| needed.contains(&manifest.name));
    let peers = join_all(needed.map(async |manifest| {
        let state = state(manifest, &toolchains, &workshop, &tell).await;
        tell.that(Progress::Prepared {
            peer: manifest.name.clone(),
        });
        let peer = || manifest.name.clone();
        let state = state.map_err(|source| PrepareError {
            peer: peer(),
            source,
        })?;
        Ok(Peer {
            manifest: Rc::clone(manifest),
            state,
        })
    }))
    .await;
    toolchains.remember();
    peers.into_iter().collect()
}

/// What this machine has of one peer.
async fn state(
    manifest: &Manifest,
    toolchains: &Toolchains<'_>,
    workshop: &Workshop<'_>,
    tell: &Tell,
) -> Result<State, BuildError> {
    if let Some(program) = &manifest.program {
        return Ok(typed(program, toolchains).await?);
    }
    if let Some(reason) = wrong_folder(manifest) {
        return Ok(State::Broken { reason });
    }
    let mut ready = match tools(manifest, toolchains).await? {
        Ok(ready) => ready,
        Err(skipped) => return Ok(skipped),
    };
    if manifest.fetch.is_empty() && manifest.build.is_empty() {
        return Ok(State::Ready(ready));
    }
    Ok(match workshop.build(manifest, &ready, tell).await? {
        Built::In(folder) => {
            ready.build = Some(folder);
            State::Ready(ready)
        }
        Built::NotFetched(reason) => State::Skipped {
            reason: format!("no network? {reason}"),
            mend: format!("harness build {}", manifest.name),
        },
        Built::Failed(reason) => State::Broken { reason },
    })
}

/// What this machine has of a program that was typed. Nobody says how to install it, so one that
/// is not there is no peer that was skipped.
async fn typed(program: &Program, toolchains: &Toolchains<'_>) -> Result<State, JobError> {
    let file = program.file();
    if words::in_braces(file).next().is_some() {
        return Ok(State::Ready(Ready::default()));
    }
    Ok(
        match (toolchains.resolve(file).await?, file.contains('/')) {
            (Some(path), _) => State::Ready(Ready {
                programs: BTreeMap::from([(file.to_owned(), path)]),
                ..Ready::default()
            }),
            (None, true) => State::Broken {
                reason: format!("`{file}` is no program that can be run from the working folder"),
            },
            (None, false) => State::Broken {
                reason: format!("`{file}` is not on the PATH; install it, or write its path"),
            },
        },
    )
}

/// The programs of a peer; or that it is skipped, with all that is missing.
async fn tools(
    manifest: &Manifest,
    toolchains: &Toolchains<'_>,
) -> Result<Result<Ready, State>, JobError> {
    let found = try_join_all(manifest.toolchain.iter().map(|tool| toolchains.find(tool))).await?;
    let mut ready = Ready {
        build: None,
        programs: BTreeMap::new(),
        versions: Vec::new(),
    };
    let mut reasons = Vec::new();
    let mut mends: Vec<String> = Vec::new();
    for (tool, found) in manifest.toolchain.iter().zip(found) {
        let (reason, install) = match found {
            Found::Enough { program, version } => {
                ready.programs.insert(tool.program.clone(), program);
                ready
                    .versions
                    .extend(version.map(|version| (tool.program.clone(), version)));
                continue;
            }
            Found::Missing { reason, install } => (reason, install),
            Found::TooOld {
                version,
                at_least,
                install,
                ..
            } => (
                format!("{} {version} is older than {at_least}", tool.program),
                install,
            ),
        };
        reasons.push(reason);
        if !mends.contains(&install) {
            mends.push(install);
        }
    }
    Ok(match reasons.is_empty() {
        true => Ok(ready),
        false => Err(State::Skipped {
            reason: reasons.join("; "),
            mend: mends.join(" && "),
        }),
    })
}

/// Why a folder to run in is none, or is not the peer's own: a link may lead out of it.
fn wrong_folder(manifest: &Manifest) -> Option<String> {
    let folder = manifest.folder.as_deref()?;
    let stays = |cwd: &Path| {
        let inside = folder.join(cwd).canonicalize().ok()?;
        (inside.is_dir() && inside.starts_with(folder.canonicalize().ok()?)).then_some(())
    };
    let servers = manifest.servers.iter().map(|offer| &offer.cwd);
    let clients = manifest.clients.iter().map(|offer| &offer.cwd);
    let mut folders = servers.chain(clients).filter_map(|cwd| cwd.as_deref());
    let wrong = folders.find(|cwd| stays(cwd).is_none())?;
    Some(format!(
        "`cwd: {}` is no folder inside the peer's own",
        wrong.display()
    ))
}
