//! From paths as they were typed to scenarios and peers: reads the files, and gathers all that is
//! wrong in any of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::args::Chosen;
use super::exit::Problem;
use super::folder::Folder;
use super::named;
use super::session::Session;
use crate::peer::manifest::Manifest;
use crate::peer::{Catalogue, CatalogueError, Where};
use crate::plan::{Scope, Selection};
use crate::scenario::{self, MOST_PAYLOAD, Scenario};
use crate::source::{Source, render};

/// What a command is about.
#[derive(Debug)]
pub struct Loaded {
    /// The scenarios, in the order in which they were named, folders by path.
    pub scenarios: Vec<Rc<Scenario>>,
    /// The peers.
    pub catalogue: Catalogue,
    /// Which of their combinations are meant.
    pub selection: Selection,
    /// How much of the full plan that is.
    pub scope: Scope,
}

/// Reads what a command is about.
///
/// # Errors
/// With everything that is wrong in scenarios and manifests.
pub fn load(session: &Session, chosen: &Chosen) -> Result<Loaded, Problem> {
    let mut mistakes = String::new();
    let catalogue = catalogue(session, &chosen.peers, &mut mistakes);
    let beside = catalogue.as_ref().map(|catalogue| catalogue.beside.clone());
    let whole = beside
        .clone()
        .unwrap_or_else(|| session.surroundings.working.clone());
    let whole = whole.join("scenarios");
    let paths = match chosen.paths.is_empty() {
        true => vec![shown(&whole, session)],
        false => chosen.paths.clone(),
    };
    let scenarios = scenarios(&paths, &mut mistakes)?;
    let Some(mut catalogue) = catalogue.filter(|_| mistakes.is_empty()) else {
        return Err(Problem::Mistakes(mistakes));
    };
    let (manifests, working) = (&mut catalogue.manifests, &session.surroundings.working);
    let selection = Selection {
        servers: named::servers(&chosen.server, manifests, &scenarios, working),
        clients: chosen.client.clone(),
        over: chosen.over.clone(),
        only: chosen.only.clone(),
        skip: chosen.skip.clone(),
    };
    let names_whole = paths.iter().any(|path| same_folder(path, &whole));
    let scope = match (selection.is_everything(), names_whole) {
        (false, _) => Scope::Selection,
        (true, true) => Scope::Full,
        (true, false) => Scope::SomeScenarios,
    };
    Ok(Loaded {
        scenarios,
        catalogue,
        selection,
        scope,
    })
}

/// Reads the manifests; what is wrong is rendered into `mistakes`.
pub fn catalogue(session: &Session, told: &[PathBuf], mistakes: &mut String) -> Option<Catalogue> {
    let place = match told.is_empty() {
        true => Where::Nearest,
        false => Where::Told(told.to_vec()),
    };
    let working = &session.surroundings.working;
    match Catalogue::load(&place, harness_peer_rust::MANIFEST, working) {
        Ok(catalogue) => Some(catalogue),
        Err(errors) => {
            errors
                .iter()
                .for_each(|error| push(mistakes, &catalogue_error(error)));
            None
        }
    }
}

/// The peers with these names; no names mean all.
///
/// # Errors
/// When there is no peer of a name.
pub fn named_peers(
    manifests: &[Rc<Manifest>],
    names: &[String],
) -> Result<Vec<Rc<Manifest>>, Problem> {
    let known: Vec<&str> = manifests
        .iter()
        .map(|manifest| manifest.name.as_str())
        .collect();
    if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
        let known = known.join(", ");
        return Err(Problem::usage(format!(
            "no peer is called `{name}`; there are: {known}"
        )));
    }
    let asked = |manifest: &&Rc<Manifest>| names.is_empty() || names.contains(&manifest.name);
    Ok(manifests.iter().filter(asked).cloned().collect())
}

/// What is wrong with a catalogue, with its carets.
pub fn catalogue_error(error: &CatalogueError) -> String {
    match error {
        CatalogueError::Invalid { text, mistakes } => {
            render(text, mistakes, super::print::colour())
        }
        other => format!("error: {other}\n"),
    }
}

/// Reads scenarios from files and folders; what is wrong is rendered into `mistakes`.
///
/// # Errors
/// When a path names nothing.
pub fn scenarios(paths: &[PathBuf], mistakes: &mut String) -> Result<Vec<Rc<Scenario>>, Problem> {
    let mut files = Vec::new();
    for path in paths {
        let found = files_of(path)?;
        files.extend(found.into_iter().filter(|file| !is_manifest(file)));
    }
    files.dedup();
    let mut scenarios: Vec<Rc<Scenario>> = Vec::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for file in files {
        let Some(scenario) = scenario(&file, mistakes) else {
            continue;
        };
        let source_name = scenario.source.name().to_owned();
        match names.insert(scenario.name.clone(), source_name.clone()) {
            Some(other) if other == source_name => continue,
            Some(other) => push(
                mistakes,
                &format!(
                    "error: two scenarios are called `{}`: {other} and {source_name}; rename one\n",
                    scenario.name
                ),
            ),
            None => {}
        }
        scenarios.push(Rc::new(scenario));
    }
    Ok(scenarios)
}

fn scenario(file: &Path, mistakes: &mut String) -> Option<Scenario> {
    let name = file.display().to_string();
    let source = match fs::metadata(file).and_then(|about| read_bounded(file, about.len())) {
        Ok(bytes) => Source::from_bytes(name, &bytes),
        Err(error) => Err(Source::unreadable(name, error.to_string())),
    };
    let read = match source {
        Ok(source) => {
            let source = Rc::new(source);
            let folder = Folder::of(file);
            let files = |name: &str| folder.read(name, MOST_PAYLOAD as u64);
            scenario::read(&source, &files)
                .map_err(|found| render(&source, &found, super::print::colour()))
        }
        Err(unreadable) => {
            let found = std::slice::from_ref(&unreadable.mistake);
            Err(render(&unreadable.source, found, super::print::colour()))
        }
    };
    read.map_err(|rendered| push(mistakes, &rendered)).ok()
}

/// Reads a file that says how long it is: one that is far too long is not read whole.
fn read_bounded(file: &Path, length: u64) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    fs::File::open(file)?
        .take(length.min(MOST_READ) + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The YAML files of a path: itself, or all below it in the order of their paths.
///
/// # Errors
/// When it names nothing, or a folder cannot be read.
pub fn files_of(path: &Path) -> Result<Vec<PathBuf>, Problem> {
    let told = |error: std::io::Error| {
        Problem::usage(format!(
            "{}: {error}; name a scenario or a folder of them",
            path.display()
        ))
    };
    if !fs::metadata(path).map_err(told)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut entries: Vec<PathBuf> = fs::read_dir(path)
        .map_err(told)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(told)?;
    // Files before folders, so that what stands at the top of a folder is played first.
    entries.sort_by_key(|entry| (entry.is_dir(), entry.clone()));
    for entry in entries {
        let hidden = entry
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if entry.is_dir() {
            files.extend(files_of(&entry)?);
        } else if entry
            .extension()
            .is_some_and(|extension| extension == "yaml")
        {
            files.push(entry);
        }
    }
    Ok(files)
}

/// Whether a file is a peer's manifest and no scenario.
pub fn is_manifest(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name == "peer.yaml")
}

fn same_folder(path: &Path, other: &Path) -> bool {
    match (path.canonicalize(), other.canonicalize()) {
        (Ok(path), Ok(other)) => path == other,
        _ => false,
    }
}

/// A path as messages show it: from the working folder where it lies in there.
pub fn shown(path: &Path, session: &Session) -> PathBuf {
    match path.strip_prefix(&session.surroundings.working) {
        Ok(inside) if inside.as_os_str().is_empty() => PathBuf::from("."),
        Ok(inside) => inside.to_owned(),
        Err(_) => path.to_owned(),
    }
}

fn push(mistakes: &mut String, rendered: &str) {
    if !mistakes.is_empty() {
        mistakes.push('\n');
    }
    mistakes.push_str(rendered);
}

/// More than any scenario may have: a file that is longer is told to be too long.
const MOST_READ: u64 = 4 << 20;
