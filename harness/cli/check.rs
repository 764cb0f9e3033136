//! `harness check`: scenarios and manifests, nothing started.

use std::path::PathBuf;

use super::args;
use super::exit::{Exit, Problem};
use super::load;
use super::session::Session;
use crate::peer::catalogue::read_folder;

/// Checks files and prints what is wrong with them.
///
/// # Errors
/// With everything that is wrong.
pub fn check(session: &Session, typed: &args::Check) -> Result<Exit, Problem> {
    let mut mistakes = String::new();
    let (scenarios, manifests) = match typed.paths.is_empty() {
        true => everything(session, &typed.peers, &mut mistakes)?,
        false => named(session, &typed.paths, &mut mistakes)?,
    };
    if !mistakes.is_empty() {
        return Err(Problem::Mistakes(mistakes));
    }
    if scenarios + manifests == 0 {
        return Err(Problem::usage(
            "there is nothing to check: name a scenario or a manifest",
        ));
    }
    super::print::result(&format!(
        "{} and {} are well-formed\n",
        counted(scenarios, "scenario"),
        counted(manifests, "manifest")
    ));
    Ok(Exit::Well)
}

fn everything(
    session: &Session,
    peers: &[PathBuf],
    mistakes: &mut String,
) -> Result<(usize, usize), Problem> {
    let catalogue = load::catalogue(session, peers, mistakes);
    let beside = catalogue.as_ref().map(|catalogue| catalogue.beside.clone());
    let folder = beside
        .unwrap_or_else(|| session.surroundings.working.clone())
        .join("scenarios");
    let scenarios = match folder.is_dir() {
        true => load::scenarios(&[load::shown(&folder, session)], mistakes)?,
        false => Vec::new(),
    };
    let Some(catalogue) = catalogue else {
        return Ok((scenarios.len(), 0));
    };
    for problem in crate::plan::idle_entries(&scenarios, &catalogue.manifests) {
        mistakes.push_str(&format!("error: {problem}\n"));
    }
    Ok((scenarios.len(), catalogue.manifests.len()))
}

fn named(
    session: &Session,
    paths: &[PathBuf],
    mistakes: &mut String,
) -> Result<(usize, usize), Problem> {
    let scenarios = load::scenarios(paths, mistakes)?.len();
    let mut manifests = 0;
    for path in paths {
        let files = load::files_of(path)?;
        for file in files.iter().filter(|file| load::is_manifest(file)) {
            let folder = file.parent().unwrap_or(path);
            match read_folder(folder, &session.surroundings.working) {
                Ok(_) => manifests += 1,
                Err(errors) => {
                    let rendered: Vec<String> = errors.iter().map(load::catalogue_error).collect();
                    mistakes.push_str(&rendered.join("\n"));
                }
            }
        }
    }
    Ok((scenarios, manifests))
}

fn counted(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        number => format!("{number} {what}s"),
    }
}
