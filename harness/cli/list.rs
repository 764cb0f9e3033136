//! `harness list`: the cases that `run` would play.

use std::fmt::Write;

use super::args;
use super::exit::{Exit, Problem};
use super::load::load;
use super::session::Session;
use crate::plan::{self, Playable};

/// Prints the cases, one a line, or as JSON.
///
/// # Errors
/// When scenarios, manifests or the selection are wrong.
pub fn list(session: &Session, typed: &args::List) -> Result<Exit, Problem> {
    let mut loaded = load(session, &typed.chosen)?;
    if !typed.tag.is_empty() {
        loaded
            .scenarios
            .retain(|it| typed.tag.iter().any(|tag| it.tags.contains(tag)));
        if loaded.scenarios.is_empty() {
            let tags = typed.tag.join(", ");
            return Err(Problem::usage(format!("no scenario has the tag {tags}")));
        }
    }
    let manifests = &loaded.catalogue.manifests;
    // What the machine has is not asked: every peer is taken to be ready.
    let peers = plan::all_ready(manifests);
    let plan = plan::lay_out(&loaded.scenarios, manifests, &peers, &loaded.selection)
        .map_err(Problem::usage)?;
    match typed.json {
        true => print_json(&plan),
        false => print_lines(&plan),
    }
    Ok(Exit::Well)
}

fn print_lines(plan: &plan::Plan) {
    let width = plan
        .cases
        .iter()
        .map(|case| case.id.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for case in &plan.cases {
        let line = match &case.playable {
            Playable::Unsupported { reason } => {
                writeln!(text, "{:width$}  unsupported: {reason}", case.id)
            }
            _ => writeln!(text, "{}", case.id),
        };
        line.ok();
    }
    super::print::result(&text);
}

fn print_json(plan: &plan::Plan) {
    let cases: Vec<serde_json::Value> = plan
        .cases
        .iter()
        .map(|case| {
            let unsupported = match &case.playable {
                Playable::Unsupported { reason } => Some(reason),
                _ => None,
            };
            serde_json::json!({
                "id": case.id,
                "scenario": case.scenario.name,
                "file": case.scenario.source.name(),
                "tags": case.scenario.tags,
                "transport": case.transport,
                "server": case.server,
                "client": case.client.to_string(),
                "unsupported": unsupported,
            })
        })
        .collect();
    super::print::result(&format!("{:#}\n", serde_json::Value::from(cases)));
}
