//! `harness doctor`: what the peers need, what this machine has of it, and the command that
//! installs what is missing.

use std::fmt::Write;
use std::rc::Rc;

use tokio::task::LocalSet;

use super::args;
use super::exit::{Exit, Problem};
use super::load;
use super::session::Session;
use crate::host::Launcher;
use crate::host::limits::OpenFiles;
use crate::peer::manifest::{Manifest, Tool};
use crate::peer::{Found, Home, Toolchains};

/// One program that one peer needs.
struct Line {
    peer: String,
    language: String,
    tool: Tool,
    found: Found,
}

/// Prints what is there and what is missing.
///
/// # Errors
/// When the manifests are wrong, or a name is unknown.
pub fn doctor(session: &Session, typed: &args::Doctor) -> Result<Exit, Problem> {
    let mut mistakes = String::new();
    let catalogue = load::catalogue(session, &typed.peers, &mut mistakes);
    let catalogue = catalogue.ok_or(Problem::Mistakes(mistakes))?;
    let asked = load::named_peers(&catalogue.manifests, &typed.names)?;
    let home = Home::open(&catalogue.beside, session.cache.as_deref()).map_err(Problem::fault)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let lines = LocalSet::new().block_on(&runtime.map_err(Problem::fault)?, async {
        let files = OpenFiles::raise().map_err(Problem::fault)?;
        let harness = session.surroundings.harness.clone();
        let launcher = Launcher::new(harness, files).map_err(Problem::fault)?;
        let toolchains = Toolchains::new(&launcher, &session.surroundings, &home);
        let lines = look(&asked, &toolchains).await;
        toolchains.remember();
        launcher.finish().await.map_err(Problem::fault)?;
        lines
    })?;
    super::print::result(&match typed.json {
        true => json(&lines),
        false => table(&asked, &lines),
    });
    let missing = lines
        .iter()
        .any(|line| !matches!(line.found, Found::Enough { .. }));
    Ok(if missing { Exit::Failed } else { Exit::Well })
}

async fn look(asked: &[Rc<Manifest>], toolchains: &Toolchains<'_>) -> Result<Vec<Line>, Problem> {
    let tools = asked.iter().flat_map(|manifest| {
        manifest.toolchain.iter().map(move |tool| async move {
            Ok(Line {
                peer: manifest.name.clone(),
                language: manifest.language.clone(),
                tool: tool.clone(),
                found: toolchains.find(tool).await.map_err(Problem::fault)?,
            })
        })
    });
    futures_util::future::try_join_all(tools).await
}

fn table(asked: &[Rc<Manifest>], lines: &[Line]) -> String {
    let head = ["peer", "language", "program", "version", "verdict"].map(String::from);
    let mut rows = vec![(head, None)];
    for manifest in asked {
        let of_peer: Vec<&Line> = lines
            .iter()
            .filter(|line| line.peer == manifest.name)
            .collect();
        if of_peer.is_empty() {
            let (name, language) = (manifest.name.clone(), manifest.language.clone());
            rows.push((
                [name, language, dash(), dash(), String::from("built in")],
                None,
            ));
        }
        rows.extend(of_peer.into_iter().map(row));
    }
    let width = |column: usize| {
        rows.iter()
            .map(|(row, _)| row[column].chars().count())
            .max()
    };
    let widths: Vec<usize> = (0..4).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for (row, install) in &rows {
        for (cell, width) in row.iter().zip(&widths) {
            write!(text, "{cell:width$}  ").ok();
        }
        match install {
            Some(install) => writeln!(text, "{}: {install}", row[4]),
            None => writeln!(text, "{}", row[4]),
        }
        .ok();
    }
    text
}

fn row(line: &Line) -> ([String; 5], Option<String>) {
    let (version, verdict, install) = match &line.found {
        Found::Enough { version, .. } => (
            version.clone().unwrap_or_else(dash),
            String::from("ok"),
            None,
        ),
        Found::Missing { install, .. } => (dash(), String::from("missing"), Some(install.clone())),
        Found::TooOld {
            version,
            at_least,
            install,
            ..
        } => (
            version.clone(),
            format!("too old, {at_least} is needed"),
            Some(install.clone()),
        ),
    };
    let row = [
        line.peer.clone(),
        line.language.clone(),
        line.tool.program.clone(),
        version,
        verdict,
    ];
    (row, install)
}

fn json(lines: &[Line]) -> String {
    let lines: Vec<serde_json::Value> = lines
        .iter()
        .map(|line| {
            let ([peer, language, program, version, verdict], install) = row(line);
            let version = Some(version).filter(|version| *version != dash());
            serde_json::json!({
                "peer": peer,
                "language": language,
                "program": program,
                "version": version,
                "at_least": line.tool.at_least,
                "verdict": verdict,
                "install": install,
            })
        })
        .collect();
    format!("{:#}\n", serde_json::Value::from(lines))
}

fn dash() -> String {
    String::from("-")
}
